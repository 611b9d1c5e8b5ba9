/* xm vcpu-pin: say on which cpus a guest's vcpus may run, and in xl where they like to. */
#include "listing.h"

#include <string.h>
#include <strings.h>

struct vcpu_pin_args { struct where_args where; bool force, ignore_masks; };

static const struct xm_opt vcpu_pin_opts[] = {
    XM_FLAG_IN(XM_DIALECT_XL, 'f', "force", struct vcpu_pin_args, force, "also undo a pinning by the hypervisor itself"),
    XM_FLAG_IN(XM_DIALECT_XL, 'i', "ignore-global-affinity-masks", struct vcpu_pin_args, ignore_masks, NULL),
    WHERE_OPTS(struct vcpu_pin_args),
    XM_OPT_END
};

/* A request, read. hard or soft NULL: left as it is. */
struct pin {
    const char *word;           /* the guest, as typed */
    unsigned vcpu;              /* or XM_ALL_VCPUS */
    const char *text;           /* the hard cpus, as typed */
    struct xm_cpuset sets[2];
    const struct xm_cpuset *hard, *soft;
};

static int parse_vcpu(struct xm_env *env, const char *word, unsigned *ret_vcpu, xm_error **err)
{
    unsigned long number;

    if (strcasecmp(word, "all") == 0) {
        *ret_vcpu = XM_ALL_VCPUS;
        return 0;
    }
    if (!parse_number(word, 0, XM_MAX_CPUS - 1, &number))
        return env->dialect == XM_DIALECT_XM ? xm_fail(err, XM_INVALID, "Invalid argument.") :
                                               xm_fail(err, XM_INVALID, "Error: Invalid argument %s as VCPU.", word);
    *ret_vcpu = (unsigned)number;
    return 0;
}

static bool is_empty(const struct xm_cpuset *set)
{
    for (size_t i = 0; i < XM_COUNT(set->bits); i++) {
        if (set->bits[i] != 0)
            return false;
    }
    return true;
}

static int parse_set(struct xm_env *env, const char *word, const char *kind, struct xm_cpuset *set,
                     const struct xm_cpuset **ret_set, xm_error **err)
{
    if (word == NULL || (env->dialect == XM_DIALECT_XL && strcmp(word, "-") == 0)) {
        *ret_set = NULL;
        return 0;
    }
    if (parse_cpus(env, word, set, err) < 0) {
        if (env->dialect == XM_DIALECT_XL && err != NULL && (*err)->code == XM_INVALID && strstr(word, "^all") == NULL)
            return xm_wrap(err, "Invalid pcpu range: %s", word);
        return -1;
    }
    if (is_empty(set))
        return xm_fail(err, XM_INVALID, "vcpu %s affinity map is empty: the host has none of the cpus %s", kind, word);
    *ret_set = set;
    return 0;
}

static int parse_pin(struct xm_env *env, const struct xm_call *call, struct pin *pin, xm_error **err)
{
    const struct vcpu_pin_args *args = call->args;

    pin->word = call->words[0];
    pin->text = call->words[2];
    if (parse_vcpu(env, call->words[1], &pin->vcpu, err) < 0)
        return -1;
    if (args->force && pin->vcpu == XM_ALL_VCPUS)
        return xm_fail(err, XM_INVALID, "Error: --force and 'all' as VCPU not allowed.");
    if (parse_set(env, call->words[2], "hard", &pin->sets[0], &pin->hard, err) < 0
        || parse_set(env, call->count > 3 ? call->words[3] : NULL, "soft", &pin->sets[1], &pin->soft, err) < 0)
        return -1;
    return 0;
}

static int print_dry_run(struct xm_env *env, const struct pin *pin, xm_error **err)
{
    unsigned cpus;
    xm_autofree char *hard = NULL, *soft = NULL;

    if (host_cpus(env, &cpus, err) < 0)
        return -1;
    hard = pin->hard != NULL ? format_cpus(pin->hard, cpus, "all", "none") : xm_strdup("-");
    soft = pin->soft != NULL ? format_cpus(pin->soft, cpus, "all", "none") : NULL;
    printf("cpumap: %s%s%s\n", hard, soft != NULL ? " " : "", soft != NULL ? soft : "");
    return 0;
}

/* Both toolstacks' words for a vcpu that could not be pinned. xl ends well whatever became of 'all'; the
 * failure is told all the same. */
static int fail_pin(struct xm_env *env, const struct pin *pin, unsigned vcpu, xm_error **err)
{
    xm_autofree char *text = NULL;

    if (env->dialect == XM_DIALECT_XM)
        return xm_wrap(err, "Cannot pin vcpu: %u to cpu: [%s]", vcpu, pin->text);
    if (pin->vcpu != XM_ALL_VCPUS)
        return xm_wrap(err, "Could not set affinity for vcpu `%u'", vcpu);
    text = xm_error_text(*err);
    fprintf(stderr, "Could not set affinity: vcpu %u: %s\n", vcpu, text);
    xm_error_clear(err);
    return 0;
}

static int vcpu_pin_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct vcpu_pin_args *args = call->args;
    struct xm_change change = { .what = XM_SET_CPUS, .force = args->force };
    xm_autofree char *hard = NULL, *soft = NULL;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    struct pin pin = { 0 };
    unsigned cpus;

    if (parse_pin(env, call, &pin, err) < 0
        || find_to_change(env, pin.word, &args->where, &change, &list, &guest, err) < 0)
        return -1;
    if (env->dry_run)
        return print_dry_run(env, &pin, err);
    if (host_cpus(env, &cpus, err) < 0)
        return -1;
    change.vcpu = pin.vcpu;
    change.hard = pin.hard;
    change.soft = pin.soft;
    change.hard_text = hard = pin.hard != NULL ? format_cpus(pin.hard, cpus, "all", "all") : NULL;
    change.soft_text = soft = pin.soft != NULL ? format_cpus(pin.soft, cpus, "all", "all") : NULL;
    if (xm_guest_change(&env->guests, guest, &change, err) == 0)
        return 0;
    if (change.failed_vcpu != XM_ALL_VCPUS)
        return fail_pin(env, &pin, change.failed_vcpu, err);
    return pin.vcpu != XM_ALL_VCPUS && (*err)->code == XM_INVALID ? fail_pin(env, &pin, pin.vcpu, err) : -1;
}

const struct xm_cmd cmd_vcpu_pin = {
    .name = "vcpu-pin", .words = "DOMAIN VCPU|all CPUS|all", .min = 3, .max = 3,
    .xl = { "DOMAIN VCPU|all HARD|-|all [SOFT|-|all]", 3, 4 },
    .summary = "Say on which cpus a guest's vcpus may run",
    .more =
        "A guest keeps its pinning from start to start, or, with --live, until its end.\n"
        "CPUS is a list like 0-3,^2,node:1: numbers, ranges, all, and the cpus of NUMA nodes,\n"
        "each taken out again with ^ before it.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_DRY | XM_CMD_LONG_ONLY,
    .opts = vcpu_pin_opts, .args_size = sizeof(struct vcpu_pin_args), .run = vcpu_pin_run,
};
