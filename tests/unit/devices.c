/* bind: device strings, rule by rule, and what is said of wrong ones. */
#include "bound.h"

#include "bind/disks.h"

/* --- helpers --- */
/* A PV guest with one more line, in xm's dialect: what libxl is told of it has fragment in it. */
struct meaning { const char *line, *fragment; };

static void check_meaning(const char *line, const char *fragment)
{
    xm_autofree char *text = xm_printf("kernel='/k'\n%s\n", line), *json = NULL;
    AUTO_BOUND bound;

    bind_xm(text, &bound);
    json = xm_bind_json(&bound.cfg);
    squeeze(json);
    if (!strstr(json, fragment))
        fail_msg("%s\n  gives   %s\n  without %s", line, json, fragment);
}

/* The same line, refused with the message, at the place of the ~ in it, which is not of the line. */
struct mistake { const char *line, *message; };

static unsigned wrong;

static void check_mistake(const char *marked, const char *message)
{
    size_t at = strcspn(marked, "~");
    xm_autofree char *text = xm_printf("kernel='/k'\n%.*s%s\n", (int)at, marked, marked + at + 1);
    xm_autofree char *expected = xm_printf("web:2:%zu: %s", at + 1, message);
    AUTO_BOUND bound;

    bind_text(XM_DIALECT_XM, text, &bound);
    if (bound.error && !strcmp(bound.error, expected))
        return;
    print_message("# %s\n#   gives %s\n#   not   %s\n", marked, bound.error, expected);
    wrong++;
}

#define CHECK_ALL(table, check)                                 \
    for (size_t i_ = 0; i_ < XM_COUNT(table); i_++)             \
        check((table)[i_].line, *((const char *const *)&(table)[i_] + 1))

/* --- disk --- */

#define DISK(path, vdev, rest) "\"disks\": [ { \"pdev_path\": \"" path "\", \"vdev\": \"" vdev "\", " rest " } ]"
#define RAW_W "\"format\": \"raw\", \"readwrite\": 1"
#define RAW_R "\"format\": \"raw\""
#define CDROM "\"removable\": 1, \"is_cdrom\": 1"

static void disk_strings_of_xm_are_understood(void **state)
{
    static const struct meaning table[] = {
        { "disk=['phy:/dev/vg/web,xvda,w']", DISK("/dev/vg/web", "xvda", RAW_W) },
        { "disk=['phy:vg/web,xvda,w!']", DISK("/dev/vg/web", "xvda", RAW_W) },
        { "disk=['phy:vg/web,xvda,r']", DISK("/dev/vg/web", "xvda", RAW_R) },
        { "disk=['file://tank/disk.img,0,w']", DISK("/tank/disk.img", "0", RAW_W) },
        { "disk=['file:///x,xvda,w']", DISK("/x", "xvda", RAW_W) },
        { "disk=['tap:aio:/x.img,sda1,r']", DISK("/x.img", "sda1", RAW_R) },
        { "disk=['tap:sync:/x,xvda,w']", DISK("/x", "xvda", RAW_W) },
        { "disk=['tap:/x,xvda,w']", DISK("/x", "xvda", RAW_W) },
        { "disk=['tap:tapdisk:qcow2:/x,xvda,w']", DISK("/x", "xvda", "\"format\": \"qcow2\", \"readwrite\": 1") },
        { "disk=['tap:ioemu:qcow:/x,xvda,w']", DISK("/x", "xvda", "\"format\": \"qcow\", \"readwrite\": 1") },
        { "disk=['tap2:vhd:/x,xvda,w']", DISK("/x", "xvda", "\"format\": \"vhd\", \"readwrite\": 1") },
        { "disk=['tap2:tapdisk:aio:/x,xvda,w']", DISK("/x", "xvda", RAW_W) },
        { "disk=['drbd:app01,xvda,w']", DISK("app01", "xvda", "\"format\": \"raw\", \"script\": \"block-drbd\", \"readwrite\": 1") },
        { "disk=['iscsi:iqn.2001-05.com:0,xvda,w']", "\"pdev_path\": \"iqn.2001-05.com:0\", \"vdev\": \"xvda\"" },
        { "disk=['nbd:1.2.3.4 20004,hda1,w']", "\"pdev_path\": \"1.2.3.4 20004\", \"vdev\": \"hda1\"" },
        { "disk=['enbd:1.2.3.4 20004,hda1,w']", "\"script\": \"block-enbd\"" },
        { "disk=['file:/x,ioemu:hda,w']", DISK("/x", "hda", RAW_W) },
        { "disk=['file:/x,hda:disk,w']", DISK("/x", "hda", RAW_W) },
        { "disk=['phy:/dev/cdrom,ioemu:hdc:cdrom,r']", DISK("/dev/cdrom", "hdc", "\"format\": \"raw\", " CDROM) },
        { "disk=['file:/x.iso,hdc:cdrom,w']", DISK("/x.iso", "hdc", "\"format\": \"raw\", " CDROM) },
        { "disk=[',hdc:cdrom,r']", "\"vdev\": \"hdc\", \"format\": \"empty\", " CDROM },
        { "disk=['phy:/dev/x,/dev/sda1,w']", DISK("/dev/x", "sda1", RAW_W) },
        { "disk=['phy:/dev/x,0x301,w']", DISK("/dev/x", "0x301", RAW_W) },
        { "disk=['phy:/dev/x,hde,w']", DISK("/dev/x", "8448", RAW_W) },
        { "disk=['phy:/dev/x,sdq1,w']", DISK("/dev/x", "16641", RAW_W) },
        { "disk=['phy:/dev/x,xvda,w,storage']", "\"backend_domname\": \"storage\"" },
        { "disk=['phy:/dev/x,xvda,w,0']", "\"backend_domname\": \"0\"" },
        { "disk=['phy:/dev/x,xvda,w,,x86_64-abi']", DISK("/dev/x", "xvda", RAW_W) },
        { "disk=['/x.img,raw,xvda,rw']", DISK("/x.img", "xvda", RAW_W) },
        { "disk=['/x.img,raw,xvda,w!']", DISK("/x.img", "xvda", RAW_W) },
        { "disk=['format=qcow2,vdev=xvda,access=rw,target=/a,b']", DISK("/a,b", "xvda", "\"format\": \"qcow2\", \"readwrite\": 1") },
        { "disk=['access=w!,vdev=xvda,target=/a,w!']", DISK("/a,w!", "xvda", RAW_W) },
        { "disk=['file:/x,hdc:cdrom,r','file:/y,hdc:cdrom,r']", DISK("/y", "hdc", "\"format\": \"raw\", " CDROM) },
        { "disk=['file:/x,hda,r','file:/x,hdb,r']", "\"vdev\": \"hdb\"" },
        { "disk=['nbd:h 1,hda,w','drbd:h 1,hdb,w']", "\"vdev\": \"hdb\"" },
    };

    (void)state;
    CHECK_ALL(table, check_meaning);
}

static void wrong_disks_are_named(void **state)
{
    static const struct mistake table[] = {
        { "disk = ['file:/x,hdc:~cdorm,w']", "disk[0]: unknown device type 'cdorm' (cdrom or disk)" },
        { "disk = ['tap:~vmdk:/x,hda,w']", "disk[0]: unknown tap type 'vmdk' (aio, sync, raw, qcow, qcow2, vhd or qed)" },
        { "disk = ['tap:tapdisk:~ram:/x,hda,w']", "disk[0]: unknown tap type 'ram' (aio, sync, raw, qcow, qcow2, vhd or qed)" },
        { "disk = ~'phy:/x,hda,w'", "disk: must be a list: [ ... ]" },
        { "disk = [~'phy:,hda,w']", "disk[0]: 'phy:' names no file or device" },
        { "disk = [~'foo:/x,hda,w']", "disk[0]: unknown kind of disk 'foo' (phy, file, tap, tap2, aio, nbd, enbd, iscsi, "
          "drbd, or X where there is a script block-X)" },
        { "disk = ['phy:/x,hda,~q']", "disk[0]: unknown mode 'q' (r, w or w!)" },
        { "disk = ['phy:/x,hda,~']", "disk[0]: unknown mode '' (r, w or w!)" },
        { "disk = ['phy:/x,~vda,w']", "disk[0]: 'vda' is no device of a guest (like xvda, hda1, sda or 768)" },
        { "disk = ['phy:/x,~,w']", "disk[0]: '' is no device of a guest (like xvda, hda1, sda or 768)" },
        { "disk = ['phy:/x,~ xvda,w']", "disk[0]: ' xvda' is no device of a guest (like xvda, hda1, sda or 768)" },
        { "disk = [~'phy:/x,hda']", "disk[0]: has 2 parts, where at least three are needed: what, the guest's device, and r or w" },
        { "disk = [~'phy:/x']", "disk[0]: has 1 parts, where at least three are needed: what, the guest's device, and r or w" },
        { "disk = [~',hda:disk,w']", "disk[0]: names no file or device; only a cdrom may be empty" },
        { "disk = ['/x,raw,xvda,~q']", "disk[0]: unknown mode 'q' (r, ro, w or rw)" },
        { "disk = ['/x,~row,xvda,w']", "disk[0]: unknown format 'row' (raw, qcow, qcow2, vhd, qed or empty)" },
        { "disk = ['vdev=hda,devtype=~dvd,target=/x']", "disk[0]: unknown device type 'dvd' (cdrom or disk)" },
        { "disk = ['/x,raw,hdc:~dvd,r']", "disk[0]: unknown device type 'dvd' (cdrom or disk)" },
        { "disk = ['vdev=hda,backendtype=~fhy,target=/x']", "disk[0]: unknown backend type 'fhy' (phy, tap, qdisk or standalone)" },
        { "disk = ['vdev=hda,specification=~kvm,target=/x']", "disk[0]: unknown specification 'kvm' (xen or virtio)" },
        { "disk = ['vdev=hda,colo-port=~x,target=/x']", "disk[0]: 'x' is no port (a number)" },
        { "disk = ['vdev=hda,~fromat=raw,target=/x']", "disk[0]: unknown option 'fromat' of a disk" },
        { "disk = ['/x,raw,xvda,w,~more']", "disk[0]: 'more' is one part too many (TARGET,FORMAT,DEVICE,MODE)" },
        { "disk = ['vdev=hda,vdev=~hdb,target=/x']", "disk[0]: the vdev is given twice" },
        { "disk = [~'vdev=hda']", "disk[0]: names no file or device (target=PATH); only a cdrom may be empty" },
        { "disk = [~'vdev=,target=/x']", "disk[0]: names no device of the guest (vdev=xvda)" },
        { "disk = [~'vdev=xvda,target=/x\\ny']", "disk[0]: a line end has no place in it" },
        { "disk = [~5]", "disk[0]: names no device of the guest (vdev=xvda)" },
        { "disk = [~None]", "disk[0]: must be a string, not None" },
        { "disk = ['phy:/a,xvda,w', ~'phy:/b,51712,w']", "disk[1]: the device '51712' is already defined, for '/a'" },
        { "disk = ['phy:/a,hdc,r', ~'phy:/b,hdc:cdrom,r']", "disk[1]: the device 'hdc' is already defined, for '/a'" },
        { "disk = ['phy:/a,xvda,w!', ~'phy:/a,xvdb,w!']", "disk[1]: '/a' is already used, by the device 'xvda'" },
        { "disk = ['file:/a,xvda,r', ~'/a,raw,xvdb,w']", "disk[1]: '/a' is already used, by the device 'xvda'" },
    };

    (void)state;
    wrong = 0;
    CHECK_ALL(table, check_mistake);
    assert_int_equal(wrong, 0);
}

static void a_medium_that_takes_another_s_place_is_told_of(void **state)
{
    AUTO_BOUND cdrom, protocol;

    (void)state;
    bind_xm("kernel='/k'\ndisk=['file:/x,hdc:cdrom,r','file:/y,hdc:cdrom,r']\n", &cdrom);
    assert_int_equal(cdrom.cfg.num_disks, 1);
    assert_string_equal(cdrom.warnings.data, "web:2:29: disk[1]: takes the place of '/x' in the drive 'hdc'\n");
    bind_xm("kernel='/k'\ndisk=['phy:/dev/x,xvda,w,,x86_64-abi']\n", &protocol);
    assert_string_equal(protocol.warnings.data,
                        "web:2:27: disk[0]: protocol 'x86_64-abi' has no effect any more, guests name their own\n");
}

static void a_prefix_is_good_where_there_is_its_script(void **state)
{
    const char *text = "kernel='/k'\ndisk=['zfs:tank/web,xvda,w']\n";
    char dir[] = "/tmp/xm-scripts.XXXXXX";
    struct xm_bind_report report = { .scripts = dir };
    xm_autofree char *script = NULL;
    AUTO_BOUND bound = { 0 };
    xm_error *err = NULL;

    (void)state;
    assert_non_null(mkdtemp(dir));
    script = xm_printf("%s/block-zfs", dir);
    assert_int_equal(xm_config_parse(XM_DIALECT_XM, "web", text, strlen(text), &bound.doc, NULL), 0);
    libxl_domain_config_init(&bound.cfg);
    assert_int_equal(xm_bind(bound.doc, &report, &bound.cfg, &err), -1);
    xm_error_free(err);
    libxl_domain_config_dispose(&bound.cfg);
    libxl_domain_config_init(&bound.cfg);
    assert_int_equal(xm_file_replace(script, "", 0, 0755, NULL), 0);
    assert_int_equal(xm_bind(bound.doc, &report, &bound.cfg, NULL), 0);
    assert_string_equal(bound.cfg.disks[0].script, "block-zfs");
    assert_string_equal(bound.cfg.disks[0].pdev_path, "tank/web");
    unlink(script);
    rmdir(dir);
}

/* xl has no w!, and does not look whether two entries are one. */
static void xl_s_disks_are_left_as_xl_has_them(void **state)
{
    AUTO_BOUND twice, shared;

    (void)state;
    bind_text(XM_DIALECT_XL, "name=\"a\"\nkernel=\"/k\"\ndisk=[\"phy:/a,xvda,w\",\"phy:/a,xvda,w\"]\n", &twice);
    assert_null(twice.error);
    assert_int_equal(twice.cfg.num_disks, 2);
    bind_text(XM_DIALECT_XL, "name=\"a\"\nkernel=\"/k\"\ndisk=[\"phy:/a,xvda,w!\"]\n", &shared);
    assert_non_null(strstr(shared.error, "web:3:20: disk[0]: unknown mode 'w!' (r, ro, w or rw)"));
}

/* --- vif --- */

#define VIF(rest) "\"nics\": [ { \"devid\": 0, " rest " } ]"

static void interfaces_of_xm_are_understood(void **state)
{
    static const struct meaning table[] = {
        { "vif=['']", "\"nics\": [ { \"devid\": 0 } ]" },
        { "vif=['', '']", "{ \"devid\": 1 }" },
        { "vif=['bridge=br0']", VIF("\"bridge\": \"br0\"") },
        { "vif=[' bridge = br0 ']", VIF("\"bridge\": \"br0\"") },
        { "vif=['mac=00:16:3E:5a:10:01 , ip=10.0.0.2 10.0.0.3']", VIF("\"mac\": \"00:16:3e:5a:10:01\", \"ip\": \"10.0.0.2 10.0.0.3\"") },
        { "vif=['script=vif-nat,backend=net,vifname=v0,model=e1000']", "\"script\": \"vif-nat\"" },
        { "vif=['script=vif-nat,backend=net,vifname=v0,model=e1000']", "\"backend_domname\": \"net\"" },
        { "vif=['script=vif-nat,backend=net,vifname=v0,model=e1000']", "\"ifname\": \"v0\"" },
        { "vif=['script=vif-nat,backend=net,vifname=v0,model=e1000']", "\"model\": \"e1000\"" },
        { "vif=['type=ioemu']", "\"nics\": [ { \"devid\": 0 } ]" },
        { "builder='hvm'\nvif=['type=ioemu']", "\"nictype\": \"vif_ioemu\"" },
        { "vif=['type=netfront']", "\"nictype\": \"vif\"" },
        { "vif=['type=paravirtualised']", "\"nictype\": \"vif\"" },
        { "vif=['rate=10Mb/s']", "\"rate_bytes_per_interval\": 62500, \"rate_interval_usecs\": 50000" },
        { "vif=['rate=250Kb/s']", "\"rate_bytes_per_interval\": 1562, \"rate_interval_usecs\": 50000" },
        { "vif=['rate=1MB/s@20ms']", "\"rate_bytes_per_interval\": 20000, \"rate_interval_usecs\": 20000" },
        { "vif=['rate=1GB/s@100us']", "\"rate_bytes_per_interval\": 100000, \"rate_interval_usecs\": 100" },
        { "vif=['rate=100B/s@1s']", "\"rate_bytes_per_interval\": 100, \"rate_interval_usecs\": 1000000" },
        { "vif=['accel=sfc,policy=p,label=l']", "\"nics\": [ { \"devid\": 0 } ]" },
        { "vif=['mtu=9000,trusted']", "\"mtu\": 9000" },
    };

    (void)state;
    CHECK_ALL(table, check_meaning);
}

static void wrong_interfaces_are_named(void **state)
{
    static const struct mistake table[] = {
        { "vif = [~'brigde=br0']", "vif[0]: unknown option 'brigde' of an interface (did you mean bridge?)" },
        { "vif = ['bridge=br0,~foo=1']", "vif[0]: unknown option 'foo' of an interface" },
        { "vif = ['bridge=br0, ~foo']", "vif[0]: unknown option 'foo' of an interface" },
        { "vif = [~'bridge']", "vif[0]: 'bridge' should be bridge=VALUE" },
        { "vif = ['', 'mac=~00:16:3e']", "vif[1]: mac '00:16:3e' is not six hex numbers (like 00:16:3e:5a:10:01)" },
        { "vif = ['rate=~fast']", "vif[0]: 'fast' is no rate (like 10Mb/s or 500KB/s@20ms)" },
        { "vif = ['mtu=~big']", "vif[0]: mtu 'big' is not a number" },
        { "vif = ~'bridge=br0'", "vif: must be a list: [ ... ]" },
    };

    (void)state;
    wrong = 0;
    CHECK_ALL(table, check_mistake);
    assert_int_equal(wrong, 0);
}

static void options_without_effect_are_told_of(void **state)
{
    AUTO_BOUND vif, vfb, type, emulated;

    (void)state;
    bind_xm("kernel='/k'\nvif=['type=e1000']\n", &type);
    assert_string_equal(type.warnings.data,
                        "web:2:12: vif[0]: type 'e1000' is ignored (ioemu, netfront, vif or paravirtualised)\n");
    bind_xm("kernel='/k'\nvif=['type=ioemu']\n", &emulated);
    assert_string_equal(emulated.warnings.data,
                        "web:2:12: vif[0]: type 'ioemu' is for hvm guests; this one gets a paravirtualised interface\n");
    bind_xm("kernel='/k'\nvif=['accel=x']\n", &vif);
    assert_string_equal(vif.warnings.data, "web:2:6: vif[0]: option 'accel' has no effect any more\n");
    bind_xm("kernel='/k'\nvfb=['vnc=1,serial=pty']\n", &vfb);
    assert_string_equal(vfb.warnings.data, "web:2:13: vfb[0]: option 'serial' has no effect any more\n");
}

/* --- vfb --- */

#define VNC(rest) "\"vfbs\": [ { \"devid\": 0, \"vnc\": { " rest " }, \"sdl\": { } } ], \"vkbs\": [ { \"devid\": 0 } ]"

static void frame_buffers_of_xm_are_understood(void **state)
{
    static const struct meaning table[] = {
        { "vfb=['vnc=1']", VNC("\"enable\": \"True\"") },
        { "vfb=['type=vnc']", VNC("\"enable\": \"True\"") },
        { "vfb=['type=vnc,vncunused=1,vncdisplay=3']", VNC("\"enable\": \"True\", \"display\": 3, \"findunused\": \"True\"") },
        { "vfb=['vnc=1, vnclisten=0.0.0.0, vncpasswd=s']", VNC("\"enable\": \"True\", \"listen\": \"0.0.0.0\", \"passwd\": \"s\"") },
        { "vfb=['type=sdl']", "\"vnc\": { \"enable\": \"False\" }, \"sdl\": { \"enable\": \"True\" }" },
        { "vfb=['sdl=1,display=:1,xauthority=/x,opengl=1']",
          "\"sdl\": { \"enable\": \"True\", \"opengl\": \"True\", \"display\": \":1\", \"xauthority\": \"/x\" }" },
        { "vfb=['vnc=1,keymap=de']", "\"keymap\": \"de\"" },
        { "vfb=['vnc=1,videoram=4,serial=pty,monitor=1']", VNC("\"enable\": \"True\"") },
        { "builder='hvm'\nvfb=['vnc=1,vncdisplay=4']", "\"vnc\": { \"enable\": \"True\", \"display\": 4 }" },
        { "vnc=1\nvncdisplay=5", "\"vnc\": { \"enable\": \"True\", \"display\": 5 }" },
    };

    (void)state;
    CHECK_ALL(table, check_meaning);
}

static void wrong_frame_buffers_are_named(void **state)
{
    static const struct mistake table[] = {
        { "vfb = ['vnc=1,~foo=2']", "vfb[0]: unknown option 'foo' of a frame buffer (vnc, vnclisten, vncdisplay, vncunused, "
          "vncpasswd, keymap, sdl, opengl, display or xauthority)" },
        { "vfb = ['type=~spice']", "vfb[0]: unknown type 'spice' (vnc or sdl)" },
        { "vfb = ['vnc=1,vncdisplay=~x']", "vfb[0]: vncdisplay 'x' is not a number" },
        { "vfb = [~'vnc']", "vfb[0]: 'vnc' should be NAME=VALUE" },
    };

    (void)state;
    wrong = 0;
    CHECK_ALL(table, check_mistake);
    assert_int_equal(wrong, 0);
}

/* --- pci --- */

/* Devices as "SEGMENT:BUS:SLOT.FUNCTION VDEVFN VFUNC_MASK FLAGS", one after the other. */
static void check_pci(const char *line, const char *expected)
{
    xm_autofree char *text = xm_printf("kernel='/k'\n%s\n", line);
    xm_autobuf got = XM_BUF_INIT;
    AUTO_BOUND bound;

    bind_xm(text, &bound);
    for (int i = 0; i < bound.cfg.num_pcidevs; i++) {
        const libxl_device_pci *pci = &bound.cfg.pcidevs[i];

        xm_buf_printf(&got, "%s%04x:%02x:%02x.%x %x %x %s%s%s%s", i ? "; " : "", (unsigned)pci->domain, pci->bus, pci->dev,
                      pci->func, pci->vdevfn, pci->vfunc_mask, pci->msitranslate ? "m" : "", pci->power_mgmt ? "p" : "",
                      pci->permissive ? "e" : "", pci->seize ? "s" : "");
    }
    if (strcmp(got.data ? got.data : "", expected))
        fail_msg("%s\n  gives %s\n  not   %s", line, got.data, expected);
}

static void pci_devices_of_xm_are_understood(void **state)
{
    static const struct meaning table[] = {
        { "pci=['07:00.0']", "0000:07:00.0 0 1 m" },
        { "pci=['0001:07:1f.7']", "0001:07:1f.7 0 1 m" },
        { "pci=['7:0.0']", "0000:07:00.0 0 1 m" },
        { "pci=['0000,07,00.0']", "0000:07:00.0 0 1 m" },
        { "pci=['07,00,0']", "0000:07:00.0 0 1 m" },
        { "pci=['07:00.0@5']", "0000:07:00.0 28 1 m" },
        { "pci=['07:00.0@1f']", "0000:07:00.0 f8 1 m" },
        { "pci=['07:00.*@5']", "0000:07:00.0 28 ffffffff m" },
        { "pci=['07:00.0-2']", "0000:07:00.0 0 1 m; 0000:07:00.1 0 1 m; 0000:07:00.2 0 1 m" },
        { "pci=['07:00.0,2']", "0000:07:00.0 0 1 m; 0000:07:00.2 0 1 m" },
        { "pci=['07:00.0-1,4@6']", "0000:07:00.0 30 1 m; 0000:07:00.1 30 2 m; 0000:07:00.4 30 10 m" },
        { "pci=['07:00.3=0']", "0000:07:00.3 0 1 m" },
        { "pci=['07:00.0=0,1=1@6']", "0000:07:00.0 30 1 m; 0000:07:00.1 30 2 m" },
        { "pci=['07:00.0,msitranslate=0']", "0000:07:00.0 0 1 " },
        { "pci=['07:00.0,msitranslate=no,power_mgmt=yes']", "0000:07:00.0 0 1 p" },
        { "pci=['07:00.0,2,power_mgmt=1']", "0000:07:00.0 0 1 mp; 0000:07:00.2 0 1 mp" },
        { "pci=['07:00.0','08:00.0,msitranslate=0']\npci_power_mgmt=1", "0000:07:00.0 0 1 mp; 0000:08:00.0 0 1 p" },
        { "pci=['07:00.0,permissive=1,seize=1']", "0000:07:00.0 0 1 mes" },
        { "pci=['bdf=07:00.0,permissive=1']", "0000:07:00.0 0 1 me" },
        { "pci=[]", "" },
    };

    (void)state;
    CHECK_ALL(table, check_pci);
}

static void wrong_pci_devices_are_named(void **state)
{
    static const struct mistake table[] = {
        { "pci = [~'0000:07:00']", "pci[0]: '0000:07:00' is no PCI device (like 0000:07:00.0)" },
        { "pci = [~'07:20.0']", "pci[0]: '07:20.0' is no PCI device (like 0000:07:00.0)" },
        { "pci = [~'07:00.8']", "pci[0]: '07:00.8' is no PCI device (like 0000:07:00.0)" },
        { "pci = [~'07:00.0;1']", "pci[0]: '07:00.0;1' is no PCI device (like 0000:07:00.0)" },
        { "pci = [~'07:00.3-1']", "pci[0]: '3-1' is no range of functions" },
        { "pci = [~'07:00.3=1']", "pci[0]: '3=1': a function can be shown as 0, or in a slot that is given as itself" },
        { "pci = ['07:00.0,~foo=1']", "pci[0]: unknown option 'foo' of a PCI device (msitranslate, power_mgmt, permissive, "
          "seize or rdm_policy, each with =VALUE)" },
        { "pci = ['07:00.0,~msitranslate']", "pci[0]: unknown option 'msitranslate' of a PCI device (msitranslate, power_mgmt, "
          "permissive, seize or rdm_policy, each with =VALUE)" },
        { "pci = ['07:00.0,~msitranslate=maybe']", "pci[0]: unknown msitranslate 'maybe' (0, 1, yes or no)" },
        { "pci = ~'07:00.0'", "pci: must be a list: [ ... ]" },
    };

    (void)state;
    wrong = 0;
    CHECK_ALL(table, check_mistake);
    assert_int_equal(wrong, 0);
}

/* --- the rest --- */

static void other_devices_are_understood(void **state)
{
    static const struct meaning table[] = {
        { "vusb=['usbver=1,numports=4']", "\"usbctrls\": [ { \"type\": \"pv\", \"devid\": 0, \"version\": 1, \"ports\": 4 } ]" },
        { "vusb=['']", "\"usbctrls\": [ { \"type\": \"pv\", \"devid\": 0, \"version\": 2, \"ports\": 8 } ]" },
        { "usbctrl=['type=qusb,version=3,ports=5']\nvusb=['port_1=']", "\"devid\": 1, \"version\": 2, \"ports\": 8" },
        { "usbdev=['hostbus=1,hostaddr=3,controller=1,port=2']", "\"ctrl\": 1, \"port\": 2" },
        { "ioports=['2f8-2ff','60']", "\"ioports\": [ { \"first\": 760, \"number\": 8 }, { \"first\": 96, \"number\": 1 } ]" },
        { "irq=[5,7]", "\"irqs\": [ 5, 7 ]" },
        { "irqs=[5]\nirq=[7]", "\"irqs\": [ 5, 7 ]" },
        { "iomem=['fe900,2@fd']", "\"iomem\": [ { \"start\": 1042688, \"number\": 2, \"gfn\": 253 } ]" },
        { "vtpm=['instance=1,backend=tpm']", "\"backend_domname\": \"tpm\"" },
        { "channel=['name=a,connection=pty']", "\"name\": \"a\", \"connection.pty\": { }" },
        { "p9=['tag=t,path=/p,security_model=none']", "\"tag\": \"t\", \"path\": \"/p\", \"security_model\": \"none\"" },
        { "vkb=['backend-type=qemu,width=3']", "\"width\": 3" },
        { "vdispl=['connectors=a:1x2;b:3x4']", "{ \"unique_id\": \"b\", \"width\": 3, \"height\": 4 }" },
        { "vsnd=[['card, short-name=c','pcm, name=p','stream, type=c']]", "\"short_name\": \"c\"" },
        { "cpuid=['1:ecx=xxxxxxxxxxx00xxxxxxxxxxxxxxxxxxx']", "\"cpuid\": [ { \"leaf\": 1, \"ecx\": \"xxxxxxxxxxx00xxxxxxxxxxxxxxxxxxx\" } ]" },
        { "cpuid=['0xd,1:eax=0x5, ebx=0xffffffff']", "\"subleaf\": 1, \"eax\": \"00000000000000000000000000000101\", "
          "\"ebx\": \"11111111111111111111111111111111\"" },
        { "cpuid='host,tm=0'", "\"edx\": \"xx0xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"" },
        { "vcpus=2\ncpus='0-1,^1'", "\"vcpu_hard_affinity\": [ [ 0 ], [ 0 ] ]" },
        { "vcpus=2\ncpus=['0','1']", "\"vcpu_hard_affinity\": [ [ 0 ], [ 1 ] ]" },
        { "vcpus=2\ncpus='node:0'", "\"vcpu_hard_affinity\": [ [ 0, 1 ], [ 0, 1 ] ]" },
        { "builder='hvm'\nserial=['pty','file:/x']", "\"serial_list\": [ \"pty\", \"file:/x\" ]" },
        { "builder='hvm'\nusbdevice=['tablet','mouse']", "\"usbdevice_list\": [ \"tablet\", \"mouse\" ]" },
        { "builder='hvm'\nrdm='strategy=host,policy=relaxed'", "\"rdm\": { \"strategy\": \"host\", \"policy\": \"relaxed\" }" },
    };

    (void)state;
    CHECK_ALL(table, check_meaning);
}

static void wrong_devices_are_named(void **state)
{
    static const struct mistake table[] = {
        { "usbctrl = ['type=~vp']", "usbctrl[0]: unknown type 'vp' (auto, pv, devicemodel or qusb)" },
        { "usbctrl = ['ports=~99']", "usbctrl[0]: ports 99 is too large (at most 31)" },
        { "usbctrl = [~'foo=1']", "usbctrl[0]: unknown option 'foo' of a USB controller (type, version or ports)" },
        { "usbctrl = [~'type']", "usbctrl[0]: 'type' should be NAME=VALUE" },
        { "usbdev = ['type=~x']", "usbdev[0]: unknown type 'x' (hostdev)" },
        { "usbdev = ['hostbus=1, ~foo=2']", "usbdev[0]: unknown option 'foo' of a USB device (type, hostbus, hostaddr, controller or port)" },
        { "vusb = ['usbver=~3']", "vusb[0]: usbver 3 is too large (at most 2)" },
        { "vusb = ['numports=~17']", "vusb[0]: numports 17 is too large (at most 16)" },
        { "vusb = [~'port_9=1-1']", "vusb[0]: there is no port 'port_9' (port_1 to port_8)" },
        { "vusb = [~'foo=1']", "vusb[0]: unknown option 'foo' of vusb (usbver, numports or port_N)" },
        { "ioports = [~'2f8-2f0']", "ioports[0]: '2f8-2f0' is no range of I/O ports (hex, like 2f8-2ff)" },
        { "ioports = [~'10000']", "ioports[0]: '10000' is no range of I/O ports (hex, like 2f8-2ff)" },
        { "irq = [~'x']", "irq[0]: 'x' is not a number" },
        { "iomem = [~'fe900']", "iomem[0]: 'fe900' is no range of memory (hex pages, START,COUNT[@GUEST])" },
        { "vtpm = [~'uuid=c7a5fdb2-cdaf-9455-926a-d65c16db1809']", "vtpm[0]: a TPM needs backend=DOMAIN" },
        { "vtpm = ['backend=d,uuid=~x']", "vtpm[0]: 'x' is not a UUID" },
        { "vtpm = [~'foo=1,backend=d']", "vtpm[0]: unknown option 'foo' of a TPM (backend or uuid)" },
        { "channel = ['name=a,connection=~foo']", "channel[0]: unknown connection 'foo' (pty or socket)" },
        { "channel = [~'name=a']", "channel[0]: a channel needs connection=pty or connection=socket" },
        { "channel = [~'name=a,connection=socket']", "channel[0]: connection=socket needs path" },
        { "channel = [~'connection=pty']", "channel[0]: a channel needs a name" },
        { "p9 = [~'tag=t']", "p9[0]: a 9pfs share needs tag, path and security_model" },
        { "p9 = ['tag=t,path=/,security_model=none,~foo=1']", "p9[0]: unknown option 'foo' of a 9pfs share (tag, path, security_model or backend)" },
        { "vkb = ['backend-type=~x']", "vkb[0]: unknown backend-type 'x' (qemu or linux)" },
        { "vkb = ['backend-type=qemu,feature-raw-pointer=~2']", "vkb[0]: feature-raw-pointer must be 0 or 1" },
        { "vdispl = ['connectors=~1:2']", "vdispl[0]: '1:2' is no connector (ID:WIDTHxHEIGHT)" },
        { "vdispl = ['connectors=a:1x2;~b']", "vdispl[0]: 'b' is no connector (ID:WIDTHxHEIGHT)" },
        { "vsnd = [~'card']", "vsnd[0]: must be a list" },
        { "vsnd = [[~'stream, type=p']]", "vsnd[0]: 'stream' should be card, pcm, or a stream behind a pcm" },
        { "vsnd = [['card, ~foo=1']]", "vsnd[0]: unknown option 'foo' of a card (backend, short-name, long-name, sample-rates, "
          "sample-formats, channels-min, channels-max or buffer-size)" },
        { "vsnd = [['card, sample-rates=8000;~x']]", "vsnd[0]: sample rate 'x' is not a number" },
        { "cpuid = ~'tm=0'", "cpuid: must begin with host, as in \"host,tm=0\"" },
        { "cpuid = 'host,~foo=0'", "cpuid: 'foo=0' is no flag of CPUID with its value" },
        { "cpuid = ['1:~abx=0']", "cpuid[0]: 'abx' should be eax, ebx, ecx or edx with =BITS" },
        { "cpuid = ['1:eax=0x1,~ebx']", "cpuid[0]: 'ebx' should be eax, ebx, ecx or edx with =BITS" },
        { "cpuid = ['1:eax=~01']", "cpuid[0]: '01' is no value of a register (32 of 0 1 x k s, or 0x and a number)" },
        { "cpuid = ['1:eax=~0x100000000']", "cpuid[0]: '0x100000000' is no value of a register (32 of 0 1 x k s, or 0x and a number)" },
        { "cpuid = [~'one']", "cpuid[0]: 'one' is not LEAF[,SUBLEAF]:eax=BITS,..." },
        { "cpus = ~'zz'", "cpus: 'zz' is no range of cpus (like 0-3,^2)" },
        { "cpus=~['0','1']", "cpus: names 2 processors, but the guest has 1" },
    };

    (void)state;
    wrong = 0;
    CHECK_ALL(table, check_mistake);
    assert_int_equal(wrong, 0);
}

static void what_libxl_has_nothing_for_is_told_of_once(void **state)
{
    AUTO_BOUND scsi, usb;

    (void)state;
    bind_xm("kernel='/k'\nvscsi=['/dev/sdb,0:0:0:0','/dev/sdc,0:0:0:1']\n", &scsi);
    assert_string_equal(scsi.warnings.data, "web:2:7: vscsi: has no effect on a host of today; use disk\n");
    bind_xm("kernel='/k'\nvusb=['port_2=1-1.2']\n", &usb);
    assert_string_equal(usb.warnings.data, "web:2:7: vusb[0]: port_2 is left empty; give the device by its address: "
                        "usbdev=['hostbus=BUS,hostaddr=ADDR']\n");
}

/* --- as the old toolstack was told of them --- */

static char *sent(xm_doc *doc)
{
    char *text = NULL;

    assert_int_equal(xm_config_format_sxp(doc, &text, NULL), 0);
    return text;
}

/* tests/corpus/sxp/devices.cfg has one of each; what is sent for it, read and sent again, is the same. */
static void devices_are_sent_as_xm_sent_them(void **state)
{
    xm_autofree char *text = read_corpus("sxp/devices.cfg"), *expected = read_corpus("sxp/devices.sxp");
    xm_autofree char *once = NULL, *twice = NULL;
    XM_AUTO(xm_doc) *doc = NULL, *back = NULL;

    (void)state;
    assert_int_equal(xm_config_parse(XM_DIALECT_XM, "devices", text, strlen(text), &doc, NULL), 0);
    once = sent(doc);
    assert_string_equal(once, expected);
    assert_int_equal(xm_config_from_sxp(once, strlen(once), "devices", &back, NULL), 0);
    twice = sent(back);
    assert_string_equal(twice, expected);
}

static void too_many_disks_are_refused_at_once(void **state)
{
    (void)state;
    refuse_xm("kernel='/k'\ndisk = ['phy:/d%d,d%dp1,w' % (i, i) for i in range(1025)]\n",
              "web:2:9: disk[1024]: is one more than the 1024 disks that a guest may have");
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
        cmocka_unit_test(too_many_disks_are_refused_at_once),
        cmocka_unit_test(devices_have_the_numbers_of_their_bus),
        cmocka_unit_test(who_shares_a_disk_can_be_seen),
        cmocka_unit_test(disks_of_xl_are_seen_as_xl_has_them),
        cmocka_unit_test(a_medium_that_takes_another_s_place_is_told_of),
        cmocka_unit_test(a_prefix_is_good_where_there_is_its_script),
        cmocka_unit_test(xl_s_disks_are_left_as_xl_has_them),
        cmocka_unit_test(interfaces_of_xm_are_understood),
        cmocka_unit_test(wrong_interfaces_are_named),
        cmocka_unit_test(options_without_effect_are_told_of),
        cmocka_unit_test(frame_buffers_of_xm_are_understood),
        cmocka_unit_test(wrong_frame_buffers_are_named),
        cmocka_unit_test(pci_devices_of_xm_are_understood),
        cmocka_unit_test(wrong_pci_devices_are_named),
        cmocka_unit_test(other_devices_are_understood),
        cmocka_unit_test(wrong_devices_are_named),
        cmocka_unit_test(what_libxl_has_nothing_for_is_told_of_once),
        cmocka_unit_test(devices_are_sent_as_xm_sent_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
