/* Finding and loading a configuration: the file's path, its text evaluated, VAR=VAL words laid
 * over it, and a document as the result. */
#ifndef XM_BIND_CONFIG_H
#define XM_BIND_CONFIG_H

#include "base/error.h"
#include "doc/doc.h"

struct xm_config_source {
    enum xm_dialect dialect;
    const char *file;           /* as typed; NULL: "xmdefconfig" (xm), none (xl) */
    const char *path;           /* directories to search, ':' between; NULL: ".:/etc/xen" (xm); xl does not search */
    char *const *words;         /* VAR=VAL words, in order */
    size_t word_count;
    void (*found)(void *arg, const char *path);     /* told the path before it is read; may be NULL */
    void (*print)(void *arg, const char *text, size_t len);     /* what the file prints; may be NULL */
    void (*note)(void *arg, const char *text);      /* remarks about it, without a newline; may be NULL */
    void *arg;
};

/* xm: a word for a known key beats the file, repeats append to list keys; a word for another name
 * is a string that the file can read. xl: the words are appended to the file's text as lines.
 * XM_NOT_FOUND with "NAME" if no candidate exists. */
XM_API int xm_config_load(const struct xm_config_source *source, xm_doc **ret_doc, xm_error **err);

/* The document of text, as if it were the contents of a file called name. */
XM_API int xm_config_parse(enum xm_dialect dialect, const char *name, const char *text, size_t len,
                           xm_doc **ret_doc, xm_error **err);

struct xm_config_report {
    void (*warning)(void *arg, const char *text);       /* may be NULL */
    void *arg;
    bool strict;                /* what would be a warning about a key is a mistake */
};

/* Every mistake of doc as one error; warnings to the callback. report may be NULL. What `new` and
 * `create -n` check without a host. */
XM_API int xm_config_check(const xm_doc *doc, const struct xm_config_report *report, xm_error **err);

/* `create -n`: as the JSON of stock xl, or as the SXP that xm sent to its daemon. */
XM_API int xm_config_format_json(const xm_doc *doc, char **ret_text, xm_error **err);
XM_API int xm_config_format_sxp(const xm_doc *doc, char **ret_text, xm_error **err);

/* As a plain file: one that both dialects, and stock xl, take for what doc means to its own. What
 * doc leaves to its dialect's defaults (memory, on_crash ...) is said, what means nothing for this
 * kind of guest, and names that are no keys, are left out. Where the other dialect cannot be brought
 * to read it so, a comment says what differs. XM_INVALID if doc cannot be bound, XM_UNSUPPORTED
 * if no plain file means the same. */
XM_API int xm_config_format_cfg(const xm_doc *doc, char **ret_text, xm_error **err);

/* The document of a form of the old toolstack: (vm ...) as `create -n` prints it or (domain ...)
 * as `list --long` does. Input is bounded by the caller's read; file is named in errors. XM_UNSUPPORTED for a device of an unknown class. */
XM_API int xm_config_from_sxp(const char *text, size_t len, const char *file, xm_doc **ret_doc, xm_error **err);

/* The document, in xm's words, of a configuration as libxl's JSON. */
XM_API int xm_config_from_json(const char *text, size_t len, xm_doc **ret_doc, xm_error **err);

/* The keys, for --help_config, the manual and completion: rows in table order, those of one subject
 * together; the last has name NULL. */
struct xm_config_key { const char *name, *summary, *subject; };
XM_API const struct xm_config_key *xm_config_keys(void);

/* What else the table says of a key, in words: "integer, 0 to 65535; default 256; hvm". Owned by the caller. */
XM_API char *xm_config_key_describe(const char *name);

#endif
