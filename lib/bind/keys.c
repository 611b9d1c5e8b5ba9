#include "bind/keys.h"

#include <limits.h>
#include <string.h>

#define TO(field) offsetof(libxl_domain_config, field)
#define NO_OFFSET 0

static bool row_long(struct xm_binder *b, const struct xm_key *key, const xm_node *node, long *ret)
{
    bool any = !key->min && !key->max;

    return xm_binder_long(b, node, any ? LONG_MIN : key->min, any ? LONG_MAX : key->max, ret);
}

static void *field_of(struct xm_binder *b, const struct xm_key *key)
{
    return (char *)b->cfg + key->offset;
}

static void bind_str(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    char **field = field_of(b, key);
    char *text = xm_binder_text(b, node);

    if (text) {
        free(*field);
        *field = text;
    }
}

static void bind_bool(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    if (xm_binder_long(b, node, LONG_MIN, LONG_MAX, &value))
        libxl_defbool_set(field_of(b, key), value != 0);
}

/* An int or uint32_t field; key->min and max keep the value within either. */
static void bind_int(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    if (row_long(b, key, node, &value)) {
        uint32_t word = (uint32_t)value;

        memcpy(field_of(b, key), &word, sizeof(word));
    }
}

/* MiB in the file, KiB in a 64-bit field. */
static void bind_mib(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    if (!row_long(b, key, node, &value))
        return;
    if (value || b->dialect == XM_DIALECT_XL)       /* to xm, 0 is "let the host decide" */
        *(uint64_t *)field_of(b, key) = (uint64_t)value * 1024;
}

/* Of the actions, xm knew those of on_crash by the names of its API as well: coredump_and_restart, rename_restart. */
static void take_api_spelling(struct xm_binder *b, const struct xm_key *key, char *text)
{
    char *and;

    if (b->dialect != XM_DIALECT_XM || strcmp(key->name, "on_crash") != 0)
        return;
    and = strstr(text, "_and_");
    if (and != NULL)
        memmove(and, and + strlen("_and"), strlen(and + strlen("_and")) + 1);
    for (char *at = text; (at = strchr(at, '_')) != NULL;)
        *at = '-';
}

/* A name of key->choices, or the number behind it where a range allows numbers. */
static bool row_choice(struct xm_binder *b, const struct xm_key *key, const xm_node *node, int *ret)
{
    xm_autofree char *text = xm_binder_text(b, node);
    long number;

    if (!text)
        return false;
    take_api_spelling(b, key, text);
    if (!key->max || (node->type == XM_NODE_STR && !(*text >= '0' && *text <= '9')))
        return xm_binder_choose(b, key->choices, "value", text, ret);
    if (!row_long(b, key, node, &number))
        return false;
    *ret = (int)number;
    return true;
}

static void bind_choice(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    int value;

    if (row_choice(b, key, node, &value))
        memcpy(field_of(b, key), &value, sizeof(value));
}

/* xm set it for every guest and used it for HVM; xl refuses it where it has no meaning. */
static void bind_timer_mode(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    if (b->cfg->b_info.type != LIBXL_DOMAIN_TYPE_PV)
        bind_choice(b, key, node);
    else if (b->dialect == XM_DIALECT_XL)
        (void)xm_binder_error(b, "is not for PV guests");
}

static void bind_strings(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    libxl_string_list *field = field_of(b, key);

    if (node->type != XM_NODE_LIST) {
        (void)xm_binder_error(b, "must be a list: [ ... ]");
        return;
    }
    libxl_string_list_dispose(field);
    *field = xm_binder_strings(b, node);
}

/* A value that libxl has no use for, but xm: only its form is looked at. */
static void check_choice(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    int value;

    (void)row_choice(b, key, node, &value);
}

static void check_text(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    (void)key;
    free(xm_binder_text(b, node));
}

static void check_names(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    libxl_string_list names = NULL;

    if (node->type != XM_NODE_LIST) {
        check_text(b, key, node);
        return;
    }
    names = xm_binder_strings(b, node);
    libxl_string_list_dispose(&names);
}

static void check_int(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    (void)row_long(b, key, node, &value);
}

static bool is_false(const xm_node *node)
{
    switch (node->type) {
    case XM_NODE_INT:
    case XM_NODE_BOOL:
        return node->i == 0;
    case XM_NODE_STR:
        return !*node->str || !strcmp(node->str, "0") || !strcmp(node->str, "none");
    case XM_NODE_LIST:
    case XM_NODE_DICT:
        return node->count == 0;
    default:
        return false;
    }
}

/* Old files switch off, or leave empty, many things that no longer are: no need to talk of those. */
static void bind_gone(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    if (!is_false(node))
        xm_binder_remark(b, "%s", key->gone);
}

/* Files of the guides set on_shutdown beside on_poweroff, to the same or to the default. */
static void bind_on_shutdown(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    const char *decides = xm_doc_get_str(b->doc, "on_poweroff");

    if (node->type != XM_NODE_STR || strcmp(node->str, decides ? decides : "destroy"))
        xm_binder_remark(b, "%s", key->gone);
}

static const struct xm_choice types[] = {
    { "hvm", LIBXL_DOMAIN_TYPE_HVM }, { "pv", LIBXL_DOMAIN_TYPE_PV }, { "pvh", LIBXL_DOMAIN_TYPE_PVH }, { NULL, 0 }
};
/* vmx is what the first releases with hardware support called hvm. */
static const struct xm_choice builders[] = {
    { "linux", LIBXL_DOMAIN_TYPE_PV }, { "hvm", LIBXL_DOMAIN_TYPE_HVM }, { "vmx", LIBXL_DOMAIN_TYPE_HVM },
    { "generic", LIBXL_DOMAIN_TYPE_PV }, { NULL, 0 }
};
static const struct xm_choice actions[] = {
    { "destroy", LIBXL_ACTION_ON_SHUTDOWN_DESTROY }, { "restart", LIBXL_ACTION_ON_SHUTDOWN_RESTART },
    { "rename-restart", LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME }, { "preserve", LIBXL_ACTION_ON_SHUTDOWN_PRESERVE },
    { "coredump-destroy", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY },
    { "coredump-restart", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART },
    { "soft-reset", LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET }, { NULL, 0 }
};
static const struct xm_choice restarts[] = {
    { "onreboot", XM_RESTART_ONREBOOT }, { "always", XM_RESTART_ALWAYS }, { "never", XM_RESTART_NEVER }, { NULL, 0 }
};
static const struct xm_choice bioses[] = {
    { "seabios", LIBXL_BIOS_TYPE_SEABIOS }, { "rombios", LIBXL_BIOS_TYPE_ROMBIOS },
    { "ovmf", LIBXL_BIOS_TYPE_OVMF }, { NULL, 0 }
};
static const struct xm_choice vgas[] = {
    { "stdvga", LIBXL_VGA_INTERFACE_TYPE_STD }, { "cirrus", LIBXL_VGA_INTERFACE_TYPE_CIRRUS },
    { "none", LIBXL_VGA_INTERFACE_TYPE_NONE }, { "qxl", LIBXL_VGA_INTERFACE_TYPE_QXL }, { NULL, 0 }
};
static const struct xm_choice gfx_kinds[] = {
    { "default", LIBXL_GFX_PASSTHRU_KIND_DEFAULT }, { "igd", LIBXL_GFX_PASSTHRU_KIND_IGD }, { NULL, 0 }
};
static const struct xm_choice genids[] = { { "none", 0 }, { "generate", 1 }, { NULL, 0 } };
static const struct xm_choice tsc_modes[] = {
    { "default", LIBXL_TSC_MODE_DEFAULT }, { "always_emulate", LIBXL_TSC_MODE_ALWAYS_EMULATE },
    { "native", LIBXL_TSC_MODE_NATIVE }, { "native_paravirt", LIBXL_TSC_MODE_NATIVE_PARAVIRT }, { NULL, 0 }
};
static const struct xm_choice timer_modes[] = {
    { "delay_for_missed_ticks", LIBXL_TIMER_MODE_DELAY_FOR_MISSED_TICKS },
    { "no_delay_for_missed_ticks", LIBXL_TIMER_MODE_NO_DELAY_FOR_MISSED_TICKS },
    { "no_missed_ticks_pending", LIBXL_TIMER_MODE_NO_MISSED_TICKS_PENDING },
    { "one_missed_tick_pending", LIBXL_TIMER_MODE_ONE_MISSED_TICK_PENDING }, { NULL, 0 }
};
static const struct xm_choice passthroughs[] = {
    { "default", LIBXL_PASSTHROUGH_DEFAULT }, { "disabled", LIBXL_PASSTHROUGH_DISABLED },
    { "enabled", LIBXL_PASSTHROUGH_ENABLED }, { "sync_pt", LIBXL_PASSTHROUGH_SYNC_PT },
    { "share_pt", LIBXL_PASSTHROUGH_SHARE_PT }, { NULL, 0 }
};
static const struct xm_choice altp2ms[] = {
    { "disabled", LIBXL_ALTP2M_MODE_DISABLED }, { "mixed", LIBXL_ALTP2M_MODE_MIXED },
    { "external", LIBXL_ALTP2M_MODE_EXTERNAL }, { "limited", LIBXL_ALTP2M_MODE_LIMITED }, { NULL, 0 }
};
static const struct xm_choice hdtypes[] = { { "ide", LIBXL_HDTYPE_IDE }, { "ahci", LIBXL_HDTYPE_AHCI }, { NULL, 0 } };
static const struct xm_choice vendor_devices[] = {
    { "none", LIBXL_VENDOR_DEVICE_NONE }, { "xenserver", LIBXL_VENDOR_DEVICE_XENSERVER }, { NULL, 0 }
};
static const struct xm_choice dm_versions[] = {
    { "qemu-xen", LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN },
    { "qemu-xen-traditional", LIBXL_DEVICE_MODEL_VERSION_QEMU_XEN_TRADITIONAL }, { NULL, 0 }
};
static const struct xm_choice gic_versions[] = {
    { "default", LIBXL_GIC_VERSION_DEFAULT }, { "v2", LIBXL_GIC_VERSION_V2 }, { "v3", LIBXL_GIC_VERSION_V3 }, { NULL, 0 }
};
static const struct xm_choice tees[] = { { "none", LIBXL_TEE_TYPE_NONE }, { "optee", LIBXL_TEE_TYPE_OPTEE }, { NULL, 0 } };
static const struct xm_choice vuarts[] = {
    { "unknown", LIBXL_VUART_TYPE_UNKNOWN }, { "sbsa_uart", LIBXL_VUART_TYPE_SBSA_UART }, { NULL, 0 }
};
static const struct xm_choice xend_starts[] = { { "ignore", 0 }, { "start", 1 }, { NULL, 0 } };
static const struct xm_choice xend_stops[] = { { "ignore", 0 }, { "shutdown", 1 }, { "suspend", 2 }, { "destroy", 3 }, { NULL, 0 } };

const struct xm_key xm_keys[] = {
#define ROW(name, kind, guests, who, def, min, max, choices, bind, offset, field, instead, gone, text) \
    { name, kind, guests, who, def, min, max, choices, bind, offset, field, instead, gone, text },
#include "bind/keys.def"
#undef ROW
    { .name = NULL }
};

const struct xm_key *xm_key_find(const char *name)
{
    for (const struct xm_key *key = xm_keys; key->name; key++)
        if (*key->name == *name && !strcmp(key->name, name))    /* a call for each row would show */
            return key;
    return NULL;
}

bool xm_key_get_long(struct xm_binder *b, const char *key, long *ret)
{
    const xm_node *node = xm_binder_enter(b, key);

    return node && row_long(b, xm_key_find(key), node, ret);
}

bool xm_key_get_choice(struct xm_binder *b, const char *key, int *ret)
{
    const xm_node *node = xm_binder_enter(b, key);

    return node && row_choice(b, xm_key_find(key), node, ret);
}

static unsigned guest_bit(const libxl_domain_config *cfg)
{
    switch (cfg->b_info.type) {
    case LIBXL_DOMAIN_TYPE_HVM:
        return XM_HVM;
    case LIBXL_DOMAIN_TYPE_PVH:
        return XM_PVH;
    default:
        return XM_PV;
    }
}

/* A subject's file may find no need to look at a value, as at vncdisplay without vnc; it is wrong all the
 * same. What both find is told once. */
static void check_own(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    switch (key->kind) {
    case XM_KIND_INT:
    case XM_KIND_BOOL:
        check_int(b, key, node);
        break;
    case XM_KIND_ENUM:
        if (key->offset != TO(c_info.type))             /* looked at first of all, and xl abbreviates it */
            check_choice(b, key, node);
        break;
    case XM_KIND_STR:
        check_text(b, key, node);
        break;
    default:
        break;
    }
}

void xm_keys_bind(struct xm_binder *b)
{
    unsigned guest = guest_bit(b->cfg) | XM_ANYWAY;

    for (const struct xm_key *key = xm_keys; key->name; key++) {
        const xm_node *node;

        if (!(key->guests & guest))
            continue;
        node = xm_binder_enter(b, key->name);
        if (node && key->bind)
            key->bind(b, key, node);
        else if (node && (key->dialects & (b->dialect == XM_DIALECT_XM ? XM_IN_XM : XM_IN_XL)))
            check_own(b, key, node);
    }
}

static const char *key_name(void *arg, size_t index)
{
    (void)arg;
    return xm_keys[index].name;
}

/* A program has variables of its own: what it reads itself is one, and so is, in a file of xm's, what
 * resembles no key. */
static void check_unknown(struct xm_binder *b, size_t index)
{
    const char *near;

    if (xm_doc_key_is_read(b->doc, index))
        return;
    near = xm_nearest(b->key, key_name, NULL);
    if (near)
        xm_binder_remark(b, "unknown key; did you mean %s?", near);
    else if (b->dialect == XM_DIALECT_XL || xm_binder_is_strict(b))
        xm_binder_remark(b, "unknown key");
}

/* Files are carried from one kind of guest to another, and neither toolstack ever spoke of what is left
 * over then; only who asks for it is told. */
static void check_known(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    static const char *const guests[] = { [XM_PV] = "a pv", [XM_HVM] = "an hvm", [XM_PVH] = "a pvh" };
    unsigned guest = guest_bit(b->cfg);

    if (key->instead)
        xm_binder_warn(b, "is an old spelling; use %s", key->instead);
    if (xm_binder_is_strict(b) && !(key->guests & guest) && !is_false(node))
        xm_binder_remark(b, "has no effect on %s guest", guests[guest]);
}

void xm_keys_check(struct xm_binder *b)
{
    unsigned unknown = 0;

    for (size_t i = 0; i < xm_doc_count(b->doc); i++) {
        const struct xm_key *key = xm_key_find(xm_doc_key(b->doc, i));

        xm_binder_enter_key(b, i);
        if (key)
            check_known(b, key, xm_doc_value(b->doc, i));
        else if (unknown++ < XM_BIND_MAX_ERRORS * 10)   /* a search through the table for each */
            check_unknown(b, i);
    }
}

char *xm_key_default(const struct xm_key *key, enum xm_dialect dialect, char **ret_words)
{
    const char *def = key->def ? key->def : "", *bar = strchr(def, '|');
    xm_autofree char *one = NULL;

    if (bar && dialect == XM_DIALECT_XM)
        one = xm_strndup(def, (size_t)(bar - def));
    else
        one = xm_strdup(bar ? bar + 1 : def);
    if (ret_words)
        *ret_words = *one == '~' ? xm_strdup(one + 1) : NULL;
    return *one && *one != '~' ? XM_TAKE(one) : NULL;
}
