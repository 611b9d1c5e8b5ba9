#include "guest/finding.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

void xm_findings_free(xm_findings *findings)
{
    if (findings == NULL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].file);
        free(findings->items[i].key);
        free(findings->items[i].text);
    }
    free(findings->items);
    free(findings);
}

static struct xm_finding *add(xm_findings *findings, const char *file, enum xm_severity severity, const char *code)
{
    struct xm_finding *finding;

    XM_GROW_COUNTED(findings->items, findings->count);
    finding = &findings->items[findings->count++];
    *finding = (struct xm_finding){ .severity = severity, .code = code, .file = xm_strdup(file), .index = -1 };
    return finding;
}

void xm_findings_add(xm_findings *findings, const xm_doc *doc, enum xm_severity severity, const char *code,
                     const char *key, int index, const char *fmt, ...)
{
    struct xm_finding *finding = add(findings, xm_doc_file(doc), severity, code);
    const xm_node *node = key ? xm_doc_get(doc, key) : NULL;
    va_list ap;

    va_start(ap, fmt);
    finding->text = xm_vprintf(fmt, ap);
    va_end(ap);
    finding->key = xm_strdup(key);
    finding->index = index;
    if (node == NULL)
        return;
    finding->place = node->place;
    if (index >= 0 && node->type == XM_NODE_LIST && (size_t)index < node->count && node->items[index]->place.line > 0)
        finding->place = node->items[index]->place;
}

char *xm_finding_format(const struct xm_finding *finding, const char *severity)
{
    xm_autobuf text = XM_BUF_INIT;

    xm_buf_printf(&text, "%s:", finding->file);
    if (finding->place.line > 0)
        xm_buf_printf(&text, "%u:%u:", finding->place.line, finding->place.col);
    if (severity != NULL)
        xm_buf_printf(&text, " %s:", severity);
    if (finding->key != NULL)
        xm_buf_printf(&text, " %s", finding->key);
    if (finding->key != NULL && finding->index >= 0)
        xm_buf_printf(&text, "[%d]", finding->index);
    xm_buf_printf(&text, "%s %s", finding->key ? ":" : "", finding->text);
    return xm_buf_take(&text);
}

/* "key: " or "key[3]: " in front of a message; key is one that doc has. */
static const char *read_key(const char *text, const xm_doc *doc, struct xm_finding *finding)
{
    size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    xm_autofree char *key = xm_strndup(text, len);
    const char *rest = text + len;
    int index = -1, used = 0;

    if (len == 0 || doc == NULL || xm_doc_get(doc, key) == NULL)
        return text;
    if (sscanf(rest, "[%d]%n", &index, &used) == 1 && used > 0)
        rest += used;
    else
        index = -1;
    if (strncmp(rest, ": ", 2) != 0)
        return text;
    finding->key = XM_TAKE(key);
    finding->index = index;
    return rest + 2;
}

static bool read_line(xm_findings *findings, const char *line, const char *file, const xm_doc *doc,
                      enum xm_severity severity, const char *code)
{
    size_t len = strlen(file);
    struct xm_place place = { 0, 0 };
    struct xm_finding *finding;
    int used = 0;

    if (strncmp(line, file, len) != 0 || line[len] != ':')
        return false;
    line += len;
    if (sscanf(line, ":%u:%u: %n", &place.line, &place.col, &used) == 2 && used > 0) {
        line += used;
    } else {
        place = (struct xm_place){ 0, 0 };
        line += line[1] == ' ' ? 2 : 1;
    }
    finding = add(findings, file, severity, code);
    finding->place = place;
    finding->text = xm_strdup(read_key(line, doc, finding));
    return true;
}

void xm_findings_read(xm_findings *findings, const char *file, const xm_doc *doc, enum xm_severity severity,
                      const char *code, const char *text)
{
    xm_autofree char *lines = xm_strdup(text);
    char *save = NULL;
    size_t before = findings->count;

    for (char *line = strtok_r(lines, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
        (void)read_line(findings, line, file, doc, severity, code);
    if (findings->count == before)      /* it says nothing of the file: it is one sentence */
        add(findings, file, severity, code)->text = xm_strndup(text, strcspn(text, "\n"));
}

static int by_place(const struct xm_finding *x, const struct xm_finding *y)
{
    unsigned left = x->place.line ? x->place.line : UINT32_MAX, right = y->place.line ? y->place.line : UINT32_MAX;

    if (left != right)
        return left < right ? -1 : 1;
    return (x->place.col > y->place.col) - (x->place.col < y->place.col);
}

void xm_findings_sort(xm_findings *findings)
{
    /* By insertion, which keeps the order of those at one place. */
    for (size_t i = 1; i < findings->count; i++) {
        struct xm_finding moved = findings->items[i];
        size_t at = i;

        for (; at > 0 && by_place(&findings->items[at - 1], &moved) > 0; at--)
            findings->items[at] = findings->items[at - 1];
        findings->items[at] = moved;
    }
}

bool xm_findings_have(const xm_findings *findings, enum xm_severity severity)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == severity)
            return true;
    return false;
}
