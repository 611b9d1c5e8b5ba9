#include "host/xen/xen.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

static void keep(struct xen_logger *logger, const char *text, int errnum)
{
    if (logger->count == XEN_KEPT_LINES)
        return;
    logger->kept[logger->count].text = xen_text_strip(text);
    logger->kept[logger->count].errnum = errnum > 0 ? errnum : 0;
    logger->count++;
}

/* libxc tells of memory that it did not get in lines of low degree only, and then fails with a
 * meaningless errno. */
static bool tells_no_memory(const char *format)
{
    return strstr(format, "Failed allocation for dom") != NULL || strstr(format, "Could not allocate") != NULL;
}

/* An error is kept for the failure it belongs to, and in the log it is no more than news: a line of
 * libxl's that no failure follows has harmed nobody. */
static enum xm_log_level level_of(xentoollog_level level)
{
    return level < XTL_INFO ? XM_LOG_DEBUG : XM_LOG_INFO;
}

static void vmessage(xentoollog_logger *vtable, xentoollog_level level, int errnum, const char *context,
                     const char *format, va_list ap)
{
    struct xen_logger *logger = (struct xen_logger *)vtable;
    xm_autofree char *text = NULL;

    if (level >= XTL_VERBOSE && tells_no_memory(format))
        keep(logger, "the domain's memory is too small to be built, or the machine has none left", 0);
    /* Of a create's hundreds of debug lines, most are read by nobody: not even formatted then. */
    if (level < XTL_ERROR && (logger->log == NULL || level_of(level) < logger->log->level))
        return;
    text = xm_vprintf(format, ap);
    if (level >= XTL_ERROR)
        keep(logger, text, errnum);
    xm_log(logger->log, level_of(level), "%s: %s%s%s", context ? context : "xen", text,
           errnum > 0 ? ": " : "", errnum > 0 ? strerror(errnum) : "");
}

static void progress(xentoollog_logger *vtable, const char *context, const char *doing, int percent,
                     unsigned long done, unsigned long total)
{
    struct xen_logger *logger = (struct xen_logger *)vtable;

    if (xen_text_round(doing, logger->now.round, &logger->now.round)) {
        logger->now.done = done;
        logger->now.total = total;
    }
    xm_log(logger->log, XM_LOG_DEBUG, "%s: %s: %lu/%lu %d%%", context ? context : "xen", doing, done, total, percent);
}

static void destroy(xentoollog_logger *vtable)
{
    (void)vtable;       /* lives in the host's handle */
}

void xen_logger_init(struct xen_logger *logger, const struct xm_log *log)
{
    logger->vtable.vmessage = vmessage;
    logger->vtable.progress = progress;
    logger->vtable.destroy = destroy;
    logger->log = log;
}

void xen_logger_clear(struct xen_logger *logger)
{
    for (unsigned i = 0; i < logger->count; i++)
        free(logger->kept[i].text);
    logger->count = 0;
}

/* The first line of the greatest weight: causes are told before their consequences. */
static const struct xen_kept *best(const struct xen_logger *logger)
{
    const struct xen_kept *found = NULL;
    int most = -1;

    for (unsigned i = 0; i < logger->count; i++) {
        int weight = xen_text_weight(logger->kept[i].text);

        if (weight > most) {
            most = weight;
            found = &logger->kept[i];
        }
    }
    return found;
}

static int fail_kept(enum xm_code code, const struct xen_kept *line, xm_error **err)
{
    if (line->errnum > 0)
        return xm_fail(err, code, "%s: %s", line->text, strerror(line->errnum));
    return xm_fail(err, code, "%s", line->text);
}

int xen_fail(struct xen_host *xen, int rc, xm_error **err, const char *doing, ...)
{
    const struct xen_kept *line = best(&xen->logger);
    xm_autofree char *what = NULL;
    va_list ap;

    if (rc == ERROR_ABORTED)
        return xm_fail(err, XM_INTERRUPTED, "interrupted");
    /* The errno of a step that only contains the failed one is anybody's. */
    if (line != NULL && line->text[0] != '\0')
        return fail_kept(xen_code(rc, xen_text_weight(line->text) > 0 ? line->errnum : 0, line->text), line, err);
    va_start(ap, doing);
    what = xm_vprintf(doing, ap);
    va_end(ap);
    return xm_fail(err, xen_code(rc, 0, NULL), "%s: libxl failed with %s", what, libxl_error_to_string(rc));
}
