#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/fresh.h"

/* How long the stop flag may be overlooked when its signal comes just before poll(). */
#define LOOK_UP_MS 250
#define WHY_MAX 4096

/* The file that grows. */
struct core {
    struct xm_fresh fresh;
    const struct xm_dump *dump;
};

/* In the child. Handles of the hypervisor and the store do not survive a fork: it opens its own. */
static int dump_here(struct xen_host *xen, uint32_t domid, const char *path, xm_error **err)
{
    libxl_ctx *ctx;
    int rc;

    xen->ctx = NULL;
    xen->xs = NULL;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    rc = libxl_domain_core_dump(ctx, domid, path, NULL);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not dumped", domid) : 0;
}

/* Ends the child: why it failed goes through the pipe, nothing at all if it did not. */
static _Noreturn void be_child(struct xen_host *xen, uint32_t domid, const char *path, int why_fd)
{
    xm_error *why = NULL;

    /* Nobody wants the core of a process that is no more, and the guest is let go on then. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dump_here(xen, domid, path, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        (void)xm_fd_write(why_fd, text, strnlen(text, WHY_MAX), "pipe", NULL);      /* the status tells as much */
        _exit(EXIT_FAILURE);
    }
    _exit(EXIT_SUCCESS);
}

/* Reads the pipe to its end, which comes when the child ends. False if it was stopped before. */
static bool read_why(struct xen_host *xen, int fd, const struct core *core, char why[WHY_MAX])
{
    off_t size = 0;
    size_t len = 0;

    for (;;) {
        struct pollfd at = { .fd = fd, .events = POLLIN };
        ssize_t n = 0;

        if (*xen->host.stop)
            return false;
        (void)xm_core_grows(core->fresh.fd, core->dump, &size);
        if (poll(&at, 1, LOOK_UP_MS) <= 0)
            continue;
        n = read(fd, why + len, WHY_MAX - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    why[len] = '\0';
    return true;
}

/* libxenctrl cannot be stopped in the middle, and a big guest takes minutes, in which it is paused. A
 * process of its own can be ended at any time. */
static int dump_to(struct xen_host *xen, uint32_t domid, const struct core *core, xm_error **err)
{
    xm_autofree char *name = xm_fresh_name(&core->fresh);
    char why[WHY_MAX];
    bool whole;
    int fds[2], status = 0;
    pid_t pid;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "pipe");
    pid = fork();
    if (pid == 0) {
        close(fds[0]);
        be_child(xen, domid, name, fds[1]);
    }
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return xm_fail_errno(err, errno, "fork");
    }
    whole = read_why(xen, fds[0], core, why);
    close(fds[0]);
    if (!whole)
        kill(pid, SIGKILL);     /* our own child, not yet waited for */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!whole)
        return xm_fail(err, XM_INTERRUPTED, "interrupted");
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
        return 0;
    return xm_fail(err, XM_HOST, "%s", *why ? why : "the dumping process died");
}

static int dump(struct xen_host *xen, uint32_t domid, const struct core *core, bool pause, xm_error **err)
{
    int rc;

    if (pause && xc_domain_pause(xen->xc, domid) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not pause domain %u", domid);
    rc = dump_to(xen, domid, core, err);
    if (pause)
        (void)xc_domain_unpause(xen->xc, domid);    /* fails only if the domain is gone */
    return rc;
}

int xen_host_dump_core(struct xm_host *host, uint32_t domid, const char *path, const struct xm_dump *how, xm_error **err)
{
    struct core core = { .fresh = XM_FRESH_INIT, .dump = how };
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;
    bool pause;
    int rc;

    if (xen_guest_info(xen, domid, "dumped", &info, err) < 0 || xm_fresh_open(path, 0600, &core.fresh, err) < 0)
        return -1;
    /* The hypervisor counts pauses, so ours takes nothing from one that is there already. */
    pause = !how->live && !(info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying));
    rc = dump(xen, domid, &core, pause, err);
    if (rc == 0)
        rc = xm_fresh_keep(&core.fresh, err);
    else
        xm_core_fail(&core.fresh, how);
    xm_fresh_drop(&core.fresh);
    return rc;
}
