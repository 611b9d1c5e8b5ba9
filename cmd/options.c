/* Words -> a command and its args struct. Four rules of old meet here, told apart by the command
 * and the dialect: xl permutes options and operands everywhere; in xm a command without options
 * takes every word as an operand (`xm destroy -x` looks for a domain called -x). Long options
 * may be cut to a unique prefix in both. */
#include "cmd.h"

#include <errno.h>
#include <string.h>

static const struct { const char *alias, *name; } aliases[] = {
    { "balloon", "mem-set" }, { "set-vcpus", "vcpu-set" }, { "vif-list", "network-list" },
    { "vbd-create", "block-attach" }, { "vbd-destroy", "block-detach" }, { "vbd-list", "block-list" },
};

static const struct xm_cmd *find_exact(const char *word)
{
    for (const struct xm_cmd *const *cmd = xm_cmds; *cmd != NULL; cmd++) {
        if (strcmp((*cmd)->name, word) == 0)
            return *cmd;
    }
    return NULL;
}

static const struct xm_cmd *find_prefix(const char *word, unsigned without)
{
    const struct xm_cmd *found = NULL;

    for (const struct xm_cmd *const *cmd = xm_cmds; *cmd != NULL; cmd++) {
        if (((*cmd)->flags & (without | XM_CMD_HIDDEN)) || strncmp((*cmd)->name, word, strlen(word)) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = *cmd;
    }
    return found;
}

const struct xm_cmd *find_cmd(enum xm_dialect dialect, const char *word, bool *ret_alias)
{
    const struct xm_cmd *found = find_exact(word);
    unsigned foreign = dialect == XM_DIALECT_XL ? XM_CMD_ONLY_XM : XM_CMD_ONLY_XL;

    *ret_alias = false;
    if (found != NULL)
        return found;
    for (size_t i = 0; dialect == XM_DIALECT_XM && i < XM_COUNT(aliases); i++) {
        if (strcmp(aliases[i].alias, word) == 0) {
            *ret_alias = true;
            return find_exact(aliases[i].name);
        }
    }
    if (strlen(word) < (dialect == XM_DIALECT_XM ? 2u : 1u))
        return NULL;
    /* A prefix that scripts rely on stays unique whatever commands the other dialect has. */
    found = find_prefix(word, foreign);
    return found != NULL ? found : find_prefix(word, 0);
}

bool opt_in_dialect(const struct xm_opt *opt, enum xm_dialect dialect)
{
    return opt->dialects == 0 || (opt->dialects & dialect);
}

static bool is_end(const struct xm_opt *opt)
{
    return opt->letter == 0 && opt->name == NULL;
}

struct xm_shape cmd_shape(const struct xm_cmd *cmd, enum xm_dialect dialect)
{
    if (dialect == XM_DIALECT_XL && cmd->xl.words != NULL)
        return cmd->xl;
    return (struct xm_shape){ cmd->words ? cmd->words : "", cmd->min, cmd->max };
}

bool parse_number(const char *word, unsigned long min, unsigned long max, unsigned long *ret_number)
{
    char *end;
    unsigned long number;

    if (*word < '0' || *word > '9')
        return false;
    errno = 0;
    number = strtoul(word, &end, 10);
    if (*end != '\0' || errno != 0 || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

struct parser {
    struct xm_env *env;
    const struct xm_cmd *cmd;
    char *args;
    char **words;
    size_t count, at;
};

static int refuse(struct parser *p, xm_error **err, const char *what, const char *problem)
{
    if (p->env->dialect == XM_DIALECT_XL)
        return fail_usage(p->env, err, "option `%s' not supported.", what + (what[1] == '-' ? 0 : 1));
    return fail_usage(p->env, err, "option %s %s", what, problem);
}

static int store_in_list(struct parser *p, const struct xm_opt *opt, struct opt_list *list, const char *value, xm_error **err)
{
    if (list->count == OPT_LIST_MAX)
        return fail_usage(p->env, err, "option --%s is given too often", opt->name);
    list->items[list->count++] = value != NULL ? value : "";
    return 0;
}

static int store(struct parser *p, const struct xm_opt *opt, const char *value, xm_error **err)
{
    void *field = p->args + opt->offset;
    unsigned long number;

    switch (opt->kind) {
    case XM_OPT_FLAG:
        *(bool *)field = true;
        return 0;
    case XM_OPT_COUNT:
        ++*(unsigned *)field;
        return 0;
    case XM_OPT_STR:
        *(const char **)field = value;
        return 0;
    case XM_OPT_UINT:
        if (!parse_number(value, 0, UINT32_MAX, &number))
            return fail_usage(p->env, err, "Invalid value: %s", value);
        *(unsigned *)field = (unsigned)number;
        return 0;
    case XM_OPT_LIST:
        return store_in_list(p, opt, field, value, err);
    }
    return 0;
}

static bool takes_value(const struct xm_opt *opt)
{
    return opt->kind == XM_OPT_STR || opt->kind == XM_OPT_UINT;
}

static const struct xm_opt *find_long(const struct parser *p, const char *name, size_t len, bool *ret_unsure)
{
    const struct xm_opt *found = NULL;

    *ret_unsure = false;
    for (const struct xm_opt *opt = p->cmd->opts; opt != NULL && !is_end(opt); opt++) {
        if (opt->name == NULL || !opt_in_dialect(opt, p->env->dialect) || strncmp(opt->name, name, len) != 0)
            continue;
        if (strlen(opt->name) == len)
            return opt;
        *ret_unsure = found != NULL;
        found = opt;
    }
    return *ret_unsure ? NULL : found;
}

/* xm looked only for the words that it knew, and wherever another one stood it was an operand. */
static bool is_operand(const struct parser *p, const char *word)
{
    bool unsure;

    if (!(p->cmd->flags & XM_CMD_LOOSE) || p->env->dialect != XM_DIALECT_XM)
        return false;
    if (word[1] == '-')
        return word[2] != '\0' && find_long(p, word + 2, strcspn(word + 2, "="), &unsure) == NULL;
    for (const struct xm_opt *opt = p->cmd->opts; !is_end(opt); opt++)
        if (opt->letter == word[1] && opt_in_dialect(opt, XM_DIALECT_XM))
            return false;
    return true;
}

static int parse_long(struct parser *p, char *word, xm_error **err)
{
    char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    xm_autofree char *shown = xm_strndup(word, len);
    const char *value = equals ? equals + 1 : NULL;
    bool unsure;
    const struct xm_opt *opt = find_long(p, word + 2, len - 2, &unsure);

    if (opt == NULL)
        return refuse(p, err, shown, unsure ? "not a unique prefix" : "not recognized");
    if (takes_value(opt) && value == NULL) {
        if (p->at >= p->count)
            return refuse(p, err, shown, "requires argument");
        value = p->words[p->at++];
    }
    if (!takes_value(opt) && opt->kind != XM_OPT_LIST && value != NULL)
        return refuse(p, err, shown, "must not have an argument");
    return store(p, opt, value, err);
}

static int parse_short(struct parser *p, char *word, xm_error **err)
{
    for (char *letter = word + 1; *letter != '\0'; letter++) {
        const struct xm_opt *opt = p->cmd->opts;
        char shown[3] = { '-', *letter, '\0' };
        const char *value = NULL;

        while (opt != NULL && !is_end(opt) && (opt->letter != *letter || !opt_in_dialect(opt, p->env->dialect)))
            opt++;
        if (opt == NULL || is_end(opt))
            return refuse(p, err, shown, "not recognized");
        if (takes_value(opt)) {
            if (letter[1] != '\0')
                value = letter + 1;
            else if (p->at < p->count)
                value = p->words[p->at++];
            else
                return refuse(p, err, shown, "requires argument");
            return store(p, opt, value, err);
        }
        if (store(p, opt, NULL, err) < 0)
            return -1;
    }
    return 0;
}

static bool is_option(const struct parser *p, const char *word)
{
    bool only_long = p->env->dialect == XM_DIALECT_XM && (p->cmd->flags & XM_CMD_LONG_ONLY);

    return word[0] == '-' && word[1] != '\0' && (word[1] == '-' || !only_long);
}

static bool has_options(const struct parser *p)
{
    if (p->env->dialect == XM_DIALECT_XL)
        return true;
    for (const struct xm_opt *opt = p->cmd->opts; opt != NULL && !is_end(opt); opt++) {
        if (opt_in_dialect(opt, p->env->dialect))
            return true;
    }
    return false;
}

static int check_count(struct xm_env *env, const struct xm_cmd *cmd, size_t count, xm_error **err)
{
    const struct xm_shape shape = cmd_shape(cmd, env->dialect);
    const char *plural = shape.min == 1 ? "" : "s";

    if (env->dialect == XM_DIALECT_XL) {
        /* Stock xl passes most surplus operands over; a wrong word is better named. */
        if (count < shape.min)
            return fail_usage(env, err, "'%s %s' requires at least %zu argument%s.\n", env->prog, cmd->name,
                              shape.min, plural);
        if (count > shape.max && shape.max == 0)
            return fail_usage(env, err, "'%s %s' takes no arguments.\n", env->prog, cmd->name);
        if (count > shape.max)
            return fail_usage(env, err, "'%s %s' takes at most %zu argument%s.\n", env->prog, cmd->name, shape.max,
                              shape.max == 1 ? "" : "s");
        return 0;
    }
    if (count >= shape.min && count <= shape.max)
        return 0;
    if (shape.min == shape.max)
        return fail_usage(env, err, "'%s %s' requires %zu arguments.\n", env->prog, cmd->name, shape.min);
    if (shape.max == XM_MANY)
        return fail_usage(env, err, "'%s %s' requires at least %zu argument%s.\n", env->prog, cmd->name, shape.min, plural);
    return fail_usage(env, err, "'%s %s' requires between %zu and %zu arguments.\n", env->prog, cmd->name,
                      shape.min, shape.max);
}

int parse_call(struct xm_env *env, const struct xm_cmd *cmd, char **words, size_t count,
               void **ret_args, struct xm_call *ret_call, xm_error **err)
{
    xm_autofree char *args = xm_alloc0(1, cmd->args_size);
    xm_autofree char **operands = xm_new0(char *, count + 1);
    struct parser p = { env, cmd, args, words, count, 0 };
    bool options = has_options(&p) && !(cmd->flags & XM_CMD_RAW_WORDS);
    size_t n = 0;

    while (p.at < count) {
        char *word = words[p.at++];

        if (!options || !is_option(&p, word) || is_operand(&p, word)) {
            operands[n++] = word;
            options = options && !(env->dialect == XM_DIALECT_XM && (cmd->flags & XM_CMD_STOPS));
        } else if (strcmp(word, "--") == 0) {
            options = false;
        } else if ((word[1] == '-' ? parse_long(&p, word, err) : parse_short(&p, word, err)) < 0) {
            return -1;
        }
    }
    if (check_count(env, cmd, n, err) < 0)
        return -1;
    *ret_call = (struct xm_call){ cmd, args, XM_TAKE(operands), n };
    *ret_args = XM_TAKE(args);
    return 0;
}
