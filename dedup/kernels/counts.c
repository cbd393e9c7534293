/* Values that stand in many places: numbered, counted, found. */
#include "known.h"

/* number_values(values, places) -> bytes of the distinct values, sorted; places of each in them */
PyObject *number_values(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, places;
    if (!PyArg_ParseTuple(args, "y*w*", &values, &places)) return NULL;
    const uint64_t *value = values.buf;
    uint32_t *place = places.buf;
    size_t count = (size_t)values.len / 8, met = 0, room = 1 << 12;
    uint64_t *distinct = NULL, *spare = NULL;
    uint32_t *table = NULL, *rank = NULL;
    int failed = 0;
    Py_BEGIN_ALLOW_THREADS
    distinct = malloc(room / 2 * sizeof *distinct);
    table = calloc(room, sizeof *table); /* place + 1 of a value, 0 where free */
    failed = !distinct || !table;
    for (size_t i = 0; i < count && !failed; i++) {
        size_t at = mix(value[i] * odd_secret) & (room - 1);
        while (table[at] && distinct[table[at] - 1] != value[i]) at = (at + 1) & (room - 1);
        if (!table[at]) {
            distinct[met++] = value[i];
            table[at] = (uint32_t)met;
        }
        place[i] = table[at] - 1;
        if (met < room / 2) continue;
        room *= 4;
        uint64_t *more = realloc(distinct, room / 2 * sizeof *distinct);
        distinct = more ? more : distinct;
        free(table);
        table = calloc(room, sizeof *table);
        failed = !more || !table;
        for (size_t j = 0; j < met && !failed; j++) {
            size_t to = mix(distinct[j] * odd_secret) & (room - 1);
            while (table[to]) to = (to + 1) & (room - 1);
            table[to] = (uint32_t)j + 1;
        }
    }
    if (!failed) { /* the table now gives the rank of each value in order */
        spare = malloc((2 * met + 1) * sizeof *spare);
        rank = malloc((met + 1) * sizeof *rank);
        failed = !spare || !rank;
    }
    if (!failed) {
        memcpy(spare, distinct, met * sizeof *spare);
        sort_numbers(spare, spare + met, met);
        for (size_t j = 0; j < met; j++) {
            size_t at = mix(spare[j] * odd_secret) & (room - 1);
            while (distinct[table[at] - 1] != spare[j]) at = (at + 1) & (room - 1);
            rank[table[at] - 1] = (uint32_t)j;
        }
        for (size_t i = 0; i < count; i++) place[i] = rank[place[i]];
    }
    Py_END_ALLOW_THREADS
    PyObject *sorted = failed ? PyErr_NoMemory()
                              : PyBytes_FromStringAndSize((char *)spare, (Py_ssize_t)(met * 8));
    free(distinct);
    free(table);
    free(rank);
    free(spare);
    PyBuffer_Release(&values);
    PyBuffer_Release(&places);
    return sorted;
}

typedef struct {
    uint64_t key; /* mixed: a bijection, so that equal stays equal and every bit is chance */
    uint32_t at;
} Entry;

/* Count the entries of one part, and put how often its key stands at the place of each; `keys` and
 * `counts` are a table of at least twice as many slots. */
static void count_part(Entry *part, size_t count, uint64_t *keys, uint32_t *counts, uint32_t *times)
{
    size_t size = 16;
    while (size < 2 * count) size *= 2;
    memset(counts, 0, size * sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)part[i].key & (size - 1);
        while (counts[at] && keys[at] != part[i].key) at = (at + 1) & (size - 1);
        keys[at] = part[i].key;
        counts[at]++;
        part[i].key = at; /* … where it is found again */
    }
    for (size_t i = 0; i < count; i++) times[part[i].at] = counts[part[i].key];
}

/* number_more(values, known, slots, count, out) -> how many are known then */
PyObject *number_more(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, known, slots, out;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(args, "y*w*w*nw*", &values, &known, &slots, &count, &out)) return NULL;
    const uint64_t *value = values.buf;
    uint64_t *all = known.buf;
    uint32_t *slot = slots.buf, *number = out.buf; /* a number and 1, or 0 */
    size_t mask = (size_t)slots.len / 4 - 1;
    Py_ssize_t size = values.len / 8;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < size; i++) {
        size_t at = spot(value[i]) & mask;
        if (i + 2 * AHEAD < size) PREFETCH(slot + (spot(value[i + 2 * AHEAD]) & mask));
        if (i + AHEAD < size) PREFETCH(all + slot[spot(value[i + AHEAD]) & mask]);
        while (slot[at] && all[slot[at] - 1] != value[i]) at = (at + 1) & mask;
        if (!slot[at]) {
            all[count++] = value[i];
            slot[at] = (uint32_t)count;
        }
        number[i] = slot[at] - 1;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&known);
    PyBuffer_Release(&slots);
    PyBuffer_Release(&out);
    return PyLong_FromSsize_t(count);
}

/* count_values(values, out): how often each value stands among all, by parts whose tables stay in
 * the processor's cache; see reference.py */
PyObject *count_values(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, out;
    if (!PyArg_ParseTuple(args, "y*w*", &values, &out)) return NULL;
    enum { PART = 4096, MOST_BITS = 12 };
    const uint64_t *value = values.buf;
    size_t count = (size_t)values.len / 8, most = 0, size = 16;
    int bits = 1;
    while (bits < MOST_BITS && ((size_t)PART << bits) < count) bits++;
    size_t ends[(1 << MOST_BITS) + 1] = {0};
    Entry *entries = malloc((count + 1) * sizeof *entries);
    uint64_t *keys = NULL;
    uint32_t *counts = NULL;
    Py_BEGIN_ALLOW_THREADS
    for (size_t i = 0; i < count; i++) ends[(mix(value[i] * odd_secret) >> (64 - bits)) + 1]++;
    for (size_t part = 1; part <= (size_t)1 << bits; part++) {
        most = ends[part] > most ? ends[part] : most;
        ends[part] += ends[part - 1];
    }
    while (size < 2 * most) size *= 2;
    keys = malloc(size * sizeof *keys);
    counts = malloc(size * sizeof *counts);
    if (entries && keys && counts) {
        for (size_t i = 0; i < count; i++) {
            uint64_t mixed = mix(value[i] * odd_secret);
            Entry *entry = entries + ends[mixed >> (64 - bits)]++;
            entry->key = mixed;
            entry->at = (uint32_t)i;
        }
        for (size_t part = 0, from = 0; part < (size_t)1 << bits; from = ends[part++])
            count_part(entries + from, ends[part] - from, keys, counts, out.buf);
    }
    Py_END_ALLOW_THREADS
    int fine = entries && keys && counts;
    free(entries);
    free(keys);
    free(counts);
    PyBuffer_Release(&values);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

/* find_places(values, known, out): where each value stands in `known`, or -1; see reference.py */
PyObject *find_places(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, known, out;
    if (!PyArg_ParseTuple(args, "y*y*w*", &values, &known, &out)) return NULL;
    const uint64_t *value = values.buf;
    int32_t *place = out.buf;
    int fine = 0;
    Py_BEGIN_ALLOW_THREADS
    struct known of;
    fine = learn(&of, &known);
    for (Py_ssize_t i = 0; fine && i < values.len / 8; i++) place[i] = place_of(&of, value[i]);
    forget(&of);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&known);
    PyBuffer_Release(&out);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}

/* leave_out(values, offsets, known, ends): rows closed up in place without the known values; see
 * reference_rows.py */
PyObject *leave_out(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, known, ends;
    if (!PyArg_ParseTuple(args, "w*y*y*w*", &values, &offsets, &known, &ends)) return NULL;
    uint64_t *value = values.buf;
    const int64_t *start = offsets.buf;
    int64_t *end = ends.buf, left = 0;
    int fine = 0;
    Py_BEGIN_ALLOW_THREADS
    struct known of;
    fine = learn(&of, &known);
    end[0] = 0;
    for (Py_ssize_t row = 0; fine && row < offsets.len / 8 - 1; row++) {
        for (int64_t i = start[row]; i < start[row + 1]; i++) {
            uint64_t mine = value[i];
            value[left] = mine;
            left += place_of(&of, mine) < 0;
        }
        end[row + 1] = left;
    }
    forget(&of);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&known);
    PyBuffer_Release(&ends);
    return fine ? Py_NewRef(Py_None) : PyErr_NoMemory();
}
