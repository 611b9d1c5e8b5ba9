/* What two xm ask each other before a move, on a link, and what one does that lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/facts.h"
#include "migrate/question.h"
#include "migrate/say.h"

struct world {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
};

static int set_up(void **state)
{
    struct world *w = xm_new0(struct world, 1);

    strcpy(w->dir, "/tmp/xm-question.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->conf = (xm_conf){ .host = xm_printf("sim:%s", w->dir), .state_dir = xm_printf("%s/xm", w->dir), .autoballoon = -1 };
    assert_int_equal(xm_host_open(&w->conf, NULL, &w->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(w->conf.state_dir, NULL, &w->guests.reg, NULL), 0);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    xm_autofree char *words = xm_printf("rm -rf %s", w->dir);
    int rc;

    xm_reg_close(w->guests.reg);
    xm_host_close(w->guests.host);
    rc = system(words);
    free(w->conf.host);
    free(w->conf.state_dir);
    free(w);
    return rc;
}

/* The other side is a process: it answers, and ends with 0 after a hello, 1 after the last word, 2 after a failure. */
static pid_t start_other(const struct world *w, struct xm_link *link)
{
    int fds[2];
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct xm_link own = XM_LINK_INIT;
        xm_json *hello = NULL;

        close(fds[0]);
        xm_link_of(fds[1], dup(fds[1]), "test", &own);
        own.limit_ms = 5000;
        _exit(xm_session_answer(&own, &w->guests, &hello, NULL) < 0 ? 2 : hello == NULL);
    }
    close(fds[1]);
    xm_link_of(fds[0], dup(fds[0]), "test", link);
    link->limit_ms = 20000;
    return pid;
}

static void expect_end(pid_t pid, int status)
{
    int is = -1;

    assert_int_equal(waitpid(pid, &is, 0), pid);
    assert_true(WIFEXITED(is));
    assert_int_equal(WEXITSTATUS(is), status);
}

static xm_json *parse(const char *text)
{
    xm_json *json = NULL;

    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    return json;
}

#define ASK "{\"version\": 1, \"name\": \"web\", \"uuid\": \"11111111-1111-4111-8111-111111111111\", \"type\": \"pv\", \"state\": \"halted\"}"

static void a_question_is_answered_and_the_link_measured(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    XM_AUTO(xm_json) *ask = parse(ASK), *facts = NULL;
    pid_t pid = start_other(*state, &link);
    uint64_t rate = 0;

    assert_int_equal(xm_session_ask(&link, ask, &facts, NULL), 0);
    assert_string_equal(xm_json_str(xm_json_get(facts, "host", NULL)), "sim");
    assert_int_equal(xm_session_probe(&link, &rate, NULL), 0);
    assert_true(rate > 1000);
    assert_int_equal(xm_session_over(&link, NULL), 0);
    expect_end(pid, 1);
}

static void a_move_may_follow(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    XM_AUTO(xm_json) *ask = parse(ASK), *facts = NULL;
    pid_t pid = start_other(*state, &link);

    assert_int_equal(xm_session_ask(&link, ask, &facts, NULL), 0);
    assert_int_equal(xm_say(&link, xm_say_new("hello"), NULL), 0);
    expect_end(pid, 0);
}

static void an_ask_that_is_none_is_answered_with_why(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    XM_AUTO(xm_json) *ask = parse("{\"version\": 1}");
    pid_t pid = start_other(*state, &link);
    xm_json *facts = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_session_ask(&link, ask, &facts, &err), -1);
    assert_int_equal(err->code, XM_INVALID);
    xm_error_free(err);
    assert_int_equal(xm_session_over(&link, NULL), 0);
    expect_end(pid, 1);
}

static void expect_refused(const struct world *w, const char *line)
{
    xm_autolink link = XM_LINK_INIT;
    pid_t pid = start_other(w, &link);

    assert_int_equal(xm_link_write(&link, line, strlen(line), "test", NULL), 0);
    expect_end(pid, 2);
}

static void what_is_no_question_ends_it(void **state)
{
    expect_refused(*state, "{\"say\": \"probe\"}\n");
    expect_refused(*state, "{\"say\": \"probe\", \"size\": 999999999999}\n");
    expect_refused(*state, "{\"say\": \"probe\", \"size\": -65536}\n");
    expect_refused(*state, "{\"say\": \"probe\", \"size\": 1}\n");
    expect_refused(*state, "{\"say\": \"commit\"}\n");
    expect_refused(*state, "nonsense\n");
}

static void questions_without_end_end(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    XM_AUTO(xm_json) *ask = parse(ASK);
    pid_t pid = start_other(*state, &link);
    unsigned answered = 0;

    for (int i = 0; i < 100; i++) {
        XM_AUTO(xm_json) *facts = NULL;

        if (xm_session_ask(&link, ask, &facts, NULL) < 0)
            break;
        answered++;
    }
    assert_int_equal(answered, 64);
    expect_end(pid, 2);
}

/* The other side is text that a shell prints when it has heard a line. */
static void expect_disbelief(const char *answer, const char *says)
{
    xm_autofree char *rune = xm_printf("read -r line; printf '%%s\\n' '%s'; cat >/dev/null", answer);
    xm_autolink link = XM_LINK_INIT;
    XM_AUTO(xm_json) *ask = parse(ASK);
    xm_json *facts = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_link_run(rune, &link, NULL), 0);
    link.limit_ms = 5000;
    assert_int_equal(xm_session_ask(&link, ask, &facts, &err), -1);
    if (strstr(err->msg, says) == NULL)
        fail_msg("%s", err->msg);
    xm_error_free(err);
}

static void an_answer_that_is_none_is_not_believed(void **state)
{
    (void)state;
    expect_disbelief("{\"say\": \"facts\"}", "without an answer");
    expect_disbelief("{\"say\": \"facts\", \"facts\": {}}", "version is missing");
    expect_disbelief("{\"say\": \"facts\", \"facts\": {\"version\": 1, \"free_kib\": \"all\"}}", "free_kib is no number");
    expect_disbelief("{\"say\": \"facts\", \"facts\": {\"version\": 1, \"disks\": 7}}", "disks is no list");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_question_is_answered_and_the_link_measured),
        TEST(a_move_may_follow),
        TEST(an_ask_that_is_none_is_answered_with_why),
        TEST(what_is_no_question_ends_it),
        TEST(questions_without_end_end),
        TEST(an_answer_that_is_none_is_not_believed),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
