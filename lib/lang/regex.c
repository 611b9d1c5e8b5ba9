/* re: search, match and what they find. Patterns run on the C library's extended regular
 * expressions; what Python writes differently is translated, what they lack is refused. Patterns
 * come from outside: no back references (they can take for ever), and at most one {n,m}, which
 * the C library unfolds. */
#include <regex.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/builtin.h"

enum { PATTERN_MAX = 256, SUBJECT_MAX = 64 * 1024, GROUPS_MAX = 10 };

static int refuse(const struct call *call, const char *what)
{
    return lang_stop(call->lang, call->place, "%s in a regular expression is not supported in configuration files", what);
}

/* Behind a backslash. */
static int translate_escape(const struct call *call, struct xm_buf *out, char c, bool in_class)
{
    if (c >= '1' && c <= '9')
        return refuse(call, "a back reference");
    if (c == 'd')
        xm_buf_puts(out, in_class ? "0-9" : "[0-9]");
    else if (c == 'D' && !in_class)
        xm_buf_puts(out, "[^0-9]");
    else if (c == 's' && in_class)
        xm_buf_puts(out, "[:space:]");
    else if (c == 'w' && in_class)
        xm_buf_puts(out, "[:alnum:]_");
    else if (strchr("wWsSbB", c) != NULL && c != '\0' && !in_class)
        xm_buf_printf(out, "\\%c", c);
    else if (c == 't' || c == 'n')
        xm_buf_putc(out, c == 't' ? '\t' : '\n');
    else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '0' || c == '\0')
        return refuse(call, "this escape");
    else if (in_class && (c == ']' || c == '^' || c == '-'))
        return refuse(call, "an escaped ], ^ or - between [ and ]");
    else
        xm_buf_printf(out, in_class ? "%c" : "\\%c", c);
    return 0;
}

static int translate(const struct call *call, const char *at, struct xm_buf *out)
{
    bool in_class = false;
    unsigned counted = 0;

    for (const char *class = NULL; *at != '\0'; at++) {
        bool first = class != NULL && (at == class + 1 || (at == class + 2 && class[1] == '^'));

        if (*at == '\\') {
            if (translate_escape(call, out, at[1], in_class) < 0)
                return -1;
            at++;
            continue;
        }
        if (in_class) {
            in_class = *at != ']' || first;
        } else if (*at == '[') {
            in_class = true;
            class = at;
        } else if (*at == '(' && at[1] == '?') {
            return refuse(call, "(?...)");
        } else if (strchr("*+?}", *at) != NULL && (at[1] == '?' || at[1] == '*' || at[1] == '+' || at[1] == '{')) {
            return refuse(call, "a second repetition sign");
        } else if (*at == '{') {
            if (++counted > 1)
                return refuse(call, "a second {...}");
        }
        xm_buf_putc(out, *at);
    }
    return 0;
}

/* Python's match() is tied to the start of the text. */
static int compile(const struct call *call, bool anchored, regex_t *regex)
{
    xm_autobuf pattern = XM_BUF_INIT;
    char why[128];
    int rc;

    if (call_want(call, 0, V_STR) < 0 || call_want(call, 1, V_STR) < 0)
        return -1;
    if (call->args[0].str->len > PATTERN_MAX || call->args[1].str->len > SUBJECT_MAX)
        return lang_stop(call->lang, call->place, "a regular expression is longer than %d, or its text than %d bytes",
                         PATTERN_MAX, SUBJECT_MAX);
    if (anchored)
        xm_buf_puts(&pattern, "^(");
    if (translate(call, call->args[0].str->data, &pattern) < 0)
        return -1;
    if (anchored)
        xm_buf_putc(&pattern, ')');
    rc = regcomp(regex, pattern.len > 0 ? pattern.data : "", REG_EXTENDED);
    if (rc == 0)
        return 0;
    regerror(rc, regex, why, sizeof(why));
    return lang_raise(call->lang, call->place, "ValueError", "regular expression '%.80s': %s", call->args[0].str->data, why);
}

/* A match is the list of its groups; its own brackets for anchoring are left out. */
static struct val make_match(const struct call *call, const regmatch_t *groups, size_t count, bool anchored)
{
    struct val match = val_list(&call->lang->arena, V_MATCH, count + 1);

    for (size_t i = anchored ? 1 : 0; i <= count && i < GROUPS_MAX; i++) {
        struct val group = val_none();

        if (groups[i].rm_so >= 0)
            group = val_str(&call->lang->arena, call->args[1].str->data + groups[i].rm_so,
                            (size_t)(groups[i].rm_eo - groups[i].rm_so));
        list_add(&call->lang->arena, match.list, group);
    }
    return match;
}

static int run(const struct call *call, bool anchored, struct val *ret_value)
{
    regmatch_t groups[GROUPS_MAX];
    regex_t regex;

    if (compile(call, anchored, &regex) < 0)
        return -1;
    *ret_value = val_none();
    if (regexec(&regex, call->args[1].str->data, GROUPS_MAX, groups, 0) == 0)
        *ret_value = make_match(call, groups, regex.re_nsub, anchored);
    regfree(&regex);
    return lang_step(call->lang, call->place, 500 + call->args[1].str->len);
}

static int run_search(const struct call *call, struct val *ret_value)
{
    return run(call, false, ret_value);
}

static int run_match(const struct call *call, struct val *ret_value)
{
    return run(call, true, ret_value);
}

const struct builtin re_functions[] = {
    { "match", 2, 2, NULL, run_match },
    { "search", 2, 2, NULL, run_search },
    { NULL, 0, 0, NULL, NULL },
};

static int run_group(const struct call *call, struct val *ret_value)
{
    int64_t index = 0;

    if (call->count > 0) {
        if (call_want(call, 0, V_INT) < 0)
            return -1;
        index = call->args[0].i;
    }
    if (index < 0 || index >= (int64_t)call->self.list->count)
        return lang_raise(call->lang, call->place, "IndexError", "no such group");
    *ret_value = call->self.list->items[index];
    return 0;
}

static int run_groups(const struct call *call, struct val *ret_value)
{
    *ret_value = val_list(&call->lang->arena, V_TUPLE, call->self.list->count);
    for (size_t i = 1; i < call->self.list->count; i++)
        list_add(&call->lang->arena, ret_value->list, call->self.list->items[i]);
    return 0;
}

const struct builtin match_methods[] = {
    { "group", 0, 1, NULL, run_group },
    { "groups", 0, 0, NULL, run_groups },
    { NULL, 0, 0, NULL, NULL },
};
