#include "super/log.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

static const char *const levels[] = {
    [XM_LOG_DEBUG] = "DEBUG", [XM_LOG_INFO] = "INFO", [XM_LOG_WARNING] = "WARNING", [XM_LOG_ERROR] = "ERROR",
};

static void append(const struct super_log *log, enum xm_log_level level, const char *module, const char *text)
{
    xm_autoclose int fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    xm_autofree char *line = NULL;
    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm tm;

    if (fd < 0)
        return;
    if (localtime_r(&now, &tm) != NULL)
        strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
    line = xm_printf("[%s %d] %s (%s) %s\n", stamp, (int)getpid(), levels[level], module, text);
    /* A guest's name or a foreign message must not be able to forge a line. */
    for (char *c = line; c[0] != '\0' && c[1] != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    if (write(fd, line, strlen(line)) < 0) {
        /* there is nobody else to tell */
    }
}

static void from_library(void *sink, enum xm_log_level level, const char *text)
{
    struct super_log *log = sink;

    append(log, level, log->module, text);
    xm_log(log->also, level, "%s", text);
}

void super_log_init(struct super_log *log, const char *path, const char *module, const struct xm_log *also)
{
    xm_autofree char *copy = xm_strdup(path);

    *log = (struct super_log){
        .log = { .write = from_library, .sink = log, .level = XM_LOG_INFO },
        .module = module, .path = xm_strdup(path), .also = also,
    };
    (void)xm_dir_make(dirname(copy), 0755, NULL);
}

void super_log_clear(struct super_log *log)
{
    free(XM_TAKE(log->path));
}

void super_log_line(const struct super_log *log, enum xm_log_level level, const char *module, const char *fmt, ...)
{
    xm_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = xm_vprintf(fmt, ap);
    va_end(ap);
    append(log, level, module, text);
    xm_log(log->also, level, "%s", text);
}
