/* The methods of strings that look for something, cut, and join. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"
#include "lang/utf8.h"

static int want_str(const struct call *call)
{
    for (size_t i = 0; i < call->count; i++)
        if (call_want(call, i, V_STR) < 0)
            return -1;
    return 0;
}

static const char blanks[] = " \t\n\v\f\r\x1c\x1d\x1e\x1f";

static bool is_space(char c)
{
    return c != '\0' && strchr(blanks, c) != NULL;
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
    return give_text(call, out.data, out.len, ret_value);
}

static int add_part(const struct call *call, struct val list, const char *text, size_t len)
{
    if (lang_check_count(call->lang, call->place, list.list->count + 1) < 0)
        return -1;
    list_add(&call->lang->arena, list.list, val_str(&call->lang->arena, text, len));
    return 0;
}

static int split_blanks(const struct call *call, int64_t max, struct val list)
{
    const char *at = call->self.str->data, *end = at + call->self.str->len;

    for (;;) {
        const char *start;

        while (is_space(*at))
            at++;
        if (*at == '\0')
            return 0;
        start = at;
        if (max >= 0 && (int64_t)list.list->count >= max)
            at = end;
        else
            while (*at != '\0' && !is_space(*at))
                at++;
        if (add_part(call, list, start, (size_t)(at - start)) < 0)
            return -1;
    }
}

/* From the end on; the parts come last first. */
static int rsplit_blanks(const struct call *call, int64_t max, struct val list)
{
    const char *start = call->self.str->data, *at = start + call->self.str->len;

    for (;;) {
        const char *end;

        while (at > start && is_space(at[-1]))
            at--;
        if (at == start)
            return 0;
        end = at;
        if (max >= 0 && (int64_t)list.list->count >= max)
            at = start;
        else
            while (at > start && !is_space(at[-1]))
                at--;
        if (add_part(call, list, at, (size_t)(end - at)) < 0)
            return -1;
    }
}

static int split_at(const struct call *call, const struct str *text, const struct str *sep, int64_t max, struct val list)
{
    const char *at = text->data, *end = at + text->len, *found;

    while ((max < 0 || (int64_t)list.list->count < max)
           && (found = memmem(at, (size_t)(end - at), sep->data, sep->len)) != NULL) {
        if (add_part(call, list, at, (size_t)(found - at)) < 0)
            return -1;
        at = found + sep->len;
    }
    return add_part(call, list, at, (size_t)(end - at));
}

static struct str *reversed(const struct call *call, const struct str *str)
{
    struct str *out = str_alloc(&call->lang->arena, str->len);

    for (size_t i = 0; i < str->len; i++)
        out->data[i] = str->data[str->len - 1 - i];
    str_seal(out);
    return out;
}

static void reverse_list(struct list *list)
{
    for (size_t i = 0; i < list->count / 2; i++) {
        struct val item = list->items[i];

        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = item;
    }
}

/* Backwards in the reversed text: looking for the last place directly takes the square of the
 * text's length for some texts. */
static int rsplit_at(const struct call *call, const struct str *sep, int64_t max, struct val list)
{
    if (lang_check_str(call->lang, call->place, call->self.str->len) < 0
        || split_at(call, reversed(call, call->self.str), reversed(call, sep), max, list) < 0)
        return -1;
    for (size_t i = 0; i < list.list->count; i++)
        list.list->items[i] = val_of_str(reversed(call, list.list->items[i].str));
    return 0;
}

static int split(const struct call *call, bool from_end, struct val *ret_value)
{
    const struct val *sep = call_arg(call, 0, "sep");
    struct val list = val_list(&call->lang->arena, V_LIST, 0);
    bool at_blanks = sep == NULL || sep->type == V_NONE;
    int64_t max;
    int rc;

    if (call_int(call, 1, "maxsplit", -1, &max) < 0)
        return -1;
    if (!at_blanks && sep->type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "a text is split at a text, not at %s", val_type_name(*sep));
    if (!at_blanks && sep->str->len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "empty separator");
    if (lang_step(call->lang, call->place, call->self.str->len / 64) < 0)
        return -1;
    if (at_blanks)
        rc = from_end ? rsplit_blanks(call, max, list) : split_blanks(call, max, list);
    else
        rc = from_end ? rsplit_at(call, sep->str, max, list) : split_at(call, call->self.str, sep->str, max, list);
    if (from_end)
        reverse_list(list.list);
    *ret_value = list;
    return rc;
}

static int run_split(const struct call *call, struct val *ret_value)
{
    return split(call, false, ret_value);
}

static int run_rsplit(const struct call *call, struct val *ret_value)
{
    return split(call, true, ret_value);
}

static int run_splitlines(const struct call *call, struct val *ret_value)
{
    const char *ends = call->lang->python2 ? "\r\n" : "\r\n\v\f\x1c\x1d\x1e", *at = call->self.str->data;
    const struct val *keep = call_arg(call, 0, "keepends");
    bool keeps = keep != NULL && val_truth(*keep);
    struct val list = val_list(&call->lang->arena, V_LIST, 0);

    while (*at != '\0') {
        size_t len = strcspn(at, ends);
        size_t end = at[len] == '\0' ? 0 : at[len] == '\r' && at[len + 1] == '\n' ? 2 : 1;

        if (add_part(call, list, at, keeps ? len + end : len) < 0)
            return -1;
        at += len + end;
    }
    *ret_value = list;
    return 0;
}

/* At the first or the last sep: what stands before it, itself, what follows. */
static int partition(const struct call *call, bool last, struct val *ret_value)
{
    struct val list = val_list(&call->lang->arena, V_LIST, 2), tuple = val_list(&call->lang->arena, V_TUPLE, 3);
    struct val empty = val_str(&call->lang->arena, "", 0);
    const struct str *sep;
    bool found;

    if (want_str(call) < 0)
        return -1;
    sep = call->args[0].str;
    if (sep->len == 0)
        return lang_raise(call->lang, call->place, "ValueError", "empty separator");
    if ((last ? rsplit_at(call, sep, 1, list) : split_at(call, call->self.str, sep, 1, list)) < 0)
        return -1;
    if (last)
        reverse_list(list.list);
    found = list.list->count == 2;
    list_add(&call->lang->arena, tuple.list, last && !found ? empty : list.list->items[0]);
    list_add(&call->lang->arena, tuple.list, found ? call->args[0] : empty);
    list_add(&call->lang->arena, tuple.list, found ? list.list->items[1] : last ? list.list->items[0] : empty);
    *ret_value = tuple;
    return 0;
}

static int run_partition(const struct call *call, struct val *ret_value)
{
    return partition(call, false, ret_value);
}

static int run_rpartition(const struct call *call, struct val *ret_value)
{
    return partition(call, true, ret_value);
}

static int strip(const struct call *call, bool left, bool right, struct val *ret_value)
{
    const char *set = blanks, *at = call->self.str->data, *end = at + call->self.str->len;

    if (call->count > 0 && call->args[0].type != V_NONE) {
        if (want_str(call) < 0)
            return -1;
        set = call->args[0].str->data;
        /* Each byte is looked up in the set. */
        if (lang_step(call->lang, call->place, call->self.str->len / 64 * (call->args[0].str->len / 64 + 1)) < 0)
            return -1;
    }
    while (left && at < end && strchr(set, *at) != NULL)
        at++;
    while (right && end > at && strchr(set, end[-1]) != NULL)
        end--;
    return give_text(call, at, (size_t)(end - at), ret_value);
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

/* Where old stands from `at` on; an empty one stands before every byte and at the end. */
static const char *find_old(const char *at, const char *end, const struct str *old, bool first)
{
    if (old->len > 0)
        return memmem(at, (size_t)(end - at), old->data, old->len);
    return first ? at : at < end ? at + 1 : NULL;
}

static int run_replace(const struct call *call, struct val *ret_value)
{
    const char *at = call->self.str->data, *end = at + call->self.str->len, *found;
    const struct str *old, *new;
    xm_autobuf out = XM_BUF_INIT;
    bool first = true;
    int64_t left;

    if (call_want(call, 0, V_STR) < 0 || call_want(call, 1, V_STR) < 0 || call_int(call, 2, "count", -1, &left) < 0)
        return -1;
    old = call->args[0].str;
    new = call->args[1].str;
    for (; left != 0 && (found = find_old(at, end, old, first)) != NULL; left--, first = false) {
        if (lang_check_len(call->lang, call->place, out.len + (size_t)(found - at) + new->len) < 0)
            return -1;
        xm_buf_add(&out, at, (size_t)(found - at));
        xm_buf_add(&out, new->data, new->len);
        at = found + old->len;
    }
    xm_buf_add(&out, at, (size_t)(end - at));
    return give_text(call, out.data, out.len, ret_value);
}

/* A part of the text, as the arguments from `first` on give it: start and end. */
struct range {
    const char *data;
    size_t start, len;
    bool empty;                 /* it starts behind the text's end: not even "" is in it */
};

static int range_bound(const struct call *call, size_t index, int64_t otherwise, int64_t *ret_bound)
{
    int64_t len = (int64_t)call->self.str->len;

    *ret_bound = otherwise;
    if (call->count <= index || call->args[index].type == V_NONE)
        return 0;
    if (call_want(call, index, V_INT) < 0)
        return -1;
    *ret_bound = call->args[index].i;
    if (*ret_bound < 0)
        *ret_bound = *ret_bound + len < 0 ? 0 : *ret_bound + len;
    return 0;
}

static int read_range(const struct call *call, size_t first, struct range *ret_range)
{
    int64_t len = (int64_t)call->self.str->len, start, end;

    if (range_bound(call, first, 0, &start) < 0 || range_bound(call, first + 1, len, &end) < 0)
        return -1;
    end = end > len ? len : end;
    *ret_range = (struct range){ .empty = start > end };
    if (start > end)
        start = end;
    ret_range->data = call->self.str->data + start;
    ret_range->start = (size_t)start;
    ret_range->len = (size_t)(end - start);
    return lang_step(call->lang, call->place, ret_range->len / 64);
}

static int affix(const struct call *call, bool at_end, struct val *ret_value)
{
    const struct val *args = call->args;
    struct range range;
    size_t count = 1;

    if (args[0].type == V_TUPLE) {
        count = args[0].list->count;
        args = args[0].list->items;
    }
    if (read_range(call, 1, &range) < 0)
        return -1;
    *ret_value = val_bool(false);
    for (size_t i = 0; i < count; i++) {
        const struct str *affix = args[i].str;

        if (args[i].type != V_STR)
            return lang_raise(call->lang, call->place, "TypeError", "a text is wanted here, not %s", val_type_name(args[i]));
        if (!range.empty && affix->len <= range.len
            && memcmp(range.data + (at_end ? range.len - affix->len : 0), affix->data, affix->len) == 0)
            ret_value->i = 1;
    }
    return lang_step(call->lang, call->place, count);
}

static int run_startswith(const struct call *call, struct val *ret_value)
{
    return affix(call, false, ret_value);
}

static int run_endswith(const struct call *call, struct val *ret_value)
{
    return affix(call, true, ret_value);
}

static int remove_affix(const struct call *call, bool at_end, struct val *ret_value)
{
    const struct str *self = call->self.str, *affix;

    if (want_str(call) < 0)
        return -1;
    affix = call->args[0].str;
    *ret_value = call->self;
    if (affix->len > self->len || memcmp(self->data + (at_end ? self->len - affix->len : 0), affix->data, affix->len) != 0)
        return 0;
    return give_text(call, self->data + (at_end ? 0 : affix->len), self->len - affix->len, ret_value);
}

static int run_removeprefix(const struct call *call, struct val *ret_value)
{
    return remove_affix(call, false, ret_value);
}

static int run_removesuffix(const struct call *call, struct val *ret_value)
{
    return remove_affix(call, true, ret_value);
}

static int find(const struct call *call, bool last, struct val *ret_value)
{
    const char *found = NULL;
    const struct str *what;
    struct range range;

    if (call_want(call, 0, V_STR) < 0 || read_range(call, 1, &range) < 0)
        return -1;
    what = call->args[0].str;
    *ret_value = val_int(-1);
    if (range.empty)
        return 0;
    if (!last) {
        found = memmem(range.data, range.len, what->data, what->len);
        if (found != NULL)
            *ret_value = val_int((int64_t)range.start + (found - range.data));
        return 0;
    }
    if (what->len > 0) {        /* in the reversed text, as rsplit_at() */
        const struct str *text = reversed(call, str_new(&call->lang->arena, range.data, range.len));

        found = memmem(text->data, text->len, reversed(call, what)->data, what->len);
        if (found != NULL)
            *ret_value = val_int((int64_t)(range.start + range.len - what->len) - (found - text->data));
        return 0;
    }
    *ret_value = val_int((int64_t)(range.start + range.len));
    return 0;
}

static int run_find(const struct call *call, struct val *ret_value)
{
    return find(call, false, ret_value);
}

static int run_rfind(const struct call *call, struct val *ret_value)
{
    return find(call, true, ret_value);
}

static int index_of(const struct call *call, bool last, struct val *ret_value)
{
    if (find(call, last, ret_value) < 0)
        return -1;
    return ret_value->i >= 0 ? 0 : lang_raise(call->lang, call->place, "ValueError", "substring not found");
}

static int run_index(const struct call *call, struct val *ret_value)
{
    return index_of(call, false, ret_value);
}

static int run_rindex(const struct call *call, struct val *ret_value)
{
    return index_of(call, true, ret_value);
}

static int run_count(const struct call *call, struct val *ret_value)
{
    const struct str *what;
    const char *at, *end;
    struct range range;
    int64_t count = 0;

    if (call_want(call, 0, V_STR) < 0 || read_range(call, 1, &range) < 0)
        return -1;
    what = call->args[0].str;
    end = range.data + range.len;
    if (what->len == 0)
        count = range.empty ? 0 : (int64_t)range.len + 1;
    else
        for (at = range.data; (at = memmem(at, (size_t)(end - at), what->data, what->len)) != NULL; at += what->len)
            count++;
    *ret_value = val_int(count);
    return 0;
}

/* What the table of translate() says of one character: its own text, another, or none. */
static int translate_one(const struct call *call, const struct dict *table, uint32_t code, const char *own, size_t len, struct xm_buf *out)
{
    const struct dict_entry *entry = dict_find(table, val_int(code));
    struct val to = entry != NULL ? entry->value : val_none();

    if (entry == NULL) {
        xm_buf_add(out, own, len);
        return 0;
    }
    if (to.type == V_STR)
        xm_buf_add(out, to.str->data, to.str->len);
    else if (to.type == V_INT && to.i > 0 && to.i <= 0x10ffff)
        utf8_put(out, (uint32_t)to.i);
    else if (to.type != V_NONE)
        return lang_raise(call->lang, call->place, "TypeError", "a character becomes a text, its number or None, not %s", val_type_name(to));
    return 0;
}

static int run_translate(const struct call *call, struct val *ret_value)
{
    const struct dict *table = dict_new(&call->lang->arena);
    const char *at = call->self.str->data, *end = at + call->self.str->len, *deleted = "";
    xm_autobuf out = XM_BUF_INIT;
    size_t size;

    if (call->args[0].type != V_NONE && call_want(call, 0, V_DICT) < 0)
        return -1;
    if (call->count > 1 && call_want(call, 1, V_STR) < 0)
        return -1;
    if (call->args[0].type == V_DICT)
        table = call->args[0].dict;
    if (call->count > 1)
        deleted = call->args[1].str->data;
    for (; at < end; at += size) {
        uint32_t code = (unsigned char)*at;

        size = call->lang->python2 ? 1 : utf8_get(at, (size_t)(end - at), &code);
        if (size == 0)
            size = 1;
        if (lang_check_len(call->lang, call->place, out.len) < 0)
            return -1;
        if ((size > 1 || strchr(deleted, *at) == NULL) && translate_one(call, table, code, at, size, &out) < 0)
            return -1;
    }
    return give_text(call, out.data, out.len, ret_value);
}

const struct builtin str_methods[] = {
    { "count", 1, 3, NULL, run_count },
    { "endswith", 1, 3, NULL, run_endswith },
    { "find", 1, 3, NULL, run_find },
    { "index", 1, 3, NULL, run_index },
    { "join", 1, 1, NULL, run_join },
    { "lstrip", 0, 1, NULL, run_lstrip },
    { "partition", 1, 1, NULL, run_partition },
    { "removeprefix", 1, 1, NULL, run_removeprefix },
    { "removesuffix", 1, 1, NULL, run_removesuffix },
    { "replace", 2, 3, "count", run_replace },
    { "rfind", 1, 3, NULL, run_rfind },
    { "rindex", 1, 3, NULL, run_rindex },
    { "rpartition", 1, 1, NULL, run_rpartition },
    { "rsplit", 0, 2, "sep maxsplit", run_rsplit },
    { "rstrip", 0, 1, NULL, run_rstrip },
    { "split", 0, 2, "sep maxsplit", run_split },
    { "splitlines", 0, 1, "keepends", run_splitlines },
    { "startswith", 1, 3, NULL, run_startswith },
    { "strip", 0, 1, NULL, run_strip },
    { "translate", 1, 2, NULL, run_translate },
    { NULL, 0, 0, NULL, NULL },
};
