/* Domains and vcpus as a listing shows them. */
#include "host/sim/sim.h"

#include <string.h>

static void fill(const struct sim_state *state, const struct sim_guest *guest, unsigned want, struct xm_domain *domain)
{
    bool ended = sim_guest_ended(guest, state->now), busy = sim_guest_busy(guest, state->now);

    domain->domid = (uint32_t)guest->domid;
    strncpy(domain->uuid, guest->uuid, sizeof(domain->uuid) - 1);
    domain->name = want & XM_WANT_NAME && *guest->name ? xm_strdup(guest->name) : NULL;
    domain->paused = guest->paused;
    domain->shutdown = ended;
    /* A paused one is unblocked by its next timer, and stays so. */
    domain->blocked = !ended && !busy && !guest->paused;
    domain->running = !ended && !guest->paused && (busy || guest->domid == 0);
    if (guest->domid == 0)
        domain->blocked = false;        /* it is the one that is asking */
    domain->hvm = strcmp(guest->kind, "pv") != 0;
    domain->reason = ended ? (int)guest->end_reason : XM_REASON_NONE;
    domain->mem_kib = (uint64_t)guest->mem_kib;
    domain->max_kib = (uint64_t)(guest->max_kib + (guest->domid ? guest->overhead_kib : 0));
    domain->target_kib = want & XM_WANT_TARGET ? (uint64_t)guest->target_kib : 0;
    domain->vcpus = (unsigned)guest->vcpus;
    domain->max_vcpu = (unsigned)guest->max_vcpus - 1;
    domain->cpu_ns = (uint64_t)sim_guest_cpu_ns(guest, state->now);
    domain->started = want & XM_WANT_STARTED ? (double)guest->started_ms / 1000 : 0;
}

int sim_list(struct xm_host *host, unsigned want, xm_domains **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    xm_domains *domains;

    if (sim_fault(sim, "list", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    domains = xm_new0(xm_domains, 1);
    domains->items = xm_new0(struct xm_domain, state.count);
    domains->count = state.count;
    for (size_t i = 0; i < state.count; i++)
        fill(&state, &state.guests[i], want, &domains->items[i]);
    *ret = domains;
    return 0;
}

int sim_get(struct xm_host *host, uint32_t domid, unsigned want, xm_domains **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    xm_domains *domains;

    if (sim_fault(sim, "get", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    domains = xm_new0(xm_domains, 1);
    domains->items = xm_new0(struct xm_domain, 1);
    domains->count = 1;
    fill(&state, guest, want, domains->items);
    *ret = domains;
    return 0;
}

int sim_find(struct xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_fault(sim, "find", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_by_name(&state, name);
    if (guest == NULL)
        return xm_fail(err, XM_NOT_FOUND, "domain '%s' does not exist", name);
    *ret_domid = (uint32_t)guest->domid;
    return 0;
}

/* Where a vcpu is: vcpus are dealt round the cpus that they may use, guests beginning further on. */
static unsigned place_of(const struct xm_cpuset *hard, int64_t nr_cpus, int64_t turn)
{
    int64_t allowed = 0;

    for (int64_t cpu = 0; cpu < nr_cpus; cpu++)
        allowed += hard->bits[cpu / 64] >> (cpu % 64) & 1;
    if (allowed == 0)
        return 0;
    turn %= allowed;
    for (int64_t cpu = 0; cpu < nr_cpus; cpu++)
        if ((hard->bits[cpu / 64] >> (cpu % 64) & 1) && turn-- == 0)
            return (unsigned)cpu;
    return 0;
}

int sim_vcpus(struct xm_host *host, uint32_t domid, xm_vcpus **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    bool busy, ended;
    xm_vcpus *vcpus;

    if (sim_fault(sim, "vcpus", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    vcpus = xm_new0(xm_vcpus, 1);
    vcpus->count = (size_t)guest->max_vcpus;
    vcpus->items = xm_new0(struct xm_vcpu, vcpus->count);
    busy = sim_guest_busy(guest, state.now);
    ended = sim_guest_ended(guest, state.now);
    for (int64_t i = 0; i < guest->max_vcpus; i++) {
        struct xm_vcpu *vcpu = &vcpus->items[i];
        bool first = i == 0 && (busy || domid == 0);
        bool works = first || (busy && guest->does.load > 0 && sim_guest_booted(guest, state.now));

        sim_cpuset_parse(guest->hard[i], state.settings.nr_cpus, &vcpu->hard);
        sim_cpuset_parse(guest->soft[i], state.settings.nr_cpus, &vcpu->soft);
        vcpu->online = i < guest->vcpus;
        vcpu->running = vcpu->online && works && !guest->paused && !ended;
        vcpu->blocked = vcpu->online && !works && !guest->paused && !ended;
        vcpu->cpu = place_of(&vcpu->hard, state.settings.nr_cpus, guest->domid + i);
        vcpu->cpu_ns = (uint64_t)sim_vcpu_cpu_ns(guest, i, state.now);
    }
    *ret = vcpus;
    return 0;
}

static int pin(const struct sim_state *state, const struct xm_cpuset *set, char **text, xm_error **err)
{
    char *now = sim_cpuset_format(set, state->settings.nr_cpus);

    if (*now == '\0') {
        free(now);
        return xm_fail(err, XM_INVALID, "the machine has none of those cpus (it has 0-%lld)",
                       (long long)state->settings.nr_cpus - 1);
    }
    free(*text);
    *text = now;
    return 0;
}

int sim_vcpu_pin(struct xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                 const struct xm_cpuset *soft, bool force, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    (void)force;                /* nothing here pins a vcpu for a while */
    if (sim_fault(sim, "vcpu_pin", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    if (vcpu >= guest->max_vcpus)
        return xm_fail(err, XM_INVALID, "domain %u has no vcpu %u", domid, vcpu);
    if (hard != NULL && pin(&state, hard, &guest->hard[vcpu], err) < 0)
        return -1;
    if (soft != NULL && pin(&state, soft, &guest->soft[vcpu], err) < 0)
        return -1;
    return sim_guest_store(&state, guest, err);
}
