/* xm pause and xm unpause. */
#include "listing.h"

static int apply(struct xm_env *env, const char *word, const char *verb, const char *kind,
                 int (*change)(xm_host *host, uint32_t domid, xm_error **err), xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, word, FIND_LIVE, 0, &list, &guest, err) < 0)
        return forgive_number(env, word, err);
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot %s privileged domain 0", verb);
    if (change(env->host, guest->domid, err) < 0)
        return forgive_number(env, word, err);
    /* no event of the host tells of it */
    xm_super_tell(env->conf, kind, guest->uuid, guest->name, guest->domid, NULL);
    return 0;
}

static int pause_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return apply(env, call->words[0], "pause", "paused", xm_host_pause, err);
}

const struct xm_cmd cmd_pause = {
    .name = "pause", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Stop a guest's vcpus; its memory and devices stay",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_COMMON, .run = pause_run,
};

static int unpause_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return apply(env, call->words[0], "unpause", "running", xm_host_unpause, err);
}

const struct xm_cmd cmd_unpause = {
    .name = "unpause", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Let a paused guest go on",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_COMMON, .run = unpause_run,
};
