#include "migrate/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define LOOK_MS 200             /* between two looks at the flags */
#define PIECE 65536u
#define LEAST 4096u             /* of a piece at a low rate */
#define BURST_MS 50             /* by which a rate may be exceeded for a moment */

struct xm_pump {
    uint64_t rate;
    int from, to, given;        /* our pipe's end, the link's, and our pipe's other end */
    unsigned limit_ms;
    const volatile int *stop;
    volatile bool abandoned, draining;
    pthread_t thread;
    int errnum;                 /* why it ended; 0: the end */
    int64_t quiet_us;           /* when something was moved last, or there was no need */
    int64_t next_us;            /* when the next piece may go */
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static size_t piece_of(const xm_pump *pump)
{
    uint64_t piece = pump->rate / (1000 / BURST_MS);

    return piece > PIECE ? PIECE : piece < LEAST ? LEAST : (size_t)piece;
}

/* What was not used while nothing came is lost, but for a moment's worth. */
static void count(xm_pump *pump, uint64_t bytes)
{
    int64_t now = now_us(), least = now - BURST_MS * 1000;

    pump->quiet_us = now;
    pump->next_us = (pump->next_us > least ? pump->next_us : least) + (int64_t)(bytes * 1000000 / pump->rate);
}

/* 0, or why not to go on. As long as libxl writes it is for others to see that the link hangs. */
static int why_not(const xm_pump *pump)
{
    if (pump->abandoned)
        return ECANCELED;
    if (!pump->draining)
        return 0;
    if (pump->stop != NULL && *pump->stop)
        return EINTR;
    return now_us() > pump->quiet_us + (int64_t)pump->limit_ms * 1000 ? ETIMEDOUT : 0;
}

/* Until there is something to be moved, room for it, and the time has come; 0, or why not. */
static int await_piece(xm_pump *pump)
{
    for (int why; (why = why_not(pump)) == 0;) {
        struct pollfd from = { .fd = pump->from, .events = POLLIN }, to = { .fd = pump->to, .events = POLLOUT };
        int64_t early = pump->next_us - now_us();

        if (early > 0) {
            (void)poll(NULL, 0, early < LOOK_MS * 1000 ? (int)(early / 1000) + 1 : LOOK_MS);
            pump->quiet_us = now_us();
        } else if (poll(&from, 1, LOOK_MS) > 0 && poll(&to, 1, LOOK_MS) > 0) {
            return 0;
        }
    }
    return why_not(pump);
}

static int move_all(xm_pump *pump)
{
    for (;;) {
        int why = await_piece(pump);
        ssize_t n;

        if (why != 0)
            return why;
        n = splice(pump->from, NULL, pump->to, NULL, piece_of(pump), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return errno;
        if (n > 0)
            count(pump, (uint64_t)n);
    }
}

/* Closed at its end: whoever writes is to see that, and not to wait. */
static void *run(void *arg)
{
    xm_pump *pump = arg;

    pump->errnum = move_all(pump);
    close(pump->from);
    return NULL;
}

static int start_thread(xm_pump *pump)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);           /* signals are for the thread that looks at the flags */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&pump->thread, NULL, run, pump);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* Of our end of the link alone; the other side's has a flag of its own. */
static int set_blocking(int fd, bool blocking)
{
    int flags = fcntl(fd, F_GETFL);

    return flags < 0 ? -1 : fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

int xm_pump_start(const struct xm_link *link, uint64_t rate, xm_pump **ret_pump, xm_error **err)
{
    xm_pump *pump;
    int fds[2], rc;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "a pipe to the link");
    pump = xm_new0(xm_pump, 1);
    *pump = (xm_pump){ .rate = rate, .from = fds[0], .to = link->out, .given = fds[1], .limit_ms = link->limit_ms, .quiet_us = now_us() };
    rc = set_blocking(pump->to, false) < 0 ? errno : start_thread(pump);
    if (rc != 0) {
        close(fds[0]);
        close(fds[1]);
        free(pump);
        return xm_fail_errno(err, rc, "the link");
    }
    *ret_pump = pump;
    return 0;
}

int xm_pump_fd(const xm_pump *pump)
{
    return pump->given;
}

static int judge(const xm_pump *pump, xm_error **err)
{
    switch (pump->errnum) {
    case 0: case ECANCELED: return 0;
    case EINTR: return xm_fail(err, XM_INTERRUPTED, "interrupted");
    case ETIMEDOUT: return xm_fail(err, XM_TIMEOUT, "the stream: the other side was silent for %u seconds", pump->limit_ms / 1000);
    default: return xm_fail_errno(err, pump->errnum, "the link");
    }
}

int xm_pump_end(xm_pump *pump, bool whole, const volatile int *stop, xm_error **err)
{
    int rc;

    pump->stop = stop;
    pump->abandoned = !whole;
    pump->draining = whole;
    close(pump->given);         /* which wakes the thread */
    pthread_join(pump->thread, NULL);
    (void)set_blocking(pump->to, true);
    rc = judge(pump, err);
    free(pump);
    return rc;
}
