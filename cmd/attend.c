/* A guest brought up under the supervisor's eyes: create, start, resume and restore.
 *
 * The connection is open from before the guest's entry says "building" until the supervisor has
 * the finished guest in its books. Should this process die in between, the connection closes and
 * the supervisor undoes what is half done. */
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int tell_begin(void *arg, const char *uuid, xm_error **err)
{
    struct attend *attend = arg;

    memcpy(attend->uuid, uuid, sizeof(attend->uuid));
    return xm_super_begin(attend->super, uuid, err);
}

/* Another command of ours, in a process of its own. 0 when that failed, which has been told. */
static int spawn(const struct attend *attend, const char *const *words)
{
    char **argv = self_argv(attend->env, words);
    int pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        execv(argv[0], argv);
        fprintf(stderr, "%s: cannot run %s: %s\n", attend->env->prog, words[0], strerror(errno));
        _exit(EXIT_FAILURE);
    }
    if (pid < 0)
        fprintf(stderr, "%s: cannot run %s: %s\n", attend->env->prog, words[0], strerror(errno));
    free_argv(argv);
    return pid < 0 ? 0 : pid;
}

/* The build goes on while the user already watches, and a bootloader can be talked to. */
static void start_client(void *arg, uint32_t domid)
{
    struct attend *attend = arg;
    char number[16];
    const char *words[] = { "console", number, NULL };

    attend->domid = domid;
    if (!attend->console || attend->client > 0)
        return;
    snprintf(number, sizeof(number), "%u", domid);
    attend->client = spawn(attend, words);
}

/* Nobody waits for the viewer: it is a window of its own. */
static void start_viewer(const struct attend *attend)
{
    char number[16];
    const char *words[] = { "vncviewer", number, attend->autopass ? "--autopass" : NULL, NULL };

    snprintf(number, sizeof(number), "%u", attend->domid);
    if (attend->viewer || attend->autopass)
        (void)spawn(attend, words);
}

int super_open(struct xm_env *env, xm_super **ret_super, xm_error **err)
{
    static const char *const words[] = { "supervise", NULL };
    char **argv = self_argv(env, words);
    int status = xm_super_connect(env->conf, argv, ret_super, err);

    free_argv(argv);
    return status < 0 ? xm_wrap(err, "the supervisor") : 0;
}

int attend_step(struct xm_env *env, const char *uuid, struct attend *ret_attend, xm_error **err)
{
    *ret_attend = (struct attend){ .env = env };
    if (super_open(env, &ret_attend->super, err) < 0)
        return -1;
    if (tell_begin(ret_attend, uuid, err) == 0)
        return 0;
    attend_abort(ret_attend);
    return -1;
}

int attend_begin(struct xm_env *env, bool paused, bool console, struct attend *ret_attend,
                 struct xm_guest_how *ret_how, xm_error **err)
{
    *ret_attend = (struct attend){ .env = env, .console = console };
    if (super_open(env, &ret_attend->super, err) < 0)
        return -1;
    *ret_how = (struct xm_guest_how){
        .build = { .paused = paused, .wait_devices = true, .console_ready = start_client, .arg = ret_attend },
        .begin = tell_begin, .begin_arg = ret_attend,
    };
    return 0;
}

static void wait_client(struct attend *attend)
{
    while (attend->client > 0 && waitpid(attend->client, NULL, 0) < 0 && errno == EINTR)
        continue;
    attend->client = 0;
}

int attend_end(struct attend *attend, xm_error **err)
{
    int status = xm_super_end(attend->super, attend->uuid, err);

    xm_super_close(XM_TAKE(attend->super));
    start_viewer(attend);
    wait_client(attend);
    return status < 0 ? xm_wrap(err, "the supervisor") : 0;
}

void attend_abort(struct attend *attend)
{
    xm_super_close(XM_TAKE(attend->super));
    if (attend->client > 0)
        kill(attend->client, SIGTERM);      /* our own child, not yet waited for */
    wait_client(attend);
}

int attend_reset(struct xm_env *env, const char *uuid, xm_error **err)
{
    struct attend attend;
    struct xm_guest_how how;
    uint32_t domid;

    if (attend_begin(env, false, false, &attend, &how, err) < 0)
        return -1;
    if (xm_guest_reset(&env->guests, uuid, &how, &domid, err) < 0) {
        attend_abort(&attend);
        return -1;
    }
    return attend_end(&attend, err);
}
