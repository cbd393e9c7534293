/* The last two cleaning rules of text.py, join_lines and fold_case, and text.words in one pass. */
#include "cut_words.h"

enum { STEM = 6, MOST = 4 };

/* What the word is made of that is being read. */
enum mode { OUTSIDE, LETTERS, DIGITS, PAIRS, FOURS };

struct cutter {
    uint8_t *out, *begin;
    struct spans *spans;
    enum mode mode;
    uint32_t recent[MOST]; /* where the last characters of the word begin */
    uint32_t start;
    uint32_t cut;   /* where its stem ends, once it has */
    size_t length;  /* its characters so far */
    uint32_t last;  /* the last character with class 0 */
    uint8_t combining; /* class of the one before */
    int is_unsure;
};

/* ---- ASCII ---- */

static size_t fold_ascii(const uint8_t *text, size_t size, uint8_t *out)
{
    size_t used = 0;
    uint8_t last = ' ';
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = text[i];
        if (byte == ' ' || (byte >= '\t' && byte <= '\r') || (byte >= 0x1C && byte <= 0x1F))
            byte = ' ';
        else
            byte |= (uint8_t)((uint8_t)(byte - 'A') < 26) << 5;
        out[used] = byte;
        used += byte != ' ' || last != ' ';
        last = byte;
    }
    return used - (used > 0 && last == ' ');
}

static void cut_ascii(const uint8_t *clean, size_t size, struct spans *spans)
{
    size_t begun = 0, ended = 0;
    unsigned last = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned kind = point_of(clean[i])->traits & (WORD | DIGIT);
        spans->starts[begun] = spans->ends[ended] = (uint32_t)i;
        begun += kind != last && kind;
        ended += kind != last && last;
        last = kind;
    }
    spans->ends[ended] = (uint32_t)size;
    spans->count = begun;
    for (size_t i = 0; i < begun; i++) {
        uint32_t start = spans->starts[i], end = spans->ends[i];
        spans->cuts[i] = end - start < STEM ? end : start + STEM;
    }
}

/* ---- any text ---- */

static void add_span(struct spans *spans, uint32_t start, uint32_t end, uint32_t cut)
{
    spans->starts[spans->count] = start;
    spans->ends[spans->count] = end;
    spans->cuts[spans->count++] = cut;
}

static void end_word(struct cutter *c)
{
    uint32_t end = (uint32_t)(c->out - c->begin);
    size_t size = c->mode == PAIRS ? 2 : MOST;
    if (c->mode == LETTERS || c->mode == DIGITS)
        add_span(c->spans, c->start, end, c->length >= STEM ? c->cut : end);
    else if (c->mode != OUTSIDE && c->length < size)
        add_span(c->spans, c->start, end, end);
    c->mode = OUTSIDE;
}

static enum mode mode_of(unsigned traits)
{
    if (traits & DIGIT)
        return DIGITS;
    if (traits & (PAIRED | QUADDED))
        return traits & PAIRED ? PAIRS : FOURS;
    return traits & WORD ? LETTERS : OUTSIDE;
}

static int goes_on(enum mode mode, unsigned traits)
{
    switch (mode) {
    case LETTERS: return (traits & MARK) || mode_of(traits) == LETTERS;
    case DIGITS: return traits & DIGIT;
    case PAIRS: return traits & PAIRED;
    case FOURS: return traits & QUADDED;
    default: return 0;
    }
}

/* Append one folded character. */
static void put(struct cutter *c, uint32_t point, unsigned traits)
{
    uint32_t start = (uint32_t)(c->out - c->begin), end;
    if (!goes_on(c->mode, traits)) {
        end_word(c);
        c->mode = mode_of(traits);
        c->start = start;
        c->length = 0;
    }
    c->out = put_point(c->out, point);
    if (c->mode == OUTSIDE)
        return;
    end = (uint32_t)(c->out - c->begin);
    c->recent[c->length++ % MOST] = start;
    if (c->length == STEM)
        c->cut = end;
    if (c->mode == PAIRS && c->length >= 2)
        add_span(c->spans, c->recent[(c->length - 2) % MOST], end, end);
    if (c->mode == FOURS && c->length >= MOST)
        add_span(c->spans, c->recent[c->length % MOST], end, end);
}

/* Whether normalizing would leave a folded character where and as it is. */
static void check_order(struct cutter *c, uint32_t point, unsigned traits, uint8_t combining)
{
    if ((traits & SECOND) && (point_of(c->last)->traits & FIRST))
        c->is_unsure = 1;
    if (combining && combining < c->combining)
        c->is_unsure = 1;
    c->combining = combining;
    if (!combining)
        c->last = point;
}

/* Append what a character is folded to. */
static void put_folded(struct cutter *c, uint32_t point, const struct point *known)
{
    if (known->traits & FOLD_MANY) {
        const uint8_t *form = (const uint8_t *)EXPANSIONS[known->fold];
        while (*form) { /* in order among themselves */
            uint32_t part = next_point(&form);
            known = point_of(part);
            put(c, part, known->traits);
            c->combining = known->combining;
            c->last = known->combining ? c->last : part;
        }
    } else if (known->fold) {
        point += (uint32_t)known->fold;
        check_order(c, point, known->folded_traits, 0);
        put(c, point, known->folded_traits);
    } else {
        check_order(c, point, known->traits, known->combining);
        put(c, point, known->traits);
    }
}

/* The same for a text that is not all ASCII. */
static size_t cut_points(struct cutter *c, const uint8_t *text, size_t size)
{
    const uint8_t *end = text + size;
    unsigned before = 0;
    int is_space = 1, is_broken = 0; /* white space is pending, with a line break in it */
    while (text < end && !c->is_unsure) {
        uint32_t point = next_point(&text);
        const struct point *known = point_of(point);
        unsigned spaceless = known->traits & (PAIRED | QUADDED);
        if (known->traits & SPACE) {
            is_space = 1;
            is_broken |= point == '\n';
            continue;
        }
        if (is_space && c->out > c->begin && !(is_broken && before && spaceless))
            put_folded(c, ' ', point_of(' '));
        is_space = is_broken = 0;
        before = spaceless;
        put_folded(c, point, known);
    }
    end_word(c);
    return (size_t)(c->out - c->begin);
}

int cut_words(const uint8_t *text, size_t size, uint8_t *clean, size_t *clean_size,
              struct spans *spans)
{
    struct cutter cutter = {.out = clean, .begin = clean, .spans = spans, .last = ' '};
    spans->count = 0;
    if (is_ascii(text, size)) {
        *clean_size = fold_ascii(text, size, clean);
        cut_ascii(clean, *clean_size, spans);
        return 1;
    }
    *clean_size = cut_points(&cutter, text, size);
    return !cutter.is_unsure;
}
