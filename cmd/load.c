/* What create and new are given: a file, or SXP, with VAR=VAL words laid over it. */
#include "cmd.h"

#include <string.h>
#include <unistd.h>

enum { SXP_MAX = 1 << 20 };

static void say_found(void *arg, const char *path)
{
    const struct xm_env *env = arg;

    if (env->dialect == XM_DIALECT_XM)
        printf("Using config file \"%s\".\n", path);
    else
        fprintf(stderr, "Parsing config from %s\n", path);
}

static void print_text(void *arg, const char *text, size_t len)
{
    (void)arg;
    fwrite(text, 1, len, stdout);
}

static void print_aside(void *arg, const char *text, size_t len)
{
    (void)arg;
    fwrite(text, 1, len, stderr);
}

static void print_note(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "%s\n", text);
}

static int print_keys(void)
{
    const char *subject = "";

    for (const struct xm_config_key *key = xm_config_keys(); key->name != NULL; key++) {
        xm_autofree char *words = xm_config_key_describe(key->name);

        if (strcmp(subject, key->subject) != 0)
            printf("%s:\n", key->subject);
        subject = key->subject;
        printf("  %-28s %s\n%-30s %s\n", key->name, key->summary, "", words);
    }
    return 0;
}

int check_format(struct xm_env *env, const char *format, xm_error **err)
{
    static const char *const formats[] = { "cfg", "json", "sxp" };

    for (size_t i = 0; format != NULL && i < XM_COUNT(formats); i++)
        if (strcmp(format, formats[i]) == 0)
            return 0;
    return format == NULL ? 0 : fail_usage(env, err, "unknown format '%s' (cfg, json or sxp)", format);
}

/* Splits the operands into the file and the VAR=VAL words. A word that holds '=' is never a file. */
static int sort_words(struct xm_env *env, const struct xm_call *call, const char **file, char **vars,
                      size_t *ret_count, xm_error **err)
{
    const char *named = NULL;
    size_t n = 0;

    for (size_t i = 0; i < call->count; i++) {
        if (strchr(call->words[i], '=') != NULL)
            vars[n++] = call->words[i];
        else if (named != NULL && env->dialect == XM_DIALECT_XL)
            return fail_usage(env, err, "'%s %s' takes one file, not both %s and %s\n", env->prog, call->cmd->name,
                              named, call->words[i]);
        else
            named = call->words[i];
    }
    if (named != NULL)
        *file = named;
    *ret_count = n;
    return 0;
}

static int load_sxp(const char *path, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *text = NULL;
    size_t len;

    if (xm_file_read(path, SXP_MAX, &text, &len, err) < 0)
        return -1;
    return xm_config_from_sxp(text, len, path, ret_doc, err);
}

static int load_source(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                       struct xm_config_source *source, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char **vars = xm_new0(char *, call->count + 1);

    source->dialect = env->dialect;
    source->file = args->file;
    source->path = args->path;
    source->words = vars;
    source->note = args->quiet ? NULL : print_note;
    source->arg = env;
    if (sort_words(env, call, &source->file, vars, &source->word_count, err) < 0)
        return -1;
    if (source->file == NULL && env->dialect == XM_DIALECT_XL) {
        env->fail_status = 6;
        return xm_fail(err, XM_INVALID, "no configuration file is named");
    }
    if (xm_config_load(source, ret_doc, err) == 0)
        return 0;
    /* What is wrong in a file is XM_INVALID or XM_UNSUPPORTED; anything else kept it from being read. */
    if (err == NULL || (*err)->code == XM_INVALID || (*err)->code == XM_UNSUPPORTED)
        return -1;
    if (env->dialect == XM_DIALECT_XL) {
        env->fail_status = 3;
        return xm_wrap(err, "Failed to read config file");
    }
    if ((*err)->code != XM_NOT_FOUND)
        return -1;
    env->fail_words = true;     /* xm shows its help here */
    return xm_wrap(err, "Unable to open config file");
}

static int load_file(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                     xm_doc **ret_doc, xm_error **err)
{
    struct xm_config_source source = { .found = args->quiet ? NULL : say_found, .print = print_text };

    return load_source(env, args, call, &source, ret_doc, err);
}

int load_unchecked(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                   xm_doc **ret_doc, xm_error **err)
{
    struct xm_config_source source = { .print = args->quiet ? NULL : print_aside };

    return load_source(env, args, call, &source, ret_doc, err);
}

/* Which cpus a list means, only a host knows; the rest needs none. */
static int format_json(struct xm_env *env, const xm_doc *doc, char **ret_text, xm_error **err)
{
    if (!xm_guest_names_cpus(doc))
        return xm_config_format_json(doc, ret_text, err);
    return env_open(env, err) < 0 ? -1 : xm_guest_dry_json(&env->guests, doc, ret_text, err);
}

static int print_dry_run(struct xm_env *env, const char *format, const xm_doc *doc, xm_error **err)
{
    xm_autofree char *text = NULL;
    int ret;

    if (format == NULL)
        format = env->dialect == XM_DIALECT_XM || env->conf->output_sxp ? "sxp" : "json";
    if (strcmp(format, "cfg") == 0)
        ret = xm_config_format_cfg(doc, &text, err);
    else
        ret = strcmp(format, "sxp") == 0 ? xm_config_format_sxp(doc, &text, err) : format_json(env, doc, &text, err);
    if (ret == 0)
        fputs(text, stdout);
    return ret;
}

static void keep_warning(void *arg, const char *text)
{
    struct xm_buf *kept = arg;

    xm_buf_printf(kept, "%s%s", kept->len > 0 ? "\n" : "", text);
}

/* With --strict whatever else is warned of is a mistake too, told after those that are anyway. */
static int check_strictly(const xm_doc *doc, xm_error **err)
{
    xm_autobuf kept = XM_BUF_INIT;
    const struct xm_config_report report = { .warning = keep_warning, .arg = &kept, .strict = true };
    xm_autofree char *mistakes = NULL;
    xm_error *why = NULL;

    if (xm_config_check(doc, &report, &why) == 0)
        return kept.len > 0 ? xm_fail(err, XM_INVALID, "%s", kept.data) : 0;
    mistakes = xm_error_text(why);
    xm_error_free(why);
    return xm_fail(err, XM_INVALID, "%s%s%s", mistakes, kept.len > 0 ? "\n" : "", kept.len > 0 ? kept.data : "");
}

static int check(const struct load_args *args, const xm_doc *doc, xm_error **err)
{
    const struct xm_config_report report = { .warning = args->quiet ? NULL : print_note };

    return args->strict ? check_strictly(doc, err) : xm_config_check(doc, &report, err);
}

int load_config(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    bool dry_run = args->dry_run || env->dry_run;

    *ret_doc = NULL;
    if (args->help_config)
        return print_keys();
    if (check_format(env, args->format, err) < 0)
        return -1;
    if (args->format != NULL && !dry_run)
        return fail_usage(env, err, "--format is for -n: it says how a dry run is printed");
    if ((args->sxp != NULL ? load_sxp(args->sxp, &doc, err) : load_file(env, args, call, &doc, err)) < 0)
        return -1;
    if (check(args, doc, err) < 0)
        return -1;
    if (dry_run)
        return print_dry_run(env, args->format, doc, err);
    if (args->xml)
        return 0;                   /* xm with its ordinary server printed nothing more */
    *ret_doc = XM_TAKE(doc);
    return 0;
}

int load_replacement_json(struct xm_env *env, const char *file, char **ret_json, xm_error **err)
{
    struct xm_config_source source = { .dialect = env->dialect, .file = file };
    XM_AUTO(xm_doc) *doc = NULL;

    if (xm_config_load(&source, &doc, err) < 0)
        return -1;
    return xm_config_format_json(doc, ret_json, err);
}
