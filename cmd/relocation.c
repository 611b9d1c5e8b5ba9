/* xm relocation: takes guests that come without ssh. */
#include "cmd.h"

struct relocation_args { const char *address; unsigned port; bool plain; };

static const struct xm_opt relocation_opts[] = {
    XM_STR(0, "address", struct relocation_args, address, "ADDRESS", "listen there, and not on relocation_address"),
    XM_UINT_IN(0, 0, "port", struct relocation_args, port, "PORT", "listen on that port, and not on relocation_port"),
    XM_FLAG(0, "plain", struct relocation_args, plain, "without TLS, for all on the way to read and to change"),
    XM_OPT_END
};

static int relocation_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    static const char *const words[] = { "migrate-receive", "--session", NULL };
    const struct relocation_args *args = call->args;
    char **receiver;
    int rc;

    if (args->port > 65535)
        return fail_usage(env, err, "Invalid value: %u", args->port);
    if (env->log.level > XM_LOG_INFO)
        env->log.level = XM_LOG_INFO;   /* who came, and who was not let in */
    receiver = self_argv(env, words);
    rc = xm_relocation_run(&(struct xm_relocation){
        .conf = env->conf, .address = args->address, .port = args->port, .plain = args->plain, .receiver = receiver,
        .log = &env->log, .stop = env->stop,
    }, err);
    free_argv(receiver);
    return rc;
}

const struct xm_cmd cmd_relocation = {
    .name = "relocation", .words = "", .min = 0, .max = 0,
    .summary = "Listen for guests that other hosts send without ssh",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_ONLY_XM | XM_CMD_NO_HELP,
    .opts = relocation_opts, .args_size = sizeof(struct relocation_args), .run = relocation_run,
};
