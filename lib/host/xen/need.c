/* What this machine has for guests: scripts, bridges, pools, and what comes with Xen's tools. */
#include "host/xen/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <libxl_utils.h>

#define SCRIPTS "/etc/xen/scripts"

static int need_program(const char *what, const char *path, xm_error **err)
{
    if (access(path, F_OK) < 0)
        return xm_fail_errno(err, errno, "%s %s", what, path);
    return access(path, X_OK) == 0 ? 0 : xm_fail(err, XM_DENIED, "%s %s is not executable", what, path);
}

static int need_script(const char *name, xm_error **err)
{
    xm_autofree char *path = *name == '/' ? xm_strdup(name) : xm_printf(SCRIPTS "/%s", name);

    return need_program("script", path, err);
}

/* What libxc's loaders go by: ELF, Linux's own format, either of them packed, or a multiboot header. */
static bool is_kernel(const unsigned char *head, size_t len)
{
    static const unsigned char multiboot[] = { 0x02, 0xb0, 0xad, 0x1b };

    if (len >= 4 && (memcmp(head, "\177ELF", 4) == 0 || memcmp(head, "\037\213", 2) == 0))
        return true;
    if (len >= 0x206 && memcmp(head + 0x202, "HdrS", 4) == 0)
        return true;
    return memmem(head, len, multiboot, sizeof(multiboot)) != NULL;
}

static int need_kernel(const char *path, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    unsigned char head[8192];
    ssize_t len;

    if (fd < 0 || (len = read(fd, head, sizeof(head))) < 0)
        return xm_fail_errno(err, errno, "kernel %s", path);
    return is_kernel(head, (size_t)len) ? 0 : xm_fail(err, XM_INVALID, "%s is no kernel that Xen can boot", path);
}

/* The directories that builds of Xen put their own files into: with the version, as Debian's, and
 * without. "%u.%u" stands for the version. */
static const char *const bin_dirs[] = { "/usr/lib/xen-%u.%u/bin", "/usr/lib/xen/bin", "/usr/libexec/xen/bin", "/usr/local/lib/xen/bin",
                                        "/usr/lib64/xen/bin" };
static const char *const boot_dirs[] = { "/usr/lib/xen-%u.%u/boot", "/usr/lib/xen/boot", "/usr/libexec/xen/boot",
                                         "/usr/local/lib/xen/boot" };

static char *in_dir(struct xen_host *xen, const char *dir, const char *name)
{
    int version = xc_version(xen->xc, XENVER_version, NULL);
    const char *mark = strstr(dir, "%u.%u");

    if (mark == NULL)
        return xm_printf("%s/%s", dir, name);
    return xm_printf("%.*s%u.%u%s/%s", (int)(mark - dir), dir, (unsigned)version >> 16, (unsigned)version & 0xffff,
                     mark + strlen("%u.%u"), name);
}

static bool in_dirs(struct xen_host *xen, const char *const *dirs, size_t count, const char *name, int mode)
{
    for (size_t i = 0; i < count; i++) {
        xm_autofree char *path = in_dir(xen, dirs[i], name);

        if (access(path, mode) == 0)
            return true;
    }
    return false;
}

static bool on_path(const char *name)
{
    const char *path = getenv("PATH");
    xm_autofree char *dirs = xm_strdup(path ? path : "/usr/sbin:/usr/bin");
    char *save = NULL;

    for (char *dir = strtok_r(dirs, ":", &save); dir != NULL; dir = strtok_r(NULL, ":", &save)) {
        xm_autofree char *file = xm_printf("%s/%s", dir, name);

        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}

static int need_bootloader(struct xen_host *xen, const char *name, xm_error **err)
{
    /* The old absolute name of pygrub is taken for the one that Xen's tools bring. */
    if (strcmp(name, "/usr/bin/pygrub") == 0)
        name = "pygrub";
    if (strchr(name, '/') != NULL)
        return need_program("bootloader", name, err);
    if (in_dirs(xen, bin_dirs, XM_COUNT(bin_dirs), name, X_OK) || on_path(name))
        return 0;
    return xm_fail(err, XM_NOT_FOUND, "there is no bootloader %s", name);
}

/* Where builds of libxl expect the images that do not come with Xen. */
static const struct { const char *name, *path; } images[] = {
    { "seabios", "/usr/share/seabios/bios-256k.bin" }, { "seabios", "/usr/share/seabios/bios.bin" },
    { "seabios", "/usr/lib/xen/boot/seabios.bin" }, { "seabios", "/usr/share/qemu/bios-256k.bin" },
    { "ovmf", "/usr/share/ovmf/OVMF.fd" }, { "ovmf", "/usr/share/OVMF/OVMF.fd" },
    { "ovmf", "/usr/share/qemu/OVMF.fd" }, { "ovmf", "/usr/lib/xen/boot/ovmf.bin" },
    { "qemu-xen", "/usr/libexec/xen-qemu-system-i386" }, { "qemu-xen", "/usr/bin/qemu-system-i386" },
    { "qemu-xen", "/usr/bin/qemu-system-x86_64" },
};

static bool has_image(const char *name)
{
    for (size_t i = 0; i < XM_COUNT(images); i++)
        if (strcmp(images[i].name, name) == 0 && access(images[i].path, R_OK) == 0)
            return true;
    return false;
}

static int need_firmware(struct xen_host *xen, const char *name, xm_error **err)
{
    xm_autofree char *file = xm_printf("%s.bin", name);

    if (has_image(name) || in_dirs(xen, boot_dirs, XM_COUNT(boot_dirs), name, R_OK)
        || in_dirs(xen, boot_dirs, XM_COUNT(boot_dirs), file, R_OK))
        return 0;
    return xm_fail(err, XM_NOT_FOUND, "there is no firmware %s", name);
}

/* The device model that is not the old one. */
char *xen_emulator_path(struct xen_host *xen)
{
    for (size_t i = 0; i < XM_COUNT(images); i++)
        if (strcmp(images[i].name, "qemu-xen") == 0 && access(images[i].path, X_OK) == 0)
            return xm_strdup(images[i].path);
    for (size_t i = 0; i < XM_COUNT(bin_dirs); i++) {
        char *path = in_dir(xen, bin_dirs[i], "qemu-system-i386");

        if (access(path, X_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static int need_emulator(struct xen_host *xen, const char *name, xm_error **err)
{
    bool old = strcmp(name, "qemu-xen-traditional") == 0;

    if (has_image(name) || in_dirs(xen, bin_dirs, XM_COUNT(bin_dirs), old ? "qemu-dm" : "qemu-system-i386", X_OK))
        return 0;
    return xm_fail(err, XM_NOT_FOUND, "there is no device model %s", name);
}

static bool has_net(const char *name, const char *what)
{
    xm_autofree char *path = xm_printf("/sys/class/net/%s%s", name, what);

    return access(path, F_OK) == 0;
}

/* What vif-bridge takes: any device of that name, which includes Open vSwitch's bridges; and for an
 * xenbr0 that is not there, eth0 if that is a bridge. A network card is none. */
static int need_bridge(const char *name, xm_error **err)
{
    bool sound = *name != '\0' && strchr(name, '/') == NULL;

    if (sound && !has_net(name, "") && strncmp(name, "xenbr", 5) == 0) {
        xm_autofree char *eth = xm_printf("eth%s", name + 5);

        if (has_net(eth, "/bridge"))
            return 0;
    }
    if (!sound || !has_net(name, ""))
        return xm_fail(err, XM_NOT_FOUND, "could not find bridge device %s", name);
    if (has_net(name, "/device") && !has_net(name, "/bridge"))
        return xm_fail(err, XM_INVALID, "network device %s is no bridge", name);
    return 0;
}

static int need_pool(struct xen_host *xen, const char *name, xm_error **err)
{
    libxl_ctx *ctx = xen_ctx(xen, err);
    uint32_t poolid;

    if (ctx == NULL)
        return -1;
    if (libxl_cpupool_qualifier_to_cpupoolid(ctx, name, &poolid, NULL) < 0 || !libxl_cpupoolid_is_valid(ctx, poolid))
        return xm_fail(err, XM_NOT_FOUND, "there is no cpu pool %s", name);
    return 0;
}

int xen_host_need(struct xm_host *host, enum xm_need need, const char *name, xm_error **err)
{
    struct xen_host *xen = xen_of(host);

    switch (need) {
    case XM_NEED_SCRIPT:
        return need_script(name, err);
    case XM_NEED_KERNEL:
        return need_kernel(name, err);
    case XM_NEED_BOOTLOADER:
        return need_bootloader(xen, name, err);
    case XM_NEED_FIRMWARE:
        return need_firmware(xen, name, err);
    case XM_NEED_EMULATOR:
        return need_emulator(xen, name, err);
    case XM_NEED_BRIDGE:
        return need_bridge(name, err);
    case XM_NEED_POOL:
        return need_pool(xen, name, err);
    }
    return 0;
}
