/* What either side of a move does with a peer that errs, lies, stalls or says things out of turn: it ends, in time
 * and in words, and nothing is left of it. The words of a good peer are those of the fuzzer's seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "migrate/migrate.h"
#include "tests/fuzz/side.h"

#define STALL_MS 1000                   /* for one who says no more */
#define LIMIT_MS 20000                  /* for the others, who are to be done with at once */

/* --- the words --- */

#define PIECES_MAX 16
struct words { char *items[PIECES_MAX]; size_t lens[PIECES_MAX], count; };

static void say_instead(struct words *words, size_t nth, const void *data, size_t len)
{
    char *copy = xm_alloc0(1, len + 1);

    memcpy(copy, data, len);
    free(words->items[nth]);
    words->items[nth] = copy;
    words->lens[nth] = len;
}

static void read_words(const char *seed, struct words *ret)
{
    const char *top = getenv("abs_top_srcdir");
    xm_autofree char *path = xm_printf("%s/tests/fuzz/seeds/%s", top ? top : "..", seed), *data = NULL;
    size_t len, at = 0;

    assert_int_equal(xm_file_read(path, 1 << 20, &data, &len, NULL), 0);
    for (ret->count = 0; at < len; ret->count++) {
        const char *end = memchr(data + at, 0x1e, len - at);
        size_t part = end ? (size_t)(end - data) - at : len - at;

        assert_true(ret->count < PIECES_MAX);
        ret->items[ret->count] = NULL;
        say_instead(ret, ret->count, data + at, part);
        at += part + 1;
    }
}

static void free_words(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->items[i]);
}

static void put_together(const struct words *words, size_t count, struct xm_buf *ret)
{
    for (size_t i = 0; i < count; i++) {
        xm_buf_add(ret, words->items[i], words->lens[i]);
        xm_buf_putc(ret, 0x1e);
    }
}

/* The first from in it. */
static void replace(struct words *words, size_t nth, const char *from, const char *to)
{
    char *at = memmem(words->items[nth], words->lens[nth], from, strlen(from));
    xm_autobuf text = XM_BUF_INIT;
    size_t before;

    assert_non_null(at);
    before = (size_t)(at - words->items[nth]);
    xm_buf_add(&text, words->items[nth], before);
    xm_buf_puts(&text, to);
    xm_buf_add(&text, at + strlen(from), words->lens[nth] - before - strlen(from));
    say_instead(words, nth, text.data, text.len);
}

static void expect(xm_error *err, enum xm_code code, const char *part)
{
    xm_autofree char *text = NULL;

    assert_non_null(err);
    text = xm_error_text(err);
    if (err->code != code || strstr(text, part) == NULL)
        fail_msg("code %d, '%s', where %d, '%s' was expected", err->code, text, code, part);
    for (const char *c = text; *c != '\0'; c++)
        assert_true((unsigned char)*c >= ' ' || *c == '\n');
    xm_error_free(err);
}

/* --- the target --- */

/* ask hello offer stream commit over */
enum { ASK, HELLO, OFFER, STREAM, COMMIT };

static void target_refuses(const struct xm_buf *input, bool stays, enum xm_code code, const char *says)
{
    struct side *side = side_open();
    const struct xm_receiving receiving = { .guests = &side->guests, .peer = { .how = (char *)"stdin" }, .version = "1" };
    struct peer peer = { .stays = stays };
    struct xm_link link = XM_LINK_INIT;
    struct xm_received received;
    xm_error *err = NULL;

    peer_begin(&peer, (const uint8_t *)input->data, input->len, &link);
    link.limit_ms = stays ? STALL_MS : LIMIT_MS;
    assert_int_equal(xm_session_receive(&link, &receiving, &received, &err), -1);
    xm_link_drop(&link);
    peer_end(&peer);
    expect(err, code, says);
    assert_false(received.here);
    assert_true(side_is_empty(side));
}

static void target_refuses_instead(const char *seed, size_t nth, const char *other, enum xm_code code, const char *says)
{
    xm_autobuf input = XM_BUF_INIT;
    struct words words;

    read_words(seed, &words);
    say_instead(&words, nth, other, strlen(other));
    put_together(&words, words.count, &input);
    target_refuses(&input, false, code, says);
    free_words(&words);
}

static void target_refuses_with(const char *seed, size_t nth, const char *from, const char *to, enum xm_code code, const char *says)
{
    xm_autobuf input = XM_BUF_INIT;
    struct words words;

    read_words(seed, &words);
    replace(&words, nth, from, to);
    put_together(&words, words.count, &input);
    target_refuses(&input, false, code, says);
    free_words(&words);
}

static void a_source_that_stalls_is_given_up(void **state)
{
    static const struct { size_t count; const char *says; } cases[] = {
        { 0, "silent" }, { 1, "silent" }, { 2, "silent" }, { 3, "the stream: the other side was silent" }, { 4, "silent" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        xm_autobuf input = XM_BUF_INIT;
        struct words words;

        read_words("arrive/live", &words);
        put_together(&words, cases[i].count, &input);
        if (cases[i].count == STREAM)           /* in the midst of it */
            xm_buf_add(&input, words.items[STREAM], 40);
        target_refuses(&input, true, XM_TIMEOUT, cases[i].says);
        free_words(&words);
    }
}

static void a_suspended_guest_s_file_that_stalls_is_given_up(void **state)
{
    xm_autobuf input = XM_BUF_INIT;
    struct words words;

    (void)state;
    read_words("arrive/suspended", &words);
    put_together(&words, STREAM, &input);
    xm_buf_add(&input, words.items[STREAM], 100);
    target_refuses(&input, true, XM_TIMEOUT, "the stream: the other side was silent");
    free_words(&words);
}

static void what_is_no_line_is_refused(void **state)
{
    xm_autofree char *endless = xm_alloc0(1, (2 << 20) + 1), *deep = xm_alloc0(1, 4096), *nested = NULL;

    (void)state;
    memset(endless, 'x', 2 << 20);
    memset(deep, '[', 2000);
    nested = xm_printf("{\"say\": \"ask\", \"ask\": %s}\n", deep);
    target_refuses_instead("arrive/live", ASK, endless, XM_INVALID, "a line of more than 1048576 bytes");
    target_refuses_instead("arrive/live", ASK, nested, XM_INVALID, "nested too deeply");
    target_refuses_instead("arrive/live", HELLO, "{\"say\": \"hello\"", XM_INVALID, "the other host");
    target_refuses_instead("arrive/live", HELLO, "{\"say\": \"a\\u0000b\"}\n", XM_INVALID, "NUL");
    target_refuses_instead("arrive/live", HELLO, "{\"say\": \"x\"}\n{\"say\": \"y\"}\n", XM_INVALID, "out of its turn");
}

static void what_is_out_of_turn_is_refused(void **state)
{
    static const char *const others[] = { "commit", "over", "ready", "done", "probe" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(others); i++) {
        xm_autofree char *line = xm_printf("{\"say\": \"%s\"}\n", others[i]);

        target_refuses_instead("arrive/live", OFFER, line, XM_INVALID, "not its turn");
    }
    target_refuses_instead("arrive/live", COMMIT, "{\"say\": \"offer\"}\n", XM_INVALID, "not its turn");
    target_refuses_instead("arrive/live", COMMIT, "{\"say\": \"commit\"}\n", XM_INVALID, "commits another move");
    target_refuses_instead("arrive/live", COMMIT, "{\"say\": \"commit\", \"id\": \"33333333-3333-4333-8333-333333333333\"}\n",
                           XM_INVALID, "commits another move");
    target_refuses_instead("arrive/live", COMMIT, "{\"say\": \"abort\", \"why\": \"a\\u001bb\\u009bc\", \"code\": \"exists\"}\n", XM_EXISTS,
                           "the other host: a b c");
}

#define UUID "11111111-1111-4111-8111-111111111111"
#define OTHER_UUID "22222222-2222-4222-8222-222222222222"

static void who_says_two_things_is_refused(void **state)
{
    (void)state;
    target_refuses_with("arrive/live", HELLO, UUID, OTHER_UUID, XM_INVALID, "document is that of another guest");
    target_refuses_with("arrive/live", OFFER, "\\\"uuid\\\": \\\"" UUID, "\\\"uuid\\\": \\\"" OTHER_UUID, XM_INVALID, "that of another guest");
    target_refuses_with("arrive/live", OFFER, "\\\"uuid\\\": \\\"1111", "\\\"uuid\\\": \\\"11-11", XM_INVALID, "no name or uuid, or two");
    target_refuses_with("arrive/live", OFFER, "\\\"uuid\\\": ", "\\\"uuid\\\": \\\"" OTHER_UUID "\\\", \\\"uuid\\\": ", XM_INVALID, "or two");
    target_refuses_with("arrive/live", OFFER, "\\\"c_info\\\": ", "\\\"c_info\\\": {}, \\\"c_info\\\": ", XM_INVALID, "or two");
    target_refuses_with("arrive/live", HELLO, "\"web\"", "\"a/b\"", XM_INVALID, "\"name\" is missing or wrong");
    target_refuses_with("arrive/halted", OFFER, "\\\"value\\\": \\\"web\\\"", "\\\"value\\\": \\\"w\\\\u001bb\\\"", XM_INVALID, "is no name");
    target_refuses_with("arrive/live", OFFER, "\"kind\": \"running\"", "\"kind\": \"halted\"", XM_INVALID, "is not text");
    target_refuses_with("arrive/halted", OFFER, "\"kind\": \"halted\"", "\"kind\": \"running\"", XM_INVALID, "\"config\" is missing or wrong");
}

static void a_memory_file_is_what_it_was_said_to_be(void **state)
{
    (void)state;
    target_refuses_with("arrive/suspended", OFFER, "\"memory_size\": ", "\"memory_size\": 1", XM_IO, "bytes are missing");
    target_refuses_with("arrive/suspended", OFFER, "\"memory_size\": ", "\"memory_size\": -", XM_INVALID, "memory_size");
    target_refuses_with("arrive/suspended", OFFER, "\"memory_size\": ", "\"memory_size\": 900000000000", XM_IO, "not enough room");
    target_refuses_with("arrive/suspended", STREAM, "Xen saved", "Xen shaved", XM_INVALID, "not a valid guest state file");
    target_refuses_with("arrive/suspended", STREAM, "\"uuid\": \"" UUID, "\"uuid\": \"" OTHER_UUID, XM_INVALID, "that of another guest");
    target_refuses_with("arrive/suspended", STREAM, "\\\"name\\\"", "\\\"eman\\\"", XM_INVALID, "damaged");
}

/* --- the source --- */

/* greeting welcome accept ready done, after the byte that says which protocol */
static void source_goes_on(const struct xm_buf *input, struct peer peer, enum xm_code code, const char *says)
{
    struct side *side = side_open();
    XM_AUTO(xm_guest_list) *list = NULL, *after = NULL;
    const struct xm_sending sending = {
        .guests = &side->guests, .guest = side_web(side, &list), .peer = { .how = (char *)"ssh", .host = (char *)"there" },
    };
    struct xm_link link = XM_LINK_INIT;
    const struct xm_guest *web;
    struct xm_sent sent;
    xm_error *err = NULL;
    const int little = 4096;
    bool is_xm = false;

    peer_begin(&peer, (const uint8_t *)input->data + 1, input->len - 1, &link);
    link.limit_ms = peer.stays ? STALL_MS : LIMIT_MS;
    if (peer.deaf)
        (void)setsockopt(link.out, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
    assert_int_equal(xm_link_meet(&link, &is_xm, NULL), 0);
    assert_int_equal(is_xm ? xm_session_send(&link, &sending, &sent, &err) : xm_xl_send(&link, &sending, &sent, &err), -1);
    xm_link_drop(&link);
    peer_end(&peer);
    expect(err, code, says);
    assert_false(sent.doubt);
    web = side_web(side, &after);
    assert_true(web->domid != XM_DOMID_NONE && !web->domain.shutdown && !web->domain.paused);
    assert_string_equal(web->domain.name, "web");
    assert_false(xm_move_has(side->guests.reg, SIDE_WEB));
}

static void source_goes_on_instead(size_t count, size_t nth, const char *other, enum xm_code code, const char *says)
{
    xm_autobuf input = XM_BUF_INIT;
    struct words words;

    read_words("leave/done", &words);
    if (other != NULL)
        say_instead(&words, nth, other, strlen(other));
    put_together(&words, count, &input);
    source_goes_on(&input, (struct peer){ .stays = false }, code, says);
    free_words(&words);
}

static void a_target_that_does_not_read_is_given_up(void **state)
{
    static const char *const seeds[] = { "leave/done", "leave/xl-done" };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(seeds); i++) {
        xm_autobuf input = XM_BUF_INIT;
        struct words words;

        read_words(seeds[i], &words);
        put_together(&words, i == 0 ? 3 : 1, &input);
        if (i == 1)
            input.data[0] = '0';
        source_goes_on(&input, (struct peer){ .stays = true, .deaf = true }, XM_TIMEOUT, "the stream: the other side was silent");
        free_words(&words);
    }
}

static volatile int stopped;
static void stop_now(int signum) { stopped = signum; }

/* Ctrl-C, where the other side does not read: a guest that runs goes on, one that is suspended stays so. */
static void being_stopped_ends_a_stream(void **state)
{
    (void)state;
    for (int suspended = 0; suspended < 2; suspended++) {
        struct side *side = side_open();
        XM_AUTO(xm_guest_list) *list = NULL;
        struct xm_sending sending = { .guests = &side->guests, .peer = { .how = (char *)"ssh", .host = (char *)"there" } };
        struct peer peer = { .stays = true, .deaf = true };
        struct xm_link link = XM_LINK_INIT;
        xm_autobuf input = XM_BUF_INIT;
        const int little = 4096;
        struct xm_reg_state st;
        struct xm_sent sent;
        struct words words;
        xm_error *err = NULL;
        bool is_xm;

        sending.guest = side_web(side, &list);
        if (suspended) {
            assert_int_equal(xm_guest_suspend(&side->guests, SIDE_WEB, NULL, NULL), 0);
            xm_guest_list_free(XM_TAKE(list));
            sending.guest = side_web(side, &list);
        }
        read_words("leave/done", &words);
        put_together(&words, 3, &input);
        free_words(&words);
        peer_begin(&peer, (const uint8_t *)input.data + 1, input.len - 1, &link);
        link.limit_ms = LIMIT_MS;
        link.stop = &stopped;
        (void)setsockopt(link.out, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
        stopped = 0;
        signal(SIGALRM, stop_now);
        assert_int_equal(xm_link_meet(&link, &is_xm, NULL), 0);
        (void)alarm(1);
        assert_int_equal(xm_session_send(&link, &sending, &sent, &err), -1);
        xm_link_drop(&link);
        peer_end(&peer);
        expect(err, XM_INTERRUPTED, "interrupted");
        assert_false(sent.doubt || xm_move_has(side->guests.reg, SIDE_WEB));
        assert_int_equal(xm_reg_load_state(side->guests.reg, SIDE_WEB, &st, NULL), 0);
        assert_int_equal(st.phase, suspended ? XM_PHASE_SUSPENDED : XM_PHASE_RUNNING);
        side_reset(side);
    }
}

static void a_target_that_says_nonsense_loses_the_guest(void **state)
{
    (void)state;
    source_goes_on_instead(5, 1, "{\"say\": \"accept\"}\n", XM_INVALID, "not its turn");
    source_goes_on_instead(5, 2, "{\"say\": \"ready\"}\n", XM_INVALID, "not its turn");
    source_goes_on_instead(5, 2, "{\"say\": \"accept\"}\n{\"say\": \"ready\"}\n", XM_INVALID, "out of its turn");
    source_goes_on_instead(5, 3, "{\"say\": \"done\"}\n", XM_INVALID, "not its turn");
    source_goes_on_instead(5, 3, "{\"say\": {}}\n", XM_INVALID, "not its turn");
    source_goes_on_instead(5, 3, "[[[[\n", XM_INVALID, "the other host");
    source_goes_on_instead(3, 0, NULL, XM_IO, "truncated");
    source_goes_on_instead(5, 2, "{\"say\": \"refuse\", \"why\": \"\\u001b]0;x\\u0007\", \"code\": \"busy\"}\n", XM_BUSY, "the other host:  ]0;x");
    source_goes_on_instead(5, 4, "{\"say\": \"failed\", \"why\": 7}\n", XM_STATE, "it gave no reason");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_stalls_is_given_up),
        cmocka_unit_test(a_suspended_guest_s_file_that_stalls_is_given_up),
        cmocka_unit_test(what_is_no_line_is_refused),
        cmocka_unit_test(what_is_out_of_turn_is_refused),
        cmocka_unit_test(who_says_two_things_is_refused),
        cmocka_unit_test(a_memory_file_is_what_it_was_said_to_be),
        cmocka_unit_test(a_target_that_does_not_read_is_given_up),
        cmocka_unit_test(being_stopped_ends_a_stream),
        cmocka_unit_test(a_target_that_says_nonsense_loses_the_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
