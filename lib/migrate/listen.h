/* Sockets that listen. Within this folder only. */
#ifndef XM_MIGRATE_LISTEN_H
#define XM_MIGRATE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define LISTEN_MAX 16

struct listen {
    int fds[LISTEN_MAX];
    char *names[LISTEN_MAX];    /* "127.0.0.1 port 8002" */
    size_t count;
    bool beyond;                /* other machines can reach one of them */
};

/* address: NULL: loopback; "": all; a network interface's name, whose addresses are meant; else a name or an
 * address. One that cannot be listened on fails all. */
int listen_open(const char *address, unsigned port, struct listen *ret_listen, xm_error **err);
void listen_close(struct listen *listen);

#endif
