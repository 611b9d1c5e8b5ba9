/* Who may come without ssh: xend's relocation-hosts-allow. Regular expressions between blanks, one of which
 * has to match all of the peer's address, or all of its name; xend looked at the beginning alone, where
 * `^host` lets `hostile` in, and took a second blank for an expression that lets everybody in. */
#ifndef XM_MIGRATE_ALLOW_H
#define XM_MIGRATE_ALLOW_H

#include <stdbool.h>

#include "base/error.h"
#include "base/mem.h"

typedef struct xm_allow xm_allow;

/* text NULL, or without an expression: everybody may. XM_INVALID names the expression. */
int xm_allow_parse(const char *text, xm_allow **ret_allow, xm_error **err);
bool xm_allow_is_open(const xm_allow *allow);

/* text is an address or a name; NULL is nobody's. What takes too many ways to match does not. */
bool xm_allow_has(const xm_allow *allow, const char *text);

void xm_allow_free(xm_allow *allow);
XM_AUTO_DEFINE(xm_allow)

#endif
