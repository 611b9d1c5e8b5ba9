/* What the functions of the language need to read their arguments and to give results. */
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

static bool is_wanted(struct val v, enum val_type type)
{
    return v.type == type || (type == V_INT && v.type == V_BOOL);
}

int call_want(const struct call *call, size_t index, enum val_type type)
{
    if (is_wanted(call->args[index], type))
        return 0;
    return lang_raise(call->lang, call->place, "TypeError", "argument %zu is of type %s, not %s", index + 1,
                      val_type_name((struct val){ .type = type }), val_type_name(call->args[index]));
}

const struct val *call_named(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->named->used; i++)
        if (call->named->entries[i].live && strcmp(call->named->entries[i].key.str->data, name) == 0)
            return &call->named->entries[i].value;
    return NULL;
}

const struct val *call_arg(const struct call *call, size_t index, const char *name)
{
    return index < call->count ? &call->args[index] : call_named(call, name);
}

int call_int(const struct call *call, size_t index, const char *name, int64_t otherwise, int64_t *ret_value)
{
    const struct val *v = call_arg(call, index, name);

    if (v != NULL && !is_wanted(*v, V_INT))
        return lang_raise(call->lang, call->place, "TypeError", "%s is of type int, not %s", name, val_type_name(*v));
    *ret_value = v == NULL ? otherwise : v->i;
    return 0;
}

int call_value(const struct call *call, struct val function, const struct val *args, size_t count, struct val *ret_value)
{
    static const struct dict no_names;

    return eval_call(call->lang, call->place, function, args, count, &no_names, ret_value);
}

int call_items(const struct call *call, size_t index, const struct list **ret_items)
{
    return op_items(call->lang, call->place, call->args[index], ret_items);
}

int give_list(const struct call *call, enum val_type type, size_t count, struct val *ret_value)
{
    if (lang_check_items(call->lang, call->place, count) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, type, count);
    return 0;
}

void give_item(const struct call *call, struct val list, struct val item)
{
    list_add(&call->lang->arena, list.list, item);
}

int give_text(const struct call *call, const char *text, size_t len, struct val *ret_value)
{
    if (lang_check_str(call->lang, call->place, len) < 0)
        return -1;
    *ret_value = val_str(&call->lang->arena, text, len);
    return 0;
}

struct val named_tuple(struct lang *lang, const char *const *fields)
{
    struct val tuple = val_list(&lang->arena, V_TUPLE, 9);

    tuple.list->fields = fields;
    return tuple;
}

int raise_errno(const struct call *call, int errnum, const char *path)
{
    struct arena *arena = &call->lang->arena;
    char space[128];
    const char *text = strerror_r(errnum, space, sizeof(space));    /* GNU's: it is where it says, in space or not */
    struct val args[] = { val_int(errnum), val_str(arena, text, strlen(text)), val_str(arena, path, strlen(path)) }, error;
    struct val type = { .type = V_ERROR_TYPE, .error_type = lang_error_type("OSError") };

    if (call_value(call, type, args, XM_COUNT(args), &error) < 0)
        return -1;
    return lang_raise_error(call->lang, call->place, error.error);
}
