/* xm log: what the supervisor has seen and done. */
#include "cmd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct log_args { bool follow; };

static const struct xm_opt log_opts[] = {
    XM_FLAG('f', "follow", struct log_args, follow, "go on with what is added"),
    XM_OPT_END
};

enum { LINE_MAX_LEN = 1 << 16 };

/* Lines of a file or a pipe, as far as they are about one guest. */
struct reader {
    const char *words[3];       /* how it may be named; none: every line */
    struct xm_buf rest;         /* of a line without its end */
};

static bool is_part_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '/';
}

/* As a word of its own; a full stop after it ends the sentence. */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        const char *after = at + len;

        if (at > text && is_part_of_name(at[-1]))
            continue;
        after += *after == '.' || *after == ':';
        if (!is_part_of_name(*after))
            return true;
    }
    return false;
}

static bool is_wanted(const struct reader *reader, const char *line)
{
    const char *text = strstr(line, ") ");      /* behind level and module */

    for (size_t i = 0; reader->words[i] != NULL; i++)
        if (has_word(text != NULL ? text : line, reader->words[i]))
            return true;
    return reader->words[0] == NULL;
}

static int print_line(const struct reader *reader, const char *line, xm_error **err)
{
    if (!is_wanted(reader, line))
        return 0;
    return printf("%s\n", line) < 0 ? xm_fail(err, XM_IO, "cannot write the output") : 0;
}

/* What there is to read by now. */
static int print_rest(struct reader *reader, int fd, xm_error **err)
{
    char chunk[65536], *end;
    ssize_t n;

    while ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)) {
        size_t at = 0;

        if (n < 0)
            continue;
        xm_buf_add(&reader->rest, chunk, (size_t)n);
        while ((end = memchr(reader->rest.data + at, '\n', reader->rest.len - at)) != NULL) {
            *end = '\0';
            if (print_line(reader, reader->rest.data + at, err) < 0)
                return -1;
            at = (size_t)(end - reader->rest.data) + 1;
        }
        reader->rest.len -= at;
        memmove(reader->rest.data, reader->rest.data + at, reader->rest.len);
        if (reader->rest.len > LINE_MAX_LEN)
            reader->rest.len = 0;       /* that is no line of a log */
    }
    if (n < 0)
        return xm_fail_errno(err, errno, "the log");
    return fflush(stdout) != 0 ? xm_fail(err, XM_IO, "cannot write the output") : 0;
}

/* --- the file --- */

static bool is_file(const char *path, const struct stat *held)
{
    struct stat there;

    return stat(path, &there) == 0 && there.st_ino == held->st_ino && there.st_dev == held->st_dev;
}

/* Files that came between the one we had, which is path.N by now, and the current one. */
static int print_between(struct reader *reader, const char *path, const struct stat *held, xm_error **err)
{
    int n = 1;

    for (; n <= XM_LOG_OLD; n++) {
        xm_autofree char *old = xm_printf("%s.%d", path, n);

        if (is_file(old, held))
            break;
    }
    for (n = n > XM_LOG_OLD ? 0 : n - 1; n > 0; n--) {
        xm_autofree char *old = xm_printf("%s.%d", path, n);
        xm_autoclose int fd = open(old, O_RDONLY | O_CLOEXEC);

        if (fd >= 0 && print_rest(reader, fd, err) < 0)
            return -1;
    }
    return 0;
}

/* Goes over to the file that is at path now, if that is another one or has been cut. */
static int catch_up(struct reader *reader, const char *path, int *fd, xm_error **err)
{
    struct stat held;

    if (*fd >= 0) {
        if (print_rest(reader, *fd, err) < 0)
            return -1;
        if (fstat(*fd, &held) == 0 && is_file(path, &held)) {
            if (held.st_size < lseek(*fd, 0, SEEK_CUR) && lseek(*fd, 0, SEEK_SET) == 0)
                return print_rest(reader, *fd, err);
            return 0;
        }
        /* what was written into it after it was moved away, and before it was seen to be */
        if (print_rest(reader, *fd, err) < 0 || print_between(reader, path, &held, err) < 0)
            return -1;
        close(*fd);
    }
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? print_rest(reader, *fd, err) : 0;
}

static int follow(struct reader *reader, const char *path, int *fd, xm_error **err)
{
    xm_autofree char *copy = xm_strdup(path);
    const char *dir = dirname(copy);
    xm_autoclose int watch = inotify_init1(IN_CLOEXEC);
    char drain[4096];

    if (xm_dir_make(dir, 0755, err) < 0)
        return -1;
    if (watch < 0 || inotify_add_watch(watch, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE) < 0)
        return xm_fail_errno(err, errno, "%s", dir);
    do {
        if (catch_up(reader, path, fd, err) < 0)
            return -1;
    } while (read(watch, drain, sizeof(drain)) > 0 || errno == EINTR);
    return xm_fail_errno(err, errno, "%s", dir);
}

static int show_file(struct reader *reader, const char *path, bool follows, xm_error **err)
{
    xm_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", path);
    if (follows)
        return follow(reader, path, &fd, err);
    if (fd >= 0 && print_rest(reader, fd, err) < 0)
        return -1;
    if (reader->words[0] == NULL)
        putchar('\n');          /* as xm did after the whole log */
    return 0;
}

/* --- the journal --- */

static int show_journal(struct reader *reader, bool follows, xm_error **err)
{
    const char *argv[] = { "journalctl", "--quiet", "--no-pager", "--output=short-iso", "--identifier=" XM_LOG_NAME,
                           "--lines=all", follows ? "--follow" : NULL, NULL };
    int ends[2], status = 0, rc;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        return xm_fail_errno(err, errno, "cannot run %s", argv[0]);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execvp(argv[0], (char **)argv);
        _exit(127);
    }
    close(ends[1]);
    rc = print_rest(reader, ends[0], err);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (rc < 0)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return xm_fail(err, XM_NOT_FOUND, "cannot run %s, which shows the journal", argv[0]);
    return 0;
}

/* --- the command --- */

/* A guest that is no more still has its lines: the word itself is good enough. */
static void name_guest(struct xm_env *env, const char *word, xm_guest_list **ret_list, struct reader *reader)
{
    const struct xm_guest *guest = NULL;

    if (env_view(env, NULL) == 0 && xm_guest_list_load(&env->guests, XM_WANT_NAME, ret_list, NULL) == 0)
        guest = xm_guest_pick(*ret_list, env->dialect, word, NULL);
    if (guest == NULL || guest->name == NULL) {
        reader->words[0] = word;
        return;
    }
    reader->words[0] = guest->name;
    reader->words[1] = guest->uuid;
}

static int log_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct log_args *args = call->args;
    XM_AUTO(xm_guest_list) *list = NULL;
    struct reader reader = { 0 };
    int status;

    if (call->count > 0)
        name_guest(env, call->words[0], &list, &reader);
    status = env->conf->log_journal ? show_journal(&reader, args->follow, err)
                                    : show_file(&reader, env->conf->log_file, args->follow, err);
    xm_buf_clear(&reader.rest);
    return status;
}

const struct xm_cmd cmd_log = {
    .name = "log", .words = "[DOMAIN]", .min = 0, .max = 1,
    .summary = "Show what the supervisor has seen and done",
    .group = XM_GROUP_HOST, .flags = XM_CMD_NO_HOST | XM_CMD_ONLY_XM | XM_CMD_NO_HELP,
    .opts = log_opts, .args_size = sizeof(struct log_args), .run = log_run,
};
