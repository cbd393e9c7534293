/* Clean text, and where its words stand. */
#ifndef DEDUP_CUT_WORDS_H
#define DEDUP_CUT_WORDS_H

#include "points.h"

/* Longer texts are declined, so that all sizes fit into 32 bits. */
#define LONGEST_TEXT ((size_t)1 << 26)

/* Bytes that are looked at together; buffers are longer than their content by as many. */
enum { PADDING = 64 };

/* The words of one text, by their places in its clean form. */
struct spans {
    uint32_t *starts, *ends;
    size_t count;
};

/* Write the text that join_lines and fold_case make of `text` to `clean`, and where its words are;
   0 where that cannot be done for sure. `clean`, and each list of spans, has room for
   size + PADDING, times GROWTH where the text is not ASCII. */
int cut_words(const uint8_t *text, size_t size, uint8_t *clean, size_t *clean_size,
              struct spans *spans);

#endif
