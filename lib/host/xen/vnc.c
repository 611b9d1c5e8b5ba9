/* The device model tells in the store where it serves the guest's screen. */
#include <string.h>

#include "host/xen/xen.h"

static unsigned read_port(struct xs_handle *xs, uint32_t domid)
{
    xm_autofree char *text = xen_read(xs, "/local/domain/%u/console/vnc-port", domid);
    unsigned long port = text ? strtoul(text, NULL, 10) : 0;

    return port > 0 && port < 65536 ? (unsigned)port : 0;
}

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

int xen_host_vnc(struct xm_host *host, uint32_t domid, xm_vnc **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs = xen_store(xen, err);
    xm_autofree char *listen = NULL, *password = NULL;
    xc_domaininfo_t info;
    unsigned port;

    if (xs == NULL || xen_info(xen, domid, &info, err) < 0)
        return -1;
    port = read_port(xs, domid);
    if (port == 0)
        return xm_fail(err, XM_NOT_FOUND, "domain %u serves no screen", domid);
    listen = xen_read(xs, "/local/domain/%u/console/vnc-listen", domid);
    password = xen_read(xs, "/local/domain/%u/console/vnc-pass", domid);
    *ret = xm_new0(xm_vnc, 1);
    **ret = (xm_vnc){ .address = xm_strdup(is_set(listen) ? listen : "localhost"), .port = port,
                      .password = is_set(password) ? XM_TAKE(password) : NULL };
    return 0;
}
