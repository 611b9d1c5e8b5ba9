/* The names of domains while one is being made.
 *
 * A name is looked for three times then: before anything is written down, before libxl is asked, and
 * by libxl itself, which reads the store name after name. With hundreds of domains that is most of
 * what making one more costs. So the names that were read last are kept for as long as making
 * a domain takes to get that far, and only those of domains that have come since are read. */
#include "host/xen/xen.h"

#include <dlfcn.h>
#include <string.h>

#define FRESH_MS 2000

struct xen_names {
    int64_t taken;
    xm_domains *domains;        /* of these, only domid, uuid and name */
};

void xen_names_free(struct xen_names *names)
{
    if (names == NULL)
        return;
    xm_domains_free(names->domains);
    free(names);
}

void xen_names_keep(struct xen_host *xen, const xm_domains *domains)
{
    struct xen_names *names = xm_new0(struct xen_names, 1);

    names->taken = xen_now_ms();
    names->domains = xm_new0(xm_domains, 1);
    names->domains->items = xm_new0(struct xm_domain, domains->count);
    for (size_t i = 0; i < domains->count; i++) {
        struct xm_domain *item = &names->domains->items[i];

        item->domid = domains->items[i].domid;
        memcpy(item->uuid, domains->items[i].uuid, sizeof(item->uuid));
        item->name = xm_strdup(domains->items[i].name);
    }
    names->domains->count = domains->count;
    xen_names_free(xen->names);
    xen->names = names;
}

/* One without a name may just be getting it. */
static const char *known(const struct xen_host *xen, const struct xm_domain *domain, size_t *at)
{
    const xm_domains *old = xen->names->domains;

    while (*at < old->count && old->items[*at].domid < domain->domid)
        ++*at;
    if (*at == old->count || old->items[*at].domid != domain->domid || strcmp(old->items[*at].uuid, domain->uuid) != 0)
        return NULL;
    return old->items[*at].name;
}

static int fill_in(struct xen_host *xen, xm_domains *domains, xm_error **err)
{
    xm_autofree size_t *which = xm_new0(size_t, domains->count);
    XM_AUTO(xen_asks) *asks = xen_asks_new();
    size_t at = 0;

    for (size_t i = 0; i < domains->count; i++) {
        struct xm_domain *domain = &domains->items[i];

        domain->name = xm_strdup(known(xen, domain, &at));
        if (domain->name == NULL)
            which[xen_asks_add(asks, false, "/local/domain/%u/name", domain->domid)] = i;
    }
    if (xen_sweep(xen, asks, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < asks->count; i++)
        domains->items[which[i]].name = XM_TAKE(asks->items[i].text);
    return 0;
}

int xen_names_list(struct xen_host *xen, xm_domains **ret, xm_error **err)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (xen->names == NULL || xen_now_ms() - xen->names->taken > FRESH_MS)
        return xen_host_list(&xen->host, XM_WANT_NAME, ret, err);
    if (xen_host_list(&xen->host, 0, &domains, err) < 0 || fill_in(xen, domains, err) < 0)
        return -1;
    *ret = XM_TAKE(domains);
    return 0;
}

/* --- libxl's own look --- */

/* The host whose libxl is making a domain in this thread: libxl's own call hands on nothing of ours. */
static __thread struct xen_host *making;

void xen_names_making(struct xen_host *xen)
{
    making = xen;
}

typedef int name_to_domid_fn(libxl_ctx *ctx, const char *name, uint32_t *ret_domid);

int libxl_name_to_domid(libxl_ctx *ctx, const char *name, uint32_t *ret_domid)
{
    XM_AUTO(xm_domains) *domains = NULL;

    if (making == NULL || making->ctx != ctx || xen_names_list(making, &domains, NULL) < 0) {
        name_to_domid_fn *own = (name_to_domid_fn *)dlsym(RTLD_NEXT, "libxl_name_to_domid");

        return own != NULL ? own(ctx, name, ret_domid) : ERROR_FAIL;
    }
    for (size_t i = 0; i < domains->count; i++) {
        if (domains->items[i].name != NULL && strcmp(domains->items[i].name, name) == 0) {
            *ret_domid = domains->items[i].domid;
            return 0;
        }
    }
    return ERROR_INVAL;         /* libxl's word for it */
}
