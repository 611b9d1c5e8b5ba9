#include "guest/import.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "bind/config.h"
#include "guest/step.h"
#include "registry/uuid.h"

#define CONFIG_MAX (1u << 20)
#define CONFIG "config.sxp"
#define CHECKPOINT "checkpoint.chk"

struct import {
    const struct xm_guests *guests;
    const struct xm_import_how *how;
    const char *dir;
    char **names;               /* in a look: of those that would be there by now */
    size_t name_count;
};

static void tell(struct import *import, const char *uuid, const char *name, enum xm_import_outcome outcome,
                 const char *text)
{
    struct xm_import_finding finding = { uuid, name, outcome, text };

    import->how->found(import->how->arg, &finding);
}

/* The daemon did not look at a file whose uuid is not its directory's. */
static int load(struct import *import, const char *uuid, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s/" CONFIG, import->dir, uuid), *text = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    const char *own_text;
    char own[37] = "";
    size_t len;

    if (xm_file_read(path, CONFIG_MAX, &text, &len, err) < 0 || xm_config_from_sxp(text, len, path, &doc, err) < 0)
        return -1;
    own_text = xm_doc_get_str(doc, "uuid");
    if (own_text == NULL || !xm_uuid_parse(own_text, own) || strcmp(own, uuid) != 0)
        return xm_fail(err, XM_INVALID, "%s: is the configuration of another guest (%s)", path, own_text ? own_text : "no uuid");
    *ret_doc = XM_TAKE(doc);
    return 0;
}

/* The number of the live domain of that uuid; NONE. */
static int find_live(struct import *import, const char *uuid, uint32_t *ret_domid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    *ret_domid = XM_DOMID_NONE;
    if (xm_host_list(import->guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++)
        if (!domains->items[i].dying && strcmp(domains->items[i].uuid, uuid) == 0)
            *ret_domid = domains->items[i].domid;
    return 0;
}

/* What is worth saying of a guest that is imported: NULL, or the caller's. */
static char *remark(struct import *import, const char *uuid, bool known, uint32_t domid)
{
    xm_autofree char *memory = xm_printf("%s/%s/" CHECKPOINT, import->dir, uuid);

    if (access(memory, F_OK) == 0)
        return xm_printf("it was suspended, and what Xen can do now cannot read its memory: it counts as halted, %s is kept", memory);
    if (domid != XM_DOMID_NONE && known)
        return xm_strdup("it is running: this takes effect at its next start");
    if (domid != XM_DOMID_NONE)
        return xm_printf("it is running as domain %u: xm repair makes that xm's", domid);
    return NULL;
}

/* What new would refuse, asked without making anything. */
static int look(struct import *import, xm_doc *doc, xm_error **err)
{
    char holder[37];

    if (xm_guest_identify(import->guests, doc, err) < 0)
        return -1;
    if (xm_reg_find(import->guests->reg, xm_doc_get_str(doc, "name"), holder, NULL) == 0
        && strcmp(holder, xm_doc_get_str(doc, "uuid")) != 0)
        return xm_fail(err, XM_EXISTS, "VM name '%s' already exists", xm_doc_get_str(doc, "name"));
    for (size_t i = 0; i < import->name_count; i++)
        if (strcmp(import->names[i], xm_doc_get_str(doc, "name")) == 0)
            return xm_fail(err, XM_EXISTS, "VM name '%s' already exists", import->names[i]);
    XM_GROW_COUNTED(import->names, import->name_count);
    import->names[import->name_count++] = xm_strdup(xm_doc_get_str(doc, "name"));
    return 0;
}

static int take(struct import *import, xm_doc *doc, xm_error **err)
{
    bool edited;

    return import->how->look ? look(import, doc, err) : xm_guest_new(import->guests, doc, &edited, err);
}

static int import_one(struct import *import, const char *uuid, xm_doc **ret_doc, xm_error **err)
{
    bool known = xm_reg_has(import->guests->reg, uuid);
    xm_autofree char *text = NULL;
    uint32_t domid;

    if (known && !import->how->update) {
        tell(import, uuid, NULL, XM_IMPORT_SKIPPED, "is known already");
        return 0;
    }
    if (load(import, uuid, ret_doc, err) < 0 || find_live(import, uuid, &domid, err) < 0 || take(import, *ret_doc, err) < 0)
        return -1;
    text = remark(import, uuid, known, domid);
    tell(import, uuid, xm_doc_get_str(*ret_doc, "name"), known ? XM_IMPORT_UPDATED : XM_IMPORT_DONE, text);
    return 0;
}

static void each(struct import *import, const char *name)
{
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *why = NULL;

    if (import_one(import, name, &doc, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        tell(import, name, doc ? xm_doc_get_str(doc, "name") : NULL, XM_IMPORT_FAILED, text);
        xm_error_free(why);
    }
}

static int is_guest(const struct dirent *entry)
{
    /* the control domain is no guest, and was never to be started from there */
    return xm_uuid_is_plain(entry->d_name) && strspn(entry->d_name, "0-") != strlen(entry->d_name);
}

int xm_guest_import_xend(const struct xm_guests *guests, const char *dir, const struct xm_import_how *how, xm_error **err)
{
    struct import import = { .guests = guests, .how = how, .dir = dir };
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, is_guest, alphasort);

    if (count < 0)
        return xm_fail_errno(err, errno, "%s", dir);
    for (int i = 0; i < count; i++) {
        each(&import, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; i < import.name_count; i++)
        free(import.names[i]);
    free(import.names);
    return 0;
}
