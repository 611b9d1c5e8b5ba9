/* Repair: what interrupted commands, a machine's crash or other hands have left wrong, found and mended.
 *
 * A guest that somebody is at work on is passed by. What is mended is only what has one right answer, and
 * nothing is thrown away that could be a guest's: what is doubtful is told, with what can be done. */
#ifndef XM_GUEST_REPAIR_H
#define XM_GUEST_REPAIR_H

#include "guest/guest.h"

enum xm_repair_outcome {
    XM_REPAIR_DONE,             /* mended */
    XM_REPAIR_WOULD,            /* would be, but was only looked at */
    XM_REPAIR_FAILED,           /* could not be, for a reason */
    XM_REPAIR_LEFT,             /* is for a human to decide */
};

struct xm_repair_finding {
    const char *uuid;           /* of the entry that it is about; NULL: none */
    const char *code;           /* a word that programs can go by: see xm(1) */
    const char *subject;        /* path, guest, or domain */
    const char *problem;
    const char *remedy;         /* "removed", "adopted": what has been or would be done; LEFT: what could be */
    enum xm_repair_outcome outcome;
    const char *reason;         /* FAILED */
};

struct xm_repair_how {
    bool look;                  /* change nothing */
    bool destroy;               /* end domains without a name that are nobody's */
    void (*found)(void *arg, const struct xm_repair_finding *finding);
    void *arg;
};

/* Calls how->found for each thing, once what can be done about it is done. guests may have a registry
 * opened by xm_reg_view(). */
XM_API int xm_guest_repair(const struct xm_guests *guests, const struct xm_repair_how *how, xm_error **err);

#endif
