/* Would it work? An ask and what either host says to it (facts.h), compared: a pure function, one row of
 * a table for each check. A verdict names both sides' values, and what to do unless all is well. What a
 * side does not tell is unknown, never passed. */
#ifndef XM_MIGRATE_CHECK_H
#define XM_MIGRATE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "convert/json.h"

enum xm_verdict_kind { XM_VERDICT_PASS, XM_VERDICT_WARN, XM_VERDICT_FAIL, XM_VERDICT_UNKNOWN };
XM_API const char *xm_verdict_word(enum xm_verdict_kind kind);          /* "pass" ... */

struct xm_verdict {
    const char *check;          /* "disk-storage": for programs, and for those who force a move past it */
    enum xm_verdict_kind kind;
    char *item;                 /* which disk, vif or file; NULL: the guest as a whole */
    char *here, *there;         /* NULL: nothing to be said */
    char *advice;               /* NULL with a pass that needs no word */
};

typedef struct xm_verdicts {
    struct xm_verdict *items;   /* in the order of the table; of one check, in that of the items */
    size_t count;
} xm_verdicts;

/* All three have passed xm_ask_check() and xm_facts_check(); there may be NULL: it said nothing at all. */
XM_API xm_verdicts *xm_migrate_check(const xm_json *ask, const xm_json *here, const xm_json *there);
XM_API void xm_verdicts_free(xm_verdicts *verdicts);
XM_AUTO_DEFINE(xm_verdicts)

XM_API size_t xm_verdicts_count(const xm_verdicts *verdicts, enum xm_verdict_kind kind);

/* Is there a check of that name? The names in order, the last NULL. */
XM_API bool xm_check_exists(const char *name);
XM_API const char *xm_check_name(size_t index);

/* --- how long it will take --- */

struct xm_estimate {
    double seconds;             /* all in all */
    double downtime;            /* seconds in which it does not run */
    unsigned rounds;            /* over its memory, the first included */
    bool settles;               /* it writes to less than can be sent meanwhile */
};

/* rate: bytes a second that get through; dirty: pages a second that it writes to. */
XM_API void xm_migrate_estimate(uint64_t memory_kib, bool live, uint64_t dirty, uint64_t rate, struct xm_estimate *ret);

#endif
