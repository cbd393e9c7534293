/* Entries of rows of terms: a term and how often it stands in the row, in one number. */
#ifndef DEDUP_ENTRIES_H
#define DEDUP_ENTRIES_H

#include "native.h"

/* The low bits count, up to the most that they can say; entries are wide where 32 bits are too few. */
enum { COUNT_BITS = 10, MOST_COUNTED = (1 << COUNT_BITS) - 1 };

static inline uint64_t get_entry(const void *entries, int wide, int64_t at)
{
    return wide ? ((const uint64_t *)entries)[at] : ((const uint32_t *)entries)[at];
}

static inline void put_entry(void *entries, int wide, int64_t at, uint64_t term, uint64_t count)
{
    uint64_t entry = term << COUNT_BITS | (count < MOST_COUNTED ? count : MOST_COUNTED);
    if (wide)
        ((uint64_t *)entries)[at] = entry;
    else
        ((uint32_t *)entries)[at] = (uint32_t)entry;
}

/* Rows of entries as vectors. */
struct vectors {
    const void *entries;
    int wide;
    const int64_t *offsets;
    const double *scales;    /* by row */
    const uint32_t *worths;  /* by term */
    const uint64_t *factors; /* by count; the last stands for every higher one */
    uint32_t most;
    int bits;      /* by which a product of these is too fine */
    size_t terms;  /* so many there are */
};

static inline struct vectors vectors_of(const Py_buffer *entries, int width,
                                        const Py_buffer *offsets, const Py_buffer *scales,
                                        const Py_buffer *worths, const Py_buffer *factors, int bits)
{
    struct vectors all = {entries->buf,
                          width == 8,
                          offsets->buf,
                          scales->buf,
                          worths->buf,
                          factors->buf,
                          (uint32_t)(factors->len / 8 - 1),
                          bits,
                          (size_t)worths->len / 4};
    return all;
}

/* Put the weights of a row into a table by term, or take them out; it says 0 elsewhere. */
void keep_vector(const struct vectors *all, int64_t row, uint32_t *weight_of);
void drop_vector(const struct vectors *all, int64_t row, uint32_t *weight_of);

/* The product of a row with the one in the table. */
int64_t multiply(const struct vectors *all, int64_t row, const uint32_t *weight_of);

#endif
