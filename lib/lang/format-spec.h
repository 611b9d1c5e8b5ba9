/* One value in the form that a % or a {:} asks for. */
#ifndef XM_LANG_FORMAT_SPEC_H
#define XM_LANG_FORMAT_SPEC_H

#include "base/buf.h"
#include "lang/context.h"

struct spec {
    char fill[5];               /* one character in UTF-8; empty: a blank */
    char align, sign, group, type;      /* '\0': not given */
    bool alternate;             /* # */
    bool old;                   /* of %: no rules about what goes together */
    int width, precision;       /* -1: not given */
};

/* v as spec.type says, which is one of s r a c b d o x X n e E f F g G %, or '\0' for what suits v. */
int spec_put(struct lang *lang, struct xm_place place, struct xm_buf *out, const struct spec *spec, struct val v);

/* A number in a format at *at, which is moved behind it. It is bounded here, so that nothing is
 * computed with a huge one. */
int spec_number(const char **at, const char *end);

#endif
