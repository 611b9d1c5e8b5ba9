/* The grammar of statements. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/parser.h"

static bool at_end(const struct parser *p)
{
    return p->token.type == T_NEWLINE || p->token.type == T_EOF || parser_at_op(p, ';');
}

static struct node *refuse(struct parser *p, const char *what)
{
    lang_stop(p->lang, p->token.place, "%s not supported in configuration files", what);
    return NULL;
}

/* Targets are told from values by the '=' that follows them. */
static struct node *parse_assignment(struct parser *p, struct node *first)
{
    struct node *node = parser_node(p, N_ASSIGN, first->place), *part = first;

    while (parser_at_op(p, '=')) {
        if (parser_check_target(p, part) < 0)
            return NULL;
        parser_add(p, node, part);
        if (parser_next(p) < 0 || (part = parse_expr_list(p)) == NULL)
            return NULL;
    }
    if (part->kind == N_STAR) {
        lang_stop(p->lang, part->place, "a * stands before a list's items, not before one value");
        return NULL;
    }
    node->a = part;
    return parser_done(p, node);
}

static unsigned augmented_op(const struct token *token)
{
    static const struct { unsigned augmented, op; } ops[] = {
        { OP2('+', '='), '+' }, { OP2('-', '='), '-' }, { OP2('*', '='), '*' }, { OP2('/', '='), '/' },
        { OP2('%', '='), '%' }, { OP2('&', '='), '&' }, { OP2('|', '='), '|' }, { OP2('^', '='), '^' },
        { OP3('/', '/', '='), OP2('/', '/') }, { OP3('*', '*', '='), OP2('*', '*') },
        { OP3('<', '<', '='), OP2('<', '<') }, { OP3('>', '>', '='), OP2('>', '>') }, { OP2('@', '='), '@' },
    };

    for (size_t i = 0; token->type == T_OP && i < XM_COUNT(ops); i++)
        if (ops[i].augmented == token->op)
            return ops[i].op;
    return 0;
}

/* name: type = value; the type is read and means nothing. */
static struct node *parse_annotated(struct parser *p, struct node *target)
{
    struct node *node = parser_node(p, N_ASSIGN, target->place);
    struct xm_place colon = p->token.place;

    if (parser_check_target(p, target) < 0 || parser_next(p) < 0 || parse_expr(p) == NULL)
        return NULL;
    if (!parser_at_op(p, '=')) {        /* Python lets it pass and gives nothing a value: memory: 512 */
        lang_stop(p->lang, colon, "a value is given with '=', not with ':'");
        return NULL;
    }
    parser_add(p, node, target);
    if (parser_next(p) < 0 || (node->a = parse_expr_list(p)) == NULL)
        return NULL;
    return parser_done(p, node);
}

static struct node *parse_expr_statement(struct parser *p)
{
    struct xm_place start = p->token.place;
    struct node *node, *expr = parse_expr_list(p);
    unsigned op;

    if (expr == NULL)
        return NULL;
    if (expr->kind == N_WALRUS && expr->place.line == start.line && expr->place.col == start.col)
        return lang_stop(p->lang, start, "a value is given with '=', not with ':='"), NULL;
    if (expr->kind == N_NAME && strcmp(expr->name->data, "match") == 0
        && (p->token.type == T_NAME || p->token.type == T_STRING || p->token.type == T_NUMBER))
        return lang_stop(p->lang, expr->place, "match statements are not supported in configuration files"), NULL;
    if (parser_at_op(p, ':') && (expr->kind == N_NAME || expr->kind == N_INDEX))
        return parse_annotated(p, expr);
    if (parser_at_op(p, '='))
        return parse_assignment(p, expr);
    op = augmented_op(&p->token);
    node = parser_node(p, op != 0 ? N_AUGMENT : N_EXPR, expr->place);
    node->a = expr;
    node->op = op;
    node->op_place = p->token.place;
    if (op == 0)
        return parser_done(p, node);
    if (expr->kind == N_TUPLE || expr->kind == N_LIST) {
        lang_stop(p->lang, expr->place, "this cannot be assigned to");
        return NULL;
    }
    if (parser_check_target(p, expr) < 0 || parser_next(p) < 0 || (node->b = parse_expr_list(p)) == NULL)
        return NULL;
    return parser_done(p, node);
}

/* Python 2's print, behind its word. */
static struct node *parse_print(struct parser *p, struct xm_place place)
{
    struct node *node = parser_node(p, N_PRINT, place), *item;
    int rc = parser_accept_op(p, OP2('>', '>'));

    p->lang->python2 = true;
    if (rc > 0) {       /* print >>sys.stderr: all output goes to one place */
        item = parse_expr(p);
        if (item == NULL)
            return NULL;
        rc = parser_accept_op(p, ',');
    }
    if (rc < 0)
        return NULL;
    while (!at_end(p)) {
        node->op = 0;
        item = parse_expr(p);
        if (item == NULL)
            return NULL;
        parser_add(p, node, item);
        rc = parser_accept_op(p, ',');
        if (rc < 0)
            return NULL;
        if (rc == 0)
            break;
        node->op = 1;
    }
    return parser_done(p, node);
}

/* The word print may be a statement, a function, or a key. With a bracket behind it it is either,
 * as the whole text turns out, unless the rest of the line shows that it is the statement:
 * print ("%d") % 5. */
static struct node *parse_print_or_expr(struct parser *p)
{
    struct parser before = *p;
    struct node *node;

    if (parser_next(p) < 0)
        return NULL;
    if (parser_at_op(p, '=') || parser_at_op(p, '.') || augmented_op(&p->token) != 0) {
        *p = before;
        return parse_expr_statement(p);
    }
    if (!parser_at_op(p, '('))
        return parse_print(p, before.token.place);
    *p = before;
    node = parser_node(p, N_PRINT_CALL, p->token.place);
    node->a = parse_expr(p);
    if (node->a == NULL)
        return NULL;
    if (at_end(p) && node->a->kind == N_CALL && node->a->a->kind == N_NAME)
        return parser_done(p, node);
    if (at_end(p) && (node->a->kind == N_COND || node->a->kind == N_AND || node->a->kind == N_OR)) {
        node->kind = N_EXPR;        /* print(a) if b else print(c) */
        return parser_done(p, node);
    }
    *p = before;
    return parser_next(p) < 0 ? NULL : parse_print(p, before.token.place);
}

/* A name in which dots are allowed: os.path. */
static const struct str *parse_dotted(struct parser *p)
{
    xm_autobuf name = XM_BUF_INIT;
    int rc;

    for (;;) {
        if (p->token.type != T_NAME) {
            parser_unexpected(p, "the name of a module");
            return NULL;
        }
        xm_buf_puts(&name, p->token.value.str->data);
        if (parser_next(p) < 0)
            return NULL;
        rc = parser_accept_op(p, '.');
        if (rc < 0)
            return NULL;
        if (rc == 0)
            return str_new(&p->lang->arena, name.data, name.len);
        xm_buf_putc(&name, '.');
    }
}

/* `as NAME`, or NULL in *ret_name. */
static int parse_as(struct parser *p, struct node **ret_name)
{
    int rc = parser_accept_keyword(p, K_AS);

    *ret_name = NULL;
    if (rc <= 0)
        return rc;
    if (p->token.type != T_NAME)
        return parser_unexpected(p, "a name");
    *ret_name = parser_node(p, N_NAME, p->token.place);
    (*ret_name)->name = p->token.value.str;
    if (parser_bind(p, p->token.place, p->token.value.str, BOUND_LOCAL) < 0)
        return -1;
    return parser_next(p);
}

/* An import without `as` binds the first part of a dotted name. */
static int bind_module(struct parser *p, struct xm_place place, const struct str *name)
{
    if (strcmp(name->data, "string") == 0)
        p->marks->string_imported = true;
    return parser_bind(p, place, str_new(&p->lang->arena, name->data, strcspn(name->data, ".")), BOUND_LOCAL);
}

/* Adds a node for each module of the line. */
static struct node *parse_import(struct parser *p, struct node *block)
{
    int rc;

    do {
        struct node *node = parser_node(p, N_IMPORT, p->token.place);

        if (parser_next(p) < 0)         /* the word itself, or a comma */
            return NULL;
        node->op_place = p->token.place;
        node->name = parse_dotted(p);
        if (node->name == NULL || parse_as(p, &node->b) < 0
            || (node->b == NULL && bind_module(p, node->op_place, node->name) < 0) || parser_done(p, node) == NULL)
            return NULL;
        parser_add(p, block, node);
        rc = parser_at_op(p, ',');
    } while (rc > 0);
    return block;
}

/* from __future__ import division: what it changes, it changes in the whole text. */
static int take_future(struct parser *p, const struct node *item)
{
    static const char *const known[] = {
        "absolute_import", "annotations", "division", "generator_stop", "generators", "nested_scopes", "print_function",
        "unicode_literals", "with_statement",
    };
    bool found = false;

    for (size_t i = 0; i < XM_COUNT(known); i++)
        found |= strcmp(known[i], item->name->data) == 0;
    if (!found)
        return lang_stop(p->lang, item->place, "__future__ has no %.80s", item->name->data);
    p->lang->true_division |= strcmp(item->name->data, "division") == 0;
    p->lang->print_function |= strcmp(item->name->data, "print_function") == 0;
    return 0;
}

/* One name behind `import`. */
static int bind_from(struct parser *p, const struct node *from, const struct node *item)
{
    if (strcmp(from->name->data, "__future__") == 0)
        return take_future(p, item);
    if (strcmp(from->name->data, "string") == 0)
        p->lang->python2 |= parser_is_python2_string(item->name->data);
    return item->b != NULL ? 0 : parser_bind(p, item->place, item->name, BOUND_LOCAL);
}

static struct node *parse_from(struct parser *p)
{
    struct node *node = parser_node(p, N_FROM, p->token.place);
    int paren, rc;

    if (parser_next(p) < 0)
        return NULL;
    node->op_place = p->token.place;
    node->name = parse_dotted(p);
    if (node->name == NULL || parser_expect_keyword(p, K_IMPORT) < 0)
        return NULL;
    if (parser_at_op(p, '*')) {
        lang_stop(p->lang, p->token.place, "from %.60s import * is not supported in configuration files", node->name->data);
        return NULL;
    }
    paren = parser_accept_op(p, '(');
    do {
        struct node *item = parser_node(p, N_NAME, p->token.place);

        if (p->token.type != T_NAME) {
            parser_unexpected(p, "a name");
            return NULL;
        }
        item->name = p->token.value.str;
        if (parser_next(p) < 0 || parse_as(p, &item->b) < 0 || bind_from(p, node, item) < 0)
            return NULL;
        parser_add(p, node, item);
        rc = parser_accept_op(p, ',');
    } while (rc > 0 && !parser_at_op(p, ')'));
    if (rc < 0 || paren < 0 || (paren > 0 && parser_expect_op(p, ')') < 0))
        return NULL;
    if (strcmp(node->name->data, "__future__") == 0)
        node->kind = N_PASS;
    return parser_done(p, node);
}

/* global and nonlocal. */
static struct node *parse_scope(struct parser *p, enum binding binding)
{
    struct node *node = parser_node(p, N_PASS, p->token.place);
    int rc;

    if (binding == BOUND_NONLOCAL && p->functions < 2) {
        lang_stop(p->lang, p->token.place, "'nonlocal' outside a function in a function");
        return NULL;
    }
    do {
        if (parser_next(p) < 0)
            return NULL;
        if (p->token.type != T_NAME) {
            parser_unexpected(p, "a name");
            return NULL;
        }
        if (parser_bind(p, p->token.place, p->token.value.str, binding) < 0 || parser_next(p) < 0)
            return NULL;
        rc = parser_at_op(p, ',');
    } while (rc > 0);
    return parser_done(p, node);
}

static struct node *parse_raise(struct parser *p)
{
    struct node *node = parser_node(p, N_RAISE, p->token.place);
    int rc;

    if (parser_next(p) < 0)
        return NULL;
    if (at_end(p))
        return parser_done(p, node);
    node->a = parse_expr(p);
    if (node->a == NULL)
        return NULL;
    rc = parser_accept_op(p, ',');              /* Python 2: raise ValueError, "text" */
    p->lang->python2 |= rc > 0;
    if (rc < 0 || (rc > 0 && (node->b = parse_expr(p)) == NULL))
        return NULL;
    rc = parser_accept_keyword(p, K_FROM);
    if (rc < 0 || (rc > 0 && (node->c = parse_expr(p)) == NULL))
        return NULL;
    return parser_done(p, node);
}

static struct node *parse_delete(struct parser *p)
{
    struct node *node = parser_node(p, N_DELETE, p->token.place), *what;

    if (parser_next(p) < 0)
        return NULL;
    what = parse_expr_list(p);
    if (what == NULL)
        return NULL;
    if ((what->kind == N_TUPLE || what->kind == N_LIST) && what->count > 0) {
        node->items = what->items;
        node->count = what->count;
    } else {
        parser_add(p, node, what);
    }
    for (unsigned i = 0; i < node->count; i++) {
        const struct node *item = node->items[i];

        if (item->kind != N_NAME && item->kind != N_INDEX && item->kind != N_SLICE) {
            lang_stop(p->lang, item->place, "this cannot be deleted");
            return NULL;
        }
        if (item->kind == N_NAME && parser_bind(p, item->place, item->name, BOUND_LOCAL) < 0)
            return NULL;
    }
    return parser_done(p, node);
}

static struct node *parse_assert(struct parser *p)
{
    struct node *node = parser_node(p, N_ASSERT, p->token.place);
    int rc;

    if (parser_next(p) < 0 || (node->a = parse_expr(p)) == NULL)
        return NULL;
    rc = parser_accept_op(p, ',');
    if (rc < 0 || (rc > 0 && (node->b = parse_expr(p)) == NULL))
        return NULL;
    return parser_done(p, node);
}

static struct node *parse_return(struct parser *p)
{
    struct node *node = parser_node(p, N_RETURN, p->token.place);

    if (p->functions == 0) {
        lang_stop(p->lang, p->token.place, "'return' outside a function");
        return NULL;
    }
    if (parser_next(p) < 0 || (!at_end(p) && (node->a = parse_expr_list(p)) == NULL))
        return NULL;
    return parser_done(p, node);
}

static struct node *parse_plain(struct parser *p, enum node_kind kind)
{
    struct node *node = parser_node(p, kind, p->token.place);

    if (kind != N_PASS && p->loops == 0) {
        lang_stop(p->lang, p->token.place, "'%s' outside a loop", kind == N_BREAK ? "break" : "continue");
        return NULL;
    }
    return parser_next(p) < 0 ? NULL : parser_done(p, node);
}

/* At the start of an assignment xl's name is taken whole: it may hold dots, and be a word of
 * Python's. What follows it tells. */
static void take_xl_name(struct parser *p)
{
    struct lexer *lexer = &p->lexer;
    const char *at = p->token.text, *end;

    if (p->lang->input->dialect != XM_DIALECT_XL || (p->token.type != T_NAME && p->token.type != T_KEYWORD)
        || *at < 'a' || *at > 'z')
        return;
    while (at < lexer->end && ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '.' || *at == '_'))
        at++;
    end = at;
    while (at < lexer->end && (*at == ' ' || *at == '\t'))
        at++;
    if (lexer->end - at >= 2 && at[0] == '+' && at[1] == '=')
        at++;
    else if (lexer->end - at >= 2 && at[1] == '=')
        return;
    if (at >= lexer->end || *at != '=' || end - p->token.text > 255)
        return;
    p->token.type = T_NAME;
    p->token.len = (size_t)(end - p->token.text);
    p->token.value = val_str(&p->lang->arena, p->token.text, p->token.len);
    lexer->at = end;
}

static struct node *parse_simple(struct parser *p, struct node *block)
{
    static const struct { unsigned keyword; const char *what; } refused[] = {
        { K_EXEC, "exec is" }, { K_YIELD, "yield is" },
        { K_ASYNC, "async is" }, { K_AWAIT, "await is" },
    };

    take_xl_name(p);
    if (p->token.type == T_NAME && strcmp(p->token.value.str->data, "print") == 0 && !p->lang->print_function)
        return parse_print_or_expr(p);
    if (p->token.type != T_KEYWORD)
        return parse_expr_statement(p);
    for (size_t i = 0; i < XM_COUNT(refused); i++)
        if (p->token.op == refused[i].keyword)
            return refuse(p, refused[i].what);
    switch (p->token.op) {
    case K_PASS:
        return parse_plain(p, N_PASS);
    case K_BREAK:
        return parse_plain(p, N_BREAK);
    case K_CONTINUE:
        return parse_plain(p, N_CONTINUE);
    case K_RETURN:
        return parse_return(p);
    case K_RAISE:
        return parse_raise(p);
    case K_IMPORT:
        return parse_import(p, block);
    case K_FROM:
        return parse_from(p);
    case K_GLOBAL:
        return parse_scope(p, BOUND_GLOBAL);
    case K_NONLOCAL:
        return parse_scope(p, BOUND_NONLOCAL);
    case K_DEL:
        return parse_delete(p);
    case K_ASSERT:
        return parse_assert(p);
    default:
        return parse_expr_statement(p);
    }
}

/* Simple statements up to the end of the line. xl takes empty ones between semicolons. */
static struct node *parse_line(struct parser *p, struct node *block)
{
    for (;;) {
        if (!at_end(p)) {
            struct node *statement = parse_simple(p, block);

            if (statement == NULL)
                return NULL;
            if (statement != block)
                parser_add(p, block, statement);
        } else if (parser_at_op(p, ';') && p->lang->input->dialect != XM_DIALECT_XL) {
            parser_unexpected(p, "a statement");
            return NULL;
        }
        if (!parser_at_op(p, ';'))
            break;
        if (parser_next(p) < 0)
            return NULL;
        if (p->token.type == T_NEWLINE || p->token.type == T_EOF)
            break;
    }
    if (p->token.type == T_EOF)
        return block;
    if (p->token.type != T_NEWLINE) {
        parser_unexpected(p, "the end of the line");
        return NULL;
    }
    return parser_next(p) < 0 ? NULL : block;
}

/* The block behind a ':'. */
static struct node *parse_block(struct parser *p)
{
    struct node *block = parser_node(p, N_BLOCK, p->token.place);

    if (parser_expect_op(p, ':') < 0)
        return NULL;
    if (p->token.type != T_NEWLINE)
        return parse_line(p, block) == NULL ? NULL : parser_done(p, block);
    if (parser_next(p) < 0 || parser_enter(p) < 0)
        return NULL;
    if (p->token.type != T_INDENT) {
        lang_stop(p->lang, p->token.place, "expected an indented block");
        return NULL;
    }
    if (parser_next(p) < 0)
        return NULL;
    while (p->token.type != T_DEDENT)
        if (parse_statement(p, block) == NULL)
            return NULL;
    parser_leave(p);
    return parser_next(p) < 0 ? NULL : parser_done(p, block);
}

static struct node *parse_if(struct parser *p)
{
    struct node *node = parser_node(p, N_IF, p->token.place);
    int rc;

    do {
        struct node *test, *block;

        if (parser_next(p) < 0 || (test = parse_expr(p)) == NULL || (block = parse_block(p)) == NULL)
            return NULL;
        parser_add(p, node, test);
        parser_add(p, node, block);
    } while (parser_at_keyword(p, K_ELIF));
    rc = parser_accept_keyword(p, K_ELSE);
    if (rc < 0 || (rc > 0 && (node->c = parse_block(p)) == NULL))
        return NULL;
    return parser_done(p, node);
}

static struct node *parse_loop_rest(struct parser *p, struct node *node)
{
    struct node *otherwise = NULL;
    int rc;

    p->loops++;
    node->c = parse_block(p);
    p->loops--;
    if (node->c == NULL)
        return NULL;
    rc = parser_accept_keyword(p, K_ELSE);
    if (rc < 0 || (rc > 0 && (otherwise = parse_block(p)) == NULL))
        return NULL;
    parser_add(p, node, otherwise);
    return parser_done(p, node);
}

static struct node *parse_for(struct parser *p)
{
    struct node *node = parser_node(p, N_FOR, p->token.place);

    if (parser_next(p) < 0 || (node->a = parse_targets(p)) == NULL || parser_expect_keyword(p, K_IN) < 0
        || (node->b = parse_expr_list(p)) == NULL)
        return NULL;
    return parse_loop_rest(p, node);
}

static struct node *parse_while(struct parser *p)
{
    struct node *node = parser_node(p, N_WHILE, p->token.place);

    if (parser_next(p) < 0 || (node->a = parse_expr(p)) == NULL)
        return NULL;
    return parse_loop_rest(p, node);
}

/* Loops outside the function do not count inside it. */
static struct node *parse_body(struct parser *p, struct func_def *def)
{
    struct func_def *outer = p->def;
    unsigned loops = p->loops;
    struct node *body;

    p->def = def;
    p->loops = 0;
    p->functions++;
    body = parse_block(p);
    p->functions--;
    p->loops = loops;
    p->def = outer;
    return body;
}

/* def f(...) -> int: what the arrow points at is read and means nothing. */
static int skip_result(struct parser *p)
{
    int rc = parser_accept_op(p, OP2('-', '>'));

    return rc <= 0 ? rc : parse_expr(p) == NULL ? -1 : 0;
}

static struct node *parse_def(struct parser *p)
{
    struct node *node = parser_node(p, N_DEF, p->token.place);
    struct func_def *def = arena_alloc(&p->lang->arena, sizeof(*def));

    node->def = def;
    if (parser_next(p) < 0)
        return NULL;
    if (p->token.type != T_NAME) {
        parser_unexpected(p, "the name of a function");
        return NULL;
    }
    def->name = p->token.value.str;
    if (parser_bind(p, p->token.place, def->name, BOUND_LOCAL) < 0 || parser_next(p) < 0 || parser_expect_op(p, '(') < 0
        || parse_params(p, node, def, ')') < 0 || parser_expect_op(p, ')') < 0 || skip_result(p) < 0)
        return NULL;
    node->a = def->body = parse_body(p, def);
    return def->body == NULL ? NULL : parser_done(p, node);
}

/* Python 2: except ValueError, e. */
static int parse_old_name(struct parser *p, struct node **ret_name)
{
    int rc = parser_accept_op(p, ',');

    if (rc <= 0)
        return rc;
    p->lang->python2 = true;
    if (p->token.type != T_NAME)
        return parser_unexpected(p, "a name");
    *ret_name = parser_node(p, N_NAME, p->token.place);
    (*ret_name)->name = p->token.value.str;
    if (parser_bind(p, p->token.place, p->token.value.str, BOUND_LOCAL) < 0)
        return -1;
    return parser_next(p);
}

static struct node *parse_except(struct parser *p)
{
    struct node *node = parser_node(p, N_EXCEPT, p->token.place), *name = NULL;

    if (parser_next(p) < 0)
        return NULL;
    if (!parser_at_op(p, ':')) {
        node->a = parse_expr(p);
        if (node->a == NULL || parse_as(p, &name) < 0 || (name == NULL && parse_old_name(p, &name) < 0))
            return NULL;
    }
    node->b = name;
    node->c = parse_block(p);
    return node->c == NULL ? NULL : parser_done(p, node);
}

static struct node *parse_try(struct parser *p)
{
    struct node *node = parser_node(p, N_TRY, p->token.place);
    int rc;

    if (parser_next(p) < 0 || (node->a = parse_block(p)) == NULL)
        return NULL;
    while (parser_at_keyword(p, K_EXCEPT)) {
        struct node *except;

        if (node->count > 0 && node->items[node->count - 1]->a == NULL) {
            lang_stop(p->lang, node->items[node->count - 1]->place, "an 'except' for everything is the last one");
            return NULL;
        }
        except = parse_except(p);

        if (except == NULL)
            return NULL;
        parser_add(p, node, except);
    }
    if (node->count > 0) {
        rc = parser_accept_keyword(p, K_ELSE);
        if (rc < 0 || (rc > 0 && (node->b = parse_block(p)) == NULL))
            return NULL;
    }
    rc = parser_accept_keyword(p, K_FINALLY);
    if (rc < 0 || (rc > 0 && (node->c = parse_block(p)) == NULL))
        return NULL;
    if (node->count == 0 && node->c == NULL) {
        parser_unexpected(p, "'except' or 'finally'");
        return NULL;
    }
    return parser_done(p, node);
}

struct node *parse_statement(struct parser *p, struct node *block)
{
    struct node *node;

    if (p->token.type == T_NEWLINE)
        return parser_next(p) < 0 ? NULL : block;
    take_xl_name(p);
    if (parser_at_op(p, '@'))
        return refuse(p, "decorators are");
    if (p->token.type != T_KEYWORD)
        return parse_line(p, block);
    switch (p->token.op) {
    case K_IF:
        node = parse_if(p);
        break;
    case K_FOR:
        node = parse_for(p);
        break;
    case K_WHILE:
        node = parse_while(p);
        break;
    case K_DEF:
        node = parse_def(p);
        break;
    case K_TRY:
        node = parse_try(p);
        break;
    case K_CLASS:
        return refuse(p, "classes are");
    case K_WITH:
        return refuse(p, "with statements are");
    default:
        return parse_line(p, block);
    }
    if (node == NULL)
        return NULL;
    parser_add(p, block, node);
    return block;
}
