/* xm dump-core: a guest's memory as Xen's ELF core. */
#include "cmd.h"

#include <sys/stat.h>

struct dump_args { bool live, crash, reset; };

static const struct xm_opt dump_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'L', "live", struct dump_args, live, "do not pause the guest meanwhile"),
    XM_FLAG_IN(XM_DIALECT_XM, 'C', "crash", struct dump_args, crash, "end the guest afterwards"),
    XM_FLAG_IN(XM_DIALECT_XM, 'R', "reset", struct dump_args, reset, "end the guest and build it again afterwards"),
    XM_OPT_END
};

/* path NULL: where cores are kept. */
static int dump(struct xm_env *env, const struct dump_args *args, const struct xm_guest *guest, const char *path,
                xm_error **err)
{
    bool attended = guest->ours && guest->damage == NULL;
    struct attend attend;
    struct stat st;

    if (path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return xm_fail(err, XM_INVALID, "Cannot dump core in a directory: %s", path);
    /* A guest of ours is under the supervisor's eyes meanwhile: should we die, it is let go on. */
    if (attended && attend_step(env, guest->uuid, &attend, err) < 0)
        return -1;
    if (xm_guest_dump_core(&env->guests, guest, path, args->live, err) < 0) {
        if (attended)
            attend_abort(&attend);
        return xm_wrap(err, env->dialect == XM_DIALECT_XM ? "Failed to dump core" : "core dump failed (rc=-3)");
    }
    return attended ? attend_end(&attend, err) : 0;
}

static int reset(struct xm_env *env, const struct xm_guest *guest, xm_error **err)
{
    if (!guest->ours)
        return xm_fail(err, XM_STATE, "%s was not made by xm, so that it cannot be built again", guest->name);
    return attend_reset(env, guest->uuid, err);
}

static int dump_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct dump_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (args->crash && args->reset)
        return xm_fail(err, XM_INVALID, "You may not specify more than one '-CR' option");
    if (env->dialect == XM_DIALECT_XM) {
        printf("Dumping core of domain: %s ...\n", call->words[0]);
        fflush(stdout);
    }
    if (find_guest(env, call->words[0], FIND_LIVE, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot dump core for privileged domain 0");
    if (dump(env, args, guest, call->count > 1 ? call->words[1] : NULL, err) < 0)
        return -1;
    if (args->crash)
        return xm_guest_destroy(&env->guests, guest->domid, err);
    return args->reset ? reset(env, guest, err) : 0;
}

const struct xm_cmd cmd_dump_core = {
    .name = "dump-core", .words = "DOMAIN [FILE]", .min = 1, .max = 2, .xl = { "DOMAIN FILE", 2, 2 },
    .summary = "Write a guest's memory as an ELF core",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES,
    .opts = dump_opts, .args_size = sizeof(struct dump_args), .run = dump_run,
};
