#include "convert/sxp.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { DEPTH_MAX = 64 };

xm_sxp *xm_sxp_new_list(const char *head)
{
    xm_sxp *list = xm_new0(xm_sxp, 1);

    if (head != NULL)
        xm_sxp_add(list, xm_sxp_new_atom(head));
    return list;
}

xm_sxp *xm_sxp_new_atom(const char *text)
{
    xm_sxp *atom = xm_new0(xm_sxp, 1);

    atom->atom = xm_strdup(text != NULL ? text : "");
    return atom;
}

void xm_sxp_free(xm_sxp *sxp)
{
    if (sxp == NULL)
        return;
    for (size_t i = 0; i < sxp->count; i++)
        xm_sxp_free(sxp->items[i]);
    free(sxp->items);
    free(sxp->atom);
    free(sxp);
}

void xm_sxp_add(xm_sxp *list, xm_sxp *item)
{
    XM_GROW_COUNTED(list->items, list->count);
    list->items[list->count++] = item;
}

void xm_sxp_add_str(xm_sxp *list, const char *key, const char *value)
{
    xm_sxp *pair = xm_sxp_new_list(key);

    xm_sxp_add(pair, xm_sxp_new_atom(value));
    xm_sxp_add(list, pair);
}

void xm_sxp_add_int(xm_sxp *list, const char *key, long long value)
{
    xm_autofree char *text = xm_printf("%lld", value);

    xm_sxp_add_str(list, key, text);
}

/* As Python 2 writes a float: 12 digits, and always something that tells it from an int. */
void xm_sxp_add_float(xm_sxp *list, const char *key, double value)
{
    xm_autofree char *text = xm_printf("%.12g", value);
    xm_autofree char *whole = xm_printf("%s%s", text, strpbrk(text, ".en") == NULL ? ".0" : "");

    xm_sxp_add_str(list, key, whole);
}

/* ASCII only, whatever the locale says. */
static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_bare(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if (!is_alnum(*text) && strchr(".-_:/~", *text) == NULL)
            return false;
    return true;
}

static void format_char(struct xm_buf *out, unsigned char c, char quote)
{
    static const char from[] = "\n\t\r", to[] = "ntr";
    const char *named = c == '\0' ? NULL : strchr(from, c);

    if (named != NULL)
        xm_buf_printf(out, "\\%c", to[named - from]);
    else if (c == '\\' || c == (unsigned char)quote)
        xm_buf_printf(out, "\\%c", c);
    else if (c < 0x20 || c >= 0x7f)
        xm_buf_printf(out, "\\x%02x", c);
    else
        xm_buf_putc(out, (char)c);
}

static void format_atom(struct xm_buf *out, const char *text)
{
    char quote = strchr(text, '\'') != NULL && strchr(text, '"') == NULL ? '"' : '\'';

    if (is_bare(text)) {
        xm_buf_puts(out, text);
        return;
    }
    xm_buf_putc(out, quote);
    for (; *text != '\0'; text++)
        format_char(out, (unsigned char)*text, quote);
    xm_buf_putc(out, quote);
}

static void format_flat(struct xm_buf *out, const xm_sxp *sxp)
{
    if (sxp->atom != NULL) {
        format_atom(out, sxp->atom);
        return;
    }
    xm_buf_putc(out, '(');
    for (size_t i = 0; i < sxp->count; i++) {
        if (i > 0)
            xm_buf_putc(out, ' ');
        format_flat(out, sxp->items[i]);
    }
    xm_buf_putc(out, ')');
}

static void format_at(struct xm_buf *out, const xm_sxp *sxp, size_t col, size_t width)
{
    size_t start = out->len;

    format_flat(out, sxp);
    if (sxp->atom != NULL || sxp->count == 0 || col + (out->len - start) <= width)
        return;
    out->len = start;           /* too long for one line: take it back and spread it */
    xm_buf_putc(out, '(');
    format_at(out, sxp->items[0], col + 1, width);
    for (size_t i = 1; i < sxp->count; i++) {
        xm_buf_putc(out, '\n');
        xm_buf_pad(out, ' ', col + 4);
        format_at(out, sxp->items[i], col + 4, width);
    }
    xm_buf_putc(out, '\n');
    xm_buf_pad(out, ' ', col);
    xm_buf_putc(out, ')');
}

char *xm_sxp_format(const xm_sxp *sxp, unsigned width)
{
    struct xm_buf out = XM_BUF_INIT;

    format_at(&out, sxp, 0, width);
    xm_buf_putc(&out, '\n');
    return xm_buf_take(&out);
}

struct reader {
    const char *text;
    size_t len, at;
    xm_error **err;
};

static unsigned line_of(const struct reader *in)
{
    unsigned line = 1;

    for (size_t i = 0; i < in->at && i < in->len; i++)
        line += in->text[i] == '\n';
    return line;
}

static xm_sxp *fail(struct reader *in, const char *what)
{
    xm_fail(in->err, XM_INVALID, "line %u: %s", line_of(in), what);
    return NULL;
}

static xm_sxp *fail_number(struct reader *in, const char *what, unsigned number)
{
    xm_fail(in->err, XM_INVALID, "line %u: %s %u", line_of(in), what, number);
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void skip_blanks(struct reader *in)
{
    while (in->at < in->len) {
        if (in->text[in->at] == '#')
            while (in->at < in->len && in->text[in->at] != '\n')
                in->at++;
        else if (is_blank(in->text[in->at]))
            in->at++;
        else
            break;
    }
}

/* Up to max digits of the base, at the reader's place. */
static unsigned read_digits(struct reader *in, unsigned base, unsigned max)
{
    static const char digits[] = "0123456789abcdef";
    unsigned value = 0;

    for (; max > 0 && in->at < in->len; max--, in->at++) {
        char c = in->text[in->at];
        const char *digit;

        if (c >= 'A' && c <= 'F')
            c = (char)(c - 'A' + 'a');
        digit = c == '\0' ? NULL : memchr(digits, c, base);
        if (digit == NULL)
            break;
        value = value * base + (unsigned)(digit - digits);
    }
    return value;
}

/* Behind a backslash. An unknown escape gives the backslash and loses the letter, as it always
 * did: files write "\\." where they mean one backslash and a dot. -1 with the error set. */
static int read_escape(struct reader *in)
{
    static const char from[] = "abtnvfr\\'\"", to[] = "\a\b\t\n\v\f\r\\'\"";
    char c = in->text[in->at];
    const char *named = c == '\0' ? NULL : strchr(from, c);
    unsigned value;

    if (named != NULL) {
        in->at++;
        return (unsigned char)to[named - from];
    }
    if (c >= '0' && c <= '7') {
        value = read_digits(in, 8, 3);
        if (value > 0377)
            return fail_number(in, "invalid octal escape: out of range", value), -1;
    } else if (c == 'x') {
        in->at++;
        value = read_digits(in, 16, 2);
    } else {
        value = c == '\0' ? 0 : '\\';
        in->at++;
    }
    if (value == 0)
        return fail(in, "invalid character: code 0"), -1;
    return (int)value;
}

static xm_sxp *read_string(struct reader *in)
{
    xm_autobuf text = XM_BUF_INIT;
    char quote = in->text[in->at++];

    while (in->at < in->len && in->text[in->at] != quote) {
        int c = (unsigned char)in->text[in->at++];

        if (c == '\\') {
            if (in->at >= in->len)
                break;
            c = read_escape(in);
            if (c < 0)
                return NULL;
        } else if (c == '\0') {
            return fail(in, "invalid character: code 0");
        }
        xm_buf_putc(&text, (char)c);
    }
    if (in->at >= in->len)
        return fail(in, "unexpected EOF");
    in->at++;
    return xm_sxp_new_atom(text.data);
}

static xm_sxp *read_atom(struct reader *in)
{
    size_t start = in->at;
    unsigned char first = (unsigned char)in->text[start];
    xm_autofree char *text = NULL;

    if (first <= 0x20 || first >= 0x7f)
        return fail_number(in, "invalid character: code", first);
    do {
        in->at++;
        if (in->at < in->len && in->text[in->at] == '\0')
            return fail(in, "invalid character: code 0");
    } while (in->at < in->len && !is_blank(in->text[in->at]) && strchr("#{}()<>[];", in->text[in->at]) == NULL);
    text = xm_strndup(in->text + start, in->at - start);
    return xm_sxp_new_atom(text);
}

static xm_sxp *read_form(struct reader *in, unsigned depth);

static xm_sxp *read_list(struct reader *in, unsigned depth)
{
    XM_AUTO(xm_sxp) *list = xm_sxp_new_list(NULL);

    if (depth >= DEPTH_MAX)
        return fail(in, "lists are nested too deeply");
    in->at++;
    for (;;) {
        xm_sxp *item;

        skip_blanks(in);
        if (in->at < in->len && in->text[in->at] == ')') {
            in->at++;
            return XM_TAKE(list);
        }
        item = read_form(in, depth + 1);
        if (item == NULL)
            return NULL;
        xm_sxp_add(list, item);
    }
}

static xm_sxp *read_form(struct reader *in, unsigned depth)
{
    skip_blanks(in);
    if (in->at >= in->len)
        return fail(in, "unexpected EOF");
    switch (in->text[in->at]) {
    case '(':
        return read_list(in, depth);
    case ')':
        return fail(in, "syntax error: )");
    case '\'': case '"':
        return read_string(in);
    default:
        return read_atom(in);
    }
}

int xm_sxp_parse(const char *text, size_t len, xm_sxp **ret_sxp, xm_error **err)
{
    struct reader in = { .text = text, .len = len, .err = err };
    xm_sxp *sxp = read_form(&in, 0);

    if (sxp == NULL)
        return -1;
    *ret_sxp = sxp;
    return 0;
}

static bool has_head(const xm_sxp *sxp, const char *head)
{
    return sxp->atom == NULL && sxp->count > 0 && sxp->items[0]->atom != NULL
           && strcmp(sxp->items[0]->atom, head) == 0;
}

const xm_sxp *xm_sxp_child(const xm_sxp *sxp, const char *key)
{
    for (size_t i = 0; sxp != NULL && i < sxp->count; i++) {
        const xm_sxp *child = sxp->items[i];
        size_t second = 1;

        if (!has_head(child, key))
            continue;
        /* Attributes stand in second place and are not counted. */
        if (child->count > 1 && has_head(child->items[1], "@"))
            second = 2;
        return child->count > second ? child->items[second] : NULL;
    }
    return NULL;
}
