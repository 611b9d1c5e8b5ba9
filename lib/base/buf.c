#include "base/buf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static void reserve(struct xm_buf *buf, size_t more)
{
    size_t need = buf->len + more + 1;

    if (need <= buf->cap)
        return;
    buf->cap = need < 64 ? 64 : need + need / 2;
    buf->data = xm_realloc(buf->data, buf->cap, 1);
}

void xm_buf_clear(struct xm_buf *buf)
{
    free(buf->data);
    *buf = (struct xm_buf)XM_BUF_INIT;
}

void xm_buf_add(struct xm_buf *buf, const void *data, size_t len)
{
    reserve(buf, len);
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void xm_buf_puts(struct xm_buf *buf, const char *text)
{
    xm_buf_add(buf, text, strlen(text));
}

void xm_buf_putc(struct xm_buf *buf, char c)
{
    xm_buf_add(buf, &c, 1);
}

void xm_buf_pad(struct xm_buf *buf, char c, size_t count)
{
    reserve(buf, count);
    memset(buf->data + buf->len, c, count);
    buf->len += count;
    buf->data[buf->len] = '\0';
}

/* UTF-8's two bytes for the control characters of Latin-1, which terminals obey, too. */
static bool is_wide_control(const unsigned char *at)
{
    return at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
}

void xm_buf_plain(struct xm_buf *buf, const char *text, size_t most, char instead)
{
    const unsigned char *at = (const unsigned char *)text;

    for (size_t i = 0; at[i] != '\0' && i < most; i++) {
        if (is_wide_control(&at[i])) {
            xm_buf_putc(buf, instead);
            i++;
        } else {
            xm_buf_putc(buf, at[i] < ' ' || at[i] == 0x7f ? instead : (char)at[i]);
        }
    }
}

void xm_buf_printf(struct xm_buf *buf, const char *fmt, ...)
{
    xm_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    xm_buf_puts(buf, text);
}

char *xm_buf_take(struct xm_buf *buf)
{
    char *text;

    reserve(buf, 0);
    buf->data[buf->len] = '\0';
    text = buf->data;
    *buf = (struct xm_buf)XM_BUF_INIT;
    return text;
}
