/* Goal: every episode is told once when it fires and once when it is resolved, whatever the restarts; positions never pass what has not been told.
 * Method: short stories, then random ones from a seed: records come, tellings succeed or not, the process dies and reads the topic again, compacted or not. */
#include "notice_support.h"

#include "../../daemon/notify/news.h"

enum { MOST = 64, WAIT_MS = 100 };

static void add(struct news *news, int64_t offset, const char *fingerprint, const char *id, const char *status, const char *funnel)
{
    char labels[128];
    snprintf(labels, sizeof labels, "\"alertname\":\"A\",\"severity\":\"x\"%s%s%s", *funnel != '\0' ? ",\"funnel\":\"" : "", funnel, *funnel != '\0' ? "\"" : "");
    struct notice *notice = notice_of(fingerprint, id, status, labels, "");
    assert_non_null(notice);
    assert_true(news_add(news, 0, offset, notice, true, 1000));
}

/* What is due at once, as "id/F id/R", and all of it told. */
static const char *tell(struct news *news, int64_t now_ms)
{
    static char said[1024];
    struct news_item *items[MOST];
    said[0] = '\0';
    int count;
    while ((count = news_due(news, now_ms, WAIT_MS, items, MOST)) > 0) {
        for (int i = 0; i < count; i++) {
            size_t length = strlen(said);
            snprintf(said + length, sizeof said - length, "%s%s/%s", length > 0 ? " " : "", items[i]->notice->id, items[i]->fires ? "F" : "R");
            news_told(news, items[i], now_ms, false);
        }
    }
    return said;
}

static struct news *fresh(int64_t position, const char *note)
{
    struct news *news = news_new();
    news_begin(news, 0, position, note);
    return news;
}

static void episode__is_told_once_when_it_fires_and_once_when_it_ends(void **state)
{
    (void)state;
    struct news *news = fresh(-1, "");
    news_caught_up(news);
    add(news, 0, "a", "a-1", "pending", "f");
    add(news, 1, "a", "a-1", "firing", "f");
    add(news, 2, "a", "a-1", "firing", "f"); /* other figures */
    assert_string_equal(tell(news, 1050), ""); /* waits for others */
    assert_string_equal(tell(news, 1100), "a-1/F");
    add(news, 3, "a", "a-1", "firing", "f");
    assert_string_equal(tell(news, 9000), "");
    add(news, 4, "a", "a-1", "resolved", "f");
    add(news, 5, "a", "a-1", "resolved", "f");
    assert_string_equal(tell(news, 9000), "a-1/R");
    add(news, 6, "a", "a-2", "firing", "f");
    assert_string_equal(tell(news, 9000), "a-2/F");
    news_free(news);
}

static void newer_state__takes_the_place_of_one_not_told(void **state)
{
    (void)state;
    struct news *news = fresh(-1, "");
    news_caught_up(news);
    add(news, 1, "a", "a-1", "firing", "f");
    add(news, 2, "a", "a-1", "resolved", "f");
    add(news, 3, "a", "a-2", "pending", "f"); /* says nothing, so it replaces nothing */
    assert_string_equal(tell(news, 9000), "a-1/R");
    news_free(news);
}

static void alerts__of_one_funnel_are_told_together_the_oldest_first(void **state)
{
    (void)state;
    struct news *news = fresh(-1, "");
    news_caught_up(news);
    add(news, 1, "a", "a-1", "firing", "f");
    add(news, 2, "b", "b-1", "firing", "g");
    add(news, 3, "c", "c-1", "firing", "f");
    add(news, 4, "d", "d-1", "firing", ""); /* of the application */
    struct news_item *items[MOST];
    assert_int_equal(news_due(news, 9000, WAIT_MS, items, MOST), 2);
    assert_string_equal(items[0]->notice->id, "a-1");
    assert_string_equal(items[1]->notice->id, "c-1");
    assert_string_equal(tell(news, 9000), "a-1/F c-1/F b-1/F d-1/F");
    assert_true(news_due_ms(news, WAIT_MS) == INT64_MAX);
    news_free(news);
}

static void position__stays_before_what_has_not_been_told(void **state)
{
    (void)state;
    char note[256];
    struct news *news = fresh(-1, ""), *later;
    struct news_item *items[MOST];
    news_caught_up(news);
    add(news, 5, "a", "a-1", "firing", "f");
    add(news, 6, "b", "b-1", "firing", "g");
    add(news, 7, "a", "a-1", "firing", "f");
    assert_int_equal(news_position(news, 0, 8, note, sizeof note), 5);
    assert_string_equal(note, "");
    assert_int_equal(news_due(news, 9000, WAIT_MS, items, MOST), 1); /* a */
    news_told(news, items[0], 9000, false);
    assert_int_equal(news_position(news, 0, 8, note, sizeof note), 6);
    assert_int_equal(strlen(note), 12);

    later = fresh(6, note); /* the topic was compacted meanwhile: 5 is gone */
    add(later, 6, "b", "b-1", "firing", "g");
    add(later, 7, "a", "a-1", "firing", "f");
    news_caught_up(later);
    assert_string_equal(tell(later, 9000), "b-1/F");
    news_free(later);
    news_free(news);
}

static void receiver__that_begins_anew_hears_of_what_fires_only(void **state)
{
    (void)state;
    struct news *news = fresh(-1, "");
    add(news, 1, "a", "a-1", "resolved", "f");
    add(news, 2, "b", "b-1", "firing", "f");
    news_caught_up(news);
    assert_string_equal(tell(news, 9000), "b-1/F");
    news_free(news);

    news = fresh(1, ""); /* it was there before: this one came and went while it was away */
    add(news, 1, "a", "a-1", "resolved", "f");
    news_caught_up(news);
    add(news, 2, "c", "c-1", "resolved", "f"); /* live, and never seen firing: nothing to tell */
    assert_string_equal(tell(news, 9000), "a-1/R");
    news_free(news);
}

static void alert__that_was_skipped_is_skipped_to_its_end(void **state)
{
    (void)state;
    char note[256];
    struct news *news = fresh(-1, "");
    struct news_item *items[MOST];
    news_caught_up(news);
    add(news, 1, "a", "a-1", "firing", "f");
    assert_int_equal(news_due(news, 9000, WAIT_MS, items, MOST), 1);
    news_told(news, items[0], 9000, true);
    assert_int_equal(news_position(news, 0, 2, note, sizeof note), 2);
    add(news, 2, "a", "a-1", "resolved", "f");
    assert_string_equal(tell(news, 9000), "");
    news_free(news);

    news = fresh(2, note); /* nothing new while this one lives */
    add(news, 1, "a", "a-1", "firing", "f");
    news_caught_up(news);
    assert_int_equal(news_position(news, 0, 2, note, sizeof note), 2);
    news_free(news);

    news = fresh(2, note);
    add(news, 1, "a", "a-1", "firing", "f");
    add(news, 2, "a", "a-1", "resolved", "f");
    news_caught_up(news);
    assert_string_equal(tell(news, 9000), "");
    news_free(news);
}

static void standing__is_what_fires_and_what_ended_lately(void **state)
{
    (void)state;
    struct news *news = fresh(-1, "");
    struct news_item *items[MOST];
    news_caught_up(news);
    add(news, 1, "a", "a-1", "firing", "f");
    add(news, 2, "b", "b-1", "firing", "f");
    tell(news, 2000);
    add(news, 3, "b", "b-1", "resolved", "f");
    tell(news, 2200);
    assert_int_equal(news_standing(news, 3000, items, MOST, 0), 2);
    assert_int_equal(news_standing(news, 3000, items, MOST, 1), 1);
    assert_int_equal(news_standing(news, 2200 + NEWS_KEPT_MS, items, MOST, 0), 1);
    news_remove(news, TEXT("a"));
    assert_int_equal(news_standing(news, 2200 + NEWS_KEPT_MS, items, MOST, 0), 0);
    news_free(news);
}

/* ---- random stories ---- */

enum { RECORDS = 400, SERIES = 6 };

struct story_record { int series, episode; const char *status; };

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static int write_story(struct story_record *records, uint64_t *seed)
{
    int episodes[SERIES] = {0}, phases[SERIES] = {0}, count = 0; /* phase 0: none, 1 pending, 2 firing */
    while (count < RECORDS) {
        int s = (int)(random_next(seed) % SERIES);
        if (phases[s] == 0) {
            episodes[s]++;
            phases[s] = random_next(seed) % 3 == 0 ? 1 : 2;
        } else if (phases[s] == 1) {
            phases[s] = 2;
        } else {
            phases[s] = random_next(seed) % 3 == 0 ? 0 : 2;
        }
        records[count++] = (struct story_record){s, episodes[s], phases[s] == 1 ? "pending" : phases[s] == 2 ? "firing" : "resolved"};
    }
    return count;
}

static void add_story(struct news *news, const struct story_record *record, int64_t offset, int64_t now_ms)
{
    char fingerprint[16], id[32], labels[64];
    snprintf(fingerprint, sizeof fingerprint, "s%d", record->series);
    snprintf(id, sizeof id, "s%d-%d", record->series, record->episode);
    snprintf(labels, sizeof labels, "\"alertname\":\"A\",\"severity\":\"x\",\"funnel\":\"f%d\"", record->series % 3);
    assert_true(news_add(news, 0, offset, notice_of(fingerprint, id, record->status, labels, ""), true, now_ms));
}

static bool is_last_of_key(const struct story_record *records, int from, int to)
{
    for (int i = from + 1; i < to; i++)
        if (records[i].series == records[from].series)
            return false;
    return true;
}

static void random_story(uint64_t seed)
{
    struct story_record records[RECORDS];
    int told[SERIES][RECORDS][2] = {0}; /* by episode: firing, resolved */
    uint64_t dice = seed * 0x9E3779B97F4A7C15U + 1;
    int count = write_story(records, &dice), written = 0, compacted = 0;
    struct news *news = fresh(-1, "");
    news_caught_up(news);
    char note[3801] = "";
    int64_t position = 0, now_ms = 0;
    while (written < count || news_due_ms(news, 0) != INT64_MAX) {
        now_ms += 1000;
        switch (random_next(&dice) % 8) {
        case 0: { /* dies, and reads all of the topic again, perhaps compacted */
            if (random_next(&dice) % 2 == 0)
                compacted = (int)position; /* Kafka keeps the newest segment as it is: what nobody has read lies there */
            news_clear(news);
            news_begin(news, 0, position, note);
            for (int i = 0; i < written; i++)
                if (i >= compacted || is_last_of_key(records, i, written))
                    add_story(news, &records[i], i, now_ms);
            news_caught_up(news);
            break;
        }
        case 1: case 2: case 3: { /* a group is told */
            struct news_item *items[MOST];
            int due = news_due(news, now_ms, 0, items, MOST);
            for (int i = 0; i < due; i++) {
                int series, episode;
                assert_int_equal(sscanf(items[i]->notice->id, "s%d-%d", &series, &episode), 2);
                if (++told[series][episode][!items[i]->fires] > 1)
                    fail_msg("seed %llu: %s told twice", (unsigned long long)seed, items[i]->notice->id);
                news_told(news, items[i], now_ms, false);
            }
            position = news_position(news, 0, written, note, sizeof note);
            break;
        }
        default:
            if (written < count) {
                add_story(news, &records[written], written, now_ms);
                written++;
            }
        }
    }
    for (int i = 0; i < count; i++) { /* whoever was told that it fires was told of its end or of a later episode; what ends last has been told */
        if (!is_last_of_key(records, i, count))
            continue;
        const struct story_record *last = &records[i];
        bool resolved = strcmp(last->status, "resolved") == 0, fires = strcmp(last->status, "firing") == 0;
        if ((resolved && told[last->series][last->episode][1] != 1) || (fires && told[last->series][last->episode][0] != 1))
            fail_msg("seed %llu: s%d-%d %s was not told", (unsigned long long)seed, last->series, last->episode, last->status);
    }
    news_free(news);
}

static void stories__at_random_tell_everything_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++)
        random_story(seed);
}

/* However many partitions the topic has, what was told of each stays told. */
static void positions__of_every_partition_count(void **state)
{
    (void)state;
    enum { PARTITIONS = 100 };
    struct news *news = news_new();
    for (int32_t p = 0; p < PARTITIONS; p++)
        news_begin(news, p, 1, "");
    for (int32_t p = 0; p < PARTITIONS; p++) {
        char key[32], id[40];
        snprintf(key, sizeof key, "k%d", (int)p);
        snprintf(id, sizeof id, "%s-1", key);
        assert_true(news_add(news, p, 0, notice_of(key, id, "firing", "\"funnel\":\"f\"", ""), true, 1000));
    }
    news_caught_up(news);
    assert_string_equal(tell(news, 9000), "");
    news_free(news);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(episode__is_told_once_when_it_fires_and_once_when_it_ends),
        cmocka_unit_test(newer_state__takes_the_place_of_one_not_told),
        cmocka_unit_test(alerts__of_one_funnel_are_told_together_the_oldest_first),
        cmocka_unit_test(position__stays_before_what_has_not_been_told),
        cmocka_unit_test(receiver__that_begins_anew_hears_of_what_fires_only),
        cmocka_unit_test(alert__that_was_skipped_is_skipped_to_its_end),
        cmocka_unit_test(standing__is_what_fires_and_what_ended_lately),
        cmocka_unit_test(stories__at_random_tell_everything_once),
        cmocka_unit_test(positions__of_every_partition_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
