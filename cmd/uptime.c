/* xm uptime: how long guests have been up. */
#include "listing.h"

#include <time.h>

struct uptime_args { bool brief, json, all; };

static const struct xm_opt uptime_opts[] = {
    XM_FLAG('s', "short", struct uptime_args, brief, "no heading, a line as uptime(1) prints"),
    XM_FLAG(0, "json", struct uptime_args, json, "a JSON array with an object for each guest"),
    XM_FLAG_IN(XM_DIALECT_XL, 'a', "all", struct uptime_args, all, "also managed guests that are not running"),
    XM_OPT_END
};

/* The host itself has been up longer than its toolstack. */
static double host_uptime(void)
{
    FILE *file = fopen("/proc/uptime", "re");
    double seconds = 0;

    if (file != NULL) {
        if (fscanf(file, "%lf", &seconds) != 1)
            seconds = 0;
        fclose(file);
    }
    return seconds;
}

static double uptime_of(const struct xm_guest *guest, double now)
{
    if (!is_live(guest))
        return 0;
    if (guest->domain.started > 0)
        return now > guest->domain.started ? now - guest->domain.started : 0;
    return guest->domid == 0 ? host_uptime() : 0;
}

static void print_brief(const struct xm_guest *guest, double now)
{
    time_t seconds = (time_t)now;
    xm_autofree char *text = format_uptime(uptime_of(guest, now), true);
    char domid[16], stamp[16];
    struct tm tm;

    strftime(stamp, sizeof(stamp), "%H:%M:%S", localtime_r(&seconds, &tm));
    printf(" %s up %s, %s (%s)\n", stamp, text, shown_name(guest), shown_domid(guest, domid));
}

static void print_row(const struct xm_env *env, const struct xm_guest *guest, double now)
{
    xm_autofree char *text = format_uptime(uptime_of(guest, now), false);
    char room[16];
    const char *domid = shown_domid(guest, room);

    if (env->dialect == XM_DIALECT_XM)
        printf("%-32s %5s %s\n", shown_name(guest), domid, text);
    else
        printf("%-33s %4s %s\n", shown_name(guest), is_live(guest) ? domid : "-", text);
}

static void print_uptimes_json(const struct selection *selection, double now)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < selection->count; i++) {
        const struct xm_guest *guest = selection->items[i];
        xm_json *row = json_guest(guest);

        xm_json_set(row, "uptime_seconds", xm_json_new_float(uptime_of(guest, now)));
        xm_json_add(array, row);
    }
    print_json(array);
}

static double time_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_uptimes(const struct xm_env *env, const struct selection *selection, const struct uptime_args *args)
{
    double now = time_now();

    if (args->json) {
        print_uptimes_json(selection, now);
        return;
    }
    if (!args->brief)
        printf(env->dialect == XM_DIALECT_XM ? "%-33s %4s %s \n" : "%-33s %4s %s\n", "Name", "ID", "Uptime");
    for (size_t i = 0; i < selection->count; i++) {
        if (args->brief)
            print_brief(selection->items[i], now);
        else
            print_row(env, selection->items[i], now);
    }
}

/* xl passes over a number that is no domain, after a line about it. */
static size_t drop_missing(struct xm_env *env, char **words, size_t count)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    size_t kept = 0;

    if (xm_guest_list_load(&env->guests, XM_WANT_NAME, &list, NULL) < 0)
        return count;           /* the listing itself will say why */
    for (size_t i = 0; i < count; i++) {
        const struct xm_guest *guest;
        xm_error *why = NULL;

        if (!is_number(words[i]) || pick_guest(env, list, words[i], FIND_LIVE, &guest, &why) == 0)
            words[kept++] = words[i];
        else
            (void)forgive_number(env, words[i], &why);
    }
    return kept;
}

static int uptime_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct uptime_args *args = call->args;
    auto_selection selection = SELECTION_INIT;
    size_t count = call->count;

    if (env->dialect == XM_DIALECT_XL && count > 0)
        count = drop_missing(env, call->words, count);
    /* All words dropped is not the same as none given. */
    if ((count > 0 || call->count == 0)
        && selection_load(env, call->words, count, XM_WANT_STARTED, args->all ? SELECT_HALTED : 0, &selection, err) < 0)
        return -1;
    print_uptimes(env, &selection, args);
    return 0;
}

const struct xm_cmd cmd_uptime = {
    .name = "uptime", .words = "[DOMAIN...]", .min = 0, .max = XM_MANY,
    .summary = "Show how long guests have been up",
    .more = "The objects of --json have the keys name, uuid, domid and uptime_seconds.\n",
    .group = XM_GROUP_SHOW,
    .opts = uptime_opts, .args_size = sizeof(struct uptime_args), .run = uptime_run,
};
