/* One entry: how it comes, changes and goes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

#include "base/fd.h"
#include "registry/store.h"
#include "registry/uuid.h"

static int check_uuid(const char *uuid, xm_error **err)
{
    return xm_uuid_is_plain(uuid) ? 0 : xm_fail(err, XM_INVALID, "'%s' is not a uuid", uuid);
}

bool xm_reg_has(const xm_reg *reg, const char *uuid)
{
    xm_autofree char *dir = xm_printf("%s/%s", reg->domains, uuid);
    struct stat st;

    return lstat(dir, &st) == 0;        /* a link that leads nowhere is an entry, and a damaged one */
}

static int check_there(const xm_reg *reg, const char *uuid, xm_error **err)
{
    if (check_uuid(uuid, err) < 0)
        return -1;
    return xm_reg_has(reg, uuid) ? 0 : xm_fail(err, XM_NOT_FOUND, "no guest with uuid %s is known", uuid);
}

int xm_reg_load_doc(xm_reg *reg, const char *uuid, xm_doc **ret_doc, xm_error **err)
{
    xm_autofree char *path = NULL;

    if (check_there(reg, uuid, err) < 0)
        return -1;
    path = xm_reg_path(reg, uuid, XM_REG_DOC);
    return xm_reg_read_doc(path, uuid, ret_doc, err);
}

int xm_reg_load_state(xm_reg *reg, const char *uuid, struct xm_reg_state *ret_state, xm_error **err)
{
    xm_autofree char *path = NULL;

    if (check_there(reg, uuid, err) < 0)
        return -1;
    path = xm_reg_path(reg, uuid, XM_REG_STATE);
    return xm_reg_read_state(path, ret_state, err);
}

/* Whether what is there was written by a newer xm, which alone knows what would be lost; why, which is
 * taken, says so. Anything else that cannot be read may be replaced. */
static bool is_newer(int rc, xm_error *why, xm_error **err)
{
    if (rc < 0 && why->code == XM_UNSUPPORTED) {
        (void)xm_error_pass(err, why);
        return true;
    }
    xm_error_free(why);
    return false;
}

int xm_reg_save_state(xm_reg *reg, const char *uuid, const struct xm_reg_state *state, xm_error **err)
{
    xm_autofree char *path = NULL;
    struct xm_reg_state old;
    xm_error *why = NULL;
    int rc;

    if (check_there(reg, uuid, err) < 0)
        return -1;
    path = xm_reg_path(reg, uuid, XM_REG_STATE);
    rc = xm_reg_read_state(path, &old, &why);
    return is_newer(rc, why, err) ? -1 : xm_reg_write_state(path, state, err);
}

/* Refuses a name that another entry has. BASE/lock is held. */
static int check_name(xm_reg *reg, const char *name, const char *uuid, xm_error **err)
{
    xm_error *why = NULL;
    char holder[37];

    if (xm_reg_find(reg, name, holder, &why) < 0) {
        if (why->code != XM_NOT_FOUND)
            return xm_error_pass(err, why);
        xm_error_free(why);
        return 0;
    }
    if (strcmp(holder, uuid) != 0)
        return xm_fail(err, XM_EXISTS, "VM name '%s' already exists", name);
    return 0;
}

static int write_entry(const char *dir, const xm_doc *doc, const struct xm_reg_state *state, xm_error **err)
{
    xm_autofree char *doc_path = xm_printf("%s/" XM_REG_DOC, dir);
    xm_autofree char *state_path = xm_printf("%s/" XM_REG_STATE, dir);

    if (mkdir(dir, 0700) < 0)
        return xm_fail_errno(err, errno, "%s", dir);
    if (xm_reg_write_doc(doc_path, doc, err) < 0)
        return -1;
    return xm_reg_write_state(state_path, state, err);
}

int xm_reg_add(xm_reg *reg, const xm_doc *doc, const struct xm_reg_state *state, xm_error **err)
{
    const char *name = xm_doc_get_str(doc, "name"), *uuid = xm_doc_get_str(doc, "uuid");
    xm_autofree char *made = NULL, *path = NULL;
    xm_autoclose int names = -1;

    if (name == NULL || *name == '\0' || uuid == NULL)
        return xm_fail(err, XM_INVALID, "a guest needs a name and a uuid to be kept");
    if (check_uuid(uuid, err) < 0 || xm_reg_lock_names(reg, true, &names, err) < 0)
        return -1;
    if (xm_reg_has(reg, uuid))
        return xm_fail(err, XM_EXISTS, "a guest with uuid %s already exists", uuid);
    if (check_name(reg, name, uuid, err) < 0)
        return -1;
    path = xm_printf("%s/%s", reg->domains, uuid);
    made = xm_printf("%s/.new-%s", reg->domains, uuid);
    if (xm_reg_delete_dir(made, err) < 0)
        return -1;
    if (write_entry(made, doc, state, err) < 0) {
        (void)xm_reg_delete_dir(made, NULL);    /* what is left is swept when next opened */
        return -1;
    }
    if (rename(made, path) < 0) {
        xm_fail_errno(err, errno, "%s", path);
        (void)xm_reg_delete_dir(made, NULL);
        return -1;
    }
    return xm_dir_sync_of(path, err);
}

int xm_reg_save_doc(xm_reg *reg, const char *uuid, const xm_doc *doc, xm_error **err)
{
    const char *name = xm_doc_get_str(doc, "name"), *own = xm_doc_get_str(doc, "uuid");
    xm_autofree char *path = NULL;
    xm_autoclose int names = -1;
    XM_AUTO(xm_doc) *old = NULL;
    xm_error *why = NULL;
    bool renamed;
    int rc;

    if (check_there(reg, uuid, err) < 0)
        return -1;
    if (name == NULL || *name == '\0' || own == NULL || strcmp(own, uuid) != 0)
        return xm_fail(err, XM_INVALID, "a guest needs its name and uuid to be kept");
    path = xm_reg_path(reg, uuid, XM_REG_DOC);
    rc = xm_reg_read_doc(path, uuid, &old, &why);
    if (is_newer(rc, why, err))
        return -1;
    renamed = rc < 0 || strcmp(xm_doc_get_str(old, "name"), name) != 0;
    /* Only a new name can clash; most changes keep theirs, and then nobody else's entry is read. */
    if (renamed && (xm_reg_lock_names(reg, true, &names, err) < 0 || check_name(reg, name, uuid, err) < 0))
        return -1;
    return xm_reg_write_doc(path, doc, err);
}

int xm_reg_remove(xm_reg *reg, const char *uuid, xm_error **err)
{
    xm_autofree char *path = NULL, *gone = NULL, *lock = NULL;
    xm_autoclose int names = -1;

    if (check_uuid(uuid, err) < 0 || xm_reg_lock_names(reg, true, &names, err) < 0)
        return -1;
    path = xm_printf("%s/%s", reg->domains, uuid);
    gone = xm_printf("%s/.gone-%s", reg->domains, uuid);
    lock = xm_printf("%s/%s", reg->locks, uuid);
    if (xm_reg_delete_dir(gone, err) < 0)
        return -1;
    if (rename(path, gone) < 0) {
        int errnum = errno;

        if (check_there(reg, uuid, err) < 0)
            return -1;
        return xm_fail_errno(err, errnum, "%s", path);
    }
    if (xm_dir_sync_of(path, err) < 0)
        return -1;
    /* From here on it is gone; what cannot be deleted now is swept when the registry is next opened. */
    (void)xm_reg_delete_dir(gone, NULL);
    (void)unlink(lock);
    return 0;
}

bool xm_reg_is_kept(const char *name)
{
    return strcmp(name, XM_REG_DOC) == 0 || strcmp(name, XM_REG_STATE) == 0 || strcmp(name, XM_REG_MEMORY) == 0
        || strcmp(name, XM_REG_CHANGE) == 0;
}

int xm_reg_tidy(xm_reg *reg, const char *uuid, xm_error **err)
{
    xm_autofree char *path = xm_printf("%s/%s", reg->domains, uuid);
    struct dirent *item;
    DIR *dir;

    if (check_uuid(uuid, err) < 0)
        return -1;
    if ((dir = opendir(path)) == NULL)
        return xm_fail_errno(err, errno, "%s", path);
    while ((item = readdir(dir)) != NULL)
        if (item->d_name[0] != '.' && !xm_reg_is_kept(item->d_name) && unlinkat(dirfd(dir), item->d_name, 0) == 0)
            xm_log(reg->log, XM_LOG_INFO, "removed %s/%s, left by an interrupted write", path, item->d_name);
    closedir(dir);
    return 0;
}
