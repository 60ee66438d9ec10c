#include "sample.h"

#include <assert.h>
#include <stdlib.h>

#include "../core/memory.h"
#include "../wire/moment.h"
#include "sample_lead.h"
#include "sample_shape.h"
#include "workdays.h"

enum { DAY_S = 86400, FLUSH_BYTES = 1 << 18, ID_DIGITS = 7, AMOUNT_SIZE = 24, ID_SIZE = 16 };

/* ---- order: a bucket for each day, sorted when no lead can add to it any more ---- */

struct entry { /* one line to be written */
    int64_t written_s;   /* when it becomes known */
    uint32_t lead;
    uint16_t what;
    uint16_t delay_s;    /* since it happened */
};

struct bucket {
    struct entry *entries;
    size_t count, capacity;
};

struct generator {
    const struct settings *settings;
    const struct sample_plan *plan;
    const struct sample_script *script;
    const struct sample_shape *shape;
    struct sample_cast cast;
    struct workdays workdays;
    struct bucket *buckets;    /* by day since plan->start */
    int64_t bucket_count;
    int64_t written_buckets;
    struct buffer lines;
    int64_t minute;            /* the one that minute_text names; TIME_NONE: none yet */
    char minute_text[MOMENT_TEXT_SIZE + 2];
    FILE *out;
    bool failed;
};

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->written_s != b->written_s)
        return a->written_s < b->written_s ? -1 : 1;
    if (a->lead != b->lead)
        return a->lead < b->lead ? -1 : 1;
    return (a->what > b->what) - (a->what < b->what);
}

static void put_entry(struct generator *generator, struct entry entry)
{
    struct bucket *bucket = &generator->buckets[(entry.written_s - generator->plan->start) / DAY_S];
    bucket->entries = memory_grow(bucket->entries, &bucket->capacity, bucket->count + 1, sizeof *bucket->entries);
    bucket->entries[bucket->count++] = entry;
}

static void put_lead(struct generator *generator, uint32_t lead)
{
    struct sample_happening happenings[SAMPLE_HAPPENINGS];
    int count = sample_lead_live(&generator->cast, lead, happenings);
    for (int i = 0; i < count; i++) {
        int delay_s = sample_lead_delay(&generator->cast, lead, happenings[i].what);
        int64_t at = workdays_moment(&generator->workdays, happenings[i].second_s);
        put_entry(generator, (struct entry){at + delay_s, lead, (uint16_t)happenings[i].what, (uint16_t)delay_s});
    }
}

/* ---- lines ---- */

/* A number in decimal, with leading zeros up to `digits`. Returns the length. */
static size_t write_number(char *out, uint64_t number, int digits)
{
    char reversed[20];
    int length = 0;
    for (; number > 0 || length < digits; number /= 10)
        reversed[length++] = (char)('0' + number % 10);
    for (int i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    return (size_t)length;
}

static struct text id_text(uint32_t lead, char out[ID_SIZE])
{
    out[0] = '"';
    out[1] = 'L';
    size_t length = 2 + write_number(out + 2, (uint64_t)lead + 1, ID_DIGITS);
    out[length++] = '"';
    return (struct text){out, length};
}

static struct text amount_text(int64_t units, char out[AMOUNT_SIZE])
{
    size_t length = write_number(out, (uint64_t)units, 1);
    memcpy(out + length, ".00", 3);
    return (struct text){out, length + 3};
}

/* Lines come in order of time, so a minute's text serves many: only its seconds change. */
static struct text moment_text(struct generator *generator, int64_t moment)
{
    enum { SECONDS = 1 + 17 }; /* in "YYYY-MM-DDThh:mm:ss, after the quote */
    int64_t minute = time_floor(moment, 60);
    if (minute != generator->minute) {
        generator->minute = minute;
        size_t length = moment_format(&generator->settings->zone, minute, generator->minute_text + 1);
        generator->minute_text[0] = generator->minute_text[length + 1] = '"';
    }
    write_number(generator->minute_text + SECONDS, (uint64_t)(moment - minute), 2);
    return (struct text){generator->minute_text, MOMENT_LENGTH + 2};
}

static void set_stage(const struct generator *generator, const struct sample_scene *scene, const struct entry *entry, struct text *values)
{
    if (entry->what < SAMPLE_LOSS) {
        values[FIELD_STAGE] = scene->steps[entry->what];
        return;
    }
    int loss = sample_lead_loss(&generator->cast, scene, entry->lead), reason = sample_lead_reason(&generator->cast, entry->lead);
    values[FIELD_STAGE] = scene->losses.list[loss];
    if (reason >= 0 && !scene->reasoned[loss])
        values[FIELD_REASON] = generator->script->reasons.list[reason];
}

static void write_line(struct generator *generator, const struct entry *entry)
{
    const struct sample_scene *scene = sample_lead_scene(&generator->cast, entry->lead);
    struct text values[SAMPLE_VALUES] = {{NULL, 0}};
    char id[ID_SIZE], amount[AMOUNT_SIZE], score[4];
    values[FIELD_LEAD_ID] = id_text(entry->lead, id);
    values[FIELD_AT] = moment_text(generator, entry->written_s - entry->delay_s);
    values[FIELD_FUNNEL] = scene->name;
    if (entry->what == SAMPLE_SCORE) {
        values[FIELD_SCORE] = (struct text){score, write_number(score, (uint64_t)sample_lead_score(&generator->cast, entry->lead), 1)};
    } else {
        set_stage(generator, scene, entry, values);
        values[FIELD_AMOUNT] = amount_text(sample_lead_amount(&generator->cast, entry->lead), amount);
        values[FIELD_CURRENCY] = scene->currency;
    }
    for (int d = 0; d < generator->script->dimension_count; d++)
        values[FIELD_COUNT + d] = scene->values[d].list[sample_lead_value(&generator->cast, scene, entry->lead, d)];

    int times = sample_lead_twice(&generator->cast, entry->lead, entry->what) ? 2 : 1;
    for (int i = 0; i < times; i++)
        sample_shape_write(generator->shape, values, &generator->lines);
}

static void flush(struct generator *generator)
{
    if (!generator->failed && generator->lines.length > 0)
        generator->failed = fwrite(generator->lines.data, 1, generator->lines.length, generator->out) != generator->lines.length;
    generator->lines.length = 0;
}

/* Write the days before `end`; no lead still to come adds to them. */
static void write_buckets(struct generator *generator, int64_t end)
{
    for (; generator->written_buckets < end && !generator->failed; generator->written_buckets++) {
        struct bucket *bucket = &generator->buckets[generator->written_buckets];
        if (bucket->count > 0)
            qsort(bucket->entries, bucket->count, sizeof *bucket->entries, compare);
        for (size_t i = 0; i < bucket->count; i++) {
            write_line(generator, &bucket->entries[i]);
            if (generator->lines.length >= FLUSH_BYTES)
                flush(generator);
        }
        free(bucket->entries);
        *bucket = (struct bucket){0};
    }
}

static void generate(struct generator *generator)
{
    for (int64_t lead = 0; lead < generator->plan->leads && !generator->failed; lead++) {
        int64_t earliest = workdays_moment(&generator->workdays, sample_lead_earliest(&generator->cast, (uint32_t)lead));
        write_buckets(generator, (earliest - generator->plan->start) / DAY_S);
        put_lead(generator, (uint32_t)lead);
    }
    write_buckets(generator, generator->bucket_count);
    flush(generator);
    if (fflush(generator->out) != 0)
        generator->failed = true;
}

enum sample_status sample_write(const struct settings *settings, const struct sample_plan *plan, FILE *out)
{
    assert(plan->leads >= 1 && plan->leads <= SAMPLE_LEADS_MAX);
    struct workdays workdays = workdays_between(&settings->zone, plan->start, plan->days);
    if (workdays.total_s == 0)
        return SAMPLE_NO_WORKDAY;
    int funnel = plan->exact && plan->funnel < 0 ? 0 : plan->funnel;
    struct sample_script *script = sample_script_new(settings, funnel);
    struct sample_shape *shape = sample_shape_new(settings);
    struct generator generator = {
        .settings = settings, .plan = plan, .script = script, .shape = shape, .workdays = workdays, .out = out, .minute = TIME_NONE,
        .bucket_count = plan->days + 1, /* what is late may be written on the day after the last one */
    };
    generator.buckets = memory_new((size_t)generator.bucket_count * sizeof *generator.buckets);
    sample_cast_init(&generator.cast, plan, script, workdays.total_s);

    generate(&generator);

    sample_cast_free(&generator.cast);
    for (int64_t i = 0; i < generator.bucket_count; i++)
        free(generator.buckets[i].entries);
    free(generator.buckets);
    free(generator.lines.data);
    sample_shape_free(shape);
    sample_script_free(script);
    workdays_free(&generator.workdays);
    return generator.failed ? SAMPLE_NOT_WRITTEN : SAMPLE_DONE;
}
