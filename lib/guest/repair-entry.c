/* One entry, set against the domains there are and the memory file beside it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "guest/repairer.h"
#include "guest/savefile.h"

struct subject {
    struct repair *repair;
    const struct xm_reg_entry *entry;
    const char *name;           /* what it is called in findings */
    const struct xm_domain *own;        /* that its state means; or NULL */
    const struct xm_domain *other;      /* another one with its uuid, the only one; or NULL */
    unsigned others;
    bool memory;
};

static void find_domains(struct subject *s, const xm_domains *domains)
{
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (strcmp(d->uuid, s->entry->uuid) != 0 || d->dying)
            continue;
        if (d->domid == s->entry->state.domid) {
            s->own = d;
        } else {
            s->other = d;
            s->others++;
        }
    }
}

static const struct xm_domain *live(const struct subject *s)
{
    return s->own != NULL ? s->own : s->other;
}

static bool has_memory(const struct subject *s, struct stat *ret_stat)
{
    xm_autofree char *path = xm_reg_memory_path(s->repair->guests->reg, s->entry->uuid);

    return stat(path, ret_stat) == 0 && S_ISREG(ret_stat->st_mode);
}

/* --- an entry that cannot be read --- */

/* What is true of it now, as far as that can be seen. It counts as managed, so that it is not forgotten. */
static struct xm_reg_state state_of(const struct subject *s)
{
    struct xm_reg_state state = { .phase = XM_PHASE_HALTED, .managed = true, .domid = XM_DOMID_NONE, .last_reason = XM_REASON_NONE };

    if (live(s) != NULL) {
        state.phase = XM_PHASE_RUNNING;
        state.domid = live(s)->domid;
    } else if (s->memory) {
        state.phase = XM_PHASE_SUSPENDED;
    }
    return state;
}

static int write_state(struct repair *repair, const void *arg, xm_error **err)
{
    const struct subject *s = arg;
    struct xm_reg_state state = state_of(s);
    int lock, rc;

    if (xm_reg_lock(repair->guests->reg, s->entry->uuid, false, &lock, err) < 0)
        return -1;
    rc = xm_reg_save_state(repair->guests->reg, s->entry->uuid, &state, err);
    xm_reg_unlock(repair->guests->reg, s->entry->uuid, lock);
    return rc;
}

/* The configuration that was saved with a memory, or that a live domain has. */
static int find_config(const struct subject *s, char **ret_json, xm_error **err)
{
    xm_autofree char *path = xm_reg_memory_path(s->repair->guests->reg, s->entry->uuid);
    xm_autoclose int fd = -1;
    bool json;

    if (live(s) != NULL)
        return xm_host_config_json(s->repair->guests->host, live(s)->domid, ret_json, err);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (xm_savefile_read_head(fd, path, ret_json, &json, err) < 0)
        return -1;
    if (json)
        return 0;
    free(*ret_json);
    return xm_fail(err, XM_INVALID, "%s: was not written by xm", path);
}

static int find_doc(const struct subject *s, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *json = NULL;
    XM_AUTO(xm_doc) *doc = NULL;

    if (find_config(s, &json, err) < 0 || xm_guest_doc_from_json(json, s->entry->uuid, &doc, err) < 0)
        return -1;
    if (strcmp(xm_doc_get_str(doc, "uuid"), s->entry->uuid) != 0)
        return xm_fail(err, XM_INVALID, "%s: what is there is another guest's", s->entry->uuid);
    *ret_doc = XM_TAKE(doc);
    return 0;
}

static int write_doc(struct repair *repair, const void *arg, xm_error **err)
{
    const struct subject *s = arg;
    XM_AUTO(xm_doc) *doc = NULL;
    struct xm_reg_state state;
    int lock, rc;

    if (find_doc(s, &doc, err) < 0 || xm_reg_lock(repair->guests->reg, s->entry->uuid, false, &lock, err) < 0)
        return -1;
    rc = xm_reg_save_doc(repair->guests->reg, s->entry->uuid, doc, err);
    if (rc == 0 && xm_reg_load_state(repair->guests->reg, s->entry->uuid, &state, NULL) < 0) {
        state = state_of(s);
        rc = xm_reg_save_state(repair->guests->reg, s->entry->uuid, &state, err);
    }
    xm_reg_unlock(repair->guests->reg, s->entry->uuid, lock);
    return rc;
}

/* If it cannot be read: for what kind of reason. */
static bool can_read(const struct subject *s, bool doc, enum xm_code *ret_code)
{
    XM_AUTO(xm_doc) *document = NULL;
    struct xm_reg_state state;
    xm_error *why = NULL;
    int rc = doc ? xm_reg_load_doc(s->repair->guests->reg, s->entry->uuid, &document, &why)
                 : xm_reg_load_state(s->repair->guests->reg, s->entry->uuid, &state, &why);

    if (rc < 0)
        *ret_code = why->code;
    xm_error_free(why);
    return rc == 0;
}

static void damaged(struct subject *s)
{
    xm_autofree char *forget = xm_printf("xm delete %s forgets it", s->entry->uuid);
    enum xm_code doc_code = XM_NOT_FOUND, state_code = XM_NOT_FOUND;
    bool doc = can_read(s, true, &doc_code), state = can_read(s, false, &state_code);
    XM_AUTO(xm_doc) *found = NULL;

    if ((!doc && doc_code == XM_UNSUPPORTED) || (!state && state_code == XM_UNSUPPORTED))
        xm_repair_deal(s->repair, "newer", s->entry->uuid, s->entry->damage, "the xm that wrote it reads it", NULL, NULL);
    else if (s->others > 1)
        xm_repair_deal(s->repair, "damaged", s->entry->uuid, s->entry->damage, "several domains have its uuid: end all but one", NULL, NULL);
    else if (doc)
        xm_repair_deal(s->repair, "damaged", s->entry->uuid, s->entry->damage,
                       live(s) != NULL ? "written anew: it runs" : s->memory ? "written anew: it is suspended"
                       : "written anew: it is halted", write_state, s);
    else if (find_doc(s, &found, NULL) == 0)
        xm_repair_deal(s->repair, "damaged", s->entry->uuid, s->entry->damage,
                       live(s) != NULL ? "written anew, as its domain is configured" : "written anew, as it was saved with its memory",
                       write_doc, s);
    else
        xm_repair_deal(s->repair, "damaged", s->entry->uuid, s->entry->damage, forget, NULL, NULL);
}

/* --- an entry that can --- */

static int settle(struct repair *repair, const void *arg, xm_error **err)
{
    const struct subject *s = arg;

    return xm_guest_mend(repair->guests, s->entry->uuid, err);
}

static int set_phase(const struct subject *s, enum xm_phase phase, uint32_t domid, xm_error **err)
{
    xm_autostep step = XM_STEP_INIT;

    if (xm_step_open(s->repair->guests, s->entry->uuid, XM_NOW, &step, err) < 0)
        return -1;
    if (step.state.phase != s->entry->state.phase || step.state.domid != s->entry->state.domid)
        return xm_fail(err, XM_BUSY, "%s has changed meanwhile", s->name);
    return xm_step_save(&step, phase, domid, err);
}

static int adopt(struct repair *repair, const void *arg, xm_error **err)
{
    const struct subject *s = arg;

    (void)repair;
    return set_phase(s, XM_PHASE_RUNNING, s->other->domid, err);
}

static int suspend_again(struct repair *repair, const void *arg, xm_error **err)
{
    (void)repair;
    return set_phase(arg, XM_PHASE_SUSPENDED, XM_DOMID_NONE, err);
}

/* It runs, and not as what it is on record. */
static void elsewhere(struct subject *s)
{
    xm_autofree char *problem = xm_printf("runs as domain %u, which its entry does not know", s->other->domid);

    if (s->others > 1)
        xm_repair_deal(s->repair, "elsewhere", s->name, "several domains have its uuid", "end all but one", NULL, NULL);
    else if (s->memory)         /* older than what runs, and still the only copy of what it holds */
        xm_repair_deal(s->repair, "elsewhere", s->name, problem, "its suspended memory is here too: end one of the two", NULL, NULL);
    else
        xm_repair_deal(s->repair, "elsewhere", s->name, problem, "adopted", adopt, s);
}

/* A memory file beside a guest that is halted. Younger than all that is on record, it is the last that was
 * done; older, the guest has run since, and its disks are no longer those that the memory knows. */
static void forgotten_memory(struct subject *s, const struct stat *memory)
{
    xm_autofree char *path = xm_reg_memory_path(s->repair->guests->reg, s->entry->uuid);
    xm_autofree char *dir = xm_strndup(path, strlen(path) - strlen("/memory")), *state = xm_printf("%s/state.json", dir);
    XM_AUTO(xm_doc) *doc = NULL;
    struct stat written;
    bool younger;

    younger = stat(state, &written) == 0 && memory->st_mtime >= written.st_mtime && memory->st_mtime >= s->entry->state.built;
    if (find_doc(s, &doc, NULL) < 0)
        xm_repair_deal(s->repair, "memory", path, "is no memory of this guest, which is halted", "rm removes it", NULL, NULL);
    else if (younger)
        xm_repair_deal(s->repair, "memory", s->name, "is halted, and its memory was saved since", "counts as suspended", suspend_again, s);
    else
        xm_repair_deal(s->repair, "memory", path, "is older than what is known of the guest, which is halted",
                       "rm removes it; xm restore goes back to it", NULL, NULL);
}

static const char *interruption(const struct subject *s)
{
    switch (s->entry->state.phase) {
    case XM_PHASE_BUILDING:
        return s->entry->state.restarting ? "its restart was interrupted" : "its start was interrupted";
    case XM_PHASE_SUSPENDING:
        return "saving it was interrupted";
    case XM_PHASE_RESUMING:
        return "resuming it was interrupted";
    case XM_PHASE_SUSPENDED:
        return s->memory ? "is suspended, and its domain is still there" : "is suspended, and its memory is gone";
    case XM_PHASE_RUNNING:
        return s->own == NULL ? "ran, and its domain is no more"
            : s->memory ? "runs, and what it was resumed from is still there" : s->entry->state.held ? "was paused by an interrupted dump"
            : "was asked to suspend by an interrupted save";
    case XM_PHASE_HALTED:
        break;
    }
    return "has ended, and was not forgotten";
}

static bool is_interrupted(const struct subject *s)
{
    const struct xm_reg_state *state = &s->entry->state;

    /* One that was asked to suspend, and has not, is as it should be. */
    if (state->phase == XM_PHASE_RUNNING)
        return s->own == NULL || s->memory || state->held || (s->own->shutdown && xm_guest_is_half_way(state));
    return xm_guest_is_half_way(state) || (state->phase == XM_PHASE_SUSPENDED && !s->memory);
}

void xm_repair_entry(struct repair *repair, const struct xm_reg_entry *entry, const xm_domains *domains)
{
    struct subject s = { .repair = repair, .entry = entry, .name = entry->name ? entry->name : entry->uuid };
    struct stat memory = { 0 };
    bool still;

    find_domains(&s, domains);
    s.memory = has_memory(&s, &memory);
    still = entry->state.phase == XM_PHASE_HALTED || entry->state.phase == XM_PHASE_SUSPENDED || entry->state.phase == XM_PHASE_RUNNING;
    if (entry->damage != NULL)
        damaged(&s);
    else if (still && s.own == NULL && s.others > 0)
        elsewhere(&s);
    else if (is_interrupted(&s))
        xm_repair_deal(repair, "interrupted", s.name, interruption(&s), "settled", settle, &s);
    else if (entry->state.phase == XM_PHASE_RUNNING && s.own->shutdown && s.own->reason == XM_REASON_SUSPEND)
        xm_repair_deal(repair, "asleep", s.name, "is suspended, and no command of xm's is saving it",
                       "another program may be; xm destroy ends it", NULL, NULL);
    else if (entry->state.phase == XM_PHASE_HALTED && s.memory)
        forgotten_memory(&s, &memory);
}
