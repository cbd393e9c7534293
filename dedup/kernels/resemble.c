/* Which words are alike, where that can be said for sure. */
#include "native.h"

enum {
    KINDS = 256, /* of letters, by their low bits: two in one only make words more alike */
    WORD = 64    /* bits */
};

enum { UNLIKE, UNSURE, ALIKE };

struct spelling {
    uint8_t *letters;
    size_t count, room;
    int whole; /* whether the low bits are all there is of each letter */
};

/* The letters of a stretch, spaces left out; 0 when memory ends. */
static int spell(struct spelling *to, int kind, const void *data, const int64_t *stretch)
{
    size_t size = (size_t)(stretch[1] - stretch[0]);
    if (size > to->room) {
        free(to->letters);
        to->room = 2 * size;
        to->letters = malloc(to->room);
        if (!to->letters) to->room = 0;
        if (!to->letters) return 0;
    }
    to->count = 0;
    to->whole = 1;
    for (int64_t i = stretch[0]; i < stretch[1]; i++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, i);
        if (letter != ' ') to->letters[to->count++] = (uint8_t)letter;
        to->whole &= letter < KINDS;
    }
    return 1;
}

/* What is known of each letter of the short one: how many are still wanted, and where it stands. Both
 * are zeros between two questions. */
struct letters {
    int32_t wanted[KINDS];
    uint64_t at[KINDS];
};

/* How many letters of the short one a part has in the same order: the bits that stay, as Hyyro has
 * it for the longest common subsequence. */
static int64_t in_order(const struct letters *of, const uint8_t *part, int64_t length, int64_t size)
{
    uint64_t free = ~(uint64_t)0, mine = size ? ~(uint64_t)0 >> (WORD - size) : 0;
    for (int64_t i = 0; i < length; i++) {
        uint64_t met = free & of->at[part[i]];
        free = (free + met) | (free - met);
    }
    return count_bits(~free & mine);
}

/* Whether a part of the long one, as long as the short one or at an end less, has enough of the
 * short one's letters: first in any order, and where a word holds a bit for each, in theirs. */
static uint8_t may_hold(const struct spelling *parts, const struct spelling *whole, int64_t least,
                        struct letters *of)
{
    int64_t size = (int64_t)parts->count, length = (int64_t)whole->count, common = 0;
    int is_sure = size > 0 && size <= WORD && parts->whole && whole->whole;
    uint8_t found = UNLIKE;
    for (int64_t i = 0; i < size; i++) {
        of->wanted[parts->letters[i]]++;
        if (size <= WORD) of->at[parts->letters[i]] |= (uint64_t)1 << i;
    }
    for (int64_t end = 1; end < length + size && found < (is_sure ? ALIKE : UNSURE); end++) {
        if (end <= length) common += of->wanted[whole->letters[end - 1]]-- > 0;
        if (end > size) common -= ++of->wanted[whole->letters[end - size - 1]] > 0;
        int64_t first = end > size ? end - size : 0, part = (end < length ? end : length) - first;
        int64_t wanted = least * (size + part), shared = common;
        if (200 * shared < wanted) continue;
        if (size <= WORD) shared = in_order(of, whole->letters + first, part, size);
        if (200 * shared >= wanted) found = is_sure && 200 * shared > wanted ? ALIKE : UNSURE;
    }
    for (int64_t i = 0; i < size; i++) of->at[parts->letters[i]] = 0;
    for (int64_t i = 0; i < size; i++) of->wanted[parts->letters[i]] = 0;
    for (int64_t i = 0; i < length; i++) of->wanted[whole->letters[i]] = 0;
    return found;
}

/* may_resemble(letters: str, stretches, least, out) */
PyObject *may_resemble(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *letters;
    Py_buffer stretches, out;
    long long least;
    if (!PyArg_ParseTuple(args, "Uy*Lw*", &letters, &stretches, &least, &out)) return NULL;
    const int64_t *stretch = stretches.buf;
    uint8_t *may = out.buf;
    int kind = PyUnicode_KIND(letters), fine = 1;
    const void *data = PyUnicode_DATA(letters);
    struct spelling one = {0}, other = {0};
    struct letters of = {{0}, {0}};
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t k = 0; fine && k < out.len; k++, stretch += 4) {
        fine = spell(&one, kind, data, stretch) && spell(&other, kind, data, stretch + 2);
        if (!fine) break;
        may[k] = one.count <= other.count ? may_hold(&one, &other, least, &of) : UNLIKE;
        if (one.count >= other.count && may[k] != ALIKE) {
            uint8_t turned = may_hold(&other, &one, least, &of);
            may[k] = turned > may[k] ? turned : may[k];
        }
    }
    Py_END_ALLOW_THREADS
    free(one.letters);
    free(other.letters);
    PyBuffer_Release(&stretches);
    PyBuffer_Release(&out);
    if (!fine) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
