/* migrate: the link, the shell commands that start the other side, and what is said between two xm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "migrate/link.h"
#include "migrate/rune.h"
#include "migrate/say.h"
#include "migrate/trailer.h"

#define ID "01234567-89ab-cdef-0123-456789abcdef"

static void run(const char *rune, struct xm_link *link)
{
    xm_error *err = NULL;

    assert_int_equal(xm_link_run(rune, link, &err), 0);
    assert_null(err);
    link->limit_ms = 5000;
}

/* The error is as expected, and freed. */
static void failed(int rc, xm_error **err, enum xm_code code, const char *part)
{
    xm_autofree char *text = NULL;

    assert_int_equal(rc, -1);
    assert_non_null(*err);
    text = xm_error_text(*err);
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, text);
    assert_int_equal((*err)->code, code);
    xm_error_clear(err);
}

/* --- the link --- */

static void bytes_go_there_and_back(void **state)
{
    xm_autofree char *big = xm_alloc0(1, 300000), *got = xm_alloc0(1, 300000);
    xm_autolink link = XM_LINK_INIT;
    int status = -1;

    (void)state;
    memset(big, 'x', 300000);
    run("head -c 300000 >/dev/null; printf 'all of it\\n'; exit 3", &link);
    assert_int_equal(xm_link_write(&link, big, 300000, "test", NULL), 0);
    free(XM_TAKE(got));
    assert_int_equal(xm_link_line(&link, 100, "test", &got, NULL), 0);
    assert_string_equal(got, "all of it");
    xm_link_close(&link, 5000, &status);
    assert_int_equal(WEXITSTATUS(status), 3);
}

static void an_end_is_a_truncated_stream(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    xm_error *err = NULL;
    char data[10];

    (void)state;
    run("printf abc", &link);
    failed(xm_link_read(&link, data, 10, "banner", &err), &err, XM_IO, "file/stream truncated reading banner");
}

static void silence_ends_at_the_limit(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    xm_error *err = NULL;
    char data[1];

    (void)state;
    run("exec sleep 60", &link);
    link.limit_ms = 100;
    failed(xm_link_read(&link, data, 1, "test", &err), &err, XM_TIMEOUT, "silent");
    link.limit_ms = 100;
    /* a pipe that nobody empties is full soon */
    err = NULL;
    for (int i = 0; i < 10000 && err == NULL; i++)
        (void)xm_link_write(&link, &link, sizeof(link), "test", &err);
    failed(-1, &err, XM_TIMEOUT, "silent");
    assert_false(xm_link_has_room(&link));
    xm_link_close(&link, 0, NULL);
}

/* A byte now and then is no answer: not as a line, nor as a piece, nor as a listing, nor is it one to take one. */
static void who_drips_is_not_waited_for(void **state)
{
    static const char drip[] = "trap '' PIPE; while printf x; do sleep 0.02; done 2>/dev/null";
    xm_autofree char *big = xm_alloc0(1, 1 << 20);
    xm_error *err = NULL;
    char *line = NULL;

    (void)state;
    for (int i = 0; i < 4; i++) {
        xm_autolink link = XM_LINK_INIT;

        run(i < 3 ? drip : "while head -c 1 >/dev/null; do sleep 0.02; done", &link);
        link.limit_ms = 200;
        failed(i == 0 ? xm_link_line(&link, 4096, "test", &line, &err) : i == 1 ? xm_link_skip(&link, 4096, "test", &err)
               : i == 2 ? xm_link_all(&link, 4096, "test", &line, &err) : xm_link_write(&link, big, 1 << 20, "test", &err),
               &err, XM_TIMEOUT, "takes longer than");
        xm_link_close(&link, 0, NULL);
    }
}

static void all_is_what_is_said_up_to_the_end(void **state)
{
    xm_autolink link = XM_LINK_INIT, long_one = XM_LINK_INIT, odd = XM_LINK_INIT;
    xm_error *err = NULL;
    char *text = NULL;

    (void)state;
    run("printf 'a\\nb\\n'", &link);
    assert_int_equal(xm_link_all(&link, 4, "test", &text, NULL), 0);
    assert_string_equal(text, "a\nb\n");
    free(XM_TAKE(text));
    run("printf 'a\\nb\\n'", &long_one);
    failed(xm_link_all(&long_one, 3, "test", &text, &err), &err, XM_INVALID, "more than 3 bytes");
    run("printf 'a\\0'", &odd);
    failed(xm_link_all(&odd, 3, "test", &text, &err), &err, XM_INVALID, "is not text");
    assert_null(text);
}

static void being_stopped_ends_a_wait(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    volatile int stop = 1;
    xm_error *err = NULL;
    char data[1];

    (void)state;
    run("exec sleep 60", &link);
    link.stop = &stop;
    failed(xm_link_read(&link, data, 1, "test", &err), &err, XM_INTERRUPTED, "");
    xm_link_close(&link, 0, NULL);
}

static void who_does_not_end_is_killed(void **state)
{
    xm_autolink link = XM_LINK_INIT;
    int status = 0;

    (void)state;
    run("trap '' TERM; echo; while :; do sleep 1; done", &link);
    assert_int_equal(xm_link_read(&link, &status, 1, "test", NULL), 0);
    xm_link_close(&link, 50, &status);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_line_is_bounded_and_alone(void **state)
{
    static const struct { const char *rune, *part; enum xm_code code; } cases[] = {
        { "head -c 5000 /dev/zero | tr '\\0' x", "more than 4096 bytes", XM_INVALID },
        { "printf 'a\\nb'", "out of its turn", XM_INVALID },
        { "printf 'a\\0b\\n'", "is not text", XM_INVALID },
        { "printf 'no end'", "truncated", XM_IO },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_autolink link = XM_LINK_INIT;
        xm_error *err = NULL;
        char *line = NULL;

        run(cases[i].rune, &link);
        failed(xm_link_line(&link, 4096, "test", &line, &err), &err, cases[i].code, cases[i].part);
        assert_null(line);
    }
}

/* --- runes --- */

static void is_rune(const struct xm_rune *rune, const char *text)
{
    xm_autofree char *made = xm_rune_stock(rune);

    assert_string_equal(made, text);
}

static void the_stock_rune_is_xls(void **state)
{
    (void)state;
    is_rune(&(struct xm_rune){ .host = "b" }, "exec ssh b xl migrate-receive");
    is_rune(&(struct xm_rune){ .host = "b", .command = "ssh -p 22", .carriage = true, .stamps = true, .verbose = 3,
                               .detached = true, .debug = true, .paused = true },
            "exec ssh -p 22 b xl -t -T -vvv migrate-receive -e -d -p");
    is_rune(&(struct xm_rune){ .host = "nc b 1 | x; y", .command = "", .paused = true }, "nc b 1 | x; y");
}

/* The word is read by two shells, as with ssh. */
static void the_other_rune_takes_what_there_is(void **state)
{
    struct xm_rune rune = { .host = "b", .command = "echo", .debug = true };
    xm_autofree char *text = xm_rune_session(&rune);
    xm_autolink link = XM_LINK_INIT;
    char *line = NULL;

    (void)state;
    run(text, &link);
    assert_int_equal(xm_link_line(&link, 4096, "test", &line, NULL), 0);
    assert_string_equal(line, "b sh -c 'command -v xm >/dev/null 2>&1 && exec xm migrate-receive --session; "
                        "exec xl migrate-receive -d'");
    free(line);
}

static void a_host_is_a_host(void **state)
{
    static const char *const bad[] = { "", "-oProxyCommand=x", "a b", "a;b", "$(x)", "a'b", "a\nb" };

    (void)state;
    assert_int_equal(xm_rune_check_host("root@[fe80::1%eth0]", NULL), 0);
    assert_int_equal(xm_rune_check_host("host-2.example.org", NULL), 0);
    for (size_t i = 0; i < XM_COUNT(bad); i++)
        assert_int_equal(xm_rune_check_host(bad[i], NULL), -1);
}

static void a_quoted_word_is_one_word(void **state)
{
    static const char text[] = "it's $HOME `x` \"y\" \\ *";
    xm_autofree char *word = xm_rune_quote(text), *rune = xm_printf("printf '%%s\\n' %s", word);
    xm_autolink link = XM_LINK_INIT;
    char *line = NULL;

    (void)state;
    run(rune, &link);
    assert_int_equal(xm_link_line(&link, 4096, "test", &line, NULL), 0);
    assert_string_equal(line, text);
    free(line);
}

/* --- what is said --- */

static xm_json *again(xm_json *message, const char *word)
{
    const char *const words[] = { "other", word, NULL };
    xm_autofree char *line = xm_json_format(message, true);
    xm_json *read = NULL;

    assert_null(strchr(line, '\n'));
    assert_int_equal(xm_say_parse(line, words, &read, NULL), 0);
    assert_true(xm_say_is(read, word));
    xm_json_free(message);
    return read;
}

static void a_hello_comes_as_it_went(void **state)
{
    struct xm_hello hello = { .what = XM_HELLO_RECOVER, .id = ID, .uuid = ID, .name = "wéb" }, got;
    XM_AUTO(xm_json) *message = again(xm_hello_format(&hello), "hello");

    (void)state;
    assert_int_equal(xm_hello_read(message, &got, NULL), 0);
    assert_int_equal(got.what, XM_HELLO_RECOVER);
    assert_string_equal(got.id, ID);
    assert_string_equal(got.uuid, ID);
    assert_string_equal(got.name, "wéb");
    xm_hello_clear(&got);
}

static void an_offer_comes_as_it_went(void **state)
{
    struct xm_offer offer = { .kind = XM_MOVE_SUSPENDED, .config = "{\n}", .document = "{\"a\": \"\\\\\"}", .state = "{}",
                              .paused = true, .memory_size = 65536 }, got;
    XM_AUTO(xm_json) *message = again(xm_offer_format(&offer), "offer");

    (void)state;
    assert_int_equal(xm_offer_read(message, &got, NULL), 0);
    assert_int_equal(got.kind, XM_MOVE_SUSPENDED);
    assert_string_equal(got.config, offer.config);
    assert_string_equal(got.document, offer.document);
    assert_string_equal(got.state, "{}");
    assert_true(got.paused);
    assert_int_equal(got.memory_size, 65536);
    xm_offer_clear(&got);
}

static void a_greeting_comes_as_it_went(void **state)
{
    struct xm_greeting greeting = { .xm = "0.1", .xen = "4.17" }, got;
    xm_autofree char *line = xm_greeting_format(&greeting);

    (void)state;
    assert_int_equal(strncmp(line, "xm migration receiver 1 {", 25), 0);
    line[strlen(line) - 1] = '\0';
    assert_int_equal(xm_greeting_parse(line, &got, NULL), 0);
    assert_string_equal(got.xm, "0.1");
    assert_string_equal(got.xen, "4.17");
    xm_greeting_clear(&got);
    assert_int_equal(xm_greeting_parse("xl migration receiver ready, send binary domain data.", &got, NULL), -1);
    assert_int_equal(xm_greeting_parse("xm migration receiver 1 {", &got, NULL), -1);
}

static void wrong_words_are_refused(void **state)
{
    static const char *const words[] = { "hello", NULL };
    static const struct { const char *line, *part; enum xm_code code; } cases[] = {
        { "", "the other host", XM_INVALID },
        { "nonsense", "the other host", XM_INVALID },
        { "[]", "is no message", XM_INVALID },
        { "{\"say\": 3}", "not its turn", XM_INVALID },
        { "{\"say\": \"offer\"}", "'offer', which is not its turn", XM_INVALID },
        { "{\"say\": \"abort\", \"why\": \"disk\\u001b[31m full\", \"code\": \"io\"}", "the other host: disk [31m full", XM_IO },
        { "{\"say\": \"abort\", \"code\": \"interrupted\"}", "gave no reason", XM_STATE },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_json *message = NULL;
        xm_error *err = NULL;

        failed(xm_say_parse(cases[i].line, words, &message, &err), &err, cases[i].code, cases[i].part);
        assert_null(message);
    }
}

static void wrong_fields_are_refused(void **state)
{
    static const char *const hellos[] = {
        "{\"say\": \"hello\"}",
        "{\"say\": \"hello\", \"what\": \"go\", \"id\": \"" ID "\", \"uuid\": \"" ID "\", \"name\": \"a\"}",
        "{\"say\": \"hello\", \"what\": \"move\", \"id\": \"../../x\", \"uuid\": \"" ID "\", \"name\": \"a\"}",
        "{\"say\": \"hello\", \"what\": \"move\", \"id\": \"" ID "\", \"uuid\": 3, \"name\": \"a\"}",
        "{\"say\": \"hello\", \"what\": \"move\", \"id\": \"" ID "\", \"uuid\": \"" ID "\", \"name\": \"a/b\"}",
        "{\"say\": \"hello\", \"what\": \"move\", \"id\": \"" ID "\", \"uuid\": \"" ID "\", \"name\": \"\"}",
        "{\"say\": \"hello\", \"what\": \"move\", \"id\": \"" ID "\", \"uuid\": \"" ID "\"}",
    };
    static const char *const offers[] = {
        "{\"say\": \"offer\"}",
        "{\"say\": \"offer\", \"kind\": \"odd\", \"config\": \"{}\"}",
        "{\"say\": \"offer\", \"kind\": \"running\", \"config\": 3}",
        "{\"say\": \"offer\", \"kind\": \"running\", \"document\": \"{}\"}",
        "{\"say\": \"offer\", \"kind\": \"halted\", \"config\": \"{}\"}",
        "{\"say\": \"offer\", \"kind\": \"halted\", \"document\": []}",
        "{\"say\": \"offer\", \"kind\": \"running\", \"config\": \"{}\", \"memory_size\": -1}",
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(hellos); i++) {
        static const char *const words[] = { "hello", NULL };
        XM_AUTO(xm_json) *message = NULL;
        struct xm_hello hello;

        assert_int_equal(xm_say_parse(hellos[i], words, &message, NULL), 0);
        assert_int_equal(xm_hello_read(message, &hello, NULL), -1);
    }
    for (size_t i = 0; i < XM_COUNT(offers); i++) {
        static const char *const words[] = { "offer", NULL };
        XM_AUTO(xm_json) *message = NULL;
        struct xm_offer offer;

        assert_int_equal(xm_say_parse(offers[i], words, &message, NULL), 0);
        assert_int_equal(xm_offer_read(message, &offer, NULL), -1);
    }
}

static void a_reason_arrives(void **state)
{
    static const char *const words[] = { "ready", NULL };
    xm_autolink link = XM_LINK_INIT;
    xm_json *message = NULL;
    volatile int stop = 1;
    xm_error *err = NULL;

    (void)state;
    run("cat", &link);
    (void)xm_fail(&err, XM_EXISTS, "the name is taken");
    link.stop = &stop;          /* being stopped keeps nobody from saying why */
    xm_say_abort(&link, err);
    link.stop = NULL;
    xm_error_free(err);
    err = NULL;
    failed(xm_hear(&link, words, &message, &err), &err, XM_EXISTS, "the other host: the name is taken");
}

static void too_much_is_not_said(void **state)
{
    xm_autofree char *text = xm_alloc0(1, XM_SAY_MAX + 1);
    xm_autolink link = XM_LINK_INIT;
    xm_json *message = xm_say_new("x");
    xm_error *err = NULL;

    (void)state;
    memset(text, 'x', XM_SAY_MAX);
    xm_say_add(message, "text", text);
    run("cat", &link);
    failed(xm_say(&link, message, &err), &err, XM_INVALID, "larger than");
}

/* --- the trailer --- */

static void a_trailer_comes_as_it_went(void **state)
{
    struct xm_trailer trailer = { .id = ID, .document = "{}", .state = "{\"x\": 1}", .managed = true }, got;
    xm_autobuf buf = XM_BUF_INIT;
    bool there = false;

    (void)state;
    xm_trailer_format(&trailer, &buf);
    xm_buf_puts(&buf, "what a later xm adds");
    assert_int_equal(xm_trailer_parse(buf.data, buf.len, &got, &there, NULL), 0);
    assert_true(there && got.managed);
    assert_string_equal(got.id, ID);
    assert_string_equal(got.document, "{}");
    assert_string_equal(got.state, "{\"x\": 1}");
    xm_trailer_clear(&got);
    assert_int_equal(xm_trailer_parse(buf.data, 40, &got, &there, NULL), -1);
    buf.data[12] = '[';
    assert_int_equal(xm_trailer_parse(buf.data, buf.len, &got, &there, NULL), -1);
    buf.data[4] = 2;            /* of a later version: not ours to read */
    assert_int_equal(xm_trailer_parse(buf.data, buf.len, &got, &there, NULL), 0);
    assert_false(there);
    assert_int_equal(xm_trailer_parse("XMM", 3, &got, &there, NULL), 0);
    assert_false(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_go_there_and_back), cmocka_unit_test(an_end_is_a_truncated_stream),
        cmocka_unit_test(silence_ends_at_the_limit), cmocka_unit_test(being_stopped_ends_a_wait),
        cmocka_unit_test(who_drips_is_not_waited_for), cmocka_unit_test(all_is_what_is_said_up_to_the_end),
        cmocka_unit_test(who_does_not_end_is_killed), cmocka_unit_test(a_line_is_bounded_and_alone),
        cmocka_unit_test(the_stock_rune_is_xls), cmocka_unit_test(the_other_rune_takes_what_there_is),
        cmocka_unit_test(a_host_is_a_host), cmocka_unit_test(a_quoted_word_is_one_word),
        cmocka_unit_test(a_hello_comes_as_it_went), cmocka_unit_test(an_offer_comes_as_it_went),
        cmocka_unit_test(a_greeting_comes_as_it_went), cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(wrong_fields_are_refused), cmocka_unit_test(a_reason_arrives),
        cmocka_unit_test(too_much_is_not_said), cmocka_unit_test(a_trailer_comes_as_it_went),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
