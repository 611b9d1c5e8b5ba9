/* What can be made of a domain that has shut down, short of destroying it. */
#include "host/xen/xen.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

/* How long a device model may take to go when it is told to, and when it is made to. */
#define MODEL_MS 10000
#define USERDATA_DIR "/var/lib/xen"

/* One that a backend does not let go of is no reason to keep the others. */
static void note_release(struct xen_host *xen, uint32_t domid, const char *what, int rc)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    if (rc >= 0)
        return;
    xen_fail(xen, rc, &why, "not released");
    text = xm_error_text(why);
    xm_log(xen->host.log, XM_LOG_WARNING, "domain %u: a %s stays with it: %s", domid, what, text);
    xm_error_free(why);
}

/* libxl has the same two functions for each class of devices, and no way to say that in a table. */
#define RELEASE_ALL(xen, domid, class)                                                                      \
    do {                                                                                                    \
        int count_ = 0;                                                                                     \
        libxl_device_##class *all_ = libxl_device_##class##_list((xen)->ctx, domid, &count_);               \
        for (int i_ = 0; i_ < count_; i_++) {                                                               \
            struct xen_op op_;                                                                              \
            xen_op_init(&op_);                                                                              \
            note_release(xen, domid, #class, xen_op_wait(xen, &op_,                                         \
                         libxl_device_##class##_destroy((xen)->ctx, domid, &all_[i_], &op_.how), NULL,       \
                         XEN_TO_THE_END));                                                                  \
        }                                                                                                   \
        libxl_device_##class##_list_free(all_, count_);                                                     \
    } while (0)

static bool is_gone_by(int pidfd, int ms)
{
    struct pollfd at = { .fd = pidfd, .events = POLLIN };

    return poll(&at, 1, ms) > 0;
}

/* It holds images open and the screen's port taken, and nobody will ever use it again. Only libxl's
 * destroy would end it, with the domain. */
static void end_model(struct xen_host *xen, uint32_t domid)
{
    int pid = xen_model_of(domid);
    xm_autoclose int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;

    /* Numbers of processes come round again: by its descriptor it is surely the one that was found. */
    if (pidfd < 0 || xen_model_of(domid) != pid)
        return;
    if (pidfd_send_signal(pidfd, SIGHUP, NULL, 0) == 0 && is_gone_by(pidfd, MODEL_MS))
        return;
    if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) < 0 || !is_gone_by(pidfd, MODEL_MS))
        xm_log(xen->host.log, XM_LOG_WARNING, "domain %u: its device model (pid %d) does not end", domid, pid);
}

/* In the order in which libxl takes a domain apart: a PCI device is taken away with the device model's
 * help, and a loop device can be freed only when that has let go of it. */
static void release_devices(struct xen_host *xen, uint32_t domid)
{
    RELEASE_ALL(xen, domid, pci);
    end_model(xen, domid);
    RELEASE_ALL(xen, domid, usbctrl);
    RELEASE_ALL(xen, domid, nic);
    RELEASE_ALL(xen, domid, disk);
    RELEASE_ALL(xen, domid, vtpm);
}

/* What libxl keeps of a domain it finds by number and uuid. */
static void move_userdata(struct xen_host *xen, uint32_t domid, const char *from, const char *to)
{
    xm_autofree char *middle = xm_printf(".%u.%s.", domid, from);
    DIR *dir = opendir(USERDATA_DIR);
    struct dirent *item;

    while (dir != NULL && (item = readdir(dir)) != NULL) {
        const char *rest = item->d_name + strlen("userdata-?");
        xm_autofree char *old = NULL, *new = NULL;

        if (strncmp(item->d_name, "userdata-", 9) != 0 || strlen(item->d_name) < 10
            || strncmp(rest, middle, strlen(middle)) != 0)
            continue;
        old = xm_printf(USERDATA_DIR "/%s", item->d_name);
        new = xm_printf(USERDATA_DIR "/%.10s.%u.%s.%s", item->d_name, domid, to, rest + strlen(middle));
        if (rename(old, new) < 0)
            xm_log(xen->host.log, XM_LOG_WARNING, "%s: %s", old, strerror(errno));
    }
    if (dir != NULL)
        closedir(dir);
}

static int rename_by_libxl(struct xen_host *xen, uint32_t domid, const char *now, const char *name, libxl_uuid uuid,
                           xm_error **err)
{
    libxl_domain_create_info info;
    int rc;

    /* It wants the name that the domain has, and puts something behind it. */
    libxl_domain_create_info_init(&info);
    info.name = xm_strdup(now ? now : "");
    rc = libxl_domain_preserve(xen->ctx, domid, &info, "", uuid);
    libxl_domain_create_info_dispose(&info);
    if (rc == 0)
        rc = libxl_domain_rename(xen->ctx, domid, NULL, name);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not renamed", domid) : 0;
}

static int write_vm(struct xs_handle *xs, const char *uuid, const char *key, const char *value, xm_error **err)
{
    xm_autofree char *path = xm_printf("/vm/%s/%s", uuid, key);

    if (value != NULL && !xs_write(xs, XBT_NULL, path, value, (unsigned)strlen(value)))
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

/* libxl leaves the domain's new directory in /vm empty; outside programs look there for what it is called
 * and since when it has run. */
static int rename_all(struct xen_host *xen, uint32_t domid, const char *name, const char *uuid, libxl_uuid id,
                      xm_error **err)
{
    struct xs_handle *xs = xen_store(xen, err);
    xm_autofree char *now = NULL, *vm = NULL, *started = NULL, *ostype = NULL;

    if (xs == NULL)
        return -1;
    now = xen_read(xs, "/local/domain/%u/name", domid);
    vm = xen_read(xs, "/local/domain/%u/vm", domid);
    started = xen_read(xs, "%s/start_time", vm ? vm : "");
    ostype = xen_read(xs, "%s/image/ostype", vm ? vm : "");
    if (rename_by_libxl(xen, domid, now, name, id, err) < 0 || write_vm(xs, uuid, "uuid", uuid, err) < 0
        || write_vm(xs, uuid, "name", name, err) < 0 || write_vm(xs, uuid, "start_time", started, err) < 0)
        return -1;
    return write_vm(xs, uuid, "image/ostype", ostype, err);
}

int xen_host_preserve(struct xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xen_domain_handle_t handle;
    xc_domaininfo_t info;
    uint32_t other;
    libxl_uuid id;
    char before[37];

    if (xen_guest_info(xen, domid, "preserved", &info, err) < 0)
        return -1;
    if (!(info.flags & XEN_DOMINF_shutdown))
        return xm_fail(err, XM_STATE, "domain %u runs", domid);
    if (xen_host_find(host, name, &other, NULL) == 0 && other != domid)
        return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%u'", name, other);
    if (libxl_uuid_from_string(&id, uuid) < 0)
        return xm_fail(err, XM_INVALID, "'%s' is no uuid", uuid);
    if (xen_ctx(xen, err) == NULL)
        return -1;
    release_devices(xen, domid);
    if (rename_all(xen, domid, name, uuid, id, err) < 0)
        return -1;
    xen_uuid_format(info.handle, before);
    if (strcmp(before, uuid) != 0)
        move_userdata(xen, domid, before, uuid);
    /* Last: by this the one who was interrupted knows that it is done. */
    memcpy(handle, id.uuid, sizeof(handle));
    if (xc_domain_sethandle(xen->xc, domid, handle) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not change the uuid of domain %u", domid);
    return 0;
}

/* It may be running already, or have ended again: that is the next event. */
static int let_run(struct xen_host *xen, uint32_t domid, xm_error **err)
{
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "reset", &info, err) < 0)
        return -1;
    if (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
        return 0;
    return xen_host_unpause(&xen->host, domid, err);
}

static int reset(struct xen_host *xen, uint32_t domid, xm_error **err)
{
    libxl_domain_config config;
    struct xen_op op;
    int rc;

    libxl_domain_config_init(&config);
    xen_op_init(&op);
    rc = libxl_retrieve_domain_configuration(xen->ctx, domid, &config, NULL);
    if (rc == 0)
        rc = xen_op_wait(xen, &op, libxl_domain_soft_reset(xen->ctx, &config, domid, &op.how, &op.console), NULL,
                         XEN_TO_THE_END);
    libxl_domain_config_dispose(&config);
    if (rc < 0)
        return xen_fail(xen, rc, err, "domain %u was not reset", domid);
    return let_run(xen, domid, err);
}

int xen_host_soft_reset(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_guest_info(xen, domid, "reset", &info, err) < 0)
        return -1;
    if (!(info.flags & XEN_DOMINF_shutdown))
        return xm_fail(err, XM_STATE, "domain %u runs", domid);
    if (xen_info_reason(&info) != XM_REASON_SOFT_RESET)
        return xm_fail(err, XM_STATE, "domain %u has not asked to be reset", domid);
    if (!(info.flags & XEN_DOMINF_hvm_guest))
        return xm_fail(err, XM_UNSUPPORTED, "domain %u is a PV guest, which cannot be reset", domid);
    return xen_ctx(xen, err) == NULL ? -1 : reset(xen, domid, err);
}
