/* The methods of strings that change letters, fill up, and ask what a text is made of. Letters
 * are ASCII's, whatever the locale of the program. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/format.h"
#include "lang/operator.h"
#include "lang/utf8.h"

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return is_lower(c) || is_upper(c);
}

static bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static bool is_ascii(char c)
{
    return (unsigned char)c < 0x80;
}

enum { LOWER, UPPER, CAPITALIZE, TITLE, SWAP };

static int change_case(const struct call *call, int how, struct val *ret_value)
{
    struct str *out;
    bool inside = false;

    if (lang_check_str(call->lang, call->place, call->self.str->len) < 0)
        return -1;
    out = str_new(&call->lang->arena, call->self.str->data, call->self.str->len);
    for (size_t i = 0; i < out->len; i++) {
        char c = out->data[i];
        bool up = how == UPPER || (how == CAPITALIZE && i == 0) || (how == TITLE && !inside) || (how == SWAP && is_lower(c));

        if (is_lower(c) && up)
            out->data[i] = (char)(c - 'a' + 'A');
        else if (is_upper(c) && !up)
            out->data[i] = (char)(c - 'A' + 'a');
        inside = is_alpha(c);
    }
    str_seal(out);
    *ret_value = val_of_str(out);
    return 0;
}

static int run_lower(const struct call *call, struct val *ret_value)
{
    return change_case(call, LOWER, ret_value);
}

static int run_upper(const struct call *call, struct val *ret_value)
{
    return change_case(call, UPPER, ret_value);
}

static int run_capitalize(const struct call *call, struct val *ret_value)
{
    return change_case(call, CAPITALIZE, ret_value);
}

static int run_title(const struct call *call, struct val *ret_value)
{
    return change_case(call, TITLE, ret_value);
}

static int run_swapcase(const struct call *call, struct val *ret_value)
{
    return change_case(call, SWAP, ret_value);
}

static int all_are(const struct call *call, bool (*is)(char), bool if_empty, struct val *ret_value)
{
    *ret_value = val_bool(call->self.str->len > 0 || if_empty);
    for (size_t i = 0; i < call->self.str->len; i++)
        if (!is(call->self.str->data[i]))
            ret_value->i = 0;
    return lang_step(call->lang, call->place, call->self.str->len / 64);
}

static int run_isdigit(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_digit, false, ret_value);
}

static int run_isalpha(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_alpha, false, ret_value);
}

static int run_isalnum(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_alnum, false, ret_value);
}

static int run_isspace(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_space, false, ret_value);
}

static int run_isascii(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_ascii, true, ret_value);
}

/* Whether there are letters and none of them is of the other case. */
static int one_case(const struct call *call, bool (*other)(char), struct val *ret_value)
{
    bool letters = false, others = false;

    for (size_t i = 0; i < call->self.str->len; i++) {
        letters |= is_alpha(call->self.str->data[i]);
        others |= other(call->self.str->data[i]);
    }
    *ret_value = val_bool(letters && !others);
    return lang_step(call->lang, call->place, call->self.str->len / 64);
}

static int run_isupper(const struct call *call, struct val *ret_value)
{
    return one_case(call, is_lower, ret_value);
}

static int run_islower(const struct call *call, struct val *ret_value)
{
    return one_case(call, is_upper, ret_value);
}

static int run_istitle(const struct call *call, struct val *ret_value)
{
    bool letters = false, wrong = false, inside = false;

    for (size_t i = 0; i < call->self.str->len; i++) {
        char c = call->self.str->data[i];

        wrong |= inside ? is_upper(c) : is_lower(c);
        inside = is_alpha(c);
        letters |= inside;
    }
    *ret_value = val_bool(letters && !wrong);
    return lang_step(call->lang, call->place, call->self.str->len / 64);
}

static int run_format(const struct call *call, struct val *ret_value)
{
    return format_braces(call->lang, call->place, call->self.str, call->args, call->count, call->named, ret_value);
}

static int run_format_map(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_DICT) < 0)
        return -1;
    return format_braces(call->lang, call->place, call->self.str, NULL, 0, call->args[0].dict, ret_value);
}

/* Strings are bytes already: this only says whether they are what they are said to be. */
static int run_code(const struct call *call, struct val *ret_value)
{
    const struct val *encoding = call_arg(call, 0, "encoding");
    const struct str *self = call->self.str;
    const char *name = "utf-8";

    if (encoding != NULL && encoding->type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "the name of an encoding is a text");
    if (encoding != NULL)
        name = encoding->str->data;
    *ret_value = call->self;
    if (strcasecmp(name, "ascii") == 0 || strcasecmp(name, "us-ascii") == 0) {
        if (!utf8_is_ascii(self->data, self->len))
            return lang_raise(call->lang, call->place, "ValueError", "the text has characters that are not ASCII");
    } else if (strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0 || strcasecmp(name, "utf_8") == 0) {
        if (!utf8_is_valid(self->data, self->len))
            return lang_raise(call->lang, call->place, "ValueError", "the text is not valid UTF-8");
    } else {
        return lang_raise(call->lang, call->place, "LookupError", "unknown encoding: %.60s", name);
    }
    return lang_step(call->lang, call->place, self->len / 64);
}

static int run_expandtabs(const struct call *call, struct val *ret_value)
{
    const struct str *self = call->self.str;
    xm_autobuf out = XM_BUF_INIT;
    size_t column = 0;
    int64_t width;

    if (call_int(call, 0, "tabsize", 8, &width) < 0)
        return -1;
    width = width < 0 ? 0 : width > LANG_STR_MAX ? LANG_STR_MAX + 1 : width;
    for (size_t i = 0; i < self->len; i++) {
        size_t pad = width > 0 ? (size_t)width - column % (size_t)width : 0;

        if (lang_check_len(call->lang, call->place, out.len + pad) < 0)
            return -1;
        if (self->data[i] == '\t') {
            xm_buf_pad(&out, ' ', pad);
            column += pad;
        } else {
            xm_buf_putc(&out, self->data[i]);
            column = self->data[i] == '\n' || self->data[i] == '\r' ? 0 : column + 1;
        }
    }
    return give_text(call, out.data, out.len, ret_value);
}

/* Fills to a width that comes first; the character to fill with may follow. */
static int justify(const struct call *call, char align, struct val *ret_value)
{
    const struct str *self = call->self.str;
    size_t width, pad, left;
    xm_autobuf out = XM_BUF_INIT;
    char fill = align == '0' ? '0' : ' ';

    if (call_want(call, 0, V_INT) < 0 || (call->count > 1 && call_want(call, 1, V_STR) < 0))
        return -1;
    if (call->count > 1 && call->args[1].str->len != 1)
        return lang_raise(call->lang, call->place, "TypeError", "one character is wanted to fill with");
    if (call->count > 1)
        fill = call->args[1].str->data[0];
    width = call->args[0].i < 0 ? 0 : call->args[0].i > LANG_STR_MAX ? LANG_STR_MAX + 1 : (size_t)call->args[0].i;
    if (lang_check_str(call->lang, call->place, width) < 0)
        return -1;
    pad = width > self->len ? width - self->len : 0;
    left = align == '<' ? 0 : align == '^' ? pad / 2 + (pad & width & 1) : pad;     /* center() is so in Python */
    if (align == '0' && self->len > 0 && strchr("+-", self->data[0]) != NULL) {
        xm_buf_putc(&out, self->data[0]);
        xm_buf_pad(&out, fill, pad);
        xm_buf_puts(&out, self->data + 1);
        return give_text(call, out.data, out.len, ret_value);
    }
    xm_buf_pad(&out, fill, left);
    xm_buf_puts(&out, self->data);
    xm_buf_pad(&out, fill, pad - left);
    return give_text(call, out.data, out.len, ret_value);
}

static int run_ljust(const struct call *call, struct val *ret_value)
{
    return justify(call, '<', ret_value);
}

static int run_rjust(const struct call *call, struct val *ret_value)
{
    return justify(call, '>', ret_value);
}

static int run_center(const struct call *call, struct val *ret_value)
{
    return justify(call, '^', ret_value);
}

static int run_zfill(const struct call *call, struct val *ret_value)
{
    return justify(call, '0', ret_value);
}

const struct builtin str_form_methods[] = {
    { "capitalize", 0, 0, NULL, run_capitalize },
    { "center", 1, 2, NULL, run_center },
    { "decode", 0, 2, "encoding errors", run_code },
    { "encode", 0, 2, "encoding errors", run_code },
    { "expandtabs", 0, 1, "tabsize", run_expandtabs },
    { "format", 0, 255, "*", run_format },
    { "format_map", 1, 1, NULL, run_format_map },
    { "isalnum", 0, 0, NULL, run_isalnum },
    { "isalpha", 0, 0, NULL, run_isalpha },
    { "isascii", 0, 0, NULL, run_isascii },
    { "isdecimal", 0, 0, NULL, run_isdigit },
    { "isdigit", 0, 0, NULL, run_isdigit },
    { "islower", 0, 0, NULL, run_islower },
    { "isnumeric", 0, 0, NULL, run_isdigit },
    { "isspace", 0, 0, NULL, run_isspace },
    { "istitle", 0, 0, NULL, run_istitle },
    { "isupper", 0, 0, NULL, run_isupper },
    { "ljust", 1, 2, NULL, run_ljust },
    { "lower", 0, 0, NULL, run_lower },
    { "rjust", 1, 2, NULL, run_rjust },
    { "swapcase", 0, 0, NULL, run_swapcase },
    { "title", 0, 0, NULL, run_title },
    { "upper", 0, 0, NULL, run_upper },
    { "zfill", 1, 1, NULL, run_zfill },
    { NULL, 0, 0, NULL, NULL },
};
