/* xm events: what happens to guests, as it happens. */
#include "cmd.h"

#include <string.h>
#include <time.h>

struct events_args { bool json; };

static const struct xm_opt events_opts[] = {
    XM_FLAG(0, "json", struct events_args, json, "one JSON object a line"),
    XM_OPT_END
};

static const char *text_of(const xm_json *event, const char *key)
{
    const xm_json *node = xm_json_get(event, key, NULL);

    return node != NULL ? xm_json_str(node) : NULL;
}

/* One word each, so that columns can be counted; a name with a blank in it is for --json. */
static void print_columns(const xm_json *event)
{
    const xm_json *when = xm_json_get(event, "time", NULL), *domid = xm_json_get(event, "domid", NULL);
    const char *name = text_of(event, "name"), *reason = text_of(event, "reason"), *detail = text_of(event, "detail");
    const char *uuid = text_of(event, "uuid");
    time_t at = when != NULL ? (time_t)when->f : time(NULL);
    char stamp[32] = "", number[16] = "-";
    struct tm tm;

    if (localtime_r(&at, &tm) != NULL)
        strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
    if (domid != NULL)
        snprintf(number, sizeof(number), "%lld", (long long)xm_json_int(domid, 0));
    printf("%s %s %s %s", stamp, name ? name : uuid ? uuid : "-", number, text_of(event, "event"));
    if (reason != NULL)
        printf(" %s", reason);
    if (detail != NULL)
        printf(" %s", detail);
    putchar('\n');
}

static int print_event(const char *line, bool json, xm_error **err)
{
    XM_AUTO(xm_json) *event = NULL;

    if (json) {
        printf("%s\n", line);
    } else {
        if (xm_json_parse(line, strlen(line), &event, err) < 0)
            return -1;
        if (text_of(event, "event") != NULL)
            print_columns(event);
    }
    /* each is of use only while it is news */
    return fflush(stdout) != 0 ? xm_fail(err, XM_IO, "cannot write the output") : 0;
}

/* The first line says that from now on nothing is missed: a script may begin then. */
static int listen_to(xm_super *super, bool json, xm_error **err)
{
    xm_autofree char *first = xm_printf("{\"event\": \"listening\", \"time\": %lld}", (long long)time(NULL));

    if (print_event(first, json, err) < 0)
        return -1;
    for (;;) {
        xm_autofree char *line = NULL;

        if (xm_super_next(super, -1, &line, err) < 0)
            return xm_wrap(err, "the supervisor");
        if (print_event(line, json, err) < 0)
            return -1;
    }
}

static int events_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct events_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest = NULL;
    XM_AUTO(xm_super) *super = NULL;

    if (call->count > 0 && find_guest(env, call->words[0], 0, 0, &list, &guest, err) < 0)
        return -1;
    if (super_open(env, &super, err) < 0)
        return -1;
    if (xm_super_subscribe(super, guest != NULL ? guest->uuid : NULL, err) < 0)
        return xm_wrap(err, "the supervisor");
    return listen_to(super, args->json, err);
}

const struct xm_cmd cmd_events = {
    .name = "events", .words = "[DOMAIN]", .min = 0, .max = 1,
    .summary = "Show what happens to guests, as it happens",
    .group = XM_GROUP_SHOW, .flags = XM_CMD_ONLY_XM | XM_CMD_NO_HELP,
    .opts = events_opts, .args_size = sizeof(struct events_args), .run = events_run,
};
