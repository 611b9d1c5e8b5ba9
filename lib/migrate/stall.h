/* Whether a stream is still under way. Who writes or reads it is the host's own code, which waits for as long
 * as the other side lets it; but it tells how far it is each half second (struct xm_watch), and can be stopped
 * by a flag. So each time it tells, the link is looked at: when nothing has gone through it for as long as a
 * message may take, and it is not us who keep it waiting, the flag is set. Within this folder only. */
#ifndef XM_MIGRATE_STALL_H
#define XM_MIGRATE_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/arrive.h"
#include "host/host.h"
#include "migrate/link.h"

struct stall {
    const struct xm_link *link;
    struct xm_watch told;       /* whom else to tell */
    int fd;                     /* of the link */
    bool out;                   /* we write */
    int look;                   /* an epoll's; -1: it cannot be watched */
    int64_t moved_ms;           /* when something last went through */
    int64_t limit_ms;           /* for how long nothing may */
    bool stalled;
    int stop;                   /* the flag: stalled, or as the link's own */
};

/* From begin to end the flag and the watch are the host's to use. */
void stall_begin(struct stall *stall, const struct xm_link *link, bool out, struct xm_watch told);
struct xm_watch stall_watch(struct stall *stall);

/* Returns rc. Where it was stalled for, *err becomes XM_TIMEOUT, with which. */
int stall_end(struct stall *stall, int rc, xm_error **err);

/* For receivers: what is on link becomes the guest's domain, or its memory file. */
int stall_take(struct xm_link *link, const struct xm_guests *guests, xm_arrive *arrive, enum xm_move_kind kind,
               uint32_t *ret_domid, xm_error **err);

#endif
