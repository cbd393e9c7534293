/* JSON text, as strict as the json module reads it. */
#ifndef DEDUP_JSON_H
#define DEDUP_JSON_H

#include "points.h"

struct stretch { const uint8_t *start; size_t size; };

/* A text that is being read. */
struct scanner {
    const uint8_t *at, *end;
    int deepest; /* nesting beyond this is refused */
};

void skip_space(struct scanner *s);

/* Step over one sign; 0 where another stands. */
int take(struct scanner *s, char sign);

/* Step over a string, a number, any value that stands at some depth: 0 where there is none. What is
   written comes without its quotes; half a character counts as none. */
int take_string(struct scanner *s, struct stretch *written, int *is_escaped);
int take_number(struct scanner *s, struct stretch *written);
int skip_value(struct scanner *s, int depth);

/* Read a string and write what it says, which is no longer than it is, though up to eight bytes more
   may be touched: the place behind it, none where there is no string. */
uint8_t *take_text(struct scanner *s, uint8_t *out);

/* Whether a text is UTF-8 as Python decodes it: shortest forms, no surrogates. */
int is_utf8(const uint8_t *at, const uint8_t *end);

#endif
