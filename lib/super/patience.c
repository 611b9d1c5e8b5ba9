/* Guests that were asked to go and do not: that is told once, and left to whoever asked. What was asked
 * before this supervisor began is not known, unless it took over from another; only this line hangs on it. */
#include <string.h>

#include "super/loop.h"

#define PATIENCE_MS (300 * 1000)        /* as xend had it */

static int64_t patience(const struct super *super)
{
    return super->config->patience_ms != 0 ? super->config->patience_ms : PATIENCE_MS;
}

static void set_patience(struct super *super, const char *uuid, int64_t domid, int64_t left)
{
    for (size_t i = 0; i < super->tracked_count; i++)
        if (super->tracked[i].domid == domid && strcmp(super->tracked[i].uuid, uuid) == 0)
            super->tracked[i].patience = super_now() + left;
}

void super_asked(struct super *super, const char *uuid, uint32_t domid)
{
    set_patience(super, uuid, domid, patience(super));
}

xm_json *super_asked_to_json(const struct super *super)
{
    xm_json *list = xm_json_new(XM_JSON_ARRAY);
    int64_t now = super_now();

    for (size_t i = 0; i < super->tracked_count; i++) {
        const struct tracked *guest = &super->tracked[i];
        xm_json *json;

        if (guest->patience == 0)
            continue;
        json = xm_json_new(XM_JSON_OBJECT);
        xm_json_set(json, "uuid", xm_json_new_str(guest->uuid));
        xm_json_set(json, "domid", xm_json_new_int(guest->domid));
        xm_json_set(json, "left", xm_json_new_int(guest->patience > now ? guest->patience - now : 0));
        xm_json_add(list, json);
    }
    return list;
}

static void take_asked(struct super *super, const xm_json *json)
{
    const xm_json *uuid = xm_json_get(json, "uuid", NULL), *domid = xm_json_get(json, "domid", NULL);
    const xm_json *left = xm_json_get(json, "left", NULL);

    if (uuid != NULL && xm_json_str(uuid) != NULL && domid != NULL && left != NULL)
        set_patience(super, xm_json_str(uuid), xm_json_int(domid, -1), xm_json_int(left, 0));
}

void super_asked_from_json(struct super *super, const xm_json *json)
{
    for (size_t i = 0; json != NULL && json->type == XM_JSON_ARRAY && i < json->count; i++)
        take_asked(super, json->items[i]);
}

/* It may have ended before it was said that it had been asked. */
static bool is_running(struct super *super, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    return xm_host_get(super->host, domid, 0, &domains, NULL) == 0 && !domains->items[0].shutdown && !domains->items[0].dying;
}

static void complain(struct super *super, const struct tracked *guest)
{
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name = guest->uuid;

    if (xm_reg_load_doc(super->reg, guest->uuid, &doc, NULL) == 0)
        name = xm_doc_get_str(doc, "name");
    super_log_line(&super->log, XM_LOG_WARNING, "policy", "Domain shutdown timeout expired: name=%s id=%u", name, guest->domid);
    super_emit(super, &(struct super_event){ .kind = "failed", .uuid = guest->uuid, .name = name, .domid = guest->domid,
                                             .detail = "it was asked to shut down, and has not" });
}

void super_lose_patience(struct super *super)
{
    for (size_t i = 0; i < super->tracked_count; i++) {
        struct tracked *guest = &super->tracked[i];

        if (guest->patience == 0 || guest->patience > super_now())
            continue;
        guest->patience = 0;
        if (is_running(super, guest->domid))
            complain(super, guest);
    }
}

int64_t super_patience_due(const struct super *super)
{
    int64_t due = INT64_MAX;

    for (size_t i = 0; i < super->tracked_count; i++)
        if (super->tracked[i].patience != 0 && super->tracked[i].patience < due)
            due = super->tracked[i].patience;
    return due;
}
