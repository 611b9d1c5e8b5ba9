#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

int xen_balloon_wanted(struct xen_host *xen, bool *ret_wanted, xm_error **err)
{
    char commandline[sizeof(xen_commandline_t) + 1] = "";

    if (xen->host.conf->autoballoon >= 0) {
        *ret_wanted = xen->host.conf->autoballoon;
        return 0;
    }
    if (xc_version(xen->xc, XENVER_commandline, commandline) < 0)
        return xm_fail_errno(err, errno, "cannot read Xen's command line");
    *ret_wanted = !xen_dom0_mem_given(commandline);
    return 0;
}

/* A record lock over the whole file, which is what stock xl takes; not an flock. */
int xen_balloon_lock(struct xen_host *xen, int *ret_fd, xm_error **err)
{
    const char *path = xen->host.conf->lockfile;
    xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0200);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    while (fcntl(fd, F_SETLK, &lock) < 0) {
        if (errno != EINTR && errno != EAGAIN && errno != EACCES)
            return xm_fail_errno(err, errno, "%s", path);
        if (*xen->host.stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted while another program makes a domain");
        /* Asked again rather than waited for, so that the stop flag is seen. */
        (void)poll(NULL, 0, 100);
    }
    *ret_fd = fd;
    fd = -1;
    return 0;
}

static int fail_memory(const char *more, uint64_t need, uint64_t have, xm_error **err)
{
    return xm_fail(err, XM_HOST, "not enough memory: the domain needs %" PRIu64 " MiB%s, %" PRIu64 " MiB are free",
                   (need + 1023) / 1024, more, have / 1024);
}

static time_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

/* How long domain 0 may take to give memory back, and how long it may make no headway. */
#define BALLOON_SECONDS 30
#define BALLOON_STEP 10

/* more: what the memory is for, behind the figure. */
static int free_kib(struct xen_host *xen, uint64_t need, bool wanted, const char *more, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    time_t end = now() + BALLOON_SECONDS;
    uint64_t have;
    int rc;

    if (ctx == NULL)
        return -1;
    for (;;) {
        rc = libxl_get_free_memory(ctx, &have);
        if (rc < 0)
            return xen_fail(xen, rc, err, "cannot tell how much memory is free");
        if (have >= need)
            return 0;
        if (!wanted || now() >= end)
            return fail_memory(more, need, have, err);
        if (*xen->host.stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        rc = libxl_set_memory_target(ctx, 0, (int64_t)have - (int64_t)need, 1, 0);
        if (rc < 0)
            return fail_memory(more, need, have, err);      /* domain 0 may not become that small */
        /* A timeout is no failure: the next turn measures what has become free. */
        (void)libxl_wait_for_memory_target(ctx, 0, BALLOON_STEP);
    }
}

int xen_balloon_free(struct xen_host *xen, libxl_domain_config *config, bool wanted, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    uint64_t need;
    int rc;

    if (ctx == NULL)
        return -1;
    rc = libxl_domain_need_memory(ctx, config, INVALID_DOMID, &need);
    if (rc < 0)
        return xen_fail(xen, rc, err, "cannot tell how much memory the domain needs");
    return free_kib(xen, need, wanted, "", err);
}

int xen_balloon_more(struct xen_host *xen, uint64_t kib, xm_error **err)
{
    xm_autoclose int lock = -1;
    bool wanted;

    if (xen_balloon_wanted(xen, &wanted, err) < 0 || (wanted && xen_balloon_lock(xen, &lock, err) < 0))
        return -1;
    return free_kib(xen, kib, wanted, " more", err);
}

/* Domain 0's target as the store has it: libxl's own function for it would write there. */
static uint64_t dom0_spare(struct xen_host *xen)
{
    struct xs_handle *xs = xen_store(xen, NULL);
    xm_autofree char *text = xs != NULL ? xen_read(xs, "/local/domain/0/memory/target") : NULL;
    uint64_t target = text != NULL ? strtoull(text, NULL, 10) : 0;
    xc_domaininfo_t info;

    if (target == 0 && xen_info(xen, 0, &info, NULL) == 0)
        target = info.tot_pages * (XC_PAGE_SIZE / 1024);
    return target > XEN_DOM0_LEAST_KIB ? target - XEN_DOM0_LEAST_KIB : 0;
}

int xen_host_free(struct xm_host *host, struct xm_room *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    libxl_ctx *ctx = xen_ctx(xen, err);
    struct xm_room room = { 0 };
    bool wanted;
    int rc;

    if (ctx == NULL || xen_balloon_wanted(xen, &wanted, err) < 0)
        return -1;
    rc = libxl_get_free_memory(ctx, &room.free_kib);
    if (rc < 0)
        return xen_fail(xen, rc, err, "cannot tell how much memory is free");
    room.dom0_kib = wanted ? dom0_spare(xen) : 0;
    *ret = room;
    return 0;
}

int xen_host_room(struct xm_host *host, libxl_domain_config *config, struct xm_room *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    libxl_ctx *ctx = xen_ctx(xen, err);
    uint64_t need;
    int rc;

    if (ctx == NULL)
        return -1;
    rc = libxl_domain_need_memory(ctx, config, INVALID_DOMID, &need);
    if (rc < 0)
        return xen_fail(xen, rc, err, "cannot tell how much memory the domain needs");
    if (xen_host_free(host, ret, err) < 0)
        return -1;
    ret->need_kib = need;
    return 0;
}
