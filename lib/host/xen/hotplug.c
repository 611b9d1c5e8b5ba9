/* Devices of a domain that is there. They are listed out of the store, in a few reads each; what changes
 * them is libxl's. */
#include <string.h>
#include <libxl_utils.h>

#include "host/xen/xen.h"

/* --- what it has --- */

static int read_number(struct xs_handle *xs, const char *dir, const char *key, int otherwise)
{
    xm_autofree char *text = xen_read(xs, "%s/%s", dir, key);
    char *end;
    long number = text != NULL ? strtol(text, &end, 10) : 0;

    return text == NULL || end == text || number < INT32_MIN || number > INT32_MAX ? otherwise : (int)number;
}

/* A backend in domain 0 is told the path, a device model "FORMAT:PATH". */
static char *read_medium(struct xs_handle *xs, const char *backend)
{
    xm_autofree char *params = xen_read(xs, "%s/params", backend), *type = xen_read(xs, "%s/type", backend);
    const char *colon = params != NULL ? strchr(params, ':') : NULL;

    if (colon != NULL && (strstr(backend, "/qdisk/") != NULL || (type != NULL && strcmp(type, "tap") == 0)))
        return xm_strdup(colon + 1);
    return xm_strdup(params ? params : "");
}

/* dir is libxl's own record of the device, which the guest cannot write; what the guest says of itself is in
 * its frontend's directory. */
static void read_device(struct xs_handle *xs, enum xm_device_kind kind, const char *dir, int devid, xm_devices *devices)
{
    xm_autofree char *front = xen_read(xs, "%s/frontend", dir), *type = NULL, *mac = NULL;
    struct xm_device *device;

    if (front == NULL)
        return;                 /* it goes, or is not whole yet */
    device = xm_devices_add(devices, devid);
    device->backend = xen_read(xs, "%s/backend", dir);
    device->backend_id = read_number(xs, dir, "backend-id", -1);
    if (device->backend_id < 0)
        device->backend_id = read_number(xs, front, "backend-id", -1);
    device->handle = read_number(xs, front, "handle", 0);
    device->state = read_number(xs, front, "state", -1);
    device->evtchn = read_number(xs, front, "event-channel", -1);
    device->ring = read_number(xs, front, kind == XM_DEVICE_NIC ? "tx-ring-ref" : "ring-ref", -1);
    if (kind == XM_DEVICE_NIC) {
        device->rx_ring = read_number(xs, front, "rx-ring-ref", -1);
        mac = device->backend != NULL ? xen_read(xs, "%s/mac", device->backend) : NULL;
        device->has_mac = mac != NULL && xm_host_mac_parse(mac, device->mac);
        return;
    }
    type = device->backend != NULL ? xen_read(xs, "%s/device-type", device->backend) : NULL;
    device->cdrom = type != NULL && strcmp(type, "cdrom") == 0;
    device->name = device->backend != NULL ? xen_read(xs, "%s/dev", device->backend) : NULL;
    device->medium = device->backend != NULL ? read_medium(xs, device->backend) : xm_strdup("");
}

int xen_host_devices(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs = xen_store(xen, err);
    xm_autofree char *top = xm_printf("/libxl/%u/device/%s", domid, xm_device_class(kind));
    xm_autofree char **names = NULL;
    xc_domaininfo_t info;
    unsigned count = 0;

    if (xs == NULL || xen_info(xen, domid, &info, err) < 0)
        return -1;
    *ret = xm_new0(xm_devices, 1);
    names = xs_directory(xs, XBT_NULL, top, &count);
    for (unsigned i = 0; names != NULL && i < count; i++) {
        xm_autofree char *dir = xm_printf("%s/%s", top, names[i]);
        char *end;
        long devid = strtol(names[i], &end, 10);

        if (*end == '\0' && devid >= 0 && devid <= INT32_MAX)
            read_device(xs, kind, dir, (int)devid, *ret);
    }
    xm_devices_sort(*ret);
    return 0;
}

/* --- changes --- */

/* A device as libxl has it, by its number. */
union device { libxl_device_disk disk; libxl_device_nic nic; };

static int find_device(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int devid, union device *ret)
{
    xm_autofree char *vdev = xm_printf("%d", devid);

    memset(ret, 0, sizeof(*ret));
    if (kind == XM_DEVICE_NIC)
        return libxl_devid_to_device_nic(xen->ctx, domid, devid, &ret->nic);
    return libxl_vdev_to_device_disk(xen->ctx, domid, vdev, &ret->disk);
}

static void clear_device(enum xm_device_kind kind, union device *device)
{
    if (kind == XM_DEVICE_NIC)
        libxl_device_nic_dispose(&device->nic);
    else
        libxl_device_disk_dispose(&device->disk);
}

static bool is_there(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int devid)
{
    xm_autofree char *dir = xen_read(xen->xs, "/libxl/%u/device/%s/%d/frontend", domid, xm_device_class(kind), devid);

    return dir != NULL;
}

static int start_removal(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, union device *device, bool force,
                         struct xen_op *op)
{
    if (kind == XM_DEVICE_NIC)
        return force ? libxl_device_nic_destroy(xen->ctx, domid, &device->nic, &op->how)
                     : libxl_device_nic_remove(xen->ctx, domid, &device->nic, &op->how);
    return force ? libxl_device_disk_destroy(xen->ctx, domid, &device->disk, &op->how)
                 : libxl_device_disk_safe_remove(xen->ctx, domid, &device->disk, &op->how);
}

static int take_away(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err)
{
    union device device;
    struct xen_op op;
    int rc = find_device(xen, domid, kind, devid, &device);

    if (rc < 0)
        return xen_fail(xen, rc, err, "domain %u has no device %s %d", domid, xm_device_class(kind), devid);
    xen_op_init(&op);
    rc = xen_op_wait(xen, &op, start_removal(xen, domid, kind, &device, force, &op), NULL, XEN_TO_THE_END);
    clear_device(kind, &device);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u does not let go of the device", domid) : 0;
}

/* libxl leaves what it has begun of a device whose backend did not come up. */
static void clean_up(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int devid)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    if (!is_there(xen, domid, kind, devid) || take_away(xen, domid, kind, devid, true, &why) == 0)
        return;
    text = xm_error_text(why);
    /* The failure that led here is the one to report. */
    xm_log(xen->host.log, XM_LOG_ERROR, "domain %u: device %s %d is left half-made: %s", domid, xm_device_class(kind), devid, text);
    xm_error_free(why);
}

static int need_alive(struct xen_host *xen, uint32_t domid, xm_error **err)
{
    xc_domaininfo_t info;

    if (xen_info(xen, domid, &info, err) < 0)
        return -1;
    if (info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    return 0;
}

/* libxl would say that a device is there, and then take it apart as if it had begun it. */
static int need_place(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int devid, xm_error **err)
{
    if (devid >= 0 && is_there(xen, domid, kind, devid))
        return xm_fail(err, XM_EXISTS, "device %s %d already exists", xm_device_class(kind), devid);
    return 0;
}

static int next_devid(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, int *ret_devid, xm_error **err)
{
    XM_AUTO(xm_devices) *devices = NULL;

    if (xen_host_devices(&xen->host, domid, kind, &devices, err) < 0)
        return -1;
    *ret_devid = devices->count > 0 ? devices->items[devices->count - 1].devid + 1 : 0;
    return 0;
}

/* A backend in the device model fails on its own, when libxl has long reported success. */
static int need_medium(struct xm_host *host, enum xm_device_kind kind, const void *device, xm_error **err)
{
    const libxl_device_disk *disk = device;
    struct xm_host_file file;

    if (kind != XM_DEVICE_DISK || disk->script != NULL || disk->backend_domname != NULL || disk->backend_domid != 0
        || disk->pdev_path == NULL || *disk->pdev_path == '\0')
        return 0;
    if (xen_host_file(host, disk->pdev_path, false, &file, err) < 0)
        return xm_wrap(err, "disk %s", disk->vdev ? disk->vdev : "?");
    if (file.type == XM_FILE_OTHER)
        return xm_fail(err, XM_INVALID, "disk %s: %s: is neither a file nor a block device", disk->vdev ? disk->vdev : "?",
                       disk->pdev_path);
    return 0;
}

static int start_addition(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, void *device, struct xen_op *op)
{
    return kind == XM_DEVICE_NIC ? libxl_device_nic_add(xen->ctx, domid, device, &op->how)
                                 : libxl_device_disk_add(xen->ctx, domid, device, &op->how);
}

/* The number that a device has or, a nic's, is given here. */
static int number_of(struct xen_host *xen, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    const libxl_device_disk *disk = device;
    libxl_device_nic *nic = device;
    long number;

    if (kind == XM_DEVICE_NIC) {
        if (nic->devid < 0 && next_devid(xen, domid, kind, &nic->devid, err) < 0)
            return -1;
        *ret_devid = nic->devid;
        return 0;
    }
    number = disk->vdev != NULL ? xm_disk_number(disk->vdev) : -1;
    if (number < 0)
        return xm_fail(err, XM_INVALID, "invalid vdev: %s", disk->vdev ? disk->vdev : "");
    *ret_devid = (int)number;
    return 0;
}

int xen_host_attach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xen_op op;
    int rc, devid;

    if (need_alive(xen, domid, err) < 0 || need_medium(host, kind, device, err) < 0 || xen_ctx(xen, err) == NULL
        || number_of(xen, domid, kind, device, &devid, err) < 0 || need_place(xen, domid, kind, devid, err) < 0)
        return -1;
    if (kind == XM_DEVICE_NIC)
        xen_complete_nic(host->conf, device);
    xen_op_init(&op);
    /* A hotplug script that is killed may leave a loop device behind; libxl gives it 40 seconds. */
    rc = xen_op_wait(xen, &op, start_addition(xen, domid, kind, device, &op), NULL, XEN_TO_THE_END);
    if (rc < 0) {
        xen_fail(xen, rc, err, "the device was not added");
        clean_up(xen, domid, kind, devid);
        return -1;
    }
    *ret_devid = devid;
    return 0;
}

int xen_host_detach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xc_domaininfo_t info;

    if (xen_info(xen, domid, &info, err) < 0 || xen_ctx(xen, err) == NULL)
        return -1;
    if (!is_there(xen, domid, kind, devid))
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no device %s %d", domid, xm_device_class(kind), devid);
    return take_away(xen, domid, kind, devid, force, err);
}

/* A guest's wish stands in the store until it has been granted, so that whoever comes to look after the
 * guest in between finds it. */
static void answer_ejection(struct xen_host *xen, uint32_t domid, int devid)
{
    xm_autofree char *path = xm_printf(XEN_EJECT_NODE, domid, devid), *wish = xen_read(xen->xs, "%s", path);

    if (wish != NULL && strcmp(wish, XEN_EJECT_WISH) == 0)
        (void)xs_write(xen->xs, XBT_NULL, path, "", 0);        /* at worst an empty drive is emptied again */
}

int xen_host_cd_change(struct xm_host *host, uint32_t domid, libxl_device_disk *disk, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    long devid = disk->vdev ? xm_disk_number(disk->vdev) : -1;
    XM_AUTO(xm_devices) *devices = NULL;
    xm_autofree char *type = NULL;
    const struct xm_device *drive;
    struct xen_op op;
    int rc;

    if (need_alive(xen, domid, err) < 0 || need_medium(host, XM_DEVICE_DISK, disk, err) < 0 || xen_ctx(xen, err) == NULL
        || xen_host_devices(host, domid, XM_DEVICE_DISK, &devices, err) < 0)
        return -1;
    type = xen_read(xen->xs, "/libxl/%u/type", domid);
    if (type == NULL || strcmp(type, "hvm") != 0)
        return xm_fail(err, XM_INVALID, "cdrom-insert requires an HVM domain");
    drive = xm_devices_find(devices, (int)devid);
    if (drive == NULL || !drive->cdrom)
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no CD drive %s", domid, disk->vdev ? disk->vdev : "");
    if (drive->name != NULL && strcmp(drive->name, disk->vdev) != 0) {
        free(disk->vdev);       /* libxl compares names, and 5632 is another one than hdc */
        disk->vdev = xm_strdup(drive->name);
    }
    xen_op_init(&op);
    rc = xen_op_wait(xen, &op, libxl_cdrom_insert(xen->ctx, domid, disk, &op.how), NULL, XEN_TO_THE_END);
    if (rc < 0)
        return xen_fail(xen, rc, err, "the CD was not changed");
    if (disk->format == LIBXL_DISK_FORMAT_EMPTY)
        answer_ejection(xen, domid, (int)devid);
    return 0;
}
