/* The way to a host that listens. */
#include "migrate/relocation.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/carrier.h"
#include "migrate/preface.h"
#include "migrate/rune.h"
#include "migrate/socket.h"
#include "migrate/wire.h"

#define CONNECT_MS 10000                /* for one address */
#define MEET_MS 30000                   /* for a busy host to shake hands and look us up */

/* --- getting there --- */

static int connect_to(const struct addrinfo *to, const volatile int *stop, int *ret_fd, int *ret_errnum, xm_error **err)
{
    const struct wire_limit limit = { .end = wire_now() + CONNECT_MS, .stop = stop };
    xm_autoclose int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t len = sizeof(*ret_errnum);
    xm_error *why = NULL;

    *ret_errnum = 0;
    if (fd < 0 || (connect(fd, to->ai_addr, to->ai_addrlen) < 0 && errno != EINPROGRESS && errno != EINTR)) {
        *ret_errnum = errno;
        return 0;
    }
    if (wire_wait(fd, POLLOUT, &limit, &why) < 0) {
        if (why->code == XM_INTERRUPTED)
            return xm_error_pass(err, why);
        xm_error_free(why);
        *ret_errnum = ETIMEDOUT;
        return 0;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, ret_errnum, &len) < 0)
        *ret_errnum = errno;
    if (*ret_errnum == 0) {
        *ret_fd = fd;
        fd = -1;
    }
    return 0;
}

/* In xend's words, as far as they go. */
static int fail_connect(int errnum, xm_error **err)
{
    xm_error *why = NULL;

    (void)xm_fail_errno(&why, errnum, "connect");
    if (why->code == XM_NOT_FOUND)      /* it is the other host that is not there, no file */
        why->code = XM_IO;
    xm_error_start(err, why->code, "can't connect: [Errno %d] %s%s", errnum, strerror(errnum),
                   errnum == ECONNREFUSED ? ": no xm relocation listens there, or not on that address and port" : "");
    xm_error_free(why);
    return -1;
}

static int reach(const char *host, unsigned port, const volatile int *stop, int *ret_fd, xm_error **err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    xm_autofree char *service = xm_printf("%u", port);
    struct addrinfo *list;
    int rc = getaddrinfo(host, service, &hints, &list), fd = -1, errnum = EHOSTUNREACH;

    if (rc != 0)
        return xm_fail(err, XM_IO, "can't connect: [Errno %d] %s", rc, gai_strerror(rc));
    rc = 0;
    for (const struct addrinfo *one = list; one != NULL && fd < 0 && rc == 0; one = one->ai_next)
        rc = connect_to(one, stop, &fd, &errnum, err);
    freeaddrinfo(list);
    if (rc < 0)
        return -1;
    if (fd < 0)
        return fail_connect(errnum, err);
    socket_watch(fd);
    *ret_fd = fd;
    return 0;
}

/* --- who is there --- */

static int hear_preface(struct wire *wire, const struct wire_limit *limit, xm_error **err)
{
    xm_autofree char *line = NULL;
    enum preface_word word;
    const char *why;

    if (wire_line(wire, PREFACE_MAX, limit, &line, err) < 0 || preface_parse(line, &word, &why, err) < 0)
        return -1;
    if (word == PREFACE_REFUSED)
        return xm_fail(err, XM_DENIED, "it refuses: %s", why);
    return word == PREFACE_READY ? 0 : xm_fail(err, XM_INVALID, "the other side does not speak as xm relocation does");
}

static int meet_plain(struct wire *wire, const struct wire_limit *limit, xm_error **err)
{
    return wire_say(wire, PREFACE "plain\n", limit, err) < 0 ? -1 : hear_preface(wire, limit, err);
}

static int meet_tls(struct wire *wire, const struct tls *tls, const char *host, const struct wire_limit *limit, xm_error **err)
{
    return tls_meet(tls, wire->fd, host, limit, &wire->tls, err) < 0 ? -1 : hear_preface(wire, limit, err);
}

/* --- the link --- */

/* Nothing is between: the socket itself, which blocks from now on. */
static int link_plain(struct wire *wire, const char *host, struct xm_link *ret_link, xm_error **err)
{
    int out = fcntl(wire->fd, F_DUPFD_CLOEXEC, 3);

    if (out < 0)
        return xm_fail_errno(err, errno, "a socket");
    (void)fcntl(out, F_SETFL, fcntl(out, F_GETFL) & ~O_NONBLOCK);
    xm_link_of(wire->fd, out, host, ret_link);
    wire->fd = -1;
    return 0;
}

static void run_carrier(struct wire *wire, int in, int out)
{
    const int keep[] = { wire->fd, in, out };

    socket_reset_signals();
    signal(SIGINT, SIG_IGN);            /* the other side is told of Ctrl-C by who moves the guest */
    carrier_close_others(keep, XM_COUNT(keep));
    carrier_run(wire, in, out);
    _exit(0);
}

static int link_tls(struct wire *wire, const char *host, struct xm_link *ret_link, xm_error **err)
{
    int there[2], back[2], errnum;
    pid_t pid;

    if (socket_pipes(there, back, err) < 0)
        return -1;
    pid = fork();
    errnum = errno;
    if (pid == 0)
        run_carrier(wire, there[0], back[1]);
    close(there[0]);
    close(back[1]);
    if (pid < 0) {
        close(there[1]);
        close(back[0]);
        return xm_fail_errno(err, errnum, "cannot fork");
    }
    xm_link_of(back[0], there[1], host, ret_link);
    ret_link->pid = pid;
    return 0;
}

static int open_link(const struct xm_relocation_way *way, const char *host, unsigned port, const struct tls *tls, struct xm_link *ret_link,
                     xm_error **err)
{
    struct wire_limit limit = { .stop = way->stop };
    wire_auto wire = WIRE_INIT;

    if (reach(host, port, way->stop, &wire.fd, err) < 0)
        return -1;
    limit.end = wire_now() + MEET_MS;
    if ((tls ? meet_tls(&wire, tls, host, &limit, err) : meet_plain(&wire, &limit, err)) < 0)
        return -1;
    return tls ? link_tls(&wire, host, ret_link, err) : link_plain(&wire, host, ret_link, err);
}

/* [::1] is how some write an address. */
static char *bare(const char *host)
{
    size_t len = strlen(host);

    return len > 2 && *host == '[' && host[len - 1] == ']' ? xm_strndup(host + 1, len - 2) : xm_strdup(host);
}

int xm_link_relocation(const struct xm_relocation_way *way, struct xm_link *ret_link, xm_error **err)
{
    unsigned port = way->port != 0 ? way->port : way->conf->relocation_port;
    xm_autofree char *host = bare(way->host);
    struct tls *tls = NULL;
    int rc;

    if (xm_rune_check_host(host, err) < 0)
        return -1;
    if (strchr(host, '@') != NULL)
        return xm_fail(err, XM_INVALID, "'%s': a user is for ssh; hosts know each other by their certificates", host);
    if (!way->plain && tls_open(way->conf, &tls, err) < 0)
        return xm_wrap(err, "TLS");
    rc = open_link(way, host, port, tls, ret_link, err);
    tls_close(tls);
    if (rc < 0)
        return xm_wrap(err, "%s port %u", host, port);
    ret_link->stop = way->stop;
    return 0;
}
