/* xm migrate: a guest to another host. */
#include "dryrun.h"
#include "progress.h"
#include "way.h"

#include <string.h>
#include <unistd.h>

#define AGAIN_S 2               /* between two questions after a lost link */
#define AGAIN_TIMES 4
#define STALL_MAX 86400         /* seconds: a day is as good as for ever */

struct migrate_args {
    bool live, debug, paused, keep, keep_domid, detached, home, foreground, recover, here, there, dry_run, json;
    const char *config, *node, *progress;
    struct opt_list force;
    unsigned resource, max_rounds, max_time, stall;
    struct way_args way;
};

static const struct xm_opt migrate_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'l', "live", struct migrate_args, live, "let it run while most of its memory goes"),
    XM_FLAG_IN(XM_DIALECT_XL, 0, "live", struct migrate_args, live, NULL),
    WAY_OPTS(struct migrate_args),
    XM_STR('C', NULL, struct migrate_args, config, "FILE", "the configuration that it is to have there"),
    XM_FLAG_IN(XM_DIALECT_XM, 0, "paused", struct migrate_args, paused, "leave it paused there"),
    XM_FLAG_IN(XM_DIALECT_XL, 'p', "paused", struct migrate_args, paused, "leave it paused there"),
    XM_FLAG(0, "keep", struct migrate_args, keep, "of a remembered guest, leave the definition here, halted"),
    XM_FLAG('D', NULL, struct migrate_args, keep_domid, "it is to have the same number there"),
    XM_FLAG(0, "debug", struct migrate_args, debug, "send all of its memory twice, to be compared"),
    XM_UINT_IN(XM_DIALECT_XM, 'r', "resource", struct migrate_args, resource, "MBIT", "send no more than so many Mbit/s"),
    XM_UINT_IN(XM_DIALECT_XL, 0, "resource", struct migrate_args, resource, "MBIT", "send no more than so many Mbit/s"),
    XM_UINT_IN(0, 0, "max-rounds", struct migrate_args, max_rounds, "N", "give up before it is gone over once more than N times"),
    XM_UINT_IN(0, 0, "max-time", struct migrate_args, max_time, "SECONDS", "give up if its memory is not there by then"),
    XM_UINT_IN(0, 0, "stall", struct migrate_args, stall, "SECONDS", "give up if nothing is said, or gets through, for so long (60)"),
    PROGRESS_OPT(struct migrate_args),
    XM_FLAG(0, "dryrun", struct migrate_args, dry_run, "only look whether it would work, and change nothing"),
    XM_FLAG(0, "json", struct migrate_args, json, "with --dryrun: print what was found as JSON"),
    XM_LIST_IN(XM_DIALECT_XM, 0, "force", struct migrate_args, force, "CHECK,...", "go on past what warns or is unknown, and past these failed checks"),
    XM_FLAG(0, "recover", struct migrate_args, recover, "settle a move that was cut off at its end, by asking the other host"),
    XM_FLAG(0, "here", struct migrate_args, here, "with --recover: nobody is asked, it goes on here"),
    XM_FLAG(0, "there", struct migrate_args, there, "with --recover: nobody is asked, it has gone there"),
    XM_FLAG('e', NULL, struct migrate_args, detached, NULL),
    XM_FLAG_IN(XM_DIALECT_XL, 'F', NULL, struct migrate_args, foreground, NULL),
    XM_FLAG_IN(XM_DIALECT_XM, 'c', "change_home_server", struct migrate_args, home, NULL),
    XM_STR_IN(XM_DIALECT_XM, 'n', "node", struct migrate_args, node, "NODE", NULL),
    XM_OPT_END
};

/* --- what can go --- */

static bool has_any(const xm_json *config, const char *key)
{
    const xm_json *list = xm_json_get(config, key, NULL);

    return list != NULL && list->count > 0;
}

/* What is tied to this machine; in xend's words and order. */
static int check_devices(struct xm_env *env, const struct xm_guest *guest, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;
    xm_autofree char *text = NULL;

    if (xm_guest_config_json(&env->guests, guest, &text, err) < 0 || xm_json_parse(text, strlen(text), &config, err) < 0)
        return -1;
    if (has_any(config, "pcidevs"))
        return xm_fail(err, XM_STATE, "Migration not permitted with assigned PCI device.");
    if (has_any(config, "usbdevs") || has_any(config, "usbctrls"))
        return xm_fail(err, XM_STATE, "Migration not permitted with assigned USB device.");
    return 0;
}

static int check_guest(struct xm_env *env, const struct migrate_args *args, const struct xm_guest *guest, xm_error **err)
{
    bool live = guest->domid != XM_DOMID_NONE;

    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Cannot migrate privileged domain 0");
    if (live && (guest->domain.shutdown || guest->domain.dying || guest->domain.paused))
        return xm_fail(err, XM_STATE, "Domain is not running");
    if ((args->home || args->keep) && !guest->managed)
        return xm_fail(err, XM_STATE, "Domain is not a managed domain");
    if (!live && (args->config != NULL || args->keep_domid))
        return xm_fail(err, XM_STATE, "Domain is not running");
    if (env->dialect == XM_DIALECT_XL || force_names(&args->force, "pass-through"))
        return 0;
    return check_devices(env, guest, err);
}

/* --- what it is to be there --- */

static int with_domid(struct xm_env *env, const struct xm_guest *guest, char **json, xm_error **err)
{
    XM_AUTO(xm_json) *config = NULL;

    if (*json == NULL && xm_host_config_json(env->host, guest->domid, json, err) < 0)
        return -1;
    if (xm_json_parse(*json, strlen(*json), &config, err) < 0)
        return -1;
    for (size_t i = 0; config->type == XM_JSON_OBJECT && i < config->count; i++)
        if (strcmp(config->keys[i], "c_info") == 0 && config->items[i]->type == XM_JSON_OBJECT)
            xm_json_set(config->items[i], "domid", xm_json_new_int(guest->domid));
    free(*json);
    *json = xm_json_format(config, false);
    return 0;
}

static int replacing(struct xm_env *env, const struct migrate_args *args, const struct xm_guest *guest, char **ret_json,
                     xm_error **err)
{
    if (args->config != NULL && load_replacement_json(env, args->config, ret_json, err) < 0)
        return -1;
    return args->keep_domid ? with_domid(env, guest, ret_json, err) : 0;
}

/* --- would it work? --- */

/* Stock xl looks at nothing beforehand, and neither does who is called so. */
static int look_first(struct xm_env *env, const struct migrate_args *args, const struct xm_sending *sending,
                      struct xm_link *link, bool to_xm, xm_error **err)
{
    struct inquiry inquiry = {
        .env = env, .host = sending->peer.host, .live = sending->live, .stock = !to_xm, .force = &args->force,
    };
    int rc = -1;

    if (env->dialect == XM_DIALECT_XL)
        return 0;
    if (inquiry_of(&inquiry, sending->guest, sending->config_json, err) == 0
        && inquiry_run(&inquiry, to_xm ? link : NULL, err) == 0)
        rc = inquiry_judge(&inquiry, err);
    inquiry_clear(&inquiry);
    if (rc < 0 && to_xm)
        (void)xm_session_over(link, NULL);      /* that nothing follows shows anyway */
    return rc;
}

/* --- the move --- */

/* The link was lost when all had been said: for some seconds it is asked again. */
static int ask_again(struct xm_env *env, const struct xm_guest *guest, xm_error *why, xm_error **err)
{
    const char *name = guest->name ? guest->name : guest->uuid;
    bool there = false, known = false;

    for (unsigned i = 0; i < AGAIN_TIMES && !known && !*env->stop; i++) {
        if (i > 0)
            sleep(AGAIN_S);
        known = recover_ask(env, guest->uuid, true, &there, NULL) == 0;
    }
    if (known && there) {
        xm_error_free(why);
        return 0;
    }
    xm_error_pass(err, why);
    if (known)
        return xm_wrap(err, "it did not come, and goes on here");
    return xm_wrap(err, "%s is neither run nor ended here until xm migrate --recover %s has been told", name, name);
}

static int send_it(struct xm_env *env, struct xm_link *link, bool to_xm, const struct xm_sending *sending, xm_error **err)
{
    struct xm_sent sent = { .told = false };
    xm_error *why = NULL;
    int rc = to_xm ? xm_session_send(link, sending, &sent, &why) : xm_xl_send(link, sending, &sent, &why);

    xm_host_set_stop(env->host, env->stop);
    way_close(env, link);
    if (rc == 0)
        return 0;
    if (sent.doubt && ask_again(env, sending->guest, XM_TAKE(why), &why) == 0)
        return 0;
    if (sent.told && env->dialect == XM_DIALECT_XL && why->code != XM_INTERRUPTED) {
        enum xm_code code = why->code;

        xm_error_free(why);
        return xm_fail(err, code, "%s", "");    /* all has been said on stderr */
    }
    return xm_error_pass(err, why);
}

static void tell_step(struct xm_env *env, const char *kind, const struct xm_sending *sending)
{
    const struct xm_guest *guest = sending->guest;
    xm_autofree char *detail = xm_printf("to %s", sending->peer.host);

    xm_super_tell(env->conf, kind, guest->uuid, guest->name, strcmp(kind, "migrated") == 0 ? XM_DOMID_NONE : guest->domid, detail);
}

/* Of one that is in doubt the supervisor tells, which sees it by its record. */
static void tell_failed(struct xm_env *env, const struct xm_sending *sending, const xm_error *why)
{
    const struct xm_guest *guest = sending->guest;
    xm_autofree char *text = xm_error_text(why), *detail = xm_printf("it has not migrated to %s: %s", sending->peer.host, text);

    if (!xm_move_has(env->reg, guest->uuid))
        xm_super_tell(env->conf, "failed", guest->uuid, guest->name, guest->domid, detail);
}

/* Under the supervisor's eyes: should we be killed at it, what is to become of the guest is settled. */
static int move(struct xm_env *env, const struct migrate_args *args, struct xm_link *link, bool to_xm,
                const struct xm_sending *sending, xm_error **err)
{
    const struct xm_guest *guest = sending->guest;
    xm_error *why = NULL;
    struct attend attend;

    if (look_first(env, args, sending, link, to_xm, err) < 0 || attend_step(env, guest->uuid, &attend, err) < 0) {
        way_close(env, link);
        return -1;
    }
    tell_step(env, "migrating", sending);
    if (send_it(env, link, to_xm, sending, &why) < 0) {
        tell_failed(env, sending, why);
        attend_abort(&attend);
        return xm_error_pass(err, why);
    }
    tell_step(env, "migrated", sending);
    return attend_end(&attend, err);
}

/* --resource counts millions of bits, as networks do. */
static uint64_t rate_of(const struct migrate_args *args)
{
    return (uint64_t)args->resource * 125000;
}

/* Called as xl, its protocol's lines are what is told. */
static int begin_progress(struct xm_env *env, const struct migrate_args *args, const struct xm_guest *guest,
                          struct progress *ret_progress, xm_error **err)
{
    const char *how = args->progress == NULL && env->dialect == XM_DIALECT_XL ? "none" : args->progress;

    return progress_begin(env, "moving", guest->name ? guest->name : guest->uuid, how, ret_progress, err);
}

static int migrate(struct xm_env *env, const struct migrate_args *args, const struct xm_guest *guest, const char *host,
                   xm_error **err)
{
    struct xm_link link = XM_LINK_INIT;
    xm_autofree char *json = NULL;
    struct progress progress;
    struct way way;
    bool to_xm;
    int rc;

    if (check_guest(env, args, guest, err) < 0 || replacing(env, args, guest, &json, err) < 0
        || way_of(env, &args->way, host, &way, err) < 0)
        return -1;
    way.rune.debug = args->debug;
    way.rune.paused = args->paused;
    way.rune.detached = args->detached;
    env->fail_plain = true;
    if (begin_progress(env, args, guest, &progress, err) < 0 || way_open(env, &way, &link, &to_xm, err) < 0)
        return -1;
    if (args->stall > 0)
        link.limit_ms = args->stall < STALL_MAX ? args->stall * 1000 : STALL_MAX * 1000;
    rc = move(env, args, &link, to_xm, &(struct xm_sending){
        .guests = &env->guests, .guest = guest, .peer = way_peer(&way), .config_json = json,
        .live = args->live || env->dialect == XM_DIALECT_XL, .debug = args->debug, .paused = args->paused,
        .keep = args->keep,
        .limits = { .rate = rate_of(args), .rounds = args->max_rounds, .seconds = args->max_time },
        .watch = progress_watch(&progress), .teller = way_teller(env),
    }, err);
    progress_end(&progress);
    return rc;
}

static int migrate_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct migrate_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    way_survive_loss();
    if (call->count != (args->recover ? 1 : 2))
        return env->dialect == XM_DIALECT_XM ? fail_usage(env, err, "Invalid number of arguments")
                                             : fail_usage(env, err, "'xl migrate' requires at least 2 arguments.\n");
    if (args->here && args->there)
        return fail_usage(env, err, "--here and --there are not both true");
    if (args->recover)
        return recover_run(env, call->words[0], args->here, args->there, err);
    if (args->here || args->there)
        return fail_usage(env, err, "--here and --there go with --recover");
    if (args->json && !args->dry_run)
        return fail_usage(env, err, "--json goes with --dryrun");
    if (force_check(env, &args->force, err) < 0)
        return -1;
    if (args->dry_run)
        return dryrun_run(env, call->words[0], call->words[1], &(struct dryrun_how){
            .way = &args->way, .config = args->config, .rate = rate_of(args), .live = args->live || env->dialect == XM_DIALECT_XL, .json = args->json, .force = &args->force,
        }, err);
    if (find_guest(env, call->words[0], env->dialect == XM_DIALECT_XL ? FIND_LIVE : 0, 0, &list, &guest, err) < 0)
        return -1;
    return migrate(env, args, guest, call->words[1], err);
}

const struct xm_cmd cmd_migrate = {
    .name = "migrate", .words = "DOMAIN HOST", .max = XM_MANY, .xl = { "DOMAIN HOST", 0, 2 },
    .summary = "Move a guest to another host",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES,
    .opts = migrate_opts, .args_size = sizeof(struct migrate_args), .run = migrate_run,
};
