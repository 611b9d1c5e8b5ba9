/* What a guest says of its host coming up and going down, and the order that follows from that for
 * many. Pure functions of documents: nothing is asked of a host but by the two at the end.
 *
 *     on_xend_start     start: it comes up with the host
 *     on_xend_stop      shutdown, suspend, destroy: what becomes of it when the host goes down
 *     xm_start_order    0 to 9999, 100 unless said: lower ones come first, and go last
 *     xm_start_delay    seconds that higher ones, and those after it, wait once it has been started
 *     xm_start_after    names of guests that are up before it, and go down after it
 *
 * An order is a wish, "after" a need: a guest whose turn has come waits for those that it is after, and
 * others go first. Needs that form a circle cannot be met; the one that closes it is dropped. */
#ifndef XM_GUEST_SCHEDULE_H
#define XM_GUEST_SCHEDULE_H

#include "guest/guest.h"

#define XM_SCHEDULE_ORDER 100
#define XM_SCHEDULE_ORDER_MAX 9999
#define XM_SCHEDULE_DELAY_MAX 3600      /* seconds */
#define XM_SCHEDULE_AFTER_MAX 64

enum xm_host_stop { XM_STOP_IGNORE, XM_STOP_SHUTDOWN, XM_STOP_SUSPEND, XM_STOP_DESTROY };

struct xm_schedule {
    bool start;
    bool says_stop;             /* on_xend_stop is there */
    enum xm_host_stop stop;
    unsigned order, delay;
    char **after;               /* NULL-terminated; NULL: none */
};

/* XM_INVALID for a value that is none of its key's. */
XM_API int xm_schedule_read(const xm_doc *doc, struct xm_schedule *ret_schedule, xm_error **err);
XM_API void xm_schedule_clear(struct xm_schedule *schedule);

/* One of many, by the name that others call it. needs is filled in: which ones it is after, by their
 * index once sorted; names that nobody has are not among them. */
struct xm_turn {
    const char *name;
    unsigned order;
    char *const *after;         /* borrowed; NULL: none */
    void *item;                 /* the caller's */
    size_t *needs;
    size_t need_count;
};

/* Sorts by order, then by name, and fills in needs. circle, which may be NULL, is told of each circle:
 * "a after b after a". */
XM_API void xm_turns_sort(struct xm_turn *turns, size_t count, void (*circle)(void *arg, const char *text), void *arg);
XM_API void xm_turns_clear(struct xm_turn *turns, size_t count);        /* their needs */

/* What the guest of doc needs, and what there is for it: as xm_host_room(). */
XM_API int xm_guest_room(const struct xm_guests *guests, const xm_doc *doc, struct xm_room *ret_room, xm_error **err);

/* The first disk of doc's guest that is a path of domain 0 and not there: 1 with *ret_path, else 0. */
XM_API int xm_guest_missing_disk(const struct xm_guests *guests, const xm_doc *doc, char **ret_path, xm_error **err);

#endif
