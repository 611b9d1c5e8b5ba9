/* The schedulers of the cpu pools, and each domain's share. What was set of a pool's stands in a file of
 * its own; a pool without one is as Xen makes it. */
#include "host/sim/sim.h"

#include <string.h>
#include <unistd.h>

#include "base/fd.h"

struct figures { int64_t tslice_ms, ratelimit_us, migration_delay_us; };

#define F_INT(field, high, otherwise) { #field, SIM_INT, offsetof(struct figures, field), 0, high, otherwise, NULL }

static const struct sim_field figure_fields[] = {
    F_INT(tslice_ms, 1000, 30),
    F_INT(ratelimit_us, 500000, 1000),
    F_INT(migration_delay_us, 100000, 0),
    { NULL, SIM_INT, 0, 0, 0, 0, NULL }
};

static enum xm_scheduler scheduler_of(const struct sim_state *state)
{
    return strcmp(state->settings.scheduler, "credit") == 0 ? XM_SCHED_CREDIT : XM_SCHED_CREDIT2;
}

static char *figures_path(const struct sim_state *state, uint32_t pool)
{
    return xm_printf("%s/run/pool.%u", state->sim->dir, pool);
}

static int load_figures(const struct sim_state *state, uint32_t pool, struct figures *ret, xm_error **err)
{
    xm_autofree char *path = figures_path(state, pool), *text = NULL;
    XM_AUTO(xm_json) *json = NULL;
    size_t len;

    if (access(path, F_OK) < 0) {
        json = xm_json_new(XM_JSON_OBJECT);
        return sim_fields_read(figure_fields, json, ret, path, err);
    }
    if (xm_file_read(path, 4096, &text, &len, err) < 0 || xm_json_parse(text, len, &json, err) < 0)
        return -1;
    return sim_fields_read(figure_fields, json, ret, path, err);
}

static int fill_pool(const struct sim_state *state, uint32_t id, struct xm_pool *pool, xm_error **err)
{
    struct figures figures;

    if (load_figures(state, id, &figures, err) < 0)
        return -1;
    pool->id = id;
    pool->name = xm_strdup(state->settings.cpupools[id]);
    pool->scheduler = scheduler_of(state);
    sim_cpuset_parse("all", state->settings.nr_cpus, &pool->cpus);
    pool->ratelimit_us = (unsigned)figures.ratelimit_us;
    if (pool->scheduler == XM_SCHED_CREDIT) {
        pool->tslice_ms = (unsigned)figures.tslice_ms;
        pool->migration_delay_us = (unsigned)figures.migration_delay_us;
    }
    return 0;
}

static size_t count_pools(const struct sim_state *state)
{
    size_t count = 0;

    while (state->settings.cpupools[count] != NULL)
        count++;
    return count;
}

int sim_pools(struct xm_host *host, xm_pools **ret, xm_error **err)
{
    XM_AUTO(xm_pools) *pools = xm_new0(xm_pools, 1);
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "pools", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    pools->items = xm_new0(struct xm_pool, count_pools(&state));
    for (size_t i = 0; i < count_pools(&state); i++) {
        if (fill_pool(&state, (uint32_t)i, &pools->items[i], err) < 0)
            return -1;
        pools->count++;
    }
    *ret = XM_TAKE(pools);
    return 0;
}

int sim_tune_pool(struct xm_host *host, const struct xm_pool *pool, xm_error **err)
{
    xm_autofree char *path = NULL, *text = NULL;
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_json) *json = NULL;
    struct figures figures;

    if (sim_fault(sim, "tune_pool", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    if (pool->id >= count_pools(&state))
        return xm_fail(err, XM_NOT_FOUND, "there is no cpu pool %u", pool->id);
    if (xm_host_check_pool(pool, err) < 0 || load_figures(&state, pool->id, &figures, err) < 0)
        return -1;
    if (pool->scheduler != scheduler_of(&state))
        return xm_fail(err, XM_UNSUPPORTED, "cpu pool %u has another scheduler", pool->id);
    figures.ratelimit_us = pool->ratelimit_us;
    if (pool->scheduler == XM_SCHED_CREDIT) {
        figures.tslice_ms = pool->tslice_ms;
        figures.migration_delay_us = pool->migration_delay_us;
    }
    json = sim_fields_write(figure_fields, &figures);
    text = xm_json_format(json, false);
    path = figures_path(&state, pool->id);
    return sim_file_replace(path, text, strlen(text), err);
}

int sim_share(struct xm_host *host, uint32_t domid, struct xm_share *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_fault(sim, "share", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    *ret = (struct xm_share){
        .scheduler = scheduler_of(&state), .weight = guest->weight != 0 ? (unsigned)guest->weight : 256,
        .cap = (unsigned)guest->cap,
    };
    return 0;
}

int sim_set_share(struct xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_fault(sim, "set_share", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL || xm_host_check_scheduler(domid, scheduler_of(&state), share->scheduler, err) < 0
        || xm_share_check(share, (unsigned)guest->max_vcpus, err) < 0)
        return -1;
    guest->weight = share->weight;
    guest->cap = share->cap;
    return sim_guest_changed(&state, guest, err);
}
