/* The end of a domain: by hand, or by itself and then as its policy says. */
#include <time.h>

#include "guest/core.h"
#include "guest/step.h"
#include "registry/moves.h"

/* By its entry, if it has one and that can be read and settled; *ret_done then. */
static int destroy_known(const struct xm_guests *guests, const char *uuid, uint32_t domid, bool *ret_done, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;
    xm_error *why = NULL;
    bool doubt = false;

    if (xm_step_open(guests, uuid, XM_SOON, &step, &why) < 0 || (doubt = xm_step_in_doubt(&step))
        || xm_step_settle(&step, false, &why) < 0) {
        if (doubt)
            return xm_step_settle_move(&step, err);
        if (why->code == XM_BUSY)
            return xm_error_pass(err, why);
        xm_error_free(why);     /* a damaged entry must not make its guest immortal */
        return 0;
    }
    if (!step.there || step.state.domid != domid)
        return 0;
    if (xm_step_domain(&step, 0, &domains, err) < 0)
        return -1;
    *ret_done = true;
    if (domains != NULL) {
        xm_step_keep_figures(&step, &domains->items[0]);
        if (xm_host_destroy(guests->host, domid, err) < 0)
            return -1;
    }
    return xm_step_halt(&step, err);
}

int xm_guest_destroy(const struct xm_guests *guests, uint32_t domid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_error *why = NULL;
    bool done = false;

    if (domid == 0)
        return xm_fail(err, XM_INVALID, "Cannot destroy privileged domain 0");
    if (xm_host_get(guests->host, domid, 0, &domains, err) < 0
        || xm_guest_check_doubt(guests, domains->items[0].uuid, NULL, err) < 0)
        return -1;
    if (!xm_reg_has(guests->reg, domains->items[0].uuid) && !xm_move_has(guests->reg, domains->items[0].uuid))
        return xm_host_destroy(guests->host, domid, err);
    if (destroy_known(guests, domains->items[0].uuid, domid, &done, err) < 0)
        return -1;
    if (done || xm_host_destroy(guests->host, domid, &why) == 0)
        return 0;
    if (why->code != XM_NOT_FOUND)
        return xm_error_pass(err, why);
    xm_error_free(why);         /* settling its entry has ended it already: it was half made */
    return 0;
}

static int destroy(struct xm_step *step, uint32_t domid, xm_error **err)
{
    if (xm_host_destroy(step->guests->host, domid, err) < 0)
        return -1;
    return xm_step_halt(step, err);
}

static int rebuild(struct xm_step *step, const xm_doc *doc, const struct xm_guest_how *how, uint32_t *ret_domid,
                   xm_error **err)
{
    struct xm_source source = { .doc = doc, .fd = -1 };
    xm_error *why = NULL;

    if (xm_guest_check_free(step->guests, xm_doc_get_str(doc, "name"), step->uuid, &why) < 0
        || xm_step_raise(step, how, &source, ret_domid, &why) < 0) {
        if (!step->remains)
            (void)xm_step_halt(step, NULL);     /* if that cannot be written, mending does it */
        return xm_error_pass(err, why);
    }
    xm_log(step->guests->log, XM_LOG_INFO, "Domain %s started again (id=%u).", xm_doc_get_str(doc, "name"), *ret_domid);
    return 0;
}

int xm_step_rebuild(struct xm_step *step, const xm_doc *doc, xm_error **err)
{
    struct xm_guest_how how = { .build = { .wait_devices = true } };
    uint32_t domid;

    return rebuild(step, doc, &how, &domid, err);
}

/* Lets go of the old domain. On failure nothing has happened yet. */
static int let_old_go(struct xm_step *step, const xm_doc *doc, uint32_t domid, bool keep, xm_error **err)
{
    return keep ? xm_step_keep(step, doc, err) : xm_host_destroy(step->guests->host, domid, err);
}

/* before: how it stood when nothing had been done about it, and stands again should the old domain not go: who
 * tries anew is to find its end unanswered, and not counted. */
static int restart(struct xm_step *step, const xm_doc *doc, const struct xm_reg_state *before, bool keep,
                   const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    uint32_t domid = before->domid;

    /* Written first: should we be stopped in between, whoever mends it knows what was meant. */
    step->state.restarting = true;
    if (keep)
        xm_step_mark_kept(step, domid);
    if (xm_step_save(step, XM_PHASE_BUILDING, XM_DOMID_NONE, err) < 0) {
        step->state = *before;
        return -1;
    }
    if (let_old_go(step, doc, domid, keep, err) < 0) {
        step->state = *before;
        (void)xm_step_save(step, XM_PHASE_RUNNING, domid, NULL);        /* the error that matters is set */
        return -1;
    }
    return rebuild(step, doc, how, ret_domid, err);
}

int xm_guest_reset(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                   uint32_t *ret_domid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_reg_state before;

    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0
        || xm_step_domain(&step, 0, &domains, err) < 0)
        return -1;
    if (domains == NULL || step.state.phase != XM_PHASE_RUNNING)
        return xm_fail(err, XM_STATE, "Domain is not running");
    if (xm_step_load_doc(&step, &doc, err) < 0)
        return -1;
    xm_step_keep_figures(&step, &domains->items[0]);
    before = step.state;
    return restart(&step, doc, &before, false, how, ret_domid, err);
}

/* A core is worth a line, never its guest. */
static void write_core(struct xm_step *step, const xm_doc *doc, uint32_t domid, const char *name)
{
    const struct xm_log *log = step->guests->log;
    struct xm_core core = { .name = name, .uuid = step->uuid, .domid = domid, .dialect = xm_doc_dialect(doc), .lock = step->lock };
    xm_autofree char *path = NULL, *text = NULL;
    xm_error *why = NULL;

    xm_log(log, XM_LOG_INFO, "Domain core dump requested for domain %s (%u) live=0 crash=0 reset=0.", name, domid);
    if (xm_guest_core(step->guests, &core, &path, &why) == 0) {
        xm_log(log, XM_LOG_INFO, "Core of domain %s (%u) written to %s.", name, domid, path);
        return;
    }
    text = xm_error_text(why);
    xm_log(log, XM_LOG_ERROR, "No core of domain %s (%u): %s", name, domid, text);
    xm_error_free(why);
}

/* On record as being built meanwhile: nobody could tell how far an interrupted reset has come, and so
 * such a guest is built again. */
static int soft_reset(struct xm_step *step, uint32_t domid, const char *name, xm_error **err)
{
    const struct xm_guests *g = step->guests;
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    step->state.restarting = true;
    if (xm_step_save(step, XM_PHASE_BUILDING, XM_DOMID_NONE, err) < 0)
        return -1;
    if (xm_host_soft_reset(g->host, domid, &why) == 0) {
        step->state.restarting = false;
        xm_log(g->log, XM_LOG_INFO, "Domain %s (%u) was reset and runs on.", name, domid);
        return xm_step_save(step, XM_PHASE_RUNNING, domid, err);
    }
    text = xm_error_text(why);
    xm_error_free(why);
    xm_log(g->log, XM_LOG_ERROR, "Failed to reset domain %s (%u), ending it: %s", name, domid, text);
    return destroy(step, domid, err);
}

static int act(struct xm_step *step, const struct xm_reg_state *before, unsigned action, const xm_doc *doc, xm_error **err)
{
    struct xm_guest_how how = { .build = { .wait_devices = true } };
    const char *name = doc ? xm_doc_get_str(doc, "name") : step->uuid;
    uint32_t domid = before->domid, fresh;

    switch (action) {
    case XM_ACTION_PRESERVE:
        xm_log(step->guests->log, XM_LOG_INFO, "Preserving dead domain %s (%u).", name, domid);
        step->state.preserved = true;
        return xm_step_save(step, XM_PHASE_RUNNING, domid, err);
    case XM_ACTION_SOFT_RESET:
        return soft_reset(step, domid, name, err);
    case XM_ACTION_RESTART:
    case XM_ACTION_RENAME_RESTART:
        step->state.restarts++;
        return restart(step, doc, before, action == XM_ACTION_RENAME_RESTART, &how, &fresh, err);
    default:
        xm_log(step->guests->log, XM_LOG_INFO, "Destroying domain %s (%u).", name, domid);
        return destroy(step, domid, err);
    }
}

/* All but to destroy a guest needs to know it; a damaged entry must not make its domain stay. */
static int act_on(struct xm_step *step, const struct xm_reg_state *before, unsigned action, xm_error **err)
{
    unsigned then = action & ~(unsigned)XM_ACTION_DUMP;
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *why = NULL;

    if (xm_step_load_doc(step, &doc, &why) < 0 && then != XM_ACTION_DESTROY)
        return xm_error_pass(err, why);
    xm_error_free(why);
    if (doc != NULL && (action & XM_ACTION_DUMP))
        write_core(step, doc, before->domid, xm_doc_get_str(doc, "name"));
    return act(step, before, then, doc, err);
}

int xm_guest_end(const struct xm_guests *guests, const char *uuid, int reason, enum xm_action action, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;
    const struct xm_domain *domain;
    struct xm_reg_state before;

    /* Whoever holds the guest now may take long, and the guest's end must not be forgotten. What is
     * true is seen only then: the end may have been dealt with meanwhile. */
    if (xm_step_open(guests, uuid, XM_EVER, &step, err) < 0)
        return -1;
    if (xm_step_in_doubt(&step))
        return 0;               /* whatever has become of its domain here, it may run elsewhere */
    if (xm_step_settle(&step, true, err) < 0)
        return -1;
    if (!step.there || step.state.phase != XM_PHASE_RUNNING || step.state.preserved)
        return 0;
    if (xm_step_domain(&step, 0, &domains, err) < 0)
        return -1;
    if (domains == NULL)
        return xm_step_halt(&step, err);
    domain = &domains->items[0];
    if (!domain->shutdown || domain->reason == XM_REASON_SUSPEND)
        return 0;
    xm_step_keep_figures(&step, domain);
    before = step.state;
    step.state.last_reason = domain->reason != XM_REASON_NONE ? domain->reason : reason;
    return act_on(&step, &before, (unsigned)action, err);
}

int xm_guest_model_lost(const struct xm_guests *guests, const char *uuid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;
    xm_error *why = NULL;

    /* Whoever held the guest until now may have ended it, or given it another one. */
    if (xm_step_open(guests, uuid, XM_EVER, &step, err) < 0)
        return -1;
    if (xm_step_in_doubt(&step))
        return 0;               /* whatever has become of its domain here, it may run elsewhere */
    if (xm_step_settle(&step, true, err) < 0)
        return -1;
    if (!step.there || step.state.phase != XM_PHASE_RUNNING || step.state.preserved)
        return 0;
    if (xm_step_domain(&step, 0, &domains, err) < 0)
        return -1;
    if (domains == NULL || xm_host_model_lost(guests->host, domains->items[0].domid, &why) == 0)
        return 0;
    if (why->code != XM_STATE && why->code != XM_NOT_FOUND)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return 0;
}
