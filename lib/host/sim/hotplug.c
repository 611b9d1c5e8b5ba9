/* Devices of a guest that is there: what it has, and how it gets and loses them. They are those of its
 * configuration; the rest follows from whether the guest has come up. */
#include "host/sim/sim.h"

#include <string.h>
#include <sys/random.h>

#define DETACH_MS 10000                 /* libxl's own patience with a guest */
#define CONNECTED 4
#define INITIALISING 1

static xm_json *load_config(const struct sim_guest *guest, xm_error **err)
{
    xm_json *config = NULL;

    if (xm_json_parse(guest->config, strlen(guest->config), &config, err) < 0)
        return NULL;
    return config;
}

static int store_config(const struct sim_state *state, struct sim_guest *guest, const xm_json *config, xm_error **err)
{
    free(guest->config);
    guest->config = xm_json_format(config, false);
    return sim_guest_store(state, guest, err);
}

/* Only a guest that has come up, with PV drivers, is at the other end of its devices. */
static bool answers(const struct sim_state *state, const struct sim_guest *guest)
{
    return !guest->paused && guest->does.pv && guest->does.unplugs && sim_guest_booted(guest, state->now);
}

/* --- what it has --- */

static void show_connections(const struct sim_state *state, const struct sim_guest *guest, enum xm_device_kind kind, xm_devices *devices)
{
    bool connected = guest->does.pv && sim_guest_booted(guest, state->now);

    for (size_t i = 0; i < devices->count; i++) {
        struct xm_device *device = &devices->items[i];

        device->backend_id = 0;
        device->handle = kind == XM_DEVICE_NIC ? device->devid : 0;
        device->state = connected ? CONNECTED : INITIALISING;
        device->backend = xm_printf("/local/domain/0/backend/%s/%lld/%d", xm_device_class(kind), (long long)guest->domid,
                                    device->devid);
        if (!connected)
            continue;
        device->evtchn = (kind == XM_DEVICE_DISK ? 10 : 30) + (int)i;
        device->ring = (kind == XM_DEVICE_DISK ? 8 : 768) + 2 * (int)i;
        device->rx_ring = kind == XM_DEVICE_NIC ? device->ring + 1 : -1;
    }
}

int sim_devices(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_json) *config = NULL;
    const struct sim_guest *guest;

    if (sim_fault(sim, "devices", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    config = guest ? load_config(guest, err) : NULL;
    if (config == NULL)
        return -1;
    *ret = xm_devices_configured(config, kind);
    show_connections(&state, guest, kind, *ret);
    return 0;
}

/* --- attach --- */

static struct sim_guest *get_alive(struct sim_state *state, uint32_t domid, xm_error **err)
{
    struct sim_guest *guest = sim_guest_get(state, domid, err);

    if (guest != NULL && sim_guest_ended(guest, state->now)) {
        (void)xm_fail(err, XM_STATE, "domain %u has shut down", domid);
        return NULL;
    }
    return guest;
}

/* As the host does for whoever does not say. */
static void complete_nic(const xm_devices *devices, libxl_device_nic *nic)
{
    static const libxl_mac none;

    if (nic->devid < 0)
        nic->devid = devices->count > 0 ? devices->items[devices->count - 1].devid + 1 : 0;
    if (memcmp(nic->mac, none, sizeof(none)) != 0)
        return;
    memcpy(nic->mac, "\x00\x16\x3e", 3);
    if (getrandom(nic->mac + 3, 3, 0) != 3)
        memset(nic->mac + 3, 0x5a, 3);  /* never seen: 3 bytes are always given at once */
    nic->mac[3] &= 0x7f;
}

static int place_of(const xm_devices *devices, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    const libxl_device_disk *disk = device;

    if (kind == XM_DEVICE_NIC) {
        complete_nic(devices, device);
        *ret_devid = ((const libxl_device_nic *)device)->devid;
    } else if (disk->vdev == NULL || xm_disk_number(disk->vdev) < 0) {
        return xm_fail(err, XM_INVALID, "invalid vdev: %s", disk->vdev ? disk->vdev : "");
    } else {
        *ret_devid = (int)xm_disk_number(disk->vdev);
    }
    if (xm_devices_find(devices, *ret_devid) != NULL)
        return xm_fail(err, XM_EXISTS, "device %s %d already exists", xm_device_class(kind), *ret_devid);
    return 0;
}

static int add_device(struct sim *sim, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_devices) *devices = NULL;
    XM_AUTO(xm_json) *config = NULL, *json = NULL;
    struct sim_guest *guest;

    if (sim_state_load(sim, &state, err) < 0 || (guest = get_alive(&state, domid, err)) == NULL
        || (config = load_config(guest, err)) == NULL)
        return -1;
    devices = xm_devices_configured(config, kind);
    if (place_of(devices, kind, device, ret_devid, err) < 0 || xm_device_json(kind, device, &json, err) < 0
        || sim_need_device(&state, sim->host.conf, guest, kind, json, *ret_devid, err) < 0)
        return -1;
    xm_json_add(xm_json_list(config, xm_device_list(kind)), XM_TAKE(json));
    return store_config(&state, guest, config, err);
}

int sim_attach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    struct sim *sim = (struct sim *)host;

    return sim_fault(sim, "attach", err) < 0 ? -1 : add_device(sim, domid, kind, device, ret_devid, err);
}

/* --- detach --- */

static bool find_item(const xm_json *list, enum xm_device_kind kind, int devid, size_t *ret_index)
{
    for (size_t i = 0; i < list->count; i++)
        if (xm_device_number(kind, list->items[i], i) == devid) {
            *ret_index = i;
            return true;
        }
    return false;
}

/* *ret_waits is set, and nothing done, if the guest is asked and does not answer. */
static int remove_device(struct sim *sim, uint32_t domid, enum xm_device_kind kind, int devid, bool force, bool *ret_waits,
                         xm_error **err)
{
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_json) *config = NULL;
    struct sim_guest *guest;
    size_t index;

    *ret_waits = false;
    if (sim_state_load(sim, &state, err) < 0 || (guest = sim_guest_get(&state, domid, err)) == NULL
        || (config = load_config(guest, err)) == NULL)
        return -1;
    if (!find_item(xm_json_list(config, xm_device_list(kind)), kind, devid, &index))
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no device %s %d", domid, xm_device_class(kind), devid);
    if (!force && !sim_guest_ended(guest, state.now) && !answers(&state, guest)) {
        *ret_waits = true;
        return 0;
    }
    xm_json_remove(xm_json_list(config, xm_device_list(kind)), index);
    return store_config(&state, guest, config, err);
}

int sim_detach(struct xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    bool waits;

    if (sim_fault(sim, "detach", err) < 0 || remove_device(sim, domid, kind, devid, force, &waits, err) < 0)
        return -1;
    if (!waits)
        return 0;
    if (sim_wait(sim, DETACH_MS, err) < 0)
        return -1;
    if (kind == XM_DEVICE_DISK)
        return xm_fail(err, XM_TIMEOUT, "domain %u does not let go of the device", domid);
    return remove_device(sim, domid, kind, devid, true, &waits, err);
}

/* --- CD drives --- */

int sim_cd_change(struct xm_host *host, uint32_t domid, libxl_device_disk *disk, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_json) *config = NULL, *json = NULL;
    long devid = disk->vdev ? xm_disk_number(disk->vdev) : -1;
    struct sim_guest *guest;
    xm_json *list;
    size_t index;

    if (sim_fault(sim, "cd_change", err) < 0 || sim_state_load(sim, &state, err) < 0
        || (guest = get_alive(&state, domid, err)) == NULL || (config = load_config(guest, err)) == NULL)
        return -1;
    if (strcmp(guest->kind, "hvm") != 0)
        return xm_fail(err, XM_INVALID, "cdrom-insert requires an HVM domain");
    list = xm_json_list(config, xm_device_list(XM_DEVICE_DISK));
    if (!find_item(list, XM_DEVICE_DISK, (int)devid, &index)
        || xm_json_int(xm_json_get(list->items[index], "is_cdrom", NULL), 0) == 0)
        return xm_fail(err, XM_NOT_FOUND, "domain %u has no CD drive %s", domid, disk->vdev ? disk->vdev : "");
    if (xm_device_json(XM_DEVICE_DISK, disk, &json, err) < 0
        || sim_need_device(&state, sim->host.conf, guest, XM_DEVICE_DISK, json, (int)devid, err) < 0)
        return -1;
    xm_json_free(list->items[index]);
    list->items[index] = XM_TAKE(json);
    if (disk->format == LIBXL_DISK_FORMAT_EMPTY && sim_guest_ejects(guest, state.now))
        guest->ejected = 1;
    return store_config(&state, guest, config, err);
}
