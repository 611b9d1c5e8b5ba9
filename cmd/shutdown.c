/* xm shutdown and xm reboot: ask guests to go, or to go and come back. */
#include "cmd.h"

#include <string.h>

/* Stock xl waits this long for a guest to take the request. */
enum { ACK_SECONDS = 60 };

struct shutdown_args {
    bool wait, all, acpi, halt, reboot;
};

static const struct xm_opt shutdown_opts[] = {
    XM_FLAG('w', "wait", struct shutdown_args, wait, "return once the guests have ended"),
    XM_FLAG('a', "all", struct shutdown_args, all, "every running guest but domain 0"),
    XM_FLAG_IN(XM_DIALECT_XM, 'H', "halt", struct shutdown_args, halt, "ask it to halt, without power-off"),
    XM_FLAG_IN(XM_DIALECT_XM, 'R', "reboot", struct shutdown_args, reboot, "ask it to reboot"),
    XM_FLAG('F', NULL, struct shutdown_args, acpi, "press the ACPI power button where there are no PV drivers to ask"),
    XM_OPT_END
};

static const struct xm_opt reboot_opts[] = {
    XM_FLAG('w', "wait", struct shutdown_args, wait, "return once the guests are back"),
    XM_FLAG('a', "all", struct shutdown_args, all, "every running guest but domain 0"),
    XM_FLAG('F', NULL, struct shutdown_args, acpi, "reset by ACPI where there are no PV drivers to ask"),
    XM_OPT_END
};

/* One guest on its way, and what has been said of it. */
struct target {
    char uuid[37];
    char *name;
    uint32_t domid;
    bool told;
};

struct job {
    struct xm_env *env;
    enum xm_request request;
    struct target *targets;
    size_t count;
    bool failed;
};

static void clear_job(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        free(job->targets[i].name);
    free(job->targets);
}

static void add_target(struct job *job, const struct xm_guest *guest)
{
    struct target *target;

    job->targets = xm_realloc(job->targets, job->count + 1, sizeof(*job->targets));
    target = &job->targets[job->count++];
    *target = (struct target){ .domid = guest->domid, .name = xm_strdup(guest->name ? guest->name : "(null)") };
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

static int ask(struct job *job, const struct target *target, bool acpi, xm_error **err)
{
    bool xl = job->env->dialect == XM_DIALECT_XL;

    if (xl)
        fprintf(stderr, "%s domain %u\n", job->request == XM_REQUEST_REBOOT ? "Rebooting" : "Shutting down", target->domid);
    /* xm had the hypervisor end a guest that nobody could ask; xl refuses unless told of ACPI. */
    return xm_host_shutdown(job->env->host, target->domid, job->request, xl ? ACK_SECONDS : 0, acpi, !xl && !acpi, err);
}

/* Asks each in turn. One that cannot be asked does not keep the others from it. */
static int ask_all(struct job *job, bool acpi, xm_error **err)
{
    xm_error *first = NULL;

    for (size_t i = 0; i < job->count; i++) {
        xm_error *why = NULL;
        xm_autofree char *text = NULL;

        if (ask(job, &job->targets[i], acpi, &why) == 0)
            continue;
        xm_wrap(&why, "cannot %s %s", job->request == XM_REQUEST_REBOOT ? "reboot" : "shut down", job->targets[i].name);
        job->targets[i].told = true;
        if (first == NULL) {
            first = why;
            continue;
        }
        text = xm_error_text(why);
        fprintf(stderr, "%s\n", text);
        xm_error_free(why);
    }
    if (first == NULL)
        return 0;
    if (err != NULL)
        *err = first;
    else
        xm_error_free(first);
    return -1;
}

static const struct xm_guest *by_domid(const xm_guest_list *list, uint32_t domid)
{
    for (size_t i = 0; i < list->count && domid != XM_DOMID_NONE; i++) {
        if (list->items[i].domid == domid)
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

static void tell(struct target *target, const char *fmt, const char *name)
{
    printf(fmt, name);
    fflush(stdout);             /* whoever waits wants to see each as it ends */
    target->told = true;
}

/* xm: the guest has left the running ones. A guest of ours that is shut down but still there is
 * waited for further while the supervisor has it to clean up. */
static void look_ended(struct job *job, struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *live = by_domid(list, target->domid);

    if (live != NULL && !live->domain.shutdown && !live->domain.paused)
        return;
    if (live != NULL && live->domain.shutdown && live->ours && live->state.phase != XM_PHASE_HALTED
        && live->state.last_reason == XM_REASON_NONE)
        return;
    (void)job;
    tell(target, "Domain %s terminated\n", target->name);
}

static void look_back(struct job *job, struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *now = by_uuid(list, target->uuid);

    if (by_domid(list, target->domid) != NULL)
        return;
    if (now == NULL || (now->domid == XM_DOMID_NONE && now->state.phase == XM_PHASE_HALTED)) {
        tell(target, "Domain %s destroyed for failing to reboot\n", target->name);
        job->failed = true;
    } else if (now->domid != XM_DOMID_NONE && now->state.phase == XM_PHASE_RUNNING) {
        tell(target, "Domain %s rebooted\n", target->name);
    }
}

/* xl: the first of a shutdown or an end. */
static void look_xl(struct target *target, const xm_guest_list *list)
{
    const struct xm_guest *live = by_domid(list, target->domid);

    if (live == NULL)
        fprintf(stderr, "Domain %u has been destroyed\n", target->domid);
    else if (live->domain.shutdown)
        fprintf(stderr, "Domain %u has been shut down, reason code %d\n", target->domid, live->domain.reason);
    else
        return;
    target->told = true;
}

static bool all_told(void *arg, const xm_guest_list *list)
{
    struct job *job = arg;
    bool all = true;

    for (size_t i = 0; i < job->count; i++) {
        struct target *target = &job->targets[i];

        if (!target->told && job->env->dialect == XM_DIALECT_XL)
            look_xl(target, list);
        else if (!target->told && job->request == XM_REQUEST_REBOOT)
            look_back(job, target, list);
        else if (!target->told)
            look_ended(job, target, list);
        all = all && target->told;
    }
    return all;
}

static int wait_all(struct job *job, struct waiter *waiter, xm_error **err)
{
    bool xl = job->env->dialect == XM_DIALECT_XL;

    if (xl)
        fprintf(stderr, "Waiting for %zu domains\n", job->count);
    if (wait_until(waiter, all_told, job, 0, err) < 0)
        return -1;
    if (!xl)
        printf("All domains %s\n", job->request == XM_REQUEST_REBOOT ? "rebooted" : "terminated");
    return 0;
}

static int run(struct xm_env *env, const struct xm_call *call, enum xm_request request, xm_error **err)
{
    const struct shutdown_args *args = call->args;
    __attribute__((cleanup(clear_job))) struct job job = { .env = env, .request = request };
    struct waiter waiter;
    int status;

    if (args->wait && wait_open(env, &waiter, err) < 0)
        return -1;
    if ((args->all ? choose_all(&job, err) : choose_one(&job, call, err)) < 0)
        return -1;
    status = ask_all(&job, args->acpi, err);
    if (status < 0 && !args->all)
        return -1;
    if (args->wait && wait_all(&job, &waiter, status < 0 ? NULL : err) < 0)
        return -1;
    return status;
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
