/* The fast twins of the kernels in reference.py, which define what each gives. */
#include "native.h"

static PyMethodDef methods[] = {
    {"cut_texts", cut_texts, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The fast twins of the kernels.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&definition); }
