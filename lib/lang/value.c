#include "lang/value.h"

#include <string.h>

struct str *str_alloc(struct arena *arena, size_t len)
{
    struct str *str = arena_alloc(arena, sizeof(*str) + len + 1);

    str->len = len;
    return str;
}

void str_seal(struct str *str)
{
    size_t h = 14695981039346656037u;       /* FNV-1a */

    for (size_t i = 0; i < str->len; i++)
        h = (h ^ (unsigned char)str->data[i]) * 1099511628211u;
    str->hash = h;
}

struct str *str_new(struct arena *arena, const char *text, size_t len)
{
    struct str *str = str_alloc(arena, len);

    if (len > 0)
        memcpy(str->data, text, len);
    str_seal(str);
    return str;
}

struct val val_none(void)
{
    return (struct val){ .type = V_NONE };
}

struct val val_bool(bool b)
{
    return (struct val){ .type = V_BOOL, .i = b };
}

struct val val_int(int64_t i)
{
    return (struct val){ .type = V_INT, .i = i };
}

struct val val_float(double f)
{
    return (struct val){ .type = V_FLOAT, .f = f };
}

struct val val_of_str(const struct str *str)
{
    return (struct val){ .type = V_STR, .str = str };
}

struct val val_str(struct arena *arena, const char *text, size_t len)
{
    return val_of_str(str_new(arena, text, len));
}

struct val val_list(struct arena *arena, enum val_type type, size_t cap)
{
    struct list *list = arena_alloc(arena, sizeof(*list));

    if (cap > 0)
        list->items = arena_alloc(arena, cap * sizeof(*list->items));
    list->cap = cap;
    return (struct val){ .type = type, .list = list };
}

void list_add(struct arena *arena, struct list *list, struct val item)
{
    if (list->count >= list->cap) {
        list->cap = list->cap > 0 ? 2 * list->cap : 4;
        list->items = arena_grow(arena, list->items, list->count, list->cap, sizeof(*list->items));
    }
    list->items[list->count++] = item;
}

/* Tuples in tuples, each twice in the next, would take for ever to be hashed: parts are counted. */
static const char *unhashable(struct val key, unsigned *left)
{
    const char *bad = NULL;

    if (*left == 0)
        return "so large a tuple";
    --*left;
    if (key.type == V_LIST || key.type == V_DICT || key.type == V_SET)
        return val_type_name(key);
    if (key.type != V_TUPLE)
        return NULL;
    for (size_t i = 0; i < key.list->count && bad == NULL; i++)
        bad = unhashable(key.list->items[i], left);
    return bad;
}

const char *val_unhashable(struct val key)
{
    unsigned left = 1000;

    return key.type < V_LIST ? NULL : unhashable(key, &left);
}

static size_t hash(struct val key)
{
    size_t h;

    switch (key.type) {
    case V_STR:
        return key.str->hash;
    case V_BOOL: case V_INT:
        return (size_t)key.i * 0x9e3779b97f4a7c15u;
    case V_FLOAT:       /* 1.0 and 1 are the same key */
        if (key.f >= -9e18 && key.f <= 9e18 && key.f == (double)(int64_t)key.f)
            return (size_t)(int64_t)key.f * 0x9e3779b97f4a7c15u;
        return 77;
    case V_TUPLE:
        h = key.list->count;
        for (size_t i = 0; i < key.list->count; i++)
            h = h * 31 + hash(key.list->items[i]);
        return h;
    default:
        return 7;
    }
}

static bool same_key(struct val a, struct val b)
{
    if (val_is_number(a) && val_is_number(b)) {
        if (a.type != V_FLOAT && b.type != V_FLOAT)
            return a.i == b.i;
        return val_as_float(a) == val_as_float(b);
    }
    if (a.type != b.type)
        return false;
    if (a.type == V_STR)
        return a.str->hash == b.str->hash && a.str->len == b.str->len && memcmp(a.str->data, b.str->data, a.str->len) == 0;
    if (a.type == V_TUPLE) {
        if (a.list->count != b.list->count)
            return false;
        for (size_t i = 0; i < a.list->count; i++)
            if (!same_key(a.list->items[i], b.list->items[i]))
                return false;
        return true;
    }
    return a.type == V_NONE || a.ptr == b.ptr;
}

struct dict *dict_new(struct arena *arena)
{
    return arena_alloc(arena, sizeof(struct dict));
}

struct val val_set(struct arena *arena)
{
    return (struct val){ .type = V_SET, .dict = dict_new(arena) };
}

static uint32_t *slot(const struct dict *dict, struct val key)
{
    size_t mask = dict->index_size - 1;
    size_t at = hash(key), step = 0;

    at = (at ^ at >> 32) & mask;
    while (dict->index[at] != 0 && !same_key(dict->entries[dict->index[at] - 1].key, key))
        at = (at + ++step) & mask;
    return &dict->index[at];
}

struct dict_entry *dict_find(const struct dict *dict, struct val key)
{
    uint32_t number = dict->index_size == 0 ? 0 : *slot(dict, key);

    return number == 0 || !dict->entries[number - 1].live ? NULL : &dict->entries[number - 1];
}

struct val *dict_get_name(const struct dict *dict, const struct str *name)
{
    struct dict_entry *entry = dict_find(dict, val_of_str(name));

    return entry == NULL ? NULL : &entry->value;
}

static void reindex(struct arena *arena, struct dict *dict)
{
    dict->index_size = dict->index_size == 0 ? 8 : 2 * dict->index_size;
    dict->index = arena_alloc(arena, dict->index_size * sizeof(*dict->index));
    for (size_t i = 0; i < dict->used; i++)
        *slot(dict, dict->entries[i].key) = (uint32_t)i + 1;
}

void dict_set(struct arena *arena, struct dict *dict, struct val key, struct val value)
{
    struct dict_entry *entry = dict_find(dict, key);

    if (entry != NULL) {
        entry->key.place = key.place;
        entry->value = value;
        return;
    }
    if (2 * (dict->used + 1) > dict->index_size)
        reindex(arena, dict);
    if (dict->used >= dict->cap) {
        dict->cap = dict->cap > 0 ? 2 * dict->cap : 4;
        dict->entries = arena_grow(arena, dict->entries, dict->used, dict->cap, sizeof(*dict->entries));
    }
    /* A removed key's slot is taken over; its dead entry stays behind, out of reach. */
    *slot(dict, key) = (uint32_t)dict->used + 1;
    dict->entries[dict->used++] = (struct dict_entry){ key, value, true, false };
    dict->count++;
}

bool dict_remove(struct dict *dict, struct val key)
{
    struct dict_entry *entry = dict_find(dict, key);

    if (entry == NULL)
        return false;
    entry->live = false;
    dict->count--;
    return true;
}

const char *val_type_name(struct val v)
{
    static const char *const names[] = {
        [V_NONE] = "None", [V_BOOL] = "bool", [V_INT] = "int", [V_FLOAT] = "float", [V_STR] = "str",
        [V_LIST] = "list", [V_TUPLE] = "tuple", [V_DICT] = "dict", [V_SET] = "set", [V_FUNC] = "function",
        [V_BUILTIN] = "function", [V_METHOD] = "method", [V_MODULE] = "module",
        [V_ERROR_TYPE] = "exception type", [V_ERROR] = "exception", [V_OBJECT] = "object",
    };

    return v.type == V_OBJECT && v.object != NULL ? v.object->type->name : names[v.type];
}

bool val_is_number(struct val v)
{
    return v.type == V_BOOL || v.type == V_INT || v.type == V_FLOAT;
}

double val_as_float(struct val v)
{
    return v.type == V_FLOAT ? v.f : (double)v.i;
}

bool val_truth(struct val v)
{
    switch (v.type) {
    case V_NONE:
        return false;
    case V_BOOL: case V_INT:
        return v.i != 0;
    case V_FLOAT:
        return v.f != 0;
    case V_STR:
        return v.str->len > 0;
    case V_LIST: case V_TUPLE:
        return v.list->count > 0;
    case V_DICT: case V_SET:
        return v.dict->count > 0;
    default:
        return true;
    }
}
