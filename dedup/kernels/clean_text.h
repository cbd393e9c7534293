/* One text on its way through the cleaning rules of text.py, as valid UTF-8. */
#ifndef DEDUP_CLEAN_TEXT_H
#define DEDUP_CLEAN_TEXT_H

#include "points.h"

/* What a text holds anywhere; most rules need not look at a text that lacks their sign. */
enum { BEYOND_ASCII = 1, AMPERSAND = 2, GRAVE = 4, SLASH = 8, ADDRESS = 16 };

/* The text as the last rule left it, and what the running rule has written so far. The two buffers
   hold what came in, GROWTH times where that is not ASCII or refers to characters. */
struct draft {
    const uint8_t *text;
    size_t size;
    uint8_t *out, *spare;
    size_t used, copied;
    int edits;
    unsigned signs;
};

/* Leave out what stands from `start` to `end`, and put `size` bytes there, not more. */
void replace(struct draft *draft, size_t start, size_t end, const void *with, size_t size);

/* Make what a rule has written the text that the next one sees. */
void settle(struct draft *draft);

/* The rules up to unify_letters, which look at characters; 0 where that cannot be done for sure. */
int clean_points(struct draft *draft);

/* The rules from drop_urls to join_hyphens, which look at lines. */
void clean_lines(struct draft *draft);

#endif
