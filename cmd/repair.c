/* xm repair: what a crash or other hands have left wrong, told and mended. */
#include "cmd.h"

struct repair_args { bool look, destroy, json; };

static const struct xm_opt repair_opts[] = {
    XM_FLAG('n', "dryrun", struct repair_args, look, "only show what is wrong"),
    XM_FLAG(0, "destroy", struct repair_args, destroy, "end domains without a name, too"),
    XM_FLAG(0, "json", struct repair_args, json, "print an array of objects, for programs"),
    XM_OPT_END
};

struct run {
    struct xm_env *env;
    xm_json *array;             /* --json: all findings */
    bool left;                  /* something is as wrong as before */
};

static const char *const outcomes[] = {
    [XM_REPAIR_DONE] = "mended", [XM_REPAIR_WOULD] = "found", [XM_REPAIR_FAILED] = "failed", [XM_REPAIR_LEFT] = "left",
};

static void add_json(struct run *run, const struct xm_repair_finding *finding)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(object, "code", xm_json_new_str(finding->code));
    xm_json_set(object, "subject", xm_json_new_str(finding->subject));
    xm_json_set(object, "uuid", xm_json_new_str(finding->uuid));
    xm_json_set(object, "problem", xm_json_new_str(finding->problem));
    xm_json_set(object, "remedy", xm_json_new_str(finding->remedy));
    xm_json_set(object, "outcome", xm_json_new_str(outcomes[finding->outcome]));
    xm_json_set(object, "reason", xm_json_new_str(finding->reason));
    xm_json_add(run->array, object);
}

static void print_line(const struct xm_repair_finding *finding)
{
    printf("%s: %s: ", finding->subject, finding->problem);
    switch (finding->outcome) {
    case XM_REPAIR_DONE:
        printf("%s\n", finding->remedy);
        break;
    case XM_REPAIR_WOULD:
        printf("to be mended (%s)\n", finding->remedy);
        break;
    case XM_REPAIR_FAILED:
        printf("could not be mended (%s): %s\n", finding->remedy, finding->reason);
        break;
    case XM_REPAIR_LEFT:
        printf("left as it is (%s)\n", finding->remedy);
        break;
    }
}

/* What has become of a guest is the supervisor's concern, too. */
static void tell_super(struct run *run, const char *uuid)
{
    struct attend attend;
    xm_error *why = NULL;

    if (attend_step(run->env, uuid, &attend, &why) == 0 && attend_end(&attend, &why) == 0)
        return;
    xm_log(&run->env->log, XM_LOG_WARNING, "the supervisor could not be told of %s", uuid);
    xm_error_free(why);
}

static void found(void *arg, const struct xm_repair_finding *finding)
{
    struct run *run = arg;

    run->left = run->left || finding->outcome != XM_REPAIR_DONE;
    if (run->array != NULL)
        add_json(run, finding);
    else
        print_line(finding);
    if (finding->uuid != NULL && finding->outcome == XM_REPAIR_DONE)
        tell_super(run, finding->uuid);
}

static int repair_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct repair_args *args = call->args;
    struct run run = { .env = env, .array = args->json ? xm_json_new(XM_JSON_ARRAY) : NULL };
    struct xm_repair_how how = { args->look, args->destroy, found, &run };
    int rc;

    /* Viewed, not opened: opening it sweeps already what is to be shown here. */
    rc = env_view(env, err);
    if (rc == 0)
        rc = xm_guest_repair(&env->guests, &how, err);
    if (run.array != NULL && rc == 0)
        print_json(run.array);
    else
        xm_json_free(run.array);
    if (rc < 0)
        return -1;
    env->fail_status = 2;
    return run.left ? xm_fail(err, XM_STATE, "%s", "") : 0;     /* all has been said on stdout */
}

const struct xm_cmd cmd_repair = {
    .name = "repair", .words = "", .min = 0, .max = 0,
    .summary = "Mend what a crash has left wrong",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES | XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_ONLY_XM,
    .opts = repair_opts, .args_size = sizeof(struct repair_args), .run = repair_run,
};
