/* Sorted sets, and what they share. */
#include "native.h"

/* Sort 64-bit numbers, eleven bits at a time from the lowest; digits in which none differs cost one
 * look. The result stands in `a`; `spare` is as long. */
void sort_numbers(uint64_t *a, uint64_t *spare, size_t count)
{
    enum { BITS = 11, DIGITS = 6, SIZE = 1 << BITS };
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
    uint64_t differing = all ^ any;
    for (int part = 0; part < DIGITS; part++) {
        int shift = part * BITS;
        if (!((differing >> shift) & (SIZE - 1))) continue;
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
    for (Py_ssize_t row = 0; row < rows; row++)
        longest = start[row + 1] - start[row] > longest ? start[row + 1] - start[row] : longest;
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

/* count_shared(values, offsets, pairs, out) */
PyObject *count_shared(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, pairs, out;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &values, &offsets, &pairs, &out)) return NULL;
    const uint64_t *value = values.buf;
    const int64_t *start = offsets.buf, *pair = pairs.buf;
    int64_t *shared = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < pairs.len / 16; i++) {
        const uint64_t *a = value + start[pair[2 * i]], *a_end = value + start[pair[2 * i] + 1];
        const uint64_t *b = value + start[pair[2 * i + 1]];
        const uint64_t *b_end = value + start[pair[2 * i + 1] + 1];
        int64_t count = 0;
        while (a < a_end && b < b_end) { /* no branch to guess: which side is ahead is chance */
            uint64_t x = *a, y = *b;
            count += x == y;
            a += x <= y;
            b += y <= x;
        }
        shared[i] = count;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* dot_shared(values, weights, offsets, pairs, out): whole numbers, so that no order matters. */
PyObject *dot_shared(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, weights, offsets, pairs, out;
    if (!PyArg_ParseTuple(args, "y*y*y*y*w*", &values, &weights, &offsets, &pairs, &out))
        return NULL;
    const uint32_t *value = values.buf;
    const uint32_t *weight = weights.buf;
    const int64_t *start = offsets.buf, *pair = pairs.buf;
    int64_t *dot = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < pairs.len / 16; i++) {
        int64_t a = start[pair[2 * i]], a_end = start[pair[2 * i] + 1];
        int64_t b = start[pair[2 * i + 1]], b_end = start[pair[2 * i + 1] + 1];
        uint64_t sum = 0;
        while (a < a_end && b < b_end) {
            uint32_t x = value[a], y = value[b];
            uint64_t product = (uint64_t)weight[a] * weight[b];
            sum += x == y ? product : 0;
            a += x <= y;
            b += y <= x;
        }
        dot[i] = (int64_t)sum;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&weights);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}
