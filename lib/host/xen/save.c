#include "host/xen/xen.h"

#include <errno.h>

static int resume(struct xen_host *xen, uint32_t domid, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    struct xen_op op;
    int rc;

    if (ctx == NULL)
        return -1;
    xen_op_init(&op);
    /* The guest is told that its suspension was cancelled: it keeps its connections. */
    rc = xen_op_wait(xen, &op, libxl_domain_resume(ctx, domid, 1, &op.how), NULL, XEN_TO_THE_END);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not resumed", domid) : 0;
}

static bool is_suspended(struct xen_host *xen, uint32_t domid)
{
    xc_domaininfo_t info;

    return xen_info(xen, domid, &info, NULL) == 0 && xen_info_reason(&info) == XM_REASON_SUSPEND;
}

/* Of a guest that is sent live nothing but the hypervisor says when it has been suspended. */
static void tell(struct xen_host *xen, const struct xen_op *op, struct xm_progress *now)
{
    now->suspended = is_suspended(xen, op->domid);
}

/* May it be suspended, and sent as wanted? */
static int check(struct xen_host *xen, uint32_t domid, const char *done, bool live, xm_error **err)
{
    XM_AUTO(xm_host_info) *machine = NULL;
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, done, &info, err) < 0)
        return -1;
    if (xm_host_check_suspend(domid, info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying), info.flags & XEN_DOMINF_paused,
                              err) < 0)
        return -1;
    if (!live)
        return 0;
    if (xm_host_info_get(&xen->host, false, &machine, err) < 0)
        return -1;
    return xm_send_check(domid, info.flags & XEN_DOMINF_hvm_guest, live, machine->virt_caps, err);
}

static int suspend(struct xen_host *xen, uint32_t domid, int fd, const char *done, const struct xm_send *send,
                   xm_error **err)
{
    int flags = (send->live ? LIBXL_SUSPEND_LIVE : 0) | (send->debug ? LIBXL_SUSPEND_DEBUG : 0);
    struct xen_op op;
    libxl_ctx *ctx;
    int rc;

    if (check(xen, domid, done, send->live, err) < 0)
        return -1;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    xen_op_init(&op);
    op.watch = &send->watch;
    op.stop = send->stop;
    op.tell = tell;
    op.domid = domid;
    rc = xen_op_wait(xen, &op, libxl_domain_suspend(ctx, domid, fd, flags, &op.how), NULL, 0);
    if (rc == 0)
        return 0;
    xen_fail(xen, rc, err, "domain %u was not %s", domid, done);
    /* The error that matters is set; should this fail as well, the log has it. */
    if (is_suspended(xen, domid))
        (void)resume(xen, domid, NULL);
    return -1;
}

int xen_host_save(struct xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err)
{
    struct xm_send how = { .watch = watch ? *watch : (struct xm_watch){ 0 } };

    return suspend(xen_of(host), domid, fd, "saved", &how, err);
}

int xen_host_send(struct xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err)
{
    return suspend(xen_of(host), domid, fd, "sent", send, err);
}

int xen_host_resume(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "resumed", &info, err) < 0)
        return -1;
    if (xen_info_reason(&info) != XM_REASON_SUSPEND)
        return xm_fail(err, XM_STATE, "domain %u is not suspended", domid);
    return resume(xen, domid, err);
}

int xen_host_config_json(struct xm_host *host, uint32_t domid, char **ret_json, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    libxl_domain_config config;
    xc_domaininfo_t info;
    libxl_ctx *ctx;
    int rc;

    if (xen_info(xen, domid, &info, err) < 0)
        return -1;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    libxl_domain_config_init(&config);
    rc = libxl_retrieve_domain_configuration(ctx, domid, &config, NULL);
    if (rc == 0) {
        *ret_json = libxl_domain_config_to_json(ctx, &config);
        if (*ret_json == NULL)
            rc = ERROR_NOMEM;
    }
    libxl_domain_config_dispose(&config);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u has no configuration", domid) : 0;
}
