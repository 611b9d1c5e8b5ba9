/* The simulated host: a Xen machine that is a directory.
 *
 * There is no process behind it. DIR/sim holds what a hypervisor would hold, and what the guests
 * have done meanwhile follows from that and the time: a guest's whole future is in its record, so
 * a reader computes where it has got to, and nobody has to wake up for it. Every change is made
 * under one lock, by writing beside and renaming, so a process killed at any instant leaves the
 * host as it was before or after a step. What is then left of a create that was killed half way is
 * what a killed toolstack leaves on Xen: a paused domain, to be destroyed.
 *
 *   DIR/sim/host.json          the machine, below; may be edited at any time
 *   DIR/sim/now                if there: the time, in milliseconds since 1970. Time then stands
 *                              still until the file changes, and what would wait does not
 *   DIR/sim/faults             if there: what is to fail or take long, below
 *   DIR/sim/domains/N.json     domain N; 0 is the control domain
 *   DIR/sim/leftovers          what ended domains have left, a line each: STORE|PROCESS|FILE DOMID PATH
 *   DIR/sim/run/               lock, next domid, message ring, fault counters, console locks, how
 *                              the schedulers of the cpu pools have been set
 *
 * host.json, an object; each key may be left out:
 *   "hostname"                 text, "sim"
 *   "memory_mib"               8192
 *   "dom0_memory_mib"          1024
 *   "dom0_min_mib"             256: how far dom0 shrinks to make room for a guest
 *   "nr_cpus"                  4
 *   "cores_per_socket"         4
 *   "threads_per_core"         1
 *   "nodes"                    1: NUMA nodes; memory and cpus are dealt out evenly
 *   "cpu_mhz"                  2400
 *   "scheduler"                "credit2" or "credit", of every cpu pool
 *   "cpu_vendor"               "intel" or "amd"
 *   "cpu_features"             ["pv", "hvm", "hap", ...]: info's virt_caps; without "hvm" no HVM or PVH guests
 *   "xen_version"              "4.17.5-sim": major.minor and the rest
 *   "xen_commandline"          "dom0_mem=1024M,max:1024M"; without dom0_mem= dom0 shrinks by itself
 *   "bridges"                  ["xenbr0"]: what a vif can be plugged into
 *   "cpupools"                 ["Pool-0"]: by number from 0
 *   "firmware"                 ["hvmloader", "seabios", ...]: what there is for HVM guests, "qemu-xen" included
 *   "scripts"                  ["vif-bridge", "block-iscsi", ...]: what is in /etc/xen/scripts
 *   "bootloaders"              ["pygrub"]: found by these names; others by their paths
 *   "mounts"                   []: "PATH" or "PATH ro", disks and images that are mounted in dom0
 *   "pci"                      []: "0000:03:00.0" or "0000:03:00.0 pciback", which guests may be given
 *   "storage"                  []: "PATH [block] [ro] [size=BYTES] [MARK=TEXT]...": what a path's storage tells of
 *                              itself, in place of what the file there does; marks as in host/machine.h: wwn, dm ...
 *   "machine_id", "boot_id"    made of the directory's name: which machine it is, and which run of it
 *   "cpu_lacks"                []: names of processor features that it has not: "AVX512F"
 *   "microcode"                1
 *   "emulator_version"         "7.2.0"
 *   "disk_free_mib"            -1, what there is: room on domain 0's disks
 *   "root"                     "", the real one: absolute directory that stands for dom0's / in kernel and disk paths
 *   "clock_offset_ms"          0: added to the real time
 *   "suspend_timeout_s"        60: how long save waits for the guest
 *   "copy_mib_s"               1024: how fast memory goes to another host at the most, where guests write meanwhile
 *   "guests"                   []: "NAME sim.KEY=VALUE ...", behaviour by name, over the guest's own
 *
 * A guest behaves by the words of its kernel command line; times in seconds, fractions allowed:
 *   sim.boot=SECONDS           how long it boots, 0; until then it uses a cpu fully and answers nothing
 *   sim.shutdown=obey|ignore|SECONDS   what it does when asked to go; SECONDS: obeys, taking that long
 *   sim.crash=SECONDS  sim.reboot=SECONDS  sim.poweroff=SECONDS    does so by itself, counted from boot's end
 *   sim.watchdog=SECONDS  sim.soft_reset=SECONDS   likewise: its watchdog ends it; it asks to be reset
 *   sim.load=PERCENT           how busy each of its cpus is after boot, 0: blocked whenever looked at
 *   sim.loop=1                 spins: never blocks, answers nothing
 *   sim.suspend=obey|ignore    ignore: save runs into its time limit
 *   sim.dirty=MIB              how much memory it writes to in a second, 0
 *   sim.release=SECONDS        how long its backends and device model are there after it, 0
 *   sim.eject=SECONDS          an HVM guest ejects its CD, counted from boot's end
 *   sim.model=SECONDS          an HVM guest's device model dies, counted from boot's end
 *   sim.unplug=obey|ignore     ignore: does not let go of a device that is to be taken away
 *   sim.pv=on|off              off: an HVM guest without PV drivers, which cannot be asked to shut down
 *
 * faults, lines of text, '#' starts a comment:
 *   OPERATION NTH once|on fail CODE "TEXT"
 *   OPERATION NTH once|on delay MILLISECONDS
 *   OPERATION NTH once|on kill
 * At the NTH call of OPERATION since the file was last written, by any process ("on": and at each
 * later one), it fails with the code (INVALID, NOT_FOUND, ... as in base/error.h), takes longer, or
 * the calling process gets SIGKILL. An operation is a field of struct xm_host_ops, or a point
 * inside one: create.kernel (what fails here is the kernel cache alone), create.domain (nothing made
 * yet), create.devices (a half-made domain exists) and create.finish, the last three in a restore
 * too; restore.read, save.write and send.page (per piece of 64 KiB), dump_core.write (per page),
 * configs.guest (per guest), destroy.release (the domain is gone, what it had in the store is not). */
#ifndef XM_HOST_SIM_SIM_H
#define XM_HOST_SIM_SIM_H

#include "base/buf.h"
#include "bind/disks.h"
#include "convert/json.h"
#include "host/ops.h"

struct sim {
    struct xm_host host;
    char *dir;                  /* DIR/sim */
    struct sim_watch *watch;    /* events.c; NULL until events are opened */
};

/* --- fields.c: structs as JSON objects, by a table --- */

enum sim_field_type { SIM_INT, SIM_TEXT, SIM_WORDS };   /* int64_t, char *, NULL-terminated char ** */

struct sim_field {
    const char *key;
    enum sim_field_type type;
    size_t offset;
    int64_t low, high, otherwise;
    const char *text;           /* SIM_TEXT's and SIM_WORDS' default; words parted by blanks */
};

/* Fills *into, every field of which is then set; what names the object in errors. XM_INVALID for
 * an unknown key, a wrong type or a number out of its range. */
int sim_fields_read(const struct sim_field *fields, const xm_json *json, void *into, const char *what, xm_error **err);
xm_json *sim_fields_write(const struct sim_field *fields, const void *from);
void sim_fields_clear(const struct sim_field *fields, void *of);

char **sim_words_new(const char *text);
void sim_words_free(char **words);
char *sim_words_join(char *const *words);               /* with blanks between */

/* --- behaviour.c --- */

struct sim_behaviour {
    int64_t boot_ms, crash_ms, reboot_ms, poweroff_ms, watchdog_ms, soft_reset_ms;     /* -1: does not */
    int64_t shutdown_ms;        /* -1: ignores requests */
    int64_t release_ms;         /* how long its backends outlive it */
    int64_t load;               /* percent of each vcpu */
    int64_t dirty_mib_s;
    int64_t eject_ms, model_ms; /* -1: never */
    bool suspends, pv, unplugs;
};

/* By the sim. words of text; the others are the guest's. XM_INVALID names a word it cannot read. */
int sim_behaviour_parse(const char *text, struct sim_behaviour *ret_behaviour, xm_error **err);

/* --- store.c: what is on disk --- */

struct sim_settings {
    char *hostname, *cpu_vendor, *scheduler, *xen_version, *xen_commandline, *root, *machine_id, *boot_id, *emulator_version;
    int64_t memory_mib, dom0_memory_mib, dom0_min_mib, nr_cpus, cores_per_socket, threads_per_core, nodes;
    int64_t cpu_mhz, clock_offset_ms, suspend_timeout_s, copy_mib_s, microcode, disk_free_mib;
    char **cpu_features, **bridges, **guests, **cpupools, **firmware, **scripts, **bootloaders, **mounts, **pci, **storage, **cpu_lacks;
};

#define SIM_MS_MAX 100000000000000ll    /* the end of time: the year 5138 */

/* Times of a guest are milliseconds that it has run, not counting what it spent paused. */
struct sim_guest {
    int64_t domid;
    char *uuid, *name;
    char *kind;                 /* "pv", "pvh", "hvm" */
    int64_t building;           /* its create or restore has not finished */
    int64_t paused;
    int64_t mem_kib, max_kib, target_kib, overhead_kib;
    int64_t vcpus, max_vcpus;
    int64_t weight, cap;        /* 0: as if 256, the weight that they are born with */
    int64_t started_ms;         /* since 1970 */
    int64_t ran_ms;             /* guest time at since_ms, or for good if that is 0 */
    int64_t since_ms;           /* since 1970, when it began to run; 0: it does not */
    int64_t end_ms;             /* guest time at which it shuts down; -1: not in sight */
    int64_t end_reason;         /* enum xm_shutdown_reason */
    int64_t end_logged;
    int64_t ejected;            /* what it ejected has been taken out */
    int64_t cpu_from_ms;        /* guest time from which its CPU time counts: a restored one's starts anew */
    char *words;                /* its sim. words */
    char *memory;               /* a mark that stands for its memory's contents */
    char *config;               /* libxl's JSON */
    char *console;              /* what it said besides what console.c derives */
    char **hard, **soft;        /* per vcpu: "all" or "0-1,3" */
    struct sim_behaviour does;  /* by words */
};

/* The host as one step sees it: locked, loaded, and at one moment of time. */
struct sim_state {
    struct sim *sim;
    int lock;
    struct sim_settings settings;
    int64_t now;                /* ms since 1970 */
    bool frozen;
    int64_t next_domid;
    struct sim_guest *guests;   /* ascending domid */
    size_t count, cap;
};
#define SIM_STATE_INIT { .lock = -1 }
#define sim_autostate __attribute__((cleanup(sim_state_clear))) struct sim_state

extern const struct sim_field sim_guest_fields[];
extern const struct sim_field sim_settings_fields[];

/* Makes the directory and what is missing in it. */
int sim_store_open(struct sim *sim, xm_error **err);

/* Takes the lock, loads everything, and removes what killed processes left beside. */
int sim_state_load(struct sim *sim, struct sim_state *ret_state, xm_error **err);
void sim_state_clear(struct sim_state *state);          /* lets go of the lock */

int sim_guest_store(const struct sim_state *state, const struct sim_guest *guest, xm_error **err);
int sim_guest_remove(const struct sim_state *state, int64_t domid, xm_error **err);
void sim_guest_clear(struct sim_guest *guest);
int sim_guest_parse(const xm_json *json, const char *what, struct sim_guest *ret_guest, xm_error **err);
void sim_guest_copy(const struct sim_guest *guest, struct sim_guest *ret_guest);
int sim_next_domid_store(const struct sim_state *state, int64_t next, xm_error **err);

/* XM_NOT_FOUND "domain 7 does not exist". */
struct sim_guest *sim_guest_get(struct sim_state *state, int64_t domid, xm_error **err);
struct sim_guest *sim_guest_by_name(struct sim_state *state, const char *name);

/* The same, but not the control domain: XM_INVALID "domain 0 cannot be DONE". */
struct sim_guest *sim_guest_get_u(struct sim_state *state, int64_t domid, const char *done, xm_error **err);

/* Replaces a file of the host. No fsync: a simulated machine need not survive the real one's crash. */
int sim_file_replace(const char *path, const char *text, size_t len, xm_error **err);

/* Free memory of the machine, KiB. */
int64_t sim_free_kib(const struct sim_state *state);

/* --- settings.c --- */

#define SIM_KIB_MAX (1ll << 40)

/* Stores a guest with other figures, its configuration with it. */
int sim_guest_changed(const struct sim_state *state, struct sim_guest *guest, xm_error **err);

/* Guests that run, and can, hold by now what they were last asked to. */
void sim_settle_memory(struct sim_state *state);

/* --- clock.c: what a guest has done by now --- */

int64_t sim_guest_time(const struct sim_guest *guest, int64_t now);
bool sim_guest_ended(const struct sim_guest *guest, int64_t now);
bool sim_guest_booted(const struct sim_guest *guest, int64_t now);
bool sim_guest_busy(const struct sim_guest *guest, int64_t now);        /* on a cpu when looked at now */
int64_t sim_guest_cpu_ns(const struct sim_guest *guest, int64_t now);
int64_t sim_vcpu_cpu_ns(const struct sim_guest *guest, int64_t vcpu, int64_t now);

/* Stops and starts its time. */
void sim_guest_halt(struct sim_guest *guest, int64_t now);
void sim_guest_go(struct sim_guest *guest, int64_t now);

/* It ends in ms from now at the latest, or as soon as it has booted if that is later. */
void sim_guest_end_in(struct sim_guest *guest, int64_t now, int64_t ms, int reason);

/* The time of its first own end, as it behaves. */
void sim_guest_plan(struct sim_guest *guest);

/* Has it ejected its CD, and nobody taken it out? */
bool sim_guest_ejects(const struct sim_guest *guest, int64_t now);

/* Has its device model died, and the guest not yet? */
bool sim_guest_lost_model(const struct sim_guest *guest, int64_t now);

/* When the next guest will boot to its end, eject its CD, lose its device model or shut down, ms since 1970; -1: never. */
int64_t sim_next_change(const struct sim_state *state);

/* Lets ms of the host's time pass: XM_INTERRUPTED when asked to stop. Under a standing clock it
 * returns at once. */
int sim_wait(struct sim *sim, int64_t ms, xm_error **err);
int sim_sleep(const struct sim *sim, int64_t ms, xm_error **err);      /* the same in real time */
int sim_stopped(const struct sim *sim, xm_error **err); /* XM_INTERRUPTED if asked to stop */
int64_t sim_monotonic_ms(void);                         /* of the real time */

/* --- fault.c --- */

/* Counts a call of point and does what the faults file says of it. Not under the lock. */
int sim_fault(struct sim *sim, const char *point, xm_error **err);

/* --- cpuset.c --- */

/* "all", "0-1,3" -> set. XM_INVALID if none of it is below nr_cpus. */
void sim_cpuset_parse(const char *text, int64_t nr_cpus, struct xm_cpuset *ret_set);
char *sim_cpuset_format(const struct xm_cpuset *set, int64_t nr_cpus);

/* --- dmesg.c --- */

/* Adds a line to the message ring; best effort, as a hypervisor's is. Under the lock. */
void sim_message(const struct sim_state *state, const char *fmt, ...) XM_PRINTF(2, 3);

/* Notes in the ring who has shut down since the last look. Under the lock. */
int sim_log_ends(struct sim_state *state, xm_error **err);

/* --- request.c: a libxl configuration as the simulated machine reads it --- */

struct sim_request {
    xm_json *config;            /* the configuration, mended: name and uuid are there */
    struct sim_guest guest;     /* domid 0, not running */
};

/* Reads json and refuses what this host could not build: missing files and bridges, unusable
 * figures. name, if not NULL, replaces the one in json. Takes json, also on failure. */
int sim_request_read(const struct sim_state *state, const xm_conf *conf, xm_json *json, const char *name, bool restored,
                     struct sim_request *ret_request, xm_error **err);
void sim_request_clear(struct sim_request *request);

/* What the guest of json needs, and what there is for it. Takes json, also on failure. */
int sim_request_room(const struct sim_state *state, const xm_conf *conf, xm_json *json, struct xm_room *ret_room,
                     xm_error **err);

/* Sets object's key, an object of json that is made if it is missing. */
void sim_json_set_in(xm_json *json, const char *object, const char *key, const char *value);

/* --- look.c: what there is for guests --- */

bool sim_is_sharing_script(const char *path);
char *sim_real_path(const struct sim_state *state, const char *path);
const char *sim_base_of(const char *path);
bool sim_words_have(char *const *words, const char *word);
bool sim_same_file(const struct xm_host_file *a, const struct xm_host_file *b);
/* what, if not NULL, stands before the path in errors. */
int sim_look(const struct sim_state *state, const char *path, const char *what, bool inside, struct xm_host_file *ret,
             xm_error **err);
int sim_have(const struct sim_state *state, enum xm_need need, const char *name, xm_error **err);
void sim_pci_list(const struct sim_state *state, xm_pci_devices *devices);
int sim_holders_of(const struct sim_state *state, const xm_conf *conf, xm_holders **ret, xm_error **err);

/* --- devices.c: what a request's devices and boot files find --- */

int sim_need_devices(const struct sim_state *state, const xm_conf *conf, const struct sim_request *request, xm_error **err);
/* The same for one device, as libxl's JSON, of a guest that is there. */
int sim_need_device(const struct sim_state *state, const xm_conf *conf, const struct sim_guest *guest,
                    enum xm_device_kind kind, const xm_json *device, int devid, xm_error **err);
int sim_need_boot_files(const struct sim_state *state, const struct sim_request *request, bool restored, xm_error **err);

/* --- kernel.c --- */

/* Has the kernel cache look at the kernel of a configuration as libxl's JSON. */
void sim_kernel_look(struct sim *sim, const xm_json *config);

/* --- create.c --- */

/* For a guest that is to grow by kib: makes dom0 smaller if need be, and allowed. */
int sim_make_more_room(struct sim_state *state, const xm_conf *conf, int64_t kib, xm_error **err);

/* Makes the domain of request; stream, if not NULL, is what was restored into it. */
int sim_domain_build(struct sim *sim, xm_json *json, const char *name, const struct sim_guest *stream,
                     const struct xm_build *build, uint32_t *ret_domid, xm_error **err);
void sim_room_for(const struct sim_state *state, const xm_conf *conf, const struct sim_guest *guest, struct xm_room *ret);
int sim_config_tree(libxl_domain_config *config, xm_json **ret_json, xm_error **err);

/* --- stream.c --- */

/* A stream under way, in or out. */
struct sim_flow {
    struct sim *sim;
    int fd;
    const volatile int *stop;   /* beside the host's; may be NULL */
    const struct xm_watch *watch;
    struct xm_progress now;
};

/* Tells of now. XM_INTERRUPTED when asked to stop. */
int sim_flow_tick(const struct sim_flow *flow, xm_error **err);

/* Of how many pieces a guest's memory consists. */
uint32_t sim_stream_pieces(const struct sim_guest *guest);

int sim_stream_head(const struct sim_flow *flow, xm_error **err);
int sim_stream_piece(const struct sim_flow *flow, const char *mark, uint32_t number, xm_error **err);
int sim_stream_end(const struct sim_flow *flow, const struct sim_guest *guest, xm_error **err);

int sim_stream_check(const struct xm_bytes *from, xm_error **err);

/* *ret_guest: to be cleared. */
int sim_stream_read(struct sim *sim, int fd, const struct xm_watch *watch, struct sim_guest *ret_guest, xm_error **err);

/* --- save.c --- */

int sim_resume_now(struct sim *sim, uint32_t domid, xm_error **err);

/* --- released.c --- */

/* guest goes now: what it leaves behind for a while. Under the lock. */
int sim_leave(const struct sim_state *state, const struct sim_guest *guest, xm_error **err);

/* --- life.c --- */

int sim_guest_set_paused(struct sim *sim, uint32_t domid, bool paused, xm_error **err);
void sim_guest_say(struct sim_guest *guest, const char *text);  /* on its console; text with its line ends */

/* --- leftovers.c: what a domain that ends leaves until it is released --- */

/* Notes it all, before the domain goes; and forgets it, once that is done. Under the lock. */
int sim_leftovers_note(const struct sim_state *state, const struct sim_guest *guest, xm_error **err);
int sim_leftovers_forget(const struct sim_state *state, int64_t domid, xm_error **err);

/* --- the operations --- */

int sim_list(struct xm_host *host, unsigned want, xm_domains **ret, xm_error **err);
int sim_get(struct xm_host *host, uint32_t domid, unsigned want, xm_domains **ret, xm_error **err);
int sim_find(struct xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err);
int sim_vcpus(struct xm_host *host, uint32_t domid, xm_vcpus **ret, xm_error **err);
int sim_vcpu_pin(struct xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                 const struct xm_cpuset *soft, bool force, xm_error **err);
int sim_set_memory(struct xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err);
int sim_set_max_memory(struct xm_host *host, uint32_t domid, uint64_t kib, xm_error **err);
int sim_set_vcpus(struct xm_host *host, uint32_t domid, unsigned count, xm_error **err);
int sim_share(struct xm_host *host, uint32_t domid, struct xm_share *ret, xm_error **err);
int sim_set_share(struct xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err);
int sim_pools(struct xm_host *host, xm_pools **ret, xm_error **err);
int sim_tune_pool(struct xm_host *host, const struct xm_pool *pool, xm_error **err);
int sim_info(struct xm_host *host, bool topology, xm_host_info **ret, xm_error **err);
int sim_dmesg(struct xm_host *host, bool clear, char **ret_text, xm_error **err);
int sim_debug_keys(struct xm_host *host, const char *keys, xm_error **err);
int sim_create(struct xm_host *host, libxl_domain_config *config, const struct xm_build *build,
               uint32_t *ret_domid, xm_error **err);
int sim_create_json(struct xm_host *host, const char *config_json, const struct xm_build *build,
                    uint32_t *ret_domid, xm_error **err);
int sim_restore(struct xm_host *host, const char *config_json, libxl_domain_config *config, const char *name,
                int fd, const struct xm_build *build, uint32_t *ret_domid, xm_error **err);
int sim_save(struct xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err);
int sim_send(struct xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err);
int sim_resume(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_configs(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err);
int sim_config_json(struct xm_host *host, uint32_t domid, char **ret_json, xm_error **err);
int sim_pause(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_unpause(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_shutdown(struct xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                 bool acpi, bool force, xm_error **err);
int sim_destroy(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_released(struct xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err);
int sim_rename(struct xm_host *host, uint32_t domid, const char *name, xm_error **err);
int sim_sysrq(struct xm_host *host, uint32_t domid, char letter, xm_error **err);
int sim_preserve(struct xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err);
int sim_soft_reset(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_model_lost(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_dump_core(struct xm_host *host, uint32_t domid, const char *path, const struct xm_dump *dump, xm_error **err);
int sim_devices(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret, xm_error **err);
int sim_attach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err);
int sim_detach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err);
int sim_cd_change(struct xm_host *host, uint32_t domid, libxl_device_disk *disk, xm_error **err);
int sim_console(struct xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                struct xm_console *ret, xm_error **err);
int sim_vnc(struct xm_host *host, uint32_t domid, xm_vnc **ret, xm_error **err);
int sim_file(struct xm_host *host, const char *path, bool inside, struct xm_host_file *ret, xm_error **err);
int sim_need(struct xm_host *host, enum xm_need need, const char *name, xm_error **err);
int sim_holders(struct xm_host *host, xm_holders **ret, xm_error **err);
int sim_pci(struct xm_host *host, xm_pci_devices **ret, xm_error **err);
int sim_room(struct xm_host *host, libxl_domain_config *config, struct xm_room *ret, xm_error **err);
int sim_storage(struct xm_host *host, const char *path, bool sample, xm_storage **ret, xm_error **err);
int sim_nonce(struct xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err);
int sim_space(struct xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err);
int sim_free(struct xm_host *host, struct xm_room *ret, xm_error **err);
int sim_machine(struct xm_host *host, xm_machine **ret, xm_error **err);
int sim_promise(struct xm_host *host, uint32_t domid, struct xm_promise *ret, xm_error **err);
int sim_dirty_rate(struct xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err);
int sim_leftovers(struct xm_host *host, xm_leftovers **ret, xm_error **err);
int sim_leftover_remove(struct xm_host *host, const struct xm_leftover *leftover, xm_error **err);
int sim_events_open(struct xm_host *host, int *ret_fd, xm_error **err);
int sim_hvm_watch(struct xm_host *host, uint32_t domid, xm_error **err);
int sim_event_next(struct xm_host *host, struct xm_event *ret, xm_error **err);
void sim_watch_free(struct sim_watch *watch);

#endif
