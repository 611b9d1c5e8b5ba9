/* Our own program at work in processes beside us: one that hangs, crashes or takes all its time is
 * one job that failed, and nothing to the others or to us. What it prints is kept for the reason. */
#ifndef XM_CMD_CREW_H
#define XM_CMD_CREW_H

#include <stdint.h>
#include <sys/types.h>

#include "cmd.h"

struct crew_job {
    pid_t pid;                  /* 0: none */
    int pidfd, out;
    unsigned seconds;           /* its limit, for those who tell of it */
    int64_t limit;              /* when it is asked to stop, then made to */
    bool late;                  /* it has been asked */
};

/* Milliseconds of a clock that nobody sets. */
int64_t crew_now(void);

/* Runs xm with words (NULL-terminated, at most a dozen) on the same host. */
int crew_start(struct xm_env *env, const char *const *words, unsigned seconds, struct crew_job *ret_job, xm_error **err);

/* False while it runs. Then *ret_ok says how it ended and *ret_text, the caller's, what it printed
 * if it went well, else why it did not. */
bool crew_ended(struct crew_job *job, bool *ret_ok, char **ret_text);

/* Asks a job that is over its limit, or everyone that runs when now is INT64_MAX, to undo what it does;
 * who does not hear is killed, and what is left of its work is the supervisor's. */
void crew_keep_limit(struct crew_job *job, int64_t now);

#endif
