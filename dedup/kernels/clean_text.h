/* One text on its way through the cleaning rules of text.py, as valid UTF-8. */
#ifndef DEDUP_CLEAN_TEXT_H
#define DEDUP_CLEAN_TEXT_H

#include "native.h"

/* What a code point is to the rules and to the cutting of words. */
enum { WORD = 1, DIGIT = 2, MARK = 4, PAIRED = 8, QUADDED = 16, SPACE = 32 };

/* The text as the last rule left it, and what the running rule has written so far. No rule makes a
   text longer, so that two buffers as long as it came in are enough for all of them. */
struct draft {
    const uint8_t *text;
    size_t size;
    uint8_t *out, *spare;
    size_t used, copied;
    int edits;
};

/* Run the rules from unescape_entities to join_hyphens; 0 where that cannot be done for sure. */
int apply_rules(struct draft *draft);

extern const uint8_t ascii_traits[128];

#endif
