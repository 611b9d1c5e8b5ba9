/* What a guest needs, out of its configuration as libxl's JSON, and of what it was promised. */
#include "migrate/facts.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "bind/config.h"
#include "guest/schedule.h"
#include "host/machine.h"
#include "migrate/cpus.h"
#include "migrate/tree.h"

/* Room in the store that an entry takes at the most, its files beside each other. */
#define ENTRY_KIB 1024

/* --- reading libxl's JSON, which leaves out what has its default --- */

/* What may be true, false, or left to libxl, is a word there. */
static bool is_set(const xm_json *json, const char *key, const char *word)
{
    const char *text = xm_tree_text(json, key);

    return text != NULL && strcmp(text, word) == 0;
}

/* --- devices --- */

static bool is_empty_drive(const xm_json *disk)
{
    const char *path = xm_tree_text(disk, "pdev_path");

    return path == NULL || *path == '\0' || is_set(disk, "format", "empty");
}

/* Another domain than 0 serves it: by its name, or its number here, which is none elsewhere. */
static void add_backend(xm_json *item, const xm_json *device)
{
    int64_t domid = xm_tree_number(device, "backend_domid", 0);
    xm_autofree char *number = domid > 0 ? xm_printf("%" PRId64, domid) : NULL;
    const char *name = xm_tree_text(device, "backend_domname");

    if (name != NULL && strcmp(name, "0") != 0 && strcmp(name, "Domain-0") != 0)
        xm_tree_set_text(item, "backend", name);
    else if (number != NULL)
        xm_tree_set_text(item, "backend", number);
}

static void add_disk(xm_json *disks, const xm_json *disk)
{
    const char *script = xm_tree_text(disk, "script");
    bool shared = script != NULL && strcmp(script, XM_HOST_SHARING_SCRIPT) == 0;
    bool writes = xm_tree_number(disk, "readwrite", 0) != 0, cdrom = xm_tree_number(disk, "is_cdrom", 0) != 0;
    xm_json *item = xm_json_new(XM_JSON_OBJECT);

    xm_tree_set_text(item, "vdev", xm_tree_text(disk, "vdev"));
    if (!is_empty_drive(disk))
        xm_tree_set_text(item, "path", xm_tree_text(disk, "pdev_path"));
    if (!shared)
        xm_tree_set_text(item, "script", script);
    xm_tree_set_text(item, "mode", shared ? "!" : writes ? "w" : "r");
    xm_tree_set_text(item, "format", xm_tree_text(disk, "format"));
    add_backend(item, disk);
    xm_json_set(item, "cdrom", xm_json_new_bool(cdrom));
    /* What nobody writes to may be another copy of the same. */
    xm_json_set(item, "sample", xm_json_new_bool(!shared && !writes));
    xm_json_add(disks, item);
}

static void add_nic(xm_json *nics, const xm_json *nic)
{
    xm_json *item = xm_json_new(XM_JSON_OBJECT);

    xm_tree_set_text(item, "mac", xm_tree_text(nic, "mac"));
    xm_tree_set_text(item, "bridge", xm_tree_text(nic, "bridge"));
    xm_tree_set_text(item, "script", xm_tree_text(nic, "script"));
    add_backend(item, nic);
    xm_json_add(nics, item);
}

static void add_devices(xm_json *ask, const xm_json *config)
{
    const xm_json *disks = xm_tree_list(config, "disks"), *nics = xm_tree_list(config, "nics");
    xm_json *disk_list = xm_json_new(XM_JSON_ARRAY), *nic_list = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < disks->count; i++)
        if (disks->items[i]->type == XM_JSON_OBJECT)
            add_disk(disk_list, disks->items[i]);
    for (size_t i = 0; i < nics->count; i++)
        if (nics->items[i]->type == XM_JSON_OBJECT)
            add_nic(nic_list, nics->items[i]);
    xm_json_set(ask, "disks", disk_list);
    xm_json_set(ask, "nics", nic_list);
}

static void add_host_usb(xm_json *passed, const char *device)
{
    if (device != NULL && strncmp(device, "host:", 5) == 0)
        xm_json_add(passed, xm_json_new_str(device));
}

/* Pieces of this machine that it was given. */
static void add_passed(xm_json *ask, const xm_json *config, const xm_json *hvm)
{
    static const struct { const char *list, *what; } kinds[] = {
        { "usbdevs", "a USB device" }, { "vtpms", "a vTPM" }, { "dtdevs", "a device of the machine's" },
    };
    const xm_json *pcis = xm_tree_list(config, "pcidevs"), *usbs = xm_tree_list(hvm, "usbdevice_list");
    xm_json *passed = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < pcis->count; i++) {
        xm_autofree char *at = xm_printf("PCI device %04x:%02x:%02x.%x", (unsigned)xm_tree_number(pcis->items[i], "domain", 0),
                                         (unsigned)xm_tree_number(pcis->items[i], "bus", 0), (unsigned)xm_tree_number(pcis->items[i], "dev", 0),
                                         (unsigned)xm_tree_number(pcis->items[i], "func", 0));

        xm_json_add(passed, xm_json_new_str(at));
    }
    for (size_t i = 0; i < XM_COUNT(kinds); i++)
        for (size_t j = 0; j < xm_tree_list(config, kinds[i].list)->count; j++)
            xm_json_add(passed, xm_json_new_str(kinds[i].what));
    add_host_usb(passed, xm_tree_text(hvm, "usbdevice"));
    for (size_t i = 0; i < usbs->count; i++)
        add_host_usb(passed, xm_json_str(usbs->items[i]));
    xm_json_set(ask, "passed", passed);
}

/* --- what it boots from, and what serves it --- */

/* later: a guest that moves alive does without until it is started again. */
static void add_thing(xm_json *things, const char *kind, const char *name, bool later)
{
    xm_json *item;

    if (name == NULL || *name == '\0')
        return;
    item = xm_json_new(XM_JSON_OBJECT);
    xm_json_set(item, "kind", xm_json_new_str(kind));
    xm_json_set(item, "name", xm_json_new_str(name));
    xm_json_set(item, "later", xm_json_new_bool(later));
    xm_json_add(things, item);
}

static bool is_emulated(const xm_json *config, bool is_hvm)
{
    const xm_json *disks = xm_tree_list(config, "disks");

    for (size_t i = 0; i < disks->count; i++) {
        const char *format = xm_tree_text(disks->items[i], "format");

        if (is_set(disks->items[i], "backend", "qdisk")
            || (format != NULL && strcmp(format, "raw") != 0 && strcmp(format, "empty") != 0))
            return true;
    }
    return is_hvm || xm_tree_list(config, "vfbs")->count > 0;
}

static void add_things(xm_json *ask, const xm_json *config, const xm_json *build, const xm_json *part, bool is_hvm, bool lives)
{
    bool old = is_set(build, "device_model_version", "qemu_xen_traditional");
    const char *kernel = xm_tree_text(build, "kernel") ? xm_tree_text(build, "kernel") : xm_tree_text(part, "kernel");
    const char *ramdisk = xm_tree_text(build, "ramdisk") ? xm_tree_text(build, "ramdisk") : xm_tree_text(part, "ramdisk");
    const char *loader = xm_tree_text(build, "bootloader") ? xm_tree_text(build, "bootloader") : xm_tree_text(part, "bootloader");
    const char *bios = xm_tree_text(part, "bios");
    bool emulated = is_emulated(config, is_hvm), own = xm_tree_text(build, "device_model") != NULL;
    xm_json *things = xm_json_new(XM_JSON_ARRAY);

    add_thing(things, "kernel", kernel, lives);
    add_thing(things, "ramdisk", ramdisk, lives);
    if (kernel == NULL && !is_hvm)
        add_thing(things, "bootloader", loader, lives);
    if (is_hvm) {
        if (xm_tree_text(part, "firmware") == NULL)
            add_thing(things, "firmware", "hvmloader", lives);
        if (xm_tree_text(part, "system_firmware") == NULL)
            add_thing(things, "firmware", bios ? bios : old ? "rombios" : "seabios", lives);
        add_thing(things, "file", xm_tree_text(part, "firmware"), lives);
        add_thing(things, "file", xm_tree_text(part, "system_firmware"), lives);
    }
    if (emulated)
        add_thing(things, own ? "file" : "emulator", own ? xm_tree_text(build, "device_model") : old ? "qemu-xen-traditional" : "qemu-xen",
                  false);
    xm_json_set(ask, "things", things);
    xm_json_set(ask, "emulated", xm_json_new_bool(emulated));
}

/* --- processors --- */

static void add_cpus(xm_json *cpus, const struct xm_cpuset *set)
{
    xm_autofree char *text = xm_cpus_format(set);

    for (size_t i = 0; i < cpus->count; i++)
        if (strcmp(cpus->items[i]->text, text) == 0)
            return;
    xm_json_add(cpus, xm_json_new_str(text));
}

/* One that may run on all that there are is bound to none. */
static bool is_bound(const struct xm_cpuset *set, unsigned nr_cpus)
{
    for (unsigned cpu = 0; cpu < nr_cpus && cpu < XM_MAX_CPUS; cpu++)
        if (!xm_cpus_has(set, cpu))
            return true;
    return false;
}

static void add_live_cpus(const struct xm_guests *guests, uint32_t domid, unsigned nr_cpus, xm_json *cpus)
{
    XM_AUTO(xm_vcpus) *vcpus = NULL;

    if (xm_host_vcpus(guests->host, domid, &vcpus, NULL) < 0)
        return;
    for (size_t i = 0; i < vcpus->count; i++)
        if (is_bound(&vcpus->items[i].hard, nr_cpus))
            add_cpus(cpus, &vcpus->items[i].hard);
}

static void add_stored_cpus(const xm_json *build, unsigned nr_cpus, xm_json *cpus)
{
    const xm_json *lists = xm_tree_list(build, "vcpu_hard_affinity");

    for (size_t i = 0; i < lists->count; i++) {
        const xm_json *list = lists->items[i];
        struct xm_cpuset set = { { 0 } };

        for (size_t j = 0; list->type == XM_JSON_ARRAY && j < list->count; j++) {
            int64_t cpu = xm_json_int(list->items[j], -1);

            if (cpu >= 0 && cpu < XM_MAX_CPUS)
                xm_cpus_add(&set, (unsigned)cpu);
        }
        if (list->type == XM_JSON_ARRAY && list->count > 0 && is_bound(&set, nr_cpus))
            add_cpus(cpus, &set);
    }
}

static char *pool_name(const struct xm_guests *guests, uint32_t id)
{
    XM_AUTO(xm_pools) *pools = NULL;

    if (xm_host_pools(guests->host, &pools, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < pools->count; i++)
        if (pools->items[i].id == id)
            return xm_strdup(pools->items[i].name);
    return NULL;
}

static void add_processors(const struct xm_guests *guests, const struct xm_guest *guest, const xm_json *config,
                           const xm_json *build, xm_json *ask)
{
    bool lives = guest != NULL && guest->domid != XM_DOMID_NONE;
    xm_autofree char *pool = lives ? pool_name(guests, guest->domain.cpupool) : NULL;
    const xm_json *nodes = xm_tree_list(build, "vnuma_nodes");
    xm_json *cpus = xm_json_new(XM_JSON_ARRAY), *vnodes = xm_json_new(XM_JSON_ARRAY);
    XM_AUTO(xm_host_info) *info = NULL;

    if (xm_host_info_get(guests->host, false, &info, NULL) == 0 && lives)
        add_live_cpus(guests, guest->domid, info->nr_cpus, cpus);
    else
        add_stored_cpus(build, info ? info->nr_cpus : XM_MAX_CPUS, cpus);
    for (size_t i = 0; i < nodes->count; i++)
        xm_json_add(vnodes, xm_json_new_int(xm_tree_number(nodes->items[i], "pnode", 0)));
    xm_json_set(ask, "cpus", cpus);
    xm_json_set(ask, "vnodes", vnodes);
    xm_tree_set_number(ask, "vcpus", (uint64_t)xm_tree_number(build, "max_vcpus", 1));
    xm_tree_set_text(ask, "pool", pool ? pool : xm_tree_text(xm_json_get(config, "c_info", NULL), "pool_name"));
}

/* A guest that does not run was promised nothing: it is what it finds. */
static void add_promise(const struct xm_guests *guests, const struct xm_guest *guest, const xm_json *build, xm_json *ask)
{
    static const char *const words[] = { "default", "emulate", "native", "other" };
    const char *mode = xm_tree_text(build, "tsc_mode");
    struct xm_promise promise;

    if (guest == NULL || guest->domid == XM_DOMID_NONE) {
        xm_tree_set_text(ask, "tsc", mode == NULL ? "default" : strcmp(mode, "always_emulate") == 0 ? "emulate" : mode);
        return;
    }
    if (xm_host_promise(guests->host, guest->domid, &promise, NULL) < 0)
        return;                 /* it stays unknown, and is said to be */
    xm_tree_set_text(ask, "tsc", words[promise.tsc]);
    xm_tree_set_number(ask, "tsc_khz", promise.tsc_khz);
    if (promise.features.count > 0)
        xm_json_set(ask, "processor", xm_tree_of_features(&promise.features));
}

/* --- all of it --- */

static void add_memory(const struct xm_guests *guests, const struct xm_guest *guest, const char *json, const xm_json *build, xm_json *ask)
{
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_room room;

    if (guest != NULL && guest->domid != XM_DOMID_NONE)
        xm_tree_set_number(ask, "memory_kib", guest->domain.mem_kib);
    else
        xm_tree_set_number(ask, "memory_kib", (uint64_t)xm_tree_number(build, "target_memkb", xm_tree_number(build, "max_memkb", 0)));
    if (xm_config_from_json(json, strlen(json), &doc, NULL) == 0 && xm_guest_room(guests, doc, &room, NULL) == 0)
        xm_tree_set_number(ask, "need_kib", room.need_kib);
}

static void add_store(const struct xm_guests *guests, const struct xm_guest *guest, xm_json *ask)
{
    xm_autofree char *memory = guest != NULL && guest->ours ? xm_reg_memory_path(guests->reg, guest->uuid) : NULL;
    uint64_t kib = ENTRY_KIB;
    struct stat st;

    if (memory != NULL && guest->state.phase == XM_PHASE_SUSPENDED && stat(memory, &st) == 0)
        kib += (uint64_t)st.st_size / 1024;
    xm_tree_set_number(ask, "store_kib", kib);
}

static const char *state_of(const struct xm_guest *guest)
{
    if (guest == NULL)
        return "undefined";
    if (guest->domid != XM_DOMID_NONE)
        return "running";
    return guest->ours && guest->state.phase == XM_PHASE_SUSPENDED ? "suspended" : "halted";
}

/* What is only of one type stands in an object of its own: "type.hvm". */
static const xm_json *part_of(const xm_json *build, const char *type)
{
    xm_autofree char *key = xm_printf("type.%s", type);
    const xm_json *part = build ? xm_json_get(build, key, NULL) : NULL;

    return part != NULL && part->type == XM_JSON_OBJECT ? part : NULL;
}

static int make_ask(const struct xm_guests *guests, const struct xm_guest *guest, const char *json, bool live,
                    xm_json **ret_ask, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL, *ask = xm_json_new(XM_JSON_OBJECT);
    const xm_json *build, *part;
    const char *type, *name, *uuid;
    /* The memory of a suspended one, too, is that of a guest that has been started. */
    bool lives = guest != NULL && strcmp(state_of(guest), "halted") != 0;

    if (xm_json_parse(json, strlen(json), &config, err) < 0)
        return -1;
    build = xm_json_get(config, "b_info", NULL);
    type = xm_tree_text(xm_json_get(config, "c_info", NULL), "type");
    type = type != NULL ? type : "pv";
    part = part_of(build, type);
    name = guest != NULL && guest->name ? guest->name : xm_tree_text(xm_json_get(config, "c_info", NULL), "name");
    uuid = guest != NULL ? guest->uuid : xm_tree_text(xm_json_get(config, "c_info", NULL), "uuid");
    xm_json_set(ask, "version", xm_json_new_int(1));
    xm_json_set(ask, "name", xm_json_new_str(name ? name : ""));
    xm_json_set(ask, "uuid", xm_json_new_str(uuid ? uuid : ""));
    xm_json_set(ask, "type", xm_json_new_str(type));
    xm_json_set(ask, "state", xm_json_new_str(state_of(guest)));
    xm_json_set(ask, "live", xm_json_new_bool(live && guest != NULL && guest->domid != XM_DOMID_NONE));
    if (is_set(xm_json_get(config, "c_info", NULL), "hap", "True") || is_set(xm_json_get(config, "c_info", NULL), "hap", "False"))
        xm_json_set(ask, "hap", xm_json_new_bool(is_set(xm_json_get(config, "c_info", NULL), "hap", "True")));
    xm_json_set(ask, "nested", xm_json_new_bool(is_set(build, "nested_hvm", "True") || is_set(part, "nested_hvm", "True")));
    xm_json_set(ask, "nomigrate", xm_json_new_bool(is_set(build, "disable_migrate", "True")));
    add_memory(guests, guest, json, build, ask);
    add_store(guests, guest, ask);
    add_processors(guests, guest, config, build, ask);
    add_promise(guests, guest, build, ask);
    add_devices(ask, config);
    add_passed(ask, config, part);
    add_things(ask, config, build, part, strcmp(type, "hvm") == 0, lives);
    *ret_ask = XM_TAKE(ask);
    return xm_ask_check(*ret_ask, err);         /* one that the other side would refuse is of no use */
}

int xm_ask_of_config(const struct xm_guests *guests, const struct xm_guest *guest, const char *json, bool live,
                     xm_json **ret_ask, xm_error **err)
{
    xm_json *ask = NULL;

    if (make_ask(guests, guest, json, live, &ask, err) < 0) {
        xm_json_free(ask);
        return -1;
    }
    *ret_ask = ask;
    return 0;
}

int xm_ask_of_guest(const struct xm_guests *guests, const struct xm_guest *guest, bool live, xm_json **ret_ask, xm_error **err)
{
    xm_autofree char *json = NULL;

    if (xm_guest_config_json(guests, guest, &json, err) < 0)
        return -1;
    return xm_ask_of_config(guests, guest, json, live, ret_ask, err);
}

int xm_ask_of_doc(const struct xm_guests *guests, const xm_doc *doc, xm_json **ret_ask, xm_error **err)
{
    xm_autofree char *json = NULL;

    if (xm_guest_dry_json(guests, doc, &json, err) < 0)
        return -1;
    return xm_ask_of_config(guests, NULL, json, false, ret_ask, err);
}

void xm_ask_measure(const struct xm_guests *guests, uint32_t domid, unsigned ms, xm_json *ask)
{
    uint64_t pages;

    if (xm_host_dirty_rate(guests->host, domid, ms, &pages, NULL) == 0)
        xm_tree_set_number(ask, "dirty_pages", pages);
}

/* --- nonces --- */

/* Beside images that somebody writes to, in files; devices have their marks. */
static bool wants_nonce(const struct xm_guests *guests, const xm_json *disk)
{
    const char *path = xm_tree_text(disk, "path");
    XM_AUTO(xm_storage) *storage = NULL;

    if (path == NULL || *path != '/' || xm_tree_text(disk, "script") != NULL || xm_tree_text(disk, "backend") != NULL)
        return false;
    return xm_host_storage(guests->host, path, false, &storage, NULL) == 0 && storage->type == XM_FILE_REGULAR;
}

static bool random_word(char ret_word[33])
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        ret_word[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        ret_word[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    ret_word[32] = '\0';
    return true;
}

void xm_ask_mark(const struct xm_guests *guests, xm_json *ask)
{
    const xm_json *disks = xm_tree_list(ask, "disks");
    char word[33];
    bool any = false;

    if (!random_word(word))
        return;
    for (size_t i = 0; i < disks->count; i++) {
        if (!wants_nonce(guests, disks->items[i])
            || xm_host_nonce(guests->host, xm_tree_text(disks->items[i], "path"), word, XM_NONCE_LEAVE, NULL) < 0)
            continue;
        xm_json_set(disks->items[i], "nonce", xm_json_new_bool(true));
        any = true;
    }
    if (any)
        xm_json_set(ask, "nonce", xm_json_new_str(word));
}

void xm_ask_unmark(const struct xm_guests *guests, const xm_json *ask)
{
    const xm_json *disks = xm_tree_list(ask, "disks");
    const char *word = xm_tree_text(ask, "nonce");

    for (size_t i = 0; word != NULL && i < disks->count; i++)
        if (xm_json_get(disks->items[i], "nonce", NULL) != NULL)
            (void)xm_host_nonce(guests->host, xm_tree_text(disks->items[i], "path"), word, XM_NONCE_TAKE, NULL);     /* nobody needs it gone */
}
