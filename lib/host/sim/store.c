/* What is on disk: the machine's settings and one record per domain. */
#include "host/sim/sim.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define RECORD_MAX (4u << 20)
#define SETTINGS_MAX (1u << 20)
#define MIB_MAX (1ll << 30)
#define LATEST (2 * SIM_MS_MAX)         /* a guest may plan to end beyond the end of time */

#define S_TEXT(field, otherwise) { #field, SIM_TEXT, offsetof(struct sim_settings, field), 0, 0, 0, otherwise }
#define S_WORDS(field, otherwise) { #field, SIM_WORDS, offsetof(struct sim_settings, field), 0, 0, 0, otherwise }
#define S_INT(field, low, high, otherwise) { #field, SIM_INT, offsetof(struct sim_settings, field), low, high, otherwise, NULL }

const struct sim_field sim_settings_fields[] = {
    S_TEXT(hostname, "sim"),
    S_INT(memory_mib, 64, MIB_MAX, 8192),
    S_INT(dom0_memory_mib, 1, MIB_MAX, 1024),
    S_INT(dom0_min_mib, 1, MIB_MAX, 256),
    S_INT(nr_cpus, 1, XM_MAX_CPUS, 4),
    S_INT(cores_per_socket, 1, XM_MAX_CPUS, 4),
    S_INT(threads_per_core, 1, 16, 1),
    S_INT(nodes, 1, 64, 1),
    S_INT(cpu_mhz, 1, 1000000, 2400),
    S_TEXT(cpu_vendor, "intel"),
    S_TEXT(scheduler, "credit2"),
    S_WORDS(cpu_features, "pv hvm hvm_directio pv_directio hap shadow"),
    S_TEXT(xen_version, "4.17.5-sim"),
    S_TEXT(xen_commandline, "dom0_mem=1024M,max:1024M"),
    S_WORDS(bridges, "xenbr0"),
    S_WORDS(cpupools, "Pool-0"),
    S_WORDS(firmware, "hvmloader seabios ovmf rombios qemu-xen qemu-xen-traditional"),
    S_WORDS(scripts, "vif-bridge vif-nat vif-openvswitch vif-route vif-vnic block block-drbd block-dummy block-enbd "
            "block-iscsi block-nbd block-tap block-shared"),
    S_WORDS(bootloaders, "pygrub"),
    S_WORDS(mounts, ""),
    S_WORDS(pci, ""),
    S_WORDS(storage, ""),
    S_TEXT(machine_id, ""),
    S_TEXT(boot_id, ""),
    S_WORDS(cpu_lacks, ""),
    S_INT(microcode, 0, INT64_MAX, 1),
    S_TEXT(emulator_version, "7.2.0"),
    S_INT(disk_free_mib, -1, MIB_MAX, -1),
    S_TEXT(root, ""),
    S_INT(clock_offset_ms, -SIM_MS_MAX, SIM_MS_MAX, 0),
    S_INT(suspend_timeout_s, 0, 3600, 60),
    S_INT(copy_mib_s, 1, MIB_MAX, 1024),
    S_WORDS(guests, ""),
    { NULL, SIM_INT, 0, 0, 0, 0, NULL }
};

#define G_TEXT(field) { #field, SIM_TEXT, offsetof(struct sim_guest, field), 0, 0, 0, NULL }
#define G_WORDS(field) { #field, SIM_WORDS, offsetof(struct sim_guest, field), 0, 0, 0, NULL }
#define G_INT(field, low, high) { #field, SIM_INT, offsetof(struct sim_guest, field), low, high, low, NULL }

const struct sim_field sim_guest_fields[] = {
    G_INT(domid, 0, 0x7fef),
    G_TEXT(uuid),
    G_TEXT(name),
    G_TEXT(kind),
    G_INT(building, 0, 1),
    G_INT(paused, 0, 1),
    G_INT(mem_kib, 0, MIB_MAX * 1024),
    G_INT(max_kib, 0, MIB_MAX * 1024),
    G_INT(target_kib, 0, MIB_MAX * 1024),
    G_INT(overhead_kib, 0, MIB_MAX * 1024),
    G_INT(vcpus, 1, XM_MAX_CPUS),
    G_INT(max_vcpus, 1, XM_MAX_CPUS),
    G_INT(weight, 0, XM_WEIGHT_MAX),
    G_INT(cap, 0, UINT16_MAX),
    G_INT(started_ms, 0, LATEST),
    G_INT(ran_ms, 0, LATEST),
    G_INT(since_ms, 0, LATEST),
    G_INT(end_ms, -1, LATEST),
    G_INT(end_reason, -1, 5),
    G_INT(end_logged, 0, 1),
    G_INT(ejected, 0, 1),
    G_INT(cpu_from_ms, 0, LATEST),
    G_TEXT(words),
    G_TEXT(memory),
    G_TEXT(config),
    G_TEXT(console),
    G_WORDS(hard),
    G_WORDS(soft),
    { NULL, SIM_INT, 0, 0, 0, 0, NULL }
};

int sim_file_replace(const char *path, const char *text, size_t len, xm_error **err)
{
    xm_autofree char *beside = xm_printf("%s.new", path);
    xm_autoclose int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", beside);
    if (xm_fd_write(fd, text, len, beside, err) < 0) {
        (void)unlink(beside);       /* the error that matters is set already */
        return -1;
    }
    if (rename(beside, path) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

static int store_json(const char *path, const xm_json *json, xm_error **err)
{
    xm_autofree char *text = xm_json_format(json, false);

    /* What could not be read back would stop the whole machine. */
    if (strlen(text) > RECORD_MAX)
        return xm_fail(err, XM_INVALID, "%s: would be larger than %u bytes", path, RECORD_MAX);
    return sim_file_replace(path, text, strlen(text), err);
}

static int load_json(const char *path, size_t max, xm_json **ret_json, xm_error **err)
{
    xm_autofree char *text = NULL;
    size_t len;

    if (xm_file_read(path, max, &text, &len, err) < 0)
        return -1;
    return xm_json_parse(text, len, ret_json, err) < 0 ? xm_wrap(err, "%s", path) : 0;
}

static int check_settings(const struct sim_settings *settings, const char *path, xm_error **err)
{
    unsigned major, minor;

    if (settings->dom0_memory_mib > settings->memory_mib)
        return xm_fail(err, XM_INVALID, "%s: dom0_memory_mib is more than memory_mib", path);
    if (strcmp(settings->cpu_vendor, "intel") != 0 && strcmp(settings->cpu_vendor, "amd") != 0)
        return xm_fail(err, XM_INVALID, "%s: \"cpu_vendor\" is neither intel nor amd", path);
    if (strcmp(settings->scheduler, "credit") != 0 && strcmp(settings->scheduler, "credit2") != 0)
        return xm_fail(err, XM_INVALID, "%s: \"scheduler\" is neither credit nor credit2", path);
    if (sscanf(settings->xen_version, "%u.%u", &major, &minor) != 2)
        return xm_fail(err, XM_INVALID, "%s: \"xen_version\" does not begin with MAJOR.MINOR", path);
    if (settings->nodes > settings->nr_cpus)
        return xm_fail(err, XM_INVALID, "%s: more nodes than cpus", path);
    return 0;
}

static int load_settings(const struct sim *sim, struct sim_settings *settings, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/host.json", sim->dir);
    XM_AUTO(xm_json) *json = NULL;

    if (load_json(path, SETTINGS_MAX, &json, err) < 0)
        return -1;
    if (sim_fields_read(sim_settings_fields, json, settings, path, err) < 0)
        return -1;
    return check_settings(settings, path, err);
}

/* The "now" file stands for the clock where it is there. */
static int load_time(struct sim_state *state, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/now", state->sim->dir);
    xm_autofree char *text = NULL;
    xm_error *none = NULL;
    struct timespec now;
    long long ms;

    if (access(path, F_OK) == 0 && xm_file_read(path, 64, &text, NULL, &none) == 0) {
        if (sscanf(text, "%lld", &ms) != 1 || ms <= 0 || ms > SIM_MS_MAX)
            return xm_fail(err, XM_INVALID, "%s: is not a time in milliseconds", path);
        state->frozen = true;
        state->now = ms;
        return 0;
    }
    xm_error_clear(&none);          /* taken away between the two calls: the real clock holds */
    clock_gettime(CLOCK_REALTIME, &now);
    state->now = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + state->settings.clock_offset_ms;
    state->now = state->now < 1 ? 1 : state->now > SIM_MS_MAX ? SIM_MS_MAX : state->now;
    return 0;
}

void sim_guest_clear(struct sim_guest *guest)
{
    sim_fields_clear(sim_guest_fields, guest);
}

static size_t word_count(char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return count;
}

int sim_guest_parse(const xm_json *json, const char *what, struct sim_guest *ret_guest, xm_error **err)
{
    struct sim_guest guest = { 0 };

    if (sim_fields_read(sim_guest_fields, json, &guest, what, err) < 0)
        goto fail;
    if (sim_behaviour_parse(guest.words, &guest.does, err) < 0) {
        (void)xm_wrap(err, "%s", what);
        goto fail;
    }
    if (guest.vcpus > guest.max_vcpus || word_count(guest.hard) != (size_t)guest.max_vcpus
        || word_count(guest.soft) != (size_t)guest.max_vcpus || strlen(guest.uuid) != 36) {
        (void)xm_fail(err, XM_INVALID, "%s: is not a domain's record", what);
        goto fail;
    }
    *ret_guest = guest;
    return 0;
fail:
    sim_guest_clear(&guest);
    return -1;
}

void sim_guest_copy(const struct sim_guest *guest, struct sim_guest *ret_guest)
{
    XM_AUTO(xm_json) *json = sim_fields_write(sim_guest_fields, guest);
    int rc = sim_guest_parse(json, "copy", ret_guest, NULL);

    assert(rc == 0);            /* it was read under the same rules */
    (void)rc;
}

static int load_guest(struct sim_state *state, const char *file, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/domains/%s", state->sim->dir, file);
    XM_AUTO(xm_json) *json = NULL;

    if (load_json(path, RECORD_MAX, &json, err) < 0)
        return -1;
    XM_GROW(state->guests, state->count, state->cap);
    if (sim_guest_parse(json, path, &state->guests[state->count], err) < 0)
        return -1;
    state->count++;
    return 0;
}

static int by_domid(const void *left, const void *right)
{
    const struct sim_guest *a = left, *b = right;

    return (a->domid > b->domid) - (a->domid < b->domid);
}

static int load_guests(struct sim_state *state, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/domains", state->sim->dir);
    DIR *dir = opendir(path);
    const struct dirent *entry;
    int rc = 0;

    if (dir == NULL)
        return xm_fail_errno(err, errno, "%s", path);
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        size_t digits = strspn(entry->d_name, "0123456789");

        if (digits > 0 && strcmp(entry->d_name + digits, ".json") == 0)
            rc = load_guest(state, entry->d_name, err);
        else if (digits > 0)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);   /* left beside; the lock is ours, so nobody's */
    }
    closedir(dir);
    qsort(state->guests, state->count, sizeof(*state->guests), by_domid);
    return rc;
}

static int load_next_domid(struct sim_state *state, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/run/next-domid", state->sim->dir);
    xm_autofree char *text = NULL;
    long long next;

    if (xm_file_read(path, 64, &text, NULL, err) < 0)
        return -1;
    if (sscanf(text, "%lld", &next) != 1 || next < 1 || next > 0x7fef)
        return xm_fail(err, XM_INVALID, "%s: is not a domid", path);
    state->next_domid = next;
    return 0;
}

int sim_next_domid_store(const struct sim_state *state, int64_t next, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/run/next-domid", state->sim->dir);
    xm_autofree char *text = xm_printf("%lld\n", (long long)next);

    return sim_file_replace(path, text, strlen(text), err);
}

static void fit_pins(char ***pins, int64_t had, int64_t has)
{
    for (int64_t i = has; i < had; i++)
        free((*pins)[i]);
    *pins = xm_realloc(*pins, (size_t)has + 1, sizeof(char *));
    for (int64_t i = had; i < has; i++)
        (*pins)[i] = xm_strdup("all");
    (*pins)[has] = NULL;
}

/* The control domain follows the settings in all but its name, its pins and what it gave away. */
static int fit_dom0(struct sim_state *state, xm_error **err)
{
    struct sim_guest *dom0 = state->guests;
    int64_t cpus = state->settings.nr_cpus, max_kib = state->settings.dom0_memory_mib * 1024;

    if (state->count == 0 || dom0->domid != 0)
        return xm_fail(err, XM_IO, "%s/domains/0.json: is missing", state->sim->dir);
    fit_pins(&dom0->hard, dom0->max_vcpus, cpus);
    fit_pins(&dom0->soft, dom0->max_vcpus, cpus);
    if (dom0->vcpus == dom0->max_vcpus || dom0->vcpus > cpus)
        dom0->vcpus = cpus;
    dom0->max_vcpus = cpus;
    if (dom0->target_kib >= dom0->max_kib || dom0->target_kib > max_kib)
        dom0->target_kib = max_kib;
    dom0->max_kib = max_kib;
    dom0->mem_kib = dom0->target_kib;
    return 0;
}

static int lock(const struct sim *sim, int *ret_fd, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/run/lock", sim->dir);

    return xm_lock_open(path, true, ret_fd, err);
}

int sim_state_load(struct sim *sim, struct sim_state *ret_state, xm_error **err)
{
    *ret_state = (struct sim_state) { .sim = sim, .lock = -1 };
    if (lock(sim, &ret_state->lock, err) < 0)
        return -1;
    if (load_settings(sim, &ret_state->settings, err) < 0 || load_time(ret_state, err) < 0
        || load_next_domid(ret_state, err) < 0 || load_guests(ret_state, err) < 0)
        return -1;
    if (fit_dom0(ret_state, err) < 0)
        return -1;
    sim_settle_memory(ret_state);
    return sim_log_ends(ret_state, err);
}

void sim_state_clear(struct sim_state *state)
{
    sim_fields_clear(sim_settings_fields, &state->settings);
    for (size_t i = 0; i < state->count; i++)
        sim_guest_clear(&state->guests[i]);
    free(state->guests);
    if (state->lock >= 0)
        close(state->lock);
    *state = (struct sim_state) SIM_STATE_INIT;
}

int sim_guest_store(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/domains/%lld.json", state->sim->dir, (long long)guest->domid);
    XM_AUTO(xm_json) *json = sim_fields_write(sim_guest_fields, guest);

    return store_json(path, json, err);
}

int sim_guest_remove(const struct sim_state *state, int64_t domid, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/domains/%lld.json", state->sim->dir, (long long)domid);
    xm_autofree char *console = xm_printf("%s/run/console.%lld", state->sim->dir, (long long)domid);

    if (unlink(path) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    (void)unlink(console);          /* most guests' consoles were never opened */
    return 0;
}

struct sim_guest *sim_guest_get(struct sim_state *state, int64_t domid, xm_error **err)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->guests[i].domid == domid)
            return &state->guests[i];
    (void)xm_fail(err, XM_NOT_FOUND, "domain %lld does not exist", (long long)domid);
    return NULL;
}

struct sim_guest *sim_guest_get_u(struct sim_state *state, int64_t domid, const char *done, xm_error **err)
{
    if (domid == 0) {
        (void)xm_fail(err, XM_INVALID, "domain 0 cannot be %s", done);
        return NULL;
    }
    return sim_guest_get(state, domid, err);
}

struct sim_guest *sim_guest_by_name(struct sim_state *state, const char *name)
{
    for (size_t i = 0; i < state->count; i++)
        if (strcmp(state->guests[i].name, name) == 0)
            return &state->guests[i];
    return NULL;
}

int64_t sim_free_kib(const struct sim_state *state)
{
    int64_t left = state->settings.memory_mib * 1024;

    for (size_t i = 0; i < state->count; i++)
        left -= state->guests[i].mem_kib + state->guests[i].overhead_kib;
    return left > 0 ? left : 0;
}

/* --- a new machine --- */

static int make_settings(const struct sim *sim, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/host.json", sim->dir);
    XM_AUTO(xm_json) *empty = xm_json_new(XM_JSON_OBJECT);
    XM_AUTO(xm_json) *json = NULL;
    struct sim_settings settings = { 0 };

    if (access(path, F_OK) == 0)
        return 0;
    if (sim_fields_read(sim_settings_fields, empty, &settings, path, err) < 0)
        return -1;
    json = sim_fields_write(sim_settings_fields, &settings);
    sim_fields_clear(sim_settings_fields, &settings);
    return store_json(path, json, err);
}

static int make_dom0(struct sim_state *state, xm_error **err)
{
    struct sim_guest dom0 = {
        .uuid = xm_strdup("00000000-0000-0000-0000-000000000000"), .name = xm_strdup("Domain-0"),
        .kind = xm_strdup("pv"), .vcpus = 1, .max_vcpus = 1, .started_ms = state->now, .since_ms = state->now,
        .end_ms = -1, .end_reason = XM_REASON_NONE, .words = xm_strdup("sim.load=1"), .memory = xm_strdup(""),
        .config = xm_strdup("{\"c_info\": {\"type\": \"pv\", \"name\": \"Domain-0\"}, \"b_info\": {}}"),
        .console = xm_strdup(""), .hard = sim_words_new("all"), .soft = sim_words_new("all"),
    };
    int rc = sim_guest_store(state, &dom0, err);

    sim_guest_clear(&dom0);
    return rc;
}

/* The order makes each file that is there a sign that those before it are whole. */
static int make_machine(struct sim *sim, xm_error **err)
{
    sim_autostate state = { .sim = sim, .lock = -1 };
    xm_autofree char *path = xm_printf("%s/domains/0.json", sim->dir);

    if (lock(sim, &state.lock, err) < 0)
        return -1;
    if (make_settings(sim, err) < 0 || load_settings(sim, &state.settings, err) < 0 || load_time(&state, err) < 0)
        return -1;
    if (access(path, F_OK) == 0)
        return 0;
    sim_message(&state, "Xen version %s (sim@sim) (gcc) debug=n", state.settings.xen_version);
    sim_message(&state, "Command line: %s", state.settings.xen_commandline);
    sim_message(&state, "System RAM: %lldMB (%lldkB)", (long long)state.settings.memory_mib,
                (long long)state.settings.memory_mib * 1024);
    sim_message(&state, "Brought up %lld CPUs", (long long)state.settings.nr_cpus);
    sim_message(&state, "*** Serial input to DOM0 (type 'CTRL-a' three times to switch input)");
    return sim_next_domid_store(&state, 1, err) < 0 ? -1 : make_dom0(&state, err);
}

int sim_store_open(struct sim *sim, xm_error **err)
{
    xm_autofree char *domains = xm_printf("%s/domains", sim->dir);
    xm_autofree char *run = xm_printf("%s/run", sim->dir);

    if (xm_dir_make(domains, 0700, err) < 0 || xm_dir_make(run, 0700, err) < 0)
        return -1;
    return make_machine(sim, err);
}
