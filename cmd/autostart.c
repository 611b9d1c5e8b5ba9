/* xm autostart: brings guests up with their host. */
#include "boot.h"

#include <string.h>
#include <unistd.h>

#define AGAIN_MS 500            /* disks and memory come without telling */

enum { TIMEOUT = 300, DISK_WAIT = 30, MEMORY_WAIT = 60, JOBS_MIN = 2, JOBS_MAX = 16 };

struct autostart_args {
    struct boot_args boot;
    const char *disk_word, *memory_word;
    unsigned disk_wait, memory_wait;    /* seconds */
};

static const struct xm_opt autostart_opts[] = {
    BOOT_OPTS(struct autostart_args, "as many as there are processors, 2 to 16", "for each to come up (300)"),
    XM_STR(0, "disk-wait", struct autostart_args, disk_word, "SECONDS", "for a disk that is not there yet (30)"),
    XM_STR(0, "memory-wait", struct autostart_args, memory_word, "SECONDS", "for memory that is not free yet (60)"),
    XM_OPT_END
};

/* --- who --- */

static void plan(struct boot *boot, struct boot_item *item, const struct xm_guest *guest)
{
    item->action = guest->state.phase == XM_PHASE_SUSPENDED ? "resume" : "start";
    if (guest->domid != XM_DOMID_NONE && !guest->domain.dying)
        boot_end(boot, item, BOOT_LEFT, xm_strdup("is already there"));
}

/* A remembered guest that says so, or that its host's going down has suspended. */
static void plan_managed(struct boot *boot, const struct xm_guest *guest)
{
    struct boot_item *item;

    if (guest->damage != NULL) {
        item = boot_add(boot, guest->name != NULL ? guest->name : guest->uuid, guest->uuid);
        boot_end(boot, item, BOOT_FAILED, xm_printf("its entry cannot be read: %s", guest->damage));
        return;
    }
    item = boot_add(boot, guest->name, guest->uuid);
    boot_read_entry(boot, item);
    if (item->state == BOOT_FAILED)
        return;
    if (item->says.start || (guest->state.phase == XM_PHASE_SUSPENDED && item->says.stop == XM_STOP_SUSPEND))
        plan(boot, item, guest);
    else
        item->action = NULL;    /* not of the plan, unless a file means it */
}

static const struct xm_guest *running_as(const xm_guest_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct xm_guest *guest = &list->items[i];

        if (guest->domid != XM_DOMID_NONE && guest->domid != 0 && !guest->domain.dying && guest->name != NULL
            && strcmp(guest->name, name) == 0)
            return guest;
    }
    return NULL;
}

static const struct xm_guest *remembered_as(const xm_guest_list *list, const struct boot_item *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].ours && strcmp(list->items[i].uuid, item->uuid) == 0)
            return &list->items[i];
    return NULL;
}

/* A file of auto_dir: it means the remembered guest of its name, if there is one. */
static void plan_file(struct boot *boot, const xm_guest_list *list, struct boot_file *file)
{
    const char *name = boot_file_name(file);
    struct boot_item *item = boot_find(boot, name, file->doc != NULL ? xm_doc_get_str(file->doc, "uuid") : NULL);
    xm_error *why = NULL;

    if (item != NULL && file->why == NULL) {
        if (item->file != NULL)
            fprintf(stderr, "Warning: %s: is the same guest as %s, and is not read\n", file->path, item->file);
        else if (item->state == BOOT_WAITING && item->action == NULL)
            plan(boot, item, remembered_as(list, item));
        item->file = item->file != NULL ? item->file : xm_strdup(file->path);
        return;
    }
    item = boot_add(boot, name, file->doc != NULL ? xm_doc_get_str(file->doc, "uuid") : NULL);
    item->file = xm_strdup(file->path);
    item->doc = XM_TAKE(file->doc);
    item->action = "create";
    if (file->why != NULL)
        boot_fail(boot, item, XM_TAKE(file->why));
    else if (running_as(list, item->name) != NULL)
        boot_end(boot, item, BOOT_LEFT, xm_strdup("is already there"));
    else if (xm_schedule_read(item->doc, &item->says, &why) < 0)
        boot_fail(boot, item, why);
}

static void choose_all(struct boot *boot, const xm_guest_list *list, struct boot_file *files, size_t count)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].managed || list->items[i].damage != NULL)
            plan_managed(boot, &list->items[i]);
    for (size_t i = 0; i < count; i++)
        plan_file(boot, list, &files[i]);
}

/* --- when --- */

static void no_later_than(int64_t *ret_again, int64_t at)
{
    if (at < *ret_again)
        *ret_again = at;
}

/* Until when an item keeps those that come after it waiting; 0: it does not. One that failed or was
 * there already keeps nobody. */
static int64_t holds_until(const struct boot_item *item, int64_t now)
{
    int64_t end = item->ended + (int64_t)item->says.delay * 1000;

    if (item->state == BOOT_AT_WORK)
        return INT64_MAX;
    return item->state == BOOT_DONE && now < end ? end : 0;
}

static bool is_its_turn(const struct boot *boot, const struct xm_turn *turn, int64_t now, int64_t *ret_again)
{
    for (size_t i = 0; i < turn->need_count; i++) {
        const struct boot_item *need = boot->turns[turn->needs[i]].item;
        int64_t until = need->state == BOOT_WAITING ? INT64_MAX : holds_until(need, now);

        if (until != 0) {
            no_later_than(ret_again, until);
            return false;
        }
    }
    for (size_t i = 0; i < boot->count && boot->turns[i].order < turn->order; i++) {
        const struct boot_item *before = boot->turns[i].item;
        int64_t until = before->says.delay > 0 ? holds_until(before, now) : 0;

        if (until != 0) {
            no_later_than(ret_again, until);
            return false;
        }
    }
    return true;
}

static bool has_disks(struct boot *boot, struct boot_item *item, int64_t now, int64_t *ret_again)
{
    const struct autostart_args *args = boot->args;
    xm_autofree char *path = NULL;

    if (xm_guest_missing_disk(&boot->env->guests, item->doc, &path, NULL) != 1)
        return true;            /* what else is wrong with it, its start says best */
    if (item->disk_until == 0)
        item->disk_until = now + (int64_t)args->disk_wait * 1000;
    if (now >= item->disk_until)
        boot_end(boot, item, BOOT_FAILED, xm_printf("its disk %s is not there, after %u seconds", path, args->disk_wait));
    else
        no_later_than(ret_again, now + AGAIN_MS);
    return false;
}

/* What those at work were promised counts as taken, even if part of it is by now: better a little late
 * than two builds that fail for each other. */
static uint64_t promised(const struct boot *boot)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < boot->count; i++)
        sum += boot->items[i]->state == BOOT_AT_WORK ? boot->items[i]->need_kib : 0;
    return sum;
}

/* A guest that waits for others to be built is not overtaken, or small ones would keep a large one
 * waiting for ever; one that waits for memory that nobody of ours will free is. */
static bool has_memory(struct boot *boot, struct boot_item *item, int64_t now, int64_t *ret_again, bool *ret_hold)
{
    const struct autostart_args *args = boot->args;
    uint64_t taken = promised(boot);
    xm_error *why = NULL;
    struct xm_room room;

    if (xm_guest_room(&boot->env->guests, item->doc, &room, NULL) < 0)
        return true;
    item->need_kib = room.need_kib;
    if (room.need_kib + taken <= room.free_kib + room.dom0_kib)
        return true;
    if (taken > 0) {
        *ret_hold = room.need_kib <= room.free_kib + room.dom0_kib;
        return false;
    }
    if (item->memory_until == 0)
        item->memory_until = now + (int64_t)args->memory_wait * 1000;
    no_later_than(ret_again, now + AGAIN_MS);
    if (now < item->memory_until)
        return false;
    (void)xm_room_fail(&room, &why);
    boot_fail(boot, item, why);
    return false;
}

static bool is_ready(struct boot *boot, struct xm_turn *turn, int64_t *ret_again, bool *ret_hold)
{
    struct boot_item *item = turn->item;
    int64_t now = crew_now();

    return is_its_turn(boot, turn, now, ret_again) && has_disks(boot, item, now, ret_again)
           && has_memory(boot, item, now, ret_again, ret_hold);
}

/* --- how --- */

static unsigned words_of(struct boot *boot, struct boot_item *item, const char **words)
{
    const struct autostart_args *args = boot->args;
    size_t n = 0;

    words[n++] = item->action;
    if (strcmp(item->action, "create") == 0) {
        words[n++] = "-q";
        words[n++] = "-f";      /* a name with '=' in it is a file all the same */
        words[n++] = item->file;
    } else {
        words[n++] = item->uuid;
    }
    return args->boot.seconds;
}

static void ended(struct boot *boot, struct boot_item *item, bool ok, char *text)
{
    if (!ok) {
        boot_end(boot, item, BOOT_FAILED, text);
        return;
    }
    free(text);
    boot_end(boot, item, BOOT_DONE, xm_strdup(strcmp(item->action, "resume") == 0 ? "resumed" : "started"));
}

static unsigned usual_jobs(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    return cpus < JOBS_MIN ? JOBS_MIN : cpus > JOBS_MAX ? JOBS_MAX : (unsigned)cpus;
}

static int autostart_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    struct autostart_args args = *(const struct autostart_args *)call->args;
    __attribute__((cleanup(boot_clear))) struct boot boot = {
        .env = env, .args = &args, .ready = is_ready, .words = words_of, .ended = ended,
    };

    if (boot_read_args(&boot, &args.boot, usual_jobs(), TIMEOUT, err) < 0
        || boot_number(env, "--disk-wait", args.disk_word, 0, DISK_WAIT, &args.disk_wait, err) < 0
        || boot_number(env, "--memory-wait", args.memory_word, 0, MEMORY_WAIT, &args.memory_wait, err) < 0
        || boot_plan(&boot, choose_all, err) < 0)
        return -1;
    return boot_carry_out(&boot, &args.boot, "started", err);
}

const struct xm_cmd cmd_autostart = {
    .name = "autostart", .words = "", .min = 0, .max = 0,
    .summary = "Start the guests that come up with the host",
    .group = XM_GROUP_HOST, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XM,
    .opts = autostart_opts, .args_size = sizeof(struct autostart_args), .run = autostart_run,
};
