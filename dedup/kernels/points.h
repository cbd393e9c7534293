/* What is known of each code point; the tables are made by tools/build_tables.py. */
#ifndef DEDUP_POINTS_H
#define DEDUP_POINTS_H

#include "native.h"

enum {
    WORD = 1, DIGIT = 2, MARK = 4, PAIRED = 8, QUADDED = 16, SPACE = 32,
    FIRST = 64,       /* NFC can put it together with a later one */
    SECOND = 128,     /* … with an earlier one */
    PLAIN_MANY = 256, /* `plain` is the number of an expansion */
    FOLD_MANY = 512,  /* `fold` is */
    DROPPED = 1024,   /* it has no plain form */
    LISTED = 2048     /* anything is known of it */
};

/* A text never becomes longer than this many times its bytes, neither plain nor folded. */
enum { GROWTH = 3 };

struct point {
    int32_t plain, fold; /* distances to the plain form, and from there to the folded one */
    uint16_t traits;
    uint8_t folded_traits; /* of the folded form, where that is one code point */
    uint8_t combining;     /* canonical class */
};

struct composition { uint32_t first, second, whole; };
struct pointer { const char *start; int needs_appeal; };
struct entity { const char *name; uint16_t point; uint8_t bare; };

extern const struct point POINTS[];
extern const uint16_t BLOCKS[], INDEX[];
extern const size_t INDEX_COUNT, COMPOSITION_COUNT, ENTITY_COUNT;
extern const char *const EXPANSIONS[];
extern const struct composition COMPOSITIONS[]; /* sorted */
extern const struct pointer POINTERS[]; /* sorted */
extern const uint8_t POINTER_FROM[256]; /* the first that begins with a byte, or with a later one */
extern const struct entity ENTITIES[];

static inline const struct point *point_of(uint32_t c)
{
    return &POINTS[c >> 7 < INDEX_COUNT ? BLOCKS[INDEX[c >> 7] << 7 | (c & 127)] : 0];
}

/* Read the code point at `*at` and step over it; the text is valid UTF-8. */
static inline uint32_t next_point(const uint8_t **at)
{
    const uint8_t *b = *at;
    if (b[0] < 0x80) {
        *at += 1;
        return b[0];
    }
    if (b[0] < 0xE0) {
        *at += 2;
        return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
    }
    if (b[0] < 0xF0) {
        *at += 3;
        return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
    }
    *at += 4;
    return (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
}

/* Write a code point, and give the place behind it. */
static inline uint8_t *put_point(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (uint8_t)c;
    } else if (c < 0x800) {
        *out++ = (uint8_t)(0xC0 | c >> 6);
        *out++ = (uint8_t)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (uint8_t)(0xE0 | c >> 12);
        *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *out++ = (uint8_t)(0x80 | (c & 0x3F));
    } else {
        *out++ = (uint8_t)(0xF0 | c >> 18);
        *out++ = (uint8_t)(0x80 | (c >> 12 & 0x3F));
        *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *out++ = (uint8_t)(0x80 | (c & 0x3F));
    }
    return out;
}

/* Whether the next eight bytes are ASCII. */
static inline int begins_ascii(const uint8_t *text, const uint8_t *end)
{
    uint64_t eight;
    return end - text >= 8 && (memcpy(&eight, text, 8), !(eight & 0x8080808080808080ULL));
}

/* The first byte from `text` on that is not ASCII, or the end. */
static inline const uint8_t *behind_ascii(const uint8_t *text, const uint8_t *end)
{
    while (begins_ascii(text, end)) text += 8;
    while (text < end && *text < 0x80) text++;
    return text;
}

static inline int is_ascii(const uint8_t *text, size_t size)
{
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++)
        all |= text[i];
    return all < 0x80;
}

#endif
