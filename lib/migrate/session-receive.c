/* The target's half of the session. */
#include "migrate/session.h"

#include <string.h>

#include "migrate/question.h"
#include "migrate/stall.h"

static const char *const may_offer[] = { "offer", NULL };
static const char *const may_commit[] = { "commit", NULL };
static const char *const may_end[] = { "over", NULL };

static int greet(struct xm_link *link, const struct xm_receiving *r, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;
    xm_autofree char *xen = NULL, *line = NULL;
    struct xm_greeting greeting = { .xm = (char *)r->version };

    if (xm_host_info_get(r->guests->host, false, &info, err) < 0)
        return -1;
    xen = xm_printf("%u.%u%s", info->xen_major, info->xen_minor, info->xen_extra ? info->xen_extra : "");
    greeting.xen = xen;
    line = xm_greeting_format(&greeting);
    return xm_link_write(link, line, strlen(line), "greeting", err);
}

/* The other side is told, and that is the end here. Returns -1. */
static int tell_failure(struct xm_link *link, const char *word, struct xm_received *received, xm_error *why, xm_error **err)
{
    link->stop = NULL;
    received->told = xm_link_has_room(link) && xm_say(link, xm_say_failure(word, why), NULL) == 0;
    return xm_error_pass(err, why);
}

static int begin(const struct xm_receiving *r, const struct xm_hello *hello, const struct xm_offer *offer,
                 xm_arrive **ret_arrive, xm_error **err)
{
    const struct xm_arrival arrival = {
        .id = hello->id, .kind = offer->kind, .peer = r->peer, .paused = offer->paused || r->paused,
        .config = offer->config, .document = offer->document, .state = offer->state, .uuid = hello->uuid,
        .memory_size = offer->memory_size,
    };

    return xm_arrive_begin(r->guests, &arrival, r->how, ret_arrive, err);
}

/* From the decision on Ctrl-C ends nothing any more. */
static int await_commit(struct xm_link *link, const struct xm_hello *hello, enum xm_move_kind kind, xm_arrive *arrive,
                        xm_error **err)
{
    XM_AUTO(xm_json) *message = NULL;
    const char *id;

    if ((kind != XM_MOVE_HALTED && xm_say(link, xm_say_new("ready"), err) < 0)
        || xm_hear(link, may_commit, &message, err) < 0)
        return -1;
    id = xm_json_str(xm_json_get(message, "id", NULL));
    if (id == NULL || strcmp(id, hello->id) != 0)
        return xm_fail(err, XM_INVALID, "the other host: commits another move");
    link->stop = NULL;
    return xm_arrive_commit(arrive, err);
}

/* Nothing of it stays, unless somebody who asked meanwhile was told that it does. */
static int give_back(struct xm_link *link, xm_arrive *arrive, struct xm_received *received, xm_error *why, xm_error **err)
{
    enum xm_move_decision decision = XM_MOVE_ABORTED;
    xm_error *left = NULL;

    if (xm_arrive_abort(arrive, &decision, &left) < 0) {
        xm_autofree char *text = xm_error_text(left);

        xm_error_free(left);
        (void)xm_wrap(&why, "what was made of it is not all gone (%s)", text);
    }
    if (decision == XM_MOVE_COMMITTED) {
        received->here = true;
        xm_error_free(why);
        return 0;
    }
    return tell_failure(link, "failed", received, why, err);
}

static void end(struct xm_link *link, const struct xm_receiving *r, const struct xm_hello *hello)
{
    XM_AUTO(xm_json) *message = NULL;

    /* a decision that is not taken back is among those that are bounded in number */
    if (xm_hear(link, may_end, &message, NULL) == 0)
        (void)xm_arrive_forget(r->guests, hello->id, hello->uuid, NULL);
}

static void say_done(struct xm_link *link, const struct xm_receiving *r, const struct xm_hello *hello, uint32_t domid)
{
    xm_json *done = xm_say_new("done");

    xm_say_add(done, "id", hello->id);
    if (domid != XM_DOMID_NONE)
        xm_json_set(done, "domid", xm_json_new_int(domid));
    if (xm_say(link, done, NULL) == 0)  /* a source that does not hear it asks again */
        end(link, r, hello);
}

static int receive_move(struct xm_link *link, const struct xm_receiving *r, const struct xm_hello *hello,
                        const struct xm_offer *offer, struct xm_received *received, xm_error **err)
{
    XM_AUTO(xm_arrive) *arrive = NULL;
    uint32_t domid = XM_DOMID_NONE;
    xm_error *why = NULL;

    if (begin(r, hello, offer, &arrive, &why) < 0)
        return tell_failure(link, "refuse", received, why, err);
    if (xm_say(link, xm_say_new("accept"), &why) < 0
        || (offer->kind != XM_MOVE_HALTED && stall_take(link, r->guests, arrive, offer->kind, &domid, &why) < 0))
        return give_back(link, arrive, received, why, err);
    if (await_commit(link, hello, offer->kind, arrive, &why) < 0 && give_back(link, arrive, received, why, err) < 0)
        return -1;
    received->here = true;
    xm_arrive_free(XM_TAKE(arrive));    /* its lock: a source that asks again is to find it free */
    say_done(link, r, hello, domid);
    return 0;
}

static int hear_offer(struct xm_link *link, const struct xm_receiving *r, const struct xm_hello *hello,
                      struct xm_received *received, xm_error **err)
{
    XM_AUTO(xm_json) *message = NULL;
    struct xm_offer offer;
    xm_error *why = NULL;
    int rc;

    if (xm_say(link, xm_say_new("welcome"), &why) < 0 || xm_hear(link, may_offer, &message, &why) < 0
        || xm_offer_read(message, &offer, &why) < 0)
        return tell_failure(link, "abort", received, why, err);
    rc = receive_move(link, r, hello, &offer, received, err);
    xm_offer_clear(&offer);
    return rc;
}

static int answer(struct xm_link *link, const struct xm_receiving *r, const struct xm_hello *hello,
                  struct xm_received *received, xm_error **err)
{
    enum xm_move_decision decision;
    xm_error *why = NULL;

    if (xm_arrive_answer(r->guests, hello->id, hello->uuid, &decision, &why) < 0)
        return tell_failure(link, "failed", received, why, err);
    if (xm_say(link, xm_say_new(decision == XM_MOVE_COMMITTED ? "committed" : "aborted"), err) < 0)
        return -1;
    end(link, r, hello);
    return 0;
}

int xm_session_receive(struct xm_link *link, const struct xm_receiving *r, struct xm_received *ret_received, xm_error **err)
{
    XM_AUTO(xm_json) *message = NULL;
    struct xm_hello hello;
    xm_error *why = NULL;
    int rc;

    *ret_received = (struct xm_received){ .told = false };
    if (greet(link, r, err) < 0)
        return -1;
    if (xm_session_answer(link, r->guests, &message, &why) < 0)
        return tell_failure(link, "abort", ret_received, why, err);
    if (message == NULL)
        return 0;               /* only questions were asked */
    if (xm_hello_read(message, &hello, &why) < 0)
        return tell_failure(link, "abort", ret_received, why, err);
    rc = hello.what == XM_HELLO_MOVE ? hear_offer(link, r, &hello, ret_received, err)
                                     : answer(link, r, &hello, ret_received, err);
    xm_hello_clear(&hello);
    return rc;
}
