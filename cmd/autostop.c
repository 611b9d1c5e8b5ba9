/* xm autostop: brings guests down with their host. */
#include "boot.h"

#include <string.h>

enum { TIMEOUT = 300, JOBS = 16, RELEASE_SECONDS = 90 };

struct autostop_args {
    struct boot_args boot;
    bool all, destroy;
};

static const struct xm_opt autostop_opts[] = {
    BOOT_OPTS(struct autostop_args, "16", "for each to go (300)"),
    XM_FLAG('a', "all", struct autostop_args, all, "every running guest, those of others too: what says nothing is shut down"),
    XM_FLAG(0, "destroy", struct autostop_args, destroy, "what has not gone in time is ended by force"),
    XM_OPT_END
};

/* --- who --- */

static const char *const actions[] = {
    [XM_STOP_IGNORE] = NULL, [XM_STOP_SHUTDOWN] = "shutdown", [XM_STOP_SUSPEND] = "suspend", [XM_STOP_DESTROY] = "destroy",
};

static const char *file_of(const struct boot_file *files, size_t count, const struct boot_item *item)
{
    for (size_t i = 0; i < count; i++) {
        const char *uuid = files[i].doc != NULL ? xm_doc_get_str(files[i].doc, "uuid") : NULL;

        if (files[i].doc != NULL
            && (strcmp(boot_file_name(&files[i]), item->name) == 0 || (uuid != NULL && strcmp(uuid, item->uuid) == 0)))
            return files[i].path;
    }
    return NULL;
}

/* What its configuration says; a guest of auto_dir that says nothing is shut down. */
static void choose(struct boot *boot, struct boot_item *item, const struct xm_guest *guest)
{
    const struct autostop_args *args = boot->args;

    item->action = actions[item->says.stop];
    if (item->action == NULL && (args->all || (item->file != NULL && !item->says.says_stop)))
        item->action = actions[XM_STOP_SHUTDOWN];
    if (item->action == NULL)
        return;
    if (guest->domain.shutdown)
        boot_end(boot, item, BOOT_LEFT, xm_strdup("has shut down already"));
    else if (guest->domain.paused && item->says.stop != XM_STOP_DESTROY)
        boot_end(boot, item, BOOT_LEFT, xm_strdup("is paused"));
}

static void plan_guest(struct boot *boot, const struct xm_guest *guest, const struct boot_file *files, size_t count)
{
    const struct autostop_args *args = boot->args;
    struct boot_item *item;

    if (guest->domid == 0 || guest->domid == XM_DOMID_NONE || guest->domain.dying || (!guest->ours && !args->all))
        return;                 /* it is none of ours to stop */
    item = boot_add(boot, guest->name != NULL ? guest->name : guest->uuid, guest->uuid);
    item->file = xm_strdup(file_of(files, count, item));
    if (guest->damage != NULL)
        boot_end(boot, item, BOOT_FAILED, xm_printf("its entry cannot be read: %s", guest->damage));
    else if (guest->ours)
        boot_read_entry(boot, item);
    if (item->state == BOOT_WAITING)
        choose(boot, item, guest);
}

static void choose_all(struct boot *boot, const xm_guest_list *list, struct boot_file *files, size_t count)
{
    for (size_t i = 0; i < list->count; i++)
        plan_guest(boot, &list->items[i], files, count);
}

/* --- when and how --- */

/* Once all that are after it, which its needs are by now, have gone or cannot. */
static bool is_ready(struct boot *boot, struct xm_turn *turn, int64_t *ret_again, bool *ret_hold)
{
    (void)ret_again;            /* nothing but an end makes a difference */
    (void)ret_hold;
    for (size_t i = 0; i < turn->need_count; i++) {
        const struct boot_item *after = boot->turns[turn->needs[i]].item;

        if (after->state == BOOT_WAITING || after->state == BOOT_AT_WORK)
            return false;
    }
    return true;
}

static unsigned words_of(struct boot *boot, struct boot_item *item, const char **words)
{
    const struct autostop_args *args = boot->args;
    bool shutdown = strcmp(item->action, "shutdown") == 0;
    size_t n = 0;

    words[n++] = item->action;
    if (shutdown) {
        words[n++] = "-t";
        words[n++] = args->boot.seconds_word;
        words[n++] = args->destroy ? "--destroy" : "-w";
    }
    words[n++] = item->uuid;
    /* shutdown keeps its own time, and then waits for what is left of the guest */
    return args->boot.seconds + (shutdown ? RELEASE_SECONDS : 0);
}

static bool is_action(const struct boot_item *item, enum xm_host_stop stop)
{
    return strcmp(item->action, actions[stop]) == 0;
}

/* A guest that does not let itself be suspended is shut down, for its disks' sake. */
static void ended(struct boot *boot, struct boot_item *item, bool ok, char *text)
{
    xm_autofree char *said = text, *before = NULL;

    if (!ok && is_action(item, XM_STOP_SUSPEND)) {
        item->action = actions[XM_STOP_SHUTDOWN];
        free(item->outcome);
        item->outcome = xm_printf(", for it could not be suspended: %s", said);
        return;                 /* it waits for its second turn */
    }
    before = XM_TAKE(item->outcome);
    if (!ok)
        boot_end(boot, item, BOOT_FAILED, xm_printf("%s%s", said, before != NULL ? before : ""));
    else if (is_action(item, XM_STOP_SUSPEND))
        boot_end(boot, item, BOOT_DONE, xm_strdup("suspended"));
    else
        boot_end(boot, item, BOOT_DONE, xm_printf("%s%s", is_action(item, XM_STOP_DESTROY) || strstr(said, " destroyed")
                                                  ? "destroyed" : "shut down", before != NULL ? before : ""));
}

static int autostop_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    struct autostop_args args = *(const struct autostop_args *)call->args;
    __attribute__((cleanup(boot_clear))) struct boot boot = {
        .env = env, .args = &args, .ready = is_ready, .words = words_of, .ended = ended,
    };
    xm_autofree char *seconds = NULL;

    if (boot_read_args(&boot, &args.boot, JOBS, TIMEOUT, err) < 0)
        return -1;
    args.boot.seconds_word = seconds = xm_printf("%u", args.boot.seconds);
    if (boot_plan(&boot, choose_all, err) < 0)
        return -1;
    boot_reverse(&boot);
    return boot_carry_out(&boot, &args.boot, "stopped", err);
}

const struct xm_cmd cmd_autostop = {
    .name = "autostop", .words = "", .min = 0, .max = 0,
    .summary = "Stop the guests that go down with the host",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = autostop_opts, .args_size = sizeof(struct autostop_args), .run = autostop_run,
};
