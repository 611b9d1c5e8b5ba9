#include "host/xen/xen.h"

#include <errno.h>

static bool cpu_in(const uint8_t *map, unsigned cpu)
{
    return map[cpu / 8] >> cpu % 8 & 1;
}

/* Only cpus that the machine can have: the hypervisor's "all" has every bit set. */
static void set_of_map(const uint8_t *map, unsigned cpus, struct xm_cpuset *set)
{
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        if (cpu_in(map, cpu))
            set->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

/* False if no cpu of the machine is in the set. */
static bool map_of_set(const struct xm_cpuset *set, unsigned cpus, uint8_t *map)
{
    bool any = false;

    for (unsigned cpu = 0; cpu < cpus; cpu++)
        if (set->bits[cpu / 64] >> cpu % 64 & 1) {
            map[cpu / 8] |= (uint8_t)(1 << cpu % 8);
            any = true;
        }
    return any;
}

static int count_cpus(struct xen_host *xen, unsigned *ret_cpus, xm_error **err)
{
    int cpus = xc_get_max_cpus(xen->xc);

    if (cpus <= 0)
        return xm_fail_errno(err, errno, "cannot count the machine's cpus");
    *ret_cpus = cpus > XM_MAX_CPUS ? XM_MAX_CPUS : (unsigned)cpus;
    return 0;
}

static int read_vcpu(struct xen_host *xen, uint32_t domid, unsigned number, unsigned cpus, struct xm_vcpu *vcpu,
                     xm_error **err)
{
    xm_autofree uint8_t *hard = xc_cpumap_alloc(xen->xc), *soft = xc_cpumap_alloc(xen->xc);
    xc_vcpuinfo_t info;

    if (hard == NULL || soft == NULL)
        return xm_fail_errno(err, errno, "cannot read the vcpus of domain %u", domid);
    if (xc_vcpu_getinfo(xen->xc, domid, number, &info) < 0
        || xc_vcpu_getaffinity(xen->xc, domid, (int)number, hard, soft, XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT) < 0) {
        if (errno == ESRCH && xen_exists(xen, domid))
            return 0;           /* a domain being built: this one is not made yet, so offline */
        return xm_fail_errno(err, errno, "cannot read vcpu %u of domain %u", number, domid);
    }
    vcpu->online = info.online;
    vcpu->blocked = info.blocked;
    vcpu->running = info.running;
    vcpu->cpu = info.cpu;
    vcpu->cpu_ns = info.cpu_time;
    set_of_map(hard, cpus, &vcpu->hard);
    set_of_map(soft, cpus, &vcpu->soft);
    return 0;
}

int xen_host_vcpus(struct xm_host *host, uint32_t domid, xm_vcpus **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    XM_AUTO(xm_vcpus) *vcpus = xm_new0(xm_vcpus, 1);
    xc_domaininfo_t info;
    unsigned cpus;

    if (xen_info(xen, domid, &info, err) < 0 || count_cpus(xen, &cpus, err) < 0)
        return -1;
    if (info.max_vcpu_id != XEN_INVALID_MAX_VCPU_ID)
        vcpus->count = (size_t)info.max_vcpu_id + 1;
    vcpus->items = xm_new0(struct xm_vcpu, vcpus->count);
    for (unsigned i = 0; i < vcpus->count; i++)
        if (read_vcpu(xen, domid, i, cpus, &vcpus->items[i], err) < 0)
            return -1;
    *ret = XM_TAKE(vcpus);
    return 0;
}

int xen_host_vcpu_pin(struct xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                      const struct xm_cpuset *soft, bool force, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xm_autofree uint8_t *hard_map = xc_cpumap_alloc(xen->xc), *soft_map = xc_cpumap_alloc(xen->xc);
    uint32_t flags = (hard ? XEN_VCPUAFFINITY_HARD : 0) | (soft ? XEN_VCPUAFFINITY_SOFT : 0);
    xc_domaininfo_t info;
    unsigned cpus;

    if (hard_map == NULL || soft_map == NULL)
        return xm_fail_errno(err, errno, "cannot pin vcpus of domain %u", domid);
    if (xen_info(xen, domid, &info, err) < 0 || count_cpus(xen, &cpus, err) < 0)
        return -1;
    if (info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID || vcpu > info.max_vcpu_id)
        return xm_fail(err, XM_INVALID, "domain %u has no vcpu %u", domid, vcpu);
    if ((hard && !map_of_set(hard, cpus, hard_map)) || (soft && !map_of_set(soft, cpus, soft_map)))
        return xm_fail(err, XM_INVALID, "the machine has none of those cpus (it has 0-%u)", cpus - 1);
    if (flags == 0)
        return 0;
    if (xc_vcpu_setaffinity(xen->xc, domid, (int)vcpu, hard_map, soft_map, flags | (force ? XEN_VCPUAFFINITY_FORCE : 0)) < 0) {
        if (errno == EINVAL)
            return xm_fail(err, XM_INVALID, "vcpu %u of domain %u could run nowhere: its cpu pool has none of those cpus",
                           vcpu, domid);
        return xm_fail_errno(err, errno, "cannot pin vcpu %u of domain %u", vcpu, domid);
    }
    return 0;
}
