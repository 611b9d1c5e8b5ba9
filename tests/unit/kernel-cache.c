/* The kernel cache: what is kept, what is believed of it, and that it is never in the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/file.h>
#include <time.h>

#include "base/fd.h"
#include "convert/json.h"
#include "host/kernel/cache.h"
#include "packer.h"
#include "tests/unit/interrupt.h"

#define SIZE 300000

/* How many seconds the clock is ahead of the truth: a file becomes old without waiting. */
static int ahead;

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int rc = (int)syscall(SYS_clock_gettime, id, ts);

    if (id == CLOCK_REALTIME)
        ts->tv_sec += ahead;
    return rc;
}

struct world {
    char *dir;
    xm_conf conf;
    struct xm_log log;
    struct xm_buf said;
    int stop;
};

static void hear(void *sink, enum xm_log_level level, const char *text)
{
    struct world *w = sink;

    (void)level;
    xm_buf_printf(&w->said, "%s\n", text);
}

static int setup(void **state)
{
    struct world *w = xm_new0(struct world, 1);
    char template[] = "/tmp/xm-kernel-XXXXXX";

    if (!mkdtemp(template) || chdir(template) < 0)
        return -1;
    ahead = 60;
    w->dir = xm_strdup(template);
    w->conf = (xm_conf){ .kernel_cache = xm_printf("%s/a/cache", template), .kernel_cache_mib = 64, .kernel_cache_kernels = 8 };
    w->log = (struct xm_log){ hear, w, XM_LOG_DEBUG };
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", w->dir);
    int status = chdir("/") | system(command);

    free(w->dir);
    free(w->conf.kernel_cache);
    xm_buf_clear(&w->said);
    free(w);
    return status;
}

static void put(const char *path, const void *data, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(xm_fd_write(fd, data, len, path, NULL), 0);
    close(fd);
}

/* A packed kernel at path, another one for each seed. */
static void put_kernel_of(const char *path, size_t size, unsigned seed)
{
    xm_autobuf elf = XM_BUF_INIT, image = XM_BUF_INIT;

    packer_elf(&elf, size, seed);
    packer_bzimage(&image, &packers[0], elf.data, elf.len);
    put(path, image.data, image.len);
}

static void put_kernel(const char *path, unsigned seed)
{
    put_kernel_of(path, SIZE, seed);
}

static int open_it(struct world *w, const char *path)
{
    xm_buf_clear(&w->said);
    return xm_kernel_open(&w->conf, &w->log, &w->stop, path);
}

static bool holds(int fd, size_t size, unsigned seed)
{
    xm_autobuf elf = XM_BUF_INIT;
    xm_autofree char *got = xm_new0(char, size + 1);

    packer_elf(&elf, size, seed);
    return pread(fd, got, size + 1, 0) == (ssize_t)size && memcmp(got, elf.data, size) == 0;
}

static bool heard(const struct world *w, const char *words)
{
    return strstr(w->said.data ? w->said.data : "", words) != NULL;
}

static bool was_unpacked(const struct world *w) { return heard(w, "unpacked, and kept"); }

/* The kernel at path is that of seed; unpacked says whether it was so only now. */
static void expect_of(struct world *w, const char *path, size_t size, unsigned seed, bool unpacked)
{
    xm_autoclose int fd = open_it(w, path);

    if (fd < 0)
        fail_msg("%s is not kept: %s", path, w->said.data);
    assert_true(holds(fd, size, seed));
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(was_unpacked(w), unpacked);
}

static void expect(struct world *w, const char *path, unsigned seed, bool unpacked)
{
    expect_of(w, path, SIZE, seed, unpacked);
}

static void expect_none(struct world *w, const char *path, const char *why)
{
    assert_int_equal(open_it(w, path), -1);
    if (!heard(w, why))
        fail_msg("'%s' is not in: %s", why, w->said.data);
}

/* One name in the cache that ends so; NULL if there is none. */
static char *find_in_cache(const struct world *w, const char *suffix)
{
    xm_autofree char *command = xm_printf("ls -d '%s'/*%s 2>/dev/null | head -n 1", w->conf.kernel_cache, suffix);
    FILE *list = popen(command, "r");
    char line[512] = "";

    if (fgets(line, sizeof(line), list) == NULL)
        line[0] = '\0';
    pclose(list);
    line[strcspn(line, "\n")] = '\0';
    return line[0] ? xm_strdup(line) : NULL;
}

static int count_in_cache(const struct world *w, const char *pattern)
{
    xm_autofree char *command = xm_printf("ls -d '%s'/%s 2>/dev/null | wc -l", w->conf.kernel_cache, pattern);
    FILE *list = popen(command, "r");
    int count = -1;

    assert_int_equal(fscanf(list, "%d", &count), 1);
    pclose(list);
    return count;
}

static void each_packing_is_kept(void **state)
{
    struct world *w = *state;
    xm_autobuf elf = XM_BUF_INIT;

    packer_elf(&elf, SIZE, 1);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        put("k", image.data, image.len);
        expect(w, "k", 1, true);
        expect(w, "k", 1, false);
    }
    assert_int_equal(count_in_cache(w, "*.elf"), XM_COUNT(packers));
}

#ifdef HAVE_ZLIB
static void an_elf_file_behind_gzip_is_kept(void **state)
{
    struct world *w = *state;
    xm_autobuf elf = XM_BUF_INIT, gz = XM_BUF_INIT;

    packer_elf(&elf, SIZE, 1);
    packer_gzip(&gz, elf.data, elf.len);
    put("k.gz", gz.data, gz.len);
    expect(w, "k.gz", 1, true);
    expect(w, "k.gz", 1, false);
}
#endif

static void it_is_ours_alone(void **state)
{
    struct world *w = *state;
    xm_autofree char *elf = NULL, *json = NULL;
    struct stat st;

    umask(0);
    put_kernel("k", 1);
    expect(w, "k", 1, true);
    umask(022);
    assert_int_equal(stat(w->conf.kernel_cache, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_non_null(elf = find_in_cache(w, ".elf"));
    assert_non_null(json = find_in_cache(w, ".json"));
    assert_int_equal(stat(elf, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(json, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(count_in_cache(w, "*.new*"), 0);
}

static void what_is_not_packed_leaves_no_trace(void **state)
{
    struct world *w = *state;

    put("elf", "\177ELF and what follows", 20);
    put("empty", "", 0);
    assert_int_equal(mkdir("dir", 0700), 0);
    expect_none(w, "elf", "");
    expect_none(w, "empty", "");
    expect_none(w, "dir", "");
    expect_none(w, "missing", "");
    assert_int_equal(w->said.len, 0);
    assert_int_equal(access(w->conf.kernel_cache, F_OK), -1);
}

static void switched_off_it_keeps_nothing(void **state)
{
    struct world *w = *state;

    free(w->conf.kernel_cache);
    w->conf.kernel_cache = xm_strdup("");
    put_kernel("k", 1);
    expect_none(w, "k", "");
    assert_int_equal(w->said.len, 0);
}

/* Of the same length, so that only times and contents tell. */
static void a_changed_source_is_read_again(void **state)
{
    struct world *w = *state;
    struct stat st;

    put_kernel("k", 1);
    put_kernel("other", 2);
    expect(w, "k", 1, true);
    assert_int_equal(stat("k", &st), 0);
    put_kernel("k", 2);
    assert_int_equal(utimensat(AT_FDCWD, "k", (struct timespec[]){ st.st_atim, st.st_mtim }, 0), 0);
    expect(w, "k", 2, true);
    expect(w, "other", 2, false);
}

/* Within the same tick of the clock, a change shows in no time at all. */
static void a_young_source_is_read_each_time(void **state)
{
    struct world *w = *state;
    xm_autofree char *json = NULL, *text = NULL;

    ahead = 0;
    for (unsigned seed = 1; seed < 6; seed++) {
        put_kernel("k", seed);
        expect(w, "k", seed, true);
        expect(w, "k", seed, false);
    }
    assert_non_null(json = find_in_cache(w, ".json"));
    assert_int_equal(xm_file_read(json, 10000, &text, NULL, NULL), 0);
    assert_non_null(strstr(text, "\"sources\": []"));
}

/* Whatever time it says that it was written: anybody can write that. */
static void a_source_from_the_future_is_known_again(void **state)
{
    struct world *w = *state;
    xm_autofree char *json = NULL, *text = NULL;

    put_kernel("k", 1);
    assert_int_equal(utimensat(AT_FDCWD, "k", (struct timespec[]){ { 4000000000, 0 }, { 4000000000, 0 } }, 0), 0);
    expect(w, "k", 1, true);
    assert_non_null(json = find_in_cache(w, ".json"));
    assert_int_equal(xm_file_read(json, 10000, &text, NULL, NULL), 0);
    assert_non_null(strstr(text, ":4000000000."));
}

static void edit(const char *path, const char *from, const char *to)
{
    xm_autofree char *command = xm_printf("sed -i 's|%s|%s|' '%s' && chmod 600 '%s'", from, to, path, path);

    assert_int_equal(system(command), 0);
}

/* It shows in whose kernel comes out when another entry claims this very file as its source. */
static void an_old_source_that_nobody_touched_is_not_read_again(void **state)
{
    struct world *w = *state;
    xm_autofree char *json = NULL, *text = NULL, *id = NULL;
    const char *at;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    assert_non_null(json = find_in_cache(w, ".json"));
    assert_int_equal(xm_file_read(json, 10000, &text, NULL, NULL), 0);
    assert_non_null(at = strstr(text, "\"sources\": [\""));
    at += strlen("\"sources\": [\"");
    id = xm_strndup(at, strcspn(at, "\""));
    xm_autofree char *clear = xm_printf("rm '%s'/*", w->conf.kernel_cache);
    assert_int_equal(system(clear), 0);
    put_kernel("l", 2);
    expect(w, "l", 2, true);
    free(json);
    assert_non_null(json = find_in_cache(w, ".json"));
    edit(json, "\"sources\": .*\\]", "\"sources\": []");
    edit(json, "\"sources\": \\[.*", "\"sources\": [\"@\"]");
    edit(json, "@", id);
    expect(w, "k", 2, false);
}

/* The numbers of devices move at a boot: then everything is looked at again. */
static void after_a_boot_all_is_checked_again(void **state)
{
    struct world *w = *state;
    xm_autofree char *json = NULL, *text = NULL;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    assert_non_null(json = find_in_cache(w, ".json"));
    edit(json, "\"boot\": \".*\"", "\"boot\": \"another\"");
    edit(json, "\"sources\": \\[\".*\"", "\"sources\": [\"somewhere:else\"");
    expect(w, "k", 1, false);
    assert_int_equal(xm_file_read(json, 10000, &text, NULL, NULL), 0);
    assert_null(strstr(text, "another"));
    assert_null(strstr(text, "somewhere:else"));
    /* And then, what is kept is looked at as a whole. */
    edit(json, "\"boot\": \".*\"", "\"boot\": \"another\"");
    edit(json, "\"sha256\": \"....", "\"sha256\": \"0000");
    expect(w, "k", 1, true);
    assert_true(heard(w, "other contents"));
}

/* --- what is kept is damaged --- */

static void cut(const char *elf) { assert_int_equal(truncate(elf, SIZE - 1), 0); }
static void lengthen(const char *elf) { assert_int_equal(truncate(elf, SIZE + 1), 0); }
static void open_to_all(const char *elf) { assert_int_equal(chmod(elf, 0644), 0); }

static void change(const char *elf)
{
    int fd = open(elf, O_WRONLY);

    assert_int_equal(pwrite(fd, "x", 1, 77), 1);
    close(fd);
}

static void replace_by_link(const char *elf)
{
    assert_int_equal(rename(elf, "moved"), 0);
    assert_int_equal(symlink("../../moved", elf), 0);
}

static void replace_by_directory(const char *elf)
{
    assert_int_equal(unlink(elf), 0);
    assert_int_equal(mkdir(elf, 0600), 0);
}

static void what_is_damaged_is_made_again(void **state)
{
    void (*const ways[])(const char *) = { cut, lengthen, change, open_to_all, replace_by_link };
    struct world *w = *state;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    for (size_t i = 0; i < XM_COUNT(ways); i++) {
        xm_autofree char *elf = find_in_cache(w, ".elf");

        assert_non_null(elf);
        ways[i](elf);
        expect(w, "k", 1, true);
        assert_true(heard(w, "thrown away"));
        expect(w, "k", 1, false);
    }
}

static void damage_that_cannot_be_mended_is_no_failure(void **state)
{
    struct world *w = *state;
    xm_autofree char *elf = NULL;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    assert_non_null(elf = find_in_cache(w, ".elf"));
    replace_by_directory(elf);
    expect_none(w, "k", "not kept unpacked");
}

static void facts_that_are_none_are_made_again(void **state)
{
    static const char *const texts[] = { "", "{", "[]", "{\"format\": 2}", "{\"format\": 1, \"size\": -1}" };
    struct world *w = *state;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    for (size_t i = 0; i < XM_COUNT(texts); i++) {
        xm_autofree char *json = find_in_cache(w, ".json");

        put(json, texts[i], strlen(texts[i]));
        expect(w, "k", 1, true);
    }
}

/* As after a restore from a backup: another inode, other times, the same kernel. */
static void a_copy_of_what_is_kept_is_as_good(void **state)
{
    struct world *w = *state;
    xm_autofree char *elf = NULL, *command = NULL;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    elf = find_in_cache(w, ".elf");
    command = xm_printf("cp '%s' copy && chmod 600 copy && mv copy '%s'", elf, elf);
    assert_int_equal(system(command), 0);
    expect(w, "k", 1, false);
}

static void either_file_may_be_removed(void **state)
{
    static const char *const suffixes[] = { ".elf", ".json" };
    struct world *w = *state;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    for (size_t i = 0; i < XM_COUNT(suffixes); i++) {
        xm_autofree char *path = find_in_cache(w, suffixes[i]);

        assert_int_equal(unlink(path), 0);
        expect(w, "k", 1, true);
        expect(w, "k", 1, false);
    }
}

/* --- its bounds --- */

static void the_least_recently_used_goes_first(void **state)
{
    struct world *w = *state;

    w->conf.kernel_cache_kernels = 2;
    put_kernel("k1", 1);
    put_kernel("k2", 2);
    put_kernel("k3", 3);
    expect(w, "k1", 1, true);
    usleep(20000);              /* times of files have the grain of the kernel's tick */
    expect(w, "k2", 2, true);
    usleep(20000);
    expect(w, "k1", 1, false);
    usleep(20000);
    expect(w, "k3", 3, true);
    assert_true(heard(w, "makes room"));
    assert_int_equal(count_in_cache(w, "*.elf"), 2);
    expect(w, "k1", 1, false);
    expect(w, "k3", 3, false);
    usleep(20000);
    expect(w, "k2", 2, true);
    assert_int_equal(count_in_cache(w, "*.elf"), 2);
    assert_int_equal(count_in_cache(w, "*.json"), 2);
}

static void all_together_stay_within_their_size(void **state)
{
    struct world *w = *state;

    w->conf.kernel_cache_mib = 1;
    for (unsigned i = 1; i < 6; i++) {
        put_kernel_of("k", 400000, i);
        expect_of(w, "k", 400000, i, true);
        assert_true(count_in_cache(w, "*.elf") <= 2);
        usleep(20000);
    }
    expect_of(w, "k", 400000, 5, false);
}

static void a_kernel_that_is_too_large_is_not_kept(void **state)
{
    struct world *w = *state;
    xm_autobuf bomb = XM_BUF_INIT;

    w->conf.kernel_cache_mib = 1;
    put_kernel("k", 1);
    expect(w, "k", 1, true);
    xm_buf_add(&bomb, "\177ELF", 4);
    xm_buf_pad(&bomb, '\0', 4 << 20);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], bomb.data, bomb.len);
        put("bomb", image.data, image.len);
        expect_none(w, "bomb", "more than is allowed");
        expect(w, "k", 1, false);       /* nobody had to make room for that */
    }
    assert_int_equal(count_in_cache(w, "*.elf"), 1);
    assert_int_equal(count_in_cache(w, "*.new"), 0);
}

/* The size behind what is packed says little, and much comes out. */
static void a_kernel_that_lies_about_its_size_is_not_kept(void **state)
{
    struct world *w = *state;
    xm_autobuf bomb = XM_BUF_INIT;

    w->conf.kernel_cache_mib = 1;
    xm_buf_add(&bomb, "\177ELF", 4);
    xm_buf_pad(&bomb, '\0', 4 << 20);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;
        struct xm_packed packed;

        packer_bzimage(&image, &packers[i], bomb.data, bomb.len);
        assert_true(xm_kernel_find_packed((unsigned char *)image.data, image.len, &packed));
        if (packed.packing == XM_PACKED_GZIP)
            continue;           /* zlib itself sees that lie */
        packer_le32((unsigned char *)packed.data + packed.len, 1000);
        put("bomb", image.data, image.len);
        expect_none(w, "bomb", "more than is allowed");
    }
    assert_int_equal(count_in_cache(w, "*"), 1);        /* the lock */
}

static void what_is_packed_must_be_an_elf_file(void **state)
{
    struct world *w = *state;
    xm_autobuf image = XM_BUF_INIT;
    xm_autofree char *text = xm_new0(char, SIZE);

    packer_bzimage(&image, &packers[0], text, SIZE);
    put("k", image.data, image.len);
    expect_none(w, "k", "no ELF file");
    assert_int_equal(count_in_cache(w, "*"), 1);
}

static void a_damaged_source_is_not_kept(void **state)
{
    struct world *w = *state;
    xm_autobuf elf = XM_BUF_INIT;

    packer_elf(&elf, SIZE, 1);
    for (size_t i = 0; i < XM_COUNT(packers); i++) {
        xm_autobuf image = XM_BUF_INIT;

        packer_bzimage(&image, &packers[i], elf.data, elf.len);
        put("k", image.data, image.len / 2);
        expect_none(w, "k", "");
        image.data[image.len / 2] ^= 1;
        memset(image.data + image.len / 2, 0, 1000);
        put("k", image.data, image.len);
        (void)open_it(w, "k");  /* some packings have no sum by which to notice */
    }
    assert_int_equal(count_in_cache(w, "*.new"), 0);
}

/* --- it does not work --- */

static void a_directory_of_others_is_not_used(void **state)
{
    struct world *w = *state;

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    assert_int_equal(chmod(w->conf.kernel_cache, 0755), 0);
    expect_none(w, "k", "not a directory of ours alone");
    assert_int_equal(chmod(w->conf.kernel_cache, 0700), 0);
    expect(w, "k", 1, false);
    if (geteuid() == 0) {
        assert_int_equal(chown(w->conf.kernel_cache, 65534, 65534), 0);
        expect_none(w, "k", "not a directory of ours alone");
    }
}

static void a_directory_that_is_none_is_not_used(void **state)
{
    struct world *w = *state;

    put("a", "", 0);
    put_kernel("k", 1);
    expect_none(w, "k", "not kept unpacked");
}

static int use(void *arg)
{
    xm_autoclose int fd = open_it(arg, "k");

    return fd >= 0 && !holds(fd, SIZE, 1);
}

/* Whether it fails at the first thing that needs space, or the last. */
static void a_full_disk_is_no_failure(void **state)
{
    struct world *w = *state;

    put_kernel("k", 1);
    for (int n = 0; n < 12; n++) {
        int fd;

        steps_left = n;
        steps_fail = true;
        fd = open_it(w, "k");
        steps_left = -1;
        steps_fail = steps_failed = false;
        assert_true(fd < 0 || holds(fd, SIZE, 1));
        assert_true(fd >= 0 || heard(w, "not kept unpacked"));
        xm_cleanup_close(&fd);
        if (fd >= 0)
            break;
        assert_int_equal(count_in_cache(w, "*.new*"), 0);
    }
    xm_autofree char *clear = xm_printf("rm -f '%s'/*", w->conf.kernel_cache);
    assert_int_equal(system(clear), 0);
    expect(w, "k", 1, true);
}

static void killed_at_any_step_it_is_whole_the_next_time(void **state)
{
    struct world *w = *state;
    xm_autofree char *clear = xm_printf("rm -rf '%s'", w->conf.kernel_cache);
    bool ended = false;
    int n;

    put_kernel("k", 1);
    put_kernel("l", 2);
    for (n = 0; !ended; n++) {
        assert_true(n < 100);
        assert_int_equal(system(clear), 0);
        ended = run_until_step(n, use, w);
        use(w);
        expect(w, "k", 1, false);
        expect(w, "l", 2, true);        /* who makes room sweeps up */
        assert_int_equal(count_in_cache(w, "*"), 5);
    }
    assert_true(n > 5);
}

static void many_at_once_unpack_once(void **state)
{
    struct world *w = *state;
    int made = 0, taken = 0;

    put_kernel("k", 1);
    for (int i = 0; i < 8; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            int fd = open_it(w, "k");

            _exit(fd < 0 || !holds(fd, SIZE, 1) ? 9 : was_unpacked(w));
        }
    }
    for (int i = 0; i < 8; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status));
        made += WEXITSTATUS(status) == 1;
        taken += WEXITSTATUS(status) == 0;
    }
    assert_int_equal(made, 1);
    assert_int_equal(taken, 7);
}

static void who_wants_to_stop_does_not_wait(void **state)
{
    struct world *w = *state;
    xm_autofree char *lock = xm_printf("%s/lock", w->conf.kernel_cache);
    xm_autoclose int held = -1;

    put_kernel("k", 1);
    put_kernel("l", 2);
    expect(w, "k", 1, true);
    assert_int_equal(xm_lock_open(lock, false, &held, NULL), 0);
    expect(w, "k", 1, false);           /* what is there needs no lock */
    w->stop = 1;
    expect_none(w, "l", "held by another process");
}

static void who_wants_to_stop_does_not_unpack(void **state)
{
    struct world *w = *state;

    put_kernel("k", 1);
    w->stop = 1;
    expect_none(w, "k", "interrupted");
    assert_int_equal(count_in_cache(w, "*"), 1);
}

static void what_is_open_outlives_its_name(void **state)
{
    struct world *w = *state;
    xm_autofree char *clear = xm_printf("rm -r '%s'", w->conf.kernel_cache);
    xm_autofree char *path = NULL;
    xm_autoclose int fd = -1, again = -1;

    put_kernel("k", 1);
    fd = open_it(w, "k");
    assert_int_equal(system(clear), 0);
    path = xm_printf("/proc/self/fd/%d", fd);
    again = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(again >= 0 && holds(again, SIZE, 1));
}

static void what_others_put_there_stays(void **state)
{
    struct world *w = *state;
    xm_autofree char *note = xm_printf("%s/README", w->conf.kernel_cache);

    put_kernel("k", 1);
    expect(w, "k", 1, true);
    put(note, "by hand", 7);
    w->conf.kernel_cache_kernels = 1;
    put_kernel("l", 2);
    expect(w, "l", 2, true);
    assert_int_equal(access(note, F_OK), 0);
    assert_int_equal(count_in_cache(w, "*.elf"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_packing_is_kept),
#ifdef HAVE_ZLIB
        TEST(an_elf_file_behind_gzip_is_kept),
#endif
        TEST(it_is_ours_alone), TEST(what_is_not_packed_leaves_no_trace), TEST(switched_off_it_keeps_nothing),
        TEST(a_changed_source_is_read_again), TEST(a_young_source_is_read_each_time),
        TEST(a_source_from_the_future_is_known_again),
        TEST(an_old_source_that_nobody_touched_is_not_read_again), TEST(after_a_boot_all_is_checked_again),
        TEST(what_is_damaged_is_made_again), TEST(damage_that_cannot_be_mended_is_no_failure),
        TEST(facts_that_are_none_are_made_again), TEST(a_copy_of_what_is_kept_is_as_good), TEST(either_file_may_be_removed),
        TEST(the_least_recently_used_goes_first), TEST(all_together_stay_within_their_size),
        TEST(a_kernel_that_is_too_large_is_not_kept), TEST(a_kernel_that_lies_about_its_size_is_not_kept),
        TEST(what_is_packed_must_be_an_elf_file), TEST(a_damaged_source_is_not_kept),
        TEST(a_directory_of_others_is_not_used), TEST(a_directory_that_is_none_is_not_used),
        TEST(a_full_disk_is_no_failure), TEST(killed_at_any_step_it_is_whole_the_next_time),
        TEST(many_at_once_unpack_once), TEST(who_wants_to_stop_does_not_wait), TEST(who_wants_to_stop_does_not_unpack),
        TEST(what_is_open_outlives_its_name), TEST(what_others_put_there_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
