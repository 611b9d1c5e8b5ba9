/* xm suspend and xm resume: a managed guest's memory to and from its entry in the registry. */
#include "cmd.h"

static int suspend_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    struct attend attend;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot suspend privileged domain 0");
    if (guest->domid == XM_DOMID_NONE || guest->domain.shutdown)
        return xm_fail(err, XM_STATE, "Domain is not running");
    if (guest->damage != NULL)      /* its memory would lie in an entry that nobody finds by name */
        return xm_fail(err, XM_STATE, "its entry cannot be read: %s", guest->damage);
    if (!guest->managed)
        return xm_fail(err, XM_STATE, "Domain is not managed by Xend lifecycle support.");
    if (attend_step(env, guest->uuid, &attend, err) < 0)
        return -1;
    if (xm_guest_suspend(&env->guests, guest->uuid, err) < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

const struct xm_cmd cmd_suspend = {
    .name = "suspend", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Stop a remembered guest, its memory kept on disk",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM, .run = suspend_run,
};

struct resume_args { bool paused; };

static const struct xm_opt resume_opts[] = {
    XM_FLAG('p', "paused", struct resume_args, paused, "leave it paused"),
    XM_OPT_END
};

static int resume(struct xm_env *env, const struct xm_guest *guest, bool paused, xm_error **err)
{
    struct attend attend;
    struct xm_guest_how how;
    uint32_t domid;

    if (guest->domid != XM_DOMID_NONE || guest->state.phase != XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "Cannot resume domain that is not suspended.");
    if (attend_begin(env, paused, false, &attend, &how, err) < 0)
        return -1;
    if (xm_guest_resume(&env->guests, guest->uuid, &how, &domid, err) < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

static int resume_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct resume_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (resume(env, guest, args->paused, err) < 0)
        return xm_wrap(err, "Error occurred when resuming");
    return 0;
}

const struct xm_cmd cmd_resume = {
    .name = "resume", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Let a suspended guest go on",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = resume_opts, .args_size = sizeof(struct resume_args), .run = resume_run,
};
