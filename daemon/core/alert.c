#include "alert.h"

#include <stdlib.h>

#include "memory.h"

const char *const alert_own_labels[ALERT_LABELS_OWN + 1] = {"alertname", "funnel", "step", "severity", "error", NULL};

bool alert_is_own_label(struct text name)
{
    for (int i = 0; i < ALERT_LABELS_OWN; i++)
        if (text_equal(name, text_of(alert_own_labels[i])))
            return true;
    return false;
}

static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(1099511628211);
}

static uint64_t add_text(uint64_t hash, struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        hash = add_byte(hash, (unsigned char)text.data[i]);
    return add_byte(hash, 255); /* no byte of UTF-8 */
}

static int by_name(const void *a, const void *b)
{
    return text_compare(((const struct alert_label *)a)->name, ((const struct alert_label *)b)->name);
}

uint64_t alert_fingerprint(const struct alert_label *labels, int count)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    if (count == 0)
        return hash;
    struct alert_label *sorted = memory_copy(labels, (size_t)count * sizeof *labels);
    qsort(sorted, (size_t)count, sizeof *sorted, by_name);
    for (int i = 0; i < count; i++)
        hash = add_text(add_text(hash, sorted[i].name), sorted[i].value);
    free(sorted);
    return hash;
}
