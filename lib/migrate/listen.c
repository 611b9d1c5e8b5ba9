#include "migrate/listen.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/peername.h"

#define BACKLOG 64

static socklen_t size_of(const struct sockaddr *addr)
{
    return addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static bool is_internet(const struct sockaddr *addr)
{
    return addr != NULL && (addr->sa_family == AF_INET || addr->sa_family == AF_INET6);
}

static bool is_loopback(const struct sockaddr_storage *addr)
{
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

    if (addr->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)addr)->sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

static int add(struct listen *l, const struct sockaddr *addr, unsigned port, xm_error **err)
{
    struct sockaddr_storage own = { 0 };
    char text[INET6_ADDRSTRLEN];
    int fd, on = 1;

    if (l->count == LISTEN_MAX)
        return xm_fail(err, XM_INVALID, "more than %d addresses", LISTEN_MAX);
    memcpy(&own, addr, size_of(addr));
    if (own.ss_family == AF_INET)
        ((struct sockaddr_in *)&own)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)&own)->sin6_port = htons((uint16_t)port);
    xm_peer_address(&own, text);
    fd = socket(own.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", text);
    /* whoever has both IPv6 and IPv4 binds each by itself */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0
        || (own.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
        || bind(fd, (struct sockaddr *)&own, size_of(addr)) < 0 || listen(fd, BACKLOG) < 0) {
        int errnum = errno;

        close(fd);
        return xm_fail_errno(err, errnum, "cannot listen on %s port %u", text, port);
    }
    l->beyond = l->beyond || !is_loopback(&own);
    l->names[l->count] = xm_printf("%s port %u", text, port);
    l->fds[l->count++] = fd;
    return 0;
}

/* Those of its own; a link-local one is none that another host would name. */
static int add_interface(struct listen *l, const struct ifaddrs *list, const char *name, unsigned port, xm_error **err)
{
    for (; list != NULL; list = list->ifa_next) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)list->ifa_addr;

        if (strcmp(list->ifa_name, name) != 0 || !is_internet(list->ifa_addr)
            || (in6->sin6_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr)))
            continue;
        if (add(l, list->ifa_addr, port, err) < 0)
            return -1;
    }
    return l->count > 0 ? 0 : xm_fail(err, XM_STATE, "%s has no address", name);
}

static int add_name(struct listen *l, const char *name, unsigned port, xm_error **err)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *list;
    int rc = getaddrinfo(name, NULL, &hints, &list);

    if (rc != 0)
        return xm_fail(err, XM_NOT_FOUND, "%s: %s", name, gai_strerror(rc));
    for (const struct addrinfo *one = list; one != NULL && rc == 0; one = one->ai_next)
        if (is_internet(one->ai_addr))
            rc = add(l, one->ai_addr, port, err);
    freeaddrinfo(list);
    return rc;
}

/* One of the two may be switched off in the kernel. */
static int add_both(struct listen *l, struct in_addr four, struct in6_addr six, unsigned port, xm_error **err)
{
    const struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = four };
    const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = six };
    xm_error *why = NULL;

    if (add(l, (const struct sockaddr *)&in, port, &why) < 0)
        return xm_error_pass(err, why);
    (void)add(l, (const struct sockaddr *)&in6, port, NULL);
    return 0;
}

static int add_all(struct listen *l, const char *address, unsigned port, xm_error **err)
{
    const struct in_addr loopback = { htonl(INADDR_LOOPBACK) }, any = { htonl(INADDR_ANY) };
    struct ifaddrs *list;
    int rc;

    if (address == NULL)
        return add_both(l, loopback, in6addr_loopback, port, err);
    if (*address == '\0')
        return add_both(l, any, in6addr_any, port, err);
    if (if_nametoindex(address) == 0)
        return add_name(l, address, port, err);
    if (getifaddrs(&list) < 0)
        return xm_fail_errno(err, errno, "network interfaces");
    rc = add_interface(l, list, address, port, err);
    freeifaddrs(list);
    return rc;
}

int listen_open(const char *address, unsigned port, struct listen *ret_listen, xm_error **err)
{
    struct listen l = { .count = 0 };

    if (add_all(&l, address, port, err) < 0) {
        listen_close(&l);
        return -1;
    }
    *ret_listen = l;
    return 0;
}

void listen_close(struct listen *listen)
{
    for (size_t i = 0; i < listen->count; i++) {
        close(listen->fds[i]);
        free(listen->names[i]);
    }
    listen->count = 0;
}
