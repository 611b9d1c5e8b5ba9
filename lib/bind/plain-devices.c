/* Devices as text: the inverse of disk.c, vif.c and vfb.c, in the words that xl's parsers know. */
#include <string.h>

#include "bind/plain.h"

/* ",name=value" behind what is there; nothing for no value. */
static void add(struct xm_buf *words, const char *name, const char *value)
{
    if (value != NULL)
        xm_buf_printf(words, "%s%s%s%s", words->len > 0 ? "," : "", name, *name ? "=" : "", value);
}

static void add_int(struct xm_buf *words, const char *name, long long value)
{
    xm_autofree char *text = xm_printf("%lld", value);

    add(words, name, text);
}

static void add_flag(struct xm_buf *words, const char *name, libxl_defbool flag)
{
    if (!libxl_defbool_is_default(flag))
        add_int(words, name, libxl_defbool_val(flag));
}

/* A word of its own for each of a flag's two values. */
static void add_choice(struct xm_buf *words, libxl_defbool flag, const char *yes, const char *no)
{
    if (!libxl_defbool_is_default(flag))
        add(words, "", libxl_defbool_val(flag) ? yes : no);
}

char *xm_bind_disk_words(const libxl_device_disk *disk)
{
    bool empty = disk->format == LIBXL_DISK_FORMAT_EMPTY;
    xm_autobuf words = XM_BUF_INIT;

    if (disk->format != LIBXL_DISK_FORMAT_UNKNOWN)
        add(&words, "format", empty ? "empty" : libxl_disk_format_to_string(disk->format));
    add(&words, "vdev", disk->vdev);
    add(&words, "access", disk->readwrite ? "rw" : "ro");
    if (disk->is_cdrom)
        add(&words, "devtype", "cdrom");
    add(&words, "backend", disk->backend_domname);
    if (disk->backend != LIBXL_DISK_BACKEND_UNKNOWN)
        add(&words, "backendtype", libxl_disk_backend_to_string(disk->backend));
    add(&words, "script", disk->script);
    if (disk->specification != LIBXL_DISK_SPECIFICATION_UNKNOWN)
        add(&words, "specification", libxl_disk_specification_to_string(disk->specification));
    add_choice(&words, disk->discard_enable, "discard", "no-discard");
    if (disk->direct_io_safe)
        add(&words, "", "direct-io-safe");
    /* What follows target= is all the target's, commas too. */
    add(&words, "target", empty && disk->pdev_path != NULL && !*disk->pdev_path ? NULL : disk->pdev_path);
    return xm_buf_take(&words);
}

static char *disk_words(const libxl_domain_config *cfg, int index)
{
    return xm_bind_disk_words(&cfg->disks[index]);
}

static void add_mac(struct xm_buf *words, const libxl_mac mac)
{
    static const libxl_mac none;
    xm_autofree char *text = xm_printf(LIBXL_MAC_FMT, LIBXL_MAC_BYTES(mac));

    if (memcmp(mac, none, sizeof(none)))
        add(words, "mac", text);
}

/* rate= is bytes a second over an interval; libxl keeps what may pass in each interval. */
static void add_rate(struct xm_buf *words, const libxl_device_nic *nic)
{
    xm_autofree char *text = NULL;

    if (!nic->rate_bytes_per_interval || !nic->rate_interval_usecs)
        return;
    text = xm_printf("%lluB/s@%uus",
                     (unsigned long long)(nic->rate_bytes_per_interval * 1000000 / nic->rate_interval_usecs),
                     (unsigned)nic->rate_interval_usecs);
    add(words, "rate", text);
}

static void add_vif(struct xm_buf *words, const libxl_device_nic *nic)
{
    if (nic->nictype != LIBXL_NIC_TYPE_UNKNOWN)
        add(words, "type", nic->nictype == LIBXL_NIC_TYPE_VIF ? "vif" : "ioemu");
    add_mac(words, nic->mac);
    add(words, "bridge", nic->bridge);
    add(words, "gatewaydev", nic->gatewaydev);
    add(words, "ip", nic->ip);
    add(words, "script", nic->script);
    add(words, "backend", nic->backend_domname);
    add(words, "vifname", nic->ifname);
    add(words, "model", nic->model);
    if (nic->mtu)
        add_int(words, "mtu", nic->mtu);
    add_rate(words, nic);
    add_choice(words, nic->trusted, "trusted", "untrusted");
}

char *xm_bind_vif_words(const libxl_device_nic *nic)
{
    xm_autobuf words = XM_BUF_INIT;

    add_vif(&words, nic);
    return xm_buf_take(&words);
}

static char *vif_words(const libxl_domain_config *cfg, int index)
{
    xm_autobuf words = XM_BUF_INIT;

    add_vif(&words, &cfg->nics[index]);
    if (cfg->nics[index].devid != index)
        add_int(&words, "devid", cfg->nics[index].devid);
    return xm_buf_take(&words);
}

static char *vfb_words(const libxl_domain_config *cfg, int index)
{
    const libxl_device_vfb *vfb = &cfg->vfbs[index];
    xm_autobuf words = XM_BUF_INIT;

    add_flag(&words, "vnc", vfb->vnc.enable);
    add(&words, "vnclisten", vfb->vnc.listen);
    if (vfb->vnc.display)
        add_int(&words, "vncdisplay", vfb->vnc.display);
    add_flag(&words, "vncunused", vfb->vnc.findunused);
    add(&words, "vncpasswd", vfb->vnc.passwd);
    add_flag(&words, "sdl", vfb->sdl.enable);
    add_flag(&words, "opengl", vfb->sdl.opengl);
    add(&words, "display", vfb->sdl.display);
    add(&words, "xauthority", vfb->sdl.xauthority);
    add(&words, "keymap", vfb->keymap);
    return xm_buf_take(&words);
}

/* --- entries that only one dialect takes, or takes otherwise --- */

struct device {
    const char *key;
    void (*bind)(struct xm_binder *b);
    char *(*words)(const libxl_domain_config *cfg, int index);
    size_t count;               /* where libxl_domain_config has their number */
};

#define TO(field) offsetof(libxl_domain_config, field)
static const struct device devices[] = {
    { "disk", xm_bind_disks, disk_words, TO(num_disks) },
    { "vif", xm_bind_vifs, vif_words, TO(num_nics) },
    { "vfb", xm_bind_vfbs, vfb_words, TO(num_vfbs) },
};

/* What one entry means by itself to a dialect, as JSON; NULL if it is refused. */
static char *meaning(enum xm_dialect dialect, const struct device *device, const xm_node *entry)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, NULL);
    xm_node *list = xm_node_new(XM_NODE_LIST, entry->place);
    libxl_domain_config cfg;
    struct xm_binder b = { .doc = doc, .dialect = dialect, .cfg = &cfg, .index = -1 };
    char *json;

    xm_node_add(list, xm_node_copy(entry));
    xm_doc_set(doc, device->key, list);
    libxl_domain_config_init(&cfg);
    cfg.c_info.type = LIBXL_DOMAIN_TYPE_PV;
    libxl_domain_build_info_init_type(&cfg.b_info, LIBXL_DOMAIN_TYPE_PV);
    device->bind(&b);
    json = b.mistakes.count ? NULL : xm_bind_json(&cfg);
    xm_binder_clear(&b);
    libxl_domain_config_dispose(&cfg);
    return json;
}

static bool is_plain(const struct device *device, const xm_node *entry)
{
    xm_autofree char *xm = meaning(XM_DIALECT_XM, device, entry), *xl = meaning(XM_DIALECT_XL, device, entry);

    return xm != NULL && xl != NULL && strcmp(xm, xl) == 0;
}

static void say_entries(struct xm_plain *plain, const struct device *device)
{
    const xm_node *list = xm_doc_get(plain->doc, device->key);
    int count = *(const int *)((const char *)&plain->cfg + device->count);
    xm_node *said;

    /* One that was refused has no struct; then nobody asks for the words either. */
    if (list == NULL || list->type != XM_NODE_LIST || (size_t)count != list->count)
        return;
    said = xm_node_new(XM_NODE_LIST, list->place);
    for (int i = 0; i < count; i++) {
        const xm_node *entry = list->items[i];
        xm_autofree char *words = is_plain(device, entry) ? NULL : device->words(&plain->cfg, i);

        xm_node_add(said, words == NULL ? xm_node_copy(entry) : xm_node_new_str(words, entry->place));
    }
    xm_doc_set(plain->doc, device->key, said);
}

void xm_plain_devices(struct xm_plain *plain)
{
    for (size_t i = 0; i < XM_COUNT(devices); i++)
        say_entries(plain, &devices[i]);
}

/* --- screens --- */

static void set_text(struct xm_plain *plain, const char *key, const char *text)
{
    if (text != NULL)
        xm_doc_set_str(plain->doc, key, text);
    else
        xm_doc_remove(plain->doc, key);
}

static void set_flag(struct xm_plain *plain, const char *key, libxl_defbool flag)
{
    if (libxl_defbool_is_default(flag))
        xm_doc_remove(plain->doc, key);
    else
        xm_doc_set_int(plain->doc, key, libxl_defbool_val(flag));
}

static void say_hvm_display(struct xm_plain *plain)
{
    const libxl_vnc_info *vnc = &plain->cfg.b_info.u.hvm.vnc;
    const libxl_sdl_info *sdl = &plain->cfg.b_info.u.hvm.sdl;

    set_flag(plain, "vnc", vnc->enable);
    set_text(plain, "vnclisten", vnc->listen);
    xm_doc_remove(plain->doc, "vncdisplay");
    if (vnc->display)
        xm_doc_set_int(plain->doc, "vncdisplay", vnc->display);
    set_flag(plain, "vncunused", vnc->findunused);
    set_text(plain, "vncpasswd", vnc->passwd);
    set_flag(plain, "sdl", sdl->enable);
    set_flag(plain, "opengl", sdl->opengl);
    set_text(plain, "display", sdl->display);
    set_text(plain, "xauthority", sdl->xauthority);
    set_text(plain, "keymap", plain->cfg.b_info.u.hvm.keymap);
    if (plain->cfg.num_vfbs == 0)
        xm_doc_remove(plain->doc, "vfb");
}

void xm_plain_display(struct xm_plain *plain)
{
    xm_node *list;

    if (plain->cfg.c_info.type == LIBXL_DOMAIN_TYPE_HVM) {
        say_hvm_display(plain);
        return;
    }
    list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
    for (int i = 0; i < plain->cfg.num_vfbs; i++) {
        xm_autofree char *words = vfb_words(&plain->cfg, i);

        xm_node_add(list, xm_node_new_str(words, (struct xm_place){ 0, 0 }));
    }
    xm_doc_remove(plain->doc, "vnc");           /* it would make one more */
    xm_doc_set(plain->doc, "vfb", list);
}
