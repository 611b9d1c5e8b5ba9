/* The supervisor: one process that looks after all guests that xm made, and the way in which
 * commands speak with it.
 *
 * It listens to the host's events and, when a guest of the registry ends, does what its
 * configuration says (policy.h). Each action is carried out by a worker process, so that a build
 * that hangs or crashes cannot take the supervisor down. It keeps nothing that is not in the
 * registry or on the host: killed at any moment, the next one finds everything again. It leaves
 * by itself when its socket is taken away or replaced, and after a minute without a guest of ours
 * that runs, without work and without clients: the next command that needs one starts another.
 *
 * Control protocol: a Unix stream socket RUN_DIR/supervisor.sock, mode 0600, root's alone. A
 * client sends one JSON object a line, at most 64 KiB, and gets one a line: {"ok":true,...} or
 * {"ok":false,"error":TEXT}. {"op":"begin","uuid":U}: this connection works on U; should it
 * close before {"op":"end","uuid":U}, the supervisor mends U. {"op":"end"} is answered when the
 * supervisor knows the guest as it now is. {"op":"status"}: pid, version, guests. */
#ifndef XM_SUPER_SUPER_H
#define XM_SUPER_SUPER_H

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "bind/conf.h"

/* --- the command's side --- */

typedef struct xm_super xm_super;

/* Connects, and starts a supervisor by running argv (detached, in its own session, its standard
 * descriptors on /dev/null) if none answers. Waits for it a bounded time. */
XM_API int xm_super_connect(const xm_conf *conf, char *const *argv, xm_super **ret_super, xm_error **err);
XM_API void xm_super_close(xm_super *super);
static inline void xm_super_free(xm_super *super) { xm_super_close(super); }
XM_AUTO_DEFINE(xm_super)

XM_API int xm_super_begin(xm_super *super, const char *uuid, xm_error **err);
XM_API int xm_super_end(xm_super *super, const char *uuid, xm_error **err);
XM_API int xm_super_status(xm_super *super, char **ret_json, xm_error **err);

/* --- the supervisor itself --- */

struct xm_super_config {
    const xm_conf *conf;
    const struct xm_log *log;
    char *const *worker;        /* argv of a worker, to which "UUID REASON ACTION" words are added; run with execv */
    const volatile int *stop;
};

/* Runs until *stop. XM_BUSY at once if another supervisor has this host. */
XM_API int xm_super_run(const struct xm_super_config *config, xm_error **err);

/* What a worker does with its words. */
XM_API int xm_super_work(const xm_conf *conf, const struct xm_log *log, char *const *words, xm_error **err);

#endif
