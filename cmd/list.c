/* xm list: the guests, one a row. */
#include "listing.h"

#include <string.h>
#include <strings.h>

struct list_args {
    bool longer, json, all, label, old_vcpus, verbose, context, cpupool, numa;
    const char *state, *pool;
};

static const struct xm_opt list_opts[] = {
    XM_FLAG('l', "long", struct list_args, longer, "all that is known of each guest: as SXP, as xl in JSON"),
    XM_FLAG(0, "json", struct list_args, json, "a JSON array with an object for each guest, the same in both dialects"),
    XM_FLAG_IN(XM_DIALECT_XM, 0, "label", struct list_args, label, "add the security label, and sort by it"),
    XM_STR_IN(XM_DIALECT_XM, 0, "state", struct list_args, state, "STATE",
              "only guests that are: halted, paused, running, suspended, crashed, unknown, all"),
    XM_STR_IN(XM_DIALECT_XM, 0, "pool", struct list_args, pool, "POOL", "only guests in this cpu pool"),
    XM_FLAG_IN(XM_DIALECT_XM, 'v', "vcpus", struct list_args, old_vcpus, NULL),
    XM_FLAG_IN(XM_DIALECT_XL, 'a', "all", struct list_args, all, "also managed guests that are not running"),
    XM_FLAG_IN(XM_DIALECT_XL, 'v', "verbose", struct list_args, verbose, "add uuid, shutdown reason and security label"),
    XM_FLAG_IN(XM_DIALECT_XL, 'Z', "context", struct list_args, context, "add the security label"),
    XM_FLAG_IN(XM_DIALECT_XL, 'c', "cpupool", struct list_args, cpupool, "add the cpu pool"),
    XM_FLAG_IN(XM_DIALECT_XL, 'n', "numa", struct list_args, numa, "add the NUMA nodes"),
    XM_OPT_END
};

static const char *label_of(const struct xm_guest *guest)
{
    return is_live(guest) && guest->domain.label != NULL ? guest->domain.label : "";
}

/* --- xm --- */

static int by_label(const void *left, const void *right)
{
    const struct xm_guest *a = *(const struct xm_guest *const *)left, *b = *(const struct xm_guest *const *)right;
    int order = strcmp(label_of(a), label_of(b));

    return order != 0 ? order : strcmp(shown_name(a), shown_name(b));
}

static void print_row_xm(struct xm_env *env, const struct xm_guest *guest, bool label)
{
    struct figures figures;
    char domid[16], state[7] = "";

    guest_figures(env, guest, &figures);
    if (is_live(guest))
        format_state(&guest->domain, XM_DIALECT_XM, state);
    printf("%-40s %5s %5llu %5u %10s %8.1f", shown_name(guest), shown_domid(guest, domid),
           (unsigned long long)(figures.mem_kib / 1024), figures.vcpus, state, figures.cpu_seconds);
    if (label)
        printf(" %10s", label_of(guest));
    putchar('\n');
}

static void print_table_xm(struct xm_env *env, const struct selection *selection, bool label)
{
    if (label && selection->count > 1)
        qsort(selection->items, selection->count, sizeof(*selection->items), by_label);
    printf("%-40s %5s %5s %5s %10s %9s", "Name", "ID", "Mem", "VCPUs", "State", "Time(s)");
    printf(label ? " %-10s\n" : "\n", "Label");
    for (size_t i = 0; i < selection->count; i++)
        print_row_xm(env, selection->items[i], label);
}

/* --- xl --- */

/* As the hypervisor reckons: the nodes of the cpus where a vcpu may be and is wanted. */
static char *format_nodes(const xm_host_info *info, const xm_vcpus *vcpus)
{
    struct xm_cpuset nodes = { { 0 } };

    for (size_t v = 0; v < vcpus->count; v++) {
        for (unsigned cpu = 0; cpu < info->nr_cpus && cpu < XM_MAX_CPUS; cpu++) {
            unsigned node = info->cpus[cpu].node;

            if (node < XM_MAX_CPUS && cpuset_has(&vcpus->items[v].hard, cpu) && cpuset_has(&vcpus->items[v].soft, cpu))
                nodes.bits[node / 64] |= UINT64_C(1) << node % 64;
        }
    }
    return format_cpus(&nodes, info->nr_nodes, "all", "none");
}

static char *nodes_of(struct xm_env *env, const struct xm_guest *guest, const xm_host_info *info)
{
    XM_AUTO(xm_vcpus) *vcpus = NULL;

    /* A domain that has gone since the list was taken has no nodes any more. */
    if (!is_live(guest) || xm_host_vcpus(env->host, guest->domid, &vcpus, NULL) < 0)
        return xm_strdup("none");
    return format_nodes(info, vcpus);
}

static void print_more_xl(struct xm_env *env, const struct xm_guest *guest, const struct list_args *args,
                          const xm_host_info *info)
{
    if (args->verbose) {
        printf(" %s", guest->uuid);
        if (is_live(guest) && guest->domain.shutdown)
            printf(" %8x", (unsigned)guest->domain.reason);
        else
            printf(" %8s", "-");
    }
    if (args->verbose || args->context)
        printf(" %16s", *label_of(guest) != '\0' ? label_of(guest) : "-");
    if (args->cpupool) {
        char pool[16];

        snprintf(pool, sizeof(pool), "Pool-%u", is_live(guest) ? guest->domain.cpupool : 0);
        printf("%16s", pool);
    }
    if (args->numa) {
        xm_autofree char *nodes = nodes_of(env, guest, info);

        printf(" %s", nodes);
    }
}

static int print_table_xl(struct xm_env *env, const struct selection *selection, const struct list_args *args,
                          xm_error **err)
{
    XM_AUTO(xm_host_info) *info = NULL;

    if (args->numa && xm_host_info_get(env->host, true, &info, err) < 0)
        return -1;
    printf("%-40s %5s %5s %5s\tState\tTime(s)", "Name", "ID", "Mem", "VCPUs");
    if (args->verbose)
        printf("   UUID                            Reason-Code\tSecurity Label");
    else if (args->context)
        printf("   Security Label");
    printf("%s%s\n", args->cpupool ? "         Cpupool" : "", args->numa ? " NODE Affinity" : "");
    for (size_t i = 0; i < selection->count; i++) {
        const struct xm_guest *guest = selection->items[i];
        struct figures figures;
        char domid[16], state[7] = "------";

        guest_figures(env, guest, &figures);
        if (is_live(guest))
            format_state(&guest->domain, XM_DIALECT_XL, state);
        printf("%-40s %5s %5llu %5u     %s  %8.1f", shown_name(guest), is_live(guest) ? shown_domid(guest, domid) : "-",
               (unsigned long long)(figures.mem_kib / 1024), figures.vcpus, state, figures.cpu_seconds);
        print_more_xl(env, guest, args, info);
        putchar('\n');
    }
    return 0;
}

/* --- which --- */

static bool has_state(const struct xm_guest *guest, const char *state)
{
    return strcasecmp(state, "all") == 0 || strcasecmp(state, power_word(guest)) == 0;
}

/* Only the pool that every host has is known by name here; a halted guest starts there. */
static bool is_in_pool(const struct xm_guest *guest, const char *pool)
{
    return strcmp(pool, "Pool-0") == 0 && (!is_live(guest) || guest->domain.cpupool == 0);
}

static void filter(struct selection *selection, const struct list_args *args)
{
    size_t kept = 0;

    for (size_t i = 0; i < selection->count; i++) {
        const struct xm_guest *guest = selection->items[i];

        if ((args->state == NULL || has_state(guest, args->state)) && (args->pool == NULL || is_in_pool(guest, args->pool)))
            selection->items[kept++] = guest;
    }
    selection->count = kept;
}

static int check_words(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct list_args *args = call->args;

    if (env->dialect == XM_DIALECT_XL && call->count > 1) {
        print_cmd_help(env, call->cmd);
        return xm_fail(err, XM_INVALID, "%s list shows one domain or all, not %zu", env->prog, call->count);
    }
    if (args->state != NULL && call->count > 0)
        return xm_fail(err, XM_INVALID, "You may specify either a state or a particular VM, but not both");
    if (args->pool != NULL && call->count > 0)
        return xm_fail(err, XM_INVALID, "You may specify either a pool or a particular VM, but not both");
    return 0;
}

/* xl has words of its own for a number that is no domain, and clients look for either. */
static int reword(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    if (env->dialect != XM_DIALECT_XL || call->count == 0 || !is_number(call->words[0]) || err == NULL
        || (*err)->code != XM_NOT_FOUND)
        return -1;
    xm_error_clear(err);
    return xm_fail(err, XM_NOT_FOUND, "Error: Domain '%s' does not exist.", call->words[0]);
}

static unsigned wanted(const struct xm_env *env, const struct list_args *args)
{
    unsigned want = XM_WANT_NAME;

    if (env->dialect == XM_DIALECT_XM || args->json)
        want |= XM_WANT_TARGET;
    if (args->label || args->verbose || args->context)
        want |= XM_WANT_LABEL;
    if (args->longer || args->json)
        want |= XM_WANT_TARGET | XM_WANT_STARTED | XM_WANT_LABEL;
    return want;
}

static int list_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct list_args *args = call->args;
    auto_selection selection = SELECTION_INIT;

    if (check_words(env, call, err) < 0)
        return -1;
    if (args->old_vcpus) {
        fprintf(stderr, "xm list -v is deprecated.  Please use xm vcpu-list.\n");
        return print_vcpus(env, call->words, call->count, err);
    }
    if (selection_load(env, call->words, call->count, wanted(env, args), args->all ? SELECT_HALTED : 0, &selection, err) < 0)
        return reword(env, call, err);
    filter(&selection, args);
    if (args->json)
        print_list_json(env, &selection);
    else if (args->longer && (env->dialect == XM_DIALECT_XM || env->conf->output_sxp))
        return print_long_sxp(env, &selection, err);
    else if (args->longer)
        return print_long_json(env, &selection, err);
    else if (env->dialect == XM_DIALECT_XM)
        print_table_xm(env, &selection, args->label);
    else
        return print_table_xl(env, &selection, args, err);
    return 0;
}

const struct xm_cmd cmd_list = {
    .name = "list", .words = "[DOMAIN...]", .min = 0, .max = XM_MANY,
    .xl = { "[DOMAIN]", 0, XM_MANY },
    .summary = "List guests: name, id, memory in MiB, vcpus, state, cpu seconds",
    .more =
        "A managed guest that is not running has no ID and no State; its memory and vcpus are\n"
        "those it will start with, its time is what it had used. State letters: r on a cpu,\n"
        "b blocked, p paused, s shut down, c crashed, d dying.\n"
        "\n"
        "The objects of --json all have the keys name, uuid, domid (null: not running),\n"
        "managed, state (running, paused, crashed, suspended, halted, unknown), memory_kib,\n"
        "vcpus, cpu_seconds, flags (the state letters), shutdown_reason, target_kib,\n"
        "max_memory_kib, started (seconds since 1970), cpupool, label, damage (why an entry\n"
        "cannot be read), and in_doubt (the host on which it may run by now, as its migration\n"
        "was cut off at the end; see migrate --recover). Keys are added, never taken away.\n",
    .group = XM_GROUP_SHOW, .flags = XM_CMD_COMMON,
    .opts = list_opts, .args_size = sizeof(struct list_args), .run = list_run,
};
