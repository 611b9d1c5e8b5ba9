/* What the simulated machine tells of itself and its storage, to be compared with another. */
#include "host/sim/sim.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/machine.h"

/* --- storage --- */

/* "wwn=naa.5" */
static bool set_mark(xm_storage *storage, const char *word)
{
    for (enum xm_mark mark = 0; mark < XM_MARK_COUNT; mark++) {
        const char *name = xm_mark_name(mark);
        size_t len = strlen(name);

        if (strncmp(word, name, len) != 0 || word[len] != '=')
            continue;
        free(storage->marks[mark]);
        storage->marks[mark] = xm_strdup(word + len + 1);
        return true;
    }
    return false;
}

static int set_word(xm_storage *storage, const char *word, const char *line, xm_error **err)
{
    if (strcmp(word, "block") == 0)
        storage->type = XM_FILE_BLOCK;
    else if (strcmp(word, "ro") == 0)
        storage->writable = false;
    else if (strncmp(word, "size=", 5) == 0)
        storage->size = strtoull(word + 5, NULL, 10);
    else if (!set_mark(storage, word))
        return xm_fail(err, XM_INVALID, "host.json: \"storage\": %s: what is %s", line, word);
    return 0;
}

/* The line for path replaces all marks that the real file has. */
static int overrule(const struct sim_state *state, const char *path, xm_storage *storage, xm_error **err)
{
    for (char **line = state->settings.storage; *line != NULL; line++) {
        char **words;
        int rc = 0;

        if (strncmp(*line, path, strlen(path)) != 0 || ((*line)[strlen(path)] != ' ' && (*line)[strlen(path)] != '\0'))
            continue;
        for (enum xm_mark mark = 0; mark < XM_MARK_COUNT; mark++) {
            free(storage->marks[mark]);
            storage->marks[mark] = NULL;
        }
        words = sim_words_new(*line + strlen(path));
        for (size_t i = 0; rc == 0 && words[i] != NULL; i++)
            rc = set_word(storage, words[i], *line, err);
        sim_words_free(words);
        return rc;
    }
    return 0;
}

int sim_storage(struct xm_host *host, const char *path, bool sample, xm_storage **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    XM_AUTO(xm_storage) *storage = NULL;
    xm_autofree char *real = NULL;

    if (sim_fault(sim, "storage", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    real = sim_real_path(&state, path);
    if (xm_storage_look("", real, path, sample, &storage, err) < 0 || overrule(&state, path, storage, err) < 0)
        return -1;
    *ret = XM_TAKE(storage);
    return 0;
}

int sim_nonce(struct xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    xm_autofree char *real = NULL;

    if (sim_fault(sim, "nonce", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    real = sim_real_path(&state, path);
    return xm_nonce_at(real, word, what, err);
}

int sim_space(struct xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "space", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    if (state.settings.disk_free_mib < 0)
        return xm_space_at(path, ret_kib, err);
    *ret_kib = (uint64_t)state.settings.disk_free_mib * 1024;
    return 0;
}

int sim_free(struct xm_host *host, struct xm_room *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;

    if (sim_fault(sim, "free", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    sim_room_for(&state, host->conf, &(struct sim_guest){ 0 }, ret);
    return 0;
}

/* --- the machine --- */

/* By the words of Xen's feature set: a plausible processor of each maker, as guests can have it. */
static const uint32_t intel_words[] = {
    0x1fcbfbff, 0xf7fa3223, 0x2c100800, 0x00000121, 0x0000000f, 0xd19f0fb9, 0x00000004, 0x00000000,
    0x00001000, 0xbc000400, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
};
static const uint32_t amd_words[] = {
    0x178bfbff, 0xf6d83203, 0x2e500800, 0x000001f3, 0x0000000f, 0x219c01a9, 0x00400004, 0x00000000,
    0x0f00d000, 0x00000010, 0x00000000, 0x00000004, 0x00000000, 0x00000000, 0x00000000, 0x00000000,
};

static bool lacks(const struct sim_state *state, size_t word, unsigned bit)
{
    bool by_microcode;
    const char *name = xm_feature_name(word, bit, &by_microcode);

    return name != NULL && sim_words_have(state->settings.cpu_lacks, name);
}

static void fill_features(const struct sim_state *state, struct xm_features *ret)
{
    bool amd = strcmp(state->settings.cpu_vendor, "amd") == 0;

    ret->count = XM_COUNT(intel_words);
    memcpy(ret->words, amd ? amd_words : intel_words, sizeof(intel_words));
    ret->max_leaf = amd ? 0x10 : 0x16;
    ret->max_extended = amd ? 0x80000021 : 0x80000008;
    for (size_t word = 0; word < ret->count; word++)
        for (unsigned bit = 0; bit < 32; bit++)
            if (ret->words[word] >> bit & 1 && lacks(state, word, bit))
                ret->words[word] &= ~(1u << bit);
}

/* The same for one directory always, another for each. */
static char *derived_id(const struct sim *sim, const char *what)
{
    xm_autofree char *path = realpath(sim->dir, NULL);
    uint64_t hash[2] = { 0xcbf29ce484222325ull, 0x84222325cbf29ce4ull };

    for (size_t i = 0; i < 2; i++) {
        for (const char *c = path ? path : sim->dir; *c != '\0'; c++)
            hash[i] = (hash[i] ^ (unsigned char)*c) * 0x100000001b3ull;
        for (const char *c = what; *c != '\0'; c++)
            hash[i] = (hash[i] ^ (unsigned char)*c) * 0x100000001b3ull;
    }
    return xm_printf("%016llx%016llx", (unsigned long long)hash[0], (unsigned long long)hash[1]);
}

static char *id_of(const struct sim *sim, const char *given, const char *what)
{
    return *given != '\0' ? xm_strdup(given) : derived_id(sim, what);
}

int sim_machine(struct xm_host *host, xm_machine **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_settings *settings = &state.settings;
    bool amd;
    xm_machine *machine;

    if (sim_fault(sim, "machine", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    amd = strcmp(settings->cpu_vendor, "amd") == 0;
    machine = xm_new0(xm_machine, 1);
    machine->id = id_of(sim, settings->machine_id, "machine");
    machine->boot = id_of(sim, settings->boot_id, "boot");
    machine->now_ms = state.now;
    machine->vendor = xm_strdup(amd ? "AuthenticAMD" : "GenuineIntel");
    machine->family = amd ? 23 : 6;
    machine->model = amd ? 49 : 85;
    machine->stepping = amd ? 0 : 7;
    machine->microcode = (uint64_t)settings->microcode;
    machine->tsc_khz = (uint64_t)settings->cpu_mhz * 1000;
    if (sim_words_have(settings->firmware, "qemu-xen"))
        machine->emulator = xm_strdup(settings->emulator_version);
    fill_features(&state, &machine->pv);
    if (sim_words_have(settings->cpu_features, "hvm"))
        fill_features(&state, &machine->hvm);
    *ret = machine;
    return 0;
}

/* --- a guest: it was promised all that there is --- */

static enum xm_tsc tsc_of(const struct sim_guest *guest)
{
    XM_AUTO(xm_json) *config = NULL;
    const char *mode;

    if (xm_json_parse(guest->config, strlen(guest->config), &config, NULL) < 0)
        return XM_TSC_DEFAULT;
    mode = xm_json_str(xm_json_get(config, "b_info", "tsc_mode", NULL));
    if (mode == NULL || strcmp(mode, "default") == 0)
        return XM_TSC_DEFAULT;
    return strcmp(mode, "native") == 0 ? XM_TSC_NATIVE : strcmp(mode, "always_emulate") == 0 ? XM_TSC_EMULATE : XM_TSC_OTHER;
}

int sim_promise(struct xm_host *host, uint32_t domid, struct xm_promise *ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    struct xm_promise promise = { 0 };
    const struct sim_guest *guest;

    if (sim_fault(sim, "promise", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    fill_features(&state, &promise.features);
    promise.tsc = tsc_of(guest);
    promise.tsc_khz = (uint64_t)state.settings.cpu_mhz * 1000;
    *ret = promise;
    return 0;
}

int sim_dirty_rate(struct xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_guest *guest;

    (void)ms;                   /* it takes a simulated guest no time to be counted */
    if (sim_fault(sim, "dirty_rate", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    guest = sim_guest_get(&state, domid, err);
    if (guest == NULL)
        return -1;
    if (strcmp(guest->kind, "pv") == 0 && !sim_words_have(state.settings.cpu_features, "shadow"))
        return xm_fail(err, XM_UNSUPPORTED, "Xen cannot log what domain %u writes to", domid);
    *ret_pages = guest->paused ? 0 : (uint64_t)guest->does.dirty_mib_s * 256;
    return 0;
}
