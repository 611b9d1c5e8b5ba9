/* Waiting for guests, woken by the host's events; nothing is polled. */
#include "cmd.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int wait_open(struct xm_env *env, struct waiter *ret_waiter, xm_error **err)
{
    ret_waiter->env = env;
    return xm_host_events_open(env->host, &ret_waiter->fd, err);
}

static int drain(xm_host *host, xm_error **err)
{
    struct xm_event event;
    int more;

    while ((more = xm_host_event_next(host, &event, err)) > 0)
        continue;
    return more;
}

static long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* An entry of the registry changes a little after its domain did, which no event of the host
 * tells; so the look is repeated this often once something has happened. */
enum { SETTLE_MS = 200 };

int wait_until(struct waiter *waiter, bool (*done)(void *arg, const xm_guest_list *list), void *arg,
               unsigned timeout, xm_error **err)
{
    struct xm_env *env = waiter->env;
    long end = now_ms() + 1000L * timeout;

    for (;;) {
        XM_AUTO(xm_guest_list) *list = NULL;
        struct pollfd fd = { waiter->fd, POLLIN, 0 };
        long left = timeout ? end - now_ms() : SETTLE_MS;

        if (drain(env->host, err) < 0
            || xm_guest_list_load(&env->guests, XM_WANT_NAME, &list, err) < 0)
            return -1;
        if (done(arg, list))
            return 0;
        if (*env->stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        if (timeout && left <= 0)
            return xm_fail(err, XM_TIMEOUT, "nothing happened within %u seconds", timeout);
        if (poll(&fd, 1, left < SETTLE_MS ? (int)left : SETTLE_MS) < 0 && errno != EINTR)
            return xm_fail_errno(err, errno, "poll");
    }
}
