/* Any text, in both dialects: values or an error, never anything else. */
#include <stdint.h>
#include <stdlib.h>

#include "convert/json.h"
#include "fuzz.h"
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        struct xm_lang_input input = { .file = "fuzz", .text = (const char *)data, .len = len, .dialect = dialect };
        xm_lang_names *names = NULL;
        xm_error *err = NULL;

        if (xm_lang_eval(&input, &names, &err) == 0) {
            XM_AUTO(xm_doc) *doc = xm_doc_from_names(names, dialect, "fuzz");
            XM_AUTO(xm_doc) *back = NULL;
            xm_autofree char *text = xm_json_from_doc(doc);

            /* What came out of a text can be stored and read again. */
            if (xm_json_to_doc(text, strlen(text), &back, NULL) < 0)
                abort();
        } else if (err == NULL || err->code != XM_INVALID) {
            abort();
        }
        xm_lang_names_free(names);
        xm_error_free(err);
    }
    return 0;
}
