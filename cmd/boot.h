/* Many guests up or down at once, for autostart and autostop: the plan, the work by processes of our
 * own, what is told of it. Who may go when is for the two commands; that nobody is forgotten and
 * nobody waits for a failure is for here. */
#ifndef XM_CMD_BOOT_H
#define XM_CMD_BOOT_H

#include "cmd.h"
#include "crew.h"

/* Options of both. */
struct boot_args {
    const char *jobs_word, *seconds_word;
    unsigned jobs, seconds;
    bool dry_run, json, quiet;
};
#define BOOT_OPTS(type, usual_jobs, timeout_text)                                                           \
    XM_STR('j', "jobs", type, boot.jobs_word, "N", "at most so many at a time (" usual_jobs ")"),           \
    XM_STR('t', "timeout", type, boot.seconds_word, "SECONDS", timeout_text),                               \
    XM_FLAG('n', "dry-run", type, boot.dry_run, "print the plan, and do nothing"),                          \
    XM_FLAG(0, "json", type, boot.json, "print what was done as JSON, at the end"),                         \
    XM_FLAG('q', "quiet", type, boot.quiet, "tell failures and the sum alone")

enum boot_state {
    BOOT_WAITING,
    BOOT_AT_WORK,
    BOOT_DONE,
    BOOT_FAILED,
    BOOT_LEFT,                  /* nothing was to be done */
};

struct boot_item {
    char *name;                 /* never NULL */
    char uuid[37];              /* "" if it has none yet */
    char *file;                 /* of auto_dir; NULL: it is remembered, or only runs */
    xm_doc *doc;                /* NULL: not known */
    struct xm_schedule says;
    const char *action;         /* the command that is run for it */
    enum boot_state state;
    char *outcome;              /* what was done, or why it was not; set with each end */
    struct crew_job job;
    int64_t began, ended;       /* ms; 0: not yet */
    int64_t disk_until, memory_until;   /* how long it waits for these; 0: not yet asked */
    uint64_t need_kib;          /* of memory; held for it while it is at work */
};

struct boot {
    struct xm_env *env;
    struct boot_item **items;
    size_t count, cap;
    struct xm_turn *turns;      /* parallel to items, but sorted */
    unsigned jobs;              /* at a time */
    bool json, quiet;
    bool progress;              /* a line of it stands on the terminal */

    /* May turn go now? When not, *ret_again is brought down to when it is worth another look, and *ret_hold
     * set if none of those behind may overtake it. May end the item instead. */
    bool (*ready)(struct boot *boot, struct xm_turn *turn, int64_t *ret_again, bool *ret_hold);
    /* The words of the command for item, at most 8, and its limit in seconds. */
    unsigned (*words)(struct boot *boot, struct boot_item *item, const char **words);
    /* Its process has ended; takes text. Calls boot_end(), or leaves it waiting for a second turn. */
    void (*ended)(struct boot *boot, struct boot_item *item, bool ok, char *text);
    void *args;
};

struct boot_item *boot_add(struct boot *boot, const char *name, const char *uuid);
struct boot_item *boot_find(struct boot *boot, const char *name, const char *uuid);     /* by either; NULL */
void boot_clear(struct boot *boot);

/* The words of args as numbers; what is not said is as usual. */
int boot_read_args(struct boot *boot, struct boot_args *args, unsigned jobs, unsigned seconds, xm_error **err);
int boot_number(struct xm_env *env, const char *option, const char *word, unsigned min, unsigned otherwise, unsigned *ret,
                xm_error **err);

/* An item's end: told at once. Takes outcome. */
void boot_end(struct boot *boot, struct boot_item *item, enum boot_state state, char *outcome);
/* The same for a failure; takes why. */
void boot_fail(struct boot *boot, struct boot_item *item, xm_error *why);

/* Fills in doc and says out of the guest's entry; a failure ends the item. */
void boot_read_entry(struct boot *boot, struct boot_item *item);

/* A file of auto_dir that is a configuration. */
struct boot_file { char *path; xm_doc *doc; xm_error *why; };
const char *boot_file_name(const struct boot_file *file);       /* the guest's */

/* Has choose add items out of all guests and the files of auto_dir by name, forgets those for which nothing
 * is to be done, orders the rest, and tells of circles. */
int boot_plan(struct boot *boot, void (*choose)(struct boot *, const xm_guest_list *, struct boot_file *, size_t), xm_error **err);
/* Turns that order round, needs and all. */
void boot_reverse(struct boot *boot);

/* Prints the plan, if that is all that is wanted; or works until all items have ended, and tells the
 * sum. done is "started", for the failure. */
int boot_carry_out(struct boot *boot, const struct boot_args *args, const char *done, xm_error **err);

#endif
