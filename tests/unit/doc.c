/* doc: keys keep their order, nodes their places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

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
        { (char *)"helper", { .type = XM_VALUE_OTHER } },
        { (char *)"_tmp", { .type = XM_VALUE_INT, .i = 1 } },
        { (char *)"memory", { .type = XM_VALUE_INT, .i = 512, .text = (char *)"512" } },
        { (char *)"octal", { .type = XM_VALUE_INT, .i = 8, .text = (char *)"010" } },
        { (char *)"t", { .type = XM_VALUE_TUPLE, .items = items, .count = 2, .place = { 1, 5 } } },
    };
    xm_lang_names names = { list, 5 };
    XM_AUTO(xm_doc) *doc = xm_doc_from_names(&names, XM_DIALECT_XM, "f");

    (void)state;
    assert_int_equal(xm_doc_count(doc), 3);
    assert_null(xm_doc_get(doc, "memory")->str);
    assert_string_equal(xm_doc_get(doc, "octal")->str, "010");
    assert_int_equal(xm_doc_get(doc, "t")->type, XM_NODE_LIST);
    assert_int_equal(xm_doc_get(doc, "t")->items[1]->type, XM_NODE_NONE);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_set_again_keeps_its_position),
        cmocka_unit_test(removing_a_key_keeps_the_others),
        cmocka_unit_test(a_copy_is_its_own),
        cmocka_unit_test(functions_and_private_names_are_left_out),
        cmocka_unit_test(failures_name_file_place_and_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
