#include "way.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LISTING_MAX (1u << 20)
#define SSH_FAILED 255                  /* ssh's status when it did not get there at all */

static void set_rune(const struct xm_env *env, const char *command, const char *host, struct way *way)
{
    *way = (struct way){
        .rune = { .command = command, .host = host, .stamps = env->stamps, .verbose = env->verbose,
                  .carriage = env->carriage || isatty(STDERR_FILENO) },
        .stock = env->dialect == XM_DIALECT_XL,
    };
}

/* Port 0 was xend's, too, for the usual one. */
static int set_listener(struct xm_env *env, const struct way_args *args, struct way *way, xm_error **err)
{
    unsigned long port = 0;

    if (args->ssl && args->plain)
        return fail_usage(env, err, "--ssl and --plain are not both true");
    if (args->command != NULL)
        return fail_usage(env, err, "-s is another way to the host than --ssl, --plain and --port");
    if (args->port != NULL && !parse_number(args->port, 0, 65535, &port))
        return fail_usage(env, err, "Invalid value: %s", args->port);
    way->listener = true;
    way->plain = args->plain;
    way->port = port != 0 ? (unsigned)port : env->conf->relocation_port;
    return 0;
}

int way_of(struct xm_env *env, const struct way_args *args, const char *host, struct way *ret_way, xm_error **err)
{
    bool shell = args->command != NULL && *args->command == '\0';
    bool listener = args->ssl || args->plain || args->port != NULL;

    /* stock xl takes for a host whatever it is given, so that scripts have put options there */
    if (!shell && env->dialect == XM_DIALECT_XM && xm_rune_check_host(host, err) < 0)
        return -1;
    set_rune(env, args->command, host, ret_way);
    if (listener || (args->command == NULL && env->dialect == XM_DIALECT_XM && env->conf->relocation_ssl))
        return set_listener(env, args, ret_way, err);
    return 0;
}

int way_again(struct xm_env *env, const struct xm_move_peer *peer, struct way *ret_way, xm_error **err)
{
    const char *how = peer->how ? peer->how : "";
    unsigned long port = 0;

    if (peer->host == NULL || peer->how == NULL)
        return xm_fail(err, XM_STATE, "it is not on record how the other host was reached");
    set_rune(env, strcmp(how, "shell") == 0 ? "" : peer->command, peer->host, ret_way);
    ret_way->stock = false;
    ret_way->plain = strcmp(how, "plain") == 0;
    ret_way->listener = ret_way->plain || strcmp(how, "tls") == 0;
    if (ret_way->listener && (peer->command == NULL || !parse_number(peer->command, 1, 65535, &port)))
        return xm_fail(err, XM_STATE, "it is not on record on which port the other host was reached");
    ret_way->port = ret_way->listener ? (unsigned)port : 0;
    return 0;
}

struct xm_move_peer way_peer(struct way *way)
{
    const char *command = way->rune.command;

    if (way->listener) {
        snprintf(way->port_text, sizeof(way->port_text), "%u", way->port);
        return (struct xm_move_peer){ .how = way->plain ? "plain" : "tls", .host = (char *)way->rune.host, .command = way->port_text };
    }
    return (struct xm_move_peer){
        .how = command == NULL ? "ssh" : *command ? "command" : "shell",
        .host = (char *)way->rune.host, .command = command != NULL && *command ? (char *)command : NULL,
    };
}

static void on_lost_link(int signum)
{
    (void)signum;
}

/* A handler, as what is ignored would be ignored in the programs that we run as well. */
void way_survive_loss(void)
{
    struct sigaction action = { .sa_handler = on_lost_link, .sa_flags = SA_RESTART };

    sigaction(SIGPIPE, &action, NULL);
}

static void tell(void *arg, const char *line)
{
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

struct xm_teller way_teller(struct xm_env *env)
{
    return (struct xm_teller){ .tell = env->dialect == XM_DIALECT_XL ? tell : NULL };
}

static int run_rune(struct xm_env *env, char *rune, struct xm_link *ret_link, xm_error **err)
{
    int rc = xm_link_run(rune, ret_link, err);

    free(rune);
    ret_link->stop = env->stop;
    return rc;
}

/* Who did not say a word may have no xm there and no such shell, or be no ssh. *ret_again: stock xl's own
 * words may do. */
static int fail_silent(struct xm_link *link, bool *ret_again, xm_error *why, xm_error **err)
{
    int status;

    xm_link_close(link, XM_LINK_GRACE_MS, &status);
    *ret_again = why->code == XM_NOT_FOUND && !(WIFEXITED(status) && WEXITSTATUS(status) == SSH_FAILED);
    why->code = why->code == XM_NOT_FOUND ? XM_IO : why->code;
    xm_error_pass(err, why);
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return xm_wrap(err, "the other host was not reached (status %d)", WEXITSTATUS(status));
    return -1;
}

static int open_stock(struct xm_env *env, const struct way *way, struct xm_link *ret_link, bool *ret_xm, xm_error **err)
{
    struct xm_link link = XM_LINK_INIT;
    xm_error *why = NULL;
    bool again;

    *ret_xm = false;
    if (run_rune(env, xm_rune_stock(&way->rune), &link, err) < 0)
        return -1;
    if ((way->stock ? xm_xl_meet(&link, &why) : xm_link_meet(&link, ret_xm, &why)) < 0)
        return fail_silent(&link, &again, why, err);
    *ret_link = link;
    return 0;
}

/* Its own reason is not for the other side of the network, but in its log. */
static int fail_listener(const struct way *way, struct xm_link *link, xm_error *why, xm_error **err)
{
    xm_link_drop(link);
    if (why->code == XM_NOT_FOUND) {
        xm_error_free(why);
        why = NULL;
        (void)xm_fail(&why, XM_IO, "the receiver there ended before it said anything; what xm relocation prints there says why");
    }
    xm_error_pass(err, why);
    return xm_wrap(err, "%s port %u", way->rune.host, way->port);
}

/* Nobody but an xm listens so. */
static int open_listener(struct xm_env *env, const struct way *way, struct xm_link *ret_link, bool *ret_xm, xm_error **err)
{
    const struct xm_relocation_way to = {
        .conf = env->conf, .host = way->rune.host, .port = way->port, .plain = way->plain, .stop = env->stop,
    };
    struct xm_link link = XM_LINK_INIT;
    xm_error *why = NULL;
    int rc;

    if (xm_link_relocation(&to, &link, err) < 0)
        return -1;
    rc = xm_link_meet(&link, ret_xm, &why);
    if (rc == 0 && !*ret_xm)
        rc = xm_fail(&why, XM_INVALID, "the receiver there is a stock xl's");
    if (rc < 0)
        return fail_listener(way, &link, why, err);
    *ret_link = link;
    return 0;
}

int way_open(struct xm_env *env, const struct way *way, struct xm_link *ret_link, bool *ret_xm, xm_error **err)
{
    struct xm_link link = XM_LINK_INIT;
    xm_error *why = NULL, *first = NULL;
    bool again = false;

    if (way->listener)
        return open_listener(env, way, ret_link, ret_xm, err);
    if (way->stock || (way->rune.command != NULL && *way->rune.command == '\0'))
        return open_stock(env, way, ret_link, ret_xm, err);
    if (run_rune(env, xm_rune_session(&way->rune), &link, err) < 0)
        return -1;
    if (xm_link_meet(&link, ret_xm, &why) == 0) {
        *ret_link = link;
        return 0;
    }
    (void)fail_silent(&link, &again, why, &first);
    if (!again)
        return xm_error_pass(err, first);
    xm_error_free(first);
    return open_stock(env, way, ret_link, ret_xm, err);
}

int way_ask(struct xm_env *env, const struct way *way, const char *words, char **ret_text, xm_error **err)
{
    const char *command = way->rune.command;
    struct xm_link link = XM_LINK_INIT;
    xm_autofree char *text = NULL;
    int status = 0, rc;

    if (command != NULL && *command == '\0')
        return xm_fail(err, XM_UNSUPPORTED, "the way to %s leads to its receiver alone", way->rune.host);
    if (run_rune(env, xm_printf("exec %s %s %s", command ? command : "ssh", way->rune.host, words), &link, err) < 0)
        return -1;
    rc = xm_link_all(&link, LISTING_MAX, words, &text, err);
    xm_link_close(&link, XM_LINK_GRACE_MS, &status);
    if (rc < 0)
        return -1;
    if (status != 0)
        return xm_fail(err, XM_IO, "%s could not be run on the other host", words);
    *ret_text = XM_TAKE(text);
    return 0;
}

void way_close(struct xm_env *env, struct xm_link *link)
{
    long pid = link->pid;
    int status;

    xm_link_close(link, XM_LINK_GRACE_MS, &status);
    if (env->dialect != XM_DIALECT_XL || status == 0)
        return;
    if (WIFEXITED(status))
        fprintf(stderr, "migration transport process [%ld] exited with error status %d\n", pid, WEXITSTATUS(status));
    else
        fprintf(stderr, "migration transport process [%ld] died due to fatal signal %s\n", pid,
                strsignal(WTERMSIG(status)));
}
