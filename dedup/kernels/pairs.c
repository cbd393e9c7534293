/* Everything that is counted on a pair of articles; reference.py says what each column means. */
#include "pairs.h"

enum {
    SHARED_RUNS, LEFT_PASSAGES, RIGHT_PASSAGES, LEFT_OWN, RIGHT_OWN, DOT, MEASURED,
    LEFT_RUNS, RIGHT_RUNS, LEFT_SAID, RIGHT_SAID, LEFT_ALIGNED, RIGHT_ALIGNED, ALIGNED_WORDS, LONGEST, SWAPPED, AGREEING, PLACES, COLUMNS
};

typedef struct {
    int64_t run, own, aligned, slot, informative; /* lengths in words, and a weight */
    int64_t least_dot;
    double least_share;
} Bounds;

typedef struct {
    const uint64_t *words;
    const uint8_t *marks;
    const uint32_t *weights;
    int64_t count;
} Words;

typedef struct {
    uint32_t *values;
    size_t count, room;
} Places;

static int grow_ids(uint32_t **array, size_t *room, size_t count)
{
    if (count <= *room) return 1;
    free(*array);
    *room = count + count / 2;
    *array = malloc(*room * sizeof **array);
    if (!*array) *room = 0;
    return *array != NULL;
}

static int grow_bytes(uint8_t **array, size_t *room, size_t count)
{
    if (count <= *room) return 1;
    free(*array);
    *room = count + count / 2;
    *array = malloc(*room);
    if (!*array) *room = 0;
    return *array != NULL;
}

/* An empty table with at least twice as many slots as entries. */
static int open_table(uint64_t **keys, uint32_t **slots, size_t *room, int64_t entries, size_t *size)
{
    *size = 16;
    while (*size < 2 * (size_t)entries) *size *= 2;
    if (*size > *room) {
        free(*keys);
        free(*slots);
        *keys = malloc(*size * sizeof **keys);
        *slots = malloc(*size * sizeof **slots);
        *room = *keys && *slots ? *size : 0;
        if (!*room) return 0;
    }
    memset(*slots, 0xFF, *size * sizeof **slots);
    return 1;
}

static inline size_t find(const uint64_t *keys, const uint32_t *slots, size_t size, uint64_t key)
{
    size_t at = spot(key) & (size - 1);
    while (slots[at] != NOWHERE && keys[at] != key) at = (at + 1) & (size - 1);
    return at;
}

static inline uint64_t run_hash(const uint64_t *word, int64_t size)
{
    uint64_t sum = 0;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + word[j];
    return mix(sum);
}

/* The runs of the left side, by which all of its pairs are asked for shared passages. */
static int know_runs(Work *work, const Words *left, int64_t run, size_t *size)
{
    size_t n = (size_t)left->count + 1;
    work->left_runs = 0;
    if (!grow_ids(&work->first_run, &work->first_room, n) ||
        !grow_bytes(&work->hit, &work->hit_room, n) ||
        !grow_bytes(&work->left_mask, &work->left_mask_room, n) ||
        !open_table(&work->run_keys, &work->run_slots, &work->run_room, left->count, size))
        return 0;
    for (int64_t i = 0; i + run <= left->count; i++) {
        uint64_t hash = run_hash(left->words + i, run);
        size_t at = find(work->run_keys, work->run_slots, *size, hash);
        if (work->run_slots[at] == NOWHERE) {
            work->run_keys[at] = hash;
            work->run_slots[at] = (uint32_t)i;
            work->left_runs++;
        }
        work->first_run[i] = work->run_slots[at];
    }
    return 1;
}

/* Number the words of the left side as they come, for those of its pairs that are looked at. */
static int know_words(Work *work, const Words *left, size_t *size)
{
    size_t n = (size_t)left->count + 1;
    if (!grow_ids(&work->left_ids, &work->left_room, n) ||
        !grow_bytes(&work->seen, &work->seen_room, n) ||
        !open_table(&work->keys, &work->slots, &work->table_room, left->count, size))
        return 0;
    work->distinct = 0;
    for (int64_t i = 0; i < left->count; i++) {
        size_t at = find(work->keys, work->slots, *size, left->words[i]);
        if (work->slots[at] == NOWHERE) {
            work->keys[at] = left->words[i];
            work->slots[at] = (uint32_t)work->distinct++;
        }
        work->left_ids[i] = work->slots[at];
    }
    return 1;
}

/* Words in stretches of `own` or more that stand in no shared passage. */
static int64_t own_words(const uint8_t *mask, int64_t count, int64_t own)
{
    int64_t total = 0, stretch = 0;
    for (int64_t i = 0; i <= count; i++) {
        if (i < count && !mask[i]) {
            stretch++;
            continue;
        }
        if (stretch >= own) total += stretch;
        stretch = 0;
    }
    return total;
}

/* Mark the words of shared passages on both sides, and count. Returns the longest passage that
 * this happens to see, a lower bound of the longest there is. */
static int64_t passages(Work *work, const Words *left, const Words *right, int64_t run,
                        size_t run_size, int64_t *out)
{
    memset(work->hit, 0, (size_t)left->count + 1);
    memset(work->left_mask, 0, (size_t)left->count + 1);
    memset(work->right_mask, 0, (size_t)right->count + 1);
    int64_t shared = 0, longest = 0, length = 0, covered = 0;
    uint32_t last = NOWHERE;
    for (int64_t j = 0; j + run <= right->count; j++) {
        uint64_t hash = run_hash(right->words + j, run);
        size_t at = find(work->run_keys, work->run_slots, run_size, hash);
        uint32_t place = work->run_slots[at];
        if (place == NOWHERE) {
            last = NOWHERE;
            continue;
        }
        length = last != NOWHERE && place == last + 1 ? length + 1 : run;
        longest = length > longest ? length : longest;
        last = place;
        shared += !work->hit[place];
        work->hit[place] = 1;
        for (int64_t k = 0; k < run; k++) work->right_mask[j + k] = 1;
    }
    for (int64_t i = 0; shared && i + run <= left->count; i++)
        if (work->hit[work->first_run[i]])
            for (int64_t k = 0; k < run; k++) work->left_mask[i + k] = 1;
    for (int64_t i = 0; i < left->count; i++) covered += work->left_mask[i];
    out[LEFT_PASSAGES] = covered;
    covered = 0;
    for (int64_t j = 0; j < right->count; j++) covered += work->right_mask[j];
    out[RIGHT_PASSAGES] = covered;
    out[SHARED_RUNS] = shared;
    return longest;
}

/* Whether a passage of `size` words stands in both; -1 when memory ends. */
static int holds(Work *work, const Words *left, const Words *right, int64_t size)
{
    if (size > left->count || size > right->count) return 0;
    size_t room;
    if (!open_table(&work->probe_keys, &work->probe_slots, &work->probe_room, left->count, &room)) return -1;
    uint64_t top = 1, sum = 0;
    for (int64_t j = 1; j < size; j++) top *= BASE;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + left->words[left->count - size + j];
    for (int64_t i = left->count - size;; i--) {
        uint64_t hash = mix(sum);
        size_t at = find(work->probe_keys, work->probe_slots, room, hash);
        work->probe_keys[at] = hash;
        work->probe_slots[at] = 0;
        if (i == 0) break;
        sum = (sum - left->words[i - 1 + size] * top) * BASE + left->words[i - 1];
    }
    sum = 0;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + right->words[right->count - size + j];
    for (int64_t i = right->count - size;; i--) {
        size_t at = find(work->probe_keys, work->probe_slots, room, mix(sum));
        if (work->probe_slots[at] != NOWHERE) return 1;
        if (i == 0) return 0;
        sum = (sum - right->words[i - 1 + size] * top) * BASE + right->words[i - 1];
    }
}

/* How many distinct runs a side has; -1 when memory ends. */
static int64_t count_runs(Work *work, const Words *side, int64_t run)
{
    size_t room;
    int64_t count = 0;
    if (!open_table(&work->probe_keys, &work->probe_slots, &work->probe_room, side->count, &room))
        return -1;
    for (int64_t i = 0; i + run <= side->count; i++) {
        uint64_t hash = run_hash(side->words + i, run);
        size_t at = find(work->probe_keys, work->probe_slots, room, hash);
        count += work->probe_slots[at] == NOWHERE;
        work->probe_keys[at] = hash;
        work->probe_slots[at] = 0;
    }
    return count;
}

/* Words in the longest passage that both sides hold; `low` are known to. */
static int64_t longest_passage(Work *work, const Words *left, const Words *right, int64_t low)
{
    int64_t step = 1;
    int held;
    while ((held = holds(work, left, right, low + step)) > 0) {
        low += step;
        step *= 2;
    }
    int64_t high = low + step;
    while (held >= 0 && high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        held = holds(work, left, right, middle);
        if (held > 0)
            low = middle;
        else
            high = middle;
    }
    return held < 0 ? -1 : low;
}

/* Whether the other side has less than two fifths of what these words say. */
static int tells_others(const Words *side, const uint32_t *ids, const uint8_t *seen, int64_t from,
                        int64_t to)
{
    uint64_t common = 0, total = 0;
    for (int64_t i = from; i < to; i++) {
        total += side->weights[i];
        if (ids[i] != NOWHERE && (!seen || seen[ids[i]])) common += side->weights[i];
    }
    return 5 * common < 2 * (total ? total : 1);
}

static int64_t swapped(const Work *work, const Words *left, const Words *right, const Bounds *bounds)
{
    int64_t longest = 0;
    const Block *one = NULL;
    for (int64_t k = 0; k < work->block_count; k++) {
        const Block *next = work->blocks + k;
        if (next->size < bounds->run) continue;
        if (one) {
            int64_t l = one->left + one->size, r = one->right + one->size;
            int64_t length = next->left - l < next->right - r ? next->left - l : next->right - r;
            if (length > longest && length > bounds->slot &&
                tells_others(left, work->left_ids, work->seen, l, next->left) &&
                tells_others(right, work->right_ids, NULL, r, next->right))
                longest = length;
        }
        one = next;
    }
    return longest;
}

typedef struct {
    int numbers, names;
    uint32_t rarest, only; /* a bit for each word of the gap */
} Gap;

/* Which words in a gap the other side has not at all. */
static Gap look_into(const Words *side, const uint32_t *ids, const uint8_t *seen, int64_t from,
                     int64_t to)
{
    Gap gap = {0, 0, 0, 0};
    for (int64_t i = from; i < to; i++) {
        if (ids[i] != NOWHERE && (!seen || seen[ids[i]])) continue;
        gap.only |= 1U << (i - from);
        if (side->marks[i] & 1) {
            gap.numbers++;
        } else {
            gap.names++;
            gap.rarest = side->weights[i] > gap.rarest ? side->weights[i] : gap.rarest;
        }
    }
    return gap;
}

static int note(Places *places, uint32_t pair, const Block *one, const Block *next, Gap mine,
                Gap other)
{
    if (places->count + 7 > places->room) {
        size_t room = places->room ? 2 * places->room : 1024;
        uint32_t *more = realloc(places->values, room * sizeof *more);
        if (!more) return 0;
        places->values = more;
        places->room = room;
    }
    uint32_t *to = places->values + places->count;
    to[0] = pair;
    to[1] = (uint32_t)(one->left + one->size);
    to[2] = (uint32_t)next->left;
    to[3] = (uint32_t)(one->right + one->size);
    to[4] = (uint32_t)next->right;
    to[5] = mine.only;
    to[6] = other.only;
    places->count += 7;
    return 1;
}

/* Note the gaps in which a fact may be substituted; count what agrees. */
static int facts(const Work *work, const Words *left, const Words *right, const Bounds *bounds,
                 uint32_t pair, Places *places, int64_t *out)
{
    Block at = {0, 0, 0}, end = {left->count, right->count, 0};
    uint64_t informative = (uint64_t)bounds->informative;
    int64_t agreeing = 0, count = 0;
    for (int64_t k = 0; k <= work->block_count; k++) {
        const Block *block = k < work->block_count ? work->blocks + k : &end;
        if (k < work->block_count && block->size == 1 && left->weights[block->left] < informative)
            continue;
        int64_t ours = block->left - at.left - at.size, theirs = block->right - at.right - at.size;
        if (ours > 0 && theirs > 0 && ours <= bounds->slot && theirs <= bounds->slot) {
            Gap mine = look_into(left, work->left_ids, work->seen, at.left + at.size, block->left);
            Gap other = look_into(right, work->right_ids, NULL, at.right + at.size, block->right);
            int names = mine.names && other.names &&
                        (mine.rarest >= informative || other.rarest >= informative);
            if ((mine.numbers && other.numbers) || names) {
                if (!note(places, pair, &at, block, mine, other)) return 0;
                count++;
            }
        }
        for (int64_t i = block->left; i < block->left + block->size; i++)
            if (left->weights[i] >= informative) agreeing += left->weights[i];
        at = *block;
    }
    out[AGREEING] = agreeing;
    out[PLACES] = count;
    return 1;
}

/* What one pair shares in the same order, and where it differs; returns 0 when memory ends. */
static int look_closely(Work *work, const Words *left, const Words *right, const Bounds *bounds,
                        uint32_t pair, Places *places, int64_t known, int64_t *out)
{
    int64_t ours = left->count < bounds->aligned ? left->count : bounds->aligned;
    int64_t theirs = right->count < bounds->aligned ? right->count : bounds->aligned;
    if ((size_t)(ours < theirs ? ours : theirs) + 2 > work->block_room) {
        free(work->blocks);
        work->block_room = 2 * (size_t)(ours < theirs ? ours : theirs) + 2;
        work->blocks = malloc(work->block_room * sizeof *work->blocks);
        if (!work->blocks) work->block_room = 0;
        if (!work->blocks) return 0;
    }
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
    out[SWAPPED] = swapped(work, left, right, bounds);
    if (!facts(work, left, right, bounds, pair, places, out)) return 0;
    out[LONGEST] = longest_passage(work, left, right, known);
    return out[LONGEST] >= 0;
}

static int64_t dot(const uint32_t *a, const uint32_t *aw, int64_t a_count, const uint32_t *b,
                   const uint32_t *bw, int64_t b_count)
{
    int64_t i = 0, j = 0, sum = 0;
    while (i < a_count && j < b_count) {
        uint32_t x = a[i], y = b[j];
        int64_t product = (int64_t)aw[i] * bw[j];
        sum += x == y ? product : 0;
        i += x <= y;
        j += y <= x;
    }
    return sum;
}

static void let_go(Work *work)
{
    free(work->keys);
    free(work->slots);
    free(work->run_keys);
    free(work->run_slots);
    free(work->probe_keys);
    free(work->probe_slots);
    free(work->left_weights);
    free(work->right_weights);
    free(work->idf);
    free(work->left_ids);
    free(work->right_ids);
    free(work->first_run);
    free(work->seen);
    free(work->hit);
    free(work->left_mask);
    free(work->right_mask);
    free(work->masks);
    free(work->matrix);
    free(work->blocks);
}

typedef struct {
    const uint64_t *words;
    const uint8_t *marks;
    const uint32_t *term_of, *idf;
    const int64_t *offsets;
    const uint32_t *terms, *term_weights;
    const int64_t *term_offsets;
    const int64_t *pairs;
    Py_ssize_t count;
} Columns;

static Words row_of(const Columns *in, int64_t row)
{
    int64_t at = in->offsets[row];
    Words words = {in->words + at, in->marks + at, NULL, in->offsets[row + 1] - at};
    return words;
}

/* What each word of a row says, into `weights`; returns 0 when memory ends. */
static int weigh(Work *work, const Columns *in, int64_t row, uint32_t **weights, size_t *room)
{
    int64_t at = in->offsets[row], count = in->offsets[row + 1] - at;
    int64_t first = in->term_offsets[row], terms = in->term_offsets[row + 1] - first;
    if (!grow_ids(weights, room, (size_t)count + 1) ||
        !grow_ids(&work->idf, &work->idf_room, (size_t)terms + 1))
        return 0;
    for (int64_t t = 0; t < terms; t++) work->idf[t] = in->idf[in->terms[first + t]];
    for (int64_t i = 0; i < count; i++) (*weights)[i] = work->idf[in->term_of[at + i]];
    return 1;
}

static int measure(const Columns *in, const Bounds *bounds, int64_t *out, Places *places)
{
    Work work;
    memset(&work, 0, sizeof work);
    int64_t last = -1, weighed = -1;
    size_t size = 0, run_size = 0;
    int fine = 1;
    for (Py_ssize_t k = 0; k < in->count && fine; k++, out += COLUMNS) {
        int64_t l = in->pairs[2 * k], r = in->pairs[2 * k + 1];
        Words left = row_of(in, l), right = row_of(in, r);
        memset(out, 0, COLUMNS * sizeof *out);
        if (l != last) fine = know_runs(&work, &left, bounds->run, &run_size);
        last = l;
        size_t n = (size_t)right.count + 1;
        fine = fine && grow_bytes(&work.right_mask, &work.right_mask_room, n) &&
               grow_ids(&work.right_ids, &work.right_room, n);
        if (!fine) break;
        int64_t longest = passages(&work, &left, &right, bounds->run, run_size, out);
        int64_t lt = in->term_offsets[l], rt = in->term_offsets[r];
        out[DOT] = dot(in->terms + lt, in->term_weights + lt, in->term_offsets[l + 1] - lt,
                       in->terms + rt, in->term_weights + rt, in->term_offsets[r + 1] - rt);
        int64_t covered = out[LEFT_PASSAGES] < out[RIGHT_PASSAGES] ? out[LEFT_PASSAGES]
                                                                   : out[RIGHT_PASSAGES];
        int64_t shorter = left.count < right.count ? left.count : right.count;
        if ((double)covered < bounds->least_share * (double)shorter && out[DOT] < bounds->least_dot)
            continue;
        out[MEASURED] = 1;
        out[LEFT_RUNS] = work.left_runs;
        out[RIGHT_RUNS] = count_runs(&work, &right, bounds->run);
        fine = out[RIGHT_RUNS] >= 0;
        out[LEFT_OWN] = own_words(work.left_mask, left.count, bounds->own);
        out[RIGHT_OWN] = own_words(work.right_mask, right.count, bounds->own);
        if (fine && l != weighed) fine = know_words(&work, &left, &size);
        if (fine && l != weighed)
            fine = weigh(&work, in, l, &work.left_weights, &work.left_weight_room);
        weighed = l;
        fine = fine && weigh(&work, in, r, &work.right_weights, &work.right_weight_room);
        if (!fine) break;
        memset(work.seen, 0, (size_t)work.distinct + 1);
        for (int64_t j = 0; j < right.count; j++) {
            uint32_t id = work.slots[find(work.keys, work.slots, size, right.words[j])];
            work.right_ids[j] = id;
            if (id != NOWHERE) work.seen[id] = 1;
        }
        left.weights = work.left_weights;
        right.weights = work.right_weights;
        for (int64_t i = 0; i < left.count; i++) out[LEFT_SAID] += left.weights[i];
        for (int64_t j = 0; j < right.count; j++) out[RIGHT_SAID] += right.weights[j];
        fine = look_closely(&work, &left, &right, bounds, (uint32_t)k, places, longest, out);
    }
    let_go(&work);
    return fine;
}

/* measure_pairs(words, marks, term_of, idf, offsets, terms, term_weights, term_offsets, pairs,
 *               (run, own, aligned, slot, informative, least_dot), least_share, out) -> places */
PyObject *measure_pairs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, marks, term_of, idf, offsets, terms, term_weights, term_offsets, pairs, out;
    Bounds bounds;
    long long b[6];
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*y*y*y*(LLLLLL)dw*", &words, &marks, &term_of, &idf,
                          &offsets, &terms, &term_weights, &term_offsets, &pairs, b, b + 1, b + 2, b + 3,
                          b + 4, b + 5, &bounds.least_share, &out))
        return NULL;
    bounds.run = b[0];
    bounds.own = b[1];
    bounds.aligned = b[2];
    bounds.slot = b[3];
    bounds.informative = b[4];
    bounds.least_dot = b[5];
    Columns in = {words.buf, marks.buf, term_of.buf, idf.buf, offsets.buf, terms.buf, term_weights.buf,
                  term_offsets.buf, pairs.buf, pairs.len / 16};
    Places places = {NULL, 0, 0};
    int fine;
    Py_BEGIN_ALLOW_THREADS
    fine = measure(&in, &bounds, out.buf, &places);
    Py_END_ALLOW_THREADS
    PyObject *noted = fine ? PyBytes_FromStringAndSize((char *)places.values,
                                                       (Py_ssize_t)(places.count * 4))
                           : PyErr_NoMemory();
    free(places.values);
    PyBuffer_Release(&words);
    PyBuffer_Release(&marks);
    PyBuffer_Release(&term_of);
    PyBuffer_Release(&idf);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&terms);
    PyBuffer_Release(&term_weights);
    PyBuffer_Release(&term_offsets);
    PyBuffer_Release(&pairs);
    PyBuffer_Release(&out);
    return noted;
}
