#include "host/host.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "host/ops.h"

static const struct xm_host_ops *const kinds[] = { &xm_host_xen_ops, &xm_host_sim_ops };

int xm_host_open(const xm_conf *conf, const struct xm_log *log, xm_host **ret_host, xm_error **err)
{
    const char *colon = strchr(conf->host, ':');
    size_t len = colon ? (size_t)(colon - conf->host) : strlen(conf->host);

    for (size_t i = 0; i < XM_COUNT(kinds); i++) {
        xm_host *host;

        if (strlen(kinds[i]->scheme) != len || strncmp(kinds[i]->scheme, conf->host, len) != 0)
            continue;
        if (kinds[i]->open(conf, colon ? colon + 1 : "", log, &host, err) < 0)
            return -1;
        host->ops = kinds[i];
        host->conf = conf;
        host->log = log;
        host->stop = &host->never;
        *ret_host = host;
        return 0;
    }
    return xm_fail(err, XM_INVALID, "unknown host '%s' (xen, or sim:DIR for a simulated one)", conf->host);
}

void xm_host_close(xm_host *host)
{
    if (host != NULL)
        host->ops->close(host);
}

const xm_conf *xm_host_conf(const xm_host *host)
{
    return host->conf;
}

void xm_host_set_stop(xm_host *host, const volatile int *stop)
{
    host->stop = stop ? stop : &host->never;
}

void xm_domains_free(xm_domains *domains)
{
    if (domains == NULL)
        return;
    for (size_t i = 0; i < domains->count; i++) {
        free(domains->items[i].name);
        free(domains->items[i].label);
    }
    free(domains->items);
    free(domains);
}

void xm_vcpus_free(xm_vcpus *vcpus)
{
    if (vcpus != NULL)
        free(vcpus->items);
    free(vcpus);
}

void xm_host_info_free(xm_host_info *info)
{
    if (info == NULL)
        return;
    free(info->hostname);
    free(info->release);
    free(info->kernel_version);
    free(info->machine);
    free(info->virt_caps);
    free(info->xen_extra);
    free(info->xen_caps);
    free(info->xen_scheduler);
    free(info->platform_params);
    free(info->xen_changeset);
    free(info->xen_commandline);
    free(info->cc_compiler);
    free(info->cc_compile_by);
    free(info->cc_compile_domain);
    free(info->cc_compile_date);
    free(info->build_id);
    for (size_t i = 0; info->nodes != NULL && i < info->nr_nodes; i++)
        free(info->nodes[i].distances);
    free(info->nodes);
    free(info->cpus);
    free(info->devices);
    free(info);
}

int xm_host_list(xm_host *host, unsigned want, xm_domains **ret_domains, xm_error **err)
{
    return host->ops->list(host, want, ret_domains, err);
}

int xm_host_get(xm_host *host, uint32_t domid, unsigned want, xm_domains **ret_domains, xm_error **err)
{
    return host->ops->get(host, domid, want, ret_domains, err);
}

int xm_host_find(xm_host *host, const char *name, uint32_t *ret_domid, xm_error **err)
{
    return host->ops->find(host, name, ret_domid, err);
}

int xm_host_vcpus(xm_host *host, uint32_t domid, xm_vcpus **ret_vcpus, xm_error **err)
{
    return host->ops->vcpus(host, domid, ret_vcpus, err);
}

int xm_host_vcpu_pin(xm_host *host, uint32_t domid, unsigned vcpu, const struct xm_cpuset *hard,
                     const struct xm_cpuset *soft, bool force, xm_error **err)
{
    return host->ops->vcpu_pin(host, domid, vcpu, hard, soft, force, err);
}

int xm_host_set_memory(xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err)
{
    return host->ops->set_memory(host, domid, kib, room, err);
}

int xm_host_set_max_memory(xm_host *host, uint32_t domid, uint64_t kib, xm_error **err)
{
    return host->ops->set_max_memory(host, domid, kib, err);
}

int xm_host_set_vcpus(xm_host *host, uint32_t domid, unsigned count, xm_error **err)
{
    return host->ops->set_vcpus(host, domid, count, err);
}

int xm_host_share(xm_host *host, uint32_t domid, struct xm_share *ret_share, xm_error **err)
{
    return host->ops->share(host, domid, ret_share, err);
}

int xm_host_set_share(xm_host *host, uint32_t domid, const struct xm_share *share, xm_error **err)
{
    return host->ops->set_share(host, domid, share, err);
}

int xm_host_pools(xm_host *host, xm_pools **ret_pools, xm_error **err)
{
    return host->ops->pools(host, ret_pools, err);
}

int xm_host_tune_pool(xm_host *host, const struct xm_pool *pool, xm_error **err)
{
    return host->ops->tune_pool(host, pool, err);
}

int xm_host_info_get(xm_host *host, bool topology, xm_host_info **ret_info, xm_error **err)
{
    return host->ops->info(host, topology, ret_info, err);
}

int xm_host_dmesg(xm_host *host, bool clear, char **ret_text, xm_error **err)
{
    return host->ops->dmesg(host, clear, ret_text, err);
}

int xm_host_debug_keys(xm_host *host, const char *keys, xm_error **err)
{
    return host->ops->debug_keys(host, keys, err);
}

int xm_host_create(xm_host *host, void *config, const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    return host->ops->create(host, config, build, ret_domid, err);
}

int xm_host_create_json(xm_host *host, const char *config_json, const struct xm_build *build,
                        uint32_t *ret_domid, xm_error **err)
{
    return host->ops->create_json(host, config_json, build, ret_domid, err);
}

int xm_host_restore(xm_host *host, const char *config_json, void *config, const char *name, int fd,
                    const struct xm_build *build, uint32_t *ret_domid, xm_error **err)
{
    return host->ops->restore(host, config_json, config, name, fd, build, ret_domid, err);
}

/* A reader that has gone is an error of write()'s, and no reason to die. */
struct pipe_guard { sigset_t before; bool pending; };

static sigset_t sigpipe(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

static void pipe_hold(struct pipe_guard *ret)
{
    sigset_t set = sigpipe(), pending;

    sigpending(&pending);
    ret->pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &set, &ret->before);
}

static void pipe_release(const struct pipe_guard *guard)
{
    const struct timespec at_once = { 0 };
    sigset_t set = sigpipe();

    /* What came meanwhile was ours; one that the caller held before stays his. */
    if (!guard->pending)
        (void)sigtimedwait(&set, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

int xm_host_save(xm_host *host, uint32_t domid, int fd, const struct xm_watch *watch, xm_error **err)
{
    struct pipe_guard guard;
    int rc;

    pipe_hold(&guard);
    rc = host->ops->save(host, domid, fd, watch, err);
    pipe_release(&guard);
    return rc;
}

int xm_host_send(xm_host *host, uint32_t domid, int fd, const struct xm_send *send, xm_error **err)
{
    struct pipe_guard guard;
    int rc;

    pipe_hold(&guard);
    rc = host->ops->send(host, domid, fd, send, err);
    pipe_release(&guard);
    return rc;
}

int xm_host_stream_check(const xm_host *host, const struct xm_bytes *from, xm_error **err)
{
    return host->ops->stream_check(from, err);
}

int xm_host_resume(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->resume(host, domid, err);
}

int xm_host_config_json(xm_host *host, uint32_t domid, char **ret_json, xm_error **err)
{
    return host->ops->config_json(host, domid, ret_json, err);
}

int xm_host_configs_get(xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret_configs, xm_error **err)
{
    return host->ops->configs(host, domids, count, ret_configs, err);
}

xm_host_configs *xm_host_configs_new(size_t count)
{
    xm_host_configs *configs = xm_new0(xm_host_configs, 1);

    configs->items = xm_new0(struct xm_host_config, count);
    configs->count = count;
    return configs;
}

void xm_host_configs_free(xm_host_configs *configs)
{
    if (configs == NULL)
        return;
    for (size_t i = 0; i < configs->count; i++) {
        xm_json_free(configs->items[i].json);
        xm_error_free(configs->items[i].err);
    }
    free(configs->items);
    free(configs);
}

int xm_host_pause(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->pause(host, domid, err);
}

int xm_host_unpause(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->unpause(host, domid, err);
}

int xm_host_shutdown(xm_host *host, uint32_t domid, enum xm_request request, unsigned ack_seconds,
                     bool acpi, bool force, xm_error **err)
{
    return host->ops->shutdown(host, domid, request, ack_seconds, acpi, force, err);
}

int xm_host_destroy(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->destroy(host, domid, err);
}

int xm_host_released(xm_host *host, uint32_t domid, const char *uuid, unsigned ms, xm_error **err)
{
    return host->ops->released(host, domid, uuid, ms, err);
}

int xm_host_rename(xm_host *host, uint32_t domid, const char *name, xm_error **err)
{
    return host->ops->rename(host, domid, name, err);
}

int xm_host_sysrq(xm_host *host, uint32_t domid, char letter, xm_error **err)
{
    return host->ops->sysrq(host, domid, letter, err);
}

int xm_host_preserve(xm_host *host, uint32_t domid, const char *name, const char *uuid, xm_error **err)
{
    return host->ops->preserve(host, domid, name, uuid, err);
}

int xm_host_soft_reset(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->soft_reset(host, domid, err);
}

int xm_host_model_lost(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->model_lost(host, domid, err);
}

int xm_host_dump_core(xm_host *host, uint32_t domid, const char *path, const struct xm_dump *dump, xm_error **err)
{
    struct stat st;

    /* A core is written beside and renamed, which would put it in the place of a device. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return xm_fail(err, XM_INVALID, "%s: is not a plain file", path);
    return host->ops->dump_core(host, domid, path, dump, err);
}

int xm_host_console(xm_host *host, uint32_t domid, enum xm_console_type type, unsigned num,
                    struct xm_console *ret_console, xm_error **err)
{
    return host->ops->console(host, domid, type, num, ret_console, err);
}

void xm_vnc_free(xm_vnc *vnc)
{
    if (vnc == NULL)
        return;
    free(vnc->address);
    free(vnc->password);
    free(vnc);
}

int xm_host_vnc(xm_host *host, uint32_t domid, xm_vnc **ret_vnc, xm_error **err)
{
    return host->ops->vnc(host, domid, ret_vnc, err);
}

int xm_host_events_open(xm_host *host, int *ret_fd, xm_error **err)
{
    return host->ops->events_open(host, ret_fd, err);
}

int xm_host_event_next(xm_host *host, struct xm_event *ret_event, xm_error **err)
{
    return host->ops->event_next(host, ret_event, err);
}

int xm_host_file(xm_host *host, const char *path, bool inside, struct xm_host_file *ret_file, xm_error **err)
{
    return host->ops->file(host, path, inside, ret_file, err);
}

int xm_host_need(xm_host *host, enum xm_need need, const char *name, xm_error **err)
{
    return host->ops->need(host, need, name, err);
}

int xm_host_holders(xm_host *host, xm_holders **ret_holders, xm_error **err)
{
    return host->ops->holders(host, ret_holders, err);
}

int xm_host_pci(xm_host *host, xm_pci_devices **ret_devices, xm_error **err)
{
    return host->ops->pci(host, ret_devices, err);
}

int xm_host_room(xm_host *host, void *config, struct xm_room *ret_room, xm_error **err)
{
    return host->ops->room(host, config, ret_room, err);
}

int xm_host_devices(xm_host *host, uint32_t domid, enum xm_device_kind kind, xm_devices **ret_devices, xm_error **err)
{
    return host->ops->devices(host, domid, kind, ret_devices, err);
}

int xm_host_attach(xm_host *host, uint32_t domid, enum xm_device_kind kind, void *device, int *ret_devid, xm_error **err)
{
    return host->ops->attach(host, domid, kind, device, ret_devid, err);
}

int xm_host_detach(xm_host *host, uint32_t domid, enum xm_device_kind kind, int devid, bool force, xm_error **err)
{
    return host->ops->detach(host, domid, kind, devid, force, err);
}

int xm_host_cd_change(xm_host *host, uint32_t domid, void *disk, xm_error **err)
{
    return host->ops->cd_change(host, domid, disk, err);
}

int xm_host_hvm_watch(xm_host *host, uint32_t domid, xm_error **err)
{
    return host->ops->hvm_watch(host, domid, err);
}
