/* Goal: tallies, deltas and records hold what was put into them. Method: random runs from a printed seed beside plain arrays that do the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../daemon/core/deltas.h"
#include "../../daemon/core/memory.h"
#include "../../daemon/core/records.h"
#include "../../daemon/core/tallies.h"
#include "random_support.h"
#include "story_support.h"

static struct random seeded(void)
{
    struct random random = {random_seed()};
    print_message("SEED=%llu\n", (unsigned long long)random.state);
    return random;
}

static void keys__hold_basis_field_step_and_detail(void **state)
{
    (void)state;
    static const struct { enum tally_basis basis; enum tally_field field; int step; uint32_t detail; } rows[] = {
        {TALLY_ACTIVITY, TALLY_REACHED, 0, 0}, {TALLY_COHORT, TALLY_LOST, 63, TALLY_DETAIL_MAX}, {TALLY_COHORT, TALLY_STANDING_AMOUNT, 1, 1},
    };
    for (int i = 0; i < COUNT_OF(rows); i++) {
        uint32_t key = tally_key(rows[i].basis, rows[i].field, rows[i].step, rows[i].detail);
        assert_int_equal(tally_key_basis(key), rows[i].basis);
        assert_int_equal(tally_key_field(key), rows[i].field);
        assert_int_equal(tally_key_step(key), rows[i].step);
        assert_int_equal(tally_key_detail(key), rows[i].detail);
    }
}

enum { KEYS = 60, STEPS = 4000 };

/* A few that lie close together and a few far apart. */
static uint32_t key_of(int i)
{
    return tally_key((enum tally_basis)(i & 1), (enum tally_field)(i % 11), i % 5, (uint32_t)(i < 40 ? i : i * 7919));
}

static void check_tally(const struct tally *tally, const int64_t *counts)
{
    uint32_t nonzero = 0;
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(tally_get(tally, key_of(i)), counts[i]);
        nonzero += counts[i] != 0;
    }
    size_t length, found = 0;
    for (int basis = 0; basis < TALLY_BASES; basis++)
        for (int field = 0; field < TALLY_AMOUNTS; field++) {
            const struct tally_entry *of_field = tally_of_field(tally, (enum tally_basis)basis, (enum tally_field)field, &length);
            for (size_t i = 0; i < length; i++) {
                assert_true((int)tally_key_basis(of_field[i].key) == basis && (int)tally_key_field(of_field[i].key) == field);
                found += of_field[i].count != 0;
            }
        }
    assert_int_equal(found, nonzero);
    const struct tally_entry *entries = tally_entries(tally, &length);
    assert_int_equal(length, nonzero);
    for (uint32_t i = 0; i < nonzero; i++)
        assert_true(entries[i].count != 0 && (i == 0 || entries[i - 1].key < entries[i].key));
}

static void tally__counts_as_a_plain_array_does(void **state)
{
    (void)state;
    struct random random = seeded();
    struct tally tallies[2] = {{0}, {0}};
    static int64_t counts[2][KEYS];
    memset(counts, 0, sizeof counts);
    for (int step = 0; step < STEPS; step++) {
        int t = random_below(&random, 2), i = random_below(&random, KEYS);
        switch (random_below(&random, 40)) {
        case 0: {
            int sign = random_one_in(&random, 2) ? 1 : -1;
            tally_merge(&tallies[t], &tallies[1 - t], sign);
            for (int k = 0; k < KEYS; k++)
                counts[t][k] += sign * counts[1 - t][k];
            break;
        }
        case 1:
            tally_clear(&tallies[t]);
            memset(counts[t], 0, sizeof counts[t]);
            break;
        case 2:
            tally_free(&tallies[t]);
            memset(counts[t], 0, sizeof counts[t]);
            break;
        case 3:
        case 4:
            tally_drop(&tallies[t], key_of(i));
            counts[t][i] = 0;
            break;
        case 5:
            tally_trim(&tallies[t]);
            break;
        default: { /* half the time back to 0 */
            int32_t count = random_one_in(&random, 2) ? (int32_t)-counts[t][i] : random_below(&random, 7) - 3;
            tally_add(&tallies[t], key_of(i), count);
            counts[t][i] += count;
        }
        }
        if (random_one_in(&random, 50)) /* looking settles: not too often, so that additions gather */
            check_tally(&tallies[t], counts[t]);
    }
    for (int t = 0; t < 2; t++)
        check_tally(&tallies[t], counts[t]);
    tally_free(&tallies[0]);
    tally_free(&tallies[1]);
}

/* Durations of thousands of leads: many keys, some of them often, some taken back. */
static void tally__holds_many_keys(void **state)
{
    (void)state;
    enum { MANY = 3000, ADDITIONS = 40000 };
    struct random random = seeded();
    static int64_t counts[MANY];
    struct tally tally = {0};
    memset(counts, 0, sizeof counts);
    for (int i = 0; i < ADDITIONS; i++) {
        int key = random_below(&random, 1 + random_below(&random, MANY));
        int32_t count = counts[key] > 0 && random_one_in(&random, 3) ? -1 : 1;
        tally_add(&tally, (uint32_t)key * 1009, count);
        counts[key] += count;
        if (i == ADDITIONS / 2)
            tally_trim(&tally);
    }
    assert_true(tally.capacity < 2 * MANY); /* additions to keys that are there take no more memory */
    struct tally_entry entry;
    uint32_t place = 0;
    for (int key = 0; key < MANY; key++)
        if (counts[key] != 0)
            assert_true(tally_next(&tally, &place, &entry) && entry.key == (uint32_t)key * 1009 && entry.count == counts[key]);
    assert_false(tally_next(&tally, &place, &entry));
    tally_free(&tally);
}

static void tallies__add_up_as_one_by_one(void **state)
{
    (void)state;
    enum { LISTED = 12 };
    struct random random = seeded();
    for (int round = 0; round < 200; round++) {
        struct tally tallies[LISTED] = {{0}}, sum = {0};
        const struct tally *list[LISTED];
        static int64_t counts[KEYS];
        memset(counts, 0, sizeof counts);
        tally_amount won = 0;
        int listed = random_below(&random, LISTED + 1), sign = random_one_in(&random, 2) ? 1 : -1;
        uint32_t won_key = tally_key(TALLY_COHORT, TALLY_WON_AMOUNT, 0, 0);
        for (int i = random_below(&random, 20); i > 0; i--) { /* it may hold something before */
            int key = random_below(&random, KEYS);
            tally_add(&sum, key_of(key), 1);
            counts[key]++;
        }
        for (int t = 0; t < listed; t++) {
            list[t] = &tallies[t];
            for (int i = random_below(&random, 60); i > 0; i--) { /* some are empty; some counts come to 0 together */
                int key = random_below(&random, KEYS), count = random_below(&random, 5) - 2;
                tally_add(&tallies[t], key_of(key), count);
                counts[key] += sign * count;
            }
            if (random_one_in(&random, 2)) {
                tally_add_amount(&tallies[t], won_key, INT64_MAX);
                won += sign * (tally_amount)INT64_MAX;
            }
        }
        tallies_add_up(list, (size_t)listed, sign, &sum);
        check_tally(&sum, counts);
        assert_true(tally_get_amount(&sum, won_key) == won);
        for (int t = 0; t < listed; t++)
            tally_free(&tallies[t]);
        tally_free(&sum);
    }
}

static void drop__while_going_through_the_keys(void **state)
{
    (void)state;
    struct tally tally = {0};
    for (int i = 0; i < KEYS; i++)
        tally_add(&tally, key_of(i), i + 1);
    struct tally_entry entry;
    int seen = 0, left = 0;
    for (uint32_t slot = 0; tally_next(&tally, &slot, &entry); seen++)
        if (entry.count % 2 == 0)
            tally_drop(&tally, entry.key);
    assert_int_equal(seen, KEYS);
    for (uint32_t slot = 0; tally_next(&tally, &slot, &entry); left++)
        assert_int_equal(entry.count % 2, 1);
    assert_int_equal(left, KEYS / 2);
    size_t length;
    tally_entries(&tally, &length);
    assert_int_equal(length, KEYS / 2);
    tally_drop(&(struct tally){0}, key_of(0)); /* nothing there: nothing happens */
    tally_free(&tally);
}

/* Many numbers and few, to others and to the same. */
static void renumber__moves_the_counts_of_one_field(void **state)
{
    (void)state;
    enum { NUMBERS = 300, OTHERS = 40 };
    struct random random = seeded();
    for (int round = 0; round < 200; round++) {
        uint32_t numbers[NUMBERS];
        int used = 1 + random_below(&random, NUMBERS);
        for (uint32_t i = 0; i < NUMBERS; i++)
            numbers[i] = round % 2 == 0 ? (i + (uint32_t)round) % NUMBERS : (uint32_t)random_below(&random, OTHERS);
        struct tally tally = {0}, expected = {0};
        for (int i = 0; i < 500; i++) {
            enum tally_basis basis = (enum tally_basis)random_below(&random, TALLY_BASES);
            enum tally_field field = random_below(&random, 2) == 0 ? TALLY_LOST : (enum tally_field)random_below(&random, TALLY_AMOUNTS);
            int step = random_below(&random, 3);
            uint32_t detail = (uint32_t)random_below(&random, used);
            int32_t count = random_below(&random, 5) - 2;
            tally_add(&tally, tally_key(basis, field, step, detail), count);
            tally_add(&expected, tally_key(basis, field, step, field == TALLY_LOST ? numbers[detail] : detail), count);
        }
        tally_renumber(&tally, TALLY_LOST, numbers);
        struct tally_entry found, wanted;
        uint32_t at = 0, at_wanted = 0;
        while (tally_next(&expected, &at_wanted, &wanted)) {
            assert_true(tally_next(&tally, &at, &found));
            assert_true(found.key == wanted.key && found.count == wanted.count);
            assert_int_equal(tally_get(&tally, found.key), found.count);
        }
        assert_false(tally_next(&tally, &at, &found));
        tally_free(&tally);
        tally_free(&expected);
    }
}

static void amounts__are_exact_beyond_64_bits_and_can_be_taken_back(void **state)
{
    (void)state;
    static const int64_t amounts[] = {INT64_MAX, INT64_MAX, INT64_MIN, -1, 1, 0, INT64_C(1) << 32, -(INT64_C(1) << 32), (INT64_C(1) << 32) - 1, 123456789012345};
    uint32_t won = tally_key(TALLY_COHORT, TALLY_WON_AMOUNT, 0, 0), lost = tally_key(TALLY_ACTIVITY, TALLY_LOST_AMOUNT, 0, 0);
    struct tally tally = {0}, sum = {0};
    tally_amount expected = 0;
    assert_true(tally_get_amount(&tally, won) == 0);
    for (int i = 0; i < COUNT_OF(amounts); i++) {
        tally_add_amount(&tally, won, amounts[i]);
        tally_add_amount(&tally, lost, amounts[i]);
        tally_add_amount(&tally, lost, amounts[i] / 2);
        expected += amounts[i];
        assert_true(tally_get_amount(&tally, won) == expected);
    }
    assert_true(tally_get_amount(&tally, tally_key(TALLY_ACTIVITY, TALLY_WON_AMOUNT, 0, 0)) == 0);
    for (int i = 0; i < 5; i++)
        tally_merge(&sum, &tally, +1);
    assert_true(tally_get_amount(&sum, won) == 5 * expected);
    for (int i = 0; i < 5; i++)
        tally_merge(&sum, &tally, -1);
    assert_true(tally_get_amount(&sum, won) == 0 && tally_get_amount(&sum, lost) == 0);
    tally_free(&tally);
    tally_free(&sum);
}

/* ---- deltas ---- */

enum { GROUPS = 40, SLICES = 100 };

static void deltas__are_filled_and_cleared_again_and_again(void **state)
{
    (void)state;
    struct random random = seeded();
    struct deltas deltas = {0};
    deltas_init(&deltas);
    for (int round = 0; round < 20; round++) {
        static int64_t counts[GROUPS][SLICES];
        static tally_amount standing[GROUPS];
        memset(counts, 0, sizeof counts);
        memset(standing, 0, sizeof standing);
        for (int i = 0; i < 3000; i++) {
            uint32_t group = (uint32_t)random_below(&random, GROUPS);
            int32_t slice = random_below(&random, SLICES) - SLICES / 2;
            int count = random_below(&random, 5) - 2;
            uint32_t place = deltas_place(&deltas, group, slice);
            tally_add(&deltas.list[place].tally, key_of(3), count);
            counts[group][slice + SLICES / 2] += count;
            deltas_add_standing(&deltas, group, 2, count);
            standing[group] += count;
        }
        for (size_t i = 0; i < deltas.count; i++) {
            struct delta *delta = &deltas.list[i];
            int64_t *count = &counts[delta->group][delta->slice + SLICES / 2];
            assert_int_equal(tally_get(&delta->tally, key_of(3)), *count);
            *count = 0; /* each (group, slice) once */
            if (random_one_in(&random, 4)) { /* whoever adds them up may take the memory away */
                tally_free(&delta->tally);
                delta->tally = (struct tally){0};
            }
        }
        for (int group = 0; group < GROUPS; group++) {
            for (int slice = 0; slice < SLICES; slice++)
                assert_int_equal(counts[group][slice], 0);
            assert_true(tally_sum_of(deltas.standing[group]->amounts[2]) == standing[group]);
        }
        deltas_clear(&deltas);
        assert_int_equal(deltas.count, 0);
    }
    deltas_free(&deltas);
}

/* ---- records ---- */

enum { LEADS = 300 };

struct kept { bool there; struct lead_set set; uint64_t elements[40]; };

static struct text id_of(int lead, char *buffer)
{
    int length = snprintf(buffer, 256, "%d", lead);
    for (; lead % 7 == 3 && length < 255; length++) /* some ids are as long as can be */
        buffer[length] = 'x';
    return (struct text){buffer, (size_t)length};
}

/* Few hashes, so that leads share them. */
static uint64_t hash_of(int lead)
{
    return lead % 5 == 0 ? 7 : (uint64_t)lead * UINT64_C(0x9E3779B97F4A7C15);
}

static void check_record(struct record *record, const struct kept *kept, struct text id)
{
    assert_int_equal(record != NULL, kept->there);
    if (record == NULL)
        return;
    struct lead_set set = record_set(record);
    assert_true(text_equal(record_id(record), id));
    assert_int_equal(set.count, kept->set.count);
    assert_memory_equal(set.elements, kept->elements, set.count * sizeof *set.elements);
    assert_true(set.amount_minor == kept->set.amount_minor);
}

static void records__keep_each_lead_under_its_own_id(void **state)
{
    (void)state;
    struct random random = seeded();
    struct records records = {0};
    records_init(&records);
    static struct kept all[2][LEADS];
    memset(all, 0, sizeof all);
    char buffer[256];
    uint64_t count = 0;
    for (int step = 0; step < 30000; step++) {
        int lead = random_below(&random, LEADS), funnel = random_below(&random, 2);
        struct kept *kept = &all[funnel][lead];
        struct text id = id_of(lead, buffer);
        struct record *record = records_find(&records, hash_of(lead), funnel, id);
        check_record(record, kept, id);
        if (record == NULL) {
            record = records_insert(&records, hash_of(lead), funnel, id);
            assert_true(record->hash == records_hash(hash_of(lead), funnel) && record_lead_hash(record) == hash_of(lead));
            assert_true(record->last_at == TIME_NONE && record->flags == 0 && record->count == 0);
            *kept = (struct kept){.there = true};
            count++;
        } else if (random_one_in(&random, 5)) {
            records_delete(&records, record);
            kept->there = false;
            count--;
            continue;
        }
        kept->set = (struct lead_set){.count = (uint32_t)random_below(&random, COUNT_OF(kept->elements)), .elements = kept->elements};
        for (uint32_t i = 0; i < kept->set.count; i++)
            kept->elements[i] = lead_element(DAY_1 + i, (uint32_t)random_below(&random, 64));
        if (kept->set.count > 0 && random_one_in(&random, 2)) {
            kept->elements[kept->set.count - 1] = lead_element(DAY_1 + 99, LEAD_AMOUNT);
            kept->set.amount_minor = (int64_t)random_next(&random);
        }
        check_record(records_store(&records, record, &kept->set), kept, id);
    }
    assert_int_equal(records.count, count);
    uint64_t slot = 0, seen = 0;
    for (struct record *record; (record = records_each(&records, &slot)) != NULL; seen++) {
        struct text id = record_id(record);
        int lead = 0;
        for (size_t i = 0; i < id.length && id.data[i] != 'x'; i++)
            lead = lead * 10 + (id.data[i] - '0');
        check_record(record, &all[record->funnel][lead], id);
    }
    assert_int_equal(seen, count);
    int sharing = 0;
    slot = records_home(&records, records_hash(7, 0));
    while (records_next(&records, records_hash(7, 0), &slot) != NULL)
        sharing++;
    for (int lead = 0; lead < LEADS; lead += 5)
        sharing -= all[0][lead].there;
    assert_int_equal(sharing, 0);
    records_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys__hold_basis_field_step_and_detail),
        cmocka_unit_test(tally__counts_as_a_plain_array_does),
        cmocka_unit_test(tally__holds_many_keys),
        cmocka_unit_test(tallies__add_up_as_one_by_one),
        cmocka_unit_test(drop__while_going_through_the_keys),
        cmocka_unit_test(renumber__moves_the_counts_of_one_field),
        cmocka_unit_test(amounts__are_exact_beyond_64_bits_and_can_be_taken_back),
        cmocka_unit_test(deltas__are_filled_and_cleared_again_and_again),
        cmocka_unit_test(records__keep_each_lead_under_its_own_id),
    };
    return cmocka_run_group_tests_name("core/tally", tests, NULL, NULL);
}
