/* xm domstate: the state of a guest in a word. */
#include "listing.h"

/* What is worse is said first: a guest may be blocked and paused, or blocked and crashed, at once. */
static const char *state_word(const struct xm_guest *guest)
{
    const struct xm_domain *domain = &guest->domain;

    if (!is_live(guest))
        return "shutoff";
    if (domain->shutdown && domain->reason == XM_REASON_CRASH)
        return "crashed";
    if (domain->shutdown || domain->dying)
        return "shutdown";
    if (domain->paused)
        return "paused";
    return domain->blocked ? "idle" : "running";
}

static int domstate_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    printf("%s\n", state_word(guest));
    return 0;
}

const struct xm_cmd cmd_domstate = {
    .name = "domstate", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Show a guest's state: shutoff, idle, running, paused, crashed, shutdown",
    .group = XM_GROUP_SHOW, .flags = XM_CMD_ONLY_XM, .run = domstate_run,
};
