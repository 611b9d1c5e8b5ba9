/* xend's S-expressions -> a document: `create -F`, `new -F` and `import-xend`. All forms are read, the
 * (vm ...) of `create -n`, the (domain ...) of `list --long`, and that of the files which the daemon kept,
 * which has the words of the Xen API too; they differ in what they leave out. What
 * tells of a running guest (domid, times, state) is passed over. */
#include "bind/config.h"
#include "bind/keys.h"

#include <string.h>

#include "base/buf.h"
#include "convert/sxp.h"

/* Keys whose items are gathered from all over the form. */
enum list { DISK, VIF, VFB, PCI, VUSB, IOPORTS, IRQ, CPUS, LISTS };
static const char *const list_keys[LISTS] = { "disk", "vif", "vfb", "pci", "vusb", "ioports", "irq", "cpus" };

struct reader {
    const xm_sxp *form;
    const char *file;
    xm_doc *doc;
    xm_node *lists[LISTS];      /* NULL: nothing in it */
    xm_error **err;
};

/* Words whose key is another, and those that are no key: NULL. */
static const struct { const char *word, *key; } renamed[] = {
    { "pool_name", "pool" }, { "bootloader_args", "bootargs" }, { "args", NULL }, { "ip", NULL }, { "vcpus", NULL },
    { "cpus", NULL }, { "device_model", NULL }, { "builder", NULL }, { "type", NULL }, { "pci", NULL },
};

static int fail(struct reader *in, const char *what, const char *which)
{
    return xm_fail(in->err, XM_INVALID, "%s: %s '%s'", in->file, what, which);
}

static const char *head_of(const xm_sxp *sxp)
{
    return sxp->atom == NULL && sxp->count > 0 && sxp->items[0]->atom != NULL ? sxp->items[0]->atom : "";
}

static const char *text_of(const xm_sxp *sxp, const char *key)
{
    const xm_sxp *value = xm_sxp_child(sxp, key);

    return value != NULL && value->atom != NULL && *value->atom != '\0' ? value->atom : NULL;
}

/* The first child list whose head is key, or NULL. */
static const xm_sxp *list_of(const xm_sxp *sxp, const char *key)
{
    for (size_t i = 0; i < sxp->count; i++) {
        if (strcmp(head_of(sxp->items[i]), key) == 0)
            return sxp->items[i];
    }
    return NULL;
}

static const char *key_of(const char *word)
{
    for (size_t i = 0; i < XM_COUNT(renamed); i++) {
        if (strcmp(renamed[i].word, word) == 0)
            return renamed[i].key;
    }
    return xm_key_find(word) != NULL ? word : NULL;
}

/* Some releases wrote whole numbers with a fraction, 1.0. */
static void set_key(struct reader *in, const char *key, const char *text)
{
    size_t len = strspn(text, "0123456789");
    bool whole = len > 0 && text[len] == '.' && text[len + 1 + strspn(text + len + 1, "0")] == '\0';
    xm_autofree char *number = NULL;

    if (whole && xm_key_find(key)->kind == XM_KIND_INT)
        text = number = xm_strndup(text, len);
    xm_doc_set_str(in->doc, key, text);
}

/* Every (word value) that is a key; forms of running guests have many that are none. */
static void set_keys(struct reader *in, const xm_sxp *from)
{
    for (size_t i = 1; i < from->count; i++) {
        const xm_sxp *pair = from->items[i];
        const char *key = key_of(head_of(pair));
        const char *text = pair->count > 1 ? pair->items[1]->atom : NULL;

        if (key != NULL && text != NULL && *text != '\0')
            set_key(in, key, text);
    }
}

static void append(struct reader *in, enum list list, const char *text)
{
    if (in->lists[list] == NULL)
        in->lists[list] = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
    xm_node_add(in->lists[list], xm_node_new_str(text, (struct xm_place){ 0, 0 }));
}

static char *join_atoms(const xm_sxp *list)
{
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->atom != NULL)
            xm_buf_printf(&text, "%s%s", text.len > 0 ? "," : "", list->items[i]->atom);
    }
    return xm_buf_take(&text);
}

static void read_cpus(struct reader *in)
{
    const xm_sxp *cpus = xm_sxp_child(in->form, "cpus");
    bool any = false;

    if (cpus == NULL)
        return;
    if (cpus->atom != NULL) {
        if (*cpus->atom != '\0')
            xm_doc_set_str(in->doc, "cpus", cpus->atom);
        return;
    }
    for (size_t i = 0; i < cpus->count; i++)
        any = any || cpus->items[i]->atom != NULL || cpus->items[i]->count > 0;
    for (size_t i = 0; any && i < cpus->count; i++) {
        const xm_sxp *one = cpus->items[i];
        xm_autofree char *text = one->atom != NULL ? xm_strdup(one->atom) : join_atoms(one);

        append(in, CPUS, *text != '\0' ? text : "all");
    }
}

/* --- words of the Xen API --- */

/* What the daemon kept has both: its own words, and these. They count where its own are missing. */
enum form { PLAIN, BYTES, ACTION };
static const struct { const char *word, *key; enum form form; } api_words[] = {
    { "name_label", "name", PLAIN }, { "name_description", "description", PLAIN },
    { "memory_static_max", "maxmem", BYTES }, { "memory_dynamic_max", "memory", BYTES },
    { "actions_after_shutdown", "on_poweroff", ACTION }, { "actions_after_reboot", "on_reboot", ACTION },
    { "actions_after_crash", "on_crash", ACTION },
    { "PV_bootloader", "bootloader", PLAIN }, { "PV_bootloader_args", "bootargs", PLAIN },
};

/* "coredump_and_destroy" is coredump-destroy elsewhere. */
static char *action_text(const char *text)
{
    const char *and = strstr(text, "_and_");
    xm_autofree char *short_ = and != NULL ? xm_printf("%.*s-%s", (int)(and - text), text, and + strlen("_and_")) : xm_strdup(text);

    for (char *at = short_; (at = strchr(at, '_')) != NULL;)
        *at = '-';
    return XM_TAKE(short_);
}

static void read_api(struct reader *in)
{
    for (size_t i = 0; i < XM_COUNT(api_words); i++) {
        const char *text = text_of(in->form, api_words[i].word);

        if (text == NULL || xm_doc_get(in->doc, api_words[i].key) != NULL || xm_key_find(api_words[i].key) == NULL)
            continue;
        if (api_words[i].form == BYTES) {
            xm_doc_set_int(in->doc, api_words[i].key, (int64_t)(strtoull(text, NULL, 10) >> 20));
        } else {
            xm_autofree char *value = api_words[i].form == ACTION ? action_text(text) : xm_strdup(text);

            xm_doc_set_str(in->doc, api_words[i].key, value);
        }
    }
}

/* --- vcpus --- */

/* How many of max are online: vcpu_avail is a mask of them, online_vcpus of a running guest their
 * number. 0: not said. */
static unsigned count_online(const struct reader *in, unsigned long long max)
{
    const char *avail = text_of(in->form, "vcpu_avail"), *online = text_of(in->form, "online_vcpus");
    unsigned long long mask = avail != NULL ? strtoull(avail, NULL, 0) : 0;
    unsigned long long count = online != NULL ? strtoull(online, NULL, 10) : 0;

    if (avail == NULL)
        return count < max ? (unsigned)count : 0;
    return max < 64 ? (unsigned)__builtin_popcountll(mask & ((1ULL << max) - 1)) : 0;
}

/* vcpus is the most there can be. */
static int read_vcpus(struct reader *in)
{
    const char *vcpus = text_of(in->form, "vcpus");
    unsigned long long max;
    unsigned online;

    if (vcpus == NULL)
        vcpus = text_of(in->form, "VCPUs_max");
    if (vcpus == NULL)
        return fail(in, "it lacks", "vcpus");
    max = strtoull(vcpus, NULL, 10);
    online = count_online(in, max);
    if (online > 0 && online < max) {
        xm_doc_set_int(in->doc, "vcpus", online);
        xm_doc_set_str(in->doc, "maxvcpus", vcpus);
    } else {
        xm_doc_set_str(in->doc, "vcpus", vcpus);
    }
    read_cpus(in);
    return 0;
}

/* --- image --- */

static int read_image(struct reader *in)
{
    const xm_sxp *image = xm_sxp_child(in->form, "image");
    const char *type, *ip, *args;

    if (image == NULL)
        return 0;               /* a bootloader finds one */
    type = head_of(image);
    if (*type == '\0')
        return fail(in, "it has no type in its", "image");
    xm_doc_set_str(in->doc, strcmp(type, "linux") == 0 || strcmp(type, "hvm") == 0 ? "builder" : "type", type);
    set_keys(in, image);
    ip = text_of(image, "ip");
    args = text_of(image, "args");
    if (ip != NULL || args != NULL) {
        xm_autofree char *extra = xm_printf("%s%s%s%s", ip ? "ip=" : "", ip ? ip : "", ip && args ? " " : "", args ? args : "");

        xm_doc_set_str(in->doc, "extra", extra);
    }
    return 0;
}

/* --- devices --- */

/* What a part of a device string holds may not end it. */
static int check_part(struct reader *in, const char *class, const char *text)
{
    if (text == NULL || strpbrk(text, ",\n\r") == NULL)
        return 0;
    return xm_fail(in->err, XM_INVALID, "%s: device %s: '%s' has a comma or a newline in it", in->file, class, text);
}

static int read_disk(struct reader *in, const xm_sxp *disk)
{
    const char *uname = text_of(disk, "uname"), *dev = text_of(disk, "dev"), *mode = text_of(disk, "mode");
    const char *backend = text_of(disk, "backend");
    xm_autofree char *text = NULL;

    if (dev == NULL)
        return fail(in, "a disk lacks", "dev");
    if (check_part(in, "vbd", uname) < 0 || check_part(in, "vbd", dev) < 0 || check_part(in, "vbd", mode) < 0
        || check_part(in, "vbd", backend) < 0)
        return -1;
    if (backend != NULL && strcmp(backend, "0") == 0)
        backend = NULL;
    text = xm_printf("%s,%s,%s%s%s", uname ? uname : "", dev, mode ? mode : "r", backend ? "," : "", backend ? backend : "");
    append(in, DISK, text);
    return 0;
}

/* The name that the hypervisor's side gives by itself, vifDOMID.N, would be wrong next time. */
static bool is_own_name(const char *name)
{
    if (strncmp(name, "vif", 3) != 0)
        return false;
    name += 3;
    name += strspn(name, "0123456789");
    return *name == '.' && name[1 + strspn(name + 1, "0123456789")] == '\0';
}

/* "BYTES,MICROSECONDS" is what became of "62500KB/s@50ms" and the like. */
static char *rate_text(const char *rate)
{
    char *end;
    unsigned long long bytes = strtoull(rate, &end, 10), us;

    if (*end != ',' || end == rate)
        return xm_strdup(rate);
    us = strtoull(end + 1, NULL, 10);
    if (us == 0 || bytes > UINT64_MAX / 1000000)
        return xm_strdup("");
    return xm_printf("%lluB/s@%lluus", bytes * 1000000 / us, us);
}

/* (key value) pairs as "key=value,key=value", of those keys that a device string may have. */
static int join_pairs(struct reader *in, const xm_sxp *device, const char *const *keys, struct xm_buf *out)
{
    for (; *keys != NULL; keys++) {
        const char *value = text_of(device, *keys);
        xm_autofree char *text = NULL;

        if (value == NULL || (strcmp(*keys, "vifname") == 0 && is_own_name(value))
            || (strcmp(*keys, "backend") == 0 && strcmp(value, "0") == 0))
            continue;
        text = strcmp(*keys, "rate") == 0 ? rate_text(value) : xm_strdup(value);
        if (*text == '\0')
            continue;
        if (check_part(in, head_of(device), text) < 0)
            return -1;
        xm_buf_printf(out, "%s%s=%s", out->len > 0 ? "," : "", *keys, text);
    }
    return 0;
}

static int read_pairs(struct reader *in, const xm_sxp *device, enum list list, const char *const *keys)
{
    xm_autobuf text = XM_BUF_INIT;

    if (join_pairs(in, device, keys, &text) < 0)
        return -1;
    append(in, list, text.data != NULL ? text.data : "");
    return 0;
}

static int read_vif(struct reader *in, const xm_sxp *vif)
{
    static const char *const keys[] = {
        "type", "mac", "bridge", "ip", "script", "vifname", "rate", "model", "accel", "backend", NULL,
    };

    return read_pairs(in, vif, VIF, keys);
}

static int read_vfb(struct reader *in, const xm_sxp *vfb)
{
    static const char *const keys[] = {
        "type", "vnc", "sdl", "vncunused", "vncdisplay", "vnclisten", "vncpasswd", "display", "xauthority", "opengl",
        "keymap", "videoram", "serial", "monitor", NULL,
    };

    return read_pairs(in, vfb, VFB, keys);
}

/* "=FUNCTION@SLOT" where that was asked for, and not just found, and the options behind it. */
static int add_pci_rest(struct reader *in, const xm_sxp *dev, struct xm_buf *text)
{
    const char *vdevfn = text_of(dev, "vdevfn");
    unsigned long number = vdevfn != NULL ? strtoul(vdevfn, NULL, 0) : 0x100;
    const xm_sxp *opts = list_of(dev, "opts");

    if ((number & 0x107) > 0 && (number & 0x107) < 8)
        xm_buf_printf(text, "=%lu", number & 7);
    if ((number & 0x100) == 0 && number >= 8)
        xm_buf_printf(text, "@%02lx", number >> 3 & 0x1f);
    for (size_t i = 1; opts != NULL && i < opts->count; i++) {
        const char *name = head_of(opts->items[i]), *value = text_of(opts, name);

        if (value == NULL)
            continue;
        if (check_part(in, "pci", name) < 0 || check_part(in, "pci", value) < 0)
            return -1;
        xm_buf_printf(text, ",%s=%s", name, value);
    }
    return 0;
}

static int read_pci_function(struct reader *in, const xm_sxp *dev)
{
    const char *parts[4] = { text_of(dev, "domain"), text_of(dev, "bus"), text_of(dev, "slot"), text_of(dev, "func") };
    xm_autobuf text = XM_BUF_INIT;

    if (parts[1] == NULL || parts[2] == NULL || parts[3] == NULL)
        return fail(in, "a pci device lacks bus, slot or", "func");
    xm_buf_printf(&text, "%04lx:%02lx:%02lx.", parts[0] ? strtoul(parts[0], NULL, 16) & 0xffff : 0,
                  strtoul(parts[1], NULL, 16) & 0xff, strtoul(parts[2], NULL, 16) & 0x1f);
    if (strcmp(parts[3], "*") == 0)
        xm_buf_putc(&text, '*');
    else
        xm_buf_printf(&text, "%lx", strtoul(parts[3], NULL, 16) & 7);
    if (add_pci_rest(in, dev, &text) < 0)
        return -1;
    append(in, PCI, text.data);
    return 0;
}

static int read_pci(struct reader *in, const xm_sxp *pci)
{
    for (size_t i = 1; i < pci->count; i++) {
        if (strcmp(head_of(pci->items[i]), "dev") == 0 && read_pci_function(in, pci->items[i]) < 0)
            return -1;
    }
    return 0;
}

/* Ports are (port (1 BUSID) ...) of a guest that does not run, (port-1 BUSID) of one that does. */
static int read_vusb(struct reader *in, const xm_sxp *vusb)
{
    const char *version = text_of(vusb, "usb-ver"), *count = text_of(vusb, "num-ports");
    const xm_sxp *ports = list_of(vusb, "port");
    xm_autobuf text = XM_BUF_INIT;

    if (check_part(in, "vusb", version) < 0 || check_part(in, "vusb", count) < 0)
        return -1;
    xm_buf_printf(&text, "usbver=%s,numports=%s", version ? version : "2", count ? count : "8");
    for (unsigned port = 1; port <= 16; port++) {
        xm_autofree char *own = xm_printf("port-%u", port);
        const char *bus = ports != NULL ? text_of(ports, own + strlen("port-")) : text_of(vusb, own);

        if (check_part(in, "vusb", bus) < 0)
            return -1;
        if (bus != NULL)
            xm_buf_printf(&text, ",port_%u=%s", port, bus);
    }
    append(in, VUSB, text.data);
    return 0;
}

/* As it was written, but for the 0x, which the key does not have. */
static char *port_of(const char *text)
{
    if (strncmp(text, "0x", 2) == 0 && text[2] != '\0' && text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0')
        return xm_strdup(text + 2);
    return xm_printf("%lx", strtoul(text, NULL, 0));
}

static int read_ioports(struct reader *in, const xm_sxp *ports)
{
    const char *from = text_of(ports, "from"), *to = text_of(ports, "to");
    xm_autofree char *first = NULL, *last = NULL, *text = NULL;

    if (from == NULL || to == NULL)
        return fail(in, "a range lacks from or to:", "ioports");
    first = port_of(from);
    last = port_of(to);
    text = xm_printf("%s-%s", first, last);
    append(in, IOPORTS, text);
    return 0;
}

static int read_irq(struct reader *in, const xm_sxp *irq)
{
    const char *number = text_of(irq, "irq");

    if (number == NULL)
        return fail(in, "an interrupt lacks", "irq");
    append(in, IRQ, number);
    return 0;
}

/* Made by the toolstack itself, whatever a form says of them. */
static int read_own(struct reader *in, const xm_sxp *device)
{
    (void)in;
    (void)device;
    return 0;
}

static int read_device(struct reader *in, const xm_sxp *device)
{
    static const struct {
        const char *class;
        int (*read)(struct reader *in, const xm_sxp *device);
    } classes[] = {
        { "vbd", read_disk }, { "tap", read_disk }, { "tap2", read_disk }, { "vif", read_vif }, { "vfb", read_vfb },
        { "pci", read_pci }, { "vusb", read_vusb }, { "ioports", read_ioports }, { "irq", read_irq },
        { "vkbd", read_own }, { "console", read_own },
    };

    for (size_t i = 0; i < XM_COUNT(classes); i++) {
        if (strcmp(head_of(device), classes[i].class) == 0)
            return classes[i].read(in, device);
    }
    return xm_fail(in->err, XM_UNSUPPORTED, "%s: devices of class '%s' are not known", in->file, head_of(device));
}

static int read_devices(struct reader *in)
{
    for (size_t i = 0; i < in->form->count; i++) {
        const xm_sxp *item = in->form->items[i];

        if (strcmp(head_of(item), "device") != 0)
            continue;
        if (item->count < 2)
            return fail(in, "there is nothing in a", "device");
        if (read_device(in, item->items[1]) < 0)
            return -1;
    }
    return 0;
}

static int read_form(struct reader *in)
{
    if (in->form->atom != NULL)
        return fail(in, "it holds no form, but", in->form->atom);
    set_keys(in, in->form);
    read_api(in);
    return read_vcpus(in) < 0 || read_image(in) < 0 || read_devices(in) < 0 ? -1 : 0;
}

int xm_config_from_sxp(const char *text, size_t len, const char *file, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_sxp) *form = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    struct reader in = { .file = file, .err = err };
    int result;

    if (xm_sxp_parse(text, len, &form, err) < 0)
        return xm_wrap(err, "%s", file);
    doc = xm_doc_new(XM_DIALECT_XM, file);
    in.form = form;
    in.doc = doc;
    result = read_form(&in);
    for (size_t i = 0; i < LISTS; i++) {
        if (in.lists[i] != NULL && result == 0)
            xm_doc_set(doc, list_keys[i], in.lists[i]);
        else
            xm_node_free(in.lists[i]);
    }
    if (result < 0)
        return -1;
    *ret_doc = XM_TAKE(doc);
    return 0;
}
