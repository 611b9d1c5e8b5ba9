#include "migrate/preface.h"

#include <string.h>

int preface_parse(char *line, enum preface_word *ret_word, const char **ret_why, xm_error **err)
{
    static const char refused[] = "refused ";
    char *word = line + strlen(PREFACE);

    if (strncmp(line, PREFACE, strlen(PREFACE)) != 0)
        return xm_fail(err, XM_INVALID, "the other side does not speak as xm relocation does");
    *ret_why = "";
    if (strcmp(word, "plain") == 0) {
        *ret_word = PREFACE_PLAIN;
    } else if (strcmp(word, "ready") == 0) {
        *ret_word = PREFACE_READY;
    } else if (strncmp(word, refused, strlen(refused)) == 0) {
        *ret_word = PREFACE_REFUSED;
        *ret_why = word += strlen(refused);
        for (; *word != '\0'; word++)
            if (*word < ' ' || *word > '~')
                *word = '?';
    } else {
        return xm_fail(err, XM_UNSUPPORTED, "the other side is an xm that this one does not understand");
    }
    return 0;
}
