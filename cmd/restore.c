/* xm restore: a guest out of a file that save wrote, xm's or stock xl's. */
#include "progress.h"

struct restore_args {
    bool paused, console, detached, foreground, debug, viewer, viewer_pass;
    const char *progress;
};

static const struct xm_opt restore_opts[] = {
    XM_FLAG('p', "paused", struct restore_args, paused, "leave it paused"),
    XM_FLAG_IN(XM_DIALECT_XL, 'c', NULL, struct restore_args, console, "attach to its console"),
    XM_FLAG_IN(XM_DIALECT_XL, 'e', NULL, struct restore_args, detached, NULL),
    XM_FLAG_IN(XM_DIALECT_XL, 'F', NULL, struct restore_args, foreground, NULL),
    XM_FLAG_IN(XM_DIALECT_XL, 'd', NULL, struct restore_args, debug, NULL),
    VIEWER_OPTS(struct restore_args),
    PROGRESS_OPT(struct restore_args),
    XM_OPT_END
};

static int load_replacement(struct xm_env *env, const char *file, xm_doc **ret_doc, xm_error **err)
{
    struct xm_config_source source = { .dialect = env->dialect, .file = file };

    return xm_config_load(&source, ret_doc, err);
}

static int restore_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct restore_args *args = call->args;
    const char *file = call->words[call->count - 1];
    XM_AUTO(xm_doc) *doc = NULL;
    struct attend attend;
    struct xm_guest_how how;
    struct progress progress;
    uint32_t domid;
    int rc;

    if (call->count > 1 && load_replacement(env, call->words[0], &doc, err) < 0)
        return -1;
    if (progress_begin(env, "restoring", file, args->progress, &progress, err) < 0)
        return -1;
    if (env->dialect == XM_DIALECT_XL)
        fprintf(stderr, "Loading new save file %s\n", file);
    if (attend_begin(env, args->paused, args->console, &attend, &how, err) < 0)
        return -1;
    attend.viewer = args->viewer;
    attend.autopass = args->viewer_pass;
    how.build.watch = progress_watch(&progress);
    rc = xm_guest_restore(&env->guests, file, doc, &how, &domid, err);
    progress_end(&progress);
    if (rc < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}

const struct xm_cmd cmd_restore = {
    .name = "restore", .words = "FILE", .min = 1, .max = 1, .xl = { "[CONFIG] FILE", 1, 2 },
    .summary = "Let a guest go on out of a file",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES,
    .opts = restore_opts, .args_size = sizeof(struct restore_args), .run = restore_run,
};
