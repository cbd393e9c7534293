/* Rows and values of columns: taken, counted, weighed, closed up over what is left out. */
#include "native.h"

#include <math.h>

/* take_rows(values, offsets, rows, width, out_offsets, out): rows of values of so many bytes each. */
PyObject *take_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, rows, out_offsets, out;
    Py_ssize_t width;
    if (!PyArg_ParseTuple(args, "y*y*y*ny*w*", &values, &offsets, &rows, &width, &out_offsets,
                          &out))
        return NULL;
    const uint8_t *value = values.buf;
    const int64_t *start = offsets.buf, *row = rows.buf, *place = out_offsets.buf;
    uint8_t *to = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < rows.len / 8; i++)
        memcpy(to + place[i] * width, value + start[row[i]] * width,
               (size_t)((place[i + 1] - place[i]) * width));
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&rows);
    PyBuffer_Release(&out_offsets);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* join_rows(values, offsets, numbers, sizes) -> lines end to end: line i has rows numbers[:, i] */
PyObject *join_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, numbers, sizes;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &values, &offsets, &numbers, &sizes)) return NULL;
    const uint8_t *value = values.buf;
    const int64_t *start = offsets.buf, *number = numbers.buf;
    int64_t *size = sizes.buf, total = 0;
    Py_ssize_t lines = sizes.len / 8, rows = lines ? numbers.len / 8 / lines : 0;
    Py_BEGIN_ALLOW_THREADS
    memset(size, 0, (size_t)sizes.len);
    for (Py_ssize_t row = 0; row < rows; row++)
        for (Py_ssize_t i = 0; i < lines; i++) {
            int64_t n = number[row * lines + i];
            size[i] += start[n + 1] - start[n];
        }
    for (Py_ssize_t i = 0; i < lines; i++) total += size[i];
    Py_END_ALLOW_THREADS
    PyObject *joined = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total);
    uint8_t *to = joined ? (uint8_t *)PyBytes_AS_STRING(joined) : NULL;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; to && i < lines; i++)
        for (Py_ssize_t row = 0; row < rows; row++) {
            int64_t n = number[row * lines + i];
            size_t length = (size_t)(start[n + 1] - start[n]);
            memcpy(to, value + start[n], length);
            to += length;
        }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&numbers);
    PyBuffer_Release(&sizes);
    return joined;
}

/* take_values(values, places, out): the value at each place. */
PyObject *take_values(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, places, out;
    if (!PyArg_ParseTuple(args, "y*y*w*", &values, &places, &out)) return NULL;
    const uint32_t *value = values.buf, *place = places.buf;
    uint32_t *to = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < places.len / 4; i++) to[i] = value[place[i]];
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&places);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* count_rows(values, offsets, parts, out): how many rows hold each value, some of them as a part of
 * one. These come last and in their order, since a sum of floats depends on it. */
PyObject *count_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, parts, out;
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &values, &offsets, &parts, &out)) return NULL;
    const uint32_t *value = values.buf;
    const int64_t *start = offsets.buf;
    const double *part = parts.buf;
    double *count = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < values.len / 4; i++) count[value[i]] += 1;
    for (Py_ssize_t row = 0; row < parts.len / 8; row++) {
        double less = 1 - part[row];
        for (int64_t i = start[row]; less > 0 && i < start[row + 1]; i++) count[value[i]] -= less;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&parts);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* Weigh the `size` entries of one row; `scratch` holds as many. Each weight is one product, rounded:
 * nothing that could be contracted, so that every processor gives the same. */
WIDEST static void weigh(const uint32_t *value, uint32_t *count, int64_t size,
                         const uint64_t *factor, uint32_t most, const uint32_t *worth, int bits,
                         double unit, double *scratch)
{
    uint64_t squares = 0;
    for (int64_t i = 0; i < size; i++) {
        uint32_t counted = count[i] < most ? count[i] : most;
        uint64_t weight = factor[counted] * worth[value[i]] >> bits;
        squares += weight * weight;
        scratch[i] = (double)(int64_t)weight;
    }
    double length = sqrt((double)squares), scale = unit / (length > 1.0 ? length : 1.0);
    for (int64_t i = 0; i < size; i++) count[i] = (uint32_t)(int64_t)rint(scratch[i] * scale);
}

/* weigh_rows(values, offsets, counts, factors, worths, bits, unit, rows): counts become weights. */
PyObject *weigh_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, counts, factors, worths, rows;
    int bits;
    double unit;
    if (!PyArg_ParseTuple(args, "y*y*w*y*y*idy*", &values, &offsets, &counts, &factors, &worths,
                          &bits, &unit, &rows))
        return NULL;
    const uint32_t *value = values.buf;
    const int64_t *start = offsets.buf, *row = rows.buf;
    uint32_t *count = counts.buf, most = (uint32_t)(factors.len / 8 - 1);
    Py_ssize_t some = rows.len / 8;
    int64_t longest = 1;
    for (Py_ssize_t i = 0; i < some; i++) {
        int64_t size = start[row[i] + 1] - start[row[i]];
        longest = size > longest ? size : longest;
    }
    double *scratch = malloc((size_t)longest * sizeof *scratch);
    if (scratch) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < some; i++)
            weigh(value + start[row[i]], count + start[row[i]], start[row[i] + 1] - start[row[i]],
                  factors.buf, most, worths.buf, bits, unit, scratch);
        Py_END_ALLOW_THREADS
        free(scratch);
    }
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&counts);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&rows);
    if (!scratch) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The columns of rows that are closed up in place: each row moves to where the one before ends. */
struct columns {
    uint32_t *words, *terms, *counts;
};

/* Move one row as it is. */
static void move_row(struct columns from, int64_t size, int64_t terms, struct columns to)
{
    if (from.words == to.words) return;
    memmove(to.words, from.words, (size_t)size * sizeof *to.words);
    memmove(to.terms, from.terms, (size_t)terms * sizeof *to.terms);
    memmove(to.counts, from.counts, (size_t)terms * sizeof *to.counts);
}

/* Move one row without its masked words; `size` and `terms` are then how many are left. `times` has a
 * count for each term that there is, 0 between rows. */
static void close_row(struct columns from, int64_t *size, int64_t *terms, const uint8_t *masked,
                      const uint32_t *term_of, uint32_t *times, struct columns to)
{
    int64_t left = 0, terms_left = 0;
    for (int64_t i = 0; i < *size; i++) { /* no branch on what is chance */
        to.words[left] = from.words[i];
        left += !masked[i];
    }
    for (int64_t i = 0; i < left; i++) times[term_of[to.words[i]]]++;
    for (int64_t i = 0; i < *terms; i++) {
        uint32_t term = from.terms[i];
        to.terms[terms_left] = term;
        to.counts[terms_left] = times[term];
        terms_left += times[term] > 0;
        times[term] = 0;
    }
    *size = left;
    *terms = terms_left;
}

/* close_rows(words, offsets, terms, counts, term_offsets, term_of, size, masked, ends, term_ends):
 * see reference_rows.py; `size` is more than any term. */
PyObject *close_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, terms, counts, term_offsets, term_of, masked, ends, term_ends;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "w*y*w*w*y*y*ny*w*w*", &words, &offsets, &terms, &counts,
                          &term_offsets, &term_of, &size, &masked, &ends, &term_ends))
        return NULL;
    uint32_t *word = words.buf, *term = terms.buf, *counted = counts.buf;
    const uint8_t *mask = masked.buf;
    const int64_t *start = offsets.buf, *term_start = term_offsets.buf;
    int64_t *end = ends.buf, *term_end = term_ends.buf;
    uint32_t *times = calloc((size_t)size + 1, sizeof *times);
    if (times) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = term_end[0] = 0;
        for (Py_ssize_t row = 0; row < offsets.len / 8 - 1; row++) {
            int64_t at = start[row], its = term_start[row], to = end[row], its_to = term_end[row];
            int64_t count = start[row + 1] - at, mine = term_start[row + 1] - its;
            struct columns old = {word + at, term + its, counted + its};
            struct columns new = {word + to, term + its_to, counted + its_to};
            if (memchr(mask + at, 1, (size_t)count))
                close_row(old, &count, &mine, mask + at, term_of.buf, times, new);
            else
                move_row(old, count, mine, new);
            end[row + 1] = to + count;
            term_end[row + 1] = its_to + mine;
        }
        Py_END_ALLOW_THREADS
        free(times);
    }
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&terms);
    PyBuffer_Release(&counts);
    PyBuffer_Release(&term_offsets);
    PyBuffer_Release(&term_of);
    PyBuffer_Release(&masked);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&term_ends);
    if (!times) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
