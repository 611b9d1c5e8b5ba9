/* Waiting until nothing is left of a domain. Its end has several parts, which fall to different
 * programs: the hypervisor gives back memory, scripts take down backends, the device model flushes
 * its disks. Woken by the store and by the device model's end; only for what the hypervisor keeps of
 * a dying domain nobody tells, and so a look is taken from time to time. */
#include "host/xen/xen.h"

#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define BACKENDS "/local/domain/0/backend"
#define LOOK_MS 100

struct leaving {
    struct xen_host *xen;
    struct xs_handle *xs;       /* its own, for the watches */
    uint32_t domid;
    const char *uuid;
    int model;                  /* its process; 0: none, or gone */
    int model_fd;
};

static void add_left(struct xm_buf *left, const char *fmt, const char *what)
{
    xm_buf_puts(left, left->len > 0 ? ", " : "");
    xm_buf_printf(left, fmt, what);
}

/* Watches each that is there, so that its end is told. */
static void find_backends(struct leaving *leaving, bool watch, struct xm_buf *left)
{
    unsigned count = 0;
    xm_autofree char **kinds = xs_directory(leaving->xs, XBT_NULL, BACKENDS, &count);

    for (unsigned i = 0; kinds != NULL && i < count; i++) {
        xm_autofree char *path = xm_printf(BACKENDS "/%s/%u", kinds[i], leaving->domid);
        unsigned devices = 0;
        xm_autofree char **names = xs_directory(leaving->xs, XBT_NULL, path, &devices);

        if (names == NULL || devices == 0)
            continue;
        add_left(left, "its %s backend", kinds[i]);
        if (watch)
            (void)xs_watch(leaving->xs, path, "left");  /* without it there are still the looks */
    }
}

/* What is left of it now, in words; empty: nothing. */
static void look(struct leaving *leaving, bool watch, struct xm_buf *left)
{
    struct pollfd model = { leaving->model_fd, POLLIN, 0 };
    char uuid[37] = "";
    xc_domaininfo_t info;

    if (xen_info(leaving->xen, leaving->domid, &info, NULL) == 0) {
        xen_uuid_format(info.handle, uuid);
        if (strcmp(uuid, leaving->uuid) != 0)
            return;             /* the number is another's by now, and so are backends under it */
        add_left(left, "%s", info.flags & XEN_DOMINF_dying ? "its memory" : "the domain itself");
    }
    find_backends(leaving, watch, left);
    if (leaving->model > 0 && (leaving->model_fd < 0 ? xen_model_of(leaving->domid) == leaving->model
                                                     : poll(&model, 1, 0) == 0))
        add_left(left, "%s", "its device model");
    else
        leaving->model = 0;
}

static void sleep_on(struct leaving *leaving, int64_t ms)
{
    struct pollfd fds[] = { { xs_fileno(leaving->xs), POLLIN, 0 }, { leaving->model_fd, POLLIN, 0 } };
    char **fired;

    (void)poll(fds, leaving->model > 0 && leaving->model_fd >= 0 ? 2 : 1, (int)(ms < LOOK_MS ? ms : LOOK_MS));
    while ((fired = xs_check_watch(leaving->xs)) != NULL)
        free(fired);
}

static int wait_released(struct leaving *leaving, unsigned ms, xm_error **err)
{
    int64_t end = xen_now_ms() + ms;
    bool first = true;

    for (;;) {
        xm_autobuf left = XM_BUF_INIT;
        int64_t remaining = end - xen_now_ms();

        look(leaving, first, &left);
        first = false;
        if (left.len == 0)
            return 0;
        if (*leaving->xen->host.stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        if (remaining <= 0)
            return xm_fail(err, XM_TIMEOUT, "of domain %u there is still left: %s", leaving->domid, left.data);
        sleep_on(leaving, remaining);
    }
}

int xen_host_released(struct xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct leaving leaving = { .xen = xen, .domid = domid, .uuid = uuid, .model_fd = -1 };
    int rc;

    leaving.xs = xen_store_new(xen, err);
    if (leaving.xs == NULL)
        return -1;
    leaving.model = xen_model_of(domid);
    if (leaving.model > 0)
        leaving.model_fd = pidfd_open(leaving.model, 0);
    (void)xs_watch(leaving.xs, "@releaseDomain", "left");       /* likewise */
    rc = wait_released(&leaving, ms, err);
    if (leaving.model_fd >= 0)
        close(leaving.model_fd);
    xs_close(leaving.xs);
    return rc;
}
