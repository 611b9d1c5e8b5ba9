/* Who listens for guests that come without ssh. */
#include "migrate/relocation.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/listen.h"
#include "migrate/peer.h"
#include "migrate/wire.h"

enum {
    UNKNOWN_MAX = 32,                   /* peers of whom nobody knows yet who they are */
    SPARE_MS = 20000,                   /* by which even the last of these has ended by itself */
    REST_MS = 1000,                     /* after the system has had no room for one more */
};

struct peer_process {
    pid_t pid;
    int fd;                     /* says when it is known, and by its end when it is gone */
    bool known;
    int64_t since;
};

struct house {
    struct peers peers;
    struct listen listen;
    struct peer_process *items;
    size_t count, known;
    int64_t accept_after;
    sigset_t outside;           /* what is blocked but while we wait */
};

/* --- who is there --- */

static void let_go(struct house *h, size_t i)
{
    struct peer_process *one = &h->items[i];

    close(one->fd);
    while (waitpid(one->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    h->known -= one->known;
    memmove(one, one + 1, (--h->count - i) * sizeof(*one));
}

static void throw_out(struct house *h, size_t i)
{
    (void)kill(h->items[i].pid, SIGKILL);       /* our own child, not yet waited for */
    let_go(h, i);
}

/* A full house of strangers: the one that has been silent for longest makes room, so that strangers alone
 * never keep a host out. */
static void make_room(struct house *h)
{
    size_t i = 0;

    if (h->count - h->known < UNKNOWN_MAX)
        return;
    while (h->items[i].known)
        i++;
    throw_out(h, i);
}

static void hear(struct house *h, size_t i)
{
    struct peer_process *one = &h->items[i];
    char word;
    ssize_t n = read(one->fd, &word, 1);

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        let_go(h, i);
        return;
    }
    h->known += !one->known;
    one->known = true;
}

/* --- who comes --- */

static void take_in(struct house *h, int fd, const struct sockaddr_storage *addr)
{
    bool full = h->known >= h->peers.relocation->conf->relocation_peers;
    int ends[2];
    pid_t pid;

    make_room(h);
    if (pipe2(ends, O_CLOEXEC) < 0) {
        h->accept_after = wire_now() + REST_MS;
        return;
    }
    pid = fork();
    if (pid == 0)
        peer_run(&h->peers, fd, addr, ends[1], full);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        h->accept_after = wire_now() + REST_MS;
        return;
    }
    XM_GROW_COUNTED(h->items, h->count);
    h->items[h->count++] = (struct peer_process){ .pid = pid, .fd = ends[0], .since = wire_now() };
}

static void welcome(struct house *h, int listener)
{
    struct sockaddr_storage addr = { 0 };
    socklen_t len = sizeof(addr);
    int fd = accept4(listener, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            h->accept_after = wire_now() + REST_MS;
        return;
    }
    take_in(h, fd, &addr);
    close(fd);
}

/* --- the loop --- */

/* Each ends by itself in time; this is for one that hangs where nobody thought of. */
static int64_t end_of(const struct house *h, const struct peer_process *one)
{
    return one->since + (int64_t)h->peers.relocation->conf->relocation_seconds * 1000 + SPARE_MS;
}

static void drop_late(struct house *h)
{
    for (size_t i = h->count; i-- > 0;)
        if (!h->items[i].known && wire_now() >= end_of(h, &h->items[i]))
            throw_out(h, i);
}

static int64_t next_time(const struct house *h)
{
    int64_t next = h->accept_after > wire_now() ? h->accept_after : INT64_MAX;

    for (size_t i = 0; i < h->count; i++)
        if (!h->items[i].known && end_of(h, &h->items[i]) < next)
            next = end_of(h, &h->items[i]);
    return next;
}

static void turn(struct house *h)
{
    xm_autofree struct pollfd *fds = xm_new0(struct pollfd, h->listen.count + h->count);
    bool rests = h->accept_after > wire_now();
    size_t count = h->count, n = 0;
    int64_t next = next_time(h), left = next - wire_now();
    struct timespec wait = { .tv_sec = left > 0 ? left / 1000 : 0, .tv_nsec = left > 0 ? left % 1000 * 1000000 : 0 };

    for (size_t i = 0; i < count; i++)
        fds[n++] = (struct pollfd){ .fd = h->items[i].fd, .events = POLLIN };
    for (size_t i = 0; i < h->listen.count; i++)
        fds[n++] = (struct pollfd){ .fd = rests ? -1 : h->listen.fds[i], .events = POLLIN };
    if (ppoll(fds, n, next == INT64_MAX ? NULL : &wait, &h->outside) < 0)
        return;
    for (size_t i = count; i-- > 0;)
        if (fds[i].revents != 0)
            hear(h, i);
    drop_late(h);
    for (size_t i = 0; i < h->listen.count; i++)
        if (fds[count + i].revents != 0)
            welcome(h, h->listen.fds[i]);
}

static void go_on(struct house *h)
{
    const struct xm_relocation *r = h->peers.relocation;
    sigset_t ours;

    for (size_t i = 0; i < h->listen.count; i++)
        xm_log(r->log, XM_LOG_INFO, "listening on %s%s", h->listen.names[i], r->plain ? ", without TLS" : "");
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, &h->outside);
    while (r->stop == NULL || !*r->stop)
        turn(h);
    sigprocmask(SIG_SETMASK, &h->outside, NULL);
    for (size_t i = h->count; i-- > 0;) {
        if (!h->items[i].known)
            throw_out(h, i);
        else
            close(h->items[i].fd);
    }
    free(h->items);
}

/* --- before it --- */

/* Whoever gets through a plain connection may do here what root may. */
static int check_plain(const struct house *h, xm_error **err)
{
    if (h->peers.tls == NULL && h->listen.beyond && xm_allow_is_open(h->peers.allow))
        return xm_fail(err, XM_DENIED, "without TLS everybody would be let in: say who may come in relocation_hosts_allow");
    return 0;
}

static int run(struct house *h, xm_error **err)
{
    const struct xm_relocation *r = h->peers.relocation;
    int rc;

    if (listen_open(r->address ? r->address : r->conf->relocation_address, r->port != 0 ? r->port : r->conf->relocation_port,
                    &h->listen, err) < 0)
        return -1;
    rc = check_plain(h, err);
    if (rc == 0)
        go_on(h);
    listen_close(&h->listen);
    return rc;
}

int xm_relocation_run(const struct xm_relocation *r, xm_error **err)
{
    struct house house = { .peers = { .relocation = r } };
    XM_AUTO(xm_allow) *allow = NULL;
    struct tls *tls = NULL;
    int rc;

    if (xm_allow_parse(r->conf->relocation_hosts_allow, &allow, err) < 0)
        return -1;
    if (!r->plain && tls_open(r->conf, &tls, err) < 0)
        return xm_wrap(err, "TLS");
    house.peers.allow = allow;
    house.peers.tls = tls;
    rc = run(&house, err);
    tls_close(tls);
    return rc;
}
