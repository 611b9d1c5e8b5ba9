/* The sender of stock xl's protocol: banner, head and stream, ready, go, report. */
#include "migrate/xl.h"

#include <string.h>

#include "guest/savefile.h"
#include "migrate/flow.h"
#include "migrate/trailer.h"
#include "registry/uuid.h"

/* libxl's numbers, as stock xl shows them. */
#define RC_FAIL (-3)
#define RC_GUEST_TIMEDOUT (-8)

int xm_xl_meet(struct xm_link *link, xm_error **err)
{
    return xl_expect(link, XL_BANNER, XL_BANNER_LEN, "banner", err);
}

/* What the registry knows goes along where stock xl skips it. */
static void add_trailer(const struct xm_leaving *leaving, const char *id, struct xm_buf *more)
{
    struct xm_trailer trailer = { .document = (char *)leaving->document, .state = (char *)leaving->state,
                                  .managed = leaving->managed };

    if (leaving->document == NULL)
        return;
    memcpy(trailer.id, id, sizeof(trailer.id));
    xm_trailer_format(&trailer, more);
}

static int send_head(struct xm_link *link, const struct xm_sending *s, const struct xm_leaving *leaving, const char *id,
                     xm_error **err)
{
    xm_autobuf head = XM_BUF_INIT, more = XM_BUF_INIT;

    add_trailer(leaving, id, &more);
    /* A definition too large to go along stays: the guest matters more. */
    if (more.len > XM_SAVEFILE_MORE_MAX)
        xm_buf_clear(&more);
    if (xm_savefile_format_head(leaving->config, more.data, more.len, &head, err) < 0)
        return -1;
    xl_tell(&s->teller, "Saving to migration stream new xl format (info 0x3/0x0/%zu)", head.len - XM_SAVEFILE_HEAD);
    return xm_link_write(link, head.data, head.len, "migration stream", err);
}

/* Back, as far as possible; why it failed is told already, or by the caller. */
static int resume(const struct xm_sending *s, xm_leave *leave)
{
    xm_error *why = NULL;

    if (xm_leave_abort(leave, &why) == 0)
        return 0;
    xl_tell_error(&s->teller, why);
    xm_error_free(why);
    return -1;
}

static int send_stream(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, const char *id, xm_error **err)
{
    bool asleep, given_up = false;
    xm_error *why = NULL;

    if (send_head(link, s, xm_leave_what(leave), id, &why) == 0 && xm_flow_send(link, s, leave, &given_up, &why) == 0)
        return 0;
    asleep = why->code == XM_TIMEOUT && !given_up;
    xl_tell_error(&s->teller, why);
    xl_tell(&s->teller, "migration sender: libxl_domain_suspend failed (rc=%d)", asleep ? RC_GUEST_TIMEDOUT : RC_FAIL);
    xl_tell(&s->teller, asleep ? "Migration failed, failed to suspend at sender." : "Migration failed, resuming at sender.");
    (void)resume(s, leave);     /* told; mending tries again */
    return xm_error_pass(err, why);
}

/* Until the other side has all, and this one has let go. */
static int await_ready(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, xm_error **err)
{
    unsigned limit = link->limit_ms;
    xm_error *why = NULL;
    int rc;

    link->limit_ms = limit > XL_BUILD_MS ? limit : XL_BUILD_MS;
    rc = xl_expect(link, XL_READY, sizeof(XL_READY), "ready message", &why);
    link->limit_ms = limit;
    if (rc == 0)
        xl_tell(&s->teller, "migration sender: Target has acknowledged transfer.");
    if (rc == 0 && xm_leave_ask(leave, &why) == 0)
        return 0;
    xl_tell_error(&s->teller, why);
    xl_tell(&s->teller, "Migration failed, resuming at sender.");
    (void)resume(s, leave);     /* told; mending tries again */
    return xm_error_pass(err, why);
}

/* Nobody here knows: only what the other host says counts now. */
static int fail_doubt(const struct xm_sending *s, struct xm_sent *sent, xm_error *why, xm_error **err)
{
    sent->doubt = true;
    xl_tell_error(&s->teller, why);
    xl_tell(&s->teller, "** Migration failed during final handshake **");
    xl_tell(&s->teller, "Nothing has been resumed here: look on %s whether %s runs there, and see xm migrate --recover.",
            s->peer.host, s->guest->name ? s->guest->name : s->guest->uuid);
    xm_error_pass(err, why);
    return xm_wrap(err, "nobody here knows whether it runs there by now");
}

/* It said that it could not; once it has let go, ours goes on. */
static int go_back(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, unsigned char status,
                   struct xm_sent *sent, xm_error **err)
{
    xm_error *why = NULL;

    xl_tell(&s->teller, "migration sender: Target reports startup failure (status code %d).", status);
    if (xl_expect(link, XL_GO, sizeof(XL_GO), "permission for sender to resume", &why) < 0)
        return fail_doubt(s, sent, why, err);
    xl_tell(&s->teller, "migration sender: Trying to resume at our end.");
    if (resume(s, leave) == 0)
        xl_tell(&s->teller, "migration sender: Resumed OK.");
    xl_tell(&s->teller, "Migration failed due to problems at target.");
    return xm_fail(err, XM_HOST, "%s could not start it (status %d)%s", s->peer.host, status,
                   status == 6 ? ": its name is taken there" : "");
}

static int give(struct xm_link *link, const struct xm_sending *s, xm_leave *leave, struct xm_sent *sent, xm_error **err)
{
    unsigned char status;
    xm_error *why = NULL;

    link->stop = NULL;          /* the point of no return: Ctrl-C ends nothing any more */
    xl_tell(&s->teller, "migration sender: Giving target permission to start.");
    if (xm_link_write(link, XL_GO, sizeof(XL_GO), "permission for the target to start", &why) < 0
        || xl_expect(link, XL_REPORT, sizeof(XL_REPORT), "success/failure report message", &why) < 0
        || xm_link_read(link, &status, 1, "success/failure status from migration receiver stream", &why) < 0)
        return fail_doubt(s, sent, why, err);
    if (status != 0)
        return go_back(link, s, leave, status, sent, err);
    xl_tell(&s->teller, "migration sender: Target reports successful startup.");
    if (xm_leave_done(leave, err) < 0) {
        xl_tell_error(&s->teller, *err);
        return xm_wrap(err, "it runs on %s by now", s->peer.host);
    }
    xl_tell(&s->teller, "Migration successful.");
    return 0;
}

int xm_xl_send(struct xm_link *link, const struct xm_sending *s, struct xm_sent *ret_sent, xm_error **err)
{
    struct xm_leave_how how = { .peer = s->peer, .stock = true, .keep = s->keep, .config_json = s->config_json };
    XM_AUTO(xm_leave) *leave = NULL;
    char id[37];

    *ret_sent = (struct xm_sent){ .told = false };
    xm_uuid_new(id);
    how.id = id;
    if (xm_leave_begin(s->guests, s->guest, &how, &leave, err) < 0)
        return -1;
    ret_sent->told = s->teller.tell != NULL;
    if (xm_leave_what(leave)->kind != XM_MOVE_LIVE) {
        ret_sent->told = false;
        return xm_fail(err, XM_UNSUPPORTED, "%s has no xm, and stock xl takes no guest that is not running", s->peer.host);
    }
    if (send_stream(link, s, leave, id, err) < 0 || await_ready(link, s, leave, err) < 0)
        return -1;
    return give(link, s, leave, ret_sent, err);
}
