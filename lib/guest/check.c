#include "guest/check.h"

#include <string.h>

#include "bind/config.h"
#include "bind/cpulist.h"
#include "bind/disks.h"
#include "guest/claim.h"
#include "guest/step.h"

struct check {
    const struct xm_guests *guests;
    const xm_doc *doc;          /* as it was given: it has the places */
    const xm_doc *known;        /* with a name and a uuid */
    libxl_domain_config cfg;
    xm_findings *findings;
};

#define ADD(c, severity, code, key, index, ...) \
    xm_findings_add((c)->findings, (c)->doc, XM_FINDING_##severity, code, key, index, __VA_ARGS__)

/* A failure of the host's as a finding. Takes why. */
static void add_why(struct check *c, enum xm_severity severity, const char *code, const char *key, int index,
                    const char *cure, xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);

    xm_findings_add(c->findings, c->doc, severity, code, key, index, "%s%s", text, cure);
    xm_error_free(why);
}

static bool needs(struct check *c, enum xm_need need, const char *name, const char *code, const char *key, int index,
                  const char *cure)
{
    xm_error *why = NULL;

    if (xm_host_need(c->guests->host, need, name, &why) == 0)
        return true;
    add_why(c, XM_FINDING_ERROR, code, key, index, cure, why);
    return false;
}

/* The first of keys that the document has; else the first. */
static const char *key_of(const struct check *c, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++)
        if (xm_doc_get(c->doc, keys[i]) != NULL)
            return keys[i];
    return keys[0];
}
#define KEY(c, ...) key_of((c), (const char *const[]){ __VA_ARGS__, NULL })

/* --- who it is --- */

static void meet_guest(struct check *c, const struct xm_guest *other, const char *name, const char *uuid)
{
    bool same = strcmp(other->uuid, uuid) == 0;
    const char *named = other->name ? other->name : other->uuid;

    if (same && other->damage != NULL)
        ADD(c, ERROR, "damaged", "uuid", -1, "the guest of this uuid cannot be read: %s", other->damage);
    else if (same && other->domid != XM_DOMID_NONE && !other->domain.dying)
        ADD(c, ERROR, "uuid-taken", KEY(c, "uuid", "name"), -1,
            "the guest %s runs with this uuid, as domain %u (end that one first, or leave uuid out)", named, other->domid);
    else if (same && other->state.phase == XM_PHASE_SUSPENDED)
        ADD(c, ERROR, "suspended", KEY(c, "uuid", "name"), -1, "the guest %s is suspended (resume it, or end it, first)", named);
    else if (!same && other->name != NULL && strcmp(other->name, name) == 0 && !(other->domid != XM_DOMID_NONE && other->domain.dying))
        ADD(c, ERROR, "name-taken", "name", -1, "%s is the name of a guest that %s (choose another; the same uuid, %s, would mean that one)",
            name, other->domid != XM_DOMID_NONE ? "runs" : "is stored", other->uuid);
}

static int check_identity(struct check *c, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    if (xm_guest_list_load(c->guests, XM_WANT_NAME, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list->count; i++)
        meet_guest(c, &list->items[i], xm_doc_get_str(c->known, "name"), xm_doc_get_str(c->known, "uuid"));
    return 0;
}

/* --- what it boots --- */

static bool has_file(struct check *c, const char *what, const char *path, const char *code, const char *key, int index)
{
    struct xm_host_file file;
    xm_error *why = NULL;

    if (xm_host_file(c->guests->host, path, true, &file, &why) < 0) {
        add_why(c, XM_FINDING_ERROR, code, key, index, "", why);
        return false;
    }
    if (file.type != XM_FILE_OTHER)
        return true;
    ADD(c, ERROR, code, key, index, "%s %s is neither a file nor a block device", what, path);
    return false;
}

static void check_hvm_boot(struct check *c)
{
    const libxl_domain_build_info *info = &c->cfg.b_info;
    bool old = info->device_model_version == LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL;
    libxl_bios_type bios = info->u.hvm.bios;
    const struct { const char *path, *key; } files[] = {
        { info->u.hvm.firmware, "firmware_override" }, { info->u.hvm.system_firmware, "bios_path_override" },
        { info->u.hvm.smbios_firmware, "smbios_firmware" }, { info->u.hvm.acpi_firmware, "acpi_firmware" },
    };

    if (bios == LIBXL_BIOS_TYPE_UNKNOWN)
        bios = old ? LIBXL_BIOS_TYPE_ROMBIOS : LIBXL_BIOS_TYPE_SEABIOS;
    for (size_t i = 0; i < XM_COUNT(files); i++)
        if (files[i].path != NULL)
            (void)has_file(c, "firmware", files[i].path, "firmware", KEY(c, files[i].key, "firmware"), -1);
    if (info->u.hvm.firmware == NULL)
        (void)needs(c, XM_NEED_FIRMWARE, "hvmloader", "firmware", KEY(c, "type", "builder"), -1, " (install Xen's tools)");
    if (info->u.hvm.system_firmware == NULL)
        (void)needs(c, XM_NEED_FIRMWARE, libxl_bios_type_to_string(bios), "firmware", KEY(c, "bios", "firmware", "type", "builder"),
                    -1, " (install it)");
}

/* A device model is the machine of an HVM guest, and the backend of what the kernel does not serve. */
static const char *emulated_key(const struct check *c)
{
    if (c->cfg.c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        return KEY(c, "type", "builder");
    if (c->cfg.num_vfbs > 0)
        return "vfb";
    for (int i = 0; i < c->cfg.num_disks; i++) {
        const libxl_device_disk *disk = &c->cfg.disks[i];

        if (disk->backend == LIBXL_DISK_BACKEND_QDISK
            || (disk->format != LIBXL_DISK_FORMAT_RAW && disk->format != LIBXL_DISK_FORMAT_EMPTY))
            return "disk";
    }
    return NULL;
}

static void check_emulator(struct check *c)
{
    const libxl_domain_build_info *info = &c->cfg.b_info;
    bool old = info->device_model_version == LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL;
    const char *key = emulated_key(c);

    if (key == NULL)
        return;
    if (info->device_model != NULL)
        (void)has_file(c, "device model", info->device_model, "device-model", "device_model_override", -1);
    else if (libxl_defbool_is_default(info->device_model_stubdomain) || !libxl_defbool_val(info->device_model_stubdomain))
        (void)needs(c, XM_NEED_EMULATOR, old ? "qemu-xen-traditional" : "qemu-xen", "device-model", key, -1, " (install it)");
}

static void check_bootloader(struct check *c)
{
    const libxl_domain_build_info *info = &c->cfg.b_info;

    if (info->bootloader == NULL)
        return;
    (void)needs(c, XM_NEED_BOOTLOADER, info->bootloader, "bootloader", KEY(c, "bootloader", "kernel"), -1, "");
    if (info->kernel == NULL && (c->cfg.num_disks == 0 || c->cfg.disks[0].pdev_path == NULL))
        ADD(c, ERROR, "bootloader", KEY(c, "bootloader", "kernel"), -1,
            "there is no disk for the bootloader %s to boot from (give a disk, or a kernel)", info->bootloader);
}

static int check_boot(struct check *c, xm_error **err)
{
    const libxl_domain_build_info *info = &c->cfg.b_info;

    (void)err;
    if (info->kernel != NULL && has_file(c, "kernel", info->kernel, "kernel", KEY(c, "kernel", "firmware"), -1)
        && c->cfg.c_info.type != LIBXL_DOMAIN_TYPE_HVM)
        (void)needs(c, XM_NEED_KERNEL, info->kernel, "kernel", KEY(c, "kernel", "firmware"), -1, "");
    if (info->ramdisk != NULL)
        (void)has_file(c, "ramdisk", info->ramdisk, "ramdisk", "ramdisk", -1);
    if (c->cfg.c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        check_hvm_boot(c);
    else
        check_bootloader(c);
    check_emulator(c);
    return 0;
}

/* --- what it runs on --- */

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (; *words != '\0'; words += strcspn(words, " "), words += strspn(words, " "))
        if (strncmp(words, word, len) == 0 && (words[len] == ' ' || words[len] == '\0'))
            return true;
    return false;
}

#define HVM_VCPUS_MAX 128       /* Xen's, for HVM and PVH */

static void mark(void *arg, unsigned cpu, bool on)
{
    unsigned *most = arg;

    if (on && cpu > *most)
        *most = cpu;
}

/* Those that do not exist are passed over as long as one is left; that none is, binding tells. */
static void check_cpu_list(struct check *c, const char *key, const xm_node *node, int index, const xm_host_info *info)
{
    const struct xm_cpulist_machine all = { XM_CPULIST_MAX_CPUS, NULL };
    unsigned most = 0;

    if (node->type == XM_NODE_LIST) {
        for (size_t i = 0; i < node->count; i++)
            check_cpu_list(c, key, node->items[i], (int)i, info);
        return;
    }
    if (node->type == XM_NODE_INT)
        most = node->i > 0 && node->i < XM_CPULIST_MAX_CPUS ? (unsigned)node->i : 0;
    else if (node->type != XM_NODE_STR || strspn(node->str, "0123456789,-^ ") != strlen(node->str)
             || xm_cpulist_parse(node->str, &all, mark, &most, NULL) < 0)
        return;                 /* "all" and nodes are what there is */
    if (most > info->max_cpu_id)
        ADD(c, WARNING, "cpus", key, index, "there is no processor %u (0 to %u are there)", most, info->max_cpu_id);
}

static void check_vcpus(struct check *c, const xm_host_info *info)
{
    static const char *const lists[] = { "cpus", "cpus_soft", "cpu" };
    int vcpus = c->cfg.b_info.max_vcpus;
    const char *key = KEY(c, "maxvcpus", "vcpus");

    if (c->cfg.c_info.type != LIBXL_DOMAIN_TYPE_PV && vcpus > HVM_VCPUS_MAX)
        ADD(c, ERROR, "vcpus", key, -1, "%d are more than a guest of this type can have (%d)", vcpus, HVM_VCPUS_MAX);
    else if (vcpus > 0 && (unsigned)vcpus > info->nr_cpus)
        ADD(c, WARNING, "vcpus", key, -1, "%d are more than the host has processors (%u)", vcpus, info->nr_cpus);
    for (size_t i = 0; i < XM_COUNT(lists); i++)
        if (xm_doc_get(c->doc, lists[i]) != NULL)
            check_cpu_list(c, lists[i], xm_doc_get(c->doc, lists[i]), -1, info);
}

static int check_machine(struct check *c, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;
    libxl_domain_type type = c->cfg.c_info.type;

    if (xm_host_info_get(c->guests->host, false, &info, err) < 0)
        return -1;
    if (type != LIBXL_DOMAIN_TYPE_PV && !has_word(info->virt_caps, "hvm"))
        ADD(c, ERROR, "type", KEY(c, "type", "builder"), -1,
            "this host cannot run %s guests (turn on VT-x or AMD-V in its firmware, or make it a PV guest)",
            type == LIBXL_DOMAIN_TYPE_PVH ? "PVH" : "HVM");
    check_vcpus(c, info);
    if (c->cfg.c_info.pool_name != NULL)
        (void)needs(c, XM_NEED_POOL, c->cfg.c_info.pool_name, "pool", "pool", -1, "");
    if (c->cfg.num_pcidevs > 0 && !has_word(info->virt_caps, type == LIBXL_DOMAIN_TYPE_PV ? "pv_directio" : "hvm_directio"))
        ADD(c, ERROR, "pci-iommu", "pci", -1, "this host has no IOMMU for handing devices to guests (turn on VT-d or AMD-Vi in its firmware)");
    if (c->cfg.num_pcidevs > 0 && type == LIBXL_DOMAIN_TYPE_PVH)
        ADD(c, ERROR, "pci-type", "pci", -1, "a PVH guest cannot be given PCI devices (make it an HVM or PV guest)");
    return 0;
}

/* --- its devices --- */

/* Is a device served here? If its backend is another domain, that one must be there. */
static bool is_here(struct check *c, const char *backend, const char *key, int index)
{
    uint32_t domid;
    xm_error *why = NULL;

    if (backend == NULL || strcmp(backend, "0") == 0 || strcmp(backend, "Domain-0") == 0)
        return true;
    if (backend[strspn(backend, "0123456789")] != '\0' && xm_host_find(c->guests->host, backend, &domid, &why) < 0)
        add_why(c, XM_FINDING_ERROR, "backend", key, index, " (it is to serve this device)", why);
    return false;
}

static void check_disk_file(struct check *c, const struct xm_disk *disk)
{
    int index = (int)disk->index;
    struct xm_host_file file;
    xm_error *why = NULL;

    if (xm_host_file(c->guests->host, disk->path, true, &file, &why) < 0) {
        add_why(c, XM_FINDING_ERROR, "disk-missing", "disk", index, "", why);
        return;
    }
    if (file.type == XM_FILE_OTHER) {
        ADD(c, ERROR, "disk-kind", "disk", index, "%s is neither a file nor a block device", disk->path);
        return;
    }
    if (!disk->readonly && xm_claim_is_raw(disk) && file.type == XM_FILE_REGULAR && !file.writable)
        ADD(c, ERROR, "disk-read-only", "disk", index, "%s may not be written to (chmod u+w, or mode r)", disk->path);
}

static int check_disks(struct check *c, xm_error **err)
{
    struct xm_disks disks;

    (void)err;
    xm_disks_of(c->doc, &disks);
    for (size_t i = 0; i < disks.count; i++) {
        const struct xm_disk *disk = &disks.items[i];

        if (!is_here(c, disk->backend, "disk", (int)disk->index) || disk->path == NULL)
            continue;
        if (disk->script != NULL)
            (void)needs(c, XM_NEED_SCRIPT, disk->script, "disk-script", "disk", (int)disk->index, "");
        else if (disk->kind != XM_DISK_OTHER)
            check_disk_file(c, disk);
    }
    xm_disks_clear(&disks);
    return 0;
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void check_nic(struct check *c, const libxl_device_nic *nic, int index)
{
    const xm_conf *conf = xm_host_conf(c->guests->host);
    const char *script = nic->script ? nic->script : conf->vif_script ? conf->vif_script : XM_HOST_VIF_SCRIPT;
    const char *bridge = xm_claim_bridge(c->guests, nic);
    xm_error *why = NULL;

    if (nic->nictype == LIBXL_NIC_TYPE_VIF_IOEMU && c->cfg.c_info.type != LIBXL_DOMAIN_TYPE_HVM)
        ADD(c, ERROR, "vif-type", "vif", index, "only an hvm guest has an emulated interface (type=vif is paravirtualised)");
    if (!is_here(c, nic->backend_domname ? nic->backend_domname : conf->vif_backend, "vif", index)
        || !needs(c, XM_NEED_SCRIPT, script, "vif-script", "vif", index, "")
        || strcmp(base_of(script), XM_HOST_VIF_SCRIPT) != 0)    /* others have their own idea of a bridge */
        return;
    if (xm_host_need(c->guests->host, XM_NEED_BRIDGE, bridge, &why) == 0)
        return;
    add_why(c, why->code == XM_NOT_FOUND ? XM_FINDING_ERROR : XM_FINDING_WARNING, "bridge", "vif", index,
            " (bridge= names one that is there)", why);
}

static int check_nics(struct check *c, xm_error **err)
{
    (void)err;
    for (int i = 0; i < c->cfg.num_nics; i++)
        check_nic(c, &c->cfg.nics[i], xm_claim_index(c->doc, "vif", c->cfg.num_nics, i));
    return 0;
}

/* Of a slot as a whole, each function that is there. */
static void check_pci(struct check *c, const libxl_device_pci *pci, int index, const xm_pci_devices *devices)
{
    bool whole = pci->vfunc_mask == LIBXL_PCI_FUNC_ALL;
    struct xm_held_pci want = { (unsigned)pci->domain, pci->bus, pci->dev, pci->func };
    unsigned found = 0;

    for (size_t i = 0; i < devices->count; i++) {
        const struct xm_held_pci *at = &devices->items[i].at;

        if (at->domain != want.domain || at->bus != want.bus || at->slot != want.slot || (!whole && at->func != want.func))
            continue;
        found++;
        if (!devices->items[i].assignable && !pci->seize)
            ADD(c, ERROR, "pci-not-assignable", "pci", index,
                "%04x:%02x:%02x.%x belongs to a driver of domain 0 (give it to pciback: xl pci-assignable-add %04x:%02x:%02x.%x)",
                at->domain, at->bus, at->slot, at->func, at->domain, at->bus, at->slot, at->func);
    }
    if (found == 0)
        ADD(c, ERROR, "pci-missing", "pci", index, "there is no PCI device %04x:%02x:%02x.%x", want.domain, want.bus, want.slot, want.func);
}

static int check_pcis(struct check *c, xm_error **err)
{
    XM_AUTO(xm_pci_devices) *devices = NULL;
    int count = c->cfg.num_pcidevs;

    if (count == 0)
        return 0;
    if (xm_host_pci(c->guests->host, &devices, err) < 0)
        return -1;
    for (int i = 0; i < count; i++)
        check_pci(c, &c->cfg.pcidevs[i], xm_claim_index(c->doc, "pci", count, i), devices);
    return 0;
}

static int check_claims(struct check *c, xm_error **err)
{
    return xm_guest_claim(c->guests, c->doc, &c->cfg, true, c->findings, err);
}

/* --- its memory; last, for libxl fills in what the configuration leaves open --- */

static int check_room(struct check *c, xm_error **err)
{
    const char *key = KEY(c, "memory", "maxmem");
    struct xm_room room;
    xm_error *why = NULL;

    (void)err;
    if (xm_host_room(c->guests->host, &c->cfg, &room, &why) < 0) {
        if (!xm_findings_have(c->findings, XM_FINDING_ERROR))
            add_why(c, XM_FINDING_ERROR, "host", NULL, -1, "", why);
        else
            xm_error_free(why); /* what was found already is why */
        return 0;
    }
    if (room.need_kib <= room.free_kib + room.dom0_kib)
        return 0;
    (void)xm_room_fail(&room, &why);
    add_why(c, XM_FINDING_ERROR, "memory", key, -1, "", why);
    return 0;
}

/* --- all of it --- */

static int (*const parts[])(struct check *c, xm_error **err) = {
    check_identity, check_boot, check_machine, check_disks, check_nics, check_pcis, check_claims, check_room,
};

static void add_warning(void *arg, const char *text)
{
    struct check *c = arg;

    xm_findings_read(c->findings, xm_doc_file(c->doc), c->doc, XM_FINDING_WARNING, "config", text);
}

static int ask_host(struct check *c, xm_error **err)
{
    const struct xm_bind_report quiet = { 0 };
    xm_error *why = NULL;
    int rc = 0;

    libxl_domain_config_init(&c->cfg);
    if (xm_guest_bind(c->guests, c->known, &quiet, &c->cfg, &why) < 0) {
        if (why->code != XM_INVALID)
            rc = xm_error_pass(err, why);
        else {
            xm_findings_read(c->findings, xm_doc_file(c->doc), c->doc, XM_FINDING_ERROR, "config", why->msg);
            xm_error_free(why);
        }
    } else {
        for (size_t i = 0; rc == 0 && i < XM_COUNT(parts); i++)
            rc = parts[i](c, err);
    }
    libxl_domain_config_dispose(&c->cfg);
    return rc;
}

int xm_guest_check(const struct xm_guests *guests, const xm_doc *doc, xm_findings *findings, xm_error **err)
{
    struct xm_guests silent = *guests;
    XM_AUTO(xm_doc) *known = xm_doc_copy(doc);
    struct check c = { .guests = &silent, .doc = doc, .known = known, .findings = findings };
    const struct xm_config_report report = { .warning = add_warning, .arg = &c };
    xm_error *why = NULL;
    int rc = 0;

    silent.log = NULL;          /* what create would log is told here once */
    if (xm_config_check(doc, &report, &why) < 0 || xm_guest_identify(&silent, known, &why) < 0) {
        xm_findings_read(findings, xm_doc_file(doc), doc, XM_FINDING_ERROR, "config", why->msg);
        xm_error_free(why);
    } else {
        rc = ask_host(&c, err);
    }
    xm_findings_sort(findings);
    return rc;
}
