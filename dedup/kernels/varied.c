/* Values that many rows have whose other values differ. */
#include "native.h"

/* The values, and of each a number: below `least - 1` they say how often it stands, since such are
 * not told apart; each that stands more often has its own. */
struct column {
    const uint64_t *value;
    const int64_t *start;
    int64_t rows, least, numbers;
    uint32_t *number;
    uint64_t *own;   /* the value of each number … */
    uint32_t *times; /* … and how often it stands */
};

struct entry {
    uint64_t key; /* its value, then the slot where it is counted */
    int64_t at;
};

struct slot {
    uint64_t key;
    uint32_t times, number;
};

/* Number the values of one part of them, in a table with room for all; it is empty before and after.
 * `met` are the slots that are taken meanwhile. */
static void number_part(struct column *c, struct entry *part, size_t count, struct slot *table,
                        size_t mask, uint32_t *met)
{
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = spot(part[i].key) & mask;
        if (i + AHEAD < count) PREFETCH(table + (spot(part[i + AHEAD].key) & mask));
        while (table[at].times && table[at].key != part[i].key) at = (at + 1) & mask;
        if (!table[at].times) {
            table[at].key = part[i].key;
            met[distinct++] = (uint32_t)at;
        }
        table[at].times++;
        part[i].key = at;
    }
    for (size_t i = 0; i < distinct; i++) {
        struct slot *slot = table + met[i];
        slot->number = slot->times - 1;
        if (slot->times < (uint64_t)c->least) continue;
        slot->number = (uint32_t)c->numbers;
        c->own[c->numbers] = slot->key;
        c->times[c->numbers++] = slot->times;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count) PREFETCH(c->number + part[i + AHEAD].at);
        c->number[part[i].at] = table[part[i].key].number;
    }
    for (size_t i = 0; i < distinct; i++) table[met[i]].times = 0;
}

/* Number all values, part by part, so that tables stay small: a part is what has the same highest
 * bits, which in a sorted row stands together. Of parts there are not too many, since each looks at
 * every row. */
static int number_all(struct column *c)
{
    enum { PART = 1 << 18, MOST_BITS = 8 };
    uint64_t highest = 0;
    for (int64_t row = 0; row < c->rows; row++)
        if (c->start[row] < c->start[row + 1] && c->value[c->start[row + 1] - 1] > highest)
            highest = c->value[c->start[row + 1] - 1];
    size_t count = (size_t)c->start[c->rows], most = 1, size = 16;
    int bits = 0, shift = 63;
    while (bits < MOST_BITS && ((size_t)PART << bits) < count) bits++;
    while (shift > 0 && highest >> (shift - 1) < (uint64_t)1 << bits) shift--;
    size_t *sizes = calloc(((size_t)1 << bits) + 2, sizeof *sizes);
    int64_t *next = malloc(((size_t)c->rows + 1) * sizeof *next);
    if (sizes && next) {
        for (size_t i = 0; i < count; i++) sizes[c->value[i] >> shift]++;
        for (size_t part = 0; part < ((size_t)1 << bits) + 2; part++)
            most = sizes[part] > most ? sizes[part] : most;
        memcpy(next, c->start, (size_t)c->rows * sizeof *next);
    }
    while (size < most + most / 2) size *= 2;
    struct entry *part = malloc(most * sizeof *part);
    struct slot *table = calloc(size, sizeof *table);
    uint32_t *met = malloc(most * sizeof *met);
    int fine = sizes && next && part && table && met;
    for (uint64_t which = 0; fine && which <= highest >> shift; which++) {
        size_t found = 0;
        for (int64_t row = 0; row < c->rows; row++) {
            int64_t at = next[row], end = c->start[row + 1];
            if (row + AHEAD < c->rows) PREFETCH(c->value + next[row + AHEAD]);
            for (; at < end && c->value[at] >> shift == which; at++)
                part[found++] = (struct entry){c->value[at], at};
            next[row] = at;
        }
        number_part(c, part, found, table, size - 1, met);
    }
    free(sizes);
    free(next);
    free(part);
    free(table);
    free(met);
    return fine;
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
static void meet_rows(const struct column *c, const int64_t *groups, uint32_t factor,
                      uint32_t *scratch, int64_t longest, uint64_t *sorted, struct company *of)
{
    enum { SHORT = 512 };
    uint32_t *counts = scratch, *rarer = scratch + longest;
    for (int64_t row = 0; row < c->rows; row++) {
        const uint32_t *number = c->number + c->start[row];
        size_t size = (size_t)(c->start[row + 1] - c->start[row]);
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
 * up. */
static void note_rows(const struct column *c, struct chosen in, int64_t chosen, int64_t most,
                      int64_t *first)
{
    for (int64_t i = 0; i < chosen * most; i++) first[i] = -1;
    for (int64_t row = 0; row < c->rows; row++)
        for (int64_t i = c->start[row]; i < c->start[row + 1]; i++) {
            uint32_t number = c->number[i];
            if (!(in.bits[number / 64] >> (number % 64) & 1)) continue;
            int64_t *rows = first + in.place[number] * most;
            int64_t at = 0;
            while (rows[at] >= 0) at++;
            rows[at] = row;
            if (at + 1 == most) in.bits[number / 64] ^= (uint64_t)1 << (number % 64); /* enough */
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
    w->scratch = malloc(2 * (size_t)longest * sizeof *w->scratch);
    w->sorted = malloc(2 * (size_t)longest * sizeof *w->sorted);
    if (!c->number || !c->own || !c->times || !w->scratch || !w->sorted) return -1;
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
    note_rows(c, w->in, chosen, most, w->first);
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
