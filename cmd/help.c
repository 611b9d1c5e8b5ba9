/* Usage, derived from the commands' own structs. The layouts are the two that scripts and people
 * know: xm's with 20 columns for the name and 50 for the text, xl's with 19. */
#include "cmd.h"

#include <string.h>

static bool is_end(const struct xm_opt *opt)
{
    return opt == NULL || (opt->letter == 0 && opt->name == NULL);
}

/* Prints text wrapped at width; lines after the first are indented. */
static void print_wrapped(const char *text, size_t width, size_t indent)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        size_t cut = len;

        if (len > width) {
            cut = width;
            while (cut > 0 && text[cut] != ' ')
                cut--;
            if (cut == 0)
                cut = strcspn(text, " \n");
        }
        printf("%.*s\n", (int)cut, text);
        text += cut;
        text += strspn(text, " ");
        if (*text == '\n')
            text++;
        if (*text != '\0')
            printf("%*s", (int)indent, "");
    }
}

static void print_row(const struct xm_env *env, const struct xm_cmd *cmd)
{
    if (env->dialect == XM_DIALECT_XM) {
        printf(" %-20s ", cmd->name);
        print_wrapped(cmd->summary, 50, 22);
    } else if (strlen(cmd->name) > 19) {
        printf(" %s\n%*s%s\n", cmd->name, 21, "", cmd->summary);
    } else {
        printf(" %-19s %s\n", cmd->name, cmd->summary);
    }
}

void print_help(const struct xm_env *env, bool all)
{
    if (env->dialect == XM_DIALECT_XL)
        printf("Usage %s [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n", env->prog);
    else
        printf("Usage: %s <subcommand> [args]\n\nRuns guests on a Xen host, and remembers them.\n\n%s\n\n", env->prog,
               all ? "xm full list of subcommands:" : "Common 'xm' commands:");
    for (const struct xm_cmd *const *cmd = xm_cmds; *cmd != NULL; cmd++) {
        if (!((*cmd)->flags & XM_CMD_HIDDEN) && (all || ((*cmd)->flags & XM_CMD_COMMON)))
            print_row(env, *cmd);
    }
    if (env->dialect == XM_DIALECT_XL)
        return;
    if (!all)
        printf("\nThe full list: %s help\n", env->prog);
    printf("\nOptions before the subcommand:\n"
           "  --host HOST       'xen', or 'sim:DIR' for a simulated host in DIR\n"
           "  --dialect xm|xl   answer as xm or as xl\n"
           "  --config FILE     read FILE instead of xm.conf\n"
           "  -v                say more on stderr\n");
}

static char *option_keys(const struct xm_opt *opt)
{
    xm_autobuf text = XM_BUF_INIT;

    if (opt->letter != 0)
        xm_buf_printf(&text, "-%c", opt->letter);
    if (opt->letter != 0 && opt->name != NULL)
        xm_buf_puts(&text, ", ");
    if (opt->name != NULL)
        xm_buf_printf(&text, "--%s", opt->name);
    if (opt->value != NULL)
        xm_buf_printf(&text, opt->kind == XM_OPT_LIST ? "[=%s]" : opt->name != NULL ? "=%s" : " %s", opt->value);
    return xm_buf_take(&text);
}

static bool is_shown(const struct xm_env *env, const struct xm_opt *opt)
{
    return opt->text != NULL && opt_in_dialect(opt, env->dialect);
}

static bool shows_options(const struct xm_env *env, const struct xm_cmd *cmd)
{
    for (const struct xm_opt *opt = cmd->opts; !is_end(opt); opt++) {
        if (is_shown(env, opt))
            return true;
    }
    return false;
}

static void print_options(const struct xm_env *env, const struct xm_cmd *cmd)
{
    for (const struct xm_opt *opt = cmd->opts; !is_end(opt); opt++) {
        xm_autofree char *keys = NULL;

        if (!is_shown(env, opt))
            continue;
        keys = option_keys(opt);
        printf("  %-30s ", keys);
        if (strlen(keys) > 30)
            printf("\n%*s", 33, "");
        print_wrapped(opt->text, 43, 33);
    }
}

void print_cmd_help(const struct xm_env *env, const struct xm_cmd *cmd)
{
    const struct xm_shape shape = cmd_shape(cmd, env->dialect);
    bool options = shows_options(env, cmd);
    const char *gap = *shape.words ? " " : "";

    if (env->dialect == XM_DIALECT_XL)
        printf("Usage: %s [-vtT%s%s] %s%s%s%s\n\n%s.\n\n", env->prog, cmd->flags & XM_CMD_MODIFIES ? "f" : "",
               cmd->flags & XM_CMD_DRY ? "N" : "", cmd->name, options ? " [options]" : "", gap, shape.words,
               cmd->summary);
    else
        printf("Usage: %s %s%s%s%s\n\n%s.\n", env->prog, cmd->name, options ? " [options]" : "", gap, shape.words,
               cmd->summary);
    if (cmd->more != NULL)
        printf("%s%s\n", env->dialect == XM_DIALECT_XM ? "\n" : "", cmd->more);
    if (!options)
        return;
    if (env->dialect == XM_DIALECT_XL)
        printf("Options:\n\n");
    print_options(env, cmd);
    printf("\n");
}

/* --- xm help, xm __complete, xm __man --- */

static int help_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    bool alias;
    const struct xm_cmd *cmd;

    (void)err;
    if (call->count == 0) {
        print_help(env, true);
        return 0;
    }
    cmd = find_cmd(env->dialect, call->words[0], &alias);
    if (cmd != NULL)
        print_cmd_help(env, cmd);
    else if (env->dialect == XM_DIALECT_XL)
        printf("command \"%s\" not implemented\n", call->words[0]);
    else
        print_help(env, true);
    return 0;
}

struct help_args { bool all; };

static const struct xm_opt help_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'l', "long", struct help_args, all, "every command (which help always shows)"),
    XM_OPT_END
};

const struct xm_cmd cmd_help = {
    .name = "help", .words = "[COMMAND]", .min = 0, .max = XM_MANY,
    .summary = "Show the commands, or one of them",
    .group = XM_GROUP_HELP, .flags = XM_CMD_NO_HOST,
    .opts = help_opts, .args_size = sizeof(struct help_args), .run = help_run,
};

static void complete_options(const struct xm_env *env, const struct xm_cmd *cmd, const char *start)
{
    for (const struct xm_opt *opt = cmd->opts; !is_end(opt); opt++) {
        if (is_shown(env, opt) && opt->name != NULL && strncmp(opt->name, start, strlen(start)) == 0)
            printf("--%s\n", opt->name);
    }
}

static void complete_guests(struct xm_env *env, const char *start)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    /* A completion that fails stays silent: the user is in the middle of a line. */
    if (env_open(env, NULL) < 0 || xm_guest_list_load(&env->guests, XM_WANT_NAME, &list, NULL) < 0)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].name != NULL && strncmp(list->items[i].name, start, strlen(start)) == 0)
            printf("%s\n", list->items[i].name);
    }
}

/* Words: what stands on the line so far, the last being the one to complete (perhaps empty).
 * Prints one candidate a line; "@file" asks the shell for file names. */
static int complete_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const char *last = call->words[call->count - 1];
    const struct xm_cmd *cmd;
    struct xm_shape shape;
    bool alias;

    (void)err;
    if (call->count == 1) {
        for (const struct xm_cmd *const *each = xm_cmds; *each != NULL; each++) {
            if (!((*each)->flags & XM_CMD_HIDDEN) && strncmp((*each)->name, last, strlen(last)) == 0)
                printf("%s\n", (*each)->name);
        }
        return 0;
    }
    cmd = find_cmd(env->dialect, call->words[0], &alias);
    if (cmd == NULL)
        return 0;
    shape = cmd_shape(cmd, env->dialect);
    if (strncmp(last, "--", 2) == 0)
        complete_options(env, cmd, last + 2);
    else if (strstr(shape.words, "DOMAIN") != NULL)
        complete_guests(env, last);
    if (strstr(shape.words, "FILE") != NULL)
        printf("@file\n");
    if (strcmp(cmd->name, "create") == 0 || strcmp(cmd->name, "new") == 0) {
        for (const struct xm_config_key *key = xm_config_keys(); key->name != NULL; key++) {
            if (*last != '\0' && strncmp(key->name, last, strlen(last)) == 0)
                printf("%s=\n", key->name);
        }
    }
    return 0;
}

const struct xm_cmd cmd___complete = {
    .name = "__complete", .words = "WORD...", .min = 1, .max = XM_MANY,
    .summary = "List what may stand at the end of a line",
    .group = XM_GROUP_HELP, .flags = XM_CMD_NO_HOST | XM_CMD_HIDDEN | XM_CMD_RAW_WORDS, .run = complete_run,
};

static void print_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
}

/* The part of a manual that follows from a command's struct: its synopsis and its options. */
static int man_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    for (size_t i = 0; i < call->count; i++) {
        bool alias;
        const struct xm_cmd *cmd = find_cmd(env->dialect, call->words[i], &alias);

        if (cmd == NULL)
            return xm_fail(err, XM_NOT_FOUND, "no command %s", call->words[i]);
        printf(".SS \"");
        print_escaped(cmd->name);
        printf("%s%s", shows_options(env, cmd) ? " [options]" : "", *cmd_shape(cmd, env->dialect).words ? " " : "");
        print_escaped(cmd_shape(cmd, env->dialect).words);
        printf("\"\n");
        print_escaped(cmd->summary);
        printf(".\n");
        if (cmd->xl.words != NULL) {
            printf("As xl: ");
            print_escaped(cmd->xl.words);
            printf(".\n");
        }
        for (const struct xm_opt *opt = cmd->opts; !is_end(opt); opt++) {
            xm_autofree char *keys = NULL;

            if (opt->text == NULL)
                continue;
            keys = option_keys(opt);
            printf(".TP\n.B \"");
            print_escaped(keys);
            printf("\"\n");
            print_escaped(opt->text);
            printf("%s.\n", opt->dialects == XM_DIALECT_XM ? " (xm)" : opt->dialects == XM_DIALECT_XL ? " (xl)" : "");
        }
        printf(".PP\n");
    }
    return 0;
}

const struct xm_cmd cmd___man = {
    .name = "__man", .words = "COMMAND...", .min = 1, .max = XM_MANY,
    .summary = "Write a command's synopsis and options for the manual",
    .group = XM_GROUP_HELP, .flags = XM_CMD_NO_HOST | XM_CMD_HIDDEN, .run = man_run,
};
