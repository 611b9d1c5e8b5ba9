/* The one table of keys, keys.def. Everything that has to know keys asks it: binding, the warnings about
 * unknown ones, completion, --help_config, the manual. A row whose value goes unchanged into one field of
 * libxl_domain_config says so (bind, offset, range); a key that is read together with others has bind NULL
 * and is bound by its subject's file, within the row's range or choices. Private to lib/bind. */
#ifndef XM_BIND_KEYS_H
#define XM_BIND_KEYS_H

#include <stddef.h>

#include "bind/binder.h"

enum xm_kind {
    XM_KIND_STR, XM_KIND_INT, XM_KIND_BOOL, XM_KIND_ENUM, XM_KIND_LIST,
    XM_KIND_ANY,                /* a string, or a list of them */
    XM_KIND_BOOL_OR,            /* a boolean, or one of the choices, or without choices a list */
};
/* XM_ANYWAY: it is bound for every guest, as stock xl does, and has a meaning only for those named beside it. */
enum { XM_PV = 1, XM_HVM = 2, XM_PVH = 4, XM_ALL = 7, XM_ANYWAY = 8 };
enum { XM_IN_XM = 1, XM_IN_XL = 2, XM_BOTH = 3 };

/* What xm's restart= says. */
enum { XM_RESTART_ONREBOOT, XM_RESTART_ALWAYS, XM_RESTART_NEVER };

struct xm_key {
    const char *name;
    enum xm_kind kind;
    unsigned char guests;               /* where it has a meaning; elsewhere it is left alone */
    unsigned char dialects;             /* whose key it is: SXP and help want to know */
    const char *def;                    /* see keys.def */
    long min, max;                      /* both 0: any number */
    const struct xm_choice *choices;
    void (*bind)(struct xm_binder *b, const struct xm_key *key, const xm_node *node);
    size_t offset;                      /* into libxl_domain_config */
    const char *field;                  /* the name of what is there; NULL: nothing of libxl's */
    const char *instead;                /* it is an old spelling: today's */
    const char *gone;                   /* it has no meaning any more: what to say about it */
    const char *summary;
};

/* The table ends with a row whose name is NULL. */
extern const struct xm_key xm_keys[];

const struct xm_key *xm_key_find(const char *name);

/* The default of one dialect: a literal that binding stands by, or NULL; ret_words, which may be NULL, gets
 * the words for what the host decides, or NULL. Both are owned by the caller. */
char *xm_key_default(const struct xm_key *key, enum xm_dialect dialect, char **ret_words);

/* key's own value, within the range or of the choices of its row; false if it is not there (nothing
 * reported) or wrong. */
bool xm_key_get_long(struct xm_binder *b, const char *key, long *ret);
bool xm_key_get_choice(struct xm_binder *b, const char *key, int *ret);

/* Binds the rows that bind by themselves, looks at the types of the others, and warns of keys that nobody
 * knows and that have an effect no more. */
void xm_keys_bind(struct xm_binder *b);
void xm_keys_check(struct xm_binder *b);

#endif
