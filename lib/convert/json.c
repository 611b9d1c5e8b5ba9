#include "convert/json.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum { DEPTH_MAX = 64 };

xm_json *xm_json_new(enum xm_json_type type)
{
    xm_json *json = xm_new0(xm_json, 1);

    json->type = type;
    return json;
}

xm_json *xm_json_new_str(const char *text)
{
    xm_json *json = xm_json_new(text != NULL ? XM_JSON_STRING : XM_JSON_NULL);

    json->text = xm_strdup(text);
    return json;
}

xm_json *xm_json_new_int(int64_t value)
{
    xm_json *json = xm_json_new(XM_JSON_NUMBER);

    json->text = xm_printf("%lld", (long long)value);
    json->i = value;
    json->f = (double)value;
    return json;
}

/* The shortest spelling that reads back as the same number. */
static char *spell_float(double value)
{
    char *text = NULL;

    for (int digits = 15; digits <= 17; digits++) {
        free(text);
        text = xm_printf("%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    if (strpbrk(text, ".e") == NULL) {
        char *whole = xm_printf("%s.0", text);      /* so that it is read as a float again */

        free(text);
        text = whole;
    }
    return text;
}

xm_json *xm_json_new_float(double value)
{
    xm_json *json;

    if (!isfinite(value))
        return xm_json_new(XM_JSON_NULL);
    json = xm_json_new(XM_JSON_NUMBER);
    json->text = spell_float(value);
    json->f = value;
    return json;
}

xm_json *xm_json_new_bool(bool value)
{
    xm_json *json = xm_json_new(XM_JSON_BOOL);

    json->i = value;
    return json;
}

void xm_json_free(xm_json *json)
{
    if (json == NULL)
        return;
    for (size_t i = 0; i < json->count; i++) {
        if (json->keys != NULL)
            free(json->keys[i]);
        xm_json_free(json->items[i]);
    }
    free(json->keys);
    free(json->items);
    free(json->text);
    free(json);
}

void xm_json_add(xm_json *array, xm_json *item)
{
    XM_GROW_COUNTED(array->items, array->count);
    array->items[array->count++] = item;
}

/* Takes key too. Does not look for an earlier one: reading stays linear. */
static void append(xm_json *object, char *key, xm_json *value)
{
    XM_GROW_COUNTED(object->keys, object->count);
    object->keys[object->count] = key;
    xm_json_add(object, value);
}

/* From the end: of keys that are there twice, the last one counts. */
static size_t find(const xm_json *object, const char *key)
{
    for (size_t i = object->count; i-- > 0;)
        if (strcmp(object->keys[i], key) == 0)
            return i;
    return SIZE_MAX;
}

void xm_json_set(xm_json *object, const char *key, xm_json *value)
{
    size_t at = find(object, key);

    if (at == SIZE_MAX) {
        append(object, xm_strdup(key), value);
        return;
    }
    xm_json_free(object->items[at]);
    object->items[at] = value;
}

void xm_json_remove(xm_json *array, size_t index)
{
    xm_json_free(array->items[index]);
    array->count--;
    memmove(&array->items[index], &array->items[index + 1], (array->count - index) * sizeof(*array->items));
}

xm_json *xm_json_list(xm_json *object, const char *key)
{
    size_t at = find(object, key);

    if (at == SIZE_MAX || object->items[at]->type != XM_JSON_ARRAY) {
        xm_json_set(object, key, xm_json_new(XM_JSON_ARRAY));
        at = find(object, key);
    }
    return object->items[at];
}

const xm_json *xm_json_get(const xm_json *json, ...)
{
    const char *key;
    va_list ap;

    va_start(ap, json);
    while (json != NULL && (key = va_arg(ap, const char *)) != NULL) {
        size_t at = json->type == XM_JSON_OBJECT ? find(json, key) : SIZE_MAX;

        json = at == SIZE_MAX ? NULL : json->items[at];
    }
    va_end(ap);
    return json;
}

const char *xm_json_str(const xm_json *json)
{
    return json != NULL && json->type == XM_JSON_STRING ? json->text : NULL;
}

static bool is_int(const xm_json *json)
{
    char *end;

    if (json == NULL || json->type != XM_JSON_NUMBER || strpbrk(json->text, ".eE") != NULL)
        return false;
    errno = 0;
    (void)strtoll(json->text, &end, 10);
    return errno == 0 && *end == '\0';
}

int64_t xm_json_int(const xm_json *json, int64_t otherwise)
{
    return is_int(json) ? json->i : otherwise;
}

/* Reading: yajl calls back for each token; open is the path of objects and arrays that have not
 * ended, key the one that waits for its value. why says what was refused here, if not by yajl. */
struct reader {
    xm_json *root;
    xm_json *open[DEPTH_MAX];
    size_t depth;
    char *key;
    const char *why;
};

static int refuse(struct reader *in, const char *why)
{
    in->why = why;
    return 0;
}

static int put(struct reader *in, xm_json *json)
{
    xm_json *parent = in->depth > 0 ? in->open[in->depth - 1] : NULL;

    if (parent == NULL)
        in->root = json;
    else if (parent->type == XM_JSON_OBJECT)
        append(parent, XM_TAKE(in->key), json);
    else
        xm_json_add(parent, json);
    return 1;
}

/* yajl decodes a lone "\udcXX" to the three bytes that UTF-8 forbids for it; they stand for the
 * one raw byte XX (see json.h). */
static char *decode(const unsigned char *text, size_t len)
{
    char *out = xm_alloc0(len + 1, 1);
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        if (i + 2 < len && text[i] == 0xed && (text[i + 1] == 0xb2 || text[i + 1] == 0xb3)
            && (text[i + 2] & 0xc0) == 0x80) {
            out[used++] = (char)((text[i + 1] & 1) << 6 | 0x80 | (text[i + 2] & 0x3f));
            i += 2;
        } else {
            out[used++] = (char)text[i];
        }
    }
    return out;
}

static int on_null(void *arg)
{
    return put(arg, xm_json_new(XM_JSON_NULL));
}

static int on_bool(void *arg, int value)
{
    return put(arg, xm_json_new_bool(value));
}

static int on_number(void *arg, const char *text, size_t len)
{
    xm_json *json = xm_json_new(XM_JSON_NUMBER);

    json->text = xm_strndup(text, len);
    json->f = strtod(json->text, NULL);
    if (is_int(json))
        json->i = strtoll(json->text, NULL, 10);
    return put(arg, json);
}

static int on_string(void *arg, const unsigned char *text, size_t len)
{
    xm_json *json;

    if (len > 0 && memchr(text, '\0', len) != NULL)
        return refuse(arg, "a string holds a NUL");
    json = xm_json_new(XM_JSON_STRING);
    json->text = decode(text, len);
    return put(arg, json);
}

static int on_key(void *arg, const unsigned char *text, size_t len)
{
    struct reader *in = arg;

    if (len > 0 && memchr(text, '\0', len) != NULL)
        return refuse(in, "a string holds a NUL");
    in->key = decode(text, len);
    return 1;
}

static int open_one(struct reader *in, enum xm_json_type type)
{
    xm_json *json;

    if (in->depth >= DEPTH_MAX)
        return refuse(in, "values are nested too deeply");
    json = xm_json_new(type);
    put(in, json);
    in->open[in->depth++] = json;
    return 1;
}

static int on_start_map(void *arg)
{
    return open_one(arg, XM_JSON_OBJECT);
}

static int on_start_array(void *arg)
{
    return open_one(arg, XM_JSON_ARRAY);
}

static int on_end(void *arg)
{
    struct reader *in = arg;

    in->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number, .yajl_string = on_string,
    .yajl_start_map = on_start_map, .yajl_map_key = on_key, .yajl_end_map = on_end,
    .yajl_start_array = on_start_array, .yajl_end_array = on_end,
};

static int fail(yajl_handle yajl, const struct reader *in, const char *text, size_t len, xm_error **err)
{
    size_t at = yajl_get_bytes_consumed(yajl);
    unsigned char *said = in->why == NULL ? yajl_get_error(yajl, 0, NULL, 0) : NULL;
    const char *why = in->why != NULL ? in->why : (const char *)said;
    unsigned line = 1;

    for (size_t i = 0; i < at && i < len; i++)
        line += text[i] == '\n';
    xm_fail(err, XM_INVALID, "line %u: %.*s", line, (int)strcspn(why, "\n"), why);
    if (said != NULL)
        yajl_free_error(yajl, said);
    return -1;
}

int xm_json_parse(const char *text, size_t len, xm_json **ret_json, xm_error **err)
{
    struct reader in = { .root = NULL };
    yajl_handle yajl = yajl_alloc(&callbacks, NULL, &in);
    yajl_status status;
    int rc = -1;

    /* Stock xl writes the bytes of a configuration as they are; they come back as they were. */
    yajl_config(yajl, yajl_dont_validate_strings, 1);
    status = yajl_parse(yajl, (const unsigned char *)text, len);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(yajl);
    if (status == yajl_status_ok && in.root != NULL) {
        *ret_json = XM_TAKE(in.root);
        rc = 0;
    } else {
        fail(yajl, &in, text, len, err);
    }
    xm_json_free(in.root);
    free(in.key);
    yajl_free(yajl);
    return rc;
}

/* The length of the valid UTF-8 sequence at text, or 0: then its first byte is a raw one. */
static size_t utf8_len(const unsigned char *text)
{
    unsigned char c = text[0];
    size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;

    for (size_t i = 1; i < len; i++)
        if ((text[i] & 0xc0) != 0x80)       /* also stops at the final NUL */
            return 0;
    if ((c == 0xe0 && text[1] < 0xa0) || (c == 0xf0 && text[1] < 0x90))     /* longer than needed */
        return 0;
    if ((c == 0xed && text[1] > 0x9f) || (c == 0xf4 && text[1] > 0x8f))     /* surrogates; beyond Unicode */
        return 0;
    return len;
}

static void format_string(struct xm_buf *out, const char *string)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const unsigned char *text = (const unsigned char *)string;

    xm_buf_putc(out, '"');
    while (*text != '\0') {
        const char *named = strchr(from, *text);
        size_t len = utf8_len(text);

        if (named != NULL)
            xm_buf_printf(out, "\\%c", to[named - from]);
        else if (*text < 0x20 || *text == 0x7f)
            xm_buf_printf(out, "\\u%04x", *text);
        else if (len == 0)
            xm_buf_printf(out, "\\udc%02x", *text);
        else
            xm_buf_add(out, text, len);
        text += len == 0 ? 1 : len;
    }
    xm_buf_putc(out, '"');
}

static bool is_flat(const xm_json *json)
{
    for (size_t i = 0; i < json->count; i++)
        if (json->type == XM_JSON_OBJECT || json->items[i]->count > 0)
            return false;
    return true;
}

/* WIDE is libxl's way: one item a line, and an empty line in what is empty. */
enum layout { COMPACT, PRETTY, WIDE };

static void format(struct xm_buf *out, const xm_json *json, enum layout layout, size_t indent);

/* Objects have one key per line; pretty, an array of plain values stays on one. */
static void format_items(struct xm_buf *out, const xm_json *json, enum layout layout, size_t indent)
{
    bool object = json->type == XM_JSON_OBJECT;
    bool flat = layout == COMPACT || (layout == PRETTY && is_flat(json));

    xm_buf_putc(out, object ? '{' : '[');
    if (layout == WIDE && json->count == 0)
        xm_buf_putc(out, '\n');
    for (size_t i = 0; i < json->count; i++) {
        if (i > 0)
            xm_buf_puts(out, flat ? ", " : ",");
        if (!flat) {
            xm_buf_putc(out, '\n');
            xm_buf_pad(out, ' ', indent + 4);
        }
        if (object) {
            format_string(out, json->keys[i]);
            xm_buf_puts(out, ": ");
        }
        format(out, json->items[i], layout, indent + 4);
    }
    if (!flat) {
        xm_buf_putc(out, '\n');
        xm_buf_pad(out, ' ', indent);
    }
    xm_buf_putc(out, object ? '}' : ']');
}

static void format(struct xm_buf *out, const xm_json *json, enum layout layout, size_t indent)
{
    switch (json->type) {
    case XM_JSON_NULL:
        xm_buf_puts(out, "null");
        break;
    case XM_JSON_BOOL:
        xm_buf_puts(out, json->i != 0 ? "true" : "false");
        break;
    case XM_JSON_NUMBER:
        xm_buf_puts(out, json->text);
        break;
    case XM_JSON_STRING:
        format_string(out, json->text);
        break;
    case XM_JSON_ARRAY: case XM_JSON_OBJECT:
        format_items(out, json, layout, indent);
        break;
    }
}

static char *format_as(const xm_json *json, enum layout layout)
{
    struct xm_buf out = XM_BUF_INIT;

    format(&out, json, layout, 0);
    if (layout != COMPACT)
        xm_buf_putc(&out, '\n');
    return xm_buf_take(&out);
}

char *xm_json_format(const xm_json *json, bool compact)
{
    return format_as(json, compact ? COMPACT : PRETTY);
}

char *xm_json_format_wide(const xm_json *json)
{
    return format_as(json, WIDE);
}
