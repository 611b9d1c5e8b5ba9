#include "lang/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/eval.h"

enum { REPR_DEPTH_MAX = 30 };

static int put_value(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, int how, unsigned depth);

/* The character in UTF-8 at text and how many bytes it has; 0 if there is none. */
static size_t read_char(const char *text, size_t len, unsigned long *ret_code)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t count = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    unsigned long code = c[0] & (0xff >> (count + 1));

    if (c[0] < 0xc2 || c[0] > 0xf4 || count > len)
        return 0;
    for (size_t i = 1; i < count; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (c[i] & 0x3f);
    }
    if ((count == 3 && code < 0x800) || (count == 4 && code < 0x10000) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return count;
}

/* Signs that take no room, blanks of other widths, and what nobody has a picture of. */
static bool is_printable(unsigned long code)
{
    return code > 0xa0 && code != 0xad && !(code >= 0xe000 && code < 0xf900) && !(code >= 0x2000 && code < 0x2010)
           && !(code >= 0x2028 && code < 0x2030) && !(code >= 0x205f && code < 0x2070) && code != 0x3000 && code != 0xfeff
           && code < 0xe0000;
}

/* Python 3 leaves the world's letters as they are, unless for ascii(); Python 2 writes their bytes. */
static size_t put_wide(struct xm_buf *out, const char *text, size_t len, bool ascii)
{
    unsigned long code = 0;
    size_t count = read_char(text, len, &code);

    if (count > 0 && !ascii && is_printable(code))
        xm_buf_add(out, text, count);
    else if (count > 0)
        xm_buf_printf(out, code < 0x100 ? "\\x%02lx" : code < 0x10000 ? "\\u%04lx" : "\\U%08lx", code);
    else
        xm_buf_printf(out, "\\x%02x", (unsigned char)*text);
    return count > 0 ? count : 1;
}

static void put_str_repr(const struct lang *lang, struct xm_buf *out, const struct str *str, bool ascii)
{
    char quote = strchr(str->data, '\'') != NULL && strchr(str->data, '"') == NULL ? '"' : '\'';

    xm_buf_putc(out, quote);
    for (size_t i = 0; i < str->len; i++) {
        unsigned char c = (unsigned char)str->data[i];

        if (c == (unsigned char)quote || c == '\\')
            xm_buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            xm_buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c >= 0x80 && !lang->python2)
            i += put_wide(out, str->data + i, str->len - i, ascii) - 1;
        else if (c < 0x20 || c >= 0x7f)
            xm_buf_printf(out, "\\x%02x", c);
        else
            xm_buf_putc(out, (char)c);
    }
    xm_buf_putc(out, quote);
}

/* The shortest digits that read back as the same number, or of Python 2's str() twelve, written as
 * Python writes them. */
static void put_float(struct xm_buf *out, double f, bool twelve)
{
    char text[64], *e;
    int exponent, digits = 1;

    if (!isfinite(f)) {
        xm_buf_puts(out, isnan(f) ? "nan" : f > 0 ? "inf" : "-inf");
        return;
    }
    for (; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, f);
        if (strtod(text, NULL) == f || (twelve && digits == 12))
            break;
    }
    e = strchr(text, 'e');
    exponent = (int)strtol(e + 1, NULL, 10);
    if (exponent < -4 || exponent >= (twelve ? 11 : 16)) {
        if (memchr(text, '.', (size_t)(e - text)) != NULL)      /* twelve digits may end in zeros */
            while (e[-1] == '0')
                memmove(e - 1, e, strlen(e) + 1), e--;
        xm_buf_puts(out, text);
        return;
    }
    digits = digits - 1 - exponent;
    snprintf(text, sizeof(text), "%.*f", digits < 1 ? 1 : digits, f);
    e = text + strlen(text);
    while (e[-1] == '0' && e[-2] != '.')
        *--e = '\0';
    xm_buf_puts(out, text);
}

enum { STR, REPR, ASCII };      /* which text of a value is asked for */

static int put_items(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, int how, unsigned depth)
{
    xm_buf_putc(out, v.type == V_TUPLE ? '(' : '[');
    for (size_t i = 0; i < v.list->count; i++) {
        if (i > 0)
            xm_buf_puts(out, ", ");
        if (put_value(lang, place, out, v.list->items[i], how, depth + 1) < 0)
            return -1;
    }
    xm_buf_puts(out, v.type == V_LIST ? "]" : v.list->count == 1 ? ",)" : ")");
    return 0;
}

static int put_dict(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, int how, unsigned depth)
{
    const char *sep = "";

    xm_buf_putc(out, '{');
    for (size_t i = 0; i < v.dict->used; i++) {
        const struct dict_entry *entry = &v.dict->entries[i];

        if (!entry->live)
            continue;
        xm_buf_puts(out, sep);
        if (put_value(lang, place, out, entry->key, how, depth + 1) < 0)
            return -1;
        xm_buf_puts(out, ": ");
        if (put_value(lang, place, out, entry->value, how, depth + 1) < 0)
            return -1;
        sep = ", ";
    }
    xm_buf_putc(out, '}');
    return 0;
}

/* The two Pythons write sets differently. */
static int put_set(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, int how, unsigned depth)
{
    bool old = lang->python2;
    const char *sep = "";

    if (v.dict->count == 0) {
        xm_buf_puts(out, old ? "set([])" : "set()");
        return 0;
    }
    xm_buf_puts(out, old ? "set([" : "{");
    for (size_t i = 0; i < v.dict->used; i++) {
        if (!v.dict->entries[i].live)
            continue;
        xm_buf_puts(out, sep);
        if (put_value(lang, place, out, v.dict->entries[i].key, how, depth + 1) < 0)
            return -1;
        sep = ", ";
    }
    xm_buf_puts(out, old ? "])" : "}");
    return 0;
}

static int put_error(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct error_val *error, int how, unsigned depth)
{
    struct val args = val_list(&lang->arena, V_TUPLE, 1);

    if (how == STR) {
        xm_buf_add(out, error->text->data, error->text->len);
        return 0;
    }
    if (error->args != NULL)
        args.list = error->args;
    else
        list_add(&lang->arena, args.list, val_of_str(error->text));
    xm_buf_puts(out, error->type->name);
    if (args.list->count != 1 || lang->python2)
        return put_items(lang, place, out, args, how, depth);
    xm_buf_putc(out, '(');
    if (put_value(lang, place, out, args.list->items[0], how, depth + 1) < 0)
        return -1;
    xm_buf_putc(out, ')');
    return 0;
}

/* Types, functions, modules. */
static void put_other(const struct lang *lang, struct xm_buf *out, struct val v)
{
    static const char *const types[] = { "bool", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple" };
    const char *kind = lang->python2 ? "type" : "class";

    if (v.type == V_ERROR_TYPE) {
        xm_buf_printf(out, "<%s '%s%s'>", kind, lang->python2 ? "exceptions." : "", v.error_type->name);
        return;
    }
    for (size_t i = 0; v.type == V_BUILTIN && i < XM_COUNT(types); i++) {
        if (strcmp(types[i], v.builtin->name) == 0) {
            xm_buf_printf(out, "<%s '%s'>", kind, types[i]);
            return;
        }
    }
    if (v.type == V_FUNC)
        xm_buf_printf(out, "<function %s>", v.func->def->name->data);
    else
        xm_buf_printf(out, "<%s>", val_type_name(v));
}

static int put_value(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, int how, unsigned depth)
{
    int inner;

    if (lang_step(lang, place, 0) < 0)
        return -1;
    if (out->len > LANG_STR_MAX)
        return lang_check_str(lang, place, out->len);
    if (depth > REPR_DEPTH_MAX) {       /* a list that holds itself */
        xm_buf_puts(out, "...");
        return 0;
    }
    inner = how == STR ? REPR : how;
    switch (v.type) {
    case V_NONE:
        xm_buf_puts(out, "None");
        return 0;
    case V_BOOL:
        xm_buf_puts(out, v.i != 0 ? "True" : "False");
        return 0;
    case V_INT:
        xm_buf_printf(out, "%lld", (long long)v.i);
        return 0;
    case V_FLOAT:
        put_float(out, v.f, lang->python2 && how == STR);
        return 0;
    case V_STR:
        if (how != STR)
            put_str_repr(lang, out, v.str, how == ASCII);
        else
            xm_buf_add(out, v.str->data, v.str->len);
        return 0;
    case V_LIST: case V_TUPLE:
        return put_items(lang, place, out, v, inner, depth);
    case V_DICT:
        return put_dict(lang, place, out, v, inner, depth);
    case V_SET:
        return put_set(lang, place, out, v, inner, depth);
    case V_ERROR:
        return put_error(lang, place, out, v.error, how, depth);
    default:
        put_other(lang, out, v);
        return 0;
    }
}

int format_finish(struct lang *lang, struct xm_place place, struct xm_buf *out, int rc, struct val *ret_text)
{
    if (rc == 0)
        rc = lang_check_str(lang, place, out->len);
    if (rc == 0)
        *ret_text = val_str(&lang->arena, out->data, out->len);
    xm_buf_clear(out);
    return rc;
}

int format_str(struct lang *lang, struct xm_place place, struct val v, struct val *ret_text)
{
    struct xm_buf out = XM_BUF_INIT;

    if (v.type == V_STR) {
        *ret_text = v;
        return 0;
    }
    return format_finish(lang, place, &out, put_value(lang, place, &out, v, STR, 0), ret_text);
}

int format_repr(struct lang *lang, struct xm_place place, struct val v, struct val *ret_text)
{
    struct xm_buf out = XM_BUF_INIT;

    return format_finish(lang, place, &out, put_value(lang, place, &out, v, REPR, 0), ret_text);
}

int format_convert(struct lang *lang, struct xm_place place, char how, struct val *value)
{
    struct xm_buf out = XM_BUF_INIT;

    if (how == 's')
        return format_str(lang, place, *value, value);
    return format_finish(lang, place, &out, put_value(lang, place, &out, *value, how == 'a' ? ASCII : REPR, 0), value);
}
