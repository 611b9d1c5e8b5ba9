#include "migrate/tree.h"

#include <string.h>

const xm_json *xm_tree_get(const xm_json *json, const char *key)
{
    return json != NULL ? xm_json_get(json, key, NULL) : NULL;
}

const char *xm_tree_text(const xm_json *json, const char *key)
{
    const xm_json *value = xm_tree_get(json, key);

    return value != NULL ? xm_json_str(value) : NULL;
}

int64_t xm_tree_number(const xm_json *json, const char *key, int64_t otherwise)
{
    const xm_json *value = xm_tree_get(json, key);

    return value != NULL ? xm_json_int(value, otherwise) : otherwise;
}

bool xm_tree_flag(const xm_json *json, const char *key)
{
    const xm_json *value = xm_tree_get(json, key);

    return value != NULL && value->type == XM_JSON_BOOL && value->i != 0;
}

const xm_json *xm_tree_list(const xm_json *json, const char *key)
{
    static const xm_json none = { .type = XM_JSON_ARRAY };
    const xm_json *list = xm_tree_get(json, key);

    return list != NULL && list->type == XM_JSON_ARRAY ? list : &none;
}

bool xm_tree_has_word(const xm_json *list, const char *word)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(xm_json_str(list->items[i]), word) == 0)
            return true;
    return false;
}

void xm_tree_set_text(xm_json *object, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        xm_json_set(object, key, xm_json_new_str(text));
}

void xm_tree_set_number(xm_json *object, const char *key, uint64_t number)
{
    xm_json_set(object, key, xm_json_new_int(number > INT64_MAX ? INT64_MAX : (int64_t)number));
}

xm_json *xm_tree_of_features(const struct xm_features *features)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT), *words = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < features->count; i++)
        xm_json_add(words, xm_json_new_int(features->words[i]));
    xm_json_set(object, "features", words);
    xm_tree_set_number(object, "max_leaf", features->max_leaf);
    xm_tree_set_number(object, "max_extended", features->max_extended);
    return object;
}
