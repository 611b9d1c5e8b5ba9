/* Resuming a guest that was suspended into a stream, and building one out of a stream. */
#include "host/sim/sim.h"

#include <string.h>

int sim_resume_now(struct sim *sim, uint32_t domid, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "resumed", err);
    if (guest == NULL)
        return -1;
    if (!sim_guest_ended(guest, state.now) || guest->end_reason != XM_REASON_SUSPEND)
        return xm_fail(err, XM_STATE, "domain %u is not suspended", domid);
    sim_guest_plan(guest);
    guest->end_reason = guest->end_ms < 0 ? XM_REASON_NONE : guest->end_reason;
    guest->end_logged = 0;
    if (!guest->paused)
        sim_guest_go(guest, state.now);
    return sim_guest_store(&state, guest, err);
}

int sim_resume(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    return sim_fault(sim, "resume", err) < 0 ? -1 : sim_resume_now(sim, domid, err);
}

int sim_restore(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct sim_guest guest;
    xm_json *json;
    int rc = -1;

    if (sim_fault(sim, "restore", err) < 0 || sim_stream_read(sim, fd, &build->watch, &guest, err) < 0)
        return -1;
    if (config != NULL)
        rc = sim_config_tree(config, &json, err);
    else if (config_json == NULL)
        rc = xm_fail(err, XM_INVALID, "no configuration came with the memory stream");
    else if (xm_json_parse(config_json, strlen(config_json), &json, err) == 0)
        rc = 0;
    else
        rc = xm_wrap(err, "saved configuration");
    if (rc == 0)
        rc = sim_domain_build(sim, json, name, &guest, build, ret_domid, err);
    sim_guest_clear(&guest);
    return rc;
}
