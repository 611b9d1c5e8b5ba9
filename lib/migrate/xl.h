/* Stock xl's four strings, and how each is looked for. Within this folder only. */
#ifndef XM_MIGRATE_XL_H
#define XM_MIGRATE_XL_H

#include "migrate/migrate.h"

/* Without their NUL the first one, with it the others. */
#define XL_BANNER "xl migration receiver ready, send binary domain data.\n"
#define XL_BANNER_LEN (sizeof(XL_BANNER) - 1)
#define XL_READY "domain received, ready to unpause"
#define XL_GO "domain is yours, you are cleared to unpause"
#define XL_REPORT "my copy unpause results are as follows"

/* Of xl-send.c: how long a receiver may take to make a domain of a stream that it has. Stock xl waits for ever. */
#define XL_BUILD_MS 300000

/* What comes must be text of len bytes; what names it. XM_INVALID for anything else. */
int xl_expect(struct xm_link *link, const char *text, size_t len, const char *what, xm_error **err);

void xl_tell(const struct xm_teller *teller, const char *fmt, ...) XM_PRINTF(2, 3);

/* The text of why as a line. */
void xl_tell_error(const struct xm_teller *teller, const xm_error *why);

#endif
