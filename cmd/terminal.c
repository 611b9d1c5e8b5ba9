/* The client's side of a console: bytes to and fro until the guest's side ends or Ctrl-] is
 * typed. A standard input that is no terminal may end (a script's here-document, /dev/null);
 * the output goes on being shown then. */
#include "cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { ESCAPE = 0x1d };         /* Ctrl-] */

static volatile int interrupted;

static void on_signal(int signum)
{
    (void)signum;
    interrupted = 1;
}

static void raw_on(struct termios *ret_before, bool *ret_raw)
{
    struct sigaction action = { .sa_handler = on_signal };
    struct termios raw;

    *ret_raw = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, ret_before) == 0;
    if (!*ret_raw)
        return;
    sigaction(SIGTERM, &action, NULL);      /* else a killed client leaves the terminal raw */
    sigaction(SIGHUP, &action, NULL);
    raw = *ret_before;
    cfmakeraw(&raw);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

enum { ENDED, MORE, LEFT };     /* this side has ended; go on; the user typed Ctrl-] */

static int copy(int from, int to, bool typed, xm_error **err)
{
    char chunk[4096];
    ssize_t n = read(from, chunk, sizeof(chunk));
    char *escape;

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return MORE;
    if (n <= 0)
        return ENDED;           /* a pty whose other side is gone reads as EIO */
    escape = typed ? memchr(chunk, ESCAPE, (size_t)n) : NULL;
    if (escape != NULL)
        n = escape - chunk;
    if (n > 0 && xm_fd_write(to, chunk, (size_t)n, typed ? "console" : "standard output", err) < 0)
        return -1;
    return escape != NULL ? LEFT : MORE;
}

static int pump(int console, xm_error **err)
{
    struct pollfd fds[2] = { { console, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };

    while (!interrupted) {
        int now = MORE;

        if (poll(fds, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return xm_fail_errno(err, errno, "poll");
        }
        if (fds[0].revents != 0)
            now = copy(console, STDOUT_FILENO, false, err);
        if (now < 0 || now == ENDED)
            return now;
        if (fds[1].revents == 0)
            continue;
        now = copy(STDIN_FILENO, console, true, err);
        if (now < 0 || now == LEFT || (now == ENDED && isatty(STDIN_FILENO)))
            return now < 0 ? -1 : 0;
        if (now == ENDED)
            fds[1].fd = -1;
    }
    return 0;
}

int terminal_run(const struct xm_console *console, xm_error **err)
{
    struct termios before;
    bool raw;
    int status;

    fflush(stdout);
    raw_on(&before, &raw);
    status = pump(console->fd, err);
    if (raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        fputs("\n", stdout);
    }
    return status;
}
