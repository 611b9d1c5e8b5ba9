/* xm vncviewer: look at a guest's screen. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long a device model that has just been started may take to serve the screen. */
enum { SCREEN_SECONDS = 10 };

struct viewer_args { bool autopass, autopass_old; };

static const struct xm_opt viewer_opts[] = {
    XM_FLAG('a', "autopass", struct viewer_args, autopass, "hand the screen's password to the viewer"),
    XM_FLAG(0, "vncviewer-autopass", struct viewer_args, autopass_old, NULL),
    XM_OPT_END
};

static int wait_screen(struct xm_env *env, uint32_t domid, xm_vnc **ret_vnc, xm_error **err)
{
    static const struct timespec pause = { .tv_nsec = 250000000 };

    for (int left = SCREEN_SECONDS * 4; ; left--) {
        xm_error *why = NULL;

        if (xm_host_vnc(env->host, domid, ret_vnc, &why) == 0)
            return 0;
        if (why->code != XM_NOT_FOUND || left == 0) {
            *err = why;
            return -1;
        }
        xm_error_free(why);
        nanosleep(&pause, NULL);
    }
}

/* The password stands on the viewer's standard input, through a pipe that holds it whole. */
static int offer_password(const char *password, xm_error **err)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "pipe");
    if (xm_fd_write(fds[1], password, strlen(password), "pipe", err) < 0
        || xm_fd_write(fds[1], "\n", 1, "pipe", err) < 0)
        return -1;
    close(fds[1]);
    if (dup2(fds[0], STDIN_FILENO) < 0)
        return xm_fail_errno(err, errno, "dup2");
    close(fds[0]);
    return 0;
}

static int view(struct xm_env *env, const xm_vnc *vnc, bool autopass, xm_error **err)
{
    const char *program = getenv("VNCVIEWER");
    xm_autofree char *target = xm_printf("%s:%d", vnc->address, (int)vnc->port - 5900);
    bool pass = autopass && vnc->password != NULL;

    if (program == NULL || *program == '\0')
        program = "vncviewer";
    if (env->dialect == XM_DIALECT_XM)
        printf("invoking  vncviewer %s\n", target);
    fflush(stdout);
    if (pass && offer_password(vnc->password, err) < 0)
        return -1;
    execlp(program, program, target, pass ? "-autopass" : NULL, (char *)NULL);
    env->fail_status = 255;
    env->fail_plain = true;
    if (errno == ENOENT)
        return xm_fail(err, XM_NOT_FOUND, "external vncviewer missing or not in the path\nExiting");
    return xm_fail_errno(err, errno, "%s", program);
}

static int viewer_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct viewer_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    XM_AUTO(xm_vnc) *vnc = NULL;

    if (find_guest(env, call->words[0], FIND_LIVE, 0, &list, &guest, err) < 0
        || wait_screen(env, guest->domid, &vnc, err) < 0)
        return -1;
    return view(env, vnc, args->autopass || args->autopass_old, err);
}

const struct xm_cmd cmd_vncviewer = {
    .name = "vncviewer", .words = "DOMAIN", .min = 1, .max = 1,
    .summary = "Look at a guest's screen",
    .group = XM_GROUP_LIFECYCLE, .opts = viewer_opts, .args_size = sizeof(struct viewer_args), .run = viewer_run,
};
