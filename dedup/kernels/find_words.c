/* One text from its cleaning to its words. */
#include "clean_text.h"
#include "find_words.h"

enum { SLACK = 1 << 16 }; /* so that memory need not grow for each text that is a bit longer */

/* Memory of another size in place of some; what stood there is lost. */
static void *renew(void *block, size_t size)
{
    free(block);
    return malloc(size);
}

static int reserve_drafts(struct found *found, size_t size)
{
    if (size <= found->draft_size)
        return 1;
    size += SLACK;
    found->drafts[0] = renew(found->drafts[0], size);
    found->drafts[1] = renew(found->drafts[1], size);
    found->draft_size = found->drafts[0] && found->drafts[1] ? size : 0;
    return found->draft_size != 0;
}

static int reserve_clean(struct found *found, size_t size)
{
    struct spans *spans = &found->spans;
    if (size <= found->clean_size)
        return 1;
    size += SLACK;
    size_t bytes = size * sizeof *spans->starts;
    found->clean = renew(found->clean, size);
    spans->starts = renew(spans->starts, bytes);
    spans->ends = renew(spans->ends, bytes);
    found->clean_size = found->clean && spans->starts && spans->ends ? size : 0;
    return found->clean_size != 0;
}

int find_words(struct found *found, const uint8_t *text, size_t *size)
{
    if (*size > LONGEST_TEXT)
        return 0;
    size_t growth = is_ascii(text, *size) && !memchr(text, '&', *size) ? 1 : GROWTH;
    if (!reserve_drafts(found, growth * *size + 1))
        return -1;
    struct draft draft = {text, *size, found->drafts[0], found->drafts[1], 0, 0, 0, 0};
    if (!clean_points(&draft))
        return 0;
    clean_lines(&draft);
    growth = draft.signs & BEYOND_ASCII ? GROWTH : 1;
    if (!reserve_clean(found, growth * draft.size + PADDING))
        return -1;
    return cut_words(draft.text, draft.size, found->clean, size, &found->spans);
}

void release_found(struct found *found)
{
    free(found->drafts[0]);
    free(found->drafts[1]);
    free(found->clean);
    free(found->spans.starts);
    free(found->spans.ends);
}
