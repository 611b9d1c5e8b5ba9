/* Statements. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/eval.h"
#include "lang/format.h"
#include "lang/operator.h"
#include "lang/output.h"

static enum flow exec(struct lang *lang, const struct node *node, struct val *ret_value);

static enum flow flow_of(int rc)
{
    return rc < 0 ? FLOW_FAIL : FLOW_NEXT;
}

/* A block of a compound statement: no plain xl file has one. */
static enum flow exec_inner(struct lang *lang, const struct node *block, struct val *ret_value)
{
    bool was = lang->in_block;
    enum flow flow;

    lang->in_block = true;
    flow = exec_block(lang, block, ret_value);
    lang->in_block = was;
    return flow;
}

static enum flow exec_assign(struct lang *lang, const struct node *node)
{
    struct val value;

    if (eval(lang, node->a, &value) < 0)
        return FLOW_FAIL;
    for (unsigned i = 0; i < node->count; i++)
        if (eval_assign(lang, node->items[i], value) < 0)
            return FLOW_FAIL;
    return FLOW_NEXT;
}

/* What xl concatenates: a string, or a number as it was written. NULL for other values. */
static const char *xl_text(struct val v)
{
    return v.type == V_STR ? v.str->data : v.type == V_INT ? v.text : NULL;
}

/* xl's += at top level. 1 if it is not xl's: then Python's is meant. */
static int xl_augment(struct lang *lang, const struct node *node, struct val *ret_value)
{
    const struct val *old;
    struct val value;
    xm_autofree char *text = NULL;

    if (lang->input->dialect != XM_DIALECT_XL || lang->in_block || node->op != '+' || node->a->kind != N_NAME)
        return 1;
    old = eval_find_name(lang, node->a->name);
    if (eval(lang, node->b, &value) < 0)
        return -1;
    *ret_value = value;
    if (old == NULL)
        return 0;
    if (old->type == V_LIST && value.type == V_LIST)
        return op_binary(lang, node->op_place, '+', *old, value, ret_value);
    if ((old->type == V_LIST && xl_text(value) != NULL) || (xl_text(*old) != NULL && value.type == V_LIST))
        return lang_raise(lang, node->op_place, "TypeError", "a list and a text cannot be added");
    if (xl_text(*old) == NULL || xl_text(value) == NULL)
        return op_binary(lang, node->op_place, '+', *old, value, ret_value);
    if (lang_check_str(lang, node->op_place, strlen(xl_text(*old)) + strlen(xl_text(value))) < 0)
        return -1;
    text = xm_printf("%s%s", xl_text(*old), xl_text(value));
    *ret_value = val_str(&lang->arena, text, strlen(text));
    return 0;
}

/* a |= b of sets adds to a, and does not copy it. */
static int add_all(struct lang *lang, const struct node *node, struct dict *set, const struct dict *more)
{
    for (size_t i = 0; i < more->used; i++)
        if (more->entries[i].live && op_set_add(lang, node->op_place, set, more->entries[i].key) < 0)
            return -1;
    return 0;
}

/* *value op= what stands behind it. Lists, dicts and sets change where they stand. */
static int change(struct lang *lang, const struct node *node, struct val *value)
{
    struct val old = *value, other, result;

    if (eval(lang, node->b, &other) < 0)
        return -1;
    if (old.type == V_LIST && node->op == '+')
        return op_extend(lang, node->op_place, old.list, other);
    if (old.type == V_SET && other.type == V_SET && node->op == '|')
        return add_all(lang, node, old.dict, other.dict);
    if (op_binary(lang, node->op_place, node->op, old, other, &result) < 0)
        return -1;
    if (old.type == V_LIST && result.type == V_LIST)
        *old.list = *result.list;
    else if ((old.type == V_DICT || old.type == V_SET) && result.type == old.type && old.dict->fixed == NULL)
        *old.dict = *result.dict;
    else
        *value = result;
    value->place = node->b->place;
    return 0;
}

static enum flow exec_augment(struct lang *lang, const struct node *node)
{
    struct val result;
    int rc = xl_augment(lang, node, &result);

    if (rc < 0)
        return FLOW_FAIL;
    if (rc > 0)
        return flow_of(eval_augment(lang, node->a, change, node));
    result.place = node->b->place;
    return flow_of(eval_assign(lang, node->a, result));
}

/* Python 2's blank: after print x, the next one is set off, unless the line has ended. */
static int print_line(struct lang *lang, const struct node *node, struct val items, bool newline)
{
    xm_autobuf out = XM_BUF_INIT;

    for (size_t i = 0; i < items.list->count; i++) {
        struct val text;

        if (format_str(lang, node->place, items.list->items[i], &text) < 0
            || lang_check_len(lang, node->place, out.len + text.str->len) < 0)
            return -1;
        if (i > 0 || lang->print_blank)
            xm_buf_putc(&out, ' ');
        xm_buf_add(&out, text.str->data, text.str->len);
    }
    lang->print_blank = !newline && items.list->count > 0 && (out.len == 0 || out.data[out.len - 1] != '\n');
    if (newline)
        xm_buf_putc(&out, '\n');
    return output_print(lang, node->place, out.len > 0 ? out.data : "", out.len);
}

static enum flow exec_print(struct lang *lang, const struct node *node)
{
    struct val items = val_list(&lang->arena, V_LIST, node->count), v;

    for (unsigned i = 0; i < node->count; i++) {
        if (eval(lang, node->items[i], &v) < 0)
            return FLOW_FAIL;
        list_add(&lang->arena, items.list, v);
    }
    return flow_of(print_line(lang, node, items, node->op == 0));
}

/* print(...): in Python 2 what stands in the brackets is one value, unless only a function can be meant. */
static enum flow exec_print_call(struct lang *lang, const struct node *node)
{
    const struct node *call = node->a;
    bool statement = lang->python2 && !lang->print_function;
    struct val items = val_list(&lang->arena, V_LIST, 1), tuple = val_list(&lang->arena, V_TUPLE, call->count), v;

    for (unsigned i = 0; i < call->count; i++)
        statement &= call->items[i]->kind != N_KEYWORD && call->items[i]->kind != N_STAR && call->items[i]->kind != N_DOUBLE_STAR;
    if (!statement)
        return flow_of(eval(lang, call, &v));
    for (unsigned i = 0; i < call->count; i++) {
        if (eval(lang, call->items[i], &v) < 0)
            return FLOW_FAIL;
        list_add(&lang->arena, tuple.list, v);
    }
    list_add(&lang->arena, items.list, call->count == 1 ? tuple.list->items[0] : tuple);
    return flow_of(print_line(lang, node, items, true));
}

static enum flow exec_if(struct lang *lang, const struct node *node, struct val *ret_value)
{
    for (unsigned i = 0; i < node->count; i += 2) {
        struct val test;

        if (eval(lang, node->items[i], &test) < 0)
            return FLOW_FAIL;
        if (val_truth(test))
            return exec_inner(lang, node->items[i + 1], ret_value);
    }
    return node->c == NULL ? FLOW_NEXT : exec_inner(lang, node->c, ret_value);
}

static enum flow loop_rest(struct lang *lang, const struct node *node, struct val *ret_value)
{
    return node->items[0] == NULL ? FLOW_NEXT : exec_inner(lang, node->items[0], ret_value);
}

static enum flow exec_for(struct lang *lang, const struct node *node, struct val *ret_value)
{
    const struct list *items;
    const struct dict *dict;
    struct val v;
    size_t count;

    if (eval(lang, node->b, &v) < 0 || op_items(lang, node->b->place, v, &items) < 0)
        return FLOW_FAIL;
    dict = v.type == V_DICT || v.type == V_SET ? v.dict : NULL;
    count = dict != NULL ? dict->count : 0;
    for (size_t i = 0; i < items->count; i++) {     /* the list may change while we are in it */
        enum flow flow;

        if (lang_step(lang, node->place, 0) < 0 || eval_assign(lang, node->a, items->items[i]) < 0)
            return FLOW_FAIL;
        flow = exec_inner(lang, node->c, ret_value);
        if (flow == FLOW_BREAK)
            return FLOW_NEXT;
        if (flow == FLOW_FAIL || flow == FLOW_RETURN)
            return flow;
        if (dict != NULL && dict->count != count) {
            lang_raise(lang, node->b->place, "RuntimeError", "the %s changed its size while it was gone through", val_type_name(v));
            return FLOW_FAIL;
        }
    }
    return loop_rest(lang, node, ret_value);
}

static enum flow exec_while(struct lang *lang, const struct node *node, struct val *ret_value)
{
    for (;;) {
        enum flow flow;
        struct val test;

        if (eval(lang, node->a, &test) < 0)
            return FLOW_FAIL;
        if (!val_truth(test))
            return loop_rest(lang, node, ret_value);
        flow = exec_inner(lang, node->c, ret_value);
        if (flow == FLOW_BREAK)
            return FLOW_NEXT;
        if (flow == FLOW_FAIL || flow == FLOW_RETURN)
            return flow;
    }
}

static enum flow exec_def(struct lang *lang, const struct node *node)
{
    struct val function;

    if (eval(lang, node, &function) < 0)
        return FLOW_FAIL;
    dict_set(&lang->arena, eval_names_for(lang, node->def->name), val_of_str(node->def->name), function);
    return FLOW_NEXT;
}

/* The exception that a value stands for: itself, or a new one of its type. */
static int make_raised(struct lang *lang, const struct node *node, struct val what, struct val *ret_error)
{
    static const struct dict no_names;
    struct val text = val_none();
    size_t count = 0;

    if (what.type == V_ERROR) {
        *ret_error = what;
        return 0;
    }
    if (what.type != V_ERROR_TYPE)
        return lang_raise(lang, node->place, "TypeError", "%s cannot be raised", val_type_name(what));
    if (node->b != NULL) {
        if (eval(lang, node->b, &text) < 0)
            return -1;
        count = text.type == V_NONE ? 0 : 1;
    }
    return eval_call(lang, node->place, what, text.type == V_TUPLE && count > 0 ? text.list->items : &text,
                     text.type == V_TUPLE && count > 0 ? text.list->count : count, &no_names, ret_error);
}

static enum flow exec_raise(struct lang *lang, const struct node *node)
{
    struct val what, error, cause;

    if (node->a == NULL) {
        if (lang->handled.set)
            lang->failure = lang->handled;
        else
            lang_raise(lang, node->place, "RuntimeError", "there is no exception to raise again");
        return FLOW_FAIL;
    }
    /* The cause has no place to be shown; it is made all the same. */
    if (eval(lang, node->a, &what) < 0 || (node->c != NULL && eval(lang, node->c, &cause) < 0)
        || make_raised(lang, node, what, &error) < 0)
        return FLOW_FAIL;
    lang_raise_error(lang, node->place, error.error);
    return FLOW_FAIL;
}

/* Whether an except takes the failure: 1, 0, or -1. type may be a tuple of types. */
static int catches(struct lang *lang, const struct node *except, const struct error_type *raised)
{
    struct val type;
    const struct val *types = &type;
    size_t count = 1;

    if (except->a == NULL)
        return 1;
    if (eval(lang, except->a, &type) < 0)
        return -1;
    if (type.type == V_TUPLE) {
        types = type.list->items;
        count = type.list->count;
    }
    for (size_t i = 0; i < count; i++) {
        if (types[i].type != V_ERROR_TYPE)
            return lang_raise(lang, except->a->place, "TypeError", "%s cannot be caught", val_type_name(types[i]));
        if (lang_error_is(raised, types[i].error_type))
            return 1;
    }
    return 0;
}

/* The handler's block; the name behind `as` is Python 3's only as long as that runs. */
static enum flow run_handler(struct lang *lang, const struct node *except, struct failure failure, struct val *ret_value)
{
    struct failure handled = lang->handled;
    const struct error_val *error = failure.error;
    enum flow flow;

    if (except->b != NULL) {
        if (error == NULL) {
            struct error_val *made = arena_alloc(&lang->arena, sizeof(*made));

            *made = (struct error_val){ .type = failure.type, .text = failure.text };
            error = made;
        }
        if (eval_assign(lang, except->b, (struct val){ .type = V_ERROR, .error = error }) < 0)
            return FLOW_FAIL;
    }
    lang->handled = failure;
    flow = exec_inner(lang, except->c, ret_value);
    lang->handled = handled;
    if (except->b != NULL && !lang->python2)
        dict_remove(eval_names_for(lang, except->b->name), val_of_str(except->b->name));
    return flow;
}

static enum flow exec_except(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct failure failure = lang->failure;

    lang->failure.set = false;
    for (unsigned i = 0; i < node->count; i++) {
        const struct node *except = node->items[i];
        int rc = catches(lang, except, failure.type);

        if (rc < 0)
            return FLOW_FAIL;
        if (rc > 0)
            return run_handler(lang, except, failure, ret_value);
    }
    lang->failure = failure;
    return FLOW_FAIL;
}

static enum flow exec_finally(struct lang *lang, const struct node *block, enum flow flow, struct val *ret_value)
{
    struct failure failure = lang->failure;
    struct val value = *ret_value;
    enum flow after;

    lang->failure.set = false;
    after = exec_inner(lang, block, &value);
    if (after != FLOW_NEXT) {       /* its own return or failure replaces what was under way */
        *ret_value = value;
        return after;
    }
    lang->failure = failure;
    return flow;
}

static enum flow exec_try(struct lang *lang, const struct node *node, struct val *ret_value)
{
    enum flow flow = exec_inner(lang, node->a, ret_value);

    if (flow == FLOW_FAIL && !lang->failure.fatal && node->count > 0)
        flow = exec_except(lang, node, ret_value);
    else if (flow == FLOW_NEXT && node->b != NULL)
        flow = exec_inner(lang, node->b, ret_value);
    if (node->c == NULL || (flow == FLOW_FAIL && lang->failure.fatal))
        return flow;
    return exec_finally(lang, node->c, flow, ret_value);
}

static int find_module(struct lang *lang, const struct node *node, struct val *ret_module)
{
    const struct module *module = module_find(node->name->data);

    if (module == NULL)
        return module_refuse(lang, node->op_place, node->name->data);
    *ret_module = (struct val){ .type = V_MODULE, .module = module, .place = node->op_place };
    return 0;
}

/* import os.path binds os; import os.path as p binds the inner one. */
static enum flow exec_import(struct lang *lang, const struct node *node)
{
    struct val module = { 0 };
    size_t len = strcspn(node->name->data, ".");
    const struct str *name = str_new(&lang->arena, node->name->data, len);

    if (find_module(lang, node, &module) < 0)
        return FLOW_FAIL;
    if (node->b != NULL)
        name = node->b->name;
    else
        module.module = module_find(name->data);
    dict_set(&lang->arena, eval_names_for(lang, name), val_of_str(name), module);
    return FLOW_NEXT;
}

static enum flow exec_from(struct lang *lang, const struct node *node)
{
    struct val module = { 0 }, value;

    if (find_module(lang, node, &module) < 0)
        return FLOW_FAIL;
    for (unsigned i = 0; i < node->count; i++) {
        const struct node *item = node->items[i];
        const struct str *name = item->b != NULL ? item->b->name : item->name;

        if (module_attribute(lang, item->place, module.module, item->name->data, &value) < 0)
            return FLOW_FAIL;
        dict_set(&lang->arena, eval_names_for(lang, name), val_of_str(name), value);
    }
    return FLOW_NEXT;
}

static enum flow exec_delete(struct lang *lang, const struct node *node)
{
    for (unsigned i = 0; i < node->count; i++)
        if (eval_delete(lang, node->items[i]) < 0)
            return FLOW_FAIL;
    return FLOW_NEXT;
}

static enum flow exec_assert(struct lang *lang, const struct node *node)
{
    struct val test, text = val_str(&lang->arena, "", 0), v;

    if (eval(lang, node->a, &test) < 0)
        return FLOW_FAIL;
    if (val_truth(test))
        return FLOW_NEXT;
    if (node->b != NULL && (eval(lang, node->b, &v) < 0 || format_str(lang, node->b->place, v, &text) < 0))
        return FLOW_FAIL;
    lang_raise(lang, node->place, "AssertionError", "%s", text.str->data);
    return FLOW_FAIL;
}

static enum flow exec_return(struct lang *lang, const struct node *node, struct val *ret_value)
{
    *ret_value = val_none();
    if (node->a != NULL && eval(lang, node->a, ret_value) < 0)
        return FLOW_FAIL;
    return FLOW_RETURN;
}

static enum flow exec(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val v;

    switch (node->kind) {
    case N_EXPR:
        return flow_of(eval(lang, node->a, &v));
    case N_ASSIGN:
        return exec_assign(lang, node);
    case N_AUGMENT:
        return exec_augment(lang, node);
    case N_PRINT:
        return exec_print(lang, node);
    case N_PRINT_CALL:
        return exec_print_call(lang, node);
    case N_IF:
        return exec_if(lang, node, ret_value);
    case N_FOR:
        return exec_for(lang, node, ret_value);
    case N_WHILE:
        return exec_while(lang, node, ret_value);
    case N_BREAK:
        return FLOW_BREAK;
    case N_CONTINUE:
        return FLOW_CONTINUE;
    case N_DEF:
        return exec_def(lang, node);
    case N_RETURN:
        return exec_return(lang, node, ret_value);
    case N_RAISE:
        return exec_raise(lang, node);
    case N_TRY:
        return exec_try(lang, node, ret_value);
    case N_IMPORT:
        return exec_import(lang, node);
    case N_FROM:
        return exec_from(lang, node);
    case N_DELETE:
        return exec_delete(lang, node);
    case N_ASSERT:
        return exec_assert(lang, node);
    default:
        return FLOW_NEXT;           /* pass; a global declaration was the parser's matter */
    }
}

enum flow exec_block(struct lang *lang, const struct node *block, struct val *ret_value)
{
    enum flow flow = FLOW_NEXT;

    if (lang->depth >= LANG_DEPTH_MAX) {
        lang_stop(lang, block->place, "nested too deeply");
        return FLOW_FAIL;
    }
    lang->depth++;
    for (unsigned i = 0; flow == FLOW_NEXT && i < block->count; i++)
        flow = lang_step(lang, block->items[i]->place, 0) < 0 ? FLOW_FAIL : exec(lang, block->items[i], ret_value);
    lang->depth--;
    return flow;
}
