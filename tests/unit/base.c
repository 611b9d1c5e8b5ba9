/* base: errors, memory, buffers and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/mem.h"

static void chain_reads_from_the_outside_in(void **state)
{
    xm_error *err = NULL;
    xm_autofree char *text = NULL;

    (void)state;
    assert_int_equal(xm_fail_errno(&err, ENOENT, "%s", "/boot/vmlinuz"), -1);
    assert_int_equal(xm_wrap(&err, "cannot start %s", "web"), -1);
    text = xm_error_text(err);
    assert_string_equal(text, "cannot start web: /boot/vmlinuz: No such file or directory");
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_free(err);
}

static void errors_may_be_ignored(void **state)
{
    (void)state;
    assert_int_equal(xm_fail(NULL, XM_STATE, "nobody listens"), -1);
    assert_int_equal(xm_wrap(NULL, "still nobody"), -1);
}

static void in_temp_dir(char *dir)
{
    strcpy(dir, "/tmp/xm-base.XXXXXX");
    assert_non_null(mkdtemp(dir));
}

static void replace_leaves_only_the_new_file(void **state)
{
    char dir[32], path[64], *text = NULL;
    size_t len;
    struct stat st;

    (void)state;
    in_temp_dir(dir);
    snprintf(path, sizeof(path), "%s/file", dir);
    assert_int_equal(xm_file_replace(path, "one", 3, 0600, NULL), 0);
    assert_int_equal(xm_file_replace(path, "second", 6, 0640, NULL), 0);
    assert_int_equal(xm_file_read(path, 100, &text, &len, NULL), 0);
    assert_string_equal(text, "second");
    assert_int_equal(len, 6);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    free(text);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);        /* nothing else was left in it */
}

static void replace_into_nowhere_is_an_error(void **state)
{
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_file_replace("/nonexistent/dir/file", "x", 1, 0600, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_free(err);
}

static void read_is_bounded(void **state)
{
    char dir[32], path[64], *text = NULL;
    xm_error *err = NULL;

    (void)state;
    in_temp_dir(dir);
    snprintf(path, sizeof(path), "%s/file", dir);
    assert_int_equal(xm_file_replace(path, "123456789", 9, 0600, NULL), 0);
    assert_int_equal(xm_file_read(path, 8, &text, NULL, &err), -1);
    assert_int_equal(err->code, XM_INVALID);
    assert_null(text);
    xm_error_free(err);
    unlink(path);
    rmdir(dir);
}

static void a_directory_is_not_read(void **state)
{
    xm_error *err = NULL;
    char *text = NULL;

    (void)state;
    assert_int_equal(xm_file_read("/", 8, &text, NULL, &err), -1);
    xm_error_free(err);
}

static void a_lock_is_held_by_one(void **state)
{
    char dir[32], path[64];
    int first = -1, second = -1;
    xm_error *err = NULL;

    (void)state;
    in_temp_dir(dir);
    snprintf(path, sizeof(path), "%s/lock", dir);
    assert_int_equal(xm_lock_open(path, false, &first, NULL), 0);
    assert_int_equal(xm_lock_open(path, false, &second, &err), -1);
    assert_int_equal(err->code, XM_BUSY);
    xm_error_clear(&err);
    close(first);
    assert_int_equal(xm_lock_open(path, false, &second, NULL), 0);
    close(second);
    unlink(path);
    rmdir(dir);
}

static void directories_are_made_with_their_parents(void **state)
{
    char dir[32], path[64];

    (void)state;
    in_temp_dir(dir);
    snprintf(path, sizeof(path), "%s/a/b", dir);
    assert_int_equal(xm_dir_make(path, 0700, NULL), 0);
    assert_int_equal(xm_dir_make(path, 0700, NULL), 0);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof(path), "%s/a", dir);
    rmdir(path);
    rmdir(dir);
}

static void a_terminal_is_shown_plain_text(void **state)
{
    xm_autobuf text = XM_BUF_INIT;

    (void)state;
    xm_buf_plain(&text, "a\033[2J\n\177b\302\233c\303\251\302", 100, '?');
    assert_string_equal(text.data, "a?[2J??b?c\303\251\302");
    xm_buf_clear(&text);
    xm_buf_plain(&text, "abc", 2, '?');
    assert_string_equal(text.data, "ab");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain_reads_from_the_outside_in),
        cmocka_unit_test(errors_may_be_ignored),
        cmocka_unit_test(replace_leaves_only_the_new_file),
        cmocka_unit_test(replace_into_nowhere_is_an_error),
        cmocka_unit_test(read_is_bounded),
        cmocka_unit_test(a_directory_is_not_read),
        cmocka_unit_test(a_lock_is_held_by_one),
        cmocka_unit_test(directories_are_made_with_their_parents),
        cmocka_unit_test(a_terminal_is_shown_plain_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
