#include "super/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "super/handover.h"
#include "super/socket.h"

#define IDLE_MS 60000

int64_t super_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int take_host(struct super *super, xm_error **err)
{
    const xm_conf *conf = super->config->conf;
    xm_autofree char *path = xm_printf("%s/" SUPER_LOCK, conf->run_dir);
    xm_error *why = NULL;

    if (xm_dir_make(conf->run_dir, 0700, err) < 0)
        return -1;
    if (xm_lock_open(path, false, &super->lock, &why) == 0)
        return 0;
    if (why->code != XM_BUSY)
        return xm_error_pass(err, why);
    xm_error_free(why);
    if (super->config->replace)
        return 0;               /* asked for when we are ready to do its work */
    return xm_fail(err, XM_BUSY, "another supervisor looks after this host");
}

/* Commands that find no socket start another supervisor; one whose socket has been taken away is
 * of no use to anybody, and must not stay behind in a directory that somebody removed. */
static bool has_socket(const struct super *super)
{
    xm_autofree char *path = xm_printf("%s/" SUPER_SOCKET, super->config->conf->run_dir);
    struct stat st;

    return stat(path, &st) == 0 && st.st_dev == super->socket_dev && st.st_ino == super->socket_ino;
}

static int open_socket(struct super *super, xm_error **err)
{
    const char *run_dir = super->config->conf->run_dir;
    xm_autofree char *path = xm_printf("%s/" SUPER_SOCKET, run_dir);
    struct stat st;

    super->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (super->watch < 0 || inotify_add_watch(super->watch, run_dir, IN_DELETE | IN_MOVE | IN_CREATE | IN_DELETE_SELF
                                                                     | IN_MOVE_SELF) < 0)
        return xm_fail_errno(err, errno, "%s", run_dir);
    if (super->listener < 0 && super_socket_listen(run_dir, &super->listener, err) < 0)
        return -1;
    if (stat(path, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    super->socket_dev = st.st_dev;
    super->socket_ino = st.st_ino;
    return 0;
}

static int open_all(struct super *super, xm_error **err)
{
    const xm_conf *conf = super->config->conf;

    if (take_host(super, err) < 0 || xm_host_open(conf, &super->log.log, &super->host, err) < 0
        || xm_reg_open(conf->state_dir, &super->log.log, &super->reg, err) < 0)
        return -1;
    super->guests = (struct xm_guests){ .host = super->host, .reg = super->reg, .log = &super->log.log };
    /* Events before the first look, so that nothing falls in between; the socket last, so that
     * whoever reaches it is answered out of full knowledge. */
    if (xm_host_events_open(super->host, &super->events, err) < 0 || super_watch_locks(super, err) < 0
        || (super->lock < 0 && super_take_over(super, err) < 0) || super_adopt(super, err) < 0)
        return -1;
    return open_socket(super, err);
}

static void close_all(struct super *super)
{
    xm_autofree char *path = xm_printf("%s/" SUPER_SOCKET, super->config->conf->run_dir);

    if (super->listener >= 0) {
        if (!super->handed_over && has_socket(super))
            (void)unlink(path);
        close(super->listener);
    }
    /* Workers go on by themselves; the next supervisor finds what they do by their guests' locks. */
    for (size_t i = 0; i < super->job_count; i++)
        if (super->jobs[i].pidfd >= 0)
            close(super->jobs[i].pidfd);
    free(super->jobs);
    super->jobs = NULL;
    super->job_count = super->job_cap = 0;
    for (size_t i = 0; i < super->peer_count; i++) {
        super->peers[i].gone = true;
        super->peers[i].work_count = 0;
    }
    super_drop_gone(super);
    free(super->peers);
    free(super->tracked);
    free(super->moves);
    xm_json_free(super->handed);
    super_ring_clear(&super->ring);
    super_book_clear(&super->book);
    xm_host_close(super->host);
    xm_reg_close(super->reg);
    if (super->watch >= 0)
        close(super->watch);
    if (super->locks >= 0)
        close(super->locks);
    if (super->lock >= 0)
        close(super->lock);
    super_log_clear(&super->log);
}

enum { AT_EVENTS, AT_LOCKS, AT_LISTENER, AT_WATCH, AT_OTHERS };

static size_t fill(const struct super *super, struct pollfd *fds)
{
    size_t n = AT_OTHERS;

    fds[AT_EVENTS] = (struct pollfd){ .fd = super->events, .events = POLLIN };
    fds[AT_LOCKS] = (struct pollfd){ .fd = super->locks, .events = POLLIN };
    fds[AT_LISTENER] = (struct pollfd){ .fd = super->accept_after > super_now() ? -1 : super->listener, .events = POLLIN };
    fds[AT_WATCH] = (struct pollfd){ .fd = super->watch, .events = POLLIN };
    for (size_t i = 0; i < super->peer_count; i++) {
        const struct peer *peer = &super->peers[i];
        bool writes = peer->out.len > 0 || super_has_news(super, peer);

        fds[n++] = (struct pollfd){ .fd = peer->fd, .events = (short)(POLLIN | (writes ? POLLOUT : 0)) };
    }
    for (size_t i = 0; i < super->job_count; i++)
        if (super->jobs[i].pidfd >= 0)
            fds[n++] = (struct pollfd){ .fd = super->jobs[i].pidfd, .events = POLLIN };
    return n;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t idle_limit(const struct super *super)
{
    return super->config->idle_ms != 0 ? super->config->idle_ms : IDLE_MS;
}

static int64_t next_due(const struct super *super)
{
    int64_t due = super_jobs_due(super);

    for (size_t i = 0; i < super->peer_count; i++)
        if (super->peers[i].deadline != 0)
            due = earlier(due, super->peers[i].deadline);
    if (super->idle_since != 0)
        due = earlier(due, super->idle_since + idle_limit(super));
    if (super->accept_after > super_now())
        due = earlier(due, super->accept_after);
    return due;
}

static int wait_for_something(struct super *super, struct pollfd *fds, size_t count)
{
    int64_t due = next_due(super), left = due - super_now();
    struct timespec limit;

    if (left < 0)
        left = 0;
    limit = (struct timespec){ .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L };
    /* Signals are let in only here, so one that asks us to stop is never slept through. */
    return ppoll(fds, count, due == INT64_MAX ? NULL : &limit, &super->mask);
}

static int take_events(struct super *super, xm_error **err)
{
    struct xm_event event;
    int rc;

    while ((rc = xm_host_event_next(super->host, &event, err)) > 0)
        super_handle(super, &event);
    return rc;
}

static void serve_all(struct super *super, const struct pollfd *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i].revents != 0 || (super->peers[i].deadline != 0 && super->peers[i].deadline <= super_now()))
            super_serve(super, &super->peers[i], fds[i].revents);
    super_drop_gone(super);
}

static void note_idleness(struct super *super)
{
    bool idle = !super->config->stay && super->peer_count == 0 && super->job_count == 0 && super->tracked_count == 0;

    if (!idle)
        super->idle_since = 0;
    else if (super->idle_since == 0)
        super->idle_since = super_now();
}

static bool is_wanted(struct super *super)
{
    if (super->idle_since == 0 || super_now() < super->idle_since + idle_limit(super))
        return true;
    super_log_line(&super->log, XM_LOG_INFO, "super", "Nothing to look after: leaving.");
    return false;
}

static int run(struct super *super, xm_error **err)
{
    xm_autofree struct pollfd *fds = NULL;
    char drain[4096];

    while (!*super->config->stop) {
        size_t peers = super->peer_count, count;
        int rc;

        fds = xm_realloc(fds, AT_OTHERS + peers + super->job_count, sizeof(*fds));
        count = fill(super, fds);
        rc = wait_for_something(super, fds, count);
        if (rc < 0 && errno != EINTR)
            return xm_fail_errno(err, errno, "cannot wait for events");
        if (rc < 0)
            continue;
        if (fds[AT_EVENTS].revents != 0 && take_events(super, err) < 0)
            return -1;
        if (fds[AT_LOCKS].revents != 0)
            super_notice_locks(super);
        serve_all(super, fds + AT_OTHERS, peers);
        if (super->heir >= 0 && (super->handed_over = super_hand_over(super, super->heir)))
            return 0;
        super->heir = -1;
        if (fds[AT_LISTENER].revents != 0)
            super_accept(super);
        if (fds[AT_WATCH].revents != 0) {
            while (read(super->watch, drain, sizeof(drain)) > 0)
                continue;
            if (!has_socket(super))
                return 0;
        }
        super_run_jobs(super);
        note_idleness(super);
        if (!is_wanted(super))
            return 0;
    }
    return 0;
}

/* Each HVM guest costs one. What a system gives without being asked is for programs that select(). */
static void want_files(struct super *super)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &super->files) < 0)
        return;
    files = super->files;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);     /* there are as many as there are, then */
}

int xm_super_run(const struct xm_super_config *config, xm_error **err)
{
    static const int held_back[] = { SIGTERM, SIGINT, SIGHUP };
    struct super super = { .config = config, .lock = -1, .events = -1, .listener = -1, .watch = -1, .locks = -1,
                           .heir = -1 };
    sigset_t held;
    xm_error *why = NULL;
    int rc;

    sigemptyset(&held);
    for (size_t i = 0; i < XM_COUNT(held_back); i++)
        sigaddset(&held, held_back[i]);
    sigprocmask(SIG_BLOCK, &held, &super.mask);
    want_files(&super);
    super_log_init(&super.log, config->conf, "guest", config->log);
    super_ring_init(&super.ring);
    rc = open_all(&super, &why);
    if (rc == 0) {
        super_log_line(&super.log, XM_LOG_INFO, "super", "Supervisor started.");
        note_idleness(&super);
        super_run_jobs(&super);
        rc = run(&super, &why);
        super_log_line(&super.log, XM_LOG_INFO, "super", "Supervisor ended.");
    }
    if (rc < 0 && why->code != XM_BUSY) {
        xm_autofree char *text = xm_error_text(why);

        super_log_line(&super.log, XM_LOG_ERROR, "super", "Supervisor failed: %s", text);
    }
    close_all(&super);
    sigprocmask(SIG_SETMASK, &super.mask, NULL);
    (void)setrlimit(RLIMIT_NOFILE, &super.files);
    return rc < 0 ? xm_error_pass(err, why) : 0;
}
