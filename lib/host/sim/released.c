/* What a guest leaves behind for a while: the backends and the device model of a simulated guest
 * are a file run/left.UUID.DOMID with the time at which they will have gone. */
#include "host/sim/sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define LOOK_MS 20

static char *left_path(const struct sim *sim, const char *uuid, int64_t domid)
{
    return xm_printf("%s/run/left.%s.%lld", sim->dir, uuid, (long long)domid);
}

int sim_leave(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    xm_autofree char *path = NULL, *text = NULL;

    if (guest->does.release_ms == 0)
        return 0;
    path = left_path(state->sim, guest->uuid, guest->domid);
    text = xm_printf("%lld\n", (long long)(state->now + guest->does.release_ms));
    return sim_file_replace(path, text, strlen(text), err);
}

/* *ret_left is what is left, NULL if nothing is. */
static int look(struct sim *sim, uint32_t domid, const char *uuid, const char **ret_left, xm_error **err)
{
    xm_autofree char *path = left_path(sim, uuid, domid), *text = NULL;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    *ret_left = NULL;
    if (sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, NULL);
    if (guest != NULL) {
        *ret_left = strcmp(guest->uuid, uuid) == 0 ? "the domain itself" : NULL;
        return 0;
    }
    if (access(path, F_OK) < 0)
        return 0;
    if (xm_file_read(path, 64, &text, NULL, err) < 0)
        return -1;
    if (atoll(text) > state.now)
        *ret_left = "its backends";
    else
        (void)unlink(path);     /* another waiter may have done so */
    return 0;
}

int sim_released(struct xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    int64_t waited = 0;
    const char *left;

    if (sim_fault(sim, "released", err) < 0)
        return -1;
    for (;; waited += LOOK_MS) {
        if (look(sim, domid, uuid, &left, err) < 0)
            return -1;
        if (left == NULL)
            return 0;
        if (sim_stopped(sim, err) < 0)
            return -1;
        if (waited >= ms)
            return xm_fail(err, XM_TIMEOUT, "of domain %u there is still left: %s", domid, left);
        if (sim_wait(sim, LOOK_MS, err) < 0)
            return -1;
    }
}
