/* Documents and state as JSON, through yajl, which is seen nowhere else.
 *
 * A stored document is an object: "format" (1), "dialect" ("xm" or "xl"), "file", and "keys", an
 * array of {"key": K, "value": V, "at": [line, column]} in document order. Items that stand
 * elsewhere than their list have their places in "items_at", parallel to the list: null (the
 * list's own place), [line, column], or [line, column, [...]] for an item that has such items
 * itself. A newer format is refused with XM_UNSUPPORTED.
 *
 * The strings of a configuration hold any bytes but NUL, JSON's are Unicode: a byte that is not
 * part of valid UTF-8 is written as the lone surrogate "\udcXX", which no valid text contains,
 * and read back as the byte XX. Every string survives, and the file is always valid ASCII or
 * UTF-8. A number that is not finite is written as null.
 *
 * The generic tree (struct xm_json) is for the other JSON that xm reads: state files, libxl's
 * configurations in save files, control messages. Input is bounded: depth 64, and the size that
 * the caller read. Writing is indented by 4 blanks, one key per line. */
#ifndef XM_CONVERT_JSON_H
#define XM_CONVERT_JSON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "doc/doc.h"

XM_API char *xm_json_from_doc(const xm_doc *doc);

/* For other programs: {"dialect", "file", "values": {KEY: VALUE, ...}}; there a number is one
 * however it was spelled, and a dict an object. With places also "places": {KEY: [line, column],
 * ...} or, with items that stand elsewhere, [line, column, [place of each item]]. What was
 * written nowhere has none. */
XM_API char *xm_json_show_doc(const xm_doc *doc, bool places);

XM_API int xm_json_to_doc(const char *text, size_t len, xm_doc **ret_doc, xm_error **err);

enum xm_json_type { XM_JSON_NULL, XM_JSON_BOOL, XM_JSON_NUMBER, XM_JSON_STRING, XM_JSON_ARRAY, XM_JSON_OBJECT };

typedef struct xm_json {
    enum xm_json_type type;
    char *text;                 /* STRING; NUMBER: its spelling */
    int64_t i;                  /* NUMBER that is an integer, BOOL */
    double f;                   /* NUMBER */
    char **keys;                /* OBJECT */
    struct xm_json **items;     /* ARRAY, OBJECT */
    size_t count;
} xm_json;

XM_API int xm_json_parse(const char *text, size_t len, xm_json **ret_json, xm_error **err);
XM_API void xm_json_free(xm_json *json);
XM_AUTO_DEFINE(xm_json)

/* Walks objects by keys: xm_json_get(root, "c_info", "name", NULL). NULL when one is missing. */
XM_API const xm_json *xm_json_get(const xm_json *json, ...) __attribute__((sentinel));
XM_API const char *xm_json_str(const xm_json *json);                    /* NULL unless a string */
XM_API int64_t xm_json_int(const xm_json *json, int64_t otherwise);     /* otherwise unless an integer */

/* Builders: each returns the new node; add_* take their value. */
XM_API xm_json *xm_json_new(enum xm_json_type type);
XM_API xm_json *xm_json_new_str(const char *text);      /* NULL gives null */
XM_API xm_json *xm_json_new_int(int64_t value);
XM_API xm_json *xm_json_new_float(double value);
XM_API xm_json *xm_json_new_bool(bool value);
XM_API void xm_json_add(xm_json *array, xm_json *item);
XM_API void xm_json_set(xm_json *object, const char *key, xm_json *value);
XM_API void xm_json_remove(xm_json *array, size_t index);
/* The array at key, to be changed; a new one if there is none. */
XM_API xm_json *xm_json_list(xm_json *object, const char *key);

/* The text, indented, with a final newline; compact is one line without it. */
XM_API char *xm_json_format(const xm_json *json, bool compact);

/* The same as libxl writes it, for clients that go by its lines: every item of an array has its
 * own, and what is empty has an empty line in it. */
XM_API char *xm_json_format_wide(const xm_json *json);

#endif
