/* Stops a process at its nth step that reaches the disk, as kill -9 or a power cut would: this
 * file defines the system calls by which the library changes files, counts them, and ends the
 * process before the chosen one, or fails that one and all later ones as a full disk does.
 * Included once, by the test program itself. */
#ifndef XM_TESTS_INTERRUPT_H
#define XM_TESTS_INTERRUPT_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define STOPPED 99                      /* exit status of a process that was stopped */

static int steps_left = -1;             /* steps until it happens; negative: never */
static bool steps_fail;                 /* true: the disk is full from then on, false: the process ends */
static bool steps_failed;               /* a step has met the full disk */

static bool step(bool can_fill)
{
    if (steps_left < 0)
        return false;
    if (steps_fail) {
        if (steps_left > 0) {
            steps_left -= can_fill;
            return false;
        }
        steps_failed = steps_failed || can_fill;
        errno = ENOSPC;
        return can_fill;
    }
    if (steps_left-- == 0)
        _exit(STOPPED);
    return false;
}

/* --- what a power cut would undo ---
 *
 * Of the files whose path has durable_part in it: which have been written to and not been fsynced since, and
 * which directories have got or lost a name since they were. A file that is given a name while it is not on
 * disk is counted, for it would be there and empty. */
#define DURABLE_MAX 64
static const char *durable_part;        /* NULL: nobody asks */
static ino_t unsynced[DURABLE_MAX];
static size_t unsynced_count, named_early;

static bool is_durable(const char *path) { return durable_part != NULL && strstr(path, durable_part) != NULL; }

static bool is_unsynced(ino_t ino)
{
    for (size_t i = 0; i < unsynced_count; i++)
        if (unsynced[i] == ino)
            return true;
    return false;
}

static void note_change(ino_t ino)
{
    if (!is_unsynced(ino) && unsynced_count < DURABLE_MAX)
        unsynced[unsynced_count++] = ino;
}

static void note_fd(int fd, bool synced)
{
    char link[32], path[4096];
    struct stat st;
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = durable_part != NULL ? readlink(link, path, sizeof(path) - 1) : -1;
    path[len < 0 ? 0 : len] = '\0';
    if (!is_durable(path) || fstat(fd, &st) < 0)
        return;
    if (!synced)
        note_change(st.st_ino);
    for (size_t i = 0; synced && i < unsynced_count; i++)
        if (unsynced[i] == st.st_ino)
            unsynced[i--] = unsynced[--unsynced_count];
}

/* The directory of path. */
static void note_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    char dir[4096];
    struct stat st;

    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (is_durable(path) && stat(dir, &st) == 0)
        note_change(st.st_ino);
}

static void note_named(const char *from, const char *to)
{
    struct stat st;

    if (!is_durable(to))
        return;
    named_early += stat(from, &st) == 0 && is_unsynced(st.st_ino);
    note_name(to);
}

/* Removing and renaming need no space: only the others fail on a full disk. */
ssize_t write(int fd, const void *data, size_t len)
{
    if (step(true))
        return -1;
    note_fd(fd, false);
    return syscall(SYS_write, fd, data, len);
}
int fsync(int fd)
{
    if (step(true))
        return -1;
    note_fd(fd, true);
    return 0;                   /* no power is cut here, and disks are slow */
}
int mkdir(const char *path, mode_t mode) { return step(true) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
int rename(const char *from, const char *to)
{
    if (step(false))
        return -1;
    note_named(from, to);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    if (step(true))
        return -1;
    note_named(from, to);
    return (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
}
int unlink(const char *path) { return step(false) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }
int unlinkat(int fd, const char *path, int flags) { return step(false) ? -1 : (int)syscall(SYS_unlinkat, fd, path, flags); }
int rmdir(const char *path) { return step(false) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR); }

/* Runs work(arg) in a child that is stopped before its nth step (full: that finds no room for its nth write
 * and any later one); true if it came to the end without meeting that. */
static inline bool run_until(int n, bool full, int (*work)(void *arg), void *arg)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        steps_fail = full;
        steps_left = n;
        status = work(arg);
        steps_left = -1;
        _exit(steps_failed ? STOPPED : status);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        fprintf(stderr, "# the child of step %d ended by itself\n", n);
        _exit(1);
    }
    return WEXITSTATUS(status) != STOPPED;
}

static inline bool run_until_step(int n, int (*work)(void *arg), void *arg)
{
    return run_until(n, false, work, arg);
}

#endif
