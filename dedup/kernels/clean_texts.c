/* Clean texts, for whoever has to see them again. */
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
