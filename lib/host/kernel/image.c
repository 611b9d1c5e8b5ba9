#include "host/kernel/image.h"

#include <string.h>

#include "base/mem.h"

/* Offsets of Linux's boot protocol (Documentation/arch/x86/boot.rst). */
#define SETUP_SECTS 0x1f1
#define BOOT_FLAG 0x1fe
#define MAGIC 0x202
#define VERSION 0x206
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HAS_PAYLOAD 0x208               /* the first version that has the last two */

/* Linux's build puts the unpacked size behind what it packs; gzip has it there by itself. */
#define SIZE_BEHIND 4u

static const struct {
    enum xm_packing packing;
    unsigned char len, magic[9];
} magics[] = {
    { XM_PACKED_GZIP, 2, { 0x1f, 0x8b } },
    { XM_PACKED_BZIP2, 3, { 'B', 'Z', 'h' } },
    { XM_PACKED_LZMA, 3, { 0x5d, 0, 0 } },
    { XM_PACKED_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
    { XM_PACKED_LZO, 9, { 0x89, 'L', 'Z', 'O', 0, '\r', '\n', 0x1a, '\n' } },
    { XM_PACKED_LZ4, 4, { 0x02, 0x21, 0x4c, 0x18 } },
    { XM_PACKED_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
};

static uint32_t le32(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_gzip(const unsigned char *head, size_t len)
{
    return len >= 2 && head[0] == 0x1f && head[1] == 0x8b;
}

static bool is_bzimage(const unsigned char *head, size_t len)
{
    return len >= XM_KERNEL_HEAD && head[BOOT_FLAG] == 0x55 && head[BOOT_FLAG + 1] == 0xaa
        && memcmp(head + MAGIC, "HdrS", 4) == 0 && (head[VERSION] | head[VERSION + 1] << 8) >= HAS_PAYLOAD;
}

bool xm_kernel_may_be_packed(const unsigned char *head, size_t len)
{
    return is_gzip(head, len) || is_bzimage(head, len);
}

static bool find_magic(const unsigned char *data, size_t len, struct xm_packed *ret)
{
    for (size_t i = 0; i < XM_COUNT(magics); i++) {
        if (len < magics[i].len + SIZE_BEHIND || memcmp(data, magics[i].magic, magics[i].len) != 0)
            continue;
        *ret = (struct xm_packed){ .packing = magics[i].packing, .data = data, .len = len, .hint = le32(data + len - SIZE_BEHIND) };
        if (ret->packing != XM_PACKED_GZIP)
            ret->len -= SIZE_BEHIND;
        return true;
    }
    return false;
}

bool xm_kernel_find_packed(const unsigned char *file, size_t len, struct xm_packed *ret_packed)
{
    uint64_t offset, size;

    if (is_gzip(file, len))
        return find_magic(file, len, ret_packed);
    if (!is_bzimage(file, len))
        return false;
    /* No sectors means four: so old that nobody wrote it down. */
    offset = ((file[SETUP_SECTS] ? file[SETUP_SECTS] : 4) + 1) * 512 + (uint64_t)le32(file + PAYLOAD_OFFSET);
    size = le32(file + PAYLOAD_LENGTH);
    return offset <= len && size <= len - offset && find_magic(file + offset, (size_t)size, ret_packed);
}
