/* Guests on their way to or from another host: whoever was at it may have been killed. */
#include <string.h>

#include "registry/moves.h"
#include "registry/trouble.h"
#include "super/loop.h"

/* Each move once. Whatever is tried with its guest closes the lock again, mending included: what cannot be
 * mended would be tried for ever. */
static bool is_seen(struct super *super, const char *id)
{
    for (size_t i = 0; i < super->move_count; i++)
        if (strcmp(super->moves[i], id) == 0)
            return true;
    XM_GROW(super->moves, super->move_count, super->move_cap);
    memcpy(super->moves[super->move_count++], id, sizeof(*super->moves));
    return false;
}

static void tell_doubt(struct super *super, const xm_move *move)
{
    const char *host = move->peer.host ? move->peer.host : "another host";
    xm_autofree char *detail = xm_printf("may run on %s by now: xm migrate --recover %s", host, move->name);

    super_log_line(&super->log, XM_LOG_ERROR, "move", "The migration of domain %s to %s was cut off at its end: it is neither run "
                   "nor ended here until xm migrate --recover %s has been told.", move->name, host, move->name);
    super_emit(super, &(struct super_event){ .kind = "failed", .uuid = move->uuid, .name = move->name, .domid = move->domid,
                                             .detail = detail });
}

void super_notice_move(struct super *super, const char *uuid)
{
    XM_AUTO(xm_move) *move = NULL;
    xm_error *why = NULL;

    if (!xm_move_has(super->reg, uuid) || xm_reg_is_held(super->reg, uuid))
        return;                 /* what was closed was that of one who looked in vain */
    if (xm_move_load(super->reg, uuid, &move, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        if (!is_seen(super, uuid))
            super_log_line(&super->log, XM_LOG_ERROR, "move", "Record set aside: %s", text);
        xm_error_free(why);
        return;
    }
    if (is_seen(super, move->id))
        return;
    if (move->stage == XM_MOVE_ASKED)
        tell_doubt(super, move);
    else
        super_queue(super, uuid, SUPER_MEND, XM_REASON_NONE);
}

static void unsee(struct super *super, const char *id)
{
    for (size_t i = 0; i < super->move_count; i++)
        if (strcmp(super->moves[i], id) == 0)
            memcpy(super->moves[i--], super->moves[--super->move_count], sizeof(*super->moves));
}

/* Of one whose sender was killed after it had asked, nobody waits for that. One of ours is settled by its entry;
 * where somebody is at work, it is looked at again when they are through. */
void super_wake_move(struct super *super, const char *uuid)
{
    XM_AUTO(xm_move) *move = NULL;

    if (xm_reg_has(super->reg, uuid) || !xm_move_has(super->reg, uuid) || xm_move_load(super->reg, uuid, &move, NULL) < 0)
        return;
    if (xm_reg_is_held(super->reg, uuid))
        unsee(super, move->id);
    else
        super_queue(super, uuid, SUPER_MEND, XM_REASON_NONE);
}

void super_notice_moves(struct super *super)
{
    XM_AUTO(xm_moves) *moves = NULL;

    if (xm_moves_load(super->reg, &moves, NULL) < 0)
        return;                 /* the next look will do it */
    for (size_t i = 0; i < moves->count; i++)
        super_notice_move(super, moves->items[i].uuid);
}
