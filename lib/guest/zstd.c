#include "guest/zstd.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "guest/savefile.h"

#define LEVEL 3
#define WORKERS_MAX 4
#define WINDOW_LOG_MAX 27       /* 128 MiB to look back into, whoever packed it */
#define PIECE (128 * 1024)

struct xm_unzstd {
    int fd;
    off_t at;
    ZSTD_DCtx *zstd;
    bool ended;
    size_t len, used;           /* of in */
    char in[PIECE];
};

bool xm_zstd_begins(int fd)
{
    static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
    off_t at = lseek(fd, 0, SEEK_CUR);
    unsigned char found[sizeof(magic)];
    struct stat st;

    return at >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && pread(fd, found, sizeof(found), at) == (ssize_t)sizeof(found) && memcmp(found, magic, sizeof(magic)) == 0;
}

int xm_unzstd_new(int fd, off_t at, struct xm_unzstd **ret_unzstd, xm_error **err)
{
    struct xm_unzstd *unzstd = xm_new0(struct xm_unzstd, 1);

    unzstd->fd = fd;
    unzstd->at = at;
    unzstd->zstd = ZSTD_createDCtx();
    if (unzstd->zstd == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(unzstd->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        xm_unzstd_free(unzstd);
        return xm_fail(err, XM_IO, "libzstd does not start");
    }
    *ret_unzstd = unzstd;
    return 0;
}

void xm_unzstd_free(struct xm_unzstd *unzstd)
{
    if (unzstd != NULL)
        ZSTD_freeDCtx(unzstd->zstd);
    free(unzstd);
}

static int refill(struct xm_unzstd *unzstd, xm_error **err)
{
    ssize_t n;

    do
        n = pread(unzstd->fd, unzstd->in, sizeof(unzstd->in), unzstd->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return xm_fail_errno(err, errno, "cannot be read");
    if (n == 0)
        return xm_fail(err, XM_INVALID, "is cut off");
    unzstd->at += n;
    unzstd->len = (size_t)n;
    unzstd->used = 0;
    return 0;
}

static ssize_t unzstd_read(void *arg, void *data, size_t len, xm_error **err)
{
    struct xm_unzstd *unzstd = arg;
    ZSTD_outBuffer out = { data, len, 0 };

    while (out.pos < out.size && !unzstd->ended) {
        ZSTD_inBuffer in;
        size_t rc, before = out.pos;

        if (unzstd->used == unzstd->len && refill(unzstd, err) < 0)
            return -1;
        in = (ZSTD_inBuffer){ unzstd->in, unzstd->len, unzstd->used };
        rc = ZSTD_decompressStream(unzstd->zstd, &out, &in);
        if (ZSTD_isError(rc))
            return xm_fail(err, XM_INVALID, "is damaged: %s", ZSTD_getErrorName(rc));
        if (rc != 0 && in.pos == unzstd->used && out.pos == before)
            return xm_fail(err, XM_INVALID, "is damaged");
        unzstd->used = in.pos;
        unzstd->ended = rc == 0;
    }
    return (ssize_t)out.pos;
}

struct xm_bytes xm_unzstd_bytes(struct xm_unzstd *unzstd)
{
    return (struct xm_bytes){ .read = unzstd_read, .arg = unzstd };
}

/* --- the threads --- */

struct xm_zstd_pump {
    pthread_t thread;
    int pipe;                   /* its own end */
    int file;                   /* the caller's */
    off_t at;                   /* where in the file it began */
    xm_error *err;
};

/* Packs input and writes what comes of it; how: go on, or end. */
static int pack_some(const struct xm_zstd_pump *pump, ZSTD_CCtx *zstd, ZSTD_inBuffer *in, ZSTD_EndDirective how, char *piece,
                     xm_error **err)
{
    size_t left;

    do {
        ZSTD_outBuffer out = { piece, PIECE, 0 };

        left = ZSTD_compressStream2(zstd, &out, in, how);
        if (ZSTD_isError(left))
            return xm_fail(err, XM_IO, "packing: %s", ZSTD_getErrorName(left));
        if (xm_fd_write(pump->file, piece, out.pos, "the save file", err) < 0)
            return -1;
    } while (how == ZSTD_e_end ? left > 0 : in->pos < in->size);
    return 0;
}

static int pack_all(const struct xm_zstd_pump *pump, ZSTD_CCtx *zstd, xm_error **err)
{
    xm_autofree char *from = xm_alloc0(PIECE, 1), *to = xm_alloc0(PIECE, 1);
    ZSTD_inBuffer in = { from, 0, 0 };
    ssize_t n;

    while ((n = read(pump->pipe, from, PIECE)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "packing");
        in = (ZSTD_inBuffer){ from, (size_t)n, 0 };
        if (pack_some(pump, zstd, &in, ZSTD_e_continue, to, err) < 0)
            return -1;
    }
    in = (ZSTD_inBuffer){ from, 0, 0 };
    return pack_some(pump, zstd, &in, ZSTD_e_end, to, err);
}

static int start_packing(ZSTD_CCtx *zstd, xm_error **err)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    if (zstd == NULL || ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, LEVEL))
        || ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1)))
        return xm_fail(err, XM_IO, "libzstd does not start");
    /* A libzstd without threads refuses this, and packs all the same. */
    if (cpus > 1)
        (void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_nbWorkers, cpus < WORKERS_MAX ? (int)cpus : WORKERS_MAX);
    return 0;
}

static void *pack(void *arg)
{
    struct xm_zstd_pump *pump = arg;
    ZSTD_CCtx *zstd = ZSTD_createCCtx();

    if (start_packing(zstd, &pump->err) == 0)
        (void)pack_all(pump, zstd, &pump->err);         /* told by xm_zstd_end() */
    ZSTD_freeCCtx(zstd);
    close(pump->pipe);          /* who still writes is told so */
    return NULL;
}

/* 1: all is out; 0: nobody reads any more. */
static int unpack_all(const struct xm_zstd_pump *pump, const struct xm_bytes *from, xm_error **err)
{
    xm_autofree char *piece = xm_alloc0(PIECE, 1);

    for (;;) {
        ssize_t n = from->read(from->arg, piece, PIECE, err);
        xm_error *why = NULL;

        if (n <= 0)
            return n < 0 ? -1 : 1;
        if (xm_fd_write(pump->pipe, piece, (size_t)n, "unpacking", &why) < 0) {
            xm_error_free(why);         /* it has had enough, or tells itself what is wrong */
            return 0;
        }
    }
}

static int unpack_behind_head(const struct xm_zstd_pump *pump, struct xm_unzstd *unzstd, xm_error **err)
{
    struct xm_bytes from = xm_unzstd_bytes(unzstd);
    xm_autofree char *config = NULL;
    bool json;

    if (xm_savefile_read_head_of(&from, "save file", &config, &json, err) < 0)
        return -1;
    return unpack_all(pump, &from, err);
}

static void *unpack(void *arg)
{
    struct xm_zstd_pump *pump = arg;
    struct xm_unzstd *unzstd = NULL;

    if (xm_unzstd_new(pump->file, pump->at, &unzstd, &pump->err) == 0)
        (void)unpack_behind_head(pump, unzstd, &pump->err);     /* likewise */
    xm_unzstd_free(unzstd);
    close(pump->pipe);
    return NULL;
}

/* Signals are the caller's business, none of the thread's: a reader that has gone is an error of write()'s there. */
static int start(void *(*run)(void *), int fd, int own, int other, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err)
{
    struct xm_zstd_pump *pump = xm_new0(struct xm_zstd_pump, 1);
    sigset_t all, before;
    int ends[2], rc;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        free(pump);
        return xm_fail_errno(err, errno, "pipe");
    }
    pump->pipe = ends[own];
    pump->file = fd;
    pump->at = lseek(fd, 0, SEEK_CUR);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&pump->thread, NULL, run, pump);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        close(ends[0]);
        close(ends[1]);
        free(pump);
        return xm_fail_errno(err, rc, "thread");
    }
    *ret_pump = pump;
    *ret_fd = ends[other];
    return 0;
}

int xm_zstd_pack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err)
{
    return start(pack, fd, 0, 1, ret_pump, ret_fd, err);
}

int xm_zstd_unpack(int fd, struct xm_zstd_pump **ret_pump, int *ret_fd, xm_error **err)
{
    return start(unpack, fd, 1, 0, ret_pump, ret_fd, err);
}

int xm_zstd_end(struct xm_zstd_pump *pump, xm_error **err)
{
    xm_error *why;

    pthread_join(pump->thread, NULL);
    why = pump->err;
    free(pump);
    return why != NULL ? xm_error_pass(err, why) : 0;
}
