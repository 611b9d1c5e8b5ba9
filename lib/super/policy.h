/* What becomes of a guest that has ended: a pure function of what it was given, of how it ended and of
 * what holds on this host. It reads and writes nothing, not even a clock. */
#ifndef XM_SUPER_POLICY_H
#define XM_SUPER_POLICY_H

#include "doc/doc.h"
#include "guest/guest.h"

struct xm_end {
    int reason;                 /* enum xm_shutdown_reason */
    double elapsed;             /* seconds since its domain was built; negative: the clock was set back */
    unsigned min_restart_seconds;       /* as in xm_conf; 0: no brake */
    bool enable_dump;           /* likewise */
};

struct xm_verdict {
    unsigned action;            /* enum xm_action, XM_ACTION_DUMP added where a core is to be written */
    const char *word;           /* the action as configured, in its plain spelling: "rename-restart" */
    bool too_fast;              /* that would build it again, but it was built too shortly before: it is destroyed */
};

/* By on_poweroff, on_reboot, on_crash, on_watchdog and on_soft_reset of doc, then by xm's older
 * restart=, then by its dialect's defaults. A word that is no action counts as absent.
 *
 * A guest that suspends is left alone, and one that ends for an unknown reason is destroyed. Guests of
 * xm's are not built again within min_restart_seconds; those of xl's go on as xl has it, at any speed.
 * As with xm, its coredump- actions dump guests that did not end by their own will, and those of xl's
 * whatever ended; enable_dump dumps each that crashes. */
struct xm_verdict xm_policy(const xm_doc *doc, const struct xm_end *end);

/* "poweroff", "crash", ...; "unknown" */
const char *xm_policy_reason(int reason);

/* The words by which a worker is told what to do: "coredump-restart". NULL, false: there is none. */
const char *xm_policy_action_word(unsigned action);
bool xm_policy_find_action(const char *word, unsigned *ret_action);

#endif
