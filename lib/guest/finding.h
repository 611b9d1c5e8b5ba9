/* Findings: what is wrong with a configuration, each with its place, its kind as a word that
 * programs can go by, and a sentence that names the thing and, where there is one, the cure. */
#ifndef XM_GUEST_FINDING_H
#define XM_GUEST_FINDING_H

#include <stdbool.h>

#include "base/mem.h"
#include "doc/doc.h"

enum xm_severity { XM_FINDING_WARNING, XM_FINDING_ERROR };

struct xm_finding {
    enum xm_severity severity;
    const char *code;           /* "syntax", "disk-missing" ...: see xm(1) */
    char *file;
    struct xm_place place;      /* line 0: nowhere in particular */
    char *key;                  /* NULL: the file as a whole */
    int index;                  /* of the list's item; -1: the value itself */
    char *text;
};

typedef struct xm_findings {
    struct xm_finding *items;
    size_t count;
} xm_findings;

XM_API void xm_findings_free(xm_findings *findings);
XM_AUTO_DEFINE(xm_findings)

/* One about a value of doc, or, without key, about all of it. A key that doc does not have is named
 * without a place. */
XM_API void xm_findings_add(xm_findings *findings, const xm_doc *doc, enum xm_severity severity, const char *code,
                            const char *key, int index, const char *fmt, ...) XM_PRINTF(7, 8);

/* Those of an error's or a warning's text, whose lines are "FILE:LINE:COL: key[index]: text"; lines
 * that show the source are left out. doc may be NULL: no keys are known then. */
XM_API void xm_findings_read(xm_findings *findings, const char *file, const xm_doc *doc, enum xm_severity severity,
                             const char *code, const char *text);

/* "FILE:LINE:COL: [SEVERITY: ]key[index]: text", as far as these are known; severity NULL: without. The
 * caller's. */
XM_API char *xm_finding_format(const struct xm_finding *finding, const char *severity);

/* By place; those without one last. */
XM_API void xm_findings_sort(xm_findings *findings);

XM_API bool xm_findings_have(const xm_findings *findings, enum xm_severity severity);

#endif
