/* The functions, methods and modules that a text can use: closed lists, each a table.
 *
 * They see what Python's see and change nothing outside: no program, no file, no socket. Work
 * that does not follow from the arguments' size alone is counted with lang_step() by whoever
 * does it. A text's string has no NUL and is bytes; len() and indexes count those. */
#ifndef XM_LANG_BUILTIN_H
#define XM_LANG_BUILTIN_H

#include "lang/eval.h"

/* member gives what is no function: 0, 1 if the module has nothing of that name, or -1. */
struct module {
    const char *name;
    const struct builtin *functions;        /* end with a NULL name */
    int (*member)(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
};

/* True and a value for len, str, ValueError, None, os ... */
bool builtin_find(const struct lang *lang, const char *name, struct val *ret_value);

/* The function of that name in a table, or NULL. */
const struct builtin *builtin_in(const struct builtin *table, const char *name);

/* Why a name is not there although Python has it, or NULL: "open() is not allowed ...". */
const char *builtin_refused(const char *name);

const struct builtin *method_find(enum val_type type, const char *name);
/* What stands behind the dot of a type: dict.fromkeys, or str.lower, which is given its object as
 * the first argument. 1 if there is no such thing. */
int type_attribute(struct lang *lang, const struct builtin *type, const char *name, struct val *ret_value);
/* Whether v is of the type that a function of the language stands for. */
bool type_is(struct val v, const struct builtin *type);

/* NULL if texts may not import it; module_refuse() then says so, and why. */
const struct module *module_find(const char *name);
int module_refuse(struct lang *lang, struct xm_place place, const char *name);
/* Modules that are there without an import, as they were in xm. */
bool module_is_preset(const char *name);

/* The value of module.name; fails by name if the module does not offer it. */
int module_attribute(struct lang *lang, struct xm_place place, const struct module *module, const char *name,
                     struct val *ret_value);

/* The tables. */
extern const struct builtin str_methods[], str_form_methods[], list_methods[], dict_methods[], set_methods[];
extern const struct builtin re_functions[], vars_functions[], os_functions[], path_functions[], sys_functions[];
extern const struct builtin socket_functions[], string_functions[], math_functions[], time_functions[], random_functions[];
extern const struct builtin number_functions[], sequence_functions[], ip_functions[], open_function;
int re_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
int os_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
int path_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
int sys_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
int string_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);
int math_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value);

/* For the functions themselves. A bool passes for an int. */
int call_want(const struct call *call, size_t index, enum val_type type);
const struct val *call_named(const struct call *call, const char *name);    /* or NULL */
/* The argument that may stand at index or be given by name; NULL if it is not there. */
const struct val *call_arg(const struct call *call, size_t index, const char *name);
/* The same for an int, or what it is otherwise. */
int call_int(const struct call *call, size_t index, const char *name, int64_t otherwise, int64_t *ret_value);
/* Calls function with args and nothing named. */
int call_value(const struct call *call, struct val function, const struct val *args, size_t count, struct val *ret_value);
/* list.sort() */
int run_sort(const struct call *call, struct val *ret_value);
/* What the argument goes through, item by item. */
int call_items(const struct call *call, size_t index, const struct list **ret_items);
/* Results. give_text() and give_list(), a new list with room for count items, refuse what is too
 * long. */
int give_list(const struct call *call, enum val_type type, size_t count, struct val *ret_value);
void give_item(const struct call *call, struct val list, struct val item);
int give_text(const struct call *call, const char *text, size_t len, struct val *ret_value);
/* A tuple with names for its items, which end with NULL. */
struct val named_tuple(struct lang *lang, const char *const *fields);
/* OSError, in the words of Python. */
int raise_errno(const struct call *call, int errnum, const char *path);

/* A system call is dearer than a step. */
enum { SYSTEM_CALL_COST = 100 };

#endif
