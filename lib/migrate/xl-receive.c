/* The receiver of stock xl's protocol. From the sender's last word on its own exit status says nothing: how
 * it ended is in its report. */
#include "migrate/xl.h"

#include <string.h>

#include "guest/savefile.h"
#include "migrate/stall.h"
#include "migrate/trailer.h"
#include "registry/uuid.h"

#define STREAM "<incoming migration stream>"

/* What stock xl reports: libxl's numbers, without their sign. */
enum { STATUS_OK = 0, STATUS_FAIL = 3, STATUS_TAKEN = 6, STATUS_NO_GO = 0xff };

struct received {
    char *config;
    struct xm_trailer trailer;
    bool ours;                  /* there was a trailer */
};

static void clear(struct received *got)
{
    free(got->config);
    xm_trailer_clear(&got->trailer);
}

static int read_config(const struct xm_receiving *r, const char *head, const char *data, size_t len, struct received *got,
                       xm_error **err)
{
    size_t more;
    bool json;

    xl_tell(&r->teller, "Loading new save file " STREAM " (new xl fmt info 0x3/0x0/%zu)", len);
    if (xm_savefile_parse_data(head, data, STREAM, &got->config, &json, &more, err) < 0)
        return -1;
    if (!json)
        return xm_fail(err, XM_UNSUPPORTED, STREAM ": its configuration is text, as of before Xen 4.5");
    xl_tell(&r->teller, " Savefile contains xl domain config in JSON format");
    xl_tell(&r->teller, "Parsing config from <saved>");
    return xm_trailer_parse(data + more, len - more, &got->trailer, &got->ours, err);
}

static int read_head(struct xm_link *link, const struct xm_receiving *r, struct received *got, xm_error **err)
{
    xm_autofree char *data = NULL;
    char head[XM_SAVEFILE_HEAD];
    size_t len;

    if (xm_link_read(link, head, sizeof(head), STREAM, err) < 0
        || xm_savefile_check_head(head, sizeof(head), STREAM, &len, err) < 0)
        return -1;
    data = xm_alloc0(len, 1);
    if (xm_link_read(link, data, len, STREAM, err) < 0)
        return -1;
    return read_config(r, head, data, len, got, err);
}

static int begin(const struct xm_receiving *r, const struct received *got, xm_arrive **ret_arrive, xm_error **err)
{
    struct xm_arrival arrival = {
        .kind = XM_MOVE_LIVE, .peer = r->peer, .stock = !got->ours, .paused = r->paused, .config = got->config,
        .document = got->trailer.document, .state = got->trailer.state,
    };
    char id[37];

    xm_uuid_new(id);
    arrival.id = got->ours ? got->trailer.id : id;
    return xm_arrive_begin(r->guests, &arrival, r->how, ret_arrive, err);
}

static int take_domain(struct xm_link *link, const struct xm_receiving *r, xm_arrive **ret_arrive, xm_error **err)
{
    struct received got = { .config = NULL };
    uint32_t domid;
    int rc = -1;

    if (read_head(link, r, &got, err) == 0 && begin(r, &got, ret_arrive, err) == 0)
        rc = stall_take(link, r->guests, *ret_arrive, XM_MOVE_LIVE, &domid, err);
    clear(&got);
    return rc;
}

static void report(struct xm_link *link, unsigned char status)
{
    char text[sizeof(XL_REPORT) + 1];

    memcpy(text, XL_REPORT, sizeof(XL_REPORT));
    text[sizeof(XL_REPORT)] = (char)status;
    (void)xm_link_write(link, text, sizeof(text), "report", NULL);      /* a sender that is gone asks again */
}

/* Our copy goes, and only then may the sender's go on. */
static int give_back(struct xm_link *link, const struct xm_receiving *r, xm_arrive *arrive, unsigned char status,
                     struct xm_received *received, xm_error *why, xm_error **err)
{
    enum xm_move_decision decision = XM_MOVE_ABORTED;
    xm_error *left = NULL;
    bool gone;

    xl_tell_error(&r->teller, why);
    xl_tell(&r->teller, "migration target: Failure, destroying our copy.");
    gone = xm_arrive_abort(arrive, &decision, &left) == 0;
    received->here = decision == XM_MOVE_COMMITTED;
    if (received->here) {
        report(link, STATUS_OK);
        xm_error_free(why);
        return 0;
    }
    report(link, status);
    if (gone) {
        xl_tell(&r->teller, "migration target: Cleanup OK, granting sender permission to resume.");
        (void)xm_link_write(link, XL_GO, sizeof(XL_GO), "permission to resume", NULL);      /* likewise */
    } else {
        xl_tell_error(&r->teller, left);
    }
    xm_error_free(left);
    return xm_error_pass(err, why);
}

static int take_over(struct xm_link *link, const struct xm_receiving *r, xm_arrive *arrive, struct xm_received *received,
                     xm_error **err)
{
    xm_error *why = NULL;

    xl_tell(&r->teller, "migration target: Transfer complete, requesting permission to start domain.");
    if (xm_link_write(link, XL_READY, sizeof(XL_READY), "ready message", &why) < 0
        || xl_expect(link, XL_GO, sizeof(XL_GO), "permission to start domain", &why) < 0)
        return give_back(link, r, arrive, STATUS_NO_GO, received, why, err);
    xl_tell(&r->teller, "migration target: Got permission, starting domain.");
    received->agreed = true;
    if (xm_arrive_commit(arrive, &why) < 0)
        return give_back(link, r, arrive, why->code == XM_STATE || why->code == XM_EXISTS ? STATUS_TAKEN : STATUS_FAIL,
                         received, why, err);
    received->here = true;
    xl_tell(&r->teller, "migration target: Domain started successsfully.");
    report(link, STATUS_OK);
    return 0;
}

int xm_xl_receive(struct xm_link *link, const struct xm_receiving *r, struct xm_received *ret_received, xm_error **err)
{
    XM_AUTO(xm_arrive) *arrive = NULL;

    *ret_received = (struct xm_received){ .told = r->teller.tell != NULL };
    xl_tell(&r->teller, "migration target: Ready to receive domain.");
    if (xm_link_write(link, XL_BANNER, XL_BANNER_LEN, "banner", err) < 0) {
        ret_received->told = false;
        return -1;
    }
    if (take_domain(link, r, &arrive, err) < 0) {
        xl_tell_error(&r->teller, *err);
        xl_tell(&r->teller, "migration target: Domain creation failed (code -3).");
        return -1;
    }
    return take_over(link, r, arrive, ret_received, err);
}
