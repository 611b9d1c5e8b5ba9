#include "lang/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct error_type error_types[] = {
    { "BaseException", NULL },
    { "Exception", "BaseException" },
    { "StandardError", "Exception" },
    { "ArithmeticError", "StandardError" },
    { "OverflowError", "ArithmeticError" },
    { "ZeroDivisionError", "ArithmeticError" },
    { "AssertionError", "StandardError" },
    { "AttributeError", "StandardError" },
    { "EnvironmentError", "StandardError" },
    { "IOError", "EnvironmentError" },
    { "OSError", "EnvironmentError" },
    { "ImportError", "StandardError" },
    { "LookupError", "StandardError" },
    { "IndexError", "LookupError" },
    { "KeyError", "LookupError" },
    { "NameError", "StandardError" },
    { "RuntimeError", "StandardError" },
    { "NotImplementedError", "RuntimeError" },
    { "SystemExit", "BaseException" },
    { "TypeError", "StandardError" },
    { "ValueError", "StandardError" },
};

const struct error_type *lang_error_type(const char *name)
{
    for (size_t i = 0; i < XM_COUNT(error_types); i++)
        if (strcmp(error_types[i].name, name) == 0)
            return &error_types[i];
    return NULL;
}

bool lang_error_is(const struct error_type *type, const struct error_type *base)
{
    for (; type != NULL; type = type->parent != NULL ? lang_error_type(type->parent) : NULL)
        if (type == base)
            return true;
    return false;
}

static int set(struct lang *lang, struct xm_place place, const char *type, const char *fmt, va_list ap)
{
    char text[2048];

    /* An error in an error's own handling keeps the first one that could not be caught. */
    if (lang->failure.set && lang->failure.fatal)
        return -1;
    vsnprintf(text, sizeof(text), fmt, ap);
    lang->failure = (struct failure){
        .set = true, .fatal = type == NULL, .place = place,
        .type = type != NULL ? lang_error_type(type) : NULL,
        .text = str_new(&lang->arena, text, strlen(text)),
    };
    return -1;
}

int lang_raise(struct lang *lang, struct xm_place place, const char *type, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(lang, place, type, fmt, ap);
    va_end(ap);
    return -1;
}

int lang_stop(struct lang *lang, struct xm_place place, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    set(lang, place, NULL, fmt, ap);
    va_end(ap);
    return -1;
}

static long milliseconds_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

int lang_step(struct lang *lang, struct xm_place place, size_t cost)
{
    size_t before = lang->steps;

    lang->steps += 1 + cost;
    if (lang->steps > LANG_STEPS_MAX)
        return lang_stop(lang, place, "runs too long: more than %d steps", LANG_STEPS_MAX);
    if (lang->arena.used > LANG_MEMORY_MAX)
        return lang_stop(lang, place, "uses too much memory: more than %d MiB", LANG_MEMORY_MAX / 1024 / 1024);
    /* The clock is for machines that are too slow for the steps; asking it has a price. It is the
     * time of this thread: a busy host must not make a good file fail. */
    if (before / 1024 != lang->steps / 1024 && milliseconds_since(&lang->start) > LANG_MILLISECONDS_MAX)
        return lang_stop(lang, place, "runs too long: more than a second");
    return 0;
}

int lang_check_str(struct lang *lang, struct xm_place place, size_t len)
{
    if (len > LANG_STR_MAX)
        return lang_stop(lang, place, "a string becomes longer than %d bytes", LANG_STR_MAX);
    return lang_step(lang, place, len / 64);
}

int lang_check_len(struct lang *lang, struct xm_place place, size_t len)
{
    return len > LANG_STR_MAX ? lang_check_str(lang, place, len) : lang_step(lang, place, 0);
}

int lang_check_count(struct lang *lang, struct xm_place place, size_t count)
{
    return count > LANG_ITEMS_MAX ? lang_check_items(lang, place, count) : lang_step(lang, place, 0);
}

int lang_check_items(struct lang *lang, struct xm_place place, size_t count)
{
    if (count > LANG_ITEMS_MAX)
        return lang_stop(lang, place, "a list becomes longer than %d items", LANG_ITEMS_MAX);
    return lang_step(lang, place, count / 8);
}

/* Source goes to a terminal: control characters of a hostile file must not. */
static void add_source(struct xm_buf *out, const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)line[i];

        xm_buf_putc(out, c == '\t' || (c >= 0x20 && c != 0x7f) ? (char)c : '?');
    }
}

/* Blanks up to the caret: tabs stay tabs, and the later bytes of a UTF-8 character take no room. */
static void add_caret(struct xm_buf *out, const char *line, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80)
            xm_buf_putc(out, line[i] == '\t' ? '\t' : ' ');
    xm_buf_putc(out, '^');
}

static const char *find_line(const struct xm_lang_input *input, unsigned line, size_t *ret_len)
{
    const char *at = input->text, *end = input->text + input->len;
    const char *stop;

    for (; line > 1 && at < end; at++) {
        if (*at == '\r' && at + 1 < end && at[1] == '\n')
            continue;
        line -= *at == '\n' || *at == '\r';
    }
    for (stop = at; stop < end && *stop != '\n' && *stop != '\r'; stop++)
        ;
    *ret_len = (size_t)(stop - at);
    return at;
}

int lang_report(const struct lang *lang, xm_error **err)
{
    const struct failure *failure = &lang->failure;
    const char *text = failure->text->len > 0 || failure->type == NULL ? failure->text->data : failure->type->name;
    size_t len, before, skip;
    xm_autobuf out = XM_BUF_INIT;
    const char *line;

    if (failure->place.line == 0)
        return xm_fail(err, XM_INVALID, "%s: %s", lang->input->file, text);
    line = find_line(lang->input, failure->place.line, &len);
    before = failure->place.col - 1 < len ? failure->place.col - 1 : len;
    skip = before > 100 ? before - 80 : 0;      /* of a very long line, the part around the caret */
    add_source(&out, line + skip, len - skip > 160 ? 160 : len - skip);
    xm_buf_putc(&out, '\n');
    add_caret(&out, line + skip, before - skip);
    return xm_fail(err, XM_INVALID, "%s:%u:%u: %s\n%s", lang->input->file, failure->place.line, failure->place.col,
                   text, out.data);
}
