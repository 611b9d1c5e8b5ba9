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
    xm_reg_entries *entries;
    size_t count;

    if (xm_reg_uuids(reg, &uuids, &count, err) < 0)
        return -1;
    entries = xm_new0(xm_reg_entries, 1);
    entries->items = xm_new0(struct xm_reg_entry, count);
    for (size_t i = 0; i < count; i++)
        if (read_entry(reg, uuids[i], &entries->items[entries->count]))
            entries->count++;
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

int xm_reg_find(xm_reg *reg, const char *name, char ret_uuid[37], xm_error **err)
{
    xm_autofree char (*uuids)[37] = NULL;
    size_t count;

    if (xm_reg_uuids(reg, &uuids, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        XM_AUTO(xm_doc) *doc = NULL;
        xm_error *damaged = NULL;

        if (xm_reg_load_doc(reg, uuids[i], &doc, &damaged) < 0) {
            xm_error_free(damaged);     /* set aside: it must not keep others from being found */
            continue;
        }
        if (strcmp(xm_doc_get_str(doc, "name"), name) == 0) {
            memcpy(ret_uuid, uuids[i], sizeof(uuids[i]));
            return 0;
        }
    }
    return xm_fail(err, XM_NOT_FOUND, "no guest is called '%s'", name);
}
