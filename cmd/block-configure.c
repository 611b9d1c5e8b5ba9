/* xm block-configure: another CD in a guest's drive, or none. */
#include "device.h"

#include <string.h>

struct block_configure_args { struct where_args where; };

static const struct xm_opt block_configure_opts[] = {
    WHERE_OPTS(struct block_configure_args),
    XM_OPT_END
};

/* xm changed nothing but CDs, and said so of everything else. */
static int refuse(const char *front, const char *text, xm_error **err)
{
    const char *name = strncmp(front, "/dev/", 5) == 0 ? front + 5 : front;
    xm_autofree char *vdev = xm_strndup(name, strcspn(name, ":"));
    long number = *vdev != '\0' ? xm_disk_number(vdev) : -1;

    if (number < 0)
        return xm_fail(err, XM_INVALID, "Device %s not connected", front);
    return xm_fail(err, XM_INVALID, "Refusing to reconfigure device vbd:%ld to {%s}: only what is in a CD drive can be changed",
                   number, text);
}

static bool is_cd(const char *front, const char *mode)
{
    const char *colon = strrchr(front, ':');

    return colon != NULL && strcmp(colon, ":cdrom") == 0 && strcmp(mode, "r") == 0;
}

static int block_configure_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct block_configure_args *args = call->args;
    xm_autofree char *text = join_disk(call->words + 1, call->count - 1);
    const struct xm_device_text device = { XM_DEVICE_DISK, XM_DIALECT_XM, text };
    autochange change = { .list = NULL };
    xm_error *why = NULL;

    if (change_open(env, call->words[0], &args->where, false, &change, err) < 0
        || check_disk_words(call->words + 1, call->count - 1, err) < 0)
        return -1;
    if (!is_cd(call->words[2], call->words[3]))
        return refuse(call->words[2], text, err);
    if (change_cd(&change, &device, &why) == 0)
        return 0;
    if (why->code != XM_EXISTS)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return refuse(call->words[2], text, err);
}

const struct xm_cmd cmd_block_configure = {
    .name = "block-configure", .words = "DOMAIN BACKDEV FRONTDEV MODE [BACKDOM]", .min = 4, .max = 5,
    .summary = "Put another CD into a guest's drive, or take it out",
    .more = "An empty BACKDEV ejects.\n" CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = block_configure_opts, .args_size = sizeof(struct block_configure_args), .run = block_configure_run,
};
