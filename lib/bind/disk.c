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

/* Messages point at part, which lies within the copy of the entry that begins at start. */
static void point_at(struct xm_binder *b, const char *start, const char *part)
{
    xm_binder_at(b, (size_t)(part - start));
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

/* Prefixes that only libxlutil has: of formats, and of what it passes over. */
static bool is_xl_prefix(const char *uname)
{
    static const char *const names[] = { "raw:", "qcow:", "qcow2:", "vhd:", "tapdisk:", "ioemu:" };

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
static bool read_tap(struct xm_binder *b, const struct parts *parts, const char *text, libxl_device_disk *disk)
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
    point_at(b, parts->start, text);
    if (!xm_binder_choose(b, formats, "tap type", type, &format))
        return false;
    disk->format = (libxl_disk_format)format;
    disk->pdev_path = xm_strdup(one_slash(colon + 1));
    return true;
}

/* X: is the script block-X. Those of Xen itself are taken for granted, others have to be there. */
static bool has_script(const struct xm_binder *b, const char *name)
{
    static const char *const own[] = { "block-nbd", "block-enbd", "block-iscsi", "block-drbd" };
    const char *dir = b->report && b->report->scripts ? b->report->scripts : XM_BIND_SCRIPTS;
    xm_autofree char *path = xm_printf("%s/%s", dir, name);

    for (size_t i = 0; i < XM_COUNT(own); i++)
        if (!strcmp(own[i], name))
            return true;
    return access(path, X_OK) == 0;
}

static bool read_script(struct xm_binder *b, const char *uname, const char *params, struct entry *entry)
{
    xm_autofree char *script = xm_printf("block-%.*s", (int)(params - 1 - uname), uname);

    if (!has_script(b, script))
        return xm_binder_error(b, "unknown kind of disk '%s' (phy, file, tap, tap2, aio, nbd, enbd, iscsi, drbd, or X "
                               "where there is a script block-X)", script + strlen("block-"));
    entry->kind = XM_DISK_OTHER;
    entry->disk.script = XM_TAKE(script);
    entry->disk.pdev_path = xm_strdup(params);
    return true;
}

static bool read_uname(struct xm_binder *b, const struct parts *parts, struct entry *entry)
{
    libxl_device_disk *disk = &entry->disk;
    const char *uname = parts->item[UNAME], *params = uname + prefix_len(uname) + 1;

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
        return read_tap(b, parts, params, disk);
    } else {
        return read_script(b, uname, params, entry);
    }
    return true;
}

/* xvda, hda1, /dev/sda, ioemu:hda, hdc:cdrom, or the device number itself, as Solaris has it. */
static bool read_vdev(struct xm_binder *b, const struct parts *parts, libxl_device_disk *disk)
{
    char *vdev = parts->item[VDEV], *suffix;
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
        else if (strcmp(suffix, "disk")) {
            point_at(b, parts->start, suffix);
            return xm_binder_error(b, "unknown device type '%s' (cdrom or disk)", suffix);
        }
    }
    point_at(b, parts->start, vdev);
    number = xm_disk_number(vdev);
    if (number < 0)
        return xm_binder_error(b, "'%s' is no device of a guest (like xvda, hda1, sda or 768)", vdev);
    disk->vdev = libxl_knows(vdev) ? xm_strdup(vdev) : xm_printf("%ld", number);
    return true;
}

static bool read_mode(struct xm_binder *b, const struct parts *parts, struct entry *entry)
{
    const char *mode = parts->item[MODE];

    point_at(b, parts->start, mode);
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
    if (!read_uname(b, parts, entry) || !read_vdev(b, parts, disk) || !read_mode(b, parts, entry))
        return false;
    xm_binder_at(b, 0);
    if (disk->is_cdrom)
        disk->readwrite = 0;
    if (!*disk->pdev_path) {
        if (!disk->is_cdrom)
            return xm_binder_error(b, "names no file or device; only a cdrom may be empty");
        disk->format = LIBXL_DISK_FORMAT_EMPTY;
    }
    if (parts->count > BACKEND && *parts->item[BACKEND])
        disk->backend_domname = xm_strdup(parts->item[BACKEND]);
    if (parts->count > PROTOCOL && *parts->item[PROTOCOL]) {
        point_at(b, parts->start, parts->item[PROTOCOL]);
        xm_binder_warn(b, "protocol '%s' has no effect any more, guests name their own", parts->item[PROTOCOL]);
    }
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

/* What libxlutil says, and what we say of the word it names: %s in it. */
static const struct { const char *theirs, *ours; } complaints[] = {
    { "unknown value for access", "unknown mode '%s' (r, ro, w or rw)" },
    { "unknown value for format", "unknown format '%s' (raw, qcow, qcow2, vhd, qed or empty)" },
    { "unknown value for backendtype", "unknown backend type '%s' (phy, tap, qdisk or standalone)" },
    { "unknown value for type", "unknown device type '%s' (cdrom or disk)" },
    { "unknown deprecated type", "unknown device type '%s' (cdrom or disk)" },
    { "unknown value for specification", "unknown specification '%s' (xen or virtio)" },
    { "unknown value for colo_port", "'%s' is no port (a number)" },
    { "unknown deprecated disk prefix", "unknown kind of disk '%s' (phy, file, tap, tap2, raw, qcow, qcow2, vhd, nbd, "
      "enbd, iscsi or drbd)" },
    { "unknown parameter", "unknown option '%s' of a disk" },
    { "too many positional parameters", "'%s' is one part too many (TARGET,FORMAT,DEVICE,MODE)" },
    { "no vdev specified", "names no device of the guest (vdev=xvda)" },
    { "no target specified", "names no file or device (target=PATH); only a cdrom may be empty" },
};

/* The word of "TEXT: near `WORD' in `SPEC'", as it stands in the entry: devtype=, and what follows it, are not of it. */
static char *word_of(const char *complaint)
{
    const char *near = strstr(complaint, ": near `"), *end = near ? strstr(near, "' in `") : NULL;
    char *word, *tail;

    if (!end)
        return xm_strdup("");
    near += strlen(": near `");
    if (!strncmp(near, "devtype=", 8))
        near += 8;
    word = xm_strndup(near, (size_t)(end - near));
    for (tail = word + strlen(word); tail > word && strchr(",:", tail[-1]); tail--)
        tail[-1] = '\0';
    if (!strncmp(complaint, "unknown parameter", 17))
        word[strcspn(word, "=")] = '\0';       /* of the value they show a part */
    return word;
}

static void point_at_word(struct xm_binder *b, const char *text, const char *word)
{
    const char *at = text;
    size_t len = strlen(word);

    while (len && (at = strstr(at, word))) {
        if ((at == text || strchr(", :=", at[-1])) && (!at[len] || strchr(", :=", at[len]))) {
            point_at(b, text, at);
            return;
        }
        at += len;
    }
}

static bool complain(struct xm_binder *b, const char *text, const char *complaint)
{
    xm_autofree char *word = word_of(complaint);
    const char *again = strstr(complaint, " respecified"), *slot;

    point_at_word(b, text, word);
    if (again)
        return xm_binder_error(b, "the %.*s is given twice", (int)(again - complaint), complaint);
    for (size_t i = 0; i < XM_COUNT(complaints); i++) {
        if (strncmp(complaints[i].theirs, complaint, strlen(complaints[i].theirs)))
            continue;
        slot = strstr(complaints[i].ours, "%s");
        if (!slot)
            return xm_binder_error(b, "%s", complaints[i].ours);
        return xm_binder_error(b, "%.*s%s%s", (int)(slot - complaints[i].ours), complaints[i].ours, word, slot + 2);
    }
    return xm_binder_error(b, "%s", complaint);
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
        return complain(b, text, xm_binder_xlu_complaint(b));
    if (!entry->disk.vdev || !*entry->disk.vdev)    /* libxlutil lets "vdev=" pass */
        return complain(b, text, "no vdev specified");
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

static bool same_text(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

/* Two names of one thing that one of both writes to: w! is no help, the guest itself would spoil it. */
static bool same_medium(const libxl_device_disk *a, const libxl_device_disk *b)
{
    return a->pdev_path && *a->pdev_path && (a->readwrite || b->readwrite) && same_text(a->pdev_path, b->pdev_path)
           && same_text(a->script, b->script) && same_text(a->backend_domname, b->backend_domname);
}

/* Each is held against all before it: a bound keeps that from taking long. */
#define MAX_DISKS 1024

/* As xm: a device is there once, and so is what is behind it. A CD drive that is there takes the newer
 * medium: true if that was done. */
static bool meets_others(struct xm_binder *b, libxl_device_disk *disk)
{
    libxl_domain_config *cfg = b->cfg;
    long number = xm_disk_number(disk->vdev);

    if (cfg->num_disks >= MAX_DISKS)
        return xm_binder_error(b, "is one more than the %d disks that a guest may have", MAX_DISKS);
    for (int i = 0; i < cfg->num_disks; i++) {
        libxl_device_disk *other = &cfg->disks[i];

        if (!other->vdev)
            continue;
        if (number >= 0 && number == xm_disk_number(other->vdev)) {
            if (!disk->is_cdrom || !other->is_cdrom)
                return xm_binder_error(b, "the device '%s' is already defined, for '%s'", disk->vdev, other->pdev_path);
            xm_binder_warn(b, "takes the place of '%s' in the drive '%s'", other->pdev_path, disk->vdev);
            libxl_device_disk_dispose(other);
            *other = *disk;
            return true;
        }
        if (same_medium(disk, other))
            return xm_binder_error(b, "'%s' is already used, by the device '%s'", disk->pdev_path, other->vdev);
    }
    return false;
}

static void one_disk(struct xm_binder *b, const char *text)
{
    libxl_domain_config *cfg = b->cfg;
    struct entry entry;
    bool done = read_entry(b, text, &entry);

    xm_binder_at(b, 0);
    if (!done || b->dialect != XM_DIALECT_XM || !meets_others(b, &entry.disk))
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
