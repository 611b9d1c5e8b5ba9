/* Any document, in both dialects. The text is lines: "KEY=TEXT" is a string, "KEY#TEXT" a number,
 * "KEY~TEXT" a fraction, "KEY?" True, "KEY!" None; "KEY[TEXT" is one more item of a list, "KEY{TEXT"
 * one more item of its last item, "KEY}TEXT" one more pair of a dict. The evaluator has a target of
 * its own. */
#include <stdlib.h>

#include "fuzz.h"

static const struct xm_place place = { 1, 1 };

static xm_node *grown(const xm_doc *doc, const char *key, enum xm_node_type type)
{
    const xm_node *old = xm_doc_get(doc, key);

    return old && old->type == type ? xm_node_copy(old) : xm_node_new(type, place);
}

static xm_node *add_item(xm_node *list, const char *text)
{
    xm_node_add(list, xm_node_new_str(text, place));
    return list;
}

static xm_node *add_inner(xm_node *list, const char *text)
{
    if (!list->count || list->items[list->count - 1]->type != XM_NODE_LIST)
        xm_node_add(list, xm_node_new(XM_NODE_LIST, place));
    add_item(list->items[list->count - 1], text);
    return list;
}

static xm_node *fraction(const char *text)
{
    xm_node *node = xm_node_new(XM_NODE_FLOAT, place);

    node->f = strtod(text, NULL);
    return node;
}

static xm_node *truth(void)
{
    xm_node *node = xm_node_new(XM_NODE_BOOL, place);

    node->i = 1;
    return node;
}

static xm_node *value_of(const xm_doc *doc, const char *key, char kind, const char *text)
{
    switch (kind) {
    case '=':
        return xm_node_new_str(text, place);
    case '#':
        return xm_node_new_int(strtoll(text, NULL, 0), place);
    case '~':
        return fraction(text);
    case '?':
        return truth();
    case '!':
        return xm_node_new(XM_NODE_NONE, place);
    case '[':
        return add_item(grown(doc, key, XM_NODE_LIST), text);
    case '{':
        return add_inner(grown(doc, key, XM_NODE_LIST), text);
    default:
        return add_item(add_item(grown(doc, key, XM_NODE_DICT), text), text);
    }
}

static void add_line(xm_doc *doc, char *line)
{
    char *mark = line + strcspn(line, "=#~?![{}"), kind = *mark;

    if (!kind || mark == line)
        return;
    *mark++ = '\0';
    xm_doc_set(doc, line, value_of(doc, line, kind, mark));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, "fuzz");
        xm_autofree char *text = xm_strndup((const char *)data, len);
        char *save = NULL;

        for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            add_line(doc, line);
        fuzz_bind(doc);
    }
    return 0;
}
