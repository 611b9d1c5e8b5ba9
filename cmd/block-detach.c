/* xm block-detach: take a disk away from a guest. */
#include "device.h"

#include <string.h>

struct block_detach_args { struct where_args where; bool force; };

static const struct xm_opt block_detach_opts[] = {
    XM_FLAG('f', "force", struct block_detach_args, force, "do not ask the guest to let go of it"),
    WHERE_OPTS(struct block_detach_args),
    XM_OPT_END
};

/* xvda, /dev/xvda, vbd/51712, 51712; -1: no disk is called so. */
static int disk_number(const char *word)
{
    static const char *const prefixes[] = { "/dev/", "vbd/" };
    long number;

    for (size_t i = 0; i < XM_COUNT(prefixes); i++)
        if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
            word += strlen(prefixes[i]);
    number = *word != '\0' ? xm_disk_number(word) : -1;
    return number > INT32_MAX ? -1 : (int)number;
}

static int fail_unknown(const struct device_change *change, const char *word, int number, xm_error **err)
{
    xm_error_clear(err);
    if (change->env->dialect == XM_DIALECT_XL)
        return xm_fail(err, XM_NOT_FOUND, "Error: Device %s not connected.", word);
    if (!is_live(change->guest))
        return xm_fail(err, XM_NOT_FOUND, "Device %s is not defined", word);
    if (number < 0)
        return xm_fail(err, XM_NOT_FOUND, "Device None not connected");
    return xm_fail(err, XM_NOT_FOUND, "Device %d not connected", number);
}

static int block_detach_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct block_detach_args *args = call->args;
    const char *word = call->words[1];
    autochange change = { .list = NULL };
    int number = disk_number(word);
    xm_error *why = NULL;

    pass_over(call, 2);
    if (change_open(env, call->words[0], &args->where, false, &change, err) < 0)
        return -1;
    if (number < 0)
        return fail_unknown(&change, word, number, err);
    if (change_detach(&change, XM_DEVICE_DISK, number, word, args->force, &why) == 0)
        return 0;
    if (why->code == XM_NOT_FOUND) {
        xm_error_free(why);
        return fail_unknown(&change, word, number, err);
    }
    (void)xm_error_pass(err, why);
    if (env->dialect == XM_DIALECT_XM)
        return -1;
    return xm_wrap(err, "libxl_device_disk_%s failed", args->force ? "destroy" : "safe_remove");
}

const struct xm_cmd cmd_block_detach = {
    .name = "block-detach", .words = "DOMAIN DEVICE", .min = 2, .max = 3,
    .xl = { "DOMAIN DEVICE", 2, 2 },
    .summary = "Take a disk away from a guest",
    .more =
        "DEVICE is a name, xvdb, or the number that it stands for. The guest is given ten seconds\n"
        "to let go of it.\n" CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_LOOSE,
    .opts = block_detach_opts, .args_size = sizeof(struct block_detach_args), .run = block_detach_run,
};
