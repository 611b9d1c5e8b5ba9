/* Telling that guests come, shut down and go.
 *
 * What changes because somebody does something changes a file, and inotify sees it; what changes
 * because time passes is known beforehand, and a timer is set for it. Both only say that it is
 * worth looking: the events themselves are the difference between what was known and what is. */
#include "host/sim/sim.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct known {
    int64_t domid;
    char uuid[37];
    bool told_end, told_eject, told_model;
};

/* A CD drive that is watched: one that its guest gets later is not, until somebody asks again. */
struct drive {
    int64_t domid;
    int devid;
};

struct sim_watch {
    int epoll, inotify, timer;
    struct known *known;        /* ascending domid */
    size_t count, cap;
    struct xm_event *queue;     /* from next on */
    size_t next, queued, queue_cap;
    uint32_t *watched;          /* the domains whose device models are */
    size_t watched_count, watched_cap;
    struct drive *drives;
    size_t drive_count, drive_cap;
};

void sim_watch_free(struct sim_watch *watch)
{
    if (watch == NULL)
        return;
    if (watch->epoll >= 0)
        close(watch->epoll);
    if (watch->inotify >= 0)
        close(watch->inotify);
    if (watch->timer >= 0)
        close(watch->timer);
    free(watch->known);
    free(watch->queue);
    free(watch->watched);
    free(watch->drives);
    free(watch);
}

/* Makes the descriptor readable in ms; 0: now, -1: not by itself. */
static void set_timer(const struct sim_watch *watch, int64_t ms)
{
    struct itimerspec when = { 0 };

    when.it_value.tv_sec = ms > 0 ? ms / 1000 : 0;
    when.it_value.tv_nsec = ms > 0 ? ms % 1000 * 1000000 : ms == 0;
    (void)timerfd_settime(watch->timer, 0, &when, NULL);    /* cannot fail with these figures */
}

static void add_event(struct sim_watch *watch, enum xm_event_type type, const struct known *known, int reason)
{
    struct xm_event *event;

    XM_GROW(watch->queue, watch->queued, watch->queue_cap);
    event = &watch->queue[watch->queued++];
    *event = (struct xm_event) { .type = type, .domid = (uint32_t)known->domid, .reason = reason };
    memcpy(event->uuid, known->uuid, sizeof(event->uuid));
}

static const struct known *find_known(const struct sim_watch *watch, const struct sim_guest *guest)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->known[i].domid == guest->domid && strcmp(watch->known[i].uuid, guest->uuid) == 0)
            return &watch->known[i];
    return NULL;
}

static size_t find_watched(const struct sim_watch *watch, int64_t domid)
{
    size_t i = 0;

    while (i < watch->watched_count && watch->watched[i] != domid)
        i++;
    return i;
}

static bool is_watched(const struct sim_watch *watch, int64_t domid, int devid)
{
    for (size_t i = 0; i < watch->drive_count; i++)
        if (watch->drives[i].domid == domid && watch->drives[i].devid == devid)
            return true;
    return false;
}

static void forget(struct sim_watch *watch, int64_t domid)
{
    size_t at = find_watched(watch, domid), kept = 0;

    if (at < watch->watched_count)
        watch->watched[at] = watch->watched[--watch->watched_count];
    for (size_t i = 0; i < watch->drive_count; i++)
        if (watch->drives[i].domid != domid)
            watch->drives[kept++] = watch->drives[i];
    watch->drive_count = kept;
}

static void tell_gone(struct sim_watch *watch, const struct sim_state *state)
{
    for (size_t i = 0; i < watch->count; i++) {
        bool here = false;

        for (size_t j = 0; j < state->count && !here; j++)
            here = state->guests[j].domid == watch->known[i].domid
                   && strcmp(state->guests[j].uuid, watch->known[i].uuid) == 0;
        if (!here) {
            forget(watch, watch->known[i].domid);
            add_event(watch, XM_EVENT_GONE, &watch->known[i], XM_REASON_NONE);
        }
    }
}

/* The disks of an HVM guest; of others none. */
static xm_devices *disks_of(const struct sim_guest *guest)
{
    XM_AUTO(xm_json) *config = NULL;

    if (strcmp(guest->kind, "hvm") != 0 || xm_json_parse(guest->config, strlen(guest->config), &config, NULL) < 0)
        return NULL;
    return xm_devices_configured(config, XM_DEVICE_DISK);
}

/* A drive with a CD in it; -1: there is none. */
static int full_drive(const struct sim_guest *guest)
{
    XM_AUTO(xm_devices) *devices = disks_of(guest);

    for (size_t i = 0; devices != NULL && i < devices->count; i++)
        if (devices->items[i].cdrom && *devices->items[i].medium != '\0')
            return devices->items[i].devid;
    return -1;
}

static void tell_eject(struct sim_watch *watch, const struct sim_guest *guest, const struct known *before, struct known *now,
                       int64_t when)
{
    int devid;

    now->told_eject = before != NULL && before->told_eject;
    if (now->told_eject || !sim_guest_ejects(guest, when) || (devid = full_drive(guest)) < 0
        || !is_watched(watch, guest->domid, devid))
        return;
    now->told_eject = true;
    add_event(watch, XM_EVENT_EJECT, now, XM_REASON_NONE);
    watch->queue[watch->queued - 1].devid = devid;
}

static void tell_model(struct sim_watch *watch, const struct sim_guest *guest, const struct known *before, struct known *now,
                       int64_t when)
{
    now->told_model = before != NULL && before->told_model;
    if (now->told_model || find_watched(watch, guest->domid) == watch->watched_count || !sim_guest_lost_model(guest, when))
        return;
    now->told_model = true;
    add_event(watch, XM_EVENT_MODEL, now, XM_REASON_NONE);
}

/* Queues what has changed since the last look. The first look tells no new ones. */
static void compare(struct sim_watch *watch, const struct sim_state *state, bool first)
{
    struct known *now = xm_new0(struct known, state->count);
    size_t count = 0;

    tell_gone(watch, state);
    for (size_t i = 0; i < state->count; i++) {
        const struct sim_guest *guest = &state->guests[i];
        const struct known *before = find_known(watch, guest);
        bool ended = sim_guest_ended(guest, state->now);

        if (guest->domid == 0)
            continue;
        now[count] = (struct known) { .domid = guest->domid, .told_end = ended };
        memcpy(now[count].uuid, guest->uuid, sizeof(now[count].uuid));
        if (before == NULL && !first)
            add_event(watch, XM_EVENT_NEW, &now[count], XM_REASON_NONE);
        tell_eject(watch, guest, before, &now[count], state->now);
        tell_model(watch, guest, before, &now[count], state->now);
        if (ended && (before == NULL || !before->told_end))
            add_event(watch, XM_EVENT_SHUTDOWN, &now[count], (int)guest->end_reason);
        count++;
    }
    free(watch->known);
    watch->known = now;
    watch->count = watch->cap = count;
}

static int look(struct sim *sim, bool first, xm_error **err)
{
    struct sim_watch *watch = sim->watch;
    sim_autostate state = SIM_STATE_INIT;
    int64_t next;

    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    compare(watch, &state, first);
    next = state.frozen ? -1 : sim_next_change(&state);
    /* A millisecond late: by then the change has surely come. */
    set_timer(watch, watch->next < watch->queued ? 0 : next < 0 ? -1 : next - state.now + 1);
    return 0;
}

static void drain(const struct sim_watch *watch)
{
    char buffer[4096];
    uint64_t times;

    while (read(watch->inotify, buffer, sizeof(buffer)) > 0)
        continue;
    if (read(watch->timer, &times, sizeof(times)) < 0)
        return;                 /* had not run out */
}

static int watch_open(struct sim *sim, struct sim_watch *watch, xm_error **err)
{
    xm_autofree char *domains = xm_printf("%s/domains", sim->dir);
    struct epoll_event readable = { .events = EPOLLIN };

    watch->epoll = epoll_create1(EPOLL_CLOEXEC);
    watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (watch->epoll < 0 || watch->inotify < 0 || watch->timer < 0)
        return xm_fail_errno(err, errno, "events of the simulated host");
    if (inotify_add_watch(watch->inotify, domains, IN_MOVED_TO | IN_DELETE) < 0)
        return xm_fail_errno(err, errno, "%s", domains);
    /* The settings and the standing clock. Whatever a look itself writes lies in other directories,
     * but for a guest's end that it notes in domains/: once. */
    if (inotify_add_watch(watch->inotify, sim->dir, IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE) < 0)
        return xm_fail_errno(err, errno, "%s", sim->dir);
    if (epoll_ctl(watch->epoll, EPOLL_CTL_ADD, watch->inotify, &readable) < 0
        || epoll_ctl(watch->epoll, EPOLL_CTL_ADD, watch->timer, &readable) < 0)
        return xm_fail_errno(err, errno, "events of the simulated host");
    return 0;
}

int sim_events_open(struct xm_host *host, int *ret_fd, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    if (sim_fault(sim, "events_open", err) < 0)
        return -1;
    sim->watch = xm_new0(struct sim_watch, 1);
    *sim->watch = (struct sim_watch) { .epoll = -1, .inotify = -1, .timer = -1 };
    if (watch_open(sim, sim->watch, err) < 0 || look(sim, true, err) < 0) {
        sim_watch_free(XM_TAKE(sim->watch));
        return -1;
    }
    *ret_fd = sim->watch->epoll;
    return 0;
}

static void watch_drives(struct sim_watch *watch, const struct sim_guest *guest)
{
    XM_AUTO(xm_devices) *devices = disks_of(guest);

    for (size_t i = 0; devices != NULL && i < devices->count; i++) {
        if (!devices->items[i].cdrom || is_watched(watch, guest->domid, devices->items[i].devid))
            continue;
        XM_GROW(watch->drives, watch->drive_count, watch->drive_cap);
        watch->drives[watch->drive_count++] = (struct drive){ guest->domid, devices->items[i].devid };
    }
}

int sim_hvm_watch(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct sim_watch *watch = sim->watch;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    if (sim_fault(sim, "hvm_watch", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, NULL);
    if (guest == NULL)
        return 0;
    watch_drives(watch, guest);
    if (find_watched(watch, domid) == watch->watched_count) {
        XM_GROW(watch->watched, watch->watched_count, watch->watched_cap);
        watch->watched[watch->watched_count++] = domid;
    }
    set_timer(watch, 0);        /* it may have done so by now */
    return 0;
}

int sim_event_next(struct xm_host *host, struct xm_event *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    struct sim_watch *watch = sim->watch;

    if (sim_fault(sim, "event_next", err) < 0)
        return -1;
    if (watch->next == watch->queued) {
        watch->next = watch->queued = 0;
        drain(watch);
        if (look(sim, false, err) < 0)
            return -1;
    }
    if (watch->next == watch->queued)
        return 0;
    *ret = watch->queue[watch->next++];
    return 1;
}
