/* What the words in gaps say. */
#include "native.h"

enum { NUMBERS, NAMES, RAREST, FIRST, COLUMNS };

typedef struct {
    const uint32_t *words;
    const int64_t *offsets;
    const uint8_t *marks;
    const uint32_t *says;
} Rows;

/* Of one gap: the facts among its own words, or where none says as much, all of them. */
static uint32_t weigh_gap(const Rows *rows, const int64_t *gap, uint32_t own, int64_t least,
                          int64_t *out)
{
    const uint32_t *words = rows->words + rows->offsets[gap[0]] + gap[1];
    int64_t facts = 0, others = 0;
    uint32_t digits = 0;
    out[NUMBERS] = out[NAMES] = out[FIRST] = -1;
    out[RAREST] = 0;
    for (int64_t i = 0; i < gap[2] - gap[1]; i++) {
        if (!(own >> i & 1)) continue;
        int64_t said = rows->says[words[i]];
        if (rows->marks[words[i]] & 1) {
            digits |= (uint32_t)1 << i;
            out[NUMBERS] += (said > least ? said : least) + (out[NUMBERS] < 0);
            continue;
        }
        if (out[FIRST] < 0) out[FIRST] = gap[1] + i;
        if (said > out[RAREST]) out[RAREST] = said;
        if (said >= least)
            facts += said;
        else
            others += said;
    }
    if (out[FIRST] >= 0) out[NAMES] = facts > 0 ? facts : others;
    return digits;
}

/* weigh_gaps(words, offsets, marks, says, gaps, own, least, out, digits) */
PyObject *weigh_gaps(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, marks, says, gaps, own, out, digits;
    long long least;
    if (!PyArg_ParseTuple(args, "y*y*y*y*y*y*Lw*w*", &words, &offsets, &marks, &says, &gaps, &own,
                          &least, &out, &digits))
        return NULL;
    Rows rows = {words.buf, offsets.buf, marks.buf, says.buf};
    const int64_t *gap = gaps.buf;
    const uint32_t *mine = own.buf;
    int64_t *said = out.buf;
    uint32_t *numbers = digits.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t k = 0; k < own.len / 4; k++)
        numbers[k] = weigh_gap(&rows, gap + 3 * k, mine[k], least, said + COLUMNS * k);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&marks);
    PyBuffer_Release(&says);
    PyBuffer_Release(&gaps);
    PyBuffer_Release(&own);
    PyBuffer_Release(&out);
    PyBuffer_Release(&digits);
    Py_RETURN_NONE;
}
