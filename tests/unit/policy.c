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

static const struct {
    enum xm_dialect dialect;
    int reason;
    const char *key, *value;            /* NULL: nothing is configured */
    enum xm_action action;
    const char *word;
} cases[] = {
    /* defaults */
    { XM, XM_REASON_POWEROFF, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_CRASH, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_WATCHDOG, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_SOFT_RESET, NULL, NULL, XM_ACTION_RESTART, "soft-reset" },
    { XL, XM_REASON_POWEROFF, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_REBOOT, NULL, NULL, XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_CRASH, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_WATCHDOG, NULL, NULL, XM_ACTION_DESTROY, "destroy" },
    { XL, XM_REASON_SOFT_RESET, NULL, NULL, XM_ACTION_RESTART, "soft-reset" },
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
    { XL, XM_REASON_CRASH, "on_crash", "rename-restart", XM_ACTION_RESTART, "rename-restart" },
    { XM, XM_REASON_CRASH, "on_crash", "rename_restart", XM_ACTION_RESTART, "rename-restart" },
    { XL, XM_REASON_CRASH, "on_crash", "coredump-destroy", XM_ACTION_DESTROY, "coredump-destroy" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_and_destroy", XM_ACTION_DESTROY, "coredump-destroy" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_destroy", XM_ACTION_DESTROY, "coredump-destroy" },
    { XL, XM_REASON_CRASH, "on_crash", "coredump-restart", XM_ACTION_RESTART, "coredump-restart" },
    { XM, XM_REASON_CRASH, "on_crash", "coredump_and_restart", XM_ACTION_RESTART, "coredump-restart" },
    { XM, XM_REASON_POWEROFF, "on_poweroff", "DESTROY", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_POWEROFF, "on_poweroff", "Restart", XM_ACTION_RESTART, "restart" },
    /* words that are none count as absent */
    { XM, XM_REASON_CRASH, "on_crash", "", XM_ACTION_RESTART, "restart" },
    { XL, XM_REASON_CRASH, "on_crash", "explode", XM_ACTION_DESTROY, "destroy" },
    { XM, XM_REASON_REBOOT, "on_reboot", "destroyed", XM_ACTION_RESTART, "restart" },
    { XM, XM_REASON_REBOOT, "on_reboot", "preserve-and-much-more-than-fits-anywhere", XM_ACTION_RESTART, "restart" },
};

static void each_case_has_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < XM_COUNT(cases); i++) {
        XM_AUTO(xm_doc) *doc = xm_doc_new(cases[i].dialect, "");
        struct xm_verdict verdict;

        if (cases[i].key != NULL)
            xm_doc_set_str(doc, cases[i].key, cases[i].value);
        verdict = xm_policy(doc, cases[i].reason);
        if (verdict.action != cases[i].action || strcmp(verdict.word, cases[i].word) != 0)
            fail_msg("case %zu: %s (%d)", i, verdict.word, (int)verdict.action);
    }
}

static void a_value_that_is_no_text_counts_as_absent(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM, "");

    (void)state;
    xm_doc_set_int(doc, "on_reboot", 1);
    assert_string_equal(xm_policy(doc, XM_REASON_REBOOT).word, "restart");
}

static void shortcomings_are_told(void **state)
{
    XM_AUTO(xm_doc) *doc = xm_doc_new(XM, "");

    (void)state;
    assert_null(xm_policy(doc, XM_REASON_CRASH).lacks);
    xm_doc_set_str(doc, "on_crash", "coredump-restart");
    assert_string_equal(xm_policy(doc, XM_REASON_CRASH).lacks, "no core is written");
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
        cmocka_unit_test(a_value_that_is_no_text_counts_as_absent),
        cmocka_unit_test(shortcomings_are_told),
        cmocka_unit_test(reasons_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
