/* What measuring a pair works with. */
#ifndef DEDUP_PAIRS_H
#define DEDUP_PAIRS_H

#include "entries.h"

#define NOWHERE 0xFFFFFFFFU

typedef struct {
    int64_t run, own, aligned, slot, head, informative; /* lengths in words, and a weight */
    int64_t least_dot;
    double least_share;
} Bounds;

/* One side of a pair. */
typedef struct {
    const uint32_t *numbers; /* of its words in reading order */
    const uint8_t *marks;    /* by number */
    const uint32_t *weights;
    int64_t count;
} Words;

typedef struct {
    int64_t left, right, size;
} Block;

/* An open table of hashes; a slot is free where `slots` says NOWHERE. */
typedef struct {
    uint64_t *keys;
    uint32_t *slots;
    size_t room, size;
} Table;

/* An open table of the places of runs; a slot is free where it says NOWHERE. */
typedef struct {
    uint32_t *places;
    size_t room;
    int shift; /* so that the top bits of a hash are left, which choose where to begin */
} Runs;

/* Everything that is grown once and used for pair after pair. */
typedef struct {
    uint32_t *number_of; /* by word, as they come: above `before` if the left side has it */
    uint32_t before, highest;
    uint32_t *left_ids, *right_ids; /* in reading order: so far above, 0 if the left has it not */
    size_t left_room, right_room;
    uint8_t *seen; /* by such a number: the right side has it; never 0 */
    size_t seen_room;
    uint32_t *left_weights, *right_weights; /* in reading order */
    size_t left_weight_room, right_weight_room;
    uint32_t *weight_of; /* by term: its weight on the left side */
    uint32_t *left_hashes, *right_hashes; /* by run */
    size_t left_hash_room, right_hash_room;
    uint32_t *run_filter; /* bits that tell of most hashes that no left run has them */
    size_t filter_room;
    int filter_shift;
    uint8_t *likely; /* by right run: whether it passes the filter */
    size_t likely_room;
    Runs runs, others;   /* those of the left side; those that only the right one has */
    uint32_t *first_run; /* for each left run the place of its first equal */
    size_t first_room;
    uint32_t *run_places; /* for each right run the place of its first equal on the left … */
    uint32_t *missing;    /* … but for those that stand at these places: the left has none such */
    size_t places_room, missing_room;
    uint8_t *hit; /* by place of a left run: the right side has it */
    size_t hit_room;
    Table passages; /* of one length on the left side */
    uint32_t *rows, *columns; /* the places of right and left words that are to be aligned */
    size_t row_room, column_room;
    uint64_t *masks, *matrix, *state; /* by number: at which columns it stands; what is matched by
                                         each row */
    size_t masks_room, matrix_room, state_room;
    Block *blocks;
    size_t block_room;
    int64_t block_count, left_runs, left_said;
} Work;

/* The shared passages of a pair, in words but for the runs. */
typedef struct {
    int64_t shared;                /* distinct runs that both sides hold */
    int64_t missing;               /* right runs, distinct or not, that the left side does not */
    int64_t left, right;           /* words that stand in one */
    int64_t left_own, right_own;   /* words in long stretches between them */
    int64_t longest;               /* a passage of this length is held by both … */
    int64_t most;                  /* … and no longer one than this, if it has a run */
} Passages;

/* The places of all pairs, seven numbers each, and what was counted on the last one. */
typedef struct {
    uint32_t *values;
    size_t count, room;
    int64_t agreeing, noted;
} Places;

/* Make room for `count` entries; what stood there is lost. */
static inline void *renew(void *array, size_t *room, size_t count, size_t entry)
{
    free(array);
    array = malloc((count + count / 2) * entry);
    *room = array ? count + count / 2 : 0;
    return array;
}

#define GROW(array, room, count) \
    ((count) <= (room) || ((array) = renew(array, &(room), count, sizeof *(array))) != NULL)

/* An empty table with at least twice as many slots as entries. */
static inline int open_table(Table *table, int64_t entries)
{
    table->size = 16;
    while (table->size < 2 * (size_t)entries) table->size *= 2;
    if (table->size > table->room) {
        free(table->keys);
        free(table->slots);
        table->keys = malloc(table->size * sizeof *table->keys);
        table->slots = malloc(table->size * sizeof *table->slots);
        table->room = table->keys && table->slots ? table->size : 0;
        if (!table->room) return 0;
    }
    memset(table->slots, 0xFF, table->size * sizeof *table->slots);
    return 1;
}

static inline size_t find(const Table *table, uint64_t key)
{
    size_t at = spot(key) & (table->size - 1);
    while (table->slots[at] != NOWHERE && table->keys[at] != key) at = (at + 1) & (table->size - 1);
    return at;
}

/* How many runs of so many words a side has. */
static inline int64_t runs_of(const Words *side, int64_t run)
{
    return side->count < run ? 0 : side->count - run + 1;
}

int align(Work *work, const uint32_t *left, int64_t left_count, const uint32_t *right,
          int64_t right_count, int64_t guess);
int64_t longest_swapped(const Work *work, const Words *left, const Words *right,
                        const Bounds *bounds);
int note_places(const Work *work, const Words *left, const Words *right, const Bounds *bounds,
                uint32_t pair, Places *places);
int sift_left(Work *work, const Words *left, int64_t run);
int sift_right(Work *work, const Words *right, int64_t run);
int64_t most_shared(const Work *work, const Words *right, int64_t run);
int know_runs(Work *work, const Words *left, int64_t run);
int find_right(Work *work, const Words *left, const Words *right, const Bounds *bounds,
               Passages *out);
void find_left(const Work *work, const Words *left, const Bounds *bounds, Passages *out);
int64_t count_runs(Work *work, const Words *right, int64_t run, const Passages *found);
int64_t longest_passage(Work *work, const Words *left, const Words *right, int64_t run,
                        const Passages *shared, int64_t low);

#endif
