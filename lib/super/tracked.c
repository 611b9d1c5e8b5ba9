/* What the supervisor knows of guests, and what it makes of the host's events. */
#include <string.h>
#include <time.h>

#include "registry/moves.h"
#include "super/loop.h"
#include "super/policy.h"

static struct tracked *find(const struct super *super, const char *uuid)
{
    for (size_t i = 0; i < super->tracked_count; i++)
        if (strcmp(super->tracked[i].uuid, uuid) == 0)
            return &super->tracked[i];
    return NULL;
}

const struct tracked *super_find_domid(const struct super *super, uint32_t domid)
{
    for (size_t i = 0; i < super->tracked_count; i++)
        if (super->tracked[i].domid == domid)
            return &super->tracked[i];
    return NULL;
}

void super_untrack(struct super *super, const char *uuid)
{
    struct tracked *at = find(super, uuid);

    if (at != NULL)
        *at = super->tracked[--super->tracked_count];
}

/* What goes unheard is no reason to leave the guest alone. */
static void listen_to(struct super *super, uint32_t domid)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    if (xm_host_hvm_watch(super->host, domid, &why) == 0)
        return;
    text = xm_error_text(why);
    super_log_line(&super->log, XM_LOG_WARNING, "devices", "Domain %u: its CD drives and device model are not watched: %s", domid, text);
    xm_error_free(why);
}

static void track(struct super *super, const char *uuid, uint32_t domid)
{
    struct tracked *at = find(super, uuid);

    if (at == NULL) {
        XM_GROW(super->tracked, super->tracked_count, super->tracked_cap);
        at = &super->tracked[super->tracked_count++];
        *at = (struct tracked){ .domid = domid };
        memcpy(at->uuid, uuid, sizeof(at->uuid));
    }
    if (at->domid != domid)
        at->patience = 0;
    at->domid = domid;
    listen_to(super, domid);
}

void super_take_in(struct super *super, const char *uuid)
{
    struct xm_reg_state state;

    if (xm_reg_load_state(super->reg, uuid, &state, NULL) < 0 || state.domid == XM_DOMID_NONE)
        super_untrack(super, uuid);
    else
        track(super, uuid, state.domid);
}

static bool is_live(const struct xm_domains *domains, const struct xm_reg_entry *entry)
{
    size_t low = 0, high = domains->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (domains->items[middle].domid < entry->state.domid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < domains->count && domains->items[low].domid == entry->state.domid
        && strcmp(domains->items[low].uuid, entry->uuid) == 0;
}

static void adopt(struct super *super, const struct xm_domains *domains, const struct xm_reg_entry *entry)
{
    bool live = is_live(domains, entry);

    if (entry->damage != NULL) {
        super_log_line(&super->log, XM_LOG_ERROR, "registry", "Entry set aside: %s", entry->damage);
        return;
    }
    if (live)
        track(super, entry->uuid, entry->state.domid);
    if (!xm_guest_is_half_way(&entry->state) && (live || entry->state.phase != XM_PHASE_RUNNING)
        && !xm_reg_has_change(super->reg, entry->uuid))
        return;
    super_queue(super, entry->uuid, SUPER_MEND, XM_REASON_NONE);
}

int super_adopt(struct super *super, xm_error **err)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_reg_list(super->reg, &entries, err) < 0 || xm_host_list(super->host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < entries->count; i++)
        adopt(super, domains, &entries->items[i]);
    xm_moves_sweep(super->reg);
    super_notice_moves(super);
    super_asked_from_json(super, xm_json_get(super->handed, "asked", NULL));
    xm_json_free(super->handed);
    super->handed = NULL;
    if (!super->took_over)
        super_learn(super, entries, domains);
    else
        super_notice_all(super);
    if (super->tracked_count > 0)
        super_log_line(&super->log, XM_LOG_INFO, "super", "Adopted %zu running guests.", super->tracked_count);
    return 0;
}

static void tell_incident(struct super *super, const char *uuid, const struct xm_event *event)
{
    bool ejects = event->type == XM_EVENT_EJECT;
    xm_autofree char *detail = ejects ? xm_printf("ejected the CD in drive %d", event->devid)
                                      : xm_strdup("lost its device model");
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name = uuid;

    if (xm_reg_load_doc(super->reg, uuid, &doc, NULL) == 0)
        name = xm_doc_get_str(doc, "name");
    super_log_line(&super->log, ejects ? XM_LOG_INFO : XM_LOG_WARNING, "devices", "Domain has %s: name=%s id=%u.", detail,
                   name, event->domid);
    super_emit(super, &(struct super_event){ .kind = "device", .uuid = uuid, .name = name, .domid = event->domid,
                                             .detail = detail });
}

/* What befalls a guest that goes on, and what is to be done about it. Whoever took over finds again what has
 * been told already, if that has not been done. */
static void handle_incident(struct super *super, const char *uuid, const struct xm_event *event)
{
    bool ejects = event->type == XM_EVENT_EJECT;
    int action = ejects ? SUPER_EJECT : SUPER_MODEL, reason = ejects ? event->devid : XM_REASON_NONE;

    if (!super_has_job(super, uuid, action, reason))
        tell_incident(super, uuid, event);
    super_queue(super, uuid, action, reason);
}

static void tell_end(struct super *super, const char *name, const struct xm_event *event)
{
    if (event->reason == XM_REASON_CRASH)
        super_log_line(&super->log, XM_LOG_WARNING, "policy", "Domain has crashed: name=%s id=%u.", name, event->domid);
    else
        super_log_line(&super->log, XM_LOG_INFO, "policy", "Domain has shutdown: name=%s id=%u reason=%s.",
                       name, event->domid, xm_policy_reason(event->reason));
}

/* Of the kinds of super.h, that which says what the guest can be expected to do next. */
static const char *kind_of(unsigned action)
{
    return (action & ~(unsigned)XM_ACTION_DUMP) == XM_ACTION_PRESERVE ? "preserved" : "restarting";
}

static void handle_shutdown(struct super *super, const char *uuid, const struct xm_reg_state *state,
                            const struct xm_event *event)
{
    const xm_conf *conf = super->config->conf;
    struct xm_end end = {
        .reason = event->reason, .elapsed = difftime(time(NULL), (time_t)state->built),
        .min_restart_seconds = conf->min_restart_seconds, .enable_dump = conf->enable_dump,
    };
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_verdict verdict;
    xm_error *why = NULL;
    const char *name;

    if (xm_reg_load_doc(super->reg, uuid, &doc, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        super_log_line(&super->log, XM_LOG_ERROR, "policy", "Domain %u has shutdown and is left as it is: %s",
                       event->domid, text);
        xm_error_free(why);
        return;
    }
    name = xm_doc_get_str(doc, "name");
    verdict = xm_policy(doc, &end);
    tell_end(super, name, event);
    super_log_line(&super->log, XM_LOG_INFO, "policy", "Domain %s (%u): %s on %s", name, event->domid, verdict.word,
                   xm_policy_reason(event->reason));
    if (verdict.too_fast)
        super_log_line(&super->log, XM_LOG_ERROR, "policy", "VM %s restarting too fast (Elapsed time: %f seconds). "
                       "Refusing to restart to avoid loops.", name, end.elapsed);
    if ((verdict.action & ~(unsigned)XM_ACTION_DUMP) != XM_ACTION_DESTROY)
        super_emit(super, &(struct super_event){
            .kind = kind_of(verdict.action), .uuid = uuid, .name = name,
            .domid = event->domid, .reason = xm_policy_reason(event->reason) });
    super_queue(super, uuid, (int)verdict.action, event->reason);
}

void super_handle(struct super *super, const struct xm_event *event)
{
    bool incident = event->type == XM_EVENT_EJECT || event->type == XM_EVENT_MODEL;
    const struct tracked *known = super_find_domid(super, event->domid);
    const char *uuid = event->uuid;
    struct xm_reg_state state;
    char own[37];

    if ((!incident && !super_notice_event(super, event)) || event->type == XM_EVENT_NEW)
        return;
    if (*uuid == '\0') {
        if (known == NULL)
            return;
        memcpy(own, known->uuid, sizeof(own));      /* known moves when something is untracked */
        uuid = own;
    }
    if (event->type == XM_EVENT_SHUTDOWN && event->reason == XM_REASON_SUSPEND)
        super_wake_move(super, uuid);
    /* A domain is on record under its number before it runs. One that is not is none of ours,
     * whatever its uuid says. */
    if (!xm_reg_has(super->reg, uuid) || xm_reg_load_state(super->reg, uuid, &state, NULL) < 0
        || state.domid != event->domid)
        return;
    if (incident) {
        handle_incident(super, uuid, event);
        return;
    }
    /* Suspended, it is being saved: by a step of ours, which is settled should it be stopped half
     * way, or by somebody else, whose business it is. */
    if (event->type == XM_EVENT_GONE
        || (event->reason == XM_REASON_SUSPEND && xm_guest_is_half_way(&state)))
        super_queue(super, uuid, SUPER_MEND, XM_REASON_NONE);
    else if (event->reason != XM_REASON_SUSPEND && !state.preserved)
        handle_shutdown(super, uuid, &state, event);
}
