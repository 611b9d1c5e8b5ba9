/* xm new: remember a guest, without starting it; or change one that is remembered. */
#include "cmd.h"

struct new_args {
    struct load_args load;
    bool ignored;
};

static const struct xm_opt new_opts[] = {
    LOAD_OPTS(struct new_args),
    XM_FLAG('p', "paused", struct new_args, ignored, NULL),
    XM_FLAG('c', "console_autoconnect", struct new_args, ignored, NULL),
    XM_OPT_END
};

/* By its uuid: it still runs under the name that it had. */
static bool is_live(struct xm_env *env, const char *uuid)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (xm_guest_list_load(&env->guests, 0, &list, NULL) < 0)
        return false;           /* only a remark depends on it */
    guest = xm_guest_pick(list, XM_DIALECT_XM, uuid, NULL);
    return guest != NULL && guest->domid != XM_DOMID_NONE;
}

static int new_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct new_args *args = call->args;
    XM_AUTO(xm_doc) *doc = NULL;
    const char *name;
    bool edited;

    if (load_config(env, &args->load, call, &doc, err) < 0)
        return -1;
    if (doc == NULL)
        return 0;
    if (env_open(env, err) < 0 || xm_guest_new(&env->guests, doc, &edited, err) < 0)
        return -1;
    name = xm_doc_get_str(doc, "name");
    if (edited && !args->load.quiet && is_live(env, xm_doc_get_str(doc, "uuid")))
        fprintf(stderr, "%s is running: the change takes effect at its next start\n", name);
    return 0;
}

const struct xm_cmd cmd_new = {
    .name = "new", .words = "FILE [VAR=VAL]...", .min = 0, .max = XM_MANY,
    .summary = "Remember a guest without starting it",
    .group = XM_GROUP_LIFECYCLE,
    .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_ONLY_XM | XM_CMD_DRY,
    .opts = new_opts, .args_size = sizeof(struct new_args), .run = new_run,
};
