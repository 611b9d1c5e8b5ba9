/* Tokens -> tree, by recursive descent. parser.c is the common part, parse-expr.c and
 * parse-stmt.c are the grammar. What the language leaves out is refused by its name. */
#ifndef XM_LANG_PARSER_H
#define XM_LANG_PARSER_H

#include "lang/ast.h"
#include "lang/lexer.h"

struct parser {
    struct lang *lang;
    struct lexer lexer;
    struct token token;         /* the one to be looked at */
    unsigned depth;             /* of our own recursion */
    unsigned loops, functions;  /* around this place */
    struct func_def *def;       /* the innermost function */
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
struct node *parse_expr_list(struct parser *p);         /* with commas: a tuple */
struct node *parse_targets(struct parser *p);           /* for TARGETS in */
int parse_params(struct parser *p, struct func_def *def, unsigned end_op);
struct node *parse_statement(struct parser *p, struct node *block);     /* adds to block, returns it */

/* Whether an expression can be assigned to; fails by name if not. */
int parser_check_target(struct parser *p, struct node *target);

#endif
