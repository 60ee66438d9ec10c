/* The yardstick of replay: parses each line of a file with cJSON, on one thread, and throws the result away.
 *     bench_parse FILE */
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "kafka_client.h"

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (file == NULL)
        fail("bench_parse FILE");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    long events = 0;
    int64_t started_ns = steady_ns();
    for (; (length = getline(&line, &size, file)) > 0; events++) {
        cJSON *value = cJSON_ParseWithLength(line, (size_t)length);
        if (value == NULL)
            fail("line %ld: not JSON", events + 1);
        cJSON_Delete(value);
    }
    printf("{\"events\": %ld, \"seconds\": %.6f}\n", events, (double)(steady_ns() - started_ns) / 1e9);
    free(line);
    fclose(file);
    return EXIT_SUCCESS;
}
