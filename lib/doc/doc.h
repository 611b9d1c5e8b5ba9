/* The document: what a guest was given, as an ordered set of named, typed values in which every
 * node remembers where it was written. It is what the registry stores and what bind turns into
 * libxl's configuration; nothing in it is specific to one version of Xen.
 *
 * A document knows its dialect, because defaults differ (memory, on_crash), and the file it
 * came from, for messages. Each key is there at most once. */
#ifndef XM_DOC_DOC_H
#define XM_DOC_DOC_H

#include "base/error.h"
#include "base/mem.h"
#include "lang/lang.h"

enum xm_node_type { XM_NODE_NONE, XM_NODE_BOOL, XM_NODE_INT, XM_NODE_FLOAT, XM_NODE_STR, XM_NODE_LIST, XM_NODE_DICT };

typedef struct xm_node {
    enum xm_node_type type;
    struct xm_place place;
    int64_t i;                  /* BOOL, INT */
    double f;
    char *str;                  /* STR: the text. INT: its spelling where that matters, else NULL */
    struct xm_node **items;     /* LIST; DICT: keys at even, values at odd positions */
    size_t count;
} xm_node;

typedef struct xm_doc xm_doc;

XM_API xm_doc *xm_doc_new(enum xm_dialect dialect, const char *file);
XM_API void xm_doc_free(xm_doc *doc);
XM_AUTO_DEFINE(xm_doc)
XM_API xm_doc *xm_doc_copy(const xm_doc *doc);

XM_API enum xm_dialect xm_doc_dialect(const xm_doc *doc);
XM_API const char *xm_doc_file(const xm_doc *doc);      /* never NULL; "" if it has none */

/* Keys in order of first appearance. */
XM_API size_t xm_doc_count(const xm_doc *doc);
XM_API const char *xm_doc_key(const xm_doc *doc, size_t index);
XM_API const xm_node *xm_doc_value(const xm_doc *doc, size_t index);

/* Of the key itself, where it was written: line 0 if that is not known. And whether the text that
 * gave the document reads the key, as a program does with variables of its own. */
XM_API struct xm_place xm_doc_key_place(const xm_doc *doc, size_t index);
XM_API bool xm_doc_key_is_read(const xm_doc *doc, size_t index);

/* NULL if the key is not there. Borrowed from doc, until that key is changed. */
XM_API const xm_node *xm_doc_get(const xm_doc *doc, const char *key);

/* The text of a STR node, or NULL for every other case. */
XM_API const char *xm_doc_get_str(const xm_doc *doc, const char *key);

/* Sets a key, keeping its position if it was there. The node form takes node. */
XM_API void xm_doc_set(xm_doc *doc, const char *key, xm_node *node);
XM_API void xm_doc_set_str(xm_doc *doc, const char *key, const char *value);
XM_API void xm_doc_set_int(xm_doc *doc, const char *key, int64_t value);
XM_API void xm_doc_remove(xm_doc *doc, const char *key);

XM_API xm_node *xm_node_new(enum xm_node_type type, struct xm_place place);
XM_API xm_node *xm_node_new_str(const char *text, struct xm_place place);
XM_API xm_node *xm_node_new_int(int64_t value, struct xm_place place);
XM_API void xm_node_add(xm_node *list, xm_node *item);  /* takes item */
XM_API void xm_node_remove(xm_node *list, size_t index);
XM_API xm_node *xm_node_copy(const xm_node *node);
XM_API void xm_node_free(xm_node *node);
XM_AUTO_DEFINE(xm_node)

/* The document of evaluated names. Values that cannot stand in a configuration (functions,
 * modules) and names that start with "_" are left out. */
XM_API xm_doc *xm_doc_from_names(const xm_lang_names *names, enum xm_dialect dialect, const char *file);

/* The text that the places of doc point into, for messages to show. It is copied; copies of the document
 * share it. Lines from words_line on are words of the command line, laid over the file; 0: there are none.
 * It is no part of what is stored. A document without one has messages without a line and a caret. */
XM_API void xm_doc_set_source(xm_doc *doc, const char *text, size_t len, unsigned words_line);

/* The line of the text at which words of the command line begin; 0 if there are none. */
XM_API unsigned xm_doc_words_line(const xm_doc *doc);

/* Fails with XM_INVALID and "FILE:LINE:COL: key: message" for a value of doc, followed after newlines by
 * the line of its text and a caret, if that text is known; index >= 0 adds "[index]" behind the key. node may
 * be NULL (then only the file is named). */
XM_API int xm_doc_fail(const xm_doc *doc, const char *key, const xm_node *node, int index,
                       xm_error **err, const char *fmt, ...) XM_PRINTF(6, 7);

/* The same message by itself, owned by the caller, for any place. */
XM_API char *xm_doc_complain(const xm_doc *doc, const char *key, struct xm_place place, int index, const char *message);

/* The place of the byte at offset of a STR node: where the string was written as one plain literal without
 * escapes that is inside of it, else the node's own place. */
XM_API struct xm_place xm_doc_place_within(const xm_doc *doc, const xm_node *node, size_t offset);

#endif
