#include <zstd.h>

#include "host/kernel/unpack.h"

/* What the kernel is packed with at most: 128 MiB to look back into. */
#define WINDOW_LOG_MAX 27

static int step(void *state, struct xm_unpack_io *io)
{
    ZSTD_inBuffer in = { io->in, io->in_left, 0 };
    ZSTD_outBuffer out = { io->out, io->out_left, 0 };
    size_t rc = ZSTD_decompressStream(state, &out, &in);

    io->in += in.pos;
    io->in_left -= in.pos;
    io->out_left -= out.pos;
    return ZSTD_isError(rc) ? -1 : rc == 0;
}

int xm_unpack_zstd(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    ZSTD_DStream *zstd = ZSTD_createDStream();
    int rc;

    if (zstd == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        rc = xm_fail(err, XM_IO, "libzstd does not start");
    else
        rc = xm_unpack_stream("zstd", packed, step, zstd, out, err);
    ZSTD_freeDStream(zstd);
    return rc;
}
