/* Words to hashes, hashes to runs, runs to signatures, signatures to band keys. */
#include "native.h"

/* hash_words(buffer, out): one hash for each word, a newline after each. */
PyObject *hash_words(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer text, out;
    if (!PyArg_ParseTuple(args, "y*w*", &text, &out)) return NULL;
    const uint8_t *byte = text.buf;
    uint64_t *hash = out.buf;
    Py_BEGIN_ALLOW_THREADS
    uint64_t sum = 0, power = 1;
    for (Py_ssize_t i = 0; i < text.len; i++) {
        if (byte[i] == '\n') {
            *hash++ = mix(sum);
            sum = 0;
            power = 1;
        } else {
            sum += byte[i] * power;
            power *= BASE;
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&text);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

WIDEST void hash_each_run(const uint64_t *values, int64_t count, int64_t size, uint64_t *hashes)
{
    if (size == 3) { /* as passages are cut: a loop that compilers turn into vectors */
        for (int64_t i = 0; i < count; i++)
            hashes[i] = mix((values[i + 2] * BASE + values[i + 1]) * BASE + values[i]);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        uint64_t sum = 0;
        for (int64_t j = size; j-- > 0;) sum = sum * BASE + values[i + j];
        hashes[i] = mix(sum);
    }
}

/* hash_runs(values, offsets, size, out_offsets, out): runs stay inside their row. */
PyObject *hash_runs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, out_offsets, out;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y*y*ny*w*", &values, &offsets, &size, &out_offsets, &out))
        return NULL;
    const uint64_t *value = values.buf;
    const int64_t *start = offsets.buf, *place = out_offsets.buf;
    uint64_t *hash = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1;
    Py_BEGIN_ALLOW_THREADS
    uint64_t top = 1; /* BASE ** (size - 1) */
    for (Py_ssize_t j = 1; j < size; j++) top *= BASE;
    for (Py_ssize_t row = 0; row < rows; row++) {
        const uint64_t *v = value + start[row];
        int64_t count = place[row + 1] - place[row];
        if (count <= 0) continue;
        uint64_t *to = hash + place[row];
        if (size <= 8) {
            hash_each_run(v, count, size, to);
        } else { /* from the right, so that each run follows from its neighbour */
            uint64_t sum = 0;
            for (Py_ssize_t j = size; j-- > 0;) sum = sum * BASE + v[count - 1 + j];
            for (int64_t i = count - 1;; i--) {
                to[i] = mix(sum);
                if (i == 0) break;
                sum = (sum - v[i - 1 + size] * top) * BASE + v[i - 1];
            }
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&out_offsets);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* The smallest of a * hash + b, for eight permutations at a time in registers. */
WIDEST static void sign(const uint64_t *value, int64_t count, const uint32_t *a, const uint32_t *b,
                        Py_ssize_t size, uint32_t *RESTRICT out)
{
    enum { BLOCK = 512 };
    uint32_t mixed[BLOCK];
    for (int64_t from = 0; from < count; from += BLOCK) {
        int64_t some = count - from < BLOCK ? count - from : BLOCK;
        for (int64_t i = 0; i < some; i++) { /* the 32-bit finalizer of MurmurHash3 */
            uint32_t h = (uint32_t)value[from + i];
            h ^= h >> 16;
            h *= 0x85EBCA6BU;
            h ^= h >> 13;
            h *= 0xC2B2AE35U;
            mixed[i] = h ^ (h >> 16);
        }
        Py_ssize_t k = 0;
        for (; k + 64 <= size; k += 64) {
            uint32_t least[64];
            for (int j = 0; j < 64; j++) least[j] = out[k + j];
            for (int64_t i = 0; i < some; i++) {
                uint32_t h = mixed[i];
                for (int j = 0; j < 64; j++) {
                    uint32_t p = a[k + j] * h + b[k + j];
                    least[j] = p < least[j] ? p : least[j];
                }
            }
            for (int j = 0; j < 64; j++) out[k + j] = least[j];
        }
        for (; k < size; k++)
            for (int64_t i = 0; i < some; i++) {
                uint32_t p = a[k] * mixed[i] + b[k];
                out[k] = p < out[k] ? p : out[k];
            }
    }
}

/* minhash(values, offsets, a, b, out): one signature a row; out comes filled with ones. */
PyObject *minhash(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer values, offsets, a, b, out;
    if (!PyArg_ParseTuple(args, "y*y*y*y*w*", &values, &offsets, &a, &b, &out)) return NULL;
    const uint64_t *value = values.buf;
    const int64_t *start = offsets.buf;
    Py_ssize_t rows = offsets.len / 8 - 1, size = a.len / 4;
    uint32_t *signature = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t row = 0; row < rows; row++)
        sign(value + start[row], start[row + 1] - start[row], a.buf, b.buf, size,
             signature + row * size);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&values);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}

/* Sign the runs of one row, and put those up to `highest` into `kept`; gives how many these are. So
 * many at a time that they stay in the processor's nearest cache. */
static size_t sign_row(const uint32_t *word, int64_t count, const uint64_t *hash_of, int64_t run,
                       uint64_t highest, const Py_buffer *a, const Py_buffer *b,
                       uint32_t *signature, uint64_t *kept)
{
    enum { BLOCK = 512 };
    uint64_t values[BLOCK], hashes[BLOCK];
    int64_t runs = count - run + 1, most = BLOCK - run + 1;
    size_t found = 0;
    for (int64_t from = 0; from < runs; from += most) {
        int64_t some = runs - from < most ? runs - from : most;
        for (int64_t i = 0; i < some + run - 1; i++) values[i] = hash_of[word[from + i]];
        hash_each_run(values, some, run, hashes);
        sign(hashes, some, a->buf, b->buf, a->len / 4, signature);
        for (int64_t i = 0; i < some; i++) { /* no branch on what is chance */
            kept[found] = hashes[i];
            found += hashes[i] <= highest;
        }
    }
    return found;
}

/* sign_runs(words, offsets, hashes, run, highest, a, b, signatures, out, out_offsets) -> how many
 * values are kept; signatures come filled with ones, and a run is short. */
PyObject *sign_runs(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer words, offsets, hashes, a, b, signatures, out, out_offsets;
    Py_ssize_t run;
    unsigned long long highest;
    if (!PyArg_ParseTuple(args, "y*y*y*nKy*y*w*w*w*", &words, &offsets, &hashes, &run, &highest,
                          &a, &b, &signatures, &out, &out_offsets))
        return NULL;
    const uint32_t *word = words.buf;
    const int64_t *start = offsets.buf;
    int64_t *end = out_offsets.buf, total = 0;
    uint32_t *signature = signatures.buf;
    uint64_t *lowest = out.buf;
    Py_ssize_t rows = offsets.len / 8 - 1, size = a.len / 4;
    int64_t longest = longest_row(start, rows) + 1;
    int shift = 0; /* so that the top bits tell them apart as those of any hash */
    while (shift < 63 && !(highest >> (63 - shift))) shift++;
    uint64_t *some = malloc(2 * (size_t)longest * sizeof *some);
    if (some) {
        Py_BEGIN_ALLOW_THREADS
        end[0] = 0;
        for (Py_ssize_t row = 0; row < rows; row++) {
            size_t count = sign_row(word + start[row], start[row + 1] - start[row], hashes.buf, run,
                                    highest, &a, &b, signature + row * size, some);
            for (size_t i = 0; i < count; i++) some[i] <<= shift;
            sort_hashes(some, some + longest, count);
            for (size_t i = 0; i < count; i++)
                if (i == 0 || some[i] != some[i - 1]) lowest[total++] = some[i] >> shift;
            end[row + 1] = total;
        }
        Py_END_ALLOW_THREADS
        free(some);
    }
    PyBuffer_Release(&words);
    PyBuffer_Release(&offsets);
    PyBuffer_Release(&hashes);
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    PyBuffer_Release(&signatures);
    PyBuffer_Release(&out);
    PyBuffer_Release(&out_offsets);
    return some ? PyLong_FromLongLong(total) : PyErr_NoMemory();
}

/* The keys of one signature, all of them value by value: a loop that compilers turn into vectors. */
WIDEST static void key_bands(const uint32_t *RESTRICT signature, Py_ssize_t bands, Py_ssize_t rows,
                             uint64_t *RESTRICT key)
{
    for (Py_ssize_t band = 0; band < bands; band++) key[band] = (uint64_t)band + 1;
    for (Py_ssize_t j = 0; j < rows; j++)
        for (Py_ssize_t band = 0; band < bands; band++)
            key[band] = mix(key[band] * BASE + signature[band * rows + j]);
}

/* band_keys(signatures, size, bands, rows, out) */
PyObject *band_keys(PyObject *module, PyObject *args)
{
    (void)module;
    Py_buffer signatures, out;
    Py_ssize_t size, bands, rows;
    if (!PyArg_ParseTuple(args, "y*nnnw*", &signatures, &size, &bands, &rows, &out)) return NULL;
    const uint32_t *signature = signatures.buf;
    uint64_t *key = out.buf;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t n = size ? signatures.len / 4 / size : 0; n-- > 0; signature += size) {
        key_bands(signature, bands, rows, key);
        key += bands;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&signatures);
    PyBuffer_Release(&out);
    Py_RETURN_NONE;
}
