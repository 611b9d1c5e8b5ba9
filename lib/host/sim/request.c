/* A libxl configuration, as its JSON, read as the simulated machine needs it; and the refusals. */
#include "host/sim/sim.h"

#include <ctype.h>
#include <string.h>
#include <sys/random.h>

#define LIBXL_DEFAULT_KIB 32768         /* a guest without memory= */
#define HVM_VCPUS_MAX 128               /* Xen's own limits */
#define PV_VCPUS_MAX XM_MAX_CPUS

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

    int most = strcmp(guest->kind, "pv") == 0 ? PV_VCPUS_MAX : HVM_VCPUS_MAX;

    guest->max_vcpus = xm_json_int(xm_json_get(request->config, "b_info", "max_vcpus", NULL), 1);
    if (guest->max_vcpus < 1 || guest->max_vcpus > most)
        return xm_fail(err, XM_INVALID, "%lld vcpus: a guest of this type has 1 to %d", (long long)guest->max_vcpus, most);
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

static int read_memory(struct sim_request *request, xm_error **err)
{
    struct sim_guest *guest = &request->guest;
    int64_t max = xm_json_int(xm_json_get(request->config, "b_info", "max_memkb", NULL), -1);
    int64_t target = xm_json_int(xm_json_get(request->config, "b_info", "target_memkb", NULL), -1);

    if (max < 0)
        max = target < 0 ? LIBXL_DEFAULT_KIB : target;
    if (target < 0)
        target = max;
    if (target == 0 || max < target || max > SIM_KIB_MAX)
        return xm_fail(err, XM_INVALID, "a guest cannot have %lld KiB of memory, %lld at most", (long long)target,
                       (long long)max);
    guest->target_kib = guest->mem_kib = target;
    guest->max_kib = max;
    guest->overhead_kib = overhead_kib(guest);
    return 0;
}

/* What libxl gives no figure has Xen's. */
static int read_share(struct sim_request *request, xm_error **err)
{
    int64_t weight = xm_json_int(xm_json_get(request->config, "b_info", "sched_params", "weight", NULL), 0);
    int64_t cap = xm_json_int(xm_json_get(request->config, "b_info", "sched_params", "cap", NULL), 0);
    struct xm_share share = { .weight = weight > 0 && weight <= UINT16_MAX ? (unsigned)weight : 256 };
    struct sim_guest *guest = &request->guest;

    share.cap = cap > 0 && cap <= UINT32_MAX ? (unsigned)cap : 0;
    if (weight > UINT16_MAX)
        share.weight = UINT32_MAX;
    if (xm_share_check(&share, (unsigned)guest->max_vcpus, err) < 0)
        return -1;
    guest->weight = share.weight;
    guest->cap = share.cap;
    return 0;
}

static int need_machine_for(const struct sim_state *state, const struct sim_guest *guest, xm_error **err)
{
    if (guest->target_kib <= state->settings.memory_mib * 1024)
        return 0;
    return xm_fail(err, XM_HOST, "not enough memory: the domain needs %lld MiB, the machine has %lld MiB",
                   (long long)(guest->target_kib + 1023) / 1024, (long long)state->settings.memory_mib);
}

int sim_request_room(const struct sim_state *state, const xm_conf *conf, xm_json *json, struct xm_room *ret_room,
                     xm_error **err)
{
    struct sim_request request = { .config = json };
    int rc = read_kind(state, &request, err) < 0 || read_vcpus(&request, err) < 0 || read_memory(&request, err) < 0;

    if (rc == 0)
        sim_room_for(state, conf, &request.guest, ret_room);
    sim_request_clear(&request);
    return -rc;
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
        || read_vcpus(&request, err) < 0 || read_memory(&request, err) < 0
        || read_share(&request, err) < 0 || need_machine_for(state, &request.guest, err) < 0 || read_affinities(state, &request, err) < 0
        || read_behaviour(state, &request, err) < 0
        || sim_need_devices(state, conf, &request, err) < 0
        || sim_need_boot_files(state, &request, restored, err) < 0) {
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
