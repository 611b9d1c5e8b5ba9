/* json: documents survive, hostile text is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "convert/json.h"

static void refused(const char *text, const char *why)
{
    xm_json *json = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_json_parse(text, strlen(text), &json, &err), -1);
    assert_null(json);
    assert_int_equal(err->code, XM_INVALID);
    if (strstr(err->msg, why) == NULL)
        fail_msg("%s: %s does not say %s", text, err->msg, why);
    xm_error_free(err);
}

static void parse_reads_every_type(void **state)
{
    static const char text[] = "{\"a\": [1, -2.5, true, null, \"x\\n\"], \"b\": {\"c\": {\"d\": 7}}, \"a2\": 1, \"a2\": 2}";
    XM_AUTO(xm_json) *json = NULL;
    const xm_json *a;

    (void)state;
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    a = xm_json_get(json, "a", NULL);
    assert_int_equal(a->count, 5);
    assert_int_equal(xm_json_int(a->items[0], -1), 1);
    assert_int_equal(xm_json_int(a->items[1], -1), -1);
    assert_true(a->items[1]->f == -2.5);
    assert_int_equal(a->items[2]->type, XM_JSON_BOOL);
    assert_string_equal(xm_json_str(a->items[4]), "x\n");
    assert_int_equal(xm_json_int(xm_json_get(json, "b", "c", "d", NULL), 0), 7);
    assert_int_equal(xm_json_int(xm_json_get(json, "a2", NULL), 0), 2);
    assert_null(xm_json_get(json, "b", "nosuch", "d", NULL));
    assert_null(xm_json_get(json, "a", "b", NULL));
    assert_null(xm_json_str(a));
}

static void depth_is_bounded(void **state)
{
    char text[129];
    XM_AUTO(xm_json) *json = NULL;

    (void)state;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    assert_int_equal(xm_json_parse(text, 128, &json, NULL), 0);
    memset(text, '[', 128);
    refused(text, "nested too deeply");
}

static void broken_text_is_refused_with_its_line(void **state)
{
    (void)state;
    refused("", "line 1: ");
    refused("{\n\"a\": ]", "line 2: ");
    refused("[1] 2", "trailing garbage");
    refused("{\"a\": 1", "premature EOF");
    refused("\"a\\u0000b\"", "NUL");
    refused("{\"a\\u0000b\": 1}", "NUL");
    refused("nul", "");
}

static void huge_numbers_are_not_integers(void **state)
{
    static const char text[] = "[99999999999999999999, 1e999, -9223372036854775808]";
    XM_AUTO(xm_json) *json = NULL;
    xm_autofree char *again = NULL;

    (void)state;
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    assert_int_equal(xm_json_int(json->items[0], 5), 5);
    assert_true(isinf(json->items[1]->f));
    assert_true(xm_json_int(json->items[2], 0) == INT64_MIN);
    again = xm_json_format(json, true);
    assert_string_equal(again, text);
}

static void format_is_one_key_a_line(void **state)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_json *list = xm_json_new(XM_JSON_ARRAY), *rows = xm_json_new(XM_JSON_ARRAY), *row = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *text = NULL, *line = NULL;

    (void)state;
    xm_json_add(list, xm_json_new_int(1));
    xm_json_add(list, xm_json_new_float(2));
    xm_json_add(list, xm_json_new_float(0.1));
    xm_json_add(list, xm_json_new_float(INFINITY));
    xm_json_add(list, xm_json_new_str(NULL));
    xm_json_set(json, "list", list);
    xm_json_set(json, "name", xm_json_new_str("old"));
    xm_json_set(row, "on", xm_json_new_bool(true));
    xm_json_add(rows, row);
    xm_json_set(json, "rows", rows);
    xm_json_set(json, "name", xm_json_new_str("a\"\\\t\x01"));
    xm_json_set(json, "empty", xm_json_new(XM_JSON_OBJECT));
    text = xm_json_format(json, false);
    assert_string_equal(text,
                        "{\n"
                        "    \"list\": [1, 2.0, 0.1, null, null],\n"
                        "    \"name\": \"a\\\"\\\\\\t\\u0001\",\n"
                        "    \"rows\": [\n"
                        "        {\n"
                        "            \"on\": true\n"
                        "        }\n"
                        "    ],\n"
                        "    \"empty\": {}\n"
                        "}\n");
    line = xm_json_format(json, true);
    assert_null(strchr(line, '\n'));
}

/* Every byte but NUL, alone and among others, and sequences that look like UTF-8 but are not. */
static void any_bytes_survive(void **state)
{
    static const char *const odd[] = {
        "\xc3\xa4", "\xc3", "\xed\xb2\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\xc0\xaf",
        "\xf0\x9f\x98\x80", "\xe2\x82", "\xff\xfe", "a\xed\xb3\xbf" "b", "\xf0\x80\x80\x80",
    };
    char every[256];

    (void)state;
    for (int i = 0; i < 255; i++)
        every[i] = (char)(i + 1);
    every[255] = '\0';
    for (size_t i = 0; i <= XM_COUNT(odd); i++) {
        const char *string = i < XM_COUNT(odd) ? odd[i] : every;
        XM_AUTO(xm_json) *json = xm_json_new_str(string), *back = NULL;
        xm_autofree char *text = xm_json_format(json, true);

        assert_int_equal(xm_json_parse(text, strlen(text), &back, NULL), 0);
        assert_string_equal(xm_json_str(back), string);
    }
}

static xm_doc *sample(void)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XL, "/etc/xen/web");
    xm_node *list = xm_node_new(XM_NODE_LIST, (struct xm_place){ 3, 8 });
    xm_node *inner = xm_node_new(XM_NODE_LIST, (struct xm_place){ 4, 2 });
    xm_node *dict = xm_node_new(XM_NODE_DICT, (struct xm_place){ 7, 1 });
    xm_node *number = xm_node_new_int(8, (struct xm_place){ 1, 10 });
    xm_node *real = xm_node_new(XM_NODE_FLOAT, (struct xm_place){ 8, 1 });
    xm_node *yes = xm_node_new(XM_NODE_BOOL, (struct xm_place){ 9, 1 });

    number->str = xm_strdup("010");
    real->f = 0.1;
    yes->i = 1;
    xm_node_add(inner, xm_node_new_str("\xff\xc3\xa4", (struct xm_place){ 4, 3 }));
    xm_node_add(list, xm_node_new_str("here", (struct xm_place){ 3, 8 }));
    xm_node_add(list, inner);
    xm_node_add(list, xm_node_new_str("", (struct xm_place){ 5, 3 }));
    xm_node_add(dict, xm_node_new_int(1, (struct xm_place){ 7, 1 }));
    xm_node_add(dict, xm_node_new_str("v", (struct xm_place){ 7, 5 }));
    xm_doc_set(doc, "vcpus", number);
    xm_doc_set(doc, "disk", list);
    xm_doc_set(doc, "table", dict);
    xm_doc_set(doc, "real", real);
    xm_doc_set(doc, "yes", yes);
    xm_doc_set(doc, "nothing", xm_node_new(XM_NODE_NONE, (struct xm_place){ 10, 1 }));
    xm_doc_set_int(doc, "made", INT64_MIN);
    return doc;
}

static void assert_same_node(const xm_node *a, const xm_node *b)
{
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->place.line, b->place.line);
    assert_int_equal(a->place.col, b->place.col);
    assert_true(a->i == b->i && a->f == b->f);
    assert_int_equal(a->str == NULL, b->str == NULL);
    if (a->str != NULL)
        assert_string_equal(a->str, b->str);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_same_node(a->items[i], b->items[i]);
}

static void a_document_survives_whole(void **state)
{
    XM_AUTO(xm_doc) *doc = sample(), *back = NULL;
    xm_autofree char *text = xm_json_from_doc(doc), *again = NULL;

    (void)state;
    assert_int_equal(xm_json_to_doc(text, strlen(text), &back, NULL), 0);
    assert_int_equal(xm_doc_dialect(back), XM_DIALECT_XL);
    assert_string_equal(xm_doc_file(back), "/etc/xen/web");
    assert_int_equal(xm_doc_count(back), xm_doc_count(doc));
    for (size_t i = 0; i < xm_doc_count(doc); i++) {
        assert_string_equal(xm_doc_key(back, i), xm_doc_key(doc, i));
        assert_same_node(xm_doc_value(back, i), xm_doc_value(doc, i));
    }
    again = xm_json_from_doc(back);
    assert_string_equal(again, text);
}

static void no_document(const char *text, enum xm_code code, const char *why)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_json_to_doc(text, strlen(text), &doc, &err), -1);
    assert_null(doc);
    assert_int_equal(err->code, code);
    if (strstr(err->msg, why) == NULL)
        fail_msg("%s: %s does not say %s", text, err->msg, why);
    xm_error_free(err);
}

#define KEYS(keys) "{\"format\": 1, \"dialect\": \"xm\", \"file\": \"f\", \"keys\": [" keys "]}"

static void what_is_no_document_is_refused(void **state)
{
    (void)state;
    no_document("[]", XM_INVALID, "not a stored document");
    no_document("{}", XM_INVALID, "not a stored document");
    no_document("{\"format\": 2, \"keys\": {}}", XM_UNSUPPORTED, "format 2");
    no_document("{\"format\": 1, \"dialect\": \"vl\", \"keys\": []}", XM_INVALID, "dialect vl");
    no_document(KEYS("1"), XM_INVALID, "no key");
    no_document(KEYS("{\"key\": \"a\"}"), XM_INVALID, "no value");
    no_document(KEYS("{\"key\": \"a\", \"value\": 1}, {\"key\": \"a\", \"value\": 1}"), XM_INVALID, "a is there twice");
    no_document(KEYS("{\"key\": \"a\", \"value\": 99999999999999999999}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": 1e999}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": {}}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": {\"dict\": [1]}}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": {\"int\": 1.5, \"text\": \"x\"}}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": {\"int\": \"1\", \"text\": \"x\"}}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": 1, \"at\": [1]}"), XM_INVALID, "its place");
    no_document(KEYS("{\"key\": \"a\", \"value\": 1, \"at\": [-1, 99999999999]}"), XM_INVALID, "its place");
    no_document(KEYS("{\"key\": \"a\", \"value\": [1, 2], \"items_at\": [[1, 1]]}"), XM_INVALID, "key a: not a value");
    no_document(KEYS("{\"key\": \"a\", \"value\": [1], \"items_at\": [7]}"), XM_INVALID, "key a: not a value");
}

static void libxl_lines_have_one_item_each(void **state)
{
    static const char text[] = "{\"a\": [0, 1], \"b\": {}, \"c\": []}";
    XM_AUTO(xm_json) *json = NULL;
    xm_autofree char *wide = NULL;

    (void)state;
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    wide = xm_json_format_wide(json);
    assert_string_equal(wide, "{\n    \"a\": [\n        0,\n        1\n    ],\n"
                              "    \"b\": {\n\n    },\n    \"c\": [\n\n    ]\n}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(libxl_lines_have_one_item_each),
        cmocka_unit_test(parse_reads_every_type),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(broken_text_is_refused_with_its_line),
        cmocka_unit_test(huge_numbers_are_not_integers),
        cmocka_unit_test(format_is_one_key_a_line),
        cmocka_unit_test(any_bytes_survive),
        cmocka_unit_test(a_document_survives_whole),
        cmocka_unit_test(what_is_no_document_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
