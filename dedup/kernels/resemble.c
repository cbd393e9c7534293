/* Which words cannot be alike, seen without aligning them. */
#include "native.h"

enum { KINDS = 256 }; /* of letters, by their low bits: two in one only make words more alike */

struct spelling {
    uint8_t *letters;
    size_t count, room;
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
    for (int64_t i = stretch[0]; i < stretch[1]; i++) {
        Py_UCS4 letter = PyUnicode_READ(kind, data, i);
        if (letter != ' ') to->letters[to->count++] = (uint8_t)letter;
    }
    return 1;
}

/* Whether a part of the long one, as long as the short one or at an end less, has enough of the
 * short one's letters, in any order. */
static int may_hold(const struct spelling *parts, const struct spelling *whole, int64_t least)
{
    int32_t wanted[KINDS] = {0};
    int64_t size = (int64_t)parts->count, length = (int64_t)whole->count, common = 0;
    for (int64_t i = 0; i < size; i++) wanted[parts->letters[i]]++;
    for (int64_t end = 1; end < length + size; end++) {
        if (end <= length) common += wanted[whole->letters[end - 1]]-- > 0;
        if (end > size) common -= ++wanted[whole->letters[end - size - 1]] > 0;
        int64_t part = (end < length ? end : length) - (end > size ? end - size : 0);
        if (200 * common >= least * (size + part)) return 1;
    }
    return 0;
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
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t k = 0; fine && k < out.len; k++, stretch += 4) {
        fine = spell(&one, kind, data, stretch) && spell(&other, kind, data, stretch + 2);
        if (!fine) break;
        may[k] = (one.count <= other.count && may_hold(&one, &other, least))
                 || (one.count >= other.count && may_hold(&other, &one, least));
    }
    Py_END_ALLOW_THREADS
    free(one.letters);
    free(other.letters);
    PyBuffer_Release(&stretches);
    PyBuffer_Release(&out);
    if (!fine) return PyErr_NoMemory();
    Py_RETURN_NONE;
}
