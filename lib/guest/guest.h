/* What can be done to a guest: the life-cycle steps that commands and the supervisor share. A
 * guest is a live domain, an entry of the registry, or both at once, matched by uuid.
 *
 * Each step takes the guest's lock, writes down what it is about to do, does it on the host,
 * and writes down the result, so that an interruption at any point leaves something that
 * xm_guest_mend() can settle: back to what it was, or on to what was asked, never half. */
#ifndef XM_GUEST_GUEST_H
#define XM_GUEST_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "doc/doc.h"
#include "host/host.h"
#include "registry/moves.h"
#include "registry/registry.h"

/* Both handles are borrowed. */
struct xm_guests {
    xm_host *host;
    xm_reg *reg;
    const struct xm_log *log;
};

/* One guest as seen now. */
struct xm_guest {
    char uuid[37];
    char *name;                 /* NULL: a domain without a name, or a damaged entry */
    uint32_t domid;             /* XM_DOMID_NONE: not live */
    bool ours;                  /* it has an entry */
    bool managed;
    struct xm_reg_state state;  /* of the entry, if ours */
    struct xm_domain domain;    /* if live; strings borrowed from the list it came with */
    char *damage;               /* as in the registry */
    char *doubt;                /* NULL, or where it may run by now: its move there was cut off at the end, and only the
                                 * other side knows. Nothing is done to it until that is settled (guest/leave.h) */
};

typedef struct xm_guest_list {
    struct xm_guest *items;     /* live ones by domid, then the others by name */
    size_t count;
    xm_domains *domains;        /* what domain above borrows from */
    xm_moves *doubts;           /* the moves behind items[].doubt, and those of guests that are neither live nor ours */
} xm_guest_list;

/* All guests: every live domain, and every managed or damaged entry that is not live. */
XM_API int xm_guest_list_load(const struct xm_guests *guests, unsigned want, xm_guest_list **ret_list, xm_error **err);
XM_API void xm_guest_list_free(xm_guest_list *list);
XM_AUTO_DEFINE(xm_guest_list)

/* Moves whose end only the other side knows, and that nobody is at work on. */
XM_API int xm_guest_doubts(const struct xm_guests *guests, xm_moves **ret_doubts, xm_error **err);

/* The guest a user means by word, as an item of list; NULL with XM_NOT_FOUND. xm: name of a live
 * one, name of another, domid, uuid. xl: digits are a domid, anything else a live domain's name. */
XM_API const struct xm_guest *xm_guest_pick(const xm_guest_list *list, enum xm_dialect dialect, const char *word, xm_error **err);

/* Makes or edits a managed guest: an entry for doc, which gets "name" and "uuid" if it has none.
 * With the uuid of a managed guest, replaces that one's document (*ret_edited; if it runs the new
 * one takes effect at its next start). XM_EXISTS if the name is another guest's. */
XM_API int xm_guest_new(const struct xm_guests *guests, xm_doc *doc, bool *ret_edited, xm_error **err);

/* Called after the guest's entry is written down as building and before a domain exists, with
 * its uuid: the place to tell the supervisor. A failure ends the step, undone. */
struct xm_guest_how {
    struct xm_build build;
    int (*begin)(void *arg, const char *uuid, xm_error **err);
    void *begin_arg;
};

/* Makes a domain out of doc now. An entry is written with managed = false, unless doc's uuid is
 * a managed guest's, which then takes doc as its own. */
XM_API int xm_guest_create(const struct xm_guests *guests, xm_doc *doc, const struct xm_guest_how *how,
                           uint32_t *ret_domid, xm_error **err);

/* Starts a halted managed guest. XM_STATE if it is live or suspended. */
XM_API int xm_guest_start(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                          uint32_t *ret_domid, xm_error **err);

/* How a guest's memory is written to a file. */
struct xm_saving {
    const char *config_json;    /* saved in place of the guest's own configuration; NULL: that. Not in a suspend */
    bool compress;              /* by zstd, all of the file: stock xl does not read it so */
    struct xm_watch watch;
};

/* Writes a managed guest's memory into its entry and ends its domain. If that fails it runs on. how may be NULL. */
XM_API int xm_guest_suspend(const struct xm_guests *guests, const char *uuid, const struct xm_saving *how, xm_error **err);
XM_API int xm_guest_resume(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                           uint32_t *ret_domid, xm_error **err);

/* Forgets a halted managed guest. */
XM_API int xm_guest_delete(const struct xm_guests *guests, const char *uuid, xm_error **err);

/* Ends a domain at once. A managed guest becomes halted, its last figures kept. */
XM_API int xm_guest_destroy(const struct xm_guests *guests, uint32_t domid, xm_error **err);

/* Ends a guest of ours and builds it again at once, with its configuration as it stands. */
XM_API int xm_guest_reset(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                          uint32_t *ret_domid, xm_error **err);

XM_API int xm_guest_rename(const struct xm_guests *guests, const struct xm_guest *guest, const char *name, xm_error **err);

/* A change of what a guest has. */
enum xm_setting { XM_SET_MEMORY, XM_SET_MAX_MEMORY, XM_SET_VCPUS, XM_SET_SHARE, XM_SET_CPUS };
enum xm_where { XM_LIVE = 1, XM_STORED = 2 };
#define XM_ALL_VCPUS UINT32_MAX

struct xm_change {
    enum xm_setting what;
    unsigned where;             /* enum xm_where; 0: the domain if there is one, and what is stored if it is ours */
    uint64_t kib;               /* MEMORY, MAX_MEMORY */
    bool room;                  /* MEMORY: as in xm_host_set_memory() */
    unsigned vcpus;             /* VCPUS: online; of a guest that is only stored, at the most as well */
    enum xm_scheduler scheduler;        /* SHARE: the one that the figures are for */
    int64_t weight, cap;        /* SHARE; -1: as it is */
    unsigned vcpu;              /* CPUS: or XM_ALL_VCPUS */
    const struct xm_cpuset *hard, *soft;        /* CPUS; NULL: as they are. In words, as in bind/cpulist.h: */
    const char *hard_text, *soft_text;
    bool force;                 /* CPUS: as in xm_host_vcpu_pin() */
    unsigned failed_vcpu;       /* CPUS: set where the host refuses one, else XM_ALL_VCPUS */
};

/* Changes guest, live and stored in one step, with its lock held. If it runs by another definition
 * than is stored by now (see xm_guest_new()), of that one only what is
 * changed is replaced. Nothing is stored if the domain could not be changed; if it could, and storing
 * fails, the message says so. XM_INVALID where either cannot have it, before anything is done. */
XM_API int xm_guest_change(const struct xm_guests *guests, const struct xm_guest *guest, struct xm_change *change, xm_error **err);

/* --- devices --- */

/* where is of enum xm_where; 0: the domain if there is one, and what is stored if it is ours. Asking for a
 * place where the guest is not fails with XM_STATE. */

/* A device in words: an item of disk= or vif=, as that dialect reads it. */
struct xm_device_text {
    enum xm_device_kind kind;
    enum xm_dialect dialect;
    const char *text;
};

/* Gives guest one more device. XM_EXISTS if it has that one, XM_BUSY if another guest does, in xm's words.
 * Live and stored change together, or neither does: "Device 51712 (vbd) could not be connected. WHY". */
XM_API int xm_guest_attach(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_device_text *device,
                           unsigned where, xm_error **err);

/* Takes a device away, by its number; word is what messages call it. XM_NOT_FOUND if it is neither live
 * nor stored; force as for xm_host_detach(). */
XM_API int xm_guest_detach(const struct xm_guests *guests, const struct xm_guest *guest, enum xm_device_kind kind, int devid,
                           const char *word, bool force, unsigned where, xm_error **err);

/* Puts another medium, or none, into a CD drive: device is that drive as it will be. XM_NOT_FOUND;
 * XM_EXISTS if there is something else in its place. */
XM_API int xm_guest_cd_change(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_device_text *device,
                              unsigned where, xm_error **err);

/* For the supervisor: the device model of a guest of ours has ended. The guest ends, too, as if it had
 * crashed, and what is done about that is another step; if that is not so any more nothing happens. */
XM_API int xm_guest_model_lost(const struct xm_guests *guests, const char *uuid, xm_error **err);

/* For the supervisor: a guest of ours has ejected the CD in the drive devid. */
XM_API int xm_guest_eject(const struct xm_guests *guests, const char *uuid, int devid, xm_error **err);

/* Of a live guest what it has by now, of another what it will be started with. */
XM_API int xm_guest_devices(const struct xm_guests *guests, const struct xm_guest *guest, enum xm_device_kind kind,
                            xm_devices **ret_devices, xm_error **err);

/* What the words mean, as libxl's JSON of that device alone. */
XM_API int xm_guest_device_json(const struct xm_guests *guests, const struct xm_guest *guest,
                                const struct xm_device_text *device, char **ret_json, xm_error **err);

/* The configuration of guest as libxl's JSON: of a live one what it has by now, of another what it
 * will be started with. Owned by the caller. */
XM_API int xm_guest_config_json(const struct xm_guests *guests, const struct xm_guest *guest, char **ret_json, xm_error **err);

/* xm_config_format_json() on this host: with the processors that lists name and there are. Without
 * them, for a document that names cpus, it would not be what stock xl prints. */
XM_API bool xm_guest_names_cpus(const xm_doc *doc);
XM_API int xm_guest_dry_json(const struct xm_guests *guests, const xm_doc *doc, char **ret_text, xm_error **err);

/* What guest was given, or will be started with; of one that is not ours, what its host tells. */
XM_API int xm_guest_doc(const struct xm_guests *guests, const struct xm_guest *guest, xm_doc **ret_doc, xm_error **err);

/* Saves a live guest to path in stock xl's format, written beside and renamed. after says what
 * becomes of it: ended, running on, or left paused. XM_IO before the guest is touched if there is
 * not room for its memory. how may be NULL. */
enum xm_after_save { XM_AFTER_DESTROY, XM_AFTER_RUN, XM_AFTER_PAUSE };
XM_API int xm_guest_save(const struct xm_guests *guests, const struct xm_guest *guest, const char *path,
                         enum xm_after_save after, const struct xm_saving *how, xm_error **err);

/* Restores a file of xm_guest_save() or of stock xl. doc, if not NULL, replaces the configuration
 * in the file. A managed guest of the same uuid is that guest again. */
XM_API int xm_guest_restore(const struct xm_guests *guests, const char *path, const xm_doc *doc,
                            const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err);

/* For the supervisor: a guest of ours has ended; policy says what to do now. With XM_ACTION_DUMP added
 * a core is written first; that it could not be is logged and changes nothing else. A guest that was
 * preserved is left alone. */
enum xm_action {
    XM_ACTION_DESTROY, XM_ACTION_RESTART, XM_ACTION_PRESERVE,
    XM_ACTION_RENAME_RESTART,   /* its domain stays under another name and uuid, and without devices */
    XM_ACTION_SOFT_RESET,       /* its domain runs on; one that cannot is destroyed, as xl does */
    XM_ACTION_DUMP = 8,
};
XM_API int xm_guest_end(const struct xm_guests *guests, const char *uuid, int reason, enum xm_action action, xm_error **err);

/* A guest's memory as Xen's ELF core at path, or, if that is NULL, where the cores of xm's guests are kept
 * (core_dir of xm.conf). live: it is not paused meanwhile. Should we be killed at it, a guest of ours
 * is let go on by mending. */
XM_API int xm_guest_dump_core(const struct xm_guests *guests, const struct xm_guest *guest, const char *path, bool live,
                              xm_error **err);

/* Has somebody begun something with it and not yet ended it? While its lock is free: it was interrupted. */
XM_API bool xm_guest_is_half_way(const struct xm_reg_state *state);

/* Settles a guest that an interrupted step left behind: a half-made domain is ended, a phase is
 * set to what is true. Does nothing while another process holds the guest's lock. */
XM_API int xm_guest_mend(const struct xm_guests *guests, const char *uuid, xm_error **err);

/* Settles what an interrupted move left of that guest, whether or not it has an entry: at the source it
 * goes on, at the target what was decided is done. One in doubt stays so. Does nothing while another
 * process holds its lock, and where no move was interrupted. */
XM_API int xm_move_settle(const struct xm_guests *guests, const char *uuid, xm_error **err);

/* All of them; one that cannot be settled is logged and keeps no other. */
XM_API int xm_moves_settle(const struct xm_guests *guests, xm_error **err);

/* XM_STATE, naming the way out, if that guest is in doubt; name is what the message calls it. */
XM_API int xm_guest_check_doubt(const struct xm_guests *guests, const char *uuid, const char *name, xm_error **err);

#endif
