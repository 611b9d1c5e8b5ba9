#include "guest/step.h"

#include <string.h>
#include <time.h>

#define SOON_MS 5000

static int lock_soon(const struct xm_guests *guests, const char *uuid, int *ret_lock, xm_error **err)
{
    unsigned delay = 10;

    for (unsigned waited = 0; ; waited += delay, delay = delay < 100 ? 2 * delay : delay) {
        struct timespec pause = { .tv_nsec = delay * 1000000L };
        xm_error *why = NULL;

        if (xm_reg_lock(guests->reg, uuid, false, ret_lock, &why) == 0)
            return 0;
        if (why->code != XM_BUSY || waited >= SOON_MS)
            return xm_error_pass(err, why);
        xm_error_free(why);
        nanosleep(&pause, NULL);
    }
}

int xm_step_open(const struct xm_guests *guests, const char *uuid, enum xm_patience patience,
                 struct xm_step *ret_step, xm_error **err)
{
    struct xm_step step = { .guests = guests, .lock = -1 };

    if (patience == XM_SOON ? lock_soon(guests, uuid, &step.lock, err) < 0
                            : xm_reg_lock(guests->reg, uuid, patience == XM_EVER, &step.lock, err) < 0)
        return -1;
    memcpy(step.uuid, uuid, sizeof(step.uuid));     /* closing needs it */
    step.there = xm_reg_has(guests->reg, uuid);
    step.state = (struct xm_reg_state){ .domid = XM_DOMID_NONE, .last_reason = XM_REASON_NONE };
    if (step.there && xm_reg_load_state(guests->reg, uuid, &step.state, err) < 0) {
        xm_step_close(&step);
        return -1;
    }
    *ret_step = step;
    return 0;
}

void xm_step_close(struct xm_step *step)
{
    if (step->lock >= 0)
        xm_reg_unlock(step->guests->reg, step->uuid, step->lock);
    step->lock = -1;
}

int xm_step_save(struct xm_step *step, enum xm_phase phase, uint32_t domid, xm_error **err)
{
    struct xm_reg_state state = step->state;

    state.phase = phase;
    state.domid = domid;
    if (xm_reg_save_state(step->guests->reg, step->uuid, &state, err) < 0)
        return -1;
    step->state = state;
    return 0;
}

int xm_step_load_doc(struct xm_step *step, xm_doc **ret_doc, xm_error **err)
{
    return xm_reg_load_doc(step->guests->reg, step->uuid, ret_doc, err);
}

char *xm_step_name(struct xm_step *step)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (!step->there || xm_step_load_doc(step, &doc, NULL) < 0)
        return xm_strdup(step->uuid);
    return xm_strdup(xm_doc_get_str(doc, "name"));
}

int xm_step_domain(struct xm_step *step, unsigned want, xm_domains **ret_domains, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_error *why = NULL;

    *ret_domains = NULL;
    if (!step->there || step->state.domid == XM_DOMID_NONE)
        return 0;
    if (xm_host_get(step->guests->host, step->state.domid, want | XM_WANT_TARGET, &domains, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    /* Numbers come round again, after a reboot of the machine from the start. And one that is dying is gone:
     * nobody tells when the hypervisor has taken it apart. */
    if (strcmp(domains->items[0].uuid, step->uuid) == 0 && !domains->items[0].dying)
        *ret_domains = XM_TAKE(domains);
    return 0;
}

void xm_step_keep_figures(struct xm_step *step, const struct xm_domain *domain)
{
    step->state.cpu_ns = domain->cpu_ns;
    step->state.mem_kib = domain->target_kib ? domain->target_kib : domain->mem_kib;
    step->state.vcpus = domain->vcpus;
}

int xm_step_halt(struct xm_step *step, xm_error **err)
{
    if (!step->there)
        return 0;
    step->state.restarting = step->state.again = step->state.held = step->state.preserved = false;
    step->state.asked = 0;
    step->state.kept_uuid[0] = '\0';
    if (step->state.managed)
        return xm_step_save(step, XM_PHASE_HALTED, XM_DOMID_NONE, err);
    if (xm_reg_remove(step->guests->reg, step->uuid, err) < 0)
        return -1;
    step->there = false;
    return 0;
}
