/* Entries that share a key, paired; entries that weigh most. */
#include "native.h"

typedef struct {
    uint64_t key; /* mixed: a bijection, so that equal stays equal and every bit is chance */
    uint32_t row;
} Entry;

enum { DIGIT = 11 };

/* One stable pass of a radix sort over a digit of the key. */
static void pass(const Entry *from, Entry *to, size_t count, int shift)
{
    uint32_t counts[1 << DIGIT] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++) counts[from[i].key >> shift & ((1 << DIGIT) - 1)]++;
    for (int d = 0; d < 1 << DIGIT; d++) {
        uint32_t c = counts[d];
        counts[d] = sum;
        sum += c;
    }
    for (size_t i = 0; i < count; i++)
        to[counts[from[i].key >> shift & ((1 << DIGIT) - 1)]++] = from[i];
}

/* Sort by key; entries of one key stay in order. Of a key so many bits count as tell most of them
 * apart, which leaves little to put right. */
static Entry *sort_entries(Entry *entries, Entry *spare, size_t count)
{
    Entry *from = entries, *to = spare, *swap;
    int bits = 0;
    while (bits < 3 * DIGIT && count >> bits) {
        pass(from, to, count, bits);
        swap = from, from = to, to = swap;
        bits += DIGIT;
    }
    for (size_t i = 1; i < count; i++) {
        Entry x = from[i];
        size_t j = i;
        uint64_t low = x.key << (64 - bits);
        for (; j > 0 && from[j - 1].key << (64 - bits) == low && from[j - 1].key > x.key; j--)
            from[j] = from[j - 1];
        from[j] = x;
    }
    return from;
}

/* The entries whose key may stand in several rows: an entry alone in its place of a table is alone
 * for sure. A place says in two bits whether it was met once, and whether more often. */
static size_t repeated(const uint64_t *key, const int64_t *start, int64_t rows, Entry *out)
{
    size_t count = (size_t)start[rows], kept = 0;
    int bits = 12;
    while (((size_t)1 << bits) < 4 * count && bits < 30) bits++;
    uint8_t *seen = calloc(((size_t)1 << bits) / 4, 1);
    for (size_t i = 0; seen && i < count; i++) {
        size_t place = mix(key[i] * odd_secret) >> (64 - bits);
        unsigned met = seen[place / 4] >> place % 4 * 2 & 1;
        seen[place / 4] |= (uint8_t)((1 + met) << place % 4 * 2);
    }
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = start[row]; i < start[row + 1]; i++) { /* no branch on what is chance */
            uint64_t mixed = mix(key[i] * odd_secret), place = mixed >> (64 - bits);
            out[kept] = (Entry){mixed, (uint32_t)row};
            kept += !seen || seen[place / 4] >> place % 4 * 2 & 2;
        }
    free(seen);
    return kept;
}

/* Distinct pairs and how often each was met, sorted; and a heap of those met since. */
typedef struct {
    uint64_t *pairs;
    uint32_t *times;
    size_t count;
    uint64_t *heap;
    size_t met, room;
} Pairs;

enum { LEAST_ROOM = 1 << 17 };

/* Sort the heap and merge it in; returns 0 when memory ends. The heap then has room for as many as
 * there are, so that a pair is moved few times. */
static int settle(Pairs *found)
{
    size_t met = found->met, kept = 0;
    uint64_t *heap = found->heap, *spare = malloc((met + 1) * sizeof *spare);
    if (!spare) return 0;
    sort_numbers(heap, spare, met);
    free(spare);
    uint64_t *pairs = malloc((found->count + met + 1) * sizeof *pairs);
    uint32_t *times = malloc((found->count + met + 1) * sizeof *times);
    if (!pairs || !times) {
        free(pairs);
        free(times);
        return 0;
    }
    for (size_t i = 0, j = 0; i < met || j < found->count; kept++) {
        uint64_t next = j < found->count ? found->pairs[j] : heap[i];
        if (i < met && heap[i] < next) next = heap[i];
        pairs[kept] = next;
        times[kept] = j < found->count && found->pairs[j] == next ? found->times[j++] : 0;
        for (; i < met && heap[i] == next; i++) times[kept]++;
    }
    free(found->pairs);
    free(found->times);
    found->pairs = pairs;
    found->times = times;
    found->count = kept;
    found->met = 0;
    if (kept <= found->room) return 1;
    free(heap);
    found->heap = malloc(kept * sizeof *heap);
    found->room = found->heap ? kept : 0;
    return found->heap != NULL;
}

static int emit(Pairs *found, uint32_t left, uint32_t right)
{
    if (found->met == found->room && !settle(found)) return 0;
    found->heap[found->met++] = (uint64_t)left << 32 | right;
    return 1;
}

/* Pair one bucket of sorted rows; returns 0 when memory ends. */
static int pair_bucket(const Entry *bucket, size_t size, size_t full, size_t limit, Pairs *found)
{
    size_t first = 0;
    for (size_t i = 1; i < size; i++) {
        if (size <= full) {
            for (size_t j = 0; j < i; j++)
                if (!emit(found, bucket[j].row, bucket[i].row)) return 0;
            continue;
        }
        if (!emit(found, bucket[i - 1].row, bucket[i].row)) return 0;
        if (size > limit && bucket[i].row / limit != bucket[first].row / limit)
            first = i;
        else if (i - first >= 2 && !emit(found, bucket[first].row, bucket[i].row))
            return 0;
    }
    return 1;
}

/* Each of the sorted pairs once, taken apart, and how often it stands there. */
static Py_ssize_t count_each(const uint64_t *packed, size_t count, int64_t *pair, int64_t *times)
{
    Py_ssize_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && packed[i] == packed[i - 1]) {
            times[kept - 1]++;
            continue;
        }
        pair[2 * kept] = (int64_t)(packed[i] >> 32);
        pair[2 * kept + 1] = (int64_t)(packed[i] & 0xFFFFFFFFULL);
        times[kept++] = 1;
    }
    return kept;
}

/* bucket_pairs(keys, offsets, full, limit) -> (pairs, sorted; how often each; cut buckets) */
PyObject *bucket_pairs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer keys, offsets;
    Py_ssize_t full, limit, cut = 0;
    if (!PyArg_ParseTuple(args, "y*y*nn", &keys, &offsets, &full, &limit)) return NULL;
    Pairs found = {NULL, NULL, 0, malloc(LEAST_ROOM * sizeof *found.heap), 0, LEAST_ROOM};
    int failed = !found.heap;
    Py_BEGIN_ALLOW_THREADS
    size_t count = (size_t)keys.len / 8;
    Entry *entries = malloc((count + 1) * sizeof *entries), *other = NULL;
    failed = failed || !entries;
    if (!failed) {
        count = repeated(keys.buf, offsets.buf, offsets.len / 8 - 1, entries);
        other = malloc((count + 1) * sizeof *other);
        failed = !other;
    }
    if (!failed) {
        Entry *sorted = sort_entries(entries, other, count);
        for (size_t i = 0; i < count && !failed;) {
            size_t end = i + 1, size = 1; /* rows that stand twice in a bucket count once */
            for (; end < count && sorted[end].key == sorted[i].key; end++)
                if (sorted[end].row != sorted[i + size - 1].row) sorted[i + size++] = sorted[end];
            cut += size > (size_t)full && size > (size_t)limit;
            failed = !pair_bucket(sorted + i, size, (size_t)full, (size_t)limit, &found);
            i = end;
        }
    }
    free(entries);
    free(other);
    failed = failed || !settle(&found);
    free(found.heap);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&keys);
    PyBuffer_Release(&offsets);
    PyObject *pairs = NULL, *counts = NULL;
    if (failed) {
        PyErr_NoMemory();
    } else {
        pairs = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(16 * found.count));
        counts = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(8 * found.count));
    }
    if (pairs && counts) {
        int64_t *pair = (int64_t *)(void *)PyBytes_AS_STRING(pairs);
        int64_t *times = (int64_t *)(void *)PyBytes_AS_STRING(counts);
        for (size_t i = 0; i < found.count; i++) {
            pair[2 * i] = (int64_t)(found.pairs[i] >> 32);
            pair[2 * i + 1] = (int64_t)(found.pairs[i] & 0xFFFFFFFFULL);
            times[i] = found.times[i];
        }
    }
    free(found.pairs);
    free(found.times);
    if (pairs && counts) return Py_BuildValue("NNn", pairs, counts, cut);
    Py_XDECREF(pairs);
    Py_XDECREF(counts);
    return NULL;
}

/* count_sorted(packed, out, counts) -> how many are distinct; packed is sorted */
PyObject *count_sorted(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer packed, out, counts;
    if (!PyArg_ParseTuple(args, "y*w*w*", &packed, &out, &counts)) return NULL;
    Py_ssize_t kept = 0;
    Py_BEGIN_ALLOW_THREADS
    kept = count_each(packed.buf, (size_t)packed.len / 8, out.buf, counts.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&packed);
    PyBuffer_Release(&out);
    PyBuffer_Release(&counts);
    return PyLong_FromSsize_t(kept);
}

/* choose_heaviest(weights, offsets, most, out): mark each row's heaviest entries, of equals the
 * first; entries that weigh nothing are never chosen. */
PyObject *choose_heaviest(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer weights, offsets, out;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "y*y*nw*", &weights, &offsets, &most, &out)) return NULL;
    const uint32_t *weight = weights.buf;
    const int64_t *start = offsets.buf;
    uint8_t *chosen = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    uint64_t *heap = malloc((size_t)(most + 1) * sizeof *heap);
    if (heap) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t row = 0; row < rows; row++) {
            Py_ssize_t size = 0; /* a sorted list of the best so far, the worst at its end */
            for (int64_t i = start[row]; i < start[row + 1]; i++) {
                if (!weight[i]) continue;
                uint64_t mine = (uint64_t)weight[i] << 32 | (uint32_t) ~(uint32_t)(i - start[row]);
                if (size == most && mine < heap[size - 1]) continue;
                Py_ssize_t j = size < most ? size++ : size - 1;
                for (; j > 0 && heap[j - 1] < mine; j--) heap[j] = heap[j - 1];
                heap[j] = mine;
            }
            for (Py_ssize_t j = 0; j < size; j++) chosen[start[row] + (uint32_t)~heap[j]] = 1;
        }
        Py_END_ALLOW_THREADS
        free(heap);
    }
    PyBuffer_Release(&weights);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    if (!heap) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
