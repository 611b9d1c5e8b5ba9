/* xm console: a guest's terminal. */
#include "cmd.h"

#include <string.h>
#include <unistd.h>

struct console_args { bool quiet; const char *num, *type; };

static const struct xm_opt console_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'q', "quiet", struct console_args, quiet, "say nothing if the guest is not there"),
    XM_STR('n', "num", struct console_args, num, "N", "the console's number (0)"),
    XM_STR('t', "type", struct console_args, type, "TYPE", "pv, serial or vuart"),
    XM_OPT_END
};

static int parse_type(const char *word, enum xm_console_type *ret_type, xm_error **err)
{
    static const struct { const char *word; enum xm_console_type type; } types[] = {
        { "pv", XM_CONSOLE_PV }, { "serial", XM_CONSOLE_SERIAL }, { "vuart", XM_CONSOLE_VUART },
    };

    for (size_t i = 0; word != NULL && i < XM_COUNT(types); i++) {
        if (strcmp(types[i].word, word) == 0) {
            *ret_type = types[i].type;
            return 0;
        }
    }
    if (word != NULL)
        return xm_fail(err, XM_INVALID, "console type supported are: pv, serial, vuart");
    return 0;
}

static int open_console(struct xm_env *env, const struct xm_call *call, struct xm_console *ret_console, xm_error **err)
{
    const struct console_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    enum xm_console_type type = XM_CONSOLE_PRIMARY;
    unsigned long num = 0;

    if (parse_type(args->type, &type, err) < 0)
        return -1;
    if (args->num != NULL && !parse_number(args->num, 0, 255, &num))
        return fail_usage(env, err, "Invalid argument.");
    if (find_guest(env, call->words[0], FIND_LIVE, 0, &list, &guest, err) < 0)
        return -1;
    return xm_host_console(env->host, guest->domid, type, (unsigned)num, ret_console, err);
}

static int console_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct console_args *args = call->args;
    struct xm_console console;
    int status;

    if (open_console(env, call, &console, err) < 0) {
        if (args->quiet && err != NULL && !env->fail_words) {
            env->fail_plain = true;
            env->fail_status = EXIT_FAILURE;
            free((*err)->msg);
            (*err)->msg = xm_strdup("");
        }
        return -1;
    }
    status = terminal_run(&console, err);
    close(console.fd);
    if (console.lock >= 0)
        close(console.lock);
    return status;
}

const struct xm_cmd cmd_console = {
    .name = "console", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Attach to a guest's console",
    .more = "Ctrl-] leaves it.\n",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_COMMON,
    .opts = console_opts, .args_size = sizeof(struct console_args), .run = console_run,
};
