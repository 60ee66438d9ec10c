#include "standing.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"

void standing_add(struct standing *standing, int32_t slice, int64_t leads)
{
    standing->leads += leads;
    size_t place = standing->count; /* stays mostly began of late: look from the end */
    while (place > 0 && standing->stays[place - 1].slice > slice)
        place--;
    if (place > 0 && standing->stays[place - 1].slice == slice) {
        place--;
        standing->stays[place].leads += leads;
        if (standing->stays[place].leads == 0) {
            standing->count--;
            for (size_t i = place; i < standing->count; i++)
                standing->stays[i] = standing->stays[i + 1];
        }
        return;
    }
    standing->stays = memory_grow(standing->stays, &standing->capacity, standing->count + 1, sizeof *standing->stays);
    for (size_t i = standing->count++; i > place; i--)
        standing->stays[i] = standing->stays[i - 1];
    standing->stays[place] = (struct standing_stay){slice, leads};
}

void standing_free(struct standing *standing)
{
    free(standing->stays);
    *standing = (struct standing){0};
}

int64_t standing_age_quantile(const struct standing *standing, int64_t slice_s, int64_t tick, double q)
{
    int64_t rank = (int64_t)ceil(q * (double)standing->leads - 1e-9);
    for (size_t i = standing->count; i-- > 0;) { /* stays ascend by time: ages descend */
        rank -= standing->stays[i].leads;
        if (rank <= 0) {
            int64_t age_s = tick - standing->stays[i].slice * slice_s;
            return age_s > 0 ? age_s : 0;
        }
    }
    return -1;
}
