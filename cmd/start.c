/* xm start: boot a guest that is remembered. */
#include "cmd.h"

struct start_args { bool paused, console, viewer, viewer_pass; };

static const struct xm_opt start_opts[] = {
    XM_FLAG('p', "paused", struct start_args, paused, "leave it paused once it is built"),
    XM_FLAG('c', "console_autoconnect", struct start_args, console, "attach to its console (Ctrl-] leaves it)"),
    VIEWER_OPTS(struct start_args),
    XM_OPT_END
};

static int start_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct start_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    struct attend attend;
    struct xm_guest_how how;
    uint32_t domid;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid != XM_DOMID_NONE || guest->state.phase == XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "Domain is already running");
    if (attend_begin(env, args->paused, args->console, &attend, &how, err) < 0)
        return -1;
    attend.viewer = args->viewer;
    attend.autopass = args->viewer_pass;
    if (xm_guest_start(&env->guests, guest->uuid, &how, &domid, err) < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

const struct xm_cmd cmd_start = {
    .name = "start", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Start a guest that is remembered",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = start_opts, .args_size = sizeof(struct start_args), .run = start_run,
};
