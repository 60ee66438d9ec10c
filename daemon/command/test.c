/* test.c -- `funneld test`: unit tests of a configuration. */
#include <stdio.h>

#include "command.h"
#include "test_run.h"

/* Run the tests of a file. Returns an exit status. */
static int run_file(const char *path)
{
    struct test_file file;
    if (!test_file_read(path, stderr, &file))
        return EXIT_USAGE;
    int failed = 0;
    bool read = true;
    for (int i = 0; i < file.test_count && read; i++) {
        size_t before = file.check.fault_count;
        read = test_run(&file, &file.tests[i]);
        failed += file.check.fault_count > before;
    }
    check_finish(&file.check, stderr);
    if (read && failed == 0)
        fprintf(stderr, "%s: %d passed\n", path, file.test_count);
    else if (read)
        fprintf(stderr, "%s: %d passed, %d failed\n", path, file.test_count - failed, failed);
    test_file_free(&file);
    return read && failed == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int run(int argc, char **argv)
{
    if (argc < 2 || *argv[1] == '-') {
        fprintf(stderr, "funneld test: %s; name YAML files of tests\n", argc < 2 ? "no files" : "it has no options");
        return EXIT_USAGE;
    }
    int status = EXIT_DONE;
    for (int i = 1; i < argc; i++) {
        int of_file = run_file(argv[i]);
        status = of_file > status ? of_file : status;
    }
    return status;
}

const struct command command_test = {
    .name = "test",
    .arguments = "FILE...",
    .summary = "Unit tests of a configuration: events in, expected counts, bottlenecks and alerts out",
    .help = "A file names a configuration and lists tests: events with times, and what is expected of snapshots and alerts at given times. What differs is\n"
            "said on standard error, one a line, as FILE:LINE:COLUMN: KEY: expected X, got Y. Exit status: 0 all passed, 1 some did not, 2 a file is wrong.\n"
            "The README shows such a file; tests/examples has one for each of config/examples.\n",
    .run = run,
};
