/* The methods of strings. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/format.h"
#include "lang/operator.h"

static int want_str(const struct call *call, size_t first)
{
    for (size_t i = first; i < call->count; i++)
        if (call_want(call, i, V_STR) < 0)
            return -1;
    return 0;
}

static int give(const struct call *call, const char *text, size_t len, struct val *ret_value)
{
    if (lang_check_str(call->lang, call->place, len) < 0)
        return -1;
    *ret_value = val_str(&call->lang->arena, text, len);
    return 0;
}

static int run_join(const struct call *call, struct val *ret_value)
{
    const struct str *sep = call->self.str;
    xm_autobuf out = XM_BUF_INIT;
    const struct list *items;

    if (op_items(call->lang, call->place, call->args[0], &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        struct val item = items->items[i];

        if (item.type != V_STR)
            return lang_raise(call->lang, call->place, "TypeError", "join() wants texts; item %zu is of type %s", i, val_type_name(item));
        if (lang_check_len(call->lang, call->place, out.len + sep->len + item.str->len) < 0)
            return -1;
        if (i > 0)
            xm_buf_add(&out, sep->data, sep->len);
        xm_buf_add(&out, item.str->data, item.str->len);
    }
    return give(call, out.data, out.len, ret_value);
}

static int add_part(const struct call *call, struct val list, const char *text, size_t len)
{
    if (lang_check_count(call->lang, call->place, list.list->count + 1) < 0)
        return -1;
    list_add(&call->lang->arena, list.list, val_str(&call->lang->arena, text, len));
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int split_blanks(const struct call *call, int64_t max, struct val *ret_value)
{
    const char *at = call->self.str->data;
    struct val list = val_list(&call->lang->arena, V_LIST, 0);

    for (;;) {
        const char *start;

        while (is_space(*at))
            at++;
        if (*at == '\0')
            break;
        start = at;
        if (max >= 0 && (int64_t)list.list->count >= max)
            at += strlen(at);
        else
            while (*at != '\0' && !is_space(*at))
                at++;
        if (add_part(call, list, start, (size_t)(at - start)) < 0)
            return -1;
    }
    *ret_value = list;
    return 0;
}

static int split_at(const struct call *call, const struct str *sep, int64_t max, struct val *ret_value)
{
    const char *at = call->self.str->data, *found;
    struct val list = val_list(&call->lang->arena, V_LIST, 0);

    if (sep->len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "split() wants a separator that is not empty");
    while ((max < 0 || (int64_t)list.list->count < max) && (found = strstr(at, sep->data)) != NULL) {
        if (add_part(call, list, at, (size_t)(found - at)) < 0)
            return -1;
        at = found + sep->len;
    }
    *ret_value = list;
    return add_part(call, list, at, strlen(at));
}

static int run_split(const struct call *call, struct val *ret_value)
{
    const struct val *named_max = call_named(call, "maxsplit"), *named_sep = call_named(call, "sep");
    struct val sep = call->count > 0 ? call->args[0] : named_sep != NULL ? *named_sep : val_none();
    struct val max = call->count > 1 ? call->args[1] : named_max != NULL ? *named_max : val_int(-1);

    if (max.type != V_INT || (sep.type != V_STR && sep.type != V_NONE))
        return lang_raise(call->lang, call->place, "TypeError", "split() wants a text and an int");
    return sep.type == V_NONE ? split_blanks(call, max.i, ret_value) : split_at(call, sep.str, max.i, ret_value);
}

static int run_rsplit(const struct call *call, struct val *ret_value)
{
    const struct str *self = call->self.str, *sep;
    struct val list = val_list(&call->lang->arena, V_LIST, 2);
    size_t at = self->len;

    if (call->count < 2)
        return run_split(call, ret_value);
    if (call_want(call, 0, V_STR) < 0 || call_want(call, 1, V_INT) < 0)
        return -1;
    sep = call->args[0].str;
    if (call->args[1].i != 1 || sep->len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "rsplit() is supported for one split at a separator");
    for (at = self->len; at-- > 0;)
        if (strncmp(self->data + at, sep->data, sep->len) == 0)
            break;
    *ret_value = list;
    if (at == SIZE_MAX)
        return add_part(call, list, self->data, self->len);
    if (add_part(call, list, self->data, at) < 0)
        return -1;
    return add_part(call, list, self->data + at + sep->len, self->len - at - sep->len);
}

static int run_splitlines(const struct call *call, struct val *ret_value)
{
    const char *at = call->self.str->data;
    struct val list = val_list(&call->lang->arena, V_LIST, 0);

    while (*at != '\0') {
        size_t len = strcspn(at, "\r\n");

        if (add_part(call, list, at, len) < 0)
            return -1;
        at += len;
        if (*at != '\0')
            at += at[0] == '\r' && at[1] == '\n' ? 2 : 1;
    }
    *ret_value = list;
    return 0;
}

static int strip(const struct call *call, bool left, bool right, struct val *ret_value)
{
    const char *set = " \t\n\v\f\r", *at = call->self.str->data, *end = at + call->self.str->len;

    if (call->count > 0 && call->args[0].type != V_NONE) {
        if (want_str(call, 0) < 0)
            return -1;
        set = call->args[0].str->data;
    }
    while (left && at < end && strchr(set, *at) != NULL)
        at++;
    while (right && end > at && strchr(set, end[-1]) != NULL)
        end--;
    return give(call, at, (size_t)(end - at), ret_value);
}

static int run_strip(const struct call *call, struct val *ret_value)
{
    return strip(call, true, true, ret_value);
}

static int run_lstrip(const struct call *call, struct val *ret_value)
{
    return strip(call, true, false, ret_value);
}

static int run_rstrip(const struct call *call, struct val *ret_value)
{
    return strip(call, false, true, ret_value);
}

static int run_replace(const struct call *call, struct val *ret_value)
{
    const struct str *old, *new;
    const char *at = call->self.str->data, *found;
    int64_t left = INT64_MAX;
    xm_autobuf out = XM_BUF_INIT;

    if (call_want(call, 0, V_STR) < 0 || call_want(call, 1, V_STR) < 0 || (call->count > 2 && call_want(call, 2, V_INT) < 0))
        return -1;
    if (call->count > 2 && call->args[2].i >= 0)
        left = call->args[2].i;
    old = call->args[0].str;
    new = call->args[1].str;
    if (old->len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "replace() wants a text to replace that is not empty");
    for (; left > 0 && (found = strstr(at, old->data)) != NULL; left--) {
        xm_buf_add(&out, at, (size_t)(found - at));
        if (lang_check_len(call->lang, call->place, out.len + new->len) < 0)
            return -1;
        xm_buf_add(&out, new->data, new->len);
        at = found + old->len;
    }
    xm_buf_puts(&out, at);
    return give(call, out.data, out.len, ret_value);
}

static int affix(const struct call *call, bool at_end, struct val *ret_value)
{
    const struct val *args = call->args;
    const struct str *self = call->self.str;
    size_t count = 1;

    if (args[0].type == V_TUPLE) {
        count = args[0].list->count;
        args = args[0].list->items;
    }
    *ret_value = val_bool(false);
    for (size_t i = 0; i < count; i++) {
        const struct str *affix = args[i].str;

        if (args[i].type != V_STR)
            return lang_raise(call->lang, call->place, "TypeError", "a text is wanted here, not %s", val_type_name(args[i]));
        if (affix->len <= self->len
            && memcmp(self->data + (at_end ? self->len - affix->len : 0), affix->data, affix->len) == 0)
            ret_value->i = 1;
    }
    return 0;
}

static int run_startswith(const struct call *call, struct val *ret_value)
{
    return affix(call, false, ret_value);
}

static int run_endswith(const struct call *call, struct val *ret_value)
{
    return affix(call, true, ret_value);
}

/* Letters are ASCII's, whatever the locale of the program. */
static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
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
        inside = is_lower(c) || is_upper(c);
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

static int run_find(const struct call *call, struct val *ret_value)
{
    const char *found;

    if (want_str(call, 0) < 0)
        return -1;
    found = strstr(call->self.str->data, call->args[0].str->data);
    *ret_value = val_int(found == NULL ? -1 : found - call->self.str->data);
    return lang_step(call->lang, call->place, call->self.str->len / 64);
}

static int run_rfind(const struct call *call, struct val *ret_value)
{
    const struct str *self = call->self.str, *what;

    if (want_str(call, 0) < 0)
        return -1;
    what = call->args[0].str;
    *ret_value = val_int(-1);
    for (size_t at = self->len + 1; what->len <= self->len && at-- > 0;) {
        if (strncmp(self->data + at, what->data, what->len) == 0) {
            *ret_value = val_int((int64_t)at);
            break;
        }
    }
    return lang_step(call->lang, call->place, self->len / 8);
}

static int run_index(const struct call *call, struct val *ret_value)
{
    if (run_find(call, ret_value) < 0)
        return -1;
    return ret_value->i >= 0 ? 0 : lang_raise(call->lang, call->place, "ValueError", "the text does not contain it");
}

static int run_count(const struct call *call, struct val *ret_value)
{
    const char *at = call->self.str->data;
    int64_t count = 0;

    if (want_str(call, 0) < 0)
        return -1;
    if (call->args[0].str->len == 0)
        count = (int64_t)call->self.str->len + 1;
    else
        for (; (at = strstr(at, call->args[0].str->data)) != NULL; at += call->args[0].str->len)
            count++;
    *ret_value = val_int(count);
    return lang_step(call->lang, call->place, call->self.str->len / 64);
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

static int all_are(const struct call *call, bool (*is)(char), struct val *ret_value)
{
    *ret_value = val_bool(call->self.str->len > 0);
    for (size_t i = 0; i < call->self.str->len; i++)
        if (!is(call->self.str->data[i]))
            ret_value->i = 0;
    return lang_step(call->lang, call->place, call->self.str->len / 64);
}

static int run_isdigit(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_digit, ret_value);
}

static int run_isalpha(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_alpha, ret_value);
}

static int run_isalnum(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_alnum, ret_value);
}

static int run_isspace(const struct call *call, struct val *ret_value)
{
    return all_are(call, is_space, ret_value);
}

static int run_format(const struct call *call, struct val *ret_value)
{
    return format_braces(call->lang, call->place, call->self.str, call->args, call->count, call->named, ret_value);
}

/* Fills to a width that comes first; the character to fill with may follow. */
static int justify(const struct call *call, char align, struct val *ret_value)
{
    size_t len = call->self.str->len, width, pad, left;
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
    pad = width > len ? width - len : 0;
    left = align == '<' ? 0 : align == '^' ? pad / 2 : pad;
    if (align == '0' && len > 0 && strchr("+-", call->self.str->data[0]) != NULL) {
        xm_buf_putc(&out, call->self.str->data[0]);
        xm_buf_pad(&out, fill, pad);
        xm_buf_puts(&out, call->self.str->data + 1);
        return give(call, out.data, out.len, ret_value);
    }
    xm_buf_pad(&out, fill, left);
    xm_buf_puts(&out, call->self.str->data);
    xm_buf_pad(&out, fill, pad - left);
    return give(call, out.data, out.len, ret_value);
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

const struct builtin str_methods[] = {
    { "capitalize", 0, 0, NULL, run_capitalize },
    { "center", 1, 2, NULL, run_center },
    { "count", 1, 1, NULL, run_count },
    { "endswith", 1, 1, NULL, run_endswith },
    { "find", 1, 1, NULL, run_find },
    { "format", 0, 255, "*", run_format },
    { "index", 1, 1, NULL, run_index },
    { "isalnum", 0, 0, NULL, run_isalnum },
    { "isalpha", 0, 0, NULL, run_isalpha },
    { "isdigit", 0, 0, NULL, run_isdigit },
    { "isspace", 0, 0, NULL, run_isspace },
    { "join", 1, 1, NULL, run_join },
    { "ljust", 1, 2, NULL, run_ljust },
    { "lower", 0, 0, NULL, run_lower },
    { "lstrip", 0, 1, NULL, run_lstrip },
    { "replace", 2, 3, NULL, run_replace },
    { "rfind", 1, 1, NULL, run_rfind },
    { "rjust", 1, 2, NULL, run_rjust },
    { "rsplit", 0, 2, NULL, run_rsplit },
    { "rstrip", 0, 1, NULL, run_rstrip },
    { "split", 0, 2, "sep maxsplit", run_split },
    { "splitlines", 0, 0, NULL, run_splitlines },
    { "startswith", 1, 1, NULL, run_startswith },
    { "strip", 0, 1, NULL, run_strip },
    { "swapcase", 0, 0, NULL, run_swapcase },
    { "title", 0, 0, NULL, run_title },
    { "upper", 0, 0, NULL, run_upper },
    { "zfill", 1, 1, NULL, run_zfill },
    { NULL, 0, 0, NULL, NULL },
};
