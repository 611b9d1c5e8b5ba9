#include "base/log.h"

#include <stdarg.h>

#include "base/mem.h"

void xm_log(const struct xm_log *log, enum xm_log_level level, const char *fmt, ...)
{
    xm_autofree char *text = NULL;
    va_list ap;

    if (log == NULL || log->write == NULL || level < log->level)
        return;
    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    log->write(log->sink, level, text);
}
