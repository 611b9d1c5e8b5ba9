/* The supervisor's log, in xend's form:
 *
 *     [2026-11-20 10:47:26 1234] INFO (policy) Domain has shutdown: name=web1 id=7 reason=poweroff.
 *
 * The file is opened anew for each line, so that whoever rotates it need not tell us; a line is
 * one write, so supervisor and workers can share it. When it has a mebibyte it is moved on to .1, and
 * so on to .5, which is then lost: it is bounded whatever guests do. With log_to = "journald" in
 * xm.conf lines go to the journal, and to the file only while there is no journal. */
#ifndef XM_SUPER_LOG_H
#define XM_SUPER_LOG_H

#include "base/log.h"
#include "base/mem.h"
#include "bind/conf.h"

#define SUPER_LOG_MAX (1 << 20)

struct super_log {
    struct xm_log log;          /* for the library: its lines come as from module */
    const char *module;
    char *path;
    const char *journal;        /* the journal's socket; NULL: the file */
    const struct xm_log *also;  /* or NULL */
};

/* Makes the directory that the log lies in. A log that cannot be written is no reason to stop. log
 * must stay where it is until cleared. */
void super_log_init(struct super_log *log, const xm_conf *conf, const char *module, const struct xm_log *also);
void super_log_clear(struct super_log *log);

void super_log_line(const struct super_log *log, enum xm_log_level level, const char *module, const char *fmt, ...)
    XM_PRINTF(4, 5);

#endif
