/* Save to a file of the user's, and restore. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "bind/config.h"
#include "guest/savefile.h"
#include "guest/step.h"

/* What becomes of a domain whose memory is written. */
static int go_on(struct xm_step *step, uint32_t domid, enum xm_after_save after, xm_error **err)
{
    const struct xm_guests *g = step->guests;
    bool known = step->there && step->state.domid == domid;

    if (after == XM_AFTER_DESTROY) {
        if (xm_host_destroy(g->host, domid, err) < 0)
            return -1;
        return known ? xm_step_halt(step, err) : 0;
    }
    /* paused while it is still suspended: so it does not run in between */
    if (after == XM_AFTER_PAUSE && xm_host_pause(g->host, domid, err) < 0)
        return -1;
    if (xm_host_resume(g->host, domid, err) < 0)
        return -1;
    return known ? xm_step_save(step, XM_PHASE_RUNNING, domid, err) : 0;
}

static int save_step(struct xm_step *step, uint32_t domid, const char *path, enum xm_after_save after,
                     const struct xm_saving *how, xm_error **err)
{
    const struct xm_guests *g = step->guests;
    bool known = step->there && step->state.domid == domid;
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autofree char *json = NULL;

    if (how->config_json == NULL && xm_host_config_json(g->host, domid, &json, err) < 0)
        return -1;
    if (xm_host_get(g->host, domid, XM_WANT_TARGET, &domains, err) < 0)
        return -1;
    if (known) {
        xm_step_keep_figures(step, &domains->items[0]);
        step->state.asked = 0;  /* what is asked now is written down as the phase */
        /* on record, so that an interruption is told from a guest that sleeps by itself */
        if (xm_step_save(step, XM_PHASE_SUSPENDING, domid, err) < 0)
            return -1;
    }
    if (xm_guest_write_memory(g, &domains->items[0], path, how->config_json ? how->config_json : json, how, err) < 0) {
        if (known)      /* if it cannot be written, mending finds a running domain and the same answer */
            (void)xm_step_save(step, XM_PHASE_RUNNING, domid, NULL);
        return -1;
    }
    return go_on(step, domid, after, err);
}

/* A link is followed, so that what it points to is replaced and not the link. */
static char *real_path(const char *path)
{
    char *real = realpath(path, NULL);

    return real ? real : xm_strdup(path);
}

int xm_guest_save(const struct xm_guests *guests, const struct xm_guest *guest, const char *path,
                  enum xm_after_save after, const struct xm_saving *how, xm_error **err)
{
    static const struct xm_saving plainly;
    xm_autofree char *real = real_path(path);
    xm_autostep step = XM_STEP_INIT;

    if (guest->domid == XM_DOMID_NONE)
        return xm_fail(err, XM_STATE, "Domain is not running");
    if (guest->domid == 0)
        return xm_fail(err, XM_INVALID, "Cannot save privileged domain 0");
    if (xm_step_open(guests, guest->uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    return save_step(&step, guest->domid, real, after, how ? how : &plainly, err);
}

/* The document of what was saved: libxl's JSON, or xl.cfg text in old files. */
static int read_saved(int fd, const char *path, char **ret_json, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *config = NULL;
    bool is_json;

    if (xm_savefile_read_head(fd, path, &config, &is_json, err) < 0)
        return -1;
    if (!is_json) {
        *ret_json = NULL;
        return xm_config_parse(XM_DIALECT_XL, path, config, strlen(config), ret_doc, err);
    }
    if (xm_guest_doc_from_json(config, path, ret_doc, err) < 0)
        return -1;
    *ret_json = XM_TAKE(config);
    return 0;
}

/* A document given in place of the saved one is still the same guest unless it says otherwise. */
static xm_doc *replacing(const xm_doc *given, const xm_doc *saved)
{
    static const char *const keys[] = { "name", "uuid" };
    xm_doc *doc = xm_doc_copy(given);

    for (size_t i = 0; i < XM_COUNT(keys); i++) {
        const char *text = xm_doc_get_str(saved, keys[i]);

        if (xm_doc_get(doc, keys[i]) == NULL && text != NULL)
            xm_doc_set_str(doc, keys[i], text);
    }
    return doc;
}

static int restore_step(const struct xm_guests *guests, struct xm_source *source, xm_doc *doc,
                        const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    const char *name = xm_doc_get_str(doc, "name"), *uuid = xm_doc_get_str(doc, "uuid");
    xm_autostep step = XM_STEP_INIT;

    xm_guest_settle_holder(guests, name, uuid);
    if (xm_step_open(guests, uuid, XM_SOON, &step, err) < 0 || xm_step_settle(&step, false, err) < 0)
        return -1;
    /* A managed guest keeps its own document, unless one was given for it. */
    source->adopt = step.there ? source->doc : NULL;
    source->name = name;
    return xm_step_build(&step, source, doc, how, ret_domid, err);
}

/* The stream comes out of file, which may be packed. */
static int restore_from(const struct xm_guests *guests, int file, struct xm_source *source, xm_doc *doc,
                        const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    struct xm_savefile_stream stream;

    if (xm_savefile_stream(file, &stream, err) < 0)
        return -1;
    source->fd = stream.fd;
    return xm_savefile_end(&stream, restore_step(guests, source, doc, how, ret_domid, err), err);
}

int xm_guest_restore(const struct xm_guests *guests, const char *path, const xm_doc *doc,
                     const struct xm_guest_how *how, uint32_t *ret_domid, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    XM_AUTO(xm_doc) *saved = NULL, *own = NULL;
    struct xm_source source = { .fd = -1 };
    xm_autofree char *json = NULL;

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (read_saved(fd, path, &json, &saved, err) < 0 || xm_savefile_check(guests, fd, path, err) < 0)
        return -1;
    source.config_json = json;
    if (doc == NULL && json != NULL)
        return restore_from(guests, fd, &source, saved, how, ret_domid, err);
    own = doc ? replacing(doc, saved) : XM_TAKE(saved);
    if (xm_guest_identify(guests, own, err) < 0)
        return -1;
    source.doc = own;
    return restore_from(guests, fd, &source, own, how, ret_domid, err);
}
