/* relocation: who may come, what a peer is called, and what is said before a receiver speaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <string.h>

#include "base/mem.h"
#include "migrate/allow.h"
#include "migrate/peername.h"
#include "migrate/preface.h"

static bool allows(const char *patterns, const char *text)
{
    XM_AUTO(xm_allow) *allow = NULL;

    assert_int_equal(xm_allow_parse(patterns, &allow, NULL), 0);
    return xm_allow_has(allow, text);
}

static void refused(const char *patterns, const char *part)
{
    xm_allow *allow = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_allow_parse(patterns, &allow, &err), -1);
    assert_int_equal(err->code, XM_INVALID);
    assert_non_null(strstr(err->msg, part));
    xm_error_free(err);
}

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage ret = { 0 };
    struct sockaddr_in *in = (struct sockaddr_in *)&ret;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ret;

    if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
        in->sin_family = AF_INET;
    else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
        in6->sin6_family = AF_INET6;
    else
        fail_msg("%s is no address", text);
    return ret;
}

/* --- who may come --- */

static void without_a_pattern_everybody_may(void **state)
{
    XM_AUTO(xm_allow) *allow = NULL;

    (void)state;
    assert_true(allows(NULL, "10.0.0.1"));
    assert_true(allows("", "10.0.0.1"));
    assert_true(allows(" \t ", NULL));
    assert_int_equal(xm_allow_parse("a", &allow, NULL), 0);
    assert_false(xm_allow_is_open(allow));
}

static void all_of_a_name_is_matched(void **state)
{
    (void)state;
    assert_true(allows("^host$", "host"));
    assert_true(allows("host", "host"));
    assert_true(allows("ho.*", "hostile"));
    assert_false(allows("^host", "hostile"));
    assert_false(allows("host", "ahost"));
    assert_false(allows("host", "ahostile"));
    assert_false(allows("a|host", "hostile"));
    assert_false(allows("host$", "ahost"));
    assert_false(allows("host$", "host\n"));
    assert_false(allows("(?m)^host$", "host\nb"));
    assert_true(allows("HOST", "host"));
}

static void an_alternative_that_is_shorter_gives_way(void **state)
{
    (void)state;
    assert_true(allows("host|hostile", "hostile"));
    assert_true(allows("10[.]0[.]0[.](1|12)", "10.0.0.12"));
}

static void one_of_several_is_enough(void **state)
{
    (void)state;
    assert_true(allows("^localhost$ ^localhost\\.localdomain$", "localhost.localdomain"));
    assert_true(allows("a\tb\nc", "b"));
    assert_false(allows("a b c", "d"));
    assert_false(allows("a b", "a b"));
}

static void two_blanks_let_nobody_in(void **state)
{
    (void)state;
    assert_false(allows("a  b", "c"));
    assert_false(allows("  a  ", "c"));
    assert_false(allows("a  b", ""));
}

static void nobody_is_no_name(void **state)
{
    (void)state;
    assert_false(allows(".*", NULL));
}

static void a_pattern_that_takes_too_long_does_not_match(void **state)
{
    char name[201];

    (void)state;
    memset(name, 'a', 200);
    name[200] = '\0';
    assert_false(allows("((a+)+)+b", name));
    assert_false(allows("(a|aa)*(a|aa)*(a|aa)*c", name));
}

static void what_is_no_pattern_is_named(void **state)
{
    (void)state;
    refused("fine ^(a", "'^(a'");
    refused("[", "'['");
    refused("a\\C", "relocation_hosts_allow");
}

/* --- what a peer is called --- */

static void an_address_is_written_in_one_way(void **state)
{
    static const struct { const char *from, *to; } rows[] = {
        { "10.1.2.3", "10.1.2.3" }, { "::ffff:10.1.2.3", "10.1.2.3" }, { "FE80:0::1", "fe80::1" }, { "::1", "::1" },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(rows); i++) {
        struct sockaddr_storage addr = address(rows[i].from);
        char text[INET6_ADDRSTRLEN];

        xm_peer_address(&addr, text);
        assert_string_equal(text, rows[i].to);
    }
}

static void a_name_has_to_lead_back(void **state)
{
    struct sockaddr_storage ours = address("127.0.0.1"), mapped = address("::ffff:127.0.0.1"), other = address("192.0.2.7");

    (void)state;
    assert_true(xm_peer_confirms("localhost", &ours));
    assert_true(xm_peer_confirms("localhost", &mapped));
    assert_false(xm_peer_confirms("localhost", &other));
    assert_false(xm_peer_confirms("no.such.host.invalid", &ours));
}

static void a_name_is_found_in_time_or_not(void **state)
{
    struct sockaddr_storage ours = address("127.0.0.1");
    xm_autofree char *name = xm_peer_name(&ours, 5000);

    (void)state;
    assert_non_null(name);
    assert_true(xm_peer_confirms(name, &ours));
    assert_null(xm_peer_name(&ours, 0));
}

/* --- what is said first --- */

static enum preface_word said(const char *text, const char *expected_why)
{
    xm_autofree char *line = xm_strdup(text);
    enum preface_word word;
    const char *why;

    assert_int_equal(preface_parse(line, &word, &why, NULL), 0);
    assert_string_equal(why, expected_why);
    return word;
}

static void first_words_are_understood(void **state)
{
    (void)state;
    assert_int_equal(said(PREFACE "plain", ""), PREFACE_PLAIN);
    assert_int_equal(said(PREFACE "ready", ""), PREFACE_READY);
    assert_int_equal(said(PREFACE "refused no room", "no room"), PREFACE_REFUSED);
}

static void a_reason_does_no_harm_to_a_terminal(void **state)
{
    (void)state;
    assert_int_equal(said(PREFACE "refused \33[2Jx\xc3\xa9", "?[2Jx??"), PREFACE_REFUSED);
}

static void other_words_are_refused(void **state)
{
    static const struct { const char *line; enum xm_code code; } rows[] = {
        { "", XM_INVALID }, { "SSH-2.0-OpenSSH", XM_INVALID }, { "xm relocation 1", XM_INVALID },
        { "xm relocation 2 ready", XM_INVALID }, { PREFACE, XM_UNSUPPORTED }, { PREFACE "ready now", XM_UNSUPPORTED },
        { PREFACE "refused", XM_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(rows); i++) {
        xm_autofree char *line = xm_strdup(rows[i].line);
        enum preface_word word;
        xm_error *err = NULL;
        const char *why;

        assert_int_equal(preface_parse(line, &word, &why, &err), -1);
        assert_int_equal(err->code, rows[i].code);
        xm_error_free(err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_pattern_everybody_may),
        cmocka_unit_test(all_of_a_name_is_matched),
        cmocka_unit_test(an_alternative_that_is_shorter_gives_way),
        cmocka_unit_test(one_of_several_is_enough),
        cmocka_unit_test(two_blanks_let_nobody_in),
        cmocka_unit_test(nobody_is_no_name),
        cmocka_unit_test(a_pattern_that_takes_too_long_does_not_match),
        cmocka_unit_test(what_is_no_pattern_is_named),
        cmocka_unit_test(an_address_is_written_in_one_way),
        cmocka_unit_test(a_name_has_to_lead_back),
        cmocka_unit_test(a_name_is_found_in_time_or_not),
        cmocka_unit_test(first_words_are_understood),
        cmocka_unit_test(a_reason_does_no_harm_to_a_terminal),
        cmocka_unit_test(other_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
