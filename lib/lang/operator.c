#include "lang/operator.h"

#include <math.h>
#include <string.h>

#include "lang/ast.h"
#include "lang/format.h"
#include "lang/lexer.h"

enum { COMPARE_DEPTH_MAX = 50 };

static const char *spell(unsigned op, char text[4])
{
    size_t n = 0;

    for (int shift = 16; shift >= 0; shift -= 8)
        if ((op >> shift & 0xff) != 0)
            text[n++] = (char)(op >> shift);
    text[n] = '\0';
    return text;
}

static int unsupported(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b)
{
    char text[4];

    return lang_raise(lang, place, "TypeError", "%s %s %s: these types do not go together",
                      val_type_name(a), spell(op, text), val_type_name(b));
}

static int overflow(struct lang *lang, struct xm_place place)
{
    return lang_raise(lang, place, "OverflowError", "the result does not fit into 64 bits");
}

/* An infinite number comes only from one that was, or from a sum that has no end; a power says so. */
static int float_power(struct lang *lang, struct xm_place place, double a, double b, struct val *ret_value)
{
    double f = pow(a, b);

    if (a == 0 && b < 0)
        return lang_raise(lang, place, "ZeroDivisionError", "0 cannot be raised to a negative power");
    if (isnan(f) && !isnan(a) && !isnan(b))
        return lang_raise(lang, place, "ValueError", "the result would be a complex number");
    if (isinf(f) && isfinite(a) && isfinite(b))
        return lang_raise(lang, place, "OverflowError", "the result is too large");
    *ret_value = val_float(f);
    return 0;
}

static int int_power(struct lang *lang, struct xm_place place, int64_t base, int64_t exponent, struct val *ret_value)
{
    int64_t result = 1;

    if (exponent < 0)
        return float_power(lang, place, (double)base, (double)exponent, ret_value);
    for (;;) {
        if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result))
            return overflow(lang, place);
        exponent >>= 1;
        if (exponent == 0)
            break;
        if (__builtin_mul_overflow(base, base, &base))
            return overflow(lang, place);
    }
    *ret_value = val_int(result);
    return 0;
}

/* Python rounds down, C towards zero. */
static int int_divide(struct lang *lang, struct xm_place place, bool modulo, int64_t a, int64_t b, struct val *ret_value)
{
    int64_t quotient, rest;

    if (b == 0)
        return lang_raise(lang, place, "ZeroDivisionError", "division by zero");
    if (a == INT64_MIN && b == -1)
        return modulo ? (*ret_value = val_int(0), 0) : overflow(lang, place);
    quotient = a / b;
    rest = a % b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
        quotient--;
        rest += b;
    }
    *ret_value = val_int(modulo ? rest : quotient);
    return 0;
}

static int int_shift(struct lang *lang, struct xm_place place, bool left, int64_t a, int64_t b, struct val *ret_value)
{
    int64_t result;

    if (b < 0)
        return lang_raise(lang, place, "ValueError", "negative shift count");
    if (!left) {
        *ret_value = val_int(b > 63 ? (a < 0 ? -1 : 0) : a >> b);
        return 0;
    }
    if (a == 0)
        b = 0;
    if (b > 62 || __builtin_mul_overflow(a, (int64_t)1 << b, &result))
        return overflow(lang, place);
    *ret_value = val_int(result);
    return 0;
}

static int int_binary(struct lang *lang, struct xm_place place, unsigned op, int64_t a, int64_t b, struct val *ret_value)
{
    int64_t result;
    bool over = false;

    switch (op) {
    case '+':
        over = __builtin_add_overflow(a, b, &result);
        break;
    case '-':
        over = __builtin_sub_overflow(a, b, &result);
        break;
    case '*':
        over = __builtin_mul_overflow(a, b, &result);
        break;
    case '&':
        result = a & b;
        break;
    case '|':
        result = a | b;
        break;
    case '^':
        result = a ^ b;
        break;
    case '/':
        if (!lang->python2 || lang->true_division) {
            if (b == 0)
                return lang_raise(lang, place, "ZeroDivisionError", "division by zero");
            *ret_value = val_float((double)((long double)a / (long double)b));
            return 0;
        }
        return int_divide(lang, place, false, a, b, ret_value);
    case OP2('/', '/'): case '%':
        return int_divide(lang, place, op == '%', a, b, ret_value);
    case OP2('*', '*'):
        return int_power(lang, place, a, b, ret_value);
    case OP2('<', '<'): case OP2('>', '>'):
        return int_shift(lang, place, op == OP2('<', '<'), a, b, ret_value);
    default:
        return unsupported(lang, place, op, val_int(a), val_int(b));
    }
    if (over)
        return overflow(lang, place);
    *ret_value = val_int(result);
    return 0;
}

/* Rounds down, and the rest has the divisor's sign. */
static void float_divide(double a, double b, double *ret_quotient, double *ret_rest)
{
    double rest = fmod(a, b), quotient = (a - rest) / b, whole;

    if (rest != 0 && (rest < 0) != (b < 0)) {
        rest += b;
        quotient -= 1;
    } else if (rest == 0) {
        rest = copysign(0, b);
    }
    whole = floor(quotient);
    if (quotient - whole > 0.5)         /* the division above may have been off by a bit */
        whole += 1;
    *ret_quotient = quotient == 0 ? copysign(0, a / b) : whole;
    *ret_rest = rest;
}

static int float_binary(struct lang *lang, struct xm_place place, unsigned op, struct val x, struct val y, struct val *ret_value)
{
    double a = val_as_float(x), b = val_as_float(y), quotient, rest;

    if ((op == '/' || op == '%' || op == OP2('/', '/')) && b == 0)
        return lang_raise(lang, place, "ZeroDivisionError", "division by zero");
    switch (op) {
    case '+':
        *ret_value = val_float(a + b);
        return 0;
    case '-':
        *ret_value = val_float(a - b);
        return 0;
    case '*':
        *ret_value = val_float(a * b);
        return 0;
    case '/':
        *ret_value = val_float(a / b);
        return 0;
    case OP2('*', '*'):
        return float_power(lang, place, a, b, ret_value);
    case '%': case OP2('/', '/'):
        float_divide(a, b, &quotient, &rest);
        *ret_value = val_float(op == '%' ? rest : quotient);
        return 0;
    default:
        return unsupported(lang, place, op, x, y);
    }
}

static int concat(struct lang *lang, struct xm_place place, struct val a, struct val b, struct val *ret_value)
{
    if (a.type == V_STR) {
        struct str *str;

        if (lang_check_str(lang, place, a.str->len + b.str->len) < 0)
            return -1;
        str = str_alloc(&lang->arena, a.str->len + b.str->len);
        memcpy(str->data, a.str->data, a.str->len);
        memcpy(str->data + a.str->len, b.str->data, b.str->len);
        str_seal(str);
        *ret_value = val_of_str(str);
        return 0;
    }
    if (lang_check_items(lang, place, a.list->count + b.list->count) < 0)
        return -1;
    *ret_value = val_list(&lang->arena, a.type, a.list->count + b.list->count);
    for (size_t i = 0; i < a.list->count; i++)
        list_add(&lang->arena, ret_value->list, a.list->items[i]);
    for (size_t i = 0; i < b.list->count; i++)
        list_add(&lang->arena, ret_value->list, b.list->items[i]);
    return 0;
}

static int repeat(struct lang *lang, struct xm_place place, struct val a, int64_t times, struct val *ret_value)
{
    size_t n = times < 0 ? 0 : times > LANG_STR_MAX + 1 ? LANG_STR_MAX + 1 : (size_t)times;
    struct str *str;

    if (a.type == V_STR) {
        if (lang_check_str(lang, place, a.str->len * n) < 0)
            return -1;
        str = str_alloc(&lang->arena, a.str->len * n);
        for (size_t i = 0; i < n && a.str->len > 0; i++)
            memcpy(str->data + i * a.str->len, a.str->data, a.str->len);
        str_seal(str);
        *ret_value = val_of_str(str);
        return 0;
    }
    if (lang_check_items(lang, place, a.list->count * n) < 0)
        return -1;
    *ret_value = val_list(&lang->arena, a.type, a.list->count * n);
    for (size_t i = 0; i < n && a.list->count > 0; i++)
        for (size_t j = 0; j < a.list->count; j++)
            list_add(&lang->arena, ret_value->list, a.list->items[j]);
    return 0;
}

/* The sign between sets: which items of a stay, and whether b's others come in. */
static int set_binary(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, struct val *ret_value)
{
    struct val set = val_set(&lang->arena);

    for (int side = 0; side < 2; side++) {
        const struct dict *from = side == 0 ? a.dict : b.dict, *other = side == 0 ? b.dict : a.dict;

        if (side == 1 && op != '|' && op != '^')
            break;
        for (size_t i = 0; i < from->used; i++) {
            const struct dict_entry *entry = &from->entries[i];

            if (lang_step(lang, place, 0) < 0)
                return -1;
            if (entry->live && (op == '|' || (dict_find(other, entry->key) != NULL) == (op == '&'))
                && op_set_add(lang, place, set.dict, entry->key) < 0)
                return -1;
        }
    }
    *ret_value = set;
    return 0;
}

static int dict_join(struct lang *lang, struct xm_place place, struct val a, struct val b, struct val *ret_value)
{
    struct dict *dict = dict_new(&lang->arena);

    for (int side = 0; side < 2; side++) {
        const struct dict *from = side == 0 ? a.dict : b.dict;

        for (size_t i = 0; i < from->used; i++)
            if (from->entries[i].live && op_dict_set(lang, place, dict, from->entries[i].key, from->entries[i].value) < 0)
                return -1;
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return 0;
}

static bool is_int(struct val v)
{
    return v.type == V_INT || v.type == V_BOOL;
}

static bool is_sequence(struct val v)
{
    return v.type == V_STR || v.type == V_LIST || v.type == V_TUPLE;
}

int op_binary(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, struct val *ret_value)
{
    if (a.type == V_BOOL && b.type == V_BOOL && (op == '&' || op == '|' || op == '^')) {
        *ret_value = val_bool(op == '&' ? a.i & b.i : op == '|' ? a.i | b.i : a.i ^ b.i);
        return 0;
    }
    if (is_int(a) && is_int(b))
        return int_binary(lang, place, op, a.i, b.i, ret_value);
    if (val_is_number(a) && val_is_number(b))
        return float_binary(lang, place, op, a, b, ret_value);
    if (op == '%' && a.type == V_STR)
        return format_percent(lang, place, a.str, b, ret_value);
    if (op == '+' && a.type == b.type && is_sequence(a))
        return concat(lang, place, a, b, ret_value);
    if (op == '*' && is_sequence(a) && is_int(b))
        return repeat(lang, place, a, b.i, ret_value);
    if (op == '*' && is_int(a) && is_sequence(b))
        return repeat(lang, place, b, a.i, ret_value);
    if (a.type == V_SET && b.type == V_SET && (op == '|' || op == '&' || op == '^' || op == '-'))
        return set_binary(lang, place, op, a, b, ret_value);
    if (a.type == V_DICT && b.type == V_DICT && op == '|')
        return dict_join(lang, place, a, b, ret_value);
    if (op == '+' && (a.type == V_STR) != (b.type == V_STR) && (val_is_number(a) || val_is_number(b)))
        return lang_raise(lang, place, "TypeError", "%s + %s: a number is made a text by str()",
                          val_type_name(a), val_type_name(b));
    return unsupported(lang, place, op, a, b);
}

int op_unary(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val *ret_value)
{
    char text[4];

    if (!val_is_number(a) || (op == '~' && a.type == V_FLOAT))
        return lang_raise(lang, place, "TypeError", "%s%s: this type has no such operator", spell(op, text), val_type_name(a));
    if (op == '~')
        *ret_value = val_int(~a.i);
    else if (a.type == V_FLOAT)
        *ret_value = val_float(op == '-' ? -a.f : a.f);
    else if (op == '-' && a.i == INT64_MIN)
        return overflow(lang, place);
    else
        *ret_value = val_int(op == '-' ? -a.i : a.i);
    return 0;
}

/* Of a number, with every digit of a large int. */
static long double exact(struct val v)
{
    return v.type == V_FLOAT ? (long double)v.f : (long double)v.i;
}

static int equal(struct lang *lang, struct xm_place place, struct val a, struct val b, unsigned depth, bool *ret_result);

static int equal_items(struct lang *lang, struct xm_place place, struct val a, struct val b, unsigned depth, bool *ret_result)
{
    *ret_result = a.list->count == b.list->count;
    for (size_t i = 0; *ret_result && i < a.list->count && i < b.list->count; i++)
        if (equal(lang, place, a.list->items[i], b.list->items[i], depth + 1, ret_result) < 0)
            return -1;
    return 0;
}

/* Whether every item of a is in b. */
static int is_subset(struct lang *lang, struct xm_place place, const struct dict *a, const struct dict *b, bool *ret_result)
{
    *ret_result = a->count <= b->count;
    for (size_t i = 0; *ret_result && i < a->used; i++)
        if (a->entries[i].live)
            *ret_result = dict_find(b, a->entries[i].key) != NULL;
    return lang_step(lang, place, a->used / 8);
}

/* Order among sets is being a part: neither of two may be less. */
static int compare_sets(struct lang *lang, struct xm_place place, unsigned op, const struct dict *a, const struct dict *b, bool *ret_result)
{
    bool less = op == '<' || op == OP2('<', '=');

    if ((op == '<' || op == '>') && a->count == b->count) {
        *ret_result = false;
        return 0;
    }
    return is_subset(lang, place, less ? a : b, less ? b : a, ret_result);
}

static int equal_dicts(struct lang *lang, struct xm_place place, struct val a, struct val b, unsigned depth, bool *ret_result)
{
    *ret_result = a.dict->count == b.dict->count;
    for (size_t i = 0; *ret_result && i < a.dict->used; i++) {
        const struct dict_entry *entry = &a.dict->entries[i], *other;

        if (!entry->live)
            continue;
        other = dict_find(b.dict, entry->key);
        *ret_result = other != NULL;
        if (other != NULL && equal(lang, place, entry->value, other->value, depth + 1, ret_result) < 0)
            return -1;
    }
    return 0;
}

static int equal(struct lang *lang, struct xm_place place, struct val a, struct val b, unsigned depth, bool *ret_result)
{
    if (lang_step(lang, place, 0) < 0)
        return -1;
    if (depth > COMPARE_DEPTH_MAX)
        return lang_stop(lang, place, "these values are nested too deeply to be compared");
    if (val_is_number(a) && val_is_number(b)) {
        *ret_result = is_int(a) && is_int(b) ? a.i == b.i : exact(a) == exact(b);
        return 0;
    }
    if (a.type != b.type) {
        *ret_result = false;
        return 0;
    }
    switch (a.type) {
    case V_NONE:
        *ret_result = true;
        return 0;
    case V_STR:
        *ret_result = a.str->len == b.str->len && memcmp(a.str->data, b.str->data, a.str->len) == 0;
        return lang_step(lang, place, a.str->len / 64);
    case V_LIST: case V_TUPLE:
        return equal_items(lang, place, a, b, depth, ret_result);
    case V_DICT:
        return equal_dicts(lang, place, a, b, depth, ret_result);
    case V_SET:
        *ret_result = false;
        return a.dict->count != b.dict->count ? 0 : is_subset(lang, place, a.dict, b.dict, ret_result);
    default:
        *ret_result = a.ptr == b.ptr;
        return 0;
    }
}

int op_equal(struct lang *lang, struct xm_place place, struct val a, struct val b, bool *ret_result)
{
    return equal(lang, place, a, b, 0, ret_result);
}

/* Python 2 orders anything: None first, then numbers, then by the name of the type. */
static bool order_types(struct val a, struct val b, int *ret_order)
{
    int rank_a = a.type == V_NONE ? 0 : val_is_number(a) ? 1 : 2, rank_b = b.type == V_NONE ? 0 : val_is_number(b) ? 1 : 2;
    int by_name = strcmp(val_type_name(a), val_type_name(b));

    *ret_order = rank_a != rank_b ? (rank_a > rank_b) - (rank_a < rank_b) : (by_name > 0) - (by_name < 0);
    return a.type != b.type || a.type == V_NONE;
}

/* -1, 0 or 1 in *ret_order, or NO_ORDER beside what is no number. */
enum { NO_ORDER = 2 };

static int order(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, unsigned depth, int *ret_order)
{
    if (lang_step(lang, place, 0) < 0)
        return -1;
    if (depth > COMPARE_DEPTH_MAX)
        return lang_stop(lang, place, "these values are nested too deeply to be compared");
    if (val_is_number(a) && val_is_number(b)) {
        if (is_int(a) && is_int(b))
            *ret_order = (a.i > b.i) - (a.i < b.i);
        else
            *ret_order = isnan(exact(a)) || isnan(exact(b)) ? NO_ORDER : (exact(a) > exact(b)) - (exact(a) < exact(b));
        return 0;
    }
    if (a.type == V_STR && b.type == V_STR) {
        size_t len = a.str->len < b.str->len ? a.str->len : b.str->len;
        int diff = memcmp(a.str->data, b.str->data, len);

        *ret_order = diff != 0 ? (diff > 0) - (diff < 0) : (a.str->len > b.str->len) - (a.str->len < b.str->len);
        return lang_step(lang, place, len / 64);
    }
    if (lang->python2 && order_types(a, b, ret_order))
        return 0;
    if (a.type != b.type || (a.type != V_LIST && a.type != V_TUPLE))
        return unsupported(lang, place, op, a, b);
    for (size_t i = 0; i < a.list->count && i < b.list->count; i++) {
        bool same;

        if (equal(lang, place, a.list->items[i], b.list->items[i], depth + 1, &same) < 0)
            return -1;
        if (!same)
            return order(lang, place, op, a.list->items[i], b.list->items[i], depth + 1, ret_order);
    }
    *ret_order = (a.list->count > b.list->count) - (a.list->count < b.list->count);
    return 0;
}

static bool is_same(struct val a, struct val b)
{
    if (a.type != b.type)
        return false;
    if (a.type <= V_INT)
        return a.type == V_NONE || a.i == b.i;
    if (a.type == V_FLOAT)
        return a.f == b.f;
    if (a.type == V_STR)        /* as if every string were interned */
        return a.str->len == b.str->len && memcmp(a.str->data, b.str->data, a.str->len) == 0;
    if (a.type == V_TUPLE && a.list->count == 0 && b.list->count == 0)
        return true;            /* there is one empty tuple */
    return a.ptr == b.ptr;
}

int op_compare(struct lang *lang, struct xm_place place, unsigned op, struct val a, struct val b, bool *ret_result)
{
    int o = 0;

    switch (op) {
    case OP_IS: case OP_IS_NOT:
        *ret_result = is_same(a, b) == (op == OP_IS);
        return 0;
    case OP_IN: case OP_NOT_IN:
        if (op_contains(lang, place, b, a, ret_result) < 0)
            return -1;
        *ret_result = *ret_result == (op == OP_IN);
        return 0;
    case OP2('=', '='): case OP2('!', '='): case OP2('<', '>'):
        if (op_equal(lang, place, a, b, ret_result) < 0)
            return -1;
        *ret_result = *ret_result == (op == OP2('=', '='));
        return 0;
    }
    if (a.type == V_SET && b.type == V_SET)
        return compare_sets(lang, place, op, a.dict, b.dict, ret_result);
    if (order(lang, place, op, a, b, 0, &o) < 0)
        return -1;
    if (o == NO_ORDER)
        *ret_result = false;
    else
        *ret_result = op == '<' ? o < 0 : op == '>' ? o > 0 : op == OP2('<', '=') ? o <= 0 : o >= 0;
    return 0;
}

int op_contains(struct lang *lang, struct xm_place place, struct val container, struct val item, bool *ret_result)
{
    *ret_result = false;
    switch (container.type) {
    case V_STR:
        if (item.type != V_STR)
            return lang_raise(lang, place, "TypeError", "'in' a text wants a text, not %s", val_type_name(item));
        *ret_result = memmem(container.str->data, container.str->len, item.str->data, item.str->len) != NULL;
        return lang_step(lang, place, container.str->len / 64);
    case V_DICT: case V_SET:
        if (val_unhashable(item) != NULL)
            return lang_raise(lang, place, "TypeError", "%s cannot be in a %s", val_unhashable(item), val_type_name(container));
        *ret_result = dict_find(container.dict, item) != NULL;
        return 0;
    case V_LIST: case V_TUPLE:
        for (size_t i = 0; i < container.list->count && !*ret_result; i++)
            if (op_equal(lang, place, container.list->items[i], item, ret_result) < 0)
                return -1;
        return 0;
    default:
        return lang_raise(lang, place, "TypeError", "'in' does not work on %s", val_type_name(container));
    }
}

static size_t length(struct val v)
{
    return v.type == V_STR ? v.str->len : v.list->count;
}

/* Turns an index into an offset. */
static int offset(struct lang *lang, struct xm_place place, struct val object, struct val index, size_t *ret_at)
{
    int64_t i = index.i, len = (int64_t)length(object);

    if (!is_int(index))
        return lang_raise(lang, place, "TypeError", "an index of %s is an int, not %s", val_type_name(object), val_type_name(index));
    if (i < 0)
        i += len;
    if (i < 0 || i >= len)
        return lang_raise(lang, place, "IndexError", "index %lld is out of range: there are %lld items",
                          (long long)index.i, (long long)len);
    *ret_at = (size_t)i;
    return 0;
}

static int no_such_key(struct lang *lang, struct xm_place place, struct val key)
{
    struct error_val *error = arena_alloc(&lang->arena, sizeof(*error));
    struct val text, args = val_list(&lang->arena, V_TUPLE, 1);

    if (format_repr(lang, place, key, &text) < 0)
        return -1;
    list_add(&lang->arena, args.list, key);
    *error = (struct error_val){ lang_error_type("KeyError"), text.str, args.list };
    return lang_raise_error(lang, place, error);
}

static int find_key(struct lang *lang, struct xm_place place, struct val dict, struct val key, struct dict_entry **ret_entry)
{
    if (val_unhashable(key) != NULL)
        return lang_raise(lang, place, "TypeError", "%s cannot be a key of a dict", val_unhashable(key));
    *ret_entry = dict_find(dict.dict, key);
    return *ret_entry == NULL ? no_such_key(lang, place, key) : 0;
}

int op_index(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val *ret_value)
{
    struct dict_entry *entry;
    size_t at;

    if (object.type == V_DICT) {
        if (find_key(lang, place, object, index, &entry) < 0)
            return -1;
        *ret_value = entry->value;
        return 0;
    }
    if (object.type == V_OBJECT && object.object->type->index != NULL)
        return object.object->type->index(lang, place, object, index, ret_value);
    if (!is_sequence(object))
        return lang_raise(lang, place, "TypeError", "%s has no items", val_type_name(object));
    if (offset(lang, place, object, index, &at) < 0)
        return -1;
    *ret_value = object.type == V_STR ? val_str(&lang->arena, object.str->data + at, 1) : object.list->items[at];
    return 0;
}

/* One bound of a slice, clamped as Python does: low..high. */
static int slice_bound(struct lang *lang, struct xm_place place, struct val part, int64_t otherwise, int64_t len,
                       int64_t low, int64_t high, int64_t *ret_bound)
{
    int64_t i = part.i;

    if (part.type == V_NONE) {
        *ret_bound = otherwise;
        return 0;
    }
    if (!is_int(part))
        return lang_raise(lang, place, "TypeError", "the bounds of a slice are ints, not %s", val_type_name(part));
    if (i < 0)
        i += len;
    *ret_bound = i < low ? low : i > high ? high : i;
    return 0;
}

/* The items start, start + step ... of a slice, count of them. */
struct slice {
    int64_t start, step;
    size_t count;
};

static int read_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3], struct slice *ret_slice)
{
    int64_t len, step = part[2].type == V_NONE ? 1 : part[2].i, start = 0, stop = 0;
    size_t count = 0;

    if (part[2].type != V_NONE && (!is_int(part[2]) || step == 0))
        return lang_raise(lang, place, is_int(part[2]) ? "ValueError" : "TypeError", "the step of a slice is an int other than 0");
    len = (int64_t)length(object);
    step = step > len + 1 ? len + 1 : step < -len - 1 ? -len - 1 : step;    /* the same slice, and no overflow */
    if (slice_bound(lang, place, part[0], step > 0 ? 0 : len - 1, len, step > 0 ? 0 : -1, step > 0 ? len : len - 1, &start) < 0
        || slice_bound(lang, place, part[1], step > 0 ? len : -1, len, step > 0 ? 0 : -1, step > 0 ? len : len - 1, &stop) < 0)
        return -1;
    if (step > 0 ? start < stop : start > stop)
        count = (size_t)((step > 0 ? stop - start - 1 : start - stop - 1) / (step > 0 ? step : -step)) + 1;
    *ret_slice = (struct slice){ start, step, count };
    return lang_step(lang, place, count / 8);
}

int op_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3], struct val *ret_value)
{
    struct slice slice;
    struct str *str;

    if (!is_sequence(object))
        return lang_raise(lang, place, "TypeError", "%s has no slices", val_type_name(object));
    if (read_slice(lang, place, object, part, &slice) < 0)
        return -1;
    if (object.type != V_STR) {
        *ret_value = val_list(&lang->arena, object.type, slice.count);
        for (size_t i = 0; i < slice.count; i++)
            list_add(&lang->arena, ret_value->list, object.list->items[slice.start + (int64_t)i * slice.step]);
        return 0;
    }
    str = str_alloc(&lang->arena, slice.count);
    for (size_t i = 0; i < slice.count; i++)
        str->data[i] = object.str->data[slice.start + (int64_t)i * slice.step];
    str_seal(str);
    *ret_value = val_of_str(str);
    return 0;
}

/* Puts items where count of the list stood from start on. */
static int splice(struct lang *lang, struct xm_place place, struct list *list, struct slice slice, const struct list *items)
{
    size_t start = (size_t)slice.start, after = start + slice.count, count = list->count - slice.count + items->count;
    struct val *all;

    if (lang_check_items(lang, place, count) < 0)
        return -1;
    all = arena_grow(&lang->arena, list->items, start, count + 1, sizeof(*all));
    if (items->count > 0)
        memcpy(all + start, items->items, items->count * sizeof(*all));
    if (list->count > after)
        memcpy(all + start + items->count, list->items + after, (list->count - after) * sizeof(*all));
    *list = (struct list){ .items = all, .count = count, .cap = count + 1 };
    return 0;
}

int op_set_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3], struct val value)
{
    const struct list *items;
    struct slice slice;
    const struct val *from;

    if (object.type != V_LIST)
        return lang_raise(lang, place, "TypeError", "slices of %s cannot be changed", val_type_name(object));
    if (read_slice(lang, place, object, part, &slice) < 0 || op_items(lang, place, value, &items) < 0)
        return -1;
    if (slice.step == 1)
        return splice(lang, place, object.list, slice, items);
    if (items->count != slice.count)
        return lang_raise(lang, place, "ValueError", "%zu values for a slice of %zu items", items->count, slice.count);
    from = items->items;
    if (items == object.list)           /* a[::-1] = a */
        from = arena_grow(&lang->arena, from, items->count, items->count + 1, sizeof(*from));
    for (size_t i = 0; i < slice.count; i++)
        object.list->items[slice.start + (int64_t)i * slice.step] = from[i];
    return 0;
}

int op_delete_slice(struct lang *lang, struct xm_place place, struct val object, const struct val part[3])
{
    struct slice slice;
    size_t out, left;
    int64_t next;

    if (object.type != V_LIST)
        return lang_raise(lang, place, "TypeError", "slices of %s cannot be deleted", val_type_name(object));
    if (read_slice(lang, place, object, part, &slice) < 0)
        return -1;
    if (slice.step < 0 && slice.count > 0) {        /* the same items from the other end */
        slice.start += (int64_t)(slice.count - 1) * slice.step;
        slice.step = -slice.step;
    }
    out = slice.count > 0 ? (size_t)slice.start : object.list->count;
    next = slice.start;
    left = slice.count;
    for (size_t i = out; i < object.list->count; i++) {
        if (left > 0 && (int64_t)i == next) {
            next += slice.step;
            left--;
        } else {
            object.list->items[out++] = object.list->items[i];
        }
    }
    object.list->count = out;
    return lang_step(lang, place, object.list->count / 8);
}

int op_check_fixed(struct lang *lang, struct xm_place place, const struct dict *dict)
{
    return dict->fixed == NULL ? 0 : lang_stop(lang, place, "%s cannot be changed", dict->fixed);
}

int op_dict_set(struct lang *lang, struct xm_place place, struct dict *dict, struct val key, struct val value)
{
    if (val_unhashable(key) != NULL)
        return lang_raise(lang, place, "TypeError", "%s cannot be a key of a dict", val_unhashable(key));
    if (op_check_fixed(lang, place, dict) < 0)
        return -1;
    /* used, not count: removed entries take room too */
    if (dict->used >= LANG_ITEMS_MAX)
        return lang_stop(lang, place, "a dict becomes larger than %d items", LANG_ITEMS_MAX);
    dict_set(&lang->arena, dict, key, value);
    return lang_step(lang, place, 0);
}

int op_dict_pairs(struct lang *lang, struct xm_place place, struct dict *dict, struct val pairs)
{
    const struct list *items, *two;

    if (op_items(lang, place, pairs, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        if (op_items(lang, place, items->items[i], &two) < 0)
            return -1;
        if (two->count != 2)
            return lang_raise(lang, place, "ValueError", "a dict is made from pairs; item %zu has the length %zu", i, two->count);
        if (op_dict_set(lang, place, dict, two->items[0], two->items[1]) < 0)
            return -1;
    }
    return 0;
}

int op_set_add(struct lang *lang, struct xm_place place, struct dict *set, struct val item)
{
    if (val_unhashable(item) != NULL)
        return lang_raise(lang, place, "TypeError", "%s cannot be in a set", val_unhashable(item));
    if (set->used >= LANG_ITEMS_MAX)
        return lang_stop(lang, place, "a set becomes larger than %d items", LANG_ITEMS_MAX);
    if (dict_find(set, item) == NULL)           /* of equal items the first one stays: 1, not True */
        dict_set(&lang->arena, set, item, val_none());
    return lang_step(lang, place, 0);
}

int op_set_index(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val value)
{
    size_t at;

    if (object.type == V_DICT)
        return op_dict_set(lang, place, object.dict, index, value);
    if (object.type != V_LIST)
        return lang_raise(lang, place, "TypeError", "the items of %s cannot be changed", val_type_name(object));
    if (offset(lang, place, object, index, &at) < 0)
        return -1;
    object.list->items[at] = value;
    return 0;
}

int op_delete_index(struct lang *lang, struct xm_place place, struct val object, struct val index)
{
    struct dict_entry *entry;
    size_t at;

    if (object.type == V_DICT) {
        if (op_check_fixed(lang, place, object.dict) < 0 || find_key(lang, place, object, index, &entry) < 0)
            return -1;
        dict_remove(object.dict, index);
        return 0;
    }
    if (object.type != V_LIST)
        return lang_raise(lang, place, "TypeError", "the items of %s cannot be deleted", val_type_name(object));
    if (offset(lang, place, object, index, &at) < 0)
        return -1;
    object.list->count--;
    memmove(&object.list->items[at], &object.list->items[at + 1], (object.list->count - at) * sizeof(struct val));
    return lang_step(lang, place, (object.list->count - at) / 8);
}

int op_items(struct lang *lang, struct xm_place place, struct val v, const struct list **ret_items)
{
    struct val list;

    if (v.type == V_LIST || v.type == V_TUPLE) {
        *ret_items = v.list;
        return 0;
    }
    if (v.type == V_OBJECT && v.object->type->items != NULL)
        return v.object->type->items(lang, place, v, ret_items);
    if (v.type != V_STR && v.type != V_DICT && v.type != V_SET)
        return lang_raise(lang, place, "TypeError", "%s has no items to go through", val_type_name(v));
    if (lang_check_items(lang, place, v.type == V_STR ? v.str->len : v.dict->used) < 0)
        return -1;
    list = val_list(&lang->arena, V_LIST, v.type == V_STR ? v.str->len : v.dict->count);
    if (v.type == V_STR) {
        for (size_t i = 0; i < v.str->len; i++)
            list_add(&lang->arena, list.list, val_str(&lang->arena, v.str->data + i, 1));
    } else {
        for (size_t i = 0; i < v.dict->used; i++)
            if (v.dict->entries[i].live)
                list_add(&lang->arena, list.list, v.dict->entries[i].key);
    }
    *ret_items = list.list;
    return 0;
}

int op_extend(struct lang *lang, struct xm_place place, struct list *a, struct val b)
{
    const struct list *items;
    size_t count;

    if (op_items(lang, place, b, &items) < 0)
        return -1;
    count = items->count;       /* a may be extended by itself */
    if (lang_check_items(lang, place, a->count + count) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        list_add(&lang->arena, a, items->items[i]);
    return 0;
}
