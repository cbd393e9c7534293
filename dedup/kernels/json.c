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

/* Step over an escape, of which the backslash is behind; half a character is declined. */
static int skip_escape(struct scanner *s)
{
    uint8_t sign = s->at < s->end ? *s->at++ : 0;
    if (sign == 'n' || sign == '"') /* nearly always it is one of these */
        return 1;
    if (sign != 'u')
        return sign && strchr("\\/bfrt", sign) != NULL;
    int32_t unit = take_unit(s);
    if (unit >= 0xD800 && unit < 0xDC00) {
        if (!take(s, '\\') || !take(s, 'u'))
            return 0;
        int32_t low = take_unit(s);
        return low >= 0xDC00 && low < 0xE000;
    }
    return unit >= 0 && !(unit >= 0xDC00 && unit < 0xE000);
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
    written->start = s->at;
    *is_escaped = 0;
    for (;;) {
        skip_plain(s);
        if (s->at == s->end || *s->at < ' ')
            return 0;
        if (*s->at++ == '"')
            break;
        *is_escaped = 1;
        if (!skip_escape(s))
            return 0;
    }
    written->size = (size_t)(s->at - written->start) - 1;
    return 1;
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
        uint64_t eight;
        while (end - at >= 8 && (memcpy(&eight, at, 8), !(eight & 0x8080808080808080ULL)))
            at += 8;
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

/* What stands for a control character, or for itself, behind a backslash. */
static uint8_t meant_by(uint8_t sign)
{
    switch (sign) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return sign;
    }
}

size_t unescape(struct stretch written, uint8_t *out)
{
    struct scanner s = {written.start, written.start + written.size, 0};
    uint8_t *begin = out;
    while (s.at < s.end) {
        const uint8_t *slash = memchr(s.at, '\\', (size_t)(s.end - s.at));
        size_t plain = (size_t)((slash ? slash : s.end) - s.at);
        memcpy(out, s.at, plain);
        out += plain;
        if (!slash)
            break;
        s.at = slash + 2;
        uint8_t sign = slash[1];
        if (sign == 'u') {
            uint32_t point = (uint32_t)take_unit(&s);
            if (point >= 0xD800 && point < 0xDC00) {
                s.at += 2;
                point = 0x10000 + ((point - 0xD800) << 10) + ((uint32_t)take_unit(&s) - 0xDC00);
            }
            out = put_point(out, point);
        } else {
            *out++ = meant_by(sign);
        }
    }
    return (size_t)(out - begin);
}
