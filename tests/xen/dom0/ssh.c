/* ssh HOST WORD...: runs a shell command on the other machine of a pair, with our stdin, stdout, stderr and
 * status. `ssh --serve` is its other end. It does what the real one does and no more: no ciphers, which cost an
 * emulated processor more than all that they would carry, and nobody else is on the link to be kept out.
 *
 * One connection for each command. There: the command's text up to a NUL, then its stdin. Back: pieces, each
 * a struct piece and its bytes; the last one has the status in place of a length. A link that is dead ends
 * at both ends after DEAD_MS. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT "22"
#define DEAD_MS 8000
#define COMMAND_MAX 65536
#define FAILED 255

struct piece {
    uint32_t kind;              /* 1, 2: stdout, stderr; 0: it has ended */
    uint32_t len;
};

static int give_up(const char *what)
{
    fprintf(stderr, "ssh: %s: %s\n", what, strerror(errno));
    return FAILED;
}

static int write_all(int fd, const void *data, size_t len)
{
    for (const char *at = data; len > 0;) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

static int read_all(int fd, void *data, size_t len)
{
    for (char *at = data; len > 0;) {
        ssize_t n = read(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Until from ends, or to does. */
static void pump(int from, int to)
{
    static char data[262144];
    ssize_t n;

    while ((n = read(from, data, sizeof(data))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && write_all(to, data, (size_t)n) < 0)
            return;
}

/* What is not acknowledged ends it, and so does silence of the other machine. */
static void bound(int fd)
{
    int on = 1, second = 1, tries = DEAD_MS / 1000;
    unsigned ms = DEAD_MS;

    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &second, sizeof(second));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &second, sizeof(second));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof(tries));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* --- the end that asks --- */

static int reach(const char *host)
{
    struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *at;
    unsigned ms = DEAD_MS;
    int fd;

    if (getaddrinfo(host, PORT, &hints, &at) != 0)
        return -1;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
    if (connect(fd, at->ai_addr, at->ai_addrlen) < 0)
        return -1;
    bound(fd);
    return fd;
}

static int hear(int fd)
{
    static char data[262144];
    struct piece piece;

    for (;;) {
        if (read_all(fd, &piece, sizeof(piece)) < 0)
            return give_up("the link");
        if (piece.kind == 0)
            return (int)piece.len;
        if (piece.kind > 2 || piece.len > sizeof(data) || read_all(fd, data, piece.len) < 0)
            return give_up("the link");
        if (write_all((int)piece.kind, data, piece.len) < 0)
            return FAILED;
    }
}

static int join(int count, char **words, char *command)
{
    size_t len = 0;

    for (int i = 0; i < count; i++) {
        size_t more = strlen(words[i]);

        if (len + more + 2 > COMMAND_MAX)
            return -1;
        memcpy(command + len, words[i], more);
        len += more;
        command[len++] = ' ';
    }
    command[len] = '\0';
    return 0;
}

static int ask(const char *host, int count, char **words)
{
    static char command[COMMAND_MAX];
    pid_t child;
    int fd, status;

    if (join(count, words, command) < 0)
        return fprintf(stderr, "ssh: too many words\n"), FAILED;
    signal(SIGPIPE, SIG_IGN);
    fd = reach(host);
    if (fd < 0 || write_all(fd, command, strlen(command) + 1) < 0)
        return give_up(host);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pump(STDIN_FILENO, fd);
        shutdown(fd, SHUT_WR);
        _exit(0);
    }
    close(STDIN_FILENO);        /* the child has it: who wrote to it learns of our end */
    status = hear(fd);
    kill(child, SIGKILL);
    return status;
}

/* --- the end that answers --- */

static int read_command(int fd, char *command)
{
    for (size_t len = 0; len < COMMAND_MAX; len++) {
        if (read_all(fd, command + len, 1) < 0)
            return -1;
        if (command[len] == '\0')
            return 0;
    }
    return -1;
}

static int tell(int fd, uint32_t kind, const void *data, uint32_t len)
{
    struct piece piece = { kind, len };

    return write_all(fd, &piece, sizeof(piece)) < 0 || (data != NULL && write_all(fd, data, len) < 0) ? -1 : 0;
}

/* What it prints, until it has closed both. */
static int tell_output(int fd, const int from[2])
{
    struct pollfd fds[2] = { { from[0], POLLIN, 0 }, { from[1], POLLIN, 0 } };
    static char data[65536];

    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0)
            continue;
        for (int i = 0; i < 2; i++) {
            ssize_t n;

            if (fds[i].revents == 0)
                continue;
            n = read(fds[i].fd, data, sizeof(data));
            if (n <= 0)
                fds[i].fd = -1;
            else if (tell(fd, (uint32_t)i + 1, data, (uint32_t)n) < 0)
                return -1;
        }
    }
    return 0;
}

static pid_t run(const char *command, const int in[2], const int out[2], const int err[2])
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static void answer(int fd)
{
    static char command[COMMAND_MAX];
    int in[2], out[2], err[2], status;
    pid_t pid, feeder;

    signal(SIGCHLD, SIG_DFL);
    if (read_command(fd, command) < 0 || pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
        return;
    pid = run(command, in, out, err);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    feeder = fork();
    if (feeder == 0) {
        close(out[0]);
        close(err[0]);
        pump(fd, in[1]);
        _exit(0);
    }
    close(in[1]);
    if (tell_output(fd, (int[2]){ out[0], err[0] }) == 0 && waitpid(pid, &status, 0) == pid)
        tell(fd, 0, NULL, WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 128 + (uint32_t)WTERMSIG(status));
    kill(feeder, SIGKILL);
}

static int serve(void)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(22), .sin_addr.s_addr = htonl(INADDR_ANY) };
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (listener < 0 || bind(listener, (struct sockaddr *)&any, sizeof(any)) < 0 || listen(listener, 16) < 0)
        return give_up("cannot listen");
    if (fork() != 0)
        return 0;
    setsid();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (fd < 0)
            continue;
        if (fork() == 0) {
            bound(fd);
            answer(fd);
            _exit(0);
        }
        close(fd);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--serve") == 0)
        return serve();
    if (argc < 3)
        return fprintf(stderr, "usage: ssh HOST COMMAND...\n"), FAILED;
    return ask(argv[1], argc - 2, argv + 2);
}
