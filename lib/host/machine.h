/* What a host tells of itself, and of what lies under its paths, so that another one can tell whether
 * a guest would find the same there. Looked at, never changed, but for a nonce that is taken away again.
 *
 * That two machines know a disk by one path says nothing: its marks do. A WWN, the uuid of a device
 * mapper's or an md volume is one volume's in the world; a serial number is its maker's word; a file is
 * known by its directory, which is shared if a file that was just left in it is seen from elsewhere. */
#ifndef XM_HOST_MACHINE_H
#define XM_HOST_MACHINE_H

#include "host/host.h"

/* --- storage --- */

enum xm_mark {
    XM_MARK_WWN,                /* naa., eui. or uuid.: one of its kind in the world */
    XM_MARK_DM,                 /* of the device mapper: LVM-..., mpath-..., CRYPT-... */
    XM_MARK_MD,                 /* of a software array */
    XM_MARK_SERIAL,
    XM_MARK_PARTITION,          /* a part of the volume that the marks above are of: its number or uuid */
    XM_MARK_FILESYSTEM,         /* of a file: the uuid of what it is in */
    XM_MARK_SOURCE,             /* of a file without that: "nfs4 server:/export" */
    XM_MARK_COUNT
};

/* "wwn", "dm" ...: as they are called between hosts. */
XM_API const char *xm_mark_name(enum xm_mark mark);

typedef struct xm_storage {
    enum xm_file_type type;
    uint64_t size;              /* bytes */
    uint64_t ino;               /* of a regular file */
    bool writable;
    char *marks[XM_MARK_COUNT]; /* NULL: it has none */
    char *sample;               /* if asked for: stands for its first and last 64 KiB; else NULL */
} xm_storage;

/* Follows links, and loop devices to the file behind. XM_NOT_FOUND, XM_DENIED: "PATH: why". */
XM_API int xm_host_storage(xm_host *host, const char *path, bool sample, xm_storage **ret_storage, xm_error **err);
XM_API void xm_storage_free(xm_storage *storage);
XM_AUTO_DEFINE(xm_storage)

/* A small file beside the image at path, named for word, which is 32 hexadecimal digits: left there by
 * one host, looked for by another (XM_NOT_FOUND), and taken away again by the first. Left or taken
 * twice is fine. */
enum xm_nonce { XM_NONCE_LEAVE, XM_NONCE_LOOK, XM_NONCE_TAKE };
XM_API int xm_host_nonce(xm_host *host, const char *path, const char *word, enum xm_nonce what, xm_error **err);
XM_API bool xm_nonce_is_sound(const char *word);

/* What is free for us where path is, or will be, in KiB. */
XM_API int xm_host_space(xm_host *host, const char *path, uint64_t *ret_kib, xm_error **err);

/* Free memory, and how much of its own domain 0 may be made to give; what a guest needs is not told. */
XM_API int xm_host_free(xm_host *host, struct xm_room *ret_room, xm_error **err);

/* --- the machine --- */

/* Words of Xen's feature set: each a register of a CPUID leaf, in Xen's order, which only grows. */
#define XM_FEATURE_WORDS 32

struct xm_features {
    uint32_t words[XM_FEATURE_WORDS];
    size_t count;               /* 0: unknown */
    uint32_t max_leaf, max_extended;    /* of CPUID; 0: unknown */
};

/* "avx512f", or NULL for one without a name here. by_microcode: it comes and goes with that. */
XM_API const char *xm_feature_name(size_t word, unsigned bit, bool *ret_by_microcode);

typedef struct xm_machine {
    char *id, *boot;            /* of domain 0's system, and of its present run; NULL: unknown */
    int64_t now_ms;             /* since 1970 */
    char *vendor;               /* "GenuineIntel"; NULL: unknown */
    unsigned family, model, stepping;
    uint64_t microcode;         /* 0: unknown */
    uint64_t tsc_khz;
    struct xm_features pv, hvm; /* the most that a guest can be given */
    char *emulator;             /* version of the device model, "7.2.0"; NULL: none, or unknown */
} xm_machine;

XM_API int xm_host_machine(xm_host *host, xm_machine **ret_machine, xm_error **err);
XM_API void xm_machine_free(xm_machine *machine);
XM_AUTO_DEFINE(xm_machine)

/* What a live guest was promised of its processors. */
enum xm_tsc { XM_TSC_DEFAULT, XM_TSC_EMULATE, XM_TSC_NATIVE, XM_TSC_OTHER };
struct xm_promise {
    struct xm_features features;
    enum xm_tsc tsc;
    uint64_t tsc_khz;
};
XM_API int xm_host_promise(xm_host *host, uint32_t domid, struct xm_promise *ret_promise, xm_error **err);

/* How many pages a second a live guest writes to, counted for ms milliseconds. XM_UNSUPPORTED where
 * they cannot be counted. */
XM_API int xm_host_dirty_rate(xm_host *host, uint32_t domid, unsigned ms, uint64_t *ret_pages, xm_error **err);

/* --- for those who implement it: storage.c, machine.c --- */

/* path as this system sees it; root stands before /sys, /run and /proc, "" but in tests. */
XM_API int xm_storage_look(const char *root, const char *path, const char *what, bool sample, xm_storage **ret_storage, xm_error **err);
XM_API void xm_storage_marks(const char *root, unsigned major, unsigned minor, xm_storage *storage);
XM_API int xm_nonce_at(const char *path, const char *word, enum xm_nonce what, xm_error **err);
XM_API int xm_space_at(const char *path, uint64_t *ret_kib, xm_error **err);

#endif
