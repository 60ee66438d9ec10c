#include "maturing.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "sketch.h"

/* Merge three ascending stretches of buckets not beyond the horizon into exits. */
static size_t collect_exits(struct maturing *maturing, const struct tally_entry *entries, size_t entry_count, int from)
{
    static const enum tally_field fields[] = {TALLY_TO_NEXT, TALLY_TO_NEXT_SKIPPED, TALLY_TO_LOSS};
    const struct tally_entry *lists[3];
    size_t counts[3], places[3] = {0, 0, 0}, most = 0;
    for (int i = 0; i < 3; i++) {
        lists[i] = tally_stretch(entries, entry_count, TALLY_ACTIVITY, fields[i], from, &counts[i]);
        most += counts[i];
    }
    maturing->exits = memory_grow(maturing->exits, &maturing->exit_capacity, most + 1, sizeof *maturing->exits);
    for (size_t count = 0;;) {
        uint32_t bucket = SKETCH_BEYOND;
        for (int i = 0; i < 3; i++)
            if (places[i] < counts[i] && tally_key_detail(lists[i][places[i]].key) < bucket)
                bucket = tally_key_detail(lists[i][places[i]].key);
        if (bucket == SKETCH_BEYOND)
            return count;
        struct matured_exit exit_at = {.duration = bucket, .equal = sketch_is_exact(sketch_fine_bucket(bucket))};
        for (int i = 0; i < 3; i++)
            if (places[i] < counts[i] && tally_key_detail(lists[i][places[i]].key) == bucket)
                *(i < 2 ? &exit_at.advanced : &exit_at.left) += lists[i][places[i]++].count;
        maturing->exits[count++] = exit_at;
    }
}

/* Ages go by the same buckets as the exits they are compared with: within one, as at equal times, exits come first. */
static void add_age(struct maturing_ages *young, uint32_t bucket, int64_t leads)
{
    if (bucket >= young->bucket_end) {
        size_t end = young->bucket_end;
        young->by_bucket = memory_grow(young->by_bucket, &young->bucket_capacity, bucket + 1, sizeof *young->by_bucket);
        memset(young->by_bucket + end, 0, (bucket + 1 - end) * sizeof *young->by_bucket);
        young->bucket_end = bucket + 1;
    }
    young->by_bucket[bucket] += leads;
}

/* The ages as a list, least first. */
static void list_ages(struct maturing_ages *young)
{
    young->count = 0;
    for (uint32_t bucket = 0; bucket < young->bucket_end; bucket++) {
        if (young->by_bucket[bucket] == 0)
            continue;
        young->list = memory_grow(young->list, &young->capacity, young->count + 1, sizeof *young->list);
        young->list[young->count++] = (struct matured_age){bucket, young->by_bucket[bucket]};
    }
}

/* Those of one row who are younger than the horizon, by bucket. */
static void collect_row(struct maturing_ages *ages, const struct young *young, const struct young_row *row, int64_t oldest_s, int64_t horizon_s, int64_t slice_s)
{
    const struct young_arrivals *arrivals = young->arrivals;
    for (size_t at = young_younger(young, row, row->begin, oldest_s, horizon_s), next; at < row->end; at = next) {
        int64_t age_s = oldest_s - arrivals[at].into_slice_s;
        uint32_t bucket = age_s > 0 ? sketch_fine(age_s, slice_s) : 0; /* whoever comes after `now` is of age 0 */
        next = bucket > 0 ? young_younger(young, row, at, oldest_s, sketch_fine_least(bucket, slice_s)) : row->end;
        add_age(ages, bucket, arrivals[next].before - arrivals[at].before);
    }
}

/* What one slice says, as one ledger counted it, about leads younger than the horizon. */
static void collect_slice(struct maturing *maturing, const struct funnel *funnel, const struct young *young, int64_t start, int64_t slice_s, int64_t now)
{
    int64_t horizons[FUNNEL_STEPS_MAX]; /* 0: nobody here is younger */
    for (int k = 0; k < funnel->step_count; k++) {
        int next = funnel->next_required[k];
        horizons[k] = next >= 0 && start + slice_s > now - funnel->steps[next].horizon_s ? funnel->steps[next].horizon_s : 0;
    }
    for (const struct young_row *row = young->rows; row < young->rows + young->row_count; row++) {
        if (horizons[row->step] == 0)
            continue;
        maturing->ages[row->step].leads += row->came;
        collect_row(&maturing->ages[row->step], young, row, now - start, horizons[row->step], slice_s);
    }
}

/* Are those of `had` among those of `of`, so that only later slices are to be added? */
static bool goes_on(const struct maturing_of *had, const struct maturing_of *of)
{
    return had->version == of->version && had->group == of->group && had->now == of->now && had->from == of->from && had->to <= of->to;
}

void maturing_collect(struct maturing *maturing, const struct board *board, struct board_group *group, struct span span, const struct watch *watch, int64_t now)
{
    const struct funnel *funnel = board_funnel(board, group);
    int64_t slice_s = board_slice_s(board), youngest = funnel_youngest(funnel, now, slice_s);
    struct maturing_of of = {.version = board_version(board), .group = group->number, .now = now};
    of.from = slices_from(&group->slices, slice_s, span.start > youngest ? span.start : youngest);
    of.to = slices_from(&group->slices, slice_s, span.end);
    if (of.to < of.from)
        of.to = of.from; /* the span ends before anybody is young: the next one begins with the first young slice all the same */
    size_t from = of.from;
    if (watch == NULL && goes_on(&maturing->of, &of)) {
        from = maturing->of.to;
        if (from == of.to)
            return;
    } else {
        for (int k = 0; k < funnel->step_count; k++) {
            maturing->ages[k].bucket_end = 0;
            maturing->ages[k].leads = 0;
        }
    }
    for (size_t i = from; i < of.to; i++) {
        int64_t start = group->slices.list[i].number * slice_s;
        if (watch == NULL || watch_takes(watch, start, slice_s))
            collect_slice(maturing, funnel, slices_young(&group->slices, i), start, slice_s, now);
    }
    for (int k = 0; k < funnel->step_count; k++)
        list_ages(&maturing->ages[k]);
    maturing->of = watch == NULL ? of : (struct maturing_of){0};
}

void maturing_estimate(struct maturing *maturing, const struct tally_entry *entries, size_t entry_count, int from, int64_t leads, struct matured *out)
{
    const struct maturing_ages *young = &maturing->ages[from];
    size_t exits = collect_exits(maturing, entries, entry_count, from);
    out->leads = leads;
    out->mature = leads - young->leads;
    matured_estimate(out, maturing->exits, exits, young->list, young->count);
}

void maturing_free(struct maturing *maturing)
{
    free(maturing->exits);
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++) {
        free(maturing->ages[k].list);
        free(maturing->ages[k].by_bucket);
    }
}
