/* JSON text, as strict as the json module reads it. */
#include "json.h"

void skip_space(struct scanner *s)
{
    while (s->at < s->end
           && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

int take(struct scanner *s, char sign)
{
    if (s->at == s->end || *s->at != (uint8_t)sign)
        return 0;
    s->at++;
    return 1;
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Read four hexadecimal digits; -1 where they are none. */
static int32_t take_unit(struct scanner *s)
{
    int32_t unit = 0;
    if (s->end - s->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(*s->at++);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/* What stands for a control character, or for itself, behind a backslash; 0 where nothing does. */
static uint8_t meant_by(uint8_t sign)
{
    switch (sign) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case '"':
    case '\\':
    case '/': return sign;
    default: return 0;
    }
}

/* Read an escape, of which the backslash is behind, and write what it says; gives the place behind
   that, or none where it is no escape or half a character. */
static uint8_t *take_escape(struct scanner *s, uint8_t *out)
{
    uint8_t sign = s->at < s->end ? *s->at++ : 0;
    if (sign != 'u') {
        *out = meant_by(sign);
        return *out ? out + 1 : NULL;
    }
    int32_t unit = take_unit(s), low = 0;
    if (unit >= 0xD800 && unit < 0xDC00) {
        if (!take(s, '\\') || !take(s, 'u'))
            return NULL;
        low = take_unit(s);
        if (low < 0xDC00 || low >= 0xE000)
            return NULL;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    return unit < 0 || (unit >= 0xDC00 && unit < 0xE000) ? NULL : put_point(out, (uint32_t)unit);
}

/* Eight bytes as a number, of which the first is the lowest. */
static uint64_t eight_at(const uint8_t *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24
           | (uint64_t)at[4] << 32 | (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48
           | (uint64_t)at[7] << 56; /* one load, wherever that is the same */
}

/* Bits in those of eight bytes that end a run of plain characters: a quote, a backslash, a control;
   what is set above the lowest of them may be wrong. */
static uint64_t special(uint64_t eight)
{
    const uint64_t ones = 0x0101010101010101ULL, tops = 0x8080808080808080ULL;
    uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
    uint64_t found = ((quote - ones) & ~quote) | ((slash - ones) & ~slash)
                     | ((eight - ones * 0x20) & ~eight);
    return found & tops;
}

/* Step over plain characters. */
static void skip_plain(struct scanner *s)
{
    for (; s->end - s->at >= 8; s->at += 8) {
        uint64_t found = special(eight_at(s->at));
        if (found) {
            s->at += lowest_bit(found) / 8;
            return;
        }
    }
    while (s->at < s->end && *s->at != '"' && *s->at != '\\' && *s->at >= ' ')
        s->at++;
}

int take_string(struct scanner *s, struct stretch *written, int *is_escaped)
{
    if (!take(s, '"'))
        return 0;
    uint8_t said[4];
    written->start = s->at;
    *is_escaped = 0;
    for (;;) {
        skip_plain(s);
        if (s->at == s->end || *s->at < ' ')
            return 0;
        if (*s->at++ == '"')
            break;
        *is_escaped = 1;
        if (!take_escape(s, said))
            return 0;
    }
    written->size = (size_t)(s->at - written->start) - 1;
    return 1;
}

/* Step over plain characters and write them, and up to eight bytes more; gives the place behind. */
static uint8_t *copy_plain(struct scanner *s, uint8_t *out)
{
    while (s->end - s->at >= 8) {
        uint64_t found = special(eight_at(s->at));
        int size = found ? lowest_bit(found) / 8 : 8;
        memcpy(out, s->at, 8);
        s->at += size;
        out += size;
        if (found)
            return out;
    }
    while (s->at < s->end && *s->at != '"' && *s->at != '\\' && *s->at >= ' ')
        *out++ = *s->at++;
    return out;
}

uint8_t *take_text(struct scanner *s, uint8_t *out)
{
    if (!take(s, '"'))
        return NULL;
    while (out) {
        out = copy_plain(s, out);
        if (s->at == s->end || *s->at < ' ')
            return NULL;
        if (*s->at++ == '"')
            break;
        out = take_escape(s, out);
    }
    return out;
}

static int skip_digits(struct scanner *s)
{
    const uint8_t *start = s->at;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        s->at++;
    return s->at > start;
}

int take_number(struct scanner *s, struct stretch *written)
{
    written->start = s->at;
    take(s, '-');
    if (!take(s, '0') && !skip_digits(s))
        return 0;
    if (take(s, '.') && !skip_digits(s))
        return 0;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            take(s, '-');
        if (!skip_digits(s))
            return 0;
    }
    written->size = (size_t)(s->at - written->start);
    return 1;
}

static int take_word(struct scanner *s, const char *word)
{
    size_t size = strlen(word);
    if ((size_t)(s->end - s->at) < size || memcmp(s->at, word, size) != 0)
        return 0;
    s->at += size;
    return 1;
}

/* Step over the rest of an array or object, of which the bracket is behind. */
static int skip_items(struct scanner *s, int depth, char close)
{
    struct stretch key;
    int is_escaped;
    skip_space(s);
    if (take(s, close))
        return 1;
    do {
        skip_space(s);
        if (close == '}') {
            if (!take_string(s, &key, &is_escaped))
                return 0;
            skip_space(s);
            if (!take(s, ':'))
                return 0;
            skip_space(s);
        }
        if (!skip_value(s, depth))
            return 0;
        skip_space(s);
    } while (take(s, ','));
    return take(s, close);
}

int skip_value(struct scanner *s, int depth)
{
    struct stretch written;
    int is_escaped;
    switch (s->at < s->end ? *s->at : 0) {
    case '"': return take_string(s, &written, &is_escaped);
    case 't': return take_word(s, "true");
    case 'f': return take_word(s, "false");
    case 'n': return take_word(s, "null");
    case '{': s->at++; return depth < s->deepest && skip_items(s, depth + 1, '}');
    case '[': s->at++; return depth < s->deepest && skip_items(s, depth + 1, ']');
    default: return take_number(s, &written);
    }
}

int is_utf8(const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        while (begins_ascii(at, end)) at += 8;
        if (at == end)
            break;
        uint8_t byte = *at++, low = 0x80, high = 0xBF;
        int more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
        if (byte < 0x80)
            continue;
        if (byte < 0xC2 || byte > 0xF4 || end - at < more)
            return 0;
        if (byte == 0xE0)
            low = 0xA0;
        else if (byte == 0xED)
            high = 0x9F;
        else if (byte == 0xF0)
            low = 0x90;
        else if (byte == 0xF4)
            high = 0x8F;
        if (*at < low || *at > high)
            return 0;
        for (at++; --more; at++)
            if ((*at & 0xC0) != 0x80)
                return 0;
    }
    return 1;
}
