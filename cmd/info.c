/* xm info: the machine and its hypervisor, as `key : value` rows. */
#include "listing.h"

#include <string.h>

struct info_args { bool numa, config, json; };

static const struct xm_opt info_opts[] = {
    XM_FLAG('n', "numa", struct info_args, numa, "add the places of cpus and the memory of nodes"),
    XM_FLAG_IN(XM_DIALECT_XM, 'c', "config", struct info_args, config, "show xm's own settings instead"),
    XM_FLAG(0, "json", struct info_args, json, "one JSON object, with numbers as numbers"),
    XM_OPT_END
};

#define BOTH (XM_DIALECT_XM | XM_DIALECT_XL)

/* One list for the three ways of printing it. */
struct rows {
    const struct xm_env *env;
    const char *prefix;         /* xl: values alone, of keys that start so */
    xm_json *json;
};

static void add(struct rows *rows, unsigned dialects, const char *key, xm_json *value, const char *text)
{
    if (rows->json != NULL) {
        xm_json_set(rows->json, key, value);
        return;
    }
    xm_json_free(value);
    if (!(dialects & rows->env->dialect))
        return;
    if (rows->prefix == NULL)
        printf("%-23s: %s\n", key, text);
    else if (strncmp(key, rows->prefix, strlen(rows->prefix)) == 0)
        printf("%s\n", text);
}

static void add_text(struct rows *rows, unsigned dialects, const char *key, const char *value)
{
    add(rows, dialects, key, xm_json_new_str(value), value != NULL ? value : "");
}

static void add_number(struct rows *rows, unsigned dialects, const char *key, uint64_t value)
{
    xm_autofree char *text = xm_printf("%llu", (unsigned long long)value);

    add(rows, dialects, key, xm_json_new_int((int64_t)value), text);
}

/* Words of the hypervisor that have always ended in a blank here; outside they need not. */
static void add_words(struct rows *rows, const char *key, const char *words)
{
    size_t len = words != NULL ? strlen(words) : 0;
    xm_autofree char *bare = NULL, *text = NULL;

    while (len > 0 && words[len - 1] == ' ')
        len--;
    bare = xm_strndup(words != NULL ? words : "", len);
    text = xm_printf("%s ", bare);
    add(rows, BOTH, key, xm_json_new_str(bare), text);
}

static void add_machine(struct rows *rows, const xm_host_info *info)
{
    xm_autofree char *xm_mhz = xm_printf("%lu", info->cpu_khz / 1000);
    xm_autofree char *xl_mhz = xm_printf("%lu.%03lu", info->cpu_khz / 1000, info->cpu_khz % 1000);
    xm_autobuf caps = XM_BUF_INIT;

    for (size_t i = 0; i < XM_COUNT(info->hw_caps); i++)
        xm_buf_printf(&caps, "%s%08x", i > 0 ? ":" : "", info->hw_caps[i]);
    add_text(rows, BOTH, "host", info->hostname);
    add_text(rows, BOTH, "release", info->release);
    add_text(rows, BOTH, "version", info->kernel_version);
    add_text(rows, BOTH, "machine", info->machine);
    add_number(rows, BOTH, "nr_cpus", info->nr_cpus);
    add_number(rows, XM_DIALECT_XL, "max_cpu_id", info->max_cpu_id);
    add_number(rows, BOTH, "nr_nodes", info->nr_nodes);
    add_number(rows, BOTH, "cores_per_socket", info->cores_per_socket);
    add_number(rows, BOTH, "threads_per_core", info->threads_per_core);
    add(rows, BOTH, "cpu_mhz", xm_json_new_float((double)info->cpu_khz / 1000),
        rows->env->dialect == XM_DIALECT_XM ? xm_mhz : xl_mhz);
    add_text(rows, BOTH, "hw_caps", caps.data);
    add_text(rows, BOTH, "virt_caps", info->virt_caps);
    add_number(rows, BOTH, "total_memory", info->total_mib);
    add_number(rows, BOTH, "free_memory", info->free_mib > info->claims_mib ? info->free_mib - info->claims_mib : 0);
    add_number(rows, XM_DIALECT_XL, "sharing_freed_memory", info->sharing_freed_mib);
    add_number(rows, XM_DIALECT_XL, "sharing_used_memory", info->sharing_used_mib);
    add_number(rows, XM_DIALECT_XL, "outstanding_claims", info->claims_mib);
    add_number(rows, BOTH, "free_cpus", info->free_cpus);
}

static void add_xen(struct rows *rows, const xm_host_info *info)
{
    xm_autofree char *version = xm_printf("%u.%u%s", info->xen_major, info->xen_minor, info->xen_extra ? info->xen_extra : "");

    add_number(rows, BOTH, "xen_major", info->xen_major);
    add_number(rows, BOTH, "xen_minor", info->xen_minor);
    add_text(rows, BOTH, "xen_extra", info->xen_extra);
    add_text(rows, XM_DIALECT_XL, "xen_version", version);
    add_words(rows, "xen_caps", info->xen_caps);
    add_text(rows, BOTH, "xen_scheduler", info->xen_scheduler);
    add_number(rows, BOTH, "xen_pagesize", info->xen_pagesize);
    add_text(rows, BOTH, "platform_params", info->platform_params);
    add_text(rows, BOTH, "xen_changeset", info->xen_changeset);
    add_text(rows, BOTH, "xen_commandline", info->xen_commandline);    /* as the loader gave it, a last blank included */
    add_text(rows, BOTH, "cc_compiler", info->cc_compiler);
    add_text(rows, BOTH, "cc_compile_by", info->cc_compile_by);
    add_text(rows, BOTH, "cc_compile_domain", info->cc_compile_domain);
    add_text(rows, BOTH, "cc_compile_date", info->cc_compile_date);
    add_text(rows, XM_DIALECT_XL, "build_id", info->build_id);
    /* Clients read the last row to learn which kind of configuration is understood. */
    add_number(rows, BOTH, "xend_config_format", 4);
}

/* --- -n --- */

static void print_topology_xm(const xm_host_info *info)
{
    printf("%-23s: \ncpu:    core    socket     node\n", "cpu_topology");
    for (unsigned cpu = 0; cpu < info->nr_cpus; cpu++)
        printf("%3u:%8u %8u %8u\n", cpu, info->cpus[cpu].core, info->cpus[cpu].socket, info->cpus[cpu].node);
    /* The old column dma32Memory is left out: hypervisors do not tell it any more. */
    printf("%-23s: \nnode: TotalMemory FreeMemory NodeDist:", "numa_info");
    for (unsigned node = 0; node < info->nr_nodes; node++)
        printf("%4u ", node);
    putchar('\n');
    for (unsigned node = 0; node < info->nr_nodes; node++) {
        printf("%4u:  %8lluMB %8lluMB         :", node, (unsigned long long)info->nodes[node].size_mib,
               (unsigned long long)info->nodes[node].free_mib);
        for (unsigned to = 0; to < info->nr_nodes; to++)
            printf("%4u ", info->nodes[node].distances[to]);
        putchar('\n');
    }
}

static void print_topology_xl(const xm_host_info *info)
{
    printf("%-23s:\ncpu:    core    socket     node\n", "cpu_topology");
    for (unsigned cpu = 0; cpu < info->nr_cpus; cpu++)
        printf("%3u:    %4u     %4u     %4u\n", cpu, info->cpus[cpu].core, info->cpus[cpu].socket, info->cpus[cpu].node);
    printf("%-23s:\ndevice           node\n", "device topology");
    for (size_t i = 0; i < info->device_count; i++) {
        const struct xm_pci_place *device = &info->devices[i];

        printf("%04x:%02x:%02x.%01x      %u\n", device->domain, device->bus, device->slot, device->func, device->node);
    }
    if (info->device_count == 0)
        printf("No device topology data available\n");
    printf("%-23s:\nnode:    memsize    memfree    distances\n", "numa_info");
    for (unsigned node = 0; node < info->nr_nodes; node++) {
        printf("%4u:    %6llu     %6llu      ", node, (unsigned long long)info->nodes[node].size_mib,
               (unsigned long long)info->nodes[node].free_mib);
        for (unsigned to = 0; to < info->nr_nodes; to++)
            printf("%s%u", to > 0 ? "," : "", info->nodes[node].distances[to]);
        putchar('\n');
    }
}

static xm_json *json_cpus(const xm_host_info *info)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (unsigned cpu = 0; cpu < info->nr_cpus; cpu++) {
        xm_json *row = xm_json_new(XM_JSON_OBJECT);

        xm_json_set(row, "cpu", xm_json_new_int(cpu));
        xm_json_set(row, "core", xm_json_new_int(info->cpus[cpu].core));
        xm_json_set(row, "socket", xm_json_new_int(info->cpus[cpu].socket));
        xm_json_set(row, "node", xm_json_new_int(info->cpus[cpu].node));
        xm_json_add(array, row);
    }
    return array;
}

static xm_json *json_nodes(const xm_host_info *info)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (unsigned node = 0; node < info->nr_nodes; node++) {
        xm_json *row = xm_json_new(XM_JSON_OBJECT), *distances = xm_json_new(XM_JSON_ARRAY);

        for (unsigned to = 0; to < info->nr_nodes; to++)
            xm_json_add(distances, xm_json_new_int(info->nodes[node].distances[to]));
        xm_json_set(row, "node", xm_json_new_int(node));
        xm_json_set(row, "total_memory", xm_json_new_int((int64_t)info->nodes[node].size_mib));
        xm_json_set(row, "free_memory", xm_json_new_int((int64_t)info->nodes[node].free_mib));
        xm_json_set(row, "distances", distances);
        xm_json_add(array, row);
    }
    return array;
}

static void add_topology(struct rows *rows, const xm_host_info *info)
{
    if (rows->json != NULL) {
        xm_json_set(rows->json, "cpu_topology", json_cpus(info));
        xm_json_set(rows->json, "numa_info", json_nodes(info));
    } else if (rows->prefix != NULL) {
        return;                 /* a table has no one value to print alone */
    } else if (rows->env->dialect == XM_DIALECT_XM) {
        print_topology_xm(info);
    } else {
        print_topology_xl(info);
    }
}

/* --- -c --- */

static void print_setting(const char *key, const char *value)
{
    printf("%-38s: %s\n", key, value != NULL ? value : "");
}

static void print_settings(const xm_conf *conf)
{
    print_setting("host", conf->host);
    print_setting("state_dir", conf->state_dir);
    print_setting("run_dir", conf->run_dir);
    print_setting("log_file", conf->log_file);
    print_setting("log_to", conf->log_journal ? "journald" : "file");
    print_setting("lockfile", conf->lockfile);
    print_setting("kernel_cache", conf->kernel_cache);
    print_setting("autoballoon", conf->autoballoon < 0 ? "auto" : conf->autoballoon ? "on" : "off");
    print_setting("output_format", conf->output_sxp ? "sxp" : "json");
    print_setting("vif.default.script", conf->vif_script);
    print_setting("vif.default.bridge", conf->vif_bridge);
    print_setting("vif.default.gatewaydev", conf->vif_gatewaydev);
    print_setting("vif.default.backend", conf->vif_backend);
    print_setting("run_hotplug_scripts", conf->run_hotplug_scripts ? "1" : "0");
}

static int info_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct info_args *args = call->args;
    struct rows rows = { env, env->dialect == XM_DIALECT_XL && call->count > 0 ? call->words[0] : NULL, NULL };
    XM_AUTO(xm_host_info) *info = NULL;
    XM_AUTO(xm_moves) *doubts = NULL;

    if (args->config) {
        print_settings(env->conf);
        return 0;
    }
    if (xm_host_info_get(env->host, args->numa, &info, err) < 0)
        return -1;
    if (xm_guest_doubts(&env->guests, &doubts, NULL) == 0)      /* the machine is there all the same */
        tell_doubts(doubts);
    rows.json = args->json ? xm_json_new(XM_JSON_OBJECT) : NULL;
    add_machine(&rows, info);
    if (args->numa)
        add_topology(&rows, info);
    add_xen(&rows, info);
    if (rows.json != NULL)
        print_json(rows.json);
    return 0;
}

const struct xm_cmd cmd_info = {
    .name = "info", .words = "", .min = 0, .max = 1,
    .xl = { "[KEYPREFIX]", 0, 1 },
    .summary = "Show the machine and its hypervisor",
    .more =
        "Memory is in MiB. --json has the keys of the rows that xl shows, and with --numa\n"
        "cpu_topology and numa_info, which are lists.\n",
    .group = XM_GROUP_HOST, .flags = XM_CMD_COMMON,
    .opts = info_opts, .args_size = sizeof(struct info_args), .run = info_run,
};
