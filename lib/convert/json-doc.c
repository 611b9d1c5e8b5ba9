/* The document's own JSON. Plain values are JSON's; what JSON cannot say is an object with one
 * known key: {"int": 8, "text": "010"} and {"dict": [key, value, ...]}. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "convert/json.h"

enum { FORMAT = 1 };

/* shown: for other programs, where a number is a number however it was spelled, and a dict an object. */
static xm_json *value_json(const xm_node *node, bool shown);

static xm_json *items_json(const xm_node *node, bool shown)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < node->count; i++)
        xm_json_add(array, value_json(node->items[i], shown));
    return array;
}

/* An object's keys are texts: another key of a dict is shown as its JSON. */
static xm_json *object_json(const xm_node *node)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    for (size_t i = 0; i + 1 < node->count; i += 2) {
        XM_AUTO(xm_json) *key = value_json(node->items[i], true);
        xm_autofree char *text = key->type == XM_JSON_STRING ? xm_strdup(key->text) : xm_json_format(key, true);

        xm_json_set(object, text, value_json(node->items[i + 1], true));
    }
    return object;
}

static xm_json *dict_json(const xm_node *node)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "dict", items_json(node, false));
    return json;
}

static xm_json *int_json(const xm_node *node, bool shown)
{
    xm_json *json;

    if (node->str == NULL || shown)
        return xm_json_new_int(node->i);
    json = xm_json_new(XM_JSON_OBJECT);
    xm_json_set(json, "int", xm_json_new_int(node->i));
    xm_json_set(json, "text", xm_json_new_str(node->str));
    return json;
}

static xm_json *value_json(const xm_node *node, bool shown)
{
    switch (node->type) {
    case XM_NODE_BOOL:
        return xm_json_new_bool(node->i != 0);
    case XM_NODE_INT:
        return int_json(node, shown);
    case XM_NODE_FLOAT:
        return xm_json_new_float(node->f);
    case XM_NODE_STR:
        return xm_json_new_str(node->str != NULL ? node->str : "");
    case XM_NODE_LIST:
        return items_json(node, shown);
    case XM_NODE_DICT:
        return shown ? object_json(node) : dict_json(node);
    case XM_NODE_NONE:
        break;
    }
    return xm_json_new(XM_JSON_NULL);
}

static bool same_place(struct xm_place a, struct xm_place b)
{
    return a.line == b.line && a.col == b.col;
}

/* A word of the command line is nowhere once its command has ended: words is the line they begin at, or 0. */
static struct xm_place place_of(const xm_node *node, unsigned words)
{
    return words != 0 && node->place.line >= words ? (struct xm_place){ 0, 0 } : node->place;
}

/* Whether some item, however deep, stands elsewhere than node does. */
static bool has_places(const xm_node *node, unsigned words)
{
    for (size_t i = 0; i < node->count; i++)
        if (!same_place(place_of(node->items[i], words), place_of(node, words)) || has_places(node->items[i], words))
            return true;
    return false;
}

static xm_json *place_json(struct xm_place place)
{
    xm_json *at = xm_json_new(XM_JSON_ARRAY);

    xm_json_add(at, xm_json_new_int(place.line));
    xm_json_add(at, xm_json_new_int(place.col));
    return at;
}

static xm_json *places_json(const xm_node *node, unsigned words)
{
    xm_json *places = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < node->count; i++) {
        const xm_node *item = node->items[i];
        xm_json *at;

        if (same_place(place_of(item, words), place_of(node, words)) && !has_places(item, words)) {
            xm_json_add(places, xm_json_new(XM_JSON_NULL));
            continue;
        }
        at = place_json(place_of(item, words));
        if (has_places(item, words))
            xm_json_add(at, places_json(item, words));
        xm_json_add(places, at);
    }
    return places;
}

static xm_json *key_json(const char *key, const xm_node *node, unsigned words)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "key", xm_json_new_str(key));
    xm_json_set(json, "value", value_json(node, false));
    if (place_of(node, words).line != 0)
        xm_json_set(json, "at", place_json(place_of(node, words)));
    if (has_places(node, words))
        xm_json_set(json, "items_at", places_json(node, words));
    return json;
}

char *xm_json_from_doc(const xm_doc *doc)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_json *keys = xm_json_new(XM_JSON_ARRAY);

    xm_json_set(json, "format", xm_json_new_int(FORMAT));
    xm_json_set(json, "dialect", xm_json_new_str(xm_doc_dialect(doc) == XM_DIALECT_XL ? "xl" : "xm"));
    xm_json_set(json, "file", xm_json_new_str(xm_doc_file(doc)));
    for (size_t i = 0; i < xm_doc_count(doc); i++)
        xm_json_add(keys, key_json(xm_doc_key(doc, i), xm_doc_value(doc, i), xm_doc_words_line(doc)));
    xm_json_set(json, "keys", keys);
    return xm_json_format(json, false);
}

char *xm_json_show_doc(const xm_doc *doc, bool places)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_json *values = xm_json_new(XM_JSON_OBJECT), *at = xm_json_new(XM_JSON_OBJECT);
    unsigned words = xm_doc_words_line(doc);

    xm_json_set(json, "dialect", xm_json_new_str(xm_doc_dialect(doc) == XM_DIALECT_XL ? "xl" : "xm"));
    xm_json_set(json, "file", xm_json_new_str(xm_doc_file(doc)));
    for (size_t i = 0; i < xm_doc_count(doc); i++) {
        const xm_node *node = xm_doc_value(doc, i);
        struct xm_place place = place_of(node, words);
        xm_json *shown = place_json(place);

        xm_json_set(values, xm_doc_key(doc, i), value_json(node, true));
        if (has_places(node, words))
            xm_json_add(shown, places_json(node, words));
        if (place.line != 0)
            xm_json_set(at, xm_doc_key(doc, i), shown);
        else
            xm_json_free(shown);
    }
    xm_json_set(json, "values", values);
    if (places)
        xm_json_set(json, "places", at);
    else
        xm_json_free(at);
    return xm_json_format(json, false);
}

/* Reading. Every function returns NULL or < 0 for what a document cannot hold; the caller names
 * the key. */

static bool read_place(const xm_json *at, struct xm_place *ret_place)
{
    int64_t line, col;

    if (at == NULL || at->type != XM_JSON_ARRAY || at->count < 2)
        return false;
    line = xm_json_int(at->items[0], -1);
    col = xm_json_int(at->items[1], -1);
    if (line < 0 || line > UINT_MAX || col < 0 || col > UINT_MAX)
        return false;
    *ret_place = (struct xm_place){ (unsigned)line, (unsigned)col };
    return true;
}

static xm_node *read_value(const xm_json *json, const xm_json *places, struct xm_place place);

/* Fills node with the items of array; NULL in places, or no places, means node's own place. */
static xm_node *read_items(xm_node *node, const xm_json *array, const xm_json *places)
{
    XM_AUTO(xm_node) *list = node;

    if (places != NULL && (places->type != XM_JSON_ARRAY || places->count != array->count))
        return NULL;
    for (size_t i = 0; i < array->count; i++) {
        const xm_json *at = places != NULL ? places->items[i] : NULL;
        struct xm_place place = list->place;
        xm_node *item;

        if (at != NULL && at->type != XM_JSON_NULL && !read_place(at, &place))
            return NULL;
        item = read_value(array->items[i], at != NULL && at->count > 2 ? at->items[2] : NULL, place);
        if (item == NULL)
            return NULL;
        xm_node_add(list, item);
    }
    return XM_TAKE(list);
}

static xm_node *read_number(const xm_json *json, struct xm_place place)
{
    xm_node *node;

    if (strpbrk(json->text, ".eE") != NULL) {
        if (!isfinite(json->f))
            return NULL;
        node = xm_node_new(XM_NODE_FLOAT, place);
        node->f = json->f;
        return node;
    }
    /* Two defaults agree only on a number that is really there. */
    if (xm_json_int(json, 0) != xm_json_int(json, 1))
        return NULL;
    return xm_node_new_int(json->i, place);
}

static xm_node *read_object(const xm_json *json, const xm_json *places, struct xm_place place)
{
    const xm_json *dict = xm_json_get(json, "dict", NULL);
    const xm_json *number = xm_json_get(json, "int", NULL);
    const char *text = xm_json_str(xm_json_get(json, "text", NULL));
    xm_node *node;

    if (dict != NULL && dict->type == XM_JSON_ARRAY && dict->count % 2 == 0)
        return read_items(xm_node_new(XM_NODE_DICT, place), dict, places);
    if (number == NULL || number->type != XM_JSON_NUMBER || text == NULL)
        return NULL;
    node = read_number(number, place);
    if (node == NULL || node->type != XM_NODE_INT) {
        xm_node_free(node);
        return NULL;
    }
    node->str = xm_strdup(text);
    return node;
}

static xm_node *read_value(const xm_json *json, const xm_json *places, struct xm_place place)
{
    xm_node *node;

    switch (json->type) {
    case XM_JSON_NULL:
        return xm_node_new(XM_NODE_NONE, place);
    case XM_JSON_BOOL:
        node = xm_node_new(XM_NODE_BOOL, place);
        node->i = json->i;
        return node;
    case XM_JSON_NUMBER:
        return read_number(json, place);
    case XM_JSON_STRING:
        return xm_node_new_str(json->text, place);
    case XM_JSON_ARRAY:
        return read_items(xm_node_new(XM_NODE_LIST, place), json, places);
    case XM_JSON_OBJECT:
        return read_object(json, places, place);
    }
    return NULL;
}

static int read_key(xm_doc *doc, const xm_json *json, xm_error **err)
{
    const char *key = xm_json_str(xm_json_get(json, "key", NULL));
    const xm_json *value = xm_json_get(json, "value", NULL);
    const xm_json *at = xm_json_get(json, "at", NULL);
    struct xm_place place = { 0, 0 };
    xm_node *node;

    if (key == NULL || value == NULL)
        return xm_fail(err, XM_INVALID, "an entry of keys has no key or no value");
    if (xm_doc_get(doc, key) != NULL)
        return xm_fail(err, XM_INVALID, "key %s is there twice", key);
    if (at != NULL && !read_place(at, &place))
        return xm_fail(err, XM_INVALID, "key %s: its place is not [line, column]", key);
    node = read_value(value, xm_json_get(json, "items_at", NULL), place);
    if (node == NULL)
        return xm_fail(err, XM_INVALID, "key %s: not a value of a document", key);
    xm_doc_set(doc, key, node);
    return 0;
}

static int read_header(const xm_json *json, enum xm_dialect *ret_dialect, xm_error **err)
{
    int64_t format = xm_json_int(xm_json_get(json, "format", NULL), -1);
    const char *dialect = xm_json_str(xm_json_get(json, "dialect", NULL));
    const xm_json *keys = xm_json_get(json, "keys", NULL);

    if (format > FORMAT)
        return xm_fail(err, XM_UNSUPPORTED, "written in format %lld by a newer xm; this one reads up to %d",
                       (long long)format, FORMAT);
    if (format < 1 || dialect == NULL || keys == NULL || keys->type != XM_JSON_ARRAY)
        return xm_fail(err, XM_INVALID, "not a stored document");
    if (strcmp(dialect, "xm") != 0 && strcmp(dialect, "xl") != 0)
        return xm_fail(err, XM_INVALID, "unknown dialect %s", dialect);
    *ret_dialect = strcmp(dialect, "xl") == 0 ? XM_DIALECT_XL : XM_DIALECT_XM;
    return 0;
}

int xm_json_to_doc(const char *text, size_t len, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    enum xm_dialect dialect = XM_DIALECT_XM;
    const xm_json *keys;

    if (xm_json_parse(text, len, &json, err) < 0 || read_header(json, &dialect, err) < 0)
        return -1;
    doc = xm_doc_new(dialect, xm_json_str(xm_json_get(json, "file", NULL)));
    keys = xm_json_get(json, "keys", NULL);
    for (size_t i = 0; i < keys->count; i++)
        if (read_key(doc, keys->items[i], err) < 0)
            return -1;
    *ret_doc = XM_TAKE(doc);
    return 0;
}
