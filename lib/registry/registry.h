/* The registry: every guest that xm made, on disk, so that none is forgotten.
 *
 *     BASE/domains/UUID/document.json     what the guest was given (0600)
 *     BASE/domains/UUID/state.json        where it stands (0600)
 *     BASE/domains/UUID/memory            its memory, while it is suspended (0600)
 *     BASE/domains/UUID/change.json       what is just being changed about it while it runs (0600)
 *     BASE/locks/UUID                     flock: held by whoever changes or moves the guest; it
 *                                         stands outside, for it is there before the entry is
 *     BASE/lock                           flock: held while names and entries come and go
 *     BASE/index                          a cache of the files above, for listings; may be missing
 *
 * Files are written beside, fsynced and renamed, so that after an interruption at any instant
 * the old or the new one is there whole. An entry comes and goes by one rename of its directory
 * (".new-UUID", ".gone-UUID"); what an interruption leaves of those is swept when the registry is
 * next opened. The document is the authority on a guest's name and uuid. The hypervisor is the truth about what runs; the state
 * file holds what it cannot know. An entry that cannot be read is set aside in listings with its
 * path and reason, and every other one goes on working. Guests made by `create` have an entry
 * too (managed = false), so that the supervisor knows them as ours; it goes when they end.
 *
 * Each file says in which format it is. An older one is read, and written anew with the next
 * change; one of a newer xm is set aside and never overwritten.
 *
 * Order of locks: a guest's lock before BASE/lock, never two guests' locks at once. */
#ifndef XM_REGISTRY_REGISTRY_H
#define XM_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "doc/doc.h"

typedef struct xm_reg xm_reg;

#define XM_REG_NO_DOMID UINT32_MAX

/* What somebody has begun and not yet ended. A phase that is found without its guest's lock
 * being held tells of an interrupted command: xm_guest_mend() settles it. */
enum xm_phase {
    XM_PHASE_HALTED,            /* not running (an unmanaged entry in this phase is stale) */
    XM_PHASE_BUILDING,          /* a domain is being made for it; with a domid: it is whole, about to be let go */
    XM_PHASE_RUNNING,           /* domid is its domain */
    XM_PHASE_SUSPENDING,        /* its memory is being written; until that ends it runs */
    XM_PHASE_SUSPENDED,         /* its memory file is whole; with a domid: that domain is yet to be ended */
    XM_PHASE_RESUMING,          /* a domain is being made of its memory file, which stays until that ends */
};

struct xm_reg_state {
    enum xm_phase phase;
    bool managed;
    bool restarting;            /* while building: its policy does it, and has not yet been interrupted */
    bool held;                  /* while running: a command has paused it, and lets it go when it is done */
    int64_t asked;              /* while running: when a save that came to nothing asked it to suspend; 0: none.
                                 * It may yet do so, and nobody waits for it */
    bool again;                 /* while building: its policy does it, once more after an interruption */
    bool preserved;             /* while running: it has ended, and its policy was to leave it so */
    uint32_t domid;             /* UINT32_MAX: none */
    int64_t built;              /* seconds since 1970 of the latest build; 0: never */
    uint64_t cpu_ns;            /* as last seen, for listings while it is halted */
    uint64_t mem_kib;           /* likewise; 0: never ran */
    unsigned vcpus;             /* likewise */
    unsigned restarts;          /* by its policy, since it was last started by hand */
    int last_reason;            /* enum xm_shutdown_reason of its end; -1: none since its latest build */
    /* While building, its domain of before, which is to stay under another name: that one's number,
     * the uuid it gets ("": there is none), and when. */
    uint32_t kept_domid;
    char kept_uuid[37];
    int64_t kept_at;
};

struct xm_reg_entry {
    char uuid[37];
    char *name;                 /* NULL if the entry is damaged */
    struct xm_reg_state state;
    char *damage;               /* NULL, or "PATH: reason" */
};

typedef struct xm_reg_entries {
    struct xm_reg_entry *items; /* by name, damaged ones last */
    size_t count;
} xm_reg_entries;

/* Opens, and makes if need be, the registry at base. Nothing is kept open. */
XM_API int xm_reg_open(const char *base, const struct xm_log *log, xm_reg **ret_reg, xm_error **err);
/* The same for those who only read: nothing is made or swept, and a registry that is not there is an
 * empty one. */
XM_API int xm_reg_view(const char *base, const struct xm_log *log, xm_reg **ret_reg, xm_error **err);
XM_API void xm_reg_close(xm_reg *reg);

XM_API int xm_reg_list(xm_reg *reg, xm_reg_entries **ret_entries, xm_error **err);
XM_API void xm_reg_entries_free(xm_reg_entries *entries);
XM_AUTO_DEFINE(xm_reg_entries)

/* Takes the guest's lock: XM_BUSY "NAME-OR-UUID is being changed by another command (pid N)" when
 * it is held and wait is false. Close *ret_fd to let go. The entry need not exist yet. */
XM_API int xm_reg_lock(xm_reg *reg, const char *uuid, bool wait, int *ret_fd, xm_error **err);

/* Lets go of a guest's lock, and removes its file where there is no entry for it to guard. Closing
 * fd is enough where the entry is there. */
XM_API void xm_reg_unlock(xm_reg *reg, const char *uuid, int fd);

/* A sign of life: whoever holds a guest's lock for long, and gets on with it, gives one now and then. The
 * latest one's time, 0 if there is no lock; only good for being compared with an earlier one. */
XM_API void xm_reg_beat(int fd);
XM_API int64_t xm_reg_last_beat(const xm_reg *reg, const char *uuid);

/* Adds a guest: doc has "name" and "uuid" as strings. XM_EXISTS "VM name 'N' already exists" if
 * another entry has the name, or if the uuid is there. The caller holds the guest's lock. */
XM_API int xm_reg_add(xm_reg *reg, const xm_doc *doc, const struct xm_reg_state *state, xm_error **err);

/* Replaces an entry's document; its name may change if the new one is free. Lock held. */
XM_API int xm_reg_save_doc(xm_reg *reg, const char *uuid, const xm_doc *doc, xm_error **err);
XM_API int xm_reg_load_doc(xm_reg *reg, const char *uuid, xm_doc **ret_doc, xm_error **err);

/* Lock held for save. */
XM_API int xm_reg_save_state(xm_reg *reg, const char *uuid, const struct xm_reg_state *state, xm_error **err);
XM_API int xm_reg_load_state(xm_reg *reg, const char *uuid, struct xm_reg_state *ret_state, xm_error **err);

/* The record of a change to a running guest, made before the change and dropped when the document has
 * it: any text. Found without the guest's lock being held, it tells of an interrupted command. Lock held. */
XM_API int xm_reg_save_change(xm_reg *reg, const char *uuid, const char *text, xm_error **err);
XM_API int xm_reg_load_change(xm_reg *reg, const char *uuid, char **ret_text, xm_error **err);
XM_API int xm_reg_drop_change(xm_reg *reg, const char *uuid, xm_error **err);
XM_API bool xm_reg_has_change(const xm_reg *reg, const char *uuid);

/* Removes an entry with everything in it, atomically as seen by a reader, damaged or not. Lock held. */
XM_API int xm_reg_remove(xm_reg *reg, const char *uuid, xm_error **err);

/* True if there is an entry, damaged or not. */
XM_API bool xm_reg_has(const xm_reg *reg, const char *uuid);

/* The uuid of the entry with that name. XM_NOT_FOUND. Damaged entries have no name. */
XM_API int xm_reg_find(xm_reg *reg, const char *name, char ret_uuid[37], xm_error **err);

/* Removes what interrupted writes left in an entry: all but document, state, memory and change. Lock held. */
XM_API int xm_reg_tidy(xm_reg *reg, const char *uuid, xm_error **err);

/* BASE/domains/UUID/memory, owned by the caller. */
XM_API char *xm_reg_memory_path(const xm_reg *reg, const char *uuid);

/* BASE/locks, owned by the caller: the file there that is named for a guest is closed after each change of it. */
XM_API char *xm_reg_locks_path(const xm_reg *reg);

#endif
