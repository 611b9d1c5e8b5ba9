/* policy: what a configuration says about its guest's end, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "super/policy.h"

#define XM XM_DIALECT_XM
#define XL XM_DIALECT_XL
#define DUMP_DESTROY (XM_ACTION_DESTROY | XM_ACTION_DUMP)
#define DUMP_RESTART (XM_ACTION_RESTART | XM_ACTION_DUMP)

static const struct {
    enum xm_dialect dialect;
    int reason;
    const char *key, *value;            /* NULL: nothing is configured */
    unsigned action;
    const char *word;
} cases[] = {
    /* defaults */
    { XM, XM_REASON_POWEROFF, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_CRASH, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_WATCHDOG, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_SOFT_RESET, NULL, NULL, XM_ACTION_SOFT_RESET, "soft-reset" },
    { XL, XM_REASON_POWEROFF, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_REBOOT, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_CRASH, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_WATCHDOG, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_SOFT_RESET, NULL, NULL, XM_ACTION_SOFT_RESET, "soft-reset" },
    /* a guest that sleeps is somebody's who saves it, whatever it is configured */
    { XM, XM_REASON_SUSPEND, NULL, NULL, XM_ACTION_PRESERVE, "preserve" },
    { XL, XM_REASON_SUSPEND, "on_poweroff", "restart", XM_ACTION_PRESERVE, "preserve" },
    /* unknown reasons */
    { XM, 6, "on_poweroff", "restart", XM_ACTION_DESTROY, "destroy" },
    { XL, 255, "on_crash", "restart", XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_NONE, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    /* each key answers for its own reason */
    { XM, XM_REASON_POWEROFF, "on_poweroff", "preserve", XM_ACTION_PRESERVE, "preserve" },
    { XM, XM_REASON_POWEROFF, "on_reboot", "preserve", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_POWEROFF, "on_shutdown", "preserve", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "on_reboot", "destroy", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_CRASH, "on_crash", "destroy", XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_CRASH, "on_crash", "restart", XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_WATCHDOG, "on_watchdog", "restart", XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_WATCHDOG, "on_crash", "restart", XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_SOFT_RESET, "on_soft_reset", "destroy", XM_ACTION_DESTROY, "destroy" },
    /* every word, and its other spellings */
    { XL, XM_REASON_CRASH, "on_crash", "rename-restart", XM_ACTION_RENAME_RESTART, "rename-restart" },
    { XM, XM_REASON_CRASH, "on_crash", "rename_restart", XM_ACTION_RENAME_RESTART, "rename-restart" },
    { XL, XM_REASON_CRASH, "on_crash", "coredump-destroy", DUMP_DESTROY, "coredump-destroy" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_and_destroy", DUMP_DESTROY, "coredump-destroy" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_destroy", DUMP_DESTROY, "coredump-destroy" },
    { XL, XM_REASON_CRASH, "on_crash", "coredump-restart", DUMP_RESTART, "coredump-restart" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_and_restart", DUMP_RESTART, "coredump-restart" },
    { XM, XM_REASON_POWEROFF, "on_poweroff", "DESTROY", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_POWEROFF, "on_poweroff", "Restart", XM_ACTION_RESTART, "restart" },
    /* of xm's guests only those are dumped that did not end by their own will */
    { XM, XM_REASON_POWEROFF, "on_poweroff", "coredump-destroy", XM_ACTION_DESTROY, "coredump-destroy" },
    { XM, XM_REASON_REBOOT, "on_reboot", "coredump-restart", XM_ACTION_RESTART, "coredump-restart" },
    { XM, XM_REASON_WATCHDOG, "on_watchdog", "coredump-restart", DUMP_RESTART, "coredump-restart" },
    { XL, XM_REASON_POWEROFF, "on_poweroff", "coredump-destroy", DUMP_DESTROY, "coredump-destroy" },
    { XL, XM_REASON_REBOOT, "on_reboot", "coredump-restart", DUMP_RESTART, "coredump-restart" },
    /* what xm said before there were on_ keys; those come first */
    { XM, XM_REASON_CRASH, "restart", "onreboot", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "restart", "onreboot", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_POWEROFF, "restart", "onreboot", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_CRASH, "restart", "always", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_REBOOT, "restart", "always", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_POWEROFF, "restart", "always", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_CRASH, "restart", "never", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "restart", "never", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_POWEROFF, "restart", "never", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_WATCHDOG, "restart", "always", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "restart", "sometimes", XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_REBOOT, "restart", "never", XM_ACTION_RESTART, "restart" },
    /* words that are none count as absent */
    { XM, XM_REASON_CRASH, "on_crash", "", XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_CRASH, "on_crash", "explode", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "on_reboot", "destroyed", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_REBOOT, "on_reboot", "preserve-and-much-more-than-fits-anywhere", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump-preserve", XM_ACTION_RESTART, "restart" },
};

static struct xm_verdict decide(const xm_doc *doc, int reason)
{
    struct xm_end end = { .reason = reason, .elapsed = 1000, .min_restart_seconds = 60 };

    return xm_policy(doc, &end);
}

static void each_case_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        XM_AUTO(xm_doc) *doc = xm_doc_new(cases[i].dialect, "");
        struct xm_verdict verdict;

        if (cases[i].key != NULL)
            xm_doc_set_str(doc, cases[i].key, cases[i].value);
        verdict = decide(doc, cases[i].reason);
        if (verdict.action != cases[i].action || strcmp(verdict.word, cases[i].word) != 0 || verdict.too_fast)
            fail_msg("case %zu: %s (%u)", i, verdict.word, verdict.action);
    }
}

static void an_action_comes_before_the_older_key(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM, "");

    (void)state;
    xm_doc_set_str(doc, "restart", "never");
    xm_doc_set_str(doc, "on_reboot", "preserve");
    assert_string_equal(decide(doc, XM_REASON_REBOOT).word, "preserve");
    assert_string_equal(decide(doc, XM_REASON_CRASH).word, "destroy");
}

static void a_value_that_is_no_text_counts_as_absent(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM, "");

    (void)state;
    xm_doc_set_int(doc, "on_reboot", 1);
    assert_string_equal(decide(doc, XM_REASON_REBOOT).word, "restart");
}

/* --- every reason with every action, in both dialects, at any speed, with and without enable_dump --- */

static const struct { int reason; const char *key; } keys[] = {
    { XM_REASON_POWEROFF, "on_poweroff" }, { XM_REASON_REBOOT, "on_reboot" }, { XM_REASON_CRASH, "on_crash" },
    { XM_REASON_WATCHDOG, "on_watchdog" }, { XM_REASON_SOFT_RESET, "on_soft_reset" },
};

static const struct { const char *word; unsigned then; bool dumps, builds; } words[] = {
    { "destroy", XM_ACTION_DESTROY, false, false },
    { "restart", XM_ACTION_RESTART, false, true },
    { "rename-restart", XM_ACTION_RENAME_RESTART, false, true },
    { "preserve", XM_ACTION_PRESERVE, false, false },
    { "coredump-destroy", XM_ACTION_DESTROY, true, false },
    { "coredump-restart", XM_ACTION_RESTART, true, true },
    { "soft-reset", XM_ACTION_SOFT_RESET, false, false },
};

static const struct { double elapsed; unsigned least; bool brakes; } speeds[] = {
    { 0, 60, true }, { 59.9, 60, true }, { 60, 60, false }, { 1e9, 60, false }, { -5, 60, false }, { 0, 0, false },
    { 59, 86400, true },
};

static void check_one(enum xm_dialect dialect, size_t k, size_t w, size_t s, bool enable)
{
    struct xm_end end = { .reason = keys[k].reason, .elapsed = speeds[s].elapsed,
                          .min_restart_seconds = speeds[s].least, .enable_dump = enable };
    bool own_will = end.reason == XM_REASON_POWEROFF || end.reason == XM_REASON_REBOOT;
    bool fast = dialect == XM && speeds[s].brakes && words[w].builds;
    bool dump = (words[w].dumps && (dialect == XL || !own_will)) || (enable && end.reason == XM_REASON_CRASH);
    unsigned expected = (fast ? XM_ACTION_DESTROY : words[w].then) | (dump ? XM_ACTION_DUMP : 0);
    XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, "");
    struct xm_verdict verdict;

    xm_doc_set_str(doc, keys[k].key, words[w].word);
    verdict = xm_policy(doc, &end);
    if (verdict.action != expected || verdict.too_fast != fast || strcmp(verdict.word, words[w].word) != 0)
        fail_msg("%s, %s=%s, %g s of %u, %s: %u where %u was expected", dialect == XM ? "xm" : "xl", keys[k].key,
                 words[w].word, speeds[s].elapsed, speeds[s].least, enable ? "enable_dump" : "-", verdict.action, expected);
}

static void all_combinations_are_decided(void **state)
{
    size_t count = 0;

    (void)state;
    for (int dialect = 0; dialect < 2; dialect++)
        for (size_t k = 0; k < XM_COUNT(keys); k++)
            for (size_t w = 0; w < XM_COUNT(words); w++)
                for (size_t s = 0; s < XM_COUNT(speeds); s++)
                    for (int enable = 0; enable < 2; enable++, count++)
                        check_one(dialect ? XL : XM, k, w, s, enable);
    assert_int_equal(count, 2 * 5 * 7 * 7 * 2);
}

static void a_sleeping_guest_is_left_alone_however_fast(void **state)
{
    struct xm_end end = { .reason = XM_REASON_SUSPEND, .elapsed = 0, .min_restart_seconds = 60, .enable_dump = true };
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM, "");

    (void)state;
    assert_int_equal(xm_policy(doc, &end).action, XM_ACTION_PRESERVE);
}

static void each_action_has_a_word_and_back(void **state)
{
    unsigned action;

    (void)state;
    for (unsigned then = XM_ACTION_DESTROY; then <= XM_ACTION_SOFT_RESET; then++)
        for (unsigned dump = 0; dump <= XM_ACTION_DUMP; dump += XM_ACTION_DUMP) {
            const char *word = xm_policy_action_word(then | dump);

            assert_non_null(word);
            assert_true(xm_policy_find_action(word, &action));
            assert_int_equal(action, then | dump);
        }
    assert_null(xm_policy_action_word(XM_ACTION_DUMP + 7));
    assert_false(xm_policy_find_action("mend", &action));
}

static void reasons_have_names(void **state)
{
    (void)state;
    assert_string_equal(xm_policy_reason(XM_REASON_POWEROFF), "poweroff");
    assert_string_equal(xm_policy_reason(XM_REASON_CRASH), "crash");
    assert_string_equal(xm_policy_reason(77), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_case_has_its_verdict),
        cmocka_unit_test(an_action_comes_before_the_older_key),
        cmocka_unit_test(a_value_that_is_no_text_counts_as_absent),
        cmocka_unit_test(all_combinations_are_decided),
        cmocka_unit_test(a_sleeping_guest_is_left_alone_however_fast),
        cmocka_unit_test(each_action_has_a_word_and_back),
        cmocka_unit_test(reasons_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
