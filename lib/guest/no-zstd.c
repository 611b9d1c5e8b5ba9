/* In the place of zstd.c where there is no libzstd. */
#include <stddef.h>

#include "guest/zstd.h"

static int unsupported(xm_error **err)
{
    return xm_fail(err, XM_UNSUPPORTED, "this xm was built without libzstd");
}

bool xm_zstd_begins(int fd)
{
    (void)fd;
    return false;
}

int xm_unzstd_new(int fd, off_t at, struct xm_unzstd **ret_unzstd, xm_error **err)
{
    (void)fd;
    (void)at;
    (void)ret_unzstd;
    return unsupported(err);
}

void xm_unzstd_free(struct xm_unzstd *unzstd)
{
    (void)unzstd;
}

struct xm_bytes xm_unzstd_bytes(struct xm_unzstd *unzstd)
{
    return (struct xm_bytes){ .arg = unzstd };
}

int xm_zstd_pack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err)
{
    (void)fd;
    (void)ret_pump;
    (void)ret_fd;
    return unsupported(err);
}

int xm_zstd_unpack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err)
{
    return xm_zstd_pack(fd, ret_pump, ret_fd, err);
}

int xm_zstd_end(struct xm_zstd_pump *pump, xm_error **err)
{
    (void)pump;
    return unsupported(err);
}
