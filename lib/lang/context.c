#include "lang/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "lang/source.h"

static const struct error_type error_types[] = {
    { "BaseException", NULL },
    { "GeneratorExit", "BaseException" },
    { "KeyboardInterrupt", "BaseException" },
    { "SystemExit", "BaseException" },
    { "Exception", "BaseException" },
    { "StopIteration", "Exception" },
    { "Warning", "Exception" },
    { "DeprecationWarning", "Warning" },
    { "RuntimeWarning", "Warning" },
    { "UserWarning", "Warning" },
    { "StandardError", "Exception" },
    { "ArithmeticError", "StandardError" },
    { "FloatingPointError", "ArithmeticError" },
    { "OverflowError", "ArithmeticError" },
    { "ZeroDivisionError", "ArithmeticError" },
    { "AssertionError", "StandardError" },
    { "AttributeError", "StandardError" },
    { "BufferError", "StandardError" },
    { "EOFError", "StandardError" },
    { "ImportError", "StandardError" },
    { "ModuleNotFoundError", "ImportError" },
    { "LookupError", "StandardError" },
    { "IndexError", "LookupError" },
    { "KeyError", "LookupError" },
    { "MemoryError", "StandardError" },
    { "NameError", "StandardError" },
    { "UnboundLocalError", "NameError" },
    { "OSError", "StandardError" },
    { "BlockingIOError", "OSError" },
    { "ConnectionError", "OSError" },
    { "FileExistsError", "OSError" },
    { "FileNotFoundError", "OSError" },
    { "InterruptedError", "OSError" },
    { "IsADirectoryError", "OSError" },
    { "NotADirectoryError", "OSError" },
    { "PermissionError", "OSError" },
    { "TimeoutError", "OSError" },
    { "RuntimeError", "StandardError" },
    { "NotImplementedError", "RuntimeError" },
    { "RecursionError", "RuntimeError" },
    { "SyntaxError", "StandardError" },
    { "IndentationError", "SyntaxError" },
    { "SystemError", "StandardError" },
    { "TypeError", "StandardError" },
    { "ValueError", "StandardError" },
    { "UnicodeError", "ValueError" },
    { "UnicodeDecodeError", "UnicodeError" },
    { "UnicodeEncodeError", "UnicodeError" },
};

const struct error_type *lang_error_type(const char *name)
{
    /* Three names of one thing, as in Python 3. */
    if (strcmp(name, "IOError") == 0 || strcmp(name, "EnvironmentError") == 0)
        name = "OSError";
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

int lang_raise_error(struct lang *lang, struct xm_place place, const struct error_val *error)
{
    if (lang->failure.set && lang->failure.fatal)
        return -1;
    lang->failure = (struct failure){
        .set = true, .place = place, .type = error->type, .text = error->text, .error = error,
    };
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

int lang_check_time(struct lang *lang, struct xm_place place)
{
    if (milliseconds_since(&lang->start) > LANG_MILLISECONDS_MAX)
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

int lang_report(const struct lang *lang, xm_error **err)
{
    const struct failure *failure = &lang->failure;
    const char *text = failure->text->len > 0 || failure->type == NULL ? failure->text->data : failure->type->name;
    const struct xm_lang_input *input = lang->input;
    const struct xm_source source = { input->file, input->text, input->len, input->words_line };
    /* That one's text is the key and nothing more. */
    bool bare = failure->type != NULL && strcmp(failure->type->name, "KeyError") == 0;
    xm_autofree char *what = xm_printf("%s%s", bare ? "KeyError: " : "", text);
    xm_autofree char *message = xm_source_complain(&source, failure->place, NULL, what);

    return xm_fail(err, XM_INVALID, "%s", message);
}
