/* move: a guest leaves one simulated host and arrives at another. Whatever is cut off, killed or out
 * of room, at either side and at each step, it is at exactly one of them afterwards, whole, and has
 * never run at both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "convert/json.h"
#include "guest/arrive.h"
#include "guest/leave.h"
#include "host/host.h"
#include "registry/uuid.h"
#include "tests/unit/interrupt.h"

#define WEB "11111111-1111-4111-8111-111111111111"
#define DB "22222222-2222-4222-8222-222222222222"
#define MOVE "33333333-3333-4333-8333-333333333333"

#define BROKEN 98                       /* exit status of a side that the other one has told nonsense */

struct side {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
};

struct world {
    struct side here, there;
    bool keep, paused;
};

/* --- the machines --- */

static void put(const struct side *s, const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", s->dir, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void open_side(struct side *s)
{
    assert_int_equal(xm_host_open(&s->conf, NULL, &s->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(s->conf.state_dir, NULL, &s->guests.reg, NULL), 0);
}

static void close_side(struct side *s)
{
    xm_host_close(s->guests.host);
    xm_reg_close(s->guests.reg);
}

static void make_side(struct side *s)
{
    xm_autofree char *text = NULL;

    /* Some thousand directories come and go: in memory, where there is such a place. */
    strcpy(s->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/xm-move.XXXXXX" : "/tmp/xm-move.XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    s->conf.host = xm_printf("sim:%s", s->dir);
    s->conf.state_dir = xm_printf("%s/xm", s->dir);
    open_side(s);
    text = xm_printf("{\"root\": \"%s\"}", s->dir);
    put(s, "sim/host.json", text);
    put(s, "kernel", "kernel");
    put(s, "sim/now", "1700000000000\n");
}

static int drop_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static void drop_side(struct side *s)
{
    close_side(s);
    free(s->conf.host);
    free(s->conf.state_dir);
    assert_int_equal(nftw(s->dir, drop_file, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static int setup(void **state)
{
    struct world *w = xm_new0(struct world, 1);

    make_side(&w->here);
    make_side(&w->there);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    drop_side(&w->here);
    drop_side(&w->there);
    free(w);
    return 0;
}

static void look_anew(struct world *w)
{
    close_side(&w->here);
    close_side(&w->there);
    open_side(&w->here);
    open_side(&w->there);
}

/* --- guests --- */

static xm_doc *document(const char *uuid, const char *name)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XM, "/etc/xen/file-name");

    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_int(doc, "memory", 4);
    xm_doc_set_str(doc, "on_xend_start", "start");
    return doc;
}

static void new_guest(struct side *s, const char *uuid, const char *name)
{
    XM_AUTO(xm_doc) *doc = document(uuid, name);
    bool edited;

    xm_error *err = NULL;

    if (xm_guest_new(&s->guests, doc, &edited, &err) < 0)
        fail_msg("new: %s", xm_error_text(err));
}

static uint32_t start(struct side *s, const char *uuid)
{
    uint32_t domid = 99;
    xm_error *err = NULL;

    if (xm_guest_start(&s->guests, uuid, NULL, &domid, &err) < 0)
        fail_msg("start: %s", xm_error_text(err));
    return domid;
}

static void create(struct side *s)
{
    XM_AUTO(xm_doc) *doc = document(WEB, "web");
    uint32_t domid;

    assert_int_equal(xm_guest_create(&s->guests, doc, NULL, &domid, NULL), 0);
}

static struct xm_reg_state state_of(struct side *s, const char *uuid)
{
    struct xm_reg_state state;

    assert_int_equal(xm_reg_load_state(s->guests.reg, uuid, &state, NULL), 0);
    return state;
}

/* "-b--" of the domain whose uuid it is; "gone". ret_name may be NULL. */
static const char *look(struct side *s, const char *uuid, char ret_name[64])
{
    static char text[8];
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_list(s->guests.host, XM_WANT_NAME, &domains, NULL), 0);
    for (size_t i = 1; i < domains->count; i++) {
        const struct xm_domain *d = &domains->items[i];

        if (strcmp(d->uuid, uuid) != 0)
            continue;
        snprintf(text, sizeof(text), "%c%c%c%c", d->running ? 'r' : '-', d->blocked ? 'b' : '-', d->paused ? 'p' : '-',
                 d->shutdown ? 's' : '-');
        if (ret_name != NULL)
            snprintf(ret_name, 64, "%s", d->name ? d->name : "");
        return text;
    }
    return "gone";
}

static uint32_t domid_of(struct side *s, const char *uuid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_list(s->guests.host, 0, &domains, NULL), 0);
    for (size_t i = 1; i < domains->count; i++)
        if (strcmp(domains->items[i].uuid, uuid) == 0)
            return domains->items[i].domid;
    return XM_DOMID_NONE;
}

static bool runs(struct side *s)
{
    return strcmp(look(s, WEB, NULL), "-b--") == 0 || strcmp(look(s, WEB, NULL), "r---") == 0;
}

/* What is left in moves when it has been swept a good while later. */
static size_t count_left(const struct side *s)
{
    static const struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    xm_autofree char *path = xm_printf("%s/xm/moves", s->dir);
    struct dirent *item;
    size_t count = 0;
    DIR *d = opendir(path);

    if (d == NULL)
        return 0;
    while ((item = readdir(d)) != NULL)
        (void)utimensat(dirfd(d), item->d_name, old, 0);
    xm_moves_sweep(s->guests.reg);
    rewinddir(d);
    while ((item = readdir(d)) != NULL)
        count += strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
    closedir(d);
    return count;
}

static void expect(xm_error *err, enum xm_code code, const char *part)
{
    xm_autofree char *text = NULL;

    assert_non_null(err);
    text = xm_error_text(err);
    if (err->code != code || strstr(text, part) == NULL)
        fail_msg("code %d, '%s', where %d, '%s' was expected", err->code, text, code, part);
    xm_error_free(err);
}

/* --- the two sides of a line --- */

static int say(int fd, const char *word)
{
    return xm_fd_write(fd, word, 8, "the line", NULL);
}

/* A word of eight letters; false if the line is cut. */
static bool hear(int fd, char ret_word[9])
{
    ret_word[8] = '\0';
    return xm_fd_read(fd, ret_word, 8, "the line", NULL) == 0;
}

static int say_text(int fd, const char *text)
{
    uint32_t len = text ? (uint32_t)strlen(text) : UINT32_MAX;

    if (xm_fd_write(fd, &len, sizeof(len), "the line", NULL) < 0)
        return -1;
    return text != NULL ? xm_fd_write(fd, text, len, "the line", NULL) : 0;
}

static int hear_text(int fd, char **ret_text)
{
    xm_autofree char *text = NULL;
    uint32_t len;

    *ret_text = NULL;
    if (xm_fd_read(fd, &len, sizeof(len), "the line", NULL) < 0)
        return -1;
    if (len == UINT32_MAX)
        return 0;
    if (len > 1 << 20)
        _exit(BROKEN);
    text = xm_alloc0(1, len + 1);
    if (xm_fd_read(fd, text, len, "the line", NULL) < 0)
        return -1;
    *ret_text = XM_TAKE(text);
    return 0;
}

static int leave_begin(struct world *w, xm_leave **ret_leave, xm_error **err)
{
    struct xm_leave_how how = { .id = MOVE, .keep = w->keep, .peer = { .how = "ssh", .host = "there", .command = "ssh there" } };
    XM_AUTO(xm_guest_list) *list = NULL;

    if (xm_guest_list_load(&w->here.guests, 0, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].uuid, WEB) == 0)
            return xm_leave_begin(&w->here.guests, &list->items[i], &how, ret_leave, err);
    return -1;
}

static int arrive_begin(struct world *w, const struct xm_leaving *what, xm_arrive **ret_arrive, xm_error **err)
{
    struct xm_arrival arrival = {
        .id = MOVE, .kind = what->kind, .paused = w->paused, .config = what->config, .document = what->document,
        .state = what->state, .uuid = what->uuid, .memory_size = what->memory_size,
        .peer = { .how = "ssh", .host = "here" },
    };

    return xm_arrive_begin(&w->there.guests, &arrival, NULL, ret_arrive, err);
}

static int offer(int fd, const struct xm_leaving *what)
{
    char size[24];

    snprintf(size, sizeof(size), "%llu", (unsigned long long)what->memory_size);
    return say_text(fd, xm_move_kind_word(what->kind)) < 0 || say_text(fd, what->config) < 0
        || say_text(fd, what->document) < 0 || say_text(fd, what->state) < 0 || say_text(fd, size) < 0 ? -1 : 0;
}

static bool send_all(xm_leave *leave, int fd)
{
    const struct xm_leaving *what = xm_leave_what(leave);
    char word[9];

    if (offer(fd, what) < 0 || !hear(fd, word) || strcmp(word, "accept  ") != 0)
        return false;
    if (what->kind == XM_MOVE_LIVE && xm_leave_send(leave, fd, NULL, NULL) < 0)
        return false;
    if (what->kind == XM_MOVE_SUSPENDED && xm_leave_send_memory(leave, fd, NULL, NULL) < 0)
        return false;
    return hear(fd, word) && strcmp(word, "ready   ") == 0;
}

/* What the source's process does; what is left of it when the line is cut is as the protocols have it. */
static int be_source(struct world *w, int fd)
{
    XM_AUTO(xm_leave) *leave = NULL;
    char word[9];

    if (leave_begin(w, &leave, NULL) < 0)
        return 1;
    if (!send_all(leave, fd) || xm_leave_ask(leave, NULL) < 0)
        return xm_leave_abort(leave, NULL) < 0 ? 2 : 1;
    if (say(fd, "commit  ") < 0 || !hear(fd, word))
        return 3;               /* in doubt */
    if (strcmp(word, "done    ") == 0)
        return xm_leave_done(leave, NULL) < 0 ? 4 : 0;
    return xm_leave_abort(leave, NULL) < 0 ? 2 : 1;
}

static bool hear_offer(struct world *w, int fd, xm_arrive **ret_arrive)
{
    xm_autofree char *kind = NULL, *config = NULL, *doc = NULL, *state = NULL, *size = NULL;
    struct xm_leaving what = { .uuid = WEB };

    if (hear_text(fd, &kind) < 0 || hear_text(fd, &config) < 0 || hear_text(fd, &doc) < 0 || hear_text(fd, &state) < 0
        || hear_text(fd, &size) < 0 || !xm_move_kind_parse(kind, &what.kind))
        return false;
    what.config = config;
    what.document = doc;
    what.state = state;
    what.memory_size = strtoull(size, NULL, 10);
    return arrive_begin(w, &what, ret_arrive, NULL) == 0 && say(fd, "accept  ") == 0
        && (what.kind != XM_MOVE_LIVE || xm_arrive_build(*ret_arrive, fd, (struct xm_watch){ 0 }, &(uint32_t){ 0 }, NULL) == 0)
        && (what.kind != XM_MOVE_SUSPENDED || xm_arrive_memory(*ret_arrive, fd, (struct xm_watch){ 0 }, NULL, NULL) == 0);
}

static int be_target(struct world *w, int fd)
{
    enum xm_move_decision decision = XM_MOVE_ABORTED;
    XM_AUTO(xm_arrive) *arrive = NULL;
    char word[9];

    if (!hear_offer(w, fd, &arrive) || say(fd, "ready   ") < 0 || !hear(fd, word))
        return 1;               /* aborted as it is freed */
    if (strcmp(word, "commit  ") != 0)
        _exit(BROKEN);
    if (xm_arrive_commit(arrive, NULL) == 0)
        return say(fd, "done    ") < 0;
    if (xm_arrive_abort(arrive, &decision, NULL) < 0)
        return 2;
    return say(fd, decision == XM_MOVE_COMMITTED ? "done    " : "failed  ") < 0;
}

enum at { AT_SOURCE, AT_TARGET };

/* Both in processes of their own, of which one is stopped before its nth step, or has no room from then
 * on; true if it came to its end without that. */
static bool run_both(struct world *w, enum at at, int n, bool full)
{
    bool ended = true;
    pid_t pids[2];
    int line[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            int status;

            signal(SIGSEGV, SIG_DFL);   /* the harness would go on with the next test, in here */
            signal(SIGABRT, SIG_DFL);

            close(line[!i]);
            steps_fail = full;
            steps_left = i == (int)at ? n : -1;
            status = i == AT_SOURCE ? be_source(w, line[i]) : be_target(w, line[i]);
            steps_left = -1;
            _exit(steps_failed ? STOPPED : status);
        }
    }
    close(line[0]);
    close(line[1]);
    for (int i = 0; i < 2; i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != BROKEN);
        if (i == (int)at)
            ended = WEXITSTATUS(status) != STOPPED;
    }
    return ended;
}

/* --- what there is afterwards --- */

struct trial {
    const char *name;
    void (*before)(struct world *w);
    enum xm_move_kind kind;
    bool managed, ours;
    int stride;                         /* of the steps at which it is stopped, where they are much as another one's */
};

static bool in_doubt(struct side *s)
{
    return xm_guest_check_doubt(&s->guests, WEB, "web", NULL) < 0;
}

/* Nothing can be done to it meanwhile, by anybody. */
static void refused_in_doubt(struct world *w, const struct trial *trial)
{
    uint32_t domid = domid_of(&w->here, WEB), fresh;
    XM_AUTO(xm_doc) *doc = document(WEB, "web");
    xm_error *err = NULL;

    if (trial->ours) {
        assert_int_equal(xm_guest_start(&w->here.guests, WEB, NULL, &fresh, &err), -1);
        expect(err, XM_STATE, "xm migrate --recover web");
        err = NULL;
        assert_int_equal(xm_guest_resume(&w->here.guests, WEB, NULL, &fresh, &err), -1);
        expect(err, XM_STATE, "--recover");
        err = NULL;
        assert_int_equal(xm_guest_delete(&w->here.guests, WEB, &err), -1);
        expect(err, XM_STATE, "--recover");
        err = NULL;
        assert_int_equal(xm_guest_end(&w->here.guests, WEB, XM_REASON_CRASH, XM_ACTION_RESTART, NULL), 0);
    }
    assert_int_equal(xm_guest_create(&w->here.guests, doc, NULL, &fresh, &err), -1);
    expect(err, XM_STATE, "--recover");
    err = NULL;
    if (domid != XM_DOMID_NONE) {
        assert_int_equal(xm_guest_destroy(&w->here.guests, domid, &err), -1);
        expect(err, XM_STATE, "--recover");
        assert_string_equal(look(&w->here, WEB, NULL), "---s");
    }
}

/* As a source that asks again does. */
static void recover(struct world *w)
{
    enum xm_move_decision decision;
    XM_AUTO(xm_leave) *leave = NULL;
    XM_AUTO(xm_move) *move = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_leave_reopen(&w->here.guests, WEB, &leave, &move, NULL), 0);
    assert_string_equal(move->id, MOVE);
    assert_string_equal(move->peer.host, "there");
    if (xm_arrive_answer(&w->there.guests, move->id, move->uuid, &decision, &err) < 0)
        fail_msg("answer: %s", xm_error_text(err));
    if (decision == XM_MOVE_COMMITTED ? xm_leave_done(leave, &err) < 0 : xm_leave_abort(leave, &err) < 0)
        fail_msg("recover: %s", xm_error_text(err));
}

/* Whole: the domain under its name, running or paused as asked, and the entry that goes with it. */
static void check_is_at(struct side *s, const struct trial *trial, bool paused, const char *what)
{
    xm_autofree char *memory = xm_reg_memory_path(s->guests.reg, WEB);
    struct xm_reg_state st;
    char name[64] = "";

    if (trial->kind == XM_MOVE_LIVE) {
        assert_string_equal(look(s, WEB, name), paused ? "--p-" : "-b--");
        assert_string_equal(name, "web");
    } else {
        assert_string_equal(look(s, WEB, NULL), "gone");
    }
    if (!xm_reg_has(s->guests.reg, WEB)) {
        if (trial->ours)
            fail_msg("%s: no entry", what);
        return;
    }
    st = state_of(s, WEB);
    assert_int_equal(st.managed, trial->managed);
    assert_int_equal(st.phase, trial->kind == XM_MOVE_LIVE ? XM_PHASE_RUNNING
                     : trial->kind == XM_MOVE_HALTED ? XM_PHASE_HALTED : XM_PHASE_SUSPENDED);
    assert_int_equal(st.domid, domid_of(s, WEB));
    assert_int_equal(access(memory, F_OK) == 0, trial->kind == XM_MOVE_SUSPENDED);
}

/* A definition that is left, or was there before, and nothing else. */
static void check_is_not_at(struct side *s, bool definition, const char *what)
{
    xm_autofree char *memory = xm_reg_memory_path(s->guests.reg, WEB);

    if (strcmp(look(s, WEB, NULL), "gone") != 0)
        fail_msg("%s: a domain is left", what);
    if (xm_reg_has(s->guests.reg, WEB) != definition)
        fail_msg("%s: its entry is %s", what, definition ? "gone" : "left");
    if (definition)
        assert_int_equal(state_of(s, WEB).phase, XM_PHASE_HALTED);
    assert_true(access(memory, F_OK) < 0);
}

/* A guest of another program may yet suspend itself, which its record waits for: till it is too late. */
static void let_time_pass(struct side *s)
{
    XM_AUTO(xm_move) *move = NULL;

    if (xm_reg_has(s->guests.reg, WEB) || xm_move_load(s->guests.reg, WEB, &move, NULL) < 0 || move->asked == 0)
        return;
    assert_int_equal(move->stage, XM_MOVE_SENDING);
    assert_true(runs(s));
    move->asked -= 1000;
    assert_int_equal(xm_move_save(s->guests.reg, move, NULL), 0);
    assert_int_equal(xm_moves_settle(&s->guests, NULL), 0);
}

static void settle(struct world *w, const struct trial *trial, const char *what)
{
    struct side *const sides[] = { &w->here, &w->there };

    if (runs(&w->here) && runs(&w->there))
        fail_msg("%s: runs twice", what);
    for (size_t i = 0; i < XM_COUNT(sides); i++) {
        assert_int_equal(xm_moves_settle(&sides[i]->guests, NULL), 0);
        if (xm_reg_has(sides[i]->guests.reg, WEB))
            assert_int_equal(xm_guest_mend(&sides[i]->guests, WEB, NULL), 0);
    }
    if (runs(&w->here) && runs(&w->there))
        fail_msg("%s: runs twice when it is mended", what);
    let_time_pass(&w->here);
    if (in_doubt(&w->here)) {
        if (runs(&w->here))
            fail_msg("%s: in doubt, and runs", what);
        refused_in_doubt(w, trial);
        recover(w);
    }
    assert_false(in_doubt(&w->here));
    assert_int_equal(xm_arrive_forget(&w->there.guests, MOVE, WEB, NULL), 0);
}

static bool had_definition;             /* there, before */

static void check_world(struct world *w, const struct trial *trial, const char *what)
{
    bool here;

    settle(w, trial, what);
    here = trial->kind == XM_MOVE_LIVE ? runs(&w->here)
        : xm_reg_has(w->here.guests.reg, WEB) && (trial->kind == XM_MOVE_HALTED
                                                  || state_of(&w->here, WEB).phase == XM_PHASE_SUSPENDED);
    if (here) {
        check_is_at(&w->here, trial, false, what);
        check_is_not_at(&w->there, had_definition, what);
    } else {
        check_is_at(&w->there, trial, w->paused, what);
        check_is_not_at(&w->here, w->keep, what);
    }
    if (count_left(&w->here) != 0 || count_left(&w->there) != 0)
        fail_msg("%s: %zu files are left here, %zu there", what, count_left(&w->here), count_left(&w->there));
}

/* --- interruptions --- */

static void is_running(struct world *w) { new_guest(&w->here, WEB, "web"); start(&w->here, WEB); }
static void is_created(struct world *w) { create(&w->here); }
static void is_halted(struct world *w) { new_guest(&w->here, WEB, "web"); }

static void is_foreign(struct world *w)
{
    create(&w->here);
    assert_int_equal(xm_reg_remove(w->here.guests.reg, WEB, NULL), 0);
}

static void is_suspended(struct world *w)
{
    is_running(w);
    assert_int_equal(xm_guest_suspend(&w->here.guests, WEB, NULL, NULL), 0);
}

static void is_kept(struct world *w) { is_running(w); w->keep = true; }
static void is_kept_suspended(struct world *w) { is_suspended(w); w->keep = true; }
static void arrives_paused(struct world *w) { is_running(w); w->paused = true; }

static void was_there_before(struct world *w)
{
    is_running(w);
    new_guest(&w->there, WEB, "web-of-old");
    had_definition = true;
}

static const struct trial trials[] = {
    { "a managed guest", is_running, XM_MOVE_LIVE, true, true, 1 },
    { "a created guest", is_created, XM_MOVE_LIVE, false, true, 11 },
    { "a foreign guest", is_foreign, XM_MOVE_LIVE, false, false, 5 },
    { "a guest whose definition is kept", is_kept, XM_MOVE_LIVE, true, true, 11 },
    { "a guest whose definition was left there", was_there_before, XM_MOVE_LIVE, true, true, 3 },
    { "a guest that arrives paused", arrives_paused, XM_MOVE_LIVE, true, true, 11 },
    { "a halted guest", is_halted, XM_MOVE_HALTED, true, true, 7 },
    { "a suspended guest", is_suspended, XM_MOVE_SUSPENDED, true, true, 11 },
    { "a suspended guest whose definition is kept", is_kept_suspended, XM_MOVE_SUSPENDED, true, true, 3 },
};

static bool try_until(const struct trial *trial, enum at at, int n, bool full)
{
    struct world *w;
    char what[160];
    bool ended;

    snprintf(what, sizeof(what), "%s, %s %s step %d", trial->name, at == AT_SOURCE ? "the source" : "the target",
             full ? "out of room at" : "stopped before", n);
    had_definition = false;
    setup((void **)&w);
    trial->before(w);
    ended = run_both(w, at, n, full);
    look_anew(w);
    check_world(w, trial, what);
    if (ended && strcmp(look(&w->here, WEB, NULL), "gone") != 0)
        fail_msg("%s: it has not moved, uninterrupted", what);
    teardown((void **)&w);
    return ended;
}

static void it_is_at_the_other_side_afterwards(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++)
        assert_true(try_until(&trials[i], AT_TARGET, 1 << 20, false));
}

/* Every step of each with XM_TEST_EVERY_STEP, which takes minutes; else of most only some, others each time. */
static int stride_of(const struct trial *trial)
{
    return getenv("XM_TEST_EVERY_STEP") != NULL ? 1 : trial->stride;
}

static int try_each(const struct trial *trial, enum at at, bool full)
{
    int stride = stride_of(trial), n = (int)getpid() % stride, tried = 0;

    for (; !try_until(trial, at, n, full); n += stride)
        tried++;
    print_message("# %s: the %s %s %d steps\n", trial->name, at == AT_SOURCE ? "source" : "target",
                  full ? "out of room at" : "killed at", tried);
    return tried * stride;
}

static void either_side_can_be_killed_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++)
        for (enum at at = AT_SOURCE; at <= AT_TARGET; at++)
            assert_true(try_each(&trials[i], at, false) > 20);
}

static void either_side_can_be_out_of_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++)
        for (enum at at = AT_SOURCE; at <= AT_TARGET; at++)
            if (trials[i].stride < 11 || stride_of(&trials[i]) == 1)
                assert_true(try_each(&trials[i], at, true) > 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_at_the_other_side_afterwards),
        TEST(either_side_can_be_killed_anywhere),
        TEST(either_side_can_be_out_of_room),
    };

    signal(SIGPIPE, SIG_IGN);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
