#include "rebuilding.h"

#include <inttypes.h>
#include <stdlib.h>

#include "../../daemon/core/memory.h"
#include "../../daemon/engine/rebuild.h"
#include "step.h"

enum { PASTS_MAX = 32, BLOCK_MOST = 8 };

/* An input partition up to what the group has committed, as a stretch is (log/stretch.h). */
struct past {
    struct history history;
    struct process *process;
    struct partition *partition;
    int64_t next, end;
    struct log_record records[BLOCK_MOST];
};

static int past_read(struct history *history, int most, const struct log_record **records)
{
    struct past *past = (struct past *)history;
    int count = 0, wanted = 1 + step_below(past->process, BLOCK_MOST < most ? BLOCK_MOST : most);
    if (!step_point(past->process, "reading what is committed") || past->process->stopped)
        return -1;
    for (; count < wanted && past->next < past->end; past->next++)
        if (entry_is_seen(&past->partition->entries[past->next]))
            past->records[count++] = past->partition->entries[past->next].record;
    *records = past->records;
    return count;
}

static int64_t past_position(const struct history *history)
{
    return ((const struct past *)history)->next;
}

static int64_t past_size(const struct history *history)
{
    return ((const struct past *)history)->end;
}

static const char *past_error(const struct history *history)
{
    (void)history;
    return "stopped";
}

static const struct history_ops past_ops = {.read = past_read, .position = past_position, .size = past_size, .error = past_error};

/* Whatever becomes of it, nobody is harmed. Sometimes all of the input is its tail, as where nothing was committed. */
enum log_status rebuilding_live(struct process *process)
{
    struct broker *broker = &process->world->broker;
    struct past *pasts = memory_new(PASTS_MAX * sizeof *pasts);
    struct history *histories[PASTS_MAX];
    int count = 0;
    for (size_t t = 0; t < broker->topic_count && step_below(process, 3) != 0; t++)
        for (int p = 0; broker->topics[t]->input && p < broker->topics[t]->partition_count; p++) {
            struct partition *partition = broker->topics[t]->partitions[p];
            pasts[count] = (struct past){.history = {.ops = &past_ops, .topic = broker->topics[t]->name, .partition = p}, .process = process, .partition = partition,
                                         .next = partition->start, .end = partition->group_offset};
            histories[count] = &pasts[count].history;
            count++;
        }
    struct rebuild_figures figures = {0};
    struct rebuild_options options = {.threads = 1, .stopping = &process->stopping};
    rebuild_run(process->world->settings, process->log, count, histories, &options, &figures);
    trace_say(&process->world->trace, process->name, "rebuild: generation %" PRId64 " %s %s", figures.generation, figures.committed ? "is in place" : "is not", figures.error);
    outcomes_free(&figures.outcomes);
    free(pasts);
    return LOG_STOPPED;
}
