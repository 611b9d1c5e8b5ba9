/* What the commands share that change what a guest has. */
#include "cmd.h"

/* To stock xl a guest that does not run is none; who asks for what is stored means such a one, too. */
static bool find_stored(struct xm_env *env, const char *word, xm_guest_list **ret_list, const struct xm_guest **ret_guest)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (xm_guest_list_load(&env->guests, XM_WANT_NAME, &list, NULL) < 0)
        return false;
    guest = xm_guest_pick(list, XM_DIALECT_XL, word, NULL);
    if (guest == NULL)
        guest = xm_guest_pick(list, XM_DIALECT_XM, word, NULL);
    if (guest == NULL)
        return false;
    *ret_guest = guest;
    *ret_list = XM_TAKE(list);
    return true;
}

int find_to_change(struct xm_env *env, const char *word, const struct where_args *where, struct xm_change *change,
                   xm_guest_list **ret_list, const struct xm_guest **ret_guest, xm_error **err)
{
    bool stored = where->config && !where->live, xl = env->dialect == XM_DIALECT_XL;

    /* Both is what neither means, too. */
    change->where = where->config == where->live ? 0 : stored ? XM_STORED : XM_LIVE;
    if (xl && stored && find_stored(env, word, ret_list, ret_guest))
        return 0;
    return find_guest(env, word, xl ? FIND_LIVE : 0, 0, ret_list, ret_guest, err);
}
