/* A screen is served if the guest was given one; nobody draws on it. */
#include "host/sim/sim.h"

#include <string.h>

/* The object that describes the guest's VNC server, in a device of its own or in HVM's settings. */
static const xm_json *find_vnc(const xm_json *config)
{
    const xm_json *vfbs = xm_json_get(config, "vfbs", NULL);

    if (vfbs != NULL && vfbs->type == XM_JSON_ARRAY && vfbs->count > 0)
        return xm_json_get(vfbs->items[0], "vnc", NULL);
    return xm_json_get(config, "b_info", "type.hvm", "vnc", NULL);
}

/* HVM guests have one unless it was turned off; a device of its own is there to serve it. */
static bool is_on(const xm_json *config, const xm_json *vnc)
{
    const char *enable = xm_json_str(xm_json_get(vnc, "enable", NULL));

    if (enable != NULL)
        return strcmp(enable, "True") == 0;
    return xm_json_get(config, "b_info", "type.hvm", NULL) != NULL;
}

int sim_vnc(struct xm_host *host, uint32_t domid, xm_vnc **ret, xm_error **err)
{
    xm_autofree char *text = NULL;
    XM_AUTO(xm_json) *config = NULL;
    const char *listen, *password;
    const xm_json *vnc;

    if (sim_config_json(host, domid, &text, err) < 0 || xm_json_parse(text, strlen(text), &config, err) < 0)
        return -1;
    vnc = find_vnc(config);
    if (!is_on(config, vnc))
        return xm_fail(err, XM_NOT_FOUND, "domain %u serves no screen", domid);
    listen = xm_json_str(xm_json_get(vnc, "listen", NULL));
    password = xm_json_str(xm_json_get(vnc, "passwd", NULL));
    *ret = xm_new0(xm_vnc, 1);
    **ret = (xm_vnc){ .address = xm_strdup(listen ? listen : "127.0.0.1"), .port = 5900 + domid % 100,
                      .password = xm_strdup(password && *password ? password : NULL) };
    return 0;
}
