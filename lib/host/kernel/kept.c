#include "host/kernel/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "convert/json.h"

#define FORMAT 1
#define FACTS_MAX (16 << 10)
#define CHUNK (1u << 20)

/* File systems keep time by ticks of some milliseconds, some by seconds. */
#define SETTLED_SECONDS 3

void kept_id_of(const struct stat *st, struct kept_id *ret_id)
{
    snprintf(ret_id->text, sizeof(ret_id->text), "%llx:%llu:%llu:%lld.%09ld:%lld.%09ld", (unsigned long long)st->st_dev,
             (unsigned long long)st->st_ino, (unsigned long long)st->st_size, (long long)st->st_mtim.tv_sec,
             st->st_mtim.tv_nsec, (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

bool kept_is_settled(const struct stat *st)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    /* Of the two times, the one that nobody can set. */
    return st->st_ctim.tv_sec + SETTLED_SECONDS <= now.tv_sec;
}

void kept_digest_end(struct sha256_ctx *sha, char ret_digest[KEPT_DIGEST])
{
    uint8_t bytes[SHA256_DIGEST_SIZE];

    sha256_digest(sha, sizeof(bytes), bytes);
    for (size_t i = 0; i < sizeof(bytes); i++)
        sprintf(ret_digest + 2 * i, "%02x", bytes[i]);
}

char *kept_path(const struct kept_dir *dir, const char *key, const char *suffix)
{
    return xm_printf("%s/%s%s", dir->path, key, suffix);
}

/* --- KEY.json --- */

static bool get_text(const xm_json *json, const char *key, char *into, size_t room)
{
    const char *text = xm_json_str(key ? xm_json_get(json, key, NULL) : json);

    if (text == NULL || strlen(text) >= room)
        return false;
    strcpy(into, text);
    return true;
}

static bool read_facts(const xm_json *json, struct kept_facts *facts)
{
    const xm_json *sources = xm_json_get(json, "sources", NULL);
    int64_t size = xm_json_int(xm_json_get(json, "size", NULL), -1);

    if (xm_json_int(xm_json_get(json, "format", NULL), 0) != FORMAT || size <= 0
        || !get_text(json, "sha256", facts->digest, sizeof(facts->digest))
        || !get_text(json, "boot", facts->boot, sizeof(facts->boot))
        || !get_text(json, "id", facts->id.text, sizeof(facts->id.text))
        || sources == NULL || sources->type != XM_JSON_ARRAY || sources->count > KEPT_SOURCES)
        return false;
    for (size_t i = 0; i < sources->count; i++)
        if (!get_text(sources->items[i], NULL, facts->sources[i].text, sizeof(facts->sources[i].text)))
            return false;
    facts->size = (uint64_t)size;
    facts->source_count = sources->count;
    return true;
}

int kept_facts_load(const struct kept_dir *dir, const char *key, struct kept_facts *ret_facts, xm_error **err)
{
    xm_autofree char *path = kept_path(dir, key, ".json");
    xm_autofree char *text = NULL;
    XM_AUTO(xm_json) *json = NULL;
    struct kept_facts facts = { 0 };
    size_t len;

    if (xm_file_read(path, FACTS_MAX, &text, &len, err) < 0)
        return -1;
    if (xm_json_parse(text, len, &json, NULL) < 0 || !read_facts(json, &facts))
        return xm_fail(err, XM_INVALID, "%s: not what xm writes there", path);
    *ret_facts = facts;
    return 0;
}

int kept_facts_save(const struct kept_dir *dir, const char *key, const struct kept_facts *facts, xm_error **err)
{
    xm_autofree char *path = kept_path(dir, key, ".json");
    XM_AUTO(xm_json) *json = xm_json_new(XM_JSON_OBJECT);
    xm_json *sources = xm_json_new(XM_JSON_ARRAY);
    xm_autofree char *text = NULL;

    for (size_t i = 0; i < facts->source_count; i++)
        xm_json_add(sources, xm_json_new_str(facts->sources[i].text));
    xm_json_set(json, "format", xm_json_new_int(FORMAT));
    xm_json_set(json, "size", xm_json_new_int((int64_t)facts->size));
    xm_json_set(json, "sha256", xm_json_new_str(facts->digest));
    xm_json_set(json, "boot", xm_json_new_str(facts->boot));
    xm_json_set(json, "id", xm_json_new_str(facts->id.text));
    xm_json_set(json, "sources", sources);
    text = xm_json_format(json, false);
    return xm_file_replace(path, text, strlen(text), 0600, err);
}

/* --- KEY.elf --- */

static int digest_fd(int fd, const char *path, char ret_digest[KEPT_DIGEST], xm_error **err)
{
    xm_autofree uint8_t *chunk = xm_new0(uint8_t, CHUNK);
    struct sha256_ctx sha;
    off_t at = 0;

    sha256_init(&sha);
    for (;;) {
        ssize_t n = pread(fd, chunk, CHUNK, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return xm_fail_errno(err, errno, "%s", path);
        if (n == 0)
            break;
        sha256_update(&sha, (size_t)n, chunk);
        at += n;
    }
    kept_digest_end(&sha, ret_digest);
    return 0;
}

/* Whether the digest was checked, and facts therefore are to be written, is in *ret_read. */
static int check(const struct kept_dir *dir, int fd, const char *path, struct kept_facts *facts, bool *ret_read, xm_error **err)
{
    char digest[KEPT_DIGEST];
    struct kept_id id;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 07777) != 0600)
        return xm_fail(err, XM_INVALID, "%s is not a file of ours alone", path);
    if ((uint64_t)st.st_size != facts->size)
        return xm_fail(err, XM_INVALID, "%s has another size than was written", path);
    kept_id_of(&st, &id);
    *ret_read = dir->boot[0] == '\0' || strcmp(dir->boot, facts->boot) != 0 || strcmp(id.text, facts->id.text) != 0;
    if (!*ret_read)
        return 0;
    if (digest_fd(fd, path, digest, err) < 0)
        return -1;
    if (strcmp(digest, facts->digest) != 0)
        return xm_fail(err, XM_INVALID, "%s has other contents than were written", path);
    /* Those known from before this boot were other devices, perhaps. */
    if (strcmp(dir->boot, facts->boot) != 0)
        facts->source_count = 0;
    strcpy(facts->boot, dir->boot);
    facts->id = id;
    return 0;
}

/* True if it was not known yet. */
static bool note_source(struct kept_facts *facts, const struct kept_id *source)
{
    if (source == NULL)
        return false;
    for (size_t i = 0; i < facts->source_count; i++)
        if (strcmp(facts->sources[i].text, source->text) == 0)
            return false;
    if (facts->source_count < KEPT_SOURCES)
        facts->source_count++;
    memmove(facts->sources + 1, facts->sources, (facts->source_count - 1) * sizeof(facts->sources[0]));
    facts->sources[0] = *source;
    return true;
}

static void mark_used(const struct kept_dir *dir, const char *key)
{
    xm_autofree char *path = kept_path(dir, key, ".json");

    /* At worst it is thought of as older than it is. */
    (void)utimensat(AT_FDCWD, path, NULL, 0);
}

static int open_checked(const struct kept_dir *dir, const char *key, struct kept_facts *facts, bool *ret_read, int *ret_fd,
                        xm_error **err)
{
    xm_autofree char *path = kept_path(dir, key, ".elf");
    xm_autoclose int fd = -1;

    if (kept_facts_load(dir, key, facts, err) < 0)
        return -1;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return xm_fail_errno(err, errno, "%s", path);
    if (check(dir, fd, path, facts, ret_read, err) < 0)
        return -1;
    *ret_fd = fd;
    fd = -1;
    return 0;
}

int kept_open(const struct kept_dir *dir, const char *key, const struct kept_id *source, int *ret_fd, xm_error **err)
{
    struct kept_facts facts;
    xm_error *why = NULL;
    bool changed = false;

    if (open_checked(dir, key, &facts, &changed, ret_fd, &why) < 0) {
        if (why->code != XM_NOT_FOUND) {
            xm_autofree char *text = xm_error_text(why);

            xm_log(dir->log, XM_LOG_WARNING, "an unpacked kernel is thrown away: %s", text);
            kept_remove(dir, key);
        }
        return xm_error_pass(err, why);
    }
    changed = note_source(&facts, source) || changed;
    /* The kernel is good all the same; what could not be noted is found out again the next time. */
    if (changed)
        (void)kept_facts_save(dir, key, &facts, NULL);
    else
        mark_used(dir, key);
    return 0;
}
