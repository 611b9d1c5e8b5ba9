#include "host/xen/xen.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

static uint64_t mib_of_pages(uint64_t pages)
{
    return pages / ((1 << 20) / XC_PAGE_SIZE);
}

static void add_word(struct xm_buf *buf, bool there, const char *word)
{
    if (there)
        xm_buf_printf(buf, "%s%s", buf->len ? " " : "", word);
}

/* The words of xl info, in its order. */
static char *virt_caps(uint32_t caps)
{
    bool pv = caps & XEN_SYSCTL_PHYSCAP_pv, hvm = caps & XEN_SYSCTL_PHYSCAP_hvm;
    bool directio = caps & XEN_SYSCTL_PHYSCAP_directio;
    struct xm_buf buf = XM_BUF_INIT;

    add_word(&buf, pv, "pv");
    add_word(&buf, hvm, "hvm");
    add_word(&buf, hvm && directio, "hvm_directio");
    add_word(&buf, pv && directio, "pv_directio");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_hap, "hap");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_shadow, "shadow");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share, "iommu_hap_pt_share");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_vmtrace, "vmtrace");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_vpmu, "vpmu");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_gnttab_v1, "gnttab-v1");
    add_word(&buf, caps & XEN_SYSCTL_PHYSCAP_gnttab_v2, "gnttab-v2");
    return xm_buf_take(&buf);
}

static unsigned free_cpus(struct xen_host *xen)
{
    xm_autofree uint8_t *map = xc_cpupool_freeinfo(xen->xc);
    int cpus = xc_get_max_cpus(xen->xc);
    unsigned count = 0;

    for (int i = 0; map != NULL && i < cpus; i++)
        count += map[i / 8] >> i % 8 & 1;
    return count;
}

static int fill_physical(struct xen_host *xen, xm_host_info *info, xm_error **err)
{
    xc_physinfo_t phys = { 0 };
    long freed, used;

    if (xc_physinfo(xen->xc, &phys) < 0)
        return xm_fail_errno(err, errno, "cannot read the machine's description");
    info->nr_cpus = phys.nr_cpus;
    info->max_cpu_id = phys.max_cpu_id;
    info->nr_nodes = phys.nr_nodes;
    info->cores_per_socket = phys.cores_per_socket;
    info->threads_per_core = phys.threads_per_core;
    info->cpu_khz = phys.cpu_khz;
    memcpy(info->hw_caps, phys.hw_cap, sizeof(info->hw_caps));
    info->virt_caps = virt_caps(phys.capabilities);
    info->total_mib = mib_of_pages(phys.total_pages);
    info->free_mib = mib_of_pages(phys.free_pages - phys.outstanding_pages);
    info->claims_mib = mib_of_pages(phys.outstanding_pages);
    freed = xc_sharing_freed_pages(xen->xc);
    used = xc_sharing_used_frames(xen->xc);
    /* Xen without page sharing has neither figure: nothing is shared. */
    info->sharing_freed_mib = freed > 0 ? mib_of_pages((uint64_t)freed) : 0;
    info->sharing_used_mib = used > 0 ? mib_of_pages((uint64_t)used) : 0;
    info->free_cpus = free_cpus(xen);
    return 0;
}

/* A text that the hypervisor keeps; "" if it does not tell. */
static char *version_text(struct xen_host *xen, int what, size_t size)
{
    char *text = xm_alloc0(size + 1, 1);

    if (xc_version(xen->xc, what, text) < 0)
        text[0] = '\0';
    return text;
}

static char *build_id(struct xen_host *xen)
{
    union {
        xen_build_id_t id;
        char room[sizeof(xen_build_id_t) + 128];
    } u = { .id = { .len = 128 } };
    int len = xc_version(xen->xc, XENVER_build_id, &u.id);
    struct xm_buf buf = XM_BUF_INIT;

    for (int i = 0; i < len && i < 128; i++)
        xm_buf_printf(&buf, "%02hhx", (unsigned char)u.id.buf[i]);
    return xm_buf_take(&buf);
}

static int fill_version(struct xen_host *xen, xm_host_info *info, xm_error **err)
{
    int version = xc_version(xen->xc, XENVER_version, NULL);
    xen_compile_info_t compile = { 0 };
    xen_platform_parameters_t params = { 0 };
    int sched = -1, pagesize;

    if (version < 0)
        return xm_fail_errno(err, errno, "cannot read Xen's version");
    info->xen_major = (unsigned)version >> 16;
    info->xen_minor = (unsigned)version & 0xffff;
    info->xen_extra = version_text(xen, XENVER_extraversion, sizeof(xen_extraversion_t));
    info->xen_caps = version_text(xen, XENVER_capabilities, sizeof(xen_capabilities_info_t));
    info->xen_changeset = version_text(xen, XENVER_changeset, sizeof(xen_changeset_info_t));
    info->xen_commandline = version_text(xen, XENVER_commandline, sizeof(xen_commandline_t));
    pagesize = xc_version(xen->xc, XENVER_pagesize, NULL);
    info->xen_pagesize = pagesize > 0 ? (unsigned)pagesize : XC_PAGE_SIZE;
    (void)xc_version(xen->xc, XENVER_platform_parameters, &params);
    info->platform_params = xm_printf("virt_start=0x%llx", (unsigned long long)params.virt_start);
    (void)xc_sched_id(xen->xc, &sched);
    info->xen_scheduler = xm_strdup(libxl_scheduler_to_string((libxl_scheduler)sched));
    if (info->xen_scheduler == NULL)
        info->xen_scheduler = xm_strdup("unknown");
    (void)xc_version(xen->xc, XENVER_compile_info, &compile);
    info->cc_compiler = xm_strndup(compile.compiler, sizeof(compile.compiler));
    info->cc_compile_by = xm_strndup(compile.compile_by, sizeof(compile.compile_by));
    info->cc_compile_domain = xm_strndup(compile.compile_domain, sizeof(compile.compile_domain));
    info->cc_compile_date = xm_strndup(compile.compile_date, sizeof(compile.compile_date));
    info->build_id = build_id(xen);
    return 0;
}

static int fill_dom0(xm_host_info *info, xm_error **err)
{
    struct utsname names;

    if (uname(&names) < 0)
        return xm_fail_errno(err, errno, "uname");
    info->hostname = xm_strdup(names.nodename);
    info->release = xm_strdup(names.release);
    info->kernel_version = xm_strdup(names.version);
    info->machine = xm_strdup(names.machine);
    return 0;
}

static int fill_cpus(struct xen_host *xen, xm_host_info *info, xm_error **err)
{
    xm_autofree xc_cputopo_t *topo = NULL;
    unsigned count = 0;

    if (xc_cputopoinfo(xen->xc, &count, NULL) < 0)
        return xm_fail_errno(err, errno, "cannot read the cpu topology");
    topo = xm_new0(xc_cputopo_t, count);
    if (xc_cputopoinfo(xen->xc, &count, topo) < 0)
        return xm_fail_errno(err, errno, "cannot read the cpu topology");
    info->cpus = xm_new0(struct xm_cpu_place, info->nr_cpus);
    for (unsigned i = 0; i < info->nr_cpus && i < count; i++)
        info->cpus[i] = (struct xm_cpu_place){ topo[i].core, topo[i].socket, topo[i].node };
    return 0;
}

static int fill_nodes(struct xen_host *xen, xm_host_info *info, xm_error **err)
{
    xm_autofree xc_meminfo_t *mem = NULL;
    xm_autofree uint32_t *distances = NULL;
    unsigned count = 0;

    if (xc_numainfo(xen->xc, &count, NULL, NULL) < 0)
        return xm_fail_errno(err, errno, "cannot read the memory topology");
    mem = xm_new0(xc_meminfo_t, count);
    distances = xm_new0(uint32_t, (size_t)count * count);
    if (xc_numainfo(xen->xc, &count, mem, distances) < 0)
        return xm_fail_errno(err, errno, "cannot read the memory topology");
    info->nodes = xm_new0(struct xm_node_info, info->nr_nodes);
    for (unsigned i = 0; i < info->nr_nodes && i < count; i++) {
        struct xm_node_info *node = &info->nodes[i];

        node->size_mib = mem[i].memsize == XEN_INVALID_MEM_SZ ? 0 : mem[i].memsize >> 20;
        node->free_mib = mem[i].memfree == XEN_INVALID_MEM_SZ ? 0 : mem[i].memfree >> 20;
        node->distances = xm_new0(unsigned, info->nr_nodes);
        for (unsigned j = 0; j < info->nr_nodes && j < count; j++)
            node->distances[j] = distances[i * count + j];
    }
    return 0;
}

static size_t read_pci(physdev_pci_device_t **ret_devices)
{
    physdev_pci_device_t *devices = NULL;
    DIR *dir = opendir("/sys/bus/pci/devices");
    size_t count = 0, cap = 0;
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        unsigned seg, bus, slot, func;

        if (sscanf(entry->d_name, "%x:%x:%x.%x", &seg, &bus, &slot, &func) != 4)
            continue;
        XM_GROW(devices, count, cap);
        devices[count++] = (physdev_pci_device_t){
            .seg = (uint16_t)seg, .bus = (uint8_t)bus, .devfn = (uint8_t)(slot << 3 | func),
        };
    }
    if (dir != NULL)
        closedir(dir);
    *ret_devices = devices;
    return count;
}

static int compare_pci(const void *a, const void *b)
{
    const physdev_pci_device_t *left = a, *right = b;
    uint32_t l = (uint32_t)left->seg << 16 | (uint32_t)left->bus << 8 | left->devfn;
    uint32_t r = (uint32_t)right->seg << 16 | (uint32_t)right->bus << 8 | right->devfn;

    return (l > r) - (l < r);
}

/* A machine whose firmware tells of no nodes has no such data: not an error. */
static void fill_devices(struct xen_host *xen, xm_host_info *info)
{
    xm_autofree physdev_pci_device_t *devices = NULL;
    xm_autofree uint32_t *nodes = NULL;
    size_t count = read_pci(&devices);

    nodes = xm_new0(uint32_t, count);
    if (count == 0)
        return;
    qsort(devices, count, sizeof(*devices), compare_pci);
    if (xc_pcitopoinfo(xen->xc, (unsigned)count, devices, nodes) < 0)
        return;
    info->devices = xm_new0(struct xm_pci_place, count);
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] == XEN_INVALID_NODE_ID || nodes[i] == XEN_INVALID_DEV)
            continue;
        info->devices[info->device_count++] = (struct xm_pci_place){
            devices[i].seg, devices[i].bus, devices[i].devfn >> 3, devices[i].devfn & 7, nodes[i],
        };
    }
}

int xen_host_info(struct xm_host *host, bool topology, xm_host_info **ret, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    XM_AUTO(xm_host_info) *info = xm_new0(xm_host_info, 1);

    if (fill_dom0(info, err) < 0 || fill_physical(xen, info, err) < 0 || fill_version(xen, info, err) < 0)
        return -1;
    if (topology) {
        if (fill_cpus(xen, info, err) < 0 || fill_nodes(xen, info, err) < 0)
            return -1;
        fill_devices(xen, info);
    }
    *ret = XM_TAKE(info);
    return 0;
}

/* The ring's size is the administrator's choice, so it is read in pieces until nothing is left. A
 * guest that keeps the hypervisor logging must not keep us here. */
#define DMESG_PIECE 65536
#define DMESG_MAX (64 << 20)

int xen_host_dmesg(struct xm_host *host, bool clear, char **ret_text, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    xm_autofree char *piece = xm_alloc0(DMESG_PIECE, 1);
    xm_autobuf text = XM_BUF_INIT;
    uint32_t index = 0;

    while (text.len < DMESG_MAX) {
        unsigned count = DMESG_PIECE;

        /* Clears just what this call has read: what is logged meanwhile stays for the next one. */
        if (xc_readconsolering(xen->xc, piece, &count, clear, 1, &index) < 0)
            return xm_fail_errno(err, errno, "cannot read the hypervisor's messages");
        if (count == 0)
            break;
        for (unsigned i = 0; i < count; i++)
            if (piece[i] != '\0')
                xm_buf_putc(&text, piece[i]);
    }
    *ret_text = xm_buf_take(&text);
    return 0;
}

int xen_host_debug_keys(struct xm_host *host, const char *keys, xm_error **err)
{
    if (keys[0] == '\0')
        return xm_fail(err, XM_INVALID, "no debug key given");
    if (xc_send_debug_keys(xen_of(host)->xc, keys) < 0)
        return xm_fail_errno(err, errno, "the hypervisor did not take the debug keys '%s'", keys);
    return 0;
}
