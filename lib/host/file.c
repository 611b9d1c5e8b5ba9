/* Files of domain 0, looked at without touching them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/ops.h"

/* A drive without a medium, or a tape of a device that answers late, must not hold us up. */
#define LOOK (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

static int read_ends(const char *path, const char *what, off_t size, struct xm_host_file *file, xm_error **err)
{
    xm_autoclose int fd = open(path, LOOK);
    ssize_t len;

    if (fd < 0 && (errno == ENOMEDIUM || errno == EROFS))
        return 0;
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", what);
    len = pread(fd, file->head, sizeof(file->head), 0);
    file->head_len = len > 0 ? (size_t)len : 0;
    if (size >= 512 && pread(fd, file->tail, sizeof(file->tail), size - 512) < 0)
        memset(file->tail, 0, sizeof(file->tail));
    return 0;
}

int xm_host_file_look(const char *path, const char *what, bool inside, struct xm_host_file *ret, xm_error **err)
{
    struct xm_host_file file = { .type = XM_FILE_OTHER };
    struct stat st;

    if (stat(path, &st) < 0)
        return xm_fail_errno(err, errno, "%s", what);
    file.dev = st.st_dev;
    file.ino = st.st_ino;
    file.writable = st.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH);
    file.executable = S_ISREG(st.st_mode) && access(path, X_OK) == 0;
    if (S_ISREG(st.st_mode)) {
        file.type = XM_FILE_REGULAR;
    } else if (S_ISBLK(st.st_mode)) {
        file.type = XM_FILE_BLOCK;
        file.dev = st.st_rdev;
        file.ino = 0;
    }
    if (inside && file.type != XM_FILE_OTHER
        && read_ends(path, what, S_ISREG(st.st_mode) ? st.st_size : 0, &file, err) < 0)
        return -1;
    *ret = file;
    return 0;
}

const char *xm_host_file_format(const struct xm_host_file *file)
{
    static const char vhd[] = "conectix";

    /* The version of a qcow image stands behind its mark, big end first. */
    if (file->head_len >= 8 && memcmp(file->head, "QFI\xfb", 4) == 0)
        return memcmp(file->head + 4, "\0\0\0\1", 4) == 0 ? "qcow" : "qcow2";
    if (file->head_len >= 4 && memcmp(file->head, "QED\0", 4) == 0)
        return "qed";
    /* One of a fixed size has its mark at the end alone. */
    if ((file->head_len >= 8 && memcmp(file->head, vhd, 8) == 0) || memcmp(file->tail, vhd, 8) == 0)
        return "vhd";
    return "raw";
}
