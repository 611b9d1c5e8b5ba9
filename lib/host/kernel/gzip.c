#include <zlib.h>

#include "host/kernel/unpack.h"

/* Whatever the window, with gzip's own head. */
#define GZIP_ONLY (MAX_WBITS + 16)

static int step(void *state, struct xm_unpack_io *io)
{
    z_stream *z = state;
    int rc;

    z->next_in = (unsigned char *)io->in;
    z->avail_in = (uInt)io->in_left;    /* the file's size is bounded well below */
    z->next_out = io->out;
    z->avail_out = (uInt)io->out_left;
    rc = inflate(z, Z_NO_FLUSH);
    io->in = z->next_in;
    io->in_left = z->avail_in;
    io->out_left = z->avail_out;
    return rc == Z_STREAM_END ? 1 : rc == Z_OK || rc == Z_BUF_ERROR ? 0 : -1;
}

int xm_unpack_gzip(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    z_stream z = { 0 };
    int rc;

    if (inflateInit2(&z, GZIP_ONLY) != Z_OK)
        return xm_fail(err, XM_IO, "zlib does not start");
    rc = xm_unpack_stream("gzip", packed, step, &z, out, err);
    (void)inflateEnd(&z);       /* fails only where it was never begun */
    return rc;
}
