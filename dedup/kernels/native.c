/* The fast twins of the kernels in reference.py, which define what each gives. */
#include "native.h"

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
    {"count_sorted", count_sorted, METH_VARARGS, NULL},
    {"number_values", number_values, METH_VARARGS, NULL},
    {"number_more", number_more, METH_VARARGS, NULL},
    {"choose_heaviest", choose_heaviest, METH_VARARGS, NULL},
    {"find_varied", find_varied, METH_VARARGS, NULL},
    {"count_terms", count_terms, METH_VARARGS, NULL},
    {"mask_runs", mask_runs, METH_VARARGS, NULL},
    {"count_rows", count_rows, METH_VARARGS, NULL},
    {"take_rows", take_rows, METH_VARARGS, NULL},
    {"take_values", take_values, METH_VARARGS, NULL},
    {"weigh_rows", weigh_rows, METH_VARARGS, NULL},
    {"close_rows", close_rows, METH_VARARGS, NULL},
    {"may_resemble", may_resemble, METH_VARARGS, NULL},
    {"weigh_gaps", weigh_gaps, METH_VARARGS, NULL},
    {"measure_pairs", measure_pairs, METH_VARARGS, NULL},
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
