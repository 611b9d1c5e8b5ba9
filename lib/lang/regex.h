/* Python's regular expressions -> PCRE2's. The two are written almost the same; what differs is
 * rewritten, and what only PCRE2 knows (recursion, its verbs, its other escapes) is refused as
 * Python refuses it. */
#ifndef XM_LANG_REGEX_H
#define XM_LANG_REGEX_H

#include "base/buf.h"
#include "lang/context.h"

/* Python's numbers for the flags. */
enum {
    RE_IGNORECASE = 2, RE_LOCALE = 4, RE_MULTILINE = 8, RE_DOTALL = 16, RE_UNICODE = 32, RE_VERBOSE = 64, RE_ASCII = 256,
};

/* Appends to out what PCRE2 reads. */
int regex_translate(struct lang *lang, struct xm_place place, const struct str *pattern, unsigned flags, struct xm_buf *out);

#endif
