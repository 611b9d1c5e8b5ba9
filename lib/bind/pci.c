/* PCI devices handed through. */
#include <limits.h>
#include <string.h>

#include "bind/binder.h"

static bool default_of(struct xm_binder *b, const char *key, bool otherwise)
{
    long value;

    return xm_binder_get_long(b, key, LONG_MIN, LONG_MAX, &value) ? value != 0 : otherwise;
}

/* Moves over one to most hex digits. */
static bool skip_hex(const char **text, size_t most)
{
    size_t len = strspn(*text, "0123456789abcdefABCDEF");

    *text += len;
    return len >= 1 && len <= most;
}

/* [DDDD:]BB:DD.F or .*, up to what may follow it. */
static bool is_bdf(const char *text)
{
    const char *colon = strchr(text, ':');

    if (colon && strchr(colon + 1, ':') && (!skip_hex(&text, 4) || *text++ != ':'))
        return false;
    if (!skip_hex(&text, 2) || *text++ != ':' || !skip_hex(&text, 2) || *text++ != '.')
        return false;
    if (*text == '*')
        text++;
    else if (!skip_hex(&text, 1))
        return false;
    return !*text || *text == ',' || *text == '@';
}

/* libxlutil reads beyond a string whose address is cut short, so it only gets whole ones. */
static bool is_sound(const char *text)
{
    const char *word = text;

    if (!strchr(text, '=') || strcspn(text, ":") < strcspn(text, "="))
        return is_bdf(text);
    while (word) {
        word += strspn(word, " ");
        if (!strncmp(word, "bdf=", 4) && !is_bdf(word + 4))
            return false;
        word = strchr(word, ',');
        word = word ? word + 1 : NULL;
    }
    return true;
}

static void one_pci(struct xm_binder *b, const char *text)
{
    libxl_domain_config *cfg = b->cfg;
    libxl_device_pci *pci = XM_APPEND(cfg->pcidevs, cfg->num_pcidevs);

    libxl_device_pci_init(pci);
    if (cfg->c_info.type == LIBXL_DOMAIN_TYPE_HVM)
        pci->rdm_policy = cfg->b_info.u.hvm.rdm.policy;
    else
        pci->rdm_policy = LIBXL_RDM_RESERVE_POLICY_STRICT;
    if (!is_sound(text)) {
        (void)xm_binder_error(b, "'%s' is no PCI device (like 0000:07:00.0)", text);
        return;
    }
    if (xlu_pci_parse_spec_string(xm_binder_xlu(b), pci, text))
        (void)xm_binder_error(b, "'%s' is no PCI device: %s", text, xm_binder_xlu_complaint(b));
}

void xm_bind_pci(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    bool msi = default_of(b, "pci_msitranslate", b->dialect == XM_DIALECT_XM);
    bool power = default_of(b, "pci_power_mgmt", false);
    bool permissive = default_of(b, "pci_permissive", false), seize = default_of(b, "pci_seize", false);
    const xm_node *list = xm_binder_enter(b, "pci");

    if (!list)
        return;
    xm_binder_each(b, "pci", false, one_pci);
    for (int i = 0; i < cfg->num_pcidevs && list->type == XM_NODE_LIST && (size_t)i < list->count; i++) {
        libxl_device_pci *pci = &cfg->pcidevs[i];
        const char *text = list->items[i]->type == XM_NODE_STR ? list->items[i]->str : "";

        /* A device's own option beats the key for all of them. */
        if (!strstr(text, "msitranslate="))
            pci->msitranslate = msi;
        if (!strstr(text, "power_mgmt="))
            pci->power_mgmt = power;
        if (!strstr(text, "permissive="))
            pci->permissive = permissive;
        if (!strstr(text, "seize="))
            pci->seize = seize;
    }
    if (cfg->c_info.type == LIBXL_DOMAIN_TYPE_PV) {
        if (cfg->num_pcidevs)
            libxl_defbool_set(&cfg->b_info.u.pv.e820_host, true);
    }
}
