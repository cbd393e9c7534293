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

/* The keys of all rows; `again` has a bit for each that may stand in several rows, and parts are what
 * has the same highest bits. */
typedef struct {
    const uint64_t *key;
    const int64_t *start;
    int64_t rows;
    uint64_t *again;
    int bits;
} Keys;

static inline uint64_t mixed(uint64_t key) { return mix(key * odd_secret); }

static inline size_t part_of(const Keys *in, uint64_t key)
{
    return (size_t)(key >> 1 >> (63 - in->bits));
}

/* Find the keys that may stand in several rows: one that is alone in its place of a table is alone
 * for sure. A place says in two bits whether it was met once, and whether more often. Gives how many
 * the part with the most has, or -1 where memory ends. */
static int64_t find_repeated(Keys *in)
{
    enum { PART = 1 << 20, MOST_BITS = 3 };
    size_t count = (size_t)in->start[in->rows];
    int64_t sizes[1 << MOST_BITS] = {0}, most = 0;
    int shift = 64 - 12;
    while (((size_t)1 << (64 - shift)) < 4 * count && shift > 64 - 32) shift--;
    while (in->bits < MOST_BITS && ((size_t)PART << in->bits) < count) in->bits++;
    uint8_t *seen = calloc(((size_t)1 << (64 - shift)) / 4, 1);
    in->again = calloc(count / 64 + 1, sizeof *in->again);
    for (size_t i = 0; seen && i < count; i++) {
        uint64_t place = mixed(in->key[i]) >> shift;
        unsigned met = seen[place / 4] >> place % 4 * 2 & 1;
        seen[place / 4] |= (uint8_t)((1 + met) << place % 4 * 2);
    }
    for (size_t i = 0; seen && in->again && i < count; i++) { /* no branch on what is chance */
        uint64_t key = mixed(in->key[i]), place = key >> shift;
        uint64_t repeated = seen[place / 4] >> place % 4 * 2 >> 1 & 1;
        in->again[i / 64] |= repeated << (i % 64);
        sizes[part_of(in, key)] += (int64_t)repeated;
    }
    for (int part = 0; part < 1 << in->bits; part++) most = sizes[part] > most ? sizes[part] : most;
    int fine = seen && in->again;
    free(seen);
    return fine ? most : -1;
}

/* The entries of one part, row by row; there is room for one more. Gives how many. */
static size_t take_part(const Keys *in, size_t part, Entry *out)
{
    size_t kept = 0;
    uint32_t row = 0;
    for (int64_t from = 0; from < in->start[in->rows]; from += 64)
        for (uint64_t left = in->again[from / 64]; left; left &= left - 1) {
            int64_t at = from + lowest_bit(left);
            while (in->start[row + 1] <= at) row++;
            uint64_t key = mixed(in->key[at]);
            out[kept] = (Entry){key, row};
            kept += part_of(in, key) == part; /* which is chance, and no branch to guess */
        }
    return kept;
}

/* A row in a bucket, which is paired with so many that follow it there. */
typedef struct {
    uint32_t row, others;
} Member;

/* The members of all buckets, bucket by bucket. */
typedef struct {
    Member *member;
    size_t count, room, cut;
} Buckets;

/* Note one bucket of sorted entries; returns 0 when memory ends. */
static int note_bucket(const Entry *entry, size_t size, size_t full, size_t limit, Buckets *found)
{
    if (found->count + size > found->room) {
        size_t room = 2 * (found->count + size) + 1024;
        Member *more = realloc(found->member, room * sizeof *more);
        if (!more) return 0;
        found->member = more;
        found->room = room;
    }
    Member *member = found->member + found->count;
    size_t first = 0;
    for (size_t i = 0; i < size; i++) {
        size_t others = size <= full ? size - 1 - i : i + 1 < size;
        member[i] = (Member){entry[i].row, (uint32_t)others};
        if (size <= full) continue;
        if (size > limit && entry[i].row / limit != entry[first].row / limit) first = i;
        if (i - first >= 2) member[first].others = (uint32_t)(i - first);
    }
    found->count += size;
    found->cut += size > full && size > limit;
    return 1;
}

/* Find all buckets of several rows; returns 0 when memory ends. */
static int find_buckets(Keys *in, size_t full, size_t limit, Buckets *found)
{
    int64_t most = find_repeated(in);
    if (most < 0) return 0;
    Entry *entries = malloc(((size_t)most + 1) * sizeof *entries);
    Entry *spare = malloc(((size_t)most + 1) * sizeof *spare);
    int fine = entries && spare;
    for (size_t part = 0; fine && part < (size_t)1 << in->bits; part++) {
        size_t count = take_part(in, part, entries);
        Entry *sorted = sort_entries(entries, spare, count);
        for (size_t i = 0, end; fine && i < count; i = end) {
            size_t size = 1; /* rows that stand twice in a bucket count once */
            for (end = i + 1; end < count && sorted[end].key == sorted[i].key; end++)
                if (sorted[end].row != sorted[i + size - 1].row) sorted[i + size++] = sorted[end];
            if (size > 1) fine = note_bucket(sorted + i, size, full, limit, found);
        }
    }
    free(entries);
    free(spare);
    return fine;
}

/* The pairs that are wanted, sorted. */
typedef struct {
    int64_t *pair;
    size_t count, room;
} Pairs;

/* What pairing works with: where the members of each row stand; how often each row is met beside one,
 * 0 between two of these, and which ones are; and room to sort those that are wanted. */
typedef struct {
    size_t *start;
    uint32_t *at, *times, *met;
    uint64_t *wanted;
    size_t count; /* of `at` */
} Beside;

/* Say of each row where its members stand, rising. */
static void index_members(const Buckets *in, size_t rows, Beside *of)
{
    for (size_t i = 0; i < in->count; i++)
        of->start[in->member[i].row + 1] += in->member[i].others > 0;
    for (size_t row = 0; row < rows; row++) of->start[row + 1] += of->start[row];
    for (size_t i = 0; i < in->count; i++)
        if (in->member[i].others) of->at[of->start[in->member[i].row]++] = (uint32_t)i;
    for (size_t row = rows; row > 0; row--) of->start[row] = of->start[row - 1];
    of->start[0] = 0;
    of->count = of->start[rows];
}

/* The pairs of one row with those that follow it, if they stand together in so many buckets as is the
 * least of one of them; returns 0 when memory ends. */
static int pair_row(const Buckets *in, size_t row, const uint32_t *least, Beside *of, Pairs *found)
{
    size_t met = 0, wanted = 0, end = of->start[row + 1];
    for (size_t k = of->start[row]; k < end; k++) {
        const Member *member = in->member + of->at[k];
        if (k + AHEAD < of->count) PREFETCH(in->member + of->at[k + AHEAD]);
        for (size_t i = 1; i <= member->others; i++) {
            uint32_t other = member[i].row;
            of->met[met] = other; /* no branch on what is chance */
            met += of->times[other]++ == 0;
        }
    }
    for (size_t i = 0; i < met; i++) {
        uint32_t other = of->met[i], needed = least[other] < least[row] ? least[other] : least[row];
        of->wanted[wanted] = other;
        wanted += of->times[other] >= needed;
        of->times[other] = 0;
    }
    if (found->count + wanted > found->room) {
        size_t room = 2 * (found->count + wanted) + 1024;
        int64_t *more = realloc(found->pair, 2 * room * sizeof *more);
        if (!more) return 0;
        found->pair = more;
        found->room = room;
    }
    sort_numbers(of->wanted, of->wanted + wanted, wanted);
    for (size_t i = 0; i < wanted; i++, found->count++) {
        found->pair[2 * found->count] = (int64_t)row;
        found->pair[2 * found->count + 1] = (int64_t)of->wanted[i];
    }
    return 1;
}

/* Pair all rows; returns 0 when memory ends. */
static int pair_rows(const Buckets *in, size_t rows, const uint32_t *least, Pairs *found)
{
    if (in->count > UINT32_MAX) return 0;
    Beside of = {calloc(rows + 2, sizeof *of.start), malloc((in->count + 1) * sizeof *of.at),
                 calloc(rows + 1, sizeof *of.times), malloc((rows + 1) * sizeof *of.met),
                 malloc(2 * (rows + 1) * sizeof *of.wanted), 0};
    int fine = of.start && of.at && of.times && of.met && of.wanted;
    if (fine) index_members(in, rows, &of);
    for (size_t row = 0; fine && row < rows; row++) fine = pair_row(in, row, least, &of, found);
    free(of.start);
    free(of.at);
    free(of.times);
    free(of.met);
    free(of.wanted);
    return fine;
}

/* bucket_pairs(keys, offsets, least, full, limit) -> (pairs, sorted; cut buckets) */
PyObject *bucket_pairs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer keys, offsets, least;
    Py_ssize_t full, limit;
    if (!PyArg_ParseTuple(args, "y*y*y*nn", &keys, &offsets, &least, &full, &limit)) return NULL;
    Keys in = {keys.buf, offsets.buf, offsets.len / 8 - 1, NULL, 0};
    Buckets buckets = {0};
    Pairs found = {0};
    int fine;
    Py_BEGIN_ALLOW_THREADS
    fine = find_buckets(&in, (size_t)full, (size_t)limit, &buckets);
    free(in.again);
    fine = fine && pair_rows(&buckets, (size_t)in.rows, least.buf, &found);
    free(buckets.member);
    Py_END_ALLOW_THREADS
    Py_ssize_t size = (Py_ssize_t)(16 * found.count);
    PyObject *pairs = fine ? PyBytes_FromStringAndSize((char *)found.pair, size) : PyErr_NoMemory();
    free(found.pair);
    PyBuffer_Release(&keys);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&least);
    return pairs ? Py_BuildValue("Nn", pairs, (Py_ssize_t)buckets.cut) : NULL;
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

/* choose_heaviest(weights, offsets, most, out, out_offsets): the places of each row's heaviest entries,
 * of equals the first; entries that weigh nothing are never chosen. */
PyObject *choose_heaviest(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer weights, offsets, out, out_offsets;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "y*y*nw*w*", &weights, &offsets, &most, &out, &out_offsets))
        return NULL;
    const uint32_t *weight = weights.buf;
    const int64_t *start = offsets.buf;
    int64_t *place = out.buf, *end = out_offsets.buf, total = 0;
    Py_ssize_t rows = offsets.len / 8 - 1;
    size_t room = (size_t)(most < weights.len / 4 ? most : weights.len / 4) + 1;
    uint64_t *heap = malloc(2 * room * sizeof *heap);
    if (heap) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
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
            for (Py_ssize_t j = 0; j < size; j++) heap[j] = (uint32_t)~heap[j];
            sort_numbers(heap, heap + room, (size_t)size);
            for (Py_ssize_t j = 0; j < size; j++) place[total++] = start[row] + (int64_t)heap[j];
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
        free(heap);
    }
    PyBuffer_Release(&weights);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    return heap ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}
