#include <lzma.h>

#include "host/kernel/unpack.h"

static int step(void *state, struct xm_unpack_io *io)
{
    lzma_stream *lzma = state;
    lzma_ret rc;

    lzma->next_in = io->in;
    lzma->avail_in = io->in_left;
    lzma->next_out = io->out;
    lzma->avail_out = io->out_left;
    rc = lzma_code(lzma, LZMA_RUN);
    io->in = lzma->next_in;
    io->in_left = lzma->avail_in;
    io->out_left = lzma->avail_out;
    return rc == LZMA_STREAM_END ? 1 : rc == LZMA_OK || rc == LZMA_BUF_ERROR ? 0 : -1;
}

/* xz, and the format that was before it. */
int xm_unpack_lzma(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    bool xz = packed->packing == XM_PACKED_XZ;
    lzma_stream lzma = LZMA_STREAM_INIT;
    lzma_ret begun = xz ? lzma_stream_decoder(&lzma, XM_UNPACK_MEMORY, 0) : lzma_alone_decoder(&lzma, XM_UNPACK_MEMORY);
    int rc;

    if (begun != LZMA_OK)
        return xm_fail(err, XM_IO, "liblzma does not start");
    rc = xm_unpack_stream(xz ? "xz" : "lzma", packed, step, &lzma, out, err);
    lzma_end(&lzma);
    return rc;
}
