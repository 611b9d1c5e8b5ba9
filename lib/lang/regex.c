/* re: patterns, what they find, and what is put in its place, with Python's rules for matches
 * that are empty. PCRE2 does the matching, within bounds of work and memory: a pattern that
 * tries too many ways ends in an error. */
#include "lang/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "lang/builtin.h"
#include "lang/operator.h"
#include "lang/utf8.h"

enum {
    PATTERN_MAX = 4096,             /* bytes */
    PATTERN_NEST_MAX = 100,         /* brackets in brackets */
    MATCH_STEPS_MAX = 1000 * 1000,  /* of one match, as PCRE2 counts them */
    MATCH_DEPTH_MAX = 100 * 1000,
    MATCH_KIB_MAX = 16 * 1024,
};

struct pattern {
    struct object object;
    const struct str *text;
    unsigned flags;
};

/* Groups lie at at[2 * n] up to at[2 * n + 1] in subject; one that took no part is at SIZE_MAX. */
struct match {
    struct object object;
    const struct pattern *pattern;
    const struct str *subject;
    size_t count, *at;              /* group 0 is all of it */
    struct dict *names;             /* of the groups that have one: their numbers */
};

/* A pattern at work on a text. */
struct search {
    struct lang *lang;
    struct xm_place place;
    const struct pattern *pattern;
    const struct str *subject;
    size_t from, end;               /* of the part that is searched */
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool utf;
    size_t count;                   /* groups, 0 included */
    struct dict *names;
};

static const struct object_type pattern_type, match_type;

static struct val object_val(const struct object *object)
{
    return (struct val){ .type = V_OBJECT, .object = object };
}

static bool is_pattern(struct val v)
{
    return v.type == V_OBJECT && v.object->type == &pattern_type;
}

static struct pattern *make_pattern(const struct call *call, const struct str *text, int64_t flags)
{
    struct pattern *pattern = arena_alloc(&call->lang->arena, sizeof(*pattern));

    *pattern = (struct pattern){ .object.type = &pattern_type, .text = text, .flags = (unsigned)flags };
    return pattern;
}

/* Whether a string is read as characters: only where it has others than ASCII's. */
static bool use_utf(const struct search *s, const struct xm_buf *pattern)
{
    const char *subject = s->subject->data;

    if (s->lang->python2 || (utf8_is_ascii(subject, s->end) && utf8_is_ascii(pattern->data, pattern->len)))
        return false;
    /* PCRE2 is told not to check again: a start inside a character would be its undoing. */
    return utf8_is_valid(pattern->data, pattern->len) && utf8_is_valid(subject, s->from)
           && utf8_is_valid(subject + s->from, s->end - s->from);
}

static uint32_t compile_options(const struct search *s)
{
    unsigned flags = s->pattern->flags;

    return ((flags & RE_IGNORECASE) != 0 ? PCRE2_CASELESS : 0) | ((flags & RE_MULTILINE) != 0 ? PCRE2_MULTILINE : 0)
           | ((flags & RE_DOTALL) != 0 ? PCRE2_DOTALL : 0) | ((flags & RE_VERBOSE) != 0 ? PCRE2_EXTENDED : 0)
           | (s->utf ? PCRE2_UTF | PCRE2_NO_UTF_CHECK : 0) | (s->utf && (flags & RE_ASCII) == 0 ? PCRE2_UCP : 0)
           | PCRE2_NEVER_BACKSLASH_C;
}

static int compile(struct search *s, const struct xm_buf *text)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    PCRE2_UCHAR why[160];
    PCRE2_SIZE at;
    int number;

    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, PATTERN_NEST_MAX);
    s->code = pcre2_compile((PCRE2_SPTR)(text->len > 0 ? text->data : ""), text->len, compile_options(s), &number, &at, context);
    pcre2_compile_context_free(context);
    if (s->code != NULL)
        return 0;
    pcre2_get_error_message(number, why, sizeof(why));
    return lang_raise(s->lang, s->place, "ValueError", "regular expression '%.80s': %s", s->pattern->text->data, (const char *)why);
}

static void read_names(struct search *s)
{
    uint32_t count, size;
    PCRE2_SPTR table;

    s->names = dict_new(&s->lang->arena);
    pcre2_pattern_info(s->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(s->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(s->code, PCRE2_INFO_NAMETABLE, &table);
    for (size_t number = 1; count > 0 && number < s->count; number++) {     /* Python has them in the order of the groups */
        for (uint32_t i = 0; i < count; i++) {
            const char *entry = (const char *)table + (size_t)i * size;

            if ((size_t)((unsigned char)entry[0] << 8 | (unsigned char)entry[1]) == number)
                dict_set(&s->lang->arena, s->names, val_str(&s->lang->arena, entry + 2, strlen(entry + 2)), val_int((int64_t)number));
        }
    }
}

static void search_close(struct search *s)
{
    pcre2_match_context_free(s->context);
    pcre2_match_data_free(s->data);
    pcre2_code_free(s->code);
}

/* To be closed whatever the result. from..end is the part of subject that is searched. */
static int search_open(struct search *s)
{
    xm_autobuf text = XM_BUF_INIT;
    uint32_t groups;

    if (s->pattern->text->len > PATTERN_MAX)
        return lang_stop(s->lang, s->place, "a regular expression is longer than %d bytes", PATTERN_MAX);
    if (lang_step(s->lang, s->place, 20 + s->pattern->text->len + s->end / 64) < 0
        || regex_translate(s->lang, s->place, s->pattern->text, s->pattern->flags, &text) < 0)
        return -1;
    if (text.len == 0)
        xm_buf_puts(&text, "");
    s->utf = use_utf(s, &text);
    if (compile(s, &text) < 0)
        return -1;
    s->data = pcre2_match_data_create_from_pattern(s->code, NULL);
    s->context = pcre2_match_context_create(NULL);
    pcre2_set_match_limit(s->context, MATCH_STEPS_MAX);
    pcre2_set_depth_limit(s->context, MATCH_DEPTH_MAX);
    pcre2_set_heap_limit(s->context, MATCH_KIB_MAX);
    pcre2_pattern_info(s->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    s->count = (size_t)groups + 1;
    read_names(s);
    return 0;
}

/* The next match from `at` on: 1, 0 or -1. */
static int search_next(struct search *s, size_t at, uint32_t options)
{
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->data);
    int rc = pcre2_match(s->code, (PCRE2_SPTR)s->subject->data, s->end, at, options | (s->utf ? PCRE2_NO_UTF_CHECK : 0), s->data,
                         s->context);

    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        return lang_stop(s->lang, s->place, "the regular expression '%.80s' takes too long on this text", s->pattern->text->data);
    if (lang_step(s->lang, s->place, 10 + ((rc > 0 ? found[1] : s->end) - at) / 16) < 0 || lang_check_time(s->lang, s->place) < 0)
        return -1;
    return rc > 0;
}

/* Goes from match to match as Python does: an empty one may stand where another ended, but not
 * twice at one place. */
struct walk {
    size_t at;
    bool was_empty;
};

static int walk_next(struct search *s, struct walk *walk)
{
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->data);
    int rc = search_next(s, walk->at, walk->was_empty ? PCRE2_NOTEMPTY_ATSTART : 0);

    if (rc > 0) {
        /* A look-ahead cannot move the start behind the end: \K is refused. */
        walk->at = found[1];
        walk->was_empty = found[0] == found[1];
    }
    return rc;
}

static struct val group_of(const struct search *s, size_t number, struct val otherwise)
{
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->data);

    if (found[2 * number] == PCRE2_UNSET)
        return otherwise;
    return val_str(&s->lang->arena, s->subject->data + found[2 * number], found[2 * number + 1] - found[2 * number]);
}

static struct val make_match(const struct search *s)
{
    struct match *match = arena_alloc(&s->lang->arena, sizeof(*match));
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s->data);

    *match = (struct match){ .object.type = &match_type, .pattern = s->pattern, .subject = s->subject, .count = s->count, .names = s->names };
    match->at = arena_alloc(&s->lang->arena, 2 * s->count * sizeof(*match->at));
    for (size_t i = 0; i < 2 * s->count; i++)
        match->at[i] = found[i] == PCRE2_UNSET ? SIZE_MAX : found[i];
    return object_val(&match->object);
}

/* Where the arguments behind the pattern begin: a method has it as its self. */
static size_t first_arg(const struct call *call)
{
    return is_pattern(call->self) ? 0 : 1;
}

/* The pattern, given as one or as text; its flags may stand at index. */
static int read_pattern(const struct call *call, size_t index, const struct pattern **ret_pattern)
{
    struct val v = is_pattern(call->self) ? call->self : call->args[0];
    int64_t flags = 0;

    if (!is_pattern(call->self) && call_int(call, index, "flags", 0, &flags) < 0)
        return -1;
    if (is_pattern(v) && flags != 0)
        return lang_raise(call->lang, call->place, "ValueError", "a compiled pattern has its flags already");
    if (is_pattern(v))
        *ret_pattern = (const struct pattern *)v.object;
    else if (call_want(call, 0, V_STR) < 0)
        return -1;
    else
        *ret_pattern = make_pattern(call, v.str, flags);
    return 0;
}

/* pos and endpos of a pattern's methods, clamped as Python does. */
static int read_part(const struct call *call, struct search *s)
{
    int64_t len = (int64_t)s->subject->len, from = 0, end = len;

    if (is_pattern(call->self) && (call_int(call, 1, "pos", 0, &from) < 0 || call_int(call, 2, "endpos", len, &end) < 0))
        return -1;
    end = end < 0 ? 0 : end > len ? len : end;
    s->from = (size_t)(from < 0 ? 0 : from > len ? len : from);
    s->end = (size_t)end;
    return 0;
}

static int begin(const struct call *call, size_t subject, size_t flags, struct search *s)
{
    *s = (struct search){ .lang = call->lang, .place = call->place };
    if (read_pattern(call, flags, &s->pattern) < 0 || call_want(call, subject, V_STR) < 0)
        return -1;
    s->subject = call->args[subject].str;
    s->end = s->subject->len;
    return 0;
}

static int find_one(const struct call *call, uint32_t options, struct val *ret_value)
{
    struct search s;
    int rc;

    if (begin(call, first_arg(call), 2, &s) < 0 || read_part(call, &s) < 0)
        return -1;
    *ret_value = val_none();
    if (s.from > s.end)
        return 0;
    rc = search_open(&s);
    if (rc == 0)
        rc = search_next(&s, s.from, options);
    if (rc > 0)
        *ret_value = make_match(&s);
    search_close(&s);
    return rc < 0 ? -1 : 0;
}

static int run_search(const struct call *call, struct val *ret_value)
{
    return find_one(call, 0, ret_value);
}

static int run_match(const struct call *call, struct val *ret_value)
{
    return find_one(call, PCRE2_ANCHORED, ret_value);
}

static int run_fullmatch(const struct call *call, struct val *ret_value)
{
    return find_one(call, PCRE2_ANCHORED | PCRE2_ENDANCHORED, ret_value);
}

/* What findall() gives for a match: all of it, its group, or a tuple of its groups. */
static struct val found_item(const struct search *s)
{
    struct val empty = val_str(&s->lang->arena, "", 0), tuple;

    if (s->count <= 2)
        return group_of(s, s->count - 1, empty);
    tuple = val_list(&s->lang->arena, V_TUPLE, s->count - 1);
    for (size_t i = 1; i < s->count; i++)
        list_add(&s->lang->arena, tuple.list, group_of(s, i, empty));
    return tuple;
}

static int find_all(const struct call *call, bool matches, struct val *ret_value)
{
    struct val list = val_list(&call->lang->arena, V_LIST, 0);
    struct walk walk = { 0 };
    struct search s;
    int rc;

    if (begin(call, first_arg(call), 2, &s) < 0 || read_part(call, &s) < 0)
        return -1;
    *ret_value = list;
    if (s.from > s.end)
        return 0;
    walk.at = s.from;
    rc = search_open(&s);
    while (rc >= 0 && (rc = walk_next(&s, &walk)) > 0) {
        list_add(&call->lang->arena, list.list, matches ? make_match(&s) : found_item(&s));
        rc = lang_check_count(call->lang, call->place, list.list->count);
    }
    search_close(&s);
    return rc;
}

static int run_findall(const struct call *call, struct val *ret_value)
{
    return find_all(call, false, ret_value);
}

static int run_finditer(const struct call *call, struct val *ret_value)
{
    return find_all(call, true, ret_value);
}

/* The text between two matches, then the groups of the later one. */
static int add_split(const struct search *s, struct val list, size_t from, size_t to, bool groups)
{
    list_add(&s->lang->arena, list.list, val_str(&s->lang->arena, s->subject->data + from, to - from));
    for (size_t i = 1; groups && i < s->count; i++)
        list_add(&s->lang->arena, list.list, group_of(s, i, val_none()));
    return lang_check_count(s->lang, s->place, list.list->count);
}

static int run_split(const struct call *call, struct val *ret_value)
{
    size_t first = first_arg(call), last = 0;
    struct val list = val_list(&call->lang->arena, V_LIST, 0);
    struct walk walk = { 0 };
    struct search s;
    int64_t max;
    int rc;

    if (begin(call, first, 3, &s) < 0 || call_int(call, first + 1, "maxsplit", 0, &max) < 0)
        return -1;
    rc = search_open(&s);
    for (int64_t done = 0; rc >= 0 && max >= 0 && (max == 0 || done < max) && (rc = walk_next(&s, &walk)) > 0;) {
        const PCRE2_SIZE *found = pcre2_get_ovector_pointer(s.data);

        if (call->lang->python2 && found[0] == found[1])        /* it splits at no empty match */
            continue;
        rc = add_split(&s, list, last, found[0], true);
        last = found[1];
        done++;
    }
    if (rc >= 0)
        rc = add_split(&s, list, last, s.subject->len, false);
    search_close(&s);
    *ret_value = list;
    return rc;
}

static int add_group(const struct call *call, const struct match *match, size_t number, struct xm_buf *out)
{
    size_t len;

    if (number >= match->count)
        return lang_raise(call->lang, call->place, "IndexError", "no such group: %zu", number);
    if (match->at[2 * number] == SIZE_MAX)
        return 0;
    len = match->at[2 * number + 1] - match->at[2 * number];
    if (lang_check_len(call->lang, call->place, out->len + len) < 0)
        return -1;
    xm_buf_add(out, match->subject->data + match->at[2 * number], len);
    return 0;
}

/* At the name of \g<name>. */
static int add_named(const struct call *call, const struct match *match, const char **at, struct xm_buf *out)
{
    size_t len = strcspn(*at, ">"), number = 0;
    const char *name = *at;
    const struct val *found;

    if (len == 0 || name[len] == '\0')
        return lang_raise(call->lang, call->place, "ValueError", "\\g in a replacement stands before <NAME>");
    *at += len + 1;
    if (strspn(name, "0123456789") >= len) {
        for (size_t i = 0; i < len && number < 100000; i++)
            number = number * 10 + (size_t)(name[i] - '0');
        return add_group(call, match, number, out);
    }
    found = dict_get_name(match->names, str_new(&call->lang->arena, name, len));
    if (found == NULL)
        return lang_raise(call->lang, call->place, "IndexError", "unknown group name '%.*s'", (int)(len > 60 ? 60 : len), name);
    return add_group(call, match, (size_t)found->i, out);
}

/* Behind a backslash of a replacement. */
static int add_escape(const struct call *call, const struct match *match, const char **at, struct xm_buf *out)
{
    static const char from[] = "abfnrtv\\", to[] = "\a\b\f\n\r\t\v\\";
    char c = **at;
    size_t number;

    if (c == 'g' && (*at)[1] == '<') {
        *at += 2;
        return add_named(call, match, at, out);
    }
    if (c >= '1' && c <= '9') {
        number = (size_t)(c - '0');
        if (isdigit((unsigned char)(*at)[1]))
            number = number * 10 + (size_t)(*++*at - '0');
        ++*at;
        return add_group(call, match, number, out);
    }
    if (c != '\0' && strchr(from, c) != NULL)
        xm_buf_putc(out, to[strchr(from, c) - from]);
    else if (isalnum((unsigned char)c) || c == '\0')
        return lang_raise(call->lang, call->place, "ValueError", "bad escape \\%c in a replacement", c == '\0' ? ' ' : c);
    else
        xm_buf_printf(out, "\\%c", c);
    ++*at;
    return 0;
}

static int add_template(const struct call *call, const struct match *match, const struct str *template, struct xm_buf *out)
{
    const char *at = template->data;

    while (*at != '\0') {
        size_t plain = strcspn(at, "\\");

        if (lang_check_len(call->lang, call->place, out->len + plain) < 0)
            return -1;
        xm_buf_add(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        at++;
        if (add_escape(call, match, &at, out) < 0)
            return -1;
    }
    return 0;
}

static int add_replacement(const struct call *call, const struct search *s, struct val replacement, struct xm_buf *out)
{
    struct val match = make_match(s), text;

    if (replacement.type == V_STR)
        return add_template(call, (const struct match *)match.object, replacement.str, out);
    if (call_value(call, replacement, &match, 1, &text) < 0)
        return -1;
    if (text.type != V_STR)
        return lang_raise(call->lang, call->place, "TypeError", "what replaces a match is a text, not %s", val_type_name(text));
    if (lang_check_len(call->lang, call->place, out->len + text.str->len) < 0)
        return -1;
    xm_buf_add(out, text.str->data, text.str->len);
    return 0;
}

static int substitute_all(const struct call *call, struct search *s, struct val replacement, int64_t max, struct xm_buf *out, int64_t *ret_count)
{
    struct walk walk = { 0 };
    size_t last = 0;
    int rc = search_open(s);

    *ret_count = 0;
    while (rc >= 0 && max >= 0 && (max == 0 || *ret_count < max) && (rc = walk_next(s, &walk)) > 0) {
        const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->data);
        size_t start = at[0], end = at[1];

        if (call->lang->python2 && start == end && start == last && *ret_count > 0)     /* not where another one ended */
            continue;
        rc = lang_check_len(call->lang, call->place, out->len + (start - last));
        if (rc < 0)
            break;
        xm_buf_add(out, s->subject->data + last, start - last);
        rc = add_replacement(call, s, replacement, out);
        last = end;
        ++*ret_count;
    }
    xm_buf_add(out, s->subject->data + last, s->subject->len - last);
    return rc;
}

static int substitute(const struct call *call, bool counted, struct val *ret_value)
{
    size_t first = first_arg(call);
    xm_autobuf out = XM_BUF_INIT;
    int64_t max, count;
    struct search s;
    struct val text;
    int rc;

    if (begin(call, first + 1, 4, &s) < 0 || call_int(call, first + 2, "count", 0, &max) < 0)
        return -1;
    rc = substitute_all(call, &s, call->args[first], max, &out, &count);
    search_close(&s);
    if (rc < 0 || give_text(call, out.data, out.len, &text) < 0)
        return -1;
    *ret_value = text;
    if (counted) {
        *ret_value = val_list(&call->lang->arena, V_TUPLE, 2);
        list_add(&call->lang->arena, ret_value->list, text);
        list_add(&call->lang->arena, ret_value->list, val_int(count));
    }
    return 0;
}

static int run_sub(const struct call *call, struct val *ret_value)
{
    return substitute(call, false, ret_value);
}

static int run_subn(const struct call *call, struct val *ret_value)
{
    return substitute(call, true, ret_value);
}

/* Compiled once here, so that what is wrong with it is said where it stands. */
static int run_compile(const struct call *call, struct val *ret_value)
{
    struct search s = { .lang = call->lang, .place = call->place, .subject = str_new(&call->lang->arena, "", 0) };
    int rc;

    if (read_pattern(call, 1, &s.pattern) < 0)
        return -1;
    rc = search_open(&s);
    search_close(&s);
    *ret_value = object_val(&s.pattern->object);
    return rc;
}

static int run_escape(const struct call *call, struct val *ret_value)
{
    const char *special = call->lang->python2 ? NULL : "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
    xm_autobuf out = XM_BUF_INIT;

    if (call_want(call, 0, V_STR) < 0)
        return -1;
    for (const char *at = call->args[0].str->data; *at != '\0'; at++) {
        if (special != NULL ? strchr(special, *at) != NULL : !isalnum((unsigned char)*at))
            xm_buf_putc(&out, '\\');
        xm_buf_putc(&out, *at);
    }
    return give_text(call, out.data, out.len, ret_value);
}

const struct builtin re_functions[] = {
    { "compile", 1, 2, "flags", run_compile },
    { "escape", 1, 1, NULL, run_escape },
    { "findall", 2, 3, "flags", run_findall },
    { "finditer", 2, 3, "flags", run_finditer },
    { "fullmatch", 2, 3, "flags", run_fullmatch },
    { "match", 2, 3, "flags", run_match },
    { "search", 2, 3, "flags", run_search },
    { "split", 2, 4, "maxsplit flags", run_split },
    { "sub", 3, 5, "count flags", run_sub },
    { "subn", 3, 5, "count flags", run_subn },
    { NULL, 0, 0, NULL, NULL },
};

static const struct builtin pattern_methods[] = {
    { "findall", 1, 3, "pos endpos", run_findall },
    { "finditer", 1, 3, "pos endpos", run_finditer },
    { "fullmatch", 1, 3, "pos endpos", run_fullmatch },
    { "match", 1, 3, "pos endpos", run_match },
    { "search", 1, 3, "pos endpos", run_search },
    { "split", 1, 2, "maxsplit", run_split },
    { "sub", 2, 3, "count", run_sub },
    { "subn", 2, 3, "count", run_subn },
    { NULL, 0, 0, NULL, NULL },
};

int re_member(struct lang *lang, struct xm_place place, const char *name, struct val *ret_value)
{
    static const struct { const char *name, *letter; int64_t value; } flags[] = {
        { "IGNORECASE", "I", RE_IGNORECASE }, { "LOCALE", "L", RE_LOCALE }, { "MULTILINE", "M", RE_MULTILINE },
        { "DOTALL", "S", RE_DOTALL }, { "UNICODE", "U", RE_UNICODE }, { "VERBOSE", "X", RE_VERBOSE }, { "ASCII", "A", RE_ASCII },
    };

    (void)lang, (void)place;
    for (size_t i = 0; i < XM_COUNT(flags); i++) {
        if (strcmp(flags[i].name, name) == 0 || strcmp(flags[i].letter, name) == 0) {
            *ret_value = val_int(flags[i].value);
            return 0;
        }
    }
    if (strcmp(name, "error") != 0)
        return 1;
    *ret_value = (struct val){ .type = V_ERROR_TYPE, .error_type = lang_error_type("ValueError") };
    return 0;
}

/* match */

static const struct match *self_match(const struct call *call)
{
    return (const struct match *)call->self.object;
}

static int find_group(struct lang *lang, struct xm_place place, const struct match *match, struct val index, size_t *ret_number)
{
    const struct val *named = index.type == V_STR ? dict_get_name(match->names, index.str) : NULL;

    if (named != NULL)
        index = *named;
    if ((index.type != V_INT && index.type != V_BOOL) || index.i < 0 || index.i >= (int64_t)match->count)
        return lang_raise(lang, place, "IndexError", "no such group");
    *ret_number = (size_t)index.i;
    return 0;
}

static struct val group_text(struct lang *lang, const struct match *match, size_t number, struct val otherwise)
{
    size_t start = match->at[2 * number];

    return start == SIZE_MAX ? otherwise : val_str(&lang->arena, match->subject->data + start, match->at[2 * number + 1] - start);
}

static int match_index(struct lang *lang, struct xm_place place, struct val object, struct val index, struct val *ret_value)
{
    const struct match *match = (const struct match *)object.object;
    size_t number;

    if (find_group(lang, place, match, index, &number) < 0)
        return -1;
    *ret_value = group_text(lang, match, number, val_none());
    return lang_step(lang, place, match->subject->len / 64);
}

static int run_group(const struct call *call, struct val *ret_value)
{
    struct val tuple = val_list(&call->lang->arena, V_TUPLE, call->count), item;

    if (call->count <= 1)
        return match_index(call->lang, call->place, call->self, call->count == 1 ? call->args[0] : val_int(0), ret_value);
    for (size_t i = 0; i < call->count; i++) {
        if (match_index(call->lang, call->place, call->self, call->args[i], &item) < 0)
            return -1;
        list_add(&call->lang->arena, tuple.list, item);
    }
    *ret_value = tuple;
    return 0;
}

static int run_groups(const struct call *call, struct val *ret_value)
{
    const struct match *match = self_match(call);
    const struct val *given = call_arg(call, 0, "default");

    *ret_value = val_list(&call->lang->arena, V_TUPLE, match->count);
    for (size_t i = 1; i < match->count; i++)
        list_add(&call->lang->arena, ret_value->list, group_text(call->lang, match, i, given != NULL ? *given : val_none()));
    return lang_step(call->lang, call->place, match->count);
}

static int run_groupdict(const struct call *call, struct val *ret_value)
{
    const struct match *match = self_match(call);
    const struct val *given = call_arg(call, 0, "default");
    struct dict *dict = dict_new(&call->lang->arena);

    for (size_t i = 0; i < match->names->used; i++) {
        const struct dict_entry *name = &match->names->entries[i];

        if (op_dict_set(call->lang, call->place, dict, name->key,
                        group_text(call->lang, match, (size_t)name->value.i, given != NULL ? *given : val_none())) < 0)
            return -1;
    }
    *ret_value = (struct val){ .type = V_DICT, .dict = dict };
    return 0;
}

/* Where a group begins (0) or ends (1). */
static int group_at(const struct call *call, size_t side, struct val *ret_value)
{
    size_t number;

    if (find_group(call->lang, call->place, self_match(call), call->count > 0 ? call->args[0] : val_int(0), &number) < 0)
        return -1;
    *ret_value = val_int(self_match(call)->at[2 * number] == SIZE_MAX ? -1 : (int64_t)self_match(call)->at[2 * number + side]);
    return 0;
}

static int run_start(const struct call *call, struct val *ret_value)
{
    return group_at(call, 0, ret_value);
}

static int run_end(const struct call *call, struct val *ret_value)
{
    return group_at(call, 1, ret_value);
}

static int run_span(const struct call *call, struct val *ret_value)
{
    struct val start, end;

    if (group_at(call, 0, &start) < 0 || group_at(call, 1, &end) < 0)
        return -1;
    *ret_value = val_list(&call->lang->arena, V_TUPLE, 2);
    list_add(&call->lang->arena, ret_value->list, start);
    list_add(&call->lang->arena, ret_value->list, end);
    return 0;
}

static int run_expand(const struct call *call, struct val *ret_value)
{
    xm_autobuf out = XM_BUF_INIT;

    if (call_want(call, 0, V_STR) < 0 || add_template(call, self_match(call), call->args[0].str, &out) < 0)
        return -1;
    return give_text(call, out.data, out.len, ret_value);
}

static const struct builtin match_methods[] = {
    { "end", 0, 1, NULL, run_end },
    { "expand", 1, 1, NULL, run_expand },
    { "group", 0, 100, NULL, run_group },
    { "groupdict", 0, 1, "default", run_groupdict },
    { "groups", 0, 1, "default", run_groups },
    { "span", 0, 1, NULL, run_span },
    { "start", 0, 1, NULL, run_start },
    { NULL, 0, 0, NULL, NULL },
};

static int match_attribute(struct lang *lang, struct xm_place place, struct val object, const char *name, struct val *ret_value)
{
    const struct match *match = (const struct match *)object.object;

    (void)lang, (void)place;
    if (strcmp(name, "string") == 0)
        *ret_value = val_of_str(match->subject);
    else if (strcmp(name, "re") == 0)
        *ret_value = object_val(&match->pattern->object);
    else
        return 1;
    return 0;
}

static int pattern_attribute(struct lang *lang, struct xm_place place, struct val object, const char *name, struct val *ret_value)
{
    const struct pattern *pattern = (const struct pattern *)object.object;

    (void)lang, (void)place;
    if (strcmp(name, "pattern") == 0)
        *ret_value = val_of_str(pattern->text);
    else if (strcmp(name, "flags") == 0)
        *ret_value = val_int(pattern->flags);
    else
        return 1;
    return 0;
}

static const struct object_type pattern_type = { .name = "pattern", .methods = pattern_methods, .attribute = pattern_attribute };
static const struct object_type match_type = {
    .name = "match", .methods = match_methods, .attribute = match_attribute, .index = match_index,
};
