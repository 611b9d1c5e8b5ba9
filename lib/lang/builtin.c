#include "lang/builtin.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/file.h"
#include "lang/format.h"
#include "lang/operator.h"
#include "lang/output.h"

static int run_len(const struct call *call, struct val *ret_value)
{
    struct val v = call->args[0];

    if (v.type == V_STR)
        *ret_value = val_int((int64_t)v.str->len);
    else if (v.type == V_LIST || v.type == V_TUPLE)
        *ret_value = val_int((int64_t)v.list->count);
    else if (v.type == V_DICT || v.type == V_SET)
        *ret_value = val_int((int64_t)v.dict->count);
    else
        return lang_raise(call->lang, call->place, "TypeError", "%s has no length", val_type_name(v));
    return 0;
}

static int run_str(const struct call *call, struct val *ret_value)
{
    if (call->count == 0) {
        *ret_value = val_str(&call->lang->arena, "", 0);
        return 0;
    }
    return format_str(call->lang, call->place, call->args[0], ret_value);
}

static int run_repr(const struct call *call, struct val *ret_value)
{
    return format_repr(call->lang, call->place, call->args[0], ret_value);
}

static int run_bool(const struct call *call, struct val *ret_value)
{
    *ret_value = val_bool(call->count > 0 && val_truth(call->args[0]));
    return 0;
}

static int copy_items(const struct call *call, enum val_type type, struct val *ret_value)
{
    const struct list *items;

    if (call->count == 0)
        return give_list(call, type, 0, ret_value);
    if (call_items(call, 0, &items) < 0 || give_list(call, type, items->count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        give_item(call, *ret_value, items->items[i]);
    return 0;
}

static int run_list(const struct call *call, struct val *ret_value)
{
    return copy_items(call, V_LIST, ret_value);
}

static int run_tuple(const struct call *call, struct val *ret_value)
{
    return copy_items(call, V_TUPLE, ret_value);
}

static int merge(const struct call *call, struct dict *dict, const struct dict *from)
{
    for (size_t i = 0; i < from->used; i++)
        if (from->entries[i].live && op_dict_set(call->lang, call->place, dict, from->entries[i].key, from->entries[i].value) < 0)
            return -1;
    return 0;
}

static int run_dict(const struct call *call, struct val *ret_value)
{
    struct dict *dict = dict_new(&call->lang->arena);

    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    if (call->count > 0 && call->args[0].type == V_DICT) {
        if (merge(call, dict, call->args[0].dict) < 0)
            return -1;
    } else if (call->count > 0 && op_dict_pairs(call->lang, call->place, dict, call->args[0]) < 0) {
        return -1;
    }
    return merge(call, dict, call->named);
}

/* set() and frozenset(). */
static int make_set(const struct call *call, const char *fixed, struct val *ret_value)
{
    struct val set = val_set(&call->lang->arena);
    const struct list *items;

    if (call->count > 0) {
        if (call_items(call, 0, &items) < 0)
            return -1;
        for (size_t i = 0; i < items->count; i++)
            if (op_set_add(call->lang, call->place, set.dict, items->items[i]) < 0)
                return -1;
    }
    set.dict->fixed = fixed;
    *ret_value = set;
    return 0;
}

static int run_set(const struct call *call, struct val *ret_value)
{
    return make_set(call, NULL, ret_value);
}

static int run_frozenset(const struct call *call, struct val *ret_value)
{
    return make_set(call, "a frozenset", ret_value);
}

/* dict.fromkeys(KEYS, VALUE) */
static int run_fromkeys(const struct call *call, struct val *ret_value)
{
    struct dict *dict = dict_new(&call->lang->arena);
    const struct list *items;

    if (call_items(call, 0, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        if (op_dict_set(call->lang, call->place, dict, items->items[i], call->count > 1 ? call->args[1] : val_none()) < 0)
            return -1;
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return 0;
}

static const struct builtin *type_of(struct val v);

bool type_is(struct val v, const struct builtin *type)
{
    return type_of(v) == type || (v.type == V_BOOL && strcmp(type->name, "int") == 0);
}

/* types may hold tuples of types. */
static int is_instance(const struct call *call, struct val types, unsigned depth, bool *ret_result)
{
    struct val v = call->args[0];

    if (lang_step(call->lang, call->place, 0) < 0)
        return -1;
    if (types.type == V_TUPLE && depth < 10) {
        for (size_t i = 0; i < types.list->count && !*ret_result; i++)
            if (is_instance(call, types.list->items[i], depth + 1, ret_result) < 0)
                return -1;
        return 0;
    }
    if (types.type == V_ERROR_TYPE)
        *ret_result = v.type == V_ERROR && lang_error_is(v.error->type, types.error_type);
    else if (types.type == V_BUILTIN)
        *ret_result = type_is(v, types.builtin);
    else
        return lang_raise(call->lang, call->place, "TypeError", "isinstance() wants types, not %s", val_type_name(types));
    return 0;
}

static int run_isinstance(const struct call *call, struct val *ret_value)
{
    bool result = false;

    if (is_instance(call, call->args[1], 0, &result) < 0)
        return -1;
    *ret_value = val_bool(result);
    return 0;
}

static int run_type(const struct call *call, struct val *ret_value)
{
    const struct builtin *type = type_of(call->args[0]);

    if (call->args[0].type == V_ERROR)
        *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = call->args[0].error->type };
    else if (type != NULL)
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = type };
    else
        return lang_raise(call->lang, call->place, "TypeError", "type() does not work on %s", val_type_name(call->args[0]));
    return 0;
}

static int run_callable(const struct call *call, struct val *ret_value)
{
    enum val_type type = call->args[0].type;

    *ret_value = val_bool(type == V_FUNC || type == V_BUILTIN || type == V_METHOD || type == V_ERROR_TYPE);
    return 0;
}

/* format(VALUE, SPEC): the inside of a '{:SPEC}'. */
static int run_format(const struct call *call, struct val *ret_value)
{
    static const struct dict no_names;
    const char *spec = "";
    xm_autobuf text = XM_BUF_INIT;
    struct val format;

    if (call->count > 1 && call_want(call, 1, V_STR) < 0)
        return -1;
    if (call->count > 1)
        spec = call->args[1].str->data;
    if (strpbrk(spec, "{}") != NULL)
        return lang_raise(call->lang, call->place, "ValueError", "Invalid format specifier");
    xm_buf_printf(&text, "{:%s}", spec);
    if (give_text(call, text.data, text.len, &format) < 0)
        return -1;
    return format_braces(call->lang, call->place, format.str, call->args, 1, &no_names, ret_value);
}

/* Python 2's apply(FUNCTION, ARGUMENTS). */
static int run_apply(const struct call *call, struct val *ret_value)
{
    const struct list *items = NULL;

    if (call->count > 1 && call_items(call, 1, &items) < 0)
        return -1;
    return call_value(call, call->args[0], items != NULL ? items->items : NULL, items != NULL ? items->count : 0, ret_value);
}

static int check_print(const struct call *call, const char *name, const struct val **ret_value)
{
    const struct val *v = call_named(call, name);

    *ret_value = v == NULL || v->type == V_NONE ? NULL : v;
    return *ret_value == NULL || v->type == V_STR ? 0
           : lang_raise(call->lang, call->place, "TypeError", "%s of print() is a text, not %s", name, val_type_name(*v));
}

static int run_print(const struct call *call, struct val *ret_value)
{
    const struct val *sep, *end, *file = call_named(call, "file");
    xm_autobuf out = XM_BUF_INIT;
    struct val text;

    if (check_print(call, "sep", &sep) < 0 || check_print(call, "end", &end) < 0)
        return -1;
    if (file != NULL && file->type != V_NONE && !file_is_stream(*file))
        return lang_stop(call->lang, call->place, "print() to %s is not allowed in configuration files: it writes", val_type_name(*file));
    for (size_t i = 0; i < call->count; i++) {
        if (i > 0)
            xm_buf_puts(&out, sep != NULL ? sep->str->data : " ");
        if (format_str(call->lang, call->place, call->args[i], &text) < 0
            || lang_check_len(call->lang, call->place, out.len + text.str->len) < 0)
            return -1;
        xm_buf_add(&out, text.str->data, text.str->len);
    }
    xm_buf_puts(&out, end != NULL ? end->str->data : "\n");
    *ret_value = val_none();
    return output_print(call->lang, call->place, out.len > 0 ? out.data : "", out.len);
}

static const struct builtin functions[] = {
    { "apply", 1, 2, NULL, run_apply },
    { "bool", 0, 1, NULL, run_bool },
    { "callable", 1, 1, NULL, run_callable },
    { "dict", 0, 1, "*", run_dict },
    { "format", 1, 2, NULL, run_format },
    { "frozenset", 0, 1, NULL, run_frozenset },
    { "isinstance", 2, 2, NULL, run_isinstance },
    { "len", 1, 1, NULL, run_len },
    { "list", 0, 1, NULL, run_list },
    { "print", 0, 255, "sep end file flush", run_print },
    { "repr", 1, 1, NULL, run_repr },
    { "set", 0, 1, NULL, run_set },
    { "str", 0, 3, "encoding errors", run_str },
    { "tuple", 0, 1, NULL, run_tuple },
    { "type", 1, 1, NULL, run_type },
    { NULL, 0, 0, NULL, NULL },
};

static int run_none_type(const struct call *call, struct val *ret_value)
{
    (void)call;
    *ret_value = val_none();
    return 0;
}

static const struct builtin none_type = { "NoneType", 0, 0, NULL, run_none_type };

const struct builtin *builtin_in(const struct builtin *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static const struct builtin *find_function(const char *name)
{
    static const struct { const char *name, *same_as; } aliases[] = {
        { "basestring", "str" }, { "bytes", "str" }, { "unicode", "str" }, { "long", "int" },
    };
    const struct builtin *const tables[] = { functions, number_functions, sequence_functions };

    for (size_t i = 0; i < XM_COUNT(aliases); i++)
        if (strcmp(aliases[i].name, name) == 0)
            name = aliases[i].same_as;
    if (strcmp(name, "open") == 0 || strcmp(name, "file") == 0)
        return &open_function;
    for (size_t i = 0; i < XM_COUNT(tables); i++) {
        const struct builtin *found = builtin_in(tables[i], name);

        if (found != NULL)
            return found;
    }
    return NULL;
}

/* The function that stands for v's type, or NULL. */
static const struct builtin *type_of(struct val v)
{
    if (v.type == V_NONE)
        return &none_type;
    if (v.type == V_SET && v.dict->fixed != NULL)
        return find_function("frozenset");
    return v.type <= V_SET ? find_function(val_type_name(v)) : NULL;
}

/* What xm had without an import: modules, its variables and its functions for addresses. */
static bool find_preset(const struct lang *lang, const char *name, struct val *ret_value)
{
    static const struct module vars = { "xm_vars", vars_functions, NULL };
    bool xm = lang->input->dialect == XM_DIALECT_XM;
    const struct builtin *function = xm ? builtin_in(ip_functions, name) : NULL;
    const struct module *module = module_is_preset(name) ? module_find(name) : xm && strcmp(name, "xm_vars") == 0 ? &vars : NULL;

    if (function != NULL)
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = function };
    if (module != NULL)
        *ret_value = (struct val){ .type = V_MODULE, .module = module };
    return function != NULL || module != NULL;
}

bool builtin_find(const struct lang *lang, const char *name, struct val *ret_value)
{
    const struct builtin *function = find_function(name);
    const struct error_type *error = lang_error_type(name);

    if (strcmp(name, "None") == 0)
        *ret_value = val_none();
    else if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0)
        *ret_value = val_bool(name[0] == 'T');
    else if (function != NULL)
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = function };
    else if (error != NULL)
        *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = error };
    else
        return find_preset(lang, name, ret_value);
    return true;
}

const char *builtin_refused(const char *name)
{
    static const struct { const char *name, *text; } refused[] = {
        { "eval", "eval()" }, { "execfile", "execfile()" }, { "exec", "exec()" }, { "compile", "compile()" },
        { "__import__", "__import__()" }, { "input", "input()" }, { "raw_input", "raw_input()" },
        { "globals", "globals()" }, { "locals", "locals()" }, { "vars", "vars()" }, { "dir", "dir()" },
        { "getattr", "getattr()" }, { "setattr", "setattr()" }, { "hasattr", "hasattr()" }, { "delattr", "delattr()" },
        { "id", "id()" }, { "hash", "hash()" }, { "object", "object" }, { "super", "super()" }, { "property", "property()" },
        { "classmethod", "classmethod()" }, { "staticmethod", "staticmethod()" }, { "issubclass", "issubclass()" },
        { "slice", "slice()" }, { "coerce", "coerce()" }, { "intern", "intern()" }, { "buffer", "buffer()" },
        { "memoryview", "memoryview()" }, { "breakpoint", "breakpoint()" }, { "help", "help()" }, { "ascii", "ascii()" },
        { "reload", "reload()" }, { "exit", "exit()" }, { "quit", "quit()" }, { "bytearray", "bytearray()" },
        { "complex", "complex()" }, { "Vars", "the class Vars" },
        { "__file__", "__file__" }, { "__name__", "__name__" },
        { "xm_vars", "xm_vars in the xl dialect" }, { "struct", "the module struct" },
    };

    for (size_t i = 0; i < XM_COUNT(refused); i++)
        if (strcmp(refused[i].name, name) == 0)
            return refused[i].text;
    return NULL;
}

const struct builtin *method_find(enum val_type type, const char *name)
{
    const struct builtin *found = NULL;

    if (type == V_STR) {
        found = builtin_in(str_methods, name);
        return found != NULL ? found : builtin_in(str_form_methods, name);
    }
    if (type == V_LIST)
        return builtin_in(list_methods, name);
    if (type == V_TUPLE && (strcmp(name, "index") == 0 || strcmp(name, "count") == 0))
        return builtin_in(list_methods, name);
    return type == V_DICT ? builtin_in(dict_methods, name) : type == V_SET ? builtin_in(set_methods, name) : NULL;
}

/* Which values a type's function makes. */
static enum val_type values_of(const struct builtin *type)
{
    static const enum val_type types[] = { V_STR, V_LIST, V_TUPLE, V_DICT, V_SET };

    for (size_t i = 0; i < XM_COUNT(types); i++)
        if (strcmp(type->name, val_type_name((struct val){ .type = types[i] })) == 0)
            return types[i];
    return V_NONE;
}

int type_attribute(struct lang *lang, const struct builtin *type, const char *name, struct val *ret_value)
{
    static const struct builtin fromkeys = { "fromkeys", 1, 2, NULL, run_fromkeys };
    const struct builtin *method = method_find(values_of(type), name);
    struct method *unbound;

    if (values_of(type) == V_DICT && strcmp(name, "fromkeys") == 0) {
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = &fromkeys };
        return 0;
    }
    if (values_of(type) == V_STR && strcmp(name, "maketrans") == 0) {
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = builtin_in(string_functions, name) };
        return 0;
    }
    if (method == NULL)
        return 1;
    unbound = arena_alloc(&lang->arena, sizeof(*unbound));
    unbound->builtin = method;
    unbound->self = (struct val){ .type = V_BUILTIN, .builtin = type };
    *ret_value = (struct val){ .type = V_METHOD, .method = unbound };
    return 0;
}
