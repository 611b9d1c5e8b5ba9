/* Device models that are watched, by descriptors of their processes. An HVM guest without one can do
 * nothing more with what is emulated for it, and would go on like that for ever. */
#include "host/xen/xen.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors that are left to whoever else of this process wants some: clients, workers, files. Half of them,
 * where there are not many. */
#define SPARE_FDS 512

struct model {
    uint32_t domid;
    uint8_t handle[16];         /* of the domain */
    int pid;
    int pidfd;                  /* -1: it is lost, and that has been told */
};

struct xen_models {
    int epoll, wake;
    struct model *items;
    size_t count, cap;
};

/* Before it ends a device model, libxl takes away what stands there. */
static bool is_meant_to_run(struct xs_handle *xs, uint32_t domid)
{
    xm_autofree char *state = xen_read(xs, "/local/domain/0/device-model/%u/state", domid);

    return state != NULL;
}

/* 0: none was started for it. */
static int pid_of(struct xs_handle *xs, uint32_t domid)
{
    xm_autofree char *type = xen_read(xs, "/libxl/%u/type", domid);
    xm_autofree char *pid = type != NULL && strcmp(type, "hvm") == 0
                            ? xen_read(xs, "/local/domain/%u/image/device-model-pid", domid) : NULL;
    long number = pid != NULL ? strtol(pid, NULL, 10) : 0;

    return number > 0 && number <= INT32_MAX ? (int)number : 0;
}

/* In this order: what a toolstack takes out of the store, and the end of a domain, come before the end of its
 * device model. So whoever finds that ended sees by what is read then whether it was meant. */
static bool is_lost(struct xen_host *xen, struct xs_handle *xs, uint32_t domid, const uint8_t handle[16])
{
    int pid = pid_of(xs, domid);
    xc_domaininfo_t info;

    return pid > 0 && !xen_model_serves(pid, domid) && is_meant_to_run(xs, domid)
        && xen_info(xen, domid, &info, NULL) == 0 && memcmp(info.handle, handle, sizeof(info.handle)) == 0
        && !(info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying));
}

int xen_host_model_lost(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs = xen_store(xen, err);
    xc_domaininfo_t info;

    if (xs == NULL || xen_guest_info(xen, domid, "crashed", &info, err) < 0)
        return -1;
    if (!is_lost(xen, xs, domid, info.handle))
        return xm_fail(err, XM_STATE, "domain %u has not lost its device model", domid);
    if (xc_domain_shutdown(xen->xc, (int)domid, SHUTDOWN_crash) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not shut down domain %u", domid);
    return 0;
}

/* --- watching --- */

static struct model *find(const struct xen_models *models, uint32_t domid)
{
    for (size_t i = 0; i < models->count; i++)
        if (models->items[i].domid == domid)
            return &models->items[i];
    return NULL;
}

/* Closing would not be enough while a process that has just been forked has it, too. */
static void drop_fd(const struct xen_models *models, struct model *model)
{
    if (model->pidfd < 0)
        return;
    (void)epoll_ctl(models->epoll, EPOLL_CTL_DEL, model->pidfd, NULL);  /* it may not have got so far */
    close(model->pidfd);
    model->pidfd = -1;
}

static void drop(struct xen_models *models, struct model *model)
{
    drop_fd(models, model);
    *model = models->items[--models->count];
}

void xen_models_forget(struct xen_models *models, uint32_t domid)
{
    struct model *model = find(models, domid);

    if (model != NULL)
        drop(models, model);
}

static bool listen_to(const struct xen_models *models, int fd, uint64_t word)
{
    struct epoll_event readable = { .events = EPOLLIN, .data.u64 = word };

    return epoll_ctl(models->epoll, EPOLL_CTL_ADD, fd, &readable) == 0;
}

/* Domain 0 has none: its number stands for the other two. */
struct xen_models *xen_models_new(int fd, xm_error **err)
{
    struct xen_models *models = xm_new0(struct xen_models, 1);

    models->epoll = epoll_create1(EPOLL_CLOEXEC);
    models->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (models->epoll >= 0 && models->wake >= 0 && listen_to(models, fd, 0) && listen_to(models, models->wake, 0))
        return models;
    xm_fail_errno(err, errno, "cannot wait for events");
    xen_models_free(models);
    return NULL;
}

void xen_models_free(struct xen_models *models)
{
    if (models == NULL)
        return;
    while (models->count > 0)
        drop(models, models->items);
    free(models->items);
    if (models->epoll >= 0)
        close(models->epoll);
    if (models->wake >= 0)
        close(models->wake);
    free(models);
}

int xen_models_fd(const struct xen_models *models)
{
    return models->epoll;
}

void xen_models_wake(const struct xen_models *models)
{
    (void)eventfd_write(models->wake, 1);       /* fails only if it is awake already */
}

/* Numbers of descriptors are given out from below. */
static bool is_spare(int fd)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0
        && (rlim_t)fd >= limit.rlim_cur - (limit.rlim_cur / 2 < SPARE_FDS ? limit.rlim_cur / 2 : SPARE_FDS);
}

/* -1: there is none any more, or it cannot be watched. */
static int watch_process(const struct xen_models *models, int pid, uint32_t domid)
{
    int fd = pidfd_open(pid, 0);

    /* By its descriptor it is surely the one whose words are read here. */
    if (fd >= 0 && (is_spare(fd) || !xen_model_serves(pid, domid) || !listen_to(models, fd, domid))) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool is_of(const struct model *model, const uint8_t handle[16])
{
    return memcmp(model->handle, handle, sizeof(model->handle)) == 0;
}

bool xen_models_watch(struct xen_models *models, struct xen_host *xen, struct xs_handle *xs, const xc_domaininfo_t *info)
{
    struct model *known = find(models, info->domain);
    struct model model = { .domid = info->domain, .pid = pid_of(xs, info->domain), .pidfd = -1 };

    memcpy(model.handle, info->handle, sizeof(model.handle));
    if (known != NULL && known->pid == model.pid && is_of(known, model.handle)
        && (known->pidfd >= 0 || is_lost(xen, xs, model.domid, model.handle)))
        return false;
    xen_models_forget(models, model.domid);
    if (model.pid == 0)
        return false;
    model.pidfd = watch_process(models, model.pid, model.domid);
    if (model.pidfd < 0 && !is_lost(xen, xs, model.domid, model.handle)) {
        if (xen_model_serves(model.pid, model.domid))
            xm_log(xen->host.log, XM_LOG_WARNING, "domain %u: its device model (pid %d) is not watched", model.domid, model.pid);
        return false;
    }
    XM_GROW(models->items, models->count, models->cap);
    models->items[models->count++] = model;
    return model.pidfd < 0;
}

/* One that has ended: is its domain left alone with that? */
static bool has_ended(struct xen_models *models, struct model *model, struct xen_host *xen, struct xs_handle *xs)
{
    xc_domaininfo_t info;

    drop_fd(models, model);
    if (is_lost(xen, xs, model->domid, model->handle))
        return true;
    /* It may have got another by now; one that it gets later is watched when that is done. */
    if (xen_info(xen, model->domid, &info, NULL) == 0 && is_of(model, info.handle))
        return xen_models_watch(models, xen, xs, &info);
    drop(models, model);
    return false;
}

bool xen_models_next(struct xen_models *models, struct xen_host *xen, struct xs_handle *xs, uint32_t *ret_domid,
                     uint8_t ret_handle[16])
{
    struct epoll_event ready[16];
    eventfd_t times;
    int count;

    (void)eventfd_read(models->wake, &times);   /* fails if nobody woke us */
    while ((count = epoll_wait(models->epoll, ready, XM_COUNT(ready), 0)) > 0) {
        bool any = false;

        for (int i = 0; i < count; i++) {
            struct model *model = ready[i].data.u64 != 0 ? find(models, (uint32_t)ready[i].data.u64) : NULL;

            if (model == NULL)
                continue;
            any = true;
            *ret_domid = model->domid;
            memcpy(ret_handle, model->handle, sizeof(model->handle));
            if (has_ended(models, model, xen, xs))
                return true;
        }
        if (!any)
            break;              /* the store's own */
    }
    return false;
}
