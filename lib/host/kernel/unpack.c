#include "host/kernel/unpack.h"

#include "base/mem.h"
#include "config.h"

#define CHUNK (256u << 10)

typedef int unpacker(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err);

static const char *const names[] = {
    [XM_PACKED_GZIP] = "gzip", [XM_PACKED_BZIP2] = "bzip2", [XM_PACKED_LZMA] = "lzma", [XM_PACKED_XZ] = "xz",
    [XM_PACKED_LZO] = "lzo", [XM_PACKED_LZ4] = "lz4", [XM_PACKED_ZSTD] = "zstd",
};

static unpacker *const unpackers[] = {
#ifdef HAVE_ZLIB
    [XM_PACKED_GZIP] = xm_unpack_gzip,
#endif
#ifdef HAVE_BZIP2
    [XM_PACKED_BZIP2] = xm_unpack_bzip2,
#endif
#ifdef HAVE_LZMA
    [XM_PACKED_LZMA] = xm_unpack_lzma,
    [XM_PACKED_XZ] = xm_unpack_lzma,
#endif
#ifdef HAVE_LZ4
    [XM_PACKED_LZ4] = xm_unpack_lz4,
#endif
#ifdef HAVE_ZSTD
    [XM_PACKED_ZSTD] = xm_unpack_zstd,
#endif
    [XM_COUNT(names)] = NULL,   /* so that no row is beyond its end */
};

int xm_unpack_put(struct xm_unpack_out *out, const unsigned char *data, size_t len, xm_error **err)
{
    if (len > out->left)
        return xm_fail(err, XM_INVALID, "it unpacks to more than is allowed");
    out->left -= len;
    return out->take(out->arg, data, len, err);
}

int xm_unpack_fail(const char *packing, xm_error **err)
{
    return xm_fail(err, XM_INVALID, "the %s data is damaged", packing);
}

int xm_unpack_stream(const char *packing, const struct xm_packed *packed, xm_unpack_step *step, void *state,
                     struct xm_unpack_out *out, xm_error **err)
{
    xm_autofree unsigned char *chunk = xm_new0(unsigned char, CHUNK);
    struct xm_unpack_io io = { .in = packed->data, .in_left = packed->len };
    int rc = 0;

    while (rc == 0) {
        size_t before = io.in_left;

        io.out = chunk;
        io.out_left = CHUNK;
        rc = step(state, &io);
        /* Neither took nor gave anything: the stream ends before its end. */
        if (rc < 0 || (rc == 0 && io.in_left == before && io.out_left == CHUNK))
            return xm_unpack_fail(packing, err);
        if (xm_unpack_put(out, chunk, CHUNK - io.out_left, err) < 0)
            return -1;
    }
    return 0;
}

int xm_kernel_unpack(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    unpacker *unpack = unpackers[packed->packing];

    if (unpack == NULL)
        return xm_fail(err, XM_UNSUPPORTED, "there is nothing here to unpack %s with", names[packed->packing]);
    return unpack(packed, out, err);
}
