#include "lang/eval.h"

#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"

struct val *eval_find_name(struct lang *lang, const struct str *name)
{
    struct dict_entry *global;
    struct val *found;

    for (const struct scope *scope = lang->names; scope != NULL; scope = scope->outer) {
        found = dict_get_name(scope->vars, name);
        if (found != NULL)
            return found;
    }
    global = dict_find(lang->globals, val_of_str(name));
    if (global == NULL)
        return dict_get_name(lang->predefined, name);
    global->used = true;
    return &global->value;
}

struct dict *eval_names_for(struct lang *lang, const struct str *name)
{
    const struct scope *scope = lang->names;

    if (scope == NULL)
        return lang->globals;
    for (size_t i = 0; scope->def != NULL && i < scope->def->global_count; i++)
        if (strcmp(scope->def->globals[i]->data, name->data) == 0)
            return lang->globals;
    return scope->vars;
}

static int eval_name(struct lang *lang, const struct node *node, struct val *ret_value)
{
    const struct val *found = eval_find_name(lang, node->name);
    const char *refused;

    if (found != NULL) {
        *ret_value = *found;
        return 0;
    }
    if (builtin_find(lang, node->name->data, ret_value))
        return 0;
    refused = builtin_refused(node->name->data);
    if (refused != NULL)
        return lang_stop(lang, node->place, "%s is not allowed in configuration files", refused);
    return lang_raise(lang, node->place, "NameError", "name '%.80s' is not defined (a text stands in quotes)", node->name->data);
}

static int eval_items(struct lang *lang, const struct node *node, enum val_type type, struct val *ret_value)
{
    struct val list;

    if (lang_check_items(lang, node->place, node->count) < 0)
        return -1;
    list = val_list(&lang->arena, type, node->count);
    for (unsigned i = 0; i < node->count; i++) {
        struct val item;

        if (eval(lang, node->items[i], &item) < 0)
            return -1;
        list_add(&lang->arena, list.list, item);
    }
    *ret_value = list;
    return 0;
}

static int eval_dict(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct dict *dict = dict_new(&lang->arena);

    for (unsigned i = 0; i < node->count; i += 2) {
        struct val key, value;

        if (eval(lang, node->items[i], &key) < 0 || eval(lang, node->items[i + 1], &value) < 0
            || op_dict_set(lang, node->items[i]->place, dict, key, value) < 0)
            return -1;
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return 0;
}

static int eval_set(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val set = val_set(&lang->arena), item;

    for (unsigned i = 0; i < node->count; i++)
        if (eval(lang, node->items[i], &item) < 0 || op_set_add(lang, node->items[i]->place, set.dict, item) < 0)
            return -1;
    *ret_value = set;
    return 0;
}

static int eval_two(struct lang *lang, const struct node *node, struct val *ret_a, struct val *ret_b)
{
    return eval(lang, node->a, ret_a) < 0 || eval(lang, node->b, ret_b) < 0 ? -1 : 0;
}

static int eval_compare(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val left, right;
    bool result = true;

    if (eval(lang, node->items[0], &left) < 0)
        return -1;
    for (unsigned i = 1; result && i < node->count; i++) {
        if (eval(lang, node->items[i], &right) < 0
            || op_compare(lang, node->op_place, node->ops[i - 1], left, right, &result) < 0)
            return -1;
        left = right;
    }
    *ret_value = val_bool(result);
    return 0;
}

static int eval_slice(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val object, part[3];

    if (eval(lang, node->a, &object) < 0)
        return -1;
    for (unsigned i = 0; i < 3; i++) {
        part[i] = val_none();
        if (node->items[i] != NULL && eval(lang, node->items[i], &part[i]) < 0)
            return -1;
    }
    return op_slice(lang, node->op_place, object, part, ret_value);
}

static int eval_call_node(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val function, args = val_list(&lang->arena, V_LIST, node->count);
    struct dict *named = dict_new(&lang->arena);

    if (eval(lang, node->a, &function) < 0)
        return -1;
    for (unsigned i = 0; i < node->count; i++) {
        const struct node *item = node->items[i];
        struct val value;

        if (eval(lang, item->kind == N_KEYWORD ? item->a : item, &value) < 0)
            return -1;
        if (item->kind != N_KEYWORD) {
            list_add(&lang->arena, args.list, value);
            continue;
        }
        if (dict_get_name(named, item->name) != NULL)
            return lang_stop(lang, item->place, "argument %.80s is given twice", item->name->data);
        dict_set(&lang->arena, named, val_of_str(item->name), value);
    }
    return eval_call(lang, node->place, function, args.list->items, args.list->count, named, ret_value);
}

static int eval_function(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct func *func = arena_alloc(&lang->arena, sizeof(*func));

    func->def = node->def;
    func->scope = lang->names;
    func->defaults = arena_alloc(&lang->arena, (node->def->count + 1) * sizeof(*func->defaults));
    for (size_t i = 0; i < node->def->count; i++)
        if (node->def->defaults[i] != NULL && eval(lang, node->def->defaults[i], &func->defaults[i]) < 0)
            return -1;
    *ret_value = (struct val){ .type = V_FUNC, .func = func };
    return 0;
}

/* Adds what stands before the clauses to the comprehension's result. */
static int add_element(struct lang *lang, const struct node *node, struct val result)
{
    struct val v, key;

    if (node->kind == N_DICTCOMP)
        return eval(lang, node->a, &key) < 0 || eval(lang, node->b, &v) < 0 ? -1
               : op_dict_set(lang, node->a->place, result.dict, key, v);
    if (eval(lang, node->a, &v) < 0)
        return -1;
    if (node->kind == N_SETCOMP)
        return op_set_add(lang, node->a->place, result.dict, v);
    if (lang_check_count(lang, node->place, result.list->count + 1) < 0)
        return -1;
    list_add(&lang->arena, result.list, v);
    return 0;
}

/* The clauses from index on, each inside the one before. */
static int run_clauses(struct lang *lang, const struct node *node, unsigned index, struct val result)
{
    const struct node *clause = index < node->count ? node->items[index] : NULL;
    const struct list *items;
    struct val v;

    if (clause == NULL)
        return add_element(lang, node, result);
    if (clause->kind == N_IF_CLAUSE) {
        if (eval(lang, clause->a, &v) < 0)
            return -1;
        return val_truth(v) ? run_clauses(lang, node, index + 1, result) : 0;
    }
    if (eval(lang, clause->b, &v) < 0 || op_items(lang, clause->b->place, v, &items) < 0)
        return -1;
    for (size_t i = 0; i < items->count; i++)
        if (lang_step(lang, clause->place, 0) < 0 || eval_assign(lang, clause->a, items->items[i]) < 0
            || run_clauses(lang, node, index + 1, result) < 0)
            return -1;
    return 0;
}

/* Its variables are its own, as in Python 3. */
static int eval_comprehension(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct scope *scope = arena_alloc(&lang->arena, sizeof(*scope));
    struct val result;
    int rc;

    if (node->count > 20)       /* each clause runs inside the one before */
        return lang_stop(lang, node->place, "more than 20 clauses in a comprehension");
    result = node->kind == N_SETCOMP ? val_set(&lang->arena) : val_list(&lang->arena, V_LIST, 0);
    if (node->kind == N_DICTCOMP)
        result = (struct val){ .type = V_DICT, .dict = dict_new(&lang->arena) };
    scope->vars = dict_new(&lang->arena);
    scope->outer = lang->names;
    lang->names = scope;
    rc = run_clauses(lang, node, 0, result);
    lang->names = scope->outer;
    *ret_value = result;
    return rc;
}

static int eval_logic(struct lang *lang, const struct node *node, struct val *ret_value)
{
    if (eval(lang, node->a, ret_value) < 0)
        return -1;
    if (val_truth(*ret_value) == (node->kind == N_OR))
        return 0;
    return eval(lang, node->b, ret_value);
}

static int eval_kind(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val a, b;

    switch (node->kind) {
    case N_CONST:
        *ret_value = *node->value;
        return 0;
    case N_NAME:
        return eval_name(lang, node, ret_value);
    case N_LIST:
        return eval_items(lang, node, V_LIST, ret_value);
    case N_TUPLE:
        return eval_items(lang, node, V_TUPLE, ret_value);
    case N_DICT:
        return eval_dict(lang, node, ret_value);
    case N_SET:
        return eval_set(lang, node, ret_value);
    case N_NOT:
        if (eval(lang, node->a, &a) < 0)
            return -1;
        *ret_value = val_bool(!val_truth(a));
        return 0;
    case N_UNARY:
        return eval(lang, node->a, &a) < 0 ? -1 : op_unary(lang, node->op_place, node->op, a, ret_value);
    case N_BINARY:
        return eval_two(lang, node, &a, &b) < 0 ? -1 : op_binary(lang, node->op_place, node->op, a, b, ret_value);
    case N_AND: case N_OR:
        return eval_logic(lang, node, ret_value);
    case N_COMPARE:
        return eval_compare(lang, node, ret_value);
    case N_COND:
        return eval(lang, node->b, &b) < 0 ? -1 : eval(lang, val_truth(b) ? node->a : node->c, ret_value);
    case N_INDEX:
        return eval_two(lang, node, &a, &b) < 0 ? -1 : op_index(lang, node->b->place, a, b, ret_value);
    case N_SLICE:
        return eval_slice(lang, node, ret_value);
    case N_ATTR:
        return eval(lang, node->a, &a) < 0 ? -1 : eval_attribute(lang, node->op_place, a, node->name, ret_value);
    case N_CALL:
        return eval_call_node(lang, node, ret_value);
    case N_LAMBDA:
        return eval_function(lang, node, ret_value);
    case N_LISTCOMP: case N_SETCOMP: case N_DICTCOMP: case N_GENERATOR:
        return eval_comprehension(lang, node, ret_value);
    case N_DEF:
        return eval_function(lang, node, ret_value);
    default:
        return lang_stop(lang, node->place, "this is not an expression");
    }
}

int eval(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val v = val_none();
    int rc;

    if (lang_step(lang, node->place, 0) < 0)
        return -1;
    if (lang->depth >= LANG_DEPTH_MAX)
        return lang_stop(lang, node->place, "nested too deeply");
    lang->depth++;
    rc = eval_kind(lang, node, &v);
    lang->depth--;
    if (rc < 0)
        return -1;
    v.place = node->place;
    /* "010" is a spelling only where it stands; a computed or named number is just a number. */
    if (node->kind != N_CONST && node->kind != N_NAME)
        v.text = NULL;
    *ret_value = v;
    return 0;
}

static int unpack(struct lang *lang, const struct node *target, struct val value)
{
    const struct list *items;

    if (op_items(lang, target->place, value, &items) < 0)
        return -1;
    if (items->count != target->count)
        return lang_raise(lang, target->place, "ValueError", "%u names for %zu values", target->count, items->count);
    for (unsigned i = 0; i < target->count && i < items->count; i++)
        if (eval_assign(lang, target->items[i], items->items[i]) < 0)
            return -1;
    return 0;
}

int eval_assign(struct lang *lang, const struct node *target, struct val value)
{
    struct val object, index, name;

    switch (target->kind) {
    case N_NAME:
        name = val_of_str(target->name);
        name.place = target->place;
        dict_set(&lang->arena, eval_names_for(lang, target->name), name, value);
        return 0;
    case N_TUPLE: case N_LIST:
        return unpack(lang, target, value);
    case N_INDEX:
        return eval_two(lang, target, &object, &index) < 0 ? -1
               : op_set_index(lang, target->b->place, object, index, value);
    default:
        return lang_stop(lang, target->place, "slices cannot be assigned to in configuration files");
    }
}
