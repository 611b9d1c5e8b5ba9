/* Values -> text: str(), repr(), the % operator and str.format(). */
#ifndef XM_LANG_FORMAT_H
#define XM_LANG_FORMAT_H

#include "base/buf.h"
#include "lang/context.h"

int format_str(struct lang *lang, struct xm_place place, struct val v, struct val *ret_text);
int format_repr(struct lang *lang, struct xm_place place, struct val v, struct val *ret_text);

/* What !r, !s and !a make of a value: how is r, s or a. */
int format_convert(struct lang *lang, struct xm_place place, char how, struct val *value);

/* format(v, spec): [[fill]align][sign][#][0][width][, or _][.precision][type] */
int format_value(struct lang *lang, struct xm_place place, struct val v, const char *spec, size_t len, struct val *ret_text);

int format_percent(struct lang *lang, struct xm_place place, const struct str *format, struct val args, struct val *ret_text);

/* named: the keyword arguments. */
int format_braces(struct lang *lang, struct xm_place place, const struct str *format, const struct val *args, size_t count,
                  const struct dict *named, struct val *ret_text);

/* The end of each of these: out's text, unless rc says that it failed or it is too long. Clears out. */
int format_finish(struct lang *lang, struct xm_place place, struct xm_buf *out, int rc, struct val *ret_text);

#endif
