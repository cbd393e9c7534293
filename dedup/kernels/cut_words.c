/* The last two cleaning rules of text.py, join_lines and fold_case, and text.words in one pass. */
#include "cut_words.h"

enum { MOST = 4, WORTHWHILE = 16 };

/* What the word is made of that is being read. */
enum mode { OUTSIDE, LETTERS, DIGITS, PAIRS, FOURS };

struct cutter {
    uint8_t *out, *begin;
    struct spans *spans;
    enum mode mode;
    uint32_t recent[MOST]; /* where the last characters of the word begin */
    uint32_t start;
    size_t length;  /* its characters so far */
    uint32_t last;  /* the last character with class 0 */
    uint8_t combining; /* class of the one before */
    int is_unsure;
};

/* ---- ASCII: 64 characters at a time, in loops that compilers turn into vectors ---- */

static inline int below(uint8_t byte, uint8_t first, uint8_t count)
{
    return (uint8_t)(byte - first) < count;
}

static inline int is_blank(uint8_t byte) { return below(byte, '\t', 5) | below(byte, 0x1C, 5); }

/* Fold PADDING bytes; 1 where one of them and the next are spaces then. */
WIDEST static int fold_some(const uint8_t *RESTRICT text, uint8_t *RESTRICT out)
{
    uint8_t doubled = 0;
    for (int i = 0; i < PADDING; i++) {
        uint8_t byte = text[i], upper = (uint8_t)(below(byte, 'A', 26) << 5);
        out[i] = is_blank(byte) ? ' ' : byte | upper;
        doubled |= (uint8_t)(is_blank(byte) & is_blank(text[i + 1]));
    }
    return doubled;
}

/* Which of 64 bytes, each 0 or 1, are 1. */
static uint64_t gather_bits(const uint8_t *flags)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    const uint64_t gather = 0x8040201008040201ULL;
#else
    const uint64_t gather = 0x0102040810204080ULL;
#endif
    uint64_t bits = 0, eight;
    for (int i = 0; i < 8; i++) {
        memcpy(&eight, flags + 8 * i, 8);
        bits |= (eight * gather >> 56) << (8 * i);
    }
    return bits;
}

/* Which of PADDING bytes are spaces behind a space; one stands before the first. */
WIDEST static uint64_t tell_doubled(const uint8_t *some, uint8_t before)
{
    uint8_t doubled[PADDING];
    doubled[0] = (uint8_t)((some[0] == ' ') & (before == ' '));
    for (int i = 1; i < PADDING; i++)
        doubled[i] = (uint8_t)((some[i] == ' ') & (some[i - 1] == ' '));
    return gather_bits(doubled);
}

/* Close some bytes up over those that are dropped; gives how many are left. */
static size_t squeeze(uint8_t *some, size_t count, uint64_t dropped)
{
    size_t kept = 0, from = 0;
    for (; dropped; dropped &= dropped - 1) {
        size_t to = lowest_bit(dropped);
        memmove(some + kept, some + from, to - from);
        kept += to - from;
        from = to + 1;
    }
    memmove(some + kept, some + from, count - from);
    return kept + count - from;
}

/* Lower case, one space for white space of any kind and length, none at the ends. */
static size_t fold_ascii(const uint8_t *text, size_t size, uint8_t *out)
{
    size_t used = 0;
    uint8_t last = ' ', tail[PADDING + 1] = {0};
    for (size_t at = 0; at < size; at += PADDING) {
        size_t count = size - at < PADDING ? size - at : PADDING;
        int is_tail = size - at <= PADDING;
        if (is_tail)
            memcpy(tail, text + at, count);
        uint8_t *some = out + used;
        int is_doubled = fold_some(is_tail ? tail : text + at, some);
        is_doubled |= (some[0] == ' ') & (last == ' ');
        used += is_doubled ? squeeze(some, count, tell_doubled(some, last)) : count;
        last = used > 0 ? out[used - 1] : ' ';
    }
    return used - (size_t)(used > 0 && last == ' ');
}

/* Which of PADDING bytes of clean text are letters, and which are digits. */
static inline void tell_kinds(const uint8_t *clean, uint64_t *letters, uint64_t *digits)
{
    uint8_t letter[PADDING], digit[PADDING];
    for (int i = 0; i < PADDING; i++) {
        letter[i] = (uint8_t)(below(clean[i], 'a', 26) | (clean[i] == '_'));
        digit[i] = (uint8_t)below(clean[i], '0', 10);
    }
    *letters = gather_bits(letter);
    *digits = gather_bits(digit);
}

/* Write the places of bits behind each other; gives their end. Up to OFTEN are written whatever there
   are, without a branch; nearly no block has more. */
static inline uint32_t *put_places(uint32_t *places, uint64_t bits, uint32_t at)
{
    enum { OFTEN = 16 };
    uint32_t *end = places + count_bits(bits);
    for (int i = 0; i < OFTEN; i++, bits &= bits - 1)
        places[i] = at + lowest_bit(bits | (uint64_t)1 << 63);
    for (places += OFTEN; bits; bits &= bits - 1)
        *places++ = at + lowest_bit(bits);
    return end;
}

/* Find the words of clean text from one place to another, where no word goes on. */
WIDEST static void cut_ascii(uint8_t *clean, size_t from, size_t to, struct spans *spans)
{
    uint32_t *starts = spans->starts + spans->count, *ends = spans->ends + spans->count;
    uint64_t letters, digits, was_letter = 0, was_digit = 0;
    memset(clean + to, 0, PADDING);
    for (size_t at = from; at <= to; at += PADDING) {
        tell_kinds(clean + at, &letters, &digits);
        uint64_t of_letters = letters << 1 | was_letter, of_digits = digits << 1 | was_digit;
        uint64_t begun = (letters & ~of_letters) | (digits & ~of_digits);
        uint64_t ended = (of_letters & ~letters) | (of_digits & ~digits);
        starts = put_places(starts, begun, (uint32_t)at);
        ends = put_places(ends, ended, (uint32_t)at);
        was_letter = letters >> 63;
        was_digit = digits >> 63;
    }
    spans->count = (size_t)(starts - spans->starts);
}

/* ---- any text ---- */

static inline void add_span(struct spans *spans, uint32_t start, uint32_t end)
{
    spans->starts[spans->count] = start;
    spans->ends[spans->count++] = end;
}

static inline void end_word(struct cutter *c)
{
    uint32_t end = (uint32_t)(c->out - c->begin);
    size_t size = c->mode == PAIRS ? 2 : MOST;
    if (c->mode == LETTERS || c->mode == DIGITS || (c->mode != OUTSIDE && c->length < size))
        add_span(c->spans, c->start, end);
    c->mode = OUTSIDE;
}

static inline enum mode mode_of(unsigned traits)
{
    if (traits & DIGIT)
        return DIGITS;
    if (traits & (PAIRED | QUADDED))
        return traits & PAIRED ? PAIRS : FOURS;
    return traits & WORD ? LETTERS : OUTSIDE;
}

static inline int goes_on(enum mode mode, unsigned traits)
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
static inline void put(struct cutter *c, uint32_t point, unsigned traits)
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
    if (c->mode == PAIRS && c->length >= 2)
        add_span(c->spans, c->recent[(c->length - 2) % MOST], end);
    if (c->mode == FOURS && c->length >= MOST)
        add_span(c->spans, c->recent[c->length % MOST], end);
}

/* Whether normalizing would leave a folded character where and as it is. */
static inline void check_order(struct cutter *c, uint32_t point, unsigned traits, uint8_t combining)
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
static inline void put_folded(struct cutter *c, uint32_t point, const struct point *known)
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

/* Whether a character of a word of letters needs no other look; `kind` is what it has to be. */
static inline int is_simple(unsigned traits, unsigned kind)
{
    const unsigned odd = DIGIT | PAIRED | QUADDED | SPACE | SECOND | FOLD_MANY;
    return (traits & kind) && !(traits & odd);
}

/* Take such a character, and give what it is folded to; 0 where another stands. */
static inline uint32_t take_simple(const uint8_t **text, unsigned kind)
{
    const uint8_t *next = *text;
    uint32_t point = next_point(&next);
    if (point < 0x80) {
        if (!below(**text | 0x20, 'a', 26) && **text != '_') return 0;
        point = **text == '_' ? '_' : **text | 0x20;
    } else {
        const struct point *known = point_of(point);
        if (!is_simple(known->traits, kind) || known->combining) return 0;
        if (known->fold && !is_simple(known->folded_traits, kind)) return 0;
        point += (uint32_t)known->fold;
    }
    *text = next;
    return point;
}

/* Whether so much ASCII follows that it is better taken at once. */
static inline int is_worthwhile(const uint8_t *text, const uint8_t *end)
{
    return end - text >= WORTHWHILE && begins_ascii(text, end) && begins_ascii(text + 8, end);
}

/* Go on with a word of letters, and with others behind single spaces, as long as nothing is to be
   decided; gives the place behind them. */
static const uint8_t *put_letters(struct cutter *c, const uint8_t *text, const uint8_t *end)
{
    uint8_t *out = c->out;
    uint32_t last = c->last;
    while (text < end) {
        uint32_t point = take_simple(&text, WORD | MARK);
        if (!point) {
            const uint8_t *next = text + 1;
            if (*text != ' ' || next == end || is_worthwhile(next, end)) break;
            point = take_simple(&next, WORD);
            if (!point) break;
            text = next;
            add_span(c->spans, c->start, (uint32_t)(out - c->begin));
            *out++ = ' ';
            c->start = (uint32_t)(out - c->begin);
        }
        out = put_point(out, point);
        last = point;
    }
    c->combining = out > c->out ? 0 : c->combining;
    c->last = last;
    c->out = out;
    return text;
}

/* Go on with a run of pairs in the same way. */
static const uint8_t *put_pairs(struct cutter *c, const uint8_t *text, const uint8_t *end)
{
    const unsigned odd = DIGIT | SECOND | FOLD_MANY;
    while (text < end) {
        const uint8_t *next = text;
        uint32_t point = next_point(&next), start = (uint32_t)(c->out - c->begin);
        const struct point *known = point_of(point);
        if (!(known->traits & PAIRED) || known->traits & odd || known->fold || known->combining)
            break;
        c->out = put_point(c->out, point);
        add_span(c->spans, c->recent[(c->length - 1) % MOST], (uint32_t)(c->out - c->begin));
        c->recent[c->length++ % MOST] = start;
        c->last = point;
        c->combining = 0;
        text = next;
    }
    return text;
}

/* The end of what can be taken at once from a place where no word goes on: ASCII up to the last white
   space, or to the end of the text. */
static const uint8_t *stretch_end(const uint8_t *text, const uint8_t *end)
{
    const uint8_t *stop = behind_ascii(text, end);
    while (stop < end && stop > text && !is_blank(stop[-1])) stop--;
    return stop;
}

/* Append a stretch of ASCII that begins with a word or a sign. */
static void put_stretch(struct cutter *c, const uint8_t *text, const uint8_t *end)
{
    size_t from = (size_t)(c->out - c->begin);
    c->out += fold_ascii(text, (size_t)(end - text), c->out);
    cut_ascii(c->begin, from, (size_t)(c->out - c->begin), c->spans);
}

/* The same for a text that is not all ASCII. */
static size_t cut_points(struct cutter *c, const uint8_t *text, size_t size)
{
    const uint8_t *end = text + size;
    unsigned before = 0;
    int is_space = 1, is_broken = 0; /* white space is pending, with a line break in it */
    while (text < end && !c->is_unsure) {
        const uint8_t *from = text;
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
        const uint8_t *stop = is_space && point < 0x80 ? stretch_end(from, end) : from;
        if (stop - from >= WORTHWHILE) {
            put_stretch(c, from, stop);
            text = stop;
            before = 0;
            continue;
        }
        is_space = is_broken = 0;
        before = spaceless;
        put_folded(c, point, known);
        if (c->mode == LETTERS) {
            from = text;
            text = put_letters(c, text, end);
            before = text > from ? 0 : before;
        } else if (c->mode == PAIRS) {
            text = put_pairs(c, text, end);
        }
    }
    end_word(c);
    return (size_t)(c->out - c->begin);
}

int cut_words(const uint8_t *text, size_t size, int is_plain, uint8_t *clean, size_t *clean_size,
              struct spans *spans)
{
    struct cutter cutter = {.out = clean, .begin = clean, .spans = spans, .last = ' '};
    spans->count = 0;
    if (is_plain) {
        *clean_size = fold_ascii(text, size, clean);
        cut_ascii(clean, 0, *clean_size, spans);
        return 1;
    }
    *clean_size = cut_points(&cutter, text, size);
    return !cutter.is_unsure;
}
