/* Words in common in the same order: a longest common subsequence, found 64 words at a time (Hyyrö,
 * Bit-parallel LCS-length computation revisited, 2004), with the whole matrix kept for the way back.
 * Of equally long ones it is the one that RapidFuzz finds: common ends first, then from the end. */
#include "pairs.h"

static inline uint64_t add_carry(uint64_t a, uint64_t b, uint64_t *carry)
{
    uint64_t sum = a + *carry;
    uint64_t over = sum < a;
    sum += b;
    *carry = over | (sum < b);
    return sum;
}

/* Fill the matrix: one row of bits for each right word, 0 where a left word is matched. */
static void fill(uint64_t *matrix, const uint64_t *masks, const uint32_t *right, uint32_t known,
                 int64_t rows, int64_t blocks)
{
    uint64_t *state = matrix;
    for (int64_t b = 0; b < blocks; b++) state[b] = ~(uint64_t)0;
    for (int64_t j = 0; j < rows; j++, state += blocks) {
        uint64_t *next = state + blocks;
        if (right[j] >= known) {
            memcpy(next, state, (size_t)blocks * sizeof *next);
            continue;
        }
        const uint64_t *mask = masks + (int64_t)right[j] * blocks;
        uint64_t carry = 0;
        for (int64_t b = 0; b < blocks; b++) {
            uint64_t u = state[b] & mask[b];
            uint64_t x = add_carry(state[b], u, &carry);
            next[b] = x | (state[b] - u);
        }
    }
}

/* Put a matched pair of words in front of the blocks found so far, which come last first. */
static void match(Work *work, int64_t left, int64_t right, int64_t size)
{
    Block *last = work->blocks + work->block_count - 1;
    if (work->block_count && last->left == left + size && last->right == right + size) {
        last->left = left;
        last->right = right;
        last->size += size;
        return;
    }
    Block block = {left, right, size};
    work->blocks[work->block_count++] = block;
}

/* The blocks of one pair into `work`, first to last; returns 0 when memory ends. */
int align(Work *work, int64_t left_count, int64_t right_count)
{
    const uint32_t *left = work->left_ids, *right = work->right_ids;
    int64_t start = 0, most = left_count < right_count ? left_count : right_count, end = 0;
    while (start < most && left[start] == right[start]) start++;
    while (end < most - start && left[left_count - 1 - end] == right[right_count - 1 - end]) end++;
    int64_t rows = right_count - start - end, columns = left_count - start - end;
    work->block_count = 0;
    if (end) match(work, left_count - end, right_count - end, end);
    if (rows > 0 && columns > 0) {
        int64_t blocks = (columns + 63) / 64;
        uint32_t known = 0; /* words are numbered as they come: those above stand further on */
        for (int64_t i = start; i < left_count - end; i++)
            known = left[i] >= known ? left[i] + 1 : known;
        size_t mask_words = (size_t)known * (size_t)blocks;
        size_t matrix_words = (size_t)(rows + 1) * (size_t)blocks;
        if (!GROW(work->masks, work->masks_room, mask_words) ||
            !GROW(work->matrix, work->matrix_room, matrix_words))
            return 0;
        for (int64_t i = 0; i < columns; i++) /* only the rows that are used are cleared */
            memset(work->masks + (int64_t)left[start + i] * blocks, 0, (size_t)blocks * 8);
        for (int64_t j = 0; j < rows; j++)
            if (right[start + j] < known)
                memset(work->masks + (int64_t)right[start + j] * blocks, 0, (size_t)blocks * 8);
        for (int64_t i = 0; i < columns; i++)
            work->masks[(int64_t)left[start + i] * blocks + i / 64] |= (uint64_t)1 << (i % 64);
        fill(work->matrix, work->masks, right + start, known, rows, blocks);
        const uint64_t *matrix = work->matrix + blocks;
        int64_t row = rows, column = columns;
        while (row && column) {
            int64_t bit = column - 1;
            if (matrix[(row - 1) * blocks + bit / 64] >> (bit % 64) & 1) {
                column--;
            } else {
                row--;
                if (row && !(matrix[(row - 1) * blocks + bit / 64] >> (bit % 64) & 1)) continue;
                column--;
                match(work, start + column, start + row, 1);
            }
        }
    }
    if (start) match(work, 0, 0, start);
    for (int64_t i = 0, j = work->block_count - 1; i < j; i++, j--) {
        Block swap = work->blocks[i];
        work->blocks[i] = work->blocks[j];
        work->blocks[j] = swap;
    }
    return 1;
}
