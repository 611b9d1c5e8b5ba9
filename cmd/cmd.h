/* All that a command file needs.
 *
 * A command is one file and one struct xm_cmd in it. Its options are rows of a table, each
 * spelled once: a row gives parsing, usage, completion and man text. run() gets a fresh args
 * struct and the operands; it prints results on stdout and returns 0, or a failure as an error.
 * main.c prints that error and chooses the exit status; nothing else here prints errors.
 *
 * Every command answers in two dialects, xm's and xl's (xm_env.dialect). Where they differ, an
 * option row names its dialect and the command its second shape of operands. */
#ifndef XM_CMD_H
#define XM_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "xm.h"

/* What a command works with. host, reg and guests are open unless the command is NO_HOST. */
struct xm_env {
    enum xm_dialect dialect;
    const char *prog;           /* "xm" or "xl": as the user called us */
    xm_conf *conf;
    const char *conf_path;      /* --config FILE, or NULL */
    struct xm_log log;
    xm_host *host;
    xm_reg *reg;
    struct xm_guests guests;
    bool dry_run;               /* xl -N */
    bool modifies;              /* the command has XM_CMD_MODIFIES */
    bool carriage, stamps;      /* xl -t (told on stderr as if that were a terminal) and -T; the xl at the other end of a migration gets both */
    unsigned verbose;           /* -v, so often; likewise */
    volatile int *stop;         /* set by SIGINT, SIGTERM and SIGHUP in commands that modify */

    /* How a failure ends, where it is not the dialect's usual: set by what fails. */
    int fail_status;            /* exit status; 0: the usual one */
    bool fail_plain;            /* xm: do not print the command's help after the error */
    bool fail_words;            /* the command line itself is wrong: set by fail_usage() */
};

struct xm_call {
    const struct xm_cmd *cmd;
    const void *args;           /* the command's args struct */
    char **words;               /* operands, NULL-terminated */
    size_t count;
};

/* --- options --- */

enum xm_opt_kind { XM_OPT_FLAG, XM_OPT_COUNT, XM_OPT_STR, XM_OPT_UINT, XM_OPT_LIST };

/* An option that may stand alone or with =VALUE, and again: its values in order, "" where it stood alone. */
#define OPT_LIST_MAX 32
struct opt_list { const char *items[OPT_LIST_MAX]; size_t count; };

struct xm_opt {
    char letter;                /* 0: none */
    const char *name;           /* NULL: none */
    enum xm_opt_kind kind;
    size_t offset;              /* in the args struct */
    const char *value;          /* what stands for the value in help; NULL for flags */
    const char *text;           /* NULL: accepted for old scripts and not shown */
    unsigned dialects;          /* bits of enum xm_dialect; 0: both */
};

#define XM_OPT_FIELD(type, field, ctype)                                                      \
    (offsetof(type, field)                                                                    \
     + 0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((type *)0)->field), ctype) ? 1 : -1]))
#define XM_FLAG_IN(dialects, letter, name, type, field, text)                                 \
    { letter, name, XM_OPT_FLAG, XM_OPT_FIELD(type, field, bool), NULL, text, dialects }
#define XM_FLAG(letter, name, type, field, text) XM_FLAG_IN(0, letter, name, type, field, text)
#define XM_COUNT_OPT(letter, name, type, field, text)                                         \
    { letter, name, XM_OPT_COUNT, XM_OPT_FIELD(type, field, unsigned), NULL, text, 0 }
#define XM_STR_IN(dialects, letter, name, type, field, value, text)                           \
    { letter, name, XM_OPT_STR, XM_OPT_FIELD(type, field, const char *), value, text, dialects }
#define XM_STR(letter, name, type, field, value, text) XM_STR_IN(0, letter, name, type, field, value, text)
#define XM_UINT_IN(dialects, letter, name, type, field, value, text)                          \
    { letter, name, XM_OPT_UINT, XM_OPT_FIELD(type, field, unsigned), value, text, dialects }
#define XM_LIST_IN(dialects, letter, name, type, field, value, text)                          \
    { letter, name, XM_OPT_LIST, XM_OPT_FIELD(type, field, struct opt_list), value, text, dialects }
#define XM_OPT_END { 0, NULL, XM_OPT_FLAG, 0, NULL, NULL, 0 }

/* --- commands --- */

enum xm_group { XM_GROUP_LIFECYCLE, XM_GROUP_SHOW, XM_GROUP_CHANGE, XM_GROUP_HOST, XM_GROUP_HELP };

enum {
    XM_CMD_MODIFIES = 1,        /* changes guests or the host: signals are taken, so that it can undo */
    XM_CMD_NO_HOST = 2,         /* needs no hypervisor (it may open one itself with env_open) */
    XM_CMD_NO_HELP = 4,         /* xm: failures are not followed by the help */
    XM_CMD_ONLY_XM = 8,         /* stock xl has no such command: its prefixes do not compete there */
    XM_CMD_ONLY_XL = 16,        /* likewise for xm */
    XM_CMD_COMMON = 32,         /* in xm's short help */
    XM_CMD_HIDDEN = 64,         /* in no help */
    XM_CMD_DRY = 128,           /* xl's -N is understood */
    XM_CMD_RAW_WORDS = 256,     /* words are not parsed at all */
    XM_CMD_LONG_ONLY = 512,     /* xm: -x is an operand, as it was when the command had no options */
    XM_CMD_STOPS = 1024,        /* xm: options end at the first operand */
    XM_CMD_LOOSE = 2048,        /* xm: what is no option of the command is an operand, as xm had it */
};

struct xm_shape {
    const char *words;          /* operands as the synopsis shows them */
    size_t min, max;            /* XM_MANY: no limit */
};
#define XM_MANY ((size_t)-1)

struct xm_cmd {
    const char *name;
    const char *words;
    size_t min, max;
    struct xm_shape xl;         /* where xl takes other operands (words != NULL) */
    const char *summary;        /* one line, capital letter, no full stop */
    const char *more;           /* further paragraphs of the help, each line ended, or NULL */
    enum xm_group group;
    unsigned flags;
    const struct xm_opt *opts;
    size_t args_size;
    int (*run)(struct xm_env *env, const struct xm_call *call, xm_error **err);
};

extern const struct xm_cmd *const xm_cmds[];       /* generated from COMMANDS, NULL-terminated */

/* --- main.c --- */

/* Opens conf's host and registry into env. */
int env_open(struct xm_env *env, xm_error **err);
/* The same for a command that only looks: no registry is made where there is none. */
int env_view(struct xm_env *env, xm_error **err);

/* A word of the command line is wrong: xl's exit status 2. Returns -1. */
int fail_usage(struct xm_env *env, xm_error **err, const char *fmt, ...) XM_PRINTF(3, 4);

/* The argv that runs this very program on the same host: words is NULL-terminated. Owned by the
 * caller, to be freed with free_argv(). */
char **self_argv(const struct xm_env *env, const char *const *words);
void free_argv(char **argv);

/* --- options.c --- */

/* Finds a command: exact name, then xm's old aliases, then a unique prefix. NULL if none.
 * *ret_alias is true if word was an alias. */
const struct xm_cmd *find_cmd(enum xm_dialect dialect, const char *word, bool *ret_alias);

/* Parses words into a fresh args struct and operands, and checks their number. */
int parse_call(struct xm_env *env, const struct xm_cmd *cmd, char **words, size_t count,
               void **ret_args, struct xm_call *ret_call, xm_error **err);
bool opt_in_dialect(const struct xm_opt *opt, enum xm_dialect dialect);
struct xm_shape cmd_shape(const struct xm_cmd *cmd, enum xm_dialect dialect);

/* A decimal number from min to max as a whole word. */
bool parse_number(const char *word, unsigned long min, unsigned long max, unsigned long *ret_number);

/* --- help.c --- */

void print_help(const struct xm_env *env, bool all);
void print_cmd_help(const struct xm_env *env, const struct xm_cmd *cmd);

/* --- print.c --- */

/* The six letters of `list`: r b p s c d in xm, r b p s and a letter for the reason in xl. */
void format_state(const struct xm_domain *domain, enum xm_dialect dialect, char ret_state[7]);
/* "1 day,  2:03:04"; with minutes only, without the seconds. */
char *format_uptime(double seconds, bool minutes_only);
/* "0-1,3", or all / none as the dialect words it. cpus is the number of the host's cpus. */
char *format_cpus(const struct xm_cpuset *set, unsigned cpus, const char *all, const char *none);
void print_json(xm_json *json);                     /* takes json */
const char *power_word(const struct xm_guest *guest);       /* running paused crashed suspended halted unknown */

/* --- find.c --- */

enum { FIND_LIVE = 1 };

/* The guest meant by word, out of a list loaded now (owned by the caller, freed with
 * xm_guest_list_free); the failures are worded and numbered as the dialect does. */
int find_guest(struct xm_env *env, const char *word, unsigned need, unsigned want,
               xm_guest_list **ret_list, const struct xm_guest **ret_guest, xm_error **err);
int pick_guest(struct xm_env *env, const xm_guest_list *list, const char *word, unsigned need,
               const struct xm_guest **ret_guest, xm_error **err);

/* --- change.c: what a guest has, changed --- */

/* Which of the two is changed: its domain, what is stored of it; neither: both, where there are both. */
struct where_args { bool live, config; };
#define WHERE_OPTS(type)                                                                                    \
    XM_FLAG(0, "live", type, where.live, "change the running guest only"),                                  \
    XM_FLAG(0, "config", type, where.config, "change only what its next start gives it")

/* The guest that word means for such a change; change->where is set. A list as in find_guest(). */
int find_to_change(struct xm_env *env, const char *word, const struct where_args *where, struct xm_change *change,
                   xm_guest_list **ret_list, const struct xm_guest **ret_guest, xm_error **err);

/* --- attend.c: a guest brought up under the supervisor's eyes --- */

/* A connection to the supervisor, which is started if there is none. */
int super_open(struct xm_env *env, xm_super **ret_super, xm_error **err);

struct attend {
    struct xm_env *env;
    xm_super *super;
    char uuid[37];
    bool console;               /* attach a console client as soon as there is one */
    bool viewer, autopass;      /* show its screen once it runs */
    int client;                 /* its pid, or 0 */
    uint32_t domid;
};

#define VIEWER_OPTS(type)                                                                                   \
    XM_FLAG_IN(XM_DIALECT_XM, 0, "vncviewer", type, viewer, "show its screen"),                             \
    XM_FLAG_IN(XM_DIALECT_XM, 0, "vncviewer-autopass", type, viewer_pass, "show its screen, password handed over"), \
    XM_FLAG_IN(XM_DIALECT_XL, 'V', "vncviewer", type, viewer, "show its screen"),                           \
    XM_FLAG_IN(XM_DIALECT_XL, 'A', "vncviewer-autopass", type, viewer_pass, "show its screen, password handed over")

/* Connects to the supervisor (starting it if need be) and prepares *ret_how. */
int attend_begin(struct xm_env *env, bool paused, bool console, struct attend *ret_attend,
                 struct xm_guest_how *ret_how, xm_error **err);
/* The same for a step that brings nothing up, such as a save: the supervisor is told of uuid now. */
int attend_step(struct xm_env *env, const char *uuid, struct attend *ret_attend, xm_error **err);
/* After the guest was built: waits until the supervisor knows it, then for the console client. */
int attend_end(struct attend *attend, xm_error **err);
/* A guest of ours ended and built again at once, all of it. */
int attend_reset(struct xm_env *env, const char *uuid, xm_error **err);
/* After a failure: lets go of everything. Safe on a zeroed struct. */
void attend_abort(struct attend *attend);

/* --- load.c: the configuration that create and new are given --- */

/* What xl has save and migrate take in place of a guest's own: a file, as libxl's JSON. */
int load_replacement_json(struct xm_env *env, const char *file, char **ret_json, xm_error **err);

struct load_args {
    const char *file, *path, *sxp, *format;
    bool quiet, dry_run, xml, skip_dtd, help_config, strict;
};
#define LOAD_OPTS(type)                                                                                     \
    XM_STR('f', "defconfig", type, load.file, "FILE", "the configuration"),                                 \
    XM_STR_IN(XM_DIALECT_XM, 0, "path", type, load.path, "DIRS", "directories to look for FILE in, ':' between (.:/etc/xen)"), \
    XM_STR_IN(XM_DIALECT_XM, 'F', "config", type, load.sxp, "FILE", "a domain in SXP, as list --long prints it"), \
    XM_FLAG('n', "dryrun", type, load.dry_run, "print what would be made, and make nothing"),               \
    XM_STR(0, "format", type, load.format, "FORMAT", "with -n: sxp, json (as stock xl), or cfg (a plain file)"), \
    XM_FLAG_IN(XM_DIALECT_XM, 'x', "xmldryrun", type, load.xml, NULL),                                      \
    XM_FLAG_IN(XM_DIALECT_XM, 's', "skipdtd", type, load.skip_dtd, NULL),                                   \
    XM_FLAG(0, "strict", type, load.strict, "what would only be warned of is an error"),                    \
    XM_FLAG('q', "quiet", type, load.quiet, "say nothing about it"),                                        \
    XM_FLAG(0, "help_config", type, load.help_config, "list what a configuration may say"),                 \
    XM_FLAG(0, "help-config", type, load.help_config, NULL)

/* The document that the options and words name. *ret_doc NULL with success: everything is done
 * already (--help_config, or a dry run, printed). */
int load_config(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                xm_doc **ret_doc, xm_error **err);

/* The same without a check and with nothing on stdout: what the file prints goes to stderr. */
int load_unchecked(struct xm_env *env, const struct load_args *args, const struct xm_call *call,
                   xm_doc **ret_doc, xm_error **err);

/* cfg, json or sxp; NULL is all right, too. */
int check_format(struct xm_env *env, const char *format, xm_error **err);

/* --- waiter.c --- */

/* Waits, woken by the host's events, until done(arg, list) says so about the guests as they are
 * then; timeout in seconds, 0: none. XM_TIMEOUT, XM_INTERRUPTED. Open it before what it waits for. */
struct waiter { struct xm_env *env; int fd; };
int wait_open(struct xm_env *env, struct waiter *ret_waiter, xm_error **err);
int wait_until(struct waiter *waiter, bool (*done)(void *arg, const xm_guest_list *list), void *arg,
               unsigned timeout, xm_error **err);

/* --- terminal.c: the client's side of a console --- */

/* Copies between the terminal and console until the console ends or Ctrl-] is typed. */
int terminal_run(const struct xm_console *console, xm_error **err);

#endif
