/* Moving guests between hosts: the two protocols, each a sender and a receiver over a link.
 *
 *     xl-send, xl-receive             stock xl's, byte for byte, so that either side may be stock
 *     session-send, session-receive   between two xm: lines of JSON (say.h) around the same stream
 *
 * What is done to the guest, and what is on record of it meanwhile, are the steps of guest/leave.h and
 * guest/arrive.h; here is only who says what when. Up to the sender's last word, its leave to go on there,
 * any failure at either side leaves the guest where it was. From then on the target alone decides, and a
 * sender that does not hear how leaves its guest in doubt: it neither runs nor ends it, until it has asked
 * again (recovering) or an administrator has said. */
#ifndef XM_MIGRATE_MIGRATE_H
#define XM_MIGRATE_MIGRATE_H

#include <stdbool.h>

#include "guest/arrive.h"
#include "guest/guest.h"
#include "guest/leave.h"
#include "migrate/link.h"
#include "migrate/say.h"

/* Told meanwhile, a line each: what stock xl says in the course of its protocol. NULL: nobody is told. */
struct xm_teller {
    void (*tell)(void *arg, const char *line);
    void *arg;
};

/* How a guest's memory is to go. Zeroes: as fast as it can, as long as it takes, however often Xen goes over it. */
struct xm_limits {
    uint64_t rate;              /* bytes a second */
    unsigned rounds;            /* over its memory while it runs; before one more it is given up */
    unsigned seconds;           /* until all of it is there; after that it is given up */
};

struct xm_sending {
    const struct xm_guests *guests;
    const struct xm_guest *guest;
    struct xm_move_peer peer;   /* as it will be asked again */
    const char *config_json;    /* what is to be the configuration there; NULL: its own */
    bool live, debug, paused;   /* paused: it is not let go on there. Stock's receiver is told on its command line */
    bool keep;                  /* its definition stays here, halted */
    struct xm_limits limits;
    struct xm_watch watch;
    struct xm_teller teller;
};

struct xm_sent {
    bool told;                  /* what failed has been told in stock xl's words */
    bool doubt;                 /* nobody here knows where it runs by now */
};

/* Sends a live guest to whoever is behind link. */
XM_API int xm_xl_send(struct xm_link *link, const struct xm_sending *sending, struct xm_sent *ret_sent, xm_error **err);

/* Sends a guest, live or not, to an xm whose greeting has been read. */
XM_API int xm_session_send(struct xm_link *link, const struct xm_sending *sending, struct xm_sent *ret_sent, xm_error **err);

/* Who is there? Reads the first line: an xm that can do better than stock xl (*ret_xm), or stock xl's banner.
 * XM_NOT_FOUND if the link ended before it said anything. */
XM_API int xm_link_meet(struct xm_link *link, bool *ret_xm, xm_error **err);
/* Reads stock xl's banner and nothing more. */
XM_API int xm_xl_meet(struct xm_link *link, xm_error **err);

/* Asks an xm whose greeting has been read what became of a guest in doubt, and does here what follows from
 * it: *ret_there says which. */
XM_API int xm_session_recover(struct xm_link *link, const struct xm_guests *guests, const char *uuid, bool *ret_there,
                              xm_error **err);

struct xm_receiving {
    const struct xm_guests *guests;
    struct xm_move_peer peer;
    bool paused;                /* stock's receiver: it stays paused */
    const struct xm_guest_how *how;
    struct xm_teller teller;
    const char *version;        /* of this xm */
};

struct xm_received {
    bool told;                  /* what failed has been told to the other side, or in stock xl's words */
    bool agreed;                /* stock: both sides know the outcome, which is no failure of this command */
    bool here;                  /* there is a guest that was not here before */
};

XM_API int xm_xl_receive(struct xm_link *link, const struct xm_receiving *receiving, struct xm_received *ret_received,
                         xm_error **err);
XM_API int xm_session_receive(struct xm_link *link, const struct xm_receiving *receiving, struct xm_received *ret_received,
                              xm_error **err);

#endif
