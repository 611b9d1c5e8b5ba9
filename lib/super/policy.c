#include "super/policy.h"

#include <ctype.h>
#include <string.h>

/* The first seven are what a configuration may say; enable_dump makes the others. */
static const struct { const char *word; unsigned action; } actions[] = {
    { "destroy", XM_ACTION_DESTROY },
    { "restart", XM_ACTION_RESTART },
    { "rename-restart", XM_ACTION_RENAME_RESTART },
    { "preserve", XM_ACTION_PRESERVE },
    { "coredump-destroy", XM_ACTION_DESTROY | XM_ACTION_DUMP },
    { "coredump-restart", XM_ACTION_RESTART | XM_ACTION_DUMP },
    { "soft-reset", XM_ACTION_SOFT_RESET },
    { "coredump-rename-restart", XM_ACTION_RENAME_RESTART | XM_ACTION_DUMP },
    { "coredump-preserve", XM_ACTION_PRESERVE | XM_ACTION_DUMP },
    { "coredump-soft-reset", XM_ACTION_SOFT_RESET | XM_ACTION_DUMP },
};
#define CONFIGURABLE 7

/* xm and xl: the dialects' defaults; the other three: what xm's restart= makes of the first. */
static const struct {
    int reason;
    const char *word, *key, *xm, *xl, *onreboot, *always, *never;
} reasons[] = {
    { XM_REASON_POWEROFF, "poweroff", "on_poweroff", "destroy", "destroy", "destroy", "restart", "destroy" },
    { XM_REASON_REBOOT, "reboot", "on_reboot", "restart", "restart", "restart", "restart", "destroy" },
    { XM_REASON_SUSPEND, "suspend", NULL, "preserve", "preserve", "preserve", "preserve", "preserve" },
    { XM_REASON_CRASH, "crash", "on_crash", "restart", "destroy", "destroy", "restart", "destroy" },
    { XM_REASON_WATCHDOG, "watchdog", "on_watchdog", "destroy", "destroy", "destroy", "destroy", "destroy" },
    { XM_REASON_SOFT_RESET, "soft_reset", "on_soft_reset", "soft-reset", "soft-reset", "soft-reset", "soft-reset", "soft-reset" },
};

/* xm also took coredump_and_destroy, coredump_destroy, rename_restart. */
static void plain_spelling(const char *text, char *ret_word, size_t size)
{
    size_t len = 0;

    for (; *text != '\0' && len + 1 < size; text++) {
        if (strncasecmp(text, "_and", 4) == 0 || strncasecmp(text, "-and", 4) == 0)
            text += 4;
        if (*text == '\0')
            break;
        ret_word[len++] = *text == '_' ? '-' : (char)tolower((unsigned char)*text);
    }
    ret_word[len] = '\0';
}

static struct xm_verdict verdict_of(const char *text, size_t among)
{
    char word[32];

    plain_spelling(text, word, sizeof(word));
    for (size_t i = 0; i < among; i++)
        if (strcmp(actions[i].word, word) == 0)
            return (struct xm_verdict){ .action = actions[i].action, .word = actions[i].word };
    return (struct xm_verdict){ .word = NULL };
}

static const char *by_default(const xm_doc *doc, size_t row)
{
    const char *old = xm_doc_get_str(doc, "restart");

    if (xm_doc_dialect(doc) == XM_DIALECT_XL)
        return reasons[row].xl;
    if (old != NULL && strcasecmp(old, "onreboot") == 0)
        return reasons[row].onreboot;
    if (old != NULL && strcasecmp(old, "always") == 0)
        return reasons[row].always;
    if (old != NULL && strcasecmp(old, "never") == 0)
        return reasons[row].never;
    return reasons[row].xm;
}

static struct xm_verdict configured(const xm_doc *doc, int reason)
{
    for (size_t i = 0; i < XM_COUNT(reasons); i++) {
        struct xm_verdict verdict = { .word = NULL };
        const char *text;

        if (reasons[i].reason != reason)
            continue;
        text = reasons[i].key ? xm_doc_get_str(doc, reasons[i].key) : NULL;
        if (text != NULL)
            verdict = verdict_of(text, CONFIGURABLE);
        return verdict.word != NULL ? verdict : verdict_of(by_default(doc, i), CONFIGURABLE);
    }
    return verdict_of("destroy", CONFIGURABLE);
}

static bool builds_again(unsigned action)
{
    unsigned then = action & ~(unsigned)XM_ACTION_DUMP;

    return then == XM_ACTION_RESTART || then == XM_ACTION_RENAME_RESTART;
}

struct xm_verdict xm_policy(const xm_doc *doc, const struct xm_end *end)
{
    struct xm_verdict verdict = configured(doc, end->reason);
    bool is_xm = xm_doc_dialect(doc) == XM_DIALECT_XM;

    if (is_xm && (end->reason == XM_REASON_POWEROFF || end->reason == XM_REASON_REBOOT))
        verdict.action &= ~(unsigned)XM_ACTION_DUMP;
    if (end->enable_dump && end->reason == XM_REASON_CRASH)
        verdict.action |= XM_ACTION_DUMP;
    if (is_xm && builds_again(verdict.action) && end->elapsed >= 0 && end->elapsed < end->min_restart_seconds) {
        verdict.too_fast = true;
        verdict.action = XM_ACTION_DESTROY | (verdict.action & XM_ACTION_DUMP);
    }
    return verdict;
}

const char *xm_policy_reason(int reason)
{
    for (size_t i = 0; i < XM_COUNT(reasons); i++)
        if (reasons[i].reason == reason)
            return reasons[i].word;
    return "unknown";
}

const char *xm_policy_action_word(unsigned action)
{
    for (size_t i = 0; i < XM_COUNT(actions); i++)
        if (actions[i].action == action)
            return actions[i].word;
    return NULL;
}

bool xm_policy_find_action(const char *word, unsigned *ret_action)
{
    for (size_t i = 0; i < XM_COUNT(actions); i++)
        if (strcmp(actions[i].word, word) == 0) {
            *ret_action = actions[i].action;
            return true;
        }
    return false;
}
