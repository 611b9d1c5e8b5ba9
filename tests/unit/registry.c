/* registry: entries come, change and go whole, whatever stops the process that does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "registry/registry.h"
#include "registry/uuid.h"
#include "tests/unit/interrupt.h"

#define ONE "11111111-1111-4111-8111-111111111111"
#define TWO "22222222-2222-4222-8222-222222222222"

static char base[64];

static int setup(void **state)
{
    xm_reg *reg = NULL;

    strcpy(base, "/tmp/xm-registry.XXXXXX");
    assert_non_null(mkdtemp(base));
    assert_int_equal(xm_reg_open(base, NULL, &reg, NULL), 0);
    *state = reg;
    return 0;
}

static int teardown(void **state)
{
    xm_autofree char *command = xm_printf("rm -rf %s", base);

    xm_reg_close(*state);
    return system(command);
}

static xm_doc *guest(const char *uuid, const char *name)
{
    xm_doc *doc = xm_doc_new(XM_DIALECT_XM, "guest.py");

    xm_doc_set_str(doc, "name", name);
    xm_doc_set_str(doc, "uuid", uuid);
    xm_doc_set_int(doc, "memory", 512);
    return doc;
}

static const struct xm_reg_state halted = { .managed = true, .domid = XM_REG_NO_DOMID, .last_reason = -1 };

static void add(xm_reg *reg, const char *uuid, const char *name)
{
    XM_AUTO(xm_doc) *doc = guest(uuid, name);

    assert_int_equal(xm_reg_add(reg, doc, &halted, NULL), 0);
}

static void expect(xm_error *err, enum xm_code code, const char *text)
{
    xm_autofree char *got = xm_error_text(err);

    assert_non_null(err);
    assert_int_equal(err->code, code);
    assert_non_null(strstr(got, text));
    xm_error_free(err);
}

/* What lies in DIR under base, hidden names included. */
static size_t files_in(const char *dir)
{
    xm_autofree char *path = xm_printf("%s/%s", base, dir);
    struct dirent *item;
    size_t count = 0;
    DIR *d = opendir(path);

    assert_non_null(d);
    while ((item = readdir(d)) != NULL)
        count += strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
    closedir(d);
    return count;
}

static void a_guest_is_found_as_it_was_added(void **state)
{
    xm_reg *reg = *state;
    struct xm_reg_state st = { .phase = XM_PHASE_RUNNING, .managed = true, .domid = 7, .built = 1795171646,
                               .cpu_ns = UINT64_C(9007199254740993), .mem_kib = 524288, .vcpus = 2, .restarts = 3,
                               .last_reason = 1 }, got;
    XM_AUTO(xm_doc) *doc = guest(ONE, "web1"), *loaded = NULL;
    char uuid[37];

    assert_int_equal(xm_reg_add(reg, doc, &st, NULL), 0);
    assert_int_equal(xm_reg_load_state(reg, ONE, &got, NULL), 0);
    assert_int_equal(got.phase, XM_PHASE_RUNNING);
    assert_true(got.managed);
    assert_false(got.restarting);
    assert_int_equal(got.domid, 7);
    assert_int_equal(got.built, 1795171646);
    assert_int_equal(got.cpu_ns, UINT64_C(9007199254740993));
    assert_int_equal(got.mem_kib, 524288);
    assert_int_equal(got.vcpus, 2);
    assert_int_equal(got.restarts, 3);
    assert_int_equal(got.last_reason, 1);
    assert_int_equal(xm_reg_load_doc(reg, ONE, &loaded, NULL), 0);
    assert_int_equal(xm_doc_get(loaded, "memory")->i, 512);
    assert_int_equal(xm_doc_dialect(loaded), XM_DIALECT_XM);
    assert_int_equal(xm_reg_find(reg, "web1", uuid, NULL), 0);
    assert_string_equal(uuid, ONE);
}

static void its_files_are_root_s_alone(void **state)
{
    xm_autofree char *doc = xm_printf("%s/domains/" ONE "/document.json", base);
    xm_autofree char *dir = xm_printf("%s/domains/" ONE, base);
    struct stat st;

    add(*state, ONE, "web1");
    assert_int_equal(stat(doc, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void a_name_is_one_guest_s(void **state)
{
    XM_AUTO(xm_doc) *twin = guest(TWO, "web1"), *again = guest(ONE, "web2");
    xm_error *err = NULL;

    add(*state, ONE, "web1");
    assert_int_equal(xm_reg_add(*state, twin, &halted, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'web1' already exists");
    assert_int_equal(xm_reg_add(*state, again, &halted, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, ONE);
    assert_int_equal(files_in("domains"), 1);
}

static void a_guest_can_be_renamed_to_a_free_name_only(void **state)
{
    XM_AUTO(xm_doc) *renamed = guest(TWO, "web1"), *free_name = guest(TWO, "web3");
    xm_error *err = NULL;
    char uuid[37];

    add(*state, ONE, "web1");
    add(*state, TWO, "web2");
    assert_int_equal(xm_reg_save_doc(*state, TWO, renamed, &err), -1);
    expect(XM_TAKE(err), XM_EXISTS, "VM name 'web1' already exists");
    assert_int_equal(xm_reg_save_doc(*state, TWO, free_name, NULL), 0);
    assert_int_equal(xm_reg_find(*state, "web3", uuid, NULL), 0);
    assert_int_equal(xm_reg_find(*state, "web2", uuid, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, "web2");
}

static void a_uuid_cannot_lead_elsewhere(void **state)
{
    XM_AUTO(xm_doc) *doc = guest("../../../../tmp/x", "web1");
    struct xm_reg_state st;
    xm_error *err = NULL;
    int fd;

    assert_int_equal(xm_reg_add(*state, doc, &halted, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "is not a uuid");
    assert_int_equal(xm_reg_load_state(*state, "..", &st, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "is not a uuid");
    assert_int_equal(xm_reg_lock(*state, "../lock", false, &fd, &err), -1);
    expect(XM_TAKE(err), XM_INVALID, "is not a uuid");
}

static void put(const char *file, const char *text)
{
    xm_autofree char *path = xm_printf("%s/domains/%s", base, file);

    assert_int_equal(xm_file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static void one_damaged_entry_leaves_the_others(void **state)
{
    static const struct { const char *file, *text, *reason; } damages[] = {
        { ONE "/document.json", "{ \"format\": 1, ", "document.json" },
        { ONE "/document.json", "", "document.json" },
        { ONE "/document.json", "{\"format\": 1, \"dialect\": \"xm\", \"file\": \"\", \"keys\": []}", "no name" },
        { ONE "/state.json", "[]", "is not a guest's state" },
        { ONE "/state.json", "{\"format\": 99, \"phase\": \"halted\"}", "written in format 99 by a newer xm" },
        { ONE "/state.json", "{\"format\": 0, \"phase\": \"halted\"}", "is not a guest's state" },
        { ONE "/document.json", "{\"format\": 99, \"dialect\": \"xm\", \"keys\": []}", "written in format 99 by a newer xm" },
        { ONE "/state.json", "{\"format\": 1, \"phase\": \"dreaming\"}", "is not a guest's state" },
        { ONE "/state.json", "{\"format\": 1, \"phase\": 3}", "is not a guest's state" },
    };
    char uuid[37];

    for (size_t i = 0; i < XM_COUNT(damages); i++) {
        XM_AUTO(xm_reg_entries) *entries = NULL;

        add(*state, ONE, "bad");
        if (i == 0)
            add(*state, TWO, "good");
        put(damages[i].file, damages[i].text);
        assert_int_equal(xm_reg_list(*state, &entries, NULL), 0);
        assert_int_equal(entries->count, 2);
        assert_string_equal(entries->items[0].name, "good");
        assert_null(entries->items[0].damage);
        assert_null(entries->items[1].name);
        assert_string_equal(entries->items[1].uuid, ONE);
        assert_non_null(strstr(entries->items[1].damage, damages[i].reason));
        assert_non_null(strstr(entries->items[1].damage, base));
        assert_int_equal(xm_reg_find(*state, "good", uuid, NULL), 0);
        assert_int_equal(xm_reg_remove(*state, ONE, NULL), 0);
    }
}

static char *text_of(const char *file)
{
    xm_autofree char *path = xm_printf("%s/domains/%s", base, file);
    char *text = NULL;

    assert_int_equal(xm_file_read(path, 65536, &text, NULL, NULL), 0);
    return text;
}

static void an_older_state_is_read_and_written_anew(void **state)
{
    xm_autofree char *untouched = NULL, *upgraded = NULL;
    struct xm_reg_state st;

    add(*state, ONE, "web1");
    put(ONE "/state.json", "{\"format\":1,\"phase\":\"running\",\"managed\":true,\"domid\":5,\"restarts\":2}");
    assert_int_equal(xm_reg_load_state(*state, ONE, &st, NULL), 0);
    assert_int_equal(st.phase, XM_PHASE_RUNNING);
    assert_int_equal(st.domid, 5);
    assert_int_equal(st.restarts, 2);
    assert_false(st.held);
    assert_int_equal(st.asked, 0);
    untouched = text_of(ONE "/state.json");
    assert_non_null(strstr(untouched, "\"format\":1"));
    st.held = true;
    st.asked = 1700000000;
    assert_int_equal(xm_reg_save_state(*state, ONE, &st, NULL), 0);
    upgraded = text_of(ONE "/state.json");
    assert_non_null(strstr(upgraded, "\"format\": 2"));
    assert_int_equal(xm_reg_load_state(*state, ONE, &st, NULL), 0);
    assert_true(st.held);
    assert_int_equal(st.asked, 1700000000);
    assert_int_equal(st.restarts, 2);
}

static void what_a_newer_xm_wrote_is_not_overwritten(void **state)
{
    static const char newer[] = "{\"format\":3,\"dialect\":\"xm\",\"phase\":\"halted\",\"keys\":[]}";
    static const char *const files[] = { ONE "/document.json", ONE "/state.json" };
    XM_AUTO(xm_doc) *doc = guest(ONE, "web1");
    struct xm_reg_state st = halted;

    add(*state, ONE, "web1");
    for (size_t i = 0; i < XM_COUNT(files); i++) {
        xm_autofree char *text = NULL, *was = text_of(files[i]);
        xm_error *err = NULL;

        put(files[i], newer);
        assert_int_equal(i == 0 ? xm_reg_save_doc(*state, ONE, doc, &err) : xm_reg_save_state(*state, ONE, &st, &err), -1);
        expect(err, XM_UNSUPPORTED, "format 3 by a newer xm");
        text = text_of(files[i]);
        assert_string_equal(text, newer);
        put(files[i], was);
    }
}

static void wild_numbers_in_a_state_are_not_believed(void **state)
{
    struct xm_reg_state st;

    add(*state, ONE, "web1");
    put(ONE "/state.json", "{\"format\": 1, \"phase\": \"running\", \"domid\": -5, \"vcpus\": 99999999999, \"cpu_ns\": \"x\","
                           " \"built\": 1e300}");
    assert_int_equal(xm_reg_load_state(*state, ONE, &st, NULL), 0);
    assert_int_equal(st.domid, XM_REG_NO_DOMID);
    assert_int_equal(st.vcpus, 0);
    assert_int_equal(st.cpu_ns, 0);
    assert_int_equal(st.built, 0);
}

static void a_document_of_another_guest_is_damage(void **state)
{
    xm_autofree char *from = xm_printf("%s/domains/" ONE, base), *to = xm_printf("%s/domains/" TWO, base);
    XM_AUTO(xm_reg_entries) *entries = NULL;

    add(*state, ONE, "web1");
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(xm_reg_list(*state, &entries, NULL), 0);
    assert_int_equal(entries->count, 1);
    assert_non_null(strstr(entries->items[0].damage, "another guest"));
}

static void a_lock_says_who_holds_it(void **state)
{
    xm_autofree char *pid = xm_printf("web1 is being changed by another command (pid %d)", (int)getpid());
    xm_error *err = NULL;
    int first, second;

    add(*state, ONE, "web1");
    assert_int_equal(xm_reg_lock(*state, ONE, false, &first, NULL), 0);
    assert_int_equal(xm_reg_lock(*state, ONE, false, &second, &err), -1);
    expect(XM_TAKE(err), XM_BUSY, pid);
    close(first);
    assert_int_equal(xm_reg_lock(*state, ONE, true, &second, NULL), 0);
    close(second);
}

static void removal_takes_everything_along(void **state)
{
    xm_reg *reg = *state, *again = NULL;
    struct xm_reg_state st;
    xm_error *err = NULL;
    int lock;

    add(reg, ONE, "web1");
    put(ONE "/memory", "pages");
    assert_int_equal(xm_reg_lock(reg, ONE, false, &lock, NULL), 0);
    assert_int_equal(xm_reg_remove(reg, ONE, NULL), 0);
    close(lock);
    assert_int_equal(files_in("domains"), 0);
    assert_int_equal(files_in("locks"), 0);
    assert_int_equal(xm_reg_load_state(reg, ONE, &st, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, ONE);
    assert_int_equal(xm_reg_remove(reg, ONE, &err), -1);
    expect(XM_TAKE(err), XM_NOT_FOUND, ONE);
    assert_int_equal(xm_reg_open(base, NULL, &again, NULL), 0);
    xm_reg_close(again);
}

static void an_unused_lock_is_swept(void **state)
{
    xm_reg *reg = *state, *again = NULL;
    int lock;

    assert_int_equal(xm_reg_lock(reg, ONE, false, &lock, NULL), 0);
    assert_int_equal(xm_reg_open(base, NULL, &again, NULL), 0);
    xm_reg_close(again);
    assert_int_equal(files_in("locks"), 1);     /* held: it stays */
    close(lock);
    assert_int_equal(xm_reg_open(base, NULL, &again, NULL), 0);
    xm_reg_close(again);
    assert_int_equal(files_in("locks"), 0);
}

static void unlocking_leaves_a_lock_only_where_it_guards(void **state)
{
    xm_reg *reg = *state;
    int lock, next;

    assert_int_equal(xm_reg_lock(reg, ONE, false, &lock, NULL), 0);
    xm_reg_unlock(reg, ONE, lock);
    assert_int_equal(files_in("locks"), 0);
    add(reg, ONE, "web1");
    assert_int_equal(xm_reg_lock(reg, ONE, false, &lock, NULL), 0);
    xm_reg_unlock(reg, ONE, lock);
    assert_int_equal(files_in("locks"), 1);
    /* the file went with the entry, and somebody else has made it anew */
    assert_int_equal(xm_reg_lock(reg, ONE, false, &lock, NULL), 0);
    assert_int_equal(xm_reg_remove(reg, ONE, NULL), 0);
    assert_int_equal(xm_reg_lock(reg, ONE, false, &next, NULL), 0);
    xm_reg_unlock(reg, ONE, lock);
    assert_int_equal(files_in("locks"), 1);
    xm_reg_unlock(reg, ONE, next);
    assert_int_equal(files_in("locks"), 0);
}

static void an_entry_that_leads_nowhere_is_damaged(void **state)
{
    xm_autofree char *path = xm_printf("%s/domains/" ONE, base), *outside = xm_printf("%s/outside", base);
    XM_AUTO(xm_reg_entries) *entries = NULL;

    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(xm_reg_list(*state, &entries, NULL), 0);
    assert_int_equal(entries->count, 1);
    assert_non_null(strstr(entries->items[0].damage, ONE));
    assert_int_equal(xm_reg_remove(*state, ONE, NULL), 0);
    assert_int_equal(files_in("domains"), 0);
    /* what a link leads to is nobody's to empty */
    assert_int_equal(xm_dir_make(outside, 0700, NULL), 0);
    assert_int_equal(symlink("../outside", path), 0);
    put(ONE "/memory", "pages");
    assert_int_equal(xm_reg_remove(*state, ONE, NULL), 0);
    assert_int_equal(files_in("outside"), 1);
}

static void tidying_keeps_the_guest(void **state)
{
    add(*state, ONE, "web1");
    put(ONE "/memory", "pages");
    put(ONE "/state.json.new.4711", "half");
    put(ONE "/memory.new", "half");
    assert_int_equal(xm_reg_tidy(*state, ONE, NULL), 0);
    assert_int_equal(files_in("domains/" ONE), 3);
}

static void a_thousand_guests_are_listed(void **state)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    struct timespec from, to;
    char uuid[37], name[16];

    /* xm_reg_add() itself would fsync four thousand times */
    for (int i = 0; i < 1000; i++) {
        xm_autofree char *command = NULL, *dir = NULL;

        snprintf(uuid, sizeof(uuid), "11111111-1111-4111-8111-%012d", i);
        snprintf(name, sizeof(name), "web%d", i);
        dir = xm_printf("%s/domains/%s", base, uuid);
        assert_int_equal(mkdir(dir, 0700), 0);
        for (int file = 0; file < 2; file++) {
            xm_autofree char *path = xm_printf("%s/%s", dir, file ? "state.json" : "document.json");
            FILE *f = fopen(path, "w");

            assert_non_null(f);
            if (file)
                fprintf(f, "{\"format\":1,\"phase\":\"halted\",\"managed\":true}");
            else
                fprintf(f, "{\"format\":1,\"dialect\":\"xm\",\"file\":\"g\",\"keys\":[{\"key\":\"name\",\"value\":\"%s\",\"at\":[1,1]},"
                        "{\"key\":\"uuid\",\"value\":\"%s\",\"at\":[2,1]}]}", name, uuid);
            fclose(f);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(xm_reg_list(*state, &entries, NULL), 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    print_message("# 1000 entries listed in %.1f ms\n",
                  (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6);
    assert_int_equal(entries->count, 1000);
    for (size_t i = 0; i < entries->count; i++)
        assert_null(entries->items[i].damage);
    assert_int_equal(xm_reg_find(*state, "web777", uuid, NULL), 0);
    assert_string_equal(uuid, "11111111-1111-4111-8111-000000000777");
}

/* --- interruptions --- */

static int add_one(void *reg)
{
    XM_AUTO(xm_doc) *doc = guest(ONE, "web1");

    return xm_reg_add(reg, doc, &halted, NULL) < 0;
}

static int change_doc(void *reg)
{
    XM_AUTO(xm_doc) *doc = guest(ONE, "renamed");

    return xm_reg_save_doc(reg, ONE, doc, NULL) < 0;
}

static int change_state(void *reg)
{
    struct xm_reg_state st = halted;

    st.phase = XM_PHASE_RUNNING;
    st.domid = 12;
    return xm_reg_save_state(reg, ONE, &st, NULL) < 0;
}

static int remove_one(void *reg)
{
    return xm_reg_remove(reg, ONE, NULL) < 0;
}

/* How many whole entries a fresh look finds; a damaged one fails the test. */
static size_t look(struct xm_reg_entry *ret_first)
{
    XM_AUTO(xm_reg_entries) *entries = NULL;
    xm_reg *reg = NULL;
    size_t count;

    assert_int_equal(xm_reg_open(base, NULL, &reg, NULL), 0);
    assert_int_equal(xm_reg_list(reg, &entries, NULL), 0);
    xm_reg_close(reg);
    for (size_t i = 0; i < entries->count; i++)
        assert_null(entries->items[i].damage);
    if (entries->count > 0 && ret_first != NULL) {
        *ret_first = entries->items[0];
        ret_first->name = strcmp(entries->items[0].name, "renamed") == 0 ? "renamed" : "web1";
    }
    count = entries->count;
    assert_int_equal(files_in("domains"), count);       /* nothing hidden was left either */
    return count;
}

static void an_interrupted_add_is_whole_or_nothing(void **state)
{
    bool ended = false;
    int n;

    for (n = 0; !ended; n++) {
        ended = run_until_step(n, add_one, *state);
        if (look(NULL) == 1)
            assert_int_equal(xm_reg_remove(*state, ONE, NULL), 0);
        else
            assert_false(ended);
    }
    assert_true(n > 8);
}

static void an_interrupted_change_leaves_old_or_new(void **state)
{
    static int (*const changes[])(void *) = { change_doc, change_state };
    struct xm_reg_entry seen;

    add(*state, ONE, "web1");
    for (size_t i = 0; i < XM_COUNT(changes); i++) {
        bool ended = false;

        for (int n = 0; !ended; n++) {
            ended = run_until_step(n, changes[i], *state);
            assert_int_equal(look(&seen), 1);
            assert_true(seen.state.phase == XM_PHASE_HALTED || seen.state.domid == 12);
        }
    }
    assert_string_equal(seen.name, "renamed");
    assert_int_equal(seen.state.domid, 12);
    assert_int_equal(xm_reg_tidy(*state, ONE, NULL), 0);
    assert_int_equal(files_in("domains/" ONE), 2);
}

static void an_interrupted_removal_is_whole_or_nothing(void **state)
{
    bool ended = false;

    for (int n = 0; !ended; n++) {
        if (look(NULL) == 0)
            add(*state, ONE, "web1");
        put(ONE "/memory", "pages");
        ended = run_until_step(n, remove_one, *state);
        (void)look(NULL);
    }
    assert_int_equal(look(NULL), 0);
}

static void a_full_disk_changes_nothing(void **state)
{
    struct xm_reg_entry seen;
    int failed = 0;

    for (int n = 0; n < 8; n++) {
        steps_fail = true;
        steps_left = n;
        failed += add_one(*state);
        steps_left = -1;
        if (look(NULL) == 1)
            assert_int_equal(xm_reg_remove(*state, ONE, NULL), 0);
    }
    assert_true(failed > 4);
    add(*state, ONE, "web1");
    steps_left = 0;
    assert_int_equal(change_doc(*state), 1);
    assert_int_equal(change_state(*state), 1);
    steps_left = -1;
    steps_fail = false;
    assert_int_equal(look(&seen), 1);
    assert_string_equal(seen.name, "web1");
    assert_int_equal(seen.state.phase, XM_PHASE_HALTED);
    assert_int_equal(files_in("domains/" ONE), 2);
}

static void uuids_are_read_in_either_spelling(void **state)
{
    char uuid[37] = "untouched";

    (void)state;
    assert_true(xm_uuid_parse("11111111-AAAA-4111-8111-111111111111", uuid));
    assert_string_equal(uuid, "11111111-aaaa-4111-8111-111111111111");
    assert_true(xm_uuid_parse("22222222222242228222222222222222", uuid));
    assert_string_equal(uuid, TWO);
    assert_false(xm_uuid_parse("11111111-1111-4111-8111-11111111111", uuid));
    assert_false(xm_uuid_parse("11111111-1111-4111-8111-11111111111g", uuid));
    assert_false(xm_uuid_parse("11111111-1111-4111-8111-1111111111111", uuid));
    assert_false(xm_uuid_parse("../../../../../../../../../../../../..", uuid));
    assert_false(xm_uuid_is_plain("222222222222-4222-8222-222222222222-"));
    assert_false(xm_uuid_parse("", uuid));
    assert_string_equal(uuid, TWO);
    xm_uuid_new(uuid);
    assert_true(xm_uuid_is_plain(uuid));
    assert_int_equal(uuid[14], '4');
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_guest_is_found_as_it_was_added),
        TEST(its_files_are_root_s_alone),
        TEST(a_name_is_one_guest_s),
        TEST(a_guest_can_be_renamed_to_a_free_name_only),
        TEST(a_uuid_cannot_lead_elsewhere),
        TEST(one_damaged_entry_leaves_the_others),
        TEST(an_older_state_is_read_and_written_anew),
        TEST(what_a_newer_xm_wrote_is_not_overwritten),
        TEST(wild_numbers_in_a_state_are_not_believed),
        TEST(a_document_of_another_guest_is_damage),
        TEST(a_lock_says_who_holds_it),
        TEST(removal_takes_everything_along),
        TEST(an_unused_lock_is_swept),
        TEST(unlocking_leaves_a_lock_only_where_it_guards),
        TEST(an_entry_that_leads_nowhere_is_damaged),
        TEST(tidying_keeps_the_guest),
        TEST(a_thousand_guests_are_listed),
        TEST(an_interrupted_add_is_whole_or_nothing),
        TEST(an_interrupted_change_leaves_old_or_new),
        TEST(an_interrupted_removal_is_whole_or_nothing),
        TEST(a_full_disk_changes_nothing),
        TEST(uuids_are_read_in_either_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
