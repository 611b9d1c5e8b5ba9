#include "lang/format-spec.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "lang/format.h"

static void put_fill(struct xm_buf *out, const struct spec *spec, size_t count)
{
    if (spec->fill[0] != '\0' && spec->fill[1] != '\0')
        for (size_t i = 0; i < count; i++)
            xm_buf_puts(out, spec->fill);
    else
        xm_buf_pad(out, spec->fill[0] != '\0' ? spec->fill[0] : ' ', count);
}

/* Pads to the width. head is a sign and a prefix, behind which '=' pads. */
static int put_padded(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, char align,
                      const char *head, const char *text, size_t len)
{
    size_t head_len = strlen(head), all = head_len + len;
    size_t width = spec->width > 0 ? (size_t)spec->width : 0, pad = width > all ? width - all : 0;
    size_t left = align == '>' || align == '=' ? pad : align == '^' ? pad / 2 : 0;

    if (lang_check_len(lang, place, out->len + all + pad * (spec->fill[0] != '\0' ? strlen(spec->fill) : 1)) < 0)
        return -1;
    if (align == '=')
        xm_buf_puts(out, head);
    put_fill(out, spec, left);
    if (align != '=')
        xm_buf_puts(out, head);
    xm_buf_add(out, text, len);
    put_fill(out, spec, pad - left);
    return 0;
}

/* Puts the sign between the digits, every three of them or four. Zeros in front are grouped too:
 * they fill up to least characters. */
static void group_digits(struct xm_buf *out, const char *digits, size_t len, size_t every, char sign, size_t least)
{
    size_t count = len;

    while (count + (count - 1) / every < least)
        count++;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % every == 0)
            xm_buf_putc(out, sign);
        xm_buf_putc(out, i < count - len ? '0' : digits[i - (count - len)]);
    }
}

/* A number's digits, with what is in front of them and, of a real one, behind the point. */
static int put_number(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, const char *head,
                      const char *digits)
{
    size_t whole = strspn(digits, "0123456789abcdefABCDEF"), every = spec->type != '\0' && strchr("boxX", spec->type) != NULL ? 4 : 3;
    char align = spec->align != '\0' ? spec->align : '>';
    bool zeros = align == '=' && strcmp(spec->fill, "0") == 0 && spec->width > 0;
    size_t behind, fixed, least;
    xm_autobuf text = XM_BUF_INIT;

    if (spec->type == '\0' || strchr("boxX", spec->type) == NULL)
        whole = strspn(digits, "0123456789");
    behind = strlen(digits) - whole;
    fixed = strlen(head) + behind;
    least = zeros && (size_t)spec->width > fixed ? (size_t)spec->width - fixed : 0;
    if (lang_check_len(lang, place, out->len + least + whole) < 0)
        return -1;
    if (spec->group != '\0' && whole > 0)
        group_digits(&text, digits, whole, every, spec->group, least);
    else
        xm_buf_add(&text, digits, whole);
    xm_buf_puts(&text, digits + whole);
    return put_padded(lang, place, out, spec, align, head, text.data, text.len);
}

static void put_binary(struct xm_buf *out, uint64_t u)
{
    int bit = 63;

    while (bit > 0 && (u >> bit & 1) == 0)
        bit--;
    for (; bit >= 0; bit--)
        xm_buf_putc(out, (u >> bit & 1) != 0 ? '1' : '0');
}

static const char *int_prefix(const struct lang *lang, const struct spec *spec)
{
    if (!spec->alternate)
        return "";
    switch (spec->type) {
    case 'x':
        return "0x";
    case 'X':
        return "0X";
    case 'b':
        return "0b";
    case 'o':
        return spec->old && lang->python2 ? "0" : "0o";
    default:
        return "";
    }
}

static int put_int(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, int64_t i)
{
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    xm_autobuf digits = XM_BUF_INIT, all = XM_BUF_INIT;
    char head[8], sign[2] = { i < 0 ? '-' : spec->sign, '\0' };

    if (spec->precision >= 0 && !spec->old)
        return lang_raise(lang, place, "ValueError", "a precision is for numbers with a point, not for an int");
    if (spec->precision >= 0 && lang_check_str(lang, place, (size_t)spec->precision) < 0)
        return -1;
    if (spec->type == 'b')
        put_binary(&digits, u);
    else
        xm_buf_printf(&digits, spec->type == 'x' ? "%llx" : spec->type == 'X' ? "%llX" : spec->type == 'o' ? "%llo" : "%llu",
                      (unsigned long long)u);
    if (spec->precision > (int)digits.len)
        xm_buf_pad(&all, '0', (size_t)spec->precision - digits.len);
    xm_buf_add(&all, digits.data, digits.len);
    snprintf(head, sizeof(head), "%s%s", sign, int_prefix(lang, spec));
    return put_number(lang, place, out, spec, head, all.data);
}

/* Digits for the type '\0' with a precision: as g, but with room for a zero behind the point. */
static char *plain_digits(double f, int precision, bool alternate)
{
    int digits = precision > 0 ? precision : 1;
    xm_autofree char *probe = xm_printf("%.*e", digits - 1, f);
    int exponent = (int)strtol(strchr(probe, 'e') + 1, NULL, 10);

    if (exponent < -4 || exponent >= digits - 1)
        return xm_printf(alternate ? "%#.*e" : "%.*e", digits - 1, f);
    return xm_printf(alternate ? "%#.*g" : "%.*g", digits, f);
}

/* Takes the zeros off that end a mantissa. */
static void trim_zeros(char *text)
{
    char *e = strchr(text, 'e'), *end = e != NULL ? e : text + strlen(text), *stop = end;

    if (memchr(text, '.', (size_t)(end - text)) == NULL)
        return;
    while (stop[-1] == '0')
        stop--;
    if (stop[-1] == '.')
        stop--;
    memmove(stop, end, strlen(end) + 1);
}

/* What repr() writes, or with a precision what g does, but never without a point or an exponent. */
static int plain_real(struct lang *lang, struct xm_place place, const struct spec *spec, double f, char **ret_digits)
{
    struct val text;

    if (spec->precision < 0) {
        if (format_repr(lang, place, val_float(f), &text) < 0)
            return -1;
        *ret_digits = xm_strdup(text.str->data);
        return 0;
    }
    *ret_digits = plain_digits(f, spec->precision, spec->alternate);
    if (!spec->alternate)
        trim_zeros(*ret_digits);
    if (strpbrk(*ret_digits, ".e") == NULL) {
        char *pointed = xm_printf("%s.0", *ret_digits);

        free(*ret_digits);
        *ret_digits = pointed;
    }
    return 0;
}

static int put_real(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, double f)
{
    char type = spec->type == '%' ? 'f' : spec->type == 'n' ? 'g' : spec->type;
    char format[8] = { '%', spec->alternate ? '#' : '.', spec->alternate ? '.' : '*', spec->alternate ? '*' : type,
                       spec->alternate ? type : '\0', '\0' };
    int precision = spec->precision < 0 ? 6 : spec->precision;
    bool negative = signbit(f) && !isnan(f);
    char head[2] = { negative ? '-' : spec->sign, '\0' };
    xm_autofree char *digits = NULL;

    if (lang_check_str(lang, place, (size_t)precision) < 0)
        return -1;
    if (spec->type == '%')
        f *= 100;
    f = fabs(f);
    if (!isfinite(f))
        digits = xm_strdup(isnan(f) ? (isupper((unsigned char)type) ? "NAN" : "nan") : isupper((unsigned char)type) ? "INF" : "inf");
    else if (type == '\0' && plain_real(lang, place, spec, f, &digits) < 0)
        return -1;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (digits == NULL)
        digits = xm_printf(format, precision, f);
#pragma GCC diagnostic pop
    if (spec->type == '%') {
        char *percent = xm_printf("%s%%", digits);

        free(digits);
        digits = percent;
    }
    return put_number(lang, place, out, spec, head, digits);
}

static int put_text(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    size_t len;

    if (format_convert(lang, place, spec->type == 'r' || spec->type == 'a' ? spec->type : 's', &v) < 0)
        return -1;
    len = v.str->len;
    if (spec->precision >= 0 && (size_t)spec->precision < len)
        len = (size_t)spec->precision;
    return put_padded(lang, place, out, spec, spec->align != '\0' ? spec->align : '<', "", v.str->data, len);
}

static int unknown(struct lang *lang, struct xm_place place, char type, struct val v)
{
    return lang_raise(lang, place, "ValueError", "there is no format '%c' for %s", isprint((unsigned char)type) ? type : '?', val_type_name(v));
}

static int put_char(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    char align = spec->align != '\0' ? spec->align : '<', c;

    if (spec->old && v.type == V_STR && v.str->len == 1)
        return put_padded(lang, place, out, spec, align, "", v.str->data, 1);
    if (v.type == V_FLOAT && !spec->old)
        return unknown(lang, place, 'c', v);
    if ((v.type != V_INT && v.type != V_BOOL) || v.i < 1 || v.i > 255)
        return lang_raise(lang, place, v.type == V_INT ? "OverflowError" : "TypeError", "format 'c' wants one character or a number from 1 to 255");
    c = (char)v.i;
    return put_padded(lang, place, out, spec, align, "", &c, 1);
}

static int real_as_int(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, double f)
{
    if (!spec->old || (spec->type != 'd' && !lang->python2))
        return lang_raise(lang, place, spec->old ? "TypeError" : "ValueError", "format '%c' wants an int, not float", spec->type);
    if (!(fabs(f) < 9.2e18))
        return lang_raise(lang, place, "OverflowError", "the number does not fit into 64 bits");
    return put_int(lang, place, out, spec, (int64_t)f);
}

/* Of .format(): a text takes no sign, no '=' and no grouping. */
static int check_text(struct lang *lang, struct xm_place place, const struct spec *spec, struct val v)
{
    if (spec->type != 's' && spec->type != '\0')
        return unknown(lang, place, spec->type, v);
    if (spec->sign != '\0' || spec->align == '=' || spec->group != '\0' || spec->alternate)
        return lang_raise(lang, place, "ValueError", "a sign, '=', '#' and grouping are for numbers, not for %s", val_type_name(v));
    return 0;
}

int spec_put(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v)
{
    bool text = spec->type != '\0' && strchr("sra", spec->type) != NULL;

    if (!val_is_number(v) && !spec->old) {
        if (check_text(lang, place, spec, v) < 0)
            return -1;
        text = true;
    }
    if (text && (spec->old || !val_is_number(v)))
        return put_text(lang, place, out, spec, v);
    if (spec->type == 'c')
        return put_char(lang, place, out, spec, v);
    if (!val_is_number(v))
        return lang_raise(lang, place, "TypeError", "format '%c' wants a number, not %s", spec->type, val_type_name(v));
    if (spec->type != '\0' && strchr("eEfFgG%", spec->type) != NULL)
        return put_real(lang, place, out, spec, val_as_float(v));
    if (v.type == V_FLOAT && (spec->type == '\0' || spec->type == 'n'))
        return put_real(lang, place, out, spec, v.f);
    if (spec->type != '\0' && strchr("bdnoxX", spec->type) == NULL)
        return unknown(lang, place, spec->type, v);
    if (v.type == V_FLOAT)
        return real_as_int(lang, place, out, spec, v.f);
    return put_int(lang, place, out, spec, v.i);
}

int spec_number(const char **at, const char *end)
{
    int value = 0;

    for (; *at < end && isdigit((unsigned char)**at); (*at)++)
        if (value <= LANG_STR_MAX)
            value = value * 10 + (**at - '0');
    return value;
}

/* How many bytes the character at text has. */
static size_t char_len(const char *text, const char *end)
{
    size_t len = 1;

    while (len < 4 && text + len < end && ((unsigned char)text[len] & 0xc0) == 0x80 && (unsigned char)*text >= 0xc0)
        len++;
    return len;
}

static bool is_one_of(const char *at, const char *end, const char *set)
{
    return at < end && *at != '\0' && strchr(set, *at) != NULL;
}

/* Returns where it stopped reading. */
static const char *read_spec(const char *at, const char *end, struct spec *spec)
{
    size_t fill = at < end ? char_len(at, end) : 0;

    *spec = (struct spec){ .width = -1, .precision = -1 };
    if (fill > 0 && is_one_of(at + fill, end, "<>^=")) {
        memcpy(spec->fill, at, fill);
        at += fill;
        spec->align = *at++;
    } else if (is_one_of(at, end, "<>^=")) {
        spec->align = *at++;
    }
    if (is_one_of(at, end, "+- ")) {
        spec->sign = *at == '-' ? '\0' : *at;
        at++;
    }
    if (is_one_of(at, end, "#")) {
        spec->alternate = true;
        at++;
    }
    if (is_one_of(at, end, "0")) {
        if (spec->fill[0] == '\0')
            spec->fill[0] = '0';
        if (spec->align == '\0')
            spec->align = '=';
    }
    if (at < end && isdigit((unsigned char)*at))
        spec->width = spec_number(&at, end);
    if (is_one_of(at, end, ",_"))
        spec->group = *at++;
    if (is_one_of(at, end, ".") && at + 1 < end && isdigit((unsigned char)at[1])) {
        at++;
        spec->precision = spec_number(&at, end);
    }
    if (at < end)
        spec->type = *at++;
    return at;
}

int format_value(struct lang *lang, struct xm_place place, struct val v, const char *spec_text, size_t len, struct val *ret_text)
{
    const char *end = spec_text + len;
    xm_autobuf out = XM_BUF_INIT;
    struct spec spec;

    if (len == 0)
        return format_str(lang, place, v, ret_text);
    if (read_spec(spec_text, end, &spec) != end)
        return lang_raise(lang, place, "ValueError", "there is no format '%.*s'", (int)(len > 40 ? 40 : len), spec_text);
    if (!val_is_number(v) && v.type != V_STR && !lang->python2)
        return lang_raise(lang, place, "TypeError", "%s takes no format; str() makes a text of it", val_type_name(v));
    if (v.type == V_STR && spec.align == '=' && spec.fill[0] == '0' && (spec.type == '\0' || spec.type == 's'))
        spec.align = '<';       /* {:05} of a text; Python 3.10 and later */
    if (spec_put(lang, place, &out, &spec, v) < 0 || lang_check_str(lang, place, out.len) < 0)
        return -1;
    *ret_text = val_str(&lang->arena, out.data, out.len);
    return 0;
}
