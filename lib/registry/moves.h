/* What is on disk of a guest that is on its way from one host to another: at each side a record,
 * and at the target a decision.
 *
 *     BASE/moves/UUID.json        the record: at the source from before the first byte is sent until
 *                                 the guest is gone or back; at the target from before its domain
 *                                 is made until it runs or is gone (0600)
 *     BASE/moves/ID.decision      "committed" or "aborted"; at the target alone (0600)
 *
 * The target decides. "committed" is written by the receiver alone, which holds the guest's lock, and
 * nothing of the guest has run there before it is on disk; "aborted" is written by whoever answers
 * a source that asks again, while a record is there whose receiver might yet go on. Whoever makes
 * the file first has decided for all. Without one, whoever holds the lock may give up by
 * dropping the record; neither record nor decision is as good as "aborted". The source, once it
 * has asked (stage ASKED), knows nothing until it is told: it is in doubt, and neither runs its
 * guest again nor ends it.
 *
 * A record that is found while its guest's lock is free tells of an interrupted move:
 * xm_move_settle() in guest/guest.h. One that cannot be read is set aside with its path and
 * reason; its guest counts as in doubt, for it may be. A newer xm's is never overwritten. */
#ifndef XM_REGISTRY_MOVES_H
#define XM_REGISTRY_MOVES_H

#include "registry/registry.h"

enum xm_move_stage {
    XM_MOVE_SENDING,            /* source: nothing is lost yet, it goes on here if this is interrupted */
    XM_MOVE_ASKED,              /* source: the target may have been told to go on; only it knows */
    XM_MOVE_LEFT,               /* source: the target has said that it runs there; here it is to go */
    XM_MOVE_ARRIVING,           /* target: until there is a decision it has never run here */
};

enum xm_move_kind {
    XM_MOVE_LIVE,               /* a domain */
    XM_MOVE_HALTED,             /* a managed guest's definition alone */
    XM_MOVE_SUSPENDED,          /* the definition and the memory file */
};

XM_API const char *xm_move_kind_word(enum xm_move_kind kind);           /* "running", "halted", "suspended" */
XM_API bool xm_move_kind_parse(const char *word, enum xm_move_kind *ret_kind);

/* Where the other side is, in the words by which it was reached. Any may be NULL. */
struct xm_move_peer {
    char *how;                  /* "ssh", "command", "tls", ...: whoever connects knows */
    char *host;                 /* as the user said it; also what messages call it */
    char *command;              /* the whole of what was run to get there */
};

typedef struct xm_move {
    char uuid[37];              /* the guest's */
    char id[37];                /* this move's, the same at both sides */
    enum xm_move_stage stage;
    enum xm_move_kind kind;
    struct xm_move_peer peer;
    char *name;                 /* the guest's */
    uint32_t domid;             /* source: its domain; XM_REG_NO_DOMID: it has none */
    int64_t began;              /* seconds since 1970 */
    int64_t asked;              /* source: when its sender was found killed, and it ran; it may yet suspend itself. 0: it was not */
    bool stock;                 /* the other side is stock xl, which cannot be asked by id */
    bool keep;                  /* source: its definition stays when it is gone */
    bool paused;                /* target: it is not let go on when it is here */
    bool managed;               /* target: so it will be */
    bool had_entry;             /* target: a halted definition was here before, and stays if it does not come */
    unsigned restarts;          /* target: as in struct xm_reg_state */
    xm_doc *document;           /* target: what its entry is to hold when it is here */
    char *damage;               /* NULL, or "PATH: reason": then only uuid is known */
} xm_move;

typedef struct xm_moves {
    xm_move *items;             /* by name, damaged ones last */
    size_t count;
} xm_moves;

XM_API void xm_move_clear(xm_move *move);       /* one that is embedded */
XM_API void xm_move_free(xm_move *move);
XM_AUTO_DEFINE(xm_move)

/* All records here. None, and no directory, is an empty list. */
XM_API int xm_moves_load(xm_reg *reg, xm_moves **ret_moves, xm_error **err);
XM_API void xm_moves_free(xm_moves *moves);
XM_AUTO_DEFINE(xm_moves)
XM_API const xm_move *xm_moves_find(const xm_moves *moves, const char *uuid);

/* Cheap: is there a record of that guest, readable or not? */
XM_API bool xm_move_has(const xm_reg *reg, const char *uuid);

/* XM_NOT_FOUND; XM_INVALID or XM_UNSUPPORTED for one that cannot be read. */
XM_API int xm_move_load(xm_reg *reg, const char *uuid, xm_move **ret_move, xm_error **err);

/* The same by uuid or by the guest's name. For a guest that has neither domain nor entry (the source
 * was rebooted), a record is all there is. */
XM_API int xm_move_find(xm_reg *reg, const char *word, xm_move **ret_move, xm_error **err);

/* Durable when it returns. The guest's lock is held. */
XM_API int xm_move_save(xm_reg *reg, const xm_move *move, xm_error **err);
XM_API int xm_move_drop(xm_reg *reg, const char *uuid, xm_error **err);

/* --- the decision --- */

enum xm_move_decision { XM_MOVE_ABORTED, XM_MOVE_COMMITTED };

/* Decides wanted unless it is decided already; *ret_decision is what holds, on disk when this
 * returns. After a failure it may yet have been decided. ABORTED needs no lock. */
XM_API int xm_move_decide(xm_reg *reg, const char *id, enum xm_move_decision wanted,
                          enum xm_move_decision *ret_decision, xm_error **err);

/* What was decided, which is on disk then. XM_NOT_FOUND: nothing yet, or it is forgotten. */
XM_API int xm_move_decided(xm_reg *reg, const char *id, enum xm_move_decision *ret_decision, xm_error **err);

/* Forgets it: nobody will ask again. That there is none is fine. */
XM_API int xm_move_forget(xm_reg *reg, const char *id, xm_error **err);

/* Removes what interrupted writes left, decisions to give up whose record is gone, and, of those to go on
 * whose source has never come back, the oldest beyond XM_MOVE_DECISIONS_MAX. */
#define XM_MOVE_DECISIONS_MAX 1024
XM_API void xm_moves_sweep(xm_reg *reg);

#endif
