/* Between the descriptor that a guest's memory is written to and a link: a thread that moves what comes, no
 * faster than it may.
 *
 *     xm_pump_start(link, rate, &pump, err)
 *     xm_host_send(..., xm_pump_fd(pump), ...)
 *     xm_pump_end(pump, rc == 0, err)
 *
 * Nobody else may write to the link meanwhile. Within this folder only. */
#ifndef XM_MIGRATE_PUMP_H
#define XM_MIGRATE_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "migrate/link.h"

typedef struct xm_pump xm_pump;

/* rate: bytes a second, not 0. Borrows link until the end. */
int xm_pump_start(const struct xm_link *link, uint64_t rate, xm_pump **ret_pump, xm_error **err);

/* What libxl is given. */
int xm_pump_fd(const xm_pump *pump);

/* whole: what is still inside goes first, unless stop, which may be NULL, is set or the link takes nothing for its
 * limit. Frees pump. XM_INTERRUPTED, XM_TIMEOUT; what broke the link otherwise. */
int xm_pump_end(xm_pump *pump, bool whole, const volatile int *stop, xm_error **err);

#endif
