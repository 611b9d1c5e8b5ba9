#include "convert/cfg.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Deeper lists than vnuma's and vsnd's mean nothing to anybody. */
enum { DEPTH_MAX = 8 };

struct writer {
    const xm_doc *doc;
    const char *key;
    struct xm_buf *text;
};

static int fail(const struct writer *out, const xm_node *node, xm_error **err, const char *what)
{
    (void)xm_doc_fail(out->doc, out->key, node, -1, err, "%s cannot stand in a plain file", what);
    if (err != NULL)
        (*err)->code = XM_UNSUPPORTED;
    return -1;
}

/* The escapes that xl's grammar and Python's share; any other byte stands for itself. */
static void write_string(struct xm_buf *text, const char *string)
{
    static const char letters[] = "abtnvfr";        /* 7 to 13, in order */

    xm_buf_putc(text, '"');
    for (const char *c = string; *c != '\0'; c++) {
        if (*c >= '\a' && *c <= '\r')
            xm_buf_printf(text, "\\%c", letters[*c - '\a']);
        else if (*c == '"' || *c == '\\')
            xm_buf_printf(text, "\\%c", *c);
        else
            xm_buf_putc(text, *c);
    }
    xm_buf_putc(text, '"');
}

/* A spelling that both grammars take for a number, and for this one. */
static bool is_plain_spelling(const char *text, int64_t value)
{
    char *end;

    if (text[0] < '0' || text[0] > '9' || text[strspn(text, "0123456789abcdefx")] != '\0')
        return false;
    if (text[0] == '0' && text[1] != '\0' && text[1] != 'x')
        return false;           /* eight or ten: who reads it decides */
    errno = 0;
    return strtoll(text, &end, 0) == value && *end == '\0' && errno == 0;
}

static void write_int(struct xm_buf *text, const xm_node *node)
{
    if (node->str != NULL && is_plain_spelling(node->str, node->i))
        xm_buf_puts(text, node->str);
    else if (node->str != NULL)
        write_string(text, node->str);
    else
        xm_buf_printf(text, node->i < 0 ? "\"%lld\"" : "%lld", (long long)node->i);
}

static void write_float(struct xm_buf *text, double value)
{
    if (value >= 0 && value < 1e15 && value == (double)(int64_t)value)
        xm_buf_printf(text, "%lld", (long long)value);
    else
        xm_buf_printf(text, "\"%.12g\"", value);
}

static int write_value(const struct writer *out, const xm_node *node, unsigned depth, xm_error **err);

/* What is there as a number, when it was a truth or a fraction too: a text that is read and written
 * again looks the same. */
static bool starts_with_number(const struct writer *out, const xm_node *list)
{
    xm_autobuf text = XM_BUF_INIT;
    const struct writer aside = { out->doc, out->key, &text };

    return write_value(&aside, list->items[0], 1, NULL) == 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static int write_list(const struct writer *out, const xm_node *list, unsigned depth, xm_error **err)
{
    bool lines = depth == 0 && list->count > 1 && !starts_with_number(out, list);

    if (depth == DEPTH_MAX)
        return fail(out, list, err, "a list this deep");
    xm_buf_putc(out->text, '[');
    for (size_t i = 0; i < list->count; i++) {
        xm_buf_puts(out->text, lines ? "\n    " : i > 0 ? ", " : "");
        if (write_value(out, list->items[i], depth + 1, err) < 0)
            return -1;
        xm_buf_puts(out->text, lines ? "," : "");
    }
    xm_buf_puts(out->text, lines ? "\n]" : "]");
    return 0;
}

static int write_value(const struct writer *out, const xm_node *node, unsigned depth, xm_error **err)
{
    switch (node->type) {
    case XM_NODE_BOOL:
        xm_buf_puts(out->text, node->i != 0 ? "1" : "0");
        return 0;
    case XM_NODE_INT:
        write_int(out->text, node);
        return 0;
    case XM_NODE_FLOAT:
        write_float(out->text, node->f);
        return 0;
    case XM_NODE_STR:
        write_string(out->text, node->str != NULL ? node->str : "");
        return 0;
    case XM_NODE_LIST:
        return write_list(out, node, depth, err);
    case XM_NODE_DICT:
        return fail(out, node, err, "a dict");
    case XM_NODE_NONE:
        break;
    }
    return fail(out, node, err, "None in a list");
}

/* A name that xl's grammar has, and that is no word of Python's. */
static bool is_plain_key(const char *key)
{
    static const char *const words[] = {
        "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "except", "exec", "finally", "for",
        "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "print", "raise", "return",
        "try", "while", "with", "yield",
    };

    if (key[0] < 'a' || key[0] > 'z' || key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return false;
    for (size_t i = 0; i < XM_COUNT(words); i++)
        if (strcmp(words[i], key) == 0)
            return false;
    return true;
}

int xm_cfg_format(const xm_doc *doc, char **ret_text, xm_error **err)
{
    xm_autobuf text = XM_BUF_INIT;

    for (size_t i = 0; i < xm_doc_count(doc); i++) {
        const struct writer out = { doc, xm_doc_key(doc, i), &text };
        const xm_node *node = xm_doc_value(doc, i);

        if (node->type == XM_NODE_NONE)
            continue;
        if (!is_plain_key(out.key))
            return fail(&out, node, err, "this name");
        xm_buf_printf(&text, "%s = ", out.key);
        if (write_value(&out, node, 0, err) < 0)
            return -1;
        xm_buf_putc(&text, '\n');
    }
    *ret_text = text.len > 0 ? xm_buf_take(&text) : xm_strdup("");
    return 0;
}
