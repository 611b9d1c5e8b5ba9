#include "host/xen/xen.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is known of a domain since the last look. */
struct seen {
    uint32_t domid;
    uint8_t handle[16];
    bool shutdown;              /* and told so */
};

/* A CD drive that is watched. */
struct drive {
    uint32_t domid;
    int devid;
    uint8_t handle[16];         /* of the domain */
    bool told;                  /* of the wish that stands in the store now */
};

/* The store tells only that some domain came or went. Each telling costs one hypercall per 256
 * domains, however many tellings have piled up; the difference to what was seen are the events. */
struct xen_events {
    struct xs_handle *xs;       /* its own, so that nobody else's watches come here */
    struct seen *seen;          /* ascending domid */
    size_t seen_count;
    struct xm_event *queue;
    size_t head, tail, cap;
    struct drive *drives;
    size_t drive_count, drive_cap;
    struct xen_models *models;
};

static void push(struct xen_events *events, enum xm_event_type type, uint32_t domid, const uint8_t handle[16],
                 int reason)
{
    struct xm_event *event;

    XM_GROW(events->queue, events->tail, events->cap);
    event = &events->queue[events->tail++];
    *event = (struct xm_event){ .type = type, .domid = domid, .reason = reason };
    xen_uuid_format(handle, event->uuid);
}

/* --- CD drives --- */

static char *eject_token(const struct drive *drive)
{
    return xm_printf("eject %u %d", drive->domid, drive->devid);
}

static struct drive *find_drive(const struct xen_events *events, uint32_t domid, int devid)
{
    for (size_t i = 0; i < events->drive_count; i++)
        if (events->drives[i].domid == domid && events->drives[i].devid == devid)
            return &events->drives[i];
    return NULL;
}

static int watch_drive(struct xen_events *events, const xc_domaininfo_t *info, int devid, xm_error **err)
{
    struct drive drive = { .domid = info->domain, .devid = devid };
    xm_autofree char *path = xm_printf(XEN_EJECT_NODE, drive.domid, devid), *token = eject_token(&drive);

    if (find_drive(events, drive.domid, devid) != NULL)
        return 0;
    memcpy(drive.handle, info->handle, sizeof(drive.handle));
    if (!xs_watch(events->xs, path, token))
        return xm_fail_errno(err, errno, "cannot watch %s", path);
    XM_GROW(events->drives, events->drive_count, events->drive_cap);
    events->drives[events->drive_count++] = drive;
    return 0;
}

static void forget_drives(struct xen_events *events, uint32_t domid)
{
    size_t kept = 0;

    for (size_t i = 0; i < events->drive_count; i++) {
        const struct drive drive = events->drives[i];
        xm_autofree char *path = xm_printf(XEN_EJECT_NODE, drive.domid, drive.devid), *token = eject_token(&drive);

        if (drive.domid != domid)
            events->drives[kept++] = drive;
        else
            (void)xs_unwatch(events->xs, path, token);  /* it watches for nothing any more */
    }
    events->drive_count = kept;
}

/* What stands there is the guest's own writing: it is a wish, or nothing. */
static void look_at_drive(struct xen_events *events, uint32_t domid, int devid)
{
    struct drive *drive = find_drive(events, domid, devid);
    xm_autofree char *wish = drive != NULL ? xen_read(events->xs, XEN_EJECT_NODE, domid, devid) : NULL;
    bool asks = wish != NULL && strcmp(wish, XEN_EJECT_WISH) == 0;

    if (asks && !drive->told) {
        push(events, XM_EVENT_EJECT, domid, drive->handle, XM_REASON_NONE);
        events->queue[events->tail - 1].devid = devid;
    }
    if (drive != NULL)
        drive->told = asks;
}

static void push_gone(struct xen_events *events, const struct seen *seen)
{
    forget_drives(events, seen->domid);
    xen_models_forget(events->models, seen->domid);
    push(events, XM_EVENT_GONE, seen->domid, seen->handle, XM_REASON_NONE);
}

/* --- domains --- */

/* A dying domain counts as gone, as libxl has it: pages that others still map may keep it in the
 * hypervisor's list for long, and nothing is told when it leaves that. */
static bool is_there(const xc_domaininfo_t *info)
{
    return info->domain != 0 && !(info->flags & XEN_DOMINF_dying);
}

static bool is_same(const struct seen *seen, const xc_domaininfo_t *info)
{
    return seen->domid == info->domain && memcmp(seen->handle, info->handle, sizeof(seen->handle)) == 0;
}

/* Merges two lists by domid. quiet: what is there already is no news. */
static int look(struct xen_host *xen, bool quiet, xm_error **err)
{
    struct xen_events *events = xen->events;
    xm_autofree xc_domaininfo_t *infos = NULL;
    struct seen *fresh;
    size_t count, old = 0, n = 0;

    if (xen_infos(xen, &infos, &count, err) < 0)
        return -1;
    fresh = xm_new0(struct seen, count);
    for (size_t i = 0; i < count; i++) {
        const xc_domaininfo_t *info = &infos[i];
        bool shut = info->flags & XEN_DOMINF_shutdown, known = false;

        if (!is_there(info))
            continue;
        for (; old < events->seen_count && events->seen[old].domid <= info->domain; old++) {
            known = is_same(&events->seen[old], info);
            if (known) {
                fresh[n].shutdown = events->seen[old++].shutdown;
                break;
            }
            push_gone(events, &events->seen[old]);
        }
        if (!known && !quiet)
            push(events, XM_EVENT_NEW, info->domain, info->handle, XM_REASON_NONE);
        if (shut && !fresh[n].shutdown)
            push(events, XM_EVENT_SHUTDOWN, info->domain, info->handle, xen_info_reason(info));
        fresh[n].domid = info->domain;
        memcpy(fresh[n].handle, info->handle, sizeof(fresh[n].handle));
        fresh[n++].shutdown = shut;     /* a resumed domain may shut down again */
    }
    for (; old < events->seen_count; old++)
        push_gone(events, &events->seen[old]);
    free(events->seen);
    events->seen = fresh;
    events->seen_count = n;
    return 0;
}

void xen_events_free(struct xen_events *events)
{
    if (events == NULL)
        return;
    xen_models_free(events->models);
    xs_close(events->xs);
    free(events->seen);
    free(events->queue);
    free(events->drives);
    free(events);
}

int xen_host_events_open(struct xm_host *host, int *ret_fd, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs;

    assert(xen->events == NULL);
    xs = xen_store_new(xen, err);
    if (xs == NULL)
        return -1;
    xen->events = xm_new0(struct xen_events, 1);
    xen->events->xs = xs;
    xen->events->models = xen_models_new(xs_fileno(xs), err);
    if (xen->events->models == NULL) {
        xen_events_free(XM_TAKE(xen->events));
        return -1;
    }
    /* Each watch fires once when it is set: so the descriptor is readable if the first look below has
     * found domains that have shut down. Watches first: what happens in between is not missed. */
    if (!xs_watch(xs, "@introduceDomain", "come") || !xs_watch(xs, "@releaseDomain", "go"))
        xm_fail_errno(err, errno, "cannot watch the store for domains");
    else if (look(xen, true, err) == 0) {
        *ret_fd = xen_models_fd(xen->events->models);
        return 0;
    }
    xen_events_free(XM_TAKE(xen->events));
    return -1;
}

int xen_host_hvm_watch(struct xm_host *host, uint32_t domid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xen_events *events = xen->events;
    xm_autofree char *type = xen_read(events->xs, "/libxl/%u/type", domid);
    XM_AUTO(xm_devices) *devices = NULL;
    xc_domaininfo_t info;
    xm_error *why = NULL;

    if (type == NULL || strcmp(type, "hvm") != 0)
        return 0;
    if (xen_info(xen, domid, &info, &why) < 0 || xen_host_devices(host, domid, XM_DEVICE_DISK, &devices, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (xen_models_watch(events->models, xen, events->xs, &info)) {
        push(events, XM_EVENT_MODEL, domid, info.handle, XM_REASON_NONE);
        xen_models_wake(events->models);
    }
    for (size_t i = 0; i < devices->count; i++)
        if (devices->items[i].cdrom && watch_drive(events, &info, devices->items[i].devid, err) < 0)
            return -1;
    return 0;
}

static void look_at_models(struct xen_host *xen)
{
    struct xen_events *events = xen->events;
    uint8_t handle[16];
    uint32_t domid;

    while (xen_models_next(events->models, xen, events->xs, &domid, handle))
        push(events, XM_EVENT_MODEL, domid, handle, XM_REASON_NONE);
}

/* A guest that writes without end must not keep us here. */
#define FIRED_MAX 256

/* *ret_any: the store told of domains since the last call. */
static int drain(struct xen_events *events, bool *ret_any, xm_error **err)
{
    uint32_t domid;
    char **fired;
    int devid, n = 0;

    *ret_any = false;
    while (n++ < FIRED_MAX && (fired = xs_check_watch(events->xs)) != NULL) {
        if (sscanf(fired[XS_WATCH_TOKEN], "eject %u %d", &domid, &devid) == 2)
            look_at_drive(events, domid, devid);
        else
            *ret_any = true;
        free(fired);
    }
    if (n <= FIRED_MAX && errno != EAGAIN)
        return xm_fail_errno(err, errno, "the connection to xenstored is lost");
    return 0;
}

int xen_host_event_next(struct xm_host *host, struct xm_event *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xen_events *events = xen->events;

    assert(events != NULL);
    if (events->head == events->tail) {
        bool any;

        events->head = events->tail = 0;
        if (drain(events, &any, err) < 0 || (any && look(xen, false, err) < 0))
            return -1;
        look_at_models(xen);
    }
    if (events->head == events->tail)
        return 0;
    *ret = events->queue[events->head++];
    return 1;
}
