/* What an interrupted step left, settled: back to what was, or on to what was asked. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/pending.h"

static bool has_memory(const struct xm_step *step)
{
    xm_autofree char *path = xm_reg_memory_path(step->guests->reg, step->uuid);

    return access(path, F_OK) == 0;
}

static int drop_memory(const struct xm_step *step, xm_error **err)
{
    xm_autofree char *path = xm_reg_memory_path(step->guests->reg, step->uuid);

    if (unlink(path) < 0)
        return 0;               /* nearly always: there is none */
    return xm_dir_sync_of(path, err);
}

/* Ends what a build has left half made. Nothing else can have this uuid: that was made sure of
 * before the phase was written. */
static int end_remains(struct xm_step *step, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_list(step->guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (strcmp(d->uuid, step->uuid) != 0 || d->dying)
            continue;
        xm_log(step->guests->log, XM_LOG_INFO, "ending domain %u, left half made by an interrupted command", d->domid);
        if (xm_host_destroy(step->guests->host, d->domid, err) < 0)
            return -1;
    }
    return 0;
}

/* A whole domain that was about to be let go. */
static int finish(struct xm_step *step, const struct xm_domain *domain, xm_error **err)
{
    if (domain->paused && !domain->shutdown && xm_host_unpause(step->guests->host, domain->domid, err) < 0)
        return -1;
    if (xm_step_save(step, XM_PHASE_RUNNING, domain->domid, err) < 0)
        return -1;
    return drop_memory(step, err);
}

/* The domain of before, where it was to stay; a document that cannot be read has no name to give it. */
static int keep(struct xm_step *step, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (step->state.kept_uuid[0] == '\0' || xm_step_load_doc(step, &doc, NULL) < 0)
        return 0;
    return xm_step_keep(step, doc, err);
}

/* A restart is done again after its first interruption. A second one may well be its own doing: a
 * build that takes its process down would do so for ever. */
static int restart_again(struct xm_step *step, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    step->state.restarting = false;
    step->state.again = true;
    if (xm_step_save(step, XM_PHASE_BUILDING, XM_DOMID_NONE, err) < 0 || xm_step_load_doc(step, &doc, err) < 0)
        return -1;
    return xm_step_rebuild(step, doc, err);
}

static int settle_building(struct xm_step *step, const struct xm_domain *own, bool rebuild, xm_error **err)
{
    if (own != NULL)
        return finish(step, own, err);
    if (keep(step, err) < 0 || (step->state.domid == XM_DOMID_NONE && end_remains(step, err) < 0))
        return -1;
    if (step->state.restarting && rebuild)
        return restart_again(step, err);
    if (step->state.again) {
        xm_autofree char *name = xm_step_name(step);

        xm_log(step->guests->log, XM_LOG_ERROR, "The supervisor failed during restart of domain %s.  "
               "Refusing to restart to avoid loops.", name);
    }
    return xm_step_halt(step, err);
}

static int settle_suspending(struct xm_step *step, const struct xm_domain *own, xm_error **err)
{
    if (own == NULL) {
        /* The machine went down behind the finished file: nothing has run since it was written. */
        return has_memory(step) ? xm_step_save(step, XM_PHASE_SUSPENDED, XM_DOMID_NONE, err) : xm_step_halt(step, err);
    }
    if (drop_memory(step, err) < 0)
        return -1;
    if (own->shutdown && own->reason == XM_REASON_SUSPEND
        && xm_host_resume(step->guests->host, own->domid, err) < 0)
        return -1;
    /* The request may have reached it, and it may be slow to act on it. */
    step->state.asked = own->shutdown ? 0 : time(NULL);
    return xm_step_save(step, XM_PHASE_RUNNING, own->domid, err);
}

/* How long a guest may take to act on a request: the toolstack that asks waits a minute. */
enum { ASKED_SECONDS = 300 };

static bool was_asked(const struct xm_reg_state *state)
{
    double ago = difftime(time(NULL), (time_t)state->asked);

    return state->asked != 0 && ago >= 0 && ago < ASKED_SECONDS;
}

static int settle_running(struct xm_step *step, const struct xm_domain *own, xm_error **err)
{
    xm_host *host = step->guests->host;
    bool lost;

    if (drop_memory(step, err) < 0)
        return -1;
    if (own == NULL)
        return xm_step_halt(step, err);
    lost = was_asked(&step->state) && own->shutdown && own->reason == XM_REASON_SUSPEND;
    if (!lost && !step->state.held)
        return 0;
    if (lost) {
        xm_log(step->guests->log, XM_LOG_INFO, "domain %u suspended itself for a save that is no more: resuming it", own->domid);
        if (xm_host_resume(host, own->domid, err) < 0)
            return -1;
        step->state.asked = 0;
    }
    if (step->state.held && own->paused && !own->shutdown && xm_host_unpause(host, own->domid, err) < 0)
        return -1;
    step->state.held = false;
    return xm_step_save(step, XM_PHASE_RUNNING, own->domid, err);
}

static int settle_suspended(struct xm_step *step, const struct xm_domain *own, xm_error **err)
{
    if (own != NULL && xm_host_destroy(step->guests->host, own->domid, err) < 0)
        return -1;
    if (!has_memory(step)) {
        xm_log(step->guests->log, XM_LOG_ERROR, "%s: its memory file is gone, it counts as halted", step->uuid);
        return xm_step_halt(step, err);
    }
    return step->state.domid == XM_DOMID_NONE ? 0 : xm_step_save(step, XM_PHASE_SUSPENDED, XM_DOMID_NONE, err);
}

static int settle_resuming(struct xm_step *step, const struct xm_domain *own, xm_error **err)
{
    if (own != NULL)
        return finish(step, own, err);
    /* Once it was on record as whole it may have run, and its old memory is past. */
    if (step->state.domid != XM_DOMID_NONE)
        return drop_memory(step, err) < 0 ? -1 : xm_step_halt(step, err);
    if (end_remains(step, err) < 0)
        return -1;
    return has_memory(step) ? xm_step_save(step, XM_PHASE_SUSPENDED, XM_DOMID_NONE, err) : xm_step_halt(step, err);
}

int xm_step_settle(struct xm_step *step, bool rebuild, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    const struct xm_domain *own;

    if (xm_step_settle_move(step, err) < 0)
        return -1;
    if (!step->there)
        return 0;
    if (xm_step_domain(step, 0, &domains, err) < 0)
        return -1;
    own = domains ? &domains->items[0] : NULL;
    if (xm_pending_settle(step, own ? own->domid : XM_DOMID_NONE, err) < 0)
        return -1;
    switch (step->state.phase) {
    case XM_PHASE_HALTED:
        return step->state.managed ? 0 : xm_step_halt(step, err);
    case XM_PHASE_BUILDING:
        return settle_building(step, own, rebuild, err);
    case XM_PHASE_RUNNING:
        return settle_running(step, own, err);
    case XM_PHASE_SUSPENDING:
        return settle_suspending(step, own, err);
    case XM_PHASE_SUSPENDED:
        return settle_suspended(step, own, err);
    case XM_PHASE_RESUMING:
        return settle_resuming(step, own, err);
    }
    return 0;
}

bool xm_guest_is_half_way(const struct xm_reg_state *state)
{
    switch (state->phase) {
    case XM_PHASE_BUILDING:
    case XM_PHASE_SUSPENDING:
    case XM_PHASE_RESUMING:
        return true;
    case XM_PHASE_RUNNING:
        return state->held || was_asked(state);
    case XM_PHASE_HALTED:
        return !state->managed || state->domid != XM_DOMID_NONE;
    case XM_PHASE_SUSPENDED:
        return state->domid != XM_DOMID_NONE;
    }
    return false;
}

int xm_guest_mend(const struct xm_guests *guests, const char *uuid, xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;
    xm_error *why = NULL;

    if (xm_step_open(guests, uuid, XM_NOW, &step, &why) < 0) {
        if (why->code != XM_BUSY)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (xm_step_in_doubt(&step))
        return 0;
    if (xm_step_settle(&step, true, err) < 0)
        return -1;
    return step.there ? xm_reg_tidy(guests->reg, uuid, err) : 0;
}
