/* A guest on its way in, the target's half of a move. Its lock is held from begin to free.
 *
 *     begin    name, uuid and permission are looked at; record and entry are on disk
 *     build    a live guest's domain out of the stream at fd: paused, called NAME--incoming (memory: a
 *              suspended one's file; a halted one needs neither). Only now may the source be told that
 *              all is ready
 *     commit   the decision: then it has its name, runs unless it is to stay paused, and is on record
 *     abort    the other decision: of domain, entry and record nothing is left
 *     free     without either it is aborted
 *
 * Killed at any point, the one or the other is done by mending, as it was decided; undecided is
 * aborted. */
#ifndef XM_GUEST_ARRIVE_H
#define XM_GUEST_ARRIVE_H

#include "guest/guest.h"
#include "registry/moves.h"

typedef struct xm_arrive xm_arrive;

/* What the source says; all of it is untrusted. */
struct xm_arrival {
    const char *id;             /* a uuid; whoever has none from the source makes one */
    enum xm_move_kind kind;
    struct xm_move_peer peer;
    bool stock;
    bool paused;
    const char *config;         /* libxl's JSON; NULL unless LIVE */
    const char *document;       /* as in struct xm_leaving, NULL: none came. LIVE alone can do without */
    const char *state;
    const char *uuid;           /* what the source says it is; NULL: as document or config say. XM_INVALID if those
                                 * say otherwise */
    uint64_t memory_size;
};

/* XM_EXISTS "VM name 'N' already exists", or the uuid; XM_STATE if the same guest is in doubt here or
 * suspended; XM_INVALID for what is no guest. A halted managed guest of the same uuid, left behind
 * earlier, takes the new definition. how may be NULL; of its build only console_ready is used. */
XM_API int xm_arrive_begin(const struct xm_guests *guests, const struct xm_arrival *arrival, const struct xm_guest_how *how,
                           xm_arrive **ret_arrive, xm_error **err);

XM_API const char *xm_arrive_uuid(const xm_arrive *arrive);
XM_API const char *xm_arrive_name(const xm_arrive *arrive);

/* After a failure of these there is no domain, no file, and arrive is to be aborted. A memory file is looked
 * through: it has to be whole, and the guest's own. stop, which may be NULL, ends the second, as the host's
 * own does the first. */
XM_API int xm_arrive_build(xm_arrive *arrive, int fd, struct xm_watch watch, uint32_t *ret_domid, xm_error **err);
XM_API int xm_arrive_memory(xm_arrive *arrive, int fd, struct xm_watch watch, const volatile int *stop, xm_error **err);

/* XM_STATE: it was decided otherwise meanwhile, or cannot be (the name is taken by now), and it is to
 * be aborted. XM_IO: nothing could be decided: the same. Once decided it does not fail: what could
 * not be done then is in the log, and mending does it again. */
XM_API int xm_arrive_commit(xm_arrive *arrive, xm_error **err);

/* Fails where something is left, for mending. *ret_decision, which may be NULL, is COMMITTED if it turns
 * out that it was decided to go on: then that has been done instead. */
XM_API int xm_arrive_abort(xm_arrive *arrive, enum xm_move_decision *ret_decision, xm_error **err);

XM_API void xm_arrive_free(xm_arrive *arrive);
XM_AUTO_DEFINE(xm_arrive)

/* For a source that asks again: what became of that move of that guest. Undecided is decided now:
 * aborted, and what a killed receiver left is settled. XM_STATE if that cannot be said: nothing is known
 * of the move, yet the guest is here. */
XM_API int xm_arrive_answer(const struct xm_guests *guests, const char *id, const char *uuid,
                            enum xm_move_decision *ret_decision, xm_error **err);

/* The source knows, and will not ask again. What a killed receiver left is settled first. */
XM_API int xm_arrive_forget(const struct xm_guests *guests, const char *id, const char *uuid, xm_error **err);

#endif
