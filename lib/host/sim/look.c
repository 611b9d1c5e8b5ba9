/* What the simulated machine has for guests, and who holds it. */
#include "host/sim/sim.h"

#include <string.h>

char *sim_real_path(const struct sim_state *state, const char *path)
{
    return *state->settings.root ? xm_printf("%s/%s", state->settings.root, path) : xm_strdup(path);
}

const char *sim_base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool sim_is_sharing_script(const char *path)
{
    return path != NULL && strcmp(path, XM_HOST_SHARING_SCRIPT) == 0;
}

bool sim_words_have(char *const *words, const char *word)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

bool sim_same_file(const struct xm_host_file *a, const struct xm_host_file *b)
{
    return a->dev == b->dev && a->ino == b->ino;
}

/* "PATH" or "PATH ro" */
static char mounted(const struct sim_state *state, const struct xm_host_file *file)
{
    for (char **line = state->settings.mounts; *line != NULL; line++) {
        xm_autofree char *path = xm_strndup(*line, strcspn(*line, " "));
        xm_autofree char *real = sim_real_path(state, path);
        struct xm_host_file at;

        if (xm_host_file_look(real, path, false, &at, NULL) == 0 && sim_same_file(file, &at))
            return strcmp(*line + strlen(path), " ro") == 0 ? 'r' : 'w';
    }
    return 0;
}

int sim_look(const struct sim_state *state, const char *path, const char *what, bool inside, struct xm_host_file *ret,
             xm_error **err)
{
    xm_autofree char *real = sim_real_path(state, path);
    xm_autofree char *named = xm_printf("%s%s%s", what ? what : "", what ? " " : "", path);

    if (xm_host_file_look(real, named, inside, ret, err) < 0)
        return -1;
    ret->mounted = inside ? mounted(state, ret) : 0;
    return 0;
}

/* --- what there is --- */

static int need_program(const struct sim_state *state, const char *path, const char *what, xm_error **err)
{
    struct xm_host_file file;

    if (sim_look(state, path, what, false, &file, err) < 0)
        return -1;
    return file.executable ? 0 : xm_fail(err, XM_DENIED, "%s %s is not executable", what, path);
}

static int need_word(char *const *words, const char *what, const char *name, xm_error **err)
{
    return sim_words_have(words, name) ? 0 : xm_fail(err, XM_NOT_FOUND, "there is no %s %s", what, name);
}

/* As the script has it: where there is no xenbr0, eth0 will do. */
static int need_bridge(char *const *bridges, const char *name, xm_error **err)
{
    if (strncmp(name, "xenbr", 5) == 0) {
        xm_autofree char *eth = xm_printf("eth%s", name + 5);

        if (sim_words_have(bridges, eth))
            return 0;
    }
    return sim_words_have(bridges, name) ? 0 : xm_fail(err, XM_NOT_FOUND, "could not find bridge device %s", name);
}

static int need_pool(char *const *pools, const char *name, xm_error **err)
{
    for (size_t i = 0; pools[i] != NULL; i++) {
        xm_autofree char *number = xm_printf("%zu", i);

        if (strcmp(pools[i], name) == 0 || strcmp(number, name) == 0)
            return 0;
    }
    return xm_fail(err, XM_NOT_FOUND, "there is no cpu pool %s", name);
}

int sim_have(const struct sim_state *state, enum xm_need need, const char *name, xm_error **err)
{
    const struct sim_settings *s = &state->settings;

    switch (need) {
    case XM_NEED_SCRIPT:
        if (*name == '/' && !sim_is_sharing_script(name))
            return need_program(state, name, "script", err);
        return need_word(s->scripts, "script", sim_base_of(name), err);
    case XM_NEED_KERNEL:
        return sim_look(state, name, "kernel", true, &(struct xm_host_file){ 0 }, err);       /* it boots anything */
    case XM_NEED_BOOTLOADER:
        if (*name == '/' && !sim_words_have(s->bootloaders, sim_base_of(name)))
            return need_program(state, name, "bootloader", err);
        return need_word(s->bootloaders, "bootloader", sim_base_of(name), err);
    case XM_NEED_FIRMWARE:
        return need_word(s->firmware, "firmware", name, err);
    case XM_NEED_EMULATOR:
        return need_word(s->firmware, "device model", name, err);
    case XM_NEED_BRIDGE:
        return need_bridge(s->bridges, name, err);
    case XM_NEED_POOL:
        return need_pool(s->cpupools, name, err);
    }
    return 0;
}

/* "0000:03:00.0" or "0000:03:00.0 pciback" */
void sim_pci_list(const struct sim_state *state, xm_pci_devices *devices)
{
    struct xm_held_pci at;

    for (char **line = state->settings.pci; *line != NULL; line++)
        if (xm_host_pci_parse(*line, &at))
            xm_pci_devices_add(devices, at, strstr(*line, " pciback") != NULL);
    xm_pci_devices_sort(devices);
}

/* --- who holds it --- */

int sim_holders_of(const struct sim_state *state, const xm_conf *conf, xm_holders **ret, xm_error **err)
{
    XM_AUTO(xm_holders) *holders = xm_new0(xm_holders, 1);

    for (size_t i = 0; i < state->count; i++) {
        const struct sim_guest *guest = &state->guests[i];
        XM_AUTO(xm_json) *config = NULL;

        if (xm_json_parse(guest->config, strlen(guest->config), &config, err) < 0)
            return xm_wrap(err, "domain %lld", (long long)guest->domid);
        xm_holder_fill(xm_holders_add(holders, (uint32_t)guest->domid, guest->uuid, guest->name), config,
                       conf->vif_bridge ? conf->vif_bridge : XM_HOST_BRIDGE);
    }
    *ret = XM_TAKE(holders);
    return 0;
}

/* --- the operations --- */

int sim_file(struct xm_host *host, const char *path, bool inside, struct xm_host_file *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "file", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    return sim_look(&state, path, NULL, inside, ret, err);
}

int sim_need(struct xm_host *host, enum xm_need need, const char *name, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "need", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    return sim_have(&state, need, name, err);
}

int sim_holders(struct xm_host *host, xm_holders **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "holders", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    return sim_holders_of(&state, host->conf, ret, err);
}

int sim_pci(struct xm_host *host, xm_pci_devices **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "pci", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    *ret = xm_new0(xm_pci_devices, 1);
    sim_pci_list(&state, *ret);
    return 0;
}

int sim_room(struct xm_host *host, libxl_domain_config *config, struct xm_room *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    xm_json *json;

    if (sim_fault(sim, "room", err) < 0 || sim_config_tree(config, &json, err) < 0)
        return -1;
    if (sim_state_load(sim, &state, err) < 0) {
        xm_json_free(json);
        return -1;
    }
    return sim_request_room(&state, host->conf, json, ret, err);
}
