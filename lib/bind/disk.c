/* disk entries. xl's strings go through libxlutil; xm's older "UNAME,VDEV,MODE[,BACKEND[,PROTOCOL]]"
 * is read here, because libxlutil knows neither w! nor every prefix, and takes some in another
 * sense. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "bind/binder.h"
#include "bind/disks.h"

/* One entry: what libxl is told, and what it has no words for. */
struct entry {
    libxl_device_disk disk;
    enum xm_disk_kind kind;
    bool in_xl_words, shared;
};

/* The parts of xm's form, pointing into one copy of the text. */
enum { UNAME, VDEV, MODE, BACKEND, PROTOCOL, PARTS };
struct parts {
    const char *start;
    char *item[PARTS];
    int count;
};

/* --- numbers --- */

/* Letters as digits of base 26, without a nought: a 0, z 25, aa 26. */
static long letters(const char **text)
{
    long value = 0;

    for (; **text >= 'a' && **text <= 'z'; ++*text) {
        value = value * 26 + (**text - 'a' + 1);
        if (value > 1 << 20)
            return -1;
    }
    return value - 1;
}

/* "", or a number without leading noughts up to max. */
static long partition(const char *text, long max)
{
    char *end;
    long value;

    if (!*text)
        return 0;
    if (*text < '1' || *text > '9')
        return -1;
    value = strtol(text, &end, 10);
    return *end || value > max ? -1 : value;
}

static long xvd_number(long disk, long part)
{
    if (disk <= 15 && part <= 15)
        return 202 << 8 | disk << 4 | part;
    return 1L << 28 | disk << 8 | part;
}

static long sd_number(long disk, long part)
{
    static const unsigned char majors[] = { 8, 65, 66, 67, 68, 69, 70, 71, 128, 129, 130, 131, 132, 133, 134, 135 };

    if (part > 15 || disk >= 16 * (long)XM_COUNT(majors))
        return -1;
    return (long)majors[disk / 16] << 8 | disk % 16 << 4 | part;
}

static long hd_number(long disk, long part)
{
    static const unsigned char majors[] = { 3, 22, 33, 34, 56, 57, 88, 89, 90, 91 };

    if (disk >= 2 * (long)XM_COUNT(majors))
        return -1;
    return (long)majors[disk / 2] << 8 | disk % 2 << 6 | part;
}

/* dDpP: any bus's name for it. */
static long d_number(const char *text)
{
    char *end;
    long disk, part;

    if (!isdigit((unsigned char)*text))
        return -1;
    disk = strtol(text, &end, 10);
    if (disk >= 1 << 20 || *end != 'p' || !isdigit((unsigned char)end[1]))
        return -1;
    part = strtol(end + 1, &end, 10);
    return *end || part > 255 ? -1 : xvd_number(disk, part);
}

static long plain_number(const char *text)
{
    char *end;
    long value = strtol(text, &end, text[0] == '0' && (text[1] | 32) == 'x' ? 16 : 10);

    return *end || value > 0x7fffffffL ? -1 : value;
}

long xm_disk_number(const char *vdev)
{
    bool xvd = !strncmp(vdev, "xvd", 3), hd = !strncmp(vdev, "hd", 2), sd = !strncmp(vdev, "sd", 2);
    const char *rest = vdev + (xvd ? 3 : 2);
    long disk, part;

    if (isdigit((unsigned char)*vdev))
        return plain_number(vdev);
    if (*vdev == 'd')
        return d_number(vdev + 1);
    if (!xvd && !hd && !sd)
        return -1;
    disk = letters(&rest);
    part = partition(rest, xvd ? 255 : hd ? 63 : 15);
    if (disk < 0 || disk >= 1 << 20 || part < 0)
        return -1;
    return xvd ? xvd_number(disk, part) : hd ? hd_number(disk, part) : sd_number(disk, part);
}

/* Names that libxl has no number for, though their bus has: it is told the number. */
static bool libxl_knows(const char *vdev)
{
    if (strncmp(vdev, "hd", 2) && strncmp(vdev, "sd", 2))
        return true;
    return vdev[2] >= 'a' && vdev[2] <= (*vdev == 'h' ? 'd' : 'p') && !isalpha((unsigned char)vdev[3]);
}

/* --- xm's form --- */

/* A prefix is a word before a colon; a path has a slash or nothing before one. */
static size_t prefix_len(const char *uname)
{
    size_t len = strspn(uname, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    return uname[len] == ':' ? len : 0;
}

/* False: more parts than there are. */
static bool split(char *text, struct parts *ret)
{
    ret->start = text;
    ret->count = 0;
    while (text) {
        char *comma = strchr(text, ',');

        if (ret->count == PARTS)
            return false;
        if (comma)
            *comma++ = '\0';
        ret->item[ret->count++] = text;
        text = comma;
    }
    return true;
}

/* Prefixes that only libxlutil has: they name a format. */
static bool is_xl_prefix(const char *uname)
{
    static const char *const names[] = { "raw:", "qcow:", "qcow2:", "vhd:" };

    for (size_t i = 0; i < XM_COUNT(names); i++)
        if (!strncmp(uname, names[i], strlen(names[i])))
            return true;
    return false;
}

/* What only xm wrote: a prefixed or empty first part, and no words of xl's behind it. */
static bool is_xm_form(const struct parts *parts)
{
    for (int i = 1; i < parts->count; i++)
        if (strchr(parts->item[i], '='))
            return false;
    if (!*parts->item[UNAME])
        return parts->count > VDEV && strchr(parts->item[VDEV], ':');
    return prefix_len(parts->item[UNAME]) && !is_xl_prefix(parts->item[UNAME]);
}

static const struct xm_choice formats[] = {
    { "aio", LIBXL_DISK_FORMAT_RAW }, { "sync", LIBXL_DISK_FORMAT_RAW }, { "raw", LIBXL_DISK_FORMAT_RAW },
    { "qcow", LIBXL_DISK_FORMAT_QCOW }, { "qcow2", LIBXL_DISK_FORMAT_QCOW2 }, { "vhd", LIBXL_DISK_FORMAT_VHD },
    { "qed", LIBXL_DISK_FORMAT_QED }, { NULL, 0 }
};

/* Leading slashes count as one, so that file://PATH works. */
static const char *one_slash(const char *path)
{
    while (path[0] == '/' && path[1] == '/')
        path++;
    return path;
}

/* tap:[tapdisk:|ioemu:]TYPE:PATH */
static bool read_tap(struct xm_binder *b, const char *text, libxl_device_disk *disk)
{
    const char *colon;
    int format;

    if (!strncmp(text, "tapdisk:", 8) || !strncmp(text, "ioemu:", 6))
        text = strchr(text, ':') + 1;
    colon = strchr(text, ':');
    if (!colon) {                       /* tap:PATH, as xl's files have it */
        disk->pdev_path = xm_strdup(one_slash(text));
        return true;
    }
    xm_autofree char *type = xm_strndup(text, (size_t)(colon - text));
    if (!xm_binder_choose(b, formats, "tap type", type, &format))
        return false;
    disk->format = (libxl_disk_format)format;
    disk->pdev_path = xm_strdup(one_slash(colon + 1));
    return true;
}

static bool read_script(const char *uname, const char *params, struct entry *entry)
{
    entry->kind = XM_DISK_OTHER;
    entry->disk.script = xm_printf("block-%.*s", (int)(params - 1 - uname), uname);
    entry->disk.pdev_path = xm_strdup(params);
    return true;
}

static bool read_uname(struct xm_binder *b, const char *uname, struct entry *entry)
{
    libxl_device_disk *disk = &entry->disk;
    const char *params = uname + prefix_len(uname) + 1;

    if (!*uname) {
        disk->pdev_path = xm_strdup("");
        return true;
    }
    if (!*params)
        return xm_binder_error(b, "'%s' names no file or device", uname);
    if (!strncmp(uname, "phy:", 4)) {
        entry->kind = XM_DISK_PHY;
        disk->pdev_path = *params == '/' ? xm_strdup(one_slash(params)) : xm_printf("/dev/%s", params);
    } else if (!strncmp(uname, "file:", 5) || !strncmp(uname, "aio:", 4)) {
        disk->pdev_path = xm_strdup(one_slash(params));
    } else if (!strncmp(uname, "tap:", 4) || !strncmp(uname, "tap2:", 5)) {
        return read_tap(b, params, disk);
    } else {
        return read_script(uname, params, entry);
    }
    return true;
}

/* xvda, hda1, /dev/sda, ioemu:hda, hdc:cdrom, or the device number itself, as Solaris has it. */
static bool read_vdev(struct xm_binder *b, char *vdev, libxl_device_disk *disk)
{
    char *suffix;
    long number;

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
    number = xm_disk_number(vdev);
    if (number < 0)
        return xm_binder_error(b, "'%s' is no device of a guest (like xvda, hda1, sda or 768)", vdev);
    disk->vdev = libxl_knows(vdev) ? xm_strdup(vdev) : xm_printf("%ld", number);
    return true;
}

static bool read_mode(struct xm_binder *b, const char *mode, struct entry *entry)
{
    entry->shared = !strcmp(mode, "w!");
    entry->disk.readwrite = *mode == 'w' || !strcmp(mode, "rw");
    if (entry->shared || !strcmp(mode, "w") || !strcmp(mode, "r") || !strcmp(mode, "rw") || !strcmp(mode, "ro"))
        return true;
    return xm_binder_error(b, "unknown mode '%s' (r, w or w!)", mode);
}

static bool read_xm_form(struct xm_binder *b, const struct parts *parts, struct entry *entry)
{
    libxl_device_disk *disk = &entry->disk;

    if (parts->count <= MODE)
        return xm_binder_error(b, "has %d parts, where at least three are needed: what, the guest's device, and r or w",
                               parts->count);
    disk->format = LIBXL_DISK_FORMAT_RAW;
    if (!read_uname(b, parts->item[UNAME], entry) || !read_vdev(b, parts->item[VDEV], disk)
        || !read_mode(b, parts->item[MODE], entry))
        return false;
    if (disk->is_cdrom)
        disk->readwrite = 0;
    if (!*disk->pdev_path) {
        if (!disk->is_cdrom)
            return xm_binder_error(b, "names no file or device; only a cdrom may be empty");
        disk->format = LIBXL_DISK_FORMAT_EMPTY;
    }
    if (parts->count > BACKEND && *parts->item[BACKEND])
        disk->backend_domname = xm_strdup(parts->item[BACKEND]);
    if (parts->count > PROTOCOL && *parts->item[PROTOCOL])
        xm_binder_warn(b, "protocol '%s' has no effect any more, guests name their own", parts->item[PROTOCOL]);
    return true;
}

/* --- xl's form --- */

/* The words trusted and untrusted are in the grammar that is documented, but not in the scanner
 * that is shipped: they are taken out here, as long as nothing can be mistaken for them. So is the
 * ! of w!, which is xm's alone. */
static char *take_words(const struct xm_binder *b, const char *text, struct entry *entry)
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
        if (len == 7 && !strncmp(start, "trusted", 7)) {
            libxl_defbool_set(&entry->disk.trusted, true);
            continue;
        }
        if (len == 9 && !strncmp(start, "untrusted", 9)) {
            libxl_defbool_set(&entry->disk.trusted, false);
            continue;
        }
        if (b->dialect == XM_DIALECT_XM
            && ((len == 2 && !strncmp(start, "w!", 2)) || (len == 9 && !strncmp(start, "access=w!", 9)))) {
            entry->shared = true;
            len--;
        }
        xm_buf_add(&rest, text, (size_t)(start - text) + len);
        if (next)
            xm_buf_putc(&rest, ',');
    }
    return xm_buf_take(&rest);
}

static enum xm_disk_kind kind_of(const char *spec, const libxl_device_disk *disk)
{
    if (disk->script)
        return XM_DISK_OTHER;
    if (!strncmp(spec, "phy:", 4) || disk->backend == LIBXL_DISK_BACKEND_PHY)
        return XM_DISK_PHY;
    return disk->pdev_path && !strncmp(disk->pdev_path, "/dev/", 5) ? XM_DISK_PHY : XM_DISK_FILE;
}

static bool read_xl_form(struct xm_binder *b, const char *text, struct entry *entry)
{
    xm_autofree char *spec = take_words(b, text, entry);
    const char *const specs[] = { spec };

    entry->in_xl_words = true;
    if (strchr(spec, '\n'))             /* libxlutil's scanner has no rule for it, and ends the process */
        return xm_binder_error(b, "a line end has no place in it");
    if (xlu_disk_parse(xm_binder_xlu(b), 1, specs, &entry->disk))
        return xm_binder_error(b, "%s", xm_binder_xlu_complaint(b));
    if (!entry->disk.vdev || !*entry->disk.vdev)    /* libxlutil lets "vdev=" pass */
        return xm_binder_error(b, "names no device of the guest (like vdev=xvda)");
    entry->kind = kind_of(spec, &entry->disk);
    return true;
}

/* --- both --- */

/* Fills *entry, whose disk is to be disposed of also after a mistake. */
static bool read_entry(struct xm_binder *b, const char *text, struct entry *entry)
{
    xm_autofree char *copy = xm_strdup(text);
    struct parts parts;

    *entry = (struct entry){ .kind = XM_DISK_FILE };
    libxl_device_disk_init(&entry->disk);
    if (b->dialect == XM_DIALECT_XM && split(copy, &parts) && is_xm_form(&parts))
        return read_xm_form(b, &parts, entry);
    return read_xl_form(b, text, entry);
}

static void one_disk(struct xm_binder *b, const char *text)
{
    libxl_domain_config *cfg = b->cfg;
    struct entry entry;

    (void)read_entry(b, text, &entry);
    *XM_APPEND(cfg->disks, cfg->num_disks) = entry.disk;
}

void xm_bind_disks(struct xm_binder *b)
{
    xm_binder_each(b, "disk", false, one_disk);
}

/* --- for those who compare guests --- */

static char *absolute(const char *path)
{
    xm_autofree char *cwd = NULL;

    if (*path == '/' || !(cwd = getcwd(NULL, 0)))
        return xm_strdup(path);
    return xm_printf("%s/%s", strcmp(cwd, "/") ? cwd : "", path);
}

static void set_disk(const struct entry *entry, struct xm_disk *ret)
{
    const libxl_device_disk *disk = &entry->disk;

    ret->kind = disk->backend_domname && strcmp(disk->backend_domname, "0") ? XM_DISK_OTHER : entry->kind;
    if (disk->pdev_path && *disk->pdev_path)
        ret->path = ret->kind == XM_DISK_OTHER ? xm_strdup(disk->pdev_path) : absolute(disk->pdev_path);
    ret->vdev = xm_strdup(disk->vdev);
    ret->format = xm_strdup(libxl_disk_format_to_string(disk->format));
    ret->script = xm_strdup(disk->script);
    ret->backend = xm_strdup(disk->backend_domname);
    ret->readonly = !disk->readwrite;
    ret->cdrom = disk->is_cdrom;
    ret->in_xl_words = entry->in_xl_words;
    ret->shared = entry->shared;
}

void xm_disks_of(const xm_doc *doc, struct xm_disks *ret_disks)
{
    const xm_node *list = xm_doc_get(doc, "disk");
    libxl_domain_config cfg;
    struct xm_binder b = { .doc = doc, .dialect = xm_doc_dialect(doc), .cfg = &cfg, .key = "disk", .index = -1 };

    *ret_disks = (struct xm_disks){ NULL, 0 };
    for (size_t i = 0; list && list->type == XM_NODE_LIST && i < list->count; i++) {
        struct entry entry;

        b.node = list->items[i];
        if (b.node->type != XM_NODE_STR)
            continue;
        if (read_entry(&b, b.node->str, &entry)) {
            struct xm_disk *disk = XM_APPEND(ret_disks->items, ret_disks->count);

            *disk = (struct xm_disk){ .index = i, .place = b.node->place };
            set_disk(&entry, disk);
        }
        libxl_device_disk_dispose(&entry.disk);
    }
    xm_binder_clear(&b);
}

void xm_disks_clear(struct xm_disks *disks)
{
    for (size_t i = 0; i < disks->count; i++) {
        free(disks->items[i].path);
        free(disks->items[i].vdev);
        free(disks->items[i].format);
        free(disks->items[i].script);
        free(disks->items[i].backend);
    }
    free(disks->items);
    *disks = (struct xm_disks){ NULL, 0 };
}
