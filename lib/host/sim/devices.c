/* What the devices and boot files of a new guest find on this machine; what Xen, its scripts or its
 * device model would refuse is refused here. */
#include "host/sim/sim.h"

#include <string.h>

static int need_file(const struct sim_state *state, const char *what, const char *path, struct xm_host_file *ret, xm_error **err)
{
    if (sim_look(state, path, what, true, ret, err) < 0)
        return -1;
    if (ret->type == XM_FILE_OTHER)
        return xm_fail(err, XM_INVALID, "%s %s: is neither a file nor a block device", what, path);
    return 0;
}

/* One that serves a device in place of domain 0 must be there. */
static int need_backend(const struct sim_state *state, const xm_json *device, xm_error **err)
{
    const char *name = xm_json_str(xm_json_get(device, "backend_domname", NULL));

    for (size_t i = 0; name != NULL && i < state->count; i++)
        if (strcmp(state->guests[i].name, name) == 0)
            return 0;
    if (name == NULL || name[strspn(name, "0123456789")] == '\0')
        return 0;
    return xm_fail(err, XM_NOT_FOUND, "the backend's domain '%s' does not exist", name);
}

static int need_free(const struct sim_state *state, const xm_holders *holders, const char *uuid, const char *what,
                     const char *path, const struct xm_host_file *file, char mode, xm_error **err)
{
    if (file->type != XM_FILE_BLOCK)
        return 0;               /* Xen's script has lost sight of files behind loop devices */
    if (file->mounted && xm_disk_modes_clash(mode, file->mounted))
        return xm_fail(err, XM_BUSY, "%s %s is mounted in the privileged domain, and so cannot be mounted by a guest",
                       what, path);
    for (size_t i = 0; i < holders->count; i++) {
        const struct xm_holder *holder = &holders->items[i];

        for (size_t j = 0; strcmp(holder->uuid, uuid) != 0 && j < holder->disk_count; j++) {
            const struct xm_held_disk *disk = &holder->disks[j];
            struct xm_host_file held;

            if (disk->script == NULL && xm_disk_modes_clash(mode, disk->mode)
                && sim_look(state, disk->path, NULL, false, &held, NULL) == 0 && sim_same_file(file, &held))
                return xm_fail(err, XM_BUSY, "%s %s is mounted in a guest domain, and so cannot be mounted now", what, path);
        }
    }
    return 0;
}

/* A device model opens every other format than raw, and finds out. */
static int need_format(const struct xm_host_file *file, const char *what, const char *path, const char *format, xm_error **err)
{
    const char *is = xm_host_file_format(file);

    if (format == NULL || strcmp(format, "raw") == 0 || strcmp(format, is) == 0)
        return 0;
    return xm_fail(err, XM_INVALID, "%s %s: image is not in %s format", what, path, format);
}

/* The script looks after block devices and raw files; the device model, which has the others, does not. */
static bool is_for_script(const xm_json *disk, const char *format)
{
    const char *backend = xm_json_str(xm_json_get(disk, "backend", NULL));

    return (format == NULL || strcmp(format, "raw") == 0) && (backend == NULL || strcmp(backend, "qdisk") != 0);
}

static int need_disk(const struct sim_state *state, const xm_holders *holders, const char *uuid, const xm_json *disk, xm_error **err)
{
    const char *path = xm_json_str(xm_json_get(disk, "pdev_path", NULL));
    const char *format = xm_json_str(xm_json_get(disk, "format", NULL));
    const char *script = xm_json_str(xm_json_get(disk, "script", NULL));
    const char *vdev = xm_json_str(xm_json_get(disk, "vdev", NULL));
    xm_autofree char *what = xm_printf("disk %s:", vdev ? vdev : "?");
    bool writes = xm_json_int(xm_json_get(disk, "readwrite", NULL), 0) != 0;
    struct xm_host_file file;

    if (!xm_held_here(disk))
        return need_backend(state, disk, err);
    if (path == NULL || *path == '\0' || (format != NULL && strcmp(format, "empty") == 0))
        return 0;
    if (script != NULL && sim_have(state, XM_NEED_SCRIPT, script, err) < 0)
        return xm_wrap(err, "disk %s", vdev ? vdev : "?");
    if (script != NULL && !sim_is_sharing_script(script))
        return 0;               /* of what the words mean only the script knows */
    if (need_file(state, what, path, &file, err) < 0 || need_format(&file, what, path, format, err) < 0)
        return -1;
    if (script != NULL || !is_for_script(disk, format))
        return 0;
    if (writes && file.type == XM_FILE_REGULAR && !file.writable)
        return xm_fail(err, XM_DENIED, "%s %s is read-only, and cannot be mounted read-write in a guest domain", what, path);
    return need_free(state, holders, uuid, what, path, &file, writes ? 'w' : 'r', err);
}

/* A script of another kind decides itself what it needs. */
static int need_bridge(const struct sim_state *state, const xm_conf *conf, const char *kind, const xm_json *nic, size_t number,
                       xm_error **err)
{
    const char *bridge = xm_json_str(xm_json_get(nic, "bridge", NULL));
    const char *script = xm_json_str(xm_json_get(nic, "script", NULL));
    const char *type = xm_json_str(xm_json_get(nic, "nictype", NULL));

    if (type != NULL && strcmp(type, "vif_ioemu") == 0 && strcmp(kind, "hvm") != 0)
        return xm_fail(err, XM_INVALID, "trying to create PV or PVH guest with an emulated interface");
    if (!xm_held_here(nic))
        return need_backend(state, nic, err);
    if (script == NULL)
        script = conf->vif_script ? conf->vif_script : XM_HOST_VIF_SCRIPT;
    if (sim_have(state, XM_NEED_SCRIPT, script, err) < 0)
        return xm_wrap(err, "vif %zu", number);
    if (strcmp(sim_base_of(script), XM_HOST_VIF_SCRIPT) != 0)
        return 0;
    if (bridge == NULL)
        bridge = conf->vif_bridge ? conf->vif_bridge : XM_HOST_BRIDGE;
    return sim_have(state, XM_NEED_BRIDGE, bridge, err) < 0 ? xm_wrap(err, "vif %zu", number) : 0;
}

static bool holds(const xm_holders *holders, const struct xm_held_pci *at)
{
    for (size_t i = 0; i < holders->count; i++)
        for (size_t j = 0; j < holders->items[i].pci_count; j++)
            if (memcmp(&holders->items[i].pcis[j], at, sizeof(*at)) == 0)
                return true;
    return false;
}

static int need_pci(const struct sim_state *state, const xm_holders *holders, const xm_json *json, xm_error **err)
{
    const xm_json *seize = xm_json_get(json, "seize", NULL);
    struct xm_held_pci at = xm_held_pci_of(json);
    xm_autofree char *what = xm_printf("PCI device %04x:%02x:%02x.%x", at.domain, at.bus, at.slot, at.func);
    XM_AUTO(xm_pci_devices) *devices = xm_new0(xm_pci_devices, 1);
    const struct xm_pci_device *device = NULL;

    sim_pci_list(state, devices);
    for (size_t i = 0; i < devices->count; i++)
        if (memcmp(&devices->items[i].at, &at, sizeof(at)) == 0)
            device = &devices->items[i];
    if (device == NULL)
        return xm_fail(err, XM_NOT_FOUND, "%s does not exist", what);
    if (!device->assignable && (seize == NULL || seize->i == 0))
        return xm_fail(err, XM_STATE, "%s is not assignable", what);
    return holds(holders, &at) ? xm_fail(err, XM_BUSY, "%s has already been assigned to a guest", what) : 0;
}

static int need_pcis(const struct sim_state *state, const xm_holders *holders, const struct sim_request *request, xm_error **err)
{
    const xm_json *list = xm_held_list(request->config, "pcidevs");
    bool hvm = strcmp(request->guest.kind, "pv") != 0;
    const char *cap = hvm ? "hvm_directio" : "pv_directio";

    if (list->count > 0 && (strcmp(request->guest.kind, "pvh") == 0 || !sim_words_have(state->settings.cpu_features, cap)))
        return xm_fail(err, XM_UNSUPPORTED, "PCI devices cannot be handed to this guest (no %s)", cap);
    for (size_t i = 0; i < list->count; i++)
        if (need_pci(state, holders, list->items[i], err) < 0)
            return -1;
    return 0;
}

static int need_other_places(const xm_json *disks, xm_error **err)
{
    for (size_t i = 0; i < disks->count; i++)
        for (size_t j = 0; j < i; j++) {
            const char *one = xm_json_str(xm_json_get(disks->items[i], "vdev", NULL));
            const char *other = xm_json_str(xm_json_get(disks->items[j], "vdev", NULL));

            if (one != NULL && other != NULL && strcmp(one, other) == 0)
                return xm_fail(err, XM_EXISTS, "disk %s: the guest has it already", one);
        }
    return 0;
}

int sim_need_devices(const struct sim_state *state, const xm_conf *conf, const struct sim_request *request, xm_error **err)
{
    const xm_json *disks = xm_held_list(request->config, "disks"), *nics = xm_held_list(request->config, "nics");
    const char *pool = xm_json_str(xm_json_get(request->config, "c_info", "pool_name", NULL));
    XM_AUTO(xm_holders) *holders = NULL;

    if (pool != NULL && sim_have(state, XM_NEED_POOL, pool, err) < 0)
        return -1;
    if (sim_holders_of(state, conf, &holders, err) < 0 || need_other_places(disks, err) < 0)
        return -1;
    for (size_t i = 0; i < disks->count; i++)
        if (need_disk(state, holders, request->guest.uuid, disks->items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < nics->count; i++)
        if (need_bridge(state, conf, request->guest.kind, nics->items[i], i, err) < 0)
            return -1;
    return need_pcis(state, holders, request, err);
}

int sim_need_device(const struct sim_state *state, const xm_conf *conf, const struct sim_guest *guest,
                    enum xm_device_kind kind, const xm_json *device, int devid, xm_error **err)
{
    XM_AUTO(xm_holders) *holders = NULL;

    if (kind == XM_DEVICE_NIC)
        return need_bridge(state, conf, guest->kind, device, (size_t)devid, err);
    if (sim_holders_of(state, conf, &holders, err) < 0)
        return -1;
    return need_disk(state, holders, guest->uuid, device, err);
}

/* --- what it boots --- */

/* What the bootloader would open. Its verdict on the contents: anything that is not empty boots. */
static int need_bootable(const struct sim_state *state, const xm_json *config, const char *loader, xm_error **err)
{
    const xm_json *disks = xm_held_list(config, "disks");
    const char *path = disks->count > 0 ? xm_json_str(xm_json_get(disks->items[0], "pdev_path", NULL)) : NULL;
    struct xm_host_file file;

    if (path == NULL || *path == '\0')
        return xm_fail(err, XM_INVALID, "bootloader %s: the guest has no disk to boot from", loader);
    if (sim_look(state, path, "disk", true, &file, err) < 0)
        return xm_wrap(err, "bootloader %s", loader);
    if (file.head_len == 0)
        return xm_fail(err, XM_INVALID, "bootloader %s: disk %s: nothing to boot on it", loader, path);
    return 0;
}

/* A device model is the machine of an HVM guest, and the backend of screens and of images. */
static bool is_emulated(const struct sim_request *request)
{
    const xm_json *disks = xm_held_list(request->config, "disks");

    for (size_t i = 0; i < disks->count; i++) {
        const char *format = xm_json_str(xm_json_get(disks->items[i], "format", NULL));

        if (!is_for_script(disks->items[i], format) && (format == NULL || strcmp(format, "empty") != 0))
            return true;
    }
    return strcmp(request->guest.kind, "hvm") == 0 || xm_held_list(request->config, "vfbs")->count > 0;
}

static int need_machine(const struct sim_state *state, const struct sim_request *request, xm_error **err)
{
    const xm_json *b_info = xm_json_get(request->config, "b_info", NULL);
    const char *bios = xm_json_str(xm_json_get(b_info, "type.hvm", "bios", NULL));
    const char *model = xm_json_str(xm_json_get(b_info, "device_model_version", NULL));
    bool old = model != NULL && strcmp(model, "qemu_xen_traditional") == 0;

    if (strcmp(request->guest.kind, "hvm") == 0
        && (sim_have(state, XM_NEED_FIRMWARE, "hvmloader", err) < 0
            || sim_have(state, XM_NEED_FIRMWARE, bios ? bios : old ? "rombios" : "seabios", err) < 0))
        return -1;
    return is_emulated(request) ? sim_have(state, XM_NEED_EMULATOR, old ? "qemu-xen-traditional" : "qemu-xen", err) : 0;
}

int sim_need_boot_files(const struct sim_state *state, const struct sim_request *request, bool restored, xm_error **err)
{
    const xm_json *b_info = xm_json_get(request->config, "b_info", NULL);
    const char *kernel = xm_json_str(xm_json_get(b_info, "kernel", NULL));
    const char *ramdisk = xm_json_str(xm_json_get(b_info, "ramdisk", NULL));
    const char *loader = xm_json_str(xm_json_get(b_info, "bootloader", NULL));
    bool hvm = strcmp(request->guest.kind, "hvm") == 0;
    struct xm_host_file file;

    if (need_machine(state, request, err) < 0)
        return -1;
    if (restored)
        return 0;               /* its kernel is in its memory */
    if (kernel == NULL && loader == NULL && !hvm)
        return xm_fail(err, XM_INVALID, "the guest has neither a kernel nor a bootloader");
    if (kernel != NULL && need_file(state, "kernel", kernel, &file, err) < 0)
        return -1;
    if (ramdisk != NULL && need_file(state, "ramdisk", ramdisk, &file, err) < 0)
        return -1;
    if (loader != NULL && !hvm && sim_have(state, XM_NEED_BOOTLOADER, loader, err) < 0)
        return -1;
    return kernel == NULL && loader != NULL && !hvm ? need_bootable(state, request->config, loader, err) : 0;
}
