/* What is known of all guests, and what differs from it now: that is what listeners are told.
 *
 * Domains come and go by the host's events, whoever makes them. How a guest of the registry stands
 * is read after each change: whoever changes it holds its lock, and the closing of that file is
 * seen, even if the process was killed. So nobody need tell, and what is told is what is true. */
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "registry/uuid.h"
#include "super/loop.h"
#include "super/policy.h"

/* A domain, and what it was called when it was last looked at. */
struct seen_domain { uint32_t domid; char uuid[37]; char *name; bool ended; };

/* An entry of the registry. A phase between two is not noted: it is left as it was before. */
struct seen_entry { char uuid[37]; char *name; enum xm_phase phase; uint32_t domid; bool managed; };

static struct seen_domain *find_domain(const struct super_book *book, uint32_t domid)
{
    for (size_t i = 0; i < book->domain_count; i++)
        if (book->domains[i].domid == domid)
            return &book->domains[i];
    return NULL;
}

static struct seen_entry *find_entry(const struct super_book *book, const char *uuid)
{
    for (size_t i = 0; i < book->entry_count; i++)
        if (strcmp(book->entries[i].uuid, uuid) == 0)
            return &book->entries[i];
    return NULL;
}

static struct seen_domain *add_domain(struct super_book *book, uint32_t domid, const char *uuid, char *name)
{
    struct seen_domain *at = find_domain(book, domid);

    if (at == NULL) {
        XM_GROW(book->domains, book->domain_count, book->domain_cap);
        at = &book->domains[book->domain_count++];
    } else {
        free(at->name);
    }
    *at = (struct seen_domain){ .domid = domid, .name = name };
    memcpy(at->uuid, uuid, sizeof(at->uuid));
    return at;
}

static void drop_domain(struct super_book *book, struct seen_domain *at)
{
    free(at->name);
    *at = book->domains[--book->domain_count];
}

static struct seen_entry *add_entry(struct super_book *book, const char *uuid)
{
    struct seen_entry *at;

    XM_GROW(book->entries, book->entry_count, book->entry_cap);
    at = &book->entries[book->entry_count++];
    *at = (struct seen_entry){ .phase = XM_PHASE_HALTED, .domid = XM_DOMID_NONE };
    memcpy(at->uuid, uuid, sizeof(at->uuid));
    return at;
}

static void drop_entry(struct super_book *book, struct seen_entry *at)
{
    free(at->name);
    *at = book->entries[--book->entry_count];
}

void super_book_clear(struct super_book *book)
{
    while (book->domain_count > 0)
        drop_domain(book, book->domains);
    while (book->entry_count > 0)
        drop_entry(book, book->entries);
    free(book->domains);
    free(book->entries);
    *book = (struct super_book){ 0 };
}

static char *name_in_registry(struct super *super, const char *uuid)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (!xm_reg_has(super->reg, uuid) || xm_reg_load_doc(super->reg, uuid, &doc, NULL) < 0)
        return NULL;
    return xm_strdup(xm_doc_get_str(doc, "name"));
}

/* A name is told, nothing hangs on it: what cannot be read is left out. */
static char *name_of(struct super *super, uint32_t domid, const char *uuid)
{
    char *name = name_in_registry(super, uuid);
    XM_AUTO(xm_domains) *domains = NULL;

    if (name == NULL && xm_host_get(super->host, domid, XM_WANT_NAME, &domains, NULL) == 0
        && strcmp(domains->items[0].uuid, uuid) == 0)
        name = xm_strdup(domains->items[0].name);
    return name;
}

static bool is_settled(const struct xm_reg_state *state)
{
    return state->phase == XM_PHASE_RUNNING ? state->domid != XM_DOMID_NONE
        : (state->phase == XM_PHASE_SUSPENDED || state->phase == XM_PHASE_HALTED) && state->domid == XM_DOMID_NONE;
}

static void note(struct seen_entry *at, const struct xm_reg_state *state, const char *name)
{
    at->managed = state->managed;
    if (is_settled(state)) {
        at->phase = state->phase;
        at->domid = state->domid;
    }
    if (name != NULL && (at->name == NULL || strcmp(at->name, name) != 0)) {
        free(at->name);
        at->name = xm_strdup(name);
    }
}

void super_learn(struct super *super, const struct xm_reg_entries *entries, const struct xm_domains *domains)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct xm_reg_entry *entry = &entries->items[i];

        if (entry->damage == NULL)
            note(add_entry(&super->book, entry->uuid), &entry->state, entry->name);
    }
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (d->domid != 0 && !d->dying)
            (void)add_domain(&super->book, d->domid, d->uuid, xm_strdup(d->name));
    }
}

/* --- handed over --- */

static const char *const phase_words[] = {
    [XM_PHASE_HALTED] = "halted", [XM_PHASE_RUNNING] = "running", [XM_PHASE_SUSPENDED] = "suspended",
};

static xm_json *item_new(const char *uuid, const char *name, uint32_t domid)
{
    xm_json *item = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(item, "uuid", xm_json_new_str(uuid));
    xm_json_set(item, "name", xm_json_new_str(name));
    xm_json_set(item, "domid", xm_json_new_int(domid));
    return item;
}

xm_json *super_book_to_json(const struct super_book *book)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT), *domains = xm_json_new(XM_JSON_ARRAY), *entries = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < book->domain_count; i++) {
        xm_json *item = item_new(book->domains[i].uuid, book->domains[i].name, book->domains[i].domid);

        xm_json_set(item, "ended", xm_json_new_bool(book->domains[i].ended));
        xm_json_add(domains, item);
    }
    for (size_t i = 0; i < book->entry_count; i++) {
        xm_json *item = item_new(book->entries[i].uuid, book->entries[i].name, book->entries[i].domid);

        xm_json_set(item, "phase", xm_json_new_str(phase_words[book->entries[i].phase]));
        xm_json_set(item, "managed", xm_json_new_bool(book->entries[i].managed));
        xm_json_add(entries, item);
    }
    xm_json_set(json, "domains", domains);
    xm_json_set(json, "entries", entries);
    return json;
}

static bool is_set(const xm_json *item, const char *key)
{
    const xm_json *node = xm_json_get(item, key, NULL);

    return node != NULL && node->type == XM_JSON_BOOL && node->i;
}

static const char *text_of(const xm_json *item, const char *key)
{
    const xm_json *node = xm_json_get(item, key, NULL);

    return node != NULL ? xm_json_str(node) : NULL;
}

static uint32_t domid_of(const xm_json *item)
{
    const xm_json *node = xm_json_get(item, "domid", NULL);
    int64_t domid = node != NULL ? xm_json_int(node, -1) : -1;

    return domid < 0 || domid > XM_DOMID_NONE ? XM_DOMID_NONE : (uint32_t)domid;
}

static void take_entry(struct super_book *book, const xm_json *item)
{
    const char *word = text_of(item, "phase");
    struct seen_entry *at = add_entry(book, text_of(item, "uuid"));

    at->name = xm_strdup(text_of(item, "name"));
    at->domid = domid_of(item);
    at->managed = is_set(item, "managed");
    for (size_t i = 0; i < XM_COUNT(phase_words); i++)
        if (word != NULL && phase_words[i] != NULL && strcmp(phase_words[i], word) == 0)
            at->phase = (enum xm_phase)i;
}

void super_book_from_json(struct super_book *book, const xm_json *json)
{
    static const char *const lists[] = { "domains", "entries" };

    for (size_t l = 0; l < XM_COUNT(lists); l++) {
        const xm_json *list = xm_json_get(json, lists[l], NULL);

        for (size_t i = 0; list != NULL && list->type == XM_JSON_ARRAY && i < list->count; i++) {
            const xm_json *item = list->items[i];
            const char *uuid = text_of(item, "uuid");

            if (uuid == NULL || !xm_uuid_is_plain(uuid))
                continue;
            if (l == 1)
                take_entry(book, item);
            else
                add_domain(book, domid_of(item), uuid, xm_strdup(text_of(item, "name")))->ended = is_set(item, "ended");
        }
    }
}

/* --- the host's events --- */

static void tell_domain(struct super *super, const char *kind, const struct seen_domain *domain, const char *reason)
{
    super_emit(super, &(struct super_event){ .kind = kind, .uuid = domain->uuid, .name = domain->name,
                                             .domid = domain->domid, .reason = reason });
}

bool super_notice_event(struct super *super, const struct xm_event *event)
{
    struct super_book *book = &super->book;
    struct seen_domain *at = find_domain(book, event->domid);
    bool known;

    /* a save is no end: what becomes of it is told when it is through */
    if (event->type == XM_EVENT_SHUTDOWN && event->reason == XM_REASON_SUSPEND)
        return true;
    if (at != NULL && event->type != XM_EVENT_GONE && *event->uuid != '\0' && strcmp(at->uuid, event->uuid) != 0)
        at = NULL;              /* the number has come round again */
    known = at != NULL;
    if (!known && event->type == XM_EVENT_GONE)
        return true;            /* it had gone before the first look */
    if (known && (event->type == XM_EVENT_NEW || (event->type == XM_EVENT_SHUTDOWN && at->ended)))
        return false;           /* the supervisor before this one has told */
    if (!known)
        at = add_domain(book, event->domid, event->uuid, name_of(super, event->domid, event->uuid));
    else if (at->name == NULL)
        at->name = name_of(super, event->domid, event->uuid);   /* it came before it was named */
    if (event->type == XM_EVENT_NEW) {
        tell_domain(super, "created", at, NULL);
    } else if (event->type == XM_EVENT_SHUTDOWN) {
        at->ended = true;
        tell_domain(super, event->reason == XM_REASON_CRASH ? "crashed" : "shutdown", at, xm_policy_reason(event->reason));
    } else {
        tell_domain(super, "gone", at, NULL);
        drop_domain(book, at);
    }
    return true;
}

/* --- the registry --- */

static void tell_entry(struct super *super, const char *kind, const struct seen_entry *entry, const char *detail)
{
    super_emit(super, &(struct super_event){ .kind = kind, .uuid = entry->uuid, .name = entry->name,
                                             .domid = entry->domid, .detail = detail });
}

static void tell_running(struct super *super, const struct seen_entry *entry)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_get(super->host, entry->domid, 0, &domains, NULL) < 0
        || strcmp(domains->items[0].uuid, entry->uuid) != 0 || domains->items[0].shutdown)
        return;                 /* that has been told, or is about to be */
    tell_entry(super, domains->items[0].paused ? "paused" : "running", entry, NULL);
}

/* Names are told first: what follows is told under the new one. */
static void tell_name(struct super *super, struct seen_entry *entry, const char *old)
{
    struct seen_domain *domain = find_domain(&super->book, entry->domid);
    xm_autofree char *detail = NULL;

    if (domain != NULL) {
        free(domain->name);
        domain->name = xm_strdup(entry->name);
    }
    if (old == NULL || strcmp(old, entry->name) == 0)
        return;
    detail = xm_printf("was %s", old);
    tell_entry(super, "renamed", entry, detail);
}

static void forget(struct super *super, struct seen_entry *entry)
{
    entry->domid = XM_DOMID_NONE;
    tell_entry(super, "deleted", entry, NULL);
    drop_entry(&super->book, entry);
}

void super_notice(struct super *super, const char *uuid)
{
    struct seen_entry *at = find_entry(&super->book, uuid), old;
    xm_autofree char *name = NULL, *old_name = NULL;
    struct xm_reg_state state;
    bool fresh = at == NULL;

    if (xm_reg_load_state(super->reg, uuid, &state, NULL) < 0) {
        if (!fresh && !xm_reg_has(super->reg, uuid))
            forget(super, at);
        return;                 /* a damaged entry is not told of; listings show it */
    }
    name = name_in_registry(super, uuid);
    if (fresh)
        at = add_entry(&super->book, uuid);
    old = *at;
    old_name = xm_strdup(at->name);
    note(at, &state, name);
    if (name != NULL)
        tell_name(super, at, old_name);
    if (fresh && at->managed && at->phase == XM_PHASE_HALTED && is_settled(&state))
        tell_entry(super, "new", at, NULL);
    if (at->phase == old.phase && at->domid == old.domid)
        return;
    if (at->phase == XM_PHASE_SUSPENDED)
        tell_entry(super, "suspended", at, NULL);
    else if (at->phase == XM_PHASE_HALTED)
        tell_entry(super, "halted", at, NULL);
    else if (old.phase == XM_PHASE_SUSPENDED)
        tell_entry(super, "resumed", at, NULL);
    if (at->phase == XM_PHASE_RUNNING)
        tell_running(super, at);
}

void super_notice_failure(struct super *super, const char *uuid, const char *detail)
{
    const struct seen_entry *at = find_entry(&super->book, uuid);

    super_emit(super, &(struct super_event){ .kind = "failed", .uuid = uuid, .name = at != NULL ? at->name : NULL,
                                             .domid = XM_DOMID_NONE, .detail = detail });
}

void super_notice_all(struct super *super)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;

    if (xm_reg_list(super->reg, &entries, NULL) < 0)
        return;                 /* the next look will do it */
    for (size_t i = 0; i < entries->count; i++)
        super_notice(super, entries->items[i].uuid);
    for (size_t i = super->book.entry_count; i-- > 0;) {
        char uuid[37];

        memcpy(uuid, super->book.entries[i].uuid, sizeof(uuid));
        super_notice(super, uuid);
    }
}

int super_watch_locks(struct super *super, xm_error **err)
{
    xm_autofree char *path = xm_reg_locks_path(super->reg);

    super->locks = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (super->locks < 0 || inotify_add_watch(super->locks, path, IN_CLOSE_WRITE) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

void super_notice_locks(struct super *super)
{
    _Alignas(struct inotify_event) char room[4096];
    const struct inotify_event *event;
    char last[37] = "";
    ssize_t n;

    while ((n = read(super->locks, room, sizeof(room))) > 0)
        for (ssize_t at = 0; at < n; at += (ssize_t)(sizeof(*event) + event->len)) {
            event = (const struct inotify_event *)(room + at);
            if (event->mask & IN_Q_OVERFLOW) {
                super_notice_all(super);
                super_notice_moves(super);
            }
            if (event->len == 0 || !xm_uuid_is_plain(event->name) || strcmp(event->name, last) == 0)
                continue;
            memcpy(last, event->name, sizeof(last));
            super_notice(super, last);
            super_notice_move(super, last);
        }
}
