#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

int xm_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    xm_autobuf text = XM_BUF_INIT;
    struct stat st;
    char chunk[8192];
    ssize_t n;

    if (fd < 0 || fstat(fd, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (S_ISDIR(st.st_mode))
        return xm_fail_errno(err, EISDIR, "%s", path);
    if (!S_ISREG(st.st_mode) && strcmp(path, "/dev/null") != 0)
        return xm_fail(err, XM_INVALID, "%s: is not a plain file", path);
    while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", path);
        if (text.len + (size_t)n > max)
            return xm_fail(err, XM_INVALID, "%s: larger than %zu bytes", path, max);
        xm_buf_add(&text, chunk, (size_t)n);
    }
    if (ret_len != NULL)
        *ret_len = text.len;
    *ret_text = xm_buf_take(&text);
    return 0;
}

int xm_fd_write(int fd, const void *data, size_t len, const char *what, xm_error **err)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", what);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int xm_fd_read(int fd, void *data, size_t len, const char *what, xm_error **err)
{
    char *at = data;

    while (len > 0) {
        ssize_t n = read(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", what);
        if (n == 0)
            return xm_fail(err, XM_IO, "%s: ends too early", what);
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

int xm_dir_sync_of(const char *path, xm_error **err)
{
    xm_autofree char *copy = xm_strdup(path);
    const char *dir = dirname(copy);
    xm_autoclose int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) < 0)
        return xm_fail_errno(err, errno, "%s", dir);
    return 0;
}

/* Failures name path: who reads them never heard of the file beside. */
static int write_beside(const char *beside, const char *path, const void *data, size_t len, mode_t mode, xm_error **err)
{
    xm_autoclose int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

    if (fd < 0 || fchmod(fd, mode) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (xm_fd_write(fd, data, len, path, err) < 0)
        return -1;
    if (fsync(fd) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;
}

int xm_file_replace(const char *path, const void *data, size_t len, mode_t mode, xm_error **err)
{
    xm_autofree char *beside = xm_printf("%s.new.%d", path, (int)getpid());

    if (write_beside(beside, path, data, len, mode, err) < 0) {
        (void)unlink(beside);       /* the error that matters is set already */
        return -1;
    }
    if (rename(beside, path) < 0) {
        xm_fail_errno(err, errno, "%s", path);
        (void)unlink(beside);
        return -1;
    }
    return xm_dir_sync_of(path, err);
}

int xm_dir_make(const char *path, mode_t mode, xm_error **err)
{
    xm_autofree char *part = xm_strdup(path);
    struct stat st;

    for (char *at = part + 1; ; at++) {
        char was = *at;

        if (was != '/' && was != '\0')
            continue;
        *at = '\0';
        if (mkdir(part, mode) == 0) {
            if (xm_dir_sync_of(part, err) < 0)
                return -1;
        } else if (errno != EEXIST) {
            return xm_fail_errno(err, errno, "%s", part);
        }
        *at = was;
        if (was == '\0')
            break;
    }
    if (stat(path, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (!S_ISDIR(st.st_mode))
        return xm_fail_errno(err, ENOTDIR, "%s", path);
    return 0;
}

int xm_lock_open(const char *path, bool wait, int *ret_fd, xm_error **err)
{
    for (;;) {
        xm_autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        struct stat held, there;

        if (fd < 0)
            return xm_fail_errno(err, errno, "%s", path);
        while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0) {
            if (errno == EWOULDBLOCK)
                return xm_fail(err, XM_BUSY, "%s: held by another process", path);
            if (errno != EINTR)
                return xm_fail_errno(err, errno, "%s", path);
        }
        if (fstat(fd, &held) == 0 && stat(path, &there) == 0
            && held.st_ino == there.st_ino && held.st_dev == there.st_dev) {
            *ret_fd = fd;
            fd = -1;
            return 0;
        }
    }
}
