#include "migrate/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/carrier.h"
#include "migrate/peername.h"
#include "migrate/preface.h"
#include "migrate/socket.h"
#include "migrate/wire.h"

#define NAME_MS 5000                    /* for the DNS */
#define END_MS 1000                     /* for one that was refused to read why */

struct peer {
    const struct peers *peers;
    struct wire wire;
    struct wire_limit limit;
    const struct sockaddr_storage *addr;
    char address[INET6_ADDRSTRLEN];
    char *name;                 /* NULL: none that counts, or not looked for */
};

static void tell(const struct peer *p, enum xm_log_level level, const char *text)
{
    const char *name = p->name ? p->name : "";

    xm_log(p->peers->relocation->log, level, "%s%s%s%s: %s", p->address, *name ? " (" : "", name, *name ? ")" : "", text);
}

static int refuse(struct peer *p, const char *why)
{
    xm_autofree char *line = xm_printf(PREFACE "refused %s\n", why);

    (void)wire_say(&p->wire, line, &p->limit, NULL);
    wire_end(&p->wire, END_MS);
    return -1;
}

/* What comes first, without taking it: a record of TLS begins with a 22, and what we say in the plain with an x. */
static int first_byte(struct peer *p, char *ret, xm_error **err)
{
    ssize_t n;

    do {
        if (wire_wait(p->wire.fd, POLLIN, &p->limit, err) < 0)
            return -1;
        n = recv(p->wire.fd, ret, 1, MSG_PEEK);
    } while (n < 0 && (errno == EAGAIN || errno == EINTR));
    if (n < 0)
        return xm_fail_errno(err, errno, "the connection broke");
    return n == 0 ? xm_fail(err, XM_IO, "the other side ended the connection") : 0;
}

static int meet_plain(struct peer *p, char first, xm_error **err)
{
    xm_autofree char *line = NULL;
    enum preface_word word;
    const char *why;

    if (first == 22) {
        (void)refuse(p, "no TLS is spoken here; --plain has to be said on both sides");
        return xm_fail(err, XM_DENIED, "it wants TLS, which is not spoken with --plain");
    }
    if (wire_line(&p->wire, PREFACE_MAX, &p->limit, &line, err) < 0 || preface_parse(line, &word, &why, err) < 0)
        return -1;
    return word == PREFACE_PLAIN ? 0 : xm_fail(err, XM_INVALID, "the other side does not speak as xm relocation does");
}

static int meet(struct peer *p, xm_error **err)
{
    char first;

    if (first_byte(p, &first, err) < 0)
        return -1;
    if (p->peers->tls == NULL)
        return meet_plain(p, first, err);
    if (first == *PREFACE) {
        (void)refuse(p, "TLS is asked for here; --plain has to be said on both sides");
        return xm_fail(err, XM_DENIED, "it is without TLS, which is for --plain on both sides");
    }
    if (tls_meet(p->peers->tls, p->wire.fd, NULL, &p->limit, &p->wire.tls, err) == 0)
        return 0;
    /* an alert may be on its way */
    (void)shutdown(p->wire.fd, SHUT_WR);
    wire_end(&(struct wire){ .fd = p->wire.fd }, END_MS);
    return -1;
}

/* The name is asked for only where the address is not enough, and nobody does it for a stranger: by then
 * TLS has shown who it is. */
static bool may_come(struct peer *p)
{
    const xm_allow *allow = p->peers->allow;

    if (xm_allow_has(allow, p->address))
        return true;
    p->name = xm_peer_name(p->addr, NAME_MS);
    return p->name != NULL && xm_allow_has(allow, p->name);
}

static int refuse_host(struct peer *p)
{
    xm_autofree char *why = xm_printf("neither %s nor %s is in its relocation_hosts_allow", p->address,
                                      p->name ? p->name : "a name that leads back to that");
    xm_autofree char *text = xm_printf("Rejected connection from %s (%s).", p->address, p->name ? p->name : "no name that leads back");

    xm_log(p->peers->relocation->log, XM_LOG_WARNING, "%s", text);
    return refuse(p, why);
}

static int admit(struct peer *p, int known, bool full)
{
    xm_error *why = NULL;

    if (meet(p, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_error_free(why);
        tell(p, XM_LOG_WARNING, text);
        return -1;
    }
    p->limit.end = wire_now() + NAME_MS;        /* for what is said to it after the DNS has taken its time */
    if (!may_come(p))
        return refuse_host(p);
    if (full) {
        tell(p, XM_LOG_WARNING, "too many come at a time (relocation_peers)");
        return refuse(p, "too many come at a time; try again later");
    }
    if (write(known, "k", 1) != 1)
        return -1;
    p->limit.end = wire_now() + NAME_MS;
    return wire_say(&p->wire, PREFACE "ready\n", &p->limit, NULL);
}

/* --- who takes the guest --- */

static void run_receiver(char *const *argv, int in, int out)
{
    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    carrier_close_others(NULL, 0);
    execv(argv[0], argv);
    _exit(127);
}

static pid_t start_receiver(const struct peer *p, int in, int out)
{
    pid_t pid = fork();

    if (pid == 0)
        run_receiver(p->peers->relocation->receiver, in, out);
    return pid;
}

static pid_t serve_plain(struct peer *p)
{
    pid_t pid;

    (void)fcntl(p->wire.fd, F_SETFL, fcntl(p->wire.fd, F_GETFL) & ~O_NONBLOCK);
    pid = start_receiver(p, p->wire.fd, p->wire.fd);
    wire_close(&p->wire);
    return pid;
}

static pid_t serve_tls(struct peer *p)
{
    int there[2], back[2];
    pid_t pid;

    if (socket_pipes(there, back, NULL) < 0)
        return -1;
    pid = start_receiver(p, there[0], back[1]);
    close(there[0]);
    close(back[1]);
    if (pid > 0)
        carrier_run(&p->wire, back[0], there[1]);
    wire_close(&p->wire);
    return pid;
}

static void serve(struct peer *p)
{
    pid_t pid;
    int status = -1;

    tell(p, XM_LOG_INFO, "may send a guest");
    pid = p->peers->tls ? serve_tls(p) : serve_plain(p);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (pid < 0)
        tell(p, XM_LOG_ERROR, "there is no process for it");
    else if (WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127))
        tell(p, XM_LOG_ERROR, "migrate-receive could not be run");
    else
        tell(p, XM_LOG_INFO, status == 0 ? "has ended" : "has ended, not well");
}

void peer_run(const struct peers *peers, int fd, const struct sockaddr_storage *addr, int known, bool full)
{
    const int keep[] = { fd, known };
    struct peer p = {
        .peers = peers, .wire = { .fd = fd }, .addr = addr,
        .limit = { .end = wire_now() + (int64_t)peers->relocation->conf->relocation_seconds * 1000 },
    };

    /* Ctrl-C at a terminal is for who listens, and not for a guest that is about to arrive. */
    (void)setsid();
    socket_reset_signals();
    carrier_close_others(keep, XM_COUNT(keep));
    xm_peer_address(addr, p.address);
    socket_watch(fd);
    if (admit(&p, known, full) == 0)
        serve(&p);
    _exit(0);
}
