/* What the guest boots: kernel, boot loader or firmware, and the kernel's command line. */
#include <string.h>

#include "bind/binder.h"

/* Where Debian's and most other builds of Xen keep the boot images that belong to it. */
#define FIRMWARE_DIR "/usr/lib/xen-4.17/boot"

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* For HVM, xm had the firmware in kernel=; today libxl brings its own. */
static bool is_hvm_firmware(const struct xm_binder *b, const char *kernel)
{
    const char *base = base_of(kernel);

    return !strcmp(base, "hvmloader") || (b->dialect == XM_DIALECT_XM && !strcmp(base, "vmxloader"));
}

static void bind_kernel(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    xm_autofree char *kernel = xm_binder_get_text(b, "kernel");

    if (!kernel)
        return;
    if (info->type == LIBXL_DOMAIN_TYPE_HVM && is_hvm_firmware(b, kernel)) {
        if (b->dialect == XM_DIALECT_XL)
            xm_binder_warn(b, "'%s' is ignored: the firmware of an HVM guest is chosen by firmware_override", kernel);
        return;
    }
    info->kernel = XM_TAKE(kernel);
}

static void bind_pv_firmware(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    xm_autofree char *firmware = xm_binder_get_text(b, "firmware");

    if (!firmware)
        return;
    if (info->kernel) {
        (void)xm_binder_error(b, "excludes kernel");
        return;
    }
    if (strcmp(firmware, "pvgrub32") && strcmp(firmware, "pvgrub64")) {
        (void)xm_binder_error(b, "unknown firmware '%s' (pvgrub32 or pvgrub64)", firmware);
        return;
    }
    info->kernel = xm_printf("%s/%s.bin", FIRMWARE_DIR, firmware);
}

/* Words between blanks. */
static libxl_string_list split(const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_string_list list = xm_new0(char *, strlen(text) / 2 + 2);
    size_t count = 0;
    char *save = NULL;

    for (char *word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save))
        list[count++] = xm_strdup(word);
    return list;
}

/* xm started pygrub without its menu unless bootargs said otherwise. */
static void bind_xm_bootargs(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    xm_autofree char *text = xm_binder_get_text(b, "bootargs");

    if (!info->bootloader || info->bootloader_args || xm_doc_get(b->doc, "bootloader_args"))
        return;                 /* an empty list of them says: none */
    if (text)
        info->bootloader_args = split(text);
    else if (!strcmp(base_of(info->bootloader), "pygrub"))
        info->bootloader_args = split("-q");
}

static void bind_bootloader(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;
    const xm_node *args;

    info->bootloader = xm_binder_get_text(b, "bootloader");
    args = xm_binder_enter(b, "bootloader_args");
    if (args && args->type == XM_NODE_LIST) {
        info->bootloader_args = xm_binder_strings(b, args);
    } else if (args) {
        xm_autofree char *text = xm_binder_text(b, args);

        if (text)
            info->bootloader_args = split(text);
    }
    if (b->dialect != XM_DIALECT_XM || info->type == LIBXL_DOMAIN_TYPE_HVM)
        return;
    if (info->type == LIBXL_DOMAIN_TYPE_PV && !info->bootloader && !info->kernel)
        info->bootloader = xm_strdup("pygrub");
    bind_xm_bootargs(b);
}

static char *text_or(struct xm_binder *b, const char *key, const char *otherwise)
{
    char *text = xm_binder_get_text(b, key);

    return text ? text : xm_strdup(otherwise);
}

/* The kernel's ip=CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:AUTOCONF. */
static void add_ip(struct xm_binder *b, struct xm_buf *line)
{
    xm_autofree char *ip = text_or(b, "ip", ""), *gateway = text_or(b, "gateway", "");
    xm_autofree char *netmask = text_or(b, "netmask", ""), *hostname = text_or(b, "hostname", "");
    xm_autofree char *interface = text_or(b, "interface", "eth0"), *dhcp = text_or(b, "dhcp", "off");
    xm_autofree char *server = text_or(b, "nfs_server", "127.0.255.255");

    if (!*ip && !strcmp(dhcp, "off"))
        return;
    xm_buf_printf(line, "%sip=%s:%s:%s:%s:%s:%s:%s", line->len ? " " : "", ip, server, gateway, netmask,
                  hostname, interface, dhcp);
}

/* xm's order: root, ip, then extra, which an NFS root leads. */
static char *xm_cmdline(struct xm_binder *b)
{
    xm_autofree char *root = xm_binder_get_text(b, "root"), *extra = xm_binder_get_text(b, "extra");
    xm_autofree char *server = xm_binder_get_text(b, "nfs_server"), *nfs_root = xm_binder_get_text(b, "nfs_root");
    const char *device = root && !strncmp(root, "root=", 5) ? root + 5 : root;
    xm_autobuf line = XM_BUF_INIT;

    if (device && !(extra && strstr(extra, "root=")))
        xm_buf_printf(&line, "root=%s", device);
    add_ip(b, &line);
    if (nfs_root) {
        (void)xm_binder_enter(b, "nfs_root");
        if (!server)
            (void)xm_binder_error(b, "needs nfs_server too");
        else
            xm_buf_printf(&line, "%snfsroot=%s:%s", line.len ? " " : "", server, nfs_root);
    }
    if (extra)
        xm_buf_printf(&line, "%s%s", line.len ? " " : "", extra);
    return line.len ? xm_buf_take(&line) : NULL;
}

static char *xl_cmdline(struct xm_binder *b)
{
    xm_autofree char *root = xm_binder_get_text(b, "root"), *extra = xm_binder_get_text(b, "extra");

    if (root && extra)
        return xm_printf("root=%s %s", root, extra);
    if (root)
        return xm_printf("root=%s", root);
    return XM_TAKE(extra);
}

static void bind_cmdline(struct xm_binder *b)
{
    char *cmdline = xm_binder_get_text(b, "cmdline");

    if (cmdline) {
        if (xm_binder_enter(b, "root") || xm_binder_enter(b, "extra"))
            xm_binder_warn(b, "is ignored, cmdline says it all");
        b->cfg->b_info.cmdline = cmdline;
        return;
    }
    b->cfg->b_info.cmdline = b->dialect == XM_DIALECT_XM ? xm_cmdline(b) : xl_cmdline(b);
}

void xm_bind_boot(struct xm_binder *b)
{
    libxl_domain_build_info *info = &b->cfg->b_info;

    bind_kernel(b);
    if (info->type != LIBXL_DOMAIN_TYPE_HVM)
        bind_pv_firmware(b);
    bind_bootloader(b);
    bind_cmdline(b);
    if (info->type != LIBXL_DOMAIN_TYPE_HVM && !info->kernel && !info->bootloader) {
        (void)xm_binder_enter(b, "kernel");
        (void)xm_binder_error(b, "neither kernel nor bootloader is given");
    }
}
