/* What has to be there before a guest can be started: its memory, its disks. */
#include <string.h>

#include "bind/config.h"
#include "guest/claim.h"
#include "guest/schedule.h"
#include "guest/step.h"

/* doc as libxl's configuration, whatever it was made of. cfg is the caller's to dispose of. */
static int read_config(const struct xm_guests *guests, const xm_doc *doc, libxl_domain_config *cfg, xm_error **err)
{
    const char *json = xm_doc_get_str(doc, XM_GUEST_JSON_KEY);
    const struct xm_bind_report quiet = { 0 };
    XM_AUTO(xm_doc) *read = NULL;

    if (json != NULL && xm_config_from_json(json, strlen(json), &read, err) < 0)
        return -1;
    return xm_guest_bind(guests, read != NULL ? read : doc, &quiet, cfg, err);
}

int xm_guest_room(const struct xm_guests *guests, const xm_doc *doc, struct xm_room *ret_room, xm_error **err)
{
    libxl_domain_config cfg;
    int rc;

    libxl_domain_config_init(&cfg);
    rc = read_config(guests, doc, &cfg, err);
    if (rc == 0)
        rc = xm_host_room(guests->host, &cfg, ret_room, err);
    libxl_domain_config_dispose(&cfg);
    return rc;
}

/* With a script or another domain's backend only those know what the path means. */
static bool is_path_here(const libxl_device_disk *disk)
{
    return disk->pdev_path != NULL && disk->pdev_path[0] == '/' && disk->script == NULL
           && disk->backend_domname == NULL && disk->backend_domid == 0;
}

int xm_guest_missing_disk(const struct xm_guests *guests, const xm_doc *doc, char **ret_path, xm_error **err)
{
    libxl_domain_config cfg;
    int rc;

    libxl_domain_config_init(&cfg);
    rc = read_config(guests, doc, &cfg, err);
    for (int i = 0; rc == 0 && i < cfg.num_disks; i++) {
        struct xm_host_file file;
        xm_error *why = NULL;

        if (!is_path_here(&cfg.disks[i]) || xm_host_file(guests->host, cfg.disks[i].pdev_path, false, &file, &why) == 0)
            continue;
        if (why->code == XM_NOT_FOUND) {
            *ret_path = xm_strdup(cfg.disks[i].pdev_path);
            rc = 1;
        }
        xm_error_free(why);     /* what else there is to say of it, the start will */
    }
    libxl_domain_config_dispose(&cfg);
    return rc;
}
