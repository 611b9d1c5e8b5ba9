#include "migrate/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* The last one counts while the other side reads nothing, too, as it does when it makes room for the guest. */
enum { IDLE_S = 60, BETWEEN_S = 30, TIMES = 8, UNANSWERED_MS = 300000 };
#define PIPE_BYTES (1 << 20)

static void set(int fd, int level, int name, int value)
{
    /* without it the connection is slower, or its loss is noticed later */
    (void)setsockopt(fd, level, name, &value, sizeof(value));
}

void socket_watch(int fd)
{
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, BETWEEN_S);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, TIMES);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

/* Fewer turns for each byte; where it is not allowed the usual size will do. */
static void widen(int fd)
{
    (void)fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
}

int socket_pipes(int there[2], int back[2], xm_error **err)
{
    int errnum;

    if (pipe2(there, O_CLOEXEC) < 0)
        return xm_fail_errno(err, errno, "a pipe");
    if (pipe2(back, O_CLOEXEC) < 0) {
        errnum = errno;
        close(there[0]);
        close(there[1]);
        return xm_fail_errno(err, errnum, "a pipe");
    }
    widen(there[1]);
    widen(back[1]);
    return 0;
}

void socket_reset_signals(void)
{
    static const int usual[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGXFSZ };
    sigset_t none;

    for (size_t i = 0; i < XM_COUNT(usual); i++)
        signal(usual[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}
