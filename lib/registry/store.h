/* The registry's own view of itself: where things lie, and one entry's two files. Within this
 * folder only. */
#ifndef XM_REGISTRY_STORE_H
#define XM_REGISTRY_STORE_H

#include "base/error.h"
#include "base/log.h"
#include "doc/doc.h"
#include "registry/registry.h"

struct xm_reg_index;

struct xm_reg {
    char *base, *domains, *locks;
    int domains_fd;             /* that directory, as of the latest xm_reg_reach(); -1: it is not there */
    const struct xm_log *log;
    bool keeps_index;           /* writes BASE/index where that pays */
    struct xm_reg_index *index; /* NULL until it is needed */
};

#define XM_REG_DOC "document.json"
#define XM_REG_STATE "state.json"
#define XM_REG_MEMORY "memory"
#define XM_REG_CHANGE "change.json"
#define XM_REG_INDEX "index"
#define XM_REG_MOVES "moves"

/* DOMAINS/UUID/FILE, owned by the caller. */
char *xm_reg_path(const xm_reg *reg, const char *uuid, const char *file);

/* Holds names and entries still. */
int xm_reg_lock_names(xm_reg *reg, bool wait, int *ret_fd, xm_error **err);

/* Reads a document and checks that it names itself and is the one that uuid says. */
int xm_reg_read_doc(const char *path, const char *uuid, xm_doc **ret_doc, xm_error **err);
int xm_reg_write_doc(const char *path, const xm_doc *doc, xm_error **err);

/* A state as text, and back; path names it in errors. */
int xm_reg_parse_state(const char *text, size_t len, const char *path, struct xm_reg_state *ret_state, xm_error **err);
char *xm_reg_format_state(const struct xm_reg_state *state);
int xm_reg_read_state(const char *path, struct xm_reg_state *ret_state, xm_error **err);
int xm_reg_write_state(const char *path, const struct xm_reg_state *state, xm_error **err);

/* The uuids that have an entry, in no order. */
int xm_reg_uuids(const xm_reg *reg, char (**ret_uuids)[37], size_t *ret_count, xm_error **err);

/* Is name that of a file which an entry keeps; of a directory that comes or goes? */
bool xm_reg_is_kept(const char *name);
bool xm_reg_is_passing(const char *name);

/* --- index.c --- */

/* Which file it was: a stamp that is equal is the same file with the same contents. All zeroes: none. */
struct xm_reg_stamp {
    uint64_t ino;
    int64_t sec, nsec;          /* of its latest change */
    uint64_t size;
};

struct xm_reg_known {
    char uuid[37];
    struct xm_reg_stamp doc_stamp, state_stamp;
    struct xm_reg_state state;
    char *name;                 /* out of the document */
};

/* To be called before stamps are taken: another directory may have come into the old one's place. */
void xm_reg_reach(xm_reg *reg);
struct xm_reg_stamp xm_reg_stamp_of(const xm_reg *reg, const char *uuid, const char *file);
bool xm_reg_stamp_equal(const struct xm_reg_stamp *a, const struct xm_reg_stamp *b);
/* Has it been so for long enough that no other file could have the same stamp? */
bool xm_reg_stamp_settled(const struct xm_reg_stamp *stamp);
/* The cache as it is on disk, empty if it is no use. reg's. */
const struct xm_reg_index *xm_reg_index(xm_reg *reg);
/* What it has of an entry, to be believed where the stamps are equal; or NULL. */
const struct xm_reg_known *xm_reg_known(const struct xm_reg_index *index, const char *uuid);
void xm_reg_index_write(const xm_reg *reg, const struct xm_reg_known *known, size_t count);
void xm_reg_index_free(struct xm_reg_index *index);

/* Removes a directory and the files in it; one that is gone meanwhile is fine. */
int xm_reg_delete_dir(const char *path, xm_error **err);

#endif
