/* Where libxm's debug and info lines go. The library never prints: a program hands in a sink;
 * libxl's xentoollog feeds the same one. Failures do not come here, they travel as errors. */
#ifndef XM_BASE_LOG_H
#define XM_BASE_LOG_H

#include "base/api.h"

enum xm_log_level { XM_LOG_DEBUG, XM_LOG_INFO, XM_LOG_WARNING, XM_LOG_ERROR };

struct xm_log {
    void (*write)(void *sink, enum xm_log_level level, const char *text);
    void *sink;
    enum xm_log_level level;        /* lines below this one are not formatted */
};

/* log may be NULL: nothing is written. text is one line without its newline. */
XM_API void xm_log(const struct xm_log *log, enum xm_log_level level, const char *fmt, ...) XM_PRINTF(3, 4);

#endif
