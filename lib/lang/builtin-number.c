/* Functions of numbers and characters. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/lexer.h"
#include "lang/operator.h"
#include "lang/utf8.h"

/* The base that a 0x, 0o or 0b says, which must be the one asked for unless that is 0. */
static int prefix_base(const char **at, int base)
{
    int found = (*at)[0] != '0' ? 0 : strchr("xX", (*at)[1]) != NULL && (*at)[1] != '\0' ? 16
                : strchr("oO", (*at)[1]) != NULL && (*at)[1] != '\0' ? 8 : strchr("bB", (*at)[1]) != NULL && (*at)[1] != '\0' ? 2 : 0;

    if (found == 0 || (base != 0 && base != found))
        return base == 0 ? 10 : base;
    *at += 2;
    if (**at == '_')
        ++*at;
    return found;
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

/* The digits from *at on, single underscores between: 1, 0 if there is none, -1 if they do not fit. */
static int read_digits(const char **at, int base, bool negative, bool underscores, int64_t *ret_value)
{
    bool any = false, fits = true;
    int64_t value = 0;

    for (; digit_of(**at) < base || (underscores && any && **at == '_' && digit_of((*at)[1]) < base); ++*at) {
        int digit = digit_of(**at);

        if (**at == '_')
            continue;
        any = true;
        /* counted down, so that the smallest number fits */
        fits = fits && !__builtin_mul_overflow(value, (int64_t)base, &value) && !__builtin_sub_overflow(value, (int64_t)digit, &value);
    }
    if (fits && !negative)
        fits = !__builtin_sub_overflow((int64_t)0, value, &value);
    *ret_value = value;
    return !any ? 0 : fits ? 1 : -1;
}

/* int("0x1f", 16) and so on; blanks around are fine. */
static int parse_int(const struct call *call, const struct str *str, int base, struct val *ret_value)
{
    const char *blanks = " \t\n\v\f\r", *at = str->data + strspn(str->data, blanks);
    bool negative = *at == '-', old;
    int64_t value = 0;
    int rc;

    at += *at == '-' || *at == '+';
    /* 010 is octal in Python 2, and no number in Python 3 */
    old = base == 0 && at[0] == '0' && digit_of(at[1]) < 10;
    if (old && call->lang->python2)
        base = 8;
    base = prefix_base(&at, base);
    rc = read_digits(&at, base, negative, !call->lang->python2, &value);
    if (call->lang->python2 && (*at == 'L' || *at == 'l'))
        at++;
    if (rc == 0 || at[strspn(at, blanks)] != '\0' || (old && !call->lang->python2 && value != 0))
        return lang_raise(call->lang, call->place, "ValueError", "invalid literal for int() with base %d: '%.60s'",
                          call->count > 1 ? (int)call->args[1].i : base, str->data);
    if (rc < 0)
        return lang_raise(call->lang, call->place, "OverflowError", "%.60s does not fit into 64 bits", str->data);
    *ret_value = val_int(value);
    return 0;
}

static int float_to_int(const struct call *call, double f, struct val *ret_value)
{
    if (isnan(f))
        return lang_raise(call->lang, call->place, "ValueError", "cannot convert float NaN to integer");
    if (!(fabs(f) < 9.2e18))
        return lang_raise(call->lang, call->place, "OverflowError", "the number does not fit into 64 bits");
    *ret_value = val_int((int64_t)f);
    return 0;
}

static int run_int(const struct call *call, struct val *ret_value)
{
    const struct val *given = call_arg(call, 1, "base");
    int64_t base;
    struct val v;

    if (call_int(call, 1, "base", 10, &base) < 0)
        return -1;
    if (base < 0 || base == 1 || base > 36)
        return lang_raise(call->lang, call->place, "ValueError", "int() base must be >= 2 and <= 36, or 0");
    *ret_value = val_int(0);
    if (call->count == 0)
        return 0;
    v = call->args[0];
    if (v.type == V_STR)
        return parse_int(call, v.str, (int)base, ret_value);
    if (given != NULL || !val_is_number(v))     /* xm's users know this sentence: a vmid that was not given */
        return lang_raise(call->lang, call->place, "TypeError", "int() argument must be a string or a number, not '%s'",
                          v.type == V_NONE ? "NoneType" : val_type_name(v));
    if (v.type == V_FLOAT)
        return float_to_int(call, v.f, ret_value);
    *ret_value = val_int(v.i);
    return 0;
}

/* Digits, a point, an exponent, inf and nan, but not what else strtod() takes. */
static bool parse_float(const char *text, bool underscores, double *ret_float)
{
    const char *blanks = " \t\n\v\f\r", *at = text + strspn(text, blanks);
    xm_autofree char *plain = xm_strdup(at);
    char *to = plain, *end;

    for (const char *from = at; *from != '\0'; from++)
        if (*from != '_' || !underscores || from == at || !isdigit((unsigned char)from[-1]) || !isdigit((unsigned char)from[1]))
            *to++ = *from;
    *to = '\0';
    if (strpbrk(plain, "xX(") != NULL)
        return false;
    *ret_float = strtod(plain, &end);
    return end != plain && end[strspn(end, blanks)] == '\0';
}

static int run_float(const struct call *call, struct val *ret_value)
{
    struct val v = call->count > 0 ? call->args[0] : val_int(0);
    double f;

    if (val_is_number(v)) {
        *ret_value = val_float(val_as_float(v));
        return 0;
    }
    if (v.type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "float() wants a text or a number, not %s", val_type_name(v));
    if (!parse_float(v.str->data, !call->lang->python2, &f))
        return lang_raise(call->lang, call->place, "ValueError", "could not convert string to float: '%.60s'", v.str->data);
    *ret_value = val_float(f);
    return lang_step(call->lang, call->place, v.str->len / 64);
}

static int run_abs(const struct call *call, struct val *ret_value)
{
    struct val v = call->args[0];

    if (!val_is_number(v))
        return lang_raise(call->lang, call->place, "TypeError", "abs() wants a number, not %s", val_type_name(v));
    *ret_value = v.type == V_FLOAT ? val_float(fabs(v.f)) : val_int(v.i);
    return v.type != V_FLOAT && v.i < 0 ? op_unary(call->lang, call->place, '-', v, ret_value) : 0;
}

/* chr() of Python 2 gives a byte, that of Python 3 and unichr() a character. */
static int character(const struct call *call, bool byte, struct val *ret_value)
{
    xm_autobuf out = XM_BUF_INIT;
    int64_t code;

    if (call_want(call, 0, V_INT) < 0)
        return -1;
    code = call->args[0].i;
    if (code < 1 || code > (byte ? 255 : 0x10ffff) || (code >= 0xd800 && code < 0xe000))
        return lang_raise(call->lang, call->place, "ValueError", "chr() wants a number from 1 to %s", byte ? "255" : "0x10ffff");
    if (byte)
        xm_buf_putc(&out, (char)code);
    else
        utf8_put(&out, (uint32_t)code);
    return give_text(call, out.data, out.len, ret_value);
}

static int run_chr(const struct call *call, struct val *ret_value)
{
    return character(call, call->lang->python2, ret_value);
}

static int run_unichr(const struct call *call, struct val *ret_value)
{
    return character(call, false, ret_value);
}

static int run_ord(const struct call *call, struct val *ret_value)
{
    const struct str *str = call->args[0].str;
    uint32_t code;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    if (str->len == 1)
        code = (unsigned char)str->data[0];
    else if (str->len == 0 || utf8_get(str->data, str->len, &code) != str->len)
        return lang_raise(call->lang, call->place, "TypeError", "ord() wants one character");
    *ret_value = val_int(code);
    return 0;
}

/* A number with its sign, what stands in front of digits of that base, and its digits. */
static int radix(const struct call *call, unsigned bits, const char *prefix, struct val *ret_value)
{
    char digits[66], *at = digits + sizeof(digits) - 1;
    xm_autobuf out = XM_BUF_INIT;
    uint64_t u;

    if (call_want(call, 0, V_INT) < 0)
        return -1;
    u = call->args[0].i < 0 ? 0 - (uint64_t)call->args[0].i : (uint64_t)call->args[0].i;
    *at = '\0';
    do
        *--at = "0123456789abcdef"[u & ((1u << bits) - 1)];
    while ((u >>= bits) != 0);
    xm_buf_printf(&out, "%s%s%s", call->args[0].i < 0 ? "-" : "", prefix, at);
    return give_text(call, out.data, out.len, ret_value);
}

static int run_hex(const struct call *call, struct val *ret_value)
{
    return radix(call, 4, "0x", ret_value);
}

static int run_oct(const struct call *call, struct val *ret_value)
{
    return radix(call, 3, !call->lang->python2 ? "0o" : call->args[0].i == 0 ? "" : "0", ret_value);
}

static int run_bin(const struct call *call, struct val *ret_value)
{
    return radix(call, 1, "0b", ret_value);
}

/* An int to tens, hundreds ...: to the even one of two that are as near. */
static int round_int(const struct call *call, int64_t i, int64_t digits, struct val *ret_value)
{
    int64_t unit = 1, rest, down;

    *ret_value = val_int(digits >= 0 ? i : 0);
    if (digits >= 0 || digits < -18)
        return 0;
    for (int64_t n = digits; n < 0; n++)
        unit *= 10;
    rest = i % unit < 0 ? i % unit + unit : i % unit;
    if (__builtin_sub_overflow(i, rest, &down))
        return lang_raise(call->lang, call->place, "OverflowError", "the number does not fit into 64 bits");
    if (rest * 2 > unit || (rest * 2 == unit && (down / unit) % 2 != 0))
        rest = unit;
    else
        rest = 0;
    if (__builtin_add_overflow(down, rest, &down))
        return lang_raise(call->lang, call->place, "OverflowError", "the number does not fit into 64 bits");
    *ret_value = val_int(down);
    return 0;
}

/* The C library rounds a printed number as it is in binary, to the even one of two that are as near. */
static double round_float(double f, int64_t digits)
{
    char text[400];
    double scale;

    if (!isfinite(f) || digits > 22)
        return f;
    if (digits >= 0) {
        snprintf(text, sizeof(text), "%.*f", (int)digits, f);
        return strtod(text, NULL);
    }
    if (digits < -308)
        return f * 0;
    scale = pow(10, (double)-digits);
    return rint(f / scale) * scale;
}

/* Python 2 rounds what is as near to both away from 0. */
static double round_away(double f, int64_t digits)
{
    char text[500];
    const char *rest;

    if (digits == 0 || !isfinite(f))
        return round(f);
    if (digits > 0 && digits <= 22) {
        snprintf(text, sizeof(text), "%.*f", (int)digits + 60, f);
        rest = strchr(text, '.') + 1 + digits;
        if (*rest == '5' && rest[1 + strspn(rest + 1, "0")] == '\0')
            f = nextafter(f, f > 0 ? INFINITY : -INFINITY);
    }
    return round_float(f, digits);
}

static int run_round(const struct call *call, struct val *ret_value)
{
    const struct val *given = call_arg(call, 1, "ndigits");
    struct val v = call->args[0];
    bool whole = given == NULL || given->type == V_NONE;
    int64_t digits;

    if (!val_is_number(v))
        return lang_raise(call->lang, call->place, "TypeError", "round() wants a number, not %s", val_type_name(v));
    if (!whole && call_int(call, 1, "ndigits", 0, &digits) < 0)
        return -1;
    if (whole)
        digits = 0;
    if (call->lang->python2) {          /* a float always */
        *ret_value = val_float(round_away(val_as_float(v), digits));
        return 0;
    }
    if (v.type != V_FLOAT)
        return round_int(call, v.i, digits, ret_value);
    if (whole)
        return float_to_int(call, rint(v.f), ret_value);
    *ret_value = val_float(round_float(v.f, digits));
    return 0;
}

static int run_divmod(const struct call *call, struct val *ret_value)
{
    struct val quotient, rest;

    if (op_binary(call->lang, call->place, OP2('/', '/'), call->args[0], call->args[1], &quotient) < 0)
        return -1;
    if (!val_is_number(call->args[0]))
        return lang_raise(call->lang, call->place, "TypeError", "divmod() wants numbers, not %s", val_type_name(call->args[0]));
    if (op_binary(call->lang, call->place, '%', call->args[0], call->args[1], &rest) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, V_TUPLE, 2);
    list_add(&call->lang->arena, ret_value->list, quotient);
    list_add(&call->lang->arena, ret_value->list, rest);
    return 0;
}

/* base to the exponent, modulo m: the steps are as many as the exponent has bits. */
static int power_modulo(const struct call *call, struct val *ret_value)
{
    int64_t m, exponent;
    __int128 base, result = 1;

    for (size_t i = 0; i < 3; i++)
        if (call_want(call, i, V_INT) < 0)
            return -1;
    m = call->args[2].i;
    exponent = call->args[1].i;
    if (m == 0)
        return lang_raise(call->lang, call->place, "ValueError", "pow() 3rd argument cannot be 0");
    if (exponent < 0)
        return lang_raise(call->lang, call->place, "ValueError", "pow() with a modulus wants an exponent that is not negative");
    base = call->args[0].i % (__int128)m;
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) != 0)
            result = result * base % m;
        base = base * base % m;
    }
    result %= m;
    if (result != 0 && (result < 0) != (m < 0))
        result += m;
    *ret_value = val_int((int64_t)result);
    return 0;
}

static int run_pow(const struct call *call, struct val *ret_value)
{
    if (call->count > 2 && call->args[2].type != V_NONE)
        return power_modulo(call, ret_value);
    return op_binary(call->lang, call->place, OP2('*', '*'), call->args[0], call->args[1], ret_value);
}

/* Python 2's order of two values. */
static int run_cmp(const struct call *call, struct val *ret_value)
{
    bool less, more = false;

    if (op_compare(call->lang, call->place, '<', call->args[0], call->args[1], &less) < 0
        || (!less && op_compare(call->lang, call->place, '>', call->args[0], call->args[1], &more) < 0))
        return -1;
    *ret_value = val_int(more - less);
    return 0;
}

const struct builtin number_functions[] = {
    { "abs", 1, 1, NULL, run_abs },
    { "bin", 1, 1, NULL, run_bin },
    { "chr", 1, 1, NULL, run_chr },
    { "cmp", 2, 2, NULL, run_cmp },
    { "divmod", 2, 2, NULL, run_divmod },
    { "float", 0, 1, NULL, run_float },
    { "hex", 1, 1, NULL, run_hex },
    { "int", 0, 2, "base", run_int },
    { "oct", 1, 1, NULL, run_oct },
    { "ord", 1, 1, NULL, run_ord },
    { "pow", 2, 3, NULL, run_pow },
    { "round", 1, 2, "ndigits", run_round },
    { "unichr", 1, 1, NULL, run_unichr },
    { NULL, 0, 0, NULL, NULL },
};
