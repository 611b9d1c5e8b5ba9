/* From a word to a guest, with each dialect's words and status when there is none. */
#include "listing.h"

int pick_guest(struct xm_env *env, const xm_guest_list *list, const char *word, unsigned need,
               const struct xm_guest **ret_guest, xm_error **err)
{
    xm_error *why = NULL;
    const struct xm_guest *guest = xm_guest_pick(list, env->dialect, word, &why);

    env->fail_plain = true;
    if (guest == NULL && why->code != XM_NOT_FOUND) {
        *err = why;
        return -1;
    }
    xm_error_free(why);
    if (env->dialect == XM_DIALECT_XL) {
        /* Clients look for these very words; a halted guest is no domain in this dialect. */
        if (guest == NULL || ((need & FIND_LIVE) && guest->domid == XM_DOMID_NONE))
            return xm_fail(err, XM_NOT_FOUND, "%s is an invalid domain identifier (rc=-6)", word);
    } else if (guest == NULL) {
        env->fail_status = 3;
        return xm_fail(err, XM_NOT_FOUND, "Domain '%s' does not exist.", word);
    } else if ((need & FIND_LIVE) && guest->domid == XM_DOMID_NONE) {
        env->fail_plain = false;
        return xm_fail(err, XM_STATE, "Domain '%s' is not started", word);
    }
    env->fail_plain = false;
    *ret_guest = guest;
    return 0;
}

static bool is_half_way(struct xm_env *env, const struct xm_guest *guest)
{
    return (guest->ours && guest->damage == NULL && xm_guest_is_half_way(&guest->state))
        || (guest->doubt == NULL && xm_move_has(env->reg, guest->uuid));
}

int find_guest(struct xm_env *env, const char *word, unsigned need, unsigned want,
               xm_guest_list **ret_list, const struct xm_guest **ret_guest, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (xm_guest_list_load(&env->guests, want | XM_WANT_NAME, &list, err) < 0)
        return -1;
    guest = xm_guest_pick(list, env->dialect, word, NULL);
    /* Half way through a step, or on its way to another host: somebody's work, or the remains of
     * somebody's who was killed. */
    if (guest != NULL && is_half_way(env, guest)) {
        /* if it cannot be mended, what is to be done with it fails for that reason */
        if (xm_move_settle(&env->guests, guest->uuid, NULL) == 0 && xm_reg_has(env->reg, guest->uuid))
            (void)xm_guest_mend(&env->guests, guest->uuid, NULL);
        xm_guest_list_free(XM_TAKE(list));
        if (xm_guest_list_load(&env->guests, want | XM_WANT_NAME, &list, err) < 0)
            return -1;
    }
    if (pick_guest(env, list, word, need, ret_guest, err) < 0) {
        tell_damage(list);      /* one of those may be the guest that is meant: its name cannot be read */
        return -1;
    }
    if (env->modifies && (*ret_guest)->doubt != NULL
        && xm_guest_check_doubt(&env->guests, (*ret_guest)->uuid, NULL, err) < 0)
        return -1;
    *ret_list = XM_TAKE(list);
    return 0;
}
