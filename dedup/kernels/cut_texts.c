/* Texts to clean ones and their words by number: what text.clean, text.words, hash_words and
 * term.stem give. */
#include "find_words.h"

enum { BLOCK = 1024, BYTES_PER_WORD = 5, FEWEST_WORDS = 1 << 6, MANY_WORDS = 1 << 15 };

/* power[i] is BASE**i, inverse[i] is BASE**-i. */
static uint64_t power[BLOCK + 1], inverse[BLOCK + 1];

/* Memory that grows, in an object that is given back: nothing is copied. */
struct buffer {
    PyObject *bytes;
    char *start;
    size_t size, room;
};

struct slot {
    uint64_t hash;
    uint64_t number; /* and 1; 0 where free */
};

/* What is known of each word by its number, and a table of hashes to find it by. */
struct lexicon {
    uint64_t *hashes, *stems;
    uint8_t *marks; /* 1 for a word of digits */
    uint8_t *letters; /* in UTF-8, a space behind each word */
    int64_t *borders; /* where the letters of each word begin, and the end */
    size_t letters_room;
    struct slot *slots;
    size_t count, room; /* slots are twice as many as there is room */
};

/* Scratch memory of one call. */
struct work {
    struct found found;
    struct lexicon lexicon;
    uint64_t *hashes; /* of one text's words */
    size_t hash_room;
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

static int resize(struct buffer *buffer, size_t room)
{
    if (_PyBytes_Resize(&buffer->bytes, (Py_ssize_t)room)) return 0;
    buffer->start = PyBytes_AS_STRING(buffer->bytes);
    buffer->room = room;
    return 1;
}

/* Make room for more bytes; to get it, the interpreter is taken again for a moment. */
static int reserve(struct buffer *buffer, size_t more, PyThreadState **released)
{
    size_t needed = buffer->size + more;
    if (needed <= buffer->room)
        return 1;
    PyEval_RestoreThread(*released);
    int is_done = resize(buffer, needed + needed / 2);
    *released = PyEval_SaveThread();
    return is_done;
}

/* Make room for the hashes of one text's words. */
static int reserve_hashes(struct work *work, size_t count)
{
    if (count <= work->hash_room)
        return 1;
    free(work->hashes);
    work->hashes = malloc(2 * count * sizeof *work->hashes);
    work->hash_room = work->hashes ? 2 * count : 0;
    return work->hashes != NULL;
}

/* Make room for so many distinct words, a power of two; 0 when memory ends. */
static int widen(struct lexicon *known, size_t room)
{
    uint64_t *hashes = realloc(known->hashes, room * sizeof *hashes);
    known->hashes = hashes ? hashes : known->hashes;
    uint64_t *stems = realloc(known->stems, room * sizeof *stems);
    known->stems = stems ? stems : known->stems;
    uint8_t *marks = realloc(known->marks, room);
    known->marks = marks ? marks : known->marks;
    int64_t *borders = realloc(known->borders, (room + 1) * sizeof *borders);
    known->borders = borders ? borders : known->borders;
    free(known->slots);
    known->slots = calloc(2 * room, sizeof *known->slots);
    if (!hashes || !stems || !marks || !borders || !known->slots) return 0;
    borders[0] = 0;
    known->room = room;
    for (size_t i = 0; i < known->count; i++) {
        size_t at = spot(hashes[i]) & (2 * room - 1);
        while (known->slots[at].number) at = (at + 1) & (2 * room - 1);
        known->slots[at] = (struct slot){hashes[i], i + 1};
    }
    return 1;
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

/* Hash the words of a clean text: prefix sums of its bytes over a block give the polynomial of every
   word in it. */
WIDEST static void sum_spans(struct work *work, size_t size)
{
    const uint32_t *starts = work->found.spans.starts, *ends = work->found.spans.ends;
    const uint8_t *text = work->found.clean;
    uint64_t *sums = work->sums, *hashes = work->hashes;
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
        }
        for (; i < words && starts[i] < base + count; i++)
            hashes[i] = polynomial(text + starts[i], ends[i] - starts[i]);
    }
    for (i = 0; i < words; i++)
        hashes[i] = mix(hashes[i]);
}

/* Put the letters of one more word behind those there are; 0 when memory ends. */
static int spell(struct lexicon *known, const uint8_t *word, size_t size)
{
    size_t used = (size_t)known->borders[known->count];
    if (used + size + 1 > known->letters_room) {
        size_t room = 2 * (used + size + 1);
        uint8_t *letters = realloc(known->letters, room);
        if (!letters) return 0;
        known->letters = letters;
        known->letters_room = room;
    }
    memcpy(known->letters + used, word, size);
    known->letters[used + size] = ' ';
    known->borders[known->count + 1] = (int64_t)(used + size + 1);
    return 1;
}

/* Number the words of a clean text by their hashes, in the order they come; 0 when memory ends. */
static int number_spans(struct work *work, uint32_t *words)
{
    const uint64_t *hashes = work->hashes;
    const struct spans *spans = &work->found.spans;
    const uint8_t *text = work->found.clean;
    struct lexicon *known = &work->lexicon;
    struct slot *slots = known->slots;
    size_t mask = 2 * known->room - 1, count = spans->count;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = hashes[i];
        size_t at = spot(hash) & mask;
        if (i + AHEAD < count) PREFETCH(slots + (spot(hashes[i + AHEAD]) & mask));
        while (slots[at].number && slots[at].hash != hash) at = (at + 1) & mask;
        if (slots[at].number) {
            words[i] = (uint32_t)slots[at].number - 1;
            continue;
        }
        uint32_t start = spans->starts[i], cut = spans->cuts[i];
        known->hashes[known->count] = hash;
        known->stems[known->count] =
            cut == spans->ends[i] ? hash : mix(polynomial(text + start, cut - start));
        known->marks[known->count] = (uint8_t)(text[start] - '0') < 10; /* then all is digits */
        if (!spell(known, text + start, spans->ends[i] - start)) return 0;
        words[i] = (uint32_t)known->count++;
        slots[at] = (struct slot){hash, known->count};
        if (known->count < known->room) continue;
        if (!widen(known, 2 * known->room)) return 0;
        slots = known->slots;
        mask = 2 * known->room - 1;
    }
    return 1;
}

/* ---- a batch ---- */

/* Everything of a call that is freed at its end, whatever comes of it. */
struct batch {
    PyObject *texts;
    Py_ssize_t count;
    const char **utf8;
    Py_ssize_t *sizes;
    int64_t *offsets, *ends; /* of the words, and of the clean texts */
    uint8_t *done;
    struct buffer words, clean;
    struct work *work;
    PyThreadState *released; /* while the interpreter is */
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

/* Cut one text, with the answers of find_words. */
static int cut_text(struct batch *b, const uint8_t *text, size_t size)
{
    struct work *work = b->work;
    int found = find_words(&work->found, text, &size);
    if (found <= 0)
        return found;
    size_t count = work->found.spans.count, words = count * sizeof(uint32_t);
    if (!reserve(&b->words, words, &b->released) || !reserve(&b->clean, size, &b->released)
        || !reserve_hashes(work, count))
        return -1;
    memcpy(b->clean.start + b->clean.size, work->found.clean, size);
    sum_spans(work, size);
    if (!number_spans(work, (uint32_t *)(b->words.start + b->words.size)))
        return -1;
    b->words.size += words;
    b->clean.size += size;
    return 1;
}

/* Cut all texts; touches nothing of the interpreter. */
static int cut_all(struct batch *b)
{
    b->offsets[0] = b->ends[0] = 0;
    for (Py_ssize_t i = 0; i < b->count; i++) {
        int done = 0;
        if (b->utf8[i])
            done = cut_text(b, (const uint8_t *)b->utf8[i], (size_t)b->sizes[i]);
        if (done < 0)
            return 0;
        b->done[i] = (uint8_t)done;
        b->offsets[i + 1] = (int64_t)(b->words.size / sizeof(uint32_t));
        b->ends[i + 1] = (int64_t)b->clean.size;
    }
    return 1;
}

static PyObject *as_result(struct batch *b)
{
    Py_ssize_t n = b->count, words = (Py_ssize_t)b->work->lexicon.count;
    const struct lexicon *known = &b->work->lexicon;
    if (!resize(&b->words, b->words.size) || !resize(&b->clean, b->clean.size))
        return NULL;
    return Py_BuildValue("(Oy#Oy#y#y#y#y#y#y#)", b->words.bytes,
                         (const char *)b->offsets, (n + 1) * (Py_ssize_t)sizeof *b->offsets,
                         b->clean.bytes,
                         (const char *)b->ends, (n + 1) * (Py_ssize_t)sizeof *b->ends,
                         (const char *)b->done, n,
                         (const char *)known->hashes, words * (Py_ssize_t)sizeof *known->hashes,
                         (const char *)known->stems, words * (Py_ssize_t)sizeof *known->stems,
                         (const char *)known->marks, words,
                         known->letters ? (const char *)known->letters : "",
                         (Py_ssize_t)known->borders[words],
                         (const char *)known->borders,
                         (words + 1) * (Py_ssize_t)sizeof *known->borders);
}

/* Reserve what the batch needs for sure, and as much as its texts are likely to need. */
static int prepare(struct batch *b)
{
    size_t rows = (size_t)b->count + 1, size = 0, room = FEWEST_WORDS;
    b->work = calloc(1, sizeof *b->work);
    b->utf8 = calloc(rows, sizeof *b->utf8);
    b->sizes = calloc(rows, sizeof *b->sizes);
    b->offsets = calloc(rows, sizeof *b->offsets);
    b->ends = calloc(rows, sizeof *b->ends);
    b->done = calloc(rows, sizeof *b->done);
    b->words.bytes = PyBytes_FromStringAndSize(NULL, 1);
    b->clean.bytes = PyBytes_FromStringAndSize(NULL, 1);
    if (!b->work || !b->utf8 || !b->sizes || !b->offsets || !b->ends || !b->done
        || !b->words.bytes || !b->clean.bytes) {
        PyErr_NoMemory();
        return 0;
    }
    if (!gather(b))
        return 0;
    for (Py_ssize_t i = 0; i < b->count; i++)
        size += (size_t)b->sizes[i];
    while (room < size / BYTES_PER_WORD && room < MANY_WORDS) /* a few lines are not worth a large table */
        room *= 2;
    if (!widen(&b->work->lexicon, room)) {
        PyErr_NoMemory();
        return 0;
    }
    return resize(&b->words, (size / BYTES_PER_WORD + 1) * sizeof(uint32_t))
        && resize(&b->clean, size + 1);
}

static void release(struct batch *b)
{
    if (b->work) {
        release_found(&b->work->found);
        free(b->work->hashes);
        free(b->work->lexicon.hashes);
        free(b->work->lexicon.stems);
        free(b->work->lexicon.marks);
        free(b->work->lexicon.letters);
        free(b->work->lexicon.borders);
        free(b->work->lexicon.slots);
    }
    free(b->work);
    free(b->utf8);
    free(b->sizes);
    free(b->offsets);
    free(b->ends);
    free(b->done);
    Py_XDECREF(b->words.bytes);
    Py_XDECREF(b->clean.bytes);
    Py_XDECREF(b->texts);
}

/* cut_texts(texts: list[str]) -> (words, offsets, clean, ends, done, hashes, stems, marks,
   letters, borders), as bytes */
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
        b.released = PyEval_SaveThread();
        int is_whole = cut_all(&b);
        PyEval_RestoreThread(b.released);
        if (is_whole)
            result = as_result(&b);
        else if (!PyErr_Occurred())
            PyErr_NoMemory();
    }
    release(&b);
    return result;
}
