#include "guest/arrive.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fresh.h"
#include "bind/config.h"
#include "convert/json.h"
#include "guest/carry.h"
#include "guest/move.h"
#include "guest/savefile.h"
#include "host/machine.h"
#include "registry/uuid.h"

struct xm_arrive {
    struct xm_step step;
    xm_move *move;
    const struct xm_guest_how *how;
    char *config;
    uint64_t memory_size;
    uint32_t domid;
    bool here;                  /* what was to come has come: it may be decided */
    bool over;                  /* here for good, or gone */
};

const char *xm_arrive_uuid(const xm_arrive *arrive)
{
    return arrive->move->uuid;
}

const char *xm_arrive_name(const xm_arrive *arrive)
{
    return arrive->move->name;
}

/* --- what the source says --- */

static int check_name(const char *name, xm_error **err)
{
    xm_autobuf plain = XM_BUF_INIT;

    xm_buf_plain(&plain, name, SIZE_MAX, '/');          /* listings show it on terminals */
    if (*name == '\0' || strchr(plain.data, '/') != NULL || strlen(name) > 255)
        return xm_fail(err, XM_INVALID, "Invalid VM Name");
    return 0;
}

/* One that was made of libxl's JSON here once has nothing but that to be bound. */
static int check_foreign(xm_doc *doc, const char *json, xm_error **err)
{
    XM_AUTO(xm_doc) *read = NULL;
    char uuid[37];

    if (xm_doc_get_str(doc, "name") == NULL || xm_doc_get_str(doc, "uuid") == NULL
        || !xm_uuid_parse(xm_doc_get_str(doc, "uuid"), uuid))
        return xm_fail(err, XM_INVALID, "its document does not say who it is");
    xm_doc_set_str(doc, "uuid", uuid);
    return xm_config_from_json(json, strlen(json), &read, err);
}

static int read_document(const struct xm_guests *guests, const char *text, xm_doc **ret_doc, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;
    const char *json;
    int rc;

    if (xm_json_to_doc(text, strlen(text), &doc, err) < 0)
        return xm_wrap(err, "its document");
    json = xm_doc_get_str(doc, XM_GUEST_JSON_KEY);
    rc = json != NULL ? check_foreign(doc, json, err) : xm_guest_identify(guests, doc, err);
    if (rc < 0)
        return xm_wrap(err, "its document");
    *ret_doc = XM_TAKE(doc);
    return 0;
}

/* The domain is made of this one, so that it has to be the same guest's. */
static int check_config(const char *json, const char *uuid, xm_error **err)
{
    XM_AUTO(xm_json) *root = NULL;
    const char *name;
    char own[37];

    if (xm_json_parse(json, strlen(json), &root, err) < 0)
        return xm_wrap(err, "its configuration");
    if (!xm_guest_json_identity(root, &name, own))
        return xm_fail(err, XM_INVALID, "its configuration has no name or uuid, or two");
    if (strcmp(own, uuid) != 0)
        return xm_fail(err, XM_INVALID, "its configuration is that of another guest (%s)", own);
    return 0;
}

static int read_state(const char *text, xm_move *move, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;
    const xm_json *managed, *restarts;

    if (text == NULL)
        return 0;
    if (xm_json_parse(text, strlen(text), &json, err) < 0)
        return xm_wrap(err, "its state");
    managed = xm_json_get(json, "managed", NULL);
    restarts = xm_json_get(json, "restarts", NULL);
    move->managed = managed != NULL && managed->type == XM_JSON_BOOL && managed->i;
    if (restarts != NULL && xm_json_int(restarts, 0) > 0 && xm_json_int(restarts, 0) < INT32_MAX)
        move->restarts = (unsigned)xm_json_int(restarts, 0);
    return 0;
}

static int read_arrival(const struct xm_guests *guests, const struct xm_arrival *arrival, xm_move *move, xm_error **err)
{
    const char *uuid;

    if (!xm_uuid_is_plain(arrival->id))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", arrival->id);
    if (arrival->kind == XM_MOVE_LIVE ? arrival->config == NULL : arrival->document == NULL)
        return xm_fail(err, XM_INVALID, "a %s guest without its %s", xm_move_kind_word(arrival->kind),
                       arrival->kind == XM_MOVE_LIVE ? "configuration" : "document");
    if (arrival->document != NULL ? read_document(guests, arrival->document, &move->document, err) < 0
                                  : xm_guest_doc_from_json(arrival->config, "migration", &move->document, err) < 0)
        return -1;
    uuid = xm_doc_get_str(move->document, "uuid");
    if (arrival->uuid != NULL && strcmp(arrival->uuid, uuid) != 0)
        return xm_fail(err, XM_INVALID, "its document is that of another guest (%s)", uuid);
    if (arrival->config != NULL && check_config(arrival->config, uuid, err) < 0)
        return -1;
    if (check_name(xm_doc_get_str(move->document, "name"), err) < 0 || read_state(arrival->state, move, err) < 0)
        return -1;
    memcpy(move->uuid, uuid, sizeof(move->uuid));
    memcpy(move->id, arrival->id, sizeof(move->id));
    move->name = xm_strdup(xm_doc_get_str(move->document, "name"));
    move->managed |= arrival->kind != XM_MOVE_LIVE;
    return 0;
}

static xm_move *new_record(const struct xm_arrival *arrival)
{
    xm_move *move = xm_new0(xm_move, 1);

    move->stage = XM_MOVE_ARRIVING;
    move->kind = arrival->kind;
    move->peer.how = xm_strdup(arrival->peer.how);
    move->peer.host = xm_strdup(arrival->peer.host);
    move->peer.command = xm_strdup(arrival->peer.command);
    move->domid = XM_DOMID_NONE;
    move->began = time(NULL);
    move->stock = arrival->stock;
    move->paused = arrival->paused;
    return move;
}

/* --- begin --- */

static int check_holder(const struct xm_guests *guests, const char *name, const char *uuid, xm_error **err)
{
    char holder[37];

    if (xm_reg_find(guests->reg, name, holder, NULL) == 0 && strcmp(holder, uuid) != 0)
        return xm_fail(err, XM_EXISTS, "VM name '%s' already exists", name);
    return 0;
}

/* Left behind when it went away, or waiting here for its memory to follow: it is the guest's own place. One
 * that came without a document of its own keeps what is there. */
static int meet_entry(xm_arrive *arrive, bool has_document, xm_error **err)
{
    struct xm_step *step = &arrive->step;
    xm_move *move = arrive->move;

    if (!step->there)
        return 0;
    if (step->state.phase != XM_PHASE_HALTED)
        return xm_fail(err, XM_EXISTS, "a guest with uuid %s is here already", step->uuid);
    move->had_entry = true;
    move->managed = true;
    if (has_document)
        return 0;
    xm_doc_free(XM_TAKE(move->document));
    free(move->name);
    move->name = xm_step_name(step);
    return 0;
}

static int put_down(xm_arrive *arrive, xm_error **err)
{
    struct xm_step *step = &arrive->step;

    if (step->there)
        return xm_step_save(step, XM_PHASE_BUILDING, XM_DOMID_NONE, err);
    step->state.managed = arrive->move->managed;
    step->state.phase = XM_PHASE_BUILDING;
    if (xm_reg_add(step->guests->reg, arrive->move->document, &step->state, err) < 0)
        return -1;
    step->there = true;
    return 0;
}

static int begin(xm_arrive *arrive, const struct xm_arrival *arrival, xm_error **err)
{
    const struct xm_guests *guests = arrive->step.guests;
    const struct xm_guest_how *how = arrive->how;
    const xm_move *move = arrive->move;

    if (xm_guest_check_free(guests, move->name, move->uuid, err) < 0 || meet_entry(arrive, arrival->document != NULL, err) < 0
        || check_holder(guests, move->name, move->uuid, err) < 0)
        return -1;
    /* From here on there is something to undo. */
    if (xm_move_save(guests->reg, move, err) < 0 || put_down(arrive, err) < 0
        || (how != NULL && how->begin != NULL && how->begin(how->begin_arg, move->uuid, err) < 0)) {
        (void)xm_arrive_abort(arrive, NULL, NULL);      /* the error that matters is set; the rest is mended */
        return -1;
    }
    return 0;
}

static void drop(xm_arrive *arrive)
{
    xm_step_close(&arrive->step);
    xm_move_free(arrive->move);
    free(arrive->config);
    free(arrive);
}

int xm_arrive_begin(const struct xm_guests *guests, const struct xm_arrival *arrival, const struct xm_guest_how *how,
                    xm_arrive **ret_arrive, xm_error **err)
{
    xm_arrive *arrive = xm_new0(xm_arrive, 1);

    arrive->step.lock = -1;
    arrive->how = how;
    arrive->move = new_record(arrival);
    arrive->config = xm_strdup(arrival->config);
    arrive->memory_size = arrival->memory_size;
    arrive->domid = XM_DOMID_NONE;
    arrive->here = arrival->kind == XM_MOVE_HALTED;
    if (read_arrival(guests, arrival, arrive->move, err) < 0) {
        drop(arrive);
        return -1;
    }
    xm_guest_settle_holder(guests, arrive->move->name, arrive->move->uuid);
    if (xm_step_open(guests, arrive->move->uuid, XM_SOON, &arrive->step, err) < 0
        || xm_step_settle(&arrive->step, false, err) < 0 || begin(arrive, arrival, err) < 0) {
        drop(arrive);
        return -1;
    }
    *ret_arrive = arrive;
    return 0;
}

/* --- on the way --- */

static void note_first(struct xm_step *step, const xm_move *move, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    /* figures only serve listings should the machine go down before the guest does */
    if (xm_host_get(step->guests->host, domid, XM_WANT_TARGET, &domains, NULL) == 0)
        xm_step_keep_figures(step, &domains->items[0]);
    step->state.built = time(NULL);
    step->state.restarts = move->restarts;
    step->state.last_reason = XM_REASON_NONE;
}

/* On record under its number before it runs, so that its end is known as a guest's of ours however soon
 * that comes. */
int xm_arrive_build(xm_arrive *arrive, int fd, struct xm_watch watch, uint32_t *ret_domid, xm_error **err)
{
    struct xm_step *step = &arrive->step;
    xm_autofree char *incoming = xm_printf("%s" XM_MOVE_INCOMING, arrive->move->name);
    struct xm_build build = { 0 };
    uint32_t domid;

    assert(arrive->move->kind == XM_MOVE_LIVE && !arrive->here && !arrive->over);
    if (arrive->how != NULL)
        build = arrive->how->build;
    build.paused = true;
    build.watch = watch;
    if (xm_host_restore(step->guests->host, arrive->config, NULL, incoming, fd, &build, &domid, err) < 0)
        return -1;
    arrive->domid = domid;
    note_first(step, arrive->move, domid);
    if (xm_step_save(step, XM_PHASE_BUILDING, domid, err) < 0)
        return -1;
    arrive->here = true;
    *ret_domid = domid;
    return 0;
}

/* Before a byte of it comes: a size is soon said. What cannot be told shows when it is written. */
static int check_room(const xm_arrive *arrive, const char *path, xm_error **err)
{
    uint64_t kib;

    if (xm_host_space(arrive->step.guests->host, path, &kib, NULL) < 0 || arrive->memory_size / 1024 <= kib)
        return 0;
    return xm_fail(err, XM_IO, "%s: not enough room: the guest's memory needs %llu MiB, %llu MiB are free", path,
                   (unsigned long long)(arrive->memory_size >> 20), (unsigned long long)kib / 1024);
}

/* Once it has been handed over there is no other copy of it. */
static int check_memory(const xm_arrive *arrive, int fd, const char *path, xm_error **err)
{
    xm_autofree char *config = NULL;
    bool json;

    if (lseek(fd, 0, SEEK_SET) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (xm_savefile_read_head(fd, path, &config, &json, err) < 0)
        return -1;
    if (!json)
        return xm_fail(err, XM_INVALID, "%s: was not written by xm", path);
    if (check_config(config, arrive->step.uuid, err) < 0)
        return xm_wrap(err, "%s", path);
    return xm_savefile_check(arrive->step.guests, fd, path, err);
}

int xm_arrive_memory(xm_arrive *arrive, int fd, struct xm_watch watch, const volatile int *stop, xm_error **err)
{
    xm_autofree char *path = xm_reg_memory_path(arrive->step.guests->reg, arrive->step.uuid);
    struct xm_carry carry = { .in = fd, .from = "the other side", .to = path, .size = arrive->memory_size,
                              .stop = stop, .watch = watch };
    xm_autofresh fresh = XM_FRESH_INIT;

    assert(arrive->move->kind == XM_MOVE_SUSPENDED && !arrive->here && !arrive->over);
    if (check_room(arrive, path, err) < 0 || xm_fresh_open(path, 0600, &fresh, err) < 0)
        return -1;
    carry.out = fresh.fd;
    if (xm_carry_bytes(&carry, err) < 0 || check_memory(arrive, fresh.fd, path, err) < 0 || xm_fresh_keep(&fresh, err) < 0)
        return -1;
    arrive->here = true;
    return 0;
}

/* --- the decision --- */

/* It is here, whatever happens now; what could not be done of it, mending does. */
static void finish(xm_arrive *arrive)
{
    xm_autofree char *text = NULL;
    xm_error *why = NULL;

    arrive->over = true;
    if (xm_move_settle_in(&arrive->step, arrive->move, &why) == 0) {
        if (arrive->move->stock)        /* a source that asks by no id */
            (void)xm_move_forget(arrive->step.guests->reg, arrive->move->id, NULL);
        return;
    }
    text = xm_error_text(why);
    xm_log(arrive->step.guests->log, XM_LOG_ERROR, "%s has come here, and is left to be mended: %s", arrive->move->name, text);
    xm_error_free(why);
}

/* Its name first: another that has it by now is the last thing to be in the way. */
int xm_arrive_commit(xm_arrive *arrive, xm_error **err)
{
    struct xm_step *step = &arrive->step;
    enum xm_move_decision decision;

    assert(arrive->here && !arrive->over);
    if (arrive->domid != XM_DOMID_NONE && xm_host_rename(step->guests->host, arrive->domid, arrive->move->name, err) < 0)
        return -1;
    if (xm_move_decide(step->guests->reg, arrive->move->id, XM_MOVE_COMMITTED, &decision, err) < 0)
        return -1;
    if (decision == XM_MOVE_ABORTED)
        return xm_fail(err, XM_STATE, "the other side has been told meanwhile that it does not come");
    finish(arrive);
    return 0;
}

int xm_arrive_abort(xm_arrive *arrive, enum xm_move_decision *ret_decision, xm_error **err)
{
    enum xm_move_decision decision = XM_MOVE_ABORTED;
    xm_error *why = NULL;

    if (arrive->over)
        return 0;
    if (xm_move_decided(arrive->step.guests->reg, arrive->move->id, &decision, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);     /* we hold the lock, and will not decide otherwise */
    }
    if (decision == XM_MOVE_COMMITTED)
        finish(arrive);
    else if (xm_move_undo(&arrive->step, arrive->move, err) < 0)
        return -1;
    arrive->over = true;
    if (ret_decision != NULL)
        *ret_decision = decision;
    return 0;
}

void xm_arrive_free(xm_arrive *arrive)
{
    xm_error *why = NULL;

    if (arrive == NULL)
        return;
    if (!arrive->over && xm_arrive_abort(arrive, NULL, &why) < 0) {
        xm_autofree char *text = xm_error_text(why);

        xm_log(arrive->step.guests->log, XM_LOG_ERROR, "%s: left to be mended: %s", arrive->move->name, text);
        xm_error_free(why);
    }
    drop(arrive);
}

/* --- a source that asks again --- */

static int is_of(const struct xm_guests *guests, const char *uuid, const char *id, bool *ret_is, xm_error **err)
{
    XM_AUTO(xm_move) *move = NULL;
    xm_error *why = NULL;

    *ret_is = false;
    if (xm_move_load(guests->reg, uuid, &move, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    *ret_is = strcmp(move->id, id) == 0;
    return 0;
}

/* 1 with *ret_decision, 0: nothing was decided. */
static int find_decision(const struct xm_guests *guests, const char *id, enum xm_move_decision *ret_decision, xm_error **err)
{
    xm_error *why = NULL;

    if (xm_move_decided(guests->reg, id, ret_decision, &why) == 0)
        return 1;
    if (why->code != XM_NOT_FOUND)
        return xm_error_pass(err, why);
    xm_error_free(why);
    return 0;
}

/* Nothing is known of the move: it never began here, it was undone, or the decision was lost. */
static int answer_unknown(const struct xm_guests *guests, const char *uuid, enum xm_move_decision *ret_decision, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    struct xm_reg_state state;

    if (xm_host_list(guests->host, 0, &domains, err) < 0)
        return -1;
    for (size_t i = 0; i < domains->count; i++)
        if (!domains->items[i].dying && strcmp(domains->items[i].uuid, uuid) == 0)
            return xm_fail(err, XM_STATE, "nothing is known here of that move, and yet the guest runs here (domain %u)",
                           domains->items[i].domid);
    if (xm_reg_has(guests->reg, uuid) && (xm_reg_load_state(guests->reg, uuid, &state, NULL) < 0 || state.phase != XM_PHASE_HALTED))
        return xm_fail(err, XM_STATE, "nothing is known here of that move, and yet the guest is here");
    *ret_decision = XM_MOVE_ABORTED;
    return 0;
}

int xm_arrive_answer(const struct xm_guests *guests, const char *id, const char *uuid,
                     enum xm_move_decision *ret_decision, xm_error **err)
{
    bool on_record;
    int rc = find_decision(guests, id, ret_decision, err);

    if (rc == 0 && is_of(guests, uuid, id, &on_record, err) < 0)
        return -1;
    if (rc == 0 && on_record) {
        /* Its receiver may live, and is overtaken; or not, and then all of it is undone. */
        if (xm_move_decide(guests->reg, id, XM_MOVE_ABORTED, ret_decision, err) < 0)
            return -1;
        rc = 1;
    }
    if (rc == 0)        /* the record may have gone because it was decided just now */
        rc = find_decision(guests, id, ret_decision, err);
    if (rc == 0)
        return answer_unknown(guests, uuid, ret_decision, err);
    if (rc > 0)
        (void)xm_move_settle(guests, uuid, NULL);       /* the answer stands; mending tries again */
    return rc < 0 ? -1 : 0;
}

int xm_arrive_forget(const struct xm_guests *guests, const char *id, const char *uuid, xm_error **err)
{
    bool on_record;

    if (xm_move_settle(guests, uuid, err) < 0 || is_of(guests, uuid, id, &on_record, err) < 0)
        return -1;
    return on_record ? xm_fail(err, XM_BUSY, "that move is not over yet") : xm_move_forget(guests->reg, id, err);
}
