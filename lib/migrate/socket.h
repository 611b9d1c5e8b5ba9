/* Sockets and processes, as both ends of a relocation have them. Within this folder only. */
#ifndef XM_MIGRATE_SOCKET_H
#define XM_MIGRATE_SOCKET_H

#include "base/error.h"

/* A host that is not there any more is noticed within five minutes; small messages go at once. */
void socket_watch(int fd);

/* Two pipes: there[1] is written to and back[0] read by who works with plain descriptors. */
int socket_pipes(int there[2], int back[2], xm_error **err);

/* In a process that was forked off: the usual signals again, but that a lost connection is an error. */
void socket_reset_signals(void);

#endif
