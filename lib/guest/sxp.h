/* A guest as the old toolstack wrote it down: the (domain ...) form of `list --long`, which is
 * also what xm_config_from_sxp() reads. */
#ifndef XM_GUEST_SXP_H
#define XM_GUEST_SXP_H

#include "base/error.h"
#include "convert/sxp.h"
#include "guest/guest.h"

struct xm_guest_form {
    xm_sxp *sxp;                /* NULL: err says why */
    xm_error *err;
};

typedef struct xm_guest_forms {
    struct xm_guest_form *items;
    size_t count;
} xm_guest_forms;

/* The forms of guests, in their order; the guests are items of a list that was loaded with XM_WANT_TARGET,
 * XM_WANT_STARTED and XM_WANT_LABEL. A live domain has one whatever else is known of it; of another the
 * document must be readable. Fails as a whole only if the host cannot be asked. */
XM_API int xm_guest_forms_load(const struct xm_guests *guests, const struct xm_guest *const *items, size_t count,
                               xm_guest_forms **ret_forms, xm_error **err);
XM_API void xm_guest_forms_free(xm_guest_forms *forms);
XM_AUTO_DEFINE(xm_guest_forms)

#endif
