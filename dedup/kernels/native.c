/* The fast twins of the kernels in reference.py, which define what each gives. */
#include "native.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

/* keep_memory(): what a batch gives back is taken by the next one, while the system would clear it anew,
 * page by page. The C library of GNU learns as much by itself, though late and less surely. */
static PyObject *keep_memory(PyObject *module, PyObject *args)
{
    (void)module;
    (void)args;
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
    Py_RETURN_NONE;
}

/* What is kept to be lent; each piece begins with its size. */
enum { KEPT = 8, MOST_KEPT = 1 << 25 };
static union piece {
    size_t bytes;
    double aligned[2];
} *kept[KEPT];

void *lend_zeros(size_t bytes)
{
    for (int i = 0; i < KEPT; i++)
        if (kept[i] && kept[i]->bytes >= bytes) {
            union piece *found = kept[i];
            kept[i] = NULL;
            return found + 1;
        }
    union piece *fresh = calloc(1, sizeof *fresh + bytes);
    if (fresh) fresh->bytes = bytes;
    return fresh ? fresh + 1 : NULL;
}

void hand_back(void *zeros)
{
    union piece *piece = zeros ? (union piece *)zeros - 1 : NULL;
    int least = 0;
    for (int i = 1; i < KEPT; i++)
        if (!kept[i] || (kept[least] && kept[i]->bytes < kept[least]->bytes)) least = i;
    if (piece && piece->bytes <= MOST_KEPT && (!kept[least] || kept[least]->bytes < piece->bytes)) {
        union piece *smaller = kept[least];
        kept[least] = piece;
        piece = smaller;
    }
    free(piece);
}

static PyMethodDef methods[] = {
    {"cut_texts", cut_texts, METH_VARARGS, NULL},
    {"scan_records", scan_records, METH_VARARGS, NULL},
    {"hash_words", hash_words, METH_VARARGS, NULL},
    {"hash_runs", hash_runs, METH_VARARGS, NULL},
    {"minhash", minhash, METH_VARARGS, NULL},
    {"sign_runs", sign_runs, METH_VARARGS, NULL},
    {"band_keys", band_keys, METH_VARARGS, NULL},
    {"sort_distinct", sort_distinct, METH_VARARGS, NULL},
    {"count_shared", count_shared, METH_VARARGS, NULL},
    {"scale_rows", scale_rows, METH_VARARGS, NULL},
    {"dot_rows", dot_rows, METH_VARARGS, NULL},
    {"bucket_pairs", bucket_pairs, METH_VARARGS, NULL},
    {"count_values", count_values, METH_VARARGS, NULL},
    {"find_places", find_places, METH_VARARGS, NULL},
    {"leave_out", leave_out, METH_VARARGS, NULL},
    {"count_sorted", count_sorted, METH_VARARGS, NULL},
    {"number_values", number_values, METH_VARARGS, NULL},
    {"number_more", number_more, METH_VARARGS, NULL},
    {"choose_heaviest", choose_heaviest, METH_VARARGS, NULL},
    {"find_varied", find_varied, METH_VARARGS, NULL},
    {"count_terms", count_terms, METH_VARARGS, NULL},
    {"mask_runs", mask_runs, METH_VARARGS, NULL},
    {"count_equal", count_equal, METH_VARARGS, NULL},
    {"count_rows", count_rows, METH_VARARGS, NULL},
    {"take_rows", take_rows, METH_VARARGS, NULL},
    {"join_rows", join_rows, METH_VARARGS, NULL},
    {"quote_texts", quote_texts, METH_VARARGS, NULL},
    {"take_values", take_values, METH_VARARGS, NULL},
    {"weigh_rows", weigh_rows, METH_VARARGS, NULL},
    {"close_rows", close_rows, METH_VARARGS, NULL},
    {"may_resemble", may_resemble, METH_VARARGS, NULL},
    {"weigh_gaps", weigh_gaps, METH_VARARGS, NULL},
    {"measure_pairs", measure_pairs, METH_VARARGS, NULL},
    {"keep_memory", keep_memory, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The fast twins of the kernels.", -1, methods,
    NULL, NULL, NULL, NULL,
};

uint64_t odd_secret = 1;

PyMODINIT_FUNC PyInit__native(void)
{
    PyObject *name = PyUnicode_FromString("the secret of the tables");
    Py_hash_t chance = name ? PyObject_Hash(name) : -1; /* the interpreter's, by PYTHONHASHSEED */
    Py_XDECREF(name);
    if (chance == -1) return NULL;
    odd_secret = mix((uint64_t)chance) | 1;
    return PyModule_Create(&definition);
}
