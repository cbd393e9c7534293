#include "native.h"

PyObject *cut_texts(PyObject *module, PyObject *args)
{
    (void)module; (void)args;
    Py_RETURN_NONE;
}
