/* The source's half of either protocol, whatever the target answers: the guest goes on here, or is gone, or is in
 * doubt and still, and that is what the caller is told. An input whose first byte is odd is for stock xl's. */
#include <stdlib.h>

#include "fuzz.h"
#include "migrate/migrate.h"
#include "side.h"

static bool runs(struct side *side)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *web;

    if (xm_guest_list_load(&side->guests, XM_WANT_NAME, &list, NULL) < 0)
        abort();
    web = xm_guest_pick(list, XM_DIALECT_XM, "web", NULL);
    return web != NULL && web->domid != XM_DOMID_NONE && !web->domain.shutdown && !web->domain.paused && web->doubt == NULL
        && web->state.phase == XM_PHASE_RUNNING && !xm_move_has(side->guests.reg, SIDE_WEB);
}

static void check(struct side *side, int rc, const struct xm_sent *sent)
{
    if (rc == 0 ? !side_is_empty(side) : sent->doubt == runs(side))
        abort();
    if (sent->doubt && xm_guest_check_doubt(&side->guests, SIDE_WEB, "web", NULL) == 0)
        abort();
    if (rc == 0 || sent->doubt)
        side_reset(side);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct side *side = side_open();
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_sending sending = {
        .guests = &side->guests, .guest = side_web(side, &list), .live = size > 1 && data[0] & 2,
        .peer = { .how = (char *)"ssh", .host = (char *)"there" },
    };
    struct xm_sent sent = { .doubt = false };
    struct xm_link link = XM_LINK_INIT;
    struct peer peer = { .stays = false };
    bool is_xm;
    int rc = -1;

    if (size < 1)
        return 0;
    peer_begin(&peer, data + 1, size - 1, &link);
    if (data[0] & 1)
        rc = xm_xl_meet(&link, NULL) < 0 ? -1 : xm_xl_send(&link, &sending, &sent, NULL);
    else if (xm_link_meet(&link, &is_xm, NULL) == 0)
        rc = is_xm ? xm_session_send(&link, &sending, &sent, NULL) : xm_xl_send(&link, &sending, &sent, NULL);
    xm_link_drop(&link);
    peer_end(&peer);
    check(side, rc, &sent);
    return 0;
}
