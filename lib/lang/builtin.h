/* The functions, methods and modules that a text can use: closed lists, each a table. */
#ifndef XM_LANG_BUILTIN_H
#define XM_LANG_BUILTIN_H

#include "lang/eval.h"

struct module {
    const char *name;
    const struct builtin *functions;        /* end with a NULL name */
};

/* True and a value for len, str, ValueError, None, os ... */
bool builtin_find(const struct lang *lang, const char *name, struct val *ret_value);

/* Why a name is not there although Python has it, or NULL: "open() is not allowed ...". */
const char *builtin_refused(const char *name);

const struct builtin *method_find(enum val_type type, const char *name);
const struct module *module_find(const char *name);

/* The value of module.name; fails by name if the module does not offer it. */
int module_attribute(struct lang *lang, struct xm_place place, const struct module *module, const char *name,
                     struct val *ret_value);

/* The tables. */
extern const struct builtin str_methods[], list_methods[], dict_methods[], match_methods[];
extern const struct builtin re_functions[], vars_functions[];

/* For the functions themselves. */
int call_want(const struct call *call, size_t index, enum val_type type);
const struct val *call_named(const struct call *call, const char *name);    /* or NULL */

#endif
