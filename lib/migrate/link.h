/* A link to the other host's receiver: two descriptors and, where a command of ours carries it, that
 * command's process. What is said on it is strictly alternating, so who reads may take all there is.
 *
 * Both descriptors block, for libxl writes and reads its stream on them; waiting, with its limit and
 * for Ctrl-C, is done before each piece here. Nothing here knows what the bytes mean. A broken link is an
 * error and not a signal only where SIGPIPE does not end the process: that is for the program to see to. */
#ifndef XM_MIGRATE_LINK_H
#define XM_MIGRATE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define XM_LINK_LIMIT_MS 60000          /* for each message, unless set otherwise */
#define XM_LINK_GRACE_MS 2000           /* for a command to end by itself once the link is closed */

struct xm_link {
    int in, out;                /* -1: closed */
    pid_t pid;                  /* 0: none */
    char *what;                 /* the command that was run, or what else the link is; for messages */
    const volatile int *stop;   /* while this is not 0, waiting ends as XM_INTERRUPTED; NULL: never */
    unsigned limit_ms;          /* for each message as a whole, a second more for each 64000 bytes of it */
};
#define XM_LINK_INIT { .in = -1, .out = -1 }
#define xm_autolink __attribute__((cleanup(xm_link_drop))) struct xm_link

/* Runs `sh -c RUNE` with a pipe each way; its stderr is ours. It hears nothing of Ctrl-C, so that the other
 * side is told of it by us. */
XM_API int xm_link_run(const char *rune, struct xm_link *ret_link, xm_error **err);

/* Takes two descriptors that are there. */
XM_API void xm_link_of(int in, int out, const char *what, struct xm_link *ret_link);

/* Closes both directions and waits for the command, at most grace_ms; then it is made to end. *ret_status
 * (may be NULL) is as of waitpid(), 0 without a command. */
XM_API void xm_link_close(struct xm_link *link, unsigned grace_ms, int *ret_status);
XM_API void xm_link_drop(struct xm_link *link);        /* the same with the usual patience */

/* All len bytes. what names the thing in errors; a link that ends is XM_IO, "file/stream truncated reading
 * WHAT"; one on which they are not all said, or taken, within the limit, XM_TIMEOUT. */
XM_API int xm_link_read(struct xm_link *link, void *data, size_t len, const char *what, xm_error **err);
XM_API int xm_link_skip(struct xm_link *link, size_t len, const char *what, xm_error **err);     /* what they are does not matter */
XM_API int xm_link_write(struct xm_link *link, const void *data, size_t len, const char *what, xm_error **err);

/* One line, at most max bytes with its newline, which is not in *ret_line. XM_INVALID if it is longer,
 * holds a NUL, or something follows: it is not the other side's turn. */
XM_API int xm_link_line(struct xm_link *link, size_t max, const char *what, char **ret_line, xm_error **err);

/* All that is said up to the link's end, at most max bytes of text. XM_INVALID if there are more, or a NUL. */
XM_API int xm_link_all(struct xm_link *link, size_t max, const char *what, char **ret_text, xm_error **err);

/* Is there something to be read, or the link's end, within ms? */
bool xm_link_waits(const struct xm_link *link, unsigned ms);
/* Would a short line go without waiting? */
bool xm_link_has_room(const struct xm_link *link);

#endif
