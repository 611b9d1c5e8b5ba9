/* Any text, in both dialects: values or an error, never anything else. */
#include <stdlib.h>

#include "convert/json.h"
#include "fuzz.h"
#include "lang/lang.h"

/* What scripts give on the command line, for texts that read it. */
static const struct { const char *name, *value; } vars[] = { { "vmid", "3" }, { "extra_args", "" } };

static void drop(void *arg, const char *text, size_t len)
{
    *(size_t *)arg += memchr(text, '\0', len) == NULL;      /* so that a sanitizer sees all of it */
}

/* What came out of a text can be stored and read again. */
static void store(const xm_lang_names *names, enum xm_dialect dialect)
{
    XM_AUTO(xm_doc) *doc = xm_doc_from_names(names, dialect, "fuzz");
    XM_AUTO(xm_doc) *back = NULL;
    xm_autofree char *text = xm_json_from_doc(doc);

    if (xm_json_to_doc(text, strlen(text), &back, NULL) < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        size_t told = 0;
        struct xm_lang_input input = {
            .file = "fuzz", .text = (const char *)data, .len = len, .dialect = dialect,
            .vars = (const void *)vars, .var_count = XM_COUNT(vars), .print = drop, .print_arg = &told,
        };
        xm_lang_names *names = NULL;
        xm_error *err = NULL;

        if (xm_lang_eval(&input, &names, &err) == 0)
            store(names, dialect);
        else if (err == NULL || err->code != XM_INVALID)
            abort();
        xm_lang_names_free(names);
        xm_error_free(err);
    }
    return 0;
}
