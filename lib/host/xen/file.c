/* Files of this machine, domain 0: which they are behind a loop device, and whether they are mounted. */
#include "host/xen/xen.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd.h"

/* A loop device is the file behind it. */
static void see_through(struct xm_host_file *file)
{
    xm_autofree char *sys = xm_printf("/sys/dev/block/%u:%u/loop/backing_file", major(file->dev), minor(file->dev));
    xm_autofree char *backing = NULL;
    struct stat st;

    if (file->type != XM_FILE_BLOCK || xm_file_read(sys, 4096, &backing, NULL, NULL) < 0)
        return;
    backing[strcspn(backing, "\n")] = '\0';
    if (stat(backing, &st) == 0) {      /* else the file is removed: the device is all there is of it */
        file->dev = st.st_dev;
        file->ino = st.st_ino;
    }
}

static bool is_same(const struct xm_host_file *file, const char *path)
{
    struct xm_host_file other = { .type = XM_FILE_BLOCK };
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISBLK(st.st_mode))
        return false;
    other.dev = st.st_rdev;
    see_through(&other);
    return other.dev == file->dev && other.ino == file->ino;
}

/* By the mount table, as Xen's block script reads it. */
static char mounted(const struct xm_host_file *file)
{
    FILE *table = setmntent("/proc/self/mounts", "re");
    char room[8192], found = 0;
    struct mntent entry;

    if (table == NULL)
        return 0;
    while (found != 'w' && getmntent_r(table, &entry, room, sizeof(room)) != NULL)
        if (entry.mnt_fsname[0] == '/' && is_same(file, entry.mnt_fsname))
            found = hasmntopt(&entry, "ro") != NULL ? 'r' : 'w';
    endmntent(table);
    return found;
}

int xen_host_file(struct xm_host *host, const char *path, bool inside, struct xm_host_file *ret, xm_error **err)
{
    struct xm_host_file file;

    (void)host;
    if (xm_host_file_look(path, path, inside, &file, err) < 0)
        return -1;
    see_through(&file);
    if (inside && file.type != XM_FILE_OTHER)
        file.mounted = mounted(&file);
    *ret = file;
    return 0;
}
