/* Tokens -> tree, by recursive descent. parser.c is the common part, parse-expr.c and
 * parse-stmt.c are the grammar. What the language leaves out is refused by its name. */
#ifndef XM_LANG_PARSER_H
#define XM_LANG_PARSER_H

#include "lang/ast.h"
#include "lang/lexer.h"

/* Words that only Python 2 has: a bit for each that the text uses, and for each that it defines itself. */
struct marks {
    unsigned used, defined;
    bool string_used, string_imported;          /* functions of the module string that are gone from Python 3 */
};

struct parser {
    struct lang *lang;
    struct marks *marks;
    struct lexer lexer;
    struct token token;         /* the one to be looked at */
    unsigned depth;             /* of our own recursion */
    unsigned loops, functions;  /* around this place */
    struct func_def *def;       /* the innermost function */
    bool own_names;             /* in a comprehension, whose targets are no names of the function */
};

/* The whole text as a block, or NULL. */
struct node *parser_run(struct lang *lang);

/* For the grammar's files. Those that return a node give NULL on failure. */
int parser_next(struct parser *p);
bool parser_at_op(const struct parser *p, unsigned op);
bool parser_at_keyword(const struct parser *p, unsigned keyword);
/* 1 and moves on if the token is op; 0 if it is not; -1. */
int parser_accept_op(struct parser *p, unsigned op);
int parser_accept_keyword(struct parser *p, unsigned keyword);
int parser_expect_op(struct parser *p, unsigned op);
int parser_expect_keyword(struct parser *p, unsigned keyword);
/* "unexpected TOKEN, expected WHAT" at the token. Returns -1. */
int parser_unexpected(struct parser *p, const char *expected);
int parser_enter(struct parser *p);     /* each enter has its leave, unless it failed */
void parser_leave(struct parser *p);

struct node *parser_node(struct parser *p, enum node_kind kind, struct xm_place place);
/* Checks the depth of a node whose parts are complete. NULL if it is too deep. */
struct node *parser_done(struct parser *p, struct node *node);
void parser_add(struct parser *p, struct node *list, struct node *item);

struct node *parse_expr(struct parser *p);              /* one test, or lambda */
struct node *parse_star_expr(struct parser *p);         /* or *iterable */
struct node *parse_fstring(struct parser *p, const struct token *token);
struct node *parse_expr_list(struct parser *p);         /* with commas: a tuple */
struct node *parse_targets(struct parser *p);           /* for TARGETS in */
int parse_params(struct parser *p, struct node *owner, struct func_def *def, unsigned end_op);
struct node *parse_statement(struct parser *p, struct node *block);     /* adds to block, returns it */

/* Whether an expression can be assigned to; fails by name if not. Its names are bound here then. */
int parser_check_target(struct parser *p, struct node *target);

/* Notes that name is bound in the function around, and is used. */
int parser_bind(struct parser *p, struct xm_place place, const struct str *name, enum binding binding);
void parser_use(struct parser *p, const struct str *name);
/* Notes the use of object.name, where object may be NULL. */
void parser_use_attribute(struct parser *p, const struct node *object, const char *name);
bool parser_is_python2_string(const char *name);

#endif
