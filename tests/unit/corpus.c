/* Whole configurations: each tests/corpus/NAME.cfg gives the document in NAME.json, whose header
 * says in which dialect. After a meant change, XM_CORPUS_UPDATE=1 writes the documents anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "convert/json.h"
#include "lang/lang.h"

static char *evaluate(const char *path, const char *name, enum xm_dialect dialect)
{
    xm_autofree char *text = NULL;
    struct xm_lang_input input = { .file = name, .dialect = dialect };
    XM_AUTO(xm_doc) *doc = NULL;
    xm_lang_names *names = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_file_read(path, 1 << 20, &text, &input.len, NULL), 0);
    input.text = text;
    if (xm_lang_eval(&input, &names, &err) < 0)
        fail_msg("%s", err->msg);
    doc = xm_doc_from_names(names, dialect, name);
    xm_lang_names_free(names);
    return xm_json_from_doc(doc);
}

static void compare(const char *dir, const char *name)
{
    xm_autofree char *path = xm_printf("%s/%s", dir, name);
    xm_autofree char *json = xm_printf("%s/%.*s.json", dir, (int)(strlen(name) - 4), name);
    xm_autofree char *expected = NULL, *got = NULL;
    XM_AUTO(xm_doc) *doc = NULL;
    size_t len;

    assert_int_equal(xm_file_read(json, 1 << 20, &expected, &len, NULL), 0);
    assert_int_equal(xm_json_to_doc(expected, len, &doc, NULL), 0);
    got = evaluate(path, name, xm_doc_dialect(doc));
    if (getenv("XM_CORPUS_UPDATE") != NULL)
        assert_int_equal(xm_file_replace(json, got, strlen(got), 0644, NULL), 0);
    else if (strcmp(got, expected) != 0)
        fail_msg("%s: gives\n%s\nexpected\n%s", name, got, expected);
}

static void configurations_give_their_documents(void **state)
{
    xm_autofree char *dir = xm_printf("%s/tests/corpus", getenv("abs_top_srcdir") != NULL ? getenv("abs_top_srcdir") : "..");
    DIR *files = opendir(dir);
    const struct dirent *entry;
    unsigned count = 0;

    (void)state;
    assert_non_null(files);
    while ((entry = readdir(files)) != NULL) {
        size_t len = strlen(entry->d_name);

        if (len > 4 && strcmp(entry->d_name + len - 4, ".cfg") == 0) {
            compare(dir, entry->d_name);
            count++;
        }
    }
    closedir(files);
    assert_true(count >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(configurations_give_their_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
