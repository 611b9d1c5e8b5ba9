/* The kernel of a new guest out of the cache. libxl opens it by its descriptor, so it is the one that
 * was checked; but whoever asks about the guest later is to read the name that it was given. */
#include "host/kernel/cache.h"

#include <string.h>
#include <unistd.h>

#include "host/xen/xen.h"

/* Only where libxl itself loads the kernel: a device model unpacks its own, and so does the shim of a
 * PV guest within PVH. A bootloader's kernel is new each time, and libxl never shows it to us. */
static bool is_loaded_by_libxl(const libxl_domain_build_info *info)
{
    if (info->kernel == NULL || info->kernel[0] != '/' || info->bootloader != NULL)
        return false;
    return info->type == LIBXL_DOMAIN_TYPE_PV
        || (info->type == LIBXL_DOMAIN_TYPE_PVH
            && (libxl_defbool_is_default(info->u.pvh.pvshim) || !libxl_defbool_val(info->u.pvh.pvshim)));
}

void xen_kernel_take(struct xen_host *xen, libxl_domain_config *config, struct xen_kernel *ret_kernel)
{
    xm_autofree char *path = NULL;

    *ret_kernel = (struct xen_kernel){ .fd = -1 };
    if (!is_loaded_by_libxl(&config->b_info))
        return;
    ret_kernel->fd = xm_kernel_open(xen->host.conf, xen->host.log, xen->host.stop, config->b_info.kernel);
    path = xm_printf("/proc/self/fd/%d", ret_kernel->fd);
    if (ret_kernel->fd < 0 || access(path, R_OK) < 0)
        return;
    ret_kernel->name = config->b_info.kernel;
    config->b_info.kernel = XM_TAKE(path);
}

void xen_kernel_give_back(libxl_domain_config *config, struct xen_kernel *kernel)
{
    xm_cleanup_close(&kernel->fd);
    kernel->fd = -1;
    if (kernel->name == NULL)
        return;
    free(config->b_info.kernel);
    config->b_info.kernel = kernel->name;
}

/* libxl's own record of the guest, which its clients and save files go by. It is read and written in two
 * steps, between which somebody else might change it: so this is done while the guest is paused and a
 * moment old. */
static int mend_record(struct xen_host *xen, uint32_t domid, const char *name, xm_error **err)
{
    xm_autofree char *text = NULL;
    xm_autofree uint8_t *data = NULL;
    libxl_domain_config config;
    int len = 0, rc;

    rc = libxl_userdata_retrieve(xen->ctx, domid, "libxl-json", &data, &len);
    if (rc < 0 || data == NULL)
        return xen_fail(xen, rc < 0 ? rc : ERROR_FAIL, err, "there is no record of domain %u", domid);
    text = xm_strndup((const char *)data, (size_t)len);
    libxl_domain_config_init(&config);
    rc = libxl_domain_config_from_json(xen->ctx, &config, text);
    if (rc == 0) {
        free(config.b_info.kernel);
        config.b_info.kernel = xm_strdup(name);
        free(text);
        text = libxl_domain_config_to_json(xen->ctx, &config);
        rc = text ? libxl_userdata_store(xen->ctx, domid, "libxl-json", (const uint8_t *)text, (int)strlen(text) + 1) : ERROR_FAIL;
    }
    libxl_domain_config_dispose(&config);
    return rc < 0 ? xen_fail(xen, rc, err, "the record of domain %u was not written", domid) : 0;
}

/* What older tools read; only a PV guest has it. */
static int mend_store(struct xen_host *xen, uint32_t domid, const char *name, xm_error **err)
{
    xm_autofree char *vm = xen_read(xen->xs, "/local/domain/%u/vm", domid);
    xm_autofree char *path = xm_printf("%s/image/kernel", vm ? vm : "");
    xm_autofree char *there = vm ? xen_read(xen->xs, "%s", path) : NULL;

    if (there == NULL || xs_write(xen->xs, XBT_NULL, path, name, (unsigned)strlen(name)))
        return 0;
    return xm_fail(err, XM_HOST, "%s was not written", path);
}

void xen_kernel_mend(struct xen_host *xen, uint32_t domid, const struct xen_kernel *kernel)
{
    xm_autofree char *text = NULL;
    xm_error *err = NULL;

    if (kernel->name == NULL
        || (mend_record(xen, domid, kernel->name, &err) == 0 && mend_store(xen, domid, kernel->name, &err) == 0))
        return;
    text = xm_error_text(err);
    /* The guest itself is as it should be. */
    xm_log(xen->host.log, XM_LOG_ERROR, "domain %u: the name of its kernel is lost: %s", domid, text);
    xm_error_free(err);
}
