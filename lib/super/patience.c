/* Guests that were asked to go and do not: that is told once, and left to whoever asked. What was asked
 * before this supervisor began is not known, and only this line hangs on it. */
#include <string.h>

#include "super/loop.h"

#define PATIENCE_MS (300 * 1000)        /* as xend had it */

static int64_t patience(const struct super *super)
{
    return super->config->patience_ms != 0 ? super->config->patience_ms : PATIENCE_MS;
}

void super_asked(struct super *super, const char *uuid, uint32_t domid)
{
    for (size_t i = 0; i < super->tracked_count; i++)
        if (super->tracked[i].domid == domid && strcmp(super->tracked[i].uuid, uuid) == 0)
            super->tracked[i].patience = super_now() + patience(super);
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
