#include "lang/parser.h"

#include <string.h>

#include "base/mem.h"

int parser_next(struct parser *p)
{
    return lexer_next(&p->lexer, &p->token);
}

bool parser_at_op(const struct parser *p, unsigned op)
{
    return p->token.type == T_OP && p->token.op == op;
}

bool parser_at_keyword(const struct parser *p, unsigned keyword)
{
    return p->token.type == T_KEYWORD && p->token.op == keyword;
}

int parser_accept_op(struct parser *p, unsigned op)
{
    if (!parser_at_op(p, op))
        return 0;
    return parser_next(p) < 0 ? -1 : 1;
}

int parser_accept_keyword(struct parser *p, unsigned keyword)
{
    if (!parser_at_keyword(p, keyword))
        return 0;
    return parser_next(p) < 0 ? -1 : 1;
}

int parser_expect_op(struct parser *p, unsigned op)
{
    char expected[8] = "'?'";

    if (parser_at_op(p, op))
        return parser_next(p);
    expected[1] = (char)op;     /* only single signs are ever required */
    return parser_unexpected(p, expected);
}

int parser_expect_keyword(struct parser *p, unsigned keyword)
{
    if (parser_at_keyword(p, keyword))
        return parser_next(p);
    return parser_unexpected(p, keyword == K_IN ? "'in'" : keyword == K_ELSE ? "'else'" : "'import'");
}

int parser_unexpected(struct parser *p, const char *expected)
{
    static const char *const names[] = {
        [T_EOF] = "end of the text", [T_NEWLINE] = "end of the line", [T_INDENT] = "indentation",
        [T_DEDENT] = "end of the block",
    };
    const struct token *token = &p->token;
    const char *sep = expected != NULL ? ", expected " : "";
    int len = token->len > 40 ? 40 : (int)token->len;

    if (expected == NULL)
        expected = "";
    if (token->type <= T_DEDENT)
        return lang_stop(p->lang, token->place, "unexpected %s%s%s", names[token->type], sep, expected);
    return lang_stop(p->lang, token->place, "unexpected '%.*s'%s%s", len, token->text, sep, expected);
}

int parser_enter(struct parser *p)
{
    if (p->depth >= LANG_TREE_MAX)
        return lang_stop(p->lang, p->token.place, "nested too deeply");
    p->depth++;
    return 0;
}

void parser_leave(struct parser *p)
{
    p->depth--;
}

struct node *parser_node(struct parser *p, enum node_kind kind, struct xm_place place)
{
    struct node *node = arena_alloc(&p->lang->arena, sizeof(*node));

    node->kind = kind;
    node->place = node->op_place = place;
    return node;
}

static unsigned depth_of(const struct node *node)
{
    return node == NULL ? 0 : node->depth;
}

struct node *parser_done(struct parser *p, struct node *node)
{
    unsigned depth = depth_of(node->a);

    if (depth_of(node->b) > depth)
        depth = depth_of(node->b);
    if (depth_of(node->c) > depth)
        depth = depth_of(node->c);
    for (unsigned i = 0; i < node->count; i++)
        if (depth_of(node->items[i]) > depth)
            depth = depth_of(node->items[i]);
    node->depth = depth + 1;
    if (node->depth > LANG_TREE_MAX) {
        lang_stop(p->lang, node->place, "nested too deeply");
        return NULL;
    }
    return node;
}

void parser_add(struct parser *p, struct node *list, struct node *item)
{
    if ((list->count & (list->count - 1)) == 0)
        list->items = arena_grow(&p->lang->arena, list->items, list->count,
                                 list->count == 0 ? 1 : 2 * list->count, sizeof(*list->items));
    list->items[list->count++] = item;
}

/* What tells a text of Python 2, unless it makes such a name itself. */
static const char *const python2_names[] = {
    "xrange", "unicode", "unichr", "long", "basestring", "raw_input", "reduce", "cmp", "execfile", "StandardError",
};

static unsigned mark_of(const char *name)
{
    for (unsigned i = 0; i < XM_COUNT(python2_names); i++)
        if (strcmp(name, python2_names[i]) == 0)
            return 1u << i;
    return 0;
}

void parser_use(struct parser *p, const struct str *name)
{
    p->marks->used |= mark_of(name->data);
}

bool parser_is_python2_string(const char *name)
{
    static const char *const names[] = {
        "atof", "atoi", "atol", "capitalize", "center", "count", "expandtabs", "find", "index", "join", "joinfields",
        "letters", "ljust", "lower", "lowercase", "lstrip", "maketrans", "replace", "rfind", "rindex", "rjust", "rstrip",
        "split", "splitfields", "strip", "swapcase", "translate", "upper", "uppercase", "zfill",
    };

    for (size_t i = 0; i < XM_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void parser_use_attribute(struct parser *p, const struct node *object, const char *name)
{
    static const char *const names[] = { "has_key", "iteritems", "iterkeys", "itervalues", "maxint" };

    for (size_t i = 0; i < XM_COUNT(names); i++)
        p->lang->python2 |= strcmp(name, names[i]) == 0;
    if (object->kind == N_NAME && strcmp(object->name->data, "string") == 0)
        p->marks->string_used |= parser_is_python2_string(name);
}

int parser_bind(struct parser *p, struct xm_place place, const struct str *name, enum binding binding)
{
    struct val *old;

    if (strcmp(name->data, "None") == 0 || strcmp(name->data, "True") == 0 || strcmp(name->data, "False") == 0)
        return lang_stop(p->lang, place, "%s cannot be assigned to", name->data);
    p->marks->defined |= mark_of(name->data);
    if (p->def == NULL || p->own_names)
        return 0;
    if (p->def->names == NULL)
        p->def->names = dict_new(&p->lang->arena);
    old = dict_get_name(p->def->names, name);
    if (old != NULL && binding == BOUND_LOCAL)
        return 0;
    if (old != NULL && old->i != (int)binding)
        return lang_stop(p->lang, place, "%.80s is %s in this function already", name->data, old->i == BOUND_LOCAL ? "a local name"
                         : old->i == BOUND_GLOBAL ? "global" : "nonlocal");
    dict_set(&p->lang->arena, p->def->names, val_of_str(name), val_int(binding));
    return 0;
}

static int check_targets(struct parser *p, struct node *target)
{
    bool star = false;

    for (unsigned i = 0; i < target->count; i++) {
        struct node *item = target->items[i];

        if (item->kind == N_STAR && star)
            return lang_stop(p->lang, item->place, "two names with a star in one assignment");
        star |= item->kind == N_STAR;
        if (parser_check_target(p, item->kind == N_STAR ? item->a : item) < 0)
            return -1;
    }
    return 0;
}

int parser_check_target(struct parser *p, struct node *target)
{
    switch (target->kind) {
    case N_NAME:
        return parser_bind(p, target->place, target->name, BOUND_LOCAL);
    case N_INDEX: case N_SLICE:
        return 0;
    case N_LIST: case N_TUPLE:
        return check_targets(p, target);
    case N_ATTR:
        return lang_stop(p->lang, target->place, "attributes cannot be assigned to in configuration files");
    case N_CALL:
        return lang_stop(p->lang, target->place, "a call cannot be assigned to");
    case N_STAR:
        return lang_stop(p->lang, target->place, "a name with a star stands in a list or tuple of names");
    case N_COMPARE:
        return lang_stop(p->lang, target->op_place, "a comparison cannot be assigned to");
    default:
        return lang_stop(p->lang, target->place, "this cannot be assigned to");
    }
}

struct node *parser_run(struct lang *lang)
{
    struct marks marks = { 0 };
    struct parser p = { .lang = lang, .marks = &marks };
    struct node *block;

    lexer_init(&p.lexer, lang);
    block = parser_node(&p, N_BLOCK, (struct xm_place){ 1, 1 });
    if (parser_next(&p) < 0)
        return NULL;
    while (p.token.type != T_EOF)
        if (parse_statement(&p, block) == NULL)
            return NULL;
    lang->python2 |= (marks.used & ~marks.defined) != 0 || (marks.string_used && marks.string_imported);
    return parser_done(&p, block);
}
