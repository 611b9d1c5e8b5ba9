/* Calls: arguments to parameters, and what stands behind a dot. */
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/eval.h"
#include "lang/format.h"

static size_t find_param(const struct func_def *def, const struct str *name)
{
    size_t i = 0;

    while (i < def->count && strcmp(def->params[i]->data, name->data) != 0)
        i++;
    return i;
}

/* Keyword arguments that are no parameter, or one that has its value already. */
static int check_named(struct lang *lang, struct xm_place place, const struct func_def *def, size_t count, const struct dict *named)
{
    for (size_t i = 0; i < named->used; i++) {
        const struct str *name = named->entries[i].key.str;
        size_t param = find_param(def, name);

        if (param >= def->count)
            return lang_raise(lang, place, "TypeError", "%.80s() has no parameter %.80s", def->name->data, name->data);
        if (param < count)
            return lang_raise(lang, place, "TypeError", "%.80s() gets %.80s twice", def->name->data, name->data);
    }
    return 0;
}

static int bind(struct lang *lang, struct xm_place place, const struct func *func, const struct val *args, size_t count,
                const struct dict *named, struct dict *vars)
{
    const struct func_def *def = func->def;

    if (count > def->count)
        return lang_raise(lang, place, "TypeError", "%.80s() takes %zu arguments, %zu given", def->name->data, def->count, count);
    if (check_named(lang, place, def, count, named) < 0)
        return -1;
    for (size_t i = 0; i < def->count; i++) {
        const struct val *value = i < count ? &args[i] : dict_get_name(named, def->params[i]);

        if (value == NULL && def->defaults[i] != NULL)
            value = &func->defaults[i];
        if (value == NULL)
            return lang_raise(lang, place, "TypeError", "%.80s() misses its argument %.80s", def->name->data, def->params[i]->data);
        dict_set(&lang->arena, vars, val_of_str(def->params[i]), *value);
    }
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
    rc = run_body(lang, func->def->body, ret_value);
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

/* ValueError("text"): makes one, raises nothing. */
static int make_error(struct lang *lang, struct xm_place place, struct val type, const struct val *args, size_t count, struct val *ret_value)
{
    struct error_val *error = arena_alloc(&lang->arena, sizeof(*error));
    struct val text = val_str(&lang->arena, "", 0);

    error->type = type.error_type;
    if (count > 0 && format_str(lang, place, args[0], &text) < 0)
        return -1;
    error->text = text.str;
    *ret_value = (struct val){ .type = V_ERROR, .error = error };
    return 0;
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
        call.self = function.method->self;
        return call_builtin(function.method->builtin, &call, ret_value);
    case V_ERROR_TYPE:
        return make_error(lang, place, function, args, count, ret_value);
    default:
        return lang_raise(lang, place, "TypeError", "%s cannot be called", val_type_name(function));
    }
}

int eval_attribute(struct lang *lang, struct xm_place place, struct val object, const struct str *name, struct val *ret_value)
{
    const struct builtin *builtin;
    struct method *method;

    if (object.type == V_MODULE)
        return module_attribute(lang, place, object.module, name->data, ret_value);
    if (object.type == V_ERROR && strcmp(name->data, "message") == 0) {
        *ret_value = val_of_str(object.error->text);
        return 0;
    }
    builtin = method_find(object.type, name->data);
    if (builtin == NULL)
        return lang_raise(lang, place, "AttributeError", "%s has no %.80s that configuration files can use",
                          val_type_name(object), name->data);
    method = arena_alloc(&lang->arena, sizeof(*method));
    method->builtin = builtin;
    method->self = object;
    *ret_value = (struct val){ .type = V_METHOD, .method = method };
    return 0;
}

int call_want(const struct call *call, size_t index, enum val_type type)
{
    if (call->args[index].type == type)
        return 0;
    return lang_raise(call->lang, call->place, "TypeError", "argument %zu is of type %s, not %s", index + 1,
                      val_type_name((struct val){ .type = type }), val_type_name(call->args[index]));
}

const struct val *call_named(const struct call *call, const char *name)
{
    return dict_get_name(call->named, str_new(&call->lang->arena, name, strlen(name)));
}
