/* What two simulated hosts ask and tell each other of a guest that is to move, each failure set up for real. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "bind/config.h"
#include "migrate/check.h"
#include "migrate/facts.h"

/* Two hosts with a root directory each; /shared is one directory of both. */
struct side {
    xm_conf conf;
    struct xm_guests guests;
};
struct pair {
    char dir[64];
    struct side here, there;
};

static void put(const struct pair *p, const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/%s", p->dir, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

/* members: of host.json, more than the root; or NULL. */
static void machine(const struct pair *p, const char *name, const char *members)
{
    xm_autofree char *file = xm_printf("%s/sim/host.json", name), *text = NULL;

    text = xm_printf("{ \"hostname\": \"%s\", \"root\": \"%s/%s/root\"%s%s }", name, p->dir, name, members ? ", " : "", members ? members : "");
    put(p, file, text);
}

static void make_dir(const struct pair *p, const char *name)
{
    xm_autofree char *path = xm_printf("%s/%s", p->dir, name);

    assert_int_equal(xm_dir_make(path, 0700, NULL), 0);
}

static void open_side(const struct pair *p, struct side *side, const char *name)
{
    xm_autofree char *dir = xm_printf("%s/sim", name), *root = xm_printf("%s/root/d", name), *link = NULL, *shared = NULL;

    make_dir(p, dir);
    make_dir(p, root);
    link = xm_printf("%s/%s/root/shared", p->dir, name);
    shared = xm_printf("%s/shared", p->dir);
    assert_int_equal(symlink(shared, link), 0);
    machine(p, name, NULL);
    side->conf = (xm_conf){ .host = xm_printf("sim:%s/%s", p->dir, name), .state_dir = xm_printf("%s/%s/xm", p->dir, name),
                            .run_dir = xm_printf("%s/%s/run", p->dir, name), .autoballoon = -1 };
    assert_int_equal(xm_host_open(&side->conf, NULL, &side->guests.host, NULL), 0);
    assert_int_equal(xm_reg_open(side->conf.state_dir, NULL, &side->guests.reg, NULL), 0);
}

static int set_up(void **state)
{
    struct pair *p = xm_new0(struct pair, 1);

    strcpy(p->dir, "/tmp/xm-dryrun.XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    make_dir(p, "shared");
    open_side(p, &p->here, "here");
    open_side(p, &p->there, "there");
    put(p, "here/root/kernel", "k");
    put(p, "there/root/kernel", "k");
    put(p, "shared/a", "the guest's disk");
    *state = p;
    return 0;
}

static void close_side(struct side *side)
{
    xm_reg_close(side->guests.reg);
    xm_host_close(side->guests.host);
    free(side->conf.host);
    free(side->conf.state_dir);
    free(side->conf.run_dir);
}

static int tear_down(void **state)
{
    struct pair *p = *state;
    xm_autofree char *words = xm_printf("rm -rf %s", p->dir);
    int rc;

    close_side(&p->here);
    close_side(&p->there);
    rc = system(words);
    free(p);
    return rc;
}

/* --- guests --- */

#define WEB "name = 'web'\nuuid = '11111111-1111-4111-8111-111111111111'\nkernel = '/kernel'\nmemory = 64\n"
#define DISK "disk = ['file:/shared/a,xvda,w']\n"

static xm_doc *doc_of(const char *text)
{
    xm_doc *doc = NULL;
    xm_error *err = NULL;

    if (xm_config_parse(XM_DIALECT_XM, "web.cfg", text, strlen(text), &doc, &err) < 0)
        fail_msg("%s", xm_error_text(err));
    return doc;
}

static void create(struct side *side, const char *text)
{
    const struct xm_guest_how how = { .begin = NULL };
    XM_AUTO(xm_doc) *doc = doc_of(text);
    xm_error *err = NULL;
    uint32_t domid;

    if (xm_guest_create(&side->guests, doc, &how, &domid, &err) < 0)
        fail_msg("%s", xm_error_text(err));
}

/* The ask of the guest that is called name here; text: of one that is not defined. */
static xm_json *ask_of(struct pair *p, const char *name, const char *text)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    XM_AUTO(xm_doc) *doc = text ? doc_of(text) : NULL;
    xm_json *ask = NULL;
    xm_error *err = NULL;

    if (text != NULL) {
        assert_int_equal(xm_ask_of_doc(&p->here.guests, doc, &ask, &err), 0);
        return ask;
    }
    assert_int_equal(xm_guest_list_load(&p->here.guests, XM_WANT_NAME, &list, NULL), 0);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].name != NULL && strcmp(list->items[i].name, name) == 0)
            if (xm_ask_of_guest(&p->here.guests, &list->items[i], true, &ask, &err) < 0)
                fail_msg("%s", xm_error_text(err));
    assert_non_null(ask);
    return ask;
}

/* As over a wire. */
static xm_json *sent(const xm_json *json)
{
    xm_autofree char *text = xm_json_format(json, true);
    xm_json *copy = NULL;

    assert_int_equal(xm_json_parse(text, strlen(text), &copy, NULL), 0);
    return copy;
}

static xm_verdicts *dry_run(struct pair *p, const char *name, const char *text)
{
    XM_AUTO(xm_json) *ask = ask_of(p, name, text), *here = NULL, *there = NULL, *asked = NULL, *told = NULL;
    xm_error *err = NULL;

    xm_ask_mark(&p->here.guests, ask);
    asked = sent(ask);
    assert_int_equal(xm_facts_answer(&p->here.guests, ask, &here, NULL), 0);
    if (xm_facts_answer(&p->there.guests, asked, &there, &err) < 0)
        fail_msg("%s", xm_error_text(err));
    xm_ask_unmark(&p->here.guests, ask);
    told = sent(there);
    assert_int_equal(xm_facts_check(told, NULL), 0);
    return xm_migrate_check(ask, here, told);
}

static void expect(const xm_verdicts *verdicts, const char *check, enum xm_verdict_kind kind)
{
    bool any = false;

    for (size_t i = 0; i < verdicts->count; i++) {
        const struct xm_verdict *v = &verdicts->items[i];

        any = any || (strcmp(v->check, check) == 0 && v->kind == kind);
    }
    if (!any)
        for (size_t i = 0; i < verdicts->count; i++)
            print_message("%s %s: %s, %s, %s\n", xm_verdict_word(verdicts->items[i].kind), verdicts->items[i].check,
                          verdicts->items[i].here, verdicts->items[i].there, verdicts->items[i].advice);
    if (!any)
        fail_msg("%s is not %s", check, xm_verdict_word(kind));
}

static void expect_all_pass(const xm_verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++)
        if (verdicts->items[i].kind != XM_VERDICT_PASS)
            fail_msg("%s: %s: %s", verdicts->items[i].check, xm_verdict_word(verdicts->items[i].kind), verdicts->items[i].there);
}

static bool is_empty_of_nonces(const struct pair *p)
{
    xm_autofree char *words = xm_printf("! ls -A %s/shared | grep -q nonce", p->dir);

    return system(words) == 0;
}

/* --- tests --- */

static void a_guest_that_runs_would_move(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_verdicts) *verdicts = NULL;

    create(&p->here, WEB DISK "vif = ['mac=00:16:3e:00:00:01']\n");
    verdicts = dry_run(p, "web", NULL);
    expect_all_pass(verdicts);
    expect(verdicts, "disk-storage", XM_VERDICT_PASS);
    expect(verdicts, "mac", XM_VERDICT_PASS);
    expect(verdicts, "cpu-features", XM_VERDICT_PASS);
    assert_true(is_empty_of_nonces(p));
}

static void a_guest_that_is_stored_would_move(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_doc) *doc = doc_of(WEB DISK);
    XM_AUTO(xm_verdicts) *verdicts = NULL;
    bool edited;

    assert_int_equal(xm_guest_new(&p->here.guests, doc, &edited, NULL), 0);
    verdicts = dry_run(p, "web", NULL);
    expect_all_pass(verdicts);
    expect(verdicts, "cpu-features", XM_VERDICT_PASS);
}

static void a_guest_that_is_nowhere_yet_would_move(void **state)
{
    XM_AUTO(xm_verdicts) *verdicts = dry_run(*state, NULL, WEB DISK);

    expect_all_pass(verdicts);
}

/* A host that is not as the other one: the check that says so. */
static const struct { const char *members, *guest, *check; enum xm_verdict_kind kind; } machines[] = {
    { "\"cpu_vendor\": \"amd\"", WEB DISK, "cpu-vendor", XM_VERDICT_FAIL },
    { "\"cpu_lacks\": [\"AVX2\"]", WEB DISK, "cpu-features", XM_VERDICT_FAIL },
    { "\"cpu_lacks\": [\"MD_CLEAR\"]", WEB DISK, "cpu-microcode", XM_VERDICT_FAIL },
    { "\"cpu_mhz\": 3000", WEB DISK, "tsc", XM_VERDICT_WARN },
    { "\"cpu_mhz\": 3000", WEB DISK "tsc_mode = 2\n", "tsc", XM_VERDICT_FAIL },
    { "\"memory_mib\": 1100", WEB DISK "maxmem = 128\nmemory = 128\n", "memory", XM_VERDICT_FAIL },
    { "\"memory_mib\": 1100, \"xen_commandline\": \"\"", WEB DISK "maxmem = 128\nmemory = 128\n", "memory", XM_VERDICT_PASS },
    { "\"nodes\": 4, \"memory_mib\": 1300", WEB DISK "memory = 128\n", "numa", XM_VERDICT_WARN },
    { "\"xen_version\": \"4.16.2\"", WEB DISK, "xen", XM_VERDICT_FAIL },
    { "\"xen_version\": \"4.18.0\"", WEB DISK, "xen", XM_VERDICT_PASS },
    { "\"cpu_features\": [\"pv\"]", WEB DISK "type = 'pvh'\n", "type", XM_VERDICT_FAIL },
    { "\"nr_cpus\": 1", WEB DISK "vcpus = 2\n", "vcpus", XM_VERDICT_WARN },
    { "\"nr_cpus\": 1", WEB DISK "vcpus = 1\ncpus = '1'\n", "pinning", XM_VERDICT_FAIL },
    { "\"cpupools\": [\"other\"]", WEB DISK, "pool", XM_VERDICT_FAIL },
    { "\"bridges\": [\"br9\"]", WEB DISK "vif = ['']\n", "bridge", XM_VERDICT_FAIL },
    { "\"scripts\": [\"block\"]", WEB DISK "vif = ['']\n", "vif-script", XM_VERDICT_FAIL },
    { "\"mounts\": [\"/shared/a\"]", WEB DISK, "disk-use", XM_VERDICT_FAIL },
    { "\"firmware\": []", "builder = 'hvm'\n" WEB DISK, "device-model", XM_VERDICT_FAIL },
    { "\"firmware\": [\"qemu-xen\"]", "builder = 'hvm'\n" WEB DISK, "firmware", XM_VERDICT_WARN },
    { "\"emulator_version\": \"5.0\"", "builder = 'hvm'\n" WEB DISK, "device-model-version", XM_VERDICT_FAIL },
    { "\"clock_offset_ms\": 60000", WEB DISK, "clock", XM_VERDICT_WARN },
    { "\"disk_free_mib\": 0", WEB DISK, "store", XM_VERDICT_FAIL },
    { "\"storage\": [\"/shared/a block size=16 wwn=naa.5\"]", WEB DISK, "disk-kind", XM_VERDICT_FAIL },
    { "\"storage\": [\"/shared/a ro\"]", WEB DISK, "disk-access", XM_VERDICT_FAIL },
};

static void each_lack_of_the_other_host_is_found(void **state)
{
    struct pair *p = *state;

    for (size_t i = 0; i < XM_COUNT(machines); i++) {
        XM_AUTO(xm_verdicts) *verdicts = NULL;
        XM_AUTO(xm_guest_list) *list = NULL;

        create(&p->here, machines[i].guest);
        machine(p, "there", machines[i].members);
        verdicts = dry_run(p, "web", NULL);
        expect(verdicts, machines[i].check, machines[i].kind);
        assert_int_equal(xm_guest_list_load(&p->here.guests, XM_WANT_NAME, &list, NULL), 0);
        assert_int_equal(xm_guest_destroy(&p->here.guests, list->items[list->count - 1].domid, NULL), 0);
    }
}

static void the_same_path_is_not_the_same_disk(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_verdicts) *verdicts = NULL;

    put(p, "here/root/d/own", "the guest's disk");
    put(p, "there/root/d/own", "the guest's disk");
    create(&p->here, WEB "disk = ['file:/d/own,xvda,w']\n");
    verdicts = dry_run(p, "web", NULL);
    expect(verdicts, "disk", XM_VERDICT_PASS);
    expect(verdicts, "disk-kind", XM_VERDICT_PASS);
    expect(verdicts, "disk-storage", XM_VERDICT_FAIL);
}

static void a_copy_of_what_is_only_read_will_do(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_verdicts) *verdicts = NULL, *after = NULL;

    put(p, "here/root/d/cd", "a distribution");
    put(p, "there/root/d/cd", "a distribution");
    create(&p->here, "builder = 'hvm'\n" WEB "disk = ['file:/d/cd,hdc:cdrom,r']\n");
    verdicts = dry_run(p, "web", NULL);
    expect(verdicts, "disk-storage", XM_VERDICT_PASS);
    put(p, "there/root/d/cd", "another distro");
    after = dry_run(p, "web", NULL);
    expect(after, "disk-storage", XM_VERDICT_FAIL);
}

static void volumes_are_known_by_their_names(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_verdicts) *same = NULL, *other = NULL, *unknown = NULL;

    machine(p, "here", "\"storage\": [\"/shared/a block size=16 wwn=naa.5\"]");
    machine(p, "there", "\"storage\": [\"/shared/a block size=16 wwn=naa.5\"]");
    create(&p->here, WEB DISK);
    same = dry_run(p, "web", NULL);
    expect(same, "disk-storage", XM_VERDICT_PASS);
    machine(p, "there", "\"storage\": [\"/shared/a block size=16 wwn=naa.6\"]");
    other = dry_run(p, "web", NULL);
    expect(other, "disk-storage", XM_VERDICT_FAIL);
    machine(p, "there", "\"storage\": [\"/shared/a block size=16\"]");
    unknown = dry_run(p, "web", NULL);
    expect(unknown, "disk-storage", XM_VERDICT_UNKNOWN);
}

static void what_others_have_there_is_found(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_verdicts) *verdicts = NULL, *same = NULL;

    create(&p->here, WEB DISK "vif = ['mac=00:16:3e:00:00:01']\n");
    create(&p->there, "name = 'web'\nkernel = '/kernel'\nmemory = 64\ndisk = ['file:/shared/a,xvda,w!']\nvif = ['mac=00:16:3e:00:00:01']\n");
    verdicts = dry_run(p, "web", NULL);
    expect(verdicts, "name", XM_VERDICT_FAIL);
    expect(verdicts, "uuid", XM_VERDICT_PASS);
    expect(verdicts, "mac", XM_VERDICT_FAIL);
    expect(verdicts, "disk-use", XM_VERDICT_FAIL);
    create(&p->there, "name = 'twin'\nuuid = '11111111-1111-4111-8111-111111111111'\nkernel = '/kernel'\nmemory = 64\n");
    same = dry_run(p, "web", NULL);
    expect(same, "uuid", XM_VERDICT_FAIL);
}

static void what_is_not_there_is_found(void **state)
{
    struct pair *p = *state;
    xm_autofree char *kernel = xm_printf("%s/there/root/kernel", p->dir);
    XM_AUTO(xm_verdicts) *runs = NULL, *stored = NULL;

    put(p, "here/root/d/own", "x");
    create(&p->here, WEB "disk = ['file:/d/own,xvda,w']\n");
    assert_int_equal(unlink(kernel), 0);
    runs = dry_run(p, "web", NULL);
    expect(runs, "disk", XM_VERDICT_FAIL);
    expect(runs, "kernel", XM_VERDICT_WARN);
    stored = dry_run(p, NULL, WEB);
    expect(stored, "kernel", XM_VERDICT_FAIL);
}

static void this_very_host_is_no_other(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_json) *ask = NULL, *here = NULL;
    XM_AUTO(xm_verdicts) *verdicts = NULL;

    create(&p->here, WEB);
    ask = ask_of(p, "web", NULL);
    assert_int_equal(xm_facts_answer(&p->here.guests, ask, &here, NULL), 0);
    verdicts = xm_migrate_check(ask, here, here);
    expect(verdicts, "host", XM_VERDICT_FAIL);
}

/* Each operation of the other host that fails makes checks unknown, and none pass that hang on it. */
static void what_a_host_cannot_find_out_it_does_not_tell(void **state)
{
    static const struct { const char *operation, *check; } faults[] = {
        { "machine", "cpu-vendor" }, { "machine", "host" }, { "pools", "pool" }, { "free", "memory" }, { "space", "store" },
        { "holders", "mac" }, { "holders", "disk-use" },
    };
    struct pair *p = *state;

    create(&p->here, WEB DISK "vif = ['mac=00:16:3e:00:00:01']\n");
    for (size_t i = 0; i < XM_COUNT(faults); i++) {
        xm_autofree char *line = xm_printf("%s 1 on fail HOST \"no answer\"\n", faults[i].operation);
        XM_AUTO(xm_verdicts) *verdicts = NULL;

        put(p, "there/sim/faults", line);
        verdicts = dry_run(p, "web", NULL);
        expect(verdicts, faults[i].check, XM_VERDICT_UNKNOWN);
    }
}

static void a_host_that_cannot_be_asked_fails(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_json) *ask = NULL;
    xm_json *there = NULL;
    xm_error *err = NULL;

    create(&p->here, WEB);
    ask = ask_of(p, "web", NULL);
    put(p, "there/sim/faults", "info 1 on fail HOST \"no answer\"\n");
    assert_int_equal(xm_facts_answer(&p->there.guests, ask, &there, &err), -1);
    assert_string_equal(err->msg, "no answer");
    xm_error_free(err);
}

static void without_a_nonce_storage_is_not_sure(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_json) *ask = NULL;

    create(&p->here, WEB DISK);
    put(p, "here/sim/faults", "nonce 1 on fail DENIED \"read-only\"\n");
    ask = ask_of(p, "web", NULL);
    xm_ask_mark(&p->here.guests, ask);
    assert_null(xm_json_get(ask, "nonce", NULL));
    assert_null(xm_json_get(xm_json_get(ask, "disks", NULL)->items[0], "nonce", NULL));
}

static void a_guest_s_writing_is_measured(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_json) *ask = NULL;

    create(&p->here, WEB "extra = 'sim.dirty=50'\n");
    ask = ask_of(p, "web", NULL);
    xm_ask_measure(&p->here.guests, 1, 100, ask);
    assert_int_equal(xm_json_int(xm_json_get(ask, "dirty_pages", NULL), -1), 50 * 256);
}

static void an_ask_that_is_none_is_refused(void **state)
{
    struct pair *p = *state;
    XM_AUTO(xm_json) *ask = xm_json_new(XM_JSON_OBJECT);
    xm_json *facts = NULL;
    xm_error *err = NULL;

    assert_int_equal(xm_facts_answer(&p->there.guests, ask, &facts, &err), -1);
    assert_int_equal(err->code, XM_INVALID);
    xm_error_free(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_guest_that_runs_would_move),
        TEST(a_guest_that_is_stored_would_move),
        TEST(a_guest_that_is_nowhere_yet_would_move),
        TEST(each_lack_of_the_other_host_is_found),
        TEST(the_same_path_is_not_the_same_disk),
        TEST(a_copy_of_what_is_only_read_will_do),
        TEST(volumes_are_known_by_their_names),
        TEST(what_others_have_there_is_found),
        TEST(what_is_not_there_is_found),
        TEST(this_very_host_is_no_other),
        TEST(what_a_host_cannot_find_out_it_does_not_tell),
        TEST(a_host_that_cannot_be_asked_fails),
        TEST(without_a_nonce_storage_is_not_sure),
        TEST(a_guest_s_writing_is_measured),
        TEST(an_ask_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
