/* The methods of sets. A set's items are the keys of its dict. */
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

static int check_change(const struct call *call)
{
    return op_check_fixed(call->lang, call->place, call->self.dict);
}

static int run_add(const struct call *call, struct val *ret_value)
{
    *ret_value = val_none();
    return check_change(call) < 0 ? -1 : op_set_add(call->lang, call->place, call->self.dict, call->args[0]);
}

static int discard(const struct call *call, bool *ret_removed)
{
    if (check_change(call) < 0)
        return -1;
    if (val_unhashable(call->args[0]) != NULL)
        return lang_raise(call->lang, call->place, "TypeError", "%s cannot be in a set", val_unhashable(call->args[0]));
    *ret_removed = dict_remove(call->self.dict, call->args[0]);
    return 0;
}

static int run_discard(const struct call *call, struct val *ret_value)
{
    bool removed;

    *ret_value = val_none();
    return discard(call, &removed);
}

static int run_remove(const struct call *call, struct val *ret_value)
{
    bool removed;

    *ret_value = val_none();
    if (discard(call, &removed) < 0)
        return -1;
    return removed ? 0 : lang_raise(call->lang, call->place, "KeyError", "the value is not in the set");
}

/* The first one that was added, where Python takes any. */
static int run_pop(const struct call *call, struct val *ret_value)
{
    const struct dict *set = call->self.dict;
    size_t i = 0;

    if (check_change(call) < 0)
        return -1;
    while (i < set->used && !set->entries[i].live)
        i++;
    if (i >= set->used)
        return lang_raise(call->lang, call->place, "KeyError", "pop from an empty set");
    *ret_value = set->entries[i].key;
    dict_remove(call->self.dict, *ret_value);
    return lang_step(call->lang, call->place, i / 64);
}

static int run_clear(const struct call *call, struct val *ret_value)
{
    *ret_value = val_none();
    if (check_change(call) < 0)
        return -1;
    *call->self.dict = (struct dict){ 0 };
    return 0;
}

/* Anything that can be gone through, as a set. */
static int to_set(const struct call *call, struct val v, struct val *ret_set)
{
    struct val set = val_set(&call->lang->arena);
    const struct list *items;

    *ret_set = v;
    if (v.type == V_SET)
        return 0;
    if (op_items(call->lang, call->place, v, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        if (op_set_add(call->lang, call->place, set.dict, items->items[i]) < 0)
            return -1;
    *ret_set = set;
    return 0;
}

/* The set with each argument in turn, by the operator that says the same. */
static int combine(const struct call *call, unsigned op, struct val *ret_value)
{
    struct val result, other;

    /* a copy, even without arguments */
    if (op_binary(call->lang, call->place, '|', call->self, val_set(&call->lang->arena), &result) < 0)
        return -1;
    for (size_t i = 0; i < call->count; i++)
        if (to_set(call, call->args[i], &other) < 0 || op_binary(call->lang, call->place, op, result, other, &result) < 0)
            return -1;
    *ret_value = result;
    return 0;
}

static int run_copy(const struct call *call, struct val *ret_value)
{
    return combine(call, '|', ret_value);
}

static int run_union(const struct call *call, struct val *ret_value)
{
    return combine(call, '|', ret_value);
}

static int run_intersection(const struct call *call, struct val *ret_value)
{
    return combine(call, '&', ret_value);
}

static int run_difference(const struct call *call, struct val *ret_value)
{
    return combine(call, '-', ret_value);
}

static int run_symmetric(const struct call *call, struct val *ret_value)
{
    return combine(call, '^', ret_value);
}

static int change(const struct call *call, unsigned op, struct val *ret_value)
{
    struct val result;

    *ret_value = val_none();
    if (check_change(call) < 0 || combine(call, op, &result) < 0)
        return -1;
    *call->self.dict = *result.dict;
    return 0;
}

static int run_update(const struct call *call, struct val *ret_value)
{
    return change(call, '|', ret_value);
}

static int run_intersection_update(const struct call *call, struct val *ret_value)
{
    return change(call, '&', ret_value);
}

static int run_difference_update(const struct call *call, struct val *ret_value)
{
    return change(call, '-', ret_value);
}

static int run_symmetric_update(const struct call *call, struct val *ret_value)
{
    return change(call, '^', ret_value);
}

static int run_issubset(const struct call *call, struct val *ret_value)
{
    struct val other, rest;

    if (to_set(call, call->args[0], &other) < 0 || op_binary(call->lang, call->place, '-', call->self, other, &rest) < 0)
        return -1;
    *ret_value = val_bool(rest.dict->count == 0);
    return 0;
}

static int run_issuperset(const struct call *call, struct val *ret_value)
{
    struct val other, rest;

    if (to_set(call, call->args[0], &other) < 0 || op_binary(call->lang, call->place, '-', other, call->self, &rest) < 0)
        return -1;
    *ret_value = val_bool(rest.dict->count == 0);
    return 0;
}

static int run_isdisjoint(const struct call *call, struct val *ret_value)
{
    struct val other, both;

    if (to_set(call, call->args[0], &other) < 0 || op_binary(call->lang, call->place, '&', call->self, other, &both) < 0)
        return -1;
    *ret_value = val_bool(both.dict->count == 0);
    return 0;
}

const struct builtin set_methods[] = {
    { "add", 1, 1, NULL, run_add },
    { "clear", 0, 0, NULL, run_clear },
    { "copy", 0, 0, NULL, run_copy },
    { "difference", 0, 255, NULL, run_difference },
    { "difference_update", 0, 255, NULL, run_difference_update },
    { "discard", 1, 1, NULL, run_discard },
    { "intersection", 0, 255, NULL, run_intersection },
    { "intersection_update", 0, 255, NULL, run_intersection_update },
    { "isdisjoint", 1, 1, NULL, run_isdisjoint },
    { "issubset", 1, 1, NULL, run_issubset },
    { "issuperset", 1, 1, NULL, run_issuperset },
    { "pop", 0, 0, NULL, run_pop },
    { "remove", 1, 1, NULL, run_remove },
    { "symmetric_difference", 1, 1, NULL, run_symmetric },
    { "symmetric_difference_update", 1, 1, NULL, run_symmetric_update },
    { "union", 0, 255, NULL, run_union },
    { "update", 0, 255, NULL, run_update },
    { NULL, 0, 0, NULL, NULL },
};
