/* Guests out of the store of the old toolstack's daemon: DIR/UUID/config.sxp, and beside it checkpoint.chk
 * where the guest is suspended. Nothing there is changed. */
#ifndef XM_GUEST_IMPORT_H
#define XM_GUEST_IMPORT_H

#include "guest/guest.h"

enum xm_import_outcome {
    XM_IMPORT_DONE,             /* it is a managed guest now; in a look: it would be */
    XM_IMPORT_UPDATED,          /* it was one, and has this configuration now, or would have */
    XM_IMPORT_SKIPPED,          /* it is one already, or is no guest */
    XM_IMPORT_FAILED,
};

struct xm_import_finding {
    const char *uuid;           /* its directory's name */
    const char *name;           /* NULL: not known */
    enum xm_import_outcome outcome;
    const char *text;           /* why skipped or failed; else a remark, or NULL */
};

struct xm_import_how {
    bool look;                  /* change nothing */
    bool update;                /* guests that are known already get the configuration that is there */
    void (*found)(void *arg, const struct xm_import_finding *finding);
    void *arg;
};

/* Calls how->found for each directory in dir that is named as a guest is, by name; one that cannot be
 * imported does not keep the others from it. Fails if dir cannot be read. */
XM_API int xm_guest_import_xend(const struct xm_guests *guests, const char *dir, const struct xm_import_how *how,
                                xm_error **err);

#endif
