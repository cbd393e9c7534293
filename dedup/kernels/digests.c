/* SHA-256 of many texts at a time, a lane for each, in loops that compilers turn into vectors. */
#include "native.h"

enum { LANES = 16, BLOCK = 64, WORDS = 8, ROUNDS = 64, SCHEDULED = 16, LENGTH_BYTES = 8 };

/* The text of a lane: its whole blocks first, and then its end, which is padded. */
struct text {
    uint64_t *digest;     /* where its first half goes; none where there is no text */
    size_t blocks, ended; /* how many come from where the lane is, and then at the end */
    uint8_t end[2 * BLOCK];
};

/* What all lanes have taken in, word by word, and where each goes on. */
struct lanes {
    uint32_t state[WORDS][LANES];
    const uint8_t *at[LANES];
    size_t step[LANES]; /* 0 where there is no text: any block will do */
    struct text texts[LANES];
};

static const uint32_t START[WORDS] = {
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
};
static const uint32_t CONSTANT[ROUNDS] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

static inline uint32_t turned(uint32_t word, int by) { return word >> by | word << (32 - by); }

static inline uint32_t word_at(const uint8_t *byte)
{
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* One round of each lane. The eight words stay where they are and change their roles instead. */
static inline void go_round(uint32_t s[WORDS][LANES], const uint32_t *word, uint32_t constant,
                            int round)
{
    const uint32_t *a = s[(0 - round) & 7], *b = s[(1 - round) & 7], *c = s[(2 - round) & 7];
    const uint32_t *e = s[(4 - round) & 7], *f = s[(5 - round) & 7], *g = s[(6 - round) & 7];
    uint32_t *d = s[(3 - round) & 7], *h = s[(7 - round) & 7];
    for (int i = 0; i < LANES; i++) {
        uint32_t first = h[i] + (turned(e[i], 6) ^ turned(e[i], 11) ^ turned(e[i], 25))
                         + (g[i] ^ (e[i] & (f[i] ^ g[i]))) + constant + word[i];
        uint32_t second = (turned(a[i], 2) ^ turned(a[i], 13) ^ turned(a[i], 22))
                          + ((a[i] & b[i]) | (c[i] & (a[i] | b[i])));
        d[i] += first;
        h[i] = first + second;
    }
}

/* What the next rounds take in. */
static inline void schedule(uint32_t w[SCHEDULED][LANES])
{
    for (int round = 0; round < SCHEDULED; round++) {
        const uint32_t *later = w[(round + 1) & 15], *last = w[(round + 14) & 15];
        for (int i = 0; i < LANES; i++)
            w[round][i] += (turned(later[i], 7) ^ turned(later[i], 18) ^ later[i] >> 3)
                           + w[(round + 9) & 15][i]
                           + (turned(last[i], 17) ^ turned(last[i], 19) ^ last[i] >> 10);
    }
}

/* Take in so many blocks of each lane. */
WIDEST static void take_in(struct lanes *lanes, size_t count)
{
    uint32_t w[SCHEDULED][LANES], s[WORDS][LANES];
    for (; count; count--) {
        for (int i = 0; i < LANES; i++) {
            for (int round = 0; round < SCHEDULED; round++)
                w[round][i] = word_at(lanes->at[i] + 4 * round);
            lanes->at[i] += lanes->step[i];
        }
        memcpy(s, lanes->state, sizeof s);
        for (int from = 0; from < ROUNDS; from += SCHEDULED) {
            if (from)
                schedule(w);
            for (int round = 0; round < SCHEDULED; round += WORDS) {
                const uint32_t *constant = CONSTANT + from + round;
                go_round(s, w[round], constant[0], 0);
                go_round(s, w[round + 1], constant[1], 1);
                go_round(s, w[round + 2], constant[2], 2);
                go_round(s, w[round + 3], constant[3], 3);
                go_round(s, w[round + 4], constant[4], 4);
                go_round(s, w[round + 5], constant[5], 5);
                go_round(s, w[round + 6], constant[6], 6);
                go_round(s, w[round + 7], constant[7], 7);
            }
        }
        for (int word = 0; word < WORDS; word++)
            for (int i = 0; i < LANES; i++)
                lanes->state[word][i] += s[word][i];
    }
}

/* Begin a text in a lane. */
static void begin(struct lanes *lanes, int i, const uint8_t *bytes, size_t size, uint64_t *digest)
{
    struct text *text = &lanes->texts[i];
    size_t rest = size % BLOCK;
    text->digest = digest;
    text->blocks = size / BLOCK;
    text->ended = rest + LENGTH_BYTES < BLOCK ? 1 : 2;
    memset(text->end, 0, sizeof text->end);
    memcpy(text->end, bytes + size - rest, rest);
    text->end[rest] = 0x80;
    uint8_t *behind = text->end + text->ended * BLOCK;
    for (uint64_t bits = (uint64_t)size * 8; bits; bits >>= 8) *--behind = (uint8_t)bits;
    lanes->at[i] = bytes;
    lanes->step[i] = BLOCK;
    for (int word = 0; word < WORDS; word++) lanes->state[word][i] = START[word];
}

/* Tell the digest of the text that a lane is through with; it rests until another one begins. */
static void finish(struct lanes *lanes, int i)
{
    struct text *text = &lanes->texts[i];
    for (int half = 0; half < 2; half++)
        text->digest[half] = (uint64_t)lanes->state[2 * half][i] << 32
                             | lanes->state[2 * half + 1][i];
    text->digest = NULL;
    lanes->at[i] = text->end;
    lanes->step[i] = 0;
}

/* Digest all texts: each lane takes the next one when it is through with its own. */
static void digest_all(const uint8_t *bytes, const int64_t *offsets, Py_ssize_t rows,
                       uint64_t *digests)
{
    struct lanes lanes;
    memset(&lanes, 0, sizeof lanes);
    for (int i = 0; i < LANES; i++) lanes.at[i] = lanes.texts[i].end;
    for (Py_ssize_t row = 0;;) {
        size_t count = SIZE_MAX;
        for (int i = 0; i < LANES; i++) {
            struct text *text = &lanes.texts[i];
            if (!text->blocks && !text->ended) {
                if (text->digest) finish(&lanes, i);
                if (row == rows) continue;
                size_t size = (size_t)(offsets[row + 1] - offsets[row]);
                begin(&lanes, i, bytes + offsets[row], size, digests + 2 * row);
                row++;
            }
            if (!text->blocks) {
                lanes.at[i] = text->end;
                text->blocks = text->ended;
                text->ended = 0;
            }
            count = text->blocks < count ? text->blocks : count;
        }
        if (count == SIZE_MAX) return;
        take_in(&lanes, count);
        for (int i = 0; i < LANES; i++)
            if (lanes.texts[i].digest) lanes.texts[i].blocks -= count;
    }
}

/* digest_texts(texts, offsets, out): the first half of the SHA-256 of each text */
PyObject *digest_texts(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer texts, offsets, out;
    if (!PyArg_ParseTuple(args, "y*y*w*", &texts, &offsets, &out)) return NULL;
    Py_BEGIN_ALLOW_THREADS
    digest_all(texts.buf, offsets.buf, offsets.len / 8 - 1, out.buf);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&texts);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}
