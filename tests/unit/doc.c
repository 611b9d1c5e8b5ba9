/* doc: keys keep their order, nodes their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "doc/doc.h"

static const struct xm_place nowhere = { 0, 0 };

static void a_key_set_again_keeps_its_position(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "web");

    (void)state;
    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_int(doc, "memory", 128);
    xm_doc_set_str(doc, "name", "other");
    assert_int_equal(xm_doc_count(doc), 2);
    assert_string_equal(xm_doc_key(doc, 0), "name");
    assert_string_equal(xm_doc_get_str(doc, "name"), "other");
    assert_int_equal(xm_doc_value(doc, 1)->i, 128);
    assert_null(xm_doc_get_str(doc, "memory"));
    assert_null(xm_doc_get(doc, "nosuch"));
    assert_null(xm_doc_key(doc, 2));
    assert_null(xm_doc_value(doc, 2));
}

static void removing_a_key_keeps_the_others(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, NULL);

    (void)state;
    for (int i = 0; i < 1000; i++) {
        xm_autofree char *key = xm_printf("k%d", i);

        xm_doc_set_int(doc, key, i);
    }
    xm_doc_remove(doc, "k0");
    xm_doc_remove(doc, "k500");
    xm_doc_remove(doc, "k999");
    xm_doc_remove(doc, "k999");
    assert_int_equal(xm_doc_count(doc), 997);
    assert_null(xm_doc_get(doc, "k500"));
    assert_int_equal(xm_doc_get(doc, "k501")->i, 501);
    assert_string_equal(xm_doc_key(doc, 0), "k1");
    assert_string_equal(xm_doc_file(doc), "");
}

static void a_copy_is_its_own(void **state)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XL, "f");
    XM_AUTO(xm_doc) *copy = NULL;
    xm_node *list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 3, 8 });

    (void)state;
    xm_node_add(list, xm_node_new_str("phy:a,xvda,w", (struct xm_place){ 3, 10 }));
    xm_node_add(list, xm_node_new_int(8, (struct xm_place){ 4, 1 }));
    list->items[1]->str = xm_strdup("010");
    xm_doc_set(doc, "disk", list);
    copy = xm_doc_copy(doc);
    xm_doc_free(doc);
    assert_int_equal(xm_doc_dialect(copy), XM_DIALECT_XL);
    assert_string_equal(xm_doc_file(copy), "f");
    assert_int_equal(xm_doc_get(copy, "disk")->items[1]->place.line, 4);
    assert_string_equal(xm_doc_get(copy, "disk")->items[1]->str, "010");
}

static void functions_and_private_names_are_left_out(void **state)
{
    struct xm_value items[] = {
        { .type = XM_VALUE_STR, .text = (char *)"a", .len = 1, .place = { 1, 9 } },
        { .type = XM_VALUE_OTHER, .place = { 1, 14 } },
    };
    struct xm_lang_name list[] = {
        { .name = (char *)"helper", .value = { .type = XM_VALUE_OTHER } },
        { .name = (char *)"_tmp", .value = { .type = XM_VALUE_INT, .i = 1 } },
        { .name = (char *)"memory", .value = { .type = XM_VALUE_INT, .i = 512, .text = (char *)"512" },
          .place = { 2, 3 }, .used = true },
        { .name = (char *)"octal", .value = { .type = XM_VALUE_INT, .i = 8, .text = (char *)"010" } },
        { .name = (char *)"t", .value = { .type = XM_VALUE_TUPLE, .items = items, .count = 2, .place = { 1, 5 } } },
    };
    xm_lang_names names = { list, 5 };
    XM_AUTO(xm_doc) *doc = xm_doc_from_names(&names, XM_DIALECT_XM, "f");

    (void)state;
    assert_int_equal(xm_doc_count(doc), 3);
    assert_null(xm_doc_get(doc, "memory")->str);
    assert_string_equal(xm_doc_get(doc, "octal")->str, "010");
    assert_int_equal(xm_doc_get(doc, "t")->type, XM_NODE_LIST);
    assert_int_equal(xm_doc_get(doc, "t")->items[1]->type, XM_NODE_NONE);
    assert_string_equal(xm_doc_key(doc, 0), "memory");
    assert_int_equal(xm_doc_key_place(doc, 0).col, 3);
    assert_true(xm_doc_key_is_read(doc, 0));
    assert_false(xm_doc_key_is_read(doc, 1));
}

static void failures_name_file_place_and_key(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "web.py"), *bare = xm_doc_new(XM_DIALECT_XM, NULL);
    XM_AUTO(xm_node) *here = xm_node_new_int(1, (struct xm_place){ 14, 9 }), *none = xm_node_new_int(1, nowhere);
    xm_error *err = NULL;

    (void)state;
    assert_int_equal(xm_doc_fail(doc, "disk", here, 0, &err, "unknown device type '%s'", "cdorm"), -1);
    assert_string_equal(err->msg, "web.py:14:9: disk[0]: unknown device type 'cdorm'");
    assert_int_equal(err->code, XM_INVALID);
    xm_error_clear(&err);
    assert_int_equal(xm_doc_fail(doc, "name", none, -1, &err, "missing"), -1);
    assert_string_equal(err->msg, "web.py: name: missing");
    xm_error_clear(&err);
    assert_int_equal(xm_doc_fail(bare, "name", NULL, -1, &err, "missing"), -1);
    assert_string_equal(err->msg, "name: missing");
    xm_error_clear(&err);
}

/* --- pointing into the text --- */

static char *complain(const char *text, unsigned words_line, struct xm_place place, const char *key, int index)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "web"), *copy = NULL;

    xm_doc_set_source(doc, text, strlen(text), words_line);
    copy = xm_doc_copy(doc);            /* what it shares with the first outlives that */
    xm_doc_free(XM_TAKE(doc));
    return xm_doc_complain(copy, key, place, index, "is wrong");
}

static void points(const char *text, unsigned line, unsigned col, const char *expected)
{
    xm_autofree char *got = complain(text, 0, (struct xm_place){ line, col }, "k", -1);

    assert_string_equal(got, expected);
}

static void a_message_shows_its_line_and_a_caret(void **state)
{
    (void)state;
    points("a = 1\nk = 2\n", 2, 5, "web:2:5: k: is wrong\nk = 2\n    ^");
    points("a = 1\r\nk = 2\r\n", 2, 5, "web:2:5: k: is wrong\nk = 2\n    ^");
    points("\tk =\t2", 1, 6, "web:1:6: k: is wrong\n\tk =\t2\n\t   \t^");
    points("k = '\xc3\xa9', 7", 1, 11, "web:1:11: k: is wrong\nk = '\xc3\xa9', 7\n         ^");
    points("k = '\033[2J\xc2\x9b' 7", 1, 13, "web:1:13: k: is wrong\nk = '?[2J?' 7\n           ^");
    points("k = 2", 1, 99, "web:1:99: k: is wrong\nk = 2\n     ^");
    points("k = 2", 7, 1, "web:7:1: k: is wrong\n\n^");
    points("", 1, 1, "web:1:1: k: is wrong\n\n^");
    points("k = 2", 0, 0, "web: k: is wrong");
}

static void a_long_line_is_cut_around_the_caret(void **state)
{
    xm_autobuf text = XM_BUF_INIT;
    xm_autofree char *got = NULL;
    const char *line, *caret;

    (void)state;
    for (int i = 0; i < 500; i++)
        xm_buf_puts(&text, "\xc3\xa9");
    xm_buf_puts(&text, "!");
    for (int i = 0; i < 500; i++)
        xm_buf_puts(&text, "\xc3\xa9");
    got = complain(text.data, 0, (struct xm_place){ 1, 1001 }, "k", -1);
    line = strchr(got, '\n') + 1;
    caret = strchr(line, '\n') + 1;
    assert_true(caret - line <= 161);
    assert_int_equal((unsigned char)line[0], 0xc3);             /* whole characters only */
    assert_int_equal((unsigned char)caret[-2], 0xa9);
    assert_int_equal(strlen(caret) - 1, (strchr(line, '!') - line) / 2);
}

static void words_of_the_command_line_have_a_place_of_their_own(void **state)
{
    static const char text[] = "memory = 5\nmemory=abc\ndisk=['a','b']\n"
                               "extra=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
    xm_autofree char *one = complain(text, 2, (struct xm_place){ 2, 8 }, "memory", -1);
    xm_autofree char *item = complain(text, 2, (struct xm_place){ 3, 11 }, "disk", 1);
    xm_autofree char *word = complain(text, 2, (struct xm_place){ 4, 7 }, "extra", -1);
    xm_autofree char *file = complain(text, 2, (struct xm_place){ 1, 10 }, "memory", -1);

    (void)state;
    assert_string_equal(one, "command line: memory=abc: is wrong");
    assert_string_equal(item, "command line: disk[1]: is wrong\ndisk=['a','b']\n          ^");
    assert_string_equal(word, "command line: extra: is wrong\n"
                              "extra=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n      ^");
    assert_string_equal(file, "web:1:10: memory: is wrong\nmemory = 5\n         ^");
}

/* The column of the byte at offset of string, whose literal stands at column 5 of a line. */
static unsigned within(const char *literal, const char *string, size_t offset)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XM, "web");
    XM_AUTO(xm_node) *node = xm_node_new_str(string, (struct xm_place){ 1, 5 });
    xm_autofree char *text = xm_printf("k = %s\n", literal);

    xm_doc_set_source(doc, text, strlen(text), 0);
    return xm_doc_place_within(doc, node, offset).col;
}

static void a_place_inside_of_a_string_is_found(void **state)
{
    (void)state;
    assert_int_equal(within("'abc,def'", "abc,def", 4), 10);
    assert_int_equal(within("\"abc,def\"", "abc,def", 4), 10);
    assert_int_equal(within("ur'abc,def'", "abc,def", 4), 12);
    assert_int_equal(within("\"\"\"abc,def\"\"\"", "abc,def", 4), 12);
    assert_int_equal(within("'abc,def'", "abc,def", 0), 5);
    assert_int_equal(within("'a\\x62c,def'", "abc,def", 4), 5);        /* not as it was written */
    assert_int_equal(within("'abc' ',def'", "abc,def", 4), 5);
    assert_int_equal(within("'abc,%s' % x", "abc,def", 4), 5);
    assert_int_equal(within("name", "abc,def", 4), 5);
    assert_int_equal(within("'abc,def'", "abc,def", 99), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_set_again_keeps_its_position),
        cmocka_unit_test(removing_a_key_keeps_the_others),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(functions_and_private_names_are_left_out),
        cmocka_unit_test(failures_name_file_place_and_key),
        cmocka_unit_test(a_message_shows_its_line_and_a_caret),
        cmocka_unit_test(a_long_line_is_cut_around_the_caret),
        cmocka_unit_test(words_of_the_command_line_have_a_place_of_their_own),
        cmocka_unit_test(a_place_inside_of_a_string_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
