#include "snapshot_json.h"

#include <math.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct writer {
    struct buffer *out;
    const struct settings *settings;
    const struct snapshot *snapshot;
    XXH64_state_t digest;
    size_t digested; /* everything before it has been digested or left out */
};

/* What was written since the last call goes into the digest, or is left out of it. */
static void digest(struct writer *writer, bool counts)
{
    if (counts)
        XXH64_update(&writer->digest, writer->out->data + writer->digested, writer->out->length - writer->digested);
    writer->digested = writer->out->length;
}

static void write_group(struct writer *writer)
{
    struct buffer *out = writer->out;
    const struct board_group *group = writer->snapshot->group;
    json_name(out, "group");
    buffer_char(out, '{');
    for (int i = 0; group->breakdown >= 0 && i < writer->snapshot->funnel->breakdowns[group->breakdown].dimension_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        json_string(out, text_of(writer->settings->dimensions[writer->snapshot->funnel->breakdowns[group->breakdown].dimensions[i]].name));
        buffer_char(out, ':');
        json_string(out, group->values[i]);
    }
    buffer_char(out, '}');
}

static void write_left(struct buffer *out, const struct snapshot_step *step)
{
    json_name(out, "left");
    if (!step->has_left) {
        buffer_text(out, TEXT("null"));
        return;
    }
    buffer_char(out, '{');
    json_name(out, "lost");
    json_integer(out, step->left_lost);
    json_name(out, "open");
    json_integer(out, step->left_open);
    json_name(out, "won");
    json_integer(out, step->left_won);
    buffer_char(out, '}');
}

static void write_lost(struct buffer *out, const struct snapshot_step *step)
{
    json_name(out, "lost");
    buffer_char(out, '{');
    json_name(out, "total");
    json_integer(out, step->lost_total);
    json_name(out, "reasons");
    buffer_char(out, '{');
    for (int i = 0; i < step->reason_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        json_string(out, step->reasons[i].reason);
        buffer_char(out, ':');
        json_integer(out, step->reasons[i].count);
    }
    buffer_char(out, '}');
    json_name(out, "other");
    json_integer(out, step->lost_other);
    buffer_char(out, '}');
}

static void write_matured(struct writer *writer, const struct snapshot_step *step, const struct step *definition)
{
    struct buffer *out = writer->out;
    json_name(out, "matured");
    digest(writer, true);
    if (step->has_matured) {
        buffer_char(out, '{');
        json_name(out, "horizon");
        json_integer(out, definition->horizon_s);
        json_name(out, "conversion");
        json_ratio(out, step->matured.conversion);
        json_name(out, "low");
        json_ratio(out, step->matured.low);
        json_name(out, "high");
        json_ratio(out, step->matured.high);
        json_name(out, "leads");
        json_integer(out, step->matured.leads);
        json_name(out, "mature");
        json_integer(out, step->matured.mature);
        buffer_char(out, '}');
    } else {
        buffer_text(out, TEXT("null"));
    }
    digest(writer, false);
}

static void write_steps(struct writer *writer, const struct snapshot_view *view)
{
    struct buffer *out = writer->out;
    const struct funnel *funnel = writer->snapshot->funnel;
    json_name(out, "steps");
    buffer_char(out, '[');
    for (int k = 0; k < funnel->step_count; k++) {
        const struct snapshot_step *step = &view->steps[k];
        if (k > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "step");
        json_string(out, text_of(funnel->steps[k].id));
        json_name(out, "title");
        json_string(out, text_of(funnel->steps[k].title));
        json_name(out, "stage");
        json_string(out, text_of(funnel->stages[funnel->steps[k].stage].id));
        json_name(out, "optional");
        buffer_text(out, funnel->steps[k].optional ? TEXT("true") : TEXT("false"));
        json_name(out, "reached");
        json_integer(out, step->reached);
        json_name(out, "skipped");
        json_integer(out, step->skipped);
        json_name(out, "conversion");
        json_ratio(out, step->conversion);
        json_name(out, "from_start");
        json_ratio(out, step->from_start);
        write_left(out, step);
        write_lost(out, step);
        json_name(out, "to_next_p50");
        json_integer_or_null(out, step->to_next_p50_s);
        json_name(out, "to_next_p90");
        json_integer_or_null(out, step->to_next_p90_s);
        write_matured(writer, step, &funnel->steps[k]);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_stages(struct buffer *out, const struct funnel *funnel, const struct snapshot_view *view)
{
    json_name(out, "stages");
    buffer_char(out, '[');
    for (int s = 0; s < funnel->stage_count; s++) {
        if (s > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "stage");
        json_string(out, text_of(funnel->stages[s].id));
        json_name(out, "title");
        json_string(out, text_of(funnel->stages[s].title));
        json_name(out, "reached");
        json_integer(out, view->stages[s].reached);
        json_name(out, "conversion");
        json_ratio(out, view->stages[s].conversion);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_why(struct buffer *out, unsigned reasons)
{
    static const struct { unsigned bit; struct text word; } words[] = {
        {BOTTLENECK_MOST_LOST, {"\"most_lost\"", 11}},
        {BOTTLENECK_BELOW_TARGET, {"\"below_target\"", 14}},
        {BOTTLENECK_BELOW_BASELINE, {"\"below_baseline\"", 16}},
        {BOTTLENECK_LOWEST_CONVERSION, {"\"lowest_conversion\"", 19}},
    };
    json_name(out, "why");
    buffer_char(out, '[');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!(reasons & words[i].bit))
            continue;
        if (out->data[out->length - 1] != '[')
            buffer_char(out, ',');
        buffer_text(out, words[i].word);
    }
    buffer_char(out, ']');
}

static void write_bottlenecks(struct buffer *out, const struct funnel *funnel, const struct snapshot_view *view)
{
    json_name(out, "bottlenecks");
    buffer_char(out, '[');
    for (int i = 0; i < view->bottleneck_count; i++) {
        const struct bottleneck *bottleneck = &view->bottlenecks[i];
        const struct snapshot_step *from = &view->steps[bottleneck->from];
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "rank");
        json_integer(out, i + 1);
        json_name(out, "from");
        json_string(out, text_of(funnel->steps[bottleneck->from].id));
        json_name(out, "to");
        json_string(out, text_of(funnel->steps[bottleneck->to].id));
        json_name(out, "reached");
        json_integer(out, bottleneck->reached);
        json_name(out, "passed");
        json_integer(out, bottleneck->passed);
        json_name(out, "left");
        json_integer(out, bottleneck->left);
        json_name(out, "lost");
        json_integer(out, from->left_lost);
        json_name(out, "open");
        json_integer(out, from->left_open);
        json_name(out, "share");
        json_ratio(out, bottleneck->share);
        json_name(out, "conversion");
        json_ratio(out, bottleneck->conversion);
        json_name(out, "low");
        json_ratio(out, bottleneck->low);
        json_name(out, "high");
        json_ratio(out, bottleneck->high);
        json_name(out, "target");
        json_ratio(out, bottleneck->target);
        json_name(out, "baseline");
        json_ratio(out, bottleneck->baseline);
        json_name(out, "reference");
        json_ratio(out, bottleneck->reference);
        json_name(out, "extra_wins");
        json_ratio(out, bottleneck->extra_wins);
        json_name(out, "extra_amount");
        if (isnan(bottleneck->extra_amount))
            buffer_text(out, TEXT("null"));
        else
            buffer_format(out, "%.2f", bottleneck->extra_amount + 0.0);
        write_why(out, bottleneck->reasons);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_view(struct writer *writer, const char *name, const struct snapshot_view *view)
{
    struct buffer *out = writer->out;
    json_name(out, name);
    buffer_char(out, '{');
    json_name(out, "entered");
    json_integer(out, view->entered);
    json_name(out, "won");
    json_integer(out, view->won);
    json_name(out, "lost");
    json_integer(out, view->lost);
    json_name(out, "open");
    json_integer_or_null(out, view->open);
    json_name(out, "returned");
    json_integer_or_null(out, view->returned);
    json_name(out, "conversion");
    json_ratio(out, view->conversion);
    json_name(out, "won_amount");
    json_amount(out, view->won_amount);
    json_name(out, "lost_amount");
    json_amount(out, view->lost_amount);
    write_steps(writer, view);
    write_stages(out, writer->snapshot->funnel, view);
    write_bottlenecks(out, writer->snapshot->funnel, view);
    buffer_char(out, '}');
}

static void write_oldest(struct buffer *out, const struct zone *zone, const struct snapshot_open *open)
{
    json_name(out, "oldest");
    if (open->oldest_count < 0) {
        buffer_text(out, TEXT("null"));
        return;
    }
    buffer_char(out, '[');
    for (int i = 0; i < open->oldest_count; i++) {
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "lead");
        json_string(out, open->oldest[i].lead);
        json_name(out, "since");
        json_moment(out, zone, open->oldest[i].since);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_open(struct writer *writer)
{
    struct buffer *out = writer->out;
    const struct snapshot *snapshot = writer->snapshot;
    json_name(out, "open");
    if (snapshot->open_count < 0) {
        buffer_text(out, TEXT("null"));
        return;
    }
    buffer_char(out, '[');
    for (int i = 0; i < snapshot->open_count; i++) {
        const struct snapshot_open *open = &snapshot->open[i];
        if (i > 0)
            buffer_char(out, ',');
        buffer_char(out, '{');
        json_name(out, "step");
        json_string(out, text_of(snapshot->funnel->steps[open->step].id));
        json_name(out, "leads");
        json_integer(out, open->leads);
        json_name(out, "amount");
        json_amount(out, open->amount);
        digest(writer, true);
        json_name(out, "age_p50");
        json_integer_or_null(out, open->age_p50_s);
        json_name(out, "age_p90");
        json_integer_or_null(out, open->age_p90_s);
        digest(writer, false);
        write_oldest(out, &writer->settings->zone, open);
        buffer_char(out, '}');
    }
    buffer_char(out, ']');
}

static void write_nps(struct buffer *out, const struct snapshot *snapshot)
{
    json_name(out, "nps");
    buffer_char(out, '{');
    json_name(out, "answers");
    json_integer(out, snapshot->promoters + snapshot->passives + snapshot->detractors);
    json_name(out, "promoters");
    json_integer(out, snapshot->promoters);
    json_name(out, "passives");
    json_integer(out, snapshot->passives);
    json_name(out, "detractors");
    json_integer(out, snapshot->detractors);
    json_name(out, "score");
    json_ratio(out, snapshot->score);
    buffer_char(out, '}');
}

uint64_t snapshot_json_value(struct buffer *out, const struct settings *settings, const struct snapshot *snapshot)
{
    struct writer writer = {.out = out, .settings = settings, .snapshot = snapshot, .digested = out->length};
    XXH64_reset(&writer.digest, 0);
    buffer_char(out, '{');
    json_name(out, "type");
    json_string(out, TEXT("snapshot"));
    json_name(out, "funnel");
    json_string(out, text_of(snapshot->funnel->id));
    json_name(out, "title");
    json_string(out, text_of(snapshot->funnel->title));
    json_name(out, "window");
    json_string(out, text_of(snapshot->window->name));
    json_name(out, "start");
    json_moment(out, &settings->zone, snapshot->span.start);
    json_name(out, "end");
    json_moment(out, &settings->zone, snapshot->span.end);
    digest(&writer, true);
    json_name(out, "as_of");
    json_moment(out, &settings->zone, snapshot->as_of);
    json_name(out, "last_event_at");
    json_moment(out, &settings->zone, snapshot->last_event_at);
    digest(&writer, false);
    json_name(out, "final");
    buffer_text(out, snapshot->final ? TEXT("true") : TEXT("false"));
    write_group(&writer);
    write_view(&writer, "activity", &snapshot->views[TALLY_ACTIVITY]);
    write_view(&writer, "cohort", &snapshot->views[TALLY_COHORT]);
    write_open(&writer);
    write_nps(out, snapshot);
    buffer_char(out, '}');
    digest(&writer, true);
    uint64_t hash = XXH64_digest(&writer.digest);
    return hash != 0 ? hash : 1;
}
