/* libxl's JSON of a configuration -> a document in xm's words: how guests that other toolstacks
 * made are shown, and made again. What xm has no word for is left out. */
#include "bind/config.h"

#include <string.h>

#include "base/buf.h"
#include "convert/json.h"

struct reader {
    xm_doc *doc;
    const xm_json *create, *build, *kind;       /* c_info, b_info, and b_info's part for the type */
};

/* --- values --- */

static bool is_true(const xm_json *value)
{
    const char *text = xm_json_str(value);

    return text != NULL ? strcmp(text, "True") == 0 : xm_json_int(value, 0) != 0;
}

static const xm_json *member(const xm_json *object, const char *key)
{
    return object != NULL ? xm_json_get(object, key, NULL) : NULL;
}

static const char *text_in(const xm_json *object, const char *key)
{
    const xm_json *value = member(object, key);

    return value != NULL ? xm_json_str(value) : NULL;
}

static int64_t number_in(const xm_json *object, const char *key, int64_t otherwise)
{
    const xm_json *value = member(object, key);

    return value != NULL ? xm_json_int(value, otherwise) : otherwise;
}

static void set_text(xm_doc *doc, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        xm_doc_set_str(doc, key, text);
}

static void add_text(xm_node *list, const char *text)
{
    xm_node_add(list, xm_node_new_str(text, (struct xm_place){ 0, 0 }));
}

static void set_list(xm_doc *doc, const char *key, xm_node *list)
{
    if (list->count > 0)
        xm_doc_set(doc, key, list);
    else
        xm_node_free(list);
}

static xm_node *new_list(void)
{
    return xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
}

/* ",key=value" behind what is there already. */
static void add_word(struct xm_buf *words, const char *key, const char *value)
{
    if (value != NULL && *value != '\0')
        xm_buf_printf(words, "%s%s=%s", words->len > 0 ? "," : "", key, value);
}

/* --- who, how much --- */

static void read_identity(const struct reader *in)
{
    static const char *const texts[][2] = { { "name", "name" }, { "uuid", "uuid" }, { "pool_name", "pool" } };

    for (size_t i = 0; i < XM_COUNT(texts); i++)
        set_text(in->doc, texts[i][1], text_in(in->create, texts[i][0]));
}

static void read_memory(const struct reader *in)
{
    int64_t max = number_in(in->build, "max_memkb", 0) / 1024, target = number_in(in->build, "target_memkb", 0) / 1024;

    if (target > 0 || max > 0)
        xm_doc_set_int(in->doc, "memory", target > 0 ? target : max);
    if (max > 0 && max != target)
        xm_doc_set_int(in->doc, "maxmem", max);
}

/* libxl's maps are lists of numbers. */
static char *format_cpus(const xm_json *numbers)
{
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; i < numbers->count; i++)
        xm_buf_printf(&text, "%s%lld", i > 0 ? "," : "", (long long)xm_json_int(numbers->items[i], 0));
    return xm_buf_take(&text);
}

static void read_vcpus(const struct reader *in)
{
    const xm_json *online = member(in->build, "avail_vcpus"), *hard = member(in->build, "vcpu_hard_affinity");
    int64_t max = number_in(in->build, "max_vcpus", 0);
    xm_node *cpus = new_list();

    if (online != NULL && online->type == XM_JSON_ARRAY && online->count > 0 && (int64_t)online->count < max) {
        xm_doc_set_int(in->doc, "vcpus", (int64_t)online->count);
        xm_doc_set_int(in->doc, "maxvcpus", max);
    } else if (max > 0) {
        xm_doc_set_int(in->doc, "vcpus", max);
    }
    for (size_t i = 0; hard != NULL && hard->type == XM_JSON_ARRAY && (int64_t)i < max && max <= 4096; i++) {
        xm_autofree char *text = i < hard->count ? format_cpus(hard->items[i]) : xm_strdup("");

        add_text(cpus, text);
    }
    set_list(in->doc, "cpus", cpus);
}

static void read_scheduling(const struct reader *in)
{
    const xm_json *params = member(in->build, "sched_params");

    if (number_in(params, "weight", -1) > 0)
        xm_doc_set_int(in->doc, "cpu_weight", number_in(params, "weight", 256));
    if (number_in(params, "cap", -1) > 0)
        xm_doc_set_int(in->doc, "cpu_cap", number_in(params, "cap", 0));
}

/* --- what it boots --- */

static void set_joined(xm_doc *doc, const char *key, const xm_json *words)
{
    xm_autobuf text = XM_BUF_INIT;

    if (words == NULL || words->type != XM_JSON_ARRAY)
        return;
    for (size_t i = 0; i < words->count; i++) {
        if (xm_json_str(words->items[i]) != NULL)
            xm_buf_printf(&text, "%s%s", text.len > 0 ? " " : "", xm_json_str(words->items[i]));
    }
    set_text(doc, key, text.data);
}

static void read_boot(const struct reader *in)
{
    static const char *const texts[][2] = {
        { "kernel", "kernel" }, { "ramdisk", "ramdisk" }, { "cmdline", "extra" }, { "bootloader", "bootloader" },
    };

    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        const char *text = text_in(in->build, texts[i][0]);

        /* Older configurations have these in the part of the type. */
        set_text(in->doc, texts[i][1], text != NULL ? text : text_in(in->kind, texts[i][0]));
    }
    set_joined(in->doc, "bootargs", member(in->build, "bootloader_args"));
}

static void read_display(const struct reader *in)
{
    const xm_json *vnc = member(in->kind, "vnc"), *sdl = member(in->kind, "sdl");

    if (member(vnc, "enable") != NULL)
        xm_doc_set_int(in->doc, "vnc", is_true(member(vnc, "enable")));
    set_text(in->doc, "vnclisten", text_in(vnc, "listen"));
    set_text(in->doc, "vncpasswd", text_in(vnc, "passwd"));
    if (number_in(vnc, "display", 0) > 0)
        xm_doc_set_int(in->doc, "vncdisplay", number_in(vnc, "display", 0));
    if (member(vnc, "findunused") != NULL)
        xm_doc_set_int(in->doc, "vncunused", is_true(member(vnc, "findunused")));
    if (member(sdl, "enable") != NULL)
        xm_doc_set_int(in->doc, "sdl", is_true(member(sdl, "enable")));
}

static void read_hvm(const struct reader *in)
{
    static const char *const texts[] = { "boot", "keymap", "soundhw", "usbdevice", "serial" };
    static const char *const flags[][2] = {
        { "acpi", "acpi" }, { "apic", "apic" }, { "pae", "pae" }, { "hpet", "hpet" }, { "nested_hvm", "nestedhvm" },
        { "vpt_align", "vpt_align" }, { "usb", "usb" }, { "nographic", "nographic" },
        { "xen_platform_pci", "xen_platform_pci" }, { "gfx_passthru", "gfx_passthru" },
    };

    for (size_t i = 0; i < XM_COUNT(texts); i++)
        set_text(in->doc, texts[i], text_in(in->kind, texts[i]));
    for (size_t i = 0; i < XM_COUNT(flags); i++) {
        if (member(in->kind, flags[i][0]) != NULL)
            xm_doc_set_int(in->doc, flags[i][1], is_true(member(in->kind, flags[i][0])));
    }
    read_display(in);
}

static void read_type(const struct reader *in)
{
    const char *type = text_in(in->create, "type");

    if (type == NULL || strcmp(type, "pv") == 0) {
        xm_doc_set_str(in->doc, "builder", "linux");
    } else if (strcmp(type, "hvm") == 0) {
        xm_doc_set_str(in->doc, "builder", "hvm");
        read_hvm(in);
    } else {
        xm_doc_set_str(in->doc, "type", type);
    }
}

/* libxl leaves out what has its default, which for each of them is to destroy. */
static void read_events(const struct reader *in, const xm_json *config)
{
    static const char *const keys[] = { "on_poweroff", "on_reboot", "on_crash" };

    for (size_t i = 0; i < XM_COUNT(keys); i++) {
        const char *text = text_in(config, keys[i]);
        xm_autofree char *action = xm_strdup(text != NULL ? text : "destroy");

        for (char *c = action; *c != '\0'; c++)
            *c = *c == '_' ? '-' : *c;
        set_text(in->doc, keys[i], action);
    }
}

/* --- devices --- */

/* "phy:/dev/x", "file:/x", "tap:qcow2:/x"; empty for an empty drive. */
static char *disk_uname(const xm_json *disk)
{
    const char *path = text_in(disk, "pdev_path"), *format = text_in(disk, "format");

    if (path == NULL || *path == '\0')
        return xm_strdup("");
    if (format != NULL && strcmp(format, "raw") != 0 && strcmp(format, "empty") != 0 && strcmp(format, "unknown") != 0)
        return xm_printf("tap:%s:%s", format, path);
    return xm_printf("%s:%s", strncmp(path, "/dev/", 5) == 0 ? "phy" : "file", path);
}

static void read_disks(const struct reader *in, const xm_json *disks)
{
    xm_node *list = new_list();

    for (size_t i = 0; disks != NULL && disks->type == XM_JSON_ARRAY && i < disks->count; i++) {
        const xm_json *disk = disks->items[i];
        const char *vdev = text_in(disk, "vdev");
        xm_autofree char *uname = disk_uname(disk);
        xm_autofree char *text = xm_printf("%s,%s%s,%c", uname, vdev != NULL ? vdev : "",
                                           number_in(disk, "is_cdrom", 0) ? ":cdrom" : "",
                                           number_in(disk, "readwrite", 0) ? 'w' : 'r');

        add_text(list, text);
    }
    set_list(in->doc, "disk", list);
}

static void read_nics(const struct reader *in, const xm_json *nics)
{
    static const char *const keys[][2] = {
        { "mac", "mac" }, { "bridge", "bridge" }, { "ip", "ip" }, { "script", "script" }, { "model", "model" },
        { "ifname", "vifname" },
    };
    xm_node *list = new_list();

    for (size_t i = 0; nics != NULL && nics->type == XM_JSON_ARRAY && i < nics->count; i++) {
        xm_autobuf words = XM_BUF_INIT;

        for (size_t k = 0; k < XM_COUNT(keys); k++) {
            const char *value = text_in(nics->items[i], keys[k][0]);

            if (value != NULL && strcmp(value, "00:00:00:00:00:00") != 0)
                add_word(&words, keys[k][1], value);
        }
        add_text(list, words.data != NULL ? words.data : "");
    }
    set_list(in->doc, "vif", list);
}

static void read_vfbs(const struct reader *in, const xm_json *vfbs)
{
    xm_node *list = new_list();

    for (size_t i = 0; vfbs != NULL && vfbs->type == XM_JSON_ARRAY && i < vfbs->count; i++) {
        const xm_json *vnc = member(vfbs->items[i], "vnc"), *sdl = member(vfbs->items[i], "sdl");
        xm_autobuf words = XM_BUF_INIT;

        add_word(&words, "vnc", is_true(member(vnc, "enable")) ? "1" : "0");
        add_word(&words, "vnclisten", text_in(vnc, "listen"));
        add_word(&words, "vncpasswd", text_in(vnc, "passwd"));
        add_word(&words, "sdl", is_true(member(sdl, "enable")) ? "1" : "0");
        add_word(&words, "keymap", text_in(vfbs->items[i], "keymap"));
        add_text(list, words.data);
    }
    set_list(in->doc, "vfb", list);
}

static void read_pci(const struct reader *in, const xm_json *devices)
{
    xm_node *list = new_list();

    for (size_t i = 0; devices != NULL && devices->type == XM_JSON_ARRAY && i < devices->count; i++) {
        const xm_json *device = devices->items[i];
        xm_autofree char *text = xm_printf("%04llx:%02llx:%02llx.%llx", (unsigned long long)number_in(device, "domain", 0) & 0xffff,
                                           (unsigned long long)number_in(device, "bus", 0) & 0xff,
                                           (unsigned long long)number_in(device, "dev", 0) & 0x1f,
                                           (unsigned long long)number_in(device, "func", 0) & 7);

        add_text(list, text);
    }
    set_list(in->doc, "pci", list);
}

int xm_config_from_json(const char *text, size_t len, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    struct reader in;

    if (xm_json_parse(text, len, &config, err) < 0)
        return xm_wrap(err, "a configuration of libxl's");
    doc = xm_doc_new(XM_DIALECT_XM, NULL);
    in = (struct reader){ doc, member(config, "c_info"), member(config, "b_info"), NULL };
    if (in.create == NULL || in.build == NULL)
        return xm_fail(err, XM_INVALID, "no configuration of libxl's: c_info or b_info is missing");
    in.kind = member(in.build, "type.hvm");
    if (in.kind == NULL)
        in.kind = member(in.build, "type.pv");
    read_identity(&in);
    read_memory(&in);
    read_vcpus(&in);
    read_scheduling(&in);
    read_boot(&in);
    read_type(&in);
    read_events(&in, config);
    read_disks(&in, member(config, "disks"));
    read_nics(&in, member(config, "nics"));
    read_vfbs(&in, member(config, "vfbs"));
    read_pci(&in, member(config, "pcidevs"));
    *ret_doc = XM_TAKE(doc);
    return 0;
}
