/* Any text as an S-expression: what is read is written and read again the same. And as a guest of the old
 * daemon: refused, or a document. */
#include <stdint.h>
#include <stdlib.h>

#include "bind/config.h"
#include "convert/sxp.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    XM_AUTO(xm_sxp) *sxp = NULL, *back = NULL;
    xm_autofree char *first = NULL, *second = NULL;
    XM_AUTO(xm_doc) *doc = NULL;

    if (xm_sxp_parse((const char *)data, len, &sxp, NULL) < 0)
        return 0;
    first = xm_sxp_format(sxp, 80);
    if (xm_sxp_parse(first, strlen(first), &back, NULL) < 0)
        abort();
    second = xm_sxp_format(back, 80);
    if (strcmp(first, second) != 0)
        abort();
    (void)xm_config_from_sxp((const char *)data, len, "guest", &doc, NULL);    /* either will do */
    return 0;
}
