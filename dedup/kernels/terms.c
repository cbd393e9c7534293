/* Each article's distinct terms; the words of an article that stand in known passages. */
#include "native.h"

/* A bit for each term, and one for each 64 of them of which the row has any; and how often it has
 * each. All are 0 between rows. */
struct tally {
    uint64_t *has, *any;
    uint32_t *times;
    size_t size;
};

/* Count the terms of a row, rising; gives how many there are. */
static int64_t count_row(struct tally *t, const uint32_t *word, int64_t count,
                         const uint32_t *term_of, uint32_t *terms, uint32_t *counts)
{
    int64_t met = 0;
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
                terms[met] = term;
                counts[met++] = t->times[term];
                t->times[term] = 0;
            }
        }
    }
    return met;
}

/* count_terms(words, offsets, term_of, size, out, out_offsets, counts) -> how many there are */
PyObject *count_terms(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, term_of, out, out_offsets, counts;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y*y*y*nw*w*w*", &words, &offsets, &term_of, &size, &out,
                          &out_offsets, &counts))
        return NULL;
    const uint32_t *word = words.buf;
    const int64_t *start = offsets.buf;
    uint32_t *terms = out.buf, *times = counts.buf;
    int64_t *end = out_offsets.buf, total = 0;
    Py_ssize_t rows = offsets.len / 8 - 1;
    struct tally tally = {calloc((size_t)size / 64 + 1, 8), calloc((size_t)size / 4096 + 1, 8),
                          calloc((size_t)size + 1, 4), (size_t)size};
    int fine = tally.has && tally.any && tally.times;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            total += count_row(&tally, word + start[row], start[row + 1] - start[row],
                               term_of.buf, terms + total, times + total);
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
    PyBuffer_Release(&counts);
    return fine ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}

/* A set of known keys; zero, which marks a free slot, is known apart. */
struct known {
    uint64_t *table;
    size_t mask;
    int zero;
};

static int learn(struct known *known, const uint64_t *keys, size_t count)
{
    size_t size = 16;
    while (size < 4 * count) size *= 2;
    known->table = calloc(size, sizeof *known->table);
    known->mask = size - 1;
    known->zero = count && keys[0] == 0; /* they are sorted */
    for (size_t i = 0; known->table && i < count; i++) {
        size_t at = spot(keys[i]) & known->mask;
        while (known->table[at] && known->table[at] != keys[i]) at = (at + 1) & known->mask;
        known->table[at] = keys[i];
    }
    return known->table != NULL;
}

static int knows(const struct known *known, uint64_t key)
{
    size_t at = spot(key) & known->mask;
    if (!key) return known->zero;
    while (known->table[at] && known->table[at] != key) at = (at + 1) & known->mask;
    return known->table[at] == key;
}

/* The places and the hashes of a row's keys; gives how many there are. */
static int64_t find_keys(const uint32_t *word, int64_t count, const uint64_t *hash_of, int64_t run,
                         uint64_t highest, uint64_t *keys, int64_t *places)
{
    enum { BLOCK = 256 };
    uint64_t values[BLOCK], hashes[BLOCK];
    int64_t found = 0, runs = count - run + 1, most = BLOCK - run + 1;
    for (int64_t from = 0; from < runs; from += most) {
        int64_t some = runs - from < most ? runs - from : most;
        for (int64_t i = 0; i < some + run - 1; i++) values[i] = hash_of[word[from + i]];
        hash_each_run(values, some, run, hashes);
        for (int64_t i = 0; i < some; i++) { /* no branch on what is chance */
            keys[found] = hashes[i];
            places[found] = from + i;
            found += hashes[i] <= highest;
        }
    }
    return found;
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
    int64_t rows = offsets.len / 8 - 1, longest = 1;
    longest = longest_row(start, rows);
    struct known all = {0};
    uint64_t *keys = malloc((size_t)longest * sizeof *keys);
    int64_t *places = malloc((size_t)longest * sizeof *places);
    int fine = learn(&all, known.buf, (size_t)known.len / 8) && keys && places;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        for (int64_t row = 0; row < rows && known.len; row++) {
            uint8_t *m = mask + start[row];
            int64_t count = start[row + 1] - start[row], first = 0;
            int64_t found = find_keys(word + start[row], count, hashes.buf, run, highest, keys,
                                      places);
            for (int64_t i = 0; i <= found; i++) {
                if (i < found && knows(&all, keys[i])) continue;
                if (i - first >= together) { /* from `first` to before `i` all are known */
                    int64_t from = first ? places[first] : 0;
                    int64_t to = i < found ? places[i - 1] + run : count;
                    memset(m + from, 1, (size_t)(to - from));
                }
                first = i + 1;
            }
        }
        Py_END_ALLOW_THREADS
    }
    free(all.table);
    free(keys);
    free(places);
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&hashes);
    PyBuffer_Release(&known);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
