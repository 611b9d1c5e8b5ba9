/* Frame buffers: vfb entries, and the vnc= and sdl= of the top level. */
#include <limits.h>
#include <string.h>

#include "bind/keys.h"

void xm_bind_vnc(struct xm_binder *b, libxl_vnc_info *vnc)
{
    long display;
    const char *colon;

    (void)xm_binder_get_bool(b, "vnc", &vnc->enable);
    (void)xm_binder_get_bool(b, "vncunused", &vnc->findunused);
    vnc->passwd = xm_binder_get_text(b, "vncpasswd");
    if (xm_key_get_long(b, "vncdisplay", &display))
        vnc->display = (int)display;
    vnc->listen = xm_binder_get_text(b, "vnclisten");
    colon = vnc->listen ? strchr(vnc->listen, ':') : NULL;
    if (b->dialect == XM_DIALECT_XL && b->cfg->c_info.type != LIBXL_DOMAIN_TYPE_HVM)
        return;                         /* to others than HVM guests, xl lets both through */
    /* An IPv6 address has several colons, "ADDRESS:DISPLAY" has one. */
    if (colon && !strchr(colon + 1, ':') && xm_doc_get(b->doc, "vncdisplay"))
        (void)xm_binder_error(b, "'%s' names a display, and so does vncdisplay", vnc->listen);
}

void xm_bind_sdl(struct xm_binder *b, libxl_sdl_info *sdl)
{
    (void)xm_binder_get_bool(b, "sdl", &sdl->enable);
    (void)xm_binder_get_bool(b, "opengl", &sdl->opengl);
    sdl->display = xm_binder_get_text(b, "display");
    sdl->xauthority = xm_binder_get_text(b, "xauthority");
}

static void set_flag(struct xm_binder *b, const struct xm_word *word, libxl_defbool *field)
{
    long value;

    if (xm_word_long(b, word, LONG_MIN, LONG_MAX, &value))
        libxl_defbool_set(field, value != 0);
}

/* The first form of vfb. Stock xl does not read it, and its vnc is on by default. */
static void set_type(struct xm_binder *b, const struct xm_word *word, libxl_device_vfb *vfb)
{
    static const struct xm_choice types[] = { { "vnc", 0 }, { "sdl", 1 }, { NULL, 0 } };
    int sdl;

    if (b->dialect == XM_DIALECT_XM && xm_word_choose(b, types, word, &sdl))
        libxl_defbool_set(sdl ? &vfb->sdl.enable : &vfb->vnc.enable, true);
}

static bool set_text(const struct xm_word *word, libxl_device_vfb *vfb)
{
    const struct { const char *name; char **field; } texts[] = {
        { "vnclisten", &vfb->vnc.listen }, { "vncpasswd", &vfb->vnc.passwd }, { "keymap", &vfb->keymap },
        { "display", &vfb->sdl.display }, { "xauthority", &vfb->sdl.xauthority },
    };

    for (size_t i = 0; i < XM_COUNT(texts); i++)
        if (!strcmp(texts[i].name, word->name)) {
            xm_set_text(texts[i].field, word->value);
            return true;
        }
    return false;
}

static void unknown(struct xm_binder *b, const struct xm_word *word)
{
    if (b->dialect == XM_DIALECT_XM)
        (void)xm_word_unknown(b, word, "a frame buffer", "vnc, vnclisten, vncdisplay, vncunused, vncpasswd, keymap, sdl, "
                              "opengl, display or xauthority");
    else
        xm_binder_warn(b, "unknown option '%s' of a frame buffer is ignored", word->name);
}

static void vfb_word(struct xm_binder *b, const struct xm_word *word, libxl_device_vfb *vfb)
{
    const char *name = word->name;
    long display;

    if (set_text(word, vfb))
        return;
    if (!strcmp(name, "vnc"))
        set_flag(b, word, &vfb->vnc.enable);
    else if (!strcmp(name, "vncunused"))
        set_flag(b, word, &vfb->vnc.findunused);
    else if (!strcmp(name, "vncdisplay")) {
        if (xm_word_long(b, word, 0, INT_MAX - 5900, &display))
            vfb->vnc.display = (int)display;
    } else if (!strcmp(name, "sdl"))
        set_flag(b, word, &vfb->sdl.enable);
    else if (!strcmp(name, "opengl"))
        set_flag(b, word, &vfb->sdl.opengl);
    else if (!strcmp(name, "type"))
        set_type(b, word, vfb);
    else if (!strcmp(name, "videoram") || !strcmp(name, "serial") || !strcmp(name, "monitor"))
        xm_binder_warn(b, "option '%s' has no effect any more", name);
    else
        unknown(b, word);
}

static void one_vfb(struct xm_binder *b, const char *text)
{
    libxl_domain_config *cfg = b->cfg;
    xm_autofree char *copy = xm_strdup(text);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    libxl_device_vfb *vfb = XM_APPEND(cfg->vfbs, cfg->num_vfbs);
    libxl_device_vkb *vkb = XM_APPEND(cfg->vkbs, cfg->num_vkbs);
    struct xm_word word;

    libxl_device_vfb_init(vfb);
    libxl_device_vkb_init(vkb);
    vfb->devid = cfg->num_vfbs - 1;
    vkb->devid = cfg->num_vkbs - 1;
    while (xm_words_next_pair(&words, &word))
        vfb_word(b, &word, vfb);
    if (b->dialect == XM_DIALECT_XM && !libxl_defbool_is_default(vfb->sdl.enable))
        libxl_defbool_setdefault(&vfb->vnc.enable, !libxl_defbool_val(vfb->sdl.enable));
}

/* vnc=1 of a PV guest without vfb gives it one frame buffer and a keyboard; xm did so for sdl=1. */
static void pv_display(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    libxl_defbool vnc = { 0 }, sdl = { 0 };
    bool wanted;
    libxl_device_vfb *vfb;
    libxl_device_vkb *vkb;

    (void)xm_binder_get_bool(b, "vnc", &vnc);
    (void)xm_binder_get_bool(b, "sdl", &sdl);
    wanted = !libxl_defbool_is_default(vnc) && libxl_defbool_val(vnc);
    if (b->dialect == XM_DIALECT_XM && !libxl_defbool_is_default(sdl))
        wanted |= libxl_defbool_val(sdl);
    if (!wanted)
        return;
    vfb = XM_APPEND(cfg->vfbs, cfg->num_vfbs);
    vkb = XM_APPEND(cfg->vkbs, cfg->num_vkbs);
    libxl_device_vfb_init(vfb);
    libxl_device_vkb_init(vkb);
    vfb->devid = cfg->num_vfbs - 1;
    vkb->devid = cfg->num_vkbs - 1;
    xm_bind_vnc(b, &vfb->vnc);
    xm_bind_sdl(b, &vfb->sdl);
    vfb->keymap = xm_binder_get_text(b, "keymap");
    if (b->dialect == XM_DIALECT_XM)
        libxl_defbool_setdefault(&vfb->vnc.enable, false);
}

/* The device model of an HVM guest draws what xm's vfb says; libxl keeps that elsewhere. */
static void fold_into_hvm(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    libxl_device_vfb *vfb = &cfg->vfbs[0];

    libxl_vnc_info_dispose(&cfg->b_info.u.hvm.vnc);
    libxl_sdl_info_dispose(&cfg->b_info.u.hvm.sdl);
    cfg->b_info.u.hvm.vnc = vfb->vnc;
    cfg->b_info.u.hvm.sdl = vfb->sdl;
    if (vfb->keymap)
        xm_set_text(&cfg->b_info.u.hvm.keymap, vfb->keymap);
    libxl_vnc_info_init(&vfb->vnc);
    libxl_sdl_info_init(&vfb->sdl);
    for (int i = 0; i < cfg->num_vfbs; i++)
        libxl_device_vfb_dispose(&cfg->vfbs[i]);
    free(cfg->vfbs);
    cfg->vfbs = NULL;
    cfg->num_vfbs = 0;
    for (int i = 0; i < cfg->num_vkbs; i++)
        libxl_device_vkb_dispose(&cfg->vkbs[i]);
    free(cfg->vkbs);
    cfg->vkbs = NULL;
    cfg->num_vkbs = 0;
}

void xm_bind_vfbs(struct xm_binder *b)
{
    libxl_domain_config *cfg = b->cfg;
    bool hvm = cfg->c_info.type == LIBXL_DOMAIN_TYPE_HVM;

    xm_binder_each(b, "vfb", false, one_vfb);
    if (cfg->c_info.type == LIBXL_DOMAIN_TYPE_PV && !cfg->num_vfbs)
        pv_display(b);
    if (!hvm || b->dialect != XM_DIALECT_XM)
        return;
    if (cfg->num_vfbs)
        fold_into_hvm(b);
    else
        libxl_defbool_setdefault(&cfg->b_info.u.hvm.vnc.enable, false);     /* xm showed what it was told to */
}
