/* A change of what a guest has: of its domain, and of what is stored for its next one, in one step.
 *
 * What is stored is made ready first, so that a change which it cannot hold is refused before anything
 * is done; then the domain is changed, and only then is it written. Whoever is stopped in between has
 * a guest that runs with the new and will be started with the old, both of them whole, and has not
 * been told that it was done. The other way round a guest could get at its next start what its host
 * had refused it. */
#include "guest/edit.h"
#include "guest/step.h"

static int live_share(xm_host *host, uint32_t domid, const struct xm_change *change, xm_error **err)
{
    struct xm_share share;

    if (xm_host_share(host, domid, &share, err) < 0)
        return -1;
    share.scheduler = change->scheduler;
    if (change->weight >= 0)
        share.weight = change->weight <= UINT32_MAX ? (unsigned)change->weight : UINT32_MAX;
    if (change->cap >= 0)
        share.cap = change->cap <= UINT32_MAX ? (unsigned)change->cap : UINT32_MAX;
    return xm_host_set_share(host, domid, &share, err);
}

static int live_cpus(xm_host *host, uint32_t domid, struct xm_change *change, xm_error **err)
{
    XM_AUTO(xm_vcpus) *vcpus = NULL;
    unsigned from = change->vcpu, to = change->vcpu;

    if (change->vcpu == XM_ALL_VCPUS) {
        if (xm_host_vcpus(host, domid, &vcpus, err) < 0)
            return -1;
        if (vcpus->count == 0)
            return 0;
        from = 0;
        to = (unsigned)vcpus->count - 1;
    }
    for (unsigned v = from; ; v++) {
        change->failed_vcpu = v;
        if (xm_host_vcpu_pin(host, domid, v, change->hard, change->soft, change->force, err) < 0)
            return -1;
        change->failed_vcpu = XM_ALL_VCPUS;
        if (v == to)
            return 0;
    }
}

static int change_live(xm_host *host, uint32_t domid, struct xm_change *change, xm_error **err)
{
    switch (change->what) {
    case XM_SET_MEMORY:
        return xm_host_set_memory(host, domid, change->kib, change->room, err);
    case XM_SET_MAX_MEMORY:
        return xm_host_set_max_memory(host, domid, change->kib, err);
    case XM_SET_VCPUS:
        return xm_host_set_vcpus(host, domid, change->vcpus, err);
    case XM_SET_SHARE:
        return live_share(host, domid, change, err);
    case XM_SET_CPUS:
        return live_cpus(host, domid, change, err);
    }
    return 0;
}

static int change_stranger(const struct xm_guests *guests, const struct xm_guest *guest, struct xm_change *change, xm_error **err)
{
    if (change->where == XM_STORED)
        return xm_fail(err, XM_STATE, "nothing is stored of it: it is not of xm's making");
    if (guest->domid == XM_DOMID_NONE)
        return xm_fail(err, XM_NOT_FOUND, "it is gone");
    return change_live(guests->host, guest->domid, change, err);
}

/* Could the domain have it, by the configuration that it has by now? Then it is another definition,
 * yet to take effect, that cannot. */
static bool suits_domain(const struct xm_step *step, const struct xm_change *change, uint32_t domid)
{
    xm_autofree char *json = NULL;
    XM_AUTO(xm_doc) *doc = NULL;

    return xm_host_config_json(step->guests->host, domid, &json, NULL) == 0
        && xm_guest_doc_from_json(json, "the domain", &doc, NULL) == 0
        && xm_guest_edit(step->guests, doc, change, true, NULL) == 0;
}

static int prepare(struct xm_step *step, const struct xm_change *change, uint32_t domid, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *why = NULL;

    if (xm_step_load_doc(step, &doc, err) < 0)
        return -1;
    if (xm_guest_edit(step->guests, doc, change, domid != XM_DOMID_NONE, &why) < 0) {
        if (domid != XM_DOMID_NONE && why->code == XM_INVALID && suits_domain(step, change, domid))
            xm_wrap(&why, "what is stored for its next start differs, and cannot have this");
        return xm_error_pass(err, why);
    }
    *ret_doc = XM_TAKE(doc);
    return 0;
}

static int change_ours(struct xm_step *step, struct xm_change *change, const char *name, uint32_t domid, xm_error **err)
{
    bool live = change->where != XM_STORED && domid != XM_DOMID_NONE;
    XM_AUTO(xm_doc) *doc = NULL;

    if (change->where == XM_LIVE && !live)
        return xm_fail(err, XM_STATE, "Domain '%s' is not started", name);
    if (change->where == 0 && step->state.phase == XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "VM '%s' is suspended, and goes on with what it had: resume it first, or change only "
                       "what its next start gives it, with --config", name);
    if (change->where != XM_LIVE && prepare(step, change, live ? domid : XM_DOMID_NONE, &doc, err) < 0)
        return -1;
    if (live && change_live(step->guests->host, domid, change, err) < 0)
        return -1;
    if (doc != NULL && xm_reg_save_doc(step->guests->reg, step->uuid, doc, err) < 0)
        return live ? xm_wrap(err, "%s has it now, but its next start will not know", name) : -1;
    return 0;
}

int xm_guest_change(const struct xm_guests *guests, const struct xm_guest *guest, struct xm_change *change, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;

    change->failed_vcpu = XM_ALL_VCPUS;
    if (!guest->ours)
        return change_stranger(guests, guest, change, err);
    if (xm_step_open(guests, guest->uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    if (!step.there)
        return change_stranger(guests, guest, change, err);
    if (xm_step_domain(&step, 0, &domains, err) < 0)
        return -1;
    return change_ours(&step, change, guest->name != NULL ? guest->name : guest->uuid,
                       domains != NULL ? step.state.domid : XM_DOMID_NONE, err);
}
