#include "guest/move.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "registry/trouble.h"

#define ASKED_SECONDS 300       /* in which a guest may act on a request to suspend itself; who asks waits a minute */

/* The domain of the guest that the record means; *ret_domains NULL if there is none. At the source that
 * is known by its number: one of the same uuid may be another's. */
static int find_domain(struct xm_step *step, const xm_move *move, xm_domains **ret_domains, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    uint32_t domid = XM_DOMID_NONE;

    *ret_domains = NULL;
    if (xm_host_list(step->guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (!d->dying && strcmp(d->uuid, step->uuid) == 0 && (move->domid == XM_DOMID_NONE || move->domid == d->domid))
            domid = d->domid;
    }
    if (domid == XM_DOMID_NONE)
        return 0;
    return xm_host_get(step->guests->host, domid, XM_WANT_NAME | XM_WANT_TARGET, ret_domains, err);
}

static int drop_record(struct xm_step *step, xm_error **err)
{
    return xm_move_drop(step->guests->reg, step->uuid, err);
}

static int drop_memory(struct xm_step *step, xm_error **err)
{
    xm_autofree char *path = xm_reg_memory_path(step->guests->reg, step->uuid);

    return unlink(path) < 0 ? 0 : xm_dir_sync_of(path, err);
}

static int forget(struct xm_step *step, xm_error **err)
{
    if (!step->there)
        return 0;
    if (xm_reg_remove(step->guests->reg, step->uuid, err) < 0)
        return -1;
    step->there = false;
    return 0;
}

/* It is the guest that matters: a name that is another's by now, it does without. */
static void name_back(struct xm_step *step, const xm_move *move, const struct xm_domain *domain)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    if (domain->name != NULL && strcmp(domain->name, move->name) == 0)
        return;
    if (xm_host_rename(step->guests->host, domain->domid, move->name, &why) == 0)
        return;
    text = xm_error_text(why);
    xm_log(step->guests->log, XM_LOG_WARNING, "domain %u keeps the name %s: %s", domain->domid,
           domain->name ? domain->name : "(none)", text);
    xm_error_free(why);
}

/* --- at the source --- */

static bool is_suspended(const struct xm_domain *domain)
{
    return domain->shutdown && domain->reason == XM_REASON_SUSPEND;
}

/* One that has been asked to suspend may yet do so, and nobody waits for it any more. */
static int note_asked(struct xm_step *step, const struct xm_domain *domain, xm_error **err)
{
    if (!step->there || step->state.domid != domain->domid || domain->shutdown)
        return 0;
    step->state.asked = time(NULL);
    return xm_step_save(step, step->state.phase, step->state.domid, err);
}

/* For a guest of others there is no entry to note that in: the record stays until it is too late for it. */
static int wait_for_it(struct xm_step *step, const xm_move *move, bool *ret_wait, xm_error **err)
{
    xm_move later = *move;
    int64_t now = time(NULL);

    *ret_wait = move->asked == 0 || (now >= move->asked && now < move->asked + ASKED_SECONDS);
    if (move->asked != 0)
        return 0;
    later.asked = now;
    return xm_move_save(step->guests->reg, &later, err);
}

int xm_move_go_back(struct xm_step *step, const xm_move *move, bool interrupted, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    bool wait = false;

    if (move->kind != XM_MOVE_LIVE)
        return drop_record(step, err);
    if (find_domain(step, move, &domains, err) < 0)
        return -1;
    if (domains != NULL) {
        const struct xm_domain *d = &domains->items[0];

        name_back(step, move, d);
        if (is_suspended(d) && xm_host_resume(step->guests->host, d->domid, err) < 0)
            return -1;
        if (interrupted && note_asked(step, d, err) < 0)
            return -1;
        if (interrupted && !step->there && !d->shutdown && wait_for_it(step, move, &wait, err) < 0)
            return -1;
        if (wait)
            return 0;
        xm_log(step->guests->log, XM_LOG_INFO, "Migration of domain %s (%u) to %s has failed, it goes on here.", move->name,
               d->domid, move->peer.host ? move->peer.host : "another host");
    }
    return drop_record(step, err);
}

static int keep_definition(struct xm_step *step, const xm_move *move, xm_error **err)
{
    if (!step->there)
        return 0;
    if (!move->keep || !step->state.managed)
        return forget(step, err);
    /* Its memory goes on elsewhere: were it resumed here, it would be twice. */
    return drop_memory(step, err) < 0 ? -1 : xm_step_halt(step, err);
}

int xm_move_leave_behind(struct xm_step *step, const xm_move *move, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (move->kind == XM_MOVE_LIVE && find_domain(step, move, &domains, err) < 0)
        return -1;
    if (domains != NULL) {
        xm_step_keep_figures(step, &domains->items[0]);
        if (xm_host_destroy(step->guests->host, domains->items[0].domid, err) < 0)
            return -1;
    }
    if (keep_definition(step, move, err) < 0)
        return -1;
    xm_log(step->guests->log, XM_LOG_INFO, "Domain %s has migrated to %s.", move->name,
           move->peer.host ? move->peer.host : "another host");
    return drop_record(step, err);
}

/* --- at the target --- */

static int adopt(struct xm_step *step, const xm_move *move, xm_error **err)
{
    xm_error *why = NULL;

    if (!step->there || !move->had_entry || move->document == NULL)
        return 0;               /* it was added with it */
    if (xm_reg_save_doc(step->guests->reg, step->uuid, move->document, &why) == 0)
        return 0;
    if (why->code != XM_EXISTS)
        return xm_error_pass(err, why);
    /* Its new name was free when it set out, and there is no way back. */
    xm_log(step->guests->log, XM_LOG_WARNING, "%s keeps the definition that was here: %s", move->name, why->msg);
    xm_error_free(why);
    return 0;
}

static int settle_in_stored(struct xm_step *step, const xm_move *move, xm_error **err)
{
    if (adopt(step, move, err) < 0)
        return -1;
    if (step->there && step->state.phase == XM_PHASE_BUILDING
        && xm_step_save(step, move->kind == XM_MOVE_SUSPENDED ? XM_PHASE_SUSPENDED : XM_PHASE_HALTED, XM_DOMID_NONE, err) < 0)
        return -1;
    return 0;
}

static int settle_in_live(struct xm_step *step, const xm_move *move, const struct xm_domain *domain, xm_error **err)
{
    name_back(step, move, domain);
    if (!move->paused && domain->paused && !domain->shutdown
        && xm_host_unpause(step->guests->host, domain->domid, err) < 0)
        return -1;
    if (!step->there)
        return 0;
    step->state.managed = move->managed;
    return xm_step_save(step, XM_PHASE_RUNNING, domain->domid, err);
}

int xm_move_settle_in(struct xm_step *step, const xm_move *move, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (move->kind != XM_MOVE_LIVE)
        return settle_in_stored(step, move, err) < 0 ? -1 : drop_record(step, err);
    if (find_domain(step, move, &domains, err) < 0)
        return -1;
    if (domains != NULL && settle_in_live(step, move, &domains->items[0], err) < 0)
        return -1;
    if (adopt(step, move, err) < 0)
        return -1;
    if (domains == NULL) {
        xm_log(step->guests->log, XM_LOG_WARNING, "%s had come here, and its domain has ended since", move->name);
        step->state.managed = move->managed;
        if (xm_step_halt(step, err) < 0)
            return -1;
    }
    return drop_record(step, err);
}

static int end_domains(struct xm_step *step, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_list(step->guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (d->dying || strcmp(d->uuid, step->uuid) != 0)
            continue;
        xm_log(step->guests->log, XM_LOG_INFO, "ending domain %u, which has not come here whole", d->domid);
        if (xm_host_destroy(step->guests->host, d->domid, err) < 0)
            return -1;
    }
    return 0;
}

int xm_move_undo(struct xm_step *step, const xm_move *move, xm_error **err)
{
    step->there = xm_reg_has(step->guests->reg, step->uuid);    /* an add that fails may have come that far */
    /* Nothing else can have this uuid: that was made sure of before the record was written. */
    if (move->kind == XM_MOVE_LIVE && end_domains(step, err) < 0)
        return -1;
    if (step->there && move->had_entry) {
        if (drop_memory(step, err) < 0 || xm_step_halt(step, err) < 0)
            return -1;
    } else if (forget(step, err) < 0) {
        return -1;
    }
    if (drop_record(step, err) < 0)
        return -1;
    /* An answer to a source that asked was for the receiver, which is no more. */
    (void)xm_move_forget(step->guests->reg, move->id, NULL);
    return 0;
}

static int settle_arriving(struct xm_step *step, const xm_move *move, xm_error **err)
{
    enum xm_move_decision decision;
    xm_error *why = NULL;

    if (xm_move_decided(step->guests->reg, move->id, &decision, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        decision = XM_MOVE_ABORTED;     /* by us, who hold its lock */
    }
    return decision == XM_MOVE_COMMITTED ? xm_move_settle_in(step, move, err) : xm_move_undo(step, move, err);
}

/* --- both --- */

int xm_move_fail_doubt(const xm_move *move, const char *name, xm_error **err)
{
    const char *who = name ? name : move->name ? move->name : move->uuid;

    if (move->damage != NULL)
        return xm_fail(err, XM_STATE, "%s may run elsewhere by now, as the record of its move cannot be read (xm migrate "
                       "--recover %s): %s", who, who, move->damage);
    return xm_fail(err, XM_STATE, "%s may run on %s by now: its migration was cut off at the end, and only the other side "
                   "knows (settle it with: xm migrate --recover %s)", who, move->peer.host ? move->peer.host : "another host",
                   who);
}

/* The record, a damaged one as such; *ret_move NULL if there is none. */
static int load(const struct xm_guests *guests, const char *uuid, xm_move **ret_move, xm_error **err)
{
    xm_error *why = NULL;

    *ret_move = NULL;
    if (!xm_move_has(guests->reg, uuid) || xm_move_load(guests->reg, uuid, ret_move, &why) == 0)
        return 0;
    if (why->code == XM_NOT_FOUND) {
        xm_error_free(why);
        return 0;
    }
    if (why->code == XM_IO || why->code == XM_DENIED)
        return xm_error_pass(err, why);
    *ret_move = xm_new0(xm_move, 1);
    memcpy((*ret_move)->uuid, uuid, sizeof((*ret_move)->uuid));
    (*ret_move)->stage = XM_MOVE_ASKED;
    (*ret_move)->damage = xm_error_text(why);
    xm_error_free(why);
    return 0;
}

int xm_step_settle_move(struct xm_step *step, xm_error **err)
{
    XM_AUTO(xm_move) *move = NULL;

    if (load(step->guests, step->uuid, &move, err) < 0)
        return -1;
    if (move == NULL)
        return 0;
    switch (move->stage) {
    case XM_MOVE_SENDING:
        return xm_move_go_back(step, move, true, err);
    case XM_MOVE_ASKED:
        return xm_move_fail_doubt(move, NULL, err);
    case XM_MOVE_LEFT:
        return xm_move_leave_behind(step, move, err);
    case XM_MOVE_ARRIVING:
        return settle_arriving(step, move, err);
    }
    return 0;
}

bool xm_step_in_doubt(struct xm_step *step)
{
    XM_AUTO(xm_move) *move = NULL;

    /* one that cannot be told is told as the failure of what was to be done */
    return load(step->guests, step->uuid, &move, NULL) == 0 && move != NULL && move->stage == XM_MOVE_ASKED;
}

int xm_guest_check_doubt(const struct xm_guests *guests, const char *uuid, const char *name, xm_error **err)
{
    XM_AUTO(xm_move) *move = NULL;

    if (load(guests, uuid, &move, err) < 0)
        return -1;
    /* Somebody is at it, and will know soon. */
    if (move == NULL || xm_reg_is_held(guests->reg, uuid))
        return 0;
    return move->stage == XM_MOVE_ASKED ? xm_move_fail_doubt(move, name, err) : 0;
}

int xm_move_settle(const struct xm_guests *guests, const char *uuid, xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;
    xm_error *why = NULL;

    if (!xm_move_has(guests->reg, uuid))
        return 0;
    if (xm_step_open(guests, uuid, XM_NOW, &step, &why) < 0) {
        if (why->code != XM_BUSY)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    return xm_step_in_doubt(&step) ? 0 : xm_step_settle_move(&step, err);
}

int xm_moves_settle(const struct xm_guests *guests, xm_error **err)
{
    XM_AUTO(xm_moves) *moves = NULL;

    if (xm_moves_load(guests->reg, &moves, err) < 0)
        return -1;
    for (size_t i = 0; i < moves->count; i++) {
        xm_error *why = NULL;

        if (xm_move_settle(guests, moves->items[i].uuid, &why) < 0) {
            xm_autofree char *text = xm_error_text(why);

            xm_log(guests->log, XM_LOG_ERROR, "the interrupted migration of %s could not be settled: %s",
                   moves->items[i].name ? moves->items[i].name : moves->items[i].uuid, text);
            xm_error_free(why);
        }
    }
    xm_moves_sweep(guests->reg);
    return 0;
}
