#include "migrate/rune.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void add_receiver(struct xm_buf *text, const struct xm_rune *rune)
{
    xm_buf_printf(text, "xl%s%s", rune->carriage ? " -t" : "", rune->stamps ? " -T" : "");
    if (rune->verbose > 0) {
        xm_buf_puts(text, " -");
        xm_buf_pad(text, 'v', rune->verbose);
    }
    xm_buf_printf(text, " migrate-receive%s%s%s", rune->detached ? " -e" : "", rune->debug ? " -d" : "",
                  rune->paused ? " -p" : "");
}

char *xm_rune_stock(const struct xm_rune *rune)
{
    xm_autobuf text = XM_BUF_INIT;

    if (rune->command != NULL && *rune->command == '\0')
        return xm_strdup(rune->host);
    xm_buf_printf(&text, "exec %s %s ", rune->command ? rune->command : "ssh", rune->host);
    add_receiver(&text, rune);
    return xm_buf_take(&text);
}

char *xm_rune_quote(const char *text)
{
    xm_autobuf word = XM_BUF_INIT;

    xm_buf_putc(&word, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            xm_buf_puts(&word, "'\\''");
        else
            xm_buf_putc(&word, *text);
    }
    xm_buf_putc(&word, '\'');
    return xm_buf_take(&word);
}

char *xm_rune_session(const struct xm_rune *rune)
{
    xm_autobuf script = XM_BUF_INIT;
    xm_autofree char *quoted = NULL, *there = NULL, *word = NULL;

    xm_buf_puts(&script, "command -v xm >/dev/null 2>&1 && exec xm migrate-receive --session; exec ");
    add_receiver(&script, rune);
    quoted = xm_rune_quote(script.data);
    there = xm_printf("sh -c %s", quoted);
    word = xm_rune_quote(there);
    return xm_printf("exec %s %s %s", rune->command ? rune->command : "ssh", rune->host, word);
}

int xm_rune_check_host(const char *host, xm_error **err)
{
    static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@._:%[]+-";

    if (*host == '\0' || *host == '-' || host[strspn(host, known)] != '\0')
        return xm_fail(err, XM_INVALID, "'%s' is not the name of a host", host);
    return 0;
}
