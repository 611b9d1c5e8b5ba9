#include "host/xen/xen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"

/* One hypercall's worth: 34 KiB of buffer for the hypervisor to fill. */
#define BATCH 256

int xen_infos(struct xen_host *xen, xc_domaininfo_t **ret_infos, size_t *ret_count, xm_error **err)
{
    xm_autofree xc_domaininfo_t *infos = NULL;
    uint32_t next = 0;
    size_t count = 0;
    int n;

    do {
        infos = xm_realloc(infos, count + BATCH, sizeof(*infos));
        n = xc_domain_getinfolist(xen->xc, next, BATCH, infos + count);
        if (n < 0)
            return xm_fail_errno(err, errno, "cannot list the domains");
        count += (size_t)n;
        if (n > 0)
            next = (uint32_t)infos[count - 1].domain + 1;
    } while (n == BATCH);
    *ret_infos = XM_TAKE(infos);
    *ret_count = count;
    return 0;
}

int xen_info(struct xen_host *xen, uint32_t domid, xc_domaininfo_t *ret_info, xm_error **err)
{
    int n = 0;

    if (domid < DOMID_FIRST_RESERVED) {
        n = xc_domain_getinfolist(xen->xc, domid, 1, ret_info);
        if (n < 0)
            return xm_fail_errno(err, errno, "cannot look at domain %u", domid);
    }
    /* The hypervisor answers with the next domain if that one is not there. */
    if (n < 1 || ret_info->domain != domid)
        return xm_fail(err, XM_NOT_FOUND, "domain %u does not exist", domid);
    return 0;
}

bool xen_exists(struct xen_host *xen, uint32_t domid)
{
    xc_domaininfo_t info;

    return xen_info(xen, domid, &info, NULL) == 0;
}

int xen_guest_info(struct xen_host *xen, uint32_t domid, const char *done, xc_domaininfo_t *ret_info, xm_error **err)
{
    if (domid == 0)
        return xm_fail(err, XM_INVALID, "domain 0 cannot be %s", done);
    return xen_info(xen, domid, ret_info, err);
}

void xen_uuid_format(const uint8_t bytes[16], char ret_text[37])
{
    char *at = ret_text;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        at += sprintf(at, "%02x", bytes[i]);
    }
}

int xen_info_reason(const xc_domaininfo_t *info)
{
    if (!(info->flags & XEN_DOMINF_shutdown))
        return XM_REASON_NONE;
    return (int)((info->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask);
}

static uint64_t kib_of_pages(uint64_t pages)
{
    return pages > UINT64_MAX / (XC_PAGE_SIZE / 1024) ? UINT64_MAX : pages * (XC_PAGE_SIZE / 1024);
}

static void fill(struct xm_domain *domain, const xc_domaininfo_t *info)
{
    domain->domid = info->domain;
    xen_uuid_format(info->handle, domain->uuid);
    domain->running = info->flags & XEN_DOMINF_running;
    domain->blocked = info->flags & XEN_DOMINF_blocked;
    domain->paused = info->flags & XEN_DOMINF_paused;
    domain->shutdown = info->flags & XEN_DOMINF_shutdown;
    domain->dying = info->flags & XEN_DOMINF_dying;
    domain->hvm = info->flags & XEN_DOMINF_hvm_guest;
    domain->reason = xen_info_reason(info);
    domain->mem_kib = kib_of_pages(info->tot_pages + info->outstanding_pages);
    domain->max_kib = kib_of_pages(info->max_pages);
    domain->vcpus = info->nr_online_vcpus;
    domain->max_vcpu = info->max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : info->max_vcpu_id;
    domain->cpu_ns = info->cpu_time;
    domain->cpupool = info->cpupool;
}

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The control domain has been there since the machine has. */
static double machine_started(void)
{
    struct timespec up;

    clock_gettime(CLOCK_BOOTTIME, &up);
    return now() - (double)up.tv_sec - (double)up.tv_nsec / 1e9;
}

static uint64_t parse_kib(const char *text)
{
    long long kib = text ? strtoll(text, NULL, 10) : 0;

    return kib > 0 ? (uint64_t)kib : 0;
}

uint64_t xen_memory_kib(struct xs_handle *xs, uint32_t domid, const char *node)
{
    xm_autofree char *text = xen_read(xs, "/local/domain/%u/memory/%s", domid, node);

    return parse_kib(text);
}

/* NULL, and *none set so that nobody asks again, on a Xen without security labels. */
static char *label_of(struct xen_host *xen, uint32_t sid, bool *none)
{
    char text[4096] = "";

    if (*none)
        return NULL;
    if (xc_flask_sid_to_context(xen->xc, (int)sid, text, sizeof(text) - 1) < 0) {
        *none = true;
        return NULL;
    }
    return xm_strdup(text);
}

static int fill_started(struct xen_host *xen, xm_domains *domains, xm_error **err)
{
    XM_AUTO(xen_asks) *asks = xen_asks_new();
    xm_autofree size_t *at = xm_new0(size_t, domains->count);

    /* By way of the domain's own vm node: a preserved domain has another than its uuid's. */
    for (size_t i = 0; i < domains->count; i++)
        at[i] = xen_asks_add(asks, false, "/local/domain/%u/vm", domains->items[i].domid);
    if (xen_sweep(xen, asks, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const char *vm = asks->items[at[i]].text;

        at[i] = SIZE_MAX;
        if (domains->items[i].domid == 0)
            domains->items[i].started = machine_started();
        else if (vm != NULL)
            at[i] = xen_asks_add(asks, false, "%s/start_time", vm);
    }
    if (xen_sweep(xen, asks, domains->count, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++)
        if (at[i] != SIZE_MAX && asks->items[at[i]].text != NULL)
            domains->items[i].started = strtod(asks->items[at[i]].text, NULL);
    return 0;
}

/* The answers to ask_memory(), in its order. A guest with a device model was asked to hold its screen's
 * memory, too, which the store tells apart. */
static void take_memory(const struct xen_ask *asks, struct xm_domain *domain)
{
    uint64_t target = parse_kib(asks[0].text);

    domain->target_kib = target > 0 && domain->hvm ? target + parse_kib(asks[1].text) : target;
}

static size_t ask_memory(xen_asks *asks, const struct xm_domain *domain)
{
    size_t at = xen_asks_add(asks, false, "/local/domain/%u/memory/target", domain->domid);

    if (domain->hvm)
        xen_asks_add(asks, false, "/local/domain/%u/memory/videoram", domain->domid);
    return at;
}

static int fill_from_store(struct xen_host *xen, unsigned want, xm_domains *domains, xm_error **err)
{
    XM_AUTO(xen_asks) *asks = xen_asks_new();
    struct place { size_t name, memory; };
    xm_autofree struct place *at = xm_new0(struct place, domains->count);

    for (size_t i = 0; i < domains->count; i++) {
        if (want & XM_WANT_NAME)
            at[i].name = xen_asks_add(asks, false, "/local/domain/%u/name", domains->items[i].domid);
        if (want & XM_WANT_TARGET)
            at[i].memory = ask_memory(asks, &domains->items[i]);
    }
    if (xen_sweep(xen, asks, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        if (want & XM_WANT_NAME)
            domains->items[i].name = XM_TAKE(asks->items[at[i].name].text);
        if (want & XM_WANT_TARGET)
            take_memory(&asks->items[at[i].memory], &domains->items[i]);
    }
    return 0;
}

static int fill_wanted(struct xen_host *xen, unsigned want, const xc_domaininfo_t *infos, xm_domains *domains,
                       xm_error **err)
{
    bool unlabelled = false;

    if ((want & (XM_WANT_NAME | XM_WANT_TARGET)) && fill_from_store(xen, want, domains, err) < 0)
        return -1;
    if ((want & XM_WANT_STARTED) && fill_started(xen, domains, err) < 0)
        return -1;
    for (size_t i = 0; (want & XM_WANT_LABEL) && i < domains->count; i++)
        domains->items[i].label = label_of(xen, infos[i].ssidref, &unlabelled);
    return 0;
}

static int domains_of(struct xen_host *xen, unsigned want, const xc_domaininfo_t *infos, size_t count,
                      xm_domains **ret, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = xm_new0(xm_domains, 1);

    domains->items = xm_new0(struct xm_domain, count);
    domains->count = count;
    for (size_t i = 0; i < count; i++)
        fill(&domains->items[i], &infos[i]);
    if (fill_wanted(xen, want, infos, domains, err) < 0)
        return -1;
    *ret = XM_TAKE(domains);
    return 0;
}

int xen_host_list(struct xm_host *host, unsigned want, xm_domains **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t count;

    if (xen_infos(xen, &infos, &count, err) < 0 || domains_of(xen, want, infos, count, ret, err) < 0)
        return -1;
    if (want & XM_WANT_NAME)
        xen_names_keep(xen, *ret);
    return 0;
}

int xen_host_get(struct xm_host *host, uint32_t domid, unsigned want, xm_domains **ret, xm_error **err)
{
    xc_domaininfo_t info;

    if (xen_info(xen_of(host), domid, &info, err) < 0)
        return -1;
    return domains_of(xen_of(host), want, &info, 1, ret, err);
}

int xen_host_find(struct xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xen_host_list(host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *domain = &domains->items[i];

        if (domain->name != NULL && strcmp(domain->name, name) == 0) {
            *ret_domid = domain->domid;
            return 0;
        }
    }
    return xm_fail(err, XM_NOT_FOUND, "domain '%s' does not exist", name);
}
