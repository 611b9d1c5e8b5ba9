/* super: the supervisor as a process, its protocol, its guests, and what it survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "convert/json.h"
#include "guest/guest.h"
#include "super/socket.h"
#include "super/super.h"

#define WEB "11111111-1111-4111-8111-111111111111"
#define DB "22222222-2222-4222-8222-222222222222"

static char self[4096];

struct world {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
    char *argv[4];
};

static void fill_conf(xm_conf *conf, const char *dir)
{
    conf->host = xm_printf("sim:%s", dir);
    conf->state_dir = xm_printf("%s/xm", dir);
    conf->run_dir = xm_printf("%s/run", dir);
    conf->log_file = xm_printf("%s/log/xm.log", dir);
    conf->core_dir = xm_printf("%s/dump", dir);
    conf->xl_core_dir = xm_printf("%s/dump-xl", dir);
}

static void free_conf(xm_conf *conf)
{
    free(conf->host);
    free(conf->state_dir);
    free(conf->run_dir);
    free(conf->log_file);
    free(conf->core_dir);
    free(conf->xl_core_dir);
}

/* --- this program as supervisor and as worker --- */

static volatile int stop;

static void on_term(int signum)
{
    (void)signum;
    stop = 1;
}

/* A figure that a test has put into a file of its machine; 0: the usual one. */
static unsigned figure(const char *dir, const char *name)
{
    xm_autofree char *path = xm_printf("%s/%s", dir, name), *text = NULL;

    return xm_file_read(path, 64, &text, NULL, NULL) < 0 ? 0 : (unsigned)atoi(text);
}

static int supervise(const char *dir)
{
    char *worker[] = { self, (char *)"--work", (char *)dir, NULL };
    xm_conf conf = { 0 };
    struct xm_super_config config = { .conf = &conf, .worker = worker, .stop = &stop, .stay = figure(dir, "stay"),
                                      .worker_ms = figure(dir, "worker_ms"), .grace_ms = figure(dir, "grace_ms"),
                                      .idle_ms = figure(dir, "idle_ms"), .line_ms = figure(dir, "line_ms"),
                                      .patience_ms = figure(dir, "patience_ms"), .replace = figure(dir, "replace") };
    struct sigaction action = { .sa_handler = on_term };
    xm_error *err = NULL;
    int rc;

    sigaction(SIGTERM, &action, NULL);
    fill_conf(&conf, dir);
    rc = xm_super_run(&config, &err);
    if (rc < 0)
        rc = err->code == XM_BUSY ? 75 : 1;
    xm_error_free(err);
    free_conf(&conf);
    return rc;
}

static int work(const char *dir, char *const *words)
{
    xm_conf conf = { 0 };
    int rc;

    fill_conf(&conf, dir);
    if (figure(dir, "stubborn"))
        signal(SIGTERM, SIG_IGN);
    rc = xm_super_work(&conf, NULL, words, NULL);
    free_conf(&conf);
    return rc < 0;
}

/* --- the machine --- */

static void put(const struct world *w, const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static int setup(void **state)
{
    struct world *w = xm_new0(struct world, 1);
    xm_autofree char *text = NULL;

    strcpy(w->dir, "/tmp/xm-super.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    fill_conf(&w->conf, w->dir);
    w->argv[0] = self;
    w->argv[1] = (char *)"--supervise";
    w->argv[2] = w->dir;
    assert_int_equal(xm_host_open(&w->conf, NULL, &w->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(w->conf.state_dir, NULL, &w->guests.reg, NULL), 0);
    text = xm_printf("{\"root\": \"%s\"}", w->dir);
    put(w, "sim/host.json", text);
    put(w, "kernel", "kernel");
    *state = w;
    return 0;
}

static void sleep_ms(unsigned ms)
{
    struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

    nanosleep(&pause, NULL);
}

/* Waits, at most 20 seconds, until it is so. */
#define WAIT_FOR(condition)                                                                     \
    do {                                                                                        \
        int left_ = 2000;                                                                       \
        while (!(condition) && left_-- > 0)                                                     \
            sleep_ms(10);                                                                       \
        if (!(condition))                                                                       \
            fail_msg("not within 20 seconds: %s\n%s", #condition, log_text(w));                 \
    } while (0)

static char *log_text(struct world *w)
{
    char *text = NULL;

    return xm_file_read(w->conf.log_file, 1 << 20, &text, NULL, NULL) < 0 ? xm_strdup("") : text;
}

static bool log_has(struct world *w, const char *part)
{
    xm_autofree char *text = log_text(w);

    return strstr(text, part) != NULL;
}

static size_t log_count(struct world *w, const char *part)
{
    xm_autofree char *text = log_text(w);
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static xm_super *reach(struct world *w)
{
    xm_super *super = NULL;
    xm_error *err = NULL;

    if (xm_super_connect(&w->conf, w->argv, &super, &err) < 0)
        fail_msg("%s", xm_error_text(err));
    return super;
}

static int64_t asked(xm_super *super, const char *key)
{
    xm_autofree char *text = NULL;
    XM_AUTO(xm_json) *json = NULL;

    assert_int_equal(xm_super_status(super, &text, NULL), 0);
    assert_int_equal(xm_json_parse(text, strlen(text), &json, NULL), 0);
    return xm_json_int(xm_json_get(json, key, NULL), -1);
}

static pid_t supervisor(struct world *w)
{
    XM_AUTO(xm_super) *super = reach(w);

    return (pid_t)asked(super, "pid");
}

/* A supervisor is nobody's child here: it is gone when nothing answers to its pid. */
static bool is_gone(pid_t pid)
{
    xm_autofree char *path = xm_printf("/proc/%d/stat", (int)pid);
    xm_autofree char *text = NULL;

    return xm_file_read(path, 4096, &text, NULL, NULL) < 0 || strstr(text, ") Z ") != NULL;
}

static void end_supervisor(struct world *w, int signum)
{
    pid_t pid = supervisor(w);

    assert_int_equal(kill(pid, signum), 0);
    WAIT_FOR(is_gone(pid));
}

static int teardown(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", w->dir);
    int rc = 1;

    end_supervisor(w, SIGTERM);
    xm_host_close(w->guests.host);
    xm_reg_close(w->guests.reg);
    free_conf(&w->conf);
    /* One that was started in vain, and is slow to learn it, may still put a lock file there. */
    for (int i = 0; i < 20 && rc != 0; i++) {
        rc = system(command);
        sleep_ms(rc != 0 ? 100 : 0);
    }
    free(w);
    return rc;
}

/* --- guests --- */

static int begin(void *arg, const char *uuid, xm_error **err)
{
    return xm_super_begin(arg, uuid, err);
}

static xm_doc *document(const char *uuid, const char *name, const char *words)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XL, "web.cfg");

    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_str(doc, "extra", words);
    xm_doc_set_int(doc, "memory", 16);
    return doc;
}

static uint32_t create(struct world *w, const char *uuid, const char *name, const char *words)
{
    XM_AUTO(xm_super) *super = reach(w);
    XM_AUTO(xm_doc) *doc = document(uuid, name, words);
    struct xm_guest_how how = { .begin = begin, .begin_arg = super };
    xm_error *err = NULL;
    uint32_t domid;

    if (xm_guest_create(&w->guests, doc, &how, &domid, &err) < 0 || xm_super_end(super, uuid, &err) < 0)
        fail_msg("%s", xm_error_text(err));
    return domid;
}

static void new_guest(struct world *w, const char *uuid, const char *name, const char *words)
{
    XM_AUTO(xm_doc) *doc = document(uuid, name, words);
    bool edited;

    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
}

static enum xm_phase phase_of(struct world *w, const char *uuid)
{
    struct xm_reg_state state;

    assert_int_equal(xm_reg_load_state(w->guests.reg, uuid, &state, NULL), 0);
    return state.phase;
}

static uint32_t domid_of(struct world *w, const char *uuid)
{
    struct xm_reg_state state;

    return xm_reg_load_state(w->guests.reg, uuid, &state, NULL) < 0 ? XM_DOMID_NONE : state.domid;
}

static bool is_live(struct world *w, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    return xm_host_get(w->guests.host, domid, 0, &domains, NULL) == 0;
}

static size_t count_domains(struct world *w)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_list(w->guests.host, 0, &domains, NULL), 0);
    return domains->count - 1;
}

/* --- one supervisor --- */

static void the_first_command_starts_it_and_the_others_find_it(void **state)
{
    struct world *w = *state;
    pid_t pid = supervisor(w);
    XM_AUTO(xm_super) *super = reach(w);
    struct stat st;
    xm_autofree char *path = xm_printf("%s/supervisor.sock", w->conf.run_dir);

    assert_int_equal(asked(super, "pid"), pid);
    assert_int_equal(asked(super, "guests"), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_second_one_yields(void **state)
{
    struct world *w = *state;
    pid_t first = supervisor(w), second = fork();
    int status;

    if (second == 0) {
        execv(self, w->argv);
        _exit(1);
    }
    assert_int_equal(waitpid(second, &status, 0), second);
    assert_int_equal(WEXITSTATUS(status), 75);
    assert_int_equal(supervisor(w), first);
}

static void many_commands_at_once_start_one(void **state)
{
    struct world *w = *state;
    pid_t pids[8];
    int status;

    for (size_t i = 0; i < XM_COUNT(pids); i++)
        if ((pids[i] = fork()) == 0) {
            xm_super *super;

            _exit(xm_super_connect(&w->conf, w->argv, &super, NULL) < 0);
        }
    for (size_t i = 0; i < XM_COUNT(pids); i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    /* Its socket is there before its line in the log; once it answers, both are. */
    (void)supervisor(w);
    assert_int_equal(log_count(w, "Supervisor started."), 1);
}

static void it_leaves_when_its_socket_is_taken_away(void **state)
{
    struct world *w = *state;
    xm_autofree char *path = xm_printf("%s/supervisor.sock", w->conf.run_dir);
    pid_t pid = supervisor(w);

    assert_int_equal(unlink(path), 0);
    WAIT_FOR(is_gone(pid));
}

static void a_supervisor_that_cannot_run_is_an_error(void **state)
{
    struct world *w = *state;
    char *argv[] = { (char *)"/nonexistent/xm", NULL };
    xm_super *super;
    xm_error *err = NULL;

    assert_int_equal(xm_super_connect(&w->conf, argv, &super, &err), -1);
    assert_int_equal(err->code, XM_NOT_FOUND);
    xm_error_free(err);
}

/* --- its guests --- */

static void a_guest_that_powers_off_is_cleaned_up(void **state)
{
    struct world *w = *state;

    create(w, WEB, "web", "sim.poweroff=0.3");
    new_guest(w, DB, "db", "sim.poweroff=0.3");
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(phase_of(w, DB), XM_PHASE_HALTED);
    WAIT_FOR(log_has(w, "INFO (policy) Domain has shutdown: name=web id=1 reason=poweroff."));
}

static void a_guest_that_reboots_is_made_again(void **state)
{
    struct world *w = *state;

    assert_int_equal(create(w, WEB, "web", "sim.reboot=0.5"), 1);
    WAIT_FOR(domid_of(w, WEB) != 1 && domid_of(w, WEB) != XM_DOMID_NONE);
    assert_false(is_live(w, 1));
    assert_int_equal(xm_guest_destroy(&w->guests, domid_of(w, WEB), NULL), 0);
}

static void a_crash_is_a_warning_and_preserve_keeps_it(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = reach(w);
    XM_AUTO(xm_doc) *doc = document(WEB, "web", "sim.crash=0.2");
    struct xm_guest_how how = { .begin = begin, .begin_arg = super };
    uint32_t domid;

    xm_doc_set_str(doc, "on_crash", "preserve");
    assert_int_equal(xm_guest_create(&w->guests, doc, &how, &domid, NULL), 0);
    assert_int_equal(xm_super_end(super, WEB, NULL), 0);
    WAIT_FOR(log_has(w, "Preserving dead domain web (1)."));
    assert_true(log_has(w, "WARNING (policy) Domain has crashed: name=web id=1."));
    assert_true(is_live(w, 1));
}

static void a_domain_that_another_toolstack_ends_is_noticed(void **state)
{
    struct world *w = *state;

    assert_int_equal(create(w, WEB, "web", ""), 1);
    assert_int_equal(xm_host_destroy(w->guests.host, 1, NULL), 0);
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
}

static void what_happens_while_it_is_away_is_done_once_by_the_next(void **state)
{
    struct world *w = *state;

    create(w, WEB, "web", "sim.reboot=1");
    create(w, DB, "db", "");
    end_supervisor(w, SIGKILL);
    sleep_ms(1200);
    assert_int_equal(count_domains(w), 2);
    {
        XM_AUTO(xm_super) *super = reach(w);

        assert_int_equal(asked(super, "guests"), 2);
    }
    WAIT_FOR(domid_of(w, WEB) == 3);
    assert_int_equal(log_count(w, "name=web id=1 "), 1);
    assert_int_equal(domid_of(w, DB), 2);
    assert_true(is_live(w, 2));
}

/* --- what goes wrong --- */

static void a_command_that_dies_half_way_is_tidied_up_after(void **state)
{
    struct world *w = *state;
    pid_t pid;

    put(w, "sim/faults", "create.devices 1 once kill\n");
    (void)supervisor(w);
    if ((pid = fork()) == 0) {
        create(w, WEB, "web", "");
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
    assert_int_equal(count_domains(w), 0);
}

static void a_command_that_outlives_its_supervisor_is_finished_by_the_next(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = reach(w);
    XM_AUTO(xm_doc) *doc = document(WEB, "web", "sim.poweroff=1");
    struct xm_guest_how how = { .begin = begin, .begin_arg = super };
    uint32_t domid;

    assert_int_equal(xm_guest_create(&w->guests, doc, &how, &domid, NULL), 0);
    end_supervisor(w, SIGKILL);
    assert_int_equal(xm_super_end(super, WEB, NULL), 0);
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
}

static void a_build_that_kills_its_worker_does_not_take_it_along(void **state)
{
    struct world *w = *state;
    pid_t pid = supervisor(w);

    put(w, "sim/faults", "create.devices 2 once kill\n");
    create(w, WEB, "web", "sim.reboot=0.5");
    WAIT_FOR(domid_of(w, WEB) != 1 && domid_of(w, WEB) != XM_DOMID_NONE);
    WAIT_FOR(log_has(w, "the worker for restart was ended by signal 9"));
    assert_int_equal(supervisor(w), pid);
    assert_int_equal(count_domains(w), 1);
}

static void a_guest_that_does_not_go_is_told_of(void **state)
{
    struct world *w = *state;

    put(w, "patience_ms", "1000");
    create(w, WEB, "web", "sim.shutdown=ignore");
    create(w, DB, "db", "sim.poweroff=0.3");
    xm_super_asked(&w->conf, WEB, 1);
    xm_super_asked(&w->conf, DB, 2);
    WAIT_FOR(log_has(w, "Domain shutdown timeout expired: name=web id=1"));
    sleep_ms(500);
    assert_int_equal(log_count(w, "timeout expired"), 1);
    assert_int_equal(count_domains(w), 1);
}

/* Another supervisor takes over from the one there is. */
static pid_t replace(struct world *w)
{
    pid_t pid;

    put(w, "replace", "1");
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execv(self, w->argv);
        _exit(127);
    }
    WAIT_FOR(supervisor(w) == pid);
    return pid;
}

/* The one that was asked is to have its time once, not anew with each supervisor. */
static void who_takes_over_knows_who_was_asked(void **state)
{
    struct world *w = *state;

    put(w, "patience_ms", "2000");
    create(w, WEB, "web", "sim.shutdown=ignore");
    xm_super_asked(&w->conf, WEB, 1);
    put(w, "patience_ms", "600000");
    replace(w);
    WAIT_FOR(log_has(w, "Domain shutdown timeout expired: name=web id=1"));
    assert_int_equal(log_count(w, "Took over from process"), 1);
    sleep_ms(300);
    assert_int_equal(log_count(w, "timeout expired"), 1);
}

/* A guest that reboots at once, and whose restart does not get on. The fault is there before the guest
 * and counts its first build, or a slow test would write it when the restart is over. */
static void hangs_in_its_restart(struct world *w)
{
    put(w, "sim/faults", "create.devices 2 once delay 60000\n");
    create(w, WEB, "web", "sim.reboot=0.5");
}

static bool hangs_now(struct world *w)
{
    xm_autofree char *path = xm_printf("%s/sim/run/fault-counts", w->dir), *text = NULL;

    return xm_file_read(path, 65536, &text, NULL, NULL) == 0 && strstr(text, "create.devices 2") != NULL;
}

/* It is no child of who takes over, and yet held to the time that it had. */
static void a_worker_taken_over_that_hangs_is_ended(void **state)
{
    struct world *w = *state;
    xm_autofree char *reboots_no_more = NULL;

    put(w, "worker_ms", "8000");
    put(w, "stubborn", "1");
    hangs_in_its_restart(w);
    WAIT_FOR(hangs_now(w));
    put(w, "worker_ms", "600000");
    put(w, "grace_ms", "300");
    reboots_no_more = xm_printf("{\"root\": \"%s\", \"guests\": [\"web sim.reboot=3600\"]}", w->dir);
    put(w, "sim/host.json", reboots_no_more);
    replace(w);
    assert_true(log_has(w, "with 1 jobs"));
    assert_false(log_has(w, "hangs"));
    WAIT_FOR(log_has(w, "the worker for restart") && log_has(w, "hangs, asking it to stop"));
    WAIT_FOR(log_has(w, "hangs, ending it"));
    WAIT_FOR(log_has(w, "started again"));
    sleep_ms(500);
    assert_int_equal(count_domains(w), 1);
    assert_int_equal(log_count(w, "started again"), 1);
}

/* Several times as long as a worker may stand still. */
static void who_writes_a_core_may_take_his_time(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("ls %s/dump-xl/web >/dev/null", w->dir);
    XM_AUTO(xm_doc) *doc = NULL;

    put(w, "sim/faults", "dump_core.write 1 on delay 250\n");
    put(w, "worker_ms", "1000");
    create(w, WEB, "web", "sim.crash=2");
    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &doc, NULL), 0);
    xm_doc_set_str(doc, "on_crash", "coredump-destroy");
    assert_int_equal(xm_reg_save_doc(w->guests.reg, WEB, doc, NULL), 0);
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
    assert_false(log_has(w, "hangs"));
    assert_int_equal(system(command), 0);
}

/* The build is done again, by another worker. */
static void a_worker_that_hangs_is_asked_to_stop(void **state)
{
    struct world *w = *state;

    put(w, "worker_ms", "400");
    hangs_in_its_restart(w);
    WAIT_FOR(log_has(w, "the worker for restart"));
    assert_true(log_has(w, "hangs, asking it to stop"));
    WAIT_FOR(domid_of(w, WEB) != 1 && domid_of(w, WEB) != XM_DOMID_NONE);
    assert_false(log_has(w, "hangs, ending it"));
    assert_int_equal(count_domains(w), 1);
}

static void one_that_does_not_listen_is_ended(void **state)
{
    struct world *w = *state;

    put(w, "worker_ms", "400");
    put(w, "grace_ms", "300");
    put(w, "stubborn", "1");
    hangs_in_its_restart(w);
    WAIT_FOR(log_has(w, "hangs, ending it"));
    WAIT_FOR(log_has(w, "was ended by signal 9"));
    WAIT_FOR(domid_of(w, WEB) != 1 && domid_of(w, WEB) != XM_DOMID_NONE);
    assert_int_equal(count_domains(w), 1);
}

static void without_work_it_leaves_unless_it_is_to_stay(void **state)
{
    struct world *w = *state;
    pid_t pid;

    put(w, "idle_ms", "300");
    pid = supervisor(w);
    WAIT_FOR(is_gone(pid));
    assert_true(log_has(w, "Nothing to look after: leaving."));
    put(w, "stay", "1");
    pid = supervisor(w);
    sleep_ms(1000);
    assert_false(is_gone(pid));
}

static void with_a_guest_or_a_listener_it_stays(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = NULL;
    pid_t pid;

    put(w, "idle_ms", "300");
    super = reach(w);
    pid = (pid_t)asked(super, "pid");
    assert_int_equal(xm_super_subscribe(super, NULL, NULL), 0);
    sleep_ms(800);
    assert_int_equal(supervisor(w), pid);
    create(w, WEB, "web", "");
    xm_super_close(XM_TAKE(super));
    sleep_ms(800);
    assert_int_equal(supervisor(w), pid);
}

/* Nobody of this supervisor's has made it: it is told of, and left as it is. */
static void a_guest_of_another_program_is_left_alone(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = reach(w);
    XM_AUTO(xm_doc) *doc = document(WEB, "web", "sim.reboot=0.5");
    xm_autofree char *entry = xm_printf("rm -r '%s/xm/domains/" WEB "'", w->dir), *line = NULL;
    uint32_t domid;

    assert_int_equal(xm_guest_create(&w->guests, doc, NULL, &domid, NULL), 0);
    assert_int_equal(system(entry), 0);
    assert_int_equal(xm_super_subscribe(super, WEB, NULL), 0);
    do {
        free(XM_TAKE(line));
        assert_int_equal(xm_super_next(super, 20000, &line, NULL), 1);
    } while (strstr(line, "\"shutdown\"") == NULL);
    sleep_ms(500);
    assert_true(is_live(w, domid));
    assert_int_equal(count_domains(w), 1);
    assert_false(log_has(w, "web"));
}

static void a_restart_that_fails_is_logged(void **state)
{
    struct world *w = *state;

    put(w, "sim/faults", "create 2 once fail HOST \"no memory today\"\n");
    create(w, WEB, "web", "sim.reboot=0.5");
    WAIT_FOR(!xm_reg_has(w->guests.reg, WEB));
    WAIT_FOR(log_has(w, "no memory today"));
    assert_int_equal(count_domains(w), 0);
}

static int raw(struct world *w)
{
    int fd = -1;

    assert_int_equal(super_socket_connect(w->conf.run_dir, &fd, NULL), 0);
    return fd;
}

/* What comes back for text; "" when the connection is closed. */
static void talk(int fd, const char *text, char *answer, size_t size)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    ssize_t n = 0;

    (void)send(fd, text, strlen(text), MSG_NOSIGNAL);
    if (poll(&p, 1, 10000) == 1)
        n = read(fd, answer, size - 1);
    answer[n > 0 ? n : 0] = '\0';
}

static void nonsense_is_refused_and_nothing_more(void **state)
{
    static const char *const nonsense[] = {
        "\n", "{\n", "[]\n", "{\"op\": 3}\n", "{\"op\": \"dance\"}\n", "{\"op\": \"begin\"}\n",
        "{\"op\": \"begin\", \"uuid\": \"../../etc\"}\n", "{\"op\": \"end\", \"uuid\": null}\n", "\x01\x02\x7f\n",
    };
    struct world *w = *state;
    pid_t pid = supervisor(w);
    char answer[256];

    for (size_t i = 0; i < XM_COUNT(nonsense); i++) {
        xm_autoclose int fd = raw(w);

        talk(fd, nonsense[i], answer, sizeof(answer));
        assert_non_null(strstr(answer, "false"));
        talk(fd, "{\"op\":\"status\"}\n", answer, sizeof(answer));   /* the connection is still good */
        assert_non_null(strstr(answer, "true"));
    }
    assert_int_equal(supervisor(w), pid);
}

static void a_line_without_end_is_cut_off(void **state)
{
    struct world *w = *state;
    pid_t pid = supervisor(w);
    xm_autoclose int fd = raw(w);
    char junk[8192], answer[16];
    ssize_t sent = 1;

    memset(junk, 'x', sizeof(junk));
    for (int i = 0; i < 100 && sent > 0; i++)
        sent = send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
    talk(fd, "", answer, sizeof(answer));
    assert_string_equal(answer, "");
    assert_int_equal(supervisor(w), pid);
}

static long rss_kib(pid_t pid)
{
    xm_autofree char *path = xm_printf("/proc/%d/statm", (int)pid), *text = NULL;
    long size, resident;

    assert_int_equal(xm_file_read(path, 256, &text, NULL, NULL), 0);
    assert_int_equal(sscanf(text, "%ld %ld", &size, &resident), 2);
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}

static void tell(struct world *w, size_t times)
{
    xm_autofree char *long_text = xm_alloc0(1, 1001);

    memset(long_text, 'x', 1000);
    for (size_t i = 0; i < times; i++)
        xm_super_tell(&w->conf, "device", WEB, long_text, 7, long_text);
}

static void events_are_bounded_and_the_slow_are_told_what_they_lost(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = reach(w);
    pid_t pid = (pid_t)asked(super, "pid");
    size_t got = 0, gaps = 0;
    long before;
    int rc;

    assert_int_equal(xm_super_subscribe(super, NULL, NULL), 0);
    tell(w, 300);
    before = rss_kib(pid);
    tell(w, 2000);
    /* The address sanitizer keeps for a while what has been freed. */
#ifndef __SANITIZE_ADDRESS__
    assert_in_range(rss_kib(pid), 0, before + 512);
#else
    assert_in_range(rss_kib(pid), 0, before + (256 << 10));
#endif
    for (;;) {
        xm_autofree char *line = NULL;

        rc = xm_super_next(super, 500, &line, NULL);
        if (rc <= 0)
            break;
        got++;
        gaps += strstr(line, "\"gap\"") != NULL;
        assert_true(strlen(line) < 2000);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(gaps, 1);
    assert_in_range(got, 256, 2000);        /* the ring, and what the sockets had taken */
    assert_int_equal(supervisor(w), pid);
}

static void one_that_listens_and_never_reads_is_cut_off(void **state)
{
    struct world *w = *state;
    struct pollfd readable = { .events = POLLIN };
    xm_autoclose int fd = -1;
    char answer[256];
    ssize_t n = -1;
    pid_t pid;

    put(w, "line_ms", "300");
    pid = supervisor(w);
    readable.fd = fd = raw(w);
    talk(fd, "{\"op\":\"subscribe\"}\n", answer, sizeof(answer));
    assert_non_null(strstr(answer, "\"run\""));
    tell(w, 600);               /* more than the sockets hold */
    sleep_ms(1000);
    while (poll(&readable, 1, 5000) == 1 && (n = read(fd, answer, sizeof(answer))) > 0)
        continue;
    assert_int_equal(n, 0);
    assert_int_equal(supervisor(w), pid);
}

static void what_came_before_is_sent_to_those_who_come_back(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_super) *super = reach(w);
    xm_autoclose int fd = -1;
    xm_autofree char *line = NULL, *again = NULL;
    char answer[1024], *run, *end;

    fd = raw(w);
    talk(fd, "{\"op\":\"subscribe\"}\n", answer, sizeof(answer));
    run = strstr(answer, "\"run\": \"") + 8;
    end = strchr(run, '"');
    line = xm_strndup(run, (size_t)(end - run));
    xm_super_tell(&w->conf, "device", WEB, "web", 7, "one");
    xm_super_tell(&w->conf, "device", DB, "db", 8, "two");
    again = xm_printf("{\"op\":\"subscribe\",\"uuid\":\"" DB "\",\"run\":\"%s\",\"after\":0}\n", line);
    close(fd);
    fd = raw(w);
    talk(fd, again, answer, sizeof(answer));
    sleep_ms(200);
    if (strstr(answer, "two") == NULL)
        talk(fd, "", answer, sizeof(answer));
    assert_non_null(strstr(answer, "two"));
    assert_null(strstr(answer, "one"));
    xm_super_tell(&w->conf, "dance", DB, "db", 8, "three");        /* no event */
    talk(fd, "{\"op\":\"status\"}\n", answer, sizeof(answer));
    assert_null(strstr(answer, "three"));
}

static void a_crowd_does_not_keep_others_out(void **state)
{
    struct world *w = *state;
    pid_t pid = supervisor(w);
    int fds[400];

    for (size_t i = 0; i < XM_COUNT(fds); i++)
        fds[i] = raw(w);
    assert_int_equal(supervisor(w), pid);
    for (size_t i = 0; i < XM_COUNT(fds); i++)
        close(fds[i]);
    assert_int_equal(create(w, WEB, "web", ""), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_command_starts_it_and_the_others_find_it),
        TEST(a_second_one_yields),
        TEST(many_commands_at_once_start_one),
        TEST(it_leaves_when_its_socket_is_taken_away),
        TEST(a_supervisor_that_cannot_run_is_an_error),
        TEST(a_guest_that_powers_off_is_cleaned_up),
        TEST(a_guest_that_reboots_is_made_again),
        TEST(a_crash_is_a_warning_and_preserve_keeps_it),
        TEST(a_domain_that_another_toolstack_ends_is_noticed),
        TEST(what_happens_while_it_is_away_is_done_once_by_the_next),
        TEST(a_command_that_dies_half_way_is_tidied_up_after),
        TEST(a_command_that_outlives_its_supervisor_is_finished_by_the_next),
        TEST(a_build_that_kills_its_worker_does_not_take_it_along),
        TEST(a_worker_that_hangs_is_asked_to_stop),
        TEST(a_worker_taken_over_that_hangs_is_ended),
        TEST(who_takes_over_knows_who_was_asked),
        TEST(one_that_does_not_listen_is_ended),
        TEST(without_work_it_leaves_unless_it_is_to_stay),
        TEST(with_a_guest_or_a_listener_it_stays),
        TEST(a_guest_of_another_program_is_left_alone),
        TEST(a_restart_that_fails_is_logged),
        TEST(a_guest_that_does_not_go_is_told_of),
        TEST(who_writes_a_core_may_take_his_time),
        TEST(nonsense_is_refused_and_nothing_more),
        TEST(a_line_without_end_is_cut_off),
        TEST(events_are_bounded_and_the_slow_are_told_what_they_lost),
        TEST(one_that_listens_and_never_reads_is_cut_off),
        TEST(what_came_before_is_sent_to_those_who_come_back),
        TEST(a_crowd_does_not_keep_others_out),
    };
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[len > 0 ? len : 0] = '\0';
    if (argc == 3 && strcmp(argv[1], "--supervise") == 0)
        return supervise(argv[2]);
    if (argc > 3 && strcmp(argv[1], "--work") == 0)
        return work(argv[2], argv + 3);
    if (argc == 2) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
