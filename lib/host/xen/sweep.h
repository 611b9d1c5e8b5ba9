/* Many values of the store at once.
 *
 * The store is one process with one thread, and most of what a read costs is not the read: two
 * switches between processes, and a look at all its connections for each. So a sweep sends its
 * questions ahead, over a few connections of its own that the store then serves in one round. For
 * hundreds of values that takes a quarter of the time of as many xs_read(); what it found is
 * written down in tests/bench/README. Within this folder only. */
#ifndef XM_HOST_XEN_SWEEP_H
#define XM_HOST_XEN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/mem.h"

struct xen_ask {
    char *path;
    bool list;                  /* what stands below path, not what stands there */
    char *text;                 /* the answer, NUL-terminated; of a list, name after name, each with its NUL; NULL: nothing there */
    size_t len;                 /* of text, without the NUL added */
};

typedef struct xen_asks {
    struct xen_ask *items;
    size_t count;
} xen_asks;

xen_asks *xen_asks_new(void);
void xen_asks_free(xen_asks *asks);
XM_AUTO_DEFINE(xen_asks)

/* Adds a question and returns its index. */
size_t xen_asks_add(xen_asks *asks, bool list, const char *fmt, ...) XM_PRINTF(3, 4);

/* Is name among the answers of a list? */
bool xen_ask_has(const struct xen_ask *ask, const char *name);

/* Asks the store that listens at the socket path; asks from the index first on. */
int xen_sweep_socket(const char *path, xen_asks *asks, size_t first, xm_error **err);

#endif
