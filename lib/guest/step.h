/* A step in progress: one guest, held by its lock, with its state as it is on disk. Within this
 * folder only.
 *
 * A domain is always made paused and let go at the very end. So a half-made one has never run
 * and may be ended by whoever finds it, and one that has run is on record as whole. */
#ifndef XM_GUEST_STEP_H
#define XM_GUEST_STEP_H

#include "guest/guest.h"

struct xm_step {
    const struct xm_guests *guests;
    char uuid[37];
    int lock;
    bool there;                 /* it has an entry, and state is what that says */
    bool remains;               /* a domain that could not be ended: only by the entry as it stands is it found again */
    struct xm_reg_state state;
};
#define XM_STEP_INIT { .lock = -1 }
#define xm_autostep __attribute__((cleanup(xm_step_close))) struct xm_step

enum xm_patience {
    XM_NOW,                     /* XM_BUSY at once */
    XM_SOON,                    /* after some seconds: the supervisor may just be at work on it */
    XM_EVER,
};

/* Takes the lock and reads the state. A guest without an entry is fine. */
int xm_step_open(const struct xm_guests *guests, const char *uuid, enum xm_patience patience,
                 struct xm_step *ret_step, xm_error **err);
void xm_step_close(struct xm_step *step);

/* Writes down phase and domid, and whatever else the caller changed in state. */
int xm_step_save(struct xm_step *step, enum xm_phase phase, uint32_t domid, xm_error **err);

/* The guest's document, and from it its name. */
int xm_step_load_doc(struct xm_step *step, xm_doc **ret_doc, xm_error **err);
char *xm_step_name(struct xm_step *step);       /* the uuid if there is no readable document */

/* The live domain that the state means: right domid, right uuid. *ret_domains NULL if it is gone. */
int xm_step_domain(struct xm_step *step, unsigned want, xm_domains **ret_domains, xm_error **err);

/* Keeps a domain's figures in the state, for listings of later. */
void xm_step_keep_figures(struct xm_step *step, const struct xm_domain *domain);

/* Notes, to be saved, that the guest's domain is to stay under another name and uuid; and sees to it.
 * Done again after an interruption it goes on from where it was; where nothing is noted it does
 * nothing. One that cannot be kept is destroyed. */
void xm_step_mark_kept(struct xm_step *step, uint32_t domid);
int xm_step_keep(struct xm_step *step, const xm_doc *doc, xm_error **err);

/* Without a domain: a managed guest is written down as halted, an unmanaged one is forgotten. */
int xm_step_halt(struct xm_step *step, xm_error **err);

/* Settles what an interrupted move left of the guest, entry or not; step->there and state are what is true
 * then. XM_STATE if it is in doubt, which only those who have asked may end. */
int xm_step_settle_move(struct xm_step *step, xm_error **err);
bool xm_step_in_doubt(struct xm_step *step);

/* Settles what an interrupted step left, a move's first. With rebuild, an interrupted restart is done again, once. */
int xm_step_settle(struct xm_step *step, bool rebuild, xm_error **err);

/* What a domain is made of. */
struct xm_source {
    const xm_doc *doc;          /* a document, or, if fd is set, what replaces config_json (or NULL) */
    int fd;                     /* -1, or a memory stream */
    const char *config_json;    /* saved with the stream */
    const char *name;           /* with config_json: what it is called */
    const xm_doc *adopt;        /* becomes the entry's document once the domain is built; or NULL */
};

/* Makes the domain of an entry in phase BUILDING or RESUMING and lets it run unless how says
 * paused. After a failure there is no domain, and the phase is as it was. */
int xm_step_raise(struct xm_step *step, const struct xm_guest_how *how, const struct xm_source *source,
                  uint32_t *ret_domid, xm_error **err);

/* Raises a restarting guest out of doc; after a failure it is halted. */
int xm_step_rebuild(struct xm_step *step, const xm_doc *doc, xm_error **err);

/* Raises a guest that is not live, with all that goes before and after: refused if name or
 * uuid is live; without an entry it gets one, of doc; after a failure everything is as it was. */
int xm_step_build(struct xm_step *step, const struct xm_source *source, const xm_doc *doc,
                  const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err);

/* XM_EXISTS if a live domain has that name or uuid. */
int xm_guest_check_free(const struct xm_guests *guests, const char *name, const char *uuid, xm_error **err);

/* Gives doc its "name" and "uuid" as plain strings, and checks all of it by the way. */
int xm_guest_identify(const struct xm_guests *guests, xm_doc *doc, xm_error **err);

/* The name of a document, if another guest's entry has it but is only left over: settles that one. */
void xm_guest_settle_holder(const struct xm_guests *guests, const char *name, const char *uuid);

/* The key of a document under which libxl's JSON stands when that is all that is known of a guest
 * (one restored from a file that xm did not write). */
#define XM_GUEST_JSON_KEY "libxl"

/* Who a configuration of libxl's is, as libxl itself will read it; *ret_name is borrowed from root. False if it
 * does not say, or says two things. */
bool xm_guest_json_identity(const xm_json *root, const char **ret_name, char ret_uuid[37]);

/* A minimal document of libxl's JSON: name, uuid, policies, and the JSON itself. */
int xm_guest_doc_from_json(const char *json, const char *file, xm_doc **ret_doc, xm_error **err);

/* json with another name and uuid in it. */
int xm_guest_json_as(const char *json, const char *name, const char *uuid, char **ret_json, xm_error **err);

/* Writes a live domain's save file, its configuration in it: beside, fsynced, renamed; the domain is left
 * suspended. After a failure it runs on, and path is as it was. */
int xm_guest_write_memory(const struct xm_guests *guests, const struct xm_domain *domain, const char *path,
                          const char *config_json, const struct xm_saving *how, xm_error **err);

#endif
