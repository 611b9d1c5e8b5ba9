/* The schedulers of the cpu pools, and each domain's share of its pool. By hypercalls of its own, for a
 * listing asks once for each domain. */
#include "host/xen/xen.h"

#include <errno.h>

static enum xm_scheduler scheduler_of(uint32_t id)
{
    return id == XEN_SCHEDULER_CREDIT ? XM_SCHED_CREDIT : id == XEN_SCHEDULER_CREDIT2 ? XM_SCHED_CREDIT2 : XM_SCHED_OTHER;
}

static int read_params(struct xen_host *xen, struct xm_pool *pool, xm_error **err)
{
    struct xen_sysctl_credit2_schedule credit2;
    struct xen_sysctl_credit_schedule credit;

    if (pool->scheduler == XM_SCHED_CREDIT) {
        if (xc_sched_credit_params_get(xen->xc, pool->id, &credit) != 0)
            return xm_fail_errno(err, errno, "cannot read the scheduler's figures of cpu pool %u", pool->id);
        pool->tslice_ms = credit.tslice_ms;
        pool->ratelimit_us = credit.ratelimit_us;
        pool->migration_delay_us = credit.vcpu_migr_delay_us;
    } else if (pool->scheduler == XM_SCHED_CREDIT2) {
        if (xc_sched_credit2_params_get(xen->xc, pool->id, &credit2) != 0)
            return xm_fail_errno(err, errno, "cannot read the scheduler's figures of cpu pool %u", pool->id);
        pool->ratelimit_us = credit2.ratelimit_us;
    }
    return 0;
}

int xen_host_pools(struct xm_host *host, xm_pools **ret, xm_error **err)
{
    XM_AUTO(xm_pools) *pools = xm_new0(xm_pools, 1);
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs = xen_store(xen, err);
    xc_cpupoolinfo_t *info;
    size_t cap = 0;

    if (xs == NULL)
        return -1;
    /* Each call answers with the first pool from that number on. */
    for (uint32_t id = 0; (info = xc_cpupool_getinfo(xen->xc, id)) != NULL; ) {
        struct xm_pool pool = { .id = info->cpupool_id, .scheduler = scheduler_of(info->sched_id) };

        for (int cpu = 0; cpu < xc_get_max_cpus(xen->xc) && cpu < XM_MAX_CPUS; cpu++)
            pool.cpus.bits[cpu / 64] |= (uint64_t)(info->cpumap[cpu / 8] >> cpu % 8 & 1) << cpu % 64;
        xc_cpupool_infofree(xen->xc, info);
        id = pool.id + 1;
        if (read_params(xen, &pool, err) < 0)
            return -1;
        pool.name = xen_read(xs, "/local/pool/%u/name", pool.id);
        if (pool.name == NULL)
            pool.name = xm_printf("Pool-%u", pool.id);
        XM_GROW(pools->items, pools->count, cap);
        pools->items[pools->count++] = pool;
        if (id == 0)
            break;
    }
    *ret = XM_TAKE(pools);
    return 0;
}

int xen_pool_scheduler(struct xen_host *xen, uint32_t id, enum xm_scheduler *ret, xm_error **err)
{
    xc_cpupoolinfo_t *info = xc_cpupool_getinfo(xen->xc, id);
    bool found = info != NULL && info->cpupool_id == id;

    if (found)
        *ret = scheduler_of(info->sched_id);
    if (info != NULL)
        xc_cpupool_infofree(xen->xc, info);
    return found ? 0 : xm_fail(err, XM_NOT_FOUND, "there is no cpu pool %u", id);
}

int xen_host_tune_pool(struct xm_host *host, const struct xm_pool *pool, xm_error **err)
{
    struct xen_sysctl_credit_schedule credit = {
        .tslice_ms = pool->tslice_ms, .ratelimit_us = pool->ratelimit_us, .vcpu_migr_delay_us = pool->migration_delay_us,
    };
    struct xen_sysctl_credit2_schedule credit2 = { .ratelimit_us = pool->ratelimit_us };
    struct xen_host *xen = xen_of(host);
    enum xm_scheduler has;
    int rc;

    if (xen_pool_scheduler(xen, pool->id, &has, err) < 0 || xm_host_check_pool(pool, err) < 0)
        return -1;
    if (has != pool->scheduler || has == XM_SCHED_OTHER)
        return xm_fail(err, XM_UNSUPPORTED, "cpu pool %u has another scheduler", pool->id);
    rc = has == XM_SCHED_CREDIT ? xc_sched_credit_params_set(xen->xc, pool->id, &credit)
                                : xc_sched_credit2_params_set(xen->xc, pool->id, &credit2);
    return rc != 0 ? xm_fail_errno(err, errno, "cannot set the scheduler's figures of cpu pool %u", pool->id) : 0;
}

int xen_share_of(struct xen_host *xen, uint32_t domid, enum xm_scheduler scheduler, struct xm_share *ret, xm_error **err)
{
    struct xen_domctl_sched_credit2 credit2 = { 0 };
    struct xen_domctl_sched_credit credit = { 0 };
    struct xm_share share = { .scheduler = scheduler };
    int rc;

    if (xm_host_check_scheduler(domid, scheduler, scheduler, err) < 0)
        return -1;
    rc = scheduler == XM_SCHED_CREDIT ? xc_sched_credit_domain_get(xen->xc, domid, &credit)
                                      : xc_sched_credit2_domain_get(xen->xc, domid, &credit2);
    if (rc != 0)
        return xm_fail_errno(err, errno, "cannot read domain %u's share of the processors", domid);
    share.weight = scheduler == XM_SCHED_CREDIT ? credit.weight : credit2.weight;
    share.cap = scheduler == XM_SCHED_CREDIT ? credit.cap : credit2.cap;
    *ret = share;
    return 0;
}

int xen_host_share(struct xm_host *host, uint32_t domid, struct xm_share *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    enum xm_scheduler scheduler;
    xc_domaininfo_t info;

    if (xen_info(xen, domid, &info, err) < 0 || xen_pool_scheduler(xen, info.cpupool, &scheduler, err) < 0)
        return -1;
    return xen_share_of(xen, domid, scheduler, ret, err);
}

int xen_host_set_share(struct xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    enum xm_scheduler has;
    xc_domaininfo_t info;
    int rc;

    if (xen_info(xen, domid, &info, err) < 0 || xen_pool_scheduler(xen, info.cpupool, &has, err) < 0
        || xm_host_check_scheduler(domid, has, share->scheduler, err) < 0
        || xm_share_check(share, info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : info.max_vcpu_id + 1, err) < 0)
        return -1;
    if (has == XM_SCHED_CREDIT) {
        struct xen_domctl_sched_credit to = { .weight = (uint16_t)share->weight, .cap = (uint16_t)share->cap };

        rc = xc_sched_credit_domain_set(xen->xc, domid, &to);
    } else {
        struct xen_domctl_sched_credit2 to = { .weight = (uint16_t)share->weight, .cap = (uint16_t)share->cap };

        rc = xc_sched_credit2_domain_set(xen->xc, domid, &to);
    }
    return rc != 0 ? xm_fail_errno(err, errno, "cannot set domain %u's share of the processors", domid) : 0;
}
