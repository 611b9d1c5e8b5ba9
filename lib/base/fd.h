/* Files and descriptors: whole reads with a bound, whole writes, and the one way in which xm
 * replaces a file: written beside, fsynced, renamed, its directory fsynced. Every descriptor
 * is close-on-exec. */
#ifndef XM_BASE_FD_H
#define XM_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* The whole of path, NUL-terminated, at most max bytes (XM_INVALID beyond). Only regular files
 * and /dev/null are read. ret_len may be NULL. */
XM_API int xm_file_read(const char *path, size_t max, char **ret_text, size_t *ret_len, xm_error **err);

/* Replaces path by data so that after any interruption the old or the new file is there whole. */
XM_API int xm_file_replace(const char *path, const void *data, size_t len, mode_t mode, xm_error **err);

/* Makes path and its missing parents, on disk when it returns. An existing directory is fine. */
XM_API int xm_dir_make(const char *path, mode_t mode, xm_error **err);

/* fsyncs the directory that holds path. */
XM_API int xm_dir_sync_of(const char *path, xm_error **err);

/* Writes or reads all len bytes; what names the thing in the error. A short read is XM_IO. */
XM_API int xm_fd_write(int fd, const void *data, size_t len, const char *what, xm_error **err);
XM_API int xm_fd_read(int fd, void *data, size_t len, const char *what, xm_error **err);

/* Opens (and creates, 0600) the lock file at path and takes it. With wait false, XM_BUSY at
 * once when another process holds it. The lock goes with the descriptor. A lock file removed
 * by its last holder meanwhile is noticed and made again. */
XM_API int xm_lock_open(const char *path, bool wait, int *ret_fd, xm_error **err);

#endif
