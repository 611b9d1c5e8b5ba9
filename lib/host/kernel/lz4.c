#include <lz4.h>

#include "base/mem.h"
#include "host/kernel/unpack.h"

/* The format of `lz4 -l`, which the kernel's build uses: a mark, then blocks, each behind its size. */
#define MARK 4
#define BLOCK_MAX (8 << 20)             /* unpacked, by the format */

static size_t size_of_block(const unsigned char *at)
{
    return at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16 | (size_t)at[3] << 24;
}

int xm_unpack_lz4(const struct xm_packed *packed, struct xm_unpack_out *out, xm_error **err)
{
    xm_autofree char *block = xm_new0(char, BLOCK_MAX);
    const unsigned char *at = packed->data + MARK;
    size_t left = packed->len - MARK;

    while (left > 0) {
        size_t size = left > 4 ? size_of_block(at) : 0;
        int len;

        if (size == 0 || size > left - 4)
            return xm_unpack_fail("lz4", err);
        len = LZ4_decompress_safe((const char *)at + 4, block, (int)size, BLOCK_MAX);
        if (len < 0)
            return xm_unpack_fail("lz4", err);
        if (xm_unpack_put(out, (const unsigned char *)block, (size_t)len, err) < 0)
            return -1;
        at += 4 + size;
        left -= 4 + size;
    }
    return 0;
}
