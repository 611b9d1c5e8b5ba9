/* xm delete: forget a halted guest. */
#include "cmd.h"

static int delete_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid != XM_DOMID_NONE || guest->state.phase == XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "Domain is not halted.");
    return xm_guest_delete(&env->guests, guest->uuid, err);
}

const struct xm_cmd cmd_delete = {
    .name = "delete", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Forget a guest that is halted",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM, .run = delete_run,
};
