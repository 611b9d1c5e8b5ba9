/* A domain's memory and vcpus, changed while it runs. */
#include "host/xen/xen.h"

#include <libxl_utils.h>

/* libxl asks the same of a request, but says INVAL or FAIL as it comes, and looks at the most first. */
static int check_memory(struct xen_host *xen, uint32_t domid, uint64_t kib, xm_error **err)
{
    struct xs_handle *xs = xen_store(xen, err);
    uint64_t most;

    if (xs == NULL)
        return -1;
    most = xen_memory_kib(xs, domid, "static-max");
    return xm_host_check_memory(domid, kib, most != 0 ? most : INT64_MAX, XEN_DOM0_LEAST_KIB, err);
}

int xen_host_set_memory(struct xm_host *host, uint32_t domid, uint64_t kib, bool room, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    uint64_t held;
    xc_domaininfo_t info;
    libxl_ctx *ctx;
    int rc;

    if (xen_info(xen, domid, &info, err) < 0 || check_memory(xen, domid, kib, err) < 0)
        return -1;
    held = info.tot_pages * (XC_PAGE_SIZE / 1024);
    if (room && domid != 0 && kib > held && xen_balloon_more(xen, kib - held, err) < 0)
        return -1;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    xen_logger_clear(&xen->logger);
    rc = libxl_set_memory_target(ctx, domid, (int64_t)kib, 0, 1);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not asked to hold %llu KiB", domid, (unsigned long long)kib) : 0;
}

int xen_host_set_max_memory(struct xm_host *host, uint32_t domid, uint64_t kib, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    struct xs_handle *xs;
    xc_domaininfo_t info;
    libxl_ctx *ctx;
    int rc;

    if (xen_info(xen, domid, &info, err) < 0)
        return -1;
    xs = xen_store(xen, err);
    if (xs == NULL || xm_max_memory_check(kib, xen_memory_kib(xs, domid, "target") + xen_memory_kib(xs, domid, "videoram"), err) < 0)
        return -1;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    xen_logger_clear(&xen->logger);
    rc = libxl_domain_setmaxmem(ctx, domid, kib);
    return rc < 0 ? xen_fail(xen, rc, err, "domain %u was not given another maximum", domid) : 0;
}

int xen_host_set_vcpus(struct xm_host *host, uint32_t domid, unsigned count, xm_error **err)
{
    struct xen_host *xen = xen_of(host);
    libxl_bitmap map;
    xc_domaininfo_t info;
    struct xen_op op;
    libxl_ctx *ctx;
    int rc;

    if (xen_info(xen, domid, &info, err) < 0
        || xm_host_check_vcpus(domid, count, info.max_vcpu_id == XEN_INVALID_MAX_VCPU_ID ? 0 : info.max_vcpu_id + 1, err) < 0)
        return -1;
    ctx = xen_ctx(xen, err);
    if (ctx == NULL)
        return -1;
    libxl_bitmap_init(&map);
    rc = libxl_cpu_bitmap_alloc(ctx, &map, (int)count);
    if (rc == 0) {
        for (unsigned i = 0; i < count; i++)
            libxl_bitmap_set(&map, (int)i);
        xen_op_init(&op);
        rc = xen_op_wait(xen, &op, libxl_set_vcpuonline(ctx, domid, &map, &op.how), NULL, XEN_TO_THE_END);
    }
    libxl_bitmap_dispose(&map);
    return rc < 0 ? xen_fail(xen, rc, err, "the vcpus of domain %u were not set", domid) : 0;
}
