/* What libxl keeps of a domain's configuration, and what of it is different by now. Pure: the texts in,
 * the text out. Within this folder only. */
#ifndef XM_HOST_XEN_LIVE_H
#define XM_HOST_XEN_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "convert/json.h"

#define XEN_LIVE_VCPUS_MAX 1024

/* Values as the hypervisor and the store have them. */
struct xen_live {
    const char *name, *uuid;
    int64_t target_kib, most_kib;       /* memory/target and memory/static-max of the store */
    const bool *online;                 /* xen_live_vcpus() of them, by number */
    const char *scheduler;              /* "credit", "credit2" */
    unsigned weight, cap;
};

/* Can it be told of this configuration what libxl would say? PV and PVH guests whose devices are disks
 * that stay in their drives, and nics; and all that may have to be replaced is there, so that its
 * place in the text is libxl's own. */
bool xen_live_can(const xm_json *config);

/* The highest possible number of vcpus of a configuration that can. */
size_t xen_live_vcpus(const xm_json *config);

/* Puts the values in. False, and config is as it was, if the outcome would not be libxl's. */
bool xen_live_settle(xm_json *config, const struct xen_live *live);

#endif
