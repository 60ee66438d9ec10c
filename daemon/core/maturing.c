#include "maturing.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "sketch.h"

struct exits { const struct tally_entry *at, *end; uint32_t bucket; }; /* an ascending stretch, and the bucket that comes next; SKETCH_BEYOND: none */

static uint32_t next_bucket(const struct exits *exits)
{
    uint32_t bucket = exits->at < exits->end ? tally_key_detail(exits->at->key) : SKETCH_BEYOND;
    return bucket < SKETCH_BEYOND ? bucket : SKETCH_BEYOND;
}

/* The exits at a bucket, and step past it. */
static inline int64_t take_exits(struct exits *exits, uint32_t bucket)
{
    if (exits->bucket != bucket)
        return 0;
    int64_t count = exits->at++->count;
    exits->bucket = next_bucket(exits);
    return count;
}

static inline uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Merge three ascending stretches of buckets not beyond the horizon into exits. */
static size_t collect_exits(struct maturing *maturing, const struct tally_entry *entries, size_t entry_count, int from)
{
    static const enum tally_field fields[] = {TALLY_TO_NEXT, TALLY_TO_NEXT_SKIPPED, TALLY_TO_LOSS};
    struct exits lists[3];
    size_t count = 0, most = 0;
    for (int i = 0; i < 3; i++) {
        size_t length;
        lists[i].at = tally_stretch(entries, entry_count, TALLY_ACTIVITY, fields[i], from, &length);
        lists[i].end = lists[i].at + length;
        lists[i].bucket = next_bucket(&lists[i]);
        most += length;
    }
    maturing->exits = memory_grow(maturing->exits, &maturing->exit_capacity, most + 1, sizeof *maturing->exits);
    for (uint32_t bucket; (bucket = least(lists[0].bucket, least(lists[1].bucket, lists[2].bucket))) != SKETCH_BEYOND; count++) {
        struct matured_exit *exit_at = &maturing->exits[count];
        exit_at->duration = bucket;
        exit_at->equal = sketch_is_exact(sketch_fine_bucket(bucket));
        exit_at->advanced = take_exits(&lists[0], bucket) + take_exits(&lists[1], bucket);
        exit_at->left = take_exits(&lists[2], bucket);
    }
    return count;
}

/* Ages go by the same buckets as the exits they are compared with: within one, as at equal times, exits come first. */
static void add_age(struct maturing_ages *ages, uint32_t bucket, int64_t leads)
{
    size_t word = bucket / 64, had = ages->word_count;
    if (word >= had) {
        ages->word_count = word + 1;
        ages->there = memory_grow(ages->there, &ages->word_capacity, ages->word_count, sizeof *ages->there);
        ages->by_bucket = memory_grow(ages->by_bucket, &ages->bucket_capacity, 64 * ages->word_count, sizeof *ages->by_bucket);
        memset(ages->there + had, 0, (ages->word_count - had) * sizeof *ages->there);
        memset(ages->by_bucket + 64 * had, 0, 64 * (ages->word_count - had) * sizeof *ages->by_bucket);
    }
    ages->there[word] |= UINT64_C(1) << bucket % 64;
    ages->by_bucket[bucket] += leads;
}

/* The ages as a list, least first. */
static void list_ages(struct maturing_ages *ages)
{
    ages->count = 0;
    for (size_t word = 0; word < ages->word_count; word++)
        for (uint64_t bits = ages->there[word]; bits != 0; bits &= bits - 1) {
            size_t bucket = 64 * word + (size_t)__builtin_ctzll(bits);
            ages->list = memory_grow(ages->list, &ages->capacity, ages->count + 1, sizeof *ages->list);
            ages->list[ages->count++] = (struct matured_age){(int64_t)bucket, ages->by_bucket[bucket]};
        }
}

/* Nobody is young. */
static void clear_ages(struct maturing_ages *ages)
{
    for (size_t i = 0; i < ages->count; i++) {
        ages->by_bucket[ages->list[i].age] = 0;
        ages->there[ages->list[i].age / 64] = 0;
    }
    ages->count = 0;
    ages->leads = 0;
}

/* Those of one row who are younger than the horizon, by bucket. */
static void collect_row(struct maturing_ages *ages, const struct young *young, const struct young_row *row, int64_t oldest_s, int64_t horizon_s, int64_t slice_s)
{
    const struct young_arrivals *arrivals = young->arrivals;
    for (size_t at = young_younger(young, row, row->begin, oldest_s, horizon_s), next; at < row->end; at = next) {
        int64_t age_s = oldest_s - arrivals[at].into_slice_s, least_s;
        if (age_s <= 0) { /* whoever comes after `now` is of age 0 */
            add_age(ages, 0, arrivals[row->end].before - arrivals[at].before);
            return;
        }
        uint32_t bucket = sketch_fine_and_least(age_s, oldest_s - slice_s, slice_s, &least_s); /* oldest_s is a multiple, too */
        next = young_younger(young, row, at + 1, oldest_s, least_s);
        add_age(ages, bucket, arrivals[next].before - arrivals[at].before);
    }
}

/* What one slice says, as one ledger counted it, about leads younger than the horizon; of each step (0: it has none). */
static void collect_slice(struct maturing *maturing, const int64_t *horizons, const struct young *young, int64_t oldest_s, int64_t slice_s)
{
    for (const struct young_row *row = young->rows; row < young->rows + young->row_count; row++) {
        int64_t horizon_s = horizons[row->step];
        if (horizon_s == 0 || oldest_s - slice_s >= horizon_s)
            continue;
        maturing->ages[row->step].leads += row->came;
        collect_row(&maturing->ages[row->step], young, row, oldest_s, horizon_s, slice_s);
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
        for (int k = 0; k < funnel->step_count; k++)
            clear_ages(&maturing->ages[k]);
    }
    int64_t horizons[FUNNEL_STEPS_MAX];
    for (int k = 0; k < funnel->step_count; k++)
        horizons[k] = funnel->next_required[k] >= 0 ? funnel->steps[funnel->next_required[k]].horizon_s : 0;
    for (size_t i = from; i < of.to; i++) {
        int64_t start = group->slices.list[i].number * slice_s;
        if (watch == NULL || watch_takes(watch, start, slice_s))
            collect_slice(maturing, horizons, slices_young(&group->slices, i), now - start, slice_s);
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
        free(maturing->ages[k].there);
    }
}
