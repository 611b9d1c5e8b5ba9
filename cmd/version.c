/* xm version: which xm this is. */
#include "cmd.h"

#include "config.h"

static int version_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    (void)env;
    (void)call;
    (void)err;
    printf("xm %s\n", PACKAGE_VERSION);
    return 0;
}

const struct xm_cmd cmd_version = {
    .name = "version", .min = 0, .max = 0,
    .summary = "Show the version of xm",
    .group = XM_GROUP_HELP, .flags = XM_CMD_NO_HOST | XM_CMD_ONLY_XM, .run = version_run,
};
