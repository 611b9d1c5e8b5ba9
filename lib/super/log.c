#include "super/log.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "super/super.h"

#define JOURNAL "/run/systemd/journal/socket"
#define TEXT_MAX 4000           /* of one line: what is longer is cut */

static const struct { const char *word; int priority; } levels[] = {
    [XM_LOG_DEBUG] = { "DEBUG", 7 }, [XM_LOG_INFO] = { "INFO", 6 }, [XM_LOG_WARNING] = { "WARNING", 4 },
    [XM_LOG_ERROR] = { "ERROR", 3 },
};

static bool is_at(int fd, const char *path)
{
    struct stat held, there;

    return fstat(fd, &held) == 0 && stat(path, &there) == 0 && held.st_ino == there.st_ino
        && held.st_dev == there.st_dev;
}

/* Not for ever: one that was stopped while it moved files must not stop everybody. */
static bool wait_turn(int fd)
{
    const struct timespec pause = { .tv_nsec = 5 * 1000000 };

    for (int tries = 0; tries < 200; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

/* Whoever finds the file full moves it on, unless another has done so meanwhile. Those who have it
 * open still write their line into it, under its new name. */
static void rotate(int fd, const char *path)
{
    xm_autofree char *first = xm_printf("%s.1", path);

    if (!wait_turn(fd) || !is_at(fd, path))
        return;
    for (int i = XM_LOG_OLD - 1; i > 0; i--) {
        xm_autofree char *from = xm_printf("%s.%d", path, i), *to = xm_printf("%s.%d", path, i + 1);

        (void)rename(from, to);         /* most often there is none yet */
    }
    (void)rename(path, first);          /* if it stays, it grows, and the next line tries again */
}

static int open_file(const char *path)
{
    int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    int fd = open(path, flags, 0600);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < SUPER_LOG_MAX)
        return fd;
    rotate(fd, path);
    close(fd);
    return open(path, flags, 0600);
}

/* A guest's name or a foreign message must not be able to forge a line. */
static void tame(char *text)
{
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
}

static void to_file(const struct super_log *log, enum xm_log_level level, const char *module, const char *text)
{
    xm_autoclose int fd = open_file(log->path);
    xm_autofree char *line = NULL;
    char stamp[32] = "";
    time_t now = time(NULL);
    struct tm tm;

    if (fd < 0)
        return;
    if (localtime_r(&now, &tm) != NULL)
        strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm);
    line = xm_printf("[%s %d] %s (%s) %s\n", stamp, (int)getpid(), levels[level].word, module, text);
    if (write(fd, line, strlen(line)) < 0) {
        /* there is nobody else to tell */
    }
}

/* The journal's own protocol: one datagram of KEY=VALUE lines. False if no journal is there. */
static bool to_journal(const struct super_log *log, enum xm_log_level level, const char *module, const char *text)
{
    xm_autoclose int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    xm_autobuf entry = XM_BUF_INIT;

    if (fd < 0 || strlen(log->journal) >= sizeof(addr.sun_path))
        return false;
    strcpy(addr.sun_path, log->journal);
    xm_buf_printf(&entry, "PRIORITY=%d\nSYSLOG_IDENTIFIER=" XM_LOG_NAME "\nXM_MODULE=%s\nMESSAGE=%s (%s) %s\n",
                  levels[level].priority, module, levels[level].word, module, text);
    return sendto(fd, entry.data, entry.len, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&addr, sizeof(addr)) >= 0;
}

static void append(const struct super_log *log, enum xm_log_level level, const char *module, const char *text)
{
    xm_autofree char *line = xm_strndup(text, TEXT_MAX);

    tame(line);
    if (log->journal == NULL || !to_journal(log, level, module, line))
        to_file(log, level, module, line);
}

static void from_library(void *sink, enum xm_log_level level, const char *text)
{
    struct super_log *log = sink;

    append(log, level, log->module, text);
    xm_log(log->also, level, "%s", text);
}

void super_log_init(struct super_log *log, const xm_conf *conf, const char *module, const struct xm_log *also)
{
    xm_autofree char *copy = xm_strdup(conf->log_file);

    *log = (struct super_log){
        .log = { .write = from_library, .sink = log, .level = XM_LOG_INFO },
        .module = module, .path = xm_strdup(conf->log_file), .journal = conf->log_journal ? JOURNAL : NULL, .also = also,
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
