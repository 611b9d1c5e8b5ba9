/* A guest in doubt: its move was cut off between the last word of this host and the answer to it, and only
 * the other one knows where it runs. It is asked again, or an administrator says. */
#include "way.h"

#include <string.h>

/* The name in the line of the listing that has uuid; NULL: there is none. */
static char *name_there(const char *listing, const char *uuid)
{
    for (const char *line = listing; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        xm_autofree char *one = xm_strndup(line, strcspn(line, "\n"));

        if (strstr(one, uuid) != NULL)
            return xm_strndup(one, strcspn(one, " \t"));
    }
    return NULL;
}

/* Stock xl keeps no record of what it received: what it has now is all there is to go by. */
static int judge(const char *name, const struct way *way, bool soon, bool *ret_there, xm_error **err)
{
    static const char incoming[] = "--incoming";
    size_t len = name ? strlen(name) : 0;

    if (name == NULL && !soon)
        return xm_fail(err, XM_STATE, "%s does not have it. If it has never run there: --recover --here; "
                       "if it has ended there since: --recover --there", way->rune.host);
    if (len > strlen(incoming) && strcmp(name + len - strlen(incoming), incoming) == 0)
        return xm_fail(err, XM_STATE, "%s has it as %s, still waiting or left over. Once that domain is destroyed there: "
                       "--recover --here", way->rune.host, name);
    *ret_there = name != NULL;
    return 0;
}

static int ask_stock(struct xm_env *env, const struct way *way, const char *uuid, bool soon, bool *ret_there, xm_error **err)
{
    xm_autofree char *listing = NULL, *name = NULL;

    if (way->rune.command != NULL && *way->rune.command == '\0')
        return xm_fail(err, XM_STATE, "%s cannot be asked: look there, then --recover --here or --there", way->rune.host);
    if (way_ask(env, way, "xl list -v", &listing, err) < 0)
        return -1;
    /* What is no list says nothing of who is not on it. */
    if (strncmp(listing, "Name ", 5) != 0)
        return xm_fail(err, XM_INVALID, "%s: what it says is no list of domains", way->rune.host);
    name = name_there(listing, uuid);
    return judge(name, way, soon, ret_there, err);
}

static int settle(struct xm_env *env, const char *uuid, bool there, xm_error **err)
{
    XM_AUTO(xm_leave) *leave = NULL;

    if (xm_leave_reopen(&env->guests, uuid, &leave, NULL, err) < 0)
        return -1;
    return there ? xm_leave_done(leave, err) : xm_leave_abort(leave, err);
}

int recover_ask(struct xm_env *env, const char *uuid, bool soon, bool *ret_there, xm_error **err)
{
    XM_AUTO(xm_move) *record = NULL;
    struct xm_link link = XM_LINK_INIT;
    xm_error *why = NULL;
    struct way way;
    bool is_xm;
    int rc = -1;

    if (xm_move_load(env->reg, uuid, &record, err) < 0 || way_again(env, &record->peer, &way, err) < 0)
        return -1;
    if (way_open(env, &way, &link, &is_xm, &why) < 0)
        return xm_error_pass(err, why);
    if (is_xm)
        rc = xm_session_recover(&link, &env->guests, uuid, ret_there, &why);
    xm_link_close(&link, XM_LINK_GRACE_MS, NULL);
    if (rc == 0)
        return 0;
    /* an xm beside the xl that took it knows nothing of that */
    if (is_xm && !(record->stock && why->code == XM_STATE))
        return xm_error_pass(err, why);
    xm_error_free(why);
    if (ask_stock(env, &way, uuid, soon, ret_there, err) < 0)
        return -1;
    return settle(env, uuid, *ret_there, err);
}

/* The record that word means: of a guest by its name or uuid, or of one that only a record tells of. */
static int find_record(struct xm_env *env, const char *word, xm_move **ret_record, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    xm_error *why = NULL;

    if (xm_move_find(env->reg, word, ret_record, &why) == 0)
        return 0;
    if (why->code != XM_NOT_FOUND)
        return xm_error_pass(err, why);
    xm_error_free(why);
    if (find_guest(env, word, 0, 0, &list, &guest, err) < 0)
        return -1;
    env->fail_plain = true;
    if (!xm_move_has(env->reg, guest->uuid))
        return xm_fail(err, XM_STATE, "no move of %s was cut off", guest->name ? guest->name : word);
    return xm_move_load(env->reg, guest->uuid, ret_record, err);
}

static void tell_settled(struct xm_env *env, const xm_move *record, bool there)
{
    const char *host = record->peer.host ? record->peer.host : "another host";
    xm_autofree char *detail = xm_printf(there ? "to %s" : "it has not migrated to %s", host);

    xm_super_tell(env->conf, there ? "migrated" : "failed", record->uuid, record->name, there ? XM_DOMID_NONE : record->domid, detail);
}

int recover_run(struct xm_env *env, const char *word, bool here, bool there, xm_error **err)
{
    XM_AUTO(xm_move) *record = NULL;

    env->fail_plain = true;
    if (find_record(env, word, &record, err) < 0)
        return -1;
    if (here || there ? settle(env, record->uuid, there, err) < 0
                      : recover_ask(env, record->uuid, false, &there, err) < 0)
        return -1;
    tell_settled(env, record, there);
    printf(there ? "%s runs on %s, and is gone here.\n" : "%s goes on here; it is not on %s.\n", record->name,
           record->peer.host ? record->peer.host : "the other host");
    return 0;
}
