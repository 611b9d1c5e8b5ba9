/* Unpacking a kernel. Each packing has a file of its own, which is built where its library is
 * there. Nobody vouches for what is packed: what comes out is bounded, and so is the memory that
 * it takes. */
#ifndef XM_HOST_KERNEL_UNPACK_H
#define XM_HOST_KERNEL_UNPACK_H

#include <stdint.h>

#include "base/error.h"
#include "host/kernel/image.h"

/* Where the unpacked bytes go, in order. */
struct xm_unpack_out {
    int (*take)(void *arg, const unsigned char *data, size_t len, xm_error **err);
    void *arg;
    uint64_t left;              /* so many more may come; one beyond is XM_INVALID */
};

/* Unpacks all of it. XM_INVALID: damaged, or too large. XM_UNSUPPORTED: built without what that
 * packing needs; for lzo, there is only a library of another licence. What take() fails with is passed on. */
int xm_kernel_unpack(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);

/* --- for the packings --- */

#define XM_UNPACK_MEMORY (256u << 20)   /* what a library may take for itself */

int xm_unpack_put(struct xm_unpack_out *out, const unsigned char *data, size_t len, xm_error **err);
int xm_unpack_fail(const char *packing, xm_error **err);       /* "the xz data is damaged" */

/* One call of a library that unpacks a stream, which has moved io on: 1 at its end, 0 if there is
 * more, -1 if it is damaged. */
struct xm_unpack_io { const unsigned char *in; size_t in_left; unsigned char *out; size_t out_left; };
typedef int xm_unpack_step(void *state, struct xm_unpack_io *io);

int xm_unpack_stream(const char *packing, const struct xm_packed *packed, xm_unpack_step *step, void *state,
                     struct xm_unpack_out *out, xm_error **err);

int xm_unpack_gzip(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);
int xm_unpack_bzip2(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);
int xm_unpack_lzma(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);
int xm_unpack_lz4(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);
int xm_unpack_zstd(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);

#endif
