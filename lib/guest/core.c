/* A core of a guest, where cores are kept. */
#include "guest/core.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define PAGE_KIB 4
#define FRAME_BYTES 16          /* what a page costs beside itself */
#define HEAD_BYTES (1 << 20)

/* A name may be any text: it must not lead elsewhere. */
static const char *file_name(const struct xm_core *core)
{
    bool plain = core->name != NULL && core->name[0] != '\0' && core->name[0] != '.'
                 && strchr(core->name, '/') == NULL && strlen(core->name) < 128;

    return plain ? core->name : core->uuid;
}

static const char *base_of(const xm_conf *conf, const struct xm_core *core)
{
    return core->dialect == XM_DIALECT_XL ? conf->xl_core_dir : conf->core_dir;
}

/* CORE_DIR/NAME/YYYY-MMDD-HHMM.SS-NAME.DOMID.core, local time, without NAME/ if that cannot be made;
 * of a guest of xl's, where xl puts it: XL_CORE_DIR/NAME. */
static int place(const xm_conf *conf, const struct xm_core *core, char **ret_dir, char **ret_path, xm_error **err)
{
    const char *name = file_name(core), *base = base_of(conf, core);
    xm_autofree char *own = xm_printf("%s/%s", base, name);
    time_t now = time(NULL);
    char stamp[32] = "";
    struct tm tm;

    if (core->dialect == XM_DIALECT_XL || xm_dir_make(own, 0700, NULL) < 0) {
        if (xm_dir_make(base, 0700, err) < 0)
            return -1;
        *ret_dir = xm_strdup(base);
    } else {
        *ret_dir = xm_strdup(own);
    }
    if (core->dialect == XM_DIALECT_XL) {
        *ret_path = XM_TAKE(own);
        return 0;
    }
    if (localtime_r(&now, &tm) != NULL)
        strftime(stamp, sizeof(stamp), "%Y-%m%d-%H%M.%S", &tm);
    *ret_path = xm_printf("%s/%s-%s.%u.core", *ret_dir, stamp, name, core->domid);
    return 0;
}

static int size_of(const struct xm_guests *guests, uint32_t domid, off_t *ret_size, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;
    off_t kib;

    if (xm_host_get(guests->host, domid, 0, &domains, err) < 0)
        return -1;
    kib = (off_t)domains->items[0].mem_kib;
    *ret_size = kib * 1024 + kib / PAGE_KIB * FRAME_BYTES + HEAD_BYTES;
    return 0;
}

static void beat(void *arg)
{
    const struct xm_core *core = arg;

    if (core->lock >= 0)
        xm_reg_beat(core->lock);
}

int xm_guest_core(const struct xm_guests *guests, const struct xm_core *core, char **ret_path, xm_error **err)
{
    const xm_conf *conf = xm_host_conf(guests->host);
    struct xm_core_limits limits = { .count = conf->core_max_count, .size = (off_t)conf->core_max_mib << 20 };
    struct xm_dump dump = { .live = core->live, .keep = true, .progress = beat, .arg = (void *)core };
    xm_autofree char *dir = NULL, *path = NULL;
    off_t size;

    if (size_of(guests, core->domid, &size, err) < 0 || place(conf, core, &dir, &path, err) < 0)
        return -1;
    if (xm_core_make_room(base_of(conf, core), dir, file_name(core), path, size, &limits, guests->log, err) < 0)
        return -1;
    if (xm_host_dump_core(guests->host, core->domid, path, &dump, err) < 0)
        return -1;
    if (ret_path != NULL)
        *ret_path = XM_TAKE(path);
    return 0;
}
