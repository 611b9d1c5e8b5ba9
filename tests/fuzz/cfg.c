/* Any text, in both dialects, as a document that is written as plain text and evaluated again: the
 * words are the same the second time, and so is the guest. */
#include <stdlib.h>

#include "bind/config.h"
#include "convert/cfg.h"
#include "fuzz.h"

static xm_doc *evaluate(enum xm_dialect dialect, const char *text, size_t len)
{
    xm_doc *doc = NULL;

    return xm_config_parse(dialect, "fuzz", text, len, &doc, NULL) < 0 ? NULL : doc;
}

static void same_words(const xm_doc *doc)
{
    XM_AUTO(xm_doc) *back = NULL;
    xm_autofree char *text = NULL, *again = NULL;
    xm_error *err = NULL;

    if (xm_cfg_format(doc, &text, &err) < 0) {
        if (!err || err->code != XM_UNSUPPORTED)
            abort();
        xm_error_free(err);
        return;
    }
    back = evaluate(xm_doc_dialect(doc), text, strlen(text));
    if (!back || xm_cfg_format(back, &again, NULL) < 0 || strcmp(text, again) != 0)
        abort();
}

/* It says the defaults too, so what is written the second time is what was the first; but for a text
 * with a remark at its head, which one dialect reads as it can. */
static void same_guest(const xm_doc *doc)
{
    XM_AUTO(xm_doc) *back = NULL;
    xm_autofree char *text = NULL, *again = NULL;
    xm_error *err = NULL;

    if (xm_config_format_cfg(doc, &text, &err) < 0) {
        if (!err || (err->code != XM_INVALID && err->code != XM_UNSUPPORTED))
            abort();
        xm_error_free(err);
        return;
    }
    back = evaluate(xm_doc_dialect(doc), text, strlen(text));
    if (!back || xm_config_format_cfg(back, &again, NULL) < 0 || (*text != '#' && strcmp(text, again) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        XM_AUTO(xm_doc) *doc = evaluate(dialect, (const char *)data, len);

        if (!doc)
            continue;
        same_words(doc);
        /* Without these, a random one and the name of the file. */
        xm_doc_set_str(doc, "uuid", "c7a5fdb2-cdaf-9455-926a-d65c16db1809");
        xm_doc_set_str(doc, "name", "fuzz");
        same_guest(doc);
    }
    return 0;
}
