/* Documents as plain configuration text: `key = value` lines in the part of the language that
 * stock xl's grammar and both dialects here read alike. Only numbers, strings and lists of those
 * stand in it; what has no such form (a dict, None within a list) is an error with its place.
 * A number below zero, and one with a fraction, is written as a string, which is how xl takes
 * it; True and False are 1 and 0; a key with None is left out. Strings hold any bytes. */
#ifndef XM_CONVERT_CFG_H
#define XM_CONVERT_CFG_H

#include "base/error.h"
#include "doc/doc.h"

/* The text of doc, its keys in the document's order; a list of several strings has one on each
 * line. XM_UNSUPPORTED with the place for a value or a key that cannot stand in such a text. */
XM_API int xm_cfg_format(const xm_doc *doc, char **ret_text, xm_error **err);

#endif
