/* xm wait: returns when a guest has come to a state. */
#include "cmd.h"

#include <string.h>
#include <time.h>

struct wait_args { const char *seconds; };

static const struct xm_opt wait_opts[] = {
    XM_STR('t', "timeout", struct wait_args, seconds, "SECONDS", "no longer than that; 0: look only"),
    XM_OPT_END
};

/* A state by its word is an event by its word, too. */
enum { RUNNING = 1, PAUSED = 2, HALTED = 4, SUSPENDED = 8, CRASHED = 16, SHUTDOWN = 32, GONE = 64 };
static const struct { const char *word; unsigned bit; } states[] = {
    { "running", RUNNING }, { "paused", PAUSED }, { "halted", HALTED }, { "suspended", SUSPENDED },
    { "crashed", CRASHED | SHUTDOWN }, { "shutdown", SHUTDOWN }, { "gone", GONE },
};

enum { TIMED_OUT = 124, LOOK_MS = 2000 };       /* as timeout(1) */

struct wish {
    char *name, uuid[37];
    uint32_t domid;
    bool ours;
    unsigned wanted;
    const char *words;          /* the wish as it was typed */
    int64_t end;                /* -1: none */
    bool over;                  /* nothing more can happen to it */
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned state_by_word(const char *word, size_t len)
{
    for (size_t i = 0; i < XM_COUNT(states); i++)
        if (strlen(states[i].word) == len && strncmp(states[i].word, word, len) == 0)
            return states[i].bit;
    return 0;
}

static int parse_states(struct xm_env *env, const char *words, unsigned *ret_wanted, xm_error **err)
{
    unsigned wanted = 0;

    for (const char *at = words; ; at++) {
        size_t len = strcspn(at, ",");
        unsigned bit = state_by_word(at, len);

        if (bit == 0)
            return fail_usage(env, err, "'%.*s' is no state to wait for: running, paused, halted, suspended, crashed, "
                              "shutdown or gone", (int)len, at);
        wanted |= bit == (CRASHED | SHUTDOWN) ? CRASHED : bit;
        at += len;
        if (*at == '\0')
            break;
    }
    *ret_wanted = wanted;
    return 0;
}

/* A live domain's states; 0 if it is not the one that is meant. */
static unsigned look_at_domain(struct xm_env *env, const char *uuid, uint32_t domid, bool *ret_there, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    const struct xm_domain *d;

    *ret_there = false;
    if (xm_host_get(env->host, domid, 0, &domains, err) < 0)
        return 0;
    d = &domains->items[0];
    if (strcmp(d->uuid, uuid) != 0)
        return 0;
    *ret_there = true;
    if (d->shutdown)
        return d->reason == XM_REASON_CRASH ? CRASHED | SHUTDOWN : d->reason == XM_REASON_SUSPEND ? 0 : SHUTDOWN;
    return d->dying ? 0 : d->paused ? PAUSED : RUNNING;
}

static int pass_unless_gone(xm_error *why, xm_error **err)
{
    if (why != NULL && why->code != XM_NOT_FOUND)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return 0;
}

/* By its entry. On its way from one state to another it is in none. */
static int look_at_entry(struct xm_env *env, struct wish *wish, unsigned *ret_states, xm_error **err)
{
    struct xm_reg_state state;
    xm_error *why = NULL;
    bool there;

    *ret_states = 0;
    if (!xm_reg_has(env->reg, wish->uuid) || xm_reg_load_state(env->reg, wish->uuid, &state, &why) < 0) {
        wish->over = why == NULL || !xm_reg_has(env->reg, wish->uuid);
        *ret_states = wish->over ? HALTED | SHUTDOWN | GONE : 0;
        if (!wish->over)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (state.phase == XM_PHASE_RUNNING && state.domid != XM_DOMID_NONE)
        *ret_states = look_at_domain(env, wish->uuid, state.domid, &there, &why);
    else if (state.domid == XM_DOMID_NONE && state.phase == XM_PHASE_SUSPENDED)
        *ret_states = SUSPENDED | GONE;
    else if (state.domid == XM_DOMID_NONE && state.phase == XM_PHASE_HALTED && state.managed)
        *ret_states = HALTED | SHUTDOWN | GONE;
    return pass_unless_gone(why, err);
}

static int look(struct xm_env *env, struct wish *wish, unsigned *ret_states, xm_error **err)
{
    xm_error *why = NULL;
    bool there;

    if (wish->ours)
        return look_at_entry(env, wish, ret_states, err);
    *ret_states = look_at_domain(env, wish->uuid, wish->domid, &there, &why);
    if (pass_unless_gone(why, err) < 0)
        return -1;
    wish->over = !there;
    if (!there)
        *ret_states = HALTED | SHUTDOWN | GONE;
    return 0;
}

/* What an event says, though it may be past already when we look. */
static unsigned heard(const struct wish *wish, const char *line)
{
    XM_AUTO(xm_json) *event = NULL;
    const xm_json *kind, *domid;

    if (xm_json_parse(line, strlen(line), &event, NULL) < 0)
        return 0;
    kind = xm_json_get(event, "event", NULL);
    domid = xm_json_get(event, "domid", NULL);
    if (kind == NULL || xm_json_str(kind) == NULL
        || (!wish->ours && (domid == NULL || xm_json_int(domid, -1) != (int64_t)wish->domid)))
        return 0;
    return state_by_word(xm_json_str(kind), strlen(xm_json_str(kind)));
}

/* That a guest is paused or goes on by another program's hand is told by nobody: for that, and that
 * alone, it is looked at now and then. */
static int patience(const struct wish *wish)
{
    int64_t left = wish->end < 0 ? INT32_MAX : wish->end - now_ms();

    if ((wish->wanted & (RUNNING | PAUSED)) && left > LOOK_MS)
        return LOOK_MS;
    return left == INT32_MAX && wish->end < 0 ? -1 : left < 0 ? 0 : (int)left;
}

static int await(struct xm_env *env, xm_super *super, struct wish *wish, xm_error **err)
{
    unsigned now;

    if (look(env, wish, &now, err) < 0)
        return -1;
    while (!(now & wish->wanted)) {
        xm_autofree char *line = NULL;
        int rc;

        if (wish->over)
            return xm_fail(err, XM_STATE, "Domain '%s' is no more", wish->name);
        if (wish->end >= 0 && now_ms() >= wish->end) {
            env->fail_status = TIMED_OUT;
            return xm_fail(err, XM_TIMEOUT, "Domain '%s' did not come to be %s in time", wish->name, wish->words);
        }
        rc = xm_super_next(super, patience(wish), &line, err);
        if (rc < 0)
            return xm_wrap(err, "the supervisor");
        if ((rc > 0 && (heard(wish, line) & wish->wanted)))
            return 0;
        if (look(env, wish, &now, err) < 0)
            return -1;
    }
    return 0;
}

static int wait_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct wait_args *args = call->args;
    struct wish wish = { .end = -1, .words = call->words[1] };
    XM_AUTO(xm_guest_list) *list = NULL;
    XM_AUTO(xm_super) *super = NULL;
    const struct xm_guest *guest;
    unsigned long seconds = 0;

    if (parse_states(env, call->words[1], &wish.wanted, err) < 0)
        return -1;
    if (args->seconds != NULL && !parse_number(args->seconds, 0, 1000000, &seconds))
        return fail_usage(env, err, "'%s' is no number of seconds", args->seconds);
    if (find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    wish.name = guest->name != NULL ? guest->name : call->words[0];
    wish.domid = guest->domid;
    wish.ours = guest->ours;
    memcpy(wish.uuid, guest->uuid, sizeof(wish.uuid));
    if (args->seconds != NULL)
        wish.end = now_ms() + (int64_t)seconds * 1000;
    /* Listening first: what happens between the look and the listening would be missed. */
    if (super_open(env, &super, err) < 0)
        return -1;
    if (xm_super_subscribe(super, wish.uuid, err) < 0)
        return xm_wrap(err, "the supervisor");
    return await(env, super, &wish, err);
}

const struct xm_cmd cmd_wait = {
    .name = "wait", .words = "DOMAIN STATE[,STATE...]", .min = 2, .max = 2,
    .summary = "Wait until a guest has come to a state",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_ONLY_XM | XM_CMD_NO_HELP,
    .opts = wait_opts, .args_size = sizeof(struct wait_args), .run = wait_run,
};
