/* Reading values of a document, and collecting what is wrong with them. */
#include "bind/binder.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

void xm_binder_at(struct xm_binder *b, size_t offset)
{
    b->offset = offset;
}

static struct xm_place place_of(const struct xm_binder *b)
{
    if (b->key_place.line)
        return b->key_place;
    return b->node ? xm_doc_place_within(b->doc, b->node, b->offset) : (struct xm_place){ 0, 0 };
}

static bool is_known(const struct xm_findings *found, const char *text)
{
    for (unsigned i = 0; i < found->count; i++)
        if (!strcmp(found->items[i].text, text))
            return true;
    return false;
}

static void add(struct xm_binder *b, struct xm_findings *found, const char *fmt, va_list ap)
{
    xm_autofree char *message = NULL, *text = NULL;
    struct xm_place place;

    if (found->count == XM_BIND_MAX_ERRORS) {
        found->more++;
        return;
    }
    message = xm_vprintf(fmt, ap);
    place = place_of(b);
    text = xm_doc_complain(b->doc, b->key, place, b->index, message);
    if (is_known(found, text))
        return;
    XM_GROW(found->items, found->count, found->cap);
    found->items[found->count] = (struct xm_finding){ place, found->count, XM_TAKE(text) };
    found->count++;
}

bool xm_binder_error(struct xm_binder *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add(b, &b->mistakes, fmt, ap);
    va_end(ap);
    return false;
}

static bool is_wanted(const struct xm_binder *b)
{
    return b->report && b->report->warning;
}

void xm_binder_warn(struct xm_binder *b, const char *fmt, ...)
{
    va_list ap;

    if (!is_wanted(b))
        return;
    va_start(ap, fmt);
    add(b, &b->warnings, fmt, ap);
    va_end(ap);
}

bool xm_binder_is_strict(const struct xm_binder *b)
{
    return b->report && b->report->strict;
}

void xm_binder_remark(struct xm_binder *b, const char *fmt, ...)
{
    va_list ap;

    if (!xm_binder_is_strict(b) && !is_wanted(b))
        return;
    va_start(ap, fmt);
    add(b, xm_binder_is_strict(b) ? &b->mistakes : &b->warnings, fmt, ap);
    va_end(ap);
}

static int by_place(const void *a, const void *b)
{
    const struct xm_finding *left = a, *right = b;

    if (left->place.line != right->place.line)
        return left->place.line < right->place.line ? -1 : 1;
    if (left->place.col != right->place.col)
        return left->place.col < right->place.col ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

static void sort(struct xm_findings *found)
{
    if (found->count)
        qsort(found->items, found->count, sizeof(found->items[0]), by_place);
}

char *xm_binder_mistakes(struct xm_binder *b)
{
    const struct xm_findings *found = &b->mistakes;
    xm_autobuf text = XM_BUF_INIT;

    if (!found->count)
        return NULL;
    sort(&b->mistakes);
    for (unsigned i = 0; i < found->count; i++)
        xm_buf_printf(&text, "%s%s", i ? "\n" : "", found->items[i].text);
    if (found->more)
        xm_buf_printf(&text, "\n%s: %u more mistakes", xm_doc_file(b->doc), found->more);
    return xm_buf_take(&text);
}

void xm_binder_tell_warnings(struct xm_binder *b)
{
    const struct xm_findings *found = &b->warnings;

    sort(&b->warnings);
    for (unsigned i = 0; i < found->count; i++)
        b->report->warning(b->report->arg, found->items[i].text);
    if (found->more) {
        xm_autofree char *text = xm_printf("%s: %u more warnings", xm_doc_file(b->doc), found->more);

        b->report->warning(b->report->arg, text);
    }
}

static void findings_clear(struct xm_findings *found)
{
    for (unsigned i = 0; i < found->count; i++)
        free(found->items[i].text);
    free(found->items);
}

void xm_binder_clear(struct xm_binder *b)
{
    findings_clear(&b->mistakes);
    findings_clear(&b->warnings);
    if (b->xlu) {
        xlu_cfg_destroy(b->xlu);
        fclose(b->xlu_stream);
        free(b->xlu_text);
    }
}

XLU_Config *xm_binder_xlu(struct xm_binder *b)
{
    if (!b->xlu) {
        b->xlu_stream = open_memstream(&b->xlu_text, &b->xlu_len);
        b->xlu = b->xlu_stream ? xlu_cfg_init(b->xlu_stream, "") : NULL;
        if (!b->xlu)
            abort();            /* out of memory, as in the allocators */
    }
    rewind(b->xlu_stream);
    return b->xlu;
}

const char *xm_binder_xlu_complaint(struct xm_binder *b)
{
    char *text, *mark;

    fflush(b->xlu_stream);
    /* After rewind() the size is what was written since, and the NUL stands there. */
    text = b->xlu_text;
    text[b->xlu_len] = '\0';
    text[strcspn(text, "\n")] = '\0';
    mark = strstr(text, "config parsing error in ");
    if (mark && (mark = strstr(mark + strlen("config parsing error in "), ": ")))
        return mark + 2;
    return *text ? text : "it is not understood";
}

static bool is_empty(const struct xm_binder *b, const xm_node *node)
{
    if (!node || node->type == XM_NODE_NONE)
        return true;
    if (b->dialect != XM_DIALECT_XM)
        return false;
    return (node->type == XM_NODE_STR && !*node->str) ||
           ((node->type == XM_NODE_LIST || node->type == XM_NODE_DICT) && !node->count);
}

const xm_node *xm_binder_enter(struct xm_binder *b, const char *key)
{
    const xm_node *node = xm_doc_get(b->doc, key);

    b->key = key;
    b->node = node;
    b->index = -1;
    b->offset = 0;
    b->key_place = (struct xm_place){ 0, 0 };
    return is_empty(b, node) ? NULL : node;
}

void xm_binder_enter_key(struct xm_binder *b, size_t index)
{
    b->key = xm_doc_key(b->doc, index);
    b->node = xm_doc_value(b->doc, index);
    b->index = -1;
    b->offset = 0;
    b->key_place = xm_doc_key_place(b->doc, index);
}

char *xm_binder_text(struct xm_binder *b, const xm_node *node)
{
    switch (node->type) {
    case XM_NODE_STR:
        return xm_strdup(node->str);
    case XM_NODE_INT:
        return node->str ? xm_strdup(node->str) : xm_printf("%lld", (long long)node->i);
    case XM_NODE_BOOL:
        return xm_strdup(node->i ? "1" : "0");
    case XM_NODE_FLOAT:
        return node->str ? xm_strdup(node->str) : xm_printf("%.12g", node->f);
    case XM_NODE_NONE:
        (void)xm_binder_error(b, "must be a string, not None");
        return NULL;
    case XM_NODE_LIST:
        (void)xm_binder_error(b, "must be a single value, not a list");
        return NULL;
    case XM_NODE_DICT:
        break;
    }
    (void)xm_binder_error(b, "must be a single value, not a dict");
    return NULL;
}

static bool in_range(struct xm_binder *b, long value, const char *what, long min, long max)
{
    if (value >= min && value <= max)
        return true;
    if (max == LONG_MAX || value < min)
        return xm_binder_error(b, "%s%s%ld is too small (at least %ld)", what ? what : "", what ? " " : "", value, min);
    return xm_binder_error(b, "%s%s%ld is too large (at most %ld)", what ? what : "", what ? " " : "", value, max);
}

bool xm_binder_parse_long(struct xm_binder *b, const char *text, const char *what, long min, long max, long *ret)
{
    /* xm's numbers went through Python's int(), to which 010 is ten; xl's through strtol(). */
    int base = b->dialect == XM_DIALECT_XL || strncasecmp(text, "0x", 2) == 0 ? 0 : 10;
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, base);
    if (b->dialect == XM_DIALECT_XM)
        end += strspn(end, " \t\n");
    if (end == text || *end)
        return xm_binder_error(b, "%s%s'%s' is not a number", what ? what : "", what ? " " : "", text);
    if (errno)
        return xm_binder_error(b, "%s%s'%s' is too large a number", what ? what : "", what ? " " : "", text);
    if (!in_range(b, value, what, min, max))
        return false;
    *ret = value;
    return true;
}

bool xm_binder_long(struct xm_binder *b, const xm_node *node, long min, long max, long *ret)
{
    xm_autofree char *text = NULL;

    if (node->type == XM_NODE_INT || node->type == XM_NODE_BOOL) {
        if (!in_range(b, node->i, NULL, min, max))
            return false;
        *ret = node->i;
        return true;
    }
    if (node->type == XM_NODE_FLOAT) {
        if (!(node->f >= -1e15 && node->f <= 1e15) || node->f != (double)(long)node->f)
            return xm_binder_error(b, "%g is not a whole number (a // b divides to one)", node->f);
        if (!in_range(b, (long)node->f, NULL, min, max))
            return false;
        *ret = (long)node->f;
        return true;
    }
    text = xm_binder_text(b, node);
    return text && xm_binder_parse_long(b, text, NULL, min, max, ret);
}

bool xm_binder_get_long(struct xm_binder *b, const char *key, long min, long max, long *ret)
{
    const xm_node *node = xm_binder_enter(b, key);

    return node && xm_binder_long(b, node, min, max, ret);
}

bool xm_binder_get_bool(struct xm_binder *b, const char *key, libxl_defbool *ret)
{
    long value;

    if (!xm_binder_get_long(b, key, LONG_MIN, LONG_MAX, &value))
        return false;
    libxl_defbool_set(ret, value != 0);
    return true;
}

char *xm_binder_get_text(struct xm_binder *b, const char *key)
{
    const xm_node *node = xm_binder_enter(b, key);

    return node ? xm_binder_text(b, node) : NULL;
}

void xm_binder_enter_item(struct xm_binder *b, const xm_node *list, size_t index)
{
    b->node = list->items[index];
    b->index = (int)index;
    xm_binder_at(b, 0);
}

void xm_binder_each(struct xm_binder *b, const char *key, bool one_string,
                    void (*item)(struct xm_binder *b, const char *text))
{
    const xm_node *list = xm_binder_enter(b, key);

    if (!list)
        return;
    if (list->type != XM_NODE_LIST) {
        xm_autofree char *text = one_string ? xm_binder_text(b, list) : NULL;

        if (text)
            item(b, text);
        else if (!one_string)
            (void)xm_binder_error(b, "must be a list: [ ... ]");
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        xm_autofree char *text = NULL;

        xm_binder_enter_item(b, list, i);
        text = xm_binder_text(b, list->items[i]);
        if (text)
            item(b, text);
    }
}

libxl_string_list xm_binder_strings(struct xm_binder *b, const xm_node *node)
{
    libxl_string_list list = xm_new0(char *, node->count + 1);
    size_t count = 0;

    for (size_t i = 0; i < node->count; i++) {
        b->node = node->items[i];
        b->index = (int)i;
        if ((list[count] = xm_binder_text(b, node->items[i])))
            count++;
    }
    b->node = node;
    b->index = -1;
    return list;
}

bool xm_choice_find(const struct xm_choice *choices, const char *text, int *ret)
{
    for (; choices->name; choices++)
        if (strcasecmp(choices->name, text) == 0) {
            *ret = choices->value;
            return true;
        }
    return false;
}

bool xm_binder_choose(struct xm_binder *b, const struct xm_choice *choices, const char *what, const char *text, int *ret)
{
    xm_autobuf names = XM_BUF_INIT;

    if (xm_choice_find(choices, text, ret))
        return true;
    for (; choices->name; choices++)
        xm_buf_printf(&names, "%s%s", names.len ? (choices[1].name ? ", " : " or ") : "", choices->name);
    return xm_binder_error(b, "unknown %s '%s' (%s)", what, text, names.data);
}

void xm_bitmap_init(libxl_bitmap *map, unsigned bits)
{
    libxl_bitmap_init(map);
    map->size = (bits + 7) / 8;
    map->map = xm_new0(uint8_t, map->size ? map->size : 1);
}

static void trim_end(char *text)
{
    size_t len = strlen(text);

    while (len && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
}

bool xm_words_next(struct xm_words *words, struct xm_word *ret)
{
    char *start, *end, *equals;

    for (;;) {
        start = words->next;
        if (!start) {
            if (words->binder)
                xm_binder_at(words->binder, 0);
            return false;
        }
        end = strchr(start, ',');
        if (end)
            *end = '\0';
        words->next = end ? end + 1 : NULL;
        start += strspn(start, words->trim ? " \t\n" : " ");
        if (words->trim)
            trim_end(start);
        if (*start)
            break;
    }
    ret->name = start;
    equals = strchr(start, '=');
    ret->value = equals ? equals + 1 : NULL;
    if (equals) {
        *equals = '\0';
        if (words->trim) {
            trim_end(start);
            ret->value += strspn(ret->value, " \t\n");
        }
        ret->value_at = (size_t)(ret->value - words->start);
    }
    if (words->binder)
        xm_binder_at(words->binder, (size_t)(start - words->start));
    return true;
}

bool xm_words_next_pair(struct xm_words *words, struct xm_word *ret)
{
    while (xm_words_next(words, ret)) {
        if (ret->value)
            return true;
        (void)xm_binder_error(words->binder, "'%s' should be NAME=VALUE", ret->name);
    }
    return false;
}

bool xm_word_long(struct xm_binder *b, const struct xm_word *word, long min, long max, long *ret)
{
    trim_end(word->value);              /* also where blanks belong to texts */
    xm_binder_at(b, word->value_at);
    return xm_binder_parse_long(b, word->value, word->name, min, max, ret);
}

bool xm_word_u32(struct xm_binder *b, const struct xm_word *word, uint32_t *field)
{
    long value;

    if (!xm_word_long(b, word, 0, UINT32_MAX, &value))
        return false;
    *field = (uint32_t)value;
    return true;
}

bool xm_word_choose(struct xm_binder *b, const struct xm_choice *choices, const struct xm_word *word, int *ret)
{
    xm_binder_at(b, word->value_at);
    return xm_binder_choose(b, choices, word->name, word->value, ret);
}

bool xm_word_flag(struct xm_binder *b, const struct xm_word *word, bool *ret)
{
    xm_binder_at(b, word->value_at);
    if (strcmp(word->value, "0") && strcmp(word->value, "1"))
        return xm_binder_error(b, "%s must be 0 or 1", word->name);
    *ret = *word->value == '1';
    return true;
}

bool xm_word_unknown(struct xm_binder *b, const struct xm_word *word, const char *owner, const char *choices)
{
    return xm_binder_error(b, "unknown option '%s' of %s (%s)", word->name, owner, choices);
}

void xm_set_text(char **field, const char *text)
{
    free(*field);
    *field = xm_strdup(text);
}

/* Edits between a and b: insert, drop, change or swap of neighbours; words up to 63 letters. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][64];
    size_t alen = strlen(a), blen = strlen(b);

    if (alen > 63 || blen > 63)
        return UINT_MAX;
    for (size_t j = 0; j <= blen; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= alen; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= blen; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);

            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[alen % 3][blen];
}

/* A set of the letters of a word: an edit adds and takes away one at most. */
static uint64_t letters_of(const char *word)
{
    uint64_t set = 0;

    for (; *word; word++)
        set |= (uint64_t)1 << (*word & 63);
    return set;
}

/* The names of a table are many and most are far off: that must not cost a look at every letter
 * of each, for a text of ten thousand unknown names is looked up ten thousand times. */
static bool is_far(size_t len, uint64_t letters, const char *name, unsigned limit)
{
    size_t other = strlen(name);

    return (len > other ? len - other : other - len) > limit
           || (unsigned)__builtin_popcountll(letters ^ letters_of(name)) > 2 * limit;
}

const char *xm_nearest(const char *text, const char *(*name_at)(void *arg, size_t index), void *arg)
{
    /* A third of the letters may be wrong, and never more than three. */
    size_t len = strlen(text);
    uint64_t letters = letters_of(text);
    unsigned limit = len < 3 ? 0 : len < 6 ? 1 : len < 9 ? 2 : 3;
    const char *best = NULL, *name;

    for (size_t i = 0; (name = name_at(arg, i)); i++) {
        unsigned d = is_far(len, letters, name, limit) ? UINT_MAX : distance(text, name);

        if (d <= limit && d < strlen(name)) {
            best = name;
            if (!d)
                break;
            limit = d - 1;
        }
    }
    return best;
}
