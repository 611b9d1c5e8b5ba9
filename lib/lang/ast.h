/* The tree of a text. Nodes live in the evaluation's arena and never change after parsing. */
#ifndef XM_LANG_AST_H
#define XM_LANG_AST_H

#include "lang/value.h"

enum node_kind {
    /* expressions */
    N_CONST,            /* value */
    N_NAME,             /* name */
    N_LIST, N_TUPLE,    /* items */
    N_DICT,             /* items: key, value, ...; of **a: N_DOUBLE_STAR, NULL */
    N_SET,              /* items */
    N_NOT, N_UNARY,     /* a; op of UNARY: + - ~ */
    N_BINARY,           /* a op b */
    N_AND, N_OR,        /* a, b */
    N_COMPARE,          /* items, ops between them */
    N_WALRUS,           /* name := a */
    N_COND,             /* a if b else c */
    N_INDEX,            /* a[b] */
    N_SLICE,            /* a[items 0:1:2], each may be NULL */
    N_ATTR,             /* a.name */
    N_CALL,             /* a(items), the four kinds of arguments in any order */
    N_KEYWORD,          /* name=a */
    N_STAR,             /* *a: in calls, displays and targets */
    N_DOUBLE_STAR,      /* **a: in calls and dicts */
    N_REPR,             /* `a` */
    N_FSTRING,          /* items: N_CONST and N_FIELD */
    N_FIELD,            /* {a!op:b}; op 0 or r, s, a; b: N_FSTRING or NULL */
    N_LAMBDA,           /* def */
    N_LISTCOMP,         /* a, items: clauses */
    N_SETCOMP,
    N_DICTCOMP,         /* a: b, items: clauses */
    N_GENERATOR,        /* a, items: clauses; made whole at once */
    N_FOR_CLAUSE,       /* for a in b */
    N_IF_CLAUSE,        /* if a */
    /* statements */
    N_BLOCK,            /* items */
    N_EXPR,             /* a */
    N_ASSIGN,           /* items: targets; a */
    N_AUGMENT,          /* a op= b */
    N_PRINT,            /* items; op 1: no newline */
    N_PRINT_CALL,       /* a: print(...), which is a statement or a call as the whole text turns out */
    N_IF,               /* items: test, block, ...; c: else or NULL */
    N_FOR,              /* for a in b: c; items[0]: else or NULL */
    N_WHILE,            /* while a: c; items[0]: else or NULL */
    N_BREAK, N_CONTINUE, N_PASS,
    N_DEF,              /* def */
    N_RETURN,           /* a or NULL */
    N_RAISE,            /* a or NULL; b: the value of raise TYPE, VALUE; c: what stands behind from */
    N_TRY,              /* a: body; items: N_EXCEPT; b: else or NULL; c: finally or NULL */
    N_EXCEPT,           /* except a as name: c; a NULL: everything */
    N_IMPORT,           /* import name as name2 */
    N_FROM,             /* from name import items: N_NAME; b of an item: its `as` N_NAME */
    N_DELETE,           /* items */
    N_ASSERT,           /* a; b: its text or NULL */
};

/* in and is as operators, beside those spelled with signs. */
enum { OP_IN = 1, OP_NOT_IN, OP_IS, OP_IS_NOT };

struct node_op {
    unsigned op;
    struct xm_place place;
};

struct node {
    enum node_kind kind;
    unsigned op;
    unsigned depth;             /* of the tree below, this node included */
    unsigned count;
    struct xm_place place, op_place;
    union {
        const struct val *value;
        const struct str *name;
        const struct node_op *ops;
        const struct func_def *def;
    };
    struct node *a, *b, *c;
    struct node **items;
};

struct param {
    const struct str *name;
    struct node *fallback;      /* its default, or NULL */
    struct node *pattern;       /* Python 2's tuple in place of a name, or NULL */
};

/* What a name of a function's body is there. */
enum binding { BOUND_LOCAL = 1, BOUND_GLOBAL, BOUND_NONLOCAL };

struct func_def {
    const struct str *name;
    struct param *params;       /* first those that take arguments by position, then those by name only */
    size_t count, total;        /* of the first kind, of both */
    size_t unnamed;             /* how many of the first take no keyword */
    const struct str *rest;     /* *NAME, or NULL */
    const struct str *keywords; /* **NAME, or NULL */
    struct node *body;          /* a block, or of a lambda its expression */
    struct dict *names;         /* name -> enum binding, for each that the body binds */
};

#endif
