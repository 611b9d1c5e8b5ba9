/* xm migrate-receive: the other end of migrate, on stdin and stdout. Run by it, over ssh or whatever carries
 * it, and by stock xl's. */
#include "way.h"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct receive_args { bool session, paused, detached, foreground, debug, remus, colo, proxy; const char *script; };

static const struct xm_opt receive_opts[] = {
    XM_FLAG(0, "session", struct receive_args, session, "speak as xm does, not as stock xl"),
    XM_FLAG('p', NULL, struct receive_args, paused, "leave the guest paused"),
    XM_FLAG('e', NULL, struct receive_args, detached, NULL),
    XM_FLAG('d', NULL, struct receive_args, debug, NULL),
    XM_FLAG('F', NULL, struct receive_args, foreground, NULL),
    XM_FLAG('r', NULL, struct receive_args, remus, NULL),
    XM_FLAG(0, "colo", struct receive_args, colo, NULL),
    XM_STR(0, "coloft-script", struct receive_args, script, "SCRIPT", NULL),
    XM_FLAG(0, "userspace-colo-proxy", struct receive_args, proxy, NULL),
    XM_OPT_END
};

/* What our own prints, and what libxl's children print, is not for the sender. */
static int take_stdio(struct xm_link *ret_link, xm_error **err)
{
    xm_autoclose int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    xm_autoclose int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (in < 0 || out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return xm_fail_errno(err, errno, "stdin and stdout");
    xm_link_of(in, out, "the sender", ret_link);
    in = out = -1;
    return 0;
}

/* Who sends, as far as it can be told: ssh's server says. */
static char *source_of(void)
{
    const char *client = getenv("SSH_CONNECTION");
    size_t len = client ? strspn(client, "0123456789abcdefABCDEF.:") : 0;

    return len > 0 && len < 64 && client[len] == ' ' ? xm_strndup(client, len) : xm_strdup("another host");
}

static void tell_step(struct xm_env *env, const char *kind, const char *uuid)
{
    xm_autofree char *source = source_of(), *detail = xm_printf("from %s", source);

    xm_super_tell(env->conf, kind, uuid, NULL, XM_DOMID_NONE, detail);
}

/* The supervisor is asked for when there is a guest to be looked after: a question needs none. */
static int attend(void *arg, const char *uuid, xm_error **err)
{
    struct attend *attend = arg;

    if (attend_step(attend->env, uuid, attend, err) < 0)
        return -1;
    tell_step(attend->env, "migrating", uuid);
    return 0;
}

static int receive(struct xm_env *env, const struct receive_args *args, struct xm_link *link, struct attend *attending,
                   struct xm_received *ret_received, xm_error **err)
{
    const struct xm_guest_how how = { .build = { .wait_devices = true }, .begin = attend, .begin_arg = attending };
    const struct xm_receiving receiving = {
        .guests = &env->guests, .peer = { .how = "stdin" }, .paused = args->paused, .how = &how,
        .teller = way_teller(env), .version = VERSION,
    };

    return args->session ? xm_session_receive(link, &receiving, ret_received, err)
                         : xm_xl_receive(link, &receiving, ret_received, err);
}

static int fail_silently(enum xm_code code, xm_error **err)
{
    xm_error_clear(err);
    return xm_fail(err, code, "%s", "");
}

static int receive_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct receive_args *args = call->args;
    struct attend attending = { .env = env };
    xm_autolink link = XM_LINK_INIT;
    struct xm_received received;
    xm_error *why = NULL;
    int rc;

    env->fail_plain = true;
    if (call->count > 0) {
        print_cmd_help(env, call->cmd);
        return xm_fail(err, XM_INVALID, "%s", "");
    }
    if (args->remus || args->colo || args->script != NULL || args->proxy)
        return xm_fail(err, XM_UNSUPPORTED, "a guest that is replicated (Remus, COLO) cannot be received");
    way_survive_loss();
    if (take_stdio(&link, err) < 0)
        return -1;
    link.stop = env->stop;
    rc = receive(env, args, &link, &attending, &received, err);
    xm_link_drop(&link);
    if (attending.uuid[0] != '\0')
        tell_step(env, received.here ? "migrated" : "failed", attending.uuid);
    if (!received.here)
        attend_abort(&attending);
    else if (attend_end(&attending, &why) < 0)
        xm_error_free(why);     /* it is here all the same, and the next command brings a supervisor up */
    if (rc == 0 || received.agreed) {
        xm_error_clear(err);
        return 0;
    }
    return received.told ? fail_silently((*err)->code, err) : -1;
}

const struct xm_cmd cmd_migrate_receive = {
    .name = "migrate-receive", .words = "", .max = 0, .xl = { "", 0, XM_MANY },
    .summary = "Receive a guest that another host sends",
    .more = "It is run by migrate on the other host, and speaks with that on stdin and stdout.\n",
    .group = XM_GROUP_LIFECYCLE, .flags = XM_CMD_MODIFIES | XM_CMD_ONLY_XL,
    .opts = receive_opts, .args_size = sizeof(struct receive_args), .run = receive_run,
};
