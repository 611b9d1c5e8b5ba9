/* What is amiss in the registry's directories themselves: found without changing anything, mended one by
 * one. What a command is at work on is nobody's trouble. */
#ifndef XM_REGISTRY_TROUBLE_H
#define XM_REGISTRY_TROUBLE_H

#include "registry/registry.h"

enum xm_reg_trouble_type {
    XM_REG_STALE_LOCK,          /* the file of a lock that nobody holds and that guards nothing */
    XM_REG_HALF_ENTRY,          /* a directory of an entry that was on its way in or out */
    XM_REG_HALF_FILE,           /* a file beside, which was to replace another */
    XM_REG_LOOSE,               /* others may read or change it, or it is not ours: root's alone is what it is to be */
};

struct xm_reg_trouble {
    enum xm_reg_trouble_type type;
    char uuid[37];              /* "": of no guest */
    char *path;
};

typedef struct xm_reg_troubles {
    struct xm_reg_trouble *items;       /* loose ones first: until that is mended, nothing else is safe */
    size_t count;
} xm_reg_troubles;

/* A registry that is not there has none. */
XM_API int xm_reg_troubles_find(xm_reg *reg, xm_reg_troubles **ret_troubles, xm_error **err);
XM_API void xm_reg_troubles_free(xm_reg_troubles *troubles);
XM_AUTO_DEFINE(xm_reg_troubles)

XM_API int xm_reg_trouble_mend(xm_reg *reg, const struct xm_reg_trouble *trouble, xm_error **err);

/* Is a guest's lock held now? Nothing is made to find out. */
XM_API bool xm_reg_is_held(const xm_reg *reg, const char *uuid);

#endif
