/* Errors are values.
 *
 * A function that can fail takes `xm_error **err` last and returns < 0 or NULL. Exactly then
 * *err is set, and the caller owns it. err may be NULL. The callee says what happened, the
 * caller adds what it was doing with xm_wrap(); printed, a chain reads from the outermost view
 * to the innermost cause, joined by ": ". Messages are lower case, without a full stop, and name
 * the thing. Only cmd/main.c prints a chain and turns its code into an exit status. */
#ifndef XM_BASE_ERROR_H
#define XM_BASE_ERROR_H

#include "base/api.h"

/* What a caller can do about it. errno and libxl's numbers become codes at the edge. */
enum xm_code {
    XM_INVALID = 1,     /* the request itself is wrong: mend it */
    XM_NOT_FOUND,       /* the named thing does not exist */
    XM_EXISTS,          /* the name, uuid or file is taken */
    XM_STATE,           /* not in the state that the request needs */
    XM_BUSY,            /* somebody else holds it: try again later */
    XM_DENIED,          /* permission */
    XM_UNSUPPORTED,     /* this host cannot do that */
    XM_TIMEOUT,
    XM_IO,              /* disk, file or connection */
    XM_HOST,            /* the hypervisor or its toolstack failed */
    XM_INTERRUPTED,     /* the caller asked to stop, and everything was undone */
};

typedef struct xm_error {
    enum xm_code code;
    char *msg;
    struct xm_error *cause;     /* what happened underneath, or NULL */
} xm_error;

static inline int xm_minus_one(void) { return -1; }

/* int xm_fail(xm_error **err, enum xm_code code, const char *fmt, ...)
 * Starts a chain. Returns -1, so that `return xm_fail(...)` reads well; this and the next two are
 * macros so that compilers know it, too, and warn of no result that is missing after a failure. */
#define xm_fail(err, code, ...) (xm_error_start((err), (code), __VA_ARGS__), xm_minus_one())

/* int xm_fail_errno(xm_error **err, int errnum, const char *fmt, ...)
 * The same, from a system call: ": strerror" is added and the code derived from errnum. */
#define xm_fail_errno(err, errnum, ...) (xm_error_start_errno((err), (errnum), __VA_ARGS__), xm_minus_one())

/* int xm_wrap(xm_error **err, const char *fmt, ...)
 * Adds our view to *err, keeping its code. Returns -1. */
#define xm_wrap(err, ...) (xm_error_wrap((err), __VA_ARGS__), xm_minus_one())

XM_API void xm_error_start(xm_error **err, enum xm_code code, const char *fmt, ...) XM_PRINTF(3, 4);
XM_API void xm_error_start_errno(xm_error **err, int errnum, const char *fmt, ...) XM_PRINTF(3, 4);
XM_API void xm_error_wrap(xm_error **err, const char *fmt, ...) XM_PRINTF(2, 3);

/* Hands an error that was looked at first on to the caller: takes from. Returns -1. */
XM_API int xm_error_pass(xm_error **err, xm_error *from);

XM_API void xm_error_free(xm_error *err);

/* The chain's text, outermost first, owned by the caller. */
XM_API char *xm_error_text(const xm_error *err);

/* Ignores an error that a fallback is about to replace: frees *err and sets it to NULL. */
XM_API void xm_error_clear(xm_error **err);

#endif
