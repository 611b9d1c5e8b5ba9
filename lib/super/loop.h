/* The supervisor's inside: one loop, its clients, its jobs. Within this folder only.
 *
 * Nothing here is kept that cannot be found again in the registry and on the host. The loop never
 * waits for anything but events; what may take long or go wrong is a job, carried out by a worker. */
#ifndef XM_SUPER_LOOP_H
#define XM_SUPER_LOOP_H

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "convert/json.h"
#include "guest/guest.h"
#include "super/log.h"
#include "super/super.h"

#define SUPER_CLIENTS_MAX 256
#define SUPER_WORKERS_MAX 4
#define SUPER_DUMPERS_MAX 2     /* beside those: they write cores first */
#define SUPER_MEND (-1)         /* as a job's action: xm_guest_mend() instead of xm_guest_end() */
#define SUPER_EJECT (-2)        /* likewise: xm_guest_eject(), its reason being the drive */
#define SUPER_MODEL (-3)        /* likewise: xm_guest_model_lost() */

/* One of ours that has a domain. */
struct tracked {
    char uuid[37];
    uint32_t domid;
    int64_t patience;           /* until when it may take to go, having been asked to; 0: it was not */
};

struct peer {
    int fd;
    struct xm_buf in, out;
    char (*works)[37];          /* what it has begun and not ended */
    size_t work_count, work_cap;
    int64_t deadline;           /* when a line that it has begun to send, or not read, must be through; 0: none */
    bool listens;
    uint64_t next;              /* the event that it is to be told next */
    char about[37];             /* the one guest that it listens for, or "" */
    bool gone;
};

struct job {
    char uuid[37];
    int action;                 /* enum xm_action, with XM_ACTION_DUMP or without, or SUPER_MEND, _EJECT, _MODEL */
    int reason;
    unsigned tries, failures;   /* tries: how often it was put off */
    int64_t not_before;
    pid_t pid;                  /* 0: waiting */
    int pidfd;
    int64_t limit;              /* when the worker is told to stop, then made to */
    int64_t beat;               /* the guest's last sign of life of its worker, as seen at its start or limit */
    bool told, done;
    bool adopted;               /* its worker is no child of ours: how it ended is not known, only that */
};

/* The latest events, each a line of JSON. */
#define SUPER_RING 256
struct super_slot { char *line; char uuid[37]; };
struct super_ring {
    struct super_slot slots[SUPER_RING];    /* number seq stands at seq % SUPER_RING */
    uint64_t seq;               /* of the latest; the first is 1 */
    char run[48];               /* whose numbers these are */
};

/* What listeners have been told of so far; notice.c. Grows with the guests there are, not with
 * what they do. */
struct super_book {
    struct seen_domain *domains;
    size_t domain_count, domain_cap;
    struct seen_entry *entries;
    size_t entry_count, entry_cap;
};

struct super {
    const struct xm_super_config *config;
    struct super_log log;
    xm_host *host;
    xm_reg *reg;
    struct xm_guests guests;
    sigset_t mask;              /* as it was before the loop, and is while it waits */
    struct rlimit files;        /* likewise: workers, and what they start, get it back */
    int lock, events, listener, watch, locks;
    uint64_t socket_dev, socket_ino;
    struct peer *peers;
    size_t peer_count, peer_cap;
    struct job *jobs;
    size_t job_count, job_cap;
    struct tracked *tracked;
    size_t tracked_count, tracked_cap;
    char (*moves)[37];          /* those that were found cut off, and dealt with or told */
    size_t move_count, move_cap;
    struct super_ring ring;
    struct super_book book;
    int heir;                   /* the connection over which another supervisor asks for all; -1: none */
    bool took_over, handed_over;
    xm_json *handed;            /* what another one wrote down for us, until the guests are known; or NULL */
    int64_t accept_after;       /* descriptors were out: no new clients until then */
    int64_t idle_since;         /* 0: not idle */
};

/* Milliseconds of a clock that nobody sets. */
int64_t super_now(void);

/* --- tracked.c --- */

/* Learns from the registry how a guest stands. */
void super_take_in(struct super *super, const char *uuid);
void super_untrack(struct super *super, const char *uuid);
const struct tracked *super_find_domid(const struct super *super, uint32_t domid);

/* Learns how all stand, and queues the mending of those that were left behind. */
int super_adopt(struct super *super, xm_error **err);

/* A host event. */
void super_handle(struct super *super, const struct xm_event *event);

/* --- patience.c --- */

/* A guest was asked to shut down or reboot; one that takes too long for that is told of. */
void super_asked(struct super *super, const char *uuid, uint32_t domid);
void super_lose_patience(struct super *super);
int64_t super_patience_due(const struct super *super);
/* Those, to be handed over; and taken, when all guests are known. NULL: nothing was said. */
xm_json *super_asked_to_json(const struct super *super);
void super_asked_from_json(struct super *super, const xm_json *json);

/* --- emit.c --- */

/* What happens to a guest. Only kind must be there; texts are cut at 255 bytes. */
struct super_event {
    const char *kind;           /* one of those in super.h */
    const char *uuid, *name;
    uint32_t domid;             /* XM_DOMID_NONE: none */
    const char *reason;         /* a word */
    const char *detail;         /* a sentence */
};

/* Tells all who listen, and keeps it for those who come back. Never waits, never fails. */
void super_emit(struct super *super, const struct super_event *event);
bool super_is_kind(const char *word);

void super_ring_init(struct super_ring *ring);
void super_ring_clear(struct super_ring *ring);
xm_json *super_ring_to_json(const struct super_ring *ring);
void super_ring_from_json(struct super_ring *ring, const xm_json *json);     /* NULL: stays as it is */

/* From now on, or from after a number of the same run on. */
void super_listen(const struct super *super, struct peer *peer, const char *run, int64_t after);
bool super_has_news(const struct super *super, const struct peer *peer);
/* Puts into peer->out what fits. */
void super_feed(const struct super *super, struct peer *peer);

/* --- notice.c --- */

/* How all stand at the beginning: nothing of that is news. */
void super_learn(struct super *super, const struct xm_reg_entries *entries, const struct xm_domains *domains);
void super_book_clear(struct super_book *book);
xm_json *super_book_to_json(const struct super_book *book);
void super_book_from_json(struct super_book *book, const xm_json *json);

/* Tells what a host event says; false: it is known already. */
bool super_notice_event(struct super *super, const struct xm_event *event);
/* Tells what differs in a guest's entry, or in all, from what was told last. */
void super_notice(struct super *super, const char *uuid);
void super_notice_all(struct super *super);
void super_notice_failure(struct super *super, const char *uuid, const char *detail);

/* --- moves.c --- */

/* A move to or from here, of one guest or of all, that nobody is at work on: mended, or told that only the
 * other side knows. */
void super_notice_move(struct super *super, const char *uuid);
void super_notice_moves(struct super *super);
void super_wake_move(struct super *super, const char *uuid);    /* it has suspended itself */

/* --- notice.c --- */

int super_watch_locks(struct super *super, xm_error **err);
void super_notice_locks(struct super *super);

/* --- jobs.c --- */

/* An action by its word, and the other way round. */
const char *super_action_word(int action);
bool super_find_action(const char *word, int *ret_action);

/* One waiting job a guest: an end supersedes a mending. An ejection is another matter, done before the end
 * that it comes before: who ejects a CD and reboots is not to find it again. So is the loss of a device
 * model: that makes an end. */
void super_queue(struct super *super, const char *uuid, int action, int reason);
/* Waiting, or at work. */
bool super_has_job(const struct super *super, const char *uuid, int action, int reason);

/* Starts what can be started; reaps, stops and forgets what is through. */
void super_run_jobs(struct super *super);

/* When super_run_jobs() wants to be called again at the latest; INT64_MAX: no need. */
int64_t super_jobs_due(const struct super *super);

/* --- peers.c --- */

void super_accept(struct super *super);
void super_serve(struct super *super, struct peer *peer, short revents);
void super_drop_gone(struct super *super);
/* When a line of now must be through. */
int64_t super_line_deadline(const struct super *super);
bool super_is_worked_on(const struct super *super, const char *uuid);

#endif
