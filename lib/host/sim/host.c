/* The simulated host behind the door: its table of operations. */
#include "host/sim/sim.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static void sim_close(struct xm_host *host)
{
    struct sim *sim = (struct sim *)host;

    sim_watch_free(sim->watch);
    free(sim->dir);
    free(sim);
}

static int sim_open(const xm_conf *conf, const char *rest, const struct xm_log *log, struct xm_host **ret, xm_error **err)
{
    char here[PATH_MAX];
    struct sim *sim;

    (void)conf;
    (void)log;
    if (*rest == '\0')
        return xm_fail(err, XM_INVALID, "a simulated host needs a directory: sim:DIR");
    if (strlen(rest) > PATH_MAX - 64)
        return xm_fail(err, XM_INVALID, "the simulated host's directory has too long a name");
    sim = xm_new0(struct sim, 1);
    /* Whole, since the program may change its directory, and a console's guest does. */
    sim->dir = *rest == '/' ? xm_printf("%s/sim", rest) : xm_printf("%s/%s/sim", getcwd(here, sizeof(here)) ? here : ".", rest);
    if (sim_store_open(sim, err) < 0) {
        sim_close(&sim->host);
        return xm_wrap(err, "simulated host %s", rest);
    }
    *ret = &sim->host;
    return 0;
}

const struct xm_host_ops xm_host_sim_ops = {
    .scheme = "sim", .open = sim_open, .close = sim_close,
    .list = sim_list, .get = sim_get, .find = sim_find,
    .vcpus = sim_vcpus, .vcpu_pin = sim_vcpu_pin,
    .set_memory = sim_set_memory, .set_max_memory = sim_set_max_memory,
    .set_vcpus = sim_set_vcpus, .share = sim_share, .set_share = sim_set_share, .pools = sim_pools, .tune_pool = sim_tune_pool,
    .info = sim_info, .dmesg = sim_dmesg, .debug_keys = sim_debug_keys,
    .create = sim_create, .create_json = sim_create_json, .restore = sim_restore, .save = sim_save, .send = sim_send, .stream_check = sim_stream_check, .resume = sim_resume,
    .config_json = sim_config_json, .configs = sim_configs, .pause = sim_pause, .unpause = sim_unpause,
    .shutdown = sim_shutdown, .destroy = sim_destroy, .released = sim_released, .rename = sim_rename, .sysrq = sim_sysrq,
    .preserve = sim_preserve, .soft_reset = sim_soft_reset, .model_lost = sim_model_lost,
    .dump_core = sim_dump_core, .console = sim_console, .vnc = sim_vnc,
    .hvm_watch = sim_hvm_watch,
    .devices = sim_devices, .attach = sim_attach, .detach = sim_detach, .cd_change = sim_cd_change,
    .file = sim_file, .need = sim_need, .holders = sim_holders, .pci = sim_pci, .room = sim_room,
    .storage = sim_storage, .nonce = sim_nonce, .space = sim_space, .free = sim_free, .machine = sim_machine, .promise = sim_promise,
    .dirty_rate = sim_dirty_rate,
    .leftovers = sim_leftovers, .leftover_remove = sim_leftover_remove,
    .events_open = sim_events_open, .event_next = sim_event_next,
};
