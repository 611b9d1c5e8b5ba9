#include "doc/doc.h"

#include <stdarg.h>
#include <string.h>

#include "lang/source.h"

struct entry {
    char *key;
    xm_node *value;
    struct xm_place place;      /* of the key */
    bool read;
};

/* What a document and its copies have in common. */
struct text {
    unsigned refs;
    char *text;
    size_t len;
    unsigned words_line;
};

/* index holds entry numbers + 1 by hash of the key, so that a long file costs no more per key
 * than a short one; it is at most half full and always a power of two. */
struct xm_doc {
    enum xm_dialect dialect;
    char *file;
    struct text *text;          /* NULL: not known */
    struct entry *entries;
    size_t count, cap;
    size_t *index;
    size_t index_size;
};

xm_doc *xm_doc_new(enum xm_dialect dialect, const char *file)
{
    xm_doc *doc = xm_new0(xm_doc, 1);

    doc->dialect = dialect;
    doc->file = xm_strdup(file != NULL ? file : "");
    return doc;
}

static void text_drop(struct text *text)
{
    if (text == NULL || __atomic_sub_fetch(&text->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    free(text->text);
    free(text);
}

void xm_doc_free(xm_doc *doc)
{
    if (doc == NULL)
        return;
    for (size_t i = 0; i < doc->count; i++) {
        free(doc->entries[i].key);
        xm_node_free(doc->entries[i].value);
    }
    free(doc->entries);
    free(doc->index);
    text_drop(doc->text);
    free(doc->file);
    free(doc);
}

xm_doc *xm_doc_copy(const xm_doc *doc)
{
    xm_doc *copy = xm_doc_new(doc->dialect, doc->file);

    for (size_t i = 0; i < doc->count; i++) {
        xm_doc_set(copy, doc->entries[i].key, xm_node_copy(doc->entries[i].value));
        copy->entries[i].place = doc->entries[i].place;
        copy->entries[i].read = doc->entries[i].read;
    }
    if (doc->text != NULL) {
        __atomic_add_fetch(&doc->text->refs, 1, __ATOMIC_RELAXED);
        copy->text = doc->text;
    }
    return copy;
}

void xm_doc_set_source(xm_doc *doc, const char *text, size_t len, unsigned words_line)
{
    struct text *source = xm_new0(struct text, 1);

    *source = (struct text){ 1, xm_alloc0(len + 1, 1), len, words_line };
    memcpy(source->text, text, len);
    text_drop(doc->text);
    doc->text = source;
}

unsigned xm_doc_words_line(const xm_doc *doc)
{
    return doc->text != NULL ? doc->text->words_line : 0;
}

enum xm_dialect xm_doc_dialect(const xm_doc *doc)
{
    return doc->dialect;
}

const char *xm_doc_file(const xm_doc *doc)
{
    return doc->file;
}

size_t xm_doc_count(const xm_doc *doc)
{
    return doc->count;
}

const char *xm_doc_key(const xm_doc *doc, size_t index)
{
    return index < doc->count ? doc->entries[index].key : NULL;
}

const xm_node *xm_doc_value(const xm_doc *doc, size_t index)
{
    return index < doc->count ? doc->entries[index].value : NULL;
}

struct xm_place xm_doc_key_place(const xm_doc *doc, size_t index)
{
    return index < doc->count ? doc->entries[index].place : (struct xm_place){ 0, 0 };
}

bool xm_doc_key_is_read(const xm_doc *doc, size_t index)
{
    return index < doc->count && doc->entries[index].read;
}

static size_t hash(const char *key)
{
    size_t h = 14695981039346656037u;       /* FNV-1a */

    for (; *key != '\0'; key++)
        h = (h ^ (unsigned char)*key) * 1099511628211u;
    return h;
}

/* The slot of key: one that holds its entry number + 1, or 0 where it would go. */
static size_t *slot(const xm_doc *doc, const char *key)
{
    size_t mask = doc->index_size - 1;
    size_t at = hash(key) & mask;

    while (doc->index[at] != 0 && strcmp(doc->entries[doc->index[at] - 1].key, key) != 0)
        at = (at + 1) & mask;
    return &doc->index[at];
}

static void reindex(xm_doc *doc, size_t size)
{
    free(doc->index);
    doc->index = xm_new0(size_t, size);
    doc->index_size = size;
    for (size_t i = 0; i < doc->count; i++)
        *slot(doc, doc->entries[i].key) = i + 1;
}

static struct entry *find(const xm_doc *doc, const char *key)
{
    size_t number = doc->index_size == 0 ? 0 : *slot(doc, key);

    return number == 0 ? NULL : &doc->entries[number - 1];
}

const xm_node *xm_doc_get(const xm_doc *doc, const char *key)
{
    const struct entry *entry = find(doc, key);

    return entry == NULL ? NULL : entry->value;
}

const char *xm_doc_get_str(const xm_doc *doc, const char *key)
{
    const xm_node *node = xm_doc_get(doc, key);

    return node != NULL && node->type == XM_NODE_STR ? node->str : NULL;
}

void xm_doc_set(xm_doc *doc, const char *key, xm_node *node)
{
    struct entry *entry = find(doc, key);

    if (entry != NULL) {
        xm_node_free(entry->value);
        entry->value = node;
        entry->place = (struct xm_place){ 0, 0 };
        return;
    }
    if (2 * (doc->count + 1) > doc->index_size)
        reindex(doc, doc->index_size == 0 ? 32 : 2 * doc->index_size);
    XM_GROW(doc->entries, doc->count, doc->cap);
    *slot(doc, key) = doc->count + 1;
    doc->entries[doc->count++] = (struct entry){ xm_strdup(key), node, { 0, 0 }, false };
}

void xm_doc_set_str(xm_doc *doc, const char *key, const char *value)
{
    xm_doc_set(doc, key, xm_node_new_str(value, (struct xm_place){ 0, 0 }));
}

void xm_doc_set_int(xm_doc *doc, const char *key, int64_t value)
{
    xm_doc_set(doc, key, xm_node_new_int(value, (struct xm_place){ 0, 0 }));
}

void xm_doc_remove(xm_doc *doc, const char *key)
{
    struct entry *entry = find(doc, key);
    size_t after;

    if (entry == NULL)
        return;
    free(entry->key);
    xm_node_free(entry->value);
    after = doc->count - (size_t)(entry - doc->entries) - 1;
    memmove(entry, entry + 1, after * sizeof(*entry));
    doc->count--;
    reindex(doc, doc->index_size);      /* every later entry has a new number */
}

xm_node *xm_node_new(enum xm_node_type type, struct xm_place place)
{
    xm_node *node = xm_new0(xm_node, 1);

    node->type = type;
    node->place = place;
    return node;
}

xm_node *xm_node_new_str(const char *text, struct xm_place place)
{
    xm_node *node = xm_node_new(XM_NODE_STR, place);

    node->str = xm_strdup(text != NULL ? text : "");
    return node;
}

xm_node *xm_node_new_int(int64_t value, struct xm_place place)
{
    xm_node *node = xm_node_new(XM_NODE_INT, place);

    node->i = value;
    return node;
}

void xm_node_add(xm_node *list, xm_node *item)
{
    XM_GROW_COUNTED(list->items, list->count);
    list->items[list->count++] = item;
}

void xm_node_remove(xm_node *list, size_t index)
{
    xm_node_free(list->items[index]);
    list->count--;
    memmove(&list->items[index], &list->items[index + 1], (list->count - index) * sizeof(*list->items));
}

xm_node *xm_node_copy(const xm_node *node)
{
    xm_node *copy;

    if (node == NULL)
        return NULL;
    copy = xm_node_new(node->type, node->place);
    copy->i = node->i;
    copy->f = node->f;
    copy->str = xm_strdup(node->str);
    for (size_t i = 0; i < node->count; i++)
        xm_node_add(copy, xm_node_copy(node->items[i]));
    return copy;
}

void xm_node_free(xm_node *node)
{
    if (node == NULL)
        return;
    for (size_t i = 0; i < node->count; i++)
        xm_node_free(node->items[i]);
    free(node->items);
    free(node->str);
    free(node);
}

/* A spelling is kept only where the number alone would not give it back. */
static char *spelling(const struct xm_value *value)
{
    xm_autofree char *plain = NULL;

    if (value->text == NULL)
        return NULL;
    plain = xm_printf("%lld", (long long)value->i);
    return strcmp(plain, value->text) == 0 ? NULL : xm_strdup(value->text);
}

/* NULL for a value that has no place in a configuration. */
static xm_node *from_value(const struct xm_value *value)
{
    static const enum xm_node_type types[] = {
        [XM_VALUE_NONE] = XM_NODE_NONE, [XM_VALUE_BOOL] = XM_NODE_BOOL, [XM_VALUE_INT] = XM_NODE_INT,
        [XM_VALUE_FLOAT] = XM_NODE_FLOAT, [XM_VALUE_STR] = XM_NODE_STR, [XM_VALUE_LIST] = XM_NODE_LIST,
        [XM_VALUE_TUPLE] = XM_NODE_LIST, [XM_VALUE_DICT] = XM_NODE_DICT,
    };
    xm_node *node;

    if (value->type == XM_VALUE_OTHER)
        return NULL;
    node = xm_node_new(types[value->type], value->place);
    node->i = value->i;
    node->f = value->f;
    if (value->type == XM_VALUE_STR)
        node->str = xm_strdup(value->text);
    else if (value->type == XM_VALUE_INT)
        node->str = spelling(value);
    for (size_t i = 0; i < value->count; i++) {
        xm_node *item = from_value(&value->items[i]);

        /* A function in a list leaves a hole, so that the others keep their positions. */
        xm_node_add(node, item != NULL ? item : xm_node_new(XM_NODE_NONE, value->items[i].place));
    }
    return node;
}

xm_doc *xm_doc_from_names(const xm_lang_names *names, enum xm_dialect dialect, const char *file)
{
    xm_doc *doc = xm_doc_new(dialect, file);

    for (size_t i = 0; i < names->count; i++) {
        const struct xm_lang_name *name = &names->items[i];
        struct entry *entry;
        xm_node *node;

        if (name->name[0] == '_')
            continue;
        node = from_value(&name->value);
        if (node == NULL)
            continue;
        xm_doc_set(doc, name->name, node);
        entry = find(doc, name->name);
        entry->place = name->place;
        entry->read = name->used;
    }
    return doc;
}

static struct xm_source source_of(const xm_doc *doc)
{
    const struct text *text = doc->text;

    return (struct xm_source){ doc->file, text ? text->text : NULL, text ? text->len : 0, text ? text->words_line : 0 };
}

char *xm_doc_complain(const xm_doc *doc, const char *key, struct xm_place place, int index, const char *message)
{
    xm_autofree char *item = index >= 0 ? xm_printf("%s[%d]", key, index) : NULL;
    const struct xm_source source = source_of(doc);

    return xm_source_complain(&source, place, item != NULL ? item : key, message);
}

int xm_doc_fail(const xm_doc *doc, const char *key, const xm_node *node, int index,
                xm_error **err, const char *fmt, ...)
{
    xm_autofree char *message = NULL, *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    message = xm_vprintf(fmt, ap);
    va_end(ap);
    text = xm_doc_complain(doc, key, node != NULL ? node->place : (struct xm_place){ 0, 0 }, index, message);
    return xm_fail(err, XM_INVALID, "%s", text);
}

struct xm_place xm_doc_place_within(const xm_doc *doc, const xm_node *node, size_t offset)
{
    const struct xm_source source = source_of(doc);

    if (node->type != XM_NODE_STR)
        return node->place;
    return xm_source_within(&source, node->place, node->str, offset);
}
