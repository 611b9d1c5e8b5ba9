/* The event stream: what has happened last, kept in a ring, and how it reaches those who listen.
 *
 * There is no queue for each listener: each has a place in the ring, and one that is slower than
 * what happens finds that its place is gone, and is told so. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "convert/json.h"
#include "super/loop.h"

#define TEXT_MAX 255            /* of a name or a detail: longer ones are cut */
#define FEED_MAX 4096           /* a listener is given more once it has taken this */

static const char *const kinds[] = {
    "created", "running", "paused", "shutdown", "crashed", "restarting", "preserved", "renamed", "suspended", "resumed",
    "halted", "gone", "new", "deleted", "device", "dumped", "migrating", "migrated", "failed",
};

bool super_is_kind(const char *word)
{
    for (size_t i = 0; i < XM_COUNT(kinds); i++)
        if (strcmp(kinds[i], word) == 0)
            return true;
    return false;
}

void super_ring_init(struct super_ring *ring)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(ring->run, sizeof(ring->run), "%llx.%lx.%x", (unsigned long long)now.tv_sec,
             (unsigned long)now.tv_nsec, (unsigned)getpid());
}

void super_ring_clear(struct super_ring *ring)
{
    for (size_t i = 0; i < SUPER_RING; i++)
        free(XM_TAKE(ring->slots[i].line));
}

static void set_text(xm_json *object, const char *key, const char *text)
{
    xm_autofree char *cut = text != NULL ? xm_strndup(text, TEXT_MAX) : NULL;

    if (cut != NULL && *cut != '\0')
        xm_json_set(object, key, xm_json_new_str(cut));
}

static double wall_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1000;
}

static struct super_slot *slot_of(const struct super_ring *ring, uint64_t seq)
{
    return (struct super_slot *)&ring->slots[seq % SUPER_RING];
}

static void put(struct super_ring *ring, const char *uuid, const xm_json *event)
{
    struct super_slot *slot = slot_of(ring, ring->seq);

    free(slot->line);
    slot->line = xm_json_format(event, true);
    snprintf(slot->uuid, sizeof(slot->uuid), "%s", uuid);
}

void super_emit(struct super *super, const struct super_event *event)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    const char *uuid = event->uuid != NULL ? event->uuid : "";

    super->ring.seq++;
    xm_json_set(json, "event", xm_json_new_str(event->kind));
    xm_json_set(json, "seq", xm_json_new_int((int64_t)super->ring.seq));
    xm_json_set(json, "time", xm_json_new_float(wall_clock()));
    set_text(json, "name", event->name);
    set_text(json, "uuid", uuid);
    if (event->domid != XM_DOMID_NONE)
        xm_json_set(json, "domid", xm_json_new_int(event->domid));
    set_text(json, "reason", event->reason);
    set_text(json, "detail", event->detail);
    put(&super->ring, uuid, json);
    /* One whose socket is full is not woken for: its time runs from here. */
    for (size_t i = 0; i < super->peer_count; i++)
        if (super->peers[i].listens && super->peers[i].deadline == 0)
            super->peers[i].deadline = super_line_deadline(super);
}

xm_json *super_ring_to_json(const struct super_ring *ring)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT), *list = xm_json_new(XM_JSON_ARRAY);

    xm_json_set(json, "run", xm_json_new_str(ring->run));
    xm_json_set(json, "seq", xm_json_new_int((int64_t)ring->seq));
    for (uint64_t seq = ring->seq < SUPER_RING ? 1 : ring->seq - SUPER_RING + 1; seq <= ring->seq; seq++) {
        xm_json *item = xm_json_new(XM_JSON_OBJECT);

        xm_json_set(item, "uuid", xm_json_new_str(slot_of(ring, seq)->uuid));
        xm_json_set(item, "line", xm_json_new_str(slot_of(ring, seq)->line));
        xm_json_add(list, item);
    }
    xm_json_set(json, "latest", list);
    return json;
}

void super_ring_from_json(struct super_ring *ring, const xm_json *json)
{
    const xm_json *run = xm_json_get(json, "run", NULL), *seq = xm_json_get(json, "seq", NULL);
    const xm_json *list = xm_json_get(json, "latest", NULL);
    int64_t last = seq != NULL ? xm_json_int(seq, -1) : -1;

    if (run == NULL || xm_json_str(run) == NULL || strlen(xm_json_str(run)) >= sizeof(ring->run) || list == NULL
        || list->type != XM_JSON_ARRAY || list->count > SUPER_RING || last < (int64_t)list->count)
        return;                 /* a run of its own, then: listeners see that there is a gap */
    strcpy(ring->run, xm_json_str(run));
    ring->seq = (uint64_t)last;
    for (size_t i = 0; i < list->count; i++) {
        const xm_json *uuid = xm_json_get(list->items[i], "uuid", NULL), *line = xm_json_get(list->items[i], "line", NULL);
        struct super_slot *slot = slot_of(ring, ring->seq - list->count + 1 + i);

        if (uuid == NULL || xm_json_str(uuid) == NULL || line == NULL || xm_json_str(line) == NULL)
            continue;
        slot->line = xm_strdup(xm_json_str(line));
        snprintf(slot->uuid, sizeof(slot->uuid), "%s", xm_json_str(uuid));
    }
}

static bool is_kept(const struct super_ring *ring, uint64_t seq)
{
    return seq > 0 && seq <= ring->seq && ring->seq - seq < SUPER_RING && slot_of(ring, seq)->line != NULL;
}

void super_listen(const struct super *super, struct peer *peer, const char *run, int64_t after)
{
    peer->listens = true;
    peer->next = super->ring.seq + 1;
    if (run != NULL && strcmp(run, super->ring.run) == 0 && after >= 0 && (uint64_t)after <= super->ring.seq)
        peer->next = (uint64_t)after + 1;
}

bool super_has_news(const struct super *super, const struct peer *peer)
{
    return peer->listens && peer->next <= super->ring.seq;
}

static void tell_gap(struct peer *peer, uint64_t first)
{
    xm_buf_printf(&peer->out, "{\"event\": \"gap\", \"lost\": %llu}\n", (unsigned long long)(first - peer->next));
    peer->next = first;
}

void super_feed(const struct super *super, struct peer *peer)
{
    const struct super_ring *ring = &super->ring;
    uint64_t first = ring->seq < SUPER_RING ? 1 : ring->seq - SUPER_RING + 1;

    while (first <= ring->seq && !is_kept(ring, first))
        first++;                /* a ring that was handed over may begin later */
    if (super_has_news(super, peer) && peer->next < first)
        tell_gap(peer, first);
    for (; super_has_news(super, peer) && peer->out.len < FEED_MAX; peer->next++) {
        const struct super_slot *slot = slot_of(ring, peer->next);

        if (*peer->about == '\0' || strcmp(peer->about, slot->uuid) == 0)
            xm_buf_printf(&peer->out, "%s\n", slot->line);
    }
}
