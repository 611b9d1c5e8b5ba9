/* Documents as the SXP that xm sent to its daemon; from-sxp.c is the way back. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bind/config.h"
#include "bind/disks.h"
#include "bind/keys.h"
#include "convert/sxp.h"

/* --- reading the document --- */

/* The text of a single value; NULL when it is absent, and for xm an empty one is that. */
static char *text_of(const xm_doc *doc, const char *key)
{
    const xm_node *node = xm_doc_get(doc, key);

    if (!node)
        return NULL;
    if (node->type == XM_NODE_STR)
        return *node->str ? xm_strdup(node->str) : NULL;
    if (node->type == XM_NODE_INT)
        return node->str ? xm_strdup(node->str) : xm_printf("%lld", (long long)node->i);
    if (node->type == XM_NODE_BOOL)
        return xm_strdup(node->i ? "1" : "0");
    if (node->type == XM_NODE_FLOAT)
        return xm_printf("%.12g", node->f);
    return NULL;
}

static bool truthy(const char *text)
{
    return text && *text && strcmp(text, "0");
}

static char *text_or(const xm_doc *doc, const char *key, const char *otherwise)
{
    char *text = text_of(doc, key);

    return text ? text : xm_strdup(otherwise);
}

static void add(xm_sxp *list, const xm_doc *doc, const char *key, const char *as, const char *otherwise)
{
    xm_autofree char *text = text_or(doc, key, otherwise);

    if (text)
        xm_sxp_add_str(list, as, text);
}

static void add_truthy(xm_sxp *list, const xm_doc *doc, const char *key, const char *otherwise)
{
    xm_autofree char *text = text_or(doc, key, otherwise);

    if (truthy(text))
        xm_sxp_add_str(list, key, text);
}

static const char *builder_of(const xm_doc *doc)
{
    const char *type = xm_doc_get_str(doc, "type"), *builder = xm_doc_get_str(doc, "builder");

    if ((type && !strcasecmp(type, "hvm")) || (builder && (!strcmp(builder, "hvm") || !strcmp(builder, "vmx"))))
        return "hvm";
    if (type && !strcasecmp(type, "pvh"))
        return "pvh";           /* younger than SXP: no builder of old has it */
    return "linux";
}

/* --- writing --- */

static void add_vcpus(xm_sxp *vm, const xm_doc *doc)
{
    xm_autofree char *vcpus = text_or(doc, "vcpus", "1"), *max = text_of(doc, "maxvcpus");
    long online = strtol(vcpus, NULL, 10);

    if (!max) {
        xm_sxp_add_str(vm, "vcpus", vcpus);
        return;
    }
    xm_sxp_add_int(vm, "vcpu_avail", online >= 0 && online < 63 ? (1LL << online) - 1 : -1);
    xm_sxp_add_str(vm, "vcpus", max);
}

/* A list of one mask per processor is written as a list, "0-3" as it stands. */
static void add_cpus(xm_sxp *vm, const xm_doc *doc)
{
    const xm_node *node = xm_doc_get(doc, "cpus");
    xm_sxp *list, *items;

    if (!node || node->type != XM_NODE_LIST) {
        add_truthy(vm, doc, "cpus", NULL);
        return;
    }
    list = xm_sxp_new_list("cpus");
    items = xm_sxp_new_list(NULL);
    for (size_t i = 0; i < node->count; i++) {
        xm_autofree char *text = NULL;

        if (node->items[i]->type == XM_NODE_STR)
            text = xm_strdup(node->items[i]->str);
        else
            text = xm_printf("%lld", (long long)node->items[i]->i);
        xm_sxp_add(items, xm_sxp_new_atom(text));
    }
    xm_sxp_add(list, items);
    xm_sxp_add(vm, list);
}

static void add_backend(xm_sxp *vm, const xm_doc *doc, const char *key)
{
    xm_autofree char *text = text_of(doc, key);
    xm_sxp *list, *item;

    if (!truthy(text))
        return;
    list = xm_sxp_new_list("backend");
    item = xm_sxp_new_list(key);
    xm_sxp_add(list, item);
    xm_sxp_add(vm, list);
}

static void add_ip(xm_sxp *image, const xm_doc *doc)
{
    xm_autofree char *ip = text_or(doc, "ip", ""), *dhcp = text_or(doc, "dhcp", "off");
    xm_autofree char *server = text_or(doc, "nfs_server", "127.0.255.255"), *gateway = text_or(doc, "gateway", "");
    xm_autofree char *netmask = text_or(doc, "netmask", ""), *hostname = text_or(doc, "hostname", "");
    xm_autofree char *interface = text_or(doc, "interface", "eth0"), *text = NULL;

    if (!*ip && !strcmp(dhcp, "off"))
        return;
    text = xm_printf("%s:%s:%s:%s:%s:%s:%s", ip, server, gateway, netmask, hostname, interface, dhcp);
    xm_sxp_add_str(image, "ip", text);
}

static void add_args(xm_sxp *image, const xm_doc *doc)
{
    xm_autofree char *extra = text_or(doc, "extra", ""), *root = text_of(doc, "nfs_root"), *server = text_of(doc, "nfs_server");
    xm_autofree char *text = NULL;

    if (root && server)
        text = xm_printf("nfsroot=%s:%s %s", server, root, extra);
    else
        text = XM_TAKE(extra);
    if (*text)
        xm_sxp_add_str(image, "args", text);
}

/* What an HVM guest is told, in alphabetical order, with xm's defaults. */
static const struct { const char *key, *otherwise; } hvm_keys[] = {
    { "acpi", "1" }, { "apic", "1" }, { "boot", "c" }, { "device_model", "qemu-dm" }, { "display", NULL },
    { "fda", NULL }, { "fdb", NULL }, { "gfx_passthru", NULL }, { "guest_os_type", "default" }, { "hap", "1" },
    { "hpet", "0" }, { "isa", "0" }, { "keymap", NULL }, { "localtime", "0" }, { "monitor_path", NULL },
    { "nestedhvm", "0" }, { "nographic", "0" }, { "opengl", NULL }, { "oos", "1" }, { "pae", "1" },
    { "pci_msitranslate", "1" }, { "pci_power_mgmt", "0" }, { "rtc_timeoffset", "0" }, { "sdl", NULL },
    { "serial", NULL }, { "soundhw", NULL }, { "stdvga", "0" }, { "timer_mode", "1" }, { "usb", "0" },
    { "usbdevice", NULL }, { "viridian", "0" }, { "vnc", NULL }, { "vncconsole", NULL }, { "vncdisplay", NULL },
    { "vnclisten", NULL }, { "vncpasswd", NULL }, { "vncunused", "1" }, { "vpt_align", "1" }, { "xauthority", NULL },
    { "xen_extended_power_mgmt", NULL }, { "xen_platform_pci", "1" },
};

static xm_sxp *make_image(const xm_doc *doc)
{
    const char *builder = builder_of(doc);
    xm_sxp *image = xm_sxp_new_list(builder);
    xm_autofree char *root = text_of(doc, "root");

    add(image, doc, "kernel", "kernel", NULL);
    add(image, doc, "ramdisk", "ramdisk", NULL);
    add(image, doc, "loader", "loader", NULL);
    add_ip(image, doc);
    if (root)
        xm_sxp_add_str(image, "root", strncmp(root, "root=", 5) ? root : root + 5);
    add(image, doc, "videoram", "videoram", "4");
    add_truthy(image, doc, "parallel", NULL);
    if (strcmp(builder, "hvm"))
        add_truthy(image, doc, "serial", NULL);
    add_truthy(image, doc, "monitor", NULL);
    add_args(image, doc);
    add_truthy(image, doc, "superpages", NULL);
    for (size_t i = 0; !strcmp(builder, "hvm") && i < XM_COUNT(hvm_keys); i++)
        add(image, doc, hvm_keys[i].key, hvm_keys[i].key, hvm_keys[i].otherwise);
    add_truthy(image, doc, "vhpt", NULL);
    add(image, doc, "machine_address_size", "machine_address_size", NULL);
    add(image, doc, "suppress_spurious_page_faults", "suppress_spurious_page_faults", NULL);
    add(image, doc, "tsc_mode", "tsc_mode", "0");
    add(image, doc, "nomigrate", "nomigrate", "0");
    return image;
}

static void add_device(xm_sxp *vm, xm_sxp *device)
{
    xm_sxp *list = xm_sxp_new_list("device");

    xm_sxp_add(list, device);
    xm_sxp_add(vm, list);
}

/* "UNAME,VDEV,MODE[,BACKEND[,PROTOCOL]]" */
static xm_sxp *make_disk(const char *text)
{
    static const char *const keys[] = { "uname", "dev", "mode", "backend", "protocol" };
    xm_autofree char *copy = xm_strdup(text);
    const char *class = !strncmp(text, "tap2:", 5) ? "tap2" : !strncmp(text, "tap:", 4) ? "tap" : "vbd";
    xm_sxp *disk = xm_sxp_new_list(class);
    char *rest = copy;

    for (size_t i = 0; rest && i < XM_COUNT(keys); i++) {
        char *comma = strchr(rest, ',');

        if (comma)
            *comma++ = '\0';
        if (i == 1 && !strncmp(rest, "ioemu:", 6))
            rest += 6;
        if (*rest)
            xm_sxp_add_str(disk, keys[i], rest);
        rest = comma;
    }
    return disk;
}

static void add_word(xm_sxp *list, const char *key, char *text)     /* takes text */
{
    xm_sxp_add_str(list, key, text);
    free(text);
}

/* A disk in xl's words, as far as xm had words for it. */
static xm_sxp *make_xl_disk(const struct xm_disk *disk)
{
    bool tap = disk->kind == XM_DISK_FILE && strcmp(disk->format, "raw") != 0;
    xm_sxp *list = xm_sxp_new_list(tap && disk->path ? "tap" : "vbd");

    if (disk->path && disk->script)
        add_word(list, "uname", xm_printf("%s:%s", disk->script + (strncmp(disk->script, "block-", 6) ? 0 : 6), disk->path));
    else if (disk->path && tap)
        add_word(list, "uname", xm_printf("tap:%s:%s", disk->format, disk->path));
    else if (disk->path)
        add_word(list, "uname", xm_printf("%s:%s", disk->kind == XM_DISK_PHY ? "phy" : "file", disk->path));
    add_word(list, "dev", xm_printf("%s%s", disk->vdev ? disk->vdev : "", disk->cdrom ? ":cdrom" : ""));
    xm_sxp_add_str(list, "mode", disk->readonly ? "r" : disk->shared ? "w!" : "w");
    if (disk->backend)
        xm_sxp_add_str(list, "backend", disk->backend);
    return list;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct xm_word *)a)->name, ((const struct xm_word *)b)->name);
}

/* Words of a vif or vfb, in alphabetical order. */
static void add_words(xm_sxp *list, char *text)
{
    struct xm_words words = XM_WORDS(NULL, text, true);
    struct xm_word sorted[64];
    size_t count = 0;

    while (count < XM_COUNT(sorted) && xm_words_next(&words, &sorted[count]))
        count++;
    qsort(sorted, count, sizeof(sorted[0]), by_name);
    for (size_t i = 0; i < count; i++)
        if (sorted[i].value)
            xm_sxp_add_str(list, sorted[i].name, sorted[i].value);
}

static xm_sxp *make_words(const char *class, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    xm_sxp *device = xm_sxp_new_list(class);

    add_words(device, copy);
    return device;
}

static void add_hex(xm_sxp *list, const char *key, const char *format, unsigned value)
{
    char number[24];

    snprintf(number, sizeof(number), format, value);
    xm_sxp_add_str(list, key, number);
}

/* The options that an entry has: (opts (msitranslate 0)). */
static void add_opts(xm_sxp *dev, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    struct xm_words words = XM_WORDS(NULL, copy, true);
    struct xm_word word;
    xm_sxp *opts = NULL;

    while (xm_words_next(&words, &word)) {
        if (!word.value || !isalpha((unsigned char)*word.name))
            continue;                   /* a part of the address */
        if (!opts)
            xm_sxp_add(dev, opts = xm_sxp_new_list("opts"));
        xm_sxp_add_str(opts, word.name, word.value);
    }
}

static void add_pci_function(xm_sxp *pci, const libxl_device_pci *function, const char *text)
{
    bool all = function->vfunc_mask == LIBXL_PCI_FUNC_ALL;
    unsigned as = function->vfunc_mask > 1 && !all ? function->func : 0;
    xm_sxp *dev = xm_sxp_new_list("dev");
    xm_autofree char *key = NULL;

    add_hex(dev, "domain", "0x%04x", (unsigned)function->domain);
    add_hex(dev, "bus", "0x%02x", function->bus);
    add_hex(dev, "slot", "0x%02x", function->dev);
    if (all)
        xm_sxp_add_str(dev, "func", "*");
    else
        add_hex(dev, "func", "0x%x", function->func);
    /* Bit 0x100: the slot is chosen for it. */
    add_hex(dev, "vdevfn", "0x%x", function->vdevfn ? function->vdevfn | as : 0x100);
    if (all)
        key = xm_printf("%02x:%02x.*", function->bus, function->dev);
    else
        key = xm_printf("%02x:%02x.%x", function->bus, function->dev, function->func);
    xm_sxp_add_str(dev, "key", key);
    add_opts(dev, text);
    xm_sxp_add(pci, dev);
}

static void each_item(xm_sxp *vm, const xm_doc *doc, const char *key, void (*device)(xm_sxp *vm, const char *text))
{
    const xm_node *list = xm_doc_get(doc, key);

    for (size_t i = 0; list && list->type == XM_NODE_LIST && i < list->count; i++) {
        if (list->items[i]->type == XM_NODE_STR) {
            device(vm, list->items[i]->str);
        } else if (list->items[i]->type == XM_NODE_INT) {
            xm_autofree char *text = xm_printf("%lld", (long long)list->items[i]->i);

            device(vm, text);
        }
    }
}

static void add_disks(xm_sxp *vm, const xm_doc *doc)
{
    const xm_node *list = xm_doc_get(doc, "disk");
    struct xm_disks disks;
    size_t read = 0;

    xm_disks_of(doc, &disks);
    for (size_t i = 0; list && list->type == XM_NODE_LIST && i < list->count; i++) {
        const struct xm_disk *disk = read < disks.count && disks.items[read].index == i ? &disks.items[read++] : NULL;

        if (disk && disk->in_xl_words)
            add_device(vm, make_xl_disk(disk));
        else if (list->items[i]->type == XM_NODE_STR)
            add_device(vm, make_disk(list->items[i]->str));
    }
    xm_disks_clear(&disks);
}

static void add_vif(xm_sxp *vm, const char *text)
{
    add_device(vm, make_words("vif", text));
}

/* All of them are one device of the bus. */
static void add_pci(xm_sxp *vm, const xm_doc *doc)
{
    const xm_node *list = xm_doc_get(doc, "pci");
    xm_sxp *pci = xm_sxp_new_list("pci");
    libxl_domain_config cfg;
    struct xm_binder b = { .doc = doc, .dialect = XM_DIALECT_XM, .cfg = &cfg, .key = "pci", .index = -1 };

    for (size_t i = 0; list && list->type == XM_NODE_LIST && i < list->count; i++) {
        if (list->items[i]->type != XM_NODE_STR)
            continue;
        libxl_domain_config_init(&cfg);
        xm_bind_pci_entry(&b, list->items[i]->str);
        for (int j = 0; j < cfg.num_pcidevs; j++)
            add_pci_function(pci, &cfg.pcidevs[j], list->items[i]->str);
        libxl_domain_config_dispose(&cfg);
    }
    xm_binder_clear(&b);
    if (pci->count > 1)
        add_device(vm, pci);
    else
        xm_sxp_free(pci);
}

/* "usbver=2,numports=8,port_1=1-1" */
static void add_vusb(xm_sxp *vm, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    struct xm_words words = XM_WORDS(NULL, copy, true);
    struct xm_word word;
    const char *version = "2", *count = "8";
    xm_sxp *vusb = xm_sxp_new_list("vusb"), *ports = xm_sxp_new_list("port");

    while (xm_words_next(&words, &word)) {
        if (word.value && !strcmp(word.name, "usbver"))
            version = word.value;
        else if (word.value && !strcmp(word.name, "numports"))
            count = word.value;
        else if (word.value && !strncmp(word.name, "port_", 5))
            xm_sxp_add_str(ports, word.name + 5, word.value);
    }
    xm_sxp_add_str(vusb, "usb-ver", version);
    xm_sxp_add_str(vusb, "num-ports", count);
    xm_sxp_add(vusb, ports);
    add_device(vm, vusb);
}

static void add_ports(xm_sxp *vm, const char *text)
{
    const char *dash = strchr(text, '-');
    xm_sxp *ports = xm_sxp_new_list("ioports");
    xm_autofree char *from = xm_printf("0x%.*s", (int)(dash ? dash - text : (long)strlen(text)), text);
    xm_autofree char *to = xm_printf("0x%s", dash ? dash + 1 : text);

    xm_sxp_add_str(ports, "from", from);
    xm_sxp_add_str(ports, "to", to);
    add_device(vm, ports);
}

static void add_irq(xm_sxp *vm, const char *text)
{
    xm_sxp *irq = xm_sxp_new_list("irq");

    xm_sxp_add_str(irq, "irq", text);
    add_device(vm, irq);
}

/* The old type=vnc means vnc=1; each frame buffer comes with a keyboard. */
static void add_vfb(xm_sxp *vm, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    char *type = strstr(copy, "type=");

    if (type && (!strncmp(type, "type=vnc", 8) || !strncmp(type, "type=sdl", 8))) {
        const char *kind = type[5] == 'v' ? "vnc=1" : "sdl=1";
        xm_autofree char *new = xm_printf("%.*s%s%s", (int)(type - copy), copy, kind, type + 8);

        free(copy);
        copy = XM_TAKE(new);
    }
    add_device(vm, xm_sxp_new_list("vkbd"));
    add_device(vm, make_words("vfb", copy));
}

static void add_heads(xm_sxp *vm, const xm_doc *doc)
{
    static const struct { const char *key, *otherwise; } keys[] = {
        { "name", NULL }, { "memory", "128" }, { "maxmem", NULL }, { "shadow_memory", NULL }, { "restart", NULL },
        { "on_poweroff", NULL }, { "tsc_mode", NULL }, { "nomigrate", NULL }, { "on_reboot", NULL }, { "on_crash", NULL },
        { "features", NULL }, { "on_xend_start", "ignore" }, { "on_xend_stop", "ignore" }, { "target", NULL },
        { "cpuid", NULL }, { "cpuid_check", NULL }, { "machine_address_size", NULL },
        { "suppress_spurious_page_faults", NULL }, { "description", NULL },
    };

    for (size_t i = 0; i < XM_COUNT(keys); i++)
        add_truthy(vm, doc, keys[i].key, keys[i].otherwise);
    add_vcpus(vm, doc);
    add(vm, doc, "uuid", "uuid", NULL);
    add(vm, doc, "cpu", "cpu", NULL);
    add_cpus(vm, doc);
    add(vm, doc, "cpu_cap", "cpu_cap", NULL);
    add(vm, doc, "cpu_weight", "cpu_weight", NULL);
    add_backend(vm, doc, "blkif");
    add_backend(vm, doc, "netif");
    add_truthy(vm, doc, "localtime", NULL);
    add(vm, doc, "oos", "oos", "1");
    add(vm, doc, "pool", "pool_name", NULL);
}

/* A PV guest without a kernel boots through pygrub. */
static void add_bootloader(xm_sxp *vm, const xm_doc *doc)
{
    xm_autofree char *loader = text_of(doc, "bootloader"), *kernel = text_of(doc, "kernel");

    if (!loader && !kernel && !strcmp(builder_of(doc), "linux"))
        loader = xm_strdup("pygrub");
    if (!loader)
        return;
    xm_sxp_add_str(vm, "bootloader", loader);
    add(vm, doc, "bootargs", "bootloader_args", "-q");
}

int xm_config_format_sxp(const xm_doc *doc, char **ret_text, xm_error **err)
{
    XM_AUTO(xm_sxp) *vm = xm_sxp_new_list("vm");
    xm_sxp *image = xm_sxp_new_list("image");

    (void)err;
    add_heads(vm, doc);
    add_bootloader(vm, doc);
    xm_sxp_add(image, make_image(doc));
    xm_sxp_add(vm, image);
    add(vm, doc, "s3_integrity", "s3_integrity", "1");
    add_disks(vm, doc);
    add_pci(vm, doc);
    each_item(vm, doc, "vusb", add_vusb);
    each_item(vm, doc, "ioports", add_ports);
    each_item(vm, doc, "irq", add_irq);
    each_item(vm, doc, "vif", add_vif);
    each_item(vm, doc, "vfb", add_vfb);
    *ret_text = xm_sxp_format(vm, 80);
    return 0;
}
