/* What goes along with a guest besides its memory. Within this folder only. */
#ifndef XM_GUEST_CARRY_H
#define XM_GUEST_CARRY_H

#include "guest/guest.h"

/* A live domain's configuration, json, with the processors that its vcpus are bound to by now: libxl's has
 * those of when it was made, other than memory, vcpus and its share, which it looks at. */
int xm_carry_pins(const struct xm_guests *guests, uint32_t domid, const char *json, char **ret_json, xm_error **err);

/* Copies size bytes; a short one fails. The words name either end in errors. */
int xm_carry_bytes(int in, const char *from, int out, const char *to, uint64_t size, xm_error **err);

#endif
