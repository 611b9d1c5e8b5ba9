/* What both halves of a move and their mending share: from a record to what it says is to be done. Each
 * can be stopped anywhere and done again, and drops the record last. Within this folder only. */
#ifndef XM_GUEST_MOVE_H
#define XM_GUEST_MOVE_H

#include "guest/step.h"
#include "registry/moves.h"

/* What the domain is called at the source once the target may be told to go on, and at the target
 * until it has been. */
#define XM_MOVE_AWAY "--migratedaway"
#define XM_MOVE_INCOMING "--incoming"

/* Source: it goes on here; it has left. interrupted: by whom nobody waits for any more, so that what it was
 * asked to do it may yet do. */
int xm_move_go_back(struct xm_step *step, const xm_move *move, bool interrupted, xm_error **err);
int xm_move_leave_behind(struct xm_step *step, const xm_move *move, xm_error **err);

/* Target, decided: it is here. Its domain may have ended since. */
int xm_move_settle_in(struct xm_step *step, const xm_move *move, xm_error **err);
/* Target, given up: nothing of it is left. */
int xm_move_undo(struct xm_step *step, const xm_move *move, xm_error **err);

/* XM_STATE, in words that name the way out. */
int xm_move_fail_doubt(const xm_move *move, const char *name, xm_error **err);

#endif
