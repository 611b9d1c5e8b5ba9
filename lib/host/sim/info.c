/* The machine as `info` shows it. */
#include "host/sim/sim.h"

#include <stdio.h>
#include <string.h>

/* Leaf 1 edx/ecx, 0x80000001 edx/ecx, and so on, of a plausible CPU of each maker. */
static const uint32_t intel_caps[8] = {
    0xbfebfbff, 0x77fef3ff, 0x2c100800, 0x00000121, 0x0000000f, 0xd39ffffb, 0x08000000, 0x00000100,
};
static const uint32_t amd_caps[8] = {
    0x178bfbff, 0x7ed8320b, 0x2e500800, 0x75c237ff, 0x0000000f, 0x219c91a9, 0x00400004, 0x00000500,
};

static void fill_version(const struct sim_settings *settings, xm_host_info *info)
{
    unsigned major = 0, minor = 0;
    int at = 0;
    bool hvm = false;

    for (char **word = settings->cpu_features; *word != NULL; word++)
        hvm = hvm || strcmp(*word, "hvm") == 0;
    (void)sscanf(settings->xen_version, "%u.%u%n", &major, &minor, &at);   /* checked when loaded */
    info->xen_major = major;
    info->xen_minor = minor;
    info->xen_extra = xm_strdup(settings->xen_version + at);
    info->xen_caps = xm_printf("xen-3.0-x86_64 %s", hvm ? "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 " : "");
    info->xen_scheduler = xm_strdup(settings->scheduler);
    info->xen_pagesize = 4096;
    info->platform_params = xm_strdup("virt_start=0xffff800000000000");
    info->xen_changeset = xm_strdup("");
    info->xen_commandline = xm_strdup(settings->xen_commandline);
    info->cc_compiler = xm_strdup("gcc (Debian 12.2.0-14) 12.2.0");
    info->cc_compile_by = xm_strdup("sim");
    info->cc_compile_domain = xm_strdup("example.org");
    info->cc_compile_date = xm_strdup("Thu Jan  1 00:00:00 UTC 2026");
    info->build_id = xm_strdup("5e1ec7ed0000000000000000000000000000c0de");
}

static unsigned node_of(const struct sim_settings *settings, int64_t cpu)
{
    return (unsigned)(cpu * settings->nodes / settings->nr_cpus);
}

static void fill_topology(const struct sim_state *state, xm_host_info *info)
{
    const struct sim_settings *settings = &state->settings;

    info->cpus = xm_new0(struct xm_cpu_place, info->nr_cpus);
    for (unsigned i = 0; i < info->nr_cpus; i++) {
        unsigned core = i / info->threads_per_core;

        info->cpus[i].core = core % info->cores_per_socket;
        info->cpus[i].socket = core / info->cores_per_socket;
        info->cpus[i].node = node_of(settings, i);
    }
    info->nodes = xm_new0(struct xm_node_info, info->nr_nodes);
    for (unsigned i = 0; i < info->nr_nodes; i++) {
        info->nodes[i].size_mib = info->total_mib / info->nr_nodes;
        info->nodes[i].free_mib = info->free_mib / info->nr_nodes;
        info->nodes[i].distances = xm_new0(unsigned, info->nr_nodes);
        for (unsigned j = 0; j < info->nr_nodes; j++)
            info->nodes[i].distances[j] = i == j ? 10 : 20;
    }
}

int sim_info(struct xm_host *host, bool topology, xm_host_info **ret, xm_error **err)
{
    struct sim *sim = (struct sim *)host;
    sim_autostate state = SIM_STATE_INIT;
    const struct sim_settings *settings = &state.settings;
    xm_host_info *info;

    if (sim_fault(sim, "info", err) < 0 || sim_state_load(sim, &state, err) < 0)
        return -1;
    info = xm_new0(xm_host_info, 1);
    info->hostname = xm_strdup(settings->hostname);
    info->release = xm_strdup("6.1.0-37-amd64");
    info->kernel_version = xm_strdup("#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)");
    info->machine = xm_strdup("x86_64");
    info->nr_cpus = (unsigned)settings->nr_cpus;
    info->max_cpu_id = info->nr_cpus - 1;
    info->nr_nodes = (unsigned)settings->nodes;
    info->cores_per_socket = (unsigned)settings->cores_per_socket;
    info->threads_per_core = (unsigned)settings->threads_per_core;
    info->cpu_khz = (unsigned long)settings->cpu_mhz * 1000;
    memcpy(info->hw_caps, strcmp(settings->cpu_vendor, "amd") == 0 ? amd_caps : intel_caps, sizeof(info->hw_caps));
    info->virt_caps = sim_words_join(settings->cpu_features);
    info->total_mib = (uint64_t)settings->memory_mib;
    info->free_mib = (uint64_t)sim_free_kib(&state) / 1024;
    fill_version(settings, info);
    if (topology)
        fill_topology(&state, info);
    *ret = info;
    return 0;
}
