#include "crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_MS (20 * 1000)            /* a build is undone within it */
#define TEXT_MAX 4096

int64_t crew_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In a session of its own: Ctrl-C is for us, and we pass it on. */
static void run_child(char **argv, int out)
{
    int null = open("/dev/null", O_RDONLY);

    (void)setsid();
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
        _exit(126);
    execv(argv[0], argv);
    _exit(127);
}

int crew_start(struct xm_env *env, const char *const *words, unsigned seconds, struct crew_job *ret_job, xm_error **err)
{
    struct crew_job job = { .pidfd = -1, .seconds = seconds, .limit = crew_now() + (int64_t)seconds * 1000 };
    char **argv;

    job.out = memfd_create("xm", MFD_CLOEXEC);
    if (job.out < 0)
        return xm_fail_errno(err, errno, "memory for what xm %s says", words[0]);
    argv = self_argv(env, words);
    fflush(stdout);
    job.pid = fork();
    if (job.pid == 0)
        run_child(argv, job.out);
    free_argv(argv);
    if (job.pid < 0) {
        int errnum = errno;

        close(job.out);
        return xm_fail_errno(err, errnum, "cannot run xm %s", words[0]);
    }
    job.pidfd = pidfd_open(job.pid, 0);
    *ret_job = job;
    return 0;
}

static char *read_text(int fd)
{
    xm_autofree char *text = xm_new0(char, TEXT_MAX + 1);
    ssize_t len = pread(fd, text, TEXT_MAX, 0);

    text[len > 0 ? len : 0] = '\0';
    return XM_TAKE(text);
}

/* The first line that is an error, without that word; else the last that is anything. */
static char *reason_of(const char *text)
{
    static const char mark[] = "Error: ";
    const char *at = strncmp(text, mark, strlen(mark)) == 0 ? text : strstr(text, "\nError: ");
    const char *end;

    if (at != NULL) {
        at = strstr(at, mark) + strlen(mark);
        return xm_strndup(at, strcspn(at, "\n"));
    }
    end = text + strlen(text);
    while (end > text && end[-1] == '\n')
        end--;
    for (at = end; at > text && at[-1] != '\n';)
        at--;
    return xm_strndup(at, (size_t)(end - at));
}

static char *failure_of(const struct crew_job *job, int status)
{
    xm_autofree char *text = read_text(job->out), *reason = reason_of(text);

    if (job->late)
        return xm_printf("was not done within %u seconds", job->seconds);
    if (WIFSIGNALED(status))
        return xm_printf("its process was killed by signal %d%s%s", WTERMSIG(status), *reason ? ": " : "", reason);
    return *reason ? XM_TAKE(reason) : xm_printf("its process ended with status %d", WEXITSTATUS(status));
}

bool crew_ended(struct crew_job *job, bool *ret_ok, char **ret_text)
{
    int status = 0;
    pid_t pid = waitpid(job->pid, &status, WNOHANG);

    if (pid == 0 || (pid < 0 && errno == EINTR))
        return false;
    *ret_ok = pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    *ret_text = *ret_ok ? read_text(job->out) : failure_of(job, status);
    if (job->pidfd >= 0)
        close(job->pidfd);
    close(job->out);
    *job = (struct crew_job){ .pidfd = -1, .out = -1 };
    return true;
}

void crew_keep_limit(struct crew_job *job, int64_t now)
{
    if (job->pid == 0 || now < job->limit)
        return;
    (void)kill(job->pid, job->late ? SIGKILL : SIGTERM);        /* our own child, not yet waited for */
    if (!job->late)
        job->limit = crew_now() + GRACE_MS;
    else
        job->limit = INT64_MAX;
    job->late = true;
}
