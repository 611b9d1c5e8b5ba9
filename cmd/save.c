/* xm save: a guest's memory into a file, in stock xl's format. */
#include "progress.h"

struct save_args { bool checkpoint, paused, keep_domid, compress; const char *progress; };

static const struct xm_opt save_opts[] = {
    XM_FLAG('c', "checkpoint", struct save_args, checkpoint, "let the guest go on afterwards"),
    XM_FLAG_IN(XM_DIALECT_XL, 'p', NULL, struct save_args, paused, "leave the guest paused afterwards"),
    XM_FLAG_IN(XM_DIALECT_XL, 'D', NULL, struct save_args, keep_domid, NULL),
    XM_FLAG(0, "compress", struct save_args, compress, "pack the file by zstd; stock xl does not read it so"),
    PROGRESS_OPT(struct save_args),
    XM_OPT_END
};

/* A guest of ours that is being saved is under the supervisor's eyes: should we die, it is woken. */
static int save(struct xm_env *env, const struct xm_guest *guest, const char *path, enum xm_after_save after,
                const struct xm_saving *how, xm_error **err)
{
    struct attend attend;

    if (!guest->ours)
        return xm_guest_save(&env->guests, guest, path, after, how, err);
    if (attend_step(env, guest->uuid, &attend, err) < 0)
        return -1;
    if (xm_guest_save(&env->guests, guest, path, after, how, err) < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

static int save_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct save_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    xm_autofree char *json = NULL;
    const struct xm_guest *guest;
    struct xm_saving how = { 0 };
    struct progress progress;
    int rc;
    enum xm_after_save after = args->paused ? XM_AFTER_PAUSE : args->checkpoint ? XM_AFTER_RUN : XM_AFTER_DESTROY;

    if (find_guest(env, call->words[0], FIND_LIVE, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot save privileged domain 0");
    if (guest->domain.shutdown || (guest->domain.paused && env->dialect == XM_DIALECT_XM))
        return xm_fail(err, XM_STATE, "Domain is not running");
    if (call->count > 2 && load_replacement_json(env, call->words[2], &json, err) < 0)
        return -1;
    if (progress_begin(env, "saving", call->words[0], args->progress, &progress, err) < 0)
        return -1;
    how.config_json = json;
    how.compress = args->compress;
    how.watch = progress_watch(&progress);
    rc = save(env, guest, call->words[1], after, &how, err);
    progress_end(&progress);
    return rc;
}

const struct xm_cmd cmd_save = {
    .name = "save", .words = "DOMAIN FILE", .min = 2, .max = 2, .xl = { "DOMAIN FILE [CONFIG]", 2, 3 },
    .summary = "Save a guest's memory into a file",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES,
    .opts = save_opts, .args_size = sizeof(struct save_args), .run = save_run,
};
