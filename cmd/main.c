/* The program: global options, open the host, run one command, print the error, exit status.
 *
 * It answers as xm or as xl, by the name it is called by or --dialect. The two differ in where
 * options may stand, in how a failure is worded and in the exit status; all of that is here and
 * in options.c and help.c, so that commands need not care. */
#include "cmd.h"

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int stop_requested;

struct globals {
    const char *host, *conf;
    unsigned verbose;
    bool timestamps, dry_run, carriage;
};

static void log_to_stderr(void *sink, enum xm_log_level level, const char *text)
{
    const struct globals *globals = sink;
    char stamp[64] = "";

    if (globals->timestamps) {
        time_t now = time(NULL);
        struct tm tm;
        size_t len = strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S %Z ", localtime_r(&now, &tm));

        snprintf(stamp + len, sizeof(stamp) - len, "[%d] ", (int)getpid());
    }
    fprintf(stderr, "%s%s%s\n", stamp, level >= XM_LOG_ERROR ? "error: " : level == XM_LOG_WARNING ? "warning: " : "",
            text);
}

int fail_usage(struct xm_env *env, xm_error **err, const char *fmt, ...)
{
    xm_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    env->fail_status = env->dialect == XM_DIALECT_XL ? 2 : 1;
    env->fail_words = true;
    return xm_fail(err, XM_INVALID, "%s", text);
}

static int open_with(struct xm_env *env, int (*open_reg)(const char *, const struct xm_log *, xm_reg **, xm_error **),
                     xm_error **err)
{
    if (env->host != NULL)
        return 0;
    if (xm_host_open(env->conf, &env->log, &env->host, err) < 0)
        return -1;
    xm_host_set_stop(env->host, env->stop);
    if (open_reg(env->conf->state_dir, &env->log, &env->reg, err) < 0)
        return -1;
    env->guests = (struct xm_guests){ env->host, env->reg, &env->log };
    return 0;
}

int env_open(struct xm_env *env, xm_error **err)
{
    return open_with(env, xm_reg_open, err);
}

int env_view(struct xm_env *env, xm_error **err)
{
    return open_with(env, xm_reg_view, err);
}

static void env_close(struct xm_env *env)
{
    if (env->reg != NULL)
        xm_reg_close(env->reg);
    xm_host_close(env->host);
    xm_conf_free(env->conf);
}

char **self_argv(const struct xm_env *env, const char *const *words)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char **argv = xm_new0(char *, 16);
    size_t n = 0;

    path[len < 0 ? 0 : len] = '\0';
    argv[n++] = xm_strdup(len < 0 ? env->prog : path);
    argv[n++] = xm_strdup("--dialect=xm");
    argv[n++] = xm_printf("--host=%s", env->conf->host);
    if (env->conf_path != NULL)
        argv[n++] = xm_printf("--config=%s", env->conf_path);
    for (; *words != NULL && n < 15; words++)
        argv[n++] = xm_strdup(*words);
    return argv;
}

void free_argv(char **argv)
{
    for (char **word = argv; word != NULL && *word != NULL; word++)
        free(*word);
    free(argv);
}

/* The first signal asks the command to undo and stop. One that comes a good while later ends the
 * process at once, and the supervisor, which sees the connection close, undoes what is left. One
 * that follows closely is the same wish once more: timeout(1) signals its child and then its whole
 * process group, the child again. */
enum { INSIST_SECONDS = 3 };

static void on_signal(int signum)
{
    static struct timespec first;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!stop_requested) {
        first = now;
        stop_requested = 1;
    } else if (now.tv_sec - first.tv_sec >= INSIST_SECONDS) {
        signal(signum, SIG_DFL);
        raise(signum);
    }
}

static void take_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void on_file_limit(int signum)
{
    (void)signum;
}

/* Past the limit on a file's size a write is to fail, so that what is half done is undone. A handler,
 * as what is ignored would be ignored in the programs that we run as well. */
static void survive_file_limit(void)
{
    struct sigaction action = { .sa_handler = on_file_limit, .sa_flags = SA_RESTART };

    sigaction(SIGXFSZ, &action, NULL);
}

static enum xm_dialect dialect_of(const char *prog)
{
    return strcmp(prog, "xl") == 0 ? XM_DIALECT_XL : XM_DIALECT_XM;
}

static const char *program_name(const char *argv0)
{
    const char *slash = argv0 ? strrchr(argv0, '/') : NULL;
    const char *name = slash ? slash + 1 : argv0 ? argv0 : "xm";

    return strncmp(name, "lt-", 3) == 0 ? name + 3 : name;      /* run out of its build tree */
}

static bool long_value(char **argv, int argc, int *at, const char *name, const char **ret_value)
{
    size_t len = strlen(name);

    if (strncmp(argv[*at], name, len) != 0)
        return false;
    if (argv[*at][len] == '=') {
        *ret_value = argv[*at] + len + 1;
        return true;
    }
    if (argv[*at][len] != '\0' || *at + 1 >= argc)
        return false;
    *ret_value = argv[++*at];
    return true;
}

static bool wants_value(const char *word)
{
    return strcmp(word, "--host") == 0 || strcmp(word, "--config") == 0 || strcmp(word, "--dialect") == 0;
}

/* xl's letters before the subcommand; xm has only -v. False: this word is not one of them. */
static bool take_letters(struct xm_env *env, struct globals *globals, const char *word)
{
    const char *known = env->dialect == XM_DIALECT_XL ? "vftTN" : "v";

    if (strlen(word + 1) == 0 || strspn(word + 1, known) != strlen(word + 1))
        return false;
    for (word++; *word != '\0'; word++) {
        switch (*word) {
        case 'v': globals->verbose++; break;
        case 'T': globals->timestamps = true; break;
        case 'N': globals->dry_run = true; break;
        case 't': globals->carriage = true; break;
        default: break;         /* -f changes nothing */
        }
    }
    return true;
}

/* Returns the index of the subcommand, or -1. */
static int parse_globals(struct xm_env *env, struct globals *globals, int argc, char **argv, xm_error **err)
{
    int at = 1;

    for (; at < argc && argv[at][0] == '-' && strcmp(argv[at], "-h") != 0 && strcmp(argv[at], "--help") != 0; at++) {
        const char *dialect = NULL;

        if (long_value(argv, argc, &at, "--host", &globals->host)
            || long_value(argv, argc, &at, "--config", &globals->conf))
            continue;
        if (long_value(argv, argc, &at, "--dialect", &dialect)) {
            if (strcmp(dialect, "xm") != 0 && strcmp(dialect, "xl") != 0)
                return xm_fail(err, XM_INVALID, "unknown dialect '%s' (xm or xl)", dialect);
            env->dialect = dialect_of(dialect);
            continue;
        }
        if (strcmp(argv[at], "--version") == 0)
            argv[at] = "version";
        if (argv[at][0] != '-' || !take_letters(env, globals, argv[at]))
            break;
    }
    if (env->dialect == XM_DIALECT_XL && at < argc && strcmp(argv[at], "--") == 0)
        return at + 1;
    if (at + 1 == argc && wants_value(argv[at]))
        return xm_fail(err, XM_INVALID, "option %s requires argument", argv[at]);
    if (env->dialect == XM_DIALECT_XL && at < argc && argv[at][0] == '-')
        return xm_fail(err, XM_INVALID, "unknown global option %s", argv[at]);
    return at;
}

static bool asks_help(int count, char **words)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0)
            return true;
    }
    return false;
}

static int exit_status(const struct xm_env *env, const xm_error *err)
{
    if (err->code == XM_INTERRUPTED)
        return 128 + SIGINT;
    return env->fail_status != 0 ? env->fail_status : EXIT_FAILURE;
}

/* Prints the one error of this run as the dialect words it. */
static int report(const struct xm_env *env, const struct xm_cmd *cmd, const xm_error *err)
{
    xm_autofree char *text = xm_error_text(err);

    if (*text != '\0')
        fprintf(stderr, "%s%s\n", env->dialect == XM_DIALECT_XM ? "Error: " : "", text);
    fflush(stderr);
    if (cmd == NULL || err->code == XM_INTERRUPTED)
        return exit_status(env, err);
    if (env->fail_words ? env->dialect == XM_DIALECT_XM || text[0] == '\''
                        : env->dialect == XM_DIALECT_XM && !env->fail_plain && !(cmd->flags & XM_CMD_NO_HELP))
        print_cmd_help(env, cmd);
    return exit_status(env, err);
}

static int run_cmd(struct xm_env *env, const struct xm_cmd *cmd, int count, char **words, xm_error **err)
{
    xm_autofree void *args = NULL;
    struct xm_call call = { 0 };
    int status;

    if (env->dry_run && !(cmd->flags & XM_CMD_DRY))
        return xm_fail(err, XM_INVALID, "command does not implement -N (dryrun) option");
    if (parse_call(env, cmd, words, (size_t)count, &args, &call, err) < 0)
        return -1;
    env->modifies = (cmd->flags & XM_CMD_MODIFIES) != 0;
    if (env->modifies)
        take_signals();
    if (!(cmd->flags & XM_CMD_NO_HOST) && env_open(env, err) < 0) {
        env->fail_plain = true;
        free(call.words);
        return -1;
    }
    status = cmd->run(env, &call, err);
    free(call.words);
    return status;
}

static int unknown_command(const struct xm_env *env, const char *word)
{
    if (env->dialect == XM_DIALECT_XL) {
        fprintf(stderr, "command not implemented\n");
    } else {
        fprintf(stderr, "Error: Subcommand %s not found!\n", word);
        print_help(env, false);
    }
    return EXIT_FAILURE;
}

/* What was interrupted is best named as it was typed; where in it is nobody's concern, as it is undone. */
static void name_interrupted(const struct xm_env *env, int count, char **words, xm_error **err)
{
    xm_autobuf line = XM_BUF_INIT;

    if ((*err)->code != XM_INTERRUPTED)
        return;
    xm_buf_puts(&line, env->prog);
    for (int i = 0; i < count; i++)
        xm_buf_printf(&line, " %s", words[i]);
    xm_error_clear(err);
    (void)xm_fail(err, XM_INTERRUPTED, "%s: interrupted", line.data);
}

static int dispatch(struct xm_env *env, struct globals *globals, int count, char **words, xm_error **err)
{
    const struct xm_cmd *cmd;
    bool alias;

    if (count == 0) {
        print_help(env, env->dialect == XM_DIALECT_XL);
        return EXIT_FAILURE;
    }
    if (strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0) {
        print_help(env, true);
        return EXIT_SUCCESS;
    }
    cmd = find_cmd(env->dialect, words[0], &alias);
    if (cmd == NULL)
        return unknown_command(env, words[0]);
    if (alias)
        fprintf(stderr, "Command %s is deprecated.  Please use xm %s instead.\n", words[0], cmd->name);
    if (!(cmd->flags & XM_CMD_RAW_WORDS) && asks_help(count - 1, words + 1)) {
        print_cmd_help(env, cmd);
        return env->dialect == XM_DIALECT_XM ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    if (xm_conf_load(globals->conf, globals->host, &env->conf, err) < 0)
        return report(env, NULL, *err);
    if (run_cmd(env, cmd, count - 1, words + 1, err) < 0) {
        name_interrupted(env, count, words, err);
        return report(env, cmd, *err);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *prog = program_name(argv[0]);
    struct globals globals = { 0 };
    struct xm_env env = {
        .dialect = dialect_of(prog), .prog = prog, .stop = &stop_requested,
        .log = { log_to_stderr, &globals, XM_LOG_WARNING },
    };
    xm_error *err = NULL;
    int first = parse_globals(&env, &globals, argc, argv, &err);
    int status;

    survive_file_limit();
    if (globals.verbose > 0)
        env.log.level = globals.verbose > 1 ? XM_LOG_DEBUG : XM_LOG_INFO;
    env.dry_run = globals.dry_run;
    env.carriage = globals.carriage;
    env.stamps = globals.timestamps;
    env.verbose = globals.verbose;
    env.conf_path = globals.conf;
    if (first < 0)
        status = report(&env, NULL, err);
    else
        status = dispatch(&env, &globals, argc - first, argv + first, &err);
    env_close(&env);
    xm_error_free(err);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write the output: %s\n", prog, strerror(errno));
        status = status ? status : EXIT_FAILURE;
    }
    return status;
}
