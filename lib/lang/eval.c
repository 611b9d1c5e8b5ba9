#include "lang/eval.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/format.h"
#include "lang/operator.h"

static enum binding binding_of(const struct scope *scope, const struct str *name)
{
    const struct val *found = scope->def == NULL || scope->def->names == NULL ? NULL : dict_get_name(scope->def->names, name);

    return found == NULL ? 0 : (enum binding)found->i;
}

struct val *eval_find_name(struct lang *lang, const struct str *name)
{
    struct dict_entry *global;
    struct val *found;

    for (const struct scope *scope = lang->names; scope != NULL; scope = scope->outer) {
        enum binding binding;

        found = dict_get_name(scope->vars, name);
        if (found != NULL)
            return found;
        binding = binding_of(scope, name);
        if (binding == BOUND_LOCAL)         /* it gets its value later, and hides what is outside */
            return NULL;
        if (binding == BOUND_GLOBAL)
            break;
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
    enum binding binding = scope == NULL ? BOUND_GLOBAL : binding_of(scope, name);

    if (binding == BOUND_NONLOCAL)
        for (scope = scope->outer; scope != NULL; scope = scope->outer)
            if (binding_of(scope, name) == BOUND_LOCAL)
                break;
    return binding == BOUND_GLOBAL || scope == NULL ? lang->globals : scope->vars;
}

static bool is_local(const struct lang *lang, const struct str *name)
{
    for (const struct scope *scope = lang->names; scope != NULL; scope = scope->outer)
        if (binding_of(scope, name) != 0)
            return binding_of(scope, name) == BOUND_LOCAL;
    return false;
}

static int eval_name(struct lang *lang, const struct node *node, struct val *ret_value)
{
    const struct val *found = eval_find_name(lang, node->name);
    const char *refused;

    if (found != NULL) {
        *ret_value = *found;
        return 0;
    }
    if (is_local(lang, node->name))
        return lang_raise(lang, node->place, "UnboundLocalError", "the local name '%.80s' has no value yet", node->name->data);
    if (builtin_find(lang, node->name->data, ret_value))
        return 0;
    refused = builtin_refused(node->name->data);
    if (refused != NULL)
        return lang_stop(lang, node->place, "%s is not allowed in configuration files", refused);
    return lang_raise(lang, node->place, "NameError", "name '%.80s' is not defined (a text stands in quotes)", node->name->data);
}

/* Adds what *iterable brings to a list. */
static int add_star(struct lang *lang, const struct node *star, struct list *list)
{
    struct val v;

    return eval(lang, star->a, &v) < 0 ? -1 : op_extend(lang, star->place, list, v);
}

static int eval_items(struct lang *lang, const struct node *node, enum val_type type, struct val *ret_value)
{
    struct val list;

    if (lang_check_items(lang, node->place, node->count) < 0)
        return -1;
    list = val_list(&lang->arena, type, node->count);
    for (unsigned i = 0; i < node->count; i++) {
        struct val item;

        if (node->items[i]->kind == N_STAR) {
            if (add_star(lang, node->items[i], list.list) < 0)
                return -1;
            continue;
        }
        if (eval(lang, node->items[i], &item) < 0)
            return -1;
        list_add(&lang->arena, list.list, item);
    }
    *ret_value = list;
    return 0;
}

/* Adds the entries of a **mapping to dict. */
static int merge(struct lang *lang, const struct node *from, struct dict *dict)
{
    struct val v;

    if (eval(lang, from->a, &v) < 0)
        return -1;
    if (v.type != V_DICT)
        return lang_raise(lang, from->place, "TypeError", "behind ** stands a dict, not %s", val_type_name(v));
    for (size_t i = 0; i < v.dict->used; i++)
        if (v.dict->entries[i].live && op_dict_set(lang, from->place, dict, v.dict->entries[i].key, v.dict->entries[i].value) < 0)
            return -1;
    return 0;
}

static int eval_dict(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct dict *dict = dict_new(&lang->arena);

    for (unsigned i = 0; i < node->count; i += 2) {
        struct val key, value;

        if (node->items[i]->kind == N_DOUBLE_STAR) {
            if (merge(lang, node->items[i], dict) < 0)
                return -1;
            continue;
        }
        if (eval(lang, node->items[i], &key) < 0 || eval(lang, node->items[i + 1], &value) < 0
            || op_dict_set(lang, node->items[i]->place, dict, key, value) < 0)
            return -1;
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return 0;
}

static int eval_set(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val set = val_set(&lang->arena), items;

    if (eval_items(lang, node, V_LIST, &items) < 0)
        return -1;
    for (size_t i = 0; i < items.list->count; i++)
        if (op_set_add(lang, items.list->items[i].place, set.dict, items.list->items[i]) < 0)
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
            || op_compare(lang, node->ops[i - 1].place, node->ops[i - 1].op, left, right, &result) < 0)
            return -1;
        left = right;
    }
    *ret_value = val_bool(result);
    return 0;
}

static int eval_parts(struct lang *lang, const struct node *node, struct val part[3])
{
    for (unsigned i = 0; i < 3; i++) {
        part[i] = val_none();
        if (node->items[i] != NULL && eval(lang, node->items[i], &part[i]) < 0)
            return -1;
    }
    return 0;
}

static int eval_slice(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct val object, part[3];

    if (eval(lang, node->a, &object) < 0 || eval_parts(lang, node, part) < 0)
        return -1;
    return op_slice(lang, node->op_place, object, part, ret_value);
}

static int add_named(struct lang *lang, struct xm_place place, struct dict **named, const struct str *name, struct val value)
{
    if (*named == NULL)
        *named = dict_new(&lang->arena);
    if (dict_get_name(*named, name) != NULL)
        return lang_raise(lang, place, "TypeError", "argument %.80s is given twice", name->data);
    dict_set(&lang->arena, *named, val_of_str(name), value);
    return 0;
}

/* **mapping among the arguments. */
static int spread(struct lang *lang, const struct node *item, struct dict **named)
{
    struct dict *dict = dict_new(&lang->arena);

    if (merge(lang, item, dict) < 0)
        return -1;
    for (size_t i = 0; i < dict->used; i++) {
        if (dict->entries[i].key.type != V_STR)
            return lang_raise(lang, item->place, "TypeError", "the keys of ** arguments are texts");
        if (add_named(lang, item->place, named, dict->entries[i].key.str, dict->entries[i].value) < 0)
            return -1;
    }
    return 0;
}

static int eval_argument(struct lang *lang, const struct node *item, struct list *args, struct dict **named)
{
    struct val value;

    if (item->kind == N_STAR)
        return add_star(lang, item, args);
    if (item->kind == N_DOUBLE_STAR)
        return spread(lang, item, named);
    if (eval(lang, item->kind == N_KEYWORD ? item->a : item, &value) < 0)
        return -1;
    if (item->kind == N_KEYWORD)
        return add_named(lang, item->place, named, item->name, value);
    list_add(&lang->arena, args, value);
    return 0;
}

/* The place to blame is the function's name, also behind dots. */
static int eval_call_node(struct lang *lang, const struct node *node, struct val *ret_value)
{
    static const struct dict no_names;
    struct xm_place place = node->a->kind == N_ATTR ? node->a->op_place : node->place;
    struct val function, args = val_list(&lang->arena, V_LIST, node->count);
    struct dict *named = NULL;

    if (eval(lang, node->a, &function) < 0)
        return -1;
    for (unsigned i = 0; i < node->count; i++)
        if (eval_argument(lang, node->items[i], args.list, &named) < 0)
            return -1;
    return eval_call(lang, place, function, args.list->items, args.list->count, named != NULL ? named : &no_names, ret_value);
}

static int eval_function(struct lang *lang, const struct node *node, struct val *ret_value)
{
    struct func *func = arena_alloc(&lang->arena, sizeof(*func));
    const struct func_def *def = node->def;

    func->def = def;
    func->scope = lang->names;
    func->defaults = def->total == 0 ? NULL : arena_alloc(&lang->arena, def->total * sizeof(*func->defaults));
    for (size_t i = 0; i < def->total; i++)
        if (def->params[i].fallback != NULL && eval(lang, def->params[i].fallback, &func->defaults[i]) < 0)
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

/* Its variables are its own; those of Python 2's lists are not. */
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
    if (lang->python2 && node->kind == N_LISTCOMP) {
        *ret_value = result;
        return run_clauses(lang, node, 0, result);
    }
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

/* It binds in the function around a comprehension, not in the comprehension. */
static int eval_walrus(struct lang *lang, const struct node *node, struct val *ret_value)
{
    const struct scope *inner = lang->names;

    if (eval(lang, node->a, ret_value) < 0)
        return -1;
    while (lang->names != NULL && lang->names->def == NULL)
        lang->names = lang->names->outer;
    dict_set(&lang->arena, eval_names_for(lang, node->name), val_of_str(node->name), *ret_value);
    lang->names = inner;
    return 0;
}

/* {a!r:spec} */
static int eval_field(struct lang *lang, const struct node *node, struct val *ret_text)
{
    struct val v, spec = val_str(&lang->arena, "", 0);

    if (eval(lang, node->a, &v) < 0 || (node->b != NULL && eval(lang, node->b, &spec) < 0))
        return -1;
    if (node->op != 0 && format_convert(lang, node->place, (char)node->op, &v) < 0)
        return -1;
    return format_value(lang, node->place, v, spec.str->data, spec.str->len, ret_text);
}

static int eval_fstring(struct lang *lang, const struct node *node, struct val *ret_value)
{
    xm_autobuf out = XM_BUF_INIT;

    for (unsigned i = 0; i < node->count; i++) {
        struct val text;

        if ((node->items[i]->kind == N_FIELD ? eval_field(lang, node->items[i], &text) : eval(lang, node->items[i], &text)) < 0
            || lang_check_len(lang, node->place, out.len + text.str->len) < 0)
            return -1;
        xm_buf_add(&out, text.str->data, text.str->len);
    }
    *ret_value = val_str(&lang->arena, out.data, out.len);
    return 0;
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
    case N_WALRUS:
        return eval_walrus(lang, node, ret_value);
    case N_REPR:
        return eval(lang, node->a, &a) < 0 ? -1 : format_repr(lang, node->place, a, ret_value);
    case N_FSTRING:
        return eval_fstring(lang, node, ret_value);
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

/* One of the targets may have a star: it takes what the others leave, as a list. */
static int unpack(struct lang *lang, const struct node *target, struct val value)
{
    const struct list *items;
    size_t starred = target->count, more = 0;

    for (unsigned i = 0; i < target->count; i++)
        if (target->items[i]->kind == N_STAR)
            starred = i;
    if (op_items(lang, target->place, value, &items) < 0)
        return -1;
    if (starred < target->count ? items->count + 1 < target->count : items->count != target->count)
        return lang_raise(lang, target->place, "ValueError", "%u names for %zu values", target->count, items->count);
    for (unsigned i = 0; i < target->count && i + more < items->count + 1; i++) {
        struct val rest;

        if (i != starred) {
            if (eval_assign(lang, target->items[i], items->items[i + more]) < 0)
                return -1;
            continue;
        }
        more = items->count - target->count;    /* may be -1: then the others count one down */
        rest = val_list(&lang->arena, V_LIST, more + 1);
        for (size_t j = 0; j < more + 1; j++)
            list_add(&lang->arena, rest.list, items->items[i + j]);
        if (eval_assign(lang, target->items[i]->a, rest) < 0)
            return -1;
    }
    return 0;
}

int eval_assign(struct lang *lang, const struct node *target, struct val value)
{
    struct val object, index, name, part[3];

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
        return eval(lang, target->a, &object) < 0 || eval_parts(lang, target, part) < 0 ? -1
               : op_set_slice(lang, target->op_place, object, part, value);
    }
}

/* a[b] op= c and a[b:c] op= d: the object and the index are made once. */
int eval_augment(struct lang *lang, const struct node *target, int (*change)(struct lang *, const struct node *, struct val *),
                 const struct node *node)
{
    struct val object, index, part[3], value;

    if (target->kind == N_NAME)
        return eval(lang, target, &value) < 0 || change(lang, node, &value) < 0 ? -1 : eval_assign(lang, target, value);
    if (eval(lang, target->a, &object) < 0)
        return -1;
    if (target->kind == N_INDEX)
        return eval(lang, target->b, &index) < 0 || op_index(lang, target->b->place, object, index, &value) < 0
               || change(lang, node, &value) < 0 ? -1 : op_set_index(lang, target->b->place, object, index, value);
    return eval_parts(lang, target, part) < 0 || op_slice(lang, target->op_place, object, part, &value) < 0
           || change(lang, node, &value) < 0 ? -1 : op_set_slice(lang, target->op_place, object, part, value);
}

int eval_delete(struct lang *lang, const struct node *target)
{
    struct val object, index, part[3];

    if (target->kind == N_NAME) {
        if (!dict_remove(eval_names_for(lang, target->name), val_of_str(target->name)))
            return lang_raise(lang, target->place, "NameError", "name '%.80s' is not defined", target->name->data);
        return 0;
    }
    if (target->kind == N_INDEX)
        return eval_two(lang, target, &object, &index) < 0 ? -1 : op_delete_index(lang, target->b->place, object, index);
    return eval(lang, target->a, &object) < 0 || eval_parts(lang, target, part) < 0 ? -1
           : op_delete_slice(lang, target->op_place, object, part);
}
