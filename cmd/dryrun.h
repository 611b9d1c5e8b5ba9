/* migrate --dryrun: what an inquiry finds, printed. */
#ifndef XM_CMD_DRYRUN_H
#define XM_CMD_DRYRUN_H

#include "inquiry.h"

struct dryrun_how {
    const struct way_args *way;
    const char *config;         /* -C: what a guest is to have there; NULL: its own */
    uint64_t rate;              /* bytes a second that it may be sent at; 0: any */
    bool live, json;
    const struct opt_list *force;
};

/* word: a guest, or, if none is called so, the configuration of one in a file. Prints what was found, for
 * people or as JSON. 0 only if it would work: nothing failed, and nothing stayed unknown, but for what is forced. */
int dryrun_run(struct xm_env *env, const char *word, const char *host, const struct dryrun_how *how, xm_error **err);

#endif
