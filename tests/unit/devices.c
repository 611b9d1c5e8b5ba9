/* bind: device strings, rule by rule, and what is said of wrong ones. */
#include "bound.h"

#include "bind/disks.h"

/* --- disk --- */

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
    refuse_xm("kernel='/k'\ndisk = ['vdev=,target=/x']\n",
              "web:2:9: disk[0]: names no device of the guest (like vdev=xvda)");
    refuse_xm("kernel='/k'\ndisk = ['vdev=xvda,target=/x\\ny']\n", "web:2:9: disk[0]: a line end has no place in it");
}

/* Each name and its number, as the table of disk numbers has them. */
static void devices_have_the_numbers_of_their_bus(void **state)
{
    static const struct { const char *name; long number; } known[] = {
        { "hda", 768 }, { "hda1", 769 }, { "hda63", 831 }, { "hdb", 832 }, { "hdc", 5632 }, { "hdd", 5696 },
        { "hde", 8448 }, { "hdt", 23360 }, { "sda", 2048 }, { "sda1", 2049 }, { "sdb", 2064 }, { "sdq", 16640 },
        { "sdaa", 16800 }, { "sdiv", 34800 }, { "xvda", 51712 }, { "xvda1", 51713 }, { "xvdb", 51728 },
        { "xvdp15", 51967 }, { "xvdq", 268439552 }, { "xvdaa", 268442112 }, { "d0p1", 51713 }, { "0x301", 769 },
        { "0", 0 }, { "5632", 5632 }, { "hda64", -1 }, { "hdu", -1 }, { "sda16", -1 }, { "sdja", -1 }, { "xvda256", -1 },
        { "xvd", -1 }, { "xvda01", -1 }, { "xvda1b", -1 }, { "vda", -1 }, { "", -1 }, { "12x", -1 }, { "0xg", -1 },
        { "99999999999", -1 }, { "xvdaaaaaaaaaa", -1 }, { "d1", -1 }, { "d0p", -1 }, { "dap1", -1 },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(known); i++)
        if (xm_disk_number(known[i].name) != known[i].number)
            fail_msg("%s: %ld, not %ld", known[i].name, xm_disk_number(known[i].name), known[i].number);
}

static xm_doc *parse(enum xm_dialect dialect, const char *text)
{
    xm_doc *doc = NULL;

    assert_int_equal(xm_config_parse(dialect, "web", text, strlen(text), &doc, NULL), 0);
    return doc;
}

static void check_view(const struct xm_disk *disk, enum xm_disk_kind kind, const char *path, const char *vdev,
                       const char *script, bool readonly, bool shared)
{
    assert_int_equal(disk->kind, kind);
    if (!path)
        assert_null(disk->path);
    else
        assert_string_equal(disk->path, path);
    assert_string_equal(disk->vdev, vdev);
    assert_string_equal(disk->script ? disk->script : "", script);
    assert_int_equal(disk->readonly, readonly);
    assert_int_equal(disk->shared, shared);
}

static void who_shares_a_disk_can_be_seen(void **state)
{
    XM_AUTO(xm_doc) *doc = parse(XM_DIALECT_XM,
        "disk = ['phy:vg/a,xvda,w!', 'file://b,xvdb,r', ',hdc:cdrom,r', 'nonsense',\n"
        " 'iscsi:iqn.x,xvdd,w', 'phy:/dev/e,xvde,w,storage', '/f,qcow2,xvdf,w!', 'access=w!,vdev=xvdg,target=/g,w!']\n");
    struct xm_disks disks;

    (void)state;
    xm_disks_of(doc, &disks);
    assert_int_equal(disks.count, 7);
    check_view(&disks.items[0], XM_DISK_PHY, "/dev/vg/a", "xvda", "", false, true);
    check_view(&disks.items[1], XM_DISK_FILE, "/b", "xvdb", "", true, false);
    check_view(&disks.items[2], XM_DISK_FILE, NULL, "hdc", "", true, false);
    assert_true(disks.items[2].cdrom);
    check_view(&disks.items[3], XM_DISK_OTHER, "iqn.x", "xvdd", "block-iscsi", false, false);
    assert_int_equal(disks.items[3].index, 4);
    assert_int_equal(disks.items[3].place.line, 2);
    check_view(&disks.items[4], XM_DISK_OTHER, "/dev/e", "xvde", "", false, false);
    assert_string_equal(disks.items[4].backend, "storage");
    check_view(&disks.items[5], XM_DISK_FILE, "/f", "xvdf", "", false, true);
    assert_string_equal(disks.items[5].format, "qcow2");
    check_view(&disks.items[6], XM_DISK_FILE, "/g,w!", "xvdg", "", false, true);
    xm_disks_clear(&disks);
    assert_null(disks.items);
}

static void disks_of_xl_are_seen_as_xl_has_them(void **state)
{
    XM_AUTO(xm_doc) *doc = parse(XM_DIALECT_XL,
        "disk = [\"phy:/dev/vg/a,xvda,w\", \"/dev/b,raw,xvdb,ro\", \"/c.img,,xvdc\", \"phy:/dev/x,xvdd,w!\"]\n");
    XM_AUTO(xm_doc) *none = parse(XM_DIALECT_XL, "disk = 5\n");
    struct xm_disks disks;

    (void)state;
    xm_disks_of(doc, &disks);
    assert_int_equal(disks.count, 3);
    check_view(&disks.items[0], XM_DISK_PHY, "/dev/vg/a", "xvda", "", false, false);
    check_view(&disks.items[1], XM_DISK_PHY, "/dev/b", "xvdb", "", true, false);
    check_view(&disks.items[2], XM_DISK_FILE, "/c.img", "xvdc", "", false, false);
    xm_disks_clear(&disks);
    xm_disks_of(none, &disks);
    assert_int_equal(disks.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disk_strings_of_xm_are_understood),
        cmocka_unit_test(wrong_disks_are_named),
        cmocka_unit_test(devices_have_the_numbers_of_their_bus),
        cmocka_unit_test(who_shares_a_disk_can_be_seen),
        cmocka_unit_test(disks_of_xl_are_seen_as_xl_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
