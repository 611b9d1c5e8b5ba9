/* A file with words laid over it, in both dialects, then bound. The lines up to the first empty
 * one are the words; the rest is the file. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bind/config.h"
#include "fuzz.h"

#define MAX_WORDS 16

static void drop(void *arg, const char *text, size_t len)
{
    (void)(arg && memchr(text, '\0', len));     /* so that a sanitizer sees all of it */
}

/* Cuts the words off the head of text; what follows them is returned. */
static char *take_words(char *text, char **words, size_t *ret_count)
{
    size_t count = 0;

    while (*text && *text != '\n' && count < MAX_WORDS) {
        size_t len = strcspn(text, "\n");

        words[count++] = text;
        text += len;
        if (*text)
            *text++ = '\0';
    }
    *ret_count = count;
    return *text == '\n' ? text + 1 : text;
}

static void load(enum xm_dialect dialect, const char *path, char *const *words, size_t count)
{
    const struct xm_config_source source = {
        .dialect = dialect, .file = path, .words = words, .word_count = count, .print = drop, .arg = (void *)path,
    };
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *err = NULL;

    if (xm_config_load(&source, &doc, &err) == 0)
        fuzz_bind(doc);
    else if (!err || (err->code != XM_INVALID && err->code != XM_UNSUPPORTED))     /* the latter: XML */
        abort();
    xm_error_free(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    xm_autofree char *text = xm_new0(char, len + 1);
    xm_autoclose int fd = memfd_create("fuzz", MFD_CLOEXEC);
    xm_autofree char *path = xm_printf("/proc/self/fd/%d", fd);
    char *words[MAX_WORDS];
    size_t count;
    const char *file;
    size_t size;

    memcpy(text, data, len);
    file = take_words(text, words, &count);
    size = len - (size_t)(file - text);
    if (fd < 0 || write(fd, file, size) != (ssize_t)size)
        return 0;
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++)
        load(dialect, path, words, count);
    return 0;
}
