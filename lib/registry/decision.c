/* Who has the last word about a move: one file at the target, made once. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "registry/moves.h"
#include "registry/store.h"
#include "registry/uuid.h"

#define SUFFIX ".decision"
#define BESIDE ".new-"          /* before the id, while it is written */
#define ABANDONED_S 60

static const char *const words[] = { [XM_MOVE_ABORTED] = "aborted\n", [XM_MOVE_COMMITTED] = "committed\n" };

static int path_of(const xm_reg *reg, const char *id, char **ret_path, xm_error **err)
{
    if (!xm_uuid_is_plain(id))
        return xm_fail(err, XM_INVALID, "'%s' is not a uuid", id);
    *ret_path = xm_printf("%s/" XM_REG_MOVES "/%s" SUFFIX, reg->base, id);
    return 0;
}

static int read_word(const char *path, enum xm_move_decision *ret_decision, xm_error **err)
{
    xm_autofree char *text = NULL;

    if (xm_file_read(path, 64, &text, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < XM_COUNT(words); i++)
        if (strcmp(text, words[i]) == 0) {
            *ret_decision = (enum xm_move_decision)i;
            return 0;
        }
    return xm_fail(err, XM_INVALID, "%s: is no decision", path);
}

/* Its contents were on disk before it had its name, so that only the name is to be waited for. Whoever
 * read it before its maker had waited waits as well: else one would act on what a power cut takes back. */
int xm_move_decided(xm_reg *reg, const char *id, enum xm_move_decision *ret_decision, xm_error **err)
{
    enum xm_move_decision decision;
    xm_autofree char *path = NULL;

    if (path_of(reg, id, &path, err) < 0 || read_word(path, &decision, err) < 0 || xm_dir_sync_of(path, err) < 0)
        return -1;
    *ret_decision = decision;
    return 0;
}

static int write_beside(const char *beside, const char *word, xm_error **err)
{
    xm_autoclose int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", beside);
    if (xm_fd_write(fd, word, strlen(word), beside, err) < 0)
        return -1;
    return fsync(fd) < 0 ? xm_fail_errno(err, errno, "%s", beside) : 0;
}

/* A link, unlike a rename, takes no place that is taken; and unlike a file that is made there and then
 * written, it is whole from the first moment. */
static int make(const xm_reg *reg, const char *id, const char *path, const char *word, xm_error **err)
{
    xm_autofree char *dir = xm_printf("%s/" XM_REG_MOVES, reg->base);
    xm_autofree char *beside = xm_printf("%s/" BESIDE "%s-%d", dir, id, (int)getpid());
    int rc = 0;

    if (xm_dir_make(dir, 0700, err) < 0)
        return -1;
    if (write_beside(beside, word, err) < 0)
        rc = -1;
    else if (linkat(AT_FDCWD, beside, AT_FDCWD, path, 0) < 0 && errno != EEXIST)
        rc = xm_fail_errno(err, errno, "%s", path);
    (void)unlink(beside);       /* what is left is swept */
    return rc;
}

int xm_move_decide(xm_reg *reg, const char *id, enum xm_move_decision wanted, enum xm_move_decision *ret_decision,
                   xm_error **err)
{
    xm_autofree char *path = NULL;

    if (path_of(reg, id, &path, err) < 0)
        return -1;
    if (access(path, F_OK) < 0 && make(reg, id, path, words[wanted], err) < 0)
        return -1;
    return xm_move_decided(reg, id, ret_decision, err);
}

int xm_move_forget(xm_reg *reg, const char *id, xm_error **err)
{
    xm_autofree char *path = NULL;

    if (path_of(reg, id, &path, err) < 0)
        return -1;
    if (unlink(path) < 0 && errno != ENOENT)
        return xm_fail_errno(err, errno, "%s", path);
    return 0;                   /* should a power cut bring it back, it says what is true */
}

/* --- sweeping --- */

struct decision {
    char id[37];
    time_t made;
};

struct sweep {
    xm_reg *reg;
    const xm_moves *moves;
    const char *dir;
    struct decision *kept;      /* those to go on */
    size_t count, cap;
};

static bool has_record(const struct sweep *sweep, const char *id)
{
    for (size_t i = 0; i < sweep->moves->count; i++)
        if (sweep->moves->items[i].damage != NULL || strcmp(sweep->moves->items[i].id, id) == 0)
            return true;        /* a record that cannot be read may be of any move */
    return false;
}

static void look_at(struct sweep *sweep, const char *file)
{
    xm_autofree char *path = xm_printf("%s/%s", sweep->dir, file);
    enum xm_move_decision decision;
    char id[37] = "";
    struct stat st;

    if (stat(path, &st) < 0)
        return;
    if (strncmp(file, BESIDE, strlen(BESIDE)) == 0 || strstr(file, ".json.new.") != NULL) {
        if (st.st_mtime + ABANDONED_S < time(NULL))
            (void)unlink(path);
        return;
    }
    if (strlen(file) != 36 + strlen(SUFFIX) || strcmp(file + 36, SUFFIX) != 0)
        return;
    memcpy(id, file, 36);
    if (!xm_uuid_is_plain(id) || has_record(sweep, id) || read_word(path, &decision, NULL) < 0)
        return;
    if (decision == XM_MOVE_ABORTED) {
        (void)unlink(path);
        return;
    }
    XM_GROW(sweep->kept, sweep->count, sweep->cap);
    sweep->kept[sweep->count].made = st.st_mtime;
    memcpy(sweep->kept[sweep->count++].id, id, sizeof(id));
}

static int by_age(const void *a, const void *b)
{
    const struct decision *x = a, *y = b;

    return x->made < y->made ? -1 : x->made > y->made;
}

static void drop_oldest(struct sweep *sweep)
{
    if (sweep->count <= XM_MOVE_DECISIONS_MAX)
        return;
    qsort(sweep->kept, sweep->count, sizeof(*sweep->kept), by_age);
    for (size_t i = 0; i < sweep->count - XM_MOVE_DECISIONS_MAX; i++) {
        xm_log(sweep->reg->log, XM_LOG_WARNING, "forgetting that move %s was completed here: its source has never asked",
               sweep->kept[i].id);
        (void)xm_move_forget(sweep->reg, sweep->kept[i].id, NULL);
    }
}

void xm_moves_sweep(xm_reg *reg)
{
    xm_autofree char *path = xm_printf("%s/" XM_REG_MOVES, reg->base);
    struct sweep sweep = { .reg = reg, .dir = path };
    XM_AUTO(xm_moves) *moves = NULL;
    DIR *dir = opendir(path);
    struct dirent *item;

    if (dir == NULL)
        return;
    if (xm_moves_load(reg, &moves, NULL) == 0) {
        sweep.moves = moves;
        while ((item = readdir(dir)) != NULL)
            look_at(&sweep, item->d_name);
        drop_oldest(&sweep);
        free(sweep.kept);
    }
    closedir(dir);
}
