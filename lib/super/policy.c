#include "super/policy.h"

#include <ctype.h>
#include <string.h>

static const struct xm_verdict actions[] = {
    { XM_ACTION_DESTROY, "destroy", NULL },
    { XM_ACTION_RESTART, "restart", NULL },
    { XM_ACTION_PRESERVE, "preserve", NULL },
    { XM_ACTION_RESTART, "rename-restart", "the old domain is not kept" },
    { XM_ACTION_DESTROY, "coredump-destroy", "no core is written" },
    { XM_ACTION_RESTART, "coredump-restart", "no core is written" },
    { XM_ACTION_RESTART, "soft-reset", "the domain is made anew" },
};

static const struct {
    int reason;
    const char *word, *key, *xm, *xl;       /* xm and xl: the dialects' defaults */
} reasons[] = {
    { XM_REASON_POWEROFF, "poweroff", "on_poweroff", "destroy", "destroy" },
    { XM_REASON_REBOOT, "reboot", "on_reboot", "restart", "restart" },
    { XM_REASON_SUSPEND, "suspend", NULL, "preserve", "preserve" },
    { XM_REASON_CRASH, "crash", "on_crash", "restart", "destroy" },
    { XM_REASON_WATCHDOG, "watchdog", "on_watchdog", "destroy", "destroy" },
    { XM_REASON_SOFT_RESET, "soft_reset", "on_soft_reset", "soft-reset", "soft-reset" },
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

static const struct xm_verdict *find_action(const char *text)
{
    char word[32];

    plain_spelling(text, word, sizeof(word));
    for (size_t i = 0; i < XM_COUNT(actions); i++)
        if (strcmp(actions[i].word, word) == 0)
            return &actions[i];
    return NULL;
}

struct xm_verdict xm_policy(const xm_doc *doc, int reason)
{
    for (size_t i = 0; i < XM_COUNT(reasons); i++) {
        const struct xm_verdict *verdict = NULL;
        const char *text;

        if (reasons[i].reason != reason)
            continue;
        text = reasons[i].key ? xm_doc_get_str(doc, reasons[i].key) : NULL;
        if (text != NULL)
            verdict = find_action(text);
        if (verdict == NULL)
            verdict = find_action(xm_doc_dialect(doc) == XM_DIALECT_XL ? reasons[i].xl : reasons[i].xm);
        return *verdict;
    }
    return actions[0];
}

const char *xm_policy_reason(int reason)
{
    for (size_t i = 0; i < XM_COUNT(reasons); i++)
        if (reasons[i].reason == reason)
            return reasons[i].word;
    return "unknown";
}
