/* The memory streams of libxl and, inside them, of libxc, as a reader who builds nothing. */
#ifndef XM_HOST_XEN_STREAM_H
#define XM_HOST_XEN_STREAM_H

#include "base/bytes.h"

/* Reads one to its end: are its records those that there are, in their order, as long as what they say
 * they hold, and is everything there that a guest of its type needs? Pages are passed over. XM_INVALID
 * "the memory stream ..." with what is wrong; XM_UNSUPPORTED for one of a newer or a replicating Xen. */
int xen_stream_check(const struct xm_bytes *from, xm_error **err);

#endif
