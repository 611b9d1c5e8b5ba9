/* xm config: the configuration of a file or of a guest, evaluated. */
#include "cmd.h"

#include <string.h>
#include <unistd.h>

struct config_args {
    struct load_args load;
    bool is_file, is_domain, places;
};

static const struct xm_opt config_opts[] = {
    XM_STR(0, "format", struct config_args, load.format, "FORMAT", "cfg: a plain file (the default); json; sxp"),
    XM_FLAG(0, "places", struct config_args, places, "json: where each value was written"),
    XM_FLAG(0, "file", struct config_args, is_file, "the word is a file, even if a guest has that name"),
    XM_FLAG(0, "domain", struct config_args, is_domain, "the word is a guest, even if a file has that name"),
    XM_STR('f', "defconfig", struct config_args, load.file, "FILE", "the file"),
    XM_STR_IN(XM_DIALECT_XM, 0, "path", struct config_args, load.path, "DIRS",
              "directories to look for the file in, ':' between (.:/etc/xen)"),
    XM_FLAG('q', "quiet", struct config_args, load.quiet, "do not show what the file prints"),
    XM_OPT_END
};

/* The one operand that is no VAR=VAL word, or NULL. */
static const char *operand(const struct xm_call *call)
{
    const char *found = NULL;

    for (size_t i = 0; i < call->count; i++)
        if (strchr(call->words[i], '=') == NULL)
            found = call->words[i];
    return found;
}

/* A word that names a file that is there, or has a slash, is a file; any other may be a guest. */
static bool means_file(const struct config_args *args, const char *word)
{
    if (args->is_file || args->load.file != NULL || word == NULL)
        return true;
    return !args->is_domain && (strchr(word, '/') != NULL || access(word, F_OK) == 0);
}

static int load_guest(struct xm_env *env, const char *word, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (env_open(env, err) < 0 || find_guest(env, word, 0, 0, &list, &guest, err) < 0)
        return -1;
    if (guest->domid == 0)
        return xm_fail(err, XM_UNSUPPORTED, "%s is the control domain, which nobody configured", word);
    return xm_guest_doc(&env->guests, guest, ret_doc, err);
}

static bool is_guest(struct xm_env *env, const char *word)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    if (env_open(env, NULL) < 0 || xm_guest_list_load(&env->guests, XM_WANT_NAME, &list, NULL) < 0)
        return false;           /* then what is said of the file is as good */
    return xm_guest_pick(list, env->dialect, word, NULL) != NULL;
}

static int print_document(const struct config_args *args, const xm_doc *doc, xm_error **err)
{
    const char *format = args->load.format != NULL ? args->load.format : "cfg";
    xm_autofree char *text = NULL;
    int ret = 0;

    if (strcmp(format, "json") == 0)
        text = xm_json_show_doc(doc, args->places);
    else
        ret = strcmp(format, "cfg") == 0 ? xm_config_format_cfg(doc, &text, err) : xm_config_format_sxp(doc, &text, err);
    if (ret == 0)
        fputs(text, stdout);
    return ret;
}

static int config_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct config_args *args = call->args;
    const char *word = operand(call);
    XM_AUTO(xm_doc) *doc = NULL;
    bool guest;

    if (args->is_file && args->is_domain)
        return fail_usage(env, err, "--file and --domain exclude each other");
    if (check_format(env, args->load.format, err) < 0)
        return -1;
    guest = !means_file(args, word) && (args->is_domain || is_guest(env, word));
    if (guest && call->count > 1)
        return fail_usage(env, err, "VAR=VAL words go with a file, and %s is a guest", word);
    if (args->places && (args->load.format == NULL || strcmp(args->load.format, "json") != 0))
        return fail_usage(env, err, "--places goes with --format=json");
    if ((guest ? load_guest(env, word, &doc, err) : load_unchecked(env, &args->load, call, &doc, err)) < 0)
        return -1;
    return print_document(args, doc, err);
}

const struct xm_cmd cmd_config = {
    .name = "config", .words = "FILE|DOMAIN [VAR=VAL]...", .min = 0, .max = XM_MANY,
    .summary = "Show a configuration as it is evaluated",
    .group = XM_GROUP_SHOW, .flags = XM_CMD_NO_HOST | XM_CMD_NO_HELP | XM_CMD_ONLY_XM,
    .opts = config_opts, .args_size = sizeof(struct config_args), .run = config_run,
};
