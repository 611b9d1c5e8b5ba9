/* One peer of who listens, in a process of its own. Within this folder only. */
#ifndef XM_MIGRATE_PEER_H
#define XM_MIGRATE_PEER_H

#include <stdbool.h>
#include <sys/socket.h>

#include "migrate/allow.h"
#include "migrate/relocation.h"
#include "migrate/tls.h"

/* What holds for all of them. */
struct peers {
    const struct xm_relocation *relocation;
    const struct tls *tls;      /* NULL: plain */
    const xm_allow *allow;
};

/* The whole of it: finds out who is at fd, and has him served. known is written to once he may come; full: he
 * is told to come again. Does not return. */
void peer_run(const struct peers *peers, int fd, const struct sockaddr_storage *addr, int known, bool full);

#endif
