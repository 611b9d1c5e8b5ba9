/* A host: the one door to a hypervisor. Two stand behind it: "xen", the machine we run on, and
 * "sim:DIR", a simulated one that lives in a directory. Nothing above this folder knows which.
 *
 * Calls are synchronous. A handle belongs to one thread of one process; any number of processes
 * may use a host at once. What is refused, is refused alike by both hosts and with the same
 * code; messages name the domain, file or device. */
#ifndef XM_HOST_HOST_H
#define XM_HOST_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "bind/conf.h"
#include "convert/json.h"

typedef struct xm_host xm_host;

/* Opens conf->host. Off a control domain "xen" fails at once with XM_UNSUPPORTED and a sentence
 * that names the way to a simulated host. log may be NULL; both are borrowed until close. */
XM_API int xm_host_open(const xm_conf *conf, const struct xm_log *log, xm_host **ret_host, xm_error **err);
XM_API void xm_host_close(xm_host *host);

/* What it was opened with. */
XM_API const xm_conf *xm_host_conf(const xm_host *host);

/* While *stop is non-zero, long calls undo what they began and fail with XM_INTERRUPTED at the
 * next point where that is possible. A signal handler sets it. */
XM_API void xm_host_set_stop(xm_host *host, const volatile int *stop);

/* --- domains --- */

#define XM_DOMID_NONE UINT32_MAX

enum xm_shutdown_reason {
    XM_REASON_NONE = -1, XM_REASON_POWEROFF = 0, XM_REASON_REBOOT = 1, XM_REASON_SUSPEND = 2,
    XM_REASON_CRASH = 3, XM_REASON_WATCHDOG = 4, XM_REASON_SOFT_RESET = 5,
};

struct xm_domain {
    uint32_t domid;
    char uuid[37];              /* lower case, 8-4-4-4-12 */
    char *name;                 /* NULL: it has none in the store */
    bool running, blocked, paused, shutdown, dying;     /* as the hypervisor says; several may be set */
    bool hvm;                   /* HVM or PVH */
    int reason;                 /* enum xm_shutdown_reason, NONE unless shutdown */
    uint64_t mem_kib;           /* held now, outstanding claims included */
    uint64_t max_kib;           /* the hypervisor's limit */
    uint64_t target_kib;        /* what it was asked to hold; 0 unless asked for, or unknown */
    unsigned vcpus;             /* online */
    unsigned max_vcpu;          /* highest possible vcpu number */
    uint64_t cpu_ns;
    uint32_t cpupool;
    double started;             /* seconds since 1970; 0 unless asked for, or unknown */
    char *label;                /* security label, NULL without XSM */
};

enum { XM_WANT_NAME = 1, XM_WANT_TARGET = 2, XM_WANT_STARTED = 4, XM_WANT_LABEL = 8 };

typedef struct xm_domains {
    struct xm_domain *items;    /* ascending domid */
    size_t count;
} xm_domains;

/* All domains, dom0 first; want says which of the costlier fields are read. */
XM_API int xm_host_list(xm_host *host, unsigned want, xm_domains **ret_domains, xm_error **err);
XM_API void xm_domains_free(xm_domains *domains);
XM_AUTO_DEFINE(xm_domains)

/* One domain as a list of one. XM_NOT_FOUND: "domain 7 does not exist". */
XM_API int xm_host_get(xm_host *host, uint32_t domid, unsigned want, xm_domains **ret_domains, xm_error **err);

/* The domain of that name. XM_NOT_FOUND. */
XM_API int xm_host_find(xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err);

/* --- cpus --- */

#define XM_MAX_CPUS 4096
struct xm_cpuset { uint64_t bits[XM_MAX_CPUS / 64]; };

struct xm_vcpu {
    bool online, blocked, running;
    unsigned cpu;               /* where it is, or was last */
    uint64_t cpu_ns;
    struct xm_cpuset hard, soft;
};

typedef struct xm_vcpus {
    struct xm_vcpu *items;      /* by vcpu number, up to the domain's maximum */
    size_t count;
} xm_vcpus;

XM_API int xm_host_vcpus(xm_host *host, uint32_t domid, xm_vcpus **ret_vcpus, xm_error **err);
XM_API void xm_vcpus_free(xm_vcpus *vcpus);
XM_AUTO_DEFINE(xm_vcpus)

/* Pins one vcpu. hard or soft may be NULL: left as it is. XM_INVALID beyond the maximum. */
XM_API int xm_host_vcpu_pin(xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                            const struct xm_cpuset *soft, bool force, xm_error **err);

/* --- what a domain has, changed while it runs --- */

/* What the domain is asked to hold, its screen's memory included. It is told, and not waited for.
 * XM_INVALID above its maximum, for nothing at all, and for less than domain 0 needs. room: what a
 * guest is to grow by must be free first, domain 0 giving of its own as conf->autoballoon says;
 * XM_HOST with the figures where it is not. */
XM_API int xm_host_set_memory(xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err);

/* What it may be asked to hold. XM_INVALID below what it is asked to hold now. */
XM_API int xm_host_set_max_memory(xm_host *host, uint32_t domid, uint64_t kib, xm_error **err);

/* XM_INVALID where nobody who may hold max_kib can be asked to hold kib; where nobody who is asked to
 * hold target_kib can be given kib as the most. */
XM_API int xm_memory_check(uint64_t kib, uint64_t max_kib, xm_error **err);
XM_API int xm_max_memory_check(uint64_t kib, uint64_t target_kib, xm_error **err);

/* The first count vcpus are to be online and the others not; the guest sees to that itself.
 * XM_INVALID for none, and for more than there are. */
XM_API int xm_host_set_vcpus(xm_host *host, uint32_t domid, unsigned count, xm_error **err);

enum xm_scheduler { XM_SCHED_OTHER, XM_SCHED_CREDIT, XM_SCHED_CREDIT2 };
XM_API const char *xm_scheduler_name(enum xm_scheduler scheduler);      /* "credit", "credit2", "other" */

/* A domain's share of the processors. */
#define XM_WEIGHT_MAX 65535
struct xm_share {
    enum xm_scheduler scheduler;        /* its cpu pool's */
    unsigned weight;                    /* against other domains', 1 to XM_WEIGHT_MAX */
    unsigned cap;                       /* percent of one processor at the most; 0: no limit */
};

/* XM_UNSUPPORTED under another scheduler than these two, and to set, under another than share's. */
XM_API int xm_host_share(xm_host *host, uint32_t domid, struct xm_share *ret_share, xm_error **err);
XM_API int xm_host_set_share(xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err);

/* XM_INVALID where share is none for a domain of at most max_vcpus. */
XM_API int xm_share_check(const struct xm_share *share, unsigned max_vcpus, xm_error **err);

/* A cpu pool, and how its scheduler works. */
struct xm_pool {
    uint32_t id;
    char *name;
    enum xm_scheduler scheduler;
    struct xm_cpuset cpus;
    unsigned tslice_ms, migration_delay_us;     /* credit alone */
    unsigned ratelimit_us;
};

typedef struct xm_pools {
    struct xm_pool *items;      /* by id */
    size_t count;
} xm_pools;

XM_API int xm_host_pools(xm_host *host, xm_pools **ret_pools, xm_error **err);
XM_API void xm_pools_free(xm_pools *pools);
XM_AUTO_DEFINE(xm_pools)

/* Gives the pool of pool's id its figures. XM_INVALID names one that is out of range. */
XM_API int xm_host_tune_pool(xm_host *host, const struct xm_pool *pool, xm_error **err);

/* --- the machine --- */

struct xm_node_info { uint64_t size_mib, free_mib; unsigned *distances; };      /* one distance per node */
struct xm_cpu_place { unsigned core, socket, node; };
struct xm_pci_place { unsigned domain, bus, slot, func, node; };

typedef struct xm_host_info {
    char *hostname, *release, *kernel_version, *machine;    /* dom0's uname */
    unsigned nr_cpus, max_cpu_id, nr_nodes, cores_per_socket, threads_per_core;
    unsigned long cpu_khz;
    uint32_t hw_caps[8];
    char *virt_caps;            /* words, blank between: "pv hvm hap" */
    uint64_t total_mib, free_mib, sharing_freed_mib, sharing_used_mib, claims_mib;
    unsigned free_cpus;
    unsigned xen_major, xen_minor;
    char *xen_extra, *xen_caps, *xen_scheduler, *platform_params, *xen_changeset, *xen_commandline;
    unsigned xen_pagesize;
    char *cc_compiler, *cc_compile_by, *cc_compile_domain, *cc_compile_date, *build_id;
    struct xm_cpu_place *cpus;  /* nr_cpus of them, or NULL unless asked for */
    struct xm_node_info *nodes; /* nr_nodes of them, or NULL unless asked for */
    struct xm_pci_place *devices;
    size_t device_count;
} xm_host_info;

XM_API int xm_host_info_get(xm_host *host, bool topology, xm_host_info **ret_info, xm_error **err);
XM_API void xm_host_info_free(xm_host_info *info);
XM_AUTO_DEFINE(xm_host_info)

/* The hypervisor's message ring; clear empties it after reading. */
XM_API int xm_host_dmesg(xm_host *host, bool clear, char **ret_text, xm_error **err);
XM_API int xm_host_debug_keys(xm_host *host, const char *keys, xm_error **err);

/* --- life cycle --- */

/* How far a memory stream has come. It goes in rounds, the first of which is all of the memory and each later
 * one what the guest has written to meanwhile; a guest that is suspended has one round, or one more. */
struct xm_progress {
    unsigned round;             /* from 0 */
    bool suspended;             /* the guest runs no more: this is the last round */
    uint64_t done, total;       /* of this round, pages of 4 KiB; total 0: not known (yet) */
};

/* Called from within a long call, at least each half second, whether there is news or not. It may set
 * the flag that the call is stopped by, and calls no host. NULL: nobody is told. */
struct xm_watch {
    void (*progress)(void *arg, const struct xm_progress *now);
    void *arg;
};

struct xm_build {
    bool paused;                /* leave it paused; else it runs when the call returns */
    bool wait_devices;          /* fail unless every backend has connected */
    /* The console can be opened from now on; called before the guest's first instruction, and
     * before its bootloader asks anything. May be NULL. */
    void (*console_ready)(void *arg, uint32_t domid);
    void *arg;
    struct xm_watch watch;      /* of a restore; a stream's pages, total only where it is a plain file's */
};

/* Builds a domain out of config, frees memory for it first as conf->autoballoon says. On any
 * failure nothing of it is left. config is a libxl_domain_config; libxl fills in defaults. */
XM_API int xm_host_create(xm_host *host, void *config, const struct xm_build *build, uint32_t *ret_domid, xm_error **err);

/* The same out of a configuration as libxl's JSON: a guest that was restored from a foreign save
 * file is started again so, because that JSON is all that is known of it. XM_INVALID if it does
 * not parse. */
XM_API int xm_host_create_json(xm_host *host, const char *config_json, const struct xm_build *build,
                               uint32_t *ret_domid, xm_error **err);

/* Builds a domain out of a memory stream at fd (what xm_host_save() wrote). config_json is the
 * configuration saved with it; a libxl_domain_config in config, if not NULL, replaces that. name,
 * if not NULL, is the name it gets. */
XM_API int xm_host_restore(xm_host *host, const char *config_json, void *config, const char *name, int fd,
                           const struct xm_build *build, uint32_t *ret_domid, xm_error **err);

/* Suspends the domain and writes its memory stream to fd. The domain stays, suspended: destroy
 * it or resume it. When this fails the domain runs on. watch may be NULL. */
XM_API int xm_host_save(xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err);

/* The same to another host, whose end of the line is behind fd. live: the domain runs on while most of its
 * memory goes, and is suspended for the last round; XM_UNSUPPORTED for a PV guest where Xen has no
 * shadow paging (see xm_send_check()). A descriptor that nobody reads any more is an XM_IO, never
 * a SIGPIPE. */
struct xm_send {
    bool live;
    bool debug;                 /* all is sent once more at the end, for the other side to compare */
    const volatile int *stop;   /* beside the host's own, to the same end; may be NULL */
    struct xm_watch watch;
};
XM_API int xm_host_send(xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err);

/* Reads a memory stream to its end without making a domain of it: XM_INVALID, with what is wrong, for one that
 * is damaged, cut off, foreign or hostile; XM_UNSUPPORTED for a format that is not known. The contents of
 * pages are passed over. May be called in any thread. */
XM_API int xm_host_stream_check(const xm_host *host, const struct xm_bytes *from, xm_error **err);

/* What a host says of itself, as xm_host_info.virt_caps has it, decides: can a guest be sent live? */
XM_API int xm_send_check(uint32_t domid, bool hvm, bool live, const char *virt_caps, xm_error **err);
XM_API int xm_host_resume(xm_host *host, uint32_t domid, xm_error **err);

/* The configuration that the domain was made of and has by now, as libxl's JSON, for a save file
 * and for list --long. */
XM_API int xm_host_config_json(xm_host *host, uint32_t domid, char **ret_json, xm_error **err);

/* The same of many domains, as trees. items[i] is that of domids[i]: json, or NULL
 * and err. */
struct xm_host_config { xm_json *json; xm_error *err; };
typedef struct xm_host_configs {
    struct xm_host_config *items;
    size_t count;
} xm_host_configs;

XM_API int xm_host_configs_get(xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret_configs,
                               xm_error **err);
XM_API void xm_host_configs_free(xm_host_configs *configs);
XM_AUTO_DEFINE(xm_host_configs)

/* A domain that has shut down is neither paused nor unpaused (XM_STATE), except that one suspended
 * by a save can be paused, to stay so when it is resumed. */
XM_API int xm_host_pause(xm_host *host, uint32_t domid, xm_error **err);
XM_API int xm_host_unpause(xm_host *host, uint32_t domid, xm_error **err);

enum xm_request { XM_REQUEST_POWEROFF, XM_REQUEST_REBOOT, XM_REQUEST_HALT };

/* Asks a guest to go. ack_seconds > 0 waits for the guest to take the request: XM_TIMEOUT "did
 * not acknowledge". A guest that cannot be asked (HVM without PV drivers): with acpi the power
 * button is pressed, with force the hypervisor shuts it down, else XM_UNSUPPORTED. */
XM_API int xm_host_shutdown(xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                            bool acpi, bool force, xm_error **err);

/* Ends a domain and releases all that it held. */
XM_API int xm_host_destroy(xm_host *host, uint32_t domid, xm_error **err);

/* Waits until nothing is left of a domain that has ended, or is about to: neither itself nor its memory,
 * its backends in domain 0 or its device model. uuid says whose the number was; a later domain that has
 * it is another. At most ms milliseconds, 0: only a look. XM_TIMEOUT names what is left. */
XM_API int xm_host_released(xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err);

/* XM_EXISTS if another domain has that name. */
XM_API int xm_host_rename(xm_host *host, uint32_t domid, const char *name, xm_error **err);
XM_API int xm_host_sysrq(xm_host *host, uint32_t domid, char letter, xm_error **err);

/* A domain that has shut down lets go of its devices, its device model included, and of its name and
 * its uuid, which become those given; it stays as it is, with its memory, to be looked at and destroyed.
 * Done again after an interruption it ends the same. XM_STATE if it runs; XM_EXISTS if another domain
 * has that name. */
XM_API int xm_host_preserve(xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err);

/* A domain that has shut down in order to be reset (a guest that boots a new kernel by itself) runs on,
 * with its number and memory and with devices that start anew. XM_STATE if it has shut down otherwise
 * or not at all; XM_UNSUPPORTED if it is none that can be reset. After a failure of another kind it is
 * good for nothing but being destroyed. */
XM_API int xm_host_soft_reset(xm_host *host, uint32_t domid, xm_error **err);

/* A domain that runs on without its device model ends, as one that has crashed does. XM_STATE if it has
 * one, never had one, or has ended; XM_STATE as well if somebody is just destroying it. */
XM_API int xm_host_model_lost(xm_host *host, uint32_t domid, xm_error **err);

/* Xen's ELF core of the domain's memory at path, mode 0600, which appears when it is whole. XM_INVALID
 * if path is there and no plain file. */
struct xm_dump {
    bool live;                  /* the domain is not paused meanwhile */
    bool keep;                  /* what there is of one that fails stays, as PATH-incomplete; else nothing does */
    void (*progress)(void *arg);    /* called now and then while it grows; may be NULL */
    void *arg;
};
XM_API int xm_host_dump_core(xm_host *host, uint32_t domid, const char *path, const struct xm_dump *dump, xm_error **err);

/* --- devices of a guest --- */

enum xm_device_kind { XM_DEVICE_DISK, XM_DEVICE_NIC };

/* One as its frontend's directory in the store tells. -1: that says nothing (yet) of it. */
struct xm_device {
    int devid;                  /* of a disk the number that its name stands for: 51712 */
    int64_t backend_id;         /* the domain that serves it */
    int handle;                 /* 0 if that is not said */
    int state;                  /* of the connection: 4 is connected */
    int evtchn, ring, rx_ring;  /* ring: of a nic the one for sending */
    char *backend;              /* its path in the store; NULL: unknown */
    bool has_mac;
    unsigned char mac[6];
    bool cdrom;
    char *name;                 /* of a disk: "hdc" or the like; NULL: unknown */
    char *medium;               /* of a disk: a path, or a script's word; "" if the drive is empty */
};

typedef struct xm_devices {
    struct xm_device *items;    /* by devid */
    size_t count;
} xm_devices;

XM_API int xm_host_devices(xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret_devices,
                           xm_error **err);
XM_API void xm_devices_free(xm_devices *devices);
XM_AUTO_DEFINE(xm_devices)
XM_API const struct xm_device *xm_devices_find(const xm_devices *devices, int devid);

/* "vbd", "vif": as messages and the store have it. */
XM_API const char *xm_device_class(enum xm_device_kind kind);

/* In configurations as libxl's JSON: the key of a kind's list, the number of the item at index there (-1:
 * it has none), the item of a libxl_device_disk or libxl_device_nic, as text or parsed. */
XM_API const char *xm_device_list(enum xm_device_kind kind);
XM_API int xm_device_number(enum xm_device_kind kind, const xm_json *item, size_t index);
XM_API int xm_device_format(enum xm_device_kind kind, const void *device, char **ret_text, xm_error **err);
XM_API int xm_device_json(enum xm_device_kind kind, const void *device, xm_json **ret_json, xm_error **err);

/* The devices that such a configuration asks for. Nothing serves them yet. */
XM_API xm_devices *xm_devices_configured(const xm_json *config, enum xm_device_kind kind);

/* Gives a live domain one more device, a libxl_device_disk or libxl_device_nic in device, and returns
 * when its backend is set up. *ret_devid is its number: a nic whose devid is -1 gets the next one. After a failure nothing of it is left. XM_EXISTS if the
 * domain has a disk of that number; its place is not touched. */
XM_API int xm_host_attach(xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid,
                          xm_error **err);

/* Takes a device away. XM_NOT_FOUND if it is not there. The guest is asked to let go first, for ten seconds:
 * XM_TIMEOUT if it keeps a disk by then, a nic goes anyway. With force nobody is asked. */
XM_API int xm_host_detach(xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err);

/* Another medium in a CD drive of an HVM guest: disk is a libxl_device_disk of that drive, empty to eject.
 * XM_INVALID for other guests, XM_NOT_FOUND without that drive. */
XM_API int xm_host_cd_change(xm_host *host, uint32_t domid, void *disk, xm_error **err);

/* --- console --- */

enum xm_console_type { XM_CONSOLE_PRIMARY, XM_CONSOLE_PV, XM_CONSOLE_SERIAL, XM_CONSOLE_VUART };

/* The guest's terminal, opened: read it and write it until it ends. lock is held beside it, so
 * that only one client at a time has a guest's console: XM_BUSY. */
struct xm_console { int fd, lock; };
XM_API int xm_host_console(xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                           struct xm_console *ret_console, xm_error **err);

/* Where the guest's screen is served: the address its VNC server listens at, and its password,
 * NULL without one. XM_NOT_FOUND if no screen is served, or not yet. */
typedef struct xm_vnc {
    char *address;
    unsigned port;              /* 5900 is display 0 */
    char *password;
} xm_vnc;
XM_API int xm_host_vnc(xm_host *host, uint32_t domid, xm_vnc **ret_vnc, xm_error **err);
XM_API void xm_vnc_free(xm_vnc *vnc);
XM_AUTO_DEFINE(xm_vnc)

/* --- what is there for a guest, and who holds it: looked at, never changed --- */

enum xm_file_type { XM_FILE_REGULAR, XM_FILE_BLOCK, XM_FILE_OTHER };

/* Enough to tell an image's format, and a kernel from something else. */
#define XM_FILE_HEAD 1024

/* A file of domain 0 as a kernel or a disk would find it. dev and ino say which one it is, by
 * whatever name: a block device is its number and ino 0, a loop device is the file behind it. */
struct xm_host_file {
    enum xm_file_type type;
    uint64_t dev, ino;
    bool writable;              /* its mode has a write bit */
    bool executable;
    char mounted;               /* in domain 0: 'r', 'w', or 0 */
    unsigned char head[XM_FILE_HEAD];
    size_t head_len;            /* less where there is no more, or no medium */
    unsigned char tail[8];      /* of the last 512 bytes, the first; of a regular file that has as many */
};

/* Follows links. XM_NOT_FOUND, XM_DENIED: "PATH: why". Unless inside is set, it is not opened, and
 * whether it is mounted is not asked. */
XM_API int xm_host_file(xm_host *host, const char *path, bool inside, struct xm_host_file *ret_file, xm_error **err);

/* What a file's contents claim to be, in libxl's words: qcow2, qcow, qed, vhd; raw for all others. */
XM_API const char *xm_host_file_format(const struct xm_host_file *file);

/* What a vif is plugged into, and by which script, if neither it nor xm.conf says so. */
#define XM_HOST_BRIDGE "xenbr0"
#define XM_HOST_VIF_SCRIPT "vif-bridge"

/* The script of a disk that guests share on purpose (w!). libxl has no word for that; Xen's own
 * script asks the store, where this one writes it. */
#define XM_HOST_SHARING_SCRIPT XM_LIBEXECDIR "/block-shared"

enum xm_need {
    XM_NEED_SCRIPT,             /* a hotplug script: a name in /etc/xen/scripts, or a path */
    XM_NEED_KERNEL,             /* a file that can be booted as a PV or PVH guest */
    XM_NEED_BOOTLOADER,         /* a program: a name that Xen's tools bring or $PATH finds, or a path */
    XM_NEED_FIRMWARE,           /* an image that Xen brings: hvmloader, seabios, ovmf, rombios */
    XM_NEED_EMULATOR,           /* a device model: qemu-xen, qemu-xen-traditional */
    XM_NEED_BRIDGE,             /* what the bridge script would plug a vif into */
    XM_NEED_POOL,               /* a cpu pool, by name or number */
};

/* XM_NOT_FOUND, or XM_DENIED where it is there but no program, with a sentence about it. */
XM_API int xm_host_need(xm_host *host, enum xm_need need, const char *name, xm_error **err);

struct xm_held_disk {
    char *path;                 /* as domain 0 sees it; with a script, the script's own word */
    char *script;               /* NULL: the host's own */
    char mode;                  /* 'r', 'w', or '!': shared on purpose */
};
struct xm_held_nic { unsigned char mac[6]; char *bridge; };
struct xm_held_pci { unsigned domain, bus, slot, func; };

/* A domain, and what its devices hold in domain 0. */
struct xm_holder {
    uint32_t domid;
    char uuid[37];
    char *name;                 /* NULL: it has none */
    struct xm_held_disk *disks;
    struct xm_held_nic *nics;
    struct xm_held_pci *pcis;
    size_t disk_count, nic_count, pci_count;
};

typedef struct xm_holders {
    struct xm_holder *items;    /* by domid */
    size_t count;
} xm_holders;

/* All domains that live; one that is dying has let go. */
XM_API int xm_host_holders(xm_host *host, xm_holders **ret_holders, xm_error **err);
XM_API void xm_holders_free(xm_holders *holders);
XM_AUTO_DEFINE(xm_holders)

/* For those who fill one. The texts are copied; the new holder is there until the next one is added. */
struct xm_holder *xm_holders_add(xm_holders *holders, uint32_t domid, const char *uuid, const char *name);
void xm_holder_add_disk(struct xm_holder *holder, const char *path, const char *script, char mode);
void xm_holder_add_nic(struct xm_holder *holder, const unsigned char mac[6], const char *bridge);
void xm_holder_add_pci(struct xm_holder *holder, struct xm_held_pci pci);

/* Adds what a configuration as libxl's JSON asks for. bridge: what its vifs are plugged into if it
 * does not say so. */
void xm_holder_fill(struct xm_holder *holder, const xm_json *config, const char *bridge);

/* May a disk that another holds in mode held be used in mode wanted? Whoever writes wants it for
 * himself; readers get on with each other; w! asks nobody. */
bool xm_disk_modes_clash(char wanted, char held);

/* A PCI device of the machine. Guests get those whose driver is pciback. */
struct xm_pci_device {
    struct xm_held_pci at;
    bool assignable;
};

typedef struct xm_pci_devices {
    struct xm_pci_device *items;        /* by address */
    size_t count;
} xm_pci_devices;

XM_API int xm_host_pci(xm_host *host, xm_pci_devices **ret_devices, xm_error **err);
XM_API void xm_pci_devices_free(xm_pci_devices *devices);
XM_AUTO_DEFINE(xm_pci_devices)

/* What create would reckon with, all in KiB: what the guest needs, what is free, and how much of
 * its own domain 0 may be made to give. config is a libxl_domain_config; what it leaves open may
 * be filled in. Fails as create would where the configuration cannot be built at all. */
struct xm_room { uint64_t need_kib, free_kib, dom0_kib; };
XM_API int xm_host_room(xm_host *host, void *config, struct xm_room *ret_room, xm_error **err);

/* The failure for a guest that has not enough. */
XM_API int xm_room_fail(const struct xm_room *room, xm_error **err);

/* --- what domains that are no more have left: after a crash of a toolstack, or of the machine's own --- */

enum xm_leftover_type {
    XM_LEFTOVER_STORE,          /* a directory of the store */
    XM_LEFTOVER_PROCESS,        /* a device model */
    XM_LEFTOVER_FILE,           /* what the toolstack kept of it */
};

struct xm_leftover {
    enum xm_leftover_type type;
    uint32_t domid;             /* whose it was; NONE: known by uuid alone */
    char *path;                 /* of the directory, file or program */
    int pid;                    /* of the process; 0 otherwise */
    uint64_t started;           /* when that began, in the kernel's ticks: its number may be another's by now */
};

typedef struct xm_leftovers {
    struct xm_leftover *items;  /* by type, domid and path */
    size_t count;
} xm_leftovers;

/* Never anything of a domain that is there, though it be dying, nor what driver domains keep. */
XM_API int xm_host_leftovers(xm_host *host, xm_leftovers **ret_leftovers, xm_error **err);
XM_API void xm_leftovers_free(xm_leftovers *leftovers);
XM_AUTO_DEFINE(xm_leftovers)

/* Removes one, or ends it. XM_STATE if it is somebody's after all; one that is gone already is fine. */
XM_API int xm_host_leftover_remove(xm_host *host, const struct xm_leftover *leftover, xm_error **err);

/* For those who fill one; path is copied. */
void xm_leftovers_add(xm_leftovers *leftovers, enum xm_leftover_type type, uint32_t domid, const char *path, int pid,
                      uint64_t started);
void xm_leftovers_sort(xm_leftovers *leftovers);

/* --- events --- */

enum xm_event_type {
    XM_EVENT_NEW,               /* a domain has come */
    XM_EVENT_SHUTDOWN,          /* it has shut down, with a reason, and still holds its memory */
    XM_EVENT_GONE,              /* it is no more */
    XM_EVENT_EJECT,             /* the guest has ejected the CD in drive devid; see xm_host_hvm_watch() */
    XM_EVENT_MODEL,             /* its device model has ended, and nobody had it ended; likewise */
};

struct xm_event {
    enum xm_event_type type;
    uint32_t domid;
    char uuid[37];
    int reason;
    int devid;
};

/* Starts listening: *ret_fd becomes readable when xm_host_event_next() has something. Domains
 * that are there already are not reported as new, but those shut down already are reported.
 * One call per handle; the descriptor is the host's. */
XM_API int xm_host_events_open(xm_host *host, int *ret_fd, xm_error **err);

/* Lets be told what only HVM guests do: that they eject a CD, out of the drives that they have by now, and
 * that they lose their device model. A handle tells each once, one that has just been opened those
 * as well that nobody has answered, by emptying the drive or by what is to become of the domain. To be
 * called again when the domain may have got another drive or device model. Other domains, and one that
 * is gone, are no failure. */
XM_API int xm_host_hvm_watch(xm_host *host, uint32_t domid, xm_error **err);

/* Takes the next event: 1 with *ret_event set, 0 when there is none now. Never blocks. */
XM_API int xm_host_event_next(xm_host *host, struct xm_event *ret_event, xm_error **err);

#endif
