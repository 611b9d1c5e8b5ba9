#include "base/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"

/* File systems that cannot (NFS, old overlays) say so in one of these ways. */
static int open_nameless(const char *path, mode_t mode)
{
    xm_autofree char *copy = xm_strdup(path);

    return open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

/* One that is there was left by a process that was killed: who writes path holds what it is about. */
static int remove_stale(const char *beside, xm_error **err)
{
    return unlink(beside) < 0 && errno != ENOENT ? xm_fail_errno(err, errno, "%s", beside) : 0;
}

int xm_fresh_open(const char *path, mode_t mode, struct xm_fresh *ret_fresh, xm_error **err)
{
    struct xm_fresh fresh = { .fd = open_nameless(path, mode), .path = xm_strdup(path), .beside = xm_printf("%s.new", path) };
    int errnum = errno;

    fresh.nameless = fresh.fd >= 0;
    if (!fresh.nameless && (errnum == EOPNOTSUPP || errnum == EISDIR || errnum == EINVAL || errnum == ENOENT)) {
        if (remove_stale(fresh.beside, err) < 0) {
            xm_fresh_drop(&fresh);
            return -1;
        }
        fresh.fd = open(fresh.beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        errnum = errno;
    }
    if (fresh.fd < 0 || fchmod(fresh.fd, mode) < 0) {
        xm_fail_errno(err, fresh.fd < 0 ? errnum : errno, "%s", path);
        xm_fresh_drop(&fresh);
        return -1;
    }
    *ret_fresh = fresh;
    return 0;
}

char *xm_fresh_name(const struct xm_fresh *fresh)
{
    return fresh->nameless ? xm_printf("/proc/self/fd/%d", fresh->fd) : xm_strdup(fresh->beside);
}

static int give_name(const struct xm_fresh *fresh, const char *name)
{
    xm_autofree char *own = xm_fresh_name(fresh);

    return linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

/* A name can be given only where there is none: an old file is replaced by way of one beside. */
static int put_in_place(struct xm_fresh *fresh, xm_error **err)
{
    if (fresh->nameless) {
        if (give_name(fresh, fresh->path) == 0)
            return 0;
        if (errno == EEXIST && remove_stale(fresh->beside, err) < 0)
            return -1;
        if (give_name(fresh, fresh->beside) < 0)
            return xm_fail_errno(err, errno, "%s", fresh->path);
        fresh->nameless = false;
    }
    return rename(fresh->beside, fresh->path) < 0 ? xm_fail_errno(err, errno, "%s", fresh->path) : 0;
}

int xm_fresh_keep(struct xm_fresh *fresh, xm_error **err)
{
    if (fsync(fresh->fd) < 0)
        return xm_fail_errno(err, errno, "%s", fresh->path);
    if (put_in_place(fresh, err) < 0)
        return -1;
    fresh->nameless = true;     /* what was beside has its place */
    return xm_dir_sync_of(fresh->path, err);
}

int xm_fresh_keep_as(struct xm_fresh *fresh, const char *path, xm_error **err)
{
    free(fresh->path);
    fresh->path = xm_strdup(path);
    return xm_fresh_keep(fresh, err);
}

void xm_fresh_drop(struct xm_fresh *fresh)
{
    if (fresh->fd >= 0)
        close(fresh->fd);
    if (fresh->fd >= 0 && !fresh->nameless)
        (void)unlink(fresh->beside);    /* what fails is told already */
    free(fresh->path);
    free(fresh->beside);
    *fresh = (struct xm_fresh)XM_FRESH_INIT;
}
