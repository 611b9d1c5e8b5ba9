/* A dead domain that stays, under another name and uuid, while its guest is built again. */
#include <string.h>
#include <time.h>

#include "guest/step.h"
#include "registry/uuid.h"

void xm_step_mark_kept(struct xm_step *step, uint32_t domid)
{
    step->state.kept_domid = domid;
    step->state.kept_at = time(NULL);
    xm_uuid_new(step->state.kept_uuid);
}

/* xm's way; xl adds the time, which two in one minute have in common. */
static char *kept_name(const struct xm_step *step, const char *name, enum xm_dialect dialect)
{
    time_t at = (time_t)step->state.kept_at;
    char stamp[32];
    struct tm tm;

    if (dialect != XM_DIALECT_XL || gmtime_r(&at, &tm) == NULL || strftime(stamp, sizeof(stamp), "%Y%m%dT%H%MZ", &tm) == 0)
        return xm_printf("Domain-%s", step->state.kept_uuid);
    return xm_printf("%s-%s", name, stamp);
}

static int preserve(struct xm_step *step, const char *name, enum xm_dialect dialect, xm_error **err)
{
    const struct xm_reg_state *state = &step->state;
    xm_autofree char *as = kept_name(step, name, dialect);
    xm_error *why = NULL;

    xm_log(step->guests->log, XM_LOG_INFO, "Renaming dead domain %s (%u, %s) to %s (%s).", name, state->kept_domid,
           step->uuid, as, state->kept_uuid);
    if (xm_host_preserve(step->guests->host, state->kept_domid, as, state->kept_uuid, &why) == 0)
        return 0;
    if (why->code != XM_EXISTS || dialect != XM_DIALECT_XL)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return preserve(step, name, XM_DIALECT_XM, err);
}

/* The domain of before as it is now: NULL if it is gone, or has its new uuid and thus all the rest. */
static int find_unkept(struct xm_step *step, xm_domains **ret_domains, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_error *why = NULL;

    *ret_domains = NULL;
    if (xm_host_get(step->guests->host, step->state.kept_domid, 0, &domains, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (strcmp(domains->items[0].uuid, step->uuid) == 0)
        *ret_domains = XM_TAKE(domains);
    return 0;
}

int xm_step_keep(struct xm_step *step, const xm_doc *doc, xm_error **err)
{
    const char *name = xm_doc_get_str(doc, "name");
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    if (step->state.kept_uuid[0] == '\0')
        return 0;
    if (find_unkept(step, &domains, err) < 0)
        return -1;
    if (domains == NULL || preserve(step, name, xm_doc_dialect(doc), &why) == 0)
        return 0;
    /* Its guest is to run again, and cannot beside one of the same uuid. */
    text = xm_error_text(why);
    xm_error_free(why);
    xm_log(step->guests->log, XM_LOG_ERROR, "Dead domain %s (%u) cannot be kept: %s", name, step->state.kept_domid, text);
    return xm_host_destroy(step->guests->host, step->state.kept_domid, err);
}
