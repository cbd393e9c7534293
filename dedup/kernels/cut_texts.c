/* Texts to the hashes of their words: what text.clean, text.words, hash_words and term.stem give. */
#include "clean_text.h"

enum { BLOCK = 1024, STEM = 6 };

/* power[i] is BASE**i, inverse[i] is BASE**-i. */
static uint64_t power[BLOCK + 1], inverse[BLOCK + 1];

/* Hashes of words so far, not yet mixed, and where those of each text end. */
struct rows {
    uint64_t *hashes, *stems;
    size_t count, capacity;
};

/* Scratch memory of one call. */
struct work {
    uint8_t *buffers[3];
    size_t capacity;
    uint64_t sums[BLOCK + 1];
    uint16_t starts[BLOCK + 1], ends[BLOCK + 1];
};

static void fill_powers(void)
{
    uint64_t of_base = BASE;
    if (power[0])
        return;
    for (int i = 0; i < 6; i++) /* each step of Newton's doubles the bits that are right */
        of_base *= 2 - BASE * of_base;
    inverse[0] = 1;
    for (int i = 1; i <= BLOCK; i++) {
        inverse[i] = inverse[i - 1] * of_base;
        power[i] = power[i - 1] ? power[i - 1] * BASE : BASE;
    }
    power[0] = 1;
}

/* ---- memory ---- */

static int reserve_rows(struct rows *rows, size_t more)
{
    size_t capacity = rows->capacity;
    if (rows->count + more <= capacity)
        return 1;
    while (capacity < rows->count + more)
        capacity = capacity ? capacity * 2 : 4096;
    uint64_t *hashes = realloc(rows->hashes, capacity * sizeof *hashes);
    if (hashes)
        rows->hashes = hashes;
    uint64_t *stems = realloc(rows->stems, capacity * sizeof *stems);
    if (stems)
        rows->stems = stems;
    if (!hashes || !stems)
        return 0;
    rows->capacity = capacity;
    return 1;
}

static int reserve_work(struct work *work, size_t size)
{
    if (size <= work->capacity)
        return 1;
    size_t capacity = size + size / 2;
    for (int i = 0; i < 3; i++) {
        free(work->buffers[i]);
        work->buffers[i] = malloc(capacity);
    }
    work->capacity = work->buffers[0] && work->buffers[1] && work->buffers[2] ? capacity : 0;
    return work->capacity != 0;
}

/* ---- one text ---- */

/* Lower case, one space for white space of any kind and length, none at the ends. */
static size_t fold_ascii(const uint8_t *text, size_t size, uint8_t *out)
{
    size_t used = 0;
    uint8_t last = ' ';
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = text[i], traits = ascii_traits[byte];
        if (traits & SPACE)
            byte = ' ';
        else
            byte |= (uint8_t)((uint8_t)(byte - 'A') < 26) << 5;
        out[used] = byte;
        used += byte != ' ' || last != ' ';
        last = byte;
    }
    return used - (used > 0 && last == ' ');
}

/* The words in up to BLOCK bytes, from prefix sums; gives the polynomial of all bytes. */
static uint64_t cut_block(struct work *work, const uint8_t *text, size_t size, struct rows *rows)
{
    uint64_t sum = 0, *hashes = rows->hashes + rows->count, *stems = rows->stems + rows->count;
    size_t begun = 0, ended = 0;
    unsigned last = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned kind = ascii_traits[text[i]] & (WORD | DIGIT);
        work->sums[i] = sum;
        sum += text[i] * power[i];
        work->starts[begun] = work->ends[ended] = (uint16_t)i;
        begun += kind != last && kind;
        ended += kind != last && last;
        last = kind;
    }
    work->sums[size] = sum;
    work->ends[ended] = (uint16_t)size;
    for (size_t i = 0; i < begun; i++) {
        size_t start = work->starts[i], end = work->ends[i];
        size_t cut = end - start < STEM ? end : start + STEM;
        hashes[i] = (work->sums[end] - work->sums[start]) * inverse[start];
        stems[i] = (work->sums[cut] - work->sums[start]) * inverse[start];
    }
    rows->count += begun;
    return sum;
}

/* The same for a stretch longer than a block, without a space in it. */
static uint64_t cut_long(const uint8_t *text, size_t size, struct rows *rows)
{
    uint64_t all = 0, of_all = 1, sum = 0, factor = 1;
    size_t length = 0;
    unsigned last = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned kind = ascii_traits[text[i]] & (WORD | DIGIT);
        all += text[i] * of_all;
        of_all *= BASE;
        if (kind != last) {
            rows->count += last != 0;
            length = 0;
            sum = 0;
            factor = 1;
        }
        sum += text[i] * factor;
        factor *= BASE;
        length++;
        rows->hashes[rows->count] = sum;
        if (length <= STEM)
            rows->stems[rows->count] = sum;
        last = kind;
    }
    rows->count += last != 0;
    return all;
}

/* The words of a clean ASCII text; gives the polynomial of all its bytes. */
static uint64_t cut_ascii(struct work *work, const uint8_t *text, size_t size, struct rows *rows)
{
    uint64_t sum = 0, factor = 1;
    for (size_t start = 0, end; start < size; start = end) {
        uint64_t step = 1;
        end = size - start > BLOCK ? start + BLOCK : size;
        while (end < size && end > start && text[end] != ' ')
            end--;
        if (end > start) {
            sum += factor * cut_block(work, text + start, end - start, rows);
            step = power[end - start];
        } else {
            const uint8_t *space = memchr(text + start + 1, ' ', size - start - 1);
            end = space ? (size_t)(space - text) : size;
            sum += factor * cut_long(text + start, end - start, rows);
            for (size_t i = start; i < end; i++)
                step *= BASE;
        }
        factor *= step;
    }
    return sum;
}

static int is_ascii(const uint8_t *text, size_t size)
{
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++)
        all |= text[i];
    return all < 0x80;
}

/* Cut one text: 1 when it is done, 0 when it is declined, -1 without memory. */
static int cut_text(struct work *work, const uint8_t *text, size_t size, struct rows *rows,
                    uint64_t *digest)
{
    if (!is_ascii(text, size))
        return 0;
    if (!reserve_work(work, size + 1))
        return -1;
    struct draft draft = {text, size, work->buffers[0], work->buffers[1], 0, 0, 0};
    if (!apply_rules(&draft))
        return 0;
    uint8_t *clean = work->buffers[2];
    size = fold_ascii(draft.text, draft.size, clean);
    if (!reserve_rows(rows, size + 1))
        return -1;
    *digest = mix(cut_ascii(work, clean, size, rows));
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
    for (size_t i = 0; i < b->rows.count; i++) {
        b->rows.hashes[i] = mix(b->rows.hashes[i]);
        b->rows.stems[i] = mix(b->rows.stems[i]);
    }
    return 1;
}

static PyObject *as_result(const struct batch *b)
{
    Py_ssize_t words = (Py_ssize_t)(b->rows.count * sizeof(uint64_t)), n = b->count;
    return Py_BuildValue("(y#y#y#y#y#)", (const char *)b->rows.hashes, words,
                         (const char *)b->rows.stems, words, (const char *)b->offsets,
                         (Py_ssize_t)((n + 1) * (Py_ssize_t)sizeof(int64_t)),
                         (const char *)b->digests, (Py_ssize_t)(n * (Py_ssize_t)sizeof(uint64_t)),
                         (const char *)b->done, n);
}

static void release(struct batch *b)
{
    for (int i = 0; b->work && i < 3; i++)
        free(b->work->buffers[i]);
    free(b->work);
    free(b->utf8);
    free(b->sizes);
    free(b->offsets);
    free(b->digests);
    free(b->done);
    free(b->rows.hashes);
    free(b->rows.stems);
    Py_XDECREF(b->texts);
}

/* cut_texts(texts: list[str]) -> (hashes, stems, offsets, digests, done), each as bytes */
PyObject *cut_texts(PyObject *module, PyObject *args)
{
    struct batch b = {0};
    PyObject *list, *result = NULL;
    int whole = 1;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list))
        return NULL;
    fill_powers();
    b.texts = PyList_AsTuple(list); /* holds the texts, whatever other threads do to the list */
    if (!b.texts)
        return NULL;
    b.count = PyTuple_GET_SIZE(b.texts);
    size_t rows = (size_t)b.count + 1;
    b.work = calloc(1, sizeof *b.work);
    b.utf8 = calloc(rows, sizeof *b.utf8);
    b.sizes = calloc(rows, sizeof *b.sizes);
    b.offsets = calloc(rows, sizeof *b.offsets);
    b.digests = calloc(rows, sizeof *b.digests);
    b.done = calloc(rows, sizeof *b.done);
    whole = b.work && b.utf8 && b.sizes && b.offsets && b.digests && b.done
            && reserve_rows(&b.rows, 1);
    if (whole && gather(&b)) {
        Py_BEGIN_ALLOW_THREADS
        whole = cut_all(&b);
        Py_END_ALLOW_THREADS
        if (whole)
            result = as_result(&b);
    }
    if (!whole)
        PyErr_NoMemory();
    release(&b);
    return result;
}
