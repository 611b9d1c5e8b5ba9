/* The table of keys: whose keys are in it, and that binding does what the table says of each. */
#include "bound.h"

#include <limits.h>

#include "bind/keys.h"

#define UUID "uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"\n"

/* Every key of the domain configuration of xl 4.17, in the order of its manual, with those that it only
 * warns of. */
static const char *const xl_names[] = {
    "name", "type", "builder", "uuid", "memory", "maxmem", "vcpus", "maxvcpus", "cpus", "cpus_soft", "vnuma", "pool",
    "cpu_weight", "cap", "period", "slice", "latency", "extratime", "hap", "oos", "init_seclabel", "seclabel",
    "kernel", "ramdisk", "device_tree", "cmdline", "root", "extra", "bootloader", "bootloader_args", "firmware",
    "bios", "bios_path_override", "firmware_override", "on_poweroff", "on_reboot", "on_crash", "on_watchdog",
    "on_soft_reset", "pvshim", "pvshim_path", "pvshim_cmdline", "pvshim_extra", "max_grant_frames",
    "max_maptrack_frames", "max_grant_version", "max_event_channels", "shadow_memory", "videoram",
    "stubdomain_memory", "nomigrate", "driver_domain", "acpi", "apic", "nestedhvm", "tsc_mode", "timer_mode",
    "rtc_timeoffset", "localtime", "vncviewer", "passthrough", "pci", "pci_msitranslate", "pci_power_mgmt",
    "pci_permissive", "pci_seize", "rdm", "rdm_mem_boundary", "mmio_hole", "e820_host", "dtdev", "vuart",
    "gic_version", "tee", "ioports", "irqs", "iomem", "disk", "vif", "vfb", "p9", "vtpm", "vdispl", "pvcalls",
    "vsnd", "vkb", "channel", "usbctrl", "usbdev", "vif2", "cpuid", "altp2m", "altp2mhvm", "vmtrace_buf_kb", "pae",
    "acpi_s3", "acpi_s4", "nx", "hpet", "vpt_align", "acpi_laptop_slate", "viridian", "ms_vm_genid",
    "smbios_firmware", "acpi_firmware", "mca_caps", "hdtype", "vendor_device", "vga", "stdvga", "vnc", "vnclisten",
    "vncpasswd", "vncdisplay", "vncunused", "sdl", "opengl", "display", "xauthority", "keymap", "spice", "spiceport",
    "spicetls_port", "spicehost", "spicedisable_ticketing", "spicepasswd", "spiceagent_mouse", "spicevdagent",
    "spice_clipboard_sharing", "spiceusbredirection", "spice_image_compression", "spice_streaming_video",
    "nographic", "usb", "vkb_device", "xen_platform_pci", "boot", "soundhw", "usbversion", "usbdevice", "serial",
    "gfx_passthru", "device_model", "device_model_override", "device_model_version",
    "device_model_stubdomain_override", "device_model_stubdomain_seclabel", "device_model_user", "stubdomain_kernel",
    "stubdomain_cmdline", "stubdomain_ramdisk", "dm_restrict", "device_model_args", "device_model_args_pv",
    "device_model_args_hvm", "msr_relaxed", "vpmu", "xend_suspend_evtchn_compat",
};

/* Every variable of xm 4.4, with the two that files set although they were never declared. */
static const char *const xm_names[] = {
    "name", "uuid", "description", "builder", "kernel", "ramdisk", "loader", "bootloader", "bootargs", "bootentry",
    "root", "extra", "ip", "gateway", "netmask", "hostname", "interface", "dhcp", "nfs_server", "nfs_root",
    "features", "memory", "maxmem", "shadow_memory", "memory_sharing", "vcpus", "maxvcpus", "vcpu_avail", "cpus",
    "cpu", "cpu_weight", "cpu_cap", "pool", "tsc_mode", "nomigrate", "superpages", "vhpt", "machine_address_size",
    "suppress_spurious_page_faults", "s3_integrity", "oos", "target", "on_poweroff", "on_reboot", "on_crash",
    "restart", "on_xend_start", "on_xend_stop", "blkif", "netif", "disk", "vif", "vfb", "pci", "vscsi", "vusb",
    "ioports", "irq", "vif2", "access_control", "nics", "device_model", "boot", "acpi", "apic", "pae", "hap",
    "timer_mode", "vpt_align", "xen_platform_pci", "hpet", "viridian", "nestedhvm", "rtc_timeoffset", "localtime",
    "usb", "stdvga", "isa", "nographic", "monitor", "fda", "fdb", "soundhw", "usbdevice", "serial", "parallel",
    "keymap", "monitor_path", "guest_os_type", "videoram", "vnc", "sdl", "opengl", "gfx_passthru", "vncdisplay",
    "vnclisten", "vncpasswd", "vncunused", "display", "xauthority", "vncconsole", "pci_msitranslate",
    "pci_power_mgmt", "cpuid", "cpuid_check", "xen_extended_power_mgmt",
};

static void are_known(const char *const *names, size_t count, unsigned dialect)
{
    for (size_t i = 0; i < count; i++) {
        const struct xm_key *key = xm_key_find(names[i]);

        if (!key || !(key->dialects & dialect))
            fail_msg("%s is not in the table", names[i]);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
}

static void every_key_of_both_is_in_the_table(void **state)
{
    (void)state;
    assert_int_equal(XM_COUNT(xl_names), 158);
    assert_int_equal(XM_COUNT(xm_names), 106);
    are_known(xl_names, XM_COUNT(xl_names), XM_IN_XL);
    are_known(xm_names, XM_COUNT(xm_names), XM_IN_XM);
}

static void every_row_says_what_it_is(void **state)
{
    const struct xm_config_key *words = xm_config_keys();

    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++, words++) {
        assert_string_equal(words->name, key->name);
        assert_true(*words->summary && *words->subject);
        assert_true(key->guests & XM_ALL && key->dialects & XM_BOTH);
        if (key->kind == XM_KIND_ENUM)
            assert_non_null(key->choices);
        /* what is neither kept for xm nor gone goes to libxl */
        if (!key->field && !key->gone && (key->dialects & XM_IN_XL))
            fail_msg("%s goes nowhere", key->name);
        if (key->field)
            assert_true(!strchr(key->field, ' ') && (key->offset || !strcmp(key->field, "c_info.type")));
        for (const struct xm_key *other = xm_keys; other < key; other++)
            assert_string_not_equal(other->name, key->name);
    }
    assert_null(words->name);
}

/* --- one key in an otherwise empty guest --- */

static const struct { unsigned bit; const char *name; } guests[] = { { XM_PV, "pv" }, { XM_HVM, "hvm" }, { XM_PVH, "pvh" } };

/* The JSON of the guest; NULL with *ret_error set if it was refused. */
static char *guest_json(enum xm_dialect dialect, const char *type, const char *line, char **ret_error)
{
    xm_autofree char *text = NULL, *type_line = xm_printf("type='%s'\n", type);
    bool own_type = !strncmp(line, "type=", 5) || !strncmp(line, "builder=", 8);
    struct xm_bind_report report = { 0 };
    XM_AUTO(xm_doc) *doc = NULL;
    libxl_domain_config cfg;
    xm_error *err = NULL;
    char *json = NULL;

    text = xm_printf("name='a'\n" UUID "kernel='/k'\n%s%s\n", own_type ? "" : type_line, line);
    if (xm_config_parse(dialect, "web", text, strlen(text), &doc, &err) < 0)
        fail_msg("%s", err->msg);
    libxl_domain_config_init(&cfg);
    if (xm_bind(doc, &report, &cfg, &err) == 0)
        json = xm_bind_json(&cfg);
    else
        *ret_error = xm_error_text(err);
    xm_error_free(err);
    libxl_domain_config_dispose(&cfg);
    return json;
}

static void accepts(enum xm_dialect dialect, const char *type, const char *line)
{
    xm_autofree char *error = NULL, *json = guest_json(dialect, type, line, &error);

    if (!json)
        fail_msg("%s of %s: %s", line, type, error);
}

static void refuses(enum xm_dialect dialect, const char *type, const char *line, const char *part)
{
    xm_autofree char *error = NULL, *json = guest_json(dialect, type, line, &error);

    if (json || !strstr(error, part))
        fail_msg("%s of %s: %s", line, type, json ? "is accepted" : error);
}

static enum xm_dialect dialect_of(const struct xm_key *key)
{
    return key->dialects & XM_IN_XL ? XM_DIALECT_XL : XM_DIALECT_XM;
}

static bool is_in(const struct xm_key *key, enum xm_dialect dialect)
{
    return key->dialects & (dialect == XM_DIALECT_XM ? XM_IN_XM : XM_IN_XL);
}

static void default_of_guests(const struct xm_key *key, enum xm_dialect dialect, const char *literal)
{
    xm_autofree char *line = xm_printf("%s='%s'", key->name, literal);

    for (size_t i = 0; i < XM_COUNT(guests); i++) {
        xm_autofree char *error = NULL, *without = NULL, *with = NULL;

        if (!(key->guests & guests[i].bit))
            continue;
        without = guest_json(dialect, guests[i].name, "", &error);
        with = guest_json(dialect, guests[i].name, line, &error);
        if (!strncmp(key->name, "type", 4) || !strcmp(key->name, "builder"))
            if (guests[i].bit != XM_PV)
                continue;
        if (!with || !without || strcmp(with, without))
            fail_msg("%s: %s is not what a %s guest has without it", key->name, literal, guests[i].name);
    }
}

static void a_default_is_what_binding_does_without_the_key(void **state)
{
    static const enum xm_dialect dialects[] = { XM_DIALECT_XM, XM_DIALECT_XL };
    unsigned literals = 0;

    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++)
        for (size_t i = 0; i < XM_COUNT(dialects); i++) {
            xm_autofree char *literal = is_in(key, dialects[i]) ? xm_key_default(key, dialects[i], NULL) : NULL;

            if (!literal)
                continue;
            default_of_guests(key, dialects[i], literal);
            literals++;
        }
    assert_true(literals > 30);
}

static void range_of(const struct xm_key *key, const char *type)
{
    enum xm_dialect dialect = dialect_of(key);
    const struct { long value; bool ok; } cases[] = {
        { key->min, true }, { key->max, true }, { key->min - 1, false }, { key->max + 1, false },
    };

    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_autofree char *line = xm_printf("%s='%ld'", key->name, cases[i].value);

        if (cases[i].ok)
            accepts(dialect, type, line);
        else
            refuses(dialect, type, line, key->name);
    }
}

static void a_range_is_kept(void **state)
{
    unsigned ranges = 0;

    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++)
        for (size_t i = 0; (key->min || key->max) && i < XM_COUNT(guests); i++)
            if (key->guests & guests[i].bit) {
                range_of(key, guests[i].name);
                ranges++;
            }
    assert_true(ranges > 60);
}

static void choices_of(const struct xm_key *key, const char *type)
{
    enum xm_dialect dialect = dialect_of(key);
    xm_autofree char *wrong = xm_printf("%s='nonsense'", key->name);

    for (const struct xm_choice *choice = key->choices; choice->name; choice++) {
        xm_autofree char *line = xm_printf("%s='%s'", key->name, choice->name);

        accepts(dialect, type, line);
        refuses(dialect, type, wrong, choice->name);
    }
    refuses(dialect, type, wrong, "unknown value 'nonsense' (");
}

static void choices_are_kept(void **state)
{
    unsigned rows = 0;

    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++)
        for (size_t i = 0; key->choices && i < XM_COUNT(guests); i++)
            if (key->guests & guests[i].bit) {
                choices_of(key, guests[i].name);
                rows++;
            }
    assert_true(rows > 40);
}

/* Every key whose value is one number, text or choice refuses a list; a list key refuses a number. */
static void types_are_kept(void **state)
{
    (void)state;
    for (const struct xm_key *key = xm_keys; key->name; key++) {
        bool list = key->kind == XM_KIND_LIST;
        xm_autofree char *line = xm_printf("%s=%s", key->name, list ? "7" : "['x',['y']]");

        if (key->gone || key->kind == XM_KIND_ANY || key->kind == XM_KIND_BOOL_OR)
            continue;
        for (size_t i = 0; i < XM_COUNT(guests); i++)
            if (key->guests & guests[i].bit)
                refuses(dialect_of(key), guests[i].name, line, list ? "list" : "must be a single value, not a list");
    }
}

static void a_key_is_described_in_words(void **state)
{
    static const char *const cases[][2] = {
        { "memory", "integer, 0 to 1099511627776; default for xm 128; default for xl 32" },
        { "cpu_weight", "integer, 0 to 65535; default 256" },
        { "on_crash", "destroy, restart, rename-restart, preserve, coredump-destroy, coredump-restart or soft-reset; "
                      "default for xm restart; default for xl destroy" },
        { "hap", "boolean; default 1 if the host can; for pvh and hvm" },
        { "tsc_mode", "default, always_emulate, native or native_paravirt, or its number, 0 to 3; default default" },
        { "gfx_passthru", "boolean, default or igd; default 0; for hvm" },
        { "viridian", "boolean or list; default 0; for hvm" },
        { "disk", "list" },
        { "serial", "string or list; for hvm" },
        { "altp2mhvm", "boolean; default 0; for hvm; a key of xl; an old spelling, use altp2m" },
        { "period", "integer, at least 0; a key of xl" },
        { "superpages", "integer; a key of xm; has no effect on a host of today" },
        { "nosuch", "" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_autofree char *words = xm_config_key_describe(cases[i][0]);

        assert_string_equal(words, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_of_both_is_in_the_table),
        cmocka_unit_test(every_row_says_what_it_is),
        cmocka_unit_test(a_default_is_what_binding_does_without_the_key),
        cmocka_unit_test(a_range_is_kept),
        cmocka_unit_test(choices_are_kept),
        cmocka_unit_test(types_are_kept),
        cmocka_unit_test(a_key_is_described_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
