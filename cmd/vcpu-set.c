/* xm vcpu-set: how many of a guest's vcpus are online. */
#include "listing.h"

struct vcpu_set_args { struct where_args where; bool ignore_host; };

static const struct xm_opt vcpu_set_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XL, 'i', "ignore-host", struct vcpu_set_args, ignore_host, "as many as the guest has, whatever the host has"),
    WHERE_OPTS(struct vcpu_set_args),
    XM_OPT_END
};

/* xl: more vcpus than the host has processors are refused, unless they are online already. */
static int fit_host(struct xm_env *env, const struct xm_guest *guest, unsigned *count, xm_error **err)
{
    unsigned cpus;

    if (host_cpus(env, &cpus, err) < 0)
        return -1;
    if (*count <= cpus)
        return 0;
    if (!is_live(guest) || *count > guest->domain.vcpus)
        return xm_fail(err, XM_INVALID, "You are overcommmitting! You have %u physical CPUs and want %u vCPUs! "
                       "Aborting, use --ignore-host to continue", cpus, *count);
    *count = cpus;
    return 0;
}

/* The old words of each dialect, for a running guest that has not that many. */
static int fail_count(struct xm_env *env, const struct xm_guest *guest, unsigned count, xm_error **err)
{
    unsigned max = guest->domain.max_vcpu + 1;

    if (env->dialect == XM_DIALECT_XM)
        return xm_fail(err, XM_INVALID, "Cannot set vcpus greater than max vcpus on running domain (%u)", max);
    return xm_fail(err, XM_INVALID, "libxl_set_vcpuonline failed domid=%u max_vcpus=%u, rc: -6: it has %u at the most",
                   guest->domid, count, max);
}

static int vcpu_set_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct vcpu_set_args *args = call->args;
    bool xl = env->dialect == XM_DIALECT_XL;
    struct xm_change change = { .what = XM_SET_VCPUS };
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    unsigned long count;

    if (find_to_change(env, call->words[0], &args->where, &change, &list, &guest, err) < 0)
        return -1;
    if (call->words[1][0] == '-')
        return xm_fail(err, XM_INVALID, "Zero or less VCPUs is invalid");
    if (!parse_number(call->words[1], 0, INT32_MAX, &count))
        return xm_fail(err, XM_INVALID, "%sInvalid argument.", xl ? "Error: " : "");
    change.vcpus = (unsigned)count;
    if (xl && !args->ignore_host && fit_host(env, guest, &change.vcpus, err) < 0)
        return -1;
    if (is_live(guest) && change.where != XM_STORED && change.vcpus > guest->domain.max_vcpu + 1)
        return fail_count(env, guest, change.vcpus, err);
    if (xm_guest_change(&env->guests, guest, &change, err) == 0)
        return 0;
    return xl && is_live(guest) ? xm_wrap(err, "libxl_set_vcpuonline failed domid=%u max_vcpus=%u, rc: -3", guest->domid, change.vcpus) : -1;
}

const struct xm_cmd cmd_vcpu_set = {
    .name = "vcpu-set", .words = "DOMAIN VCPUS", .min = 2, .max = 2,
    .summary = "Say how many of a guest's vcpus are online",
    .more =
        "A running guest has as many as it was started with at the most. Of one that does not\n"
        "run, and with --config, VCPUS is that maximum as well.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_LONG_ONLY,
    .opts = vcpu_set_opts, .args_size = sizeof(struct vcpu_set_args), .run = vcpu_set_run,
};
