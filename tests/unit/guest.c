/* guest: each step of a guest's life on the simulated host: what it does, what it refuses, and
 * that stopping it anywhere leaves something that mending settles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/fd.h"
#include "guest/core.h"
#include "guest/guest.h"
#include "guest/repair.h"
#include "guest/savefile.h"
#include "host/host.h"
#include "tests/unit/interrupt.h"

#define WEB "11111111-1111-4111-8111-111111111111"
#define DB "22222222-2222-4222-8222-222222222222"

struct world {
    char dir[64];
    xm_conf conf;
    struct xm_guests guests;
    int64_t now;                /* of the simulated host, ms */
    char begun[37];             /* the uuid that begin was called with */
    bool begin_fails;
};

/* --- the machine --- */

static void put(const struct world *w, const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void pass_ms(struct world *w, int64_t ms)
{
    xm_autofree char *text = NULL;

    w->now += ms;
    text = xm_printf("%lld\n", (long long)w->now);
    put(w, "sim/now", text);
}

static void open_world(struct world *w)
{
    assert_int_equal(xm_host_open(&w->conf, NULL, &w->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(w->conf.state_dir, NULL, &w->guests.reg, NULL), 0);
}

static void close_world(struct world *w)
{
    xm_host_close(w->guests.host);
    xm_reg_close(w->guests.reg);
}

static int setup(void **state)
{
    struct world *w = xm_new0(struct world, 1);
    xm_autofree char *text = NULL;

    strcpy(w->dir, "/tmp/xm-guest.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->conf.host = xm_printf("sim:%s", w->dir);
    w->conf.state_dir = xm_printf("%s/xm", w->dir);
    w->conf.core_dir = xm_printf("%s/dump", w->dir);
    w->conf.xl_core_dir = xm_printf("%s/dump-xl", w->dir);
    w->now = 1700000000000;
    open_world(w);
    text = xm_printf("{\"root\": \"%s\"}", w->dir);
    put(w, "sim/host.json", text);
    put(w, "kernel", "kernel");
    pass_ms(w, 0);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    xm_autofree char *command = xm_printf("rm -rf '%s'", w->dir);

    close_world(w);
    free(w->conf.host);
    free(w->conf.state_dir);
    free(w->conf.core_dir);
    free(w->conf.xl_core_dir);
    free(w);
    return system(command);
}

/* --- guests --- */

static xm_doc *document(const char *uuid, const char *name, const char *words)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XM, "/etc/xen/file-name");

    if (name != NULL)
        xm_doc_set_str(doc, "name", name);
    if (uuid != NULL)
        xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_int(doc, "memory", 16);
    if (words != NULL)
        xm_doc_set_str(doc, "extra", words);
    return doc;
}

static void new_guest(struct world *w, const char *uuid, const char *name, const char *words)
{
    XM_AUTO(xm_doc) *doc = document(uuid, name, words);
    bool edited;

    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    assert_false(edited);
}

static int begin(void *arg, const char *uuid, xm_error **err)
{
    struct world *w = arg;

    memcpy(w->begun, uuid, sizeof(w->begun));
    return w->begin_fails ? xm_fail(err, XM_IO, "nobody listens") : 0;
}

static struct xm_guest_how how(struct world *w)
{
    return (struct xm_guest_how){ .begin = begin, .begin_arg = w };
}

static uint32_t start(struct world *w, const char *uuid)
{
    struct xm_guest_how h = how(w);
    xm_error *err = NULL;
    uint32_t domid = 99;

    if (xm_guest_start(&w->guests, uuid, &h, &domid, &err) < 0)
        fail_msg("start: %s", xm_error_text(err));
    assert_string_equal(w->begun, uuid);
    return domid;
}

static uint32_t create(struct world *w, const char *uuid, const char *name, const char *words)
{
    XM_AUTO(xm_doc) *doc = document(uuid, name, words);
    struct xm_guest_how h = how(w);
    uint32_t domid = 99;
    xm_error *err = NULL;

    if (xm_guest_create(&w->guests, doc, &h, &domid, &err) < 0)
        fail_msg("create: %s", xm_error_text(err));
    return domid;
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

static struct xm_reg_state state_of(struct world *w, const char *uuid)
{
    struct xm_reg_state state;

    assert_int_equal(xm_reg_load_state(w->guests.reg, uuid, &state, NULL), 0);
    return state;
}

static void set_built(struct world *w, const char *uuid, int64_t ago)
{
    struct xm_reg_state state = state_of(w, uuid);

    state.built = time(NULL) - ago;
    assert_int_equal(xm_reg_save_state(w->guests.reg, uuid, &state, NULL), 0);
}

/* Its flags as a listing writes them: "-b---", or "gone". */
static const char *look(struct world *w, uint32_t domid)
{
    static char text[8];
    XM_AUTO(xm_domains) *domains = NULL;
    const struct xm_domain *d;

    if (xm_host_get(w->guests.host, domid, 0, &domains, NULL) < 0)
        return "gone";
    d = domains->items;
    snprintf(text, sizeof(text), "%c%c%c%c", d->running ? 'r' : '-', d->blocked ? 'b' : '-', d->paused ? 'p' : '-',
             d->shutdown ? 's' : '-');
    return text;
}

static size_t count_domains(struct world *w)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_list(w->guests.host, 0, &domains, NULL), 0);
    return domains->count - 1;          /* without dom0 */
}

static size_t count_entries(struct world *w)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;

    assert_int_equal(xm_reg_list(w->guests.reg, &entries, NULL), 0);
    for (size_t i = 0; i < entries->count; i++)
        assert_null(entries->items[i].damage);
    return entries->count;
}

static size_t files_in(struct world *w, const char *dir)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, dir);
    struct dirent *item;
    size_t count = 0;
    DIR *d = opendir(path);

    assert_non_null(d);
    while ((item = readdir(d)) != NULL)
        count += strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
    closedir(d);
    return count;
}

static const char *live_name(struct world *w, uint32_t domid)
{
    static char name[64];
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_get(w->guests.host, domid, XM_WANT_NAME, &domains, NULL), 0);
    snprintf(name, sizeof(name), "%s", domains->items[0].name);
    return name;
}

static const char *stored_name(struct world *w, const char *uuid)
{
    static char name[64];
    XM_AUTO(xm_doc) *doc = NULL;

    assert_int_equal(xm_reg_load_doc(w->guests.reg, uuid, &doc, NULL), 0);
    snprintf(name, sizeof(name), "%s", xm_doc_get_str(doc, "name"));
    return name;
}

static const struct xm_guest *pick(xm_guest_list *list, const char *word)
{
    xm_error *err = NULL;
    const struct xm_guest *guest = xm_guest_pick(list, XM_DIALECT_XM, word, &err);

    if (guest == NULL)
        fail_msg("%s", xm_error_text(err));
    return guest;
}

static xm_guest_list *list(struct world *w)
{
    xm_guest_list *all = NULL;

    assert_int_equal(xm_guest_list_load(&w->guests, 0, &all, NULL), 0);
    return all;
}

static int save(struct world *w, const char *word, const char *file, enum xm_after_save after, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    XM_AUTO(xm_guest_list) *all = list(w);

    return xm_guest_save(&w->guests, pick(all, word), path, after, NULL, err);
}

static int restore(struct world *w, const char *file, const xm_doc *doc, uint32_t *ret_domid, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, file);
    struct xm_guest_how h = how(w);

    return xm_guest_restore(&w->guests, path, doc, &h, ret_domid, err);
}

/* --- new, delete, rename --- */

static void new_makes_a_halted_guest(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(NULL, NULL, NULL);
    XM_AUTO(xm_guest_list) *all = NULL;
    const struct xm_guest *guest;
    bool edited;

    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    assert_false(edited);
    assert_string_equal(xm_doc_get_str(doc, "name"), "file-name");
    all = list(w);
    assert_int_equal(all->count, 2);
    guest = pick(all, "file-name");
    assert_string_equal(guest->uuid, xm_doc_get_str(doc, "uuid"));
    assert_int_equal(guest->domid, XM_DOMID_NONE);
    assert_true(guest->managed);
    assert_int_equal(guest->state.phase, XM_PHASE_HALTED);
    assert_int_equal(guest->state.mem_kib, 0);
    assert_int_equal(count_domains(w), 0);
}

static void a_name_is_one_guest_s(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *halted = document(NULL, "web", NULL), *live = document(NULL, "db", NULL);
    xm_error *err = NULL;
    bool edited;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(xm_guest_new(&w->guests, halted, &edited, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'web' already exists");
    assert_int_equal(create(w, DB, "db", NULL), 1);
    assert_int_equal(xm_guest_new(&w->guests, live, &edited, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'db' already exists as domain 1");
    assert_int_equal(count_entries(w), 2);
}

static void new_with_a_known_uuid_edits(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document("11111111-1111-4111-8111-111111111111", "www", NULL), *stored = NULL;
    bool edited;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(start(w, WEB), 1);
    xm_doc_set_int(doc, "memory", 32);
    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    assert_true(edited);
    assert_string_equal(look(w, 1), "-b--");
    assert_string_equal(live_name(w, 1), "web");            /* its next start knows the new one */
    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &stored, NULL), 0);
    assert_int_equal(xm_doc_get(stored, "memory")->i, 32);
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_string_equal(live_name(w, start(w, WEB)), "www");
}

static void new_makes_a_running_guest_managed(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(WEB, "web", NULL);
    bool edited;

    create(w, WEB, "web", NULL);
    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_true(state_of(w, WEB).managed);
}

static void the_control_domain_s_uuid_is_refused(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document("00000000-0000-0000-0000-000000000000", "web", NULL);
    xm_error *err = NULL;
    bool edited;

    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, &err), -1);
    expect(err, XM_INVALID, "all zeroes");
    assert_int_equal(count_entries(w), 0);
}

static void only_a_halted_guest_is_deleted(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    assert_int_equal(xm_guest_delete(&w->guests, WEB, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not halted.");
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    assert_int_equal(xm_guest_delete(&w->guests, WEB, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not halted.");
    assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &(uint32_t){ 0 }, NULL), 0);
    assert_int_equal(xm_guest_destroy(&w->guests, 2, NULL), 0);
    assert_int_equal(xm_guest_delete(&w->guests, WEB, NULL), 0);
    assert_int_equal(files_in(w, "xm/domains"), 0);
    assert_int_equal(files_in(w, "xm/locks"), 0);
}

static void a_damaged_guest_can_be_destroyed_and_deleted(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_guest_list) *all = NULL;
    const struct xm_guest *guest;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    put(w, "xm/domains/" WEB "/state.json", "{");
    all = list(w);
    guest = pick(all, "web");
    assert_int_equal(guest->domid, 1);
    assert_non_null(strstr(guest->damage, "state.json"));
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_string_equal(look(w, 1), "gone");
    assert_int_equal(xm_guest_delete(&w->guests, WEB, NULL), 0);
    assert_int_equal(count_entries(w), 0);
}

static int rename_to(struct world *w, const char *word, const char *name, xm_error **err)
{
    XM_AUTO(xm_guest_list) *all = list(w);

    return xm_guest_rename(&w->guests, pick(all, word), name, err);
}

static void renaming_changes_both_names(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    new_guest(w, DB, "db", NULL);
    start(w, DB);
    assert_int_equal(rename_to(w, "db", "web", &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'web' already exists");
    assert_int_equal(rename_to(w, "web", "db", &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'db' already exists as domain 1");
    assert_int_equal(rename_to(w, "web", "", &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "Invalid VM Name");
    assert_int_equal(rename_to(w, "db", "sql", NULL), 0);
    assert_string_equal(live_name(w, 1), "sql");
    assert_string_equal(stored_name(w, DB), "sql");
    put(w, "sim/faults", "rename 1 once fail HOST \"no rename today\"\n");
    assert_int_equal(rename_to(w, "sql", "other", &err), -1);
    expect(XM_TAKE(err), XM_HOST, "no rename today");
    assert_string_equal(stored_name(w, DB), "sql");
    assert_int_equal(rename_to(w, "web", "www", NULL), 0);
    assert_string_equal(stored_name(w, WEB), "www");
}

/* --- create, start, destroy --- */

static void create_keeps_an_entry_until_the_end(void **state)
{
    struct world *w = *state;

    assert_int_equal(create(w, WEB, "web", NULL), 1);
    assert_string_equal(w->begun, WEB);
    assert_string_equal(look(w, 1), "-b--");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
    assert_int_equal(state_of(w, WEB).domid, 1);
    assert_false(state_of(w, WEB).managed);
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_int_equal(count_entries(w), 0);
    assert_int_equal(count_domains(w), 0);
}

static void create_refuses_what_is_taken(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *name = document(NULL, "web", NULL), *uuid = document(WEB, "other", NULL), *halted = document(NULL, "db", NULL);
    struct xm_guest_how h = how(w);
    xm_error *err = NULL;
    uint32_t domid;

    create(w, WEB, "web", NULL);
    new_guest(w, DB, "db", NULL);
    assert_int_equal(xm_guest_create(&w->guests, name, &h, &domid, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "Domain 'web' already exists with ID '1'");
    assert_int_equal(xm_guest_create(&w->guests, uuid, &h, &domid, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "Domain 'web' already exists with ID '1'");
    assert_int_equal(xm_guest_create(&w->guests, halted, &h, &domid, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'db' already exists");
    assert_int_equal(count_domains(w), 1);
    assert_int_equal(count_entries(w), 2);
}

static void create_with_a_managed_uuid_is_that_guest(void **state)
{
    struct world *w = *state;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(create(w, WEB, "www", NULL), 1);
    assert_true(state_of(w, WEB).managed);
    assert_string_equal(stored_name(w, WEB), "www");
    assert_int_equal(count_entries(w), 1);
}

static void a_name_left_over_is_free(void **state)
{
    struct world *w = *state;

    create(w, WEB, "web", NULL);
    assert_int_equal(xm_host_destroy(w->guests.host, 1, NULL), 0);      /* as xl would: the entry stays */
    assert_int_equal(create(w, DB, "web", NULL), 2);
    assert_int_equal(count_entries(w), 1);
}

static void create_that_fails_leaves_nothing(void **state)
{
    static const char *const faults[] = {
        "create 1 once fail HOST \"no\"\n", "create.domain 1 once fail HOST \"no\"\n",
        "create.devices 1 once fail HOST \"no\"\n", "create.finish 1 once fail INTERRUPTED \"no\"\n",
        "unpause 1 once fail HOST \"no\"\n", "list 1 once fail HOST \"no\"\n", "list 2 once fail HOST \"no\"\n",
    };
    struct world *w = *state;
    struct xm_guest_how h = how(w);
    uint32_t domid = 99;

    for (size_t i = 0; i <= XM_COUNT(faults); i++) {
        XM_AUTO(xm_doc) *doc = document(WEB, "web", NULL);
        xm_error *err = NULL;

        w->begin_fails = i == XM_COUNT(faults);
        put(w, "sim/faults", w->begin_fails ? "" : faults[i]);
        if (xm_guest_create(&w->guests, doc, &h, &domid, &err) == 0) {
            assert_string_equal(faults[i], "list 2 once fail HOST \"no\"\n");      /* there is only one call */
            assert_int_equal(xm_guest_destroy(&w->guests, domid, NULL), 0);
            domid = 99;
        }
        xm_error_free(err);
        put(w, "sim/faults", "");
        assert_int_equal(domid, 99);
        assert_int_equal(count_domains(w), 0);
        assert_int_equal(count_entries(w), 0);
        assert_int_equal(files_in(w, "xm/domains"), 0);
    }
}

static void a_domain_that_cannot_be_ended_is_not_forgotten(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(WEB, "web", NULL);
    struct xm_guest_how h = how(w);
    uint32_t domid;

    put(w, "sim/faults", "unpause 1 once fail HOST \"no\"\ndestroy 1 once fail HOST \"no\"\n");
    assert_int_equal(xm_guest_create(&w->guests, doc, &h, &domid, NULL), -1);
    assert_int_equal(count_domains(w), 1);
    assert_int_equal(count_entries(w), 1);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_int_equal(count_domains(w), (size_t)count_entries(w));
}

static void start_brings_up_what_was_stored(void **state)
{
    struct world *w = *state;
    struct xm_guest_how paused = how(w);
    xm_error *err = NULL;
    uint32_t domid;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(start(w, WEB), 1);
    assert_string_equal(look(w, 1), "-b--");
    assert_true(state_of(w, WEB).built > time(NULL) - 60);
    assert_int_equal(xm_guest_start(&w->guests, WEB, &paused, &domid, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is already running");
    pass_ms(w, 5000);
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
    assert_int_equal(state_of(w, WEB).domid, XM_DOMID_NONE);
    assert_int_equal(state_of(w, WEB).mem_kib, 16 * 1024);
    assert_int_equal(state_of(w, WEB).vcpus, 1);
    paused.build.paused = true;
    assert_int_equal(xm_guest_start(&w->guests, WEB, &paused, &domid, NULL), 0);
    assert_string_equal(look(w, domid), "--p-");
    assert_int_equal(xm_guest_start(&w->guests, DB, &paused, &domid, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, DB);
}

static void start_that_fails_leaves_it_halted(void **state)
{
    struct world *w = *state;
    struct xm_guest_how h = how(w);
    xm_error *err = NULL;
    uint32_t domid;

    new_guest(w, WEB, "web", NULL);
    set_built(w, WEB, 1000);
    put(w, "sim/faults", "create.devices 1 once fail HOST \"no device today\"\n");
    assert_int_equal(xm_guest_start(&w->guests, WEB, &h, &domid, &err), -1);
    expect(err, XM_HOST, "no device today");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
    assert_true(state_of(w, WEB).built <= time(NULL) - 1000);
    assert_int_equal(count_domains(w), 0);
    start(w, WEB);
}

static void destroy_ends_strangers_too_but_not_dom0(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    create(w, WEB, "web", NULL);
    assert_int_equal(xm_reg_remove(w->guests.reg, WEB, NULL), 0);
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(xm_guest_destroy(&w->guests, 0, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "privileged domain 0");
    assert_int_equal(xm_guest_destroy(&w->guests, 1, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, "1");
}

/* --- suspend, resume, save, restore --- */

static void suspend_and_resume_keep_the_guest(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;
    uint32_t domid;

    new_guest(w, WEB, "web", "sim.load=100");
    start(w, WEB);
    pass_ms(w, 30000);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_SUSPENDED);
    assert_int_equal(state_of(w, WEB).domid, XM_DOMID_NONE);
    assert_true(state_of(w, WEB).cpu_ns > 20000000000);
    assert_int_equal(files_in(w, "xm/domains/" WEB), 3);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not running");
    assert_int_equal(xm_guest_start(&w->guests, WEB, NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is already running");
    assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &domid, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
    assert_string_equal(live_name(w, domid), "web");
    assert_int_equal(files_in(w, "xm/domains/" WEB), 2);
    assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Cannot resume domain that is not suspended.");
}

static void suspend_refuses_what_it_cannot_keep(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    create(w, WEB, "web", NULL);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not managed by Xend lifecycle support.");
    new_guest(w, DB, "db", NULL);
    assert_int_equal(xm_guest_suspend(&w->guests, DB, NULL, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not running");
    start(w, DB);
    assert_int_equal(xm_host_pause(w->guests.host, 2, NULL), 0);
    assert_int_equal(xm_guest_suspend(&w->guests, DB, NULL, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "Domain is not running");
}

/* Runs f(w) where no file may grow beyond 64 KiB: a guest's memory does not fit. */
static void with_little_room(struct world *w, int (*f)(struct world *w, xm_error **err), const char *part)
{
    struct rlimit was, little;
    xm_error *err = NULL;

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    little = (struct rlimit){ .rlim_cur = 65536, .rlim_max = was.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    assert_int_equal(f(w, &err), -1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    expect(err, XM_IO, part);
}

static int suspend_web(struct world *w, xm_error **err)
{
    return xm_guest_suspend(&w->guests, WEB, NULL, err);
}

static void suspend_that_fails_lets_it_run(void **state)
{
    static const char *const faults[] = {
        "save 1 once fail TIMEOUT \"no\"\n", "save.write 3 once fail IO \"no\"\n", "config_json 1 once fail HOST \"no\"\n",
    };
    struct world *w = *state;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    for (size_t i = 0; i <= XM_COUNT(faults); i++) {
        if (i < XM_COUNT(faults)) {
            put(w, "sim/faults", faults[i]);
            assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), -1);
        } else {
            with_little_room(w, suspend_web, "File too large");
        }
        assert_string_equal(look(w, 1), "-b--");
        assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
        assert_int_equal(state_of(w, WEB).domid, 1);
        assert_int_equal(files_in(w, "xm/domains/" WEB), 2);
    }
    put(w, "sim/faults", "destroy 1 once fail HOST \"no\"\n");
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), -1);      /* its memory is safe: on to the end */
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_SUSPENDED);
    assert_int_equal(count_domains(w), 0);
}

static void resume_that_fails_keeps_the_memory(void **state)
{
    static const char *const faults[] = {
        "restore 1 once fail HOST \"no\"\n", "restore.read 2 once fail IO \"no\"\n", "unpause 1 once fail HOST \"no\"\n",
    };
    struct world *w = *state;
    uint32_t domid;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    for (size_t i = 0; i < XM_COUNT(faults); i++) {
        put(w, "sim/faults", faults[i]);
        assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &domid, NULL), -1);
        assert_int_equal(state_of(w, WEB).phase, XM_PHASE_SUSPENDED);
        assert_int_equal(files_in(w, "xm/domains/" WEB), 3);
        assert_int_equal(count_domains(w), 0);
    }
    assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &domid, NULL), 0);
}

static void save_leaves_the_guest_as_asked(void **state)
{
    struct world *w = *state;
    uint32_t domid;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    assert_int_equal(save(w, "web", "save", XM_AFTER_RUN, NULL), 0);
    assert_string_equal(look(w, 1), "-b--");
    assert_int_equal(save(w, "web", "save", XM_AFTER_PAUSE, NULL), 0);
    assert_string_equal(look(w, 1), "--p-");
    assert_int_equal(xm_host_unpause(w->guests.host, 1, NULL), 0);
    assert_int_equal(save(w, "web", "save", XM_AFTER_DESTROY, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);          /* not suspended */
    assert_int_equal(restore(w, "save", NULL, &domid, NULL), 0);
    assert_string_equal(look(w, domid), "-b--");
    assert_string_equal(w->begun, WEB);
    assert_int_equal(state_of(w, WEB).domid, domid);
    assert_true(state_of(w, WEB).managed);
    assert_int_equal(count_entries(w), 1);
}

static int save_web(struct world *w, xm_error **err)
{
    return save(w, "web", "save", XM_AFTER_DESTROY, err);
}

static void save_that_fails_changes_nothing(void **state)
{
    struct world *w = *state;
    xm_autofree char *path = xm_printf("%s/save", w->dir), *text = NULL;

    create(w, WEB, "web", NULL);
    put(w, "save", "what was there before");
    with_little_room(w, save_web, "File too large");
    put(w, "sim/faults", "save.write 2 once fail IO \"No space left on device\"\n");
    assert_int_equal(save_web(w, NULL), -1);
    assert_string_equal(look(w, 1), "-b--");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
    assert_int_equal(xm_file_read(path, 100, &text, NULL, NULL), 0);
    assert_string_equal(text, "what was there before");
    assert_int_equal(files_in(w, "."), 4);                              /* sim, xm, kernel, save */
}

static void restore_makes_a_stranger_ours(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = NULL;
    uint32_t domid;

    create(w, WEB, "web", "sim.reboot=10");
    assert_int_equal(save(w, "web", "save", XM_AFTER_DESTROY, NULL), 0);
    assert_int_equal(count_entries(w), 0);
    assert_int_equal(restore(w, "save", NULL, &domid, NULL), 0);
    assert_false(state_of(w, WEB).managed);
    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &doc, NULL), 0);
    assert_string_equal(xm_doc_get_str(doc, "name"), "web");
    assert_string_equal(xm_doc_get_str(doc, "on_reboot"), "restart");
    assert_string_equal(xm_doc_get_str(doc, "on_poweroff"), "destroy");
    pass_ms(w, 20000);
    assert_string_equal(look(w, domid), "---s");
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, NULL), 0);
    assert_int_equal(state_of(w, WEB).restarts, 1);
    assert_string_equal(live_name(w, state_of(w, WEB).domid), "web");   /* made of the saved configuration alone */
    assert_string_equal(look(w, state_of(w, WEB).domid), "-b--");
}

static void restore_refuses_what_would_clash(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;
    uint32_t domid;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    assert_int_equal(save(w, "web", "save", XM_AFTER_RUN, NULL), 0);
    assert_int_equal(restore(w, "save", NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "Domain 'web' already exists with ID '1'");
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    assert_int_equal(restore(w, "save", NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "suspended");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_SUSPENDED);
    put(w, "junk", "this is no save file at all, not even nearly");
    assert_int_equal(restore(w, "junk", NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "not a valid guest state file");
    assert_int_equal(restore(w, "nowhere", NULL, &domid, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, "nowhere");
}

static void restore_that_fails_leaves_nothing(void **state)
{
    struct world *w = *state;
    uint32_t domid;

    create(w, WEB, "web", NULL);
    assert_int_equal(save(w, "web", "save", XM_AFTER_DESTROY, NULL), 0);
    put(w, "sim/faults", "restore.read 2 once fail IO \"no\"\n");
    assert_int_equal(restore(w, "save", NULL, &domid, NULL), -1);
    assert_int_equal(count_entries(w), 0);
    assert_int_equal(count_domains(w), 0);
}

static void restore_takes_another_configuration(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(NULL, "www", NULL), *stored = NULL;
    uint32_t domid;

    create(w, WEB, "web", NULL);
    assert_int_equal(save(w, "web", "save", XM_AFTER_DESTROY, NULL), 0);
    xm_doc_set_str(doc, "on_reboot", "preserve");
    assert_int_equal(restore(w, "save", doc, &domid, NULL), 0);
    assert_string_equal(live_name(w, domid), "www");
    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &stored, NULL), 0);
    assert_string_equal(xm_doc_get_str(stored, "on_reboot"), "preserve");
}

static void hostile_configurations_in_save_files_are_refused(void **state)
{
    static const char *const configs[] = {
        "", "[]", "{", "{}", "{\"c_info\": 3}", "{\"c_info\": {\"name\": \"x\"}}",
        "{\"c_info\": {\"name\": \"x\", \"uuid\": \"../../../../etc/passwd\"}}",
        "{\"c_info\": {\"name\": \"x\", \"uuid\": \"00000000-0000-0000-0000-000000000000\"}}",
        "{\"c_info\": {\"name\": [\"x\"], \"uuid\": \"" WEB "\"}}",
    };
    struct world *w = *state;
    xm_autofree char *path = xm_printf("%s/save", w->dir);
    uint32_t domid;

    for (size_t i = 0; i < XM_COUNT(configs); i++) {
        xm_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        xm_error *err = NULL;

        assert_int_equal(xm_savefile_write_head(fd, configs[i], NULL), 0);
        assert_int_equal(restore(w, "save", NULL, &domid, &err), -1);
        expect(err, XM_INVALID, "configuration");
        assert_int_equal(count_entries(w), 0);
    }
}

/* --- ends --- */

static void an_end_is_dealt_with_as_policy_says(void **state)
{
    struct world *w = *state;

    new_guest(w, WEB, "web", "sim.poweroff=10");
    create(w, DB, "db", "sim.poweroff=10");
    start(w, WEB);
    pass_ms(w, 20000);
    assert_string_equal(look(w, 1), "---s");
    assert_int_equal(xm_guest_end(&w->guests, DB, XM_REASON_POWEROFF, XM_ACTION_PRESERVE, NULL), 0);
    assert_string_equal(look(w, 1), "---s");
    assert_int_equal(state_of(w, DB).last_reason, XM_REASON_POWEROFF);
    assert_int_equal(xm_guest_destroy(&w->guests, state_of(w, DB).domid, NULL), 0);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_POWEROFF, XM_ACTION_DESTROY, NULL), 0);
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(count_entries(w), 1);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
    assert_int_equal(state_of(w, WEB).last_reason, XM_REASON_POWEROFF);
    assert_int_equal(state_of(w, WEB).mem_kib, 16 * 1024);
    /* once more, as after a supervisor that died behind its work: nothing is left to do */
    assert_int_equal(xm_guest_end(&w->guests, DB, XM_REASON_POWEROFF, XM_ACTION_RESTART, NULL), 0);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_POWEROFF, XM_ACTION_RESTART, NULL), 0);
    assert_int_equal(count_domains(w), 0);
}

static void a_restart_uses_what_is_stored_now(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *edited = document(WEB, "www", "sim.load=0");
    bool was_there;

    new_guest(w, WEB, "web", "sim.reboot=10");
    start(w, WEB);
    set_built(w, WEB, 100);
    pass_ms(w, 20000);
    assert_int_equal(xm_guest_new(&w->guests, edited, &was_there, NULL), 0);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, NULL), 0);
    assert_string_equal(look(w, 1), "gone");
    assert_int_equal(state_of(w, WEB).domid, 2);
    assert_int_equal(state_of(w, WEB).restarts, 1);
    assert_false(state_of(w, WEB).restarting);
    assert_string_equal(live_name(w, 2), "www");
    assert_string_equal(look(w, 2), "-b--");
}

static void a_running_guest_is_not_ended(void **state)
{
    struct world *w = *state;

    create(w, WEB, "web", NULL);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_POWEROFF, XM_ACTION_DESTROY, NULL), 0);
    assert_string_equal(look(w, 1), "-b--");
}

static char lines[4096];

static void keep_line(void *sink, enum xm_log_level level, const char *text)
{
    size_t len = strlen(lines);

    (void)sink;
    (void)level;
    snprintf(lines + len, sizeof(lines) - len, "%s\n", text);
}

static const struct xm_log keeping = { .write = keep_line, .level = XM_LOG_INFO };

static void log_lines(struct world *w)
{
    lines[0] = '\0';
    w->guests.log = &keeping;
}

/* A file of a directory of w, by a part of its name; there must be one only. */
static char *find_file(struct world *w, const char *dir, const char *part)
{
    xm_autofree char *path = xm_printf("%s/%s", w->dir, dir);
    struct dirent *item;
    char *found = NULL;
    DIR *d = opendir(path);

    while (d != NULL && (item = readdir(d)) != NULL)
        if (strstr(item->d_name, part) != NULL) {
            assert_null(found);
            found = xm_printf("%s/%s", path, item->d_name);
        }
    if (d != NULL)
        closedir(d);
    return found;
}

static void crash(struct world *w, const char *uuid)
{
    new_guest(w, uuid, "web", "sim.crash=10");
    start(w, uuid);
    pass_ms(w, 20000);
}

static int end_by(struct world *w, unsigned action)
{
    return xm_guest_end(&w->guests, WEB, XM_REASON_CRASH, (enum xm_action)action, NULL);
}

static void a_core_is_written_where_it_belongs(void **state)
{
    struct world *w = *state;
    xm_autofree char *path = NULL, *base = NULL;
    struct stat st;

    crash(w, WEB);
    log_lines(w);
    assert_int_equal(end_by(w, XM_ACTION_RESTART | XM_ACTION_DUMP), 0);
    path = find_file(w, "dump/web", "-web.1.core");
    assert_non_null(path);
    assert_int_equal(strlen(strrchr(path, '/') + 1), strlen("2026-1120-1047.26-web.1.core"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    base = xm_printf("%s/dump/web", w->dir);
    assert_int_equal(stat(base, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_non_null(strstr(lines, "Domain core dump requested for domain web (1) live=0 crash=0 reset=0.\n"));
    assert_non_null(strstr(lines, path));
    assert_int_equal(state_of(w, WEB).domid, 2);
}

static void xl_has_one_core_of_each_guest(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XL, "web.cfg");
    uint32_t domid;

    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_str(doc, "uuid", WEB);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_str(doc, "extra", "sim.crash=1");
    xm_doc_set_int(doc, "memory", 16);
    assert_int_equal(xm_guest_create(&w->guests, doc, NULL, &domid, NULL), 0);
    for (uint32_t i = 2; i < 4; i++) {
        pass_ms(w, 5000);
        assert_int_equal(end_by(w, XM_ACTION_RESTART | XM_ACTION_DUMP), 0);
        assert_int_equal(state_of(w, WEB).domid, i);
        assert_int_equal(files_in(w, "dump-xl"), 1);
    }
}

static void a_core_that_fails_is_kept_as_incomplete_and_changes_nothing(void **state)
{
    struct world *w = *state;
    xm_autofree char *path = NULL;

    crash(w, WEB);
    log_lines(w);
    put(w, "sim/faults", "dump_core.write 3 once fail IO \"disk on fire\"\n");
    assert_int_equal(end_by(w, XM_ACTION_DESTROY | XM_ACTION_DUMP), 0);
    path = find_file(w, "dump/web", ".core-incomplete");
    assert_non_null(path);
    assert_int_equal(files_in(w, "dump/web"), 1);
    assert_non_null(strstr(lines, "No core of domain web (1): disk on fire"));
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
}

/* Cores of earlier days, the first being the oldest. */
static void put_old_cores(struct world *w, unsigned count, unsigned mib)
{
    for (unsigned i = 0; i < count; i++) {
        xm_autofree char *name = xm_printf("dump/web/2020-010%u-0000.00-web.%u.core", i + 1, i);
        xm_autofree char *path = xm_printf("%s/%s", w->dir, name);
        struct timespec times[2] = { { .tv_sec = 1000 + i }, { .tv_sec = 1000 + i } };
        char head[64] = "\177ELF";

        head[16] = 4;       /* ET_CORE */
        assert_int_equal(xm_file_replace(path, head, sizeof(head), 0600, NULL), 0);
        assert_int_equal(truncate(path, (off_t)mib << 20), 0);
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    }
}

static void make_dump_dir(struct world *w)
{
    xm_autofree char *path = xm_printf("%s/dump/web", w->dir);

    assert_int_equal(xm_dir_make(path, 0700, NULL), 0);
}

static void the_oldest_cores_go_first(void **state)
{
    struct world *w = *state;
    xm_autofree char *first = NULL, *second = NULL, *third = NULL;

    crash(w, WEB);
    make_dump_dir(w);
    put_old_cores(w, 3, 1);
    put(w, "dump/web/notes", "what somebody wrote down about them");
    w->conf.core_max_count = 2;
    assert_int_equal(end_by(w, XM_ACTION_DESTROY | XM_ACTION_DUMP), 0);
    first = find_file(w, "dump/web", "web.0.core");
    second = find_file(w, "dump/web", "web.1.core");
    assert_null(first);
    assert_non_null(second);        /* this end's: the old one of that number has gone */
    assert_null(strstr(second, "2020"));
    third = find_file(w, "dump/web", "web.2.core");
    assert_non_null(third);
    assert_int_equal(files_in(w, "dump/web"), 3);
}

static void all_cores_together_have_a_limit(void **state)
{
    struct world *w = *state;

    crash(w, WEB);
    make_dump_dir(w);
    put_old_cores(w, 3, 10);
    w->conf.core_max_mib = 40;      /* this one wants 16 and a bit */
    assert_int_equal(end_by(w, XM_ACTION_DESTROY | XM_ACTION_DUMP), 0);
    assert_int_equal(files_in(w, "dump/web"), 3);
}

static void a_core_that_does_not_fit_is_refused_before(void **state)
{
    struct world *w = *state;

    crash(w, WEB);
    log_lines(w);
    make_dump_dir(w);
    put_old_cores(w, 3, 1);
    w->conf.core_max_mib = 16;      /* it wants a bit more */
    assert_int_equal(end_by(w, XM_ACTION_DESTROY | XM_ACTION_DUMP), 0);
    assert_int_equal(files_in(w, "dump/web"), 3);       /* nor do others go for it */
    assert_non_null(strstr(lines, "a core of 17 MiB would not fit (core_max_mib is 16)"));
    assert_int_equal(count_domains(w), 0);
}

static void a_name_leads_nowhere_else(void **state)
{
    static const char *const names[] = { "../../../tmp/evil", "..", ".hidden", "a/b", NULL };
    struct world *w = *state;

    crash(w, WEB);
    for (size_t i = 0; i < XM_COUNT(names); i++) {
        struct xm_core core = { .name = names[i], .uuid = WEB, .domid = 1, .dialect = i % 2 ? XM_DIALECT_XL : XM_DIALECT_XM, .lock = -1 };
        xm_autofree char *path = NULL;

        assert_int_equal(xm_guest_core(&w->guests, &core, &path, NULL), 0);
        assert_non_null(strstr(path, i % 2 ? "/dump-xl/" WEB : "/dump/" WEB "/"));
    }
}

static void a_preserved_guest_stays_and_is_left_alone(void **state)
{
    struct world *w = *state;

    crash(w, WEB);
    assert_int_equal(end_by(w, XM_ACTION_PRESERVE), 0);
    assert_true(state_of(w, WEB).preserved);
    assert_int_equal(end_by(w, XM_ACTION_DESTROY), 0);      /* as a supervisor that looks again */
    assert_string_equal(look(w, 1), "---s");
    assert_string_equal(live_name(w, 1), "web");
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_false(state_of(w, WEB).preserved);
    start(w, WEB);
    assert_false(state_of(w, WEB).preserved);
}

static void a_renamed_domain_stays_beside_the_restarted_one(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = document(WEB, "web", "sim.crash=10");
    XM_AUTO(xm_domains) *domains = NULL;
    xm_autofree char *json = NULL, *name = NULL, *line = NULL;
    xm_node *disks = xm_node_new(XM_NODE_LIST, (struct xm_place){ 0, 0 });
    uint32_t domid;

    put(w, "disk", "a disk");
    xm_node_add(disks, xm_node_new_str("file:/disk,xvda,w", (struct xm_place){ 0, 0 }));
    xm_doc_set(doc, "disk", disks);
    assert_int_equal(xm_guest_create(&w->guests, doc, NULL, &domid, NULL), 0);
    pass_ms(w, 20000);
    log_lines(w);
    assert_int_equal(end_by(w, XM_ACTION_RENAME_RESTART), 0);
    assert_int_equal(state_of(w, WEB).domid, 2);
    assert_int_equal(state_of(w, WEB).kept_uuid[0], '\0');
    assert_string_equal(live_name(w, 2), "web");
    assert_string_equal(look(w, 2), "-b--");
    assert_string_equal(look(w, 1), "---s");
    assert_int_equal(xm_host_get(w->guests.host, 1, XM_WANT_NAME, &domains, NULL), 0);
    assert_string_not_equal(domains->items[0].uuid, WEB);
    name = xm_printf("Domain-%s", domains->items[0].uuid);
    assert_string_equal(domains->items[0].name, name);
    line = xm_printf("Renaming dead domain web (1, " WEB ") to %s (%s).", name, domains->items[0].uuid);
    assert_non_null(strstr(lines, line));
    assert_int_equal(xm_host_config_json(w->guests.host, 1, &json, NULL), 0);
    assert_null(strstr(json, "/disk"));
    assert_int_equal(xm_guest_destroy(&w->guests, 1, NULL), 0);
    assert_int_equal(count_entries(w), 1);
}

static void xl_s_renamed_domains_have_the_time_in_their_names(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XL, "web.cfg");
    uint32_t domid;

    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_str(doc, "uuid", WEB);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_str(doc, "extra", "sim.crash=1");
    xm_doc_set_int(doc, "memory", 16);
    assert_int_equal(xm_guest_create(&w->guests, doc, NULL, &domid, NULL), 0);
    for (uint32_t i = 1; i < 4; i++) {
        pass_ms(w, 5000);
        assert_int_equal(end_by(w, XM_ACTION_RENAME_RESTART), 0);
        if (i == 1) {
            assert_int_equal(strncmp(live_name(w, 1), "web-20", 6), 0);
            assert_int_equal(live_name(w, 1)[strlen("web-20261120T1116")], 'Z');
        }
    }
    assert_int_equal(count_domains(w), 4);      /* names of the same minute notwithstanding */
}

static void one_that_cannot_be_kept_is_ended(void **state)
{
    struct world *w = *state;

    crash(w, WEB);
    log_lines(w);
    put(w, "sim/faults", "preserve 1 once fail HOST \"no\"\n");
    assert_int_equal(end_by(w, XM_ACTION_RENAME_RESTART), 0);
    assert_non_null(strstr(lines, "Dead domain web (1) cannot be kept: no"));
    assert_string_equal(look(w, 1), "gone");
    assert_string_equal(look(w, 2), "-b--");
}

static void asks_for_a_reset(struct world *w, const char *type)
{
    XM_AUTO(xm_doc) *doc = document(WEB, "web", "sim.soft_reset=10");
    bool edited;

    xm_doc_set_str(doc, "type", type);
    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    start(w, WEB);
    pass_ms(w, 20000);
    assert_string_equal(look(w, 1), "---s");
}

static void a_reset_guest_runs_on(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    asks_for_a_reset(w, "pvh");
    assert_int_equal(end_by(w, XM_ACTION_SOFT_RESET), 0);
    assert_string_equal(look(w, 1), "-b--");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
    assert_int_equal(state_of(w, WEB).domid, 1);
    assert_false(state_of(w, WEB).restarting);
    assert_int_equal(count_domains(w), 1);
    assert_int_equal(xm_host_soft_reset(w->guests.host, 1, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "domain 1 runs");
}

static void a_guest_that_cannot_be_reset_is_ended(void **state)
{
    struct world *w = *state;

    asks_for_a_reset(w, "pv");
    log_lines(w);
    assert_int_equal(end_by(w, XM_ACTION_SOFT_RESET), 0);
    assert_non_null(strstr(lines, "Failed to reset domain web (1), ending it: domain 1 is a PV guest"));
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
}

static void only_the_dead_are_preserved_or_reset(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    create(w, WEB, "web", NULL);
    create(w, DB, "db", "sim.crash=1");
    assert_int_equal(xm_host_preserve(w->guests.host, 1, "other", DB, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "domain 1 runs");
    pass_ms(w, 5000);
    assert_int_equal(xm_host_preserve(w->guests.host, 2, "web", WEB, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "'web' already exists");
    assert_int_equal(xm_host_soft_reset(w->guests.host, 2, &err), -1);
    expect(XM_TAKE(err), XM_STATE, "has not asked to be reset");
    assert_int_equal(xm_host_preserve(w->guests.host, 0, "other", DB, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "domain 0 cannot be preserved");
    assert_int_equal(xm_host_soft_reset(w->guests.host, 9, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, "domain 9 does not exist");
}

static void a_restart_that_fails_leaves_it_halted(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", "sim.reboot=1");
    start(w, WEB);
    set_built(w, WEB, 100);
    pass_ms(w, 5000);
    put(w, "sim/faults", "create 1 once fail HOST \"no memory today\"\n");
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, &err), -1);
    expect(err, XM_HOST, "no memory today");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
    assert_int_equal(count_domains(w), 0);
}

static void an_end_that_could_not_be_dealt_with_is_as_if_new(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", "sim.reboot=10");
    start(w, WEB);
    pass_ms(w, 15000);
    put(w, "sim/faults", "destroy 1 once fail HOST \"it stays\"\n");
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, &err), -1);
    expect(err, XM_HOST, "it stays");
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_RUNNING);
    assert_int_equal(state_of(w, WEB).last_reason, XM_REASON_NONE);
    assert_int_equal(state_of(w, WEB).restarts, 0);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, NULL), 0);
    assert_int_equal(state_of(w, WEB).restarts, 1);
    assert_int_equal(count_domains(w), 1);
}

/* --- looking --- */

/* --- changing what a guest has --- */

static int change(struct world *w, const char *word, struct xm_change *c, xm_error **err)
{
    XM_AUTO(xm_guest_list) *list = NULL;

    assert_int_equal(xm_guest_list_load(&w->guests, XM_WANT_NAME, &list, NULL), 0);
    return xm_guest_change(&w->guests, pick(list, word), c, err);
}

static int set_mib(struct world *w, unsigned where, unsigned mib, xm_error **err)
{
    struct xm_change c = { .what = XM_SET_MEMORY, .where = where, .kib = mib * 1024 };

    return change(w, "web", &c, err);
}

static unsigned live_mib(struct world *w, uint32_t domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    assert_int_equal(xm_host_get(w->guests.host, domid, XM_WANT_TARGET, &domains, NULL), 0);
    return (unsigned)(domains->items[0].target_kib / 1024);
}

/* A number of the guest's document; -1: it does not say. */
static int64_t stored(struct world *w, const char *key)
{
    XM_AUTO(xm_doc) *doc = NULL;
    const xm_node *node;

    assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &doc, NULL), 0);
    node = xm_doc_get(doc, key);
    return node != NULL ? node->i : -1;
}

static void a_change_is_live_and_stored(void **state)
{
    struct world *w = *state;

    new_guest(w, WEB, "web", "sim.reboot=10");
    start(w, WEB);
    assert_int_equal(set_mib(w, 0, 8, NULL), 0);
    assert_int_equal(live_mib(w, 1), 8);
    assert_int_equal(stored(w, "memory"), 8);
    assert_int_equal(stored(w, "maxmem"), 16);
    set_built(w, WEB, 100);
    pass_ms(w, 20000);
    assert_int_equal(xm_guest_end(&w->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, NULL), 0);
    assert_int_equal(live_mib(w, 2), 8);
    assert_int_equal(xm_guest_destroy(&w->guests, 2, NULL), 0);
    assert_int_equal(start(w, WEB), 3);
    assert_int_equal(live_mib(w, 3), 8);
}

static void a_change_is_where_it_was_asked_for(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(set_mib(w, XM_LIVE, 8, &err), -1);
    expect(err, XM_STATE, "Domain 'web' is not started");
    assert_int_equal(set_mib(w, 0, 12, NULL), 0);
    start(w, WEB);
    assert_int_equal(live_mib(w, 1), 12);
    assert_int_equal(set_mib(w, XM_LIVE, 8, NULL), 0);
    assert_int_equal(live_mib(w, 1), 8);
    assert_int_equal(stored(w, "memory"), 12);
    assert_int_equal(set_mib(w, XM_STORED, 10, NULL), 0);
    assert_int_equal(live_mib(w, 1), 8);
    assert_int_equal(stored(w, "memory"), 10);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    err = NULL;
    assert_int_equal(set_mib(w, 0, 9, &err), -1);
    expect(err, XM_STATE, "is suspended");
    assert_int_equal(set_mib(w, XM_STORED, 9, NULL), 0);
    assert_int_equal(stored(w, "memory"), 9);
}

static void a_stranger_is_changed_live_alone(void **state)
{
    struct world *w = *state;
    struct xm_change c = { .what = XM_SET_VCPUS, .vcpus = 2 };
    xm_error *err = NULL;

    assert_int_equal(change(w, "Domain-0", &c, NULL), 0);
    c.where = XM_STORED;
    assert_int_equal(change(w, "Domain-0", &c, &err), -1);
    expect(err, XM_STATE, "nothing is stored of it");
}

static void what_the_host_refuses_is_not_stored(void **state)
{
    struct world *w = *state;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    put(w, "sim/faults", "set_memory 1 once fail HOST \"not now\"\n");
    assert_int_equal(set_mib(w, 0, 8, &err), -1);
    expect(err, XM_HOST, "not now");
    assert_int_equal(stored(w, "memory"), 16);
    err = NULL;
    assert_int_equal(set_mib(w, 0, 17, &err), -1);
    expect(err, XM_INVALID, "memory_static_max (16 MiB)");
    assert_int_equal(live_mib(w, 1), 16);
    err = NULL;
    assert_int_equal(set_mib(w, XM_STORED, 0, &err), -1);
    expect(err, XM_INVALID, "greater than zero");
    assert_int_equal(stored(w, "memory"), 16);
}

/* In a child, whose disk is full once the document is to be written. */
static int change_on_a_full_disk(void *arg)
{
    struct world *w = arg;
    xm_error *err = NULL;
    xm_autofree char *text = NULL;
    int rc;

    /* Of what is written here - the lock's owner, the host's record, the document - the last one fails. */
    for (int n = 0; n < 40; n++) {
        steps_fail = true;
        steps_left = n;
        rc = set_mib(w, 0, (unsigned)(4 + n % 8), &err);
        steps_left = -1;
        if (rc == 0)
            return 1;
        text = xm_error_text(err);
        xm_error_clear(&err);
        if (strstr(text, "web has it now, but its next start will not know: ") != NULL)
            return stored(w, "memory") == 16 && live_mib(w, 1) == (unsigned)(4 + n % 8) ? 42 : 2;
        free(XM_TAKE(text));
    }
    return 3;
}

/* Does work in a process of its own, and returns how that ended. */
static int apart(struct world *w, int (*work)(void *))
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(work(w));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void what_cannot_be_stored_is_told(void **state)
{
    struct world *w = *state;
    int status;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    status = apart(w, change_on_a_full_disk);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void a_waiting_definition_keeps_all_else(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_doc) *edited = document(WEB, "web", "later");
    struct xm_change weight = { .what = XM_SET_SHARE, .scheduler = XM_SCHED_CREDIT2, .weight = 99, .cap = -1 };
    xm_error *err = NULL;
    bool was_there;

    new_guest(w, WEB, "web", NULL);
    start(w, WEB);
    xm_doc_set_int(edited, "memory", 8);
    assert_int_equal(xm_guest_new(&w->guests, edited, &was_there, NULL), 0);
    assert_int_equal(set_mib(w, 0, 12, &err), -1);
    expect(err, XM_INVALID, "what is stored for its next start differs");
    assert_int_equal(live_mib(w, 1), 16);
    assert_int_equal(change(w, "web", &weight, NULL), 0);
    assert_int_equal(stored(w, "memory"), 8);
    assert_int_equal(stored(w, "cpu_weight"), 99);
    assert_int_equal(stored(w, "cpu_cap"), -1);
    assert_int_equal(set_mib(w, 0, 6, NULL), 0);
    assert_int_equal(live_mib(w, 1), 6);
    assert_int_equal(stored(w, "memory"), 6);
    assert_int_equal(stored(w, "maxmem"), 8);
    assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0);
    assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &(uint32_t){ 0 }, NULL), 0);
    assert_int_equal(live_mib(w, 2), 6);
    assert_int_equal(stored(w, "maxmem"), 8);
    assert_int_equal(xm_guest_reset(&w->guests, WEB, NULL, &(uint32_t){ 0 }, NULL), 0);
    assert_int_equal(live_mib(w, 3), 6);
    {
        XM_AUTO(xm_doc) *doc = NULL;

        assert_int_equal(xm_reg_load_doc(w->guests.reg, WEB, &doc, NULL), 0);
        assert_string_equal(xm_doc_get_str(doc, "extra"), "later");
    }
}

static void a_document_has_its_dialect_s_words(void **state)
{
    struct world *w = *state;
    struct xm_change share = { .what = XM_SET_SHARE, .where = XM_STORED, .weight = 7, .cap = 30 };
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM_DIALECT_XL, "/etc/xen/file-name");
    bool edited;

    xm_doc_set_str(doc, "name", "web");
    xm_doc_set_str(doc, "uuid", WEB);
    xm_doc_set_str(doc, "kernel", "/kernel");
    xm_doc_set_int(doc, "vcpus", 1);
    assert_int_equal(xm_guest_new(&w->guests, doc, &edited, NULL), 0);
    assert_int_equal(change(w, WEB, &share, NULL), 0);
    assert_int_equal(stored(w, "cap"), 30);
    assert_int_equal(stored(w, "cpu_cap"), -1);
    assert_int_equal(set_mib(w, 0, 16, NULL), 0);       /* of libxl's 32, as nothing was said */
    assert_int_equal(stored(w, "maxmem"), 32);
    assert_int_equal(stored(w, "memory"), 16);
}

static void pins_fit_the_vcpus(void **state)
{
    struct world *w = *state;
    struct xm_cpuset two = { { 4 } };
    struct xm_change pin_one = { .what = XM_SET_CPUS, .vcpu = 1, .hard = &two, .hard_text = "2" };
    struct xm_change three = { .what = XM_SET_VCPUS, .vcpus = 3 }, two_vcpus = { .what = XM_SET_VCPUS, .vcpus = 2 };
    XM_AUTO(xm_vcpus) *vcpus = NULL;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(change(w, "web", &pin_one, &err), -1);
    expect(err, XM_INVALID, "the guest has no vcpu 1");
    assert_int_equal(pin_one.failed_vcpu, XM_ALL_VCPUS);
    assert_int_equal(change(w, "web", &two_vcpus, NULL), 0);
    assert_int_equal(change(w, "web", &pin_one, NULL), 0);
    assert_int_equal(change(w, "web", &three, NULL), 0);
    start(w, WEB);
    assert_int_equal(xm_host_vcpus(w->guests.host, 1, &vcpus, NULL), 0);
    assert_int_equal(vcpus->count, 3);
    assert_int_equal(vcpus->items[1].hard.bits[0], 4);
    assert_int_equal(vcpus->items[2].hard.bits[0], 15);
    /* of a running guest the number that is online */
    assert_int_equal(change(w, "web", &two_vcpus, NULL), 0);
    assert_int_equal(stored(w, "vcpus"), 2);
    assert_int_equal(stored(w, "maxvcpus"), 3);
    put(w, "sim/faults", "vcpu_pin 2 once fail HOST \"not now\"\n");
    pin_one.vcpu = XM_ALL_VCPUS;
    err = NULL;
    assert_int_equal(change(w, "web", &pin_one, &err), -1);
    expect(err, XM_HOST, "not now");
    assert_int_equal(pin_one.failed_vcpu, 1);
}

static void words_pick_as_each_dialect_does(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_guest_list) *all = NULL;
    xm_error *err = NULL;

    new_guest(w, WEB, "web", NULL);
    create(w, DB, "db", NULL);
    create(w, NULL, "1", NULL);
    all = list(w);
    assert_int_equal(all->count, 4);
    assert_int_equal(pick(all, "Domain-0")->domid, 0);
    assert_string_equal(pick(all, "web")->uuid, WEB);
    assert_string_equal(pick(all, WEB)->uuid, WEB);
    assert_int_equal(pick(all, DB)->domid, 1);
    assert_int_equal(pick(all, "1")->domid, 2);             /* a name hides a number */
    assert_int_equal(pick(all, "2")->domid, 2);
    assert_null(xm_guest_pick(all, XM_DIALECT_XM, "nobody", &err));
    expect(XM_TAKE(err), XM_NOT_FOUND, "'nobody'");
    assert_null(xm_guest_pick(all, XM_DIALECT_XM, "", &err));
    expect(XM_TAKE(err), XM_NOT_FOUND, "''");
    assert_int_equal(xm_guest_pick(all, XM_DIALECT_XL, "1", NULL)->domid, 1);
    assert_int_equal(xm_guest_pick(all, XM_DIALECT_XL, "", NULL)->domid, 0);
    assert_int_equal(xm_guest_pick(all, XM_DIALECT_XL, "db", NULL)->domid, 1);
    assert_null(xm_guest_pick(all, XM_DIALECT_XL, "web", NULL));
    assert_null(xm_guest_pick(all, XM_DIALECT_XL, DB, NULL));
    assert_null(xm_guest_pick(all, XM_DIALECT_XL, "99999999999999999999999", NULL));
    assert_null(xm_guest_pick(all, XM_DIALECT_XL, "4294967295", NULL));
}

static void a_list_shows_each_guest_once(void **state)
{
    struct world *w = *state;
    XM_AUTO(xm_guest_list) *all = NULL;

    new_guest(w, WEB, "web", NULL);
    new_guest(w, DB, "db", NULL);
    start(w, DB);
    create(w, NULL, "tmp", NULL);
    all = list(w);
    assert_int_equal(all->count, 4);
    assert_int_equal(all->items[0].domid, 0);
    assert_false(all->items[0].ours);
    assert_string_equal(all->items[1].name, "db");
    assert_true(all->items[1].managed);
    assert_string_equal(all->items[2].name, "tmp");
    assert_true(all->items[2].ours);
    assert_false(all->items[2].managed);
    assert_string_equal(all->items[3].name, "web");
    assert_int_equal(all->items[3].domid, XM_DOMID_NONE);
}

static void a_guest_that_is_held_is_left_alone(void **state)
{
    struct world *w = *state;
    struct xm_reg_state building = { .phase = XM_PHASE_BUILDING, .managed = true, .domid = XM_DOMID_NONE };
    int lock;

    new_guest(w, WEB, "web", NULL);
    assert_int_equal(xm_reg_save_state(w->guests.reg, WEB, &building, NULL), 0);
    assert_int_equal(xm_reg_lock(w->guests.reg, WEB, false, &lock, NULL), 0);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_BUILDING);
    close(lock);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
}

/* --- interruptions --- */

struct trial {
    const char *name;
    void (*before)(struct world *w);
    int (*step)(void *w);
    bool may_vanish;                    /* the guest may be unknown afterwards */
};

static void nothing(struct world *w) { (void)w; }
static void is_halted(struct world *w) { new_guest(w, WEB, "web", NULL); }
static void is_running(struct world *w) { is_halted(w); start(w, WEB); }
static void is_suspended(struct world *w) { is_running(w); assert_int_equal(xm_guest_suspend(&w->guests, WEB, NULL, NULL), 0); }
static void is_created(struct world *w) { create(w, WEB, "web", NULL); }
static void is_saved(struct world *w) { is_running(w); assert_int_equal(save(w, "web", "save", XM_AFTER_DESTROY, NULL), 0); }

static void has_ended(struct world *w)
{
    new_guest(w, WEB, "web", "sim.reboot=10");
    start(w, WEB);
    set_built(w, WEB, 100);
    pass_ms(w, 15000);
}

static void has_asked_for_a_reset(struct world *w) { asks_for_a_reset(w, "pvh"); }

static int do_new(void *w)
{
    XM_AUTO(xm_doc) *doc = document(WEB, "web", NULL);
    bool edited;

    return xm_guest_new(&((struct world *)w)->guests, doc, &edited, NULL) < 0;
}

static int do_create(void *w)
{
    XM_AUTO(xm_doc) *doc = document(WEB, "www", NULL);
    uint32_t domid;

    return xm_guest_create(&((struct world *)w)->guests, doc, NULL, &domid, NULL) < 0;
}

static int do_start(void *w) { return xm_guest_start(&((struct world *)w)->guests, WEB, NULL, &(uint32_t){ 0 }, NULL) < 0; }
static int do_suspend(void *w) { return xm_guest_suspend(&((struct world *)w)->guests, WEB, NULL, NULL) < 0; }
static int do_resume(void *w) { return xm_guest_resume(&((struct world *)w)->guests, WEB, NULL, &(uint32_t){ 0 }, NULL) < 0; }
static int do_delete(void *w) { return xm_guest_delete(&((struct world *)w)->guests, WEB, NULL) < 0; }
static int do_destroy(void *w) { return xm_guest_destroy(&((struct world *)w)->guests, 1, NULL) < 0; }
static int do_rename(void *w) { return rename_to(w, "web", "www", NULL) < 0; }
static int do_change(void *w) { return set_mib(w, 0, 8, NULL) < 0; }
static int do_save(void *w) { return save(w, "web", "save", XM_AFTER_DESTROY, NULL) < 0; }
static int do_checkpoint(void *w) { return save(w, "web", "save", XM_AFTER_RUN, NULL) < 0; }
static int do_restore(void *w) { return restore(w, "save", NULL, &(uint32_t){ 0 }, NULL) < 0; }
static int do_restart(void *w) { return xm_guest_end(&((struct world *)w)->guests, WEB, XM_REASON_REBOOT, XM_ACTION_RESTART, NULL) < 0; }
static int do_end(void *w) { return xm_guest_end(&((struct world *)w)->guests, WEB, XM_REASON_REBOOT, XM_ACTION_DESTROY, NULL) < 0; }
static int do_rename_restart(void *w) { return end_by(w, XM_ACTION_RENAME_RESTART) < 0; }
static int do_dump_restart(void *w) { return end_by(w, XM_ACTION_RESTART | XM_ACTION_DUMP) < 0; }
static int do_reset(void *w) { return end_by(w, XM_ACTION_SOFT_RESET) < 0; }
static int do_preserve(void *w) { return end_by(w, XM_ACTION_PRESERVE) < 0; }


static int do_dump(void *world)
{
    struct world *w = world;
    xm_autofree char *path = xm_printf("%s/core", w->dir);
    XM_AUTO(xm_guest_list) *all = list(w);

    return xm_guest_dump_core(&w->guests, pick(all, "web"), path, false, NULL) < 0;
}

static const struct trial trials[] = {
    { "new", nothing, do_new, true },
    { "edit", is_halted, do_new, false },
    { "edit of a running guest", is_running, do_new, false },
    { "create", nothing, do_create, true },
    { "create of a managed guest", is_halted, do_create, false },
    { "start", is_halted, do_start, false },
    { "suspend", is_running, do_suspend, false },
    { "resume", is_suspended, do_resume, false },
    { "rename of a halted guest", is_halted, do_rename, false },
    { "rename of a running guest", is_running, do_rename, false },
    { "change of a halted guest", is_halted, do_change, false },
    { "change of a running guest", is_running, do_change, false },
    { "change of an unmanaged guest", is_created, do_change, false },
    { "delete", is_halted, do_delete, true },
    { "destroy", is_running, do_destroy, false },
    { "destroy of an unmanaged guest", is_created, do_destroy, true },
    { "save", is_running, do_save, false },
    { "save -c", is_running, do_checkpoint, false },
    { "restore", is_saved, do_restore, false },
    { "dump-core", is_running, do_dump, false },
    { "end by destroy", has_ended, do_end, false },
    { "restart", has_ended, do_restart, false },
    { "rename-restart", has_ended, do_rename_restart, false },
    { "coredump-restart", has_ended, do_dump_restart, false },
    { "soft-reset", has_asked_for_a_reset, do_reset, false },
    { "preserve", has_ended, do_preserve, false },
};

/* Domains that stay behind a restart under another name; each is destroyed. */
static size_t end_kept(struct world *w)
{
    XM_AUTO(xm_domains) *domains = NULL;
    size_t count = 0;

    assert_int_equal(xm_host_list(w->guests.host, XM_WANT_NAME, &domains, NULL), 0);
    for (size_t i = 1; i < domains->count; i++) {
        if (strncmp(domains->items[i].name, "Domain-", 7) != 0 || strcmp(domains->items[i].uuid, WEB) == 0)
            continue;
        assert_string_equal(look(w, domains->items[i].domid), "---s");
        assert_int_equal(xm_guest_destroy(&w->guests, domains->items[i].domid, NULL), 0);
        count++;
    }
    return count;
}

/* What there is fits together: the phase with the domain, the domain with the memory file. */
static void check_whole(struct world *w, const struct trial *trial, int n)
{
    xm_autofree char *memory = xm_reg_memory_path(w->guests.reg, WEB);
    struct xm_reg_state st;
    size_t kept = end_kept(w), domains = count_domains(w);

    if (kept != 0) {
        /* its guest runs again in another one; or does not, after the second interruption of that */
        assert_true(trial->step == do_rename_restart && kept == 1);
        assert_int_equal(state_of(w, WEB).domid != XM_DOMID_NONE, domains == 1);
    }
    if (count_entries(w) == 0) {
        if (!trial->may_vanish || domains != 0)
            fail_msg("%s, stopped before step %d: lost (%zu domains)", trial->name, n, domains);
        return;
    }
    st = state_of(w, WEB);
    if (trial->step == do_change && stored(w, "memory") != 16
        && (stored(w, "memory") != 8 || (st.domid != XM_DOMID_NONE && live_mib(w, st.domid) != 8)))
        fail_msg("%s, stopped before step %d: stored before it was done", trial->name, n);
    switch (st.phase) {
    case XM_PHASE_HALTED:
        if (domains == 0 && st.managed && st.domid == XM_DOMID_NONE && access(memory, F_OK) < 0)
            return;
        break;
    case XM_PHASE_RUNNING:
        if (domains == 1 && access(memory, F_OK) < 0
            && (strcmp(look(w, st.domid), "-b--") == 0 || trial->before == has_ended || trial->before == has_asked_for_a_reset))
            return;
        break;
    case XM_PHASE_SUSPENDED:
        if (domains == 0 && st.domid == XM_DOMID_NONE && access(memory, F_OK) == 0)
            return;
        break;
    default:
        break;
    }
    fail_msg("%s, stopped before step %d: phase %d, domid %d, %zu domains, %s memory, %s", trial->name, n, st.phase,
             (int)st.domid, domains, access(memory, F_OK) == 0 ? "with" : "no", look(w, st.domid));
}

/* From whatever it was left in to running, ended, and forgotten. */
static void go_on(struct world *w)
{
    struct xm_reg_state st;
    uint32_t domid;

    if (count_entries(w) == 0)
        new_guest(w, WEB, "web", NULL);
    st = state_of(w, WEB);
    if (st.phase == XM_PHASE_HALTED)
        assert_int_equal(xm_guest_start(&w->guests, WEB, NULL, &domid, NULL), 0);
    else if (st.phase == XM_PHASE_SUSPENDED)
        assert_int_equal(xm_guest_resume(&w->guests, WEB, NULL, &domid, NULL), 0);
    else
        domid = st.domid;
    assert_int_equal(xm_guest_destroy(&w->guests, domid, NULL), 0);
    if (xm_reg_has(w->guests.reg, WEB))
        assert_int_equal(xm_guest_delete(&w->guests, WEB, NULL), 0);
    assert_int_equal(count_domains(w), 0);
    assert_int_equal(files_in(w, "xm/domains"), 0);
}

static void count_finding(void *arg, const struct xm_repair_finding *finding)
{
    unsigned *counts = arg;

    if (finding->outcome == XM_REPAIR_FAILED || finding->outcome == XM_REPAIR_LEFT)
        fail_msg("%s: %s: %s", finding->subject, finding->problem, finding->reason ? finding->reason : finding->remedy);
    counts[finding->outcome]++;
}

/* What a look finds is what is mended then, and a second look finds nothing. */
static void repair_world(struct world *w)
{
    unsigned counts[4] = { 0 };
    struct xm_repair_how look = { .look = true, .found = count_finding, .arg = counts };
    struct xm_repair_how mend = { .found = count_finding, .arg = counts };
    unsigned seen;

    assert_int_equal(xm_host_open(&w->conf, NULL, &w->guests.host, NULL), 0);
    assert_int_equal(xm_reg_view(w->conf.state_dir, NULL, &w->guests.reg, NULL), 0);
    assert_int_equal(xm_guest_repair(&w->guests, &look, NULL), 0);
    seen = counts[XM_REPAIR_WOULD];
    assert_int_equal(xm_guest_repair(&w->guests, &mend, NULL), 0);
    assert_true(seen == 0 ? counts[XM_REPAIR_DONE] == 0 : counts[XM_REPAIR_DONE] > 0);
    assert_int_equal(xm_guest_repair(&w->guests, &look, NULL), 0);
    assert_int_equal(counts[XM_REPAIR_WOULD], seen);
    close_world(w);
}

/* A list shows it once, whole, as long as it is there. */
static void check_listed(struct world *w, const struct trial *trial, int n)
{
    XM_AUTO(xm_guest_list) *all = list(w);
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        count += strcmp(all->items[i].uuid, WEB) == 0 && all->items[i].damage == NULL && all->items[i].name != NULL;
    if (count != (count_entries(w) != 0 || count_domains(w) != 0))
        fail_msg("%s, stopped before step %d: listed %zu times", trial->name, n, count);
}

/* Then it is settled as the supervisor does, or as a repair does, by turns. */
static int try_until(const struct trial *trial, int n, bool full)
{
    struct world *w;
    bool ended;

    setup((void **)&w);
    trial->before(w);
    ended = run_until(n, full, trial->step, w);
    close_world(w);
    if (n % 2 != 0)
        repair_world(w);
    open_world(w);                      /* a fresh look, as the next command has it */
    if (n % 2 == 0 && xm_reg_has(w->guests.reg, WEB))
        assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    check_whole(w, trial, n);
    check_listed(w, trial, n);
    go_on(w);
    teardown((void **)&w);
    return ended;
}

static void any_step_can_be_stopped_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++) {
        int n = 0;

        while (!try_until(&trials[i], n, false))
            n++;
        print_message("# %s: stopped at each of %d steps\n", trials[i].name, n);
        assert_true(n > 3);
    }
}

static void any_step_can_meet_a_full_disk(void **state)
{
    int total = 0;

    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++) {
        int n = 0;

        while (!try_until(&trials[i], n, true))
            n++;
        assert_true(n > 0);
        total += n;
    }
    print_message("# no room for each of %d writes\n", total);
}

/* With the power cut behind it, what a step has done stays done. */
static void what_is_done_is_on_disk(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(trials); i++) {
        struct world *w;

        setup((void **)&w);
        trials[i].before(w);
        durable_part = "/xm/domains";
        unsynced_count = named_early = 0;
        assert_int_equal(trials[i].step(w), 0);
        durable_part = NULL;
        if (unsynced_count != 0 || named_early != 0)
            fail_msg("%s: %zu files and directories are not on disk, %zu got their names too early", trials[i].name,
                     unsynced_count, named_early);
        teardown((void **)&w);
    }
}

/* A save that is killed right after it asked: the guest does as it was told when nobody waits any more. */
static void a_guest_that_suspends_too_late_is_resumed(void **state)
{
    struct world *w = *state;
    xm_autoclose int nowhere = open("/dev/null", O_WRONLY);
    struct xm_reg_state st;

    is_running(w);
    st = state_of(w, WEB);
    st.phase = XM_PHASE_SUSPENDING;
    assert_int_equal(xm_reg_save_state(w->guests.reg, WEB, &st, NULL), 0);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    st = state_of(w, WEB);
    assert_int_equal(st.phase, XM_PHASE_RUNNING);
    assert_true(xm_guest_is_half_way(&st));
    assert_int_equal(xm_host_save(w->guests.host, st.domid, nowhere, NULL, NULL), 0);
    assert_string_equal(look(w, st.domid), "---s");
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_string_equal(look(w, st.domid), "-b--");
    st = state_of(w, WEB);
    assert_false(xm_guest_is_half_way(&st));
}

/* Long after, or never asked: it is somebody else's save. */
static void a_guest_that_another_suspends_is_left_alone(void **state)
{
    struct world *w = *state;
    xm_autoclose int nowhere = open("/dev/null", O_WRONLY);
    struct xm_reg_state st;

    is_running(w);
    st = state_of(w, WEB);
    assert_int_equal(xm_host_save(w->guests.host, st.domid, nowhere, NULL, NULL), 0);
    for (int asked = 0; asked < 2; asked++) {
        st.asked = asked ? time(NULL) - 1000 : 0;
        assert_int_equal(xm_reg_save_state(w->guests.reg, WEB, &st, NULL), 0);
        assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
        assert_string_equal(look(w, st.domid), "---s");
    }
}

static void a_killed_dump_leaves_nothing(void **state)
{
    struct world *w = *state;
    size_t files;

    is_running(w);
    put(w, "sim/faults", "dump_core.write 3 once kill\n");
    files = files_in(w, ".");
    assert_true(WIFSIGNALED(apart(w, do_dump)));
    assert_string_equal(look(w, 1), "--p-");
    assert_int_equal(files_in(w, "."), files);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_string_equal(look(w, 1), "-b--");
    assert_int_equal(xm_host_pause(w->guests.host, 1, NULL), 0);        /* by hand: that is left so */
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_string_equal(look(w, 1), "--p-");
}

static void a_killed_save_leaves_no_file(void **state)
{
    struct world *w = *state;
    size_t files;

    is_running(w);
    put(w, "sim/faults", "save.write 3 once kill\n");
    files = files_in(w, ".");
    assert_true(WIFSIGNALED(apart(w, do_save)));
    assert_int_equal(files_in(w, "."), files);
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_string_equal(look(w, 1), "-b--");
}

static int do_mend(void *arg)
{
    struct world *w = arg;

    return xm_guest_mend(&w->guests, WEB, NULL) < 0;
}

static void an_interrupted_restart_is_done_again_once(void **state)
{
    struct world *w = *state;

    has_ended(w);
    put(w, "sim/faults", "create.devices 1 on kill\n");
    for (int i = 0; i < 2; i++) {
        assert_true(WIFSIGNALED(apart(w, i == 0 ? do_restart : do_mend)));
        assert_int_equal(state_of(w, WEB).restarting, i == 0);
    }
    assert_int_equal(xm_guest_mend(&w->guests, WEB, NULL), 0);
    assert_int_equal(state_of(w, WEB).phase, XM_PHASE_HALTED);
    assert_int_equal(count_domains(w), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(new_makes_a_halted_guest),
        TEST(a_name_is_one_guest_s),
        TEST(new_with_a_known_uuid_edits),
        TEST(new_makes_a_running_guest_managed),
        TEST(the_control_domain_s_uuid_is_refused),
        TEST(only_a_halted_guest_is_deleted),
        TEST(a_damaged_guest_can_be_destroyed_and_deleted),
        TEST(renaming_changes_both_names),
        TEST(create_keeps_an_entry_until_the_end),
        TEST(create_refuses_what_is_taken),
        TEST(create_with_a_managed_uuid_is_that_guest),
        TEST(a_name_left_over_is_free),
        TEST(create_that_fails_leaves_nothing),
        TEST(a_domain_that_cannot_be_ended_is_not_forgotten),
        TEST(start_brings_up_what_was_stored),
        TEST(start_that_fails_leaves_it_halted),
        TEST(destroy_ends_strangers_too_but_not_dom0),
        TEST(suspend_and_resume_keep_the_guest),
        TEST(suspend_refuses_what_it_cannot_keep),
        TEST(suspend_that_fails_lets_it_run),
        TEST(resume_that_fails_keeps_the_memory),
        TEST(save_leaves_the_guest_as_asked),
        TEST(save_that_fails_changes_nothing),
        TEST(restore_makes_a_stranger_ours),
        TEST(restore_refuses_what_would_clash),
        TEST(restore_that_fails_leaves_nothing),
        TEST(restore_takes_another_configuration),
        TEST(hostile_configurations_in_save_files_are_refused),
        TEST(an_end_is_dealt_with_as_policy_says),
        TEST(a_restart_uses_what_is_stored_now),
        TEST(a_running_guest_is_not_ended),
        TEST(a_core_is_written_where_it_belongs),
        TEST(xl_has_one_core_of_each_guest),
        TEST(a_core_that_fails_is_kept_as_incomplete_and_changes_nothing),
        TEST(the_oldest_cores_go_first),
        TEST(all_cores_together_have_a_limit),
        TEST(a_core_that_does_not_fit_is_refused_before),
        TEST(a_name_leads_nowhere_else),
        TEST(a_preserved_guest_stays_and_is_left_alone),
        TEST(a_renamed_domain_stays_beside_the_restarted_one),
        TEST(xl_s_renamed_domains_have_the_time_in_their_names),
        TEST(one_that_cannot_be_kept_is_ended),
        TEST(a_reset_guest_runs_on),
        TEST(a_guest_that_cannot_be_reset_is_ended),
        TEST(only_the_dead_are_preserved_or_reset),
        TEST(a_restart_that_fails_leaves_it_halted),
        TEST(an_end_that_could_not_be_dealt_with_is_as_if_new),
        TEST(a_change_is_live_and_stored),
        TEST(a_change_is_where_it_was_asked_for),
        TEST(a_stranger_is_changed_live_alone),
        TEST(what_the_host_refuses_is_not_stored),
        TEST(what_cannot_be_stored_is_told),
        TEST(a_waiting_definition_keeps_all_else),
        TEST(a_document_has_its_dialect_s_words),
        TEST(pins_fit_the_vcpus),
        TEST(words_pick_as_each_dialect_does),
        TEST(a_list_shows_each_guest_once),
        TEST(a_guest_that_is_held_is_left_alone),
        cmocka_unit_test(any_step_can_be_stopped_anywhere),
        cmocka_unit_test(any_step_can_meet_a_full_disk),
        cmocka_unit_test(what_is_done_is_on_disk),
        TEST(a_guest_that_suspends_too_late_is_resumed),
        TEST(a_guest_that_another_suspends_is_left_alone),
        TEST(a_killed_dump_leaves_nothing),
        TEST(a_killed_save_leaves_no_file),
        TEST(an_interrupted_restart_is_done_again_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
