#include "registry/registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "registry/store.h"
#include "registry/uuid.h"

char *xm_reg_path(const xm_reg *reg, const char *uuid, const char *file)
{
    return xm_printf("%s/%s/%s", reg->domains, uuid, file);
}

char *xm_reg_memory_path(const xm_reg *reg, const char *uuid)
{
    return xm_reg_path(reg, uuid, XM_REG_MEMORY);
}

char *xm_reg_locks_path(const xm_reg *reg)
{
    return xm_strdup(reg->locks);
}

int xm_reg_lock_names(xm_reg *reg, bool wait, int *ret_fd, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/lock", reg->base);

    return xm_lock_open(path, wait, ret_fd, err);
}

bool xm_reg_is_passing(const char *name)
{
    return strncmp(name, ".new-", 5) == 0 || strncmp(name, ".gone-", 6) == 0;
}

int xm_reg_delete_dir(const char *path, xm_error **err)
{
    struct dirent *item;
    DIR *dir;

    if (unlink(path) == 0)      /* a link: what it leads to is not ours to empty */
        return 0;
    dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT ? 0 : xm_fail_errno(err, errno, "%s", path);
    while ((item = readdir(dir)) != NULL) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (unlinkat(dirfd(dir), item->d_name, 0) < 0 && errno != ENOENT) {
            xm_fail_errno(err, errno, "%s/%s", path, item->d_name);
            closedir(dir);
            return -1;
        }
    }
    closedir(dir);
    if (rmdir(path) < 0 && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

/* A lock that nobody holds and that guards nothing: the command died before its entry came. */
static void sweep_lock(xm_reg *reg, const char *uuid)
{
    xm_autofree char *path = xm_printf("%s/%s", reg->locks, uuid);
    xm_autoclose int fd = -1;

    if (xm_reg_has(reg, uuid) || xm_lock_open(path, false, &fd, NULL) < 0)
        return;
    if (!xm_reg_has(reg, uuid))
        (void)unlink(path);     /* only housekeeping: the next one to open tries again */
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* By one look at all entries: asking for each lock's alone would cost every command more the more
 * guests there are. */
static void sweep_locks(xm_reg *reg)
{
    xm_autofree char (*uuids)[37] = NULL;
    DIR *dir = opendir(reg->locks);
    struct dirent *item;
    size_t count = 0;

    if (dir == NULL)
        return;
    if (xm_reg_uuids(reg, &uuids, &count, NULL) == 0) {
        if (count > 1)
            qsort(uuids, count, sizeof(*uuids), by_text);
        while ((item = readdir(dir)) != NULL)
            if (xm_uuid_is_plain(item->d_name)
                && (count == 0 || bsearch(item->d_name, uuids, count, sizeof(*uuids), by_text) == NULL))
                sweep_lock(reg, item->d_name);
    }
    closedir(dir);
}

static void sweep_entry(xm_reg *reg, const char *name)
{
    xm_autofree char *path = NULL;
    xm_autoclose int names = -1;

    if (!xm_reg_is_passing(name))
        return;
    /* Such directories live only while BASE/lock is held: with it in hand they are leftovers. */
    if (xm_reg_lock_names(reg, false, &names, NULL) < 0)
        return;
    path = xm_printf("%s/%s", reg->domains, name);
    if (xm_reg_delete_dir(path, NULL) == 0)
        xm_log(reg->log, XM_LOG_INFO, "removed %s, left by an interrupted command", path);
}

static void sweep_entries(xm_reg *reg)
{
    DIR *dir = opendir(reg->domains);
    struct dirent *item;

    if (dir == NULL)
        return;
    while ((item = readdir(dir)) != NULL)
        sweep_entry(reg, item->d_name);
    closedir(dir);
}

int xm_reg_view(const char *base, const struct xm_log *log, xm_reg **ret_reg, xm_error **err)
{
    xm_reg *reg = xm_new0(xm_reg, 1);

    (void)err;
    reg->base = xm_strdup(base);
    reg->domains = xm_printf("%s/domains", base);
    reg->locks = xm_printf("%s/locks", base);
    reg->domains_fd = -1;
    reg->log = log;
    *ret_reg = reg;
    return 0;
}

int xm_reg_open(const char *base, const struct xm_log *log, xm_reg **ret_reg, xm_error **err)
{
    xm_reg *reg;

    if (xm_reg_view(base, log, &reg, err) < 0)
        return -1;
    if (xm_dir_make(reg->domains, 0700, err) < 0 || xm_dir_make(reg->locks, 0700, err) < 0) {
        xm_reg_close(reg);
        return xm_wrap(err, "cannot open the registry of guests");
    }
    reg->keeps_index = true;
    sweep_entries(reg);
    sweep_locks(reg);
    *ret_reg = reg;
    return 0;
}

void xm_reg_close(xm_reg *reg)
{
    if (reg == NULL)
        return;
    free(reg->base);
    free(reg->domains);
    free(reg->locks);
    if (reg->domains_fd >= 0)
        close(reg->domains_fd);
    xm_reg_index_free(reg->index);
    free(reg);
}

/* Who holds a lock, for the message: its holder wrote its pid into the file. */
static int fail_busy(xm_reg *reg, const char *uuid, const char *path, xm_error **err)
{
    xm_autofree char *pid = NULL, *doc_path = xm_reg_path(reg, uuid, XM_REG_DOC);
    XM_AUTO(xm_doc) *doc = NULL;
    const char *who = uuid;

    if (xm_reg_read_doc(doc_path, uuid, &doc, NULL) == 0)
        who = xm_doc_get_str(doc, "name");
    if (xm_file_read(path, 64, &pid, NULL, NULL) < 0 || atoi(pid) <= 0)
        return xm_fail(err, XM_BUSY, "%s is being changed by another command", who);
    return xm_fail(err, XM_BUSY, "%s is being changed by another command (pid %d)", who, atoi(pid));
}

int xm_reg_lock(xm_reg *reg, const char *uuid, bool wait, int *ret_fd, xm_error **err)
{
    xm_autofree char *path = NULL;
    xm_error *why = NULL;
    char pid[16];
    int fd;

    if (!xm_uuid_is_plain(uuid))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", uuid);
    path = xm_printf("%s/%s", reg->locks, uuid);
    if (xm_lock_open(path, wait, &fd, &why) < 0) {
        if (why->code == XM_BUSY) {
            xm_error_free(why);
            return fail_busy(reg, uuid, path, err);
        }
        return xm_error_pass(err, why);
    }
    snprintf(pid, sizeof(pid), "%-10d\n", (int)getpid());
    if (pwrite(fd, pid, strlen(pid), 0) < 0) {
        /* it only serves a message; the lock itself holds on a full disk, too */
    }
    *ret_fd = fd;
    return 0;
}

void xm_reg_beat(int fd)
{
    (void)futimens(fd, NULL);       /* a sign that could not be given is one that is missed */
}

int64_t xm_reg_last_beat(const xm_reg *reg, const char *uuid)
{
    xm_autofree char *path = xm_printf("%s/%s", reg->locks, uuid);
    struct stat st;

    return stat(path, &st) < 0 ? 0 : (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

void xm_reg_unlock(xm_reg *reg, const char *uuid, int fd)
{
    xm_autofree char *path = xm_printf("%s/%s", reg->locks, uuid);
    struct stat held, there;

    /* Once an entry is removed its lock's file is too, and another command may have made it anew. */
    if (!xm_reg_has(reg, uuid) && fstat(fd, &held) == 0 && stat(path, &there) == 0
        && held.st_ino == there.st_ino && held.st_dev == there.st_dev)
        (void)unlink(path);     /* what is left is swept when the registry is next opened */
    close(fd);
}
