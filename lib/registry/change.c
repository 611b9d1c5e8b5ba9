/* A change of a running guest that has begun: what becomes of its document if it comes to its end. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "registry/store.h"
#include "registry/uuid.h"

#define CHANGE_MAX (16u << 20)

static char *change_path(const xm_reg *reg, const char *uuid)
{
    return xm_reg_path(reg, uuid, XM_REG_CHANGE);
}

int xm_reg_save_change(xm_reg *reg, const char *uuid, const char *text, xm_error **err)
{
    xm_autofree char *path = change_path(reg, uuid);

    return xm_file_replace(path, text, strlen(text), 0600, err);
}

bool xm_reg_has_change(const xm_reg *reg, const char *uuid)
{
    xm_autofree char *path = xm_uuid_is_plain(uuid) ? change_path(reg, uuid) : NULL;

    return path != NULL && access(path, F_OK) == 0;
}

int xm_reg_load_change(xm_reg *reg, const char *uuid, char **ret_text, xm_error **err)
{
    xm_autofree char *path = change_path(reg, uuid);

    return xm_file_read(path, CHANGE_MAX, ret_text, NULL, err);
}

int xm_reg_drop_change(xm_reg *reg, const char *uuid, xm_error **err)
{
    xm_autofree char *path = change_path(reg, uuid);

    if (unlink(path) < 0)
        return errno == ENOENT ? 0 : xm_fail_errno(err, errno, "%s", path);
    return xm_dir_sync_of(path, err);
}
