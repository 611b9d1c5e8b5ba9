/* The disks of a document as those see them who compare guests: whether two of them may use the
 * same thing at once. What libxl is told (bind.h) has no room for it: w! is an order to share,
 * and phy: and file: say what a name is without a look at it. Works on what is written alone;
 * nothing of the host is asked. */
#ifndef XM_BIND_DISKS_H
#define XM_BIND_DISKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "doc/doc.h"

/* A block device; a file, of whatever format; or what only a script or another domain finds. */
enum xm_disk_kind { XM_DISK_PHY, XM_DISK_FILE, XM_DISK_OTHER };

struct xm_disk {
    enum xm_disk_kind kind;
    char *path;                 /* PHY, FILE: absolute. OTHER: as written. NULL: an empty CD drive */
    char *vdev;                 /* as libxl is told it: xvda, 768 */
    char *format;               /* in libxl's words: raw, qcow2 ... */
    char *script;               /* block-iscsi ...; NULL: the host's own */
    char *backend;              /* the domain that has it; NULL: domain 0 */
    bool readonly, cdrom;
    bool in_xl_words;           /* "vdev=xvda,target=/x", "/x,raw,xvda"; else "phy:/x,xvda,w" */
    bool shared;                /* w!: whoever else uses it is no hindrance */
    size_t index;               /* in the list of the key disk */
    struct xm_place place;
};

struct xm_disks {
    struct xm_disk *items;
    size_t count;
};

/* Every disk of doc that can be understood; xm_bind() tells of the others. */
XM_API void xm_disks_of(const xm_doc *doc, struct xm_disks *ret_disks);
XM_API void xm_disks_clear(struct xm_disks *disks);

/* The number by which a guest knows a device: xvda, hda1, sdb, d0p1, 0x301, 768; -1: none has that name. */
XM_API long xm_disk_number(const char *vdev);

#endif
