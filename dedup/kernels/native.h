/* What the sources of the native kernels share. */
#ifndef DEDUP_NATIVE_H
#define DEDUP_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One build for every x86-64 processor that uses the widest vectors the running one has. */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && defined(__GNUC__) \
    && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define WIDEST __attribute__((target_clones("avx512f,avx512dq,avx512bw,avx512vl", "avx2", "default")))
#else
#define WIDEST
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

PyObject *cut_texts(PyObject *module, PyObject *args);

#endif
