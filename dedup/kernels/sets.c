/* Sorted sets, and what they share. */
#include "native.h"

/* Sort 64-bit numbers, eleven bits at a time from the lowest in which some differ. The result stands
 * in `a`; `spare` is as long. */
void sort_numbers(uint64_t *a, uint64_t *spare, size_t count)
{
    enum { BITS = 11, SIZE = 1 << BITS };
    if (count < 128) { /* insertion, which small sets are sorted by faster */
        for (size_t i = 1; i < count; i++) {
            uint64_t x = a[i];
            size_t j = i;
            for (; j > 0 && a[j - 1] > x; j--) a[j] = a[j - 1];
            a[j] = x;
        }
        return;
    }
    uint32_t counts[SIZE];
    uint64_t *from = a, *to = spare;
    uint64_t all = ~(uint64_t)0, any = 0;
    for (size_t i = 0; i < count; i++) {
        all &= a[i];
        any |= a[i];
    }
    for (uint64_t differing = all ^ any; differing;) {
        uint32_t shift = lowest_bit(differing);
        differing &= ~((uint64_t)(SIZE - 1) << shift);
        memset(counts, 0, sizeof counts);
        for (size_t i = 0; i < count; i++) counts[(from[i] >> shift) & (SIZE - 1)]++;
        uint32_t sum = 0;
        for (int d = 0; d < SIZE; d++) {
            uint32_t c = counts[d];
            counts[d] = sum;
            sum += c;
        }
        for (size_t i = 0; i < count; i++) to[counts[(from[i] >> shift) & (SIZE - 1)]++] = from[i];
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != a) memcpy(a, from, count * sizeof *a);
}

static int by_value(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Hashes of up to a few thousand: a bucket for each value of the top bits, then insertion. Hashes
 * spread evenly, so that a bucket holds about one; for numbers that do not, the radix sort. */
void sort_hashes(uint64_t *a, uint64_t *spare, size_t count)
{
    enum { MOST = 4096 };
    uint32_t at[MOST + 1];
    int bits = 3;
    while (((size_t)1 << bits) < count && bits < 12) bits++;
    if (count < 24 || count > 4 * MOST) {
        sort_numbers(a, spare, count);
        return;
    }
    size_t buckets = (size_t)1 << bits;
    memset(at, 0, (buckets + 1) * sizeof *at);
    for (size_t i = 0; i < count; i++) at[(a[i] >> (64 - bits)) + 1]++;
    uint32_t fullest = 0;
    for (size_t b = 1; b <= buckets; b++) {
        fullest = at[b] > fullest ? at[b] : fullest;
        at[b] += at[b - 1];
    }
    if (fullest > 64) {
        qsort(a, count, sizeof *a, by_value);
        return;
    }
    for (size_t i = 0; i < count; i++) spare[at[a[i] >> (64 - bits)]++] = a[i];
    for (size_t i = 0; i < count; i++) {
        uint64_t x = spare[i];
        size_t j = i;
        for (; j > 0 && a[j - 1] > x; j--) a[j] = a[j - 1];
        a[j] = x;
    }
}

/* sort_distinct(values, offsets, out, out_offsets, counts) -> how many values are left */
PyObject *sort_distinct(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, out, out_offsets, counts;
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*", &values, &offsets, &out, &out_offsets, &counts))
        return NULL;
    const uint64_t *value = values.buf;
    const int64_t *start = offsets.buf;
    int64_t *end = out_offsets.buf, *times = counts.buf, total = 0, longest = 0;
    uint64_t *kept = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    longest = longest_row(start, rows);
    uint64_t *sorted = malloc(2 * (size_t)(longest + 1) * sizeof *sorted);
    if (sorted) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            size_t count = (size_t)(start[row + 1] - start[row]);
            memcpy(sorted, value + start[row], count * sizeof *sorted);
            sort_hashes(sorted, sorted + longest + 1, count);
            for (size_t i = 0; i < count; i++) {
                if (i == 0 || sorted[i] != sorted[i - 1]) {
                    kept[total] = sorted[i];
                    times[total++] = 1;
                } else {
                    times[total - 1]++;
                }
            }
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
        free(sorted);
    }
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    PyBuffer_Release(&counts);
    return sorted ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}

/* The values of one row, to be looked for: far more slots than values, so that most values that it
 * does not have meet an empty one. */
struct kept {
    const uint64_t *values;
    size_t count;
    int bits;        /* so many choose a slot */
    uint32_t *slots; /* a place + 1, 0 where empty */
    uint32_t *likely;
};

static inline size_t slot_of(const struct kept *row, uint64_t value)
{
    return (size_t)((value * odd_secret) >> (64 - row->bits));
}

static void keep_row(struct kept *row, const uint64_t *values, size_t count)
{
    for (size_t i = 0; i < row->count; i++) {
        size_t at = slot_of(row, row->values[i]), mask = ((size_t)1 << row->bits) - 1;
        for (; row->slots[at]; at = (at + 1) & mask) row->slots[at] = 0;
    }
    row->values = values;
    row->count = count;
    row->bits = 8;
    while (((size_t)1 << row->bits) < 8 * count && row->bits < 31) row->bits++;
    for (size_t i = 0; i < count; i++) {
        size_t at = slot_of(row, values[i]), mask = ((size_t)1 << row->bits) - 1;
        while (row->slots[at]) at = (at + 1) & mask;
        row->slots[at] = (uint32_t)i + 1;
    }
}

/* How many of the values a row that is kept has. First which ones it may have: whether it does is
 * chance, and no branch to guess. */
static int64_t count_kept(const struct kept *row, const uint64_t *values, size_t count)
{
    int64_t shared = 0;
    size_t some = 0, mask = ((size_t)1 << row->bits) - 1;
    for (size_t i = 0; i < count; i++) {
        row->likely[some] = (uint32_t)i;
        some += row->slots[slot_of(row, values[i])] != 0;
    }
    for (size_t k = 0; k < some; k++) {
        uint64_t value = values[row->likely[k]];
        size_t at = slot_of(row, value);
        while (row->slots[at] && row->values[row->slots[at] - 1] != value) at = (at + 1) & mask;
        shared += row->slots[at] != 0;
    }
    return shared;
}

/* count_shared(values, offsets, pairs, out): pairs with the same left row are best asked for one
 * after the other. */
PyObject *count_shared(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, pairs, out;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &values, &offsets, &pairs, &out)) return NULL;
    const uint64_t *value = values.buf;
    const int64_t *start = offsets.buf, *pair = pairs.buf;
    int64_t *shared = out.buf, longest = 0;
    size_t size = 256;
    for (Py_ssize_t i = 0; i < pairs.len / 8; i++) {
        int64_t count = start[pair[i] + 1] - start[pair[i]];
        longest = count > longest ? count : longest;
    }
    while (size < 8 * (size_t)longest && size < (size_t)1 << 31) size *= 2;
    struct kept row = {NULL, 0, 8, calloc(size, 4), malloc(((size_t)longest + 1) * 4)};
    int fine = row.slots && row.likely;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < pairs.len / 16; i++) {
            int64_t left = pair[2 * i], right = pair[2 * i + 1];
            if (i + PAIRS_AHEAD < pairs.len / 16) {
                int64_t next = pair[2 * (i + PAIRS_AHEAD) + 1];
                prefetch(value + start[next], value + start[next + 1]);
            }
            if (i == 0 || left != pair[2 * i - 2])
                keep_row(&row, value + start[left], (size_t)(start[left + 1] - start[left]));
            shared[i] = count_kept(&row, value + start[right],
                                   (size_t)(start[right + 1] - start[right]));
        }
        Py_END_ALLOW_THREADS
    }
    free(row.slots);
    free(row.likely);
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
