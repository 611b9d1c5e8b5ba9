/* What an xm sends behind the configuration in the head of a stock migration stream, where stock xl skips it:
 * of a guest of ours, what the registry knows of it. So its definition goes along even where the two sides
 * could not agree on a better way to speak.
 *
 *     "XMMV", u32 version (1), u32 length, JSON {"id": UUID, "document": TEXT, "state": TEXT, "managed": BOOL}
 *
 * in host byte order, as the head. Untrusted when read. */
#ifndef XM_MIGRATE_TRAILER_H
#define XM_MIGRATE_TRAILER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct xm_trailer {
    char id[37];                /* of the move */
    char *document, *state;     /* as in struct xm_leaving; NULL: it has no entry there */
    bool managed;
};

void xm_trailer_format(const struct xm_trailer *trailer, struct xm_buf *buf);

/* *ret_there false, and nothing else set: there is none, or one of a version that is not ours. XM_INVALID
 * for one that is damaged. */
int xm_trailer_parse(const char *data, size_t len, struct xm_trailer *ret_trailer, bool *ret_there, xm_error **err);
void xm_trailer_clear(struct xm_trailer *trailer);

#endif
