#include "super/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "super/socket.h"

#define START_MS 15000          /* how long a supervisor may take to answer for the first time */
#define AGAIN_MS 2000           /* the one we started may have yielded to one that was just leaving */
#define ANSWER_S 60

static void detach(char *const *argv, int report)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    if (setsid() < 0 || null < 0)
        _exit(EXIT_FAILURE);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO)
        close(null);
    /* in no directory that somebody might want to unmount */
    if (chdir("/") < 0)
        _exit(EXIT_FAILURE);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fork() == 0) {
        int errnum;

        execv(argv[0], argv);
        errnum = errno;
        if (write(report, &errnum, sizeof(errnum)) < 0) {
            /* then the waiting for its socket ends this */
        }
    }
    _exit(EXIT_SUCCESS);
}

/* Runs argv as a child of init. A failed exec is reported; what comes later is in its log. */
static int spawn(char *const *argv, xm_error **err)
{
    int ends[2], errnum = 0;
    ssize_t n;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "cannot be started");
    pid = fork();
    if (pid == 0)
        detach(argv, ends[1]);
    close(ends[1]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    do {
        n = read(ends[0], &errnum, sizeof(errnum));
    } while (n < 0 && errno == EINTR);
    close(ends[0]);
    if (pid < 0)
        return xm_fail_errno(err, EAGAIN, "cannot be started");
    return n == (ssize_t)sizeof(errnum) ? xm_fail_errno(err, errnum, "%s", argv[0]) : 0;
}

static void sleep_ms(unsigned ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

    nanosleep(&pause, NULL);
}

int super_reach(xm_super *super, xm_error **err)
{
    struct timeval limit = { .tv_sec = ANSWER_S };
    unsigned delay = 5, since_spawn = AGAIN_MS;

    for (unsigned waited = 0; waited < START_MS; waited += delay, since_spawn += delay) {
        xm_error *why = NULL;

        if (super_socket_connect(super->conf->run_dir, &super->fd, &why) == 0) {
            (void)setsockopt(super->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
            (void)setsockopt(super->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
            return 0;
        }
        if (why->code == XM_DENIED)
            return xm_error_pass(err, why);
        xm_error_free(why);
        if (since_spawn >= AGAIN_MS) {
            if (spawn(super->argv, err) < 0)
                return -1;
            since_spawn = 0;
        }
        sleep_ms(delay);
        delay = delay < 50 ? 2 * delay : delay;
    }
    return xm_fail(err, XM_TIMEOUT, "does not answer; see %s", super->conf->log_file);
}

static char **copy_argv(char *const *argv)
{
    size_t count = 0;
    char **copy;

    while (argv[count] != NULL)
        count++;
    copy = xm_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = xm_strdup(argv[i]);
    return copy;
}

int xm_super_connect(const xm_conf *conf, char *const *argv, xm_super **ret_super, xm_error **err)
{
    XM_AUTO(xm_super) *super = xm_new0(xm_super, 1);

    super->conf = conf;
    super->argv = copy_argv(argv);
    super->fd = -1;
    if (xm_dir_make(conf->run_dir, 0700, err) < 0 || super_reach(super, err) < 0)
        return -1;
    *ret_super = XM_TAKE(super);
    return 0;
}

void xm_super_close(xm_super *super)
{
    if (super == NULL)
        return;
    if (super->fd >= 0)
        close(super->fd);
    for (char **word = super->argv; word != NULL && *word != NULL; word++)
        free(*word);
    free(super->argv);
    free(super->uuid);
    free(super->run);
    xm_buf_clear(&super->in);
    free(super);
}

void super_hang_up(xm_super *super)
{
    if (super->fd >= 0)
        close(super->fd);
    super->fd = -1;
    xm_buf_clear(&super->in);
}

char *super_next_line(xm_super *super)
{
    char *end = super->in.len > 0 ? memchr(super->in.data, '\n', super->in.len) : NULL;
    char *line;
    size_t len;

    if (end == NULL)
        return NULL;
    len = (size_t)(end - super->in.data);
    line = xm_strndup(super->in.data, len);
    super->in.len -= len + 1;
    memmove(super->in.data, end + 1, super->in.len);
    return line;
}

static int receive_line(xm_super *super, char **ret_line, xm_error **err)
{
    char chunk[4096];

    while ((*ret_line = super_next_line(super)) == NULL) {
        ssize_t n = read(super->fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return xm_fail(err, XM_TIMEOUT, "does not answer; see %s", super->conf->log_file);
        if (n <= 0 || super->in.len + (size_t)n > SUPER_LINE_MAX)
            return xm_fail(err, XM_IO, "has gone away");
        xm_buf_add(&super->in, chunk, (size_t)n);
    }
    return 0;
}

static int send_line(const xm_super *super, const char *line, xm_error **err)
{
    for (size_t sent = 0, len = strlen(line); sent < len;) {
        /* a supervisor that has gone is an error to handle, not a signal to die of */
        ssize_t n = send(super->fd, line + sent, len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail(err, XM_IO, "has gone away");
        sent += (size_t)n;
    }
    return 0;
}

static int judge(const xm_json *answer, xm_error **err)
{
    const xm_json *ok = xm_json_get(answer, "ok", NULL), *error = xm_json_get(answer, "error", NULL);

    if (ok != NULL && ok->type == XM_JSON_BOOL && ok->i)
        return 0;
    return xm_fail(err, XM_HOST, "%s", error && xm_json_str(error) ? xm_json_str(error) : "refused");
}

int super_call_once(xm_super *super, const xm_json *request, xm_json **ret_answer, xm_error **err)
{
    xm_autofree char *text = xm_json_format(request, true), *sent = xm_printf("%s\n", text), *line = NULL;
    XM_AUTO(xm_json) *answer = NULL;

    if (send_line(super, sent, err) < 0 || receive_line(super, &line, err) < 0)
        return -1;
    if (xm_json_parse(line, strlen(line), &answer, err) < 0)
        return xm_wrap(err, "answered no sense");
    if (judge(answer, err) < 0)
        return -1;
    if (ret_answer != NULL)
        *ret_answer = XM_TAKE(answer);
    return 0;
}

/* Asks; a supervisor that died or left meanwhile is replaced, and the next one asked again, and so on
 * for a while: the question has no other answer. */
static int call(xm_super *super, const char *op, const char *uuid, xm_json **ret_answer, xm_error **err)
{
    XM_AUTO(xm_json) *request = xm_json_new(XM_JSON_OBJECT);
    xm_error *why = NULL;

    xm_json_set(request, "op", xm_json_new_str(op));
    if (uuid != NULL)
        xm_json_set(request, "uuid", xm_json_new_str(uuid));
    for (int tries = 0; ; tries++) {
        if (super->fd < 0 && super_reach(super, err) < 0)
            return -1;
        if (super_call_once(super, request, ret_answer, &why) == 0)
            return 0;
        if (why->code != XM_IO || tries == SUPER_TRIES)
            return xm_error_pass(err, why);
        xm_error_free(why);
        why = NULL;
        super_hang_up(super);
    }
}

int xm_super_begin(xm_super *super, const char *uuid, xm_error **err)
{
    return call(super, "begin", uuid, NULL, err);
}

int xm_super_end(xm_super *super, const char *uuid, xm_error **err)
{
    return call(super, "end", uuid, NULL, err);
}

int xm_super_status(xm_super *super, char **ret_json, xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;

    if (call(super, "status", NULL, &answer, err) < 0)
        return -1;
    *ret_json = xm_json_format(answer, true);
    return 0;
}
