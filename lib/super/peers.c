/* The supervisor's side of its clients. Nothing that one of them does can hold up the loop. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config.h"
#include "convert/json.h"
#include "registry/uuid.h"
#include "super/loop.h"
#include "super/socket.h"

#define LINE_MS 10000           /* for a line to be sent or taken */
#define WORKS_MAX 64

int64_t super_line_deadline(const struct super *super)
{
    return super_now() + (super->config->line_ms != 0 ? super->config->line_ms : LINE_MS);
}

bool super_is_worked_on(const struct super *super, const char *uuid)
{
    for (size_t i = 0; i < super->peer_count; i++)
        for (size_t j = 0; j < super->peers[i].work_count; j++)
            if (strcmp(super->peers[i].works[j], uuid) == 0)
                return true;
    return false;
}

static bool may_connect(int fd)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && (cred.uid == 0 || cred.uid == geteuid());
}

/* A full house: the first one that has begun nothing gives up its place. */
static bool make_room(struct super *super)
{
    if (super->peer_count < SUPER_CLIENTS_MAX)
        return true;
    for (size_t i = 0; i < super->peer_count; i++)
        if (super->peers[i].work_count == 0) {
            super->peers[i].gone = true;
            super_drop_gone(super);
            return true;
        }
    return false;
}

void super_accept(struct super *super)
{
    int fd = accept4(super->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            super->accept_after = super_now() + 1000;
        return;
    }
    if (!may_connect(fd) || !make_room(super)) {
        close(fd);
        return;
    }
    XM_GROW(super->peers, super->peer_count, super->peer_cap);
    super->peers[super->peer_count++] = (struct peer){ .fd = fd };
}

static void reply(struct peer *peer, xm_json *answer)
{
    xm_autofree char *text = xm_json_format(answer, true);

    xm_json_free(answer);
    /* one that asks and does not read the answers */
    if (peer->out.len + strlen(text) > SUPER_LINE_MAX) {
        peer->gone = true;
        return;
    }
    xm_buf_printf(&peer->out, "%s\n", text);
}

static xm_json *new_answer(bool ok)
{
    xm_json *answer = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(answer, "ok", xm_json_new_bool(ok));
    return answer;
}

static void refuse(struct peer *peer, const char *text)
{
    xm_json *answer = new_answer(false);

    xm_json_set(answer, "error", xm_json_new_str(text));
    reply(peer, answer);
}

static void drop_work(struct peer *peer, const char *uuid)
{
    for (size_t i = 0; i < peer->work_count; i++)
        if (strcmp(peer->works[i], uuid) == 0) {
            memmove(&peer->works[i], &peer->works[--peer->work_count], sizeof(*peer->works));
            return;
        }
}

static void begin(struct peer *peer, const char *uuid)
{
    drop_work(peer, uuid);
    if (peer->work_count >= WORKS_MAX) {
        refuse(peer, "too much begun at once");
        return;
    }
    XM_GROW(peer->works, peer->work_count, peer->work_cap);
    memcpy(peer->works[peer->work_count++], uuid, 37);
    reply(peer, new_answer(true));
}

static void status(struct super *super, struct peer *peer)
{
    xm_json *answer = new_answer(true);

    xm_json_set(answer, "pid", xm_json_new_int(getpid()));
    xm_json_set(answer, "version", xm_json_new_str(PACKAGE_VERSION));
    xm_json_set(answer, "guests", xm_json_new_int((int64_t)super->tracked_count));
    xm_json_set(answer, "jobs", xm_json_new_int((int64_t)super->job_count));
    reply(peer, answer);
}

static const char *text_of(const xm_json *request, const char *key)
{
    const xm_json *node = xm_json_get(request, key, NULL);

    return node != NULL ? xm_json_str(node) : NULL;
}

static void subscribe(struct super *super, struct peer *peer, const xm_json *request)
{
    const xm_json *after = xm_json_get(request, "after", NULL);
    const char *uuid = text_of(request, "uuid");
    xm_json *answer;

    if (uuid != NULL && !xm_uuid_is_plain(uuid)) {
        refuse(peer, "not a uuid");
        return;
    }
    memcpy(peer->about, uuid != NULL ? uuid : "", uuid != NULL ? sizeof(peer->about) : 1);
    super_listen(super, peer, text_of(request, "run"), after != NULL ? xm_json_int(after, -1) : -1);
    answer = new_answer(true);
    xm_json_set(answer, "run", xm_json_new_str(super->ring.run));
    xm_json_set(answer, "seq", xm_json_new_int((int64_t)peer->next - 1));
    reply(peer, answer);
}

/* Another process of ours has done something that no event of the host tells. */
/* What nothing else tells the log of. */
static void log_told(const struct super *super, const char *kind, const char *name, const char *detail)
{
    bool failed = strcmp(kind, "failed") == 0;

    if (failed || strncmp(kind, "migrat", 6) == 0)
        super_log_line(&super->log, failed ? XM_LOG_ERROR : XM_LOG_INFO, "move", "Domain %s: %s %s.", name, kind, detail ? detail : "");
}

static void tell(struct super *super, struct peer *peer, const xm_json *request)
{
    const char *kind = text_of(request, "event"), *uuid = text_of(request, "uuid");
    const xm_json *domid = xm_json_get(request, "domid", NULL);
    int64_t number = domid != NULL ? xm_json_int(domid, -1) : -1;

    if (kind == NULL || !super_is_kind(kind) || uuid == NULL || !xm_uuid_is_plain(uuid)) {
        refuse(peer, "no such event");
        return;
    }
    log_told(super, kind, text_of(request, "name") ? text_of(request, "name") : uuid, text_of(request, "detail"));
    super_emit(super, &(struct super_event){
        .kind = kind, .uuid = uuid, .name = text_of(request, "name"), .reason = text_of(request, "reason"),
        .detail = text_of(request, "detail"),
        .domid = number < 0 || number >= XM_DOMID_NONE ? XM_DOMID_NONE : (uint32_t)number });
    reply(peer, new_answer(true));
}

static void asked(struct super *super, struct peer *peer, const xm_json *request)
{
    const char *uuid = text_of(request, "uuid");
    const xm_json *domid = xm_json_get(request, "domid", NULL);
    int64_t number = domid != NULL ? xm_json_int(domid, -1) : -1;

    if (uuid == NULL || number < 0 || number >= XM_DOMID_NONE) {
        refuse(peer, "no such guest");
        return;
    }
    super_asked(super, uuid, (uint32_t)number);
    reply(peer, new_answer(true));
}

static void obey(struct super *super, struct peer *peer, const char *line, size_t len)
{
    XM_AUTO(xm_json) *request = NULL;
    const char *op, *uuid;

    if (xm_json_parse(line, len, &request, NULL) < 0) {
        refuse(peer, "not a JSON object");
        return;
    }
    op = text_of(request, "op") ? text_of(request, "op") : "";
    uuid = text_of(request, "uuid");
    if (strcmp(op, "status") == 0) {
        status(super, peer);
    } else if (strcmp(op, "subscribe") == 0) {
        subscribe(super, peer, request);
    } else if (strcmp(op, "tell") == 0) {
        tell(super, peer, request);
    } else if (strcmp(op, "asked") == 0) {
        asked(super, peer, request);
    } else if (strcmp(op, "replace") == 0) {
        super->heir = peer->fd;
    } else if (strcmp(op, "begin") != 0 && strcmp(op, "end") != 0) {
        refuse(peer, "unknown op");
    } else if (uuid == NULL || !xm_uuid_is_plain(uuid)) {
        refuse(peer, "a uuid is needed");
    } else if (strcmp(op, "begin") == 0) {
        begin(peer, uuid);
    } else {
        drop_work(peer, uuid);
        super_take_in(super, uuid);
        super_notice(super, uuid);
        reply(peer, new_answer(true));
    }
}

static void read_lines(struct super *super, struct peer *peer)
{
    char chunk[4096], *end;
    ssize_t n = read(peer->fd, chunk, sizeof(chunk));
    size_t at = 0;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || peer->in.len + (size_t)n > SUPER_LINE_MAX) {
        peer->gone = true;
        return;
    }
    xm_buf_add(&peer->in, chunk, (size_t)n);
    while (!peer->gone && (end = memchr(peer->in.data + at, '\n', peer->in.len - at)) != NULL) {
        size_t len = (size_t)(end - peer->in.data) - at;

        obey(super, peer, peer->in.data + at, len);
        at += len + 1;
    }
    memmove(peer->in.data, peer->in.data + at, peer->in.len - at);
    peer->in.len -= at;
}

/* Whatever is taken shows that somebody reads. */
static void write_out(struct peer *peer)
{
    ssize_t n = send(peer->fd, peer->out.data, peer->out.len, MSG_NOSIGNAL);

    if (n < 0) {
        peer->gone = peer->gone || (errno != EAGAIN && errno != EINTR);
        return;
    }
    memmove(peer->out.data, peer->out.data + n, peer->out.len - (size_t)n);
    peer->out.len -= (size_t)n;
    peer->deadline = 0;
}

void super_serve(struct super *super, struct peer *peer, short revents)
{
    bool was_waiting = peer->in.len > 0 || peer->out.len > 0 || super_has_news(super, peer);

    /* A socket that takes no more counts as full while it still has room for a little. */
    if (revents == 0 && peer->deadline != 0 && super_now() >= peer->deadline)
        peer->gone = true;
    if (revents & (POLLIN | POLLHUP | POLLERR))
        read_lines(super, peer);
    if (!peer->gone)
        super_feed(super, peer);
    if (!peer->gone && peer->out.len > 0)
        write_out(peer);
    if (peer->in.len == 0 && peer->out.len == 0 && !super_has_news(super, peer))
        peer->deadline = 0;
    else if (!was_waiting || peer->deadline == 0)
        peer->deadline = super_line_deadline(super);
    else if (super_now() >= peer->deadline)
        peer->gone = true;
}

void super_drop_gone(struct super *super)
{
    size_t kept = 0;

    for (size_t i = 0; i < super->peer_count; i++) {
        struct peer *peer = &super->peers[i];

        if (!peer->gone) {
            super->peers[kept++] = *peer;
            continue;
        }
        close(peer->fd);
        /* It went without ending what it began: what it left is settled. */
        for (size_t j = 0; j < peer->work_count; j++)
            super_queue(super, peer->works[j], SUPER_MEND, XM_REASON_NONE);
        free(peer->works);
        xm_buf_clear(&peer->in);
        xm_buf_clear(&peer->out);
    }
    super->peer_count = kept;
}
