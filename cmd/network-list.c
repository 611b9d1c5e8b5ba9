/* xm network-list: the network interfaces of a guest. */
#include "device.h"

static const struct xm_opt network_list_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'l', "long", struct device_list_args, long_form, "all that is known of each, in SXP"),
    XM_FLAG(0, "json", struct device_list_args, json, "a JSON array with an object for each interface"),
    XM_OPT_END
};

static void print_heading(const struct xm_env *env)
{
    if (env->dialect == XM_DIALECT_XM)
        puts("Idx BE     MAC Addr.     handle state evt-ch tx-/rx-ring-ref BE-path");
    else
        printf("%-3s %-2s %-17s %-6s %-5s %-6s %5s/%-5s %-30s\n", "Idx", "BE", "Mac Addr.", "handle", "state", "evt-ch",
               "tx-", "rx-ring-ref", "BE-path");
}

static void print_row(const struct xm_env *env, const struct xm_guest *guest, const struct xm_device *d)
{
    const char *path = d->backend != NULL ? d->backend : "??";
    char mac[18] = "??";

    (void)guest;
    if (d->has_mac)
        snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", d->mac[0], d->mac[1], d->mac[2], d->mac[3], d->mac[4],
                 d->mac[5]);
    if (env->dialect == XM_DIALECT_XM)
        printf("%-3d %-3d%-17s    %-3d   %-3d    %-3d   %-5d/%-5d   %-30s  \n", d->devid, (int)d->backend_id, mac, d->handle,
               d->state, d->evtchn, d->ring, d->rx_ring, path);
    else
        printf("%-3d %-2d %s%6d %5d %6d %5d/%-11d %-30s\n", d->devid, (int)d->backend_id, d->has_mac ? mac : "00:00:00:00:00:00",
               d->handle, d->state, d->evtchn, d->ring, d->rx_ring, path);
}

static int network_list_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    static const struct device_list what = { XM_DEVICE_NIC, print_heading, print_row, false };

    return list_devices(env, call, &what, err);
}

const struct xm_cmd cmd_network_list = {
    .name = "network-list", .words = "DOMAIN", .min = 0, .max = XM_MANY,
    .xl = { "DOMAIN...", 1, XM_MANY },
    .summary = "List the network interfaces of a guest",
    .more =
        "The objects of --json have the keys name, uuid, domid, device (a number), mac,\n"
        "backend_domid, backend (a path in the store) and state (4: connected).\n",
    .group = XM_GROUP_SHOW,
    .opts = network_list_opts, .args_size = sizeof(struct device_list_args), .run = network_list_run,
};
