/* Lists of a guest's devices, which both hosts fill. */
#include <string.h>

#include "bind/disks.h"
#include "host/ops.h"

void xm_devices_free(xm_devices *devices)
{
    if (devices == NULL)
        return;
    for (size_t i = 0; i < devices->count; i++) {
        free(devices->items[i].backend);
        free(devices->items[i].name);
        free(devices->items[i].medium);
    }
    free(devices->items);
    free(devices);
}

struct xm_device *xm_devices_add(xm_devices *devices, int devid)
{
    struct xm_device *device;

    XM_GROW_COUNTED(devices->items, devices->count);
    device = &devices->items[devices->count++];
    *device = (struct xm_device){ .devid = devid, .backend_id = -1, .state = -1, .evtchn = -1, .ring = -1, .rx_ring = -1 };
    return device;
}

static int by_devid(const void *left, const void *right)
{
    const struct xm_device *a = left, *b = right;

    return a->devid < b->devid ? -1 : a->devid > b->devid;
}

void xm_devices_sort(xm_devices *devices)
{
    if (devices->count > 1)
        qsort(devices->items, devices->count, sizeof(*devices->items), by_devid);
}

const struct xm_device *xm_devices_find(const xm_devices *devices, int devid)
{
    for (size_t i = 0; i < devices->count; i++)
        if (devices->items[i].devid == devid)
            return &devices->items[i];
    return NULL;
}

const char *xm_device_class(enum xm_device_kind kind)
{
    return kind == XM_DEVICE_DISK ? "vbd" : "vif";
}

const char *xm_device_list(enum xm_device_kind kind)
{
    return kind == XM_DEVICE_DISK ? "disks" : "nics";
}

/* libxl's JSON leaves out what has its default. */
int xm_device_number(enum xm_device_kind kind, const xm_json *item, size_t index)
{
    const char *vdev = xm_json_str(xm_json_get(item, "vdev", NULL));

    if (kind == XM_DEVICE_NIC)
        return (int)xm_json_int(xm_json_get(item, "devid", NULL), (int64_t)index);
    return vdev != NULL ? (int)xm_disk_number(vdev) : -1;
}

int xm_device_format(enum xm_device_kind kind, const void *device, char **ret_text, xm_error **err)
{
    *ret_text = kind == XM_DEVICE_DISK ? libxl_device_disk_to_json(NULL, (libxl_device_disk *)device)
                                       : libxl_device_nic_to_json(NULL, (libxl_device_nic *)device);
    return *ret_text != NULL ? 0 : xm_fail(err, XM_HOST, "libxl could not write its JSON");
}

int xm_device_json(enum xm_device_kind kind, const void *device, xm_json **ret_json, xm_error **err)
{
    xm_autofree char *text = NULL;

    if (xm_device_format(kind, device, &text, err) < 0)
        return -1;
    return xm_json_parse(text, strlen(text), ret_json, err);
}

static void add_disk(xm_devices *devices, const xm_json *disk, int number)
{
    const char *path = xm_json_str(xm_json_get(disk, "pdev_path", NULL));
    struct xm_device *device;

    if (number < 0)
        return;
    device = xm_devices_add(devices, number);
    device->cdrom = xm_json_int(xm_json_get(disk, "is_cdrom", NULL), 0) != 0;
    device->name = xm_strdup(xm_json_str(xm_json_get(disk, "vdev", NULL)));
    device->medium = xm_strdup(path ? path : "");
}

static void add_nic(xm_devices *devices, const xm_json *nic, int number)
{
    const char *mac = xm_json_str(xm_json_get(nic, "mac", NULL));
    struct xm_device *device = xm_devices_add(devices, number);

    device->has_mac = mac != NULL && xm_host_mac_parse(mac, device->mac);
}

xm_devices *xm_devices_configured(const xm_json *config, enum xm_device_kind kind)
{
    const xm_json *list = xm_held_list(config, xm_device_list(kind));
    xm_devices *devices = xm_new0(xm_devices, 1);

    for (size_t i = 0; i < list->count; i++)
        (kind == XM_DEVICE_DISK ? add_disk : add_nic)(devices, list->items[i], xm_device_number(kind, list->items[i], i));
    xm_devices_sort(devices);
    return devices;
}
