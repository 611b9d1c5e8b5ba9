/* The source's half of the session. */
#include "migrate/session.h"

#include <string.h>

#include "base/buf.h"
#include "migrate/flow.h"
#include "migrate/xl.h"
#include "registry/uuid.h"

#define FIRST_MAX 4096                  /* of a first line */
#define SHOWN_MAX 60                    /* of one that is neither side's */
#define REASON_MS 2000                  /* for the reason why the other side stopped listening */

static const char *const may_welcome[] = { "welcome", "refuse", NULL };
static const char *const may_accept[] = { "accept", "refuse", NULL };
static const char *const may_be_ready[] = { "ready", "failed", NULL };
static const char *const may_be_done[] = { "done", "failed", NULL };
static const char *const may_know[] = { "committed", "aborted", "failed", NULL };

/* --- who is there --- */

/* The first byte by itself: a command that was not found over there says nothing at all. */
static int read_first(struct xm_link *link, char **ret_line, xm_error **err)
{
    xm_autofree char *rest = NULL;
    xm_error *why = NULL;
    char first;

    if (xm_link_read(link, &first, 1, "banner from migration receiver stream", &why) < 0) {
        if (why->code == XM_IO)
            why->code = XM_NOT_FOUND;
        return xm_error_pass(err, why);
    }
    if (xm_link_line(link, FIRST_MAX, "banner from migration receiver stream", &rest, err) < 0)
        return -1;
    *ret_line = xm_printf("%c%s", first, rest);
    return 0;
}

int xm_link_meet(struct xm_link *link, bool *ret_xm, xm_error **err)
{
    xm_autobuf shown = XM_BUF_INIT;
    struct xm_greeting greeting;
    xm_autofree char *line = NULL;

    if (read_first(link, &line, err) < 0)
        return -1;
    if (strncmp(line, XL_BANNER, XL_BANNER_LEN - 1) == 0 && line[XL_BANNER_LEN - 1] == '\0') {
        *ret_xm = false;
        return 0;
    }
    if (xm_greeting_parse(line, &greeting, NULL) < 0) {
        xm_buf_plain(&shown, line, SHOWN_MAX, '?');     /* it goes to a terminal */
        return xm_fail(err, XM_INVALID, "migration receiver stream contained unexpected data instead of banner: '%s'",
                       shown.data ? shown.data : "");
    }
    xm_greeting_clear(&greeting);
    *ret_xm = true;
    return 0;
}

/* --- a move --- */

static int say_hello(struct xm_link *link, enum xm_hello_what what, const char *id, const char *uuid, const char *name,
                     xm_error **err)
{
    struct xm_hello hello = { .what = what, .name = (char *)(name ? name : uuid) };

    memcpy(hello.id, id, sizeof(hello.id));
    memcpy(hello.uuid, uuid, sizeof(hello.uuid));
    return xm_say(link, xm_hello_format(&hello), err);
}

static int introduce(struct xm_link *link, const struct xm_sending *s, const char *id, xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;

    if (say_hello(link, XM_HELLO_MOVE, id, s->guest->uuid, s->guest->name, err) < 0
        || xm_hear(link, may_welcome, &answer, err) < 0)
        return -1;
    return xm_say_is(answer, "welcome") ? 0 : xm_say_failed(answer, err);
}

static int offer(struct xm_link *link, const struct xm_sending *s, const struct xm_leaving *leaving, xm_error **err)
{
    struct xm_offer offer = {
        .kind = leaving->kind, .config = (char *)leaving->config, .document = (char *)leaving->document,
        .state = (char *)leaving->state, .paused = s->paused, .memory_size = leaving->memory_size,
    };
    XM_AUTO(xm_json) *answer = NULL;

    if (xm_say(link, xm_offer_format(&offer), err) < 0 || xm_hear(link, may_accept, &answer, err) < 0)
        return -1;
    return xm_say_is(answer, "accept") ? 0 : xm_say_failed(answer, err);
}

/* A stream that could not be written has its cause on the other side, more often than not. */
static int fail_stream(struct xm_link *link, xm_error *why, xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;
    xm_error *reason = NULL;

    if (why->code != XM_INTERRUPTED && why->code != XM_TIMEOUT && xm_link_waits(link, REASON_MS)
        && (xm_hear(link, may_be_ready, &answer, &reason) < 0 ? reason->code != XM_IO : xm_say_failed(answer, &reason) < 0)) {
        xm_error_free(why);
        return xm_error_pass(err, reason);
    }
    xm_error_free(reason);
    return xm_error_pass(err, why);
}

static int send_memory(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, xm_error **err)
{
    xm_error *why = NULL;
    bool given_up;

    return xm_flow_send(link, s, leave, &given_up, &why) < 0 ? fail_stream(link, why, err) : 0;
}

static int await_ready(struct xm_link *link, xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;
    unsigned limit = link->limit_ms;
    int rc;

    link->limit_ms = limit > SESSION_BUILD_MS ? limit : SESSION_BUILD_MS;
    rc = xm_hear(link, may_be_ready, &answer, err);
    link->limit_ms = limit;
    if (rc < 0)
        return -1;
    return xm_say_is(answer, "ready") ? 0 : xm_say_failed(answer, err);
}

/* All that can be undone. *ret_midst: the other side reads a stream, and would take a word for a part of it. */
static int prepare(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, bool *ret_midst, xm_error **err)
{
    *ret_midst = false;
    if (offer(link, s, xm_leave_what(leave), err) < 0)
        return -1;
    *ret_midst = true;
    if (send_memory(link, s, leave, err) < 0)
        return -1;
    *ret_midst = false;
    /* where nothing was sent, having accepted it is being ready */
    if (xm_leave_what(leave)->kind != XM_MOVE_HALTED && await_ready(link, err) < 0)
        return -1;
    return xm_leave_ask(leave, err);
}

static int back(xm_leave *leave, xm_error *why, xm_error **err)
{
    xm_error *left = NULL;

    if (xm_leave_abort(leave, &left) < 0) {
        xm_autofree char *text = xm_error_text(left);

        xm_error_free(left);
        xm_error_pass(err, why);
        return xm_wrap(err, "it did not go on here at once (%s); that is tried again", text);
    }
    return xm_error_pass(err, why);
}

static int fail_doubt(const struct xm_sending *s, struct xm_sent *sent, xm_error *why, xm_error **err)
{
    sent->doubt = true;
    xm_error_pass(err, why);
    return xm_wrap(err, "nobody here knows whether it runs on %s by now", s->peer.host);
}

static int give(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, const char *id, struct xm_sent *sent,
                xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;
    xm_json *commit = xm_say_new("commit");
    xm_error *why = NULL;

    /* the point of no return: Ctrl-C ends nothing any more */
    link->stop = NULL;
    xm_host_set_stop(s->guests->host, NULL);
    xm_say_add(commit, "id", id);
    if (xm_say(link, commit, &why) < 0 || xm_hear(link, may_be_done, &answer, &why) < 0)
        return fail_doubt(s, sent, why, err);
    if (xm_say_is(answer, "failed")) {
        (void)xm_say_failed(answer, &why);
        return back(leave, why, err);
    }
    if (xm_leave_done(leave, err) < 0)
        return xm_wrap(err, "it runs on %s by now", s->peer.host);
    /* without it the other host keeps what it has decided a while longer */
    (void)xm_say(link, xm_say_new("over"), NULL);
    return 0;
}

int xm_session_send(struct xm_link *link, const struct xm_sending *s, struct xm_sent *ret_sent, xm_error **err)
{
    struct xm_leave_how how = { .peer = s->peer, .keep = s->keep, .config_json = s->config_json };
    XM_AUTO(xm_leave) *leave = NULL;
    xm_error *why = NULL;
    bool midst = false;
    char id[37];

    *ret_sent = (struct xm_sent){ .told = false };
    xm_uuid_new(id);
    how.id = id;
    if (introduce(link, s, id, err) < 0)
        return -1;
    if (xm_leave_begin(s->guests, s->guest, &how, &leave, &why) < 0) {
        xm_say_abort(link, why);
        return xm_error_pass(err, why);
    }
    if (prepare(link, s, leave, &midst, &why) == 0)
        return give(link, s, leave, id, ret_sent, err);
    if (!midst)
        xm_say_abort(link, why);
    return back(leave, why, err);
}

/* --- a question --- */

int xm_session_recover(struct xm_link *link, const struct xm_guests *guests, const char *uuid, bool *ret_there,
                       xm_error **err)
{
    XM_AUTO(xm_json) *answer = NULL;
    XM_AUTO(xm_leave) *leave = NULL;
    XM_AUTO(xm_move) *move = NULL;
    bool there;

    if (xm_leave_reopen(guests, uuid, &leave, &move, err) < 0)
        return -1;
    if (say_hello(link, XM_HELLO_RECOVER, move->id, uuid, move->name, err) < 0
        || xm_hear(link, may_know, &answer, err) < 0)
        return -1;
    if (xm_say_is(answer, "failed"))
        return xm_say_failed(answer, err);
    there = xm_say_is(answer, "committed");
    if ((there ? xm_leave_done(leave, err) : xm_leave_abort(leave, err)) < 0)
        return -1;
    (void)xm_say(link, xm_say_new("over"), NULL);       /* as above */
    *ret_there = there;
    return 0;
}
