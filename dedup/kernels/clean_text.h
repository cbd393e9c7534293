/* One text on its way through the cleaning rules of text.py, as valid UTF-8. */
#ifndef DEDUP_CLEAN_TEXT_H
#define DEDUP_CLEAN_TEXT_H

#include "points.h"

/* What a text holds anywhere; most rules need not look at a text that lacks their sign. CHANGED is a
   text in which a rule has written something. */
enum {
    BEYOND_ASCII = 1, AMPERSAND = 2, GRAVE = 4, SLASH = 8, ADDRESS = 16, BRACKET = 32, CHANGED = 64
};

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

/* The traits of the character that begins at a place, and of the one before it; 0 without any. */
unsigned traits_at(const struct draft *draft, size_t at);
unsigned traits_before(const struct draft *draft, size_t at);

/* Where the line that `at` stands in ends: at its newline, or with the text. */
size_t line_end(const struct draft *draft, size_t at);

size_t skip_blanks(const struct draft *draft, size_t at);

/* Whether more than `most` characters stand between two places. */
int is_longer(const struct draft *draft, size_t start, size_t end, size_t most);

/* The place behind a lower-case literal that stands at `at` in any case; 0 where it does not. As for
   regular expressions, i has two more forms: those of Turkish, with a dot and without. */
size_t behind(const struct draft *draft, size_t at, const char *literal);

/* The same, case being minded. */
size_t behind_exact(const struct draft *draft, size_t at, const char *literal);

/* Leave out what stands from `start` to `end`, and put `size` bytes there, not more. */
void replace(struct draft *draft, size_t start, size_t end, const void *with, size_t size);

/* Make what a rule has written the text that the next one sees. */
void settle(struct draft *draft);

/* The signs of a text, in one pass over it. */
unsigned survey(const uint8_t *text, size_t size);

/* The rules up to unify_letters, which look at characters; 0 where that cannot be done for sure. */
int clean_points(struct draft *draft);

/* The rules from drop_urls to join_hyphens, which look at lines. */
void clean_lines(struct draft *draft);

#endif
