#include "lang/format.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { REPR_DEPTH_MAX = 30 };

static int put_value(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, bool repr, unsigned depth);

static void put_str_repr(struct xm_buf *out, const struct str *str)
{
    char quote = strchr(str->data, '\'') != NULL && strchr(str->data, '"') == NULL ? '"' : '\'';

    xm_buf_putc(out, quote);
    for (size_t i = 0; i < str->len; i++) {
        unsigned char c = (unsigned char)str->data[i];

        if (c == (unsigned char)quote || c == '\\')
            xm_buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            xm_buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c < 0x20 || c >= 0x7f)
            xm_buf_printf(out, "\\x%02x", c);
        else
            xm_buf_putc(out, (char)c);
    }
    xm_buf_putc(out, quote);
}

/* The shortest digits that read back as the same number, written as Python writes them. */
static void put_float(struct xm_buf *out, double f)
{
    char text[64];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, f);
        if (strtod(text, NULL) == f)
            break;
    }
    if (fabs(f) >= 1e-4 && fabs(f) < 1e16 && strchr(text, 'e') != NULL)
        snprintf(text, sizeof(text), "%.0f", f);
    xm_buf_puts(out, text);
    if (strpbrk(text, ".e") == NULL)
        xm_buf_puts(out, ".0");
}

static int put_items(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, unsigned depth)
{
    xm_buf_putc(out, v.type == V_TUPLE ? '(' : '[');
    for (size_t i = 0; i < v.list->count; i++) {
        if (i > 0)
            xm_buf_puts(out, ", ");
        if (put_value(lang, place, out, v.list->items[i], true, depth + 1) < 0)
            return -1;
    }
    xm_buf_puts(out, v.type == V_LIST ? "]" : v.list->count == 1 ? ",)" : ")");
    return 0;
}

static int put_dict(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, unsigned depth)
{
    const char *sep = "";

    xm_buf_putc(out, '{');
    for (size_t i = 0; i < v.dict->used; i++) {
        const struct dict_entry *entry = &v.dict->entries[i];

        if (!entry->live)
            continue;
        xm_buf_puts(out, sep);
        if (put_value(lang, place, out, entry->key, true, depth + 1) < 0)
            return -1;
        xm_buf_puts(out, ": ");
        if (put_value(lang, place, out, entry->value, true, depth + 1) < 0)
            return -1;
        sep = ", ";
    }
    xm_buf_putc(out, '}');
    return 0;
}

/* The two Pythons write sets differently. */
static int put_set(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, unsigned depth)
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
        if (put_value(lang, place, out, v.dict->entries[i].key, true, depth + 1) < 0)
            return -1;
        sep = ", ";
    }
    xm_buf_puts(out, old ? "])" : "}");
    return 0;
}

static int put_value(struct lang *lang, struct xm_place place, struct xm_buf *out, struct val v, bool repr, unsigned depth)
{
    if (lang_step(lang, place, 0) < 0)
        return -1;
    if (out->len > LANG_STR_MAX)
        return lang_check_str(lang, place, out->len);
    if (depth > REPR_DEPTH_MAX) {       /* a list that holds itself */
        xm_buf_puts(out, "...");
        return 0;
    }
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
        put_float(out, v.f);
        return 0;
    case V_STR:
        if (repr)
            put_str_repr(out, v.str);
        else
            xm_buf_add(out, v.str->data, v.str->len);
        return 0;
    case V_LIST: case V_TUPLE:
        return put_items(lang, place, out, v, depth);
    case V_DICT:
        return put_dict(lang, place, out, v, depth);
    case V_SET:
        return put_set(lang, place, out, v, depth);
    case V_ERROR:
        xm_buf_add(out, v.error->text->data, v.error->text->len);
        return 0;
    case V_ERROR_TYPE:
        xm_buf_printf(out, "<type '%s'>", v.error_type->name);
        return 0;
    default:
        xm_buf_printf(out, "<%s>", val_type_name(v));
        return 0;
    }
}

static int finish(struct lang *lang, struct xm_place place, struct xm_buf *out, int rc, struct val *ret_text)
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
    return finish(lang, place, &out, put_value(lang, place, &out, v, false, 0), ret_text);
}

int format_repr(struct lang *lang, struct xm_place place, struct val v, struct val *ret_text)
{
    struct xm_buf out = XM_BUF_INIT;

    return finish(lang, place, &out, put_value(lang, place, &out, v, true, 0), ret_text);
}

/* What a % or a {:} asks for. */
struct spec {
    char align, fill, sign, type;       /* 0: not given */
    bool alternate;
    int width, precision;               /* -1: not given */
};

/* Pads text to the width; numbers may be filled up behind their sign ('='). */
static int put_padded(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec,
                      const char *text, size_t len)
{
    size_t width = spec->width > 0 ? (size_t)spec->width : 0, pad = width > len ? width - len : 0, left = 0;
    char fill = spec->fill != '\0' ? spec->fill : ' ';

    if (lang_check_len(lang, place, out->len + len + pad) < 0)
        return -1;
    if (spec->align == '=') {
        size_t sign = len > 0 && strchr("+- ", text[0]) != NULL ? 1 : 0;

        if (len > sign + 1 && text[sign] == '0' && (text[sign + 1] == 'x' || text[sign + 1] == 'X'))
            sign += 2;
        xm_buf_add(out, text, sign);
        xm_buf_pad(out, fill, pad);
        xm_buf_add(out, text + sign, len - sign);
        return 0;
    }
    left = spec->align == '>' ? pad : spec->align == '^' ? pad / 2 : 0;
    xm_buf_pad(out, fill, left);
    xm_buf_add(out, text, len);
    xm_buf_pad(out, fill, pad - left);
    return 0;
}

static int put_int(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    xm_autobuf text = XM_BUF_INIT;
    char digits[80] = "";
    int64_t i = v.type == V_FLOAT ? 0 : v.i;
    uint64_t u;
    size_t len;

    if (v.type == V_FLOAT) {
        if (fabs(v.f) > 9.2e18)
            return lang_raise(lang, place, "OverflowError", "the number does not fit into 64 bits");
        i = (int64_t)v.f;
    }
    u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    if (spec->type == 'x' || spec->type == 'X')
        snprintf(digits, sizeof(digits), spec->type == 'x' ? "%llx" : "%llX", (unsigned long long)u);
    else if (spec->type == 'o')
        snprintf(digits, sizeof(digits), "%llo", (unsigned long long)u);
    else
        snprintf(digits, sizeof(digits), "%llu", (unsigned long long)u);
    if (i < 0 || spec->sign != '\0')
        xm_buf_putc(&text, i < 0 ? '-' : spec->sign);
    if (spec->alternate && spec->type != 'd')
        xm_buf_puts(&text, spec->type == 'o' ? "0" : spec->type == 'x' ? "0x" : "0X");
    len = strlen(digits);
    if (spec->precision > (int)len) {
        if (lang_check_str(lang, place, (size_t)spec->precision) < 0)
            return -1;
        xm_buf_pad(&text, '0', (size_t)spec->precision - len);
    }
    xm_buf_puts(&text, digits);
    return put_padded(lang, place, out, spec, text.data, text.len);
}

static int put_real(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    char format[8] = { '%', '.', '*', spec->type, '\0' };
    int precision = spec->precision < 0 ? 6 : spec->precision > 100 ? 100 : spec->precision;
    double f = val_as_float(v);
    xm_autofree char *digits = NULL, *text = NULL;

    switch (spec->type) {
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        break;
    default:
        return lang_raise(lang, place, "ValueError", "unknown format '%c'", spec->type);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    digits = xm_printf(format, precision, f);
#pragma GCC diagnostic pop
    text = xm_printf("%s%s", !signbit(f) && spec->sign != '\0' ? (char[]){ spec->sign, '\0' } : "", digits);
    return put_padded(lang, place, out, spec, text, strlen(text));
}

static int put_text(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    struct val text;
    size_t len;

    if ((spec->type == 'r' ? format_repr(lang, place, v, &text) : format_str(lang, place, v, &text)) < 0)
        return -1;
    len = text.str->len;
    if (spec->precision >= 0 && (size_t)spec->precision < len)
        len = (size_t)spec->precision;
    return put_padded(lang, place, out, spec, text.str->data, len);
}

static int put_char(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    char c;

    if (v.type == V_STR && v.str->len == 1)
        return put_padded(lang, place, out, spec, v.str->data, 1);
    if (v.type != V_INT || v.i < 1 || v.i > 255)
        return lang_raise(lang, place, "TypeError", "%%c wants one character or a number from 1 to 255");
    c = (char)v.i;
    return put_padded(lang, place, out, spec, &c, 1);
}

static int put_spec(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    switch (spec->type) {
    case 's': case 'r':
        return put_text(lang, place, out, spec, v);
    case 'c':
        return put_char(lang, place, out, spec, v);
    default:
        break;
    }
    if (!val_is_number(v))
        return lang_raise(lang, place, "TypeError", "format '%c' wants a number, not %s", spec->type, val_type_name(v));
    if (strchr("doxX", spec->type) != NULL)
        return put_int(lang, place, out, spec, v);
    return put_real(lang, place, out, spec, v);
}

/* Widths are bounded where they are read, so that nothing is computed with a huge one. */
static int read_number(const char **at)
{
    int value = 0;

    for (; isdigit((unsigned char)**at); (*at)++)
        if (value <= LANG_STR_MAX)
            value = value * 10 + (**at - '0');
    return value;
}

struct percent {
    struct lang *lang;
    struct xm_place place;
    struct val args;
    size_t used;
    const char *at;
};

static int next_arg(struct percent *in, struct val *ret_value)
{
    size_t count = in->args.type == V_TUPLE ? in->args.list->count : 1;

    if (in->used >= count)
        return lang_raise(in->lang, in->place, "TypeError", "not enough values for the format");
    *ret_value = in->args.type == V_TUPLE ? in->args.list->items[in->used] : in->args;
    in->used++;
    return 0;
}

/* A number, or * for one from the arguments. */
static int read_star(struct percent *in, int *ret_number)
{
    struct val v;

    if (*in->at != '*') {
        *ret_number = read_number(&in->at);
        return 0;
    }
    in->at++;
    if (next_arg(in, &v) < 0)
        return -1;
    if (v.type != V_INT || v.i < 0 || v.i > LANG_STR_MAX)
        return lang_raise(in->lang, in->place, "TypeError", "* in a format wants a small int");
    *ret_number = (int)v.i;
    return 0;
}

static int read_name(struct percent *in, struct val *ret_value)
{
    const char *start = ++in->at;
    struct dict_entry *entry;

    while (*in->at != '\0' && *in->at != ')')
        in->at++;
    if (*in->at == '\0')
        return lang_raise(in->lang, in->place, "ValueError", "the format has '(' without ')'");
    if (in->args.type != V_DICT)
        return lang_raise(in->lang, in->place, "TypeError", "a format with names wants a dict");
    entry = dict_find(in->args.dict, val_str(&in->lang->arena, start, (size_t)(in->at - start)));
    if (entry == NULL)
        return lang_raise(in->lang, in->place, "KeyError", "'%.*s'", (int)(in->at - start > 80 ? 80 : in->at - start), start);
    in->at++;
    in->used = 1;
    *ret_value = entry->value;
    return 0;
}

/* Behind a %. */
static int percent_one(struct percent *in, struct xm_buf *out)
{
    struct spec spec = { .align = '>', .width = -1, .precision = -1 };
    bool named = *in->at == '(', left = false, zero = false;
    struct val v = val_none();

    if (named && read_name(in, &v) < 0)
        return -1;
    for (; *in->at != '\0' && strchr("-+ #0", *in->at) != NULL; in->at++) {
        left |= *in->at == '-';
        zero |= *in->at == '0';
        spec.alternate |= *in->at == '#';
        if (*in->at == '+' || (*in->at == ' ' && spec.sign == '\0'))
            spec.sign = *in->at;
    }
    if (read_star(in, &spec.width) < 0)
        return -1;
    if (*in->at == '.') {
        in->at++;
        if (read_star(in, &spec.precision) < 0)
            return -1;
    }
    while (*in->at != '\0' && strchr("hlL", *in->at) != NULL)
        in->at++;
    spec.type = *in->at == 'i' || *in->at == 'u' ? 'd' : *in->at;
    if (spec.type == '%') {
        in->at++;
        xm_buf_putc(out, '%');
        return 0;
    }
    if (spec.type == '\0')
        return lang_raise(in->lang, in->place, "ValueError", "the format ends behind a '%%'");
    if (strchr("srcdoxXeEfFgG", spec.type) == NULL)
        return lang_raise(in->lang, in->place, "ValueError", "unknown format '%%%c'", isprint((unsigned char)spec.type) ? spec.type : '?');
    in->at++;
    if (left)
        spec.align = '<';
    else if (zero && strchr("src", spec.type) == NULL)
        spec.align = '=', spec.fill = '0';
    if (!named && next_arg(in, &v) < 0)
        return -1;
    return put_spec(in->lang, in->place, out, &spec, v);
}

static int percent_all(struct percent *in, struct xm_buf *out)
{
    while (*in->at != '\0') {
        size_t plain = strcspn(in->at, "%");

        xm_buf_add(out, in->at, plain);
        in->at += plain;
        if (*in->at == '%') {
            in->at++;
            if (percent_one(in, out) < 0)
                return -1;
        }
    }
    if (in->args.type == V_TUPLE ? in->used < in->args.list->count : in->used == 0 && in->args.type != V_DICT)
        return lang_raise(in->lang, in->place, "TypeError", "more values than the format takes");
    return 0;
}

int format_percent(struct lang *lang, struct xm_place place, const struct str *format, struct val args, struct val *ret_text)
{
    struct percent in = { .lang = lang, .place = place, .args = args, .at = format->data };
    struct xm_buf out = XM_BUF_INIT;

    return finish(lang, place, &out, percent_all(&in, &out), ret_text);
}

struct braces {
    struct lang *lang;
    struct xm_place place;
    const struct val *args;
    size_t count, used;
    const struct dict *named;
    const char *at;
};

static int brace_value(struct braces *in, struct val *ret_value)
{
    const char *start = in->at;
    size_t len = strcspn(start, "}!:{"), index = in->used;
    struct val *named;

    in->at += len;
    if (len > 0 && memchr(start, '.', len) != NULL)
        return lang_stop(in->lang, in->place, "attributes in a format are not supported in configuration files");
    if (len > 0 && memchr(start, '[', len) != NULL)
        return lang_stop(in->lang, in->place, "indexes in a format are not supported in configuration files");
    if (len == 0) {
        in->used++;
    } else if (isdigit((unsigned char)*start)) {
        index = (size_t)read_number(&start);
    } else {
        named = dict_get_name(in->named, str_new(&in->lang->arena, start, len));
        if (named == NULL)
            return lang_raise(in->lang, in->place, "KeyError", "'%.*s'", (int)(len > 80 ? 80 : len), start);
        *ret_value = *named;
        return 0;
    }
    if (index >= in->count)
        return lang_raise(in->lang, in->place, "IndexError", "not enough values for the format");
    *ret_value = in->args[index];
    return 0;
}

/* [[fill]align][sign][#][0][width][.precision][type] */
static void brace_spec(struct braces *in, struct spec *spec)
{
    if (*in->at != '\0' && in->at[1] != '\0' && strchr("<>^=", in->at[1]) != NULL) {
        spec->fill = in->at[0];
        spec->align = in->at[1];
        in->at += 2;
    } else if (*in->at != '\0' && strchr("<>^=", *in->at) != NULL) {
        spec->align = *in->at++;
    }
    if (*in->at == '+' || *in->at == ' ' || *in->at == '-') {
        spec->sign = *in->at == '-' ? '\0' : *in->at;
        in->at++;
    }
    if (*in->at == '#') {
        spec->alternate = true;
        in->at++;
    }
    if (*in->at == '0') {
        spec->fill = spec->fill != '\0' ? spec->fill : '0';
        spec->align = spec->align != '\0' ? spec->align : '=';
    }
    spec->width = read_number(&in->at);
    if (*in->at == '.') {
        in->at++;
        spec->precision = read_number(&in->at);
    }
    if (*in->at != '\0' && *in->at != '}')
        spec->type = *in->at++;
}

/* Behind a {. */
static int brace_one(struct braces *in, struct xm_buf *out)
{
    struct spec spec = { .width = -1, .precision = -1 };
    struct val v;

    if (brace_value(in, &v) < 0)
        return -1;
    if (*in->at == '!') {
        if (in->at[1] != 'r' && in->at[1] != 's')
            return lang_raise(in->lang, in->place, "ValueError", "behind '!' in a format stands r or s");
        if ((in->at[1] == 'r' ? format_repr : format_str)(in->lang, in->place, v, &v) < 0)
            return -1;
        in->at += 2;
    }
    if (*in->at == ':') {
        in->at++;
        brace_spec(in, &spec);
    }
    if (*in->at != '}')
        return lang_raise(in->lang, in->place, "ValueError", "the format has '{' without a '}' that fits");
    in->at++;
    if (spec.type == '\0')
        spec.type = v.type == V_INT ? 'd' : v.type == V_FLOAT && spec.precision >= 0 ? 'g' : 's';
    if (strchr("sdoxXeEfFgGc", spec.type) == NULL)
        return lang_raise(in->lang, in->place, "ValueError", "unknown format '%c'", isprint((unsigned char)spec.type) ? spec.type : '?');
    if (spec.type == 's' && v.type != V_STR && !val_is_number(v) && spec.width < 1 && spec.precision < 0)
        spec.align = '<';
    if (spec.align == '\0')
        spec.align = val_is_number(v) ? '>' : '<';
    if (spec.align == '=' && !val_is_number(v))
        spec.align = '<';
    return put_spec(in->lang, in->place, out, &spec, v);
}

static int braces_all(struct braces *in, struct xm_buf *out)
{
    while (*in->at != '\0') {
        size_t plain = strcspn(in->at, "{}");

        xm_buf_add(out, in->at, plain);
        in->at += plain;
        if (*in->at == '\0')
            break;
        if (in->at[0] == in->at[1]) {       /* {{ and }} stand for one */
            xm_buf_putc(out, *in->at);
            in->at += 2;
        } else if (*in->at == '}') {
            return lang_raise(in->lang, in->place, "ValueError", "the format has '}' without '{'");
        } else {
            in->at++;
            if (brace_one(in, out) < 0)
                return -1;
        }
    }
    return 0;
}

int format_braces(struct lang *lang, struct xm_place place, const struct str *format, const struct val *args, size_t count,
                  const struct dict *named, struct val *ret_text)
{
    struct braces in = { .lang = lang, .place = place, .args = args, .count = count, .named = named, .at = format->data };
    struct xm_buf out = XM_BUF_INIT;

    return finish(lang, place, &out, braces_all(&in, &out), ret_text);
}
