/* A guest on its way out, the source's half of a move: what is done to it and written down about it,
 * whatever the words that the two sides exchange. Its lock is held from begin to free.
 *
 *     begin    the record says "sending"; all that may go wrong from here on brings the guest back
 *     send     a live guest's memory to fd, after which its domain is suspended (send_memory: the
 *              file of a suspended one; a halted one has nothing to send)
 *     ask      its domain is called NAME--migratedaway, and the record says "asked". Only then may the
 *              target be told to go on. From here on the target decides
 *     done     it runs there: here its domain ends, and its entry goes or, with keep, stays as halted
 *     abort    it does not: its domain has its name back and goes on, all is as before
 *     free     without either: before ask it is aborted, after ask the guest stays in doubt, on record
 *
 * done and abort can each be tried again after a failure. After ask, abort is for those whom the
 * target has told that it gave up, and done for those whom it has told that the guest is there. */
#ifndef XM_GUEST_LEAVE_H
#define XM_GUEST_LEAVE_H

#include "guest/guest.h"
#include "registry/moves.h"

typedef struct xm_leave xm_leave;

struct xm_leave_how {
    const char *id;             /* a fresh uuid */
    struct xm_move_peer peer;   /* borrowed */
    bool stock;                 /* as in struct xm_move */
    bool keep;
    const char *config_json;    /* what is to be the configuration there; NULL: its own */
};

/* What goes along. */
struct xm_leaving {
    enum xm_move_kind kind;
    const char *uuid, *name;
    uint32_t domid;             /* XM_DOMID_NONE unless LIVE */
    const char *config;         /* libxl's JSON; NULL unless LIVE */
    const char *document;       /* the stored document as JSON; NULL: it has no entry */
    const char *state;          /* what else is known of it, as JSON; NULL with document */
    bool managed;
    uint64_t memory_size;       /* bytes that send_memory writes; 0 unless SUSPENDED */
};

/* XM_STATE for what cannot leave: domain 0, one that is paused, dying or has shut down, one that is in
 * doubt, an unmanaged one without a domain, keep for one that is not managed. XM_BUSY. */
XM_API int xm_leave_begin(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_leave_how *how,
                          xm_leave **ret_leave, xm_error **err);

/* Borrowed from leave. */
XM_API const struct xm_leaving *xm_leave_what(const xm_leave *leave);

/* If it fails the guest goes on, and leave is still to be aborted. send as for xm_host_send(); the head
 * of a save file, where the protocol has one, is the caller's. send NULL: stopped from the first. */
XM_API int xm_leave_send(xm_leave *leave, int fd, const struct xm_send *send, xm_error **err);
XM_API int xm_leave_send_memory(xm_leave *leave, int fd, const struct xm_send *send, xm_error **err);

XM_API int xm_leave_ask(xm_leave *leave, xm_error **err);
XM_API int xm_leave_done(xm_leave *leave, xm_error **err);
XM_API int xm_leave_abort(xm_leave *leave, xm_error **err);

/* Freeing NULL is fine. */
XM_API void xm_leave_free(xm_leave *leave);
XM_AUTO_DEFINE(xm_leave)

/* The leave of a guest in doubt, as it was after ask: for those who have asked the target, or an
 * administrator who knows. What was interrupted earlier is settled by the way: XM_NOT_FOUND if
 * then nothing is in doubt. ret_move, which may be NULL, gets a copy of the record. */
XM_API int xm_leave_reopen(const struct xm_guests *guests, const char *uuid, xm_leave **ret_leave, xm_move **ret_move,
                           xm_error **err);

#endif
