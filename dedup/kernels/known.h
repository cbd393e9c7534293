/* Known values, among which others are looked up. */
#ifndef DEDUP_KNOWN_H
#define DEDUP_KNOWN_H

#include "native.h"

/* The values, sorted and distinct; where those begin that have the same highest bits; and a bit for
 * so many bits more: few of the values that are not known have it, and all bits together stay in the
 * processor's cache. */
struct known {
    const uint64_t *value;
    uint64_t highest, *bits;
    uint32_t *start;
    int shift; /* what lies beyond chooses the bit, and the start but for FINER bits */
};
enum { FINER = 4 };

/* Gives 0 where memory ends; what was taken is given back by `forget` either way. */
static inline int learn(struct known *known, const Py_buffer *values)
{
    size_t count = (size_t)values->len / 8;
    int bits = FINER;
    *known = (struct known){.value = values->buf};
    if (count) known->highest = known->value[count - 1];
    while (((size_t)1 << (bits - FINER)) < count && bits < 32) bits++;
    while (known->highest >> known->shift >> bits) known->shift++;
    size_t starts = (size_t)(known->highest >> known->shift >> FINER) + 1;
    known->start = calloc(starts + 1, sizeof *known->start);
    known->bits = calloc((starts << FINER) / 64 + 1, sizeof *known->bits);
    if (!known->start || !known->bits) return 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bit = known->value[i] >> known->shift;
        known->bits[bit / 64] |= (uint64_t)1 << (bit % 64);
        known->start[(bit >> FINER) + 1]++;
    }
    for (size_t i = 0; i < starts; i++) known->start[i + 1] += known->start[i];
    return 1;
}

static inline void forget(struct known *known)
{
    free(known->start);
    free(known->bits);
}

/* The place of a value among the known ones, or -1. */
static inline int32_t place_of(const struct known *known, uint64_t value)
{
    uint64_t bit = value >> known->shift;
    if (value > known->highest || !(known->bits[bit / 64] >> (bit % 64) & 1)) return -1;
    uint32_t low = known->start[bit >> FINER], beyond = known->start[(bit >> FINER) + 1];
    while (beyond - low > 1) { /* there is one where a bit is set */
        uint32_t middle = low + (beyond - low) / 2;
        if (known->value[middle] <= value)
            low = middle;
        else
            beyond = middle;
    }
    return known->value[low] == value ? (int32_t)low : -1;
}

#endif
