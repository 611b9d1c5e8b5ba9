/* A document said again in words that xm and stock xl take alike. plain.c drives; the words of
 * devices, made from libxl's structs, are in plain-devices.c. Private to lib/bind. */
#ifndef XM_BIND_PLAIN_H
#define XM_BIND_PLAIN_H

#include "bind/binder.h"

struct xm_plain {
    xm_doc *from;                       /* what is to be said, with its dialect's defaults */
    xm_doc *doc;                        /* what is being made, in the same dialect */
    libxl_domain_config cfg;            /* what from means, and doc is to mean */
    char *remark;                       /* how the other dialect reads doc, if not so; else NULL */
};

/* Replaces the entries of disk, vif and vfb that the two dialects do not both take for what they
 * mean in from. */
void xm_plain_devices(struct xm_plain *plain);

/* The screen of an HVM guest as keys of its own, in place of vfb; a PV guest's as vfb. */
void xm_plain_display(struct xm_plain *plain);

#endif
