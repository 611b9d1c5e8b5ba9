/* Writing a guest's memory: at a stand, for a file, or in rounds while it runs on, to another host.
 *
 * How the rounds go is decided as libxl decides it: at most LAST_ROUND of them before the guest is suspended,
 * and none once it has written to fewer than FEW_PAGES. What a guest writes meanwhile follows from its
 * rate and from how long a round takes: as long as it did, but at least as long as a line of the host's
 * speed would take, so that it is the same on each machine. */
#include "host/sim/sim.h"

#include <string.h>

#define LAST_ROUND 5
#define FEW_PAGES 50
#define SLICE_MS 200
#define LONGEST_US 3600000000u     /* an hour is a long round */

/* One guest on its way. */
struct job {
    struct sim_flow flow;       /* first: who is told, who can stop it */
    const char *op, *point;     /* "save", and its point for faults at each piece */
    const struct xm_send *how;
    uint32_t domid;
    char *mark;                 /* the guest's memory */
    uint32_t pieces;            /* all of it */
    uint64_t pages;             /* likewise */
    uint64_t dirty;             /* pages yet to go */
    int64_t dirty_mib_s, copy_mib_s;
    bool frozen;                /* the host's clock stands */
};

static struct sim_guest *get_saveable(struct sim_state *state, const struct job *job, xm_error **err)
{
    struct sim_guest *guest = sim_guest_get_u(state, job->domid, strcmp(job->op, "send") == 0 ? "sent" : "saved", err);

    if (guest == NULL)
        return NULL;
    if (xm_host_check_suspend(job->domid, sim_guest_ended(guest, state->now), guest->paused, err) < 0)
        return NULL;
    return guest;
}

static int begin(struct job *job, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    xm_autofree char *caps = NULL;

    if (sim_state_load(job->flow.sim, &state, err) < 0)
        return -1;
    guest = get_saveable(&state, job, err);
    if (guest == NULL)
        return -1;
    caps = sim_words_join(state.settings.cpu_features);
    if (xm_send_check(job->domid, strcmp(guest->kind, "pv") != 0, job->how->live, caps, err) < 0)
        return -1;
    job->mark = xm_strdup(guest->memory);
    job->pieces = sim_stream_pieces(guest);
    job->pages = job->dirty = (uint64_t)guest->mem_kib / 4;
    job->dirty_mib_s = guest->does.dirty_mib_s;
    job->copy_mib_s = state.settings.copy_mib_s;
    job->frozen = state.frozen;
    return 0;
}

/* One round: as many pieces as the pages that are to go make. */
static int send_round(struct job *job, xm_error **err)
{
    struct sim_flow *flow = &job->flow;
    uint64_t count = job->pages == 0 ? 0 : (job->dirty * job->pieces + job->pages - 1) / job->pages;

    flow->now.done = 0;
    flow->now.total = job->dirty;
    for (uint32_t i = 0; i < count; i++) {
        if (sim_flow_tick(flow, err) < 0 || sim_fault(flow->sim, job->point, err) < 0
            || sim_stream_piece(flow, job->mark, i, err) < 0)
            return -1;
        flow->now.done = job->dirty * (i + 1) / count;
    }
    return sim_flow_tick(flow, err);
}

/* What the guest has written to since a round began. */
static uint64_t written(const struct job *job, int64_t began)
{
    uint64_t took = job->frozen ? 0 : (uint64_t)(sim_monotonic_ms() - began) * 1000;
    uint64_t least = job->dirty * 1000000 / 256 / (uint64_t)job->copy_mib_s, us = took > least ? took : least;
    uint64_t pages = (uint64_t)job->dirty_mib_s * 256 * (us < LONGEST_US ? us : LONGEST_US) / 1000000;

    return pages < job->pages ? pages : job->pages;
}

static int send_live(struct job *job, xm_error **err)
{
    do {
        int64_t began = sim_monotonic_ms();

        if (send_round(job, err) < 0)
            return -1;
        job->dirty = written(job, began);
        job->flow.now = (struct xm_progress){ .round = job->flow.now.round + 1, .total = job->dirty };
    } while (job->flow.now.round < LAST_ROUND && job->dirty >= FEW_PAGES);
    return 0;
}

/* How long until it is ready to suspend; -1: it never is. */
static int when_ready(const struct job *job, int64_t *ret_ms, int64_t *ret_limit, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;
    int64_t booting;

    if (sim_state_load(job->flow.sim, &state, err) < 0)
        return -1;
    guest = get_saveable(&state, job, err);
    if (guest == NULL)
        return -1;
    booting = guest->does.boot_ms - sim_guest_time(guest, state.now);
    *ret_ms = !guest->does.suspends ? -1 : booting > 0 ? booting : 0;
    *ret_limit = state.settings.suspend_timeout_s * 1000;
    return 0;
}

/* Lets ms pass in slices: who waits is told, and can stop it. */
static int pass(const struct job *job, int64_t ms, xm_error **err)
{
    for (; ms > 0 && !job->frozen; ms -= SLICE_MS)
        if (sim_wait(job->flow.sim, ms < SLICE_MS ? ms : SLICE_MS, err) < 0 || sim_flow_tick(&job->flow, err) < 0)
            return -1;
    return sim_flow_tick(&job->flow, err);
}

static int await_ready(const struct job *job, xm_error **err)
{
    int64_t ready, limit;

    if (when_ready(job, &ready, &limit, err) < 0)
        return -1;
    if (ready >= 0 && ready <= limit)
        return pass(job, ready, err);
    if (pass(job, limit, err) < 0)
        return -1;
    return xm_fail(err, XM_TIMEOUT, "domain %u did not suspend within %lld seconds", job->domid, (long long)limit / 1000);
}

/* Suspends the guest; *ret_guest is its record as it then stands, to be cleared. */
static int suspend(const struct job *job, struct sim_guest *ret_guest, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    struct sim_guest *guest;

    if (sim_state_load(job->flow.sim, &state, err) < 0)
        return -1;
    guest = get_saveable(&state, job, err);
    if (guest == NULL)
        return -1;
    sim_guest_halt(guest, state.now);
    guest->end_ms = guest->ran_ms;
    guest->end_reason = XM_REASON_SUSPEND;
    if (sim_guest_store(&state, guest, err) < 0)
        return -1;
    sim_guest_copy(guest, ret_guest);
    return 0;
}

/* What is left of a guest that stands still, and its record. */
static int send_rest(struct job *job, const struct sim_guest *guest, xm_error **err)
{
    uint32_t pieces = sim_stream_pieces(guest);

    job->flow.now.suspended = true;
    /* It has grown since: then all of it goes, which is rare. */
    if (pieces > job->pieces) {
        job->pieces = pieces;
        job->pages = job->dirty = (uint64_t)guest->mem_kib / 4;
    }
    if (send_round(job, err) < 0)
        return -1;
    job->dirty = job->pages;
    if (job->how->debug && send_round(job, err) < 0)
        return -1;
    return sim_stream_end(&job->flow, guest, err);
}

static int send_all(struct job *job, xm_error **err)
{
    struct sim_guest guest;
    int rc;

    if (job->how->live && (sim_stream_head(&job->flow, err) < 0 || send_live(job, err) < 0))
        return -1;
    if (await_ready(job, err) < 0 || suspend(job, &guest, err) < 0)
        return -1;
    rc = job->how->live ? 0 : sim_stream_head(&job->flow, err);
    if (rc == 0)
        rc = send_rest(job, &guest, err);
    sim_guest_clear(&guest);
    if (rc < 0)
        (void)sim_resume_now(job->flow.sim, job->domid, NULL);  /* the stream's error is the one to tell */
    return rc;
}

static int run(struct xm_host *host, uint32_t domid, int fd, const char *op, const struct xm_send *how, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct job job = {
        .flow = { .sim = sim, .fd = fd, .stop = how->stop, .watch = &how->watch },
        .op = op, .point = strcmp(op, "send") == 0 ? "send.page" : "save.write", .how = how, .domid = domid,
    };
    int rc;

    if (sim_fault(sim, op, err) < 0)
        return -1;
    rc = begin(&job, err);
    if (rc == 0)
        rc = send_all(&job, err);
    free(job.mark);
    return rc;
}

int sim_save(struct xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err)
{
    struct xm_send how = { .watch = watch ? *watch : (struct xm_watch){ 0 } };

    return run(host, domid, fd, "save", &how, err);
}

int sim_send(struct xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err)
{
    return run(host, domid, fd, "send", send, err);
}
