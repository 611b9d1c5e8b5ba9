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

static void every_mistake_is_reported_in_one_run(void **state)
{
    (void)state;
    refuse_xm("kernel = '/k'\nmemory = 'much'\nvcpus = 0\ndisk = ['phy:/x,xvda,w', 'foo']\non_crash = 'explode'\n"
              "vif = ['brigde=br0']\nuuid = 'no'\n",
              "web:2:10: memory: 'much' is not a number\n"
              "web:3:9: vcpus: 0 is too small (at least 1)\n"
              "web:4:26: disk[1]: names no device of the guest (vdev=xvda)\n"
              "web:5:12: on_crash: unknown action 'explode' (destroy, restart, rename-restart, preserve, "
              "coredump-destroy, coredump-restart or soft-reset)\n"
              "web:6:8: vif[0]: unknown option 'brigde' of an interface (did you mean bridge?)\n"
              "web:7:8: uuid: 'no' is not a UUID (32 hex digits)");
}

static void an_unknown_key_is_a_warning_with_the_nearest_one(void **state)
{
    AUTO_BOUND xm, xl;

    (void)state;
    bind_xm("kernel='/k'\nmemmory = 5\narch_libdir = 'lib'\n", &xm);
    assert_string_equal(xm.warnings.data, "web:2:11: memmory: unknown key (did you mean memory?)\n");
    bind_text(XM_DIALECT_XL, "name='a'\nkernel='/k'\nhome='x'\n", &xl);
    assert_null(xl.error);
    assert_string_equal(xl.warnings.data, "web:3:6: home: unknown key\n");
}

static void a_key_without_meaning_says_so_once(void **state)
{
    AUTO_BOUND bound;

    (void)state;
    bind_xm("kernel='/k'\nfda = '/floppy'\nisa = 0\non_shutdown = 'restart'\n", &bound);
    assert_string_equal(bound.warnings.data,
                        "web:4:15: on_shutdown: has no effect; on_poweroff decides\n"
                        "web:2:7: fda: has no effect on a host of today; use device_model_args_hvm\n");
}

static void values_have_types_and_ranges(void **state)
{
    (void)state;
    refuse_xm("kernel='/k'\nmemory=[1]\n", "web:2:8: memory: must be a single value, not a list");
    refuse_xm("kernel='/k'\nmemory=64\nmaxmem=32\n", "web:3:8: maxmem: 32 is less than memory, 64");
    refuse_xm("kernel='/k'\nvcpus=4\nmaxvcpus=2\n", "web:3:10: maxvcpus: 2 is less than vcpus, 4");
    refuse_xm("kernel='/k'\nvcpus=99999\n", "web:2:7: vcpus: 99999 is too large (at most 4096)");
    refuse_xm("kernel='/k'\nmemory=1.5\n", "web:2:8: memory: 1.5 is not a whole number");
    refuse_xm("kernel='/k'\npci=['0000:07:00']\n", "web:2:6: pci[0]: '0000:07:00' is no PCI device (like 0000:07:00.0)");
    refuse_xm("builder='foo'\nkernel='/k'\n", "web:1:9: builder: unknown builder 'foo' (linux, hvm, vmx or generic)");
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
        cmocka_unit_test(an_hvm_guest_of_xm_is_bound),
        cmocka_unit_test(an_interface_of_xm_is_bound),
        cmocka_unit_test(a_frame_buffer_of_a_pv_guest_is_bound),
        cmocka_unit_test(cpus_are_bound),
        cmocka_unit_test(every_mistake_is_reported_in_one_run),
        cmocka_unit_test(an_unknown_key_is_a_warning_with_the_nearest_one),
        cmocka_unit_test(a_key_without_meaning_says_so_once),
        cmocka_unit_test(values_have_types_and_ranges),
        cmocka_unit_test(xl_wants_a_name_and_something_to_boot),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
