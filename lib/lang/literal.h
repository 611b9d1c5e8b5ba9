/* What the spelling of a number or a string literal means, in each dialect. */
#ifndef XM_LANG_LITERAL_H
#define XM_LANG_LITERAL_H

#include "lang/context.h"

/* text: all letters, digits, dots and signs that belong together. */
int literal_number(struct lang *lang, struct xm_place place, const char *text, size_t len, struct val *ret_value);

/* body: what stands between the quotes; place is its first byte's. raw: no escapes; bytes: none of Unicode. */
enum { LITERAL_RAW = 1, LITERAL_BYTES = 2 };
int literal_string(struct lang *lang, struct xm_place place, const char *body, size_t len, int flags,
                   struct val *ret_value);

#endif
