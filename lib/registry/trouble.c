#include "registry/trouble.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "registry/store.h"
#include "registry/uuid.h"

void xm_reg_troubles_free(xm_reg_troubles *troubles)
{
    if (troubles == NULL)
        return;
    for (size_t i = 0; i < troubles->count; i++)
        free(troubles->items[i].path);
    free(troubles->items);
    free(troubles);
}

static void add(xm_reg_troubles *troubles, enum xm_reg_trouble_type type, const char *uuid, const char *path)
{
    struct xm_reg_trouble *item;

    XM_GROW_COUNTED(troubles->items, troubles->count);
    item = &troubles->items[troubles->count++];
    *item = (struct xm_reg_trouble){ .type = type, .path = xm_strdup(path) };
    if (uuid != NULL)
        memcpy(item->uuid, uuid, sizeof(item->uuid));
}

static bool is_held(const char *path)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

bool xm_reg_is_held(const xm_reg *reg, const char *uuid)
{
    xm_autofree char *path = xm_printf("%s/%s", reg->locks, uuid);

    return is_held(path);
}

static bool names_are_held(const xm_reg *reg)
{
    xm_autofree char *path = xm_printf("%s/lock", reg->base);

    return is_held(path);
}

/* A link is looked at where it stands: what it leads to is not the registry's. */
static void look_at_mode(xm_reg_troubles *troubles, const char *uuid, const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode) && ((st.st_mode & 077) != 0 || st.st_uid != geteuid()))
        add(troubles, XM_REG_LOOSE, uuid, path);
}

struct look {
    xm_reg *reg;
    xm_reg_troubles *troubles;
    const char *uuid;           /* whose directory it is; NULL: none's */
};

static void each(const struct look *look, const char *dir_path, void (*visit)(const struct look *, const char *path, const char *name))
{
    DIR *dir = opendir(dir_path);
    struct dirent *item;

    while (dir != NULL && (item = readdir(dir)) != NULL) {
        xm_autofree char *path = xm_printf("%s/%s", dir_path, item->d_name);

        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            visit(look, path, item->d_name);
    }
    if (dir != NULL)            /* one that cannot be read is an entry that cannot, and told as that */
        closedir(dir);
}

static void modes_of_file(const struct look *look, const char *path, const char *name)
{
    (void)name;
    look_at_mode(look->troubles, look->uuid, path);
}

static void modes_of_entry(const struct look *look, const char *path, const char *name)
{
    struct look inside = *look;

    inside.uuid = xm_uuid_is_plain(name) ? name : NULL;
    look_at_mode(look->troubles, inside.uuid, path);
    each(&inside, path, modes_of_file);
}

static void half_file(const struct look *look, const char *path, const char *name)
{
    if (!xm_reg_is_kept(name))
        add(look->troubles, XM_REG_HALF_FILE, look->uuid, path);
}

static void half_entry(const struct look *look, const char *path, const char *name)
{
    struct look inside = *look;

    inside.uuid = name;
    if (xm_uuid_is_plain(name) && !xm_reg_is_held(look->reg, name))
        each(&inside, path, half_file);
    else if (xm_reg_is_passing(name) && !names_are_held(look->reg))
        add(look->troubles, XM_REG_HALF_ENTRY, NULL, path);
}

static void stale_lock(const struct look *look, const char *path, const char *name)
{
    if (xm_uuid_is_plain(name) && !xm_reg_has(look->reg, name) && !is_held(path))
        add(look->troubles, XM_REG_STALE_LOCK, name, path);
}

int xm_reg_troubles_find(xm_reg *reg, xm_reg_troubles **ret_troubles, xm_error **err)
{
    XM_AUTO(xm_reg_troubles) *troubles = xm_new0(xm_reg_troubles, 1);
    xm_autofree char *lock = xm_printf("%s/lock", reg->base);
    struct look look = { .reg = reg, .troubles = troubles };
    struct stat st;

    if (lstat(reg->domains, &st) < 0 && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", reg->domains);
    look_at_mode(troubles, NULL, reg->domains);
    look_at_mode(troubles, NULL, reg->locks);
    look_at_mode(troubles, NULL, lock);
    each(&look, reg->domains, modes_of_entry);
    each(&look, reg->locks, modes_of_file);
    each(&look, reg->domains, half_entry);
    each(&look, reg->locks, stale_lock);
    *ret_troubles = XM_TAKE(troubles);
    return 0;
}

/* By descriptor, so that what is changed is what was looked at. */
static int tighten(const char *path, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return errno == ENOENT ? 0 : xm_fail_errno(err, errno, "%s", path);
    if ((st.st_uid != geteuid() && fchown(fd, geteuid(), getegid()) < 0)
        || fchmod(fd, S_ISDIR(st.st_mode) ? 0700 : 0600) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

static int remove_half_file(xm_reg *reg, const struct xm_reg_trouble *trouble, xm_error **err)
{
    xm_autoclose int lock = -1;

    if (xm_reg_lock(reg, trouble->uuid, false, &lock, err) < 0)
        return -1;
    return unlink(trouble->path) < 0 && errno != ENOENT ? xm_fail_errno(err, errno, "%s", trouble->path) : 0;
}

static int remove_half_entry(xm_reg *reg, const struct xm_reg_trouble *trouble, xm_error **err)
{
    xm_autoclose int names = -1;

    /* Such directories live only while this is held. */
    return xm_reg_lock_names(reg, false, &names, err) < 0 ? -1 : xm_reg_delete_dir(trouble->path, err);
}

/* Unlocking removes the file where there is still no entry. */
static int remove_lock(xm_reg *reg, const struct xm_reg_trouble *trouble, xm_error **err)
{
    int fd;

    if (xm_reg_lock(reg, trouble->uuid, false, &fd, err) < 0)
        return -1;
    xm_reg_unlock(reg, trouble->uuid, fd);
    return 0;
}

int xm_reg_trouble_mend(xm_reg *reg, const struct xm_reg_trouble *trouble, xm_error **err)
{
    switch (trouble->type) {
    case XM_REG_STALE_LOCK:
        return remove_lock(reg, trouble, err);
    case XM_REG_HALF_ENTRY:
        return remove_half_entry(reg, trouble, err);
    case XM_REG_HALF_FILE:
        return remove_half_file(reg, trouble, err);
    case XM_REG_LOOSE:
        return tighten(trouble->path, err);
    }
    return 0;
}
