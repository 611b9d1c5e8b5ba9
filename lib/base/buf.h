/* A growing text. Embedded by callers: XM_BUF_INIT or all zeroes is an empty one. data is
 * always NUL-terminated once something was added; len does not count that NUL. */
#ifndef XM_BASE_BUF_H
#define XM_BASE_BUF_H

#include <stddef.h>

#include "base/api.h"

struct xm_buf {
    char *data;
    size_t len, cap;
};
#define XM_BUF_INIT { NULL, 0, 0 }

XM_API void xm_buf_clear(struct xm_buf *buf);           /* frees, empty again */
XM_API void xm_buf_add(struct xm_buf *buf, const void *data, size_t len);
XM_API void xm_buf_puts(struct xm_buf *buf, const char *text);
XM_API void xm_buf_putc(struct xm_buf *buf, char c);
XM_API void xm_buf_pad(struct xm_buf *buf, char c, size_t count);
XM_API void xm_buf_printf(struct xm_buf *buf, const char *fmt, ...) XM_PRINTF(2, 3);

/* At most so many bytes of a text that is not ours, for a terminal: instead stands for each control character. */
XM_API void xm_buf_plain(struct xm_buf *buf, const char *text, size_t most, char instead);

/* The text, never NULL; the buffer is empty afterwards. */
XM_API char *xm_buf_take(struct xm_buf *buf);

#define xm_autobuf __attribute__((cleanup(xm_buf_clear))) struct xm_buf

#endif
