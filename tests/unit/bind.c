/* bind: what a document becomes for libxl; the keys one by one, files that people use, mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "bind/config.h"
#include "convert/json.h"

#define UUID "uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"\n"

/* --- helpers --- */

struct bound {
    xm_doc *doc;
    libxl_domain_config cfg;
    char *error;                /* NULL: it was bound */
    struct xm_buf warnings;     /* a line each */
};

static void note(void *arg, const char *text)
{
    xm_buf_printf(arg, "%s\n", text);
}

/* The machine that answered when the expectations were written down. */
static const struct xm_bind_machine machine = { .nr_cpus = 2 };

static void bound_clear(struct bound *bound)
{
    xm_doc_free(bound->doc);
    libxl_domain_config_dispose(&bound->cfg);
    free(bound->error);
    xm_buf_clear(&bound->warnings);
}
#define AUTO_BOUND __attribute__((cleanup(bound_clear))) struct bound

static void bind_doc(struct bound *ret)
{
    struct xm_bind_report report = { .warning = note, .arg = &ret->warnings, .machine = &machine };
    xm_error *err = NULL;

    libxl_domain_config_init(&ret->cfg);
    if (xm_bind(ret->doc, &report, &ret->cfg, &err) < 0)
        ret->error = xm_error_text(err);
    xm_error_free(err);
}

static void bind_text(enum xm_dialect dialect, const char *text, struct bound *ret)
{
    xm_error *err = NULL;

    memset(ret, 0, sizeof(*ret));
    if (xm_config_parse(dialect, "web", text, strlen(text), &ret->doc, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    bind_doc(ret);
}

static void bind_xm(const char *text, struct bound *ret)
{
    bind_text(XM_DIALECT_XM, text, ret);
    if (ret->error)
        fail_msg("%s", ret->error);
}

static void refuse_xm(const char *text, const char *error)
{
    AUTO_BOUND bound;

    bind_text(XM_DIALECT_XM, text, &bound);
    assert_non_null(bound.error);
    assert_string_equal(bound.error, error);
}

static char *corpus(const char *name)
{
    const char *top = getenv("abs_top_srcdir");

    return xm_printf("%s/tests/corpus/%s", top ? top : ".", name);
}

static char *read_corpus(const char *name)
{
    xm_autofree char *path = corpus(name);
    xm_error *err = NULL;
    char *text = NULL;

    if (xm_file_read(path, 8 << 20, &text, NULL, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    return text;
}

/* Each run of blanks as one, none at the end: how the expectations are written. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

/* Whether tests/corpus/differences names the case. */
static bool may_differ(const char *differences, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = differences; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncmp(line, name, len) && line[len] == '\t')
            return true;
        if (!*line)
            break;
    }
    return false;
}

/* One expectation "NAME\tRESULT\tJSON" against what was bound. */
static bool as_expected(struct bound *bound, const char *name, char *expected, const char *what)
{
    char *result = strchr(expected, '\t') + 1, *json = strchr(result, '\t') + 1;
    xm_autofree char *ours = NULL;

    json[-1] = '\0';
    squeeze(json);
    if (bound->error) {
        if (!strcmp(result, "refused"))
            return true;
        print_message("# %s: %s\n#   refused: %s\n", name, what, bound->error);
        return false;
    }
    ours = xm_bind_json(&bound->cfg);
    squeeze(ours);
    if (!strcmp(result, "0") && !strcmp(ours, json))
        return true;
    print_message("# %s: %s\n#   stock %s %s\n#   ours    %s\n", name, what, result, json, ours);
    return false;
}

/* --- against stock xl --- */

static void case_text(const char *line, struct xm_buf *ret)
{
    size_t type = strcspn(line, "\t");

    xm_buf_printf(ret, "name=\"a\"\ntype=\"%.*s\"\n%s", (int)type, line, strncmp(line, "hvm", 3) ? "kernel=\"/k\"\n" : "");
    for (const char *c = line + type + 1; *c; c++)
        xm_buf_putc(ret, *c == '\t' ? '\n' : *c);
    xm_buf_puts(ret, "\n" UUID);
}

static void each_key_is_bound_as_stock_xl_does(void **state)
{
    xm_autofree char *cases = read_corpus("keys.cases"), *expected = read_corpus("keys.expected");
    xm_autofree char *differences = read_corpus("differences");
    char *save_case = NULL, *save_expected = NULL, *line, *answer;
    unsigned wrong = 0, count = 0;

    (void)state;
    answer = strtok_r(expected, "\n", &save_expected);
    for (line = strtok_r(cases, "\n", &save_case); line; line = strtok_r(NULL, "\n", &save_case)) {
        xm_autobuf text = XM_BUF_INIT;
        AUTO_BOUND bound = { 0 };

        if (*line == '#')
            continue;
        assert_non_null(answer);
        case_text(line, &text);
        bind_text(XM_DIALECT_XL, text.data, &bound);
        count++;
        if (!may_differ(differences, line) && !as_expected(&bound, "keys", answer, line))
            wrong++;
        answer = strtok_r(NULL, "\n", &save_expected);
    }
    assert_true(count > 200);
    assert_int_equal(wrong, 0);
}

static void files_are_bound_as_stock_xl_does(void **state)
{
    xm_autofree char *expected = read_corpus("xl.expected"), *differences = read_corpus("differences");
    char *words[] = { (char *)"uuid=\"c7a5fdb2-cdaf-9455-926a-d65c16db1809\"" };
    char *save = NULL;
    unsigned wrong = 0, count = 0;

    (void)state;
    for (char *line = strtok_r(expected, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        xm_autofree char *name = xm_strndup(line, strcspn(line, "\t")), *path = corpus(name);
        struct xm_config_source source = { .dialect = XM_DIALECT_XL, .file = path, .words = words, .word_count = 1 };
        xm_error *err = NULL;
        AUTO_BOUND bound = { 0 };

        if (xm_config_load(&source, &bound.doc, &err) < 0)
            bound.error = xm_error_text(err);
        else
            bind_doc(&bound);
        xm_error_free(err);
        count++;
        if (!may_differ(differences, name) && !as_expected(&bound, "file", line, name))
            wrong++;
    }
    assert_true(count > 60);
    assert_int_equal(wrong, 0);
}

/* --- disk strings --- */

static char *first_key(const xm_json *disk)
{
    xm_autofree char *spec = NULL;
    const xm_json *argv = xm_json_get(disk, "argv", NULL);

    for (size_t i = 0; i < argv->count; i++) {
        char *longer = xm_printf("%s%s%s", spec ? spec : "", spec ? "," : "", xm_json_str(argv->items[i]));

        free(spec);
        spec = longer;
    }
    return XM_TAKE(spec);
}

static void check_field(const char *spec, const char *key, const char *ours, const xm_json *disk)
{
    const xm_json *node = xm_json_get(disk, key, NULL);
    xm_autofree char *theirs = NULL;

    if (!node)
        return;
    if (node->type == XM_JSON_NUMBER)
        theirs = xm_strdup(node->text);
    else
        theirs = xm_strdup(xm_json_str(node) ? xm_json_str(node) : "");
    if (strcmp(ours ? ours : "", theirs))
        fail_msg("%s: %s is '%s', not '%s'", spec, key, ours ? ours : "", theirs);
}

static void check_disk(const char *spec, const libxl_device_disk *disk, const xm_json *expected)
{
    check_field(spec, "pdev_path", disk->pdev_path, expected);
    check_field(spec, "vdev", disk->vdev, expected);
    check_field(spec, "format", libxl_disk_format_to_string(disk->format), expected);
    check_field(spec, "backend", libxl_disk_backend_to_string(disk->backend), expected);
    check_field(spec, "script", disk->script, expected);
    check_field(spec, "readwrite", disk->readwrite ? "1" : "0", expected);
    check_field(spec, "removable", disk->removable ? "1" : "0", expected);
    check_field(spec, "is_cdrom", disk->is_cdrom ? "1" : "0", expected);
    check_field(spec, "discard_enable", libxl_defbool_to_string(disk->discard_enable), expected);
    check_field(spec, "trusted", libxl_defbool_to_string(disk->trusted), expected);
}

static void one_disk_file(const char *name)
{
    xm_autofree char *path = xm_printf("disks/%s", name), *text = read_corpus(path), *spec = NULL, *config = NULL;
    XM_AUTO(xm_json) *json = NULL;
    AUTO_BOUND bound;

    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    spec = first_key(json);
    config = xm_printf("name='a'\nkernel='/k'\ndisk=['%s']\n", spec);
    bind_text(XM_DIALECT_XL, config, &bound);
    if (bound.error)
        fail_msg("%s", bound.error);
    assert_int_equal(bound.cfg.num_disks, 1);
    check_disk(spec, &bound.cfg.disks[0], xm_json_get(json, "disk", NULL));
}

static void disk_strings_mean_what_they_mean_to_xl(void **state)
{
    static const char *const files[] = {
        "05-format_raw_vdev_hda_access_rw_target_dev.json", "09-root_image_iso_hdc_cdrom.json",
        "12-format_raw_vdev_hdc_access_ro_devtype_cd.json", "14-backendtype_phy_vdev_xvdb_access_w_targe.json",
        "15-devtype_cdrom_hdc.json", "16-hdc_cdrom_r.json", "17-hdc_cdrom_r.json", "19-empty_hdc_cdrom_r.json",
        "21-vdev_hdc_access_r_devtype_cdrom.json", "22-iscsi_iqn_2001_05_com_equallogic_0_8a090.json",
        "23-vdev_xvda_access_w_script_block_iscsi_ta.json", "24-drbd_app01_hda_w.json",
        "25-discard_vdev_hda_target_some_disk_image_.json", "26-cdrom_no_discard_vdev_hda_target_some_di.json",
        "27-trusted_vdev_hda_target_some_disk_image_.json",
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(files); i++)
        one_disk_file(files[i]);
}

static void xm_disk(const char *spec, const char *path, const char *vdev, libxl_disk_format format, bool write, bool cdrom)
{
    xm_autofree char *text = xm_printf("kernel='/k'\ndisk=['%s']\n", spec);
    AUTO_BOUND bound;
    libxl_device_disk *disk;

    bind_xm(text, &bound);
    disk = bound.cfg.disks;
    assert_int_equal(bound.cfg.num_disks, 1);
    assert_string_equal(disk->pdev_path, path);
    assert_string_equal(disk->vdev, vdev);
    assert_int_equal(disk->format, format);
    assert_int_equal(disk->readwrite, write);
    assert_int_equal(disk->is_cdrom, cdrom);
}

static void disk_strings_of_xm_are_understood(void **state)
{
    (void)state;
    xm_disk("phy:/dev/vg/web,xvda,w", "/dev/vg/web", "xvda", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk("phy:vg/web,xvda,w!", "/dev/vg/web", "xvda", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk("file://tank/disk.img,0,w", "/tank/disk.img", "0", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk("tap:aio:/x.img,sda1,r", "/x.img", "sda1", LIBXL_DISK_FORMAT_RAW, false, false);
    xm_disk("tap:tapdisk:qcow2:/x,xvda,w", "/x", "xvda", LIBXL_DISK_FORMAT_QCOW2, true, false);
    xm_disk("tap2:vhd:/x,xvda,w", "/x", "xvda", LIBXL_DISK_FORMAT_VHD, true, false);
    xm_disk("file:/x,ioemu:hda,w", "/x", "hda", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk("phy:/dev/cdrom,ioemu:hdc:cdrom,r", "/dev/cdrom", "hdc", LIBXL_DISK_FORMAT_RAW, false, true);
    xm_disk("phy:/dev/x,/dev/sda1,w", "/dev/x", "sda1", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk(",hdc:cdrom,r", "", "hdc", LIBXL_DISK_FORMAT_EMPTY, false, true);
    xm_disk("/x.img,raw,xvda,rw", "/x.img", "xvda", LIBXL_DISK_FORMAT_RAW, true, false);
    xm_disk("format=qcow2,vdev=xvda,access=rw,target=/a,b", "/a,b", "xvda", LIBXL_DISK_FORMAT_QCOW2, true, false);
}

static void wrong_disks_are_named(void **state)
{
    (void)state;
    refuse_xm("kernel='/k'\ndisk = ['file:/x,hdc:cdorm,w']\n",
              "web:2:9: disk[0]: unknown device type 'cdorm' (cdrom or disk)");
    refuse_xm("kernel='/k'\ndisk = ['tap:vmdk:/x,hda,w']\n",
              "web:2:9: disk[0]: unknown tap type 'vmdk' (aio, sync, raw, qcow, qcow2, vhd or qed)");
    refuse_xm("kernel='/k'\ndisk = 'phy:/x,hda,w'\n", "web:2:8: disk: must be a list: [ ... ]");
    refuse_xm("kernel='/k'\ndisk = ['phy:,hda,w']\n", "web:2:9: disk[0]: 'phy:' names no file or device");
    refuse_xm("kernel='/k'\ndisk = ['/x,raw,xvda,q']\n",
              "web:2:9: disk[0]: unknown value for access: near `q' in `/x,raw,xvda,q'");
}

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
              "web:4:26: disk[1]: no vdev specified in `foo'\n"
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
        cmocka_unit_test(each_key_is_bound_as_stock_xl_does),
        cmocka_unit_test(files_are_bound_as_stock_xl_does),
        cmocka_unit_test(disk_strings_mean_what_they_mean_to_xl),
        cmocka_unit_test(disk_strings_of_xm_are_understood),
        cmocka_unit_test(wrong_disks_are_named),
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
