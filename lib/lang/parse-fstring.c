/* f-strings: their text, and the expressions in braces, which are read by a lexer of their own. */
#include <string.h>

#include "lang/literal.h"
#include "lang/parser.h"

enum { FIELDS_IN_FIELDS_MAX = 2 };

/* Where in the string we are. */
struct reader {
    struct parser *p;
    const char *at, *end, *line_start;
    unsigned line;
    bool raw;
};

static struct xm_place here(const struct reader *in)
{
    return (struct xm_place){ in->line, (unsigned)(in->at - in->line_start) + 1 };
}

static void pass(struct reader *in)
{
    bool newline = *in->at == '\n' || (*in->at == '\r' && (in->at + 1 >= in->end || in->at[1] != '\n'));

    in->at++;
    if (newline) {
        in->line++;
        in->line_start = in->at;
    }
}

static struct node *text_node(struct reader *in, struct xm_place place, const char *text, size_t len)
{
    struct node *node = parser_node(in->p, N_CONST, place);
    struct val *value = arena_alloc(&in->p->lang->arena, sizeof(*value));

    if (literal_string(in->p->lang, place, text, len, in->raw ? LITERAL_RAW : 0, value) < 0)
        return NULL;
    node->value = value;
    return parser_done(in->p, node);
}

/* A parser that stands at the expression; its lexer takes newlines as blanks, as in brackets. */
static struct parser inner_parser(const struct reader *in)
{
    struct parser p = *in->p;

    p.lexer = (struct lexer){
        .lang = in->p->lang, .at = in->at, .end = in->end, .line = in->line, .line_start = in->line_start,
        .brackets = 1, .open = "{", .indent_count = 1, .in_field = true, .last = T_OP,
    };
    return p;
}

/* x= : the expression's own text stands before its value. */
static int add_own_text(struct reader *in, struct parser *p, struct node *whole, struct node *field)
{
    const char *end = p->token.text + 1;
    struct node *text = parser_node(p, N_CONST, field->place);
    struct val *value = arena_alloc(&p->lang->arena, sizeof(*value));

    while (end < in->end && (*end == ' ' || *end == '\t'))
        end++;
    *value = val_str(&p->lang->arena, in->at, (size_t)(end - in->at));
    text->value = value;
    parser_add(p, whole, text);
    return parser_next(p);
}

static int read_conversion(struct parser *p, struct node *field)
{
    if (parser_next(p) < 0)
        return -1;
    if (p->token.type != T_NAME || p->token.len != 1 || strchr("rsa", p->token.text[0]) == NULL)
        return parser_unexpected(p, "r, s or a behind '!'");
    field->op = (unsigned char)p->token.text[0];
    return parser_next(p);
}

static struct node *read_parts(struct reader *in, unsigned depth, bool spec);

/* Behind a '{', up to and with its '}'. */
static int read_field(struct reader *in, struct node *whole, unsigned depth)
{
    struct parser p = inner_parser(in);
    struct node *field = parser_node(in->p, N_FIELD, here(in));
    bool own_text = false;

    if (depth > FIELDS_IN_FIELDS_MAX)
        return lang_stop(p.lang, field->place, "fields of an f-string are nested too deeply");
    if (parser_next(&p) < 0)
        return -1;
    if (parser_at_op(&p, '}') || parser_at_op(&p, ':') || parser_at_op(&p, '!'))
        return lang_stop(p.lang, p.token.place, "an f-string has '{' without an expression");
    if (parser_enter(&p) < 0 || (field->a = parse_expr_list(&p)) == NULL)
        return -1;
    if (parser_at_op(&p, '=')) {
        own_text = true;
        if (add_own_text(in, &p, whole, field) < 0)
            return -1;
    }
    if (parser_at_op(&p, '!') && read_conversion(&p, field) < 0)
        return -1;
    if (!parser_at_op(&p, '}') && !parser_at_op(&p, ':'))
        return parser_unexpected(&p, "'}'");
    in->at = p.token.text;
    in->line = p.token.place.line;
    in->line_start = p.token.text - (p.token.place.col - 1);
    in->at++;
    if (parser_at_op(&p, ':')) {
        field->b = read_parts(in, depth + 1, true);
        if (field->b == NULL)
            return -1;
        if (in->at >= in->end)
            return lang_stop(p.lang, field->place, "an f-string has '{' without '}'");
        in->at++;
    } else if (own_text && field->op == 0) {
        field->op = 'r';
    }
    parser_add(in->p, whole, field);
    return parser_done(in->p, field) == NULL ? -1 : 0;
}

/* Adds the text up to the next brace that is none of {{ and }}. */
static int read_text(struct reader *in, struct node *whole, bool spec)
{
    struct xm_place place = here(in);
    const char *start = in->at;
    struct node *text;

    while (in->at < in->end && *in->at != '{' && *in->at != '}')
        pass(in);
    if (!spec && in->at + 1 < in->end && in->at[0] == in->at[1]) {
        text = text_node(in, place, start, (size_t)(in->at + 1 - start));
        in->at += 2;
    } else if (in->at > start) {
        text = text_node(in, place, start, (size_t)(in->at - start));
    } else {
        return 0;
    }
    if (text == NULL)
        return -1;
    parser_add(in->p, whole, text);
    return 0;
}

/* Text and fields; a field's specification ends before its '}'. */
static struct node *read_parts(struct reader *in, unsigned depth, bool spec)
{
    struct node *whole = parser_node(in->p, N_FSTRING, here(in));

    while (in->at < in->end) {
        const char *before = in->at;

        if (read_text(in, whole, spec) < 0)
            return NULL;
        if (in->at > before)
            continue;
        if (*in->at == '}' && spec)
            break;
        if (*in->at == '}') {
            lang_stop(in->p->lang, here(in), "an f-string has '}' without '{' (the sign itself is written }})");
            return NULL;
        }
        in->at++;
        if (read_field(in, whole, depth) < 0)
            return NULL;
    }
    return parser_done(in->p, whole);
}

struct node *parse_fstring(struct parser *p, const struct token *token)
{
    struct reader in = {
        .p = p, .at = token->text, .end = token->body + token->body_len, .raw = token->raw,
        .line = token->place.line, .line_start = token->text - (token->place.col - 1),
    };

    while (in.at < token->body)
        pass(&in);
    return read_parts(&in, 0, false);
}
