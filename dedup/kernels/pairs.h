/* What measuring a pair works with. */
#ifndef DEDUP_PAIRS_H
#define DEDUP_PAIRS_H

#include "native.h"

#define NOWHERE 0xFFFFFFFFU

typedef struct {
    int64_t left, right, size;
} Block;

/* Everything that is grown once and used for pair after pair. */
typedef struct {
    uint64_t *keys;   /* an open table of hashes; a slot is free where `slots` says NOWHERE */
    uint32_t *slots;
    size_t table_room;
    uint64_t *run_keys;
    uint32_t *run_slots;
    size_t run_room;
    uint64_t *probe_keys;
    uint32_t *probe_slots;
    size_t probe_room;
    uint32_t *left_weights, *right_weights; /* by word */
    size_t left_weight_room, right_weight_room;
    uint32_t *idf; /* by term of one side */
    size_t idf_room;
    uint32_t *left_ids, *right_ids; /* the number of each word among the left side's words */
    size_t left_room, right_room;
    uint32_t *first_run; /* for each left run the place of its first equal */
    size_t first_room;
    uint8_t *seen;      /* by word number: the right side has it */
    size_t seen_room;
    uint8_t *hit;       /* by place of a left run: the right side has it */
    size_t hit_room;
    uint8_t *left_mask, *right_mask; /* by word: it stands in a shared passage */
    size_t left_mask_room, right_mask_room;
    uint64_t *masks, *matrix;
    size_t masks_room, matrix_room;
    Block *blocks;
    size_t block_room;
    int64_t block_count, distinct, left_runs;
} Work;

/* Make room for `count` numbers; what stood there is lost. */
static inline int grow(uint64_t **array, size_t *room, size_t count)
{
    if (count <= *room) return 1;
    free(*array);
    *room = count + count / 2;
    *array = malloc(*room * sizeof **array);
    if (!*array) *room = 0;
    return *array != NULL;
}

int align(Work *work, int64_t left_count, int64_t right_count);

#endif
