/* Text -> tokens, with Python's logical lines: newlines inside brackets are blanks, indentation
 * becomes INDENT and DEDENT. A plain file of the xl dialect may indent its lines as it likes. */
#ifndef XM_LANG_LEXER_H
#define XM_LANG_LEXER_H

#include "lang/context.h"

enum token_type { T_EOF, T_NEWLINE, T_INDENT, T_DEDENT, T_NAME, T_KEYWORD, T_NUMBER, T_STRING, T_OP };

/* An operator is its one to three characters packed into an int: OP2('=', '='). */
#define OP1(a) ((unsigned)(a))
#define OP2(a, b) ((unsigned)(a) << 8 | (unsigned)(b))
#define OP3(a, b, c) ((unsigned)(a) << 16 | (unsigned)(b) << 8 | (unsigned)(c))

enum keyword {
    K_NONE, K_AND, K_AS, K_ASSERT, K_ASYNC, K_AWAIT, K_BREAK, K_CLASS, K_CONTINUE, K_DEF, K_DEL, K_ELIF, K_ELSE,
    K_EXCEPT, K_EXEC, K_FINALLY, K_FOR, K_FROM, K_GLOBAL, K_IF, K_IMPORT, K_IN, K_IS, K_LAMBDA, K_NONLOCAL,
    K_NOT, K_OR, K_PASS, K_RAISE, K_RETURN, K_TRY, K_WHILE, K_WITH, K_YIELD,
};

struct token {
    enum token_type type;
    struct xm_place place;
    unsigned op;                /* OP; KEYWORD: an enum keyword */
    const char *text;           /* as it stands in the source, len of it */
    size_t len;
    struct val value;           /* NUMBER, STRING; NAME and KEYWORD: the name as a string */
    bool formatted, raw;        /* of an f-string, which has no value: */
    const char *body;           /* what stands between its quotes, body_len of it */
    size_t body_len;
};

/* A copy of it is a place to come back to. */
struct lexer {
    struct lang *lang;
    const char *at, *end, *line_start;
    unsigned line;
    unsigned brackets;
    char open[100];             /* which brackets */
    unsigned indents[100], indent_count;
    unsigned dedents;           /* still to be handed out */
    bool at_line_start, after_colon, ended;
    bool in_field;              /* of an f-string: ':' and '!' end the expression */
    enum token_type last;
};

void lexer_init(struct lexer *lexer, struct lang *lang);
int lexer_next(struct lexer *lexer, struct token *ret_token);

#endif
