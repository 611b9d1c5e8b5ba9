/* Sets of this host's cpus, as the words of a command name them. */
#include "listing.h"

bool cpuset_has(const struct xm_cpuset *set, unsigned cpu)
{
    return cpu < XM_MAX_CPUS && (set->bits[cpu / 64] >> (cpu % 64) & 1);
}

int host_cpus(struct xm_env *env, unsigned *ret_cpus, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;

    if (xm_host_info_get(env->host, false, &info, err) < 0)
        return -1;
    *ret_cpus = info->nr_cpus < XM_MAX_CPUS ? info->nr_cpus : XM_MAX_CPUS;
    return 0;
}

static void set_cpu(void *arg, unsigned cpu, bool on)
{
    struct xm_cpuset *set = arg;
    uint64_t bit = UINT64_C(1) << cpu % 64;

    set->bits[cpu / 64] = on ? set->bits[cpu / 64] | bit : set->bits[cpu / 64] & ~bit;
}

int parse_cpus(struct xm_env *env, const char *text, struct xm_cpuset *ret_set, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;
    xm_autofree unsigned *nodes = NULL;
    struct xm_cpuset set = { { 0 } };
    struct xm_cpulist_machine machine;

    if (xm_host_info_get(env->host, true, &info, err) < 0)
        return -1;
    machine.nr_cpus = info->nr_cpus < XM_MAX_CPUS ? info->nr_cpus : XM_MAX_CPUS;
    nodes = xm_new0(unsigned, machine.nr_cpus + 1);
    for (unsigned cpu = 0; cpu < machine.nr_cpus; cpu++)
        nodes[cpu] = info->cpus[cpu].node;
    machine.nodes = nodes;
    if (xm_cpulist_parse(text, &machine, set_cpu, &set, err) < 0)
        return -1;
    *ret_set = set;
    return 0;
}
