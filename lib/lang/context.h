/* One evaluation: its memory, its names, its bounds, and the failure that is on its way out.
 *
 * Functions of the evaluator return -1 exactly when a failure has been set with lang_raise() or
 * lang_stop(). The first kind is Python's and can be caught by `except`; the second (syntax,
 * bounds, what is refused by name) cannot. */
#ifndef XM_LANG_CONTEXT_H
#define XM_LANG_CONTEXT_H

#include <time.h>

#include "lang/value.h"

enum {
    LANG_TEXT_MAX = 1024 * 1024,        /* bytes of a text */
    LANG_STR_MAX = 1024 * 1024,         /* bytes of a string */
    LANG_ITEMS_MAX = 100 * 1000,        /* items of a list or dict */
    LANG_STEPS_MAX = 2 * 1000 * 1000,
    LANG_MEMORY_MAX = 64 * 1024 * 1024,
    LANG_PRINT_MAX = 64 * 1024,         /* bytes of output */
    LANG_TREE_MAX = 200,                /* depth of one expression, and of blocks in blocks */
    LANG_DEPTH_MAX = 800,               /* evaluations inside evaluations */
    LANG_CALLS_MAX = 150,               /* calls inside calls */
    LANG_MILLISECONDS_MAX = 1000,
    LANG_NEST_MAX = 24,                 /* lists in lists, in what comes out */
};

struct failure {
    bool set, fatal;
    const struct error_type *type;      /* NULL if fatal */
    struct xm_place place;
    const struct str *text;
    const struct error_val *error;      /* what was raised, if it was made by the text itself */
};

/* A variable declared by xm_vars.var(). */
struct declared {
    const struct str *name;
    struct val check;
};

struct lang {
    const struct xm_lang_input *input;
    struct arena arena;
    struct dict *globals;
    struct dict *predefined;            /* NAME=VALUE words and xm_vars' results: not part of the document */
    const struct scope *names;          /* of the function that runs; NULL at top level */
    struct declared *declared;
    size_t declared_count, declared_cap;
    struct failure failure;
    struct failure handled;             /* what the `except` around is about: `raise` alone raises it again */
    size_t steps, printed;
    bool print_blank;                   /* the next print statement begins with one */
    unsigned depth, calls;
    bool python2;                       /* the text can only be Python 2 */
    bool true_division, print_function; /* from __future__ */
    struct random *random;              /* made when it is first drawn from */
    struct dict *environment;           /* os.environ, when it was asked for */
    size_t read;                        /* bytes of files that were opened */
    bool in_block;                      /* inside if, for, def ...: never in a plain xl file */
    struct timespec start;
};

/* Python's failure. type by its Python name, which must be one of lang_error_types. Returns -1. */
int lang_raise(struct lang *lang, struct xm_place place, const char *type, const char *fmt, ...) XM_PRINTF(4, 5);

/* The same with an exception that exists. */
int lang_raise_error(struct lang *lang, struct xm_place place, const struct error_val *error);

/* A failure that no text can catch. Returns -1. */
int lang_stop(struct lang *lang, struct xm_place place, const char *fmt, ...) XM_PRINTF(3, 4);

/* Counts work done at place; fails when the text has had its share of anything. */
int lang_step(struct lang *lang, struct xm_place place, size_t cost);

/* After work that steps do not measure: fails when the time is over. */
int lang_check_time(struct lang *lang, struct xm_place place);

/* Refuses a string or a list that would become too large, and counts the work of making it.
 * What grows piece by piece asks for each piece with the second pair, which counts one step. */
int lang_check_str(struct lang *lang, struct xm_place place, size_t len);
int lang_check_items(struct lang *lang, struct xm_place place, size_t count);
int lang_check_len(struct lang *lang, struct xm_place place, size_t len);
int lang_check_count(struct lang *lang, struct xm_place place, size_t count);

const struct error_type *lang_error_type(const char *name);
/* Whether type is base or comes from it. */
bool lang_error_is(const struct error_type *type, const struct error_type *base);

/* The failure as an error: "FILE:LINE:COL: message", source line, caret. Returns -1. */
int lang_report(const struct lang *lang, xm_error **err);

#endif
