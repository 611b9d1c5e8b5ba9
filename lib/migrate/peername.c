#include "migrate/peername.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/wire.h"

#define NAME_MAX_LEN 255

static const char known[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* addr as of its own family. */
static struct sockaddr_storage plain(const struct sockaddr_storage *addr)
{
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
    struct sockaddr_storage ret = *addr;

    if (addr->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = in6->sin6_port };

        memcpy(&in.sin_addr, &in6->sin6_addr.s6_addr[12], sizeof(in.sin_addr));
        memset(&ret, 0, sizeof(ret));
        memcpy(&ret, &in, sizeof(in));
    }
    return ret;
}

static const void *bytes_of(const struct sockaddr_storage *addr, size_t *ret_len)
{
    if (addr->ss_family == AF_INET) {
        *ret_len = sizeof(struct in_addr);
        return &((const struct sockaddr_in *)addr)->sin_addr;
    }
    *ret_len = sizeof(struct in6_addr);
    return &((const struct sockaddr_in6 *)addr)->sin6_addr;
}

void xm_peer_address(const struct sockaddr_storage *addr, char ret_text[INET6_ADDRSTRLEN])
{
    struct sockaddr_storage own = plain(addr);
    size_t len;

    if ((own.ss_family != AF_INET && own.ss_family != AF_INET6)
        || inet_ntop(own.ss_family, bytes_of(&own, &len), ret_text, INET6_ADDRSTRLEN) == NULL)
        strcpy(ret_text, "?");
}

static bool is_same(const struct sockaddr *a, socklen_t len, const struct sockaddr_storage *b)
{
    struct sockaddr_storage one = { 0 };
    const void *ours;
    size_t n;

    memcpy(&one, a, len < sizeof(one) ? len : sizeof(one));
    one = plain(&one);
    ours = bytes_of(b, &n);
    return one.ss_family == b->ss_family && memcmp(bytes_of(&one, &n), ours, n) == 0;
}

bool xm_peer_confirms(const char *name, const struct sockaddr_storage *addr)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list;
    struct sockaddr_storage own = plain(addr);
    bool found = false;

    if (getaddrinfo(name, NULL, &hints, &list) != 0)
        return false;
    for (const struct addrinfo *one = list; one != NULL && !found; one = one->ai_next)
        found = (one->ai_family == AF_INET || one->ai_family == AF_INET6) && is_same(one->ai_addr, one->ai_addrlen, &own);
    freeaddrinfo(list);
    return found;
}

/* What is none of a host's name is for nobody's expressions, nor for the log. */
static bool look_up(const struct sockaddr_storage *addr, char name[NI_MAXHOST])
{
    struct sockaddr_storage own = plain(addr);
    size_t len;

    if (getnameinfo((struct sockaddr *)&own, own.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6),
                    name, NI_MAXHOST, NULL, 0, NI_NAMEREQD) != 0)
        return false;
    len = strlen(name);
    if (len > 0 && name[len - 1] == '.')
        name[--len] = '\0';
    return len > 0 && len <= NAME_MAX_LEN && strspn(name, known) == len && xm_peer_confirms(name, addr);
}

static void run_lookup(const struct sockaddr_storage *addr, int out, unsigned ms)
{
    char name[NI_MAXHOST];

    signal(SIGALRM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(ms / 1000 + 1);
    if (look_up(addr, name) && write(out, name, strlen(name)) < 0)
        _exit(1);
    _exit(0);
}

/* What comes within ms, up to its end: a name that was cut off would be another one. */
static char *read_name(int fd, unsigned ms)
{
    int64_t end = wire_now() + ms;
    char name[NAME_MAX_LEN + 1];
    size_t len = 0;

    while (len < sizeof(name)) {
        struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
        int64_t left = end - wire_now();
        ssize_t n;

        if (left <= 0 || (poll(&poll_fd, 1, (int)left) < 0 && errno != EINTR))
            return NULL;
        if (poll_fd.revents == 0)
            continue;
        n = read(fd, name + len, sizeof(name) - len);
        if (n == 0)
            return len > 0 ? xm_strndup(name, len) : NULL;
        if (n < 0)
            return NULL;
        len += (size_t)n;
    }
    return NULL;
}

char *xm_peer_name(const struct sockaddr_storage *addr, unsigned ms)
{
    int ends[2];
    char *name;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return NULL;
    pid = fork();
    if (pid == 0)
        run_lookup(addr, ends[1], ms);
    close(ends[1]);
    name = pid > 0 ? read_name(ends[0], ms) : NULL;
    close(ends[0]);
    if (pid > 0) {
        (void)kill(pid, SIGKILL);       /* our own child, not yet waited for */
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    return name;
}
