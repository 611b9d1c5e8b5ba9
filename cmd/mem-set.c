/* xm mem-set, xm mem-max: how much memory a guest is to hold, and how much it may. */
#include "listing.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct mem_args { struct where_args where; };

static const struct xm_opt mem_opts[] = {
    WHERE_OPTS(struct mem_args),
    XM_OPT_END
};

/* One shift for a figure's last letter, from bytes; -1: no such unit. */
static int shift_of(char letter)
{
    static const struct { char letter; int shift; } units[] = {
        { 'b', 0 }, { 'k', 10 }, { '\0', 20 }, { 'm', 20 }, { 'g', 30 }, { 't', 40 },
    };

    for (size_t i = 0; i < XM_COUNT(units); i++)
        if (units[i].letter == tolower((unsigned char)letter))
            return units[i].shift;
    return -1;
}

/* Bytes; false if they cannot be counted. */
static bool to_bytes(long long number, int shift, long long *ret_bytes)
{
    return !__builtin_mul_overflow(number, 1LL << shift, ret_bytes);
}

/* Whole MiB, rounded down, and whatever letter xm does not know means bytes. */
static int parse_xm(const char *word, int64_t *ret_kib, xm_error **err)
{
    long long number, bytes;
    char *end;
    int shift;

    errno = 0;
    number = strtoll(word, &end, 10);
    shift = shift_of(*end);
    if (end == word || errno != 0 || strlen(end) > 1 || !to_bytes(number, shift < 0 ? 0 : shift, &bytes))
        return xm_fail(err, XM_INVALID, "Invalid argument.");
    if (strchr("btBT", *end) != NULL && *end != '\0')
        (void)to_bytes(number, 0, &bytes);
    if ((strchr("kmgKMG", *end) == NULL) && *end != '\0')
        puts("ignoring unknown unit");
    if (bytes < 0)
        return xm_fail(err, XM_INVALID, "memory_static_min must be less than or equal to memory_dynamic_min");
    *ret_kib = bytes / (1 << 20) * 1024;
    return *ret_kib > 0 ? 0 : xm_fail(err, XM_INVALID, "memory_dynamic_max must be greater than zero");
}

/* No number is 0, which the host then refuses. */
static int parse_xl(const char *word, int64_t *ret_kib, xm_error **err)
{
    long long number, bytes;
    char *end;
    int shift;

    errno = 0;
    number = strtoll(word, &end, 10);
    shift = shift_of(*end);
    if (errno != 0 || strlen(end) > 1 || shift < 0 || number < 0 || !to_bytes(number, shift, &bytes))
        return xm_fail(err, XM_INVALID, "invalid memory size: %s", word);
    *ret_kib = bytes / 1024;
    return 0;
}

static int mem_run(struct xm_env *env, const struct xm_call *call, enum xm_setting what, xm_error **err)
{
    const struct mem_args *args = call->args;
    bool xm = env->dialect == XM_DIALECT_XM;
    /* Stock xl lets a guest grow into what may not be there. */
    struct xm_change change = { .what = what, .room = xm };
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;
    int64_t kib;

    if (find_to_change(env, call->words[0], &args->where, &change, &list, &guest, err) < 0
        || (xm ? parse_xm : parse_xl)(call->words[1], &kib, err) < 0)
        return -1;
    change.kib = (uint64_t)kib;
    if (xm_guest_change(&env->guests, guest, &change, err) == 0)
        return 0;
    if (xm || !is_live(guest))
        return -1;
    return xm_wrap(err, "cannot set domid %u %s max memory to : %s", guest->domid,
                   what == XM_SET_MEMORY ? "dynamic" : "static", call->words[1]);
}

static int mem_set_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return mem_run(env, call, XM_SET_MEMORY, err);
}

static int mem_max_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return mem_run(env, call, XM_SET_MAX_MEMORY, err);
}

const struct xm_cmd cmd_mem_set = {
    .name = "mem-set", .words = "DOMAIN MEMORY", .min = 2, .max = 2,
    .summary = "Say how much memory a guest is to hold",
    .more =
        "MEMORY is in MiB, or ends in k, m or g. The guest is told and gives or takes in its own\n"
        "time. What it is started with next is changed as well.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_LONG_ONLY,
    .opts = mem_opts, .args_size = sizeof(struct mem_args), .run = mem_set_run,
};

const struct xm_cmd cmd_mem_max = {
    .name = "mem-max", .words = "DOMAIN MEMORY", .min = 2, .max = 2,
    .summary = "Say how much memory a guest may be told to hold",
    .more = "MEMORY as in mem-set.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_LONG_ONLY,
    .opts = mem_opts, .args_size = sizeof(struct mem_args), .run = mem_max_run,
};
