#include "journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "group_sets.h"
#include "key_sort.h"
#include "memory.h"

/* FULL: additions. Each time it is posted, most of what the deltas hold is touched: so it is much beside what one lead adds, and little beside the leads. */
enum { FULL = 4 << 20, SETS_MANY = 1 << 16 };

#define NO_KEY UINT32_MAX

struct addition { uint32_t key, of; };                  /* of: number of the groups' set << 1 | taken back */
struct amount { uint32_t key, groups; int64_t minor; };

enum { CHUNK_ADDITIONS = 128, CHUNK_AMOUNTS = 64 };

struct chunk {
    uint32_t next;                /* its number */
    union {
        struct addition additions[CHUNK_ADDITIONS];
        struct amount amounts[CHUNK_AMOUNTS];
    };
};

struct page { /* what is written about one slice; the chunks begun last come first, and all others are full */
    int32_t slice;
    uint32_t addition_count, amount_count;
    uint32_t additions, amounts;  /* numbers of chunks */
};

struct run { /* what the page at hand adds to one group: in order of key, each once */
    struct tally_entry *last, *end; /* of the entries, and of their room; NULL: nothing yet */
    struct tally_entry *entries;    /* the first stands for none, so that what comes first differs from it */
    uint32_t capacity;
    uint32_t delta;                 /* of the group and the page's slice */
};

struct journal {
    struct page *pages;           /* in order of first sight */
    size_t page_count, page_capacity;
    uint32_t *slots;              /* place in `pages` + 1; 0: free */
    uint32_t slot_mask;
    struct chunk *chunks;         /* by number, in the order in which they were begun */
    size_t chunk_count, chunk_capacity;
    struct group_sets sets;
    size_t added;                 /* additions and amounts */

    /* scratch of posting */
    struct addition *sorted, *other;
    size_t sorted_capacity, other_capacity;
    struct run *runs;             /* by group */
    size_t run_count, run_capacity;
    uint32_t *open;               /* the groups with a run */
    size_t open_count, open_capacity;
};

/* ---- pages ---- */

static uint32_t home_of(const struct journal *journal, int32_t slice)
{
    return (uint32_t)((uint32_t)slice * UINT64_C(0x9E3779B97F4A7C15) >> 32) & journal->slot_mask;
}

static void put_in_slots(struct journal *journal, uint32_t place)
{
    uint32_t slot = home_of(journal, journal->pages[place].slice);
    while (journal->slots[slot] != 0)
        slot = (slot + 1) & journal->slot_mask;
    journal->slots[slot] = place + 1;
}

static struct page *new_page(struct journal *journal, int32_t slice)
{
    uint32_t place = (uint32_t)journal->page_count++;
    journal->pages = memory_grow(journal->pages, &journal->page_capacity, journal->page_count, sizeof *journal->pages);
    journal->pages[place] = (struct page){.slice = slice};
    if (journal->page_count * 2 <= journal->slot_mask) {
        put_in_slots(journal, place);
        return &journal->pages[place];
    }
    free(journal->slots);
    journal->slot_mask = journal->slot_mask * 2 + 1;
    journal->slots = memory_new(((size_t)journal->slot_mask + 1) * sizeof *journal->slots);
    for (uint32_t i = 0; i < journal->page_count; i++)
        put_in_slots(journal, i);
    return &journal->pages[place];
}

static struct page *page_of(struct journal *journal, int32_t slice)
{
    uint32_t slot = home_of(journal, slice);
    for (uint32_t place; (place = journal->slots[slot]) != 0; slot = (slot + 1) & journal->slot_mask)
        if (journal->pages[place - 1].slice == slice)
            return &journal->pages[place - 1];
    return new_page(journal, slice);
}

/* The last first: what it was put behind is still there. */
static void forget_pages(struct journal *journal)
{
    for (uint32_t place = (uint32_t)journal->page_count; place > 0; place--) {
        uint32_t slot = home_of(journal, journal->pages[place - 1].slice);
        while (journal->slots[slot] != place)
            slot = (slot + 1) & journal->slot_mask;
        journal->slots[slot] = 0;
    }
    journal->page_count = journal->chunk_count = 0;
}

static uint32_t new_chunk(struct journal *journal, uint32_t next)
{
    journal->chunks = memory_grow(journal->chunks, &journal->chunk_capacity, journal->chunk_count + 1, sizeof *journal->chunks);
    journal->chunks[journal->chunk_count].next = next;
    return (uint32_t)journal->chunk_count++;
}

/* ---- writing ---- */

static inline void write_addition(struct journal *journal, struct page *page, struct addition addition)
{
    uint32_t place = page->addition_count++ % CHUNK_ADDITIONS;
    if (place == 0)
        page->additions = new_chunk(journal, page->additions);
    journal->chunks[page->additions].additions[place] = addition;
}

static inline void write_amount(struct journal *journal, struct page *page, struct amount amount)
{
    uint32_t place = page->amount_count++ % CHUNK_AMOUNTS;
    if (place == 0)
        page->amounts = new_chunk(journal, page->amounts);
    journal->chunks[page->amounts].amounts[place] = amount;
}

void journal_add(struct journal *journal, const uint32_t *groups, int group_count, const struct contributions *contributions)
{
    uint32_t set = group_sets_number(&journal->sets, groups, group_count);
    for (size_t i = 0; i < contributions->count; i++) {
        const struct contribution *contribution = &contributions->list[i];
        struct page *page = page_of(journal, contribution->slice);
        if (tally_key_field(contribution->key) >= TALLY_AMOUNTS) {
            write_amount(journal, page, (struct amount){contribution->key, set, contribution->count});
        } else {
            assert(contribution->count == 1 || contribution->count == -1);
            write_addition(journal, page, (struct addition){contribution->key, set << 1 | (contribution->count < 0)});
        }
    }
    for (int i = 0; i < group_count; i++)
        if (groups[i] >= journal->run_count)
            journal->run_count = groups[i] + 1;
    journal->added += contributions->count;
}

bool journal_is_full(const struct journal *journal)
{
    return journal->added >= FULL;
}

/* ---- a page in order of key ---- */

/* The additions of a page as they came, and how many there are of each digit of their keys. */
static void gather(struct journal *journal, const struct page *page, struct key_digits *digits)
{
    size_t left = page->addition_count;
    journal->sorted = memory_grow(journal->sorted, &journal->sorted_capacity, left, sizeof *journal->sorted);
    for (uint32_t number = page->additions; left > 0; number = journal->chunks[number].next) {
        const struct addition *additions = journal->chunks[number].additions;
        size_t here = left % CHUNK_ADDITIONS > 0 ? left % CHUNK_ADDITIONS : CHUNK_ADDITIONS;
        left -= here;
        for (size_t i = 0; i < here; i++) {
            journal->sorted[left + i] = additions[i];
            key_digits_count(digits, additions[i].key);
        }
    }
}

static const struct addition *sort_page(struct journal *journal, const struct page *page)
{
    struct key_digits digits = {0};
    size_t count = page->addition_count;
    gather(journal, page, &digits);
    if (count <= KEY_SORT_FEW) {
        key_sort_few(journal->sorted, count);
        return journal->sorted;
    }
    journal->other = memory_grow(journal->other, &journal->other_capacity, count, sizeof *journal->other);
    return key_sort_many(journal->sorted, journal->other, count, &digits);
}

/* ---- to the groups ---- */

static void open_run(struct journal *journal, uint32_t group, int32_t slice, struct deltas *deltas)
{
    enum { RUN_LEAST = 16 };
    struct run *run = &journal->runs[group];
    if (run->entries == NULL) {
        run->capacity = RUN_LEAST;
        run->entries = memory_resize(NULL, RUN_LEAST * sizeof *run->entries);
        run->entries[0] = (struct tally_entry){NO_KEY, 0};
    }
    run->last = run->entries;
    run->end = run->entries + run->capacity - 1;
    run->delta = deltas_place(deltas, group, slice);
    journal->open = memory_grow(journal->open, &journal->open_capacity, journal->open_count + 1, sizeof *journal->open);
    journal->open[journal->open_count++] = group;
}

static void widen_run(struct run *run)
{
    size_t length = (size_t)(run->last - run->entries);
    run->capacity *= 2;
    run->entries = memory_resize(run->entries, run->capacity * sizeof *run->entries);
    run->last = run->entries + length;
    run->end = run->entries + run->capacity - 1;
}

/* Without a branch, which would often be foreseen wrongly. */
static inline void add_to_run(struct run *run, uint32_t key, int32_t count)
{
    struct tally_entry last = *run->last;
    uint32_t differs = last.key != key;
    run->last += differs;
    *run->last = (struct tally_entry){key, (last.count & ((int32_t)differs - 1)) + count};
}

static void post_additions(struct journal *journal, int32_t slice, const struct addition *additions, size_t count, struct deltas *deltas)
{
    const uint32_t *sets = journal->sets.groups;
    struct run *runs = journal->runs;
    for (size_t i = 0; i < count; i++) {
        struct addition addition = additions[i];
        int32_t one = (addition.of & 1) != 0 ? -1 : +1;
        for (const uint32_t *group = sets + (addition.of >> 1); *group != GROUP_SETS_END; group++) {
            struct run *run = &runs[*group];
            if (run->last == run->end) {
                if (run->last == NULL)
                    open_run(journal, *group, slice, deltas);
                else
                    widen_run(run);
            }
            add_to_run(run, addition.key, one);
        }
    }
}

static void post_amount(struct journal *journal, int32_t slice, const struct amount *amount, struct deltas *deltas)
{
    for (const uint32_t *group = journal->sets.groups + amount->groups; *group != GROUP_SETS_END; group++) {
        if (tally_key_field(amount->key) == TALLY_STANDING_AMOUNT) {
            deltas_add_standing(deltas, *group, tally_key_step(amount->key), amount->minor);
            continue;
        }
        if (journal->runs[*group].last == NULL)
            open_run(journal, *group, slice, deltas);
        tally_add_amount(&deltas->list[journal->runs[*group].delta].tally, amount->key, amount->minor);
    }
}

static void post_page(struct journal *journal, const struct page *page, struct deltas *deltas)
{
    post_additions(journal, page->slice, sort_page(journal, page), page->addition_count, deltas);
    uint32_t number = page->amounts;
    for (uint32_t left = page->amount_count; left-- > 0;) {
        post_amount(journal, page->slice, &journal->chunks[number].amounts[left % CHUNK_AMOUNTS], deltas);
        if (left % CHUNK_AMOUNTS == 0)
            number = journal->chunks[number].next;
    }
    for (size_t i = 0; i < journal->open_count; i++) {
        struct run *run = &journal->runs[journal->open[i]];
        tally_add_run(&deltas->list[run->delta].tally, run->entries + 1, (size_t)(run->last - run->entries));
        run->last = run->end = NULL;
    }
    journal->open_count = 0;
}

void journal_post(struct journal *journal, struct deltas *deltas)
{
    size_t had = journal->run_capacity;
    journal->runs = memory_grow(journal->runs, &journal->run_capacity, journal->run_count, sizeof *journal->runs);
    if (journal->run_capacity > had)
        memset(journal->runs + had, 0, (journal->run_capacity - had) * sizeof *journal->runs);
    for (size_t i = 0; i < journal->page_count; i++)
        post_page(journal, &journal->pages[i], deltas);
    forget_pages(journal);
    journal->added = 0;
    if (journal->sets.count > SETS_MANY)
        group_sets_free(&journal->sets);
}

void journal_trim(struct journal *journal)
{
    enum { KEPT = 4 << 20 };
    assert(journal->chunk_count == 0);
    if (journal->chunk_capacity * sizeof *journal->chunks <= KEPT)
        return;
    free(journal->chunks);
    journal->chunks = NULL;
    journal->chunk_capacity = 0;
}

struct journal *journal_new(void)
{
    enum { SLOTS_LEAST = 256 };
    struct journal *journal = memory_new(sizeof *journal);
    journal->slot_mask = SLOTS_LEAST - 1;
    journal->slots = memory_new(SLOTS_LEAST * sizeof *journal->slots);
    return journal;
}

void journal_free(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (size_t i = 0; i < journal->run_capacity; i++)
        free(journal->runs[i].entries);
    free(journal->runs);
    free(journal->open);
    free(journal->pages);
    free(journal->chunks);
    free(journal->slots);
    group_sets_free(&journal->sets);
    free(journal->sorted);
    free(journal->other);
    free(journal);
}
