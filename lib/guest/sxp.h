/* A guest as the old toolstack wrote it down: the (domain ...) form of `list --long`, which is
 * also what xm_config_from_sxp() reads. */
#ifndef XM_GUEST_SXP_H
#define XM_GUEST_SXP_H

#include "base/error.h"
#include "convert/sxp.h"
#include "guest/guest.h"

/* The form of guest, an item of a list that was loaded with XM_WANT_TARGET, XM_WANT_STARTED and
 * XM_WANT_LABEL. A live domain has one whatever else is known of it; of another the document
 * must be readable. */
XM_API int xm_guest_sxp(const struct xm_guests *guests, const struct xm_guest *guest, xm_sxp **ret_sxp, xm_error **err);

#endif
