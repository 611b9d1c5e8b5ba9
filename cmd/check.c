/* xm check: what create would meet, asked beforehand; nothing is changed. */
#include "cmd.h"

#include <string.h>

struct check_args {
    const char *path;
    bool quiet, verbose, strict, json;
};

static const struct xm_opt check_opts[] = {
    XM_STR_IN(XM_DIALECT_XM, 0, "path", struct check_args, path, "DIRS", "directories to look for FILE in, ':' between (.:/etc/xen)"),
    XM_FLAG('q', "quiet", struct check_args, quiet, "say nothing of files that are fine"),
    XM_FLAG('v', "verbose", struct check_args, verbose, "show the line that is meant, and a mark below it"),
    XM_FLAG(0, "strict", struct check_args, strict, "warnings are errors"),
    XM_FLAG(0, "json", struct check_args, json, "print an array of objects, for programs"),
    XM_OPT_END
};

struct run {
    struct xm_env *env;
    const struct check_args *args;
    char **vars;                /* the VAR=VAL words, for each file */
    size_t var_count;
    xm_json *array;             /* --json: all findings */
    bool failed;
};

/* Results alone stand on stdout. */
static void print_aside(void *arg, const char *text, size_t len)
{
    (void)arg;
    fwrite(text, 1, len, stderr);
}

/* --- words out --- */

static xm_json *number_or_null(long long number, bool known)
{
    return known ? xm_json_new_int(number) : xm_json_new(XM_JSON_NULL);
}

static const char *severity_word(const struct run *run, const struct xm_finding *finding)
{
    return run->args->strict || finding->severity == XM_FINDING_ERROR ? "error" : "warning";
}

static void add_json(struct run *run, const struct xm_finding *finding)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(object, "file", xm_json_new_str(finding->file));
    xm_json_set(object, "line", number_or_null(finding->place.line, finding->place.line > 0));
    xm_json_set(object, "column", number_or_null(finding->place.col, finding->place.line > 0));
    xm_json_set(object, "key", xm_json_new_str(finding->key));
    xm_json_set(object, "index", number_or_null(finding->index, finding->index >= 0));
    xm_json_set(object, "severity", xm_json_new_str(severity_word(run, finding)));
    xm_json_set(object, "code", xm_json_new_str(finding->code));
    xm_json_set(object, "message", xm_json_new_str(finding->text));
    xm_json_add(run->array, object);
}

enum { SOURCE_MAX = 1 << 20, SHOWN_MAX = 500 };

/* The line of the place and a mark below, blanks as there, so that tabs keep the two in step. */
static void show_source(const struct xm_finding *finding)
{
    xm_autofree char *text = NULL;
    const char *line;

    if (finding->place.line == 0 || xm_file_read(finding->file, SOURCE_MAX, &text, NULL, NULL) < 0)
        return;                 /* a word of the command line has no line to show */
    line = text;
    for (unsigned i = 1; i < finding->place.line && line != NULL; i++)
        line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
    if (line == NULL || strcspn(line, "\n") > SHOWN_MAX || finding->place.col > strcspn(line, "\n") + 1)
        return;
    printf("    %.*s\n    ", (int)strcspn(line, "\n"), line);
    for (unsigned i = 0; i + 1 < finding->place.col; i++)
        putchar(line[i] == '\t' ? '\t' : ' ');
    puts("^");
}

static void print_findings(struct run *run, const char *file, const xm_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct xm_finding *finding = &findings->items[i];
        xm_autofree char *text = xm_finding_format(finding, severity_word(run, finding));

        if (run->array != NULL) {
            add_json(run, finding);
            continue;
        }
        puts(text);
        if (run->args->verbose)
            show_source(finding);
    }
    if (findings->count == 0 && run->array == NULL && !run->args->quiet)
        printf("%s: ok\n", file);
}

/* --- files in --- */

static int load(struct run *run, const char *file, xm_doc **ret_doc, xm_findings *findings)
{
    struct xm_config_source source = {
        .dialect = run->env->dialect, .file = file, .path = run->args->path, .words = run->vars,
        .word_count = run->var_count, .print = print_aside,
    };
    xm_error *why = NULL;
    xm_autofree char *text = NULL;
    bool wrong;

    if (xm_config_load(&source, ret_doc, &why) == 0)
        return 0;
    text = xm_error_text(why);
    wrong = why->code == XM_INVALID || why->code == XM_UNSUPPORTED;
    if (why->code == XM_NOT_FOUND && strcmp(text, file) == 0) {
        free(XM_TAKE(text));
        text = xm_printf("%s: No such file", file);
    }
    xm_findings_read(findings, file, NULL, XM_FINDING_ERROR, wrong ? "syntax" : "file", text);
    xm_error_free(why);
    return -1;
}

static int check_file(struct run *run, const char *file, xm_error **err)
{
    XM_AUTO(xm_findings) *findings = xm_new0(xm_findings, 1);
    XM_AUTO(xm_doc) *doc = NULL;

    if (load(run, file, &doc, findings) == 0
        && (env_view(run->env, err) < 0 || xm_guest_check(&run->env->guests, doc, findings, err) < 0))
        return xm_wrap(err, "%s", file);
    run->failed = run->failed || xm_findings_have(findings, XM_FINDING_ERROR) || (run->args->strict && findings->count > 0);
    print_findings(run, file, findings);
    return 0;
}

static int check_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    xm_autofree char **vars = xm_new0(char *, call->count + 1);
    struct run run = { .env = env, .args = call->args, .vars = vars };
    size_t files = 0;
    int rc = 0;

    for (size_t i = 0; i < call->count; i++)
        if (strchr(call->words[i], '=') != NULL)
            vars[run.var_count++] = call->words[i];
        else
            files++;
    if (files == 0)
        return fail_usage(env, err, "'%s %s' needs a file to check\n", env->prog, call->cmd->name);
    if (run.args->json)
        run.array = xm_json_new(XM_JSON_ARRAY);
    for (size_t i = 0; rc == 0 && i < call->count; i++)
        if (strchr(call->words[i], '=') == NULL)
            rc = check_file(&run, call->words[i], err);
    if (run.array != NULL && rc == 0)
        print_json(run.array);
    else
        xm_json_free(run.array);
    if (rc < 0)
        return -1;
    return run.failed ? xm_fail(err, XM_INVALID, "%s", "") : 0;         /* all has been said on stdout */
}

const struct xm_cmd cmd_check = {
    .name = "check", .words = "FILE... [VAR=VAL]...", .min = 1, .max = XM_MANY,
    .summary = "Tell what create would meet, and change nothing",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_ONLY_XM,
    .opts = check_opts, .args_size = sizeof(struct check_args), .run = check_run,
};
