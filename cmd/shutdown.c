/* xm shutdown and xm reboot: ask guests to go, or to go and come back. */
#include "cmd.h"

#include <string.h>

enum {
    ACK_SECONDS = 60,           /* stock xl waits this long for a guest to take the request */
    PATIENCE_SECONDS = 300,     /* and xend waited so long before it called a guest unresponsive */
    RELEASE_SECONDS = 60,       /* for what is left of a guest that has ended */
};

struct shutdown_args {
    unsigned wait, timeout;
    bool all, acpi, halt, reboot, destroy;
};

#define PATIENCE_OPTS                                                                                        \
    XM_UINT_IN(0, 't', "timeout", struct shutdown_args, timeout, "SECONDS", "wait as with -w, at most so long"), \
    XM_FLAG(0, "destroy", struct shutdown_args, destroy, "what has not obeyed by then (-t, 300) is ended by force")

static const struct xm_opt shutdown_opts[] = {
    XM_COUNT_OPT('w', "wait", struct shutdown_args, wait, "return once the guests have ended and let go of everything"),
    PATIENCE_OPTS,
    XM_FLAG('a', "all", struct shutdown_args, all, "every running guest but domain 0"),
    XM_FLAG_IN(XM_DIALECT_XM, 'H', "halt", struct shutdown_args, halt, "ask it to halt, without power-off"),
    XM_FLAG_IN(XM_DIALECT_XM, 'R', "reboot", struct shutdown_args, reboot, "ask it to reboot"),
    XM_FLAG('F', NULL, struct shutdown_args, acpi, "press the ACPI power button where there are no PV drivers to ask"),
    XM_OPT_END
};

static const struct xm_opt reboot_opts[] = {
    XM_COUNT_OPT('w', "wait", struct shutdown_args, wait, "return once the guests are back"),
    PATIENCE_OPTS,
    XM_FLAG('a', "all", struct shutdown_args, all, "every running guest but domain 0"),
    XM_FLAG('F', NULL, struct shutdown_args, acpi, "reset by ACPI where there are no PV drivers to ask"),
    XM_OPT_END
};

/* One guest on its way, and what has been said of it. */
struct target {
    char uuid[37];
    char *name;
    uint32_t domid;
    bool ours;
    bool shut;                  /* xl -w -w: its shutdown has been told, its end has not */
    bool told;
};

struct job {
    struct xm_env *env;
    enum xm_request request;
    const struct shutdown_args *args;
    unsigned patience;          /* seconds; 0: without end */
    xm_error *first;            /* what the command fails with */
    xm_super *super;            /* kept from leaving while guests of ours are waited for */
    struct target *targets;
    size_t count;
    bool late;                  /* some have not obeyed in time, and were left */
};

static void clear_job(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        free(job->targets[i].name);
    free(job->targets);
    xm_error_free(job->first);
    xm_super_close(job->super);
}

static void add_target(struct job *job, const struct xm_guest *guest)
{
    struct target *target;

    job->targets = xm_realloc(job->targets, job->count + 1, sizeof(*job->targets));
    target = &job->targets[job->count++];
    *target = (struct target){ .domid = guest->domid, .ours = guest->ours, .name = xm_strdup(guest->name ? guest->name : "(null)") };
    memcpy(target->uuid, guest->uuid, sizeof(target->uuid));
}

static int choose_all(struct job *job, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    if (xm_guest_list_load(&job->env->guests, XM_WANT_NAME, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        const struct xm_guest *guest = &list->items[i];
        bool idle = guest->domain.paused || guest->domain.shutdown || guest->domain.dying;

        if (guest->domid == 0 || guest->domid == XM_DOMID_NONE || (idle && job->env->dialect == XM_DIALECT_XM))
            continue;
        add_target(job, guest);
    }
    return 0;
}

static int choose_one(struct job *job, const struct xm_call *call, xm_error **err)
{
    bool xl = job->env->dialect == XM_DIALECT_XL;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (call->count == 0)
        return xm_fail(err, XM_INVALID, xl ? "You must specify -a or a domain id.\n" : "No domain parameter given");
    if (call->count > 1)
        return xm_fail(err, XM_INVALID, "No multiple domain parameters allowed");
    if (find_guest(job->env, call->words[0], xl ? FIND_LIVE : 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_STATE, "Domain 0 cannot be %s", xl && job->request == XM_REQUEST_REBOOT ? "rebooted" : "shutdown");
    if (guest->domid == XM_DOMID_NONE || guest->domain.shutdown)
        return xm_fail(err, XM_STATE, "Domain cannot be shutdown");
    add_target(job, guest);
    return 0;
}

/* So that the log tells of one that does not go. */
static void tell_asked(const struct job *job, const struct target *target)
{
    if (target->ours)
        xm_super_asked(job->env->conf, target->uuid, target->domid);
}

static int ask(struct job *job, const struct target *target, xm_error **err)
{
    bool xl = job->env->dialect == XM_DIALECT_XL, acpi = job->args->acpi;
    unsigned ack = xl && job->patience == 0 ? ACK_SECONDS : 0;  /* with a limit, all of them share it */

    if (xl)
        fprintf(stderr, "%s domain %u\n", job->request == XM_REQUEST_REBOOT ? "Rebooting" : "Shutting down", target->domid);
    /* xm had the hypervisor end a guest that nobody could ask; xl refuses unless told of ACPI. */
    if (xm_host_shutdown(job->env->host, target->domid, job->request, ack, acpi, !xl && !acpi, err) < 0)
        return -1;
    tell_asked(job, target);
    return 0;
}

static void say(const struct job *job, struct target *target, const char *fmt, ...) XM_PRINTF(3, 4);
static void say(const struct job *job, struct target *target, const char *fmt, ...)
{
    FILE *out = job->env->dialect == XM_DIALECT_XL ? stderr : stdout;
    va_list ap;

    fprintf(out, "Domain %s ", target->name);
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
    fflush(out);                /* whoever waits wants to see each as it ends */
    target->told = true;
}

/* Does by force what the guest was asked for. Why it is time for that stands at the end of the line. */
static int force(struct job *job, struct target *target, const char *why, xm_error **err)
{
    xm_error *first = NULL;

    if (job->request == XM_REQUEST_REBOOT && target->ours) {
        if (attend_reset(job->env, target->uuid, err) < 0)
            return xm_wrap(err, "cannot reset %s", target->name);
        say(job, target, "reset%s", why);
        return 0;
    }
    if (xm_guest_destroy(&job->env->guests, target->domid, &first) < 0 && first->code != XM_NOT_FOUND) {
        (void)xm_error_pass(err, first);
        return xm_wrap(err, "cannot destroy %s", target->name);
    }
    xm_error_free(first);       /* it has gone by itself at this very moment */
    say(job, target, "destroyed%s", why);
    return 0;
}

/* One that cannot be asked goes by force if that is wanted. */
static int go(struct job *job, struct target *target, xm_error **err)
{
    xm_error *why = NULL;

    if (ask(job, target, &why) == 0)
        return 0;
    if (job->args->destroy && why->code == XM_UNSUPPORTED) {
        xm_error_free(why);
        return force(job, target, ": it has no PV drivers to ask", err);
    }
    (void)xm_error_pass(err, why);
    return xm_wrap(err, "cannot %s %s", job->request == XM_REQUEST_REBOOT ? "reboot" : "shut down", target->name);
}

/* The first failure of several is the command's; the others are told as they come. Takes why. */
static void keep_failure(struct job *job, xm_error *why)
{
    xm_autofree char *text = NULL;

    if (job->first == NULL) {
        job->first = why;
        return;
    }
    text = xm_error_text(why);
    fprintf(stderr, "%s\n", text);
    xm_error_free(why);
}

/* Asks each in turn. One that cannot be asked does not keep the others from it. */
static void ask_all(struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        xm_error *why = NULL;

        if (go(job, &job->targets[i], &why) == 0)
            continue;
        job->targets[i].told = true;
        keep_failure(job, why);
    }
}

static const struct xm_guest *live_of(const xm_guest_list *list, const struct target *target)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].domid == target->domid && strcmp(list->items[i].uuid, target->uuid) == 0)
            return &list->items[i];
    }
    return NULL;
}

static const struct xm_guest *by_uuid(const xm_guest_list *list, const char *uuid)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].uuid, uuid) == 0)
            return &list->items[i];
    }
    return NULL;
}

/* A guest of ours that is shut down but still there, and not for being preserved: the supervisor is
 * about to clean up. */
static bool is_leaving(const struct xm_guest *live)
{
    return live->domain.shutdown && live->ours && live->state.phase != XM_PHASE_HALTED
           && live->state.last_reason == XM_REASON_NONE;
}

/* xm: the guest has left the running ones. */
static void look_ended(struct job *job, struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *live = live_of(list, target);

    if (live == NULL || (!is_leaving(live) && (live->domain.shutdown || live->domain.paused)))
        say(job, target, "terminated");
}

static void look_back(struct job *job, struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *now = by_uuid(list, target->uuid);

    if (live_of(list, target) != NULL)
        return;
    if (now == NULL || (now->domid == XM_DOMID_NONE && now->state.phase == XM_PHASE_HALTED))
        say(job, target, "destroyed for failing to reboot");
    else if (now->domid != XM_DOMID_NONE && now->state.phase == XM_PHASE_RUNNING)
        say(job, target, "rebooted");
}

/* xl: the first of a shutdown or an end; with a second -w the end. */
static void look_xl(struct job *job, struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *live = live_of(list, target);

    if (live == NULL) {
        fprintf(stderr, "Domain %u has been destroyed\n", target->domid);
        target->told = true;
    } else if (live->domain.shutdown && !target->shut) {
        fprintf(stderr, "Domain %u has been shut down, reason code %d\n", target->domid, live->domain.reason);
        target->shut = true;
        target->told = job->args->wait < 2;
        if (!target->told)
            fprintf(stderr, "Domain %u continue waiting for death\n", target->domid);
    }
}

static bool all_told(void *arg, const xm_guest_list *list)
{
    struct job *job = arg;
    bool all = true;

    for (size_t i = 0; i < job->count; i++) {
        struct target *target = &job->targets[i];

        if (!target->told && job->env->dialect == XM_DIALECT_XL)
            look_xl(job, target, list);
        else if (!target->told && job->request == XM_REQUEST_REBOOT)
            look_back(job, target, list);
        else if (!target->told)
            look_ended(job, target, list);
        all = all && target->told;
    }
    return all;
}

/* Time is up for those of which nothing has been told yet. */
static void escalate(struct job *job)
{
    xm_autofree char *why = xm_printf(", for it did not obey within %u seconds", job->patience);

    for (size_t i = 0; i < job->count; i++) {
        struct target *target = &job->targets[i];
        xm_error *failure = NULL;

        if (target->told)
            continue;
        job->late = job->late || !job->args->destroy;
        if (job->args->destroy)
            (void)force(job, target, why, &failure);
        else
            (void)xm_fail(&failure, XM_TIMEOUT, "%s has not %s within %u seconds", target->name,
                          job->request == XM_REQUEST_REBOOT ? "rebooted" : "ended", job->patience);
        if (failure != NULL)
            keep_failure(job, failure);
        target->told = true;
    }
}

/* Nobody is still being cleaned up. What is preserved or paused, and what others than xm look after,
 * stays as it is. */
static bool none_leaving(void *arg, const xm_guest_list *list)
{
    struct job *job = arg;

    for (size_t i = 0; i < job->count; i++) {
        const struct xm_guest *live = live_of(list, &job->targets[i]);

        if (live != NULL && is_leaving(live))
            return false;
    }
    return true;
}

/* What has ended may still have backends that write, or a device model. */
static int wait_released(struct job *job, struct waiter *waiter, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    if (wait_until(waiter, none_leaving, job, RELEASE_SECONDS, err) < 0)
        return xm_wrap(err, "the supervisor has not cleaned up");
    if (xm_guest_list_load(&job->env->guests, 0, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < job->count; i++) {
        const struct target *target = &job->targets[i];

        if (live_of(list, target) != NULL)
            continue;
        if (xm_host_released(job->env->host, target->domid, target->uuid, RELEASE_SECONDS * 1000, err) < 0)
            return xm_wrap(err, "%s has ended, but not let go of all", target->name);
    }
    return 0;
}

static int wait_all(struct job *job, struct waiter *waiter, xm_error **err)
{
    bool xl = job->env->dialect == XM_DIALECT_XL;
    xm_error *why = NULL;

    if (xl)
        fprintf(stderr, "Waiting for %zu domains\n", job->count);
    if (wait_until(waiter, all_told, job, job->patience, &why) < 0) {
        if (why->code != XM_TIMEOUT)
            return xm_error_pass(err, why);
        xm_error_free(why);
        escalate(job);
    }
    if (wait_released(job, waiter, err) < 0)
        return -1;
    if (!xl && !job->late)
        printf("All domains %s\n", job->request == XM_REQUEST_REBOOT ? "rebooted" : "terminated");
    return 0;
}

/* A guest of ours ends by the supervisor's hand: it has to be there. */
static int prepare_wait(struct job *job, struct waiter *waiter, xm_error **err)
{
    bool ours = false;

    for (size_t i = 0; i < job->count; i++)
        ours = ours || job->targets[i].ours;
    if (ours && super_open(job->env, &job->super, err) < 0)
        return -1;
    return wait_open(job->env, waiter, err);
}

static int run(struct xm_env *env, const struct xm_call *call, enum xm_request request, xm_error **err)
{
    const struct shutdown_args *args = call->args;
    __attribute__((cleanup(clear_job))) struct job job = {
        .env = env, .request = request, .args = args, .patience = args->timeout,
    };
    bool wait = args->wait || args->timeout || args->destroy;
    struct waiter waiter;
    xm_error *why = NULL;

    if (args->destroy && job.patience == 0)
        job.patience = PATIENCE_SECONDS;
    if ((args->all ? choose_all(&job, err) : choose_one(&job, call, err)) < 0
        || (wait && prepare_wait(&job, &waiter, err) < 0))
        return -1;
    ask_all(&job);
    if (wait && (job.first == NULL || args->all) && wait_all(&job, &waiter, &why) < 0)
        keep_failure(&job, why);
    return job.first != NULL ? xm_error_pass(err, XM_TAKE(job.first)) : 0;
}

static int shutdown_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct shutdown_args *args = call->args;

    if (args->halt && args->reboot)
        return xm_fail(err, XM_INVALID, "Can't specify halt and reboot");
    return run(env, call, args->halt ? XM_REQUEST_HALT : args->reboot ? XM_REQUEST_REBOOT : XM_REQUEST_POWEROFF, err);
}

const struct xm_cmd cmd_shutdown = {
    .name = "shutdown", .words = "[DOMAIN]", .min = 0, .max = XM_MANY,
    .summary = "Ask a guest to power itself off",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_COMMON,
    .opts = shutdown_opts, .args_size = sizeof(struct shutdown_args), .run = shutdown_run,
};

static int reboot_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return run(env, call, XM_REQUEST_REBOOT, err);
}

const struct xm_cmd cmd_reboot = {
    .name = "reboot", .words = "[DOMAIN]", .min = 0, .max = XM_MANY,
    .summary = "Ask a guest to reboot",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_COMMON,
    .opts = reboot_opts, .args_size = sizeof(struct shutdown_args), .run = reboot_run,
};
