/* UTF-8, for the few functions to which a string is more than bytes. */
#ifndef XM_LANG_UTF8_H
#define XM_LANG_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Appends code's bytes. */
void utf8_put(struct xm_buf *out, uint32_t code);
/* How many bytes the character at text has, its number in *ret_code; 0 if it is none. */
size_t utf8_get(const char *text, size_t len, uint32_t *ret_code);
bool utf8_is_valid(const char *text, size_t len);
bool utf8_is_ascii(const char *text, size_t len);

#endif
