#include "migrate/xl.h"

#include <stdio.h>
#include <string.h>

_Static_assert(XL_BANNER_LEN == 54 && sizeof(XL_READY) == 34 && sizeof(XL_GO) == 44 && sizeof(XL_REPORT) == 39,
               "stock xl's strings have their lengths");

int xl_expect(struct xm_link *link, const char *text, size_t len, const char *what, xm_error **err)
{
    char got[64], stream[96];

    snprintf(stream, sizeof(stream), "%s from migration receiver stream", what);
    if (xm_link_read(link, got, len, stream, err) < 0)
        return -1;
    if (memcmp(got, text, len) == 0)
        return 0;
    return xm_fail(err, XM_INVALID, "migration receiver stream contained unexpected data instead of %s\n"
                   "(command run was: %s )", what, link->what);
}

void xl_tell(const struct xm_teller *teller, const char *fmt, ...)
{
    xm_autofree char *line = NULL;
    va_list ap;

    if (teller->tell == NULL)
        return;
    va_start(ap, fmt);
    line = xm_vprintf(fmt, ap);
    va_end(ap);
    teller->tell(teller->arg, line);
}

void xl_tell_error(const struct xm_teller *teller, const xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);

    xl_tell(teller, "%s", text);
}
