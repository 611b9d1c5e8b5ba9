#include "guest/pending.h"

#include <string.h>
#include <strings.h>

#include "convert/json.h"

#define CONNECTED 4

static const char *const words[] = { [XM_PENDING_ATTACH] = "attach", [XM_PENDING_DETACH] = "detach", [XM_PENDING_CD] = "cd" };

int xm_pending_begin(struct xm_step *step, const struct xm_pending *change, const xm_doc *doc, xm_error **err)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *document = xm_json_from_doc(doc), *text = NULL;

    xm_json_set(json, "what", xm_json_new_str(words[change->what]));
    xm_json_set(json, "class", xm_json_new_str(xm_device_class(change->kind)));
    xm_json_set(json, "device", xm_json_new_int(change->devid));
    xm_json_set(json, "mac", xm_json_new_str(change->mac));
    xm_json_set(json, "medium", xm_json_new_str(change->medium));
    xm_json_set(json, "document", xm_json_new_str(document));
    text = xm_json_format(json, false);
    return xm_reg_save_change(step->guests->reg, step->uuid, text, err);
}

void xm_pending_drop(struct xm_step *step)
{
    /* one that stays is settled once more, to the same end */
    (void)xm_reg_drop_change(step->guests->reg, step->uuid, NULL);
}

int xm_pending_end(struct xm_step *step, const xm_doc *doc, xm_error **err)
{
    if (xm_reg_save_doc(step->guests->reg, step->uuid, doc, err) < 0)
        return -1;
    xm_pending_drop(step);
    return 0;
}

/* --- after an interruption --- */

/* A record, read back; the texts are borrowed from json. */
struct record {
    struct xm_pending change;
    xm_json *json;
    xm_doc *doc;
};

static void clear_record(struct record *record)
{
    xm_json_free(record->json);
    xm_doc_free(record->doc);
}

static int read_record(struct xm_step *step, struct record *record, xm_error **err)
{
    xm_autofree char *text = NULL;
    const char *what, *class, *document;

    if (xm_reg_load_change(step->guests->reg, step->uuid, &text, err) < 0
        || xm_json_parse(text, strlen(text), &record->json, err) < 0)
        return -1;
    what = xm_json_str(xm_json_get(record->json, "what", NULL));
    class = xm_json_str(xm_json_get(record->json, "class", NULL));
    document = xm_json_str(xm_json_get(record->json, "document", NULL));
    if (what == NULL || class == NULL || document == NULL)
        return xm_fail(err, XM_INVALID, "it lacks a member");
    while (record->change.what < XM_PENDING_CD && strcmp(what, words[record->change.what]) != 0)
        record->change.what++;
    record->change.kind = strcmp(class, xm_device_class(XM_DEVICE_NIC)) == 0 ? XM_DEVICE_NIC : XM_DEVICE_DISK;
    record->change.devid = (int)xm_json_int(xm_json_get(record->json, "device", NULL), -1);
    record->change.mac = xm_json_str(xm_json_get(record->json, "mac", NULL));
    record->change.medium = xm_json_str(xm_json_get(record->json, "medium", NULL));
    return xm_json_to_doc(document, strlen(document), &record->doc, err);
}

static const struct xm_device *find(const xm_devices *devices, const struct xm_pending *change)
{
    for (size_t i = 0; change->devid < 0 && change->mac != NULL && i < devices->count; i++) {
        const struct xm_device *device = &devices->items[i];
        xm_autofree char *mac = xm_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(device->mac));

        if (device->has_mac && strcasecmp(mac, change->mac) == 0)
            return device;
    }
    return xm_devices_find(devices, change->devid);
}

/* A device that the guest uses is left to it; one that it does not is what half an attaching, or half a
 * detaching, has left. */
static int settle_device(struct xm_step *step, const struct record *record, uint32_t domid, bool *ret_made, xm_error **err)
{
    const struct xm_pending *change = &record->change;
    XM_AUTO(xm_devices) *devices = NULL;
    const struct xm_device *device;
    bool used;

    if (xm_host_devices(step->guests->host, domid, change->kind, &devices, err) < 0)
        return -1;
    device = find(devices, change);
    used = device != NULL && device->state == CONNECTED;
    if (change->what == XM_PENDING_CD) {
        *ret_made = device != NULL && strcmp(device->medium ? device->medium : "", change->medium ? change->medium : "") == 0;
        return 0;
    }
    *ret_made = change->what == XM_PENDING_ATTACH ? used : !used;
    if (device == NULL || used)
        return 0;
    return xm_host_detach(step->guests->host, domid, change->kind, device->devid, true, err);
}

static bool is_saved(struct xm_step *step, const xm_doc *doc)
{
    XM_AUTO(xm_doc) *stored = NULL;
    xm_autofree char *a = NULL, *b = NULL;

    if (xm_step_load_doc(step, &stored, NULL) < 0)
        return false;
    a = xm_json_from_doc(stored);
    b = xm_json_from_doc(doc);
    return strcmp(a, b) == 0;
}

static int settle_record(struct xm_step *step, const struct record *record, uint32_t domid, xm_error **err)
{
    bool made = false;

    /* Without a domain nobody can tell: it is as it was. */
    if (domid == XM_DOMID_NONE || is_saved(step, record->doc))
        return 0;
    if (settle_device(step, record, domid, &made, err) < 0)
        return -1;
    xm_log(step->guests->log, XM_LOG_INFO, "domain %u: an interrupted %s of a %s %s", domid, words[record->change.what],
           xm_device_class(record->change.kind), made ? "was made, and is stored" : "was not made");
    return made ? xm_reg_save_doc(step->guests->reg, step->uuid, record->doc, err) : 0;
}

int xm_pending_settle(struct xm_step *step, uint32_t domid, xm_error **err)
{
    struct record record = { .json = NULL };
    xm_error *why = NULL;
    int rc = 0;

    if (!xm_reg_has_change(step->guests->reg, step->uuid))
        return 0;
    if (read_record(step, &record, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_log(step->guests->log, XM_LOG_WARNING, "%s: the record of a change is dropped: %s", step->uuid, text);
        xm_error_free(why);
    } else {
        rc = settle_record(step, &record, domid, err);
    }
    clear_record(&record);
    if (rc == 0)
        xm_pending_drop(step);
    return rc;
}
