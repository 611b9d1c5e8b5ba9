#include "migrate/flow.h"

#include <time.h>

#include "migrate/pump.h"
#include "migrate/stall.h"

/* One memory on its way: what is told of it, and when it is given up. */
struct flow {
    const struct xm_sending *sending;
    struct stall stall;         /* whose flag is everybody's */
    int64_t began_ms;
    const char *bound;          /* at which it was given up; NULL: at none */
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void give_up(struct flow *flow, const char *bound)
{
    flow->bound = flow->bound ? flow->bound : bound;
    flow->stall.stop = 1;
}

/* At least each half second, whether there is news or not. */
static void look(void *arg, const struct xm_progress *now)
{
    struct flow *flow = arg;
    const struct xm_limits *limits = &flow->sending->limits;
    const struct xm_watch *watch = &flow->sending->watch;

    if (watch->progress != NULL)
        watch->progress(watch->arg, now);
    if (limits->seconds > 0 && now_ms() > flow->began_ms + (int64_t)limits->seconds * 1000)
        give_up(flow, "its memory has not all gone in time (--max-time)");
    if (limits->rounds > 0 && flow->sending->live && !now->suspended && now->round >= limits->rounds)
        give_up(flow, "it writes faster than its memory goes (--max-rounds)");
}

static int send_to(struct flow *flow, int fd, xm_leave *leave, xm_error **err)
{
    const struct xm_sending *s = flow->sending;
    const struct xm_send how = {
        .live = s->live, .debug = s->debug, .stop = &flow->stall.stop, .watch = stall_watch(&flow->stall),
    };

    if (xm_leave_what(leave)->kind == XM_MOVE_SUSPENDED)
        return xm_leave_send_memory(leave, fd, &how, err);
    return xm_leave_send(leave, fd, &how, err);
}

/* What broke the link is what is told, and not that a pipe was closed. */
static int send_limited(struct flow *flow, struct xm_link *link, xm_leave *leave, xm_error **err)
{
    xm_error *why = NULL, *broken = NULL;
    xm_pump *pump;
    int rc;

    if (flow->sending->limits.rate == 0)
        return send_to(flow, link->out, leave, err);
    if (xm_pump_start(link, flow->sending->limits.rate, &pump, err) < 0)
        return -1;
    rc = send_to(flow, xm_pump_fd(pump), leave, &why);
    if (xm_pump_end(pump, rc == 0, link->stop, &broken) == 0)
        return rc < 0 ? xm_error_pass(err, why) : 0;
    xm_error_free(why);
    return xm_error_pass(err, broken);
}

int xm_flow_send(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, bool *ret_given_up, xm_error **err)
{
    struct flow flow = { .sending = s, .began_ms = now_ms() };
    xm_error *why = NULL;
    int rc;

    *ret_given_up = false;
    if (xm_leave_what(leave)->kind == XM_MOVE_HALTED)
        return 0;
    stall_begin(&flow.stall, link, true, (struct xm_watch){ .progress = look, .arg = &flow });
    rc = send_limited(&flow, link, leave, &why);
    rc = stall_end(&flow.stall, rc, &why);
    *ret_given_up = flow.stall.stalled || flow.bound != NULL;
    if (rc == 0 || flow.bound == NULL)
        return rc < 0 ? xm_error_pass(err, why) : 0;
    xm_error_free(why);
    return xm_fail(err, XM_TIMEOUT, "%s", flow.bound);
}
