/* xm block-list: the disks of a guest. */
#include "device.h"

static const struct xm_opt block_list_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'l', "long", struct device_list_args, long_form, "all that is known of each, in SXP"),
    XM_FLAG(0, "json", struct device_list_args, json, "a JSON array with an object for each disk"),
    XM_OPT_END
};

static void print_heading(const struct xm_env *env)
{
    if (env->dialect == XM_DIALECT_XM)
        puts("Vdev  BE handle state evt-ch ring-ref BE-path");
    else
        printf("%-5s %-3s %-6s %-5s %-6s %-8s %-30s\n", "Vdev", "BE", "handle", "state", "evt-ch", "ring-ref", "BE-path");
}

static void print_row(const struct xm_env *env, const struct xm_guest *guest, const struct xm_device *d)
{
    const char *path = d->backend != NULL ? d->backend : "??";

    if (env->dialect == XM_DIALECT_XM)
        printf("%-5d  %-3d  %-3d   %-3d    %-3d    %-5d %-30s  \n", d->devid, (int)d->backend_id, d->handle, d->state,
               d->evtchn, d->ring, path);
    else
        printf("%-5d %-3d %-6d %-5d %-6d %-8d %-30s\n", d->devid, (int)d->backend_id, (int)guest->domid, d->state,
               d->evtchn, d->ring, path);
}

static int block_list_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    static const struct device_list what = { XM_DEVICE_DISK, print_heading, print_row, true };

    return list_devices(env, call, &what, err);
}

const struct xm_cmd cmd_block_list = {
    .name = "block-list", .words = "DOMAIN", .min = 0, .max = XM_MANY,
    .xl = { "DOMAIN...", 1, XM_MANY },
    .summary = "List the disks of a guest",
    .more =
        "The objects of --json have the keys name, uuid, domid, device (a number), cdrom, medium\n"
        "(a path, or empty), backend_domid, backend (a path in the store) and state (4 means\n"
        "connected).\n",
    .group = XM_GROUP_SHOW,
    .opts = block_list_opts, .args_size = sizeof(struct device_list_args), .run = block_list_run,
};
