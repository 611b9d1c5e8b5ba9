#include "lang/output.h"

int output_print(struct lang *lang, struct xm_place place, const char *text, size_t len)
{
    if (lang->printed + len > LANG_PRINT_MAX)
        return lang_stop(lang, place, "prints more than %d bytes", LANG_PRINT_MAX);
    lang->printed += len;
    if (lang->input->print != NULL)
        lang->input->print(lang->input->print_arg, text, len);
    return 0;
}
