#include "guest/schedule.h"

#include <string.h>

#include "base/buf.h"

/* --- what one guest says --- */

static int read_word(const xm_doc *doc, const char *key, const char *const *words, int *ret, xm_error **err)
{
    const xm_node *node = xm_doc_get(doc, key);
    const char *text = xm_doc_get_str(doc, key);

    if (node == NULL || node->type == XM_NODE_NONE || (text != NULL && *text == '\0'))
        return 0;
    for (int i = 0; text != NULL && words[i] != NULL; i++)
        if (strcmp(words[i], text) == 0) {
            *ret = i;
            return 1;
        }
    return xm_doc_fail(doc, key, node, -1, err, "is none of its words");
}

/* A number, or its digits in a string, as files of old have it. */
static int read_number(const xm_doc *doc, const char *key, unsigned max, unsigned *ret, xm_error **err)
{
    const xm_node *node = xm_doc_get(doc, key);
    const char *text = xm_doc_get_str(doc, key);
    char *end = NULL;
    long long value = -1;

    if (node == NULL || node->type == XM_NODE_NONE)
        return 0;
    if (text != NULL && *text >= '0' && *text <= '9')
        value = strtoll(text, &end, 10);
    else if (node->type == XM_NODE_INT)
        value = node->i;
    if (value < 0 || value > max || (end != NULL && *end != '\0'))
        return xm_doc_fail(doc, key, node, -1, err, "must be a number from 0 to %u", max);
    *ret = (unsigned)value;
    return 0;
}

static int read_after(const xm_doc *doc, char ***ret_after, xm_error **err)
{
    static const char key[] = "xm_start_after";
    const xm_node *node = xm_doc_get(doc, key);
    bool is_list = node != NULL && node->type == XM_NODE_LIST;
    size_t count = is_list ? node->count : 1;

    if (node == NULL || node->type == XM_NODE_NONE)
        return 0;
    if (count > XM_SCHEDULE_AFTER_MAX)
        return xm_doc_fail(doc, key, node, -1, err, "names more than %d guests", XM_SCHEDULE_AFTER_MAX);
    *ret_after = xm_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const xm_node *item = is_list ? node->items[i] : node;

        if (item->type != XM_NODE_STR || *item->str == '\0')
            return xm_doc_fail(doc, key, item, is_list ? (int)i : -1, err, "must be a guest's name");
        (*ret_after)[i] = xm_strdup(item->str);
    }
    return 0;
}

int xm_schedule_read(const xm_doc *doc, struct xm_schedule *ret_schedule, xm_error **err)
{
    static const char *const starts[] = { "ignore", "start", NULL };
    static const char *const stops[] = {
        [XM_STOP_IGNORE] = "ignore", [XM_STOP_SHUTDOWN] = "shutdown", [XM_STOP_SUSPEND] = "suspend",
        [XM_STOP_DESTROY] = "destroy", NULL
    };
    struct xm_schedule says = { .order = XM_SCHEDULE_ORDER };
    int start = 0, stop = XM_STOP_IGNORE;
    int said = read_word(doc, "on_xend_stop", stops, &stop, err);

    if (said < 0 || read_word(doc, "on_xend_start", starts, &start, err) < 0
        || read_number(doc, "xm_start_order", XM_SCHEDULE_ORDER_MAX, &says.order, err) < 0
        || read_number(doc, "xm_start_delay", XM_SCHEDULE_DELAY_MAX, &says.delay, err) < 0
        || read_after(doc, &says.after, err) < 0) {
        xm_schedule_clear(&says);
        return -1;
    }
    says.start = start;
    says.says_stop = said;
    says.stop = (enum xm_host_stop)stop;
    *ret_schedule = says;
    return 0;
}

void xm_schedule_clear(struct xm_schedule *schedule)
{
    for (char **name = schedule->after; name != NULL && *name != NULL; name++)
        free(*name);
    free(schedule->after);
    schedule->after = NULL;
}

/* --- the order of many --- */

struct walk {
    struct xm_turn *turns;
    size_t *path;               /* indexes, from where we began to where we are */
    size_t depth;
    char *seen;                 /* per turn: 0 not yet, 'p' on the path, 'd' done */
    void (*circle)(void *arg, const char *text);
    void *arg;
};

static int by_turn(const void *a, const void *b)
{
    const struct xm_turn *x = a, *y = b;

    return x->order != y->order ? (x->order < y->order ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
    const struct xm_turn *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

static int name_of(const void *key, const void *item)
{
    const struct xm_turn *const *turn = item;

    return strcmp(key, (*turn)->name);
}

static void find_needs(struct xm_turn *turns, size_t count)
{
    xm_autofree const struct xm_turn **index = xm_new0(const struct xm_turn *, count);

    for (size_t i = 0; i < count; i++)
        index[i] = &turns[i];
    qsort(index, count, sizeof(*index), by_name);
    for (size_t i = 0; i < count; i++) {
        turns[i].needs = NULL;
        turns[i].need_count = 0;
        for (char *const *name = turns[i].after; name != NULL && *name != NULL; name++) {
            const struct xm_turn **found = bsearch(*name, index, count, sizeof(*index), name_of);

            if (found == NULL)
                continue;
            XM_GROW_COUNTED(turns[i].needs, turns[i].need_count);
            turns[i].needs[turns[i].need_count++] = (size_t)(*found - turns);
        }
    }
}

static void tell_circle(const struct walk *walk, size_t to)
{
    xm_autobuf text = XM_BUF_INIT;
    size_t i = 0;

    if (walk->circle == NULL)
        return;
    while (walk->path[i] != to)
        i++;
    for (; i < walk->depth; i++)
        xm_buf_printf(&text, "%s after ", walk->turns[walk->path[i]].name);
    xm_buf_puts(&text, walk->turns[to].name);
    walk->circle(walk->arg, text.data);
}

/* The next need of the turn at the end of the path that is worth going down, or SIZE_MAX. A need that
 * leads back onto the path is told of and dropped. */
static size_t next_need(struct walk *walk, struct xm_turn *turn)
{
    for (size_t i = 0; i < turn->need_count; i++) {
        size_t to = turn->needs[i];

        if (walk->seen[to] == 0)
            return to;
        if (walk->seen[to] != 'p')
            continue;
        tell_circle(walk, to);
        turn->needs[i--] = turn->needs[--turn->need_count];
    }
    return SIZE_MAX;
}

/* Without recursion: a chain may be as long as there are guests. */
static void walk_from(struct walk *walk, size_t from)
{
    walk->path[0] = from;
    walk->depth = 1;
    walk->seen[from] = 'p';
    while (walk->depth > 0) {
        size_t at = walk->path[walk->depth - 1], to = next_need(walk, &walk->turns[at]);

        if (to == SIZE_MAX) {
            walk->seen[at] = 'd';
            walk->depth--;
        } else {
            walk->seen[to] = 'p';
            walk->path[walk->depth++] = to;
        }
    }
}

void xm_turns_sort(struct xm_turn *turns, size_t count, void (*circle)(void *arg, const char *text), void *arg)
{
    xm_autofree size_t *path = xm_new0(size_t, count + 1);
    xm_autofree char *seen = xm_new0(char, count + 1);
    struct walk walk = { .turns = turns, .path = path, .seen = seen, .circle = circle, .arg = arg };

    if (count == 0)
        return;
    qsort(turns, count, sizeof(*turns), by_turn);
    find_needs(turns, count);
    for (size_t i = 0; i < count; i++)
        if (seen[i] == 0)
            walk_from(&walk, i);
}

void xm_turns_clear(struct xm_turn *turns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(turns[i].needs);
        turns[i].needs = NULL;
        turns[i].need_count = 0;
    }
}
