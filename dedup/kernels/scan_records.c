/* JSON Lines to the values of a few fields: nothing is built for the rest of a record, but all of it
   is checked. A line that holds anything unusual is declined, and read by the readable twin. */
#include "json.h"

enum { MOST_KEYS = 64, MOST_NAMES = 64, MOST_DEPTH = 64 };

/* The value of a field that is wanted. */
struct value {
    struct stretch said; /* of a number as it is written */
    uint8_t name, is_number;
};

/* Everything of a call. */
struct scan {
    Py_buffer block;
    PyObject *names, *number;
    struct stretch wanted[MOST_NAMES];
    uint8_t wanted_count;
    int deepest;
    int64_t *starts; /* of each line, and the end of the last */
    size_t *ends;    /* how many values there are up to the end of each line */
    size_t lines;
    struct value *values;
    size_t count, capacity;
    uint8_t *texts, *behind; /* what the strings say, end to end */
};

/* ---- records ---- */

static int is_same(struct stretch a, struct stretch b)
{
    return a.size == b.size && memcmp(a.start, b.start, a.size) == 0;
}

/* The number of a name that is wanted, or how many there are. */
static uint8_t number_of(const struct scan *scan, struct stretch key)
{
    uint8_t name = 0;
    while (name < scan->wanted_count && !is_same(scan->wanted[name], key))
        name++;
    return name;
}

/* Keep a value; 0 without memory. */
static int keep(struct scan *scan, struct value value)
{
    if (scan->count == scan->capacity) {
        size_t capacity = scan->capacity * 2 + 256;
        struct value *values = realloc(scan->values, capacity * sizeof *values);
        if (!values)
            return 0;
        scan->values = values;
        scan->capacity = capacity;
    }
    scan->values[scan->count++] = value;
    return 1;
}

/* Read the value of a field that is wanted: 1 when it is read, 0 when it is declined, -1 without
   memory. */
static int scan_value(struct scan *scan, struct scanner *s, uint8_t name)
{
    struct value value = {{scan->behind, 0}, name, 0};
    uint8_t first = s->at < s->end ? *s->at : 0;
    if (first == '"') {
        uint8_t *behind = take_text(s, scan->behind);
        if (!behind)
            return 0;
        value.said.size = (size_t)(behind - scan->behind);
        scan->behind = behind;
    } else if (first == '-' || (first >= '0' && first <= '9')) {
        if (!take_number(s, &value.said))
            return 0;
        value.is_number = 1;
    } else {
        return skip_value(s, 1);
    }
    return keep(scan, value) ? 1 : -1;
}

/* Read one line: 1 when it is a record, 0 when it is declined, -1 without memory. */
static int scan_line(struct scan *scan, const uint8_t *start, const uint8_t *end)
{
    struct scanner s = {start, end, scan->deepest};
    struct stretch keys[MOST_KEYS];
    int count = 0, is_escaped;
    skip_space(&s);
    if (!take(&s, '{') || !(is_ascii(start, (size_t)(end - start)) || is_utf8(start, end)))
        return 0;
    do {
        skip_space(&s);
        if (count == MOST_KEYS || !take_string(&s, &keys[count], &is_escaped) || is_escaped)
            return 0;
        for (int i = 0; i < count; i++)
            if (is_same(keys[i], keys[count]))
                return 0;
        skip_space(&s);
        if (!take(&s, ':'))
            return 0;
        skip_space(&s);
        uint8_t name = number_of(scan, keys[count++]);
        int done = name < scan->wanted_count ? scan_value(scan, &s, name) : skip_value(&s, 1);
        if (done <= 0)
            return done;
        skip_space(&s);
    } while (take(&s, ','));
    if (!take(&s, '}'))
        return 0;
    skip_space(&s);
    return s.at == s.end;
}

/* Read all lines; touches nothing of the interpreter. */
static int scan_lines(struct scan *scan)
{
    const uint8_t *block = scan->block.buf, *at = block, *end = at + scan->block.len;
    for (size_t line = 0; line < scan->lines; line++) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *next = newline ? newline + 1 : end;
        size_t before = scan->count;
        int done = scan_line(scan, at, next);
        if (done < 0)
            return 0;
        if (!done)
            scan->count = before;
        scan->starts[line] = at - block;
        scan->ends[line] = scan->count;
        at = next;
    }
    scan->starts[scan->lines] = end - block;
    return 1;
}

/* ---- objects ---- */

static PyObject *as_object(struct scan *scan, const struct value *value)
{
    struct stretch said = value->said;
    PyObject *text;
    if (!is_ascii(said.start, said.size))
        text = PyUnicode_DecodeUTF8((const char *)said.start, (Py_ssize_t)said.size, NULL);
    else if ((text = PyUnicode_New((Py_ssize_t)said.size, 127)) && said.size)
        memcpy(PyUnicode_1BYTE_DATA(text), said.start, said.size);
    if (!text || !value->is_number)
        return text;
    PyObject *number = PyObject_CallFunctionObjArgs(scan->number, text, NULL);
    Py_DECREF(text);
    return number;
}

/* A list with None for each line, in a dict under a name; the dict holds it. */
static PyObject *new_column(struct scan *scan, PyObject *columns, uint8_t name)
{
    PyObject *column = PyList_New((Py_ssize_t)scan->lines);
    if (!column)
        return NULL;
    for (size_t line = 0; line < scan->lines; line++) {
        Py_INCREF(Py_None);
        PyList_SET_ITEM(column, (Py_ssize_t)line, Py_None);
    }
    int failed = PyDict_SetItem(columns, PyTuple_GET_ITEM(scan->names, name), column);
    Py_DECREF(column);
    return failed ? NULL : column;
}

/* The values of all lines, put under their names; 0 on failure. */
static int fill(struct scan *scan, PyObject *columns)
{
    PyObject *known[MOST_NAMES] = {NULL};
    size_t at = 0;
    for (size_t line = 0; line < scan->lines; line++) {
        for (; at < scan->ends[line]; at++) {
            const struct value *value = &scan->values[at];
            PyObject **column = &known[value->name], *object;
            if (!*column && !(*column = new_column(scan, columns, value->name)))
                return 0;
            if (!(object = as_object(scan, value))
                || PyList_SetItem(*column, (Py_ssize_t)line, object))
                return 0;
        }
    }
    return 1;
}

/* ---- the call ---- */

static int take_names(struct scan *scan)
{
    Py_ssize_t size, count = PyTuple_GET_SIZE(scan->names);
    if (count > MOST_NAMES) {
        PyErr_SetString(PyExc_ValueError, "scan_records looks for too many names");
        return 0;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *name = PyUnicode_AsUTF8AndSize(PyTuple_GET_ITEM(scan->names, i), &size);
        if (!name)
            return 0;
        scan->wanted[i].start = (const uint8_t *)name;
        scan->wanted[i].size = (size_t)size;
    }
    scan->wanted_count = (uint8_t)count;
    return 1;
}

static int prepare(struct scan *scan)
{
    const uint8_t *block = scan->block.buf;
    size_t size = (size_t)scan->block.len;
    for (const uint8_t *at = block, *end = block + size; at < end; scan->lines++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : end;
    }
    scan->starts = malloc((scan->lines + 1) * sizeof *scan->starts);
    scan->ends = malloc((scan->lines + 1) * sizeof *scan->ends);
    scan->texts = scan->behind = malloc(size + 8);
    return scan->starts && scan->ends && scan->texts;
}

/* scan_records(block, names: tuple[str, ...], number, deepest: int) -> (starts, columns): where each
   line of the block starts and the last one ends, as int64; and for each name that stands somewhere
   a list of what each line has under it: a string, a number (as `number` of what is written), or
   None, as always of a line that is declined */
PyObject *scan_records(PyObject *module, PyObject *args)
{
    struct scan scan = {0};
    PyObject *columns = NULL, *result = NULL;
    int is_whole = 0;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*O!Oi", &scan.block, &PyTuple_Type, &scan.names, &scan.number,
                          &scan.deepest))
        return NULL;
    if (scan.deepest > MOST_DEPTH)
        scan.deepest = MOST_DEPTH; /* they are stepped over by recursion */
    if (take_names(&scan)) {
        Py_BEGIN_ALLOW_THREADS
        is_whole = prepare(&scan) && scan_lines(&scan);
        Py_END_ALLOW_THREADS
        if (!is_whole)
            PyErr_NoMemory();
        else if ((columns = PyDict_New()) && !fill(&scan, columns))
            Py_CLEAR(columns);
    }
    if (columns)
        result = Py_BuildValue("(y#N)", (const char *)scan.starts,
                               (Py_ssize_t)((scan.lines + 1) * sizeof *scan.starts), columns);
    free(scan.starts);
    free(scan.ends);
    free(scan.values);
    free(scan.texts);
    PyBuffer_Release(&scan.block);
    return result;
}
