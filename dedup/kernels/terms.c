/* Each article's distinct terms; the words of an article that stand in known passages. */
#include "native.h"

/* cut_terms(stems, offsets, out, out_offsets, counts, term_of) -> how many terms there are */
PyObject *cut_terms(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer stems, offsets, out, out_offsets, counts, places;
    if (!PyArg_ParseTuple(args, "y*y*w*w*w*w*", &stems, &offsets, &out, &out_offsets, &counts,
                          &places))
        return NULL;
    const uint64_t *stem = stems.buf;
    const int64_t *start = offsets.buf;
    uint64_t *term = out.buf;
    int64_t *end = out_offsets.buf, total = 0, longest = 0;
    uint32_t *times = counts.buf, *place = places.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    for (Py_ssize_t row = 0; row < rows; row++)
        longest = start[row + 1] - start[row] > longest ? start[row + 1] - start[row] : longest;
    size_t most = 16;
    while (most < 2 * (size_t)longest) most *= 2;
    uint32_t *table = malloc(most * sizeof *table), *rank = malloc(((size_t)longest + 1) * 4);
    uint64_t *spare = malloc(((size_t)longest + 1) * sizeof *spare);
    int fine = table && rank && spare;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            const uint64_t *s = stem + start[row];
            uint32_t *p = place + start[row];
            int64_t count = start[row + 1] - start[row];
            uint64_t *t = term + total;
            uint32_t met = 0;
            size_t size = 16;
            while (size < 2 * (size_t)count) size *= 2;
            memset(table, 0xFF, size * sizeof *table);
            for (int64_t i = 0; i < count; i++) {
                size_t at = spot(s[i]) & (size - 1);
                while (table[at] != 0xFFFFFFFFU && t[table[at]] != s[i]) at = (at + 1) & (size - 1);
                if (table[at] == 0xFFFFFFFFU) {
                    t[met] = s[i];
                    table[at] = met++;
                }
                p[i] = table[at];
            }
            /* In sorted order: find each term's rank through the table before its slot is lost. */
            sort_hashes(t, spare, met);
            memset(table, 0xFF, size * sizeof *table);
            for (uint32_t j = 0; j < met; j++) {
                size_t at = spot(t[j]) & (size - 1);
                while (table[at] != 0xFFFFFFFFU) at = (at + 1) & (size - 1);
                table[at] = j;
                times[total + j] = 0;
            }
            for (uint32_t j = 0; j < met; j++) rank[j] = 0xFFFFFFFFU;
            for (int64_t i = 0; i < count; i++) {
                uint32_t *known = rank + p[i];
                if (*known == 0xFFFFFFFFU) {
                    size_t at = spot(s[i]) & (size - 1);
                    while (t[table[at]] != s[i]) at = (at + 1) & (size - 1);
                    *known = table[at];
                }
                p[i] = *known;
                times[total + *known]++;
            }
            total += met;
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
    }
    free(table);
    free(rank);
    free(spare);
    PyBuffer_Release(&stems);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    PyBuffer_Release(&counts);
    PyBuffer_Release(&places);
    return fine ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}

/* mask_runs(words, offsets, run, highest, known, together, out): see reference.py. */
PyObject *mask_runs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, known, out;
    Py_ssize_t run, together;
    unsigned long long highest;
    if (!PyArg_ParseTuple(args, "y*y*nKy*nw*", &words, &offsets, &run, &highest, &known, &together,
                          &out))
        return NULL;
    const uint64_t *word = words.buf, *key = known.buf;
    const int64_t *start = offsets.buf;
    uint8_t *mask = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1, keys = known.len / 8;
    size_t size = 16;
    while (size < 4 * (size_t)keys) size *= 2;
    uint64_t *table = calloc(size, sizeof *table);
    if (table) {
        Py_BEGIN_ALLOW_THREADS
        int zero = keys && key[0] == 0; /* the table's free slots are zero */
        for (Py_ssize_t i = 0; i < keys; i++) {
            size_t at = spot(key[i]) & (size - 1);
            while (table[at] && table[at] != key[i]) at = (at + 1) & (size - 1);
            table[at] = key[i];
        }
        for (Py_ssize_t row = 0; row < rows && keys; row++) {
            const uint64_t *w = word + start[row];
            uint8_t *m = mask + start[row];
            int64_t count = start[row + 1] - start[row], first = -1, last = -1, met = 0;
            int64_t before = -1; /* the last key of all, known or not */
            for (int64_t i = 0; i <= count - run + 1; i++) {
                int is_known = 0, is_key = 0;
                if (i <= count - run) {
                    uint64_t sum = 0;
                    for (Py_ssize_t j = run; j-- > 0;) sum = sum * BASE + w[i + j];
                    uint64_t hash = mix(sum);
                    is_key = hash <= highest;
                    if (!is_key) continue;
                    size_t at = spot(hash) & (size - 1);
                    while (table[at] && table[at] != hash) at = (at + 1) & (size - 1);
                    is_known = hash ? table[at] == hash : zero;
                }
                if (is_known) {
                    if (!met) first = before < 0 ? 0 : i;
                    last = i;
                    met++;
                } else if (met) { /* another key, or the end of the text */
                    if (met >= together)
                        memset(m + first, 1, (size_t)((is_key ? last + run : count) - first));
                    met = 0;
                }
                before = i;
            }
        }
        Py_END_ALLOW_THREADS
        free(table);
    }
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&known);
    PyBuffer_Release(&out);
    if (!table) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
