/* The shell commands that start a receiver on the other host. */
#ifndef XM_MIGRATE_RUNE_H
#define XM_MIGRATE_RUNE_H

#include <stdbool.h>

#include "base/error.h"

struct xm_rune {
    const char *command;        /* what reaches the host, "ssh"; NULL: the same; "": host is all of it, a shell command */
    const char *host;
    bool carriage, stamps;      /* xl's -t and -T, handed on */
    unsigned verbose;           /* its -v, so often */
    bool detached, debug, paused;       /* -e -d -p of the receiver */
};

/* Stock xl's, byte for byte: host and command stand in it as they are. */
XM_API char *xm_rune_stock(const struct xm_rune *rune);

/* One that takes what there is: an xm that speaks the session protocol, else xl. It is written for one more
 * shell, on the other side, as ssh has it. */
XM_API char *xm_rune_session(const struct xm_rune *rune);

/* XM_INVALID for a word that is none of a host: ssh would take it for an option, a shell for more than a word. */
XM_API int xm_rune_check_host(const char *host, xm_error **err);

/* text as one word of a shell command. */
XM_API char *xm_rune_quote(const char *text);

#endif
