/* Any text as JSON, and as a stored document: what is read is written and read again the same. */
#include <stdint.h>
#include <stdlib.h>

#include "convert/json.h"
#include "fuzz.h"

static void check_tree(const char *text, size_t len)
{
    XM_AUTO(xm_json) *json = NULL, *back = NULL;
    xm_autofree char *first = NULL, *second = NULL;

    if (xm_json_parse(text, len, &json, NULL) < 0)
        return;
    first = xm_json_format(json, false);
    if (xm_json_parse(first, strlen(first), &back, NULL) < 0)
        abort();
    second = xm_json_format(back, false);
    if (strcmp(first, second) != 0)
        abort();
}

static void check_doc(const char *text, size_t len)
{
    XM_AUTO(xm_doc) *doc = NULL, *back = NULL;
    xm_autofree char *first = NULL, *second = NULL;

    if (xm_json_to_doc(text, len, &doc, NULL) < 0)
        return;
    first = xm_json_from_doc(doc);
    if (xm_json_to_doc(first, strlen(first), &back, NULL) < 0)
        abort();
    second = xm_json_from_doc(back);
    if (strcmp(first, second) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    check_tree((const char *)data, len);
    check_doc((const char *)data, len);
    return 0;
}
