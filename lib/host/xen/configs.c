/* The configurations of many domains at once.
 *
 * libxl_retrieve_domain_configuration() takes two locks of the domain and asks the store some twenty
 * things, one by one. What it answers is the file that libxl keeps of the domain, with the few
 * values that change while it runs set to what the hypervisor and the store say. The same is done
 * here for all domains together, out of one sweep. Only what is certain to come out the same is: PV
 * and PVH guests with plain disks and nics, all of them there. Any other is libxl's to tell. */
#include "host/xen/xen.h"

#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "host/xen/live.h"

#define FILE_MAX (4u << 20)

/* One domain, and where in the sweep its answers are. */
struct work {
    const xc_domaininfo_t *info;
    xm_json *config;
    size_t name, target, most, vcpus, vcpu_count;
    size_t disks, nics;         /* lists of those that are there; SIZE_MAX: it has none */
    size_t disk_devs;           /* the first of the disks' own names */
};

/* libxl replaces that file by renaming: it is there whole. */
static xm_json *read_file(const xc_domaininfo_t *info)
{
    xm_autofree char *path = NULL, *text = NULL;
    xm_json *config = NULL;
    char uuid[37];

    xen_uuid_format(info->handle, uuid);
    path = xm_printf("/var/lib/xen/userdata-d.%u.%s.libxl-json", info->domain, uuid);
    if (xm_file_read(path, FILE_MAX, &text, NULL, NULL) < 0 || xm_json_parse(text, strlen(text), &config, NULL) < 0)
        return NULL;
    if (xen_live_can(config))
        return config;
    xm_json_free(config);
    return NULL;
}

/* --- asking --- */

static size_t ask_devices(xen_asks *asks, const struct work *work, const char *key, const char *kind)
{
    const xm_json *devices = xm_json_get(work->config, key, NULL);

    return devices == NULL || devices->count == 0
        ? SIZE_MAX : xen_asks_add(asks, true, "/libxl/%u/device/%s", work->info->domain, kind);
}

static void ask(xen_asks *asks, struct work *work)
{
    unsigned id = work->info->domain;

    work->name = xen_asks_add(asks, false, "/local/domain/%u/name", id);
    work->target = xen_asks_add(asks, false, "/local/domain/%u/memory/target", id);
    work->most = xen_asks_add(asks, false, "/local/domain/%u/memory/static-max", id);
    work->vcpu_count = xen_live_vcpus(work->config);
    work->vcpus = asks->count;
    for (size_t i = 0; i < work->vcpu_count; i++)
        xen_asks_add(asks, false, "/local/domain/%u/cpu/%zu/availability", id, i);
    work->disks = ask_devices(asks, work, "disks", "vbd");
    work->nics = ask_devices(asks, work, "nics", "vif");
}

/* A disk is known to the store by its number, to the configuration by its name. */
static void ask_disks(xen_asks *asks, struct work *work)
{
    xm_autobuf names = XM_BUF_INIT;

    work->disk_devs = asks->count;
    if (work->disks == SIZE_MAX || asks->items[work->disks].text == NULL)
        return;
    xm_buf_add(&names, asks->items[work->disks].text, asks->items[work->disks].len);
    for (const char *at = names.data; at != NULL && at < names.data + names.len; at += strlen(at) + 1)
        xen_asks_add(asks, false, "/libxl/%u/device/vbd/%s/dev", work->info->domain, at);
}

/* --- the answers --- */

static bool has_disks(const xen_asks *asks, const struct work *work, size_t end)
{
    const xm_json *disks = xm_json_get(work->config, "disks", NULL);

    for (size_t i = 0; disks != NULL && i < disks->count; i++) {
        const char *name = xm_json_str(xm_json_get(disks->items[i], "vdev", NULL));
        bool found = false;

        for (size_t at = work->disk_devs; at < end; at++)
            found |= asks->items[at].text != NULL && strcmp(asks->items[at].text, name) == 0;
        if (!found)
            return false;
    }
    return true;
}

static bool has_nics(const xen_asks *asks, const struct work *work)
{
    const xm_json *nics = xm_json_get(work->config, "nics", NULL);

    for (size_t i = 0; nics != NULL && i < nics->count; i++) {
        int64_t number = xm_json_int(xm_json_get(nics->items[i], "devid", NULL), -1);
        char name[24];

        snprintf(name, sizeof(name), "%lld", (long long)number);
        if (number < 0 || !xen_ask_has(&asks->items[work->nics], name))
            return false;
    }
    return true;
}

static bool parse_kib(const char *text, int64_t *ret_kib)
{
    char *end = NULL;
    unsigned long long kib = text != NULL && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;

    *ret_kib = (int64_t)kib;
    return end != NULL && *end == '\0' && kib < INT64_MAX / 2;
}

/* The scheduler of the pool that was asked for last: nearly always it is the same for all. */
struct pool {
    uint32_t id;
    enum xm_scheduler scheduler;        /* OTHER: not known */
};

static bool share_of(struct xen_host *xen, const struct work *work, struct pool *pool, struct xm_share *ret)
{
    if (pool->scheduler == XM_SCHED_OTHER || pool->id != work->info->cpupool) {
        *pool = (struct pool){ .id = work->info->cpupool, .scheduler = XM_SCHED_OTHER };
        if (xen_pool_scheduler(xen, pool->id, &pool->scheduler, NULL) < 0)
            return false;
    }
    return xen_share_of(xen, work->info->domain, pool->scheduler, ret, NULL) == 0;
}

static bool settle(struct xen_host *xen, const xen_asks *asks, const struct work *work, size_t end, struct pool *pool)
{
    struct xen_live live = { .name = asks->items[work->name].text };
    bool online[XEN_LIVE_VCPUS_MAX];
    struct xm_share share;
    char uuid[37];

    if (live.name == NULL || !parse_kib(asks->items[work->target].text, &live.target_kib)
        || !parse_kib(asks->items[work->most].text, &live.most_kib)
        || !has_disks(asks, work, end) || !has_nics(asks, work)
        || !share_of(xen, work, pool, &share))
        return false;
    for (size_t i = 0; i < work->vcpu_count; i++) {
        const char *text = asks->items[work->vcpus + i].text;

        online[i] = text != NULL && strcmp(text, "online") == 0;
    }
    xen_uuid_format(work->info->handle, uuid);
    live.uuid = uuid;
    live.online = online;
    live.scheduler = share.scheduler == XM_SCHED_CREDIT ? "credit" : "credit2";
    live.weight = share.weight;
    live.cap = share.cap;
    return xen_live_settle(work->config, &live);
}

static int read_all(struct xen_host *xen, struct work *works, size_t count, xm_host_configs *configs, xm_error **err)
{
    XM_AUTO(xen_asks) *asks = xen_asks_new();
    struct pool pool = { .scheduler = XM_SCHED_OTHER };
    size_t first;

    for (size_t i = 0; i < count; i++) {
        works[i].config = works[i].info != NULL ? read_file(works[i].info) : NULL;
        if (works[i].config != NULL)
            ask(asks, &works[i]);
    }
    if (xen_sweep(xen, asks, 0, err) < 0)
        return -1;
    first = asks->count;
    for (size_t i = 0; i < count; i++)
        if (works[i].config != NULL)
            ask_disks(asks, &works[i]);
    if (xen_sweep(xen, asks, first, err) < 0)
        return -1;
    for (size_t i = count, end = asks->count; i-- > 0;) {
        if (works[i].config == NULL)
            continue;
        if (settle(xen, asks, &works[i], end, &pool))
            configs->items[i].json = XM_TAKE(works[i].config);
        end = works[i].disk_devs;
    }
    return 0;
}

/* --- all of them --- */

static const xc_domaininfo_t *info_of(const xc_domaininfo_t *infos, size_t count, uint32_t domid)
{
    for (size_t i = 0; i < count; i++)
        if (infos[i].domain == domid)
            return infos[i].flags & XEN_DOMINF_dying ? NULL : &infos[i];
    return NULL;
}

static void ask_libxl(struct xen_host *xen, uint32_t domid, struct xm_host_config *config)
{
    xm_autofree char *text = NULL;

    if (xen_host_config_json(&xen->host, domid, &text, &config->err) == 0)
        (void)xm_json_parse(text, strlen(text), &config->json, &config->err);
}

int xen_host_configs(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err)
{
    XM_AUTO(xm_host_configs) *configs = xm_host_configs_new(count);
    xm_autofree struct work *works = xm_new0(struct work, count);
    struct xen_host *xen = xen_of(host);
    xm_autofree xc_domaininfo_t *infos = NULL;
    size_t info_count;
    int rc;

    if (xen_infos(xen, &infos, &info_count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        works[i].info = info_of(infos, info_count, domids[i]);
    rc = read_all(xen, works, count, configs, err);
    for (size_t i = 0; i < count; i++)
        xm_json_free(works[i].config);
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (configs->items[i].json == NULL)
            ask_libxl(xen, domids[i], &configs->items[i]);
    if (rc == 0)
        *ret = XM_TAKE(configs);
    return rc;
}
