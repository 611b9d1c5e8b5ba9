/* Listening to the supervisor, and telling it what others want to hear. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "super/client.h"
#include "super/socket.h"

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Says from where on, and takes over where this run's events are counted from. *ret_gap: something
 * may have happened in between that nobody can tell any more. */
static int subscribe(xm_super *super, bool *ret_gap, xm_error **err)
{
    XM_AUTO(xm_json) *request = xm_json_new(XM_JSON_OBJECT), *answer = NULL;
    const xm_json *run, *seq;

    xm_json_set(request, "op", xm_json_new_str("subscribe"));
    if (super->uuid != NULL)
        xm_json_set(request, "uuid", xm_json_new_str(super->uuid));
    if (super->run != NULL) {
        xm_json_set(request, "run", xm_json_new_str(super->run));
        xm_json_set(request, "after", xm_json_new_int(super->seq));
    }
    if (super_call_once(super, request, &answer, err) < 0)
        return -1;
    run = xm_json_get(answer, "run", NULL);
    seq = xm_json_get(answer, "seq", NULL);
    if (run == NULL || xm_json_str(run) == NULL || seq == NULL)
        return xm_fail(err, XM_IO, "answered no sense");
    *ret_gap = super->run != NULL && strcmp(super->run, xm_json_str(run)) != 0;
    free(super->run);
    super->run = xm_strdup(xm_json_str(run));
    super->seq = xm_json_int(seq, 0);
    return 0;
}

/* The one that we reach may be about to leave; the one after it is not. */
static int reach_and_subscribe(xm_super *super, bool *ret_gap, xm_error **err)
{
    for (int tries = 0; ; tries++) {
        xm_error *why = NULL;

        if (super->fd < 0 && super_reach(super, err) < 0)
            return -1;
        if (subscribe(super, ret_gap, &why) == 0)
            return 0;
        super_hang_up(super);
        if (why->code != XM_IO || tries == SUPER_TRIES)
            return xm_error_pass(err, why);
        xm_error_free(why);
    }
}

int xm_super_subscribe(xm_super *super, const char *uuid, xm_error **err)
{
    bool gap;

    free(super->uuid);
    super->uuid = xm_strdup(uuid);
    return reach_and_subscribe(super, &gap, err);
}

/* 1: there is something to read or an end to see. */
static int await(const xm_super *super, int64_t end)
{
    struct pollfd fd = { .fd = super->fd, .events = POLLIN };

    for (;;) {
        int64_t left = end < 0 ? -1 : end - now_ms();
        int rc = poll(&fd, 1, end < 0 ? -1 : left < 0 ? 0 : left > 1000000 ? 1000000 : (int)left);

        if (rc > 0 || (rc == 0 && end >= 0 && now_ms() >= end))
            return rc;
        if (rc < 0 && errno != EINTR)
            return 1;           /* reading says what is wrong */
    }
}

/* False when the supervisor has gone away. */
static bool read_more(xm_super *super)
{
    char chunk[4096];
    ssize_t n = recv(super->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    if (n <= 0 || super->in.len + (size_t)n > SUPER_LINE_MAX)
        return false;
    xm_buf_add(&super->in, chunk, (size_t)n);
    return true;
}

static void note_number(xm_super *super, const char *line)
{
    XM_AUTO(xm_json) *event = NULL;
    const xm_json *seq;

    if (xm_json_parse(line, strlen(line), &event, NULL) < 0)
        return;
    seq = xm_json_get(event, "seq", NULL);
    if (seq != NULL)
        super->seq = xm_json_int(seq, super->seq);
}

int xm_super_next(xm_super *super, int timeout_ms, char **ret_line, xm_error **err)
{
    int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
    bool gap;

    for (;;) {
        char *line = super->fd >= 0 ? super_next_line(super) : NULL;

        if (line != NULL) {
            note_number(super, line);
            *ret_line = line;
            return 1;
        }
        if (super->fd >= 0 && await(super, end) == 0)
            return 0;
        if (super->fd >= 0 && read_more(super))
            continue;
        super_hang_up(super);
        if (reach_and_subscribe(super, &gap, err) < 0)
            return -1;
        if (gap) {
            *ret_line = xm_strdup("{\"event\": \"gap\"}");
            return 1;
        }
    }
}

/* Says it to whoever is there. Its answer only says that it has been heard. */
static void say(const xm_conf *conf, const xm_json *request)
{
    struct timeval limit = { .tv_sec = 1 };
    XM_AUTO(xm_super) *super = xm_new0(xm_super, 1);

    super->conf = conf;
    if (super_socket_connect(conf->run_dir, &super->fd, NULL) < 0) {
        super->fd = -1;         /* nobody is there to be told */
        return;
    }
    (void)setsockopt(super->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(super->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    (void)super_call_once(super, request, NULL, NULL);
}

void xm_super_asked(const xm_conf *conf, const char *uuid, uint32_t domid)
{
    XM_AUTO(xm_json) *request = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(request, "op", xm_json_new_str("asked"));
    xm_json_set(request, "uuid", xm_json_new_str(uuid));
    xm_json_set(request, "domid", xm_json_new_int(domid));
    say(conf, request);
}

void xm_super_tell(const xm_conf *conf, const char *kind, const char *uuid, const char *name, uint32_t domid,
                   const char *detail)
{
    XM_AUTO(xm_json) *request = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(request, "op", xm_json_new_str("tell"));
    xm_json_set(request, "event", xm_json_new_str(kind));
    xm_json_set(request, "uuid", xm_json_new_str(uuid));
    if (name != NULL)
        xm_json_set(request, "name", xm_json_new_str(name));
    if (domid != UINT32_MAX)
        xm_json_set(request, "domid", xm_json_new_int(domid));
    if (detail != NULL)
        xm_json_set(request, "detail", xm_json_new_str(detail));
    say(conf, request);
}
