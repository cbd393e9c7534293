/* Everything that is counted on a pair of articles; reference.py says what each column means. */
#include "pairs.h"

enum {
    SHARED_RUNS, LEFT_PASSAGES, RIGHT_PASSAGES, LEFT_OWN, RIGHT_OWN, DOT, MEASURED,
    LEFT_RUNS, RIGHT_RUNS, LEFT_SAID, RIGHT_SAID, LEFT_ALIGNED, RIGHT_ALIGNED, ALIGNED_WORDS, LONGEST,
    SWAPPED, AGREEING, PLACES, COLUMNS
};

enum { MOST_FETCHED = 8192 }; /* bytes, which a cache holds beside what is looked at */

/* The blocks, seen from the other side. */
static void turn(Work *work)
{
    for (int64_t k = 0; k < work->block_count; k++) {
        Block *block = work->blocks + k, seen = *block;
        block->left = seen.right;
        block->right = seen.left;
    }
}

/* What one pair shares in the same order, and where it differs; returns 0 when memory ends. */
static int look_closely(Work *work, const Words *left, const Words *right, const Bounds *bounds,
                        const Passages *shared, uint32_t pair, int turned, Places *places,
                        int64_t *out)
{
    int64_t ours = left->count < bounds->aligned ? left->count : bounds->aligned;
    int64_t theirs = right->count < bounds->aligned ? right->count : bounds->aligned;
    if (!GROW(work->blocks, work->block_room, (size_t)(ours < theirs ? ours : theirs) + 2)) return 0;
    int64_t guess = shared->left < shared->right ? shared->left : shared->right;
    int fine = turned ? align(work, work->right_ids, theirs, work->left_ids, ours, guess)
                      : align(work, work->left_ids, ours, work->right_ids, theirs, guess);
    if (!fine) return 0;
    if (turned) turn(work);
    int64_t known = 0;
    for (int64_t k = 0; k < work->block_count; k++) {
        const Block *block = work->blocks + k;
        known = block->size > known ? block->size : known;
        out[ALIGNED_WORDS] += block->size;
        for (int64_t i = 0; i < block->size; i++)
            out[LEFT_ALIGNED] += left->weights[block->left + i];
    }
    out[RIGHT_ALIGNED] = out[LEFT_ALIGNED]; /* the words are the same */
    out[SWAPPED] = longest_swapped(work, left, right, bounds);
    if (!note_places(work, left, right, bounds, pair, places)) return 0;
    out[AGREEING] = places->agreeing;
    out[PLACES] = places->noted;
    out[LONGEST] = longest_passage(work, left, right, bounds->run, shared, known);
    return out[LONGEST] >= 0;
}

static void let_go(Work *work)
{
    void *all[] = {work->number_of, work->left_ids, work->right_ids, work->seen, work->left_weights,
                   work->right_weights, work->weight_of, work->left_hashes, work->right_hashes,
                   work->run_filter, work->likely, work->runs.places, work->others.places,
                   work->first_run, work->run_places, work->missing, work->hit, work->passages.keys,
                   work->passages.slots, work->rows, work->columns, work->masks,
                   work->matrix, work->state, work->blocks};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

typedef struct {
    const uint32_t *words;
    const int64_t *offsets;
    const uint8_t *marks;
    const uint32_t *says;
    struct vectors vectors;
    const int64_t *pairs;
    const uint8_t *turned; /* by pair: whether it is aligned from the right to the left */
    Py_ssize_t count;
    size_t lexicon; /* so many words there are */
} Columns;

static Words row_of(const Columns *in, int64_t row)
{
    int64_t at = in->offsets[row];
    Words words = {in->words + at, in->marks, NULL, in->offsets[row + 1] - at};
    return words;
}

/* What a table says of each word. */
WIDEST static void look_up(const uint32_t *table, const uint32_t *words, int64_t count, uint32_t *out)
{
    for (int64_t i = 0; i < count; i++) out[i] = table[words[i]];
}

/* Number the words of the left side as they come, for those of its pairs that are looked at, and
 * weigh them; returns 0 when memory ends. */
static int know_left(Work *work, const Columns *in, Words *left)
{
    size_t n = (size_t)left->count + 1;
    if (!GROW(work->left_ids, work->left_room, n) || !GROW(work->seen, work->seen_room, n) ||
        !GROW(work->left_weights, work->left_weight_room, n))
        return 0;
    if (n > NOWHERE - work->highest) { /* all numbers were given */
        memset(work->number_of, 0, in->lexicon * sizeof *work->number_of);
        work->highest = 0;
    }
    uint32_t before = work->highest, highest = before;
    work->left_said = 0;
    for (int64_t i = 0; i < left->count; i++) {
        uint32_t *number = work->number_of + left->numbers[i], says = in->says[left->numbers[i]];
        highest += *number <= before;
        *number = *number <= before ? highest : *number;
        work->left_ids[i] = *number - before;
        work->left_weights[i] = says;
        work->left_said += says;
    }
    work->before = before;
    work->highest = highest;
    return 1;
}

/* Number and weigh a word of the right side. */
static inline void know_word(Work *work, const Columns *in, const Words *right, int64_t at)
{
    uint32_t word = right->numbers[at], number = work->number_of[word];
    work->right_ids[at] = number > work->before ? number - work->before : 0;
    work->right_weights[at] = in->says[word];
}

/* Number and weigh the words of the right side; returns what they say together, or -1 when memory
 * ends. Those at which a run begins that the left side has are known from there, which is near. */
static int64_t know_right(Work *work, const Columns *in, Words *right, const Bounds *bounds,
                          const Passages *shared)
{
    size_t n = (size_t)right->count + 1;
    if (!GROW(work->right_ids, work->right_room, n) ||
        !GROW(work->right_weights, work->right_weight_room, n))
        return -1;
    int64_t runs = runs_of(right, bounds->run), said = 0;
    look_up(work->left_ids, work->run_places, runs, work->right_ids);
    look_up(work->left_weights, work->run_places, runs, work->right_weights);
    for (int64_t k = 0; k < shared->missing; k++) know_word(work, in, right, work->missing[k]);
    for (int64_t j = runs; j < right->count; j++) know_word(work, in, right, j);
    memset(work->seen, 0, (size_t)(work->highest - work->before) + 1);
    for (int64_t j = 0; j < right->count; j++) {
        work->seen[work->right_ids[j]] = 1;
        said += work->right_weights[j];
    }
    work->seen[0] = 0;
    right->weights = work->right_weights;
    return said;
}

/* What is left to do on a pair. */
enum { NO_MEMORY, NOTHING, THE_REST };

/* Whether a pair reaches a bound, by the dot product `product` or by its passages. Cheap questions
 * come first, since of most pairs they are the last. */
static int ask(Work *work, const Words *left, const Words *right, const Bounds *bounds,
               int64_t product, int *known, Passages *shared)
{
    int64_t shorter = left->count < right->count ? left->count : right->count;
    double least = bounds->least_share * (double)shorter;
    int related = product >= bounds->least_dot;
    if (!sift_right(work, right, bounds->run)) return NO_MEMORY;
    if (!related && (double)most_shared(work, right, bounds->run) < least) return NOTHING;
    if (!*known && !know_runs(work, left, bounds->run)) return NO_MEMORY;
    *known = 1;
    if (!find_right(work, left, right, bounds, shared)) return NO_MEMORY;
    if (!related && (double)shared->right < least) return NOTHING;
    find_left(work, left, bounds, shared);
    return related || (double)shared->left >= least ? THE_REST : NOTHING;
}

/* What is counted on both sides of a pair before they are aligned; returns 0 when memory ends. */
static int count_sides(Work *work, const Columns *in, Words *left, Words *right,
                       const Bounds *bounds, const Passages *shared, int64_t *out)
{
    out[MEASURED] = 1;
    out[SHARED_RUNS] = shared->shared;
    out[LEFT_PASSAGES] = shared->left;
    out[RIGHT_PASSAGES] = shared->right;
    out[LEFT_OWN] = shared->left_own;
    out[RIGHT_OWN] = shared->right_own;
    out[LEFT_RUNS] = work->left_runs;
    out[RIGHT_RUNS] = count_runs(work, right, bounds->run, shared);
    out[LEFT_SAID] = work->left_said;
    out[RIGHT_SAID] = know_right(work, in, right, bounds, shared);
    left->weights = work->left_weights;
    return out[RIGHT_RUNS] >= 0 && out[RIGHT_SAID] >= 0;
}

static void fetch_all(const void *first, size_t size)
{
    for (size_t at = 0; at < size && at < MOST_FETCHED; at += 64)
        PREFETCH((const char *)first + at);
}

/* Ask for a row that is looked at next: rows lie anywhere in memory, which is slow. */
static void fetch(const Columns *in, int64_t row)
{
    const struct vectors *its = &in->vectors;
    int64_t word = in->offsets[row], entry = its->offsets[row];
    size_t width = its->wide ? 8 : 4;
    fetch_all(in->words + word, (size_t)(in->offsets[row + 1] - word) * sizeof *in->words);
    fetch_all((const char *)its->entries + (size_t)entry * width,
              (size_t)(its->offsets[row + 1] - entry) * width);
}

static int measure(const Columns *in, const Bounds *bounds, int64_t *out, Places *places)
{
    Work work;
    memset(&work, 0, sizeof work);
    work.number_of = calloc(in->lexicon + 1, sizeof *work.number_of);
    work.weight_of = calloc(in->vectors.terms + 1, sizeof *work.weight_of);
    int64_t last = -1, weighed = -1;
    int fine = work.number_of && work.weight_of, known = 0;
    memset(out, 0, (size_t)in->count * COLUMNS * sizeof *out);
    for (Py_ssize_t k = 0; k < in->count && fine; k++, out += COLUMNS) {
        int64_t l = in->pairs[2 * k], r = in->pairs[2 * k + 1];
        Words left = row_of(in, l), right = row_of(in, r);
        Passages shared;
        if (k + 1 < in->count) {
            fetch(in, in->pairs[2 * k + 3]);
            if (in->pairs[2 * k + 2] != l) fetch(in, in->pairs[2 * k + 2]);
        }
        if (l != last) {
            if (last >= 0) drop_vector(&in->vectors, last, work.weight_of);
            keep_vector(&in->vectors, l, work.weight_of);
            fine = sift_left(&work, &left, bounds->run);
            known = 0;
        }
        last = l;
        int64_t product = multiply(&in->vectors, r, work.weight_of);
        int todo = fine ? ask(&work, &left, &right, bounds, product, &known, &shared) : NO_MEMORY;
        fine = todo != NO_MEMORY;
        if (todo != THE_REST) continue;
        out[DOT] = product;
        if (l != weighed) fine = know_left(&work, in, &left);
        weighed = l;
        fine = fine && count_sides(&work, in, &left, &right, bounds, &shared, out) &&
               look_closely(&work, &left, &right, bounds, &shared, (uint32_t)k, in->turned[k],
                            places, out);
    }
    let_go(&work);
    return fine;
}

/* measure_pairs(words, offsets, marks, says, entries, width, entry_offsets, scales, worths, factors,
 *               bits, pairs, turned, (run, own, aligned, slot, head, informative, least_dot),
 *               least_share, out) -> places */
PyObject *measure_pairs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, marks, says, entries, entry_offsets, scales, worths, factors;
    Py_buffer pairs, turned, out;
    Bounds bounds;
    long long b[7];
    int width, bits;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*iy*y*y*y*iy*y*(LLLLLLL)dw*", &words, &offsets, &marks,
                          &says, &entries, &width, &entry_offsets, &scales, &worths, &factors, &bits,
                          &pairs, &turned, b, b + 1, b + 2, b + 3, b + 4, b + 5, b + 6,
                          &bounds.least_share, &out))
        return NULL;
    bounds.run = b[0];
    bounds.own = b[1];
    bounds.aligned = b[2];
    bounds.slot = b[3];
    bounds.head = b[4];
    bounds.informative = b[5];
    bounds.least_dot = b[6];
    Columns in = {words.buf, offsets.buf, marks.buf, says.buf,
                  vectors_of(&entries, width, &entry_offsets, &scales, &worths, &factors, bits),
                  pairs.buf, turned.buf, pairs.len / 16, (size_t)marks.len};
    Places places = {0};
    int fine;
    Py_BEGIN_ALLOW_THREADS
    fine = measure(&in, &bounds, out.buf, &places);
    Py_END_ALLOW_THREADS
    PyObject *noted = fine ? PyBytes_FromStringAndSize((char *)places.values,
                                                       (Py_ssize_t)(places.count * 4))
                           : PyErr_NoMemory();
    free(places.values);
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&marks);
    PyBuffer_Release(&says);
    PyBuffer_Release(&entries);
    PyBuffer_Release(&entry_offsets);
    PyBuffer_Release(&scales);
    PyBuffer_Release(&worths);
    PyBuffer_Release(&factors);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&turned);
    PyBuffer_Release(&out);
    return noted;
}
