/* One supervisor takes over from another, without a moment in which nobody looks.
 *
 * The new one listens to the host before it asks. The old one then does nothing more: it hands over
 * its lock, its listening socket and the ends of its workers, and writes into a file in memory what
 * the new one could not find out: what has been told and queued, what was told of which guest, and who
 * was asked to go. So each end of a guest is acted on by one of the two: it is in that file, or it is news
 * to the new one. Should either die half way, the next supervisor finds everything as after any other death. */
#include "super/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "convert/json.h"
#include "registry/uuid.h"
#include "super/socket.h"

#define STATE_MAX (64u << 20)
#define ANSWER_MS 10000         /* for the old one to hand over */
#define LEAVE_MS 5000           /* and to end when it is told to */
#define TRIES_MAX 5

enum { FD_LOCK, FD_LISTENER, FD_STATE, FD_WORKERS, FDS_MAX = FD_WORKERS + SUPER_WORKERS_MAX + SUPER_DUMPERS_MAX };

/* --- what is handed over, as JSON --- */

static xm_json *job_to_json(const struct job *job, int64_t worker)
{
    xm_json *json = xm_json_new(XM_JSON_OBJECT);
    int64_t now = super_now();

    xm_json_set(json, "uuid", xm_json_new_str(job->uuid));
    xm_json_set(json, "action", xm_json_new_str(super_action_word(job->action)));
    xm_json_set(json, "reason", xm_json_new_int(job->reason));
    xm_json_set(json, "tries", xm_json_new_int(job->tries));
    xm_json_set(json, "failures", xm_json_new_int(job->failures));
    xm_json_set(json, "delay", xm_json_new_int(job->not_before > now ? job->not_before - now : 0));
    if (worker >= 0) {
        xm_json_set(json, "worker", xm_json_new_int(worker));
        xm_json_set(json, "pid", xm_json_new_int(job->pid));
        xm_json_set(json, "left", xm_json_new_int(job->limit > now ? job->limit - now : 0));
        xm_json_set(json, "told", xm_json_new_bool(job->told));
    }
    return json;
}

/* A worker without a descriptor (before Linux 5.3) is left to itself: its guest's lock says so. */
static xm_json *jobs_to_json(const struct super *super, int *fds, size_t *fd_count)
{
    xm_json *list = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < super->job_count; i++) {
        const struct job *job = &super->jobs[i];
        int64_t worker = -1;

        if (job->done)
            continue;
        if (job->pid != 0 && job->pidfd >= 0 && *fd_count < FDS_MAX) {
            worker = (int64_t)*fd_count - FD_WORKERS;
            fds[(*fd_count)++] = job->pidfd;
        }
        xm_json_add(list, job_to_json(job, worker));
    }
    return list;
}

static int write_state(struct super *super, int *fds, size_t *fd_count)
{
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_autofree char *text = NULL;
    int fd = memfd_create("xm-supervisor", MFD_CLOEXEC);

    xm_json_set(json, "pid", xm_json_new_int(getpid()));
    xm_json_set(json, "jobs", jobs_to_json(super, fds, fd_count));
    xm_json_set(json, "ring", super_ring_to_json(&super->ring));
    xm_json_set(json, "book", super_book_to_json(&super->book));
    xm_json_set(json, "asked", super_asked_to_json(super));
    text = xm_json_format(json, true);
    if (fd < 0 || xm_fd_write(fd, text, strlen(text), "what is handed over", NULL) < 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* A field that is missing is one that an older supervisor does not know of. */
static int64_t number(const xm_json *json, const char *key, int64_t otherwise)
{
    const xm_json *node = xm_json_get(json, key, NULL);

    return node != NULL ? xm_json_int(node, otherwise) : otherwise;
}

static void take_job(struct super *super, const xm_json *json, int *workers, size_t worker_count)
{
    const xm_json *uuid = xm_json_get(json, "uuid", NULL), *word = xm_json_get(json, "action", NULL);
    const xm_json *told = xm_json_get(json, "told", NULL);
    int64_t worker = number(json, "worker", -1), now = super_now();
    struct job *job;
    int action;

    if (uuid == NULL || xm_json_str(uuid) == NULL || !xm_uuid_is_plain(xm_json_str(uuid)) || word == NULL
        || xm_json_str(word) == NULL || !super_find_action(xm_json_str(word), &action))
        return;
    XM_GROW(super->jobs, super->job_count, super->job_cap);
    job = &super->jobs[super->job_count++];
    *job = (struct job){ .action = action, .reason = (int)number(json, "reason", XM_REASON_NONE), .pidfd = -1,
                         .tries = (unsigned)number(json, "tries", 0), .failures = (unsigned)number(json, "failures", 0),
                         .not_before = now + number(json, "delay", 0) };
    memcpy(job->uuid, xm_json_str(uuid), sizeof(job->uuid));
    if (worker < 0 || (size_t)worker >= worker_count || workers[worker] < 0)
        return;
    job->pidfd = workers[worker];
    workers[worker] = -1;
    job->pid = (pid_t)number(json, "pid", 0);
    job->limit = now + number(json, "left", 0);
    job->told = told != NULL && told->type == XM_JSON_BOOL && told->i;
    job->adopted = true;
}

static int take_state(struct super *super, const int *fds, size_t fd_count, int *workers, xm_error **err)
{
    XM_AUTO(xm_json) *json = NULL;
    xm_autofree char *text = NULL;
    const xm_json *jobs;
    struct stat st;

    if (fstat(fds[FD_STATE], &st) < 0 || st.st_size <= 0 || st.st_size > (off_t)STATE_MAX)
        return xm_fail(err, XM_IO, "hands over nothing");
    text = xm_alloc0(1, (size_t)st.st_size + 1);
    if (lseek(fds[FD_STATE], 0, SEEK_SET) < 0
        || xm_fd_read(fds[FD_STATE], text, (size_t)st.st_size, "what it hands over", err) < 0
        || xm_json_parse(text, (size_t)st.st_size, &json, err) < 0)
        return -1;
    super_ring_from_json(&super->ring, xm_json_get(json, "ring", NULL));
    super_book_from_json(&super->book, xm_json_get(json, "book", NULL));
    jobs = xm_json_get(json, "jobs", NULL);
    for (size_t i = 0; jobs != NULL && jobs->type == XM_JSON_ARRAY && i < jobs->count; i++)
        take_job(super, jobs->items[i], workers, fd_count - FD_WORKERS);
    super->handed = XM_TAKE(json);
    super->took_over = true;
    super_log_line(&super->log, XM_LOG_INFO, "super", "Took over from process %d, with %zu jobs.",
                   (int)number(super->handed, "pid", 0), super->job_count);
    return 0;
}

/* --- the old one --- */

bool super_hand_over(struct super *super, int to)
{
    char answer[] = "{\"ok\": true}\n";
    struct iovec text = { .iov_base = answer, .iov_len = sizeof(answer) - 1 };
    union { char room[CMSG_SPACE(sizeof(int) * FDS_MAX)]; struct cmsghdr align; } control = { 0 };
    struct msghdr message = { .msg_iov = &text, .msg_iovlen = 1, .msg_control = control.room };
    int fds[FDS_MAX] = { [FD_LOCK] = super->lock, [FD_LISTENER] = super->listener };
    size_t count = FD_WORKERS;
    struct cmsghdr *head;
    bool sent;

    fds[FD_STATE] = write_state(super, fds, &count);
    if (fds[FD_STATE] < 0)
        return false;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(head), fds, sizeof(int) * count);
    sent = sendmsg(to, &message, MSG_NOSIGNAL) == (ssize_t)text.iov_len;
    close(fds[FD_STATE]);
    if (sent)
        super_log_line(&super->log, XM_LOG_INFO, "super", "Handed over to another supervisor.");
    return sent;
}

/* --- the new one --- */

static void close_fds(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int receive(int fd, int *fds, size_t *ret_count, xm_error **err)
{
    char text[256];
    struct iovec room = { .iov_base = text, .iov_len = sizeof(text) - 1 };
    union { char room[CMSG_SPACE(sizeof(int) * FDS_MAX)]; struct cmsghdr align; } control = { 0 };
    struct msghdr message = { .msg_iov = &room, .msg_iovlen = 1, .msg_control = control.room,
                              .msg_controllen = sizeof(control.room) };
    struct pollfd readable = { .fd = fd, .events = POLLIN };
    struct cmsghdr *head;

    *ret_count = 0;
    if (poll(&readable, 1, ANSWER_MS) <= 0)
        return xm_fail(err, XM_TIMEOUT, "does not answer");
    if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) <= 0)
        return xm_fail(err, XM_IO, "has gone away");
    head = CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
        *ret_count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(head), *ret_count * sizeof(int));
    }
    return *ret_count < FD_WORKERS ? xm_fail(err, XM_UNSUPPORTED, "knows of no handing over") : 0;
}

static int ask(struct super *super, int fd, xm_error **err)
{
    static const char request[] = "{\"op\": \"replace\"}\n";
    int fds[FDS_MAX];
    size_t count;
    int rc;

    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
        return xm_fail(err, XM_IO, "has gone away");
    rc = receive(fd, fds, &count, err);
    if (rc == 0)
        rc = take_state(super, fds, count, fds + FD_WORKERS, err);
    if (rc == 0) {
        super->lock = fds[FD_LOCK];
        super->listener = fds[FD_LISTENER];
        fds[FD_LOCK] = fds[FD_LISTENER] = -1;
        /* Whoever connects from now on is told this process for its peer. */
        if (listen(super->listener, 128) < 0)
            rc = xm_fail_errno(err, errno, "the supervisor's socket");
    }
    close_fds(fds, count);
    return rc;
}

/* One that hangs, or is too old to hand over, is ended: it may be, at any moment. */
static int force_out(struct super *super, int fd, xm_error **err)
{
    static const int signals[] = { SIGTERM, SIGKILL };
    xm_autofree char *path = xm_printf("%s/" SUPER_LOCK, super->config->conf->run_dir);
    struct ucred cred;
    socklen_t len = sizeof(cred);
    xm_autoclose int old = -1;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0 || cred.pid <= 0 || (old = pidfd_open(cred.pid, 0)) < 0)
        return xm_fail_errno(err, errno, "cannot be ended");
    super_log_line(&super->log, XM_LOG_WARNING, "super", "Process %d does not hand over, ending it.", (int)cred.pid);
    for (size_t i = 0; i < XM_COUNT(signals); i++) {
        struct pollfd ended = { .fd = old, .events = POLLIN };

        (void)pidfd_send_signal(old, signals[i], NULL, 0);     /* one that has ended by itself is as well */
        if (poll(&ended, 1, LEAVE_MS) > 0)
            return xm_lock_open(path, false, &super->lock, err);
    }
    return xm_fail(err, XM_TIMEOUT, "process %d cannot be ended", (int)cred.pid);
}

static int take_over_once(struct super *super, xm_error **err)
{
    const char *run_dir = super->config->conf->run_dir;
    xm_autofree char *path = xm_printf("%s/" SUPER_LOCK, run_dir);
    xm_autoclose int fd = -1;
    xm_error *why = NULL;

    /* It may be on its way out, or not yet in. */
    for (int64_t end = super_now() + LEAVE_MS; super_socket_connect(run_dir, &fd, &why) < 0;) {
        struct timespec pause = { .tv_nsec = 20 * 1000000 };

        if (xm_lock_open(path, false, &super->lock, NULL) == 0) {
            xm_error_free(why);
            return 0;
        }
        if (super_now() >= end || *super->config->stop)
            return xm_error_pass(err, why);
        xm_error_free(why);
        why = NULL;
        nanosleep(&pause, NULL);
    }
    if (ask(super, fd, &why) == 0)
        return 0;
    xm_error_free(why);
    if (xm_lock_open(path, false, &super->lock, NULL) == 0)
        return 0;
    return force_out(super, fd, err) < 0 ? xm_wrap(err, "the supervisor") : 0;
}

int super_take_over(struct super *super, xm_error **err)
{
    for (unsigned tries = 1;; tries++) {
        xm_error *why = NULL;

        if (take_over_once(super, &why) == 0)
            return 0;
        /* Whoever missed the one that was ended may have started the next before we took its place. */
        if (why->code != XM_BUSY || tries == TRIES_MAX)
            return xm_error_pass(err, why);
        xm_error_free(why);
    }
}
