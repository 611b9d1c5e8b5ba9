/* A save file, whoever wrote it: its head, whether the rest is whole, and what comes out of one that is packed. In
 * one that is not, 0x1f stands for 65536 zeroes, a piece of a simulated guest's memory. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "fuzz.h"
#include "guest/savefile.h"
#include "guest/zstd.h"
#include "side.h"

static int file_of(const uint8_t *data, size_t size)
{
    bool packed = size >= 4 && memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0x1f && !packed)
            xm_buf_pad(&text, 0, 65536);
        else
            xm_buf_putc(&text, (char)data[i]);
    }
    if (fd < 0 || xm_fd_write(fd, text.data ? text.data : "", text.len, "memory", NULL) < 0 || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}

/* What is wrong is told in words, of a file that is. */
static void judge(int rc, xm_error *err)
{
    if ((rc < 0) != (err != NULL) || (err != NULL && err->code != XM_INVALID && err->code != XM_UNSUPPORTED))
        abort();
    xm_error_free(err);
}

static void read_stream(int fd)
{
    struct xm_savefile_stream stream;
    char piece[65536];

    if (xm_savefile_stream(fd, &stream, NULL) < 0)
        abort();
    while (read(stream.fd, piece, sizeof(piece)) > 0)
        ;
    (void)xm_savefile_end(&stream, 0, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xm_autoclose int fd = file_of(data, size);
    xm_autofree char *config = NULL;
    xm_error *err = NULL;
    bool json;
    int rc = xm_savefile_read_head(fd, "fuzz", &config, &json, &err);

    judge(rc, err);
    if (rc < 0)
        return 0;
    err = NULL;
    rc = xm_savefile_check(&side_open()->guests, fd, "fuzz", &err);
    judge(rc, err);
    if (xm_zstd_begins(fd))
        read_stream(fd);
    return 0;
}
