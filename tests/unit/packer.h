/* Makes kernels to unpack: some bytes that begin as an ELF file does, packed in each way that this
 * build can unpack, inside of what Linux calls a bzImage. Included by test programs. */
#ifndef XM_TESTS_PACKER_H
#define XM_TESTS_PACKER_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config.h"
#include "host/kernel/image.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_LZ4
#include <lz4.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#define PACKER_ROOM(len) (2 * (len) + 4096)

static inline void packer_le32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

static inline void packer_add_le32(struct xm_buf *buf, uint32_t value)
{
    unsigned char bytes[4];

    packer_le32(bytes, value);
    xm_buf_add(buf, bytes, sizeof(bytes));
}

/* An "ELF file" of len bytes, another one for each seed, that packs neither well nor badly. */
static inline void packer_elf(struct xm_buf *elf, size_t len, unsigned seed)
{
    uint32_t x = seed * 2654435761u + 1;

    xm_buf_add(elf, "\177ELF", 4);
    while (elf->len < len) {
        x = x * 1664525 + 1013904223;
        xm_buf_putc(elf, (char)(elf->len % 3 ? x >> 24 : 'k'));
    }
}

#ifdef HAVE_ZLIB
static inline void packer_gzip(struct xm_buf *to, const void *data, size_t len)
{
    xm_autofree unsigned char *room = xm_new0(unsigned char, PACKER_ROOM(len));
    z_stream z = { .next_in = (unsigned char *)data, .avail_in = (uInt)len, .next_out = room,
                   .avail_out = (uInt)PACKER_ROOM(len) };

    assert(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
    xm_buf_add(to, room, z.total_out);
    deflateEnd(&z);
}
#endif

#ifdef HAVE_BZIP2
static inline void packer_bzip2(struct xm_buf *to, const void *data, size_t len)
{
    xm_autofree char *room = xm_new0(char, PACKER_ROOM(len));
    unsigned size = (unsigned)PACKER_ROOM(len);

    assert(BZ2_bzBuffToBuffCompress(room, &size, (char *)data, (unsigned)len, 1, 0, 0) == BZ_OK);
    xm_buf_add(to, room, size);
}
#endif

#ifdef HAVE_LZMA
static inline void packer_lzma_run(struct xm_buf *to, lzma_stream *lzma, const void *data, size_t len)
{
    xm_autofree unsigned char *room = xm_new0(unsigned char, PACKER_ROOM(len));

    lzma->next_in = data;
    lzma->avail_in = len;
    lzma->next_out = room;
    lzma->avail_out = PACKER_ROOM(len);
    assert(lzma_code(lzma, LZMA_FINISH) == LZMA_STREAM_END);
    xm_buf_add(to, room, lzma->total_out);
    lzma_end(lzma);
}

static inline void packer_xz(struct xm_buf *to, const void *data, size_t len)
{
    lzma_stream lzma = LZMA_STREAM_INIT;

    assert(lzma_easy_encoder(&lzma, 1, LZMA_CHECK_CRC32) == LZMA_OK);
    packer_lzma_run(to, &lzma, data, len);
}

static inline void packer_lzma(struct xm_buf *to, const void *data, size_t len)
{
    lzma_stream lzma = LZMA_STREAM_INIT;
    lzma_options_lzma options;

    assert(!lzma_lzma_preset(&options, 1) && lzma_alone_encoder(&lzma, &options) == LZMA_OK);
    packer_lzma_run(to, &lzma, data, len);
}
#endif

#ifdef HAVE_LZ4
static inline void packer_lz4(struct xm_buf *to, const void *data, size_t len)
{
    xm_buf_add(to, "\x02\x21\x4c\x18", 4);
    for (size_t at = 0; at < len; at += 8 << 20) {
        int part = (int)(len - at < 8 << 20 ? len - at : 8 << 20);
        xm_autofree char *room = xm_new0(char, LZ4_compressBound(part));
        int size = LZ4_compress_default((const char *)data + at, room, part, LZ4_compressBound(part));

        assert(size > 0);
        packer_add_le32(to, (uint32_t)size);
        xm_buf_add(to, room, (size_t)size);
    }
}
#endif

#ifdef HAVE_ZSTD
static inline void packer_zstd(struct xm_buf *to, const void *data, size_t len)
{
    xm_autofree char *room = xm_new0(char, PACKER_ROOM(len));
    size_t size = ZSTD_compress(room, PACKER_ROOM(len), data, len, 3);

    assert(!ZSTD_isError(size));
    xm_buf_add(to, room, size);
}
#endif

struct packer { const char *name; enum xm_packing packing; void (*pack)(struct xm_buf *to, const void *data, size_t len); };

static const struct packer packers[] = {
#ifdef HAVE_ZLIB
    { "gzip", XM_PACKED_GZIP, packer_gzip },
#endif
#ifdef HAVE_BZIP2
    { "bzip2", XM_PACKED_BZIP2, packer_bzip2 },
#endif
#ifdef HAVE_LZMA
    { "lzma", XM_PACKED_LZMA, packer_lzma },
    { "xz", XM_PACKED_XZ, packer_xz },
#endif
#ifdef HAVE_LZ4
    { "lz4", XM_PACKED_LZ4, packer_lz4 },
#endif
#ifdef HAVE_ZSTD
    { "zstd", XM_PACKED_ZSTD, packer_zstd },
#endif
};

/* A bzImage around what pack makes of data, with the size behind it that Linux's build puts there. */
static inline void packer_bzimage(struct xm_buf *image, const struct packer *packer, const void *data, size_t len)
{
    xm_autobuf payload = XM_BUF_INIT;
    unsigned char head[2048] = { 0 };

    packer->pack(&payload, data, len);
    if (packer->packing != XM_PACKED_GZIP)
        packer_add_le32(&payload, (uint32_t)len);
    head[0x1f1] = 1;
    memcpy(head + 0x1fe, "\x55\xaa", 2);
    memcpy(head + 0x202, "HdrS\x0f\x02", 6);
    packer_le32(head + 0x248, sizeof(head) - 1024);
    packer_le32(head + 0x24c, (uint32_t)payload.len);
    xm_buf_add(image, head, sizeof(head));
    xm_buf_add(image, payload.data, payload.len);
    xm_buf_pad(image, '\0', 300);       /* in a real one, the rest of the 32-bit part */
}

#endif
