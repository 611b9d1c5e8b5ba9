#include "base/error.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static void put(xm_error **err, enum xm_code code, char *msg, xm_error *cause)
{
    xm_error *e;

    if (err == NULL) {
        free(msg);
        return;
    }
    e = xm_new0(xm_error, 1);
    e->code = code;
    e->msg = msg;
    e->cause = cause;
    *err = e;
}

void xm_error_start(xm_error **err, enum xm_code code, const char *fmt, ...)
{
    va_list ap;

    assert(err == NULL || *err == NULL);
    va_start(ap, fmt);
    put(err, code, xm_vprintf(fmt, ap), NULL);
    va_end(ap);
}

static enum xm_code code_of_errno(int errnum)
{
    switch (errnum) {
    case ENOENT: case ENXIO: case ESRCH: case ENODEV: case ENOTDIR:
        return XM_NOT_FOUND;
    case EEXIST:
        return XM_EXISTS;
    case EACCES: case EPERM: case EROFS:
        return XM_DENIED;
    case EBUSY: case EAGAIN: case ETXTBSY:
        return XM_BUSY;
    case ETIMEDOUT:
        return XM_TIMEOUT;
    case EINVAL: case ENAMETOOLONG: case EISDIR: case ELOOP:
        return XM_INVALID;
    case ENOSYS: case EOPNOTSUPP:
        return XM_UNSUPPORTED;
    case EINTR:
        return XM_INTERRUPTED;
    default:
        return XM_IO;
    }
}

void xm_error_start_errno(xm_error **err, int errnum, const char *fmt, ...)
{
    xm_autofree char *what = NULL;
    va_list ap;

    assert(err == NULL || *err == NULL);
    va_start(ap, fmt);
    what = xm_vprintf(fmt, ap);
    va_end(ap);
    put(err, code_of_errno(errnum), xm_printf("%s: %s", what, strerror(errnum)), NULL);
}

void xm_error_wrap(xm_error **err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return;
    assert(*err != NULL);
    va_start(ap, fmt);
    put(err, (*err)->code, xm_vprintf(fmt, ap), *err);
    va_end(ap);
}

int xm_error_pass(xm_error **err, xm_error *from)
{
    assert(from != NULL && (err == NULL || *err == NULL));
    if (err == NULL)
        xm_error_free(from);
    else
        *err = from;
    return -1;
}

void xm_error_free(xm_error *err)
{
    while (err != NULL) {
        xm_error *cause = err->cause;

        free(err->msg);
        free(err);
        err = cause;
    }
}

char *xm_error_text(const xm_error *err)
{
    struct xm_buf text = XM_BUF_INIT;

    for (; err != NULL; err = err->cause) {
        xm_buf_puts(&text, err->msg);
        if (err->cause != NULL)
            xm_buf_puts(&text, ": ");
    }
    return xm_buf_take(&text);
}

void xm_error_clear(xm_error **err)
{
    xm_error_free(*err);
    *err = NULL;
}
