/* What a kind of host implements: one function per call of host.h, same contract. host.c checks
 * nothing that an implementation must know; it only dispatches. Within this folder only. */
#ifndef XM_HOST_OPS_H
#define XM_HOST_OPS_H

#include <libxl.h>

#include "base/fresh.h"
#include "convert/json.h"
#include "host/host.h"
#include "host/machine.h"

struct xm_host {
    const struct xm_host_ops *ops;
    const xm_conf *conf;
    const struct xm_log *log;
    const volatile int *stop;   /* never NULL */
    int never;                  /* what stop points at while there is nobody to set it */
};

struct xm_host_ops {
    const char *scheme;         /* "xen", "sim" */
    /* rest is what follows "scheme:" in the address, or "". Returns a struct whose first member is a struct xm_host. */
    int (*open)(const xm_conf *conf, const char *rest, const struct xm_log *log, struct xm_host **ret, xm_error **err);
    void (*close)(struct xm_host *host);
    int (*list)(struct xm_host *host, unsigned want, xm_domains **ret, xm_error **err);
    int (*get)(struct xm_host *host, uint32_t domid, unsigned want, xm_domains **ret, xm_error **err);
    int (*find)(struct xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err);
    int (*vcpus)(struct xm_host *host, uint32_t domid, xm_vcpus **ret, xm_error **err);
    int (*vcpu_pin)(struct xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                    const struct xm_cpuset *soft, bool force, xm_error **err);
    int (*set_memory)(struct xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err);
    int (*set_max_memory)(struct xm_host *host, uint32_t domid, uint64_t kib, xm_error **err);
    int (*set_vcpus)(struct xm_host *host, uint32_t domid, unsigned count, xm_error **err);
    int (*share)(struct xm_host *host, uint32_t domid, struct xm_share *ret, xm_error **err);
    int (*set_share)(struct xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err);
    int (*pools)(struct xm_host *host, xm_pools **ret, xm_error **err);
    int (*tune_pool)(struct xm_host *host, const struct xm_pool *pool, xm_error **err);
    int (*info)(struct xm_host *host, bool topology, xm_host_info **ret, xm_error **err);
    int (*dmesg)(struct xm_host *host, bool clear, char **ret_text, xm_error **err);
    int (*debug_keys)(struct xm_host *host, const char *keys, xm_error **err);
    int (*create)(struct xm_host *host, libxl_domain_config *config, const struct xm_build *build,
                  uint32_t *ret_domid, xm_error **err);
    int (*create_json)(struct xm_host *host, const char *config_json, const struct xm_build *build,
                       uint32_t *ret_domid, xm_error **err);
    int (*restore)(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                   int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err);
    int (*save)(struct xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err);
    int (*send)(struct xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err);
    int (*stream_check)(const struct xm_bytes *from, xm_error **err);     /* whatever the machine is doing */
    int (*resume)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*config_json)(struct xm_host *host, uint32_t domid, char **ret_json, xm_error **err);
    int (*configs)(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err);
    int (*pause)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*unpause)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*shutdown)(struct xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                    bool acpi, bool force, xm_error **err);
    int (*destroy)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*released)(struct xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err);
    int (*rename)(struct xm_host *host, uint32_t domid, const char *name, xm_error **err);
    int (*preserve)(struct xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err);
    int (*soft_reset)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*model_lost)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*sysrq)(struct xm_host *host, uint32_t domid, char letter, xm_error **err);
    int (*dump_core)(struct xm_host *host, uint32_t domid, const char *path, const struct xm_dump *dump, xm_error **err);
    int (*devices)(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret, xm_error **err);
    int (*attach)(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid,
                  xm_error **err);
    int (*detach)(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err);
    int (*cd_change)(struct xm_host *host, uint32_t domid, libxl_device_disk *disk, xm_error **err);
    int (*console)(struct xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                   struct xm_console *ret, xm_error **err);
    int (*vnc)(struct xm_host *host, uint32_t domid, xm_vnc **ret, xm_error **err);
    int (*file)(struct xm_host *host, const char *path, bool inside, struct xm_host_file *ret, xm_error **err);
    int (*need)(struct xm_host *host, enum xm_need need, const char *name, xm_error **err);
    int (*holders)(struct xm_host *host, xm_holders **ret, xm_error **err);
    int (*pci)(struct xm_host *host, xm_pci_devices **ret, xm_error **err);
    int (*room)(struct xm_host *host, libxl_domain_config *config, struct xm_room *ret, xm_error **err);
    int (*storage)(struct xm_host *host, const char *path, bool sample, xm_storage **ret, xm_error **err);
    int (*nonce)(struct xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err);
    int (*space)(struct xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err);
    int (*free)(struct xm_host *host, struct xm_room *ret, xm_error **err);
    int (*machine)(struct xm_host *host, xm_machine **ret, xm_error **err);
    int (*promise)(struct xm_host *host, uint32_t domid, struct xm_promise *ret, xm_error **err);
    int (*dirty_rate)(struct xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err);
    int (*leftovers)(struct xm_host *host, xm_leftovers **ret, xm_error **err);
    int (*leftover_remove)(struct xm_host *host, const struct xm_leftover *leftover, xm_error **err);
    int (*events_open)(struct xm_host *host, int *ret_fd, xm_error **err);
    int (*hvm_watch)(struct xm_host *host, uint32_t domid, xm_error **err);
    int (*event_next)(struct xm_host *host, struct xm_event *ret, xm_error **err);
};

/* --- settings.c: what both refuse, in the same words --- */

/* xm_memory_check(), and domain 0's least. */
int xm_host_check_memory(uint32_t domid, uint64_t kib, uint64_t max_kib, uint64_t dom0_least_kib, xm_error **err);
int xm_host_check_vcpus(uint32_t domid, unsigned count, unsigned max_vcpus, xm_error **err);
int xm_host_check_pool(const struct xm_pool *pool, xm_error **err);

/* share is for another scheduler than the one that the domain is under. */
int xm_host_check_scheduler(uint32_t domid, enum xm_scheduler has, enum xm_scheduler wanted, xm_error **err);

/* --- send.c --- */

/* What both refuse to save and to send: domid has shut down; it is paused, and so cannot suspend itself. */
int xm_host_check_suspend(uint32_t domid, bool shutdown, bool paused, xm_error **err);

/* Tells watch, which may be NULL, as may its function. */
void xm_host_tell(const struct xm_watch *watch, const struct xm_progress *now);

/* How much of a stream behind fd has been read, and is to be read, in pages, if it is a plain file from start on. */
void xm_host_read_so_far(int fd, off_t start, struct xm_progress *now);

/* --- host.c --- */

/* count of them, yet empty. */
xm_host_configs *xm_host_configs_new(size_t count);

/* --- file.c --- */

/* A file by its real path, all but mounted and what is behind a loop device; what names it in errors. */
int xm_host_file_look(const char *path, const char *what, bool inside, struct xm_host_file *ret, xm_error **err);

/* --- core.c --- */

/* Tells of progress if it is larger than *size, which follows. */
bool xm_core_grows(int fd, const struct xm_dump *dump, off_t *size);
/* What there is of one that will not be whole is kept, if that is wanted. */
void xm_core_fail(struct xm_fresh *fresh, const struct xm_dump *dump);

/* --- holders.c --- */

/* Devices of a configuration as libxl's JSON: is the backend domain 0, the list of a key (never
 * NULL), an address. */
bool xm_held_here(const xm_json *device);
const xm_json *xm_held_list(const xm_json *config, const char *key);
struct xm_held_pci xm_held_pci_of(const xm_json *pci);

bool xm_host_mac_parse(const char *text, unsigned char ret_mac[6]);

/* "0000:03:00.1"; false if text does not begin so. */
bool xm_host_pci_parse(const char *text, struct xm_held_pci *ret);
void xm_pci_devices_add(xm_pci_devices *devices, struct xm_held_pci at, bool assignable);
void xm_pci_devices_sort(xm_pci_devices *devices);

/* --- devices.c --- */

/* The new device is there until the next one is added. */
struct xm_device *xm_devices_add(xm_devices *devices, int devid);
void xm_devices_sort(xm_devices *devices);

extern const struct xm_host_ops xm_host_xen_ops, xm_host_sim_ops;

#endif
