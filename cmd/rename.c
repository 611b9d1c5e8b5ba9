/* xm rename: give a guest another name. */
#include "listing.h"

#include <string.h>

static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:+-";

    return strspn(name, allowed) == strlen(name);
}

static int check_name(const struct xm_env *env, const char *name, xm_error **err)
{
    if (*name == '\0')
        return xm_fail(err, XM_INVALID, "Missing VM Name");
    /* xl takes any name; what its clients cannot read back are blanks and control characters. */
    if (env->dialect == XM_DIALECT_XM && !is_name(name))
        return xm_fail(err, XM_INVALID, "Invalid VM Name");
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name <= ' ' || *name == 0x7f || *name == '/')
            return xm_fail(err, XM_INVALID, "a name has no blanks, control characters or slashes");
    }
    return 0;
}

static int rename_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    const char *word = call->words[0], *name = call->words[1];

    if (find_guest(env, word, env->dialect == XM_DIALECT_XL ? FIND_LIVE : 0, 0, &list, &guest, err) < 0
        || check_name(env, name, err) < 0)
        return -1;
    if (xm_guest_rename(&env->guests, guest, name, err) == 0)
        return 0;
    return env->dialect == XM_DIALECT_XL ? xm_wrap(err, "Can't rename domain '%s'", word) : -1;
}

const struct xm_cmd cmd_rename = {
    .name = "rename", .words = "DOMAIN NEW-NAME", .min = 2, .max = 2,
    .summary = "Give a guest another name",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES, .run = rename_run,
};
