/* run.c -- `funneld run`: the daemon. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../engine/leader.h"
#include "../log/embedded.h"
#include "../log/kafka.h"
#include "../log/operator_log.h"
#include "command.h"
#include "options.h"

enum { CONFIG, EMBEDDED, PARTITIONS, THREADS, OPTION_COUNT };

static const struct option_row rows[] = {
    [CONFIG] = {"config", "FILE", "the configuration", OPTION_REQUIRED},
    [EMBEDDED] = {"embedded", NULL, "on a Kafka inside this process: for a first look, nothing outlives it", 0},
    [PARTITIONS] = {"partitions", "N", "with --embedded: partitions of the input topics (default: 1)", 0},
    [THREADS] = {"threads", "N", "threads that decode and fold (default: 1)", 0},
    [OPTION_COUNT] = {0},
};

static atomic_bool stopping;
static struct log *stopped_log; /* set before the handlers are */

/* The first signal finishes the work at hand, the second leaves at once: the log holds all state. */
static void on_signal(int number)
{
    int error = errno; /* of whatever was interrupted */
    if (atomic_exchange(&stopping, true))
        _exit(128 + number);
    stopped_log->ops->stop(stopped_log);
    errno = error;
}

static void set_handlers(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
}

static struct log *open_log(const struct settings *settings, bool embedded, int partitions)
{
    if (!embedded)
        return kafka_log_open(settings, &(struct kafka_options){0});
    const char *servers = NULL;
    struct log *log = embedded_log_open(settings, partitions, &servers);
    if (log == NULL) {
        fprintf(stderr, "funneld run: the embedded Kafka cannot be started\n");
        return NULL;
    }
    printf("bootstrap.servers=%s\n", servers);
    fflush(stdout);
    return log;
}

static int run(int argc, char **argv)
{
    const char *values[OPTION_COUNT];
    if (options_parse(rows, argc, argv, values) < 0)
        return EXIT_USAGE;
    int64_t threads = 1, partitions = 1;
    if (values[THREADS] != NULL && !options_integer(&rows[THREADS], values[THREADS], 1, 64, &threads))
        return EXIT_USAGE;
    if (values[PARTITIONS] != NULL && !options_integer(&rows[PARTITIONS], values[PARTITIONS], 1, 1000, &partitions))
        return EXIT_USAGE;
    struct settings *settings = settings_load(values[CONFIG], stderr);
    if (settings == NULL)
        return EXIT_USAGE;
    command_note_unserved(settings);
    char error[512];
    if (values[EMBEDDED] == NULL && !kafka_check(settings, error, sizeof error)) {
        fprintf(stderr, "%s: kafka: %s\n", values[CONFIG], error);
        settings_free(settings);
        return EXIT_USAGE;
    }
    int status = EXIT_FAILED;
    stopped_log = open_log(settings, values[EMBEDDED] != NULL, (int)partitions);
    if (stopped_log != NULL) {
        set_handlers();
        if (leader_run(settings, stopped_log, (int)threads, &stopping) == LOG_FAILED)
            operator_log(OPERATOR_ERROR, "run", "%s", stopped_log->ops->error(stopped_log));
        else
            status = EXIT_DONE;
        atomic_store(&stopping, true); /* a signal from here on finds no log to stop, and leaves at once */
        stopped_log->ops->close(stopped_log);
    }
    settings_free(settings);
    return status;
}

const struct command command_run = {
    .name = "run",
    .arguments = "--config FILE [OPTIONS]",
    .summary = "The daemon: consumes lead events, publishes snapshots and bottlenecks",
    .help = "Of several processes of one application one leads, the others stand by and take over. SIGTERM or SIGINT finishes the work at hand and leaves in order;\n"
            "a second one leaves at once: nothing is lost, all state is in Kafka.\n\n"
            "--embedded prints the cluster's bootstrap.servers on standard output, so that kcat or any client can produce and consume. That cluster is librdkafka's\n"
            "mock: it holds 5 MiB a partition, keeps nothing over a restart and does not keep transactions apart.\n",
    .options = rows,
    .run = run,
};
