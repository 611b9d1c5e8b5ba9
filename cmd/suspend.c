/* xm suspend and xm resume: a managed guest's memory to and from its entry in the registry. */
#include "progress.h"

struct suspend_args { bool compress; const char *progress; };

static const struct xm_opt suspend_opts[] = {
    XM_FLAG(0, "compress", struct suspend_args, compress, "pack its memory by zstd"),
    PROGRESS_OPT(struct suspend_args),
    XM_OPT_END
};

static int suspend(struct xm_env *env, const struct xm_guest *guest, bool compress, struct progress *progress, xm_error **err)
{
    struct xm_saving how = { .compress = compress, .watch = progress_watch(progress) };
    struct attend attend;
    int rc;

    if (attend_step(env, guest->uuid, &attend, err) < 0)
        return -1;
    rc = xm_guest_suspend(&env->guests, guest->uuid, &how, err);
    progress_end(progress);
    if (rc < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

static int suspend_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct suspend_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    struct progress progress;

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
    if (progress_begin(env, "suspending", call->words[0], args->progress, &progress, err) < 0)
        return -1;
    return suspend(env, guest, args->compress, &progress, err);
}

const struct xm_cmd cmd_suspend = {
    .name = "suspend", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Stop a remembered guest, its memory kept on disk",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = suspend_opts, .args_size = sizeof(struct suspend_args), .run = suspend_run,
};

struct resume_args { bool paused; const char *progress; };

static const struct xm_opt resume_opts[] = {
    XM_FLAG('p', "paused", struct resume_args, paused, "leave it paused"),
    PROGRESS_OPT(struct resume_args),
    XM_OPT_END
};

static int resume(struct xm_env *env, const struct xm_guest *guest, bool paused, struct progress *progress, xm_error **err)
{
    struct attend attend;
    struct xm_guest_how how;
    uint32_t domid;
    int rc;

    if (guest->domid != XM_DOMID_NONE || guest->state.phase != XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "Cannot resume domain that is not suspended.");
    if (attend_begin(env, paused, false, &attend, &how, err) < 0)
        return -1;
    how.build.watch = progress_watch(progress);
    rc = xm_guest_resume(&env->guests, guest->uuid, &how, &domid, err);
    progress_end(progress);
    if (rc < 0) {
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
    struct progress progress;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0
        || progress_begin(env, "resuming", call->words[0], args->progress, &progress, err) < 0)
        return -1;
    if (resume(env, guest, args->paused, &progress, err) < 0)
        return xm_wrap(err, "Error occurred when resuming");
    return 0;
}

const struct xm_cmd cmd_resume = {
    .name = "resume", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Let a suspended guest go on",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = resume_opts, .args_size = sizeof(struct resume_args), .run = resume_run,
};
