#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *checked(void *ptr)
{
    if (ptr == NULL) {
        static const char text[] = "xm: out of memory\n";

        if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
            /* there is nobody left to tell */
        }
        _exit(EXIT_FAILURE);
    }
    return ptr;
}

void *xm_alloc0(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xm_realloc(void *ptr, size_t count, size_t size)
{
    return checked(reallocarray(ptr, count ? count : 1, size ? size : 1));
}

char *xm_strdup(const char *text)
{
    return text == NULL ? NULL : checked(strdup(text));
}

char *xm_strndup(const char *text, size_t len)
{
    return checked(strndup(text, len));
}

char *xm_printf(const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    return text;
}

char *xm_vprintf(const char *fmt, va_list ap)
{
    char *text = NULL;

    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    return checked(text);
}

void xm_cleanup_free(void *ptr)
{
    free(*(void **)ptr);
}

void xm_cleanup_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
