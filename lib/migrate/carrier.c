#include "migrate/carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

#define LANE 65536
#define LINGER_MS 5000          /* for the other side to notice that this one has ended */

/* What is under way in one direction. */
struct lane { char data[LANE]; size_t at, len; };

struct carrier {
    struct wire *wire;
    int in, out;                /* -1: ended */
    struct lane up, down;       /* to the other side, and from it */
    bool over;                  /* the other side has ended, or the connection is broken */
    short up_events, down_events;
};

static void drop(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool is_empty(const struct lane *lane)
{
    return lane->at == lane->len;
}

static void take_in(struct carrier *p)
{
    ssize_t n = read(p->in, p->up.data, LANE);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        drop(&p->in);
    p->up.at = 0;
    p->up.len = n > 0 ? (size_t)n : 0;
}

static void give_out(struct carrier *p)
{
    ssize_t n = write(p->out, p->down.data + p->down.at, p->down.len - p->down.at);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0)
        drop(&p->out);
    else
        p->down.at += (size_t)n;
}

static void send_up(struct carrier *p)
{
    while (!is_empty(&p->up)) {
        ssize_t n = wire_send(p->wire, p->up.data + p->up.at, p->up.len - p->up.at);

        if (n < 0) {
            p->over = n == WIRE_BROKEN;
            p->up_events = wire_events(p->wire, POLLOUT);
            return;
        }
        p->up.at += (size_t)n;
    }
}

static void recv_down(struct carrier *p)
{
    ssize_t n = wire_recv(p->wire, p->down.data, LANE);

    p->down_events = POLLIN;
    if (n == WIRE_AGAIN)
        p->down_events = wire_events(p->wire, POLLIN);
    else if (n <= 0)
        p->over = true;
    p->down.at = 0;
    p->down.len = n > 0 ? (size_t)n : 0;
}

/* What is waited for, and then done. Who does not read any more still has to be emptied of what was sent to
 * him: a connection that is closed over unread bytes loses what was said on it last. */
static void turn(struct carrier *p)
{
    bool reads = is_empty(&p->down) || p->out < 0;
    short events = (short)((reads ? p->down_events : 0) | (is_empty(&p->up) ? 0 : p->up_events));
    struct pollfd fds[] = {
        { .fd = events != 0 ? p->wire->fd : -1, .events = events },
        { .fd = is_empty(&p->up) ? p->in : -1, .events = POLLIN },
        { .fd = p->out, .events = is_empty(&p->down) ? 0 : POLLOUT },
    };

    if (poll(fds, XM_COUNT(fds), reads && wire_has_more(p->wire) ? 0 : -1) < 0)
        return;
    if (fds[2].revents & POLLERR)
        drop(&p->out);
    if (fds[2].revents & POLLOUT && p->out >= 0)
        give_out(p);
    if (fds[1].revents != 0)
        take_in(p);
    if (!is_empty(&p->up))
        send_up(p);
    if (!p->over && (is_empty(&p->down) || p->out < 0))
        recv_down(p);
}

static void set_nonblocking(int fd)
{
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* The last bytes for us, where somebody still reads them. */
static void flush_down(struct carrier *p)
{
    const struct wire_limit limit = { .end = wire_now() + LINGER_MS };

    while (p->out >= 0 && !is_empty(&p->down) && wire_wait(p->out, POLLOUT, &limit, NULL) == 0)
        give_out(p);
}

void carrier_run(struct wire *wire, int in, int out)
{
    struct carrier *p = xm_new0(struct carrier, 1);

    p->wire = wire;
    p->in = in;
    p->out = out;
    p->up_events = POLLOUT;
    p->down_events = POLLIN;
    set_nonblocking(in);
    set_nonblocking(out);
    while (!p->over && (p->in >= 0 || !is_empty(&p->up)))
        turn(p);
    flush_down(p);
    drop(&p->in);
    if (!p->over)
        wire_end(wire, LINGER_MS);
    drop(&p->out);
    free(p);
}

void carrier_close_others(const int *keep, size_t count)
{
    for (unsigned from = 3;;) {
        unsigned next = UINT_MAX;

        for (size_t i = 0; i < count; i++)
            if (keep[i] >= (int)from && (unsigned)keep[i] < next)
                next = (unsigned)keep[i];
        if (next == UINT_MAX) {
            (void)close_range(from, UINT_MAX, 0);
            return;
        }
        if (next > from)
            (void)close_range(from, next - 1, 0);
        from = next + 1;
    }
}
