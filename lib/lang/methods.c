/* The methods of lists, tuples and dicts. */
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

static int grow_by_one(const struct call *call)
{
    return lang_check_count(call->lang, call->place, call->self.list->count + 1);
}

static int run_append(const struct call *call, struct val *ret_value)
{
    struct list *list = call->self.list;

    *ret_value = val_none();
    if (grow_by_one(call) < 0)
        return -1;
    list_add(&call->lang->arena, list, call->args[0]);
    return 0;
}

static int run_extend(const struct call *call, struct val *ret_value)
{
    *ret_value = val_none();
    return op_extend(call->lang, call->place, call->self.list, call->args[0]);
}

static int run_insert(const struct call *call, struct val *ret_value)
{
    struct list *list = call->self.list;
    int64_t at, count = (int64_t)list->count;

    if (call_want(call, 0, V_INT) < 0 || grow_by_one(call) < 0)
        return -1;
    at = call->args[0].i < 0 ? call->args[0].i + count : call->args[0].i;
    at = at < 0 ? 0 : at > count ? count : at;
    if (lang_step(call->lang, call->place, (size_t)(count - at) / 8) < 0)
        return -1;
    list_add(&call->lang->arena, list, call->args[1]);
    memmove(&list->items[at + 1], &list->items[at], (size_t)(count - at) * sizeof(*list->items));
    list->items[at] = call->args[1];
    *ret_value = val_none();
    return 0;
}

/* A bound of index(): from the end if it is negative. */
static int index_bound(const struct call *call, size_t argument, int64_t otherwise, int64_t *ret_bound)
{
    int64_t count = (int64_t)call->self.list->count;

    *ret_bound = otherwise;
    if (call->count <= argument)
        return 0;
    if (call_want(call, argument, V_INT) < 0)
        return -1;
    *ret_bound = call->args[argument].i;
    if (*ret_bound < 0)
        *ret_bound = *ret_bound + count < 0 ? 0 : *ret_bound + count;
    return 0;
}

/* The first item that is equal, between the bounds that may follow it. */
static int find_item(const struct call *call, size_t *ret_at)
{
    const struct list *list = call->self.list;
    int64_t start, end;
    bool same;

    if (index_bound(call, 1, 0, &start) < 0 || index_bound(call, 2, (int64_t)list->count, &end) < 0)
        return -1;
    for (int64_t i = start; i < end && i < (int64_t)list->count; i++) {
        if (op_equal(call->lang, call->place, list->items[i], call->args[0], &same) < 0)
            return -1;
        if (same) {
            *ret_at = (size_t)i;
            return 0;
        }
    }
    return lang_raise(call->lang, call->place, "ValueError", "the value is not in the list");
}

static int run_list_index(const struct call *call, struct val *ret_value)
{
    size_t at;

    if (find_item(call, &at) < 0)
        return -1;
    *ret_value = val_int((int64_t)at);
    return 0;
}

static int run_remove(const struct call *call, struct val *ret_value)
{
    size_t at;

    *ret_value = val_none();
    return find_item(call, &at) < 0 ? -1 : op_delete_index(call->lang, call->place, call->self, val_int((int64_t)at));
}

static int run_list_count(const struct call *call, struct val *ret_value)
{
    const struct list *list = call->self.list;
    int64_t count = 0;

    for (size_t i = 0; i < list->count; i++) {
        bool same;

        if (op_equal(call->lang, call->place, list->items[i], call->args[0], &same) < 0)
            return -1;
        count += same;
    }
    *ret_value = val_int(count);
    return 0;
}

static int run_list_pop(const struct call *call, struct val *ret_value)
{
    struct val index = call->count > 0 ? call->args[0] : val_int(-1);

    if (call->self.list->count == 0)
        return lang_raise(call->lang, call->place, "IndexError", "pop from empty list");
    if (op_index(call->lang, call->place, call->self, index, ret_value) < 0)
        return -1;
    return op_delete_index(call->lang, call->place, call->self, index);
}

static int run_reverse(const struct call *call, struct val *ret_value)
{
    struct list *list = call->self.list;

    for (size_t i = 0; i < list->count / 2; i++) {
        struct val item = list->items[i];

        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = item;
    }
    *ret_value = val_none();
    return lang_step(call->lang, call->place, list->count / 8);
}

static int run_list_clear(const struct call *call, struct val *ret_value)
{
    call->self.list->count = 0;
    *ret_value = val_none();
    return 0;
}

static int run_list_copy(const struct call *call, struct val *ret_value)
{
    *ret_value = val_list(&call->lang->arena, V_LIST, 0);
    return op_extend(call->lang, call->place, ret_value->list, call->self);
}

const struct builtin list_methods[] = {
    { "append", 1, 1, NULL, run_append },
    { "clear", 0, 0, NULL, run_list_clear },
    { "copy", 0, 0, NULL, run_list_copy },
    { "count", 1, 1, NULL, run_list_count },
    { "extend", 1, 1, NULL, run_extend },
    { "index", 1, 3, NULL, run_list_index },
    { "insert", 2, 2, NULL, run_insert },
    { "pop", 0, 1, NULL, run_list_pop },
    { "remove", 1, 1, NULL, run_remove },
    { "reverse", 0, 0, NULL, run_reverse },
    { "sort", 0, 3, "cmp key reverse", run_sort },
    { NULL, 0, 0, NULL, NULL },
};

enum { KEYS, VALUES, ITEMS };

static int dict_list(const struct call *call, int what, struct val *ret_value)
{
    const struct dict *dict = call->self.dict;

    if (lang_check_items(call->lang, call->place, dict->used) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, V_LIST, dict->count);
    for (size_t i = 0; i < dict->used; i++) {
        const struct dict_entry *entry = &dict->entries[i];
        struct val item = what == KEYS ? entry->key : entry->value;

        if (!entry->live)
            continue;
        if (what == ITEMS) {
            item = val_list(&call->lang->arena, V_TUPLE, 2);
            list_add(&call->lang->arena, item.list, entry->key);
            list_add(&call->lang->arena, item.list, entry->value);
        }
        list_add(&call->lang->arena, ret_value->list, item);
    }
    return 0;
}

static int run_keys(const struct call *call, struct val *ret_value)
{
    return dict_list(call, KEYS, ret_value);
}

static int run_values(const struct call *call, struct val *ret_value)
{
    return dict_list(call, VALUES, ret_value);
}

static int run_items(const struct call *call, struct val *ret_value)
{
    return dict_list(call, ITEMS, ret_value);
}

/* The entry of the first argument; NULL in *ret_entry if it is not there. */
static int find_entry(const struct call *call, struct dict_entry **ret_entry)
{
    const char *bad = val_unhashable(call->args[0]);

    if (bad != NULL)
        return lang_raise(call->lang, call->place, "TypeError", "%s cannot be a key of a dict", bad);
    *ret_entry = dict_find(call->self.dict, call->args[0]);
    return 0;
}

static int run_get(const struct call *call, struct val *ret_value)
{
    struct dict_entry *entry;

    if (find_entry(call, &entry) < 0)
        return -1;
    *ret_value = entry != NULL ? entry->value : call->count > 1 ? call->args[1] : val_none();
    return 0;
}

static int run_has_key(const struct call *call, struct val *ret_value)
{
    struct dict_entry *entry;

    if (find_entry(call, &entry) < 0)
        return -1;
    *ret_value = val_bool(entry != NULL);
    return 0;
}

static int run_setdefault(const struct call *call, struct val *ret_value)
{
    struct dict_entry *entry;

    if (find_entry(call, &entry) < 0)
        return -1;
    *ret_value = entry != NULL ? entry->value : call->count > 1 ? call->args[1] : val_none();
    return entry != NULL ? 0 : op_dict_set(call->lang, call->place, call->self.dict, call->args[0], *ret_value);
}

static int run_dict_pop(const struct call *call, struct val *ret_value)
{
    struct dict_entry *entry;

    if (find_entry(call, &entry) < 0)
        return -1;
    if (entry == NULL && call->count < 2)
        return op_delete_index(call->lang, call->place, call->self, call->args[0]);     /* fails, naming the key */
    if (op_check_fixed(call->lang, call->place, call->self.dict) < 0)
        return -1;
    *ret_value = entry != NULL ? entry->value : call->args[1];
    dict_remove(call->self.dict, call->args[0]);
    return 0;
}

static int update_from(const struct call *call, const struct dict *from)
{
    for (size_t i = 0; i < from->used; i++)
        if (from->entries[i].live && op_dict_set(call->lang, call->place, call->self.dict, from->entries[i].key, from->entries[i].value) < 0)
            return -1;
    return 0;
}

/* From another dict or from pairs, then from what is named. */
static int run_update(const struct call *call, struct val *ret_value)
{
    *ret_value = val_none();
    if (call->count > 0 && call->args[0].type == V_DICT) {
        if (update_from(call, call->args[0].dict) < 0)
            return -1;
    } else if (call->count > 0 && op_dict_pairs(call->lang, call->place, call->self.dict, call->args[0]) < 0) {
        return -1;
    }
    return update_from(call, call->named);
}

/* The item that came last. */
static int run_popitem(const struct call *call, struct val *ret_value)
{
    struct dict *dict = call->self.dict;
    size_t i = dict->used;

    if (op_check_fixed(call->lang, call->place, dict) < 0)
        return -1;
    while (i > 0 && !dict->entries[i - 1].live)
        i--;
    if (i == 0)
        return lang_raise(call->lang, call->place, "KeyError", "popitem(): dictionary is empty");
    *ret_value = val_list(&call->lang->arena, V_TUPLE, 2);
    list_add(&call->lang->arena, ret_value->list, dict->entries[i - 1].key);
    list_add(&call->lang->arena, ret_value->list, dict->entries[i - 1].value);
    dict_remove(dict, ret_value->list->items[0]);
    return lang_step(call->lang, call->place, (dict->used - i) / 64);
}

static int run_dict_clear(const struct call *call, struct val *ret_value)
{
    *ret_value = val_none();
    if (op_check_fixed(call->lang, call->place, call->self.dict) < 0)
        return -1;
    *call->self.dict = (struct dict){ 0 };
    return 0;
}

static int run_dict_copy(const struct call *call, struct val *ret_value)
{
    struct dict *copy = dict_new(&call->lang->arena);
    const struct dict *dict = call->self.dict;

    for (size_t i = 0; i < dict->used; i++)
        if (dict->entries[i].live && op_dict_set(call->lang, call->place, copy, dict->entries[i].key, dict->entries[i].value) < 0)
            return -1;
    *ret_value = (struct val){ .type = V_DICT, .dict = copy };
    return 0;
}

const struct builtin dict_methods[] = {
    { "clear", 0, 0, NULL, run_dict_clear },
    { "copy", 0, 0, NULL, run_dict_copy },
    { "get", 1, 2, NULL, run_get },
    { "has_key", 1, 1, NULL, run_has_key },
    { "items", 0, 0, NULL, run_items },
    { "iteritems", 0, 0, NULL, run_items },
    { "iterkeys", 0, 0, NULL, run_keys },
    { "itervalues", 0, 0, NULL, run_values },
    { "keys", 0, 0, NULL, run_keys },
    { "pop", 1, 2, NULL, run_dict_pop },
    { "popitem", 0, 0, NULL, run_popitem },
    { "setdefault", 1, 2, NULL, run_setdefault },
    { "update", 0, 1, "*", run_update },
    { "values", 0, 0, NULL, run_values },
    { NULL, 0, 0, NULL, NULL },
};
