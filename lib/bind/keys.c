#include "bind/keys.h"

#include <limits.h>
#include <string.h>

#define TO(field) offsetof(libxl_domain_config, field)
#define NO_OFFSET 0

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

    if (xm_binder_long(b, node, key->min, key->max, &value)) {
        uint32_t word = (uint32_t)value;

        memcpy(field_of(b, key), &word, sizeof(word));
    }
}

/* MiB in the file, KiB in a 64-bit field. */
static void bind_mib(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    if (!xm_binder_long(b, node, 0, XM_BIND_MAX_MIB, &value))
        return;
    if (value || b->dialect == XM_DIALECT_XL)       /* to xm, 0 is "let the host decide" */
        *(uint64_t *)field_of(b, key) = (uint64_t)value * 1024;
}

/* A name of key->choices, or the number behind it where a range allows numbers. */
static void bind_choice(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    xm_autofree char *text = xm_binder_text(b, node);
    int value;
    long number;

    if (!text)
        return;
    if (key->max && (node->type != XM_NODE_STR || (*text >= '0' && *text <= '9'))) {
        if (!xm_binder_long(b, node, key->min, key->max, &number))
            return;
        value = (int)number;
    } else if (!xm_binder_choose(b, key->choices, "value", text, &value)) {
        return;
    }
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
    xm_autofree char *text = xm_binder_text(b, node);
    int value;

    if (text)
        (void)xm_binder_choose(b, key->choices, "value", text, &value);
}

static void check_text(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    (void)key;
    free(xm_binder_text(b, node));
}

static void check_int(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    long value;

    (void)xm_binder_long(b, node, key->min, key->max, &value);
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
        xm_binder_warn(b, "%s", key->gone);
}

/* Files of the guides set on_shutdown beside on_poweroff, to the same or to the default. */
static void bind_on_shutdown(struct xm_binder *b, const struct xm_key *key, const xm_node *node)
{
    const char *decides = xm_doc_get_str(b->doc, "on_poweroff");

    if (node->type != XM_NODE_STR || strcmp(node->str, decides ? decides : "destroy"))
        xm_binder_warn(b, "%s", key->gone);
}

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
static const struct xm_choice xend_stops[] = { { "ignore", 0 }, { "shutdown", 1 }, { "suspend", 2 }, { NULL, 0 } };

const struct xm_key xm_keys[] = {
#define ROW(name, kind, guests, who, text, bind, offset, min, max, choices, gone) \
    { name, kind, guests, who, text, bind, offset, min, max, choices, gone },
#include "bind/keys.def"
#undef ROW
    { NULL, XM_KIND_ANY, 0, 0, NULL, NULL, NO_OFFSET, 0, 0, NULL, NULL }
};

const struct xm_key *xm_key_find(const char *name)
{
    for (const struct xm_key *key = xm_keys; key->name; key++)
        if (*key->name == *name && !strcmp(key->name, name))    /* a call for each row would show */
            return key;
    return NULL;
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

void xm_keys_bind(struct xm_binder *b)
{
    unsigned guest = guest_bit(b->cfg);

    for (const struct xm_key *key = xm_keys; key->name; key++) {
        const xm_node *node;

        if (!key->bind || !(key->guests & guest))
            continue;
        node = xm_binder_enter(b, key->name);
        if (node)
            key->bind(b, key, node);
    }
}

static const char *key_name(void *arg, size_t index)
{
    (void)arg;
    return xm_keys[index].name;
}

void xm_keys_check(struct xm_binder *b)
{
    for (size_t i = 0; i < xm_doc_count(b->doc); i++) {
        const char *name = xm_doc_key(b->doc, i), *near;

        if (xm_key_find(name))
            continue;
        b->key = name;
        b->node = xm_doc_value(b->doc, i);
        b->index = -1;
        near = xm_nearest(name, key_name, NULL);
        if (near)
            xm_binder_warn(b, "unknown key (did you mean %s?)", near);
        else if (b->dialect == XM_DIALECT_XL)       /* a program has variables of its own */
            xm_binder_warn(b, "unknown key");
    }
}
