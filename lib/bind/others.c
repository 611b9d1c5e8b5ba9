/* Devices of a few words each: vtpm, p9, pvcalls, channel, vkb, vdispl, dtdev. */
#include <string.h>

#include "bind/binder.h"

static void one_vtpm(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_vtpm *vtpm = XM_APPEND(cfg->vtpms, cfg->num_vtpms);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    struct xm_word word;

    libxl_device_vtpm_init(vtpm);
    vtpm->devid = cfg->num_vtpms - 1;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "backend"))
            xm_set_text(&vtpm->backend_domname, word.value);
        else if (!strcmp(word.name, "uuid")) {
            xm_binder_at(b, word.value_at);
            if (libxl_uuid_from_string(&vtpm->uuid, word.value))
                (void)xm_binder_error(b, "'%s' is not a UUID", word.value);
        } else if (strcmp(word.name, "instance") || b->dialect != XM_DIALECT_XM)
            (void)xm_word_unknown(b, &word, "a TPM", "backend or uuid");
    }
    if (!vtpm->backend_domname)
        (void)xm_binder_error(b, "a TPM needs backend=DOMAIN");
}

static void one_p9(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_p9 *p9 = XM_APPEND(cfg->p9s, cfg->num_p9s);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    struct xm_word word;

    libxl_device_p9_init(p9);
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "tag"))
            xm_set_text(&p9->tag, word.value);
        else if (!strcmp(word.name, "path"))
            xm_set_text(&p9->path, word.value);
        else if (!strcmp(word.name, "security_model"))
            xm_set_text(&p9->security_model, word.value);
        else if (!strcmp(word.name, "backend"))
            xm_set_text(&p9->backend_domname, word.value);
        else
            (void)xm_word_unknown(b, &word, "a 9pfs share", "tag, path, security_model or backend");
    }
    if (!p9->tag || !p9->path || !p9->security_model)
        (void)xm_binder_error(b, "a 9pfs share needs tag, path and security_model");
}

static void one_pvcalls(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_pvcallsif *pvcalls = XM_APPEND(cfg->pvcallsifs, cfg->num_pvcallsifs);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;

    libxl_device_pvcallsif_init(pvcalls);
    pvcalls->devid = cfg->num_pvcallsifs - 1;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "backend"))
            xm_set_text(&pvcalls->backend_domname, word.value);
        else
            (void)xm_word_unknown(b, &word, "pvcalls", "backend");
    }
}

static void one_channel(struct xm_binder *b, const char *text)
{
    static const struct xm_choice connections[] = {
        { "pty", LIBXL_CHANNEL_CONNECTION_PTY }, { "socket", LIBXL_CHANNEL_CONNECTION_SOCKET }, { NULL, 0 }
    };
    xm_autofree char *copy = xm_strdup(text), *path = NULL;
    libxl_domain_config *cfg = b->cfg;
    libxl_device_channel *channel = XM_APPEND(cfg->channels, cfg->num_channels);
    struct xm_words words = XM_WORDS(b, copy, true);
    struct xm_word word;
    int connection = -1;

    libxl_device_channel_init(channel);
    channel->devid = cfg->num_channels - 1;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "name"))
            xm_set_text(&channel->name, word.value);
        else if (!strcmp(word.name, "backend"))
            xm_set_text(&channel->backend_domname, word.value);
        else if (!strcmp(word.name, "path"))
            xm_set_text(&path, word.value);
        else if (!strcmp(word.name, "connection")) {
            connection = LIBXL_CHANNEL_CONNECTION_UNKNOWN;
            (void)xm_word_choose(b, connections, &word, &connection);
        } else
            xm_binder_warn(b, "unknown option '%s' of a channel is ignored (name, connection, path or backend)", word.name);
    }
    if (connection < 0)
        (void)xm_binder_error(b, "a channel needs connection=pty or connection=socket");
    else
        libxl_device_channel_init_connection(channel, (libxl_channel_connection)connection);
    if (connection == LIBXL_CHANNEL_CONNECTION_SOCKET) {
        channel->u.socket.path = XM_TAKE(path);
        if (!channel->u.socket.path)
            (void)xm_binder_error(b, "connection=socket needs path");
    }
    if (!channel->name || !*channel->name)
        (void)xm_binder_error(b, "a channel needs a name");
}

static bool vkb_flag(struct xm_binder *b, const struct xm_word *word, libxl_device_vkb *vkb)
{
    const struct { const char *name; bool *field; } flags[] = {
        { "feature-disable-keyboard", &vkb->feature_disable_keyboard },
        { "feature-disable-pointer", &vkb->feature_disable_pointer },
        { "feature-abs-pointer", &vkb->feature_abs_pointer },
        { "feature-raw-pointer", &vkb->feature_raw_pointer },
        { "feature-multi-touch", &vkb->feature_multi_touch },
    };

    for (size_t i = 0; i < XM_COUNT(flags); i++)
        if (!strcmp(flags[i].name, word->name)) {
            (void)xm_word_flag(b, word, flags[i].field);
            return true;
        }
    return false;
}

static bool vkb_number(struct xm_binder *b, const struct xm_word *word, libxl_device_vkb *vkb)
{
    const struct { const char *name; uint32_t *field; } numbers[] = {
        { "width", &vkb->width }, { "height", &vkb->height },
        { "multi-touch-width", &vkb->multi_touch_width }, { "multi-touch-height", &vkb->multi_touch_height },
        { "multi-touch-num-contacts", &vkb->multi_touch_num_contacts },
    };

    for (size_t i = 0; i < XM_COUNT(numbers); i++)
        if (!strcmp(numbers[i].name, word->name)) {
            (void)xm_word_u32(b, word, numbers[i].field);
            if (!strncmp(word->name, "multi-touch-", 12))
                vkb->feature_multi_touch = true;
            return true;
        }
    return false;
}

static void one_vkb(struct xm_binder *b, const char *text)
{
    static const struct xm_choice backends[] = {
        { "qemu", LIBXL_VKB_BACKEND_QEMU }, { "linux", LIBXL_VKB_BACKEND_LINUX }, { NULL, 0 }
    };
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_vkb *vkb = XM_APPEND(cfg->vkbs, cfg->num_vkbs);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    struct xm_word word;
    unsigned mistakes = b->mistakes.count;
    bool named = false;
    int type;

    libxl_device_vkb_init(vkb);
    vkb->devid = cfg->num_vkbs - 1;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "backend"))
            xm_set_text(&vkb->backend_domname, word.value);
        else if (!strcmp(word.name, "unique-id"))
            xm_set_text(&vkb->unique_id, word.value);
        else if (!strcmp(word.name, "backend-type")) {
            if (xm_word_choose(b, backends, &word, &type))
                vkb->backend_type = (libxl_vkb_backend)type;
            named = true;
        } else if (!vkb_flag(b, &word, vkb) && !vkb_number(b, &word, vkb))
            (void)xm_word_unknown(b, &word, "a keyboard", "backend, backend-type, unique-id, width, height, feature-... or multi-touch-...");
    }
    if (!named)
        (void)xm_binder_error(b, "a keyboard needs backend-type=qemu or backend-type=linux");
    if (b->mistakes.count == mistakes && vkb->feature_multi_touch &&
        !(vkb->multi_touch_width || vkb->multi_touch_height || vkb->multi_touch_num_contacts))
        (void)xm_binder_error(b, "multi touch needs multi-touch-width, multi-touch-height or multi-touch-num-contacts");
}

/* ID:WIDTHxHEIGHT;... */
static void connectors(struct xm_binder *b, const struct xm_word *word, libxl_device_vdispl *vdispl)
{
    char *save = NULL;

    for (char *item = strtok_r(word->value, ";", &save); item; item = strtok_r(NULL, ";", &save)) {
        char *colon = strchr(item, ':');
        unsigned width, height;
        char rest;
        libxl_connector_param *connector;

        if (!colon || colon == item || sscanf(colon + 1, "%9ux%9u%c", &width, &height, &rest) != 2) {
            xm_binder_at(b, word->value_at + (size_t)(item - word->value));
            (void)xm_binder_error(b, "'%s' is no connector (ID:WIDTHxHEIGHT)", item);
            continue;
        }
        *colon = '\0';
        connector = XM_APPEND(vdispl->connectors, vdispl->num_connectors);
        libxl_connector_param_init(connector);
        connector->unique_id = xm_strdup(item);
        connector->width = width;
        connector->height = height;
    }
}

static void one_vdispl(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_vdispl *vdispl = XM_APPEND(cfg->vdispls, cfg->num_vdispls);
    struct xm_words words = XM_WORDS(b, copy, b->dialect == XM_DIALECT_XM);
    struct xm_word word;
    bool named = false;

    libxl_device_vdispl_init(vdispl);
    vdispl->devid = cfg->num_vdispls - 1;
    while (xm_words_next_pair(&words, &word)) {
        if (!strcmp(word.name, "backend"))
            xm_set_text(&vdispl->backend_domname, word.value);
        else if (!strcmp(word.name, "be-alloc"))
            (void)xm_word_flag(b, &word, &vdispl->be_alloc);
        else if (!strcmp(word.name, "connectors")) {
            named = *word.value;
            connectors(b, &word, vdispl);
        } else
            (void)xm_word_unknown(b, &word, "a display", "backend, be-alloc or connectors");
    }
    if (!named)
        (void)xm_binder_error(b, "a display needs connectors=ID:WIDTHxHEIGHT");
}

static void one_dtdev(struct xm_binder *b, const char *text)
{
    libxl_device_dtdev *dtdev = XM_APPEND(b->cfg->dtdevs, b->cfg->num_dtdevs);

    libxl_device_dtdev_init(dtdev);
    dtdev->path = xm_strdup(text);
}

void xm_bind_others(struct xm_binder *b)
{
    xm_binder_each(b, "vtpm", false, one_vtpm);
    xm_binder_each(b, "p9", false, one_p9);
    xm_binder_each(b, "pvcalls", false, one_pvcalls);
    xm_binder_each(b, "channel", false, one_channel);
    xm_binder_each(b, "vkb", false, one_vkb);
    xm_binder_each(b, "vdispl", false, one_vdispl);
    xm_binder_each(b, "dtdev", false, one_dtdev);
}
