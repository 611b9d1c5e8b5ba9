#include <ctype.h>
#include <string.h>

#include "lang/regex.h"
#include "lang/utf8.h"

struct translation {
    struct lang *lang;
    struct xm_place place;
    const char *start, *at;
    bool verbose;
    struct xm_buf *out;
};

static int bad(struct translation *t, const char *what)
{
    return lang_raise(t->lang, t->place, "ValueError", "%s in the regular expression '%.80s', at its byte %zu", what, t->start,
                      (size_t)(t->at - t->start));
}

static void copy(struct translation *t, size_t count)
{
    xm_buf_add(t->out, t->at, count);
    t->at += count;
}

/* \xhh, \uhhhh and \Uhhhhhhhh: exactly that many digits. */
static int translate_hex(struct translation *t, size_t digits)
{
    unsigned long code = 0;

    for (size_t i = 0; i < digits; i++) {
        char c = t->at[2 + i];

        if (!isxdigit((unsigned char)c))
            return bad(t, "an escape without all of its digits");
        code = code * 16 + (unsigned long)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return bad(t, "an escape for no character");
    if (code < 0x80 || (digits == 2 && t->lang->python2))
        xm_buf_printf(t->out, "\\x%02lx", code);
    else
        utf8_put(t->out, (uint32_t)code);
    t->at += 2 + digits;
    return 0;
}

static int translate_escape(struct translation *t, const char *letters)
{
    char c = t->at[1];

    if (c == 'x' || c == 'u' || c == 'U')
        return translate_hex(t, c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (c == '\0')
        return bad(t, "a backslash at the end");
    if (isalpha((unsigned char)c) && strchr(letters, c) == NULL)
        return bad(t, "an escape that is not known");
    if (c == 'v' || c == 'Z') {         /* they mean other things to PCRE2 */
        xm_buf_puts(t->out, c == 'v' ? "\\x0b" : "\\z");
        t->at += 2;
        return 0;
    }
    copy(t, 2);
    return 0;
}

/* [...]: a bracket in it is just a bracket, where PCRE2 knows [:alpha:]. */
static int translate_class(struct translation *t)
{
    copy(t, t->at[1] == '^' ? 2 : 1);
    if (*t->at == ']')
        copy(t, 1);
    while (*t->at != '\0' && *t->at != ']') {
        if (*t->at == '\\') {
            if (translate_escape(t, "abdDfnrsStvwW") < 0)
                return -1;
            continue;
        }
        if (*t->at == '[')
            xm_buf_putc(t->out, '\\');
        copy(t, 1);
    }
    if (*t->at == '\0')
        return bad(t, "a '[' that is not closed");
    copy(t, 1);
    return 0;
}

/* (?(1)yes|no) and (?(name)yes|no). */
static int translate_condition(struct translation *t)
{
    const char *name = t->at + 3;
    size_t len = strcspn(name, ")");

    if (len == 0 || name[len] == '\0')
        return bad(t, "a condition that is no group");
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return bad(t, "a condition that is no group");
    xm_buf_printf(t->out, isdigit((unsigned char)*name) ? "(?(%.*s)" : "(?(<%.*s>)", (int)len, name);
    t->at = name + len + 1;
    return 0;
}

/* (?i) and (?i-s:...): the letters that choose between bytes and characters mean nothing here. */
static int translate_flags(struct translation *t)
{
    const char *flags = t->at + 2;
    size_t len = strspn(flags, "aiLmsux-");

    if (flags[len] != ')' && flags[len] != ':')
        return bad(t, "an unknown extension behind '(?'");
    xm_buf_puts(t->out, "(?");
    for (size_t i = 0; i < len; i++) {
        if (strchr("imsx-", flags[i]) != NULL)
            xm_buf_putc(t->out, flags[i]);
        t->verbose |= flags[i] == 'x' && memchr(flags, '-', i) == NULL && flags[len] == ')';
    }
    xm_buf_putc(t->out, flags[len]);
    t->at = flags + len + 1;
    return 0;
}

static int translate_group(struct translation *t)
{
    const char *at = t->at;

    if (at[1] == '*')
        return bad(t, "nothing to repeat");
    if (at[1] != '?') {
        copy(t, 1);
        return 0;
    }
    if (at[2] == '#') {
        t->at += strcspn(at, ")");
        if (*t->at == '\0')
            return bad(t, "a comment that does not end");
        t->at++;
        return 0;
    }
    if (at[2] == '(')
        return translate_condition(t);
    if (at[2] != '\0' && strchr(":=!>", at[2]) != NULL) {
        copy(t, 3);
        return 0;
    }
    if ((at[2] == '<' && (at[3] == '=' || at[3] == '!')) || (at[2] == 'P' && (at[3] == '<' || at[3] == '='))) {
        copy(t, 4);
        return 0;
    }
    if (at[2] == '<' || at[2] == 'P' || at[2] == '\0')
        return bad(t, "an unknown extension behind '(?'");
    return translate_flags(t);
}

/* {,n} counts from 0; PCRE2 would read it as plain text. */
static void translate_count(struct translation *t)
{
    size_t digits = t->at[1] == ',' ? strspn(t->at + 2, "0123456789") : 0;

    copy(t, 1);
    if (digits > 0 && t->at[1 + digits] == '}')
        xm_buf_putc(t->out, '0');
}

int regex_translate(struct lang *lang, struct xm_place place, const struct str *pattern, unsigned flags, struct xm_buf *out)
{
    struct translation t = {
        .lang = lang, .place = place, .start = pattern->data, .at = pattern->data, .verbose = (flags & RE_VERBOSE) != 0, .out = out,
    };
    int rc = 0;

    while (rc == 0 && *t.at != '\0') {
        if (*t.at == '\\')
            rc = translate_escape(&t, "abBdDfnrsStvwWAZ");
        else if (*t.at == '[')
            rc = translate_class(&t);
        else if (*t.at == '(')
            rc = translate_group(&t);
        else if (*t.at == '{')
            translate_count(&t);
        else if (t.verbose && *t.at == '#')
            t.at += strcspn(t.at, "\n");
        else
            copy(&t, 1);
    }
    return rc;
}
