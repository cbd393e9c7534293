/* The gaps between shared words of a pair: where it tells of other things, and where a fact may be
 * substituted. */
#include "pairs.h"

/* Whether the other side has less than two fifths of what these words say. */
static int tells_others(const Words *side, const uint32_t *ids, const uint8_t *seen, int64_t from,
                        int64_t to)
{
    uint64_t common = 0, total = 0;
    for (int64_t i = from; i < to; i++) {
        total += side->weights[i];
        if (seen[ids[i]]) common += side->weights[i];
    }
    return 5 * common < 2 * (total ? total : 1);
}

/* Words in the longest stretch between passages that tells of other things on both sides. */
int64_t longest_swapped(const Work *work, const Words *left, const Words *right, const Bounds *bounds)
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
                tells_others(right, work->right_ids, work->seen, r, next->right))
                longest = length;
        }
        one = next;
    }
    return longest;
}

typedef struct {
    int numbers, names;
    int64_t first;         /* of the names */
    uint32_t rarest, only; /* a bit for each word of the gap */
} Gap;

/* Which words in a gap the other side has not at all. */
static Gap look_into(const Words *side, const uint32_t *ids, const uint8_t *seen, int64_t from,
                     int64_t to)
{
    Gap gap = {0, 0, to, 0, 0};
    for (int64_t i = from; i < to; i++) {
        if (seen[ids[i]]) continue;
        gap.only |= 1U << (i - from);
        if (side->marks[side->numbers[i]] & 1) {
            gap.numbers++;
        } else {
            gap.first = gap.names++ ? gap.first : i;
            gap.rarest = side->weights[i] > gap.rarest ? side->weights[i] : gap.rarest;
        }
    }
    return gap;
}

/* Whether the names of both sides may be facts: some say enough, at the head those of one side. */
static int may_differ(const Gap *mine, const Gap *other, const Bounds *bounds)
{
    uint32_t more = mine->rarest > other->rarest ? mine->rarest : other->rarest;
    uint32_t less = mine->rarest > other->rarest ? other->rarest : mine->rarest;
    int at_head = mine->first < bounds->head && other->first < bounds->head;
    return mine->names && other->names && (at_head ? more : less) >= bounds->informative;
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

/* Note the gaps in which a fact may be substituted, and count what agrees; 0 when memory ends. */
int note_places(const Work *work, const Words *left, const Words *right, const Bounds *bounds,
                uint32_t pair, Places *places)
{
    Block at = {0, 0, 0}, end = {left->count, right->count, 0};
    uint64_t informative = (uint64_t)bounds->informative;
    places->agreeing = places->noted = 0;
    for (int64_t k = 0; k <= work->block_count; k++) {
        const Block *block = k < work->block_count ? work->blocks + k : &end;
        if (k < work->block_count && block->size == 1 && left->weights[block->left] < informative)
            continue;
        int64_t ours = block->left - at.left - at.size, theirs = block->right - at.right - at.size;
        if (ours > 0 && theirs > 0 && ours <= bounds->slot && theirs <= bounds->slot) {
            Gap mine = look_into(left, work->left_ids, work->seen, at.left + at.size, block->left);
            Gap other = look_into(right, work->right_ids, work->seen, at.right + at.size, block->right);
            if ((mine.numbers && other.numbers) || may_differ(&mine, &other, bounds)) {
                if (!note(places, pair, &at, block, mine, other)) return 0;
                places->noted++;
            }
        }
        for (int64_t i = block->left; i < block->left + block->size; i++)
            places->agreeing += left->weights[i] >= informative ? left->weights[i] : 0;
        at = *block;
    }
    return 1;
}
