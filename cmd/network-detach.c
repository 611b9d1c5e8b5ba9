/* xm network-detach: take a network interface away from a guest. */
#include "device.h"

#include <string.h>

struct network_detach_args { struct where_args where; bool force; };

static const struct xm_opt network_detach_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XM, 'f', "force", struct network_detach_args, force, "do not ask the guest to let go of it"),
    WHERE_OPTS(struct network_detach_args),
    XM_OPT_END
};

static bool is_mac(const char *word)
{
    return strchr(word, ':') != NULL;
}

/* The interface of that address; -1 if there is none. */
static int find_mac(const xm_devices *devices, const char *word)
{
    unsigned char mac[6];

    if (!xm_vif_parse_mac(word, mac))
        return -1;
    for (size_t i = 0; i < devices->count; i++)
        if (devices->items[i].has_mac && memcmp(devices->items[i].mac, mac, sizeof(mac)) == 0)
            return devices->items[i].devid;
    return -1;
}

/* -1: there is none, or word is no number. */
static int find_interface(const struct device_change *change, const char *word, int *ret_devid, xm_error **err)
{
    XM_AUTO(xm_devices) *devices = NULL;
    unsigned long number;

    *ret_devid = -1;
    if (is_mac(word)) {
        if (xm_guest_devices(&change->env->guests, change->guest, XM_DEVICE_NIC, &devices, err) < 0)
            return -1;
        *ret_devid = find_mac(devices, word);
    } else if (parse_number(word, 0, INT32_MAX, &number)) {
        *ret_devid = (int)number;
    }
    return 0;
}

static int fail_unknown(const struct device_change *change, const char *word, const char *domain, xm_error **err)
{
    xm_error_clear(err);
    if (change->env->dialect == XM_DIALECT_XL)
        return xm_fail(err, XM_NOT_FOUND, "Unknown device %s.", word);
    if (is_mac(word))
        return xm_fail(err, XM_NOT_FOUND, "Cannot find device '%s' in domain '%s'", word, domain);
    return xm_fail(err, XM_NOT_FOUND, is_live(change->guest) ? "Device %s not connected" : "Device %s is not defined", word);
}

static int network_detach_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct network_detach_args *args = call->args;
    const char *domain = call->words[0], *word = call->words[1];
    autochange change = { .list = NULL };
    xm_error *why = NULL;
    int devid;

    pass_over(call, 2);
    if (change_open(env, domain, &args->where, false, &change, err) < 0 || find_interface(&change, word, &devid, err) < 0)
        return -1;
    if (devid < 0)
        return fail_unknown(&change, word, domain, err);
    if (change_detach(&change, XM_DEVICE_NIC, devid, word, args->force, &why) == 0)
        return 0;
    if (why->code == XM_NOT_FOUND) {
        xm_error_free(why);
        return fail_unknown(&change, word, domain, err);
    }
    (void)xm_error_pass(err, why);
    return env->dialect == XM_DIALECT_XL ? xm_wrap(err, "libxl_device_nic_del failed") : -1;
}

const struct xm_cmd cmd_network_detach = {
    .name = "network-detach", .words = "DOMAIN DEVICE|MAC", .min = 2, .max = 3,
    .xl = { "DOMAIN DEVICE|MAC", 2, 2 },
    .summary = "Take a network interface away from a guest",
    .more =
        "DEVICE is the number in network-list.\n" CHANGE_HELP,
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_LOOSE,
    .opts = network_detach_opts, .args_size = sizeof(struct network_detach_args), .run = network_detach_run,
};
