/* The kernel of a new guest. The simulated machine boots anything, but a packed kernel is kept
 * unpacked all the same, for guests that on Xen would get it so. */
#include "host/kernel/cache.h"

#include <string.h>
#include <unistd.h>

#include "host/sim/sim.h"

static char *real_path(struct sim *sim, const char *kernel)
{
    sim_autostate state = SIM_STATE_INIT;

    return sim_state_load(sim, &state, NULL) < 0 ? NULL : sim_real_path(&state, kernel);
}

void sim_kernel_look(struct sim *sim, const xm_json *config)
{
    const char *kind = xm_json_str(xm_json_get(config, "c_info", "type", NULL));
    const char *kernel = xm_json_str(xm_json_get(config, "b_info", "kernel", NULL));
    const char *shim = xm_json_str(xm_json_get(config, "b_info", "type.pvh", "pvshim", NULL));
    xm_autofree char *path = NULL;
    xm_error *err = NULL;
    int fd;

    if (kernel == NULL || kernel[0] != '/' || xm_json_str(xm_json_get(config, "b_info", "bootloader", NULL)) != NULL
        || (kind != NULL && strcmp(kind, "hvm") == 0) || (shim != NULL && strcmp(shim, "True") == 0))
        return;
    /* A cache that does not work is no reason for a guest not to. */
    if (sim_fault(sim, "create.kernel", &err) < 0) {
        xm_log(sim->host.log, XM_LOG_INFO, "kernel %s is not kept unpacked: %s", kernel, err->msg);
        xm_error_free(err);
        return;
    }
    path = real_path(sim, kernel);
    fd = path ? xm_kernel_open(sim->host.conf, sim->host.log, sim->host.stop, path) : -1;
    if (fd >= 0)
        close(fd);
}
