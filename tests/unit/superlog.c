/* super/log: lines in a file that is bounded, or in the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "super/log.h"
#include "super/super.h"

struct place { char dir[64]; xm_conf conf; struct super_log log; };

static int setup(void **state)
{
    struct place *p = xm_new0(struct place, 1);

    strcpy(p->dir, "/tmp/xm-log.XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    p->conf.log_file = xm_printf("%s/log/xm.log", p->dir);
    super_log_init(&p->log, &p->conf, "guest", NULL);
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", p->dir);

    super_log_clear(&p->log);
    free(p->conf.log_file);
    free(p);
    return system(command);
}

static char *text_of(const struct place *p)
{
    char *text = NULL;

    if (xm_file_read(p->conf.log_file, 2 * SUPER_LOG_MAX, &text, NULL, NULL) < 0)
        fail_msg("%s cannot be read", p->conf.log_file);
    return text;
}

static void a_line_cannot_be_forged_and_is_bounded(void **state)
{
    struct place *p = *state;
    xm_autofree char *text = NULL;
    xm_autofree char *endless = xm_alloc0(1, 100001);

    memset(endless, 'x', 100000);
    super_log_line(&p->log, XM_LOG_INFO, "policy", "name=a\n[2026] ERROR (b) %s", endless);
    text = text_of(p);
    assert_ptr_equal(strchr(text, '\n') + 1, text + strlen(text));
    assert_in_range(strlen(text), 4000, 4100);
    assert_non_null(strstr(text, "INFO (policy) name=a [2026] ERROR (b) x"));
}

/* Several at once write more than all files together may hold. */
static void many_writers_lose_no_whole_line_but_old_ones_and_stay_bounded(void **state)
{
    enum { WRITERS = 4, LINES = 800, LONG = 3900 };
    struct place *p = *state;
    xm_autofree char *filler = xm_alloc0(1, LONG + 1);
    size_t lines = 0;

    memset(filler, 'x', LONG);
    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0) {
            for (int n = 0; n < LINES; n++)
                super_log_line(&p->log, XM_LOG_INFO, "w", "%s %d.%d", filler, i, n);
            _exit(0);
        }
    for (int i = 0, status; i < WRITERS; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    for (int i = 0; i <= XM_LOG_OLD + 1; i++) {
        xm_autofree char *path = i == 0 ? xm_strdup(p->conf.log_file) : xm_printf("%s.%d", p->conf.log_file, i);
        xm_autofree char *text = NULL;

        if (i == XM_LOG_OLD + 1) {
            assert_int_equal(access(path, F_OK), -1);
            break;
        }
        assert_int_equal(xm_file_read(path, 2 * SUPER_LOG_MAX, &text, NULL, NULL), 0);
        for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1, lines++)
            assert_int_equal(strncmp(at, "[20", 3), 0);
    }
    /* five full ones at least, of what fits into one */
    assert_true(lines > XM_LOG_OLD * (SUPER_LOG_MAX / (LONG + 200)));
    assert_true(lines < WRITERS * LINES);
}

static void the_journal_gets_its_own_form(void **state)
{
    struct place *p = *state;
    xm_autofree char *path = xm_printf("%s/journal", p->dir);
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    xm_autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char got[512] = "";
    ssize_t n;

    strcpy(addr.sun_path, path);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    p->log.journal = path;
    super_log_line(&p->log, XM_LOG_WARNING, "policy", "Domain has\ncrashed: name=%s", "web");
    n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);
    assert_true(n > 0);
    assert_string_equal(got, "PRIORITY=4\nSYSLOG_IDENTIFIER=xm\nXM_MODULE=policy\n"
                        "MESSAGE=WARNING (policy) Domain has crashed: name=web\n");
    assert_int_equal(access(p->conf.log_file, F_OK), -1);
}

static void without_a_journal_the_file_has_it(void **state)
{
    struct place *p = *state;
    xm_autofree char *path = xm_printf("%s/nobody", p->dir), *text = NULL;

    p->log.journal = path;
    super_log_line(&p->log, XM_LOG_INFO, "super", "hello");
    text = text_of(p);
    assert_non_null(strstr(text, "INFO (super) hello\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_cannot_be_forged_and_is_bounded),
        TEST(many_writers_lose_no_whole_line_but_old_ones_and_stay_bounded),
        TEST(the_journal_gets_its_own_form),
        TEST(without_a_journal_the_file_has_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
