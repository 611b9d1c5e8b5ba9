#include "guest/sxp.h"

#include <string.h>

#include "base/buf.h"
#include "bind/config.h"
#include "bind/cpulist.h"
#include "guest/step.h"

/* Two descriptions of one guest, both in the (vm ...) form of `create -n`. What the guest was
 * given is in stored, with keys that no hypervisor knows; what it has by now is in live. Either
 * may be missing. */
struct forms {
    const struct xm_guest *guest;
    xm_sxp *stored, *live;
    unsigned cpus;              /* of the host; 0: not known */
    bool xl;                    /* the document is xl's: its defaults are */
};

static bool is_list(const xm_sxp *sxp, const char *head)
{
    return sxp->atom == NULL && sxp->count > 0 && sxp->items[0]->atom != NULL && strcmp(sxp->items[0]->atom, head) == 0;
}

static xm_sxp *copy(const xm_sxp *sxp)
{
    xm_sxp *ret;

    if (sxp->atom != NULL)
        return xm_sxp_new_atom(sxp->atom);
    ret = xm_sxp_new_list(NULL);
    for (size_t i = 0; i < sxp->count; i++)
        xm_sxp_add(ret, copy(sxp->items[i]));
    return ret;
}

static const char *text_of(const xm_sxp *sxp, const char *key, const char *otherwise)
{
    const xm_sxp *value = sxp != NULL ? xm_sxp_child(sxp, key) : NULL;

    return value != NULL && value->atom != NULL ? value->atom : otherwise;
}

/* --- reading --- */

static int form_of_doc(const xm_doc *doc, xm_sxp **ret_form, xm_error **err)
{
    xm_autofree char *text = NULL;

    if (xm_config_format_sxp(doc, &text, err) < 0)
        return -1;
    return xm_sxp_parse(text, strlen(text), ret_form, err);
}

static int form_of_json(const char *json, xm_sxp **ret_form, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (xm_config_from_json(json, strlen(json), &doc, err) < 0)
        return -1;
    return form_of_doc(doc, ret_form, err);
}

static int load_stored(const struct xm_guests *guests, struct forms *forms, xm_error **err)
{
    XM_AUTO(xm_doc) *doc = NULL;

    if (xm_reg_load_doc(guests->reg, forms->guest->uuid, &doc, err) < 0)
        return -1;
    forms->xl = xm_doc_dialect(doc) == XM_DIALECT_XL;
    if (xm_doc_get_str(doc, XM_GUEST_JSON_KEY) != NULL)
        return form_of_json(xm_doc_get_str(doc, XM_GUEST_JSON_KEY), &forms->stored, err);
    return form_of_doc(doc, &forms->stored, err);
}

static int load_forms(const struct xm_guests *guests, struct forms *forms, const xm_json *config, xm_error **err)
{
    bool is_live = forms->guest->domid != XM_DOMID_NONE;

    /* Of a live domain the hypervisor tells enough: the control domain has neither, and a form
     * with its name and figures is more use than none. */
    if (config != NULL) {
        xm_autofree char *text = xm_json_format(config, false);

        (void)form_of_json(text, &forms->live, NULL);
    }
    if (forms->guest->ours && load_stored(guests, forms, is_live ? NULL : err) < 0 && !is_live)
        return -1;
    return 0;
}

/* --- the parts --- */

/* As it was given; else as it is; else what the old toolstack took for it. */
static void add_given(xm_sxp *out, const struct forms *forms, const char *key, const char *otherwise)
{
    const char *text = text_of(forms->stored, key, NULL);

    xm_sxp_add_str(out, key, text != NULL ? text : text_of(forms->live, key, otherwise));
}

/* A form without a kernel names a bootloader; the control domain has neither. */
static void add_bootloader(xm_sxp *out, const struct forms *forms, const char *key)
{
    if (forms->guest->domid == 0)
        xm_sxp_add_str(out, key, "");
    else
        add_given(out, forms, key, "");
}

/* As it is by now. */
static const char *now_of(const struct forms *forms, const char *key, const char *otherwise)
{
    const char *text = text_of(forms->live, key, NULL);

    return text != NULL ? text : text_of(forms->stored, key, otherwise);
}

static long long number_now(const struct forms *forms, const char *key)
{
    return strtoll(now_of(forms, key, "0"), NULL, 10);
}

static xm_sxp *cpu_numbers(const struct xm_cpuset *set)
{
    xm_sxp *list = xm_sxp_new_list(NULL);

    for (unsigned cpu = 0; cpu < XM_MAX_CPUS; cpu++) {
        xm_autofree char *text = NULL;

        if (!(set->bits[cpu / 64] >> (cpu % 64) & 1))
            continue;
        text = xm_printf("%u", cpu);
        xm_sxp_add(list, xm_sxp_new_atom(text));
    }
    return list;
}

static unsigned count_cpus(const struct xm_cpuset *set, unsigned cpus)
{
    unsigned n = 0;

    for (unsigned cpu = 0; cpu < cpus && cpu < XM_MAX_CPUS; cpu++)
        n += set->bits[cpu / 64] >> (cpu % 64) & 1;
    return n;
}

/* Of one vcpu; empty where it may run anywhere. */
static xm_sxp *cpus_of(const struct xm_cpuset *set, unsigned cpus)
{
    return count_cpus(set, cpus) == cpus ? xm_sxp_new_list(NULL) : cpu_numbers(set);
}

static void add_live_cpus(xm_sxp *out, const struct xm_guests *guests, const struct forms *forms)
{
    XM_AUTO(xm_vcpus) *vcpus = NULL;
    xm_sxp *lists = xm_sxp_new_list(NULL), *cpus = xm_sxp_new_list("cpus");

    if (forms->cpus > 0 && xm_host_vcpus(guests->host, forms->guest->domid, &vcpus, NULL) == 0) {
        for (size_t i = 0; i < vcpus->count; i++)
            xm_sxp_add(lists, cpus_of(&vcpus->items[i].hard, forms->cpus));
    }
    xm_sxp_add(cpus, lists);
    xm_sxp_add(out, cpus);
}

static void set_cpu(void *arg, unsigned cpu, bool on)
{
    struct xm_cpuset *set = arg;
    uint64_t bit = UINT64_C(1) << cpu % 64;

    set->bits[cpu / 64] = on ? set->bits[cpu / 64] | bit : set->bits[cpu / 64] & ~bit;
}

/* What is stored of one vcpu, "0-3,^1" perhaps; what is not a list of cpus stays as it is. */
static xm_sxp *stored_numbers(const xm_sxp *given, unsigned cpus)
{
    const struct xm_cpulist_machine machine = { cpus > 0 && cpus < XM_MAX_CPUS ? cpus : XM_MAX_CPUS, NULL };
    struct xm_cpuset set = { { 0 } };

    if (given->atom == NULL || xm_cpulist_parse(given->atom, &machine, set_cpu, &set, NULL) < 0)
        return copy(given);
    return cpus_of(&set, cpus);
}

static void add_stored_cpus(xm_sxp *out, const struct forms *forms)
{
    const xm_sxp *given = xm_sxp_child(forms->stored, "cpus");
    size_t vcpus = (size_t)number_now(forms, "vcpus"), count = vcpus;
    xm_sxp *cpus = xm_sxp_new_list("cpus"), *lists = xm_sxp_new_list(NULL);

    if (given != NULL && given->atom == NULL && given->count > 0)
        count = given->count;
    for (size_t i = 0; i < count && i < XM_MAX_CPUS; i++) {
        const xm_sxp *one = given == NULL || given->atom != NULL ? given : given->count > 0 ? given->items[i] : NULL;

        xm_sxp_add(lists, one != NULL ? stored_numbers(one, forms->cpus) : xm_sxp_new_list(NULL));
    }
    xm_sxp_add(cpus, lists);
    xm_sxp_add(out, cpus);
}

/* The command line, which the (vm ...) form has in parts. */
static char *joined_args(const xm_sxp *image)
{
    const char *root = text_of(image, "root", ""), *ip = text_of(image, "ip", ""), *args = text_of(image, "args", "");
    xm_autobuf text = XM_BUF_INIT;

    if (*root != '\0' && strstr(args, "root=") == NULL)
        xm_buf_printf(&text, "root=%s", root);
    if (*ip != '\0')
        xm_buf_printf(&text, "%sip=%s", text.len > 0 ? " " : "", ip);
    if (*args != '\0')
        xm_buf_printf(&text, "%s%s", text.len > 0 ? " " : "", args);
    return xm_buf_take(&text);
}

static bool is_merged(const xm_sxp *item)
{
    static const char *const keys[] = { "kernel", "ramdisk", "root", "ip", "args" };

    for (size_t i = 0; i < XM_COUNT(keys); i++) {
        if (is_list(item, keys[i]))
            return true;
    }
    return false;
}

static void add_image(xm_sxp *out, const struct forms *forms)
{
    const xm_sxp *stored = forms->stored != NULL ? xm_sxp_child(forms->stored, "image") : NULL;
    const xm_sxp *from = stored != NULL || forms->live == NULL ? stored : xm_sxp_child(forms->live, "image");
    bool has = from != NULL && from->atom == NULL && from->count > 0 && from->items[0]->atom != NULL;
    xm_sxp *image = xm_sxp_new_list("image"), *body = xm_sxp_new_list(has ? from->items[0]->atom : "linux");
    xm_autofree char *args = joined_args(has ? from : NULL);

    xm_sxp_add_str(body, "kernel", text_of(has ? from : NULL, "kernel", ""));
    xm_sxp_add_str(body, "ramdisk", text_of(has ? from : NULL, "ramdisk", ""));
    if (*args != '\0')
        xm_sxp_add_str(body, "args", args);
    for (size_t i = 1; has && i < from->count; i++) {
        if (from->items[i]->atom == NULL && !is_merged(from->items[i]))
            xm_sxp_add(body, copy(from->items[i]));
    }
    xm_sxp_add(image, body);
    xm_sxp_add(out, image);
}

/* --- devices --- */

/* Devices have no uuid of their own here; the old forms name one, and it is the same each time
 * that the same guest is asked for. */
static char *device_uuid(const struct xm_guest *guest, const char *class, size_t index)
{
    uint32_t hash = 2166136261u;

    for (; *class != '\0'; class++)
        hash = (hash ^ (unsigned char)*class) * 16777619u;
    hash = (hash ^ (uint32_t)index) * 16777619u;
    return xm_printf("%08x%s", hash, strlen(guest->uuid) > 8 ? guest->uuid + 8 : "");
}

static void add_missing(xm_sxp *device, const char *key, const char *value)
{
    if (xm_sxp_child(device, key) == NULL)
        xm_sxp_add_str(device, key, value);
}

static void complete_disk(xm_sxp *out, const struct forms *forms, const xm_sxp *from, size_t index)
{
    const char *dev = text_of(from, "dev", "");
    xm_autofree char *typed = xm_printf("%s%s", dev, strchr(dev, ':') == NULL ? ":disk" : "");
    bool is_live = forms->guest->domid != XM_DOMID_NONE;

    xm_sxp_add_int(out, "bootable", index == 0);
    xm_sxp_add_str(out, "dev", is_live ? typed : dev);
    for (size_t i = 1; i < from->count; i++) {
        if (!is_list(from->items[i], "dev") && !is_list(from->items[i], "uuid") && !is_list(from->items[i], "bootable"))
            xm_sxp_add(out, copy(from->items[i]));
    }
    if (is_live)
        add_missing(out, "backend", "0");
    add_missing(out, "VDI", "");
}

static void complete_other(xm_sxp *out, const struct forms *forms, const xm_sxp *from, const char *class, size_t index)
{
    for (size_t i = 1; i < from->count; i++) {
        if (!is_list(from->items[i], "uuid"))
            xm_sxp_add(out, copy(from->items[i]));
    }
    if (strcmp(class, "vif") == 0 && forms->guest->domid != XM_DOMID_NONE) {
        xm_autofree char *name = xm_printf("vif%u.%zu", forms->guest->domid, index);

        add_missing(out, "backend", "0");
        add_missing(out, "vifname", name);
    }
}

static void add_device(xm_sxp *out, const struct forms *forms, const xm_sxp *from, size_t index)
{
    const char *class = from->items[0]->atom;
    bool is_disk = strcmp(class, "vbd") == 0 || strncmp(class, "tap", 3) == 0;
    xm_autofree char *uuid = device_uuid(forms->guest, class, index);
    xm_sxp *device = xm_sxp_new_list("device"), *body = xm_sxp_new_list(class);

    xm_sxp_add_str(body, "uuid", uuid);
    if (is_disk)
        complete_disk(body, forms, from, index);
    else
        complete_other(body, forms, from, class, index);
    xm_sxp_add(device, body);
    xm_sxp_add(out, device);
}

static size_t count_before(const xm_sxp *form, size_t end, const char *class)
{
    size_t n = 0;

    for (size_t i = 0; i < end; i++) {
        const xm_sxp *item = form->items[i];

        n += is_list(item, "device") && item->count > 1 && is_list(item->items[1], class);
    }
    return n;
}

static void add_devices(xm_sxp *out, const struct forms *forms)
{
    const xm_sxp *form = forms->live != NULL ? forms->live : forms->stored;

    for (size_t i = 0; form != NULL && i < form->count; i++) {
        const xm_sxp *item = form->items[i];

        if (!is_list(item, "device") || item->count < 2 || item->items[1]->atom != NULL || item->items[1]->count == 0
            || item->items[1]->items[0]->atom == NULL)
            continue;
        add_device(out, forms, item->items[1], count_before(form, i, item->items[1]->items[0]->atom));
    }
}

/* --- the form --- */

static int status_of(const struct xm_guest *guest)
{
    if (guest->domid == XM_DOMID_NONE)
        return guest->damage != NULL ? 6 : guest->state.phase == XM_PHASE_SUSPENDED ? 3 : 0;
    if (guest->domain.shutdown)
        return guest->domain.reason == XM_REASON_CRASH ? 5 : 0;
    return guest->domain.paused ? 1 : 2;
}

static void add_state(xm_sxp *out, const struct xm_domain *domain)
{
    bool crashed = domain->shutdown && domain->reason == XM_REASON_CRASH;
    const char letters[7] = {
        domain->running ? 'r' : '-', domain->blocked ? 'b' : '-', domain->paused ? 'p' : '-',
        domain->shutdown && !crashed ? 's' : '-', crashed ? 'c' : '-', domain->dying ? 'd' : '-', '\0',
    };

    xm_sxp_add_str(out, "state", letters);
}

static void add_memory(xm_sxp *out, const struct forms *forms)
{
    const struct xm_domain *domain = &forms->guest->domain;
    long long memory = number_now(forms, "memory"), maxmem = number_now(forms, "maxmem");

    if (forms->guest->domid != XM_DOMID_NONE)
        memory = (long long)((domain->target_kib > 0 ? domain->target_kib : domain->mem_kib) / 1024);
    else if (memory == 0)
        memory = forms->guest->state.mem_kib > 0 ? (long long)(forms->guest->state.mem_kib / 1024) : 128;
    xm_sxp_add_int(out, "maxmem", maxmem > memory ? maxmem : memory);
    xm_sxp_add_int(out, "memory", memory);
    xm_sxp_add_int(out, "shadow_memory", number_now(forms, "shadow_memory"));
}

static void add_times(xm_sxp *out, const struct xm_guest *guest)
{
    bool is_live = guest->domid != XM_DOMID_NONE;

    if (!is_live && guest->state.built == 0)
        return;                 /* it never ran */
    xm_sxp_add_float(out, "start_time", is_live ? guest->domain.started : (double)guest->state.built);
    xm_sxp_add_float(out, "cpu_time", (double)(is_live ? guest->domain.cpu_ns : guest->state.cpu_ns) / 1e9);
    xm_sxp_add_int(out, "online_vcpus", is_live ? guest->domain.vcpus : guest->state.vcpus);
    if (is_live && guest->domain.label != NULL)
        xm_sxp_add_str(out, "security_label", guest->domain.label);
}

static xm_sxp *build(const struct xm_guests *guests, const struct forms *forms)
{
    const struct xm_guest *guest = forms->guest;
    bool is_live = guest->domid != XM_DOMID_NONE;
    xm_sxp *out = xm_sxp_new_list("domain");

    if (is_live)
        xm_sxp_add_int(out, "domid", guest->domid);
    add_given(out, forms, "cpu_weight", "256");
    add_given(out, forms, "cpu_cap", "0");
    add_given(out, forms, "pool_name", "Pool-0");
    add_bootloader(out, forms, "bootloader");
    xm_sxp_add_int(out, "vcpus", is_live ? (long long)guest->domain.max_vcpu + 1 : number_now(forms, "vcpus"));
    if (is_live)
        add_live_cpus(out, guests, forms);
    else
        add_stored_cpus(out, forms);
    add_given(out, forms, "on_poweroff", "destroy");
    if (guest->domid != 0)
        add_given(out, forms, "description", "");
    add_given(out, forms, "on_crash", forms->xl ? "destroy" : "restart");
    xm_sxp_add_str(out, "uuid", guest->uuid);
    add_bootloader(out, forms, "bootloader_args");
    xm_sxp_add_str(out, "name", guest->name != NULL && *guest->name != '\0' ? guest->name : "(null)");
    add_given(out, forms, "on_reboot", "restart");
    add_memory(out, forms);
    add_given(out, forms, "features", "");
    add_given(out, forms, "on_xend_start", "ignore");
    add_given(out, forms, "on_xend_stop", "ignore");
    add_times(out, guest);
    add_image(out, forms);
    xm_sxp_add_int(out, "status", status_of(guest));
    if (is_live)
        add_state(out, &guest->domain);
    add_devices(out, forms);
    return out;
}

static int make(const struct xm_guests *guests, const struct xm_guest *guest, unsigned cpus, const xm_json *config,
                xm_sxp **ret_sxp, xm_error **err)
{
    struct forms forms = { .guest = guest, .cpus = cpus };
    int result = load_forms(guests, &forms, config, err);

    if (result == 0)
        *ret_sxp = build(guests, &forms);
    xm_sxp_free(forms.stored);
    xm_sxp_free(forms.live);
    return result;
}

static int load_configs(const struct xm_guests *guests, const struct xm_guest *const *items, size_t count,
                        xm_host_configs **ret_configs, xm_error **err)
{
    xm_autofree uint32_t *domids = xm_new0(uint32_t, count);
    size_t live = 0;

    for (size_t i = 0; i < count; i++)
        if (items[i]->domid != XM_DOMID_NONE)
            domids[live++] = items[i]->domid;
    return xm_host_configs_get(guests->host, domids, live, ret_configs, err);
}

int xm_guest_forms_load(const struct xm_guests *guests, const struct xm_guest *const *items, size_t count,
                        xm_guest_forms **ret_forms, xm_error **err)
{
    XM_AUTO(xm_host_configs) *configs = NULL;
    XM_AUTO(xm_host_info) *info = NULL;
    xm_guest_forms *forms;
    unsigned cpus;
    size_t next = 0;

    if (load_configs(guests, items, count, &configs, err) < 0)
        return -1;
    cpus = xm_host_info_get(guests->host, false, &info, NULL) == 0 ? info->nr_cpus : 0;
    forms = xm_new0(xm_guest_forms, 1);
    forms->items = xm_new0(struct xm_guest_form, count);
    forms->count = count;
    for (size_t i = 0; i < count; i++) {
        const xm_json *config = items[i]->domid != XM_DOMID_NONE ? configs->items[next++].json : NULL;

        (void)make(guests, items[i], cpus, config, &forms->items[i].sxp, &forms->items[i].err);
    }
    *ret_forms = forms;
    return 0;
}

void xm_guest_forms_free(xm_guest_forms *forms)
{
    if (forms == NULL)
        return;
    for (size_t i = 0; i < forms->count; i++) {
        xm_sxp_free(forms->items[i].sxp);
        xm_error_free(forms->items[i].err);
    }
    free(forms->items);
    free(forms);
}
