/* All entries at once. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "registry/store.h"
#include "registry/uuid.h"

int xm_reg_uuids(const xm_reg *reg, char (**ret_uuids)[37], size_t *ret_count, xm_error **err)
{
    DIR *dir = opendir(reg->domains);
    char (*uuids)[37] = NULL;
    size_t count = 0, cap = 0;
    struct dirent *item;

    if (dir == NULL && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", reg->domains);
    while (dir != NULL && (item = readdir(dir)) != NULL) {
        if (!xm_uuid_is_plain(item->d_name))
            continue;
        XM_GROW(uuids, count, cap);
        memcpy(uuids[count++], item->d_name, 37);
    }
    if (dir != NULL)
        closedir(dir);
    *ret_uuids = uuids;
    *ret_count = count;
    return 0;
}

/* Reads one entry; false if it went away meanwhile. */
static bool read_entry(xm_reg *reg, const char *uuid, struct xm_reg_entry *ret_entry)
{
    struct xm_reg_entry entry = { .state = { .domid = XM_REG_NO_DOMID, .last_reason = -1 } };
    xm_error *why = NULL;
    XM_AUTO(xm_doc) *doc = NULL;

    memcpy(entry.uuid, uuid, sizeof(entry.uuid));
    if (xm_reg_load_state(reg, uuid, &entry.state, &why) < 0 || xm_reg_load_doc(reg, uuid, &doc, &why) < 0) {
        /* a file is missing in a damaged entry, and in one that has just been removed */
        if (!xm_reg_has(reg, uuid)) {
            xm_error_free(why);
            return false;
        }
        entry.damage = xm_error_text(why);
        xm_error_free(why);
    } else {
        entry.name = xm_strdup(xm_doc_get_str(doc, "name"));
    }
    *ret_entry = entry;
    return true;
}

/* What a listing learns for the next one. */
struct lesson {
    struct xm_reg_known *known;
    size_t count, fresh;        /* fresh: read, and good to be known from now on */
};

static void learn(const xm_reg *reg, struct lesson *lesson, const struct xm_reg_known *stamps, const struct xm_reg_entry *entry)
{
    struct xm_reg_known *known = &lesson->known[lesson->count];
    struct xm_reg_stamp doc = xm_reg_stamp_of(reg, stamps->uuid, XM_REG_DOC);
    struct xm_reg_stamp state = xm_reg_stamp_of(reg, stamps->uuid, XM_REG_STATE);

    /* What was read stood there before and after, and is no file that only just came. */
    if (entry->damage != NULL || !xm_reg_stamp_settled(&doc) || !xm_reg_stamp_settled(&state)
        || !xm_reg_stamp_equal(&doc, &stamps->doc_stamp) || !xm_reg_stamp_equal(&state, &stamps->state_stamp))
        return;
    *known = *stamps;
    known->name = xm_strdup(entry->name);
    known->state = entry->state;
    lesson->count++;
    lesson->fresh++;
}

static bool recall(xm_reg *reg, struct lesson *lesson, const struct xm_reg_known *stamps, struct xm_reg_entry *ret_entry)
{
    const struct xm_reg_known *known = xm_reg_known(xm_reg_index(reg), stamps->uuid);

    if (known == NULL || !xm_reg_stamp_equal(&known->doc_stamp, &stamps->doc_stamp)
        || !xm_reg_stamp_equal(&known->state_stamp, &stamps->state_stamp))
        return false;
    *ret_entry = (struct xm_reg_entry){ .state = known->state, .name = xm_strdup(known->name) };
    memcpy(ret_entry->uuid, stamps->uuid, sizeof(ret_entry->uuid));
    lesson->known[lesson->count] = *known;
    lesson->known[lesson->count++].name = xm_strdup(known->name);
    return true;
}

static bool look_at(xm_reg *reg, struct lesson *lesson, const char *uuid, struct xm_reg_entry *ret_entry)
{
    struct xm_reg_known stamps = { .doc_stamp = xm_reg_stamp_of(reg, uuid, XM_REG_DOC),
                                   .state_stamp = xm_reg_stamp_of(reg, uuid, XM_REG_STATE) };

    memcpy(stamps.uuid, uuid, sizeof(stamps.uuid));
    if (recall(reg, lesson, &stamps, ret_entry))
        return true;
    if (!read_entry(reg, uuid, ret_entry))
        return false;
    if (reg->keeps_index)
        learn(reg, lesson, &stamps, ret_entry);
    return true;
}

/* So many read once more cost less than all of them written down again. */
#define WORTH_WRITING 8

static void end_lesson(const xm_reg *reg, struct lesson *lesson)
{
    if (lesson->fresh >= WORTH_WRITING)
        xm_reg_index_write(reg, lesson->known, lesson->count);
    for (size_t i = 0; i < lesson->count; i++)
        free(lesson->known[i].name);
    free(lesson->known);
}

static int by_name(const void *a, const void *b)
{
    const struct xm_reg_entry *x = a, *y = b;

    if ((x->name == NULL) != (y->name == NULL))
        return x->name == NULL ? 1 : -1;
    if (x->name != NULL && strcmp(x->name, y->name) != 0)
        return strcmp(x->name, y->name);
    return strcmp(x->uuid, y->uuid);
}

int xm_reg_list(xm_reg *reg, xm_reg_entries **ret_entries, xm_error **err)
{
    xm_autofree char (*uuids)[37] = NULL;
    struct lesson lesson = { 0 };
    xm_reg_entries *entries;
    size_t count;

    if (xm_reg_uuids(reg, &uuids, &count, err) < 0)
        return -1;
    xm_reg_reach(reg);
    entries = xm_new0(xm_reg_entries, 1);
    entries->items = xm_new0(struct xm_reg_entry, count);
    lesson.known = xm_new0(struct xm_reg_known, count);
    for (size_t i = 0; i < count; i++)
        if (look_at(reg, &lesson, uuids[i], &entries->items[entries->count]))
            entries->count++;
    end_lesson(reg, &lesson);
    qsort(entries->items, entries->count, sizeof(*entries->items), by_name);
    *ret_entries = entries;
    return 0;
}

void xm_reg_entries_free(xm_reg_entries *entries)
{
    if (entries == NULL)
        return;
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->items[i].name);
        free(entries->items[i].damage);
    }
    free(entries->items);
    free(entries);
}

/* The name of an entry, NULL if it is damaged: set aside, it must not keep others from being found.
 * Counts those which the index should know and does not. */
static char *name_of(xm_reg *reg, const char *uuid, size_t *unknown)
{
    const struct xm_reg_known *known = xm_reg_known(xm_reg_index(reg), uuid);
    struct xm_reg_stamp stamp = xm_reg_stamp_of(reg, uuid, XM_REG_DOC);
    XM_AUTO(xm_doc) *doc = NULL;

    if (known != NULL && xm_reg_stamp_equal(&stamp, &known->doc_stamp))
        return xm_strdup(known->name);
    *unknown += xm_reg_stamp_settled(&stamp);
    return xm_reg_load_doc(reg, uuid, &doc, NULL) < 0 ? NULL : xm_strdup(xm_doc_get_str(doc, "name"));
}

int xm_reg_find(xm_reg *reg, const char *name, char ret_uuid[37], xm_error **err)
{
    xm_autofree char (*uuids)[37] = NULL;
    size_t count, unknown = 0;
    bool found = false;

    if (xm_reg_uuids(reg, &uuids, &count, err) < 0)
        return -1;
    xm_reg_reach(reg);
    for (size_t i = 0; i < count && !found; i++) {
        xm_autofree char *own = name_of(reg, uuids[i], &unknown);

        found = own != NULL && strcmp(own, name) == 0;
        if (found)
            memcpy(ret_uuid, uuids[i], sizeof(uuids[i]));
    }
    if (unknown >= WORTH_WRITING && reg->keeps_index) {
        XM_AUTO(xm_reg_entries) *entries = NULL;

        (void)xm_reg_list(reg, &entries, NULL);         /* for the index that it writes */
    }
    return found ? 0 : xm_fail(err, XM_NOT_FOUND, "no guest is called '%s'", name);
}
