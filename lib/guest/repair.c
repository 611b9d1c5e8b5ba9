/* The round: the registry's directories, moves that were cut off, each entry, domains without a name, and what is left on the host. */
#include "guest/repair.h"

#include "guest/repairer.h"
#include "registry/trouble.h"

void xm_repair_deal(struct repair *repair, const char *code, const char *subject, const char *problem, const char *remedy,
                    int (*mend)(struct repair *repair, const void *arg, xm_error **err), const void *arg)
{
    struct xm_repair_finding finding = { repair->uuid, code, subject, problem, remedy, XM_REPAIR_DONE, NULL };
    xm_autofree char *reason = NULL;
    xm_error *why = NULL;

    if (mend == NULL) {
        finding.outcome = XM_REPAIR_LEFT;
    } else if (repair->how->look) {
        finding.outcome = XM_REPAIR_WOULD;
    } else if (mend(repair, arg, &why) < 0) {
        finding.outcome = XM_REPAIR_FAILED;
        finding.reason = reason = xm_error_text(why);
        xm_error_free(why);
    }
    repair->how->found(repair->how->arg, &finding);
}

/* --- the registry's directories --- */

static const struct { const char *code, *problem, *remedy; } troubles[] = {
    [XM_REG_STALE_LOCK] = { "lock", "a lock that nobody holds and that guards nothing", "removed" },
    [XM_REG_HALF_ENTRY] = { "half-entry", "an entry that was never finished, or is deleted", "removed" },
    [XM_REG_HALF_FILE] = { "half-file", "left by an interrupted write", "removed" },
    [XM_REG_LOOSE] = { "mode", "others than root may read or change it", "made root's alone" },
};

static int mend_trouble(struct repair *repair, const void *arg, xm_error **err)
{
    return xm_reg_trouble_mend(repair->guests->reg, arg, err);
}

static int each_trouble(struct repair *repair, xm_error **err)
{
    XM_AUTO(xm_reg_troubles) *found = NULL;

    if (xm_reg_troubles_find(repair->guests->reg, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found->count; i++) {
        const struct xm_reg_trouble *item = &found->items[i];

        xm_repair_deal(repair, troubles[item->type].code, item->path, troubles[item->type].problem,
                       troubles[item->type].remedy, mend_trouble, item);
    }
    return 0;
}

/* --- moves --- */

static int settle_move(struct repair *repair, const void *arg, xm_error **err)
{
    return xm_move_settle(repair->guests, ((const xm_move *)arg)->uuid, err);
}

static const char *outcome_of(struct repair *repair, const xm_move *move)
{
    enum xm_move_decision decision;

    if (move->stage == XM_MOVE_SENDING)
        return "goes on here";
    if (move->stage == XM_MOVE_LEFT)
        return "has left: removed here";
    return xm_move_decided(repair->guests->reg, move->id, &decision, NULL) == 0 && decision == XM_MOVE_COMMITTED
        ? "has come: goes on here" : "has not come: removed";
}

static void deal_with_move(struct repair *repair, const xm_move *move)
{
    const char *host = move->peer.host ? move->peer.host : "another host";
    xm_autofree char *ask = xm_printf("xm migrate --recover %s asks there", move->name ? move->name : move->uuid);
    xm_autofree char *doubt = xm_printf("may run on %s by now, as its migration was cut off at the end", host);
    xm_autofree char *cut = xm_printf("its migration %s %s was cut off", move->stage == XM_MOVE_ARRIVING ? "from" : "to", host);

    repair->uuid = move->uuid;
    if (move->damage != NULL)
        xm_repair_deal(repair, "move-damaged", move->uuid, move->damage,
                       "xm migrate --recover with --here or --there, once it is known where it runs", NULL, NULL);
    else if (move->stage == XM_MOVE_ASKED)
        xm_repair_deal(repair, "in-doubt", move->name, doubt, ask, NULL, NULL);
    else
        xm_repair_deal(repair, "move", move->name, cut, outcome_of(repair, move), settle_move, move);
    repair->uuid = NULL;
}

static int each_move(struct repair *repair, xm_error **err)
{
    XM_AUTO(xm_moves) *moves = NULL;

    if (xm_moves_load(repair->guests->reg, &moves, err) < 0)
        return -1;
    for (size_t i = 0; i < moves->count; i++)
        if (!xm_reg_is_held(repair->guests->reg, moves->items[i].uuid))
            deal_with_move(repair, &moves->items[i]);
    if (!repair->how->look)
        xm_moves_sweep(repair->guests->reg);
    return 0;
}

/* --- entries --- */

/* Nobody is at work on it, nor has been since it was read; and nothing of a move is left to be settled first. */
static bool is_still(xm_reg *reg, const struct xm_reg_entry *entry)
{
    struct xm_reg_state now;

    if (xm_reg_is_held(reg, entry->uuid) || !xm_reg_has(reg, entry->uuid) || xm_move_has(reg, entry->uuid))
        return false;
    return entry->damage != NULL || (xm_reg_load_state(reg, entry->uuid, &now, NULL) == 0
                                     && now.phase == entry->state.phase && now.domid == entry->state.domid);
}

static int each_entry(struct repair *repair, xm_error **err)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    XM_AUTO(xm_domains) *domains = NULL;

    /* Entries first: a guest that starts in between is then not taken for one that runs elsewhere. */
    if (xm_reg_list(repair->guests->reg, &entries, err) < 0 || xm_host_list(repair->guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < entries->count; i++) {
        repair->uuid = entries->items[i].uuid;
        if (is_still(repair->guests->reg, &entries->items[i]))
            xm_repair_entry(repair, &entries->items[i], domains);
    }
    repair->uuid = NULL;
    return 0;
}

/* --- domains without a name --- */

static int destroy(struct repair *repair, const void *arg, xm_error **err)
{
    return xm_host_destroy(repair->guests->host, *(const uint32_t *)arg, err);
}

struct naming { uint32_t domid; const char *name; };

static int give_name(struct repair *repair, const void *arg, xm_error **err)
{
    const struct naming *naming = arg;

    return xm_host_rename(repair->guests->host, naming->domid, naming->name, err);
}

static void nameless(struct repair *repair, const struct xm_domain *domain)
{
    xm_autofree char *subject = xm_printf("domain %u", domain->domid);
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_reg_state state;

    if (domain->dying) {
        xm_repair_deal(repair, "dying", subject, "has been ended, and something still holds its memory",
                       "it goes when that lets go", NULL, NULL);
    } else if (xm_reg_load_state(repair->guests->reg, domain->uuid, &state, NULL) == 0 && state.domid == domain->domid
               && xm_reg_load_doc(repair->guests->reg, domain->uuid, &doc, NULL) == 0) {
        struct naming naming = { domain->domid, xm_doc_get_str(doc, "name") };
        xm_autofree char *problem = xm_printf("has no name, and is %s", naming.name);

        if (!xm_reg_is_held(repair->guests->reg, domain->uuid))
            xm_repair_deal(repair, "nameless", subject, problem, "given its name", give_name, &naming);
    } else {
        xm_repair_deal(repair, "nameless", subject, "has no name: left by a crash, or in the making by another program",
                       repair->how->destroy ? "ended" : "--destroy ends it", repair->how->destroy ? destroy : NULL,
                       &domain->domid);
    }
}

static int each_nameless(struct repair *repair, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_list(repair->guests->host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++)
        if (domains->items[i].domid != 0 && (domains->items[i].name == NULL || *domains->items[i].name == '\0'))
            nameless(repair, &domains->items[i]);
    return 0;
}

/* --- the host --- */

static const struct { const char *code, *remedy; } leftovers[] = {
    [XM_LEFTOVER_STORE] = { "store", "removed" },
    [XM_LEFTOVER_PROCESS] = { "device-model", "ended" },
    [XM_LEFTOVER_FILE] = { "file", "removed" },
};

static int remove_leftover(struct repair *repair, const void *arg, xm_error **err)
{
    return xm_host_leftover_remove(repair->guests->host, arg, err);
}

static void leftover(struct repair *repair, const struct xm_leftover *item)
{
    xm_autofree char *whose = item->domid == XM_DOMID_NONE ? xm_strdup("a domain") : xm_printf("domain %u", item->domid);
    xm_autofree char *problem = xm_printf("%s %s, which is no more", item->type == XM_LEFTOVER_PROCESS ? "serves" : "left by", whose);
    xm_autofree char *subject = item->pid > 0 ? xm_printf("%s (process %d)", item->path, item->pid) : xm_strdup(item->path);

    xm_repair_deal(repair, leftovers[item->type].code, subject, problem, leftovers[item->type].remedy, remove_leftover, item);
}

static int each_leftover(struct repair *repair, xm_error **err)
{
    XM_AUTO(xm_leftovers) *found = NULL;

    if (xm_host_leftovers(repair->guests->host, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found->count; i++)
        leftover(repair, &found->items[i]);
    return 0;
}

int xm_guest_repair(const struct xm_guests *guests, const struct xm_repair_how *how, xm_error **err)
{
    struct repair repair = { guests, how, NULL };

    /* Entries before the host: settling one may end a domain, which leaves something. */
    if (each_trouble(&repair, err) < 0 || each_move(&repair, err) < 0 || each_entry(&repair, err) < 0
        || each_nameless(&repair, err) < 0)
        return -1;
    return each_leftover(&repair, err);
}
