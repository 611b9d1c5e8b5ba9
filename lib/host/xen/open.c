#include "host/xen/xen.h"
#include "host/xen/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenstore_lib.h>

#include "base/fd.h"

static const char *const privcmds[] = { "/dev/xen/privcmd", "/proc/xen/privcmd" };

#define TRY_SIM "to try xm without Xen use --host sim:DIR"

/* A guest kernel has a privcmd as well, but no control over other domains. */
static int check_control(xm_error **err)
{
    xm_autofree char *text = NULL;

    if (xm_file_read("/proc/xen/capabilities", 4096, &text, NULL, NULL) < 0)
        return 0;       /* xenfs is not mounted: the first hypercall will tell */
    if (text[0] != '\0' && strstr(text, "control_d") == NULL)
        return xm_fail(err, XM_UNSUPPORTED, "this machine is a Xen guest, not a control domain; " TRY_SIM);
    return 0;
}

/* Looks before libxenctrl does, which would report a missing device in words of its own. */
static int check_privcmd(xm_error **err)
{
    int errnum = ENOENT;

    for (size_t i = 0; i < XM_COUNT(privcmds); i++) {
        xm_autoclose int fd = open(privcmds[i], O_RDWR | O_CLOEXEC);

        if (fd >= 0)
            return check_control(err);
        if (errno != ENOENT && errno != ENOTDIR)
            errnum = errno;
    }
    if (errnum == EACCES || errnum == EPERM)
        return xm_fail(err, XM_DENIED, "only root may control Xen's domains");
    if (errnum != ENOENT && errnum != ENXIO && errnum != ENODEV)
        return xm_fail_errno(err, errnum, "%s", privcmds[0]);
    return xm_fail(err, XM_UNSUPPORTED,
                   "this machine is not a Xen control domain (no %s or %s); " TRY_SIM, privcmds[0], privcmds[1]);
}

static void host_close(struct xm_host *host)
{
    struct xen_host *xen = xen_of(host);

    xen_events_free(xen->events);
    xen_names_free(xen->names);
    libxl_ctx_free(xen->ctx);
    xs_close(xen->xs);
    if (xen->xc != NULL)
        xc_interface_close(xen->xc);
    xen_logger_clear(&xen->logger);
    free(xen);
}

static int host_open(const xm_conf *conf, const char *rest, const struct xm_log *log, struct xm_host **ret,
                     xm_error **err)
{
    struct xen_host *xen;

    if (rest[0] != '\0')
        return xm_fail(err, XM_INVALID, "host 'xen:%s': xen takes no address, it is this machine", rest);
    if (check_privcmd(err) < 0)
        return -1;
    xen = xm_new0(struct xen_host, 1);
    xen->host.conf = conf;
    xen->host.log = log;
    xen_logger_init(&xen->logger, log);
    xen->xc = xc_interface_open(&xen->logger.vtable, &xen->logger.vtable, 0);
    if (xen->xc == NULL) {
        int errnum = errno;

        host_close(&xen->host);
        return xm_fail_errno(err, errnum, "cannot talk to the hypervisor");
    }
    *ret = &xen->host;
    return 0;
}

/* 0 if something listens at the socket of xenstored, else its errno. */
static int knock(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    xm_autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return errno;
    if (strlen(path) >= sizeof(addr.sun_path))
        return ENAMETOOLONG;
    strcpy(addr.sun_path, path);
    return connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ? errno : 0;
}

static bool has_store_domain(struct xen_host *xen)
{
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t count = 0;

    if (xen_infos(xen, &infos, &count, NULL) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (infos[i].flags & XEN_DOMINF_xs_domain)
            return true;
    return false;
}

struct xs_handle *xen_store_new(struct xen_host *xen, xm_error **err)
{
    const char *path = xs_daemon_socket();
    int errnum = knock(path);
    struct xs_handle *xs;

    /* Without a socket libxenstore turns to the kernel's store device, whose reads wait for ever
     * unless a domain of its own is the store. */
    if (errnum != 0 && !has_store_domain(xen)) {
        xm_fail(err, errnum == EACCES ? XM_DENIED : XM_HOST, "xenstored does not run (%s: %s)", path, strerror(errnum));
        return NULL;
    }
    xs = xs_open(0);
    if (xs == NULL)
        xm_fail_errno(err, errno, "cannot talk to xenstored");
    return xs;
}

struct xs_handle *xen_store(struct xen_host *xen, xm_error **err)
{
    if (xen->xs == NULL)
        xen->xs = xen_store_new(xen, err);
    return xen->xs;
}

static void ask_one(struct xs_handle *xs, struct xen_ask *ask)
{
    unsigned count = 0;

    if (ask->list) {
        xm_autofree char **names = xs_directory(xs, XBT_NULL, ask->path, &count);
        xm_autobuf text = XM_BUF_INIT;

        for (unsigned i = 0; names != NULL && i < count; i++)
            xm_buf_add(&text, names[i], strlen(names[i]) + 1);
        ask->len = text.len;
        ask->text = names != NULL ? xm_buf_take(&text) : NULL;
    } else {
        ask->text = xs_read(xs, XBT_NULL, ask->path, &count);
        ask->len = count;
    }
}

/* Below that many, opening connections costs more than it saves. */
#define WORTH_A_SWEEP 6

int xen_sweep(struct xen_host *xen, xen_asks *asks, size_t first, xm_error **err)
{
    const char *path = xs_daemon_socket();
    struct xs_handle *xs;

    if (asks->count - first >= WORTH_A_SWEEP && knock(path) == 0)
        return xen_sweep_socket(path, asks, first, err);
    /* A store that is a domain of its own has no socket here. */
    xs = xen_store(xen, err);
    if (xs == NULL)
        return -1;
    for (size_t i = first; i < asks->count; i++)
        ask_one(xs, &asks->items[i]);
    return 0;
}

char *xen_read(struct xs_handle *xs, const char *fmt, ...)
{
    xm_autofree char *path = NULL;
    va_list ap;

    va_start(ap, fmt);
    path = xm_vprintf(fmt, ap);
    va_end(ap);
    return xs_read(xs, XBT_NULL, path, NULL);
}

/* Without this hook libxl would end the process. */
static void disaster(void *user, libxl_event_type type, const char *msg, int errnum)
{
    struct xen_host *xen = user;

    (void)type;
    xm_log(xen->host.log, XM_LOG_ERROR, "libxl: %s: %s", msg, strerror(errnum));
    xen->broken = true;
}

/* Ctrl-C on the terminal is for the program: it shall not kill hotplug scripts half-way through. */
static pid_t fork_aside(void *user)
{
    pid_t pid = fork();

    (void)user;
    if (pid == 0)
        (void)setpgid(0, 0);
    return pid;
}

libxl_ctx *xen_ctx(struct xen_host *xen, xm_error **err)
{
    int rc;

    xen_logger_clear(&xen->logger);
    if (xen->ctx != NULL)
        return xen->ctx;
    /* libxl would wait for a store that does not run. */
    if (xen_store(xen, err) == NULL)
        return NULL;
    rc = libxl_ctx_alloc(&xen->ctx, LIBXL_VERSION, 0, &xen->logger.vtable);
    if (rc < 0) {
        xen->ctx = NULL;
        xen_fail(xen, rc, err, "cannot set up libxl");
        return NULL;
    }
    /* The program around us has children of its own and waits for each by its pid. */
    xen->childproc.chldowner = libxl_sigchld_owner_libxl_always_selective_reap;
    xen->childproc.fork_replacement = fork_aside;
    libxl_childproc_setmode(xen->ctx, &xen->childproc, xen);
    xen->hooks.disaster = disaster;
    libxl_event_register_callbacks(xen->ctx, &xen->hooks, xen);
    return xen->ctx;
}

const struct xm_host_ops xm_host_xen_ops = {
    .scheme = "xen",
    .open = host_open, .close = host_close,
    .list = xen_host_list, .get = xen_host_get, .find = xen_host_find,
    .vcpus = xen_host_vcpus, .vcpu_pin = xen_host_vcpu_pin,
    .set_memory = xen_host_set_memory, .set_max_memory = xen_host_set_max_memory,
    .set_vcpus = xen_host_set_vcpus, .share = xen_host_share, .set_share = xen_host_set_share,
    .pools = xen_host_pools, .tune_pool = xen_host_tune_pool,
    .info = xen_host_info, .dmesg = xen_host_dmesg, .debug_keys = xen_host_debug_keys,
    .create = xen_host_create, .create_json = xen_host_create_json, .restore = xen_host_restore,
    .save = xen_host_save, .send = xen_host_send, .stream_check = xen_stream_check, .resume = xen_host_resume, .config_json = xen_host_config_json, .configs = xen_host_configs,
    .pause = xen_host_pause, .unpause = xen_host_unpause, .shutdown = xen_host_shutdown,
    .destroy = xen_host_destroy, .released = xen_host_released, .rename = xen_host_rename, .sysrq = xen_host_sysrq,
    .preserve = xen_host_preserve, .soft_reset = xen_host_soft_reset, .model_lost = xen_host_model_lost,
    .dump_core = xen_host_dump_core, .console = xen_host_console, .vnc = xen_host_vnc,
    .hvm_watch = xen_host_hvm_watch,
    .devices = xen_host_devices, .attach = xen_host_attach, .detach = xen_host_detach, .cd_change = xen_host_cd_change,
    .file = xen_host_file, .need = xen_host_need, .holders = xen_host_holders, .pci = xen_host_pci,
    .room = xen_host_room,
    .storage = xen_host_storage, .nonce = xen_host_nonce, .space = xen_host_space, .free = xen_host_free, .machine = xen_host_machine,
    .promise = xen_host_promise, .dirty_rate = xen_host_dirty_rate,
    .leftovers = xen_host_leftovers, .leftover_remove = xen_host_leftover_remove,
    .events_open = xen_host_events_open, .event_next = xen_host_event_next,
};
