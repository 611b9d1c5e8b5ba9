/* The host that is the machine we run on, by libxl, libxenctrl and libxenstore. Within this folder
 * only.
 *
 * Reading goes to the hypervisor and the store themselves: a listing is one hypercall for each
 * 256 domains and one sweep through the store, and only for the fields that were asked for. What changes
 * domains goes through libxl, whose context costs a dozen hypercalls and is therefore made when
 * the first operation needs it.
 *
 * libxl's operations are run asynchronously, our own loop pumping its events, so that the
 * caller's stop flag is seen while one runs. Its messages go to one logger, which keeps the errors:
 * xen_fail() turns the one that says most into the cause of the xm_error. */
#ifndef XM_HOST_XEN_XEN_H
#define XM_HOST_XEN_XEN_H

/* First: Xen's own headers, which libxl.h brings too, show tools more only if told before. */
#include <xenctrl.h>

#include <libxl.h>
#include <libxl_event.h>
#include <xenstore.h>
#include <xentoollog.h>

#include "base/buf.h"
#include "bind/disks.h"
#include "host/ops.h"
#include "host/xen/sweep.h"
#include "host/xen/text.h"

/* The error lines of the operation that is under way, oldest first; later ones are dropped, as they
 * tell of the cleaning up. */
#define XEN_KEPT_LINES 16

struct xen_kept {
    char *text;                 /* stripped of where in libxl it comes from */
    int errnum;                 /* 0: none */
};

struct xen_logger {
    xentoollog_logger vtable;   /* first: libxl hands this back to us */
    const struct xm_log *log;
    struct xen_kept kept[XEN_KEPT_LINES];
    unsigned count;
    struct xm_progress now;     /* of the memory stream that is under way */
};

struct xen_events;
struct xen_names;

/* Where a guest's driver asks for its CD to be ejected, and what it writes there. */
#define XEN_EJECT_NODE "/local/domain/%u/device/vbd/%d/eject"
#define XEN_EJECT_WISH "eject"

struct xen_host {
    struct xm_host host;        /* first */
    struct xen_logger logger;
    xc_interface *xc;           /* always open */
    struct xs_handle *xs;       /* NULL until xen_store() */
    libxl_ctx *ctx;             /* NULL until xen_ctx() */
    libxl_childproc_hooks childproc;    /* libxl keeps their addresses */
    libxl_event_hooks hooks;
    bool broken;                /* libxl can go no further */
    struct xen_events *events;  /* NULL until events_open */
    struct xen_names *names;    /* as last read; NULL until then */
};

static inline struct xen_host *xen_of(struct xm_host *host)
{
    return (struct xen_host *)host;
}

/* --- open.c --- */

/* The store, opened at the first call. NULL with *err set: xenstored does not run. */
struct xs_handle *xen_store(struct xen_host *xen, xm_error **err);
/* A store connection of the caller's own, for watches. xs_close() it. */
struct xs_handle *xen_store_new(struct xen_host *xen, xm_error **err);
/* Asks the store in whatever way is fastest; from the index first on. */
int xen_sweep(struct xen_host *xen, xen_asks *asks, size_t first, xm_error **err);
/* A value of the store, for the caller to free; NULL if there is none. */
char *xen_read(struct xs_handle *xs, const char *fmt, ...) XM_PRINTF(2, 3);
libxl_ctx *xen_ctx(struct xen_host *xen, xm_error **err);

/* --- log.c --- */

void xen_logger_init(struct xen_logger *logger, const struct xm_log *log);
/* Forgets the kept lines: call it before an operation. */
void xen_logger_clear(struct xen_logger *logger);
/* Fails with what libxl said, or, when it said nothing, with what was being done. rc is libxl's. */
int xen_fail(struct xen_host *xen, int rc, xm_error **err, const char *doing, ...) XM_PRINTF(4, 5);

/* --- op.c: one operation of libxl --- */

struct xen_op {
    libxl_asyncop_how how;      /* hand its address to libxl */
    libxl_asyncprogress_how console;    /* for the two that make domains */
    bool done, console_up;
    int rc;
    uint32_t console_domid;
    /* For those that take their time: who is told of progress, filled in by tell, and what stops it
     * beside the host's own flag; each may be NULL. */
    const struct xm_watch *watch;
    void (*tell)(struct xen_host *xen, const struct xen_op *op, struct xm_progress *now);
    const volatile int *stop;
    uint32_t domid;             /* for tell, as are these two */
    int fd;
    off_t start;
    int64_t told_ms;
};

void xen_op_init(struct xen_op *op);
/* Pumps libxl until op is done; started is what the call that began it returned. With build, tells
 * it when the console is up. patience is how many milliseconds after the caller's stop flag is set
 * op is aborted; XEN_TO_THE_END: never. Returns libxl's rc, ERROR_ABORTED if it failed after a stop. */
#define XEN_TO_THE_END (-1)
int xen_op_wait(struct xen_host *xen, struct xen_op *op, int started, const struct xm_build *build, int patience);
/* One of libxl's calls that take no more than a domain, to its end. done is what the domain was to be,
 * for the error: "unpaused". */
int xen_op_run(struct xen_host *xen, uint32_t domid, int (*call)(libxl_ctx *, uint32_t, const libxl_asyncop_how *),
               const char *done, xm_error **err);
/* Milliseconds on a clock that only goes forward. */
int64_t xen_now_ms(void);

/* --- list.c --- */

/* All domains by ascending domid, for the caller to free. */
int xen_infos(struct xen_host *xen, xc_domaininfo_t **ret_infos, size_t *ret_count, xm_error **err);
/* One domain. XM_NOT_FOUND. */
int xen_info(struct xen_host *xen, uint32_t domid, xc_domaininfo_t *ret_info, xm_error **err);
bool xen_exists(struct xen_host *xen, uint32_t domid);
void xen_uuid_format(const uint8_t bytes[16], char ret_text[37]);
int xen_info_reason(const xc_domaininfo_t *info);

/* What the store says of a domain's memory, in KiB: target, static-max, videoram. 0: nothing. */
uint64_t xen_memory_kib(struct xs_handle *xs, uint32_t domid, const char *node);

/* A guest, for what cannot be done to domain 0: XM_INVALID "domain 0 cannot be <done>". XM_NOT_FOUND. */
int xen_guest_info(struct xen_host *xen, uint32_t domid, const char *done, xc_domaininfo_t *ret_info, xm_error **err);

/* --- names.c --- */

/* All domains with their names, as xen_host_list() has them; names that were read a moment ago are not
 * read again. */
int xen_names_list(struct xen_host *xen, xm_domains **ret, xm_error **err);
/* Remembers the names of a whole list. */
void xen_names_keep(struct xen_host *xen, const xm_domains *domains);
void xen_names_free(struct xen_names *names);
/* From here on libxl makes a domain for xen in this thread; NULL: no longer. */
void xen_names_making(struct xen_host *xen);
/* Instead of libxl's own, which it finds behind this one, as the symbols of a program and of the
 * libraries that it names come first. Where it does not, all that is lost is time. */
XM_API int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *ret_domid);

/* --- sched.c --- */

/* XM_NOT_FOUND: there is no such pool. */
int xen_pool_scheduler(struct xen_host *xen, uint32_t id, enum xm_scheduler *ret, xm_error **err);
/* xen_host_share() of a domain whose scheduler is known. */
int xen_share_of(struct xen_host *xen, uint32_t domid, enum xm_scheduler scheduler, struct xm_share *ret, xm_error **err);

/* --- life.c --- */

/* Destroys; never interrupted, as it is what cleaning up consists of. */
int xen_destroy_now(struct xen_host *xen, uint32_t domid, xm_error **err);

/* --- build.c --- */

/* What xm.conf says of vifs that do not say it themselves. */
void xen_complete_nic(const xm_conf *conf, libxl_device_nic *nic);

/* --- balloon.c --- */

/* Has Xen's command line fixed dom0's memory? Then ballooning is off by itself. */
int xen_balloon_wanted(struct xen_host *xen, bool *ret_wanted, xm_error **err);
/* Takes xl's own lock, so that two of us, or stock xl and us, do not count the same memory twice. */
int xen_balloon_lock(struct xen_host *xen, int *ret_fd, xm_error **err);
/* Below this libxl does not let domain 0 shrink. */
#define XEN_DOM0_LEAST_KIB (128 * 1024)
/* Sees to it that config fits into free memory, shrinking dom0 if wanted. */
int xen_balloon_free(struct xen_host *xen, libxl_domain_config *config, bool wanted, xm_error **err);
/* The same for so much more of a domain that is there. */
int xen_balloon_more(struct xen_host *xen, uint64_t kib, xm_error **err);

/* --- orphans.c: device models --- */

/* Adds every one that serves a guest, whether that is there or not. */
void xen_orphans(xm_leftovers *found);
/* The process of the one that serves domid; 0: none does. */
int xen_model_of(uint32_t domid);
/* False: surely not, or not any more. */
bool xen_model_serves(int pid, uint32_t domid);
int xen_orphan_end(const struct xm_leftover *leftover, xm_error **err);

/* --- models.c: device models that are watched --- */

/* One descriptor for all events: it is readable when the one given is, when a device model that is watched
 * has ended, or after a wake. */
struct xen_models;
struct xen_models *xen_models_new(int fd, xm_error **err);
void xen_models_free(struct xen_models *models);
int xen_models_fd(const struct xen_models *models);
void xen_models_wake(const struct xen_models *models);

/* Watches the domain's, if it has one now, in the place of one that it had; true: it had one, and has lost it,
 * which is said once. */
bool xen_models_watch(struct xen_models *models, struct xen_host *xen, struct xs_handle *xs, const xc_domaininfo_t *info);
void xen_models_forget(struct xen_models *models, uint32_t domid);
/* The next domain that has lost its: true with *ret_domid and its uuid; false: none has, and no wake is left. */
bool xen_models_next(struct xen_models *models, struct xen_host *xen, struct xs_handle *xs, uint32_t *ret_domid,
                     uint8_t ret_handle[16]);

/* --- kernel.c --- */

/* A kernel out of the cache, in the place of the one that config names. */
struct xen_kernel {
    int fd;                     /* -1: none */
    char *name;                 /* config's own, meanwhile */
};

/* Looks for one, and puts it into config; without one config stays as it is. Until it is given back,
 * config is not to be disposed of. */
void xen_kernel_take(struct xen_host *xen, libxl_domain_config *config, struct xen_kernel *ret_kernel);
/* After the build: what libxl has written down about the domain names config's own again. */
void xen_kernel_mend(struct xen_host *xen, uint32_t domid, const struct xen_kernel *kernel);
void xen_kernel_give_back(libxl_domain_config *config, struct xen_kernel *kernel);

/* --- the operations, by file --- */

int xen_host_list(struct xm_host *host, unsigned want, xm_domains **ret, xm_error **err);
int xen_host_get(struct xm_host *host, uint32_t domid, unsigned want, xm_domains **ret, xm_error **err);
int xen_host_find(struct xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err);

int xen_host_vcpus(struct xm_host *host, uint32_t domid, xm_vcpus **ret, xm_error **err);
int xen_host_vcpu_pin(struct xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                      const struct xm_cpuset *soft, bool force, xm_error **err);

int xen_host_set_memory(struct xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err);
int xen_host_set_max_memory(struct xm_host *host, uint32_t domid, uint64_t kib, xm_error **err);
int xen_host_set_vcpus(struct xm_host *host, uint32_t domid, unsigned count, xm_error **err);
int xen_host_share(struct xm_host *host, uint32_t domid, struct xm_share *ret, xm_error **err);
int xen_host_set_share(struct xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err);
int xen_host_pools(struct xm_host *host, xm_pools **ret, xm_error **err);
int xen_host_tune_pool(struct xm_host *host, const struct xm_pool *pool, xm_error **err);

int xen_host_info(struct xm_host *host, bool topology, xm_host_info **ret, xm_error **err);
int xen_host_dmesg(struct xm_host *host, bool clear, char **ret_text, xm_error **err);
int xen_host_debug_keys(struct xm_host *host, const char *keys, xm_error **err);

int xen_host_leftovers(struct xm_host *host, xm_leftovers **ret, xm_error **err);
int xen_host_leftover_remove(struct xm_host *host, const struct xm_leftover *leftover, xm_error **err);

int xen_host_create(struct xm_host *host, libxl_domain_config *config, const struct xm_build *build,
                    uint32_t *ret_domid, xm_error **err);
int xen_host_create_json(struct xm_host *host, const char *config_json, const struct xm_build *build,
                         uint32_t *ret_domid, xm_error **err);
int xen_host_restore(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                     int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err);

int xen_host_save(struct xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err);
int xen_host_send(struct xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err);
int xen_host_resume(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_configs(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err);
int xen_host_config_json(struct xm_host *host, uint32_t domid, char **ret_json, xm_error **err);
int xen_host_dump_core(struct xm_host *host, uint32_t domid, const char *path, const struct xm_dump *how, xm_error **err);

int xen_host_preserve(struct xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err);
int xen_host_soft_reset(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_model_lost(struct xm_host *host, uint32_t domid, xm_error **err);

int xen_host_pause(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_unpause(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_destroy(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_released(struct xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err);
int xen_host_rename(struct xm_host *host, uint32_t domid, const char *name, xm_error **err);
int xen_host_sysrq(struct xm_host *host, uint32_t domid, char letter, xm_error **err);

int xen_host_shutdown(struct xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                      bool acpi, bool force, xm_error **err);

int xen_host_devices(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret, xm_error **err);
int xen_host_attach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid,
                    xm_error **err);
int xen_host_detach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err);
int xen_host_cd_change(struct xm_host *host, uint32_t domid, libxl_device_disk *disk, xm_error **err);

int xen_host_console(struct xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                     struct xm_console *ret, xm_error **err);
int xen_host_vnc(struct xm_host *host, uint32_t domid, xm_vnc **ret, xm_error **err);

int xen_host_file(struct xm_host *host, const char *path, bool inside, struct xm_host_file *ret, xm_error **err);
int xen_host_need(struct xm_host *host, enum xm_need need, const char *name, xm_error **err);
int xen_host_holders(struct xm_host *host, xm_holders **ret, xm_error **err);
int xen_host_pci(struct xm_host *host, xm_pci_devices **ret, xm_error **err);
int xen_host_room(struct xm_host *host, libxl_domain_config *config, struct xm_room *ret, xm_error **err);
char *xen_emulator_path(struct xen_host *xen);          /* need.c; NULL: there is none */
int xen_host_storage(struct xm_host *host, const char *path, bool sample, xm_storage **ret, xm_error **err);
int xen_host_nonce(struct xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err);
int xen_host_space(struct xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err);
int xen_host_free(struct xm_host *host, struct xm_room *ret, xm_error **err);
int xen_host_machine(struct xm_host *host, xm_machine **ret, xm_error **err);
int xen_host_promise(struct xm_host *host, uint32_t domid, struct xm_promise *ret, xm_error **err);
int xen_host_dirty_rate(struct xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err);

int xen_host_events_open(struct xm_host *host, int *ret_fd, xm_error **err);
int xen_host_hvm_watch(struct xm_host *host, uint32_t domid, xm_error **err);
int xen_host_event_next(struct xm_host *host, struct xm_event *ret, xm_error **err);
void xen_events_free(struct xen_events *events);

#endif
