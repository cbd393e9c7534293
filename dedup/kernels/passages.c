/* The passages that two articles share: runs of words that both hold, wherever they stand. */
#include "pairs.h"

enum { SIEVE_BITS = 32 }; /* of a filter for each entry: one in so many passes that should not */

/* A hash of each run, of which the top bits count. Words may be chosen to collide, so that equal
 * ones are compared. */
WIDEST static void hash_short(const uint32_t *words, int64_t runs, int64_t run, uint32_t *hashes)
{
    uint32_t odd = (uint32_t)odd_secret;
    for (int64_t i = 0; i < runs; i++) hashes[i] = words[i] * odd;
    for (int64_t k = 1; k < run; k++)
        for (int64_t i = 0; i < runs; i++) hashes[i] = (hashes[i] + words[i + k]) * odd;
}

/* What tells of most runs that the left side has none such. Its table is made by know_runs, for
 * those left sides of which a pair may reach the bounds. */
int sift_left(Work *work, const Words *left, int64_t run)
{
    int64_t runs = runs_of(left, run);
    size_t bits = 64;
    work->filter_shift = 32 - 6;
    while (bits < SIEVE_BITS * (size_t)runs && work->filter_shift > 0) {
        bits *= 2;
        work->filter_shift--;
    }
    if (!GROW(work->left_hashes, work->left_hash_room, (size_t)runs + 1) ||
        !GROW(work->run_filter, work->filter_room, bits / 32))
        return 0;
    memset(work->run_filter, 0, bits / 8);
    hash_short(left->numbers, runs, run, work->left_hashes);
    for (int64_t i = 0; i < runs; i++) {
        uint32_t bit = work->left_hashes[i] >> work->filter_shift;
        work->run_filter[bit / 32] |= (uint32_t)1 << (bit % 32);
    }
    return 1;
}

/* An empty table with at least twice as many slots as runs. */
static int open_runs(Runs *table, int64_t runs)
{
    size_t size = 16;
    table->shift = 32 - 4;
    while (size < 2 * (size_t)runs && table->shift > 0) {
        size *= 2;
        table->shift--;
    }
    if (!GROW(table->places, table->room, size)) return 0;
    memset(table->places, 0xFF, size * sizeof *table->places);
    return 1;
}

static inline int same_run(const uint32_t *one, const uint32_t *other, int64_t run)
{
    int64_t k = 0;
    while (k < run && one[k] == other[k]) k++;
    return k == run;
}

/* Where the table has or would have the place of a run: of one that stands in `words`. */
static inline uint32_t *find_run(const Runs *table, const uint32_t *words, const uint32_t *wanted,
                                 uint32_t hash, int64_t run)
{
    size_t mask = ((size_t)1 << (32 - table->shift)) - 1, at = hash >> table->shift;
    while (table->places[at] != NOWHERE && !same_run(words + table->places[at], wanted, run))
        at = (at + 1) & mask;
    return table->places + at;
}

/* The runs of the left side, by which all of its pairs are asked for shared passages. */
int know_runs(Work *work, const Words *left, int64_t run)
{
    int64_t runs = runs_of(left, run);
    size_t room = (size_t)runs + 1;
    work->left_runs = 0;
    if (!GROW(work->first_run, work->first_room, room) ||
        !GROW(work->hit, work->hit_room, room) || !open_runs(&work->runs, runs))
        return 0;
    for (int64_t i = 0; i < runs; i++) {
        uint32_t *place = find_run(&work->runs, left->numbers, left->numbers + i,
                                   work->left_hashes[i], run);
        int is_first = *place == NOWHERE;
        if (is_first) *place = (uint32_t)i;
        work->left_runs += is_first;
        work->first_run[i] = *place;
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

/* Which hashes the filter lets pass. */
WIDEST static void sift(const uint32_t *filter, int shift, const uint32_t *hashes, int64_t count,
                        uint8_t *likely)
{
    for (int64_t i = 0; i < count; i++) {
        uint32_t bit = hashes[i] >> shift;
        likely[i] = filter[bit / 32] >> (bit % 32) & 1;
    }
}

/* Sift the right runs: which of them may stand on the left, too; returns 0 when memory ends. */
int sift_right(Work *work, const Words *right, int64_t run)
{
    int64_t runs = runs_of(right, run);
    if (!GROW(work->right_hashes, work->right_hash_room, (size_t)runs + 1) ||
        !GROW(work->likely, work->likely_room, (size_t)runs + 1))
        return 0;
    hash_short(right->numbers, runs, run, work->right_hashes);
    sift(work->run_filter, work->filter_shift, work->right_hashes, runs, work->likely);
    return 1;
}

/* At most so many words of the right side stand in shared passages. */
int64_t most_shared(const Work *work, const Words *right, int64_t run)
{
    int64_t runs = runs_of(right, run);
    Cover so_far = {0, 0, 0};
    for (int64_t j = 0; j < runs; j++)
        if (work->likely[j]) cover(&so_far, j, run, 1);
    return so_far.covered;
}

/* Find the right runs that are likely among those of the left side; returns 0 when memory ends. Of
 * runs that the left side repeats only the first is seen. */
int find_right(Work *work, const Words *left, const Words *right, const Bounds *bounds, Passages *out)
{
    int64_t run = bounds->run, runs = runs_of(right, run), known = runs_of(left, run);
    int64_t begun = 0, until = -1; /* of shared runs side by side */
    int64_t shared = 0, missing = 0;
    if (!GROW(work->run_places, work->places_room, (size_t)runs + 1) ||
        !GROW(work->missing, work->missing_room, (size_t)runs + 1))
        return 0;
    Cover so_far = {0, 0, 0};
    memset(out, 0, sizeof *out);
    memset(work->hit, 0, (size_t)known + 1);
    for (int64_t j = 0; j < runs; j++) {
        uint32_t place = NOWHERE;
        if (work->likely[j])
            place = *find_run(&work->runs, left->numbers, right->numbers + j, work->right_hashes[j],
                              run);
        if (place == NOWHERE) {
            work->run_places[j] = 0;
            work->missing[missing++] = (uint32_t)j;
            continue;
        }
        work->run_places[j] = place;
        int64_t from = j, length = run; /* the runs that follow are looked for beside it first */
        for (;;) {
            shared += !work->hit[place];
            work->hit[place] = 1;
            out->longest = length > out->longest ? length : out->longest;
            int64_t next = (int64_t)place + 1;
            if (j + 1 == runs || next == known ||
                left->numbers[next + run - 1] != right->numbers[j + run])
                break;
            place = work->first_run[next];
            length = place == next ? length + 1 : run;
            work->run_places[++j] = place;
        }
        cover(&so_far, from, j - from + run, bounds->own);
        begun = from == until ? begun : from;
        until = j + 1;
        out->most = j - begun + run > out->most ? j - begun + run : out->most;
    }
    out->shared = shared;
    out->missing = missing;
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

/* How many distinct runs the right side has; -1 when memory ends. */
int64_t count_runs(Work *work, const Words *right, int64_t run, const Passages *found)
{
    int64_t count = found->shared;
    if (!open_runs(&work->others, found->missing)) return -1;
    for (int64_t k = 0; k < found->missing; k++) {
        uint32_t j = work->missing[k];
        uint32_t *place = find_run(&work->others, right->numbers, right->numbers + j,
                                   work->right_hashes[j], run);
        count += *place == NOWHERE;
        *place = j;
    }
    return count;
}

/* Whether a passage of `size` words stands in both; -1 when memory ends. The sums are those of the
 * words' numbers scattered: of small ones they could be alike. */
static int holds(Work *work, const Words *left, const Words *right, int64_t size)
{
    if (size > left->count || size > right->count) return 0;
    if (!open_table(&work->passages, left->count)) return -1;
    uint64_t top = 1, sum = 0;
    const uint32_t *words = left->numbers;
    for (int64_t j = 1; j < size; j++) top *= BASE;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + mix(words[left->count - size + j]);
    for (int64_t i = left->count - size;; i--) {
        size_t at = find(&work->passages, sum);
        work->passages.keys[at] = sum;
        work->passages.slots[at] = 0;
        if (i == 0) break;
        sum = (sum - mix(words[i - 1 + size]) * top) * BASE + mix(words[i - 1]);
    }
    sum = 0;
    words = right->numbers;
    for (int64_t j = size; j-- > 0;) sum = sum * BASE + mix(words[right->count - size + j]);
    for (int64_t i = right->count - size;; i--) {
        if (work->passages.slots[find(&work->passages, sum)] != NOWHERE) return 1;
        if (i == 0) return 0;
        sum = (sum - mix(words[i - 1 + size]) * top) * BASE + mix(words[i - 1]);
    }
}

/* Words in the longest passage that both sides hold, `low` of which are known to be; -1 when memory
 * ends. Where the left side repeats no run, find_right has seen every passage. */
int64_t longest_passage(Work *work, const Words *left, const Words *right, int64_t run,
                        const Passages *shared, int64_t low)
{
    low = shared->longest > low ? shared->longest : low;
    if (low >= run && work->left_runs == runs_of(left, run)) return low;
    if (low >= run - 1 && low >= shared->most) return low;
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
