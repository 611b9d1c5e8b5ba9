#include "host/xen/sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "base/buf.h"

#define LINES_MAX 8             /* more connections are no faster */
#define PER_LINE 16             /* questions that make one more worth while */
#define PATIENCE_MS 30000

xen_asks *xen_asks_new(void)
{
    return xm_new0(xen_asks, 1);
}

void xen_asks_free(xen_asks *asks)
{
    if (asks == NULL)
        return;
    for (size_t i = 0; i < asks->count; i++) {
        free(asks->items[i].path);
        free(asks->items[i].text);
    }
    free(asks->items);
    free(asks);
}

size_t xen_asks_add(xen_asks *asks, bool list, const char *fmt, ...)
{
    va_list ap;

    XM_GROW_COUNTED(asks->items, asks->count);
    va_start(ap, fmt);
    asks->items[asks->count] = (struct xen_ask){ .path = xm_vprintf(fmt, ap), .list = list };
    va_end(ap);
    return asks->count++;
}

bool xen_ask_has(const struct xen_ask *ask, const char *name)
{
    for (const char *at = ask->text; at != NULL && at < ask->text + ask->len; at += strlen(at) + 1)
        if (strcmp(at, name) == 0)
            return true;
    return false;
}

/* One connection, with every lines-th of the questions. */
struct line {
    int fd;
    struct xm_buf out, in;
    size_t sent, waiting;
};

static int dial(const char *path, xm_error **err)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd;

    if (strlen(path) >= sizeof(addr.sun_path))
        return xm_fail_errno(err, ENAMETOOLONG, "%s", path);
    strcpy(addr.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return xm_fail_errno(err, errno, "cannot talk to xenstored");
    /* Non-blocking only then: one whose turn to be accepted has not come would be turned away. */
    if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
        xm_fail_errno(err, errno, "cannot talk to xenstored (%s)", path);
        close(fd);
        return -1;
    }
    return fd;
}

static void put_question(struct line *line, const struct xen_ask *ask, size_t index)
{
    struct xsd_sockmsg head = {
        .type = ask->list ? XS_DIRECTORY : XS_READ, .req_id = (uint32_t)index, .len = (uint32_t)strlen(ask->path) + 1,
    };

    xm_buf_add(&line->out, &head, sizeof(head));
    xm_buf_add(&line->out, ask->path, head.len);
    line->waiting++;
}

static int send_some(struct line *line, xm_error **err)
{
    ssize_t n = send(line->fd, line->out.data + line->sent, line->out.len - line->sent, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return xm_fail_errno(err, errno, "the connection to xenstored is lost");
    line->sent += n > 0 ? (size_t)n : 0;
    return 0;
}

static int take_answer(struct line *line, xen_asks *asks, const struct xsd_sockmsg *head, const char *body, xm_error **err)
{
    struct xen_ask *ask = head->req_id < asks->count ? &asks->items[head->req_id] : NULL;

    if (ask == NULL || ask->text != NULL || line->waiting == 0)
        return xm_fail(err, XM_HOST, "xenstored answers what it was not asked");
    line->waiting--;
    if (head->type == XS_ERROR) {
        if (head->len >= 6 && strncmp(body, "ENOENT", 6) == 0)
            return 0;
        return xm_fail(err, XM_HOST, "xenstored does not tell %s: %.*s", ask->path, (int)strnlen(body, head->len), body);
    }
    if (head->type != (ask->list ? XS_DIRECTORY : XS_READ))
        return xm_fail(err, XM_HOST, "xenstored gives no answer to %s", ask->path);
    ask->text = xm_new0(char, head->len + 1);
    memcpy(ask->text, body, head->len);
    ask->len = head->len;
    return 0;
}

static int take_answers(struct line *line, xen_asks *asks, xm_error **err)
{
    struct xsd_sockmsg head;
    size_t at = 0;

    while (line->in.len - at >= sizeof(head)) {
        memcpy(&head, line->in.data + at, sizeof(head));
        if (head.len > XENSTORE_PAYLOAD_MAX)
            return xm_fail(err, XM_HOST, "xenstored answers with too much");
        if (line->in.len - at < sizeof(head) + head.len)
            break;
        if (take_answer(line, asks, &head, line->in.data + at + sizeof(head), err) < 0)
            return -1;
        at += sizeof(head) + head.len;
    }
    memmove(line->in.data, line->in.data + at, line->in.len - at);
    line->in.len -= at;
    return 0;
}

static int receive_some(struct line *line, xen_asks *asks, xm_error **err)
{
    char chunk[16384];
    ssize_t n = recv(line->fd, chunk, sizeof(chunk), 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return xm_fail_errno(err, n < 0 ? errno : ECONNRESET, "the connection to xenstored is lost");
    xm_buf_add(&line->in, chunk, (size_t)n);
    return take_answers(line, asks, err);
}

static int pump(struct line *lines, size_t count, xen_asks *asks, bool *ret_more, xm_error **err)
{
    struct pollfd fds[LINES_MAX];
    int rc;

    *ret_more = false;
    for (size_t i = 0; i < count; i++) {
        const struct line *line = &lines[i];
        short wants = (short)((line->sent < line->out.len ? POLLOUT : 0) | POLLIN);

        fds[i] = (struct pollfd){ .fd = line->waiting > 0 ? line->fd : -1, .events = wants };
        *ret_more |= line->waiting > 0;
    }
    if (!*ret_more)
        return 0;
    rc = poll(fds, count, PATIENCE_MS);
    if (rc < 0)
        return errno == EINTR ? 0 : xm_fail_errno(err, errno, "cannot wait for xenstored");
    if (rc == 0)
        return xm_fail(err, XM_TIMEOUT, "xenstored does not answer");
    for (size_t i = 0; i < count; i++) {
        if ((fds[i].revents & POLLOUT) && send_some(&lines[i], err) < 0)
            return -1;
        if ((fds[i].revents & (POLLIN | POLLERR | POLLHUP)) && receive_some(&lines[i], asks, err) < 0)
            return -1;
    }
    return 0;
}

static int sweep(const char *path, struct line *lines, size_t count, xen_asks *asks, size_t first, xm_error **err)
{
    bool more = true;

    for (size_t i = 0; i < count; i++) {
        lines[i].fd = dial(path, err);
        if (lines[i].fd < 0)
            return -1;
        for (size_t ask = first + i; ask < asks->count; ask += count)
            put_question(&lines[i], &asks->items[ask], ask);
    }
    while (more)
        if (pump(lines, count, asks, &more, err) < 0)
            return -1;
    return 0;
}

int xen_sweep_socket(const char *path, xen_asks *asks, size_t first, xm_error **err)
{
    struct line lines[LINES_MAX];
    size_t count = (asks->count - first + PER_LINE - 1) / PER_LINE;
    int rc;

    if (count > LINES_MAX)
        count = LINES_MAX;
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){ .fd = -1 };
    rc = sweep(path, lines, count, asks, first, err);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].fd >= 0)
            close(lines[i].fd);
        xm_buf_clear(&lines[i].out);
        xm_buf_clear(&lines[i].in);
    }
    return rc;
}
