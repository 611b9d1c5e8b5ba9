/* The supervisor: one process that looks after all guests that xm made, and the way in which
 * commands speak with it.
 *
 * It listens to the host's events and, when a guest of the registry ends, does what its
 * configuration says (policy.h). Each action is carried out by a worker process, so that a build
 * that hangs or crashes cannot take the supervisor down. It keeps nothing that is not in the
 * registry or on the host: killed at any moment, the next one finds everything again. It leaves
 * by itself when its socket is taken away or replaced, and, unless told to stay, after a minute without a
 * guest of ours that runs, without work and without clients: the next command that needs one starts another.
 *
 * Control protocol: a Unix stream socket RUN_DIR/supervisor.sock, mode 0600, root's alone. A
 * client sends one JSON object a line, at most 64 KiB, and gets one a line: {"ok":true,...} or
 * {"ok":false,"error":TEXT}. {"op":"begin","uuid":U}: this connection works on U; should it
 * close before {"op":"end","uuid":U}, the supervisor mends U. {"op":"end"} is answered when the
 * supervisor knows the guest as it now is. {"op":"status"}: pid, version, guests.
 *
 * {"op":"subscribe"}, with "uuid":U for one guest's alone: answered with "run":R,"seq":N, and then
 * each event is sent as it happens, one object a line:
 *     {"event":KIND,"seq":N,"time":SECONDS,"name":NAME,"uuid":U,"domid":N,"reason":WORD,"detail":TEXT}
 * where what is unknown or does not apply is left out. Numbers go up by one with each event of the
 * host; a run is one count of them. With "run":R,"after":N what came after number N of that run is
 * sent first, as far as it is still kept (the latest 256). What has been lost before the next event,
 * because the subscriber was slow or away, is said by {"event":"gap","lost":N}. One that takes nothing
 * for ten seconds is cut off. The kinds:
 *     created gone            a domain has come, is no more; whoever makes domains
 *     shutdown crashed        it has ended by itself, and why: poweroff reboot crash watchdog soft_reset
 *     restarting preserved    what the supervisor does about that
 *     running paused          a guest of ours runs; is held
 *     halted suspended resumed    a remembered guest does not run; its memory is in a file; is back
 *     new deleted renamed     a guest is remembered; forgotten, for good; has another name (detail: the old one)
 *     device dumped           a device has come, changed, gone; a core was written
 *     migrating migrated      it has set out for another host, and been received there (detail: "to HOST", on the
 *                             host that it comes to "from HOST")
 *     failed                  something that had to be done for it could not be: a move that was given up is one, or that
 *                             was cut off at its end, and what to do then is in the detail
 * {"op":"asked","uuid":U,"domid":N}: the sender has asked it to go, which it need not do.
 * {"op":"tell","event":KIND,"uuid":U,...}: the sender has done this, and listeners are to know.
 * {"op":"replace"}: another supervisor takes over (handover.c); with the answer come descriptors, and
 * then this one ends. Listeners that come back to the next one have missed nothing. */
#ifndef XM_SUPER_SUPER_H
#define XM_SUPER_SUPER_H

#include <stdbool.h>
#include <stdint.h>

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

/* From now on this connection listens for what happens to uuid, NULL: to all guests, and for nothing
 * else. */
XM_API int xm_super_subscribe(xm_super *super, const char *uuid, xm_error **err);

/* The next event as a line of JSON, waited for until timeout_ms have passed (-1: for ever): 1 with
 * *ret_line, owned by the caller; 0 when there is none. Should the supervisor go away, the next one is
 * found or started, and what is lost in between told as {"event":"gap"}. */
XM_API int xm_super_next(xm_super *super, int timeout_ms, char **ret_line, xm_error **err);

/* Says that a guest of ours was asked to go, so that the log tells of one that does not. As below. */
XM_API void xm_super_asked(const xm_conf *conf, const char *uuid, uint32_t domid);

/* Tells those who listen, if there is a supervisor and so anybody can. Never fails, never waits for
 * long. name and detail may be NULL, domid XM_DOMID_NONE. */
XM_API void xm_super_tell(const xm_conf *conf, const char *kind, const char *uuid, const char *name, uint32_t domid,
                          const char *detail);

/* --- the supervisor itself --- */

/* Its log: how many old ones are kept beside conf->log_file, as .1 and so on; its name in the journal. */
#define XM_LOG_OLD 5
#define XM_LOG_NAME "xm"

struct xm_super_config {
    const xm_conf *conf;
    const struct xm_log *log;
    char *const *worker;        /* argv of a worker, to which "UUID REASON ACTION" words are added; run with execv */
    const volatile int *stop;
    bool stay;                  /* never leaves for want of work */
    bool replace;               /* takes over from a supervisor that has this host */
    /* 0 each: a worker has 300 s, and 15 s more once told to stop; idle after 60 s; a client that has begun
     * a line, or has one to take, has 10 s. */
    unsigned worker_ms, grace_ms, idle_ms, line_ms;
    unsigned patience_ms;       /* 0: 300 s for a guest that was asked to go, before that is told */
};

/* Runs until *stop, or another one takes over. XM_BUSY at once if another supervisor has this host. */
XM_API int xm_super_run(const struct xm_super_config *config, xm_error **err);

/* What a worker does with its words. */
XM_API int xm_super_work(const xm_conf *conf, const struct xm_log *log, char *const *words, xm_error **err);

#endif
