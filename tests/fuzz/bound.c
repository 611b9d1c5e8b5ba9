/* What holds for every document, however it was made. */
#include <stdlib.h>

#include "bind/bind.h"
#include "bind/config.h"
#include "fuzz.h"

static void drop(void *arg, const char *text)
{
    *(size_t *)arg += strlen(text);     /* so that a sanitizer sees all of it */
}

static void bind_on_host(const xm_doc *doc)
{
    static const unsigned nodes[] = { 0, 0, 1, 1 };
    const struct xm_bind_machine machine = { XM_COUNT(nodes), nodes };
    size_t told = 0;
    const struct xm_bind_report report = { .warning = drop, .arg = &told, .machine = &machine };
    libxl_domain_config cfg;
    xm_error *err = NULL;

    libxl_domain_config_init(&cfg);
    if (xm_bind(doc, &report, &cfg, &err) < 0 && (!err || err->code != XM_INVALID))
        abort();
    libxl_domain_config_dispose(&cfg);
    xm_error_free(err);
}

/* Of a sound document, xm writes nothing that it cannot read, but for what xm's device strings
 * have no way to say: in xl's words a file may have a comma in its name. */
static void read_sxp_back(const char *sxp)
{
    XM_AUTO(xm_doc) *doc = NULL;
    xm_error *err = NULL;

    if (xm_config_from_sxp(sxp, strlen(sxp), "fuzz", &doc, &err) < 0 && !strstr(err->msg, "has a comma or a newline in it"))
        abort();
    xm_error_free(err);
}

static void read_json_back(const char *json)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (xm_config_from_json(json, strlen(json), &doc, NULL) < 0)
        abort();
}

void fuzz_bind(const xm_doc *doc)
{
    xm_autofree char *json = NULL, *sxp = NULL;
    xm_error *err = NULL;
    bool bound = xm_config_format_json(doc, &json, &err) == 0;

    if (!bound && (!err || err->code != XM_INVALID))
        abort();
    xm_error_free(err);
    if (xm_config_format_sxp(doc, &sxp, NULL) < 0)
        abort();
    if (bound)
        read_json_back(json);
    if (bound && xm_doc_dialect(doc) == XM_DIALECT_XM)
        read_sxp_back(sxp);
    bind_on_host(doc);
}
