/* A repair in progress. Within this folder only. */
#ifndef XM_GUEST_REPAIRER_H
#define XM_GUEST_REPAIRER_H

#include "guest/repair.h"
#include "guest/step.h"

struct repair {
    const struct xm_guests *guests;
    const struct xm_repair_how *how;
    const char *uuid;           /* of the entry under repair; NULL: none */
};

/* Tells of one thing, after mend(repair, arg) has dealt with it, if it is to be; mend NULL: that is left to
 * a human. */
void xm_repair_deal(struct repair *repair, const char *code, const char *subject, const char *problem, const char *remedy,
                    int (*mend)(struct repair *repair, const void *arg, xm_error **err), const void *arg);

/* One entry: damaged, interrupted, or at odds with the domains there are. */
void xm_repair_entry(struct repair *repair, const struct xm_reg_entry *entry, const xm_domains *domains);

#endif
