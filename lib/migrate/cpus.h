/* Sets of processors in words, "0-3,5": between hosts. Within this folder only. */
#ifndef XM_MIGRATE_CPUS_H
#define XM_MIGRATE_CPUS_H

#include "host/host.h"

char *xm_cpus_format(const struct xm_cpuset *set);

/* False if text is no such list; processors beyond XM_MAX_CPUS are none. */
bool xm_cpus_parse(const char *text, struct xm_cpuset *ret_set);

static inline bool xm_cpus_has(const struct xm_cpuset *set, unsigned cpu)
{
    return set->bits[cpu / 64] >> cpu % 64 & 1;
}

static inline void xm_cpus_add(struct xm_cpuset *set, unsigned cpu)
{
    set->bits[cpu / 64] |= (uint64_t)1 << cpu % 64;
}

#endif
