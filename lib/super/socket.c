#include "super/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

/* An address holds 107 bytes, a path may be longer: it is named through its open directory. */
static int address(const char *run_dir, struct sockaddr_un *ret_addr, int *ret_dir, xm_error **err)
{
    int dir = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return xm_fail_errno(err, errno, "%s", run_dir);
    *ret_addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(ret_addr->sun_path, sizeof(ret_addr->sun_path), "/proc/self/fd/%d/" SUPER_SOCKET, dir);
    *ret_dir = dir;
    return 0;
}

int super_socket_connect(const char *run_dir, int *ret_fd, xm_error **err)
{
    xm_autoclose int dir = -1, fd = -1;
    struct sockaddr_un addr;

    if (address(run_dir, &addr, &dir, err) < 0)
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
        return xm_fail_errno(err, errno, "%s/" SUPER_SOCKET, run_dir);
    *ret_fd = fd;
    fd = -1;
    return 0;
}

int super_socket_listen(const char *run_dir, int *ret_fd, xm_error **err)
{
    xm_autoclose int dir = -1, fd = -1;
    struct sockaddr_un addr;
    mode_t mask;
    int rc;

    if (address(run_dir, &addr, &dir, err) < 0)
        return -1;
    if (unlinkat(dir, SUPER_SOCKET, 0) < 0 && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s/" SUPER_SOCKET, run_dir);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s/" SUPER_SOCKET, run_dir);
    mask = umask(0177);
    rc = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    umask(mask);
    if (rc < 0 || listen(fd, 128) < 0)
        return xm_fail_errno(err, errno, "%s/" SUPER_SOCKET, run_dir);
    *ret_fd = fd;
    fd = -1;
    return 0;
}
