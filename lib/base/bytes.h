/* Bytes that come one after the other, from wherever: a file, a pipe, out of something packed. */
#ifndef XM_BASE_BYTES_H
#define XM_BASE_BYTES_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct xm_bytes {
    /* Fewer than len only where they end; -1 on failure. */
    ssize_t (*read)(void *arg, void *data, size_t len, xm_error **err);
    /* Past len of them that nobody wants; NULL: they are read. XM_INVALID beyond the end. */
    int (*skip)(void *arg, uint64_t len, xm_error **err);
    void *arg;
};

/* All of len: XM_INVALID "is cut off" where they end before. */
XM_API int xm_bytes_read(const struct xm_bytes *bytes, void *data, size_t len, xm_error **err);
XM_API int xm_bytes_skip(const struct xm_bytes *bytes, uint64_t len, xm_error **err);

/* Those of a plain file from an offset on, which reading does not change. */
struct xm_file_bytes {
    int fd;
    off_t at, size;
};
XM_API int xm_file_bytes_init(struct xm_file_bytes *file, int fd, off_t at, xm_error **err);
XM_API struct xm_bytes xm_file_bytes(struct xm_file_bytes *file);

#endif
