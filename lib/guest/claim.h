/* What a guest wants for itself alone - what its disks write to, its addresses, its PCI devices - set
 * against what others hold. The rules are those of Xen's block script, whatever serves the disk: who
 * writes wants it for himself, readers share, `w!` asks nobody. Within this folder only. */
#ifndef XM_GUEST_CLAIM_H
#define XM_GUEST_CLAIM_H

#include "bind/bind.h"
#include "bind/disks.h"
#include "guest/finding.h"
#include "guest/guest.h"

/* xm_bind() for this host: cpu lists are those of its processors, and disks that are shared on
 * purpose get the script that lets them be. */
int xm_guest_bind(const struct xm_guests *guests, const xm_doc *doc, const struct xm_bind_report *report,
                  libxl_domain_config *cfg, xm_error **err);

/* Finds what doc, bound as cfg, cannot have, and images that are not what they are said to be. stored: managed guests that do not run count too. */
int xm_guest_claim(const struct xm_guests *guests, const xm_doc *doc, const libxl_domain_config *cfg, bool stored,
                   xm_findings *findings, xm_error **err);

/* The same as one failure, for those who are about to build it. */
int xm_guest_claim_now(const struct xm_guests *guests, const xm_doc *doc, const libxl_domain_config *cfg, xm_error **err);

/* The place of the i-th of count devices in the list of key; -1 if they are not its items one by one. */
int xm_claim_index(const xm_doc *doc, const char *key, int count, int i);

/* Is it taken for a plain disk, so that nothing looks into it? */
bool xm_claim_is_raw(const struct xm_disk *disk);

/* What a nic is plugged into: as it says, as xm.conf does, or as libxl would. */
const char *xm_claim_bridge(const struct xm_guests *guests, const libxl_device_nic *nic);

#endif
