#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "lang/context.h"
#include "lang/eval.h"
#include "lang/parser.h"

enum { RESULT_VALUES_MAX = 200 * 1000, RESULT_BYTES_MAX = 8 * 1024 * 1024 };

/* What goes out is counted: one list that is in itself many times over is small only in here. */
struct result {
    struct lang *lang;
    size_t values, bytes;
};

static void value_clear(struct xm_value *value)
{
    for (size_t i = 0; i < value->count; i++)
        value_clear(&value->items[i]);
    free(value->items);
    free(value->text);
}

void xm_lang_names_free(xm_lang_names *names)
{
    if (names == NULL)
        return;
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i].name);
        value_clear(&names->items[i].value);
    }
    free(names->items);
    free(names);
}

static int export(struct result *result, struct val v, unsigned depth, struct xm_value *out);

static int export_items(struct result *result, struct val v, unsigned depth, struct xm_value *out)
{
    out->items = xm_new0(struct xm_value, v.list->count);
    for (size_t i = 0; i < v.list->count; i++)
        if (export(result, v.list->items[i], depth + 1, &out->items[out->count++]) < 0)
            return -1;
    return 0;
}

static int export_dict(struct result *result, struct val v, unsigned depth, struct xm_value *out)
{
    out->items = xm_new0(struct xm_value, 2 * v.dict->count);
    for (size_t i = 0; i < v.dict->used; i++) {
        if (!v.dict->entries[i].live)
            continue;
        if (export(result, v.dict->entries[i].key, depth + 1, &out->items[out->count++]) < 0
            || export(result, v.dict->entries[i].value, depth + 1, &out->items[out->count++]) < 0)
            return -1;
    }
    return 0;
}

/* On failure, out can be cleared as far as it was filled. */
static int export(struct result *result, struct val v, unsigned depth, struct xm_value *out)
{
    out->place = v.place;
    if (depth > LANG_NEST_MAX)
        return lang_stop(result->lang, v.place, "lists are nested more than %d levels deep", LANG_NEST_MAX);
    result->bytes += v.type == V_STR ? v.str->len : 0;
    if (++result->values > RESULT_VALUES_MAX || result->bytes > RESULT_BYTES_MAX)
        return lang_stop(result->lang, v.place, "the values are too large together");
    if (v.type == V_FLOAT && !isfinite(v.f))
        return lang_stop(result->lang, v.place, "a configuration has no value that is not finite");
    switch (v.type) {
    case V_NONE: case V_BOOL: case V_INT: case V_FLOAT:
        out->type = v.type == V_NONE ? XM_VALUE_NONE : v.type == V_BOOL ? XM_VALUE_BOOL
                    : v.type == V_INT ? XM_VALUE_INT : XM_VALUE_FLOAT;
        out->i = v.type == V_FLOAT || v.type == V_NONE ? 0 : v.i;
        out->f = v.type == V_FLOAT ? v.f : 0;
        out->text = xm_strdup(v.text);
        out->len = v.text != NULL ? strlen(v.text) : 0;
        return 0;
    case V_STR:
        out->type = XM_VALUE_STR;
        out->text = xm_strndup(v.str->data, v.str->len);
        out->len = v.str->len;
        return 0;
    case V_LIST: case V_TUPLE:
        out->type = v.type == V_LIST ? XM_VALUE_LIST : XM_VALUE_TUPLE;
        return export_items(result, v, depth, out);
    case V_DICT:
        out->type = XM_VALUE_DICT;
        return export_dict(result, v, depth, out);
    default:
        out->type = XM_VALUE_OTHER;
        return 0;
    }
}

static int export_all(struct lang *lang, xm_lang_names *names)
{
    struct result result = { .lang = lang };

    names->items = xm_new0(struct xm_lang_name, lang->globals->count);
    for (size_t i = 0; i < lang->globals->used; i++) {
        const struct dict_entry *entry = &lang->globals->entries[i];
        struct xm_lang_name *out = &names->items[names->count];

        if (!entry->live)
            continue;
        out->name = xm_strdup(entry->key.str->data);
        out->place = entry->key.place;
        out->used = entry->used;
        names->count++;
        if (export(&result, entry->value, 0, &out->value) < 0)
            return -1;
    }
    return 0;
}

static void predefine(struct lang *lang)
{
    const struct xm_lang_input *input = lang->input;

    for (size_t i = 0; i < input->var_count; i++)
        dict_set(&lang->arena, lang->predefined, val_str(&lang->arena, input->vars[i].name, strlen(input->vars[i].name)),
                 val_str(&lang->arena, input->vars[i].value, strlen(input->vars[i].value)));
    if (input->dialect != XM_DIALECT_XM)
        return;
    dict_set(&lang->arena, lang->predefined, val_str(&lang->arena, "xm_file", 7),
             val_str(&lang->arena, input->file, strlen(input->file)));
    dict_set(&lang->arena, lang->predefined, val_str(&lang->arena, "xm_help", 7), val_int(0));
}

static int run(struct lang *lang, xm_lang_names *names)
{
    const struct node *tree = parser_run(lang);
    struct val ignored = val_none();

    if (tree == NULL || exec_block(lang, tree, &ignored) == FLOW_FAIL)
        return -1;
    return export_all(lang, names);
}

int xm_lang_eval(const struct xm_lang_input *input, xm_lang_names **ret_names, xm_error **err)
{
    struct lang lang = { .input = input };
    xm_lang_names *names;
    int rc;

    if (input->len > LANG_TEXT_MAX)
        return xm_fail(err, XM_INVALID, "%s: larger than %d bytes", input->file, LANG_TEXT_MAX);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &lang.start);
    lang.globals = dict_new(&lang.arena);
    lang.predefined = dict_new(&lang.arena);
    predefine(&lang);
    names = xm_new0(xm_lang_names, 1);
    rc = run(&lang, names);
    if (rc == 0) {
        *ret_names = names;
    } else {
        lang_report(&lang, err);
        xm_lang_names_free(names);
    }
    arena_clear(&lang.arena);
    return rc;
}
