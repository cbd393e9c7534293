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

/* The words of one text at some places; None for each where the text is declined. */
static int pick(struct found *found, PyObject *text, const uint32_t *places, Py_ssize_t count,
                PyObject *out, Py_ssize_t at)
{
    size_t size;
    int state = clean_one(found, text, &size);
    for (Py_ssize_t i = 0; state >= 0 && i < count; i++) {
        PyObject *word = Py_None;
        if (state && places[i] < found->spans.count) {
            uint32_t start = found->spans.starts[places[i]], end = found->spans.ends[places[i]];
            word = PyUnicode_DecodeUTF8((char *)found->clean + start, end - start, NULL);
            if (!word)
                return 0;
        } else {
            Py_INCREF(word);
        }
        PyList_SET_ITEM(out, at + i, word);
    }
    return state >= 0;
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

/* pick_words(texts: list[str], offsets, places) -> list: the words at places offsets[i] to
   offsets[i + 1] of text i */
PyObject *pick_words(PyObject *module, PyObject *args)
{
    PyObject *texts, *out = NULL;
    Py_buffer offsets, places;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!y*y*", &PyList_Type, &texts, &offsets, &places))
        return NULL;
    const int64_t *start = offsets.buf;
    struct found found = {0};
    out = PyList_New(places.len / 4);
    for (Py_ssize_t i = 0; out && i + 1 < offsets.len / 8 && i < PyList_GET_SIZE(texts); i++) {
        const uint32_t *of_text = (const uint32_t *)places.buf + start[i];
        if (!pick(&found, PyList_GET_ITEM(texts, i), of_text, start[i + 1] - start[i], out, start[i]))
            Py_CLEAR(out);
    }
    release_found(&found);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&places);
    return out;
}
