/* Document -> libxl_domain_config, one table row per key (keys.h), and the reverse look-ups that
 * commands need. Uses libxl's types and libxlutil's parsers only, so it works where no Xen runs.
 *
 * Every mistake of a document is reported in one run: the messages in the order of the file, each
 * "FILE:LINE:COL: key: text" with its line and a caret below. Warnings (unknown keys, keys that no
 * longer mean anything) go to the callback and do not fail. */
#ifndef XM_BIND_BIND_H
#define XM_BIND_BIND_H

#include <libxl.h>

#include "base/error.h"
#include "doc/doc.h"

/* What is known of the machine: without it, CPU lists keep processors that may not exist, and
 * "node:N" in them may be any. */
struct xm_bind_machine {
    unsigned nr_cpus;
    const unsigned *cpu_nodes;          /* the NUMA node of each; NULL: unknown */
};

struct xm_bind_report {
    void (*warning)(void *arg, const char *text);       /* may be NULL */
    void *arg;
    const struct xm_bind_machine *machine;              /* may be NULL */
    bool strict;                /* unknown keys, and keys without effect on this guest, are mistakes */
    const char *scripts;                /* where scripts of block devices are; NULL: XM_BIND_SCRIPTS */
};
#define XM_BIND_SCRIPTS "/etc/xen/scripts"

/* Fills *cfg, which the caller has initialised with libxl_domain_config_init() and disposes of,
 * also after an error. The document's dialect decides defaults. A document without uuid gets a
 * random one; without name, the base name of its file (xm) or an error (xl). */
int xm_bind(const xm_doc *doc, const struct xm_bind_report *report, libxl_domain_config *cfg, xm_error **err);

/* The configuration as the JSON that stock xl prints for `create -n`. */
char *xm_bind_json(const libxl_domain_config *cfg);

/* An entry of disk= or vif= in words that both dialects, and stock xl, take for this device. A nic has
 * no number in it. Owned by the caller. */
char *xm_bind_disk_words(const libxl_device_disk *disk);
char *xm_bind_vif_words(const libxl_device_nic *nic);

#endif
