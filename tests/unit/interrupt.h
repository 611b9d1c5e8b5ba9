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

/* Removing and renaming need no space: only the others fail on a full disk. */
ssize_t write(int fd, const void *data, size_t len) { return step(true) ? -1 : syscall(SYS_write, fd, data, len); }
int fsync(int fd) { (void)fd; return step(true) ? -1 : 0; }    /* no power is cut here, and disks are slow */
int mkdir(const char *path, mode_t mode) { return step(true) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode); }
int rename(const char *from, const char *to) { return step(false) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    return step(true) ? -1 : (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
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
