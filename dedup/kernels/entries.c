/* Rows of entries as vectors: scaled, weighed, multiplied. Weights are worked out when they are asked
 * for: to hold them takes more than to count and to scale. */
#include "entries.h"

/* What scales a row to the length `unit`, if it is longer than 1. */
static inline double scale_of(const struct vectors *all, int wide, int64_t row, double unit)
{
    uint64_t squares = 0;
    for (int64_t at = all->offsets[row]; at < all->offsets[row + 1]; at++) {
        uint64_t entry = get_entry(all->entries, wide, at);
        uint64_t plain = weigh_plainly(all, entry, all->worths[entry >> COUNT_BITS]);
        squares += plain * plain;
    }
    double length = sqrt((double)squares);
    return unit / (length > 1.0 ? length : 1.0);
}

WIDEST static double scale_row(const struct vectors *all, int64_t row, double unit)
{
    return all->wide ? scale_of(all, 1, row, unit) : scale_of(all, 0, row, unit);
}

/* scale_rows(entries, width, offsets, worths, factors, bits, unit, rows, scales): see reference_rows.py */
PyObject *scale_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, worths, factors, rows, scales;
    int width, bits;
    double unit;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*idy*w*", &entries, &width, &offsets, &worths, &factors, &bits,
                          &unit, &rows, &scales))
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

/* weigh_rows(entries, width, offsets, scales, worths, factors, bits, out): what each entry weighs. */
PyObject *weigh_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, scales, worths, factors, out;
    int width, bits;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*y*iw*", &entries, &width, &offsets, &scales, &worths, &factors,
                          &bits, &out))
        return NULL;
    struct vectors all = vectors_of(&entries, width, &offsets, &scales, &worths, &factors, bits);
    uint32_t *weights = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t row = 0; row < offsets.len / 8 - 1; row++)
        for (int64_t at = all.offsets[row]; at < all.offsets[row + 1]; at++) {
            uint64_t entry = get_entry(all.entries, all.wide, at);
            weights[at] = weigh(&all, entry, all.worths[entry >> COUNT_BITS], all.scales[row]);
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

void keep_vector(const struct vectors *all, int64_t row, uint64_t *table)
{
    for (int64_t at = all->offsets[row]; at < all->offsets[row + 1]; at++) {
        uint64_t entry = get_entry(all->entries, all->wide, at), term = entry >> COUNT_BITS;
        uint64_t worth = all->worths[term];
        table[term] = worth << 32 | weigh(all, entry, worth, all->scales[row]);
    }
}

void drop_vector(const struct vectors *all, int64_t row, uint64_t *table)
{
    for (int64_t at = all->offsets[row]; at < all->offsets[row + 1]; at++)
        table[get_entry(all->entries, all->wide, at) >> COUNT_BITS] = 0;
}

/* A term that the other row has not is worth nothing in the table. */
static inline uint64_t add_up(const struct vectors *all, int wide, int64_t row,
                              const uint64_t *table)
{
    uint64_t sum = 0;
    double scale = all->scales[row];
    for (int64_t at = all->offsets[row]; at < all->offsets[row + 1]; at++) {
        uint64_t entry = get_entry(all->entries, wide, at), other = table[entry >> COUNT_BITS];
        sum += (other & 0xFFFFFFFF) * weigh(all, entry, other >> 32, scale);
    }
    return sum;
}

WIDEST int64_t multiply(const struct vectors *all, int64_t row, const uint64_t *table)
{
    return (int64_t)(all->wide ? add_up(all, 1, row, table) : add_up(all, 0, row, table));
}

/* dot_rows(entries, width, offsets, scales, worths, factors, bits, pairs, out): whole numbers, so that no
 * order matters. Pairs with the same left row are best asked for one after the other. */
PyObject *dot_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, scales, worths, factors, pairs, out;
    int width, bits;
    if (!PyArg_ParseTuple(args, "y*iy*y*y*y*iy*w*", &entries, &width, &offsets, &scales, &worths, &factors,
                          &bits, &pairs, &out))
        return NULL;
    struct vectors all = vectors_of(&entries, width, &offsets, &scales, &worths, &factors, bits);
    const int64_t *pair = pairs.buf;
    int64_t *product = out.buf;
    uint64_t *table = calloc(all.terms + 1, sizeof *table);
    if (table) {
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
                if (last >= 0) drop_vector(&all, last, table);
                keep_vector(&all, left, table);
                last = left;
            }
            product[i] = multiply(&all, pair[2 * i + 1], table);
        }
        Py_END_ALLOW_THREADS
        free(table);
    }
    PyBuffer_Release(&entries);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&scales);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    return table ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
