#include "host/xen/xen.h"

#include <errno.h>
#include <poll.h>
#include <sys/time.h>
#include <time.h>

/* How long the stop flag may be overlooked when its signal comes just before poll(). */
#define LOOK_UP_MS 250

static void op_done(libxl_ctx *ctx, int rc, void *arg)
{
    struct xen_op *op = arg;

    (void)ctx;
    op->rc = rc;
    op->done = true;
}

/* Only notes it: the caller's console_ready() is called from our loop, outside libxl. */
static void op_console(libxl_ctx *ctx, libxl_event *event, void *arg)
{
    struct xen_op *op = arg;

    op->console_up = true;
    op->console_domid = event->domid;
    libxl_event_free(ctx, event);
}

void xen_op_init(struct xen_op *op)
{
    *op = (struct xen_op){ .rc = ERROR_FAIL, .fd = -1, .start = -1 };
    op->how.callback = op_done;
    op->how.u.for_callback = op;
    op->console.callback = op_console;
    op->console.for_callback = op;
}

/* One turn of libxl's event loop. */
static int pump(struct xen_host *xen, struct pollfd **fds, int *room)
{
    int timeout = LOOK_UP_MS, count, rc;
    struct timeval now;

    for (;;) {
        gettimeofday(&now, NULL);
        count = *room;
        rc = libxl_osevent_beforepoll(xen->ctx, &count, *fds, &timeout, now);
        if (rc != ERROR_BUFFERFULL)
            break;
        *fds = xm_realloc(*fds, (size_t)count, sizeof(**fds));
        *room = count;
    }
    if (rc < 0)
        return rc;
    /* Interrupted by a signal: nothing was polled, the caller looks at its stop flag. */
    if (poll(*fds, (nfds_t)count, timeout) < 0)
        return errno == EINTR ? 0 : ERROR_FAIL;
    gettimeofday(&now, NULL);
    libxl_osevent_afterpoll(xen->ctx, count, *fds, now);
    return 0;
}

int64_t xen_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool stopped(const struct xen_host *xen, const struct xen_op *op)
{
    return *xen->host.stop || (op->stop != NULL && *op->stop);
}

/* From our loop, outside libxl: news at once, and otherwise each turn that the loop takes by itself. */
static void tell(struct xen_host *xen, struct xen_op *op, struct xm_progress *last)
{
    struct xm_progress now = xen->logger.now;
    int64_t ms = xen_now_ms();

    if (op->watch == NULL || op->watch->progress == NULL)
        return;
    if (now.round == last->round && now.done == last->done && ms < op->told_ms + LOOK_UP_MS)
        return;
    *last = now;
    op->told_ms = ms;
    if (op->tell != NULL)
        op->tell(xen, op, &now);
    op->watch->progress(op->watch->arg, &now);
}

/* When to abort, once the stop flag is set; takes effect where libxl can be stopped. */
static void heed_stop(struct xen_host *xen, struct xen_op *op, int patience, int64_t *since)
{
    if (patience < 0 || *since < 0 || !stopped(xen, op))
        return;
    if (*since == 0)
        *since = xen_now_ms();
    if (xen_now_ms() < *since + patience)
        return;
    (void)libxl_ao_abort(xen->ctx, &op->how);
    *since = -1;        /* once is enough */
}

int xen_op_wait(struct xen_host *xen, struct xen_op *op, int started, const struct xm_build *build, int patience)
{
    xm_autofree struct pollfd *fds = NULL;
    struct xm_progress last = { 0 };
    int64_t since = 0;
    bool told = false;
    int room = 0, rc;

    xen->logger.now = last;
    if (started < 0)
        return started;
    for (;;) {
        if (op->console_up && !told && build != NULL && build->console_ready != NULL) {
            build->console_ready(build->arg, op->console_domid);
            told = true;
        }
        if (op->done)
            return op->rc < 0 && patience >= 0 && stopped(xen, op) ? ERROR_ABORTED : op->rc;
        tell(xen, op, &last);
        heed_stop(xen, op, patience, &since);
        rc = pump(xen, &fds, &room);
        if (rc < 0)
            return rc;
        if (xen->broken)
            return ERROR_FAIL;
    }
}

int xen_op_run(struct xen_host *xen, uint32_t domid, int (*call)(libxl_ctx *, uint32_t, const libxl_asyncop_how *),
               const char *done, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    struct xen_op op;
    int rc;

    if (ctx == NULL)
        return -1;
    xen_op_init(&op);
    rc = xen_op_wait(xen, &op, call(ctx, domid, &op.how), NULL, XEN_TO_THE_END);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not %s", domid, done) : 0;
}
