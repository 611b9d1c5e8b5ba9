/* A guest's memory on its way through a link, within its limits. Within this folder only. */
#ifndef XM_MIGRATE_FLOW_H
#define XM_MIGRATE_FLOW_H

#include "migrate/migrate.h"

/* Sends it: a domain's, or a suspended guest's file; nothing of one that is halted. XM_TIMEOUT: it was given up, at one
 * of the limits or because the link hangs (*ret_given_up), or the guest did not suspend itself. If it fails the guest goes on,
 * and leave is still to be aborted. */
int xm_flow_send(struct xm_link *link, const struct xm_sending *sending, xm_leave *leave, bool *ret_given_up, xm_error **err);

#endif
