/* The registry's index: believed only of files that are still the same, and what it saves. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "registry/store.h"

/* How often the library has opened a file. */
static unsigned opens;

int open(const char *path, int flags, ...)
{
    va_list ap;
    mode_t mode;

    va_start(ap, flags);
    mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    opens++;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static char base[64];

static xm_reg *reopen(xm_reg *reg)
{
    xm_reg_close(reg);
    reg = NULL;
    assert_int_equal(xm_reg_open(base, NULL, &reg, NULL), 0);
    return reg;
}

static int setup(void **state)
{
    strcpy(base, "/tmp/xm-index.XXXXXX");
    assert_non_null(mkdtemp(base));
    *state = reopen(NULL);
    return 0;
}

static int teardown(void **state)
{
    xm_autofree char *command = xm_printf("rm -rf %s", base);

    xm_reg_close(*state);
    return system(command);
}

static void uuid_of(unsigned number, char ret_uuid[37])
{
    snprintf(ret_uuid, 37, "%08x-1111-4111-8111-111111111111", number);
}

static const struct xm_reg_state halted = { .managed = true, .domid = XM_REG_NO_DOMID, .last_reason = -1 };

static void add(xm_reg *reg, unsigned number)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "guest.py");
    xm_autofree char *name = xm_printf("guest %u\n", number);
    char uuid[37];

    uuid_of(number, uuid);
    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    assert_int_equal(xm_reg_add(reg, doc, &halted, NULL), 0);
}

/* Writes an index as a listing would once the files have settled; its names are marked, so that it
 * shows which one was used. */
static void index_all(xm_reg *reg, unsigned count)
{
    struct xm_reg_known *known = xm_new0(struct xm_reg_known, count);

    xm_reg_reach(reg);
    for (unsigned i = 0; i < count; i++) {
        uuid_of(i, known[i].uuid);
        known[i].doc_stamp = xm_reg_stamp_of(reg, known[i].uuid, XM_REG_DOC);
        known[i].state_stamp = xm_reg_stamp_of(reg, known[i].uuid, XM_REG_STATE);
        known[i].name = xm_printf("indexed %u\n", i);
        known[i].state = halted;
    }
    xm_reg_index_write(reg, known, count);
    usleep(20000);              /* what comes now has another time of change */
    for (unsigned i = 0; i < count; i++)
        free(known[i].name);
    free(known);
}

static char *name_of(xm_reg *reg, unsigned number)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    char *name = NULL;
    char uuid[37];

    uuid_of(number, uuid);
    assert_int_equal(xm_reg_list(reg, &entries, NULL), 0);
    for (size_t i = 0; i < entries->count; i++)
        if (strcmp(entries->items[i].uuid, uuid) == 0)
            name = xm_strdup(entries->items[i].damage ? entries->items[i].damage : entries->items[i].name);
    return name;
}

static void expect_name(xm_reg *reg, unsigned number, const char *begin)
{
    xm_autofree char *name = name_of(reg, number);

    assert_non_null(name);
    assert_memory_equal(name, begin, strlen(begin));
}

static void what_has_not_changed_is_taken_from_the_index(void **state)
{
    xm_reg *reg = *state;
    char uuid[37];

    for (unsigned i = 0; i < 3; i++)
        add(reg, i);
    index_all(reg, 3);
    *state = reg = reopen(reg);
    expect_name(reg, 1, "indexed 1\n");
    assert_int_equal(xm_reg_find(reg, "indexed 2\n", uuid, NULL), 0);
    assert_int_equal(xm_reg_find(reg, "guest 2\n", uuid, NULL), -1);
}

static void a_state_comes_back_whole(void **state)
{
    static const struct xm_reg_state full = {
        .phase = XM_PHASE_RESUMING, .managed = true, .restarting = true, .held = true, .asked = 1, .again = true,
        .preserved = true, .domid = 7, .built = INT64_MAX, .cpu_ns = INT64_MAX, .mem_kib = 4096, .vcpus = UINT32_MAX,
        .restarts = 3, .last_reason = 0, .kept_domid = 9, .kept_uuid = "99999999-1111-4111-8111-111111111111", .kept_at = 5,
    };
    struct xm_reg_known known[2] = { { .name = (char *)"one two" }, { .name = (char *)"" } };
    const struct xm_reg_known *read;
    xm_reg *reg = *state;

    for (unsigned i = 0; i < 2; i++)
        uuid_of(i, known[i].uuid);
    known[0].state = full;
    known[1].state = halted;
    xm_reg_index_write(reg, known, 2);
    *state = reg = reopen(reg);
    for (unsigned i = 0; i < 2; i++) {
        xm_autofree char *was = xm_reg_format_state(&known[i].state), *is = NULL;

        read = xm_reg_known(xm_reg_index(reg), known[i].uuid);
        assert_non_null(read);
        assert_string_equal(read->name, known[i].name);
        is = xm_reg_format_state(&read->state);
        assert_string_equal(is, was);
    }
}

static void what_has_changed_is_read_again(void **state)
{
    XM_AUTO(xm_doc) *doc = NULL;
    xm_reg *reg = *state;
    char uuid[37];

    for (unsigned i = 0; i < 3; i++)
        add(reg, i);
    index_all(reg, 3);
    uuid_of(1, uuid);
    assert_int_equal(xm_reg_load_doc(reg, uuid, &doc, NULL), 0);
    xm_doc_set_str(doc, "name", "renamed");
    assert_int_equal(xm_reg_save_doc(reg, uuid, doc, NULL), 0);
    uuid_of(2, uuid);
    assert_int_equal(xm_reg_save_state(reg, uuid, &halted, NULL), 0);
    *state = reg = reopen(reg);
    expect_name(reg, 0, "indexed 0\n");
    expect_name(reg, 1, "renamed");
    expect_name(reg, 2, "guest 2\n");
    assert_int_equal(xm_reg_find(reg, "renamed", uuid, NULL), 0);
    assert_int_equal(xm_reg_find(reg, "indexed 1\n", uuid, NULL), -1);
}

static void a_copy_in_the_directory_s_place_is_seen(void **state)
{
    xm_autofree char *command = xm_printf("cd %s && mv domains old && cp -a old domains && sed -i 's/guest 1/other 1/' "
                                          "domains/*/" XM_REG_DOC, base);
    xm_reg *reg = *state;

    for (unsigned i = 0; i < 3; i++)
        add(reg, i);
    index_all(reg, 3);
    *state = reg = reopen(reg);
    expect_name(reg, 1, "indexed 1\n");
    assert_int_equal(system(command), 0);
    expect_name(reg, 1, "other 1\n");
}

static void damage_is_told_whatever_the_index_says(void **state)
{
    xm_reg *reg = *state;
    char uuid[37];

    for (unsigned i = 0; i < 2; i++)
        add(reg, i);
    index_all(reg, 2);
    uuid_of(0, uuid);
    {
        xm_autofree char *path = xm_reg_path(reg, uuid, XM_REG_DOC);
        xm_autoclose int fd = open(path, O_WRONLY);

        assert_int_equal(pwrite(fd, "?", 1, 0), 1);     /* same length, same inode */
    }
    uuid_of(1, uuid);
    {
        xm_autofree char *path = xm_reg_path(reg, uuid, XM_REG_STATE);

        assert_int_equal(unlink(path), 0);
    }
    *state = reg = reopen(reg);
    expect_name(reg, 0, base);          /* "PATH: reason" */
    expect_name(reg, 1, base);
}

static void an_index_that_is_torn_is_none(void **state)
{
    xm_autofree char *path = xm_printf("%s/" XM_REG_INDEX, base), *text = NULL;
    xm_reg *reg = *state;
    size_t len;

    add(reg, 0);
    index_all(reg, 1);
    assert_int_equal(xm_file_read(path, 65536, &text, &len, NULL), 0);
    for (size_t cut = 0; cut < len; cut++) {
        xm_autofree char *torn = xm_strndup(text, len);

        torn[cut] ^= 1;
        assert_int_equal(xm_file_replace(path, torn, len, 0600, NULL), 0);
        *state = reg = reopen(reg);
        expect_name(reg, 0, "guest 0\n");
        assert_int_equal(xm_file_replace(path, text, cut, 0600, NULL), 0);
        *state = reg = reopen(reg);
        expect_name(reg, 0, "guest 0\n");
    }
}

static void what_has_only_just_come_is_not_put_in(void **state)
{
    xm_autofree char *path = xm_printf("%s/" XM_REG_INDEX, base);
    xm_reg *reg = *state;

    for (unsigned i = 0; i < 20; i++)
        add(reg, i);
    expect_name(reg, 0, "guest 0\n");
    assert_int_not_equal(access(path, F_OK), 0);
}

static unsigned opens_of_a_new_guest(unsigned others)
{
    xm_reg *reg = NULL;
    char uuid[37];

    reg = reopen(reg);
    opens = 0;
    assert_int_equal(xm_reg_find(reg, "new", uuid, NULL), -1);
    add(reg, others);
    xm_reg_close(reg);
    return opens;
}

static void a_new_guest_opens_no_more_files_among_hundreds(void **state)
{
    xm_reg *reg = *state;
    unsigned alone, among;

    add(reg, 0);
    index_all(reg, 1);
    alone = opens_of_a_new_guest(1);
    for (unsigned i = 2; i < 300; i++)
        add(reg, i);
    index_all(reg, 300);
    among = opens_of_a_new_guest(300);
    assert_in_range(among, 1, alone);
}

static void a_listing_opens_no_file_of_a_guest_that_the_index_knows(void **state)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    xm_reg *reg = *state;

    for (unsigned i = 0; i < 300; i++)
        add(reg, i);
    index_all(reg, 300);
    *state = reg = reopen(reg);
    opens = 0;
    assert_int_equal(xm_reg_list(reg, &entries, NULL), 0);
    assert_int_equal(entries->count, 300);
    assert_in_range(opens, 0, 2);       /* the index itself, and the directory of all */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_has_not_changed_is_taken_from_the_index, setup, teardown),
        cmocka_unit_test_setup_teardown(a_state_comes_back_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_changed_is_read_again, setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_in_the_directory_s_place_is_seen, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_told_whatever_the_index_says, setup, teardown),
        cmocka_unit_test_setup_teardown(an_index_that_is_torn_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_only_just_come_is_not_put_in, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_guest_opens_no_more_files_among_hundreds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_listing_opens_no_file_of_a_guest_that_the_index_knows, setup, teardown),
    };

    return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
