/* Telling how far an operation on a guest's memory is: on a terminal, one line that is written over and wiped
 * at the end; for a program (--progress=json), a line of JSON on stdout at least twice a second.
 *
 *     struct progress progress;
 *     if (progress_begin(env, "saving", name, args->progress, &progress, err) < 0)
 *         return -1;
 *     how.watch = progress_watch(&progress);       then the operation
 *     progress_end(&progress);                     whether it went well or not, before anything is said */
#ifndef XM_CMD_PROGRESS_H
#define XM_CMD_PROGRESS_H

#include "cmd.h"

enum progress_how { PROGRESS_NONE, PROGRESS_LINE, PROGRESS_JSON };

struct progress {
    enum progress_how how;
    const char *doing, *name;   /* borrowed: "saving", the guest or file */
    struct xm_progress last;
    uint64_t before;            /* pages of earlier rounds */
    uint64_t rate_pages;        /* and of all, when rate was measured last */
    double rate;                /* bytes a second; 0: not known yet */
    int64_t began_ms, shown_ms, rate_ms;
};

/* A row for an option table, and the field that it fills. */
#define PROGRESS_OPT(type) \
    XM_STR(0, "progress", type, progress, "HOW", "tell how far it is: none, line (as on a terminal), json (lines on stdout)")

/* how is the option's value; NULL: a line where stderr is a terminal. */
int progress_begin(struct xm_env *env, const char *doing, const char *name, const char *how, struct progress *ret_progress,
                   xm_error **err);
struct xm_watch progress_watch(struct progress *progress);
void progress_end(const struct progress *progress);

#endif
