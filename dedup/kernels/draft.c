/* A text while it is cleaned: what stands where, and how it is changed. */
#include "clean_text.h"

enum { DOTTED_I = 0x130, DOTLESS_I = 0x131 };

unsigned traits_at(const struct draft *d, size_t at)
{
    const uint8_t *byte = d->text + at;
    return at < d->size ? point_of(next_point(&byte))->traits : 0;
}

unsigned traits_before(const struct draft *d, size_t at)
{
    if (at == 0)
        return 0;
    while (at > 0 && (d->text[--at] & 0xC0) == 0x80)
        ;
    return traits_at(d, at);
}

size_t line_end(const struct draft *d, size_t at)
{
    const uint8_t *end = at < d->size ? memchr(d->text + at, '\n', d->size - at) : NULL;
    return end ? (size_t)(end - d->text) : d->size;
}

size_t skip_blanks(const struct draft *d, size_t at)
{
    while (at < d->size && (d->text[at] == ' ' || d->text[at] == '\t'))
        at++;
    return at;
}

int is_longer(const struct draft *d, size_t start, size_t end, size_t most)
{
    size_t count = 0;
    if (end - start <= most)
        return 0;
    for (; start < end && count <= most; start++)
        count += (d->text[start] & 0xC0) != 0x80;
    return count > most;
}

size_t behind(const struct draft *d, size_t at, const char *literal)
{
    const uint8_t *text = d->text + at, *end = d->text + d->size, *wanted = (const uint8_t *)literal;
    while (*wanted) {
        if (text >= end)
            return 0;
        if (*text < 0x80) {
            uint8_t byte = *text++;
            if (byte >= 'A' && byte <= 'Z')
                byte += 'a' - 'A';
            if (byte != *wanted++)
                return 0;
            continue;
        }
        uint32_t c = next_point(&text);
        const struct point *point = point_of(c);
        if (*wanted == 'i' && (c == DOTTED_I || c == DOTLESS_I))
            wanted++;
        else if (*wanted < 0x80 || (point->traits & FOLD_MANY)
                 || c + (uint32_t)point->fold != next_point(&wanted))
            return 0;
    }
    return (size_t)(text - d->text);
}

size_t behind_exact(const struct draft *d, size_t at, const char *literal)
{
    size_t size = strlen(literal);
    return d->size - at >= size && memcmp(d->text + at, literal, size) == 0 ? at + size : 0;
}

void replace(struct draft *d, size_t start, size_t end, const void *with, size_t size)
{
    size_t kept = start - d->copied;
    memcpy(d->out + d->used, d->text + d->copied, kept);
    memcpy(d->out + d->used + kept, with, size);
    d->used += kept + size;
    d->copied = end;
    d->edits = 1;
}

void settle(struct draft *d)
{
    uint8_t *out = d->out;
    if (!d->edits)
        return;
    memcpy(out + d->used, d->text + d->copied, d->size - d->copied);
    d->size = d->used + d->size - d->copied;
    d->text = out;
    d->out = d->spare;
    d->spare = out;
    d->used = d->copied = 0;
    d->edits = 0;
    d->signs |= CHANGED;
}
