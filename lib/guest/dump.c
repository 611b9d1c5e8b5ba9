/* A guest's core, by hand. */
#include "guest/core.h"
#include "guest/step.h"

/* path NULL: where cores are kept. */
static int dump(const struct xm_guests *guests, const struct xm_guest *guest, const char *path, bool live, xm_error **err)
{
    struct xm_core core = { .name = guest->name, .uuid = guest->uuid, .domid = guest->domid, .dialect = XM_DIALECT_XM,
                            .live = live, .lock = -1 };
    struct xm_dump how = { .live = live };

    return path != NULL ? xm_host_dump_core(guests->host, guest->domid, path, &how, err)
                        : xm_guest_core(guests, &core, NULL, err);
}

/* Its running domain, if that is what its entry means and nobody has paused it already. */
static int may_hold(struct xm_step *step, uint32_t domid, bool *ret_may, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_step_domain(step, 0, &domains, err) < 0)
        return -1;
    *ret_may = domains != NULL && step->state.phase == XM_PHASE_RUNNING && step->state.domid == domid
        && !domains->items[0].paused && !domains->items[0].shutdown && !domains->items[0].dying;
    return 0;
}

static int dump_held(struct xm_step *step, const struct xm_guest *guest, const char *path, xm_error **err)
{
    int rc;

    /* On record first, so that who finds it paused knows that this was not meant to last. */
    step->state.held = true;
    if (xm_step_save(step, XM_PHASE_RUNNING, guest->domid, err) < 0)
        return -1;
    rc = dump(step->guests, guest, path, false, err);
    step->state.held = false;
    /* if this cannot be written, mending finds a domain that is not paused, and the same answer */
    (void)xm_step_save(step, XM_PHASE_RUNNING, guest->domid, NULL);
    return rc;
}

int xm_guest_dump_core(const struct xm_guests *guests, const struct xm_guest *guest, const char *path, bool live,
                       xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;
    bool may = false;

    if (live || !guest->ours || guest->damage != NULL)
        return dump(guests, guest, path, live, err);
    if (xm_step_open(guests, guest->uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0
        || may_hold(&step, guest->domid, &may, err) < 0)
        return -1;
    return may ? dump_held(&step, guest, path, err) : dump(guests, guest, path, false, err);
}
