/* Functions that go through something: sorting, choosing, pairing up. What Python makes as it is
 * asked for is made whole at once: a list. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

static struct val pair(const struct call *call, struct val a, struct val b)
{
    struct val tuple = val_list(&call->lang->arena, V_TUPLE, 2);

    give_item(call, tuple, a);
    give_item(call, tuple, b);
    return tuple;
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
    if (give_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (uint64_t i = 0; i < count; i++)
        give_item(call, *ret_value, val_int((int64_t)((uint64_t)start + i * (uint64_t)step)));
    return 0;
}

/* A merge sort: stable, and its order of comparisons does not depend on the library. */
struct sorter {
    const struct call *call;
    const struct val *cmp;      /* Python 2's function of two items, or NULL */
    struct val *keys, *items, *other_keys, *other_items;
    bool reverse;
};

/* Whether item b comes before item a. */
static int comes_before(struct sorter *s, size_t b, size_t a, bool *ret_before)
{
    const struct call *call = s->call;
    struct val args[2] = { s->keys[b], s->keys[a] }, order;

    if (s->cmp == NULL)
        return op_compare(call->lang, call->place, s->reverse ? '>' : '<', s->keys[b], s->keys[a], ret_before);
    if (call_value(call, *s->cmp, args, 2, &order) < 0)
        return -1;
    if (order.type != V_INT)
        return lang_raise(call->lang, call->place, "TypeError", "a function that compares gives an int, not %s", val_type_name(order));
    *ret_before = s->reverse ? order.i > 0 : order.i < 0;
    return 0;
}

/* Merges the sorted runs from..middle and middle..end of keys and items into the other arrays. */
static int merge_runs(struct sorter *s, size_t from, size_t middle, size_t end)
{
    size_t a = from, b = middle;

    for (size_t out = from; out < end; out++) {
        bool take_b = a >= middle;

        if (a < middle && b < end && comes_before(s, b, a, &take_b) < 0)
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
    return call_value(call, *key, &item, 1, ret_key);
}

/* Also list.sort(). In Python 2 its arguments, from `first` on, may stand without names. */
static int sorted(const struct call *call, size_t first, const struct list *items, struct val *ret_value)
{
    const struct val *cmp = call_arg(call, first, "cmp"), *key = call_arg(call, first + 1, "key");
    const struct val *reverse = call_arg(call, first + 2, "reverse");
    struct arena *arena = &call->lang->arena;
    size_t count = items->count;
    struct sorter s = { .call = call, .reverse = reverse != NULL && val_truth(*reverse) };

    if (cmp != NULL && cmp->type != V_NONE)
        s.cmp = cmp;
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

    return call_items(call, 0, &items) < 0 ? -1 : sorted(call, 1, items, ret_value);
}

int run_sort(const struct call *call, struct val *ret_value)
{
    struct val list;

    if (sorted(call, 0, call->self.list, &list) < 0)
        return -1;
    *call->self.list = *list.list;
    *ret_value = val_none();
    return 0;
}

static int run_reversed(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (call_items(call, 0, &items) < 0 || give_list(call, V_LIST, items->count, ret_value) < 0)
        return -1;
    for (size_t i = items->count; i-- > 0;)
        give_item(call, *ret_value, items->items[i]);
    return 0;
}

static int extreme(const struct call *call, unsigned op, struct val *ret_value)
{
    const struct val *key = call_named(call, "key");
    const struct list given = { .items = (struct val *)call->args, .count = call->count }, *items = &given;
    struct val best;
    bool better;

    if (call->count == 1 && call_items(call, 0, &items) < 0)
        return -1;
    if (items->count == 0 && call_named(call, "default") == NULL)
        return lang_raise(call->lang, call->place, "ValueError", "nothing to choose from");
    if (items->count == 0) {
        *ret_value = *call_named(call, "default");
        return 0;
    }
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
    const struct val *start = call_arg(call, 1, "start");
    struct val total = start != NULL ? *start : val_int(0);
    const struct list *items;

    if (total.type == V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "sum() can't sum strings [use ''.join(seq) instead]");
    if (call_items(call, 0, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        if (lang_step(call->lang, call->place, 0) < 0
            || op_binary(call->lang, call->place, '+', total, items->items[i], &total) < 0)
            return -1;
    *ret_value = total;
    return 0;
}

static int run_enumerate(const struct call *call, struct val *ret_value)
{
    const struct list *items;
    int64_t start;

    if (call_int(call, 1, "start", 0, &start) < 0)
        return -1;
    if (start > INT32_MAX || start < INT32_MIN)
        return lang_raise(call->lang, call->place, "OverflowError", "enumerate() starts with a small int");
    if (call_items(call, 0, &items) < 0 || give_list(call, V_LIST, items->count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        give_item(call, *ret_value, pair(call, val_int(start + (int64_t)i), items->items[i]));
    return 0;
}

/* The items of every argument, and how many the shortest has. */
static int all_items(const struct call *call, size_t first, const struct list *lists[], size_t *ret_count)
{
    *ret_count = call->count > first ? SIZE_MAX : 0;
    for (size_t i = first; i < call->count; i++) {
        if (call_items(call, i, &lists[i]) < 0)
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

    if (all_items(call, 0, lists, &count) < 0 || give_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct val tuple = val_list(&call->lang->arena, V_TUPLE, call->count);

        for (size_t j = 0; j < call->count; j++)
            give_item(call, tuple, lists[j]->items[i]);
        give_item(call, *ret_value, tuple);
    }
    return 0;
}

static int run_map(const struct call *call, struct val *ret_value)
{
    const struct list *lists[8];
    size_t count;

    if (all_items(call, 1, lists, &count) < 0 || give_list(call, V_LIST, count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct val args[8], result;

        for (size_t j = 1; j < call->count; j++) {
            if (i >= lists[j]->count)       /* the function took items away */
                return lang_raise(call->lang, call->place, "RuntimeError", "a list changed under map()");
            args[j - 1] = lists[j]->items[i];
        }
        if (call->args[0].type == V_NONE && call->lang->python2 && call->count == 2)
            result = args[0];
        else if (call_value(call, call->args[0], args, call->count - 1, &result) < 0)
            return -1;
        give_item(call, *ret_value, result);
    }
    return 0;
}

/* Python 2's gives back what it was given, if that is a text or a tuple. */
static int as_before(const struct call *call, struct val list, struct val *ret_value)
{
    xm_autobuf text = XM_BUF_INIT;

    *ret_value = list;
    if (!call->lang->python2)
        return 0;
    if (call->args[1].type == V_TUPLE)
        ret_value->type = V_TUPLE;
    if (call->args[1].type != V_STR)
        return 0;
    for (size_t i = 0; i < list.list->count; i++)
        xm_buf_puts(&text, list.list->items[i].str->data);
    return give_text(call, text.data, text.len, ret_value);
}

static int run_filter(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (call_items(call, 1, &items) < 0 || give_list(call, V_LIST, 0, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        struct val item = items->items[i], keep;

        if (key_of(call, &call->args[0], item, &keep) < 0)
            return -1;
        if (val_truth(keep))
            give_item(call, *ret_value, item);
        if (lang_check_count(call->lang, call->place, ret_value->list->count) < 0)
            return -1;
    }
    return as_before(call, *ret_value, ret_value);
}

static int any_all(const struct call *call, bool stop_at, struct val *ret_value)
{
    const struct list *items;
    bool found = false;

    if (call_items(call, 0, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count && !found; i++)
        found = val_truth(items->items[i]) == stop_at;
    *ret_value = val_bool(found == stop_at);
    return lang_step(call->lang, call->place, items->count / 8);
}

static int run_any(const struct call *call, struct val *ret_value)
{
    return any_all(call, true, ret_value);
}

static int run_all(const struct call *call, struct val *ret_value)
{
    return any_all(call, false, ret_value);
}

static int run_reduce(const struct call *call, struct val *ret_value)
{
    const struct list *items;
    size_t i = 0;

    if (call_items(call, 1, &items) < 0)
        return -1;
    if (call->count < 3 && items->count == 0)
        return lang_raise(call->lang, call->place, "TypeError", "reduce() of empty sequence with no initial value");
    *ret_value = call->count > 2 ? call->args[2] : items->items[i++];
    for (; i < items->count; i++) {
        struct val args[2] = { *ret_value, items->items[i] };

        if (call_value(call, call->args[0], args, 2, ret_value) < 0)
            return -1;
    }
    return 0;
}

static int run_iter(const struct call *call, struct val *ret_value)
{
    const struct list *items;

    if (call_items(call, 0, &items) < 0 || give_list(call, V_LIST, items->count, ret_value) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        give_item(call, *ret_value, items->items[i]);
    return 0;
}

/* Takes the next item out of what iter() gave, which is its list of what is still to come. */
static int run_next(const struct call *call, struct val *ret_value)
{
    struct list *list;

    if (call_want(call, 0, V_LIST) < 0)
        return -1;
    list = call->args[0].list;
    if (list->count == 0 && call->count < 2)
        return lang_raise(call->lang, call->place, "StopIteration", "next() has nothing more to give");
    *ret_value = list->count == 0 ? call->args[1] : list->items[0];
    if (list->count > 0) {
        list->items++;
        list->count--;
        list->cap--;
    }
    return 0;
}

const struct builtin sequence_functions[] = {
    { "all", 1, 1, NULL, run_all },
    { "any", 1, 1, NULL, run_any },
    { "enumerate", 1, 2, "start", run_enumerate },
    { "filter", 2, 2, NULL, run_filter },
    { "iter", 1, 1, NULL, run_iter },
    { "map", 2, 8, NULL, run_map },
    { "max", 1, 255, "key default", run_max },
    { "min", 1, 255, "key default", run_min },
    { "next", 1, 2, NULL, run_next },
    { "range", 1, 3, NULL, run_range },
    { "reduce", 2, 3, NULL, run_reduce },
    { "reversed", 1, 1, NULL, run_reversed },
    { "sorted", 1, 4, "cmp key reverse", run_sorted },
    { "sum", 1, 2, "start", run_sum },
    { "xrange", 1, 3, NULL, run_range },
    { "zip", 0, 8, NULL, run_zip },
    { NULL, 0, 0, NULL, NULL },
};
