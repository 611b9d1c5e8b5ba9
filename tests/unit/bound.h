/* What the tests of bind share: a text evaluated and bound, what came of it, and the files of
 * tests/corpus. Included once by a test program. */
#ifndef XM_TESTS_UNIT_BOUND_H
#define XM_TESTS_UNIT_BOUND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/mem.h"
#include "bind/bind.h"
#include "bind/config.h"
#include "convert/json.h"

struct bound {
    xm_doc *doc;
    libxl_domain_config cfg;
    char *error;                /* NULL: it was bound. A line for each mistake */
    char *shown;                /* the same as it is printed, with the lines of the text and carets */
    struct xm_buf warnings;     /* a line each */
};

/* The lines of an error that name the file: without those that show its text. */
static inline char *only_messages(const char *text)
{
    xm_autobuf out = XM_BUF_INIT;

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (!strncmp(line, "web:", 4))
            xm_buf_printf(&out, "%s%.*s", out.len ? "\n" : "", (int)strcspn(line, "\n"), line);
    return xm_buf_take(&out);
}

static inline void note(void *arg, const char *text)
{
    xm_autofree char *line = only_messages(text);

    xm_buf_printf(arg, "%s\n", line);
}

/* The machine that answered when the expectations were written down. */
static const unsigned nodes_of_cpus[] = { 0, 0 };
static const struct xm_bind_machine machine = { .nr_cpus = 2, .cpu_nodes = nodes_of_cpus };

static inline void bound_clear(struct bound *bound)
{
    xm_doc_free(bound->doc);
    libxl_domain_config_dispose(&bound->cfg);
    free(bound->error);
    free(bound->shown);
    xm_buf_clear(&bound->warnings);
}
#define AUTO_BOUND __attribute__((cleanup(bound_clear))) struct bound

static inline void bind_doc(struct bound *ret)
{
    struct xm_bind_report report = { .warning = note, .arg = &ret->warnings, .machine = &machine };
    xm_error *err = NULL;

    libxl_domain_config_init(&ret->cfg);
    if (xm_bind(ret->doc, &report, &ret->cfg, &err) < 0) {
        ret->shown = xm_error_text(err);
        ret->error = only_messages(ret->shown);
    }
    xm_error_free(err);
}

static inline void bind_text(enum xm_dialect dialect, const char *text, struct bound *ret)
{
    xm_error *err = NULL;

    memset(ret, 0, sizeof(*ret));
    if (xm_config_parse(dialect, "web", text, strlen(text), &ret->doc, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    bind_doc(ret);
}

static inline void bind_xm(const char *text, struct bound *ret)
{
    bind_text(XM_DIALECT_XM, text, ret);
    if (ret->error)
        fail_msg("%s", ret->error);
}

static inline void refuse_xm(const char *text, const char *error)
{
    AUTO_BOUND bound;

    bind_text(XM_DIALECT_XM, text, &bound);
    assert_non_null(bound.error);
    assert_string_equal(bound.error, error);
}

static inline char *corpus(const char *name)
{
    const char *top = getenv("abs_top_srcdir");

    return xm_printf("%s/tests/corpus/%s", top ? top : ".", name);
}

static inline char *read_corpus(const char *name)
{
    xm_autofree char *path = corpus(name);
    xm_error *err = NULL;
    char *text = NULL;

    if (xm_file_read(path, 8 << 20, &text, NULL, &err) < 0) {
        xm_autofree char *why = xm_error_text(err);

        fail_msg("%s", why);
    }
    return text;
}

/* Each run of blanks as one, none at the end: how the expectations are written. */
static inline void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
        if (!isspace((unsigned char)*from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

#endif
