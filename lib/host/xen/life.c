#include "host/xen/xen.h"

#include <errno.h>
#include <string.h>

int xen_host_pause(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "paused", &info, err) < 0)
        return -1;
    /* One that was suspended for a save is paused before it is woken, so as not to run in between. */
    if ((info.flags & XEN_DOMINF_dying) || ((info.flags & XEN_DOMINF_shutdown) && xen_info_reason(&info) != XM_REASON_SUSPEND))
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    /* The hypervisor counts; a second pause would ask for a second unpause. */
    if (info.flags & XEN_DOMINF_paused)
        return 0;
    if (xc_domain_pause(xen->xc, domid) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not pause domain %u", domid);
    return 0;
}

int xen_host_unpause(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "unpaused", &info, err) < 0)
        return -1;
    if (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    if (!(info.flags & XEN_DOMINF_paused))
        return 0;
    /* By libxl only where a device model may have to be told. */
    if (info.flags & XEN_DOMINF_hvm_guest)
        return xen_op_run(xen, domid, libxl_domain_unpause, "unpaused", err);
    if (xc_domain_unpause(xen->xc, domid) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not unpause domain %u", domid);
    return 0;
}

int xen_destroy_now(struct xen_host *xen, uint32_t domid, xm_error **err)
{
    return xen_op_run(xen, domid, libxl_domain_destroy, "destroyed", err);
}

int xen_host_destroy(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "destroyed", &info, err) < 0)
        return -1;
    return xen_destroy_now(xen, domid, err);
}

int xen_host_rename(struct xm_host *host, uint32_t domid, const char *name, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;
    libxl_ctx *ctx;
    uint32_t other;
    int rc;

    if (name[0] == '\0')
        return xm_fail(err, XM_INVALID, "a domain's name cannot be empty");
    if (xen_info(xen, domid, &info, err) < 0)
        return -1;
    if (xen_host_find(host, name, &other, NULL) == 0) {
        if (other == domid)
            return 0;
        return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%u'", name, other);
    }
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    rc = libxl_domain_rename(ctx, domid, NULL, name);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not renamed", domid) : 0;
}

int xen_host_sysrq(struct xm_host *host, uint32_t domid, char letter, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xm_autofree char *path = xm_printf("/local/domain/%u/control/sysrq", domid);
    struct xs_handle *xs;
    xc_domaininfo_t info;

    /* The store would take it for any number, and the next domain of that number would find it. */
    if (xen_info(xen, domid, &info, err) < 0)
        return -1;
    if (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    xs = xen_store(xen, err);
    if (xs == NULL)
        return -1;
    if (!xs_write(xs, XBT_NULL, path, &letter, 1))
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}
