/* xm supervise: the one process that looks after all guests. Commands start it when they need it. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct supervise_args { bool work, stay, replace; };

enum { YIELDS = 75 };   /* sysexits' "try again later": an init system need not see a failure in it */

static const struct xm_opt supervise_opts[] = {
    XM_FLAG(0, "stay", struct supervise_args, stay, "do not leave when there is nothing to look after"),
    XM_FLAG(0, "replace", struct supervise_args, replace, "take over from the one that runs"),
    XM_FLAG(0, "work", struct supervise_args, work, NULL),      /* one action, in a process of its own */
    XM_OPT_END
};

static int supervise_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    static const char *const words[] = { "supervise", "--work", "--", NULL };   /* a reason may be -1 */
    const struct supervise_args *args = call->args;
    struct xm_super_config config = { .conf = env->conf, .stop = env->stop };
    xm_error *why = NULL;
    int status;

    if (args->work)
        return xm_super_work(env->conf, &env->log, call->words, err);
    config.worker = self_argv(env, words);
    config.log = &env->log;
    config.stay = args->stay;
    config.replace = args->replace;
    status = xm_super_run(&config, &why);
    if (status < 0 && why->code == XM_BUSY)
        env->fail_status = YIELDS;
    free_argv((char **)config.worker);
    return status < 0 ? xm_error_pass(err, why) : 0;
}

const struct xm_cmd cmd_supervise = {
    .name = "supervise", .words = "", .min = 0, .max = XM_MANY,
    .summary = "Look after the guests; commands start it when they need it",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_ONLY_XM | XM_CMD_NO_HELP,
    .opts = supervise_opts, .args_size = sizeof(struct supervise_args), .run = supervise_run,
};
