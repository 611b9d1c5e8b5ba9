/* Devices that come and go while a guest runs, and in what it will be started with. */
#include <string.h>

#include "guest/pending.h"
#include "guest/claim.h"

/* What a change is made on. */
struct target {
    const struct xm_guest *guest;
    struct xm_step step;
    uint32_t domid;             /* XM_DOMID_NONE unless the change is to be live */
    xm_doc *doc;                /* what is stored, if the change is to be; else NULL */
    xm_doc *hint;               /* what is known of a guest that is not ours */
};

static void target_clear(struct target *target)
{
    xm_step_close(&target->step);
    xm_doc_free(target->doc);
    xm_doc_free(target->hint);
}
#define xm_autotarget __attribute__((cleanup(target_clear))) struct target

static int look_at_stored(struct target *target, bool asked, xm_error **err)
{
    if (!target->step.there)
        return !asked ? 0 : xm_fail(err, XM_STATE, "nothing is stored of this guest, which xm has not made");
    if (target->step.state.phase == XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "the guest is suspended, with its devices: resume it, or end it, first");
    return xm_step_load_doc(&target->step, &target->doc, err);
}

static int target_open(const struct xm_guests *guests, const struct xm_guest *guest, unsigned where,
                       struct target *target, xm_error **err)
{
    bool live = where == 0 || (where & XM_LIVE), stored = where == 0 || (where & XM_STORED);
    XM_AUTO(xm_domains) *domains = NULL;
    struct xm_step *step = &target->step;

    target->guest = guest;
    target->domid = XM_DOMID_NONE;
    if (xm_step_open(guests, guest->uuid, XM_SOON, step, err) < 0 || xm_step_settle(step, false, err) < 0)
        return -1;
    if (step->there && xm_step_domain(step, 0, &domains, err) < 0)
        return -1;
    if (live && domains != NULL)
        target->domid = domains->items[0].domid;
    else if (live && !step->there)
        target->domid = guest->domid;
    if (where == XM_LIVE && target->domid == XM_DOMID_NONE)
        return xm_fail(err, XM_STATE, "the guest is not running");
    if (stored && look_at_stored(target, where & XM_STORED, err) < 0)
        return -1;
    if (target->domid == XM_DOMID_NONE && target->doc == NULL)
        return xm_fail(err, XM_NOT_FOUND, "the guest is gone");
    return 0;
}

/* What says of which kind the guest is. */
static const xm_doc *describe(struct target *target)
{
    if (target->doc == NULL && target->hint == NULL)
        (void)xm_guest_doc(target->step.guests, target->guest, &target->hint, NULL);   /* of domain 0 there is none */
    return target->doc ? target->doc : target->hint;
}

static int read_order(struct target *target, const struct xm_device_text *device, struct xm_order *order, xm_error **err)
{
    return xm_order_read(target->step.guests, describe(target), target->guest->domain.hvm, target->guest->uuid, device,
                         order, err);
}

static xm_host *host_of(const struct target *target)
{
    return target->step.guests->host;
}

/* --- attach --- */

/* Takes why. */
static int fail_device(enum xm_device_kind kind, const char *word, const char *what, xm_error *why, xm_error **err)
{
    xm_autofree char *text = xm_error_text(why);
    enum xm_code code = why->code;

    xm_error_free(why);
    return xm_fail(err, code, "Device %s (%s) could not be %s. %s", word, xm_device_class(kind), what, text);
}

/* As create: in xm's words what others use is refused, in xl's that is left to Xen's scripts. */
static int claim(const struct target *target, const struct xm_order *order, xm_error **err)
{
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);

    if (xm_doc_dialect(order->doc) != XM_DIALECT_XM)
        return 0;
    if (xm_guest_claim(target->step.guests, order->doc, &order->cfg, false, findings, err) < 0)
        return -1;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == XM_FINDING_ERROR)
            return xm_fail(err, XM_BUSY, "Device %d (%s) could not be connected.\n%s", order->devid < 0 ? 0 : order->devid,
                           xm_device_class(order->kind), findings->items[i].text);
    return 0;
}

static bool same_mac(const struct xm_device *device, const libxl_device_nic *nic)
{
    return device->has_mac && memcmp(device->mac, nic->mac, sizeof(nic->mac)) == 0;
}

static int check_new(const xm_devices *devices, const struct xm_order *order, xm_error **err)
{
    const libxl_device_nic *nic = order->cfg.nics;

    for (size_t i = 0; order->kind == XM_DEVICE_NIC && i < devices->count; i++)
        if (same_mac(&devices->items[i], nic))
            return xm_fail(err, XM_EXISTS, "The mac \"" LIBXL_MAC_FMT "\" is already defined", LIBXL_MAC_BYTES(nic->mac));
    if (order->devid < 0 || xm_devices_find(devices, order->devid) == NULL)
        return 0;
    if (order->kind == XM_DEVICE_NIC)
        return xm_fail(err, XM_EXISTS, "Device %d (vif) is already connected.", order->devid);
    return xm_fail(err, XM_EXISTS, "Device %s (%d, vbd) is already connected.", order->cfg.disks[0].vdev, order->devid);
}

static int check_all(struct target *target, const struct xm_order *order, xm_error **err)
{
    XM_AUTO(xm_devices) *live = NULL, *stored = NULL;

    if (target->domid != XM_DOMID_NONE
        && (xm_host_devices(host_of(target), target->domid, order->kind, &live, err) < 0
            || check_new(live, order, err) < 0 || claim(target, order, err) < 0))
        return -1;
    if (target->doc == NULL || order->kind != XM_DEVICE_NIC)
        return 0;               /* a disk's place is looked at when it is put into the document */
    if (xm_doc_devices(target->doc, order->kind, &stored, err) < 0)
        return -1;
    for (size_t i = 0; i < stored->count; i++)
        stored->items[i].devid = -1;        /* numbers are given anew at the next start */
    return check_new(stored, order, err);
}

static int attach_live(struct target *target, struct xm_order *order, int *ret_devid, xm_error **err)
{
    xm_autofree char *word = NULL;
    xm_error *why = NULL;

    if (xm_host_attach(host_of(target), target->domid, order->kind, xm_order_device(order), ret_devid, &why) == 0)
        return 0;
    word = xm_printf("%d", order->devid < 0 ? 0 : order->devid);
    return fail_device(order->kind, word, "connected", why, err);
}

static int attach_both(struct target *target, struct xm_order *order, const xm_doc *doc, xm_error **err)
{
    xm_autofree char *mac = order->kind == XM_DEVICE_NIC
                                ? xm_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(order->cfg.nics[0].mac)) : NULL;
    const struct xm_pending change = { XM_PENDING_ATTACH, order->kind, order->devid, mac, NULL };
    int devid;

    if (xm_pending_begin(&target->step, &change, doc, err) < 0)
        return -1;
    if (attach_live(target, order, &devid, err) < 0) {
        xm_pending_drop(&target->step);
        return -1;
    }
    if (xm_pending_end(&target->step, doc, err) == 0)
        return 0;
    /* Should this fail, too, the record tells of it. */
    if (xm_host_detach(host_of(target), target->domid, order->kind, devid, true, NULL) == 0)
        xm_pending_drop(&target->step);
    return xm_wrap(err, "the change could not be stored");
}

int xm_guest_attach(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_device_text *device,
                    unsigned where, xm_error **err)
{
    xm_autotarget target = { .step = XM_STEP_INIT };
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_order order;
    int rc, devid;

    if (target_open(guests, guest, where, &target, err) < 0 || read_order(&target, device, &order, err) < 0)
        return -1;
    rc = check_all(&target, &order, err);
    if (rc == 0 && target.doc != NULL)
        rc = xm_doc_with_device(target.doc, &order, &doc, err);
    if (rc == 0 && doc == NULL)
        rc = attach_live(&target, &order, &devid, err);
    else if (rc == 0 && target.domid == XM_DOMID_NONE)
        rc = xm_reg_save_doc(guests->reg, target.step.uuid, doc, err);
    else if (rc == 0)
        rc = attach_both(&target, &order, doc, err);
    xm_order_clear(&order);
    return rc;
}

/* --- detach --- */

/* The device as it is live, or as it is stored. */
struct found {
    struct xm_device device;    /* texts are not in it */
    bool live;
};

static int find_device(struct target *target, enum xm_device_kind kind, int devid, struct found *ret_found, xm_error **err)
{
    XM_AUTO(xm_devices) *live = NULL, *stored = NULL;
    const struct xm_device *device = NULL;

    *ret_found = (struct found){ .device = { .devid = devid } };
    if (target->domid != XM_DOMID_NONE && xm_host_devices(host_of(target), target->domid, kind, &live, err) < 0)
        return -1;
    if (live != NULL)
        device = xm_devices_find(live, devid);
    ret_found->live = device != NULL;
    if (device == NULL && target->doc != NULL) {
        if (xm_doc_devices(target->doc, kind, &stored, err) < 0)
            return -1;
        device = xm_devices_find(stored, devid);
    }
    if (device == NULL)
        return 0;
    ret_found->device.has_mac = device->has_mac;
    memcpy(ret_found->device.mac, device->mac, sizeof(device->mac));
    return 0;
}

static int detach_live(struct target *target, enum xm_device_kind kind, int devid, const char *word, bool force, xm_error **err)
{
    xm_error *why = NULL;

    if (xm_host_detach(host_of(target), target->domid, kind, devid, force, &why) < 0)
        return fail_device(kind, word, "disconnected", why, err);
    return 0;
}

static int detach_both(struct target *target, enum xm_device_kind kind, int devid, const char *word, bool force,
                       const xm_doc *doc, xm_error **err)
{
    const struct xm_pending change = { XM_PENDING_DETACH, kind, devid, NULL, NULL };

    if (xm_pending_begin(&target->step, &change, doc, err) < 0)
        return -1;
    if (detach_live(target, kind, devid, word, force, err) < 0) {
        xm_pending_drop(&target->step);
        return -1;
    }
    /* It is gone and cannot be had back; the record stays and is settled when there is room again. */
    if (xm_pending_end(&target->step, doc, err) < 0)
        return xm_wrap(err, "the device is gone, but that could not be stored yet");
    return 0;
}

int xm_guest_detach(const struct xm_guests *guests, const struct xm_guest *guest, enum xm_device_kind kind, int devid,
                    const char *word, bool force, unsigned where, xm_error **err)
{
    xm_autotarget target = { .step = XM_STEP_INIT };
    XM_AUTO(xm_doc) *doc = NULL;
    struct found found;

    if (target_open(guests, guest, where, &target, err) < 0 || find_device(&target, kind, devid, &found, err) < 0)
        return -1;
    if (target.doc != NULL && xm_doc_without_device(target.doc, kind, &found.device, &doc, err) < 0)
        return -1;
    if (!found.live && doc == NULL)
        return xm_fail(err, XM_NOT_FOUND, "Device %s not connected", word);
    if (doc == NULL)
        return detach_live(&target, kind, devid, word, force, err);
    if (!found.live)
        return xm_reg_save_doc(guests->reg, target.step.uuid, doc, err);
    return detach_both(&target, kind, devid, word, force, doc, err);
}

/* --- CD drives --- */

static int change_live(struct target *target, struct xm_order *order, xm_error **err)
{
    return xm_host_cd_change(host_of(target), target->domid, xm_order_device(order), err);
}

static int change_both(struct target *target, struct xm_order *order, const xm_doc *doc, xm_error **err)
{
    const struct xm_pending change = { XM_PENDING_CD, order->kind, order->devid, NULL, order->cfg.disks[0].pdev_path };

    if (xm_pending_begin(&target->step, &change, doc, err) < 0)
        return -1;
    if (change_live(target, order, err) < 0) {
        xm_pending_drop(&target->step);
        return -1;
    }
    if (xm_pending_end(&target->step, doc, err) < 0)
        return xm_wrap(err, "the CD is changed, but that could not be stored yet");
    return 0;
}

/* Is there such a drive, and no disk, on the live domain? */
static int find_drive(struct target *target, const struct xm_order *order, bool *ret_there, xm_error **err)
{
    XM_AUTO(xm_devices) *devices = NULL;
    const struct xm_device *device;

    *ret_there = false;
    if (target->domid == XM_DOMID_NONE)
        return 0;
    if (xm_host_devices(host_of(target), target->domid, order->kind, &devices, err) < 0)
        return -1;
    device = xm_devices_find(devices, order->devid);
    if (device != NULL && !device->cdrom)
        return xm_fail(err, XM_EXISTS, "device %s is no CD drive", order->cfg.disks[0].vdev);
    *ret_there = device != NULL;
    return 0;
}

static int change_cd(struct target *target, struct xm_order *order, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    bool live;

    if (!order->cfg.disks[0].is_cdrom)
        return xm_fail(err, XM_INVALID, "only what is in a CD drive can be changed");
    if (find_drive(target, order, &live, err) < 0)
        return -1;
    if (target->doc != NULL && xm_doc_with_cd(target->doc, order, &doc, err) < 0)
        return -1;
    if (!live && doc == NULL)
        return xm_fail(err, XM_NOT_FOUND, "Device %d not connected", order->devid);
    if (doc == NULL)
        return change_live(target, order, err);
    if (!live)
        return xm_reg_save_doc(target->step.guests->reg, target->step.uuid, doc, err);
    return change_both(target, order, doc, err);
}

int xm_guest_cd_change(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_device_text *device,
                       unsigned where, xm_error **err)
{
    xm_autotarget target = { .step = XM_STEP_INIT };
    struct xm_order order;
    int rc;

    if (target_open(guests, guest, where, &target, err) < 0 || read_order(&target, device, &order, err) < 0)
        return -1;
    rc = change_cd(&target, &order, err);
    xm_order_clear(&order);
    return rc;
}

/* The guest may be gone, or changed, by now: then there is nothing to do. */
int xm_guest_eject(const struct xm_guests *guests, const char *uuid, int devid, xm_error **err)
{
    struct xm_guest guest = { .domid = XM_DOMID_NONE, .ours = true };
    xm_autotarget target = { .step = XM_STEP_INIT };
    XM_AUTO(xm_devices) *devices = NULL;
    xm_autofree char *text = NULL;
    const struct xm_device *drive;
    struct xm_order order;
    xm_error *why = NULL;
    int rc;

    memcpy(guest.uuid, uuid, sizeof(guest.uuid));
    if (target_open(guests, &guest, 0, &target, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (target.domid == XM_DOMID_NONE)
        return 0;
    if (xm_host_devices(guests->host, target.domid, XM_DEVICE_DISK, &devices, err) < 0)
        return -1;
    drive = xm_devices_find(devices, devid);
    if (drive == NULL || !drive->cdrom || drive->name == NULL)
        return 0;
    text = xm_printf("vdev=%s,devtype=cdrom,access=ro,format=empty,target=", drive->name);
    if (read_order(&target, &(struct xm_device_text){ XM_DEVICE_DISK, XM_DIALECT_XL, text }, &order, err) < 0)
        return -1;
    rc = change_cd(&target, &order, err);
    xm_order_clear(&order);
    if (rc == 0)
        xm_log(guests->log, XM_LOG_INFO, "domain %u: the CD is out of drive %s", target.domid, drive->name);
    return rc;
}

/* --- looking --- */

int xm_guest_devices(const struct xm_guests *guests, const struct xm_guest *guest, enum xm_device_kind kind,
                     xm_devices **ret_devices, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (guest->domid != XM_DOMID_NONE)
        return xm_host_devices(guests->host, guest->domid, kind, ret_devices, err);
    if (xm_reg_load_doc(guests->reg, guest->uuid, &doc, err) < 0)
        return -1;
    return xm_doc_devices(doc, kind, ret_devices, err);
}

int xm_guest_device_json(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_device_text *device,
                         char **ret_json, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_order order;
    int rc;

    (void)xm_guest_doc(guests, guest, &doc, NULL);      /* without it the domain itself says what it is */
    if (xm_order_read(guests, doc, guest->domain.hvm, guest->uuid, device, &order, err) < 0)
        return -1;
    rc = xm_device_format(order.kind, xm_order_device(&order), ret_json, err);
    xm_order_clear(&order);
    return rc;
}
