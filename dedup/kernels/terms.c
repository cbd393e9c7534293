/* Each article's distinct terms; the words of an article that stand in known passages. */
#include "native.h"

enum { FREE = -1 };

/* Scratch memory for the longest row. */
struct table {
    uint64_t *keys;  /* what a slot holds, … */
    uint32_t *slots; /* and its number, FREE without any */
    uint64_t *spare;
    uint32_t *from, *ranks;
};

/* Number the distinct stems of a row as they come, and count them; gives how many there are. */
static uint32_t number_stems(struct table *table, const uint64_t *stem, size_t count,
                             uint64_t *term, uint32_t *times, uint32_t *place)
{
    uint32_t met = 0, *slots = table->slots;
    uint64_t *keys = table->keys;
    size_t size = 16;
    while (size < 4 * count) size *= 2;
    memset(slots, 0xFF, size * sizeof *slots);
    for (size_t i = 0; i < count; i++) {
        uint64_t s = stem[i];
        size_t at = spot(s) & (size - 1);
        /* No branch on whether it is new: that is chance. */
        while ((0 - (uint64_t)(slots[at] != (uint32_t)FREE)) & (keys[at] ^ s))
            at = (at + 1) & (size - 1);
        uint32_t is_new = slots[at] == (uint32_t)FREE, mine = is_new ? met : slots[at];
        times[met] = 0;
        keys[at] = term[mine] = s;
        slots[at] = place[i] = mine;
        times[mine]++;
        met += is_new;
    }
    return met;
}

/* Where `x` stands among sorted numbers. */
static size_t find(const uint64_t *sorted, size_t count, uint64_t x)
{
    size_t low = 0;
    while (count > 1) {
        size_t half = count / 2;
        low += sorted[low + half] <= x ? half : 0;
        count -= half;
    }
    return low;
}

/* Sort the terms of a row, and tell the rank of each: a bucket for each value of the top bits, then
 * insertion. Few hashes share a bucket; where many do, they are sorted as any numbers. */
static void rank_terms(struct table *table, uint64_t *term, size_t count)
{
    enum { BITS = 12, FULL = 64 };
    uint32_t ends[(1 << BITS) + 1], fullest = 0, *from = table->from, *ranks = table->ranks;
    uint64_t *spare = table->spare;
    int bits = 3;
    while (((size_t)1 << bits) < count && bits < BITS) bits++;
    size_t buckets = (size_t)1 << bits;
    memset(ends, 0, (buckets + 1) * sizeof *ends);
    for (size_t i = 0; i < count; i++) ends[(term[i] >> (64 - bits)) + 1]++;
    for (size_t b = 1; b <= buckets; b++) {
        fullest = ends[b] > fullest ? ends[b] : fullest;
        ends[b] += ends[b - 1];
    }
    if (fullest > FULL) {
        memcpy(spare, term, count * sizeof *term);
        sort_hashes(term, table->keys, count);
        for (size_t i = 0; i < count; i++) ranks[i] = (uint32_t)find(term, count, spare[i]);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t at = ends[term[i] >> (64 - bits)]++;
        spare[at] = term[i];
        from[at] = (uint32_t)i;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t x = spare[i];
        uint32_t mine = from[i];
        size_t j = i;
        for (; j > 0 && term[j - 1] > x; j--) {
            term[j] = term[j - 1];
            from[j] = from[j - 1];
        }
        term[j] = x;
        from[j] = mine;
    }
    for (size_t i = 0; i < count; i++) ranks[from[i]] = (uint32_t)i;
}

/* Put the counts of a row and the places of its stems into the order of its terms. */
static void arrange(struct table *table, uint32_t *times, size_t met, uint32_t *place, size_t count)
{
    uint32_t *ranks = table->ranks, *counted = table->from;
    memcpy(counted, times, met * sizeof *times);
    for (size_t i = 0; i < met; i++) times[ranks[i]] = counted[i];
    for (size_t i = 0; i < count; i++) place[i] = ranks[place[i]];
}

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
    int64_t *end = out_offsets.buf, total = 0, longest = 1;
    uint32_t *times = counts.buf, *place = places.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    longest = longest_row(start, rows);
    size_t most = 16, row_size = (size_t)longest;
    while (most < 4 * row_size) most *= 2;
    struct table table = {malloc(most * 8), malloc(most * 4), malloc(row_size * 8),
                          malloc(row_size * 4), malloc(row_size * 4)};
    int fine = table.keys && table.slots && table.spare && table.from && table.ranks;
    if (fine) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            size_t count = (size_t)(start[row + 1] - start[row]);
            uint32_t *mine = place + start[row];
            size_t met = number_stems(&table, stem + start[row], count, term + total,
                                      times + total, mine);
            rank_terms(&table, term + total, met);
            arrange(&table, times + total, met, mine, count);
            total += (int64_t)met;
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
    }
    free(table.keys);
    free(table.slots);
    free(table.spare);
    free(table.from);
    free(table.ranks);
    PyBuffer_Release(&stems);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    PyBuffer_Release(&counts);
    PyBuffer_Release(&places);
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
static int64_t find_keys(const uint64_t *word, int64_t count, int64_t run, uint64_t highest,
                         uint64_t *keys, int64_t *places)
{
    enum { BLOCK = 256 };
    uint64_t hashes[BLOCK];
    int64_t found = 0, runs = count - run + 1;
    for (int64_t from = 0; from < runs; from += BLOCK) {
        int64_t some = runs - from < BLOCK ? runs - from : BLOCK;
        hash_each_run(word + from, some, run, hashes);
        for (int64_t i = 0; i < some; i++) { /* no branch on what is chance */
            keys[found] = hashes[i];
            places[found] = from + i;
            found += hashes[i] <= highest;
        }
    }
    return found;
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
    const uint64_t *word = words.buf;
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
            int64_t found = find_keys(word + start[row], count, run, highest, keys, places);
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
    PyBuffer_Release(&known);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
