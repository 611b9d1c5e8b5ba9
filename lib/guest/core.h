/* Cores where cores are kept, and room for them. Within this folder only. */
#ifndef XM_GUEST_CORE_H
#define XM_GUEST_CORE_H

#include <sys/types.h>

#include "bind/conf.h"
#include "guest/guest.h"

/* Writes the core of a live guest to where cores are kept (core_dir and xl_core_dir of xm.conf), within
 * their limits: for one that does not fit the oldest ones go, or it is refused before it is begun
 * (XM_STATE). One that fails leaves what there is of it as PATH-incomplete. ret_path may be NULL. */
struct xm_core {
    const char *name;           /* NULL: it has none */
    const char *uuid;
    uint32_t domid;
    enum xm_dialect dialect;
    bool live;                  /* it is not paused meanwhile */
    int lock;                   /* the guest's lock, which gets signs of life; -1: none */
};
int xm_guest_core(const struct xm_guests *guests, const struct xm_core *core, char **ret_path, xm_error **err);

struct xm_core_limits { size_t count; off_t size; };    /* 0: none; count is of one guest, size of all */

/* Makes room in the directory base, and for name in dir, for one more core of that size at path: the
 * oldest ones go first, and none before it is known that it will do. XM_STATE if there is no room. */
int xm_core_make_room(const char *base, const char *dir, const char *name, const char *path, off_t size,
                      const struct xm_core_limits *limits, const struct xm_log *log, xm_error **err);

#endif
