#include "lang/lexer.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "lang/literal.h"

enum { LONGEST_KEYWORD = 8 };
static const char *const keywords[] = {
    [K_AND] = "and", [K_AS] = "as", [K_ASSERT] = "assert", [K_ASYNC] = "async", [K_AWAIT] = "await",
    [K_BREAK] = "break", [K_CLASS] = "class", [K_CONTINUE] = "continue", [K_DEF] = "def", [K_DEL] = "del",
    [K_ELIF] = "elif", [K_ELSE] = "else", [K_EXCEPT] = "except", [K_EXEC] = "exec", [K_FINALLY] = "finally",
    [K_FOR] = "for", [K_FROM] = "from", [K_GLOBAL] = "global", [K_IF] = "if", [K_IMPORT] = "import", [K_IN] = "in",
    [K_IS] = "is", [K_LAMBDA] = "lambda", [K_NONLOCAL] = "nonlocal", [K_NOT] = "not", [K_OR] = "or",
    [K_PASS] = "pass", [K_RAISE] = "raise", [K_RETURN] = "return", [K_TRY] = "try", [K_WHILE] = "while",
    [K_WITH] = "with", [K_YIELD] = "yield",
};

static const char *const operators[] = {        /* longest first */
    "**=", "//=", "<<=", ">>=", "...",
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "<>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "->",
    ":=",
    "+", "-", "*", "/", "%", "<", ">", "=", "&", "|", "^", "~", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".",
    "@", "`",
};

void lexer_init(struct lexer *lexer, struct lang *lang)
{
    *lexer = (struct lexer){ .lang = lang, .line = 1, .at_line_start = true, .last = T_NEWLINE };
    lexer->at = lang->input->text;
    lexer->end = lexer->at + lang->input->len;
    if (lang->input->len >= 3 && memcmp(lexer->at, "\xef\xbb\xbf", 3) == 0)
        lexer->at += 3;         /* editors on other systems leave a byte order mark */
    lexer->line_start = lang->input->text;
    lexer->indent_count = 1;
}

static struct xm_place here(const struct lexer *lexer, const char *at)
{
    return (struct xm_place){ lexer->line, (unsigned)(at - lexer->line_start) + 1 };
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    return (size_t)(lexer->end - lexer->at) > ahead ? lexer->at[ahead] : '\0';
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

/* A lone \r is a character like others in xl's strings and comments. */
static bool ends_line(const struct lexer *lexer)
{
    if (lexer->lang->input->dialect == XM_DIALECT_XL && peek(lexer, 0) == '\r')
        return peek(lexer, 1) == '\n';
    return is_newline(peek(lexer, 0));
}

static void pass_comment(struct lexer *lexer)
{
    while (lexer->at < lexer->end && !ends_line(lexer))
        lexer->at++;
}

/* \n, \r\n and a lone \r all end a line. */
static void pass_newline(struct lexer *lexer)
{
    lexer->at += peek(lexer, 0) == '\r' && peek(lexer, 1) == '\n' ? 2 : 1;
    lexer->line++;
    lexer->line_start = lexer->at;
}

/* Blanks, comments, joined lines; newlines too where they mean nothing. */
static int skip_blanks(struct lexer *lexer)
{
    for (;;) {
        char c = peek(lexer, 0);

        if (lexer->at >= lexer->end)
            return 0;
        if (c == ' ' || c == '\t' || c == '\f' || c == '\v') {
            lexer->at++;
        } else if (c == '#') {
            pass_comment(lexer);
        } else if (c == '\\' && is_newline(peek(lexer, 1))) {
            lexer->at++;
            pass_newline(lexer);
        } else if (c == '\\') {
            return lang_stop(lexer->lang, here(lexer, lexer->at), "something follows the backslash that joins lines");
        } else if (is_newline(c) && lexer->brackets > 0) {
            pass_newline(lexer);
        } else {
            return 0;
        }
    }
}

/* The width of the indentation of the next line that has something on it. */
static unsigned measure_indent(struct lexer *lexer)
{
    for (;;) {
        unsigned width = 0;

        for (; lexer->at < lexer->end; lexer->at++) {
            if (*lexer->at == ' ')
                width++;
            else if (*lexer->at == '\t')
                width = width / 8 * 8 + 8;
            else if (*lexer->at == '\f')
                width = 0;
            else
                break;
        }
        if (peek(lexer, 0) == '#')
            pass_comment(lexer);
        if (lexer->at >= lexer->end)
            return 0;
        if (!is_newline(*lexer->at))
            return width;
        pass_newline(lexer);
    }
}

static int emit(struct lexer *lexer, struct token *token, enum token_type type)
{
    token->type = type;
    lexer->last = type;
    return 0;
}

/* 1 if an INDENT was made, 0 if the line simply starts (perhaps after dedents), -1 for an error. */
static int start_line(struct lexer *lexer, struct token *token)
{
    unsigned width = measure_indent(lexer);
    unsigned *top = &lexer->indents[lexer->indent_count - 1];

    lexer->at_line_start = false;
    token->place = here(lexer, lexer->at);
    if (width > *top) {
        if (!lexer->after_colon) {
            if (lexer->indent_count == 1 && lexer->lang->input->dialect == XM_DIALECT_XL)
                return 0;
            return lang_stop(lexer->lang, token->place, "unexpected indentation");
        }
        if (lexer->indent_count >= XM_COUNT(lexer->indents))
            return lang_stop(lexer->lang, token->place, "blocks are nested too deeply");
        lexer->indents[lexer->indent_count++] = width;
        return 1;
    }
    for (; width < lexer->indents[lexer->indent_count - 1]; lexer->indent_count--)
        lexer->dedents++;
    /* Where xl's lines may be indented at will, coming back from a block to any column is fine. */
    if (width != lexer->indents[lexer->indent_count - 1]
        && (lexer->indent_count > 1 || lexer->lang->input->dialect != XM_DIALECT_XL))
        return lang_stop(lexer->lang, token->place, "this line's indentation matches no block");
    return 0;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static int read_name(struct lexer *lexer, struct token *token)
{
    while (lexer->at < lexer->end && is_name_char(*lexer->at))
        lexer->at++;
    token->len = (size_t)(lexer->at - token->text);
    if (token->len > 255)
        return lang_stop(lexer->lang, token->place, "a name is longer than 255 bytes");
    token->value = val_str(&lexer->lang->arena, token->text, token->len);
    for (unsigned i = 1; i < XM_COUNT(keywords) && token->len <= LONGEST_KEYWORD; i++) {
        if (keywords[i][0] == token->text[0] && strcmp(token->value.str->data, keywords[i]) == 0) {
            token->op = i;
            return emit(lexer, token, T_KEYWORD);
        }
    }
    return emit(lexer, token, T_NAME);
}

static int read_number(struct lexer *lexer, struct token *token)
{
    bool hex = peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X');

    while (lexer->at < lexer->end) {
        char c = *lexer->at;
        bool sign = (c == '+' || c == '-') && !hex && (lexer->at[-1] == 'e' || lexer->at[-1] == 'E');

        if (!is_name_char(c) && c != '.' && !sign)
            break;
        lexer->at++;
    }
    token->len = (size_t)(lexer->at - token->text);
    if (literal_number(lexer->lang, token->place, token->text, token->len, &token->value) < 0)
        return -1;
    return emit(lexer, token, T_NUMBER);
}

static int unended(struct lexer *lexer, struct token *token)
{
    return lang_stop(lexer->lang, token->place, "this string does not end");
}

/* At the opening quote. */
static int read_string(struct lexer *lexer, struct token *token, int flags)
{
    char quote = *lexer->at;
    bool triple = peek(lexer, 1) == quote && peek(lexer, 2) == quote;
    const char *body;

    lexer->at += triple ? 3 : 1;
    body = lexer->at;
    for (;;) {
        char c = peek(lexer, 0);

        if (lexer->at >= lexer->end)
            return unended(lexer, token);
        if (c == '\0')
            return lang_stop(lexer->lang, here(lexer, lexer->at), "a string cannot hold a NUL byte");
        if (c == quote && (!triple || (peek(lexer, 1) == quote && peek(lexer, 2) == quote)))
            break;
        if (c == '\\' && lexer->at + 1 < lexer->end) {
            lexer->at++;        /* and now whatever it is, even a quote */
            if (!ends_line(lexer)) {
                lexer->at += *lexer->at != '\0';       /* a NUL is found in the next round */
                continue;
            }
        } else if (ends_line(lexer) && !triple) {
            return unended(lexer, token);
        }
        if (ends_line(lexer))
            pass_newline(lexer);
        else
            lexer->at++;
    }
    token->raw = (flags & LITERAL_RAW) != 0;
    token->body = body;
    token->body_len = (size_t)(lexer->at - body);
    if (!token->formatted && literal_string(lexer->lang, token->place, body, token->body_len, flags, &token->value) < 0)
        return -1;
    lexer->at += triple ? 3 : 1;
    token->len = (size_t)(lexer->at - token->text);
    return emit(lexer, token, T_STRING);
}

/* Looks for r'', u'', b'', f'', ur'' and so on. 1 if there is none. */
static int try_string(struct lexer *lexer, struct token *token)
{
    static const char *const prefixes[] = { "", "r", "u", "b", "f", "br", "rb", "fr", "rf", "ur" };
    char prefix[3] = "";
    size_t len = 0;
    bool known = false;

    for (; len < 2 && strchr("rubf", tolower((unsigned char)peek(lexer, len))) != NULL && peek(lexer, len) != '\0'; len++)
        prefix[len] = (char)tolower((unsigned char)peek(lexer, len));
    if (peek(lexer, len) != '\'' && peek(lexer, len) != '"')
        return 1;
    for (size_t i = 0; i < XM_COUNT(prefixes); i++)
        known |= strcmp(prefixes[i], prefix) == 0;
    if (!known)
        return lang_stop(lexer->lang, token->place, "no string begins with %s", prefix);
    if (strcmp(prefix, "ur") == 0)
        lexer->lang->python2 = true;
    token->formatted = strchr(prefix, 'f') != NULL;
    lexer->at += len;
    return read_string(lexer, token, (strchr(prefix, 'r') != NULL ? LITERAL_RAW : 0) | (strchr(prefix, 'b') != NULL ? LITERAL_BYTES : 0));
}

static int close_bracket(struct lexer *lexer, struct token *token, char c)
{
    char open = c == ')' ? '(' : c == ']' ? '[' : '{';

    if (lexer->brackets == 0 || lexer->open[lexer->brackets - 1] != open)
        return lang_stop(lexer->lang, token->place, "'%c' closes nothing that is open here", c);
    lexer->brackets--;
    return emit(lexer, token, T_OP);
}

static int read_operator(struct lexer *lexer, struct token *token)
{
    size_t left = (size_t)(lexer->end - lexer->at);
    char c = *lexer->at;

    if (lexer->in_field && lexer->brackets == 1 && (c == ':' || (c == '!' && peek(lexer, 1) != '='))) {
        token->op = OP1(c);
        token->len = 1;
        lexer->at++;
        return emit(lexer, token, T_OP);
    }
    for (size_t i = 0; i < XM_COUNT(operators); i++) {
        size_t len;

        if (operators[i][0] != c)
            continue;
        len = strlen(operators[i]);
        if (len > left || memcmp(lexer->at, operators[i], len) != 0)
            continue;
        for (size_t j = 0; j < len; j++)
            token->op = token->op << 8 | (unsigned char)operators[i][j];
        token->len = len;
        lexer->at += len;
        if (len == 1 && strchr(")]}", c) != NULL)
            return close_bracket(lexer, token, c);
        if (len == 1 && strchr("([{", c) != NULL) {
            if (lexer->brackets >= XM_COUNT(lexer->open))
                return lang_stop(lexer->lang, token->place, "brackets are nested too deeply");
            lexer->open[lexer->brackets++] = c;
        }
        return emit(lexer, token, T_OP);
    }
    if ((unsigned char)c < 0x20 || c == 0x7f)
        return lang_stop(lexer->lang, token->place, "unexpected byte %d", (unsigned char)c);
    return lang_stop(lexer->lang, token->place, "unexpected character '%c'", c);
}

static int end_of_text(struct lexer *lexer, struct token *token)
{
    if (lexer->brackets > 0)
        return lang_stop(lexer->lang, token->place, "the text ends inside '%c'", lexer->open[lexer->brackets - 1]);
    if (lexer->last != T_NEWLINE && lexer->last != T_DEDENT && !lexer->ended) {
        lexer->ended = true;
        return emit(lexer, token, T_NEWLINE);
    }
    if (lexer->indent_count > 1) {
        lexer->indent_count--;
        return emit(lexer, token, T_DEDENT);
    }
    return emit(lexer, token, T_EOF);
}

static int read_token(struct lexer *lexer, struct token *token)
{
    char c = *lexer->at;
    int rc;

    if (is_newline(c)) {
        lexer->at_line_start = true;
        emit(lexer, token, T_NEWLINE);
        pass_newline(lexer);
        return 0;
    }
    rc = try_string(lexer, token);
    if (rc <= 0)
        return rc;
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(lexer, 1))))
        return read_number(lexer, token);
    if (is_name_char(c))
        return read_name(lexer, token);
    return read_operator(lexer, token);
}

int lexer_next(struct lexer *lexer, struct token *ret_token)
{
    struct token token = { .type = T_EOF };
    int rc;

    if (lang_step(lexer->lang, here(lexer, lexer->at), 0) < 0)
        return -1;
    if (lexer->at_line_start && lexer->brackets == 0) {
        rc = start_line(lexer, &token);
        if (rc < 0)
            return -1;
        if (rc > 0) {
            lexer->after_colon = false;
            emit(lexer, &token, T_INDENT);
            *ret_token = token;
            return 0;
        }
    }
    if (lexer->dedents == 0 && skip_blanks(lexer) < 0)
        return -1;
    token.place = here(lexer, lexer->at);
    token.text = lexer->at;
    if (lexer->dedents > 0) {
        lexer->dedents--;
        emit(lexer, &token, T_DEDENT);
    } else if (lexer->at >= lexer->end) {
        if (end_of_text(lexer, &token) < 0)
            return -1;
    } else if (read_token(lexer, &token) < 0) {
        return -1;
    }
    if (token.type != T_NEWLINE)
        lexer->after_colon = token.type == T_OP && token.op == OP1(':');
    *ret_token = token;
    return 0;
}
