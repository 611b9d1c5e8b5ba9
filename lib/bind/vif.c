/* vif entries. */
#include "bind/vif.h"

#include <ctype.h>
#include <string.h>

#include "bind/binder.h"

static const struct xm_choice xl_types[] = {
    { "ioemu", LIBXL_NIC_TYPE_VIF_IOEMU }, { "vif", LIBXL_NIC_TYPE_VIF }, { NULL, 0 }
};
static const struct xm_choice xm_types[] = {
    { "ioemu", LIBXL_NIC_TYPE_VIF_IOEMU }, { "netfront", LIBXL_NIC_TYPE_VIF }, { "vif", LIBXL_NIC_TYPE_VIF },
    { "paravirtualised", LIBXL_NIC_TYPE_VIF }, { NULL, 0 }
};

/* Six hex numbers, one character between. What was read before a mistake stays, as with xl. */
static bool parse_mac(const char *text, libxl_mac *ret)
{
    for (int i = 0; i < 6; i++) {
        char *end;
        unsigned long byte;

        if (!isxdigit((unsigned char)*text))
            return false;
        byte = strtoul(text, &end, 16);
        if (byte > 255)
            return false;
        (*ret)[i] = (uint8_t)byte;
        if (i < 5 && !*end)
            return false;
        text = i < 5 ? end + 1 : end;
    }
    text += strspn(text, " ");
    return !*text;
}

/* The words that go unchanged into a string of libxl's. */
#define TO(field) offsetof(libxl_device_nic, field)
static const struct { const char *name; size_t offset; } texts[] = {
    { "bridge", TO(bridge) }, { "ip", TO(ip) }, { "script", TO(script) }, { "backend", TO(backend_domname) },
    { "vifname", TO(ifname) }, { "model", TO(model) }, { "gatewaydev", TO(gatewaydev) }, { "netdev", TO(gatewaydev) },
    { "forwarddev", TO(coloft_forwarddev) },
#define COLO(field) { #field, TO(field) }
    COLO(colo_sock_mirror_id), COLO(colo_sock_mirror_ip), COLO(colo_sock_mirror_port),
    COLO(colo_sock_compare_pri_in_id), COLO(colo_sock_compare_pri_in_ip), COLO(colo_sock_compare_pri_in_port),
    COLO(colo_sock_compare_sec_in_id), COLO(colo_sock_compare_sec_in_ip), COLO(colo_sock_compare_sec_in_port),
    COLO(colo_sock_compare_notify_id), COLO(colo_sock_compare_notify_ip), COLO(colo_sock_compare_notify_port),
    COLO(colo_sock_redirector0_id), COLO(colo_sock_redirector0_ip), COLO(colo_sock_redirector0_port),
    COLO(colo_sock_redirector1_id), COLO(colo_sock_redirector1_ip), COLO(colo_sock_redirector1_port),
    COLO(colo_sock_redirector2_id), COLO(colo_sock_redirector2_ip), COLO(colo_sock_redirector2_port),
    COLO(colo_filter_mirror_queue), COLO(colo_filter_mirror_outdev), COLO(colo_filter_redirector0_queue),
    COLO(colo_filter_redirector0_indev), COLO(colo_filter_redirector0_outdev), COLO(colo_filter_redirector1_queue),
    COLO(colo_filter_redirector1_indev), COLO(colo_filter_redirector1_outdev), COLO(colo_compare_pri_in),
    COLO(colo_compare_sec_in), COLO(colo_compare_out), COLO(colo_compare_notify_dev),
    COLO(colo_sock_sec_redirector0_id), COLO(colo_sock_sec_redirector0_ip), COLO(colo_sock_sec_redirector0_port),
    COLO(colo_sock_sec_redirector1_id), COLO(colo_sock_sec_redirector1_ip), COLO(colo_sock_sec_redirector1_port),
    COLO(colo_filter_sec_redirector0_queue), COLO(colo_filter_sec_redirector0_indev),
    COLO(colo_filter_sec_redirector0_outdev), COLO(colo_filter_sec_redirector1_queue),
    COLO(colo_filter_sec_redirector1_indev), COLO(colo_filter_sec_redirector1_outdev),
    COLO(colo_filter_sec_rewriter0_queue), COLO(colo_checkpoint_host), COLO(colo_checkpoint_port),
};
static const char *const others[] = { "mac", "type", "rate", "mtu", "devid", "accel", "policy", "label", "trusted", "untrusted" };

static char **text_field(libxl_device_nic *nic, const char *name)
{
    for (size_t i = 0; i < XM_COUNT(texts); i++)
        if (!strcmp(texts[i].name, name))
            return (char **)((char *)nic + texts[i].offset);
    return NULL;
}

static const char *known_name(void *arg, size_t index)
{
    (void)arg;
    if (index < XM_COUNT(others))
        return others[index];
    index -= XM_COUNT(others);
    return index < XM_COUNT(texts) ? texts[index].name : NULL;
}

static bool is_known(const char *name)
{
    const char *known;

    for (size_t i = 0; (known = known_name(NULL, i)); i++)
        if (!strcmp(known, name))
            return true;
    return false;
}

bool xm_vif_has_option(const char *name)
{
    return is_known(name);
}

bool xm_vif_parse_mac(const char *text, unsigned char ret_mac[6])
{
    libxl_mac mac;

    if (!parse_mac(text, &mac))
        return false;
    memcpy(ret_mac, mac, sizeof(mac));
    return true;
}

/* A word that nobody knows: xm refused the file, xl says so and makes the interface without it. */
static void unknown(struct xm_binder *b, const char *name)
{
    const char *near = xm_nearest(name, known_name, NULL);
    xm_autofree char *hint = near ? xm_printf(" (did you mean %s?)", near) : xm_strdup("");

    if (b->dialect == XM_DIALECT_XM)
        (void)xm_binder_error(b, "unknown option '%s' of an interface%s", name, hint);
    else
        xm_binder_warn(b, "unknown option '%s' of an interface is ignored%s", name, hint);
}

static void vif_mac(struct xm_binder *b, const struct xm_word *word, libxl_device_nic *nic)
{
    xm_binder_at(b, word->value_at);
    if (parse_mac(word->value, &nic->mac))
        return;
    if (b->dialect == XM_DIALECT_XM)
        (void)xm_binder_error(b, "mac '%s' is not six hex numbers (like 00:16:3e:5a:10:01)", word->value);
    else
        xm_binder_warn(b, "mac '%s' is not six hex numbers, the interface gets another", word->value);
}

static void vif_rate(struct xm_binder *b, const struct xm_word *word, libxl_device_nic *nic)
{
    xm_binder_at(b, word->value_at);
    if (xlu_vif_parse_rate(xm_binder_xlu(b), word->value, nic))
        (void)xm_binder_error(b, "'%s' is no rate (like 10Mb/s or 500KB/s@20ms)", word->value);
}

/* libxl builds no such guest, xl hands it over all the same. To xm the word meant nothing there. */
static bool is_emulated_in_vain(const struct xm_binder *b, int type)
{
    return type == LIBXL_NIC_TYPE_VIF_IOEMU && b->dialect == XM_DIALECT_XM
        && b->cfg->c_info.type != LIBXL_DOMAIN_TYPE_HVM;
}

/* Neither xm nor xl refuses another type: the interface is then of both kinds, as without one. */
static void vif_type(struct xm_binder *b, const struct xm_word *word, libxl_device_nic *nic)
{
    bool xm = b->dialect == XM_DIALECT_XM;
    int type;

    xm_binder_at(b, word->value_at);
    if (!xm_choice_find(xm ? xm_types : xl_types, word->value, &type))
        xm_binder_warn(b, "type '%s' is ignored (%s)", word->value, xm ? "ioemu, netfront, vif or paravirtualised" : "ioemu or vif");
    else if (is_emulated_in_vain(b, type))
        xm_binder_warn(b, "type 'ioemu' is for hvm guests; this one gets a paravirtualised interface");
    else
        nic->nictype = (libxl_nic_type)type;
}

static void vif_number(struct xm_binder *b, const struct xm_word *word, int *field)
{
    long value;

    if (xm_word_long(b, word, 0, 65535, &value))
        *field = (int)value;
}

static void vif_word(struct xm_binder *b, const struct xm_word *word, libxl_device_nic *nic)
{
    const char *name = word->name, *value = word->value;
    char **text;

    if (!value) {
        if (!strcmp(name, "trusted") || !strcmp(name, "untrusted"))
            libxl_defbool_set(&nic->trusted, *name == 't');
        else if (is_known(name) && b->dialect == XM_DIALECT_XM)
            (void)xm_binder_error(b, "'%s' should be %s=VALUE", name, name);
        else
            unknown(b, name);
    } else if ((text = text_field(nic, name))) {
        xm_set_text(text, value);
    } else if (!strcmp(name, "mac")) {
        vif_mac(b, word, nic);
    } else if (!strcmp(name, "type")) {
        vif_type(b, word, nic);
    } else if (!strcmp(name, "rate")) {
        vif_rate(b, word, nic);
    } else if (!strcmp(name, "mtu")) {
        vif_number(b, word, &nic->mtu);
    } else if (!strcmp(name, "devid")) {
        vif_number(b, word, &nic->devid);
    } else if (!strcmp(name, "accel") || !strcmp(name, "policy") || !strcmp(name, "label")) {
        xm_binder_warn(b, "option '%s' has no effect any more", name);
    } else {
        unknown(b, name);
    }
}

static void one_vif(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_nic *nic = XM_APPEND(cfg->nics, cfg->num_nics);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    struct xm_word word;

    libxl_device_nic_init(nic);
    nic->devid = cfg->num_nics - 1;
    while (xm_words_next(&words, &word))
        vif_word(b, &word, nic);
}

void xm_bind_vifs(struct xm_binder *b)
{
    xm_binder_each(b, "vif", false, one_vif);
}
