/* xm domid and xm domname: from one to the other. */
#include "listing.h"

#include <string.h>

/* xl takes every word for a name, digits too. */
static int domid_xl(struct xm_env *env, const char *name, xm_error **err)
{
    uint32_t domid;

    if (xm_host_find(env->host, name, &domid, err) == 0) {
        printf("%u\n", domid);
        return 0;
    }
    if (err == NULL || (*err)->code != XM_NOT_FOUND)
        return -1;
    xm_error_clear(err);
    return xm_fail(err, XM_NOT_FOUND, "Can't get domid of domain name '%s', maybe this domain does not exist.", name);
}

static int domid_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (env->dialect == XM_DIALECT_XL)
        return domid_xl(env, call->words[0], err);
    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (is_live(guest))
        printf("%u\n", guest->domid);
    else
        printf("None\n");       /* what scripts that wait for a guest to go compare with */
    return 0;
}

const struct xm_cmd cmd_domid = {
    .name = "domid", .words = "DOMAIN", .min = 1, .max = 1,
    .xl = { "NAME", 1, 1 },
    .summary = "Show the id of a domain",
    .more = "A managed guest that is not running has none: xm shows None, xl fails.\n",
    .group = XM_GROUP_SHOW, .run = domid_run,
};

static int domname_xl(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    const char *word = call->words[0];
    unsigned long domid;

    if (!is_number(word)) {
        print_cmd_help(env, call->cmd);
        return xm_fail(err, XM_INVALID, "Invalid domain id.\n");
    }
    if (parse_number(word, 0, XM_DOMID_NONE - 1, &domid)
        && xm_host_get(env->host, (uint32_t)domid, XM_WANT_NAME, &domains, NULL) == 0 && domains->items[0].name != NULL) {
        printf("%s\n", domains->items[0].name);
        return 0;
    }
    return xm_fail(err, XM_NOT_FOUND, "Can't get domain name of domain id '%s', maybe this domain does not exist.", word);
}

static int domname_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (env->dialect == XM_DIALECT_XL)
        return domname_xl(env, call, err);
    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    printf("%s\n", shown_name(guest));
    return 0;
}

const struct xm_cmd cmd_domname = {
    .name = "domname", .words = "DOMAIN", .min = 1, .max = 1,
    .xl = { "ID", 1, 1 },
    .summary = "Show the name of a domain",
    .group = XM_GROUP_SHOW, .run = domname_run,
};
