/* What goes along with a guest besides its memory. Within this folder only. */
#ifndef XM_GUEST_CARRY_H
#define XM_GUEST_CARRY_H

#include "guest/guest.h"

/* A live domain's configuration, json, with the processors that its vcpus are bound to by now: libxl's has
 * those of when it was made, other than memory, vcpus and its share, which it looks at. */
int xm_carry_pins(const struct xm_guests *guests, uint32_t domid, const char *json, char **ret_json, xm_error **err);

/* Bytes from one descriptor to another; the words name either end in errors. */
struct xm_carry {
    int in, out;
    const char *from, *to;
    uint64_t size;
    const volatile int *stop;   /* as in struct xm_send, both */
    struct xm_watch watch;
};

/* All of them: XM_IO if there are fewer. */
int xm_carry_bytes(const struct xm_carry *carry, xm_error **err);

#endif
