#include "lang/literal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/utf8.h"

static bool all_of(const char *text, const char *set)
{
    return text[strspn(text, set)] == '\0';
}

/* xl's NUMBER is text that somebody may read as a number later, with strtol(3) and base 0. */
static bool xl_number(struct lang *lang, const char *text, struct val *ret_value)
{
    char *end;
    long long i;

    if (!isdigit((unsigned char)*text) || !all_of(text, "0123456789abcdefx"))
        return false;
    errno = 0;
    i = strtoll(text, &end, 0);
    if (*end != '\0' || errno != 0) {
        *ret_value = val_str(&lang->arena, text, strlen(text));
        return true;
    }
    *ret_value = val_int(i);
    return true;
}

/* Takes the _ between digits out. False if one stands elsewhere. */
static bool join_digits(char *text)
{
    char *out = text;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '_')
            *out++ = *at;
        else if (at == text || !isalnum((unsigned char)at[-1]) || !isalnum((unsigned char)at[1]))
            return false;
    }
    *out = '\0';
    return true;
}

/* Both Pythons' together: 0x 0o 0b. 0777 and a long suffix are Python 2's alone. */
static bool python_int(const char *text, int64_t *ret_value, bool *ret_too_large, bool *ret_python2)
{
    size_t len = strlen(text);
    xm_autofree char *digits = NULL;
    int base = 10;
    char *end;

    if (len > 1 && (text[len - 1] == 'l' || text[len - 1] == 'L')) {
        len--;
        *ret_python2 = true;
    }
    if (len > 2 && text[0] == '0' && strchr("xXoObB", text[1]) != NULL) {
        base = tolower((unsigned char)text[1]) == 'x' ? 16 : tolower((unsigned char)text[1]) == 'o' ? 8 : 2;
        text += 2;
        len -= 2;
    } else if (len > 1 && text[0] == '0' && strspn(text, "0") < len) {
        base = 8;
        *ret_python2 = true;
    }
    digits = xm_strndup(text, len);
    if (!isxdigit((unsigned char)*digits))      /* strtoll would take a sign or another 0x */
        return false;
    if (base == 16 && len > 1 && tolower((unsigned char)digits[1]) == 'x')
        return false;
    errno = 0;
    *ret_value = strtoll(digits, &end, base);
    *ret_too_large = errno == ERANGE;
    return *end == '\0';
}

int literal_number(struct lang *lang, struct xm_place place, const char *text, size_t len, struct val *ret_value)
{
    const struct str *spelling = str_new(&lang->arena, text, len);
    bool too_large = false, python2 = false;
    xm_autofree char *joined = xm_strndup(text, len);
    char *end;
    int64_t i;
    double f;

    text = spelling->data;
    if (lang->input->dialect == XM_DIALECT_XL && xl_number(lang, text, ret_value)) {
        ret_value->text = ret_value->type == V_INT ? text : NULL;
        return 0;
    }
    if (!join_digits(joined))
        return lang_stop(lang, place, "invalid number: %.60s", text);
    if (python_int(joined, &i, &too_large, &python2)) {
        if (too_large)
            return lang_stop(lang, place, "the number %.60s does not fit into 64 bits", text);
        lang->python2 |= python2;
        *ret_value = val_int(i);
        ret_value->text = text;
        return 0;
    }
    if (text[len - 1] == 'j' || text[len - 1] == 'J')
        return lang_stop(lang, place, "complex numbers are not supported in configuration files");
    if (!all_of(joined, "0123456789.eE+-"))
        return lang_stop(lang, place, "invalid number: %.60s", text);
    f = strtod(joined, &end);
    if (*end != '\0' || strpbrk(joined, ".eE") == NULL)
        return lang_stop(lang, place, "invalid number: %.60s", text);
    if (!isfinite(f))
        return lang_stop(lang, place, "the number %.60s is too large", text);
    *ret_value = val_float(f);
    ret_value->text = text;
    return 0;
}

struct reader {
    struct lang *lang;
    struct xm_place place;
    const char *at, *end;
    bool bytes;
    struct xm_buf out;
};

static int fail(struct reader *in, const char *what)
{
    return lang_stop(in->lang, in->place, "%s", what);
}

/* Exactly count hexadecimal digits. */
static int read_hex(struct reader *in, int count, unsigned long *ret_value)
{
    unsigned long value = 0;

    for (; count > 0; count--, in->at++) {
        if (in->at >= in->end || !isxdigit((unsigned char)*in->at))
            return fail(in, "invalid hexadecimal escape in a string");
        value = value * 16 + (unsigned long)(isdigit((unsigned char)*in->at)
                             ? *in->at - '0' : tolower((unsigned char)*in->at) - 'a' + 10);
    }
    *ret_value = value;
    return 0;
}

static int put_code(struct reader *in, unsigned long code, bool byte)
{
    if (code == 0)
        return fail(in, "a string cannot hold a NUL byte");
    if (byte)
        xm_buf_putc(&in->out, (char)code);
    else if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return fail(in, "not a Unicode character");
    else
        utf8_put(&in->out, (uint32_t)code);
    return 0;
}

static int read_octal(struct reader *in)
{
    unsigned long value = 0;

    for (int i = 0; i < 3 && in->at < in->end && *in->at >= '0' && *in->at <= '7'; i++)
        value = value * 8 + (unsigned long)(*in->at++ - '0');
    return put_code(in, value & 0xff, true);
}

/* libxlutil reads a digit and then a number, sign and blanks included, from the three characters
 * behind it, wants two of them used up, and stores nothing. */
static int skip_xl_octal(struct reader *in)
{
    char window[4] = "", *end;
    size_t left = (size_t)(in->end - ++in->at);

    memcpy(window, in->at, left < 3 ? left : 3);
    strtol(window, &end, 10);
    if (end - window < 2)
        return fail(in, "a backslash with digits needs three of them");
    in->at += end - window;
    return 0;
}

static int read_escape(struct reader *in)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    char c = *in->at;
    const char *named = c == '\0' ? NULL : strchr(from, c);
    unsigned long code = 0;

    if (named != NULL) {
        in->at++;
        xm_buf_putc(&in->out, to[named - from]);
        return 0;
    }
    if (c >= '0' && c <= '7' && in->lang->input->dialect == XM_DIALECT_XL)
        return skip_xl_octal(in);
    if (c >= '0' && c <= '7')
        return read_octal(in);
    in->at++;
    if (c == '\n')
        return 0;               /* the line goes on */
    if (c == '\r') {
        in->at += in->at < in->end && *in->at == '\n';
        return 0;
    }
    if (c == 'N' && !in->bytes)
        return fail(in, "characters by name (\\N) are not supported in configuration files");
    if (c == 'x' || (!in->bytes && (c == 'u' || c == 'U'))) {
        if (read_hex(in, c == 'x' ? 2 : c == 'u' ? 4 : 8, &code) < 0)
            return -1;
        return put_code(in, code, c == 'x');
    }
    xm_buf_putc(&in->out, '\\');        /* unknown: both characters stay, as in Python */
    xm_buf_putc(&in->out, c);
    return 0;
}

static int read_body(struct reader *in, bool raw)
{
    while (in->at < in->end) {
        char c = *in->at++;

        if (c == '\\' && !raw && in->at < in->end) {
            if (read_escape(in) < 0)
                return -1;
        } else if (c == '\r' && (in->lang->input->dialect != XM_DIALECT_XL || (in->at < in->end && *in->at == '\n'))) {
            in->at += in->at < in->end && *in->at == '\n';
            xm_buf_putc(&in->out, '\n');
        } else {
            xm_buf_putc(&in->out, c);
        }
    }
    return 0;
}

int literal_string(struct lang *lang, struct xm_place place, const char *body, size_t len, int flags,
                   struct val *ret_value)
{
    struct reader in = { .lang = lang, .place = place, .at = body, .end = body + len, .bytes = (flags & LITERAL_BYTES) != 0 };
    int rc = read_body(&in, (flags & LITERAL_RAW) != 0);

    if (rc == 0)
        *ret_value = val_str(&lang->arena, in.out.data, in.out.len);
    xm_buf_clear(&in.out);
    return rc;
}
