/* The one table of keys. Everything that has to know keys asks it: binding, the warning about
 * unknown ones, completion, --help_config. A row whose value goes unchanged into one field of
 * libxl_domain_config says so (bind, offset, range); a key that is read together with others
 * has bind NULL and is bound by its subject's file. Private to lib/bind. */
#ifndef XM_BIND_KEYS_H
#define XM_BIND_KEYS_H

#include <stddef.h>

#include "bind/binder.h"

enum xm_kind { XM_KIND_STR, XM_KIND_INT, XM_KIND_BOOL, XM_KIND_ENUM, XM_KIND_LIST, XM_KIND_ANY };
enum { XM_PV = 1, XM_HVM = 2, XM_PVH = 4, XM_ALL = 7 };
enum { XM_IN_XM = 1, XM_IN_XL = 2, XM_BOTH = 3 };

struct xm_key {
    const char *name;
    enum xm_kind kind;
    unsigned char guests;               /* where it has a meaning; elsewhere it is left alone */
    unsigned char dialects;             /* whose key it is: SXP and help want to know */
    const char *summary;
    void (*bind)(struct xm_binder *b, const struct xm_key *key, const xm_node *node);
    size_t offset;                      /* into libxl_domain_config */
    long min, max;
    const struct xm_choice *choices;
    const char *gone;                   /* it has no meaning any more: what to say about it */
};

/* The table ends with a row whose name is NULL. */
extern const struct xm_key xm_keys[];

const struct xm_key *xm_key_find(const char *name);

/* Binds the rows that bind by themselves, and warns of keys that nobody knows. */
void xm_keys_bind(struct xm_binder *b);
void xm_keys_check(struct xm_binder *b);

#endif
