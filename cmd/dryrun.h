/* migrate --dryrun: would it work? Asked of both hosts, and nothing changed on either. */
#ifndef XM_CMD_DRYRUN_H
#define XM_CMD_DRYRUN_H

#include "way.h"

/* word: a guest, or, if none is called so, the configuration of one in a file. Prints what was found, for
 * people or as JSON. 0 only if it would work: nothing failed, and nothing stayed unknown. */
int dryrun_run(struct xm_env *env, const char *word, const char *command, const char *host, bool live, bool json,
               xm_error **err);

#endif
