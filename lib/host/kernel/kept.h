/* One kept kernel, and the folder of all. Within this folder only. */
#ifndef XM_HOST_KERNEL_KEPT_H
#define XM_HOST_KERNEL_KEPT_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/log.h"

#define KEPT_DIGEST (2 * SHA256_DIGEST_SIZE + 1)        /* as hex digits */
#define KEPT_ID 160
#define KEPT_BOOT 40
#define KEPT_SOURCES 8                  /* names under which one kernel lies around; older ones are forgotten */

/* Which file, and which state of it, as text: the same as long as nobody touches it. */
struct kept_id { char text[KEPT_ID]; };

/* What KEY.json says. */
struct kept_facts {
    uint64_t size;
    char digest[KEPT_DIGEST];           /* of KEY.elf */
    char boot[KEPT_BOOT];               /* the machine's boot in which the ids held */
    struct kept_id id;                  /* of KEY.elf when its digest was last checked */
    struct kept_id sources[KEPT_SOURCES];       /* latest first */
    size_t source_count;
};

struct kept_dir {
    const char *path;
    const struct xm_log *log;
    uint64_t max_bytes;
    unsigned max_count;
    char boot[KEPT_BOOT];               /* empty: not known, so nothing is trusted unread */
};

/* --- kept.c --- */

void kept_id_of(const struct stat *st, struct kept_id *ret_id);
/* Does the id vouch for contents read from now on? Not if the file was changed a moment ago. */
bool kept_is_settled(const struct stat *st);
void kept_digest_end(struct sha256_ctx *sha, char ret_digest[KEPT_DIGEST]);

char *kept_path(const struct kept_dir *dir, const char *key, const char *suffix);
/* XM_INVALID if it is not what we wrote. */
int kept_facts_load(const struct kept_dir *dir, const char *key, struct kept_facts *ret_facts, xm_error **err);
int kept_facts_save(const struct kept_dir *dir, const char *key, const struct kept_facts *facts, xm_error **err);

/* The kept kernel, checked and marked as used. One that fails the check is removed, and the log told.
 * source, if not NULL, is noted as one that has these contents. XM_NOT_FOUND: there is none (any more). */
int kept_open(const struct kept_dir *dir, const char *key, const struct kept_id *source, int *ret_fd, xm_error **err);

/* --- room.c --- */

void kept_remove(const struct kept_dir *dir, const char *key);
/* The key of the kernel that this source is known to have. */
bool kept_find(const struct kept_dir *dir, const struct kept_id *source, char ret_key[KEPT_DIGEST]);
/* Removes what killed processes left, and then the least recently used, until there is room for so
 * many more of that size together. The lock is held. */
int kept_make_room(const struct kept_dir *dir, unsigned more, uint64_t size, xm_error **err);

#endif
