/* What storage tells of itself, by a /sys and a /run of the test's own; nonces; features by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "host/machine.h"

static char root[] = "/tmp/xm-storage.XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    xm_autofree char *words = xm_printf("rm -rf %s", root);

    (void)state;
    return system(words);
}

static void put(const char *path, const char *text)
{
    xm_autofree char *file = xm_printf("%s%s", root, path), *dir = xm_strdup(file);

    *strrchr(dir, '/') = '\0';
    assert_int_equal(xm_dir_make(dir, 0700, NULL), 0);
    assert_int_equal(xm_file_replace(file, text, strlen(text), 0600, NULL), 0);
}

static void expect(unsigned major, unsigned minor, enum xm_mark mark, const char *text)
{
    XM_AUTO(xm_storage) *storage = xm_new0(xm_storage, 1);

    xm_storage_marks(root, major, minor, storage);
    if (text == NULL)
        assert_null(storage->marks[mark]);
    else
        assert_string_equal(storage->marks[mark], text);
}

static void a_disk_has_the_name_that_it_was_born_with(void **state)
{
    (void)state;
    put("/sys/dev/block/8:0/device/wwid", "naa.5002538f41a0b1c2\n");
    put("/sys/dev/block/259:0/wwid", "eui.0025385b91b0f7d4\n");
    put("/run/udev/data/b8:16", "S:disk/by-id/x\nE:ID_WWN=0x5000c500a1b2c3d4\nE:ID_WWN_WITH_EXTENSION=0x5000c500a1b2c3d40001\nE:ID_SERIAL=ABC 1\n");
    expect(8, 0, XM_MARK_WWN, "naa.5002538f41a0b1c2");
    expect(8, 0, XM_MARK_PARTITION, NULL);
    expect(259, 0, XM_MARK_WWN, "eui.0025385b91b0f7d4");
    expect(8, 16, XM_MARK_WWN, "0x5000c500a1b2c3d40001");
    expect(8, 16, XM_MARK_SERIAL, "ABC 1");
}

static void what_any_maker_may_have_chosen_is_no_worldwide_name(void **state)
{
    (void)state;
    put("/sys/dev/block/8:32/device/wwid", "t10.ATA     QEMU HARDDISK      QM00001   \n");
    expect(8, 32, XM_MARK_WWN, NULL);
    expect(8, 32, XM_MARK_SERIAL, "t10.ATA     QEMU HARDDISK      QM00001");
    put("/sys/dev/block/8:48/serial", "  0000-000 \n");
    expect(8, 48, XM_MARK_SERIAL, NULL);
}

static void a_partition_is_a_part_of_a_disk(void **state)
{
    xm_autofree char *link = xm_printf("%s/sys/dev/block/8:65", root);

    (void)state;
    put("/sys/devices/sde/device/wwid", "naa.6000000000000001\n");
    put("/sys/devices/sde/sde1/partition", "1\n");
    assert_int_equal(symlink("../../devices/sde/sde1", link), 0);
    expect(8, 65, XM_MARK_WWN, "naa.6000000000000001");
    expect(8, 65, XM_MARK_PARTITION, "1");
}

static void volumes_have_uuids(void **state)
{
    (void)state;
    put("/sys/dev/block/253:0/dm/uuid", "LVM-l0IBv1sPvsBLzxsXwIwVvcWyQOwFZwZ3xYxYxY\n");
    put("/sys/dev/block/9:0/md/uuid", "3f2a1b4c-0000-0000-0000-0123456789ab\n");
    expect(253, 0, XM_MARK_DM, "LVM-l0IBv1sPvsBLzxsXwIwVvcWyQOwFZwZ3xYxYxY");
    expect(9, 0, XM_MARK_MD, "3f2a1b4c-0000-0000-0000-0123456789ab");
    expect(9, 1, XM_MARK_MD, NULL);
}

static void a_file_is_known_by_what_it_is_in(void **state)
{
    xm_autofree char *image = xm_printf("%s/image", root), *udev = NULL, *mounts = NULL;
    XM_AUTO(xm_storage) *first = NULL, *second = NULL;
    struct stat st;

    (void)state;
    put("/image", "a guest's disk");
    assert_int_equal(stat(image, &st), 0);
    mounts = xm_printf("36 35 %u:%u / /srv rw,relatime shared:1 - nfs4 server:/export rw\n", (unsigned)(st.st_dev >> 8 & 0xfff),
                       (unsigned)(st.st_dev & 0xff));
    put("/proc/self/mountinfo", mounts);
    assert_int_equal(xm_storage_look(root, image, "it", true, &first, NULL), 0);
    assert_int_equal(first->type, XM_FILE_REGULAR);
    assert_int_equal(first->size, 14);
    assert_int_equal(first->ino, st.st_ino);
    assert_true(first->writable);
    assert_null(first->marks[XM_MARK_FILESYSTEM]);
    assert_string_equal(first->marks[XM_MARK_SOURCE], "nfs4 server:/export");
    udev = xm_printf("/run/udev/data/b%u:%u", (unsigned)(st.st_dev >> 8 & 0xfff), (unsigned)(st.st_dev & 0xff));
    put(udev, "E:ID_FS_UUID=1111-2222\n");
    put("/image", "a guest's Disk");
    assert_int_equal(chmod(image, 0400), 0);
    assert_int_equal(xm_storage_look(root, image, "it", true, &second, NULL), 0);
    assert_string_equal(second->marks[XM_MARK_FILESYSTEM], "1111-2222");
    assert_null(second->marks[XM_MARK_SOURCE]);
    assert_false(second->writable);
    assert_string_not_equal(first->sample, second->sample);
}

static void what_is_not_there_is_named(void **state)
{
    xm_storage *storage = NULL;
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_storage_look("", "/nowhere/x", "disk /nowhere/x", false, &storage, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    assert_non_null(strstr(err->msg, "disk /nowhere/x"));
    xm_error_free(err);
}

#define WORD "0123456789abcdef0123456789abcdef"

static void a_nonce_is_left_seen_and_taken(void **state)
{
    xm_autofree char *image = xm_printf("%s/image", root), *file = xm_printf("%s/.xm-nonce-" WORD, root);
    xm_error *err = NULL;

    (void)state;
    put("/image", "");
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LOOK, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_clear(&err);
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LEAVE, NULL), 0);
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LEAVE, NULL), 0);
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LOOK, NULL), 0);
    put("/.xm-nonce-" WORD, "something else in it, by chance.");
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LOOK, NULL), -1);
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_TAKE, NULL), 0);
    assert_int_equal(access(file, F_OK), -1);
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_TAKE, NULL), 0);
}

static void forgotten_nonces_are_swept_by_the_next_one(void **state)
{
    static const char *const names[] = { "/.xm-nonce-00000000000000000000000000000000", "/.xm-nonce-11111111111111111111111111111111",
                                         "/.xm-nonce-2222222222222222222222222222222x", "/old" };
    const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    xm_autofree char *image = xm_printf("%s/image", root);

    (void)state;
    put("/image", "");
    for (size_t i = 0; i < XM_COUNT(names); i++) {
        xm_autofree char *path = xm_printf("%s%s", root, names[i]);

        put(names[i], "");
        if (i != 1)             /* another host may be asking right now */
            assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_LEAVE, NULL), 0);
    for (size_t i = 0; i < XM_COUNT(names); i++) {
        xm_autofree char *path = xm_printf("%s%s", root, names[i]);

        assert_int_equal(access(path, F_OK), i == 0 ? -1 : 0);
        assert_true(i == 0 || unlink(path) == 0);
    }
    assert_int_equal(xm_nonce_at(image, WORD, XM_NONCE_TAKE, NULL), 0);
}

static void only_a_nonce_names_a_file(void **state)
{
    static const char *const words[] = { "", "../../etc/passwd", "0123456789ABCDEF0123456789ABCDEF", WORD "0", "/" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(words); i++) {
        xm_error *err = NULL;

        assert_int_equal(xm_nonce_at(root, words[i], XM_NONCE_LEAVE, &err), -1);
        assert_int_equal(err->code, XM_INVALID);
        xm_error_free(err);
    }
}

static void room_is_found_where_nothing_is_yet(void **state)
{
    xm_autofree char *path = xm_printf("%s/not/yet/there", root);
    uint64_t here = 0, there = 0;

    (void)state;
    assert_int_equal(xm_space_at(root, &here, NULL), 0);
    assert_int_equal(xm_space_at(path, &there, NULL), 0);
    assert_true(here > 0 && there > 0);
}

static void features_have_names(void **state)
{
    bool microcode;

    (void)state;
    assert_string_equal(xm_feature_name(5, 30, &microcode), "AVX512BW");
    assert_false(microcode);
    assert_string_equal(xm_feature_name(9, 26, &microcode), "IBRSB");
    assert_true(microcode);
    assert_null(xm_feature_name(31, 31, &microcode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_disk_has_the_name_that_it_was_born_with),
        cmocka_unit_test(what_any_maker_may_have_chosen_is_no_worldwide_name),
        cmocka_unit_test(a_partition_is_a_part_of_a_disk),
        cmocka_unit_test(volumes_have_uuids),
        cmocka_unit_test(a_file_is_known_by_what_it_is_in),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(a_nonce_is_left_seen_and_taken),
        cmocka_unit_test(forgotten_nonces_are_swept_by_the_next_one),
        cmocka_unit_test(only_a_nonce_names_a_file),
        cmocka_unit_test(room_is_found_where_nothing_is_yet),
        cmocka_unit_test(features_have_names),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
