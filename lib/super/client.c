/* The command's side of the supervisor. */
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

#include "base/buf.h"
#include "base/fd.h"
#include "convert/json.h"
#include "super/socket.h"
#include "super/super.h"

#define START_MS 15000          /* how long a supervisor may take to answer for the first time */
#define AGAIN_MS 2000           /* the one we started may have yielded to one that was just leaving */
#define ANSWER_S 60

struct xm_super {
    const xm_conf *conf;
    char **argv;
    int fd;
    struct xm_buf in;
};

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

static int reach(xm_super *super, xm_error **err)
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
    if (xm_dir_make(conf->run_dir, 0700, err) < 0 || reach(super, err) < 0)
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
    xm_buf_clear(&super->in);
    free(super);
}

static int receive_line(xm_super *super, char **ret_line, xm_error **err)
{
    char chunk[4096], *end;

    while (super->in.len == 0 || (end = memchr(super->in.data, '\n', super->in.len)) == NULL) {
        ssize_t n = read(super->fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return xm_fail(err, XM_TIMEOUT, "does not answer; see %s", super->conf->log_file);
        if (n <= 0 || super->in.len + (size_t)n > SUPER_LINE_MAX)
            return xm_fail(err, XM_IO, "has gone away");
        xm_buf_add(&super->in, chunk, (size_t)n);
    }
    *ret_line = xm_strndup(super->in.data, (size_t)(end - super->in.data));
    xm_buf_clear(&super->in);       /* one question, one answer: nothing stands behind it */
    return 0;
}

static int exchange(xm_super *super, const char *request, char **ret_line, xm_error **err)
{
    size_t sent = 0, len = strlen(request);

    while (sent < len) {
        /* a supervisor that has gone is an error to handle, not a signal to die of */
        ssize_t n = send(super->fd, request + sent, len - sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail(err, XM_IO, "has gone away");
        sent += (size_t)n;
    }
    return receive_line(super, ret_line, err);
}

/* Asks; a supervisor that died or left meanwhile is replaced, and the next one asked again. */
static int ask(xm_super *super, const char *request, char **ret_line, xm_error **err)
{
    xm_error *why = NULL;

    if (super->fd >= 0) {
        if (exchange(super, request, ret_line, &why) == 0)
            return 0;
        if (why->code != XM_IO)
            return xm_error_pass(err, why);
        xm_error_free(why);
        close(super->fd);
        super->fd = -1;
        xm_buf_clear(&super->in);
    }
    return reach(super, err) < 0 ? -1 : exchange(super, request, ret_line, err);
}

static int call(xm_super *super, const char *op, const char *uuid, char **ret_line, xm_error **err)
{
    XM_AUTO(xm_json) *request = xm_json_new(XM_JSON_OBJECT), *answer = NULL;
    xm_autofree char *text = NULL, *sent = NULL, *line = NULL;
    const xm_json *ok, *error;

    xm_json_set(request, "op", xm_json_new_str(op));
    if (uuid != NULL)
        xm_json_set(request, "uuid", xm_json_new_str(uuid));
    text = xm_json_format(request, true);
    sent = xm_printf("%s\n", text);
    if (ask(super, sent, &line, err) < 0)
        return -1;
    if (xm_json_parse(line, strlen(line), &answer, err) < 0)
        return xm_wrap(err, "answered no sense");
    ok = xm_json_get(answer, "ok", NULL);
    if (ok == NULL || ok->type != XM_JSON_BOOL || !ok->i) {
        error = xm_json_get(answer, "error", NULL);
        return xm_fail(err, XM_HOST, "%s", error && xm_json_str(error) ? xm_json_str(error) : "refused");
    }
    if (ret_line != NULL)
        *ret_line = XM_TAKE(line);
    return 0;
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
    return call(super, "status", NULL, ret_json, err);
}
