/* Values that many rows have whose other values differ. */
#include "native.h"

/* The values in parts: what has the same highest bits, which in a sorted row stands together. Of each
 * value there is a number, part by part and in a part row by row: below `least - 1` it says how often
 * the value stands, since such are not told apart; each that stands more often has its own. */
struct column {
    const uint64_t *value;
    const int64_t *start;
    int64_t rows, least, numbers;
    int shift; /* what lies beyond tells parts apart */
    size_t parts;
    size_t *ends, *next; /* where the numbers of each part begin, and those of the next; and go on */
    uint32_t *number;
    uint64_t *own;   /* the value of each number … */
    uint32_t *times; /* … and how often it stands */
};

struct slot {
    uint64_t key;
    uint32_t times, number;
};

/* Number the values of one part, in a table with room for all; it is empty before and after. The
 * values are used up, and `met` are the slots that are taken meanwhile. */
static void number_part(struct column *c, uint64_t *value, size_t count, struct slot *table,
                        size_t mask, uint32_t *met, uint32_t *number)
{
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = spot(value[i]) & mask;
        if (i + AHEAD < count) PREFETCH(table + (spot(value[i + AHEAD]) & mask));
        while (table[at].times && table[at].key != value[i]) at = (at + 1) & mask;
        if (!table[at].times) {
            table[at].key = value[i];
            met[distinct++] = (uint32_t)at;
        }
        table[at].times++;
        value[i] = at;
    }
    for (size_t i = 0; i < distinct; i++) {
        struct slot *slot = table + met[i];
        slot->number = slot->times - 1;
        if (slot->times < (uint64_t)c->least) continue;
        slot->number = (uint32_t)c->numbers;
        c->own[c->numbers] = slot->key;
        c->times[c->numbers++] = slot->times;
    }
    for (size_t i = 0; i < count; i++) number[i] = table[value[i]].number;
    for (size_t i = 0; i < distinct; i++) table[met[i]].times = 0;
}

/* Cut the values into parts, so many that the table of each stays in the processor's cache; returns 0
 * when memory ends. */
static int cut_parts(struct column *c)
{
    enum { PART = 1 << 16, MOST_BITS = 12 };
    uint64_t highest = 0;
    for (int64_t row = 0; row < c->rows; row++)
        if (c->start[row] < c->start[row + 1] && c->value[c->start[row + 1] - 1] > highest)
            highest = c->value[c->start[row + 1] - 1];
    size_t count = (size_t)c->start[c->rows], most = 1;
    while (most < (size_t)1 << MOST_BITS && PART * most < count) most *= 2;
    while (c->shift < 63 && highest >> c->shift >= most) c->shift++;
    c->parts = (size_t)(highest >> c->shift) + 1;
    c->ends = calloc(c->parts + 1, sizeof *c->ends);
    c->next = malloc((c->parts + 1) * sizeof *c->next);
    if (!c->ends || !c->next) return 0;
    for (size_t i = 0; i < count; i++) c->ends[(c->value[i] >> c->shift) + 1]++;
    for (size_t part = 0; part < c->parts; part++) c->ends[part + 1] += c->ends[part];
    return 1;
}

enum { TOGETHER = 64 }; /* parts that are taken at a time */

/* Where the last of the parts ends that are taken from one on. */
static inline size_t beyond(const struct column *c, size_t part)
{
    return part + TOGETHER < c->parts ? part + TOGETHER : c->parts;
}

/* Take the values of some parts, row by row; `left` says where each row goes on. */
static void take_parts(const struct column *c, size_t first, int64_t *left, uint64_t *taken)
{
    size_t end = beyond(c, first), next[TOGETHER];
    for (size_t part = first; part < end; part++)
        next[part - first] = c->ends[part] - c->ends[first];
    for (int64_t row = 0; row < c->rows; row++) {
        int64_t at = left[row];
        if (row + AHEAD < c->rows) PREFETCH(c->value + left[row + AHEAD]);
        for (; at < c->start[row + 1] && c->value[at] >> c->shift < end; at++)
            taken[next[(c->value[at] >> c->shift) - first]++] = c->value[at];
        left[row] = at;
    }
}

/* Number all values, a few parts at a time: not one by one, since to take them looks at every row,
 * and not all at once, which takes memory. Returns 0 when memory ends. */
static int number_all(struct column *c)
{
    size_t most = 1, together = 1, size = 16;
    for (size_t part = 0; part < c->parts; part++) {
        size_t mine = c->ends[part + 1] - c->ends[part];
        size_t ours = c->ends[beyond(c, part)] - c->ends[part];
        most = mine > most ? mine : most;
        together = ours > together ? ours : together;
    }
    while (size < most + most / 2) size *= 2;
    int64_t *left = malloc(((size_t)c->rows + 1) * sizeof *left);
    uint64_t *taken = malloc(together * sizeof *taken);
    struct slot *table = calloc(size, sizeof *table);
    uint32_t *met = malloc(most * sizeof *met);
    int fine = left && taken && table && met;
    if (fine) memcpy(left, c->start, (size_t)c->rows * sizeof *left);
    for (size_t first = 0; fine && first < c->parts; first += TOGETHER) {
        take_parts(c, first, left, taken);
        for (size_t part = first; part < beyond(c, first); part++)
            number_part(c, taken + (c->ends[part] - c->ends[first]),
                        c->ends[part + 1] - c->ends[part], table, size - 1, met,
                        c->number + c->ends[part]);
    }
    free(left);
    free(taken);
    free(table);
    free(met);
    return fine;
}

/* Begin to ask for the numbers of rows, one after the other. */
static void rewind_rows(struct column *c) { memcpy(c->next, c->ends, c->parts * sizeof *c->next); }

/* The numbers of the next row. */
static size_t next_row(struct column *c, int64_t row, uint32_t *number)
{
    const uint64_t *value = c->value + c->start[row];
    size_t size = (size_t)(c->start[row + 1] - c->start[row]);
    for (size_t i = 0; i < size; i++) number[i] = c->number[c->next[value[i] >> c->shift]++];
    return size;
}

/* How many entries of a row count at most 1 / factor of each: by comparing all, which vectors do
 * fast where a row is short. */
WIDEST static void compare_all(const uint32_t *counts, size_t size, uint32_t factor, uint32_t *out)
{
    for (size_t i = 0; i < size; i++) {
        uint32_t most = counts[i] / factor > 1 ? counts[i] / factor : 1, found = 0;
        for (size_t j = 0; j < size; j++) found += counts[j] <= most;
        out[i] = found;
    }
}

/* The same of a long row, with memory for twice as many numbers. */
static void search_sorted(const uint32_t *counts, size_t size, uint32_t factor, uint64_t *sorted,
                          uint32_t *out)
{
    for (size_t i = 0; i < size; i++) sorted[i] = counts[i];
    sort_numbers(sorted, sorted + size, size);
    for (size_t i = 0; i < size; i++) {
        uint32_t most = counts[i] / factor > 1 ? counts[i] / factor : 1;
        size_t low = 0, high = size;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (sorted[middle] <= most)
                low = middle + 1;
            else
                high = middle;
        }
        out[i] = (uint32_t)low;
    }
}

/* What is known of a value: which share of each of its rows is rarer, summed, and the group of these
 * rows: NONE before the first, UNKNOWN where they differ. */
struct company {
    double share;
    int64_t group;
};
enum { UNKNOWN = -1, NONE = -2 };

/* See what each row holds besides; `scratch` and `sorted` have room for the longest. */
static void meet_rows(struct column *c, const int64_t *groups, uint32_t factor,
                      uint32_t *scratch, int64_t longest, uint64_t *sorted, struct company *of)
{
    enum { SHORT = 512 };
    uint32_t *number = scratch, *counts = scratch + longest, *rarer = counts + longest;
    rewind_rows(c);
    for (int64_t row = 0; row < c->rows; row++) {
        size_t size = next_row(c, row, number);
        for (size_t i = 0; i < size; i++) {
            counts[i] = c->times[number[i]];
            PREFETCH(of + number[i]);
        }
        if (size <= SHORT)
            compare_all(counts, size, factor, rarer);
        else
            search_sorted(counts, size, factor, sorted, rarer);
        for (size_t i = 0; i < size; i++) {
            struct company *mine = of + number[i];
            if (counts[i] < (uint64_t)c->least) continue;
            mine->share += (double)rarer[i] / (double)size;
            if (mine->group == NONE) mine->group = groups[row];
            if (mine->group != groups[row]) mine->group = UNKNOWN;
        }
    }
}

/* Which numbers were chosen, a bit for each, and their places among these. */
struct chosen {
    uint64_t *bits;
    uint32_t *place;
};

/* Leave those numbers whose share is enough, with their groups; gives how many. */
static int64_t choose(struct column *c, const struct company *of, double ratio, struct chosen in,
                      int64_t *groups)
{
    int64_t chosen = 0;
    for (int64_t number = 0; number < c->numbers; number++) {
        if (number < c->least - 1 || of[number].share < ratio * c->times[number]) continue;
        c->own[chosen] = c->own[number];
        c->times[chosen] = c->times[number];
        groups[chosen] = of[number].group;
        in.bits[number / 64] |= (uint64_t)1 << (number % 64);
        in.place[number] = (uint32_t)chosen++;
    }
    return chosen;
}

/* Note the first rows of those that were chosen, `most` of each; the others stay -1. The bits are used
 * up, and `scratch` has room for the longest row. */
static void note_rows(struct column *c, struct chosen in, int64_t chosen, int64_t most,
                      uint32_t *scratch, int64_t *first)
{
    for (int64_t i = 0; i < chosen * most; i++) first[i] = -1;
    rewind_rows(c);
    for (int64_t row = 0; row < c->rows; row++) {
        size_t size = next_row(c, row, scratch);
        for (size_t i = 0; i < size; i++) {
            uint32_t number = scratch[i];
            if (!(in.bits[number / 64] >> (number % 64) & 1)) continue;
            int64_t *rows = first + in.place[number] * most;
            int64_t at = 0;
            while (rows[at] >= 0) at++;
            rows[at] = row;
            if (at + 1 == most) in.bits[number / 64] ^= (uint64_t)1 << (number % 64); /* enough */
        }
    }
}

/* What find_varied works with. */
struct work {
    uint32_t *scratch;
    uint64_t *sorted;
    struct chosen in;
    struct company *of;
    int64_t *groups, *first;
};

/* Find them; gives how many, or -1 where memory ends. */
static int64_t find(struct column *c, struct work *w, const int64_t *groups, uint32_t factor,
                    double ratio, int64_t most)
{
    int64_t longest = longest_row(c->start, c->rows) + 1, chosen;
    size_t room = (size_t)(c->start[c->rows] / c->least + c->least);
    c->number = malloc(((size_t)c->start[c->rows] + 1) * sizeof *c->number);
    c->own = malloc(room * sizeof *c->own);
    c->times = malloc(room * sizeof *c->times);
    w->scratch = malloc(3 * (size_t)longest * sizeof *w->scratch);
    w->sorted = malloc(2 * (size_t)longest * sizeof *w->sorted);
    if (!c->number || !c->own || !c->times || !w->scratch || !w->sorted || !cut_parts(c)) return -1;
    for (c->numbers = 0; c->numbers < c->least - 1; c->numbers++)
        c->times[c->numbers] = (uint32_t)c->numbers + 1;
    if (!number_all(c)) return -1;
    room = (size_t)c->numbers + 1;
    w->in.bits = calloc(room / 64 + 1, sizeof *w->in.bits);
    w->in.place = malloc(room * sizeof *w->in.place);
    w->of = malloc(room * sizeof *w->of);
    w->groups = malloc(room * sizeof *w->groups);
    if (!w->in.bits || !w->in.place || !w->of || !w->groups) return -1;
    for (int64_t number = 0; number < c->numbers; number++)
        w->of[number] = (struct company){0, NONE};
    meet_rows(c, groups, factor, w->scratch, longest, w->sorted, w->of);
    chosen = choose(c, w->of, ratio, w->in, w->groups);
    w->first = malloc(((size_t)(chosen * most) + 1) * sizeof *w->first);
    if (!w->first) return -1;
    note_rows(c, w->in, chosen, most, w->scratch, w->first);
    return chosen;
}

/* find_varied(values, offsets, groups, least, factor, ratio, most) -> values, counts, groups, rows,
 * in no order: see reference_rows.py */
PyObject *find_varied(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, groups;
    Py_ssize_t least, most, chosen;
    unsigned int factor;
    double ratio;
    if (!PyArg_ParseTuple(args, "y*y*y*nIdn", &values, &offsets, &groups, &least, &factor, &ratio,
                          &most))
        return NULL;
    struct column c = {.value = values.buf, .start = offsets.buf, .rows = offsets.len / 8 - 1,
                       .least = least};
    struct work w = {0};
    Py_BEGIN_ALLOW_THREADS
    chosen = (Py_ssize_t)find(&c, &w, groups.buf, factor, ratio, most);
    Py_END_ALLOW_THREADS
    PyObject *found = chosen < 0 ? PyErr_NoMemory()
                                 : Py_BuildValue("y#y#y#y#", c.own, chosen * 8, c.times, chosen * 4,
                                                 w.groups, chosen * 8, w.first, chosen * most * 8);
    free(c.ends);
    free(c.next);
    free(c.number);
    free(c.own);
    free(c.times);
    free(w.scratch);
    free(w.in.bits);
    free(w.in.place);
    free(w.sorted);
    free(w.of);
    free(w.groups);
    free(w.first);
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&groups);
    return found;
}
