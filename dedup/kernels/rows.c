/* Rows and values of columns: taken, counted, closed up over what is left out. */
#include "entries.h"

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

/* count_rows(entries, width, offsets, parts, out): how many rows hold each term, some of them as a
 * part of one. These come last and in their order, since a sum of floats depends on it. */
PyObject *count_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer entries, offsets, parts, out;
    int width;
    if (!PyArg_ParseTuple(args, "y*iy*y*w*", &entries, &width, &offsets, &parts, &out)) return NULL;
    const int64_t *start = offsets.buf;
    const double *part = parts.buf;
    double *count = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < entries.len / width; i++)
        count[get_entry(entries.buf, width == 8, i) >> COUNT_BITS] += 1;
    for (Py_ssize_t row = 0; row < parts.len / 8; row++) {
        double less = 1 - part[row];
        for (int64_t i = start[row]; less > 0 && i < start[row + 1]; i++)
            count[get_entry(entries.buf, width == 8, i) >> COUNT_BITS] -= less;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&entries);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&parts);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* The columns of rows that are closed up in place. */
struct columns {
    uint32_t *words;
    void *entries;
    int wide;
};

/* Move one row as it is to where the one before ends. */
static void move_row(struct columns all, int64_t at, int64_t to, int64_t size, int64_t its,
                     int64_t its_to, int64_t terms)
{
    size_t width = all.wide ? 8 : 4;
    if (at != to) memmove(all.words + to, all.words + at, (size_t)size * sizeof *all.words);
    if (its != its_to)
        memmove((char *)all.entries + (size_t)its_to * width,
                (char *)all.entries + (size_t)its * width, (size_t)terms * width);
}

/* Move the unmasked words of a row; gives how many there are. */
static int64_t close_words(const uint32_t *words, int64_t size, const uint8_t *masked, uint32_t *to)
{
    int64_t left = 0;
    for (int64_t i = 0; i < size; i++) { /* no branch on what is chance */
        to[left] = words[i];
        left += !masked[i];
    }
    return left;
}

/* Move the entries of a row whose terms stand in what is left of it; gives where they end. `times` has
 * a count for each term that there is, 0 between rows. */
static int64_t close_entries(struct columns all, const uint32_t *words, int64_t left, int64_t its,
                             int64_t end, int64_t to, const uint32_t *term_of, uint32_t *times)
{
    for (int64_t i = 0; i < left; i++) times[term_of[words[i]]]++;
    for (; its < end; its++) {
        uint64_t term = get_entry(all.entries, all.wide, its) >> COUNT_BITS;
        put_entry(all.entries, all.wide, to, term, times[term]);
        to += times[term] > 0;
        times[term] = 0;
    }
    return to;
}

/* close_rows(words, offsets, entries, width, entry_offsets, term_of, size, masked, ends, entry_ends):
 * see reference_rows.py; `size` is more than any term. */
PyObject *close_rows(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, entries, entry_offsets, term_of, masked, ends, entry_ends;
    Py_ssize_t size;
    int width;
    if (!PyArg_ParseTuple(args, "w*y*w*iy*y*ny*w*w*", &words, &offsets, &entries, &width,
                          &entry_offsets, &term_of, &size, &masked, &ends, &entry_ends))
        return NULL;
    struct columns all = {words.buf, entries.buf, width == 8};
    const uint8_t *mask = masked.buf;
    const int64_t *start = offsets.buf, *entry_start = entry_offsets.buf;
    int64_t *end = ends.buf, *entry_end = entry_ends.buf;
    uint32_t *times = calloc((size_t)size + 1, sizeof *times);
    if (times) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = entry_end[0] = 0;
        for (Py_ssize_t row = 0; row < offsets.len / 8 - 1; row++) {
            int64_t at = start[row], to = end[row], count = start[row + 1] - at;
            int64_t its = entry_start[row], its_to = entry_end[row], its_end = entry_start[row + 1];
            if (memchr(mask + at, 1, (size_t)count)) {
                count = close_words(all.words + at, count, mask + at, all.words + to);
                its_to = close_entries(all, all.words + to, count, its, its_end, its_to,
                                       term_of.buf, times);
            } else {
                move_row(all, at, to, count, its, its_to, its_end - its);
                its_to += its_end - its;
            }
            end[row + 1] = to + count;
            entry_end[row + 1] = its_to;
        }
        Py_END_ALLOW_THREADS
        free(times);
    }
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&entries);
    PyBuffer_Release(&entry_offsets);
    PyBuffer_Release(&term_of);
    PyBuffer_Release(&masked);
    PyBuffer_Release(&ends);
    PyBuffer_Release(&entry_ends);
    if (!times) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
