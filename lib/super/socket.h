/* The control socket, RUN_DIR/supervisor.sock, from both ends. */
#ifndef XM_SUPER_SOCKET_H
#define XM_SUPER_SOCKET_H

#include "base/error.h"

#define SUPER_SOCKET "supervisor.sock"
#define SUPER_LOCK "supervisor.lock"
#define SUPER_LINE_MAX (64u << 10)

/* Close-on-exec; the listening one does not block. A socket file that is there is replaced. */
int super_socket_connect(const char *run_dir, int *ret_fd, xm_error **err);
int super_socket_listen(const char *run_dir, int *ret_fd, xm_error **err);

#endif
