/* A big file in the making: until it is whole it has no name, so that a process which dies at its
 * work leaves nothing behind, and the disk has its room back. Where the file system cannot do that
 * it is written beside, as "PATH.new". */
#ifndef XM_BASE_FRESH_H
#define XM_BASE_FRESH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct xm_fresh {
    int fd;                     /* -1: none */
    char *path;
    char *beside;               /* its name until it is kept, where it needs one */
    bool nameless;
};
#define XM_FRESH_INIT { .fd = -1 }
#define xm_autofresh __attribute__((cleanup(xm_fresh_drop))) struct xm_fresh

/* Begins what is to become path. *ret_fresh is to be dropped, kept or not. */
XM_API int xm_fresh_open(const char *path, mode_t mode, struct xm_fresh *ret_fresh, xm_error **err);

/* fsyncs it and puts it in path's place, whole; after a failure path is as it was. */
XM_API int xm_fresh_keep(struct xm_fresh *fresh, xm_error **err);

/* The same in another place of the same directory. */
XM_API int xm_fresh_keep_as(struct xm_fresh *fresh, const char *path, xm_error **err);

/* A name by which this process and its children can open it; the caller's. */
XM_API char *xm_fresh_name(const struct xm_fresh *fresh);

/* Ends it. What was not kept is gone. */
XM_API void xm_fresh_drop(struct xm_fresh *fresh);

#endif
