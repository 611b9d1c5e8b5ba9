/* What all entries' files say, gathered in one, so that looking at hundreds of guests does not open and
 * parse as many pairs of files.
 *
 * BASE/index is a cache and no more: whoever uses a line of it has looked that the entry's files are
 * still the very ones it was made of, by inode, size and time of change. Files that changed only just
 * now are not put in, as one that replaced them within the same tick of the clock might look the
 * same. It may be missing, old or torn at any time; the sum at its end tells the latter. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "registry/store.h"
#include "registry/uuid.h"

/* To be counted up with each change of what stands in a line: other versions' are of no use. 1: the state as
 * JSON, whose reading took most of the time. */
#define HEAD "xm index 2\n"
#define INDEX_MAX (64u << 20)
#define SETTLED_S 2
#define ABANDONED_S 60

struct xm_reg_index {
    struct xm_reg_known *items; /* by uuid */
    size_t count;
};

void xm_reg_index_free(struct xm_reg_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->count; i++)
        free(index->items[i].name);
    free(index->items);
    free(index);
}

static uint64_t sum_of(const char *text, size_t len)
{
    uint64_t sum = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        sum = (sum ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return sum;
}

/* --- reading --- */

struct reader {
    const char *at, *end;
    bool bad;
};

static uint64_t take_number(struct reader *r)
{
    uint64_t n = 0;

    if (r->at == r->end || *r->at < '0' || *r->at > '9')
        r->bad = true;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
        n = n * 10 + (uint64_t)(*r->at - '0');
    if (r->at < r->end)
        r->at++;                /* what stands behind a number */
    return n;
}

static char *take_text(struct reader *r, size_t len)
{
    char *text = NULL;

    if (len > (size_t)(r->end - r->at))
        r->bad = true;
    else
        text = xm_strndup(r->at, len);
    r->at += r->bad ? 0 : len;
    return text;
}

static void take_stamp(struct reader *r, struct xm_reg_stamp *stamp)
{
    stamp->ino = take_number(r);
    stamp->sec = (int64_t)take_number(r);
    stamp->nsec = (int64_t)take_number(r);
    stamp->size = take_number(r);
}

/* What may be unset is kept as one more than it is, so that all are numbers. */
static void take_state(struct reader *r, struct xm_reg_state *state)
{
    uint64_t phase = take_number(r), flags = take_number(r);

    r->bad |= phase > XM_PHASE_RESUMING;
    *state = (struct xm_reg_state){
        .phase = r->bad ? XM_PHASE_HALTED : (enum xm_phase)phase, .managed = flags & 1, .restarting = flags & 2,
        .held = flags & 4, .again = flags & 8, .preserved = flags & 16,
    };
    state->asked = (int64_t)take_number(r);
    state->domid = (uint32_t)take_number(r);
    state->built = (int64_t)take_number(r);
    state->cpu_ns = take_number(r);
    state->mem_kib = take_number(r);
    state->vcpus = (unsigned)take_number(r);
    state->restarts = (unsigned)take_number(r);
    state->last_reason = (int)take_number(r) - 1;
    state->kept_domid = (uint32_t)take_number(r);
    state->kept_at = (int64_t)take_number(r);
    if (!(flags & 32))
        return;
    if (r->end - r->at < 37) {
        r->bad = true;
        return;
    }
    memcpy(state->kept_uuid, r->at, 36);
    r->bad |= !xm_uuid_is_plain(state->kept_uuid);
    r->at += 37;
}

static void take_known(struct reader *r, struct xm_reg_known *known)
{
    size_t name;

    if (r->end - r->at < 37) {
        r->bad = true;
        return;
    }
    memcpy(known->uuid, r->at, 36);
    r->at += 37;
    take_stamp(r, &known->doc_stamp);
    take_stamp(r, &known->state_stamp);
    take_state(r, &known->state);
    name = take_number(r);
    known->name = take_text(r, name);
    r->bad |= !xm_uuid_is_plain(known->uuid);
}

static bool has_its_sum(const char *text, size_t len, size_t *ret_body)
{
    char line[24];

    if (len < sizeof(HEAD) + 16 || strncmp(text, HEAD, sizeof(HEAD) - 1) != 0)
        return false;
    *ret_body = len - 17;
    snprintf(line, sizeof(line), "%016llx\n", (unsigned long long)sum_of(text, *ret_body));
    return strcmp(text + *ret_body, line) == 0;
}

static int by_uuid(const void *a, const void *b)
{
    const struct xm_reg_known *x = a, *y = b;

    return strcmp(x->uuid, y->uuid);
}

static void parse(struct xm_reg_index *index, const char *text, size_t body)
{
    struct reader r = { .at = text + sizeof(HEAD) - 1, .end = text + body };
    size_t cap = 0;

    while (r.at < r.end && !r.bad) {
        struct xm_reg_known known = { 0 };

        take_known(&r, &known);
        if (r.bad) {
            free(known.name);
            break;
        }
        XM_GROW(index->items, index->count, cap);
        index->items[index->count++] = known;
    }
    if (index->count > 1)
        qsort(index->items, index->count, sizeof(*index->items), by_uuid);
}

const struct xm_reg_index *xm_reg_index(xm_reg *reg)
{
    xm_autofree char *path = NULL, *text = NULL;
    size_t len, body;

    /* Once is enough: an old one is as good, only slower. */
    if (reg->index != NULL)
        return reg->index;
    reg->index = xm_new0(struct xm_reg_index, 1);
    path = xm_printf("%s/" XM_REG_INDEX, reg->base);
    if (xm_file_read(path, INDEX_MAX, &text, &len, NULL) == 0 && has_its_sum(text, len, &body))
        parse(reg->index, text, body);
    return reg->index;
}

const struct xm_reg_known *xm_reg_known(const struct xm_reg_index *index, const char *uuid)
{
    struct xm_reg_known key;

    if (index->count == 0)
        return NULL;
    memcpy(key.uuid, uuid, sizeof(key.uuid));
    return bsearch(&key, index->items, index->count, sizeof(key), by_uuid);
}

/* --- stamps --- */

/* Stamps are taken from the directory on: for hundreds of files most of the price is the way there. */
void xm_reg_reach(xm_reg *reg)
{
    if (reg->domains_fd >= 0)
        close(reg->domains_fd);
    reg->domains_fd = open(reg->domains, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct xm_reg_stamp xm_reg_stamp_of(const xm_reg *reg, const char *uuid, const char *file)
{
    char path[256];
    struct stat st;

    if (snprintf(path, sizeof(path), "%s/%s", uuid, file) >= (int)sizeof(path) || reg->domains_fd < 0
        || fstatat(reg->domains_fd, path, &st, 0) < 0 || st.st_ctim.tv_sec < 0)
        return (struct xm_reg_stamp){ 0 };
    return (struct xm_reg_stamp){ st.st_ino, st.st_ctim.tv_sec, st.st_ctim.tv_nsec, (uint64_t)st.st_size };
}

bool xm_reg_stamp_equal(const struct xm_reg_stamp *a, const struct xm_reg_stamp *b)
{
    return a->ino == b->ino && a->ino != 0 && a->sec == b->sec && a->nsec == b->nsec && a->size == b->size;
}

bool xm_reg_stamp_settled(const struct xm_reg_stamp *stamp)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return stamp->ino != 0 && stamp->sec + SETTLED_S <= now.tv_sec;
}

/* --- writing --- */

static void put_stamp(struct xm_buf *text, const struct xm_reg_stamp *stamp)
{
    xm_buf_printf(text, "%llu %lld %lld %llu ", (unsigned long long)stamp->ino, (long long)stamp->sec,
                  (long long)stamp->nsec, (unsigned long long)stamp->size);
}

static void put_state(struct xm_buf *text, const struct xm_reg_state *state)
{
    bool kept = state->kept_uuid[0] != '\0';
    unsigned flags = (state->managed ? 1u : 0) | (state->restarting ? 2u : 0) | (state->held ? 4u : 0)
        | (state->again ? 8u : 0) | (state->preserved ? 16u : 0) | (kept ? 32u : 0);

    xm_buf_printf(text, "%u %u %lld %u %lld %llu %llu %u %u %d %u %lld ", (unsigned)state->phase, flags,
                  (long long)state->asked, state->domid, (long long)state->built, (unsigned long long)state->cpu_ns,
                  (unsigned long long)state->mem_kib, state->vcpus, state->restarts, state->last_reason + 1,
                  state->kept_domid, (long long)state->kept_at);
    if (kept)
        xm_buf_printf(text, "%s ", state->kept_uuid);
}

static void put_known(struct xm_buf *text, const struct xm_reg_known *known)
{
    xm_buf_printf(text, "%s ", known->uuid);
    put_stamp(text, &known->doc_stamp);
    put_stamp(text, &known->state_stamp);
    put_state(text, &known->state);
    xm_buf_printf(text, "%zu\n%s", strlen(known->name), known->name);
}

/* Whoever finds another one at it leaves it to that one. */
static int open_new(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct stat st;

    if (fd < 0 && errno == EEXIST && stat(path, &st) == 0 && st.st_mtime + ABANDONED_S < time(NULL))
        (void)unlink(path);     /* for the next one */
    return fd;
}

void xm_reg_index_write(const xm_reg *reg, const struct xm_reg_known *known, size_t count)
{
    xm_autofree char *path = xm_printf("%s/" XM_REG_INDEX, reg->base), *new = xm_printf("%s.new", path);
    xm_autobuf text = XM_BUF_INIT;
    xm_autoclose int fd = open_new(new);

    if (fd < 0)
        return;
    xm_buf_puts(&text, HEAD);
    for (size_t i = 0; i < count; i++)
        put_known(&text, &known[i]);
    xm_buf_printf(&text, "%016llx\n", (unsigned long long)sum_of(text.data, text.len));
    /* Without it everything goes on, slower; so nothing waits for the disk. */
    if (xm_fd_write(fd, text.data, text.len, new, NULL) < 0 || rename(new, path) < 0)
        (void)unlink(new);
}
