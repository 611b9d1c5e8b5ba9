/* What a kernel file is: is there something packed in it, where, and by which program. The file
 * may come from anybody; nothing in it is believed before it is checked against the file's size.
 *
 * Two forms are known. An ELF file behind gzip, as a whole; and Linux's own, "bzImage": a real-mode
 * part that says (boot protocol 2.08 and later) where in the rest the packed ELF file lies. */
#ifndef XM_HOST_KERNEL_IMAGE_H
#define XM_HOST_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum xm_packing { XM_PACKED_GZIP, XM_PACKED_BZIP2, XM_PACKED_LZMA, XM_PACKED_XZ, XM_PACKED_LZO, XM_PACKED_LZ4,
                  XM_PACKED_ZSTD };

struct xm_packed {
    enum xm_packing packing;
    const unsigned char *data;  /* within the file; a size that was put behind it is not part of it */
    size_t len;
    uint32_t hint;              /* the unpacked size, if the file speaks the truth */
};

/* What of a file xm_kernel_may_be_packed() wants to see. */
#define XM_KERNEL_HEAD 0x250

/* By its first bytes. True is no promise. */
bool xm_kernel_may_be_packed(const unsigned char *head, size_t len);

/* Finds what is packed in a whole file. False: nothing that we know, or damaged. */
bool xm_kernel_find_packed(const unsigned char *file, size_t len, struct xm_packed *ret_packed);

#endif
