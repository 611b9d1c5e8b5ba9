/* Jobs: what is to be done with a guest, one at a time each, by worker processes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry/moves.h"
#include "registry/trouble.h"
#include "super/loop.h"
#include "super/policy.h"

#define WORKER_MS (300 * 1000)      /* a build that takes longer hangs, and so does one who writes a core and gets no further */
#define WORKER_GRACE_MS (15 * 1000) /* between asking it to undo and ending it */
#define TRIES_MAX 5
#define RETRY_MS 1000
#define HELD_FIRST_MS 50
#define HELD_MOST_MS 30000

/* What a job can be besides an end's action. */
static const struct { int action; const char *word; } others[] = {
    { SUPER_MEND, "mend" }, { SUPER_EJECT, "eject" }, { SUPER_MODEL, "model-lost" },
};

const char *super_action_word(int action)
{
    for (size_t i = 0; i < XM_COUNT(others); i++)
        if (others[i].action == action)
            return others[i].word;
    return xm_policy_action_word((unsigned)action);
}

static bool is_dump(const struct job *job)
{
    return job->action >= 0 && ((unsigned)job->action & XM_ACTION_DUMP);
}

bool super_find_action(const char *word, int *ret_action)
{
    unsigned action;

    for (size_t i = 0; i < XM_COUNT(others); i++)
        if (strcmp(others[i].word, word) == 0) {
            *ret_action = others[i].action;
            return true;
        }
    if (!xm_policy_find_action(word, &action))
        return false;
    *ret_action = (int)action;
    return true;
}

static bool stands_alone(int action)
{
    return action == SUPER_EJECT || action == SUPER_MODEL;
}

/* Does a new job take the place of one that waits? An ejection, or a device model's loss, only that of its like. */
static bool replaces(const struct job *job, int action, int reason)
{
    if (stands_alone(action) || stands_alone(job->action))
        return action == job->action && reason == job->reason;
    return true;
}

void super_queue(struct super *super, const char *uuid, int action, int reason)
{
    struct job *job = NULL;

    for (size_t i = 0; i < super->job_count; i++)
        if (super->jobs[i].pid == 0 && !super->jobs[i].done && strcmp(super->jobs[i].uuid, uuid) == 0
            && replaces(&super->jobs[i], action, reason))
            job = &super->jobs[i];
    if (job != NULL && action < 0) {
        job->not_before = 0;        /* something has happened: worth another look */
        return;
    }
    if (job == NULL) {
        XM_GROW(super->jobs, super->job_count, super->job_cap);
        job = &super->jobs[super->job_count++];
    }
    *job = (struct job){ .action = action, .reason = reason, .pidfd = -1 };
    memcpy(job->uuid, uuid, sizeof(job->uuid));
}

bool super_has_job(const struct super *super, const char *uuid, int action, int reason)
{
    for (size_t i = 0; i < super->job_count; i++) {
        const struct job *job = &super->jobs[i];

        if (!job->done && job->action == action && job->reason == reason && strcmp(job->uuid, uuid) == 0)
            return true;
    }
    return false;
}

static bool has_worker(const struct super *super, const char *uuid)
{
    for (size_t i = 0; i < super->job_count; i++)
        if (super->jobs[i].pid != 0 && strcmp(super->jobs[i].uuid, uuid) == 0)
            return true;
    return false;
}

/* Cores take long: those who write them must not keep others from being built again. */
static bool has_room(const struct super *super, bool dump)
{
    size_t count = 0;

    for (size_t i = 0; i < super->job_count; i++)
        count += super->jobs[i].pid != 0 && is_dump(&super->jobs[i]) == dump;
    return count < (dump ? SUPER_DUMPERS_MAX : SUPER_WORKERS_MAX);
}

static void exec_worker(struct super *super, const struct job *job)
{
    char *const *argv = super->config->worker;
    char reason[16];
    char **words;
    size_t count = 0;

    while (argv[count] != NULL)
        count++;
    words = xm_new0(char *, count + 4);
    memcpy(words, argv, count * sizeof(*words));
    snprintf(reason, sizeof(reason), "%d", job->reason);
    words[count] = (char *)job->uuid;
    words[count + 1] = reason;
    words[count + 2] = (char *)super_action_word(job->action);
    sigprocmask(SIG_SETMASK, &super->mask, NULL);
    (void)setrlimit(RLIMIT_NOFILE, &super->files);      /* less than we have is never refused */
    execv(words[0], words);
    _exit(127);
}

static int64_t limit_of(unsigned given_ms, int64_t otherwise)
{
    return given_ms != 0 ? given_ms : otherwise;
}

static int start_worker(struct super *super, struct job *job)
{
    job->pid = fork();
    if (job->pid == 0)
        exec_worker(super, job);
    if (job->pid < 0) {
        job->pid = 0;
        return -1;
    }
    job->pidfd = pidfd_open(job->pid, 0);
    job->adopted = false;
    job->limit = super_now() + limit_of(super->config->worker_ms, WORKER_MS);
    job->beat = xm_reg_last_beat(super->reg, job->uuid);
    return 0;
}

/* A move that was cut off, and that can be settled without asking the other side. */
static bool has_cut_off_move(struct super *super, const char *uuid)
{
    XM_AUTO(xm_move) *move = NULL;

    return xm_move_has(super->reg, uuid) && xm_move_load(super->reg, uuid, &move, NULL) == 0
        && move->stage != XM_MOVE_ASKED && !xm_reg_is_held(super->reg, uuid);
}

/* Most mendings find nothing to mend: the event came from a command that is doing its work. The
 * look is cheap, a process is not. */
static bool needs_mending(struct super *super, const char *uuid)
{
    XM_AUTO(xm_domains) *domains = NULL;
    struct xm_reg_state state;

    if (has_cut_off_move(super, uuid))
        return true;
    if (xm_reg_load_state(super->reg, uuid, &state, NULL) < 0 || xm_move_has(super->reg, uuid))
        return false;           /* one that is on its way, or in doubt, is no other mending's */
    if (xm_reg_has_change(super->reg, uuid))
        return true;
    if (state.phase != XM_PHASE_RUNNING || xm_guest_is_half_way(&state))
        return xm_guest_is_half_way(&state);
    return xm_host_get(super->host, state.domid, 0, &domains, NULL) < 0
        || strcmp(domains->items[0].uuid, uuid) != 0 || domains->items[0].dying;
}

static void put_off(struct job *job, int64_t first)
{
    int64_t delay = first;

    for (unsigned i = 0; i < job->tries && delay < HELD_MOST_MS; i++)
        delay *= 2;
    job->tries++;
    job->not_before = super_now() + (delay < HELD_MOST_MS ? delay : HELD_MOST_MS);
}

/* False while another process holds the guest: it will settle it, or die and leave it to us. */
static bool is_free(struct super *super, const char *uuid)
{
    xm_autoclose int lock = -1;

    return xm_reg_lock(super->reg, uuid, false, &lock, NULL) == 0;
}

static void try_to_start(struct super *super, struct job *job)
{
    bool known = xm_reg_has(super->reg, job->uuid) || (job->action == SUPER_MEND && xm_move_has(super->reg, job->uuid));

    if (!known || (job->action == SUPER_MEND && !needs_mending(super, job->uuid))) {
        super_take_in(super, job->uuid);
        job->done = true;
        return;
    }
    /* A worker that waited for the guest would keep others from their work, and be taken for hung. */
    if (!is_free(super, job->uuid))
        put_off(job, HELD_FIRST_MS);
    else if (start_worker(super, job) < 0)
        put_off(job, RETRY_MS);
}

static bool still_runs(struct super *super, const char *uuid)
{
    struct xm_reg_state state;

    return xm_reg_load_state(super->reg, uuid, &state, NULL) == 0 && state.phase == XM_PHASE_RUNNING;
}

static void give_up(struct super *super, const struct job *job)
{
    super_log_line(&super->log, XM_LOG_ERROR, "jobs", "%s: %s failed %d times, given up", job->uuid, super_action_word(job->action),
                   TRIES_MAX);
}

static void tell_failure(struct super *super, const struct job *job, const char *why)
{
    xm_autofree char *detail = xm_printf("%s: %s", super_action_word(job->action), why);

    super_notice_failure(super, job->uuid, detail);
}

/* What a worker that has ended leaves to do. */
static void conclude(struct super *super, struct job *job, bool killed, int status)
{
    struct job ended = *job;

    job->pid = 0;
    job->done = true;
    if (job->pidfd >= 0)
        close(job->pidfd);
    job->pidfd = -1;
    super_take_in(super, ended.uuid);
    if (!killed && status == 0)
        return;
    tell_failure(super, &ended, killed ? "its process was ended" : "see the log");
    if (killed)
        super_log_line(&super->log, XM_LOG_ERROR, "jobs", "%s: the worker for %s was ended by signal %d",
                       ended.uuid, super_action_word(ended.action), status);
    else if (status == 127)
        super_log_line(&super->log, XM_LOG_ERROR, "jobs", "%s: cannot run %s", ended.uuid, super->config->worker[0]);
    /* The worker has logged its own failure. What it left half done is settled by another; what it
     * did not even begin is tried again. */
    if (ended.action != SUPER_MEND && !still_runs(super, ended.uuid)) {
        super_queue(super, ended.uuid, SUPER_MEND, XM_REASON_NONE);
    } else if (++job->failures < TRIES_MAX) {
        job->done = job->told = false;
        put_off(job, RETRY_MS);
    } else {
        give_up(super, &ended);
    }
}

/* A guest that has shut down, and nothing has been done about it. */
static bool waits_for_its_end(struct super *super, const char *uuid)
{
    XM_AUTO(xm_domains) *domains = NULL;
    struct xm_reg_state state;

    return xm_reg_load_state(super->reg, uuid, &state, NULL) == 0 && state.phase == XM_PHASE_RUNNING
        && state.last_reason == XM_REASON_NONE && xm_host_get(super->host, state.domid, 0, &domains, NULL) == 0
        && strcmp(domains->items[0].uuid, uuid) == 0 && domains->items[0].shutdown
        && domains->items[0].reason != XM_REASON_SUSPEND;
}

/* How another's child ended is told to its parent alone; what it has done can be seen. */
static void check_adopted(struct super *super, struct job *job)
{
    struct pollfd ended = { .fd = job->pidfd, .events = POLLIN };

    if (poll(&ended, 1, 0) > 0)
        conclude(super, job, false, needs_mending(super, job->uuid)
                 || (job->action >= 0 && waits_for_its_end(super, job->uuid)));
}

/* It has done something since the last look, and gets as long again. */
static bool gets_on(struct super *super, struct job *job, int64_t now)
{
    int64_t beat = xm_reg_last_beat(super->reg, job->uuid);

    if (job->told || !is_dump(job) || beat == job->beat)
        return false;
    job->beat = beat;
    job->limit = now + limit_of(super->config->worker_ms, WORKER_MS);
    return true;
}

static void check_child(struct super *super, struct job *job)
{
    int status;
    pid_t pid = waitpid(job->pid, &status, WNOHANG);

    if (pid == job->pid)
        conclude(super, job, WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    else if (pid < 0 && errno == ECHILD)        /* something in this process reaped it for us */
        conclude(super, job, false, 0);
}

static void send_signal(const struct job *job, int signum)
{
    if (job->pidfd >= 0)
        (void)pidfd_send_signal(job->pidfd, signum, NULL, 0);   /* it may just have ended */
    else
        (void)kill(job->pid, signum);       /* our child, not yet waited for */
}

static void check_worker(struct super *super, struct job *job)
{
    int64_t now = super_now();

    if (job->adopted)
        check_adopted(super, job);
    else
        check_child(super, job);
    if (job->pid == 0 || now < job->limit || gets_on(super, job, now))
        return;
    super_log_line(&super->log, XM_LOG_ERROR, "jobs", "%s: the worker for %s (pid %d) hangs, %s", job->uuid,
                   super_action_word(job->action), (int)job->pid, job->told ? "ending it" : "asking it to stop");
    send_signal(job, job->told ? SIGKILL : SIGTERM);
    job->told = true;
    job->limit = now + limit_of(super->config->grace_ms, WORKER_GRACE_MS);
}

static void forget_done(struct super *super)
{
    size_t kept = 0;

    for (size_t i = 0; i < super->job_count; i++)
        if (!super->jobs[i].done)
            super->jobs[kept++] = super->jobs[i];
    super->job_count = kept;
}

static bool may_start(const struct super *super, const struct job *job)
{
    return job->pid == 0 && !job->done && job->not_before <= super_now()
        && !has_worker(super, job->uuid) && !super_is_worked_on(super, job->uuid);
}

void super_run_jobs(struct super *super)
{
    /* by index: a job's end may queue another one, and that may move them all */
    for (size_t i = 0; i < super->job_count; i++)
        if (super->jobs[i].pid != 0)
            check_worker(super, &super->jobs[i]);
    for (size_t i = 0; i < super->job_count; i++)
        if (has_room(super, is_dump(&super->jobs[i])) && may_start(super, &super->jobs[i]))
            try_to_start(super, &super->jobs[i]);
    forget_done(super);
    super_lose_patience(super);
}

int64_t super_jobs_due(const struct super *super)
{
    int64_t due = super_patience_due(super);

    for (size_t i = 0; i < super->job_count; i++) {
        const struct job *job = &super->jobs[i];
        int64_t at = job->pid != 0 ? job->limit : job->not_before;

        /* one that waits for a worker or a client is started when that ends, not by the clock */
        if (job->pid == 0 && (!has_room(super, is_dump(job)) || has_worker(super, job->uuid) || super_is_worked_on(super, job->uuid)))
            continue;
        /* without a pidfd (a kernel of before 5.3) its end is found by looking */
        if (job->pid != 0 && job->pidfd < 0)
            at = super_now() + 200;
        due = at < due ? at : due;
    }
    return due;
}
