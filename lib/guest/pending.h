/* Changes of a guest that runs and is stored, made in both at once. The change is written down with the
 * document that it leads to, then made, then the document is saved; an interruption in between is
 * settled by what the domain then is. Within this folder only. */
#ifndef XM_GUEST_PENDING_H
#define XM_GUEST_PENDING_H

#include "guest/device.h"
#include "guest/step.h"

enum xm_pending_what { XM_PENDING_ATTACH, XM_PENDING_DETACH, XM_PENDING_CD };

struct xm_pending {
    enum xm_pending_what what;
    enum xm_device_kind kind;
    int devid;                  /* -1: known only when it is done */
    const char *mac;            /* of a nic, or NULL */
    const char *medium;         /* the CD that is to be in the drive */
};

int xm_pending_begin(struct xm_step *step, const struct xm_pending *change, const xm_doc *doc, xm_error **err);
/* The change is made: saves doc. */
int xm_pending_end(struct xm_step *step, const xm_doc *doc, xm_error **err);
/* It was not made. */
void xm_pending_drop(struct xm_step *step);

/* What an interrupted change left of the domain domid (XM_DOMID_NONE: there is none). */
int xm_pending_settle(struct xm_step *step, uint32_t domid, xm_error **err);

#endif
