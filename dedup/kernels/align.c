/* Words in common in the same order: a longest common subsequence, found 64 words at a time (Hyyrö,
 * Bit-parallel LCS-length computation revisited, 2004), with the matrix kept for the way back.
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

/* Choose the words of a stretch that the other side has: their places. */
static int64_t choose(const uint32_t *ids, int64_t from, int64_t to, const uint8_t *seen,
                      uint32_t *places)
{
    int64_t count = 0;
    for (int64_t i = from; i < to; i++) {
        places[count] = (uint32_t)i;
        count += seen[ids[i]];
    }
    return count;
}

/* The matrix about its diagonal. A match stands no farther off it than words of a side are left
 * over: if so many are matched as was guessed, each longest way lies within, and is told from the
 * others by what lies within. */
typedef struct {
    const uint32_t *rows, *columns; /* the places of the words that are aligned */
    int64_t row_count, column_count;
    int64_t behind, ahead; /* how far off a match may stand */
    int64_t blocks, width; /* of 64 columns, and how many of these a row has within */
} Band;

static Band band_of(const Work *work, int64_t same, int64_t rows, int64_t columns, int64_t matched)
{
    Band band = {work->rows + same, work->columns + same, rows, columns,
                 rows - matched, columns - matched + 1, (columns + 63) / 64, 0};
    int64_t width = (band.behind + band.ahead) / 64 + 2;
    band.width = width < band.blocks ? width : band.blocks;
    return band;
}

/* The first block of the band in a row, which is kept in so many. */
static inline int64_t first_block(const Band *band, int64_t row)
{
    return (int64_t)((uint64_t)(row > band->behind ? row - band->behind : 0) / 64);
}

/* Fill the matrix: for each row of the band bits that are 0 where a left word is matched. Gives how
 * many are matched. */
static int64_t fill(const Work *work, const uint32_t *right, const Band *band)
{
    uint64_t *state = work->state, *line = work->matrix;
    for (int64_t b = 0; b < band->blocks; b++) state[b] = ~(uint64_t)0;
    for (int64_t j = 0; j < band->row_count; j++, line += band->width) {
        uint32_t word = right[band->rows[j]];
        int64_t first = first_block(band, j), end = (int64_t)((uint64_t)(j + band->ahead) / 64) + 1;
        uint64_t *at = state + first, carry = 0;
        const uint64_t *mask = work->masks + (int64_t)word * band->blocks + first;
        int64_t count = (end < band->blocks ? end : band->blocks) - first;
        for (int64_t b = 0; b < count; b++) {
            uint64_t s = at[b], u = s & mask[b];
            uint64_t next = add_carry(s, u, &carry) | (s - u);
            at[b] = next;
            line[b] = next;
        }
    }
    int64_t matched = 0;
    for (int64_t b = 0; b < band->blocks; b++) matched += count_bits(~state[b]);
    return matched;
}

/* Go back through the matrix: left as long as nothing is lost, then up. */
static void trace(Work *work, const Band *band)
{
    const uint64_t *matrix = work->matrix;
    int64_t row = band->row_count - 1, column = band->column_count - 1;
    int64_t line = row * band->width - first_block(band, row), above = 0;
    while (column >= 0) {
        uint64_t block = (uint64_t)column / 64, bit = (uint64_t)column % 64;
        if (matrix[line + block] >> bit & 1) {
            column--;
            continue;
        }
        if (row) above = (row - 1) * band->width - first_block(band, row - 1);
        if (!row || matrix[above + block] >> bit & 1) {
            match(work, band->columns[column], band->rows[row], 1);
            column--;
        }
        if (row-- == 0) return;
        line = above;
    }
}

/* Room for so many masks, all of which are 0 between two pairs; returns 0 when memory ends. */
static int make_masks(Work *work, size_t count)
{
    if (count <= work->masks_room) return 1;
    free(work->masks);
    work->masks = calloc(2 * count, sizeof *work->masks);
    work->masks_room = work->masks ? 2 * count : 0;
    return work->masks != NULL;
}

/* Align what is between common ends, last to first; `guess` is about how many words are matched.
 * Returns 0 when memory ends. Words that only one side has alter nothing and are left out, and what
 * is a common beginning without them is matched as it stands. */
static int align_between(Work *work, const uint32_t *left, const uint32_t *right, int64_t start,
                         int64_t left_end, int64_t right_end, int64_t guess)
{
    if (!GROW(work->rows, work->row_room, (size_t)(right_end - start) + 1) ||
        !GROW(work->columns, work->column_room, (size_t)(left_end - start) + 1))
        return 0;
    int64_t columns = choose(left, start, left_end, work->seen, work->columns);
    int64_t rows = choose(right, start, right_end, work->seen, work->rows), same = 0;
    int64_t most = rows < columns ? rows : columns;
    while (same < most && left[work->columns[same]] == right[work->rows[same]]) same++;
    if (same < most) {
        int64_t blocks = (columns - same + 63) / 64, found = guess - same;
        found = found < 0 ? 0 : found > most - same ? most - same : found;
        if (!make_masks(work, ((size_t)work->highest + 1) * (size_t)blocks) ||
            !GROW(work->state, work->state_room, (size_t)blocks))
            return 0;
        for (int64_t i = 0; i < columns - same; i++)
            work->masks[left[work->columns[same + i]] * blocks + i / 64] |= (uint64_t)1 << (i % 64);
        Band band;
        int64_t matched;
        do {
            matched = found;
            band = band_of(work, same, rows - same, columns - same, matched);
            if (!GROW(work->matrix, work->matrix_room, (size_t)(band.row_count * band.width)))
                return 0;
            found = fill(work, right, &band);
        } while (found < matched);
        for (int64_t i = 0; i < columns - same; i++)
            work->masks[left[work->columns[same + i]] * blocks + i / 64] = 0;
        trace(work, &band);
    }
    while (same-- > 0) match(work, work->columns[same], work->rows[same], 1);
    return 1;
}

/* The blocks of one pair into `work`, first to last, of which `guess` is about how many words they
 * have; returns 0 when memory ends. */
int align(Work *work, const uint32_t *left, int64_t left_count, const uint32_t *right,
          int64_t right_count, int64_t guess)
{
    int64_t start = 0, most = left_count < right_count ? left_count : right_count, end = 0;
    while (start < most && left[start] == right[start]) start++;
    while (end < most - start && left[left_count - 1 - end] == right[right_count - 1 - end]) end++;
    work->block_count = 0;
    if (end) match(work, left_count - end, right_count - end, end);
    if (start + end < most && !align_between(work, left, right, start, left_count - end,
                                             right_count - end, guess - start - end))
        return 0;
    if (start) match(work, 0, 0, start);
    for (int64_t i = 0, j = work->block_count - 1; i < j; i++, j--) {
        Block swap = work->blocks[i];
        work->blocks[i] = work->blocks[j];
        work->blocks[j] = swap;
    }
    return 1;
}
