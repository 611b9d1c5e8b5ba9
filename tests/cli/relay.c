/* relay NTH WHAT COMMAND: runs the shell command COMMAND and carries between it and our own stdin and stdout,
 * until something happens at the NTH message. Who speaks takes turns, so a message is what goes one way until
 * something goes the other way. WHAT is
 *
 *     cut         the message is lost, and the link ends
 *     source      the same, and who runs us is killed
 *     target      the same, and COMMAND is killed
 *     half        only some bytes of it get through, then the link ends
 *     hang        from then on nothing gets through, and nothing ends
 *     cut-after, source-after, target-after       the message gets through first
 *
 * A WHAT that never comes to pass is told by status 3. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUIET_MS 100            /* after which a message is taken to be whole */
#define HALF 20

struct relay {
    int nth, count;             /* the message that is under way */
    int last;                   /* who spoke last: 0 we were told it, 1 the command; -1 nobody */
    const char *what;
    pid_t child;
    int to_child, from_child;
};

static void happen(const struct relay *r)
{
    while (strcmp(r->what, "hang") == 0)
        pause();
    if (strncmp(r->what, "source", 6) == 0)
        kill(getppid(), SIGKILL);
    if (strncmp(r->what, "target", 6) == 0)
        kill(-r->child, SIGKILL);
    /* what is open here ends with us */
    _exit(0);
}

static void write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;             /* nobody listens there: who speaks finds out by the end */
        data += n;
        len -= (size_t)n;
    }
}

/* False: that side has ended. */
static bool carry(struct relay *r, int who, int from, int to)
{
    char data[65536];
    ssize_t n = read(from, data, sizeof(data));

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (who != r->last) {
        r->last = who;
        r->count++;
    }
    if (r->count == r->nth && strstr(r->what, "-after") == NULL) {
        if (strcmp(r->what, "half") == 0)
            write_all(to, data, n < HALF ? (size_t)n : HALF);
        happen(r);
    }
    write_all(to, data, (size_t)n);
    return true;
}

static bool is_due(const struct relay *r)
{
    return r->count == r->nth && strstr(r->what, "-after") != NULL;
}

static void work(struct relay *r)
{
    struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 }, { r->from_child, POLLIN, 0 } };

    while (fds[1].fd >= 0) {
        int n = poll(fds, 2, is_due(r) ? QUIET_MS : -1);

        if (n == 0)
            happen(r);
        if (fds[0].revents != 0 && !carry(r, 0, STDIN_FILENO, r->to_child)) {
            close(r->to_child);
            fds[0].fd = -1;
        }
        if (fds[1].revents != 0 && !carry(r, 1, r->from_child, STDOUT_FILENO))
            fds[1].fd = -1;
    }
}

int main(int argc, char **argv)
{
    struct relay r = { .last = -1 };
    int in[2], out[2], status;

    if (argc != 4 || pipe(in) < 0 || pipe(out) < 0) {
        fprintf(stderr, "relay NTH WHAT COMMAND\n");
        return 2;
    }
    r.nth = atoi(argv[1]);
    r.what = argv[2];
    signal(SIGPIPE, SIG_IGN);
    r.child = fork();
    if (r.child == 0) {
        setpgid(0, 0);
        signal(SIGPIPE, SIG_DFL);
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        for (int i = 0; i < 2; i++) {
            close(in[i]);
            close(out[i]);
        }
        execl("/bin/sh", "sh", "-c", argv[3], (char *)NULL);
        _exit(127);
    }
    setpgid(r.child, r.child);
    close(in[0]);
    close(out[1]);
    r.to_child = in[1];
    r.from_child = out[0];
    work(&r);
    close(STDOUT_FILENO);
    waitpid(r.child, &status, 0);
    return 3;
}
