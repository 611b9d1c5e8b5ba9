/* xm vcpu-list: where the vcpus of guests are and may be. */
#include "listing.h"

struct vcpu_list_args { bool json, all; };

static const struct xm_opt vcpu_list_opts[] = {
    XM_FLAG(0, "json", struct vcpu_list_args, json, "a JSON array with an object for each vcpu"),
    XM_FLAG_IN(XM_DIALECT_XL, 'a', "all", struct vcpu_list_args, all, "also managed guests that are not running"),
    XM_OPT_END
};

struct table {
    struct xm_env *env;
    unsigned cpus;              /* of the host */
    xm_json *json;              /* rows go there, or to stdout if NULL */
};

/* --- what a guest that is not live will have --- */

static void set_from_json(const xm_json *numbers, struct xm_cpuset *set)
{
    for (size_t i = 0; i < numbers->count; i++) {
        int64_t cpu = xm_json_int(numbers->items[i], -1);

        if (cpu >= 0 && cpu < XM_MAX_CPUS)
            set->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
    }
}

static void set_configured(const xm_json *info, const char *key, size_t vcpu, unsigned cpus, struct xm_cpuset *set)
{
    const xm_json *list = info != NULL ? xm_json_get(info, key, NULL) : NULL;

    *set = (struct xm_cpuset){ { 0 } };
    if (list != NULL && vcpu < list->count && list->items[vcpu]->count > 0) {
        set_from_json(list->items[vcpu], set);
        return;
    }
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        set->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

static xm_vcpus *configured_vcpus(const struct table *table, const struct xm_guest *guest)
{
    XM_AUTO(xm_json) *config = guest_config(table->env, guest, NULL);
    const xm_json *info = config != NULL ? xm_json_get(config, "b_info", NULL) : NULL;
    int64_t max = info != NULL ? xm_json_int(xm_json_get(info, "max_vcpus", NULL), 0) : guest->state.vcpus;
    xm_vcpus *vcpus = xm_new0(xm_vcpus, 1);

    vcpus->count = max > 0 && max <= XM_MAX_CPUS ? (size_t)max : 0;
    vcpus->items = xm_new0(struct xm_vcpu, vcpus->count + 1);
    for (size_t v = 0; v < vcpus->count; v++) {
        set_configured(info, "vcpu_hard_affinity", v, table->cpus, &vcpus->items[v].hard);
        set_configured(info, "vcpu_soft_affinity", v, table->cpus, &vcpus->items[v].soft);
    }
    return vcpus;
}

/* --- rows --- */

static void print_xm(const struct table *table, const struct xm_guest *guest, size_t number, const struct xm_vcpu *vcpu)
{
    xm_autofree char *hard = format_cpus(&vcpu->hard, table->cpus, "any cpu", "no cpus");
    char domid[16], cpu[16] = "", state[4] = "";

    if (is_live(guest) && vcpu->online) {
        snprintf(cpu, sizeof(cpu), "%u", vcpu->cpu);
        snprintf(state, sizeof(state), "%c%c-", vcpu->running ? 'r' : '-', vcpu->blocked ? 'b' : '-');
    } else if (is_live(guest)) {
        snprintf(cpu, sizeof(cpu), "-");
        snprintf(state, sizeof(state), "--p");
    }
    printf("%-32s %5s %5zu %5s %5s  %8.1f %s\n", shown_name(guest), shown_domid(guest, domid), number, cpu, state,
           (double)vcpu->cpu_ns / 1e9, hard);
}

static void print_xl(const struct table *table, const struct xm_guest *guest, size_t number, const struct xm_vcpu *vcpu)
{
    xm_autofree char *hard = format_cpus(&vcpu->hard, table->cpus, "all", "none");
    xm_autofree char *soft = format_cpus(&vcpu->soft, table->cpus, "all", "none");
    char domid[16];

    printf("%-32s %5s %5zu", shown_name(guest), is_live(guest) ? shown_domid(guest, domid) : "-", number);
    if (vcpu->online)
        printf(" %5u %3c%c- ", vcpu->cpu, vcpu->running ? 'r' : '-', vcpu->blocked ? 'b' : '-');
    else
        printf(" %5s %3s%c%c ", "-", "-", '-', 'p');
    printf("%9.1f  %s / %s\n", (double)vcpu->cpu_ns / 1e9, hard, soft);
}

static xm_json *json_set(const struct table *table, const struct xm_cpuset *set)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (unsigned cpu = 0; cpu < table->cpus; cpu++) {
        if (cpuset_has(set, cpu))
            xm_json_add(array, xm_json_new_int(cpu));
    }
    return array;
}

static void add_json(const struct table *table, const struct xm_guest *guest, size_t number, const struct xm_vcpu *vcpu)
{
    bool placed = is_live(guest) && vcpu->online;
    const char *state = !placed ? "offline" : vcpu->running ? "running" : vcpu->blocked ? "blocked" : "waiting";
    xm_json *row = json_guest(guest);

    xm_json_set(row, "vcpu", xm_json_new_int((int64_t)number));
    xm_json_set(row, "state", xm_json_new_str(state));
    xm_json_set(row, "cpu", placed ? xm_json_new_int(vcpu->cpu) : xm_json_new(XM_JSON_NULL));
    xm_json_set(row, "cpu_seconds", xm_json_new_float((double)vcpu->cpu_ns / 1e9));
    xm_json_set(row, "hard_affinity", json_set(table, &vcpu->hard));
    xm_json_set(row, "soft_affinity", json_set(table, &vcpu->soft));
    xm_json_add(table->json, row);
}

static int show_guest(const struct table *table, const struct xm_guest *guest, xm_error **err)
{
    XM_AUTO(xm_vcpus) *vcpus = NULL;

    if (!is_live(guest))
        vcpus = configured_vcpus(table, guest);
    else if (xm_host_vcpus(table->env->host, guest->domid, &vcpus, err) < 0)
        return -1;
    for (size_t i = 0; i < vcpus->count; i++) {
        if (table->json != NULL)
            add_json(table, guest, i, &vcpus->items[i]);
        else if (table->env->dialect == XM_DIALECT_XM)
            print_xm(table, guest, i, &vcpus->items[i]);
        else
            print_xl(table, guest, i, &vcpus->items[i]);
    }
    return 0;
}

static int show_all(const struct table *table, const struct selection *selection, xm_error **err)
{
    for (size_t i = 0; i < selection->count; i++) {
        xm_error *why = NULL;

        if (show_guest(table, selection->items[i], &why) == 0)
            continue;
        /* It may have gone since the list was taken: then it is in no list. */
        if (why->code == XM_NOT_FOUND) {
            xm_error_free(why);
            continue;
        }
        xm_error_free(why);
        return show_guest(table, selection->items[i], err);
    }
    return 0;
}

/* xl takes its words one after the other: those before an unknown one have been shown by then, and
 * a number that is no domain is told and passed over. */
static int show_each(const struct table *table, char **words, size_t count, unsigned flags, xm_error **err)
{
    for (size_t i = 0; i < count; i++) {
        auto_selection selection = SELECTION_INIT;

        if (selection_load(table->env, words + i, 1, 0, flags | SELECT_QUIET, &selection, err) < 0
            || show_all(table, &selection, err) < 0) {
            if (forgive_number(table->env, words[i], err) < 0)
                return -1;
        }
    }
    return 0;
}

static void print_heading(const struct xm_env *env)
{
    printf("%-32s %5s %5s %5s %5s %9s %s\n", "Name", "ID", "VCPU", "CPU", "State", "Time(s)",
           env->dialect == XM_DIALECT_XM ? "CPU Affinity" : "Affinity (Hard / Soft)");
}

static int show(struct table *table, char **words, size_t count, unsigned flags, xm_error **err)
{
    auto_selection selection = SELECTION_INIT;
    bool each = table->env->dialect == XM_DIALECT_XL && count > 0;

    if (host_cpus(table->env, &table->cpus, err) < 0)
        return -1;
    if (!each && selection_load(table->env, words, count, 0, flags, &selection, err) < 0)
        return -1;
    if (table->json == NULL)
        print_heading(table->env);
    return each ? show_each(table, words, count, flags, err) : show_all(table, &selection, err);
}

int print_vcpus(struct xm_env *env, char **words, size_t count, xm_error **err)
{
    return show(&(struct table){ env, 0, NULL }, words, count, 0, err);
}

static int vcpu_list_run(struct xm_env *env, const struct xm_call *call, xm_error **err)
{
    const struct vcpu_list_args *args = call->args;
    struct table table = { env, 0, args->json ? xm_json_new(XM_JSON_ARRAY) : NULL };

    if (show(&table, call->words, call->count, args->all ? SELECT_HALTED : 0, err) < 0) {
        xm_json_free(table.json);
        return -1;
    }
    if (table.json != NULL)
        print_json(table.json);
    return 0;
}

const struct xm_cmd cmd_vcpu_list = {
    .name = "vcpu-list", .words = "[DOMAIN...]", .min = 0, .max = XM_MANY,
    .summary = "List the vcpus of guests: where they are, and where they may be",
    .more =
        "The objects of --json have the keys name, uuid, domid, vcpu, state (running, blocked,\n"
        "waiting, offline), cpu (null: nowhere), cpu_seconds, hard_affinity and soft_affinity\n"
        "(lists of numbers).\n",
    .group = XM_GROUP_SHOW,
    .opts = vcpu_list_opts, .args_size = sizeof(struct vcpu_list_args), .run = vcpu_list_run,
};
