#include <bzlib.h>

#include "host/kernel/unpack.h"

static int step(void *state, struct xm_unpack_io *io)
{
    bz_stream *bz = state;
    int rc;

    bz->next_in = (char *)io->in;
    bz->avail_in = (unsigned)io->in_left;       /* the file's size is bounded well below */
    bz->next_out = (char *)io->out;
    bz->avail_out = (unsigned)io->out_left;
    rc = BZ2_bzDecompress(bz);
    io->in = (const unsigned char *)bz->next_in;
    io->in_left = bz->avail_in;
    io->out_left = bz->avail_out;
    return rc == BZ_STREAM_END ? 1 : rc == BZ_OK ? 0 : -1;
}

int xm_unpack_bzip2(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    bz_stream bz = { 0 };
    int rc;

    if (BZ2_bzDecompressInit(&bz, 0, 0) != BZ_OK)
        return xm_fail(err, XM_IO, "libbz2 does not start");
    rc = xm_unpack_stream("bzip2", packed, step, &bz, out, err);
    (void)BZ2_bzDecompressEnd(&bz);     /* fails only where it was never begun */
    return rc;
}
