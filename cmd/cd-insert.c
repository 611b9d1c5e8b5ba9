/* xl cd-insert and xl cd-eject: what is in a guest's CD drive. */
#include "device.h"

struct cd_args { struct where_args where; };

static const struct xm_opt cd_opts[] = {
    WHERE_OPTS(struct cd_args),
    XM_OPT_END
};

/* path NULL: nothing. What follows target= is all the path's, commas too. */
static int put_cd(struct xm_env *env, const struct xm_call *call, const char *path, xm_error **err)
{
    const struct cd_args *args = call->args;
    xm_autofree char *text = xm_printf("vdev=%s,devtype=cdrom,access=ro,format=%s,target=%s", call->words[1],
                                       path ? "raw" : "empty", path ? path : "");
    const struct xm_device_text device = { XM_DEVICE_DISK, XM_DIALECT_XL, text };
    autochange change = { .list = NULL };

    if (change_open(env, call->words[0], &args->where, false, &change, err) < 0)
        return -1;
    if (env->dry_run)
        return print_device(&change, "disk", &device, err);
    return change_cd(&change, &device, err);
}

static int cd_insert_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const char *path = call->words[2];
    struct xm_host_file file;
    xm_error *why = NULL;

    if (xm_host_file(env->host, path, false, &file, &why) < 0) {
        if (why->code != XM_NOT_FOUND && why->code != XM_DENIED)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return xm_fail(err, XM_NOT_FOUND, "Cannot stat file: %s", path);
    }
    return put_cd(env, call, path, err);
}

const struct xm_cmd cmd_cd_insert = {
    .name = "cd-insert", .words = "DOMAIN DEVICE PATH", .min = 3, .max = 3,
    .summary = "Put a CD into a guest's drive",
    .more = CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_DRY | XM_CMD_ONLY_XL,
    .opts = cd_opts, .args_size = sizeof(struct cd_args), .run = cd_insert_run,
};

static int cd_eject_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return put_cd(env, call, NULL, err);
}

const struct xm_cmd cmd_cd_eject = {
    .name = "cd-eject", .words = "DOMAIN DEVICE", .min = 2, .max = 2,
    .summary = "Take the CD out of a guest's drive",
    .more = CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_DRY | XM_CMD_ONLY_XL,
    .opts = cd_opts, .args_size = sizeof(struct cd_args), .run = cd_eject_run,
};
