/* Texts to clean ones and their words by number: what text.clean, text.words, hash_words and
 * term.stem give. */
#include "find_words.h"

enum { STEM = 6, BYTES_PER_WORD = 5, FEWEST_SLOTS = 1 << 7, MANY_SLOTS = 1 << 17 };

/* Memory that grows, in an object that is given back: nothing is copied. */
struct buffer {
    PyObject *bytes;
    char *start;
    size_t size, room;
};

/* A word as it is looked up: its letters, where these are not more than fit, with zeros behind them;
 * else its hash, and what no letters are. And its number and 1, or 0 where no word is. */
struct slot {
    uint64_t first;
    uint32_t rest, number;
};
enum { FIRST_BYTES = 8, MOST_BYTES = 12, LONG_BYTES = 16 };

/* The letters of each word by its number, and a table to find it by. */
struct lexicon {
    uint8_t *letters; /* in UTF-8, a space behind each word */
    int64_t *borders; /* where the letters of each word begin, and the end */
    size_t letters_room;
    struct slot *slots;
    size_t count, size; /* of the table, of which a quarter stays free */
    int shift; /* of a slot's place */
};

/* Scratch memory of one call. */
struct work {
    struct found found;
    struct lexicon lexicon;
};

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

/* Where a table begins to look for a word. */
static inline size_t place_of(uint64_t first, uint32_t rest, int shift)
{
    return (size_t)(((first * odd_secret) ^ rest) * odd_secret >> shift);
}

/* The slot that a word has, or the free one that it may have. */
static inline struct slot *find_slot(const struct lexicon *known, uint64_t first, uint32_t rest)
{
    size_t at = place_of(first, rest, known->shift), mask = known->size - 1;
    struct slot *slots = known->slots;
    while (slots[at].number && (slots[at].first != first || slots[at].rest != rest))
        at = (at + 1) & mask;
    return slots + at;
}

/* How many words a table has room for. */
static size_t room_of(size_t size) { return size / 4 * 3; }

/* Give the table another size, a power of two; 0 when memory ends. */
static int widen(struct lexicon *known, size_t size)
{
    int64_t *borders = realloc(known->borders, (room_of(size) + 1) * sizeof *borders);
    known->borders = borders ? borders : known->borders;
    struct slot *slots = calloc(size, sizeof *slots), *before = known->slots;
    size_t size_before = known->size;
    if (!borders || !slots) {
        free(slots);
        return 0;
    }
    borders[0] = 0;
    known->slots = slots;
    known->size = size;
    for (known->shift = 64; size > 1; size /= 2) known->shift--;
    for (size_t i = 0; i < size_before; i++)
        if (before[i].number) *find_slot(known, before[i].first, before[i].rest) = before[i];
    free(before);
    return 1;
}

/* ---- words ---- */

/* What hash_words gives for a word: four bytes at a time, since each step waits for the one before. */
static uint64_t hash_of(const uint8_t *word, size_t size)
{
    const uint64_t square = BASE * BASE;
    uint64_t sum = 0;
    for (; size % 4; size--) sum = sum * BASE + word[size - 1];
    for (; size; size -= 4) {
        const uint8_t *b = word + size - 4;
        sum = sum * (square * square) + ((b[3] * BASE + b[2]) * square + (b[1] * BASE + b[0]));
    }
    return mix(sum);
}

/* How many bytes the first letters of a word take. */
static size_t stem_size(const uint8_t *word, size_t size)
{
    size_t at = 0;
    for (int letters = 0; letters < STEM && at < size; letters++)
        do at++;
        while (at < size && (word[at] & 0xC0) == 0x80);
    return at;
}

/* A mask that keeps so many bytes of the most. */
static inline const uint8_t *kept_of(size_t size)
{
    static const uint8_t masks[2 * MOST_BYTES] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    };
    return masks + MOST_BYTES - size;
}

/* The slot of a word before it has a number; more bytes can be read than it has. */
static inline struct slot slot_of(const uint8_t *word, size_t size)
{
    uint64_t first, first_kept;
    uint32_t rest, rest_kept;
    if (size > MOST_BYTES) return (struct slot){hash_of(word, size), 0xFFFFFFFF, 0};
    const uint8_t *kept = kept_of(size);
    memcpy(&first, word, sizeof first);
    memcpy(&first_kept, kept, sizeof first_kept);
    memcpy(&rest, word + FIRST_BYTES, sizeof rest);
    memcpy(&rest_kept, kept + FIRST_BYTES, sizeof rest_kept);
    return (struct slot){first & first_kept, rest & rest_kept, 0};
}

/* Put one more word behind those there are; 0 when memory ends. More bytes can be read than it has. */
static int add_word(struct lexicon *known, const uint8_t *word, size_t size)
{
    size_t used = (size_t)known->borders[known->count];
    if (used + size + LONG_BYTES > known->letters_room) {
        size_t room = 2 * (used + size + LONG_BYTES);
        uint8_t *letters = realloc(known->letters, room);
        if (!letters) return 0;
        known->letters = letters;
        known->letters_room = room;
    }
    if (size > LONG_BYTES)
        memcpy(known->letters + used, word, size);
    else
        memcpy(known->letters + used, word, LONG_BYTES);
    known->letters[used + size] = ' ';
    known->borders[++known->count] = (int64_t)(used + size + 1);
    return known->count < room_of(known->size) || widen(known, 2 * known->size);
}

/* Number the words of a clean text, in the order they come; 0 when memory ends. Most words stand where
 * the table begins to look, so that is tried for many of them at once, without a branch. */
static int number_spans(struct lexicon *known, const uint8_t *text, const struct spans *spans,
                        uint32_t *words)
{
    enum { BLOCK = 128 };
    struct slot some[BLOCK];
    uint32_t left[BLOCK], places[BLOCK];
    for (size_t from = 0; from < spans->count; from += BLOCK, words += BLOCK) {
        size_t size = spans->count - from < BLOCK ? spans->count - from : BLOCK, count = 0;
        const uint32_t *starts = spans->starts + from, *ends = spans->ends + from;
        for (size_t i = 0; i < size; i++) {
            some[i] = slot_of(text + starts[i], ends[i] - starts[i]);
            size_t place = place_of(some[i].first, some[i].rest, known->shift);
            places[i] = (uint32_t)place;
            PREFETCH(known->slots + place);
        }
        for (size_t i = 0; i < size; i++) {
            const struct slot *slot = known->slots + places[i];
            words[i] = slot->number - 1;
            left[count] = (uint32_t)i;
            count += (slot->first != some[i].first) | (slot->rest != some[i].rest);
        }
        for (size_t j = 0; j < count; j++) {
            uint32_t i = left[j];
            struct slot *slot = find_slot(known, some[i].first, some[i].rest);
            if (!slot->number) {
                *slot = some[i];
                slot->number = (uint32_t)known->count + 1;
                words[i] = (uint32_t)known->count;
                if (!add_word(known, text + starts[i], ends[i] - starts[i])) return 0;
            } else {
                words[i] = slot->number - 1;
            }
        }
    }
    return 1;
}

/* Tell of each word its hash, that of its stem, and whether it is a number. Most words are short, so
 * their letters are weighed all at once; those that are not there weigh nothing. */
static void describe(const struct lexicon *known, uint64_t *hashes, uint64_t *stems,
                     uint8_t *marks)
{
    uint64_t powers[MOST_BYTES] = {1};
    for (int j = 1; j < MOST_BYTES; j++) powers[j] = powers[j - 1] * BASE;
    for (size_t i = 0; i < known->count; i++) {
        const uint8_t *word = known->letters + known->borders[i];
        size_t size = (size_t)(known->borders[i + 1] - known->borders[i]) - 1;
        uint64_t stem = 0, rest = 0;
        uint8_t beyond = 0;
        marks[i] = (uint8_t)(word[0] - '0') < 10; /* then all is digits */
        const uint8_t *kept = kept_of(size < MOST_BYTES ? size : MOST_BYTES);
        for (int j = 0; j < STEM; j++) {
            stem += (uint64_t)(word[j] & kept[j]) * powers[j];
            beyond |= word[j] & kept[j];
        }
        for (int j = STEM; j < MOST_BYTES; j++)
            rest += (uint64_t)(word[j] & kept[j]) * powers[j];
        int is_short = size <= MOST_BYTES, is_plain = beyond < 0x80;
        hashes[i] = is_short ? mix(stem + rest) : hash_of(word, size);
        stems[i] = is_plain ? mix(stem) : hash_of(word, stem_size(word, size));
    }
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
    if (!reserve(&b->words, words, &b->released) || !reserve(&b->clean, size, &b->released))
        return -1;
    memcpy(b->clean.start + b->clean.size, work->found.clean, size);
    if (!number_spans(&work->lexicon, work->found.clean, &work->found.spans,
                      (uint32_t *)(b->words.start + b->words.size)))
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
    const struct lexicon *known = &b->work->lexicon;
    Py_ssize_t n = b->count, words = (Py_ssize_t)known->count;
    PyObject *hashes = PyBytes_FromStringAndSize(NULL, words * (Py_ssize_t)sizeof(uint64_t));
    PyObject *stems = PyBytes_FromStringAndSize(NULL, words * (Py_ssize_t)sizeof(uint64_t));
    PyObject *marks = PyBytes_FromStringAndSize(NULL, words), *result = NULL;
    if (hashes && stems && marks && resize(&b->words, b->words.size)
        && resize(&b->clean, b->clean.size)) {
        Py_BEGIN_ALLOW_THREADS
        describe(known, (uint64_t *)PyBytes_AS_STRING(hashes),
                 (uint64_t *)PyBytes_AS_STRING(stems), (uint8_t *)PyBytes_AS_STRING(marks));
        Py_END_ALLOW_THREADS
        result = Py_BuildValue("(Oy#Oy#y#OOOy#y#)", b->words.bytes,
                               (const char *)b->offsets, (n + 1) * (Py_ssize_t)sizeof *b->offsets,
                               b->clean.bytes,
                               (const char *)b->ends, (n + 1) * (Py_ssize_t)sizeof *b->ends,
                               (const char *)b->done, n, hashes, stems, marks,
                               known->letters ? (const char *)known->letters : "",
                               (Py_ssize_t)known->borders[words],
                               (const char *)known->borders,
                               (words + 1) * (Py_ssize_t)sizeof *known->borders);
    }
    Py_XDECREF(hashes);
    Py_XDECREF(stems);
    Py_XDECREF(marks);
    return result;
}

/* Reserve what the batch needs for sure, and as much as its texts are likely to need. */
static int prepare(struct batch *b)
{
    size_t rows = (size_t)b->count + 1, size = 0, slots = FEWEST_SLOTS;
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
    while (slots < size / BYTES_PER_WORD && slots < MANY_SLOTS) /* few lines need no large table */
        slots *= 2;
    if (!widen(&b->work->lexicon, slots)) {
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
