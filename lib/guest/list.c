/* All guests: live domains and entries, matched. */
#include <string.h>

#include "guest/guest.h"
#include "registry/trouble.h"

static int by_uuid(const void *a, const void *b)
{
    const struct xm_reg_entry *const *x = a, *const *y = b;

    return strcmp((*x)->uuid, (*y)->uuid);
}

static int uuid_of(const void *key, const void *item)
{
    const struct xm_reg_entry *const *entry = item;

    return strcmp(key, (*entry)->uuid);
}

struct matching {
    const struct xm_reg_entry **entries;    /* by uuid */
    bool *live;                             /* parallel: a domain has been matched with it */
    size_t count;
};

static const struct xm_reg_entry **find(const struct matching *m, const char *uuid)
{
    return m->count == 0 ? NULL : bsearch(uuid, m->entries, m->count, sizeof(*m->entries), uuid_of);
}

/* One uuid may be live twice, while a guest moves within its host: the entry is that one's whose
 * domid it has, and only if there is no such domain, the first one's. */
static bool is_meant(const struct xm_domains *domains, size_t index, const struct xm_reg_entry *entry)
{
    const struct xm_domain *d = &domains->items[index];
    size_t first = domains->count;

    if (entry->state.domid == d->domid)
        return true;
    for (size_t i = domains->count; i-- > 0;) {
        if (strcmp(domains->items[i].uuid, entry->uuid) != 0)
            continue;
        if (domains->items[i].domid == entry->state.domid)
            return false;
        if (!domains->items[i].dying)
            first = i;
    }
    return first == index;
}

static void take_entry(struct xm_guest *guest, const struct xm_reg_entry *entry)
{
    guest->ours = true;
    guest->managed = entry->state.managed;
    guest->state = entry->state;
    guest->damage = xm_strdup(entry->damage);
}

static void add_live(xm_guest_list *list, const struct matching *m)
{
    for (size_t i = 0; i < list->domains->count; i++) {
        const struct xm_domain *d = &list->domains->items[i];
        struct xm_guest *guest = &list->items[list->count++];
        const struct xm_reg_entry **at = find(m, d->uuid);

        memcpy(guest->uuid, d->uuid, sizeof(guest->uuid));
        guest->name = xm_strdup(d->name);
        guest->domid = d->domid;
        guest->domain = *d;
        guest->state.domid = XM_DOMID_NONE;
        guest->state.last_reason = XM_REASON_NONE;
        /* A dying one is no longer its guest, unless the entry still says so. */
        if (at == NULL || (d->dying && (*at)->state.domid != d->domid))
            continue;
        m->live[at - m->entries] = true;
        if (is_meant(list->domains, i, *at))
            take_entry(guest, *at);
    }
}

static void add_halted(xm_guest_list *list, const struct matching *m, const xm_reg_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct xm_reg_entry *entry = &entries->items[i];
        struct xm_guest *guest;

        if (m->live[find(m, entry->uuid) - m->entries])
            continue;
        /* an unmanaged one is about to come, or has just gone */
        if (!entry->state.managed && entry->damage == NULL)
            continue;
        guest = &list->items[list->count++];
        memcpy(guest->uuid, entry->uuid, sizeof(guest->uuid));
        guest->name = xm_strdup(entry->name);
        guest->domid = XM_DOMID_NONE;
        take_entry(guest, entry);
    }
}

int xm_guest_doubts(const struct xm_guests *guests, xm_moves **ret_doubts, xm_error **err)
{
    xm_moves *moves = NULL;
    size_t kept = 0;

    if (xm_moves_load(guests->reg, &moves, err) < 0)
        return -1;
    for (size_t i = 0; i < moves->count; i++) {
        xm_move *move = &moves->items[i], other = *move;

        if (move->stage != XM_MOVE_ASKED || xm_reg_is_held(guests->reg, move->uuid))
            continue;
        *move = moves->items[kept];     /* a swap: all of them are freed */
        moves->items[kept++] = other;
    }
    for (size_t i = kept; i < moves->count; i++)
        xm_move_clear(&moves->items[i]);
    moves->count = kept;
    *ret_doubts = moves;
    return 0;
}

static void mark_doubts(xm_guest_list *list)
{
    for (size_t i = 0; list->doubts->count > 0 && i < list->count; i++) {
        struct xm_guest *guest = &list->items[i];
        const xm_move *move = xm_moves_find(list->doubts, guest->uuid);

        if (move != NULL && (move->domid == guest->domid || guest->domid == XM_DOMID_NONE || move->damage != NULL))
            guest->doubt = xm_strdup(move->peer.host ? move->peer.host : "another host");
    }
}

int xm_guest_list_load(const struct xm_guests *guests, unsigned want, xm_guest_list **ret_list, xm_error **err)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    XM_AUTO(xm_domains) *domains = NULL;
    struct matching m;
    xm_guest_list *list;

    /* Entries first: what starts in between is then seen as a domain without one, and what ends
     * as an entry; the other way round a guest on its way could be in neither. */
    if (xm_reg_list(guests->reg, &entries, err) < 0
        || xm_host_list(guests->host, want | XM_WANT_NAME, &domains, err) < 0)
        return -1;
    m.count = entries->count;
    m.entries = xm_new0(const struct xm_reg_entry *, m.count);
    m.live = xm_new0(bool, m.count);
    for (size_t i = 0; i < m.count; i++)
        m.entries[i] = &entries->items[i];
    qsort(m.entries, m.count, sizeof(*m.entries), by_uuid);
    list = xm_new0(xm_guest_list, 1);
    list->items = xm_new0(struct xm_guest, domains->count + m.count);
    list->domains = XM_TAKE(domains);
    add_live(list, &m);
    add_halted(list, &m, entries);
    /* A listing goes without them sooner than not be there: whoever does something to such a guest is told in any case. */
    if (xm_guest_doubts(guests, &list->doubts, NULL) < 0)
        list->doubts = xm_new0(xm_moves, 1);
    mark_doubts(list);
    free(m.entries);
    free(m.live);
    *ret_list = list;
    return 0;
}

void xm_guest_list_free(xm_guest_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].damage);
        free(list->items[i].doubt);
    }
    free(list->items);
    xm_moves_free(list->doubts);
    xm_domains_free(list->domains);
    free(list);
}
