#include "guest/edit.h"

#include <inttypes.h>
#include <string.h>

#include "bind/config.h"
#include "convert/json.h"
#include "guest/step.h"

#define MIB_KIB 1024
#define LIBXL_MEMORY_KIB 32768          /* libxl's, where nothing is said */

/* What is stored, opened for a change. */
struct edit {
    const struct xm_guests *guests;
    const struct xm_change *change;
    xm_doc *doc;
    xm_json *root, *info;       /* libxl's JSON and its b_info, ours to change */
    bool foreign;               /* that JSON is all there is; else it is only doc's, to be read */
    bool beside;
    int64_t max_kib, target_kib, max_vcpus;     /* what the guest gets at its next start as it stands */
};

static void edit_clear(struct edit *e)
{
    xm_json_free(e->root);
}

static int edit_open(struct edit *e, xm_error **err)
{
    const char *json = xm_doc_get_str(e->doc, XM_GUEST_JSON_KEY);
    xm_autofree char *text = json != NULL ? xm_strdup(json) : NULL;

    e->foreign = json != NULL;
    if ((text == NULL && xm_config_format_json(e->doc, &text, err) < 0) || xm_json_parse(text, strlen(text), &e->root, err) < 0)
        return -1;
    e->info = (xm_json *)xm_json_get(e->root, "b_info", NULL);         /* within root, which is ours */
    if (e->info == NULL || e->info->type != XM_JSON_OBJECT)
        return xm_fail(err, XM_INVALID, "what is stored of the guest says nothing of what it has");
    e->target_kib = xm_json_int(xm_json_get(e->info, "target_memkb", NULL), -1);
    e->max_kib = xm_json_int(xm_json_get(e->info, "max_memkb", NULL), -1);
    if (e->max_kib < 0)
        e->max_kib = e->target_kib < 0 ? LIBXL_MEMORY_KIB : e->target_kib;
    if (e->target_kib < 0)
        e->target_kib = e->max_kib;
    e->max_vcpus = xm_json_int(xm_json_get(e->info, "max_vcpus", NULL), 1);
    if (e->max_vcpus < 1)
        e->max_vcpus = 1;
    return e->max_vcpus <= XM_MAX_CPUS ? 0 : xm_fail(err, XM_INVALID, "the guest is said to have %" PRId64 " vcpus", e->max_vcpus);
}

static void set_mib(struct edit *e, const char *key, const char *json_key, int64_t kib)
{
    if (e->foreign)
        xm_json_set(e->info, json_key, xm_json_new_int(kib));
    else        /* configurations count in MiB; less than one is none */
        xm_doc_set_int(e->doc, key, kib < MIB_KIB ? 1 : kib / MIB_KIB);
}

static int edit_memory(struct edit *e, xm_error **err)
{
    int64_t kib = (int64_t)e->change->kib;

    if (xm_memory_check(e->change->kib, (uint64_t)e->max_kib, err) < 0)
        return -1;
    /* Unsaid, the maximum would follow. */
    set_mib(e, "maxmem", "max_memkb", e->max_kib);
    set_mib(e, "memory", "target_memkb", kib);
    return 0;
}

static int edit_max_memory(struct edit *e, xm_error **err)
{
    if (xm_max_memory_check(e->change->kib, (uint64_t)e->target_kib, err) < 0)
        return -1;
    if (e->change->kib > INT64_MAX)
        return xm_fail(err, XM_INVALID, "no guest can have that much memory");
    set_mib(e, "memory", "target_memkb", e->target_kib);
    set_mib(e, "maxmem", "max_memkb", (int64_t)e->change->kib);
    return 0;
}

/* What doc says of one vcpu so far; owned by the caller. A single string holds for each. */
static char *cpus_of(const xm_doc *doc, const char *key, size_t vcpu)
{
    const xm_node *node = xm_doc_get(doc, key);

    if (node != NULL && node->type == XM_NODE_LIST)
        node = vcpu < node->count ? node->items[vcpu] : NULL;
    if (node != NULL && node->type == XM_NODE_INT)
        return xm_printf("%lld", (long long)node->i);
    return xm_strdup(node != NULL && node->type == XM_NODE_STR && *node->str != '\0' ? node->str : "all");
}

/* A list of count items, vcpu's being cpus (NULL: all as they are). */
static void list_cpus(xm_doc *doc, const char *key, unsigned vcpu, const char *cpus, int64_t count)
{
    const struct xm_place nowhere = { 0, 0 };
    xm_node *list = xm_node_new(XM_NODE_LIST, nowhere);

    for (int64_t i = 0; i < count; i++) {
        bool meant = cpus != NULL && (vcpu == XM_ALL_VCPUS || vcpu == i);
        xm_autofree char *text = meant ? xm_strdup(cpus) : cpus_of(doc, key, (size_t)i);

        xm_node_add(list, xm_node_new_str(text, nowhere));
    }
    xm_doc_set(doc, key, list);
}

/* xm wants as many items as there are vcpus. */
static void fit_cpus(xm_doc *doc, int64_t count)
{
    const xm_node *node = xm_doc_get(doc, "cpus");

    if (node != NULL && node->type == XM_NODE_LIST && node->count != (size_t)count)
        list_cpus(doc, "cpus", XM_ALL_VCPUS, NULL, count);
}

static void set_online(xm_json *info, int64_t count)
{
    xm_json *online = xm_json_new(XM_JSON_ARRAY);

    for (int64_t i = 0; i < count; i++)
        xm_json_add(online, xm_json_new_int(i));
    xm_json_set(info, "avail_vcpus", online);
}

/* Of a running guest only so many of its vcpus are online; of another, xm has ever set the maximum. */
static int edit_vcpus(struct edit *e, xm_error **err)
{
    int64_t count = e->change->vcpus, max = e->beside ? e->max_vcpus : count;

    if (count < 1)
        return xm_fail(err, XM_INVALID, "Zero or less VCPUs is invalid");
    if (count > max || count > XM_MAX_CPUS)
        return xm_fail(err, XM_INVALID, "it has %" PRId64 " vcpus at the most", count > XM_MAX_CPUS ? XM_MAX_CPUS : max);
    if (e->foreign) {
        set_online(e->info, count);
        xm_json_set(e->info, "max_vcpus", xm_json_new_int(max));
        return 0;
    }
    xm_doc_set_int(e->doc, "vcpus", count);
    if (max != count || xm_doc_get(e->doc, "maxvcpus") != NULL)
        xm_doc_set_int(e->doc, "maxvcpus", max);
    fit_cpus(e->doc, max);
    return 0;
}

static int64_t said(const struct edit *e, const char *key, int64_t otherwise)
{
    return xm_json_int(xm_json_get(e->info, "sched_params", key, NULL), otherwise);
}

static int edit_share(struct edit *e, xm_error **err)
{
    int64_t weight = e->change->weight >= 0 ? e->change->weight : said(e, "weight", 256);
    int64_t cap = e->change->cap >= 0 ? e->change->cap : said(e, "cap", 0);
    struct xm_share share = {
        .weight = weight > 0 && weight <= UINT32_MAX ? (unsigned)weight : e->change->weight < 0 ? 256 : 0,
        .cap = cap > 0 && cap <= UINT32_MAX ? (unsigned)cap : 0,
    };
    xm_json *params;

    if (xm_share_check(&share, (unsigned)e->max_vcpus, err) < 0)
        return -1;
    if (!e->foreign) {
        if (e->change->weight >= 0)
            xm_doc_set_int(e->doc, "cpu_weight", share.weight);
        if (e->change->cap >= 0)
            xm_doc_set_int(e->doc, xm_doc_dialect(e->doc) == XM_DIALECT_XL ? "cap" : "cpu_cap", share.cap);
        return 0;
    }
    params = (xm_json *)xm_json_get(e->info, "sched_params", NULL);    /* within root, which is ours */
    if (params == NULL || params->type != XM_JSON_OBJECT) {
        params = xm_json_new(XM_JSON_OBJECT);
        xm_json_set(e->info, "sched_params", params);
    }
    xm_json_set(params, "weight", xm_json_new_int(share.weight));
    xm_json_set(params, "cap", xm_json_new_int(share.cap));
    return 0;
}

static xm_json *numbers_of(const struct xm_cpuset *set, unsigned nr_cpus)
{
    xm_json *list = xm_json_new(XM_JSON_ARRAY);

    for (unsigned cpu = 0; cpu < nr_cpus && cpu < XM_MAX_CPUS; cpu++)
        if (set == NULL || (set->bits[cpu / 64] >> cpu % 64 & 1))
            xm_json_add(list, xm_json_new_int(cpu));
    return list;
}

static int edit_json_cpus(struct edit *e, const char *key, const struct xm_cpuset *set, xm_error **err)
{
    const xm_json *old = xm_json_get(e->info, key, NULL);
    XM_AUTO(xm_host_info) *host = NULL;
    xm_json *list;

    if (xm_host_info_get(e->guests->host, false, &host, err) < 0)
        return -1;
    list = xm_json_new(XM_JSON_ARRAY);
    for (int64_t i = 0; i < e->max_vcpus; i++) {
        bool meant = e->change->vcpu == XM_ALL_VCPUS || e->change->vcpu == i;
        const xm_json *was = old != NULL && old->type == XM_JSON_ARRAY && (size_t)i < old->count ? old->items[i] : NULL;
        xm_json *item = NULL;

        if (!meant && was != NULL && was->type == XM_JSON_ARRAY && was->count > 0) {
            item = xm_json_new(XM_JSON_ARRAY);
            for (size_t j = 0; j < was->count; j++)
                xm_json_add(item, xm_json_new_int(xm_json_int(was->items[j], 0)));
        }
        xm_json_add(list, item != NULL ? item : numbers_of(meant ? set : NULL, host->nr_cpus));
    }
    xm_json_set(e->info, key, list);
    xm_json_set(e->info, "numa_placement", xm_json_new_str("False"));   /* libxl takes one or the other */
    return 0;
}

static int edit_cpus(struct edit *e, xm_error **err)
{
    const struct xm_change *c = e->change;
    bool keeps_soft = e->foreign || xm_doc_dialect(e->doc) == XM_DIALECT_XL;

    if (c->vcpu != XM_ALL_VCPUS && c->vcpu >= e->max_vcpus)
        return xm_fail(err, XM_INVALID, "the guest has no vcpu %u, the last being %" PRId64, c->vcpu, e->max_vcpus - 1);
    if (c->soft != NULL && !keeps_soft && !e->beside)
        return xm_fail(err, XM_UNSUPPORTED, "configurations of xm have no word for where a vcpu should rather run");
    if (e->foreign)
        return (c->hard != NULL && edit_json_cpus(e, "vcpu_hard_affinity", c->hard, err) < 0)
            || (c->soft != NULL && edit_json_cpus(e, "vcpu_soft_affinity", c->soft, err) < 0) ? -1 : 0;
    if (c->hard != NULL)
        list_cpus(e->doc, "cpus", c->vcpu, c->hard_text, e->max_vcpus);
    if (c->soft != NULL && keeps_soft)
        list_cpus(e->doc, "cpus_soft", c->vcpu, c->soft_text, e->max_vcpus);
    return 0;
}

static int (*const edits[])(struct edit *e, xm_error **err) = {
    [XM_SET_MEMORY] = edit_memory, [XM_SET_MAX_MEMORY] = edit_max_memory, [XM_SET_VCPUS] = edit_vcpus,
    [XM_SET_SHARE] = edit_share, [XM_SET_CPUS] = edit_cpus,
};

int xm_guest_edit(const struct xm_guests *guests, xm_doc *doc, const struct xm_change *change, bool beside, xm_error **err)
{
    struct edit e = { .guests = guests, .doc = doc, .change = change, .beside = beside };
    xm_autofree char *text = NULL;
    int rc = edit_open(&e, err);

    if (rc == 0)
        rc = edits[change->what](&e, err);
    if (rc == 0 && e.foreign)
        text = xm_json_format(e.root, false);
    edit_clear(&e);
    if (rc < 0)
        return -1;
    if (text != NULL) {
        xm_doc_set_str(doc, XM_GUEST_JSON_KEY, text);
        return 0;
    }
    /* A document that could not be bound again would be a guest that never starts again. */
    return xm_config_check(doc, NULL, err);
}
