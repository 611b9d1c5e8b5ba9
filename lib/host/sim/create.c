/* Making domains.
 *
 * As on Xen it goes in steps that others can see: a paused domain comes first, then its devices,
 * then it runs. Between the steps the lock is free, so a long create holds up nobody. */
#include "host/sim/sim.h"

#include <string.h>

/* dom0 gives only if the configuration lets us, and does not grow back. */
void sim_room_for(const struct sim_state *state, const xm_conf *conf, const struct sim_guest *guest, struct xm_room *ret)
{
    int64_t spare = state->guests[0].mem_kib - state->settings.dom0_min_mib * 1024;
    bool fixed = strstr(state->settings.xen_commandline, "dom0_mem=") != NULL;
    bool gives = conf->autoballoon > 0 || (conf->autoballoon < 0 && !fixed);

    *ret = (struct xm_room){
        .need_kib = (uint64_t)(guest->mem_kib + guest->overhead_kib), .free_kib = (uint64_t)sim_free_kib(state),
        .dom0_kib = gives && spare > 0 ? (uint64_t)spare : 0,
    };
}

static int take_room(struct sim_state *state, struct xm_room room, xm_error **err)
{
    struct sim_guest *dom0 = state->guests;

    if (room.need_kib <= room.free_kib)
        return 0;
    if (room.need_kib > room.free_kib + room.dom0_kib)
        return xm_room_fail(&room, err);
    dom0->mem_kib -= (int64_t)(room.need_kib - room.free_kib);
    dom0->target_kib = dom0->mem_kib;
    return sim_guest_store(state, dom0, err);
}

static int make_room(struct sim_state *state, const xm_conf *conf, const struct sim_guest *guest, xm_error **err)
{
    struct xm_room room;

    sim_room_for(state, conf, guest, &room);
    return take_room(state, room, err);
}

int sim_make_more_room(struct sim_state *state, const xm_conf *conf, int64_t kib, xm_error **err)
{
    const struct sim_guest more = { .mem_kib = kib };

    return make_room(state, conf, &more, err);
}

/* Ascending until the numbers end, so that none comes again soon. */
static int take_domid(struct sim_state *state, int64_t *ret_domid, xm_error **err)
{
    int64_t domid = state->next_domid;

    for (size_t i = 0; i < state->count; i++) {
        if (state->guests[i].domid != domid)
            continue;
        domid = domid % 0x7fef + 1;
        i = (size_t)-1;         /* those before may hold the new number: look again */
    }
    if (sim_next_domid_store(state, domid % 0x7fef + 1, err) < 0)
        return -1;
    *ret_domid = domid;
    return 0;
}

static void continue_stream(struct sim_guest *guest, const struct sim_guest *stream)
{
    free(guest->memory);
    free(guest->console);
    guest->memory = xm_strdup(stream->memory);
    guest->console = xm_strdup(stream->console);
    guest->ran_ms = guest->cpu_from_ms = stream->ran_ms;
}

/* A name and a uuid are one domain's, as the registry needs it and the real host holds to. */
static int need_unique(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    for (size_t i = 0; i < state->count; i++) {
        const struct sim_guest *other = &state->guests[i];

        if (strcmp(other->name, guest->name) == 0)
            return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%lld'", guest->name, (long long)other->domid);
        if (other->domid != 0 && strcmp(other->uuid, guest->uuid) == 0)
            return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%lld', and has the uuid %s",
                           other->name, (long long)other->domid, guest->uuid);
    }
    return 0;
}

static int begin(struct sim *sim, xm_json *json, const char *name, const struct sim_guest *stream,
                 int64_t *ret_domid, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_request request;
    struct sim_guest *guest = &request.guest;
    int rc = -1;

    if (sim_state_load(sim, &state, err) < 0) {
        xm_json_free(json);
        return -1;
    }
    if (sim_request_read(&state, sim->host.conf, json, name, stream != NULL, &request, err) < 0)
        return -1;
    if (need_unique(&state, guest, err) < 0)
        rc = -1;
    else if (stream != NULL && stream->mem_kib > guest->max_kib)
        (void)xm_fail(err, XM_INVALID, "the saved memory, %lld KiB, does not fit the guest's %lld",
                      (long long)stream->mem_kib, (long long)guest->max_kib);
    else if (make_room(&state, sim->host.conf, guest, err) == 0)
        rc = take_domid(&state, &guest->domid, err);
    if (rc == 0) {
        if (stream != NULL)
            continue_stream(guest, stream);
        sim_guest_plan(guest);
        guest->building = guest->paused = 1;
        guest->started_ms = state.now;
        rc = sim_guest_store(&state, guest, err);
        *ret_domid = guest->domid;
    }
    sim_request_clear(&request);
    return rc;
}

static int finish(struct sim *sim, int64_t domid, bool paused, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return xm_wrap(err, "while it was being built");
    guest->building = 0;
    if (!paused) {
        guest->paused = 0;
        sim_guest_go(guest, state.now);
    }
    return sim_guest_store(&state, guest, err);
}

static void undo(struct sim *sim, int64_t domid)
{
    sim_autostate state = SIM_STATE_INIT;

    /* The error that matters is set already; and it may be that somebody has destroyed it. */
    if (sim_state_load(sim, &state, NULL) == 0)
        (void)sim_guest_remove(&state, domid, NULL);
}

int sim_domain_build(struct sim *sim, xm_json *json, const char *name, const struct sim_guest *stream,
                     const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    int64_t domid;

    if (sim_fault(sim, "create.domain", err) < 0 || sim_stopped(sim, err) < 0) {
        xm_json_free(json);
        return -1;
    }
    if (stream == NULL)
        sim_kernel_look(sim, json);
    if (begin(sim, json, name, stream, &domid, err) < 0)
        return -1;
    if (build->console_ready != NULL)
        build->console_ready(build->arg, (uint32_t)domid);
    if (sim_fault(sim, "create.devices", err) < 0 || sim_fault(sim, "create.finish", err) < 0
        || sim_stopped(sim, err) < 0 || finish(sim, domid, build->paused, err) < 0) {
        undo(sim, domid);
        return -1;
    }
    *ret_domid = (uint32_t)domid;
    return 0;
}

int sim_config_tree(libxl_domain_config *config, xm_json **ret_json, xm_error **err)
{
    xm_autofree char *text = libxl_domain_config_to_json(NULL, config);

    if (text == NULL)
        return xm_fail(err, XM_INVALID, "libxl cannot write down this configuration");
    return xm_json_parse(text, strlen(text), ret_json, err);
}

int sim_create(struct xm_host *host, libxl_domain_config *config, const struct xm_build *build,
               uint32_t *ret_domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    xm_json *json;

    if (sim_fault(sim, "create", err) < 0 || sim_config_tree(config, &json, err) < 0)
        return -1;
    return sim_domain_build(sim, json, NULL, NULL, build, ret_domid, err);
}

int sim_create_json(struct xm_host *host, const char *config_json, const struct xm_build *build,
                    uint32_t *ret_domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    xm_json *json;

    if (sim_fault(sim, "create_json", err) < 0 || xm_json_parse(config_json, strlen(config_json), &json, err) < 0)
        return -1;
    return sim_domain_build(sim, json, NULL, NULL, build, ret_domid, err);
}
