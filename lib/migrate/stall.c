#include "migrate/stall.h"

#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define DEVICES_TIMES 5         /* that of a message; as long as the source waits */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void stall_begin(struct stall *stall, const struct xm_link *link, bool out, struct xm_watch told)
{
    struct epoll_event event = { .events = (out ? EPOLLOUT : EPOLLIN) | EPOLLET };

    *stall = (struct stall){ .link = link, .told = told, .fd = out ? link->out : link->in, .out = out, .moved_ms = now_ms(),
                            .limit_ms = link->limit_ms };
    stall->look = epoll_create1(EPOLL_CLOEXEC);
    /* a plain file, in a test: nobody is waited for */
    if (stall->look >= 0 && epoll_ctl(stall->look, EPOLL_CTL_ADD, stall->fd, &event) < 0) {
        close(stall->look);
        stall->look = -1;
    }
}

/* Since the last look, or right now it is for us to go on. By itself neither would do: between two looks all
 * that came may have been taken, and what came before the last one may yet be lying there. */
static bool has_moved(const struct stall *stall)
{
    struct pollfd now = { .fd = stall->fd, .events = stall->out ? POLLOUT : POLLIN };
    struct epoll_event event;

    return stall->look < 0 || epoll_wait(stall->look, &event, 1, 0) != 0 || poll(&now, 1, 0) != 0;
}

static void look(void *arg, const struct xm_progress *now)
{
    struct stall *stall = arg;

    if (stall->told.progress != NULL)
        stall->told.progress(stall->told.arg, now);
    if (stall->link->stop != NULL && *stall->link->stop)
        stall->stop = 1;
    if (has_moved(stall))
        stall->moved_ms = now_ms();
    else if (now_ms() - stall->moved_ms > stall->limit_ms)
        stall->stop = stall->stalled = true;
}

struct xm_watch stall_watch(struct stall *stall)
{
    return (struct xm_watch){ .progress = look, .arg = stall };
}

int stall_end(struct stall *stall, int rc, xm_error **err)
{
    if (stall->look >= 0)
        close(stall->look);
    if (rc == 0 || !stall->stalled || err == NULL)
        return rc;
    xm_error_clear(err);
    return xm_fail(err, XM_TIMEOUT, "the stream: the other side was silent for %u seconds", (unsigned)(stall->limit_ms / 1000));
}

int stall_take(struct xm_link *link, const struct xm_guests *guests, xm_arrive *arrive, enum xm_move_kind kind,
               uint32_t *ret_domid, xm_error **err)
{
    xm_error *why = NULL;
    struct stall stall;
    int rc;

    *ret_domid = XM_DOMID_NONE;
    stall_begin(&stall, link, false, (struct xm_watch){ 0 });
    /* when all of it has come its devices are made, in which time there is nothing more to come */
    if (kind == XM_MOVE_LIVE)
        stall.limit_ms *= DEVICES_TIMES;
    xm_host_set_stop(guests->host, &stall.stop);
    rc = kind == XM_MOVE_LIVE ? xm_arrive_build(arrive, link->in, stall_watch(&stall), ret_domid, &why)
                              : xm_arrive_memory(arrive, link->in, stall_watch(&stall), &stall.stop, &why);
    xm_host_set_stop(guests->host, link->stop);
    return stall_end(&stall, rc, &why) < 0 ? xm_error_pass(err, why) : 0;
}
