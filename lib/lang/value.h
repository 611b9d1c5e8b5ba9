/* Values while a text is being evaluated. They live in the evaluation's arena; a val is passed
 * by copy, and strings, tuples and numbers never change once made. No string holds a NUL. */
#ifndef XM_LANG_VALUE_H
#define XM_LANG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/arena.h"
#include "lang/lang.h"

enum val_type {
    V_NONE, V_BOOL, V_INT, V_FLOAT, V_STR, V_LIST, V_TUPLE, V_DICT, V_SET,
    V_FUNC,         /* def or lambda */
    V_BUILTIN,      /* also the types: str, int ... */
    V_METHOD,       /* a builtin with its self */
    V_MODULE,
    V_ERROR_TYPE,   /* ValueError ... */
    V_ERROR,        /* a raised one */
    V_OBJECT,       /* what only functions of the language make: an open file, a pattern, a match */
};

struct str {
    size_t len;
    size_t hash;
    char data[];                /* NUL-terminated */
};

struct val {
    enum val_type type;
    struct xm_place place;      /* where the expression that gave it stands */
    const char *text;           /* INT, FLOAT: its spelling if it was written as a literal */
    union {
        int64_t i;              /* BOOL, INT */
        double f;
        const struct str *str;
        struct list *list;      /* LIST, TUPLE */
        struct dict *dict;      /* DICT; SET: its items are the keys, the values mean nothing */
        struct func *func;
        const struct builtin *builtin;
        struct method *method;
        const struct module *module;
        const struct error_type *error_type;
        const struct error_val *error;
        const struct object *object;
        const void *ptr;        /* identity of everything from STR on */
    };
};

struct list {
    struct val *items;
    size_t count, cap;
    const char *const *fields;  /* of some tuples: the items' names, NULL behind the last */
};

struct dict_entry {
    struct val key, value;
    bool live;
    bool used;                  /* of names: an expression has read it */
};
/* In order of insertion. index holds entry numbers + 1 and is at most half full. */
struct dict {
    struct dict_entry *entries;
    size_t used, cap;           /* entries made, dead ones too */
    size_t count;               /* live ones */
    uint32_t *index;
    size_t index_size;
    const char *fixed;          /* what it is, if texts may not change it */
};

struct method {
    const struct builtin *builtin;
    struct val self;
};

/* What a kind of object can do; what it cannot is NULL. Its own struct begins with a struct object. */
struct lang;
struct object_type {
    const char *name;
    const struct builtin *methods;
    int (*attribute)(struct lang *lang, struct xm_place place, struct val object, const char *name, struct val *ret_value);   /* 1: none */
    int (*index)(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val *ret_value);
    int (*items)(struct lang *lang, struct xm_place place, struct val object, const struct list **ret_items);
};
struct object {
    const struct object_type *type;
};

struct error_type {
    const char *name, *parent;
};
struct error_val {
    const struct error_type *type;
    const struct str *text;     /* what str() gives */
    struct list *args;          /* what it was made with; NULL: the text alone */
};

struct str *str_new(struct arena *arena, const char *text, size_t len);
struct str *str_alloc(struct arena *arena, size_t len);     /* fill data, then str_seal() */
void str_seal(struct str *str);

struct val val_none(void);
struct val val_bool(bool b);
struct val val_int(int64_t i);
struct val val_float(double f);
struct val val_of_str(const struct str *str);
struct val val_str(struct arena *arena, const char *text, size_t len);
struct val val_list(struct arena *arena, enum val_type type, size_t cap);

void list_add(struct arena *arena, struct list *list, struct val item);

struct dict *dict_new(struct arena *arena);
struct dict_entry *dict_find(const struct dict *dict, struct val key);
struct val *dict_get_name(const struct dict *dict, const struct str *name);
struct val val_set(struct arena *arena);
void dict_set(struct arena *arena, struct dict *dict, struct val key, struct val value);
bool dict_remove(struct dict *dict, struct val key);

/* NULL while key may stand in a dict, else the name of the type that may not. */
const char *val_unhashable(struct val key);

const char *val_type_name(struct val v);
bool val_is_number(struct val v);           /* BOOL, INT, FLOAT */
bool val_truth(struct val v);
double val_as_float(struct val v);          /* of a number */

#endif
