/* The tree -> values. eval.c are expressions, call.c calls, exec.c statements. */
#ifndef XM_LANG_EVAL_H
#define XM_LANG_EVAL_H

#include "lang/ast.h"
#include "lang/context.h"

/* The names of a function that runs; a comprehension has one too. Top level has none. */
struct scope {
    struct dict *vars;
    const struct scope *outer;
    const struct func_def *def;     /* NULL for a comprehension */
};

struct func {
    const struct func_def *def;
    const struct scope *scope;      /* where it was made */
    struct val *defaults;
};

/* Arguments on their way into a function. */
struct call {
    struct lang *lang;
    struct xm_place place;
    struct val self;                /* of a method */
    const struct val *args;
    size_t count;
    const struct dict *named;       /* never NULL */
};

/* A function of the language's own. keywords: the names it takes, blanks between; "*" is any. */
struct builtin {
    const char *name;
    size_t min, max;
    const char *keywords;
    int (*run)(const struct call *call, struct val *ret_value);
};

int eval(struct lang *lang, const struct node *node, struct val *ret_value);
int eval_assign(struct lang *lang, const struct node *target, struct val value);
/* Changes what target holds by change(lang, node, value). */
int eval_augment(struct lang *lang, const struct node *target, int (*change)(struct lang *, const struct node *, struct val *),
                 const struct node *node);
int eval_delete(struct lang *lang, const struct node *target);
int eval_call(struct lang *lang, struct xm_place place, struct val function, const struct val *args, size_t count,
              const struct dict *named, struct val *ret_value);
int eval_attribute(struct lang *lang, struct xm_place place, struct val object, const struct str *name, struct val *ret_value);

/* NULL if name has no value here. */
struct val *eval_find_name(struct lang *lang, const struct str *name);
/* The dict in which an assignment to name goes. */
struct dict *eval_names_for(struct lang *lang, const struct str *name);

enum flow { FLOW_FAIL = -1, FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE, FLOW_RETURN };
enum flow exec_block(struct lang *lang, const struct node *block, struct val *ret_value);

#endif
