/* The configurations of many domains at once. */
#include "host/xen/xen.h"

#include <string.h>

static void ask_libxl(struct xen_host *xen, uint32_t domid, struct xm_host_config *config)
{
    xm_autofree char *text = NULL;

    if (xen_host_config_json(&xen->host, domid, &text, &config->err) == 0)
        (void)xm_json_parse(text, strlen(text), &config->json, &config->err);
}

int xen_host_configs(struct xm_host *host, const uint32_t *domids, size_t count, xm_host_configs **ret, xm_error **err)
{
    xm_host_configs *configs = xm_host_configs_new(count);

    (void)err;                  /* each has its own */
    for (size_t i = 0; i < count; i++)
        ask_libxl(xen_of(host), domids[i], &configs->items[i]);
    *ret = configs;
    return 0;
}
