/* xm sysrq: send a magic system request to a Linux guest. */
#include "listing.h"

#include <string.h>

static int refuse_letter(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    if (env->dialect == XM_DIALECT_XM)
        return xm_fail(err, XM_INVALID, "%s is not convertible to a character", call->words[1]);
    print_cmd_help(env, call->cmd);
    return xm_fail(err, XM_INVALID, "Invalid sysrq.\n");
}

static int send(struct xm_env *env, const char *word, char letter, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_guest(env, word, FIND_LIVE, 0, &list, &guest, err) < 0)
        return -1;
    return xm_host_sysrq(env->host, guest->domid, letter, err);
}

static int sysrq_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const char *letter = call->words[1];

    if (strlen(letter) != 1)
        return refuse_letter(env, call, err);
    return send(env, call->words[0], *letter, err) < 0 ? forgive_number(env, call->words[0], err) : 0;
}

const struct xm_cmd cmd_sysrq = {
    .name = "sysrq", .words = "DOMAIN LETTER", .min = 2, .max = 2,
    .summary = "Send a magic system request to a Linux guest",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES, .run = sysrq_run,
};
