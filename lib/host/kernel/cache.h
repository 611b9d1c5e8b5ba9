/* Unpacked kernels, kept. To unpack a kernel takes longer than all else in making a guest, and a
 * machine boots the same few kernels again and again.
 *
 *   DIR/KEY.elf        what was packed in a kernel file, the SHA-256 of which is KEY
 *   DIR/KEY.json       what is known of it, below; its time is when it was last used
 *   DIR/lock           held by the one who unpacks or makes room
 *
 * Any of them may be removed at any time, by hand too. DIR and all in it are root's alone (of whoever
 * runs us, strictly), and what is not is not used. A file is written beside, fsynced and renamed;
 * KEY.json comes last, so what a killed process leaves is never taken for a kernel.
 *
 * A source is known by its contents. Those are read again only if its device, inode, size or times
 * differ from when they were last read, or the machine was booted since: numbers of devices move
 * at a boot. A time that was young when the contents were read proves nothing, as a later change
 * may have the same: such a source is read each time. The same holds for KEY.elf, the digest of
 * which is in KEY.json.
 *
 * How large all may become, and how many, xm.conf says; the least recently used goes first. */
#ifndef XM_HOST_KERNEL_CACHE_H
#define XM_HOST_KERNEL_CACHE_H

#include "base/log.h"
#include "bind/conf.h"

/* The unpacked kernel of the file at path, open for reading: as /proc/self/fd/N it stays the one that
 * was checked, whatever happens to its name. -1: take path itself. That is never a failure; where
 * there was something to unpack, the log has the reason. *stop as in xm_host_set_stop(). */
int xm_kernel_open(const xm_conf *conf, const struct xm_log *log, const volatile int *stop, const char *path);

#endif
