/* Save files of the simulated host, plain and packed: cut off at each place, and with a bit turned over at each: none
 * makes a domain that is not the guest that was saved. And saves that are killed, or find no room, at each step:
 * what was there before is there, or a whole file, and the guest goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/savefile.h"
#include "tests/fuzz/side.h"
#include "tests/unit/interrupt.h"

#define PIECE 65536                     /* of memory in a stream, behind its record's head */
#define RECORD 16
#define CRC 12                          /* in that head: of contents, which are not looked at beforehand */

struct saved {
    char *path, *data;
    size_t len;
    size_t stream;                      /* where the memory stream begins */
    char *mark;                         /* what tells this guest's memory from another's */
};

static char *memory_mark(const struct side *side)
{
    for (int domid = 1; domid < 100000; domid++) {
        xm_autofree char *path = xm_printf("%s/sim/domains/%d.json", side->dir, domid), *text = NULL;
        char *at;

        if (xm_file_read(path, 1 << 20, &text, NULL, NULL) < 0)
            continue;
        at = strstr(text, "\"memory\": \"");
        assert_non_null(at);
        return xm_strndup(at, strcspn(at, "\n"));
    }
    return NULL;
}

/* In a directory of its own, made by the way. */
static char *save_path(const struct side *side)
{
    xm_autofree char *dir = xm_printf("%s/saved", side->dir);

    assert_int_equal(xm_dir_make(dir, 0700, NULL), 0);
    return xm_printf("%s/web.save", dir);
}

static void save(struct side *side, bool compress, struct saved *ret)
{
    const struct xm_saving how = { .compress = compress };
    XM_AUTO(xm_guest_list) *list = NULL;
    xm_error *err = NULL;

    *ret = (struct saved){ .path = save_path(side) };
    if (xm_guest_save(&side->guests, side_web(side, &list), ret->path, XM_AFTER_RUN, &how, &err) < 0)
        fail_msg("save: %s", xm_error_text(err));
    ret->mark = memory_mark(side);
    assert_int_equal(xm_file_read(ret->path, 1 << 20, &ret->data, &ret->len, NULL), 0);
    if (!compress)
        ret->stream = (size_t)((char *)memmem(ret->data, ret->len, "XMSIMVM\n", 8) - ret->data);
}

static void clear(struct saved *saved)
{
    free(saved->path);
    free(saved->data);
    free(saved->mark);
}

/* The guest ends; what is left is its entry, halted. */
static void end_web(struct side *side)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *web = side_web(side, &list);

    if (web->domid != XM_DOMID_NONE)
        assert_int_equal(xm_guest_destroy(&side->guests, web->domid, NULL), 0);
}

/* How often the host was asked for a domain since the counts were dropped. */
static bool was_begun(const struct side *side)
{
    xm_autofree char *path = xm_printf("%s/sim/run/fault-counts", side->dir), *text = NULL;

    if (xm_file_read(path, 65536, &text, NULL, NULL) < 0)
        return false;
    (void)unlink(path);
    return strncmp(text, "restore ", 8) == 0 || strstr(text, "\nrestore ") != NULL;
}

static void count_from_here(const struct side *side)
{
    xm_autofree char *path = xm_printf("%s/sim/faults", side->dir), *counts = xm_printf("%s/sim/run/fault-counts", side->dir);
    static const char never[] = "restore 1000000 once kill\n";

    assert_int_equal(xm_file_replace(path, never, sizeof(never) - 1, 0600, NULL), 0);
    (void)unlink(counts);
}

enum fate { REFUSED, TOO_LATE, SAME, OTHER };

/* TOO_LATE: refused when a domain had been begun; OTHER: it made something else. */
static enum fate try(struct side *side, const struct saved *saved, const char *data, size_t len)
{
    xm_autofree char *path = xm_printf("%s/bent.save", side->dir), *mark = NULL;
    XM_AUTO(xm_domains) *domains = NULL;
    struct xm_reg_state state;
    xm_error *err = NULL;
    uint32_t domid;
    int rc;

    assert_int_equal(xm_file_replace(path, data, len, 0600, NULL), 0);
    rc = xm_guest_restore(&side->guests, path, NULL, NULL, &domid, &err);
    assert_int_equal(rc < 0, err != NULL);
    xm_error_free(err);
    assert_int_equal(xm_host_list(side->guests.host, 0, &domains, NULL), 0);
    assert_int_equal(domains->count, rc < 0 ? 1 : 2);
    assert_int_equal(xm_reg_load_state(side->guests.reg, SIDE_WEB, &state, NULL), 0);
    if (rc < 0) {
        assert_int_equal(state.phase, XM_PHASE_HALTED);
        return was_begun(side) ? TOO_LATE : REFUSED;
    }
    mark = memory_mark(side);
    rc = strcmp(domains->items[1].uuid, SIDE_WEB) == 0 && strcmp(mark, saved->mark) == 0;
    assert_int_equal(xm_host_destroy(side->guests.host, domid, NULL), 0);
    (void)xm_guest_mend(&side->guests, SIDE_WEB, NULL);         /* as its supervisor would */
    side_reset(side);
    return rc ? SAME : OTHER;
}

/* A world in which web was saved, and is halted. */
static void begin(struct side *side, bool compress, struct saved *ret)
{
    side_reset(side);
    save(side, compress, ret);
    end_web(side);
    count_from_here(side);
}

static bool is_in_memory(const struct saved *saved, size_t at)
{
    size_t piece = saved->stream + 16 + RECORD;

    return at >= piece && at < piece + PIECE;
}

/* One bit of each byte, another one each time. */
static char *bent(const struct saved *saved, size_t at)
{
    char *data = xm_alloc0(1, saved->len);

    memcpy(data, saved->data, saved->len);
    data[at] ^= (char)(1 << at % 8);
    return data;
}

static void a_bit_in_a_stream_is_seen_before_there_is_a_domain(void **state)
{
    struct side *side = side_open();
    struct saved saved;
    size_t contents;

    (void)state;
    begin(side, false, &saved);
    contents = saved.stream + 16 + CRC;
    for (size_t at = saved.stream; at < saved.len; at++) {
        xm_autofree char *data = NULL;
        enum fate fate;

        if (is_in_memory(&saved, at) && at % 8192 != 0)
            continue;
        data = bent(&saved, at);
        fate = try(side, &saved, data, saved.len);
        if (fate != REFUSED && !(fate == TOO_LATE && (is_in_memory(&saved, at) || (at >= contents && at < contents + 4))))
            fail_msg("a bit at %zu: %s", at, fate == TOO_LATE ? "a domain was begun" : "it was taken");
    }
    clear(&saved);
}

/* libxl's JSON has no sum, and a flag that need not be known may be set. */
static void a_bit_in_a_head_makes_no_other_guest(void **state)
{
    struct side *side = side_open();
    struct saved saved;
    unsigned refused = 0;

    (void)state;
    begin(side, false, &saved);
    for (size_t at = 0; at < saved.stream; at++) {
        xm_autofree char *data = bent(&saved, at);
        enum fate fate = try(side, &saved, data, saved.len);

        refused += fate == REFUSED;
        if (at < 52 && (at < 40 || at >= 44) && fate != REFUSED)
            fail_msg("a bit at %zu of the head was not refused", at);
        if (fate == SAME || fate == OTHER) {    /* the world is new */
            clear(&saved);
            begin(side, false, &saved);
        }
    }
    assert_true(refused > 100);
    clear(&saved);
}

static void one_cut_off_anywhere_is_seen_before_there_is_a_domain(void **state)
{
    struct side *side = side_open();

    (void)state;
    for (int compress = 0; compress < 2; compress++) {
        struct saved saved;

        begin(side, compress, &saved);
        for (size_t len = 0; len < saved.len; len += !compress && is_in_memory(&saved, len) ? 4099 : compress ? 97 : 1)
            if (try(side, &saved, saved.data, len) != REFUSED)
                fail_msg("cut at %zu of %zu bytes, it was not refused", len, saved.len);
        assert_int_equal(try(side, &saved, saved.data, saved.len), SAME);
        clear(&saved);
    }
}

/* All of it is under one sum. */
static void a_bit_in_a_packed_file_is_seen_before_there_is_a_domain(void **state)
{
    struct side *side = side_open();
    struct saved saved;

    (void)state;
    begin(side, true, &saved);
    for (size_t at = 0; at < saved.len; at += at < 64 || at + 64 > saved.len ? 1 : 61) {
        xm_autofree char *data = bent(&saved, at);
        enum fate fate = try(side, &saved, data, saved.len);

        if (fate == TOO_LATE || fate == OTHER)
            fail_msg("a bit at %zu of a packed file: %s", at, fate == OTHER ? "another guest" : "a domain was begun");
        if (fate == SAME) {                     /* of the window's size, say */
            clear(&saved);
            begin(side, true, &saved);
        }
    }
    clear(&saved);
}

/* --- saves that are cut off --- */

#define PRECIOUS "an older one"

static int save_over(void *arg)
{
    struct side *side = arg;
    xm_autofree char *path = xm_printf("%s/saved/web.save", side->dir);
    XM_AUTO(xm_guest_list) *list = NULL;

    return xm_guest_save(&side->guests, side_web(side, &list), path, XM_AFTER_RUN, NULL, NULL) < 0;
}

static void make_old(struct side *side)
{
    XM_AUTO(xm_guest_list) *list = NULL;
    xm_autofree char *path = NULL;

    side_reset(side);
    path = save_path(side);
    (void)side_web(side, &list);
    assert_int_equal(xm_file_replace(path, PRECIOUS, strlen(PRECIOUS), 0600, NULL), 0);
}

/* True if what is there is the new one. */
static bool is_whole(struct side *side, size_t whole, const char *what)
{
    xm_autofree char *path = save_path(side), *beside = xm_printf("%s.new", path), *text = NULL;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *web;
    struct stat st;
    size_t len;

    (void)xm_guest_mend(&side->guests, SIDE_WEB, NULL);
    web = side_web(side, &list);
    if (web->domid == XM_DOMID_NONE || web->domain.shutdown || web->domain.paused || web->state.phase != XM_PHASE_RUNNING)
        fail_msg("%s: the guest does not go on", what);
    if (stat(beside, &st) == 0 && (size_t)st.st_size != whole)  /* a whole one may be on its way to its place */
        fail_msg("%s: a part of it is left", what);
    assert_int_equal(xm_file_read(path, 1 << 20, &text, &len, NULL), 0);
    if (strcmp(text, PRECIOUS) == 0)
        return false;
    if (len != whole || strncmp(text, "Xen saved domain", 16) != 0)
        fail_msg("%s: the file has %zu bytes of %zu", what, len, whole);
    return true;
}

static void a_save_that_is_cut_off_replaces_nothing(void **state)
{
    struct side *side = side_open();
    struct saved saved;

    (void)state;
    side_reset(side);
    save(side, false, &saved);
    for (int full = 0; full < 2; full++) {
        bool ended = false;

        for (int n = 0; !ended; n++) {
            xm_autofree char *what = xm_printf("%s at step %d", full ? "no room" : "killed", n);
            bool replaced;

            make_old(side);
            ended = run_until(n, full, save_over, side);
            replaced = is_whole(side, saved.len, what);
            assert_true(!ended || (replaced && n > 20));
        }
    }
    clear(&saved);
}

static void a_saved_file_is_on_disk_before_it_has_its_name(void **state)
{
    struct side *side = side_open();

    (void)state;
    for (int compress = 0; compress < 2; compress++) {
        struct saved saved;

        make_old(side);
        durable_part = "/saved";
        unsynced_count = named_early = 0;
        save(side, compress, &saved);
        durable_part = NULL;
        assert_int_equal(unsynced_count, 0);
        assert_int_equal(named_early, 0);
        clear(&saved);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_in_a_stream_is_seen_before_there_is_a_domain),
        cmocka_unit_test(a_bit_in_a_head_makes_no_other_guest),
        cmocka_unit_test(one_cut_off_anywhere_is_seen_before_there_is_a_domain),
        cmocka_unit_test(a_bit_in_a_packed_file_is_seen_before_there_is_a_domain),
        cmocka_unit_test(a_save_that_is_cut_off_replaces_nothing),
        cmocka_unit_test(a_saved_file_is_on_disk_before_it_has_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
