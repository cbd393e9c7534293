/* What the sources of the native kernels share. */
#ifndef DEDUP_NATIVE_H
#define DEDUP_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One build for all x86-64 processors, of which each runs the widest vectors that it has. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__)
#if __GNUC__ >= 12
#define WIDEST __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define WIDEST
#endif

#if defined(_MSC_VER)
#define RESTRICT __restrict
#else
#define RESTRICT restrict
#endif

#if defined(__GNUC__)
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define PREFETCH(at) ((void)(at))
#endif

#define BASE 0x9E3779B97F4A7C15ULL /* of the polynomial hashes in reference.py */

/* The 64-bit finalizer of MurmurHash3. */
static inline uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCDULL;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53ULL;
    return x ^ (x >> 33);
}

/* Chosen anew for each process, so that nobody can craft words that crowd one slot of a table. No
 * answer depends on it: tables only look values up. */
extern uint64_t odd_secret;

/* Where a table begins to look for a key; the low bits count. */
static inline size_t spot(uint64_t key) { return (size_t)((key * odd_secret) >> 29); }

/* Where the lowest bit stands of those that are set; there is one. */
static inline uint32_t lowest_bit(uint64_t bits)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(bits);
#else
    uint32_t at = 0;
    for (; !(bits & 0xFF); bits >>= 8) at += 8;
    for (; !(bits & 1); bits >>= 1) at++;
    return at;
#endif
}

/* How many bits are set. */
static inline int64_t count_bits(uint64_t bits)
{
#if defined(__GNUC__)
    return __builtin_popcountll(bits);
#else
    int64_t count = 0;
    for (; bits; bits &= bits - 1) count++;
    return count;
#endif
}

/* The length of the longest of some rows. */
static inline int64_t longest_row(const int64_t *offsets, Py_ssize_t rows)
{
    int64_t longest = 0;
    for (Py_ssize_t row = 0; row < rows; row++) {
        int64_t size = offsets[row + 1] - offsets[row];
        longest = size > longest ? size : longest;
    }
    return longest;
}

/* Entries of a table, and pairs of rows, that are asked for before they are needed: memory lies far
 * apart, and to wait for each costs most; and bytes that come at once. */
enum { AHEAD = 16, PAIRS_AHEAD = 4, LINE = 64 };

static inline void prefetch(const void *from, const void *to)
{
    for (const char *at = from; at < (const char *)to; at += LINE) PREFETCH(at);
}

void sort_numbers(uint64_t *a, uint64_t *spare, size_t count);
void sort_hashes(uint64_t *a, uint64_t *spare, size_t count);

/* The hashes of `count` runs of so many values, one after the other. */
void hash_each_run(const uint64_t *values, int64_t count, int64_t size, uint64_t *hashes);

PyObject *cut_texts(PyObject *module, PyObject *args);
PyObject *scan_records(PyObject *module, PyObject *args);
PyObject *hash_words(PyObject *module, PyObject *args);
PyObject *hash_runs(PyObject *module, PyObject *args);
PyObject *minhash(PyObject *module, PyObject *args);
PyObject *sign_runs(PyObject *module, PyObject *args);
PyObject *band_keys(PyObject *module, PyObject *args);
PyObject *sort_distinct(PyObject *module, PyObject *args);
PyObject *count_shared(PyObject *module, PyObject *args);
PyObject *scale_rows(PyObject *module, PyObject *args);
PyObject *dot_rows(PyObject *module, PyObject *args);
PyObject *bucket_pairs(PyObject *module, PyObject *args);
PyObject *count_values(PyObject *module, PyObject *args);
PyObject *find_places(PyObject *module, PyObject *args);
PyObject *count_sorted(PyObject *module, PyObject *args);
PyObject *number_values(PyObject *module, PyObject *args);
PyObject *number_more(PyObject *module, PyObject *args);
PyObject *choose_heaviest(PyObject *module, PyObject *args);
PyObject *find_varied(PyObject *module, PyObject *args);
PyObject *count_terms(PyObject *module, PyObject *args);
PyObject *mask_runs(PyObject *module, PyObject *args);
PyObject *count_rows(PyObject *module, PyObject *args);
PyObject *take_rows(PyObject *module, PyObject *args);
PyObject *take_values(PyObject *module, PyObject *args);
PyObject *weigh_rows(PyObject *module, PyObject *args);
PyObject *close_rows(PyObject *module, PyObject *args);
PyObject *may_resemble(PyObject *module, PyObject *args);
PyObject *weigh_gaps(PyObject *module, PyObject *args);
PyObject *measure_pairs(PyObject *module, PyObject *args);

#endif
