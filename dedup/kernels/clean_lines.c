/* The cleaning rules of text.py that look at lines: each gives what its twin there gives.

   A rule looks for the few places where it could apply, and only then takes a closer look. */
#include "clean_text.h"

static int is_letter(unsigned traits, uint8_t byte)
{
    return (traits & (WORD | DIGIT)) == WORD && byte != '_';
}

static inline int is_one_of(const char *bytes, uint8_t byte)
{
    while (*bytes && (uint8_t)*bytes != byte) bytes++;
    return *bytes != 0;
}

static void blank(struct draft *d, size_t start, size_t end) { replace(d, start, end, " ", 1); }

/* ---- addresses ---- */

/* The end of what may stand in a web address from `at` on. Case being ignored, to a regular
   expression both Turkish forms of i lie between ! and ~. */
static size_t url_end(const struct draft *d, size_t at)
{
    for (; at < d->size; at++) {
        uint8_t byte = d->text[at];
        if (byte == 0xC4 && (d->text[at + 1] == 0xB0 || d->text[at + 1] == 0xB1))
            at++;
        else if (byte <= ' ' || byte >= 0x7F || byte == '<' || byte == '>')
            break;
    }
    return at;
}

/* Where a web address begins that has its first ':' or '.' at `at`; the size where none does. */
static size_t url_start(const struct draft *d, size_t at)
{
    if (d->text[at] == '.')
        return at >= 3 && behind(d, at - 3, "www.") ? at - 3 : d->size;
    if (at >= 4 && behind(d, at - 4, "http://"))
        return at - 4;
    return at >= 5 && behind(d, at - 5, "https://") ? at - 5 : d->size;
}

static int holds_url(const struct draft *d, char sign)
{
    const uint8_t *at = d->text, *end = d->text + d->size;
    for (; (at = memchr(at, sign, end - at)) != NULL; at++)
        if (url_start(d, at - d->text) < d->size)
            return 1;
    return 0;
}

static int holds_http(const struct draft *d)
{
    for (size_t at = 0; at + 4 <= d->size; at++)
        if (memcmp(d->text + at, "http", 4) == 0)
            return 1;
    return 0;
}

/* The rule sleeps in a text that has neither "www." nor, in lower case somewhere, "http". */
static void drop_urls(struct draft *d)
{
    if (!holds_url(d, '.') && !(holds_url(d, ':') && holds_http(d)))
        return;
    for (size_t at = 0; at < d->size; at++) {
        if (d->text[at] != ':' && d->text[at] != '.')
            continue;
        size_t start = url_start(d, at);
        if (start == d->size || start < d->copied)
            continue;
        if (d->text[at] == '.' && (traits_before(d, start) & WORD))
            continue;
        size_t body = d->text[at] == '.' ? at + 1 : at + 3, end = url_end(d, body);
        if (end == body)
            continue;
        blank(d, start, end);
        at = end - 1;
    }
    settle(d);
}

/* ---- credits ---- */

static const char *const AGENCIES[] = {
    "AP", "AFP", "ANI", "ANSA", "DPA", "EFE", "EPA", "IANS", "KUNA", "PA", "PTI", "RIA", "SPA",
    "TASS", "UPI", "WAM", "Xinhua", "Reuters", "Getty", "Getty Images", "Shutterstock", "Alamy",
    "Imagn", "Imagn Images", "Associated Press", "Bloomberg", NULL,
};
static const char *const AGENCIES_FOLDED[] = {
    "ap", "afp", "ani", "ansa", "dpa", "efe", "epa", "ians", "kuna", "pa", "pti", "ria", "spa",
    "tass", "upi", "wam", "xinhua", "reuters", "getty", "getty images", "shutterstock", "alamy",
    "imagn", "imagn images", "associated press", "bloomberg", NULL,
};
/* Longer ones first, since the shorter is a beginning of some. */
static const char *const PICTURES[] = {
    "photograph", "photo", "picture", "image", "foto", "video", NULL,
};
static const char *const PICTURE_LABELS[] = {
    "photograph", "photo", "picture", "image", "foto", "credit", NULL,
};

/* The place behind the first of some literals that stands at `at`, or 0. */
static size_t behind_any(const struct draft *d, size_t at, const char *const *literals)
{
    size_t end = 0;
    while (*literals && !(end = behind(d, at, *literals)))
        literals++;
    return end;
}

/* Behind the words that open a credit in brackets, the bracket left out: "photo by", "AFP via". */
static size_t behind_credit_opening(const struct draft *d, size_t at)
{
    static const char *const signs[] = {" credit", " courtesy", " by", ":", "/", NULL};
    static const char *const ways[] = {" photo", " file", " via", NULL};
    size_t file = behind(d, at, "file "), end = behind_any(d, file ? file : at, PICTURES);
    if (end) {
        size_t plural = behind(d, end, "s");
        return behind_any(d, plural ? plural : end, signs);
    }
    for (const char *const *agency = AGENCIES_FOLDED; *agency; agency++) {
        end = behind(d, at, *agency);
        if (end && (end = behind_any(d, end, ways)) && !(traits_at(d, end) & WORD))
            return end;
    }
    return 0;
}

/* The end of a credit in brackets that opens at `at`, or 0. */
static size_t bracket_end(const struct draft *d, size_t at)
{
    size_t start = behind_credit_opening(d, at + 1), end = start;
    if (!start)
        return 0;
    while (end < d->size && d->text[end] != '(' && d->text[end] != ')' && d->text[end] != '\n')
        end++;
    if (end == d->size || d->text[end] != ')' || is_longer(d, start, end, 120))
        return 0;
    return end + 1;
}

/* Whether the line from `start` to `end` is a credit: "Photo by: …". */
static int is_credit_line(const struct draft *d, size_t start, size_t end)
{
    static const char *const ways[] = {" credit", " by", NULL};
    size_t at = 0, next;
    if (start < end && (d->text[start] >= 0x80 || is_one_of("pPiIfFcC", d->text[start])))
        at = behind_any(d, start, PICTURE_LABELS);
    if (!at)
        return 0;
    if ((next = behind(d, at, "s")) != 0)
        at = next;
    if ((next = behind_any(d, at, ways)) != 0)
        at = next;
    at = skip_blanks(d, at);
    return at < end && is_one_of(":/|", d->text[at]) && !is_longer(d, at + 1, end, 120);
}

static void drop_labelled(struct draft *d)
{
    for (size_t start = 0, end; start < d->size; start = end + 1) {
        const uint8_t *at = d->text + start;
        end = line_end(d, start);
        if (is_credit_line(d, start, end)) {
            blank(d, start, end);
            continue;
        }
        while ((at = memchr(at, '(', d->text + end - at)) != NULL) {
            size_t closed = bracket_end(d, at - d->text);
            if (closed)
                blank(d, at - d->text, closed);
            at = closed ? d->text + closed : at + 1;
        }
    }
    settle(d);
}

/* Whether an agency's name is all that follows on the line. */
static int is_agency_last(const struct draft *d, size_t at, size_t end)
{
    if (at < end && d->text[at] == ' ')
        at++;
    for (const char *const *agency = AGENCIES; *agency; agency++) {
        size_t next = behind_exact(d, at, *agency);
        if (next && skip_blanks(d, next) == end)
            return 1;
    }
    return 0;
}

/* Where the word of a name begins that a space at `space` ends, `line` being the start of its line;
   `space` itself where it is none. */
static size_t name_start(const struct draft *d, size_t line, size_t space)
{
    size_t at = space;
    while (at > line && ((traits_before(d, at) & WORD) || is_one_of(".'-", d->text[at - 1])))
        at--;
    if (space - at < 2 || d->text[at] < 'A' || d->text[at] > 'Z')
        return space;
    return at;
}

/* Where a credit begins of which the slash stands at `slash`: one to three words of a name, at the
   start of the line or behind the end of a sentence; `slash` where it is none. */
static size_t signed_start(const struct draft *d, size_t line, size_t slash)
{
    size_t found = slash, at = slash;
    for (int words = 0; words < 3 && at > line && d->text[at - 1] == ' '; words++) {
        size_t start = name_start(d, line, at - 1);
        if (start == at - 1)
            break;
        at = start;
        if (at == line
            || (at >= line + 2 && d->text[at - 1] == ' ' && is_one_of(".)!?", d->text[at - 2])))
            found = at;
    }
    return found;
}

static void drop_signed(struct draft *d)
{
    const uint8_t *at = d->text;
    size_t start = 0;
    while ((at = memchr(at, '/', d->text + d->size - at)) != NULL) {
        size_t slash = at - d->text, end = line_end(d, slash), from;
        if (is_agency_last(d, slash + 1, end)) {
            for (start = slash; start > 0 && d->text[start - 1] != '\n'; start--)
                ;
            if ((from = signed_start(d, start, slash)) < slash)
                blank(d, from, end);
        }
        at++;
    }
    settle(d);
}

/* ---- pointers ---- */

/* Whether a literal can stand at `at`, as far as the bytes behind its first tell that are ASCII. */
static int may_begin(const struct draft *d, size_t at, const char *literal)
{
    enum { FEW = 4 };
    for (size_t i = 1; i < FEW && literal[i]; i++) {
        uint8_t wanted = (uint8_t)literal[i], byte = at + i < d->size ? d->text[at + i] : 0;
        if (byte >= 0x80 || wanted >= 0x80) return 1;
        if ((byte | 0x20) != (wanted | 0x20)) return 0;
    }
    return 1;
}

/* Whether a line points elsewhere that begins, its bullet left out, at `start`. A phrase that ends
   in a letter beyond ASCII may go on without a border. */
static int is_pointer(const struct draft *d, size_t start, size_t end)
{
    uint8_t first = d->text[start], is_ascii = first < 0x80;
    const struct pointer *pointer = &POINTERS[is_ascii ? POINTER_FROM[first | 0x20] : 0];
    for (; pointer->start && (!is_ascii || *pointer->start == (first | 0x20)); pointer++) {
        size_t at = may_begin(d, start, pointer->start) ? behind(d, start, pointer->start) : 0;
        if (!at || is_longer(d, at, end, 160))
            continue;
        if ((traits_at(d, at) & WORD) && !(pointer->start[strlen(pointer->start) - 1] & 0x80))
            continue;
        if (!pointer->needs_appeal || memchr(d->text + at, '!', end - at))
            return 1;
    }
    return 0;
}

/* Behind the bullet, quote mark or blanks that a line may begin with. */
static size_t skip_bullet(const struct draft *d, size_t at)
{
    while (at < d->size) {
        if (is_one_of(" \t>*-", d->text[at]))
            at++;
        else if (d->text[at] == 0xE2 && behind_exact(d, at, "\xE2\x80\xA2"))
            at += 3;
        else
            break;
    }
    return at;
}

static void drop_pointers(struct draft *d)
{
    for (size_t start = 0, end; start < d->size; start = end + 1) {
        size_t at = skip_bullet(d, start);
        end = line_end(d, start);
        if (at < end && is_pointer(d, at, end))
            blank(d, start, end);
    }
    settle(d);
}

/* ---- lines ---- */

/* Behind what stands before a newline and its blanks. */
static size_t break_start(const struct draft *d, size_t newline)
{
    size_t start = newline;
    if (start > 0 && d->text[start - 1] == '\r')
        start--;
    while (start > 0 && (d->text[start - 1] == ' ' || d->text[start - 1] == '\t'))
        start--;
    return start;
}

static void join_hyphens(struct draft *d)
{
    const uint8_t *newline = d->text;
    while ((newline = memchr(newline, '\n', d->text + d->size - newline)) != NULL) {
        size_t at = newline - d->text, start = break_start(d, at), end = skip_blanks(d, at + 1);
        newline++;
        if (start < 2 || d->text[start - 1] != '-' || end == d->size)
            continue;
        if (is_letter(traits_before(d, start - 1), d->text[start - 2])
            && is_letter(traits_at(d, end), d->text[end]))
            replace(d, start - 1, end, "", 0);
    }
    settle(d);
}

/* What the rules that look at every line look for. */
enum { LABEL = 1, POINTER = 2, HYPHEN = 4 };

/* Which of it a text holds, in one pass over its lines; nearly all texts hold none. */
static unsigned look_at_lines(const struct draft *d)
{
    const uint8_t *at = d->signs & BRACKET ? d->text : NULL;
    unsigned found = 0;
    for (size_t start = 0, end; start < d->size; start = end + 1) {
        size_t first = skip_bullet(d, start);
        end = line_end(d, start);
        size_t last = break_start(d, end);
        found |= is_credit_line(d, start, end) ? LABEL : 0;
        found |= first < end && is_pointer(d, first, end) ? POINTER : 0;
        found |= last > start && d->text[last - 1] == '-' ? HYPHEN : 0;
    }
    while (at && (at = memchr(at, '(', d->text + d->size - at)) != NULL)
        found |= bracket_end(d, at++ - d->text) ? LABEL : 0;
    return found;
}

void clean_lines(struct draft *d)
{
    d->signs &= ~(unsigned)CHANGED;
    if (d->signs & ADDRESS)
        drop_urls(d);
    unsigned found = look_at_lines(d);
    if (found & LABEL)
        drop_labelled(d);
    if (d->signs & SLASH)
        drop_signed(d);
    if (found & POINTER || d->signs & CHANGED)
        drop_pointers(d);
    if (found & HYPHEN || d->signs & CHANGED)
        join_hyphens(d);
}
