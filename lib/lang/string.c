/* string: its constants, and the functions of Python 2 that were methods of strings already. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"
#include "lang/utf8.h"

/* Finds str's method and calls it on what stands for self. */
static int call_method(const struct call *call, struct val self, const char *name, const struct val *args, size_t count, struct val *ret_value)
{
    const struct builtin *method = method_find(V_STR, name);
    struct call inner = *call;

    inner.self = self;
    inner.args = args;
    inner.count = count;
    return method->run(&inner, ret_value);
}

/* string.join(LIST, SEP): the other way round than the method. */
static int run_join(const struct call *call, struct val *ret_value)
{
    struct val sep = call->count > 1 ? call->args[1] : val_str(&call->lang->arena, " ", 1);

    if (call->count > 1 && call_want(call, 1, V_STR) < 0)
        return -1;
    return call_method(call, sep, "join", call->args, 1, ret_value);
}

static int run_capwords(const struct call *call, struct val *ret_value)
{
    struct val sep = call->count > 1 ? call->args[1] : val_str(&call->lang->arena, " ", 1), parts;

    if (call_want(call, 0, V_STR) < 0 || (call->count > 1 && call_want(call, 1, V_STR) < 0)
        || call_method(call, call->args[0], "split", call->args + 1, call->count - 1, &parts) < 0)
        return -1;
    for (size_t i = 0; i < parts.list->count; i++)
        if (call_method(call, parts.list->items[i], "capitalize", NULL, 0, &parts.list->items[i]) < 0)
            return -1;
    return call_method(call, sep, "join", &parts, 1, ret_value);
}

/* The next character of a text that is not at its end. */
static uint32_t next_code(const struct lang *lang, const char **at, const char *end)
{
    uint32_t code = (unsigned char)**at;
    size_t size = lang->python2 ? 1 : utf8_get(*at, (size_t)(end - *at), &code);

    *at += size == 0 ? 1 : size;
    return code;
}

/* str.maketrans() and string.maketrans(): a dict in both, for translate(). */
static int run_maketrans(const struct call *call, struct val *ret_value)
{
    struct dict *table = dict_new(&call->lang->arena);
    const char *part[3] = { "", "", "" }, *end[3];

    for (size_t i = 0; i < call->count; i++) {
        if (call_want(call, i, V_STR) < 0)
            return -1;
        part[i] = call->args[i].str->data;
    }
    for (size_t i = 0; i < 3; i++)
        end[i] = part[i] + strlen(part[i]);
    while (part[0] < end[0] && part[1] < end[1]) {
        struct val from = val_int(next_code(call->lang, &part[0], end[0]));

        if (op_dict_set(call->lang, call->place, table, from, val_int(next_code(call->lang, &part[1], end[1]))) < 0)
            return -1;
    }
    if (part[0] < end[0] || part[1] < end[1])
        return lang_raise(call->lang, call->place, "ValueError", "the first two maketrans arguments must have equal length");
    while (part[2] < end[2])
        if (op_dict_set(call->lang, call->place, table, val_int(next_code(call->lang, &part[2], end[2])), val_none()) < 0)
            return -1;
    *ret_value = (struct val){ .type = V_DICT, .dict = table };
    return 0;
}

const struct builtin string_functions[] = {
    { "capwords", 1, 2, NULL, run_capwords },
    { "join", 1, 2, NULL, run_join },
    { "joinfields", 1, 2, NULL, run_join },
    { "maketrans", 2, 3, NULL, run_maketrans },
    { NULL, 0, 0, NULL, NULL },
};

static const struct { const char *name, *text; } constants[] = {
    { "ascii_letters", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { "ascii_lowercase", "abcdefghijklmnopqrstuvwxyz" },
    { "ascii_uppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { "digits", "0123456789" },
    { "hexdigits", "0123456789abcdefABCDEF" },
    { "letters", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { "lowercase", "abcdefghijklmnopqrstuvwxyz" },
    { "octdigits", "01234567" },
    { "printable", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\v\f" },
    { "punctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" },
    { "uppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
    { "whitespace", " \t\n\r\v\f" },
};

int string_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const char *const methods[] = {
        "capitalize", "center", "count", "expandtabs", "find", "index", "ljust", "lower", "lstrip", "replace", "rfind",
        "rindex", "rjust", "rsplit", "rstrip", "split", "strip", "swapcase", "translate", "upper", "zfill",
    };
    static const struct { const char *name, *same_as; } types[] = { { "atof", "float" }, { "atoi", "int" }, { "atol", "int" } };
    struct val str;

    (void)place;
    for (size_t i = 0; i < XM_COUNT(constants); i++) {
        if (strcmp(constants[i].name, name) == 0) {
            *ret_value = val_str(&lang->arena, constants[i].text, strlen(constants[i].text));
            return 0;
        }
    }
    for (size_t i = 0; i < XM_COUNT(types); i++)
        if (strcmp(types[i].name, name) == 0)
            return builtin_find(lang, types[i].same_as, ret_value) ? 0 : 1;
    if (strcmp(name, "splitfields") == 0)
        name = "split";
    for (size_t i = 0; i < XM_COUNT(methods); i++)
        if (strcmp(methods[i], name) == 0 && builtin_find(lang, "str", &str))
            return type_attribute(lang, str.builtin, name, ret_value);
    return 1;
}
