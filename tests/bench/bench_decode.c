/* Nanoseconds per event of the decoder, of processor time: one 199-byte event, decoded again and again in blocks of 1000, on one core; or the first ten
 * thousand events of a file, which is harder for the processor to foresee. The best of many rounds is shown: whatever else runs on the machine only
 * makes a round longer.
 *     bench_decode [EVENTS-PER-ROUND]
 *     bench_decode CONFIG EVENTS */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/wire/decode.h"
#include "../wire/sample_settings.h"

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum { EVENTS_MOST = 10000, ROUNDS = 20, ROUNDS_OF_FILE = 500 };

/* Seconds for so many events, one of these records after the other. */
static double run_round(struct decoder *decoder, const struct record *records, long record_count, long events)
{
    double start = now_s();
    for (long i = 0, r = 0; i < events; i++, r = r + 1 < record_count ? r + 1 : 0) {
        const struct decoded *elements;
        if (decoder_decode(decoder, &records[r], &elements) != 1 || !elements->counts)
            abort();
        if (i % 1000 == 999)
            decoder_reset(decoder);
    }
    return now_s() - start;
}

static void measure(const char *name, const struct settings *settings, const struct record *records, long record_count, long events, int rounds)
{
    struct decoder *decoder = decoder_new(settings, TIME_GREATEST);
    double best = run_round(decoder, records, record_count, events), bytes = 0;
    for (int round = 1; round < rounds; round++) {
        double seconds = run_round(decoder, records, record_count, events);
        best = seconds < best ? seconds : best;
    }
    for (long r = 0; r < record_count; r++)
        bytes += (double)records[r].value.length / (double)record_count;
    printf("%-8s %4.0f bytes: %6.1f ns per event, %.2f GB/s\n", name, bytes, best / (double)events * 1e9, bytes * (double)events / best / 1e9);
    decoder_free(decoder);
}

static void measure_one(const char *name, const char *value, long events)
{
    struct settings settings = sample_settings();
    struct record record = {.timestamp_ms = INT64_C(1711000000000), .topic = "lead.events", .value = text_of(value)};
    measure(name, &settings, &record, 1, events, ROUNDS);
}

static int measure_file(const char *config, const char *path)
{
    static struct record records[EVENTS_MOST];
    struct settings *settings = settings_load(config, stderr);
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t size = 0;
    long count = 0;
    if (settings == NULL || file == NULL) {
        fprintf(stderr, "bench_decode: cannot read %s or %s\n", config, path);
        return EXIT_FAILURE;
    }
    for (ssize_t length; count < EVENTS_MOST && (length = getline(&line, &size, file)) > 0; line = NULL, size = 0)
        records[count++] = (struct record){.timestamp_ms = INT64_MIN, .value = {line, (size_t)length}};
    free(line);
    if (count > 0)
        measure("file", settings, records, count, count, ROUNDS_OF_FILE);
    for (long r = 0; r < count; r++)
        free((char *)records[r].value.data);
    fclose(file);
    settings_free(settings);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc > 2)
        return measure_file(argv[1], argv[2]);
    long events = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    measure_one("plain",
            "{\"lead_id\":\"lead-1234567\",\"at\":\"2024-03-21T16:22:03Z\",\"stage\":\"new\",\"manager\":\"Smith\",\"channel\":\"inbound\",\"amount\":12345.67,"
            "\"currency\":\"RUB\",\"source\":\"crm-export\",\"revision\":17,\"note\":\"call twice\"}",
            events);
    measure_one("cyrillic",
            "{\"lead_id\":\"lead-1234567\",\"at\":\"2024-03-21T16:22:03+03:00\",\"stage\":\"kp\",\"manager\":\"Иванов\",\"product\":\"Допуск СРО\","
            "\"amount\":\"12345.67\",\"comment\":\"перезвонить в марте\"}",
            events);
    measure_one("spaced",
            "{\"lead_id\" : 1234567 , \"at\" : 1711000000 , \"stage\" : \"142\" , \"funnel\" : \"sro\" , \"score\" : 9 , \"deal\" : {\"a\" : [1, 2, 3], "
            "\"b\" : {\"c\" : null, \"d\" : false}} , \"manager\" : \"caf\\u00e9 noir\", \"tags\" : []}",
            events);
    return 0;
}
