/* vsnd: a list for each card, of "card, ...", then "pcm, ..." each followed by its "stream, ...". */
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "bind/binder.h"

static const char *const formats[] = {
    "s8", "u8", "s16_le", "s16_be", "u16_le", "u16_be", "s24_le", "s24_be", "u24_le", "u24_be",
    "s32_le", "s32_be", "u32_le", "u32_be", "f32_le", "f32_be", "f64_le", "f64_be",
    "iec958_subframe_le", "iec958_subframe_be", "mu_law", "a_law", "ima_adpcm", "mpeg", "gsm",
};

/* What cards, pcms and streams have alike. */
#define PARAMS "sample-rates, sample-formats, channels-min, channels-max or buffer-size"

static void rates(struct xm_binder *b, const struct xm_word *word, libxl_vsnd_params *params)
{
    char *save = NULL;

    for (char *item = strtok_r(word->value, ";", &save); item; item = strtok_r(NULL, ";", &save)) {
        long value;

        xm_binder_at(b, word->value_at + (size_t)(item - word->value));
        if (xm_binder_parse_long(b, item, "sample rate", 0, UINT_MAX, &value))
            *XM_APPEND(params->sample_rates, params->num_sample_rates) = (uint32_t)value;
    }
}

static void unknown_format(struct xm_binder *b, const struct xm_word *word, const char *item)
{
    xm_autobuf names = XM_BUF_INIT;

    for (size_t i = 0; i < XM_COUNT(formats); i++)
        xm_buf_printf(&names, "%s%s", i ? ", " : "", formats[i]);
    xm_binder_at(b, word->value_at + (size_t)(item - word->value));
    (void)xm_binder_error(b, "unknown sample format '%s' (%s)", item, names.data);
}

static void sample_formats(struct xm_binder *b, const struct xm_word *word, libxl_vsnd_params *params)
{
    char *save = NULL;

    for (char *item = strtok_r(word->value, ";", &save); item; item = strtok_r(NULL, ";", &save)) {
        size_t i = 0;

        while (i < XM_COUNT(formats) && strcasecmp(formats[i], item))
            i++;
        if (i < XM_COUNT(formats))
            *XM_APPEND(params->sample_formats, params->num_sample_formats) = (libxl_vsnd_pcm_format)(i + 1);
        else
            unknown_format(b, word, item);
    }
}

static bool param(struct xm_binder *b, const struct xm_word *word, libxl_vsnd_params *params)
{
    const struct { const char *name; uint32_t *field; } numbers[] = {
        { "channels-min", &params->channels_min }, { "channels-max", &params->channels_max },
        { "buffer-size", &params->buffer_size },
    };

    if (!strcmp(word->name, "sample-rates"))
        rates(b, word, params);
    else if (!strcmp(word->name, "sample-formats"))
        sample_formats(b, word, params);
    else {
        for (size_t i = 0; i < XM_COUNT(numbers); i++)
            if (!strcmp(numbers[i].name, word->name)) {
                (void)xm_word_u32(b, word, numbers[i].field);
                return true;
            }
        return false;
    }
    return true;
}

static void card_word(struct xm_binder *b, const struct xm_word *word, libxl_device_vsnd *vsnd)
{
    if (!strcmp(word->name, "backend"))
        xm_set_text(&vsnd->backend_domname, word->value);
    else if (!strcmp(word->name, "short-name"))
        xm_set_text(&vsnd->short_name, word->value);
    else if (!strcmp(word->name, "long-name"))
        xm_set_text(&vsnd->long_name, word->value);
    else if (!param(b, word, &vsnd->params))
        (void)xm_word_unknown(b, word, "a card", "backend, short-name, long-name, " PARAMS);
}

static void stream_word(struct xm_binder *b, const struct xm_word *word, libxl_vsnd_stream *stream)
{
    static const struct xm_choice types[] = {
        { "p", LIBXL_VSND_STREAM_TYPE_P }, { "c", LIBXL_VSND_STREAM_TYPE_C }, { NULL, 0 }
    };
    int type;

    if (!strcmp(word->name, "unique-id"))
        xm_set_text(&stream->unique_id, word->value);
    else if (!strcmp(word->name, "type")) {
        if (xm_word_choose(b, types, word, &type))
            stream->type = (libxl_vsnd_stream_type)type;
    } else if (!param(b, word, &stream->params))
        (void)xm_word_unknown(b, word, "a stream", "unique-id, type, " PARAMS);
}

static void pcm_word(struct xm_binder *b, const struct xm_word *word, libxl_vsnd_pcm *pcm)
{
    if (!strcmp(word->name, "name"))
        xm_set_text(&pcm->name, word->value);
    else if (!param(b, word, &pcm->params))
        (void)xm_word_unknown(b, word, "a pcm", "name, " PARAMS);
}

static void one_line(struct xm_binder *b, char *text, libxl_device_vsnd *vsnd)
{
    struct xm_words words = XM_WORDS(b, text, true);
    struct xm_word word;
    libxl_vsnd_pcm *pcm = vsnd->num_vsnd_pcms ? &vsnd->pcms[vsnd->num_vsnd_pcms - 1] : NULL;

    if (!xm_words_next(&words, &word))
        return;
    if (!strcasecmp(word.name, "card")) {
        while (xm_words_next_pair(&words, &word))
            card_word(b, &word, vsnd);
    } else if (!strcasecmp(word.name, "pcm")) {
        pcm = XM_APPEND(vsnd->pcms, vsnd->num_vsnd_pcms);
        libxl_vsnd_pcm_init(pcm);
        while (xm_words_next_pair(&words, &word))
            pcm_word(b, &word, pcm);
    } else if (!strcasecmp(word.name, "stream") && pcm) {
        libxl_vsnd_stream *stream = XM_APPEND(pcm->streams, pcm->num_vsnd_streams);

        libxl_vsnd_stream_init(stream);
        while (xm_words_next_pair(&words, &word))
            stream_word(b, &word, stream);
    } else {
        (void)xm_binder_error(b, "'%s' should be card, pcm, or a stream behind a pcm", word.name);
    }
}

static void one_card(struct xm_binder *b, const xm_node *list)
{
    libxl_device_vsnd *vsnd = XM_APPEND(b->cfg->vsnds, b->cfg->num_vsnds);

    libxl_device_vsnd_init(vsnd);
    vsnd->devid = b->cfg->num_vsnds - 1;
    for (size_t i = 0; i < list->count; i++) {
        xm_autofree char *text = NULL;

        b->node = list->items[i];
        xm_binder_at(b, 0);
        text = xm_binder_text(b, b->node);
        if (text)
            one_line(b, text, vsnd);
    }
}

void xm_bind_vsnd(struct xm_binder *b)
{
    const xm_node *list = xm_binder_enter(b, "vsnd");

    if (!list)
        return;
    for (size_t i = 0; list->type == XM_NODE_LIST && i < list->count; i++) {
        xm_binder_enter_item(b, list, i);
        if (list->items[i]->type == XM_NODE_LIST)
            one_card(b, list->items[i]);
        else
            (void)xm_binder_error(b, "must be a list");
    }
    if (list->type != XM_NODE_LIST)
        (void)xm_binder_error(b, "must be a list of lists");
}
