/* S-expressions as xend wrote and read them: forms are built as a tree, written by
 * xm_sxp_format() with xend's quoting and layout (a list that fits in the columns that are left
 * is written on one line, otherwise one item a line, indented by 4), and read by xm_sxp_parse(). */
#ifndef XM_CONVERT_SXP_H
#define XM_CONVERT_SXP_H

#include <stddef.h>

#include "base/error.h"
#include "base/mem.h"

typedef struct xm_sxp {
    char *atom;                 /* NULL: a list */
    struct xm_sxp **items;
    size_t count;
} xm_sxp;

XM_API xm_sxp *xm_sxp_new_list(const char *head);       /* head NULL: an empty list */
XM_API xm_sxp *xm_sxp_new_atom(const char *text);
XM_API void xm_sxp_free(xm_sxp *sxp);
XM_AUTO_DEFINE(xm_sxp)

XM_API void xm_sxp_add(xm_sxp *list, xm_sxp *item);     /* takes item */
XM_API void xm_sxp_add_str(xm_sxp *list, const char *key, const char *value);     /* (key value) */
XM_API void xm_sxp_add_int(xm_sxp *list, const char *key, long long value);
XM_API void xm_sxp_add_float(xm_sxp *list, const char *key, double value);        /* 12 significant digits */

/* The form, pretty, with a final newline. width is 80 for listings, 78 in files. */
XM_API char *xm_sxp_format(const xm_sxp *sxp, unsigned width);

/* Reads the first form of text. The grammar and its errors are those of the old toolstack:
 * "unexpected EOF", "syntax error: )", with the line. Depth is bounded. */
XM_API int xm_sxp_parse(const char *text, size_t len, xm_sxp **ret_sxp, xm_error **err);

/* Second item of the first child list whose head is key, or NULL. */
XM_API const xm_sxp *xm_sxp_child(const xm_sxp *sxp, const char *key);

#endif
