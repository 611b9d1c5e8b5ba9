#include "migrate/shape.h"

#include <string.h>

#include "base/mem.h"

static int check_object(const struct xm_shape *shape, const xm_json *json, const char *where, xm_error **err);

static int fail(const char *where, const char *is, xm_error **err)
{
    return xm_fail(err, XM_INVALID, "%s %s", where, is);
}

static int check_text(const xm_json *value, int64_t most, const char *where, xm_error **err)
{
    if (value->type != XM_JSON_STRING)
        return fail(where, "is no text", err);
    return strlen(value->text) <= (size_t)most ? 0 : fail(where, "is too long", err);
}

/* What is no integer as JSON has it reads as one that is below all. */
static int check_number(const xm_json *value, int64_t most, const char *where, xm_error **err)
{
    int64_t number = value->type == XM_JSON_NUMBER ? xm_json_int(value, -1) : -1;

    if (value->type != XM_JSON_NUMBER)
        return fail(where, "is no number", err);
    return number >= 0 && number <= most ? 0 : fail(where, "is no number in its range", err);
}

static int check_item(const struct xm_shape *row, const xm_json *item, const char *where, xm_error **err)
{
    switch (row->type) {
    case XM_SHAPE_TEXTS:
        return check_text(item, XM_SHAPE_TEXT_MAX, where, err);
    case XM_SHAPE_NUMBERS:
        return check_number(item, INT64_MAX, where, err);
    default:
        return check_object(row->inner, item, where, err);
    }
}

static int check_list(const struct xm_shape *row, const xm_json *value, const char *where, xm_error **err)
{
    if (value->type != XM_JSON_ARRAY)
        return fail(where, "is no list", err);
    if (value->count > (size_t)row->most)
        return fail(where, "is too long", err);
    for (size_t i = 0; i < value->count; i++) {
        xm_autofree char *at = xm_printf("%s[%zu]", where, i);

        if (check_item(row, value->items[i], at, err) < 0)
            return -1;
    }
    return 0;
}

static int check_value(const struct xm_shape *row, const xm_json *value, const char *where, xm_error **err)
{
    switch (row->type) {
    case XM_SHAPE_TEXT:
        return check_text(value, row->most, where, err);
    case XM_SHAPE_NUMBER:
        return check_number(value, row->most, where, err);
    case XM_SHAPE_BOOL:
        return value->type == XM_JSON_BOOL ? 0 : fail(where, "is neither true nor false", err);
    case XM_SHAPE_OBJECT:
        return check_object(row->inner, value, where, err);
    default:
        return check_list(row, value, where, err);
    }
}

static const struct xm_shape *row_of(const struct xm_shape *shape, const char *key)
{
    for (; shape->type != XM_SHAPE_END; shape++)
        if (strcmp(shape->key, key) == 0)
            return shape;
    return NULL;
}

/* A key that is there twice is looked at twice: which of them a reader takes is no matter then. */
static int check_object(const struct xm_shape *shape, const xm_json *json, const char *where, xm_error **err)
{
    if (json->type != XM_JSON_OBJECT)
        return fail(where, "is no object", err);
    for (size_t i = 0; i < json->count; i++) {
        const struct xm_shape *row = row_of(shape, json->keys[i]);
        xm_autofree char *at = row ? xm_printf("%s: %s", where, row->key) : NULL;

        if (row != NULL && check_value(row, json->items[i], at, err) < 0)
            return -1;
    }
    for (; shape->type != XM_SHAPE_END; shape++)
        if (shape->needed && xm_json_get(json, shape->key, NULL) == NULL)
            return xm_fail(err, XM_INVALID, "%s: %s is missing", where, shape->key);
    return 0;
}

int xm_shape_check(const struct xm_shape *shape, const xm_json *json, const char *what, xm_error **err)
{
    return check_object(shape, json, what, err);
}
