/* Clean texts, and single words of them, for whoever has to see them again. */
#include "find_words.h"

/* Clean one text, while the interpreter is held: 1 done, 0 declined, -1 with an exception set. */
static int clean_one(struct found *found, PyObject *text, size_t *size)
{
    Py_ssize_t bytes = 0;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &bytes);
    if (!utf8) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
            return -1;
        PyErr_Clear();
        return 0;
    }
    *size = (size_t)bytes;
    int state = find_words(found, (const uint8_t *)utf8, size);
    if (state < 0)
        PyErr_NoMemory();
    return state;
}

/* clean_texts(texts: list[str]) -> list[bytes | None] */
PyObject *clean_texts(PyObject *module, PyObject *args)
{
    PyObject *texts;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &texts))
        return NULL;
    struct found found = {0};
    PyObject *out = PyList_New(PyList_GET_SIZE(texts));
    for (Py_ssize_t i = 0; out && i < PyList_GET_SIZE(texts); i++) {
        size_t size = 0;
        int state = clean_one(&found, PyList_GET_ITEM(texts, i), &size);
        PyObject *one = Py_None;
        if (state > 0)
            one = PyBytes_FromStringAndSize((char *)found.clean, (Py_ssize_t)size);
        else
            Py_INCREF(one);
        if (state < 0 || !one) {
            Py_XDECREF(one);
            Py_CLEAR(out);
        } else {
            PyList_SET_ITEM(out, i, one);
        }
    }
    release_found(&found);
    return out;
}

/* Words, in memory that grows. */
struct letters {
    uint8_t *bytes;
    size_t size, room, points; /* so many bytes, of so many characters */
};

static int append(struct letters *to, const uint8_t *word, size_t size)
{
    if (to->size + size > to->room) {
        size_t room = 2 * (to->size + size) + 4096;
        uint8_t *more = realloc(to->bytes, room);
        if (!more)
            return 0;
        to->bytes = more;
        to->room = room;
    }
    for (size_t i = 0; i < size; i++) {
        to->bytes[to->size + i] = word[i];
        to->points += (word[i] & 0xC0) != 0x80;
    }
    to->size += size;
    return 1;
}

/* What one call works on. */
struct picking {
    PyObject *texts;
    Py_ssize_t count;
    const char **utf8;
    Py_ssize_t *sizes;
    const int64_t *offsets;
    const uint32_t *places;
    int64_t *starts;
    uint8_t *done;
    struct found found;
    struct letters letters;
};

/* Take the UTF-8 of every text while the interpreter is held; one with lone surrogates has none. */
static int gather(struct picking *p)
{
    for (Py_ssize_t i = 0; i < p->count; i++) {
        p->utf8[i] = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(p->texts, i), &p->sizes[i]);
        if (!p->utf8[i]) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
                return 0;
            PyErr_Clear();
        }
    }
    return 1;
}

/* Pick from all texts; touches nothing of the interpreter. */
static int pick_all(struct picking *p)
{
    const struct spans *spans = &p->found.spans;
    for (Py_ssize_t i = 0; i < p->count; i++) {
        size_t size = (size_t)p->sizes[i];
        int state = p->utf8[i] ? find_words(&p->found, (const uint8_t *)p->utf8[i], &size) : 0;
        if (state < 0)
            return 0;
        p->done[i] = (uint8_t)state;
        for (int64_t k = p->offsets[i]; k < p->offsets[i + 1]; k++) {
            uint32_t at = p->places[k];
            if (state && at < spans->count
                && !append(&p->letters, p->found.clean + spans->starts[at],
                           spans->ends[at] - spans->starts[at]))
                return 0;
            if (!append(&p->letters, (const uint8_t *)" ", 1))
                return 0;
            p->starts[k + 1] = (int64_t)p->letters.points;
        }
    }
    return 1;
}

static PyObject *picked(struct picking *p)
{
    int is_whole = 0;
    p->utf8 = calloc((size_t)p->count + 1, sizeof *p->utf8);
    p->sizes = calloc((size_t)p->count + 1, sizeof *p->sizes);
    if (!p->utf8 || !p->sizes)
        return PyErr_NoMemory();
    if (!gather(p))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    is_whole = pick_all(p);
    Py_END_ALLOW_THREADS
    if (!is_whole)
        return PyErr_NoMemory();
    return PyUnicode_DecodeUTF8((char *)p->letters.bytes, (Py_ssize_t)p->letters.size, NULL);
}

/* pick_words(texts: list[str], offsets, asked, starts, done) -> str: the words at places offsets[i]
   to offsets[i + 1] of text i, a space behind each; `starts` begins with 0 */
PyObject *pick_words(PyObject *module, PyObject *args)
{
    PyObject *texts, *result = NULL;
    Py_buffer offsets, places, starts, done;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y*y*w*w*", &PyList_Type, &texts, &offsets, &places, &starts, &done))
        return NULL;
    struct picking p = {.offsets = offsets.buf, .places = places.buf, .starts = starts.buf,
                        .done = done.buf};
    p.texts = PyList_AsTuple(texts); /* holds the texts, whatever other threads do to the list */
    p.count = p.texts ? PyTuple_GET_SIZE(p.texts) : 0;
    if (p.texts)
        result = picked(&p);
    Py_XDECREF(p.texts);
    free(p.utf8);
    free(p.sizes);
    free(p.letters.bytes);
    release_found(&p.found);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&places);
    PyBuffer_Release(&starts);
    PyBuffer_Release(&done);
    return result;
}
