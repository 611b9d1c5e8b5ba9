/* xm destroy: end a guest at once. */
#include "cmd.h"

struct destroy_args { bool force; };

static const struct xm_opt destroy_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XL, 'f', NULL, struct destroy_args, force, "even domain 0"),
    XM_OPT_END
};

static int refuse_dom0(struct xm_env *env, const char *word, xm_error **err)
{
    if (env->dialect == XM_DIALECT_XM)
        return xm_fail(err, XM_STATE, "Cannot destroy privileged domain %s", word);
    return xm_fail(err, XM_STATE, "Not destroying domain 0; use -f to force.\n"
                   "This kills the host itself, with everything that runs on it.\n");
}

static int destroy_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct destroy_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, call->words[0], env->dialect == XM_DIALECT_XL ? FIND_LIVE : 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == XM_DOMID_NONE)
        return 0;               /* xm: a halted guest is as ended as it can be */
    if (guest->domid == 0 && !args->force)
        return refuse_dom0(env, call->words[0], err);
    return xm_guest_destroy(&env->guests, guest->domid, err);
}

const struct xm_cmd cmd_destroy = {
    .name = "destroy", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "End a guest at once",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_COMMON,
    .opts = destroy_opts, .args_size = sizeof(struct destroy_args), .run = destroy_run,
};
