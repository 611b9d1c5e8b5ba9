/* What only an HVM guest has, where a row of the table is not enough. */
#include <limits.h>
#include <string.h>

#include "bind/keys.h"

static void bind_firmware(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    xm_autofree char *firmware = NULL;
    int type = LIBXL_BIOS_TYPE_UNKNOWN;

    if (xm_key_get_choice(b, "bios", &type))
        info->u.hvm.bios = (libxl_bios_type)type;
    firmware = xm_binder_get_text(b, "firmware");
    if (!firmware || !strcmp(firmware, "bios"))
        return;
    if (!strcmp(firmware, "uefi"))
        info->u.hvm.bios = LIBXL_BIOS_TYPE_OVMF;
    else if (xm_choice_find(xm_key_find("bios")->choices, firmware, &type))
        info->u.hvm.bios = (libxl_bios_type)type;
    else if (!info->u.hvm.firmware)
        info->u.hvm.firmware = XM_TAKE(firmware);
}

static const struct xm_choice enlightenments[] = {
    { "base", LIBXL_VIRIDIAN_ENLIGHTENMENT_BASE }, { "freq", LIBXL_VIRIDIAN_ENLIGHTENMENT_FREQ },
    { "time_ref_count", LIBXL_VIRIDIAN_ENLIGHTENMENT_TIME_REF_COUNT },
    { "reference_tsc", LIBXL_VIRIDIAN_ENLIGHTENMENT_REFERENCE_TSC },
    { "hcall_remote_tlb_flush", LIBXL_VIRIDIAN_ENLIGHTENMENT_HCALL_REMOTE_TLB_FLUSH },
    { "apic_assist", LIBXL_VIRIDIAN_ENLIGHTENMENT_APIC_ASSIST },
    { "crash_ctl", LIBXL_VIRIDIAN_ENLIGHTENMENT_CRASH_CTL }, { "synic", LIBXL_VIRIDIAN_ENLIGHTENMENT_SYNIC },
    { "stimer", LIBXL_VIRIDIAN_ENLIGHTENMENT_STIMER }, { "hcall_ipi", LIBXL_VIRIDIAN_ENLIGHTENMENT_HCALL_IPI },
    { "ex_processor_masks", LIBXL_VIRIDIAN_ENLIGHTENMENT_EX_PROCESSOR_MASKS },
    { "no_vp_limit", LIBXL_VIRIDIAN_ENLIGHTENMENT_NO_VP_LIMIT },
    { "cpu_hotplug", LIBXL_VIRIDIAN_ENLIGHTENMENT_CPU_HOTPLUG }, { NULL, 0 }
};

/* As wide as stock xl makes them. */
#define VIRIDIAN_BITS 64

/* "defaults" is libxl's own choice, "all" every bit; then each word adds one or takes it away. */
static void one_viridian(struct xm_binder *b, const char *text)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    libxl_bitmap *on = &info->u.hvm.viridian_enable, *off = &info->u.hvm.viridian_disable;
    bool remove = *text == '!';
    int bit;

    if (!on->size) {
        xm_bitmap_init(on, VIRIDIAN_BITS);
        xm_bitmap_init(off, VIRIDIAN_BITS);
    }
    if (!strcmp(text, "all"))
        libxl_bitmap_set_any(on);
    else if (!strcmp(text, "defaults"))
        libxl_defbool_set(&info->u.hvm.viridian, true);
    else if (xm_binder_choose(b, enlightenments, "enlightenment", text + remove, &bit)) {
        libxl_bitmap_set(remove ? off : on, bit);
        libxl_bitmap_reset(remove ? on : off, bit);
    }
}

static void bind_viridian(struct xm_binder *b)
{
    const xm_node *node = xm_binder_enter(b, "viridian");

    if (node && node->type == XM_NODE_LIST)
        xm_binder_each(b, "viridian", false, one_viridian);
    else
        (void)xm_binder_get_bool(b, "viridian", &b->cfg->b_info.u.hvm.viridian);
}

static void bind_genid(struct xm_binder *b)
{
    int generate;

    if (xm_key_get_choice(b, "ms_vm_genid", &generate) && generate)
        (void)libxl_ms_vm_genid_generate(NULL, &b->cfg->b_info.u.hvm.ms_vm_genid);
}

static void bind_rdm(struct xm_binder *b)
{
    static const struct xm_choice strategies[] = { { "host", LIBXL_RDM_RESERVE_STRATEGY_HOST }, { NULL, 0 } };
    static const struct xm_choice policies[] = {
        { "strict", LIBXL_RDM_RESERVE_POLICY_STRICT }, { "relaxed", LIBXL_RDM_RESERVE_POLICY_RELAXED }, { NULL, 0 }
    };
    libxl_rdm_reserve *rdm = &b->cfg->b_info.u.hvm.rdm;
    xm_autofree char *text = xm_binder_get_text(b, "rdm");
    struct xm_words words = XM_WORDS(b, text, true);
    struct xm_word word;
    int value;

    if (text)
        rdm->policy = LIBXL_RDM_RESERVE_POLICY_INVALID;         /* libxl chooses */
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "strategy")) {
            if (xm_word_choose(b, strategies, &word, &value))
                rdm->strategy = (libxl_rdm_reserve_strategy)value;
        } else if (!strcmp(word.name, "policy")) {
            if (xm_word_choose(b, policies, &word, &value))
                rdm->policy = (libxl_rdm_reserve_policy)value;
        } else {
            (void)xm_word_unknown(b, &word, "rdm", "strategy or policy");
        }
    }
}

static void bind_vga(struct xm_binder *b)
{
    libxl_vga_interface_info *vga = &b->cfg->b_info.u.hvm.vga;
    long stdvga;
    int kind;

    if (xm_binder_enter(b, "vga")) {
        if (xm_key_get_choice(b, "vga", &kind))
            vga->kind = (libxl_vga_interface_type)kind;
    } else if (xm_binder_get_long(b, "stdvga", LONG_MIN, LONG_MAX, &stdvga)) {
        vga->kind = stdvga ? LIBXL_VGA_INTERFACE_TYPE_STD : LIBXL_VGA_INTERFACE_TYPE_CIRRUS;
    }
}

/* A single value goes into one field of libxl, a list into another. */
static void bind_one_or_list(struct xm_binder *b, const char *key, char **one, libxl_string_list *list)
{
    const xm_node *node = xm_binder_enter(b, key);

    if (node && node->type == XM_NODE_LIST)
        *list = xm_binder_strings(b, node);
    else if (node)
        *one = xm_binder_text(b, node);
}

static void bind_gfx(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    const xm_node *node = xm_binder_enter(b, "gfx_passthru");
    int kind;

    if (!node)
        return;
    if (node->type != XM_NODE_STR || strspn(node->str, "0123456789")) {
        (void)xm_binder_get_bool(b, "gfx_passthru", &info->u.hvm.gfx_passthru);
    } else if (xm_binder_choose(b, xm_key_find("gfx_passthru")->choices, "value", node->str, &kind)) {
        libxl_defbool_set(&info->u.hvm.gfx_passthru, true);
        info->u.hvm.gfx_passthru_kind = (libxl_gfx_passthru_kind)kind;
    }
}

static void one_mca_cap(struct xm_binder *b, const char *text)
{
    if (strcmp(text, "lmce"))
        (void)xm_binder_error(b, "unknown capability '%s' (lmce)", text);
    else
        b->cfg->b_info.u.hvm.mca_caps |= 1;
}

static void bind_mmio_hole(struct xm_binder *b)
{
    long mib;

    if (xm_key_get_long(b, "mmio_hole", &mib))
        b->cfg->b_info.u.hvm.mmio_hole_memkb = (uint64_t)mib * 1024;
}

void xm_bind_hvm(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;

    bind_firmware(b);
    bind_viridian(b);
    bind_genid(b);
    bind_rdm(b);
    bind_vga(b);
    bind_gfx(b);
    bind_mmio_hole(b);
    xm_binder_each(b, "mca_caps", false, one_mca_cap);
    bind_one_or_list(b, "serial", &info->u.hvm.serial, &info->u.hvm.serial_list);
    bind_one_or_list(b, "usbdevice", &info->u.hvm.usbdevice, &info->u.hvm.usbdevice_list);
    info->u.hvm.keymap = xm_binder_get_text(b, "keymap");
    xm_bind_vnc(b, &info->u.hvm.vnc);
    xm_bind_sdl(b, &info->u.hvm.sdl);
}
