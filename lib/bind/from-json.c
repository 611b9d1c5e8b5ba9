/* libxl's JSON of a configuration -> a document in xm's words: how guests that other toolstacks
 * made are shown, and made again. What xm has no word for is left out. */
#include "bind/config.h"

#include <string.h>

#include "base/buf.h"
#include "bind/keys.h"
#include "convert/json.h"

struct reader {
    xm_doc *doc;
    const xm_json *create, *build, *kind;       /* c_info, b_info, and b_info's part for the type */
};

/* --- values --- */

static bool is_true(const xm_json *value)
{
    const char *text = value != NULL ? xm_json_str(value) : NULL;

    if (value != NULL && value->type == XM_JSON_BOOL)
        return value->i != 0;
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

static void set_strings(xm_doc *doc, const char *key, const xm_json *strings)
{
    xm_node *list = new_list();

    for (size_t i = 0; strings != NULL && strings->type == XM_JSON_ARRAY && i < strings->count; i++)
        if (xm_json_str(strings->items[i]) != NULL)
            add_text(list, xm_json_str(strings->items[i]));
    set_list(doc, key, list);
}

/* ",key=value" behind what is there already. */
static void add_word(struct xm_buf *words, const char *key, const char *value)
{
    if (value != NULL && *value != '\0')
        xm_buf_printf(words, "%s%s=%s", words->len > 0 ? "," : "", key, value);
}

static void add_flag(struct xm_buf *words, const char *key, const xm_json *flag)
{
    if (flag != NULL)
        add_word(words, key, is_true(flag) ? "1" : "0");
}

/* 0 is libxl's "not given". */
static void add_number(struct xm_buf *words, const char *key, int64_t value)
{
    xm_autofree char *text = xm_printf("%lld", (long long)value);

    if (value > 0)
        add_word(words, key, text);
}

/* --- what the table alone says --- */

/* libxl's words have a _ where ours have a hyphen or another _. */
static bool is_same_word(const char *a, const char *b)
{
    for (; *a != '\0' && (*a == *b || (strchr("-_", *a) && *b != '\0' && strchr("-_", *b))); a++, b++)
        ;
    return *a == *b;
}

/* "b_info.u.hvm.apic" is b_info, type.hvm, apic. */
static const xm_json *find_field(const xm_json *config, const char *field)
{
    xm_autofree char *path = xm_strdup(field);
    char *save = NULL;

    for (char *name = strtok_r(path, ".", &save); config != NULL && name != NULL; name = strtok_r(NULL, ".", &save)) {
        xm_autofree char *type = NULL;

        if (strcmp(name, "u") == 0) {
            type = xm_printf("type.%s", strtok_r(NULL, ".", &save));
            name = type;
        }
        config = config->type == XM_JSON_OBJECT ? xm_json_get(config, name, NULL) : NULL;
    }
    return config;
}

static void read_choice(xm_doc *doc, const struct xm_key *key, const xm_json *value)
{
    for (const struct xm_choice *choice = key->choices; xm_json_str(value) != NULL && choice->name != NULL; choice++)
        if (is_same_word(choice->name, xm_json_str(value))) {
            xm_doc_set_str(doc, key->name, choice->name);
            return;
        }
}

/* Ours are MiB. */
static bool is_in_kib(const struct xm_key *key)
{
    size_t len = strlen(key->field);

    return len > 5 && strcmp(key->field + len - 5, "memkb") == 0;
}

/* What is beyond the range is libxl's "not given". */
static void read_number(xm_doc *doc, const struct xm_key *key, const xm_json *value)
{
    int64_t number = xm_json_int(value, INT64_MIN);

    if (number != INT64_MIN && is_in_kib(key))
        number = number / 1024 + (number % 1024 > 0);
    if (number != INT64_MIN && (key->max == 0 || (number >= key->min && number <= key->max)))
        xm_doc_set_int(doc, key->name, number);
}

static void read_row(xm_doc *doc, const struct xm_key *key, const xm_json *value)
{
    switch (key->kind) {
    case XM_KIND_STR:
        set_text(doc, key->name, xm_json_str(value));
        return;
    case XM_KIND_BOOL:
        if (xm_json_str(value) == NULL || is_same_word(xm_json_str(value), "True") || is_same_word(xm_json_str(value), "False"))
            xm_doc_set_int(doc, key->name, is_true(value));
        return;
    case XM_KIND_INT:
        read_number(doc, key, value);
        return;
    case XM_KIND_ENUM:
        read_choice(doc, key, value);
        return;
    default:
        set_strings(doc, key->name, value);
        return;
    }
}

/* Keys of one dialect alone may share a field: xm's is taken. */
static bool has_field(const xm_doc *doc, const struct xm_key *key)
{
    for (const struct xm_key *other = xm_keys; other->name != NULL; other++)
        if (other->bind != NULL && other->field != NULL && strcmp(other->field, key->field) == 0
            && xm_doc_get(doc, other->name) != NULL)
            return true;
    return false;
}

/* libxl tells everything of a guest that runs. What is off by default is left unsaid, and so is no memory. */
static bool is_unsaid(const struct xm_key *key, const xm_json *value)
{
    bool off = value->type == XM_JSON_STRING ? is_same_word(xm_json_str(value), "False") : xm_json_int(value, 1) == 0;
    const char *def = key->def != NULL ? key->def + (*key->def == '~') : "";

    return off && (strcmp(def, "0") == 0 || is_in_kib(key));
}

static void read_rows(const struct reader *in, const xm_json *config, unsigned guest, unsigned dialects)
{
    for (const struct xm_key *key = xm_keys; key->name != NULL; key++) {
        const xm_json *value;

        if (key->bind == NULL || key->field == NULL || key->instead != NULL || !(key->dialects & dialects)
            || !(key->guests & (guest | XM_ANYWAY)))
            continue;
        value = find_field(config, key->field);
        if (value != NULL && !is_unsaid(key, value) && !has_field(in->doc, key))
            read_row(in->doc, key, value);
    }
}

static unsigned guest_of(const char *type)
{
    return type == NULL || strcmp(type, "pv") == 0 ? XM_PV : strcmp(type, "hvm") == 0 ? XM_HVM : XM_PVH;
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
    if (xm_doc_get(in->doc, "bootloader") != NULL && xm_doc_get(in->doc, "bootargs") == NULL)
        xm_doc_set(in->doc, "bootloader_args", new_list());     /* xm would give pygrub one */
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
    static const char *const texts[] = { "keymap", "usbdevice", "serial" };
    /* Older configurations have the first three here. */
    static const char *const flags[][2] = {
        { "acpi", "acpi" }, { "apic", "apic" }, { "nested_hvm", "nestedhvm" }, { "gfx_passthru", "gfx_passthru" },
    };

    for (size_t i = 0; i < XM_COUNT(texts); i++)
        set_text(in->doc, texts[i], text_in(in->kind, texts[i]));
    for (size_t i = 0; i < XM_COUNT(flags); i++) {
        if (member(in->kind, flags[i][0]) != NULL)
            xm_doc_set_int(in->doc, flags[i][1], is_true(member(in->kind, flags[i][0])));
    }
    set_strings(in->doc, "serial", member(in->kind, "serial_list"));
    set_strings(in->doc, "usbdevice", member(in->kind, "usbdevice_list"));
    read_display(in);
    if (xm_doc_get(in->doc, "vnc") == NULL)
        xm_doc_set_int(in->doc, "vnc", 1);      /* libxl's default, not xm's */
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
    static const char *const keys[] = { "on_poweroff", "on_reboot", "on_crash", "on_watchdog", "on_soft_reset" };

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

/* libxl's own script is filled in for every disk that has no other. */
static const char *disk_script(const xm_json *disk)
{
    const char *script = text_in(disk, "script"), *slash = script != NULL ? strrchr(script, '/') : NULL;

    return script != NULL && strcmp(slash != NULL ? slash + 1 : script, "block") != 0 ? script : NULL;
}

/* What xm's form has no place for is said in xl's, in which the target comes last, commas and all. */
static char *disk_in_xl_words(const xm_json *disk)
{
    const char *format = text_in(disk, "format"), *path = text_in(disk, "pdev_path");
    xm_autobuf words = XM_BUF_INIT;

    add_word(&words, "format", format);
    add_word(&words, "vdev", text_in(disk, "vdev"));
    add_word(&words, "access", number_in(disk, "readwrite", 0) ? "rw" : "ro");
    if (number_in(disk, "is_cdrom", 0))
        add_word(&words, "devtype", "cdrom");
    add_word(&words, "backend", text_in(disk, "backend_domname"));
    add_word(&words, "script", disk_script(disk));
    if (text_in(disk, "discard_enable") != NULL)
        xm_buf_puts(&words, is_true(member(disk, "discard_enable")) ? ",discard" : ",no-discard");
    if (is_true(member(disk, "direct_io_safe")))
        xm_buf_puts(&words, ",direct-io-safe");
    add_word(&words, "target", path);
    return xm_buf_take(&words);
}

static char *disk_in_xm_words(const xm_json *disk)
{
    xm_autofree char *uname = disk_uname(disk);
    const char *vdev = text_in(disk, "vdev"), *backend = text_in(disk, "backend_domname");

    return xm_printf("%s,%s%s,%c%s%s", uname, vdev != NULL ? vdev : "", number_in(disk, "is_cdrom", 0) ? ":cdrom" : "",
                     number_in(disk, "readwrite", 0) ? 'w' : 'r', backend != NULL ? "," : "", backend != NULL ? backend : "");
}

static void read_disks(const struct reader *in, const xm_json *disks)
{
    xm_node *list = new_list();

    for (size_t i = 0; disks != NULL && disks->type == XM_JSON_ARRAY && i < disks->count; i++) {
        const xm_json *disk = disks->items[i];
        const char *path = text_in(disk, "pdev_path");
        bool xl = disk_script(disk) != NULL || text_in(disk, "discard_enable") != NULL
               || is_true(member(disk, "direct_io_safe")) || (path != NULL && strchr(path, ',') != NULL);
        xm_autofree char *text = xl ? disk_in_xl_words(disk) : disk_in_xm_words(disk);

        add_text(list, text);
    }
    set_list(in->doc, "disk", list);
}

/* What may pass in each interval -> bytes a second over that interval. */
static void add_rate(struct xm_buf *words, const xm_json *nic)
{
    int64_t bytes = number_in(nic, "rate_bytes_per_interval", 0), interval = number_in(nic, "rate_interval_usecs", 0);
    xm_autofree char *rate = NULL;

    if (bytes <= 0 || interval <= 0 || bytes > INT64_MAX / 1000000)
        return;
    rate = xm_printf("%lldB/s@%lldus", (long long)(bytes * 1000000 / interval), (long long)interval);
    add_word(words, "rate", rate);
}

static void read_nics(const struct reader *in, const xm_json *nics)
{
    static const char *const keys[][2] = {
        { "mac", "mac" }, { "bridge", "bridge" }, { "ip", "ip" }, { "script", "script" }, { "model", "model" },
        { "ifname", "vifname" }, { "nictype", "type" }, { "backend_domname", "backend" }, { "gatewaydev", "gatewaydev" },
    };
    xm_node *list = new_list();

    for (size_t i = 0; nics != NULL && nics->type == XM_JSON_ARRAY && i < nics->count; i++) {
        xm_autobuf words = XM_BUF_INIT;

        for (size_t k = 0; k < XM_COUNT(keys); k++) {
            const char *value = text_in(nics->items[i], keys[k][0]);

            if (value != NULL && strcmp(value, "00:00:00:00:00:00") != 0)
                add_word(&words, keys[k][1], strcmp(value, "vif_ioemu") == 0 ? "ioemu" : value);
        }
        add_rate(&words, nics->items[i]);
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

        add_flag(&words, "vnc", member(vnc, "enable"));
        add_word(&words, "vnclisten", text_in(vnc, "listen"));
        add_word(&words, "vncpasswd", text_in(vnc, "passwd"));
        add_flag(&words, "vncunused", member(vnc, "findunused"));
        add_number(&words, "vncdisplay", number_in(vnc, "display", 0));
        add_flag(&words, "sdl", member(sdl, "enable"));
        add_flag(&words, "opengl", member(sdl, "opengl"));
        add_word(&words, "keymap", text_in(vfbs->items[i], "keymap"));
        add_text(list, words.data != NULL ? words.data : "");
    }
    set_list(in->doc, "vfb", list);
}

static char *pci_words(const xm_json *device)
{
    static const char *const flags[] = { "power_mgmt", "permissive", "seize" };
    xm_autobuf words = XM_BUF_INIT;

    xm_buf_printf(&words, "%04llx:%02llx:%02llx.%llx", (unsigned long long)number_in(device, "domain", 0) & 0xffff,
                  (unsigned long long)number_in(device, "bus", 0) & 0xff, (unsigned long long)number_in(device, "dev", 0) & 0x1f,
                  (unsigned long long)number_in(device, "func", 0) & 7);
    if (!is_true(member(device, "msitranslate")))
        add_word(&words, "msitranslate", "0");          /* which is xl's default, and not xm's */
    for (size_t i = 0; i < XM_COUNT(flags); i++)
        if (is_true(member(device, flags[i])))
            add_word(&words, flags[i], "1");
    return xm_buf_take(&words);
}

static void read_pci(const struct reader *in, const xm_json *devices)
{
    xm_node *list = new_list();

    for (size_t i = 0; devices != NULL && devices->type == XM_JSON_ARRAY && i < devices->count; i++) {
        xm_autofree char *text = pci_words(devices->items[i]);

        add_text(list, text);
    }
    set_list(in->doc, "pci", list);
}

int xm_config_from_json(const char *text, size_t len, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    struct reader in;
    unsigned guest;

    if (xm_json_parse(text, len, &config, err) < 0)
        return xm_wrap(err, "a configuration of libxl's");
    doc = xm_doc_new(XM_DIALECT_XM, NULL);
    in = (struct reader){ doc, member(config, "c_info"), member(config, "b_info"), NULL };
    if (in.create == NULL || in.build == NULL)
        return xm_fail(err, XM_INVALID, "no configuration of libxl's: c_info or b_info is missing");
    in.kind = member(in.build, "type.hvm");
    if (in.kind == NULL)
        in.kind = member(in.build, "type.pv");
    guest = guest_of(text_in(in.create, "type"));
    read_rows(&in, config, guest, XM_IN_XM);
    read_rows(&in, config, guest, XM_IN_XL);
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
