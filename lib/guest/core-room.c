#include "guest/core.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"

#define MIB (1 << 20)
#define FILES_MAX 10000         /* looked at; whoever keeps more there keeps something else */
#define SPARE_PART 20           /* a twentieth of the disk stays free for others */
#define STAMP_LEN 17            /* YYYY-MMDD-HHMM.SS */

struct file {
    char *path;
    off_t size;
    struct timespec changed;
    bool own;                   /* of the guest for which room is made */
    bool goes;
};

struct files {
    struct file *items;
    size_t count, cap;
};

static void files_clear(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->items[i].path);
    free(files->items);
}

/* Nothing but cores is ever removed, whatever else somebody puts there. */
static bool is_core(const char *path)
{
    size_t len = strlen(path), tail = strlen("-incomplete");
    xm_autoclose int fd = -1;
    Elf64_Ehdr head;

    if (len > tail && strcmp(path + len - tail, "-incomplete") == 0)
        return true;
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    return fd >= 0 && read(fd, &head, sizeof(head)) == (ssize_t)sizeof(head)
        && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_type == ET_CORE;
}

/* STAMP-NAME.DOMID.core */
static bool is_named_for(const char *file, const char *name)
{
    size_t len = strlen(name);

    return strlen(file) > STAMP_LEN + 1 + len && file[STAMP_LEN] == '-'
        && strncmp(file + STAMP_LEN + 1, name, len) == 0 && file[STAMP_LEN + 1 + len] == '.';
}

static void look_at(struct files *files, const char *dir, const char *file, const char *own_dir, const char *name, bool deeper);

static void look_into(struct files *files, const char *dir, const char *own_dir, const char *name, bool deeper)
{
    DIR *open_dir = opendir(dir);
    struct dirent *item;

    while (open_dir != NULL && files->count < FILES_MAX && (item = readdir(open_dir)) != NULL)
        if (item->d_name[0] != '.')
            look_at(files, dir, item->d_name, own_dir, name, deeper);
    if (open_dir != NULL)
        closedir(open_dir);
}

static void look_at(struct files *files, const char *dir, const char *file, const char *own_dir, const char *name, bool deeper)
{
    xm_autofree char *path = xm_printf("%s/%s", dir, file);
    struct stat st;

    if (lstat(path, &st) < 0)
        return;
    if (S_ISDIR(st.st_mode) && deeper)
        look_into(files, path, own_dir, name, false);
    if (!S_ISREG(st.st_mode) || !is_core(path))
        return;
    XM_GROW(files->items, files->count, files->cap);
    files->items[files->count++] = (struct file){
        .path = XM_TAKE(path), .size = st.st_size, .changed = st.st_mtim,
        .own = strcmp(dir, own_dir) == 0 && is_named_for(file, name),
    };
}

static int by_age(const void *a, const void *b)
{
    const struct timespec *x = &((const struct file *)a)->changed, *y = &((const struct file *)b)->changed;

    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? -1 : 1;
    return x->tv_nsec < y->tv_nsec ? -1 : x->tv_nsec > y->tv_nsec;
}

/* Marks what goes; returns the bytes that this frees. */
static off_t choose(struct files *files, off_t size, const struct xm_core_limits *limits)
{
    off_t total = size, freed = 0;
    size_t own = 1;

    for (size_t i = 0; i < files->count; i++) {
        total += files->items[i].size;
        own += files->items[i].own;
    }
    for (size_t i = 0; i < files->count; i++) {
        struct file *file = &files->items[i];
        bool too_many = limits->count != 0 && own > limits->count && file->own;

        if (!too_many && (limits->size == 0 || total - freed <= limits->size))
            continue;
        file->goes = true;
        freed += file->size;
        own -= file->own;
    }
    return freed;
}

static int check_disk(const char *dir, off_t size, off_t freed, xm_error **err)
{
    struct statvfs fs;
    off_t free_bytes, spare;

    if (statvfs(dir, &fs) < 0)
        return xm_fail_errno(err, errno, "%s", dir);
    free_bytes = (off_t)fs.f_bavail * (off_t)fs.f_frsize + freed;
    spare = (off_t)fs.f_blocks * (off_t)fs.f_frsize / SPARE_PART;
    if (free_bytes >= size + spare)
        return 0;
    return xm_fail(err, XM_STATE, "%s: a core of %lld MiB would not fit (%lld MiB are free, %lld of them to stay so)",
                   dir, (long long)(size / MIB), (long long)(free_bytes / MIB), (long long)(spare / MIB));
}

int xm_core_make_room(const char *base, const char *dir, const char *name, const char *path, off_t size,
                      const struct xm_core_limits *limits, const struct xm_log *log, xm_error **err)
{
    __attribute__((cleanup(files_clear))) struct files files = { .items = NULL };
    off_t freed;

    if (limits->size != 0 && size > limits->size)
        return xm_fail(err, XM_STATE, "%s: a core of %lld MiB would not fit (core_max_mib is %lld)", path,
                       (long long)(size / MIB), (long long)(limits->size / MIB));
    look_into(&files, base, dir, name, true);
    if (files.count > 0)
        qsort(files.items, files.count, sizeof(*files.items), by_age);
    freed = choose(&files, size, limits);
    if (check_disk(dir, size, freed, err) < 0)
        return -1;
    for (size_t i = 0; i < files.count; i++) {
        if (!files.items[i].goes)
            continue;
        if (unlink(files.items[i].path) < 0 && errno != ENOENT)
            return xm_fail_errno(err, errno, "%s", files.items[i].path);
        xm_log(log, XM_LOG_INFO, "Removed the core %s to make room for another.", files.items[i].path);
    }
    return 0;
}
