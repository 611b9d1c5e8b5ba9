#include "host/kernel/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/kernel/kept.h"
#include "host/kernel/unpack.h"

/* What is a kernel to us. Debian's is 8 MiB, and 63 unpacked. */
#define SOURCE_MAX (128 << 20)
#define KERNEL_MAX (256 << 20)

/* How long another may unpack before we let libxl do it for us. */
#define WAIT_MS 60000
#define LOOK_MS 50

struct source {
    const char *path;
    int fd;
    struct stat st;
    struct kept_id id;
    bool settled;               /* the id vouches for the contents */
    unsigned char *data;        /* NULL until it is read */
    struct xm_packed packed;
    char key[KEPT_DIGEST];
};

static void source_close(struct source *source)
{
    xm_cleanup_close(&source->fd);
    free(source->data);
}

/* 1 if something may be packed in it, 0 if it is not for us: libxl will say what is wrong with it. */
static int source_open(const char *path, struct source *source)
{
    unsigned char head[XM_KERNEL_HEAD];
    ssize_t len;

    source->path = path;
    source->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (source->fd < 0 || fstat(source->fd, &source->st) < 0 || !S_ISREG(source->st.st_mode))
        return 0;
    len = pread(source->fd, head, sizeof(head), 0);
    if (len <= 0 || !xm_kernel_may_be_packed(head, (size_t)len))
        return 0;
    source->settled = kept_is_settled(&source->st);
    kept_id_of(&source->st, &source->id);
    return 1;
}

/* All of it at once: what is unpacked is what the key was made of. */
static int source_read(struct source *source, xm_error **err)
{
    size_t len = (size_t)source->st.st_size;
    struct sha256_ctx sha;
    struct kept_id now;
    struct stat st;

    if (source->st.st_size > SOURCE_MAX)
        return xm_fail(err, XM_INVALID, "it is larger than %d MiB", SOURCE_MAX >> 20);
    source->data = xm_alloc0(len, 1);
    if (xm_fd_read(source->fd, source->data, len, source->path, err) < 0)
        return -1;
    if (fstat(source->fd, &st) < 0)
        return xm_fail_errno(err, errno, "%s", source->path);
    kept_id_of(&st, &now);
    if (strcmp(now.text, source->id.text) != 0)
        return xm_fail(err, XM_BUSY, "it is being written to");
    if (!xm_kernel_find_packed(source->data, len, &source->packed))
        return xm_fail(err, XM_UNSUPPORTED, "nothing is packed in it that xm knows");
    sha256_init(&sha);
    sha256_update(&sha, len, source->data);
    kept_digest_end(&sha, source->key);
    return 0;
}

/* --- unpacking --- */

struct maker {
    const volatile int *stop;
    const char *path;
    int fd;
    uint64_t size;
    struct sha256_ctx sha;
};

static int take(void *arg, const unsigned char *data, size_t len, xm_error **err)
{
    struct maker *maker = arg;

    if (len == 0)
        return 0;
    if (*maker->stop)
        return xm_fail(err, XM_INTERRUPTED, "interrupted");
    if (maker->size == 0 && (len < 4 || memcmp(data, "\177ELF", 4) != 0))
        return xm_fail(err, XM_UNSUPPORTED, "what is packed in it is no ELF file");
    sha256_update(&maker->sha, len, data);
    maker->size += len;
    return xm_fd_write(maker->fd, data, len, maker->path, err);
}

/* A full disk is noticed before the work is done, where the file's word and the file system allow. */
static int reserve(const struct maker *maker, uint32_t hint, xm_error **err)
{
    if (hint > 0 && fallocate(maker->fd, FALLOC_FL_KEEP_SIZE, 0, hint) < 0 && errno == ENOSPC)
        return xm_fail_errno(err, errno, "%s", maker->path);
    return 0;
}

static int write_kernel(struct maker *maker, const struct xm_packed *packed, uint64_t most, xm_error **err)
{
    struct xm_unpack_out out = { .take = take, .arg = maker, .left = most };

    if (reserve(maker, packed->hint, err) < 0 || xm_kernel_unpack(packed, &out, err) < 0)
        return -1;
    if (maker->size == 0)
        return xm_fail(err, XM_INVALID, "nothing comes out of it");
    /* What was reserved and not needed goes back. */
    if (ftruncate(maker->fd, (off_t)maker->size) < 0 || fsync(maker->fd) < 0)
        return xm_fail_errno(err, errno, "%s", maker->path);
    return 0;
}

/* The id is taken after the renaming, which changes it. */
static int put_in_place(const struct kept_dir *dir, struct maker *maker, const struct source *source, xm_error **err)
{
    xm_autofree char *path = kept_path(dir, source->key, ".elf");
    struct kept_facts facts = { .size = maker->size };
    struct stat st;

    if (rename(maker->path, path) < 0 || fstat(maker->fd, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    kept_digest_end(&maker->sha, facts.digest);
    kept_id_of(&st, &facts.id);
    strcpy(facts.boot, dir->boot);
    if (source->settled)
        facts.sources[facts.source_count++] = source->id;
    return kept_facts_save(dir, source->key, &facts, err);
}

static int make(const struct kept_dir *dir, const struct source *source, const volatile int *stop, xm_error **err)
{
    uint64_t most = dir->max_bytes < KERNEL_MAX ? dir->max_bytes : KERNEL_MAX;
    xm_autofree char *beside = kept_path(dir, source->key, ".new");
    xm_autoclose int fd = -1;
    struct maker maker = { .stop = stop, .path = beside };

    /* The truth shows while it is unpacked; but for an honest file that work can be saved. */
    if (source->packed.hint > most)
        return xm_fail(err, XM_INVALID, "it unpacks to more than is allowed");
    if (kept_make_room(dir, 1, source->packed.hint, err) < 0)
        return -1;
    fd = maker.fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || fchmod(fd, 0600) < 0)
        return xm_fail_errno(err, errno, "%s", beside);
    sha256_init(&maker.sha);
    if (write_kernel(&maker, &source->packed, most, err) < 0 || put_in_place(dir, &maker, source, err) < 0) {
        (void)unlink(beside);   /* the error that matters is set already */
        kept_remove(dir, source->key);
        return -1;
    }
    xm_log(dir->log, XM_LOG_INFO, "kernel %s: unpacked, and kept in %s", source->path, dir->path);
    /* The file may have lied about its size. Should this fail, the next one makes room. */
    if (maker.size > source->packed.hint)
        (void)kept_make_room(dir, 0, 0, NULL);
    return 0;
}

/* --- the way to one --- */

/* Ours, and nobody else's. */
static int open_dir(const struct kept_dir *dir, xm_error **err)
{
    xm_autoclose int fd = -1;
    struct stat st;

    if (xm_dir_make(dir->path, 0700, err) < 0)
        return -1;
    fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return xm_fail_errno(err, errno, "%s", dir->path);
    if (st.st_uid != geteuid() || (st.st_mode & 0777) != 0700)
        return xm_fail(err, XM_DENIED, "%s is not a directory of ours alone (mode 0700)", dir->path);
    return 0;
}

/* Whoever comes second waits for the first, but not for ever: it may hang. */
static int lock(const struct kept_dir *dir, const volatile int *stop, int *ret_fd, xm_error **err)
{
    const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000l };
    xm_autofree char *path = xm_printf("%s/lock", dir->path);

    for (int waited = 0;; waited += LOOK_MS) {
        xm_error *why = NULL;

        if (xm_lock_open(path, false, ret_fd, &why) == 0)
            return 0;
        if (why->code != XM_BUSY || waited >= WAIT_MS || *stop)
            return xm_error_pass(err, why);
        xm_error_free(why);
        (void)nanosleep(&pause, NULL);
    }
}

static int unpack(const struct kept_dir *dir, struct source *source, const volatile int *stop, int *ret_fd, xm_error **err)
{
    const struct kept_id *id = source->settled ? &source->id : NULL;
    xm_autoclose int held = -1;

    if (source_read(source, err) < 0)
        return -1;
    if (kept_open(dir, source->key, id, ret_fd, NULL) == 0)
        return 0;
    if (lock(dir, stop, &held, err) < 0)
        return -1;
    /* By now somebody else may have done it. */
    if (kept_open(dir, source->key, id, ret_fd, NULL) == 0)
        return 0;
    if (make(dir, source, stop, err) < 0)
        return -1;
    return kept_open(dir, source->key, id, ret_fd, err);
}

static int open_kept(const struct kept_dir *dir, struct source *source, const volatile int *stop, int *ret_fd, xm_error **err)
{
    char key[KEPT_DIGEST];

    if (open_dir(dir, err) < 0)
        return -1;
    if (kept_find(dir, &source->id, key) && kept_open(dir, key, NULL, ret_fd, NULL) == 0)
        return 0;
    return unpack(dir, source, stop, ret_fd, err);
}

static void read_boot(char ret_boot[KEPT_BOOT])
{
    xm_autofree char *text = NULL;
    size_t len;

    ret_boot[0] = '\0';
    if (xm_file_read("/proc/sys/kernel/random/boot_id", KEPT_BOOT - 1, &text, &len, NULL) == 0) {
        text[strcspn(text, "\n")] = '\0';
        strcpy(ret_boot, text);
    }
}

int xm_kernel_open(const xm_conf *conf, const struct xm_log *log, const volatile int *stop, const char *path)
{
    struct kept_dir dir = { conf->kernel_cache, log, (uint64_t)conf->kernel_cache_mib << 20, conf->kernel_cache_kernels, "" };
    struct source source = { .fd = -1 };
    xm_error *err = NULL;
    int fd = -1;

    if (conf->kernel_cache == NULL || conf->kernel_cache[0] == '\0')
        return -1;
    read_boot(dir.boot);
    if (source_open(path, &source) && open_kept(&dir, &source, stop, &fd, &err) < 0) {
        xm_autofree char *text = xm_error_text(err);

        xm_log(log, XM_LOG_INFO, "kernel %s is not kept unpacked: %s", path, text);
        xm_error_free(err);
        fd = -1;
    } else if (fd >= 0) {
        xm_log(log, XM_LOG_INFO, "kernel %s: taken from %s", path, dir.path);
    }
    source_close(&source);
    return fd;
}
