/* Any document, in both dialects: bound or refused, and what was bound can be written as JSON and
 * SXP. The text is lines: "KEY=TEXT" is a string, "KEY#TEXT" a number, "KEY[TEXT" one more item of
 * a list, "KEY{TEXT" one more item of its last item. The evaluator has a target of its own. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bind/bind.h"
#include "bind/config.h"
#include "fuzz.h"

static const struct xm_place place = { 1, 1 };

static xm_node *list_of(const xm_doc *doc, const char *key)
{
    const xm_node *old = xm_doc_get(doc, key);

    return old && old->type == XM_NODE_LIST ? xm_node_copy(old) : xm_node_new(XM_NODE_LIST, place);
}

static void add_line(xm_doc *doc, char *line)
{
    char *mark = line + strcspn(line, "=#[{"), kind = *mark;
    xm_node *list;

    if (!kind || mark == line)
        return;
    *mark++ = '\0';
    if (kind == '=') {
        xm_doc_set(doc, line, xm_node_new_str(mark, place));
    } else if (kind == '#') {
        xm_doc_set(doc, line, xm_node_new_int(strtoll(mark, NULL, 0), place));
    } else {
        list = list_of(doc, line);
        if (kind == '{') {
            if (!list->count || list->items[list->count - 1]->type != XM_NODE_LIST)
                xm_node_add(list, xm_node_new(XM_NODE_LIST, place));
            xm_node_add(list->items[list->count - 1], xm_node_new_str(mark, place));
        } else {
            xm_node_add(list, xm_node_new_str(mark, place));
        }
        xm_doc_set(doc, line, list);
    }
}

static void bind_and_write(const xm_doc *doc)
{
    xm_autofree char *json = NULL, *sxp = NULL;
    xm_error *err = NULL;
    bool bound = xm_config_format_json(doc, &json, &err) == 0;

    if (!bound && (!err || err->code != XM_INVALID))
        abort();
    xm_error_free(err);
    if (xm_config_format_sxp(doc, &sxp, NULL) < 0)
        abort();
    /* Of a sound document, xm writes nothing that it cannot read. */
    if (bound && xm_doc_dialect(doc) == XM_DIALECT_XM) {
        XM_AUTO(xm_doc) *back = NULL;

        if (xm_config_from_sxp(sxp, strlen(sxp), "fuzz", &back, NULL) < 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    for (enum xm_dialect dialect = XM_DIALECT_XM; dialect <= XM_DIALECT_XL; dialect++) {
        XM_AUTO(xm_doc) *doc = xm_doc_new(dialect, "fuzz");
        xm_autofree char *text = xm_strndup((const char *)data, len);
        char *save = NULL;

        for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
            add_line(doc, line);
        bind_and_write(doc);
    }
    return 0;
}
