/* What `create` would meet, asked beforehand: every finding about a configuration on this host, and
 * nothing changed or written. An error means that the guest cannot be had as it stands beside all
 * guests of the host, those included that are stored and do not run; a warning, that it can and will
 * hardly be what was meant. */
#ifndef XM_GUEST_CHECK_H
#define XM_GUEST_CHECK_H

#include "guest/finding.h"
#include "guest/guest.h"

/* Adds what is wrong with doc: first as a configuration, and if it is a sound one, on this host.
 * Fails only if the host cannot be asked. */
XM_API int xm_guest_check(const struct xm_guests *guests, const xm_doc *doc, xm_findings *findings, xm_error **err);

#endif
