/* A connection without ssh: a socket that does not block, with TLS on it or without. Within this folder only.
 *
 * wire_recv() and wire_send() do what can be done at once; wire_line() and wire_say() wait, but never longer
 * than their limit. */
#ifndef XM_MIGRATE_WIRE_H
#define XM_MIGRATE_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "migrate/tls.h"

struct wire {
    int fd;                     /* -1: closed */
    struct tls_session tls;     /* all zeroes: there is none */
    int broken;                 /* why: GnuTLS's number, or of a plain one errno */
};
#define WIRE_INIT { .fd = -1 }
#define wire_auto __attribute__((cleanup(wire_close))) struct wire

/* Milliseconds of a clock that nobody sets. */
int64_t wire_now(void);

/* Until when, by wire_now(), and that flag which ends it as XM_INTERRUPTED (NULL: none does). */
struct wire_limit { int64_t end; const volatile int *stop; };

/* Until fd is ready for events; XM_TIMEOUT. */
int wire_wait(int fd, short events, const struct wire_limit *limit, xm_error **err);

enum { WIRE_AGAIN = -1, WIRE_BROKEN = -2 };

/* How many bytes, 0 at the end, or the above. */
ssize_t wire_recv(struct wire *wire, void *data, size_t len);
/* The same bytes again after WIRE_AGAIN. */
ssize_t wire_send(struct wire *wire, const void *data, size_t len);
/* What to wait for after WIRE_AGAIN; usual is what the operation says. */
short wire_events(const struct wire *wire, short usual);
/* Bytes have come that poll() does not know of. */
bool wire_has_more(const struct wire *wire);
/* Says that nothing follows. False: again, once there is room. */
bool wire_bye(struct wire *wire);

/* One line without its newline, of at most max bytes with it; nothing behind it is read. */
int wire_line(struct wire *wire, size_t max, const struct wire_limit *limit, char **ret_line, xm_error **err);
int wire_say(struct wire *wire, const char *text, const struct wire_limit *limit, xm_error **err);

/* The error that broken stands for. Returns -1. */
int wire_failed(const struct wire *wire, xm_error **err);

/* Ends it so that what was said last is not lost to what the other side may still be saying: says the end,
 * and waits for its, at most ms. */
void wire_end(struct wire *wire, unsigned ms);
void wire_close(struct wire *wire);

#endif
