/* What lies under a path: its marks, as sysfs and udev tell them, and nonces beside images. */
#include "host/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define MARK_MAX 256
#define UDEV_MAX 65536

static const char *const mark_names[XM_MARK_COUNT] = {
    [XM_MARK_WWN] = "wwn", [XM_MARK_DM] = "dm", [XM_MARK_MD] = "md", [XM_MARK_SERIAL] = "serial",
    [XM_MARK_PARTITION] = "partition", [XM_MARK_FILESYSTEM] = "filesystem", [XM_MARK_SOURCE] = "source",
};

const char *xm_mark_name(enum xm_mark mark)
{
    return mark_names[mark];
}

void xm_storage_free(xm_storage *storage)
{
    if (storage == NULL)
        return;
    for (size_t i = 0; i < XM_MARK_COUNT; i++)
        free(storage->marks[i]);
    free(storage->sample);
    free(storage);
}

/* --- marks --- */

/* Drivers pad with blanks, and some tell of a serial number that is all zeroes or none. */
static char *tidy(const char *text)
{
    size_t len;
    char *mark;

    text += strspn(text, " \t\n");
    len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0 || len > MARK_MAX || strspn(text, "0 -") >= len)
        return NULL;
    mark = xm_strndup(text, len);
    for (char *c = mark; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 127)
            *c = '_';
    return mark;
}

static void set_mark(xm_storage *storage, enum xm_mark mark, const char *text)
{
    if (storage->marks[mark] == NULL && text != NULL)
        storage->marks[mark] = tidy(text);
}

/* The first of names that there is below dir, which ends with a slash. */
static char *read_first(const char *dir, const char *const *names)
{
    for (; *names != NULL; names++) {
        xm_autofree char *path = xm_printf("%s%s", dir, *names);
        char *text = NULL;

        if (xm_file_read(path, 4096, &text, NULL, NULL) == 0 && *text != '\0')
            return text;
        free(text);
    }
    return NULL;
}
#define READ_FIRST(dir, ...) read_first((dir), (const char *const[]){ __VA_ARGS__, NULL })

/* Only these are given out by a registry, or at random; the rest is made of a serial number. */
static bool is_worldwide(const char *wwid)
{
    return strncmp(wwid, "naa.", 4) == 0 || strncmp(wwid, "eui.", 4) == 0 || strncmp(wwid, "uuid.", 5) == 0;
}

static void mark_by_sysfs(const char *root, unsigned major, unsigned minor, xm_storage *storage)
{
    xm_autofree char *own = xm_printf("%s/sys/dev/block/%u:%u/", root, major, minor);
    xm_autofree char *number = READ_FIRST(own, "partition"), *dm = READ_FIRST(own, "dm/uuid");
    /* What a partition is part of stands above it. */
    xm_autofree char *whole = xm_printf("%s%s", own, number ? "../" : "");
    xm_autofree char *wwid = READ_FIRST(whole, "wwid", "device/wwid"), *md = READ_FIRST(whole, "md/uuid");
    xm_autofree char *serial = READ_FIRST(whole, "serial", "device/serial");

    if (wwid != NULL)
        set_mark(storage, is_worldwide(wwid) ? XM_MARK_WWN : XM_MARK_SERIAL, wwid);
    set_mark(storage, XM_MARK_DM, dm);
    set_mark(storage, XM_MARK_MD, md);
    set_mark(storage, XM_MARK_SERIAL, serial);
    set_mark(storage, XM_MARK_PARTITION, number);
}

/* udev's word on a device: lines "E:KEY=VALUE". */
static char *udev_value(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, "E:", 2) == 0 && strncmp(line + 2, key, len) == 0 && line[2 + len] == '=')
            return xm_strndup(line + 3 + len, strcspn(line + 3 + len, "\n"));
    return NULL;
}

static char *udev_text(const char *root, unsigned major, unsigned minor)
{
    xm_autofree char *path = xm_printf("%s/run/udev/data/b%u:%u", root, major, minor);
    char *text = NULL;

    return xm_file_read(path, UDEV_MAX, &text, NULL, NULL) == 0 ? text : NULL;
}

static void mark_by_udev(const char *root, unsigned major, unsigned minor, xm_storage *storage)
{
    static const struct { const char *key; enum xm_mark mark; } keys[] = {
        { "ID_WWN_WITH_EXTENSION", XM_MARK_WWN }, { "ID_WWN", XM_MARK_WWN }, { "DM_UUID", XM_MARK_DM },
        { "MD_UUID", XM_MARK_MD }, { "ID_SERIAL", XM_MARK_SERIAL }, { "ID_PART_ENTRY_UUID", XM_MARK_PARTITION },
    };
    xm_autofree char *text = udev_text(root, major, minor);

    for (size_t i = 0; text != NULL && i < XM_COUNT(keys); i++) {
        xm_autofree char *value = udev_value(text, keys[i].key);

        set_mark(storage, keys[i].mark, value);
    }
}

void xm_storage_marks(const char *root, unsigned major, unsigned minor, xm_storage *storage)
{
    mark_by_sysfs(root, major, minor, storage);
    mark_by_udev(root, major, minor, storage);
}

/* "36 35 0:48 / /srv rw,... - nfs4 server:/export rw,...": what is mounted of the device. */
static char *mount_source(const char *root, unsigned major, unsigned minor)
{
    xm_autofree char *path = xm_printf("%s/proc/self/mountinfo", root);
    FILE *table = fopen(path, "re");
    char *line = NULL, *found = NULL;
    size_t size = 0;

    while (table != NULL && found == NULL && getline(&line, &size, table) > 0) {
        const char *rest = strstr(line, " - ");
        unsigned at[2];

        if (rest == NULL || sscanf(line, "%*u %*u %u:%u", &at[0], &at[1]) != 2 || at[0] != major || at[1] != minor)
            continue;
        rest += 3;
        found = xm_strndup(rest, strcspn(rest, " ") + 1 + strcspn(rest + strcspn(rest, " ") + 1, " \n"));
    }
    free(line);
    if (table != NULL)
        fclose(table);
    return found;
}

/* What has no device of its own - memory, a layer over something else - is one machine's. */
static void mark_file(const char *root, dev_t dev, xm_storage *storage)
{
    xm_autofree char *text = udev_text(root, major(dev), minor(dev));
    xm_autofree char *uuid = text ? udev_value(text, "ID_FS_UUID") : NULL;
    xm_autofree char *source = mount_source(root, major(dev), minor(dev));

    set_mark(storage, XM_MARK_FILESYSTEM, uuid);
    if (uuid == NULL && source != NULL && strchr(source, ':') != NULL)
        set_mark(storage, XM_MARK_SOURCE, source);
}

/* --- what it is --- */

#define SAMPLE 65536

/* Eight bytes at a time, and what is left with zeroes behind it; data has room for them. */
static uint64_t mix(uint64_t hash, unsigned char *data, size_t len)
{
    uint64_t piece;

    memset(data + len, 0, sizeof(piece));
    for (size_t i = 0; i < len; i += sizeof(piece)) {
        memcpy(&piece, data + i, sizeof(piece));
        hash = (hash ^ le64toh(piece)) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 32;
    }
    return hash;
}

/* Not against a forger: to tell one medium from another. */
static char *take_sample(const char *path, uint64_t size)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    xm_autofree unsigned char *data = xm_alloc0(SAMPLE + sizeof(uint64_t), 1);
    uint64_t hash = 0xcbf29ce484222325ull;
    ssize_t len = fd < 0 ? -1 : pread(fd, data, SAMPLE, 0);

    if (len < 0)
        return NULL;
    hash = mix(hash, data, (size_t)len);
    if (size > SAMPLE) {
        len = pread(fd, data, SAMPLE, (off_t)(size - SAMPLE));
        if (len < 0)
            return NULL;
        hash = mix(hash, data, (size_t)len);
    }
    return xm_printf("%016llx", (unsigned long long)hash);
}

static uint64_t sysfs_number(const char *root, dev_t dev, const char *name)
{
    xm_autofree char *dir = xm_printf("%s/sys/dev/block/%u:%u/", root, major(dev), minor(dev));
    xm_autofree char *text = READ_FIRST(dir, name);

    return text ? strtoull(text, NULL, 10) : 0;
}

/* The file behind a loop device; NULL: it is none, or the file is removed. */
static char *behind(const char *root, dev_t dev)
{
    xm_autofree char *dir = xm_printf("%s/sys/dev/block/%u:%u/", root, major(dev), minor(dev));
    char *text = READ_FIRST(dir, "loop/backing_file");

    if (text != NULL)
        text[strcspn(text, "\n")] = '\0';
    if (text != NULL && access(text, F_OK) == 0)
        return text;
    free(text);
    return NULL;
}

static bool can_write(const char *path, const struct stat *st)
{
    struct statvfs fs;

    return st->st_mode & (S_IWUSR | S_IWGRP | S_IWOTH) && (statvfs(path, &fs) < 0 || !(fs.f_flag & ST_RDONLY));
}

static void look_at_file(const char *root, const char *path, const struct stat *st, xm_storage *storage)
{
    storage->type = XM_FILE_REGULAR;
    storage->size = (uint64_t)st->st_size;
    storage->ino = st->st_ino;
    storage->writable = can_write(path, st);
    mark_file(root, st->st_dev, storage);
}

static void look_at_device(const char *root, const struct stat *st, xm_storage *storage)
{
    storage->type = XM_FILE_BLOCK;
    storage->size = sysfs_number(root, st->st_rdev, "size") * 512;
    storage->writable = sysfs_number(root, st->st_rdev, "ro") == 0;
    xm_storage_marks(root, major(st->st_rdev), minor(st->st_rdev), storage);
}

int xm_storage_look(const char *root, const char *path, const char *what, bool sample, xm_storage **ret_storage, xm_error **err)
{
    XM_AUTO(xm_storage) *storage = xm_new0(xm_storage, 1);
    xm_autofree char *file = NULL;
    struct stat st;

    if (stat(path, &st) < 0)
        return xm_fail_errno(err, errno, "%s", what);
    file = S_ISBLK(st.st_mode) ? behind(root, st.st_rdev) : NULL;
    if (file != NULL && stat(file, &st) < 0)
        return xm_fail_errno(err, errno, "%s: %s behind it", what, file);
    storage->type = XM_FILE_OTHER;
    if (S_ISREG(st.st_mode))
        look_at_file(root, file ? file : path, &st, storage);
    else if (S_ISBLK(st.st_mode))
        look_at_device(root, &st, storage);
    if (sample && storage->type != XM_FILE_OTHER)
        storage->sample = take_sample(file ? file : path, storage->size);
    *ret_storage = XM_TAKE(storage);
    return 0;
}

/* --- nonces --- */

#define NONCE ".xm-nonce-"
#define NONCE_LEN 32
#define NONCE_OLD 3600          /* seconds: two hosts' clocks may be apart */

bool xm_nonce_is_sound(const char *word)
{
    return strlen(word) == NONCE_LEN && strspn(word, "0123456789abcdef") == NONCE_LEN;
}

/* Where the image itself is, not the link to it. */
static char *nonce_path(const char *path, const char *word, xm_error **err)
{
    xm_autofree char *real = realpath(path, NULL);

    if (real == NULL) {
        (void)xm_fail_errno(err, errno, "%s", path);
        return NULL;
    }
    *strrchr(real, '/') = '\0';         /* it is absolute */
    return xm_printf("%s/" NONCE "%s", real, word);
}

/* What hosts that were stopped in the midst of asking have left beside it. */
static void sweep_nonces(const char *path)
{
    xm_autofree char *dir = xm_strndup(path, (size_t)(strrchr(path, '/') - path) + 1);
    DIR *stream = opendir(dir);
    const struct dirent *entry;
    struct stat st;

    while (stream != NULL && (entry = readdir(stream)) != NULL)
        if (strncmp(entry->d_name, NONCE, strlen(NONCE)) == 0 && xm_nonce_is_sound(entry->d_name + strlen(NONCE))
            && fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)
            && st.st_size <= NONCE_LEN && st.st_mtime < time(NULL) - NONCE_OLD)
            (void)unlinkat(dirfd(stream), entry->d_name, 0);    /* the next one tries again */
    if (stream != NULL)
        closedir(stream);
}

static int leave(const char *path, const char *word, xm_error **err)
{
    xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno == EEXIST ? 0 : xm_fail_errno(err, errno, "%s", path);
    /* A network's file system hands it over when it is synced. */
    if (xm_fd_write(fd, word, strlen(word), path, err) == 0 && fsync(fd) == 0) {
        sweep_nonces(path);
        return 0;
    }
    (void)unlink(path);         /* the failure is what matters */
    return err != NULL && *err != NULL ? -1 : xm_fail_errno(err, errno, "%s", path);
}

static int look(const char *path, const char *word, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    char text[33] = "";
    struct stat st;
    ssize_t len;

    /* A server may let the one host read what the other one cannot: that it is there is enough, as nobody guesses its name. */
    if (fd < 0 && (errno == EACCES || errno == EPERM) && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == NONCE_LEN)
        return 0;
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    len = read(fd, text, sizeof(text));
    if (len != (ssize_t)strlen(word) || memcmp(text, word, (size_t)len) != 0)
        return xm_fail(err, XM_NOT_FOUND, "%s: has something else in it", path);
    return 0;
}

int xm_nonce_at(const char *path, const char *word, enum xm_nonce what, xm_error **err)
{
    xm_autofree char *file = NULL;

    if (!xm_nonce_is_sound(word))
        return xm_fail(err, XM_INVALID, "'%s' is no nonce", word);
    file = nonce_path(path, word, err);
    if (file == NULL)
        return -1;
    if (what == XM_NONCE_LEAVE)
        return leave(file, word, err);
    if (what == XM_NONCE_LOOK)
        return look(file, word, err);
    return unlink(file) == 0 || errno == ENOENT ? 0 : xm_fail_errno(err, errno, "%s", file);
}

/* --- space --- */

int xm_space_at(const char *path, uint64_t *ret_kib, xm_error **err)
{
    xm_autofree char *at = xm_strdup(path);
    struct statvfs fs;

    while (statvfs(at, &fs) < 0) {
        char *slash = strrchr(at, '/');

        if (errno != ENOENT || slash == NULL || slash == at)
            return xm_fail_errno(err, errno, "%s", path);
        *slash = '\0';
    }
    *ret_kib = (uint64_t)fs.f_bavail * fs.f_frsize / 1024;
    return 0;
}
