/* A domain's memory and vcpus, changed while it runs. */
#include "host/sim/sim.h"

#include <string.h>

/* Has its balloon driver had a moment to work, since it was last asked? One that was paused or has
 * ended in the meantime holds what its record says. */
static bool can_balloon(const struct sim_guest *guest, int64_t now)
{
    bool drivers = strcmp(guest->kind, "hvm") != 0 || guest->does.pv;

    return guest->domid != 0 && drivers && guest->since_ms != 0 && sim_guest_booted(guest, now)
        && !sim_guest_ended(guest, now);
}

void sim_settle_memory(struct sim_state *state)
{
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < state->count; i++) {
            struct sim_guest *guest = &state->guests[i];
            int64_t more = guest->target_kib - guest->mem_kib, left;

            /* Who gives goes first: then there is more to be had. */
            if (more == 0 || (more > 0) == (turn == 0) || !can_balloon(guest, state->now))
                continue;
            left = sim_free_kib(state);
            guest->mem_kib += more < left ? more : left;
        }
    }
}

static xm_json *open_config(const struct sim_guest *guest, xm_json **ret_info, xm_error **err)
{
    xm_json *json, *info;

    if (xm_json_parse(guest->config, strlen(guest->config), &json, err) < 0)
        return NULL;
    info = (xm_json *)xm_json_get(json, "b_info", NULL);        /* within json, which is ours */
    if (info == NULL || info->type != XM_JSON_OBJECT) {
        info = xm_json_new(XM_JSON_OBJECT);
        xm_json_set(json, "b_info", info);
    }
    *ret_info = info;
    return json;
}

/* The configuration follows, as libxl's does when it is asked for it. */
static int note_settings(struct sim_guest *guest, xm_error **err)
{
    xm_json *info, *online = xm_json_new(XM_JSON_ARRAY), *json = open_config(guest, &info, err), *params;

    if (json == NULL) {
        xm_json_free(online);
        return -1;
    }
    for (int64_t i = 0; i < guest->vcpus; i++)
        xm_json_add(online, xm_json_new_int(i));
    xm_json_set(info, "avail_vcpus", online);
    xm_json_set(info, "max_memkb", xm_json_new_int(guest->max_kib));
    xm_json_set(info, "target_memkb", xm_json_new_int(guest->target_kib));
    params = xm_json_new(XM_JSON_OBJECT);
    xm_json_set(params, "weight", xm_json_new_int(guest->weight != 0 ? guest->weight : 256));
    xm_json_set(params, "cap", xm_json_new_int(guest->cap));
    xm_json_set(info, "sched_params", params);
    free(guest->config);
    guest->config = xm_json_format(json, false);
    xm_json_free(json);
    return 0;
}

int sim_guest_changed(const struct sim_state *state, struct sim_guest *guest, xm_error **err)
{
    if (guest->domid != 0 && note_settings(guest, err) < 0)
        return -1;
    return sim_guest_store(state, guest, err);
}

int sim_set_memory(struct xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "set_memory", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL || xm_host_check_memory(domid, kib, (uint64_t)guest->max_kib,
                                              (uint64_t)state.settings.dom0_min_mib * 1024, err) < 0)
        return -1;
    if (room && domid != 0 && (int64_t)kib > guest->mem_kib
        && sim_make_more_room(&state, host->conf, (int64_t)kib - guest->mem_kib, err) < 0)
        return -1;
    guest->target_kib = (int64_t)kib;
    sim_settle_memory(&state);
    return sim_guest_changed(&state, guest, err);
}

int sim_set_max_memory(struct xm_host *host, uint32_t domid, uint64_t kib, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "set_max_memory", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL || xm_max_memory_check(kib, (uint64_t)guest->target_kib, err) < 0)
        return -1;
    if (kib > SIM_KIB_MAX)
        return xm_fail(err, XM_INVALID, "no domain can have %llu KiB of memory", (unsigned long long)kib);
    guest->max_kib = (int64_t)kib;
    return sim_guest_changed(&state, guest, err);
}

int sim_set_vcpus(struct xm_host *host, uint32_t domid, unsigned count, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "set_vcpus", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL || xm_host_check_vcpus(domid, count, (unsigned)guest->max_vcpus, err) < 0)
        return -1;
    guest->vcpus = count;
    return sim_guest_changed(&state, guest, err);
}
