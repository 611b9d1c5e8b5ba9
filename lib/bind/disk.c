/* disk entries. xl's strings go through libxlutil; xm's older "UNAME,VDEV,MODE[,BACKEND]" is read
 * here, because libxlutil knows neither w! nor every prefix, and took some in another sense. */
#include <ctype.h>
#include <string.h>

#include "bind/binder.h"

/* The parts of xm's form, pointing into one copy of the text. */
struct parts {
    char *item[5];
    int count;
};

static bool is_mode(const char *text)
{
    return !strcmp(text, "r") || !strcmp(text, "w") || !strcmp(text, "w!") || !strcmp(text, "rw") || !strcmp(text, "ro");
}

/* A prefix is a word before a colon; a path has a slash or nothing before one. */
static bool has_prefix(const char *uname)
{
    size_t len = strspn(uname, "abcdefghijklmnopqrstuvwxyz0123456789-_");

    return len && uname[len] == ':';
}

static bool split(char *text, struct parts *ret)
{
    ret->count = 0;
    while (text) {
        char *comma = strchr(text, ',');

        if (ret->count == 5)
            return false;
        if (comma)
            *comma++ = '\0';
        ret->item[ret->count++] = text;
        text = comma;
    }
    return true;
}

/* What only xm wrote: a prefixed or empty first part, a device, a mode. */
static bool is_xm_form(const struct parts *parts)
{
    if (parts->count < 3 || !is_mode(parts->item[2]) || !*parts->item[1] || strchr(parts->item[1], '='))
        return false;
    if (!*parts->item[0])
        return strchr(parts->item[1], ':') != NULL;
    return has_prefix(parts->item[0]);
}

static const struct xm_choice formats[] = {
    { "aio", LIBXL_DISK_FORMAT_RAW }, { "sync", LIBXL_DISK_FORMAT_RAW }, { "raw", LIBXL_DISK_FORMAT_RAW },
    { "qcow", LIBXL_DISK_FORMAT_QCOW }, { "qcow2", LIBXL_DISK_FORMAT_QCOW2 }, { "vhd", LIBXL_DISK_FORMAT_VHD },
    { "qed", LIBXL_DISK_FORMAT_QED }, { NULL, 0 }
};

/* tap:[tapdisk:|ioemu:]TYPE:PATH */
static bool read_tap(struct xm_binder *b, const char *text, libxl_device_disk *disk)
{
    const char *colon;
    int format;

    if (!strncmp(text, "tapdisk:", 8) || !strncmp(text, "ioemu:", 6))
        text = strchr(text, ':') + 1;
    colon = strchr(text, ':');
    if (!colon) {                       /* tap:PATH, as xl's files have it */
        disk->pdev_path = xm_strdup(text);
        return true;
    }
    xm_autofree char *type = xm_strndup(text, (size_t)(colon - text));
    if (!xm_binder_choose(b, formats, "tap type", type, &format))
        return false;
    disk->format = (libxl_disk_format)format;
    disk->pdev_path = xm_strdup(colon + 1);
    return true;
}

/* Leading slashes count as one, so that file://PATH works. */
static const char *one_slash(const char *path)
{
    while (path[0] == '/' && path[1] == '/')
        path++;
    return path;
}

static bool read_uname(struct xm_binder *b, const char *uname, libxl_device_disk *disk)
{
    const char *colon = strchr(uname, ':'), *params;

    if (!colon) {
        disk->pdev_path = xm_strdup("");
        return true;
    }
    params = colon + 1;
    if (!*params)
        return xm_binder_error(b, "'%s' names no file or device", uname);
    if (!strncmp(uname, "phy:", 4)) {
        disk->pdev_path = *params == '/' ? xm_strdup(one_slash(params)) : xm_printf("/dev/%s", params);
    } else if (!strncmp(uname, "file:", 5)) {
        disk->pdev_path = xm_strdup(one_slash(params));
    } else if (!strncmp(uname, "tap:", 4) || !strncmp(uname, "tap2:", 5)) {
        return read_tap(b, params, disk);
    } else if (!strncmp(uname, "aio:", 4) || !strncmp(uname, "raw:", 4)) {
        disk->pdev_path = xm_strdup(params);
    } else {
        disk->script = xm_printf("block-%.*s", (int)(colon - uname), uname);
        disk->pdev_path = xm_strdup(params);
    }
    return true;
}

/* xvda, hda1, /dev/sda, ioemu:hda, hdc:cdrom, or the device number itself, as Solaris has it. */
static bool read_vdev(struct xm_binder *b, char *vdev, libxl_device_disk *disk)
{
    char *suffix;

    if (!strncmp(vdev, "ioemu:", 6))
        vdev += 6;
    if (!strncmp(vdev, "/dev/", 5))
        vdev += 5;
    suffix = strchr(vdev, ':');
    if (suffix) {
        *suffix++ = '\0';
        if (!strcmp(suffix, "cdrom"))
            disk->is_cdrom = disk->removable = 1;
        else if (strcmp(suffix, "disk"))
            return xm_binder_error(b, "unknown device type '%s' (cdrom or disk)", suffix);
    }
    if (!*vdev || vdev[strspn(vdev, "abcdefghijklmnopqrstuvwxyzABCDEFx0123456789")])
        return xm_binder_error(b, "'%s' is no device of a guest (like xvda)", vdev);
    disk->vdev = xm_strdup(vdev);
    return true;
}

static bool read_xm_form(struct xm_binder *b, const struct parts *parts, libxl_device_disk *disk)
{
    disk->format = LIBXL_DISK_FORMAT_RAW;
    if (!read_uname(b, parts->item[0], disk) || !read_vdev(b, parts->item[1], disk))
        return false;
    disk->readwrite = *parts->item[2] == 'w' || !strcmp(parts->item[2], "rw");
    if (disk->is_cdrom)
        disk->readwrite = 0;
    if (!*disk->pdev_path) {
        if (!disk->is_cdrom)
            return xm_binder_error(b, "names no file or device; only a cdrom may be empty");
        disk->format = LIBXL_DISK_FORMAT_EMPTY;
    }
    if (parts->count > 3 && *parts->item[3])
        disk->backend_domname = xm_strdup(parts->item[3]);
    return true;
}

/* The words trusted and untrusted are in the grammar that is documented, but not in the scanner
 * that is shipped: they are taken out here, as long as nothing can be mistaken for them. */
static char *take_trust(const char *text, libxl_device_disk *disk)
{
    xm_autobuf rest = XM_BUF_INIT;
    const char *next;

    for (; text; text = next) {
        const char *start = text + strspn(text, " ");
        size_t len = strcspn(start, ",");

        next = start[len] ? start + len + 1 : NULL;
        if (!strncmp(start, "target=", 7)) {
            xm_buf_puts(&rest, text);
            break;
        }
        if (len == 7 && !strncmp(start, "trusted", 7))
            libxl_defbool_set(&disk->trusted, true);
        else if (len == 9 && !strncmp(start, "untrusted", 9))
            libxl_defbool_set(&disk->trusted, false);
        else {
            xm_buf_add(&rest, text, (size_t)(start - text) + len);
            if (next)
                xm_buf_putc(&rest, ',');
        }
    }
    return xm_buf_take(&rest);
}

static bool read_xl_form(struct xm_binder *b, const char *text, libxl_device_disk *disk)
{
    xm_autofree char *spec = take_trust(text, disk);
    const char *const specs[] = { spec };

    if (xlu_disk_parse(xm_binder_xlu(b), 1, specs, disk))
        return xm_binder_error(b, "%s", xm_binder_xlu_complaint(b));
    return true;
}

static void one_disk(struct xm_binder *b, const char *text)
{
    xm_autofree char *copy = xm_strdup(text);
    libxl_domain_config *cfg = b->cfg;
    libxl_device_disk *disk = XM_APPEND(cfg->disks, cfg->num_disks);
    struct parts parts;

    libxl_device_disk_init(disk);
    if (b->dialect == XM_DIALECT_XM && split(copy, &parts) && is_xm_form(&parts))
        (void)read_xm_form(b, &parts, disk);
    else
        (void)read_xl_form(b, text, disk);
}

void xm_bind_disks(struct xm_binder *b)
{
    xm_binder_each(b, "disk", false, one_disk);
}
