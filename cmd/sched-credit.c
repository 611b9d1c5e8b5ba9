/* xm sched-credit, xm sched-credit2: the guests' shares of the processors, and in xl the schedulers'
 * own figures. */
#include "listing.h"

#include <limits.h>
#include <string.h>

struct sched_args {
    struct where_args where;
    const char *domain, *weight, *cap, *pool, *tslice, *ratelimit, *delay;
    bool params, json;
};

/* One of the two commands. */
struct sched {
    enum xm_scheduler scheduler;
    const char *name;
    bool has_cap;               /* in xm */
};

static const struct sched credit = { XM_SCHED_CREDIT, "credit", true };
static const struct sched credit2 = { XM_SCHED_CREDIT2, "credit2", false };

#define SHARE_OPTS(cap_dialects)                                                                            \
    XM_STR('d', "domain", struct sched_args, domain, "DOMAIN", "the guest"),                                \
    XM_STR('w', "weight", struct sched_args, weight, "WEIGHT", "its weight against the others, 1 to 65535"),        \
    XM_STR_IN(cap_dialects, 'c', "cap", struct sched_args, cap, "CAP", "percent of one processor at the most; 0: no limit"), \
    WHERE_OPTS(struct sched_args),                                                                          \
    XM_FLAG(0, "json", struct sched_args, json, "the table as JSON, for other programs"),                   \
    XM_FLAG_IN(XM_DIALECT_XL, 's', "schedparam", struct sched_args, params, "the scheduler's own figures"),     \
    XM_STR_IN(XM_DIALECT_XL, 'p', "cpupool", struct sched_args, pool, "POOL", "of this cpu pool"),              \
    XM_STR_IN(XM_DIALECT_XL, 'r', "ratelimit_us", struct sched_args, ratelimit, "US", "with -s: how long a vcpu runs at least")

static const struct xm_opt credit_opts[] = {
    SHARE_OPTS(0),
    XM_STR_IN(XM_DIALECT_XL, 't', "tslice_ms", struct sched_args, tslice, "MS", "with -s: how long it runs at the most"),
    XM_STR_IN(XM_DIALECT_XL, 'm', "migration_delay_us", struct sched_args, delay, "US", "with -s: how long it counts as warm"),
    XM_OPT_END
};

static const struct xm_opt credit2_opts[] = {
    SHARE_OPTS(XM_DIALECT_XL),
    XM_OPT_END
};

/* --- what there is --- */

struct row { int64_t weight, cap; };

static void read_row(struct xm_env *env, const struct xm_guest *guest, struct row *ret)
{
    XM_AUTO(xm_json) *config = NULL;
    struct xm_share share;

    *ret = (struct row){ -1, -1 };      /* what cannot be read is told so */
    if (is_live(guest)) {
        if (xm_host_share(env->host, guest->domid, &share, NULL) == 0)
            *ret = (struct row){ share.weight, share.cap };
        return;
    }
    config = guest_config(env, guest, NULL);
    if (config != NULL)
        *ret = (struct row){ xm_json_int(xm_json_get(config, "b_info", "sched_params", "weight", NULL), 256),
                             xm_json_int(xm_json_get(config, "b_info", "sched_params", "cap", NULL), 0) };
}

static void print_heading(struct xm_env *env, const struct sched *sched)
{
    printf("%-33s %4s %6s", "Name", "ID", "Weight");
    puts(env->dialect == XM_DIALECT_XL || sched->has_cap ? "  Cap" : "");
}

static void print_row(struct xm_env *env, const struct sched *sched, const struct xm_guest *guest)
{
    char room[16];
    struct row row;

    read_row(env, guest, &row);
    if (env->dialect == XM_DIALECT_XL)
        printf("%-33s %4u %6d %4d\n", shown_name(guest), guest->domid, (int)row.weight, (int)row.cap);
    else if (sched->has_cap)
        printf("%-32s %5s %6d %4d\n", shown_name(guest), shown_domid(guest, room), (int)row.weight, (int)row.cap);
    else
        printf("%-32s %5s %6d\n", shown_name(guest), shown_domid(guest, room), (int)row.weight);
}

static void print_pool(const struct xm_pool *pool)
{
    if (pool->scheduler == XM_SCHED_CREDIT)
        printf("Cpupool %s: tslice=%ums ratelimit=%uus migration-delay=%uus\n", pool->name, pool->tslice_ms,
               pool->ratelimit_us, pool->migration_delay_us);
    else
        printf("Cpupool %s: ratelimit=%uus\n", pool->name, pool->ratelimit_us);
}

/* NULL: the first one. */
static const struct xm_pool *find_pool(const xm_pools *pools, const char *word, xm_error **err)
{
    unsigned long id;

    for (size_t i = 0; i < pools->count; i++) {
        const struct xm_pool *pool = &pools->items[i];

        if (word == NULL || strcmp(pool->name, word) == 0 || (parse_number(word, 0, UINT32_MAX, &id) && pool->id == id))
            return pool;
    }
    (void)xm_fail(err, XM_NOT_FOUND, "unknown cpupool '%s'", word != NULL ? word : "0");
    return NULL;
}

/* Every guest, whichever pool it is in, or the one of word. */
static int list_json(struct xm_env *env, const char *word, xm_error **err)
{
    char *words[] = { (char *)word, NULL };     /* only read */
    auto_selection guests = SELECTION_INIT;
    xm_json *list;

    if (selection_load(env, words, word != NULL, XM_WANT_NAME, 0, &guests, err) < 0)
        return -1;
    list = xm_json_new(XM_JSON_ARRAY);
    for (size_t i = 0; i < guests.count; i++) {
        xm_json *item = json_guest(guests.items[i]);
        struct row row;

        read_row(env, guests.items[i], &row);
        xm_json_set(item, "weight", row.weight < 0 ? xm_json_new(XM_JSON_NULL) : xm_json_new_int(row.weight));
        xm_json_set(item, "cap", row.cap < 0 ? xm_json_new(XM_JSON_NULL) : xm_json_new_int(row.cap));
        xm_json_add(list, item);
    }
    print_json(list);
    return 0;
}

/* --- xl --- */

/* A number, or left as it is. */
static int take_number(const char *word, unsigned *number, xm_error **err)
{
    unsigned long value;

    if (word == NULL)
        return 0;
    if (!parse_number(word, 0, UINT32_MAX, &value))
        return xm_fail(err, XM_INVALID, "'%s' is no number", word);
    *number = (unsigned)value;
    return 0;
}

static int xl_params(struct xm_env *env, const struct sched *sched, const struct sched_args *args, xm_error **err)
{
    XM_AUTO(xm_pools) *pools = NULL;
    const struct xm_pool *found;
    struct xm_pool pool;

    if (xm_host_pools(env->host, &pools, err) < 0)
        return -1;
    found = find_pool(pools, args->pool, err);
    if (found == NULL)
        return -1;
    if (found->scheduler != sched->scheduler)
        return xm_fail(err, XM_UNSUPPORTED, "cpupool '%s' is not scheduled by %s", found->name, sched->name);
    if (args->tslice == NULL && args->ratelimit == NULL && args->delay == NULL) {
        print_pool(found);
        return 0;
    }
    pool = *found;
    if (take_number(args->tslice, &pool.tslice_ms, err) < 0 || take_number(args->ratelimit, &pool.ratelimit_us, err) < 0
        || take_number(args->delay, &pool.migration_delay_us, err) < 0)
        return -1;
    return xm_host_tune_pool(env->host, &pool, err);
}

static int xl_list(struct xm_env *env, const struct sched *sched, const char *word, xm_error **err)
{
    auto_selection guests = SELECTION_INIT;
    XM_AUTO(xm_pools) *pools = NULL;

    if (xm_host_pools(env->host, &pools, err) < 0 || (word != NULL && find_pool(pools, word, err) == NULL)
        || selection_load(env, NULL, 0, XM_WANT_NAME, 0, &guests, err) < 0)
        return -1;
    for (size_t i = 0; i < pools->count; i++) {
        const struct xm_pool *pool = &pools->items[i];

        if (pool->scheduler != sched->scheduler || (word != NULL && pool != find_pool(pools, word, NULL)))
            continue;
        print_pool(pool);
        print_heading(env, sched);
        for (size_t j = 0; j < guests.count; j++) {
            if (is_live(guests.items[j]) && guests.items[j]->domain.cpupool == pool->id)
                print_row(env, sched, guests.items[j]);
        }
    }
    return 0;
}

static int xl_show(struct xm_env *env, const struct sched *sched, const struct xm_guest *guest, xm_error **err)
{
    struct xm_share share = { .scheduler = sched->scheduler };

    print_heading(env, sched);
    if (is_live(guest) && xm_host_share(env->host, guest->domid, &share, err) < 0)
        return -1;
    if (share.scheduler != sched->scheduler)
        return xm_fail(err, XM_UNSUPPORTED, "libxl_domain_sched_params_get returned %s not %s.",
                       xm_scheduler_name(share.scheduler), sched->name);
    print_row(env, sched, guest);
    return 0;
}

static int check_xl_words(const struct sched *sched, const struct sched_args *args, xm_error **err)
{
    bool domain = args->domain != NULL || args->weight != NULL || args->cap != NULL;

    if (domain && (args->pool != NULL || (args->params && sched->scheduler == XM_SCHED_CREDIT)))
        return xm_fail(err, XM_INVALID, "%s", sched->scheduler == XM_SCHED_CREDIT
                       ? "Specifying a cpupool or schedparam is not allowed with domain options."
                       : "Specifying a cpupool is not allowed with other options.");
    if (args->domain == NULL && domain)
        return xm_fail(err, XM_INVALID, "Must specify a domain.");
    if (!args->params && (args->tslice != NULL || args->ratelimit != NULL || args->delay != NULL))
        return xm_fail(err, XM_INVALID, "Must specify schedparam to set schedule parameter values.");
    return 0;
}

/* --- both --- */

/* Anything but a number is a weight or cap that there is not. */
static int64_t figure(const char *word)
{
    unsigned long number;

    if (word == NULL)
        return -1;
    return parse_number(word, 0, UINT32_MAX, &number) ? (int64_t)number : UINT32_MAX;
}

static bool is_figure(const char *word)
{
    unsigned long number;

    return word == NULL || parse_number(*word == '-' ? word + 1 : word, 0, ULONG_MAX, &number);
}

static int set(struct xm_env *env, const struct sched *sched, const struct sched_args *args, xm_error **err)
{
    struct xm_change change = {
        .what = XM_SET_SHARE, .scheduler = sched->scheduler, .weight = figure(args->weight), .cap = figure(args->cap),
    };
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (find_to_change(env, args->domain, &args->where, &change, &list, &guest, err) < 0)
        return -1;
    if (env->dialect == XM_DIALECT_XM && (!is_figure(args->weight) || !is_figure(args->cap)))
        return xm_fail(err, XM_INVALID, "Invalid argument.");
    if (!sched->has_cap && env->dialect == XM_DIALECT_XM && (change.weight < 1 || change.weight > XM_WEIGHT_MAX))
        return xm_fail(err, XM_INVALID, "weight is out of range");
    return xm_guest_change(&env->guests, guest, &change, err);
}

/* --- xm --- */

static int check_scheduler(struct xm_env *env, const struct sched *sched, xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;

    if (xm_host_info_get(env->host, false, &info, err) < 0)
        return -1;
    if (strcmp(info->xen_scheduler, sched->name) == 0)
        return 0;
    env->fail_plain = true;
    return xm_fail(err, XM_UNSUPPORTED, "Xen is running with the %s scheduler", info->xen_scheduler);
}

static int xm_list(struct xm_env *env, const struct sched *sched, const char *word, xm_error **err)
{
    char *words[] = { (char *)word, NULL };     /* only read */
    auto_selection guests = SELECTION_INIT;

    if (selection_load(env, words, word != NULL, XM_WANT_NAME, 0, &guests, err) < 0) {
        env->fail_status = 0;   /* here alone an unknown guest is any failure */
        env->fail_plain = false;
        return -1;
    }
    print_heading(env, sched);
    for (size_t i = 0; i < guests.count; i++)
        print_row(env, sched, guests.items[i]);
    return 0;
}

static int sched_run(struct xm_env *env, const struct sched *sched, const struct sched_args *args, xm_error **err)
{
    bool setting = args->weight != NULL || args->cap != NULL;
    XM_AUTO(xm_guest_list) *list = NULL;
    const struct xm_guest *guest;

    if (env->dialect == XM_DIALECT_XM) {
        if (check_scheduler(env, sched, err) < 0)
            return -1;
        if (setting && args->domain == NULL)
            return xm_fail(err, XM_INVALID, "No domain given.");
        if (setting)
            return set(env, sched, args, err);
        return args->json ? list_json(env, args->domain, err) : xm_list(env, sched, args->domain, err);
    }
    if (check_xl_words(sched, args, err) < 0)
        return -1;
    if (args->params)
        return xl_params(env, sched, args, err);
    if (setting)
        return set(env, sched, args, err);
    if (args->json)
        return list_json(env, args->domain, err);
    if (args->domain == NULL)
        return xl_list(env, sched, args->pool, err);
    if (find_guest(env, args->domain, FIND_LIVE, XM_WANT_NAME, &list, &guest, err) < 0)
        return -1;
    return xl_show(env, sched, guest, err);
}

static int sched_credit_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return sched_run(env, &credit, call->args, err);
}

static int sched_credit2_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    return sched_run(env, &credit2, call->args, err);
}

const struct xm_cmd cmd_sched_credit = {
    .name = "sched-credit", .words = "", .min = 0, .max = XM_MANY, .xl = { "", 0, XM_MANY },
    .summary = "Show or set guests' shares of the processors",
    .more = "For Xen's credit scheduler. Twice the weight of another guest is twice the time.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_STOPS,
    .opts = credit_opts, .args_size = sizeof(struct sched_args), .run = sched_credit_run,
};

const struct xm_cmd cmd_sched_credit2 = {
    .name = "sched-credit2", .words = "", .min = 0, .max = XM_MANY, .xl = { "", 0, XM_MANY },
    .summary = "Show or set guests' shares of the processors",
    .more = "For Xen's credit2 scheduler. Twice the weight of another guest is twice the time.\n",
    .group = XM_GROUP_CHANGE, .flags = XM_CMD_MODIFIES | XM_CMD_STOPS,
    .opts = credit2_opts, .args_size = sizeof(struct sched_args), .run = sched_credit2_run,
};
