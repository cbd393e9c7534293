/* Rows of entries as vectors: scaled, weighed, multiplied. Weights are worked out when they are asked
 * for: to hold them would take as much room again. */
#include "entries.h"

#include <math.h>

enum { TOGETHER = 512 }; /* entries that are looked at together: not more than an L1 cache holds */

/* Some entries, and what each weighs before its row is scaled. */
struct some {
    int64_t count;
    uint32_t terms[TOGETHER], times[TOGETHER];
    double plain[TOGETHER];
};

/* Take some of the entries between two places; gives where they end. */
static int64_t take_some(const struct vectors *all, int64_t from, int64_t to, struct some *some)
{
    int64_t count = to - from < TOGETHER ? to - from : TOGETHER;
    some->count = count;
    for (int64_t i = 0; i < count; i++) {
        uint64_t entry = get_entry(all->entries, all->wide, from + i);
        some->terms[i] = (uint32_t)(entry >> COUNT_BITS);
        some->times[i] = (uint32_t)entry & MOST_COUNTED;
    }
    return from + count;
}

/* Take those of them whose terms have a weight in a table, and note it; gives where they end. */
WIDEST static int64_t take_shared(const struct vectors *all, int64_t from, int64_t to,
                                  const uint32_t *weight_of, struct some *some,
                                  uint32_t *RESTRICT weights)
{
    const uint32_t *narrow = all->entries;
    const uint64_t *wide = all->wide ? all->entries : NULL;
    int64_t met = 0, count = to - from < TOGETHER ? to - from : TOGETHER;
    uint64_t shared[TOGETHER];
    uint32_t others[TOGETHER];
    for (int64_t i = 0; i < count && wide; i++)
        others[i] = weight_of[wide[from + i] >> COUNT_BITS];
    for (int64_t i = 0; i < count && !wide; i++)
        others[i] = weight_of[narrow[from + i] >> COUNT_BITS];
    for (int64_t i = 0; i < count; i++) { /* no branch on what is chance */
        shared[met] = wide ? wide[from + i] : narrow[from + i];
        weights[met] = others[i];
        met += others[i] > 0;
    }
    for (int64_t k = 0; k < met; k++) some->terms[k] = (uint32_t)(shared[k] >> COUNT_BITS);
    for (int64_t k = 0; k < met; k++) some->times[k] = (uint32_t)shared[k] & MOST_COUNTED;
    some->count = met;
    return from + count;
}

/* Weigh some entries plainly; gives the sum of their squares. */
WIDEST static uint64_t weigh_plainly(const struct vectors *all, struct some *some)
{
    const uint64_t *factor = all->factors;
    const uint32_t *worth = all->worths;
    uint32_t most = all->most;
    int bits = all->bits;
    uint64_t squares = 0;
    for (int64_t i = 0; i < some->count; i++) {
        uint32_t counted = some->times[i] < most ? some->times[i] : most;
        uint64_t weight = factor[counted] * worth[some->terms[i]] >> bits;
        squares += weight * weight;
        some->plain[i] = (double)(int64_t)weight;
    }
    return squares;
}

/* Weigh some entries of a row. Each weight is one product, rounded: nothing that could be contracted,
 * so that every processor gives the same. */
WIDEST static void weigh_some(const struct vectors *all, struct some *some, double scale,
                              uint32_t *weights)
{
    weigh_plainly(all, some);
    for (int64_t i = 0; i < some->count; i++)
        weights[i] = (uint32_t)(int64_t)rint(some->plain[i] * scale);
}

/* What scales a row to the length `unit`, if it is longer than 1. */
static double scale_row(const struct vectors *all, int64_t row, double unit)
{
    struct some some;
    uint64_t squares = 0;
    for (int64_t at = all->offsets[row], end = all->offsets[row + 1]; at < end;) {
        at = take_some(all, at, end, &some);
        squares += weigh_plainly(all, &some);
    }
    double length = sqrt((double)squares);
    return unit / (length > 1.0 ? length : 1.0);
}

/* scale_rows(entries, width, offsets, worths, factors, bits, unit, rows, scales): by what some rows
 * are scaled. */
PyObject *scale_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, worths, factors, rows, scales;
    int width, bits;
    double unit;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*idy*w*", &entries, &width, &offsets, &worths, &factors,
                          &bits, &unit, &rows, &scales))
        return NULL;
    struct vectors all = vectors_of(&entries, width, &offsets, &scales, &worths, &factors, bits);
    const int64_t *row = rows.buf;
    double *scale = scales.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < rows.len / 8; i++) scale[i] = scale_row(&all, row[i], unit);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&entries);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&scales);
    Py_RETURN_NONE;
}

/* weigh_rows(entries, width, offsets, scales, worths, factors, bits, out): what each weighs. */
PyObject *weigh_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, scales, worths, factors, out;
    int width, bits;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*y*iw*", &entries, &width, &offsets, &scales, &worths,
                          &factors, &bits, &out))
        return NULL;
    struct vectors all = vectors_of(&entries, width, &offsets, &scales, &worths, &factors, bits);
    uint32_t *weights = out.buf;
    struct some some;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t row = 0; row < offsets.len / 8 - 1; row++) {
        for (int64_t at = all.offsets[row], next; at < all.offsets[row + 1]; at = next) {
            next = take_some(&all, at, all.offsets[row + 1], &some);
            weigh_some(&all, &some, all.scales[row], weights + at);
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&entries);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&scales);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

void keep_vector(const struct vectors *all, int64_t row, uint32_t *weight_of)
{
    struct some some;
    uint32_t weights[TOGETHER];
    for (int64_t at = all->offsets[row], end = all->offsets[row + 1]; at < end;) {
        at = take_some(all, at, end, &some);
        weigh_some(all, &some, all->scales[row], weights);
        for (int64_t i = 0; i < some.count; i++) weight_of[some.terms[i]] = weights[i];
    }
}

void drop_vector(const struct vectors *all, int64_t row, uint32_t *weight_of)
{
    for (int64_t at = all->offsets[row]; at < all->offsets[row + 1]; at++)
        weight_of[get_entry(all->entries, all->wide, at) >> COUNT_BITS] = 0;
}

/* Products of weights, added up. */
WIDEST static uint64_t add_up(const uint32_t *left, const uint32_t *right, int64_t count)
{
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; i++) sum += (uint64_t)left[i] * right[i];
    return sum;
}

int64_t multiply(const struct vectors *all, int64_t row, const uint32_t *weight_of)
{
    struct some some;
    uint32_t left[TOGETHER], right[TOGETHER];
    uint64_t sum = 0;
    for (int64_t at = all->offsets[row], end = all->offsets[row + 1]; at < end;) {
        at = take_shared(all, at, end, weight_of, &some, left);
        weigh_some(all, &some, all->scales[row], right);
        sum += add_up(left, right, some.count);
    }
    return (int64_t)sum;
}

/* dot_rows(entries, width, offsets, scales, worths, factors, bits, pairs, out): whole numbers, so
 * that no order matters. Pairs with the same left row are best asked for one after the other. */
PyObject *dot_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, scales, worths, factors, pairs, out;
    int width, bits;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*y*iy*w*", &entries, &width, &offsets, &scales, &worths,
                          &factors, &bits, &pairs, &out))
        return NULL;
    struct vectors all = vectors_of(&entries, width, &offsets, &scales, &worths, &factors, bits);
    const int64_t *pair = pairs.buf;
    int64_t *product = out.buf;
    uint32_t *weight_of = calloc(all.terms + 1, sizeof *weight_of);
    if (weight_of) {
        const char *from = all.entries;
        int64_t last = -1;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < pairs.len / 16; i++) {
            int64_t left = pair[2 * i];
            if (i + PAIRS_AHEAD < pairs.len / 16) {
                int64_t next = pair[2 * (i + PAIRS_AHEAD) + 1];
                prefetch(from + all.offsets[next] * width, from + all.offsets[next + 1] * width);
            }
            if (left != last) {
                if (last >= 0) drop_vector(&all, last, weight_of);
                keep_vector(&all, left, weight_of);
                last = left;
            }
            product[i] = multiply(&all, pair[2 * i + 1], weight_of);
        }
        Py_END_ALLOW_THREADS
        free(weight_of);
    }
    PyBuffer_Release(&entries);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&scales);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    return weight_of ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
