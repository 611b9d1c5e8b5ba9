/* The % operator and str.format(). */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "lang/eval.h"
#include "lang/format-spec.h"
#include "lang/format.h"
#include "lang/operator.h"

struct percent {
    struct lang *lang;
    struct xm_place place;
    struct val args;
    size_t used;
    const char *at, *end;
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

/* A number, or * for one from the arguments; the sign of the latter may ask for the left side. */
static int read_star(struct percent *in, int *ret_number, bool *ret_left)
{
    struct val v;

    if (*in->at != '*') {
        if (isdigit((unsigned char)*in->at))
            *ret_number = spec_number(&in->at, in->end);
        return 0;
    }
    in->at++;
    if (next_arg(in, &v) < 0)
        return -1;
    if (v.type != V_INT || v.i < -LANG_STR_MAX || v.i > LANG_STR_MAX)
        return lang_raise(in->lang, in->place, "TypeError", "* in a format wants a small int");
    *ret_left |= v.i < 0;
    *ret_number = (int)(v.i < 0 ? -v.i : v.i);
    return 0;
}

/* (NAME), in which brackets may nest. */
static int read_name(struct percent *in, struct val *ret_value)
{
    const char *start = ++in->at;
    unsigned open = 1;
    struct val key;

    for (; in->at < in->end; in->at++) {
        open += *in->at == '(';
        open -= *in->at == ')';
        if (open == 0)
            break;
    }
    if (in->at >= in->end)
        return lang_raise(in->lang, in->place, "ValueError", "the format has '(' without ')'");
    if (in->args.type != V_DICT)
        return lang_raise(in->lang, in->place, "TypeError", "a format with names wants a dict");
    key = val_str(&in->lang->arena, start, (size_t)(in->at - start));
    in->at++;
    return op_index(in->lang, in->place, in->args, key, ret_value);
}

/* Flags, width, precision and type behind a %. */
static int read_percent(struct percent *in, struct spec *spec, bool *ret_left, bool *ret_zero)
{
    bool ignored = false;

    for (; *in->at != '\0' && strchr("-+ #0", *in->at) != NULL; in->at++) {
        *ret_left |= *in->at == '-';
        *ret_zero |= *in->at == '0';
        spec->alternate |= *in->at == '#';
        if (*in->at == '+' || (*in->at == ' ' && spec->sign == '\0'))
            spec->sign = *in->at;
    }
    if (read_star(in, &spec->width, ret_left) < 0)
        return -1;
    if (*in->at == '.') {
        in->at++;
        spec->precision = 0;
        if (read_star(in, &spec->precision, &ignored) < 0)
            return -1;
    }
    while (*in->at != '\0' && strchr("hlL", *in->at) != NULL)
        in->at++;
    spec->type = *in->at == 'i' || *in->at == 'u' ? 'd' : *in->at;
    if (spec->type == '\0')
        return lang_raise(in->lang, in->place, "ValueError", "the format ends behind a '%%'");
    if (strchr("sracdoxXeEfFgG%", spec->type) == NULL)
        return lang_raise(in->lang, in->place, "ValueError", "unknown format '%%%c'", isprint((unsigned char)spec->type) ? spec->type : '?');
    in->at++;
    return 0;
}

/* Behind a %. */
static int percent_one(struct percent *in, struct xm_buf *out)
{
    struct spec spec = { .old = true, .align = '>', .width = -1, .precision = -1 };
    bool named = *in->at == '(', left = false, zero = false;
    struct val v = val_none();

    if (named && read_name(in, &v) < 0)
        return -1;
    if (read_percent(in, &spec, &left, &zero) < 0)
        return -1;
    if (spec.type == '%') {
        xm_buf_putc(out, '%');
        return 0;
    }
    if (left)
        spec.align = '<';
    else if (zero && strchr("srac", spec.type) == NULL)
        spec.align = '=', spec.fill[0] = '0';
    if (!named && next_arg(in, &v) < 0)
        return -1;
    return spec_put(in->lang, in->place, out, &spec, v);
}

static int percent_all(struct percent *in, struct xm_buf *out)
{
    while (*in->at != '\0') {
        size_t plain = strcspn(in->at, "%");

        xm_buf_add(out, in->at, plain);
        in->at += plain;
        if (*in->at == '%') {
            in->at++;
            if (percent_one(in, out) < 0 || lang_check_len(in->lang, in->place, out->len) < 0)
                return -1;
        }
    }
    if (in->args.type == V_TUPLE ? in->used < in->args.list->count : in->used == 0 && in->args.type != V_DICT && in->args.type != V_LIST)
        return lang_raise(in->lang, in->place, "TypeError", "more values than the format takes");
    return 0;
}

int format_percent(struct lang *lang, struct xm_place place, const struct str *format, struct val args, struct val *ret_text)
{
    struct percent in = { .lang = lang, .place = place, .args = args, .at = format->data, .end = format->data + format->len };
    struct xm_buf out = XM_BUF_INIT;

    return format_finish(lang, place, &out, percent_all(&in, &out), ret_text);
}

struct braces {
    struct lang *lang;
    struct xm_place place;
    const struct val *args;
    size_t count, used;
    bool automatic, numbered;           /* {} and {0} do not go together */
    const struct dict *named;
    const char *at, *end;
};

static int argument(struct braces *in, size_t index, struct val *ret_value)
{
    if (index >= in->count)
        return lang_raise(in->lang, in->place, "IndexError", "not enough values for the format");
    *ret_value = in->args[index];
    return 0;
}

/* The value that {NAME, {0 or { begins with. */
static int first_value(struct braces *in, struct val *ret_value)
{
    const char *start = in->at;
    size_t len = strcspn(start, "}!:{.[");
    const struct val *named;

    in->at += len;
    if (in->at >= in->end)
        return lang_raise(in->lang, in->place, "ValueError", "the format has '{' without a '}' that fits");
    if (len == 0 || strspn(start, "0123456789") >= len) {
        in->automatic |= len == 0;
        in->numbered |= len > 0;
        if (in->automatic && in->numbered)
            return lang_raise(in->lang, in->place, "ValueError", "a format counts its values itself or by numbers, not both");
        return argument(in, len == 0 ? in->used++ : (size_t)spec_number(&start, start + len), ret_value);
    }
    named = dict_get_name(in->named, str_new(&in->lang->arena, start, len));
    if (named == NULL)
        return lang_raise(in->lang, in->place, "KeyError", "'%.*s'", (int)(len > 80 ? 80 : len), start);
    *ret_value = *named;
    return 0;
}

/* .NAME and [INDEX] behind it: what is looked at so is as safe as elsewhere. */
static int follow(struct braces *in, struct val *value)
{
    while (*in->at == '.' || *in->at == '[') {
        bool index = *in->at == '[';
        const char *start = ++in->at;
        size_t len = index ? strcspn(start, "]") : strcspn(start, "}!:{.[");
        struct val key = val_str(&in->lang->arena, start, len);

        in->at += len;
        if (len == 0 || (index && *in->at != ']'))
            return lang_raise(in->lang, in->place, "ValueError", "the format has an empty or open name");
        if (index && strspn(start, "0123456789") >= len)
            key = val_int(spec_number(&start, start + len));
        if ((index ? op_index(in->lang, in->place, *value, key, value)
                   : eval_attribute(in->lang, in->place, *value, key.str, value)) < 0)
            return -1;
        in->at += index;
    }
    return 0;
}

static int brace_one(struct braces *in, struct xm_buf *out, unsigned depth);

/* What stands behind ':', with the fields in it filled in. */
static int read_spec(struct braces *in, struct xm_buf *spec, unsigned depth)
{
    while (in->at < in->end && *in->at != '}') {
        if (*in->at != '{') {
            xm_buf_putc(spec, *in->at++);
            continue;
        }
        in->at++;
        if (brace_one(in, spec, depth + 1) < 0)
            return -1;
    }
    return 0;
}

/* Behind a {. */
static int brace_one(struct braces *in, struct xm_buf *out, unsigned depth)
{
    xm_autobuf spec = XM_BUF_INIT;
    struct val v, text;

    if (depth > 1)
        return lang_raise(in->lang, in->place, "ValueError", "fields of a format are nested too deeply");
    if (first_value(in, &v) < 0 || follow(in, &v) < 0)
        return -1;
    if (*in->at == '!') {
        if (in->at[1] == '\0' || strchr("rsa", in->at[1]) == NULL)
            return lang_raise(in->lang, in->place, "ValueError", "behind '!' in a format stands r, s or a");
        if (format_convert(in->lang, in->place, in->at[1], &v) < 0)
            return -1;
        in->at += 2;
    }
    if (*in->at == ':') {
        in->at++;
        if (read_spec(in, &spec, depth) < 0)
            return -1;
    }
    if (*in->at != '}')
        return lang_raise(in->lang, in->place, "ValueError", "the format has '{' without a '}' that fits");
    in->at++;
    if (format_value(in->lang, in->place, v, spec.len > 0 ? spec.data : "", spec.len, &text) < 0
        || lang_check_len(in->lang, in->place, out->len + text.str->len) < 0)
        return -1;
    xm_buf_add(out, text.str->data, text.str->len);
    return 0;
}

static int braces_all(struct braces *in, struct xm_buf *out)
{
    while (in->at < in->end) {
        size_t plain = strcspn(in->at, "{}");

        xm_buf_add(out, in->at, plain);
        in->at += plain;
        if (in->at >= in->end)
            break;
        if (in->at[0] == in->at[1]) {       /* {{ and }} stand for one */
            xm_buf_putc(out, *in->at);
            in->at += 2;
        } else if (*in->at == '}') {
            return lang_raise(in->lang, in->place, "ValueError", "the format has '}' without '{'");
        } else {
            in->at++;
            if (brace_one(in, out, 0) < 0)
                return -1;
        }
    }
    return 0;
}

int format_braces(struct lang *lang, struct xm_place place, const struct str *format, const struct val *args, size_t count,
                  const struct dict *named, struct val *ret_text)
{
    struct braces in = { .lang = lang, .place = place, .args = args, .count = count, .named = named,
                         .at = format->data, .end = format->data + format->len };
    struct xm_buf out = XM_BUF_INIT;

    return format_finish(lang, place, &out, braces_all(&in, &out), ret_text);
}
