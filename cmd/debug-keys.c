/* xm debug-keys: press the hypervisor's debug keys. */
#include "cmd.h"

static int debug_keys_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    if (xm_host_debug_keys(env->host, call->words[0], err) < 0)
        return xm_wrap(err, "cannot send debug keys");
    return 0;
}

const struct xm_cmd cmd_debug_keys = {
    .name = "debug-keys", .words = "KEYS", .min = 1, .max = 1,
    .summary = "Send debug keys to the hypervisor; its answer is in dmesg",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES, .run = debug_keys_run,
};
