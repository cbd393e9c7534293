/* The cleaning rules of text.py that look at characters: each gives what its twin there gives.

   Characters are taken one by one, which is the same as normalizing the whole text as long as none
   changes its neighbour. Where one could, other than by simple composition, the text is declined. */
#include "clean_text.h"
#include "tables.h"

enum { LONGEST_NAME = 32, MARKS_KEPT = 8 };

static int is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

/* What 0x80 to 0x9F stand for in references, as browsers read them: windows-1252. */
static const uint16_t WINDOWS[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* What a byte stands for in a number with such a base; the base itself where it is no digit. */
static uint32_t digit_of(uint8_t byte, uint32_t base)
{
    uint8_t letter = byte | 0x20;
    if (is_digit(byte))
        return byte - '0';
    return base > 10 && letter >= 'a' && letter <= 'f' ? letter - 'a' + 10u : base;
}

/* What the number of a reference stands for, `at` being behind its "#"; 0 where that is not sure.
   Moves `at` behind the number. */
static uint32_t read_number(const uint8_t **at, const uint8_t *end)
{
    uint32_t number = 0, base = *at < end && (**at | 0x20) == 'x' ? 16 : 10, digit;
    *at += base == 16;
    for (; *at < end && number < 0x110000 && (digit = digit_of(**at, base)) < base; ++*at)
        number = number * base + digit;
    if (number >= 0x80 && number < 0xA0)
        return WINDOWS[number - 0x80];
    if (number < 0xD800 && (number >= 0xA0 || (number >= ' ' && number < 0x7F)))
        return number;
    return number == '\t' || number == '\n' ? number : 0;
}

/* The character with the longest name that a run of characters begins with; NULL without any. */
static const struct entity *find_entity(const uint8_t *run, size_t size, int is_whole)
{
    const struct entity *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < ENTITY_COUNT; i++) {
        size_t length = strlen(ENTITIES[i].name);
        if (length > longest && (is_whole ? length == size : ENTITIES[i].bare && length <= size)
            && memcmp(run, ENTITIES[i].name, length) == 0) {
            found = &ENTITIES[i];
            longest = length;
        }
    }
    return found;
}

/* Replace the reference at `at`, behind its "&": 0 where it is none that is known for sure. */
static int unescape(struct draft *d, const uint8_t *at)
{
    const uint8_t *end = d->text + d->size, *start = at, *stop;
    uint8_t form[4];
    uint32_t point = 0;
    if (at < end && *at == '#') {
        stop = at + 1;
        if (stop == end || !(is_digit(*stop) || *stop == 'x' || *stop == 'X'))
            return 1;
        point = read_number(&stop, end);
        if (!point)
            return 0;
    } else {
        const struct entity *entity;
        size_t size = 0;
        for (stop = at; stop < end && size < LONGEST_NAME && !(*stop && strchr("\t\n\f <&#;", *stop));
             size++)
            next_point(&stop);
        size = (size_t)(stop - at);
        entity = size ? find_entity(at, size, stop < end && *stop == ';') : NULL;
        if (!entity)
            return size == 0 || stop == end || *stop != ';';
        stop = at + strlen(entity->name);
        point = entity->point;
    }
    if (stop < end && *stop == ';')
        stop++;
    replace(d, (size_t)(start - d->text) - 1, (size_t)(stop - d->text), form,
            (size_t)(put_point(form, point) - form));
    return 1;
}

static int unescape_entities(struct draft *d)
{
    const uint8_t *at = d->text;
    while ((at = memchr(at, '&', d->size - (size_t)(at - d->text))) != NULL)
        if (!unescape(d, ++at))
            return 0;
    settle(d);
    return 1;
}

static void straighten_ascii(struct draft *d)
{
    const uint8_t *at = d->text;
    while ((at = memchr(at, '`', d->size - (size_t)(at - d->text))) != NULL) {
        size_t place = (size_t)(at++ - d->text);
        replace(d, place, place + 1, "'", 1);
    }
    settle(d);
}

/* What NFC makes of two characters that stand side by side; 0 where they stay two. */
static uint32_t compose(uint32_t first, uint32_t second)
{
    size_t low = 0, high = COMPOSITION_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct composition *pair = &COMPOSITIONS[middle];
        if (pair->first == first && pair->second == second)
            return pair->whole;
        if (pair->first < first || (pair->first == first && pair->second < second))
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* Write the plain form of a character. */
static uint8_t *put_plain(uint8_t *out, uint32_t c, const struct point *point)
{
    if (point->traits & PLAIN_MANY) {
        for (const char *form = EXPANSIONS[point->plain]; *form;)
            *out++ = (uint8_t)*form++;
        return out;
    }
    return point->traits & DROPPED ? out : put_point(out, c + (uint32_t)point->plain);
}

/* Whether a character stays as it is whatever stands before it. */
static inline int is_plain(const struct point *point)
{
    const unsigned odd = MARK | SECOND | PLAIN_MANY | DROPPED;
    return (point->traits & (LISTED | odd)) == LISTED && !point->plain && !point->combining;
}

/* Step over characters that stay as they are, up to a stretch of ASCII; `last` is where the last of
   them begins. */
static const uint8_t *skip_plain(const uint8_t *at, const uint8_t *end, const uint8_t **last)
{
    for (const uint8_t *next = at; at < end; at = next) {
        uint32_t c = next_point(&next);
        if (c < 0x80 ? c == '`' || begins_ascii(at, end) : !is_plain(point_of(c))) break;
        *last = at;
    }
    return at;
}

/* straighten_quotes, normalize_unicode, drop_invisibles, drop_points and unify_letters in one. */
static int make_plain(struct draft *d)
{
    const uint8_t *at = d->text, *end = at + d->size, *behind = at; /* … the starter */
    uint8_t *out = d->out, *place = out;                            /* … of its form */
    uint32_t starter = ' ';
    unsigned marks = 0;
    while (at < end) {
        const uint8_t *from = at;
        at = skip_plain(from, end, &behind);
        if (at > from) {
            memcpy(out, from, (size_t)(at - from));
            out += at - from;
            place = out - (at - behind);
            starter = next_point(&behind);
            marks = 0;
            continue;
        }
        if (*at < 0x80) {
            size_t count = (size_t)(behind_ascii(at, end) - at);
            for (size_t i = 0; i < count; i++)
                out[i] = at[i] == '`' ? '\'' : at[i];
            at += count;
            out += count;
            starter = at[-1];
            place = out - 1;
            behind = at;
            marks = 0;
            continue;
        }
        uint32_t c = next_point(&at), whole;
        const struct point *point = point_of(c);
        marks = point->traits & MARK ? marks + 1 : 0;
        if (!(point->traits & LISTED) || marks > MARKS_KEPT)
            return 0;
        if ((point->traits & SECOND) && (point_of(starter)->traits & FIRST)) {
            whole = from == behind ? compose(starter, c) : 0;
            if (!whole)
                return 0;
            c = whole;
            point = point_of(c);
            out = place;
        }
        if (!point->combining) {
            starter = c;
            behind = at;
            place = out;
        }
        out = put_plain(out, c, point);
    }
    d->used = (size_t)(out - d->out);
    d->copied = d->size;
    d->edits = 1;
    settle(d);
    return 1;
}

static inline uint8_t lower(uint8_t a, uint8_t b) { return a < b ? a : b; }

/* "w." and ":/" are what web addresses hold. The least difference from each sign tells whether it
   stands anywhere, without a branch. */
WIDEST unsigned survey(const uint8_t *text, size_t size)
{
    uint8_t all = 0, amp = 255, grave = 255, slash = 255, address = 255, bracket = 255;
    for (size_t i = 0; i + 1 < size; i++) {
        uint8_t byte = text[i], next = text[i + 1];
        all |= byte;
        amp = lower(amp, byte ^ '&');
        grave = lower(grave, byte ^ '`');
        slash = lower(slash, byte ^ '/');
        bracket = lower(bracket, byte ^ '(');
        address = lower(address, ((byte | 0x20) ^ 'w') | (next ^ '.'));
        address = lower(address, (byte ^ ':') | (next ^ '/'));
    }
    uint8_t last = size > 0 ? text[size - 1] : 0;
    return (unsigned)((all | last) >= 0x80 ? BEYOND_ASCII : 0)
           | (!amp || last == '&' ? AMPERSAND : 0) | (!grave || last == '`' ? GRAVE : 0)
           | (slash ? 0 : SLASH) | (address ? 0 : ADDRESS) | (bracket ? 0 : BRACKET);
}

int clean_points(struct draft *d)
{
    if (d->signs & AMPERSAND) {
        if (!unescape_entities(d))
            return 0;
        d->signs = survey(d->text, d->size);
    }
    if (d->signs & BEYOND_ASCII) {
        if (!make_plain(d))
            return 0;
        d->signs = survey(d->text, d->size);
    } else if (d->signs & GRAVE) {
        straighten_ascii(d);
    }
    return 1;
}
