/* Everything that is counted on a pair of articles; reference.py says what each column means. */
#include "pairs.h"

enum {
    SHARED_RUNS, LEFT_PASSAGES, RIGHT_PASSAGES, LEFT_OWN, RIGHT_OWN, DOT, MEASURED,
    LEFT_RUNS, RIGHT_RUNS, LEFT_SAID, RIGHT_SAID, LEFT_ALIGNED, RIGHT_ALIGNED, ALIGNED_WORDS, LONGEST,
    SWAPPED, AGREEING, PLACES, COLUMNS
};

enum { MOST_FETCHED = 8192 }; /* bytes, which a cache holds beside what is looked at */

/* Number the words of the left side as they come, for those of its pairs that are looked at. */
static int know_words(Work *work, const Words *left)
{
    size_t n = (size_t)left->count + 1;
    if (!GROW(work->left_ids, work->left_room, n) || !GROW(work->seen, work->seen_room, n) ||
        !open_table(&work->words, left->count))
        return 0;
    work->distinct = 0;
    for (int64_t i = 0; i < left->count; i++) {
        size_t at = find(&work->words, left->words[i]);
        if (work->words.slots[at] == NOWHERE) {
            work->words.keys[at] = left->words[i];
            work->words.slots[at] = (uint32_t)work->distinct++;
        }
        work->left_ids[i] = work->words.slots[at];
    }
    return 1;
}

/* The numbers of the right side's words; in shared passages the left side tells them. */
static int number_right(Work *work, const Words *left, const Words *right, int64_t run)
{
    if (!GROW(work->right_ids, work->right_room, (size_t)right->count + 1)) return 0;
    int64_t beside = left->count; /* where on the left such a word is likely to stand */
    memset(work->seen, 0, (size_t)work->distinct + 1);
    for (int64_t j = 0; j < right->count; j++, beside++) {
        if (j + run <= right->count && work->run_places[j] != NOWHERE) beside = work->run_places[j];
        uint32_t id;
        if (beside < left->count && left->words[beside] == right->words[j])
            id = work->left_ids[beside];
        else
            id = work->words.slots[find(&work->words, right->words[j])];
        work->right_ids[j] = id;
        if (id != NOWHERE) work->seen[id] = 1;
    }
    return 1;
}

/* What one pair shares in the same order, and where it differs; returns 0 when memory ends. */
static int look_closely(Work *work, const Words *left, const Words *right, const Bounds *bounds,
                        uint32_t pair, Places *places, int64_t known, int64_t *out)
{
    int64_t ours = left->count < bounds->aligned ? left->count : bounds->aligned;
    int64_t theirs = right->count < bounds->aligned ? right->count : bounds->aligned;
    if (!GROW(work->blocks, work->block_room, (size_t)(ours < theirs ? ours : theirs) + 2)) return 0;
    if (!align(work, ours, theirs)) return 0;
    for (int64_t k = 0; k < work->block_count; k++) {
        const Block *block = work->blocks + k;
        known = block->size > known ? block->size : known;
        out[ALIGNED_WORDS] += block->size;
        for (int64_t i = 0; i < block->size; i++) {
            out[LEFT_ALIGNED] += left->weights[block->left + i];
            out[RIGHT_ALIGNED] += right->weights[block->right + i];
        }
    }
    out[SWAPPED] = longest_swapped(work, left, right, bounds);
    if (!note_places(work, left, right, bounds, pair, places)) return 0;
    out[AGREEING] = places->agreeing;
    out[PLACES] = places->noted;
    out[LONGEST] = longest_passage(work, left, right, bounds->run, known);
    return out[LONGEST] >= 0;
}

static void let_go(Work *work)
{
    Table *tables[] = {&work->words, &work->runs, &work->others};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        free(tables[i]->keys);
        free(tables[i]->slots);
    }
    free(work->run_filter);
    free(work->left_sums);
    free(work->right_sums);
    free(work->terms);
    free(work->term_filter);
    free(work->likely);
    free(work->left_words);
    free(work->right_words);
    free(work->left_weights);
    free(work->right_weights);
    free(work->left_ids);
    free(work->right_ids);
    free(work->first_run);
    free(work->run_places);
    free(work->seen);
    free(work->hit);
    free(work->masks);
    free(work->matrix);
    free(work->blocks);
}

typedef struct {
    const uint32_t *words;
    const int64_t *offsets;
    const uint8_t *marks;
    const uint32_t *says;
    const uint32_t *terms, *term_weights;
    const int64_t *term_offsets;
    const int64_t *pairs;
    Py_ssize_t count;
} Columns;

static Words row_of(const Columns *in, int64_t row)
{
    int64_t at = in->offsets[row];
    Words words = {in->words + at, in->marks, NULL, NULL, in->offsets[row + 1] - at};
    return words;
}

/* Scatter the numbers of a row's words; `to` has room. */
WIDEST static void scatter_words(Words *row, uint64_t *to)
{
    for (int64_t i = 0; i < row->count; i++) to[i] = mix(row->numbers[i]);
    row->words = to;
}

/* What each word of a row says, into `weights`, which has room. */
static void weigh(const Columns *in, Words *row, uint32_t *weights)
{
    for (int64_t i = 0; i < row->count; i++) weights[i] = in->says[row->numbers[i]];
    row->weights = weights;
}

/* Where a term is looked for: in the table by its low bits, in the filter by those above it. */
static inline uint64_t scatter(uint32_t term) { return (term * odd_secret) >> 20; }

/* The terms of the left side, by which the dot products with all of its pairs are found. */
static int know_terms(Work *work, const Columns *in, int64_t row)
{
    int64_t first = in->term_offsets[row], last = in->term_offsets[row + 1];
    size_t size = 16;
    while (size < 2 * (size_t)(last - first)) size *= 2;
    size_t words = size * 16 / 64;
    if (!GROW(work->terms, work->terms_room, size) ||
        !GROW(work->term_filter, work->term_filter_room, words))
        return 0;
    memset(work->terms, 0xFF, size * sizeof *work->terms);
    memset(work->term_filter, 0, words * 8);
    work->terms_size = size;
    for (int64_t t = first; t < last; t++) {
        uint64_t spread = scatter(in->terms[t]);
        size_t at = spread & (size - 1), bit = spread & (16 * size - 1);
        while ((uint32_t)work->terms[at] != NOWHERE) at = (at + 1) & (size - 1);
        work->terms[at] = (uint64_t)in->term_weights[t] << 32 | in->terms[t];
        work->term_filter[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
    return 1;
}

/* The dot product of the left side's terms and those of a row; -1 when memory ends. Most terms of
 * a row are not those of the left side, so they are sifted first, without a branch to guess. */
static int64_t dot(Work *work, const Columns *in, int64_t row)
{
    int64_t first = in->term_offsets[row], count = in->term_offsets[row + 1] - first;
    const uint32_t *terms = in->terms + first, *weights = in->term_weights + first;
    size_t size = work->terms_size, likely = 0;
    if (!GROW(work->likely, work->likely_room, (size_t)count + 1)) return -1;
    for (int64_t t = 0; t < count; t++) {
        size_t bit = scatter(terms[t]) & (16 * size - 1);
        work->likely[likely] = (uint32_t)t;
        likely += work->term_filter[bit / 64] >> (bit % 64) & 1;
    }
    int64_t sum = 0;
    for (size_t k = 0; k < likely; k++) {
        uint32_t term = terms[work->likely[k]];
        size_t at = scatter(term) & (size - 1);
        while ((uint32_t)work->terms[at] != term && (uint32_t)work->terms[at] != NOWHERE)
            at = (at + 1) & (size - 1);
        int64_t product = (int64_t)(work->terms[at] >> 32) * weights[work->likely[k]];
        sum += (uint32_t)work->terms[at] == term ? product : 0;
    }
    return sum;
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
    int64_t most = most_shared(work, right, bounds->run);
    if (most < 0) return NO_MEMORY;
    if (!related && (double)most < least) return NOTHING;
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
    out[RIGHT_RUNS] = count_runs(work, right, bounds->run, shared->shared);
    if (out[RIGHT_RUNS] < 0 ||
        !GROW(work->right_weights, work->right_weight_room, (size_t)right->count + 1) ||
        !number_right(work, left, right, bounds->run))
        return 0;
    left->weights = work->left_weights;
    weigh(in, right, work->right_weights);
    for (int64_t i = 0; i < left->count; i++) out[LEFT_SAID] += left->weights[i];
    for (int64_t j = 0; j < right->count; j++) out[RIGHT_SAID] += right->weights[j];
    return 1;
}

static void fetch_all(const void *first, size_t size)
{
    for (size_t at = 0; at < size && at < MOST_FETCHED; at += 64)
        PREFETCH((const char *)first + at);
}

/* Ask for the row that is looked at next: rows lie anywhere in memory, which is slow. */
static void fetch(const Columns *in, int64_t row)
{
    int64_t word = in->offsets[row], term = in->term_offsets[row];
    size_t terms = (size_t)(in->term_offsets[row + 1] - term);
    fetch_all(in->words + word, (size_t)(in->offsets[row + 1] - word) * sizeof *in->words);
    fetch_all(in->terms + term, terms * sizeof *in->terms);
    fetch_all(in->term_weights + term, terms * sizeof *in->term_weights);
}

static int measure(const Columns *in, const Bounds *bounds, int64_t *out, Places *places)
{
    Work work;
    memset(&work, 0, sizeof work);
    int64_t last = -1, weighed = -1;
    int fine = 1, known = 0;
    memset(out, 0, (size_t)in->count * COLUMNS * sizeof *out);
    for (Py_ssize_t k = 0; k < in->count && fine; k++, out += COLUMNS) {
        int64_t l = in->pairs[2 * k], r = in->pairs[2 * k + 1];
        Words left = row_of(in, l), right = row_of(in, r);
        Passages shared;
        if (k + 1 < in->count) fetch(in, in->pairs[2 * k + 3]);
        if (!GROW(work.left_words, work.left_words_room, (size_t)left.count + 1) ||
            !GROW(work.right_words, work.right_words_room, (size_t)right.count + 1)) {
            fine = 0;
            break;
        }
        left.words = work.left_words;
        scatter_words(&right, work.right_words);
        if (l != last) {
            scatter_words(&left, work.left_words);
            fine = sift_runs(&work, &left, bounds->run) && know_terms(&work, in, l);
            known = 0;
        }
        last = l;
        int64_t product = fine ? dot(&work, in, r) : -1;
        int todo = product < 0 ? NO_MEMORY : ask(&work, &left, &right, bounds, product, &known, &shared);
        fine = todo != NO_MEMORY;
        if (todo != THE_REST) continue;
        out[DOT] = product;
        if (l != weighed) {
            fine = know_words(&work, &left) &&
                   GROW(work.left_weights, work.left_weight_room, (size_t)left.count + 1);
            if (fine) weigh(in, &left, work.left_weights);
        }
        weighed = l;
        fine = fine && count_sides(&work, in, &left, &right, bounds, &shared, out) &&
               look_closely(&work, &left, &right, bounds, (uint32_t)k, places, shared.longest, out);
    }
    let_go(&work);
    return fine;
}

/* measure_pairs(words, offsets, marks, says, terms, term_weights, term_offsets, pairs,
 *               (run, own, aligned, slot, informative, least_dot), least_share, out) -> places */
PyObject *measure_pairs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, marks, says, terms, term_weights, term_offsets, pairs, out;
    Bounds bounds;
    long long b[6];
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*(LLLLLL)dw*", &words, &offsets, &marks, &says,
                          &terms, &term_weights, &term_offsets, &pairs, b, b + 1, b + 2, b + 3,
                          b + 4, b + 5, &bounds.least_share, &out))
        return NULL;
    bounds.run = b[0];
    bounds.own = b[1];
    bounds.aligned = b[2];
    bounds.slot = b[3];
    bounds.informative = b[4];
    bounds.least_dot = b[5];
    Columns in = {words.buf, offsets.buf, marks.buf, says.buf, terms.buf, term_weights.buf,
                  term_offsets.buf, pairs.buf, pairs.len / 16};
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
    PyBuffer_Release(&terms);
    PyBuffer_Release(&term_weights);
    PyBuffer_Release(&term_offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    return noted;
}
