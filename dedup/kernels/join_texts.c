/* Texts end to end, copied once. */
#include "native.h"

/* The UTF-8 of a text, which stays as long as the text does; or one made for it where it has lone
   surrogates, which are written as if they were characters. NULL with an error. */
static const char *utf8_of(PyObject *text, Py_ssize_t *size, PyObject **made)
{
    char *bytes = NULL;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, size);
    if (utf8 || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        return utf8;
    PyErr_Clear();
    *made = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
    if (!*made || PyBytes_AsStringAndSize(*made, &bytes, size))
        return NULL;
    return bytes;
}

/* join_texts(texts: list[str], out: int64[n]) -> bytes; `out` is filled with the size of each */
PyObject *join_texts(PyObject *module, PyObject *args)
{
    PyObject *list, *joined = NULL;
    Py_buffer out;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!w*", &PyList_Type, &list, &out))
        return NULL;
    PyObject *texts = PyList_AsTuple(list); /* holds them, whatever other threads do to the list */
    Py_ssize_t count = texts ? PyTuple_GET_SIZE(texts) : 0, at = 0, size;
    PyObject **made = calloc((size_t)count + 1, sizeof *made);
    const char **utf8 = calloc((size_t)count + 1, sizeof *utf8);
    int64_t *sizes = out.buf, total = 0;
    if (texts && (!made || !utf8))
        PyErr_NoMemory();
    for (; made && utf8 && at < count; at++) {
        utf8[at] = utf8_of(PyTuple_GET_ITEM(texts, at), &size, &made[at]);
        if (!utf8[at])
            break;
        sizes[at] = size;
        total += size;
    }
    if (texts && !PyErr_Occurred())
        joined = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)total);
    char *end = joined ? PyBytes_AS_STRING(joined) : NULL;
    for (Py_ssize_t i = 0; joined && i < count; end += sizes[i++])
        memcpy(end, utf8[i], (size_t)sizes[i]);
    for (Py_ssize_t i = 0; made && i < count; i++)
        Py_XDECREF(made[i]);
    free(made);
    free(utf8);
    Py_XDECREF(texts);
    PyBuffer_Release(&out);
    return joined;
}
