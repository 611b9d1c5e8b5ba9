/* xm dmesg: the hypervisor's messages. */
#include "cmd.h"

#include <string.h>

struct dmesg_args { bool clear; };

static const struct xm_opt dmesg_opts[] = {
    XM_FLAG('c', "clear", struct dmesg_args, clear, "print the messages and empty the ring"),
    XM_OPT_END
};

static int dmesg_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct dmesg_args *args = call->args;
    xm_autofree char *text = NULL;

    if (call->count > 0)
        return xm_fail(err, XM_INVALID, "No parameter required");
    if (xm_host_dmesg(env->host, args->clear, &text, err) < 0)
        return -1;
    fputs(text, stdout);
    return 0;
}

const struct xm_cmd cmd_dmesg = {
    .name = "dmesg", .words = "", .min = 0, .max = XM_MANY,
    .xl = { "", 0, 0 },
    .summary = "Show the hypervisor's messages",
    .group = XM_GROUP_HOST,
    .opts = dmesg_opts, .args_size = sizeof(struct dmesg_args), .run = dmesg_run,
};
