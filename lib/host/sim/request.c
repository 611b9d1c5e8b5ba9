/* A libxl configuration, as its JSON, read as the simulated machine needs it; and the refusals. */
#include "host/sim/sim.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBXL_DEFAULT_KIB 32768         /* a guest without memory= */
#define VCPUS_MAX 128
#define KIB_MAX (1ll << 40)

static char *random_uuid(void)
{
    uint8_t b[16];

    if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
        memset(b, 0x5a, sizeof(b));     /* never seen: 16 bytes are always given at once */
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    return xm_printf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
                     b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

/* A file of dom0, as it stands in a configuration, in the real file system. */
static char *real_path(const struct sim_state *state, const char *path)
{
    return *state->settings.root ? xm_printf("%s/%s", state->settings.root, path) : xm_strdup(path);
}

static int need_file(const struct sim_state *state, const char *what, const char *path, xm_error **err)
{
    xm_autofree char *real = real_path(state, path);
    struct stat st;

    if (stat(real, &st) < 0)
        return xm_fail_errno(err, errno, "%s %s", what, path);
    if (S_ISDIR(st.st_mode))
        return xm_fail(err, XM_INVALID, "%s %s: is a directory", what, path);
    return 0;
}

void sim_json_set_in(xm_json *json, const char *object, const char *key, const char *value)
{
    xm_json *inner = (xm_json *)xm_json_get(json, object, NULL);

    if (inner == NULL || inner->type != XM_JSON_OBJECT) {
        inner = xm_json_new(XM_JSON_OBJECT);
        xm_json_set(json, object, inner);
    }
    xm_json_set(inner, key, xm_json_new_str(value));
}

static int read_identity(struct sim_request *request, const char *name, xm_error **err)
{
    const char *uuid = xm_json_str(xm_json_get(request->config, "c_info", "uuid", NULL));
    struct sim_guest *guest = &request->guest;

    if (name == NULL)
        name = xm_json_str(xm_json_get(request->config, "c_info", "name", NULL));
    if (name == NULL || *name == '\0')
        return xm_fail(err, XM_INVALID, "the domain has no name");
    guest->name = xm_strdup(name);
    guest->uuid = uuid ? xm_strdup(uuid) : random_uuid();
    if (strlen(guest->uuid) != 36 || strspn(guest->uuid, "0123456789abcdefABCDEF-") != 36)
        return xm_fail(err, XM_INVALID, "%s: '%s' is not a uuid", name, guest->uuid);
    for (char *c = guest->uuid; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    sim_json_set_in(request->config, "c_info", "name", guest->name);
    sim_json_set_in(request->config, "c_info", "uuid", guest->uuid);
    return 0;
}

static int read_kind(const struct sim_state *state, struct sim_request *request, xm_error **err)
{
    const char *kind = xm_json_str(xm_json_get(request->config, "c_info", "type", NULL));
    bool has_hvm = false;

    if (kind == NULL)
        kind = "pv";            /* libxl's default */
    if (strcmp(kind, "pv") != 0 && strcmp(kind, "pvh") != 0 && strcmp(kind, "hvm") != 0)
        return xm_fail(err, XM_INVALID, "'%s' is not a type of guest", kind);
    for (char **word = state->settings.cpu_features; *word != NULL; word++)
        has_hvm = has_hvm || strcmp(*word, "hvm") == 0;
    if (strcmp(kind, "pv") != 0 && !has_hvm)
        return xm_fail(err, XM_UNSUPPORTED, "this host's CPUs cannot run %s guests", strcmp(kind, "pvh") ? "HVM" : "PVH");
    request->guest.kind = xm_strdup(kind);
    return 0;
}

static int read_vcpus(struct sim_request *request, xm_error **err)
{
    struct sim_guest *guest = &request->guest;
    const xm_json *online = xm_json_get(request->config, "b_info", "avail_vcpus", NULL);

    guest->max_vcpus = xm_json_int(xm_json_get(request->config, "b_info", "max_vcpus", NULL), 1);
    if (guest->max_vcpus < 1 || guest->max_vcpus > VCPUS_MAX)
        return xm_fail(err, XM_INVALID, "%lld vcpus: a guest has 1 to %d", (long long)guest->max_vcpus, VCPUS_MAX);
    guest->vcpus = online && online->type == XM_JSON_ARRAY && online->count > 0 ? (int64_t)online->count : 1;
    if (guest->vcpus > guest->max_vcpus)
        guest->vcpus = guest->max_vcpus;
    return 0;
}

/* What Xen and the tools need beside a guest's own memory: a megabyte for all, and page tables
 * for a guest with hardware help, as libxl reckons its shadow memory. */
static int64_t overhead_kib(const struct sim_guest *guest)
{
    int64_t mib = (guest->max_kib + 1023) / 1024;

    return strcmp(guest->kind, "pv") == 0 ? 1024 : 1024 + 2048 + 4 * (256 * guest->max_vcpus + 2 * mib);
}

static int read_memory(const struct sim_state *state, struct sim_request *request, xm_error **err)
{
    struct sim_guest *guest = &request->guest;
    int64_t most = state->settings.memory_mib * 1024;
    int64_t max = xm_json_int(xm_json_get(request->config, "b_info", "max_memkb", NULL), -1);
    int64_t target = xm_json_int(xm_json_get(request->config, "b_info", "target_memkb", NULL), -1);

    if (max < 0)
        max = target < 0 ? LIBXL_DEFAULT_KIB : target;
    if (target < 0)
        target = max;
    if (target == 0 || max < target || max > KIB_MAX)
        return xm_fail(err, XM_INVALID, "a guest cannot have %lld KiB of memory, %lld at most", (long long)target,
                       (long long)max);
    if (target > most)
        return xm_fail(err, XM_HOST, "not enough memory: the domain needs %lld MiB, the machine has %lld MiB",
                       (long long)(target + 1023) / 1024, (long long)most / 1024);
    guest->target_kib = guest->mem_kib = target;
    guest->max_kib = max;
    guest->overhead_kib = overhead_kib(guest);
    return 0;
}

static int read_affinity(const struct sim_state *state, const xm_json *lists, int64_t vcpu, char **ret_text, xm_error **err)
{
    const xm_json *list = lists && lists->type == XM_JSON_ARRAY && (size_t)vcpu < lists->count ? lists->items[vcpu] : NULL;
    struct xm_cpuset set = { { 0 } };
    bool any = false;

    if (list == NULL || list->type != XM_JSON_ARRAY || list->count == 0) {
        *ret_text = xm_strdup("all");
        return 0;
    }
    for (size_t i = 0; i < list->count; i++) {
        int64_t cpu = xm_json_int(list->items[i], -1);

        if (cpu < 0 || cpu >= state->settings.nr_cpus)
            continue;           /* Xen too drops what it does not have */
        set.bits[cpu / 64] |= (uint64_t)1 << (cpu % 64);
        any = true;
    }
    if (!any)
        return xm_fail(err, XM_INVALID, "vcpu %lld may run on none of the machine's cpus", (long long)vcpu);
    *ret_text = sim_cpuset_format(&set, state->settings.nr_cpus);
    return 0;
}

static int read_affinities(const struct sim_state *state, struct sim_request *request, xm_error **err)
{
    const xm_json *hard = xm_json_get(request->config, "b_info", "vcpu_hard_affinity", NULL);
    const xm_json *soft = xm_json_get(request->config, "b_info", "vcpu_soft_affinity", NULL);
    struct sim_guest *guest = &request->guest;

    guest->hard = xm_new0(char *, guest->max_vcpus + 1);
    guest->soft = xm_new0(char *, guest->max_vcpus + 1);
    for (int64_t i = 0; i < guest->max_vcpus; i++)
        if (read_affinity(state, hard, i, &guest->hard[i], err) < 0
            || read_affinity(state, soft, i, &guest->soft[i], err) < 0)
            return -1;
    return 0;
}

/* The words for this name in the settings come last and so win. */
static int read_behaviour(const struct sim_state *state, struct sim_request *request, xm_error **err)
{
    const char *cmdline = xm_json_str(xm_json_get(request->config, "b_info", "cmdline", NULL));
    struct sim_guest *guest = &request->guest;
    xm_autobuf text = XM_BUF_INIT;
    size_t len = strlen(guest->name);
    char **words = sim_words_new(cmdline);

    for (char **word = words; *word != NULL; word++)
        if (strncmp(*word, "sim.", 4) == 0)
            xm_buf_printf(&text, "%s%s", text.len ? " " : "", *word);
    sim_words_free(words);
    for (char **entry = state->settings.guests; *entry != NULL; entry++)
        if (strncmp(*entry, guest->name, len) == 0 && (*entry)[len] == ' ')
            xm_buf_printf(&text, " %s", *entry + len + 1);
    guest->words = xm_buf_take(&text);
    return sim_behaviour_parse(guest->words, &guest->does, err);
}

static bool is_here(const xm_json *device)
{
    const char *backend = xm_json_str(xm_json_get(device, "backend_domname", NULL));

    return xm_json_int(xm_json_get(device, "backend_domid", NULL), 0) == 0
        && (backend == NULL || strcmp(backend, "Domain-0") == 0 || strcmp(backend, "0") == 0);
}

static const xm_json *list_of(const xm_json *config, const char *key)
{
    static const xm_json none = { .type = XM_JSON_ARRAY };
    const xm_json *list = xm_json_get(config, key, NULL);

    return list != NULL && list->type == XM_JSON_ARRAY ? list : &none;
}

static int need_disk(const struct sim_state *state, const xm_json *disk, xm_error **err)
{
    const char *path = xm_json_str(xm_json_get(disk, "pdev_path", NULL));
    const char *format = xm_json_str(xm_json_get(disk, "format", NULL));
    const char *script = xm_json_str(xm_json_get(disk, "script", NULL));
    const char *vdev = xm_json_str(xm_json_get(disk, "vdev", NULL));
    xm_autofree char *what = xm_printf("disk %s:", vdev ? vdev : "?");

    if (!is_here(disk) || script != NULL || path == NULL || *path == '\0'
        || (format != NULL && strcmp(format, "empty") == 0))
        return 0;
    return need_file(state, what, path, err);
}

/* A script of another kind decides itself what it needs. */
static bool is_bridged(const xm_json *nic, const xm_conf *conf)
{
    const char *script = xm_json_str(xm_json_get(nic, "script", NULL));
    const char *base;

    if (script == NULL)
        script = conf->vif_script;
    base = script && strrchr(script, '/') ? strrchr(script, '/') + 1 : script;
    return base == NULL || strcmp(base, "vif-bridge") == 0;
}

static int need_bridge(const struct sim_state *state, const xm_conf *conf, const xm_json *nic, size_t number, xm_error **err)
{
    const char *bridge = xm_json_str(xm_json_get(nic, "bridge", NULL));

    if (!is_here(nic) || !is_bridged(nic, conf))
        return 0;
    if (bridge == NULL)
        bridge = conf->vif_bridge ? conf->vif_bridge : "xenbr0";
    for (char **known = state->settings.bridges; *known != NULL; known++)
        if (strcmp(*known, bridge) == 0)
            return 0;
    return xm_fail(err, XM_NOT_FOUND, "vif %zu: could not find bridge device %s", number, bridge);
}

static int need_devices(const struct sim_state *state, const xm_conf *conf, const xm_json *config, xm_error **err)
{
    const xm_json *disks = list_of(config, "disks"), *nics = list_of(config, "nics");

    for (size_t i = 0; i < disks->count; i++)
        if (need_disk(state, disks->items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < nics->count; i++)
        if (need_bridge(state, conf, nics->items[i], i, err) < 0)
            return -1;
    return 0;
}

/* What the bootloader would open. Its verdict on the contents: anything that is not empty boots. */
static int need_bootable(const struct sim_state *state, const xm_json *config, const char *loader, xm_error **err)
{
    const xm_json *disks = list_of(config, "disks");
    const char *path = disks->count > 0 ? xm_json_str(xm_json_get(disks->items[0], "pdev_path", NULL)) : NULL;
    xm_autofree char *real = NULL;
    xm_autoclose int fd = -1;
    char byte;

    if (path == NULL || *path == '\0')
        return xm_fail(err, XM_INVALID, "bootloader %s: the guest has no disk to boot from", loader);
    real = real_path(state, path);
    fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return xm_fail_errno(err, errno, "bootloader %s: disk %s", loader, path);
    if (read(fd, &byte, 1) < 1)
        return xm_fail(err, XM_INVALID, "bootloader %s: disk %s: nothing to boot on it", loader, path);
    return 0;
}

static int need_boot_files(const struct sim_state *state, const struct sim_request *request, bool restored, xm_error **err)
{
    const xm_json *b_info = xm_json_get(request->config, "b_info", NULL);
    const char *kernel = xm_json_str(xm_json_get(b_info, "kernel", NULL));
    const char *ramdisk = xm_json_str(xm_json_get(b_info, "ramdisk", NULL));
    const char *loader = xm_json_str(xm_json_get(b_info, "bootloader", NULL));
    bool hvm = strcmp(request->guest.kind, "hvm") == 0;

    if (restored)
        return 0;               /* its kernel is in its memory */
    if (kernel == NULL && loader == NULL && !hvm)
        return xm_fail(err, XM_INVALID, "the guest has neither a kernel nor a bootloader");
    if (kernel != NULL && need_file(state, "kernel", kernel, err) < 0)
        return -1;
    if (ramdisk != NULL && need_file(state, "ramdisk", ramdisk, err) < 0)
        return -1;
    return kernel == NULL && loader != NULL && !hvm ? need_bootable(state, request->config, loader, err) : 0;
}

void sim_request_clear(struct sim_request *request)
{
    xm_json_free(request->config);
    sim_guest_clear(&request->guest);
    *request = (struct sim_request) { 0 };
}

int sim_request_read(const struct sim_state *state, const xm_conf *conf, xm_json *json, const char *name, bool restored,
                     struct sim_request *ret_request, xm_error **err)
{
    struct sim_request request = { .config = json };

    if (read_identity(&request, name, err) < 0 || read_kind(state, &request, err) < 0
        || read_vcpus(&request, err) < 0 || read_memory(state, &request, err) < 0
        || read_affinities(state, &request, err) < 0 || read_behaviour(state, &request, err) < 0
        || need_devices(state, conf, request.config, err) < 0
        || need_boot_files(state, &request, restored, err) < 0) {
        sim_request_clear(&request);
        return -1;
    }
    request.guest.memory = random_uuid();
    request.guest.console = xm_strdup("");
    request.guest.config = xm_json_format(request.config, false);
    request.guest.end_ms = -1;
    request.guest.end_reason = XM_REASON_NONE;
    *ret_request = request;
    return 0;
}
