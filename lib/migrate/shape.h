/* What a tree that came from another machine must look like: a table says which keys an object may
 * have, of what type, and how much of it. What passed may be read without further thought; keys that
 * the table does not know are the sender's own business, as one that is newer may have more to say. */
#ifndef XM_MIGRATE_SHAPE_H
#define XM_MIGRATE_SHAPE_H

#include "base/error.h"
#include "convert/json.h"

enum xm_shape_type {
    XM_SHAPE_END,
    XM_SHAPE_TEXT,              /* of at most `most` bytes */
    XM_SHAPE_NUMBER,            /* an integer from 0 to `most` */
    XM_SHAPE_BOOL,
    XM_SHAPE_OBJECT,            /* of the shape `inner` */
    XM_SHAPE_TEXTS,             /* a list of at most `most` */
    XM_SHAPE_NUMBERS,
    XM_SHAPE_OBJECTS,
};

#define XM_SHAPE_TEXT_MAX 4096  /* of a text in a list */

struct xm_shape {
    const char *key;
    enum xm_shape_type type;
    int64_t most;
    const struct xm_shape *inner;
    bool needed;
};

/* XM_INVALID names the key: "WHAT: disks[3].path is no text". */
int xm_shape_check(const struct xm_shape *shape, const xm_json *json, const char *what, xm_error **err);

#endif
