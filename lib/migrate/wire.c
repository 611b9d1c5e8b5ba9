#include "migrate/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define LOOK_MS 200             /* a signal just before a wait must not be lost for long */

int64_t wire_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int wire_wait(int fd, short events, const struct wire_limit *limit, xm_error **err)
{
    for (;;) {
        struct pollfd poll_fd = { .fd = fd, .events = events };
        int64_t left = limit->end - wire_now();
        int n;

        if (limit->stop != NULL && *limit->stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        if (left <= 0)
            return xm_fail(err, XM_TIMEOUT, "the other side took too long");
        n = poll(&poll_fd, 1, left < LOOK_MS ? (int)left : LOOK_MS);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return xm_fail_errno(err, errno, "poll");
    }
}

/* --- bytes --- */

static ssize_t of_plain(struct wire *wire, ssize_t n)
{
    if (n >= 0)
        return n;
    if (errno == EAGAIN || errno == EINTR)
        return WIRE_AGAIN;
    wire->broken = errno;
    return WIRE_BROKEN;
}

static ssize_t of_tls(struct wire *wire, ssize_t n)
{
    if (n >= 0)
        return n;
    if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED || !wire->tls.tls->lib.error_is_fatal((int)n))
        return WIRE_AGAIN;
    wire->broken = (int)n;
    return WIRE_BROKEN;
}

ssize_t wire_recv(struct wire *wire, void *data, size_t len)
{
    if (wire->tls.session == NULL)
        return of_plain(wire, recv(wire->fd, data, len, 0));
    return of_tls(wire, wire->tls.tls->lib.record_recv(wire->tls.session, data, len));
}

ssize_t wire_send(struct wire *wire, const void *data, size_t len)
{
    if (wire->tls.session == NULL)
        return of_plain(wire, send(wire->fd, data, len, MSG_NOSIGNAL));
    return of_tls(wire, wire->tls.tls->lib.record_send(wire->tls.session, data, len));
}

short wire_events(const struct wire *wire, short usual)
{
    if (wire->tls.session == NULL)
        return usual;
    return wire->tls.tls->lib.record_get_direction(wire->tls.session) != 0 ? POLLOUT : POLLIN;
}

bool wire_has_more(const struct wire *wire)
{
    return wire->tls.session != NULL && wire->tls.tls->lib.record_check_pending(wire->tls.session) > 0;
}

bool wire_bye(struct wire *wire)
{
    if (wire->tls.session != NULL && wire->broken == 0
        && of_tls(wire, wire->tls.tls->lib.bye(wire->tls.session, GNUTLS_SHUT_WR)) == WIRE_AGAIN)
        return false;
    (void)shutdown(wire->fd, SHUT_WR);
    return true;
}

/* --- lines --- */

int wire_failed(const struct wire *wire, xm_error **err)
{
    if (wire->tls.session != NULL)
        return tls_failed(&wire->tls, wire->broken, err);
    return xm_fail_errno(err, wire->broken, "the connection broke");
}

int wire_line(struct wire *wire, size_t max, const struct wire_limit *limit, char **ret_line, xm_error **err)
{
    xm_autobuf line = XM_BUF_INIT;
    char c;

    for (;;) {
        ssize_t n = wire_recv(wire, &c, 1);

        if (n == WIRE_BROKEN)
            return wire_failed(wire, err);
        if (n == 0)
            return xm_fail(err, XM_IO, "the other side ended the connection");
        if (n == WIRE_AGAIN) {
            if (wire_wait(wire->fd, wire_events(wire, POLLIN), limit, err) < 0)
                return -1;
            continue;
        }
        if (c == '\n')
            break;
        if (c == '\0' || line.len + 2 > max)
            return xm_fail(err, XM_INVALID, "the other side does not speak as xm relocation does");
        xm_buf_putc(&line, c);
    }
    *ret_line = xm_buf_take(&line);
    return 0;
}

int wire_say(struct wire *wire, const char *text, const struct wire_limit *limit, xm_error **err)
{
    for (size_t len = strlen(text); len > 0;) {
        ssize_t n = wire_send(wire, text, len);

        if (n == WIRE_BROKEN)
            return wire_failed(wire, err);
        if (n == WIRE_AGAIN) {
            if (wire_wait(wire->fd, wire_events(wire, POLLOUT), limit, err) < 0)
                return -1;
            continue;
        }
        text += n;
        len -= (size_t)n;
    }
    return 0;
}

/* --- its end --- */

void wire_end(struct wire *wire, unsigned ms)
{
    const struct wire_limit limit = { .end = wire_now() + ms };
    char rest[4096];

    if (wire->fd < 0)
        return;
    while (!wire_bye(wire))
        if (wire_wait(wire->fd, POLLOUT, &limit, NULL) < 0)
            return;
    /* the socket's own bytes: what TLS thinks of them is nobody's concern by now */
    while (wire_wait(wire->fd, POLLIN, &limit, NULL) == 0) {
        ssize_t n = recv(wire->fd, rest, sizeof(rest), 0);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return;
    }
}

void wire_close(struct wire *wire)
{
    tls_session_clear(&wire->tls);
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}
