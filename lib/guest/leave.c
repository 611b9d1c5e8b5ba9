#include "guest/leave.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "convert/json.h"
#include "guest/carry.h"
#include "guest/move.h"
#include "registry/uuid.h"

struct xm_leave {
    struct xm_step step;
    xm_move *move;
    struct xm_leaving what;
    char *config, *document, *state;
    bool over;                  /* done or aborted: there is no record any more */
};

const struct xm_leaving *xm_leave_what(const xm_leave *leave)
{
    return &leave->what;
}

/* --- begin --- */

static int check_live(struct xm_step *step, uint32_t domid, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    const struct xm_domain *d;

    if (xm_host_get(step->guests->host, domid, 0, &domains, err) < 0)
        return -1;
    d = &domains->items[0];
    if (strcmp(d->uuid, step->uuid) != 0)
        return xm_fail(err, XM_NOT_FOUND, "domain %u is another guest by now", domid);
    if (d->shutdown || d->dying)
        return xm_fail(err, XM_STATE, "domain %u has shut down", domid);
    if (d->paused)
        return xm_fail(err, XM_STATE, "domain %u is paused and cannot suspend itself", domid);
    if (step->there && (step->state.phase != XM_PHASE_RUNNING || step->state.domid != domid))
        return xm_fail(err, XM_STATE, "domain %u is not the one that its guest runs in", domid);
    return 0;
}

static int find_kind(struct xm_step *step, uint32_t domid, enum xm_move_kind *ret_kind, xm_error **err)
{
    *ret_kind = XM_MOVE_LIVE;
    if (domid == 0)
        return xm_fail(err, XM_INVALID, "Cannot migrate privileged domain 0");
    if (domid != XM_DOMID_NONE)
        return check_live(step, domid, err);
    if (!step->there)
        return xm_fail(err, XM_NOT_FOUND, "there is no guest with uuid %s any more", step->uuid);
    if (step->state.phase != XM_PHASE_HALTED && step->state.phase != XM_PHASE_SUSPENDED)
        return xm_fail(err, XM_STATE, "the guest has been started just now");
    *ret_kind = step->state.phase == XM_PHASE_HALTED ? XM_MOVE_HALTED : XM_MOVE_SUSPENDED;
    return 0;
}

static void take_peer(struct xm_move_peer *peer, const struct xm_move_peer *from)
{
    peer->how = xm_strdup(from->how);
    peer->host = xm_strdup(from->host);
    peer->command = xm_strdup(from->command);
}

static xm_move *new_record(const struct xm_step *step, const struct xm_guest *guest, const struct xm_leave_how *how)
{
    xm_move *move = xm_new0(xm_move, 1);

    memcpy(move->uuid, step->uuid, sizeof(move->uuid));
    memcpy(move->id, how->id, sizeof(move->id));
    take_peer(&move->peer, &how->peer);
    move->stage = XM_MOVE_SENDING;
    move->name = xm_strdup(guest->name ? guest->name : step->uuid);
    move->domid = guest->domid;
    move->began = time(NULL);
    move->stock = how->stock;
    move->keep = how->keep;
    move->managed = step->there && step->state.managed;
    return move;
}

static char *state_text(const struct xm_reg_state *state)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(json, "managed", xm_json_new_bool(state->managed));
    xm_json_set(json, "restarts", xm_json_new_int(state->restarts));
    return xm_json_format(json, true);
}

static int load_stored(xm_leave *leave, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (!leave->step.there)
        return 0;
    if (xm_step_load_doc(&leave->step, &doc, err) < 0)
        return -1;
    leave->document = xm_json_from_doc(doc);
    leave->state = state_text(&leave->step.state);
    return 0;
}

static int load_config(xm_leave *leave, const char *given, xm_error **err)
{
    xm_autofree char *json = NULL;

    if (leave->move->kind != XM_MOVE_LIVE)
        return 0;
    if (given != NULL) {
        leave->config = xm_strdup(given);
        return 0;
    }
    if (xm_host_config_json(leave->step.guests->host, leave->move->domid, &json, err) < 0)
        return -1;
    return xm_carry_pins(leave->step.guests, leave->move->domid, json, &leave->config, err);
}

static int measure(xm_leave *leave, xm_error **err)
{
    xm_autofree char *path = NULL;
    struct stat st;

    if (leave->move->kind != XM_MOVE_SUSPENDED)
        return 0;
    path = xm_reg_memory_path(leave->step.guests->reg, leave->step.uuid);
    if (stat(path, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    leave->what.memory_size = (uint64_t)st.st_size;
    return 0;
}

static void describe(xm_leave *leave)
{
    struct xm_leaving *what = &leave->what;

    what->kind = leave->move->kind;
    what->uuid = leave->move->uuid;
    what->name = leave->move->name;
    what->domid = leave->move->domid;
    what->config = leave->config;
    what->document = leave->document;
    what->state = leave->state;
    what->managed = leave->move->managed;
}

static int begin(xm_leave *leave, const struct xm_guest *guest, const struct xm_leave_how *how, xm_error **err)
{
    enum xm_move_kind kind;

    if (find_kind(&leave->step, guest->domid, &kind, err) < 0)
        return -1;
    if (how->keep && !(leave->step.there && leave->step.state.managed))
        return xm_fail(err, XM_STATE, "only the definition of a managed guest can be kept");
    leave->move = new_record(&leave->step, guest, how);
    leave->move->kind = kind;
    if (load_stored(leave, err) < 0 || load_config(leave, how->config_json, err) < 0 || measure(leave, err) < 0)
        return -1;
    describe(leave);
    return xm_move_save(leave->step.guests->reg, leave->move, err);
}

static void drop(xm_leave *leave)
{
    xm_step_close(&leave->step);
    xm_move_free(leave->move);
    free(leave->config);
    free(leave->document);
    free(leave->state);
    free(leave);
}

int xm_leave_begin(const struct xm_guests *guests, const struct xm_guest *guest, const struct xm_leave_how *how,
                   xm_leave **ret_leave, xm_error **err)
{
    xm_leave *leave;

    if (!xm_uuid_is_plain(how->id))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", how->id);
    leave = xm_new0(xm_leave, 1);
    leave->step.lock = -1;
    if (xm_step_open(guests, guest->uuid, XM_SOON, &leave->step, err) < 0
        || xm_step_settle(&leave->step, false, err) < 0 || begin(leave, guest, how, err) < 0) {
        drop(leave);
        return -1;
    }
    *ret_leave = leave;
    return 0;
}

/* --- on the way --- */

int xm_leave_send(xm_leave *leave, int fd, const struct xm_send *send, xm_error **err)
{
    static const struct xm_send stopped = { .live = false };

    assert(leave->move->kind == XM_MOVE_LIVE && leave->move->stage == XM_MOVE_SENDING);
    return xm_host_send(leave->step.guests->host, leave->move->domid, fd, send ? send : &stopped, err);
}

int xm_leave_send_memory(xm_leave *leave, int fd, const struct xm_send *send, xm_error **err)
{
    struct xm_carry carry = { .out = fd, .to = "the other side", .size = leave->what.memory_size };
    xm_autofree char *path = xm_reg_memory_path(leave->step.guests->reg, leave->step.uuid);
    xm_autoclose int in = open(path, O_RDONLY | O_CLOEXEC);

    assert(leave->move->kind == XM_MOVE_SUSPENDED && leave->move->stage == XM_MOVE_SENDING);
    if (in < 0)
        return xm_fail_errno(err, errno, "%s", path);
    carry.in = in;
    carry.from = path;
    if (send != NULL) {
        carry.stop = send->stop;
        carry.watch = send->watch;
    }
    return xm_carry_bytes(&carry, err);
}

/* Its name first: as long as that alone has changed, mending changes it back. */
int xm_leave_ask(xm_leave *leave, xm_error **err)
{
    xm_move *move = leave->move;
    xm_autofree char *away = xm_printf("%s" XM_MOVE_AWAY, move->name);

    assert(move->stage == XM_MOVE_SENDING);
    if (move->kind == XM_MOVE_LIVE && xm_host_rename(leave->step.guests->host, move->domid, away, err) < 0)
        return -1;
    move->stage = XM_MOVE_ASKED;
    if (xm_move_save(leave->step.guests->reg, move, err) == 0)
        return 0;
    move->stage = XM_MOVE_SENDING;
    return -1;
}

/* From asked to what is known by now, so that mending alone can bring it to its end. Where it cannot be
 * written (the disk is full, say) it is done all the same: should that be interrupted, the guest is
 * in doubt once more, and the answer is the same. */
static void know(xm_leave *leave, enum xm_move_stage stage)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    leave->move->stage = stage;
    if (xm_move_save(leave->step.guests->reg, leave->move, &why) == 0)
        return;
    text = xm_error_text(why);
    xm_log(leave->step.guests->log, XM_LOG_WARNING, "%s: what became of it could not be written down: %s", leave->move->name,
           text);
    xm_error_free(why);
}

int xm_leave_done(xm_leave *leave, xm_error **err)
{
    assert(leave->move->stage == XM_MOVE_ASKED || leave->move->stage == XM_MOVE_LEFT);
    if (leave->over)
        return 0;
    if (leave->move->stage == XM_MOVE_ASKED)
        know(leave, XM_MOVE_LEFT);
    if (xm_move_leave_behind(&leave->step, leave->move, err) < 0)
        return xm_wrap(err, "%s runs there, but what is left here could not be removed", leave->move->name);
    leave->over = true;
    return 0;
}

int xm_leave_abort(xm_leave *leave, xm_error **err)
{
    assert(leave->move->stage != XM_MOVE_LEFT);
    if (leave->over)
        return 0;
    if (leave->move->stage == XM_MOVE_ASKED)
        know(leave, XM_MOVE_SENDING);
    if (xm_move_go_back(&leave->step, leave->move, false, err) < 0)
        return -1;
    leave->over = true;
    return 0;
}

void xm_leave_free(xm_leave *leave)
{
    xm_error *why = NULL;

    if (leave == NULL)
        return;
    if (!leave->over && leave->move->stage == XM_MOVE_SENDING && xm_leave_abort(leave, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_log(leave->step.guests->log, XM_LOG_ERROR, "%s: left to be mended: %s", leave->move->name, text);
        xm_error_free(why);
    }
    drop(leave);
}

/* --- in doubt --- */

static char *without_suffix(const char *name, const char *suffix)
{
    size_t len = strlen(name), cut = strlen(suffix);

    return len > cut && strcmp(name + len - cut, suffix) == 0 ? xm_strndup(name, len - cut) : xm_strdup(name);
}

/* A record that cannot be read: what it must have said, from what is there. */
static int guess(struct xm_step *step, xm_move **ret_move, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    xm_move *move;

    if (xm_host_list(step->guests->host, XM_WANT_NAME, &domains, err) < 0)
        return -1;
    move = xm_new0(xm_move, 1);
    memcpy(move->uuid, step->uuid, sizeof(move->uuid));
    xm_uuid_new(move->id);
    move->stage = XM_MOVE_ASKED;
    move->domid = XM_DOMID_NONE;
    for (size_t i = 0; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (d->dying || strcmp(d->uuid, step->uuid) != 0)
            continue;
        move->domid = d->domid;
        move->name = d->name ? without_suffix(d->name, XM_MOVE_AWAY) : NULL;
    }
    if (step->there || move->name == NULL) {
        free(move->name);
        move->name = xm_step_name(step);
    }
    move->kind = move->domid == XM_DOMID_NONE && step->there && step->state.phase == XM_PHASE_HALTED ? XM_MOVE_HALTED
        : move->domid == XM_DOMID_NONE && step->there && step->state.phase == XM_PHASE_SUSPENDED ? XM_MOVE_SUSPENDED
        : XM_MOVE_LIVE;
    move->managed = step->there && step->state.managed;
    *ret_move = move;
    return 0;
}

static int load_doubt(struct xm_step *step, xm_move **ret_move, xm_error **err)
{
    xm_error *why = NULL;

    if (xm_step_in_doubt(step)) {
        if (xm_move_load(step->guests->reg, step->uuid, ret_move, &why) == 0)
            return 0;
        if (why->code == XM_UNSUPPORTED)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return guess(step, ret_move, err);
    }
    if (xm_step_settle(step, false, err) < 0)
        return -1;
    return xm_fail(err, XM_NOT_FOUND, "nothing about it is in doubt");
}

static xm_move *copy(const xm_move *move)
{
    xm_move *new = xm_new0(xm_move, 1);

    *new = *move;
    take_peer(&new->peer, &move->peer);
    new->name = xm_strdup(move->name);
    new->document = NULL;
    new->damage = NULL;
    return new;
}

int xm_leave_reopen(const struct xm_guests *guests, const char *uuid, xm_leave **ret_leave, xm_move **ret_move,
                    xm_error **err)
{
    xm_leave *leave = xm_new0(xm_leave, 1);

    leave->step.lock = -1;
    if (xm_step_open(guests, uuid, XM_SOON, &leave->step, err) < 0 || load_doubt(&leave->step, &leave->move, err) < 0) {
        drop(leave);
        return -1;
    }
    describe(leave);
    if (ret_move != NULL)
        *ret_move = copy(leave->move);
    *ret_leave = leave;
    return 0;
}
