/* The file of a core, the same for every kind of host. */
#include <fcntl.h>
#include <sys/stat.h>

#include "host/ops.h"

/* A core of many gigabytes that only reached the disk in the end would seem to stand still then. */
#define FLUSH_EACH (64 << 20)

bool xm_core_grows(int fd, const struct xm_dump *dump, off_t *size)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || st.st_size <= *size)
        return false;
    if (st.st_size / FLUSH_EACH > *size / FLUSH_EACH)
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);     /* a hint; fsync() finds what is wrong */
    *size = st.st_size;
    if (dump->progress != NULL)
        dump->progress(dump->arg);
    return true;
}

void xm_core_fail(struct xm_fresh *fresh, const struct xm_dump *dump)
{
    xm_autofree char *path = xm_printf("%s-incomplete", fresh->path);

    if (dump->keep)
        (void)xm_fresh_keep_as(fresh, path, NULL);      /* the error that matters is set already */
}
