#include "host/xen/xen.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A domain being made: new when stream is -1, else out of that memory stream. */
struct job {
    struct xen_host *xen;
    libxl_domain_config *config;
    const struct xm_build *build;
    int stream;
    struct xen_kernel kernel;
};

static int check_unique(const struct job *job, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    const char *name = job->config->c_info.name;
    char uuid[37];

    if (name == NULL || name[0] == '\0')
        return xm_fail(err, XM_INVALID, "the domain has no name");
    xen_uuid_format(job->config->c_info.uuid.uuid, uuid);
    if (xen_names_list(job->xen, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *domain = &domains->items[i];

        if (domain->dying)
            continue;           /* it has let go of its name; only its memory is yet to be freed */
        if (domain->name != NULL && strcmp(domain->name, name) == 0)
            return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%u'", name, domain->domid);
        if (domain->domid != 0 && strcmp(domain->uuid, uuid) == 0)
            return xm_fail(err, XM_EXISTS, "domain '%s' already exists with ID '%u', and has the uuid %s",
                           domain->name ? domain->name : "", domain->domid, uuid);
    }
    return 0;
}

/* libxl finds relative names in a directory of its own, and says too little about missing files. */
static int check_file(const char *what, const char *path, xm_error **err)
{
    if (path == NULL || path[0] != '/' || access(path, R_OK) == 0)
        return 0;
    return xm_fail_errno(err, errno, "%s %s", what, path);
}

static void default_text(char **text, const char *value)
{
    if (*text == NULL && value != NULL)
        *text = xm_strdup(value);
}

void xen_complete_nic(const xm_conf *conf, libxl_device_nic *nic)
{
    default_text(&nic->script, conf->vif_script);
    default_text(&nic->bridge, conf->vif_bridge);
    default_text(&nic->gatewaydev, conf->vif_gatewaydev);
    if (nic->backend_domid == 0)
        default_text(&nic->backend_domname, conf->vif_backend);
}

static void apply_conf(const struct job *job)
{
    const xm_conf *conf = job->xen->host.conf;
    libxl_domain_config *config = job->config;

    libxl_defbool_setdefault(&config->c_info.run_hotplug_scripts, conf->run_hotplug_scripts);
    for (int i = 0; i < config->num_nics; i++)
        xen_complete_nic(conf, &config->nics[i]);
}

static int start(struct job *job, struct xen_op *op, uint32_t *domid)
{
    libxl_domain_restore_params params;
    int rc;

    if (job->stream < 0)
        return libxl_domain_create_new(job->xen->ctx, job->config, domid, &op->how, &op->console);
    libxl_domain_restore_params_init(&params);
    params.stream_version = 2;
    rc = libxl_domain_create_restore(job->xen->ctx, job->config, domid, job->stream, -1, &params, &op->how, &op->console);
    libxl_domain_restore_params_dispose(&params);
    return rc;
}

static void destroy_left(const struct job *job, uint32_t domid)
{
    xm_autofree char *text = NULL;
    xm_error *err = NULL;

    if (xen_destroy_now(job->xen, domid, &err) == 0)
        return;
    text = xm_error_text(err);
    /* The failure that led here is the one to report. */
    xm_log(job->xen->host.log, XM_LOG_ERROR, "domain %u is left half-made: %s", domid, text);
    xm_error_free(err);
}

/* What is left of a domain whose making failed: libxl takes it down itself, except when it was
 * interrupted. Found by its uuid, which nobody else had: the domid may be somebody else's by now. */
static void clean_up(const struct job *job)
{
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t count;

    if (xen_infos(job->xen, &infos, &count, NULL) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (infos[i].domain != 0 && !(infos[i].flags & XEN_DOMINF_dying)
            && memcmp(infos[i].handle, job->config->c_info.uuid.uuid, sizeof(infos[i].handle)) == 0)
            destroy_left(job, infos[i].domain);
}

/* libxc's words for a bad kernel name no file. */
static int fail_make(const struct job *job, int rc, xm_error **err)
{
    const char *kernel = job->kernel.name ? job->kernel.name : job->config->b_info.kernel;

    xen_fail(job->xen, rc, err, "the domain was not made");
    if (kernel != NULL && err != NULL && strstr((*err)->msg, "no loader found") != NULL)
        xm_wrap(err, "kernel %s", kernel);
    return -1;
}

/* How long a build that is to stop may go on by itself. Aborting kills a hotplug script, which may have
 * set up a loop device and not yet said so: nobody would find it again. So a build, which is a
 * matter of seconds, is given the time to end and is undone whole; it is aborted only if it goes on
 * for longer than libxl itself gives a script.
 * Only a bootloader may wait for its user for ever. */
#define BUILD_PATIENCE_MS 45000

static int patience(const struct job *job)
{
    return job->stream < 0 && job->config->b_info.bootloader != NULL ? 0 : BUILD_PATIENCE_MS;
}

/* libxl's helper reads through the very descriptor that we have: its place in a file is ours. */
static void tell(struct xen_host *xen, const struct xen_op *op, struct xm_progress *now)
{
    (void)xen;
    *now = (struct xm_progress){ .suspended = true };
    xm_host_read_so_far(op->fd, op->start, now);
}

/* libxl has waited for every backend and hotplug script by the time it reports success, so there is
 * no case in which wait_devices would have more to wait for. */
static int make(struct job *job, uint32_t *ret_domid, xm_error **err)
{
    const struct xm_build *build = job->build;
    uint32_t domid = INVALID_DOMID;
    struct xen_op op;
    int rc;

    xen_op_init(&op);
    op.watch = &build->watch;
    op.tell = tell;
    op.fd = job->stream;
    op.start = job->stream < 0 ? -1 : lseek(job->stream, 0, SEEK_CUR);
    xen_names_making(job->xen);
    rc = xen_op_wait(job->xen, &op, start(job, &op, &domid), build, patience(job));
    xen_names_making(NULL);
    if (rc < 0) {
        fail_make(job, rc, err);
        clean_up(job);
        return -1;
    }
    xen_kernel_mend(job->xen, domid, &job->kernel);
    if (!op.console_up && build->console_ready != NULL)
        build->console_ready(build->arg, domid);
    if (*job->xen->host.stop)
        rc = xm_fail(err, XM_INTERRUPTED, "interrupted");
    else if (!build->paused)
        rc = xen_op_run(job->xen, domid, libxl_domain_unpause, "started", err);
    if (rc < 0) {
        clean_up(job);
        return -1;
    }
    *ret_domid = domid;
    return 0;
}

static int make_with_memory(struct job *job, uint32_t *ret_domid, xm_error **err)
{
    xm_autoclose int lock = -1;
    bool balloon;

    if (xen_ctx(job->xen, err) == NULL)
        return -1;
    apply_conf(job);
    if (xen_balloon_wanted(job->xen, &balloon, err) < 0)
        return -1;
    /* Held until the domain has its memory, that is until libxl is done. */
    if (balloon && xen_balloon_lock(job->xen, &lock, err) < 0)
        return -1;
    if (xen_balloon_free(job->xen, job->config, balloon, err) < 0)
        return -1;
    return make(job, ret_domid, err);
}

static int run(struct job *job, uint32_t *ret_domid, xm_error **err)
{
    int rc;

    if (libxl_uuid_is_nil(&job->config->c_info.uuid))
        libxl_uuid_generate(&job->config->c_info.uuid);
    if (check_unique(job, err) < 0)
        return -1;
    if (job->stream < 0 && (check_file("kernel", job->config->b_info.kernel, err) < 0
                            || check_file("ramdisk", job->config->b_info.ramdisk, err) < 0))
        return -1;
    /* Before the memory's lock: it may take its time. */
    if (job->stream < 0)
        xen_kernel_take(job->xen, job->config, &job->kernel);
    rc = *job->xen->host.stop ? xm_fail(err, XM_INTERRUPTED, "interrupted") : make_with_memory(job, ret_domid, err);
    xen_kernel_give_back(job->config, &job->kernel);
    return rc;
}

int xen_host_create(struct xm_host *host, libxl_domain_config *config, const struct xm_build *build,
                    uint32_t *ret_domid, xm_error **err)
{
    struct job job = { .xen = xen_of(host), .config = config, .build = build, .stream = -1, .kernel.fd = -1 };

    return run(&job, ret_domid, err);
}

/* libxl's own reader of its JSON; it takes what older versions wrote, too. */
static int parse_json(struct xen_host *xen, const char *json, libxl_domain_config *config, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    xm_error *cause = NULL;
    int rc;

    if (ctx == NULL)
        return -1;
    rc = libxl_domain_config_from_json(ctx, config, json);
    if (rc == 0)
        return 0;
    xen_fail(xen, rc, &cause, "unknown words or wrong types");
    xm_fail(err, XM_INVALID, "the domain's configuration is not libxl's JSON: %s", cause->msg);
    xm_error_free(cause);
    return -1;
}

int xen_host_create_json(struct xm_host *host, const char *config_json, const struct xm_build *build,
                         uint32_t *ret_domid, xm_error **err)
{
    struct job job = { .xen = xen_of(host), .build = build, .stream = -1, .kernel.fd = -1 };
    libxl_domain_config config;
    int rc;

    libxl_domain_config_init(&config);
    job.config = &config;
    rc = parse_json(job.xen, config_json, &config, err);
    if (rc == 0)
        rc = run(&job, ret_domid, err);
    libxl_domain_config_dispose(&config);
    return rc;
}

int xen_host_restore(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                     int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    struct job job = { .xen = xen_of(host), .config = config, .build = build, .stream = fd, .kernel.fd = -1 };
    libxl_domain_config saved;
    int rc = 0;

    libxl_domain_config_init(&saved);
    if (config == NULL) {
        job.config = &saved;
        rc = parse_json(job.xen, config_json, &saved, err);
    }
    if (rc == 0 && name != NULL) {
        free(job.config->c_info.name);
        job.config->c_info.name = xm_strdup(name);
    }
    if (rc == 0)
        rc = run(&job, ret_domid, err);
    libxl_domain_config_dispose(&saved);
    return rc;
}
