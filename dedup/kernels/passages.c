/* The passages that two articles share: runs of words that both hold, wherever they stand. */
#include "pairs.h"

enum { SIEVE_BITS = 32 }; /* of a filter for each entry: one in so many passes that should not */

/* The polynomial of each run. What reference.py calls its hash is a mix of it, one to one, so that
 * equal ones are found without. */
WIDEST static void sum_runs(const uint64_t *words, int64_t runs, int64_t run, uint64_t *sums)
{
    for (int64_t i = 0; i < runs; i++) sums[i] = words[i + run - 1];
    for (int64_t k = run - 1; k-- > 0;)
        for (int64_t i = 0; i < runs; i++) sums[i] = sums[i] * BASE + words[i + k];
}

static int64_t runs_of(const Words *side, int64_t run)
{
    return side->count < run ? 0 : side->count - run + 1;
}

/* The filter's bit of a run: the high bits of what `spot` takes others of. */
static inline size_t sieve(const Work *work, uint64_t sum)
{
    return (size_t)((sum * odd_secret) >> work->filter_shift);
}

/* What tells of most runs that the left side has none such. Its table is made by know_runs, for
 * those left sides of which a pair may reach the bounds. */
int sift_runs(Work *work, const Words *left, int64_t run)
{
    int64_t runs = runs_of(left, run);
    size_t bits = 64;
    work->filter_shift = 64 - 6;
    while (bits < SIEVE_BITS * (size_t)runs) {
        bits *= 2;
        work->filter_shift--;
    }
    if (!GROW(work->left_sums, work->left_sums_room, (size_t)runs + 1) ||
        !GROW(work->run_filter, work->filter_room, bits / 64))
        return 0;
    memset(work->run_filter, 0, bits / 8);
    sum_runs(left->words, runs, run, work->left_sums);
    for (int64_t i = 0; i < runs; i++) {
        size_t bit = sieve(work, work->left_sums[i]);
        work->run_filter[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
    return 1;
}

/* The runs of the left side, by which all of its pairs are asked for shared passages. */
int know_runs(Work *work, const Words *left, int64_t run)
{
    int64_t runs = runs_of(left, run);
    size_t room = (size_t)runs + 1;
    work->left_runs = 0;
    if (!GROW(work->first_run, work->first_room, room) ||
        !GROW(work->hit, work->hit_room, room) || !open_table(&work->runs, runs))
        return 0;
    for (int64_t i = 0; i < runs; i++) {
        size_t at = find(&work->runs, work->left_sums[i]);
        if (work->runs.slots[at] == NOWHERE) {
            work->runs.keys[at] = work->left_sums[i];
            work->runs.slots[at] = (uint32_t)i;
            work->left_runs++;
        }
        work->first_run[i] = work->runs.slots[at];
    }
    return 1;
}

/* Where a side's passages end so far, and what was counted on the way. */
typedef struct {
    int64_t end, covered, own;
} Cover;

static inline void cover(Cover *so_far, int64_t at, int64_t run, int64_t own)
{
    int64_t gap = at - so_far->end;
    if (gap >= own && gap > 0) so_far->own += gap;
    so_far->covered += gap < 0 ? run + gap : run;
    so_far->end = at + run;
}

static inline int64_t all_own(const Cover *so_far, int64_t count, int64_t own)
{
    int64_t gap = count - so_far->end;
    return so_far->own + (gap >= own ? gap : 0);
}

/* At most so many words of the right side stand in shared passages; -1 when memory ends. */
int64_t most_shared(Work *work, const Words *right, int64_t run)
{
    int64_t runs = runs_of(right, run);
    if (!GROW(work->right_sums, work->right_sums_room, (size_t)runs + 1)) return -1;
    Cover so_far = {0, 0, 0};
    sum_runs(right->words, runs, run, work->right_sums);
    for (int64_t j = 0; j < runs; j++) {
        size_t bit = sieve(work, work->right_sums[j]);
        if (work->run_filter[bit / 64] >> (bit % 64) & 1) cover(&so_far, j, run, 1);
    }
    return so_far.covered;
}

/* Find the right runs, which most_shared summed up, among those of the left side; returns 0 when memory ends. `longest` is the
 * longest passage that this happens to see: of runs that the left side repeats only the first is. */
int find_right(Work *work, const Words *left, const Words *right, const Bounds *bounds, Passages *out)
{
    int64_t run = bounds->run, runs = runs_of(right, run), known = runs_of(left, run), length = 0;
    if (!GROW(work->run_places, work->places_room, (size_t)runs + 1)) return 0;
    Cover so_far = {0, 0, 0};
    int64_t last = known; /* where on the left the run before stands: nowhere */
    memset(out, 0, sizeof *out);
    memset(work->hit, 0, (size_t)known + 1);
    for (int64_t j = 0; j < runs; j++) {
        uint64_t sum = work->right_sums[j];
        uint32_t place = NOWHERE;
        if (last + 1 < known && work->left_sums[last + 1] == sum) {
            place = work->first_run[last + 1];
        } else {
            size_t bit = sieve(work, sum);
            if (work->run_filter[bit / 64] >> (bit % 64) & 1)
                place = work->runs.slots[find(&work->runs, sum)];
        }
        work->run_places[j] = place;
        if (place == NOWHERE) {
            last = known;
            continue;
        }
        length = place == last + 1 ? length + 1 : run;
        out->longest = length > out->longest ? length : out->longest;
        last = place;
        out->shared += !work->hit[place];
        work->hit[place] = 1;
        cover(&so_far, j, run, bounds->own);
    }
    out->right = so_far.covered;
    out->right_own = all_own(&so_far, right->count, bounds->own);
    return 1;
}

/* The same words on the left, once the right side was looked at. */
void find_left(const Work *work, const Words *left, const Bounds *bounds, Passages *out)
{
    int64_t run = bounds->run, runs = out->shared ? runs_of(left, run) : 0;
    Cover so_far = {0, 0, 0};
    for (int64_t i = 0; i < runs; i++)
        if (work->hit[work->first_run[i]]) cover(&so_far, i, run, bounds->own);
    out->left = so_far.covered;
    out->left_own = all_own(&so_far, left->count, bounds->own);
}

/* How many distinct runs the right side has, of which `shared` were found on the left; -1 when
 * memory ends. */
int64_t count_runs(Work *work, const Words *right, int64_t run, int64_t shared)
{
    int64_t runs = runs_of(right, run), others = 0;
    for (int64_t j = 0; j < runs; j++) others += work->run_places[j] == NOWHERE;
    if (!open_table(&work->others, others)) return -1;
    for (int64_t j = 0; j < runs; j++) {
        if (work->run_places[j] != NOWHERE) continue;
        size_t at = find(&work->others, work->right_sums[j]);
        shared += work->others.slots[at] == NOWHERE;
        work->others.keys[at] = work->right_sums[j];
        work->others.slots[at] = 0;
    }
    return shared;
}

/* Whether a passage of `size` words stands in both; -1 when memory ends. */
static int holds(Work *work, const Words *left, const Words *right, int64_t size)
{
    if (size > left->count || size > right->count) return 0;
    if (!open_table(&work->others, left->count)) return -1;
    uint64_t top = 1, sum = 0;
    for (int64_t j = 1; j < size; j++) top *= BASE;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + left->words[left->count - size + j];
    for (int64_t i = left->count - size;; i--) {
        size_t at = find(&work->others, sum);
        work->others.keys[at] = sum;
        work->others.slots[at] = 0;
        if (i == 0) break;
        sum = (sum - left->words[i - 1 + size] * top) * BASE + left->words[i - 1];
    }
    sum = 0;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + right->words[right->count - size + j];
    for (int64_t i = right->count - size;; i--) {
        if (work->others.slots[find(&work->others, sum)] != NOWHERE) return 1;
        if (i == 0) return 0;
        sum = (sum - right->words[i - 1 + size] * top) * BASE + right->words[i - 1];
    }
}

/* Words in the longest passage that both sides hold, `low` of which are known to be; -1 when memory
 * ends. Where the left side repeats no run, find_right has seen every passage. */
int64_t longest_passage(Work *work, const Words *left, const Words *right, int64_t run, int64_t low)
{
    if (low >= run && work->left_runs == runs_of(left, run)) return low;
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
