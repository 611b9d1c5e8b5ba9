/* The driver: types first, because they choose the union; then the rows of the table, then the
 * subjects that read several keys together. */
#include "bind/bind.h"

#include <ctype.h>
#include <string.h>

#include "bind/keys.h"

/* xl takes as much of a name as there is, even nothing: the first that begins so. */
static const struct xm_choice xl_types[] = {
    { "hvm", LIBXL_DOMAIN_TYPE_HVM }, { "pv", LIBXL_DOMAIN_TYPE_PV }, { "pvh", LIBXL_DOMAIN_TYPE_PVH }, { NULL, 0 }
};
static const struct xm_choice xl_builders[] = {
    { "hvm", LIBXL_DOMAIN_TYPE_HVM }, { "generic", LIBXL_DOMAIN_TYPE_PV }, { NULL, 0 }
};

static bool begins_one(const struct xm_choice *choices, const char *text, int *ret)
{
    for (; choices->name; choices++)
        if (!strncmp(choices->name, text, strlen(text))) {
            *ret = choices->value;
            return true;
        }
    return false;
}

static int read_type(struct xm_binder *b, const char *key, const struct xm_choice *beginnings)
{
    const xm_node *node = xm_binder_enter(b, key);
    int type = LIBXL_DOMAIN_TYPE_INVALID;

    if (b->dialect == XM_DIALECT_XL && node && node->type == XM_NODE_STR && begins_one(beginnings, node->str, &type))
        return type;
    (void)xm_key_get_choice(b, key, &type);
    return type;
}

bool xm_bind_type(struct xm_binder *b)
{
    int builder = read_type(b, "builder", xl_builders);
    int type = read_type(b, "type", xl_types);

    if (type != LIBXL_DOMAIN_TYPE_INVALID && builder != LIBXL_DOMAIN_TYPE_INVALID && type != builder)
        (void)xm_binder_error(b, "contradicts builder");
    if (type == LIBXL_DOMAIN_TYPE_INVALID)
        type = builder;
    if (type == LIBXL_DOMAIN_TYPE_INVALID)
        type = LIBXL_DOMAIN_TYPE_PV;
    b->cfg->c_info.type = (libxl_domain_type)type;
    libxl_domain_build_info_init_type(&b->cfg->b_info, (libxl_domain_type)type);
    return true;
}

/* The name of a file without directory and suffix, for a guest that has none. */
static char *name_of_file(const char *file)
{
    const char *base = strrchr(file, '/');

    return xm_strdup(base ? base + 1 : file);
}

static void bind_name(struct xm_binder *b)
{
    char *name = xm_binder_get_text(b, "name");

    if (!name && xm_doc_get(b->doc, "name") && b->dialect == XM_DIALECT_XL)
        return;                         /* it is there, and wrong */
    if (!name && b->dialect == XM_DIALECT_XM)
        name = name_of_file(xm_doc_file(b->doc));
    b->cfg->c_info.name = name;
    if (!name) {
        (void)xm_binder_error(b, "a guest needs a name");
        return;
    }
    for (const char *c = name; b->dialect == XM_DIALECT_XM && *c; c++)
        if (!isalnum((unsigned char)*c) && !strchr("_.:+-", *c)) {
            (void)xm_binder_error(b, "'%s' is no name: letters, digits and _ . : + - only", name);
            return;
        }
}

/* 32 hex digits; xm let hyphens stand anywhere. */
static bool parse_uuid(const char *text, libxl_uuid *ret)
{
    uint8_t *bytes = libxl_uuid_bytearray(ret);
    unsigned digits = 0;

    for (; *text; text++) {
        const char *hex = "0123456789abcdef", *digit;

        if (*text == '-')
            continue;
        digit = strchr(hex, tolower((unsigned char)*text));
        if (!digit || digits == 32)
            return false;
        bytes[digits / 2] = (uint8_t)(bytes[digits / 2] << 4 | (digit - hex));
        digits++;
    }
    return digits == 32;
}

static void bind_uuid(struct xm_binder *b)
{
    const xm_node *node = xm_binder_enter(b, "uuid");
    xm_autofree char *text = node ? xm_binder_text(b, node) : NULL;

    if (!node)
        libxl_uuid_generate(&b->cfg->c_info.uuid);
    else if (text && !parse_uuid(text, &b->cfg->c_info.uuid))
        (void)xm_binder_error(b, "'%s' is not a UUID (32 hex digits)", text);
}

void xm_bind_identity(struct xm_binder *b)
{
    libxl_domain_create_info *c = &b->cfg->c_info;
    char *label;

    bind_name(b);
    bind_uuid(b);
    c->ssid_label = xm_binder_get_text(b, "init_seclabel");
    label = xm_binder_get_text(b, "seclabel");
    if (c->ssid_label)
        b->cfg->b_info.exec_ssid_label = label;
    else
        c->ssid_label = label;
}

void xm_bind_memory(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    long mib = 0, max = 0;
    bool has = xm_key_get_long(b, "memory", &mib);

    if (b->dialect == XM_DIALECT_XM && !mib) {
        mib = 128;
        has = true;
    }
    if (has)
        info->target_memkb = (uint64_t)mib * 1024;
    if (!xm_key_get_long(b, "maxmem", &max) || (!max && b->dialect == XM_DIALECT_XM))
        return;
    info->max_memkb = (uint64_t)max * 1024;
    if (has && max < mib)
        (void)xm_binder_error(b, "%ld is less than memory, %ld", max, mib);
}

static void bind_action(struct xm_binder *b, const char *key, libxl_action_on_shutdown otherwise, libxl_action_on_shutdown *ret)
{
    int action = (int)otherwise;

    (void)xm_key_get_choice(b, key, &action);
    *ret = (libxl_action_on_shutdown)action;
}

void xm_bind_events(struct xm_binder *b)
{
    libxl_action_on_shutdown destroy = LIBXL_ACTION_ON_SHUTDOWN_DESTROY, restart = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
    libxl_action_on_shutdown poweroff = destroy, reboot = restart;
    libxl_action_on_shutdown crash = b->dialect == XM_DIALECT_XM ? restart : destroy;
    int old = -1;

    if (b->dialect == XM_DIALECT_XM)
        (void)xm_key_get_choice(b, "restart", &old);
    if (old == XM_RESTART_ONREBOOT)
        crash = destroy;
    else if (old == XM_RESTART_ALWAYS)
        poweroff = crash = restart;
    else if (old == XM_RESTART_NEVER)
        reboot = crash = destroy;
    bind_action(b, "on_poweroff", poweroff, &b->cfg->on_poweroff);
    bind_action(b, "on_reboot", reboot, &b->cfg->on_reboot);
    bind_action(b, "on_watchdog", destroy, &b->cfg->on_watchdog);
    bind_action(b, "on_crash", crash, &b->cfg->on_crash);
    bind_action(b, "on_soft_reset", LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET, &b->cfg->on_soft_reset);
}

/* What each value may be by itself, and libxl refuses together when the guest is built. */
static void check_populate_on_demand(struct xm_binder *b)
{
    const libxl_domain_build_info *info = &b->cfg->b_info;
    bool on_demand = info->target_memkb != LIBXL_MEMKB_DEFAULT && info->max_memkb != LIBXL_MEMKB_DEFAULT &&
                     info->max_memkb > info->target_memkb;

    if (on_demand && info->type == LIBXL_DOMAIN_TYPE_HVM && b->cfg->num_pcidevs && xm_binder_enter(b, "pci"))
        (void)xm_binder_error(b, "is not for an hvm guest whose maxmem is more than its memory");
}

static void bind_all(struct xm_binder *b)
{
    libxl_defbool_set(&b->cfg->c_info.run_hotplug_scripts, true);
    libxl_defbool_set(&b->cfg->b_info.claim_mode, true);
    xm_bind_type(b);
    xm_bind_identity(b);
    xm_keys_bind(b);
    xm_bind_memory(b);
    xm_bind_vcpus(b);
    xm_bind_events(b);
    xm_bind_boot(b);
    if (b->cfg->c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        xm_bind_hvm(b);
    xm_bind_ranges(b);
    xm_bind_disks(b);
    xm_bind_vifs(b);
    xm_bind_vfbs(b);
    xm_bind_pci(b);
    xm_bind_usb(b);
    xm_bind_others(b);
    xm_bind_vsnd(b);
    xm_bind_cpuid(b);
    check_populate_on_demand(b);
    xm_keys_check(b);
}

int xm_bind(const xm_doc *doc, const struct xm_bind_report *report, libxl_domain_config *cfg, xm_error **err)
{
    struct xm_binder b = { .doc = doc, .dialect = xm_doc_dialect(doc), .report = report, .cfg = cfg, .index = -1 };
    xm_autofree char *mistakes = NULL;

    bind_all(&b);
    xm_binder_tell_warnings(&b);
    mistakes = xm_binder_mistakes(&b);
    xm_binder_clear(&b);
    return mistakes ? xm_fail(err, XM_INVALID, "%s", mistakes) : 0;
}

char *xm_bind_json(const libxl_domain_config *cfg)
{
    /* libxl only reads it, but does not say so. */
    return libxl_domain_config_to_json(NULL, (libxl_domain_config *)cfg);
}
