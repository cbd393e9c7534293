/* A text cleaned, and its words found in it. */
#ifndef DEDUP_FIND_WORDS_H
#define DEDUP_FIND_WORDS_H

#include "cut_words.h"

/* What was found last, in memory that grows to what the longest text needs. Begins as zeros. */
struct found {
    uint8_t *drafts[2], *clean;
    struct spans spans;
    size_t draft_size, clean_size;
};

/* Clean one text and find its words: 1 when it is done, 0 when it is declined, -1 without memory.
   `size` becomes that of the clean text. */
int find_words(struct found *found, const uint8_t *text, size_t *size);

void release_found(struct found *found);

#endif
