/* Addresses for vifs that were given none. */
#ifndef XM_GUEST_MAC_H
#define XM_GUEST_MAC_H

#include <libxl.h>

#include "doc/doc.h"

/* Writes a random address into each item of doc's "vif" that has none in cfg, which was made of doc. */
void xm_guest_give_macs(xm_doc *doc, const libxl_domain_config *cfg);

#endif
