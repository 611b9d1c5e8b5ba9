/* Managed guests as such: new, delete, rename. */
#include <string.h>

#include "guest/step.h"

/* A live domain of that name, unless it is the guest's own. */
static int check_live_name(const struct xm_guests *guests, const char *name, const char *uuid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xm_host_list(guests->host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (d->name != NULL && strcmp(d->name, name) == 0 && strcmp(d->uuid, uuid) != 0)
            return xm_fail(err, XM_EXISTS, "VM name '%s' already exists as domain %u", name, d->domid);
    }
    return 0;
}

static int add_managed(struct xm_step *step, const xm_doc *doc, xm_error **err)
{
    step->state.managed = true;
    step->state.phase = XM_PHASE_HALTED;
    return xm_reg_add(step->guests->reg, doc, &step->state, err);
}

static int edit(struct xm_step *step, const xm_doc *doc, xm_error **err)
{
    /* A document that has been stored before the guest counts as managed is harmless; a guest
     * that became managed with its old document would not be what was asked for. */
    if (xm_reg_save_doc(step->guests->reg, step->uuid, doc, err) < 0)
        return -1;
    if (step->state.managed)
        return 0;
    step->state.managed = true;
    return xm_step_save(step, step->state.phase, step->state.domid, err);
}

int xm_guest_new(const struct xm_guests *guests, xm_doc *doc, bool *ret_edited, xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;
    const char *name, *uuid;

    if (xm_guest_identify(guests, doc, err) < 0)
        return -1;
    name = xm_doc_get_str(doc, "name");
    uuid = xm_doc_get_str(doc, "uuid");
    xm_guest_settle_holder(guests, name, uuid);
    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0
        || check_live_name(guests, name, uuid, err) < 0)
        return -1;
    *ret_edited = step.there;
    return step.there ? edit(&step, doc, err) : add_managed(&step, doc, err);
}

int xm_guest_delete(const struct xm_guests *guests, const char *uuid, xm_error **err)
{
    xm_error *why = NULL;
    xm_autostep step = XM_STEP_INIT;

    if (xm_guest_check_doubt(guests, uuid, NULL, err) < 0)
        return -1;
    if (xm_step_open(guests, uuid, XM_SOON, &step, &why) < 0) {
        xm_autoclose int lock = -1;

        /* An entry whose state cannot be read can still be thrown away, unless it is somebody's, or a newer
         * xm's: that one may be running. */
        if (why->code == XM_UNSUPPORTED || !xm_reg_has(guests->reg, uuid) || xm_reg_lock(guests->reg, uuid, false, &lock, NULL) < 0)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return xm_reg_remove(guests->reg, uuid, err);
    }
    if (xm_step_settle(&step, false, err) < 0)
        return -1;
    if (!step.there)
        return xm_fail(err, XM_NOT_FOUND, "no guest with uuid %s is managed", uuid);
    if (step.state.phase != XM_PHASE_HALTED)
        return xm_fail(err, XM_STATE, "Domain is not halted.");
    return xm_reg_remove(guests->reg, uuid, err);
}

static int rename_entry(const struct xm_guests *guests, const char *uuid, const char *name, xm_doc **ret_old, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    int rc;

    if (xm_reg_load_doc(guests->reg, uuid, ret_old, err) < 0)
        return -1;
    doc = xm_doc_copy(*ret_old);
    xm_doc_set_str(doc, "name", name);
    rc = xm_reg_save_doc(guests->reg, uuid, doc, err);
    return rc;
}

int xm_guest_rename(const struct xm_guests *guests, const struct xm_guest *guest, const char *name, xm_error **err)
{
    XM_AUTO(xm_doc) *old = NULL;
    xm_autostep step = XM_STEP_INIT;

    if (*name == '\0' || strchr(name, '/') != NULL || strlen(name) > 255)
        return xm_fail(err, XM_INVALID, "Invalid VM Name");
    xm_guest_settle_holder(guests, name, guest->uuid);
    if (xm_step_open(guests, guest->uuid, XM_SOON, &step, err) < 0 || xm_step_settle_move(&step, err) < 0
        || check_live_name(guests, name, guest->uuid, err) < 0)
        return -1;
    if (!guest->ours || !step.there)
        return xm_host_rename(guests->host, guest->domid, name, err);
    /* The entry first: whoever comes second to a name learns it there. */
    if (rename_entry(guests, guest->uuid, name, &old, err) < 0)
        return -1;
    if (guest->domid != XM_DOMID_NONE && xm_host_rename(guests->host, guest->domid, name, err) < 0) {
        (void)xm_reg_save_doc(guests->reg, guest->uuid, old, NULL);     /* the error that matters is set */
        return -1;
    }
    return 0;
}
