#include "boot.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 4096
#define NUMBER_MAX 86400u      /* a day of seconds */
#define JOBS_MAX 256            /* what the supervisor serves at once */
#define LOOK_MS 500             /* the longest sleep: a signal just before it must not be lost for long */
#define LINE_MAX_COLUMNS 79

/* --- the plan --- */

struct boot_item *boot_add(struct boot *boot, const char *name, const char *uuid)
{
    struct boot_item *item = xm_new0(struct boot_item, 1);

    *item = (struct boot_item){ .name = xm_strdup(name), .says = { .order = XM_SCHEDULE_ORDER } };
    if (uuid != NULL)
        snprintf(item->uuid, sizeof(item->uuid), "%s", uuid);
    XM_GROW(boot->items, boot->count, boot->cap);
    boot->items[boot->count++] = item;
    return item;
}

struct boot_item *boot_find(struct boot *boot, const char *name, const char *uuid)
{
    for (size_t i = 0; i < boot->count; i++) {
        struct boot_item *item = boot->items[i];

        if (strcmp(item->name, name) == 0 || (uuid != NULL && *uuid != '\0' && strcmp(item->uuid, uuid) == 0))
            return item;
    }
    return NULL;
}

static void free_item(struct boot_item *item)
{
    free(item->name);
    free(item->file);
    free(item->outcome);
    xm_doc_free(item->doc);
    xm_schedule_clear(&item->says);
    free(item);
}

void boot_clear(struct boot *boot)
{
    if (boot->turns != NULL)
        xm_turns_clear(boot->turns, boot->count);
    for (size_t i = 0; i < boot->count; i++)
        free_item(boot->items[i]);
    free(boot->turns);
    free(boot->items);
}

int boot_number(struct xm_env *env, const char *option, const char *word, unsigned min, unsigned otherwise, unsigned *ret,
                xm_error **err)
{
    unsigned long number = otherwise;

    if (word != NULL && !parse_number(word, min, NUMBER_MAX, &number))
        return fail_usage(env, err, "%s must be a number from %u to %u, not %s", option, min, NUMBER_MAX, word);
    *ret = (unsigned)number;
    return 0;
}

int boot_read_args(struct boot *boot, struct boot_args *args, unsigned jobs, unsigned seconds, xm_error **err)
{
    if (boot_number(boot->env, "--jobs", args->jobs_word, 1, jobs, &args->jobs, err) < 0
        || boot_number(boot->env, "--timeout", args->seconds_word, 1, seconds, &args->seconds, err) < 0)
        return -1;
    boot->jobs = args->jobs < JOBS_MAX ? args->jobs : JOBS_MAX;
    boot->json = args->json;
    boot->quiet = args->quiet || args->dry_run;
    return 0;
}

void boot_read_entry(struct boot *boot, struct boot_item *item)
{
    xm_error *why = NULL;

    if (xm_reg_load_doc(boot->env->reg, item->uuid, &item->doc, &why) < 0
        || xm_schedule_read(item->doc, &item->says, &why) < 0)
        boot_fail(boot, item, why);
}

/* What editors and package managers leave beside a file is none. */
static bool is_configuration(const char *name)
{
    static const char *const ends[] = { "~", ".swp", ".bak", ".rpmsave", ".rpmnew", ".rpmorig", ".dpkg-old", ".dpkg-new",
                                        ".dpkg-dist", ".dpkg-tmp" };
    size_t len = strlen(name);

    for (size_t i = 0; i < XM_COUNT(ends); i++)
        if (len > strlen(ends[i]) && strcmp(name + len - strlen(ends[i]), ends[i]) == 0)
            return false;
    return *name != '.';
}

static int by_path(const void *a, const void *b)
{
    const struct boot_file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

static void read_file(struct xm_env *env, struct boot_file *file)
{
    const struct load_args args = { .file = file->path, .quiet = true };
    const struct xm_call none = { 0 };

    if (load_unchecked(env, &args, &none, &file->doc, &file->why) == 0)
        return;
    env->fail_status = 0;       /* it is one guest's failure, not the command's */
    env->fail_words = false;
}

/* The files of auto_dir that are configurations, by name. A directory that is not there has none. */
static int read_files(struct xm_env *env, struct boot_file **ret_files, size_t *ret_count, xm_error **err)
{
    const char *dir_path = env->conf->auto_dir;
    struct boot_file *files = NULL;
    struct dirent *entry;
    size_t count = 0, cap = 0;
    DIR *dir = opendir(dir_path);

    if (dir == NULL && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", dir_path);
    while (dir != NULL && count < FILES_MAX && (entry = readdir(dir)) != NULL) {
        if (!is_configuration(entry->d_name))
            continue;
        XM_GROW(files, count, cap);
        files[count++] = (struct boot_file){ .path = xm_printf("%s/%s", dir_path, entry->d_name) };
    }
    if (dir != NULL)
        closedir(dir);
    if (count > 0)
        qsort(files, count, sizeof(*files), by_path);
    for (size_t i = 0; i < count; i++)
        read_file(env, &files[i]);
    *ret_files = files;
    *ret_count = count;
    return 0;
}

static void free_files(struct boot_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(files[i].path);
        xm_doc_free(files[i].doc);
        xm_error_free(files[i].why);
    }
    free(files);
}

const char *boot_file_name(const struct boot_file *file)
{
    const char *name = file->doc != NULL ? xm_doc_get_str(file->doc, "name") : NULL;

    return name != NULL ? name : strrchr(file->path, '/') + 1;
}

static void tell_circle(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "Warning: xm_start_after goes round in a circle, the last step is not heeded: %s\n", text);
}

static void sort(struct boot *boot)
{
    boot->turns = xm_new0(struct xm_turn, boot->count + 1);
    for (size_t i = 0; i < boot->count; i++) {
        struct boot_item *item = boot->items[i];

        boot->turns[i] = (struct xm_turn){
            .name = item->name, .order = item->says.order, .after = item->says.after, .item = item,
        };
    }
    xm_turns_sort(boot->turns, boot->count, tell_circle, NULL);
}

/* Forgets items for which nothing is to be done. */
static void drop_unplanned(struct boot *boot)
{
    size_t kept = 0;

    for (size_t i = 0; i < boot->count; i++) {
        struct boot_item *item = boot->items[i];

        if (item->state == BOOT_WAITING && item->action == NULL)
            free_item(item);
        else
            boot->items[kept++] = item;
    }
    boot->count = kept;
}

int boot_plan(struct boot *boot, void (*choose)(struct boot *, const xm_guest_list *, struct boot_file *, size_t), xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    struct boot_file *files = NULL;
    size_t count = 0;

    if (xm_guest_list_load(&boot->env->guests, XM_WANT_NAME, &list, err) < 0
        || read_files(boot->env, &files, &count, err) < 0)
        return -1;
    choose(boot, list, files, count);
    free_files(files, count);
    drop_unplanned(boot);
    sort(boot);
    return 0;
}

void boot_reverse(struct boot *boot)
{
    size_t count = boot->count;
    struct xm_turn *turns = xm_new0(struct xm_turn, count + 1);

    for (size_t i = 0; i < count; i++) {
        turns[i] = boot->turns[count - 1 - i];
        turns[i].needs = NULL;
        turns[i].need_count = 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < boot->turns[i].need_count; j++) {
            struct xm_turn *first = &turns[count - 1 - boot->turns[i].needs[j]];

            XM_GROW_COUNTED(first->needs, first->need_count);
            first->needs[first->need_count++] = count - 1 - i;
        }
    xm_turns_clear(boot->turns, count);
    free(boot->turns);
    boot->turns = turns;
}

/* --- what is told --- */

static const char *const state_words[] = {
    [BOOT_WAITING] = "waiting", [BOOT_AT_WORK] = "working", [BOOT_DONE] = "done", [BOOT_FAILED] = "failed",
    [BOOT_LEFT] = "left",
};

static size_t count_state(const struct boot *boot, enum boot_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < boot->count; i++)
        count += boot->items[i]->state == state;
    return count;
}

static bool has_ended(const struct boot_item *item)
{
    return item->state != BOOT_WAITING && item->state != BOOT_AT_WORK;
}

static void clear_progress(struct boot *boot)
{
    if (boot->progress)
        fputs("\r\033[K", stdout);
    boot->progress = false;
}

/* On a terminal a line of who is being worked on; it goes when something else is to be said. */
static void show_progress(struct boot *boot)
{
    xm_autobuf line = XM_BUF_INIT;
    size_t ended = 0;

    if (boot->json || boot->quiet || !isatty(STDOUT_FILENO))
        return;
    for (size_t i = 0; i < boot->count; i++)
        ended += has_ended(boot->items[i]);
    xm_buf_printf(&line, "[%zu/%zu]", ended, boot->count);
    for (size_t i = 0; i < boot->count; i++)
        if (boot->items[i]->state == BOOT_AT_WORK)
            xm_buf_printf(&line, " %s", boot->items[i]->name);
    clear_progress(boot);
    printf("%.*s", LINE_MAX_COLUMNS, line.data);
    fflush(stdout);
    boot->progress = true;
}

void boot_end(struct boot *boot, struct boot_item *item, enum boot_state state, char *outcome)
{
    item->state = state;
    item->ended = crew_now();
    free(item->outcome);
    item->outcome = outcome;
    clear_progress(boot);
    if (state == BOOT_FAILED)
        fprintf(stderr, "%s: failed: %s\n", item->name, outcome);
    else if (!boot->json && !boot->quiet)
        printf("%s: %s\n", item->name, outcome);
    fflush(stdout);
}

void boot_fail(struct boot *boot, struct boot_item *item, xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);

    boot_end(boot, item, BOOT_FAILED, xm_strndup(text, strcspn(text, "\n")));
    xm_error_free(why);
}

static xm_json *names_json(char *const *names)
{
    xm_json *list = xm_json_new(XM_JSON_ARRAY);

    for (; names != NULL && *names != NULL; names++)
        xm_json_add(list, xm_json_new_str(*names));
    return list;
}

static xm_json *item_json(const struct boot_item *item)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);
    bool worked = item->began != 0 && item->ended != 0;

    xm_json_set(object, "name", xm_json_new_str(item->name));
    xm_json_set(object, "uuid", xm_json_new_str(*item->uuid != '\0' ? item->uuid : NULL));
    xm_json_set(object, "file", xm_json_new_str(item->file));
    xm_json_set(object, "action", xm_json_new_str(item->action));
    xm_json_set(object, "order", xm_json_new_int(item->says.order));
    xm_json_set(object, "delay", xm_json_new_int(item->says.delay));
    xm_json_set(object, "after", names_json(item->says.after));
    xm_json_set(object, "state", xm_json_new_str(state_words[item->state]));
    xm_json_set(object, "outcome", xm_json_new_str(item->outcome));
    xm_json_set(object, "seconds", worked ? xm_json_new_float((double)(item->ended - item->began) / 1000) : xm_json_new(XM_JSON_NULL));
    return object;
}

static void print_items_json(const struct boot *boot)
{
    xm_json *root = xm_json_new(XM_JSON_OBJECT), *list = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < boot->count; i++)
        xm_json_add(list, item_json(boot->turns[i].item));
    xm_json_set(root, "guests", list);
    for (enum boot_state state = BOOT_DONE; state <= BOOT_LEFT; state++)
        xm_json_set(root, state_words[state], xm_json_new_int((int64_t)count_state(boot, state)));
    print_json(root);
}

static char *join(char *const *names)
{
    xm_autobuf text = XM_BUF_INIT;

    for (; names != NULL && *names != NULL; names++)
        xm_buf_printf(&text, "%s%s", text.len > 0 ? "," : "", *names);
    return text.len > 0 ? xm_buf_take(&text) : xm_strdup("-");
}

static void print_plan(const struct boot *boot)
{
    if (boot->json) {
        print_items_json(boot);
        return;
    }
    printf("%-30s %-9s %5s %5s %-20s %s\n", "Name", "Action", "Order", "Delay", "After", "From");
    for (size_t i = 0; i < boot->count; i++) {
        const struct boot_item *item = boot->turns[i].item;
        xm_autofree char *after = join(item->says.after);

        if (item->state != BOOT_WAITING)
            continue;           /* told already */
        printf("%-30s %-9s %5u %5u %-20s %s\n", item->name, item->action, item->says.order, item->says.delay, after,
               item->file != NULL ? item->file : "-");
    }
}

static int sum_up(struct boot *boot, const char *done, xm_error **err)
{
    size_t failed = count_state(boot, BOOT_FAILED);
    xm_autobuf names = XM_BUF_INIT;

    clear_progress(boot);
    if (boot->json)
        print_items_json(boot);
    else
        printf("%zu guests: %zu %s, %zu left as they are, %zu failed\n", boot->count, count_state(boot, BOOT_DONE), done,
               count_state(boot, BOOT_LEFT), failed);
    if (failed == 0)
        return 0;
    for (size_t i = 0; i < boot->count; i++)
        if (boot->items[i]->state == BOOT_FAILED)
            xm_buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", boot->items[i]->name);
    boot->env->fail_status = 2;
    boot->env->fail_plain = true;
    return xm_fail(err, XM_STATE, "not all could be %s: %s", done, names.data);
}

/* --- the work --- */

static void begin(struct boot *boot, struct boot_item *item)
{
    const char *words[12] = { NULL };
    unsigned seconds = boot->words(boot, item, words);
    xm_error *why = NULL;

    if (item->began == 0)
        item->began = crew_now();
    if (crew_start(boot->env, words, seconds, &item->job, &why) < 0)
        boot_fail(boot, item, why);
    else
        item->state = BOOT_AT_WORK;
}

static void begin_ready(struct boot *boot, int64_t *ret_again)
{
    size_t at_work = count_state(boot, BOOT_AT_WORK);

    for (size_t i = 0; i < boot->count && at_work < boot->jobs; i++) {
        struct boot_item *item = boot->turns[i].item;
        bool hold = false;

        if (item->state != BOOT_WAITING)
            continue;
        if (boot->ready(boot, &boot->turns[i], ret_again, &hold)) {
            begin(boot, item);
            at_work += item->state == BOOT_AT_WORK;
        } else if (item->state != BOOT_WAITING) {
            *ret_again = 0;     /* it has ended instead: others may have waited for it */
        }
        if (hold)
            return;
    }
}

static void reap(struct boot *boot)
{
    for (size_t i = 0; i < boot->count; i++) {
        struct boot_item *item = boot->items[i];
        char *text;
        bool ok;

        if (item->state != BOOT_AT_WORK)
            continue;
        crew_keep_limit(&item->job, crew_now());
        if (!crew_ended(&item->job, &ok, &text))
            continue;
        item->state = BOOT_WAITING;
        boot->ended(boot, item, ok, text);
    }
}

static void sleep_until(const struct boot *boot, int64_t again)
{
    xm_autofree struct pollfd *fds = xm_new0(struct pollfd, boot->count);
    int64_t ms = again - crew_now();
    nfds_t count = 0;

    for (size_t i = 0; i < boot->count; i++)
        if (boot->items[i]->state == BOOT_AT_WORK && boot->items[i]->job.pidfd >= 0)
            fds[count++] = (struct pollfd){ boot->items[i]->job.pidfd, POLLIN, 0 };
    (void)poll(fds, count, ms < 0 ? 0 : ms < LOOK_MS ? (int)ms : LOOK_MS);
}

/* Nobody is begun any more; those at work undo what they do. */
static void abandon(struct boot *boot)
{
    for (size_t i = 0; i < boot->count; i++) {
        struct boot_item *item = boot->items[i];

        if (item->state == BOOT_WAITING)
            boot_end(boot, item, BOOT_FAILED, xm_strdup("interrupted before its turn"));
        else if (item->state == BOOT_AT_WORK && !item->job.late)
            crew_keep_limit(&item->job, INT64_MAX);
    }
}

static bool is_over(const struct boot *boot)
{
    return count_state(boot, BOOT_WAITING) + count_state(boot, BOOT_AT_WORK) == 0;
}

int boot_carry_out(struct boot *boot, const struct boot_args *args, const char *done, xm_error **err)
{
    if (args->dry_run) {
        print_plan(boot);
        return 0;
    }
    while (!is_over(boot)) {
        int64_t again = INT64_MAX;

        if (*boot->env->stop)
            abandon(boot);
        else
            begin_ready(boot, &again);
        if (is_over(boot))
            break;
        show_progress(boot);
        sleep_until(boot, again);
        reap(boot);
    }
    if (sum_up(boot, done, err) < 0 && !*boot->env->stop)
        return -1;
    if (!*boot->env->stop)
        return 0;
    xm_error_clear(err);
    return xm_fail(err, XM_INTERRUPTED, "interrupted");
}
