#include "host/xen/xen.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* What is known of a domain since the last look. */
struct seen {
    uint32_t domid;
    uint8_t handle[16];
    bool shutdown;              /* and told so */
};

/* The store tells only that some domain came or went. Each telling costs one hypercall per 256
 * domains, however many tellings have piled up; the difference to what was seen are the events. */
struct xen_events {
    struct xs_handle *xs;       /* its own, so that nobody else's watches come here */
    struct seen *seen;          /* ascending domid */
    size_t seen_count;
    struct xm_event *queue;
    size_t head, tail, cap;
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
            push(events, XM_EVENT_GONE, events->seen[old].domid, events->seen[old].handle, XM_REASON_NONE);
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
        push(events, XM_EVENT_GONE, events->seen[old].domid, events->seen[old].handle, XM_REASON_NONE);
    free(events->seen);
    events->seen = fresh;
    events->seen_count = n;
    return 0;
}

void xen_events_free(struct xen_events *events)
{
    if (events == NULL)
        return;
    xs_close(events->xs);
    free(events->seen);
    free(events->queue);
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
    /* Each watch fires once when it is set: so the descriptor is readable if the first look below has
     * found domains that have shut down. Watches first: what happens in between is not missed. */
    if (!xs_watch(xs, "@introduceDomain", "come") || !xs_watch(xs, "@releaseDomain", "go"))
        xm_fail_errno(err, errno, "cannot watch the store for domains");
    else if (look(xen, true, err) == 0) {
        *ret_fd = xs_fileno(xs);
        return 0;
    }
    xen_events_free(XM_TAKE(xen->events));
    return -1;
}

/* 1 if the store told of anything since the last call. */
static int drain(struct xs_handle *xs, xm_error **err)
{
    char **fired;
    int any = 0;

    while ((fired = xs_check_watch(xs)) != NULL) {
        free(fired);
        any = 1;
    }
    if (errno != EAGAIN)
        return xm_fail_errno(err, errno, "the connection to xenstored is lost");
    return any;
}

int xen_host_event_next(struct xm_host *host, struct xm_event *ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xen_events *events = xen->events;

    assert(events != NULL);
    if (events->head == events->tail) {
        int any;

        events->head = events->tail = 0;
        any = drain(events->xs, err);
        if (any <= 0)
            return any;
        if (look(xen, false, err) < 0)
            return -1;
    }
    if (events->head == events->tail)
        return 0;
    *ret = events->queue[events->head++];
    return 1;
}
