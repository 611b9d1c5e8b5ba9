#include "side.h"

#include <errno.h>
#include <ftw.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define PIECE 65536

/* --- the host --- */

static struct side own;

static int drop_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type;
    return at->level == 0 ? 0 : remove(path);
}

static void put(const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", own.dir, file);

    if (xm_file_replace(path, text, strlen(text), 0600, NULL) < 0)
        abort();
}

static void open_own(void)
{
    if (xm_host_open(&own.conf, NULL, &own.guests.host, NULL) < 0 || xm_reg_open(own.conf.state_dir, NULL, &own.guests.reg, NULL) < 0)
        abort();
    put("sim/now", "1700000000000\n");
    put("kernel", "kernel");
}

static void close_own(void)
{
    xm_host_close(own.guests.host);
    xm_reg_close(own.guests.reg);
    (void)nftw(own.dir, drop_file, 8, FTW_DEPTH | FTW_PHYS);
}

static void drop_own(void)
{
    close_own();
    (void)rmdir(own.dir);
    free(own.conf.host);
    free(own.conf.state_dir);
}

struct side *side_open(void)
{
    if (own.guests.host != NULL)
        return &own;
    signal(SIGPIPE, SIG_IGN);
    /* some thousand files come and go each second: in memory, where there is such a place */
    strcpy(own.dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/xm-fuzz.XXXXXX" : "/tmp/xm-fuzz.XXXXXX");
    if (mkdtemp(own.dir) == NULL)
        abort();
    own.conf = (xm_conf){ .host = xm_printf("sim:%s", own.dir), .state_dir = xm_printf("%s/xm", own.dir), .autoballoon = -1 };
    open_own();
    atexit(drop_own);
    return &own;
}

void side_reset(struct side *side)
{
    (void)side;
    close_own();
    open_own();
}

bool side_is_empty(const struct side *side)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    XM_AUTO(xm_domains) *domains = NULL;
    XM_AUTO(xm_moves) *moves = NULL;

    if (xm_host_list(side->guests.host, 0, &domains, NULL) < 0 || xm_reg_list(side->guests.reg, &entries, NULL) < 0
        || xm_moves_load(side->guests.reg, &moves, NULL) < 0)
        abort();
    return domains->count == 1 && entries->count == 0 && moves->count == 0;
}

static const struct xm_guest *find_web(const xm_guest_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].uuid, SIDE_WEB) == 0)
            return &list->items[i];
    return NULL;
}

static void make_web(struct side *side)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "web.cfg");
    xm_autofree char *kernel = xm_printf("%s/kernel", side->dir);
    uint32_t domid;
    bool edited;

    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_str(doc, "uuid", SIDE_WEB);
    xm_doc_set_str(doc, "kernel", kernel);
    xm_doc_set_int(doc, "memory", 4);
    if (xm_guest_new(&side->guests, doc, &edited, NULL) < 0 || xm_guest_start(&side->guests, SIDE_WEB, NULL, &domid, NULL) < 0)
        abort();
}

const struct xm_guest *side_web(struct side *side, xm_guest_list **ret_list)
{
    if (xm_guest_list_load(&side->guests, XM_WANT_NAME, ret_list, NULL) < 0)
        abort();
    if (find_web(*ret_list) != NULL)
        return find_web(*ret_list);
    xm_guest_list_free(*ret_list);
    make_web(side);
    if (xm_guest_list_load(&side->guests, XM_WANT_NAME, ret_list, NULL) < 0 || find_web(*ret_list) == NULL)
        abort();
    return find_web(*ret_list);
}

/* --- the peer --- */

static bool is_over(const struct peer *peer)
{
    struct pollfd gone = { .fd = peer->fd };
    char heard[4096];
    ssize_t n;

    if (peer->deaf)
        return poll(&gone, 1, 0) > 0;
    while ((n = recv(peer->fd, heard, sizeof(heard), MSG_DONTWAIT)) > 0)
        ;
    return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void nap(void)
{
    const struct timespec moment = { .tv_nsec = 20000 };

    nanosleep(&moment, NULL);
}

static bool say(const struct peer *peer, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = send(peer->fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (n < 0 && is_over(peer))
            return false;
        if (n < 0) {
            nap();
            continue;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool await_read(const struct peer *peer)
{
    for (;;) {
        int unread = 0;

        if (ioctl(peer->fd, SIOCOUTQ, &unread) < 0 || is_over(peer))
            return false;
        if (unread == 0)
            return true;
        nap();
    }
}

static bool say_piece(const struct peer *peer, const uint8_t *data, size_t len)
{
    static const uint8_t zeroes[PIECE];

    while (len > 0) {
        const uint8_t *token = memchr(data, 0x1f, len);
        size_t plain = token ? (size_t)(token - data) : len;

        if (!say(peer, data, plain) || (token != NULL && !say(peer, zeroes, sizeof(zeroes))))
            return false;
        plain += token != NULL;
        data += plain;
        len -= plain;
    }
    return true;
}

static void *talk(void *arg)
{
    struct peer *peer = arg;
    bool goes_on = true;

    for (size_t at = 0; goes_on && at < peer->len;) {
        const uint8_t *end = memchr(peer->data + at, 0x1e, peer->len - at);
        size_t len = end ? (size_t)(end - peer->data) - at : peer->len - at;

        goes_on = say_piece(peer, peer->data + at, len) && await_read(peer);
        at += len + 1;
    }
    if (!peer->stays)
        (void)shutdown(peer->fd, SHUT_WR);
    while (!is_over(peer))
        nap();
    close(peer->fd);
    return NULL;
}

void peer_begin(struct peer *peer, const uint8_t *data, size_t len, struct xm_link *ret_link)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    peer->data = data;
    peer->len = len;
    peer->fd = ends[1];
    xm_link_of(ends[0], dup(ends[0]), "a peer", ret_link);
    ret_link->limit_ms = 2000;
    if (pthread_create(&peer->thread, NULL, talk, peer) != 0)
        abort();
}

void peer_end(struct peer *peer)
{
    pthread_join(peer->thread, NULL);
}
