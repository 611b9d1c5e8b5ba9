/* What can be asked of a domain's memory, vcpus and share of the processors: the same on each host,
 * and in the same words. Those on memory are the old toolstack's, which libxl took over. */
#include "host/ops.h"

#include <inttypes.h>

int xm_memory_check(uint64_t kib, uint64_t max_kib, xm_error **err)
{
    if (kib == 0)
        return xm_fail(err, XM_INVALID, "memory_dynamic_max must be greater than zero");
    if (kib > max_kib)
        return xm_fail(err, XM_INVALID, "memory_dynamic_max must be less than or equal to memory_static_max (%" PRIu64 " MiB)",
                       max_kib / 1024);
    return 0;
}

int xm_host_check_memory(uint32_t domid, uint64_t kib, uint64_t max_kib, uint64_t dom0_least_kib, xm_error **err)
{
    if (xm_memory_check(kib, max_kib, err) < 0)
        return -1;
    if (domid == 0 && kib < dom0_least_kib)
        return xm_fail(err, XM_INVALID, "memory_dynamic_max too small: domain 0 keeps %" PRIu64 " MiB", dom0_least_kib / 1024);
    return 0;
}

int xm_max_memory_check(uint64_t kib, uint64_t target_kib, xm_error **err)
{
    if (kib >= target_kib)
        return 0;
    return xm_fail(err, XM_INVALID, "memory_dynamic_max must be less than or equal to memory_static_max (it is %" PRIu64 " MiB)",
                   target_kib / 1024);
}

int xm_host_check_vcpus(uint32_t domid, unsigned count, unsigned max_vcpus, xm_error **err)
{
    if (count == 0)
        return xm_fail(err, XM_INVALID, "Zero or less VCPUs is invalid");
    if (count > max_vcpus)
        return xm_fail(err, XM_INVALID, "domain %u has %u vcpus at the most", domid, max_vcpus);
    return 0;
}

int xm_share_check(const struct xm_share *share, unsigned max_vcpus, xm_error **err)
{
    if (share->weight < 1 || share->weight > XM_WEIGHT_MAX)
        return xm_fail(err, XM_INVALID, "Cpu weight out of range, valid values are within range from 1 to %d", XM_WEIGHT_MAX);
    /* The hypervisor counts to 65535. */
    if (share->cap > 100 * max_vcpus || share->cap > UINT16_MAX)
        return xm_fail(err, XM_INVALID, "Cpu cap out of range, valid range is from 0 to %u for specified number of vcpus",
                       100 * max_vcpus);
    return 0;
}

int xm_host_check_scheduler(uint32_t domid, enum xm_scheduler has, enum xm_scheduler wanted, xm_error **err)
{
    if (has == wanted && has != XM_SCHED_OTHER)
        return 0;
    return xm_fail(err, XM_UNSUPPORTED, "domain %u is under %s scheduler", domid,
                   has == XM_SCHED_CREDIT ? "the credit" : has == XM_SCHED_CREDIT2 ? "the credit2" : "another");
}

static int check_range(const char *what, unsigned value, unsigned low, unsigned high, xm_error **err)
{
    if (value >= low && value <= high)
        return 0;
    return xm_fail(err, XM_INVALID, "%s out of range, valid range is from %u to %u", what, low, high);
}

int xm_host_check_pool(const struct xm_pool *pool, xm_error **err)
{
    if (pool->ratelimit_us != 0 && check_range("Ratelimit", pool->ratelimit_us, 100, 500000, err) < 0)
        return -1;
    if (pool->scheduler != XM_SCHED_CREDIT)
        return 0;
    if (check_range("Time slice", pool->tslice_ms, 1, 1000, err) < 0
        || check_range("vcpu migration delay", pool->migration_delay_us, 0, 100000, err) < 0)
        return -1;
    if (pool->ratelimit_us > pool->tslice_ms * 1000)
        return xm_fail(err, XM_INVALID, "Ratelimit cannot be greater than timeslice");
    return 0;
}

const char *xm_scheduler_name(enum xm_scheduler scheduler)
{
    switch (scheduler) {
    case XM_SCHED_CREDIT:
        return "credit";
    case XM_SCHED_CREDIT2:
        return "credit2";
    case XM_SCHED_OTHER:
        break;
    }
    return "other";
}

void xm_pools_free(xm_pools *pools)
{
    if (pools == NULL)
        return;
    for (size_t i = 0; i < pools->count; i++)
        free(pools->items[i].name);
    free(pools->items);
    free(pools);
}
