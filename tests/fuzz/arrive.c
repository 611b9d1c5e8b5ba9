/* The target's half of the session, whoever is at the other end: unless the guest came, nothing of it is there. */
#include <stdlib.h>

#include "fuzz.h"
#include "migrate/migrate.h"
#include "side.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct side *side = side_open();
    const struct xm_receiving receiving = { .guests = &side->guests, .peer = { .how = (char *)"stdin" }, .version = "1" };
    struct xm_link link = XM_LINK_INIT;
    struct xm_received received;
    xm_error *err = NULL;
    struct peer peer = { .stays = false };
    int rc;

    peer_begin(&peer, data, size, &link);
    rc = xm_session_receive(&link, &receiving, &received, &err);
    xm_link_drop(&link);
    peer_end(&peer);
    if ((rc < 0) != (err != NULL) || received.here == side_is_empty(side))
        abort();
    xm_error_free(err);
    if (received.here)
        side_reset(side);
    return 0;
}
