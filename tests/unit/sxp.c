/* sxp: xend's quoting and layout, and what its reader took. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "convert/sxp.h"

static void writes(const char *atom, const char *expected)
{
    XM_AUTO(xm_sxp) *sxp = xm_sxp_new_atom(atom);
    xm_autofree char *text = xm_sxp_format(sxp, 80);

    assert_int_equal(text[strlen(text) - 1], '\n');
    text[strlen(text) - 1] = '\0';
    assert_string_equal(text, expected);
}

static void reads(const char *text, const char *expected)
{
    XM_AUTO(xm_sxp) *sxp = NULL;
    xm_error *err = NULL;

    if (xm_sxp_parse(text, strlen(text), &sxp, &err) < 0)
        fail_msg("%s: %s", text, err->msg);
    assert_string_equal(sxp->atom, expected);
}

static void refused(const char *text, const char *message)
{
    xm_sxp *sxp = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_sxp_parse(text, strlen(text), &sxp, &err), -1);
    assert_null(sxp);
    assert_string_equal(err->msg, message);
    xm_error_free(err);
}

static void atoms_are_quoted_as_python_does(void **state)
{
    (void)state;
    writes("web-1.example:/dev/x~y_z", "web-1.example:/dev/x~y_z");
    writes("", "''");
    writes("/dev/xvda1 ro", "'/dev/xvda1 ro'");
    writes("a+b", "'a+b'");
    writes("it's", "\"it's\"");
    writes("it's \"x\"", "'it\\'s \"x\"'");
    writes("say \"x\"", "'say \"x\"'");
    writes("a\\b\n\t\r\x01\x7f\xff", "'a\\\\b\\n\\t\\r\\x01\\x7f\\xff'");
}

static void atoms_and_strings_are_read(void **state)
{
    (void)state;
    reads("  # note\n\x0b abc#d", "abc");
    reads("a'b\"c", "a'b\"c");
    reads("{x", "{x");
    reads("ab[c", "ab");
    reads("'a\nb'", "a\nb");
    reads("\"\\a\\b\\t\\n\\v\\f\\r\\\\\\'\\\"\"", "\a\b\t\n\v\f\r\\'\"");
    reads("'\\101\\x4a\\xFfz\\7'", "AJ\xffz\a");
    reads("'\\.org'", "\\org");
    reads("''", "");
}

static void errors_are_the_old_ones(void **state)
{
    char deep[200];

    (void)state;
    refused("", "line 1: unexpected EOF");
    refused("(a\n(b)", "line 2: unexpected EOF");
    refused("'abc", "line 1: unexpected EOF");
    refused("'abc\\", "line 1: unexpected EOF");
    refused("\n)", "line 2: syntax error: )");
    refused("(a \x01)", "line 1: invalid character: code 1");
    refused("\xc3\xa4", "line 1: invalid character: code 195");
    refused("'\\777'", "line 1: invalid octal escape: out of range 511");
    refused("'\\0'", "line 1: invalid character: code 0");
    memset(deep, '(', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    refused(deep, "line 1: lists are nested too deeply");
}

static void a_nul_is_refused_everywhere(void **state)
{
    static const struct { const char *text; size_t len; } with_nul[] = {
        { "\0", 1 }, { "ab\0c", 4 }, { "'a\0b'", 5 }, { "(\0)", 3 }, { "'\\\0'", 4 }, { "'\\x\0'", 5 },
    };

    (void)state;
    for (size_t i = 0; i < XM_COUNT(with_nul); i++) {
        xm_sxp *sxp = NULL;
        xm_error *err = NULL;

        assert_int_equal(xm_sxp_parse(with_nul[i].text, with_nul[i].len, &sxp, &err), -1);
        assert_string_equal(err->msg, "line 1: invalid character: code 0");
        xm_error_free(err);
    }
}

static void long_lists_have_one_item_a_line(void **state)
{
    XM_AUTO(xm_sxp) *sxp = xm_sxp_new_list("domain");
    xm_sxp *image = xm_sxp_new_list("image"), *kernel = xm_sxp_new_list("linux");
    xm_autofree char *text = NULL;

    (void)state;
    xm_sxp_add_int(sxp, "domid", 7);
    xm_sxp_add_str(sxp, "name", "web1");
    xm_sxp_add_float(sxp, "cpu_time", 31.9);
    xm_sxp_add_float(sxp, "start", 5);
    xm_sxp_add_str(kernel, "kernel", "/boot/vmlinuz-with-a-name-that-is-rather-long");
    xm_sxp_add_str(kernel, "args", "root=/dev/xvda1 ro");
    xm_sxp_add(image, kernel);
    xm_sxp_add(sxp, image);
    xm_sxp_add(sxp, xm_sxp_new_list(NULL));
    text = xm_sxp_format(sxp, 80);
    assert_string_equal(text,
                        "(domain\n"
                        "    (domid 7)\n"
                        "    (name web1)\n"
                        "    (cpu_time 31.9)\n"
                        "    (start 5.0)\n"
                        "    (image\n"
                        "        (linux\n"
                        "            (kernel /boot/vmlinuz-with-a-name-that-is-rather-long)\n"
                        "            (args 'root=/dev/xvda1 ro')\n"
                        "        )\n"
                        "    )\n"
                        "    ()\n"
                        ")\n");
}

static void a_list_that_just_fits_stays_on_its_line(void **state)
{
    XM_AUTO(xm_sxp) *sxp = xm_sxp_new_list("a");
    xm_autofree char *flat = NULL, *spread = NULL;

    (void)state;
    xm_sxp_add_str(sxp, "k", "v");
    xm_sxp_add_str(sxp, "k", "w");
    flat = xm_sxp_format(sxp, 15);
    assert_string_equal(flat, "(a (k v) (k w))\n");
    spread = xm_sxp_format(sxp, 14);
    assert_string_equal(spread, "(a\n    (k v)\n    (k w)\n)\n");
}

static void what_is_written_is_read_back(void **state)
{
    static const char text[] = "(vm (name 'a b') (device (vbd (uname \"it's\") ()))  (x '') # c\n )";
    XM_AUTO(xm_sxp) *sxp = NULL, *back = NULL;
    xm_autofree char *first = NULL, *second = NULL;

    (void)state;
    assert_int_equal(xm_sxp_parse(text, strlen(text), &sxp, NULL), 0);
    first = xm_sxp_format(sxp, 20);
    assert_int_equal(xm_sxp_parse(first, strlen(first), &back, NULL), 0);
    second = xm_sxp_format(back, 20);
    assert_string_equal(first, second);
}

static void a_child_is_the_first_of_its_name(void **state)
{
    static const char text[] = "(vm bare (name one) (name two) (empty) (with (@ (id 3)) four) ((x) y))";
    XM_AUTO(xm_sxp) *sxp = NULL;

    (void)state;
    assert_int_equal(xm_sxp_parse(text, strlen(text), &sxp, NULL), 0);
    assert_string_equal(xm_sxp_child(sxp, "name")->atom, "one");
    assert_string_equal(xm_sxp_child(sxp, "with")->atom, "four");
    assert_null(xm_sxp_child(sxp, "empty"));
    assert_null(xm_sxp_child(sxp, "bare"));
    assert_null(xm_sxp_child(NULL, "name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(atoms_are_quoted_as_python_does),
        cmocka_unit_test(atoms_and_strings_are_read),
        cmocka_unit_test(errors_are_the_old_ones),
        cmocka_unit_test(a_nul_is_refused_everywhere),
        cmocka_unit_test(long_lists_have_one_item_a_line),
        cmocka_unit_test(a_list_that_just_fits_stays_on_its_line),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_child_is_the_first_of_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
