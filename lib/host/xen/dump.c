#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"

static int dump_to(struct xen_host *xen, uint32_t domid, const char *path, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    struct xen_op op;
    int rc;

    if (ctx == NULL)
        return -1;
    xen_op_init(&op);
    rc = xen_op_wait(xen, &op, libxl_domain_core_dump(ctx, domid, path, &op.how), NULL, XEN_TO_THE_END);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not dumped", domid) : 0;
}

/* Made by us first: libxenctrl opens what is there, and follows no mode of ours. */
static int make_beside(const char *beside, xm_error **err)
{
    xm_autoclose int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    return fd < 0 ? xm_fail_errno(err, errno, "%s", beside) : 0;
}

static int keep(const char *beside, const char *path, xm_error **err)
{
    xm_autoclose int fd = open(beside, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0)
        return xm_fail_errno(err, errno, "%s", beside);
    if (rename(beside, path) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    return xm_dir_sync_of(path, err);
}

int xen_host_dump_core(struct xm_host *host, uint32_t domid, const char *path, bool live, xm_error **err)
{
    xm_autofree char *beside = xm_printf("%s.part.%d", path, (int)getpid());
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;
    bool pause;
    int rc;

    if (xen_guest_info(xen, domid, "dumped", &info, err) < 0 || make_beside(beside, err) < 0)
        return -1;
    /* The hypervisor counts pauses, so ours takes nothing from one that is there already. */
    pause = !live && !(info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying));
    if (pause && xc_domain_pause(xen->xc, domid) < 0) {
        xm_fail_errno(err, errno, "the hypervisor did not pause domain %u", domid);
        (void)unlink(beside);
        return -1;
    }
    rc = dump_to(xen, domid, beside, err);
    if (pause)
        (void)xc_domain_unpause(xen->xc, domid);    /* fails only if the domain is gone */
    if (rc == 0 && *host->stop)
        rc = xm_fail(err, XM_INTERRUPTED, "interrupted");
    if (rc == 0)
        rc = keep(beside, path, err);
    if (rc < 0)
        (void)unlink(beside);
    return rc;
}
