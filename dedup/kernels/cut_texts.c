/* Texts to the hashes of their words: what text.clean, text.words, hash_words and term.stem give. */
#include "find_words.h"

enum { BLOCK = 1024, BYTES_PER_WORD = 5 };

/* power[i] is BASE**i, inverse[i] is BASE**-i. */
static uint64_t power[BLOCK + 1], inverse[BLOCK + 1];

/* Hashes of words so far, in the objects that are given back: nothing is copied. */
struct rows {
    PyObject *bytes[3];
    uint64_t *hashes, *stems;
    uint8_t *marks; /* 1 for a word of digits */
    size_t count, capacity;
    PyThreadState *released; /* while the interpreter is */
};

/* Scratch memory of one call. */
struct work {
    struct found found;
    uint64_t sums[BLOCK + 1];
};

static void fill_tables(void)
{
    uint64_t of_base = BASE;
    if (power[0])
        return;
    for (int i = 0; i < 6; i++) /* each step of Newton's doubles the bits that are right */
        of_base *= 2 - BASE * of_base;
    inverse[0] = 1;
    for (int i = 1; i <= BLOCK; i++) {
        power[i] = i > 1 ? power[i - 1] * BASE : BASE;
        inverse[i] = inverse[i - 1] * of_base;
    }
    power[0] = 1; /* last: it tells that the tables are filled */
}

/* ---- memory ---- */

static int resize_rows(struct rows *rows, size_t capacity)
{
    Py_ssize_t size = (Py_ssize_t)(capacity * sizeof(uint64_t));
    if (_PyBytes_Resize(&rows->bytes[0], size) || _PyBytes_Resize(&rows->bytes[1], size)
        || _PyBytes_Resize(&rows->bytes[2], (Py_ssize_t)capacity))
        return 0;
    rows->hashes = (uint64_t *)PyBytes_AS_STRING(rows->bytes[0]);
    rows->stems = (uint64_t *)PyBytes_AS_STRING(rows->bytes[1]);
    rows->marks = (uint8_t *)PyBytes_AS_STRING(rows->bytes[2]);
    rows->capacity = capacity;
    return 1;
}

/* Make room for more words; to get it, the interpreter is taken again for a moment. */
static int reserve_rows(struct rows *rows, size_t more)
{
    size_t needed = rows->count + more;
    if (needed <= rows->capacity)
        return 1;
    PyEval_RestoreThread(rows->released);
    int is_done = resize_rows(rows, needed + needed / 2);
    rows->released = PyEval_SaveThread();
    return is_done;
}

/* ---- hashes ---- */

/* The polynomial of any number of bytes. */
static uint64_t polynomial(const uint8_t *bytes, size_t size)
{
    uint64_t sum = 0, factor = 1;
    while (size > 0) {
        size_t count = size < BLOCK ? size : BLOCK;
        uint64_t part = 0;
        for (size_t i = 0; i < count; i++)
            part += bytes[i] * power[i];
        sum += part * factor;
        factor *= power[count];
        bytes += count;
        size -= count;
    }
    return sum;
}

WIDEST static void mix_all(uint64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = mix(values[i]);
}

/* Hash the words of a clean text, and give the polynomial of all its bytes: prefix sums over a block
   give that of every word in it. */
WIDEST static uint64_t hash_spans(struct work *work, size_t size, struct rows *rows)
{
    const uint32_t *starts = work->found.spans.starts, *ends = work->found.spans.ends;
    const uint32_t *cuts = work->found.spans.cuts;
    const uint8_t *text = work->found.clean;
    uint64_t *sums = work->sums, *hashes = rows->hashes + rows->count;
    uint64_t *stems = rows->stems + rows->count, whole = 0, factor = 1;
    uint8_t *marks = rows->marks + rows->count;
    size_t i = 0, words = work->found.spans.count;
    for (size_t base = 0, count; base < size; base += count) {
        count = size - base < BLOCK ? size - base : BLOCK;
        uint64_t sum = sums[0] = 0;
        for (size_t k = 0; k < count; k++)
            sums[k + 1] = text[base + k] * power[k];
        for (size_t k = 0; k < count; k++)
            sums[k + 1] = sum += sums[k + 1];
        for (; i < words && ends[i] <= base + count; i++) {
            size_t start = starts[i] - base;
            hashes[i] = (sums[ends[i] - base] - sums[start]) * inverse[start];
            stems[i] = (sums[cuts[i] - base] - sums[start]) * inverse[start];
        }
        for (; i < words && starts[i] < base + count; i++) {
            hashes[i] = polynomial(text + starts[i], ends[i] - starts[i]);
            stems[i] = polynomial(text + starts[i], cuts[i] - starts[i]);
        }
        whole += sums[count] * factor;
        factor *= power[count];
    }
    for (i = 0; i < words; i++) /* one that begins with a digit has nothing else */
        marks[i] = (uint8_t)(text[starts[i]] - '0') < 10;
    mix_all(hashes, words);
    mix_all(stems, words);
    rows->count += words;
    return whole;
}

/* Cut one text, with the same answers. */
static int cut_text(struct work *work, const uint8_t *text, size_t size, struct rows *rows,
                    uint64_t *digest)
{
    int found = find_words(&work->found, text, &size);
    if (found <= 0)
        return found;
    if (!reserve_rows(rows, work->found.spans.count))
        return -1;
    *digest = mix(hash_spans(work, size, rows));
    return 1;
}

/* ---- a batch ---- */

/* Everything of a call that is freed at its end, whatever comes of it. */
struct batch {
    PyObject *texts;
    Py_ssize_t count;
    const char **utf8;
    Py_ssize_t *sizes;
    int64_t *offsets;
    uint64_t *digests;
    uint8_t *done;
    struct rows rows;
    struct work *work;
};

/* Take the UTF-8 of every text while the interpreter is held; one with lone surrogates has none. */
static int gather(struct batch *b)
{
    for (Py_ssize_t i = 0; i < b->count; i++) {
        PyObject *text = PyTuple_GET_ITEM(b->texts, i);
        if (!PyUnicode_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "cut_texts takes a list of str");
            return 0;
        }
        b->utf8[i] = PyUnicode_AsUTF8AndSize(text, &b->sizes[i]);
        if (!b->utf8[i]) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
                return 0;
            PyErr_Clear();
        }
    }
    return 1;
}

/* Cut all texts; touches nothing of the interpreter. */
static int cut_all(struct batch *b)
{
    b->offsets[0] = 0;
    for (Py_ssize_t i = 0; i < b->count; i++) {
        size_t before = b->rows.count;
        int done = 0;
        b->digests[i] = 0;
        if (b->utf8[i])
            done = cut_text(b->work, (const uint8_t *)b->utf8[i], (size_t)b->sizes[i], &b->rows,
                            &b->digests[i]);
        if (done < 0)
            return 0;
        if (!done)
            b->rows.count = before;
        b->done[i] = (uint8_t)done;
        b->offsets[i + 1] = (int64_t)b->rows.count;
    }
    return 1;
}

static PyObject *as_result(struct batch *b)
{
    Py_ssize_t n = b->count;
    if (!resize_rows(&b->rows, b->rows.count))
        return NULL;
    return Py_BuildValue("(OOOy#y#y#)", b->rows.bytes[0], b->rows.bytes[1], b->rows.bytes[2],
                         (const char *)b->offsets, (n + 1) * (Py_ssize_t)sizeof *b->offsets,
                         (const char *)b->digests, n * (Py_ssize_t)sizeof *b->digests,
                         (const char *)b->done, n);
}

/* Reserve what the batch needs for sure, and as many words as its texts are likely to have. */
static int prepare(struct batch *b)
{
    size_t rows = (size_t)b->count + 1, words = 0;
    b->work = calloc(1, sizeof *b->work);
    b->utf8 = calloc(rows, sizeof *b->utf8);
    b->sizes = calloc(rows, sizeof *b->sizes);
    b->offsets = calloc(rows, sizeof *b->offsets);
    b->digests = calloc(rows, sizeof *b->digests);
    b->done = calloc(rows, sizeof *b->done);
    for (int i = 0; i < 3; i++)
        b->rows.bytes[i] = PyBytes_FromStringAndSize(NULL, 1);
    if (!b->work || !b->utf8 || !b->sizes || !b->offsets || !b->digests || !b->done
        || !b->rows.bytes[0] || !b->rows.bytes[1] || !b->rows.bytes[2]) {
        PyErr_NoMemory();
        return 0;
    }
    if (!gather(b))
        return 0;
    for (Py_ssize_t i = 0; i < b->count; i++)
        words += (size_t)b->sizes[i] / BYTES_PER_WORD;
    return resize_rows(&b->rows, words + 1);
}

static void release(struct batch *b)
{
    if (b->work)
        release_found(&b->work->found);
    free(b->work);
    free(b->utf8);
    free(b->sizes);
    free(b->offsets);
    free(b->digests);
    free(b->done);
    for (int i = 0; i < 3; i++)
        Py_XDECREF(b->rows.bytes[i]);
    Py_XDECREF(b->texts);
}

/* cut_texts(texts: list[str]) -> (hashes, stems, marks, offsets, digests, done), each as bytes */
PyObject *cut_texts(PyObject *module, PyObject *args)
{
    struct batch b = {0};
    PyObject *list, *result = NULL;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    fill_tables();
    b.texts = PyList_AsTuple(list); /* holds the texts, whatever other threads do to the list */
    if (!b.texts)
        return NULL;
    b.count = PyTuple_GET_SIZE(b.texts);
    if (prepare(&b)) {
        b.rows.released = PyEval_SaveThread();
        int is_whole = cut_all(&b);
        PyEval_RestoreThread(b.rows.released);
        if (is_whole)
            result = as_result(&b);
        else if (!PyErr_Occurred())
            PyErr_NoMemory();
    }
    release(&b);
    return result;
}
