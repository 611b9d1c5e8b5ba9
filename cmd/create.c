/* xm create: make a guest run out of a configuration, now. */
#include "cmd.h"

#include <string.h>

struct create_args {
    struct load_args load;
    bool paused, console, viewer, viewer_pass, detached, foreground, debug, ignore_masks;
};

static const struct xm_opt create_opts[] = {
    LOAD_OPTS(struct create_args),
    XM_FLAG('p', "paused", struct create_args, paused, "leave it paused once it is built"),
    XM_FLAG('c', "console_autoconnect", struct create_args, console, "attach to its console (Ctrl-] leaves it)"),
    XM_FLAG_IN(XM_DIALECT_XL, 'e', NULL, struct create_args, detached, "do nothing about it when it ends: it stays, shut down"),
    XM_FLAG_IN(XM_DIALECT_XL, 'F', NULL, struct create_args, foreground, "return only when the guest has ended for good"),
    XM_FLAG_IN(XM_DIALECT_XL, 'd', NULL, struct create_args, debug, "print the configuration on stderr, and go on"),
    XM_FLAG_IN(XM_DIALECT_XL, 'i', "ignore-global-affinity-masks", struct create_args, ignore_masks, NULL),
    VIEWER_OPTS(struct create_args),
    XM_OPT_END
};

/* xl's -e: nobody cleans up behind this guest, however it ends. */
static void keep_when_ended(xm_doc *doc)
{
    static const char *const keys[] = { "on_poweroff", "on_reboot", "on_crash", "on_watchdog" };

    for (size_t i = 0; i < XM_COUNT(keys); i++)
        xm_doc_set_str(doc, keys[i], "preserve");
}

static bool has_ended(void *arg, const xm_guest_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct xm_guest *guest = &list->items[i];

        if (strcmp(guest->uuid, arg) == 0)
            return guest->domid == XM_DOMID_NONE && guest->state.phase == XM_PHASE_HALTED;
    }
    return true;
}

/* The words of a failed build; xl's status says which kind it was. */
static int fail_build(struct xm_env *env, xm_error **err)
{
    if (env->dialect == XM_DIALECT_XL)
        env->fail_status = err != NULL && (*err)->code == XM_BUSY ? 15 : 3;
    return -1;
}

static int build(struct xm_env *env, const struct create_args *args, xm_doc *doc, xm_error **err)
{
    struct attend attend;
    struct xm_guest_how how;
    struct waiter waiter;
    uint32_t domid;

    if (args->foreground && wait_open(env, &waiter, err) < 0)
        return -1;
    if (attend_begin(env, args->paused, args->console, &attend, &how, err) < 0)
        return fail_build(env, err);
    attend.viewer = args->viewer;
    attend.autopass = args->viewer_pass;
    if (xm_guest_create(&env->guests, doc, &how, &domid, err) < 0) {
        attend_abort(&attend);
        return fail_build(env, err);
    }
    if (env->dialect == XM_DIALECT_XM && !args->load.quiet)
        printf("Started domain %s (id=%u)\n", xm_doc_get_str(doc, "name"), domid);
    if (attend_end(&attend, err) < 0)
        return -1;
    return args->foreground ? wait_until(&waiter, has_ended, attend.uuid, 0, err) : 0;
}

static int create_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct create_args *args = call->args;
    XM_AUTO(xm_doc) *doc = NULL;

    if (load_config(env, &args->load, call, &doc, err) < 0)
        return -1;
    if (doc == NULL)
        return 0;
    if (args->debug) {
        xm_autofree char *text = NULL;

        if (xm_config_format_json(doc, &text, err) < 0)
            return -1;
        fputs(text, stderr);
    }
    if (args->detached)
        keep_when_ended(doc);
    if (env_open(env, err) < 0)
        return -1;
    return build(env, args, doc, err);
}

const struct xm_cmd cmd_create = {
    .name = "create", .words = "FILE [VAR=VAL]...", .min = 0, .max = XM_MANY,
    .summary = "Make a guest run out of a configuration",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_COMMON | XM_CMD_DRY,
    .opts = create_opts, .args_size = sizeof(struct create_args), .run = create_run,
};
