#include "figures.h"

#include "../metrics/metrics.h"

static void say_state(const struct fold *fold)
{
    metrics_set(METRIC_LEADS, NULL, NULL, (double)fold_lead_count(fold));
    metrics_set(METRIC_LEAD_BYTES, NULL, NULL, (double)fold_lead_bytes(fold));
}

void figures_restored(const struct fold *fold, int64_t duration_ms)
{
    metrics_add(METRIC_RESTORES, NULL, NULL, 1);
    metrics_set(METRIC_RESTORE_DURATION, NULL, NULL, (double)duration_ms / 1000);
    metrics_forget(METRIC_LAG); /* of the topics restored from, which are read no more; others are told again within a second */
    say_state(fold);
}

static void say_events(const char *result, uint64_t count, uint64_t *said)
{
    if (count > *said)
        metrics_add(METRIC_EVENTS, result, NULL, (double)(count - *said));
    *said = count;
}

/* The daemon's: the least over the partitions. TIME_NONE: some partition is not known yet. */
static int64_t watermark_of(const struct checkpoint *checkpoint)
{
    int64_t least = TIME_NEVER;
    for (int i = 0; i < checkpoint->partition_count; i++)
        if (checkpoint->partitions[i].watermark_ms < least)
            least = checkpoint->partitions[i].watermark_ms;
    return least == TIME_NEVER ? TIME_NONE : least;
}

void figures_commit(struct figures *figures, const struct outcomes *outcomes, struct outputs *outputs, const struct fold *fold,
                    const struct checkpoint *checkpoint, int64_t duration_ms, int64_t now_ms)
{
    static const char *const kinds[OUTPUTS_KINDS] = {"snapshot", "alert", "tombstone", "dead_letter", "lead"};
    bool committed = outputs->status == LOG_OK;
    metrics_add(METRIC_TRANSACTIONS, committed ? "committed" : outputs->status == LOG_FENCED ? "fenced" : "aborted", NULL, 1);
    for (int kind = 0; kind < OUTPUTS_KINDS; kind++) {
        if (committed && outputs->written[kind] > 0)
            metrics_add(METRIC_PUBLISHED, kinds[kind], NULL, (double)outputs->written[kind]);
        outputs->written[kind] = 0;
    }
    if (!committed)
        return;
    metrics_observe(METRIC_COMMIT_DURATION, (double)duration_ms / 1000);
    say_events("counted", outcomes->counted, &figures->counted);
    say_events("ignored", outcomes->ignored, &figures->ignored);
    for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
        say_events(fault_word((enum fault)fault), outcomes->faults[fault], &figures->faults[fault]);
    int64_t watermark_ms = watermark_of(checkpoint);
    if (watermark_ms != TIME_NONE) {
        metrics_set(METRIC_WATERMARK, NULL, NULL, (double)watermark_ms / 1000);
        metrics_set(METRIC_WATERMARK_DELAY, NULL, NULL, (double)(now_ms - watermark_ms) / 1000);
    }
    say_state(fold);
}

void figures_leading(bool leads)
{
    static const enum metric of_leaders[] = {METRIC_LAG, METRIC_WATERMARK, METRIC_WATERMARK_DELAY, METRIC_LEADS, METRIC_LEAD_BYTES};
    metrics_set(METRIC_LEADING, NULL, NULL, leads ? 1 : 0);
    for (size_t i = 0; i < sizeof of_leaders / sizeof *of_leaders && !leads; i++)
        metrics_forget(of_leaders[i]);
}
