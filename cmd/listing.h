/* What the listings of guests share: which guests, in which order, and what is known of them
 * while they are not live. */
#ifndef XM_CMD_LISTING_H
#define XM_CMD_LISTING_H

#include "cmd.h"

/* The guests that a command shows. Embedded: SELECTION_INIT, or filled by selection_load(). */
struct selection {
    xm_guest_list *list;        /* what items borrows from */
    const struct xm_guest **items;
    size_t count;
    bool all;                   /* nothing was named */
};

enum {
    SELECT_HALTED = 1,          /* xl: also what is not live (xm always shows it) */
    SELECT_QUIET = 2,           /* nothing on stderr about damaged entries */
};

/* Without words all guests, by name (xm) or domid (xl); else those meant by the words, in their
 * order, and when one is unknown none. Entries that cannot be read are told on stderr. */
int selection_load(struct xm_env *env, char **words, size_t count, unsigned want, unsigned flags,
                   struct selection *ret, xm_error **err);
void selection_clear(struct selection *selection);
#define SELECTION_INIT { NULL, NULL, 0, false }
#define auto_selection __attribute__((cleanup(selection_clear))) struct selection

static inline bool is_live(const struct xm_guest *guest)
{
    return guest->domid != XM_DOMID_NONE;
}

/* The name in a row; "(null)" for a domain without one, as both toolstacks print it. */
const char *shown_name(const struct xm_guest *guest);
/* The domid as a word, "" for a guest that is not live. Returns room. */
const char *shown_domid(const struct xm_guest *guest, char room[16]);

/* The configuration of a guest as libxl's JSON: of a live one what it has by now, of another what
 * it will be started with. NULL with an error if it cannot be told. */
xm_json *guest_config(struct xm_env *env, const struct xm_guest *guest, xm_error **err);

/* A guest whose entry cannot be read is set aside, and the others go on being listed; that it is there
 * must be said, or it would seem to be gone. On stderr. */
void tell_damage(const xm_guest_list *list);
/* Of guests that may run elsewhere by now; on stderr, as is the above. */
void tell_doubts(const xm_moves *doubts);

/* What a guest has or will have: as the hypervisor says, else as configured, else as last seen. */
struct figures {
    uint64_t mem_kib;           /* live: what it is to hold (xm) or holds (xl) */
    unsigned vcpus;
    double cpu_seconds;
};
void guest_figures(struct xm_env *env, const struct xm_guest *guest, struct figures *ret);

/* Stock xl ends with 0 whatever became of a domain given by number, and scripts that act "if it
 * is still there" live on that: tells the failure on stderr and drops it. Returns 0 then, else -1. */
int forgive_number(struct xm_env *env, const char *word, xm_error **err);

/* Is word a domid to xl: digits, and nothing else? */
bool is_number(const char *word);

/* The keys by which every --json names a guest: name, uuid, domid (null: not live). */
xm_json *json_guest(const struct xm_guest *guest);

/* Sets of cpus as "0-3,^2,node:1,all", for this host. XM_INVALID names the item. */
int parse_cpus(struct xm_env *env, const char *text, struct xm_cpuset *ret_set, xm_error **err);
/* The cpus of the host, counted from 0: the highest number and one. */
int host_cpus(struct xm_env *env, unsigned *ret_cpus, xm_error **err);
bool cpuset_has(const struct xm_cpuset *set, unsigned cpu);

/* list-long.c: `list --long` in xm's form, in xl's, and `list --json`. */
int print_long_sxp(struct xm_env *env, const struct selection *selection, xm_error **err);
int print_long_json(struct xm_env *env, const struct selection *selection, xm_error **err);
void print_list_json(struct xm_env *env, const struct selection *selection);

/* vcpu-list.c: the table of vcpus of all guests, or of those named. */
int print_vcpus(struct xm_env *env, char **words, size_t count, xm_error **err);

#endif
