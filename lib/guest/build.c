/* Making a guest's domain: create, start, and what restarts and resumptions share with them. */
#include <string.h>
#include <time.h>

#include "guest/claim.h"
#include "guest/step.h"

/* Who gave the configuration was warned when it was read. */
static void warn(void *arg, const char *text)
{
    xm_log(arg, XM_LOG_DEBUG, "%s", text);
}

static int from_json(struct xm_step *step, const xm_doc *doc, const struct xm_build *build, uint32_t *ret_domid,
                     xm_error **err)
{
    xm_autofree char *json = NULL;

    if (xm_guest_json_as(xm_doc_get_str(doc, XM_GUEST_JSON_KEY), xm_doc_get_str(doc, "name"), step->uuid,
                         &json, err) < 0)
        return -1;
    return xm_host_create_json(step->guests->host, json, build, ret_domid, err);
}

static int from_doc(struct xm_step *step, const struct xm_source *source, const struct xm_build *build,
                    uint32_t *ret_domid, xm_error **err)
{
    struct xm_bind_report report = { .warning = warn, .arg = (void *)step->guests->log };
    xm_host *host = step->guests->host;
    libxl_domain_config cfg;
    int rc;

    libxl_domain_config_init(&cfg);
    rc = xm_guest_bind(step->guests, source->doc, &report, &cfg, err);
    if (rc == 0)
        rc = xm_guest_claim_now(step->guests, source->doc, &cfg, err);
    if (rc == 0 && source->fd < 0)
        rc = xm_host_create(host, &cfg, build, ret_domid, err);
    else if (rc == 0)
        rc = xm_host_restore(host, source->config_json, &cfg, source->name, source->fd, build, ret_domid, err);
    libxl_domain_config_dispose(&cfg);
    return rc;
}

static int make(struct xm_step *step, const struct xm_source *source, const struct xm_build *build,
                uint32_t *ret_domid, xm_error **err)
{
    if (source->doc == NULL)
        return xm_host_restore(step->guests->host, source->config_json, NULL, source->name, source->fd, build,
                               ret_domid, err);
    if (source->fd < 0 && xm_doc_get_str(source->doc, XM_GUEST_JSON_KEY) != NULL)
        return from_json(step, source->doc, build, ret_domid, err);
    return from_doc(step, source, build, ret_domid, err);
}

static void keep_first_figures(struct xm_step *step, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_error *why = NULL;

    /* they only serve listings should the machine go down before the guest does */
    if (xm_host_get(step->guests->host, domid, XM_WANT_TARGET, &domains, &why) == 0)
        xm_step_keep_figures(step, &domains->items[0]);
    xm_error_free(why);
}

/* Puts a whole, paused domain on record, and lets it go. */
static int let_go(struct xm_step *step, const xm_doc *adopt, uint32_t domid, bool paused, xm_error **err)
{
    const struct xm_guests *g = step->guests;
    xm_error *why = NULL;

    if (adopt != NULL && xm_reg_save_doc(g->reg, step->uuid, adopt, err) < 0)
        return -1;
    keep_first_figures(step, domid);
    step->state.built = time(NULL);
    step->state.last_reason = XM_REASON_NONE;
    step->state.restarting = step->state.again = step->state.held = step->state.preserved = false;
    step->state.asked = 0;
    step->state.kept_uuid[0] = '\0';
    if (paused)
        return xm_step_save(step, XM_PHASE_RUNNING, domid, err);
    if (xm_step_save(step, step->state.phase, domid, err) < 0 || xm_host_unpause(g->host, domid, err) < 0)
        return -1;
    /* It has run, so there is no way back; a phase with a domid is read as running anyway. */
    if (xm_step_save(step, XM_PHASE_RUNNING, domid, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_log(g->log, XM_LOG_WARNING, "domain %u runs, but that could not be written down: %s", domid, text);
        xm_error_free(why);
        step->state.phase = XM_PHASE_RUNNING;
        step->state.domid = domid;
    }
    return 0;
}

int xm_step_raise(struct xm_step *step, const struct xm_guest_how *how, const struct xm_source *source,
                  uint32_t *ret_domid, xm_error **err)
{
    struct xm_build build = how ? how->build : (struct xm_build){ 0 };
    bool paused = build.paused;
    uint32_t domid;

    build.paused = true;
    if (how != NULL && how->begin != NULL && how->begin(how->begin_arg, step->uuid, err) < 0)
        return -1;
    if (make(step, source, &build, &domid, err) < 0)
        return -1;
    if (let_go(step, source->adopt, domid, paused, err) < 0) {
        /* should this fail too, the entry still tells of it, and mending it comes here again */
        step->remains = xm_host_destroy(step->guests->host, domid, NULL) < 0;
        return -1;
    }
    *ret_domid = domid;
    return 0;
}

/* A failed step must leave what was there before; if even that cannot be written, mending will. */
static void undo(struct xm_step *step, const struct xm_reg_state *before)
{
    xm_error *why = NULL;
    xm_autofree char *text = NULL;
    int rc;

    if (step->remains)
        return;
    if (before == NULL) {
        rc = xm_reg_remove(step->guests->reg, step->uuid, &why);
    } else {
        step->state = *before;
        rc = xm_step_save(step, before->phase, before->domid, &why);
    }
    if (rc < 0) {
        text = xm_error_text(why);
        xm_log(step->guests->log, XM_LOG_WARNING, "%s: left to be mended: %s", step->uuid, text);
        xm_error_free(why);
    }
}

static int create_new(struct xm_step *step, const struct xm_source *source, const xm_doc *doc,
                      const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    step->state.phase = XM_PHASE_BUILDING;
    if (xm_reg_add(step->guests->reg, doc, &step->state, err) < 0)
        return -1;
    step->there = true;
    if (xm_step_raise(step, how, source, ret_domid, err) < 0) {
        undo(step, NULL);
        return -1;
    }
    return 0;
}

static int create_managed(struct xm_step *step, const struct xm_source *source, const struct xm_guest_how *how,
                          uint32_t *ret_domid, xm_error **err)
{
    struct xm_reg_state before = step->state;

    step->state.restarts = 0;
    if (xm_step_save(step, XM_PHASE_BUILDING, XM_DOMID_NONE, err) < 0)
        return -1;
    if (xm_step_raise(step, how, source, ret_domid, err) < 0) {
        undo(step, &before);
        return -1;
    }
    return 0;
}

/* A name that a managed guest would take with its new document must be free before anything runs. */
static int check_new_name(const struct xm_guests *guests, const char *name, const char *uuid, xm_error **err)
{
    char holder[37];

    if (xm_reg_find(guests->reg, name, holder, NULL) == 0 && strcmp(holder, uuid) != 0)
        return xm_fail(err, XM_EXISTS, "VM name '%s' already exists", name);
    return 0;
}

int xm_step_build(struct xm_step *step, const struct xm_source *source, const xm_doc *doc,
                  const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    const struct xm_guests *g = step->guests;
    const char *name = xm_doc_get_str(doc, "name");

    if (xm_guest_check_free(g, name, step->uuid, err) < 0)
        return -1;
    if (!step->there)
        return create_new(step, source, doc, how, ret_domid, err);
    if (step->state.phase == XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "VM '%s' is suspended: resume it, or end it, first", name);
    if (check_new_name(g, name, step->uuid, err) < 0)
        return -1;
    return create_managed(step, source, how, ret_domid, err);
}

int xm_guest_create(const struct xm_guests *guests, xm_doc *doc, const struct xm_guest_how *how,
                    uint32_t *ret_domid, xm_error **err)
{
    struct xm_source source = { .doc = doc, .fd = -1, .adopt = NULL };
    xm_autostep step = XM_STEP_INIT;
    const char *uuid;

    if (xm_guest_identify(guests, doc, err) < 0)
        return -1;
    uuid = xm_doc_get_str(doc, "uuid");
    xm_guest_settle_holder(guests, xm_doc_get_str(doc, "name"), uuid);
    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    source.adopt = step.there ? doc : NULL;
    return xm_step_build(&step, &source, doc, how, ret_domid, err);
}

int xm_guest_start(const struct xm_guests *guests, const char *uuid, const struct xm_guest_how *how,
                   uint32_t *ret_domid, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_source source = { .fd = -1 };
    xm_autostep step = XM_STEP_INIT;

    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    if (!step.there)
        return xm_fail(err, XM_NOT_FOUND, "no guest with uuid %s is managed", uuid);
    if (step.state.phase != XM_PHASE_HALTED)
        return xm_fail(err, XM_STATE, "Domain is already running");
    if (xm_step_load_doc(&step, &doc, err) < 0)
        return -1;
    source.doc = doc;
    return xm_step_build(&step, &source, doc, how, ret_domid, err);
}
