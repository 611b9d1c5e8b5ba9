/* Failures and delays on request: DIR/sim/faults. */
#include "host/sim/sim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define FAULTS_MAX 65536

struct action {
    enum { NOTHING, FAIL, DELAY, KILL } what;
    enum xm_code code;
    int64_t ms;
    char *text;
};

static const struct { const char *name; enum xm_code code; } codes[] = {
    { "INVALID", XM_INVALID }, { "NOT_FOUND", XM_NOT_FOUND }, { "EXISTS", XM_EXISTS }, { "STATE", XM_STATE },
    { "BUSY", XM_BUSY }, { "DENIED", XM_DENIED }, { "UNSUPPORTED", XM_UNSUPPORTED }, { "TIMEOUT", XM_TIMEOUT },
    { "IO", XM_IO }, { "HOST", XM_HOST }, { "INTERRUPTED", XM_INTERRUPTED },
};

static int read_delay(const char *text, struct action *action)
{
    char *end;
    long long ms = strtoll(text, &end, 10);

    if (end == text || *end != '\0' || ms < 0)
        return -1;
    *action = (struct action) { .what = DELAY, .ms = ms };
    return 0;
}

static int read_fail(const char *text, struct action *action)
{
    size_t len = strcspn(text, " ");
    const char *quoted = text + len + strspn(text + len, " ");
    size_t size = strlen(quoted);

    if (size < 2 || *quoted != '"' || quoted[size - 1] != '"')
        return -1;
    for (size_t i = 0; i < XM_COUNT(codes); i++) {
        if (strlen(codes[i].name) != len || strncmp(codes[i].name, text, len) != 0)
            continue;
        *action = (struct action) { .what = FAIL, .code = codes[i].code, .text = xm_strndup(quoted + 1, size - 2) };
        return 0;
    }
    return -1;
}

static int read_action(const char *text, struct action *action)
{
    if (strcmp(text, "kill") == 0) {
        *action = (struct action) { .what = KILL };
        return 0;
    }
    if (strncmp(text, "delay ", 6) == 0)
        return read_delay(text + 6, action);
    if (strncmp(text, "fail ", 5) == 0)
        return read_fail(text + 5, action);
    return -1;
}

/* One line: sets *action if it is about this call of point. */
static int read_line(const char *line, const char *point, long long call, struct action *action)
{
    char name[64], when[8];
    struct action mine = { 0 };
    long long nth;
    int at = 0;

    if (*line == '\0' || *line == '#')
        return 0;
    if (sscanf(line, "%63s %lld %7s %n", name, &nth, when, &at) != 3 || at == 0 || nth < 1)
        return -1;
    if ((strcmp(when, "once") != 0 && strcmp(when, "on") != 0) || read_action(line + at, &mine) < 0)
        return -1;
    if (strcmp(name, point) == 0 && (call == nth || (call > nth && strcmp(when, "on") == 0))) {
        free(action->text);
        *action = mine;
    } else {
        free(mine.text);
    }
    return 0;
}

/* The counters belong to one writing of the faults file: their first line says which. */
static char *stamp_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return NULL;
    return xm_printf("%llu %lld %lld.%09ld", (unsigned long long)st.st_ino, (long long)st.st_size,
                     (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

/* Counts this call: the counters are lines "POINT N" behind the stamp. */
static int count_call(const struct sim *sim, const char *stamp, const char *point, long long *ret_call, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/run/fault-counts", sim->dir);
    xm_autofree char *old = NULL;
    xm_autobuf text = XM_BUF_INIT;
    xm_error *none = NULL;
    char *rest, *line;
    long long call = 1;

    xm_buf_printf(&text, "%s\n", stamp);
    if (xm_file_read(path, FAULTS_MAX, &old, NULL, &none) < 0)
        xm_error_clear(&none);      /* no call has been counted yet */
    rest = old;
    if (old != NULL && strcmp(strsep(&rest, "\n"), stamp) == 0) {
        while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
            char name[64];
            long long count;

            if (sscanf(line, "%63s %lld", name, &count) != 2)
                continue;
            if (strcmp(name, point) == 0)
                call = count + 1;
            else
                xm_buf_printf(&text, "%s\n", line);
        }
    }
    xm_buf_printf(&text, "%s %lld\n", point, call);
    *ret_call = call;
    return sim_file_replace(path, text.data, text.len, err);
}

static int find_action(const struct sim *sim, const char *point, struct action *action, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/faults", sim->dir);
    xm_autofree char *stamp = stamp_of(path);
    xm_autofree char *lock_path = xm_printf("%s/run/lock", sim->dir);
    xm_autofree char *text = NULL;
    xm_autoclose int lock = -1;
    long long call;
    char *rest, *line;

    if (stamp == NULL)
        return 0;
    if (xm_lock_open(lock_path, true, &lock, err) < 0 || xm_file_read(path, FAULTS_MAX, &text, NULL, err) < 0)
        return -1;
    if (count_call(sim, stamp, point, &call, err) < 0)
        return -1;
    rest = text;
    for (int number = 1; (line = strsep(&rest, "\n")) != NULL; number++)
        if (read_line(line, point, call, action) < 0)
            return xm_fail(err, XM_INVALID, "%s:%d: is not a fault", path, number);
    return 0;
}

int sim_fault(struct sim *sim, const char *point, xm_error **err)
{
    struct action action = { 0 };
    int rc;

    if (find_action(sim, point, &action, err) < 0) {
        free(action.text);
        return -1;
    }
    switch (action.what) {
    case NOTHING:
        return 0;
    case DELAY:
        return sim_sleep(sim, action.ms, err);
    case KILL:
        raise(SIGKILL);
        return -1;
    case FAIL:
        break;
    }
    rc = xm_fail(err, action.code, "%s", action.text);
    free(action.text);
    return rc;
}
