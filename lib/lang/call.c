/* Calls: arguments to parameters, and what stands behind a dot. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/eval.h"
#include "lang/format.h"

/* The parameter that takes a keyword, or def->total. */
static size_t find_param(const struct func_def *def, const struct str *name)
{
    size_t i = def->unnamed;

    while (i < def->total && strcmp(def->params[i].name->data, name->data) != 0)
        i++;
    return i;
}

/* Keyword arguments that are no parameter go where **NAME says. */
static int bind_named(struct lang *lang, struct xm_place place, const struct func_def *def, size_t count, const struct dict *named,
                      struct dict *vars)
{
    struct dict *others = def->keywords == NULL ? NULL : dict_new(&lang->arena);

    for (size_t i = 0; i < named->used; i++) {
        const struct str *name = named->entries[i].key.str;
        size_t param = find_param(def, name);

        if (param < count)
            return lang_raise(lang, place, "TypeError", "%.80s() gets %.80s twice", def->name->data, name->data);
        if (param >= def->total && others == NULL)
            return lang_raise(lang, place, "TypeError", "%.80s() has no parameter %.80s", def->name->data, name->data);
        if (param >= def->total)
            dict_set(&lang->arena, others, named->entries[i].key, named->entries[i].value);
    }
    if (others != NULL)
        dict_set(&lang->arena, vars, val_of_str(def->keywords), (struct val){ .type = V_DICT, .dict = others });
    return 0;
}

/* Arguments beyond the parameters go where *NAME says. */
static int bind_rest(struct lang *lang, struct xm_place place, const struct func_def *def, const struct val *args, size_t count,
                     struct dict *vars)
{
    struct val rest;

    if (def->rest == NULL)
        return count <= def->count ? 0
               : lang_raise(lang, place, "TypeError", "%.80s() takes %zu arguments, %zu given", def->name->data, def->count, count);
    rest = val_list(&lang->arena, V_TUPLE, count > def->count ? count - def->count : 0);
    for (size_t i = def->count; i < count; i++)
        list_add(&lang->arena, rest.list, args[i]);
    dict_set(&lang->arena, vars, val_of_str(def->rest), rest);
    return 0;
}

static int bind(struct lang *lang, struct xm_place place, const struct func *func, const struct val *args, size_t count,
                const struct dict *named, struct dict *vars)
{
    const struct func_def *def = func->def;

    if (bind_rest(lang, place, def, args, count, vars) < 0)
        return -1;
    if (count > def->count)
        count = def->count;
    if (bind_named(lang, place, def, count, named, vars) < 0)
        return -1;
    for (size_t i = 0; i < def->total; i++) {
        const struct param *param = &def->params[i];
        const struct val *value = i < count ? &args[i] : i < def->unnamed ? NULL : dict_get_name(named, param->name);

        if (value == NULL && param->fallback != NULL)
            value = &func->defaults[i];
        if (value == NULL)
            return lang_raise(lang, place, "TypeError", "%.80s() misses its argument %.80s", def->name->data, param->name->data);
        dict_set(&lang->arena, vars, val_of_str(param->name), *value);
    }
    return 0;
}

/* Python 2's parameters in brackets; the function's names are the current ones. */
static int take_apart(struct lang *lang, const struct func_def *def)
{
    for (size_t i = 0; i < def->total; i++)
        if (def->params[i].pattern != NULL
            && eval_assign(lang, def->params[i].pattern, *dict_get_name(lang->names->vars, def->params[i].name)) < 0)
            return -1;
    return 0;
}

static int run_body(struct lang *lang, const struct node *body, struct val *ret_value)
{
    *ret_value = val_none();
    if (body->kind != N_BLOCK)      /* a lambda */
        return eval(lang, body, ret_value);
    return exec_block(lang, body, ret_value) == FLOW_FAIL ? -1 : 0;
}

static int call_function(struct lang *lang, struct xm_place place, const struct func *func, const struct val *args, size_t count,
                         const struct dict *named, struct val *ret_value)
{
    struct scope *scope = arena_alloc(&lang->arena, sizeof(*scope));
    const struct scope *caller = lang->names;
    bool in_block = lang->in_block;
    int rc;

    scope->vars = dict_new(&lang->arena);
    scope->outer = func->scope;
    scope->def = func->def;
    if (bind(lang, place, func, args, count, named, scope->vars) < 0)
        return -1;
    if (lang->calls >= LANG_CALLS_MAX)
        return lang_stop(lang, place, "functions call each other too deeply: more than %d levels", LANG_CALLS_MAX);
    lang->calls++;
    lang->in_block = true;
    lang->names = scope;
    rc = take_apart(lang, func->def) < 0 ? -1 : run_body(lang, func->def->body, ret_value);
    lang->names = caller;
    lang->in_block = in_block;
    lang->calls--;
    return rc;
}

static bool takes_keyword(const char *keywords, const char *name)
{
    size_t len = strlen(name);

    if (keywords == NULL)
        return false;
    if (strcmp(keywords, "*") == 0)
        return true;
    for (const char *at = keywords; (at = strstr(at, name)) != NULL; at += len)
        if ((at == keywords || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static int call_builtin(const struct builtin *builtin, const struct call *call, struct val *ret_value)
{
    for (size_t i = 0; i < call->named->used; i++)
        if (!takes_keyword(builtin->keywords, call->named->entries[i].key.str->data))
            return lang_raise(call->lang, call->place, "TypeError", "%s() has no parameter %.80s", builtin->name,
                              call->named->entries[i].key.str->data);
    if (call->count < builtin->min || call->count > builtin->max)
        return lang_raise(call->lang, call->place, "TypeError", "%s() takes %s%zu argument%s, %zu given", builtin->name,
                          builtin->min == builtin->max ? "" : call->count < builtin->min ? "at least " : "at most ",
                          call->count < builtin->min ? builtin->min : builtin->max,
                          (call->count < builtin->min ? builtin->min : builtin->max) == 1 ? "" : "s", call->count);
    return builtin->run(call, ret_value);
}

/* What str() says: the only argument, or the list of them; OSError's are a number, a text and a file. */
static int error_text(struct lang *lang, struct xm_place place, const struct error_type *type, struct val args, struct val *ret_text)
{
    const struct val *items = args.list->items;
    xm_autofree char *text = NULL;
    struct val first, second, file = val_none();

    if (args.list->count == 0) {
        *ret_text = val_str(&lang->arena, "", 0);
        return 0;
    }
    if (args.list->count == 1)          /* a KeyError shows its key as it would be written */
        return (strcmp(type->name, "KeyError") == 0 ? format_repr : format_str)(lang, place, items[0], ret_text);
    if (!lang_error_is(type, lang_error_type("OSError")))
        return format_str(lang, place, args, ret_text);
    if (format_str(lang, place, items[0], &first) < 0 || format_str(lang, place, items[1], &second) < 0)
        return -1;
    if (args.list->count > 2 && items[2].type != V_NONE && format_repr(lang, place, items[2], &file) < 0)
        return -1;
    text = xm_printf("[Errno %s] %s%s%s", first.str->data, second.str->data, file.type == V_STR ? ": " : "",
                     file.type == V_STR ? file.str->data : "");
    *ret_text = val_str(&lang->arena, text, strlen(text));
    return 0;
}

/* OSError with a number that has a name of its own is of that type. */
static const struct error_type *error_type_of(const struct error_type *type, struct val args)
{
    static const struct { int number; const char *name; } named[] = {
        { EPERM, "PermissionError" }, { EACCES, "PermissionError" }, { ENOENT, "FileNotFoundError" }, { EEXIST, "FileExistsError" },
        { ENOTDIR, "NotADirectoryError" }, { EISDIR, "IsADirectoryError" }, { EINTR, "InterruptedError" },
        { ETIMEDOUT, "TimeoutError" }, { EAGAIN, "BlockingIOError" },
    };

    if (strcmp(type->name, "OSError") != 0 || args.list->count < 2 || args.list->items[0].type != V_INT)
        return type;
    for (size_t i = 0; i < XM_COUNT(named); i++)
        if (args.list->items[0].i == named[i].number)
            return lang_error_type(named[i].name);
    return type;
}

/* ValueError("text"): makes one, raises nothing. */
static int make_error(struct lang *lang, struct xm_place place, struct val type, const struct val *args, size_t count, struct val *ret_value)
{
    struct error_val *error = arena_alloc(&lang->arena, sizeof(*error));
    struct val list = val_list(&lang->arena, V_TUPLE, count), text;

    for (size_t i = 0; i < count; i++)
        list_add(&lang->arena, list.list, args[i]);
    error->type = error_type_of(type.error_type, list);
    if (error_text(lang, place, error->type, list, &text) < 0)
        return -1;
    error->text = text.str;
    error->args = list.list;
    *ret_value = (struct val){ .type = V_ERROR, .error = error };
    return 0;
}

/* The attributes of an exception. False if it has no such one. */
static bool error_attribute(struct lang *lang, const struct error_val *error, const char *name, struct val *ret_value)
{
    static const char *const parts[] = { "errno", "strerror", "filename" };
    struct val args = val_list(&lang->arena, V_TUPLE, 1);

    if (error->args != NULL)
        args.list = error->args;
    else
        list_add(&lang->arena, args.list, val_of_str(error->text));
    if (strcmp(name, "message") == 0) {
        *ret_value = args.list->count == 1 ? args.list->items[0] : val_str(&lang->arena, "", 0);
        return true;
    }
    if (strcmp(name, "args") == 0) {
        *ret_value = args;
        return true;
    }
    for (size_t i = 0; i < XM_COUNT(parts); i++) {
        if (strcmp(name, parts[i]) == 0 && lang_error_is(error->type, lang_error_type("OSError"))) {
            *ret_value = args.list->count > 1 && i < args.list->count ? args.list->items[i] : val_none();
            return true;
        }
    }
    if (strcmp(name, "code") == 0 && strcmp(error->type->name, "SystemExit") == 0) {
        *ret_value = args.list->count > 0 ? args.list->items[0] : val_none();
        return true;
    }
    return false;
}

/* str.lower(TEXT): the first argument stands for the object. */
static int call_unbound(struct call *call, const struct builtin *type, const struct builtin *method, struct val *ret_value)
{
    if (call->count == 0 || !type_is(call->args[0], type))
        return lang_raise(call->lang, call->place, "TypeError", "%s.%s() wants a %s as its first argument", type->name, method->name, type->name);
    call->self = call->args[0];
    call->args++;
    call->count--;
    return call_builtin(method, call, ret_value);
}

int eval_call(struct lang *lang, struct xm_place place, struct val function, const struct val *args, size_t count,
              const struct dict *named, struct val *ret_value)
{
    struct call call = { .lang = lang, .place = place, .args = args, .count = count, .named = named };

    if (lang_step(lang, place, 0) < 0)
        return -1;
    switch (function.type) {
    case V_FUNC:
        return call_function(lang, place, function.func, args, count, named, ret_value);
    case V_BUILTIN:
        return call_builtin(function.builtin, &call, ret_value);
    case V_METHOD:
        if (function.method->self.type == V_BUILTIN)
            return call_unbound(&call, function.method->self.builtin, function.method->builtin, ret_value);
        call.self = function.method->self;
        return call_builtin(function.method->builtin, &call, ret_value);
    case V_ERROR_TYPE:
        return make_error(lang, place, function, args, count, ret_value);
    default:
        return lang_raise(lang, place, "TypeError", "%s cannot be called", val_type_name(function));
    }
}

/* What the object's own type says of name, its items' names included: 0, 1 if there is nothing, or -1. */
static int own_attribute(struct lang *lang, struct xm_place place, struct val object, const char *name, struct val *ret_value)
{
    const struct object_type *type = object.type == V_OBJECT ? object.object->type : NULL;

    if (object.type == V_BUILTIN)
        return type_attribute(lang, object.builtin, name, ret_value);
    if (type != NULL && type->attribute != NULL)
        return type->attribute(lang, place, object, name, ret_value);
    if (object.type != V_TUPLE || object.list->fields == NULL)
        return 1;
    for (size_t i = 0; i < object.list->count && object.list->fields[i] != NULL; i++) {
        if (strcmp(object.list->fields[i], name) == 0) {
            *ret_value = object.list->items[i];
            return 0;
        }
    }
    return 1;
}

int eval_attribute(struct lang *lang, struct xm_place place, struct val object, const struct str *name, struct val *ret_value)
{
    const struct builtin *builtin;
    struct method *method;
    int rc;

    if (object.type == V_MODULE)
        return module_attribute(lang, place, object.module, name->data, ret_value);
    if (strncmp(name->data, "__", 2) == 0)
        return lang_stop(lang, place, "the attribute %.80s is not allowed in configuration files", name->data);
    if (object.type == V_ERROR && error_attribute(lang, object.error, name->data, ret_value))
        return 0;
    rc = own_attribute(lang, place, object, name->data, ret_value);
    if (rc <= 0)
        return rc;
    builtin = object.type == V_OBJECT ? builtin_in(object.object->type->methods, name->data) : method_find(object.type, name->data);
    if (builtin == NULL)
        return lang_raise(lang, place, "AttributeError", "%s has no %.80s that configuration files can use",
                          val_type_name(object), name->data);
    method = arena_alloc(&lang->arena, sizeof(*method));
    method->builtin = builtin;
    method->self = object;
    *ret_value = (struct val){ .type = V_METHOD, .method = method };
    return 0;
}
