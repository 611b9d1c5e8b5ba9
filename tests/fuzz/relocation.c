/* Who may come, and what is said before a receiver speaks: the first line is the expressions, the rest the
 * name, or what came. */
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "fuzz.h"
#include "migrate/allow.h"
#include "migrate/preface.h"

/* Of an expression without any special letter it is known what it matches. */
static void match(const char *patterns, const char *name)
{
    static const char ordinary[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    XM_AUTO(xm_allow) *allow = NULL;
    bool let_in;

    if (xm_allow_parse(patterns, &allow, NULL) < 0)
        return;
    let_in = xm_allow_has(allow, name);
    if (*patterns != '\0' && patterns[strspn(patterns, ordinary)] == '\0' && let_in != (strcasecmp(patterns, name) == 0))
        abort();
    if (xm_allow_has(allow, NULL) != xm_allow_is_open(allow))
        abort();
}

static void hear(char *line)
{
    enum preface_word word;
    const char *why;

    if (preface_parse(line, &word, &why, NULL) < 0)
        return;
    for (; *why != '\0'; why++)
        if (*why < ' ' || *why > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xm_autofree char *text = xm_strndup((const char *)data, size);
    char *rest = strchr(text, '\n');

    if (rest == NULL)
        return 0;
    *rest++ = '\0';
    match(text, rest);
    hear(rest);
    return 0;
}
