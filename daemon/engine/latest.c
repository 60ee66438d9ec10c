#include "latest.h"

#include <stdlib.h>

#include "../core/memory.h"

void latest_put(struct latest *latest, struct text key, struct text value)
{
    if (latest->keys == NULL)
        latest->keys = names_new(UINT32_MAX);
    uint32_t number = names_number(latest->keys, key);
    size_t before = latest->capacity;
    latest->values = memory_grow(latest->values, &latest->capacity, (size_t)number + 1, sizeof *latest->values);
    for (size_t i = before; i < latest->capacity; i++)
        latest->values[i] = (struct text){NULL, 0};
    free((char *)(uintptr_t)latest->values[number].data);
    latest->values[number] = (struct text){value.data != NULL ? memory_string(value.data, value.length) : NULL, value.length};
}

void latest_each(const struct latest *latest, void (*each)(void *context, struct text key, struct text value), void *context)
{
    for (uint32_t number = 0; latest->keys != NULL && number < names_count(latest->keys) && number < latest->capacity; number++)
        if (latest->values[number].data != NULL)
            each(context, names_text(latest->keys, number), latest->values[number]);
}

void latest_free(struct latest *latest)
{
    for (size_t i = 0; i < latest->capacity; i++)
        free((char *)(uintptr_t)latest->values[i].data);
    free(latest->values);
    names_free(latest->keys);
    *latest = (struct latest){0};
}
