#include "migrate/allow.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <string.h>

static const char blanks[] = " \t\r\n";

enum {
    STEPS_MAX = 100 * 1000,             /* of one match: the name is the peer's to choose */
    DEPTH_MAX = 10 * 1000,
    KIB_MAX = 4 * 1024,
    NEST_MAX = 100,                     /* brackets in brackets */
};

struct xm_allow {
    pcre2_code **codes;
    size_t count;
};

static int add(xm_allow *allow, const char *text, size_t len, xm_error **err)
{
    uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR why[160];
    pcre2_code *code;
    PCRE2_SIZE at;
    int number;

    pcre2_set_parens_nest_limit(context, NEST_MAX);
    code = pcre2_compile((PCRE2_SPTR)text, len, options, &number, &at, context);
    pcre2_compile_context_free(context);
    if (code == NULL) {
        pcre2_get_error_message(number, why, sizeof(why));
        return xm_fail(err, XM_INVALID, "relocation_hosts_allow: '%.*s': %s", (int)len, text, (const char *)why);
    }
    XM_GROW_COUNTED(allow->codes, allow->count);
    allow->codes[allow->count++] = code;
    return 0;
}

int xm_allow_parse(const char *text, xm_allow **ret_allow, xm_error **err)
{
    XM_AUTO(xm_allow) *allow = xm_new0(xm_allow, 1);

    for (size_t len; text != NULL && *(text += strspn(text, blanks)) != '\0'; text += len) {
        len = strcspn(text, blanks);
        if (add(allow, text, len, err) < 0)
            return -1;
    }
    *ret_allow = XM_TAKE(allow);
    return 0;
}

bool xm_allow_is_open(const xm_allow *allow)
{
    return allow->count == 0;
}

static bool matches(const pcre2_code *code, const char *text)
{
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    int found;

    pcre2_set_match_limit(context, STEPS_MAX);
    pcre2_set_depth_limit(context, DEPTH_MAX);
    pcre2_set_heap_limit(context, KIB_MAX);
    found = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, context);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
    return found >= 0;
}

bool xm_allow_has(const xm_allow *allow, const char *text)
{
    if (allow->count == 0)
        return true;
    for (size_t i = 0; text != NULL && i < allow->count; i++)
        if (matches(allow->codes[i], text))
            return true;
    return false;
}

void xm_allow_free(xm_allow *allow)
{
    if (allow == NULL)
        return;
    for (size_t i = 0; i < allow->count; i++)
        pcre2_code_free(allow->codes[i]);
    free(allow->codes);
    free(allow);
}
