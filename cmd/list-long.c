/* The long forms of list: xm's SXP, stock xl's JSON, and the array of --json. */
#include "listing.h"

#include <string.h>

/* One that cannot be told is left out after a line about it; the others are worth having. */
static void tell_left_out(const struct xm_guest *guest, xm_error *why)
{
    xm_autofree char *text = xm_error_text(why);

    fprintf(stderr, "%s is left out: %s\n", guest->name != NULL ? guest->name : guest->uuid, text);
    xm_error_free(why);
}

int print_long_sxp(struct xm_env *env, const struct selection *selection, xm_error **err)
{
    XM_AUTO(xm_guest_forms) *forms = NULL;

    if (xm_guest_forms_load(&env->guests, selection->items, selection->count, &forms, err) < 0)
        return -1;
    for (size_t i = 0; i < forms->count; i++) {
        xm_autofree char *text = NULL;

        if (forms->items[i].sxp == NULL) {
            tell_left_out(selection->items[i], XM_TAKE(forms->items[i].err));
            continue;
        }
        text = xm_sxp_format(forms->items[i].sxp, 80);
        fputs(text, stdout);
    }
    return 0;
}

/* --- xl --- */

/* What is known of the control domain, which nobody configured. */
static xm_json *config_dom0(const struct xm_guest *guest)
{
    xm_json *create = xm_json_new(XM_JSON_OBJECT), *build = xm_json_new(XM_JSON_OBJECT);
    xm_json *config = xm_json_new(XM_JSON_OBJECT);
    const struct xm_domain *domain = &guest->domain;

    xm_json_set(create, "type", xm_json_new_str(domain->hvm ? "pvh" : "pv"));
    xm_json_set(create, "name", xm_json_new_str(guest->name));
    xm_json_set(build, "max_memkb", xm_json_new_int((int64_t)domain->max_kib));
    xm_json_set(build, "target_memkb", xm_json_new_int((int64_t)(domain->target_kib ? domain->target_kib : domain->mem_kib)));
    xm_json_set(config, "c_info", create);
    xm_json_set(config, "b_info", build);
    return config;
}

static xm_json *entry_of(const struct xm_guest *guest, xm_json *config)
{
    xm_json *object = xm_json_new(XM_JSON_OBJECT);

    xm_json_set(object, "domid", is_live(guest) ? xm_json_new_int(guest->domid) : xm_json_new(XM_JSON_NULL));
    xm_json_set(object, "config", config);
    return object;
}

/* Those of the live ones, in the selection's order, asked for together. */
static int load_configs(struct xm_env *env, const struct selection *selection, xm_host_configs **ret, xm_error **err)
{
    xm_autofree uint32_t *domids = xm_new0(uint32_t, selection->count);
    size_t count = 0;

    for (size_t i = 0; i < selection->count; i++)
        if (is_live(selection->items[i]))
            domids[count++] = selection->items[i]->domid;
    return xm_host_configs_get(env->host, domids, count, ret, err);
}

int print_long_json(struct xm_env *env, const struct selection *selection, xm_error **err)
{
    XM_AUTO(xm_json) *array = xm_json_new(XM_JSON_ARRAY);
    XM_AUTO(xm_host_configs) *configs = NULL;
    xm_autofree char *text = NULL;
    size_t next = 0;

    if (load_configs(env, selection, &configs, err) < 0)
        return -1;
    for (size_t i = 0; i < selection->count; i++) {
        const struct xm_guest *guest = selection->items[i];
        xm_error *why = NULL;
        xm_json *config;

        if (is_live(guest)) {
            struct xm_host_config *item = &configs->items[next++];

            config = XM_TAKE(item->json);
            why = XM_TAKE(item->err);
        } else {
            config = guest_config(env, guest, &why);
        }
        if (config == NULL && guest->domid == 0) {
            xm_error_clear(&why);
            config = config_dom0(guest);
        }
        if (config == NULL)
            tell_left_out(guest, why);
        else
            xm_json_add(array, entry_of(guest, config));
    }
    text = xm_json_format_wide(array);
    printf("%s\n", text);       /* stock xl ends with an empty line */
    return 0;
}

/* --- --json --- */

static xm_json *kib_or_null(uint64_t kib)
{
    return kib > 0 ? xm_json_new_int((int64_t)kib) : xm_json_new(XM_JSON_NULL);
}

static void add_live(xm_json *object, const struct xm_domain *domain)
{
    static const char *const reasons[] = { "poweroff", "reboot", "suspend", "crash", "watchdog", "soft_reset" };
    bool known = domain->shutdown && domain->reason >= 0 && domain->reason < (int)XM_COUNT(reasons);
    char flags[7];

    format_state(domain, XM_DIALECT_XM, flags);
    xm_json_set(object, "flags", xm_json_new_str(flags));
    xm_json_set(object, "shutdown_reason", xm_json_new_str(known ? reasons[domain->reason] : NULL));
    xm_json_set(object, "target_kib", kib_or_null(domain->target_kib));
    xm_json_set(object, "max_memory_kib", kib_or_null(domain->max_kib));
    xm_json_set(object, "started", domain->started > 0 ? xm_json_new_float(domain->started) : xm_json_new(XM_JSON_NULL));
    xm_json_set(object, "cpupool", xm_json_new_int(domain->cpupool));
    xm_json_set(object, "label", xm_json_new_str(domain->label));
}

/* Every key is there in every object, so that readers need not ask. */
static void add_not_live(xm_json *object)
{
    static const char *const keys[] = {
        "flags", "shutdown_reason", "target_kib", "max_memory_kib", "started", "cpupool", "label",
    };

    for (size_t i = 0; i < XM_COUNT(keys); i++)
        xm_json_set(object, keys[i], xm_json_new(XM_JSON_NULL));
}

static xm_json *json_row(struct xm_env *env, const struct xm_guest *guest)
{
    xm_json *object = json_guest(guest);
    struct figures figures;

    guest_figures(env, guest, &figures);
    xm_json_set(object, "managed", xm_json_new_bool(guest->ours && guest->managed));
    xm_json_set(object, "state", xm_json_new_str(power_word(guest)));
    xm_json_set(object, "memory_kib", xm_json_new_int((int64_t)(is_live(guest) ? guest->domain.mem_kib : figures.mem_kib)));
    xm_json_set(object, "vcpus", xm_json_new_int(figures.vcpus));
    xm_json_set(object, "cpu_seconds", xm_json_new_float(figures.cpu_seconds));
    if (is_live(guest))
        add_live(object, &guest->domain);
    else
        add_not_live(object);
    xm_json_set(object, "damage", xm_json_new_str(guest->damage));
    xm_json_set(object, "in_doubt", xm_json_new_str(guest->doubt));
    return object;
}

void print_list_json(struct xm_env *env, const struct selection *selection)
{
    xm_json *array = xm_json_new(XM_JSON_ARRAY);

    for (size_t i = 0; i < selection->count; i++)
        xm_json_add(array, json_row(env, selection->items[i]));
    for (size_t i = 0; selection->all && i < selection->list->count; i++) {
        const struct xm_guest *guest = &selection->list->items[i];

        if (!is_live(guest) && guest->damage != NULL)
            xm_json_add(array, json_row(env, guest));
    }
    print_json(array);
}
