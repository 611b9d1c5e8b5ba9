#include "migrate/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define LOOK_MS 200             /* a signal just before a wait must not be lost for long */
#define KILL_MS 1000            /* between being asked to end and being made to */
#define PIECE 4096              /* what a pipe that has room takes without blocking (PIPE_BUF) */
#define CHUNK 65536
#define SLOWEST 64              /* bytes a millisecond: who has more to say may take longer, but not for ever */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- its life --- */

static void run_child(const char *rune, int in, int out)
{
    struct sigaction plain = { .sa_handler = SIG_DFL }, deaf = { .sa_handler = SIG_IGN };

    sigaction(SIGPIPE, &plain, NULL);
    sigaction(SIGINT, &deaf, NULL);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    execl("/bin/sh", "sh", "-c", rune, (char *)NULL);
    _exit(127);
}

int xm_link_run(const char *rune, struct xm_link *ret_link, xm_error **err)
{
    int there[2], back[2], errnum;
    pid_t pid;

    if (pipe2(there, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "a pipe to the migration transport");
    if (pipe2(back, O_CLOEXEC) < 0) {
        errnum = errno;
        close(there[0]);
        close(there[1]);
        return xm_fail_errno(err, errnum, "a pipe from the migration transport");
    }
    pid = fork();
    errnum = errno;
    if (pid == 0)
        run_child(rune, there[0], back[1]);
    close(there[0]);
    close(back[1]);
    if (pid < 0) {
        close(there[1]);
        close(back[0]);
        return xm_fail_errno(err, errnum, "cannot run %s", rune);
    }
    xm_link_of(back[0], there[1], rune, ret_link);
    ret_link->pid = pid;
    return 0;
}

void xm_link_of(int in, int out, const char *what, struct xm_link *ret_link)
{
    *ret_link = (struct xm_link){ .in = in, .out = out, .what = xm_strdup(what), .limit_ms = XM_LINK_LIMIT_MS };
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* False: it runs on. */
static bool wait_child(pid_t pid, unsigned ms, int *ret_status)
{
    xm_autoclose int pidfd = pidfd_open(pid, 0);
    struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
    int64_t end = now_ms() + ms;

    for (;;) {
        int64_t left = end - now_ms();
        pid_t got = waitpid(pid, ret_status, WNOHANG);

        if (got == pid || (got < 0 && errno != EINTR))
            return true;
        if (left <= 0)
            return false;
        /* without a pidfd the look is by the clock */
        (void)poll(&poll_fd, pidfd >= 0, left < LOOK_MS ? (int)left : pidfd >= 0 ? LOOK_MS : 20);
    }
}

void xm_link_close(struct xm_link *link, unsigned grace_ms, int *ret_status)
{
    int status = 0;

    close_fd(&link->out);
    close_fd(&link->in);
    if (link->pid > 0 && !wait_child(link->pid, grace_ms, &status)) {
        (void)kill(link->pid, SIGTERM);         /* our own child, not yet waited for */
        if (!wait_child(link->pid, KILL_MS, &status)) {
            (void)kill(link->pid, SIGKILL);
            (void)wait_child(link->pid, KILL_MS, &status);
        }
    }
    link->pid = 0;
    free(XM_TAKE(link->what));
    if (ret_status != NULL)
        *ret_status = status;
}

void xm_link_drop(struct xm_link *link)
{
    xm_link_close(link, XM_LINK_GRACE_MS, NULL);
}

/* --- bytes --- */

/* How long one message may take as a whole: a peer that says a byte now and then is as silent as one that
 * says none. */
struct patience {
    const struct xm_link *link;
    const char *what;
    int64_t began;
    size_t moved;               /* bytes, so far */
};

static struct patience be_patient(const struct xm_link *link, const char *what)
{
    return (struct patience){ .link = link, .what = what, .began = now_ms() };
}

static int64_t time_left(const struct patience *patience)
{
    return patience->began + patience->link->limit_ms + (int64_t)(patience->moved / SLOWEST) - now_ms();
}

static int lose_patience(const struct patience *patience, xm_error **err)
{
    unsigned seconds = patience->link->limit_ms / 1000;

    if (patience->moved > 0)
        return xm_fail(err, XM_TIMEOUT, "%s: the other side takes longer than %u seconds", patience->what, seconds);
    return xm_fail(err, XM_TIMEOUT, "%s: the other side was silent for %u seconds", patience->what, seconds);
}

/* Until fd is ready; for what we read its end is that, too. */
static int wait_fd(const struct patience *patience, int fd, short events, xm_error **err)
{
    const struct xm_link *link = patience->link;
    const char *what = patience->what;

    if (fd < 0)
        return xm_fail(err, XM_IO, "%s: the link is closed", what);
    for (;;) {
        struct pollfd poll_fd = { .fd = fd, .events = events };
        int64_t left = time_left(patience);
        int n;

        if (link->stop != NULL && *link->stop)
            return xm_fail(err, XM_INTERRUPTED, "interrupted");
        n = poll(&poll_fd, 1, left < 0 ? 0 : left < LOOK_MS ? (int)left : LOOK_MS);
        if (n > 0 && left > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return xm_fail_errno(err, errno, "%s", what);
        if (left <= 0)
            return lose_patience(patience, err);
    }
}

bool xm_link_waits(const struct xm_link *link, unsigned ms)
{
    struct pollfd poll_fd = { .fd = link->in, .events = POLLIN };

    return link->in >= 0 && poll(&poll_fd, 1, (int)ms) > 0;
}

bool xm_link_has_room(const struct xm_link *link)
{
    struct pollfd poll_fd = { .fd = link->out, .events = POLLOUT };

    return link->out >= 0 && poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLOUT | POLLERR)) == POLLOUT;
}

/* Some of len bytes; none at the end. */
static int read_any(struct patience *patience, void *data, size_t len, size_t *ret_len, xm_error **err)
{
    int in = patience->link->in;
    ssize_t n;

    do {
        if (wait_fd(patience, in, POLLIN, err) < 0)
            return -1;
        n = read(in, data, len);
    } while (n < 0 && (errno == EINTR || errno == EAGAIN));
    if (n < 0)
        return xm_fail_errno(err, errno, "%s", patience->what);
    patience->moved += (size_t)n;
    *ret_len = (size_t)n;
    return 0;
}

/* Some of len bytes, at least one. */
static int read_some(struct patience *patience, void *data, size_t len, size_t *ret_len, xm_error **err)
{
    if (read_any(patience, data, len, ret_len, err) < 0)
        return -1;
    return *ret_len > 0 ? 0 : xm_fail(err, XM_IO, "file/stream truncated reading %s", patience->what);
}

int xm_link_read(struct xm_link *link, void *data, size_t len, const char *what, xm_error **err)
{
    struct patience patience = be_patient(link, what);

    for (size_t have = 0, n; have < len; have += n)
        if (read_some(&patience, (char *)data + have, len - have, &n, err) < 0)
            return -1;
    return 0;
}

int xm_link_skip(struct xm_link *link, size_t len, const char *what, xm_error **err)
{
    struct patience patience = be_patient(link, what);
    xm_autofree char *chunk = xm_alloc0(1, CHUNK);

    for (size_t n; len > 0; len -= n)
        if (read_some(&patience, chunk, len < CHUNK ? len : CHUNK, &n, err) < 0)
            return -1;
    return 0;
}

int xm_link_all(struct xm_link *link, size_t max, const char *what, char **ret_text, xm_error **err)
{
    struct patience patience = be_patient(link, what);
    xm_autofree char *chunk = xm_alloc0(1, CHUNK);
    xm_autobuf text = XM_BUF_INIT;
    size_t n;

    do {
        if (read_any(&patience, chunk, CHUNK, &n, err) < 0)
            return -1;
        if (memchr(chunk, '\0', n) != NULL)
            return xm_fail(err, XM_INVALID, "%s: is not text", what);
        if (n > max - text.len)
            return xm_fail(err, XM_INVALID, "%s: more than %zu bytes", what, max);
        xm_buf_add(&text, chunk, n);
    } while (n > 0);
    *ret_text = xm_buf_take(&text);
    return 0;
}

int xm_link_write(struct xm_link *link, const void *data, size_t len, const char *what, xm_error **err)
{
    struct patience patience = be_patient(link, what);
    const char *at = data;

    while (len > 0) {
        ssize_t n;

        if (wait_fd(&patience, link->out, POLLOUT, err) < 0)
            return -1;
        n = write(link->out, at, len < PIECE ? len : PIECE);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", what);
        patience.moved += (size_t)n;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int xm_link_line(struct xm_link *link, size_t max, const char *what, char **ret_line, xm_error **err)
{
    struct patience patience = be_patient(link, what);
    xm_autofree char *chunk = xm_alloc0(1, CHUNK);
    xm_autobuf line = XM_BUF_INIT;
    const char *end;

    do {
        size_t room = max - line.len, n;

        if (room == 0)
            return xm_fail(err, XM_INVALID, "%s: a line of more than %zu bytes", what, max);
        if (read_some(&patience, chunk, room < CHUNK ? room : CHUNK, &n, err) < 0)
            return -1;
        if (memchr(chunk, '\0', n) != NULL)
            return xm_fail(err, XM_INVALID, "%s: is not text", what);
        end = memchr(chunk, '\n', n);
        if (end != NULL && end + 1 != chunk + n)
            return xm_fail(err, XM_INVALID, "%s: something follows the line out of its turn", what);
        xm_buf_add(&line, chunk, end ? n - 1 : n);
    } while (end == NULL);
    *ret_line = xm_buf_take(&line);
    return 0;
}
