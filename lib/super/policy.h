/* What a guest's configuration says about its end. A pure function of the document and the
 * reason: it reads and writes nothing. */
#ifndef XM_SUPER_POLICY_H
#define XM_SUPER_POLICY_H

#include "doc/doc.h"
#include "guest/guest.h"

struct xm_verdict {
    enum xm_action action;
    const char *word;           /* the action as configured, in its plain spelling: "rename-restart" */
    const char *lacks;          /* NULL, or in what the action falls short of that word */
};

/* on_poweroff, on_reboot, on_crash, on_watchdog and on_soft_reset of doc, with its dialect's
 * defaults; a word that is no action counts as absent. reason is an enum xm_shutdown_reason; a
 * guest that suspends is left alone, and one that ends for an unknown reason is destroyed. */
struct xm_verdict xm_policy(const xm_doc *doc, int reason);

/* "poweroff", "crash", ...; "unknown" */
const char *xm_policy_reason(int reason);

#endif
