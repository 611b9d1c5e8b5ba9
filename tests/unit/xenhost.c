/* What the Xen host makes of libxl's and Xen's texts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <libxl.h>

#include "base/mem.h"
#include "host/xen/text.h"
#include "host/xen/xen.h"

static void expect_strip(const char *line, const char *text)
{
    xm_autofree char *got = xen_text_strip(line);

    assert_string_equal(got, text);
}

static void a_message_is_stripped_of_its_place(void **state)
{
    (void)state;
    expect_strip("libxl_domain.c:81:libxl__domain_rename: Domain 2:Domain with name \"t1\" already exists.",
                 "domain with name \"t1\" already exists");
    expect_strip("libxl_disk.c:350:libxl__device_disk_setdefault: Disk vdev=xvdc failed to stat: /x\n",
                 "disk vdev=xvdc failed to stat: /x");
    expect_strip("panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found", "no loader found");
    expect_strip("panic: xg_dom_core.c:205: failed to open file '/k': No such file or directory: Internal error",
                 "failed to open file '/k': No such file or directory");
    expect_strip("", "");
}

static void what_only_looks_like_a_place_stays(void **state)
{
    (void)state;
    expect_strip("main.c:x: text", "main.c:x: text");
    expect_strip("Domain nine: text", "domain nine: text");
    expect_strip("file.c:12", "file.c:12");
    expect_strip("PV control interface", "PV control interface");
    expect_strip("a\tb\033c", "a b c");
}

static void the_line_that_tells_the_cause_weighs_more(void **state)
{
    (void)state;
    assert_int_equal(xen_text_weight(""), 0);
    assert_int_equal(xen_text_weight("cannot (re-)build domain: -3"), 0);
    assert_int_equal(xen_text_weight("/etc/xen/scripts/block add [1234] exited with error status 1"), 0);
    assert_int_equal(xen_text_weight("disk vdev=xvdc failed to stat: /x"), 1);
    assert_int_equal(xen_text_weight("script: File /x is mounted in a guest domain"), 2);
}

#define UUID "11111111-1111-4111-8111-111111111111"

static void what_is_of_a_domain_is_told_by_its_name(void **state)
{
    static const char *const others[] = {
        "", "userdata-d.5." UUID, "userdata-d.5.web.xl", "userdata-d.0." UUID ".xl", "userdata-d.99999." UUID ".xl",
        "userdata-d.-5." UUID ".xl", "userdata-d5." UUID ".xl", "userdata-", "qemu-save.", "qemu-save.5x", "qemu-save.0", "xenstored",
    };
    uint32_t domid = 0;

    (void)state;
    assert_true(xen_text_is_vm(UUID));
    assert_true(xen_text_is_vm(UUID "-12"));
    assert_false(xen_text_is_vm(UUID "-"));
    assert_false(xen_text_is_vm(UUID "x"));
    assert_false(xen_text_is_vm("11111111"));
    assert_true(xen_text_file_domid("userdata-d.5." UUID ".libxl-json", &domid));
    assert_int_equal(domid, 5);
    assert_true(xen_text_file_domid("qemu-resume.17", &domid));
    assert_int_equal(domid, 17);
    for (size_t i = 0; i < XM_COUNT(others); i++)
        assert_false(xen_text_file_domid(others[i], &domid));
}

#define SERVES(words) xen_text_serves(words, sizeof(words) - 1)

static void a_device_model_is_told_by_its_words(void **state)
{
    (void)state;
    assert_int_equal(SERVES("/usr/lib/xen/bin/qemu-system-i386\0-xen-domid\0" "7\0-chardev\0socket"), 7);
    assert_int_equal(SERVES("qemu-system-x86_64\0-name\0a/b\0-xen-domid\0" "12\0"), 12);
    assert_int_equal(SERVES("/usr/bin/qemu-system-i386\0-xen-domid\0" "0\0-xen-attach"), 0);
    assert_int_equal(SERVES("/usr/bin/qemu-system-i386\0-xen-domid"), 0);
    assert_int_equal(SERVES("/usr/bin/qemu-system-i386\0-xen-domid\0" "7x"), 0);
    assert_int_equal(SERVES("/usr/bin/qemu-system-i386\0-m\0" "64"), 0);
    assert_int_equal(SERVES("/usr/libexec/xen-qemu-system-i386\0-xen-domid\0" "9\0-S"), 9);
    assert_int_equal(SERVES("vi\0-xen-domid\0" "7"), 0);
    assert_int_equal(SERVES(""), 0);
}

#define SERVES_ONE(words, domid) xen_text_serves_one(words, sizeof(words) - 1, domid)

static void any_program_may_be_a_known_guests_device_model(void **state)
{
    (void)state;
    assert_true(SERVES_ONE("/opt/model\0-v\0-xen-domid\0" "7\0-S", 7));
    assert_true(SERVES_ONE("qemu-dm\0-d\0" "7", 7));
    assert_false(SERVES_ONE("/opt/model\0-xen-domid\0" "8", 7));
    assert_false(SERVES_ONE("/opt/model\0" "7", 7));
    assert_false(SERVES_ONE("-xen-domid", 7));
    assert_false(SERVES_ONE("", 7));
}

/* A process with the words of a device model of domain 7, and the pipe that ends it. */
static pid_t start_model(int *ret_end)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", "read line", "-xen-domid", "7", (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    *ret_end = ends[1];
    for (int tries = 0; tries < 500 && !xen_model_serves(pid, 7); tries++)
        usleep(10000);
    return pid;
}

static void a_device_model_that_cannot_be_looked_at_is_not_taken_for_gone(void **state)
{
    struct rlimit before, none;
    int end = -1;
    pid_t pid = start_model(&end);

    (void)state;
    assert_true(xen_model_serves(pid, 7));
    assert_false(xen_model_serves(pid, 8));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_true(xen_model_serves(pid, 7));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(end);
    assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
    assert_false(xen_model_serves(pid, 7));     /* ended, and nobody has asked how */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_false(xen_model_serves(pid, 7));
}

static void a_code_follows_rc_then_errno_then_text(void **state)
{
    (void)state;
    assert_int_equal(xen_code(ERROR_DOMAIN_NOTFOUND, 0, NULL), XM_NOT_FOUND);
    assert_int_equal(xen_code(ERROR_NOPARAVIRT, 0, NULL), XM_UNSUPPORTED);
    assert_int_equal(xen_code(ERROR_TIMEDOUT, 0, NULL), XM_TIMEOUT);
    assert_int_equal(xen_code(ERROR_LOCK_FAIL, 0, NULL), XM_BUSY);
    assert_int_equal(xen_code(ERROR_INVAL, 0, NULL), XM_INVALID);
    assert_int_equal(xen_code(ERROR_INVAL, ENOENT, "disk"), XM_NOT_FOUND);
    assert_int_equal(xen_code(ERROR_FAIL, ENOSPC, "failed to write"), XM_IO);
    assert_int_equal(xen_code(ERROR_FAIL, 0, NULL), XM_HOST);
    assert_int_equal(xen_code(ERROR_INVAL, 0, "domain with name \"a\" already exists"), XM_EXISTS);
    assert_int_equal(xen_code(ERROR_FAIL, 0, "script: Could not find bridge device b"), XM_NOT_FOUND);
    assert_int_equal(xen_code(ERROR_ABORTED, ENOENT, NULL), XM_INTERRUPTED);
}

static void dom0_mem_in_xl_s_forms_is_seen(void **state)
{
    (void)state;
    assert_true(xen_dom0_mem_given("dom0_mem=512M"));
    assert_true(xen_dom0_mem_given("placeholder dom0_mem=1024M,max:1024M console=com1"));
    assert_true(xen_dom0_mem_given("dom0_mem=min:1g,max:2g,1536m"));
    assert_true(xen_dom0_mem_given("dom0_mem=x dom0_mem=1G"));
    assert_false(xen_dom0_mem_given(""));
    assert_false(xen_dom0_mem_given("dom0_mem="));
    assert_false(xen_dom0_mem_given("dom0_mem=10% loglvl=all"));
    assert_false(xen_dom0_mem_given("mydom0_mem=512M"));
    assert_false(xen_dom0_mem_given("dom0_mem_x=512M"));
}

static void a_round_is_told_by_the_word_for_its_progress(void **state)
{
    unsigned round = 9;

    (void)state;
    assert_true(xen_text_round("Frames", 9, &round));
    assert_int_equal(round, 0);
    assert_true(xen_text_round("Frames iteration 4", 3, &round));
    assert_int_equal(round, 4);
    assert_true(xen_text_round("Frames verify", 5, &round));
    assert_int_equal(round, 5);
    assert_false(xen_text_round("Frames iteration ", 5, &round));
    assert_false(xen_text_round("Checkpointed save", 5, &round));
    assert_int_equal(round, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_stripped_of_its_place),
        cmocka_unit_test(what_only_looks_like_a_place_stays),
        cmocka_unit_test(the_line_that_tells_the_cause_weighs_more),
        cmocka_unit_test(what_is_of_a_domain_is_told_by_its_name),
        cmocka_unit_test(a_device_model_is_told_by_its_words),
        cmocka_unit_test(any_program_may_be_a_known_guests_device_model),
        cmocka_unit_test(a_device_model_that_cannot_be_looked_at_is_not_taken_for_gone),
        cmocka_unit_test(a_code_follows_rc_then_errno_then_text),
        cmocka_unit_test(dom0_mem_in_xl_s_forms_is_seen),
        cmocka_unit_test(a_round_is_told_by_the_word_for_its_progress),
    };

    return cmocka_run_group_tests_name("xenhost", tests, NULL, NULL);
}
