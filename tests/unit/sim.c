/* The simulated host: what it refuses, how its guests behave, and that many processes may use it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <libxl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "convert/json.h"
#include "host/host.h"

#define T0 1700000000000ll      /* where the tests' clock begins */

struct world {
    char dir[64];
    xm_conf conf;
    xm_host *host;
    int64_t now;
    int console_calls;
    uint32_t console_domid;
};

/* --- the machine under test --- */

static void put(const struct world *w, const char *file, const char *fmt, ...) XM_PRINTF(3, 4);
static void put(const struct world *w, const char *file, const char *fmt, ...)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file), *beside = xm_printf("%s/beside", w->dir);
    FILE *out = fopen(beside, "we");
    va_list ap;

    assert_non_null(out);
    va_start(ap, fmt);
    assert_true(vfprintf(out, fmt, ap) >= 0);
    va_end(ap);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(rename(beside, path), 0);      /* without xm_file_replace()'s fsync, for speed */
}

static void pass_ms(struct world *w, int64_t ms)
{
    w->now += ms;
    put(w, "sim/now", "%lld\n", (long long)w->now);
}

static int set_up(void **state)
{
    struct world *w = xm_new0(struct world, 1);

    strcpy(w->dir, "/tmp/xm-sim.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->conf.host = xm_printf("sim:%s", w->dir);
    w->now = T0;
    assert_int_equal(xm_host_open(&w->conf, NULL, &w->host, NULL), 0);
    put(w, "sim/host.json", "{\"root\": \"%s\", \"memory_mib\": 4096}", w->dir);
    put(w, "kernel", "kernel");
    put(w, "ramdisk", "ramdisk");
    put(w, "disk.img", "disk");
    pass_ms(w, 0);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", w->dir);

    xm_host_close(w->host);
    free(w->conf.host);
    free(w);
    return system(command);
}

/* --- guests --- */

static void add_disk(libxl_domain_config *cfg, const char *path)
{
    libxl_device_disk *disk;

    cfg->disks = realloc(cfg->disks, (cfg->num_disks + 1) * sizeof(*cfg->disks));
    disk = &cfg->disks[cfg->num_disks++];
    libxl_device_disk_init(disk);
    disk->pdev_path = strdup(path);
    disk->vdev = strdup("xvda");
    disk->format = LIBXL_DISK_FORMAT_RAW;
    disk->readwrite = 1;
}

static void add_nic(libxl_domain_config *cfg, const char *bridge)
{
    libxl_device_nic *nic;

    cfg->nics = realloc(cfg->nics, (cfg->num_nics + 1) * sizeof(*cfg->nics));
    nic = &cfg->nics[cfg->num_nics++];
    libxl_device_nic_init(nic);
    nic->bridge = bridge ? strdup(bridge) : NULL;
}

static void make_guest(libxl_domain_config *cfg, const char *name, libxl_domain_type type, const char *cmdline)
{
    libxl_domain_config_init(cfg);
    cfg->c_info.type = type;
    cfg->c_info.name = strdup(name);
    libxl_domain_build_info_init_type(&cfg->b_info, type);
    cfg->b_info.max_memkb = cfg->b_info.target_memkb = 256 * 1024;
    cfg->b_info.max_vcpus = 2;
    cfg->b_info.avail_vcpus.size = 1;
    cfg->b_info.avail_vcpus.map = calloc(1, 1);
    cfg->b_info.avail_vcpus.map[0] = 3;
    cfg->b_info.kernel = strdup("/kernel");
    cfg->b_info.cmdline = strdup(cmdline);
}

static int create(struct world *w, libxl_domain_config *cfg, uint32_t *ret_domid, xm_error **err)
{
    struct xm_build build = { 0 };
    int rc = xm_host_create(w->host, cfg, &build, ret_domid, err);

    libxl_domain_config_dispose(cfg);
    return rc;
}

static uint32_t start(struct world *w, const char *name, const char *cmdline)
{
    libxl_domain_config cfg;
    xm_error *err = NULL;
    uint32_t domid = 0;

    make_guest(&cfg, name, LIBXL_DOMAIN_TYPE_PV, cmdline);
    if (create(w, &cfg, &domid, &err) < 0) {
        xm_autofree char *text = xm_error_text(err);
        fail_msg("%s", text);
    }
    return domid;
}

static size_t count_domains(struct world *w)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_list(w->host, 0, &domains, NULL), 0);
    return domains->count;
}

/* The domain's flags as a listing writes them, its reason behind them. */
static const char *look(struct world *w, uint32_t domid)
{
    static char text[16];
    XM_AUTO(xm_domains) *domains = NULL;
    const struct xm_domain *d;

    if (xm_host_get(w->host, domid, XM_WANT_NAME, &domains, NULL) < 0)
        return "gone";
    d = domains->items;
    snprintf(text, sizeof(text), "%c%c%c%c%c", d->running ? 'r' : '-', d->blocked ? 'b' : '-', d->paused ? 'p' : '-',
             d->shutdown ? 's' : '-', d->reason < 0 ? '-' : (char)('0' + d->reason));
    return text;
}

static uint64_t cpu_ms(struct world *w, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_get(w->host, domid, 0, &domains, NULL), 0);
    return domains->items[0].cpu_ns / 1000000;
}

static uint64_t free_mib(struct world *w)
{
    XM_AUTO(xm_host_info) *info = NULL;

    assert_int_equal(xm_host_info_get(w->host, false, &info, NULL), 0);
    return info->free_mib;
}

/* err must be there, with this code, and its text must hold this part. Frees it. */
static void expect(xm_error *err, enum xm_code code, const char *part)
{
    xm_autofree char *text = NULL;

    assert_non_null(err);
    text = xm_error_text(err);
    if (err->code != code || strstr(text, part) == NULL)
        fail_msg("code %d, '%s', where %d, '%s' was expected", err->code, text, code, part);
    xm_error_free(err);
}

static void refuse(struct world *w, libxl_domain_config *cfg, enum xm_code code, const char *part)
{
    size_t before = count_domains(w);
    uint64_t memory = free_mib(w);
    xm_error *err = NULL;
    uint32_t domid = 99;

    assert_int_equal(create(w, cfg, &domid, &err), -1);
    expect(err, code, part);
    assert_int_equal(domid, 99);
    assert_int_equal(count_domains(w), before);
    assert_int_equal(free_mib(w), memory);
}

/* --- opening --- */

static void a_host_without_a_directory_is_refused(void **state)
{
    xm_conf conf = { .host = (char *)"sim:" };
    xm_error *err = NULL;
    xm_host *host;

    (void)state;
    assert_int_equal(xm_host_open(&conf, NULL, &host, &err), -1);
    expect(err, XM_INVALID, "sim:DIR");
}

static void a_new_machine_has_dom0(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_domains) *domains = NULL;
    XM_AUTO(xm_host_info) *info = NULL;
    xm_autofree char *json = NULL;

    assert_int_equal(xm_host_list(w->host, XM_WANT_NAME, &domains, NULL), 0);
    assert_int_equal(domains->count, 1);
    assert_string_equal(domains->items[0].name, "Domain-0");
    assert_true(domains->items[0].running);
    assert_int_equal(domains->items[0].mem_kib, 1024 * 1024);
    assert_int_equal(domains->items[0].vcpus, 4);
    assert_int_equal(xm_host_info_get(w->host, true, &info, NULL), 0);
    assert_int_equal(info->total_mib, 4096);
    assert_int_equal(info->free_mib, 3072);
    assert_int_equal(info->nodes[0].distances[0], 10);
    assert_int_equal(xm_host_config_json(w->host, 0, &json, NULL), 0);
    assert_non_null(strstr(json, "Domain-0"));
}

static void a_wrong_setting_is_named(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_domains) *domains = NULL;
    xm_error *err = NULL;

    put(w, "sim/host.json", "{\"memory\": 4096}");
    assert_int_equal(xm_host_list(w->host, 0, &domains, &err), -1);
    expect(err, XM_INVALID, "host.json: unknown key \"memory\"");
    err = NULL;
    put(w, "sim/host.json", "{\"nr_cpus\": 0}");
    assert_int_equal(xm_host_list(w->host, 0, &domains, &err), -1);
    expect(err, XM_INVALID, "\"nr_cpus\" must be a number from 1");
}

static void nodes_and_cpus_follow_the_settings(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_host_info) *info = NULL;
    XM_AUTO(xm_vcpus) *vcpus = NULL;

    put(w, "sim/host.json", "{\"nr_cpus\": 8, \"nodes\": 2, \"cpu_vendor\": \"amd\", \"xen_version\": \"4.18.2-pre\"}");
    assert_int_equal(xm_host_info_get(w->host, true, &info, NULL), 0);
    assert_int_equal(info->nr_nodes, 2);
    assert_int_equal(info->nodes[0].distances[1], 20);
    assert_int_equal(info->nodes[1].size_mib, 4096);
    assert_int_equal(info->cpus[3].node, 0);
    assert_int_equal(info->cpus[4].node, 1);
    assert_int_equal(info->xen_major * 100 + info->xen_minor, 418);
    assert_string_equal(info->xen_extra, ".2-pre");
    assert_int_equal(xm_host_vcpus(w->host, 0, &vcpus, NULL), 0);
    assert_int_equal(vcpus->count, 8);
}

/* --- creating --- */

static void a_guest_runs_and_takes_memory(void **state)
{
    struct world *w = *state;
    uint32_t first = start(w, "web", ""), second = start(w, "db", ""), found;

    assert_int_equal(first, 1);
    assert_int_equal(second, 2);
    assert_string_equal(look(w, first), "-b---");
    assert_int_equal(free_mib(w), 3072 - 2 * 257);
    assert_int_equal(xm_host_find(w->host, "db", &found, NULL), 0);
    assert_int_equal(found, 2);
    assert_int_equal(xm_host_destroy(w->host, 2, NULL), 0);
    assert_string_equal(look(w, 2), "gone");
    assert_int_equal(free_mib(w), 3072 - 257);
    assert_int_equal(start(w, "db", ""), 3);        /* a domid does not come again soon */
}

static void the_configuration_is_kept(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "root=/dev/xvda1");
    xm_autofree char *json = NULL;

    assert_int_equal(xm_host_rename(w->host, domid, "www", NULL), 0);
    assert_int_equal(xm_host_config_json(w->host, domid, &json, NULL), 0);
    assert_non_null(strstr(json, "\"www\""));
    assert_null(strstr(json, "\"web\""));
    assert_non_null(strstr(json, "root=/dev/xvda1"));
}

static void what_is_missing_is_refused(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    free(cfg.b_info.kernel);
    cfg.b_info.kernel = strdup("/no/kernel");
    refuse(w, &cfg, XM_NOT_FOUND, "kernel /no/kernel: No such file");

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.ramdisk = strdup("/no/ramdisk");
    refuse(w, &cfg, XM_NOT_FOUND, "ramdisk /no/ramdisk");

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    add_disk(&cfg, "/no/disk");
    refuse(w, &cfg, XM_NOT_FOUND, "disk xvda: /no/disk");

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    add_nic(&cfg, "xenbr0");
    add_nic(&cfg, "br7");
    refuse(w, &cfg, XM_NOT_FOUND, "vif 1: could not find bridge device br7");

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    free(XM_TAKE(cfg.b_info.kernel));
    refuse(w, &cfg, XM_INVALID, "neither a kernel nor a bootloader");
}

static void a_bootloader_needs_a_disk_with_something_on_it(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    uint32_t domid;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    free(XM_TAKE(cfg.b_info.kernel));
    cfg.b_info.bootloader = strdup("pygrub");
    refuse(w, &cfg, XM_INVALID, "no disk to boot from");

    put(w, "empty.img", "%s", "");
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    free(XM_TAKE(cfg.b_info.kernel));
    cfg.b_info.bootloader = strdup("pygrub");
    add_disk(&cfg, "/empty.img");
    refuse(w, &cfg, XM_INVALID, "nothing to boot");

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    free(XM_TAKE(cfg.b_info.kernel));
    cfg.b_info.bootloader = strdup("pygrub");
    add_disk(&cfg, "/disk.img");
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
}

static void what_a_guest_holds_is_told(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    XM_AUTO(xm_holders) *holders = NULL;
    struct xm_host_file file;
    uint32_t domid;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    add_disk(&cfg, "/disk.img");
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
    assert_int_equal(xm_host_holders(w->host, &holders, NULL), 0);
    assert_int_equal(holders->count, 2);
    assert_string_equal(holders->items[1].disks[0].path, "/disk.img");
    assert_int_equal(xm_host_file(w->host, "/disk.img", true, &file, NULL), 0);
    assert_int_equal(file.mounted, 0);

    put(w, "sim/host.json", "{\"root\": \"%s\", \"mounts\": [\"/ramdisk ro\"]}", w->dir);
    assert_int_equal(xm_host_file(w->host, "/ramdisk", true, &file, NULL), 0);
    assert_int_equal(file.mounted, 'r');
    assert_int_equal(xm_host_file(w->host, "/ramdisk", false, &file, NULL), 0);
    assert_int_equal(file.head_len, 0);
}

static void what_the_machine_lacks_is_named(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    xm_error *err = NULL;

    put(w, "sim/host.json", "{\"root\": \"%s\", \"scripts\": [\"block\"], \"firmware\": [\"hvmloader\", \"seabios\"], "
        "\"pci\": [\"0000:03:00.0\"]}", w->dir);
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    add_nic(&cfg, "xenbr0");
    refuse(w, &cfg, XM_NOT_FOUND, "vif 0: there is no script vif-bridge");
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_HVM, "");
    refuse(w, &cfg, XM_NOT_FOUND, "there is no device model qemu-xen");
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.pcidevs = calloc(1, sizeof(*cfg.pcidevs));
    cfg.num_pcidevs = 1;
    libxl_device_pci_init(cfg.pcidevs);
    cfg.pcidevs[0].bus = 3;
    refuse(w, &cfg, XM_STATE, "PCI device 0000:03:00.0 is not assignable");
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.c_info.pool_name = strdup("fast");
    refuse(w, &cfg, XM_NOT_FOUND, "there is no cpu pool fast");
    assert_int_equal(xm_host_need(w->host, XM_NEED_FIRMWARE, "ovmf", &err), -1);
    expect(err, XM_NOT_FOUND, "there is no firmware ovmf");
}

static void too_much_memory_is_refused(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 3072 * 1024;
    refuse(w, &cfg, XM_HOST, "not enough memory: the domain needs 3073 MiB, 3072 MiB are free");

    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 1ull << 40;
    refuse(w, &cfg, XM_HOST, "not enough memory");
}

static void dom0_makes_room_when_allowed(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    XM_AUTO(xm_domains) *domains = NULL;
    uint32_t domid;

    w->conf.autoballoon = 1;
    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 3500 * 1024;
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
    assert_int_equal(free_mib(w), 0);
    assert_int_equal(xm_host_get(w->host, 0, 0, &domains, NULL), 0);
    assert_int_equal(domains->items[0].mem_kib, (4096 - 3501) * 1024);

    make_guest(&cfg, "more", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 400 * 1024;
    refuse(w, &cfg, XM_HOST, "domain 0 can give 339 MiB");
}

static void a_taken_name_is_refused(void **state)
{
    struct world *w = *state;
    uint32_t web = start(w, "web", "");
    libxl_domain_config cfg;
    xm_error *err = NULL;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    refuse(w, &cfg, XM_EXISTS, "domain 'web' already exists with ID '1'");
    start(w, "db", "");
    assert_int_equal(xm_host_rename(w->host, web, "db", &err), -1);
    expect(err, XM_EXISTS, "domain 'db' already exists");
    assert_int_equal(xm_host_rename(w->host, web, "web", NULL), 0);
}

static void hvm_needs_a_cpu_that_can(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    put(w, "sim/host.json", "{\"root\": \"%s\", \"cpu_features\": [\"pv\"]}", w->dir);
    make_guest(&cfg, "win", LIBXL_DOMAIN_TYPE_HVM, "");
    refuse(w, &cfg, XM_UNSUPPORTED, "cannot run HVM guests");
    make_guest(&cfg, "win", LIBXL_DOMAIN_TYPE_PVH, "");
    refuse(w, &cfg, XM_UNSUPPORTED, "cannot run PVH guests");
}

static void figures_beyond_reason_are_refused(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_HVM, "");
    cfg.b_info.max_memkb = INT64_MAX - 1;
    refuse(w, &cfg, XM_INVALID, "cannot have");
    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_PVH, "");
    cfg.b_info.max_vcpus = 129;
    refuse(w, &cfg, XM_INVALID, "129 vcpus");
    make_guest(&cfg, "big", LIBXL_DOMAIN_TYPE_PV, "");
    free(cfg.b_info.cmdline);
    cfg.b_info.cmdline = calloc(1, 5 << 20);
    memset(cfg.b_info.cmdline, 'x', (5 << 20) - 1);
    refuse(w, &cfg, XM_INVALID, "would be larger");
}

static void an_unknown_behaviour_is_refused(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "quiet sim.crsh=1");
    refuse(w, &cfg, XM_INVALID, "sim.crsh=1");
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "sim.load=101");
    refuse(w, &cfg, XM_INVALID, "sim.load=101");
}

static void unknown_domains_and_dom0_are_refused(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;
    uint32_t domid;

    assert_int_equal(xm_host_destroy(w->host, 7, &err), -1);
    expect(err, XM_NOT_FOUND, "domain 7 does not exist");
    err = NULL;
    assert_int_equal(xm_host_find(w->host, "nobody", &domid, &err), -1);
    expect(err, XM_NOT_FOUND, "'nobody'");
    err = NULL;
    assert_int_equal(xm_host_pause(w->host, 0, &err), -1);
    expect(err, XM_INVALID, "domain 0 cannot be paused");
    err = NULL;
    assert_int_equal(xm_host_destroy(w->host, 0, &err), -1);
    expect(err, XM_INVALID, "domain 0 cannot be destroyed");
}

static void on_console_ready(void *arg, uint32_t domid)
{
    struct world *w = arg;

    w->console_calls++;
    w->console_domid = domid;
    assert_string_equal(look(w, domid), "--p--");
}

static void the_console_is_ready_before_the_guest_runs(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    struct xm_build build = { .console_ready = on_console_ready, .arg = w, .paused = true };
    uint32_t domid;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    assert_int_equal(xm_host_create(w->host, &cfg, &build, &domid, NULL), 0);
    libxl_domain_config_dispose(&cfg);
    assert_int_equal(w->console_calls, 1);
    assert_int_equal(w->console_domid, domid);
    pass_ms(w, 1000);
    assert_string_equal(look(w, domid), "--p--");
    assert_int_equal(cpu_ms(w, domid), 0);
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    assert_string_equal(look(w, domid), "-b---");
}

/* --- time --- */

static void a_guest_boots_then_idles(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.boot=2");

    pass_ms(w, 1000);
    assert_string_equal(look(w, domid), "r----");
    assert_int_equal(cpu_ms(w, domid), 1001);
    pass_ms(w, 1500);
    assert_string_equal(look(w, domid), "-b---");
    assert_int_equal(cpu_ms(w, domid), 2002);
}

static void load_uses_cpu_and_pause_stops_it(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.load=50");

    pass_ms(w, 10000);
    assert_int_equal(cpu_ms(w, domid), 10010);      /* two vcpus, half busy */
    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    pass_ms(w, 60000);
    assert_int_equal(cpu_ms(w, domid), 10010);
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    pass_ms(w, 1000);
    assert_int_equal(cpu_ms(w, domid), 11011);
}

static void time_may_jump(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.loop=1");

    w->now = 99999999999999;
    pass_ms(w, 0);
    assert_true(cpu_ms(w, domid) > 99999999999);
    w->now = 1;
    pass_ms(w, 0);
    assert_int_equal(cpu_ms(w, domid), 0);
    assert_string_equal(look(w, domid), "r----");
    for (int i = 0; i < 4; i++) {
        w->now = i % 2 ? 1 : 99999999999999;
        pass_ms(w, 0);
        assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
        assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    }
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 0, false, false, NULL), 0);
    assert_string_equal(look(w, domid), "r----");
}

static void a_looping_guest_never_blocks(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.loop=1");
    xm_error *err = NULL;

    for (int i = 0; i < 50; i++) {
        pass_ms(w, 37);
        assert_string_equal(look(w, domid), "r----");
    }
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 60, false, false, &err), -1);
    expect(err, XM_TIMEOUT, "did not acknowledge");
}

static void guests_end_by_themselves(void **state)
{
    struct world *w = *state;
    uint32_t crash = start(w, "crash", "sim.boot=1 sim.crash=2"), boot = start(w, "boot", "sim.reboot=3");
    uint32_t off = start(w, "off", "sim.poweroff=4");
    xm_autofree char *ring = NULL;

    pass_ms(w, 2900);
    assert_string_equal(look(w, crash), "-b---");
    pass_ms(w, 100);
    assert_string_equal(look(w, crash), "---s3");
    assert_string_equal(look(w, boot), "---s1");
    assert_string_equal(look(w, off), "-b---");
    pass_ms(w, 1000);
    assert_string_equal(look(w, off), "---s0");
    assert_int_equal(free_mib(w), 3072 - 3 * 257);  /* held until destroyed */
    assert_int_equal(xm_host_dmesg(w->host, false, &ring, NULL), 0);
    assert_non_null(strstr(ring, "(XEN) Domain 1 crashed\n"));
    assert_int_equal(xm_host_destroy(w->host, off, NULL), 0);
}

static void a_pause_puts_off_the_end(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "crash", "sim.crash=2");

    pass_ms(w, 1000);
    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    pass_ms(w, 5000);
    assert_string_equal(look(w, domid), "--p--");
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    pass_ms(w, 999);
    assert_string_equal(look(w, domid), "-b---");
    pass_ms(w, 1);
    assert_string_equal(look(w, domid), "---s3");
}

/* --- shutdown --- */

static void a_guest_obeys(void **state)
{
    struct world *w = *state;
    uint32_t now = start(w, "now", ""), later = start(w, "later", "sim.shutdown=5");
    xm_error *err = NULL;

    assert_int_equal(xm_host_shutdown(w->host, now, XM_REQUEST_REBOOT, 60, false, false, NULL), 0);
    assert_string_equal(look(w, now), "---s1");
    assert_int_equal(xm_host_shutdown(w->host, later, XM_REQUEST_POWEROFF, 60, false, false, NULL), 0);
    pass_ms(w, 4999);
    assert_string_equal(look(w, later), "-b---");
    pass_ms(w, 1);
    assert_string_equal(look(w, later), "---s0");
    assert_int_equal(xm_host_shutdown(w->host, later, XM_REQUEST_HALT, 0, false, false, &err), -1);
    expect(err, XM_STATE, "has shut down");
}

static void a_guest_ignores(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.shutdown=ignore");
    xm_error *err = NULL;

    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 0, false, false, NULL), 0);
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 60, false, false, &err), -1);
    expect(err, XM_TIMEOUT, "domain 1 did not acknowledge within 60 s");
    pass_ms(w, 100000);
    assert_string_equal(look(w, domid), "-b---");
}

static void a_paused_guest_obeys_when_it_runs_again(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");

    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 0, false, false, NULL), 0);
    assert_string_equal(look(w, domid), "--p--");
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    pass_ms(w, 10);
    assert_string_equal(look(w, domid), "---s0");
}

static void a_request_not_taken_is_withdrawn(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.boot=90");
    xm_error *err = NULL;

    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 60, false, false, &err), -1);
    expect(err, XM_TIMEOUT, "domain 1 did not acknowledge within 60 s");
    pass_ms(w, 91000);
    assert_string_equal(look(w, domid), "-b---");
}

static void hvm_without_drivers_needs_a_button_or_force(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    xm_error *err = NULL;
    uint32_t domid;

    make_guest(&cfg, "win", LIBXL_DOMAIN_TYPE_HVM, "sim.pv=off");
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 60, false, false, &err), -1);
    expect(err, XM_UNSUPPORTED, "no PV drivers");
    assert_string_equal(look(w, domid), "-b---");
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 60, true, false, NULL), 0);
    assert_string_equal(look(w, domid), "---s0");

    make_guest(&cfg, "win2", LIBXL_DOMAIN_TYPE_HVM, "sim.pv=off sim.shutdown=ignore");
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_REBOOT, 60, false, true, NULL), 0);
    assert_string_equal(look(w, domid), "---s1");
}

static void a_guest_is_released_with_the_last_of_its_parts(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_domains) *domains = NULL;
    uint32_t domid = start(w, "web", "sim.release=5"), next;
    xm_error *err = NULL;
    char uuid[37];

    assert_int_equal(xm_host_get(w->host, domid, 0, &domains, NULL), 0);
    strcpy(uuid, domains->items[0].uuid);
    assert_int_equal(xm_host_released(w->host, domid, uuid, 0, &err), -1);
    expect(err, XM_TIMEOUT, "of domain 1 there is still left: the domain itself");
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    err = NULL;
    assert_int_equal(xm_host_released(w->host, domid, uuid, 1000, &err), -1);
    expect(err, XM_TIMEOUT, "of domain 1 there is still left: its backends");
    pass_ms(w, 5001);
    assert_int_equal(xm_host_released(w->host, domid, uuid, 0, NULL), 0);
    assert_int_equal(xm_host_released(w->host, domid, uuid, 0, NULL), 0);

    /* a number that was given to another since is no remainder of the first */
    put(w, "sim/run/next-domid", "%u\n", domid);
    next = start(w, "db", "");
    assert_int_equal(xm_host_released(w->host, next, uuid, 0, NULL), 0);

    put(w, "sim/faults", "released 1 once fail IO \"broken\"\n");
    err = NULL;
    assert_int_equal(xm_host_released(w->host, domid, uuid, 0, &err), -1);
    expect(err, XM_IO, "broken");
}

static void sysrq_letters_act(void **state)
{
    struct world *w = *state;
    const struct { char letter; const char *flags; } cases[] = {
        { 's', "-b---" }, { 'b', "---s1" }, { 'c', "---s3" }, { 'o', "---s0" },
    };

    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        char name[2] = { cases[i].letter, '\0' };
        uint32_t domid = start(w, name, "");

        assert_int_equal(xm_host_sysrq(w->host, domid, cases[i].letter, NULL), 0);
        assert_string_equal(look(w, domid), cases[i].flags);
    }
}

/* --- events --- */

static bool readable(int fd, int ms)
{
    struct pollfd wait = { .fd = fd, .events = POLLIN };

    return poll(&wait, 1, ms) == 1;
}

static void expect_event(struct world *w, enum xm_event_type type, uint32_t domid, int reason)
{
    struct xm_event event;

    assert_int_equal(xm_host_event_next(w->host, &event, NULL), 1);
    assert_int_equal(event.type, type);
    assert_int_equal(event.domid, domid);
    assert_int_equal(event.reason, reason);
    assert_int_equal(strlen(event.uuid), 36);
}

static void events_tell_what_changes(void **state)
{
    struct world *w = *state;
    uint32_t old = start(w, "old", ""), dead = start(w, "dead", "sim.poweroff=0.1"), new;
    struct xm_event event;
    int fd;

    pass_ms(w, 200);
    assert_int_equal(xm_host_events_open(w->host, &fd, NULL), 0);
    assert_true(readable(fd, 0));
    expect_event(w, XM_EVENT_SHUTDOWN, dead, XM_REASON_POWEROFF);
    assert_int_equal(xm_host_event_next(w->host, &event, NULL), 0);
    while (readable(fd, 0))
        assert_int_equal(xm_host_event_next(w->host, &event, NULL), 0);

    new = start(w, "new", "sim.crash=1");
    assert_true(readable(fd, 0));
    expect_event(w, XM_EVENT_NEW, new, XM_REASON_NONE);
    assert_int_equal(xm_host_event_next(w->host, &event, NULL), 0);
    pass_ms(w, 1000);
    assert_true(readable(fd, 0));
    expect_event(w, XM_EVENT_SHUTDOWN, new, XM_REASON_CRASH);
    assert_int_equal(xm_host_destroy(w->host, new, NULL), 0);
    assert_int_equal(xm_host_destroy(w->host, old, NULL), 0);
    assert_true(readable(fd, 0));
    expect_event(w, XM_EVENT_GONE, old, XM_REASON_NONE);
    assert_true(readable(fd, 0));
    expect_event(w, XM_EVENT_GONE, new, XM_REASON_NONE);
    assert_int_equal(xm_host_event_next(w->host, &event, NULL), 0);
}

/* With the real clock: the timer fires without anybody touching the directory. */
static void events_come_by_themselves(void **state)
{
    struct world *w = *state;
    xm_autofree char *now = xm_printf("%s/sim/now", w->dir);
    struct xm_event event;
    uint32_t domid;
    int fd;

    assert_int_equal(unlink(now), 0);
    domid = start(w, "web", "sim.reboot=0.1");
    assert_int_equal(xm_host_events_open(w->host, &fd, NULL), 0);
    while (xm_host_event_next(w->host, &event, NULL) == 0)
        assert_true(readable(fd, 5000));
    assert_int_equal(event.type, XM_EVENT_SHUTDOWN);
    assert_int_equal(event.domid, domid);
    assert_int_equal(event.reason, XM_REASON_REBOOT);
}

/* --- save and restore --- */

static int save_to(struct world *w, uint32_t domid, const char *file, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    return xm_host_save(w->host, domid, fd, NULL, err);
}

static int restore_from(struct world *w, const char *file, const char *json, const char *name, uint32_t *ret, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct xm_build build = { 0 };

    return xm_host_restore(w->host, json, NULL, name, fd, &build, ret, err);
}

static char *config_of(struct world *w, uint32_t domid)
{
    char *json;

    assert_int_equal(xm_host_config_json(w->host, domid, &json, NULL), 0);
    return json;
}

static off_t size_of(struct world *w, const char *file)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void a_saved_guest_comes_back(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.boot=1 sim.crash=10"), back;
    xm_autofree char *json = config_of(w, domid);
    XM_AUTO(xm_domains) *domains = NULL;

    pass_ms(w, 3000);
    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_string_equal(look(w, domid), "---s2");
    assert_true(size_of(w, "save") > 64 * 65536);
    pass_ms(w, 60000);
    assert_string_equal(look(w, domid), "---s2");
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    assert_int_equal(restore_from(w, "save", json, NULL, &back, NULL), 0);
    assert_int_equal(back, 2);
    assert_string_equal(look(w, back), "-b---");    /* it does not boot again */
    assert_int_equal(cpu_ms(w, back), 0);
    assert_int_equal(xm_host_get(w->host, back, XM_WANT_NAME, &domains, NULL), 0);
    assert_string_equal(domains->items[0].name, "web");
    assert_non_null(strstr(json, domains->items[0].uuid));
    pass_ms(w, 7999);
    assert_string_equal(look(w, back), "-b---");
    pass_ms(w, 1);
    assert_string_equal(look(w, back), "---s3");    /* its time went on where it had stopped */
}

static void a_suspended_guest_can_be_resumed(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_error *err = NULL;

    assert_int_equal(xm_host_resume(w->host, domid, &err), -1);
    expect(err, XM_STATE, "is not suspended");
    err = NULL;
    pass_ms(w, 1000);
    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_int_equal(save_to(w, domid, "again", &err), -1);
    expect(err, XM_STATE, "has shut down");
    assert_int_equal(xm_host_resume(w->host, domid, NULL), 0);
    assert_string_equal(look(w, domid), "-b---");
    assert_int_equal(xm_host_shutdown(w->host, domid, XM_REQUEST_POWEROFF, 1, false, false, NULL), 0);
    assert_string_equal(look(w, domid), "---s0");
}

static void a_guest_that_does_not_suspend_runs_on(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.suspend=ignore"), paused = start(w, "db", "");
    xm_error *err = NULL;

    assert_int_equal(save_to(w, domid, "save", &err), -1);
    expect(err, XM_TIMEOUT, "did not suspend within 60 seconds");
    assert_string_equal(look(w, domid), "-b---");
    err = NULL;
    assert_int_equal(xm_host_pause(w->host, paused, NULL), 0);
    assert_int_equal(save_to(w, paused, "save", &err), -1);
    expect(err, XM_STATE, "is paused");
}

static void a_full_disk_leaves_the_guest_running(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_autoclose int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    xm_error *err = NULL;

    assert_int_equal(xm_host_save(w->host, domid, full, NULL, &err), -1);
    expect(err, XM_IO, "No space left on device");
    assert_string_equal(look(w, domid), "-b---");
}

static void a_restored_guest_takes_a_new_name_and_configuration(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", ""), back;
    xm_autofree char *json = config_of(w, domid), *now = NULL, *path = xm_printf("%s/save", w->dir);
    libxl_domain_config cfg;
    struct xm_build build = { .paused = true };
    xm_autoclose int fd = -1;
    xm_error *err = NULL;

    pass_ms(w, 1000);
    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_int_equal(restore_from(w, "save", json, NULL, &back, &err), -1);
    expect(err, XM_EXISTS, "domain 'web' already exists");
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    assert_int_equal(restore_from(w, "save", json, "www", &back, NULL), 0);
    now = config_of(w, back);
    assert_non_null(strstr(now, "\"www\""));

    make_guest(&cfg, "other", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.max_memkb = cfg.b_info.target_memkb = 128 * 1024;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    err = NULL;
    assert_int_equal(xm_host_restore(w->host, NULL, &cfg, NULL, fd, &build, &back, &err), -1);
    expect(err, XM_INVALID, "does not fit");
    cfg.b_info.max_memkb = 512 * 1024;
    lseek(fd, 0, SEEK_SET);
    assert_int_equal(xm_host_restore(w->host, NULL, &cfg, NULL, fd, &build, &back, NULL), 0);
    assert_string_equal(look(w, back), "--p--");
    libxl_domain_config_dispose(&cfg);
}

static void flip(struct world *w, const char *file, off_t at)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    xm_autoclose int fd = open(path, O_RDWR | O_CLOEXEC);
    char byte;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void a_damaged_stream_is_refused(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", ""), back;
    xm_autofree char *json = config_of(w, domid), *path = xm_printf("%s/save", w->dir);
    const struct { off_t at; const char *text; } cases[] = {
        { 0, "was not written by a simulated host" }, { 8, "version" }, { 12, "version" }, { 16, "damaged record" },
        { 21, "damaged record" }, { 24, "damaged record" }, { 28, "damaged memory" }, { 100, "damaged memory" },
        { 500000, "damaged memory" },
    };
    off_t size;

    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    size = size_of(w, "save");
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_error *err = NULL;

        flip(w, "save", cases[i].at);
        assert_int_equal(restore_from(w, "save", json, NULL, &back, &err), -1);
        expect(err, cases[i].at == 8 || cases[i].at == 12 ? XM_UNSUPPORTED : XM_INVALID, cases[i].text);
        flip(w, "save", cases[i].at);
        assert_int_equal(count_domains(w), 1);
    }
    for (off_t cut = 0; cut < size; cut += size / 7) {
        xm_error *err = NULL;

        assert_int_equal(restore_from(w, "save", json, NULL, &back, NULL), 0);
        assert_int_equal(xm_host_destroy(w->host, back, NULL), 0);
        assert_int_equal(truncate(path, cut), 0);
        assert_int_equal(restore_from(w, "save", json, NULL, &back, &err), -1);
        expect(err, XM_IO, "ends too early");
        assert_int_equal(count_domains(w), 1);
        domid = start(w, "web", "");
        assert_int_equal(save_to(w, domid, "save", NULL), 0);
        assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    }
}

static uint32_t crc_of(const char *text, size_t len)
{
    uint32_t crc = ~0u;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Rewrites "save" as "forged", in whose record of the guest old is new, with figures that agree. */
static void forge(struct world *w, const char *old, const char *new)
{
    xm_autofree char *path = xm_printf("%s/save", w->dir), *forged = xm_printf("%s/forged", w->dir);
    xm_autofree char *text = NULL, *record = NULL, *mended = NULL;
    xm_autobuf out = XM_BUF_INIT;
    uint32_t words[4] = { 0 };          /* type, number, length, crc; the guest's is of type 2 */
    size_t len, at = 16;
    char *found;

    assert_int_equal(xm_file_read(path, 64 << 20, &text, &len, NULL), 0);
    for (memcpy(words, text + at, sizeof(words)); words[0] != 2; memcpy(words, text + at, sizeof(words)))
        at += sizeof(words) + words[2];
    record = xm_strndup(text + at + sizeof(words), words[2]);
    found = strstr(record, old);
    if (found == NULL)
        fail_msg("no %s in %s", old, record);
    *found = '\0';
    mended = xm_printf("%s%s%s", record, new, found + strlen(old));
    xm_buf_add(&out, text, at);
    at += sizeof(words) + words[2];
    words[2] = (uint32_t)strlen(mended);
    words[3] = crc_of(mended, strlen(mended));
    xm_buf_add(&out, words, sizeof(words));
    xm_buf_add(&out, mended, strlen(mended));
    xm_buf_add(&out, text + at, len - at);
    assert_int_equal(xm_file_replace(forged, out.data, out.len, 0600, NULL), 0);
}

static void a_forged_stream_is_refused(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.boot=1"), back;
    xm_autofree char *json = config_of(w, domid);
    const struct { const char *old, *new; } cases[] = {
        { "\"domid\"", "\"domud\"" }, { "\"vcpus\": 2", "\"vcpus\": 3" }, { "\"vcpus\": 2", "\"vcpus\": 99999999999999999999" },
        { "\"max_vcpus\": 2", "\"max_vcpus\": 4096" }, { "\"mem_kib\": 262144", "\"mem_kib\": -1" },
        { "\"mem_kib\": 262144", "\"mem_kib\": 362144" }, { "\"ran_ms\": 1500", "\"ran_ms\": 9223372036854775807" },
        { "\"ran_ms\": 1500", "\"ran_ms\": true" }, { "sim.boot=1", "sim.boot=-1" }, { "\"hard\": [\"all\",", "\"hard\": [7," },
        { "{\"domid\"", "[{\"domid\"" }, { "\"uuid\": \"", "\"uuid\": \"0" },
    };

    pass_ms(w, 1500);
    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_error *err = NULL;

        forge(w, cases[i].old, cases[i].new);
        assert_int_equal(restore_from(w, "forged", json, NULL, &back, &err), -1);
        expect(err, XM_INVALID, "memory stream");
        assert_int_equal(count_domains(w), 1);
    }
    forge(w, "\"ran_ms\": 1500", "\"ran_ms\": 99999999999999");
    assert_int_equal(restore_from(w, "forged", json, NULL, &back, NULL), 0);
    pass_ms(w, 1000);
    assert_string_equal(look(w, back), "-b---");
}

/* --- to another host --- */

struct sent {
    int calls;
    unsigned rounds;            /* the last one seen */
    unsigned counted;           /* rounds that have been whole */
    uint64_t pages;             /* of these */
    uint64_t least;             /* of the last one */
    bool suspended;             /* seen so */
    int stop, stop_in_round;    /* the flag; set in that round, -1: never */
};

static void see(void *arg, const struct xm_progress *now)
{
    struct sent *sent = arg;

    sent->calls++;
    assert_true(now->done <= now->total);
    if (now->done > 0 && now->done == now->total && sent->counted == now->round) {
        sent->pages += now->total;
        sent->counted++;
    }
    sent->rounds = now->round;
    sent->least = now->total;
    sent->suspended = sent->suspended || now->suspended;
    if (sent->stop_in_round == (int)now->round && (now->round < 5 || now->suspended))
        sent->stop = 1;
}

static int send_to(struct world *w, uint32_t domid, const char *file, bool live, struct sent *sent, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct xm_send send = { .live = live, .stop = &sent->stop, .watch = { .progress = see, .arg = sent } };

    return xm_host_send(w->host, domid, fd, &send, err);
}

static void a_guest_is_sent_while_it_runs(void **state)
{
    struct world *w = *state;
    struct sent idle = { .stop_in_round = -1 }, busy = idle, still = idle;
    uint32_t quiet = start(w, "web", ""), loud = start(w, "db", "sim.dirty=300"), back;
    xm_autofree char *json = config_of(w, loud);

    assert_int_equal(send_to(w, quiet, "web", true, &idle, NULL), 0);
    assert_string_equal(look(w, quiet), "---s2");
    assert_true(idle.suspended);
    assert_int_equal(idle.rounds, 1);
    assert_int_equal(idle.least, 0);            /* it wrote to nothing */
    assert_int_equal(idle.pages, 65536);

    assert_int_equal(send_to(w, loud, "db", true, &busy, NULL), 0);
    assert_int_equal(busy.rounds, 5);
    assert_true(busy.pages > 65536 + 65536 / 4 && busy.pages < 2 * 65536);
    assert_true(busy.least > 50 && busy.least < 65536 / 8);     /* less with each round */
    assert_true(size_of(w, "db") > size_of(w, "web"));
    assert_int_equal(xm_host_destroy(w->host, loud, NULL), 0);
    assert_int_equal(restore_from(w, "db", json, NULL, &back, NULL), 0);

    assert_int_equal(send_to(w, back, "db", false, &still, NULL), 0);
    assert_int_equal(still.rounds, 0);
    assert_true(still.calls > 60 && still.suspended);
}

static void a_guest_that_is_not_sent_runs_on(void **state)
{
    struct world *w = *state;
    const int rounds[] = { 0, 1, 5 };
    uint32_t domid = start(w, "web", "sim.dirty=300");
    xm_error *err = NULL;

    for (size_t i = 0; i < XM_COUNT(rounds); i++) {
        struct sent sent = { .stop_in_round = rounds[i] };

        assert_int_equal(send_to(w, domid, "web", true, &sent, &err), -1);
        expect(err, XM_INTERRUPTED, "interrupted");
        err = NULL;
        assert_int_equal(sent.suspended, rounds[i] == 5);
        assert_string_equal(look(w, domid), "-b---");
    }
}

static void sending_fails_on_request(void **state)
{
    struct world *w = *state;
    struct sent sent = { .stop_in_round = -1 };
    uint32_t domid = start(w, "web", "");
    xm_error *err = NULL;

    put(w, "sim/faults", "send 1 once fail HOST \"no way\"\n");
    assert_int_equal(send_to(w, domid, "web", true, &sent, &err), -1);
    expect(err, XM_HOST, "no way");
    err = NULL;
    put(w, "sim/faults", "send.page 30 once fail IO \"cut\"\n");
    assert_int_equal(send_to(w, domid, "web", false, &sent, &err), -1);
    expect(err, XM_IO, "cut");
    assert_string_equal(look(w, domid), "-b---");
}

/* A reader that has gone is an error, and no signal that ends the program. */
static void a_line_that_is_cut_leaves_the_guest_running(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    struct xm_send live = { .live = true };
    xm_error *err = NULL;
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    assert_int_equal(xm_host_send(w->host, domid, ends[1], &live, &err), -1);
    expect(err, XM_IO, "Broken pipe");
    close(ends[1]);
    assert_string_equal(look(w, domid), "-b---");
}

/* Nobody reads: the pipe is full, and whoever waits for it can stop. */
static void a_line_that_stands_can_be_given_up(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    struct sent sent = { .stop_in_round = 0 };
    struct xm_send live = { .live = true, .stop = &sent.stop, .watch = { .progress = see, .arg = &sent } };
    xm_error *err = NULL;
    char some[4096] = { 0 };
    int ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    for (;;) {
        struct pollfd room = { .fd = ends[1], .events = POLLOUT };

        if (poll(&room, 1, 0) == 0)
            break;
        assert_int_equal(write(ends[1], some, sizeof(some)), sizeof(some));
    }
    assert_int_equal(xm_host_send(w->host, domid, ends[1], &live, &err), -1);
    expect(err, XM_INTERRUPTED, "interrupted");
    close(ends[0]);
    close(ends[1]);
    assert_string_equal(look(w, domid), "-b---");
}

static void what_cannot_be_sent_is_refused(void **state)
{
    struct world *w = *state;
    struct sent sent = { .stop_in_round = -1 };
    uint32_t pv = start(w, "web", ""), paused = start(w, "db", ""), ended = start(w, "mail", "sim.poweroff=1");
    xm_error *err = NULL;

    assert_int_equal(xm_host_pause(w->host, paused, NULL), 0);
    assert_int_equal(send_to(w, paused, "x", true, &sent, &err), -1);
    expect(err, XM_STATE, "is paused");
    err = NULL;
    pass_ms(w, 2000);
    assert_int_equal(send_to(w, ended, "x", true, &sent, &err), -1);
    expect(err, XM_STATE, "has shut down");
    err = NULL;
    assert_int_equal(send_to(w, 0, "x", true, &sent, &err), -1);
    expect(err, XM_INVALID, "domain 0 cannot be sent");
    err = NULL;
    assert_int_equal(send_to(w, 77, "x", true, &sent, &err), -1);
    expect(err, XM_NOT_FOUND, "domain 77 does not exist");
    err = NULL;
    put(w, "sim/host.json", "{\"cpu_features\": [\"pv\", \"hvm\", \"hap\"]}");
    assert_int_equal(send_to(w, pv, "x", true, &sent, &err), -1);
    expect(err, XM_UNSUPPORTED, "no shadow paging");
    assert_int_equal(sent.calls, 0);
    assert_int_equal(send_to(w, pv, "x", false, &sent, NULL), 0);
}

static void a_restore_tells_of_its_progress(void **state)
{
    struct world *w = *state;
    struct sent sent = { .stop_in_round = -1 };
    uint32_t domid = start(w, "web", ""), back;
    xm_autofree char *json = config_of(w, domid), *path = xm_printf("%s/save", w->dir);
    struct xm_build build = { .watch = { .progress = see, .arg = &sent } };
    xm_autoclose int fd = -1;

    assert_int_equal(save_to(w, domid, "save", NULL), 0);
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(xm_host_restore(w->host, json, NULL, NULL, fd, &build, &back, NULL), 0);
    assert_true(sent.calls >= 64);
    assert_int_equal(sent.least, (size_of(w, "save") + 4095) / 4096);
}

/* --- core --- */

static void a_core_is_an_elf_file(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_autofree char *path = xm_printf("%s/core", w->dir), *command = NULL, *missing = xm_printf("%s/no/core", w->dir);
    xm_autofree char *text = NULL, *listing = NULL;
    xm_error *err = NULL;
    struct stat st;

    assert_int_equal(xm_host_dump_core(w->host, domid, path, &(struct xm_dump){ 0 }, NULL), 0);
    assert_string_equal(look(w, domid), "-b---");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size > 256 * 4096);
    command = xm_printf("readelf -hSn %s >%s.txt 2>&1", path, path);
    assert_int_equal(system(command), 0);
    listing = xm_printf("%s.txt", path);
    assert_int_equal(xm_file_read(listing, 65536, &text, NULL, NULL), 0);
    assert_non_null(strstr(text, "CORE (Core file)"));
    assert_non_null(strstr(text, ".xen_prstatus"));
    assert_non_null(strstr(text, ".xen_p2m"));
    assert_non_null(strstr(text, ".xen_pages"));
    assert_null(strstr(text, "arning"));
    assert_int_equal(xm_host_dump_core(w->host, domid, missing, &(struct xm_dump){ .live = true }, &err), -1);
    expect(err, XM_NOT_FOUND, "/no/core: No such file");
}

/* --- faults --- */

static void faults_come_at_their_call(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;
    uint32_t domid = start(w, "web", "");

    put(w, "sim/faults", "# as a test needs it\npause 2 once fail HOST \"out of luck\"\nunpause 1 on fail BUSY \"never\"\n");
    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    assert_int_equal(xm_host_pause(w->host, domid, &err), -1);
    expect(err, XM_HOST, "out of luck");
    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    for (int i = 0; i < 3; i++) {
        err = NULL;
        assert_int_equal(xm_host_unpause(w->host, domid, &err), -1);
        expect(err, XM_BUSY, "never");
    }
    put(w, "sim/faults", "pause 1 sometimes fail HOST \"x\"\n");
    err = NULL;
    assert_int_equal(xm_host_unpause(w->host, domid, &err), -1);
    expect(err, XM_INVALID, "faults:1: is not a fault");
}

static void a_create_that_fails_leaves_nothing(void **state)
{
    struct world *w = *state;
    const char *const points[] = { "create", "create.domain", "create.devices", "create.finish" };
    libxl_domain_config cfg;

    for (size_t i = 0; i < XM_COUNT(points); i++) {
        put(w, "sim/faults", "%s 1 once fail HOST \"broken %zu\"\n", points[i], i);
        make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
        refuse(w, &cfg, XM_HOST, "broken");
    }
    start(w, "web", "");
}

static void a_save_that_fails_resumes(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_error *err = NULL;

    put(w, "sim/faults", "save.write 3 once fail IO \"disk on fire\"\n");
    assert_int_equal(save_to(w, domid, "save", &err), -1);
    expect(err, XM_IO, "disk on fire");
    assert_string_equal(look(w, domid), "-b---");
    assert_int_equal(size_of(w, "save") / 65536, 2);
    assert_int_equal(save_to(w, domid, "save", NULL), 0);
}

static void a_core_that_fails_leaves_nothing(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_autofree char *path = xm_printf("%s/cores/core", w->dir), *dir = xm_printf("%s/cores", w->dir);
    xm_error *err = NULL;

    assert_int_equal(mkdir(dir, 0700), 0);
    put(w, "sim/faults", "dump_core.write 9 once fail IO \"disk on fire\"\n");
    assert_int_equal(xm_host_dump_core(w->host, domid, path, &(struct xm_dump){ 0 }, &err), -1);
    expect(err, XM_IO, "disk on fire");
    assert_int_equal(rmdir(dir), 0);
    assert_string_equal(look(w, domid), "-b---");
}

static volatile int stop;

static void stop_now(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

static void a_long_create_can_be_interrupted(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;

    stop = 0;
    xm_host_set_stop(w->host, &stop);
    put(w, "sim/faults", "create.devices 1 once delay 20000\n");
    signal(SIGALRM, stop_now);
    ualarm(100000, 0);
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    refuse(w, &cfg, XM_INTERRUPTED, "interrupted");
    xm_host_set_stop(w->host, NULL);
    signal(SIGALRM, SIG_DFL);
}

/* --- many processes --- */

static int in_child(struct world *w, int (*work)(struct world *, int), int number)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(work(w, number));
    return pid;
}

/* Under a handle of its own, as any other program. Returns how often something went wrong. */
static int churn(struct world *w, int number)
{
    xm_host *host;
    int wrong = 0;

    if (xm_host_open(&w->conf, NULL, &host, NULL) < 0)
        return 100;
    for (int i = 0; i < 10; i++) {
        xm_autofree char *name = xm_printf("guest-%d-%d", number, i);
        struct xm_build build = { 0 };
        libxl_domain_config cfg;
        uint32_t domid, found;

        make_guest(&cfg, name, LIBXL_DOMAIN_TYPE_PV, "");
        wrong += xm_host_create(host, &cfg, &build, &domid, NULL) < 0;
        libxl_domain_config_dispose(&cfg);
        wrong += xm_host_find(host, name, &found, NULL) < 0 || found != domid;
        if (i % 2 == 0)
            wrong += xm_host_destroy(host, domid, NULL) < 0;
    }
    xm_host_close(host);
    return wrong;
}

static void many_processes_at_once(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_domains) *domains = NULL;
    int status;

    put(w, "sim/host.json", "{\"root\": \"%s\", \"memory_mib\": 65536}", w->dir);
    for (int i = 0; i < 8; i++)
        in_child(w, churn, i);
    for (int i = 0; i < 8; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(xm_host_list(w->host, 0, &domains, NULL), 0);
    assert_int_equal(domains->count, 1 + 8 * 5);
    for (size_t i = 1; i < domains->count; i++)
        assert_true(domains->items[i].domid > domains->items[i - 1].domid);
    assert_int_equal(start(w, "next", ""), 81);     /* each create took a number of its own */
}

static int open_machine(struct world *w, int number)
{
    xm_conf conf = { .host = xm_printf("%s-new", w->conf.host) };
    xm_host *host;

    (void)number;
    return xm_host_open(&conf, NULL, &host, NULL) < 0;
}

static void a_new_machine_is_made_once(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -r '%s-new'", w->dir);
    int status;

    for (int i = 0; i < 8; i++)
        in_child(w, open_machine, i);
    for (int i = 0; i < 8; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(system(command), 0);
}

static int create_once(struct world *w, int number)
{
    libxl_domain_config cfg;
    uint32_t domid;

    (void)number;
    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    return create(w, &cfg, &domid, NULL) < 0;
}

static void a_killed_create_leaves_at_most_a_paused_domain(void **state)
{
    struct world *w = *state;
    const struct { const char *point; size_t left; } cases[] = {
        { "create.domain", 0 }, { "create.devices", 1 }, { "create.finish", 1 },
    };

    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        uint32_t domid;
        int status;

        put(w, "sim/faults", "%s 1 once kill\n", cases[i].point);
        in_child(w, create_once, 0);
        assert_true(wait(&status) > 0);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        assert_int_equal(count_domains(w), 1 + cases[i].left);
        if (cases[i].left == 0)
            continue;
        assert_int_equal(xm_host_find(w->host, "web", &domid, NULL), 0);
        assert_string_equal(look(w, domid), "--p--");
        assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    }
}

static int churn_for_ever(struct world *w, int number)
{
    for (;;)
        if (churn(w, number) != 0)
            return 1;
}

/* Wherever the kill falls, the next process finds a whole machine. */
static void a_kill_at_any_instant_leaves_a_whole_machine(void **state)
{
    struct world *w = *state;

    put(w, "sim/host.json", "{\"root\": \"%s\", \"memory_mib\": 65536}", w->dir);
    for (int i = 0; i < 30; i++) {
        pid_t pid = in_child(w, churn_for_ever, i);
        XM_AUTO(xm_domains) *domains = NULL;

        usleep(3000 + (useconds_t)i * 311);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(xm_host_list(w->host, 0, &domains, NULL), 0);
        for (size_t j = 1; j < domains->count; j++)
            assert_int_equal(xm_host_destroy(w->host, domains->items[j].domid, NULL), 0);
    }
    assert_true(start(w, "web", "") > 0);
}

/* --- vcpus, messages, consoles --- */

static void vcpus_are_pinned_where_they_can_run(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    struct xm_cpuset two = { { 4 } }, none = { { 0x100 } };
    XM_AUTO(xm_vcpus) *vcpus = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_host_vcpu_pin(w->host, domid, 1, &two, NULL, false, NULL), 0);
    assert_int_equal(xm_host_vcpu_pin(w->host, domid, 2, &two, NULL, false, &err), -1);
    expect(err, XM_INVALID, "domain 1 has no vcpu 2");
    err = NULL;
    assert_int_equal(xm_host_vcpu_pin(w->host, domid, 0, NULL, &none, false, &err), -1);
    expect(err, XM_INVALID, "none of those cpus (it has 0-3)");
    assert_int_equal(xm_host_vcpus(w->host, domid, &vcpus, NULL), 0);
    assert_int_equal(vcpus->count, 2);
    assert_int_equal(vcpus->items[0].hard.bits[0], 15);
    assert_int_equal(vcpus->items[1].hard.bits[0], 4);
    assert_int_equal(vcpus->items[1].soft.bits[0], 15);
    assert_int_equal(vcpus->items[1].cpu, 2);
}

/* --- what a guest has --- */

static struct xm_domain figures(struct world *w, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_get(w->host, domid, XM_WANT_TARGET, &domains, NULL), 0);
    return domains->items[0];
}

static void memory_follows_the_target(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "sim.boot=10");
    uint64_t free_before = free_mib(w);
    xm_error *err = NULL;

    assert_int_equal(xm_host_set_memory(w->host, domid, 128 * 1024, false, NULL), 0);
    assert_int_equal(figures(w, domid).target_kib, 128 * 1024);
    assert_int_equal(figures(w, domid).mem_kib, 256 * 1024);            /* it has yet to boot */
    pass_ms(w, 11000);
    assert_int_equal(figures(w, domid).mem_kib, 128 * 1024);
    assert_int_equal(free_mib(w), free_before + 128);
    assert_int_equal(xm_host_pause(w->host, domid, NULL), 0);
    assert_int_equal(xm_host_set_memory(w->host, domid, 256 * 1024, false, NULL), 0);
    assert_int_equal(figures(w, domid).mem_kib, 128 * 1024);
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    assert_int_equal(figures(w, domid).mem_kib, 256 * 1024);
    assert_int_equal(xm_host_set_memory(w->host, domid, 257 * 1024, false, &err), -1);
    expect(err, XM_INVALID, "memory_dynamic_max must be less than or equal to memory_static_max (256 MiB)");
    err = NULL;
    assert_int_equal(xm_host_set_memory(w->host, domid, 0, false, &err), -1);
    expect(err, XM_INVALID, "memory_dynamic_max must be greater than zero");
    err = NULL;
    assert_int_equal(xm_host_set_memory(w->host, 77, 4096, false, &err), -1);
    expect(err, XM_NOT_FOUND, "domain 77 does not exist");
    err = NULL;
    assert_int_equal(xm_host_set_memory(w->host, 0, 4096, false, &err), -1);
    expect(err, XM_INVALID, "memory_dynamic_max too small: domain 0 keeps 256 MiB");
}

static void a_guest_takes_no_more_than_there_is(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_error *err = NULL;

    assert_int_equal(xm_host_set_max_memory(w->host, domid, 8192 * 1024, NULL), 0);
    assert_int_equal(xm_host_set_memory(w->host, domid, 8192 * 1024, false, NULL), 0);
    assert_int_equal(free_mib(w), 0);
    assert_true(figures(w, domid).mem_kib < 4096 * 1024);
    assert_int_equal(xm_host_set_memory(w->host, domid, 256 * 1024, false, NULL), 0);
    assert_int_equal(xm_host_set_max_memory(w->host, domid, 255 * 1024, &err), -1);
    expect(err, XM_INVALID, "memory_static_max (it is 256 MiB)");
    err = NULL;
    assert_int_equal(xm_host_set_max_memory(w->host, domid, 8192 * 1024, NULL), 0);
    assert_int_equal(xm_host_set_memory(w->host, domid, 8192 * 1024, true, &err), -1);
    expect(err, XM_HOST, "memory");
    assert_int_equal(figures(w, domid).target_kib, 256 * 1024);
}

static void dom0_gives_way_to_a_guest_that_grows(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    uint64_t all = 256 + free_mib(w) + 512;
    xm_error *err = NULL;

    assert_int_equal(xm_host_set_max_memory(w->host, domid, 8192 * 1024, NULL), 0);
    assert_int_equal(xm_host_set_memory(w->host, domid, all * 1024, true, &err), -1);
    expect(err, XM_HOST, "memory");
    w->conf.autoballoon = 1;
    assert_int_equal(xm_host_set_memory(w->host, domid, all * 1024, true, NULL), 0);
    assert_int_equal(figures(w, domid).mem_kib, all * 1024);
    assert_int_equal(figures(w, 0).mem_kib, 512 * 1024);
    err = NULL;
    assert_int_equal(xm_host_set_memory(w->host, domid, (all + 257) * 1024, true, &err), -1);
    expect(err, XM_HOST, "memory");
}

static void vcpus_come_and_go(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    xm_error *err = NULL;

    assert_int_equal(xm_host_set_vcpus(w->host, domid, 1, NULL), 0);
    assert_int_equal(figures(w, domid).vcpus, 1);
    assert_int_equal(xm_host_set_vcpus(w->host, domid, 2, NULL), 0);
    assert_int_equal(figures(w, domid).vcpus, 2);
    assert_int_equal(xm_host_set_vcpus(w->host, domid, 3, &err), -1);
    expect(err, XM_INVALID, "domain 1 has 2 vcpus at the most");
    err = NULL;
    assert_int_equal(xm_host_set_vcpus(w->host, domid, 0, &err), -1);
    expect(err, XM_INVALID, "Zero or less VCPUs is invalid");
    assert_int_equal(xm_host_set_vcpus(w->host, 0, 2, NULL), 0);
    assert_int_equal(figures(w, 0).vcpus, 2);           /* and it stays so */
}

static void the_configuration_follows(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    struct xm_share share = { XM_SCHED_CREDIT2, 512, 50 };
    xm_autofree char *text = NULL;
    XM_AUTO(xm_json) *json = NULL;

    assert_int_equal(xm_host_set_memory(w->host, domid, 128 * 1024, false, NULL), 0);
    assert_int_equal(xm_host_set_max_memory(w->host, domid, 192 * 1024, NULL), 0);
    assert_int_equal(xm_host_set_vcpus(w->host, domid, 1, NULL), 0);
    assert_int_equal(xm_host_set_share(w->host, domid, &share, NULL), 0);
    assert_int_equal(xm_host_config_json(w->host, domid, &text, NULL), 0);
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    assert_int_equal(xm_json_int(xm_json_get(json, "b_info", "target_memkb", NULL), -1), 128 * 1024);
    assert_int_equal(xm_json_int(xm_json_get(json, "b_info", "max_memkb", NULL), -1), 192 * 1024);
    assert_int_equal(xm_json_get(json, "b_info", "avail_vcpus", NULL)->count, 1);
    assert_int_equal(xm_json_int(xm_json_get(json, "b_info", "max_vcpus", NULL), -1), 2);
    assert_int_equal(xm_json_int(xm_json_get(json, "b_info", "sched_params", "weight", NULL), -1), 512);
}

static void a_share_is_built_read_and_set(void **state)
{
    struct world *w = *state;
    struct xm_share share;
    libxl_domain_config cfg;
    xm_error *err = NULL;
    uint32_t domid;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "");
    cfg.b_info.sched_params.weight = 1000;
    cfg.b_info.sched_params.cap = 150;
    assert_int_equal(create(w, &cfg, &domid, NULL), 0);
    assert_int_equal(xm_host_share(w->host, domid, &share, NULL), 0);
    assert_int_equal(share.scheduler, XM_SCHED_CREDIT2);
    assert_int_equal(share.weight, 1000);
    assert_int_equal(share.cap, 150);
    share.cap = 201;
    assert_int_equal(xm_host_set_share(w->host, domid, &share, &err), -1);
    expect(err, XM_INVALID, "valid range is from 0 to 200 for specified number of vcpus");
    err = NULL;
    share = (struct xm_share){ XM_SCHED_CREDIT2, 65536, 0 };
    assert_int_equal(xm_host_set_share(w->host, domid, &share, &err), -1);
    expect(err, XM_INVALID, "range from 1 to 65535");
    err = NULL;
    share = (struct xm_share){ XM_SCHED_CREDIT, 256, 0 };
    assert_int_equal(xm_host_set_share(w->host, domid, &share, &err), -1);
    expect(err, XM_UNSUPPORTED, "under the credit2 scheduler");
    assert_int_equal(xm_host_share(w->host, 0, &share, NULL), 0);
    assert_int_equal(share.weight, 256);
}

static void a_pool_s_scheduler_is_tuned(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_pools) *pools = NULL, *again = NULL;
    xm_error *err = NULL;

    put(w, "sim/host.json", "{\"scheduler\": \"credit\", \"cpupools\": [\"Pool-0\", \"slow\"]}");
    assert_int_equal(xm_host_pools(w->host, &pools, NULL), 0);
    assert_int_equal(pools->count, 2);
    assert_string_equal(pools->items[1].name, "slow");
    assert_int_equal(pools->items[1].tslice_ms, 30);
    pools->items[1].tslice_ms = 5;
    assert_int_equal(xm_host_tune_pool(w->host, &pools->items[1], NULL), 0);
    assert_int_equal(xm_host_pools(w->host, &again, NULL), 0);
    assert_int_equal(again->items[0].tslice_ms, 30);
    assert_int_equal(again->items[1].tslice_ms, 5);
    again->items[1].ratelimit_us = 6000;
    assert_int_equal(xm_host_tune_pool(w->host, &again->items[1], &err), -1);
    expect(err, XM_INVALID, "Ratelimit cannot be greater than timeslice");
    err = NULL;
    again->items[1].ratelimit_us = 99;
    assert_int_equal(xm_host_tune_pool(w->host, &again->items[1], &err), -1);
    expect(err, XM_INVALID, "Ratelimit out of range, valid range is from 100 to 500000");
    err = NULL;
    again->items[1].id = 2;
    assert_int_equal(xm_host_tune_pool(w->host, &again->items[1], &err), -1);
    expect(err, XM_NOT_FOUND, "no cpu pool 2");
}

static void the_ring_is_read_and_cleared(void **state)
{
    struct world *w = *state;
    char *text;

    assert_int_equal(xm_host_debug_keys(w->host, "h", NULL), 0);
    assert_int_equal(xm_host_dmesg(w->host, true, &text, NULL), 0);
    assert_non_null(strstr(text, "(XEN) Xen version 4.17"));
    assert_non_null(strstr(text, "(XEN) 'h' pressed\n"));
    free(text);
    assert_int_equal(xm_host_dmesg(w->host, false, &text, NULL), 0);
    assert_string_equal(text, "");
    free(text);
    for (int i = 0; i < 40; i++)
        assert_int_equal(xm_host_debug_keys(w->host, "hhh", NULL), 0);
    assert_int_equal(xm_host_dmesg(w->host, false, &text, NULL), 0);
    assert_in_range(strlen(text), 15000, 16384);
    assert_memory_equal(text, "(XEN) ", 6);
    free(text);
}

/* Reads until the guest has said part. */
static void hear(int fd, const char *part)
{
    char text[16384];
    size_t len = 0;

    for (text[0] = '\0'; len == 0 || strstr(text, part) == NULL; text[len] = '\0') {
        ssize_t n;

        if (!readable(fd, 5000))
            fail_msg("only '%s' where '%s' was expected", text, part);
        n = read(fd, text + len, sizeof(text) - 1 - len);
        if (n <= 0)
            fail_msg("the console ended at '%s'", text);
        len += (size_t)n;
    }
}

static void type(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void a_console_answers(void **state)
{
    struct world *w = *state;
    uint32_t domid = start(w, "web", "");
    struct xm_console console, other;
    xm_error *err = NULL;

    assert_int_equal(xm_host_console(w->host, domid, XM_CONSOLE_PRIMARY, 0, &console, NULL), 0);
    assert_int_equal(xm_host_console(w->host, domid, XM_CONSOLE_PRIMARY, 0, &other, &err), -1);
    expect(err, XM_BUSY, "another client has the console of domain 1");
    hear(console.fd, "web login: ");
    type(console.fd, "root\r");
    hear(console.fd, "web# ");
    type(console.fd, "unamx\177e\r");
    hear(console.fd, "Linux web");
    type(console.fd, "frob\r");
    hear(console.fd, "sh: frob: not found");
    assert_int_equal(xm_host_sysrq(w->host, domid, 's', NULL), 0);
    hear(console.fd, "sysrq: Emergency Sync");
    type(console.fd, "reboot\r");
    hear(console.fd, "reboot: Restarting system");
    assert_string_equal(look(w, domid), "---s1");
    assert_int_equal(xm_host_destroy(w->host, domid, NULL), 0);
    while (readable(console.fd, 5000)) {
        char text[256];

        if (read(console.fd, text, sizeof(text)) <= 0)
            break;
    }
    assert_int_equal(write(console.fd, "x", 1), -1);        /* the guest's side is closed */
    close(console.fd);
    close(console.lock);
}

/* A relative directory holds when the program goes elsewhere, as a supervisor and a guest do. */
static void a_relative_directory_stays_where_it_was(void **state)
{
    struct world *w = *state;
    xm_conf conf = { .host = xm_printf("sim:%s", strrchr(w->dir, '/') + 1) };
    xm_autofree char *back = getcwd(NULL, 0);
    uint32_t domid = start(w, "web", "");
    struct xm_console console;
    xm_host *host;

    assert_int_equal(chdir("/tmp"), 0);
    assert_int_equal(xm_host_open(&conf, NULL, &host, NULL), 0);
    assert_int_equal(chdir(back), 0);
    assert_int_equal(xm_host_console(host, domid, XM_CONSOLE_PRIMARY, 0, &console, NULL), 0);
    hear(console.fd, "web login: ");
    close(console.fd);
    close(console.lock);
    xm_host_close(host);
    free(conf.host);
}

static void a_console_shows_the_boot(void **state)
{
    struct world *w = *state;
    libxl_domain_config cfg;
    struct xm_build build = { .paused = true };
    struct xm_console console;
    xm_error *err = NULL;
    uint32_t domid;

    make_guest(&cfg, "web", LIBXL_DOMAIN_TYPE_PV, "sim.boot=1");
    assert_int_equal(xm_host_create(w->host, &cfg, &build, &domid, NULL), 0);
    libxl_domain_config_dispose(&cfg);
    assert_int_equal(xm_host_console(w->host, domid, XM_CONSOLE_PRIMARY, 0, &console, NULL), 0);
    assert_false(readable(console.fd, 100));
    type(console.fd, "uname\r");                /* waits until the guest reads it */
    assert_int_equal(xm_host_unpause(w->host, domid, NULL), 0);
    hear(console.fd, "Linux version");
    while (readable(console.fd, 100))
        hear(console.fd, "");
    pass_ms(w, 1000);
    hear(console.fd, "6.1.0-sim x86_64\r\n\r\nweb login: ");
    type(console.fd, "poweroff\r");
    hear(console.fd, "reboot: Power down");
    close(console.fd);
    close(console.lock);
    assert_int_equal(xm_host_console(w->host, domid, XM_CONSOLE_SERIAL, 0, &console, &err), -1);
    expect(err, XM_NOT_FOUND, "no serial console");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_without_a_directory_is_refused),
        T(a_new_machine_has_dom0),
        T(a_wrong_setting_is_named),
        T(nodes_and_cpus_follow_the_settings),
        T(a_guest_runs_and_takes_memory),
        T(the_configuration_is_kept),
        T(what_is_missing_is_refused),
        T(a_bootloader_needs_a_disk_with_something_on_it),
        T(what_a_guest_holds_is_told),
        T(what_the_machine_lacks_is_named),
        T(too_much_memory_is_refused),
        T(dom0_makes_room_when_allowed),
        T(a_taken_name_is_refused),
        T(hvm_needs_a_cpu_that_can),
        T(figures_beyond_reason_are_refused),
        T(an_unknown_behaviour_is_refused),
        T(unknown_domains_and_dom0_are_refused),
        T(the_console_is_ready_before_the_guest_runs),
        T(a_guest_boots_then_idles),
        T(load_uses_cpu_and_pause_stops_it),
        T(time_may_jump),
        T(a_looping_guest_never_blocks),
        T(guests_end_by_themselves),
        T(a_pause_puts_off_the_end),
        T(a_guest_obeys),
        T(a_guest_ignores),
        T(a_paused_guest_obeys_when_it_runs_again),
        T(a_request_not_taken_is_withdrawn),
        T(hvm_without_drivers_needs_a_button_or_force),
        T(a_guest_is_released_with_the_last_of_its_parts),
        T(sysrq_letters_act),
        T(events_tell_what_changes),
        T(events_come_by_themselves),
        T(a_saved_guest_comes_back),
        T(a_suspended_guest_can_be_resumed),
        T(a_guest_that_does_not_suspend_runs_on),
        T(a_full_disk_leaves_the_guest_running),
        T(a_restored_guest_takes_a_new_name_and_configuration),
        T(a_damaged_stream_is_refused),
        T(a_forged_stream_is_refused),
        T(a_guest_is_sent_while_it_runs),
        T(a_guest_that_is_not_sent_runs_on),
        T(sending_fails_on_request),
        T(a_line_that_is_cut_leaves_the_guest_running),
        T(a_line_that_stands_can_be_given_up),
        T(what_cannot_be_sent_is_refused),
        T(a_restore_tells_of_its_progress),
        T(a_core_is_an_elf_file),
        T(faults_come_at_their_call),
        T(a_create_that_fails_leaves_nothing),
        T(a_save_that_fails_resumes),
        T(a_core_that_fails_leaves_nothing),
        T(a_long_create_can_be_interrupted),
        T(many_processes_at_once),
        T(a_new_machine_is_made_once),
        T(a_killed_create_leaves_at_most_a_paused_domain),
        T(a_kill_at_any_instant_leaves_a_whole_machine),
        T(vcpus_are_pinned_where_they_can_run),
        T(memory_follows_the_target),
        T(a_guest_takes_no_more_than_there_is),
        T(dom0_gives_way_to_a_guest_that_grows),
        T(vcpus_come_and_go),
        T(the_configuration_follows),
        T(a_share_is_built_read_and_set),
        T(a_pool_s_scheduler_is_tuned),
        T(the_ring_is_read_and_cleared),
        T(a_console_answers),
        T(a_console_shows_the_boot),
        T(a_relative_directory_stays_where_it_was),
    };

    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
