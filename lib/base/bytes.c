#include "base/bytes.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define SKIP_PIECE 65536

static int cut_off(xm_error **err)
{
    return xm_fail(err, XM_INVALID, "is cut off");
}

int xm_bytes_read(const struct xm_bytes *bytes, void *data, size_t len, xm_error **err)
{
    ssize_t n = bytes->read(bytes->arg, data, len, err);

    if (n < 0)
        return -1;
    return (size_t)n == len ? 0 : cut_off(err);
}

int xm_bytes_skip(const struct xm_bytes *bytes, uint64_t len, xm_error **err)
{
    char piece[SKIP_PIECE];

    if (bytes->skip != NULL)
        return bytes->skip(bytes->arg, len, err);
    while (len > 0) {
        size_t part = len < sizeof(piece) ? (size_t)len : sizeof(piece);

        if (xm_bytes_read(bytes, piece, part, err) < 0)
            return -1;
        len -= part;
    }
    return 0;
}

static ssize_t file_read(void *arg, void *data, size_t len, xm_error **err)
{
    struct xm_file_bytes *file = arg;
    size_t have = 0;

    while (have < len) {
        ssize_t n = pread(file->fd, (char *)data + have, len - have, file->at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "cannot be read");
        if (n == 0)
            break;
        have += (size_t)n;
        file->at += n;
    }
    return (ssize_t)have;
}

static int file_skip(void *arg, uint64_t len, xm_error **err)
{
    struct xm_file_bytes *file = arg;

    if (file->at > file->size || len > (uint64_t)(file->size - file->at))
        return cut_off(err);
    file->at += (off_t)len;
    return 0;
}

int xm_file_bytes_init(struct xm_file_bytes *file, int fd, off_t at, xm_error **err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return xm_fail_errno(err, errno, "cannot be read");
    *file = (struct xm_file_bytes){ .fd = fd, .at = at, .size = st.st_size };
    return 0;
}

struct xm_bytes xm_file_bytes(struct xm_file_bytes *file)
{
    return (struct xm_bytes){ .read = file_read, .skip = file_skip, .arg = file };
}
