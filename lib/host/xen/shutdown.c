#include "host/xen/xen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <xen/hvm/params.h>

static const struct {
    const char *word;           /* of the control/shutdown protocol */
    int reason;                 /* when the hypervisor does it */
    libxl_trigger trigger;      /* when a button does it */
} requests[] = {
    [XM_REQUEST_POWEROFF] = { "poweroff", SHUTDOWN_poweroff, LIBXL_TRIGGER_POWER },
    [XM_REQUEST_REBOOT] = { "reboot", SHUTDOWN_reboot, LIBXL_TRIGGER_RESET },
    [XM_REQUEST_HALT] = { "halt", SHUTDOWN_poweroff, LIBXL_TRIGGER_POWER },
};

/* A PV guest listens by nature, another once its drivers have asked for event interrupts. */
static bool listens(struct xen_host *xen, const xc_domaininfo_t *info)
{
    uint64_t irq = 0;

    if (!(info->flags & XEN_DOMINF_hvm_guest))
        return true;
    return xc_hvm_param_get(xen->xc, info->domain, HVM_PARAM_CALLBACK_IRQ, &irq) == 0 && irq != 0;
}

static int press(struct xen_host *xen, uint32_t domid, libxl_trigger trigger, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    struct xen_op op;
    int rc;

    if (ctx == NULL)
        return -1;
    xen_op_init(&op);
    rc = xen_op_wait(xen, &op, libxl_send_trigger(ctx, domid, trigger, 0, &op.how), NULL, XEN_TO_THE_END);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u's button was not pressed", domid) : 0;
}

/* Takes our word back, unless the guest takes it at this very moment. */
static void withdraw(struct xs_handle *xs, const char *path, const char *word)
{
    for (int tries = 0; tries < 5; tries++) {
        xs_transaction_t t = xs_transaction_start(xs);
        xm_autofree char *is = NULL;

        if (t == XBT_NULL)
            return;
        is = xs_read(xs, t, path, NULL);
        if (is == NULL || strcmp(is, word) != 0) {
            xs_transaction_end(xs, t, true);
            return;
        }
        if (xs_write(xs, t, path, "", 0) && xs_transaction_end(xs, t, false))
            return;
    }
}

/* The guest acknowledges by emptying the node, or by being gone before we look. */
static bool is_taken(struct xen_host *xen, struct xs_handle *xs, uint32_t domid, const char *path)
{
    xm_autofree char *word = xs_read(xs, XBT_NULL, path, NULL);
    xc_domaininfo_t info;

    if (word == NULL || word[0] == '\0')
        return true;
    return xen_info(xen, domid, &info, NULL) < 0 || info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying);
}

static int wait_taken(struct xen_host *xen, struct xs_handle *xs, uint32_t domid, const char *path, unsigned seconds,
                      xm_error **err)
{
    int64_t end = xen_now_ms() + (int64_t)seconds * 1000;

    for (;;) {
        struct pollfd fd = { .fd = xs_fileno(xs), .events = POLLIN };
        int64_t left = end - xen_now_ms();
        char **fired;

        if (is_taken(xen, xs, domid, path))
            return 0;
        if (*xen->host.stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        if (left <= 0)
            return xm_fail(err, XM_TIMEOUT, "domain %u did not acknowledge within %u s", domid, seconds);
        /* A quarter of a second, so that a stop flag set just now is seen. */
        (void)poll(&fd, 1, left < 250 ? (int)left : 250);
        while ((fired = xs_check_watch(xs)) != NULL)
            free(fired);
    }
}

static int ask(struct xen_host *xen, uint32_t domid, const char *word, unsigned ack_seconds, xm_error **err)
{
    xm_autofree char *path = xm_printf("/local/domain/%u/control/shutdown", domid);
    struct xs_handle *xs = ack_seconds > 0 ? xen_store_new(xen, err) : xen_store(xen, err);
    int rc = 0;

    if (xs == NULL)
        return -1;
    if (!xs_write(xs, XBT_NULL, path, word, (unsigned)strlen(word)))
        rc = xm_fail_errno(err, errno, "%s", path);
    else if (ack_seconds > 0 && (!xs_watch(xs, path, "ack") || !xs_watch(xs, "@releaseDomain", "ack")))
        rc = xm_fail_errno(err, errno, "%s", path);
    else if (ack_seconds > 0) {
        rc = wait_taken(xen, xs, domid, path, ack_seconds, err);
        if (rc < 0)
            withdraw(xs, path, word);
    }
    if (ack_seconds > 0)
        xs_close(xs);
    return rc;
}

int xen_host_shutdown(struct xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                      bool acpi, bool force, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "shut down", &info, err) < 0)
        return -1;
    if (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    if (listens(xen, &info))
        return ask(xen, domid, requests[request].word, ack_seconds, err);
    if (acpi)
        return press(xen, domid, requests[request].trigger, err);
    if (!force)
        return xm_fail(err, XM_UNSUPPORTED, "domain %u has no PV drivers to ask", domid);
    if (xc_domain_shutdown(xen->xc, domid, requests[request].reason) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not shut down domain %u", domid);
    return 0;
}
