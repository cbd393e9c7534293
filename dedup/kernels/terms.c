/* Each article's distinct terms; the words of an article that stand in known passages. */
#include "entries.h"
#include "known.h"

/* A bit for each term, and one for each 64 of them of which the row has any; and how often it has
 * each. All are 0 between rows. */
struct tally {
    uint64_t *has, *any;
    uint32_t *times;
    size_t size;
};

/* Count the terms of a row, rising, after those that were met; gives how many there are then. */
static int64_t count_row(struct tally *t, const uint32_t *word, int64_t count,
                         const uint32_t *term_of, void *entries, int wide, int64_t met)
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t term = term_of[word[i]];
        t->times[term]++;
        t->has[term / 64] |= (uint64_t)1 << (term % 64);
        t->any[term / 4096] |= (uint64_t)1 << (term / 64 % 64);
    }
    for (size_t a = 0; a < t->size / 4096 + 1; a++) {
        for (; t->any[a]; t->any[a] &= t->any[a] - 1) {
            size_t at = 64 * a + lowest_bit(t->any[a]);
            for (; t->has[at]; t->has[at] &= t->has[at] - 1) {
                uint32_t term = (uint32_t)(64 * at + lowest_bit(t->has[at]));
                put_entry(entries, wide, met++, term, t->times[term]);
                t->times[term] = 0;
            }
        }
    }
    return met;
}

/* count_terms(words, offsets, term_of, size, out, width, out_offsets) -> how many there are */
PyObject *count_terms(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, term_of, out, out_offsets;
    Py_ssize_t size;
    int width;
    if (!PyArg_ParseTuple(args, "y*y*y*nw*iw*", &words, &offsets, &term_of, &size, &out, &width,
                          &out_offsets))
        return NULL;
    const uint32_t *word = words.buf;
    const int64_t *start = offsets.buf;
    int64_t *end = out_offsets.buf, total = 0;
    Py_ssize_t rows = offsets.len / 8 - 1;
    struct tally tally = {calloc((size_t)size / 64 + 1, 8), calloc((size_t)size / 4096 + 1, 8),
                          calloc((size_t)size + 1, 4), (size_t)size};
    int fine = tally.has && tally.any && tally.times;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            total = count_row(&tally, word + start[row], start[row + 1] - start[row],
                              term_of.buf, out.buf, width == 8, total);
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
    }
    free(tally.has);
    free(tally.any);
    free(tally.times);
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&term_of);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    return fine ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}

/* What is masked of one row: what stands between known keys that follow each other. */
struct stretch {
    uint8_t *mask;
    int64_t met, keys, from, last; /* keys of the row; the known ones at its end, and their places */
};

/* Mask the known keys that were met last, if they are enough. */
static void mask_stretch(const struct stretch *s, int64_t to, int64_t together)
{
    if (s->keys >= together) memset(s->mask + s->from, 1, (size_t)(to - s->from));
}

/* Mask one row. */
static void mask_row(const uint32_t *word, int64_t count, const uint64_t *hash_of, int64_t run,
                     uint64_t highest, const struct known *known, int64_t together, uint8_t *mask)
{
    enum { BLOCK = 256 };
    uint64_t values[BLOCK], hashes[BLOCK];
    uint32_t places[BLOCK];
    int64_t runs = count - run + 1, most = BLOCK - run + 1;
    struct stretch s = {.mask = mask};
    for (int64_t from = 0; from < runs; from += most) {
        int64_t some = runs - from < most ? runs - from : most, found = 0;
        for (int64_t i = 0; i < some + run - 1; i++) values[i] = hash_of[word[from + i]];
        hash_each_run(values, some, run, hashes);
        for (int64_t i = 0; i < some; i++) { /* no branch on what is chance */
            places[found] = (uint32_t)i;
            found += hashes[i] <= highest;
        }
        for (int64_t i = 0; i < found; i++, s.met++) {
            if (place_of(known, hashes[places[i]]) >= 0) {
                if (!s.keys++) s.from = s.met ? from + places[i] : 0;
                s.last = from + places[i];
            } else if (s.keys) {
                mask_stretch(&s, s.last + run, together);
                s.keys = 0;
            }
        }
    }
    mask_stretch(&s, count, together);
}

/* mask_runs(words, offsets, hashes, run, highest, known, together, out): see reference.py; a run is
 * of fewer words than are looked at together. */
PyObject *mask_runs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, hashes, known, out;
    Py_ssize_t run, together;
    unsigned long long highest;
    if (!PyArg_ParseTuple(args, "y*y*y*nKy*nw*", &words, &offsets, &hashes, &run, &highest,
                          &known, &together, &out))
        return NULL;
    const uint32_t *word = words.buf;
    const int64_t *start = offsets.buf;
    uint8_t *mask = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    struct known all = {0};
    int fine = 0;
    Py_BEGIN_ALLOW_THREADS
    fine = learn(&all, &known);
    for (Py_ssize_t row = 0; fine && row < rows && known.len; row++)
        mask_row(word + start[row], start[row + 1] - start[row], hashes.buf, run, highest, &all,
                 together, mask + start[row]);
    Py_END_ALLOW_THREADS
    forget(&all);
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&hashes);
    PyBuffer_Release(&known);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
