/* xm import-xend: the guests that the old toolstack's daemon kept. */
#include "cmd.h"

#include <unistd.h>

struct import_args { bool look, update; };

static const struct xm_opt import_opts[] = {
    XM_FLAG('n', "dryrun", struct import_args, look, "only show what would be imported"),
    XM_FLAG('u', "update", struct import_args, update, "replace the configuration of guests that are known already"),
    XM_OPT_END
};

struct run {
    bool look;
    unsigned counts[4];         /* by enum xm_import_outcome */
};

static const char *const words[] = {
    [XM_IMPORT_DONE] = "imported", [XM_IMPORT_UPDATED] = "updated", [XM_IMPORT_SKIPPED] = "skipped", [XM_IMPORT_FAILED] = "failed",
};

static void found(void *arg, const struct xm_import_finding *finding)
{
    bool changes = finding->outcome == XM_IMPORT_DONE || finding->outcome == XM_IMPORT_UPDATED;
    struct run *run = arg;

    run->counts[finding->outcome]++;
    if (finding->name != NULL)
        printf("%s (%s): ", finding->name, finding->uuid);
    else
        printf("%s: ", finding->uuid);
    printf("%s%s%s%s\n", run->look && changes ? "would be " : "", words[finding->outcome], finding->text ? ": " : "",
           finding->text ? finding->text : "");
}

static int import_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct import_args *args = call->args;
    struct run run = { .look = args->look };
    struct xm_import_how how = { args->look, args->update, found, &run };
    /* What people know is the daemon's directory; the guests are in the one below. */
    xm_autofree char *below = xm_printf("%s/domains", call->words[0]);

    if ((args->look ? env_view(env, err) : env_open(env, err)) < 0)
        return -1;
    if (xm_guest_import_xend(&env->guests, access(below, F_OK) == 0 ? below : call->words[0], &how, err) < 0)
        return -1;
    printf("%u %simported, %u updated, %u skipped, %u failed\n", run.counts[XM_IMPORT_DONE], args->look ? "to be " : "",
           run.counts[XM_IMPORT_UPDATED], run.counts[XM_IMPORT_SKIPPED], run.counts[XM_IMPORT_FAILED]);
    env->fail_status = 2;
    return run.counts[XM_IMPORT_FAILED] > 0 ? xm_fail(err, XM_INVALID, "%s", "") : 0;   /* all has been said on stdout */
}

const struct xm_cmd cmd_import_xend = {
    .name = "import-xend", .words = "DIR", .min = 1, .max = 1,
    .summary = "Remember the guests that xend did",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_ONLY_XM,
    .opts = import_opts, .args_size = sizeof(struct import_args), .run = import_run,
};
