/* Device models: processes that serve one domain, and know its number by a word of their command line. */
#include "host/xen/xen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/fd.h"

#define CMDLINE_MAX 65536

/* Between asking it to end and ending it. */
enum { END_MS = 3000 };

/* Files of /proc tell no size, and a process may be gone at any instant. */
static ssize_t read_proc(int pid, const char *file, char *into, size_t room)
{
    xm_autofree char *path = xm_printf("/proc/%d/%s", pid, file);
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n = 0;

    if (fd < 0)
        return -1;
    while (len < room - 1 && (n = read(fd, into + len, room - 1 - len)) > 0)
        len += (size_t)n;
    into[len] = '\0';
    return n < 0 ? -1 : (ssize_t)len;
}

/* The 22nd word; the second one is in parentheses and may hold anything. */
static uint64_t start_of(int pid)
{
    char text[1024], *at;
    unsigned long long started = 0;

    if (read_proc(pid, "stat", text, sizeof(text)) <= 0 || (at = strrchr(text, ')')) == NULL)
        return 0;
    for (int word = 3; word <= 22 && at != NULL; word++)
        at = strchr(at + 1, ' ');
    return at != NULL && sscanf(at, " %llu", &started) == 1 ? started : 0;
}

/* The domain that a process serves; 0 if it serves none, or domain 0. */
static uint32_t domid_of(int pid, char *ret_program, size_t room)
{
    xm_autofree char *words = xm_alloc0(CMDLINE_MAX, 1);
    ssize_t len = read_proc(pid, "cmdline", words, CMDLINE_MAX);

    if (len <= 0)
        return 0;
    snprintf(ret_program, room, "%s", words);
    return xen_text_serves(words, (size_t)len);
}

void xen_orphans(xm_leftovers *found)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    char program[256];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        int pid = atoi(entry->d_name);
        uint32_t domid = pid > 0 ? domid_of(pid, program, sizeof(program)) : 0;

        if (domid != 0)
            xm_leftovers_add(found, XM_LEFTOVER_PROCESS, domid, program, pid, start_of(pid));
    }
    if (dir != NULL)
        closedir(dir);
}

int xen_model_of(uint32_t domid)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    char program[256];
    int found = 0;

    while (dir != NULL && found == 0 && (entry = readdir(dir)) != NULL) {
        int pid = atoi(entry->d_name);

        found = pid > 0 && domid_of(pid, program, sizeof(program)) == domid ? pid : 0;
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

bool xen_model_serves(int pid, uint32_t domid)
{
    xm_autofree char *words = xm_alloc0(CMDLINE_MAX, 1);
    ssize_t len = read_proc(pid, "cmdline", words, CMDLINE_MAX);

    if (len < 0)        /* anything but that it is gone is about ourselves: no descriptor is free, say */
        return errno != ENOENT && errno != ESRCH;
    return xen_text_serves_one(words, (size_t)len, domid);
}

/* By a descriptor, which stays that process's whatever becomes of its number. */
static int end(int fd, const char *program, int pid, xm_error **err)
{
    struct pollfd at = { .fd = fd, .events = POLLIN };

    if (pidfd_send_signal(fd, SIGTERM, NULL, 0) < 0)
        return errno == ESRCH ? 0 : xm_fail_errno(err, errno, "%s, process %d", program, pid);
    if (poll(&at, 1, END_MS) > 0)
        return 0;
    if (pidfd_send_signal(fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
        return xm_fail_errno(err, errno, "%s, process %d", program, pid);
    if (poll(&at, 1, END_MS) > 0)
        return 0;
    return xm_fail(err, XM_TIMEOUT, "%s, process %d: does not end", program, pid);
}

int xen_orphan_end(const struct xm_leftover *leftover, xm_error **err)
{
    xm_autoclose int fd = pidfd_open(leftover->pid, 0);
    char program[256];

    if (fd < 0)
        return errno == ESRCH ? 0 : xm_fail_errno(err, errno, "process %d", leftover->pid);
    if (domid_of(leftover->pid, program, sizeof(program)) != leftover->domid || start_of(leftover->pid) != leftover->started)
        return 0;               /* it has ended, and its number is another's */
    return end(fd, program, leftover->pid, err);
}
