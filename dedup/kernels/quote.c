/* Texts as they stand between quotes. */
#include "native.h"

#define EACH(byte) (0x0101010101010101ULL * (byte))

struct text {
    const void *data;
    Py_ssize_t length;
    int kind;
};

/* Bytes that are this one, by their highest bit; now and then one more, never one less. */
static inline uint64_t equal(uint64_t bytes, uint8_t one)
{
    bytes ^= EACH(one);
    return (bytes - EACH(1)) & ~bytes;
}

/* Whether eight bytes surely stand as they are: ASCII, printable, and nothing that is escaped. */
static inline int is_plain(uint64_t bytes)
{
    uint64_t odd = bytes | ((bytes - EACH(0x20)) & ~bytes);
    odd |= equal(bytes, '"') | equal(bytes, '\\') | equal(bytes, '#') | equal(bytes, 0x7F);
    return !(odd & EACH(0x80));
}

/* Write one character; gives where it ends, or NULL for one that is left to the reference rules. */
static inline uint8_t *put(uint32_t c, uint8_t *to)
{
    if (c == '#' || !Py_UNICODE_ISPRINTABLE(c)) return NULL;
    if (c == '"' || c == '\\') *to++ = '\\';
    if (c < 0x80) {
        *to++ = (uint8_t)c;
    } else if (c < 0x800) {
        *to++ = (uint8_t)(0xC0 | c >> 6);
        *to++ = (uint8_t)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *to++ = (uint8_t)(0xE0 | c >> 12);
        *to++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *to++ = (uint8_t)(0x80 | (c & 0x3F));
    } else {
        *to++ = (uint8_t)(0xF0 | c >> 18);
        *to++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
        *to++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *to++ = (uint8_t)(0x80 | (c & 0x3F));
    }
    return to;
}

/* Write one text and the quote behind it; gives where it ends, or NULL as above. */
static uint8_t *quote(const struct text *text, uint8_t *to)
{
    const uint8_t *letters = text->data;
    for (Py_ssize_t i = 0; i < text->length && to;) {
        uint64_t bytes;
        if (text->kind == PyUnicode_1BYTE_KIND && text->length - i >= 8) {
            memcpy(&bytes, letters + i, 8);
            if (is_plain(bytes)) {
                memcpy(to, &bytes, 8);
                to += 8;
                i += 8;
                continue;
            }
        }
        to = put((uint32_t)PyUnicode_READ(text->kind, text->data, i), to);
        i++;
    }
    if (to) *to++ = '"';
    return to;
}

/* How many bytes a text takes at most: two for one that is escaped, else up to four for each. */
static size_t most(const struct text *text)
{
    return (size_t)text->length * (text->kind < 3 ? (size_t)text->kind + 1 : 4) + 1;
}

/* quote_texts(texts: tuple[str, ...], sizes, done) -> letters */
PyObject *quote_texts(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *tuple, *letters = NULL;
    Py_buffer sizes, done;
    if (!PyArg_ParseTuple(args, "O!w*w*", &PyTuple_Type, &tuple, &sizes, &done)) return NULL;
    int64_t *size = sizes.buf;
    uint8_t *is_done = done.buf;
    Py_ssize_t count = PyTuple_GET_SIZE(tuple);
    struct text *texts = malloc(((size_t)count + 1) * sizeof *texts);
    size_t room = 1;
    int fine = texts != NULL;
    for (Py_ssize_t i = 0; fine && i < count; i++) {
        PyObject *one = PyTuple_GET_ITEM(tuple, i); /* which the tuple holds meanwhile */
        fine = PyUnicode_Check(one);
        if (!fine) {
            PyErr_SetString(PyExc_TypeError, "quote_texts takes a tuple of str");
            break;
        }
        texts[i] = (struct text){PyUnicode_DATA(one), PyUnicode_GET_LENGTH(one),
                                 PyUnicode_KIND(one)};
        room += most(texts + i);
    }
    uint8_t *start = fine ? malloc(room) : NULL, *to = start;
    if (start) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < count; i++) {
            uint8_t *end = quote(texts + i, to);
            is_done[i] = end != NULL;
            size[i] = end ? end - to : 0;
            to += size[i];
        }
        Py_END_ALLOW_THREADS
        letters = PyBytes_FromStringAndSize((char *)start, to - start);
    } else if (!PyErr_Occurred()) {
        PyErr_NoMemory();
    }
    free(texts);
    free(start);
    PyBuffer_Release(&sizes);
    PyBuffer_Release(&done);
    return letters;
}
