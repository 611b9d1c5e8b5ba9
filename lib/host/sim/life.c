/* What is done to a domain that is there. */
#include "host/sim/sim.h"

#include <string.h>

#define CONSOLE_MAX 16384

/* The console keeps its latest text. */
void sim_guest_say(struct sim_guest *guest, const char *text)
{
    xm_autofree char *old = guest->console;
    size_t len = strlen(old) + strlen(text);
    size_t skip = len > CONSOLE_MAX ? len - CONSOLE_MAX : 0;

    guest->console = xm_printf("%s%s", skip < strlen(old) ? old + skip : "", text);
}

static int need_alive(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    if (sim_guest_ended(guest, state->now))
        return xm_fail(err, XM_STATE, "domain %lld has shut down", (long long)guest->domid);
    return 0;
}

int sim_guest_set_paused(struct sim *sim, uint32_t domid, bool paused, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;
    bool suspended;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, paused ? "paused" : "unpaused", err);
    if (guest == NULL)
        return -1;
    /* One that is suspended can be paused, too: so it stays still when it is resumed. */
    suspended = sim_guest_ended(guest, state.now) && guest->end_reason == XM_REASON_SUSPEND;
    if (!suspended && need_alive(&state, guest, err) < 0)
        return -1;
    guest->paused = paused;
    if (!suspended && paused)
        sim_guest_halt(guest, state.now);
    else if (!suspended)
        sim_guest_go(guest, state.now);
    return sim_guest_store(&state, guest, err);
}

int sim_pause(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    return sim_fault(sim, "pause", err) < 0 ? -1 : sim_guest_set_paused(sim, domid, true, err);
}

int sim_unpause(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    return sim_fault(sim, "unpause", err) < 0 ? -1 : sim_guest_set_paused(sim, domid, false, err);
}

static int end(struct sim *sim, uint32_t domid, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "destroyed", err);
    if (guest == NULL)
        return -1;
    (void)sim_leftovers_note(&state, guest, NULL);      /* ending a domain needs no room on a disk */
    return sim_leave(&state, guest, err) < 0 ? -1 : sim_guest_remove(&state, domid, err);
}

/* Should this fail, they stay, as they do on Xen. */
static void forget(struct sim *sim, uint32_t domid)
{
    sim_autostate state = SIM_STATE_INIT;

    if (sim_state_load(sim, &state, NULL) == 0)
        (void)sim_leftovers_forget(&state, domid, NULL);
}

int sim_destroy(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    if (sim_fault(sim, "destroy", err) < 0 || end(sim, domid, err) < 0)
        return -1;
    if (sim_fault(sim, "destroy.release", err) < 0)
        return -1;
    forget(sim, domid);
    return 0;
}

static char *renamed_config(const char *config, const char *name, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;

    if (xm_json_parse(config, strlen(config), &json, err) < 0)
        return NULL;
    sim_json_set_in(json, "c_info", "name", name);
    return xm_json_format(json, false);
}

int sim_rename(struct xm_host *host, uint32_t domid, const char *name, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest, *other;
    char *config;

    if (sim_fault(sim, "rename", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    if (*name == '\0')
        return xm_fail(err, XM_INVALID, "domain %u cannot have an empty name", domid);
    other = sim_guest_by_name(&state, name);
    if (other != NULL && other != guest)
        return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%lld'", name, (long long)other->domid);
    config = renamed_config(guest->config, name, err);
    if (config == NULL)
        return -1;
    free(guest->config);
    free(guest->name);
    guest->config = config;
    guest->name = xm_strdup(name);
    return sim_guest_store(&state, guest, err);
}

int sim_config_json(struct xm_host *host, uint32_t domid, char **ret_json, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_fault(sim, "config_json", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    *ret_json = xm_strdup(guest->config);
    return 0;
}

int sim_configs(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err)
{
    XM_AUTO(xm_host_configs) *configs = xm_host_configs_new(count);
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "configs", err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        (void)sim_fault(sim, "configs.guest", &configs->items[i].err);  /* not while the state is held */
    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct xm_host_config *item = &configs->items[i];
        const struct sim_guest *guest = item->err != NULL ? NULL : sim_guest_get(&state, domids[i], &item->err);

        if (guest != NULL)
            (void)xm_json_parse(guest->config, strlen(guest->config), &item->json, &item->err);
    }
    *ret = XM_TAKE(configs);
    return 0;
}

static const struct { char letter; const char *text; int reason; } letters[] = {
    { 'b', "Resetting", XM_REASON_REBOOT }, { 'c', "Trigger a crash", XM_REASON_CRASH },
    { 'o', "Power Off", XM_REASON_POWEROFF }, { 'h', "HELP : reboot(b) crash(c) poweroff(o) sync(s) unmount(u)", XM_REASON_NONE },
    { 's', "Emergency Sync", XM_REASON_NONE }, { 'u', "Emergency Remount R/O", XM_REASON_NONE },
    { '\0', "This sysrq operation is disabled.", XM_REASON_NONE },
};

int sim_sysrq(struct xm_host *host, uint32_t domid, char letter, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;
    xm_autofree char *text = NULL;
    size_t i = 0;

    if (sim_fault(sim, "sysrq", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "sent a sysrq", err);
    if (guest == NULL || need_alive(&state, guest, err) < 0)
        return -1;
    while (letters[i].letter != letter && letters[i].letter != '\0')
        i++;
    text = xm_printf("sysrq: %s\r\n", letters[i].text);
    sim_guest_say(guest, text);
    if (letters[i].reason != XM_REASON_NONE)
        sim_guest_end_in(guest, state.now, 0, letters[i].reason);
    return sim_guest_store(&state, guest, err);
}

/* When the guest takes a request: in ms from now, or -1: never. */
static int64_t ack_of(const struct sim_guest *guest, int64_t now)
{
    int64_t booting = guest->does.boot_ms - sim_guest_time(guest, now);

    if (guest->paused || guest->does.shutdown_ms < 0)
        return -1;
    return booting > 0 ? booting : 0;
}

/* Puts the request to the guest. */
static int ask(struct sim *sim, uint32_t domid, int reason, bool acpi, bool force, int64_t *ret_ack_ms, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;
    bool deaf;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get_u(&state, domid, "shut down", err);
    if (guest == NULL || need_alive(&state, guest, err) < 0)
        return -1;
    deaf = strcmp(guest->kind, "hvm") == 0 && !guest->does.pv;
    if (deaf && !acpi && !force)
        return xm_fail(err, XM_UNSUPPORTED, "domain %u has no PV drivers to ask", domid);
    *ret_ack_ms = deaf ? 0 : ack_of(guest, state.now);      /* nobody answers a power button */
    if (deaf && !acpi) {
        guest->end_ms = sim_guest_time(guest, state.now);
        guest->end_reason = reason;
    } else if (guest->does.shutdown_ms >= 0) {
        sim_guest_end_in(guest, state.now, guest->does.shutdown_ms, reason);
    }
    return sim_guest_store(&state, guest, err);
}

/* Takes back a request that the guest has not taken; the caller's error is the one to tell. */
static void withdraw(struct sim *sim, uint32_t domid)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, NULL) < 0)
        return;
    guest = sim_guest_get(&state, domid, NULL);
    if (guest == NULL || sim_guest_ended(guest, state.now))
        return;
    sim_guest_plan(guest);
    (void)sim_guest_store(&state, guest, NULL);
}

int sim_shutdown(struct xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                 bool acpi, bool force, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    int64_t ack_ms = 0, limit = (int64_t)ack_seconds * 1000;
    int reason = request == XM_REQUEST_REBOOT ? XM_REASON_REBOOT : XM_REASON_POWEROFF;

    if (sim_fault(sim, "shutdown", err) < 0 || ask(sim, domid, reason, acpi, force, &ack_ms, err) < 0)
        return -1;
    if (limit == 0)
        return 0;
    if (ack_ms >= 0 && ack_ms <= limit && sim_wait(sim, ack_ms, err) == 0)
        return 0;
    if ((ack_ms < 0 || ack_ms > limit) && sim_wait(sim, limit, err) == 0)
        (void)xm_fail(err, XM_TIMEOUT, "domain %u did not acknowledge within %u s", domid, ack_seconds);
    withdraw(sim, domid);
    return -1;
}
