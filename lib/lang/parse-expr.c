/* The grammar of expressions. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/parser.h"

static struct node *refuse(struct parser *p, const char *what)
{
    lang_stop(p->lang, p->token.place, "%s not supported in configuration files", what);
    return NULL;
}

static struct node *parse_unary(struct parser *p);
static struct node *parse_or(struct parser *p);
static struct node *parse_postfix(struct parser *p);

static struct node *constant(struct parser *p, struct xm_place place, struct val v)
{
    struct node *node = parser_node(p, N_CONST, place);
    struct val *value = arena_alloc(&p->lang->arena, sizeof(*value));

    *value = v;
    node->value = value;
    return parser_done(p, node);
}

/* Adjacent strings are one, f-strings among them too. */
static struct node *parse_strings(struct parser *p)
{
    struct node *whole = parser_node(p, N_FSTRING, p->token.place);
    xm_autobuf text = XM_BUF_INIT;
    bool formatted = false;

    for (; p->token.type == T_STRING;) {
        struct node *part = p->token.formatted ? parse_fstring(p, &p->token) : constant(p, p->token.place, p->token.value);

        if (part == NULL)
            return NULL;
        formatted |= p->token.formatted;
        if (!p->token.formatted)
            xm_buf_add(&text, p->token.value.str->data, p->token.value.str->len);
        parser_add(p, whole, part);
        if (parser_next(p) < 0)
            return NULL;
    }
    if (formatted)
        return parser_done(p, whole);
    return whole->count == 1 ? whole->items[0] : constant(p, whole->place, val_str(&p->lang->arena, text.data, text.len));
}

static struct node *parse_number(struct parser *p)
{
    struct node *node = constant(p, p->token.place, p->token.value);

    return node == NULL || parser_next(p) < 0 ? NULL : node;
}

static struct node *parse_name(struct parser *p)
{
    struct node *node = parser_node(p, N_NAME, p->token.place);

    node->name = p->token.value.str;
    parser_use(p, node->name);
    return parser_next(p) < 0 ? NULL : parser_done(p, node);
}

/* *iterable, where a display, a call or an assignment may have one. */
static struct node *parse_star(struct parser *p)
{
    struct node *star = parser_node(p, parser_at_op(p, '*') ? N_STAR : N_DOUBLE_STAR, p->token.place);

    if (parser_next(p) < 0 || parser_enter(p) < 0 || (star->a = parse_or(p)) == NULL)
        return NULL;
    parser_leave(p);
    return parser_done(p, star);
}

struct node *parse_star_expr(struct parser *p)
{
    return parser_at_op(p, '*') ? parse_star(p) : parse_expr(p);
}

/* The targets of `for`: names and tuples of them, without `in` being taken as an operator. */
static struct node *parse_target(struct parser *p)
{
    struct node *target;

    if (parser_enter(p) < 0)
        return NULL;
    if (p->token.type != T_NAME && !parser_at_op(p, '(') && !parser_at_op(p, '[') && !parser_at_op(p, '*')) {
        parser_unexpected(p, "a name");
        return NULL;
    }
    if (parser_at_op(p, '*')) {
        target = parser_node(p, N_STAR, p->token.place);
        if (parser_next(p) < 0 || (target->a = parse_target(p)) == NULL)
            return NULL;
        target = parser_done(p, target);
    } else if (p->token.type == T_NAME) {
        target = parse_postfix(p);      /* for d['x'] in ... is a target, too */
    } else {
        unsigned end = parser_at_op(p, '(') ? ')' : ']';

        if (parser_next(p) < 0)
            return NULL;
        target = parse_targets(p);
        if (target == NULL || parser_expect_op(p, end) < 0)
            return NULL;
    }
    parser_leave(p);
    return target == NULL || (target->kind != N_STAR && parser_check_target(p, target) < 0) ? NULL : target;
}

struct node *parse_targets(struct parser *p)
{
    struct node *tuple = parser_node(p, N_TUPLE, p->token.place), *target = parse_target(p);
    int rc;

    if (target != NULL && target->kind == N_STAR && !parser_at_op(p, ',')) {
        parser_check_target(p, target);         /* fails: alone it cannot stand */
        return NULL;
    }
    if (target == NULL || !parser_at_op(p, ','))
        return target;
    parser_add(p, tuple, target);
    while ((rc = parser_accept_op(p, ',')) > 0) {
        if (parser_at_keyword(p, K_IN) || parser_at_op(p, ')') || parser_at_op(p, ']'))
            break;
        target = parse_target(p);
        if (target == NULL)
            return NULL;
        parser_add(p, tuple, target);
    }
    return rc < 0 || parser_check_target(p, tuple) < 0 ? NULL : parser_done(p, tuple);
}

/* What a clause goes through. Python 2 took several things here without brackets around them. */
static struct node *parse_clause_items(struct parser *p, enum node_kind kind)
{
    struct node *tuple = parser_node(p, N_TUPLE, p->token.place), *item = parse_or(p);
    int rc;

    if (item == NULL || kind != N_LISTCOMP || !parser_at_op(p, ','))
        return item;
    p->lang->python2 = true;
    parser_add(p, tuple, item);
    while ((rc = parser_accept_op(p, ',')) > 0 && !parser_at_op(p, ']')) {
        item = parse_or(p);
        if (item == NULL)
            return NULL;
        parser_add(p, tuple, item);
    }
    return rc < 0 ? NULL : parser_done(p, tuple);
}

/* At `for`, with the element already parsed; value is a dict's. */
static struct node *parse_comprehension(struct parser *p, enum node_kind kind, struct node *element, struct node *value)
{
    struct node *list = parser_node(p, kind, element->place);

    list->a = element;
    list->b = value;
    while (parser_at_keyword(p, K_FOR) || parser_at_keyword(p, K_IF)) {
        bool is_for = parser_at_keyword(p, K_FOR);
        struct node *clause = parser_node(p, is_for ? N_FOR_CLAUSE : N_IF_CLAUSE, p->token.place);

        if (parser_next(p) < 0)
            return NULL;
        if (is_for) {
            bool own = p->own_names;

            p->own_names = true;
            clause->a = parse_targets(p);
            p->own_names = own;
            if (clause->a == NULL || parser_expect_keyword(p, K_IN) < 0 || (clause->b = parse_clause_items(p, kind)) == NULL)
                return NULL;
        } else if ((clause->a = parser_at_keyword(p, K_LAMBDA) ? parse_expr(p) : parse_or(p)) == NULL) {
            return NULL;
        }
        if (parser_done(p, clause) == NULL)
            return NULL;
        parser_add(p, list, clause);
    }
    return parser_done(p, list);
}

/* Items up to the closing sign; the opening one has been passed. first may be the first item. */
static int parse_items(struct parser *p, struct node *list, unsigned end)
{
    while (!parser_at_op(p, end)) {
        struct node *item = parse_star_expr(p);
        int rc;

        if (item == NULL)
            return -1;
        parser_add(p, list, item);
        if (list->count > LANG_ITEMS_MAX)
            return lang_check_items(p->lang, item->place, list->count);
        rc = parser_accept_op(p, ',');
        if (rc < 0)
            return -1;
        if (rc == 0 && !parser_at_op(p, end))
            return parser_unexpected(p, end == ']' ? "',' or ']'" : "',' or ')'");
    }
    return parser_next(p);
}

static struct node *parse_list(struct parser *p)
{
    struct node *list = parser_node(p, N_LIST, p->token.place), *first;
    struct xm_place place = p->token.place;
    int rc;

    if (parser_next(p) < 0)
        return NULL;
    if (!parser_at_op(p, ']')) {
        first = parse_star_expr(p);
        if (first == NULL)
            return NULL;
        if (parser_at_keyword(p, K_FOR)) {
            list = parse_comprehension(p, N_LISTCOMP, first, NULL);
            if (list == NULL || parser_expect_op(p, ']') < 0)
                return NULL;
            list->place = place;
            return list;
        }
        parser_add(p, list, first);
        rc = parser_accept_op(p, ',');
        if (rc == 0 && !parser_at_op(p, ']'))
            rc = parser_unexpected(p, "',' or ']'");
        if (rc < 0)
            return NULL;
    }
    return parse_items(p, list, ']') < 0 ? NULL : parser_done(p, list);
}

/* A parenthesised expression, or a tuple. */
static struct node *parse_paren(struct parser *p)
{
    struct node *tuple = parser_node(p, N_TUPLE, p->token.place), *first;
    int rc;

    if (parser_next(p) < 0)
        return NULL;
    if (!parser_at_op(p, ')')) {
        first = parse_star_expr(p);
        if (first == NULL)
            return NULL;
        if (parser_at_keyword(p, K_FOR)) {
            first = parse_comprehension(p, N_GENERATOR, first, NULL);
            return first == NULL || parser_expect_op(p, ')') < 0 ? NULL : first;
        }
        rc = parser_accept_op(p, ',');
        if (rc == 0 && first->kind == N_STAR) {
            lang_stop(p->lang, first->place, "a * stands before a list's items, not before one value");
            return NULL;
        }
        if (rc == 0)
            return parser_expect_op(p, ')') < 0 ? NULL : first;
        if (rc < 0)
            return NULL;
        parser_add(p, tuple, first);
    }
    return parse_items(p, tuple, ')') < 0 ? NULL : parser_done(p, tuple);
}

/* One item of a dict or set, added to node, which the first item makes the one or the other.
 * 1 if it was a comprehension, which is in *node then; 0 for a plain item; -1. */
static int parse_brace_item(struct parser *p, struct node **node)
{
    struct node *key = parser_at_op(p, OP2('*', '*')) ? parse_star(p) : parse_star_expr(p), *value = NULL;
    struct xm_place place = (*node)->place;
    bool first = (*node)->count == 0, merged = key != NULL && key->kind == N_DOUBLE_STAR;

    if (key == NULL)
        return -1;
    if (first)
        (*node)->kind = merged || parser_at_op(p, ':') ? N_DICT : N_SET;
    if (merged && (*node)->kind == N_SET)
        return lang_stop(p->lang, key->place, "** stands in a dict, not in a set");
    if ((*node)->kind == N_DICT && !merged && (parser_expect_op(p, ':') < 0 || (value = parse_expr(p)) == NULL))
        return -1;
    if (first && parser_at_keyword(p, K_FOR)) {
        *node = parse_comprehension(p, value != NULL ? N_DICTCOMP : N_SETCOMP, key, value);
        if (*node == NULL)
            return -1;
        (*node)->place = place;
        return 1;
    }
    parser_add(p, *node, key);
    if ((*node)->kind == N_DICT)
        parser_add(p, *node, value);
    return (*node)->count > 2 * LANG_ITEMS_MAX ? lang_check_items(p->lang, key->place, (*node)->count) : 0;
}

/* A dict, a set, or a comprehension of one. */
static struct node *parse_braces(struct parser *p)
{
    struct node *node = parser_node(p, N_DICT, p->token.place);

    if (parser_next(p) < 0)
        return NULL;
    while (!parser_at_op(p, '}')) {
        int rc = parse_brace_item(p, &node);

        if (rc < 0)
            return NULL;
        if (rc > 0)
            return parser_expect_op(p, '}') < 0 ? NULL : node;
        rc = parser_accept_op(p, ',');
        if (rc == 0 && !parser_at_op(p, '}'))
            rc = parser_unexpected(p, "',' or '}'");
        if (rc < 0)
            return NULL;
    }
    return parser_next(p) < 0 ? NULL : parser_done(p, node);
}

/* Python 2: `x` is repr(x). */
static struct node *parse_backquotes(struct parser *p)
{
    struct node *node = parser_node(p, N_REPR, p->token.place);

    p->lang->python2 = true;
    if (parser_next(p) < 0 || parser_enter(p) < 0 || (node->a = parse_expr_list(p)) == NULL)
        return NULL;
    parser_leave(p);
    return parser_expect_op(p, '`') < 0 ? NULL : parser_done(p, node);
}

static struct node *parse_atom(struct parser *p)
{
    switch (p->token.type) {
    case T_STRING:
        return parse_strings(p);
    case T_NUMBER:
        return parse_number(p);
    case T_NAME:
        return parse_name(p);
    case T_OP:
        if (p->token.op == '[')
            return parse_list(p);
        if (p->token.op == '(')
            return parse_paren(p);
        if (p->token.op == '{')
            return parse_braces(p);
        if (p->token.op == '`')
            return parse_backquotes(p);
        break;
    case T_KEYWORD:
        if (p->token.op == K_YIELD || p->token.op == K_AWAIT)
            return refuse(p, p->token.op == K_YIELD ? "yield is" : "await is");
        if (p->token.op == K_EXEC)
            return refuse(p, "exec is");
        break;
    default:
        break;
    }
    parser_unexpected(p, "a value");
    return NULL;
}

static bool is_named(const struct node *arg)
{
    return arg->kind == N_KEYWORD || arg->kind == N_DOUBLE_STAR;
}

/* name=value, the name being arg. */
static struct node *parse_keyword(struct parser *p, const struct node *call, const struct node *arg)
{
    struct node *keyword = parser_node(p, N_KEYWORD, arg->place);

    keyword->name = arg->name;
    for (unsigned i = 0; i < call->count; i++) {
        if (call->items[i]->kind == N_KEYWORD && strcmp(call->items[i]->name->data, arg->name->data) == 0) {
            lang_stop(p->lang, arg->place, "argument %.80s is given twice", arg->name->data);
            return NULL;
        }
    }
    if (parser_next(p) < 0 || (keyword->a = parse_expr(p)) == NULL)
        return NULL;
    return parser_done(p, keyword);
}

/* One argument of a call. */
static struct node *parse_argument(struct parser *p, const struct node *call)
{
    struct xm_place place = p->token.place;
    struct node *arg;

    if (parser_at_op(p, '*') || parser_at_op(p, OP2('*', '*')))
        return parse_star(p);
    arg = parse_expr(p);
    if (arg == NULL)
        return NULL;
    if (parser_at_keyword(p, K_FOR)) {
        arg = parse_comprehension(p, N_GENERATOR, arg, NULL);
        if (arg != NULL && (call->count > 0 || !parser_at_op(p, ')'))) {
            lang_stop(p->lang, place, "beside other arguments, a comprehension stands in brackets of its own");
            return NULL;
        }
        return arg;
    }
    if (arg->kind == N_NAME && parser_at_op(p, '='))
        return parse_keyword(p, call, arg);
    if (call->count > 0 && is_named(call->items[call->count - 1])) {
        lang_stop(p->lang, arg->place, "a plain argument stands behind a keyword argument");
        return NULL;
    }
    return arg;
}

static struct node *parse_call(struct parser *p, struct node *function)
{
    struct node *call = parser_node(p, N_CALL, function->place);

    call->a = function;
    call->op_place = p->token.place;
    if (parser_next(p) < 0)
        return NULL;
    while (!parser_at_op(p, ')')) {
        struct node *arg = parse_argument(p, call);
        int rc;

        if (arg == NULL)
            return NULL;
        parser_add(p, call, arg);
        if (call->count > 255) {
            lang_stop(p->lang, arg->place, "more than 255 arguments");
            return NULL;
        }
        rc = parser_accept_op(p, ',');
        if (rc == 0 && !parser_at_op(p, ')'))
            rc = parser_unexpected(p, "',' or ')'");
        if (rc < 0)
            return NULL;
    }
    return parser_next(p) < 0 ? NULL : parser_done(p, call);
}

/* a[b], a[b:c:d]; the bracket is the token. */
static struct node *parse_subscript(struct parser *p, struct node *object)
{
    struct node *node = parser_node(p, N_INDEX, object->place);
    struct node *part = NULL;

    node->a = object;
    node->op_place = p->token.place;
    if (parser_next(p) < 0)
        return NULL;
    if (!parser_at_op(p, ':') && (part = parse_expr_list(p)) == NULL)
        return NULL;
    if (!parser_at_op(p, ':')) {
        node->b = part;
        return parser_expect_op(p, ']') < 0 ? NULL : parser_done(p, node);
    }
    node->kind = N_SLICE;
    parser_add(p, node, part);
    while (parser_at_op(p, ':') && node->count < 3) {
        if (parser_next(p) < 0)
            return NULL;
        part = NULL;
        if (!parser_at_op(p, ':') && !parser_at_op(p, ']') && (part = parse_expr(p)) == NULL)
            return NULL;
        parser_add(p, node, part);
    }
    if (node->count < 3)
        parser_add(p, node, NULL);
    return parser_expect_op(p, ']') < 0 ? NULL : parser_done(p, node);
}

static struct node *parse_attribute(struct parser *p, struct node *object)
{
    struct node *node = parser_node(p, N_ATTR, object->place);

    node->a = object;
    if (parser_next(p) < 0)
        return NULL;
    node->op_place = p->token.place;
    if (p->token.type != T_NAME && p->token.type != T_KEYWORD) {
        parser_unexpected(p, "a name");
        return NULL;
    }
    node->name = p->token.value.str;
    /* xl's names hold dots, and what stands behind them may be anything: there it is found when it is used. */
    if (strncmp(node->name->data, "__", 2) == 0 && p->lang->input->dialect != XM_DIALECT_XL) {
        lang_stop(p->lang, node->op_place, "the attribute %.80s is not allowed in configuration files", node->name->data);
        return NULL;
    }
    parser_use_attribute(p, object, node->name->data);
    return parser_next(p) < 0 ? NULL : parser_done(p, node);
}

static struct node *parse_postfix(struct parser *p)
{
    struct node *node = parse_atom(p);

    while (node != NULL) {
        if (parser_at_op(p, '('))
            node = parse_call(p, node);
        else if (parser_at_op(p, '['))
            node = parse_subscript(p, node);
        else if (parser_at_op(p, '.'))
            node = parse_attribute(p, node);
        else
            break;
    }
    return node;
}

/* ** binds tighter than a sign before it, and less than one behind it: -2 ** -1. */
static struct node *parse_power(struct parser *p)
{
    struct node *left = parse_postfix(p), *node;

    if (left == NULL || !parser_at_op(p, OP2('*', '*')))
        return left;
    node = parser_node(p, N_BINARY, left->place);
    node->op = p->token.op;
    node->op_place = p->token.place;
    node->a = left;
    if (parser_enter(p) < 0 || parser_next(p) < 0 || (node->b = parse_unary(p)) == NULL)
        return NULL;
    parser_leave(p);
    return parser_done(p, node);
}

static struct node *parse_unary(struct parser *p)
{
    struct node *node;

    if (!parser_at_op(p, '-') && !parser_at_op(p, '+') && !parser_at_op(p, '~'))
        return parse_power(p);
    if (parser_enter(p) < 0)
        return NULL;
    node = parser_node(p, N_UNARY, p->token.place);
    node->op = p->token.op;
    if (parser_next(p) < 0 || (node->a = parse_unary(p)) == NULL)
        return NULL;
    parser_leave(p);
    return parser_done(p, node);
}

static unsigned precedence(const struct token *token)
{
    if (token->type != T_OP)
        return 0;
    switch (token->op) {
    case '|':
        return 1;
    case '^':
        return 2;
    case '&':
        return 3;
    case OP2('<', '<'): case OP2('>', '>'):
        return 4;
    case '+': case '-':
        return 5;
    case '*': case '/': case '%': case OP2('/', '/'):
        return 6;
    default:
        return 0;
    }
}

static struct node *parse_binary(struct parser *p, unsigned least)
{
    struct node *left = parse_unary(p);

    while (left != NULL && precedence(&p->token) >= least) {
        struct node *node = parser_node(p, N_BINARY, left->place);

        node->op = p->token.op;
        node->op_place = p->token.place;
        node->a = left;
        if (parser_next(p) < 0 || (node->b = parse_binary(p, precedence(&(struct token){ .type = T_OP, .op = node->op }) + 1)) == NULL)
            return NULL;
        left = parser_done(p, node);
    }
    return left;
}

/* The comparison at the token, passed; 0 if there is none, -1 on failure. */
static int accept_comparison(struct parser *p)
{
    static const unsigned ops[] = {
        '<', '>', OP2('<', '='), OP2('>', '='), OP2('=', '='), OP2('!', '='), OP2('<', '>'),
    };
    int rc;

    if (parser_at_op(p, OP2('<', '>')))
        p->lang->python2 = true;
    for (size_t i = 0; i < XM_COUNT(ops); i++)
        if (parser_at_op(p, ops[i]))
            return parser_next(p) < 0 ? -1 : (int)ops[i];
    if ((rc = parser_accept_keyword(p, K_IN)) != 0)
        return rc < 0 ? -1 : OP_IN;
    if ((rc = parser_accept_keyword(p, K_IS)) != 0) {
        rc = rc < 0 ? -1 : parser_accept_keyword(p, K_NOT);
        return rc < 0 ? -1 : rc > 0 ? OP_IS_NOT : OP_IS;
    }
    if ((rc = parser_accept_keyword(p, K_NOT)) != 0)
        return rc < 0 || parser_expect_keyword(p, K_IN) < 0 ? -1 : OP_NOT_IN;
    return 0;
}

static struct node *parse_comparison(struct parser *p)
{
    struct node *left = parse_binary(p, 1), *node = NULL;
    struct node_op *ops = NULL;
    unsigned cap = 0;

    while (left != NULL) {
        struct xm_place place = p->token.place;
        int op = accept_comparison(p);

        if (op < 0)
            return NULL;
        if (op == 0)
            break;
        if (node == NULL) {
            node = parser_node(p, N_COMPARE, left->place);
            node->op_place = place;
            parser_add(p, node, left);
        }
        if (node->count > cap) {
            cap = 2 * node->count;
            ops = arena_grow(&p->lang->arena, ops, node->count - 1, cap, sizeof(*ops));
        }
        ops[node->count - 1] = (struct node_op){ (unsigned)op, place };
        left = parse_binary(p, 1);
        if (left == NULL)
            return NULL;
        parser_add(p, node, left);
    }
    if (node == NULL)
        return left;
    node->ops = ops;
    return parser_done(p, node);
}

static struct node *parse_not(struct parser *p)
{
    struct node *node;

    if (!parser_at_keyword(p, K_NOT))
        return parse_comparison(p);
    if (parser_enter(p) < 0)
        return NULL;
    node = parser_node(p, N_NOT, p->token.place);
    if (parser_next(p) < 0 || (node->a = parse_not(p)) == NULL)
        return NULL;
    parser_leave(p);
    return parser_done(p, node);
}

static struct node *parse_logic(struct parser *p, unsigned keyword)
{
    struct node *left = keyword == K_OR ? parse_logic(p, K_AND) : parse_not(p);

    while (left != NULL && parser_at_keyword(p, keyword)) {
        struct node *node = parser_node(p, keyword == K_OR ? N_OR : N_AND, left->place);

        node->a = left;
        if (parser_next(p) < 0)
            return NULL;
        node->b = keyword == K_OR ? parse_logic(p, K_AND) : parse_not(p);
        if (node->b == NULL)
            return NULL;
        left = parser_done(p, node);
    }
    return left;
}

static struct node *parse_or(struct parser *p)
{
    return parse_logic(p, K_OR);
}

/* The names that a function has taken for parameters already. */
static int new_param(struct parser *p, struct func_def *def, const struct str *name)
{
    bool twice = (def->rest != NULL && strcmp(def->rest->data, name->data) == 0)
                 || (def->keywords != NULL && strcmp(def->keywords->data, name->data) == 0);

    for (size_t i = 0; i < def->total; i++)
        twice |= strcmp(def->params[i].name->data, name->data) == 0;
    if (twice)
        return lang_stop(p->lang, p->token.place, "parameter %.80s is there twice", name->data);
    if (def->total >= 255)
        return lang_stop(p->lang, p->token.place, "more than 255 parameters");
    return 0;
}

/* What the function around binds is its own matter: names go to def. */
static int bind_param(struct parser *p, struct func_def *def, const struct str *name)
{
    struct parser inner = *p;

    inner.def = def;
    inner.own_names = false;
    return parser_bind(&inner, p->token.place, name, BOUND_LOCAL);
}

/* def f(x: int): what stands behind the colon is read and means nothing. */
static int skip_annotation(struct parser *p, unsigned end)
{
    int rc = end == ')' ? parser_accept_op(p, ':') : 0;

    return rc <= 0 ? rc : parse_expr(p) == NULL ? -1 : 0;
}

/* Behind a star: *rest, **keywords, or the star alone. */
static int parse_star_param(struct parser *p, struct func_def *def, unsigned end, bool *named_only)
{
    bool keywords = parser_at_op(p, OP2('*', '*'));
    const struct str **name = keywords ? &def->keywords : &def->rest;

    if (!keywords && *named_only)
        return parser_unexpected(p, end == ')' ? "')'" : "':'");
    *named_only = true;
    if (parser_next(p) < 0)
        return -1;
    if (!keywords && parser_at_op(p, ','))
        return 0;
    if (p->token.type != T_NAME)
        return parser_unexpected(p, "the name of a parameter");
    if (new_param(p, def, p->token.value.str) < 0 || bind_param(p, def, p->token.value.str) < 0)
        return -1;
    *name = p->token.value.str;
    return parser_next(p) < 0 ? -1 : skip_annotation(p, end);
}

/* Python 2: def f((a, b)) takes a pair apart. */
static int parse_pattern(struct parser *p, struct func_def *def, struct param *param)
{
    struct func_def *outer = p->def;
    bool own = p->own_names;

    p->lang->python2 = true;
    p->def = def;
    p->own_names = false;
    if (parser_next(p) < 0 || (param->pattern = parse_targets(p)) == NULL)
        return -1;
    p->def = outer;
    p->own_names = own;
    param->name = str_new(&p->lang->arena, (char[]){ '.', (char)('0' + def->total / 100), (char)('0' + def->total / 10 % 10),
                                                      (char)('0' + def->total % 10) }, 4);
    return parser_expect_op(p, ')');
}

static int parse_param(struct parser *p, struct node *owner, struct func_def *def, unsigned end, bool named_only)
{
    struct param *param;
    int rc;

    if (p->token.type != T_NAME && !parser_at_op(p, '('))
        return parser_unexpected(p, "the name of a parameter");
    if ((def->total & (def->total - 1)) == 0)
        def->params = arena_grow(&p->lang->arena, def->params, def->total, def->total == 0 ? 1 : 2 * def->total, sizeof(*param));
    param = &def->params[def->total];
    if (parser_at_op(p, '(')) {
        if (parse_pattern(p, def, param) < 0)
            return -1;
    } else {
        if (new_param(p, def, p->token.value.str) < 0 || bind_param(p, def, p->token.value.str) < 0)
            return -1;
        param->name = p->token.value.str;
        if (parser_next(p) < 0)
            return -1;
    }
    if (skip_annotation(p, end) < 0)
        return -1;
    rc = parser_accept_op(p, '=');
    if (rc < 0 || (rc > 0 && (param->fallback = parse_expr(p)) == NULL))
        return -1;
    if (rc == 0 && !named_only && def->count > 0 && def->params[def->count - 1].fallback != NULL)
        return lang_stop(p->lang, p->token.place, "a parameter without default stands behind one with a default");
    if (param->fallback != NULL)
        parser_add(p, owner, param->fallback);  /* so that its depth is counted */
    def->total++;
    def->count += !named_only;
    return 0;
}

/* A '/' ends those that take no keyword. */
static int parse_slash(struct parser *p, struct func_def *def, bool named_only)
{
    if (def->count == 0 || def->unnamed > 0 || named_only)
        return parser_unexpected(p, "the name of a parameter");
    def->unnamed = def->count;
    return parser_next(p);
}

int parse_params(struct parser *p, struct node *owner, struct func_def *def, unsigned end)
{
    bool named_only = false;

    while (!parser_at_op(p, end)) {
        int rc;

        if (def->keywords != NULL)          /* **NAME is the last one */
            return parser_unexpected(p, end == ')' ? "')'" : "':'");
        if (parser_at_op(p, '*') || parser_at_op(p, OP2('*', '*')))
            rc = parse_star_param(p, def, end, &named_only);
        else if (parser_at_op(p, '/'))
            rc = parse_slash(p, def, named_only);
        else
            rc = parse_param(p, owner, def, end, named_only);
        if (rc < 0)
            return -1;
        rc = parser_accept_op(p, ',');
        if (rc < 0)
            return -1;
        if (rc == 0 && !parser_at_op(p, end))
            return parser_unexpected(p, end == ')' ? "',' or ')'" : "',' or ':'");
    }
    if (named_only && def->rest == NULL && def->keywords == NULL && def->total == def->count)
        return parser_unexpected(p, "the name of a parameter");         /* a star alone, and nothing behind it */
    return 0;
}

static struct node *parse_lambda(struct parser *p)
{
    struct node *node = parser_node(p, N_LAMBDA, p->token.place);
    struct func_def *def = arena_alloc(&p->lang->arena, sizeof(*def)), *outer = p->def;
    bool own = p->own_names, in_field = p->lexer.in_field;

    def->name = str_new(&p->lang->arena, "<lambda>", 8);
    node->def = def;
    p->lexer.in_field = false;
    if (parser_next(p) < 0 || parse_params(p, node, def, ':') < 0 || parser_expect_op(p, ':') < 0)
        return NULL;
    p->lexer.in_field = in_field;
    p->def = def;
    p->own_names = false;
    def->body = parse_expr(p);
    p->def = outer;
    p->own_names = own;
    if (def->body == NULL)
        return NULL;
    node->a = def->body;
    return parser_done(p, node);
}

/* name := value, behind the name. */
static struct node *parse_walrus(struct parser *p, const struct node *name)
{
    struct node *node = parser_node(p, N_WALRUS, name->place);
    bool own = p->own_names;

    if (name->kind != N_NAME) {
        lang_stop(p->lang, name->place, "only a name can stand before ':='");
        return NULL;
    }
    p->own_names = false;
    if (parser_bind(p, name->place, name->name, BOUND_LOCAL) < 0)
        return NULL;
    p->own_names = own;
    node->name = name->name;
    if (parser_next(p) < 0 || (node->a = parse_expr(p)) == NULL)
        return NULL;
    return parser_done(p, node);
}

struct node *parse_expr(struct parser *p)
{
    struct node *node, *cond;

    if (parser_enter(p) < 0)
        return NULL;
    node = parser_at_keyword(p, K_LAMBDA) ? parse_lambda(p) : parse_or(p);
    if (node != NULL && parser_at_op(p, OP2(':', '='))) {
        node = parse_walrus(p, node);
        if (node == NULL)
            return NULL;
    }
    if (node != NULL && parser_at_keyword(p, K_IF) && node->kind != N_LAMBDA && node->kind != N_WALRUS) {
        cond = parser_node(p, N_COND, node->place);
        cond->a = node;
        if (parser_next(p) < 0 || (cond->b = parse_or(p)) == NULL || parser_expect_keyword(p, K_ELSE) < 0
            || (cond->c = parse_expr(p)) == NULL)
            return NULL;
        node = parser_done(p, cond);
    }
    parser_leave(p);
    return node;
}

struct node *parse_expr_list(struct parser *p)
{
    struct node *tuple = parser_node(p, N_TUPLE, p->token.place), *item = parse_star_expr(p);
    int rc;

    if (item == NULL || !parser_at_op(p, ','))
        return item;
    parser_add(p, tuple, item);
    while ((rc = parser_accept_op(p, ',')) > 0) {
        /* A comma may end the list: then no expression follows. */
        if (p->token.type == T_NEWLINE || p->token.type == T_EOF || parser_at_op(p, ';') || parser_at_op(p, '=')
            || parser_at_op(p, ']') || parser_at_op(p, ':') || parser_at_op(p, ')') || parser_at_op(p, '}')
            || parser_at_op(p, '!'))
            break;
        item = parse_star_expr(p);
        if (item == NULL)
            return NULL;
        parser_add(p, tuple, item);
    }
    return rc < 0 ? NULL : parser_done(p, tuple);
}
