/* PCI devices handed through. An entry is read by libxlutil, after xm's older forms of it have been
 * put in its words: several functions of a device at once, and commas for colons. */
#include <limits.h>
#include <string.h>

#include "bind/binder.h"

static bool default_of(struct xm_binder *b, const char *key, bool otherwise)
{
    long value;

    return xm_binder_get_long(b, key, LONG_MIN, LONG_MAX, &value) ? value != 0 : otherwise;
}

/* What the keys for all devices say. */
struct defaults { bool msitranslate, power_mgmt, permissive, seize; };

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

/* A device's own option beats the key for all of them. */
static void apply_defaults(const struct defaults *all, const char *text, libxl_device_pci *pci)
{
    if (!strstr(text, "msitranslate="))
        pci->msitranslate = all->msitranslate;
    if (!strstr(text, "power_mgmt="))
        pci->power_mgmt = all->power_mgmt;
    if (!strstr(text, "permissive="))
        pci->permissive = all->permissive;
    if (!strstr(text, "seize="))
        pci->seize = all->seize;
}

/* One device or function, in libxlutil's words. NULL with the mistake reported. */
static libxl_device_pci *add(struct xm_binder *b, const struct defaults *all, const char *text)
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
        return NULL;
    }
    if (xlu_pci_parse_spec_string(xm_binder_xlu(b), pci, text)) {
        (void)xm_binder_error(b, "'%s' is no PCI device: %s", text, xm_binder_xlu_complaint(b));
        return NULL;
    }
    apply_defaults(all, text, pci);
    return pci;
}

/* --- xm's form --- */

/* [SSSS:]BB:DD.FUNCTIONS[@VSLOT][,OPTIONS], where a comma may stand for a colon or the dot. */
struct address {
    unsigned segment, bus, slot;
    const char *functions;
    size_t functions_len;
    const char *vslot;          /* behind the @; NULL: none */
    const char *options;        /* behind the comma; NULL: none */
};

static bool read_hex(const char **text, size_t most, unsigned *ret)
{
    const char *start = *text;

    if (!skip_hex(text, most))
        return false;
    *ret = (unsigned)strtoul(start, NULL, 16);
    return true;
}

static bool skip_one(const char **text, const char *of)
{
    return **text && strchr(of, **text) && ++*text;
}

/* 0, 0-3, 0,2, 3=0: digits and what joins them; a comma only before another digit, for behind it the options begin. */
static size_t functions_len(const char *text)
{
    size_t len = 0;

    if (*text == '*')
        return 1;
    while (text[len] >= '0' && text[len] <= '7') {
        len++;
        if (!text[len] || !strchr("-,=", text[len]) || text[len + 1] < '0' || text[len + 1] > '7')
            break;
        len++;
    }
    return len;
}

static bool read_numbers(const char **text, bool segment, struct address *ret)
{
    ret->segment = 0;
    if (segment && (!read_hex(text, 4, &ret->segment) || !skip_one(text, ":,")))
        return false;
    if (!read_hex(text, 2, &ret->bus) || !skip_one(text, ":,") || !read_hex(text, 2, &ret->slot) || !skip_one(text, ".,"))
        return false;
    ret->functions = *text;
    ret->functions_len = functions_len(*text);
    *text += ret->functions_len;
    return ret->functions_len && ret->slot < 32;
}

static bool read_address(const char *text, struct address *ret)
{
    const char *rest = text;

    *ret = (struct address){ .segment = 0 };
    if (!read_numbers(&rest, true, ret)) {
        rest = text;
        if (!read_numbers(&rest, false, ret))
            return false;
    }
    if (*rest == '@') {
        ret->vslot = ++rest;
        rest += strspn(rest, "0123456789abcdefABCDEF");
    }
    if (*rest == ',')
        ret->options = rest + 1;
    return !*rest || *rest == ',';
}

/* Options that xm had, where libxlutil wants numbers: msitranslate=yes. */
static char *options_of(struct xm_binder *b, const char *start, const char *options)
{
    static const struct xm_choice flags[] = { { "0", 0 }, { "1", 1 }, { "yes", 1 }, { "no", 0 }, { NULL, 0 } };
    static const char *const names[] = { "msitranslate", "power_mgmt", "permissive", "seize" };
    xm_autofree char *copy = xm_strdup(options);
    xm_autobuf text = XM_BUF_INIT;
    struct xm_words words = XM_WORDS(NULL, copy, true);
    struct xm_word word;
    int value = 0;

    while (options && xm_words_next(&words, &word)) {
        size_t i = 0;

        xm_binder_at(b, (size_t)(options - start) + (size_t)(word.name - copy));
        while (i < XM_COUNT(names) && strcmp(names[i], word.name))
            i++;
        if (i < XM_COUNT(names) && word.value) {
            if (xm_binder_choose(b, flags, word.name, word.value, &value))
                xm_buf_printf(&text, ",%s=%d", word.name, value);
        } else if (!strcmp(word.name, "rdm_policy") && word.value) {
            xm_buf_printf(&text, ",%s=%s", word.name, word.value);
        } else {
            (void)xm_word_unknown(b, &word, "a PCI device", "msitranslate, power_mgmt, permissive, seize or rdm_policy, each with =VALUE");
        }
    }
    xm_binder_at(b, 0);
    return xm_buf_take(&text);
}

/* One function. Alone it is the guest's function 0, whatever its own number is: a guest looks at others only
 * where there is a 0. In a slot that is named, with others, each keeps its number. */
static void add_function(struct xm_binder *b, const struct defaults *all, const struct address *at, const char *options,
                         char function, bool several)
{
    xm_autofree char *text = xm_printf("%04x:%02x:%02x.%c%s%.*s%s", at->segment, at->bus, at->slot, function,
                                       at->vslot ? "@" : "", at->vslot ? (int)strcspn(at->vslot, ",") : 0,
                                       at->vslot ? at->vslot : "", options);
    libxl_device_pci *pci = add(b, all, text);

    if (pci && several && at->vslot && function != '*')
        pci->vfunc_mask = 1u << (function - '0');
}

/* P=V: libxl shows a function under its own number, or alone as 0. */
static void add_renumbered(struct xm_binder *b, const struct defaults *all, const struct address *at, const char *options,
                           const char *pair)
{
    if (pair[2] != '0' && (pair[2] != pair[0] || !at->vslot))
        (void)xm_binder_error(b, "'%.3s': a function can be shown as 0, or in a slot that is given as itself", pair);
    else
        add_function(b, all, at, options, pair[0], pair[2] != '0');
}

static void add_functions(struct xm_binder *b, const struct defaults *all, const struct address *at, const char *options)
{
    const char *text = at->functions, *end = text + at->functions_len;
    bool several = at->functions_len > 1;

    for (; text < end; text++) {
        char first = *text, last = first;

        if (text + 1 < end && text[1] == '=') {
            add_renumbered(b, all, at, options, text);
            text += 3;
            continue;
        }
        if (text + 1 < end && text[1] == '-')
            last = *(text += 2);
        if (last < first)
            (void)xm_binder_error(b, "'%c-%c' is no range of functions", first, last);
        for (; first <= last; first++)
            add_function(b, all, at, options, first, several);
        text++;
    }
}

static void one_of_xm(struct xm_binder *b, const struct defaults *all, const char *text)
{
    struct address at;
    xm_autofree char *options = NULL;

    if (strchr(text, '=') && strcspn(text, "=") < strcspn(text, ":,")) {
        (void)add(b, all, text);                /* bdf=..., name=...: xl's */
        return;
    }
    if (!read_address(text, &at)) {
        (void)xm_binder_error(b, "'%s' is no PCI device (like 0000:07:00.0)", text);
        return;
    }
    options = options_of(b, text, at.options);
    add_functions(b, all, &at, options);
}

/* --- both --- */

void xm_bind_pci_entry(struct xm_binder *b, const char *text)
{
    const struct defaults none = { .msitranslate = false };

    one_of_xm(b, &none, text);
}

void xm_bind_pci(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    const struct defaults all = {
        .msitranslate = default_of(b, "pci_msitranslate", b->dialect == XM_DIALECT_XM),
        .power_mgmt = default_of(b, "pci_power_mgmt", false),
        .permissive = default_of(b, "pci_permissive", false),
        .seize = default_of(b, "pci_seize", false),
    };
    const xm_node *list = xm_binder_enter(b, "pci");

    if (!list)
        return;
    if (list->type != XM_NODE_LIST) {
        (void)xm_binder_error(b, "must be a list: [ ... ]");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        xm_autofree char *text = NULL;

        xm_binder_enter_item(b, list, i);
        text = xm_binder_text(b, b->node);
        if (text && b->dialect == XM_DIALECT_XM)
            one_of_xm(b, &all, text);
        else if (text)
            (void)add(b, &all, text);
    }
    if (cfg->c_info.type == LIBXL_DOMAIN_TYPE_PV && cfg->num_pcidevs)
        libxl_defbool_set(&cfg->b_info.u.pv.e820_host, true);
}
