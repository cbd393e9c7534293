/* What measuring a pair works with. */
#ifndef DEDUP_PAIRS_H
#define DEDUP_PAIRS_H

#include "native.h"

#define NOWHERE 0xFFFFFFFFU

typedef struct {
    int64_t run, own, aligned, slot, informative; /* lengths in words, and a weight */
    int64_t least_dot;
    double least_share;
} Bounds;

/* One side of a pair. */
typedef struct {
    const uint32_t *numbers; /* of its words in reading order */
    const uint8_t *marks;    /* by number */
    const uint64_t *words;   /* the numbers scattered: sums of small ones could be alike */
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

/* Everything that is grown once and used for pair after pair. */
typedef struct {
    Table words, runs, others; /* numbers of left words; places of left runs; runs of the right */
    uint64_t *run_filter;      /* bits that tell of most hashes that no left run has them */
    size_t filter_room;
    int filter_shift;
    uint64_t *left_sums, *right_sums; /* by run */
    size_t left_sums_room, right_sums_room;
    uint64_t *terms; /* of the left side, an open table: a term and above it its weight */
    size_t terms_room, terms_size;
    uint64_t *term_filter; /* the same for its terms */
    size_t term_filter_room;
    uint32_t *likely; /* the places of right terms that pass it */
    size_t likely_room;
    uint64_t *left_words, *right_words;
    size_t left_words_room, right_words_room;
    uint32_t *left_weights, *right_weights; /* by word */
    size_t left_weight_room, right_weight_room;
    uint32_t *left_ids, *right_ids; /* the number of each word among the left side's words */
    size_t left_room, right_room;
    uint32_t *first_run; /* for each left run the place of its first equal */
    size_t first_room;
    uint32_t *run_places; /* for each right run the place of its first equal on the left */
    size_t places_room;
    uint8_t *seen; /* by word number: the right side has it */
    size_t seen_room;
    uint8_t *hit; /* by place of a left run: the right side has it */
    size_t hit_room;
    uint64_t *masks, *matrix;
    size_t masks_room, matrix_room;
    Block *blocks;
    size_t block_room;
    int64_t block_count, distinct, left_runs;
} Work;

/* The shared passages of a pair, in words but for the runs. */
typedef struct {
    int64_t shared;                /* distinct runs that both sides hold */
    int64_t left, right;           /* words that stand in one */
    int64_t left_own, right_own;   /* words in long stretches between them */
    int64_t longest;               /* a passage of this length is held by both */
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

int align(Work *work, int64_t left_count, int64_t right_count);
int64_t longest_swapped(const Work *work, const Words *left, const Words *right,
                        const Bounds *bounds);
int note_places(const Work *work, const Words *left, const Words *right, const Bounds *bounds,
                uint32_t pair, Places *places);
int sift_runs(Work *work, const Words *left, int64_t run);
int64_t most_shared(Work *work, const Words *right, int64_t run);
int know_runs(Work *work, const Words *left, int64_t run);
int find_right(Work *work, const Words *left, const Words *right, const Bounds *bounds,
               Passages *out);
void find_left(const Work *work, const Words *left, const Bounds *bounds, Passages *out);
int64_t count_runs(Work *work, const Words *right, int64_t run, int64_t shared);
int64_t longest_passage(Work *work, const Words *left, const Words *right, int64_t run, int64_t low);

#endif
