/* Texts to the hashes of their words: what text.clean, text.words, hash_words and term.stem give. */
#include "clean_text.h"
#include "cut_words.h"

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

/* Scratch memory of one call, grown to what its longest text needs. */
struct work {
    uint8_t *drafts[2], *clean;
    struct spans spans;
    size_t draft_size, clean_size;
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

/* Memory of another size in place of some; what stood there is lost. */
static void *renew(void *block, size_t size)
{
    free(block);
    return malloc(size);
}

static int reserve_drafts(struct work *work, size_t size)
{
    if (size <= work->draft_size)
        return 1;
    size += size / 2; /* seldom again */
    work->drafts[0] = renew(work->drafts[0], size);
    work->drafts[1] = renew(work->drafts[1], size);
    work->draft_size = work->drafts[0] && work->drafts[1] ? size : 0;
    return work->draft_size != 0;
}

static int reserve_clean(struct work *work, size_t size)
{
    struct spans *spans = &work->spans;
    if (size <= work->clean_size)
        return 1;
    size += size / 2;
    size_t bytes = size * sizeof *spans->starts;
    work->clean = renew(work->clean, size);
    spans->starts = renew(spans->starts, bytes);
    spans->ends = renew(spans->ends, bytes);
    spans->cuts = renew(spans->cuts, bytes);
    work->clean_size = work->clean && spans->starts && spans->ends && spans->cuts ? size : 0;
    return work->clean_size != 0;
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
    const uint32_t *starts = work->spans.starts, *ends = work->spans.ends;
    const uint32_t *cuts = work->spans.cuts;
    const uint8_t *text = work->clean;
    uint64_t *sums = work->sums, *hashes = rows->hashes + rows->count;
    uint64_t *stems = rows->stems + rows->count, whole = 0, factor = 1;
    uint8_t *marks = rows->marks + rows->count;
    size_t i = 0, words = work->spans.count;
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

/* Clean one text and find its words: 1 when it is done, 0 when it is declined, -1 without memory. */
static int find_words(struct work *work, const uint8_t *text, size_t *size)
{
    if (*size > LONGEST_TEXT)
        return 0;
    if (!reserve_drafts(work, GROWTH * *size + 1))
        return -1;
    struct draft draft = {text, *size, work->drafts[0], work->drafts[1], 0, 0, 0, 0};
    if (!clean_points(&draft))
        return 0;
    clean_lines(&draft);
    if (!reserve_clean(work, GROWTH * draft.size + PADDING))
        return -1;
    return cut_words(draft.text, draft.size, work->clean, size, &work->spans);
}

/* Cut one text, with the same answers. */
static int cut_text(struct work *work, const uint8_t *text, size_t size, struct rows *rows,
                    uint64_t *digest)
{
    int found = find_words(work, text, &size);
    if (found <= 0)
        return found;
    if (!reserve_rows(rows, work->spans.count))
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

static void release_work(struct work *work)
{
    if (work) {
        free(work->drafts[0]);
        free(work->drafts[1]);
        free(work->clean);
        free(work->spans.starts);
        free(work->spans.ends);
        free(work->spans.cuts);
    }
    free(work);
}

static void release(struct batch *b)
{
    release_work(b->work);
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

/* Clean one text, while the interpreter is held: 1 done, 0 declined, -1 with an exception set. */
static int clean_one(struct work *work, PyObject *text, size_t *size)
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
    int found = find_words(work, (const uint8_t *)utf8, size);
    if (found < 0)
        PyErr_NoMemory();
    return found;
}

/* The words of one text at some places; None for each where the text is declined. */
static int pick(struct work *work, PyObject *text, const uint32_t *places, Py_ssize_t count,
                PyObject *out, Py_ssize_t at)
{
    size_t size;
    int found = clean_one(work, text, &size);
    for (Py_ssize_t i = 0; found >= 0 && i < count; i++) {
        PyObject *word = Py_None;
        if (found && places[i] < work->spans.count) {
            uint32_t start = work->spans.starts[places[i]], end = work->spans.ends[places[i]];
            word = PyUnicode_DecodeUTF8((char *)work->clean + start, end - start, NULL);
            if (!word)
                return 0;
        } else {
            Py_INCREF(word);
        }
        PyList_SET_ITEM(out, at + i, word);
    }
    return found >= 0;
}

/* clean_texts(texts: list[str]) -> list[bytes | None] */
PyObject *clean_texts(PyObject *module, PyObject *args)
{
    PyObject *texts;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &texts))
        return NULL;
    fill_tables();
    struct work *work = calloc(1, sizeof *work);
    PyObject *out = work ? PyList_New(PyList_GET_SIZE(texts)) : PyErr_NoMemory();
    for (Py_ssize_t i = 0; out && i < PyList_GET_SIZE(texts); i++) {
        size_t size = 0;
        int found = clean_one(work, PyList_GET_ITEM(texts, i), &size);
        PyObject *one = Py_None;
        if (found > 0)
            one = PyBytes_FromStringAndSize((char *)work->clean, (Py_ssize_t)size);
        else
            Py_INCREF(one);
        if (found < 0 || !one) {
            Py_XDECREF(one);
            Py_CLEAR(out);
        } else {
            PyList_SET_ITEM(out, i, one);
        }
    }
    release_work(work);
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
    fill_tables();
    const int64_t *start = offsets.buf;
    struct work *work = calloc(1, sizeof *work);
    out = work ? PyList_New(places.len / 4) : PyErr_NoMemory();
    for (Py_ssize_t i = 0; out && i + 1 < offsets.len / 8 && i < PyList_GET_SIZE(texts); i++) {
        const uint32_t *of_text = (const uint32_t *)places.buf + start[i];
        if (!pick(work, PyList_GET_ITEM(texts, i), of_text, start[i + 1] - start[i], out, start[i]))
            Py_CLEAR(out);
    }
    release_work(work);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&places);
    return out;
}
