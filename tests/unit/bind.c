/* bind: what a document becomes for libxl; files that people use, mistakes. */
#include "bound.h"

/* --- xm's meaning --- */

static void the_guide_s_guest_is_bound(void **state)
{
    AUTO_BOUND bound;
    libxl_domain_config *cfg = &bound.cfg;

    (void)state;
    bind_xm("name = \"solaris\"\nvcpus = 2\nmemory = \"512\"\n\nextra = \"-k\"\n\nroot = \"/dev/dsk/c0d0s0\"\n"
            "disk = ['file:/tank/guests/solaris/disk.img,0,w']\n\nvif = ['']\n\non_xend_start = \"start\"\n"
            "on_xend_stop = \"shutdown\"\n\non_shutdown = \"destroy\"\non_reboot = \"restart\"\non_crash = \"destroy\"\n",
            &bound);
    assert_null(bound.warnings.data);
    assert_string_equal(cfg->c_info.name, "solaris");
    assert_int_equal(cfg->c_info.type, LIBXL_DOMAIN_TYPE_PV);
    assert_int_equal(cfg->b_info.target_memkb, 512 * 1024);
    assert_int_equal(cfg->b_info.max_memkb, 512 * 1024);
    assert_int_equal(cfg->b_info.max_vcpus, 2);
    assert_string_equal(cfg->b_info.cmdline, "root=/dev/dsk/c0d0s0 -k");
    assert_string_equal(cfg->b_info.bootloader, "pygrub");
    assert_string_equal(cfg->b_info.bootloader_args[0], "-q");
    assert_string_equal(cfg->disks[0].vdev, "0");
    assert_int_equal(cfg->num_nics, 1);
    assert_int_equal(cfg->on_crash, LIBXL_ACTION_ON_SHUTDOWN_DESTROY);
}

static void xm_has_its_own_defaults(void **state)
{
    AUTO_BOUND bound;

    (void)state;
    bind_xm("memory = 0\nname = ''\n", &bound);
    assert_string_equal(bound.cfg.c_info.name, "web");
    assert_int_equal(bound.cfg.b_info.target_memkb, 128 * 1024);
    assert_int_equal(bound.cfg.on_crash, LIBXL_ACTION_ON_SHUTDOWN_RESTART);
    assert_int_equal(bound.cfg.on_poweroff, LIBXL_ACTION_ON_SHUTDOWN_DESTROY);
    assert_int_equal(bound.cfg.b_info.max_vcpus, 1);
}

static void command_line(const char *text, const char *expected)
{
    AUTO_BOUND bound;

    bind_xm(text, &bound);
    assert_string_equal(bound.cfg.b_info.cmdline, expected);
}

static void the_command_line_is_put_together_as_xm_did(void **state)
{
    (void)state;
    command_line("kernel='/k'\nroot='root=/dev/sda1 ro'\nextra='4'\n", "root=/dev/sda1 ro 4");
    command_line("kernel='/k'\nroot='/dev/sda1'\nextra='root=/dev/nfs 3'\n", "root=/dev/nfs 3");
    command_line("kernel='/k'\nextra='3'\ndhcp='dhcp'\nhostname='nbd4'\nroot='/dev/hda1 ro'\n",
                 "root=/dev/hda1 ro ip=:127.0.255.255:::nbd4:eth0:dhcp 3");
    command_line("kernel='/k'\nip='10.0.0.2'\ngateway='10.0.0.1'\nnetmask='255.0.0.0'\n"
                 "nfs_server='10.0.0.9'\nnfs_root='/srv'\nroot='/dev/nfs'\n",
                 "root=/dev/nfs ip=10.0.0.2:10.0.0.9:10.0.0.1:255.0.0.0::eth0:off nfsroot=10.0.0.9:/srv");
}

static void old_words_of_a_life_are_understood(void **state)
{
    AUTO_BOUND never, onreboot;

    (void)state;
    bind_xm("kernel='/k'\nrestart='never'\n", &never);
    assert_int_equal(never.cfg.on_reboot, LIBXL_ACTION_ON_SHUTDOWN_DESTROY);
    assert_int_equal(never.cfg.on_crash, LIBXL_ACTION_ON_SHUTDOWN_DESTROY);
    bind_xm("kernel='/k'\nrestart='onreboot'\non_crash='preserve'\n", &onreboot);
    assert_int_equal(onreboot.cfg.on_reboot, LIBXL_ACTION_ON_SHUTDOWN_RESTART);
    assert_int_equal(onreboot.cfg.on_crash, LIBXL_ACTION_ON_SHUTDOWN_PRESERVE);
}

static void on_crash_has_the_words_of_the_api_too(void **state)
{
    static const struct { const char *text; libxl_action_on_shutdown action; } cases[] = {
        { "kernel='/k'\non_crash='coredump_and_destroy'\n", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY },
        { "kernel='/k'\non_crash='coredump_and_restart'\n", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART },
        { "kernel='/k'\non_crash='coredump_restart'\n", LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART },
        { "kernel='/k'\non_crash='rename_restart'\n", LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        AUTO_BOUND bound;

        bind_xm(cases[i].text, &bound);
        assert_int_equal(bound.cfg.on_crash, cases[i].action);
    }
}

static void an_hvm_guest_of_xm_is_bound(void **state)
{
    AUTO_BOUND bound;
    libxl_domain_build_info *info = &bound.cfg.b_info;

    (void)state;
    bind_xm("kernel = '/usr/lib/xen/boot/hvmloader'\nbuilder='hvm'\ndevice_model='/usr/lib/xen/bin/qemu-dm'\n"
            "vif = ['type=ioemu, bridge=xenbr0']\nserial='pty'\nboot='dc'\nusb=1\nusbdevice='tablet'\n"
            "vfb = ['type=vnc, vncunused=1, vnclisten=0.0.0.0']\n", &bound);
    assert_int_equal(info->type, LIBXL_DOMAIN_TYPE_HVM);
    assert_null(info->kernel);
    assert_null(info->bootloader);
    assert_string_equal(info->u.hvm.serial, "pty");
    assert_string_equal(info->u.hvm.boot, "dc");
    assert_true(libxl_defbool_val(info->u.hvm.vnc.enable));
    assert_string_equal(info->u.hvm.vnc.listen, "0.0.0.0");
    assert_int_equal(bound.cfg.num_vfbs, 0);
    assert_int_equal(bound.cfg.nics[0].nictype, LIBXL_NIC_TYPE_VIF_IOEMU);
    assert_string_equal(bound.cfg.nics[0].bridge, "xenbr0");
}

static void an_interface_of_xm_is_bound(void **state)
{
    AUTO_BOUND bound;
    libxl_device_nic *nic;

    (void)state;
    bind_xm("kernel='/k'\nvif = ['mac=00:16:3e:5a:10:01 , bridge=br0 , script=vif-nat, ip=10.0.0.2 10.0.0.3,"
            "vifname=np, model=e1000, backend=net, rate=10Mb/s', '']\n", &bound);
    assert_int_equal(bound.cfg.num_nics, 2);
    nic = &bound.cfg.nics[0];
    assert_int_equal(nic->mac[5], 1);
    assert_string_equal(nic->bridge, "br0");
    assert_string_equal(nic->ip, "10.0.0.2 10.0.0.3");
    assert_string_equal(nic->ifname, "np");
    assert_string_equal(nic->backend_domname, "net");
    assert_int_equal(nic->rate_interval_usecs, 50000);
    assert_int_equal(bound.cfg.nics[1].devid, 1);
}

static void a_frame_buffer_of_a_pv_guest_is_bound(void **state)
{
    AUTO_BOUND vfb, sdl;

    (void)state;
    bind_xm("kernel='/k'\nvfb = ['type=vnc,vncdisplay=2,vncpasswd=x']\n", &vfb);
    assert_int_equal(vfb.cfg.num_vfbs, 1);
    assert_int_equal(vfb.cfg.num_vkbs, 1);
    assert_true(libxl_defbool_val(vfb.cfg.vfbs[0].vnc.enable));
    assert_int_equal(vfb.cfg.vfbs[0].vnc.display, 2);
    bind_xm("kernel='/k'\nvfb = ['type=sdl']\n", &sdl);
    assert_true(libxl_defbool_val(sdl.cfg.vfbs[0].sdl.enable));
    assert_false(libxl_defbool_val(sdl.cfg.vfbs[0].vnc.enable));
}

static void cpus_are_bound(void **state)
{
    AUTO_BOUND all, each, one;

    (void)state;
    bind_xm("kernel='/k'\nvcpus=2\ncpus='0-1,^0'\n", &all);
    assert_int_equal(all.cfg.b_info.num_vcpu_hard_affinity, 2);
    assert_false(libxl_bitmap_test(&all.cfg.b_info.vcpu_hard_affinity[1], 0));
    assert_true(libxl_bitmap_test(&all.cfg.b_info.vcpu_hard_affinity[1], 1));
    bind_xm("kernel='/k'\nvcpus=2\ncpus=['1', 0]\n", &each);
    assert_true(libxl_bitmap_test(&each.cfg.b_info.vcpu_hard_affinity[0], 1));
    assert_true(libxl_bitmap_test(&each.cfg.b_info.vcpu_hard_affinity[1], 0));
    bind_xm("kernel='/k'\ncpu=1\n", &one);
    assert_true(libxl_bitmap_test(&one.cfg.b_info.vcpu_hard_affinity[0], 1));
    refuse_xm("kernel='/k'\nvcpus=3\ncpus=['1']\n", "web:3:6: cpus: names 1 processors, but the guest has 3");
}

/* --- mistakes --- */

/* Twelve kinds of mistakes in one file, none of which hides another. */
static void every_mistake_is_reported_in_one_run(void **state)
{
    static const char text[] =
        "kernel = '/k'\n"
        "memory = 'much'\n"
        "vcpus = 0\n"
        "disk = ['phy:/x,xvda,w',\n"
        "\t'foo']\n"
        "on_crash = 'explode'\n"
        "vif = ['brigde=br0']\n"
        "uuid = 'no'\n"
        "cpu_weight = 1.5\n"
        "name = 'a b'\n"
        "extra = ['x']; cpu_cap = -1\n"
        "pci = '07:00.0'\n"
        "cpus = 'x-y'\n"
        "localtime = 'maybe'\n";
    AUTO_BOUND bound;

    (void)state;
    bind_text(XM_DIALECT_XM, text, &bound);
    assert_string_equal(bound.shown,
        "web:2:10: memory: 'much' is not a number\n"
        "memory = 'much'\n"
        "         ^\n"
        "web:3:9: vcpus: 0 is too small (at least 1)\n"
        "vcpus = 0\n"
        "        ^\n"
        "web:5:2: disk[1]: names no device of the guest (vdev=xvda)\n"
        "\t'foo']\n"
        "\t^\n"
        "web:6:12: on_crash: unknown value 'explode' (destroy, restart, rename-restart, preserve, "
        "coredump-destroy, coredump-restart or soft-reset)\n"
        "on_crash = 'explode'\n"
        "           ^\n"
        "web:7:8: vif[0]: unknown option 'brigde' of an interface (did you mean bridge?)\n"
        "vif = ['brigde=br0']\n"
        "       ^\n"
        "web:8:8: uuid: 'no' is not a UUID (32 hex digits)\n"
        "uuid = 'no'\n"
        "       ^\n"
        "web:9:14: cpu_weight: 1.5 is not a whole number (a // b divides to one)\n"
        "cpu_weight = 1.5\n"
        "             ^\n"
        "web:10:8: name: 'a b' is no name: letters, digits and _ . : + - only\n"
        "name = 'a b'\n"
        "       ^\n"
        "web:11:9: extra: must be a single value, not a list\n"
        "extra = ['x']; cpu_cap = -1\n"
        "        ^\n"
        "web:11:26: cpu_cap: -1 is too small (at least 0)\n"
        "extra = ['x']; cpu_cap = -1\n"
        "                         ^\n"
        "web:12:7: pci: must be a list: [ ... ]\n"
        "pci = '07:00.0'\n"
        "      ^\n"
        "web:13:8: cpus: 'x-y' is no range of cpus (like 0-3,^2)\n"
        "cpus = 'x-y'\n"
        "       ^\n"
        "web:14:13: localtime: 'maybe' is not a number\n"
        "localtime = 'maybe'\n"
        "            ^");
}

static void a_hundred_mistakes_are_shown(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    AUTO_BOUND bound;
    unsigned lines = 1;

    (void)state;
    xm_buf_puts(&text, "kernel='/k'\ndevice_model_args = [\n");
    for (int i = 0; i < 150; i++)
        xm_buf_puts(&text, "[],\n");
    xm_buf_puts(&text, "]\n");
    bind_text(XM_DIALECT_XL, text.data, &bound);
    for (const char *c = bound.error; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 100 + 1);
    assert_non_null(strstr(bound.shown, "\nweb: 51 more mistakes"));    /* the guest has no name, either */
}

static void warns(enum xm_dialect dialect, const char *text, const char *warnings)
{
    AUTO_BOUND bound;

    bind_text(dialect, text, &bound);
    assert_null(bound.error);
    assert_string_equal(bound.warnings.data ? bound.warnings.data : "", warnings);
}

static void an_unknown_key_is_a_warning_with_the_nearest_one(void **state)
{
    (void)state;
    warns(XM_DIALECT_XM, "kernel='/k'\nmemmory = 5\narch_libdir = 'lib'\n",
          "web:2:1: memmory: unknown key; did you mean memory?\n");
    warns(XM_DIALECT_XL, "name='a'\nkernel='/k'\nhome='x'\n", "web:3:1: home: unknown key\n");
    warns(XM_DIALECT_XL, "name='a'\nkernel='/k'\nvcpu=4; disks=[]\n",
          "web:3:1: vcpu: unknown key; did you mean vcpus?\nweb:3:9: disks: unknown key; did you mean disk?\n");
}

static void what_the_file_reads_itself_is_its_own(void **state)
{
    (void)state;
    warns(XM_DIALECT_XM, "kernels = '/boot/'\nkernel = kernels + 'k'\ndisks = 1\nfor x in [disks]:\n    pass\n", "");
    warns(XM_DIALECT_XM, "kernel = '/k'\n_memory = 1\ndef disks():\n    return 1\nimport os\n", "");
    warns(XM_DIALECT_XL, "name='a'\nbase='/boot'\nkernel='%s/k' % base\n", "");
}

static void strict_binding_refuses_what_has_no_effect(void **state)
{
    static const char text[] = "kernel='/k'\nmemmory=5\nfda='/x'\nvga='cirrus'\nhap=0\nacpi=1\nvnc=0\nhome='x'\n";
    struct xm_bind_report report = { .strict = true };
    xm_autofree char *why = NULL, *messages = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    libxl_domain_config cfg;
    xm_error *err = NULL;

    (void)state;
    warns(XM_DIALECT_XM, text, "web:2:1: memmory: unknown key; did you mean memory?\n"
          "web:3:5: fda: has no effect on a host of today; use device_model_args_hvm\n");
    assert_int_equal(xm_config_parse(XM_DIALECT_XM, "web", text, sizeof(text) - 1, &doc, NULL), 0);
    libxl_domain_config_init(&cfg);
    assert_int_equal(xm_bind(doc, &report, &cfg, &err), -1);
    libxl_domain_config_dispose(&cfg);
    why = xm_error_text(err);
    xm_error_free(err);
    messages = only_messages(why);
    assert_string_equal(messages, "web:2:1: memmory: unknown key; did you mean memory?\n"
                        "web:3:5: fda: has no effect on a host of today; use device_model_args_hvm\n"
                        "web:4:1: vga: has no effect on a pv guest\n"
                        "web:6:1: acpi: has no effect on a pv guest\n"
                        "web:8:1: home: unknown key");
}

static void a_key_without_meaning_says_so_once(void **state)
{
    (void)state;
    warns(XM_DIALECT_XM, "kernel='/k'\nfda = '/floppy'\nisa = 0\non_shutdown = 'restart'\ncpu = 1\n",
          "web:2:7: fda: has no effect on a host of today; use device_model_args_hvm\n"
          "web:4:15: on_shutdown: has no effect; on_poweroff decides\n"
          "web:5:1: cpu: is an old spelling; use cpus\n");
}

static void refuse_xl(const char *text, const char *error)
{
    AUTO_BOUND bound;

    bind_text(XM_DIALECT_XL, text, &bound);
    assert_non_null(bound.error);
    assert_string_equal(bound.error, error);
}

#define XL "name='a'\nkernel='/k'\n"
#define XL_HVM "name='a'\ntype='hvm'\n"

static void what_excludes_each_other_is_refused_at_its_place(void **state)
{
    (void)state;
    refuse_xl(XL "vcpus=4\nmaxvcpus=2\n", "web:4:10: maxvcpus: 2 is less than vcpus, 4");
    refuse_xl(XL "memory=64\nmaxmem=32\n", "web:4:8: maxmem: 32 is less than memory, 64");
    refuse_xl(XL "firmware='pvgrub64'\n", "web:3:10: firmware: excludes kernel");
    refuse_xl(XL "builder='hvm'\ntype='pv'\n", "web:4:6: type: contradicts builder");
    refuse_xl(XL "timer_mode='one_missed_tick_pending'\n", "web:3:12: timer_mode: is not for PV guests");
    refuse_xl("name='a'\n", "web: kernel: neither kernel nor bootloader is given");
    refuse_xl("name='a'\ntype='pvh'\n", "web: kernel: neither kernel nor bootloader is given");
    refuse_xl("kernel='/k'\n", "web: name: a guest needs a name");
    refuse_xl(XL_HVM "vnclisten='127.0.0.1:3'\nvncdisplay=3\n",
              "web:3:11: vnclisten: '127.0.0.1:3' names a display, and so does vncdisplay");
    refuse_xm("kernel='/k'\nvnc=1\nvnclisten='127.0.0.1:3'\nvncdisplay=3\n",
              "web:3:11: vnclisten: '127.0.0.1:3' names a display, and so does vncdisplay");
    refuse_xl(XL_HVM "memory=64\nmaxmem=128\npci=['07:00.0']\n",
              "web:5:5: pci: is not for an hvm guest whose maxmem is more than its memory");
    refuse_xl(XL_HVM "mmio_hole=100\n", "web:3:11: mmio_hole: 100 is too small (at least 256)");
    refuse_xl(XL_HVM "mca_caps=['x']\n", "web:3:11: mca_caps[0]: unknown capability 'x' (lmce)");
    refuse_xl(XL_HVM "viridian=['nope']\n",
              "web:3:11: viridian[0]: unknown enlightenment 'nope' (base, freq, time_ref_count, reference_tsc, "
              "hcall_remote_tlb_flush, apic_assist, crash_ctl, synic, stimer, hcall_ipi, ex_processor_masks, no_vp_limit or "
              "cpu_hotplug)");
    refuse_xl(XL "device_model_args='-x'\n", "web:3:19: device_model_args: must be a list: [ ... ]");
    refuse_xm("kernel='/k'\nnfs_root='/srv'\n", "web:2:10: nfs_root: needs nfs_server too");
    refuse_xm("kernel='/k'\nvcpus=2\ncpus=['0']\n", "web:3:6: cpus: names 1 processors, but the guest has 2");
    refuse_xm("kernel='/k'\nmemory=64\nmaxmem=32\n", "web:3:8: maxmem: 32 is less than memory, 64");
    refuse_xm("kernel='/k'\nvcpus=3\nmaxvcpus=2\n", "web:3:10: maxvcpus: 2 is less than vcpus, 3");
}

static void numbers_may_be_written_in_several_ways(void **state)
{
    static const char *const ways[] = { "1024", "1024.0", "'1024'", "'0x400'", "2048 // 2", "2 ** 10", "1024L" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(ways); i++) {
        xm_autofree char *text = xm_printf("kernel='/k'\nmemory = %s\nlocaltime = %s\nvif = ('', 'bridge=b')\n", ways[i],
                                           i % 2 ? "True" : "'1'");
        AUTO_BOUND bound;

        bind_xm(text, &bound);
        assert_int_equal(bound.cfg.b_info.target_memkb, 1024 * 1024);
        assert_true(libxl_defbool_val(bound.cfg.b_info.localtime));
        assert_int_equal(bound.cfg.num_nics, 2);
    }
    refuse_xm("kernel='/k'\nmemory = 4096 / 3.0\n", "web:2:10: memory: 1365.33 is not a whole number (a // b divides to one)");
    refuse_xm("kernel='/k'\nmemory = {1: 2}\n", "web:2:10: memory: must be a single value, not a dict");
}

static void values_have_types_and_ranges(void **state)
{
    (void)state;
    refuse_xm("kernel='/k'\nmemory=[1]\n", "web:2:8: memory: must be a single value, not a list");
    refuse_xm("kernel='/k'\nmemory=64\nmaxmem=32\n", "web:3:8: maxmem: 32 is less than memory, 64");
    refuse_xm("kernel='/k'\nvcpus=4\nmaxvcpus=2\n", "web:3:10: maxvcpus: 2 is less than vcpus, 4");
    refuse_xm("kernel='/k'\nvcpus=99999\n", "web:2:7: vcpus: 99999 is too large (at most 4096)");
    refuse_xm("kernel='/k'\nmemory=1.5\n", "web:2:8: memory: 1.5 is not a whole number (a // b divides to one)");
    refuse_xm("kernel='/k'\npci=['0000:07:00']\n", "web:2:6: pci[0]: '0000:07:00' is no PCI device (like 0000:07:00.0)");
    refuse_xm("builder='foo'\nkernel='/k'\n", "web:1:9: builder: unknown value 'foo' (linux, hvm, vmx or generic)");
    refuse_xm("name='a b'\nkernel='/k'\n", "web:1:6: name: 'a b' is no name: letters, digits and _ . : + - only");
}

static void xl_wants_a_name_and_something_to_boot(void **state)
{
    AUTO_BOUND bound;

    (void)state;
    bind_text(XM_DIALECT_XL, "memory=5\n", &bound);
    assert_string_equal(bound.error, "web: name: a guest needs a name\nweb: kernel: neither kernel nor bootloader is given");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guide_s_guest_is_bound),
        cmocka_unit_test(xm_has_its_own_defaults),
        cmocka_unit_test(the_command_line_is_put_together_as_xm_did),
        cmocka_unit_test(old_words_of_a_life_are_understood),
        cmocka_unit_test(on_crash_has_the_words_of_the_api_too),
        cmocka_unit_test(an_hvm_guest_of_xm_is_bound),
        cmocka_unit_test(an_interface_of_xm_is_bound),
        cmocka_unit_test(a_frame_buffer_of_a_pv_guest_is_bound),
        cmocka_unit_test(cpus_are_bound),
        cmocka_unit_test(every_mistake_is_reported_in_one_run),
        cmocka_unit_test(a_hundred_mistakes_are_shown),
        cmocka_unit_test(an_unknown_key_is_a_warning_with_the_nearest_one),
        cmocka_unit_test(what_the_file_reads_itself_is_its_own),
        cmocka_unit_test(strict_binding_refuses_what_has_no_effect),
        cmocka_unit_test(what_excludes_each_other_is_refused_at_its_place),
        cmocka_unit_test(numbers_may_be_written_in_several_ways),
        cmocka_unit_test(a_key_without_meaning_says_so_once),
        cmocka_unit_test(values_have_types_and_ranges),
        cmocka_unit_test(xl_wants_a_name_and_something_to_boot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
