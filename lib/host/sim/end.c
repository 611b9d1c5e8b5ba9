/* What can be made of a domain that has shut down, short of destroying it. */
#include "host/sim/sim.h"

#include <string.h>

static int need_end(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    if (!sim_guest_ended(guest, state->now))
        return xm_fail(err, XM_STATE, "domain %lld runs", (long long)guest->domid);
    return 0;
}

static char *without_devices(const char *config, const char *name, const char *uuid, xm_error **err)
{
    static const char *const devices[] = { "disks", "nics", "pcidevs", "vfbs", "vkbs", "vtpms", "usbctrls" };
    XM_AUTO(xm_json) *json = NULL;

    if (xm_json_parse(config, strlen(config), &json, err) < 0)
        return NULL;
    for (size_t i = 0; i < XM_COUNT(devices); i++)
        if (xm_json_get(json, devices[i], NULL) != NULL)
            xm_json_set(json, devices[i], xm_json_new(XM_JSON_ARRAY));
    sim_json_set_in(json, "c_info", "name", name);
    sim_json_set_in(json, "c_info", "uuid", uuid);
    return xm_json_format(json, false);
}

int sim_preserve(struct xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest, *other;
    char *config;

    if (sim_fault(sim, "preserve", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "preserved", err);
    if (guest == NULL || need_end(&state, guest, err) < 0)
        return -1;
    other = sim_guest_by_name(&state, name);
    if (other != NULL && other != guest)
        return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%lld'", name, (long long)other->domid);
    config = without_devices(guest->config, name, uuid, err);
    if (config == NULL)
        return -1;
    free(guest->config);
    free(guest->name);
    free(guest->uuid);
    guest->config = config;
    guest->name = xm_strdup(name);
    guest->uuid = xm_strdup(uuid);
    return sim_guest_store(&state, guest, err);
}

int sim_soft_reset(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "soft_reset", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "reset", err);
    if (guest == NULL || need_end(&state, guest, err) < 0)
        return -1;
    if (guest->end_reason != XM_REASON_SOFT_RESET)
        return xm_fail(err, XM_STATE, "domain %u has not asked to be reset", domid);
    if (strcmp(guest->kind, "pv") == 0)
        return xm_fail(err, XM_UNSUPPORTED, "domain %u is a PV guest, which cannot be reset", domid);
    sim_guest_halt(guest, state.now);
    guest->ran_ms++;            /* past the moment at which it ends, which is then not planned again */
    sim_guest_plan(guest);
    if (guest->end_ms < 0)
        guest->end_reason = XM_REASON_NONE;
    guest->end_logged = 0;
    guest->paused = 0;
    sim_guest_go(guest, state.now);
    return sim_guest_store(&state, guest, err);
}

int sim_model_lost(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "model_lost", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "crashed", err);
    if (guest == NULL)
        return -1;
    if (!sim_guest_lost_model(guest, state.now))
        return xm_fail(err, XM_STATE, "domain %u has not lost its device model", domid);
    guest->end_ms = sim_guest_time(guest, state.now);
    guest->end_reason = XM_REASON_CRASH;
    return sim_guest_store(&state, guest, err);
}
