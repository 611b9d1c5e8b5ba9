/* A change of what a guest has, made in what is stored of it: in the words of its document, or, where
 * all that is known of it is libxl's JSON, in that. Within this folder only. */
#ifndef XM_GUEST_EDIT_H
#define XM_GUEST_EDIT_H

#include "guest/guest.h"

/* Changes doc, which is the caller's copy and worth nothing after a failure. beside: a domain of the guest
 * is changed too, so its maximum of vcpus stays what it is. XM_INVALID if the guest that doc describes
 * cannot have that. */
int xm_guest_edit(const struct xm_guests *guests, xm_doc *doc, const struct xm_change *change, bool beside, xm_error **err);

#endif
