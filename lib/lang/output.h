/* What print writes: handed to the program, up to a bound. */
#ifndef XM_LANG_OUTPUT_H
#define XM_LANG_OUTPUT_H

#include "lang/context.h"

int output_print(struct lang *lang, struct xm_place place, const char *text, size_t len);

#endif
