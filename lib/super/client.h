/* A connection to the supervisor, from the command's side. Within this folder only. */
#ifndef XM_SUPER_CLIENT_H
#define XM_SUPER_CLIENT_H

#include "base/buf.h"
#include "convert/json.h"
#include "super/super.h"

/* How many supervisors may go away before one is taken for failing at the question. */
#define SUPER_TRIES 20

struct xm_super {
    const xm_conf *conf;
    char **argv;
    int fd;
    struct xm_buf in;
    char *uuid;                 /* what it listens for, or NULL: everything */
    char *run;                  /* whose events it has heard; NULL: it does not listen */
    int64_t seq;                /* the latest of them */
};

/* Connects, starting a supervisor if there is none. */
int super_reach(xm_super *super, xm_error **err);
void super_hang_up(xm_super *super);

/* Takes the next whole line out of what has been read: NULL if there is none. */
char *super_next_line(xm_super *super);

/* Sends request (borrowed) and waits for its answer, which is refused or parsed. Fails with XM_IO if
 * the supervisor goes away. */
int super_call_once(xm_super *super, const xm_json *request, xm_json **ret_answer, xm_error **err);

#endif
