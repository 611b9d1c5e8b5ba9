/* Configuration text -> values.
 *
 * One language takes plain `key = value` files with xl's meaning and the Python that
 * configurations use. The evaluator is safe by construction: it has no way to run a program,
 * to write, to connect, or to read outside what is handed in, and it is bounded in steps,
 * memory, depth and size, so any text ends within a second with values or with an error.
 * It keeps no state between texts: the same input gives the same values.
 *
 * An error's message starts "FILE:LINE:COL: " and is followed, after newlines, by the source
 * line and a caret; line and column count from 1, columns in bytes. */
#ifndef XM_LANG_LANG_H
#define XM_LANG_LANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Whose meaning decides where xm's and xl's differ. */
enum xm_dialect { XM_DIALECT_XM = 1, XM_DIALECT_XL = 2 };

/* Where a value was written. line 0: nowhere (a default, or made by a program). */
struct xm_place {
    unsigned line, col;
};

enum xm_value_type {
    XM_VALUE_NONE, XM_VALUE_BOOL, XM_VALUE_INT, XM_VALUE_FLOAT, XM_VALUE_STR,
    XM_VALUE_LIST, XM_VALUE_TUPLE, XM_VALUE_DICT,
    XM_VALUE_OTHER,             /* a function, a module: it has no place in a configuration */
};

/* A result. Lists and tuples hold items; a dict holds keys at even, values at odd positions.
 * A number of a plain file keeps its spelling in text (xl hands "010" on as text, and reads
 * it as octal); NULL where the value was computed. */
struct xm_value {
    enum xm_value_type type;
    struct xm_place place;
    int64_t i;                  /* BOOL (0, 1) and INT */
    double f;
    char *text;                 /* STR: its bytes, NUL-terminated, len of them; INT, FLOAT: see above */
    size_t len;
    struct xm_value *items;
    size_t count;
};

/* The top-level names of a text, in order of first assignment. */
struct xm_lang_name {
    char *name;
    struct xm_value value;
    struct xm_place place;      /* of the name, where it got that value; line 0 if it was not by assignment */
    bool used;                  /* an expression of the text has read it */
};
typedef struct xm_lang_names {
    struct xm_lang_name *items;
    size_t count;
} xm_lang_names;

struct xm_lang_input {
    const char *file;           /* named in errors */
    const char *text;
    size_t len;
    unsigned words_line;        /* the first line that is a word of the command line; 0: there are none */
    enum xm_dialect dialect;
    /* Names that stand before the first line, as strings: NAME=VALUE words of xm's command line. */
    const struct { const char *name, *value; } *vars;
    size_t var_count;
    /* What sys.argv shows; with argc 0 it is the file alone. */
    const char *const *argv;
    size_t argc;
    /* What print writes; NULL drops it. */
    void (*print)(void *arg, const char *text, size_t len);
    void *print_arg;
    /* A remark for the user, to be shown on stderr; NULL drops it. */
    void (*note)(void *arg, const char *text);
    void *note_arg;
};

/* Evaluates a text. XM_INVALID with place and caret when it is wrong or beyond a bound. */
XM_API int xm_lang_eval(const struct xm_lang_input *input, xm_lang_names **ret_names, xm_error **err);

XM_API void xm_lang_names_free(xm_lang_names *names);

#endif
