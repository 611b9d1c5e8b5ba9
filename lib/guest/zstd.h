/* Save files that are packed, as one zstd frame from their first byte to their last: `zstd -d` makes the same
 * file of one, which stock xl can read. Within this folder only. Where xm was built without libzstd all of
 * it is XM_UNSUPPORTED, in words. */
#ifndef XM_GUEST_ZSTD_H
#define XM_GUEST_ZSTD_H

#include <stdbool.h>

#include "base/bytes.h"

/* Does a plain file go on as a packed one, where fd stands? Nothing else can be looked at beforehand. */
bool xm_zstd_begins(int fd);

/* What is in it, from offset at on; fd stays where it is, and is borrowed. A frame that is damaged or cut off
 * is XM_INVALID. Nothing follows the frame's end. */
struct xm_unzstd;
int xm_unzstd_new(int fd, off_t at, struct xm_unzstd **ret_unzstd, xm_error **err);
void xm_unzstd_free(struct xm_unzstd *unzstd);
struct xm_bytes xm_unzstd_bytes(struct xm_unzstd *unzstd);

/* A thread between a pipe's end, which is the caller's to close, and fd, which is borrowed: what goes in is packed. */
struct xm_zstd_pump;
int xm_zstd_pack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err);

/* The other way: out of *ret_fd comes what is behind the head of the save file that begins at fd's offset. */
int xm_zstd_unpack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err);

/* Once the caller's end is closed: waits for the thread, and fails as it has. Whoever has stopped reading
 * before the end is no failure. pump is gone in any case. */
int xm_zstd_end(struct xm_zstd_pump *pump, xm_error **err);

#endif
