/* Lists of a host's cpus as configurations and commands write them: items with commas between,
 * applied from left to right to an empty set. An item is N, A-B, all, node:N or node:A-B (also
 * nodes:), and with ^ before it it is taken out. Cpus that the host does not have are passed
 * over, as both toolstacks do. */
#ifndef XM_BIND_CPULIST_H
#define XM_BIND_CPULIST_H

#include <stdbool.h>

#include "base/error.h"

/* Beyond these a number is a mistake. */
#define XM_CPULIST_MAX_CPUS 4096
#define XM_CPULIST_MAX_NODES 1024

struct xm_cpulist_machine {
    unsigned nr_cpus;           /* at most XM_CPULIST_MAX_CPUS */
    const unsigned *nodes;      /* the NUMA node of each cpu; NULL: unknown, each may be on any node */
};

/* Calls set(arg, cpu, on) for every cpu that an item puts in or takes out. XM_INVALID names the
 * item that is wrong. */
XM_API int xm_cpulist_parse(const char *text, const struct xm_cpulist_machine *machine,
                            void (*set)(void *arg, unsigned cpu, bool on), void *arg, xm_error **err);

#endif
