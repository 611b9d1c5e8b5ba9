/* A guest's memory into a file and back: suspend and resume. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/fresh.h"
#include "guest/savefile.h"
#include "guest/step.h"
#include "guest/zstd.h"
#include "host/machine.h"

/* One that is being written. */
struct writing {
    const struct xm_guests *guests;
    const struct xm_domain *domain;
    const char *path, *config_json;
    const struct xm_saving *how;
    bool suspended;             /* the domain, by us */
};

static int write_stream(struct writing *writing, int fd, xm_error **err)
{
    if (xm_savefile_write_head(fd, writing->config_json, err) < 0)
        return xm_wrap(err, "%s", writing->path);
    if (xm_host_save(writing->guests->host, writing->domain->domid, fd, &writing->how->watch, err) < 0)
        return xm_wrap(err, "%s", writing->path);
    writing->suspended = true;
    return 0;
}

/* The same through a thread that packs it, whose failure is the one to tell. */
static int write_packed(struct writing *writing, int file, xm_error **err)
{
    xm_error *broken = NULL, *why = NULL;
    struct xm_zstd_pump *pump;
    int fd, rc;

    if (xm_zstd_pack(file, &pump, &fd, err) < 0)
        return xm_wrap(err, "%s", writing->path);
    rc = write_stream(writing, fd, &broken);
    close(fd);
    if (xm_zstd_end(pump, &why) < 0) {
        xm_error_free(broken);
        xm_error_pass(err, why);
        return xm_wrap(err, "%s", writing->path);
    }
    return rc < 0 ? xm_error_pass(err, broken) : 0;
}

static int write_as_wanted(struct writing *writing, int fd, xm_error **err)
{
    return writing->how->compress ? write_packed(writing, fd, err) : write_stream(writing, fd, err);
}

/* A host that has suspended a domain leaves it so when its memory is written; if what comes
 * after fails, it has to be woken. */
static void wake(const struct xm_guests *guests, uint32_t domid)
{
    xm_error *why = NULL;

    if (xm_host_resume(guests->host, domid, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_log(guests->log, XM_LOG_ERROR, "domain %u could not be resumed after a failed save: %s", domid, text);
        xm_error_free(why);
    }
}

/* What there is besides the pages: where they belong, the processors, a device model's state. */
#define PAGES_PER_LIST 256
#define OVERHEAD_KIB 1024
#define MODEL_KIB (16 * 1024)

/* Before the guest is stopped for it. What cannot be told is left to be found out, as is how far memory
 * can be packed. */
static int check_room(const struct writing *writing, xm_error **err)
{
    const struct xm_domain *domain = writing->domain;
    uint64_t need = domain->mem_kib + domain->mem_kib / PAGES_PER_LIST + OVERHEAD_KIB + (domain->hvm ? MODEL_KIB : 0);
    uint64_t free_kib;
    xm_error *none = NULL;

    if (writing->how->compress)
        return 0;
    if (xm_host_space(writing->guests->host, writing->path, &free_kib, &none) < 0) {
        xm_error_clear(&none);
        return 0;
    }
    if (need <= free_kib)
        return 0;
    return xm_fail(err, XM_IO, "%s: not enough room: the guest's memory needs %" PRIu64 " MiB, %" PRIu64 " MiB are free",
                   writing->path, (need + 1023) / 1024, free_kib / 1024);
}

static int write_whole(struct writing *writing, xm_error **err)
{
    xm_autofresh fresh = XM_FRESH_INIT;

    if (xm_fresh_open(writing->path, 0600, &fresh, err) < 0 || check_room(writing, err) < 0)
        return -1;
    if (write_as_wanted(writing, fresh.fd, err) < 0)
        return -1;
    return xm_fresh_keep(&fresh, err);
}

/* A pipe or a device: there is nothing to replace. */
static int write_through(struct writing *writing, xm_error **err)
{
    xm_autoclose int fd = open(writing->path, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", writing->path);
    return write_as_wanted(writing, fd, err);
}

int xm_guest_write_memory(const struct xm_guests *guests, const struct xm_domain *domain, const char *path,
                          const char *config_json, const struct xm_saving *how, xm_error **err)
{
    struct writing writing = { .guests = guests, .domain = domain, .path = path, .config_json = config_json, .how = how };
    struct stat st;
    bool plain;
    int rc;

    plain = stat(path, &st) < 0 || S_ISREG(st.st_mode);
    if (!plain && S_ISDIR(st.st_mode))
        return xm_fail_errno(err, EISDIR, "%s", path);
    rc = plain ? write_whole(&writing, err) : write_through(&writing, err);
    if (rc < 0 && writing.suspended)
        wake(guests, domain->domid);
    return rc;
}

/* The running domain of a managed guest, and what its entry is to remember of it. */
static int suspendable(struct xm_step *step, xm_domains **ret_domains, xm_error **err)
{
    if (!step->there || !step->state.managed)
        return xm_fail(err, XM_STATE, "Domain is not managed by Xend lifecycle support.");
    if (xm_step_domain(step, 0, ret_domains, err) < 0)
        return -1;
    if (step->state.phase != XM_PHASE_RUNNING || *ret_domains == NULL)
        return xm_fail(err, XM_STATE, "Domain is not running");
    if ((*ret_domains)->items[0].paused || (*ret_domains)->items[0].shutdown || (*ret_domains)->items[0].dying)
        return xm_fail(err, XM_STATE, "Domain is not running");
    return 0;
}

static void remove_memory(struct xm_step *step)
{
    xm_autofree char *path = xm_reg_memory_path(step->guests->reg, step->uuid);

    if (unlink(path) == 0)
        (void)xm_dir_sync_of(path, NULL);       /* a memory file beside a running guest is removed again by mending */
}

static int write_down(struct xm_step *step, const struct xm_domain *domain, const char *path, const char *config_json,
                      const struct xm_saving *how, xm_error **err)
{
    if (xm_guest_write_memory(step->guests, domain, path, config_json, how, err) < 0)
        return -1;
    if (xm_step_save(step, XM_PHASE_SUSPENDED, domain->domid, err) == 0)
        return 0;
    /* Back: but only once the file is gone, for from then on the guest's disks change. */
    remove_memory(step);
    wake(step->guests, domain->domid);
    return -1;
}

int xm_guest_suspend(const struct xm_guests *guests, const char *uuid, const struct xm_saving *how, xm_error **err)
{
    static const struct xm_saving plainly;
    xm_autofree char *path = NULL, *json = NULL;
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autostep step = XM_STEP_INIT;
    uint32_t domid;

    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0
        || suspendable(&step, &domains, err) < 0)
        return -1;
    domid = step.state.domid;
    if (xm_host_config_json(guests->host, domid, &json, err) < 0)
        return -1;
    path = xm_reg_memory_path(guests->reg, uuid);
    xm_step_keep_figures(&step, &domains->items[0]);
    step.state.asked = 0;       /* what is asked now is written down as the phase */
    if (xm_step_save(&step, XM_PHASE_SUSPENDING, domid, err) < 0)
        return -1;
    /* xend called the domain "migrating-NAME" meanwhile. A name that has to be put back is one more
     * thing that an interruption can leave wrong, so the guest keeps its own. */
    if (write_down(&step, &domains->items[0], path, json, how ? how : &plainly, err) < 0) {
        /* if this cannot be written, mending finds a running domain and the same answer */
        (void)xm_step_save(&step, XM_PHASE_RUNNING, domid, NULL);
        return -1;
    }
    if (xm_host_destroy(guests->host, domid, err) < 0)
        return xm_wrap(err, "its memory is saved, but its domain could not be ended");
    /* likewise: a suspended guest whose domain is gone is what mending makes of this */
    (void)xm_step_save(&step, XM_PHASE_SUSPENDED, XM_DOMID_NONE, NULL);
    return 0;
}

static int raise_from_memory(struct xm_step *step, const char *path, const char *name,
                             const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct xm_source source = { .name = name };
    struct xm_savefile_stream stream;
    xm_autofree char *config = NULL;
    bool json;
    int rc;

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (xm_savefile_read_head(fd, path, &config, &json, err) < 0)
        return -1;
    if (!json)
        return xm_fail(err, XM_INVALID, "%s: was not written by xm", path);
    if (xm_savefile_check(step->guests, fd, path, err) < 0)
        return -1;
    source.config_json = config;
    if (xm_step_save(step, XM_PHASE_RESUMING, XM_DOMID_NONE, err) < 0)
        return -1;
    rc = xm_savefile_stream(fd, &stream, err);
    if (rc == 0) {
        source.fd = stream.fd;
        rc = xm_savefile_end(&stream, xm_step_raise(step, how, &source, ret_domid, err), err);
    }
    if (rc < 0) {
        /* if this cannot be written, mending does it */
        if (!step->remains)
            (void)xm_step_save(step, XM_PHASE_SUSPENDED, XM_DOMID_NONE, NULL);
        return -1;
    }
    return 0;
}

int xm_guest_resume(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                    uint32_t *ret_domid, xm_error **err)
{
    xm_autofree char *path = NULL;
    xm_autostep step = XM_STEP_INIT;
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name;

    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    if (!step.there || step.state.phase != XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "Cannot resume domain that is not suspended.");
    if (xm_step_load_doc(&step, &doc, err) < 0)
        return -1;
    name = xm_doc_get_str(doc, "name");
    path = xm_reg_memory_path(guests->reg, uuid);
    if (xm_guest_check_free(guests, name, uuid, err) < 0
        || raise_from_memory(&step, path, name, how, ret_domid, err) < 0)
        return -1;
    remove_memory(&step);
    return 0;
}
