#include "published.h"

#include <stdlib.h>

#include "../core/memory.h"
#include "../core/names.h"
#include "../wire/digits.h"

struct published {
    const char *application;
    struct names *keys;
    uint64_t *digests; /* by key; 0: a tombstone came last */
    size_t digest_capacity;
};

struct published *published_new(const char *application)
{
    struct published *published = memory_new(sizeof *published);
    published->application = application;
    published->keys = names_new(UINT32_MAX);
    return published;
}

void published_free(struct published *published)
{
    if (published == NULL)
        return;
    names_free(published->keys);
    free(published->digests);
    free(published);
}

static uint64_t digest_of(const struct log_record *record)
{
    if (record->value.data == NULL)
        return 0;
    uint64_t digest = 2; /* of somebody else's record: whatever is to be said differs from it */
    (void)digits_read(log_header_value(record, TEXT("digest")), &digest);
    return digest;
}

/* Alerts may share the topic; a tombstone has no type. */
static bool may_be_snapshot(const struct log_record *record)
{
    struct text type = log_header_value(record, TEXT("type"));
    return type.data == NULL || text_equal(type, TEXT("snapshot"));
}

void published_see(void *context, const struct log_record *records, int count)
{
    struct published *published = context;
    for (int i = 0; i < count; i++) {
        if (!may_be_snapshot(&records[i]) || log_is_foreign(&records[i], published->application))
            continue;
        uint32_t key = names_number(published->keys, records[i].key);
        size_t before = published->digest_capacity;
        published->digests = memory_grow(published->digests, &published->digest_capacity, key + 1, sizeof *published->digests);
        if (published->digest_capacity > before)
            memset(published->digests + before, 0, (published->digest_capacity - before) * sizeof *published->digests);
        published->digests[key] = digest_of(&records[i]);
    }
}

uint64_t published_tell(const struct published *published, struct publisher *publisher)
{
    uint64_t told = 0;
    for (uint32_t key = 1; key < names_count(published->keys); key++) {
        if (published->digests[key] == 0)
            continue;
        publisher_restore(publisher, names_text(published->keys, key), published->digests[key]);
        told++;
    }
    return told;
}
