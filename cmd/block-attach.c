/* xm block-attach: give a guest one more disk. */
#include "device.h"

#include <string.h>

struct block_attach_args { struct where_args where; };

static const struct xm_opt block_attach_opts[] = {
    WHERE_OPTS(struct block_attach_args),
    XM_OPT_END
};

static bool has_target(const char *word)
{
    return strncmp(word, "target=", 7) == 0 || strstr(word, ",target=") != NULL;
}

/* xl reads its words one after the other; as one string, what follows target= would be the target's. */
static char *join_xl(char **words, size_t count)
{
    xm_autobuf text = XM_BUF_INIT;

    for (int last = 0; last < 2; last++)
        for (size_t i = 0; i < count; i++)
            if (has_target(words[i]) == (last == 1))
                xm_buf_printf(&text, "%s%s", text.len > 0 ? "," : "", words[i]);
    return xm_buf_take(&text);
}

static int fail_xl(xm_error **err)
{
    static const char words[] = "disk specification: ";
    xm_autofree char *text = err != NULL ? xm_error_text(*err) : NULL;

    if (text == NULL || strncmp(text, words, strlen(words)) != 0)
        return xm_wrap(err, "libxl_device_disk_add failed");
    xm_error_clear(err);
    return xm_fail(err, XM_INVALID, "command line: config parsing error in %s", text);
}

static int block_attach_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct block_attach_args *args = call->args;
    bool xl = env->dialect == XM_DIALECT_XL;
    xm_autofree char *text = (xl ? join_xl : join_disk)(call->words + 1, call->count - 1);
    const struct xm_device_text device = { XM_DEVICE_DISK, env->dialect, text };
    autochange change = { .list = NULL };

    if (change_open(env, call->words[0], &args->where, true, &change, err) < 0)
        return -1;
    if (!xl && check_disk_words(call->words + 1, call->count - 1, err) < 0)
        return -1;
    if (env->dry_run)
        return print_device(&change, "disk", &device, err);
    if (change_attach(&change, &device, err) == 0)
        return 0;
    return xl ? fail_xl(err) : -1;
}

const struct xm_cmd cmd_block_attach = {
    .name = "block-attach", .words = "DOMAIN BACKDEV FRONTDEV MODE [BACKDOM]", .min = 4, .max = 5,
    .xl = { "DOMAIN DISK...", 2, XM_MANY },
    .summary = "Give a guest one more disk",
    .more = CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_DRY,
    .opts = block_attach_opts, .args_size = sizeof(struct block_attach_args), .run = block_attach_run,
};
