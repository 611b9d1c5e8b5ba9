#include "lang/builtin.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/format.h"
#include "lang/lexer.h"
#include "lang/operator.h"
#include "lang/output.h"

static int items_of(const struct call *call, size_t index, const struct list **ret_items)
{
    return op_items(call->lang, call->place, call->args[index], ret_items);
}

/* A new list for count items. */
static int new_list(const struct call *call, enum val_type type, size_t count, struct val *ret_value)
{
    if (lang_check_items(call->lang, call->place, count) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, type, count);
    return 0;
}

static void add(const struct call *call, struct val list, struct val item)
{
    list_add(&call->lang->arena, list.list, item);
}

static struct val pair(const struct call *call, struct val a, struct val b)
{
    struct val tuple = val_list(&call->lang->arena, V_TUPLE, 2);

    add(call, tuple, a);
    add(call, tuple, b);
    return tuple;
}

static int run_len(const struct call *call, struct val *ret_value)
{
    struct val v = call->args[0];

    if (v.type == V_STR)
        *ret_value = val_int((int64_t)v.str->len);
    else if (v.type == V_LIST || v.type == V_TUPLE)
        *ret_value = val_int((int64_t)v.list->count);
    else if (v.type == V_DICT || v.type == V_SET)
        *ret_value = val_int((int64_t)v.dict->count);
    else
        return lang_raise(call->lang, call->place, "TypeError", "%s has no length", val_type_name(v));
    return 0;
}

static int run_range(const struct call *call, struct val *ret_value)
{
    int64_t start = 0, stop, step = 1;
    uint64_t count = 0;

    for (size_t i = 0; i < call->count; i++)
        if (call_want(call, i, V_INT) < 0)
            return -1;
    stop = call->args[call->count == 1 ? 0 : 1].i;
    if (call->count > 1)
        start = call->args[0].i;
    if (call->count > 2)
        step = call->args[2].i;
    if (step == 0)
        return lang_raise(call->lang, call->place, "ValueError", "the step of range() is 0");
    if (step > 0 && start < stop)
        count = ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1;
    else if (step < 0 && start > stop)
        count = ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1;
    if (new_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (uint64_t i = 0; i < count; i++)
        add(call, *ret_value, val_int((int64_t)((uint64_t)start + i * (uint64_t)step)));
    return 0;
}

/* int("0x1f", 16) and so on; blanks around are fine. */
static int parse_int(const struct call *call, const struct str *str, int base, struct val *ret_value)
{
    const char *at = str->data;
    long long i = 0;
    char *end;

    while (isspace((unsigned char)*at))
        at++;
    errno = 0;
    if (base == 0 && at[0] == '0' && (at[1] == 'o' || at[1] == 'O'))
        i = strtoll(at + 2, &end, 8);
    else
        i = strtoll(at, &end, base);
    if (end == at || errno == EINVAL)
        end = (char *)"?";
    while (*end != '\0' && (isspace((unsigned char)*end) || ((*end == 'L' || *end == 'l') && end[1] == '\0')))
        end++;
    if (errno == ERANGE)
        return lang_raise(call->lang, call->place, "OverflowError", "%.60s does not fit into 64 bits", str->data);
    if (*end != '\0')
        return lang_raise(call->lang, call->place, "ValueError", "invalid literal for int() with base %d: '%.60s'", base, str->data);
    *ret_value = val_int(i);
    return 0;
}

static int run_int(const struct call *call, struct val *ret_value)
{
    int64_t base = 10;
    struct val v;

    if (call->count > 1) {
        if (call_want(call, 1, V_INT) < 0)
            return -1;
        base = call->args[1].i;
        if (base < 0 || base == 1 || base > 36)
            return lang_raise(call->lang, call->place, "ValueError", "a base is 0 or from 2 to 36");
    }
    if (call->count == 0) {
        *ret_value = val_int(0);
        return 0;
    }
    v = call->args[0];
    if (v.type == V_STR)
        return parse_int(call, v.str, (int)base, ret_value);
    if (call->count > 1 || !val_is_number(v))       /* xm's users know this sentence: a vmid that was not given */
        return lang_raise(call->lang, call->place, "TypeError", "int() argument must be a string or a number, not '%s'",
                          v.type == V_NONE ? "NoneType" : val_type_name(v));
    if (v.type == V_FLOAT && fabs(v.f) > 9.2e18)
        return lang_raise(call->lang, call->place, "OverflowError", "the number does not fit into 64 bits");
    *ret_value = val_int(v.type == V_FLOAT ? (int64_t)v.f : v.i);
    return 0;
}

static int run_float(const struct call *call, struct val *ret_value)
{
    struct val v = call->count > 0 ? call->args[0] : val_int(0);
    const char *at;
    char *end;
    double f;

    if (val_is_number(v)) {
        *ret_value = val_float(val_as_float(v));
        return 0;
    }
    if (v.type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "float() wants a text or a number, not %s", val_type_name(v));
    at = v.str->data + strspn(v.str->data, " \t\n\r\v\f");
    f = strtod(at, &end);
    if (end == at || end[strspn(end, " \t\n\r\v\f")] != '\0' || !isfinite(f) || strpbrk(at, "xXnN") != NULL)
        return lang_raise(call->lang, call->place, "ValueError", "invalid literal for float(): '%.60s'", v.str->data);
    *ret_value = val_float(f);
    return 0;
}

static int run_str(const struct call *call, struct val *ret_value)
{
    if (call->count == 0) {
        *ret_value = val_str(&call->lang->arena, "", 0);
        return 0;
    }
    return format_str(call->lang, call->place, call->args[0], ret_value);
}

static int run_repr(const struct call *call, struct val *ret_value)
{
    return format_repr(call->lang, call->place, call->args[0], ret_value);
}

static int run_bool(const struct call *call, struct val *ret_value)
{
    *ret_value = val_bool(call->count > 0 && val_truth(call->args[0]));
    return 0;
}

static int copy_items(const struct call *call, enum val_type type, struct val *ret_value)
{
    const struct list *items;

    if (call->count == 0)
        return new_list(call, type, 0, ret_value);
    if (items_of(call, 0, &items) < 0 || new_list(call, type, items->count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        add(call, *ret_value, items->items[i]);
    return 0;
}

static int run_list(const struct call *call, struct val *ret_value)
{
    return copy_items(call, V_LIST, ret_value);
}

static int run_tuple(const struct call *call, struct val *ret_value)
{
    return copy_items(call, V_TUPLE, ret_value);
}

static int merge(const struct call *call, struct dict *dict, const struct dict *from)
{
    for (size_t i = 0; i < from->used; i++)
        if (from->entries[i].live && op_dict_set(call->lang, call->place, dict, from->entries[i].key, from->entries[i].value) < 0)
            return -1;
    return 0;
}

static int run_dict(const struct call *call, struct val *ret_value)
{
    struct dict *dict = dict_new(&call->lang->arena);
    const struct list *items, *two;

    if (call->count > 0 && call->args[0].type == V_DICT) {
        if (merge(call, dict, call->args[0].dict) < 0)
            return -1;
    } else if (call->count > 0) {
        if (items_of(call, 0, &items) < 0)
            return -1;
        for (size_t i = 0; i < items->count; i++) {
            if (op_items(call->lang, call->place, items->items[i], &two) < 0)
                return -1;
            if (two->count != 2)
                return lang_raise(call->lang, call->place, "ValueError", "dict() wants pairs");
            if (op_dict_set(call->lang, call->place, dict, two->items[0], two->items[1]) < 0)
                return -1;
        }
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return merge(call, dict, call->named);
}

/* Merges the sorted runs from..middle and middle..end of keys and items into the other arrays. */
struct sorter {
    const struct call *call;
    struct val *keys, *items, *other_keys, *other_items;
    bool reverse;
};

static int merge_runs(struct sorter *s, size_t from, size_t middle, size_t end)
{
    size_t a = from, b = middle;

    for (size_t out = from; out < end; out++) {
        bool take_b = a >= middle;

        if (a < middle && b < end
            && op_compare(s->call->lang, s->call->place, s->reverse ? '>' : '<', s->keys[b], s->keys[a], &take_b) < 0)
            return -1;
        s->other_keys[out] = s->keys[take_b ? b : a];
        s->other_items[out] = s->items[take_b ? b : a];
        if (take_b)
            b++;
        else
            a++;
    }
    return 0;
}

static int sort(struct sorter *s, size_t count)
{
    for (size_t width = 1; width < count; width *= 2) {
        struct val *keys = s->keys, *items = s->items;

        for (size_t from = 0; from < count; from += 2 * width) {
            size_t middle = from + width < count ? from + width : count;
            size_t end = from + 2 * width < count ? from + 2 * width : count;

            if (merge_runs(s, from, middle, end) < 0)
                return -1;
        }
        s->keys = s->other_keys;
        s->items = s->other_items;
        s->other_keys = keys;
        s->other_items = items;
    }
    return 0;
}

static int key_of(const struct call *call, const struct val *key, struct val item, struct val *ret_key)
{
    if (key == NULL || key->type == V_NONE) {
        *ret_key = item;
        return 0;
    }
    return eval_call(call->lang, call->place, *key, &item, 1, dict_new(&call->lang->arena), ret_key);
}

/* Also list.sort(). */
static int sorted(const struct call *call, const struct list *items, struct val *ret_value)
{
    const struct val *key = call_named(call, "key"), *reverse = call_named(call, "reverse");
    struct arena *arena = &call->lang->arena;
    size_t count = items->count;
    struct sorter s = { .call = call, .reverse = reverse != NULL && val_truth(*reverse) };

    if (lang_check_items(call->lang, call->place, count) < 0)
        return -1;
    s.items = arena_grow(arena, items->items, count, count + 1, sizeof(struct val));
    s.keys = arena_alloc(arena, (count + 1) * sizeof(struct val));
    s.other_items = arena_alloc(arena, (count + 1) * sizeof(struct val));
    s.other_keys = arena_alloc(arena, (count + 1) * sizeof(struct val));
    for (size_t i = 0; i < count; i++)
        if (key_of(call, key, s.items[i], &s.keys[i]) < 0)
            return -1;
    if (sort(&s, count) < 0)
        return -1;
    *ret_value = val_list(arena, V_LIST, 0);
    ret_value->list->items = s.items;
    ret_value->list->count = count;
    ret_value->list->cap = count + 1;
    return 0;
}

static int run_sorted(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    return items_of(call, 0, &items) < 0 ? -1 : sorted(call, items, ret_value);
}

static int run_sort(const struct call *call, struct val *ret_value)
{
    struct val list;

    if (sorted(call, call->self.list, &list) < 0)
        return -1;
    *call->self.list = *list.list;
    *ret_value = val_none();
    return 0;
}

static int run_reversed(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (items_of(call, 0, &items) < 0 || new_list(call, V_LIST, items->count, ret_value) < 0)
        return -1;
    for (size_t i = items->count; i-- > 0;)
        add(call, *ret_value, items->items[i]);
    return 0;
}

static int extreme(const struct call *call, unsigned op, struct val *ret_value)
{
    const struct val *key = call_named(call, "key");
    const struct list given = { .items = (struct val *)call->args, .count = call->count }, *items = &given;
    struct val best;
    bool better;

    if (call->count == 1 && items_of(call, 0, &items) < 0)
        return -1;
    if (items->count == 0)
        return lang_raise(call->lang, call->place, "ValueError", "nothing to choose from");
    *ret_value = items->items[0];
    if (key_of(call, key, items->items[0], &best) < 0)
        return -1;
    for (size_t i = 1; i < items->count; i++) {
        struct val item = items->items[i], k;

        if (key_of(call, key, item, &k) < 0 || op_compare(call->lang, call->place, op, k, best, &better) < 0)
            return -1;
        if (better) {
            *ret_value = item;
            best = k;
        }
    }
    return 0;
}

static int run_min(const struct call *call, struct val *ret_value)
{
    return extreme(call, '<', ret_value);
}

static int run_max(const struct call *call, struct val *ret_value)
{
    return extreme(call, '>', ret_value);
}

static int run_sum(const struct call *call, struct val *ret_value)
{
    struct val total = call->count > 1 ? call->args[1] : val_int(0);
    const struct list *items;

    if (items_of(call, 0, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        if (lang_step(call->lang, call->place, 0) < 0
            || op_binary(call->lang, call->place, '+', total, items->items[i], &total) < 0)
            return -1;
    *ret_value = total;
    return 0;
}

static int run_abs(const struct call *call, struct val *ret_value)
{
    struct val v = call->args[0];

    if (!val_is_number(v))
        return lang_raise(call->lang, call->place, "TypeError", "abs() wants a number, not %s", val_type_name(v));
    if (val_as_float(v) < 0)
        return op_unary(call->lang, call->place, '-', v, ret_value);
    *ret_value = v;
    return 0;
}

static int run_enumerate(const struct call *call, struct val *ret_value)
{
    const struct val *named = call_named(call, "start");
    struct val start = call->count > 1 ? call->args[1] : named != NULL ? *named : val_int(0);
    const struct list *items;

    if (start.type != V_INT || start.i > INT32_MAX || start.i < INT32_MIN)
        return lang_raise(call->lang, call->place, "TypeError", "enumerate() starts with a small int");
    if (items_of(call, 0, &items) < 0 || new_list(call, V_LIST, items->count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        add(call, *ret_value, pair(call, val_int(start.i + (int64_t)i), items->items[i]));
    return 0;
}

/* The items of every argument, and how many the shortest has. */
static int all_items(const struct call *call, size_t first, const struct list *lists[], size_t *ret_count)
{
    *ret_count = call->count > first ? SIZE_MAX : 0;
    for (size_t i = first; i < call->count; i++) {
        if (items_of(call, i, &lists[i]) < 0)
            return -1;
        if (lists[i]->count < *ret_count)
            *ret_count = lists[i]->count;
    }
    return 0;
}

static int run_zip(const struct call *call, struct val *ret_value)
{
    const struct list *lists[8];
    size_t count;

    if (all_items(call, 0, lists, &count) < 0 || new_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct val tuple = val_list(&call->lang->arena, V_TUPLE, call->count);

        for (size_t j = 0; j < call->count; j++)
            add(call, tuple, lists[j]->items[i]);
        add(call, *ret_value, tuple);
    }
    return 0;
}

static int run_map(const struct call *call, struct val *ret_value)
{
    const struct list *lists[8];
    size_t count;

    if (all_items(call, 1, lists, &count) < 0 || new_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct val args[8], result;

        for (size_t j = 1; j < call->count; j++) {
            if (i >= lists[j]->count)       /* the function took items away */
                return lang_raise(call->lang, call->place, "RuntimeError", "a list changed under map()");
            args[j - 1] = lists[j]->items[i];
        }
        if (eval_call(call->lang, call->place, call->args[0], args, call->count - 1, dict_new(&call->lang->arena), &result) < 0)
            return -1;
        add(call, *ret_value, result);
    }
    return 0;
}

static int run_filter(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (items_of(call, 1, &items) < 0 || new_list(call, V_LIST, 0, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        struct val item = items->items[i], keep;

        if (key_of(call, &call->args[0], item, &keep) < 0)
            return -1;
        if (val_truth(keep))
            add(call, *ret_value, item);
        if (lang_check_count(call->lang, call->place, ret_value->list->count) < 0)
            return -1;
    }
    return 0;
}

static int any_all(const struct call *call, bool stop_at, struct val *ret_value)
{
    const struct list *items;
    bool found = false;

    if (items_of(call, 0, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count && !found; i++)
        found = val_truth(items->items[i]) == stop_at;
    *ret_value = val_bool(found == stop_at);
    return 0;
}

static int run_any(const struct call *call, struct val *ret_value)
{
    return any_all(call, true, ret_value);
}

static int run_all(const struct call *call, struct val *ret_value)
{
    return any_all(call, false, ret_value);
}

static int run_chr(const struct call *call, struct val *ret_value)
{
    char c;

    if (call_want(call, 0, V_INT) < 0)
        return -1;
    if (call->args[0].i < 1 || call->args[0].i > 255)
        return lang_raise(call->lang, call->place, "ValueError", "chr() wants a number from 1 to 255");
    c = (char)call->args[0].i;
    *ret_value = val_str(&call->lang->arena, &c, 1);
    return 0;
}

static int run_ord(const struct call *call, struct val *ret_value)
{
    if (call_want(call, 0, V_STR) < 0)
        return -1;
    if (call->args[0].str->len != 1)
        return lang_raise(call->lang, call->place, "TypeError", "ord() wants one character");
    *ret_value = val_int((unsigned char)call->args[0].str->data[0]);
    return 0;
}

static int radix(const struct call *call, const char *format, struct val *ret_value)
{
    const struct str *str = str_new(&call->lang->arena, format, strlen(format));

    if (call_want(call, 0, V_INT) < 0)
        return -1;
    return format_percent(call->lang, call->place, str, call->args[0], ret_value);
}

static int run_hex(const struct call *call, struct val *ret_value)
{
    return radix(call, "%#x", ret_value);
}

static int run_oct(const struct call *call, struct val *ret_value)
{
    return radix(call, "%#o", ret_value);
}

static int run_round(const struct call *call, struct val *ret_value)
{
    double scale = 1, f;

    if (!val_is_number(call->args[0]))
        return lang_raise(call->lang, call->place, "TypeError", "round() wants a number, not %s", val_type_name(call->args[0]));
    if (call->count > 1) {
        if (call_want(call, 1, V_INT) < 0)
            return -1;
        if (call->args[1].i < 0 || call->args[1].i > 15)
            return lang_raise(call->lang, call->place, "ValueError", "round() wants 0 to 15 digits");
        scale = pow(10, (double)call->args[1].i);
    }
    f = round(val_as_float(call->args[0]) * scale) / scale;
    if (!isfinite(f))
        f = val_as_float(call->args[0]);
    *ret_value = call->count > 1 || fabs(f) > 9e18 ? val_float(f) : val_int((int64_t)f);
    return 0;
}

static const struct builtin *type_of(struct val v);

static int run_isinstance(const struct call *call, struct val *ret_value)
{
    const struct val *types = &call->args[1];
    size_t count = 1;

    if (types->type == V_TUPLE) {
        count = types->list->count;
        types = types->list->items;
    }
    *ret_value = val_bool(false);
    for (size_t i = 0; i < count; i++) {
        if (types[i].type == V_ERROR_TYPE && call->args[0].type == V_ERROR)
            ret_value->i |= lang_error_is(call->args[0].error->type, types[i].error_type);
        else if (types[i].type == V_BUILTIN)
            ret_value->i |= type_of(call->args[0]) == types[i].builtin
                            || (call->args[0].type == V_BOOL && strcmp(types[i].builtin->name, "int") == 0);
        else
            return lang_raise(call->lang, call->place, "TypeError", "isinstance() wants types, not %s", val_type_name(types[i]));
    }
    return 0;
}

static int run_type(const struct call *call, struct val *ret_value)
{
    const struct builtin *type = type_of(call->args[0]);

    if (call->args[0].type == V_ERROR)
        *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = call->args[0].error->type };
    else if (type != NULL)
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = type };
    else
        return lang_raise(call->lang, call->place, "TypeError", "type() does not work on %s", val_type_name(call->args[0]));
    return 0;
}

static int run_print(const struct call *call, struct val *ret_value)
{
    const struct val *sep = call_named(call, "sep"), *end = call_named(call, "end");
    xm_autobuf out = XM_BUF_INIT;
    struct val text;

    if ((sep != NULL && sep->type != V_STR) || (end != NULL && end->type != V_STR))
        return lang_raise(call->lang, call->place, "TypeError", "sep and end of print() are texts");
    for (size_t i = 0; i < call->count; i++) {
        if (i > 0)
            xm_buf_puts(&out, sep != NULL ? sep->str->data : " ");
        if (format_str(call->lang, call->place, call->args[i], &text) < 0
            || lang_check_len(call->lang, call->place, out.len + text.str->len) < 0)
            return -1;
        xm_buf_add(&out, text.str->data, text.str->len);
    }
    xm_buf_puts(&out, end != NULL ? end->str->data : "\n");
    *ret_value = val_none();
    return output_print(call->lang, call->place, out.len > 0 ? out.data : "", out.len);
}

static const struct builtin functions[] = {
    { "abs", 1, 1, NULL, run_abs },
    { "all", 1, 1, NULL, run_all },
    { "any", 1, 1, NULL, run_any },
    { "bool", 0, 1, NULL, run_bool },
    { "chr", 1, 1, NULL, run_chr },
    { "dict", 0, 1, "*", run_dict },
    { "enumerate", 1, 2, "start", run_enumerate },
    { "filter", 2, 2, NULL, run_filter },
    { "float", 0, 1, NULL, run_float },
    { "hex", 1, 1, NULL, run_hex },
    { "int", 0, 2, NULL, run_int },
    { "isinstance", 2, 2, NULL, run_isinstance },
    { "len", 1, 1, NULL, run_len },
    { "list", 0, 1, NULL, run_list },
    { "long", 0, 2, NULL, run_int },
    { "map", 2, 8, NULL, run_map },
    { "max", 1, 255, "key", run_max },
    { "min", 1, 255, "key", run_min },
    { "oct", 1, 1, NULL, run_oct },
    { "ord", 1, 1, NULL, run_ord },
    { "print", 0, 255, "sep end file", run_print },
    { "range", 1, 3, NULL, run_range },
    { "repr", 1, 1, NULL, run_repr },
    { "reversed", 1, 1, NULL, run_reversed },
    { "round", 1, 2, NULL, run_round },
    { "sorted", 1, 1, "key reverse", run_sorted },
    { "str", 0, 1, NULL, run_str },
    { "sum", 1, 2, NULL, run_sum },
    { "tuple", 0, 1, NULL, run_tuple },
    { "type", 1, 1, NULL, run_type },
    { "unicode", 0, 1, NULL, run_str },
    { "xrange", 1, 3, NULL, run_range },
    { "zip", 0, 8, NULL, run_zip },
};

static const struct builtin *find_function(const char *name)
{
    for (size_t i = 0; i < XM_COUNT(functions); i++)
        if (strcmp(functions[i].name, name) == 0)
            return &functions[i];
    return NULL;
}

/* The function that stands for v's type, or NULL. */
static const struct builtin *type_of(struct val v)
{
    return v.type <= V_SET && v.type != V_NONE ? find_function(val_type_name(v)) : NULL;
}

bool builtin_find(const struct lang *lang, const char *name, struct val *ret_value)
{
    static const struct { const char *name, *same_as; } aliases[] = { { "basestring", "str" }, { "bytes", "str" } };
    const struct builtin *function;
    const struct module *module;
    const struct error_type *error;

    if (strcmp(name, "None") == 0) {
        *ret_value = val_none();
        return true;
    }
    if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0) {
        *ret_value = val_bool(name[0] == 'T');
        return true;
    }
    for (size_t i = 0; i < XM_COUNT(aliases); i++)
        if (strcmp(name, aliases[i].name) == 0)
            name = aliases[i].same_as;
    function = find_function(name);
    if (function != NULL) {
        *ret_value = (struct val){ .type = V_BUILTIN, .builtin = function };
        return true;
    }
    error = lang_error_type(name);
    if (error != NULL) {
        *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = error };
        return true;
    }
    /* xm's scripts find these without importing them; xm_vars is its own. */
    module = strchr(name, '.') == NULL ? module_find(name) : NULL;
    if (module == NULL && strcmp(name, "xm_vars") == 0 && lang->input->dialect == XM_DIALECT_XM) {
        static const struct module vars = { "xm_vars", vars_functions };

        module = &vars;
    }
    if (module != NULL)
        *ret_value = (struct val){ .type = V_MODULE, .module = module };
    return module != NULL;
}

const char *builtin_refused(const char *name)
{
    static const struct { const char *name, *text; } refused[] = {
        { "open", "open()" }, { "file", "file()" }, { "eval", "eval()" }, { "execfile", "execfile()" },
        { "compile", "compile()" }, { "__import__", "__import__()" }, { "input", "input()" },
        { "raw_input", "raw_input()" }, { "globals", "globals()" }, { "locals", "locals()" }, { "vars", "vars()" },
        { "dir", "dir()" }, { "getattr", "getattr()" }, { "setattr", "setattr()" }, { "hasattr", "hasattr()" },
        { "delattr", "delattr()" }, { "callable", "callable()" }, { "id", "id()" }, { "set", "set()" },
        { "frozenset", "frozenset()" }, { "iter", "iter()" }, { "next", "next()" }, { "object", "object" },
        { "super", "super()" }, { "divmod", "divmod()" }, { "pow", "pow()" }, { "bin", "bin()" },
        { "reload", "reload()" }, { "exit", "exit()" }, { "quit", "quit()" }, { "bytearray", "bytearray()" },
        { "complex", "complex()" }, { "reduce", "reduce()" }, { "unichr", "unichr()" }, { "format", "format()" },
        { "__file__", "__file__" }, { "__name__", "__name__" }, { "socket", "the module socket" },
        { "xm_vars", "xm_vars in the xl dialect" }, { "struct", "the module struct" }, { "errno", "the module errno" },
    };

    for (size_t i = 0; i < XM_COUNT(refused); i++)
        if (strcmp(refused[i].name, name) == 0)
            return refused[i].text;
    return NULL;
}

static const struct builtin sort_method = { "sort", 0, 0, "key reverse", run_sort };

const struct builtin *method_find(enum val_type type, const char *name)
{
    const struct builtin *table = type == V_STR ? str_methods : type == V_LIST || type == V_TUPLE ? list_methods
                                  : type == V_DICT ? dict_methods : type == V_MATCH ? match_methods : NULL;

    if (type == V_LIST && strcmp(name, "sort") == 0)
        return &sort_method;
    for (; table != NULL && table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return type != V_TUPLE || strcmp(name, "index") == 0 || strcmp(name, "count") == 0 ? table : NULL;
    return NULL;
}
