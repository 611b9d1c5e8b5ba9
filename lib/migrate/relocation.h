/* Guests that go to another host without ssh: one that listens there (`xm relocation`), and the way to it.
 *
 * The connection is TLS 1.3 with a certificate on both sides (tls.h), or a plain one where both sides say so.
 * Who listens has a process for each peer. Before that knows who the peer is it does nothing but shake hands,
 * within a limit of time, of bytes, and of such peers at a time; then the peer's address and name have to be
 * allowed (allow.h), and one line tells it so, or why not:
 *
 *     source  xm relocation 1 plain               where it is a plain one; with TLS, its hello
 *     target  xm relocation 1 ready
 *     target  xm relocation 1 refused WHY         and that is the end
 *
 * From then on it is a link as any other, and the receiver at its end the same as by ssh: with TLS a process
 * on each side carries the bytes, so that libxl reads and writes plain descriptors. */
#ifndef XM_MIGRATE_RELOCATION_H
#define XM_MIGRATE_RELOCATION_H

#include <stdbool.h>

#include "base/error.h"
#include "base/log.h"
#include "bind/conf.h"
#include "migrate/link.h"

struct xm_relocation_way {
    const xm_conf *conf;        /* who we are, and whom we trust */
    const char *host;           /* a name or an address, which in brackets is one all the same */
    unsigned port;              /* 0: as conf says */
    bool plain;                 /* no TLS */
    const volatile int *stop;   /* as in struct xm_link */
};

/* Errors say what is wrong on which side, and what helps. */
XM_API int xm_link_relocation(const struct xm_relocation_way *way, struct xm_link *ret_link, xm_error **err);

struct xm_relocation {
    const xm_conf *conf;
    const char *address;        /* NULL: as conf says; "": all; a name, an address, or a network interface's name */
    unsigned port;              /* 0: as conf says */
    bool plain;                 /* no TLS, and none is spoken with who wants it */
    char *const *receiver;      /* argv of who takes the guest, on its stdin and stdout */
    const struct xm_log *log;
    const volatile int *stop;   /* set by a signal's handler: INT, TERM or HUP */
};

/* Listens until it is told to stop. Whoever is known by then goes on to his end. */
XM_API int xm_relocation_run(const struct xm_relocation *relocation, xm_error **err);

#endif
