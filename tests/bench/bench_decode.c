/* Nanoseconds per event of the decoder: one 199-byte event, decoded again and again in blocks of 1000, on one core. The best of
 * twenty rounds is shown: whatever else runs on the machine only makes a round longer.
 *     bench_decode [EVENTS-PER-ROUND] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../daemon/wire/decode.h"
#include "../wire/sample_settings.h"

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds for so many events. */
static double run_round(struct decoder *decoder, const struct record *record, long events)
{
    double start = now_s();
    for (long i = 0; i < events; i++) {
        const struct decoded *elements;
        if (decoder_decode(decoder, record, &elements) != 1 || !elements->counts)
            abort();
        if (i % 1000 == 999)
            decoder_reset(decoder);
    }
    return now_s() - start;
}

static void measure(const char *name, const char *value, long events)
{
    struct settings settings = sample_settings();
    struct decoder *decoder = decoder_new(&settings, TIME_GREATEST);
    struct record record = {.timestamp_ms = INT64_C(1711000000000), .topic = "lead.events", .value = text_of(value)};
    double best = run_round(decoder, &record, events);
    for (int round = 1; round < 20; round++) {
        double seconds = run_round(decoder, &record, events);
        best = seconds < best ? seconds : best;
    }
    printf("%-8s %4zu bytes: %6.1f ns per event, %.2f GB/s\n", name, record.value.length, best / (double)events * 1e9,
           (double)record.value.length * (double)events / best / 1e9);
    decoder_free(decoder);
}

int main(int argc, char **argv)
{
    long events = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    measure("plain",
            "{\"lead_id\":\"lead-1234567\",\"at\":\"2024-03-21T16:22:03Z\",\"stage\":\"new\",\"manager\":\"Smith\",\"channel\":\"inbound\",\"amount\":12345.67,"
            "\"currency\":\"RUB\",\"source\":\"crm-export\",\"revision\":17,\"note\":\"call twice\"}",
            events);
    measure("cyrillic",
            "{\"lead_id\":\"lead-1234567\",\"at\":\"2024-03-21T16:22:03+03:00\",\"stage\":\"kp\",\"manager\":\"Иванов\",\"product\":\"Допуск СРО\","
            "\"amount\":\"12345.67\",\"comment\":\"перезвонить в марте\"}",
            events);
    measure("spaced",
            "{\"lead_id\" : 1234567 , \"at\" : 1711000000 , \"stage\" : \"142\" , \"funnel\" : \"sro\" , \"score\" : 9 , \"deal\" : {\"a\" : [1, 2, 3], "
            "\"b\" : {\"c\" : null, \"d\" : false}} , \"manager\" : \"caf\\u00e9 noir\", \"tags\" : []}",
            events);
    return 0;
}
